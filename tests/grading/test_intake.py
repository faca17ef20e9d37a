"""What is taken from a submission's folder, what is not, and what is said about it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from grading import tiny

from safetylab.grading import Bundle
from safetylab.grading.gradebook import intake
from safetylab.grading.gradebook.intake import Submission, take_in

LAB = f"{tiny.LAB}.ipynb"
MINE = tiny.submission(tiny.RIGHT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "submitted/ann" / tiny.LAB
    path.mkdir(parents=True)
    (path / LAB).write_bytes(MINE)
    return path


def taken(folder: Path, **settings: list[str]) -> Submission:
    return take_in(folder, [tiny.bundle()], **settings)


def test_notebook_and_files_are_taken_as_they_are(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data/mine.csv").write_bytes(b"1,2")
    found = taken(folder)
    assert found.notebooks == {tiny.LAB: MINE}
    assert found.files == {"data/mine.csv": b"1,2"}
    assert found.notes == ()
    assert found.refused == {}


def test_links_are_left_out(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "solution.txt"
    secret.write_text("secret")
    (folder / "answers.txt").symlink_to(secret)
    (folder / "everything").symlink_to(tmp_path, target_is_directory=True)
    (folder / "dangling").symlink_to(tmp_path / "nothing")
    found = taken(folder)
    assert found.files == {}
    assert found.notes == (
        "answers.txt was left out: it is a link",
        "dangling was left out: it is a link",
        "everything was left out: it is a link",
    )


def test_a_notebook_that_is_a_link_is_not_graded(folder: Path, tmp_path: Path) -> None:
    (folder / LAB).rename(tmp_path / LAB)
    (folder / LAB).symlink_to(tmp_path / LAB)
    found = taken(folder)
    assert found.notebooks == {}
    assert found.refused == {tiny.LAB: f"{LAB} was left out: it is a link"}


def test_a_folder_that_is_a_link_is_not_followed(folder: Path) -> None:
    link = folder.with_name("link")
    link.symlink_to(folder, target_is_directory=True)
    found = taken(link)
    assert found.notebooks == {}
    assert "link" in found.refused[tiny.LAB]


def test_pipes_and_sockets_are_left_out_without_waiting_for_them(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket must be short
        server.bind("sock")
        os.chdir(here)
    found = taken(folder)
    assert found.files == {}
    assert len(found.notes) == 2


def test_large_and_many_files_are_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FILE_LIMIT", 10)
    monkeypatch.setattr(intake, "ALL_FILES_LIMIT", 15)
    for name, size in (("a", 11), ("b", 9), ("c", 9), ("d", 3)):
        (folder / name).write_bytes(b"x" * size)
    found = taken(folder)
    assert sorted(found.files) == ["b", "d"]
    assert len(found.notes) == 2
    monkeypatch.setattr(intake, "MOST_FILES", 1)
    assert len(taken(folder).files) + len(taken(folder).notebooks) == 1


def test_notebooks_that_nobody_asked_for_are_bounded_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "NOTEBOOK_LIMIT", len(MINE) + 10)
    for name in "abc":
        (folder / f"{name}.ipynb").write_bytes(b" " * len(MINE))
    found = taken(folder)
    assert found.notebooks == {tiny.LAB: MINE}
    assert [note.partition(" was")[0] for note in found.notes] == [
        "b.ipynb", "c.ipynb", "not graded, for the assignment has no such notebook: a.ipynb",
    ]  # fmt: skip


def test_of_many_that_are_left_out_some_are_named_and_the_rest_is_counted(folder: Path) -> None:
    for number in range(300):
        (folder / f"link{number}").symlink_to("nowhere")
    notes = taken(folder).notes
    assert len(notes) == intake.MOST_NOTES + 1
    assert notes[-1] == "200 more were left out"


def test_a_sparse_giant_costs_no_memory(folder: Path) -> None:
    with (folder / LAB).open("wb") as file:
        file.truncate(10 * 2**40)
    assert "larger than 64 MiB" in taken(folder).refused[tiny.LAB]


def test_deep_folders_end_somewhere(folder: Path) -> None:
    deep = folder.joinpath(*["x"] * 30)
    deep.mkdir(parents=True)
    (deep / "file").touch()
    found = taken(folder)
    assert found.files == {}
    assert "too many folders deep" in found.notes[0]


def test_paths_that_no_copy_could_have_are_left_out(folder: Path) -> None:
    place = folder.joinpath(*["d" * 200] * 6)
    place.mkdir(parents=True)
    (place / "x.txt").write_text("x")
    found = taken(folder)
    assert not found.files
    assert "its path is too long" in found.notes[0]


def test_names_that_cannot_be_written_are_left_out(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).touch()
    (folder / "line\nbreak").touch()
    found = taken(folder)
    assert found.files == {}
    assert all(note.isprintable() for note in found.notes)
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    "name", ["mine.ipynb", "lab01_tiny (1).ipynb", "LAB01_TINY.IPYNB", "lab01_tiny.ipynb.txt",
             "lab01_tiny/lab01_tiny.ipynb"]
)  # fmt: skip
def test_a_renamed_notebook_is_taken_for_the_labs(folder: Path, name: str) -> None:
    (folder / LAB).rename(folder / "moving")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / "moving").rename(folder / name)
    found = taken(folder)
    assert found.notebooks == {tiny.LAB: MINE}
    assert found.notes == (f"{name} was taken for {LAB}",)


def test_of_two_copies_none_is_guessed(folder: Path) -> None:
    (folder / LAB).rename(folder / "one.ipynb")
    (folder / "two.ipynb").write_bytes(MINE)
    found = taken(folder)
    assert found.notebooks == {}
    assert "one.ipynb, two.ipynb" in found.refused[tiny.LAB]


def test_a_copy_beside_the_notebook_is_named(folder: Path) -> None:
    (folder / "copy.ipynb").write_bytes(MINE)
    found = taken(folder)
    assert found.notebooks == {tiny.LAB: MINE}
    assert found.files == {}
    assert "copy.ipynb" in found.notes[0]


def test_several_notebooks_find_their_names(folder: Path) -> None:
    other = MINE.replace(b"ex1_", b"ex2_")
    second = Bundle("other", tiny.RELEASED.replace(b"ex1_", b"ex2_"))
    (folder / LAB).rename(folder / "a.ipynb")
    (folder / "b.ipynb").write_bytes(other)
    found = take_in(folder, [tiny.bundle(), second])
    assert found.notebooks == {tiny.LAB: MINE, "other": other}


def test_a_folder_without_a_notebook_is_described(folder: Path) -> None:
    (folder / LAB).rename(folder / "essay.docx")
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    assert taken(folder).refused[tiny.LAB].endswith("the folder holds essay.docx")


def test_what_nbgrader_ignores_is_ignored(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / LAB).write_bytes(b"old")
    (folder / "x.pyc").touch()
    found = taken(folder, ignore=[".ipynb_checkpoints", "*.pyc"])
    assert found.files == {}
    assert found.notes == ()


@pytest.mark.parametrize(
    "name", ["timestamp.txt/x", "other.ipynb/x", "numbers.csv/x", "data", "a/timestamp.txt/b.ipynb"]
)
def test_files_in_the_way_of_others_are_left_out(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).touch()
    found = taken(folder, replaced=["numbers.csv", "data/given.csv"])
    expected = {"a/timestamp.txt/b.ipynb"} & {name}
    assert set(found.files) | expected == expected
    assert found.notes


def test_the_courses_files_replace_the_students(folder: Path) -> None:
    (folder / "helper.py").write_text("mine")
    assert taken(folder, replaced=["helper.py"]).files == {}


def test_a_time_stamp_that_is_none_is_told(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday, or so")
    found = taken(folder)
    assert "timestamp.txt" not in found.files
    assert "yesterday" in found.notes[0]
    (folder / "timestamp.txt").write_text("1" * 10**6)
    assert "timestamp.txt" not in taken(folder).files
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    assert "timestamp.txt" in taken(folder).files


def test_the_hash_tells_submissions_apart(folder: Path) -> None:
    first = taken(folder).sha
    assert taken(folder).sha == first
    (folder / "new.txt").write_text("x")
    second = taken(folder).sha
    (folder / "new.txt").rename(folder / "newer.txt")
    third = taken(folder).sha
    (folder / LAB).write_bytes(MINE + b" ")
    assert len({first, second, third, taken(folder).sha}) == 4


def test_nothing_is_changed(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/passwd")
    (folder / LAB).write_bytes(json.dumps({"cells": []}).encode("utf-16"))
    before = _states(folder)
    taken(folder)
    assert _states(folder) == before


def _states(folder: Path) -> dict[Path, tuple[float, ...]]:
    """All that is known of each file but when it was last read."""
    told = {path: path.lstat() for path in folder.rglob("*")}
    return {path: (*one[:7], one.st_mtime_ns, one.st_ctime_ns) for path, one in told.items()}
