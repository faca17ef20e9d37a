"""A class report for people: in a terminal, and as one HTML page in which nothing can run.

What comes from students (ids, texts in messages) is escaped by Jinja, and the page's own policy
forbids scripts, frames, forms and every request.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from safetylab.grading.report import Status
from safetylab.grading.reports.classreport import ClassReport, Exercise, Student

if TYPE_CHECKING:
    from rich.console import Console

NAMED = 8
BINS = 10

# Signs, and Okabe and Ito's colours, lightened where dark text stands on them.
_LOOKS = {
    Status.RIGHT: ("\N{CHECK MARK}", "#7fc4e8"),
    Status.PARTLY: ("\N{CIRCLE WITH LEFT HALF BLACK}", "#f3c465"),
    Status.WRONG: ("\N{BALLOT X}", "#e08a5b"),
    Status.LOOK: ("!", "#d9a0c4"),
    Status.NOT_STARTED: ("\N{MIDDLE DOT}", "#e4e4e4"),
    Status.WAITING: ("\N{HORIZONTAL ELLIPSIS}", "#ffffff"),
}


def shown(text: str) -> str:
    """Return ``text`` without characters that a terminal or a page would obey."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c
        for c in text
    )


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as text."""
    return "-" if share is None else f"{100 * share:.0f}%"


def print_class(report: ClassReport, console: Console) -> None:
    """Print a table of the exercises, then who is stuck where."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.ASCII2, title=_headline(report), title_justify="left")
    for name in ("Exercise", "Title", "Points", "Right", "Seconds", "Discr.", "Misconceptions"):
        table.add_column(name, overflow="fold")
    for one in report.exercises:
        table.add_row(*map(Text, (
            one.name, shown(one.title), f"{one.max_points:g}", percent(one.share_right),
            _number(one.seconds, ".1f"), _number(one.discrimination, "+.2f"),
            "\n".join(_counted(one)),
        )))  # fmt: skip
    console.print(table)
    for line in _stuck_lines(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True, emoji=False)


def _counted(exercise: Exercise) -> Iterator[str]:
    """Yield how often each id was met; mistakes without one are added up."""
    yield from (f"{one.name} {one.count}" for one in exercise.misconceptions if one.name)
    other = sum(one.count for one in exercise.misconceptions if not one.name)
    if other:
        yield f"(no id) {other}"


def _headline(report: ClassReport) -> str:
    scores = [one.score for one in report.students]
    mean = sum(scores) / len(scores)
    return f"{report.assignment}: {len(scores)} graded, mean {mean:.1f} of {report.max_score:g}"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _stuck_lines(report: ClassReport) -> Iterator[str]:
    for one in report.exercises:
        stuck = list(map(shown, report.stuck(one.name)))
        if stuck:
            more = f" and {len(stuck) - NAMED} more" if len(stuck) > NAMED else ""
            yield f"stuck in {one.name}: {', '.join(stuck[:NAMED])}{more}"
    if report.unknown:
        yield (
            f"not graded in the exam room, so their mistakes are not known: "
            f"{', '.join(map(shown, report.unknown[:NAMED]))}"
        )


def class_page(report: ClassReport, now: datetime | None = None) -> str:
    """Return the report as an HTML page of its own."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                              trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    environment.filters.update(shown=shown, percent=percent, number=_number)
    return environment.get_template("classreport.html").render(
        report=report,
        headline=_headline(report),
        when=f"{now or datetime.now():%d %B %Y, %H:%M}",
        looks=_LOOKS,
        bars=[(one, list(_segments(one))) for one in report.exercises],
        bins=_histogram([one.score for one in report.students], report.max_score),
        students=sorted(report.students, key=lambda one: (one.score, one.id)),
        told=_told,
    )  # fmt: skip


def _segments(exercise: Exercise) -> Iterator[tuple[Status, int, float, float]]:
    """Yield status, count, left edge and width, in percent of all students."""
    total, left = sum(exercise.counts.values()), 0.0
    for status in _LOOKS:
        count = exercise.counts.get(status, 0)
        width = 100 * count / total
        if count:
            yield status, count, left, width
        left += width


def _histogram(scores: Sequence[float], most: float) -> list[tuple[float, float, int, float]]:
    """Return for each bin its edges, how many scores it holds, and that in percent of the most."""
    width = (most or 1.0) / BINS
    places = [min(int(score / width), BINS - 1) for score in scores]
    counts = [places.count(place) for place in range(BINS)]
    return [
        (place * width, (place + 1) * width, count, 100 * count / max(counts))
        for place, count in enumerate(counts)
    ]


def _told(student: Student, exercise: str) -> str:
    """What is known of a student's exercise, in one line."""
    one = student.standings[exercise]
    ids = f" ({', '.join(one.misconceptions)})" if one.misconceptions else ""
    return shown(f"{exercise}: {one.status}, {one.points:g} points{ids}")
