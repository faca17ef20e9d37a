"""The last cell of a lab: ``show_score("lab01_evasion")``, a score table from the saved file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetylab.course.learner.evidence import not_recorded, record
from safetylab.course.learner.scorecard import html, plain_text
from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import CourseError, find_root
from safetylab.grading.paper.notebook import Cell, Notebook, read_notebook
from safetylab.grading.report import Report
from safetylab.page import opened

ELSEWHERE = "Open this lab in JupyterLab and run this cell to see your score."

_DEFINED = re.compile(
    r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+(?:\s*,\s*\w+)*)\s*(?::[^=\n]+)?=(?!=)", re.M
)

Bundle = dict[str, str]
Show = Callable[[Bundle], None]


def show_score(lab: str) -> None:
    """Grade the saved notebook and show a table; do nothing where nobody looks at the cell.

    That is under grading, nbconvert and Validate. If the file is not what was run last, the
    table would be about something else than the learner sees: then this asks to save first.
    """
    try:
        path = live_notebook()
        show = _display() if path else None
        if path is None or show is None:
            _print(ELSEWHERE)
            return
        show(_outcome(lab, path, _executed(), show))
    except KeyboardInterrupt:
        _print("Stopped: run this cell again to see your score.")
    except Exception as error:
        _print(f"Your score could not be shown: {error or type(error).__name__}")


def live_notebook() -> Path | None:
    """Return the file of the notebook that a person has open, or None anywhere else."""
    return opened(_shell())


def unsaved_answer(saved: Notebook, executed: Sequence[str]) -> str:
    """Return the name of an answer cell whose code, as it was last run, is not in the file.

    Cells are told by the names that they define; nothing is returned when all is saved.
    """
    sources = {cell.source.strip() for cell in saved.cells}
    for cell in filter(_is_answer, saved.cells):
        names = defined_names(cell.source)
        runs = (source for source in reversed(executed) if defined_names(source) & names)
        last = next(runs, "").strip()
        if last and last not in sources:
            return cell.name
    return ""


def defined_names(source: str) -> set[str]:
    """Return the names that code defines at its top level; the code need not be complete."""
    found = (match[1] or match[2] for match in _DEFINED.finditer(source))
    return {name.strip() for names in found for name in names.split(",")}


def _is_answer(cell: Cell) -> bool:
    return cell.solution and cell.kind == "code"


def _outcome(lab: str, path: Path, executed: Sequence[str], show: Show) -> Bundle:
    if not path.is_file():
        return _sentence(
            f"{path.name} is not where it was when its kernel started: "
            "restart the kernel, then run this cell again."
        )
    try:
        unsaved = unsaved_answer(read_notebook(path.read_bytes(), path.name), executed)
        if unsaved:
            return _sentence(
                f"The code that you last ran for {unsaved} is not in the saved file: run that "
                "cell and save the notebook first (Ctrl+S), then run this cell again."
            )
        report = _graded(lab, path, show)
    except (CourseError, OSError) as error:
        return _sentence(f"Your score could not be computed: {error}.")
    return {"text/html": html(report), "text/plain": plain_text(report)}


def _graded(lab: str, path: Path, show: Show) -> Report:
    for line in _grading_process(lab, path):
        if "report" in line:
            report = Report.from_json(line["report"])
            return _recorded(report, path, line.get("fingerprints"))
        if "problem" in line:
            raise CourseError(line["problem"])
        show(_progress(int(line["done"]), int(line["total"])))
    raise CourseError(f"grading stopped half-way; `safetylab check {lab}` may say more")


def _recorded(report: Report, path: Path, fingerprints: dict[str, str] | None) -> Report:
    """Keep the report as evidence if it is about the learner's own copy, not another file."""
    try:
        root = find_root()
        own = work_dir(root) / report.lab / f"{report.lab}.ipynb"
        if fingerprints and own.is_file() and own.samefile(path):
            record(root, report, fingerprints)
    except OSError as error:
        return replace(report, notes=(*report.notes, not_recorded(error)))
    return report


def _grading_process(lab: str, path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a grading process says; the learner's own kernel has no part in it."""
    command = [sys.executable, "-P", "-m", "safetylab.grading", lab, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield json.loads(line)
        finally:
            process.terminate()


def _progress(done: int, total: int) -> Bundle:
    text = f"checking: {done} of {total} cells"
    bar = f'<progress value="{done}" max="{total}" aria-label="{text}"></progress> {text}'
    return {"text/html": bar, "text/plain": text}


def _sentence(text: str) -> Bundle:
    return {"text/plain": text}


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _executed() -> list[str]:
    return list(_shell().history_manager.input_hist_raw)


def _display() -> Show | None:
    """Return a function that shows a bundle in one output, each in place of the one before."""
    from IPython.display import display

    first = _sentence("checking ...")
    handle = display(first, raw=True, display_id=True)  # type: ignore[no-untyped-call]
    return None if handle is None else lambda bundle: handle.update(bundle, raw=True)


def _print(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
