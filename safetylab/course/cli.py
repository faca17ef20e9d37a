"""The command line: what learners, teachers and maintainers run."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from safetylab.course.paths import CourseError, find_root, lab_ids, resolve_lab
from safetylab.grading import Bundle, GradingError, Report, grade_notebook

BAD_INPUT = 2
FAILED = 1
INTERRUPTED = 130

AssignmentName = Annotated[str, typer.Argument(help="The lab, or another course's assignment.")]
CourseFolder = Annotated[
    Path | None,
    typer.Option(help="Folder of an nbgrader course.", show_default="this one, or safetylab's own"),
]


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
    from safetylab.course.learner.history import remember
    from safetylab.course.learner.workspace import copy_missing, older_copies, work_dir

    root = find_root()
    if not lab_ids(root):
        raise CourseError(f"there are no labs in {root / 'labs'} yet: run `safetylab build` first")
    written = copy_missing(root)
    for path in written:
        typer.echo(f"copied {path.relative_to(work_dir(root))}")
    if not written:
        typer.echo(f"your labs are in {work_dir(root)}: nothing new to copy")
    remember(root)
    for lab in older_copies(root):
        typer.echo(
            f"{lab}: your copy was made from an older version of the lab; "
            f"`safetylab update {lab}` moves your answers into the newer one"
        )
    command, environment = jupyter_command(work_dir(root), context.args)
    raise typer.Exit(_wait(subprocess.Popen(command, cwd=root, env=environment)))


def jupyter_command(work: Path, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves ``work``, and the environment that it needs.

    It runs in the repository's root: nbgrader's Validate reads ``nbgrader_config.py`` from there.
    """
    own = [f"--ServerApp.root_dir={work}", *(_as_root(arguments) if _is_root() else [])]
    command = [sys.executable, "-m", "jupyterlab", *own, *arguments]
    # nbgrader calls programs of this environment by name; its kernel comes before a user's own.
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return command, {**os.environ, "PATH": programs, "JUPYTER_PREFER_ENV_PATH": "1"}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _as_root(arguments: list[str]) -> list[str]:
    """What JupyterLab needs to run for root, as people are in a container; and say so."""
    allow = [] if "--allow-root" in arguments else ["--allow-root"]
    named = any(word.startswith(("--ip", "--ServerApp.ip")) for word in arguments)
    here = [] if named else ["--ServerApp.ip=127.0.0.1"]
    where = "where you say" if named else "on 127.0.0.1, so that no other machine reaches it"
    typer.echo(
        f"you are root: JupyterLab is told that this is meant (--allow-root); it listens {where}"
    )
    return [*allow, *here]


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
    from safetylab.course.learner.scorecard import print_report
    from safetylab.course.learner.workspace import learner_notebook

    root = find_root()
    name = resolve_lab(root, lab)
    content = _read(file or learner_notebook(root, name))
    report = _graded(content, Bundle.load(root, name), timeout)
    if file is None:
        _record(root, report, content)
    if as_json:
        typer.echo(report.to_json())
    else:
        print_report(report)


def _record(root: Path, report: Report, content: bytes) -> None:
    from safetylab.course.learner.evidence import fingerprint, not_recorded, record

    try:
        record(root, report, fingerprint(content))
    except OSError as error:
        typer.echo(f"safetylab: {not_recorded(error)}", err=True)


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


@app.command(epilog="Example: safetylab reset lab01")
def reset(lab: Annotated[str, typer.Argument(help="The lab to begin again.")]) -> None:
    """Begin a lab again with a blank copy; what you have is kept under another name."""
    from safetylab.course.learner.history import describe_reset
    from safetylab.course.learner.history import reset as restore

    root = find_root()
    typer.echo(describe_reset(restore(root, resolve_lab(root, lab))))


@app.command(epilog="Example: safetylab update lab01")
def update(
    lab: Annotated[str, typer.Argument(help="The lab that there is a newer one of.")],
) -> None:
    """Move your answers, notes and cells into the newer version of a lab.

    The copy that you have is kept under another name. What finds no place in the newer lab is
    put at the end of the notebook.
    """
    from safetylab.course.learner.history import describe_update
    from safetylab.course.learner.history import update as renew

    root = find_root()
    name = resolve_lab(root, lab)
    typer.echo(describe_update(name, renew(root, name)))


