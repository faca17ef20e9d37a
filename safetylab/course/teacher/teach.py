"""What JupyterLab needs in order to show nbgrader's formgrader."""

from __future__ import annotations

from pathlib import Path

from safetylab.course.paths import CourseError

_FOLDERS = ("autograded", "exchange", "feedback", "submitted")


def prepare(root: Path) -> None:
    """Make the folders in ``grading/`` that nbgrader expects to be there.

    Raises:
        CourseError: this is a class's copy of the course, or nbgrader's settings are missing.
    """
    if not (root / "solutions").is_dir():
        raise CourseError(
            f"{root} is a class's copy of the course, without solutions/: grade in the full course"
        )
    if not (root / "nbgrader_config.py").is_file():
        raise CourseError(
            f"{root / 'nbgrader_config.py'} is missing: restore it, for it says where "
            "submissions and the gradebook are"
        )
    for folder in _FOLDERS:
        (root / "grading" / folder).mkdir(parents=True, exist_ok=True)
