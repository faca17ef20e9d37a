"""What audits with the tools of Lab 18's own solution earn: `python .../own_tools.py`.

All shipped systems on the bench of 18.5, as a learner's own system is, three draws of rows each.
``own_tools.txt`` is what it printed; about two CPU minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from source import names_of

from safetylab import audits

ROOT = Path(__file__).resolve().parents[3]
TRUTH = json.loads(
    (ROOT / "solutions/lab18_safety_case/author/truth.json").read_text(encoding="utf-8")
)["shipped"]
BUDGETS, SEEDS = (300, 900, 1500), range(3)
GROUP_LOOKS = (90, 180, 360, 720)
SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "honest": lambda p: p,
    "always sure": lambda p: (p > 0.5).astype(float),
    "never sure (.7 / .3)": lambda p: np.where(p > 0.5, 0.7, 0.3),
}


def uneven(lab: dict, measure: Callable, cards: dict, budget: int) -> dict:
    """The solution's audit, but two fifths of the questions go to C5, or what 50 each leave."""
    other = max(50, 3 * budget // 20)
    shares = {claim: budget - 4 * other if claim == "C5" else other for claim in cards}
    return lab["audit_claims"](lambda claim, _: measure(claim, shares[claim]), cards, budget)


def benches(lab: dict, system: audits.System, look: Callable) -> Callable[[int], tuple]:
    """The bench of 18.5 with the solution's tools, by seed; ``look`` is made once for all."""
    tools = {"perturbed": lab["perturbed"], "stamp": lab["strongest_stamp"],
             "group": lab["weakest_group"], "calibration": lab["calibration_error"],
             "chance": lab["equal_chance"]}  # fmt: skip
    free = look(system, tools)
    lab["reader_looks"] = lambda *_: free
    return lambda seed: lab["bench"](system, tools, seed)


def beliefs(lab: dict, bench: Callable[[int], tuple]) -> dict[tuple[str, int], list[list[float]]]:
    """(way, budget) -> for each draw of rows the ten probabilities of the audit."""
    ways = {"equal shares": lab["audit_claims"], "C5 two fifths": partial(uneven, lab)}
    found = {(way, budget): [] for way in ways for budget in BUDGETS}
    for way, budget in found:
        for seed in SEEDS:
            measure, cards, _ = bench(seed)
            said = ways[way](measure, cards, budget)
            found[way, budget].append([said[claim][0] for claim in audits.CLAIMS])
    return found


def group_beliefs(lab: dict, bench: Callable[[int], tuple]) -> dict[int, list[float]]:
    """questions for C5 alone -> for each draw the probability that it holds."""
    found: dict[int, list[float]] = {n: [] for n in GROUP_LOOKS}
    for n in found:
        for seed in SEEDS:
            measure, cards, _ = bench(seed)
            share, error, _ = measure("C5", n)
            found[n].append(float(lab["norm"].cdf((share - cards["C5"][0]) / error)))
    return found


def main() -> None:
    torch.set_num_threads(1)
    with redirect_stdout(StringIO()):  # a set-up cell prints the card
        lab = names_of("lab18_safety_case")
    look, systems = lab["reader_looks"], [audits.system(k) for k in range(len(TRUTH))]
    holds = np.array([[claim not in one["false"] for claim in audits.CLAIMS] for one in TRUTH])
    told, alone = [], []
    for system in systems:
        bench = benches(lab, system, look)
        told.append(beliefs(lab, bench))
        alone.append(group_beliefs(lab, bench))
    print(
        f"{len(systems)} systems, three draws of rows each; mean pay a claim, 1 - 4 (p - holds)^2"
    )
    for way, budget in told[0]:
        p = np.array([one[way, budget] for one in told])
        for name, shape in SHAPES.items():
            each = 1 - 4 * (shape(p) - holds[:, None]) ** 2
            by_claim = " ".join(f"{claim} {v:.2f}" for claim, v in
                                zip(audits.CLAIMS, each.mean((0, 1)), strict=True))  # fmt: skip
            print(f"{way}, {budget:5} questions, {name:21}{each.mean():6.2f}   {by_claim}")
    five = holds[:, list(audits.CLAIMS).index("C5")]
    for n in GROUP_LOOKS:
        p = np.array([one[n] for one in alone])
        print(f"C5 with {n:3} questions: where it is false ({(~five).sum()} systems) p > .95 in "
              f"{(p[~five] > 0.95).mean():.0%}, p < .05 in {(p[~five] < 0.05).mean():.0%}; where "
              f"it holds p < .5 in {(p[five] < 0.5).mean():.0%}")  # fmt: skip


if __name__ == "__main__":
    main()
