"""How a learner's predictions came out, over all labs.

Predictions are read from the learner's own copies, outcomes from the released labs: an author
states them, and a test compares them with what the solution prints. They travel veiled, so that
nobody reads one by accident; they are no secret, for the next cells show them. The outcome of a
judged prediction is in no release: such ones are counted as given, and no more.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import lab_ids, lab_notebook
from safetylab.grading.paper.notebook import BadSubmission, read_notebook
from safetylab.predictions import STATED, Form, certainty, is_blank, unveiled

_FORM = ("low", "high", "whole", "size", "several", "exclusive")
_EDGES = (0.2, 0.4, 0.6, 0.8, 1.0)
_SUMS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
         ast.Div: operator.truediv}  # fmt: skip
Claim = tuple[float, bool]


@dataclass(frozen=True)
class Prediction:
    """One prediction that a released lab asks for, and what the learner's copy says.

    Attributes:
        lab: the lab.
        name: the learner's variable.
        form: what was asked for.
        judged: whether only grading knows its outcome.
        told: whether the copy holds a prediction of that form.
        right: whether a choice or an interval held, or a number came near; None if unknown.
        luck: how often an answer drawn at random would have; None where the range has no end.
        side: 1 for a number that is too high and not near, -1 for one that is too low, else 0.
        claims: stated probabilities, each with whether it held.
        unread: the variable that should say how sure the learner is, if it has not that form.
    """

    lab: str
    name: str
    form: Form
    judged: bool = False
    told: bool = False
    right: bool | None = None
    luck: float | None = None
    side: int = 0
    claims: tuple[Claim, ...] = ()
    unread: str = ""


@dataclass(frozen=True)
class Group:
    """Claims of about the same stated probability; ``low`` to ``high`` holds 95 % (Wilson)."""

    stated: float
    held: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that held."""
        return self.held / self.count


def predictions(root: Path) -> list[Prediction]:
    """Return the predictions of all labs, in order; what cannot be read is not told."""
    return [one for lab in lab_ids(root) for one in _of_lab(root, lab)]


def groups(found: Iterable[Prediction]) -> list[Group]:
    """Return the claims in groups by what they state; a stated 1 is a group of its own."""
    sorted_in: dict[int, list[Claim]] = {}
    for stated, held in (claim for one in found for claim in one.claims):
        sorted_in.setdefault(sum(stated >= edge for edge in _EDGES), []).append((stated, held))
    return [_group(claims) for _, claims in sorted(sorted_in.items())]


