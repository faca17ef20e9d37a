"""What a student may read of a run in which their code and hidden tests shared a process.

Once a hidden test has begun, code of the student's could have read it, and could say it again in
anything that the process says. So of what came after, only this is passed on: how a cell ended,
names of Python's own exceptions, and messages that stand in the text of the tests, without the
values in their gaps.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from safetylab.grading.paper.defined import parsed
from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Role, Step

BEGIN, CLOSE = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
LONGEST_HOLE = 80
FEWEST_LETTERS = 8
_TAG = re.compile(r"\d{1,2}\.\d{1,2}[a-z]?(?:/([\w.-]{1,60}))?\]\s*")


def told(run: Run) -> Run:
    """Return the run with nothing in it that could be a hidden test's text."""
    first = next((at for at, step in enumerate(run.steps) if is_hidden(step)), len(run.steps))
    outcomes = {at: outcome if at < first else _told(run, at, outcome)
                for at, outcome in run.outcomes.items()}  # fmt: skip
    return replace(run, outcomes=outcomes)


def is_hidden(step: Step) -> bool:
    """Whether a cell of the lab's has a hidden part."""
    return step.role in (Role.TEST, Role.LOCKED) and BEGIN in step.source


def _told(run: Run, place: int, outcome: Outcome) -> Outcome:
    if outcome.end is not End.ERROR:
        return outcome
    check, step = outcome.ename == "CheckFailed", run.steps[place]
    own = getattr(builtins, outcome.ename, None)
    known = check or (isinstance(own, type) and issubclass(own, BaseException))
    name = outcome.ename if known else "an exception"
    sources = [step.source if check else parted(step.source)[0]] if step.role is Role.TEST else []
    if check and step.role in (Role.TEST, Role.LOCKED):
        sources += [one.source for one in run.steps if one.role is Role.LOCKED]
    said = (_said(source, outcome.evalue) for source in sources)
    return replace(outcome, ename=name, evalue=next(filter(None, said), ""))


def parted(source: str, begin: str = BEGIN, close: str = CLOSE) -> tuple[str, set[int]]:
    """Return a text without its regions, and the numbers of the lines in them.

    A region that is never closed goes to the end.
    """
    kept, numbers, inside = [], set(), False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = begin in line or (inside and close not in line)
        if inside and begin not in line:
            numbers.add(number)
        elif not inside and close not in line:
            kept.append(line)
    return "\n".join(kept), numbers


def _said(source: str, text: str) -> str:
    """Return a message if it is a string of the source: dots stand for the values in its gaps."""
    bare, _, tag = text.rpartition("[")
    known = _TAG.fullmatch(tag)
    tagged = known and known[1] in (None, *(one for parts in _messages(source, 1) for one in parts))
    for message, end in (*([(bare, f" [{tag}")] if tagged else []), (text, "")):
        for parts in _messages(source):
            if _fits(parts, message) or _fits(parts, message.rstrip()):
                return "".join("..." if part is None else part for part in parts) + end
    return ""


@lru_cache(maxsize=400)
def _messages(source: str, fewest: int = FEWEST_LETTERS) -> tuple[tuple[str | None, ...], ...]:
    """Return the parts of each string in the source that is long enough to be a message."""
    texts = (tuple(_parts(node)) for node in ast.walk(parsed(source)))
    return tuple(parts for parts in texts if sum(map(len, filter(None, parts))) >= fewest)


def _fits(parts: Sequence[str | None], text: str) -> bool:
    """Whether a text is made of these parts; a text that nearly is costs no more than another."""
    if len(text) > sum(LONGEST_HOLE if part is None else len(part) for part in parts):
        return False
    ends = {0}
    for part in parts:
        if part is None:
            ends = {end for begin in ends for end in range(begin, begin + LONGEST_HOLE + 1)}
        else:
            ends = {begin + len(part) for begin in ends if text.startswith(part, begin)}
    return len(text) in ends


def _parts(node: ast.AST) -> Iterator[str | None]:
    """Yield the fixed parts of a string, and None for a gap."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield _fixed(value)


def _fixed(part: ast.expr) -> str | None:
    """What a part of an f-string always says, or None."""
    value = part.value if isinstance(part, ast.FormattedValue) else part
    return str(value.value) if isinstance(value, ast.Constant) else None
