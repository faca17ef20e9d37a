"""Rules on what learners read: formulas are formulas, and pictures are told from their numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from safetylab.course.build.source import Cell, Lab, Problem, unfenced

_NOT_PROSE = re.compile(
    r"\$\$.*?\$\$|\$(?:[^$\n]|\n(?!\n))+\$|(`+).*?\1|<code>.*?</code>|<pre>.*?</pre>|<!--.*?-->"
    r"|\]\([^)\s]*\)|https?://\S+",
    re.DOTALL,
)
_TYPED = re.compile(
    r"<=|>=|\|\|[^|\s][^|\n]*\|\|"  # relations, norms
    r"|\b(?:sum|prod|max|min|argmax|argmin|log|exp|E)_\{?\w+"  # operators with an index
    r"|\b[A-Za-z]_[A-Za-z0-9]\b|\b[A-Za-z0-9)]\^[\w({-]"  # x_i, x^2
    r"|\bsqrt\(|\bsum\("
)
_CODE = re.compile(r"<(code|pre)>.*?</\1>", re.DOTALL)
_MARKED = re.compile(r"`[^`\n]*`|(?<![\w*])(\*\*?)(?![\s*])[^*\n]+(?<!\s)\1(?![\w*])")
_NO_NUMBERS = re.compile(r"#\s*no-numbers:\s*\S")
_SHOWING = {"show", "img"}


def prose_problems(lab: Lab) -> Iterator[Problem]:
    """Everything that a learner of ``lab`` would read as typed, and not as meant."""
    for cell in lab.cells:
        if cell.kind == "code":
            yield from _told_beforehand(lab, cell)
        else:
            yield from _typed_formulas(lab, cell)
            yield from _typed_markdown(lab, cell)


def _typed_formulas(lab: Lab, cell: Cell) -> Iterator[Problem]:
    """Outside code a formula is LaTeX."""
    text = _NOT_PROSE.sub(" ", "\n".join(unfenced(cell.released)))
    found = list(dict.fromkeys(match[0] for match in _TYPED.finditer(text)))
    if found:
        todo = "write formulas as LaTeX ($x_i \\le 1$), names of the code in `backquotes`"
        yield lab.problem(cell, f"{', '.join(found)}: a formula typed as prose", todo)


def _typed_markdown(lab: Lab, cell: Cell) -> Iterator[Problem]:
    """In HTML, as hints are, Markdown is not read."""
    blocks = [one.content for one in MarkdownIt().parse(cell.released) if one.type == "html_block"]
    found = [mark[0] for block in blocks for mark in _MARKED.finditer(_CODE.sub(" ", block))]
    if found:
        todo = "write <code>names of the code</code> and <em>stress</em> in a hint"
        yield lab.problem(cell, f"{', '.join(found)}: Markdown in HTML is shown as typed", todo)


def _told_beforehand(lab: Lab, cell: Cell) -> Iterator[Problem]:
    """The text for those who do not see a picture is made from the numbers that it shows."""
    lines = cell.source.split("\n")
    for node in ast.walk(cell.tree):
        told = _alt(node) if isinstance(node, ast.Call) else None
        if told is None or _computed(told, cell.tree):
            continue
        assert isinstance(node, ast.Call)
        if not any(map(_NO_NUMBERS.search, lines[node.lineno - 1 : node.end_lineno])):
            what = f"line {told.lineno}: the alt text is not made from the numbers drawn"
            todo = (
                "write it as an f-string or let a function make it; where the picture shows no "
                "number, add `# no-numbers: reason` to the line"
            )
            yield lab.problem(cell, what, todo)


def _alt(call: ast.Call) -> ast.expr | None:
    """The alt text that a call hands over, by its name or as the second argument of ``show``."""
    for word in call.keywords:
        if word.arg == "alt":
            return word.value
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return call.args[1] if name in _SHOWING and len(call.args) == 2 else None


def _computed(told: ast.expr, tree: ast.Module) -> bool:
    """Whether something of ``told`` is filled in when the cell runs."""
    if isinstance(told, ast.Name):
        values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)
                  and any(ast.unparse(target) == told.id for target in node.targets)]  # fmt: skip
        return not values or any(_computed(value, tree) for value in values)
    inside = list(ast.walk(told.body if isinstance(told, ast.Lambda) else told))
    return any(isinstance(node, ast.FormattedValue | ast.Call | ast.BinOp) and
               not _constant(node) for node in inside)  # fmt: skip


def _constant(node: ast.AST) -> bool:
    """Whether an expression holds nothing but written numbers and texts."""
    return not any(isinstance(one, ast.Name) for one in ast.walk(node))
