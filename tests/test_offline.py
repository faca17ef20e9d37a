"""After the installation nothing needs a network: no data, no weights, no kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from offline import namespaces_permitted, run_offline

from safetylab.grading import Report

ROOT = Path(__file__).resolve().parents[1]
LAB = "lab01_evasion"
CHECK = ("-m", "safetylab.course.cli", "check", LAB, "--json", "--file")
PROBE = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5).close()
for outside in (lambda: socket.create_connection(("192.0.2.1", 80), timeout=5),
                lambda: socket.getaddrinfo("example.org", 80)):
    try:
        outside()
    except TimeoutError:
        print("waited for an answer")
    except OSError as error:
        print("refused")
"""


@pytest.mark.parametrize("namespace", [True, False], ids=["namespace", "refused"])
def test_the_network_is_really_cut_off(tmp_path: Path, namespace: bool) -> None:
    if namespace and not namespaces_permitted():
        pytest.skip("this machine lets nobody make a network namespace (unshare -rn)")
    probed = run_offline("-c", PROBE, folder=tmp_path, environment={}, namespace=namespace)
    assert (probed.stdout.split("\n")[:2], probed.stderr) == (["refused", "refused"], "")


@pytest.mark.slow
def test_a_solved_lab_scores_the_same_with_and_without_a_network(tmp_path: Path) -> None:
    solved = str(ROOT / "solutions" / LAB / f"{LAB}.ipynb")
    online = subprocess.run(
        [sys.executable, *CHECK, solved], capture_output=True, text=True, check=True
    )
    offline = run_offline(*CHECK, solved, folder=tmp_path, environment={})
    assert offline.returncode == 0, offline.stderr
    expected, report = Report.from_json(online.stdout), Report.from_json(offline.stdout)
    assert report.rows == expected.rows
    assert report.hidden
    assert 0 < report.score == report.max_score
