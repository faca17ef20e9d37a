"""The sandbox of an ordinary user, tried by root in a user namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from safetylab.grading.room import room

TESTS = Path(__file__).resolve().parents[1]
AS_A_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from grading import hostile, tiny
from safetylab.grading.room.exam import examine
from safetylab.grading.room.room import Room, world
names = ("ends: a signal to everybody", "ends: all memory", "odd: sockets", "cheat: frames",
         "odd: a look at the course", "ends: a file without end")
with Room(timeout=6, memory=1, modules=[]) as room:
    found = {case.name: [row.points for row in
             examine(case.content, tiny.bundle(), room).report.rows[:2]] == list(case.fair)
             for case in hostile.CASES if case.name in names}
    print(json.dumps([world(), room.sandbox, found]))
"""


@pytest.mark.slow
def test_an_ordinary_user_has_the_same_walls() -> None:
    if os.geteuid() != 0 or not room.world() or not shutil.which("unshare"):
        pytest.skip("only root can become another user; the other tests run as an ordinary one")
    command = [*AS_A_USER, sys.executable, "-c", SCRIPT, str(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    kind, sandbox, fair = json.loads(done.stdout.splitlines()[-1])
    assert (kind, sandbox) == ("user", "bubblewrap")
    assert len(fair) == 6
    assert all(fair.values()), fair


WRITES = """
from safetylab.grading.room.room import Room
look = r'''
import os
for top, folders, files in os.walk("/"):
    if top in ("/tmp", "/proc", "/dev/shm"):
        folders.clear()
    elif os.access(top, os.W_OK):
        print(top)
'''
with Room(timeout=60, modules=[]) as room, room.alone() as one:
    print([room.sandbox, *one.run_cell(look, 0).outputs])
"""


@pytest.mark.slow
@pytest.mark.parametrize("command", [[], AS_A_USER], ids=["root", "user"])
def test_no_folder_is_written_to_that_others_see(command: list[str]) -> None:
    if os.geteuid() != 0 or not room.world() or not shutil.which("unshare"):
        pytest.skip("only root can become another user; the other tests run as an ordinary one")
    command = [*command, sys.executable, "-c", WRITES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "['bubblewrap']\n", done.stdout + done.stderr


def test_without_bubblewrap_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "which", lambda name: None)
    room.world.cache_clear()
    try:
        assert room.world() == ""
    finally:
        room.world.cache_clear()
