"""Answers that learners could find where they should not be: in a notebook, or in the package."""

from __future__ import annotations

import ast
import builtins
import bz2
import copy
import gzip
import html
import io
import json
import lzma
import re
import symtable
import sys
import textwrap
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from safetylab.course.build.source import Cell, Lab, Problem, python, tree

LONG_STATEMENT = 30
LONG_BODY = 60
_EXCUSED = re.compile(r"not-an-answer:\s*[^\s>-]")
_EXCUSE = "mark it `# not-an-answer: reason` (in prose `<!-- not-an-answer: reason -->`)"
_SAME = "the same function, whatever its names"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PYTHONS = frozenset(dir(builtins))
_LIBRARY = _PYTHONS | sys.stdlib_module_names
_CHORE = (ast.With, ast.withitem, ast.Expr, ast.Call, ast.Attribute, ast.Name, ast.keyword,
          ast.Constant, ast.Pass, ast.expr_context)  # fmt: skip
_INNER = ("body", "orelse", "finalbody", "handlers", "cases")
_COMPRESSED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
_FENCE = re.compile(r"^\s*```(?:python|py)?\s*\n(.*?)^\s*```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """A statement, or the header of a compound one, in normal form and as its author wrote it."""

    text: str
    written: str
    line: int
    excused: bool


@dataclass(frozen=True)
class Function:
    """A function whose body has been rid of its author's names."""

    name: str
    body: str
    first: int
    last: int
    excused: bool


@dataclass(frozen=True)
class Place:
    """Somewhere a learner can read: a cell as it is released, or a module of the package."""

    where: str
    code: str
    prose: str

    @cached_property
    def statements(self) -> frozenset[str]:
        """Its long statements, in normal form."""
        return frozenset(s.text for s in statements(self.code) if not s.excused)

    @cached_property
    def functions(self) -> dict[str, str]:
        """The name of each function that is long enough to be an answer, by its body."""
        return {f.body: f.name for f in functions(self.code) if not f.excused}

    @cached_property
    def text(self) -> str:
        """Its prose, comments and docstrings, compact, without the lines that are excused."""
        lines = "\n".join([self.prose, *_comments(self.code)]).split("\n")
        kept = "".join(line for line in lines if not _EXCUSED.search(line))
        return compact(html.unescape(kept))


@dataclass(frozen=True)
class Bench:
    """What the package offers learners: its modules, and where each of its names is defined."""

    modules: tuple[Place, ...]
    names: dict[str, str]

    @classmethod
    def read(cls, root: Path) -> Bench:
        """Read every module of the package under ``root``."""
        modules, names = [], {}
        for path in sorted((root / "safetylab").rglob("*.py")):
            file, code = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            modules.append(Place(file, code, ""))
            table = symtable.symtable(code, file, "exec")
            names.update({name: file for name in _defined(table) if name not in names})
        return cls(tuple(modules), names)


def leaks(lab: Lab, released: Iterable[Place], bench: Bench) -> Iterator[Problem]:
    """Every answer of ``lab`` that stands in what is ``released``, or in the package."""
    yield from answers_in(lab, [*released, *bench.modules])
    for cell in lab.of("answer", "predict"):
        yield from _name_leaks(lab, cell, bench)


def answers_in(lab: Lab, places: list[Place]) -> Iterator[Problem]:
    """Every answer of ``lab`` that stands in ``places``, letter by letter or under other names.

    In prose an answer is looked for as its author wrote it, too: Python's own spelling may have
    other brackets.
    """
    for cell in lab.of("answer", "predict"):
        yield from _statement_leaks(lab, cell, places)
        yield from _function_leaks(lab, cell, places)


def keys_in(lab: Lab, places: list[Place]) -> Iterator[Problem]:
    """Every long line of a hidden test or a model answer of ``lab`` that stands in ``places``.

    An import, and a short call of Python's own library, tell nothing about the exercise.
    """
    for cell in lab.of("test", "oracle", "written"):
        lines = cell.source.split("\n")
        for number in sorted(cell.hidden_lines | cell.solution_lines):
            line = lines[number - 1]
            long = len(compact(line)) >= LONG_STATEMENT
            told = long and not _EXCUSED.search(line) and not _is_chore(line)
            for place in places if told else []:
                if compact(line) in place.text:
                    what = f"line {number} stands in {place.where}: {line.strip()}"
                    yield lab.problem(cell, what, "only graders may read it: take it away there")


def released_places(lab: Lab) -> Iterator[Place]:
    """What a learner can read of a lab: its cells as released, but for earlier answers in them."""
    for cell in lab.cells:
        where = f"{lab.file}, cell `{cell.id}`"
        if cell.kind == "code" and cell.role != "given":
            yield Place(where, cell.released, "")
        elif cell.kind != "code":
            yield _prose(where, cell.released)


def file_places(name: str, content: bytes) -> Iterator[Place]:
    """What a learner can read of a file of any kind, but for earlier answers in a lab.

    Args:
        name: its path in the course, with slashes; a notebook counts as a lab in ``labs/`` only.
        content: its bytes; of a file that is not text, the text in it; what is compressed (gz, bz2,
            xz, zip, npz) is looked into.
    """
    if unpacked := _unpacked(content):
        for member, inside in unpacked:
            yield from file_places(f"{name}: {member}" if member else name, inside)
        return
    text = _readable(content)
    if name.endswith(".py"):
        yield Place(name, text, text)
    elif name.startswith("labs/") and name.endswith(".ipynb"):
        yield from _cell_places(name, text)
    else:  # JSON writes a quotation mark and the end of a line with a backslash
        yield _prose(name, text.replace('\\"', '"').replace("\\n", "\n"))


def statements(code: str) -> list[Statement]:
    """The statements of ``code`` that are long enough to tell, imports and docstrings apart."""
    lines = python(code).split("\n")
    found = []
    for node in ast.walk(tree(code)):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom):
            text = "" if _is_text(node) or _is_glue(node) else compact(_header(node))
            if len(text) >= LONG_STATEMENT:
                source = lines[node.lineno - 1 : _last_line(node)]
                written = compact("".join(line.partition("  #")[0] for line in source))
                found.append(Statement(text, written, node.lineno, _excused(source)))
    return found


