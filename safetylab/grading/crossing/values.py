"""The list of what crosses between the student's process and the tests', by exact type.

A value becomes a tree of JSON (what JSON has is as it is, all else a list that begins with a tag)
and blobs for bytes. `FROM_STUDENT` is all that the tests' side ever makes of what the student's
side says; nothing there imports, looks up or calls anything by a name that came along.
`FROM_TESTS` has more, for the tests are trusted. What can change is numbered in the order in which
it comes, so that one object that comes twice in a call is one on the other side, too.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from typing import Any

from safetylab.grading.crossing.wire import Blob, Tree, WireError

MAX_DEPTH = 80
PLAIN = (
    "None, bool, int, float, complex, str, bytes, list, tuple, dict, set, a number or an array of "
    "numpy, a dense tensor, a DataFrame, or a function"
)


class NotPlain(TypeError):
    """A value that does not cross; the text says which would."""


class Codec:
    """Turns the values of one frame into trees, or back.

    Args:
        end: this side, a `peer.Peer`: where functions, models and gradients are kept.
        blobs: the bytes that came with a frame.
        asked: of an answer, the codec of its request: what came with that may be named.
    """

    def __init__(self, end: Any, blobs: list[Blob] | None = None,
                 asked: Codec | None = None) -> None:  # fmt: skip
        self.end, self.asked = end, asked
        self.blobs: list[Blob] = [] if blobs is None else blobs
        self.objects: list[Any] = list(asked.objects) if asked else []
        self.seen: dict[int, int] = {}
        self.came: dict[int, Tree] = {}
        self.ties: list[Any] = []
        self.models: set[int] = set()
        self.depth = 0

    # --- out

    def to_tree(self, value: Any) -> Tree:
        """Return the tree of ``value``.

        Raises:
            NotPlain: it does not cross.
        """
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if abs(value) < 2**53 else ["int", hex(value)]
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        place = self.seen.get(id(value))
        if place is None and self.asked:
            place = self.asked.as_it_came(value)
        if place is not None:
            return ["again", place]
        if self.depth >= MAX_DEPTH:
            raise NotPlain("a value is nested too deeply, or holds itself")
        self.depth += 1
        if kind not in OUT:
            learn()
        tree = OUT.get(kind, self.end.refer)(self, value)
        self.depth -= 1
        return tree

    def put(self, value: Any) -> Any:
        """Number an object that goes or came, and return it."""
        self.seen[id(value)] = len(self.objects)
        self.objects.append(value)
        return value

    # --- in

    def to_value(self, tree: Tree) -> Any:
        """Return the value of ``tree``.

        Raises:
            WireError: the tree stands for no value that may come from that side.
        """
        if not isinstance(tree, list):
            if isinstance(tree, dict):
                raise WireError("not a value")
            return tree
        if self.depth >= MAX_DEPTH:
            raise WireError("a value is nested too deeply")
        self.depth += 1
        try:
            value = self._made(*tree)
        except (WireError, NotPlain):
            raise
        except Exception as error:
            raise WireError(f"not a value: {type(error).__name__}") from error
        if tree[0] in WATCHED and not self.asked:
            self.came[len(self.objects) - 1] = tree
        self.depth -= 1
        return value

    def _made(self, tag: str, *parts: Tree) -> Any:
        known = FROM_STUDENT if self.end.trusted else _FROM_EITHER
        if tag not in known:
            learn(_LIBRARIES)
        return known[tag](self, *parts)

    def as_it_came(self, value: Any) -> int | None:
        """Return the number of an array or tensor that came here, if it is as it was."""
        place = next((at for at in self.came if self.objects[at] is value), None)
        if place is None:
            return None
        codec = Codec(self.end, self.blobs)
        codec.objects = self.objects[:place]
        before = codec.to_value(self.came[place])
        return place if self.content_of(value) == self.content_of(before) else None

    def content_of(self, value: Any) -> tuple[Tree, list[Blob]]:
        """Return the whole content of an object, to be compared with later ones."""
        codec = Codec(self.end)
        return codec.to_tree(value), codec.blobs


# --- Python's own


def _items_out(codec: Codec, value: list[Any] | set[Any]) -> Tree:
    codec.put(value)
    return [type(value).__name__, [codec.to_tree(item) for item in value]]


def _dict_out(codec: Codec, value: dict[Any, Any]) -> Tree:
    codec.put(value)
    return ["dict", [[codec.to_tree(k), codec.to_tree(v)] for k, v in value.items()]]


def _bytes_out(codec: Codec, value: bytes) -> Tree:
    codec.blobs.append(value)
    return ["bytes", len(codec.blobs) - 1]


def checked(told: Any) -> int:
    """Return a number that the other side told of a list.

    Raises:
        WireError: it is none.
    """
    if type(told) is not int or told < 0:
        raise WireError("not a number")
    return told


def _filled(kind: type) -> Callable[[Codec, list[Tree]], Any]:
    def made(codec: Codec, trees: list[Tree]) -> Any:
        value = codec.put(kind())
        fill(value, (codec.to_value(tree) for tree in trees))
        return value

    return made


def fill(value: Any, items: Iterable[Any]) -> None:
    """Put ``items`` into a list, set or dict in place of what it holds."""
    value.clear()
    (value.extend if isinstance(value, list) else value.update)(items)


def _dict(codec: Codec, pairs: list[list[Tree]]) -> Any:
    value = codec.put({})
    for key, item in pairs:
        made = codec.to_value(key)
        value[made] = codec.to_value(item)
    return value


OUT: dict[type, Callable[[Codec, Any], Tree]] = {
    **dict.fromkeys((list, set), _items_out),
    **dict.fromkeys((dict, OrderedDict), _dict_out),  # a state_dict arrives as a dict
    bytes: _bytes_out,
}
"""By exact type, what makes a tree of a value. `arrays`, `tensors` and `tables` add to it."""

FROM_STUDENT: dict[str, Callable[..., Any]] = {
    "int": lambda codec, digits: int(digits, 16),
    "float": lambda codec, text: float(text),
    "bytes": lambda codec, blob: bytes(codec.blobs[blob]),
    "again": lambda codec, place: codec.objects[checked(place)],
    "list": _filled(list),
    "set": _filled(set),
    "dict": _dict,
}
"""By tag, what makes a value of what came from either side. The same three and `peer` add to it."""

FROM_TESTS: dict[str, Callable[..., Any]] = {}
"""What the student's side makes of the tests' words, beside that. `trusted` adds to it."""

_FROM_EITHER = ChainMap(FROM_STUDENT, FROM_TESTS)

WATCHED = ("array", "tensor")
"""What a function may return as it came, and then it is the same object for who called."""

CHANGES: dict[type, Callable[[Any, Any], object]] = dict.fromkeys((list, set, dict), fill)
"""By type, how an object that the tests lent gets the content of another."""

GENERATORS: set[type] = set()
"""Generators of random numbers: each goes on where the other side left it."""


def crossing(tag: str, kinds: Iterable[type], make: Callable[..., Any],
             parts: Callable[[Any], tuple[Any, ...]]) -> None:  # fmt: skip
    """Have objects of more types cross, in both directions: as parts that are values themselves."""

    def out(codec: Codec, value: Any) -> Tree:
        trees = list(map(codec.to_tree, parts(value)))
        codec.put(value)
        return [tag, *trees]

    OUT.update(dict.fromkeys(kinds, out))
    FROM_STUDENT[tag] = lambda codec, *trees: codec.put(make(*map(codec.to_value, trees)))


crossing("complex", [complex], complex, lambda value: (value.real, value.imag))
crossing("tuple", [tuple], lambda *items: items, lambda value: value)
crossing("frozenset", [frozenset], lambda *items: frozenset(items), tuple)


_LIBRARIES = {"torch": "tensors", "pandas": "tables"}


def learn(names: Container[str] = sys.modules) -> None:
    """Know how values of libraries cross: of those named, else of those that are imported here."""
    for name in [name for name in _LIBRARIES if name in names]:
        with suppress(ImportError):
            importlib.import_module(f"{__package__}.{_LIBRARIES.pop(name)}")
