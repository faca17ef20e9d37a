"""Where the course lives: its root, its labs, and what a learner may call a lab."""

from __future__ import annotations

import os
import re
from pathlib import Path


class CourseError(Exception):
    """A problem that one sentence explains; commands print the sentence and no traceback."""


def find_root() -> Path:
    """Return the folder that holds ``labs/`` (or ``solutions/``) and ``data/``.

    It is the folder above the package; the environment variable ``SAFETYLAB_ROOT`` overrides it.
    """
    override = os.environ.get("SAFETYLAB_ROOT")
    root = Path(override).resolve() if override else Path(__file__).resolve().parents[2]
    if (root / "labs").is_dir() or (root / "solutions").is_dir():
        return root
    raise CourseError(
        f"no course in {root}: expected a folder that holds labs/ and data/; install safetylab "
        "from a copy of the course (pip install -e .) or set SAFETYLAB_ROOT to that folder"
    )


def lab_ids(root: Path) -> list[str]:
    """Return the ids of the labs in ``labs/``, in order."""
    found = (root / "labs").glob("*/*.ipynb")
    return sorted(path.stem for path in found if path.stem == path.parent.name)


def lab_notebook(root: Path, lab: str) -> Path:
    """Return where the released notebook of ``lab`` is."""
    return root / "labs" / lab / f"{lab}.ipynb"


def solution_notebook(root: Path, lab: str) -> Path:
    """Return where the instructor's notebook of ``lab`` is; a class release has none."""
    return root / "solutions" / lab / f"{lab}.ipynb"


def require_lab(root: Path, lab: str) -> str:
    """Return ``lab`` if it is the id of a lab; else raise `CourseError` naming those there are."""
    if lab not in lab_ids(root):
        raise CourseError(f"no lab is called {lab!r}; {_known(root)}")
    return lab


def resolve_lab(root: Path, name: str) -> str:
    """Return the id that ``name`` means: the id itself, ``lab01``, ``01``, ``1`` or its beginning.

    Raises:
        CourseError: no lab, or more than one, goes by that name.
    """
    ids = lab_ids(root)
    if name in ids:
        return name
    number = re.fullmatch(r"(?:lab)?0*(\d+)", name)
    beginning = f"lab{int(number[1]):02d}_" if number else name
    matches = [lab for lab in ids if name and lab.startswith(beginning)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise CourseError(f"{name!r} could be {' or '.join(matches)}: give more of the name")
    raise CourseError(f"no lab is called {name!r}; {_known(root)}")


def _known(root: Path) -> str:
    ids = lab_ids(root)
    return f"the labs are: {', '.join(ids)}" if ids else f"there are no labs in {root / 'labs'}"
