"""From a submission's folder to bytes; what cannot be taken gets a sentence, nothing is changed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from nbgrader.utils import parse_utc

from safetylab.grading.bundle import Bundle
from safetylab.grading.paper.notebook import BadSubmission, read_notebook

MIB = 2**20
NOTEBOOK_LIMIT = 64 * MIB
FILE_LIMIT = 16 * MIB
ALL_FILES_LIMIT = 64 * MIB
MOST_FILES = 500
MOST_NOTES = 100
DEEPEST = 16
LONGEST_TIME = 100
LONGEST_PATH = 1000
TIMESTAMP = "timestamp.txt"
NO_FILE = "it is no ordinary file"

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        notebooks: the content of each notebook of the assignment that was found.
        files: other files, by path in the folder.
        refused: for a notebook that cannot be graded, the sentence that says why.
        notes: one sentence for each thing that was mended or left out.
    """

    notebooks: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def sha(self) -> str:
        """A hash of all that was taken in, and of all that was said about it."""
        digest = hashlib.sha256()
        for kind, contents in (("notebook", self.notebooks), ("file", self.files)):
            for name, content in sorted(contents.items()):
                digest.update(f"{kind} {name} {len(content)}\n".encode("utf-8", "replace"))
                digest.update(content)
        told = sorted(self.refused.items()), self.notes
        digest.update(repr(told).encode("utf-8", "replace"))
        return digest.hexdigest()


def take_in(
    folder: Path,
    bundles: Sequence[Bundle],
    *,
    ignore: Sequence[str] = (),
    replaced: Iterable[str] = (),
) -> Submission:
    """Read what a student handed in.

    Args:
        folder: the folder of the submission; links in it are not followed.
        bundles: the notebooks of the assignment.
        ignore: patterns of names that nbgrader ignores, too.
        replaced: paths of files that the course puts over the student's own.
    """
    names = [f"{bundle.name}.ipynb" for bundle in bundles]
    reader = _Reader(folder, ignore, frozenset(replaced), frozenset(names))
    found = dict(reader.contents(folder))
    notebooks = {name: found.pop(name) for name in names if name in found}
    notes = [*reader.notes, *_adopt_renamed(bundles, notebooks, found)]
    if reader.untold:
        notes.append(f"{reader.untold} more were left out")
    notes += _check_time(found)
    others = sorted(name for name in found if _looks_like_notebook(name))
    if others:
        notes.append(f"not graded, for the assignment has no such notebook: {', '.join(others)}")
    refused = dict(reader.refused)
    if not notebooks:
        why = reader.refused.get(".") or _nothing(found)
        refused = {name: reader.refused.get(name, why) for name in names}
    return Submission(
        {name.removesuffix(".ipynb"): content for name, content in notebooks.items()},
        {name: content for name, content in found.items() if name not in others},
        {name.removesuffix(".ipynb"): why for name, why in refused.items() if name in names},
        tuple(notes),
    )


