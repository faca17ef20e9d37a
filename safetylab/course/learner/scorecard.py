"""Show a report: in a terminal or a log, and in a notebook."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

from safetylab.grading.report import Check, Report, Row, Status

if TYPE_CHECKING:
    from rich.console import Console

_SYMBOLS = {
    Status.RIGHT: "\N{CHECK MARK}",
    Status.PARTLY: "\N{CIRCLE WITH LEFT HALF BLACK}",
    Status.WRONG: "\N{BALLOT X}",
    Status.NOT_STARTED: "\N{WHITE CIRCLE}",
    Status.WAITING: "\N{HORIZONTAL ELLIPSIS}",
    Status.LOOK: "!",
}
_COLOURS = {Status.RIGHT: "cyan", Status.PARTLY: "yellow", Status.WRONG: "magenta"}


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the table, then what to do exercise by exercise, the total and the notes.

    Messages stand below the table in one line each, so that no column breaks them up.
    """
    from rich.console import Console

    console = console or Console()
    console.print(_table(report))
    lines = [f"{row.exercise}: {advice}" for row in report.rows for advice in _advice(row)]
    lines.append(total(report))
    for line in lines + [f"note: {note}" for note in report.notes]:
        console.print(line, markup=False, highlight=False, soft_wrap=True, emoji=False)


def plain_text(report: Report) -> str:
    """Return what `print_report` prints, without colours, 80 columns wide."""
    from rich.console import Console

    page = io.StringIO()
    # Inside a notebook, rich would display what it prints instead of writing it to the page.
    print_report(report, Console(file=page, width=80, color_system=None, force_jupyter=False))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def html(report: Report) -> str:
    """Return the report as an HTML table; statuses are told by words and symbols, not colour."""
    head = "".join(
        f'<th scope="col" style="text-align:left">{name}</th>'
        for name in ("Exercise", "Title", "Points", "Result", "What to do")
    )
    body = "".join(map(_html_row, report.rows))
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    return (
        f'<table><caption style="text-align:left">{escape(_caption(report))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(total(report))}</p>" + (f"<ul>{notes}</ul>" if notes else "")
    )


def total(report: Report) -> str:
    """Return the line below the table."""
    line = f"{report.score:g} of {report.max_score:g} points from the checks"
    if report.waiting:
        points = f"{report.waiting:g} point{'' if report.waiting == 1 else 's'}"
        line += f"; written answers worth {points} wait for a reader"
    return line


def _caption(report: Report) -> str:
    return f"Your score in {report.lab}"


def _table(report: Report) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=_caption(report), title_justify="left", box=box.ASCII2)
    for name in ("Exercise", "Title", "Points", "Result"):
        table.add_column(name, overflow="fold")
    for row in report.rows:
        result = Text(row.status, style=_COLOURS.get(row.status, ""))
        table.add_row(Text(row.exercise), Text(row.title), Text(_points(row)), result)
    return table


def _points(row: Row) -> str:
    return f"{row.points:g}/{row.max_points:g}"


def _advice(row: Row) -> list[str]:
    """A sentence for each thing that is wrong; nothing for an exercise that was not begun."""
    if row.status is Status.NOT_STARTED:
        return []
    failed: list[Check | Row] = [check for check in row.checks if check.message]
    said = (_tagged(row.exercise, told) for told in failed or [row] if told.message)
    return list(dict.fromkeys(said))


def _tagged(exercise: str, told: Check | Row) -> str:
    tag = f" [{exercise}/{told.misconception}]" if told.misconception else ""
    return told.message + tag


def _html_row(row: Row) -> str:
    cells = (
        (row.title, "normal"),
        (_points(row), "nowrap"),
        (f"{_SYMBOLS[row.status]} {row.status}", "nowrap"),
        ("\n".join(_advice(row)), "pre-line"),
    )
    data = "".join(
        f'<td style="text-align:left;white-space:{wrap}">{escape(text)}</td>'
        for text, wrap in cells
    )
    return f'<tr><th scope="row">{escape(row.exercise)}</th>{data}</tr>'
