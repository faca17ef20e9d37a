"""The model solutions of Lab 11 beside other people's code: opacus, scikit-learn, a theorem."""

from __future__ import annotations

import copy
import math
import warnings
from functools import cache, partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve
from source import names_of

from safetylab import models

ORDERS = list(range(2, 257))
SETTINGS = [
    (0.01, 1.0, 1000, 1e-5),
    (0.001, 0.5, 1000, 1e-6),
    (0.05, 2.0, 300, 1e-6),
    (1 / 66, 1.2, 198, 1e-5),
    (1.0, 8.0, 60, 1e-3),
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("lab11-oracles"),
    pytest.mark.filterwarnings("ignore:GDP accounting"),
    pytest.mark.filterwarnings("ignore:Full backward hook"),
]


@cache
def lab():
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        return names_of("lab11_privacy")


def our_epsilon(q, sigma, steps, delta):
    names = lab()
    return names["epsilon_of"](names["rdp"](q, sigma, steps, ORDERS), ORDERS, delta)


@pytest.mark.parametrize(("q", "sigma", "steps", "delta"), SETTINGS)
def test_the_accountant_equals_opacus_at_the_same_orders(q, sigma, steps, delta):
    from opacus.accountants import RDPAccountant

    book = RDPAccountant()
    book.history = [(sigma, q, steps)]
    theirs = book.get_epsilon(delta, alphas=ORDERS)
    assert our_epsilon(q, sigma, steps, delta) == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize(("q", "sigma", "steps", "delta"), SETTINGS)
def test_the_accountant_is_above_the_tight_one_and_not_far(q, sigma, steps, delta):
    low, high = lab()["tight_epsilon"](q, sigma, steps, delta)
    assert low <= high <= low + 0.03
    assert high <= our_epsilon(q, sigma, steps, delta) <= 1.45 * low
    if q < 1:
        assert lab()["clt_epsilon"](q, sigma, steps, delta) < low


@pytest.mark.parametrize(("sigma", "delta"), [(1.0, 1e-5), (4.0, 1e-6), (0.7, 1e-3)])
def test_one_gaussian_step_is_what_the_tight_accountant_says(sigma, delta):
    low, high = lab()["tight_epsilon"](1.0, sigma, 1, delta)
    assert lab()["gaussian_delta"](1.0, sigma, low - 1e-3) >= delta
    assert lab()["gaussian_delta"](1.0, sigma, high + 1e-3) <= delta


def test_sixty_full_steps_are_one_with_a_smaller_sigma():
    """The exact curve of 11.7: the ceiling by epsilon and delta lies above it everywhere."""
    low, high = lab()["tight_epsilon"](1.0, 8.0, 60, 1e-3)
    alone = lab()["tight_epsilon"](1.0, 8.0 / math.sqrt(60), 1, 1e-3)
    assert abs(low - alone[0]) < 0.03
    fpr = np.linspace(0.001, 0.999, 200)
    exact = stats.norm.cdf(stats.norm.ppf(fpr) + math.sqrt(60) / 8)
    assert (lab()["most_tpr"](fpr, high, 1e-3) >= exact - 1e-9).all()
    assert (lab()["most_tpr"](fpr, 0.8 * low, 1e-3) < exact - 1e-3).any()


def test_per_sample_gradients_equal_opacus():
    from opacus import GradSampleModule

    g = torch.Generator().manual_seed(3)
    model = torch.nn.Linear(7, 4).double()
    x, y = torch.rand(6, 7, generator=g, dtype=torch.float64), torch.arange(6) % 4
    wrapped = GradSampleModule(copy.deepcopy(model), loss_reduction="sum")
    F.cross_entropy(wrapped(x), y, reduction="sum").backward()
    ours = lab()["per_sample_gradients"](start_of(model), x, y)
    for name, p in wrapped._module.named_parameters():
        assert (ours[name] - p.grad_sample).abs().max() < 1e-10


