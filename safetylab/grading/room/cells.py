"""Run cells as IPython does, with magics and displayed values, and say how each ended."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from safetylab.grading.crossing import errors
from safetylab.grading.crossing.handles import Handle

MAX_TEXT = 100_000
MAX_PICTURES = 8_000_000
WARM = 8
_WARMING = "from sys import path\ndef same(x):\n    return x\nsame(1)"
SHOWN = ("image/png", "image/jpeg", "text/plain")


@dataclass
class Ran:
    """How a cell ended: its error, the value of its last line, and what it showed."""

    error: BaseException | None = None
    value: object = None
    outputs: list[tuple[str, str]] = field(default_factory=list)

    def about(self) -> dict[str, Any]:
        """Return what is told of it: a tree of JSON."""
        told: dict[str, Any] = {"end": "error" if self.error else "ok", "outputs": self.outputs}
        if self.error:
            about = errors.describe_error(self.error)
            told |= {"ename": about["name"], "evalue": about["text"], "frames": about["frames"]}
        return told


class Text(io.StringIO):
    """What a cell prints, cut when it is too much."""

    def write(self, text: str) -> int:
        """Take ``text`` while there is room."""
        if self.tell() < MAX_TEXT:
            super().write(text[:MAX_TEXT])
        return len(text)

    def close(self) -> None:
        """Stay open: it is read when the cell has ended."""


class _Compiler(CachingCompiler):
    place = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {self.place}>"


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], metadata: Any = None, **_: Any) -> None:  # type: ignore[override]
        Shell.instance().show(data)


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        Shell.instance().show(format_dict)

    def finish_displayhook(self) -> None:
        pass


class Shell(InteractiveShell):
    """An IPython without history, tracebacks and a terminal."""

    compiler_class = _Compiler
    display_pub_class = _Publisher
    displayhook_class = _Hook

    @classmethod
    def make_quiet(cls) -> Shell:
        """Return the process's shell."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        return cls.instance(config=config)

    @classmethod
    def make_warm(cls) -> Shell:
        """Return the process's shell when it has run a cell as often as Python takes to adapt.

        Memory that is written once here is written in none of the forks.
        """
        shell = cls.make_quiet()
        shell.enter({})
        for _ in range(WARM):
            shell.run(_WARMING, 0)
        return shell

    def init_display_formatter(self) -> None:
        """Format the few kinds of output that a grader is shown."""
        super().init_display_formatter()  # type: ignore[no-untyped-call]
        if self.display_formatter:
            self.display_formatter.active_types = list(SHOWN)

    def enable_gui(self, gui: object = None) -> None:
        """Do nothing: there is no screen."""

    def system(self, cmd: str) -> None:
        """Run a shell line: IPython asks for a terminal, and here there is none."""
        with tempfile.TemporaryFile() as printed:
            line = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
            done = subprocess.run(
                line, shell=True, check=False, stdout=printed, stderr=subprocess.STDOUT
            )
            printed.seek(0)
            sys.stdout.write(printed.read(MAX_TEXT).decode(errors="replace"))
        self.user_ns["_exit_code"] = done.returncode

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Do nothing: an error is told by `run`."""

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Do nothing: an error is told by `run`."""

    def show(self, data: dict[str, Any]) -> None:
        """Keep the richest kind of a displayed value."""
        for kind in SHOWN:
            if isinstance(data.get(kind), str) and len(data[kind]) <= self.room:
                self.shown.append((kind, data[kind]))
                self.room -= len(data[kind])
                return

    def enter(self, namespace: dict[str, Any]) -> None:
        """Make ``namespace`` the ``__main__`` of the cells to come."""
        made = self.prepare_user_module(None, namespace)  # type: ignore[no-untyped-call]
        self.user_module, self.user_ns = made
        self.init_sys_modules()  # type: ignore[no-untyped-call]
        self.init_user_ns()  # type: ignore[no-untyped-call]
        namespace["exit"] = namespace["quit"] = sys.exit

    def run(self, source: str, place: int) -> Ran:
        """Run cell number ``place``; tracebacks will name it."""
        _Compiler.place = place
        self.shown: list[tuple[str, str]] = []
        self.room = MAX_PICTURES
        sys.stdout, sys.stderr, before = Text(), Text(), (sys.stdout, sys.stderr)
        try:
            result = self.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
            printed = [("stdout", _text(sys.stdout)), ("stderr", _text(sys.stderr))]
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        outputs = [output for output in printed if output[1]] + self.shown
        return Ran(error, result.result, outputs)


def _text(stream: object) -> str:
    return stream.getvalue() if isinstance(stream, Text) else ""


class Names(dict[str, Any]):
    """The namespace of the tests, in which the student's names are found on the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.student: set[str] = set()
        self.fetch: Any = None
        self._fetched: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if name not in self.student:
            raise KeyError(name)
        if name in self._fetched:
            return self._fetched[name]
        try:
            value = self.fetch(name)
        except NameError:
            raise KeyError(name) from None
        if type(value) is Handle:
            self._fetched[name] = value
        return value

    def forget(self) -> None:
        """Fetch the student's names anew from now on."""
        self._fetched.clear()

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self.get(str(name), self) is not self

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name stands for on either side."""
        try:
            return self[name]
        except KeyError:
            return default
