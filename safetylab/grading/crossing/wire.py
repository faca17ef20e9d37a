"""Values that cross between two processes, by exact type and without pickle.

A value becomes a tree of JSON (scalars as they are, all else a list whose first entry is a tag)
and a list of blobs for the bytes of arrays. Exact types only: a subclass may carry its author's
code, so it does not cross; neither does any other type. `Codec.refer` says what stands for those.
"""

from __future__ import annotations

import builtins
import importlib
import json
import math
import operator
import socket
import struct
import time
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

MAX_FRAME = 2**29
MAX_DEPTH = 60
_HEAD = struct.Struct("!II")

Tree = Any
"""What JSON can hold."""

PLAIN: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset",
                          deque: "deque"}  # fmt: skip
MAPS: dict[type, str] = {dict: "dict", OrderedDict: "ordered", Counter: "counter"}
TEXTS: dict[type, str] = {Fraction: "fraction", Decimal: "decimal"}
_BY_TAG: dict[str, type] = {tag: kind for table in (PLAIN, MAPS, TEXTS)
                            for kind, tag in table.items()}  # fmt: skip
_SIMPLE: dict[str, Callable[..., Any]] = {
    "int": lambda digits: int(digits, 16),
    "float": float,
    "complex": lambda real, imaginary: complex(float(real), float(imaginary)),
    "fraction": Fraction,
    "decimal": Decimal,
    "ellipsis": lambda: Ellipsis,
}
# Types that stand for themselves wherever they come from; other classes of builtins do not cross.
SAFE_BUILTINS = {"int", "float", "complex", "bool", "str", "bytes", "list", "tuple", "dict", "set",
                 "frozenset", "object", "range", "slice", "type", "NoneType"}  # fmt: skip
SAFE_BUILTINS |= {name for name, kind in vars(builtins).items()
                  if isinstance(kind, type) and issubclass(kind, Exception)}  # fmt: skip
LIBRARIES = {"numpy", "torch", "pandas", "scipy", "sklearn", "safetylab", "collections",
             "fractions", "decimal", "math", "enum", "abc"}  # fmt: skip


class WireError(Exception):
    """A frame that does not follow the rules: too large, too deep, or not a value."""


class Reference:
    """Stands for an object of the other side; see `far`."""


def send(sock: socket.socket, tree: Tree, blobs: list[bytes] | None = None) -> None:
    """Write one frame."""
    blobs = blobs or []
    head = json.dumps([[len(blob) for blob in blobs], tree]).encode()
    body = b"".join([head, *blobs])
    if len(body) > MAX_FRAME:
        raise WireError(f"a value of {len(body) >> 20} MiB is too large to cross")
    sock.sendall(_HEAD.pack(len(head), len(body)) + body)


def receive(sock: socket.socket, limit: int = MAX_FRAME) -> tuple[Tree, list[bytes]]:
    """Read one frame.

    Raises:
        EOFError: the other side is gone.
        WireError: what came is no frame.
    """
    head_size, size = _HEAD.unpack(_read(sock, _HEAD.size))
    if not 0 < head_size <= size <= limit:
        raise WireError("a frame is too large")
    body = memoryview(_read(sock, size))
    try:
        sizes, tree = json.loads(bytes(body[:head_size]))
        ends = list(accumulate(map(operator.index, sizes), initial=head_size))
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError("a frame is damaged") from error
    if ends != sorted(ends) or ends[-1] != size:
        raise WireError("a frame is damaged")
    return tree, [bytes(body[start:end]) for start, end in pairwise(ends)]


def _read(sock: socket.socket, size: int) -> bytearray:
    """Read that many bytes; the socket's timeout is for all of them, not for each."""
    content = bytearray(size)
    view, done = memoryview(content), 0
    seconds = sock.gettimeout()
    end = time.monotonic() + (seconds or 0)
    while done < size:
        if seconds:
            sock.settimeout(max(0.001, end - time.monotonic()))
        count = sock.recv_into(view[done:])
        if not count:
            raise EOFError
        done += count
        if seconds and time.monotonic() > end:
            raise TimeoutError
    sock.settimeout(seconds)
    return content


