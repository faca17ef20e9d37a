"""One class graded by `safetylab grade`, by `nbgrader autograde`, and as the formgrader does it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from grading import nbcourse as nc
from grading.test_markup import HOSTILE, FormulaPage
from nbgrader.apps.api import NbGraderAPI

from safetylab.grading.gradebook.batch import Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader_engine")]

Scores = dict[str, tuple[float | None, bool]]

PERSON = {"sizes": (None, True), "why": (None, True), "draw": (None, True)}
FULL: Scores = {"double-works": (3.0, False), "double-parts": (2.0, False), **PERSON}
HALF: Scores = {"double-works": (0.0, False), "double-parts": (1.0, False), **PERSON}
NONE: Scores = {"double-works": (0.0, False), "double-parts": (0.0, False), **PERSON}
EMPTY: Scores = {**NONE, "sizes": (0.0, False), "why": (0.0, False)}
DOUBT: Scores = {"double-works": (0.0, True), "double-parts": (0.0, True), **PERSON}
UNKNOWN: Scores = dict.fromkeys(FULL, (None, True))


def edit_tests(cells: list[Any]) -> None:
    """Tests that always pass, worth a hundred points."""
    for cell in cells:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("double-"):
            cell["source"] = "pass"
            cell["metadata"]["nbgrader"] |= {"points": 100, "locked": False}


def delete_tests(cells: list[Any]) -> None:
    cells[:] = [cell for cell in cells if "double-" not in str(cell["metadata"])]


def duplicate_all(cells: list[Any]) -> None:
    cells += [json.loads(json.dumps(cell)) | {"id": f"c{n}"} for n, cell in enumerate(cells)]


def end_the_setup(cells: list[Any]) -> None:
    """After this the course's own cells cannot run."""
    code = "import builtins\nbuiltins.__import__ = None"
    cells.insert(0, {"cell_type": "code", "metadata": {}, "outputs": [], "source": code,
                     "execution_count": None})  # fmt: skip


def strip_metadata(cells: list[Any]) -> None:
    for cell in cells:
        cell["metadata"] = {}


def odd_schemas(cells: list[Any]) -> None:
    for number, cell in enumerate(cells):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = [99, 0, "x", None][number % 4]


def forge_outputs(cells: list[Any]) -> None:
    for cell in cells:
        if cell["cell_type"] == "code":
            data = {"text/html": "<script>alert(1)</script>", "text/plain": "2.0"}
            cell["outputs"] = [{"output_type": "execute_result", "data": data, "metadata": {}}]


def split_answer(cells: list[Any]) -> None:
    """JupyterLab's "split cell": both halves keep the metadata."""
    place = next(n for n, c in enumerate(cells) if "def double" in "".join(c["source"]))
    second = json.loads(json.dumps(cells[place])) | {"id": "second-half"}
    cells[place]["source"] = "def add(a, b):\n    return a + b"
    second["source"] = "def double(x):\n    return add(x, x)"
    cells.insert(place + 1, second)


def answer_elsewhere(cells: list[Any]) -> None:
    """Free answers in new cells, the course's own for them deleted; a person finds them there."""
    for cell in cells:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ("sizes", "why"):
            cell |= {"metadata": {}, "id": f"own-{cell['cell_type']}"}


def hostile_texts(cells: list[Any]) -> None:
    for text in HOSTILE:
        cells.append(
            {"cell_type": "markdown", "metadata": {"tags": ["'><script>"]}, "source": text}
        )
    cells.append({"cell_type": "raw", "metadata": {}, "source": "<script>alert(1)</script>"})
    why = next(cell for cell in cells if "why" in str(cell["metadata"].get("nbgrader")))
    why["source"] = "\n\n".join(HOSTILE)
    cells.append(
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "print('<script>alert(2)</script>')\n'<img src=x onerror=alert(3)>'",
        }
    )


