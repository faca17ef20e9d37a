"""Predictions: their form, which is said at once, and their scores, which only grading knows.

A prediction cell calls `number`, `choice`, `choices`, `interval`, `chance` or `chances`: each says
"recorded: ..." or what form was asked for, and never what is right.
Scores of probabilities and intervals are proper: nobody gains by saying something else than they
believe. They are summed before anything is cut off at nothing, for a score that is cut off item by
item rewards lucky guesses.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("choice", "number", "interval", "probability")
SURE, SUM_OFF = 0.8, 0.01
STATED = 0.9
"""The coverage of an interval that states no other."""
Option = str | int


class NotAPrediction(ValueError):
    """A value that has not the form that was asked for; the text says which that is."""

    def _render_traceback_(self, *_: object) -> list[str]:
        """Tell IPython to show one line."""
        return [f"\x1b[0;31mNot a prediction yet\x1b[0m: {self}"]


class Unanswered:
    """What a prediction is until there is one: later cells can print it, in any format."""

    def __repr__(self) -> str:
        return "nothing yet"

    def __format__(self, form: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True)
class Form:
    """What a prediction looks like.

    Attributes:
        kind: one of `KINDS`.
        options: what may be chosen, or what gets a probability each; else empty.
        low: the least number, if there is one.
        high: the largest number, if there is one.
        whole: whether a number has no fraction.
        size: how many numbers are asked for at once.
        several: whether any of the options may be chosen, none too.
        exclusive: whether exactly one of the options comes true, so that probabilities add up to 1.
    """

    kind: str
    options: tuple[Option, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    size: int = 1
    several: bool = False
    exclusive: bool = True

    @property
    def words(self) -> str:
        """What is asked for, as a phrase."""
        if self.kind == "choice" and self.several:
            some = f"a list of some of {_listed(self.options, 'and')}, or an empty one"
            return f'letters of {_listed(self.options, "and")}, or ""' if self.short else some
        if self.kind == "choice":
            return _listed(self.options, "or")
        if self.kind == "probability" and self.options:
            total = ", which add up to 1" if self.exclusive else ""
            return f"a probability for each of {_listed(self.options, 'and')}{total}"
        if self.kind == "probability":
            return "a probability from 0 to 1"
        if self.kind == "interval":
            return f"two numbers (low, high){_range(self.low, self.high)}"
        one = "whole number" if self.whole else "number"
        many = f"a {one}" if self.size == 1 else f"{self.size} {one}s"
        return f"{many}{_range(self.low, self.high)}"

    @property
    def short(self) -> bool:
        """Whether each option is one letter, so that a string is a list of them."""
        return all(isinstance(one, str) and len(one) == 1 for one in self.options)

    def read(self, value: object) -> Any:
        """Return a prediction as plain values: an option, a list of them, a number, a dict.

        Raises:
            NotAPrediction: it has another form.
        """
        try:
            return self._read(value)
        except (TypeError, ValueError, OverflowError, RuntimeError):
            todo = "change it above and run the cell again"
            raise NotAPrediction(f"asked for is {self.words}; {_short(value)} is not: {todo}") \
                from None  # fmt: skip

    def _read(self, value: object) -> Any:
        if self.kind == "choice":
            return self._chosen(value) if self.several else self._option(value)
        if self.kind == "probability" and self.options:
            return self._shares(value)
        if self.kind == "probability":
            return _number(value, 0, 1)
        if self.kind == "number" and self.size == 1:
            return _number(value, self.low, self.high, self.whole)
        size = 2 if self.kind == "interval" else self.size
        numbers = tuple(_number(one, self.low, self.high, self.whole) for one in _items(value))
        if len(numbers) != size or (self.kind == "interval" and numbers[0] > numbers[1]):
            raise ValueError
        return numbers

    def _option(self, value: object) -> Option:
        """An option; 3.0 is the option 3, True is no number."""
        if isinstance(value, bool) or not isinstance(value, str):
            value = _number(value)
        return self.options[self.options.index(value)]

    def _chosen(self, value: object) -> list[Option]:
        """The chosen options in their order; a string of one-letter options is a list of them."""
        given = list(value) if isinstance(value, str) and self.short else _items(value)
        found = {self._option(one) for one in given}
        return [one for one in self.options if one in found]

    def _shares(self, value: object) -> dict[Option, float]:
        """The probabilities by option, from a dict or from a list in the order of the options."""
        if isinstance(value, Mapping):
            named = {self._option(key): _number(one, 0, 1) for key, one in value.items()}
        else:
            pairs = zip(self.options, _items(value), strict=True)
            named = {key: _number(one, 0, 1) for key, one in pairs}
        if set(named) != set(self.options):
            raise ValueError
        if self.exclusive and abs(sum(named.values()) - 1) > SUM_OFF:
            raise ValueError
        return {one: named[one] for one in self.options}


def number(
    value: object,
    low: float | None = None,
    high: float | None = None,
    *,
    whole: bool = False,
    size: int = 1,
    graded: bool = False,
) -> Any:
    """Record ``size`` numbers from ``low`` to ``high``; see `recorded`."""
    return recorded(Form("number", low=low, high=high, whole=whole, size=size), value, graded)


def choice(value: object, *options: Option, graded: bool = False) -> Any:
    """Record one of ``options``; see `recorded`."""
    return recorded(Form("choice", options), value, graded)


def choices(value: object, *options: Option, graded: bool = False) -> Any:
    """Record a list of some of ``options``, or of none; see `recorded`."""
    return recorded(Form("choice", options, several=True), value, graded)


def interval(
    value: object, low: float | None = None, high: float | None = None, *, graded: bool = False
) -> Any:
    """Record two numbers, the lower one first; see `recorded`."""
    return recorded(Form("interval", low=low, high=high), value, graded)


def chance(value: object, *, graded: bool = False) -> Any:
    """Record one probability; see `recorded`."""
    return recorded(Form("probability"), value, graded)


def chances(value: object, *options: Option, exclusive: bool = True, graded: bool = False) -> Any:
    """Record a probability for each option, as a dict or in their order; see `recorded`."""
    return recorded(Form("probability", options, exclusive=exclusive), value, graded)


def recorded(form: Form, value: object, graded: bool = False) -> Any:
    """Say that a prediction was recorded, and return it as it was given.

    Where there is none yet, say what is asked for and return an `Unanswered`, or, where a test
    will look at it, None, which crosses to a grader's other process.

    Raises:
        NotAPrediction: it has not the form that was asked for.
    """
    if is_blank(value):
        print(f"not answered yet: write {form.words} in place of the three dots")  # noqa: T201
        return None if graded else Unanswered()
    form.read(value)
    print(f"recorded: {_short(value)}")  # noqa: T201
    return value


def is_blank(value: object) -> bool:
    """Whether there is no prediction yet: three dots, None, or a list with one of these in it."""
    if value is None or value is ... or isinstance(value, Unanswered):
        return True
    return isinstance(value, list | tuple) and any(one is ... or one is None for one in value)


def certainty(name: str, form: Form) -> str:
    """Return the variable in which a learner may say how sure they are; "" if the form says it.

    Beside a number it is a range that holds it with probability `STATED`, beside a choice the
    probability that it is right. How near a number must come is not told, for that gives it away.
    """
    if form.kind == "choice":
        return f"{name}_sure"
    return f"{name}_range" if form.kind == "number" and form.size == 1 else ""


def brier(shares: Mapping[Option, float], truth: Option) -> float:
    """Score probabilities of k exclusive options: 1 - k/(k-1) sum (p - t)^2, 0 for equal shares.

    Brier's score (1950) over all options, scaled so that 1 is certain and right. For two options
    it is -3 where one is certain and wrong.
    """
    squares = sum((p - (one == truth)) ** 2 for one, p in shares.items())
    return 1 - len(shares) / (len(shares) - 1) * squares


def interval_score(low: float, high: float, truth: float, stated: float) -> float:
    """Score a central interval of coverage ``stated``: width + 2/alpha times the miss.

    Less is better. Gneiting and Raftery (2007), equation 43, with alpha = 1 - stated.
    """
    miss = max(low - truth, truth - high, 0.0)
    return (high - low) + 2 / (1 - stated) * miss


@dataclass(frozen=True)
class Rules:
    """How a prediction is judged, beside its form.

    Attributes:
        tolerance: how far a number may be off.
        stated: the coverage that an interval claims.
        width: the width of an interval that hits and earns nothing.
        mistakes: the misconception that each wrong option shows.
    """

    tolerance: float = 0.0
    stated: float = STATED
    width: float = 1.0
    mistakes: Mapping[Option, str] | None = None


@dataclass(frozen=True)
class Judged:
    """A score, at most 1 and 0 for knowing nothing; what it shows, and a sentence."""

    score: float
    misconception: str = ""
    sentence: str = ""


def judge(form: Form, value: object, truth: Any, rules: Rules) -> Judged:
    """Score a prediction of the right form against ``truth``; nothing is cut off.

    ``truth`` is an option (or a collection of those that count as right), the options that are
    right where several are asked for, a number (a tuple of them for ``size`` > 1), a bool for one
    probability, and for probabilities an option or, if they are not exclusive, a bool by option.
    """
    said = form.read(value)
    if form.kind == "choice":
        return _judge_several(form, said, truth, rules) if form.several \
            else _judge_choice(form, said, truth, rules)  # fmt: skip
    if form.kind == "number":
        return _judge_number(form, said, truth, rules)
    if form.kind == "interval":
        return _judge_interval(said, float(truth), rules)
    if not form.options:
        return _judge_probability(said, bool(truth))
    return _judge_shares(form, said, truth, rules)


def trouble(*items: tuple[object, Form]) -> tuple[str, str]:
    """Return what is wrong with the form of predictions, and its misconception; or nothing twice.

    A test says it in a sentence of its own, for only those reach every learner.
    """
    for value, form in items:
        if is_blank(value):
            return "there is none yet", "not-started"
        try:
            form.read(value)
        except NotAPrediction:
            return f"{_short(value)} has not the form that was asked for", "no-prediction"
    return "", ""


def shortfall(
    bar: float, *items: tuple[object, Form, Any, Rules], names: Sequence[str] = ()
) -> tuple[str, str]:
    """Return why the mean score is below ``bar``, and what it shows; nothing twice if it is not.

    Scores are summed as they are, below nothing too. What is told is the worst one's, by its
    place in ``names`` if there are any, and in the same words for each bar that is missed.
    """
    found = [judge(form, value, truth, rules) for value, form, truth, rules in items]
    mean = math.fsum(one.score for one in found) / len(found)
    if mean >= bar - 1e-9:
        return "", ""
    worst = min(range(len(found)), key=lambda place: found[place].score)
    which = f"{names[worst]}: " if names else ""
    score = f" (score {mean:.2f})" if names or bar < 1 else ""
    return f"{which}{found[worst].sentence}{score}", found[worst].misconception


def veiled(outcome: object) -> str:
    """Write an outcome so that nobody reads it by accident; it is no secret, a cell prints it."""
    return base64.b64encode(json.dumps(outcome).encode()).decode()


def unveiled(text: str) -> Any:
    """Read what `veiled` wrote."""
    return json.loads(base64.b64decode(text))


def _judge_choice(form: Form, said: Option, truth: Any, rules: Rules) -> Judged:
    """1, or as much below nothing as makes a blind guess worth nothing on average."""
    right = {truth} if isinstance(truth, str | int) else set(truth)
    if said in right:
        return Judged(1.0)
    k = len(form.options)
    id_ = (rules.mistakes or {}).get(said, "other-option")
    return Judged(-len(right) / (k - len(right)), id_, f"you said {said!r}, and it is another")


def _judge_several(form: Form, said: Sequence[Option], truth: Iterable[Option], rules: Rules) \
        -> Judged:  # fmt: skip
    """The share of options that are rightly in or out, from -1 to 1."""
    right = set(truth)
    wrong = [one for one in form.options if (one in said) != (one in right)]
    if not wrong:
        return Judged(1.0)
    score = 1 - 2 * len(wrong) / len(form.options)
    id_ = (rules.mistakes or {}).get(wrong[0], "other-options")
    return Judged(score, id_, f"{wrong[0]!r} {'is not' if wrong[0] in said else 'is'} among them")


def _judge_number(form: Form, said: Any, truth: Any, rules: Rules) -> Judged:
    """1 within the tolerance, else 0; of several the share that is within."""
    pairs = [(said, truth)] if form.size == 1 else list(zip(said, truth, strict=True))
    off = [(float(one), float(of)) for one, of in pairs if abs(one - of) > rules.tolerance + 1e-9]
    if not off:
        return Judged(1.0)
    one, of = off[0]
    id_ = "too-low" if one < of else "too-high"
    return Judged(1 - len(off) / len(pairs), id_, f"you said {one:g}, measured is {of:.4g}")


def _judge_interval(said: tuple[float, float], truth: float, rules: Rules) -> Judged:
    """1 for no width and a hit, 0 for the stated width and a hit."""
    low, high = said
    score = 1 - interval_score(low, high, truth, rules.stated) / rules.width
    if low <= truth <= high:
        return Judged(score, "too-wide", f"from {low:g} to {high:g} holds it, and is wide")
    return Judged(score, "missed", f"from {low:g} to {high:g}, and measured is {truth:.4g}")


def _judge_probability(p: float, holds: bool) -> Judged:
    """A probability is one for each of two options."""
    believed = p if holds else 1 - p
    score = brier({"holds": believed, "fails": 1 - believed}, "holds")
    id_ = "sure-and-wrong" if believed <= 1 - SURE else "other-side"
    verb = "holds" if holds else "does not hold"
    return Judged(score, "timid" if believed >= 0.5 else id_, f"you said {p:g}, and it {verb}")


def _judge_shares(form: Form, said: dict[Option, float], truth: Any, rules: Rules) -> Judged:
    if not form.exclusive:
        found = {one: _judge_probability(p, bool(truth[one])) for one, p in said.items()}
        worst = min(found, key=lambda one: found[one].score)
        mean = math.fsum(one.score for one in found.values()) / len(found)
        return Judged(mean, found[worst].misconception, f"{worst}: {found[worst].sentence}")
    top = max((one for one in said if one != truth), key=lambda one: said[one])
    id_ = (rules.mistakes or {}).get(top, "other-option") if said[top] > said[truth] else "timid"
    return Judged(brier(said, truth), id_, f"you gave {said[truth]:g} to what came true")


def _number(
    value: Any, low: float | None = None, high: float | None = None, whole: bool = False
) -> float:
    """A finite number in its range; numpy's and torch's scalars are numbers, too."""
    if hasattr(value, "item") and getattr(value, "shape", ()) == ():
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError
    if whole and value != int(value):
        raise ValueError
    return value


def _items(value: object) -> list[Any]:
    """The entries of a list or the like; a string or a dict is none."""
    if isinstance(value, str | bytes | Mapping):
        raise TypeError
    return list(value)  # type: ignore[call-overload, no-any-return]


def _listed(options: Sequence[Option], last: str) -> str:
    """Return the options as Python writes them, ``last`` before the last one."""
    shown = [f'"{one}"' if isinstance(one, str) else f"{one:_}" for one in options]
    return f" {last} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
