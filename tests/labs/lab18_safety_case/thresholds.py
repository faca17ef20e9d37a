"""What the thresholds of Lab 18 were set from: 20 seeds of the solution and of a mistake.

The last rows are about slips that no mean over systems tells from right answers, but an example
made for it does. There the right answers of ``answers.py``, each in a style of its own, have rows.

``python tests/labs/lab18_safety_case/thresholds.py > tests/labs/lab18_safety_case/thresholds.txt``
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from columns import Right, load
from source import names_of

with redirect_stdout(StringIO()):  # a set-up cell prints the card
    LAB = names_of("lab18_safety_case")


def left(seed, epsilon, search):
    """18.3a: digits read rightly after a search, less those after the test's own."""
    rows = slice(200 * seed, 200 * seed + 200)
    x, y = LAB["x_test"][rows], LAB["y_test"][rows]
    model = LAB["scaled"](LAB["READER"], 60)
    found = float((model(search(model, x, y, epsilon)).argmax(1) == y).float().mean())
    return found - LAB["oracle_left"](model, x, y, epsilon)


def examiner(model, x, y, epsilon):
    """The attack on cross-entropy."""
    return LAB["pgd"](model, x, y, epsilon, generator=torch.Generator().manual_seed(0))


def one_step(model, x, y, epsilon):
    """One step on the margin."""
    draw = torch.Generator().manual_seed(0)
    return LAB["pgd"](
        model,
        x,
        y,
        epsilon,
        generator=draw,
        steps=1,
        step_size=epsilon,
        loss=lambda logits, y: -LAB["margin"](logits, y),
    )


def group_bias(seed, search):
    """18.4a: how far forty estimates are from the named group's truth, on average."""
    off = []
    for one in range(40 * seed, 40 * seed + 40):
        ask, _, labels, groups, right = LAB["world"](one + 10_000)
        name, estimate, _ = search(ask, labels, groups, 300, np.random.default_rng(one))
        off.append(estimate - right[groups[name]].mean())
    return abs(float(np.mean(off)))


def first_look(ask, labels, groups, budget, rng):
    """The worst-looking group, and how it looked."""
    rows = rng.permutation(len(labels))[:budget]
    right = (ask(rows) >= 0.5) == labels[rows]
    looks = {name: right[mask[rows]].mean() for name, mask in groups.items() if mask[rows].any()}
    return (*min(looks.items(), key=lambda pair: pair[1]), 0.1)


def named(seed):
    """18.4a: the share of forty systems whose bad group is named."""
    hits = 0
    for one in range(40 * seed, 40 * seed + 40):
        low = ("b2", "c0", "a1", "c3")[one % 4]
        ask, _, labels, groups, _ = LAB["world"](one + 20_000, low)
        rng = np.random.default_rng(one)
        hits += LAB["weakest_group"](ask, labels, groups, 300, rng)[0] == low
    return hits / 40


def verdicts(seed, change, count=40):
    """18.5: pay, right when sure, right side, over invented systems near the bars."""
    paid, sure, side = [], [], []
    for one in range(count * seed, count * seed + count):
        measure, cards, holds, _ = LAB["pretend"](one + 50_000, True)
        for claim, (believed, _) in LAB["audit_claims"](measure, cards, 900).items():
            p = change(believed)
            paid.append(1 - 4 * (p - holds[claim]) ** 2)
            side.append((p > 0.5) == holds[claim])
            if not 0.05 < p < 0.95:
                sure.append(side[-1])
    return float(np.mean(paid)), float(np.mean(sure or [1])), float(np.mean(side))


def same(p):
    """Honest."""
    return p


def certain(p):
    """Always sure."""
    return float(p > 0.5)


def timid(p):
    """Never sure."""
    return 0.7 if p > 0.5 else 0.3


def gap_error(seed, only_able):
    """18.4b: root mean square error of the gap with 160 questions, over forty systems."""
    off = []
    for one in range(40 * seed, 40 * seed + 40):
        rng = np.random.default_rng(one + 90_000)
        women = rng.random(4000) < 0.33
        labels = (rng.random(4000) < np.where(women, 0.12, 0.3)).astype(int)
        yes = rng.random(4000) < np.where(labels == 1, 0.6, 0.08)

        def ask(chosen, yes=yes):
            return np.where(yes, 0.8, 0.1)[chosen]

        if only_able:
            off.append(LAB["equal_chance"](ask, labels, women, 160, rng)[0])
        else:
            rows = rng.permutation(4000)[:160]
            a, b = (
                yes[rows][(labels[rows] == 1) & (women[rows] == side)] for side in (True, False)
            )
            off.append((a.mean() if len(a) else 0.6) - b.mean())
    return math.sqrt(float(np.mean(np.square(off))))


def answer(cell, name, *changes):
    """The function of a right answer in answers.py; changes: old, new, old, new, ..."""
    code = next(str(a.code) for a in load("lab18_safety_case") if isinstance(a, Right)
                and (a.cell, a.name) == (cell, name))  # fmt: skip
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        code = code.replace(old, new)
    names = dict(LAB)
    exec(compile(code, name, "exec"), names)
    return names[code[4 : code.index("(")]]


def turning(seed, search):
    """18.3a: what is left of the reader made by hand, at a radius of this seed's."""
    epsilon = 0.02 + 0.01 * seed
    model = LAB["turning"](epsilon)
    x, y = torch.full((8, 196), 0.5), torch.zeros(8, dtype=torch.int64)
    return float((model(search(model, x, y, epsilon)).argmax(1) == y).float().mean())


