"""Each mistake in a source is caught: where it is, what it is, what to do."""

from __future__ import annotations

import pytest
from tiny_lab import GOOD, HINTS, Course

STEP = '# %% nbgrader={"grade_id": "ex1_1-step", "solution": true}'
TEST = '# %% nbgrader={"grade_id": "ex1_1-step-test", "points": 2}'
BODY = GOOD.split('"""Move x up the loss."""\n')[1].split("# %%")[0]
PASS_LINE = 'test_step()\nprint("1.1: visible checks passed")'
WORDS = "# Difficulty: 2 of 5 · Minutes: 5 · Why: words show what you know.\n#\n"
EXTRA = "# %% [markdown]\n# The end"
HIDDEN_STEP = "    ### BEGIN HIDDEN TESTS\n    oracle_step(step)\n    ### END HIDDEN TESTS\n"

# what is replaced, by what, then the cell and the beginning of every complaint that must follow
MISTAKES = {
    # the grader's contract
    "a class for an answer": (
        BODY,
        BODY.rstrip() + "\n\nclass Step:\n    pass\n\n",
        [("ex1_1-step", "the answer defines the class Step")],
    ),
    "a test that looks into a function": (
        '    expect(step(0.5, 1.0, 0.1) > 0.5, "go up")\n',
        '    expect(step.__doc__ is not None, "say what it does")\n',
        [("ex1_1-step-test", "line 4 takes step.__doc__ of a student's function")],
    ),
    "a test that sees one process": (
        '    expect(step(0.5, 1.0, 0.1) > 0.5, "go up")\n',
        '    expect("step" in globals(), "define step")\n',
        [("ex1_1-step-test", "line 4 uses globals")],
    ),
    # markers
    "answer without markers": (
        BODY,
        "    return x\n\n",
        [("ex1_1-step", "an answer without a solution region")],
    ),
    "BEGIN misspelt": (
        '''loss."""\n    ### BEGIN SOLUTION''',
        '''loss."""\n    ### BEGN SOLUTION''',
        [
            ("ex1_1-step", "line 3, '### BEGN SOLUTION', looks like a marker"),
            ("ex1_1-step", "line 7 ends a region that never began"),
            ("ex1_1-step", "an answer without a solution region"),
        ],
    ),
    "lower case": (
        "    ### BEGIN HIDDEN TESTS\n    oracle_step(step)\n    ### END HIDDEN TESTS",
        "    ### begin hidden tests\n    oracle_step(step)\n    ### end hidden tests",
        [
            ("ex1_1-step-test", "line 5, '### begin hidden tests', looks like a marker"),
            ("ex1_1-step-test", "line 7, '### end hidden tests', looks like a marker"),
            ("ex1_1-step-test", "learners see it use oracle_step"),
        ],
    ),
    "other words": (
        "    ### BEGIN HIDDEN TESTS\n    oracle_step(step)\n    ### END HIDDEN TESTS",
        "    ### START HIDDEN TESTS\n    oracle_step(step)\n    ### STOP HIDDEN TESTS",
        [
            ("ex1_1-step-test", "line 5, '### START HIDDEN TESTS', looks like a marker"),
            ("ex1_1-step-test", "line 7, '### STOP HIDDEN TESTS', looks like a marker"),
            ("ex1_1-step-test", "learners see it use oracle_step"),
        ],
    ),
    "marker behind code": (
        "    oracle_step(step)\n    ### END HIDDEN TESTS",
        "    oracle_step(step)  ### END HIDDEN TESTS",
        [
            ("ex1_1-step-test", "line 6, 'oracle_step(step)  ### END HIDDEN TESTS', looks like"),
            ("ex1_1-step-test", "'### BEGIN HIDDEN TESTS' has no end"),
        ],
    ),
    "BEGIN without END": (
        "1.0)\n    ### END SOLUTION",
        "1.0)",
        [("ex1_1-step", "'### BEGIN SOLUTION' has no end")],
    ),
    "END without BEGIN": (
        '''loss."""\n    ### BEGIN SOLUTION\n''',
        '''loss."""\n''',
        [
            ("ex1_1-step", "line 6 ends a region that never began"),
            ("ex1_1-step", "an answer without a solution region"),
        ],
    ),
    "BEGIN inside a region": (
        "    moved_by =",
        "    ### BEGIN SOLUTION\n    moved_by =",
        [("ex1_1-step", "line 5 begins a region inside another")],
    ),
    "hidden tests without end": (
        "    oracle_step(step)\n    ### END HIDDEN TESTS",
        "    oracle_step(step)",
        [
            ("ex1_1-step-test", "'### BEGIN HIDDEN TESTS' has no end"),
            ("ex1_1-step-test", "it ends with"),
        ],
    ),
    "solution in a plain cell": (
        "[value * scale for value in (1, 2)]",
        "### BEGIN SOLUTION\nscale\n### END SOLUTION",
        [("hook", "a solution region in a cell that is no answer")],
    ),
    "hidden tests in a plain cell": (
        "[value * scale for value in (1, 2)]",
        "### BEGIN HIDDEN TESTS\nscale\n### END HIDDEN TESTS",
        [("hook", "hidden tests in a cell that is not graded")],
    ),
    "hidden tests in a locked cell": (
        "scale = 2.0",
        "### BEGIN HIDDEN TESTS\nscale = 2.0\n### END HIDDEN TESTS",
        [("setup-imports", "hidden tests in a cell that is not graded")],
    ),
    "signature lost": (
        f'def step(x, gradient, epsilon):\n    """Move x up the loss."""\n{BODY}',
        "### BEGIN SOLUTION\ndef step(x, gradient, epsilon):\n    return x\n### END SOLUTION\n\n",
        [("ex1_1-step", "the solution region swallows the whole cell")],
    ),
    "oracle in view": (
        "### BEGIN HIDDEN TESTS\ndef oracle_step(step):",
        "EDGE = 1\n### BEGIN HIDDEN TESTS\ndef oracle_step(step):",
        [("oracle-step", "part of the oracle stands outside the hidden tests")],
    ),
    # metadata and ids
    "metadata that is not JSON": (
        TEST,
        '# %% nbgrader={"grade_id": "ex1_1-step-test", "points": }',
        [
            (None, "the cell's metadata cannot be read"),
            (None, "hidden tests in a cell that is not graded"),
            ("lab-01-tiny", "it states 6 points; the cells have 4"),
            ("lab-01-tiny", "it states (3 checked by machine"),
            ("exercise-1-1-one-signed-step", "the heading says 3 points, the cells of ex1_1-*"),
        ],
    ),
    "two cells of one grade_id": (
        '{"grade_id": "oracle-step", "points": 0}',
        '{"grade_id": "ex1_1-step-test-edges", "points": 0}',
        [
            ("ex1_1-step-test-edges", "2 cells have this id"),
            ("ex1_1-step-test-edges", "oracle_step does not carry"),
            ("ex1_1-step-test-edges", "it ends with 'def oracle_step"),
        ],
    ),
    "two cells of one id": (
        EXTRA,
        '# %% id="hook"\n0\n\n' + EXTRA,
        [("hook", "2 cells have this id")],
    ),
    "id and grade_id differ": (
        STEP,
        STEP + ' id="step"',
        [("step", "its grade_id is ex1_1-step")],
    ),
    "id that Jupyter refuses": (
        'id="hook"',
        'id="my hook"',
        [("my hook", "this id is not one that Jupyter takes")],
    ),
    "graded cell of no convention": (
        '"grade_id": "oracle-step"',
        '"grade_id": "helper-step"',
        [
            ("helper-step", "the grade_id 'helper-step' follows no convention"),
            ("helper-step", "hidden tests in a cell that is not graded"),
        ],
    ),
    "no grade_id": (
        '{"grade_id": "setup-imports", "locked": true}',
        '{"locked": true}',
        [("lab-01-tiny-8b3e861e", "the grade_id None follows no convention")],
    ),
    "exercise of another lab": (
        '"grade_id": "ex1_2-predict"',
        '"grade_id": "ex2_2-predict"',
        [("ex2_2-predict", "exercise 2.2 does not belong to lab 1")],
    ),
    "given cell of this lab": (
        EXTRA,
        '# %% nbgrader={"grade_id": "given-ex1_1-step", "locked": true}\n1\n\n' + EXTRA,
        [("given-ex1_1-step", "a given cell carries the answer of an earlier lab")],
    ),
    "flag that is missing": (
        ', "locked": true}',
        "}",
        [("setup-imports", "setup cells declare locked")],
    ),
    "flag that contradicts": (
        '"ex1_1-step-test", "points": 2}',
        '"ex1_1-step-test", "points": 2, "solution": true}',
        [("ex1_1-step-test", "test cells cannot declare solution = True")],
    ),
    "points on an answer": (
        '"ex1_1-step", "solution": true}',
        '"ex1_1-step", "solution": true, "points": 2}',
        [("ex1_1-step", "answer cells have no points")],
    ),
    "points on an oracle": (
        '"oracle-step", "points": 0}',
        '"oracle-step", "points": 1}',
        [("oracle-step", "an oracle earns no points")],
    ),
    "half points": (
        '"ex1_1-step-test", "points": 2}',
        '"ex1_1-step-test", "points": 2.5}',
        [
            ("ex1_1-step-test", "its points are 2.5"),
            ("lab-01-tiny", "it states 6 points; the cells have 4"),
            ("lab-01-tiny", "it states (3 checked by machine"),
            ("exercise-1-1-one-signed-step", "the heading says 3 points"),
        ],
    ),
    "test in markdown": (
        '# %% nbgrader={"grade_id": "oracle-step", "points": 0}\n### BEGIN HIDDEN TESTS\n',
        '# %% [markdown] nbgrader={"grade_id": "oracle-step", "points": 0}\n'
        "### BEGIN HIDDEN TESTS\n",
        [
            ("oracle-step", "oracle cells are code cells"),
            ("oracle-step", "line 1, '## BEGIN HIDDEN TESTS', looks like a marker"),
            ("oracle-step", "line 4, '## END HIDDEN TESTS', looks like a marker"),
        ],
    ),
    # python
    "syntax error": (
        "scale = 2.0",
        "scale = = 2.0",
        [("setup-imports", "line 3 is not Python (invalid syntax): scale = = 2.0")],
    ),
    "nothing left of a body": (
        '    """Half a step."""\n    expect(step(0.5, 1.0, 0.1) > 0.5, "go up")\n',
        "",
        [("ex1_1-step-test", "without its solution and hidden tests it is not Python")],
    ),
    # names
    "setup uses an answer": (
        "scale = 2.0",
        "scale = 2.0\n\n\ndef twice(x):\n    return step(step(x, 1, 1), 1, 1)",
        [("setup-imports", "it uses step, which learners define in `ex1_1-step`")],
    ),
    "oracle uses an answer": (
        "def oracle_step(step):",
        "def oracle_step(_):",
        [("oracle-step", "it uses step, which learners define in `ex1_1-step`")],
    ),
    "setup uses a prediction": (
        "scale = 2.0",
        "scale = 2.0 if prediction else 1.0",
        [("setup-imports", "it uses prediction, which learners define in `ex1_2-predict`")],
    ),
    "visible test uses an oracle": (
        '    expect(step(0.5, 1.0, 0.1) > 0.5, "go up")',
        "    oracle_step(step)",
        [("ex1_1-step-test", "learners see it use oracle_step, but not `oracle-step`")],
    ),
    "prediction that calls an answer": (
        'prediction = "b"',
        "prediction = step(1, 1, 1)",
        [("ex1_2-predict", "it uses step, which learners write for 1.1")],
    ),
    "test that reads a prediction": (
        'expect(step(0.5, 1.0, 0.1) > 0.5, "go up")',
        "expect(step(0.5, 1.0, 0.1) > 0.5, prediction)",
        [
            ("ex1_1-step-test", "it uses prediction, which learners write for 1.2"),
            ("ex1_1-step-test", "it uses prediction before `ex1_2-predict` defines it"),
        ],
    ),
    # tests
    "trailing value": (
        PASS_LINE,
        PASS_LINE + "\n0.87",
        [
            ("ex1_1-step-test", "line 12 keeps a name or does work outside"),
            ("ex1_1-step-test", "it ends with '0.87', not with a print"),
        ],
    ),
    "trailing call": (
        PASS_LINE,
        "test_step()",
        [("ex1_1-step-test", "it ends with 'test_step()', not with a print")],
    ),
    "trailing semicolon": (
        PASS_LINE,
        PASS_LINE + ";",
        [("ex1_1-step-test", "a semicolon at its end")],
    ),
    "pass line hidden": (
        f"    ### END HIDDEN TESTS\n\n\n{PASS_LINE}",
        "\n\ntest_step()\n### END HIDDEN TESTS\ntest_step()",
        [("ex1_1-step-test", "it ends with 'test_step()', not with a print")],
    ),
    "name outside the function": (
        '@exercise("1.1")\ndef test_step():',
        'import math\n\nlevel = 0.5\n\n\n@exercise("1.1")\ndef test_step():',
        [
            ("ex1_1-step-test", "line 1 keeps a name or does work outside"),
            ("ex1_1-step-test", "line 3 keeps a name or does work outside"),
        ],
    ),
    "two test functions": (
        PASS_LINE,
        f'@exercise("1.1")\ndef more():\n    pass\n\n\n{PASS_LINE}',
        [("ex1_1-step-test", "2 functions at the top of a test cell")],
    ),
    "no decorator": (
        '@exercise("1.1")\ndef test_step():',
        "def test_step():",
        [("ex1_1-step-test", "test_step does not carry the number of its exercise")],
    ),
    "decorator of another exercise": (
        '@exercise("1.1")\ndef test_step():',
        '@exercise("1.2")\ndef test_step():',
        [("ex1_1-step-test", "test_step does not carry the number of its exercise")],
    ),
    "answer without a test": (
        EXTRA,
        '# %% nbgrader={"grade_id": "ex1_2-more", "solution": true}\n'
        "def more():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n" + EXTRA,
        [("ex1_2-more", "exercise 1.2 has an answer and no test")],
    ),
    "test without an answer": (
        EXTRA,
        '# %% nbgrader={"grade_id": "ex1_2-more-test", "points": 0}\n'
        '@exercise("1.2")\ndef test_more():\n    ### BEGIN HIDDEN TESTS\n    pass\n'
        '    ### END HIDDEN TESTS\n    expect(True, "")\n\n\ntest_more()\nprint("1.2: seen")\n\n'
        + EXTRA,
        [("ex1_2-more-test", "exercise 1.2 has a test and no answer")],
    ),
    # points and prose
    "heading with other points": (
        "one signed step (3 points)",
        "one signed step (4 points)",
        [
            (
                "exercise-1-1-one-signed-step",
                "the heading says 4 points, the cells of ex1_1-* have 3",
            )
        ],
    ),
    "heading without points": (
        "one signed step (3 points)",
        "one signed step",
        [
            ("exercise-1-1-one-signed-step", "the heading 'Exercise 1.1: one signed step' cannot"),
            ("ex1_1-step", "exercise 1.1 has no heading"),
            ("ex1_1-step-test", "exercise 1.1 has no heading"),
            ("ex1_1-step-test-edges", "exercise 1.1 has no heading"),
        ],
    ),
    "heading of another level": (
        "## Exercise 1.1: one signed step (3 points)",
        "### Exercise 1.1: one signed step (3 points)",
        [
            ("exercise-1-1-one-signed-step", "the heading 'Exercise 1.1: one signed step (3"),
            ("ex1_1-step", "exercise 1.1 has no heading"),
            ("ex1_1-step-test", "exercise 1.1 has no heading"),
            ("ex1_1-step-test-edges", "exercise 1.1 has no heading"),
        ],
    ),
    "1 points": (
        "why it works (3 points)",
        "why it works (1 points)",
        [
            ("exercise-1-2-why-it-works", "the heading 'Exercise 1.2: why it works (1 points)'"),
            ("ex1_2-why", "exercise 1.2 has no heading"),
        ],
    ),
    "heading without cells": (
        EXTRA,
        "# %% [markdown]\n# ## Exercise 1.3: more (0 points)\n#\n# Difficulty: 1. Minutes: 5.\n#\n"
        f"{HINTS}\n{EXTRA}",
        [("exercise-1-3-more", "exercise 1.3 has no cells")],
    ),
    "heading twice": (
        EXTRA,
        "# %% [markdown]\n# ## Exercise 1.2: again (3 points)\n#\n# Difficulty: 1. Minutes: 5.\n#\n"
        f"{HINTS}\n{EXTRA}",
        [("exercise-1-2-again", "a second exercise 1.2")],
    ),
    "heading of another lab": (
        EXTRA,
        "# %% [markdown]\n# ## Exercise 2.3: more (0 points)\n#\n# Difficulty: 1. Minutes: 5.\n#\n"
        f"{HINTS}\n{EXTRA}",
        [
            ("exercise-2-3-more", "2.3 is of another lab"),
            ("exercise-2-3-more", "exercise 2.3 has no cells"),
        ],
    ),
    "no total": (
        "| Points | 6 (3 checked by machine, 3 read by a person) |",
        "| Time | 20 |",
        [("lab-01-tiny", "the first cell does not state the points")],
    ),
    "wrong total": (
        "| Points | 6 (3",
        "| Points | 7 (3",
        [("lab-01-tiny", "it states 7 points; the cells have 6")],
    ),
    "wrong parts": (
        "6 (3 checked by machine, 3 read by a person)",
        "6 (4 checked by machine, 2 read by a person)",
        [("lab-01-tiny", "it states (4 checked by machine, 2 read by a person)")],
    ),
    "parts in other words": (
        "6 (3 checked by machine, 3 read by a person)",
        "6 (half of them by hand)",
        [("lab-01-tiny", "it states (half of them by hand)")],
    ),
    # help
    "two hints": (
        WORDS + HINTS,
        WORDS
        + HINTS.replace("<details><summary>Hint 2", "<summary>Hint 2").replace("</details>", "", 1),
        [("exercise-1-2-why-it-works", "exercise 1.2 has 2 of 3 hints before the next heading")],
    ),
    "hints below another heading": (
        WORDS + HINTS,
        WORDS + "# ## Help\n#\n" + HINTS,
        [("exercise-1-2-why-it-works", "exercise 1.2 has 0 of 3 hints before the next heading")],
    ),
    "hint that is not closed": (
        WORDS + HINTS,
        WORDS + HINTS.replace("</details>", "", 1),
        [("exercise-1-2-why-it-works", "exercise 1.2 opens 3 <details> and closes 2")],
    ),
    "no minutes": (
        "Difficulty: 2 of 5 · Minutes: 5 · Why",
        "Difficulty: 2 of 5 · Why",
        [("exercise-1-2-why-it-works", "exercise 1.2 does not say how hard and how long")],
    ),
    "no difficulty": (
        "Difficulty: 2 of 5 · Minutes: 5 · Why",
        "Minutes: 5 · Why",
        [("exercise-1-2-why-it-works", "exercise 1.2 does not say how hard and how long")],
    ),
    # written answers
    "rubric that adds up to less": (
        "- 2 points: says",
        "- 1 point: says",
        [("ex1_2-why", "the rubric adds up to 2, the cell has 3 points")],
    ),
    "no rubric": (
        "# Rubric:\n",
        "#\n",
        [("ex1_2-why", "a written answer without a rubric")],
    ),
    "one sample": (
        "# Sample B (1/3)",
        "# Another (1/3)",
        [("ex1_2-why", "1 of 2 graded samples")],
    ),
    "sample out of another number": (
        "Sample B (1/3)",
        "Sample B (1/4)",
        [("ex1_2-why", "sample B is graded 1/4, the cell has 3")],
    ),
    "sample above the top": (
        "Sample B (1/3)",
        "Sample B (4/3)",
        [("ex1_2-why", "sample B is graded 4/3, the cell has 3")],
    ),
    "rubric outside the markers": (
        "# Why does the sign suffice?\n# ### BEGIN SOLUTION",
        "# ### BEGIN SOLUTION\n# x\n# ### END SOLUTION\n# Why does the sign suffice?",
        [
            ("ex1_2-why", "line 15 ends a region that never began"),
            ("ex1_2-why", "a written answer without a rubric"),
            ("ex1_2-why", "0 of 2 graded samples"),
        ],
    ),
}


