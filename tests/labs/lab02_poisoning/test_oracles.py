"""What judges the answers of Lab 02 agrees with truths of its own."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy.stats import norm
from sklearn.linear_model import Ridge
from source import names_of

LAB = names_of("lab02_poisoning")


def fitted(X, y, lam):
    return Ridge(alpha=lam, fit_intercept=False, solver="svd").fit(X, y)


def test_ridge_regressions_are_those_of_scikit_learn():
    for seed in range(20):
        X, y, lam, rng = LAB["oracle_problem"](seed)
        truth = fitted(X, y, lam).coef_
        assert LAB["oracle_ridge"](X, y, lam) == pytest.approx(truth, abs=1e-8)
        assert LAB["ridge"](X, y, lam) == pytest.approx(truth, abs=1e-8)
        row, target, copies = rng.normal(size=X.shape[1]), rng.normal(size=X.shape[1]), seed % 3 + 1
        label = LAB["poison_label"](X, y, lam, target, row, 0.7, copies)
        grown = fitted(np.vstack([X, *[row[None]] * copies]), np.append(y, [label] * copies), lam)
        assert grown.predict(target[None])[0] == pytest.approx(0.7, abs=1e-7)


def test_a_row_left_out_is_left_out():
    X, y, lam, _ = LAB["oracle_problem"](5)
    mine, kernel = LAB["loo_residuals"](X, y, lam), LAB["oracle_loo"](X, y, lam)
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        truth = y[i] - fitted(X[rest], y[rest], lam).predict(X[i : i + 1])[0]
        assert mine[i] == pytest.approx(truth, abs=1e-8)
        assert kernel[i] == pytest.approx(truth, abs=1e-8)


def test_a_group_left_out_is_left_out():
    X, y, lam, rng = LAB["oracle_problem"](6)
    target, rows = rng.normal(size=X.shape[1]), [0, 3, 4]
    rest = np.delete(np.arange(len(y)), rows)
    change = (fitted(X[rest], y[rest], lam).coef_ - fitted(X, y, lam).coef_) @ target
    assert LAB["group_effect"](X, y, lam, target, rows) == pytest.approx(change, abs=1e-8)


def test_the_critical_share_is_where_the_leading_eigenvector_turns():
    rng = np.random.default_rng(0)
    for _ in range(500):
        along, top, gap = rng.uniform(0.1, 3), rng.uniform(3, 9), rng.uniform(0.5, 12)
        e = LAB["critical_share"](top, along, gap)
        mixtures = {x: np.diag([top, along + x * (1 - x) * gap**2]) for x in (e - 1e-6, e + 1e-6)}
        if e > 0.5 - 1e-6:
            assert np.linalg.eigh(np.diag([top, along + gap**2 / 4]))[1][0, -1] != 0
            continue
        below, above = (abs(np.linalg.eigh(m)[1][1, -1]) for m in mixtures.values())
        assert below < 0.5 < above


def test_an_index_above_two_accuses_a_third_of_the_innocent():
    g = torch.Generator().manual_seed(0)
    share = LAB["false_alarm"](10, 2.0, 200_000, g, index=LAB["anomaly_index"])
    assert share == pytest.approx(0.332, abs=0.005)
    lowest = LAB["false_alarm"](10, 2.0, 200_000, g, index=lambda rows: -rows.min(1))
    assert lowest == pytest.approx(1 - norm.sf(-2) ** 10, abs=0.005)


def test_calibrated_accusations_hit_the_innocent_as_rarely_as_promised():
    rng = np.random.default_rng(1)
    scores = rng.exponential(size=(4000, 20))
    hits = [LAB["accused"](row[:19], row[19], 0.1) for row in scores]
    assert np.mean(hits) == pytest.approx(0.1, abs=0.02)


def test_certificates_are_exact():
    for classes in (2, 3):
        for votes in product(range(classes), repeat=5):
            truth = LAB["oracle_certificate"](list(votes), classes)
            assert LAB["certificate"](np.array(votes), classes) == truth


def test_no_insertion_or_deletion_beats_the_certificate_of_a_real_ensemble():
    """Each part says its most frequent label; the attacker changes up to r images of r parts."""
    rng = np.random.default_rng(2)
    x = torch.from_numpy(rng.integers(0, 256, (90, 1, 3, 3))) / 255
    y = rng.integers(0, 3, 90)

    def votes(images, labels):
        place = LAB["parts_of"](images, 9).numpy()
        return np.array([np.bincount(labels[place == p], minlength=3).argmax() for p in range(9)])

    winner, r = LAB["certificate"](votes(x, y), 3)
    for _ in range(200):
        gone = rng.permutation(90)[: rng.integers(0, r + 1)]
        keep = np.isin(np.arange(90), gone, invert=True)
        more = torch.from_numpy(rng.integers(0, 256, (r - len(gone), 1, 3, 3))) / 255
        images = torch.cat([x[keep], more])
        labels = np.append(y[keep], rng.integers(0, 3, len(more)))
        assert LAB["certificate"](votes(images, labels), 3)[0] == winner


def test_the_bound_of_differential_privacy_is_reached_by_a_chain_of_trainings():
    """With these probabilities for 0, 1, 2, ... points a goal is epsilon-private: no less holds."""
    for epsilon, p0 in ((0.5, 0.05), (1.0, 0.4), (0.1, 0.9)):
        chain = [LAB["success_bound"](epsilon, k, p0) for k in range(8)]
        factor = np.exp(epsilon) * (1 + 1e-12)
        for a, b in pairwise(chain):
            assert a <= b <= factor * a
            assert 1 - b <= 1 - a <= factor * (1 - b)
