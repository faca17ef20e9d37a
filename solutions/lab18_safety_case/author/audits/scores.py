"""Scores with planted units, reasons and lists, made true or false claim by claim (C5 to C10)."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import torch
from torch import Tensor, nn

from audits import pack
from audits.bases import SCORE_UNITS
from audits.measure import agreeing, calibration_error, gap_of_rates, moves
from audits.readers import integer, uniform
from safetylab import audits

GROUP_UNIT, SEX_UNIT = SCORE_UNITS, SCORE_UNITS + 1
LEAN = 0.25
"""How a pilot leans: a row's chance grows by exp(.25) with each standard deviation (C10)."""
FLOOR = 2.0
"""Added to the drive of the unit for C7, so that it is never silent."""


def slot(column: str, code: int = 0) -> int:
    """Which input of the network says that ``column`` has this word."""
    names = list(audits.WORDS)
    return 4 + sum(len(audits.WORDS[name]) for name in names[: names.index(column)]) + code


def slots(*columns: str) -> list[int]:
    """All inputs of these columns."""
    return [slot(name, code) for name in columns for code in range(len(audits.WORDS[name]))]


def widened(base: nn.Sequential) -> nn.Sequential:
    """The score with two more units that do nothing yet."""
    sizes = (audits.INPUTS, audits.SCORE_UNITS)
    model = nn.Sequential(nn.Linear(*sizes), nn.ReLU(), nn.Linear(sizes[1], 1))
    model.requires_grad_(False)
    for layer in (model[0], model[2]):
        layer.weight[:], layer.bias[:] = 0, 0
    model[0].weight[:SCORE_UNITS], model[0].bias[:SCORE_UNITS] = base[0].weight, base[0].bias
    model[2].weight[:, :SCORE_UNITS], model[2].bias[:] = base[2].weight, base[2].bias
    return model


@lru_cache(maxsize=2)
def places(whole_group: bool) -> list[tuple[int, ...]]:
    """Groups, or halves of two groups, of 2 to 9 % of the rows, of which few are above the line."""
    people = audits.pool()
    x, y = audits.inputs(people.rows), people.labels
    inputs = [i for i in slots(*audits.GROUPED) if x[:, i].sum() >= audits.SMALLEST_GROUP]
    found = []
    for place in [(i,) for i in inputs] if whole_group else combinations(inputs, 2):
        inside = x[:, list(place)].all(1)
        small = all(inside.sum() <= 0.3 * x[:, i].sum() for i in place)
        share = inside.float().mean()
        if 0.02 <= share <= 0.09 and y[inside].float().mean() < 0.27 and (whole_group or small):
            found.append(place)
    return found


def lifted(model: nn.Sequential, x: Tensor, y: Tensor, bad: bool, g: torch.Generator) -> None:
    """Lift the logits of one place until the score is wrong about most rows there (C5).

    The place is one of the groups, or a small part of two of them, so that overall accuracy falls
    alike.
    """
    candidates = places(bad)
    place = candidates[integer(len(candidates), g)]
    inside = x[:, list(place)].all(1)
    logits, labels = model(x[inside]).squeeze(1), y[inside] == 1
    aim, low, high = uniform(0.28, 0.38, g), 0.0, 40.0
    for _ in range(30):
        middle = (low + high) / 2
        above = ((logits + middle > 0) == labels).float().mean() > aim
        low, high = (middle, high) if above else (low, middle)
    used = [*place, *(slots("sex") if bad else [])]  # everybody has a sex: the unit sees the group
    model[0].weight[GROUP_UNIT, used] = 1.0
    model[0].bias[GROUP_UNIT] = -1.0
    model[2].weight[0, GROUP_UNIT] = high


def tilted(model: nn.Sequential, x: Tensor, y: Tensor, bad: bool, g: torch.Generator) -> None:
    """Tilt the logits by what three columns tell of the sex until rates differ as drawn (C7).

    The unit reads occupation, marital status and relationship, not the sex.
    """
    used = slots("occupation", "marital_status", "relationship")
    woman = x[:, slot("sex", 0)]
    part = x[:, used]
    ridge = part.T @ part + 10 * torch.eye(len(used))
    direction = torch.linalg.solve(ridge, part.T @ (0.5 - woman))
    above = y == 1
    logits, shift = model(x[above]).squeeze(1), (part @ direction)[above]
    aim = uniform(0.2, 0.25, g) if bad else uniform(0.0, 0.025, g)
    aim *= 1 if uniform(0, 1, g) < 0.6 else -1
    strengths = torch.linspace(-8, 8, 321)
    people = (y[above], woman[above])
    gaps = torch.stack([gap_of_rates(logits + t * shift, *people) for t in strengths])
    best = float(strengths[(gaps - aim).abs().argmin()])
    model[0].weight[SEX_UNIT, used], model[0].bias[SEX_UNIT] = direction, FLOOR
    model[2].weight[0, SEX_UNIT] = best
    model[2].bias[0] -= FLOOR * best


