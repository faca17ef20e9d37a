"""Frames between two processes: a tree of JSON and the bytes of arrays beside it."""

from __future__ import annotations

import json
import operator
import socket
import struct
import time
from itertools import accumulate, pairwise
from typing import Any

MAX_FRAME = 2**29
_HEAD = struct.Struct("!II")

Tree = Any
"""What JSON can hold."""


class WireError(Exception):
    """A frame that does not follow the rules: too large, too deep, or not a value."""


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