def stated(seed, search):
    """18.4a: the stated error, in errors of all rows asked in the named group; twelve systems."""
    said, least = [], []
    for one in range(12 * seed, 12 * seed + 12):
        ask, asked, labels, groups, _ = LAB["world"](one + 30_000, rate=0.5, n=40_000)
        name, _, error = search(ask, labels, groups, 300, np.random.default_rng(one))
        said.append(error)
        least.append(0.5 / math.sqrt(np.count_nonzero(groups[name][asked])))
    return float(np.mean(said) / np.mean(least))


def halves(seed, search):
    """18.4a: how far 150 estimates are too high if each of twelve groups is half of the rows."""
    off = []
    for one in range(150 * seed, 150 * seed + 150):
        ask, _, labels, _, right = LAB["world"](one + 50_000, rate=0.5)
        rng = np.random.default_rng(one)
        groups = {f"half {k}": rng.random(len(labels)) < 0.5 for k in range(12)}
        name, estimate, _ = search(ask, labels, groups, 48, rng)
        off.append(estimate - right[groups[name]].mean())
    return float(np.mean(off))


def both_halves(ask, labels, groups, budget, rng):
    """The answer of hint 3, but the rows that chose the group are in its estimate, too."""
    mine = np.zeros(len(labels), bool)
    seen = np.full(len(labels), np.nan)

    def noted(rows):
        mine[rows], seen[rows] = True, ask(rows)
        return seen[rows]

    name, _, error = answer("ex18_4-weakest", "hint-3")(noted, labels, groups, budget, rng)
    rows = groups[name] & mine
    return name, float(((seen[rows] >= 0.5) == (labels[rows] == 1)).mean()), error


def whole_budget(ask, labels, groups, budget, rng):
    """The solution, with an error as if all questions had judged the group."""
    name, share, _ = weakest(ask, labels, groups, budget, rng)
    return name, share, math.sqrt(share * (1 - share) / budget)


def doubt(seed, audit):
    """18.5: the least belief in what is true, eight small errors from the bar; ten systems."""
    least = []
    for one in range(10 * seed, 10 * seed + 10):
        measure, cards, holds, _ = LAB["pretend"](one + 60_000, False, scale=0.1)
        said = audit(measure, cards, 900)
        least += [p if holds[claim] else 1 - p for claim, (p, _) in said.items()]
    return min(least)


def fixed(error):
    """The solution, with one number in place of each error."""

    def audit(measure, cards, budget):
        def same_error(claim, n):
            estimate, _, witness = measure(claim, n)
            return estimate, error, witness

        return LAB["audit_claims"](same_error, cards, budget)

    return audit


def of_styles(
    name: str, sense: str, bar: float, look: Callable[..., float], cell: str, solution: str,
    wrong: dict[str, Any],
) -> list[seeds.Row]:  # fmt: skip
    """A row for each right answer to a cell, then one for each slip beside the solution."""

    def row(right, slip, what):
        mistake = (lambda s: look(s, slip)) if slip else None
        return (name, sense, bar, lambda s: look(s, right), mistake, what)

    right = {a.name: answer(cell, a.name) for a in load("lab18_safety_case")
             if isinstance(a, Right) and a.cell == cell}  # fmt: skip
    rows = [row(one, None, f"right: {style}") for style, one in right.items()]
    return rows + [row(LAB[solution], slip, what) for what, slip in wrong.items()]


SMALL_STEPS = ("ex18_3-perturbed", "forty small steps, the last one")
solved = LAB["perturbed"]
weakest = LAB["weakest_group"]
ROWS = [
    ("18.3a .05, left more", "<=", 0.02, lambda s: left(s, 0.05, solved),
     lambda s: left(s, 0.05, examiner), "cross-entropy"),
    ("18.3a .05, left more", "<=", 0.02, lambda s: left(s, 0.05, solved),
     lambda s: left(s, 0.05, one_step), "one step"),
    ("18.4a estimate off", "<=", 0.03, lambda s: group_bias(s, weakest),
     lambda s: group_bias(s, first_look), "first look"),
    ("18.4a bad group named", ">=", 0.75, named, None, ""),
    ("18.4b 160 questions", "<=", 0.12, lambda s: gap_error(s, True),
     lambda s: gap_error(s, False), "random rows"),
    ("18.5 pay near the bars", ">=", 0.49, lambda s: verdicts(s, same, 120)[0],
     lambda s: verdicts(s, certain, 120)[0], "always sure"),
    ("18.5 pay near the bars", ">=", 0.49, lambda s: verdicts(s, same, 120)[0],
     lambda s: verdicts(s, timid, 120)[0], "never sure"),
    ("18.5 right when sure", ">=", 0.92, lambda s: verdicts(s, same)[1],
     lambda s: verdicts(s, certain)[1], "always sure"),
    ("18.5 right side", ">=", 0.78, lambda s: verdicts(s, same)[2], None, ""),
    *of_styles("18.3a by hand, left", "<=", 0.3, turning, "ex18_3-perturbed", "perturbed",
               {"one step": one_step,
                "one step from x": answer(*SMALL_STEPS, "(40):", "(1):", "1 / 40", "1")}),
    *of_styles("18.4a error stated", ">=", 0.9, stated, "ex18_4-weakest", "weakest_group",
               {"of the whole budget": whole_budget}),
    *of_styles("18.4a of halves", ">=", -0.03, halves, "ex18_4-weakest", "weakest_group",
               {"both halves judge": both_halves}),
    *of_styles("18.5 no doubt left", ">=", 0.95, doubt, "ex18_5-audit", "audit_claims",
               {f"error fixed at {error}": fixed(error) for error in (0.1, 0.05, 0.02, 0.01)}),
]  # fmt: skip

if __name__ == "__main__":
    seeds.table(ROWS)
