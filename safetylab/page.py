"""What a learner sees around a check: a box when it fails, and a strip that shows how far one is.

Both are shown only in a notebook that somebody has open. Under grading, Validate, nbconvert and in
scripts every function here returns at once, so nothing of it is in what is handed out as graded.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from safetylab.places import labs_folder

Bundle = dict[str, str]

_GRADE_ID = re.compile(r"ex(\d+)_(\d+[a-z]?)-")
_TITLE = re.compile(r"^## Exercise (\d+\.\d+[a-z]?): (.+?)\s*(?:\(\d+ points?\))?$", re.M)
_TEST = re.compile(r"^def (\w+)", re.M)
_TAG = re.compile(r"\s*\[(\d+\.\d+[a-z]?)(?:/([\w.-]+))?\]\s*$")
_NOTHING = {"text/html": "", "text/plain": ""}

_AGAIN = "Change your answer, run its cell, then run this check again. The hints stand above it."
_BEGIN = "The hints stand above the answer cell."
_NAME = "The name of this mistake, in case you ask for help: "
_COUNTED = (
    "Visible checks that passed since this kernel started; your score, in the last cell, counts "
    "the hidden ones, too, where your copy of the course has them."
)
_FRAME = (
    "margin:.3em 0;padding:.5em .8em;max-width:50em;white-space:pre-line;"
    "color:var(--jp-content-font-color1,inherit);background:var(--jp-layout-color2,transparent);"
    "border-left:4px solid var(--jp-{colour},currentColor)"
)
_CHIP = (
    "display:inline-block;margin:0 .1em .2em 0;padding:0 .4em;border-radius:3px;"
    "border:1px solid var(--jp-{colour},currentColor)"
)
_STATES = {
    "passed": ("\N{CHECK MARK}", "success-color1"),
    "not yet": ("\N{BALLOT X}", "error-color1"),
    "begun": ("\N{CIRCLE WITH LEFT HALF BLACK}", "warn-color1"),
    "open": ("\N{WHITE CIRCLE}", "border-color1"),
    "to write": ("\N{PENCIL}", "border-color1"),
}


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lab: its title, and the points of each test by the test's name.

    One without tests is a written answer.
    """

    title: str = ""
    tests: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Strip:
    """What the checks of one lab said in this kernel: for each test, whether it passed last."""

    lab: int
    exercises: Mapping[str, Exercise]
    said: dict[str, bool] = field(default_factory=dict)
    below: str = ""

    def state(self, number: str) -> str:
        """Return how an exercise stands: a key of the signs."""
        tests = self.exercises[number].tests
        said = [self.said[test] for test in tests if test in self.said]
        if not tests:
            return "to write"
        if not said:
            return "open"
        if not all(said):
            return "not yet"
        return "passed" if len(said) == len(tests) else "begun"

    def points(self) -> tuple[float, float]:
        """Return the points of the checks that passed, and of all checks."""
        worth = {t: p for one in self.exercises.values() for t, p in one.tests.items()}
        return sum(p for test, p in worth.items() if self.said.get(test)), sum(worth.values())

    def following(self) -> str:
        """Return the sentence about what comes next."""
        for number, exercise in self.exercises.items():
            if self.state(number) not in ("passed", "to write"):
                return f"next: exercise {number}, {exercise.title}".rstrip(", ")
        return "next: the written answers, then your score in the last cell"

    def summary(self) -> str:
        """Return points so far and what comes next."""
        passed, total = self.points()
        return f"{passed:g} of {total:g} points \N{MIDDLE DOT} {self.following()}"

    def bundle(self) -> Bundle:
        """Return the strip as HTML, and as text."""
        states = {number: self.state(number) for number in self.exercises}
        chips = " ".join(_chip(number, state) for number, state in states.items())
        name = f"Lab {self.lab:02d}, exercise by exercise"
        page = (
            f'<div role="group" aria-label="{name}" style="{_FRAME.format(colour="brand-color1")}">'
            f'<ul style="list-style:none;margin:0;padding:0">{chips}</ul>'
            f"<div>{escape(self.summary())}</div><div><small>{_COUNTED}</small></div></div>"
        )
        words = ", ".join(f"{number} {state}" for number, state in states.items())
        return {"text/html": page, "text/plain": f"{name}: {words}\n{self.summary()}\n{_COUNTED}"}


_strip: Strip | None = None


def progress(lab: int) -> None:
    """Show the exercises of lab number ``lab``, kept up to date by its checks.

    Each check that runs afterwards shows them, too, in place of the check before it. Nothing is
    shown where nobody looks, or where the released lab is not found.
    """
    global _strip
    if not _live():
        return
    exercises = dict(_exercises(_released(lab)))
    if exercises:
        said = _strip.said if _strip and _strip.lab == lab else {}
        _strip = Strip(lab, exercises, said)
        _display(_strip.bundle(), _top(lab))


