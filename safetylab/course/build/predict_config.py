"""A line for ``nbgrader_config.py``. Jupyter reads that at start, so classes are only named."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

STEP = "safetylab.course.build.predict_step.PredictionStubs"
_STEPS = (
    "IncludeHeaderFooter", "InstantiateTests", "LockCells", "ClearSolutions", "ClearOutput",
    "CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests", "ClearMarkScheme",
    "ComputeChecksums", "CheckCellMetadata",
)  # fmt: skip


def use_prediction_stubs(c: Config) -> None:
    """Make `nbgrader generate_assignment` write them, with the settings in ``c``."""
    steps = c.GenerateAssignment.get("preprocessors") or [
        f"nbgrader.preprocessors.{name}" for name in _STEPS
    ]
    if STEP not in steps:
        place = next(at for at, step in enumerate(steps, 1) if "ClearSolutions" in str(step))
        c.GenerateAssignment.preprocessors = [*steps[:place], STEP, *steps[place:]]
