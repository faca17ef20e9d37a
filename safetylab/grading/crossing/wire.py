"""Frames between two processes: a tree of JSON and the bytes of arrays beside it."""

from __future__ import annotations

import json
import operator
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

_HEAD = struct.Struct("!II")

Tree = Any
"""What JSON can hold."""
Blob = bytes | memoryview


class WireError(Exception):
    """A frame that does not follow the rules: damaged, too deep, or not a value."""


class TooLarge(WireError):
    """A frame beyond the bounds; the text says which."""


@dataclass(frozen=True)
class Bounds:
    """What one frame may hold: bytes in all, bytes of its tree, and lists in that.

    The last two bound what the tree takes in memory, which is up to thirty times its bytes.
    """

    size: int
    head: int
    lists: int

    def check(self, head_size: int, size: int) -> None:
        """Raise TooLarge if a frame of these sizes is past the bounds."""
        if size > self.size or head_size > self.head:
            most = self.head if size <= self.size else self.size
            raise TooLarge(f"{size / 2**20:.0f} MiB, where at most {most >> 20} MiB may cross")


FROM_STUDENT = Bounds(2**28, 2**25, 2**22)
"""What a student's process may say to the tests'."""
TOLD = Bounds(2**24, 2**24, 2**20)
"""What a process may tell the grader of a cell."""
TRUSTED = Bounds(2**29, 2**29, 2**29)


def send(sock: socket.socket, tree: Tree, blobs: Sequence[Blob] = (),
         bounds: Bounds = TRUSTED) -> None:  # fmt: skip
    """Write one frame.

    Raises:
        TooLarge: it is past the bounds, and nothing was written.
    """
    head = json.dumps([[len(blob) for blob in blobs], tree]).encode()
    size = len(head) + sum(map(len, blobs))
    bounds.check(len(head), size)
    sock.sendall(b"".join([_HEAD.pack(len(head), size), head, *blobs]))


def receive(sock: socket.socket, bounds: Bounds = TRUSTED) -> tuple[Tree, list[Blob]]:
    """Read one frame.

    Raises:
        EOFError: the other side is gone.
        WireError: what came is no frame, or one past the bounds.
    """
    head_size, size = _HEAD.unpack(_read(sock, _HEAD.size))
    bounds.check(head_size, size)
    body = memoryview(_read(sock, size))
    head = bytes(body[:head_size])
    if head.count(b"[") + head.count(b"{") > bounds.lists:
        raise TooLarge(f"more than {bounds.lists} lists")
    try:
        sizes, tree = json.loads(head)
        ends = list(accumulate(map(operator.index, sizes), initial=head_size))
        if ends != sorted(ends) or ends[-1] != size:
            raise ValueError("sizes")
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError("a frame is damaged") from error
    return tree, [body[start:end] for start, end in pairwise(ends)]


def _read(sock: socket.socket, size: int) -> bytearray:
    """Read that many bytes; the socket's timeout is for all of them, not for each."""
    try:
        content = bytearray(size)
    except MemoryError:
        raise TooLarge(f"{size >> 20} MiB, for which there is no room") from None
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
