"""What a submission is graded against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetylab.course.paths import lab_notebook, require_lab, solution_notebook


@dataclass(frozen=True)
class Bundle:
    """The released notebook of a lab and, unless this is a class release, the instructor's."""

    name: str
    released: bytes
    instructor: bytes | None = None

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
