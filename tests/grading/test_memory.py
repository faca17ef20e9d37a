"""Memory cgroups: where one may be made, and that a process of a notebook is held in its own."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import pytest

from safetylab.grading.paper.outcome import End
from safetylab.grading.room import memory, watch
from safetylab.grading.room.room import Room


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up tree of cgroups, in which this process is in top/slice/own."""
    monkeypatch.setattr(memory, "ROOT", tmp_path)
    lines = {"/proc/self/cgroup": "4:memory:/other\n0::/slice/own\n"}
    real = memory._read
    monkeypatch.setattr(memory, "_read", lambda path: lines.get(str(path)) or real(path))
    for folder in (tmp_path, tmp_path / "slice", tmp_path / "slice" / "own"):
        folder.mkdir(exist_ok=True)
        (folder / "cgroup.procs").touch()
        (folder / "cgroup.subtree_control").write_text("cpu pids\n")
    return tmp_path


def test_the_nearest_cgroup_that_hands_memory_on_is_taken(tree: Path) -> None:
    assert memory.place.__wrapped__() is None
    (tree / "cgroup.subtree_control").write_text("cpu memory pids\n")
    assert memory.place.__wrapped__() == tree
    (tree / "slice" / "cgroup.subtree_control").write_text("memory\n")
    assert memory.place.__wrapped__() == tree / "slice"


def test_groups_of_graders_that_were_killed_are_removed(tree: Path) -> None:
    (tree / "slice" / "cgroup.subtree_control").write_text("memory\n")
    dead, mine = (
        tree / "slice" / "safetylab-99999999-0",
        tree / "slice" / f"safetylab-{os.getpid()}-0",
    )
    dead.mkdir()
    mine.mkdir()
    memory.place.__wrapped__()
    assert mine.exists()
    assert not dead.exists()


def test_a_bound_that_somebody_has_set_is_not_left(tree: Path) -> None:
    (tree / "slice" / "cgroup.subtree_control").write_text("memory\n")
    (tree / "slice" / "own" / "memory.max").write_text("max\n")
    assert memory.place.__wrapped__() == tree / "slice"
    (tree / "slice" / "own" / "memory.max").write_text("1073741824\n")
    assert memory.place.__wrapped__() is None


def test_a_system_without_them_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROOT", tmp_path / "nowhere")
    monkeypatch.setattr(memory, "place", memory.place.__wrapped__)
    assert memory.group(1) is None


def test_a_group_that_cannot_be_made_leaves_nothing_behind(tree: Path) -> None:
    with pytest.raises(OSError, match="safetylab-"):
        memory.Group(tree / "slice" / "none", 1)
    assert not list(tree.glob("**/safetylab-*"))


def test_page_tables_count() -> None:
    """Reading here and there in a large mapping of nothing fills them, and nothing else."""
    many, huge = 10_000, 2**21
    before = watch._memory(os.getpid())
    with mmap.mmap(-1, many * huge, mmap.MAP_PRIVATE | NO_RESERVE, mmap.PROT_READ) as large:
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            large.madvise(mmap.MADV_NOHUGEPAGE)
        assert not any(large[place * huge] for place in range(many))
        assert watch._memory(os.getpid()) - before > many * 4096 / 2


NO_RESERVE = 0x4000  # of mmap(2)
FILL = """
import os, pathlib
for name in ("/tmp/a", "/tmp/b", "/dev/shm/c"):
    pathlib.Path(name).write_bytes(bytes(250 * 2**20))
for _ in range(2):
    if os.fork() == 0:
        kept = bytearray(450_000_000)
        kept[::4096] = b"x" * len(kept[::4096])
        os.read(os.pipe()[0], 1)
os.read(os.pipe()[0], 1)
"""
# Files in memory are nobody's own, so only the group counts them.


@pytest.mark.slow
def test_processes_of_a_notebook_hold_no_more_than_their_group() -> None:
    if not memory.place():
        pytest.skip("this process may make no memory cgroup here")
    with Room(timeout=120, memory=0.5, modules=[]) as room, room.pair() as pair:
        pair.begin([], {}, {})
        group = pair.student.group
        assert group is not None
        assert (group.folder / "cgroup.procs").read_text().strip()
        assert pair.run_student(FILL, 0).end is End.DEAD
        assert "oom_kill 0" not in (group.folder / "memory.events").read_text().splitlines()
    assert not group.folder.exists()
