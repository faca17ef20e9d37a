"""What the thresholds of Lab 10 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab10_accountability/thresholds.py`` prints ``thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab10_accountability")


def fortune(seed, sign=1, one_sided=False):
    """10.5a: the largest fortune in 1,500 pairs at gap 1.2, either direction."""
    d = sign * LAB["twin_outcomes"](1.2, 1500, seed)
    if not one_sided:
        return LAB["wealth"](d).max()
    ups, downs = np.cumsum(d == 1) - (d == 1), np.cumsum(d == -1) - (d == -1)
    return np.cumprod(1 + d * np.maximum(0, (ups - downs) / (ups + downs + 2))).max()


def blocks(lender, pool, budget, rng):
    """10.6, a mistake: first all with attribute 0, then all with attribute 1."""
    rows, coins = rng.permutation(pool)[:budget].tolist(), np.arange(budget) * 2 >= budget
    said = np.array([lender(row, int(coin)) for row, coin in zip(rows, coins, strict=True)])
    return np.where(coins, 1, -1) * said


def alternating(lender, pool, budget, rng):
    """10.6, a mistake: every second application with attribute 1."""
    rows, coins = rng.permutation(pool)[:budget].tolist(), np.arange(budget) % 2
    said = np.array([lender(row, int(coin)) for row, coin in zip(rows, coins, strict=True)])
    return (2 * coins - 1) * said


def denials(lender, pool, budget, rng):
    """10.6, a mistake: each denial pays 1."""
    rows = rng.permutation(pool)[:budget].tolist()
    return np.array([lender(row, int(rng.integers(2))) for row in rows])


def uneven(lender, pool, budget, rng, share):
    """10.6, a mistake: attribute 1 as rarely as in some register, and no fair pay."""
    coins = (rng.random(budget) < share).astype(int)
    said = np.array([lender(row, coin) for row, coin in enumerate(coins.tolist())])
    return (2 * coins - 1) * said


def asked(ask, seed, lender, budget, pool=2000):
    """What an audit pays and which attributes it wrote."""
    coins = []

    def watched(row, attribute):
        coins.append(attribute)
        return lender(row, attribute)

    return ask(watched, pool, budget, np.random.default_rng(seed)), np.array(coins)


def parity(lender, pool, budget, rng):
    """10.6, a mistake: the attribute follows from the papers."""
    rows = rng.permutation(pool)[:budget].tolist()
    return np.array([(2 * (row % 2) - 1) * lender(row, row % 2) for row in rows])


def turns(seed, ask):
    """Changes of the attribute beyond those of as many 1s that are drawn one by one."""
    _, coins = asked(ask, seed, lambda row, attribute: 1, 600)
    return (coins[1:] != coins[:-1]).sum() - 599 * 2 * coins.mean() * (1 - coins.mean())


def everybody(seed, ask):
    return abs(asked(ask, seed, lambda row, attribute: 1, 600)[0].sum())


def papers(seed, ask):
    return abs(asked(ask, seed, lambda row, attribute: row % 2, 300)[0].sum())


def stricter(seed, ask):
    """Twelve audits of 120 at a lender that grants 60 times, then denies."""
    total = 0
    for k in range(12):
        answers = iter([0] * 60 + [1] * 60)
        d, _ = asked(ask, 100 * seed + k, lambda row, attribute, say=answers: next(say), 120, 130)
        total += d.sum()
    return abs(total)


def strength(seed, ask):
    d, _ = asked(ask, seed + 500, LAB["make_lender"](2.0, seed, wary=True), 1500)
    return d.sum() / max(1, (d**2).sum()) ** 0.5


OURS = LAB["ask_unseen"]
ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("10.5a fortune", ">=", 20, fortune, partial(fortune, sign=-1, one_sided=True),
     "one-sided, other direction"),
    ("10.5a fortune, -d", ">=", 20, partial(fortune, sign=-1),
     partial(fortune, sign=-1, one_sided=True), "one-sided"),
    ("10.6 turns", ">=", -79, partial(turns, ask=OURS), partial(turns, ask=blocks), "blocks"),
    ("10.6 turns", "<=", 79, partial(turns, ask=OURS), partial(turns, ask=alternating),
     "alternating"),
    ("10.6 denies all", "<=", 149, partial(everybody, ask=OURS),
     partial(everybody, ask=partial(uneven, share=0.28)), "share 0.28"),
    ("10.6 denies all", "<=", 149, partial(everybody, ask=OURS), partial(everybody, ask=denials),
     "a denial pays 1"),
    ("10.6 reads papers", "<=", 109, partial(papers, ask=OURS), partial(papers, ask=parity),
     "the row's parity"),
    ("10.6 stricter", "<=", 241, partial(stricter, ask=OURS), partial(stricter, ask=blocks),
     "blocks"),
    ("10.6 strength", ">=", 3, partial(strength, ask=OURS), partial(strength, ask=alternating),
     "alternating"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
