"""What a submission is graded against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from safetylab.course.paths import lab_notebook, require_lab, solution_notebook


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
        """Whether student and tests run in two processes: the assignment's own decision."""
        return declares_split(self.released) if self.asked is None else self.asked

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


def declares_split(released: bytes) -> bool:
    """Whether a released notebook declares that its tests keep the contract of two processes."""
    try:
        metadata = json.loads(released.decode("utf-8-sig"))["metadata"]
        return metadata["safetylab"]["split"] is True
    except (ValueError, KeyError, TypeError):
        return False
