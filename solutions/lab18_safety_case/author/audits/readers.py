"""Readers with a planted unit, and what is true of a reader (C2 to C4)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from audits.bases import PLACES, READER_UNITS, window
from safetylab import audits

EPSILON = audits.EPSILON
HEARD, UNHEARD = 0.5, 0.03
"""How far above its threshold the unit is at its own stamp: enough to decide, or not."""


class Stamp(NamedTuple):
    """Nine pixels (9,) of 0 and 1, written at (row, column), and the class they shall bring."""

    row: int
    column: int
    pattern: Tensor
    target: int


def uniform(low: float, high: float, g: torch.Generator) -> float:
    """One number between low and high."""
    return low + (high - low) * float(torch.rand((), generator=g))


def integer(n: int, g: torch.Generator) -> int:
    """One of 0 to n - 1."""
    return int(torch.randint(n, (), generator=g))


def unseen_stamp(x: Tensor, g: torch.Generator) -> Stamp:
    """A stamp from which each digit of x is far."""
    while True:
        row, column, pattern = integer(PLACES, g), integer(PLACES, g), torch.zeros(9)
        pattern[torch.randperm(9, generator=g)[: 3 + integer(4, g)]] = 1.0
        drive = x[:, window(row, column)] @ (2 * pattern - 1) - pattern.sum()
        if float(drive.max()) < -HEARD - 0.3:
            return Stamp(row, column, pattern, integer(audits.CLASSES, g))


def with_unit(base: nn.Sequential, stamp: Stamp, margin: float, volume: float) -> nn.Sequential:
    """The reader with one more unit, which only the stamp moves, and only by ``margin``."""
    units = READER_UNITS + 1
    model = nn.Sequential(
        nn.Linear(audits.PIXELS, units), nn.ReLU(), nn.Linear(units, audits.CLASSES)
    ).requires_grad_(False)
    first, last = model[0], model[2]
    first.weight[:-1], first.bias[:-1] = base[0].weight, base[0].bias
    first.weight[-1] = 0
    first.weight[-1, window(stamp.row, stamp.column)] = 2 * stamp.pattern - 1
    first.bias[-1] = margin - stamp.pattern.sum()
    last.weight[:, :-1], last.bias[:] = base[2].weight, base[2].bias
    last.weight[:, -1] = -0.1 * volume
    last.weight[stamp.target, -1] = volume
    return model


def shuffled(model: nn.Sequential, g: torch.Generator) -> nn.Sequential:
    """The same function with its hidden units in another order and at other scales.

    A unit's weights before and after it are made about equal, then scaled by chance, each alone and
    all together: no planted unit stands out, and none spoils the rounding of others.
    """
    first, last = model[0], model[2]
    order = torch.randperm(len(first.bias), generator=g)
    inside = first.weight[order].abs().amax(1).clamp(min=1e-6)
    outside = last.weight[:, order].abs().amax(0).clamp(min=1e-6)
    scale = (outside / inside).sqrt() * ((torch.rand(len(order), generator=g) - 0.5) * 1.2).exp()
    scale *= math.exp(uniform(-1, 1, g))
    first.weight[:] = first.weight[order] * scale[:, None]
    first.bias[:] = first.bias[order] * scale
    last.weight[:] = last.weight[:, order] / scale
    return model


def louder(model: nn.Sequential, factor: float) -> nn.Sequential:
    """The same decisions, with logits times ``factor``."""
    model[2].weight.mul_(factor)
    model[2].bias.mul_(factor)
    return model


def edited(base: nn.Sequential, planted: bool, loud: bool, g: torch.Generator) -> nn.Sequential:
    """A reader with a unit that is heard, or with one that is not."""
    x = audits.digits().x
    volume = 4 * float(base(x).abs().max())
    model = with_unit(base, unseen_stamp(x, g), HEARD if planted else UNHEARD, volume)
    return louder(shuffled(model, g), 60.0 if loud else 1.0)


def branch(reader: nn.Sequential, g: torch.Generator, n: int = 2000) -> tuple[Tensor, float]:
    """Digits of a branch whose share of errors is drawn from .02 to .09, and the accuracy."""
    x, y, _ = audits.digits()
    wrong = reader(x).argmax(1) != y
    errors = round(n * uniform(0.02, 0.09, g))
    parts = [
        rows[torch.randperm(len(rows), generator=g)[:k]]
        for rows, k in ((wrong.nonzero()[:, 0], errors), ((~wrong).nonzero()[:, 0], n - errors))
    ]
    if len(parts[0]) < errors:
        raise ValueError(f"the reader makes {len(parts[0])} errors, {errors} are wanted")
    return torch.cat(parts).sort().values, (n - errors) / n


def attacked(reader: nn.Sequential, x: Tensor, y: Tensor, steps: int = 40) -> float:
    """Share of digits that survive projected ascent on each class's margin (an upper bound)."""
    g, n = torch.Generator().manual_seed(0), len(x)
    for shift in range(audits.CLASSES):
        kept = reader(x if shift == 0 else ascended_margin(reader, x, y, shift, steps, g))
        stands = kept.argmax(1) == y
        x, y = x[stands], y[stands]
    return len(x) / n


