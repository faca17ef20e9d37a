"""Tell a teacher what became of an assignment: a bar while it is graded, a table at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from safetylab.grading.gradebook.batch import Graded, OnDone, Summary

if TYPE_CHECKING:
    from rich.console import Console

NO_SANDBOX = (
    "no sandbox: students' code ran in processes of its own, with limits, but with your rights "
    "on this machine; install bubblewrap to shut it in"
)


@contextmanager
def progress_bar(assignment: str, console: Console) -> Iterator[OnDone]:
    """A bar with rate and time left, where there is a terminal."""
    from rich import progress as bars

    columns = (
        bars.TextColumn("grading {task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(elapsed_when_finished=True),
    )
    quiet = not console.is_terminal
    with bars.Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        bar = progress.add_task(assignment, total=None, rate="")

        def on_done(_: Graded, done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)
            speed = progress.tasks[0].speed
            progress.update(bar, rate=f"{60 * speed:.0f} a minute" if speed else "")

        yield on_done


def print_summary(summary: Summary, console: Console) -> None:
    """Print who needs what, then the totals; sentences are not broken up by columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    told = [one for one in summary.graded if one.repairs or one.looks]
    if told:
        table = Table(box=box.ASCII2, title=summary.assignment, title_justify="left")
        for name in ("Student", "Points", "Repaired", "Needs a look"):
            table.add_column(name, overflow="fold")
        for one in told:
            sentences = ("\n".join(one.repairs), "\n".join(one.looks))
            table.add_row(*map(Text, (one.student, f"{one.score:g}/{one.max_score:g}", *sentences)))
        console.print(table)
    for line in _totals(summary):
        console.print(line, markup=False, highlight=False, soft_wrap=True, emoji=False)


def _totals(summary: Summary) -> Iterator[str]:
    graded = [one for one in summary.graded if not one.failed]
    before = sum(one.skipped for one in graded)
    earlier = f" ({before} of them by an earlier run)" if before else ""
    yield (
        f"{summary.assignment}: {len(graded)} graded{earlier}, "
        f"{sum(bool(one.repairs) for one in summary.graded)} repaired, "
        f"{sum(bool(one.looks) for one in summary.graded)} to look at, "
        f"{len(summary.graded) - len(graded)} not graded"
    )
    for name in summary.misnamed:
        yield (
            f"not graded: the folder {name!r} in submitted/, for no student can have such an id: "
            "rename it"
        )
    if summary.stamped:
        yield (
            f"{summary.stamped} submission(s) were handed in when their own timestamp.txt says: "
            "what did not come through nbgrader's exchange may say anything there"
        )
    yield from (f"warning: {warning}" for warning in summary.warnings)
    if summary.sandbox is not None:
        yield f"sandbox: {summary.sandbox}" if summary.sandbox else NO_SANDBOX
    if summary.stopped:
        yield "stopped: what had begun was finished; run the command again to grade the rest"
    if summary.backup:
        yield f"the gradebook as it was before: {summary.backup}"
