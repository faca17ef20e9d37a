"""What a submission is graded against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from safetylab.course.paths import CourseError, lab_notebook, require_lab, solution_notebook


@dataclass(frozen=True)
class Variants:
    """What a lab says of its variants: how many, their folder in ``data/``, and the salt."""

    count: int
    folder: str
    salt: str


@dataclass(frozen=True)
class Bundle:
    """The released notebook of a lab and, unless this is a class release, the instructor's.

    ``files`` are its companions, by path below the notebook's folder. ``asked`` says which
    way the course wants, whatever the notebook says: student and tests in two processes or in one.
    """

    name: str
    released: bytes
    instructor: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    asked: bool | None = None

    @cached_property
    def apart(self) -> bool:
        """Whether student and tests run in two processes: the assignment's own decision.

        A notebook that declares it says that its tests keep the contract.
        """
        return _declared(self.released, "split") is True if self.asked is None else self.asked

    @cached_property
    def variants(self) -> Variants | None:
        """What the released notebook says of its variants; nothing if all are graded alike."""
        return declared_variants(self.released)

    @classmethod
    def load(cls, root: Path, lab: str) -> Bundle:
        """Read the two notebooks of ``lab``; without ``solutions/`` there is no instructor's.

        Raises:
            CourseError: there is no such lab.
        """
        solution = solution_notebook(root, require_lab(root, lab))
        return cls(
            name=lab,
            released=lab_notebook(root, lab).read_bytes(),
            instructor=solution.read_bytes() if solution.is_file() else None,
        )


def declared_variants(released: bytes) -> Variants | None:
    """Return what a released notebook says of its variants, or nothing.

    Raises:
        CourseError: it says something that cannot be read.
    """
    said = _declared(released, "variants")
    if said is None:
        return None
    if not isinstance(said, dict) or set(said) != {"count", "folder", "salt"}:
        raise CourseError(f"the variants of a notebook cannot be read: {said!r}; build it again")
    return Variants(int(said["count"]), str(said["folder"]), str(said["salt"]))


def _declared(released: bytes, key: str) -> Any:
    """What the notebook's metadata say to safetylab under ``key``."""
    try:
        return json.loads(released.decode("utf-8-sig"))["metadata"]["safetylab"][key]
    except (ValueError, KeyError, TypeError):
        return None
