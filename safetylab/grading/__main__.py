"""Grade one notebook in a process of its own: ``python -m safetylab.grading LAB FILE``.

Prints JSON lines: ``{"done": 3, "total": 20}`` as cells are run, at last
``{"report": ..., "fingerprints": ...}`` (of the file that was graded) or
``{"problem": "a sentence"}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from safetylab.course.learner.evidence import fingerprint
from safetylab.course.paths import CourseError, find_root
from safetylab.grading import Bundle, GradingError, grade_notebook


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _main(lab: str, file: str) -> None:
    try:
        content = Path(file).read_bytes()
        report = grade_notebook(
            content,
            Bundle.load(find_root(), lab),
            on_cell=lambda done, total: _say(done=done, total=total),
        )
    except (CourseError, GradingError, OSError) as error:
        _say(problem=str(error))
    else:
        _say(report=report.to_json(), fingerprints=fingerprint(content))


if __name__ == "__main__":
    _main(*sys.argv[1:])