class _Reader:
    """Walks a folder; ``notes`` and ``refused`` fill as `contents` goes on."""

    def __init__(self, folder: Path, ignore: Sequence[str], replaced: frozenset[str],
                 wanted: frozenset[str]) -> None:  # fmt: skip
        self.folder, self.ignore, self.replaced = folder, ignore, replaced
        self.wanted = wanted
        self.notes: list[str] = []
        self.refused: dict[str, str] = {}
        self.room = ALL_FILES_LIMIT
        self.strange = NOTEBOOK_LIMIT
        self.taken = self.untold = 0

    def contents(self, folder: Path, depth: int = 0) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of each file that is taken."""
        if folder.is_symlink():
            self.refuse(".", "the folder is a link: links are not followed")
            return
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.refuse(".", f"a folder could not be read: {error.strerror}")
            return
        for entry in entries:
            if not any(fnmatch(entry.name, pattern) for pattern in self.ignore):
                yield from self.content(entry, depth)

    def content(self, entry: os.DirEntry[str], depth: int) -> Iterator[tuple[str, bytes]]:
        path = Path(entry.path)
        name = path.relative_to(self.folder).as_posix()
        if why := _unfit(entry, name, depth):
            self.leave_out(name, why)
        elif entry.is_dir(follow_symlinks=False):
            yield from self.contents(path, depth + 1)
        elif name in self.replaced and not _looks_like_notebook(name):
            return
        elif _in_the_way(name, self.replaced):
            self.leave_out(name, "something else belongs in its place")
        else:
            try:
                yield name, self.read(path, name)
            except OSError as error:
                self.leave_out(name, str(error.strerror))

    def read(self, path: Path, name: str) -> bytes:
        strange = _looks_like_notebook(name) and name not in self.wanted
        limit = NOTEBOOK_LIMIT if name in self.wanted else min(FILE_LIMIT, self.room)
        limit = self.strange if strange else limit
        if self.taken >= MOST_FILES:
            raise OSError(errno.EFBIG, f"there are more than {MOST_FILES} files")
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, NO_FILE)
            content = file.read(limit + 1)
        if len(content) > limit:
            most = f"{limit / MIB:.3g} MiB"
            raise OSError(errno.EFBIG, f"it is larger than {most}, which is as much as is taken")
        self.taken += 1
        self.strange -= len(content) if strange else 0
        self.room -= 0 if _looks_like_notebook(name) else len(content)
        return content

    def leave_out(self, name: str, why: str) -> None:
        self.refuse(name, f"{_printable(name)} was left out: {why}")

    def refuse(self, name: str, sentence: str) -> None:
        if name in self.wanted or name == ".":
            self.refused[name] = sentence
        if len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)
        else:
            self.untold += 1


def _unfit(entry: os.DirEntry[str], name: str, depth: int) -> str:
    """Return why a file or folder is not taken, or nothing."""
    if entry.is_symlink():
        return "it is a link"
    if len(os.fsencode(name)) > LONGEST_PATH:  # where it is copied to, it would be longer still
        return "its path is too long"
    if entry.is_dir(follow_symlinks=False):
        return "too many folders deep" if depth >= DEEPEST else ""
    if not entry.is_file(follow_symlinks=False):
        return NO_FILE
    return "" if _printable(name) == name else "its name cannot be written"


def _in_the_way(name: str, given: frozenset[str]) -> bool:
    """Whether a file or its folders stand where nbgrader or the course puts a file or a folder."""
    above = [parent.as_posix() for parent in PurePosixPath(name).parents][:-1]
    reserved = any(parent == TIMESTAMP or parent.endswith(".ipynb") for parent in above)
    return reserved or not given.isdisjoint(above) or any(f.startswith(f"{name}/") for f in given)


def _adopt_renamed(
    bundles: Sequence[Bundle], notebooks: dict[str, bytes], found: dict[str, bytes]
) -> Iterator[str]:
    """Move a notebook of another name to the name that it should have, if only one can be meant."""
    for bundle in bundles:
        wanted = f"{bundle.name}.ipynb"
        strange = [name for name in sorted(found) if _looks_like_notebook(name)]
        alone = len(bundles) == 1 and len(strange) == 1
        meant = strange if alone else [name for name in strange if _is_copy(found[name], bundle)]
        if wanted not in notebooks and len(meant) == 1:
            notebooks[wanted] = found.pop(meant[0])
            yield f"{meant[0]} was taken for {wanted}"


def _is_copy(content: bytes, bundle: Bundle) -> bool:
    """Whether most of the lab's cells for answers and tests are there."""
    try:
        there = {cell.name for cell in read_notebook(content, "").cells}
    except BadSubmission:
        return False
    cells = read_notebook(bundle.released, bundle.name).cells
    own = {cell.name for cell in cells if cell.grade or cell.solution}
    return 2 * len(own & there) > len(own)


def _check_time(found: dict[str, bytes]) -> Iterator[str]:
    """Drop a time stamp that nbgrader would stumble over."""
    text = found.get(TIMESTAMP, b"").decode("utf-8", "replace").strip()
    try:
        if len(text) > LONGEST_TIME:
            raise ValueError("nothing that long is a time")
        parse_utc(text or None)
    except Exception:  # the parser of times has many ways to fail
        del found[TIMESTAMP]
        yield f"{TIMESTAMP} holds no time ({text[:40]!r}): see yourself whether it came too late"


def _nothing(found: Iterable[str]) -> str:
    others = [name for name in sorted(found) if name != TIMESTAMP]
    holds = ", ".join(others[:5]) + (", ..." if len(others) > 5 else "") or "nothing"
    return f"no notebook of the assignment was handed in: the folder holds {holds}"


def _looks_like_notebook(name: str) -> bool:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    return ".ipynb" in suffixes


def _printable(name: str) -> str:
    text = name.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "?" for c in text)
