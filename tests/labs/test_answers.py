"""The checks of every lab can fail: each wrong answer loses its own points, right ones keep them.

Column k of a lab's answers is one notebook that holds the k-th answer of each exercise.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import nbformat
import pytest
from columns import Edit, Right, Wrong, columns, judged, load, notebook, part
from execute import LABS, ROOT, solution
from sat import bundle, room, whole

from safetylab.course.build.shapes import answers_among
from safetylab.course.build.source import read_lab
from safetylab.grading import Report, Status
from safetylab.grading.room.exam import examine


@cache
def answers(lab: str) -> list[Wrong | Right]:
    """The answers of a lab's own list, and those that its judged predictions give."""
    return [*load(lab), *judged(read_lab(ROOT, lab))]


COLUMNS = [
    pytest.param(lab, kind, k, marks=pytest.mark.xdist_group(f"{lab}-answers"))
    for lab in LABS
    for kind in (Wrong, Right)
    for k in range(len(columns(answers(lab), kind)))
]


def in_lab(lab: str) -> object:
    return pytest.param(lab, marks=pytest.mark.xdist_group(f"{lab}-answers"))


def graded(lab: str, chosen: dict[str, Wrong | Right]) -> Report:
    """Grade chosen answers among the model ones, by the tests of their exercises."""
    cut = part(bundle(lab), chosen)
    assert cut.instructor is not None
    model = nbformat.reads(cut.instructor.decode(), as_version=4)
    return examine(notebook(model, chosen), cut, room(lab)).report


def seen_by_learners(lab: str, chosen: dict[str, Wrong | Right]) -> dict[str, bool]:
    """Say for each chosen answer's cell whether the visible checks alone let it lose points."""
    cut = replace(part(bundle(lab), chosen), instructor=None)
    report = examine(notebook(solution(lab), chosen), cut, room(lab)).report
    lost = {check.name.partition("-test")[0] for row in report.rows for check in row.checks
            if check.points < check.max_points}  # fmt: skip
    return {cell: cell in lost for cell in chosen}


def answer_cells(lab: str) -> set[str]:
    """The code cells that a learner writes and a machine checks."""
    graders = [cell.metadata.get("nbgrader", {}) for cell in solution(lab).cells]
    ids = {g["grade_id"] for g in graders if g.get("solution") and not g.get("grade")}
    return {name for name in ids if "-predict" not in name}


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "kind", "k"), COLUMNS)
def test_each_answer_moves_only_its_own_points(lab, kind, k):
    chosen = columns(answers(lab), kind)[k]
    report = graded(lab, chosen)
    wrong = {cell: a.misconception for cell, a in chosen.items() if isinstance(a, Wrong)}
    assert {check.name.partition("-test")[0] for row in report.rows for check in row.checks} \
        >= chosen.keys()  # fmt: skip
    for check in (check for row in report.rows for check in row.checks):
        expected = wrong.get(check.name.partition("-test")[0], "")
        assert check.misconception == expected, (check.name, check.message)
        assert check.points == (0 if expected else check.max_points), (check.name, check.message)
    # Who checks alone practises on a variant, and is told so.
    assert [note for note in report.notes if not note.startswith("practice on variant")] == []


@pytest.mark.slow
@pytest.mark.parametrize("lab", list(map(in_lab, LABS)))
def test_the_untouched_lab_scores_nothing_and_the_solution_everything(lab):
    blank, solved = whole(lab, "untouched").report, whole(lab, "solution").report
    assert blank.score == 0
    assert {row.status for row in blank.rows} == {Status.NOT_STARTED}
    assert solved.score == solved.max_score > 0
    assert {row.status for row in solved.rows} <= {Status.RIGHT, Status.WAITING}
    assert solved.waiting == sum(row.written for row in solved.rows)


@pytest.mark.parametrize("lab", LABS)
def test_every_answer_cell_has_three_wrong_answers_and_a_right_one(lab):
    listed = load(lab)
    for cell in answer_cells(lab):
        own = [answer for answer in listed if answer.cell == cell]
        assert sum(isinstance(answer, Wrong) for answer in own) >= 3, cell
        assert sum(isinstance(answer, Right) for answer in own) >= 1, cell
    assert {answer.cell for answer in listed} == answer_cells(lab)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lab", "k"),
    [pytest.param(*case.values[::2], marks=case.marks) for case in COLUMNS
     if case.values[1] is Wrong],
)  # fmt: skip
def test_the_visible_check_catches_what_it_must_and_nothing_else(lab, k):
    chosen = columns(answers(lab), Wrong)[k]
    caught = seen_by_learners(lab, chosen)
    expected = {cell: answer.seen == "visible" for cell, answer in chosen.items()}
    assert caught == expected, {cell: chosen[cell].misconception for cell in chosen
                                if caught[cell] != expected[cell]}  # fmt: skip


@pytest.mark.parametrize("lab", LABS)
def test_two_thirds_of_the_wrong_answers_are_caught_in_view(lab):
    seen = [answer.seen for answer in load(lab) if isinstance(answer, Wrong)]
    assert set(seen) <= {"visible", "hidden"}, "each Wrong says which check must catch it"
    assert seen.count("visible") >= 2 / 3 * len(seen)


@pytest.mark.parametrize("lab", LABS)
def test_hint_3_written_out_is_a_right_answer(lab):
    written = {a.cell for a in load(lab) if isinstance(a, Right) and a.name == "hint-3"}
    assert answer_cells(lab) - written == set()


@pytest.mark.parametrize("lab", LABS)
def test_no_right_answer_stands_under_other_names_in_a_cell(lab):
    source = read_lab(ROOT, lab)
    model = {cell.id: cell.source for cell in source.of("answer")}
    for answer in (answer for answer in load(lab) if isinstance(answer, Right)):
        code = answer.code
        text = code.apply(model[answer.cell]) if isinstance(code, Edit) else code
        own = f"cell `{answer.cell}`"  # what the stub itself gives is no answer
        found = [where for places in answers_among([text], [source]).values() for where in places]
        assert {where for where in found if own not in where} == set(), (answer.cell, answer.name)


@pytest.mark.parametrize("lab", LABS)
def test_no_cell_of_the_released_lab_holds_a_solution_or_a_hidden_test(lab):
    released = nbformat.read(ROOT / "labs" / lab / f"{lab}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    assert not any(cell.get("outputs") for cell in released.cells)


def test_there_are_labs() -> None:
    assert Path(ROOT / "labs").is_dir()
    assert "lab01_evasion" in LABS
