"""nbgrader's own conversion writes the stub of a prediction as `safetylab build` does."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from traitlets.config import Config

STEP = "safetylab.course.build.predict_step.PredictionStubs"
_STEPS = (
    "IncludeHeaderFooter", "InstantiateTests", "LockCells", "ClearSolutions", "ClearOutput",
    "CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests", "ClearMarkScheme",
    "ComputeChecksums", "CheckCellMetadata",
)  # fmt: skip


class PredictionStubs(NbGraderPreprocessor):  # type: ignore[misc]
    """A prediction's own stub for nbgrader's, and of its metadata what learners may read."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Change a prediction cell, once `ClearSolutions` has been over it."""
        described = cell.metadata.get("predict")
        if described and "stub" in described:
            usual = ClearSolutions(config=self.config).code_stub["python"]
            cell.source = cell.source.replace(usual, described["stub"], 1)
            cell.metadata["predict"] = described["public"]
        return cell, resources


def use_prediction_stubs(c: Config) -> None:
    """Make `nbgrader generate_assignment` write them, with the settings in ``c``."""
    steps = c.GenerateAssignment.get("preprocessors") or [
        f"nbgrader.preprocessors.{name}" for name in _STEPS
    ]
    if STEP not in steps:
        place = next(at for at, step in enumerate(steps, 1) if "ClearSolutions" in str(step))
        c.GenerateAssignment.preprocessors = [*steps[:place], STEP, *steps[place:]]