def wilson(held: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval (1927) for a share of ``held`` in ``count`` independent cases."""
    share, spread = held / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _group(claims: Sequence[Claim]) -> Group:
    held = sum(1 for _, true in claims if true)
    mean = math.fsum(stated for stated, _ in claims) / len(claims)
    return Group(mean, held, len(claims), *wilson(held, len(claims)))


def _of_lab(root: Path, lab: str) -> Iterator[Prediction]:
    copy = work_dir(root) / lab / f"{lab}.ipynb"
    released = read_notebook(lab_notebook(root, lab).read_bytes(), lab)
    try:
        own = read_notebook(copy.read_bytes(), lab).cells if copy.is_file() else ()
    except (BadSubmission, OSError):
        own = ()
    sources = {cell.name: cell.source for cell in own}
    for cell in released.cells:
        asked = cell.raw.get("metadata", {}).get("predict", [])
        for item in asked if isinstance(asked, list) else []:
            if "outcome" in item or item.get("judged"):
                yield _prediction(lab, item, sources.get(cell.name, ""))


def _prediction(lab: str, item: Mapping[str, Any], source: str) -> Prediction:
    form = Form(item["kind"], tuple(item.get("options", ())),
                **{key: item[key] for key in _FORM if key in item})  # fmt: skip
    asked = Prediction(lab, str(item["name"]), form, judged="outcome" not in item)
    try:
        said = _read(source, asked.name, form)
    except ValueError:
        said = None
    if said is None:
        return asked
    told = replace(asked, told=True)
    return told if told.judged else _compared(told, item, said, source)


def _read(source: str, name: str, form: Form) -> Any:
    """What a cell says of ``form``; None for nothing, a ValueError for what has another form."""
    value = written(source, name)
    return None if is_blank(value) else form.read(value)


def _compared(asked: Prediction, item: Mapping[str, Any], said: Any, source: str) -> Prediction:
    """A prediction with how it came out."""
    form, outcome = asked.form, unveiled(item["outcome"])
    made = replace(asked, claims=tuple(_claims(form, said, outcome, item.get("stated", STATED))))
    if form.kind == "number":
        made = _number(made, said, outcome, _slack(form, item.get("tolerance")))
    elif form.kind == "choice" and form.several:
        made = replace(made, right=set(said) == set(outcome), luck=0.5 ** len(form.options))
    elif form.kind == "choice":
        true = _list(outcome)
        made = replace(made, right=said in true, luck=len(true) / len(form.options))
    elif form.kind == "interval":
        made = replace(made, right=made.claims[0][1])
    return _with_certainty(made, outcome, source)


def _number(made: Prediction, said: Any, outcome: Any, slack: float) -> Prediction:
    """A number, or several, with whether all came near."""
    pairs = list(zip(_list(said), _list(outcome), strict=True))
    right = all(abs(one - of) <= slack + 1e-9 for one, of in pairs)
    side = 0 if right or len(pairs) > 1 else (1 if said > outcome else -1)
    return replace(made, right=right, side=side, luck=_luck(made.form, outcome, slack))


def _with_certainty(made: Prediction, outcome: Any, source: str) -> Prediction:
    """A number or a choice with how sure the learner was of it, if the cell says that."""
    name, form = certainty(made.name, made.form), made.form
    if not name:
        return made
    number = form.kind == "number"
    wanted = Form("interval", low=form.low, high=form.high) if number else Form("probability")
    try:
        sure = _read(source, name, wanted)
    except ValueError:
        return replace(made, unread=name)
    if sure is None:
        return made
    claim = (STATED, sure[0] <= outcome <= sure[1]) if number else (sure, bool(made.right))
    return replace(made, claims=(claim,))


def _slack(form: Form, tolerance: float | None) -> float:
    """How far a near number may be off: a tenth of the range where none is stated."""
    if tolerance is not None:
        return tolerance
    return 0.0 if form.low is None or form.high is None else (form.high - form.low) / 10


def _luck(form: Form, outcome: Any, slack: float) -> float | None:
    """The chance that numbers drawn evenly from the range all come near."""
    if form.low is None or form.high is None:
        return None
    if form.whole:
        all_ = range(math.ceil(form.low), math.floor(form.high) + 1)
        near = [sum(abs(one - of) <= slack + 1e-9 for one in all_) for of in _list(outcome)]
        return float(math.prod(share / len(all_) for share in near))
    ends = [(max(form.low, of - slack), min(form.high, of + slack)) for of in _list(outcome)]
    return float(math.prod(max(0.0, high - low) / (form.high - form.low) for low, high in ends))


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _claims(form: Form, said: Any, outcome: Any, stated: float) -> Iterator[Claim]:
    """The probabilities that a prediction itself states, and whether each held."""
    if form.kind == "interval":
        yield stated, said[0] <= outcome <= said[1]
    elif form.kind == "probability" and not form.options:
        yield said, bool(outcome)
    elif form.kind == "probability":
        yield from ((p, one in _list(outcome)) for one, p in said.items())


def written(source: str, name: str) -> Any:
    """Return what a cell gives to ``name``, if that can be said without running it; else None.

    Raises:
        ValueError: it is more than literals and arithmetic.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        raise ValueError("no Python") from None
    found: ast.expr | None = None
    for node in (one for one in body if isinstance(one, ast.Assign)):
        for target in node.targets:
            value = _given(target, node.value, name)
            found = value if value is not None and not _is_check(value) else found
    return None if found is None else _plain(found)


def _given(target: ast.expr, value: ast.expr, name: str) -> ast.expr | None:
    """What an assignment gives to a name, also one of several."""
    if isinstance(target, ast.Name):
        return value if target.id == name else None
    both = (target, value)
    if all(isinstance(one, ast.Tuple | ast.List) for one in both):
        for one, of in zip(target.elts, value.elts, strict=False):  # type: ignore[attr-defined]
            if (given := _given(one, of, name)) is not None:
                return given
    return None


def _is_check(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).startswith("predictions.")


def _plain(node: ast.expr) -> Any:
    """The value of literals and of sums of numbers."""
    if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
        left, right = _plain(node.left), _plain(node.right)
        if all(isinstance(one, int | float) for one in (left, right)) and right != 0:
            return _SUMS[type(node.op)](left, right)
        raise ValueError("no numbers")
    if isinstance(node, ast.List | ast.Tuple):
        return [_plain(one) for one in node.elts]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise ValueError("more than literals") from None