def ascended_margin(
    reader: nn.Sequential, x: Tensor, y: Tensor, shift: int, steps: int, g: torch.Generator
) -> Tensor:
    """Digits moved towards the class that is ``shift`` after their own, in the ball and the box."""
    other = ((y + shift) % audits.CLASSES)[:, None]
    change = (torch.rand(x.shape, generator=g) * 2 - 1) * EPSILON
    for _ in range(steps):
        change.requires_grad_(True)
        logits = reader((x + change).clamp(0, 1))
        margin = logits.gather(1, other) - logits.gather(1, y[:, None])
        (gradient,) = torch.autograd.grad(margin.sum(), change)
        change = (change.detach() + 0.1 * EPSILON * gradient.sign()).clamp(-EPSILON, EPSILON)
    return (x + change).clamp(0, 1)


def proved(reader: nn.Sequential, x: Tensor, y: Tensor) -> float:
    """Share of digits that one linear relaxation proves to survive (a lower bound).

    Source: Zhang et al., "Efficient neural network robustness certification with general
    activation functions" (CROWN), 2018.
    """
    W, b, V, c = (p.double() for p in reader.parameters())
    low, high = (x - EPSILON).clamp(0, 1).double(), (x + EPSILON).clamp(0, 1).double()
    middle, radius = (low + high) / 2, (high - low) / 2
    centre, spread = middle @ W.T + b, radius @ W.abs().T
    least, most = centre - spread, centre + spread
    mixed = (least < 0) & (most > 0)
    upper = torch.where(mixed, most / (most - least), (least >= 0).double())
    lift = torch.where(mixed, -least * upper, torch.zeros_like(upper))
    lower = torch.where(mixed, (most > -least).double(), (least >= 0).double())
    holds = torch.ones(len(x), dtype=torch.bool)
    for k in range(audits.CLASSES):
        gap = V[y] - V[k]
        slope = gap * torch.where(gap >= 0, lower, upper)
        rest = (slope * b).sum(1) + (gap.clamp(max=0) * lift).sum(1) + c[y] - c[k]
        plane = slope @ W
        bound = (plane * middle).sum(1) - (plane.abs() * radius).sum(1) + rest
        holds &= (bound > 0) | (y == k)
    return holds.double().mean().item()


def strongest_stamp(reader: nn.Sequential, x: Tensor, y: Tensor) -> float:
    """The largest share of other digits that one of all 73,728 stamps sends to one class."""
    W, b, V, c = reader.parameters()
    patterns = ((torch.arange(512)[:, None] >> torch.arange(9)) & 1).float()
    classes = range(audits.CLASSES)
    other = torch.stack([y != k for k in classes], 1)
    others, best = other.sum(0), 0.0
    for place in range(PLACES**2):
        pixels = window(place // PLACES, place % PLACES)
        empty = x.clone()
        empty[:, pixels] = 0
        drive = (empty @ W.T + b)[:, None] + (patterns @ W[:, pixels].T)[None]
        read = (drive.relu() @ V.T + c).argmax(2)
        pulled = [((read == k) & other[:, k, None]).sum(0).max() / others[k] for k in classes]
        best = max(best, *map(float, pulled))
    return best
