"""Rules that every lab's source keeps, cell by cell: ids, metadata, markers, test cells."""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator

from safetylab.course.build.formulas import formulas_convert
from safetylab.course.build.source import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    FLAGS,
    GRADED,
    SOLVED,
    Cell,
    Lab,
    Problem,
    python,
    tree,
)

Rule = Callable[[Lab], Iterator[Problem]]

_MARKERS = (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN)
_NAMING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
_KINDS = {"written": "markdown"}
_NEEDS = {
    "setup": {"locked"},
    "given": {"locked"},
    "oracle": {"points"},
    "test": {"points"},
    "answer": {"solution"},
    "predict": {"solution"},
    "written": {"solution", "points"},
}


def rule_problems(lab: Lab) -> Iterator[Problem]:
    """Everything in which the cells of ``lab`` break a rule."""
    for rule in _RULES:
        yield from rule(lab)


def readable_headers(lab: Lab) -> Iterator[Problem]:
    """Jupytext understood the ``# %%`` line of every cell."""
    for cell in lab.cells:
        broken = cell.metadata.get("incorrectly_encoded_metadata")
        title = str(cell.metadata.get("title", ""))
        if broken or re.search(r"[={}]", title):
            what = f"the cell's metadata cannot be read: {broken or title}"
            yield lab.problem(cell, what, 'write it as JSON: # %% nbgrader={"grade_id": "..."}')


def unique_ids(lab: Lab) -> Iterator[Problem]:
    """No two cells share an id, and each is one that nbformat takes."""
    counts = Counter(cell.id for cell in lab.cells)
    for id_ in (id_ for id_, count in counts.items() if count > 1):
        what = f"{counts[id_]} cells have this id"
        yield lab.problem(id_, what, f'give all but one their own: # %% id="{id_}-again"')
    for cell in lab.cells:
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.id):
            todo = "use 1 to 64 letters, digits, hyphens and underscores"
            yield lab.problem(cell, "this id is not one that Jupyter takes", todo)
        if cell.declared.get("grade_id", cell.id) != cell.id:
            what = f"its grade_id is {cell.declared['grade_id']}"
            yield lab.problem(cell, what, "leave out id=...: the grade_id is the id")


def known_roles(lab: Lab) -> Iterator[Problem]:
    """Every grade_id follows the conventions, and belongs to this lab."""
    for cell in lab.of("unknown"):
        what = f"the grade_id {cell.declared.get('grade_id')!r} follows no convention"
        todo = (
            "use setup-NAME, given-exN_M-NAME, oracle-NAME, exN_M-NAME, exN_M-predict, "
            "exN_M-NAME-test or exN_M-NAME-test-PART"
        )
        yield lab.problem(cell, what, todo)
    for cell in lab.cells:
        if cell.exercise and int(cell.exercise.split(".")[0]) != lab.number:
            what = f"exercise {cell.exercise} does not belong to lab {lab.number}"
            yield lab.problem(cell, what, f"begin the grade_id with ex{lab.number}_")
    for cell in lab.of("given"):
        found = re.match(r"given-ex(\d+)_", str(cell.declared["grade_id"]))
        if found and int(found[1]) >= lab.number:
            what = "a given cell carries the answer of an earlier lab"
            yield lab.problem(cell, what, f"carry one of a lab before {lab.number}, or rename it")


def consistent_metadata(lab: Lab) -> Iterator[Problem]:
    """What the author declares is all that the role needs, and nothing that contradicts it."""
    for cell in lab.of(*FLAGS):
        yield from _metadata_problems(lab, cell)


def _metadata_problems(lab: Lab, cell: Cell) -> Iterator[Problem]:
    kind = _KINDS.get(cell.role, "code")
    if cell.kind != kind:
        todo = f"make it a {kind} cell, or choose another grade_id"
        yield lab.problem(cell, f"{cell.role} cells are {kind} cells", todo)
    for key in sorted(_NEEDS[cell.role] - set(cell.declared)):
        todo = f'add "{key}" to its nbgrader metadata'
        yield lab.problem(cell, f"{cell.role} cells declare {key}; this does not", todo)
    for key, value in cell.declared.items():
        if key not in ("points", "grade_id") and cell.nbgrader.get(key) != value:
            what = f"{cell.role} cells cannot declare {key} = {value!r}"
            yield lab.problem(cell, what, f'take "{key}" out of its metadata')
    yield from _points_problems(lab, cell)


