"""The page of a lab: the class's notebook as text, with what a run of the solution shows.

Text and code are those of the released notebook. Of the run only printed lines and pictures of
demonstrations are put in; after a prediction they are folded, with the text that speaks of them.
Cells that carry answers of earlier labs are cut to signature and docstring.
"""

from __future__ import annotations

import ast
import base64
import html
import io
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from safetylab.course.site.runs import ROOT, Run
from safetylab.mathml import with_mathml

PICTURES = "_static/runs"
_HINTS = re.compile(r"<details><summary>Hint 1.*?</details>\s*</details>\s*</details>", re.DOTALL)
_HEADING = re.compile(r"^(#{1,5}) (.+)$", re.MULTILINE)
_NEXT = re.compile(r"\*\*[a-z]\.|#|<details|\*\*`")
_CHECK = re.compile(r"^# (Check [^\n]*?\(\d+ points?\)).*\n")
# An empty cell at the head of a table says nothing to a screen reader.
_CORNER = re.compile(r"^\|\s*\|(?=[^\n]*\n\|\s*:?-)", re.MULTILINE)
_COLUMNS = re.compile(r"\S {4,}\S|\S {2,}\S.*\S {2,}\S")
_FONTS = re.compile(r' style="font-family:[^"]*"')
_LAST = ("What you found", "Your score")


class LabPage:
    """Builds the Markdown of one lab's page, and the pictures that it needs."""

    def __init__(self, run: Run, pictures: Path, root: Path = ROOT) -> None:
        self.run, self.folder = run, pictures
        path = root / "labs" / run.lab.name / f"{run.lab.name}.ipynb"
        self.notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        self.in_part = self.in_exercise = self.predicted = self.telling = False

    def markdown(self) -> str:
        """The whole page."""
        blocks = [block for cell in self.notebook.cells for block in self.cell(cell)]
        return "\n\n".join([*blocks, *self.closed()]) + "\n"

    def cell(self, cell: NotebookNode) -> Iterator[str]:
        """The blocks that stand for one cell."""
        role = self.run.sources[cell.id].role if cell.id in self.run.sources else "plain"
        if cell.cell_type == "markdown":
            yield from self.text(cell, role)
        elif cell.id == "score":
            return
        elif "demo" in cell.metadata.get("tags", []):
            yield from self.demonstration(cell)
        else:
            yield from self.closed()
            yield self.code(cell, role)
            self.predicted = self.predicted or role == "predict"

    def text(self, cell: NotebookNode, role: str) -> Iterator[str]:
        """A cell of text; what speaks of an outcome stays in its fold."""
        source = cell.source
        if source.lstrip().startswith("**Checkpoint.**"):
            return
        if role in ("written", "predict"):
            yield from self.closed()
            yield _box("Your answer", "In the notebook there is a cell for your words here.")
            return
        if self.telling:
            told, source = _until_next(source)
            yield prepared(told)
            if not source:
                return
            yield from self.closed()
        source = source.replace("| | |\n|---|---|", "| about | this lab |\n|---|---|")
        source = re.split(r"^##? Your score$", source, flags=re.MULTILINE)[0]
        yield prepared(_HEADING.sub(self.heading, _outside_fences(source)))

    def heading(self, found: re.Match[str]) -> str:
        """A heading at its level on the page, with a target if it is an exercise."""
        level, title = len(found[1]), found[2]
        if title.startswith("Part "):
            self.in_part = True
            return f"## {title}"
        if title in _LAST:
            self.in_part = self.in_exercise = self.predicted = False
        exercise = re.match(r"Exercise (\d+)\.(\d+):", title)
        if level == 2:
            self.in_exercise, self.predicted = bool(exercise), False
        level += self.in_part and level > 1
        target = f"(ex{exercise[1]}_{exercise[2]})=\n" if exercise else ""
        return f"{target}{'#' * level} {title}"

    def demonstration(self, cell: NotebookNode) -> Iterator[str]:
        """What a demonstration shows; in an exercise it is folded."""
        yield from self.closed()
        shown = list(self.outputs(cell))
        code = fold("Code of this demonstration", fenced(cell.source, "python"), "code")
        if not self.in_exercise:
            yield from [*shown, code]
        elif self.predicted or cell.id in self.run.outcomes:
            self.telling = True
            yield '<details class="fold outcome">\n<summary>Show what happens</summary>'
            yield from [*shown, code]
        else:
            if shown:
                yield fold("What a right answer shows", "\n\n".join(shown), "outcome")
            yield code

    def closed(self) -> Iterator[str]:
        """The end of a fold that is open."""
        if self.telling:
            self.telling = False
            yield "</details>"

    def code(self, cell: NotebookNode, role: str) -> str:
        """A cell of code as a learner has it."""
        if role == "test":
            title = _CHECK.match(cell.source)
            return fold(
                title[1] if title else cell.id,
                fenced(_CHECK.sub("", cell.source), "python"),
                "check",
            )
        if role == "given":
            return fenced(signatures(cell.source), "python")
        return fenced(cell.source, "python")

    def outputs(self, cell: NotebookNode) -> Iterator[str]:
        """Printed lines and pictures of a demonstration, in order."""
        pictures = 0
        shown = (one for one in self.run.outputs.get(cell.id, []) if not _is_progress(one))
        for output in _joined(shown):
            if output.get("name") == "stdout":
                yield fenced(output.text.rstrip("\n"), _language(output.text))
            elif "image/png" in output.get("data", {}):
                pictures += 1
                yield self.picture(f"{self.run.lab.name[:5]}-{cell.id}-{pictures}.png", output.data)
            elif _is_widget(output):
                yield _box("In JupyterLab", "A control stands here that you can move.")
            elif "text/html" in output.get("data", {}):
                yield f'<div class="output">\n{_bare(output.data["text/html"])}\n</div>'

    def picture(self, name: str, data: NotebookNode) -> str:
        """Write a picture, and return the element that shows it."""
        content = base64.b64decode(data["image/png"])
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        width, height = Image.open(io.BytesIO(content)).size
        alt = html.escape(str(data.get("text/plain", "")), quote=True)
        return (f'<img class="dark-light run" src="../{PICTURES}/{name}" alt="{alt}" '
                f'width="{width}" height="{height}" loading="lazy">')  # fmt: skip