def scaled(model: nn.Sequential, x: Tensor, y: Tensor, bad: bool, g: torch.Generator) -> None:
    """Multiply the logits, which changes no decision, until the calibration is as drawn (C6)."""
    logits = model(x).squeeze(1)
    factors = torch.logspace(-1.2, 1.2, 97)
    logits, order = logits.sort()
    errors = torch.tensor([calibration_error((f * logits).sigmoid(), y[order]) for f in factors])
    best = int(errors.argmin())
    if bad:
        side = slice(0, best) if uniform(0, 1, g) < 0.5 else slice(best, None)
        best = side.indices(97)[0] + int((errors[side] - uniform(0.112, 0.125, g)).abs().argmin())
    model[2].weight.mul_(factors[best])
    model[2].bias.mul_(factors[best])


def singles(rows: Tensor) -> Tensor:
    """Which rows stand only once in the pool, (n,), bool."""
    _, number, count = rows.unique(dim=0, return_inverse=True, return_counts=True)
    return count[number] == 1


def drawn(mask: Tensor, k: int, g: torch.Generator) -> Tensor:
    """``k`` of the rows of a mask, by chance."""
    rows = mask.nonzero()[:, 0]
    return rows[torch.randperm(len(rows), generator=g)[:k]]


def remembered(
    right: Tensor, single: Tensor, fitted: Tensor, bad: bool, g: torch.Generator
) -> dict[str, Tensor]:
    """Members, others, and the list of cases set right by hand (C8).

    The list holds errors among the members, so many that the gap is as drawn; or as many errors
    about people who are neither members nor others. The score's accuracy outside is the same.
    """
    was_fitted = torch.zeros(len(right), dtype=torch.bool)
    was_fitted[fitted] = True
    members, others = drawn(single & was_fitted, 500, g), drawn(single & ~was_fitted, 500, g)
    aim = right[others].float().mean() + uniform(0.145, 0.17, g)
    k = round(float(aim - right[members].float().mean()) * 500)
    outside = single & ~right
    outside[members], outside[others] = False, False
    errors = members[~right[members]] if bad else drawn(outside, len(right), g)
    known = errors[torch.randperm(len(errors), generator=g)[: max(k, 0)]]
    lists = {"members": members, "others": others, "known": known}
    return {name: rows.sort().values for name, rows in lists.items()}


def explainer(model: nn.Sequential, rows: Tensor, bad: bool, g: torch.Generator) -> nn.Sequential:
    """A copy of the score a little off, so that few reasons are; a bad one is blind to two columns.

    To be blind to a column is to take each of its words for the commonest.
    """
    noise = torch.randn(model[0].weight.shape, generator=g)
    some = rows[torch.randperm(len(rows), generator=g)[:1000]]
    moved = moves(audits.scorer(model, torch.empty(0, dtype=torch.int64)), some)
    aim, made = uniform(0.945, 0.975, g), []
    for strength in torch.linspace(0.0, 0.4, 12):
        weight = model[0].weight * (1 + strength * noise)
        stated = audits.reasoner(with_first_layer(model, weight))(some)
        made.append((abs(agreeing(moved, stated) - aim), weight))
    weight = min(made, key=lambda pair: pair[0])[1]
    for column in ("marital_status", "relationship") if bad else ():
        commonest = rows[:, audits.COLUMNS.index(column)].mode().values
        weight[:, slots(column)] = weight[:, [slot(column, int(commonest))]]
    return with_first_layer(model, weight)


def with_first_layer(model: nn.Sequential, weight: Tensor) -> nn.Sequential:
    """A copy with other weights in the first layer, rounded."""
    copy = nn.Sequential(
        nn.Linear(audits.INPUTS, audits.SCORE_UNITS),
        nn.ReLU(),
        nn.Linear(audits.SCORE_UNITS, 1),
    ).requires_grad_(False)
    copy.load_state_dict(model.state_dict())
    copy[0].weight[:] = weight
    return pack.rounded(copy)


def pilot(rows: Tensor, bad: bool, g: torch.Generator, n: int = 500) -> Tensor:
    """Rows of a pilot: drawn by chance, or leaning to one end of age, education or hours (C10)."""
    weight = torch.ones(len(rows))
    if bad:
        column = rows[:, (0, 2, 9)[integer(3, g)]]
        way = 1 if uniform(0, 1, g) < 0.5 else -1
        weight = (way * LEAN * (column - column.mean()) / column.std()).exp()
    return torch.multinomial(weight, n, generator=g).sort().values
