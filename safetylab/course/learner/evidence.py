"""Graded evidence: what each check of a learner's own copy said, one line of JSON per check."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import lab_notebook
from safetylab.grading.gradebook import journal
from safetylab.grading.paper.notebook import BadSubmission, read_notebook
from safetylab.grading.report import Report


@dataclass(frozen=True)
class Evidence:
    """A graded report.

    Attributes:
        lab: the lab.
        time: when it was graded, in UTC.
        notebook_sha256: the checksum of the file that was graded.
        cells_sha256: the checksum of its cells without outputs, see `fingerprint`.
        source_sha: the version of the lab that it was graded against.
        report: what grading said.
    """

    lab: str
    time: datetime
    notebook_sha256: str
    cells_sha256: str
    source_sha: str
    report: Report


def evidence_file(root: Path) -> Path:
    """Return the file of the evidence; lines are only ever added to it."""
    return work_dir(root) / ".safetylab" / "evidence.jsonl"


def fingerprint(notebook: bytes) -> dict[str, str]:
    """Return checksums of a notebook's file and of its cells.

    The second does not change when cells are run: showing a score is no change of an answer.
    """
    try:
        cells = read_notebook(notebook, "").cells
    except BadSubmission:
        cells = ()
    sources = json.dumps([(cell.name, cell.kind, cell.source) for cell in cells])
    return {
        "notebook_sha256": hashlib.sha256(notebook).hexdigest(),
        "cells_sha256": hashlib.sha256(sources.encode()).hexdigest(),
    }


def record(root: Path, report: Report, fingerprints: dict[str, str]) -> None:
    """Add a graded report of the learner's own copy to the evidence.

    Raises:
        OSError: it could not be written.
    """
    released = lab_notebook(root, report.lab)
    line = {
        "lab": report.lab,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        **fingerprints,
        "source_sha": read_notebook(released.read_bytes(), released.name).source_sha,
        "report": asdict(report),
    }
    journal.append(evidence_file(root), line)


def not_recorded(error: OSError) -> str:
    """Return the note about a check that could not be recorded."""
    return f"this check is not in your progress: it could not be written ({error.strerror})"


def read_evidence(root: Path) -> tuple[list[Evidence], list[str]]:
    """Return the evidence from old to new, and a note for each line that could not be read."""
    path = evidence_file(root)
    found, notes = [], []
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_parsed(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            notes.append(f"line {number} of {path} could not be read and does not count")
    return found, notes


def _parsed(values: dict[str, Any]) -> Evidence:
    report = Report.from_json(json.dumps(values["report"]))
    if report.lab != values["lab"] or not 0 <= report.score <= report.max_score:
        raise ValueError("the report is not that of a check")
    time = datetime.fromisoformat(values["time"])
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    notebook, cells = str(values["notebook_sha256"]), str(values["cells_sha256"])
    return Evidence(report.lab, time, notebook, cells, str(values["source_sha"]), report)
