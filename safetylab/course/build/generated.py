"""The notebooks that stand on disk: fresh, stale, edited by hand, or not ours at all."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from safetylab.course.build.release import cell_content, content_sha
from safetylab.course.build.source import Problem, lab_names, source_path

# "author": what a lab is made with; nbgrader_config.py keeps it from students.
_IGNORED = {".ipynb_checkpoints", "__pycache__", "author"}


def notebook_paths(root: Path, lab: str) -> tuple[Path, Path]:
    """Where the instructor's and the student's notebook of ``lab`` belong."""
    return root / "solutions" / lab / f"{lab}.ipynb", root / "labs" / lab / f"{lab}.ipynb"


def is_fresh(path: Path, new: NotebookNode, text: str) -> bool:
    """True where a file without `edits` needs no writing.

    It is ``text``, or, of an instructor's notebook, ``new`` with the outputs of a run.
    """
    if not path.is_file():
        return False
    if path.read_text(encoding="utf-8") == text:
        return True
    run_by_hand = path.parent.parent.name == "solutions"
    old = _parsed(path)
    same = _record(old) == dict(new.metadata.safetylab) and _stubs(old) == _stubs(new)
    return run_by_hand and same


def edits(path: Path, file: str, new: NotebookNode) -> Iterator[Problem]:
    """Say what would be lost if ``new`` were written over a notebook that is not the builder's.

    An edit that has been moved to the source is in ``new`` as well, and nothing is lost.
    """
    if not path.is_file():
        return
    old = _parsed(path)
    recorded = _record(old).get("notebook_sha")
    if not recorded:
        yield Problem(
            file,
            "",
            "the builder did not write this file, so it will not write over it",
            "move what you need from it to the .py source, delete it, and build again",
        )
    elif content_sha(old) not in (recorded, content_sha(new)):
        lines = "\n".join(f"    {line}" for line in _differences(new, old))
        yield Problem(
            file,
            "",
            "edited by hand since it was built",
            "move these lines to the .py source (+ is in the notebook only, - in the source only), "
            f"delete the notebook, and build again:\n{lines}",
        )


def strays(root: Path, labs: Sequence[str] | None) -> Iterator[Problem]:
    """Files that no source makes, in the folders of ``labs`` (None: in those of every lab).

    nbgrader copies whatever stands in a lab's source folder to every student.
    """
    known = lab_names(root)
    expected = {path for lab in known for path in notebook_paths(root, lab)}
    expected |= {source_path(root, lab) for lab in known}
    if labs is None:
        folders = [root / "labs", *(root / "solutions").glob("lab*/")]
    else:
        folders = [path.parent for lab in labs for path in notebook_paths(root, lab)]
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        file = path.relative_to(root)
        if path.is_file() and path not in expected and not _IGNORED & set(file.parts):
            todo = "delete it or move it out of this folder"
            yield Problem(file.as_posix(), "", "stray: no source makes this file", todo)


def _parsed(path: Path) -> dict[str, object]:
    """The notebook's JSON, empty where it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return notebook if isinstance(notebook, dict) else {}


def _record(notebook: dict[str, object]) -> dict[str, object]:
    """What the builder noted in the notebook when it wrote it."""
    metadata = notebook.get("metadata")
    record = metadata.get("safetylab") if isinstance(metadata, dict) else None
    return record if isinstance(record, dict) else {}


def _stubs(notebook: Mapping[str, object]) -> list[object]:
    """What stands in the cells of predictions for the release to read."""
    cells = notebook.get("cells")
    return [cell["metadata"].get("predict") for cell in cells] if isinstance(cells, list) else []


def _differences(new: NotebookNode, old: dict[str, object]) -> Iterator[str]:
    """Lines that differ, each after the id of its cell."""
    before, after = _cell_lines(new), _cell_lines(old)
    if [cell for cell in before if cell in after] != [cell for cell in after if cell in before]:
        yield "the cells stand in another order"
    for cell in dict.fromkeys([*before, *after]):
        for line in difflib.ndiff(before.get(cell, []), after.get(cell, [])):
            if line[:2] in ("+ ", "- "):
                yield f"cell `{cell}`: {line}"


def _cell_lines(notebook: NotebookNode | dict[str, object]) -> dict[str, list[str]]:
    """Each cell's text, and what else of it an author can edit, as lines by cell id."""
    cells: dict[str, list[str]] = {}
    listed = notebook.get("cells")
    for cell in listed if isinstance(listed, list) else []:
        content = cell_content(cell)
        source = str(content.pop("source")).split("\n")
        rest = [f"{key}: {json.dumps(value, sort_keys=True)}" for key, value in content.items()]
        cells.setdefault(str(content["id"]), []).extend(source + rest)
    return cells
