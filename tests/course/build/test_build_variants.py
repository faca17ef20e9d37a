"""What the builder makes of a lab's variants, and what it refuses."""

from __future__ import annotations

import nbformat
import pytest
from tiny_lab import GOOD, Course

HEADER = """\
# ---
# jupyter:
#   safetylab:
#     variants: {count: 7, folder: audits, salt: "2030a"}
# ---

"""
CELLS = """\
# %% nbgrader={"grade_id": "ex1_1-predict-id", "solution": true}
### BEGIN SOLUTION
my_id = "ann"
### END SOLUTION

# %% nbgrader={"grade_id": "setup-variant", "locked": true}
from safetylab import variants

VARIANT = variants.mine(my_id, salt="2030a", count=7)

"""
ABOVE = "# %% [markdown]\n# ## It breaks\n"
LAB = HEADER + GOOD.replace(ABOVE, CELLS + ABOVE).replace(
    "    oracle_step(step)\n", "    oracle_step(step)\n    expect(0 <= VARIANT < 7, 'no variant')\n"
)


@pytest.fixture
def varied(course: Course) -> Course:
    """A course whose one lab has variants."""
    (course.root / "data" / "audits").mkdir(parents=True)
    course.add("lab01_tiny", LAB)
    return course


def test_both_notebooks_say_what_the_variants_are(varied: Course) -> None:
    assert varied.problems() == []
    for path in (varied.instructor(), varied.student()):
        said = nbformat.read(path, as_version=4).metadata.safetylab
        assert said["variants"] == {"count": 7, "folder": "audits", "salt": "2030a"}
        assert said["split"] is True


def test_a_changed_header_makes_the_notebooks_stale(varied: Course) -> None:
    varied.problems()
    (varied.root / "data" / "others").mkdir()
    varied.edit("folder: audits", "folder: others")
    assert varied.problems() == []
    said = nbformat.read(varied.student(), as_version=4).metadata.safetylab
    assert said["variants"]["folder"] == "others"


def test_a_lab_without_variants_says_nothing_of_them(course: Course) -> None:
    assert course.problems() == []
    assert "variants" not in nbformat.read(course.student(), as_version=4).metadata.safetylab


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("count: 7,", "count: 1,", "count of variants is 1; give a whole number, 2 or more"),
        ("count: 7,", "count: yes,", "count of variants is True"),
        ("count: 7,", "", "the header's variants are"),
        ("count: 7,", "count: 7, colour: red,", "say count, folder and salt, no more"),
        ("{count: 7, folder: audits, salt: \"2030a\"}", "7", "the header's variants are 7"),
        ('salt: "2030a"}', 'salt: " "}', "the header's salt is ' '"),
        ('salt: "2030a"}', "salt: 2030}", "the header's salt is 2030; give a text"),
        ("folder: audits", "folder: ../data", "folder of variants is '../data'"),
        ("folder: audits", "folder: nowhere", "the variants' folder data/nowhere is not there"),
        ('"2030a", count=7)', '"2030b", count=7)', "its salt is '2030b', and the header's is"),
        ('"2030a", count=7)', '"2030a", count=8)', "its count is 8, and the header's is 7"),
        ("variants.mine(my_id, ", "variants.mine(my_id + '', ", "no value that can be read"),
        ('variants.mine(my_id, salt="2030a", count=7)', "3", "write VARIANT = variants.mine("),
        ("(my_id, salt", "(your_id, salt", "no answer above it sets your_id"),
        ("scale = 2.0", "scale = 2.0\nVARIANT = 2", "it changes VARIANT"),
        ('"setup-variant", "locked": true}', '"setup-variant", "locked": true} tags=["demo"]',
         "it is tagged demo"),
        ('"setup-variant"', '"setup-variants"', "it has variants and no cell `setup-variant`"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_refused(varied: Course, old: str, new: str, says: str) -> None:
    varied.edit(old, new)
    found = varied.problems()
    assert [one for one in found if says in str(one)], [str(one) for one in found]
    assert not varied.student().exists()


def test_only_a_lab_with_variants_may_use_the_name(course: Course) -> None:
    course.edit("scale = 2.0", "scale = 2.0\nVARIANT = 3")
    [problem] = course.problems()
    assert "`setup-imports`: it uses VARIANT, and the header names no variants" in str(problem)
    course.add("lab01_tiny", LAB.removeprefix(HEADER))
    told = [str(problem) for problem in course.problems()]
    assert any("`setup-variant`: it uses VARIANT" in line for line in told), told
    assert any("`ex1_1-step-test`" in line for line in told), told
