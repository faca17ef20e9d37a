"""A formula that would not show offline is refused."""

from __future__ import annotations

import pytest
from tiny_lab import Course

END = "# The end: `1.0` stays `1.0`."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            r"Bad: $\foo{x}$.",
            r"the formula '\\foo{x}' cannot be shown: the command \foo is unknown",
        ),
        (r"Bad: $$\frac{a}$$", r"the formula '\\frac{a}' cannot be shown: something is missing"),
        (r"Bad: \(x\).", r"'\\(' begins no formula"),
        (r"Bad: \begin{align} x \end{align}", r"'\\begin{' begins no formula"),
    ],
)
def test_a_formula_that_does_not_convert_is_refused(course: Course, text: str, what: str):
    course.edit(END, f"{END}\n#\n# {text}")
    [problem] = course.problems()
    assert problem.what.startswith(what)


def test_formulas_that_convert_are_taken(course: Course):
    text = (
        r"$\lVert x \rVert_\infty \le \epsilon$, `\(`, and $$\begin{aligned} a &= b \end{aligned}$$"
    )
    course.edit(END, f"{END}\n#\n# {text}")
    assert course.problems() == []
