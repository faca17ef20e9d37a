"""Build the notebooks of the labs from their sources, and say what is wrong with either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode, ValidationError
from nbgrader.nbgraderformat import ValidationError as GraderRefusal

from safetylab.course.build import generated
from safetylab.course.build.contract import contract_problems
from safetylab.course.build.fold import oracle_problems
from safetylab.course.build.leaks import Bench, Place, leaks, released_places
from safetylab.course.build.names import name_problems
from safetylab.course.build.parts import part_problems
from safetylab.course.build.predict_rules import prediction_problems
from safetylab.course.build.prose import prose_problems
from safetylab.course.build.release import (
    grader_config,
    instructor_notebook,
    student_notebook,
    to_text,
)
from safetylab.course.build.rules import rule_problems
from safetylab.course.build.scores import score_problems
from safetylab.course.build.shapes import shape_problems
from safetylab.course.build.source import Lab, Problem, lab_names, read_lab
from safetylab.course.build.variants import variant_problems


class BuildError(Exception):
    """Labs that cannot be built; the text lists every problem, one a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def build(root: Path, labs: Sequence[str] = ()) -> list[Path]:
    """Write the notebooks of ``labs`` (default: all) that are not up to date.

    Every lab without a problem is written, whatever is wrong with the others.

    Returns:
        The paths that were written.

    Raises:
        BuildError: With all problems of all ``labs``; nothing of those labs was written.
    """
    course = _Course(root)
    problems: list[Problem] = []
    written: list[Path] = []
    for name in course.chosen(labs):
        try:
            written += _write_lab(course, name)
        except BuildError as error:
            problems += error.problems
    if problems:
        raise BuildError(list(dict.fromkeys(problems)))
    return written


def check(root: Path, labs: Sequence[str] = ()) -> list[str]:
    """Say what `build` would complain of or change, and which files do not belong; write nothing.

    Raises:
        BuildError: One of ``labs`` does not exist.
    """
    course = _Course(root)
    chosen = course.chosen(labs)
    lines = [line for name in chosen for line in _check_lab(course, name)]
    folders = chosen if labs else None
    return lines + [str(problem) for problem in generated.strays(root, folders)]


def build_notebooks(root: Path, lab: str) -> tuple[NotebookNode, NotebookNode]:
    """Make the instructor's and the student's notebook of one lab in memory.

    The lab's own rules are checked; leaks into other labs and the package are left to `build`.

    Raises:
        BuildError: There is no such lab, or its source has problems.
    """
    course = _Course(root)
    [name] = course.chosen([lab])
    return course.notebooks(course.lab(name))


