"""A learner's own copies of the labs; nothing here ever overwrites one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from safetylab.course.paths import CourseError, lab_ids, lab_notebook, require_lab
from safetylab.grading.paper.notebook import BadSubmission, read_notebook


def work_dir(root: Path) -> Path:
    """Return the folder of the learner's copies: ``work/``, or what ``SAFETYLAB_WORK`` names."""
    override = os.environ.get("SAFETYLAB_WORK")
    return Path(override).resolve() if override else root / "work"


def copy_missing(root: Path) -> list[Path]:
    """Copy what ``labs/`` holds and ``work/`` does not; return the files that were written.

    A file that is there stays as it is, and a copy that is cut short leaves no file behind.
    """
    work = work_dir(root)
    work.mkdir(parents=True, exist_ok=True)
    targets = [(path, work / path.relative_to(root / "labs")) for path in _released(root)]
    return [target for source, target in targets if _copy_new(source, target)]


def learner_notebook(root: Path, lab: str) -> Path:
    """Return the learner's own copy of ``lab``.

    Raises:
        CourseError: there is no such lab, or it was not copied yet.
    """
    path = work_dir(root) / require_lab(root, lab) / f"{lab}.ipynb"
    if path.is_file():
        return path
    raise CourseError(f"{path} is not there yet: run `safetylab start`, which copies the labs")


def is_older(copy: Path, released: Path) -> bool:
    """Say whether ``copy`` states that it was made from another version than ``released``.

    A copy that cannot be read, or that does not say, is not called older.
    """
    try:
        mine = read_notebook(copy.read_bytes(), copy.name).source_sha
    except BadSubmission:
        return False
    theirs = read_notebook(released.read_bytes(), released.name).source_sha
    return bool(mine) and mine != theirs


def older_copies(root: Path) -> list[str]:
    """Return the labs whose copy was made from an older version."""
    pairs = [(lab, work_dir(root) / lab / f"{lab}.ipynb") for lab in lab_ids(root)]
    return [
        lab for lab, copy in pairs if copy.is_file() and is_older(copy, lab_notebook(root, lab))
    ]


def _released(root: Path) -> Iterator[Path]:
    for lab in lab_ids(root):
        for path in sorted((root / "labs" / lab).rglob("*")):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith((".", "__")) for part in parts):
                yield path


def _copy_new(source: Path, target: Path) -> bool:
    return _write_new(target, lambda half: shutil.copyfile(source, half))


def place_new(content: bytes, target: Path) -> bool:
    """Write ``content`` to ``target`` unless something is there; say whether it was written.

    The file appears whole, or not at all.
    """
    return _write_new(target, lambda half: half.write_bytes(content))


def _write_new(target: Path, write: Callable[[Path], object]) -> bool:
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with half_file(target.parent, write) as half:
        return publish(half, target)


@contextmanager
def half_file(folder: Path, write: Callable[[Path], object]) -> Iterator[Path]:
    """Yield a hidden file in ``folder``, written and flushed; remove it if it is still there."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".copying-")
    os.close(handle)
    half = Path(name)
    try:
        write(half)
        half.chmod(0o644)
        with half.open("rb+") as file:
            os.fsync(file)
        yield half
    finally:
        half.unlink(missing_ok=True)


def publish(half: Path, target: Path) -> bool:
    """Give ``half`` its final name unless somebody was faster; a link never overwrites."""
    try:
        os.link(half, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if target.exists():
            return False
        half.replace(target)
    return True