@app.command(epilog="Example: safetylab progress")
def progress(
    picture: Annotated[
        Path | None,
        typer.Option(help="Draw how sure you were, and how often right, to this file (PNG, SVG)."),
    ] = None,
) -> None:
    """Show your points and predictions lab by lab, and what to do next.

    Points are those that checks gave. Predictions are read from your own copies.
    """
    from safetylab.course.learner.calibration import predictions
    from safetylab.course.learner.forecasts import draw
    from safetylab.course.learner.progress import print_progress, standings

    found = predictions(find_root())
    print_progress(*standings(find_root()), found)
    if picture is not None:
        draw(found, picture)
        typer.echo(f"wrote {picture}")


@app.command(epilog="Example: safetylab doctor")
def doctor() -> None:
    """Look for what may be wrong with this installation, and say how to mend it.

    The exit code is 0 if there is no problem, else 1.
    """
    from safetylab.course.learner.doctor import examine

    findings = examine()
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


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
    from safetylab.course.build import build as builder

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


@app.command(epilog="Example: safetylab pack lab00 lab01 --output week1.zip")
def pack(
    labs: Annotated[list[str], typer.Argument(help="The labs that the class is given.")],
    output: Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")] = Path(
        "safetylab-labs.zip"
    ),
    answers_released: Annotated[
        bool,
        typer.Option("--answers-released", help="Later labs may show the answers of earlier ones."),
    ] = False,
) -> None:
    """Write the archive for a class: labs, package and data, without solutions or hidden tests.

    It is not written if an answer stands anywhere in it.
    """
    from safetylab.course.build.pack import pack as write

    packed = write(find_root(), labs, output, answers_released=answers_released)
    typer.echo(f"wrote {output}: {', '.join(packed)}")


@app.command(epilog="Example: safetylab term lab00 lab01")
def term(
    labs: Annotated[list[str], typer.Argument(help="The labs that are to be graded.")],
) -> None:
    """Enter labs in nbgrader's gradebook, so that `nbgrader autograde` can grade them.

    Run it before the first submission, and again after a lab has changed; labs/ stays as it is.
    """
    from safetylab.course.teacher.term import fill_gradebook

    for lab, entered in fill_gradebook(find_root(), labs).items():
        typer.echo(f"{lab}: {'entered' if entered else 'is in the gradebook already'}")


@app.command(epilog="Example: safetylab grade lab01_evasion --student ann --student bob --jobs 4")
def grade(
    assignment: AssignmentName,
    course: CourseFolder = None,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student; may be given several times.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks that are graded at a time.")] = 2,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what has been graded.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a cell may take.")] = 120,
    memory: Annotated[float, typer.Option(min=0.1, help="GiB that a notebook may use.")] = 4,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Grade on the workers of this dask scheduler: tls://HOST:PORT."),
    ] = None,
    accept_rehearsal: Annotated[
        bool,
        typer.Option("--accept-rehearsal", help="Grade although two processes and one disagree."),
    ] = False,
) -> None:
    """Grade what a class handed in, and write it into nbgrader's gradebook.

    Submissions are not changed. One that was graded before is skipped unless it, or the
    assignment, has changed since. The exit code is 0 only if every submission was graded, and
    nothing in them waits for a person because it could not be judged.
    """
    from safetylab.grading.room.imports import uncollected

    with uncollected():
        from rich.console import Console

        from safetylab.grading.gradebook.batch import grade_assignment
        from safetylab.grading.gradebook.nbcourse import Course
        from safetylab.grading.gradebook.summary import print_summary, progress_bar
        from safetylab.grading.room.rooms import Limits

    root, name = _graded_course(course, assignment)
    with _pool(jobs, scheduler) as pool, progress_bar(name, Console(stderr=True)) as on_done:
        summary = grade_assignment(
            Course.open(root),
            name,
            students=student or (),
            force=force,
            limits=Limits(timeout, memory),
            pool=pool,
            on_done=on_done,
            accepted=accept_rehearsal,
        )
    print_summary(summary, Console())
    if not summary.complete:
        raise typer.Exit(INTERRUPTED if summary.stopped else FAILED)


