"""`safetylab teach` serves a course in which nbgrader's formgrader has nothing to complain of."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from safetylab.course import cli

ROOT = Path(__file__).resolve().parents[3]
LABS = ["lab00_start_here", "lab01_evasion"]
TOKEN = "a-token"
TRIES = 240
SERVER = (
    "--no-browser",
    "--allow-root",
    f"--IdentityProvider.token={TOKEN}",
    "--ServerApp.port_retries=0",
)


@dataclass(frozen=True)
class Server:
    """A running server of a course."""

    root: Path
    url: str
    log: Path

    def answer(self, path: str, data: dict[str, str] | None = None) -> str:
        """The text at ``path``; ``data`` is posted as JSON."""
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        body = json.dumps(data).encode() if data else None
        request = urllib.request.Request(self.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            assert response.status == 200
            return response.read().decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(TRIES):
        assert process.poll() is None, server.log.read_text()
        try:
            server.answer("/api")
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
        else:
            return
    pytest.fail("the server did not answer: " + server.log.read_text())


def stop(process: subprocess.Popen[bytes], server: Server) -> None:
    try:
        server.answer("/api/shutdown", {"please": "stop"})
        process.wait(timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
        raise


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A clone of the course without grading/, served by the command."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for lab in LABS:
        for folder in ("labs", "solutions"):
            shutil.copytree(ROOT / folder / lab, root / folder / lab)
    port, log = free_port(), root / "log"
    command = [sys.executable, "-m", "safetylab.course.cli", "teach", *SERVER, "--port", str(port)]
    environment = {**os.environ, "SAFETYLAB_ROOT": str(root)}
    server = Server(root, f"http://127.0.0.1:{port}", log)
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        wait_for(server, process)
        yield server
    finally:
        stop(process, server)


@pytest.mark.slow
def test_the_formgrader_lists_the_labs_and_warns_of_nothing(server: Server) -> None:
    page = server.answer("/formgrader/")
    assert "formgrader" in page
    assert "alert-warning" not in page
    listed = json.loads(server.answer("/formgrader/api/assignments"))
    assert [row["name"] for row in listed] == LABS
    assert [row["source_path"] for row in listed] == [f"solutions/{lab}" for lab in LABS]
    lists = json.loads(server.answer("/assignments?course_id=safetylab"))
    assert lists == {"success": True, "value": []}
    assert (server.root / "grading" / "exchange").is_dir()
    log = server.log.read_text()
    assert "nbgrader.server_extensions.formgrader | extension was successfully loaded" in log
    assert f"Serving notebooks from local directory: {server.root}" in log
    warnings = [line for line in log.splitlines() if line.startswith(("[W", "[E", "[C"))]
    assert warnings == []


@pytest.mark.slow
def test_validate_runs_a_lab(server: Server) -> None:
    path = f"labs/{LABS[0]}/{LABS[0]}.ipynb"
    answer = json.loads(server.answer("/assignments/validate", {"path": path}))
    assert answer["success"], answer
    assert answer["value"]["failed"]


def test_teach_needs_nbgraders_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "solutions").mkdir()
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    refused = CliRunner().invoke(cli.app, ["teach"])
    assert refused.exit_code == 2
    assert "nbgrader_config.py is missing: restore it" in refused.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "solutions"]
