"""The solution notebooks run top to bottom, in silence, with the same numbers each time."""

from __future__ import annotations

import re
from functools import cache

import nbformat
import pytest
from execute import ROOT, Cost, run, solution

LABS = sorted(path.parent.name for path in (ROOT / "solutions").glob("lab[0-9][0-9]_*/*.py"))
WIDGET = "application/vnd.jupyter.widget-view+json"
pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module", params=[pytest.param(lab, marks=pytest.mark.xdist_group(lab))
                                        for lab in LABS])  # fmt: skip
def lab(request):
    return request.param


@cache
def executed(lab: str, again: int = 0) -> tuple[nbformat.NotebookNode, Cost]:
    notebook = solution(lab)
    return notebook, run(notebook, ROOT)


def words(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell printed, in one piece, and what it showed, but for progress bars."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    printed = ["".join(o.text for o in cell if o.get("name") == "stdout") for cell in cells]
    shown = [o.data for cell in cells for o in cell if "data" in o]
    return printed + [str(data) for data in shown if WIDGET not in data]


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


@pytest.mark.xdist_group("lab01_evasion")
def test_lab01_shows_what_its_prose_says():
    """Each claim of the text about a number, read off the cells that show it."""
    text = "\n".join(words(executed("lab01_evasion")[0]))

    def share(pattern: str) -> float:
        found = re.search(pattern + r"\D*?([\d.]+)%", text)
        assert found, pattern
        return float(found[1])

    assert share(r"random signs, epsilon 0.1:") > 95
    assert share(r"fgsm, epsilon 0.1:") < 75  # "worth more than any amount of noise"
    for epsilon in ("0.1", "0.2"):
        pgd = share(rf"epsilon {epsilon}: [\d.]+% right after FGSM,")
        assert pgd < share(rf"epsilon {epsilon}:") - 5  # "PGD leaves fewer"
    assert share(r"epsilon 0.3: [\d.]+% right after FGSM,") == 0  # "and soon none"
    assert share(r"predictions that stayed the same:") == 100
    assert share(r"logits \* 100: PGD-40 leaves") > 90  # "above 90 %"
    assert share(r"logits \* 100: PGD-40 leaves [\d.]+% by cross-entropy,") == 0
    assert share(r"logits: PGD-40 leaves") == 0
    robust = [
        share(rf"{name} +clean +[\d.]+% +PGD-40") for name in ("scaled", "quantised", "robust")
    ]
    assert min(robust) > 80  # "three of them look robust"
    assert share(r"standard +clean +[\d.]+% +PGD-40") < 5
    verdicts = dict(re.findall(r"diagnosis of (\w+): (\w+)", text))
    assert verdicts == {"standard": "none", "scaled": "saturated", "noisy": "noise",
                        "quantised": "flat", "robust": "none"}  # fmt: skip
    assert share(r"on 2,000 images:") > 95
