"""Reset and update a learner's copy of a lab; what was there is kept beside it, with a date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from safetylab.course.learner.merge import merge
from safetylab.course.learner.workspace import (
    half_file,
    is_older,
    learner_notebook,
    place_new,
    publish,
    work_dir,
)
from safetylab.course.paths import CourseError, lab_ids, lab_notebook, require_lab
from safetylab.grading.paper.notebook import BadSubmission, read_notebook

KEPT = "kept"


@dataclass(frozen=True)
class Change:
    """What was done to a copy: where the one before is (if there was one), and sentences."""

    copy: Path
    kept: Path | None = None
    notes: tuple[str, ...] = ()


def reset(root: Path, lab: str) -> Change:
    """Put a blank copy of ``lab`` into the learner's folder; keep what was there, dated.

    Raises:
        CourseError: there is no such lab, or the folder cannot be written; nothing was changed.
    """
    blank = lab_notebook(root, require_lab(root, lab)).read_bytes()
    copy = work_dir(root) / lab / f"{lab}.ipynb"
    kept = None
    if os.path.lexists(copy):
        kept = _swap(copy, blank)
    else:
        with _told(copy.parent):
            place_new(blank, copy)
    remember(root)
    return Change(copy, kept)


def update(root: Path, lab: str) -> Change | None:
    """Move the learner's answers into the newer version of ``lab``; keep the older copy, dated.

    Returns:
        What was done, or None if the copy is up to date.

    Raises:
        CourseError: there is no copy, it cannot be read, or the folder cannot be written;
            nothing was changed.
    """
    copy = learner_notebook(root, lab)
    released = lab_notebook(root, lab)
    mine, newer = copy.read_bytes(), released.read_bytes()
    try:
        sha = read_notebook(mine, copy.name).source_sha
        if sha == read_notebook(newer, released.name).source_sha:
            return None
        merged = merge(mine, newer, lab, _begun_with(root, lab, sha))
    except BadSubmission as error:
        raise CourseError(
            f"{error}; nothing was changed (`safetylab reset {lab}` keeps this file under "
            "another name and gives you a blank lab)"
        ) from None
    kept = _swap(copy, merged.content, mine)
    remember(root)
    return Change(copy, kept, merged.notes)


RELOAD = "if it is open in JupyterLab: File > Reload Notebook from Disk"


def describe_reset(change: Change) -> str:
    """Return what to tell a learner after `reset`."""
    if change.kept is None:
        return f"there was no copy: a blank one is in {change.copy}"
    return f"what you had is kept in {change.kept}\na blank copy is in {change.copy} ({RELOAD})"


def describe_update(lab: str, change: Change | None) -> str:
    """Return what to tell a learner after `update`."""
    if change is None:
        return f"{lab}: your copy is up to date; nothing was changed"
    lines = (f"{lab}: {note}" for note in change.notes)
    told = (
        f"what you had is kept in {change.kept}",
        f"the newer lab is in {change.copy} ({RELOAD})",
    )
    return "\n".join([*lines, *told])


def remember(root: Path) -> None:
    """Keep each release that a learner's copy was made from, for a later `update` to compare.

    It only makes an update more exact, so a folder that cannot be written is no failure.
    """
    for lab in lab_ids(root):
        copy, released = work_dir(root) / lab / f"{lab}.ipynb", lab_notebook(root, lab)
        with suppress(OSError, BadSubmission):
            sha = read_notebook(released.read_bytes(), released.name).source_sha
            if sha and copy.is_file() and not is_older(copy, released):
                place_new(released.read_bytes(), _remembered(root, lab, sha))


def _remembered(root: Path, lab: str, sha: str) -> Path:
    name = "".join(filter(str.isalnum, sha))[:64]
    return work_dir(root) / ".safetylab" / "released" / f"{lab}.{name}.ipynb"


def _begun_with(root: Path, lab: str, sha: str) -> bytes | None:
    with suppress(OSError, BadSubmission):
        content = _remembered(root, lab, sha).read_bytes()
        if sha and read_notebook(content, lab).source_sha == sha:
            return content
    return None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn a failure to write into a sentence that says where, why and what was changed."""
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{folder} could not be written: {error.strerror or error}; nothing was changed"
        ) from None


def _swap(copy: Path, content: bytes, expected: bytes | None = None) -> Path:
    """Put ``content`` in the place of ``copy``, which goes to ``kept/``; return where it is.

    The learner's file is moved, never rewritten, and the new one never replaces a file: what a
    program saves meanwhile is in one of the two.
    """
    if copy.is_symlink() or not copy.is_file():
        raise CourseError(f"{copy} is not a file of its own: put the notebook itself there first")
    with _told(copy.parent), half_file(copy.parent, lambda half: half.write_bytes(content)) as half:
        kept = _reserve(copy)
        try:
            copy.replace(kept)
            saved = expected is not None and kept.read_bytes() != expected
            if saved or not publish(half, copy):
                raise CourseError(f"{copy.name} was saved meanwhile: run the command again")
        except BaseException:
            _put_back(kept, copy)
            raise
    return kept


def _reserve(copy: Path) -> Path:
    """Return a new empty file in ``kept/``, named for ``copy`` and the time of the learner."""
    folder = copy.parent / KEPT
    folder.mkdir(exist_ok=True)
    dated = f"{copy.stem}.{_now():%Y-%m-%dT%H%M%S}"
    for number in count(1):
        path = folder / f"{dated}{f'-{number}' if number > 1 else ''}{copy.suffix}"
        with suppress(FileExistsError):
            path.open("xb").close()
            return path
    raise AssertionError


def _now() -> datetime:
    return datetime.now()


def _put_back(kept: Path, copy: Path) -> None:
    """Undo a move that came to nothing; where another file took the place, leave both."""
    if publish(kept, copy) or not kept.stat().st_size:
        kept.unlink(missing_ok=True)
