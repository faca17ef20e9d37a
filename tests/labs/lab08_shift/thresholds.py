"""What the thresholds of Lab 08 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab08_shift/thresholds.py > tests/labs/lab08_shift/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab08_shift")


def timid(flags, p0):
    """A bet that is fair and hardly moves."""
    return np.cumprod(1 + 0.03 * (np.asarray(flags) - p0))


def rich_streams(seed, wealth=LAB["wealth"]):
    """8.5, visible: of 9 streams whose rate jumps from .05 to .30, how many reach 20."""
    rng = np.random.default_rng(seed)
    jumps = [np.concatenate([rng.random(100) < 0.05, rng.random(150) < 0.3]) * 1.0
             for _ in range(9)]  # fmt: skip
    return sum(wealth(path, 0.05).max() >= 20 for path in jumps)


def median_alarm(seed, wealth=LAB["wealth"]):
    """8.5, hidden: the median of the alarms of 20 streams."""
    firsts = []
    for number in range(20):
        begins = (100 + number + 1000 * seed, 200 + number + 1000 * seed)
        calm, rich = (
            LAB["oracle_path"](begin, n, [rate])
            for begin, n, rate in zip(begins, (100, 300), (0.05, 0.3), strict=True)
        )
        hits = np.flatnonzero(wealth(np.append(calm, rich), 0.05) >= 20)
        firsts.append(hits[0] if len(hits) else 10_000)
    return float(np.median(firsts))


ROWS = [
    ("8.5 streams of 9", ">=", 5, rich_streams, partial(rich_streams, wealth=timid), "timid"),
    ("8.5 median alarm", "<=", 250, median_alarm, partial(median_alarm, wealth=timid), "timid"),
]

if __name__ == "__main__":
    seeds.table(ROWS)