@app.command(epilog="Example: safetylab rehearse lab01_evasion")
def rehearse(
    assignment: AssignmentName,
    course: CourseFolder = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a cell may take.")] = 120,
    variants: Annotated[
        int | None,
        typer.Option(min=1, help="Variants to grade both on, if it has any.", show_default="20"),
    ] = None,
) -> None:
    """Grade solution and untouched copy in two processes and in one, and say what differs.

    What differs breaks the contract of two processes. Of a lab with variants, the points of both
    on each are printed, and the solution's seconds. The exit code is 0 if nothing differs, no
    point is lost, and none is given for nothing.
    """
    from safetylab.grading.gradebook.nbcourse import Course
    from safetylab.grading.gradebook.rehearsal import ON_DEMAND, rehearse
    from safetylab.grading.room.rooms import Limits

    root, name = _graded_course(course, assignment)
    opened = Course.open(root)
    with opened.plugins():
        held = rehearse(
            opened, opened.assignment(name), Limits(timeout), both=True,
            variants=variants or ON_DEMAND, on_trial=typer.echo,
        )  # fmt: skip
    for sentence in (*held.warnings, *map(str, held.differences)):
        typer.echo(sentence)
    if held.warnings or held.differences:
        raise typer.Exit(FAILED)
    typer.echo(f"{name}: two processes and one give the same points in every test")


def _pool(jobs: int, scheduler: str | None) -> AbstractContextManager[Executor]:
    """Return what runs notebooks: threads of this process, or a cluster."""
    if scheduler is None:
        return ThreadPoolExecutor(jobs)
    from safetylab.grading.gradebook.cluster import cluster, open_door

    if warning := open_door(scheduler):
        typer.echo(f"safetylab: {warning}", err=True)
    return cluster(scheduler)


def _graded_course(course: Path | None, assignment: str) -> tuple[Path, str]:
    """Return the folder of the course that is meant, and the assignment's id in it."""
    from safetylab.course.teacher.teach import prepare

    here = Path.cwd()
    root = course or (here if (here / "nbgrader_config.py").is_file() else find_root())
    if not (root / "labs").is_dir():
        return root, assignment
    prepare(root)
    return root, resolve_lab(root, assignment)


@app.command(epilog="Example: safetylab report lab01_evasion --output lab01.html")
def report(
    assignment: AssignmentName,
    course: CourseFolder = None,
    output: Annotated[
        Path | None,
        typer.Option(help="The page to write.", show_default="in reports/ beside the gradebook"),
    ] = None,
) -> None:
    """Show how a class did: shares right, misconceptions, who is stuck where; and as a page.

    It reads what was graded, and changes nothing.
    """
    from rich.console import Console

    from safetylab.grading.gradebook.nbcourse import Course, own_folder
    from safetylab.grading.reports.classpage import class_page, print_class
    from safetylab.grading.reports.classreport import class_report

    root, name = _graded_course(course, assignment)
    opened = Course.open(root)
    made = class_report(opened, name)
    page = output or own_folder(opened).parent / "reports" / f"{name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(class_page(made), encoding="utf-8")
    print_class(made, Console())
    typer.echo(f"the same with plots: {page}")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="Example: safetylab teach --no-browser --port 8899",
)
def teach(context: typer.Context) -> None:
    """Open JupyterLab on the whole course, with nbgrader's formgrader, to grade a class.

    What follows the command goes to JupyterLab.
    """
    from safetylab.course.teacher.teach import prepare

    root = find_root()
    prepare(root)
    command, environment = jupyter_command(root, context.args)
    raise typer.Exit(_wait(subprocess.Popen(command, cwd=root, env=environment)))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # jsonschema, below nbformat, would compile grammars of web addresses for over a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    app()


if __name__ == "__main__":
    main()
