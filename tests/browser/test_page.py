"""The page of a lab: folded checks, a box, a strip of progress, and going on another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import Server
    from browser.learner import Learner
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

LAB = "lab01_evasion"
DOWN = [
    "z = x.detach().clone().requires_grad_(True)",
    "(gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y), z)",
    "return (x - epsilon * gradient.sign()).clamp(0, 1)",
]
TOO_SIMPLE = {
    "ex1_1-worst_margin": "def worst_margin(margin, w, epsilon, norm):\n    return margin",
    "ex1_1-in_box": "def worst_margin_in_box(x, y, w, b, epsilon):\n    return side(y) * (x @ w)",
}
CHECK = "ex1_2-fgsm-test"
OURS = '.jp-OutputArea [role="alert"], .jp-OutputArea [role="group"][aria-label^="Lab"]'
STATES = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.id, cell.model.executionCount ?? null])"""


def words(place: Locator) -> str:
    return " ".join(place.inner_text().split())


def strip(place: Locator) -> Locator:
    return place.get_by_role("group", name="Lab 01, exercise by exercise")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with every box and strip in the page."""
    from axe_playwright_python.sync_playwright import Axe

    assert page.locator(OURS).count() > 1
    found = Axe().run(page, context=OURS).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def test_a_check_is_a_bar_that_opens_by_keyboard(learner: Learner, server: Server):
    learner.open(server.blank(LAB))
    bar = learner.cell(CHECK)
    assert "# Check 1.2 (3 points): run me" in words(bar)
    assert not bar.locator(".cm-content").is_visible()
    assert bar.bounding_box()["height"] < 60
    learner.screenshot("page-bar", bar)
    learner.press_on(CHECK, "Enter")
    bar.locator(".cm-content").wait_for()


def test_wrong_right_and_another_day(learner: Learner, server: Server):
    learner.open(server.blank(LAB))
    top = learner.run("setup-imports")
    assert "0 of 37 points · next: exercise 1.1, how far" in words(strip(top))
    for name, source in TOO_SIMPLE.items():
        learner.fill(name, source)
    learner.run("setup-linear")

    learner.replace_stub("ex1_2-fgsm", DOWN)
    learner.run_by_keyboard("ex1_2-fgsm")
    told = learner.check(CHECK)
    box = told.get_by_role("alert")
    assert words(box).startswith("✗ Exercise 1.2: not right yet your step goes down the loss")
    assert words(box).endswith("wrong-sign")
    assert words(told.nth(1)) == "CheckFailed: not yet: the box above says why"
    assert told.locator("a").count() == 0, "no name of a mistake is taken for a path"
    assert "1.2 ✗ not yet" in words(strip(told))
    for theme in ("Light", "Dark"):
        learner.theme(theme)
        learner.screenshot(f"page-wrong-{theme}", box)
        assert violations(learner.page) == []
    learner.theme("Light")

    learner.fill(
        "ex1_2-fgsm",
        "\n".join(["def fgsm(model, x, y, epsilon):", *(f"    {line}" for line in DOWN)]).replace(
            "x - ", "x + "
        ),
    )
    learner.run("ex1_2-fgsm")
    told = learner.check(CHECK)
    assert words(told.first) == "1.2: visible checks passed"
    assert "1.1 ○ open 1.2 ✓ passed" in words(strip(told))
    assert "3 of 37 points · next: exercise 1.1" in words(strip(told))
    learner.screenshot("page-right", told.first)
    assert violations(learner.page) == []
    assert "1.2 ✓ passed" in words(strip(learner.cell("setup-imports")))

    learner.save()
    server.stop_kernels()
    learner.open(learner.page.url)
    again = learner.cell(CHECK)
    assert "1.2 ✓ passed" in words(strip(again)), "the strip is saved with the notebook"
    learner.screenshot("page-next-day", again)

    learner.run_all_above("ex1_2-predict")  # whose promise ends with the first check that fails
    learner.page.wait_for_function(f"() => Object.fromEntries(({STATES})())['{CHECK}'] !== null")
    ran = dict(learner.page.evaluate(STATES))
    numbers = [ran[name] for name in ("hook", "ex1_1-worst_margin-test", "ex1_2-fgsm", CHECK)]
    assert all(numbers), f"a check that fails does not stop what comes after it: {ran}"
    assert numbers == sorted(numbers)
    shown = strip(learner.cell(CHECK))
    assert "1.1 ✗ not yet 1.2 ✓ passed 1.3 ○ open" in words(shown)
    learner.screenshot("page-all-above", shown)
    failed = learner.cell("ex1_1-in_box-test")
    assert failed.get_by_role("alert").is_visible()
    assert strip(failed).count() == 0, "one strip below the last check, and one on top"
