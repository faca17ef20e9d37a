"""A scratch course, a JupyterLab of its own, and a browser.

The tests need Playwright for Python (in the ``test`` extra) and a Chromium of the system
(``apt-get install chromium``); Playwright's own browsers are not used. Without one of the two they
are skipped, but a machine that says ``CI=true`` and has a Chromium must run them. Google Chrome
will do, too.

``server`` is what a learner starts (`make lab`), ``school`` what a teacher starts (`make teach`).
Each test gets a new page; a learner's test a blank notebook and a new kernel, too.
Screenshots go to the folder that ``SAFETYLAB_SCREENSHOTS`` names, else to
``tests/browser/screenshots``. To look at a failing test: its last picture is ``last-TEST.png``,
and the log of the server is printed when the server does not start.

``learner.py`` finds cells by id through ``window.jupyterapp``, which the server exposes for this.
JupyterLab keeps a cell outside of the window out of the page: scroll to it first (`Learner.cell`).
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from browser.learner import Learner
    from playwright.sync_api import Browser, Page

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = Path(os.environ.get("SAFETYLAB_SCREENSHOTS", Path(__file__).parent / "screenshots"))
BROWSERS = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
SAFETYLAB = [sys.executable, "-m", "safetylab.course.cli"]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # A test that has not saved yet must not find the file saved.
    "docmanager-extension/plugin": {"autosave": False},
}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A running JupyterLab and the course that it serves."""

    root: Path
    url: str
    token: str

    def blank(self, lab: str) -> str:
        """Put a blank copy of ``lab`` into work/ and return the address of its notebook."""
        name = f"{lab}/{lab}.ipynb"
        shutil.copyfile(self.root / "labs" / name, self.root / "work" / name)
        return f"{self.url}/lab/tree/{name}?token={self.token}&reset"

    def answers(self, lab: str) -> dict[str, str]:
        """Return cell id -> source of the answers in the instructor's notebook."""
        path = self.root / "solutions" / lab / f"{lab}.ipynb"
        cells = json.loads(path.read_text())["cells"]
        return {
            cell["id"]: "".join(cell["source"])
            for cell in cells
            if cell["metadata"].get("nbgrader", {}).get("solution")
        }

    def safetylab(self, *words: str) -> None:
        """Run a command of ours in this course."""
        subprocess.run([*SAFETYLAB, *words], env=environment(self.root), cwd=self.root, check=True)

    def hand_in(self, student: str, lab: str) -> None:
        """Put the instructor's answers to ``lab`` where a student's submission belongs."""
        name = f"{lab}/{lab}.ipynb"
        target = self.root / "grading" / "submitted" / student / name
        target.parent.mkdir(parents=True)
        shutil.copyfile(self.root / "solutions" / name, target)

    def stop_kernels(self) -> None:
        for session in json.loads(self.ask("api/sessions")):
            self.ask(f"api/sessions/{session['id']}", "DELETE")

    def ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: while Playwright runs, no other test can run an event loop."""
    if reason := _missing():
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What `make lab` starts: JupyterLab on work/."""
    with _serving(tmp_path_factory.mktemp("course"), "start") as server:
        yield server


@pytest.fixture(scope="module")
def school(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What `make teach` starts: JupyterLab on the course, with the formgrader."""
    with _serving(tmp_path_factory.mktemp("school"), "teach") as server:
        yield server


@contextmanager
def _serving(root: Path, command: str) -> Iterator[Server]:
    """Copy the course to ``root`` and run ``safetylab COMMAND`` there as long as it is needed."""
    _copy_course(root)
    server = Server(root, f"http://127.0.0.1:{_free_port()}", secrets.token_hex())
    log = root / ".home/server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*SAFETYLAB, command, *_options(server)], env=environment(root), cwd=root,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        _await(lambda: _answers(server, process), 90, log.read_text)
        yield server
        server.stop_kernels()
    finally:
        _end(process)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page, the last sight of which is kept."""
    from browser.learner import PATIENCE, keep

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    yield page
    keep(page, SCREENSHOTS / f"last-{request.node.name}.png")
    page.close()


@pytest.fixture
def learner(server: Server, page: Page) -> Iterator[Learner]:
    """Someone whose page may ask nobody but the server."""
    from browser.learner import Learner

    requests: list[str] = []
    page.on("request", lambda sent: requests.append(sent.url))
    yield Learner(page, SCREENSHOTS)
    server.stop_kernels()
    here = (f"{server.url}/", "data:", "blob:")
    assert [url for url in requests if not url.startswith(here)] == [], "a lab needs no network"


def _missing() -> str:
    if CHROMIUM is None:
        return "no Chromium on this machine: install the package chromium to run the browser tests"
    if find_spec("playwright") is None and os.environ.get("CI") != "true":
        return "Playwright is not installed: pip install playwright to run the browser tests"
    return ""


def _copy_course(root: Path) -> None:
    """Lay out a course whose notebooks are copies, so that no test can change the repository's."""
    for folder in ("labs", "solutions"):
        shutil.copytree(
            REPOSITORY / folder, root / folder, ignore=shutil.ignore_patterns(".*", "__*")
        )
    (root / "data").symlink_to(REPOSITORY / "data")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for name, setting in SETTINGS.items():
        path = root / f".home/jupyter/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(setting))


def _options(server: Server) -> list[str]:
    return [
        "--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True",
        f"--port={server.url.rsplit(':', 1)[1]}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
    ]  # fmt: skip


def environment(root: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter has a part in the course at ``root``."""
    scratch = {
        "SAFETYLAB_ROOT": root,
        "SAFETYLAB_WORK": root / "work",
        "JUPYTER_CONFIG_DIR": root / ".home/jupyter",
        "JUPYTER_DATA_DIR": root / ".home/data",
        "JUPYTER_RUNTIME_DIR": root / ".home/runtime",
        "IPYTHONDIR": root / ".home/ipython",
    }
    return {**os.environ, **{name: str(path) for name, path in scratch.items()}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(server: Server, process: subprocess.Popen[Any]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the server ended with exit code {process.returncode}")
    try:
        return bool(server.ask("api/status"))
    except OSError:
        return False


def _await(condition: Callable[[], bool], seconds: float, story: Callable[[], str]) -> None:
    end = time.monotonic() + seconds
    try:
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"nothing after {seconds:g} seconds")
            time.sleep(0.1)
    except Exception:
        print(story())
        raise


def _end(process: subprocess.Popen[Any]) -> None:
    """End the command and the server below it, which ends its kernels."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, TimeoutError):
            os.killpg(process.pid, how)
            _await(lambda: _ended(process), 20, lambda: "the server did not end in time")


def _ended(process: subprocess.Popen[Any]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False
