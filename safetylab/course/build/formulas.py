"""The formulas of a lab: each shows in JupyterLab, and offline in feedback and the formgrader."""

from __future__ import annotations

from collections.abc import Iterator

from safetylab.course.build.source import Lab, Problem
from safetylab.mathml import BadFormula, formulas, mathml, without_dollars


def formulas_convert(lab: Lab) -> Iterator[Problem]:
    """Every formula stands between dollars and converts to MathML."""
    for cell in (cell for cell in lab.cells if cell.kind == "markdown"):
        for latex in formulas(cell.source):
            try:
                mathml(latex)
            except BadFormula as error:
                what = f"the formula {' '.join(latex.split())!r} cannot be shown: {error}"
                todo = "write it with other commands: aligned for lines, cases, \\frac{a}{b}"
                yield lab.problem(cell, what, todo)
        for begin in without_dollars(cell.source):
            what = f"{begin!r} begins no formula in a notebook"
            yield lab.problem(cell, what, "write $...$ in a line, $$...$$ for one of its own")
