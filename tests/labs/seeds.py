"""The table of thresholds that each lab's ``thresholds.py`` prints.

A row is ``(name, "<=" or ">=", threshold, solution, mistake or None, what the mistake is)``;
``solution`` and ``mistake`` take a seed and return the number that the check compares.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from tqdm import tqdm

SEEDS = range(20)
Row = tuple[str, str, float, Callable[[int], Any], Callable[[int], Any] | None, str]


def _holds(value: float, sense: str, threshold: float) -> bool:
    return value <= threshold if sense == "<=" else value >= threshold


def line(row: Row, seeds: Iterable[int] = SEEDS) -> str:
    """One row: the worst seed of the solution, the best of the mistake, and how many pass, fail."""
    name, sense, threshold, solution, mistake, what = row
    worst, best = (max, min) if sense == "<=" else (min, max)
    good = [float(solution(seed)) for seed in seeds]
    bad = [float(mistake(seed)) for seed in seeds] if mistake else []
    passed = sum(_holds(value, sense, threshold) for value in good)
    failed = len(bad) - sum(_holds(value, sense, threshold) for value in bad)
    shown = f"{best(bad):14.3g} {failed:5}/{len(bad)}" if bad else " " * 23
    head = f"{name} {sense} {threshold}"
    return f"{head:30} {worst(good):16.3g} {passed:5}/{len(good)} {shown}  ({what})"


def table(rows: Iterable[Row]) -> None:
    """Print the rows whose name begins with the command's argument, or all."""
    torch.set_num_threads(1)
    columns = ("solution, worst", "passed", "mistake, best", "failed")
    print("{:30} {:>16} {:>8} {:>14} {:>8}".format("threshold", *columns))
    for row in tqdm([r for r in rows if r[0].startswith("".join(sys.argv[1:2]))]):
        print(line(row), flush=True)
