"""What the checks of a lab are made of: one failure type whose text ends in an id."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from safetylab import page
from safetylab.described import described, to_array, to_number, to_tensor

P = ParamSpec("P")
T = TypeVar("T")

on_loan: list[object] | None = None
"""Where a grader that keeps student and tests apart notes what `lend` was given; else nothing."""

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


def lend(value: T) -> T:
    """Return ``value``, and say that the student's function is meant to change it in place.

    Where a student's function runs in a process of its own, its arguments are copies: what it does
    to them is seen by the test only if they were lent, until the test cell ends. It makes no
    difference in one process. Models, tensors, arrays, lists, dicts and sets can be lent.
    """
    if on_loan is not None:
        on_loan.append(value)
    return value


def _take_back(values: tuple[object, ...]) -> None:
    """End a loan that began with `lend`."""
    for value in values:
        for place in range(len(on_loan or ()))[::-1]:
            if on_loan is not None and on_loan[place] is value:
                del on_loan[place]
                break


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
    """Return ``value`` if it is a numpy array of real numbers of ``shape``; else `CheckFailed`.

    Bools count as numbers. ``finite`` refuses nan and infinity.
    """
    expect_returned(value, name)
    if not (isinstance(value, np.ndarray) and value.dtype.kind in "biuf"):
        raise CheckFailed(
            f"{name} must return a numpy array of real numbers; it returned {described(value)}: "
            f"{to_array(value)}",
            "no-array",
        )
    _expect_shape(value.shape, shape, name)
    if finite:
        _expect_finite(np.isfinite(value), value, name)
    return value


def expect_number(value: object, name: str) -> float:
    """Return ``value`` as a float if it is one real, finite number; else `CheckFailed`.

    A number is an int, a float, or a numpy array or tensor of one without dimensions; no bool.
    """
    expect_returned(value, name)
    bare = isinstance(value, np.generic | np.ndarray | torch.Tensor) and value.ndim == 0
    number = value.item() if bare else value  # type: ignore[attr-defined]
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise CheckFailed(
            f"{name} must return one number; it returned {described(value)}: {to_number(value)}",
            "no-number",
        )
    try:
        found = float(number)
    except OverflowError:
        found = math.inf
    expect(math.isfinite(found), f"{name} returned {found}: {_NOT_FINITE}", "not-finite")
    return found


def expect_tensor(value: object, shape: tuple[int, ...], name: str) -> torch.Tensor:
    """Return ``value`` if it is a finite, graph-free tensor of ``shape``; else `CheckFailed`.

    Its entries are real numbers or bools.
    """
    expect_returned(value, name)
    if not isinstance(value, torch.Tensor) or value.is_sparse or value.is_complex():
        raise CheckFailed(
            f"{name} must return a torch.Tensor of real numbers; it returned {described(value)}: "
            f"{to_tensor(value)}",
            "no-tensor",
        )
    _expect_shape(tuple(value.shape), shape, name)
    expect(
        not value.requires_grad,
        f"the result of {name} still carries its graph: call .detach() on it before you return it",
        "graph-left",
    )
    _expect_finite(torch.isfinite(value).numpy(), value, name)
    return value


def _expect_shape(found: tuple[int, ...], shape: tuple[int, ...], name: str) -> None:
    if found == shape:
        return
    if len(shape) > 1 and found == shape[::-1]:
        advice = "its axes are the other way round"
    elif [size for size in found if size != 1] == [size for size in shape if size != 1]:
        advice = f".reshape{shape} puts the same entries into it"
    elif len(found) < len(shape):
        advice = "was an axis summed away, or taken out by an index?"
    elif len(found) > len(shape):
        advice = "is a sum, a mean or an index over one axis missing?"
    else:
        advice = "print .shape after each step to see where it changes"
    raise CheckFailed(
        f"{name} must return shape {shape}; it returned {found}: {advice}", "wrong-shape"
    )


def _expect_finite(
    finite: npt.NDArray[np.bool_], value: npt.NDArray[Any] | torch.Tensor, name: str
) -> None:
    if finite.all():
        return
    first = tuple(int(k) for k in np.argwhere(~finite)[0])
    where = f" at {list(first)} ({np.sum(~finite)} of {finite.size} are so)" if first else ""
    raise CheckFailed(f"{name} returned {value[first].item()}{where}: {_NOT_FINITE}", "not-finite")


def shown(values: torch.Tensor) -> str:
    """Return a tensor of shape (n,) for a message, each entry with at most four digits.

    ``torch.tensor([0.1, 2]).tolist()`` would say 0.10000000149011612.
    """
    return f"[{', '.join(f'{value:.4g}' for value in values.tolist())}]"


Aspect: TypeAlias = tuple[str, str, dict[str, Any]]
"""What to say if the values under these names change, its id, and the values."""


@contextmanager
def untouched(*lent: nn.Module | torch.Tensor | npt.NDArray[Any]) -> Iterator[None]:
    """Raise `CheckFailed` if the block changes what is given: models, tensors, arrays, in any mix.

    Of a model that is its state, mode, requires_grad and gradients; of a tensor its entries and the
    last two. All of it is lent (`lend`) to the block. Models are judged first. nan equals nan.

    Raises:
        TypeError: something else was given, or an array that cannot be lent (of Python objects).
    """
    watched = sorted(lent, key=lambda value: not isinstance(value, nn.Module))
    before = [_aspects(value) for value in watched]
    for value in lent:
        lend(value)
    try:
        yield
    finally:
        _take_back(lent)
    for value, then in zip(watched, before, strict=True):
        _expect_same(_aspects(value), then)


def _aspects(value: object) -> list[Aspect]:
    """Return copies of what of ``value`` can change; TypeError if it cannot be watched."""
    if isinstance(value, nn.Module):
        return _model_aspects(value)
    if isinstance(value, torch.Tensor):
        return _tensor_aspects(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU":
        return _array_aspects(value)
    raise TypeError(
        "untouched takes torch modules, tensors, and numpy arrays of bools, numbers or text; it "
        f"was given {described(value)}"
    )


def _model_aspects(model: nn.Module) -> list[Aspect]:
    parameters = dict(model.named_parameters())
    return [
        ("your code switched the model between train and eval mode: leave the mode as you found it",
         "mode-changed", {name: bool(part.training) for name, part in model.named_modules()}),
        ("your code changed the model ({}): it may read the model, not write it",
         "model-changed", {name: value.clone() for name, value in model.state_dict().items()}),
        ("your code switched requires_grad of the model's parameters: leave it as you found it",
         "model-changed", {name: value.requires_grad for name, value in parameters.items()}),
        ("your code left gradients in the model's parameters: use torch.autograd.grad(loss, x) "
         "instead of loss.backward()",
         "gradient-left", {name: _copy(value.grad) for name, value in parameters.items()}),
    ]  # fmt: skip


def _tensor_aspects(x: torch.Tensor) -> list[Aspect]:
    return [
        ("your code changed its input in place: work on a copy (x.clone())",
         "input-modified", {"": _copy(x)}),
        ("your code left requires_grad or a gradient on its input: work on x.detach().clone()",
         "input-modified", {"flag": x.requires_grad, "gradient": _copy(x.grad)}),
    ]  # fmt: skip


def _array_aspects(x: npt.NDArray[Any]) -> list[Aspect]:
    return [
        ("your code changed its input in place: x += ..., x[...] = ... and x.sort() write into the "
         "caller's array; x = x + ..., x.copy() and np.sort(x) make a new one",
         "input-modified", {"": x.copy()}),
    ]  # fmt: skip


def _copy(value: torch.Tensor | None) -> torch.Tensor | None:
    return None if value is None else value.detach().clone()


def _expect_same(now: list[Aspect], then: list[Aspect]) -> None:
    """Raise `CheckFailed` for the first aspect that is not as it was."""
    for (message, misconception, old), (_, _, new) in zip(then, now, strict=True):
        names = sorted(old.keys() | new.keys())
        changed = [name for name in names if not _same(new.get(name), old.get(name))]
        expect(not changed, message.format(", ".join(changed)), misconception)


def _same(now: Any, then: Any) -> bool:
    """Return whether both are missing, or equal flags, or equal entry by entry; nan equals nan."""
    if now is None or then is None or isinstance(then, bool):
        return now is then
    if (now.shape, now.dtype) != (then.shape, then.dtype):
        return False
    nan = (now != now) & (then != then)
    return bool(((now == then) | nan).all())
