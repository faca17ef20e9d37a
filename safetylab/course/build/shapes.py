"""Answers under other names: expressions compared as trees from which the names are taken out."""

from __future__ import annotations

import ast
import builtins
import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from safetylab.course.build.leaks import excused_lines
from safetylab.course.build.source import Cell, Lab, Problem, tree

LEAST = 6
MOST = 25
COMMON = 3
"""An expression that stands in so many labs is nobody's answer."""

_TELLING = (
    ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.Call, ast.Constant, ast.Attribute,
    ast.Subscript, ast.keyword, ast.comprehension, ast.IfExp,
)  # fmt: skip
_PYTHONS = frozenset(dir(builtins))
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Expression:
    """An expression of a statement: its shape, its line, and its text."""

    shape: str
    line: int
    text: str


def shape_problems(lab: Lab, released: Iterable[Lab]) -> Iterator[Problem]:
    """Every model answer of ``lab`` that stands under other names where learners can read it.

    What a function of the hidden tests returns is an answer, too, by another way.

    Args:
        lab: whose answers are looked for.
        released: the labs that learners have read by then, ``lab`` among them.
    """
    places = _Places(released)
    for cell in lab.of("answer"):
        for found in expressions(cell.source, cell.solution_lines):
            yield from _told(lab, cell, found, places, "the answer")
    own = _Places([lab])
    for cell in lab.of("oracle", "test"):
        for found in expressions(cell.source, cell.hidden_lines & _returns(cell)):
            yield from _told(lab, cell, found, own, "the hidden test")


def _told(
    lab: Lab, cell: Cell, found: Expression, places: _Places, owner: str
) -> Iterator[Problem]:
    for where in places.with_shape(found.shape):
        what = f"line {found.line} of {owner} stands, under other names, in {where}: {found.text}"
        todo = "compute it another way there, hide it, or mark it `# not-an-answer: reason`"
        yield lab.problem(cell, what, todo)


def _returns(cell: Cell) -> frozenset[int]:
    """The lines on which a cell's functions return what they have computed."""
    return frozenset(n.lineno for n in ast.walk(cell.tree) if isinstance(n, ast.Return))


def answers_among(codes: Iterable[str], labs: Iterable[Lab]) -> dict[str, list[str]]:
    """Return which expressions of other right answers stand in the cells of ``labs``, and where."""
    places = _Places(labs)
    found = {one.text: places.with_shape(one.shape) for code in codes
             for one in expressions(code, frozenset(range(1, code.count("\n") + 2)))}  # fmt: skip
    return {text: where for text, where in found.items() if where}


def expressions(code: str, lines: frozenset[int]) -> list[Expression]:
    """The expressions of the statements on ``lines`` that tell enough to be an answer.

    Each is given as it stands, and with the names that its function gave to parts of it replaced
    by these parts.
    """
    excused = excused_lines(code)
    found = []
    for node, value in _values(tree(code).body, {}):
        kept = node.lineno in lines and not set(_span(node)) & excused
        if kept and telling(value) >= LEAST and _names_something(value):
            found.append(Expression(shape(value), node.lineno, ast.unparse(value)))
    return list(dict.fromkeys(found))


def telling(node: ast.AST) -> int:
    """How many operators, calls, attributes and constants an expression is made of."""
    return sum(isinstance(one, _TELLING) for one in ast.walk(node))


def shape(node: ast.AST) -> str:
    """An expression without its names (but Python's own), and without an attribute's owner."""
    return _measured(node, {})[0]


def _measured(node: ast.AST, found: dict[str, int]) -> tuple[str, int]:
    """The shape of a tree, and how much it tells; of each expression in it, too, in ``found``."""
    count = int(isinstance(node, _TELLING))
    if isinstance(node, ast.Name | ast.arg):
        name = node.arg if isinstance(node, ast.arg) else node.id
        return (name if name in _PYTHONS else "_"), count
    if isinstance(node, ast.Constant):
        return repr(node.value), count
    inside = [_measured(part, found) if isinstance(part, ast.AST) else (repr(part), 0)
              for part in _parts(node)]  # fmt: skip
    count += sum(told for _, told in inside)
    text = ",".join(part for part, _ in inside)
    made = f"{type(node).__name__}({text})"
    if isinstance(node, ast.expr):
        found[made] = max(count, found.get(made, 0))
    return made, count


