"""Lines of JSON that survive a crash: each is on the disk before the next thing happens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO


def append(path: Path, values: Mapping[str, Any]) -> None:
    """Add a line, and wait until it is on the disk.

    Raises:
        OSError: it could not be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.write(_line_break(file) + json.dumps(values).encode() + b"\n")
        file.flush()
        os.fsync(file)


def _line_break(file: BinaryIO) -> bytes:
    """Return what ends a line that was cut short, so that it spoils no other."""
    if not file.seek(0, os.SEEK_END):
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines that are whole."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for line in lines:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(values, dict):
            yield values
