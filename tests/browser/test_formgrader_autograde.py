"""The formgrader's Autograde button: fair points, and a hostile page that does no harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browser.teacher import Teacher
from grading.test_markup import HOSTILE

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

LAB = "lab00_start_here"
CHEAT = "from IPython import get_ipython\nget_ipython().input_transformers_post.append(print)"
ATTACK = "<img src=x onerror='window.top.caught=1'><script>window.top.caught=1</script>"


def hand_in_hostile(school: Server, student: str) -> None:
    """A blank notebook whose tests are emptied and whose texts would grade themselves."""
    notebook = json.loads((school.root / "labs" / LAB / f"{LAB}.ipynb").read_text())
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            cell["source"] = "pass"
        elif mark.get("grade"):
            cell["source"] = "\n\n".join([ATTACK, *HOSTILE])
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ATTACK}
    code = {"cell_type": "code", "id": "cheat", "metadata": {}, "source": CHEAT,
            "outputs": [], "execution_count": None}  # fmt: skip
    notebook["cells"] = [code, text, *notebook["cells"]]
    target = school.root / "grading/submitted" / student / LAB / f"{LAB}.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(notebook))


def test_autograde_is_fair_and_its_page_is_harmless(school: Server, page: Page) -> None:
    school.safetylab("term", LAB)
    hand_in_hostile(school, "mallory")
    teacher = Teacher.at(page, school)
    teacher.submissions(LAB, 1)
    # Its cheat breaks the lab's own cells: recorded, and a person is told to look.
    teacher.press("mallory", "autograde", "1 submission(s) were recorded")
    teacher.row("mallory").get_by_text("0 / 3").wait_for()
    teacher.notebook_of("mallory", LAB)
    teacher.place.get_by_text("This notebook was graded by machine").wait_for()
    teacher.place.get_by_text("alert(1)").first.wait_for()
    assert page.evaluate("window.caught") is None
    teacher.picture("g-hostile")