def cases(root: Path) -> dict[str, tuple[bytes, Scores]]:
    """Students, what they hand in, and what is fair."""
    right, wrong = nc.RIGHT, nc.WRONG
    return {
        "right": (nc.answered(root, right), FULL),
        "half": (nc.answered(root, nc.HALF), HALF),
        "wrong": (nc.answered(root, wrong), NONE),
        "untouched": (nc.answered(root, {}), EMPTY),
        "edited": (nc.answered(root, wrong, edit_tests), NONE),
        "deleted": (nc.answered(root, right, delete_tests), FULL),
        "doubled": (nc.answered(root, right, duplicate_all), FULL),
        "reversed": (nc.answered(root, right, lambda cells: cells.reverse()), FULL),
        "stripped": (nc.answered(root, right, strip_metadata), FULL),
        "schemas": (nc.answered(root, right, odd_schemas), FULL),
        "forged": (nc.answered(root, wrong, forge_outputs), NONE),
        "elsewhere": (nc.answered(root, right, answer_elsewhere), FULL),
        "split": (nc.answered(root, right, split_answer), FULL),
        "hostile": (nc.answered(root, right, hostile_texts), FULL),
        "setup": (nc.answered(root, right, end_the_setup), DOUBT),
        "renamed": (nc.answered(root, right), FULL),
        "linked": (nc.answered(root, right), FULL),
        "latin": (nc.answered(root, right).replace(b"two of x", b"d\xe9j\xe0 vu"), FULL),
        "broken": (nc.answered(root, right)[:-30], UNKNOWN),
        "nothing": (b"an essay", UNKNOWN),
    }


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a class's submissions, nothing of it graded."""
    root = nc.make_course(tmp_path_factory.mktemp("course"), nc.CONFIG + nc.TWO_LINES)
    for student, (content, _) in cases(root).items():
        nc.hand_in(root, student, content)
    mine = root / "submitted"
    (mine / "renamed" / nc.NAME / "ps1.ipynb").rename(mine / "renamed" / nc.NAME / "my work.ipynb")
    (mine / "nothing" / nc.NAME / "ps1.ipynb").rename(mine / "nothing" / nc.NAME / "essay.txt")
    for name, target in (("key.txt", root / "source/ps1/ps1.ipynb"), ("db", root / "gradebook.db")):
        (mine / "linked" / nc.NAME / name).symlink_to(target)
    (mine / "hostile" / nc.NAME / "page.html").write_text("<script>alert(1)</script>")
    (mine / "half" / nc.NAME / "notes.txt").write_text("kept")
    return root


