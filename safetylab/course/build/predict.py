"""Predictions in a source: one literal says what is asked for, and cells are written from it.

A prediction cell begins with ``PREDICT = {...}``. What learners get in its place is a stub and a
check of its form; where it has points, a test cell follows it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from safetylab.predictions import KINDS, Form, NotAPrediction, veiled

NAME = "PREDICT"
FORM = ("options", "low", "high", "whole", "size", "several", "exclusive")
_RULES = ("tolerance", "stated", "width", "mistakes")
_ITEM = {"name", "kind", *FORM, *_RULES, "truth", "accept", "outcome", "seen"}
_CELL = {"items", "points", "bars", "said"}


@dataclass(frozen=True)
class Item:
    """One prediction, as its author described it."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The learner's variable."""
        return str(self.raw["name"])

    @cached_property
    def form(self) -> Form:
        """What it looks like."""
        given = {key: self.raw[key] for key in FORM if key in self.raw}
        given["options"] = tuple(given.get("options", ()))
        return Form(str(self.raw["kind"]), **given)

    @property
    def texts(self) -> dict[Any, str]:
        """The text of each option that has one."""
        options = self.raw.get("options", ())
        return dict(options) if isinstance(options, Mapping) else {}

    @property
    def rules(self) -> dict[str, Any]:
        """How it is judged, beside its form."""
        return {key: self.raw[key] for key in _RULES if key in self.raw}

    @property
    def truth(self) -> str:
        """The expression that it is judged by; empty for none."""
        if "truth" in self.raw:
            return str(self.raw["truth"])
        return repr(_accepted(self.raw["accept"])) if "accept" in self.raw else ""

    def public(self, judged: bool) -> dict[str, Any]:
        """What of it a released notebook carries for `safetylab progress`."""
        told = {key: self.raw[key] for key in ("name", "kind", *FORM) if key in self.raw}
        if "options" in told:
            told["options"] = list(told["options"])
        if judged:
            told["judged"] = True
        else:
            told |= {key: self.raw[key] for key in ("tolerance", "stated") if key in self.raw}
            if "outcome" in self.raw:
                told["outcome"] = veiled(self.raw["outcome"])
        return told


@dataclass(frozen=True)
class Asked:
    """What one cell asks for: predictions, and what they are worth together."""

    items: tuple[Item, ...]
    points: int = 0
    bars: tuple[tuple[float, int], ...] = ()
    said: bool = False

    @property
    def graded(self) -> bool:
        """Whether a test looks at them."""
        return self.points > 0

    @property
    def judged(self) -> bool:
        """Whether a hidden truth decides on its points, so that no outcome may be released."""
        return self.graded and not self.said

    @property
    def steps(self) -> tuple[tuple[float, int], ...]:
        """The bars with their points; one that asks for all where the author gives none."""
        return self.bars or ((1.0, self.points),)


