"""What judges the answers of Lab 08 agrees with truths of its own."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis as scipy_distance
from scipy.special import logsumexp
from scipy.stats import beta, binom, permutation_test
from sklearn.covariance import EmpiricalCovariance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve
from source import names_of

LAB = names_of("lab08_shift")


def test_auroc_and_false_alarms_are_those_of_sklearn():
    rng = np.random.default_rng(0)
    for n, m, levels in ((30, 20, 5), (7, 60, 1000), (50, 50, 2)):
        low, high = rng.integers(0, levels, n) / 1.0, rng.integers(1, levels + 1, m) / 1.0
        labels, scores = np.repeat([0, 1], [n, m]), np.concatenate([low, high])
        assert LAB["auroc"](low, high) == pytest.approx(roc_auc_score(labels, scores))
        false, caught, _ = roc_curve(labels, scores, drop_intermediate=False)
        for share in (0.95, 0.5, 1.0):
            truth = false[caught >= share - 1e-12].min()
            assert LAB["false_alarms"](low, high, share) == pytest.approx(truth)


def test_energy_and_distances_are_those_of_scipy():
    rng = np.random.default_rng(1)
    z = rng.normal(size=(9, 4)) * 400
    assert LAB["energy"](z) == pytest.approx(-logsumexp(z, axis=1))
    y = np.repeat([0, 1, 2], 20)
    train = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3)) + 5 * rng.normal(size=(3, 3))[y]
    means = np.stack([train[y == k].mean(0) for k in range(3)])
    model = EmpiricalCovariance(assume_centered=True).fit(train - means[y])
    at = rng.normal(size=(8, 3)) * 5
    truth = [min(scipy_distance(f, mu, model.precision_) ** 2 for mu in means) for f in at]
    assert LAB["mahalanobis"](train, y, at) == pytest.approx(np.array(truth))


def test_combined_p_values_are_valid_whatever_the_dependence():
    """One detector three times, three that disagree, three of noise: 4,000 draws each."""
    rng = np.random.default_rng(2)
    for mix in (np.ones((1, 3)), np.array([[1.0, -1.0, 0.5]]), np.eye(3)):
        rung = 0
        for _ in range(4000):
            x = rng.normal(size=(40, len(mix))) @ mix
            rung += LAB["combined_p"](x[:39], x[39:])[0] <= 0.1
        assert rung / 4000 <= 0.1 + 3 * (0.1 * 0.9 / 4000) ** 0.5


def test_weights_turn_the_mean_of_one_population_into_that_of_another():
    """Four kinds of people, counted: the weighted mean is the target's, exactly."""
    source, target = np.array([40, 10, 30, 20]), np.array([1, 5, 3, 11])
    loss = np.array([0.1, 0.9, 0.4, 0.7])
    ratio = LAB["density_ratio"](np.log(target / source), 100, 20)
    got = LAB["target_risk"](np.repeat(loss, source), np.repeat(ratio, source))
    assert got == pytest.approx((target * loss).sum() / 20)
    assert (ratio * source / 100).sum() == pytest.approx(1)


def test_the_conformal_promise_is_kept_in_fresh_draws_and_weights_keep_it_under_a_shift():
    rng = np.random.default_rng(3)
    plain = weighted = shifted = 0
    for _ in range(3000):
        x = rng.normal(size=30)
        scores, new = np.exp(x) + 0.1 * rng.random(30), rng.normal() + 1
        high = np.exp(new) + 0.1 * rng.random()
        plain += np.exp(rng.normal()) <= LAB["conformal_threshold"](scores, 0.1)
        shifted += high <= LAB["conformal_threshold"](scores, 0.1)
        cut = LAB["weighted_threshold"](scores, np.exp(x - 0.5), math.exp(new - 0.5), 0.1)
        weighted += high <= cut
    assert plain / 3000 >= 0.88
    assert weighted / 3000 >= 0.89
    assert shifted / 3000 < 0.8


def test_with_equal_weights_both_thresholds_are_one():
    rng = np.random.default_rng(4)
    for n, alpha in product((1, 5, 19, 40), (0.05, 0.1, 0.3, 0.7)):
        scores = rng.random(n)
        both = LAB["weighted_threshold"](scores, np.full(n, 2.0), 2.0, alpha)
        assert both == LAB["conformal_threshold"](scores, alpha)


def test_the_exchange_oracle_is_the_rank_that_it_counts():
    points = np.arange(20.0)
    for rank in (1, 7, 19):
        got = LAB["oracle_exchange"](lambda s, _, rank=rank: np.sort(s)[rank - 1], points, 0.1)
        assert got == pytest.approx(rank / 20)


