"""What is written from the description of a prediction: stub, check of its form, tests."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from safetylab.course.build.predict import FORM, Asked, Item
from safetylab.predictions import STATED, Form, certainty

WIDTH = 100
HOW_SURE = "# How sure are you? If you like, fill in without the #; `safetylab progress` counts it:"


def stub(cell: Asked) -> str:
    """What learners replace, and lines in which they may say how sure they are.

    A judged prediction has none: its own kind says whether certainty is asked for.
    """
    lines = [line for item in cell.items for line in _stub(item)]
    sure = [] if cell.judged else [line for item in cell.items for line in _certainty(item)]
    return "\n".join([*lines, *([HOW_SURE, *sure] if sure else [])])


def _certainty(item: Item) -> Iterator[str]:
    name = certainty(item.name, item.form)
    if name and item.form.kind == "number":
        yield f"# {name} = (..., ...)  # {STATED:.0%} sure: between these two"
    elif name:
        yield f"# {name} = ...  # your probability that you are right, from 0 to 1"


def _stub(item: Item) -> Iterator[str]:
    for one, text in item.texts.items():
        if text:
            yield from _comment(f"{_quoted(one)}: {text}")
    line = f"{item.name} = ...  # {item.form.words}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield from _comment(item.form.words)
        yield f"{item.name} = ..."


def form_check(cell: Asked) -> str:
    """The lines that say whether the form is right, and never more."""
    lines = ["from safetylab import predictions", ""]
    return "\n".join(lines + [_recorded(item, cell.graded) for item in cell.items])


def _recorded(item: Item, graded: bool) -> str:
    form = item.form
    function = {
        ("choice", False): "choice", ("choice", True): "choices", ("number", False): "number",
        ("interval", False): "interval", ("probability", False): "chance",
    }[form.kind, form.several]  # fmt: skip
    function = "chances" if form.kind == "probability" and form.options else function
    given = [item.name, *map(_quoted, form.options)]
    if form.high is not None or form.low is not None:
        given += [_plain(form.low), *([_plain(form.high)] if form.high is not None else [])]
    given += [f"{key}={getattr(form, key)!r}" for key in ("whole", "size", "exclusive")
              if getattr(form, key) != getattr(Form, key)]  # fmt: skip
    given += ["graded=True"] * graded
    return _call(f"{item.name} = predictions.{function}", given)


def test_cells(cell: Asked, grade_id: str, number: str) -> Iterator[tuple[str, int, str]]:
    """Yield grade_id, points and source of each test of a cell's predictions."""
    if not cell.graded:
        return
    steps = ((0.0, cell.points),) if cell.said else cell.steps
    for place, (bar, points) in enumerate(steps, 1):
        name = f"{grade_id}-test" + (f"-{place}" if place > 1 else "")
        yield name, points, _test(cell, name, number, bar)


def _test(cell: Asked, name: str, number: str, bar: float) -> str:
    function = f"test_{name.replace('-', '_')}"
    told = "recorded" if cell.said else "recorded; it is judged when your work is graded"
    form = [
        _call("what, why = predictions.trouble",
              [f"({item.name}, {_form(item)})" for item in cell.items]),
        'expect(not what, f"your prediction: {what}", why)',
    ]  # fmt: skip
    inside = "\n".join([
        '"""There is a prediction, and it has the form that was asked for."""',
        "from safetylab import predictions", "from safetylab.checks import expect", "", *form,
        "### BEGIN HIDDEN TESTS", *(form if cell.said else _judged(cell, bar)),
        "### END HIDDEN TESTS",
    ])  # fmt: skip
    head = f'@exercise("{number}")\ndef {function}():\n{textwrap.indent(inside, "    ")}'
    return f'{head}\n\n\n{function}()\nprint("{number}: {told}")'


def _judged(cell: Asked, bar: float) -> Iterator[str]:
    names = []
    for place, item in enumerate(cell.items, 1):
        names.append(name := f"item_{place}")
        rules = _call("predictions.Rules", [f"{k}={v!r}" for k, v in item.rules.items()])
        yield _call(f"{name} =", [item.name, _form(item), item.truth, rules])
    said = [item.name for item in cell.items]
    named = [f"names={said!r}"] if len(said) > 1 else []
    yield _call("what, why = predictions.shortfall", [f"{bar:g}", *names, *named])
    yield 'expect(not what, f"judged: {what}", why)'


def _form(item: Item) -> str:
    form = item.form
    given = [f"{key}={getattr(form, key)!r}" for key in FORM
             if getattr(form, key) != getattr(Form, key)]  # fmt: skip
    return _call("predictions.Form", [f'"{form.kind}"', *given])


def _call(head: str, given: Iterable[str]) -> str:
    """A call on one line, or with an argument a line."""
    given = list(given)
    line = f"{head}({', '.join(given)})"
    if head.endswith("="):
        line = f"{head} ({', '.join(given)})"
    if len(line) <= WIDTH - 4 and "\n" not in line:
        return line
    inside = textwrap.indent(",\n".join(given), "    ")
    return f"{head}{' ' * head.endswith('=')}(\n{inside},\n)"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 2, initial_indent="# ", subsequent_indent="#   ")


def _quoted(option: object) -> str:
    return f'"{option}"' if isinstance(option, str) else f"{option:_}"


def _plain(number: float | None) -> str:
    return "None" if number is None else f"{number!r}"
