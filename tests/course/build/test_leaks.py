"""No answer stands where a learner can read it, under its own name or another."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_lab import GOOD, Course

from safetylab.course.build.leaks import functions, nameless, statements

LINE = "return min(max(x + moved_by, 0.0), 1.0)"
HOOK = "[value * scale for value in (1, 2)]"
PLACES = {
    "demo cell": (HOOK, "def sneak(x, moved_by):\n    " + LINE, "`hook`"),
    "other quotes, spaces and lines": (
        HOOK,
        "def sneak(x, moved_by):\n    return min( max(x+moved_by,\n        0.0), 1.0 )  # hm",
        "`hook`",
    ),
    "setup cell": (
        "scale = 2.0",
        f"scale = 2.0\ndef sneak(x, moved_by): {LINE}",
        "`setup-imports`",
    ),
    "visible test": (
        '"""Half a step."""',
        f'"""Half a step."""\n    def sneak(x, moved_by):\n        {LINE}',
        "`ex1_1-step-test`",
    ),
    "same cell, in view": (
        "def step(x, gradient, epsilon):",
        f"def sneak(x, moved_by):\n    {LINE}\n\n\ndef step(x, gradient, epsilon):",
        "`ex1_1-step`",
    ),
    "comment": ("scale = 2.0", f"scale = 2.0\n# {LINE}", "`setup-imports`"),
    "docstring": ('"""Move x up the loss."""', f'"""Move x: {LINE}"""', "`ex1_1-step`"),
    "hint": ("# The end: `1.0` stays `1.0`.", f"# The end: `{LINE}`.", "`exercise-1-2"),
    "fenced code": (
        "# The end: `1.0` stays `1.0`.",
        "# ```python\n# return min(max(x + moved_by, (0.0)), 1.0)\n# ```",
        "`exercise-1-2",
    ),
}
LATER = (
    GOOD.replace("Lab 01", "Lab 02")
    .replace("ex1_", "ex2_")
    .replace("Exercise 1.", "Exercise 2.")
    .replace('"1.1', '"2.1')
    .replace("step", "stride")
    .replace("max(x + moved_by, 0.0), 1.0)", "max(x + moved_by, 0.0), 2.0)")
)


def found(course: Course, lab: str = "lab01_tiny") -> list[tuple[str, str]]:
    return [(problem.cell, problem.what) for problem in course.problems(lab)]


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_in_view_is_a_leak(course: Course, place: str) -> None:
    old, new, where = PLACES[place]
    course.edit(old, new)
    [(cell, what)] = found(course)
    assert cell == "ex1_1-step"
    stands = r"line \d+ of the answer stands in solutions/lab01_tiny/lab01_tiny\.py, cell "
    assert re.match(stands + where, what)
    assert what.endswith(LINE)


def test_hidden_tests_may_hold_the_answer(course: Course) -> None:
    course.edit(
        "def oracle_step(step):",
        f"def oracle_step(step, x=1, moved_by=0):\n    def own():\n        {LINE}",
    )
    assert found(course) == []


def test_an_answer_in_the_package_is_a_leak(course: Course) -> None:
    course.package(f"\n\ndef push(x, moved_by):\n    {LINE}\n")
    [(cell, what)] = found(course)
    assert cell == "ex1_1-step"
    assert "stands in safetylab/bench.py" in what


def test_an_answer_in_an_earlier_lab_is_a_leak_and_in_a_later_one_is_not(course: Course) -> None:
    course.add("lab02_tiny", LATER)
    assert found(course, "lab02_tiny") == []
    course.edit(HOOK, f"moved_by, x = 0, 0\nmin(max(x + moved_by, 0.0), 2.0)\n# {LINE[:-4]}2.0)")
    assert found(course, "lab01_tiny") == []
    [(cell, what)] = found(course, "lab02_tiny")
    assert cell == "ex2_1-stride"
    assert "stands in solutions/lab01_tiny/lab01_tiny.py, cell `hook`" in what
    course.edit("Lab 02", "Lab two", "lab02_tiny")
    course.edit(HOOK, LATER.split("    moved_by = ")[1].split("\n")[0], "lab02_tiny")
    assert found(course, "lab01_tiny") == []


def test_a_given_cell_may_carry_an_earlier_answer(course: Course) -> None:
    answer = GOOD.split('"solution": true}\n')[1].split("# %%")[0]
    answer = "\n".join(line for line in answer.split("\n") if "###" not in line)
    given_cell = f'# %% nbgrader={{"grade_id": "given-ex1_1-step", "locked": true}}\n{answer}\n'
    course.add(
        "lab02_tiny",
        LATER.replace("# %% [markdown]\n# The end", f"{given_cell}# %% [markdown]\n# The end"),
    )
    assert found(course, "lab02_tiny") == []


@pytest.mark.parametrize("side", ["answer", "place", "neither", "no reason"])
def test_only_a_reason_excuses_a_line(course: Course, side: str) -> None:
    mark = "  # not-an-answer: every clamp reads like this"
    marks = {"answer": (mark, ""), "place": ("", mark), "neither": ("", "")}
    answer, place = marks.get(side, ("  # not-an-answer:", "  # not-an-answer:"))
    course.edit(LINE, LINE + answer)
    course.edit(HOOK, f"def clamp(x, moved_by):\n    {LINE}{place}")
    assert bool(found(course)) == (side in ("neither", "no reason"))


def test_short_statements_and_imports_are_no_leaks(course: Course) -> None:
    line = "from collections import OrderedDict, defaultdict"
    course.edit("    moved_by =", f"    {line}\n    half = x\n    moved_by =")
    course.edit(HOOK, f"{line}\nx = 1\nhalf = x")
    assert found(course) == []


def test_thirty_characters_make_a_statement_long() -> None:
    assert statements(f"x = '{'a' * 25}'") == []
    assert len(statements(f"x = '{'a' * 26}'")) == 1


def test_a_body_counts_from_two_statements_or_sixty_characters() -> None:
    assert functions("def f(x):\n    return x") == []
    assert len(functions("def f(x):\n    x = 1\n    return x")) == 1
    assert functions(f"def f(x):\n    return '{'a' * 51}'") == []
    assert len(functions(f"def f(x):\n    return '{'a' * 52}'")) == 1


def test_of_a_compound_statement_the_header_counts() -> None:
    code = "for index_of_it in range(len(the_list)):\n    pass\nelse:\n    x = 1"
    assert [s.text for s in statements(code)] == ["forindex_of_itinrange(len(the_list)):"]


SAME = '''

class Attacks:
    @staticmethod
    def push(rate: float, point: float, slope: float) -> float:
        """Another docstring."""
        up: float = 1.0 if slope > 0 else -1.0
        by = rate * up * abs(scale)
        return min(max(point + by, 0.0), 1.0)
'''


def test_the_same_function_under_other_names_is_a_leak(course: Course) -> None:
    course.package(SAME)
    [(cell, what)] = found(course)
    assert cell == "ex1_1-step"
    assert what.startswith("step stands in safetylab/bench.py as push: the same function")


@pytest.mark.parametrize(
    ("old", "new"), [("abs(scale)", "abs(FLOOR)"), ("0.0), 1.0", "0.0), 2.0"), ("> 0", ">= 0")]
)
def test_another_function_is_no_leak(course: Course, old: str, new: str) -> None:
    course.package(SAME.replace(old, new))
    assert found(course) == []


def test_the_same_function_in_a_notebook_is_a_leak(course: Course) -> None:
    lines = SAME.strip().split("\n")[2:]
    course.edit(HOOK, "\n".join(line.removeprefix("    ") for line in lines))
    [(cell, what)] = found(course)
    assert (cell, "cell `hook` as push" in what) == ("ex1_1-step", True)


@pytest.mark.parametrize(
    "code",
    [
        "\n\ndef step():\n    pass\n",
        "\n\nstep = None\n",
        "\n\nclass step:\n    pass\n",
        "\n\nclass Attacks:\n    def step(self):\n        pass\n",
        "\n\nif FLOOR:\n    step = 1\n",
    ],
)
def test_a_graded_name_in_the_package_is_caught(course: Course, code: str) -> None:
    course.package(code)
    [(cell, what)] = found(course)
    assert cell == "ex1_1-step"
    assert what == "step is graded, and safetylab/bench.py defines that name"


def test_a_local_name_in_the_package_is_not(course: Course) -> None:
    course.package("\n\ndef walk(step):\n    step = step + 1\n    return step\n")
    assert found(course) == []


def test_a_broken_module_is_named(course: Course) -> None:
    course.package("\n\ndef broken(:\n")
    [problem] = course.problems()
    assert problem.file == "safetylab/bench.py"
    assert "is not Python" in problem.what


def test_one_broken_lab_does_not_hide_the_leaks_of_another(course: Course) -> None:
    course.add("lab00_broken", "# %% [markdown]\n# no points here\n")
    course.edit(HOOK, f"def sneak(x, moved_by):\n    {LINE}")
    files = [problem.file.split("/")[1] for problem in course.problems()]
    assert files == ["lab00_broken", "lab01_tiny"]


NAMES = st.sampled_from(["alpha", "beta", "gamma_ray", "x_adv"])
EXPRESSIONS = st.recursive(
    NAMES | st.integers(0, 99).map(str) | st.sampled_from(["'linf'", '"two words"']),
    lambda inner: (
        st.builds("({} + {})".format, inner, inner)
        | st.builds("model({}, {})".format, inner, inner)
        | st.builds("[{}, {}]".format, inner, inner)
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, st.sampled_from(["", " ", "\n    "]), st.booleans())
def test_normal_form_ignores_space_quotes_and_comments(
    expression: str, space: str, comment: bool
) -> None:
    plain = f"a_rather_long_target_of_it = total({expression})"
    other = plain.replace("'", '"').replace("total(", f"total({space}").replace(", ", f",{space}")
    other = other.replace(" = ", "  =  ") + ("  # a comment" if comment else "")
    assert [s.text for s in statements(plain)] == [s.text for s in statements(other)]
    assert len(statements(plain)) == 1


@given(EXPRESSIONS, EXPRESSIONS)
def test_statements_that_differ_differ_in_normal_form(one: str, two: str) -> None:
    forms = [statements(f"a_rather_long_target_of_it = total({e})")[0].text for e in (one, two)]
    same = ast.dump(ast.parse(one)) == ast.dump(ast.parse(two))
    assert (forms[0] == forms[1]) == same


@given(
    EXPRESSIONS,
    st.permutations(["alpha", "beta", "gamma_ray", "x_adv", "made"]),
    st.lists(st.sampled_from("abcdefg"), min_size=5, max_size=5, unique=True),
)
def test_renaming_a_function_does_not_change_it(
    expression: str, order: list[str], names: list[str]
) -> None:
    arguments = [name for name in order if name != "made"]
    body = f"    made = {expression}\n    return norm(made, ord={expression})\n"
    one = f"def one({', '.join(arguments)}):\n{body}"
    two = one.replace("def one", "def two")
    for name, new in zip(order, names, strict=True):
        two = two.replace(name, f"_{new}_")
    assert [f.body for f in functions(one)] == [f.body for f in functions(two)]
    assert [f.name for f in functions(two)] == ["two"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("return sorted(xs, key=lambda a: a.real)", "return sorted(ys, key=lambda b: b.real)"),
        ("return [a + 1 for a in xs if a]", "return [q + 1 for q in ys if q]"),
        (
            "def go(n): return go(n)\n    return go(xs)",
            "def up(m: int): return up(m)\n    return up(ys)",
        ),
    ],
)
def test_inner_names_are_the_functions_own(one: str, two: str) -> None:
    first, second = (
        ast.parse(f"def f({name}):\n    {code}\n").body[0]
        for name, code in (("xs", one), ("ys", two))
    )
    assert isinstance(first, ast.FunctionDef)
    assert isinstance(second, ast.FunctionDef)
    assert nameless(first) == nameless(second)


def test_free_names_and_keywords_are_not() -> None:
    forms = set()
    for call in ("grad(x, p=1)", "norm(x, p=1)", "norm(x, q=1)", "norm(x, p=2)"):
        function = ast.parse(f"def f(x, p):\n    return {call}\n").body[0]
        assert isinstance(function, ast.FunctionDef)
        forms.add(nameless(function))
    assert len(forms) == 4