@pytest.fixture(scope="module")
def by_safetylab(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    root = shutil.copytree(handed_in, tmp_path_factory.mktemp("a") / "c", symlinks=True)
    return root, grade_assignment(Course.open(root), nc.NAME)


@pytest.fixture(scope="module")
def by_nbgrader(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shutil.copytree(handed_in, tmp_path_factory.mktemp("b") / "c", symlinks=True)
    told = nc.nbgrader(root, "autograde", nc.NAME, code=1)
    assert "setup, ps1: double-parts, double-works" in told.stdout + told.stderr, "for a person"
    assert "3 submission(s) were recorded" not in told.stdout + told.stderr, "two are"
    nc.nbgrader(root, "generate_feedback", nc.NAME)
    return root


def scores(root: Path) -> dict[str, Scores]:
    with Course.open(root).gradebook() as book:
        return {
            entry.student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for notebook in entry.notebooks
                for grade in notebook.grades
            }
            for entry in book.assignment_submissions(nc.NAME)
        }


def autograded(root: Path, student: str) -> Any:
    return nbformat.read(root / "autograded" / student / nc.NAME / "ps1.ipynb", as_version=4)


def test_safetylab_is_fair_to_each(by_safetylab: tuple[Path, Summary]) -> None:
    root, summary = by_safetylab
    assert scores(root) == {student: fair for student, (_, fair) in cases(root).items()}
    assert {one.student for one in summary.graded if one.failed} == {"broken", "nothing"}
    assert not summary.complete


def test_nbgraders_own_command_is_fair_to_each(by_nbgrader: Path) -> None:
    fair = {student: fair for student, (_, fair) in cases(by_nbgrader).items()}
    del fair["nothing"]  # nbgrader passes over a folder without notebooks before it asks us
    assert scores(by_nbgrader) == fair


def test_both_write_the_same_notebooks(
    by_safetylab: tuple[Path, Summary], by_nbgrader: Path
) -> None:
    for student in set(scores(by_nbgrader)):
        ours, theirs = autograded(by_safetylab[0], student), autograded(by_nbgrader, student)
        for notebook in (ours, theirs):
            del notebook["cells"][0]["metadata"]["safetylab"]["seconds"]
        assert ours == theirs


def test_the_formgraders_button_does_the_same(handed_in: Path, tmp_path: Path) -> None:
    root = shutil.copytree(handed_in, tmp_path / "c", symlinks=True)
    course = Course.open(root)
    api = NbGraderAPI(course.directory, config=course.config)
    for student in ("half", "linked", "broken"):
        assert api.autograde(nc.NAME, student)["success"] is (student != "broken")
    fair = {student: fair for student, (_, fair) in cases(root).items()}
    assert scores(root) == {student: fair[student] for student in ("broken", "half", "linked")}
    assert course.directory.submitted_directory == "submitted"


def test_submissions_are_not_changed(handed_in: Path, by_safetylab: tuple[Path, Summary]) -> None:
    for path in (handed_in / "submitted").rglob("*.ipynb"):
        copy = by_safetylab[0] / path.relative_to(handed_in)
        assert copy.read_bytes() == path.read_bytes()


def test_repairs_are_told(by_safetylab: tuple[Path, Summary]) -> None:
    told = {one.student: " / ".join(one.repairs) for one in by_safetylab[1].graded}
    assert told["renamed"] == "my work.ipynb was taken for ps1.ipynb"
    assert "db was left out: it is a link" in told["linked"]
    assert "double-works was changed" in told["edited"]
    assert "double-works was missing" in told["deleted"]
    assert "Latin-1" in told["latin"]
    assert told["right"] == told["half"] == ""


def test_nothing_that_a_link_points_to_gets_in(by_nbgrader: Path) -> None:
    for step in ("autograded", "feedback"):
        kept = {path.name for path in (by_nbgrader / step / "linked" / nc.NAME).iterdir()}
        assert kept <= {"ps1.ipynb", "ps1.html", "numbers.csv"}
    assert (by_nbgrader / "autograded/half/ps1/notes.txt").read_text() == "kept"
    assert not list((by_nbgrader / "autograded/hostile").rglob("*.html"))


def test_feedback_hides_what_is_hidden(by_nbgrader: Path) -> None:
    for student in ("right", "wrong", "half", "broken"):
        page = (by_nbgrader / "feedback" / student / nc.NAME / "ps1.html").read_text()
        assert "secret" not in page
        assert "HIDDEN" not in page
        assert str(by_nbgrader) not in page
    assert "hidden test" in (by_nbgrader / "feedback/wrong/ps1/ps1.html").read_text()


def test_graders_alone_see_the_model_answer(by_nbgrader: Path) -> None:
    model = "Because it adds x to itself."
    cells = autograded(by_nbgrader, "right").cells
    place = next(n for n, cell in enumerate(cells) if model in cell.source)
    assert cells[place + 1].metadata.nbgrader.grade_id == "why"
    assert model not in (by_nbgrader / "feedback/right/ps1/ps1.html").read_text()


def test_feedback_has_a_table_on_top(by_nbgrader: Path) -> None:
    page = (by_nbgrader / "feedback/half/ps1/ps1.html").read_text()
    table = page[page.index("<th>Exercise</th>") : page.index("</table>")]
    rows = [re.sub("<[^>]+>", " ", row).split() for row in table.split("<tr>")[1:]]
    assert [row[:2] for row in rows[:3]] == [
        ["double-works", "0/3"], ["double-parts", "1/2"], ["sizes", "0/1"],
    ]  # fmt: skip
    assert 'href="#double-works"' in table
    assert 'name="double-works"' in page, "which is where the link leads"
    assert "the test stopped with AssertionError" in " ".join(rows[0])
    assert "a person has not decided" in " ".join(rows[2])


def test_nobody_is_told_no_response_of_a_file_that_could_not_be_read(by_nbgrader: Path) -> None:
    with Course.open(by_nbgrader).gradebook() as book:
        told = {name: book.find_comment("why", nc.NAME, nc.NAME, name).auto_comment
                for name in ("untouched", "broken")}  # fmt: skip
    assert told == {"untouched": "No response.", "broken": None}


def test_nobody_is_told_no_response_of_an_answer_in_a_cell_of_their_own(by_nbgrader: Path) -> None:
    with Course.open(by_nbgrader).gradebook() as book:
        where = nc.NAME, nc.NAME
        said = [book.find_comment("why", *where, student).auto_comment
                for student in ("untouched", "elsewhere")]  # fmt: skip
    assert said == ["No response.", None]


def test_a_free_answer_in_code_shows_what_it_shows(by_nbgrader: Path) -> None:
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell
             for cell in autograded(by_nbgrader, "right").cells}  # fmt: skip
    assert [output.data["text/plain"] for output in cells["sizes"].outputs] == ["[0, 2, 4]"]


