"""nbgrader's own conversion writes the stub of a prediction as `safetylab build` does."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor


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
