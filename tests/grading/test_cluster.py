"""Grading on a cluster: two worker processes with TLS, one of which is killed in mid-batch."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from grading import nbcourse as nc
from typer.testing import CliRunner

from safetylab.course import cli
from safetylab.course.paths import CourseError
from safetylab.grading.gradebook import cluster, journal, record
from safetylab.grading.gradebook.batch import Graded, grade_assignment
from safetylab.grading.gradebook.cluster import open_door
from safetylab.grading.gradebook.nbcourse import Course

STUDENTS = 10
ANSWERS = {0: (nc.RIGHT, [3.0, 2.0]), 1: (nc.HALF, [0.0, 1.0]), 2: (nc.WRONG, [0.0, 0.0])}
SLOW = "import time\ntime.sleep(1)\nsizes = []"

pytestmark = [pytest.mark.xdist_group("cluster")]
needs_dask = pytest.mark.skipif(
    not (find_spec("distributed") and which("openssl")), reason="needs dask.distributed and openssl"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = nc.make_course(tmp_path_factory.mktemp("course"))
    for number in range(STUDENTS):
        slow = {**ANSWERS[number % 3][0], "sizes": SLOW}  # so that workers are busy when one dies
        nc.hand_in(course, f"s{number:02}", nc.answered(course, slow))
    return course


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers of one thread each, which speak TLS only, by files as on a real cluster."""
    import dask
    from distributed import LocalCluster, Security

    folder = tmp_path_factory.mktemp("tls")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=tests", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = "distributed.comm.tls"
    settings = {
        "distributed.comm.require-encryption": True,
        f"{tls}.ca-file": cert,
        **{f"{tls}.{who}.cert": cert for who in ("scheduler", "worker", "client")},
        **{f"{tls}.{who}.key": key for who in ("scheduler", "worker", "client")},
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
            protocol="tls://", security=Security(), local_directory=str(folder),
        ) as workers,
    ):  # fmt: skip
        yield workers


def lines(root: Path) -> list[dict[str, Any]]:
    return list(journal.read(root / ".safetylab/journal.jsonl"))


@needs_dask
@pytest.mark.slow
def test_a_worker_is_killed_and_everybody_is_graded_once(root: Path, scheduler: Any) -> None:
    from distributed import Client

    assert scheduler.scheduler_address.startswith("tls://")
    killed = []
    with closing(Client(scheduler.scheduler_address, set_as_default=False)) as client:
        processes = client.run(os.getpid)

        def kill_a_busy_one(_: Graded, done: int, total: int) -> None:
            busy = [worker for worker, tasks in client.processing().items() if tasks]
            if busy and not killed:
                killed.append(busy[0])
                with suppress(ProcessLookupError):
                    os.kill(processes[busy[0]], signal.SIGKILL)

        with cluster.cluster(scheduler.scheduler_address) as pool:
            summary = grade_assignment(
                Course.open(root), nc.NAME, pool=pool, on_done=kill_a_busy_one
            )
    assert killed
    assert summary.complete
    assert [one.looks for one in summary.graded] == [()] * STUDENTS
    assert Counter(line["student"] for line in lines(root)) == Counter(
        f"s{number:02}" for number in range(STUDENTS)
    )
    for number in range(STUDENTS):
        saved = record.saved_scores(Course.open(root), nc.NAME, f"s{number:02}") or {}
        points = [saved["ps1/double-works"], saved["ps1/double-parts"]]
        assert points == ANSWERS[number % 3][1]


@needs_dask
@pytest.mark.slow
def test_the_command_takes_a_scheduler(root: Path, scheduler: Any) -> None:
    arguments = ["grade", nc.NAME, "--course", str(root), "--student", "s00", "--force"]
    done = CliRunner().invoke(
        cli.app, [*arguments, "--scheduler", scheduler.scheduler_address], env={"COLUMNS": "200"}
    )
    assert done.exit_code == 0, done.output
    assert "1 graded" in done.stdout
    assert "is open" not in done.output


@needs_dask
@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(
    scheduler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster.fingerprint()
    monkeypatch.setattr(cluster, "_here", lambda: "safetylab of old")
    with (
        pytest.raises(CourseError, match="install the same on both") as said,
        cluster.cluster(scheduler.scheduler_address),
    ):
        pass
    assert here in str(said.value)


@needs_dask
@pytest.mark.slow
def test_nobody_answers() -> None:
    with (
        pytest.raises(CourseError, match="no scheduler answers"),
        cluster.cluster("tls://127.0.0.1:9", patience=1),
    ):
        pass


@pytest.mark.parametrize("address", ["localhost:8786", "http://here:1", "inproc://x"])
def test_an_address_names_its_protocol(address: str) -> None:
    with pytest.raises(CourseError, match="write tls://HOST:PORT"), cluster.cluster(address):
        pass


@pytest.mark.parametrize(
    ("address", "is_open"),
    [("tls://10.0.0.1:8786", False), ("tcp://127.0.0.1:1", False), ("tcp://localhost:1", False),
     ("tcp://[::1]:1", False), ("tcp://10.0.0.1:8786", True), ("tcp://head:8786", True)],
)  # fmt: skip
def test_an_open_scheduler_is_called_a_hole(address: str, is_open: bool) -> None:
    assert bool(open_door(address)) is is_open