class _Course:
    """The sources under one root, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names = lab_names(root)
        self.config = grader_config(root)
        self._labs: dict[str, Lab] = {}
        self._places: dict[str, list[Place]] = {}
        self._bench: Bench | None = None

    def chosen(self, labs: Sequence[str]) -> list[str]:
        """``labs``, or all of them where none is named."""
        todo = f"the labs are {', '.join(self.names) or 'none: solutions/ holds no source'}"
        labs = [self._full(name) for name in labs]
        unknown = [name for name in labs if name not in self.names]
        if unknown:
            raise BuildError([Problem(name, "", "there is no such lab", todo) for name in unknown])
        return list(dict.fromkeys(labs)) or self.names

    def _full(self, name: str) -> str:
        """The lab of which ``name`` is the number, as in lab07; else ``name``."""
        return next((lab for lab in self.names if lab.startswith(f"{name}_")), name)

    def lab(self, name: str) -> Lab:
        """The source of one lab, read once."""
        if name not in self._labs:
            try:
                self._labs[name] = read_lab(self.root, name)
            except (ValidationError, UnicodeDecodeError) as error:
                raise BuildError([_unreadable(name, error)]) from error
        return self._labs[name]

    def released(self, lab: Lab) -> Iterator[Place]:
        """What learners have read up to ``lab``; an earlier one that is broken reports itself."""
        for other in self.earlier(lab):
            if other.name not in self._places:
                self._places[other.name] = list(released_places(other))
            yield from self._places[other.name]

    def earlier(self, lab: Lab) -> Iterator[Lab]:
        """The labs that learners have read up to ``lab``, but for those that cannot be read."""
        for name in self.names:
            try:
                other = self.lab(name)
            except BuildError:
                continue
            if other.number <= lab.number:
                yield other

    def notebooks(self, lab: Lab) -> tuple[NotebookNode, NotebookNode]:
        """Both notebooks of a lab that keeps the rules of its own."""
        problems = [*rule_problems(lab), *name_problems(lab), *score_problems(lab)]
        problems += [*part_problems(lab), *prose_problems(lab), *contract_problems(lab)]
        problems += variant_problems(lab, self.root)
        problems += prediction_problems(lab)
        problems = problems or list(oracle_problems(lab))
        if problems:
            raise BuildError(problems)
        instructor = instructor_notebook(lab)
        try:
            return instructor, student_notebook(instructor, lab, self.config)
        except (RuntimeError, GraderRefusal, ValidationError) as error:
            raise BuildError([_refused(lab, error)]) from error

    def bench(self) -> Bench:
        """What the package holds, read once."""
        if self._bench is None:
            try:
                self._bench = Bench.read(self.root)
            except SyntaxError as error:
                what = f"line {error.lineno} is not Python ({error.msg})"
                raise BuildError([Problem(str(error.filename), "", what, "mend it")]) from error
        return self._bench


def _make(course: _Course, name: str) -> dict[Path, tuple[NotebookNode, str]]:
    """Both notebooks of a lab and their texts by path, once every rule is kept."""
    lab = course.lab(name)
    found = list(leaks(lab, course.released(lab), course.bench()))
    told = {problem.cell for problem in found}
    shapes = shape_problems(lab, course.earlier(lab))
    found += [problem for problem in shapes if problem.cell not in told]
    try:
        instructor, student = course.notebooks(lab)
    except BuildError as error:
        raise BuildError([*error.problems, *found]) from error
    if found:
        raise BuildError(found)
    paths = generated.notebook_paths(course.root, name)
    return {p: (n, to_text(n)) for p, n in zip(paths, (instructor, student), strict=True)}


def _write_lab(course: _Course, name: str) -> list[Path]:
    """Write the stale notebooks of one lab, or raise and write none."""
    made = _make(course, name)
    problems = [p for path, (new, _) in made.items() for p in _edits(course, path, new)]
    if problems:
        raise BuildError(problems)
    stale = {p: text for p, (new, text) in made.items() if not generated.is_fresh(p, new, text)}
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(stale)


def _check_lab(course: _Course, name: str) -> Iterator[str]:
    """What is wrong with one lab, a line each."""
    try:
        made = _make(course, name)
    except BuildError as error:
        yield from (str(problem) for problem in error.problems)
        return
    for path, (new, text) in made.items():
        file = path.relative_to(course.root).as_posix()
        edits = list(_edits(course, path, new))
        yield from (str(problem) for problem in edits)
        if not path.is_file():
            yield str(Problem(file, "", "missing", f"run `safetylab build {name}`"))
        elif not edits and not generated.is_fresh(path, new, text):
            yield str(Problem(file, "", "stale", f"run `safetylab build {name}`"))


def _edits(course: _Course, path: Path, new: NotebookNode) -> Iterator[Problem]:
    return generated.edits(path, path.relative_to(course.root).as_posix(), new)


def _unreadable(name: str, error: Exception) -> Problem:
    file = f"solutions/{name}/{name}.py"
    what = f"the source cannot be read: {str(error).splitlines()[0]}"
    return Problem(file, "", what, "save it as UTF-8, in jupytext's percent format")


def _refused(lab: Lab, error: Exception) -> Problem:
    todo = "mend the cell that it names; nbgrader's markers are those of this course, no others"
    return lab.problem("", f"nbgrader refuses the notebook: {error}", todo)
