"""The model solutions of Lab 06 beside shap and captum, on the lab's own data."""

from __future__ import annotations

import warnings
from functools import cache, partial

import numpy as np
import pytest
import shap
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from source import names_of
from torch import nn

from safetylab import data, models

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab06-oracles")]


@cache
def lab():
    return names_of("lab06_interpretability")


@cache
def background(size=60):
    rows = lab()["train"]
    return rows[np.random.default_rng(0).choice(len(rows), size, replace=False)]


def ours(predict, x, rows):
    return lab()["shapley"](lab()["coalition_game"](predict, x, rows), len(x))


def test_shapley_values_of_a_curved_model_are_those_of_kernel_explainer():
    """With eight and with ten features: up to ten its default enumerates."""
    train, rich, scale = (lab()[name] for name in ("train", "rich", "SCALE"))
    fitted = LogisticRegression(max_iter=200).fit(train[:3000] / scale, rich[:3000])

    def eight(rows):
        return fitted.predict_proba(rows / scale)[:, 1]

    rng = np.random.default_rng(1)
    weight, ten = rng.normal(size=10), rng.normal(size=(30, 10))

    def curved(rows):
        return np.tanh(rows @ weight) + rows[:, 0] * rows[:, 1] * rows[:, 2]

    for predict, people, rows in ((eight, train[5:8], background()), (curved, ten[:2], ten[2:])):
        theirs = shap.KernelExplainer(predict, rows).shap_values(people, silent=True)
        for x, values in zip(people, theirs, strict=True):
            assert np.abs(ours(predict, x, rows) - values).max() < 1e-10


def test_shapley_values_of_forests_are_those_of_tree_explainer():
    """Adult's whole numbers are exact in float32, where shap rounds its thresholds."""
    train, rich = lab()["train"], lab()["rich"]
    boosted = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(train, rich)
    regressor = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(train, rich)
    for model, predict in ((boosted, boosted.decision_function), (regressor, regressor.predict)):
        explainer = shap.TreeExplainer(model, background(), feature_perturbation="interventional")
        for x in lab()["held_out"][:5]:
            assert (
                np.abs(ours(predict, x, background()) - explainer.shap_values(x[None])[0]).max()
                < 1e-6
            )


def test_a_thousand_orders_agree_with_the_exact_values():
    weight = np.random.default_rng(2).normal(size=8) / lab()["SCALE"]
    game = lab()["coalition_game"](
        lambda rows: np.tanh(rows @ weight), background()[0], background()
    )
    phi, half = lab()["sampled_shapley"](game, 8, rng=np.random.default_rng(0), orders=1000)
    assert (np.abs(phi - lab()["shapley"](game, 8)) < 2 * half + 1e-9).all()


@cache
def digits():
    images = data.sample(data.mnist("test"), 6, torch.Generator().manual_seed(3))
    return models.pretrained("mnist_cnn").double(), images.x.double(), images.y


def test_saliency_is_captums():
    model, x, y = digits()
    theirs = Saliency(model).attribute(x.clone().requires_grad_(True), target=y, abs=False)
    assert (lab()["saliency"](model, x, y) - theirs).abs().max() < 1e-8


@pytest.mark.parametrize("steps", [2, 16, 64])
def test_integrated_gradients_are_captums_by_the_same_rule(steps):
    """Powers of two: captum rounds the length of a step to float32, which is exact for them."""
    model, x, y = digits()
    baseline = 0.1 * torch.ones_like(x)
    theirs = IntegratedGradients(model).attribute(
        x, baseline, target=y, n_steps=steps, method="riemann_middle"
    )
    integrate = partial(lab()["integrated_gradients"], gradient=lab()["saliency"])
    assert (integrate(model, x, y, baseline, steps) - theirs).abs().max() < 1e-8


def test_smoothgrad_agrees_with_captums_noise_tunnel():
    """Other noise, so within what the noise leaves: both far closer than the plain gradient is."""
    model, x, y = digits()
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = NoiseTunnel(Saliency(model)).attribute(
            x, nt_type="smoothgrad", nt_samples=200, nt_samples_batch_size=50, stdevs=0.2,
            target=y, abs=False,
        )  # fmt: skip
    g = torch.Generator().manual_seed(0)
    maps = lab()["smoothgrad"](
        model, x, y, sigma=0.2, n=200, generator=g, gradient=lab()["saliency"]
    )
    plain = lab()["saliency"](model, x, y)
    assert (maps - theirs).norm() < 0.35 * (plain - theirs).norm()


def test_deep_lift_is_that_of_deep_explainer():
    rng = np.random.default_rng(4)
    W, b, v = rng.normal(size=(9, 5)), rng.normal(size=9), rng.normal(size=9)
    people, rows = rng.normal(size=(4, 5)), rng.normal(size=(20, 5))
    model = nn.Sequential(nn.Linear(5, 9), nn.ReLU(), nn.Linear(9, 1))
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), (W, b, v[None], np.zeros(1)), strict=True):
            parameter.copy_(torch.tensor(values))
    explainer = shap.DeepExplainer(model, torch.tensor(rows).float())
    theirs = explainer.shap_values(torch.tensor(people).float())
    found = np.array([lab()["deep_lift"](W, b, v, x, rows) for x in people])
    assert np.abs(found - np.asarray(theirs).reshape(4, 5)).max() < 1e-5


def test_the_oracle_of_the_shares_finds_the_known_values_of_a_vote():
    """The tests' own definition, order by order, on a game solved in the literature."""

    def vote(c):
        return (c @ np.array([4, 3, 2, 1]) >= 6).astype(float)

    assert np.allclose(lab()["oracle_shares"](vote, 4), np.array([5, 3, 3, 1]) / 12)
