"""Lab 17 against other ways to the same numbers: closed forms, brute force, scipy, theorems."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, linprog
from scipy.stats import binom, binomtest, norm
from source import names_of

LAB = names_of("lab17_long_term")


def robot(reward, depth, gamma, **where):
    """What a robot that is paid by ``reward`` is worth: paid, tipped, value; then the count."""
    T, binned, _ = LAB["corridor"](**where)
    pay = reward(np.broadcast_to(binned[:, None], T.shape), binned[T]) - LAB["BATTERY"]
    best = LAB["plan"](T, pay, depth, gamma).argmax(1)
    path = [0]
    for _ in range(150):
        path.append(int(T[path[-1], best[path[-1]]]))
    return *LAB["worth"](path, binned), int(binned[path[-1]])


@pytest.mark.parametrize("gamma", [0.9, 0.95, 0.99])
def test_the_fine_of_a_lap_is_where_the_planner_changes(gamma):
    fine = LAB["smallest_penalty"](gamma, 1, 1.0, 0.001)
    for change, tips in ((-0.02, True), (0.001, False)):

        def paid(before, after, fine=fine + change):
            return np.maximum(after - before, 0) - fine * (after < before)

        assert (robot(paid, 400, gamma)[1] > 0) is tips


def test_paying_for_the_difference_telescopes():
    rng = np.random.default_rng(0)
    T, binned, _ = LAB["corridor"]()
    path = LAB["follow"](rng.integers(0, 5, 500), T)
    paid = sum(
        after - before for before, after in zip(binned[path], binned[path][1:], strict=False)
    )
    assert paid == binned[path[-1]]
    assert robot(lambda b, a: a - b, 60, 0.99)[1:] == (0, 6, 3)


def test_the_difference_is_the_events_with_a_fine_of_one_and_never_tips():
    T, binned, _ = LAB["corridor"]()
    before = np.broadcast_to(binned[:, None], T.shape)
    change = binned[T] - before
    assert np.array_equal(change, (change > 0) - 1.0 * (change < 0))
    for gamma in (0.5, 0.9, 0.99, 0.999, 1.0):
        assert not any(robot(lambda b, a: a - b, depth, gamma)[1] for depth in range(1, 41))


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_without_discount_the_share_is_k_of_k_plus_1_for_any_rewards(k):
    rng = np.random.default_rng(k)
    rewards = rng.choice(1000, k + 2, replace=False).tolist()
    assert LAB["share_avoiding"](rewards, "abcd"[:k], 1.0) == pytest.approx(k / (k + 1), abs=1e-12)


def test_the_prior_share_is_that_of_draws():
    rng = np.random.default_rng(1)
    for k, c in ((1, 0.2), (3, -0.6), (6, -0.9)):
        share = (rng.uniform(c - 1, c + 1, (200_000, k)).max(1) > 0).mean()
        assert LAB["share_prior"](k, c) == pytest.approx(share, abs=5 * math.sqrt(0.25 / 200_000))


def test_asking_is_an_integral():
    for mu, s, c, tau in ((0.3, 1.0, 0.1, 0.5), (-1.0, 0.7, 0.0, 1.2), (2.0, 0.4, 0.2, 0.3)):
        whole, _ = quad(
            lambda u, mu=mu, s=s, tau=tau: u * norm.pdf(u, mu, s) * norm.cdf(u / tau),
            mu - 10 * s,
            mu + 10 * s,
        )
        assert LAB["asking"](mu, s, c, tau) == pytest.approx(whole - c, abs=1e-7)


def test_without_cost_and_noise_asking_is_never_worse():
    for mu in np.linspace(-3, 3, 61):
        assert LAB["asking"](mu, 0.8, 0.0, 0.0) >= max(mu, 0) - 1e-12


def test_no_spread_below_a_cost_asks():
    edge = 0.05 * math.sqrt(2 * math.pi)
    assert LAB["boundary"](edge * 0.999, 0.05, 0.0, LAB["asking"]) == 0
    assert LAB["boundary"](edge * 1.001, 0.05, 0.0, LAB["asking"]) > 0


def test_with_noise_the_advantage_of_asking_crosses_once_and_comes_back_to_minus_c():
    at = np.linspace(0, 20, 401)
    for tau, c in ((0.5, 0.05), (2.0, 0.05), (0.5, 1e-6)):
        gain = np.array([LAB["asking"](mu, 1.0, c, tau) - mu for mu in at])
        assert (np.diff(np.sign(gain)) != 0).sum() == 1
        assert gain.min() < -c
        assert gain[-1] == pytest.approx(-c, abs=1e-7)


def test_sarsa_turns_where_the_closed_form_says():
    turn = brentq(lambda theta: 0.1 - theta * (1 - 0.9**3), 0, 1)
    assert turn == pytest.approx(0.369, abs=5e-4)


def test_the_bound_is_scipys_and_covers():
    for failures, n, alpha in ((0, 10, 0.05), (3, 40, 0.1), (27, 5000, 0.05)):
        test = binomtest(failures, n, alternative="less")
        high = test.proportion_ci(1 - alpha, "exact").high
        assert LAB["upper_bound"](failures, n, alpha) == pytest.approx(high, abs=1e-9)
    bounds = np.array([LAB["upper_bound"](k, 20, 0.05) for k in range(21)])
    for p in np.linspace(0.001, 0.999, 400):
        assert binom.pmf(np.arange(21), 20, p)[bounds >= p].sum() >= 0.95 - 1e-9


def test_the_worst_rate_is_that_of_all_systems_on_a_grid():
    p_test, p_use = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    grid = np.array(list(product(np.linspace(0, 1, 41), repeat=3)))
    fair = grid[grid @ p_test <= 0.1 + 1e-12]
    assert LAB["worst_in_use"](p_test, p_use, 0.1) == pytest.approx((fair @ p_use).max(), abs=1e-9)


def test_gaussian_cues_cut_fine_reach_the_closed_form():
    edges = np.linspace(-9, 12, 4001)
    d = math.sqrt(2) * norm.ppf(0.9)
    p_test, p_use = np.diff(norm.cdf(edges)), np.diff(norm.cdf(edges - d))
    worst = norm.cdf(norm.ppf(0.01) + d)
    assert LAB["worst_in_use"](p_test, p_use, 0.01) == pytest.approx(worst, abs=1e-5)


def test_a_protocol_and_its_proof_meet():
    rng = np.random.default_rng(5)
    for styles, budget in ((2, 0.1), (5, 0.3)):
        h, A = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6), styles)
        q, mix = LAB["protocol"](h, A, budget)
        best = -linprog(-(mix @ A), A_ub=h[None], b_ub=[budget], bounds=(0, 1)).fun
        assert (A @ q).min() == pytest.approx(best, abs=1e-6)


def test_a_debate_is_right_before_a_judge_who_reads_rightly():
    for facts in product((False, True), repeat=4):
        assert LAB["debate"](list(facts)) == ((facts[0] and facts[1]) or (facts[2] and facts[3]))


def test_frechet_is_the_linear_program():
    p = {"a": 0.7, "b": 0.9, "c": 0.85}
    atoms = np.array(list(product((0, 1), repeat=3)))
    eq, rhs = np.vstack([atoms.T, np.ones(8)]), [0.7, 0.9, 0.85, 1]
    ends = [sign * linprog(sign * atoms.all(1), A_eq=eq, b_eq=rhs).fun for sign in (1, -1)]
    assert LAB["confidence"]([["a", "b"], ["b", "c"]], p) == pytest.approx(ends, abs=1e-9)
