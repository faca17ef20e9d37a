"""Grade a learner's notebook: bytes in, a report out.

The seam is `grade_notebook`; what is under it (today a Jupyter kernel) can change.
"""

from __future__ import annotations

from safetylab.grading import marks
from safetylab.grading.bundle import Bundle
from safetylab.grading.kernel import GradingError
from safetylab.grading.notebook import BadSubmission, read_notebook
from safetylab.grading.rebuild import rebuild
from safetylab.grading.report import Check, Report, Row, Status
from safetylab.grading.run import OnCell, run_steps

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

VISIBLE_ONLY = (
    "only the visible checks were run: this copy of the course holds no hidden tests, "
    "so a grader may still find mistakes that these checks do not see"
)


def grade_notebook(
    notebook: bytes,
    assignment: Bundle,
    *,
    timeout: float = 120.0,
    on_cell: OnCell | None = None,
) -> Report:
    """Grade a learner's notebook against a lab.

    The answers are moved into the lab's own notebook, with its locked cells and tests, and run in
    a fresh kernel in a temporary folder; ``notebook`` itself changes nothing on disk.

    Args:
        notebook: the content of the learner's ``.ipynb`` file.
        assignment: what to grade against.
        timeout: seconds that one cell may take.
        on_cell: called after each cell with the number of cells done and the number to do.

    Raises:
        BadSubmission: the file holds no notebook, or one of another lab.
        GradingError: the kernel could not be started.
    """
    rebuilt = rebuild(read_notebook(notebook, f"your {assignment.name}.ipynb"), assignment)
    run = run_steps(rebuilt.steps, timeout, on_cell)
    rows = marks.rows(run, rebuilt.titles, timeout)
    hidden = assignment.instructor is not None
    notes = [*rebuilt.notes, *marks.notes(run, rows, timeout)]
    if not hidden:
        notes.append(VISIBLE_ONLY)
    return Report(assignment.name, rows, tuple(notes), hidden)
