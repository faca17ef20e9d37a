"""Two processes that call each other: `Peer` speaks for one side, `Far` stands for an object there.

The tests' side is trusted, the student's is not. A value crosses by `wire`; anything else stays
where it is and is represented by a `Far`, on which calls, attributes, items, operators and
iteration are requests. While one side waits for an answer it serves the other, so a callable that a
test hands out stays on the tests' side. Autograd works through both directions.
"""

from __future__ import annotations

import io
import os
import socket
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from safetylab.grading.crossing import far, tensors, wire
from safetylab.grading.crossing.ambient import Ambient, applied
from safetylab.grading.crossing.draws import Draws
from safetylab.grading.crossing.far import Far
from safetylab.grading.crossing.leaves import Leaves
from safetylab.grading.crossing.paths import Paths, content_of, named, received
from safetylab.grading.crossing.wire import Codec, Tree, WireError

MAX_TEXT = 20_000
MAX_TABLE = 200_000
MAX_CAUSES = 5
REAP_SECONDS = 20.0


class TimeIsUp(BaseException):
    """The student's process did not answer in time; no test may catch it as an Exception."""


class Gone(BaseException):
    """The student's process ended, or speaks nonsense."""


def _emptied(stream: object) -> str:
    if not isinstance(stream, io.StringIO):
        return ""
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text[:MAX_TEXT]


