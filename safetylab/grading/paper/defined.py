"""What a cell defines and imports, read from its text."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable
from functools import lru_cache

from safetylab.grading.paper.rebuild import Role, Step


def plain(source: str) -> str:
    """Return a cell's text as Python alone: magics and shell lines become calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


@lru_cache(maxsize=1000)
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a cell, an empty one where it is no Python."""
    try:
        return ast.parse(plain(source))
    except (SyntaxError, ValueError, RuntimeError, MemoryError):
        return ast.Module([], [])


@lru_cache(maxsize=1000)
def bound(source: str) -> frozenset[str]:
    """Return the global names that a cell assigns, defines or imports."""
    tree = parsed(source)
    if not tree.body:
        return frozenset()
    tables = [symtable.symtable(plain(source), "cell", "exec")]
    names = {symbol.get_name() for symbol in tables[0].get_symbols() if symbol.is_assigned()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names |= {symbol.get_name() for symbol in table.get_symbols()
                  if symbol.is_declared_global() and symbol.is_assigned()}  # fmt: skip
    return frozenset(names | defined(tree))


_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def defined(tree: ast.Module) -> set[str]:
    """Return the names of the functions and classes of a cell's top level."""
    return {node.name for node in tree.body if isinstance(node, _DEFINITIONS)}


def _imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    return [one for one in parsed(source).body if isinstance(one, ast.Import | ast.ImportFrom)]


def imports(source: str) -> str:
    """Return the import statements of a cell's top level."""
    return "\n".join(map(ast.unparse, _imports(source)))


def answer_names(source: str) -> frozenset[str]:
    """Return the names that a test finds in the student's process after an answer cell."""
    found = [alias for node in _imports(source) for alias in node.names]
    return bound(source) - {(alias.asname or alias.name).partition(".")[0] for alias in found}


def shared(steps: Iterable[Step]) -> frozenset[str]:
    """Return the functions and classes that the lab's own released cells define on both sides."""
    labs = [step.stub for step in steps if step.role in (Role.LOCKED, Role.OPEN)]
    return frozenset[str]().union(*(defined(parsed(source)) for source in labs))


def modules(sources: Iterable[str]) -> frozenset[str]:
    """Return the modules that cells import anywhere."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names
                                         if node.module == "safetylab")}  # fmt: skip
    return frozenset(found)
