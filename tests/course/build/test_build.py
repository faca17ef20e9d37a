"""Notebooks from sources: the same bytes each time, nothing lost, nothing given away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_lab import GOOD, Course

from safetylab.course.build.build import BuildError, build, build_notebooks, check

ROOT = Path(__file__).parents[3]
BUILD = (
    "import sys, pathlib; from safetylab.course.build.build import build; "
    "build(pathlib.Path(sys.argv[1]))"
)


def change(path: Path, cell: str, source: str) -> NotebookNode:
    """Edit one cell of a notebook on disk, as Jupyter would."""
    notebook = nbformat.read(path, as_version=4)
    [target] = [one for one in notebook.cells if one.id == cell]
    target.source = source
    nbformat.write(notebook, path)
    return target


def sources(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


def test_build_writes_both_notebooks_and_then_nothing(course: Course) -> None:
    assert build(course.root) == [course.instructor(), course.student()]
    assert build(course.root) == []
    assert check(course.root) == []


def test_a_second_build_writes_the_same_bytes(course: Course) -> None:
    build(course.root)
    first = [course.instructor().read_bytes(), course.student().read_bytes()]
    course.instructor().unlink()
    course.student().unlink()
    build(course.root)
    assert [course.instructor().read_bytes(), course.student().read_bytes()] == first


def test_code_in_a_hint_stays_on_one_line(course: Course) -> None:
    """The source is wrapped at 100 characters; JupyterLab would show where."""
    course.edit(
        "# Difficulty: 1",
        "# <code>return\n#   x</code>\n# <pre><code>a\n# b</code></pre>\n# Difficulty: 1",
    )
    build(course.root)
    notebook = nbformat.read(course.student(), as_version=4)
    assert "<code>return x</code>\n<pre><code>a\nb</code></pre>\n" in sources(notebook)


@pytest.mark.slow
def test_bytes_do_not_depend_on_hash_seed_or_working_folder(
    course: Course, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seen = []
    for seed in ("1", "2"):
        folder = tmp_path_factory.mktemp("elsewhere")
        shutil.copytree(course.root, folder / "course")
        root = folder / "course" if seed == "1" else Path("course")
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", BUILD, str(root)]
        subprocess.run(command, check=True, cwd=folder, env=environment)
        copied = Course(folder / "course")
        seen.append([copied.instructor().read_bytes(), copied.student().read_bytes()])
    assert seen[0] == seen[1]


def test_notebooks_are_valid_plain_and_never_run(course: Course) -> None:
    build(course.root)
    for path in (course.instructor(), course.student()):
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert notebook.metadata.kernelspec.name == "python3"
        assert notebook.metadata.language_info.name == "python"
        assert text.endswith("}\n")
        assert not text.endswith("\n\n")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_learners_get_neither_solutions_nor_hidden_tests(course: Course) -> None:
    instructor, student = build_notebooks(course.root, "lab01_tiny")
    secrets = [
        "direction = 1.0",
        "oracle_step",
        "test_edges",
        'prediction = "b"',
        "Rubric",
        "Sample A",
        "every coordinate may",
        "BEGIN",
        "END",
    ]
    for secret in secrets:
        assert secret in sources(instructor)
        assert secret not in json.dumps(student)
    for kept in ("def step(x, gradient, epsilon):", '"go up"', "Why does the sign suffice?"):
        assert kept in sources(student)
    assert sources(student).count("raise NotImplementedError()") == 1
    assert 'prediction = ...  # "a" or "b"' in sources(student)
    assert sources(student).count("YOUR ANSWER HERE") == 1


SECRETS = ("direction", "abs(scale)", "oracle_step", "test_edges", '= "b"', "Rubric", "Sample")


@pytest.mark.parametrize("fault", ["missing", "doubled", "indented", "in capitals", "cut short"])
def test_one_bad_line_gives_nothing_away(course: Course, fault: str) -> None:
    lines = GOOD.split("\n")
    for number, line in enumerate(lines):
        faulty = {
            "missing": [],
            "doubled": [line, line],
            "indented": ["    " + line],
            "in capitals": [line.upper()],
            "cut short": [line[:-1]],
        }[fault]
        course.add("lab01_tiny", "\n".join([*lines[:number], *faulty, *lines[number + 1 :]]))
        try:
            _, student = build_notebooks(course.root, "lab01_tiny")
        except BuildError:
            continue
        given_away = [secret for secret in SECRETS if secret in sources(student)]
        assert given_away == [], f"line {number + 1}: {line}"


def test_each_role_gets_the_metadata_nbgrader_reads(course: Course) -> None:
    instructor, student = build_notebooks(course.root, "lab01_tiny")
    rows = {}
    for cell in instructor.cells:
        if meta := cell.metadata.get("nbgrader"):
            flags = (meta.grade, meta.solution, meta.locked, meta.task)
            assert (meta.schema_version, meta.grade_id) == (3, cell.id)
            rows[cell.id] = (*flags, meta.get("points"))
    assert rows == {
        "setup-imports": (False, False, True, False, None),
        "ex1_1-step": (False, True, False, False, None),
        "ex1_1-step-test": (True, False, True, False, 2),
        "ex1_1-step-test-edges": (True, False, True, False, 1),
        "ex1_2-predict": (False, True, False, False, None),
        "ex1_2-why": (True, True, False, False, 3),
    }
    graders = [c.metadata.nbgrader for c in student.cells if "nbgrader" in c.metadata]
    assert [meta.grade_id for meta in graders] == list(rows)
    assert all("checksum" in meta for meta in graders)


def test_ids_are_given_or_slugs_of_headings_and_survive_an_insertion(course: Course) -> None:
    before = [cell.id for cell in build_notebooks(course.root, "lab01_tiny")[1].cells]
    assert before[:5] == [
        "lab-01-tiny",
        "setup-imports",
        "it-breaks",
        "hook",
        "exercise-1-1-one-signed-step",
    ]
    course.edit(
        "# %% [markdown]\n# ## It breaks",
        "# %% [markdown]\n# New.\n\n# %%\n1\n\n# %% [markdown]\n# ## It breaks",
    )
    after = [cell.id for cell in build_notebooks(course.root, "lab01_tiny")[1].cells]
    assert len(after) == len(before) + 2
    assert [id_ for id_ in after if id_ in before] == before


def test_tags_and_other_metadata_are_kept(course: Course) -> None:
    course.edit('tags=["demo"]', 'tags=["demo"] slideshow={"slide_type": "slide"}')
    for notebook in build_notebooks(course.root, "lab01_tiny"):
        [hook] = [cell for cell in notebook.cells if cell.id == "hook"]
        assert hook.metadata == {"tags": ["demo"], "slideshow": {"slide_type": "slide"}}


def test_stubs_come_from_the_course_settings(course: Course) -> None:
    settings = 'c = get_config()\nc.ClearSolutions.text_stub = "Write here."\n'
    (course.root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    _, student = build_notebooks(course.root, "lab01_tiny")
    assert "Write here." in sources(student)
    assert "YOUR ANSWER HERE" not in sources(student)


def test_nbgraders_other_markers_are_refused(course: Course) -> None:
    course.edit("# The end:", "# ### BEGIN MARK SCHEME\n# x\n# ### END MARK SCHEME\n# The end:")
    [problem] = course.problems()
    assert problem.what.startswith("nbgrader refuses the notebook: Mark scheme region detected")
    assert problem.todo


@pytest.mark.parametrize("text", [b"# %%\n# caf\xe9\n", b'# %% tags="demo"\n1\n'])
def test_a_source_that_cannot_be_read_is_named(course: Course, text: bytes) -> None:
    course.source().write_bytes(text)
    [problem] = course.problems()
    assert problem.file == "solutions/lab01_tiny/lab01_tiny.py"
    assert problem.what.startswith("the source cannot be read")


def test_an_empty_source_is_a_problem(course: Course) -> None:
    course.source().write_text("", encoding="utf-8")
    assert course.problems()
    assert not course.student().exists()


def test_every_problem_names_file_cell_and_what_to_do(course: Course) -> None:
    course.edit("scale = 2.0", "scale = = 2.0")
    course.edit("- 2 points: says", "- 1 point: says")
    with pytest.raises(BuildError) as caught:
        build(course.root)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.problems) == 2
    for line, cell in zip(lines, ("setup-imports", "ex1_2-why"), strict=True):
        assert line.startswith(f"solutions/lab01_tiny/lab01_tiny.py, cell `{cell}`: ")
        assert "; " in line


def test_an_unknown_lab_says_which_there_are(course: Course) -> None:
    for function in (build, check):
        with pytest.raises(BuildError, match="no such lab; the labs are lab01_tiny"):
            function(course.root, ["lab99_none"])
    with pytest.raises(BuildError, match="no such lab"):
        build_notebooks(course.root, "lab99_none")


def test_good_labs_are_written_beside_a_bad_one(course: Course) -> None:
    course.add("lab00_bad", GOOD.replace("ex1_", "ex0_").replace("| Points", "| Marks"))
    assert course.problems()
    assert course.student().exists()
    assert not course.student("lab00_bad").exists()


def test_only_the_named_labs_are_built(course: Course) -> None:
    course.add("lab00_bad", "# %%\n1\n")
    assert build(course.root, ["lab01_tiny"]) == [course.instructor(), course.student()]
    assert check(course.root, ["lab01_tiny"]) == []


def test_check_names_what_is_missing_and_writes_nothing(course: Course) -> None:
    lines = check(course.root)
    assert [line.split(":")[:2] for line in lines] == [
        ["solutions/lab01_tiny/lab01_tiny.ipynb", " missing; run `safetylab build lab01_tiny`"],
        ["labs/lab01_tiny/lab01_tiny.ipynb", " missing; run `safetylab build lab01_tiny`"],
    ]
    assert not course.student().exists()


def test_check_names_what_is_stale_and_build_mends_it(course: Course) -> None:
    build(course.root)
    before = course.student().read_bytes()
    course.edit("# The end:", "# The very end:")
    lines = check(course.root)
    assert [line.split(":")[0] for line in lines] == [
        "solutions/lab01_tiny/lab01_tiny.ipynb",
        "labs/lab01_tiny/lab01_tiny.ipynb",
    ]
    assert all("stale" in line for line in lines)
    assert course.student().read_bytes() == before
    assert build(course.root) == [course.instructor(), course.student()]
    assert check(course.root) == []


def test_a_new_version_of_the_package_makes_notebooks_stale(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(course.root)
    monkeypatch.setattr("safetylab.__version__", "99.0")
    assert len(check(course.root)) == 2


def test_check_tells_the_problems_of_a_source(course: Course) -> None:
    build(course.root)
    course.edit("| Points | 6 (3", "| Points | 7 (3")
    [line] = check(course.root)
    assert "it states 7 points; the cells have 6" in line


STRAYS = [
    "solutions/lab01_tiny/weights.bin",
    "solutions/lab01_tiny/more/notes.txt",
    "solutions/lab07_gone/lab07_gone.ipynb",
    "labs/lab01_tiny/data.csv",
    "labs/lab07_gone/lab07_gone.ipynb",
    "labs/notes.txt",
]


@pytest.mark.parametrize("stray", STRAYS)
def test_check_names_a_stray_file_and_build_leaves_it(course: Course, stray: str) -> None:
    build(course.root)
    path = course.root / stray
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    [line] = check(course.root)
    assert line.startswith(f"{stray}: stray")
    assert build(course.root) == []
    assert path.read_text(encoding="utf-8") == "x"


def test_caches_and_files_beside_the_labs_are_no_strays(course: Course) -> None:
    build(course.root)
    for name in (
        "solutions/lab01_tiny/.ipynb_checkpoints/x.ipynb",
        "solutions/lab01_tiny/__pycache__/x.pyc",
        "labs/lab01_tiny/.ipynb_checkpoints/x.ipynb",
        "solutions/README.md",
        "solutions/train_weights.py",
    ):
        path = course.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert check(course.root) == []


@pytest.mark.parametrize("which", ["instructor", "student"])
def test_an_edit_by_hand_is_never_lost(course: Course, which: str) -> None:
    build(course.root)
    path = getattr(course, which)()
    change(path, "hook", "1 + 1\n2 + 2")
    course.edit("# The end:", "# The very end:")
    edited = path.read_bytes()
    others = [p for p in (course.instructor(), course.student()) if p != path]
    before = others[0].read_bytes()
    [problem] = course.problems()
    assert problem.file == path.relative_to(course.root).as_posix()
    assert "edited by hand" in problem.what
    assert "cell `hook`: + 1 + 1" in problem.todo
    assert "cell `hook`: + 2 + 2" in problem.todo
    assert "cell `hook`: - [value * scale for value in (1, 2)]" in problem.todo
    assert any("edited by hand" in line and path.name in line for line in check(course.root))
    assert path.read_bytes() == edited
    assert others[0].read_bytes() == before


def test_an_edit_that_was_moved_to_the_source_is_in_the_way_no_longer(course: Course) -> None:
    build(course.root)
    change(course.instructor(), "hook", "1 + 1")
    course.edit("[value * scale for value in (1, 2)]", "1 + 1")
    assert build(course.root) == [course.instructor(), course.student()]
    assert check(course.root) == []


@pytest.mark.parametrize("key", ["points", "tags", "order", "new cell"])
def test_edits_of_other_things_than_text_are_seen(course: Course, key: str) -> None:
    build(course.root)
    notebook = nbformat.read(course.instructor(), as_version=4)
    by_id = {cell.id: cell for cell in notebook.cells}
    if key == "points":
        by_id["ex1_1-step-test"].metadata.nbgrader.points = 3
    elif key == "tags":
        by_id["hook"].metadata.tags = []
    elif key == "order":
        notebook.cells.reverse()
    else:
        notebook.cells.append(nbformat.v4.new_code_cell("1", id="more"))
    nbformat.write(notebook, course.instructor())
    [problem] = course.problems()
    assert "edited by hand" in problem.what
    told = {"points": '"points": 3', "tags": "tags: []", "new cell": "cell `more`: + 1"}
    assert told.get(key, "the cells stand in another order") in problem.todo


def test_outputs_of_a_run_are_no_edit(course: Course) -> None:
    build(course.root)
    for path in (course.instructor(), course.student()):
        notebook = nbformat.read(path, as_version=4)
        cell = notebook.cells[1]
        cell.execution_count = 7
        cell.outputs = [nbformat.v4.new_output("stream", text="seen")]
        notebook.metadata.language_info.version = "3.11.7"
        nbformat.write(notebook, path)
    ran = course.instructor().read_bytes()
    assert build(course.root) == [course.student()]
    assert course.instructor().read_bytes() == ran
    assert "seen" not in course.student().read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}']
)
def test_a_file_that_is_not_the_builders_is_left_alone(course: Course, text: str) -> None:
    course.student().parent.mkdir(parents=True)
    course.student().write_text(text, encoding="utf-8")
    [problem] = course.problems()
    assert problem.file == "labs/lab01_tiny/lab01_tiny.ipynb"
    assert "the builder did not write this file" in problem.what
    assert "delete it, and build again" in problem.todo
    assert course.student().read_text(encoding="utf-8") == text
    assert not course.instructor().exists()


SETTINGS = """
from safetylab.course.build.predict_config import use_prediction_stubs

