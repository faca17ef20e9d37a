"""The global generators of numpy, `random` and torch, where the solution draws from them.

A test seeds one and calls a function of the student's that draws from it. So the tests' side sends
its state along, is told how many numbers were drawn there, and draws as many itself. A state of the
student's making is never taken, for whoever makes a state chooses what a test draws next.
"""
# ruff: noqa: NPY002

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

KINDS = ("numpy", "random", "torch")
WORDS = 624
FEW_BLOCKS = 50
MAX_BLOCKS = 8_000

_SEEDS: dict[str, int] = {}


def state(kind: str) -> list[Any] | None:
    """Return [what sets the state, the 624 words of the Mersenne Twister, how many are used up]."""
    if kind == "numpy":
        whole = np.random.get_state(legacy=False)
        inner: Any = whole["state"]
        return [whole, inner["key"], int(inner["pos"])]
    if kind == "random":
        made = random.getstate()
        return [made, np.array(made[1][:-1], dtype=np.uint32), made[1][-1]]
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_rng_state"):
        return None
    content = torch.get_rng_state().numpy()
    left, following = int(content[8:12].view(np.int32)[0]), int(content[16:24].view(np.uint64)[0])
    words = content[24 : 24 + 8 * WORDS].view(np.uint64).astype(np.uint32)
    return [content, words, WORDS if left == 1 else following]


def put(kind: str, whole: Any) -> None:
    """Set a global generator to a state of the tests'."""
    if kind == "numpy":
        np.random.set_state(whole)
    elif kind == "random":
        random.setstate(whole)
    else:
        import torch

        torch.set_rng_state(torch.from_numpy(whole.copy()))


def skip(kind: str, count: int) -> None:
    """Draw ``count`` words and forget them."""
    if kind == "numpy":
        np.random.bytes(4 * count)
    elif kind == "random":
        random.getrandbits(32 * count)
    else:
        import torch

        torch.empty(count, dtype=torch.int32).random_()


def seed(kind: str, number: int) -> None:
    """Seed a global generator."""
    if kind == "torch":
        import torch

        torch.manual_seed(number)
    else:
        (np.random if kind == "numpy" else random).seed(number)


def _seeded(kind: str, number: int) -> Any:
    """Return the state that a seed makes, and leave the generator as it is."""
    before = state(kind)
    seed(kind, number)
    made = state(kind)
    put(kind, before and before[0])
    return made


def drawn(before: list[Any], after: list[Any], blocks: int = MAX_BLOCKS) -> int | None:
    """Return how many words were drawn between two states; nothing if that is not what happened."""
    (_, words, used), (_, wanted, now) = before, after
    if np.array_equal(words, wanted) and now >= used:
        return int(now - used)
    walker: Any = np.random.RandomState()
    walker.set_state(("MT19937", words, WORDS))
    for block in range(blocks):
        walker.bytes(4 * WORDS)
        if np.array_equal(walker.get_state()[1], wanted):
            return int(WORDS - used + block * WORDS + now)
    return None


def remember_seeds() -> None:
    """Have the student's process know with what numpy and `random` were seeded."""
    for kind, module in (("numpy", np.random), ("random", random)):
        module.seed = _noting(kind, module.seed)  # type: ignore[attr-defined]


def _noting(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def seed(*args: Any, **kwargs: Any) -> Any:
        _SEEDS[kind] = args[0] if args and type(args[0]) is int else -1
        return function(*args, **kwargs)

    return seed


class Draws:
    """Keeps the generators of two processes in step; see the module."""

    def __init__(self, trusted: bool) -> None:
        self.trusted = trusted
        self.shared: frozenset[str] = frozenset()
        self.may_seed = False
        self._before: dict[str, list[Any] | None] = {}

    def anew(self) -> None:
        """The other side is another copy: it has to be told everything."""
        self._before.clear()

    def tell(self) -> list[list[Any]]:
        """Return what the other side must know: states of the tests', counts of the student's."""
        told = []
        for kind in KINDS:
            if (self.trusted and kind not in self.shared) or (now := state(kind)) is None:
                continue
            before = self._before.get(kind)
            if before is None or before[2] != now[2] or not np.array_equal(before[1], now[1]):
                told += [[kind, now[0]]] if self.trusted else self._counted(kind, before, now)
            self._before[kind] = now
        return told

    def _counted(self, kind: str, before: list[Any] | None, now: list[Any]) -> list[list[Any]]:
        if before is None:
            return []
        number = int(now[0][:8].view(np.uint64)[0]) if kind == "torch" else _SEEDS.get(kind, -1)
        for blocks in (FEW_BLOCKS, MAX_BLOCKS):
            if (count := drawn(before, now, blocks)) is not None:
                return [[kind, count, None]]
            if number >= 0 and (count := drawn(_seeded(kind, number), now, blocks)) is not None:
                return [[kind, count, number]]
        return [[kind, 1, None]]

    def hear(self, told: list[list[Any]]) -> None:
        """Follow what the other side did."""
        for kind, *what in told:
            if self.trusted:
                self._follow(str(kind), *what)
            else:
                put(kind, what[0])
        if not self.trusted:
            self._before = {kind: state(kind) for kind in KINDS}
        elif told:
            self._before |= {kind: state(kind) for kind in self.shared}

    def _follow(self, kind: str, count: Any, number: Any) -> None:
        if kind not in KINDS or type(count) is not int or not 0 <= count <= WORDS * MAX_BLOCKS:
            return
        if type(number) is int and number >= 0 and self.may_seed and kind in self.shared:
            seed(kind, number)
        skip(kind, count if kind in self.shared else 1)
