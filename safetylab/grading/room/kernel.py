"""Where there is no fork (Windows) or it is not safe (macOS): one Jupyter kernel for everything.

It outlives no grading and touches no learner's folder; nothing protects the tests from the student.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from queue import Empty
from typing import Any

from safetylab.grading.paper.outcome import End, Frame, GradingError, Outcome
from safetylab.grading.room.run import Files
from safetylab.grading.room.served import write_files

START_LIMIT = 60.0
GRACE = 5.0
_POLL = 0.25

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^\s*Cell In\[(\d+)\], line (\d+)(?:, in ([\w.<>]+))?", re.M)

# IPython's own exit() ends the kernel a moment later, in the middle of somebody else's cell.
_PREPARE = """
import builtins, sys
get_ipython().user_ns["exit"] = get_ipython().user_ns["quit"] = sys.exit
builtins.exit = builtins.quit = sys.exit
"""

# The number that a cell ends in, which is a test's partial credit.
_VALUE = """(lambda value: float(value)
    if type(value).__name__ in ("int", "float", "float64", "float32", "int64") else None
)(Out.get(get_ipython().execution_count - 1))"""


class Kernel(ExitStack[None]):
    """A kernel for the length of a ``with`` block, working in a temporary folder.

    Args:
        timeout: seconds that one cell may take.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self.timeout = timeout
        self._places: dict[int, int] = {}

    def __enter__(self) -> Kernel:
        # Imported here: `safetylab --help` passes by this module.
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import KernelManager

        folder = tempfile.TemporaryDirectory(prefix="safetylab-", ignore_cleanup_errors=True)
        self._folder = Path(self.enter_context(folder))
        # Without folders to search, "python3" is this interpreter and no kernelspec of the user's.
        specs = KernelSpecManager(kernel_dirs=[])
        self._manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def bring(self, files: Files) -> None:
        """Write files into the working folder."""
        write_files(self._folder, files)

    def run_cell(self, source: str, place: int) -> Outcome:
        """Run a cell; tracebacks will name its place."""
        outcome = self.run(source, self.timeout)
        self._places[self._count] = place
        known = [frame for frame in outcome.frames if frame.count in self._places]
        frames = [Frame(self._places[frame.count], frame.line, frame.function) for frame in known]
        return replace(outcome, frames=tuple(frames))

    def run(self, source: str, timeout: float) -> Outcome:
        """Run ``source`` for at most ``timeout`` seconds, then interrupt it."""
        sent = self._client.execute(
            source, allow_stdin=False, stop_on_error=False, user_expressions={"value": _VALUE}
        )
        reply = self._reply(sent, timeout)
        if reply is not None:
            self._count = int(reply.get("execution_count") or 0)
            return _outcome(reply)
        if not self._manager.is_alive():
            return Outcome(End.DEAD, lost=True)
        self._manager.interrupt_kernel()
        reply = self._reply(sent, GRACE)
        return Outcome(End.TIMEOUT, lost=reply is None)

    def _start(self) -> None:
        environment, silent = _environment(self._folder), subprocess.DEVNULL
        self._manager.start_kernel(env=environment, cwd=str(self._folder),
                                   stdout=silent, stderr=silent)  # fmt: skip
        self.callback(self._manager.shutdown_kernel, now=True)
        self._client: Any = self._manager.blocking_client()
        # What cells print is not read: points come from how a cell ended, and from nothing else.
        self._client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        self.callback(self._client.stop_channels)
        if self.run(_PREPARE, START_LIMIT).end is not End.OK:
            raise GradingError("the Jupyter kernel that grades did not start: run the check again")

    def _reply(self, sent: str, seconds: float) -> dict[str, Any] | None:
        """Return the reply to ``sent``, or None when time is up or the kernel is dead."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            left = max(0.0, deadline - time.monotonic())
            try:
                message = self._client.get_shell_msg(timeout=min(_POLL, left))
            except Empty:
                if not self._manager.is_alive():
                    return None
                continue
            if message["parent_header"].get("msg_id") == sent:
                content: dict[str, Any] = message["content"]
                return content
        return None


def _environment(folder: Path) -> dict[str, str]:
    """The kernel's environment: this one's, without a live session's marks or a user's start-up."""
    alien = ("JPY_", "PYTHONSTARTUP")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(alien)}
    return inherited | {
        "IPYTHONDIR": str(folder / ".ipython"),
        "MPLBACKEND": "Agg",
        "NBGRADER_EXECUTION": "autograde",
        "OMP_NUM_THREADS": "1",
    }


def _outcome(reply: dict[str, Any]) -> Outcome:
    if reply["status"] == "ok":
        return Outcome(End.OK, value=_value(reply))
    trace = _ANSI.sub("", "\n".join(reply.get("traceback", [])))
    frames = [Frame(int(cell), int(line), name) for cell, line, name in _FRAME.findall(trace)]
    return Outcome(
        End.ERROR,
        reply.get("ename", ""),
        _ANSI.sub("", reply.get("evalue", "")),
        tuple(frames),
    )


def _value(reply: dict[str, Any]) -> float | None:
    try:
        return float(reply["user_expressions"]["value"]["data"]["text/plain"])
    except (KeyError, TypeError, ValueError):
        return None
