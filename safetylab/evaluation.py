"""How often a model is right: on given images, and on images that an attack has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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
        fell = _falls(model, x, y, attack, epsilon, norm, seen)
        wrong.append(is_wrong(model, x, y) | fell)
        seen += len(y)
    return _fraction_right(wrong)


@dataclass(frozen=True)
class Survival:
    """Which examples a model still classifies right, before and under several attacks.

    Attributes:
        epsilon: radius of the ball.
        clean: bool tensor (n,), right without an attack.
        under: name of an attack -> bool tensor (n,), right both before and after it.
        worst: bool tensor (n,), right before and after every one of them.
    """

    epsilon: float
    clean: Tensor
    under: dict[str, Tensor]
    worst: Tensor

    def accuracies(self) -> dict[str, float]:
        """Return the fractions right: ``"clean"``, each attack's, and ``"worst case"``."""
        rows = {"clean": self.clean, **self.under, "worst case": self.worst}
        return {name: row.double().mean().item() for name, row in rows.items()}


def worst_case(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    attacks: Mapping[str, Attack],
    epsilon: float,
    norm: Norm = "linf",
    *,
    spare: bool = False,
) -> Survival:
    """Attack every example with every attack, and say which survive all of them.

    The fraction ``worst.mean()`` is an upper bound of the true robust accuracy, at least as tight
    as that of the best single attack. Every returned example is checked as in `robust_accuracy`.

    Args:
        model: in eval mode; maps images in [0, 1] to logits (n, classes).
        batches: pairs of images and labels.
        attacks: name -> ``attack(model, x, y, epsilon)``, at least one.
        epsilon: radius of the ball, at least 0.
        norm: ``"linf"`` or ``"l2"``.
        spare: give an attack only those examples that are right and have survived the attacks
            before it. The worst case is the same and costs less, but then ``under`` holds what
            was left after each attack in turn, which does not compare the attacks.

    Raises:
        ValueError: train mode, inputs outside [0, 1], no example, or no attack.
        CheckFailed: an attack broke a rule.

    Source: the ensemble of Croce and Hein, "Reliable evaluation of adversarial robustness with an
    ensemble of diverse parameter-free attacks", 2020, section 4.
    """
    _refuse_train_mode(model)
    if not attacks:
        raise ValueError("there is no attack: give at least one, as a mapping name -> function")
    rows: list[Tensor] = []
    seen = 0
    for x, y in batches:
        lines = [~is_wrong(model, x, y)]
        for attack in attacks.values():
            chosen = lines[-1] if spare else torch.ones_like(lines[0])
            right = lines[-1 if spare else 0].clone()
            if chosen.any():
                fell = _falls(model, x[chosen], y[chosen], attack, epsilon, norm, seen)
                right[chosen] &= ~fell
            lines.append(right)
        rows.append(torch.stack(lines))
        seen += len(y)
    _fraction_right([row[0] for row in rows])
    clean, *under = torch.cat(rows, dim=1)
    worst = torch.stack([clean, *under]).all(dim=0)
    return Survival(epsilon, clean, dict(zip(attacks, under, strict=True)), worst)


def robustness_curve(
    model: nn.Module,
    batches: Sequence[tuple[Tensor, Tensor]],
    attacks: Mapping[str, Attack],
    epsilons: Sequence[float],
    norm: Norm = "linf",
) -> dict[str, tuple[list[float], list[float]]]:
    """Return, for each attack and for the worst case over all, radii and accuracies.

    Each radius is attacked on its own. Nothing is carried over from a smaller one, so a curve that
    rises shows an attack that fails. The result is what `safetylab.plots.curves` takes.

    Args:
        model: as in `worst_case`.
        attacks: as in `worst_case`.
        norm: as in `worst_case`.
        batches: pairs of images and labels, as a list: they are gone through once per radius.
        epsilons: the radii.

    Raises:
        ValueError, CheckFailed: as `worst_case`.
    """
    rows = [worst_case(model, batches, attacks, e, norm).accuracies() for e in epsilons]
    names = [*attacks, "worst case"]
    return {name: (list(epsilons), [row[name] for row in rows]) for name in names}


