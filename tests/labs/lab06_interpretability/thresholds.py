"""What the thresholds of Lab 06 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab06_interpretability/thresholds.py > \
tests/labs/lab06_interpretability/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab06_interpretability")


def plain_lime(predict, x, scale, *, rng, budget, width):
    """The mistake: LIME as it was."""
    draw = LAB["gaussian"](scale)
    return LAB["lime"](predict, x, draw, scale, rng=rng, n=budget, width=width)


def narrow_lime(predict, x, scale, *, rng, budget, width):
    """The mistake: draw from the narrower Gaussian and leave out the weights."""
    tight = scale * width / (1 + width**2) ** 0.5
    draw = LAB["gaussian"](tight)
    return LAB["lime"](predict, x, draw, tight, rng=rng, n=budget, width=1e6)


def wave_ratio(seed, explain, d, width, budget):
    """6.11: error over plain LIME's near the crest of a sine wave, over 40 seeds."""
    predict, x, scale, truth = LAB["oracle_wave"](d, width, np.random.default_rng(seed))
    steady = partial(LAB["oracle_steadier"], explain, predict, x, scale, width, budget, truth)
    return steady(range(40))


def people_ratio(seed, explain):
    """6.11: the same on the curved model of the table, the mean over twenty random people."""
    chosen = np.random.default_rng(seed).choice(len(LAB["held_out"]), 20, replace=False)
    return LAB["oracle_steady_on_people"](explain, chosen)


def fooled(seed, part, disguise):
    """6.3: share judged by sex (part 0), or of questions answered innocently (part 1)."""
    return LAB["oracle_disguise"](disguise, seed)[part]


def memorised(biased, innocent, real, perturb, *, rng):
    """The mistake: real is who stands in the list."""
    known = {tuple(row) for row in real.tolist()}
    return lambda rows: np.where([tuple(row) in known for row in rows.tolist()],
                                 biased(rows), innocent(rows))  # fmt: skip


def openly(biased, innocent, real, perturb, *, rng):
    """The mistake: no disguise."""
    return biased


def gradient_times_pixel(model, x, target, baseline, steps, *, gradient):
    """The mistake: the gradient at the end of the way alone."""
    return (x - baseline) * gradient(model, x, target)


def sane(seed, kind, part, mistake=False):
    """6.5: agreement (part 0) or gain (part 1) of gradient * pixel, the picture, or noise."""

    def wrong(explain, trained, untrained, x, target, shares, **parts):
        swapped = LAB["sanity"](explain, untrained, trained, x, target, shares, **parts)
        same = LAB["sanity"](explain, trained, trained, x, target, shares, **parts)
        return same[0], -swapped[1]

    return LAB["oracle_sanity"](wrong if mistake else LAB["sanity"], seed)[kind][part]


def region(seed, part, finder):
    """6.6: size of the group (part 0), or agreement inside it (part 1)."""
    return LAB["oracle_region"](finder, 1000 + seed)[part]


def one_row(rows, lies):
    """The mistake: remember one row about which the surrogate lied."""
    worst = rows[np.flatnonzero(lies)[0]]
    return lambda new: (new == worst).all(axis=1)


def everybody(rows, lies):
    """The mistake: the group of all."""
    return lambda new: np.ones(len(new), dtype=bool)


def coverage(seed, width=1.0):
    """6.9: share of 600 true values inside the intervals, over 100 seeds."""

    def scaled(value, n, *, rng, orders):
        phi, half = LAB["sampled_shapley"](value, n, rng=rng, orders=orders)
        return phi, width * half

    return LAB["oracle_coverage"](scaled, range(1000 * seed, 1000 * seed + 100))


STEADY = LAB["steady_lime"]
ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("6.11 wave of 2", "<=", 0.85, partial(wave_ratio, explain=STEADY, d=2, width=1.0, budget=60),
     partial(wave_ratio, explain=plain_lime, d=2, width=1.0, budget=60), "plain"),
    ("6.11 wave of 6", "<=", 0.85, partial(wave_ratio, explain=STEADY, d=6, width=1.8, budget=150),
     partial(wave_ratio, explain=narrow_lime, d=6, width=1.8, budget=150), "narrower, no weights"),
    ("6.11 people", "<=", 0.9, partial(people_ratio, explain=STEADY),
     partial(people_ratio, explain=plain_lime), "plain"),
    ("6.3 acts", ">=", 0.9, partial(fooled, part=0, disguise=LAB["disguise"]),
     partial(fooled, part=0, disguise=memorised), "knows its list only"),
    ("6.3 shows", ">=", 0.8, partial(fooled, part=1, disguise=LAB["disguise"]),
     partial(fooled, part=1, disguise=openly), "no disguise"),
    ("6.4 complete", "<=", 0.02,
     lambda seed: LAB["oracle_incomplete"](LAB["integrated_gradients"], seed),
     lambda seed: LAB["oracle_incomplete"](gradient_times_pixel, seed), "no way, only its end"),
    ("6.5 agrees", "<=", 0.2, partial(sane, kind=0, part=0),
     partial(sane, kind=0, part=0, mistake=True), "compared with itself"),
    ("6.5 agrees", ">=", -0.2, partial(sane, kind=0, part=0), None, "the lower end"),
    ("6.5 gains", ">=", 0.5, partial(sane, kind=0, part=1),
     partial(sane, kind=0, part=1, mistake=True), "the untrained model"),
    ("6.5 picture", ">=", 0.1, partial(sane, kind=1, part=1),
     partial(sane, kind=1, part=1, mistake=True), "the untrained model"),
    ("6.5 noise", "<=", 0.15, partial(sane, kind=2, part=1), None, "the upper end"),
    ("6.5 noise", ">=", -0.15, partial(sane, kind=2, part=1), None, "the lower end"),
    ("6.6 size", ">=", 100, partial(region, part=0, finder=LAB["lying_region"]),
     partial(region, part=0, finder=one_row), "one remembered row"),
    ("6.6 agrees", "<=", 0.6, partial(region, part=1, finder=LAB["lying_region"]),
     partial(region, part=1, finder=everybody), "everybody"),
    ("6.9 covers", ">=", 0.9, coverage, partial(coverage, width=0.5), "half as wide"),
    ("6.9 covers", "<=", 0.985, coverage, partial(coverage, width=60**0.5), "one order's spread"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
