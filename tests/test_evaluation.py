import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog
from torch import nn

from safetylab import evaluation
from safetylab.checks import CheckFailed
from safetylab.data import batches
from safetylab.evaluation import accuracy, distances, is_wrong, psnr, robust_accuracy
from safetylab.models import Noisy, linear

PIXELS = hnp.arrays(np.float64, (3, 2, 2), elements=st.floats(-10, 10, width=32))


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def model():
    model = linear(4, 2).eval()
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[0.9, 0.7, -1.0, -0.4], [-1.0, -0.8, 0.9, 0.5]]))
        model[1].bias.copy_(torch.tensor([0.05, -0.1]))
    return model


@pytest.fixture
def x():
    return torch.rand(23, 1, 2, 2, generator=seeded(1))


@pytest.fixture
def y(model, x):
    """The model's own answers, but for every fifth."""
    return (model(x).argmax(1) + (torch.arange(23) % 5 == 0)) % 2


def identity(model, x, y, epsilon):
    return x


def corners(model, x, y, epsilon):
    """Try all corners of the box around each image, cut at 0 and 1; keep the worst."""
    steps = torch.tensor(list(itertools.product((-epsilon, epsilon), repeat=4)))
    tries = (x.unsqueeze(1) + steps.reshape(-1, 1, 2, 2)).clamp(0, 1)
    with torch.no_grad():
        logits = model(tries.flatten(0, 1)).reshape(len(x), -1, 2)
    right = logits.gather(2, y.reshape(-1, 1, 1).expand(-1, len(steps), 1))
    lead = (2 * right - logits.sum(2, keepdim=True)).squeeze(2)
    return tries[torch.arange(len(x)), lead.argmin(1)]


def test_accuracy_by_hand(model, x, y):
    predicted = np.array([int(np.argmax(model(one[None]).detach().numpy())) for one in x])
    wanted = float((predicted == y.numpy()).mean())
    for size in (1, 5, 23, 100):
        assert accuracy(model, batches(x, y, size)) == wanted
        assert robust_accuracy(model, batches(x, y, size), identity, 0.0) == wanted
    assert is_wrong(model, x, y).tolist() == (predicted != y.numpy()).tolist()


@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.2, 0.5])
def test_brute_force_agrees_with_linear_programming(model, x, y, epsilon):
    """On a linear model with two classes the worst image solves a linear programme."""
    weight, bias = (value.detach().double().numpy() for value in model[1].parameters())
    kept = []
    for image, label in zip(x.flatten(1).numpy(), y.tolist(), strict=True):
        lead = weight[label] - weight[1 - label]
        box = [(max(0, p - epsilon), min(1, p + epsilon)) for p in image]
        kept.append(linprog(lead, bounds=box).fun + bias[label] - bias[1 - label] > 0)
    found = robust_accuracy(model, batches(x, y, 10), corners, epsilon)
    assert found == pytest.approx(np.mean(kept), abs=1e-12)
    assert found == accuracy(model, batches(x, y)) if epsilon == 0 else found < 18 / 23


def test_an_attack_that_mends_an_example_does_not_count_for_the_model(model, x, y):
    def helpful(model, x, y, epsilon):
        return corners(model, x, 1 - y, epsilon)

    found = robust_accuracy(model, batches(x, y), helpful, 1.0)
    assert found == accuracy(model, batches(x, y)) < 1


def test_the_attack_gets_the_model_the_batch_and_epsilon(model, x, y):
    seen = []

    def spy(*args):
        seen.append(args)
        return args[1]

    robust_accuracy(model, batches(x, y, 20), spy, 0.25)
    assert [len(args[1]) for args in seen] == [20, 3]
    assert all(args[0] is model and args[3] == 0.25 for args in seen)
    assert torch.equal(torch.cat([args[2] for args in seen]), y)


