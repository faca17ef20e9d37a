"""Grade a learner's notebook: bytes in, a report out.

The seam is `grade_notebook`; under it is the exam room, see README.md beside this file.
"""

from __future__ import annotations

from safetylab.grading.bundle import Bundle
from safetylab.grading.paper.notebook import BadSubmission
from safetylab.grading.paper.outcome import GradingError
from safetylab.grading.report import Check, Report, Row, Status
from safetylab.grading.room.run import OnCell

__all__ = [
    "BadSubmission",
    "Bundle",
    "Check",
    "GradingError",
    "Report",
    "Row",
    "Status",
    "grade_notebook",
]


def grade_notebook(
    notebook: bytes,
    assignment: Bundle,
    *,
    timeout: float = 120.0,
    on_cell: OnCell | None = None,
) -> Report:
    """Grade a learner's notebook against a lab.

    The answers are moved into the lab's own notebook, with its locked cells and tests, and run in
    a room of its own (`room.Room`); ``notebook`` itself changes nothing on disk.

    Args:
        notebook: the content of the learner's ``.ipynb`` file.
        assignment: what to grade against.
        timeout: seconds that one cell may take.
        on_cell: called after each cell with the number of cells done and the number to do.

    Raises:
        BadSubmission: the file holds no notebook, or one of another lab.
        GradingError: the room could not be started.
    """
    from safetylab.grading.room.exam import examine
    from safetylab.grading.room.room import Room
    from safetylab.grading.room.rooms import imports_of

    with Room(timeout=timeout, modules=imports_of(assignment)) as room:
        return examine(notebook, assignment, room, on_cell=on_cell).report
