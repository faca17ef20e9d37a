"""Functions of the other side, and gradients through them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


class Handle:
    """A function of the other side: it can be called, and has a name for messages."""

    __slots__ = ("__name__", "__weakref__", "_ask", "epoch", "number")

    def __init__(self, ask: Callable[..., Any], number: int, epoch: int, name: str) -> None:
        self._ask, self.number, self.epoch, self.__name__ = ask, number, epoch, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Have the other side call it."""
        return self._ask("call", self, list(args), kwargs)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"

    def __getattr__(self, name: str) -> Any:
        text = f"{self.__name__} was handed over: it can be called, and has no {name!r}"
        raise AttributeError(text)


# --- gradients


def bridge(ask: Callable[..., Any], number: int, value: Any, ties: list[Any]) -> Any:
    """Return ``value`` as the result of a node whose gradient the other side computes."""
    import torch

    anchor = torch.zeros((), requires_grad=True)
    with torch.enable_grad():
        return _bridge_class().apply(ask, number, value, anchor, *ties)


@cache
def _bridge_class() -> Any:
    import torch
    from torch.autograd.function import once_differentiable

    class Bridge(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, ask: Any, number: int, value: Any, *tensors: Any) -> Any:
            context.ask = lambda gradient: ask("gradients", number, gradient)
            context.count = len(tensors) - 1
            return value.clone()

        @staticmethod
        @once_differentiable
        def backward(context: Any, gradient: Any) -> Any:
            found = context.ask(gradient)
            if len(found) != context.count or all(part is None for part in found):
                raise RuntimeError("the gradient reaches nothing that was handed over in this call")
            return (None, None, None, None, *found)

    return Bridge


def gradients(tensor: Any, ties: list[Any], gradient: Any) -> list[Any]:
    """Return the gradients of a result with respect to what came with the call that made it."""
    import torch

    if not ties:
        return []
    return list(torch.autograd.grad(tensor, ties, gradient, retain_graph=True, allow_unused=True))


def mode() -> list[bool]:
    """Return whether torch keeps graphs here, and whether it infers only."""
    torch = sys.modules.get("torch")
    if torch is None:
        return [True, False]
    return [torch.is_grad_enabled(), torch.is_inference_mode_enabled()]


@contextmanager
def in_mode(told: list[bool]) -> Iterator[None]:
    """Have torch do here as it does where the call came from."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with torch.inference_mode(bool(told[1])), torch.set_grad_enabled(bool(told[0])):
        yield
