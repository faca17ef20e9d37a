"""Courses that are not made with safetylab: their cells, and what nbgrader gets to see of them."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from grading import nbcourse as nc
from grading import tiny
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import determine_grade

from safetylab.grading import Bundle
from safetylab.grading.gradebook import staging
from safetylab.grading.gradebook.outputs import NOT_RUN, cell_outputs, plain
from safetylab.grading.paper.marks import rows
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.outcome import Output, Run
from safetylab.grading.paper.rebuild import Rebuilt, Role, rebuild
from safetylab.grading.room.exam import ExamCell

SOURCE = nbformat.writes(nc.instructor()).encode()
RELEASED = nbformat.writes(tiny.release(nc.instructor())).encode()


def rebuilt(edit: nc.Edit | None = None, **answers: str) -> Rebuilt:
    values = json.loads(RELEASED)
    for cell in values["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        cell["source"] = answers.get(name, cell["source"])
    if edit:
        edit(values["cells"])
    submission = read_notebook(json.dumps(values).encode(), "ps1.ipynb")
    return rebuild(submission, Bundle("ps1", RELEASED, SOURCE))


def test_each_test_is_an_exercise_of_its_own() -> None:
    steps = {step.cell.name: step for step in rebuilt().steps}
    assert steps["double"].exercise == "double-works"
    assert steps["double-works"].role is Role.TEST
    assert steps["double-parts"].exercise == "double-parts"
    assert steps["sizes"].role is steps["why"].role is steps["draw"].role is Role.WRITTEN
    assert steps["imports"].exercise == ""


def test_rows_have_all_points_and_a_task_always_waits() -> None:
    made = rebuilt()
    judged = {row.exercise: row for row in rows(Run(made.steps), made.titles, 1)}
    assert {name: row.max_points for name, row in judged.items()} == {
        "double-works": 3, "double-parts": 2, "sizes": 1, "why": 4, "draw": 2,
    }  # fmt: skip
    assert judged["draw"].waiting == 2
    assert judged["why"].waiting == 0


def test_a_free_code_answer_is_run_and_a_task_is_the_courses_text() -> None:
    steps = {step.cell.name: step for step in rebuilt(sizes="sizes = []", draw="my text").steps}
    assert steps["sizes"].runs
    assert steps["sizes"].source == "sizes = []"
    assert "secret scheme" in steps["draw"].source


def test_texts_that_a_student_wrote_in_are_kept_beside_the_courses() -> None:
    def edit(cells: list[Any]) -> None:
        cells[0]["source"] += "\n\nMy answer is here."
        cells.append(dict(new_markdown_cell("And here.")))

    sources = [step.source for step in rebuilt(edit).steps]
    assert sources[0] == "# Problem set 1\n\nMy answer is here."
    assert sources[-1] == "And here."


def test_both_halves_of_a_split_answer_are_run_in_order() -> None:
    def edit(cells: list[Any]) -> None:
        place = next(n for n, c in enumerate(cells) if "double" in str(c["metadata"]))
        half = json.loads(json.dumps(cells[place])) | {"id": "half", "source": "one = 1"}
        cells.insert(place, half)

    ran = [step.source for step in rebuilt(edit, double="two = one + 1").steps if step.runs]
    assert ran.index("one = 1") == ran.index("two = one + 1") - 1


def test_formats_without_ids_are_understood() -> None:
    values = json.loads(RELEASED)
    for cell in values["cells"]:
        del cell["id"]
    old = json.dumps({**values, "nbformat_minor": 4}).encode()
    steps = rebuild(read_notebook(old, "ps1"), Bundle("ps1", old, old)).steps
    assert len(steps) == len(values["cells"])


def sat(**values: Any) -> ExamCell:
    return ExamCell(**{"name": "t", "kind": "code", "source": "", "role": "TEST", **values})


WARNING = Output("stderr", "a warning")
NUMBER = Output("text/plain", "0.5")


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        (sat(end="ok", score=4.0), 4),
        (sat(end="ok", score=4.0, outputs=(WARNING, NUMBER)), 4),
        (sat(end="ok", score=1.7, outputs=(WARNING, NUMBER)), 1.7),
        (sat(end="ok", score=0.0), 0),
        (sat(end="ok", score=1 / 3), 1 / 3),
        (sat(end="error", ename="CheckFailed", evalue="no [1.1/x]", score=0.0), 0),
        (sat(end="timeout", score=0.0), 0),
        (sat(end="dead", score=0.0), 0),
    ],
)
def test_outputs_give_just_the_points_of_the_exam(cell: ExamCell, score: float) -> None:
    mark = {"grade": True, "solution": False, "points": 4, "grade_id": "t"}
    test = new_code_cell("", metadata={"nbgrader": mark})
    test.outputs = cell_outputs(cell, test)
    assert determine_grade(test) == (score, 4)
    nbformat.validate(nbformat.v4.new_notebook(cells=[test]))


def test_a_failed_check_says_its_sentence_and_nothing_else() -> None:
    test = new_code_cell("", metadata={"nbgrader": {"grade": True, "points": 4}})
    failed = sat(end="error", ename="CheckFailed", evalue="the sign is wrong", score=0.0)
    (output,) = cell_outputs(failed, test, " [1.1/sign]")
    assert output.traceback == ["the sign is wrong [1.1/sign]"]


def test_a_long_sentence_is_broken_between_words_and_its_id_stays_whole() -> None:
    test = new_code_cell("", metadata={"nbgrader": {"grade": True, "points": 4}})
    for length in range(70, 90):
        failed = sat(end="error", ename="CheckFailed", evalue="x" * length, score=0.0)
        (output,) = cell_outputs(failed, test, " [1.1/of-every-body]")
        assert "[1.1/of-every-body]" in output.traceback[0]


def test_many_repairs_of_one_kind_share_a_sentence() -> None:
    def edit(cells: list[Any]) -> None:
        for cell in cells:
            mark = cell["metadata"].get("nbgrader", {})
            if mark.get("locked") and not mark.get("task"):
                cell["source"] = "pass"

    notes = rebuilt(edit).notes
    assert len(notes) == 3, "three are few"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("safetylab.grading.paper.rebuild.FEW", 2)
        (note,) = rebuilt(edit).notes
    assert note == (
        "of 3 cells (imports, double-works, ...) each was changed: the lab's own was run instead"
    )


def test_a_demo_says_that_it_was_not_run() -> None:
    demo = new_code_cell("", metadata={"tags": ["demo"]})
    (output,) = cell_outputs(sat(role="OPEN"), demo)
    assert NOT_RUN in output.text


@pytest.mark.parametrize("text", ["a *b* [c](d) <e> &amp; $f$ _g_ `h` \\i", "# 1. - x!"])
def test_sentences_are_shown_as_they_are(text: str) -> None:
    from grading.test_markup import Page
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    assert Page(markdown2html_mistune(plain(text))).text.strip() == text


def test_more_text_than_anybody_writes_is_shown_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading Markdown takes a second for some texts of 50,000 letters."""
    monkeypatch.setattr(staging, "LONGEST_TEXTS", 60)
    texts = [new_markdown_cell(f"**{n}** <script> " + "x" * 20) for n in range(5)]
    told = rebuilt(lambda cells: cells.extend(dict(text) for text in texts))
    paper = staging.Paper("ann", Bundle("ps1", RELEASED, SOURCE), b"", told)
    sources = [cell["source"] for cell in json.loads(staging._staged_notebook(paper))["cells"][-5:]]
    assert "<strong>0</strong>" in sources[0]
    assert "<pre>**4** &lt;script&gt;" in sources[4]