def shift(amount, row=14):
    """Return an attack that moves one pixel of example ``row`` (of batches of 10) by amount."""

    def attack(model, x, y, epsilon):
        moved = x.clone()
        if torch.equal(x[0], attack.start):
            moved[row % 10, 0, 0, 0] += amount
        return moved

    return attack


def answer(attack, x, y, model, epsilon=0.25, norm="linf"):
    attack.start = x[10]
    return robust_accuracy(model, batches(x, y, 10), attack, epsilon, norm)


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_hair_outside_the_ball_is_refused_by_name(model, x, y, norm, sign):
    x = 0.5 + 0.1 * x
    answer(shift(sign * 0.25001), x, y, model, norm=norm)
    with pytest.raises(CheckFailed, match=r"\[outside-ball\]$") as caught:
        answer(shift(sign * 0.2501), x, y, model, norm=norm)
    text = str(caught.value)
    assert "example 14 was moved by 0.2501" in text
    assert norm in text
    assert "radius 0.25" in text


def test_the_norm_is_the_one_asked_for(model, x, y):
    def everywhere(model, x, y, epsilon):
        return 0.5 + 0 * x + 0.09

    x = torch.full_like(x, 0.5)
    robust_accuracy(model, batches(x, y), everywhere, 0.1, "linf")
    robust_accuracy(model, batches(x, y), everywhere, 0.18, "l2")
    with pytest.raises(CheckFailed, match=r"moved by 0\.18 in the l2 norm"):
        robust_accuracy(model, batches(x, y), everywhere, 0.1, "l2")


@pytest.mark.parametrize(("start", "amount"), [(0.0, -0.001), (1.0, 0.001)])
def test_values_outside_the_range_are_refused(model, x, y, start, amount):
    x = x.clone()
    x[14, 0, 0, 0] = start
    answer(shift(amount / 1000), x, y, model)
    with pytest.raises(CheckFailed, match=r"clamp to \[0, 1\].*\[outside-range\]$") as caught:
        answer(shift(amount), x, y, model)
    assert "example 14 has a pixel that lies 0.001" in str(caught.value)


def no_copy(model, x, y, epsilon):
    return x.add_(0.01).clamp_(0, 1)


def relabel(model, x, y, epsilon):
    y.fill_(0)
    return x


def stubborn(model, x, y, epsilon):
    with torch.no_grad():
        model[1].weight.zero_()
    return x


def trainer(model, x, y, epsilon):
    model.train()
    return x


def careless(model, x, y, epsilon):
    model(x).sum().backward()
    return x


@pytest.mark.parametrize(
    ("attack", "misconception", "fix"),
    [
        (no_copy, "input-modified", r"work on a copy \(x.clone\(\)\)"),
        (relabel, "input-modified", "in place"),
        (stubborn, "model-changed", "may read the model"),
        (trainer, "mode-changed", "leave the mode"),
        (careless, "gradient-left", "torch.autograd.grad"),
        (lambda m, x, y, e: x.requires_grad_(), "input-modified", "detach"),
        (lambda m, x, y, e: x.clone().requires_grad_(), "graph-left", "detach"),
        (lambda m, x, y, e: x[:-1], "wrong-shape", "shape"),
        (lambda m, x, y, e: x.flatten(1), "wrong-shape", "shape"),
        (lambda m, x, y, e: x.double(), "wrong-dtype", "float32"),
        (lambda m, x, y, e: x.numpy(), "no-tensor", "numpy array.*from_numpy"),
        (lambda m, x, y, e: None, "no-return", "is there a return"),
        (lambda m, x, y, e: x / 0, "not-finite", "inf"),
        (lambda m, x, y, e: x.where(x < 0.9, math.nan), "not-finite", "nan"),
    ],
)
def test_broken_rules_have_their_names(model, x, y, attack, misconception, fix):
    with pytest.raises(CheckFailed, match=fix) as caught:
        robust_accuracy(model, batches(x, y), attack, 0.1)
    assert str(caught.value).endswith(f"[{misconception}]")


