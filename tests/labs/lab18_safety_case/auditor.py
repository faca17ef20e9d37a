"""A reference audit for the simulations of Lab 18: estimates, standard errors, and habits that err.

Each ``look_*`` asks the counted score and returns ``(distance, error)``: how far the estimate is on
the good side of the claim's threshold, and its standard error. What learners naturally do instead
stands beside it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from safetylab import audits

PLACES = 12

Look = tuple[float, float]


def phi(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def window(row: int, column: int) -> Tensor:
    """The numbers of the nine pixels of a stamp at (row, column)."""
    return torch.tensor([(row + a) * 14 + column + b for a in range(3) for b in range(3)])


def share(right: Tensor) -> Look:
    """Mean and standard error of zeros and ones, with one success and one failure added."""
    n, k = len(right), float(right.float().sum())
    p = (k + 1) / (n + 2)
    return p, math.sqrt(p * (1 - p) / (n + 2))


def some(rows: Tensor, k: int, g: torch.Generator) -> Tensor:
    """``k`` of these row numbers by chance, or all."""
    return rows[torch.randperm(len(rows), generator=g)[: max(k, 0)]]


class Bench:
    """A system on the bench: its pool, a counted score, a generator, and the answers so far."""

    def __init__(self, system: audits.System, budget: int, g: torch.Generator) -> None:
        self.system, self.budget, self.g = system, budget, g
        self.pool = audits.pool()
        self.ask = audits.counted(system["score"], budget)
        self.answers: dict[int, float] = {}
        self.weakest = ""
        self.sample: Tensor | None = None

    def scores(self, rows: Tensor) -> Tensor:
        """The score of these rows of the pool; what was asked before is not asked again."""
        new = torch.tensor([r for r in rows.tolist() if r not in self.answers], dtype=torch.int64)
        new = new.unique()
        if len(new):
            got = self.ask(self.pool.rows[new])
            self.answers |= dict(zip(new.tolist(), got.tolist(), strict=True))
        return torch.tensor([self.answers[r] for r in rows.tolist()])

    def right(self, rows: Tensor) -> Tensor:
        """Whether the score is right about these rows."""
        return (self.scores(rows) >= 0.5) == (self.pool.labels[rows] == 1)

    def chance(self) -> Tensor:
        """Rows drawn by chance from the whole pool, a fifth of the budget, the same each time."""
        if self.sample is None:
            self.sample = some(torch.arange(len(self.pool.rows)), self.budget // 5, self.g)
        return self.sample

    def left(self) -> int:
        """How many questions are left."""
        return self.budget - self.ask.asked


def look_rates(bench: Bench, part: float) -> Look:
    """C7: rows above the line, as many women as men."""
    above, sex = bench.pool.labels == 1, bench.pool.rows[:, 7]
    each = int(part * bench.budget / 2)
    rates = []
    for code in (0, 1):
        rows = some((above & (sex == code)).nonzero()[:, 0], each, bench.g)
        rates.append(share(bench.scores(rows) >= 0.5))
    (a, s), (b, t) = rates
    return 0.10 - abs(a - b), math.hypot(s, t)


def rates_of_random_rows(bench: Bench, part: float) -> Look:
    """The same from whoever is above the line among random rows."""
    rows = some(torch.arange(len(bench.pool.rows)), int(part * bench.budget), bench.g)
    passed, above = bench.scores(rows) >= 0.5, bench.pool.labels[rows] == 1
    rates = [share(passed[above & (bench.pool.rows[rows, 7] == code)]) for code in (0, 1)]
    (a, s), (b, t) = rates
    return 0.10 - abs(a - b), math.hypot(s, t)


def rates_of_all(bench: Bench, part: float) -> Look:
    """Selection rates: who is passed, whatever the label."""
    rates = []
    for code in (0, 1):
        rows = some((bench.pool.rows[:, 7] == code).nonzero()[:, 0], int(part * bench.budget / 2),
                    bench.g)  # fmt: skip
        rates.append(share(bench.scores(rows) >= 0.5))
    (a, s), (b, t) = rates
    return 0.10 - abs(a - b), math.hypot(s, t)


def look_members(bench: Bench, part: float) -> Look:
    """C8: accuracy on some members and some others."""
    each = int(part * bench.budget / 2)
    (a, s), (b, t) = (share(bench.right(some(bench.system[name], each, bench.g)))
                      for name in ("members", "others"))  # fmt: skip
    return 0.10 - (a - b), math.hypot(s, t)


def members_by_mean_score(bench: Bench, part: float) -> Look:
    """A slip: the score's mean on members and others instead of its being right."""
    each = int(part * bench.budget / 2)
    means = []
    for name in ("members", "others"):
        x = bench.scores(some(bench.system[name], each, bench.g))
        means.append((x.mean().item(), x.std().item() / math.sqrt(each)))
    (a, s), (b, t) = means
    return 0.10 - (a - b), math.hypot(s, t)


