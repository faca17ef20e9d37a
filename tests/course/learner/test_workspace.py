"""A learner's copies: made once, never overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from grading import tiny

from safetylab.course.learner import workspace
from safetylab.course.learner.workspace import (
    copy_missing,
    is_older,
    learner_notebook,
    older_copies,
    work_dir,
)
from safetylab.course.paths import CourseError, find_root, lab_notebook, resolve_lab


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_labs_are_copied_once_and_a_learners_file_is_never_touched(tiny_course: Path) -> None:
    copy = tiny_course / "work" / tiny.LAB / f"{tiny.LAB}.ipynb"
    assert copy_missing(tiny_course) == [copy]
    assert copy.read_bytes() == tiny.RELEASED
    copy.write_text("mine")
    lab_notebook(tiny_course, tiny.LAB).write_text("newer")
    assert copy_missing(tiny_course) == []
    assert contents(tiny_course / "work") == {copy: b"mine"}


def test_only_what_is_missing_is_copied_and_hidden_files_are_not(tiny_course: Path) -> None:
    copy_missing(tiny_course)
    lab = tiny_course / "labs" / tiny.LAB
    for name in ("picture.png", ".DS_Store", "__pycache__/x.pyc", ".ipynb_checkpoints/x.ipynb"):
        (lab / name).parent.mkdir(exist_ok=True)
        (lab / name).write_text("new")
    assert copy_missing(tiny_course) == [tiny_course / "work" / tiny.LAB / "picture.png"]


def test_a_copy_that_is_cut_short_leaves_nothing(
    tiny_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(workspace.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        copy_missing(tiny_course)
    assert contents(tiny_course / "work") == {}


def test_a_file_that_appears_meanwhile_is_kept(
    tiny_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tiny_course / "work" / tiny.LAB / f"{tiny.LAB}.ipynb"

    def faster(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes())
        copy.write_text("mine")

    monkeypatch.setattr(workspace.shutil, "copyfile", faster)
    assert copy_missing(tiny_course) == []
    assert contents(tiny_course / "work") == {copy: b"mine"}


@pytest.mark.parametrize("there", [False, True])
def test_without_hard_links_a_copy_is_still_whole_and_still_no_overwrite(
    tiny_course: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    copy = tiny_course / "work" / tiny.LAB / f"{tiny.LAB}.ipynb"

    def no_links(source: Path, target: Path) -> None:
        if there:
            copy.write_text("mine")
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    assert copy_missing(tiny_course) == ([] if there else [copy])
    assert contents(tiny_course / "work") == {copy: b"mine" if there else tiny.RELEASED}


def test_the_work_folder_can_be_elsewhere(
    tiny_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFETYLAB_WORK", str(tmp_path / "mine"))
    copy_missing(tiny_course)
    assert learner_notebook(tiny_course, tiny.LAB).is_relative_to(tmp_path / "mine")
    assert not (tiny_course / "work").exists()


def test_a_lab_that_is_not_copied_yet_says_how_to_copy_it(tiny_course: Path) -> None:
    with pytest.raises(CourseError, match="safetylab start"):
        learner_notebook(tiny_course, tiny.LAB)
    with pytest.raises(CourseError, match=f"no lab is called 'lab99'; the labs are: {tiny.LAB}"):
        learner_notebook(tiny_course, "lab99")


def test_a_copy_of_an_older_version_is_known(tiny_course: Path) -> None:
    copy_missing(tiny_course)
    copy, released = learner_notebook(tiny_course, tiny.LAB), lab_notebook(tiny_course, tiny.LAB)
    assert not is_older(copy, released)
    released.write_bytes(tiny.RELEASED.replace(b'"abc"', b'"newer"'))
    assert is_older(copy, released)
    assert older_copies(tiny_course) == [tiny.LAB]
    copy.write_text("broken")
    assert not is_older(copy, released)


@pytest.mark.parametrize("name", [tiny.LAB, "lab01", "01", "1", "lab01_t"])
def test_a_lab_goes_by_short_names(tiny_course: Path, name: str) -> None:
    assert resolve_lab(tiny_course, name) == tiny.LAB


def test_a_name_that_could_be_two_labs_is_refused(tiny_course: Path) -> None:
    other = tiny_course / "labs" / "lab01_tall" / "lab01_tall.ipynb"
    other.parent.mkdir()
    other.touch()
    with pytest.raises(CourseError, match="could be lab01_tall or lab01_tiny"):
        resolve_lab(tiny_course, "1")
    for unknown in ("", "2", "lab", "11", "../lab01_tiny"):
        with pytest.raises(CourseError):
            resolve_lab(tiny_course, unknown)


def test_a_folder_without_labs_is_no_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    with pytest.raises(CourseError, match="no course in"):
        find_root()


def test_the_course_is_found_above_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAFETYLAB_ROOT", raising=False)
    assert (find_root() / "safetylab" / "course" / "paths.py").is_file()


def test_work_is_below_the_root_by_default(tiny_course: Path) -> None:
    assert work_dir(tiny_course) == tiny_course / "work"