c = get_config()
use_prediction_stubs(c)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
c.CourseDirectory.ignore = ["*.py", "__pycache__", ".ipynb_checkpoints"]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
"""


@pytest.mark.slow
def test_nbgraders_own_command_makes_the_same_student_notebook(course: Course) -> None:
    (course.root / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
    build(course.root)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "lab01_tiny"]
    subprocess.run([*command, "--no-db"], cwd=course.root, check=True, capture_output=True)
    theirs = course.root / "release" / "lab01_tiny" / "lab01_tiny.ipynb"
    assert sorted(path.name for path in theirs.parent.iterdir()) == ["lab01_tiny.ipynb"]
    mine = nbformat.read(course.student(), as_version=4)
    assert nbformat.read(theirs, as_version=4).cells == mine.cells


def test_magics_are_read_as_python(course: Course) -> None:
    course.edit("[value * scale for value in (1, 2)]", "# %time scale\nscale")
    assert build(course.root) == [course.instructor(), course.student()]
    student = nbformat.read(course.student(), as_version=4)
    assert "%time scale\nscale" in [cell.source for cell in student.cells]


def test_a_lab_may_be_named_by_its_number(course: Course) -> None:
    assert [path.name for path in build(course.root, ["lab01"])] == ["lab01_tiny.ipynb"] * 2
    with pytest.raises(BuildError, match="there is no such lab"):
        build(course.root, ["lab0"])
