"""Tests as learners get them: folded, with a line that says what to do, oracles inside."""

from __future__ import annotations

import json

import pytest
from tiny_lab import GOOD, Course

from safetylab.course.build.build import build_notebooks
from safetylab.course.build.release import to_text
from safetylab.course.learner.merge import merge
from safetylab.grading.bundle import Bundle
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.rebuild import OLDER_COPY, Role, rebuild

ORACLE = """\
# %% nbgrader={"grade_id": "oracle-step", "points": 0}
### BEGIN HIDDEN TESTS
"""
SHARED = (
    ORACLE
    + """\
from math import isclose


# How exact is exact?
CLOSE = 1e-9


def near(a, b):
    return isclose(a, b, abs_tol=CLOSE)


def unlike(a, b):
    return not near(a, b)


"""
)
EDGE = '    expect(step(1.0, 1.0, 0.1) == 1.0, "stay in the box")\n'


@pytest.fixture
def shared(course: Course) -> Course:
    """A lab in which two tests share what an oracle cell defines, and use a part of it each."""
    course.edit(ORACLE, SHARED)
    course.edit("    oracle_step(step)\n", "    oracle_step(step)\n    assert unlike(1, 2)\n")
    course.edit(EDGE, EDGE + "    assert near(1, 1)\n")
    return course


def both(course: Course):
    return [{c.id: c for c in nb.cells} for nb in build_notebooks(course.root, "lab01_tiny")]


def test_each_test_carries_what_it_uses_of_the_oracles_and_no_more(shared):
    instructor, student = both(shared)
    assert "oracle-step" not in instructor.keys() | student.keys()
    first, second = (instructor[f"ex1_1-step-test{end}"].source for end in ("", "-edges"))
    assert "def oracle_step(step):" in first
    assert "def unlike(a, b):" in first
    assert "oracle_step" not in second
    assert "unlike" not in second
    for source in (first, second):
        assert "from math import isclose" in source
        assert "# How exact is exact?\nCLOSE = 1e-9\n" in source
        assert source.index("isclose") < source.index("CLOSE") < source.index("def near(a, b):")


@pytest.mark.parametrize("name", ["ex1_1-step-test", "ex1_1-step-test-edges"])
def test_a_test_runs_alone_on_a_right_answer(shared, name, capsys):
    instructor, _ = both(shared)
    space: dict[str, object] = {}
    for cell in ("setup-imports", "ex1_1-step", name):
        exec(instructor[cell].source, space)
    assert capsys.readouterr().out.startswith("1.1: ")
    space["step"] = lambda x, gradient, epsilon: x - 1
    with pytest.raises(AssertionError):
        exec(instructor[name].source, space)


def test_learners_see_nothing_of_an_oracle(shared):
    _, student = both(shared)
    source = student["ex1_1-step-test"].source
    assert not any(word in source for word in ("oracle", "isclose", "near", "HIDDEN"))
    assert source.split("\n")[1] == '@exercise("1.1")'
    assert all(cell.source.strip() for cell in student.values())


def test_a_test_is_folded_and_its_first_line_says_what_to_do(course):
    for cells in both(course):
        test = cells["ex1_1-step-test"]
        assert test.metadata.jupyter == {"source_hidden": True}
        assert test.metadata.tags == ["raises-exception"]
        assert test.source.split("\n")[0] == (
            "# Check 1.1, step (2 points): run me (Shift+Enter). Click this bar to read the test."
        )
        hidden = cells["ex1_1-step-test-edges"].source.split("\n")[0]
        assert (
            hidden == "# Check 1.1, step edges (1 point): this check runs when your work is graded."
        )
        others = [cell for name, cell in cells.items() if "-test" not in name]
        assert not any("jupyter" in cell.metadata for cell in others)
        assert not any("raises-exception" in cell.metadata.get("tags", []) for cell in others)


def test_an_exercise_with_one_check_needs_no_name_for_it(course):
    start = GOOD.index('# %% nbgrader={"grade_id": "ex1_1-step-test-edges"')
    course.edit(GOOD[start : GOOD.index("# %%", start + 1)], "")
    course.edit('"ex1_1-step-test", "points": 2', '"ex1_1-step-test", "points": 3')
    _, student = both(course)
    assert student["ex1_1-step-test"].source.startswith("# Check 1.1 (3 points): run me")


def test_an_authors_own_tags_and_metadata_stay(course):
    course.edit(
        '{"grade_id": "ex1_1-step-test", "points": 2}',
        '{"grade_id": "ex1_1-step-test", "points": 2} tags=["slow"] jupyter={"a": 1}',
    )
    _, student = both(course)
    metadata = student["ex1_1-step-test"].metadata
    assert metadata.tags == ["slow", "raises-exception"]
    assert metadata.jupyter == {"a": 1, "source_hidden": True}


def test_what_no_test_uses_is_refused(course):
    course.edit(ORACLE, ORACLE + "SPARE = 1\nprint('ready')\n")
    told = [(p.cell, p.what) for p in course.problems()]
    assert told == [
        ("oracle-step", "no test uses SPARE"),
        ("oracle-step", "no test uses \"print('ready')\""),
    ]


def test_an_older_copy_with_oracle_cells_is_graded_and_updated_without_a_word_about_them(course):
    instructor, student = map(to_text, build_notebooks(course.root, "lab01_tiny"))
    older = json.loads(student)
    place = [cell["id"] for cell in older["cells"]].index("ex1_1-step-test")
    mark = {
        "grade_id": "oracle-step",
        "grade": True,
        "solution": False,
        "locked": True,
        "points": 0,
    }
    empty = {"cell_type": "code", "id": "oracle-step", "metadata": {"nbgrader": mark}, "source": []}
    older["cells"].insert(place, {**empty, "outputs": [], "execution_count": None})
    older["cells"][place - 1]["source"] = ["def step(x, gradient, epsilon):\n", "    return x"]
    older["metadata"]["safetylab"]["source_sha"] = "older"
    mine = json.dumps(older).encode()

    moved = merge(mine, student.encode(), "lab01_tiny", None)
    ids = [cell["id"] for cell in json.loads(moved.content)["cells"]]
    assert ids == [cell["id"] for cell in json.loads(student)["cells"]]
    assert moved.notes == ("moved: ex1_1-step",)
    bundle = Bundle("lab01_tiny", student.encode(), instructor.encode())
    rebuilt = rebuild(read_notebook(mine, "mine"), bundle)
    assert [note.startswith(OLDER_COPY) for note in rebuilt.notes] == [True]
    assert not [step for step in rebuilt.steps if step.role is Role.EXTRA]
