"""How predictions came out: read from a learner's copy, never by running it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from course.learner.test_progress import run
from nbformat.v4 import new_code_cell, new_notebook

from safetylab.course.learner.calibration import groups, predictions, wilson, written
from safetylab.predictions import veiled

LAB = "lab01_tiny"
ASKED = {
    "ex1_1-predict": [
        {"name": "share", "kind": "number", "low": 0, "high": 1, "outcome": veiled(0.42)},
        {"name": "factor", "kind": "number", "tolerance": 2, "outcome": veiled(6.0)},
        {"name": "days", "kind": "number", "low": 0, "high": 40, "whole": True,
         "outcome": veiled(16)},
        {"name": "pair", "kind": "number", "low": 0, "high": 1, "size": 2,
         "outcome": veiled([0.0, 0.5])},
    ],
    "ex1_2-predict": [
        {"name": "side", "kind": "choice", "options": ["a", "b"], "outcome": veiled("b")},
        {"name": "some", "kind": "choice", "options": ["D", "W"], "several": True,
         "outcome": veiled(["W"])},
    ],
    "ex1_3-predict": [
        {"name": "span", "kind": "interval", "stated": 0.8, "outcome": veiled(5)},
        {"name": "p", "kind": "probability", "outcome": veiled(True)},
        {"name": "each", "kind": "probability", "options": ["x", "y"], "outcome": veiled("y")},
        {"name": "verdict", "kind": "probability", "judged": True},
        {"name": "open", "kind": "choice", "options": ["a", "b"], "judged": True},
    ],
}  # fmt: skip
CHECK = "\n\nfrom safetylab import predictions\n\nside = predictions.choice(side, 'a', 'b')"
SAID = {
    "ex1_1-predict": "share, factor = 0.5, 3 * 3\ndays = 3\npair = (0.05, 0.55)\n"
                     "share_range = (0.3, 0.41)\nfactor_range = (..., ...)",
    "ex1_2-predict": "side = 'b'\nside_sure = 0.7\nsome = 'DW'" + CHECK,
    "ex1_3-predict": "span = (4, 6)\np = 1 / 4\neach = {'x': 0.3, 'y': 0.7}\nverdict = 1",
}  # fmt: skip


def notebook(sources: dict[str, str], asked: bool) -> str:
    cells = [
        new_code_cell(source, id=name, metadata={
            "nbgrader": {"grade_id": name, "solution": True, "schema_version": 3,
                         "grade": False, "locked": False, "task": False},
            **({"predict": ASKED[name]} if asked else {}),
        })
        for name, source in sources.items()
    ]  # fmt: skip
    return nbformat.writes(new_notebook(cells=cells))


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    released = tmp_path / "labs" / LAB / f"{LAB}.ipynb"
    released.parent.mkdir(parents=True)
    released.write_text(notebook(dict.fromkeys(ASKED, "x = ..."), asked=True))
    say(tmp_path, SAID)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("safetylab.course.cli.find_root", lambda: tmp_path)
    return tmp_path


def say(root: Path, sources: dict[str, str]) -> None:
    copy = root / "work" / LAB / f"{LAB}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(notebook(sources, asked=False))


def test_each_kind_is_compared_with_the_outcome(course: Path) -> None:
    found = {one.name: one for one in predictions(course)}
    assert [name for name, one in found.items() if not one.told] == ["open"]
    assert {name: one.right for name, one in found.items() if one.right is not None} == {
        "share": True, "factor": False, "days": False, "pair": True, "side": True, "some": False,
        "span": True}  # fmt: skip
    assert {name: one.side for name, one in found.items() if one.side} == {"factor": 1, "days": -1}
    assert {name: one.claims for name, one in found.items() if one.claims} == {
        "share": ((0.9, False),),
        "side": ((0.7, True),),
        "span": ((0.8, True),),
        "p": ((0.25, True),),
        "each": ((0.3, False), (0.7, True)),
    }


def test_luck_is_what_answers_drawn_at_random_reach(course: Path) -> None:
    """A tenth of the range to both sides, cut off at its ends; 9 of 41 whole numbers."""
    found = {one.name: one.luck for one in predictions(course) if one.luck is not None}
    assert found == pytest.approx(
        {"share": 0.2, "days": 9 / 41, "pair": 0.1 * 0.2, "side": 0.5, "some": 0.25}
    )


def test_of_a_judged_prediction_only_whether_it_is_given_is_known(course: Path) -> None:
    judged = [one for one in predictions(course) if one.judged]
    assert [(one.name, one.told) for one in judged] == [("verdict", True), ("open", False)]
    assert all((one.right, one.luck, one.claims) == (None, None, ()) for one in judged)


@pytest.mark.parametrize(
    ("cell", "line", "unread"),
    [("ex1_1-predict", "share = 0.5\nshare_range = (0.6, 0.3)", "share_range"),
     ("ex1_1-predict", "share = 0.5\nshare_range = 0.3", "share_range"),
     ("ex1_1-predict", "share = 0.5\n# share_range = (0.6, 0.3)", ""),
     ("ex1_2-predict", "side = 'b'\nside_sure = 70", "side_sure"),
     ("ex1_2-predict", "side = 'b'\nside_sure = ...", "")],
)  # fmt: skip
def test_a_certainty_of_another_form_is_named(
    course: Path, cell: str, line: str, unread: str
) -> None:
    say(course, {cell: line})
    [one] = [one for one in predictions(course) if one.told]
    assert (one.unread, one.claims) == (unread, ())
    named = f"{LAB}: {unread} could not be read, see the comment beside it"
    assert (named in run("progress").stdout) == bool(unread)


def test_what_is_blank_or_malformed_or_computed_is_not_told(course: Path) -> None:
    say(course, {"ex1_1-predict": "share = ...\nfactor = 'many'",
                 "ex1_2-predict": "side = pick()\nsome = None",
                 "ex1_3-predict": "span ="})  # fmt: skip
    assert not any(one.told for one in predictions(course))


def test_no_copy_and_no_notebook_are_no_trouble(course: Path) -> None:
    copy = course / "work" / LAB / f"{LAB}.ipynb"
    for content in ("no notebook", None):
        copy.unlink() if content is None else copy.write_text(content)
        assert len(predictions(course)) == 11
        assert not any(one.told for one in predictions(course))


def test_claims_are_grouped_by_what_they_state(course: Path) -> None:
    found = [(round(one.stated, 3), one.held, one.count) for one in groups(predictions(course))]
    assert found == [(0.275, 1, 2), (0.7, 2, 2), (0.85, 1, 2)]


def test_a_stated_one_is_a_group_of_its_own(course: Path) -> None:
    say(course, {"ex1_2-predict": "side = 'a'\nside_sure = 1",
                 "ex1_3-predict": "p = 0.99"})  # fmt: skip
    assert [(one.stated, one.held) for one in groups(predictions(course))] == [(0.99, 1), (1.0, 0)]
    assert "stated for certain: 0 of 1 held (0%, 95 % interval" in run("progress").stdout


def test_wilsons_interval_is_known_for_nine_of_ten() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1


@pytest.mark.parametrize(
    ("source", "value"),
    [("a = 1\na = 2", 2), ("a = -3", -3), ("(a, b), c = (1, 2), 3", 1), ("b = 3", None),
     ("a = b = 'x'", "x"), ("a = [1, 2 + 3]", [1, 5]), ("a = 90 / 100", 0.9),
     ("if True:\n    a = 1", None), ("a = ...", ...)],
)  # fmt: skip
def test_a_value_is_read_without_running_the_cell(source: str, value: object) -> None:
    assert written(source, "a") == value


@pytest.mark.parametrize("source", ["a = f()", "a = 1 / 0", "a = 'x' * 3", "a ="])
def test_what_would_have_to_be_run_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"no Python|more than literals|no numbers"):
        written(source, "a")


def test_progress_shows_a_line_a_lab_and_draws_the_picture(course: Path, tmp_path: Path) -> None:
    picture = tmp_path / "sure.png"
    done = run("progress", "--picture", str(picture))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    [row] = [line for line in lines if line.startswith(f"| {LAB}") and "10 of 11" in line]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        LAB, "10 of 11", "1 of 2", "2 of 4", "1 of 2"]  # fmt: skip
    assert (
        "Numbers, over all labs: 2 of 4 came near; too high 1, too low 1. Of the 3 with a "
        "lowest and a highest number 2 came near; drawn at random it would be 0.4." in done.stdout
    )
    assert "Choices, over all labs: 1 of 2 held. Drawn at random it would be 0.8." in done.stdout
    assert (
        "stated with 70% on average: 2 of 2 held (100%, 95 % interval 34% to 100%)" in done.stdout
    )
    assert "(4 without a probability or a range do not count here.)" in done.stdout
    assert "Predictions with points: 1 of 2 given." in done.stdout
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_who_never_says_how_sure_is_told_how(course: Path, tmp_path: Path) -> None:
    say(course, {"ex1_1-predict": "share = 0.5", "ex1_2-predict": "side = 'b'"})
    done = run("progress", "--picture", str(tmp_path / "sure.png"))
    assert "Beside a number NAME write NAME_range = (low, high)" in done.stdout
    assert "How sure you were" not in done.stdout
    assert "nothing to draw: no copy of yours says how sure" in done.output


def test_there_is_no_picture_of_nothing(course: Path, tmp_path: Path) -> None:
    say(course, {})
    done = run("progress", "--picture", str(tmp_path / "sure.png"))
    assert done.exit_code == 2
    assert "there is nothing to draw" in done.output
    assert "Your predictions" not in done.output
    assert not (tmp_path / "sure.png").exists()


def test_a_picture_that_cannot_be_written_is_a_sentence(course: Path, tmp_path: Path) -> None:
    done = run("progress", "--picture", str(tmp_path / "none" / "sure.png"))
    assert done.exit_code == 2
    assert "could not be written" in done.output
