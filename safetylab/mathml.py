r"""Formulas that show without a network: LaTeX between dollars becomes MathML.

The pages of nbgrader and nbconvert ask a server on the web for MathJax. MathML needs no script and
is read aloud by screen readers. The converter does not escape what it is given, so its result is
taken only if it is made of nothing but the plain elements of MathML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

LONGEST = 2000
DEEPEST = 20

# What is read as Markdown reads it, in this order: code, comments and escapes are no formulas.
_PARTS = re.compile(
    r"""
      ^[ >]*(?P<fence>```+|~~~+) .*? (?:^[ >]*(?P=fence)|\Z)
    | (?P<ticks>`+) (?!`) .*? (?<!`) (?P=ticks) (?!`)
    | <(?P<tag>code|pre)\b .*? </(?P=tag)>
    | <!-- .*? -->
    | \\ (?: begin\{ | . )
    | \$\$ (?P<block> (?:[^$\\]|\\.)+ ) \$\$
    | \$ (?=[^\s$]) (?P<inline> (?:[^$\\\n]|\\.|\n(?!\s*\n))+ ) (?<=\S) \$ (?!\d)
    """,
    re.X | re.M | re.S,
)
_XML = "http://www.w3.org/1998/Math/MathML"
_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2,
    "msubsup": 3, "munderover": 3,
}  # fmt: skip
ELEMENTS = {
    *_CHILDREN, "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msqrt", "mstyle", "mtable",
    "mtr", "mtd",
}  # fmt: skip
# Nothing that moves or enlarges text: a student's formula stays in its line of a grader's page.
ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnspacing", "display", "displaystyle", "fence",
    "form", "largeop", "mathvariant", "maxsize", "minsize", "movablelimits", "rowspacing",
    "scriptlevel", "separator", "stretchy", "symmetric",
}  # fmt: skip
LENGTHS = {"width": r"-?0\.\d+em|[012]em", "linethickness": "0"}
# With a font that is not made for formulas, browsers leave indices on the line.
_FONTS = (
    "font-family:Cambria Math,STIX Two Math,Latin Modern Math,Libertinus Math,"
    "DejaVu Math TeX Gyre,math"
)
# Markdown would read these in the text of an element, `|` would end the cell of a table.
_MARKDOWN = str.maketrans({sign: f"&#{ord(sign)};" for sign in "\\`*_|[]~$^!"})


class BadFormula(ValueError):
    """A formula that does not convert; the text says why."""


class MathML(Preprocessor):
    """Turn the formulas of a notebook's texts into MathML; what does not convert stays."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Convert one cell."""
        if cell.cell_type == "markdown":
            cell.source = with_mathml(cell.source)
        return cell, resources


def with_mathml(text: str) -> str:
    """Return Markdown with each formula as MathML; one that does not convert stays as it is."""

    def converted(found: re.Match[str]) -> str:
        latex = found["block"] or found["inline"]
        if not latex:
            return found[0]
        try:
            return mathml(latex, block=bool(found["block"])).translate(_MARKDOWN)
        except BadFormula:
            return found[0]

    return _PARTS.sub(converted, text)


def formulas(text: str) -> Iterator[str]:
    """Yield the formulas of a Markdown text, without their dollars."""
    for found in _PARTS.finditer(text):
        if latex := found["block"] or found["inline"]:
            yield latex


def without_dollars(text: str) -> Iterator[str]:
    r"""Yield what begins a formula in LaTeX, but not where a notebook shows it: ``\(``, ``\[``."""
    for found in _PARTS.finditer(text):
        if found[0] in (r"\(", r"\[", r"\begin{"):
            yield found[0]


def mathml(latex: str, *, block: bool = False) -> str:
    """Return a formula as the text of one MathML element.

    Raises:
        BadFormula: it is too long, a command is unknown, or the result is no plain MathML.
    """
    from latex2mathml.converter import convert

    if len(latex) > LONGEST:
        raise BadFormula(f"it is longer than {LONGEST} characters")
    _require_braces(latex)
    # The converter knows the environment of displayed formulas only.
    latex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", latex)
    try:
        made = ElementTree.fromstring(convert(latex, display="block" if block else "inline"))
    except Exception as error:  # the converter has many ways to fail, RecursionError among them
        raise BadFormula(f"it does not convert ({type(error).__name__})") from error
    for element in made.iter():
        _require_plain(element)
    made.set("style", _FONTS)
    return ElementTree.tostring(made, encoding="unicode")


def _require_braces(latex: str) -> None:
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\.", "", latex)):
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= DEEPEST:
            raise BadFormula("its braces do not match, or are too deep")
    if depth:
        raise BadFormula("its braces do not match")


def _require_plain(element: ElementTree.Element) -> None:
    element.tag = element.tag.removeprefix(f"{{{_XML}}}")
    if element.tag not in ELEMENTS:
        raise BadFormula(f"it makes an element {element.tag}")
    for name, value in element.items():
        if name not in ATTRIBUTES and not re.fullmatch(LENGTHS.get(name, "(?!)"), value):
            raise BadFormula(f'it makes an attribute {name}="{value}"')
    if "\\" in (element.text or ""):
        raise BadFormula(f"the command {element.text} is unknown")
    if len(element) != _CHILDREN.get(element.tag, len(element)):
        raise BadFormula(f"something is missing in it ({element.tag})")
