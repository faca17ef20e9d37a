"""Functions of the other side, and whether torch keeps graphs there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def mode() -> list[bool]:
    """Return whether torch keeps graphs here, and whether it infers only."""
    torch = sys.modules.get("torch")
    return [torch.is_grad_enabled(), torch.is_inference_mode_enabled()] if torch else [True, False]


@contextmanager
def in_mode(told: list[bool]) -> Iterator[None]:
    """Have torch do here as it does where the call came from."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with torch.inference_mode(bool(told[1])), torch.set_grad_enabled(bool(told[0])):
        yield