def _points_problems(lab: Lab, cell: Cell) -> Iterator[Problem]:
    points = cell.declared.get("points", 0)
    if type(points) is not int or points < 0:
        yield lab.problem(cell, f"its points are {points!r}", "give a whole number, 0 or more")
    elif cell.role == "oracle" and points:
        yield lab.problem(cell, "an oracle earns no points", 'write "points": 0')
    elif cell.role not in GRADED and "points" in cell.declared:
        todo = "give the points to its test cell"
        yield lab.problem(cell, f"{cell.role} cells have no points of their own", todo)


def well_formed_markers(lab: Lab) -> Iterator[Problem]:
    """Every marker is spelt as nbgrader reads it, and every region has both ends."""
    for cell in lab.cells:
        yield from _misspelt(lab, cell)
        yield from _unpaired(lab, cell, BEGIN_SOLUTION, END_SOLUTION)
        yield from _unpaired(lab, cell, BEGIN_HIDDEN, END_HIDDEN)


def _misspelt(lab: Lab, cell: Cell) -> Iterator[Problem]:
    for number, line in enumerate(cell.source.split("\n"), start=1):
        meant = _marker_meant(line.strip())
        if meant:
            what = f"line {number}, {line.strip()!r}, looks like a marker and is none"
            yield lab.problem(cell, what, f"write {meant!r}, alone on its line")


def _marker_meant(line: str) -> str:
    """The marker that ``line`` resembles without being one; "" for any other line."""
    if line in _MARKERS:
        return ""
    for marker in _MARKERS:
        if marker.lstrip("# ") in line:
            return marker
    words = re.sub(r"[^A-Z ]", "", line.upper()).strip()
    close = difflib.get_close_matches(words, [m.lstrip("# ") for m in _MARKERS], 1, cutoff=0.85)
    if close and line.startswith("#"):
        return f"### {close[0]}"
    if found := re.fullmatch(r"#+\s*[A-Z]+ (SOLUTION|HIDDEN TEST)S?", line):
        return BEGIN_SOLUTION if found[1] == "SOLUTION" else BEGIN_HIDDEN
    return ""


def _unpaired(lab: Lab, cell: Cell, begin: str, end: str) -> Iterator[Problem]:
    opened = False
    for number, line in enumerate(cell.source.split("\n"), start=1):
        if line.strip() == begin:
            if opened:
                what = f"line {number} begins a region inside another"
                yield lab.problem(cell, what, f"close the first with {end!r}")
            opened = True
        elif line.strip() == end:
            if not opened:
                what = f"line {number} ends a region that never began"
                yield lab.problem(cell, what, f"put {begin!r} before it")
            opened = False
    if opened:
        yield lab.problem(cell, f"{begin!r} has no end", f"add {end!r} below it")


def markers_in_place(lab: Lab) -> Iterator[Problem]:
    """Solutions stand in answer cells, hidden tests in graded ones, and each answer has one."""
    for cell in lab.cells:
        if cell.solution_lines and cell.role not in SOLVED:
            todo = 'give the cell nbgrader={"grade_id": "exN_M-NAME", "solution": true}'
            yield lab.problem(cell, "a solution region in a cell that is no answer", todo)
        if cell.hidden_lines and cell.role not in ("test", "oracle"):
            todo = 'give the cell nbgrader={"grade_id": "exN_M-NAME-test", "points": K}'
            yield lab.problem(cell, "hidden tests in a cell that is not graded by machine", todo)
        if cell.role in SOLVED and not cell.solution_lines:
            what = "an answer without a solution region: nbgrader would replace the whole cell"
            todo = f"put {BEGIN_SOLUTION!r} and {END_SOLUTION!r} around what learners write"
            yield lab.problem(cell, what, todo)


def something_left(lab: Lab) -> Iterator[Problem]:
    """Learners keep the signature of what they write; of an oracle they keep nothing."""
    for cell in lab.of("answer"):
        if cell.solution_lines and not _keeps_a_name(cell.released):
            what = "the solution region swallows the whole cell, signature and all"
            yield lab.problem(cell, what, f"put {BEGIN_SOLUTION!r} below the def and docstring")
    for cell in lab.of("oracle"):
        if cell.released.strip():
            todo = f"put {BEGIN_HIDDEN!r} on its first line and {END_HIDDEN!r} on its last"
            yield lab.problem(cell, "part of the oracle stands outside the hidden tests", todo)


def _keeps_a_name(source: str) -> bool:
    return any(isinstance(node, _NAMING) for node in tree(source).body)