def passed(test: str) -> None:
    """Tell the strip that the check ``test`` passed."""
    if _strip and _live():
        _strip.said[test] = True
        _after_the_cell()


def failed(test: str, number: str, text: str = "") -> bool:
    """Tell the strip that ``test`` failed, and show ``text`` in a box; return whether it was shown.

    Args:
        test: the name of the test function.
        number: its exercise, such as ``"1.1"``.
        text: what a `CheckFailed` says; nothing for an exception of the learner's own code.
    """
    if not _live():
        return False
    if _strip:
        _strip.said[test] = False
        if "/not-started]" in text:
            del _strip.said[test]
        _after_the_cell()
    if text:
        _display(box(number, text))
    return bool(text)


def box(number: str, text: str) -> Bundle:
    """Return what a failed check of exercise ``number`` says, as HTML and as text."""
    found = _TAG.search(text)
    sentence, mistake = (text[: found.start()], found[2] or "") if found else (text, "")
    begun = mistake != "not-started"
    title = f"Exercise {number}: not {'right yet' if begun else 'written yet'}"
    lines = [sentence, _AGAIN if begun else _BEGIN]
    told = "".join(f'<div style="margin-top:.3em">{escape(line)}</div>' for line in lines)
    if mistake and begun:
        told += f'<div style="margin-top:.3em">{_NAME}<code>{escape(mistake)}</code></div>'
        lines.append(_NAME + mistake)
    page = (
        f'<div role="alert" style="{_FRAME.format(colour="error-color1")}">'
        f'<strong><span aria-hidden="true">\N{BALLOT X} </span>{title}</strong>{told}</div>'
    )
    return {"text/html": page, "text/plain": "\n".join([title, *lines])}


def opened(shell: Any) -> Path | None:
    """Return the file of the notebook that a person has open in ``shell``, or None elsewhere."""
    if shell is None or os.environ.get("NBGRADER_EXECUTION"):
        return None
    name = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    path = Path(str(name))
    return path if path.suffix == ".ipynb" else None


def _live() -> bool:
    return opened(_shell()) is not None


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _display(bundle: Bundle, name: str | None = None, *, update: bool = False) -> None:
    from IPython.display import display

    display(bundle, raw=True, display_id=name, update=update)  # type: ignore[no-untyped-call]


def _after_the_cell() -> None:
    """Show the strip when the cell has ended: below its pass line, or below its error."""
    events = _shell().events
    if _show_below not in events.callbacks["post_run_cell"]:
        events.register("post_run_cell", _show_below)


def _show_below(*_: object) -> None:
    """Show the strip once in this cell, and no longer below the check before."""
    _shell().events.unregister("post_run_cell", _show_below)
    if _strip:
        _display(_strip.bundle(), _top(_strip.lab), update=True)
        if _strip.below:
            _display(_NOTHING, _strip.below, update=True)
        _strip.below = f"safetylab-below-{os.urandom(8).hex()}"
        _display(_strip.bundle(), _strip.below)


def _top(lab: int) -> str:
    return f"safetylab-progress-{lab}"


def _chip(number: str, state: str) -> str:
    sign, colour = _STATES[state]
    return (
        f'<li style="{_CHIP.format(colour=colour)}">{number} '
        f'<span aria-hidden="true">{sign}</span> {state}</li>'
    )


def _released(lab: int) -> list[dict[str, Any]]:
    """Return the cells of the released lab; none if it is not there, or no notebook."""
    for path in labs_folder().glob(f"lab{lab:02d}_*/lab{lab:02d}_*.ipynb"):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            return [cell for cell in cells if isinstance(cell, dict)]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return []


def _exercises(cells: list[dict[str, Any]]) -> Iterator[tuple[str, Exercise]]:
    """Yield number and exercise in the order of the lab."""
    texts = {cell["id"]: "".join(cell["source"]) for cell in cells}
    titles = {n: title for text in texts.values() for n, title in _TITLE.findall(text)}
    tests: dict[str, dict[str, float]] = {}
    for cell in cells:
        grader = cell["metadata"].get("nbgrader", {})
        found = _GRADE_ID.match(grader.get("grade_id", ""))
        if found and grader.get("grade"):
            mine = tests.setdefault(f"{found[1]}.{found[2]}", {})
            if not grader.get("solution"):
                worth = grader.get("points", 0)
                mine.update((name, worth) for name in _TEST.findall(texts[cell["id"]])[:1])
    for number, worth in tests.items():
        yield number, Exercise(titles.get(number, ""), worth)
