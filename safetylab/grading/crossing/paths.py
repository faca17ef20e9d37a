"""Files that a test names in a call: what it wrote goes along, what the student wrote comes back.

Only data comes back, and only where the test had no file: nothing of the tests' is overwritten.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_FILE = 2**24
MAX_FILES = 20
DATA = {".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".log", ".html", ".xml", ".yaml", ".yml",
        ".dat", ".npy", ".png", ".jpg"}  # fmt: skip


def named(op: str, args: tuple[Any, ...]) -> list[str]:
    """Return the paths of data files among the arguments of a call."""
    if op != "call":
        return []
    values = [*args[1], *args[2].values()]
    texts = [str(value) for value in values if isinstance(value, Path) or type(value) is str]
    return [text for text in texts if len(text) < 256 and Path(text).suffix in DATA][:MAX_FILES]


def content_of(path: str) -> bytes | None:
    """Return what is in a file, or nothing if there is none to speak of."""
    with contextlib.suppress(OSError, ValueError):
        file = Path(path)
        if file.is_file() and not file.is_symlink() and file.stat().st_size <= MAX_FILE:
            return file.read_bytes()
    return None


class Paths:
    """The files of the calls of one side."""

    def __init__(self) -> None:
        self._theirs: set[str] = set()

    def give(self, paths: list[str]) -> list[list[Any]]:
        """Return [path, content] for the files of a call of the tests'."""
        return [[path, content_of(path)] for path in paths]

    def take_back(self, paths: list[str], found: list[list[Any]]) -> None:
        """Write what the student's code wrote where the tests named no file of their own."""
        for place, written in found:
            path = paths[place]
            if type(written) is bytes and (path in self._theirs or not Path(path).exists()):
                self._theirs.add(path)
                write(path, written)


def write(path: str, written: bytes) -> None:
    """Write a file and the folders that it is in, if it can be."""
    with contextlib.suppress(OSError):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(written)


def received(given: list[list[Any]]) -> Iterator[tuple[int, str]]:
    """Write the files of a call on the student's side; yield where the student may write one."""
    for place, (path, there) in enumerate(given):
        if there is None:
            with contextlib.suppress(OSError):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            yield place, path
        elif content_of(path) != there:
            write(path, there)
