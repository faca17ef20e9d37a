"""The model solutions of Lab 15 beside other people's code, and beside theorems."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression
from source import names_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab15-oracles")]
seeds = st.integers(0, 100_000)


@cache
def lab():
    return names_of("lab15_alignment")


def a_policy(n, g, never=0.0):
    return lab()["oracle_policy"](n, g, never)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(2, 60))
def test_entropy_and_kl_are_those_of_scipy(seed, n):
    g = torch.Generator().manual_seed(seed)
    log_p, log_q = a_policy(n, g, 0.3), a_policy(n, g)
    p, q = log_p.exp().numpy(), log_q.exp().numpy()
    assert abs(lab()["entropy"](log_p) - stats.entropy(p)) < 1e-9
    assert abs(lab()["kl"](log_p, log_q) - stats.entropy(p, q)) < 1e-9
    assert lab()["kl"](log_p, log_q) >= -1e-12


@pytest.mark.parametrize("seed", range(5))
def test_the_reward_model_is_the_logistic_regression_of_scikit_learn(seed):
    g = torch.Generator().manual_seed(seed)
    first, second, _, label = lab()["oracle_pairs"](200, 5, g, soft=False)
    penalty = 0.01
    ours = lab()["fit_reward"](first, second, label, penalty, lab()["preference_loss"])
    theirs = LogisticRegression(
        C=1 / (penalty * 200), fit_intercept=False, tol=1e-10, max_iter=10_000
    ).fit((first - second).numpy(), label.numpy())
    assert np.abs(ours.numpy() - theirs.coef_[0]).max() < 1e-5


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([0.01, 0.3, 1.0, 20.0]))
def test_the_identity_holds_for_every_policy(seed, beta):
    g = torch.Generator().manual_seed(seed)
    ref, reward = a_policy(500, g), torch.randn(500, generator=g, dtype=torch.float64)
    log_pi = a_policy(500, g, 0.5)
    star, top = lab()["tilt"](ref, reward, beta), lab()["best_value"](ref, reward, beta)
    j = lab()["objective"](log_pi, ref, reward, beta)
    assert abs(j + beta * lab()["kl"](log_pi, star) - top) < 1e-12 * max(1, beta * 10)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 5000), st.booleans())
def test_the_formula_bounds_the_kl_of_best_of_n(seed, n, ties):
    """Beirami et al. 2024, theorem 1: never above log n - (n - 1)/n; nor n times the reference."""
    g = torch.Generator().manual_seed(seed)
    ref, reward = a_policy(40, g), torch.randn(40, generator=g, dtype=torch.float64)
    log_pi = lab()["best_of_n"](ref, reward.round() if ties else reward, n)
    assert abs(log_pi.exp().sum() - 1) < 1e-9
    assert lab()["kl"](log_pi, ref) <= np.log(n) - (n - 1) / n + 1e-9
    assert (log_pi <= ref + np.log(n) + 1e-9).all()


def test_the_formula_is_reached_where_draws_hardly_tie():
    ref = torch.full((200_000,), -np.log(200_000), dtype=torch.float64)
    log_pi = lab()["best_of_n"](ref, torch.arange(200_000).double(), 16)
    assert abs(lab()["kl"](log_pi, ref) - (np.log(16) - 15 / 16)) < 1e-3


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_proxy_never_falls_along_the_path_and_the_slope_is_that_of_gold(seed):
    g = torch.Generator().manual_seed(seed)
    ref = a_policy(50, g)
    proxy, gold = torch.randn(2, 50, generator=g, dtype=torch.float64)
    etas = torch.linspace(0.1, 5, 400, dtype=torch.float64)
    path = [lab()["tilt"](ref, proxy, 1 / eta) for eta in etas]
    assert all(lab()["gold_slope"](log_pi, proxy, proxy) >= 0 for log_pi in path)
    rates = torch.stack([lab()["gold_slope"](log_pi, proxy, gold) for log_pi in path])
    gained = torch.trapezoid(rates, etas)
    assert abs(gained - (path[-1].exp() @ gold - path[0].exp() @ gold)) < 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_the_weight_of_maximin_makes_the_best_value_smallest(seed):
    g = torch.Generator().manual_seed(seed)
    ref, rewards = a_policy(60, g), torch.randn(2, 60, generator=g, dtype=torch.float64)
    weight, _ = lab()["maximin"](ref, rewards, 0.4, lab()["tilt"])
    values = {
        w: lab()["best_value"](ref, w * rewards[0] + (1 - w) * rewards[1], 0.4).item()
        for w in [*np.linspace(0, 1, 501).tolist(), weight]
    }
    assert min(values.values()) >= values[weight] - 1e-9


def test_dpo_and_reward_modelling_are_one_loss():
    """Rafailov et al. 2023, equation 7: the policy's own reward in the Bradley-Terry loss."""
    g = torch.Generator().manual_seed(9)
    pi, ref = torch.randn(2, 30, generator=g, dtype=torch.float64)
    a, b = torch.randint(0, 30, (2, 100), generator=g)
    label = torch.rand(100, generator=g, dtype=torch.float64)
    own = 0.3 * (pi - ref)
    loss = lab()["dpo_loss"](pi[a], pi[b], ref[a], ref[b], label, 0.3)
    assert abs(loss - lab()["preference_loss"](own[a], own[b], label)) < 1e-12