def attack_sanity(
    model: nn.Module,
    batches: Sequence[tuple[Tensor, Tensor]],
    attacks: Mapping[str, Attack],
    epsilon: float,
    epsilons: Sequence[float],
    signs: Mapping[str, Callable[[nn.Module, Tensor, Tensor], Tensor]],
) -> dict[str, Any]:
    """Measure what tells whether an attack on ``model`` may have failed; judge nothing.

    Args:
        model: in eval mode; maps images in [0, 1] to logits (n, classes).
        batches: pairs of images and labels, as a list.
        attacks: ``"one_step"``, ``"many_steps"``, ``"transfer"`` and ``"random"``, in the
            L-infinity ball: one gradient step, many of them, examples made on another model, and
            random points of the ball.
        epsilon: the radius at which the four are compared.
        epsilons: growing radii for the attack of many steps; from 0.5 on every image in [0, 1] can
            become plain grey, so no model can do better than always to answer one class.
        signs: name -> function of model, images and labels that returns a bool tensor (n,): where
            something speaks against the gradient.

    Returns:
        ``clean``, ``one_step``, ``many_steps``, ``transfer``: accuracies. ``random_only``: the
        fraction that a random point fools and many steps do not. ``epsilons`` and ``curve``: the
        accuracy under many steps at each radius. ``largest_class``: the share of the commonest
        label. For each of ``signs`` the fraction of
        examples that show it. ``n``: the number of examples.

    Raises:
        ValueError, CheckFailed: as `worst_case`.

    Source: Athalye, Carlini, Wagner, "Obfuscated gradients give a false sense of security",
    2018, section 3.1.
    """
    found = worst_case(model, batches, attacks, epsilon)
    many = {"curve": attacks["many_steps"]}
    labels = torch.cat([y for _, y in batches])
    right = found.accuracies()
    return {
        **{name: right[name] for name in ("clean", "one_step", "many_steps", "transfer")},
        "random_only": _share(found.under["many_steps"] & ~found.under["random"]),
        "epsilons": list(epsilons),
        "curve": robustness_curve(model, batches, many, epsilons)["curve"][1],
        "largest_class": labels.bincount().max().item() / len(labels),
        **{
            name: _share(torch.cat([sign(model, x, y) for x, y in batches]))
            for name, sign in signs.items()
        },
        "n": len(labels),
    }


def sanity_report(
    measured: Mapping[str, dict[str, Any]], alarms: Callable[[dict[str, Any]], list[str]]
) -> str:
    """Return a table, one row per model: what `attack_sanity` measured, and the alarms it raises.

    Args:
        measured: name of a model -> what `attack_sanity` returned for it.
        alarms: takes one such measurement, returns the names of the alarms.
    """
    columns = ("clean", "one_step", "many_steps", "transfer", "random_only")
    head = " ".join(f"{name:>11}" for name in columns)
    lines = [f"{'model':12} {head} {'at largest':>11}  alarms"]
    for name, row in measured.items():
        shares = [*(row[column] for column in columns), row["curve"][-1]]
        numbers = " ".join(f"{share:>11.1%}" for share in shares)
        lines.append(f"{name:12} {numbers}  {', '.join(alarms(row)) or 'none'}")
    return "\n".join(lines)


def _falls(
    model: nn.Module, x: Tensor, y: Tensor, attack: Attack, epsilon: float, norm: Norm, first: int
) -> Tensor:
    """Return a bool tensor (n,): where the checked result of the attack is misread."""
    _refuse_range(x)
    with untouched(model, x, y):
        x_adv = attack(model, x, y, epsilon)
    _check_attack(x, x_adv, epsilon, norm, first)
    return is_wrong(model, x_adv, y)


def _share(rows: Tensor) -> float:
    return rows.double().mean().item()


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
