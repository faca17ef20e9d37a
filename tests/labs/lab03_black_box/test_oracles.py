"""What judges the answers of Lab 03 agrees with truths of its own."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.special import expit
from source import names_of

LAB = names_of("lab03_black_box")


def test_intervals_hold_every_logit_that_rounds_to_the_answer_and_no_other():
    rng = np.random.default_rng(0)
    z = rng.normal(scale=4, size=20_000)
    for decimals in (1, 2, 4):
        p = expit(z).round(decimals)
        low, high = LAB["oracle_interval"](p, decimals).T
        assert ((low - 1e-9 <= z) & (z <= high + 1e-9)).all()
        for ends, side in ((low, 1), (high, -1)):
            inside = expit(ends[np.isfinite(ends)] + side * 1e-6).round(decimals)
            assert (inside == p[np.isfinite(ends)]).all()  # as tight as rounding allows


def test_the_models_of_one_family_have_no_gap():
    rng = np.random.default_rng(1)
    W, b, x = rng.normal(size=(4, 6)), rng.normal(size=4), rng.random((50, 6))
    same = W + rng.normal(size=6), b - 3.0
    assert LAB["oracle_gap"]((W, b), same, x) < 1e-12
    assert LAB["oracle_gap"]((W, b), (W, b + np.eye(4)[0]), x) > 0.01


@pytest.mark.parametrize("d", [1, 8, 29])
@pytest.mark.parametrize("ball", [False, True])
def test_hidden_segments_have_a_no_and_a_yes_and_one_switch(d, ball):
    for seed in range(10):
        label, negative, positive = LAB["oracle_sides"](seed, d, ball=ball)
        row = [label(negative + t * (positive - negative)) for t in np.linspace(0, 1, 200)]
        assert row[0] is False
        assert row[-1] is True
        assert sum(a != b for a, b in pairwise(row)) == 1


def test_the_thief_keeps_to_the_questions_that_the_tests_allow():
    for w, b, ends, tol, reach in LAB["oracle_thefts"]():
        asked = []

        def label(x, w=w, b=b, asked=asked):
            asked.append(1)
            return bool(x @ w + b > 0)

        assert not label(ends[0])
        assert label(ends[1])
        asked.clear()
        got = LAB["steal_labels"](label, *ends, tol, reach, bisect=LAB["oracle_halving"])
        way = np.linalg.norm(ends[1] - ends[0])
        truth = w / (w @ (ends[1] - ends[0]) / way)
        assert np.abs(got - truth).max() <= 2 * tol
        assert len(asked) <= LAB["oracle_most"](truth.tolist(), way, tol, reach)


def test_a_copy_that_asks_nothing_does_not_pass_for_a_stolen_one():
    """True labels, learned at home, against a victim that permutes its classes."""

    def honest(ask, pool, budget, generator):
        return LAB["models"].pretrained("mnist_cnn").state_dict()

    for seed in range(5):
        fidelity, asked = LAB["oracle_stolen"](honest, seed, 100, 200)
        assert asked == 0
        assert fidelity < 0.45


def test_the_error_of_the_estimate_follows_from_two_moments():
    """E (e.u)^2 |u|^2 = 3 + (d - 1), term by term, with E u^4 = 3 and E u^2 v^2 = 1."""
    for d, pairs in ((1, 1), (7, 3), (784, 262)):
        mean_square = Fraction(3 + (d - 1))
        truth = (mean_square - 1) / pairs
        assert LAB["nes_error"](d, pairs) == pytest.approx(float(truth))


def test_square_stays_in_the_ball_and_counts_each_image():
    asked = []

    def ask(x):
        asked.append(len(x))
        return torch.tensor([[0.9, 0.1]]).expand(len(x), 2)  # never falls

    x, y = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0)), torch.zeros(5)
    for attack in (LAB["square"], LAB["guess"]):
        asked.clear()
        z, queries = attack(ask, x, y.long(), 0.2, 30, 0)
        assert sum(asked) == 5 * 30
        assert (z - x).abs().max() <= 0.2 + 1e-6
        assert z.min() >= 0
        assert z.max() <= 1
        assert (queries == math.inf).all()


def test_squares_have_their_side_and_lie_anywhere():
    g = torch.Generator().manual_seed(0)
    for side in (1, 5, 28):
        mask = LAB["square_mask"](12_000, side, g)
        assert mask.shape == (12_000, 1, 28, 28)
        assert (mask.sum((1, 2, 3)) == side**2).all()
        assert mask.any(0).all()


def test_standing_is_what_scipy_says():
    from scipy.stats import CensoredData, ecdf

    rng = np.random.default_rng(3)
    for n in (5, 80):
        q, fell = rng.integers(1, 15, n), rng.random(n) < 0.7
        sf = ecdf(CensoredData.right_censored(q.astype(float), ~fell)).sf
        mine = LAB["still_standing"](q, fell, [0, 4, 9, 30])
        assert np.allclose(mine, sf.evaluate(np.array([0.0, 4, 9, 30])))