def _parts(node: ast.AST) -> Iterator[object]:
    """What a node is made of, but for the names before the last dot of an attribute."""
    for name, value in ast.iter_fields(node):
        if name == "ctx" or (isinstance(value, ast.Attribute) and _only_dots(node, value)):
            continue
        yield from value if isinstance(value, list) else [value]


def _only_dots(node: ast.AST, value: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and _is_dotted(value)


class _Places:
    """Where in the released cells of labs each shape stands."""

    def __init__(self, labs: Iterable[Lab]) -> None:
        self.where: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for lab in labs:
            for cell in lab.cells:
                if cell.kind == "code" and cell.role != "given":
                    for one in _shapes(cell.released):
                        self.where[one].add((lab.file, cell.id))

    def with_shape(self, wanted: str) -> list[str]:
        """The cells that hold a shape, none if it is common."""
        found = self.where.get(wanted, set())
        if len({file for file, _ in found}) >= COMMON:
            return []
        return [f"{file}, cell `{cell}`" for file, cell in sorted(found)]


@cache
def _shapes(code: str) -> frozenset[str]:
    """The shapes of all telling expressions of a cell, however deep."""
    excused, found = excused_lines(code), dict[str, int]()
    for node, value in _values(tree(code).body, {}):
        if not set(_span(node)) & excused:
            _measured(value, found)
    return frozenset(one for one, count in found.items() if count >= LEAST)


def _values(
    body: list[ast.stmt], known: dict[str, ast.expr]
) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Each statement with each of its expressions, as written and with ``known`` names put in."""
    for node in body:
        for value in _own(node):
            yield node, value
            if known and (full := _Filled(known).visit(copy.deepcopy(value))) is not None:
                yield node, full
        blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        inner = {} if isinstance(node, _INNER) else _without(known, _assigned(node))
        for block in blocks:
            yield from _values(block, dict(inner))
        _learn(node, known)


def _own(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement, but not those of the statements in it."""
    if isinstance(node, _INNER):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.withitem):
            yield child.context_expr
        elif isinstance(child, ast.expr) and isinstance(
            getattr(child, "ctx", ast.Load()), ast.Load
        ):
            yield child


def _learn(node: ast.stmt, known: dict[str, ast.expr]) -> None:
    """Note what a simple assignment gives a name to; forget names that are given anew."""
    value = copy.deepcopy(getattr(node, "value", None))
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    full = _Filled(known).visit(value) if isinstance(value, ast.expr) else None
    for name in _assigned(node):
        known.pop(name, None)
    if isinstance(target, ast.Name) and full is not None and telling(full) <= MOST:
        known[target.id] = full


def _assigned(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}  # fmt: skip


def _without(known: dict[str, ast.expr], names: set[str]) -> dict[str, ast.expr]:
    return {name: value for name, value in known.items() if name not in names}


class _Filled(ast.NodeTransformer):
    """Put the expressions in the place of the names that stand for them."""

    def __init__(self, known: dict[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name that is read."""
        return copy.deepcopy(self.known.get(node.id, node))


def _names_something(node: ast.AST) -> bool:
    """Whether an expression is about more than modules and written numbers."""
    owners = {id(one.value) for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return any(isinstance(one, ast.Name) and id(one) not in owners for one in ast.walk(node))


def _is_dotted(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _span(node: ast.stmt) -> range:
    """The lines of a statement, or of the head of a compound one."""
    inner = getattr(node, "body", None)
    last = inner[0].lineno - 1 if isinstance(inner, list) and inner else node.end_lineno
    return range(node.lineno, max(node.lineno, last or 0) + 1)
