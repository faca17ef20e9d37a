"""CPU seconds of processes below this one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from safetylab.grading.gradebook import rehearsal
from safetylab.grading.gradebook.rehearsal import cpu_below

BURN = "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True)\ninput()"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the clock is used")
def test_what_a_child_of_a_child_calculates_is_counted() -> None:
    outer = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"
    before = cpu_below()
    with subprocess.Popen(
        [sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        after = cpu_below()
        child.communicate("\n")
    assert before is not None
    assert after is not None
    assert 0.25 <= after - before < 30


def test_where_nobody_counts_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal.psutil, "LINUX", False)
    assert cpu_below() is None
