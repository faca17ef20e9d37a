"""How a learner's predictions came out, over all labs.

Predictions are read from the learner's own copies, outcomes from the released labs: an author
states them, and a test compares them with what the solution prints. They travel veiled, so that
nobody reads one by accident; they are no secret, for the next cells show them. Predictions with
points have no outcome outside grading, and do not count here.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetylab.course.learner.workspace import work_dir
from safetylab.course.paths import lab_ids, lab_notebook
from safetylab.grading.paper.notebook import BadSubmission, read_notebook
from safetylab.predictions import Form, NotAPrediction, is_blank, unveiled

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
        told: whether the copy holds a prediction of that form.
        near: whether a number came near the outcome; None for other kinds.
        claims: stated probabilities, each with whether it held. A choice states 1.
    """

    lab: str
    name: str
    form: Form
    told: bool = False
    near: bool | None = None
    claims: tuple[Claim, ...] = ()


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
    """Return the ungraded predictions of all labs, in order; what cannot be read is not told."""
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
            if "outcome" in item:
                yield _prediction(lab, item, sources.get(cell.name, ""))


def _prediction(lab: str, item: Mapping[str, Any], source: str) -> Prediction:
    form = Form(item["kind"], tuple(item.get("options", ())),
                **{key: item[key] for key in _FORM if key in item})  # fmt: skip
    asked = Prediction(lab, str(item["name"]), form)
    try:
        value = written(source, asked.name)
        said = form.read(value) if not is_blank(value) else None
    except (NotAPrediction, ValueError):
        said = None
    if said is None:
        return asked
    outcome = unveiled(item["outcome"])
    near = _near(form, said, outcome, item.get("tolerance")) if form.kind == "number" else None
    claims = tuple(_claims(form, said, outcome, item.get("stated", 0.9)))
    return Prediction(lab, asked.name, form, True, near, claims)


def _near(form: Form, said: Any, outcome: Any, tolerance: float | None) -> bool:
    """Within the tolerance, or a tenth of the range where none is stated."""
    if tolerance is None:
        ends = (form.low, form.high)
        tolerance = (ends[1] - ends[0]) / 10 if None not in ends else 0.0  # type: ignore[operator]
    pairs = [(said, outcome)] if form.size == 1 else list(zip(said, outcome, strict=True))
    return all(abs(one - of) <= tolerance + 1e-9 for one, of in pairs)


def _claims(form: Form, said: Any, outcome: Any, stated: float) -> Iterator[Claim]:
    """What a prediction states, and whether it held."""
    if form.kind == "interval":
        yield stated, said[0] <= outcome <= said[1]
    elif form.kind == "probability" and not form.options:
        yield said, bool(outcome)
    elif form.kind == "probability":
        true = outcome if isinstance(outcome, list) else [outcome]
        yield from ((p, one in true) for one, p in said.items())
    elif form.kind == "choice" and form.several:
        yield 1.0, set(said) == set(outcome)
    elif form.kind == "choice":
        yield 1.0, said in (outcome if isinstance(outcome, list) else [outcome])


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
