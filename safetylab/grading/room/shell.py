"""IPython's kernel without its sockets, for both ways to run a notebook; all it shows is kept."""

from __future__ import annotations

import asyncio
import builtins
import getpass
import io
import os
import subprocess
import sys
import tempfile
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

from safetylab.grading.crossing import errors

MAX_TEXT = 100_000
MAX_PICTURES = 8_000_000
MAX_OUTPUTS = 500
MAX_ERROR = 10_000
PICTURES = ("image/png", "image/jpeg")
SHOWN = (*PICTURES, "text/plain")

_WARMING = "from sys import path\ndef same(x):\n    return x\nsame(1)"


class Published(Session):
    """Stands where a kernel's messages go out: keeps what a cell shows, bounded, in order."""

    def clear(self) -> None:
        """Forget what the last cell showed."""
        self.outputs: list[list[str]] = []
        self.left = {True: MAX_PICTURES, False: MAX_TEXT}
        self.error: BaseException | None = None

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> Any:
        """Take a message."""
        whole = isinstance(msg_or_type, dict)
        kind = msg_or_type["msg_type"] if whole else msg_or_type
        data = (msg_or_type["content"] if whole else content or {}).get("data", {})
        if kind == "clear_output":
            self.outputs.clear()
        if kind not in ("display_data", "execute_result"):
            return
        for picture in [form for form in PICTURES if form in data][:1]:
            self.keep("display", picture, data[picture])
        if kind == "execute_result" or not set(PICTURES) & set(data):
            self.keep("result" if kind == "execute_result" else "display", "text/plain",
                      data.get("text/plain"))  # fmt: skip

    def keep(self, kind: str, form: str, data: object) -> None:
        """Keep what was shown as far as there is room; of what decides about points, a little."""
        pictured = form in PICTURES
        least = 100 if kind == "result" else int(form == "stderr")
        room = max(self.left[pictured], least)
        full = len(self.outputs) >= MAX_OUTPUTS and not least
        if not isinstance(data, str) or full or (pictured and len(data) > room):
            return
        kept = data[:room]
        self.left[pictured] -= min(len(kept), self.left[pictured])
        if kind == "stream" and self.outputs and self.outputs[-1][:2] == [kind, form]:
            self.outputs[-1][2] += kept
        elif kept:
            self.outputs.append([kind, form, kept])


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``; other processes of the notebook's write into a file."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, number: int, published: Published) -> None:
        self.name, self.number, self.published = f"<{name}>", number, published
        self.kind, self.owner = name, os.getpid()

    def write(self, text: str) -> int:
        """Take ``text``."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self.owner:
            os.write(self.number, text.encode("utf-8", "replace"))
        elif text:
            self.published.keep("stream", self.kind, text)
        return len(text)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that C code and other programs write to."""
        return self.number

    def close(self) -> None:
        """Stay open: other cells print, too."""


class _Compiler(CachingCompiler):
    place = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {self.place}>"


