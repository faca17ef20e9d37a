"""A tiny course to build, break and build again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetylab.course.build.build import BuildError, build
from safetylab.course.build.source import Problem

HINTS = """\
# <details><summary>Hint 1</summary>
# Look at the sign.
# <details><summary>Hint 2</summary>
# Up is where the loss grows.
# <details><summary>Hint 3</summary>
# Add something signed.
# </details></details></details>
"""

GOOD = f'''\
# %% [markdown]
# # Lab 01: tiny
#
# | | |
# |---|---|
# | Points | 6 (3 checked by machine, 3 read by a person) |

# %% nbgrader={{"grade_id": "setup-imports", "locked": true}}
from safetylab.checks import exercise, expect

scale = 2.0

# %% [markdown]
# ## It breaks

# %% id="hook" tags=["demo"]
[value * scale for value in (1, 2)]

# %% [markdown]
# ## Exercise 1.1: one signed step (3 points)
#
# Difficulty: 1 of 5 · Minutes: 10 · Why: it is the first.
#
{HINTS}
# %% nbgrader={{"grade_id": "ex1_1-step", "solution": true}}
def step(x, gradient, epsilon):
    """Move x up the loss."""
    ### BEGIN SOLUTION
    direction = 1.0 if gradient > 0 else -1.0
    moved_by = epsilon * direction * abs(scale)
    return min(max(x + moved_by, 0.0), 1.0)
    ### END SOLUTION

# %% nbgrader={{"grade_id": "oracle-step", "points": 0}}
### BEGIN HIDDEN TESTS
def oracle_step(step):
    expect(abs(step(0.5, -1.0, 0.1) - 0.3) < 1e-9, "go up by epsilon times scale")
### END HIDDEN TESTS

# %% nbgrader={{"grade_id": "ex1_1-step-test", "points": 2}}
@exercise("1.1")
def test_step():
    """Half a step."""
    expect(step(0.5, 1.0, 0.1) > 0.5, "go up")
    ### BEGIN HIDDEN TESTS
    oracle_step(step)
    ### END HIDDEN TESTS


test_step()
print("1.1: visible checks passed")

# %% nbgrader={{"grade_id": "ex1_1-step-test-edges", "points": 1}}
### BEGIN HIDDEN TESTS
@exercise("1.1")
def test_edges():
    expect(step(1.0, 1.0, 0.1) == 1.0, "stay in the box")


test_edges()
print("1.1: edges passed")
### END HIDDEN TESTS

# %% [markdown]
# ## Exercise 1.2: why it works (3 points)
#
# Difficulty: 2 of 5 · Minutes: 5 · Why: words show what you know.
#
{HINTS}
# %% nbgrader={{"grade_id": "ex1_2-predict", "solution": true}}
PREDICT = {{"name": "prediction", "kind": "choice", "options": ["a", "b"]}}
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown] nbgrader={{"grade_id": "ex1_2-why", "solution": true, "points": 3}}
# Why does the sign suffice?
# ### BEGIN SOLUTION
# Because every coordinate may move by epsilon.
#
# Rubric:
#
# - 1 point: names the ball
# - 2 points: says that coordinates are independent
#
# Sample A (3/3): every coordinate moves on its own, by epsilon.
#
# Sample B (1/3): because of the ball.
# ### END SOLUTION

# %% [markdown]
# The end: `1.0` stays `1.0`.
'''

PACKAGE = '''\
"""A bench."""

FLOOR = 0.1


class Meter:
    """Measures."""

    unit = "m"

    def read(self, value):
        """The value in its unit."""
        return value, self.unit
'''


@dataclass(frozen=True)
class Course:
    """A root with sources, and what building it says."""

    root: Path

    def source(self, lab: str = "lab01_tiny") -> Path:
        return self.root / "solutions" / lab / f"{lab}.py"

    def instructor(self, lab: str = "lab01_tiny") -> Path:
        return self.source(lab).with_suffix(".ipynb")

    def student(self, lab: str = "lab01_tiny") -> Path:
        return self.root / "labs" / lab / f"{lab}.ipynb"

    def add(self, lab: str, text: str) -> None:
        self.source(lab).parent.mkdir(parents=True, exist_ok=True)
        self.source(lab).write_text(text, encoding="utf-8")

    def edit(self, old: str, new: str, lab: str = "lab01_tiny") -> None:
        text = self.source(lab).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the source"
        self.source(lab).write_text(text.replace(old, new), encoding="utf-8")

    def package(self, text: str) -> None:
        (self.root / "safetylab" / "bench.py").write_text(PACKAGE + text, encoding="utf-8")

    def problems(self, *labs: str) -> list[Problem]:
        """What `build` complains of."""
        try:
            build(self.root, labs)
        except BuildError as error:
            return error.problems
        return []