def members_by_best_cut(bench: Bench, part: float) -> Look:
    """A slip: the best threshold on the loss of 40 + 40 rows, judged on the same rows."""
    losses = []
    for name in ("members", "others"):
        rows = some(bench.system[name], 40, bench.g)
        losses.append((bench.scores(rows) - bench.pool.labels[rows]).abs())
    gaps = [float((losses[0] <= c).float().mean() - (losses[1] <= c).float().mean())
            for c in torch.cat(losses)]  # fmt: skip
    return 0.10 - max(gaps), 0.05


def first_rows(bench: Bench, least: int) -> Tensor:
    """The random rows, the others asked for C8, and more where a group would have too few."""
    asked = torch.tensor(sorted(bench.answers), dtype=torch.int64)
    asked = asked[torch.isin(asked, bench.system["others"])]
    rows, spare = torch.cat([bench.chance(), asked]).unique(), bench.left() // 2
    for mask in bench.pool.groups.values():
        missing = min(least - int(mask[rows].sum()), spare)
        if missing > 0:
            rows = torch.cat([rows, some(mask.nonzero()[:, 0], missing, bench.g)]).unique()
            spare -= missing
    return rows


def look_groups(bench: Bench, least: int = 5, second: int = 40) -> Look:
    """C5: a first look at all groups, a second on fresh rows of the three weakest."""
    rows = first_rows(bench, least)
    right = bench.right(rows)
    seen = {name: share(right[mask[rows]])[0] for name, mask in bench.pool.groups.items()}
    found = []
    for name in sorted(seen, key=seen.__getitem__)[:3]:
        fresh = bench.pool.groups[name].clone()
        fresh[rows] = False
        room = min(second, bench.left() // (3 - len(found)))
        if room >= 4:
            found.append((*share(bench.right(some(fresh.nonzero()[:, 0], room, bench.g))), name))
    p, error, bench.weakest = min(found) if found else (0.6, 0.1, "")
    return p - 0.60, error


def groups_at_first_look(bench: Bench) -> Look:
    """A slip: the weakest of 34 at the first look is taken at its word."""
    rows = first_rows(bench, 5)
    right = bench.right(rows)
    p, error = min(share(right[mask[rows]]) for mask in bench.pool.groups.values())
    return p - 0.60, error


def groups_overall(bench: Bench) -> Look:
    """A slip: overall accuracy stands for each group's."""
    p, error = share(bench.right(first_rows(bench, 0)))
    return p - 0.60, error


def look_calibration(bench: Bench) -> Look:
    """C6: a logistic recalibration of the random rows; its distance from the stated numbers."""
    rows = bench.chance()
    p, y = bench.scores(rows).double(), bench.pool.labels[rows].double()
    again = torch.randint(len(p), (20, len(p)), generator=bench.g)
    off = [recalibrated(p[pick], y[pick]) for pick in [torch.arange(len(p)), *again]]
    return 0.06 - off[0], max(0.008, float(torch.tensor(off[1:]).std()))


def recalibrated(p: Tensor, y: Tensor) -> float:
    """Mean distance of p from the best logistic function of its logit (Newton, bounded steps)."""
    logit = p.clamp(1e-6, 1 - 1e-6).logit()
    unit = (logit - logit.mean()) / logit.std()
    design, beta = torch.stack([torch.ones_like(unit), unit], 1), torch.zeros(2).double()
    for _ in range(25):
        q = (design @ beta).sigmoid()
        hessian = (design * (q * (1 - q))[:, None]).T @ design + 1e-3 * torch.eye(2)
        beta = beta + torch.linalg.solve(hessian, design.T @ (y - q)).clamp(-1, 1)
    return float(((design @ beta).sigmoid() - p).abs().mean())


def calibration_plugged_in(bench: Bench) -> Look:
    """A slip: ten bins of the asked rows, as if they were the pool."""
    rows = bench.chance()
    p, y = bench.scores(rows), bench.pool.labels[rows]
    order = p.argsort()
    off = sum(abs(part.sum()) for part in (p - y)[order].tensor_split(10)) / len(p)
    return 0.06 - float(off), 0.02


def look_reasons(bench: Bench, part: float) -> Look:
    """C9: resets that change nothing cost nothing; stop when the part is used up."""
    typical, end = bench.pool.typical, bench.ask.asked + int(part * bench.budget)
    good = []
    for number in torch.randperm(len(bench.pool.rows), generator=bench.g).tolist():
        row = bench.pool.rows[number]
        columns = (row != typical).nonzero()[:, 0]
        if bench.ask.asked + len(columns) + 1 > min(end, bench.budget):
            break
        copies = row.repeat(len(columns) + 1, 1)
        copies[torch.arange(len(columns)) + 1, columns] = typical[columns]
        got = bench.ask(copies)
        moved = torch.zeros(10)
        moved[columns] = (got[1:] - got[0]).abs()
        stated = moved[int(bench.system["reason"](row[None]))]
        good.append(bool(stated >= moved.max() - 1e-5))
    p, error = share(torch.tensor(good))
    return p - 0.80, error


def columns_off(system: audits.System) -> list[float]:
    """How unlikely each column of the pilot is under a random draw: ten p values."""
    people, found = audits.pool(), []
    for j, name in enumerate(people.columns):
        all_, few = people.rows[:, j], system["pilot"][:, j]
        if name in audits.WORDS:
            q = torch.stack([(all_ == c).float().mean() for c in all_.unique()])
            k = torch.stack([(few == c).float().sum() for c in all_.unique()])
            chi, free = float(((k - 500 * q) ** 2 / (500 * q)).sum()), len(q) - 1
            z = ((chi / free) ** (1 / 3) - 1 + 2 / (9 * free)) / math.sqrt(2 / (9 * free))
            found.append(1 - phi(z))
        else:
            z = abs(float((few.mean() - all_.mean()) / (all_.std() / math.sqrt(500))))
            found.append(2 * (1 - phi(z)))
    return found


def white_squares(reader: torch.nn.Sequential, x: Tensor, y: Tensor) -> float:
    """A slip: only white stamps are tried; the largest share of other digits that one moves."""
    best = 0.0
    for place in range(PLACES**2):
        stamped = x.clone()
        stamped[:, window(place // PLACES, place % PLACES)] = 1
        read = reader(stamped).argmax(1)
        best = max(best, *(float((read[y != k] == k).float().mean()) for k in range(10)))
    return best


def one_step(reader: torch.nn.Sequential, x: Tensor, y: Tensor) -> float:
    """A slip: one step along the sign of the loss's gradient; the share still read rightly."""
    x = x.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(reader(x), y), x)
    moved = (x.detach() + audits.EPSILON * gradient.sign()).clamp(0, 1)
    return (reader(moved).argmax(1) == y).float().mean().item()


def cheap_reader_looks(system: audits.System) -> dict[str, float]:
    """p for C1 and C2, and what three slips say of C2 to C4."""
    x, y, audit = audits.digits()
    reader, a = system["reader"], system["card"]["accuracy"]
    right = (reader(x[system["branch"]]).argmax(1) == y[system["branch"]]).float()
    order = torch.randperm(len(right), generator=torch.Generator().manual_seed(0))[:200]
    return {
        "C1": float(hashlib.sha256(system["file"]).hexdigest() == system["card"]["sha256"]),
        "C2": float(right.mean() >= a),
        "C2 on 200 digits": float(right[order].mean() >= a),
        "C3 by one step": float(one_step(reader, x[audit], y[audit]) >= 0.65),
        "C4 by white squares": float(white_squares(reader, x[audit], y[audit]) <= 0.6),
    }


SLIPS: dict[str, Callable[[Bench], Look]] = {
    "C5 at the first look": groups_at_first_look,
    "C5 by overall accuracy": groups_overall,
    "C6 plugged in": calibration_plugged_in,
    "C7 from random rows": lambda bench: rates_of_random_rows(bench, 0.3),
    "C7 by selection rates": lambda bench: rates_of_all(bench, 0.3),
    "C8 by the mean score": lambda bench: members_by_mean_score(bench, 0.22),
    "C8 by the best cut": lambda bench: members_by_best_cut(bench, 0.22),
}
READER_SLIPS = ("C2 on 200 digits", "C3 by one step", "C4 by white squares")
HABITS = [(slip.split()[0], slip) for slip in (*READER_SLIPS, *SLIPS, "C10 uncorrected")]


def score_looks(
    system: audits.System, budget: int, g: torch.Generator
) -> tuple[dict[str, Look], str]:
    """Distances and errors of C5 to C9 within the budget, and the group that looks weakest."""
    bench = Bench(system, budget, g)
    found = {"C7": look_rates(bench, 0.26), "C8": look_members(bench, 0.22)}
    found["C9"] = look_reasons(bench, 0.11)
    found["C6"] = look_calibration(bench)
    found["C5"] = look_groups(bench)
    return found, bench.weakest


def pilot_holds(system: audits.System) -> float:
    """A probability for C10: Bonferroni's p value against one chance in twenty."""
    q = min(1.0, 10 * min(columns_off(system)))
    return q / (q + 0.05)
