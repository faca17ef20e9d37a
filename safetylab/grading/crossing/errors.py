"""How exceptions cross: by the nearest class that the other side has anyway, text and lines."""

from __future__ import annotations

import builtins
import re
import sys
import types
from typing import Any

import numpy as np

from safetylab.grading.crossing.wire import WireError

LONGEST = 2_000
_CELL = re.compile(r"<cell ([0-9]{1,9})>")
_ENDS_LOOPS = (StopIteration, StopAsyncIteration)
FROM_STUDENT: dict[str, type[Exception]] = {
    name: kind for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
    and not issubclass(kind, (*_ENDS_LOOPS, ExceptionGroup))
} | {"LinAlgError": np.linalg.LinAlgError}  # fmt: skip
"""What a student's function can raise in a test; all else becomes a RuntimeError."""


class NotPlainAnswer(BaseException):
    """A student's function returned what does not cross; no test may take it for its own error."""


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return what the other side is told of an error."""
    simple = [item for item in error.args if type(item) in (str, int, float, bool)]
    args = simple if len(simple) == len(error.args) else [_text(error)]
    return {
        "name": type(error).__name__[:100],
        "text": _text(error),
        "args": [item[:LONGEST] if isinstance(item, str) else item for item in args[:9]],
        "bases": [[base.__module__, base.__qualname__] for base in type(error).__mro__[:20]],
        "frames": frames(error),
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except BaseException:
        return ""


def from_student(about: dict[str, Any]) -> BaseException:
    """Return an error of the tests' side for one of the student's; only a table is looked into."""
    bases = [str(name) for module, name in about["bases"] if module in ("builtins", "numpy.linalg")]
    return _made(next((FROM_STUDENT[name] for name in bases if name in FROM_STUDENT),
                      RuntimeError), about)  # fmt: skip


def from_tests(about: dict[str, Any]) -> BaseException:
    """Return an error of the student's side for one of the tests'."""
    for module, name in about["bases"]:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            return _made(kind, about)
    return _made(RuntimeError, about)


def _made(kind: type[BaseException], about: dict[str, Any]) -> BaseException:
    name, text, args = str(about["name"])[:100], str(about["text"]), about["args"]
    if kind in (RuntimeError, Exception, BaseException) and name != kind.__name__:
        kind, args = RuntimeError, [f"{name}: {text}" if text else name]
    try:
        error = kind(*args)
    except Exception:
        error = RuntimeError(f"{name}: {text}")
    error._frames = checked(about["frames"])  # type: ignore[attr-defined]
    return error


def checked(told: list[list[Any]]) -> list[list[Any]]:
    """Return frames that the other side told of, if they are some.

    Raises:
        WireError: they are none.
    """
    return [_frame(frame) for frame in told[:30]]


def _frame(parts: list[Any]) -> list[Any]:
    place, line, function = parts
    if not (isinstance(place, int) and isinstance(line, int) and isinstance(function, str)):
        raise WireError("not a frame")
    return [place, line, function[:100]]


# --- lines of cells


def frames(error: BaseException) -> list[list[Any]]:
    """Return [cell, line, function] for each line of a cell that a traceback passes through."""
    passed = passed_through(error.__traceback__)
    if isinstance(error, SyntaxError) and (place := _cell(error.filename)) is not None:
        passed.append([place, error.lineno or 0, ""])
    beyond: list[list[Any]] = getattr(error, "_frames", [])
    return (passed + beyond)[-30:]


def passed_through(trace: types.TracebackType | None) -> list[list[Any]]:
    """Return [cell, line, function] for each line of a cell in a traceback."""
    found = []
    while trace:
        code = trace.tb_frame.f_code
        if (place := _cell(code.co_filename)) is not None:
            found.append([place, trace.tb_lineno, code.co_name[:100]])
        trace = trace.tb_next
    return found


def first_line(function: Any) -> list[list[Any]]:
    """Return [cell, line, function] of where a function of a cell begins, in a list, or nothing."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType) or (place := _cell(code.co_filename)) is None:
        return []
    return [[place, code.co_firstlineno, code.co_name[:100]]]


def _cell(name: object) -> int | None:
    """Return the number of the cell that a file's name stands for, if it does."""
    found = _CELL.fullmatch(name) if isinstance(name, str) else None
    return int(found[1]) if found else None
