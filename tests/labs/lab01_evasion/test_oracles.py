"""The model solutions of Lab 01 beside two attack libraries, on the same 500 images.

Success at equal epsilon must be within half a point of the better library, or above it.
"""

from __future__ import annotations

import warnings
from functools import cache, partial

import foolbox
import pytest
import torch
import torchattacks
from source import names_of

from safetylab import data, evaluation, models

HALF_A_POINT = 0.005

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab01-oracles")]


@cache
def lab():
    return names_of("lab01_evasion")


@cache
def digits():
    """500 test images that the network reads right, as both libraries expect."""
    everything = data.sample(data.mnist("test"), 520, torch.Generator().manual_seed(0))
    right = ~evaluation.is_wrong(models.pretrained("mnist_cnn"), *everything)
    return data.Images(everything.x[right][:500], everything.y[right][:500])


@pytest.fixture
def model():
    torch.set_num_threads(1)
    return models.pretrained("mnist_cnn")


def success(model, x_adv, epsilon=None, norm="linf"):
    """The share of images that fool the model, after a check of ball and box."""
    x, y = digits()
    assert x_adv.min() >= 0
    assert x_adv.max() <= 1
    if epsilon is not None:
        assert evaluation.distances(x, x_adv, norm).max() <= epsilon + 1e-4
    return evaluation.is_wrong(model, x_adv, y).float().mean().item()


def foolbox_success(model, attack, epsilon):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
        _, clipped, _ = attack(wrapped, *digits(), epsilons=epsilon)
    return clipped


@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.2])
def test_fgsm_is_as_strong_as_the_libraries(model, epsilon):
    x, y = digits()
    ours = success(model, lab()["fgsm"](model, x, y, epsilon), epsilon)
    theirs = [
        success(model, torchattacks.FGSM(model, eps=epsilon)(x, y), epsilon),
        success(model, foolbox_success(model, foolbox.attacks.LinfFastGradientAttack(), epsilon)),
    ]
    assert ours >= max(theirs) - HALF_A_POINT


@pytest.mark.parametrize(
    ("norm", "epsilon"),
    [("linf", 0.05), ("linf", 0.1), ("l2", 1.0), ("l2", 1.5)],
)
def test_pgd_is_as_strong_as_the_libraries(model, norm, epsilon):
    x, y = digits()
    step = 2.5 * epsilon / 40
    names = lab()
    one = partial(
        names["pgd"], epsilon=epsilon, project=names["project"], norm=norm, steps=40,
        step_size=step, generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    ours = success(model, names["with_restarts"](model, x, y, one, 1), epsilon, norm)
    torch.manual_seed(0)
    if norm == "linf":
        other = torchattacks.PGD(model, eps=epsilon, alpha=step, steps=40)(x, y)
        attack = foolbox.attacks.LinfPGD(abs_stepsize=step, steps=40)
    else:
        other = torchattacks.PGDL2(model, eps=epsilon, alpha=step, steps=40)(x, y)
        attack = foolbox.attacks.L2PGD(abs_stepsize=step, steps=40)
    third = foolbox_success(model, attack, epsilon)
    theirs = [success(model, other, epsilon, norm), success(model, third, epsilon, norm)]
    assert ours >= max(theirs) - HALF_A_POINT


def test_carlini_wagner_goes_no_further_than_the_libraries(model):
    """Success within half a point, and a mean distance that is no larger (the same step budget)."""
    x, y = digits()
    names = lab()
    walk = partial(
        names["walk"], margin=names["margin"], to_box=names["to_box"], from_box=names["from_box"]
    )
    found = names["carlini_wagner"](model, x, y, walk)
    attack = foolbox.attacks.L2CarliniWagnerAttack(binary_search_steps=6, steps=60, stepsize=0.1)
    theirs = [torchattacks.CW(model, c=3, steps=360, lr=0.1)(x, y),
              foolbox_success(model, attack, None)]  # fmt: skip
    for other in theirs:
        assert success(model, found) >= success(model, other) - HALF_A_POINT
        both = evaluation.is_wrong(model, found, y) & evaluation.is_wrong(model, other, y)
        assert distance(x, found, both) <= distance(x, other, both)


def distance(x, x_adv, chosen):
    return evaluation.distances(x, x_adv, "l2")[chosen].mean()