def start_of(model):
    """The parameters of a model, by name, without a graph."""
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def test_one_private_step_equals_opacus_with_its_noise():
    """Both draw from generators of one state: clipping, noise and division agree to 1e-10."""
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    g = torch.Generator().manual_seed(4)
    model = models.linear(5, 3, generator=g).double()
    x, y = torch.randn(20, 5, generator=g, dtype=torch.float64), torch.arange(20) % 3
    wrapped = GradSampleModule(copy.deepcopy(model), loss_reduction="sum")
    optimizer = DPOptimizer(
        torch.optim.SGD(wrapped.parameters(), lr=1.0), noise_multiplier=1.3, max_grad_norm=0.8,
        expected_batch_size=16, generator=torch.Generator().manual_seed(9),
    )  # fmt: skip
    F.cross_entropy(wrapped(x), y, reduction="sum").backward()
    optimizer.step()
    names = lab()
    summed = names["clip_and_sum"](names["per_sample_gradients"](start_of(model), x, y), 0.8)
    # opacus draws in float32 or float64 as its gradient is: the same numbers as ours
    step = names["noisy_mean"](summed, 0.8, 1.3, 16, torch.Generator().manual_seed(9))
    theirs = dict(wrapped._module.named_parameters())
    for name, p in model.named_parameters():
        assert (p - step[name] - theirs[name]).abs().max() < 1e-10


def test_the_closed_form_of_the_fewest_runs():
    """Two more confidences, and the two sides of each n, by scipy's exact intervals."""
    names = lab()
    for epsilon, delta, confidence in ((4.0, 0.0, 0.95), (5.5, 0.1, 0.8)):
        n = names["fewest_runs"](epsilon, delta, confidence)
        for runs, more in ((n - 1, False), (n, True)):
            level = {"confidence_level": confidence, "method": "exact"}
            low = stats.binomtest(runs, runs).proportion_ci(**level).low
            high = stats.binomtest(0, runs).proportion_ci(**level).high
            assert (math.log((low - delta) / high) > epsilon) == more


def test_rates_equal_scikit_learn():
    rng = np.random.default_rng(5)
    for levels in (8, 100_000):
        members = torch.tensor(rng.integers(0, levels, 700) / levels + 0.1)
        others = torch.tensor(rng.integers(0, levels, 900) / levels)
        truth = np.repeat([1, 0], [700, 900])
        scores = torch.cat([members, others]).numpy()
        assert lab()["auc"](members, others) == pytest.approx(roc_auc_score(truth, scores))
        fpr, tpr, _ = roc_curve(truth, scores, drop_intermediate=False)
        for limit in (0.0005, 0.0105, 0.123, 0.777):
            assert lab()["tpr_at_fpr"](members, others, limit) == tpr[fpr <= limit].max()


def test_lira_stays_below_the_ceiling_of_private_training_only():
    """With intervals: no rate of the private models is above what the promise allows."""
    names = lab()
    x, y, inside, plain = names["pool_of"](6, 24)
    retrained = partial(names["retrained"], names["dp_sgd"], names["clip_and_sum"])
    outputs = {"plain": plain, "private": retrained(8.0, x, y, inside)}
    above = {}
    for name, logits in outputs.items():
        sure = names["sureness"](logits, y)
        members, others = names["attack_each"](names["lira"], sure, inside)
        above[name] = [beyond_the_ceiling(members, others, rate) for rate in (0.002, 0.02, 0.1)]
    assert above == {"plain": [True] * 3, "private": [False] * 3}


def beyond_the_ceiling(members, others, rate):
    """Whether even the cautious ends of both intervals lie above the exact curve."""
    bar = others.sort(descending=True).values[int(rate * len(others))]
    hits, falses = int((members > bar).sum()), int((others > bar).sum())
    low = stats.binomtest(hits, len(members)).proportion_ci(0.99).low
    high = stats.binomtest(falses, len(others)).proportion_ci(0.99).high
    return low > stats.norm.cdf(stats.norm.ppf(high) + math.sqrt(60) / 8)


def test_a_sharper_test_of_10000_runs_refutes_8_as_the_text_says():
    """The largest chance of n hits and no false one, if p is at most e^8 times p'."""
    shares = 1 - np.linspace(0, 1e-3, 1001)
    chance = {
        n: np.exp(n * (np.log(shares) + np.log1p(-shares * math.exp(-8)))).max()
        for n in (5000, 8928, 8929, 10_000)
    }
    assert round(chance[10_000], 3) == 0.035
    assert chance[8929] < 0.05 < chance[8928] < chance[5000]
