"""What the checks of a lab are made of: one failure type whose text ends in an id."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from safetylab import page

P = ParamSpec("P")
T = TypeVar("T")

_NOT_FINITE = (
    "look for a division by zero, the log of zero, or a number that grew too large (exp, a power)"
)
_exercise: ContextVar[str] = ContextVar("exercise", default="")


class CheckFailed(AssertionError):
    """A check of an exercise failed; the text is written for the learner.

    The text ends in ``[1.1/no-sign]`` (exercise and misconception) or ``[1.1]`` (no named
    misconception). Reports and tests read this ending, never the prose before it.

    Attributes:
        boxed: whether a box with the text stands above the exception already.
    """

    boxed = False

    def __init__(self, message: str, misconception: str = "") -> None:
        tag = "/".join(part for part in (_exercise.get(), misconception) if part)
        super().__init__(f"{message} [{tag}]" if tag else message)

    def _render_traceback_(self, *_: object) -> list[str]:
        """Tell IPython to show one line: the learner's mistake is not in the check's code."""
        text = "not yet: the box above says why" if self.boxed else str(self)
        return [f"\x1b[0;31mCheckFailed\x1b[0m: {text}"]


def exercise(number: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a test function as belonging to exercise ``number`` (for example ``"1.1"``).

    Inside it, every `CheckFailed` carries the number. An exercise that is still the empty stub is
    reported as "not written yet"; any other exception of the learner's code passes unchanged.
    """

    def decorate(test: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(test)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            __tracebackhide__ = True  # IPython: a learner's traceback begins in the test
            token = _exercise.set(number)
            try:
                result = _begun(number, test, *args, **kwargs)
            except CheckFailed as failure:
                failure.boxed = failure.boxed or page.failed(test.__name__, number, str(failure))
                raise
            except Exception:
                page.failed(test.__name__, number)
                raise
            finally:
                _exercise.reset(token)
            page.passed(test.__name__)
            return result

        return run

    return decorate


def _begun(number: str, test: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``test``; an exercise that is still the empty stub fails with a sentence."""
    __tracebackhide__ = True
    try:
        return test(*args, **kwargs)
    except NotImplementedError as error:
        if str(error):  # torch raises the same type, always with a text
            raise
        raise CheckFailed(
            f"exercise {number} is not written yet: replace the line that raises "
            "NotImplementedError, run that cell, then this one",
            "not-started",
        ) from None


def expect(condition: object, message: str, misconception: str = "") -> None:
    """Raise `CheckFailed` with ``message`` unless ``condition`` is true.

    ``condition`` may be a bool, a numpy bool or a tensor with one element.
    """
    if not bool(condition):
        raise CheckFailed(message, misconception)


def expect_returned(value: object, name: str) -> None:
    """Raise `CheckFailed` if ``value``, which the function ``name`` returned, is None."""
    expect(value is not None, f"{name} returned None: is there a return?", "no-return")


def expect_array(
    value: object, shape: tuple[int, ...], name: str, *, finite: bool = True
) -> npt.NDArray[Any]:
    """Return ``value`` if it is a numpy array of numbers of ``shape``; else `CheckFailed`.

    ``finite`` refuses nan and infinity.
    """
    expect_returned(value, name)
    expect(
        isinstance(value, np.ndarray) and value.dtype.kind in "biuf",
        f"{name} must return a numpy array of numbers; it returned {type(value).__name__}",
        "no-array",
    )
    assert isinstance(value, np.ndarray)
    expect(
        value.shape == shape,
        f"{name} must return shape {shape}; it returned {value.shape}",
        "wrong-shape",
    )
    expect(
        not finite or np.isfinite(value).all(),
        f"{name} returned nan or infinity: {_NOT_FINITE}",
        "not-finite",
    )
    return value


def expect_number(value: object, name: str) -> float:
    """Return ``value`` as a float if it is one real, finite number; else `CheckFailed`.

    A number is an int, a float, or a numpy array or tensor without dimensions.
    """
    expect_returned(value, name)
    bare = isinstance(value, np.generic | np.ndarray | torch.Tensor) and value.ndim == 0
    number = value.item() if bare else value  # type: ignore[attr-defined]
    expect(
        isinstance(number, int | float),
        f"{name} must return one number; it returned {type(value).__name__}",
        "no-number",
    )
    assert isinstance(number, int | float)
    expect(
        math.isfinite(number),
        f"{name} returned {number}: {_NOT_FINITE}",
        "not-finite",
    )
    return float(number)


def expect_tensor(value: object, shape: tuple[int, ...], name: str) -> torch.Tensor:
    """Return ``value`` if it is a finite, graph-free tensor of ``shape``; else `CheckFailed`."""
    expect_returned(value, name)
    expect(
        isinstance(value, torch.Tensor),
        f"{name} must return a torch.Tensor; it returned {type(value).__name__}",
        "no-tensor",
    )
    assert isinstance(value, torch.Tensor)
    expect(
        tuple(value.shape) == shape,
        f"{name} must return shape {shape}; it returned {tuple(value.shape)}",
        "wrong-shape",
    )
    expect(
        not value.requires_grad,
        f"the result of {name} still carries its graph: call .detach() on it before you return it",
        "graph-left",
    )
    expect(
        bool(torch.isfinite(value).all()),
        f"{name} returned nan or infinity: {_NOT_FINITE}",
        "not-finite",
    )
    return value


def shown(values: torch.Tensor) -> str:
    """Return a tensor of shape (n,) for a message, each entry with at most four digits.

    ``torch.tensor([0.1, 2]).tolist()`` would say 0.10000000149011612.
    """
    return f"[{', '.join(f'{value:.4g}' for value in values.tolist())}]"


@contextmanager
def untouched(model: nn.Module, *inputs: torch.Tensor) -> Iterator[None]:
    """Raise `CheckFailed` if the block changes the model, its mode, its gradients or an input."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    gradients = [_copy(parameter.grad) for parameter in model.parameters()]
    flags = [parameter.requires_grad for parameter in model.parameters()]
    copies = [(value.detach().clone(), value.requires_grad, _copy(value.grad)) for value in inputs]
    yield
    after = model.state_dict()
    expect(
        after.keys() == state.keys() and all(_same(after[name], state[name]) for name in state),
        "your code changed the model's parameters: an attacker may read the model, not write it",
        "model-changed",
    )
    expect(
        modes == [module.training for module in model.modules()],
        "your code switched the model between train and eval mode: leave the mode as you found it",
        "mode-changed",
    )
    expect(
        flags == [parameter.requires_grad for parameter in model.parameters()],
        "your code switched requires_grad of the model's parameters: leave it as you found it",
        "model-changed",
    )
    expect(
        all(_same(p.grad, then) for p, then in zip(model.parameters(), gradients, strict=True)),
        "your code left gradients in the model's parameters: use torch.autograd.grad(loss, x) "
        "instead of loss.backward()",
        "gradient-left",
    )
    _expect_inputs(inputs, copies)


def _expect_inputs(
    inputs: tuple[torch.Tensor, ...],
    copies: list[tuple[torch.Tensor, bool, torch.Tensor | None]],
) -> None:
    for now, (then, flag, gradient) in zip(inputs, copies, strict=True):
        expect(
            _same(now.detach(), then),
            "your code changed its input in place: work on a copy (x.clone())",
            "input-modified",
        )
        expect(
            now.requires_grad == flag and _same(now.grad, gradient),
            "your code left requires_grad or a gradient on its input: work on x.detach().clone()",
            "input-modified",
        )


def _copy(value: torch.Tensor | None) -> torch.Tensor | None:
    return None if value is None else value.detach().clone()


def _same(now: torch.Tensor | None, then: torch.Tensor | None) -> bool:
    """Return whether both are missing, or equal entry by entry; nan equals nan."""
    if now is None or then is None:
        return now is then
    return now.shape == then.shape and bool(torch.isclose(now, then, 0, 0, equal_nan=True).all())
