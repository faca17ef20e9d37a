"""The solution notebooks run top to bottom, in silence, cheaply, and parts of them again."""

from __future__ import annotations

import re

import pytest
from execute import LABS, ROOT, executed, execution, words

from safetylab.course.build.source import read_lab

pytestmark = [pytest.mark.slow]
BUDGET = {"lab15_alignment": 90}
WITHOUT_DEMOS, ONE_CELL = 15, 20
SPREAD = 1.5  # how far the cost of one cell strays from that of a fixed piece of work


@pytest.fixture(scope="module", params=[pytest.param(lab, marks=pytest.mark.xdist_group(lab))
                                        for lab in LABS])  # fmt: skip
def lab(request):
    return request.param


def test_nothing_is_said_on_stderr(lab):
    notebook, _ = executed(lab)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []


def test_demos_and_checks_run_again_and_say_the_same(lab):
    twice = execution(lab).twice
    assert twice
    different = {name: words for name, words in twice.items() if words[0] != words[1]}
    assert different == {}, "a generator or a global is shared between cells"


def test_it_keeps_its_budget_of_seconds_with_no_variable_set(lab):
    cost = executed(lab)[1]
    allowed = SPREAD * max(1, cost.pace)
    whole = sum(cost.seconds.values())
    assert whole < allowed * BUDGET.get(lab, 60)
    assert whole - cost.demo < allowed * WITHOUT_DEMOS
    assert max(cost.seconds.values()) < allowed * ONE_CELL, cost.seconds


def test_it_fits_into_two_gibibytes(lab):
    assert executed(lab)[1].memory < 2


def test_every_picture_has_alt_text(lab):
    shown = [text for text in words(executed(lab)[0]) if "image/png" in text]
    assert shown
    assert all(re.search(r'<img alt="[^"]{10,}"', text) for text in shown)


def test_its_deck_finds_what_it_shows(lab):
    """A slide takes pictures, lines and numbers from the run by pattern."""
    pytest.importorskip("mdit_py_plugins", reason="the tools of the site are not installed")
    from safetylab.course.site.runs import Run
    from safetylab.course.site.slides import DECKS, read_deck

    run = Run(read_lab(ROOT, lab), executed(lab)[0])
    assert read_deck(DECKS / f"{lab[:5]}.md", run).slides
