"""The room in which notebooks are graded: a sandbox with a fork server, and pairs of processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import safetylab
from safetylab.grading.crossing import wire
from safetylab.grading.paper.outcome import End, Frame, GradingError, Outcome, Output
from safetylab.grading.room import memory as memories
from safetylab.grading.room.kernel import Kernel
from safetylab.grading.room.run import Files, OnCell, Runner, Together
from safetylab.places import data_folder

FORKS = sys.platform == "linux"
START_SECONDS = 180.0
MAX_NAME, MAX_ERROR, MAX_FRAMES = 200, 10_000, 30
"""What is kept of an error, whatever a process says."""
GRACE = 5.0
ENVIRONMENT = {
    "HOME": "/tmp",
    "USER": "student",
    "LANG": "C.UTF-8",
    "PATH": "/room/bin:/usr/local/bin:/usr/bin:/bin",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "IPYTHONDIR": "/tmp/.ipython",
    "NBGRADER_EXECUTION": "autograde",
    "HDF5_USE_FILE_LOCKING": "FALSE",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/localtime", "/etc/fonts", "/etc/alternatives",
)  # fmt: skip

TRY = """
import os, sys
sys.path.append("/room/lib/safetylab/grading/room")
import isolate  # alone: the package would bring numpy along
with isolate.own_processes():
    pid = os.fork()
    if pid == 0:
        if sys.argv[1] == "user":
            isolate.own_user()
        isolate.own_world(1, sys.argv[1] == "root")
        os._exit(7)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


