"""Lab 14 against other ways to the same numbers: closed forms, brute force, scipy, theorems."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import betabinom
from source import names_of

from safetylab import tables

LAB = names_of("lab14_society")
ORDERS = ["".join(order) for order in permutations("abc")]


def test_a_find_each_day_makes_every_division_equally_likely():
    p = LAB["law"](1.0, 1.0, (1.0, 1.0), 120, LAB["record_step"])
    assert np.diag(p[::-1]) == pytest.approx(np.full(121, 1 / 121), abs=1e-14)


def test_the_law_is_the_urns():
    p = LAB["law"](3.0, 0.5, (1.0, 1.0), 40, LAB["record_step"])
    truth = betabinom.pmf(np.arange(41), 40, 3.0, 0.5)
    assert np.array([p[i, 40 - i] for i in range(41)]) == pytest.approx(truth, abs=1e-12)


def test_equal_rates_keep_the_mean_share():
    p = LAB["law"](2.0, 1.0, (0.3, 0.3), 50, LAB["record_step"])
    i, j = np.indices(p.shape)
    assert (p * (2 + i) / (3 + i + j)).sum() == pytest.approx(2 / 3, abs=1e-12)


@pytest.mark.parametrize("rates", [(0.5, 0.4), (0.1, 0.9), (1.0, 1.0)])
def test_mended_records_grow_in_the_ratio_of_the_rates(rates):
    for a, b in ((1.0, 9.0), (4.0, 4.0), (30.0, 0.5)):
        p_a, p_b, _ = LAB["mended"](a, b, rates)
        assert p_a * rates[1] == pytest.approx(p_b * rates[0], abs=1e-12)
        assert p_a <= a / (a + b) * rates[0] + 1e-12


def test_ips_is_unbiased_over_all_logs_as_fractions():
    quality, pi, logged = [Fraction(1, 2), Fraction(1, 5)], [Fraction(1, 4), Fraction(3, 4)], [
        Fraction(2, 3), Fraction(1, 3)]  # fmt: skip
    mean = Fraction(0)
    for log in product(product((0, 1), (0, 1)), repeat=2):
        chance = math.prod(logged[i] * (quality[i] if c else 1 - quality[i]) for i, c in log)
        rows = [np.array([float(part) for part in column]) for column in zip(
            *((c, pi[i], logged[i]) for i, c in log), strict=True)]  # fmt: skip
        mean += chance * Fraction(LAB["off_policy_value"](*rows, "ips")).limit_denominator(10**6)
    assert float(mean) == pytest.approx(float(sum(q * p for q, p in zip(quality, pi, strict=True))))


def test_the_effective_size_is_that_of_the_variance():
    rng = np.random.default_rng(0)
    weights = rng.exponential(size=30)
    means = (rng.normal(size=(40_000, 30)) * weights).sum(1) / weights.sum()
    assert LAB["effective_size"](weights) == pytest.approx(1 / means.var(), rel=0.05)


def test_bts_shows_fewer_items():
    counts = tables.open_bandit()
    sizes = {name: LAB["effective_size"](rows.groupby("item")["shown"].sum().to_numpy())
             for name, rows in counts.groupby("policy")}  # fmt: skip
    assert sizes["bts"] < 25 < 75 < sizes["random"]


def test_the_coin_of_two_sides_has_both_solutions():
    """On -1, +1 with mean mu + eps theta: stable mu/(1 - eps), best mu/(1 - 2 eps)."""
    mu, eps = 0.1, 0.3

    def world(theta):  # the same coin on 0, 1, and theta moved to [0, 1]
        return (1 + mu + eps * (2 * np.asarray(theta) - 1)) / 2

    assert 2 * LAB["stable"](world) - 1 == pytest.approx(mu / (1 - eps), abs=1e-5)
    assert 2 * LAB["best_for_loss"](world) - 1 == pytest.approx(mu / (1 - 2 * eps), abs=2e-3)


def test_the_best_announcement_is_scipys_in_one_valley():
    def world(theta):
        return 0.9 - 0.5 * np.asarray(theta)

    best = minimize_scalar(lambda t: float(LAB["announced_risk"](world, t)), bounds=(0, 1),
                           method="bounded")  # fmt: skip
    assert LAB["best_for_loss"](world) == pytest.approx(best.x, abs=2e-3)


def test_uniform_trust_ends_between_the_two():
    rng = np.random.default_rng(3)
    for _ in range(200):
        cells = rng.integers(0, 20, (4, 2, 2)) + 1
        alone = [LAB["team_accuracy"](cells, np.full(4, f)) for f in (0.0, 1.0)]
        team = LAB["team_accuracy"](cells, np.full(4, rng.random()))
        assert min(alone) - 1e-12 <= team <= max(alone) + 1e-12
        assert LAB["effect_of_agreement"](cells, 1.0) == pytest.approx(alone[1] - alone[0])


def test_wages_and_capital_share_all_of_the_output():
    rng = np.random.default_rng(4)
    for taken in (0, 3, 5):
        auto, group = np.arange(6) < taken, np.array([0, 0, 0, 1, 1, 1])
        economy = (auto, group, rng.uniform(1, 3, 2), 2.0, 5.0, rng.uniform(1, 2, 6))
        w, r = LAB["pay"](*economy, LAB["total_output"])
        assert w @ economy[2] + r * 2.0 == pytest.approx(LAB["total_output"](*economy))


def test_one_more_automated_task_displaces_and_produces():
    e, people = np.linspace(1, 2, 8), np.array([3.0])
    for n in range(1, 6):
        states = [(np.arange(8) < k, np.zeros(8, int), people, 1.0, 4.0, e) for k in (n, n + 1)]
        made = [LAB["total_output"](*state) for state in states]
        wage = [LAB["pay"](*state, LAB["total_output"])[0][0] for state in states]
        told = math.log((8 - n - 1) / (8 - n)) + math.log(made[1] / made[0])
        assert math.log(wage[1] / wage[0]) == pytest.approx(told, abs=1e-12)


def test_arrow_for_three_voters_and_its_conditions():
    every = list(product(ORDERS, repeat=3))
    left = {rule[0] for rule in LAB["survivors"](3, every, True) if len(set(rule)) == 1}
    assert left == {0b10101010, 0b11001100, 0b11110000}
    assert len(LAB["survivors"](3, every, True)) == 3
    peaked = [p for p in every if not any(order.endswith("b") for order in p)]
    assert (0b11101000,) * 3 in LAB["survivors"](3, peaked, True)


def test_no_borda_witness_keeps_a_majority_of_two_to_one_reversed_with_three_voters():
    def lead(profile):
        return sum(order.index("b") - order.index("a") for order in profile)

    ahead = [p for p in product(ORDERS, repeat=3) if sum("a" in o.split("b")[0] for o in p) >= 2]
    assert min(lead(p) for p in ahead) == 0


def test_influence_is_where_all_opinions_go():
    W = np.random.default_rng(2).dirichlet(np.ones(7), 7)
    assert np.linalg.matrix_power(W, 500)[3] == pytest.approx(LAB["influence"](W), abs=1e-9)