def test_normalised_inputs_are_refused(model, x, y):
    with pytest.raises(ValueError, match="put the normalisation inside the model"):
        robust_accuracy(model, batches((x - 0.13) / 0.31, y), identity, 0.1)
    with pytest.raises(ValueError, match="from nan to nan"):
        robust_accuracy(model, batches(x * math.nan, y), identity, 0.1)
    robust_accuracy(model, batches(x / x.max() + 1e-7, y), identity, 0.1)


@pytest.mark.parametrize("part", [slice(None), slice(1, None)])
def test_train_mode_is_refused(model, x, y, part):
    """Also when a part of the model alone is in train mode."""
    model[part].train()
    with pytest.raises(ValueError, match=r"call model\.eval\(\) first"):
        robust_accuracy(model, batches(x, y), identity, 0.1)
    with pytest.raises(ValueError, match=r"call model\.eval\(\) first"):
        accuracy(model, batches(x, y))


def test_a_used_up_iterator_is_named(model, x, y):
    once = batches(x, y)
    accuracy(model, once)
    for again in (lambda: accuracy(model, once), lambda: robust_accuracy(model, once, identity, 0)):
        with pytest.raises(ValueError, match="can be used once"):
            again()


def test_a_random_model_may_be_judged(x, y):
    noisy = Noisy(linear(4, 2).eval(), 0.1, seeded(0))
    assert 0 <= robust_accuracy(noisy, batches(x, y), identity, 0.1) <= 1


def test_evaluation_draws_nothing_and_builds_no_graph():
    class Watching(nn.Module):
        def forward(self, x):
            assert not torch.is_grad_enabled()
            return x.flatten(1)

    before = torch.get_rng_state()
    assert is_wrong(Watching(), torch.eye(3).reshape(3, 1, 1, 3), torch.arange(3)).sum() == 0
    assert torch.equal(before, torch.get_rng_state())


@given(PIXELS, PIXELS, PIXELS, st.floats(-5, 5))
@settings(deadline=None)
def test_distances_are_norms(a, b, c, factor):
    ta, tb, tc = map(torch.from_numpy, (a, b, c))
    for norm, order in (("linf", np.inf), ("l2", 2)):
        found = distances(ta, tb, norm)
        wanted = [np.linalg.norm((q - p).ravel(), order) for p, q in zip(a, b, strict=True)]
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
        assert torch.equal(found, distances(tb, ta, norm))
        scaled = distances(factor * ta, factor * tb, norm)
        np.testing.assert_allclose(scaled, abs(factor) * found, rtol=1e-9, atol=1e-12)
        around = distances(ta, tc, norm) + distances(tc, tb, norm)
        assert (found <= around + 1e-9).all()


def test_distances_are_measured_in_double_precision():
    x = torch.full((2, 1, 28, 28), 0.5)
    assert distances(x, x + 0.25, "l2").tolist() == [7.0, 7.0]
    assert distances(x, x, "linf").dtype == torch.float64


def test_distances_refuse_what_they_cannot_compare():
    x = torch.zeros(2, 1, 2, 2)
    with pytest.raises(ValueError, match=r"shape \(2, 1, 2, 2\) and x_adv \(1, 1, 2, 2\)"):
        distances(x, x[:1], "linf")
    with pytest.raises(ValueError, match="unknown norm 'l1'"):
        distances(x, x, "l1")


def test_one_example_and_small_labels_will_do(model, x, y):
    assert robust_accuracy(model, [(x[:1], y[:1].int())], identity, 0.1) in (0.0, 1.0)


def test_leftover_gradients_of_training_are_not_the_attacks_fault(model, x, y):
    nn.functional.cross_entropy(model(x), y).backward()
    robust_accuracy(model, batches(x, y), identity, 0.1)