def taken_out(source: str) -> tuple[str, str]:
    """Return the description of a prediction and the rest of the cell; "" for a cell without."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return "", source
    first = body[0] if body else None
    target = first.targets[0] if isinstance(first, ast.Assign) else None
    if first is None or not (isinstance(target, ast.Name) and target.id == NAME):
        return "", source
    lines = source.split("\n")
    end = first.end_lineno or first.lineno
    rest = "\n".join([*lines[: first.lineno - 1], *lines[end:]]).strip("\n")
    return "\n".join(lines[first.lineno - 1 : end]).partition("=")[2].strip(), rest


def asked(description: str, rest: str = "") -> Asked:
    """Read a description; ``rest`` is what stands below it in its cell.

    Raises:
        ValueError: it cannot be read, or breaks a rule of its own; the text says what and why.
    """
    if re.search(rf"^\s*{NAME}\b", rest, re.MULTILINE):
        raise ValueError("a second PREDICT would reach learners: describe all items in the first")
    try:
        raw = ast.literal_eval(description)
    except (ValueError, SyntaxError):
        raise ValueError("`PREDICT` is no literal: write dicts, lists, numbers and strings") \
            from None  # fmt: skip
    raw = {"items": raw} if isinstance(raw, list) else raw
    if not isinstance(raw, dict):
        raise ValueError("`PREDICT` is neither a dict nor a list of dicts")
    own = {key: value for key, value in raw.items() if key in _CELL}
    single = {key: value for key, value in raw.items() if key not in _CELL}
    listed = own.get("items") or [single]
    if single and "items" in own:
        raise ValueError(f"{', '.join(single)} stand beside items: put them into the items")
    for item in listed:
        _check_item(item)
    made = _cell(own, tuple(map(Item, listed)))
    _check_pay(made)
    return made


def _cell(own: Mapping[str, Any], items: tuple[Item, ...]) -> Asked:
    points, bars = own.get("points", 0), own.get("bars", [])
    if type(points) is not int or points < 0:
        raise ValueError(f"its points are {points!r}: give a whole number, or none")
    try:
        steps = tuple((float(bar), int(worth)) for bar, worth in bars)
    except (TypeError, ValueError):
        raise ValueError("bars are pairs of a mean score and its points: [[0.3, 1], [0.6, 1]]") \
            from None  # fmt: skip
    return Asked(items, points, steps, own.get("said") is True)


def _check_item(item: object) -> None:
    if not isinstance(item, dict):
        raise ValueError("a prediction is a dict with a name and a kind")
    name, kind = item.get("name"), item.get("kind")
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"its name is {name!r}: give the learner's variable")
    if kind not in KINDS:
        raise ValueError(f"{name} is of the kind {kind!r}: the kinds are {', '.join(KINDS)}")
    if unknown := sorted(set(map(str, item)) - _ITEM):
        raise ValueError(f"{name} has {', '.join(unknown)}, which no prediction has")
    _check_options(name, kind, item)
    _check_range(name, kind, item)
    for key in ("outcome", "accept"):
        if key in item:
            _check_value(name, key, item)


def _check_options(name: str, kind: str, item: Mapping[str, Any]) -> None:
    options = item.get("options", ())
    if kind in ("number", "interval"):
        if options:
            raise ValueError(f"{name} is a {kind}, which has no options")
        return
    if kind == "probability" and "options" not in item:
        return
    plain = isinstance(options, dict | list) and all(
        isinstance(one, str | int) and not isinstance(one, bool) and one != "" for one in options
    )
    if not plain or len(set(options)) != len(options) or len(options) < 2:
        raise ValueError(f"{name} needs two or more different options, strings or whole numbers")
    if isinstance(options, dict) and not all(isinstance(text, str) for text in options.values()):
        raise ValueError(f"an option of {name} has a text that is no string")
    if strange := set(item.get("mistakes", ())) - set(options):
        raise ValueError(f"mistakes of {name} name {strange.pop()!r}, which is no option")


def _check_range(name: str, kind: str, item: Mapping[str, Any]) -> None:
    ends = [item.get(key) for key in ("low", "high")]
    if kind in ("choice", "probability") and ends != [None, None]:
        raise ValueError(f"{name} is a {kind}, which has no low and no high")
    numbers = [one for one in (*ends, item.get("tolerance"), item.get("width")) if one is not None]
    if not all(isinstance(one, int | float) for one in numbers):
        raise ValueError(f"low, high, tolerance and width of {name} are numbers")
    low, high = ends
    if low is not None and high is not None and low >= high:
        raise ValueError(f"low of {name} is not below high")
    if not 0 < item.get("stated", 0.9) < 1:
        raise ValueError(f"the coverage that {name} states is between 0 and 1")


def _check_value(name: str, key: str, item: Mapping[str, Any]) -> None:
    """What counts as right has the form that is asked for; several may count where one is."""
    form = Item(item).form
    one_of_many = form.kind == "choice" and not form.several
    for value in _accepted(item[key]) if one_of_many else [item[key]]:
        try:
            _outcome_form(form).read(int(value) if isinstance(value, bool) else value)
        except NotAPrediction:
            raise ValueError(f"{key} of {name} is {value!r}: give {form.words}") from None


def _outcome_form(form: Form) -> Form:
    """The form of what comes true: a number for an interval, an option or a bool for a probability.

    Where options do not exclude each other, some of them come true.
    """
    if form.kind == "interval":
        return Form("number")
    if form.kind != "probability":
        return form
    options = form.options or (0, 1)
    return Form("choice", options, several=bool(form.options) and not form.exclusive)


def _check_pay(cell: Asked) -> None:
    """What is paid for can be judged."""
    if not cell.graded:
        if cell.bars or cell.said or any("accept" in item.raw for item in cell.items):
            raise ValueError("bars, said and accept are for predictions with points")
        return
    if cell.said:
        return
    for item in cell.items:
        _check_judged(item)
    plain = all(item.form.kind in ("choice", "number") for item in cell.items)
    if not cell.bars and not (plain and len(cell.items) == 1):
        raise ValueError("a sum of scores is paid by two to four bars: add `bars`")
    _check_bars(cell)


def _check_judged(item: Item) -> None:
    name, kind = item.name, item.form.kind
    if not item.truth:
        raise ValueError(f"{name} has points and no truth: add an expression, or what to accept")
    if "accept" in item.raw and kind != "choice":
        raise ValueError(f"accept is for a choice; {name} is judged by its truth")
    if kind == "number" and "tolerance" not in item.raw:
        raise ValueError(f"{name} has points and no tolerance")
    if kind == "interval" and "width" not in item.raw:
        raise ValueError(f"{name} has points and no width, at which an interval earns nothing")
    if kind == "choice":
        _check_mistakes(item)


def _check_mistakes(item: Item) -> None:
    """A wrong option says what who takes it has misunderstood."""
    name, mistakes = item.name, item.raw.get("mistakes", {})
    if len(set(mistakes.values())) < 2:
        raise ValueError(f"{name} has fewer than two misconception ids: add `mistakes`")
    right = set(_accepted(item.raw["accept"])) if "accept" in item.raw else set()
    if both := right & set(mistakes):
        raise ValueError(f"the option {both.pop()!r} of {name} is right and a mistake")
    missing = [one for one in item.form.options if one not in {*right, *mistakes}]
    if right and missing and not item.form.several:
        raise ValueError(f"the option {missing[0]!r} of {name} is neither right nor a mistake")


def _check_bars(cell: Asked) -> None:
    if not cell.bars:
        return
    heights = [bar for bar, _ in cell.bars]
    if not 2 <= len(heights) <= 4 or heights != sorted(set(heights)):
        raise ValueError("there are two to four bars, each higher than the one before")
    if heights[0] <= 0 or heights[-1] > 1 or any(worth < 1 for _, worth in cell.bars):
        raise ValueError("a bar is a mean score above 0 and at most 1, with a point or more")
    if sum(worth for _, worth in cell.bars) != cell.points:
        raise ValueError(f"the bars have {sum(w for _, w in cell.bars)} points, not {cell.points}")


def _accepted(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]
