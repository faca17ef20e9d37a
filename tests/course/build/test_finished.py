"""What a finished lab keeps: parts that add up, formulas, alt texts, and no answer by its shape."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tiny_lab import GOOD, Course

from safetylab.course.build.build import build_notebooks
from safetylab.course.build.shapes import LEAST, expressions
from safetylab.course.build.source import read_lab

PART_A = "# %% [markdown]\n# # Part A: one step\n#\n# About 10 minutes: exercise 1.1.\n\n"
CHECKPOINT = "# %% [markdown]\n# **Checkpoint.** Save the notebook.\n\n"
PART_B = "# %% [markdown]\n# # Part B: deeper\n#\n# About 5 minutes: exercise 1.2.\n\n"
FIRST, SECOND = (f"# %% [markdown]\n# ## Exercise 1.{n}" for n in (1, 2))
TIME = "# | Time | Part A 10 min; deeper 5 min |\n"
POINTS = "# | Points | 6 (3"
PARTED = (
    GOOD.replace(FIRST, PART_A + FIRST)
    .replace(SECOND, CHECKPOINT + PART_B + SECOND)
    .replace(POINTS, TIME + POINTS)
)
END = "# The end: `1.0` stays `1.0`."
HOOK = "[value * scale for value in (1, 2)]"
RELEASED_TEST = 'expect(step(0.5, 1.0, 0.1) > 0.5, "go up")'


def found(course: Course) -> list[tuple[str, str]]:
    return [(problem.cell, problem.what) for problem in course.problems()]


@pytest.fixture
def parted(course: Course) -> Course:
    """The good lab in two parts."""
    course.add("lab01_tiny", PARTED)
    return course


def test_a_lab_in_parts_passes(parted: Course) -> None:
    assert found(parted) == []


PARTS = {
    "minutes": (
        "About 10 minutes", "About 12 minutes",
        ["part A promises 12 minutes, its exercises take 10"],
    ),
    "an exercise's minutes": (
        "Minutes: 10", "Minutes: 20",
        ["part A promises 10 minutes, its exercises take 20", "its row Time says"],
    ),
    "too long": (
        "Minutes: 10", "Minutes: 100",
        ["part A promises 10 minutes", "part A takes 100 minutes", "its row Time says"],
    ),
    "core too long": (
        "Minutes: 10", "Minutes: 160",
        ["part A promises 10", "part A takes 160", "its row Time", "all parts but the deeper"],
    ),
    "exercises": ("exercise 1.1.", "exercise 1.2.", ["part A holds 1.1, not 1.2"]),
    "no promise": ("# About 10 minutes: exercise 1.1.\n", "# Soon.\n",
                   ["part A does not say how long it takes"]),
    "no checkpoint": ("**Checkpoint.**", "Stop.", ["part A does not end with a checkpoint"]),
    "letters": ("Part B:", "Part C:", ["the parts are A, C", "its row"]),
    "no time": (TIME, "", ["it has no row Time"]),
    "another time": ("Part A 10 min;", "Part A 11 min;", ["its row Time says"]),
    "a heading behind text": ("# # Part A: one step", "# Now:\n#\n# # Part A: one step",
                              ["a part's heading is not the first line"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", PARTS)
def test_parts_that_do_not_add_up_are_told(parted: Course, mistake: str) -> None:
    old, new, expected = PARTS[mistake]
    parted.edit(old, new)
    told = [what for _, what in found(parted) if mistake != "letters" or "row" not in what]
    expected = [what for what in expected if what != "its row"]
    assert len(told) == len(expected), told
    assert all(what.startswith(start) for what, start in zip(told, expected, strict=True)), told


def test_a_long_lab_without_parts_is_refused(course: Course) -> None:
    course.edit("Minutes: 10", "Minutes: 86")
    [(cell, what)] = found(course)
    assert cell == "lab-01-tiny"
    assert what == "its exercises take 91 minutes, and it has no parts"


@pytest.mark.parametrize(
    "typed",
    ["x <= 1", "sum_i of it", "||x||_2 is small", "at x_i", "x^2", "log_2 of it", "max_j p"],
)
def test_a_formula_in_prose_is_refused(course: Course, typed: str) -> None:
    course.edit(END, f"# Here {typed}.")
    [(_, what)] = found(course)
    assert what.endswith("a formula typed as prose")


@pytest.mark.parametrize("typed", ["`step`", "*all*", "**all of it**"])
def test_markdown_in_html_is_refused(course: Course, typed: str) -> None:
    inside = f"# {typed}: <code>`a`</code>, 2 * a * b."
    block = f"# <details><summary>A word</summary>\n{inside}\n# </details>"
    course.edit(END, f"{block}\n#\n# `step` is code *here*.")
    [(_, what)] = found(course)
    assert what == f"{typed}: Markdown in HTML is shown as typed"


@pytest.mark.parametrize(
    "right",
    ["$x_i \\le 1$", "`x <= 1`", "$$\\sum_i x_i^2$$", "<code>x_i</code>", "``a_b >= c``",
     "[it](https://example.org/a_b)", "a <b>x</b>, snake_case and C-3", "|a|b|"],
)  # fmt: skip
def test_code_and_formulas_are_not(course: Course, right: str) -> None:
    course.edit(END, f"# Here {right}.")
    assert found(course) == []


@pytest.mark.parametrize(
    "told",
    ['"three bars"', '"three " "bars"', 'f"three bars"', 'text := "bars"', "lambda e: 'bars'"],
)
def test_an_alt_text_in_letters_is_refused(course: Course, told: str) -> None:
    course.edit(HOOK, f"if scale < 0:\n    plots.show(scale, alt=({told}))")
    [(cell, what)] = found(course)
    assert (cell, what) == ("hook", "line 2: the alt text is not made from the numbers drawn")


@pytest.mark.parametrize(
    "told",
    ['f"a bar of {scale:.1f}"', "describe(scale)", '"bars: " + str(scale)',
     "lambda e: f'at {e}'", 'f"{scale}" " bars"'],
)  # fmt: skip
def test_a_computed_one_and_one_with_a_reason_are_not(course: Course, told: str) -> None:
    start = "def describe(x): return ''\nif scale < 0:\n    plots.show(scale, "
    course.edit(HOOK, f"{start}alt={told})")
    assert found(course) == []
    course.edit(f"alt={told})", '"a map")  # no-numbers: a drawing of the course')
    assert found(course) == []


LINE = "return min(max(x + moved_by, 0.0), 1.0)"
SHOWN = "y, by = scale, 0.5\nforward = {} if y < 0 else y"


@pytest.fixture
def halved(course: Course) -> Course:
    """The good lab, with an answer that tells a little more."""
    course.edit(LINE, f"{LINE} / 2 * 2")
    return course


@pytest.mark.parametrize("other", ["{}", "[{}, 1]", "abs({}) + 3"])
def test_an_answer_under_other_names_in_another_cell_is_refused(halved: Course, other: str) -> None:
    pasted = other.format("min(max(y + by, 0.0), 1.0) / 2 * 2")
    halved.edit(HOOK, SHOWN.format(pasted))
    [(cell, what)] = found(halved)
    assert cell == "ex1_1-step"
    assert what == (
        "line 6 of the answer stands, under other names, in solutions/lab01_tiny/lab01_tiny.py, "
        "cell `hook`: min(max(x + moved_by, 0.0), 1.0) / 2 * 2"
    )
    halved.edit("else y", "else y  # not-an-answer: everybody clamps like this")
    assert found(halved) == []


def test_names_for_parts_of_it_hide_nothing(halved: Course) -> None:
    halved.edit(f"    {LINE} / 2 * 2",
                "    up = max(x + moved_by, 0.0)\n    return min(up, 1.0) / 2 * 2")  # fmt: skip
    halved.edit(HOOK, "y = 1\nbest = max(y + scale, 0.0)\nmin(best, 1.0) / 2 * 2")
    assert [cell for cell, _ in found(halved)] == ["ex1_1-step"]


@pytest.mark.parametrize(
    "other",
    ["min(max(y + by, 0.0), 2.0) / 2 * 2", "max(min(y + by, 0.0), 1.0) / 2 * 2",
     "min(max(y - by, 0.0), 1.0) / 2 * 2", "min(y.max(by, 0.0), 1.0) / 2 * 2"],
)  # fmt: skip
def test_another_expression_is_none(halved: Course, other: str) -> None:
    halved.edit(HOOK, SHOWN.format(other))
    assert found(halved) == []


def test_what_a_hidden_test_computes_is_an_answer_too(course: Course) -> None:
    course.edit("def oracle_step(step):",
                "def oracle_step(step):\n    def truth(x):\n"
                "        return abs(x * 2 - 1) / 2 + x.mean()\n")  # fmt: skip
    assert found(course) == []
    course.edit(HOOK, "y = scale\nabs(y * 2 - 1) / 2 + y.mean() if y < 0 else 0")
    [(cell, what)] = found(course)
    assert cell == "oracle-step"
    assert what.startswith("line 4 of the hidden test stands, under other names, in ")


def test_what_tells_little_and_what_names_no_data_is_none() -> None:
    lines = frozenset({1})
    assert expressions("y = x + 1", lines) == []
    assert expressions("y = torch.tensor([0.5, 0.5, 1.5, 2.5], dtype=torch.float64)", lines) == []
    [one] = expressions("y = (x + 1) * (x - 2) / 3", lines)
    [other] = expressions("z = (b[0] + 1) * (c - 2) / 3", lines)
    assert one.shape != other.shape
    [same] = expressions("z = (q + 1) * (moved - 2) / 3", lines)
    assert one.shape == same.shape
    assert LEAST == 6


def test_words_to_the_builder_do_not_reach_the_learner(course: Course) -> None:
    line = "return min(max(x + moved_by, 0.0), 1.0)"
    course.edit(line, f"{line}  # not-an-answer: every clamp reads like this")
    course.edit(HOOK, f"# not-an-answer: a line\n{HOOK}  # no-numbers: none")
    course.edit(END, f"{END} <!-- not-an-answer: it is famous -->")
    for notebook in build_notebooks(course.root, "lab01_tiny"):
        text = "\n".join(cell.source for cell in notebook.cells)
        assert "not-an-answer" not in text
        assert "no-numbers" not in text
        assert f"\n{HOOK}" in f"\n{text}"
    assert "not-an-answer" in read_lab(course.root, "lab01_tiny").text


@pytest.mark.slow
def test_a_prediction_that_sets_no_variable_is_told_what_to_write(course: Course) -> None:
    _, student = build_notebooks(course.root, "lab01_tiny")
    [cell] = [cell for cell in student.cells if cell.id == "ex1_2-predict"]
    stub = str(cell.source)
    assert '"b"' not in stub.replace('"a" or "b"', "").replace('"a", "b"', "")
    for guess, told in (("90", "NameError: name 'prediction' is not defined"),
                        ('prediction = "c"', 'asked for is "a" or "b"; \'c\' is not')):  # fmt: skip
        code = stub.replace('prediction = ...  # "a" or "b"', guess)
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert ran.returncode
        assert told in ran.stderr.splitlines()[-1]
    said = subprocess.run([sys.executable, "-c", stub], capture_output=True, text=True)
    assert said.stdout == 'not answered yet: write "a" or "b" in place of the three dots\n'
