"""Rules on who may use whose names, so that every cell runs wherever it has to run."""

from __future__ import annotations

import symtable
from collections.abc import Callable, Iterable, Iterator

from safetylab.course.build.source import Cell, Lab, Problem, python
from safetylab.grading.paper.variant import CELL


def name_problems(lab: Lab) -> Iterator[Problem]:
    """Every name that a cell of ``lab`` uses and that will not be there, or not be right."""
    yield from locked_cells_stand_alone(lab)
    yield from exercises_stand_alone(lab)
    yield from nothing_needs_a_demo(lab)
    yield from nothing_in_view_needs_an_oracle(lab)
    yield from tests_follow_what_they_use(lab)


def locked_cells_stand_alone(lab: Lab) -> Iterator[Problem]:
    """No locked cell but a test, or the one of a variant, uses a name that a learner defines."""
    owners = _owners(lab.of("answer", "predict"), _defined)
    for cell in (cell for cell in lab.of("setup", "given", "oracle") if cell.id != CELL):
        for name in sorted(used(cell.source) & owners.keys() - bound(cell.source)):
            what = f"it uses {name}, which learners define in `{owners[name].id}`"
            todo = "take it as a parameter, or carry a right one in the cell itself"
            yield lab.problem(cell, what, todo)


def exercises_stand_alone(lab: Lab) -> Iterator[Problem]:
    """No answer and no test uses what learners define in another exercise."""
    owners = _owners(lab.of("answer", "predict"), _defined)
    for cell in lab.of("answer", "predict", "test"):
        for name in sorted(used(cell.source) & owners.keys() - bound(cell.source)):
            if owners[name].exercise != cell.exercise:
                what = f"it uses {name}, which learners write for {owners[name].exercise}"
                todo = "take it as a parameter and let the tests pass a right one"
                yield lab.problem(cell, what, todo)


def nothing_needs_a_demo(lab: Lab) -> Iterator[Problem]:
    """No cell that grading runs uses a name that only demonstrations define."""
    demos = [cell for cell in _code(lab) if "demo" in cell.tags]
    others = [cell for cell in _code(lab) if "demo" not in cell.tags]
    shown, graded = _owners(demos, bound), _owners(others, bound)
    for cell in others:
        for name in sorted(used(cell.source) & shown.keys() - graded.keys()):
            what = f"it uses {name}, which only `{shown[name].id}` defines: grading skips demos"
            yield lab.problem(cell, what, "define it in a setup cell, or tag this cell demo too")


def nothing_in_view_needs_an_oracle(lab: Lab) -> Iterator[Problem]:
    """No line that learners run uses a name that only oracles define."""
    oracles = _owners(lab.of("oracle"), bound)
    in_view = {name for cell in _code(lab) for name in bound(cell.released)}
    for cell in _code(lab):
        for name in sorted(used(cell.released) & oracles.keys() - in_view):
            what = f"learners see it use {name}, but not `{oracles[name].id}`, which defines it"
            yield lab.problem(cell, what, "use it inside the hidden tests only")


def tests_follow_what_they_use(lab: Lab) -> Iterator[Problem]:
    """No test runs before the cell that defines what it calls: oracles stand above their tests."""
    everywhere = _owners(_code(lab), bound)
    above: set[str] = set()
    for cell in _code(lab):
        above |= bound(cell.source)
        if cell.role == "test":
            for name in sorted(used(cell.source) & everywhere.keys() - above):
                what = f"it uses {name} before `{everywhere[name].id}` defines it"
                yield lab.problem(cell, what, f"move `{everywhere[name].id}` above this cell")


def _code(lab: Lab) -> list[Cell]:
    return [cell for cell in lab.cells if cell.kind == "code"]


def _owners(cells: Iterable[Cell], names: Callable[[str], set[str]]) -> dict[str, Cell]:
    """Which of ``cells`` each of their names comes from."""
    return {name: cell for cell in cells for name in names(cell.source)}


def _defined(source: str) -> set[str]:
    """The names that a cell defines or assigns at its top level."""
    return {s.get_name() for s in _table(source).get_symbols() if s.is_assigned()}


def bound(source: str) -> set[str]:
    """The names that a cell defines, assigns or imports at its top level."""
    imported = {s.get_name() for s in _table(source).get_symbols() if s.is_imported()}
    return _defined(source) | imported


def used(source: str) -> set[str]:
    """The names that a cell reads from the notebook, at its top level or inside functions."""
    top = _table(source)
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    return used.union(*(_globals(child) for child in top.get_children()))


def _globals(table: symtable.SymbolTable) -> set[str]:
    found = {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return found.union(*(_globals(child) for child in table.get_children()))


def _table(source: str) -> symtable.SymbolTable:
    """The names of a cell; none where it cannot be parsed (a rule of its own says so)."""
    try:
        return symtable.symtable(python(source), "<cell>", "exec")
    except SyntaxError:
        return symtable.symtable("", "<cell>", "exec")
