"""The solution notebooks run top to bottom, in silence, with the same numbers each time."""

from __future__ import annotations

import re

import pytest
from execute import LABS, executed, words

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module", params=[pytest.param(lab, marks=pytest.mark.xdist_group(lab))
                                        for lab in LABS])  # fmt: skip
def lab(request):
    return request.param


def test_nothing_is_said_on_stderr(lab):
    notebook, _ = executed(lab)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []


def test_two_runs_show_the_same(lab):
    first, second = executed(lab)[0], executed(lab, again=1)[0]
    assert words(first) == words(second)


def test_it_fits_into_two_gibibytes(lab):
    assert executed(lab)[1].memory < 2


def test_every_picture_has_alt_text(lab):
    shown = [text for text in words(executed(lab)[0]) if "image/png" in text]
    assert shown
    assert all(re.search(r'<img alt="[^"]{10,}"', text) for text in shown)
