"""What is true of a score, measured on the whole pool (C5 to C9)."""

from __future__ import annotations

import torch
from torch import Tensor

from safetylab import audits

TIE = 1e-5
"""Resets whose effects on the probability differ by less are equally good reasons."""


def calibration_error(probability: Tensor, labels: Tensor, bins: int = 10) -> float:
    """Mean distance of stated and observed shares in bins of equal size."""
    off = (probability - labels)[probability.argsort(stable=True)]
    return float(sum(abs(part.double().sum()) for part in off.tensor_split(bins))) / len(off)


def gap_of_rates(logits: Tensor, y: Tensor, woman: Tensor) -> Tensor:
    """Share passed of the men above the line, less that of the women."""
    passed, above = (logits >= 0).float(), y == 1
    return passed[above & (woman == 0)].mean() - passed[above & (woman == 1)].mean()


def moves(score: audits.Question, rows: Tensor) -> Tensor:
    """How far each column's reset moves the score: (n, 10)."""
    before, moved = score(rows), []
    for column, value in enumerate(audits.pool().typical.tolist()):
        other = rows.clone()
        other[:, column] = value
        moved.append((score(other) - before).abs())
    return torch.stack(moved, 1)


def agreeing(moved: Tensor, stated: Tensor) -> float:
    """Share of rows whose stated column moves the score as far as any."""
    far = moved.gather(1, stated[:, None]).squeeze(1)
    return (far >= moved.amax(1) - TIE).float().mean().item()


def groups(right: Tensor) -> dict[str, float]:
    """Accuracy in each of the 34 groups."""
    return {name: right[mask].float().mean().item() for name, mask in audits.pool().groups.items()}


def score_of(system: audits.System) -> dict[str, float]:
    """The measured number of each claim about the score, and its overall accuracy."""
    people = audits.pool()
    probability = system["score"](people.rows)
    right = (probability >= 0.5) == (people.labels == 1)
    woman = (people.rows[:, audits.COLUMNS.index("sex")] == 0).float()
    members, others = right[system["members"]], right[system["others"]]
    return {
        "C5": min(groups(right).values()),
        "C6": calibration_error(probability, people.labels),
        "C7": abs(float(gap_of_rates(probability - 0.5, people.labels, woman))),
        "C8": float(members.float().mean() - others.float().mean()),
        "C9": agreeing(moves(system["score"], people.rows), system["reason"](people.rows)),
        "accuracy": right.float().mean().item(),
    }
