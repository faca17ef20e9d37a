"""The list of what crosses between the student's process and the tests', by exact type.

A value becomes a tree of JSON (what JSON has is as it is, all else a list that begins with a tag)
and blobs for the bytes of arrays. `FROM_STUDENT` is all that the tests' side ever makes of what the
student's side says; nothing there imports, looks up or calls anything by a name that came along.
`FROM_TESTS` has more, for the tests are trusted. Containers and arrays are numbered in the order in
which they come, so that one that comes twice in a call is one object on the other side, too.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from safetylab.grading.crossing.wire import Blob, Tree, WireError

MAX_DEPTH = 60
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
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotPlain("a value is nested too deeply, or holds itself")
        try:
            return self._compound(value, kind)
        finally:
            self.depth -= 1

    def _compound(self, value: Any, kind: type) -> Tree:
        if kind in (list, set):
            self.remember(value)
        if kind in (list, set, tuple, frozenset):
            return [kind.__name__, [self.to_tree(item) for item in value]]
        if kind in (dict, OrderedDict):  # an OrderedDict (a state_dict) arrives as a dict
            self.remember(value)
            return ["dict", [[self.to_tree(k), self.to_tree(v)] for k, v in value.items()]]
        if kind is bytes:
            return ["bytes", self.blob(value)]
        if kind is complex:
            return ["complex", repr(value.real), repr(value.imag)]
        for made in _OUT:
            tree = made(self, value, kind)
            if tree is not None:
                return tree
        return self.end.refer(self, value)

    def remember(self, value: Any) -> None:
        """Number an object that can change."""
        self.seen[id(value)] = len(self.objects)
        self.objects.append(value)

    def remembered(self, value: Any, tree: Tree) -> Tree:
        """Number an object when its parts have been, and return its tree."""
        self.remember(value)
        return tree

    def blob(self, content: bytes) -> int:
        """Add a blob and return its number."""
        self.blobs.append(content)
        return len(self.blobs) - 1

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
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                raise WireError("a value is nested too deeply")
            made = FROM_STUDENT.get(tree[0])
            if made is None and not self.end.trusted:
                made = FROM_TESTS.get(tree[0])
            value = made(self, *tree[1:]) if made else self.end.resolve(self, tree)
            if tree[0] in WATCHED and not self.asked:
                self.came[len(self.objects) - 1] = tree
            return value
        except (WireError, NotPlain):
            raise
        except Exception as error:
            raise WireError(f"not a value: {type(error).__name__}") from error
        finally:
            self.depth -= 1

    def put(self, value: Any) -> Any:
        """Number an object that came, and return it."""
        self.objects.append(value)
        return value

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


def _again(codec: Codec, place: int) -> Any:
    if type(place) is not int or place < 0:
        raise WireError("not a number")
    return codec.objects[place]


def _filled(kind: type) -> Callable[[Codec, list[Tree]], Any]:
    def made(codec: Codec, trees: list[Tree]) -> Any:
        value = codec.put(kind())
        (value.extend if kind is list else value.update)(codec.to_value(tree) for tree in trees)
        return value

    return made


def _dict(codec: Codec, pairs: list[list[Tree]]) -> Any:
    value = codec.put({})
    for key, item in pairs:
        made = codec.to_value(key)
        value[made] = codec.to_value(item)
    return value


FROM_STUDENT: dict[str, Callable[..., Any]] = {
    "int": lambda codec, digits: int(digits, 16),
    "float": lambda codec, text: float(text),
    "complex": lambda codec, real, imaginary: complex(float(real), float(imaginary)),
    "bytes": lambda codec, blob: bytes(codec.blobs[blob]),
    "again": _again,
    "list": _filled(list),
    "set": _filled(set),
    "tuple": lambda codec, trees: tuple(codec.to_value(tree) for tree in trees),
    "frozenset": lambda codec, trees: frozenset(codec.to_value(tree) for tree in trees),
    "dict": _dict,
}
"""By tag, what makes a value of what came from either side. `arrays` and `tables` add to it."""

FROM_TESTS: dict[str, Callable[..., Any]] = {}
"""What the student's side makes of the tests' words, beside that. `trusted` adds to it."""

WATCHED = ("array", "tensor")
"""What a function may return as it came, and then it is the same object for who called."""

_OUT: list[Callable[[Codec, Any, type], Tree | None]] = []


def crossing(out: Callable[[Codec, Any, type], Tree | None],
             **tags: Callable[..., Any]) -> None:  # fmt: skip
    """Have more kinds cross, in both directions."""
    _OUT.append(out)
    FROM_STUDENT.update(tags)
