"""The variant that a notebook is graded as: the grader's number, whatever id stands in it.

A lab with variants has a locked cell that makes a number of the id that a learner enters. On the
tests' side that cell gets the grader's number instead; on the student's it stays as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from safetylab.grading.bundle import Variants
from safetylab.grading.paper.defined import parsed
from safetylab.grading.paper.rebuild import Role, Step
from safetylab.variants import normal, variant_of

CELL, NAME, FUNCTION = "setup-variant", "VARIANT", "variants.mine"
FORM = f'{NAME} = {FUNCTION}(my_id, salt="2030a", count=100)'


@dataclass(frozen=True)
class Assigned:
    """The number that the grader gives, and whose it is.

    ``student`` is the gradebook's id, ``key`` what is hashed in its place (a team), or nothing.
    ``everywhere`` is for the instructor's own notebook, which solves any variant: both sides get
    the number.
    """

    number: int
    student: str
    key: str = ""
    everywhere: bool = False

    def __str__(self) -> str:
        return f"variant {self.number} of {self.student}{f' ({self.key})' if self.key else ''}"


@dataclass(frozen=True)
class Call:
    """What the cell says: its text, the name that holds the id, salt and count."""

    text: str
    name: str
    salt: str
    count: int


def call_in(source: str) -> Call | None:
    """Return the one call that gives ``VARIANT`` its value; nothing if there is no such one."""
    found = [node for node in parsed(source).body if isinstance(node, ast.Assign)
             and [ast.unparse(one) for one in node.targets] == [NAME]]  # fmt: skip
    if len(found) != 1:
        return None
    call = found[0].value
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != FUNCTION:
        return None
    given = {word.arg: word.value for word in call.keywords}
    salt, count = (_constant(given.get(key)) for key in ("salt", "count"))
    who = call.args[0] if len(call.args) == 1 else None
    text = ast.get_source_segment(source, call)
    if not isinstance(who, ast.Name) or not isinstance(salt, str) or type(count) is not int:
        return None
    return Call(text, who.id, salt, count) if text and len(given) == 2 else None


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def seated(steps: Sequence[Step], assigned: Assigned | None) -> list[Step]:
    """Return the steps as they are to run.

    The tests' side gets the number of ``assigned``, or without one that of the entered id. Where
    no id was entered, both sides get the same number.
    """
    otherwise = assigned.number if assigned else 0
    return [_seated(step, assigned, otherwise) if step.cell.name == CELL else step
            for step in steps]  # fmt: skip


def _seated(step: Step, assigned: Assigned | None, otherwise: int) -> Step:
    call = call_in(step.cell.source)
    if step.role is not Role.LOCKED or call is None:
        return step
    entered = (f"variants.entered(lambda: {call.name}, salt={call.salt!r}, count={call.count}, "
               f"otherwise={otherwise})")  # fmt: skip
    tests = f"variants.assign({assigned.number})" if assigned else entered
    source = step.cell.source.replace(call.text, tests)
    own = tests if assigned and assigned.everywhere else entered
    stub = step.stub.replace(call.text, own)
    return replace(step, cell=replace(step.cell, source=source), source=source, stub=stub)


def entered_id(steps: Iterable[Step]) -> str:
    """Return the id that a student's own cells give as a plain text; nothing if none does."""
    listed = list(steps)
    cell = next((at for at, step in enumerate(listed) if step.cell.name == CELL), len(listed))
    call = call_in(listed[cell].cell.source) if listed[cell:] else None
    own = [step for step in listed[:cell] if step.role in (Role.ANSWER, Role.OPEN, Role.EXTRA)]
    given = [_text_given(step.source, call.name) for step in own if step.runs and call]
    return next(filter(None, reversed(given)), "")


LONGEST = 20_000
_MAGIC = re.compile(r"^[ \t]*[%!].*", re.M)


def _body(source: str) -> list[ast.stmt]:
    """The statements of a student's cell, without its magics; none if it is long, or no Python.

    IPython's own way to tell magics takes minutes for some cells, and this is the grader's process.
    """
    try:
        return ast.parse(_MAGIC.sub("", source)).body if len(source) <= LONGEST else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _text_given(source: str, name: str) -> str:
    """The text that a cell assigns to ``name`` last at its top level."""
    text = ""
    for node in _body(source):
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
            value = _constant(node.value)
            text = value if isinstance(value, str) else ""
    try:
        return normal(text)
    except ValueError:
        return ""


def told(steps: Sequence[Step], variants: Variants, assigned: Assigned | None) -> str:
    """Return the sentence for the report: what the notebook was graded as."""
    entered = entered_id(steps)
    if assigned:
        nameless = "" if entered else "; the notebook names no id"
        return odd(steps, variants, assigned) or f"graded as {assigned}{nameless}"
    number = variant_of(entered, variants.salt, variants.count) if entered else 0
    why = f" of {entered}, as the notebook says" if entered else ", for the notebook names no id"
    return f"practice on variant {number}{why}; a grader takes your id from the gradebook"


def odd(steps: Sequence[Step], variants: Variants, assigned: Assigned) -> str:
    """Return a sentence if the notebook works on another variant than the grader; else nothing."""
    entered = entered_id(steps)
    if not entered:
        return ""
    own = variant_of(entered, variants.salt, variants.count)
    names = {normal(name) for name in (assigned.student, assigned.key) if name.strip()}
    if entered not in names:
        return f"graded as {assigned}; the notebook says {entered}"
    if own != assigned.number:
        return f"graded as {assigned}; the notebook says {entered}, which is variant {own}"
    return ""
