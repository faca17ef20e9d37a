"""What the thresholds of Lab 03 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab03_black_box/thresholds.py > tests/labs/lab03_black_box/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab03_black_box")


def fidelity(seed, budget, asked=None, noise=False):
    """3.4a: on 2,000 fresh digits; the mistakes ask about too few, or about noise."""

    def steal(ask, pool, limit, generator):
        questions = LAB["torch"].rand(pool.shape, generator=generator) if noise else pool
        return LAB["steal_by_learning"](ask, questions, asked or limit, generator)

    return LAB["oracle_stolen"](steal, 1000 + seed, budget, 3000)[0]


def scale(seed, factor=1.0, pairs=1500, error=False):
    """3.5a: how far the component along the slope is from 1, or the distance in slopes."""
    slope = np.array([3.0, -1.0, 0.5, 2.0, 0.0, -2.0])
    rng = np.random.default_rng(seed)
    got = factor * LAB["nes_gradient"](lambda z: z @ slope + 3, np.arange(6) / 5, 0.05, pairs, rng)
    if error:
        return np.linalg.norm(got - slope) / np.linalg.norm(slope)
    return abs(got @ slope / (slope @ slope) - 1)


def hidden_error(seed, d, pairs, sigma, factor=1):
    """3.5a: the squared error over the squared slope."""
    rng = np.random.default_rng(seed)
    truth, place = rng.normal(size=d), rng.normal(size=d)
    got = LAB["nes_gradient"](lambda z: z @ truth - 2, place, sigma, pairs, rng)
    return ((factor * got - truth) ** 2).sum() / (truth**2).sum()


def better(seed, d, queries, curvature, sigma, error=True, shrink=0.0, coordinates=False):
    """3.5c: mean squared error over that of 3.5a, or the mean component along the slope less 1."""
    rng = np.random.default_rng(seed)
    slope, x = rng.normal(size=d), rng.normal(size=d)

    def curved(z):
        return (z - x) @ slope + curvature * ((z - x) ** 2).sum(1) + 1

    def once():
        if shrink:
            return shrink * LAB["nes_gradient"](curved, x, sigma, queries // 2, rng)
        if coordinates:
            u = np.eye(d)[rng.permutation(d)[: queries // 2]]
            rise = curved(x + sigma * u) - curved(x - sigma * u)
            return d / len(u) * rise / (2 * sigma) @ u
        return LAB["better_gradient"](curved, x, sigma, queries, rng)

    found = np.array([once() for _ in range(250)])
    if error:
        off = ((found - slope) ** 2).sum(1).mean() / (slope @ slope)
        return off * (queries // 2) / (d + 1)
    return abs(found.mean(0) @ slope / (slope @ slope) - 1)


def cosine(seed, d, n, draws=60, zero_one=False, part=1):
    """3.8: mean cosine with the normal of a half-space; the mistakes throw the no away, or half."""
    rng = np.random.default_rng(seed)
    w, x = rng.normal(size=d), rng.normal(size=d)
    w, found = w / np.linalg.norm(w), []
    for _ in range(draws):
        if zero_one:
            u = rng.normal(size=(n, d))
            u /= np.linalg.norm(u, axis=1, keepdims=True)
            total = (u @ w > 0).astype(float) @ u
            found.append(total @ w / np.linalg.norm(total))
        else:
            label = lambda z: (z - x) @ w > 0  # noqa: E731 (one line, used at once)
            found.append(LAB["boundary_normal"](label, x, n // part, 0.3, rng) @ w)
    return np.mean(found)


VISIBLE = {"d": 30, "queries": 20, "curvature": 1.0, "sigma": 0.1}
FIRST = {"d": 50, "queries": 40, "curvature": 5.0, "sigma": 0.1}
SECOND = {"d": 40, "queries": 50, "curvature": 0.5, "sigma": 0.3}
ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("3.4a 1,000 questions", ">=", 0.85, partial(fidelity, budget=1000),
     partial(fidelity, budget=1000, asked=100), "asks 100"),
    ("3.4a 1,000 questions", ">=", 0.85, partial(fidelity, budget=1000),
     partial(fidelity, budget=1000, noise=True), "asks about noise"),
    ("3.4a 300 questions", ">=", 0.75, partial(fidelity, budget=300),
     partial(fidelity, budget=300, asked=30), "asks 30"),
    ("3.5a scale", "<=", 0.15, scale, partial(scale, factor=2), "no half"),
    ("3.5a distance", "<=", 0.2, partial(scale, error=True), partial(scale, error=True, pairs=20),
     "20 pairs only"),
    ("3.5a error, d = 1", "<=", 0.05, partial(hidden_error, d=1, pairs=900, sigma=0.3),
     partial(hidden_error, d=1, pairs=900, sigma=0.3, factor=2), "no half"),
    ("3.5a error, d = 20", "<=", 0.2, partial(hidden_error, d=20, pairs=500, sigma=1e-3),
     partial(hidden_error, d=20, pairs=500, sigma=1e-3, factor=2), "no half"),
    ("3.5a error, d = 50", "<=", 0.4, partial(hidden_error, d=50, pairs=600, sigma=0.1),
     partial(hidden_error, d=50, pairs=600, sigma=0.1, factor=2), "no half"),
    ("3.5c error", "<=", 0.75, partial(better, **VISIBLE), partial(better, **VISIBLE, shrink=1.0),
     "nes_gradient"),
    ("3.5c error, hidden", "<=", 0.75, partial(better, **FIRST),
     partial(better, **FIRST, shrink=0.9), "nes_gradient, shrunk"),
    ("3.5c error, hidden", "<=", 0.75, partial(better, **SECOND),
     partial(better, **SECOND, shrink=1.0), "nes_gradient"),
    ("3.5c along", "<=", 0.1, partial(better, **VISIBLE, error=False),
     partial(better, **VISIBLE, error=False, shrink=0.3), "nes_gradient, shrunk"),
    ("3.5c along, coordinates", "<=", 0.1, partial(better, **VISIBLE, error=False,
     coordinates=True), None, "another right answer"),
    ("3.5c error, coordinates", "<=", 0.75, partial(better, **VISIBLE, coordinates=True), None,
     "another right answer"),
    ("3.8 cosine, 200", ">=", 0.8, partial(cosine, d=50, n=200),
     partial(cosine, d=50, n=200, zero_one=True), "0 for no"),
    ("3.8 cosine, 50", ">=", 0.57, partial(cosine, d=50, n=50),
     partial(cosine, d=50, n=50, part=2), "half the answers"),
    ("3.8 cosine, d = 120", ">=", 0.74, partial(cosine, d=120, n=300),
     partial(cosine, d=120, n=300, zero_one=True), "0 for no"),
    ("3.8 cosine, d = 2", ">=", 0.97, partial(cosine, d=2, n=40),
     partial(cosine, d=2, n=40, part=20), "two answers"),
    ("3.8 cosine, n = 1", ">=", 0.15, partial(cosine, d=10, n=1, draws=300), None,
     "an answer of 0 for no has no direction then"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
