"""Two lines for the ``nbgrader_config.py`` of any course.

    from safetylab.grading.config import use_exam_room
    use_exam_room(c)

Then `nbgrader autograde` and the formgrader's Autograde button grade in the exam room. Classes are
named and not imported here: Jupyter reads the file each time that it starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitlets.config import Config

_AUTOGRADE = (
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)
_FEEDBACK = (
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
)
_ENGINE = "safetylab.grading.gradebook.engine"
_OURS = {"Execute": f"{_ENGINE}.ExamRoom", "SaveAutoGrades": f"{_ENGINE}.SaveGrades"}
_HIDE = "safetylab.grading.gradebook.feedback.HideTests"
_OVERVIEW = "safetylab.grading.gradebook.feedback.Overview"
_MATHML = "safetylab.mathml.MathML"


def use_exam_room(c: Config, *, rubrics: bool = True, split: bool = False) -> None:
    """Make nbgrader grade in the exam room, with the settings in ``c``.

    With ``split``, student and tests run in two processes, for assignments that keep the contract
    of `safetylab/grading/README.md`; without it, that is so for notebooks that declare it.

    With ``rubrics`` the formgrader shows the instructor's text above each written answer. That is
    for a course's own settings only: they also decide what feedback leaves out.
    """
    if rubrics:
        c.ExamRoom.rubrics = True
    if split:
        c.ExamRoom.apart = True
    c.Autograde.exporter_class = f"{_ENGINE}.StagingExporter"
    steps = c.Autograde.get("autograde_preprocessors") or _AUTOGRADE
    c.Autograde.autograde_preprocessors = [_OURS.get(_name(step), step) for step in steps]
    shown = c.GenerateFeedback.get("preprocessors") or _FEEDBACK
    others = [step for step in shown if step not in (_HIDE, _OVERVIEW, _MATHML)]
    c.GenerateFeedback.preprocessors = [_HIDE, *others, _OVERVIEW, _MATHML]
    pages = c.HTMLExporter.get("preprocessors") or ()  # the formgrader's, too
    c.HTMLExporter.preprocessors = [*(step for step in pages if step != _MATHML), _MATHML]


def hides_rubrics(c: Config) -> bool:
    """Whether feedback is set to leave out what graders were shown above written answers."""
    return _HIDE in c.GenerateFeedback.get("preprocessors", ())


def _name(step: Any) -> str:
    return str(step if isinstance(step, str) else step.__name__).rpartition(".")[2]
