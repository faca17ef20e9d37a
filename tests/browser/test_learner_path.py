"""What a learner meets in JupyterLab: pictures, checks, a slider, a score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import Server
    from browser.learner import Learner
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

NO_SIGN = [
    "z = x.detach().clone().requires_grad_(True)",
    "(gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y), z)",
    "return (x + epsilon * gradient).clamp(0, 1)",
]
RIGHT = """def fgsm(model, x, y, epsilon):
    z = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y), z)
    return (x + epsilon * gradient.sign()).clamp(0, 1)
"""
ONE_NORM = """def project(z, x, epsilon, norm):
    return torch.clamp(z, x - epsilon, x + epsilon).clamp(0, 1)
"""
SLIDER_NEEDS = [
    "setup-imports", "hook", "setup-linear", "ex1_2-fgsm", "ex1_2-predict", "fgsm-demo",
    "ex1_3-project", "setup-loss", "ex1_3-pgd", "ex1_3-restarts", "pgd-demo",
]  # fmt: skip


def words(place: Locator) -> str:
    """Return what stands there, whatever the line breaks."""
    return " ".join(place.inner_text().split())


def alts(pictures: Locator) -> list[str | None]:
    """Return the text alternatives of all pictures, once the first one is there."""
    pictures.first.wait_for()
    return [picture.get_attribute("alt") for picture in pictures.all()]


def fits(picture: Locator) -> bool:
    """Return whether no part of the picture lies outside of the cell that shows it."""
    return picture.evaluate(
        "img => img.getBoundingClientRect().right"
        " <= img.closest('.jp-Cell').getBoundingClientRect().right"
    )


def row(table: Locator, exercise: str) -> str:
    """Return what stands in the row of ``exercise``."""
    header = table.page.get_by_role("rowheader", name=exercise, exact=True)
    return words(table.get_by_role("row").filter(has=header))


def test_the_first_picture_is_seen_and_told(learner: Learner, server: Server):
    learner.open(server.blank("lab01_evasion"))
    title = learner.cell("lab-01-evasion").get_by_role("heading", name="Lab 01: evasion")
    title.wait_for()
    learner.screenshot("a-title")
    pictures = learner.run("setup-imports", "hook").locator("img")
    told = alts(pictures)
    assert told[0].startswith("Six digits in three rows")
    assert all(told)
    assert fits(pictures.first)
    learner.screenshot("a-hook", pictures.first)
    learner.save()
    learner.open(learner.page.url)
    assert alts(learner.cell("hook").locator("img")) == told


def test_a_check_names_a_mistake_and_then_passes(learner: Learner, server: Server):
    learner.open(server.blank("lab01_evasion"))
    learner.run("setup-imports", "setup-linear")
    learner.replace_stub("ex1_2-fgsm", NO_SIGN)
    learner.run_by_keyboard("ex1_2-fgsm")
    told = learner.check("ex1_2-fgsm-test")
    learner.screenshot("b-wrong", told.first)
    assert words(told.first).endswith("ask for help: no-sign")
    learner.fill("ex1_2-fgsm", RIGHT)
    told = learner.run("ex1_2-fgsm", "ex1_2-fgsm-test")
    learner.screenshot("b-right", told.first)
    assert words(told.first) == "1.2: visible checks passed"


def test_the_slider_moves_by_keyboard_and_changes_the_picture(learner: Learner, server: Server):
    learner.open(server.blank("lab01_evasion"))
    answers = server.answers("lab01_evasion")
    for name in SLIDER_NEEDS:
        if name in answers:
            learner.fill(name, answers[name])
        learner.run(name)
    output = learner.run("slider")
    picture = output.get_by_role("img", name="at epsilon 0.00")
    picture.wait_for()
    first = picture.get_attribute("src")
    learner.screenshot("c-slider-before", picture)
    output.get_by_role("slider").focus()
    for _ in range(3):
        learner.page.keyboard.press("ArrowRight")
    picture = output.get_by_role("img", name="at epsilon 0.15")
    picture.wait_for()
    learner.screenshot("c-slider-after", picture)
    assert picture.get_attribute("src") != first


def test_the_score_asks_to_save_and_then_shows_a_table(learner: Learner, server: Server):
    learner.open(server.blank("lab01_evasion"))
    learner.fill("ex1_2-fgsm", RIGHT)
    learner.fill("ex1_3-project", ONE_NORM)
    told = learner.run("setup-imports", "ex1_2-fgsm", "ex1_3-project", "score")
    learner.screenshot("d-save-first", told)
    assert "save the notebook first (Ctrl+S)" in words(told)
    learner.save()
    table = learner.run("score").get_by_role("table", name="Your score in lab01_evasion")
    learner.screenshot("d-score", table)
    assert "3/3 \N{CHECK MARK} right" in row(table, "1.2")
    assert "[1.3/outside-ball]" in row(table, "1.3")


def test_checks_are_locked_also_when_their_bar_is_open(learner: Learner, server: Server):
    learner.open(server.blank("lab01_evasion"))
    before = learner.source("ex1_2-fgsm-test")
    check = learner.press_on("ex1_2-fgsm-test", "Enter")
    check.locator(".cm-content").click()
    learner.page.keyboard.type("print('1.2: visible checks passed')")
    learner.screenshot("e-locked")
    assert learner.source("ex1_2-fgsm-test") == before
    learner.page.keyboard.press("Escape")
    learner.page.keyboard.type("dd")
    assert learner.source("ex1_2-fgsm-test") == before


def test_validate_tells_what_an_untouched_lab_lacks(learner: Learner, server: Server):
    learner.open(server.blank("lab00_start_here"))
    dialog = learner.validate()
    learner.screenshot("f-validate")
    told = words(dialog)
    assert "test_recall" in told
    assert "exercise 0.1 is not written yet" in told
    learner.screenshot("f-validate-end", dialog.get_by_text("You did not provide a response"))
