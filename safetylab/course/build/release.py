"""From a lab's cells to its two notebooks: the instructor's and, through nbgrader, the class's."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

import safetylab
from safetylab.course.build.fold import folded
from safetylab.course.build.predict_config import use_prediction_stubs
from safetylab.course.build.predict_step import PredictionStubs
from safetylab.course.build.source import STUB, Lab
from safetylab.course.build.variants import variant_stamp

# `nbgrader generate_assignment` without the steps that write to a database or read a header file.
_STEPS = (
    LockCells,
    ClearSolutions,
    PredictionStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)
_NOTEBOOK = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_GRADER_KEYS = ("grade", "grade_id", "locked", "points", "solution", "task")


def grader_config(root: Path) -> Config:
    """The settings in ``root``/nbgrader_config.py, on top of this course's stubs."""
    config = Config()
    config.ClearSolutions.code_stub = {"python": f"# YOUR CODE HERE\n{STUB}"}
    config.ClearSolutions.text_stub = "YOUR ANSWER HERE"
    if (root / "nbgrader_config.py").is_file():
        config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
    use_prediction_stubs(config)
    return config


def instructor_notebook(lab: Lab) -> NotebookNode:
    """The notebook with solutions and hidden tests, metadata complete, no outputs.

    Its cells are those of the release: oracles stand in the tests, tests are folded.
    """
    content = {
        "cells": [cell.content() for cell in folded(lab)],
        "metadata": _NOTEBOOK,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _stamped(_node(content), lab)


def student_notebook(instructor: NotebookNode, lab: Lab, config: Config) -> NotebookNode:
    """What a class is given: the instructor's notebook after nbgrader has stripped it.

    Raises:
        RuntimeError: nbgrader met a marker that it cannot follow.
        nbgrader.nbgraderformat.ValidationError: nbgrader refuses the metadata.
        nbformat.ValidationError: The result is not a notebook that Jupyter opens.
    """
    notebook = copy.deepcopy(instructor)
    for step in _STEPS:
        notebook, _ = step(config=config).preprocess(notebook, {})
    nbformat.validate(notebook)
    return _stamped(notebook, lab)


def content_sha(notebook: Mapping[str, object]) -> str:
    """A hash of what an author can edit in a notebook: never of its outputs."""
    cells = notebook.get("cells")
    content = [cell_content(cell) for cell in cells] if isinstance(cells, list) else []
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def cell_content(cell: Mapping[str, object]) -> dict[str, object]:
    """What an author can edit in a cell: type, id, source, nbgrader's settings, tags."""
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    grader = metadata.get("nbgrader", {})
    source = cell.get("source", "")
    return {
        "type": cell.get("cell_type"),
        "id": cell.get("id"),
        "source": "".join(source) if isinstance(source, list) else source,
        "nbgrader": {key: grader[key] for key in _GRADER_KEYS if key in grader},
        "tags": metadata.get("tags", []),
    }


def to_text(notebook: NotebookNode) -> str:
    """The notebook as the text of its file."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def _stamped(notebook: NotebookNode, lab: Lab) -> NotebookNode:
    """The notebook with the record of what it was made from."""
    notebook.metadata.safetylab = _node(
        {
            "version": safetylab.__version__,
            "source_sha": hashlib.sha256(lab.text.encode()).hexdigest(),
            "notebook_sha": content_sha(notebook),
            "split": True,
            **variant_stamp(lab),
        }
    )
    return notebook


def _node(content: dict[str, object]) -> NotebookNode:
    node: NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        copy.deepcopy(content)
    )
    return node