def parses(lab: Lab) -> Iterator[Problem]:
    """Every code cell is Python, as its author wrote it and as learners get it."""
    for cell in (cell for cell in lab.cells if cell.kind == "code"):
        if error := _syntax_error(cell.source):
            line = cell.source.split("\n")[(error.lineno or 1) - 1 :][:1]
            what = f"line {error.lineno} is not Python ({error.msg}): {''.join(line).strip()}"
            yield lab.problem(cell, what, "mend the line")
        elif error := _syntax_error(cell.released):
            what = f"without its solution and hidden tests it is not Python ({error.msg})"
            todo = "leave learners whole statements: a body under each def, if and with"
            yield lab.problem(cell, what, todo)


def _syntax_error(source: str) -> SyntaxError | None:
    try:
        compile(python(source), "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    return None


def tests_in_one_function(lab: Lab) -> Iterator[Problem]:
    """A test cell is one function marked with its exercise, a call of it, and a pass line."""
    for cell in lab.of("test"):
        if not cell.tree.body:
            continue
        functions = [n for n in cell.tree.body if isinstance(n, ast.FunctionDef)]
        names = {function.name for function in functions}
        for node in cell.tree.body:
            if node not in functions and _called(node) not in {"print", *names}:
                what = f"line {node.lineno} keeps a name or does work outside the test function"
                todo = "move it (imports too) into the one function; then call it and print"
                yield lab.problem(cell, what, todo)
        if len(functions) != 1:
            what = f"{len(functions)} functions at the top of a test cell"
            yield lab.problem(cell, what, "keep everything inside one")
        yield from _decorator_problems(lab, cell, functions)


def _decorator_problems(
    lab: Lab, cell: Cell, functions: list[ast.FunctionDef]
) -> Iterator[Problem]:
    wanted = f"exercise('{cell.exercise}')"
    for function in functions:
        marks = [ast.unparse(decorator) for decorator in function.decorator_list]
        if wanted not in marks:
            what = f"{function.name} does not carry the number of its exercise"
            yield lab.problem(cell, what, f'put @exercise("{cell.exercise}") above it, no other')


def _called(node: ast.stmt) -> str:
    """The name of the function that a statement calls; "" for any other statement."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func)
    return ""


def tests_leave_no_value(lab: Lab) -> Iterator[Problem]:
    """A test cell ends with a printed line: nbgrader takes a trailing value as the score."""
    for cell in lab.of("test"):
        for source in dict.fromkeys((cell.source, cell.released)):
            body = tree(source).body
            if body and _called(body[-1]) != "print":
                what = f"it ends with {ast.unparse(body[-1]).splitlines()[0]!r}, not with a print"
                todo = f'end it, outside hidden tests, with print("{cell.exercise}: ...")'
                yield lab.problem(cell, what, todo)
                break
            if _ends_with_semicolon(source):
                yield lab.problem(cell, "a semicolon at its end", "take the semicolon away")
                break


def _ends_with_semicolon(source: str) -> bool:
    if not tree(source).body:
        return False
    tokens = tokenize.generate_tokens(io.StringIO(python(source)).readline)
    words = [t.string for t in tokens if t.string.strip() and t.type != tokenize.COMMENT]
    return words[-1:] == [";"]


def tests_hide_something(lab: Lab) -> Iterator[Problem]:
    """Every answer in code has a test cell, and some test of its exercise is hidden."""
    tests: dict[str, list[Cell]] = {}
    for cell in lab.of("test"):
        tests.setdefault(cell.exercise, []).append(cell)
    names = {cell.id for cell in lab.of("test")}
    judged = (cell for cell in lab.of("predict") if f"{cell.id}-test" in names)
    answered = {cell.exercise for cell in (*lab.of("answer"), *judged)}
    for cell in lab.of("answer"):
        if cell.exercise not in tests:
            what = f"exercise {cell.exercise} has an answer and no test"
            yield lab.problem(cell, what, f"add a cell `{cell.id}-test` below it")
    for number, cells in tests.items():
        if number not in answered:
            todo = "add the answer cell, or rename the test"
            yield lab.problem(cells[0], f"exercise {number} has a test and no answer", todo)
        if not any(cell.hidden_lines for cell in cells):
            todo = f"put {BEGIN_HIDDEN!r} and {END_HIDDEN!r} around tests in one of them"
            yield lab.problem(cells[0], f"exercise {number} hides none of its tests", todo)


_RULES: tuple[Rule, ...] = (
    readable_headers,
    unique_ids,
    known_roles,
    consistent_metadata,
    well_formed_markers,
    markers_in_place,
    something_left,
    parses,
    tests_in_one_function,
    tests_leave_no_value,
    tests_hide_something,
    formulas_convert,
)