class Peer:
    """One side of a conversation.

    Args:
        sock: connected to the other side.
        trusted: whether this is the tests' side.
        namespace: where names of ``__main__`` are found.
    """

    def __init__(self, sock: socket.socket, trusted: bool, namespace: dict[str, Any]) -> None:
        self.sock, self.trusted, self.namespace = sock, trusted, namespace
        self.shared: frozenset[str] = frozenset()
        self.operators: frozenset[tuple[str, str]] = frozenset()
        self.playing: frozenset[str] = frozenset()
        self.deadline: float | None = None
        self.owner = os.getpid()
        self.epoch, self._epochs = 0, 0
        self.table: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._fars: weakref.WeakValueDictionary[tuple[int, int], Any]
        self._fars = weakref.WeakValueDictionary()
        self._mirrors: dict[tuple[int, int], type[BaseException]] = {}
        self._errors: list[BaseException] = []
        self._kept: dict[int, Any] = {}
        self.leaves = Leaves()
        self.draws = Draws(trusted)
        self.ambient, self.paths = Ambient(), Paths()
        self._serving = 0

    # --- asking

    def request(self, op: str, *args: Any) -> Any:
        """Ask the other side for ``op`` and return what it gives, or raise what it raised.

        Raises:
            TimeIsUp, Gone: there is no answer.
        """
        if not self.trusted and not self._serving:
            raise RuntimeError("an object of the tests can be used only while a test runs")
        codec = self._codec(reply=False)
        tree = codec.to_tree(list(args))
        changes = self._changes(codec)
        paths = named(op, args) if self.trusted else []
        if self.trusted:
            changes.append(codec.to_tree([self.ambient.tell(), self.paths.give(paths)]))
        try:
            wire.send(self.sock, ["ask", op, tree, changes], codec.blobs)
            answer, blobs = self._receive()
            while answer[0] == "ask":
                self.answer(answer, blobs)
                answer, blobs = self._receive()
            value = self._result(codec, answer, blobs, paths)
        except (EOFError, OSError, WireError) as error:
            raise Gone(str(error)) from error
        if isinstance(value, far.Raised):
            raise far.outspoken(value.error, op, args) if self.trusted else value.error
        return value

    def _receive(self) -> tuple[Tree, list[bytes]]:
        """Read a frame, at most until the deadline."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeIsUp
            self.sock.settimeout(left)
        try:
            return wire.receive(self.sock)
        except TimeoutError:
            raise TimeIsUp from None
        finally:
            self.sock.settimeout(None)

    def _result(self, asked: Codec, answer: Tree, blobs: list[bytes], paths: list[str]) -> Any:
        kind, changed, tree, printed, changes = answer
        codec = self._codec(reply=True, blobs=blobs, objects=list(asked.objects))
        for place, content in changed:
            tensors.overwrite(asked.objects[place], codec.to_value(content))
        if self.trusted:
            for stream, text in zip((sys.stdout, sys.stderr), printed, strict=True):
                stream.write(str(text)[:MAX_TEXT])
        value = codec.to_value(tree) if kind == "ok" else far.Raised(self._error(tree))
        self._take_changes(codec, changes)
        if self.trusted:
            self.paths.take_back(paths, codec.to_value(changes[3]))
            far.warn(changes[2])
        return value

    def _changes(self, codec: Codec) -> Tree:
        """Return what this frame tells of tensors and generators that both sides hold."""
        changes = [[number, codec.renew(tensor)] for number, tensor in self.leaves.changed()]
        self.leaves.settle()
        return [changes, codec.to_tree(self.draws.tell())]

    def _take_changes(self, codec: Codec, changes: Tree) -> None:
        for number, tree in changes[0]:
            new, old = codec.to_value(tree), self.leaves.find(-number)
            if old is not None and new is not old:
                tensors.overwrite(old, new)
        self.leaves.settle()
        self.draws.hear(codec.to_value(changes[1]))

    # --- answering

    def answer(self, asked: Tree, blobs: list[bytes]) -> None:
        """Do what the other side asked for and send the outcome."""
        codec = self._codec(reply=False, blobs=blobs)
        if self.trusted and asked[1] != "gradients" and asked[2][1][0][0] != "yours":
            raise WireError("only what the tests handed out can be asked for")
        args, sent = codec.to_value(asked[2]), list(codec.objects)
        self._take_changes(codec, asked[3])
        watched = [(place, tensors.watch(value)) for place, value in enumerate(sent)
                   if place and value is not None and not self.leaves.follows(value)]  # fmt: skip
        around, given = codec.to_value(asked[3][2]) if not self.trusted else ([], [])
        places = list(received(given))
        caught: list[list[str]] = []
        self._serving += 1
        try:
            with applied(around, caught):
                kind, value = "ok", self._do(str(asked[1]), args)
        except (TimeIsUp, Gone):
            raise
        except BaseException as error:
            kind, value = "error", error
        finally:
            self._serving -= 1
        if os.getpid() != self.owner:  # a fork of the student's own came back from a call
            os._exit(0)
        back = self._codec(reply=True, objects=sent)
        back.seen = {id(value): place for place, value in enumerate(sent) if place}
        changed = [[place, back.renew(sent[place])] for place, new in watched if new()]
        tree = back.to_tree(value) if kind == "ok" else self._error_tree(value)
        files = [[place, content_of(path)] for place, path in places]
        changes = [*self._changes(back), caught, back.to_tree(files)]
        wire.send(self.sock, [kind, changed, tree, self._printed(), changes], back.blobs)

    def _printed(self) -> list[str]:
        return ["", ""] if self.trusted else [_emptied(sys.stdout), _emptied(sys.stderr)]

    def _do(self, op: str, args: list[Any]) -> Any:
        if op == "name":
            return self._global(args[0])
        if op == "gradients":
            return self._gradients(*args)
        if self.trusted:
            far.require_public(op, args[0], args[1:])
            if op in ("str", "repr", "format"):
                return "<an object of the tests>"
        return far.do(op, args[0], args[1:])

    def _global(self, name: str) -> Any:
        if self.trusted:
            raise NameError(f"name {name!r} is not defined")
        try:
            return self.namespace[name]
        except KeyError:
            raise NameError(f"name {name!r} is not defined") from None

    # --- references

    def known(self) -> dict[str, Any]:
        """Return what both sides define in ``__main__``, by name."""
        own = dict.items(self.namespace)
        return {name: value for name, value in own if name in self.shared}

    def _codec(self, reply: bool, **parts: Any) -> Codec:
        return Codec(
            self._refer, self._resolve, self.known(), not self.trusted,
            self._link_result if reply else self._link_argument,
            self._linked_result if reply else self._linked_argument, **parts,
        )  # fmt: skip

    def _refer(self, value: object) -> Tree:
        if isinstance(value, Far) and far.peer_of(value) is self:
            if far.epoch_of(value) not in (0, self.epoch):
                raise RuntimeError("an object of the student's ended with the test that made it")
            return ["yours", far.number_of(value)]
        if self.trusted:  # only what a test hands out crosses by its name
            name = getattr(value, "__name__", None)
            if isinstance(name, str) and name in self.shared and self.namespace.get(name) is value:
                return ["shared", name]
            if far.findable(value):
                return ["function", value.__module__, value.__qualname__]  # type: ignore[attr-defined]
        if isinstance(value, BaseException):
            return ["error", self._error_tree(value)]
        return ["far", self._export(value), far.describe(value, self.known())]

    def _export(self, value: object) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            if len(self.table) >= MAX_TABLE:
                raise WireError("too many objects crossed")
            number = self._numbers[id(value)] = len(self.table)
            self.table.append(value)
        return number

    def _resolve(self, tree: Tree) -> object:
        kind, *parts = tree
        if kind == "yours":
            return self.table[parts[0]]
        if kind == "far":
            made = self._far(int(parts[0]), parts[1])
            waits = self.trusted and ["builtins", "coroutine"] in parts[1].get("bases", ())
            return far.awaited(made) if waits and isinstance(made, Far) else made
        if kind == "error":
            return self._error(parts[0])
        if kind == "shared" and not self.trusted:
            return self.namespace[parts[0]]
        if kind == "function" and not self.trusted:
            return far.found(*parts)
        raise WireError(f"{kind} is no value")

    def _far(self, number: int, about: dict[str, Any]) -> object:
        key = (self.epoch, number)
        for place in (key, (0, number)):
            if place in self._mirrors or place in self._fars:
                return self._mirrors.get(place) or self._fars[place]
        if about.get("error"):
            self._mirrors[key] = far.mirror(about)
            return self._mirrors[key]
        made = far.make(self, number, self.epoch, about)
        self._fars[key] = made
        return made

    # --- errors

    def _error_tree(self, error: BaseException, depth: int = 0) -> Tree:
        tree = far.describe_error(error)
        if self.trusted and isinstance(error, AssertionError):  # it may tell what was expected
            tree |= {"text": "a check failed", "args": ["a check failed"]}
        tree["origin"] = getattr(error, "_origin", None)
        if self.trusted:
            tree["sent"] = len(self._errors)
            self._errors.append(error)
        else:
            if not far.is_library(type(error)):
                tree |= {"number": self._export(type(error)), "there": self._export(error)}
            if error.__cause__ is not None and depth < MAX_CAUSES:
                tree["cause"] = self._error_tree(error.__cause__, depth + 1)
        return tree

    def _error(self, about: dict[str, Any]) -> BaseException:
        origin, number = about.get("origin"), about.get("number")
        if self.trusted and isinstance(origin, int) and 0 <= origin < len(self._errors):
            return self._errors[origin]  # a test's own error, on its way back through the student
        kind = far.error_class(about)
        if self.trusted and isinstance(number, int):
            mirror: Any = self._far(number, {**about, "error": True})
            kind = mirror if isinstance(mirror, type) else kind
        error = far.made_error(kind, about)
        if not self.trusted:
            error._origin = about["sent"]  # type: ignore[attr-defined]
            return error
        if isinstance(about.get("there"), int):
            error._there = self._far(about["there"], {"name": about["name"]})  # type: ignore[attr-defined]
        if isinstance(about.get("cause"), dict):
            error.__cause__ = self._error(about["cause"])
        return error

    # --- gradients

    def _link_argument(self, tensor: Any) -> Tree:
        return [self.leaves.number(tensor), tensor.is_leaf, []]

    def _link_result(self, tensor: Any) -> Tree:
        """Number a result, and name those tensors of either side that it was made from."""
        number = self.leaves.number(tensor)
        if tensor.is_leaf:
            return [number, True, []]
        self._kept[number] = tensor
        used = {self.leaves.known(leaf) for leaf in far.leaves(tensor)}
        return [number, False, sorted(used - {0})]

    def _linked_argument(self, tensor: Any, link: Tree) -> Any:
        return self.leaves.take(-int(link[0]), tensor, bool(link[1]))

    def _linked_result(self, tensor: Any, link: Tree) -> Any:
        number, leaf, used = link
        if leaf:
            return self.leaves.take(-int(number), tensor, leaf=True)
        inputs = {int(place): self.leaves.origin(-int(place)) for place in used}
        known = {place: item for place, item in inputs.items() if item is not None}
        return far.bridge(self, int(number), tensor.detach(), known)

    def _gradients(self, number: int, gradient: Any, wanted: list[int], again: bool) -> list[Any]:
        """The gradients of a tensor that went over with respect to tensors that crossed.

        ``again`` for such as can be differentiated once more.
        """
        import torch

        tensor = self._kept[number]
        leaves = [self.leaves.find(int(place)) for place in wanted]
        present = [leaf for leaf in leaves if leaf is not None]
        if self.trusted or again:
            found = list(torch.autograd.grad(tensor, present, gradient, retain_graph=True,
                                             create_graph=bool(again), allow_unused=True)
                         ) if present else []  # fmt: skip
        else:
            before = [leaf.grad for leaf in present]
            for leaf in present:
                leaf.grad = None
            tensor.backward(gradient, retain_graph=True)
            found = [leaf.grad for leaf in present]
            for leaf, old in zip(present, before, strict=True):
                leaf.grad = old
        rest = iter(found)
        return [None if leaf is None else next(rest) for leaf in leaves]

    # --- forks: each test talks to a copy of the student's process

    @contextmanager
    def forked(self) -> Iterator[None]:
        """Talk to a copy of the other side inside the block; whatever it becomes is thrown away."""
        main, (mine, theirs) = self.sock, socket.socketpair()
        self._plain(["fork"], theirs)
        self._epochs += 1
        self.sock, self.epoch = mine, self._epochs
        handed, numbers, errors = len(self.table), dict(self._numbers), len(self._errors)
        marked = self.leaves.mark()
        self.draws.anew()
        try:
            yield
        finally:
            self.sock, self.epoch = main, 0
            mine.close()
            # The next copy of the student's process may not name what this one was handed.
            del self.table[handed:], self._errors[errors:]
            self._numbers = numbers
            self._kept.clear()
            self.leaves.forget(marked)
            self.deadline = time.monotonic() + REAP_SECONDS
            self._plain(["reap"])

    def _plain(self, words: Tree, handed: socket.socket | None = None) -> None:
        """Tell the main process of the other side something and wait for its nod."""
        try:
            wire.send(self.sock, words)
            if handed:
                socket.send_fds(self.sock, [b"F"], [handed.fileno()])
                handed.close()
            self._receive()
        except (EOFError, OSError, WireError) as error:
            raise Gone(str(error)) from error