class StockShell(ZMQInteractiveShell):
    """The kernel's shell; errors are told by `told`, and there is no terminal and no screen."""

    compiler_class = _Compiler
    published: Published
    loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def make(cls) -> StockShell:
        """Return a shell that has run a few cells, so that forks write less memory of their own."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        shell = cls.instance(config=config)
        loop = shell.loop = asyncio.new_event_loop()
        shell.published = Published()
        ends: tuple[Any, ...] = (shell.displayhook, shell.display_pub)
        for end in ends:
            end.session, end.pub_socket, end.topic = shell.published, None, b""
        namespace = dict(shell.user_ns)
        for place in range(8):
            shell.run(_WARMING, place)
        shell.reset(new_session=True)  # type: ignore[no-untyped-call]
        shell.user_ns.update(namespace | shell.user_ns)
        cls.clear_instance()
        loop.close()
        shell.loop = None
        return shell

    def claim(self) -> None:
        """Be the shell of this process, which is a fork of the one that made it."""
        InteractiveShell.clear_instance()
        for cls in type(self)._walk_mro():
            cls._instance = self  # type: ignore[assignment]

    def wake(self) -> None:
        """Be as a kernel that has just been started: with an event loop, and nobody there."""
        self.claim()
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.init_sys_modules()  # type: ignore[no-untyped-call]
        builtins.input = getpass.getpass = self.raw_input  # type: ignore[assignment]
        for name in ("exit", "quit"):  # IPython's own ends the kernel a moment later
            self.user_ns[name] = self.user_ns_hidden[name] = sys.exit

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no screen."""

    def system(self, cmd: str) -> None:
        """Run a shell line, without the terminal that IPython would ask for."""
        with tempfile.TemporaryFile() as printed:
            line = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
            done = subprocess.run(line, shell=True, check=False, stdin=subprocess.DEVNULL,
                                  stdout=printed, stderr=subprocess.STDOUT)  # fmt: skip
            printed.seek(0)
            sys.stdout.write(printed.read(MAX_TEXT).decode(errors="replace"))
        self.user_ns["_exit_code"] = done.returncode

    system_piped = system

    def raw_input(self, prompt: str = "", stream: object = None) -> str:
        """Refuse, as a kernel does whose notebook nobody sits at."""
        from IPython.core.error import StdinNotImplementedError

        raise StdinNotImplementedError(
            "raw_input was called, but this frontend does not support input requests."
        )

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """Note an error."""
        error = (exc_tuple or sys.exc_info())[1]
        if error is not None:
            self.published.error = error

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Note an error in a cell's text."""
        self.showtraceback()

    def enter(self, namespace: dict[str, Any]) -> None:
        """Make ``namespace`` the ``__main__`` of the cells to come, which show what is kept."""
        self.claim()
        if self.display_formatter:
            self.display_formatter.active_types = list(SHOWN)
        made = self.prepare_user_module(None, namespace)  # type: ignore[no-untyped-call]
        self.user_module, self.user_ns = made
        self.init_sys_modules()  # type: ignore[no-untyped-call]
        self.init_user_ns()  # type: ignore[no-untyped-call]
        namespace["exit"] = namespace["quit"] = sys.exit

    def run(self, source: str, place: int) -> tuple[BaseException | None, object]:
        """Run cell number ``place``; return its error, if any, and the value of its last line.

        Without an event loop of its own, as when student and tests are two, it keeps no history.
        """
        _Compiler.place = place
        self.published.clear()
        before = sys.stdout, sys.stderr
        sys.stdout = Stream("stdout", 1, self.published)
        sys.stderr = Stream("stderr", 2, self.published)
        try:
            if self.loop:
                result = self.loop.run_until_complete(self._execute(source))
            else:
                result = self.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        return error or self.published.error, result.result  # a value may fail while it is shown

    def told(self, error: BaseException | None) -> dict[str, Any]:
        """Return a tree of JSON that tells how the last cell ended; of a traceback, its lines."""
        outputs = self.published.outputs
        if error is None:
            return {"end": "ok", "outputs": outputs}
        return {"end": "error", "outputs": outputs, "ename": type(error).__name__[:200],
                "evalue": _text(error)[:MAX_ERROR], "frames": errors.frames(error)}  # fmt: skip

    async def _execute(self, source: str) -> Any:
        """Run a cell as `ipykernel.ipkernel.IPythonKernel.do_execute` does."""
        broken = None
        try:
            transformed = self.transform_cell(source)  # type: ignore[no-untyped-call]
        except Exception:
            transformed, broken = source, sys.exc_info()
        if not self.should_run_async(
            source, transformed_cell=transformed, preprocessing_exc_tuple=broken
        ):
            return self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        try:
            result = await self.run_cell_async(
                source, store_history=True, transformed_cell=transformed,
                preprocessing_exc_tuple=broken,
            )  # fmt: skip
        finally:
            self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        return result


StockShell.__name__ = ZMQInteractiveShell.__name__  # many a notebook asks for it


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return ""