@dataclass
class Codec:
    """Turns values into trees and back; one per frame.

    Args:
        refer: makes a tree for a value that does not cross.
        resolve: makes a value of such a tree.
        known: by name, what both sides define in ``__main__``.
        trusted: whether the values to decode come from the trusted side.
        tie: says of a tensor that requires a gradient how the other side can ask for it.
        tied: takes a tensor that came with such a tie; returns what stands for it here.
    """

    refer: Callable[[object], Tree]
    resolve: Callable[[Tree], object]
    known: Mapping[str, Any] = field(default_factory=dict)
    trusted: bool = False
    tie: Callable[[Any], Tree] = lambda tensor: 0
    tied: Callable[[Any, Tree], Any] = lambda tensor, tie: tensor
    blobs: list[bytes] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)
    objects: list[Any] = field(default_factory=list)
    """The mutable objects of this frame in order: the same on both sides."""

    # --- out

    def to_tree(self, value: Any, depth: int = 0) -> Tree:
        """Return the tree of ``value``.

        Raises:
            WireError: it is nested too deeply.
        """
        if depth > MAX_DEPTH:
            raise WireError("a value is nested too deeply, or holds itself")
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return value if abs(value) < 2**53 else ["int", hex(value)]
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        if issubclass(kind, Reference):
            return self.refer(value)
        if id(value) in self.seen:
            return ["again", self.seen[id(value)]]
        return self._compound(value, kind, depth + 1)

    def remember(self, value: Any) -> None:
        """Number a mutable object, so that it crosses once and changes find their way back."""
        self.seen[id(value)] = len(self.objects)
        self.objects.append(value)

    def renew(self, value: Any) -> Tree:
        """Return a tree of the content of an object that has crossed before."""
        number = self.seen.pop(id(value), None)
        tree = self.to_tree(value)
        if number is not None:
            self.seen[id(value)] = number
        return tree

    def blob(self, content: bytes) -> int:
        """Add a blob and return its number."""
        self.blobs.append(content)
        return len(self.blobs) - 1

    def _compound(self, value: Any, kind: type, depth: int) -> Tree:
        for made in (self._container, self._simple):
            tree = made(value, kind, depth)
            if tree is not None:
                return tree
        return self._library(value, kind, depth)

    def _container(self, value: Any, kind: type, depth: int) -> Tree | None:
        if kind in PLAIN:
            if kind in (list, deque, set):
                self.remember(value)
            items = [self.to_tree(item, depth) for item in value]
            return [PLAIN[kind], items, value.maxlen] if kind is deque else [PLAIN[kind], items]
        if kind in MAPS:
            self.remember(value)
            pairs = [[self.to_tree(k, depth), self.to_tree(v, depth)] for k, v in value.items()]
            return [MAPS[kind], pairs]
        if kind is defaultdict:
            self.remember(value)
            factory = self.to_tree(value.default_factory, depth)
            pairs = [[self.to_tree(k, depth), self.to_tree(v, depth)] for k, v in value.items()]
            return ["default", factory, pairs]
        if kind is partial and not vars(value):
            parts = [self.to_tree(p, depth) for p in (value.func, value.args, value.keywords)]
            return ["partial", *parts]
        return None

    def _simple(self, value: Any, kind: type, depth: int) -> Tree | None:
        if kind in TEXTS:
            return [TEXTS[kind], str(value)]
        if kind is bytes:
            return ["bytes", self.blob(value)]
        if kind is bytearray:
            self.remember(value)
            return ["bytearray", self.blob(bytes(value))]
        if kind is complex:
            return ["complex", repr(value.real), repr(value.imag)]
        if kind in (slice, range):
            parts = [self.to_tree(p, depth) for p in (value.start, value.stop, value.step)]
            return [kind.__name__, *parts]
        return ["ellipsis"] if value is Ellipsis else None

    def _library(self, value: Any, kind: type, depth: int) -> Tree:
        from safetylab.grading.crossing import tensors

        for family in tensors.FAMILIES:
            tree = family.to_tree(self, value, kind, depth)
            if tree is not None:
                return tree
        if isinstance(value, type) and _names(value, self.known):
            return ["class", value.__module__, value.__qualname__]
        fields = _fields(value, kind, self.known)
        if fields is not None:
            tree = [self.to_tree(item, depth) for item in fields]
            more = self.to_tree(_more(value), depth)
            return ["record", kind.__module__, kind.__qualname__, tree, more]
        return self.refer(value)

    # --- in

    def to_value(self, tree: Tree, depth: int = 0) -> Any:
        """Return the value of ``tree``.

        Raises:
            WireError: the tree stands for no value.
        """
        if depth > MAX_DEPTH:
            raise WireError("a value is nested too deeply")
        if not isinstance(tree, list):
            if isinstance(tree, dict):
                raise WireError("not a value")
            return tree
        try:
            return self._value(tree[0], tree[1:], depth + 1)
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"not a value: {type(error).__name__}") from error

    def _value(self, tag: str, parts: list[Tree], depth: int) -> Any:
        if tag == "again":
            return self.objects[parts[0]]
        if tag in ("list", "deque", "set"):
            filled: Any = deque(maxlen=parts[1]) if tag == "deque" else _BY_TAG[tag]()
            self.objects.append(filled)
            fill = filled.update if tag == "set" else filled.extend
            fill(self.to_value(item, depth) for item in parts[0])
            return filled
        if tag in ("tuple", "frozenset"):
            return _BY_TAG[tag](self.to_value(item, depth) for item in parts[0])
        if tag in ("dict", "ordered", "counter", "default"):
            made = defaultdict() if tag == "default" else _BY_TAG[tag]()
            self.objects.append(made)
            if tag == "default":
                made.default_factory = self._factory(parts[0], depth)
            made.update(dict(self._pairs(parts[-1], depth)))
            return made
        return self._decode_more(tag, parts, depth)

    def _factory(self, tree: Tree, depth: int) -> Any:
        """A defaultdict of the student calls its factory on a missing key: builtin types only."""
        factory = self.to_value(tree, depth)
        return factory if self.trusted or isinstance(factory, type) else None

    def _pairs(self, pairs: list[Tree], depth: int) -> Iterator[tuple[Any, Any]]:
        for key, value in pairs:
            yield self.to_value(key, depth), self.to_value(value, depth)

    def _decode_more(self, tag: str, parts: list[Tree], depth: int) -> Any:
        if tag in _SIMPLE:
            return _SIMPLE[tag](*parts)
        if tag == "bytes":
            return self.blobs[parts[0]]
        if tag == "bytearray":
            filled = bytearray(self.blobs[parts[0]])
            self.objects.append(filled)
            return filled
        if tag in ("slice", "range"):
            return {"slice": slice, "range": range}[tag](*(self.to_value(p, depth) for p in parts))
        if tag == "partial":
            function, args, keywords = (self.to_value(part, depth) for part in parts)
            return partial(function, *args, **keywords)
        if tag == "class":
            return _class(str(parts[0]), str(parts[1]), self.known)
        if tag == "record":
            made = _class(parts[0], parts[1], self.known)
            values = [self.to_value(item, depth) for item in parts[2]]
            return _record(made, values, self.to_value(parts[3], depth))
        return self._decode_library(tag, parts, depth)

    def _decode_library(self, tag: str, parts: list[Tree], depth: int) -> Any:
        from safetylab.grading.crossing import tensors

        for family in tensors.FAMILIES:
            if tag in family.TAGS:
                return family.to_value(self, tag, parts, depth)
        return self.resolve([tag, *parts])


