"""Tensors that both processes hold: what one made and the other trains, by a number.

The leaves of a graph, above all the parameters of a model, outlive a call: an optimizer keeps them.
So each side remembers which it has from the other, and every frame brings those that changed since
the last, with their gradients. Numbers of this side's own are positive, of the other's negative.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

from safetylab.grading.crossing import tensors


class Leaves:
    """What this side shares with the other, as long as anybody here has it."""

    def __init__(self) -> None:
        self._held: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._origins: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._numbers: dict[int, int] = {}
        self._told: dict[int, Any] = {}
        self._touched: set[int] = set()
        self._count = 0

    def number(self, tensor: Any) -> int:
        """Return the number of a tensor that crosses now."""
        number = self.known(tensor)
        if not number:
            self._count += 1
            number = self._keep(self._count, tensor)
        if tensor.is_leaf and (number > 0 or number in self._told):
            self._touched.add(number)
        return number

    def known(self, tensor: Any) -> int:
        """Return the number of a tensor that has crossed, or 0."""
        number = self._numbers.get(id(tensor), 0)
        return number if self._held.get(number) is tensor else 0

    def find(self, number: int) -> Any:
        """Return the tensor of that number, or nothing when it is gone."""
        return self._held.get(number)

    def origin(self, number: int) -> Any:
        """Return the tensor that a gradient with respect to that number is for.

        One of this side's that came back stands here as a leaf, so each side has its own part of
        the graph.
        """
        return self._origins.get(number, self._held.get(number))

    def take(self, number: int, tensor: Any, leaf: bool) -> Any:
        """Return what stands here for a tensor of that number, with the content of ``tensor``."""
        old = self._held.get(number)
        if old is None or not old.is_leaf:
            if old is not None:
                self._origins[number] = old
            self._keep(number, tensor)
        else:
            tensors.overwrite(old, tensor)
            tensor = old
        if leaf:
            self._touched.add(number)
            self._told.setdefault(number, None)
        return tensor

    def _keep(self, number: int, tensor: Any) -> int:
        self._held[number] = tensor
        self._numbers[id(tensor)] = number
        return number

    def follows(self, value: Any) -> bool:
        """Whether a value's changes are told by `changed`."""
        return id(value) in self._numbers and self.known(value) in self._told

    def changed(self) -> Iterator[tuple[int, Any]]:
        """Yield the tensors that are not as the other side knows them."""
        for number in self._told.keys() - self._touched:
            tensor = self._held.get(number)
            if tensor is None:
                del self._told[number]
            elif tensor.is_leaf and not _same(self._told[number], tensor):
                self._touched.add(number)
                yield number, tensor

    def settle(self) -> None:
        """Both sides know what has just crossed."""
        for number in self._touched:
            tensor = self._held.get(number)
            if tensor is not None:
                self._told[number] = _state(tensor)
        self._touched.clear()

    def mark(self) -> set[int]:
        """Return what is held now, for `forget`."""
        return set(self._held)

    def forget(self, marked: set[int]) -> None:
        """Drop what came after the mark; tell the rest anew, for the other side is another copy."""
        for number in set(self._held) - marked:
            self._numbers.pop(id(self._held.get(number)), None)
            self._held.pop(number, None)
            self._origins.pop(number, None)
        self._told = {number: None for number in self._told if number in marked}
        self._touched.clear()


def _state(tensor: Any) -> list[Any]:
    parts = (tensor.detach(), tensor.grad)
    return [tensor.requires_grad, *(None if part is None else part.detach().clone()
                                    for part in parts)]  # fmt: skip


def _same(told: list[Any] | None, tensor: Any) -> bool:
    if told is None or told[0] != tensor.requires_grad:
        return False
    return all(tensors.equal(*pair) for pair in zip(told[1:], (tensor.detach(), tensor.grad),
                                                    strict=True))  # fmt: skip
