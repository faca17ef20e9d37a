"""What a lab's source defines, without running its demonstrations or its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext

ROOT = Path(__file__).resolve().parents[2]


def names_of(lab: str) -> dict[str, Any]:
    """Return the names that the setup, oracle and answer cells of the solution define."""
    names: dict[str, Any] = {}
    for cell in jupytext.read(ROOT / "solutions" / lab / f"{lab}.py").cells:
        grader = cell.metadata.get("nbgrader", {})
        name = grader.get("grade_id", "")
        if cell.cell_type == "code" and name and "-test" not in name:
            exec(compile(cell.source, name, "exec"), names)
    return names
