"""The variants that notebooks were graded as, as the exam room wrote them down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import declared_variants
from safetylab.grading.gradebook.outputs import GRADED


class Drawn:
    """Looks into the graded notebooks of a course; without one nothing is known."""

    def __init__(self, directory: CourseDirectory | None) -> None:
        self.directory = directory
        self._varied: dict[Path, bool] = {}
        self._kept: dict[Path, str] = {}

    def variant(self, assignment: str, notebook: str, student: str) -> str:
        """Return the number of the variant as a text; nothing if there is none."""
        if self.directory is None:
            return ""
        released = self._path(self.directory, "release", ".", assignment, notebook)
        if released not in self._varied:
            self._varied[released] = _has_variants(released)
        if not self._varied[released]:
            return ""
        graded = self._path(self.directory, "autograded", student, assignment, notebook)
        if graded not in self._kept:
            self._kept[graded] = _kept(graded)
        return self._kept[graded]

    @staticmethod
    def _path(directory: Any, step: str, student: str, assignment: str, notebook: str) -> Path:
        folder = getattr(directory, f"{step}_directory")
        return Path(directory.format_path(folder, student, assignment)) / f"{notebook}.ipynb"


def _has_variants(released: Path) -> bool:
    try:
        return declared_variants(released.read_bytes()) is not None
    except (OSError, CourseError):
        return False


def _kept(graded: Path) -> str:
    """What `outputs.summary` kept."""
    try:
        first = json.loads(graded.read_bytes())["cells"][0]
        return str(first["metadata"]["safetylab"]["variant"]) if first["id"] == GRADED else ""
    except (OSError, ValueError, LookupError, TypeError):
        return ""
