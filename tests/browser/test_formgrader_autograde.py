"""The formgrader's Autograde button: fair points, and a hostile page that does no harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browser.conftest import SCREENSHOTS
from browser.learner import keep
from grading.test_markup import HOSTILE

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import FrameLocator, Locator, Page

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


def row(place: FrameLocator, name: str) -> Locator:
    return place.locator("tbody tr").filter(has_text=name)


def test_autograde_is_fair_and_its_page_is_harmless(school: Server, page: Page) -> None:
    school.safetylab("term", LAB)
    hand_in_hostile(school, "mallory")
    page.route(lambda url: not url.startswith(school.url), lambda route: route.abort())
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(f"{school.url}/lab?token={school.token}&reset")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").first.click()
    formgrader = page.frame_locator("iframe")
    row(formgrader, LAB).get_by_role("link", name="1", exact=True).click()
    submission = row(formgrader, "mallory")
    submission.locator(".autograde a").click()
    formgrader.get_by_text("Successfully autograded").wait_for()
    formgrader.get_by_role("button", name="OK").click()
    formgrader.locator(".modal-backdrop").wait_for(state="detached")
    submission.get_by_text("0 / 3").wait_for()
    submission.locator(".student-name a").click()
    row(formgrader, LAB).get_by_role("link", name=LAB).click()
    formgrader.get_by_text("This notebook was graded by machine").wait_for()
    formgrader.get_by_text("alert(1)").first.wait_for()
    assert page.evaluate("window.caught") is None
    keep(page, SCREENSHOTS / "g-hostile.png")
