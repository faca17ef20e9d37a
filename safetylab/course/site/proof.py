"""Proof that no answer is on the site: what stands only with teachers is searched in every file.

A secret is a line of an instructor's notebook with twelve or more letters that stands nowhere in
what may be read: the released notebooks without their ``given-`` cells, which carry answers of
earlier labs, and the package, the datasheets and the guide. White space is left out on both sides,
so that it does not matter how a page wraps or colours its lines.

By hand: ``python -m safetylab.course.site.proof [build/site]`` searches it and prints the counts.
"""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from safetylab.course.build.source import lab_names
from safetylab.course.site.labpage import signatures
from safetylab.course.site.runs import ROOT

LETTERS = 12
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*>")
_FORMULA = re.compile(r"\$\$.*?\$\$|\$(?=\S)[^$\n]*(?:\n[^$\n]+)?\$", re.DOTALL)
_PAGES = re.compile(r":\s*(?:\d+\b|\[[\d,\s]*\])")  # "factor":3, the word stands on page 3
_TEXT = (".html", ".js", ".txt", ".css", ".xml", ".json", ".svg", ".map", ".md", ".ipynb")


def secrets(root: Path = ROOT) -> dict[str, list[str]]:
    """The secrets of each lab, as they are compared, by the lab's name."""
    public = page_text("\n".join(released(root)))  # hints are HTML
    lines = {lab: lines_of(_cells(root / "solutions" / lab)) for lab in lab_names(root)}
    known = present((line for own in lines.values() for line in own), public)
    return {lab: [line for line in own if line not in known] for lab, own in lines.items()}


def lines_of(cells: Iterable[dict[str, Any]]) -> list[str]:
    """The long lines of some cells, each once, as they are compared."""
    lines: list[str] = []
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = html.unescape(_TAG.sub("", _FORMULA.sub("\n", text)))
        lines += map(bare, text.split("\n"))
    long = (line for line in lines if sum(map(str.isalpha, line)) >= LETTERS)
    return list(dict.fromkeys(long))


def released(root: Path) -> Iterator[str]:
    """All that anybody may read: what a class has, without answers of earlier labs."""
    for lab in lab_names(root):
        for cell in _cells(root / "labs" / lab):
            given = str(cell["metadata"].get("nbgrader", {}).get("grade_id", "")).startswith(
                "given-"
            )
            source = "".join(cell["source"])
            yield signatures(source) if given else source
    files = [*(root / "safetylab").rglob("*.py"), *(root / "safetylab").rglob("*.md")]
    files += [*(root / "data").glob("*/DATASHEET.md"), root / "README.md"]
    for path in [*files, root / "solutions" / "README.md"]:
        yield path.read_text(encoding="utf-8")


def texts(folder: Path) -> dict[str, str]:
    """The words of each text file below ``folder``, without tags and white space."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix in _TEXT)
    return {path.relative_to(folder).as_posix(): page_text(_words(path)) for path in sorted(paths)}


def _words(path: Path) -> str:
    """The text of a file; of the index for the search without the numbers of the pages."""
    text = path.read_text(encoding="utf-8")
    return _PAGES.sub(" ;", text) if path.name == "searchindex.js" else text


def page_text(text: str) -> str:
    """What a file says: as it stands, and without the tags of HTML."""
    return bare(text) + "\0" + bare(html.unescape(_TAG.sub("", text)))


def leaks(lines: Iterable[str], pages: dict[str, str]) -> list[tuple[str, str]]:
    """Each secret that stands in a file: the file, the secret."""
    found = present(lines, "\0".join(pages.values()))
    return [(name, line) for line in found for name, text in pages.items() if line in text]


def present(lines: Iterable[str], text: str) -> set[str]:
    """Those of the lines that stand in the text, in one walk through it."""
    by_start: dict[str, list[str]] = {}
    for line in lines:
        by_start.setdefault(line[:LETTERS], []).append(line)
    found: set[str] = set()
    for at in range(len(text)):
        for line in by_start.get(text[at : at + LETTERS], ()):
            if text.startswith(line, at):
                found.add(line)
    return found


def bare(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text)


def _cells(folder: Path) -> list[dict[str, Any]]:
    path = folder / f"{folder.name}.ipynb"
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def main() -> int:
    """Search the site that is built."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"
    known, pages = secrets(), texts(folder)
    found = leaks([line for lines in known.values() for line in lines], pages)
    print(f"{sum(map(len, known.values()))} secret lines of {len(known)} labs, {len(pages)} files, "
          f"{len(found)} found")  # fmt: skip
    for name, line in found:
        print(f"{name}: {line[:100]}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
