"""Predictions: what is written from their description, what is refused, and how they are judged."""

from __future__ import annotations

import json
from contextlib import closing

import nbformat
import pytest
from tiny_lab import GOOD, HINTS, Course

from safetylab.course.build.build import build, build_notebooks
from safetylab.course.build.predict import asked
from safetylab.course.build.predict_text import HOW_SURE, form_check, stub
from safetylab.grading import Bundle, Report, Status
from safetylab.grading.room import exam
from safetylab.grading.room.room import Room
from safetylab.grading.room.rooms import imports_of
from safetylab.predictions import unveiled

JUDGED = """\
# %% nbgrader={"grade_id": "oracle-share", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_share():
    return sum(n % 7 == 0 for n in range(1, 71)) / 70 + 0.5
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_3-predict", "solution": true}
PREDICT = {
    "name": "my_share", "kind": "number", "low": 0, "high": 1, "points": 1,
    "truth": "oracle_share()", "tolerance": 0.05,
}
### BEGIN SOLUTION
my_share = 0.64
### END SOLUTION

# %% nbgrader={"grade_id": "ex1_3-predict-side", "solution": true}
PREDICT = {
    "name": "my_side", "kind": "choice", "points": 1, "accept": ["up", "on"],
    "options": {"up": "it rises", "down": "it falls", "still": "nothing moves", "on": "it goes on"},
    "mistakes": {"down": "wrong-way", "still": "no-effect"},
}
### BEGIN SOLUTION
my_side = "up"
### END SOLUTION

# %% nbgrader={"grade_id": "ex1_3-predict-sure", "solution": true}
PREDICT = {
    "items": [
        {"name": "my_p", "kind": "probability", "truth": "oracle_share() > 0.6"},
        {"name": "my_shares", "kind": "probability", "options": ["low", "middle", "high"],
         "truth": "'middle' if oracle_share() < 0.9 else 'high'",
         "mistakes": {"low": "thinks-low", "high": "thinks-high"}},
        {"name": "my_range", "kind": "interval", "low": 0, "high": 1, "stated": 0.8,
         "width": 0.5, "truth": "oracle_share()"},
    ],
    "points": 3, "bars": [[0.1, 1], [0.4, 1], [0.8, 1]],
}
### BEGIN SOLUTION
my_p = 0.9
my_shares = [0.0, 1.0, 0.0]
my_range = (0.63, 0.65)
### END SOLUTION
"""
HEAD = f"""\
# %% [markdown]
# ## Exercise 1.3: what will come (5 points)
#
# Difficulty: 1 of 5 · Minutes: 10 · Why: you cannot run it.
#
{HINTS}
"""
LAB = (
    GOOD.replace("6 (3 checked by machine, 3", "11 (8 checked by machine, 3") + "\n" + HEAD + JUDGED
)


@pytest.fixture
def judged(course: Course) -> Course:
    course.add("lab01_tiny", LAB)
    return course


def bundle(course: Course) -> Bundle:
    build(course.root)
    return Bundle("lab01_tiny", course.student().read_bytes(), course.instructor().read_bytes())


def examine(content: bytes, made: Bundle) -> Report:
    with closing(Room(modules=imports_of(made))) as room:
        return exam.examine(content, made, room).report


def answered(course: Course, **given: str) -> bytes:
    """The solution with other right-hand sides in its predictions."""
    made = nbformat.read(course.instructor(), as_version=4)
    for cell in made.cells:
        if "-predict" in cell.id and "-test" not in cell.id:
            lines = cell.source.split("\n")
            cell.source = "\n".join(
                f"{name} = {given[name]}"
                if (name := line.partition(" =")[0]) in given and "predictions." not in line
                else line
                for line in lines
            )
    return nbformat.writes(made).encode()