def functions(code: str) -> list[Function]:
    """The functions of ``code``, methods too, that are long enough to tell."""
    lines = python(code).split("\n")
    found = []
    for node in ast.walk(tree(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = nameless(node)
            first, last = node.lineno, node.end_lineno or node.lineno
            if body.count("\n") >= 1 or len(compact(body)) >= LONG_BODY:
                excused = _excused(lines[first - 1 : _last_line(node)])
                found.append(Function(node.name, body, first, last, excused))
    return found


def compact(text: str) -> str:
    """``text`` without white space, and with one kind of quotation mark."""
    return "".join(text.split()).replace('"', "'")


def nameless(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The body of a function, a statement a line, every name of its own numbered by first use.

    Docstrings and annotations are dropped, and with them the order of the parameters.
    """
    [fresh] = ast.parse(ast.unparse(function)).body
    renamer = _Renamer(_own_names(fresh))
    body = [renamer.visit(node) for node in getattr(fresh, "body", []) if not _is_text(node)]
    return "\n".join(compact(ast.unparse(node)) for node in body if node)


class _Renamer(ast.NodeTransformer):
    """Number the names in ``own`` in the order in which they are met; drop annotations."""

    def __init__(self, own: set[str]) -> None:
        self.own = own
        self.numbers: dict[str, str] = {}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rename the node, then what is in it."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            node.body = [n for n in node.body if not _is_text(n)] or [ast.Pass()]
        if isinstance(node, ast.arg):
            node.annotation = None
        if not isinstance(node, ast.keyword | ast.alias):
            for field in ("id", "name", "arg", "rest"):
                if getattr(node, field, None) in self.own:
                    setattr(node, field, self._number(getattr(node, field)))
        return super().generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Treat ``x: int = 1`` as ``x = 1``, and a bare ``x: int`` as nothing."""
        return self.generic_visit(_plain(node)) if node.value else None

    def _number(self, name: str) -> str:
        return self.numbers.setdefault(name, f"_{len(self.numbers)}")


def _prose(where: str, text: str) -> Place:
    """A text that is not Python, with the Python that is quoted in it."""
    blocks = (textwrap.dedent(block) for block in _FENCE.findall(text))
    return Place(where, "\n".join(block for block in blocks if tree(block).body), text)


def _cell_places(name: str, text: str) -> Iterator[Place]:
    for cell in json.loads(text)["cells"]:
        where, source = f"{name}, cell `{cell['id']}`", "".join(cell["source"])
        if cell["cell_type"] != "code":
            yield _prose(where, source)
        elif not cell["id"].startswith("given-"):
            yield Place(where, source, "")


def _unpacked(content: bytes) -> list[tuple[str, bytes]]:
    """The files in a compressed one, by name; none in one that is not compressed, or not whole."""
    try:
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [(name, archive.read(name)) for name in archive.namelist()]
        for magic, opened in _COMPRESSED.items():
            if content.startswith(magic):
                return [("", opened(content))]
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, lzma.LZMAError, zlib.error):
        return []
    return []


def _readable(content: bytes) -> str:
    """The text of a file; of one that is not UTF-8, the runs of printable letters in it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        plain = content.replace(b"\0", b"")
        return b"\n".join(re.findall(rb"[ -~\s]{%d,}" % LONG_STATEMENT, plain)).decode("ascii")


def _own_names(function: ast.AST) -> set[str]:
    """The names that a function binds, its own and its parameters' among them."""
    bound = set()
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif not isinstance(node, ast.alias):
            bound.add(getattr(node, "name", None) or "")
    return bound - {""}


def _statement_leaks(lab: Lab, cell: Cell, places: list[Place]) -> Iterator[Problem]:
    lines = cell.source.split("\n")
    answer = [s for s in statements(cell.source) if s.line in cell.solution_lines]
    for statement in answer:
        for place in places if not statement.excused else []:
            forms = (statement.text, statement.written)
            if statement.text in place.statements or any(form in place.text for form in forms):
                shown = lines[statement.line - 1].strip()
                what = f"line {statement.line} of the answer stands in {place.where}: {shown}"
                yield lab.problem(cell, what, f"reword one of them, or {_EXCUSE}")


def _function_leaks(lab: Lab, cell: Cell, places: list[Place]) -> Iterator[Problem]:
    for function in functions(cell.source):
        solved = cell.solution_lines & set(range(function.first, function.last + 1))
        for place in places if solved and not function.excused else []:
            if function.body in place.functions:
                other = place.functions[function.body]
                what = f"{function.name} stands in {place.where} as {other}: " + _SAME
                yield lab.problem(cell, what, f"take that one away, or {_EXCUSE}")


def _name_leaks(lab: Lab, cell: Cell, bench: Bench) -> Iterator[Problem]:
    for node in cell.tree.body:
        if isinstance(node, _DEFINITIONS) and node.name in bench.names:
            what = f"{node.name} is graded, and {bench.names[node.name]} defines that name"
            yield lab.problem(cell, what, "rename one of them: the package holds no answers")


def _defined(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that are defined or assigned at the level of the module or of a class in it."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned())
    for child in table.get_children():
        if child.get_type() == "class":
            yield from _defined(child)


def _header(node: ast.stmt) -> str:
    """A statement as Python writes it, of a compound one only its first line."""
    if isinstance(node, ast.AnnAssign) and node.value:
        node = _plain(node)
    head = copy.copy(node)
    for field in _INNER:
        if hasattr(head, field):
            setattr(head, field, [])
    return ast.unparse(head)


def _plain(node: ast.AnnAssign) -> ast.Assign:
    """The assignment without its annotation."""
    assert node.value is not None
    plain = ast.Assign([node.target], node.value)
    return ast.fix_missing_locations(ast.copy_location(plain, node))


def _last_line(node: ast.stmt) -> int:
    """The last line of a statement, or of the header of a compound one."""
    inner: list[ast.stmt] = getattr(node, "body", [])
    if inner:
        return max(node.lineno, inner[0].lineno - 1)
    return node.lineno if isinstance(node, ast.Match) else node.end_lineno or node.lineno


def _is_text(node: ast.AST) -> bool:
    """True for a docstring, and for any other string that stands alone."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_glue(node: ast.stmt) -> bool:
    """True for a short statement of names and Python's own functions: everybody's line."""
    if not isinstance(node, ast.Return | ast.Assign) or len(compact(_header(node))) >= LONG_BODY:
        return False
    return all(
        isinstance(one, ast.Return | ast.Assign | ast.Name | ast.Tuple | ast.expr_context)
        or (isinstance(one, ast.Call) and ast.unparse(one.func) in _PYTHONS and not one.keywords)
        for one in ast.walk(node)
    )


def _is_chore(line: str) -> bool:
    """True for an import, or a short call or ``with`` of Python's own library, with words only."""
    line = line.strip()
    try:
        [node] = ast.parse(f"{line} pass" if line.endswith(":") else line).body
    except (SyntaxError, ValueError):
        return False
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if not isinstance(node, ast.Expr | ast.With) or len(compact(line)) >= LONG_BODY:
        return False
    parts = list(ast.walk(node))
    calls = any(isinstance(one, ast.Call) for one in parts)
    return calls and all(isinstance(one, _CHORE) and _is_librarys(one) for one in parts)


def _is_librarys(node: ast.AST) -> bool:
    """False for a name that Python's library does not know, and for a value that is no word."""
    if isinstance(node, ast.Constant):
        value = node.value
        return isinstance(value, bool) or value is None or str(value).isidentifier()
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Store) or node.id in _LIBRARY
    return True


def _comments(code: str) -> Iterator[str]:
    """Comments without their sign, and strings that stand alone."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(python(code)).readline):
            if token.type == tokenize.COMMENT:
                yield token.string.lstrip("# ")
    except (tokenize.TokenError, SyntaxError):
        return
    for node in ast.walk(tree(code)):
        if isinstance(node, ast.Expr) and _is_text(node):
            yield str(ast.literal_eval(node.value))


def _excused(lines: Iterable[str]) -> bool:
    return any(_EXCUSED.search(line) for line in lines)


def excused_lines(code: str) -> set[int]:
    """The numbers of the lines whose author gave a reason why they are no answer."""
    return {at for at, line in enumerate(python(code).split("\n"), 1) if _EXCUSED.search(line)}