def test_the_bound_on_the_flag_rate_holds_for_the_share_of_calibration_sets_that_it_says():
    """Uniform scores: the true rate is 1 minus the j-th largest of them."""
    rng = np.random.default_rng(5)
    drawn = np.sort(rng.random((20_000, 50)), 1)
    for j, delta in ((1, 0.05), (7, 0.2), (50, 0.5)):
        bound = LAB["flag_rate_bound"](50, j, delta)
        assert bound == pytest.approx(beta.ppf(1 - delta, j, 51 - j))
        assert binom.sf(j - 1, 50, bound) == pytest.approx(1 - delta)
        assert (1 - drawn[:, -j] > bound).mean() == pytest.approx(delta, abs=0.012)


def test_the_bet_is_fair_on_the_whole_tree_and_rarely_gets_rich():
    """All 2^10 streams with their probabilities: mean wealth 1; 300 long ones: Ville."""
    total = 0.0
    for flags in product((0.0, 1.0), repeat=10):
        chance = math.prod(0.2 if flag else 0.8 for flag in flags)
        total += chance * LAB["wealth"](np.array(flags), 0.2)[-1]
    assert total == pytest.approx(1)
    rng = np.random.default_rng(6)
    rich = [
        LAB["wealth"](LAB["oracle_path"](s, 2000, [0.05]), 0.05).max() >= 20 for s in range(300)
    ]
    assert np.mean(rich) <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
    change = np.append(rng.random(100) < 0.05, rng.random(150) < 0.3) * 1.0
    assert LAB["wealth"](change, 0.05).max() >= 20


def test_the_bet_notices_a_jump_in_20_of_20_sets_of_streams():
    """Median first alarm of 20 streams, for 20 sets of streams; the test asks for 250."""
    for start in range(0, 20_000, 1000):
        firsts = []
        for seed in range(20):
            quiet, loud = (LAB["oracle_path"](start + k + seed, n, [rate])
                           for k, n, rate in ((100, 100, 0.05), (200, 300, 0.3)))  # fmt: skip
            rich = np.flatnonzero(LAB["wealth"](np.append(quiet, loud), 0.05) >= 20)
            firsts.append(rich[0] if len(rich) else 10_000)
        assert np.median(firsts) <= 180


def test_label_weights_are_found_from_tables_by_counting():
    rng = np.random.default_rng(7)
    for classes in (2, 4, 6):
        y, pred, moved, truth = LAB["oracle_table"](rng, classes)
        assert (truth * np.bincount(y, minlength=classes) / len(y)).sum() == pytest.approx(1)
        got = LAB["label_weights"](y, pred, moved, classes)
        assert got == pytest.approx(truth)


def test_the_permutation_p_value_is_that_of_scipy():
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=(7, 1)), rng.normal(size=(6, 1)) + 0.8

    def gap(one, two, axis=0):
        return float(np.mean(two) - np.mean(one))

    exact = permutation_test((a[:, 0], b[:, 0]), lambda x, z: gap(x, z), n_resamples=np.inf,
                             alternative="greater").pvalue  # fmt: skip
    got = LAB["permutation_p"](gap, a, b, 3999, np.random.default_rng(0))
    assert got == pytest.approx(exact, abs=0.025)


def test_no_stream_breaks_the_promise_of_the_moving_level():
    """Gibbs and Candes 2021: any adversary, here those that look at the level and at the past."""
    for alpha, gamma, start in ((0.1, 0.03, 0.1), (0.4, 0.3, 1.0), (0.05, 0.5, 0.0)):
        for adversary in (lambda t, a: 1, lambda t, a: 0, lambda t, a: int(a > 0.2),
                          lambda t, a: int((t // 40) % 2)):  # fmt: skip
            for rounds in (1, 30, 400):
                missed = LAB["misses_along"](adversary, alpha, gamma, start, rounds)
                bound = (max(start, 1 - start) + gamma) / (gamma * rounds)
                assert abs(missed.mean() - alpha) <= bound + 1e-12


def test_the_temperature_is_that_of_logistic_regression():
    """With one slope and no intercept, 1 / T is the maximum likelihood slope: sklearn's."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=2000) * 3
    y = (rng.random(2000) < 1 / (1 + np.exp(-0.4 * z))).astype(int)
    fitted = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(z[:, None], y)
    logits = np.stack([np.zeros(2000), z], 1)
    assert LAB["temperature"](logits, y) == pytest.approx(1 / fitted.coef_[0, 0], rel=1e-3)
