"""The two ends: each asks the other to call a function, and answers while it waits.

The tests' end is trusted, the student's is not. What crosses is in `values`. A function stays
where it is and is called there (`handles`). What a call was given does not come back changed, but
for what the tests lent, and for generators, which go on where the other side left them.
"""

from __future__ import annotations

import copy
import io
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any

from safetylab.grading.crossing import arrays, errors, handles, trusted, wire
from safetylab.grading.crossing.errors import NotPlainAnswer
from safetylab.grading.crossing.handles import Handle
from safetylab.grading.crossing.values import (
    FROM_STUDENT,
    GENERATORS,
    PLAIN,
    Codec,
    NotPlain,
    checked,
)
from safetylab.grading.crossing.wire import Blob, TooLarge, Tree, WireError

__all__ = ["Gone", "NotPlainAnswer", "Peer", "TimeIsUp", "arrays"]

MAX_TEXT = 100_000


class TimeIsUp(BaseException):
    """The student's process did not answer in time; no test may catch it as an Exception."""


class Gone(BaseException):
    """The student's process ended, or speaks nonsense."""


class Peer:
    """One end of a conversation.

    Args:
        sock: connected to the other side.
        trusted: whether this is the tests' side.
        namespace: where names of ``__main__`` are found.
    """

    def __init__(self, sock: socket.socket, trusted: bool, namespace: dict[str, Any]) -> None:
        self.sock, self.trusted, self.namespace = sock, trusted, namespace
        self.shared: frozenset[str] = frozenset()
        self.lent: Callable[[Any], bool] = lambda value: False
        self.deadline: float | None = None
        self.spoiled: BaseException | None = None
        self.owner = os.getpid()
        self.lock = threading.RLock()
        self.epoch, self._epochs, self._serving = 0, 0, 0
        self.table: list[Any] = []
        self._numbers: dict[int, int] = {}
        self.sent: set[int] = set()
        self.models: dict[int, Any] = {}
        self._known_states: dict[int, Any] = {}

    # --- asking

    def request(self, op: str, *args: Any) -> Any:
        """Ask the other side for ``op`` and return what it gives, or raise what it raised.

        Raises:
            NotPlain: an argument does not cross.
            NotPlainAnswer, TimeIsUp, Gone: there is no answer.
        """
        with self.lock:
            if not self.trusted and not self._serving:
                raise RuntimeError("a function of the tests can be called only while a test runs")
            codec = Codec(self)
            tree = codec.to_tree(list(args))
            lent = self._changing(codec)
            try:
                self._require_silence()
                self._send(["ask", op, tree, lent, handles.mode()], codec)
                answer, blobs = self._receive()
                while answer[0] == "ask":
                    self.answer(answer, blobs)
                    answer, blobs = self._receive()
                value, raised = self._result(codec, lent, answer, blobs)
            except TooLarge as error:
                raise NotPlain(str(error)) from None
            except Exception as error:
                raise Gone(str(error)) from error
        if raised is not None:
            raise raised
        return value

    def _require_silence(self) -> None:
        """Refuse an answer that came before the question: an earlier copy may have left it."""
        if self.trusted and not self._serving and select.select([self.sock], [], [], 0)[0]:
            raise WireError("it spoke before it was asked")

    def _changing(self, codec: Codec, told: Container[Any] = ()) -> list[int]:
        """Return the places of what may come back changed: generators, and what the tests lent."""
        return [place for place, value in enumerate(codec.objects) if type(value) in GENERATORS
                or (self.lent(value) if self.trusted else place in told)]  # fmt: skip

    def _send(self, words: Tree, codec: Codec) -> None:
        bounds = wire.TRUSTED if self.trusted else wire.FROM_STUDENT
        wire.send(self.sock, words, codec.blobs, bounds)
        self.sent |= codec.models

    def _receive(self) -> tuple[Tree, list[Blob]]:
        """Read a frame, at most until the deadline."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeIsUp
            self.sock.settimeout(left)
        try:
            return wire.receive(self.sock, wire.FROM_STUDENT if self.trusted else wire.TRUSTED)
        except TimeoutError:
            raise TimeIsUp from None
        except TooLarge as error:
            if not self.trusted:
                raise
            raise self._spoiled(f"your code sent {error}", []) from None
        finally:
            self.sock.settimeout(None)

    def _result(self, asked: Codec, lent: list[int], answer: Tree,
                blobs: list[Blob]) -> tuple[Any, BaseException | None]:  # fmt: skip
        """Return what the other side's function gave, and what it raised."""
        kind, tree, changes, printed = answer
        codec = Codec(self, blobs, asked)
        if self.trusted:
            for stream, text in zip((sys.stdout, sys.stderr), printed, strict=True):
                stream.write(str(text)[:MAX_TEXT])
        value = codec.to_value(tree) if kind == "ok" else None
        raised = None if kind == "ok" else self._error(kind, tree)
        for place, content in changes:
            if place not in lent:
                raise WireError("that was not lent")
            trusted.overwrite(asked.objects[place], codec.to_value(content))
        return value, raised

    # --- answering

    def answer(self, asked: Tree, blobs: list[Blob]) -> None:
        """Do what the other side asked for and send the outcome."""
        _, op, tree, told, mode = asked
        if self.trusted and (op != "call" or tree[1][0][0] != "yours"):
            raise WireError("only functions that the tests handed out can be called")
        codec = Codec(self, blobs)
        args = codec.to_value(tree)
        before = {place: codec.content_of(_content(codec.objects[place]))
                  for place in self._changing(codec, told)}  # fmt: skip
        self._serving += 1
        try:
            with handles.in_mode(mode):
                kind, value = "ok", self._do(op, args)
        except (TimeIsUp, Gone, NotPlainAnswer):
            raise
        except BaseException as error:
            kind, value = "error", error
        finally:
            self._serving -= 1
        if os.getpid() != self.owner:  # a fork of the student's own came back from a call
            os._exit(0)
        self._send_outcome(codec, args, before, kind, value)

    def _send_outcome(self, codec: Codec, args: list[Any], before: dict[int, Any], kind: str,
                      value: Any) -> None:  # fmt: skip
        printed = ["", ""] if self.trusted else [_emptied(sys.stdout), _emptied(sys.stderr)]
        back = Codec(self, asked=codec)
        with self.lock:
            try:
                tree = back.to_tree(value) if kind == "ok" else self._error_tree(value)
                now = {place: _content(codec.objects[place]) for place in before}
                changes = [[place, back.to_tree(item)] for place, item in now.items()
                           if codec.content_of(item) != before[place]]  # fmt: skip
                self._send([kind, tree, changes, printed], back)
            except (NotPlain, TooLarge) as error:
                self._send(["odd", self._odd_tree(error, args), [], printed], Codec(self))

    def _do(self, op: str, args: list[Any]) -> Any:
        if op == "call":
            return args[0](*args[1], **args[2])
        if args[0] not in self.namespace:
            raise NameError(f"name {args[0]!r} is not defined")
        return self.namespace[args[0]]

    # --- functions and models: what `values` asks of an end

    def known(self, name: str) -> Any:
        """Return what both sides define by that name in ``__main__``, or nothing."""
        return dict.get(self.namespace, name) if name in self.shared else None

    def refer(self, codec: Codec, value: Any) -> Tree:
        """Return what stands for a function, or a model of torch's."""
        if type(value) is Handle:
            if value.epoch not in (0, self.epoch):
                raise RuntimeError("a function of the student's ended with the test that got it")
            return ["yours", value.number]
        tree = trusted.out(codec, value) if self.trusted else self._given(codec, value)
        if tree is not None:
            return tree
        if not (callable(value) if self.trusted else _is_function(value)):
            raise NotPlain(f"{_what(value)} does not cross: {PLAIN} would")
        return ["handle", self.number(value), str(getattr(value, "__name__", "function"))[:100]]

    def number(self, value: Any) -> int:
        """Return the number of an object that stays here."""
        number = self._numbers.setdefault(id(value), len(self.table))
        if number == len(self.table):
            self.table.append(value)
        return number

    def take(self, codec: Codec, number: int, model: Any) -> None:
        """On the student's side: remember a model of the tests', and how it came."""
        self.models[number] = model
        self._known_states[number] = codec.content_of(trusted.state(model))

    def _given(self, codec: Codec, model: Any) -> Tree | None:
        """What the student's side says of a model of the tests': which, and how it is now."""
        number = next((number for number, known in self.models.items() if known is model), None)
        if number is None:
            return None
        before = self._known_states[number]
        self.take(codec, number, model)
        codec.ties += trusted.trainable(model)
        same = before == self._known_states[number]
        return ["changed", number, None if same else codec.to_tree(trusted.state(model))]

    def as_changed(self, codec: Codec, number: int, tree: Tree) -> Any:
        """Return a model of the tests' as the student made it: a copy, if it was not lent."""
        model = self.table[number]
        if tree is not None and not self.lent(model):
            model = self.models.setdefault(number, copy.deepcopy(model))
        model = self.models.get(number, model)
        if not trusted.is_module(model):
            raise WireError("not a model")
        if tree is not None:
            trusted.overwrite(model, codec.to_value(tree))
        codec.ties += trusted.trainable(model)
        return model

    # --- errors

    def _error_tree(self, error: BaseException) -> Tree:
        about = errors.describe_error(error)
        if self.trusted and isinstance(error, AssertionError):  # it may tell what was expected
            about |= {"text": "a check failed", "args": ["a check failed"]}
        about["own"] = self.number(error) if self.trusted else getattr(error, "_own", None)
        return about

    def _odd_tree(self, error: BaseException, args: list[Any]) -> Tree:
        named = args and callable(args[0])
        name = getattr(args[0], "__name__", "a function") if named else ""
        text = f"{f'{name} returned' if named else 'a name holds'} what a test cannot take: {error}"
        found = errors.first_line(args[0]) if named else []
        return {"text": text, "frames": found}

    def _spoiled(self, text: str, frames: list[list[Any]]) -> BaseException:
        """Return what ends the test, and fails it even where the test catches it."""
        self.spoiled = errors.with_frames(NotPlainAnswer(text[: errors.LONGEST]), frames)
        return self.spoiled

    def _error(self, kind: str, about: dict[str, Any]) -> BaseException:
        if kind == "odd":
            if not self.trusted:
                return NotPlain(str(about["text"]))
            return self._spoiled(str(about["text"]), about["frames"])
        if not self.trusted:
            error = errors.rebuilt(about, False)
            error._own = about["own"]  # type: ignore[attr-defined]
            return error
        own = None if about["own"] is None else self.table[checked(about["own"])]
        # A test's own error may be on its way back through the student's function.
        return own if isinstance(own, BaseException) else errors.rebuilt(about, True)

    # --- each test talks to a copy of the student's process

    @contextmanager
    def on(self, line: socket.socket | None) -> Iterator[None]:
        """Talk to a copy of the other side inside the block; what it was handed ends with it."""
        if line is None:
            yield
            return
        main, self.sock = self.sock, line
        self._epochs += 1
        self.epoch = self._epochs
        handed, numbers, sent = len(self.table), dict(self._numbers), set(self.sent)
        try:
            yield
        finally:
            self.sock, self.epoch = main, 0
            # The next copy of the student's process may not name what this one was handed.
            del self.table[handed:]
            self._numbers, self.sent = numbers, sent
            self.models.clear()


FROM_STUDENT |= {
    "yours": lambda codec, place: codec.end.table[checked(place)],
    "handle": lambda codec, place, name: Handle(codec.end.request, checked(place), codec.end.epoch,
                                                str(name)[:100]),
    "changed": lambda codec, place, tree: codec.end.as_changed(codec, checked(place), tree),
}  # fmt: skip


def _content(value: Any) -> Any:
    """What of an object can change."""
    return trusted.state(value) if trusted.is_module(value) else value


def _is_function(value: Any) -> bool:
    kind = type(value)
    return callable(value) and not any(hasattr(kind, name) for name in ("__bool__", "__len__"))


def _what(value: Any) -> str:
    kind = type(value)
    plain = next((base.__name__ for base in kind.__mro__[1:] if base in _PLAIN_KINDS), "")
    like = f" (a kind of {plain}, but not exactly that)" if plain else ""
    return f"{'an' if kind.__name__[:1] in 'AEIOUaeiou' else 'a'} {kind.__name__[:100]}{like}"


_PLAIN_KINDS = {bool, int, float, complex, str, bytes, list, tuple, dict, set}


def _emptied(stream: object) -> str:
    if not isinstance(stream, io.StringIO):
        return ""
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text[:MAX_TEXT]
