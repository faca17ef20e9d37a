"""What a cell defines, read from its text: names, imports, and the operators of its classes."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator
from functools import lru_cache

from safetylab.grading.paper.rebuild import Role, Step

GLOBAL = "the global generator"
"""Stands among `operators` for the generators of numpy, `random` and torch."""

_RANDOM = {"random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform",
           "gauss"}  # fmt: skip
_NUMPY = {"rvs", "sample", "train_test_split", "resample", "KMeans"}
_GIVEN = {"generator", "rng", "random_state"}
_OWN = {"default_rng", "Generator", "RandomState", "SeedSequence", "Random", "SystemRandom"}
_TORCH = re.compile(
    r"rand(n|int|perm)?(_like)?|bernoulli_?|multinomial|normal_?|uniform_?|[Dd]ropout\w*|Linear"
    r"|Conv\w+|Embedding|LSTM|GRU|RNN|Transformer\w*|MultiheadAttention|DataLoader|random_split"
    r"|(xavier|kaiming|trunc|orthogonal)_\w+|manual_seed"
)


def plain(source: str) -> str:
    """Return a cell's text as Python alone: magics and shell lines become calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


@lru_cache(maxsize=1000)
def parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, or nothing where it is no Python."""
    try:
        return ast.parse(plain(source))
    except (SyntaxError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=1000)
def bound(source: str) -> frozenset[str]:
    """Return the global names that a cell assigns, defines or imports."""
    tree = parsed(source)
    if tree is None:
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


@lru_cache(maxsize=1000)
def imports(source: str) -> str:
    """Return the import statements of a cell's top level."""
    tree = parsed(source)
    nodes = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)] \
        if tree else []  # fmt: skip
    return "\n".join(map(ast.unparse, nodes))


def imported(source: str) -> frozenset[str]:
    """Return the names that the imports of a cell's top level bind."""
    tree = parsed(source)
    found = [alias for node in (tree.body if tree else ())
             if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]  # fmt: skip
    return frozenset((alias.asname or alias.name).partition(".")[0] for alias in found)


def answer_names(source: str) -> frozenset[str]:
    """Return the names that a test finds in the student's process after an answer cell."""
    return bound(source) - imported(source)


def operators(steps: Iterable[Step]) -> frozenset[tuple[str, str]]:
    """Return (class, method) for each method of the classes of the solution.

    More kinds of pairs say of what else these classes are made and where they are used:
    ``(class, "base:nn.Module")``, ``(class, "*")`` of a class of which more cannot be told,
    ``(name, "class:Net")`` of a name that the lab defines with the help of such a class,
    ``(class, "swallow")`` of a context manager that may end an error, and, of `GLOBAL`,
    the generators that the solution draws from.
    """
    told = [step for step in steps if step.role not in (Role.EXTRA, Role.TEXT)]
    return _operators(tuple((step.role in _ANSWERS, step.cell.source) for step in told))


@lru_cache(maxsize=16)
def _operators(cells: tuple[tuple[bool, str], ...]) -> frozenset[tuple[str, str]]:
    """See `operators`; each cell of the lab with whether it is an answer."""
    trees = [(own, tree) for own, source in cells if (tree := parsed(source))]
    answers = [tree for own, tree in trees if own]
    classes = [node for tree in answers for node in ast.walk(tree)
               if isinstance(node, ast.ClassDef)]  # fmt: skip
    pairs = {(made.name, part) for made in classes for part in _parts(made)}
    pairs |= {(name, "*") for tree in answers for name in _named(tree)}
    uses = _uses([tree for _, tree in trees], {name for name, _ in pairs})
    pairs |= {(GLOBAL, kind) for tree in answers for kind in _drawing(tree)}
    pairs |= {(name, "swallow") for tree in answers for name in _swallowing(tree)}
    return frozenset(pairs | uses)


def _swallowing(tree: ast.Module) -> Iterator[str]:
    """Yield the names of context managers that may end an error: these return something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(part, ast.Return) and part.value and ast.unparse(part.value) != "False"
            for item in node.body if getattr(item, "name", "") == "__exit__"
            for part in ast.walk(item)
        ):  # fmt: skip
            yield node.name
        elif isinstance(node, ast.FunctionDef) and any(
            "contextmanager" in ast.unparse(mark) for mark in node.decorator_list
        ) and any(isinstance(part, ast.ExceptHandler) for part in ast.walk(node)):  # fmt: skip
            yield "_GeneratorContextManager"


def _drawing(tree: ast.Module) -> Iterator[str]:
    """Yield from which global generators a solution draws, and whether it seeds one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or {word.arg for word in node.keywords} & _GIVEN:
            continue
        base, _, name = ast.unparse(node.func).rpartition(".")
        if name in ("seed", "manual_seed"):
            yield "seed"
        if name in _OWN:
            continue
        if base in ("np.random", "numpy.random") or name in _NUMPY:
            yield "numpy"
        elif base == "random" or (not base and name in _RANDOM):
            yield "random"
        elif _TORCH.fullmatch(name):
            yield "torch"


def _named(tree: ast.Module) -> Iterator[str]:
    """Yield the names of classes that are made as ``namedtuple("Point", "x y")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("namedtuple", "NamedTuple", "make_dataclass", "Enum", "IntEnum"):
                yield str(node.args[0].value)


_ANSWERS = (Role.ANSWER, Role.WRITTEN)
_MADE_BY = {
    "dataclass": ["eq", "ne", "lt", "le", "gt", "ge"],
    "total_ordering": ["lt", "le", "gt", "ge"],
}


def _parts(made: ast.ClassDef) -> Iterable[str]:
    names = [item.name for item in made.body if isinstance(item, ast.FunctionDef)]
    names += [target.id for item in made.body if isinstance(item, ast.Assign)
              for target in item.targets if isinstance(target, ast.Name)]  # fmt: skip
    yield from (_bare(name) for name in names)
    for base in made.bases:
        yield f"base:{ast.unparse(base.value if isinstance(base, ast.Subscript) else base)}"
    for step in made.decorator_list:
        name = ast.unparse(step.func if isinstance(step, ast.Call) else step).rpartition(".")[2]
        yield from _MADE_BY.get(name, ["*"])


def _bare(name: str) -> str:
    return name[2:-2] if name.startswith("__") and name.endswith("__") else name


def _uses(trees: Iterable[ast.Module], classes: set[str]) -> set[tuple[str, str]]:
    """Say of each name on which of the classes it depends, through however many others."""
    words: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in tree.body):
        names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
        made = {part.id for part in names if isinstance(part.ctx, ast.Store)}
        for name in {node.name} if isinstance(node, _DEFINITIONS) else made:
            words.setdefault(name, set()).update(part.id for part in names)
    return {(name, f"class:{one}") for name in words for one in _reach(name, words) & classes}


def _reach(name: str, words: dict[str, set[str]]) -> set[str]:
    reached, waiting = {name}, [name]
    while waiting:
        new = words.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def shared(steps: Iterable[Step]) -> frozenset[str]:
    """Return the functions and classes that the lab's own released cells define on both sides."""
    names: set[str] = set()
    for step in steps:
        tree = parsed(step.stub) if step.role in (Role.LOCKED, Role.OPEN) else None
        names |= defined(tree) if tree else set()
    return frozenset(names)


def modules(sources: Iterable[str]) -> frozenset[str]:
    """Return the modules that cells import anywhere."""
    found: set[str] = set()
    for source in sources:
        tree = parsed(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names
                                         if node.module == "safetylab")}  # fmt: skip
    return frozenset(found)