def _names(value: type, known: Mapping[str, type]) -> bool:
    """Whether a class can be found by its name on the other side."""
    if value.__module__ == "__main__":
        return known.get(value.__qualname__) is value
    if value.__module__ == "builtins":
        return value.__qualname__ in SAFE_BUILTINS
    return _is_library(value.__module__) and "<" not in value.__qualname__


def _is_library(module: str) -> bool:
    if module.startswith(("safetylab.grading", "safetylab.course")):
        return False
    return module.partition(".")[0] in LIBRARIES


def _class(module: str, name: str, known: Mapping[str, type]) -> type:
    """Return the class of that name, from a library or of those both sides define."""
    if module == "__main__":
        return known[name]
    if module == "builtins" and name == "NoneType":
        return type(None)
    if module != "builtins" and not _is_library(module):
        raise WireError(f"no class of {module} crosses")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, type) or not _names(found, known):
        raise WireError(f"{module}.{name} is no class that crosses")
    return found


def _fields(value: Any, kind: type, known: Mapping[str, type]) -> list[Any] | None:
    """The entries of a named tuple or dataclass whose class both sides have; else nothing."""
    if not _names(kind, known):
        return None
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return list(value)
    names = _dataclass_fields(kind)
    if names and list(getattr(value, "__dict__", names)) == names:
        return [getattr(value, name) for name in names]
    return None


def _dataclass_fields(kind: type) -> list[str]:
    fields: dict[str, Any] = getattr(kind, "__dataclass_fields__", {})
    return list(fields)


def _more(value: Any) -> dict[str, Any]:
    """What a named tuple of scipy's keeps beside its entries."""
    return dict(getattr(value, "__dict__", {})) if isinstance(value, tuple) else {}


def _record(kind: type, values: list[Any], more: dict[str, Any]) -> Any:
    made: Any
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        made = tuple.__new__(kind, values)
        if more:
            vars(made).update(more)
        return made
    made = object.__new__(kind)
    for name, value in zip(_dataclass_fields(kind), values, strict=True):
        object.__setattr__(made, name, value)
    return made