def told(report) -> dict[str, tuple[float, str]]:
    return {check.name.removeprefix("ex1_3-predict"): (check.points, check.misconception)
            for row in report.rows for check in row.checks if "-predict" in check.name}  # fmt: skip


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.slow
def test_the_solution_has_all_points_and_the_stub_is_not_written_yet(judged, apart) -> None:
    made = bundle(judged)
    made = Bundle(made.name, made.released, made.instructor, asked=apart)
    solved = examine(answered(judged), made)
    assert solved.score == 8
    blank = examine(made.released, made)
    assert {row.status for row in blank.rows if row.exercise == "1.3"} == {Status.NOT_STARTED}
    assert not blank.notes


CASES = {
    "too low": ({"my_share": "0.2"}, {"-test": "too-low"}),
    "the other side": ({"my_side": '"down"'}, {"-side-test": "wrong-way"}),
    "another right one": ({"my_side": '"on"'}, {}),
    "malformed": ({"my_share": '"many"'}, {"-test": "no-prediction"}),
    "none": ({"my_share": "None"}, {"-test": "not-started"}),
    "honest doubt": (
        {"my_p": "0.7", "my_shares": "[0.2, 0.6, 0.2]", "my_range": "(0.5, 0.7)"},
        {"-sure-test-3": "too-wide"},
    ),
    "sure and wrong once": ({"my_p": "0.0"}, {
        "-sure-test": "sure-and-wrong", "-sure-test-2": "sure-and-wrong",
        "-sure-test-3": "sure-and-wrong"}),
    "a wrong option believed": ({"my_shares": "{'low': 1, 'middle': 0, 'high': 0}"}, {
        "-sure-test-2": "thinks-low", "-sure-test-3": "thinks-low", "-sure-test": "thinks-low"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_each_answer_is_told_what_it_shows(judged, case) -> None:
    given, wrong = CASES[case]
    found = told(examine(answered(judged_built(judged), **given), bundle(judged)))
    assert {name: id_ for name, (_, id_) in found.items() if id_} == wrong
    assert all(points == (0 if name in wrong else 1) for name, (points, _) in found.items())


def judged_built(course: Course) -> Course:
    build(course.root)
    return course


@pytest.mark.slow
def test_each_bar_that_is_missed_says_the_same_and_names_the_variable(judged) -> None:
    report = examine(answered(judged_built(judged), my_range="(0.1, 0.2)"), bundle(judged))
    said = {check.message for row in report.rows for check in row.checks if check.points == 0
            and "-sure" in check.name}  # fmt: skip
    assert said == {"judged: my_range: from 0.1 to 0.2, and measured is 0.6429 (score -2.03)"}


@pytest.mark.slow
def test_points_for_saying_something_are_given_whatever_it_is(judged: Course) -> None:
    judged.edit('"truth": "oracle_share()", "tolerance": 0.05,', '"said": True,')
    made = bundle(judged)
    assert told(examine(answered(judged, my_share="0.01"), made))["-test"] == (1, "")
    refused = told(examine(answered(judged, my_share="'many'"), made))["-test"]
    assert refused == (0, "no-prediction")


def test_what_judges_is_in_no_released_notebook(judged) -> None:
    instructor, student = build_notebooks(judged.root, "lab01_tiny")
    text = json.dumps(student)
    kept = json.dumps([cell.metadata for cell in instructor.cells])
    assert "oracle_share" not in kept, "a course without our step would release it"
    for secret in ("oracle_share", "wrong-way", "thinks-low", "tolerance=", "accept", "0.64"):
        assert secret not in text, secret
    cells = {cell.id: cell for cell in student.cells}
    assert "my_share = ...  # a number from 0 to 1\n" in cells["ex1_3-predict"].source
    assert '# "down": it falls' in cells["ex1_3-predict-side"].source
    assert "predictions.trouble" in cells["ex1_3-predict-test"].source
    assert cells["ex1_3-predict-sure-test-3"].metadata.nbgrader.points == 1


def test_an_outcome_travels_veiled_and_only_where_nothing_is_judged_by_it() -> None:
    plain = {"name": "a", "kind": "number", "outcome": 4.5}
    [item] = asked(repr(plain)).items
    assert unveiled(item.public(judged=False)["outcome"]) == 4.5
    assert item.public(judged=True) == {"name": "a", "kind": "number", "judged": True}


def test_points_for_saying_something_let_the_outcome_travel(judged: Course) -> None:
    judged.edit('"truth": "oracle_share()", "tolerance": 0.05,', '"said": True, "outcome": 0.64,')
    _, student = build_notebooks(judged.root, "lab01_tiny")
    cells = {cell.id: cell for cell in student.cells}
    [said] = cells["ex1_3-predict"].metadata.predict
    assert unveiled(said["outcome"]) == 0.64
    assert "# my_share_range = (..., ...)" in cells["ex1_3-predict"].source
    sure = cells["ex1_3-predict-sure"]
    assert [one.get("judged") for one in sure.metadata.predict] == [True] * 3
    assert "outcome" not in json.dumps(sure.metadata)
    assert "How sure" not in sure.source + cells["ex1_3-predict-side"].source


def test_an_instructors_notebook_with_an_older_stub_is_built_again(judged: Course) -> None:
    """The release takes the stub from its metadata, which is no part of what its hash covers."""
    build(judged.root)
    path = judged.instructor()
    new = path.read_text()
    path.write_text(new.replace("a number from 0 to 1", "a number"))
    assert build(judged.root) == [path]
    assert path.read_text() == new


WRITTEN = {
    "number": ({"low": 0, "high": 1}, "x = ...  # a number from 0 to 1", "number(x, 0, 1)"),
    "whole": ({"kind": "number", "low": 0, "whole": True},
              "x = ...  # a whole number of at least 0", "number(x, 0, whole=True)"),
    "pair": ({"kind": "number", "size": 2}, "x = ...  # 2 numbers", "number(x, size=2)"),
    "choice": ({"options": [300, 3000]}, "x = ...  # 300 or 3_000", "choice(x, 300, 3_000)"),
    "several": ({"kind": "choice", "options": ["a", "b"], "several": True},
                'x = ...  # letters of "a" and "b", or ""',
                'choices(x, "a", "b")'),
    "interval": ({"low": 0, "high": 9}, "x = ...  # two numbers (low, high) from 0 to 9",
                 "interval(x, 0, 9)"),
    "probability": ({}, "x = ...  # a probability from 0 to 1", "chance(x)"),
    "each": ({"kind": "probability", "options": ["a", "b"], "exclusive": False},
             'x = ...  # a probability for each of "a" and "b"',
             'chances(x, "a", "b", exclusive=False)'),
}  # fmt: skip


RANGE = "# x_range = (..., ...)  # 90% sure: between these two"
CHANCE = "# x_sure = ...  # your probability that you are right, from 0 to 1"
SURE_OF = {"number": RANGE, "whole": RANGE, "choice": CHANCE, "several": CHANCE}


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_stub_says_what_is_asked_for(kind: str) -> None:
    given, line, call = WRITTEN[kind]
    cell = asked(repr({"name": "x", "kind": kind, **given}))
    assert stub(cell) == "\n".join([line, *([HOW_SURE, SURE_OF[kind]] if kind in SURE_OF else [])])
    check = f"from safetylab import predictions\n\nx = predictions.{call}"
    assert form_check(cell) == check


CHOICE = {"name": "x", "kind": "choice", "options": ["a", "b", "c"]}
NUMBER = {"name": "x", "kind": "number"}
REFUSED = {
    "no literal": ("f(1)", "no literal"),
    "an unknown kind": (repr({"name": "x", "kind": "guess"}), "of the kind 'guess'"),
    "no name": (repr({"kind": "number"}), "its name is None"),
    "an unknown key": (repr({**NUMBER, "min": 0}), "x has min, which no prediction has"),
    "one option": (repr({**CHOICE, "options": ["a"]}), "two or more different options"),
    "options twice": (repr({**CHOICE, "options": ["a", "a"]}), "two or more different options"),
    "an option that is a number with a fraction": (
        repr({**CHOICE, "options": [0.5, 1]}), "two or more different options"),
    "an outcome that is no option": (repr({**CHOICE, "outcome": "d"}), 'give "a", "b" or'),
    "a range turned round": (repr({**NUMBER, "low": 1, "high": 0}), "is not below high"),
    "points without truth": (repr({**NUMBER, "points": 1, "tolerance": 1}), "points and no truth"),
    "points without tolerance": (
        repr({**NUMBER, "points": 1, "truth": "t"}), "points and no tolerance"),
    "one misconception": (
        repr({**CHOICE, "points": 1, "accept": "a", "mistakes": {"b": "z", "c": "z"}}),
        "fewer than two misconception ids"),
    "an option that is neither": (
        repr({**CHOICE, "options": list("abcd"), "points": 1, "accept": "a",
              "mistakes": {"b": "y", "c": "z"}}), "neither right nor a mistake"),
    "a mistake that is right": (
        repr({**CHOICE, "points": 1, "accept": "a", "mistakes": {"a": "y", "c": "z"}}),
        "is right and a mistake"),
    "a mistake that is no option": (repr({**CHOICE, "mistakes": {"d": "y"}}), "is no option"),
    "a probability without bars": (
        repr({"name": "p", "kind": "probability", "points": 1, "truth": "t"}), "add `bars`"),
    "bars that do not add up": (
        repr({"name": "p", "kind": "probability", "points": 1, "truth": "t",
              "bars": [[0.1, 1], [0.2, 1]]}), "the bars have 2 points, not 1"),
    "a bar at nothing": (
        repr({"name": "p", "kind": "probability", "points": 2, "truth": "t",
              "bars": [[0.0, 1], [0.2, 1]]}), "a mean score above 0"),
    "bars without points": (repr({**NUMBER, "bars": [[0.1, 1]]}), "for predictions with points"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_description_that_cannot_be_judged_is_refused(case: str) -> None:
    description, what = REFUSED[case]
    with pytest.raises(ValueError, match=what):
        asked(description)


def problems(course: Course, old: str, new: str) -> list[str]:
    course.edit(old, new)
    return [f"{problem.cell}: {problem.what}" for problem in course.problems()]


def test_a_cell_without_a_description_is_refused(course: Course) -> None:
    line = 'PREDICT = {"name": "prediction", "kind": "choice", "options": ["a", "b"]}\n'
    [told] = problems(course, line, "")
    assert told == "ex1_2-predict: nothing says what this prediction looks like"


def test_a_description_that_is_wrong_is_refused_with_what_to_do(course: Course) -> None:
    [told] = problems(course, '"kind": "choice"', '"kind": "guess"')
    assert told.startswith("ex1_2-predict: prediction is of the kind 'guess'")


def test_a_solution_that_is_no_such_prediction_is_refused(course: Course) -> None:
    [told] = problems(course, 'prediction = "b"\n', 'prediction = "c"\n')
    assert "its own prediction is wrong" in told


def test_a_second_description_in_a_cell_is_refused(course: Course) -> None:
    line = 'PREDICT = {"name": "prediction", "kind": "choice", "options": ["a", "b"]}\n'
    [told] = problems(course, line, line + line)
    assert told == "ex1_2-predict: a second PREDICT would reach learners"


def test_a_variable_of_another_name_is_refused(course: Course) -> None:
    [told] = problems(course, '"name": "prediction"', '"name": "forecast"')
    assert told == "ex1_2-predict: its solution does not set forecast"


def test_a_truth_that_stands_in_view_is_refused(judged: Course) -> None:
    [told] = problems(
        judged, '"truth": "oracle_share()", "tolerance"', '"truth": "scale", "tolerance"'
    )
    assert "hangs on nothing that is hidden" in told


def test_a_judged_prediction_that_a_cell_prints_is_refused(judged: Course) -> None:
    end = "# The end: `1.0` stays `1.0`.\n"
    [told] = problems(judged, end, f'{end}\n# %% id="told"\nprint(f"you said {{my_share}}")\n')
    assert told.startswith("ex1_3-predict: `told` reads my_share, which is judged")
