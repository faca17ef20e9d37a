"""The command line: start, check, build."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from safetylab.course.paths import CourseError, find_root, lab_ids, resolve_lab
from safetylab.grading import Bundle, GradingError, Report, grade_notebook

BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130


class _Sentences(TyperGroup):
    """Commands whose foreseen failures end in one sentence on stderr, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            return _stop(str(error), BAD_INPUT)
        except BrokenPipeError:  # `| head`: typer ends quietly
            raise
        except (GradingError, OSError) as error:
            return _stop(str(error), FAILED)
        except KeyboardInterrupt:
            return _stop("stopped; nothing of yours was changed", INTERRUPTED)


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(f"safetylab: {sentence}", err=True)
    raise typer.Exit(code)


app = typer.Typer(
    cls=_Sentences,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Graded labs on the safety of AI: open them, check your answers, build them.",
)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="Example: safetylab start --no-browser --port 8899",
)
def start(context: typer.Context) -> None:
    """Copy the labs that you do not have yet into work/ and open JupyterLab there.

    What follows the command goes to JupyterLab. Your copies are never overwritten.
    """
    from safetylab.course.workspace import copy_missing, older_copies, work_dir

    root = find_root()
    if not lab_ids(root):
        raise CourseError(f"there are no labs in {root / 'labs'} yet: run `safetylab build` first")
    written = copy_missing(root)
    for path in written:
        typer.echo(f"copied {path.relative_to(work_dir(root))}")
    if not written:
        typer.echo(f"your labs are in {work_dir(root)}: nothing new to copy")
    for lab in older_copies(root):
        typer.echo(f"{lab}: your copy was made from an older version of the lab")
    command, environment = jupyter_command(work_dir(root), context.args)
    raise typer.Exit(_wait(subprocess.Popen(command, cwd=root, env=environment)))


def jupyter_command(work: Path, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves ``work``, and the environment that it needs.

    It runs in the repository's root: nbgrader's Validate reads ``nbgrader_config.py`` from there.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work}", *arguments]
    # nbgrader calls programs of this environment by name; its kernel comes before a user's own.
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return command, {**os.environ, "PATH": programs, "JUPYTER_PREFER_ENV_PATH": "1"}


def _wait(process: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab got it too, and asks whether to stop
            continue


@app.command(epilog="Example: safetylab check lab01")
def check(
    lab: Annotated[str, typer.Argument(help="The lab: lab01_evasion, lab01, or 1.")],
    file: Annotated[
        Path | None, typer.Option(help="Another notebook than your copy in work/.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a cell may take.")] = 120,
) -> None:
    """Grade your own copy of a lab, hidden tests too, and say what to do next.

    The exit code is 0 whatever the score, 2 if there was nothing to grade.
    """
    from safetylab.course.scorecard import print_report
    from safetylab.course.workspace import learner_notebook

    root = find_root()
    name = resolve_lab(root, lab)
    path = file or learner_notebook(root, name)
    report = _graded(_read(path), Bundle.load(root, name), timeout)
    if as_json:
        typer.echo(report.to_json())
    else:
        print_report(report)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} could not be read: {error.strerror}") from None


def _graded(content: bytes, assignment: Bundle, timeout: float) -> Report:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"checking {assignment.name}", total=None)

        def on_cell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return grade_notebook(content, assignment, timeout=timeout, on_cell=on_cell)


@app.command(epilog="Example: safetylab build lab01_evasion --check")
def build(
    labs: Annotated[
        list[str] | None, typer.Argument(help="The labs; all of them if you name none.")
    ] = None,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a notebook is stale.")
    ] = False,
) -> None:
    """Make the notebooks of labs/ and solutions/ from their text sources."""
    from safetylab.course import build as builder

    root = find_root()
    try:
        if check_only:
            _report_stale(builder.check(root, labs or ()))
        else:
            _report_written(root, builder.build(root, labs or ()))
    except builder.BuildError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None


def _report_stale(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(FAILED)


def _report_written(root: Path, paths: list[Path]) -> None:
    for path in paths:
        typer.echo(f"wrote {path.relative_to(root)}")
    if not paths:
        typer.echo("nothing to write: every notebook is up to date")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