class Room(ExitStack[None]):
    """A fork server for as many notebooks as wanted, several at a time if need be.

    Args:
        timeout: seconds that one cell may take.
        memory: GiB that each of the two processes of a notebook may use.
        modules: what to import once for all.
        sandbox: refuse (False) or use where possible (True) the sandbox.

    Raises:
        GradingError: the server did not start.
    """

    def __init__(self, *, timeout: float = 120.0, memory: float = 4.0,
                 modules: Iterable[str] = ("torch", "safetylab.checks"),
                 sandbox: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.timeout, self.memory = timeout, memory
        self._modules = set(modules)
        self._lock = threading.Lock()
        folder = tempfile.TemporaryDirectory(prefix="safetylab-", ignore_cleanup_errors=True)
        self._folder = self.enter_context(folder)
        self._world = world() if sandbox else ""
        if FORKS:
            self._start()

    @property
    def sandbox(self) -> str:
        """What stands between a student and the machine: ``"bubblewrap"``, or nothing."""
        return "bubblewrap" if self._world else ""

    def _end(self) -> None:
        """End the server and every process in the room."""
        self._line.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def learn(self, modules: Iterable[str]) -> None:
        """Import more modules once for all notebooks to come."""
        missing = sorted(set(modules) - self._modules)
        if missing and FORKS:
            self._modules.update(missing)
            self._ask("preload", missing)

    def learn_from(self, ended: Pair | Alone | Kernel) -> None:
        """Import once for all what the processes of a notebook have imported, and settle on it."""
        if isinstance(ended, Pair | Alone):
            self.learn(ended.imported())
            self._ask("settle")

    def runner(
        self, files: Files, own: Files, on_cell: OnCell | None, split: bool
    ) -> Runner | Together:
        """Return what runs a notebook here: `Runner` if ``split``, else `Together`.

        Where processes are not forked, one kernel runs it either way.
        """
        if split and FORKS:
            return Runner(self.pair, self.timeout, files, on_cell, own=own)
        start = self.alone if FORKS else partial(Kernel, self.timeout)
        return Together(start, self.timeout, {**own, **files}, on_cell)

    def alone(self) -> Alone:
        """Start the one process of a notebook that runs as in Jupyter."""
        return Alone(self, self._spawn("together"))

    def pair(self) -> Pair:
        """Start the two processes of a notebook."""
        between = socket.socketpair()
        student = self._spawn("student", between[0])
        return Pair(self, student, self._spawn("tests", between[1]))

    def tell(self, op: str, pid: int) -> Any:
        """Have the server kill, interrupt, freeze or thaw a process; see `server.Server`."""
        return self._ask("tell", op, pid)

    def _start(self) -> None:
        self._line, theirs = socket.socketpair()
        names = ",".join(sorted(self._modules))
        arguments = ["-S", "-s", "-m", "safetylab.grading.room.server", str(theirs.fileno()),
                     self._world, str(self.memory), names]  # fmt: skip
        command, environment = self._command(arguments)
        told = Path(self._folder) / "server.log"
        with told.open("wb") as log:
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment,
                                             stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, cwd="/")  # fmt: skip
        theirs.close()
        self.callback(self._end)
        self._line.settimeout(START_SECONDS)
        try:
            wire.receive(self._line)
        except (EOFError, OSError, wire.WireError):
            last = told.read_text(errors="replace").strip().splitlines()[-1:]
            self.close()
            raise GradingError(f"the grading room did not start: {' '.join(last)}") from None

    def _command(self, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
        if self._world:
            return [*bubblewrap(self._world), python(), *arguments], {"PATH": os.environ["PATH"]}
        places = [str(Path(safetylab.__file__).parents[1]), *sites()]
        folder = self._folder
        environment = ENVIRONMENT | {
            "HOME": folder, "PYTHONPATH": os.pathsep.join(places), "SAFETYLAB_TMP": folder,
            "MPLCONFIGDIR": f"{folder}/.matplotlib", "IPYTHONDIR": f"{folder}/.ipython",
            "SAFETYLAB_DATA": str(data_folder()), "TMPDIR": folder,
        }  # fmt: skip
        return [python(), *arguments], environment

    def _ask(self, *words: Any, handed: list[int] | None = None) -> Any:
        with self._lock:
            try:
                wire.send(self._line, list(words))
                if handed:
                    socket.send_fds(self._line, [b"F"], handed)
                return wire.receive(self._line)[0]
            except (EOFError, OSError) as error:
                raise GradingError("the grading room ended: start grading again") from error

    def _spawn(self, role: str, *between: socket.socket) -> Side:
        mine, theirs = socket.socketpair()
        lines, group = [theirs, *between], memories.group(self.memory + 1)
        entrance = [group.entrance] if group else []
        handed = [*(line.fileno() for line in lines), *entrance]
        pid = self._ask("spawn", role, bool(group), handed=handed)
        for line in lines:
            line.close()
        return Side(self, mine, pid, group)


@dataclass
class Side:
    """A process of a notebook."""

    room: Room
    control: socket.socket
    pid: int
    group: memories.Group | None = None
    count: int = 0

    def ask(self, op: str, seconds: float, blobs: Sequence[bytes] = (),
            handed: socket.socket | None = None, **values: Any) -> Any:  # fmt: skip
        """Return the answer, or an ``Outcome`` that says why there is none.

        Without ``op``, that is the answer to what was asked last.
        """
        deadline = time.monotonic() + seconds
        try:
            self.control.settimeout(seconds)
            if op:
                self.count += 1
                wire.send(self.control, [self.count, op, values], blobs)
            if handed:
                socket.send_fds(self.control, [b"F"], [handed.fileno()])
            while (left := deadline - time.monotonic()) > 0:
                self.control.settimeout(left)
                (number, answer), _ = wire.receive(self.control, wire.TOLD)
                if number == self.count:
                    return answer
            return Outcome(End.TIMEOUT, lost=True)
        except TimeoutError:
            return Outcome(End.TIMEOUT, lost=True)
        except (EOFError, OSError, wire.WireError, ValueError, TypeError):
            return Outcome(End.DEAD, lost=True)

    def close(self) -> None:
        """End the process and all that it started."""
        self.control.close()
        self.room.tell("kill", self.pid)
        if self.group:
            self.group.close()


class _Sides(ExitStack[None]):
    def __init__(self, room: Room, *sides: Side) -> None:
        super().__init__()
        self.room, self.sides = room, sides
        for side in sides:
            self.callback(side.close)

    def imported(self) -> set[str]:
        """Return the modules that were imported here."""
        told = [side.ask("modules", GRACE) for side in self.sides]
        return {name for names in told if not isinstance(names, Outcome) for name in names}


class Alone(_Sides):
    """The one process of a notebook that runs as in Jupyter."""

    def __init__(self, room: Room, side: Side) -> None:
        super().__init__(room, side)
        self.side = side

    def bring(self, files: Files) -> None:
        """Write files into the working folder."""
        self.side.ask("files", self.room.timeout, list(files.values()), names=list(files))

    def run_cell(self, source: str, place: int) -> Outcome:
        """Run a cell; interrupt it when its time is up."""
        told = self.side.ask("run", self.room.timeout, source=source, place=place)
        if isinstance(told, Outcome) and told.end is End.TIMEOUT:
            self.room.tell("interrupt", self.side.pid)
            return replace(told, lost=isinstance(self.side.ask("", GRACE), Outcome))
        return as_nbgrader_reads(told)


def as_nbgrader_reads(told: Any) -> Outcome:
    """Read what a process told of a cell, as `nbgrader.utils.determine_grade` reads its outputs.

    The first of three decides: an error, a word on stderr, a value of the last line.
    """
    outcome = _outcome(told)
    for kind, form, data in told.get("outputs", ()) if outcome.end is End.OK else ():
        if form == "stderr":
            last = str(data).strip()[-1000:]
            return replace(outcome, end=End.ERROR, ename="words on stderr", evalue=last)
        if kind == "result":
            return replace(outcome, value=_credit(str(data)))
    return outcome


def _credit(text: str) -> float | None:
    """The points that a value shown at the end of a test stands for; None if it stands for all."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0 else None


class Pair(_Sides):
    """The student's process and the tests'; what the student says decides nothing."""

    def __init__(self, room: Room, student: Side, tests: Side) -> None:
        super().__init__(room, student, tests)
        self.student, self.tests = student, tests

    def begin(self, shared: Iterable[str], files: Mapping[str, bytes],
              own: Mapping[str, bytes]) -> None:  # fmt: skip
        """Tell both sides what the notebook brings along; ``own`` files are the student's."""
        for side, brought in ((self.student, {**own, **files}), (self.tests, files)):
            side.ask("files", self.room.timeout, list(brought.values()), names=list(brought))
            side.ask("share", GRACE, names=sorted(shared))

    def run_student(self, source: str, place: int) -> Outcome:
        """Run a cell in the student's process."""
        return _outcome(self.student.ask("run", self.room.timeout, source=source, place=place))

    def run_tests(self, source: str, place: int, apart: bool) -> Outcome:
        """Run a cell of the instructor's in the tests' process; ``apart``: against a copy."""
        told = self._apart(source, place) if apart else self._told(source, place)
        outcome = _outcome(told)
        if outcome.end in (End.TIMEOUT, End.DEAD) and not outcome.lost:
            answer = self.student.ask("files", GRACE, names=[])  # is it still there?
            return replace(outcome, lost=isinstance(answer, Outcome))
        return outcome

    def _told(self, source: str, place: int, line: socket.socket | None = None) -> Any:
        seconds = self.room.timeout
        return self.tests.ask("test", seconds + GRACE, handed=line, source=source, place=place,
                              apart=line is not None, limit=seconds)  # fmt: skip

    def _apart(self, source: str, place: int) -> Outcome:
        """Run a test against a copy of the student's process, which stands still meanwhile.

        A copy that may have left word for the next is followed by a fresh start.
        """
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                copied = self.student.ask("copy", self.room.timeout, handed=theirs)
            if isinstance(copied, Outcome):
                return copied
            before = self.room.tell("freeze", self.student.pid)
            outcome = _outcome(self._told(source, place, mine))
        after = self.room.tell("thaw", self.student.pid)
        return outcome if before and before == after else replace(outcome, lost=True)

    def answered(self, names: Iterable[str], imports: str) -> None:
        """Say that the student's process has defined ``names``."""
        self.tests.ask("answered", self.room.timeout, names=sorted(names), imports=imports)


def _outcome(told: Any) -> Outcome:
    """Read what a process told of a cell; the student's may tell anything."""
    if isinstance(told, Outcome):
        return told
    try:
        frames = tuple(Frame(int(place), int(line), str(name)[:MAX_NAME])
                       for place, line, name in told.get("frames", ())[:MAX_FRAMES])  # fmt: skip
        outputs = tuple(output for _, kind, data in told.get("outputs", ())
                        if (output := Output.checked(str(kind), str(data))))  # fmt: skip
        value = told.get("value")
        return Outcome(
            End[told["end"].upper()], str(told.get("ename", ""))[:MAX_NAME],
            str(told.get("evalue", ""))[:MAX_ERROR],
            frames, outputs=outputs, value=None if value is None else float(value),
        )  # fmt: skip
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return Outcome(End.DEAD, lost=True)


# --- the sandbox


def python() -> str:
    """Return the interpreter that stands under this environment."""
    return os.path.realpath(sys.executable)


def sites() -> list[str]:
    """Return the folders of installed packages."""
    paths = sysconfig.get_paths()
    return list(dict.fromkeys([paths["purelib"], paths["platlib"]]))


def bubblewrap(kind: str) -> list[str]:
    """Return the command that makes the sandbox; ``kind`` is ``"root"`` or ``"user"``."""
    apart = ["--unshare-user"] if kind == "user" else []
    return [
        "bwrap", "--die-with-parent", "--new-session", *apart, "--cap-add", "ALL", "--unshare-pid",
        "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "room", "--clearenv", *_environment(), "--proc", "/proc", *_devices(),
        "--tmpfs", "/tmp", *_folders(), *_system(), *_libraries(), "--remount-ro", "/",
        "--chdir", "/tmp",
    ]  # fmt: skip


def _environment() -> list[str]:
    places = ["/room/lib", *(f"/room/site{place}" for place in range(len(sites())))]
    own = ENVIRONMENT | {"PYTHONPATH": ":".join(places), "SAFETYLAB_DATA": "/room/data"}
    return [part for name, value in own.items() for part in ("--setenv", name, value)]


def _devices() -> list[str]:
    """The harmless devices.

    Not by ``--dev``: for that, bubblewrap puts one more user namespace around an ordinary user's
    server, in which it could not make namespaces of processes.
    """
    names = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
    return ["--perms", "0755", "--dir", "/dev",  # as root, bubblewrap would keep it to root
            *(part for name in names for part in ("--dev-bind", name, name)),
            "--dir", "/dev/shm", "--symlink", "/proc/self/fd", "/dev/fd"]  # fmt: skip


def _folders() -> list[str]:
    """Folders that everybody may enter: what bubblewrap makes by itself only its owner may."""
    above = [str(place) for place in reversed(Path(sys.base_prefix).parents)][1:]
    return [part for name in ["/etc", "/room", "/room/bin", "/room/lib", *above]
            for part in ("--perms", "0755", "--dir", name)]  # fmt: skip


def _system() -> list[str]:
    """The system's programs and libraries, read-only, and next to nothing of its settings."""
    parts: list[str] = []
    for name in SYSTEM:
        path = Path(name)
        how = ["--symlink", str(path.readlink())] if path.is_symlink() else ["--ro-bind-try", name]
        parts += [*how, name]
    return parts


def _libraries() -> list[str]:
    """Python, the installed packages, this package and the data, read-only."""
    package = Path(safetylab.__file__).parent
    parts = [] if sys.base_prefix == "/usr" else ["--ro-bind", sys.base_prefix, sys.base_prefix]
    for name in ("python", "python3"):  # this one, whichever the system has
        parts += ["--symlink", python(), f"/room/bin/{name}"]
    for place, site in enumerate(sites()):
        parts += ["--ro-bind", site, f"/room/site{place}"]
        for telling in ("__editable__*", "*.dist-info/direct_url.json"):  # of where the course lies
            for file in filter(Path.is_file, Path(site).glob(telling)):
                parts += ["--ro-bind", "/dev/null", f"/room/site{place}/{file.relative_to(site)}"]
        hidden = [found for name in READY_MADE for found in Path(site).glob(f"{name}*")]
        for folder in filter(Path.is_dir, hidden):
            covered = f"/room/site{place}/{folder.name}"
            parts += ["--perms", "0755", "--tmpfs", covered, "--remount-ro", covered]
    parts += ["--ro-bind", str(package), "/room/lib/safetylab"]
    if data_folder().is_dir():
        parts += ["--ro-bind", str(data_folder().resolve()), "/room/data"]
    return parts


READY_MADE = ("autoattack", "captum", "foolbox", "pyautoattack", "robustbench", "torchattacks")
"""What the project's own tests compare with: answers to exercises, for one import."""


@cache
def world() -> str:
    """Return the kind of sandbox that works here: ``"root"``, ``"user"``, or nothing."""
    if sys.platform != "linux" or not shutil.which("bwrap"):
        return ""
    kind = "root" if os.geteuid() == 0 else "user"
    tried = subprocess.run([*bubblewrap(kind), python(), "-S", "-s", "-c", TRY, kind],
                           capture_output=True, timeout=60, check=False)  # fmt: skip
    return kind if tried.returncode == 7 else ""
