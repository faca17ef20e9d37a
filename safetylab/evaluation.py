"""How often a model is right: on given images, and on images that an attack has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn

from safetylab.checks import expect, expect_tensor, untouched

Norm: TypeAlias = Literal["linf", "l2"]
Attack: TypeAlias = Callable[[nn.Module, Tensor, Tensor, float], Tensor]
"""``attack(model, x, y, epsilon) -> x_adv``, with ``x_adv`` shaped like ``x``."""

TOLERANCE = 1e-5
"""What float32 rounding may add: to a radius epsilon TOLERANCE * (1 + epsilon), to [0, 1] as is."""


def is_wrong(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Return a bool tensor (n,): where the largest logit is not at the label."""
    with torch.no_grad():
        logits: Tensor = model(x)
    return logits.argmax(dim=1) != y


def distances(x: Tensor, x_adv: Tensor, norm: Norm) -> Tensor:
    """Return the distance between ``x`` and ``x_adv`` per example: shape (n,), float64.

    Args:
        x: shape (n, ...).
        x_adv: the same shape.
        norm: ``"linf"`` (largest change of a pixel) or ``"l2"`` (root of the sum of squares).

    Raises:
        ValueError: the shapes differ, or the norm is unknown.
    """
    if x.shape != x_adv.shape:
        raise ValueError(f"x has shape {tuple(x.shape)} and x_adv {tuple(x_adv.shape)}")
    if norm not in ("linf", "l2"):
        raise ValueError(f'unknown norm {norm!r}: choose "linf" or "l2"')
    change = (x_adv.double() - x.double()).flatten(start_dim=1)
    length: Tensor = torch.linalg.vector_norm(change, ord=2 if norm == "l2" else torch.inf, dim=1)
    return length


def psnr(x: Tensor, x_hat: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in dB per image with values in [0, 1]: shape (n,).

    -10 log10 of the mean squared error, in float64: 20 dB is an error of 0.1 a pixel, 100 dB one
    of 0.00001; equal images have infinity.

    Args:
        x: shape (n, ...).
        x_hat: the same shape.

    Raises:
        ValueError: the shapes differ.
    """
    error = distances(x, x_hat, "l2") ** 2 / x[0].numel()
    return -10 * error.log10()


def accuracy(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]]) -> float:
    """Return the fraction of examples that ``model`` classifies right, in [0, 1].

    Args:
        model: in eval mode; maps (n, ...) to logits (n, classes).
        batches: pairs of inputs and labels, for example from `safetylab.data.batches`.

    Raises:
        ValueError: the model is in train mode, or there is no example.
    """
    _refuse_train_mode(model)
    wrong = [is_wrong(model, x, y) for x, y in batches]
    return _fraction_right(wrong)


def robust_accuracy(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    attack: Attack,
    epsilon: float,
    norm: Norm = "linf",
) -> float:
    """Return the fraction classified right both before and after ``attack``, in [0, 1].

    All examples count: one that was wrong before the attack is wrong, since the ball holds it.
    Every returned example is checked: the shape, dtype and finiteness; the distance to its
    original, at most ``epsilon`` plus 1e-5 * (1 + epsilon); the values, in [0, 1] up to 1e-5.

    Args:
        model: in eval mode; maps images in [0, 1] to logits (n, classes).
        batches: pairs of images and labels, for example from `safetylab.data.batches`.
        attack: called as ``attack(model, x, y, epsilon)``, returns the changed images.
        epsilon: radius of the ball, at least 0.
        norm: ``"linf"`` or ``"l2"``.

    Raises:
        ValueError: the question is ill-posed (train mode, inputs outside [0, 1], no example).
        CheckFailed: the attack broke a rule; the text names the first example that shows it.
    """
    _refuse_train_mode(model)
    wrong: list[Tensor] = []
    seen = 0
    for x, y in batches:
        _refuse_range(x)
        with untouched(model, x, y):
            x_adv = attack(model, x, y, epsilon)
        _check_attack(x, x_adv, epsilon, norm, seen)
        wrong.append(is_wrong(model, x, y) | is_wrong(model, x_adv, y))
        seen += len(y)
    return _fraction_right(wrong)


def _refuse_train_mode(model: nn.Module) -> None:
    if any(module.training for module in model.modules()):
        raise ValueError(
            "the model is in train mode, in which dropout and batch norm behave differently: "
            "call model.eval() first"
        )


def _refuse_range(x: Tensor) -> None:
    low, high = float(x.min()), float(x.max())
    if not (low >= -TOLERANCE and high <= 1 + TOLERANCE):
        raise ValueError(
            f"the inputs run from {low:.3g} to {high:.3g}, not from 0 to 1, so epsilon would not "
            "mean grey values: put the normalisation inside the model and pass plain images"
        )


def _check_attack(x: Tensor, x_adv: Tensor, epsilon: float, norm: Norm, first: int) -> None:
    """Check what an attack returned for ``x``, whose first row is example number ``first``."""
    expect_tensor(x_adv, tuple(x.shape), "the attack")
    expect(
        x_adv.dtype == x.dtype,
        f"the attack must return {x.dtype}, like its input; it returned {x_adv.dtype}",
        "wrong-dtype",
    )
    moved = distances(x, x_adv, norm)
    worst = int(moved.argmax())
    expect(
        moved[worst] <= epsilon + TOLERANCE * (1 + epsilon),
        f"example {first + worst} was moved by {float(moved[worst]):.6g} in the {norm} norm, out "
        f"of the ball of radius {epsilon:g}: bring the point back into the ball before you "
        "return it",
        "outside-ball",
    )
    beyond = torch.maximum(-x_adv, x_adv - 1).flatten(start_dim=1).amax(dim=1)
    worst = int(beyond.argmax())
    expect(
        beyond[worst] <= TOLERANCE,
        f"example {first + worst} has a pixel that lies {float(beyond[worst]):.6g} outside "
        "[0, 1], so it is no image any more: clamp to [0, 1] before you return it",
        "outside-range",
    )


def _fraction_right(wrong: list[Tensor]) -> float:
    count = sum(len(batch) for batch in wrong)
    if count == 0:
        raise ValueError(
            "there are no examples. An iterator from batches(x, y) can be used once: call "
            "batches again, or keep list(batches(x, y))"
        )
    return (count - sum(int(batch.sum()) for batch in wrong)) / count