def test_graders_see_the_hidden_tests_and_the_scheme(by_nbgrader: Path) -> None:
    text = json.dumps(autograded(by_nbgrader, "wrong"))
    assert "secret_value" in text
    assert "the secret scheme" in text


def test_feedback_runs_nothing_of_a_students(by_nbgrader: Path) -> None:
    plain, hostile = (
        FormulaPage((by_nbgrader / "feedback" / student / nc.NAME / "ps1.html").read_text()).found
        for student in ("right", "hostile")
    )
    assert sorted(set(hostile) - set(plain)) == []
    assert hostile.count("script") == plain.count("script")


def test_what_waits_for_a_person_can_be_graded_and_stays(handed_in: Path, tmp_path: Path) -> None:
    """Manual grades, a late penalty, export: nbgrader's own, as ever."""
    root = shutil.copytree(handed_in, tmp_path / "c", symlinks=True)
    (root / "nbgrader_config.py").open("a").write(
        "class OnePoint(__import__('nbgrader.plugins').plugins.LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n        return 1.0\n"
        "c.AssignLatePenalties.plugin_class = OnePoint\n"
    )
    course = Course.open(root)
    with course.gradebook() as book:
        book.update_or_create_assignment(nc.NAME, duedate="2026-01-01 00:00:00 UTC")
    stamp = root / "submitted/right/ps1/timestamp.txt"
    stamp.write_text("2026-01-02 00:00:00 UTC")
    grade_assignment(course, nc.NAME, students=["right", "broken"])
    with course.gradebook() as book:
        for name in ("sizes", "why", "draw"):
            grade = book.find_grade(name, "ps1", nc.NAME, "right")
            grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.db.commit()
    again = grade_assignment(course, nc.NAME, students=["right"], force=True)
    assert again.complete
    nc.nbgrader(root, "export", "--to", "grades.csv")
    rows = {row["student_id"]: row for row in csv.DictReader((root / "grades.csv").open())}
    assert float(rows["right"]["raw_score"]) == 5 + 3
    assert float(rows["right"]["late_submission_penalty"]) == 1
    with course.gradebook() as book:
        assert book.find_submission(nc.NAME, "broken").needs_manual_grade


def test_without_execution_nobody_gets_points(handed_in: Path, tmp_path: Path) -> None:
    root = shutil.copytree(handed_in, tmp_path / "c", symlinks=True)
    nc.nbgrader(root, "autograde", nc.NAME, "--student", "wrong", "--no-execute")
    assert scores(root)["wrong"]["double-works"] == (None, True)
