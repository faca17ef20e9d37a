"""What a test puts in place of the system's own while it calls: input, clocks, warnings.

``patch("builtins.input")`` or another ``sys.stdin`` would reach the tests' process alone, so what
is not as it was goes along with each request, and stands there while it is answered.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAMES = {
    "builtins": ("input",),
    "sys": ("stdin",),
    "time": ("time", "sleep", "perf_counter", "monotonic"),
    "random": ("random", "randint", "randrange", "choice", "choices", "shuffle", "sample",
               "uniform", "gauss"),
}  # fmt: skip
MAX_WARNINGS = 20


class Ambient:
    """Knows what was there before any test."""

    def __init__(self) -> None:
        self._usual = {(home, name): vars(sys.modules[home])[name]
                       for home, names in NAMES.items() if home in sys.modules
                       for name in names if name in vars(sys.modules[home])}  # fmt: skip
        self._filters = warnings.filters

    def tell(self) -> list[Any]:
        """Return whether the test looks for warnings, and [module, name, value] of what it put."""
        put = [[home, name, vars(sys.modules[home]).get(name)]
               for (home, name), usual in self._usual.items()
               if vars(sys.modules[home]).get(name) is not usual]  # fmt: skip
        return [warnings.filters is not self._filters, put]


@contextmanager
def applied(told: list[Any], caught: list[list[str]]) -> Iterator[None]:
    """Have all that a test put in its place stand here, too; note warnings in ``caught``."""
    watching, put = told or [False, []]
    before = [(home, name, getattr(sys.modules[home], name)) for home, name, _ in put]
    try:
        for home, name, value in put:
            setattr(sys.modules[home], name, value)
        if watching:
            with _noted(caught):
                yield
        else:
            yield
    finally:
        for home, name, value in before:
            setattr(sys.modules[home], name, value)


@contextmanager
def _noted(caught: list[list[str]]) -> Iterator[None]:
    def note(message: Any, category: type, *_: Any, **__: Any) -> None:
        if len(caught) < MAX_WARNINGS:
            caught.append([category.__module__, category.__qualname__, str(message)])

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = note
        yield
