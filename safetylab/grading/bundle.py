"""What a submission is graded against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from safetylab.course.paths import lab_notebook, require_lab, solution_notebook


@dataclass(frozen=True)
class Bundle:
    """The released notebook of a lab and, unless this is a class release, the instructor's.

    ``files`` are its companions, by path below the notebook's folder.
    """

    name: str
    released: bytes
    instructor: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

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