def complaints(course: Course) -> list[tuple[str, str]]:
    return [(problem.cell, problem.what) for problem in course.problems()]


def test_the_good_lab_passes(course: Course) -> None:
    assert course.problems() == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught_and_nothing_else(course: Course, mistake: str) -> None:
    old, new, expected = MISTAKES[mistake]
    course.edit(old, new)
    found = complaints(course)
    assert len(found) == len(expected), found
    for (cell, what), (wanted_cell, beginning) in zip(found, expected, strict=True):
        assert what.startswith(beginning)
        assert wanted_cell in (cell, None)


def test_a_graded_cell_that_needs_a_demo_is_caught(course: Course) -> None:
    course.edit("[value * scale for value in (1, 2)]", "shown = 0.5")
    assert complaints(course) == []
    course.edit("expect(step(0.5, 1.0, 0.1) > 0.5", "expect(step(shown, 1.0, 0.1) > 0.5")
    [(cell, what)] = complaints(course)
    assert cell == "ex1_1-step-test"
    assert what == "it uses shown, which only `hook` defines: grading skips demos"


def test_an_oracle_below_its_test_is_caught(course: Course) -> None:
    oracle = GOOD[GOOD.index('# %% nbgrader={"grade_id": "oracle-step"') : GOOD.index(TEST)]
    course.edit(oracle, "")
    course.edit(EXTRA, oracle + EXTRA)
    assert complaints(course) == [
        ("ex1_1-step-test", "it uses oracle_step before `oracle-step` defines it")
    ]


def test_an_exercise_that_hides_nothing_is_caught(course: Course) -> None:
    course.edit(HIDDEN_STEP, "")
    assert complaints(course) == [("oracle-step", "no test uses oracle_step")]
    start = GOOD.index('# %% nbgrader={"grade_id": "oracle-step"')
    course.edit(GOOD[start : GOOD.index("# %%", start + 1)], "")
    assert complaints(course) == []
    start = GOOD.index('# %% nbgrader={"grade_id": "ex1_1-step-test-edges"')
    course.edit(GOOD[start : GOOD.index("# %%", start + 1)], "")
    course.edit('"ex1_1-step-test", "points": 2', '"ex1_1-step-test", "points": 3')
    assert complaints(course) == [("ex1_1-step-test", "exercise 1.1 hides none of its tests")]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_lab_with_a_mistake_is_not_written(course: Course, mistake: str) -> None:
    old, new, expected = MISTAKES[mistake]
    course.edit(old, new)
    course.problems()
    assert course.student().exists() == course.instructor().exists() == (not expected)