def prepared(source: str) -> str:
    """Markdown of a notebook as Sphinx shows it: formulas as MathML, each hint its own fold."""
    source = _CORNER.sub(r'| <span class="visually-hidden">row</span> |', source)
    return _HINTS.sub(_apart, _FONTS.sub("", with_mathml(source))).strip()


def fold(title: str, content: str, kind: str) -> str:
    """A block that opens on a click."""
    head = f'<details class="fold {kind}">\n<summary>{html.escape(title)}</summary>'
    return f"{head}\n\n{content}\n\n</details>"


def fenced(text: str, language: str) -> str:
    """A block of code, whatever backquotes it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def signatures(source: str) -> str:
    """Imports, and of each function and class signature and docstring: never a body."""
    kept = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept.append(ast.unparse(node))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            doc = ast.get_docstring(node)
            node.body = [ast.Expr(ast.Constant(doc))] if doc else []
            node.body.append(ast.Expr(ast.Constant(...)))
            kept.append(ast.unparse(ast.fix_missing_locations(node)))
    return "\n\n\n".join(
        [*kept, "# as you wrote it in an earlier lab; the notebook brings it along"]
    )


def _apart(found: re.Match[str]) -> str:
    """Hints that stand in one another, one after the other."""
    parts = re.split(r"<details><summary>(.*?)</summary>", found[0].replace("</details>", ""))
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return "\n\n".join(
        f'<details class="fold hint"><summary>{title}</summary><p>{text.strip()}</p></details>'
        for title, text in pairs
    )


def _until_next(source: str) -> tuple[str, str]:
    """The paragraphs before the next question or heading, and the rest."""
    paragraphs = source.split("\n\n")
    end = next((at for at, one in enumerate(paragraphs) if _NEXT.match(one)), len(paragraphs))
    return "\n\n".join(paragraphs[:end]), "\n\n".join(paragraphs[end:])


def _outside_fences(source: str) -> str:
    """The text, once it is sure that no line of code looks like a heading."""
    fenced_lines = re.findall(r"^```.*?^```", source, re.MULTILINE | re.DOTALL)
    assert not any(_HEADING.search(block) for block in fenced_lines), "a heading in a code block"
    return source


def _joined(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The outputs, with printed lines that follow one another in one piece."""
    for printed, group in groupby(outputs, key=lambda one: one.get("name") == "stdout"):
        if printed:
            text = "".join(one.text for one in group)
            yield NotebookNode(name="stdout", text=text)  # type: ignore[no-untyped-call]
        else:
            yield from group


def _language(printed: str) -> str:
    """``text`` for sentences, which wrap, and ``none`` for columns, which are scrolled instead."""
    columns = [line for line in printed.split("\n") if _COLUMNS.search(line)]
    return "none" if len(columns) > 1 else "text"


def _is_widget(output: NotebookNode) -> bool:
    return "application/vnd.jupyter.widget-view+json" in output.get("data", {})


def _is_progress(output: NotebookNode) -> bool:
    """Whether a bar of tqdm stood here, which is no control."""
    return _is_widget(output) and "%|" in str(output.data.get("text/plain", ""))


def _bare(markup: str) -> str:
    """HTML without blank lines, at which Markdown would end it."""
    markup = re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", markup)  # a head says something
    return re.sub(r"\n\s*\n", "\n", markup)


def _box(title: str, text: str) -> str:
    return f":::{{admonition}} {title}\n:class: yours\n{text}\n:::"