def test_psnr_by_hand():
    x = torch.zeros(3, 1, 2, 2)
    got = psnr(x, x + torch.tensor([0.1, 1e-5, 0.0]).reshape(3, 1, 1, 1))
    assert torch.allclose(got, torch.tensor([20.0, 100.0, torch.inf], dtype=torch.float64))
    one_of_four = torch.tensor([[1.0, 0, 0, 0]])
    assert psnr(torch.zeros(1, 4), one_of_four).item() == pytest.approx(10 * math.log10(4))


class _Threshold(nn.Module):
    """One pixel: class 1 above 0.5."""

    def forward(self, x):
        score = x.flatten(1)[:, 0] - 0.5
        return torch.stack([torch.zeros_like(score), score], 1)


def _down(by):
    return lambda model, x, y, epsilon: (x - by * epsilon).clamp(0, 1)


SIGNS = {"dark": lambda model, x, y: x.flatten(1)[:, 0] < 0.5,
         "always": lambda model, x, y: torch.ones(len(x), dtype=torch.bool)}  # fmt: skip


def _four():
    x = torch.tensor([0.9, 0.7, 0.55, 0.2]).reshape(4, 1, 1, 1)
    return [(x[:3], torch.ones(3, dtype=torch.long)), (x[3:], torch.ones(1, dtype=torch.long))]


def test_worst_case_is_the_intersection():
    attacks = {"half": _down(0.5), "full": _down(1.0)}
    found = evaluation.worst_case(_Threshold().eval(), _four(), attacks, 0.3)
    assert found.clean.tolist() == [True, True, True, False]
    assert found.under["half"].tolist() == [True, True, False, False]
    assert found.under["full"].tolist() == [True, False, False, False]
    assert found.accuracies() == {"clean": 0.75, "half": 0.5, "full": 0.25, "worst case": 0.25}


def test_worst_case_spares_what_fell():
    sizes = []

    def full(model, x, y, epsilon):
        sizes.append(len(x))
        return _down(1.0)(model, x, y, epsilon)

    model, attacks = _Threshold().eval(), {"half": _down(0.5), "full": full}
    found = evaluation.worst_case(model, _four(), attacks, 0.3, spare=True)
    assert sizes == [2]
    assert found.worst.tolist() == [True, False, False, False]


def test_worst_case_refuses():
    model = _Threshold().eval()
    with pytest.raises(ValueError, match="no attack"):
        evaluation.worst_case(model, _four(), {}, 0.1)
    with pytest.raises(ValueError, match="no examples"):
        evaluation.worst_case(model, [], {"a": _down(1.0)}, 0.1)
    with pytest.raises(CheckFailed, match="out of the ball"):
        evaluation.worst_case(model, _four(), {"a": _down(2.0)}, 0.1)


def test_a_curve_that_rises_is_not_hidden():
    attack = {"moody": lambda model, x, y, e: x if e > 0.2 else (x - e).clamp(0, 1)}
    found = evaluation.robustness_curve(_Threshold().eval(), _four(), attack, [0.0, 0.2, 0.3])
    assert found["moody"] == ([0.0, 0.2, 0.3], [0.75, 0.25, 0.75])
    assert found["worst case"] == found["moody"]


def test_sanity_measures_and_reports():
    attacks = {"one_step": _down(1.0), "many_steps": _down(0.5), "transfer": _down(0.0),
               "random": _down(1.0)}  # fmt: skip
    found = evaluation.attack_sanity(_Threshold().eval(), _four(), attacks, 0.3, [0.1, 0.6], SIGNS)
    assert (found["one_step"], found["many_steps"], found["transfer"]) == (0.25, 0.5, 0.75)
    assert found["random_only"] == 0.25
    assert found["curve"] == [0.5, 0.25]
    assert (found["largest_class"], found["n"]) == (1.0, 4)
    assert (found["dark"], found["always"]) == (0.25, 1)
    table = evaluation.sanity_report({"it": found}, lambda row: ["one-step"])
    assert table.splitlines()[1].endswith("25.0%  one-step")
