"""What must hold of labs before they go to a class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetylab.course.build.build import BuildError, check
from safetylab.course.paths import CourseError, resolve_lab


def ready_labs(root: Path, names: Sequence[str]) -> list[str]:
    """Return the ids of the labs that ``names`` mean, in order, if they can go to a class.

    Raises:
        CourseError: this copy has no solutions, a lab is unknown, or its notebooks are stale.
    """
    if not (root / "solutions").is_dir():
        raise CourseError(
            f"{root} is a class's copy of the course, without solutions/: do this in the full "
            "course, from which the copy was packed"
        )
    labs = sorted({resolve_lab(root, name) for name in names})
    try:
        lines = check(root, labs)
    except BuildError as error:
        lines = [str(problem) for problem in error.problems]
    if lines:
        raise CourseError("\n".join(["the labs are not ready for a class:", *lines]))
    return labs
