"""How far a learner is, from graded evidence only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safetylab.course.learner import forecasts
from safetylab.course.learner.calibration import Prediction
from safetylab.course.learner.evidence import Evidence, fingerprint, read_evidence
from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import lab_ids, lab_notebook
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.report import Row, Status

if TYPE_CHECKING:
    from rich.console import Console

_DONE = (Status.RIGHT, Status.WAITING)


@dataclass(frozen=True)
class Standing:
    """How a lab stands: the latest and the best check of the learner's copy, if there was one.

    Attributes:
        lab: the lab.
        latest: the last evidence.
        best: the evidence with the largest share of its points, the later of two equal ones.
        copied: whether the learner has a copy.
        begun: whether the copy says something else than the lab.
        changed: whether the copy changed since the last evidence.
        newer: whether the lab changed since the last evidence.
    """

    lab: str
    latest: Evidence | None
    best: Evidence | None
    copied: bool
    begun: bool
    changed: bool
    newer: bool

    @property
    def unfinished(self) -> Row | None:
        """The first exercise that the latest evidence does not call done."""
        rows = self.latest.report.rows if self.latest else ()
        return next((row for row in rows if row.status not in _DONE), None)

    @property
    def remark(self) -> str:
        """What keeps the evidence from being about the copy as it is now, or nothing."""
        if self.latest is None:
            return f"not checked: run safetylab check {self.lab}" if self.begun else "not started"
        if not self.copied:
            return "your copy is gone: run safetylab start"
        again = f"run safetylab check {self.lab}"
        if self.changed:
            return f"changed since: {again}"
        return f"the lab is newer: run safetylab update {self.lab}" if self.newer else ""


def standings(root: Path) -> tuple[list[Standing], list[str]]:
    """Return how each lab stands, in order, and notes about evidence that cannot be read."""
    evidence, notes = read_evidence(root)
    own = {lab: [one for one in evidence if one.lab == lab] for lab in lab_ids(root)}
    return [_standing(root, lab, found) for lab, found in own.items()], notes


def next_step(found: list[Standing]) -> str:
    """Return one sentence: what to do next."""
    for one in found:
        row = one.unfinished
        if row is not None:
            title = f" ({row.title})" if row.title else ""
            return f"Next: exercise {row.exercise} of {one.lab}{title}, {row.status}."
    for one in found:
        if one.latest is None:
            return _first_step(one)
    stale = next((one for one in found if one.remark), None)
    if stale:
        return f"Next: look at {stale.lab} again: {stale.remark}."
    return "Every exercise is done." if found else "There are no labs yet."


def print_progress(
    found: list[Standing],
    notes: list[str],
    said: Sequence[Prediction] = (),
    console: Console | None = None,
) -> None:
    """Print the table, that of predictions, remarks lab by lab, notes, and what to do next."""
    from rich.console import Console

    console = console or Console()
    console.print(_table(found))
    if (predicted := forecasts.table(said)) is not None:
        console.print(predicted)
    remarks = [f"{one.lab}: {one.remark}" for one in found if one.remark]
    visible = [one.lab for one in found if one.latest and not one.latest.report.hidden]
    remarks += [f"{lab}: checked without hidden tests" for lab in visible]
    remarks += forecasts.sentences(said)
    for line in [*remarks, *(f"note: {note}" for note in notes), next_step(found)]:
        console.print(line, markup=False, highlight=False, soft_wrap=True, emoji=False)


def _standing(root: Path, lab: str, found: list[Evidence]) -> Standing:
    copy, released = work_dir(root) / lab / f"{lab}.ipynb", lab_notebook(root, lab)
    latest = found[-1] if found else None
    content = copy.read_bytes() if copy.is_file() else None
    blank = released.read_bytes()
    now = fingerprint(content)["cells_sha256"] if content is not None else ""
    sha = read_notebook(blank, released.name).source_sha
    return Standing(
        lab=lab,
        latest=latest,
        best=max(reversed(found), key=_share, default=None),
        copied=content is not None,
        begun=content is not None and now != fingerprint(blank)["cells_sha256"],
        changed=latest is not None and content is not None and now != latest.cells_sha256,
        newer=latest is not None and sha != latest.source_sha,
    )


def _share(one: Evidence) -> float:
    return one.report.score / (one.report.max_score or 1)


def _first_step(one: Standing) -> str:
    if not one.copied:
        return f"Next: run `safetylab start` and begin {one.lab}."
    if one.begun:
        return f"Next: run `safetylab check {one.lab}`; it was not checked yet."
    return f"Next: begin {one.lab}: run `safetylab start` and open it."


def _table(found: list[Standing]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Your progress", title_justify="left", box=box.ASCII2)
    for name in ("Lab", "Points", "Best", "For a reader", "Hidden tests", "Checked"):
        table.add_column(name, overflow="fold", no_wrap=name == "Lab")
    for one in found:
        table.add_row(*map(Text, (one.lab, *_cells(one))))
    return table


def _cells(one: Standing) -> tuple[str, ...]:
    if one.latest is None or one.best is None:
        return ("-", "", "", "", "")
    report = one.latest.report
    best = _points(one.best)
    return (
        _points(one.latest),
        best if best != _points(one.latest) else "",
        f"{report.waiting:g}" if report.waiting else "",
        "run" if report.hidden else "not run",
        f"{one.latest.time.astimezone():%Y-%m-%d %H:%M}",
    )


def _points(one: Evidence) -> str:
    return f"{one.report.score:g}/{one.report.max_score:g}"
