"""What the thresholds of Lab 05 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab05_verification/thresholds.py >
tests/labs/lab05_verification/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab05_verification")


def share_closed(seed, mistake=""):
    """5.8: the share of the gap between the start and the best that 100 calls close."""
    objective, start = LAB["oracle_objective"](seed)
    begin, most = objective(start).item(), LAB["oracle_climb"](objective, start, 400, 0.3)
    if mistake == "three steps":
        slopes = LAB["best_slopes"](objective, start, 3)
    elif mistake == "clamped inside":
        slopes = LAB["best_slopes"](lambda s: objective(s.clamp(0, 1)), start, 100)
        slopes = slopes.clamp(0, 1)
    else:
        slopes = LAB["best_slopes"](objective, start, 100)
    return (objective(slopes).item() - begin) / (most - begin)


def needle_calls(seed):
    """5.4: calls of bound until a needle is found."""
    x = torch.rand(3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    bound, value = LAB["oracle_needle"](x)
    ones = torch.ones(3, dtype=torch.float64)
    return LAB["judged"](LAB["verify"], bound, value, 0 * ones, ones, 1000)[1]


def network_calls(seed):
    """5.4: calls of bound until a shifted random network is decided."""
    ones = torch.ones(3, dtype=torch.float64)
    question = LAB["oracle_shifted"](seed + 60, (-0.05, 0.05)[seed % 2])
    return LAB["judged"](LAB["verify"], *question, -ones, ones, 2000)[1]


def flat_calls(_):
    """5.4: calls of bound for the true claim of the visible check."""
    upper = torch.ones(2, dtype=torch.float64)
    return LAB["judged"](LAB["verify"], LAB["flat"], LAB["above_flat"], 0 * upper, upper, 3000)[1]


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("5.8 share", ">=", 0.9, share_closed, partial(share_closed, mistake="three steps"),
     "three steps"),
    ("5.8 share", ">=", 0.9, share_closed, partial(share_closed, mistake="clamped inside"),
     "clamp inside the graph"),
    ("5.4 needle, calls", "<=", 999, needle_calls, None, "no mistake: a budget"),
    ("5.4 network, calls", "<=", 1999, network_calls, None, "no mistake: a budget"),
    ("5.4 flat, calls", "<=", 2999, flat_calls, None, "no mistake: a budget"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
