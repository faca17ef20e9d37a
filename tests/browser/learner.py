"""A learner before JupyterLab: what the tests do and see in the page, through Playwright."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PATIENCE = 90_000
"""Milliseconds, far more than any wait takes: each ends as soon as its condition holds."""

_READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return panel?.content?.widgets?.length > 0 && kernel?.status === 'idle';
}"""

_SHOW = """async id => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(cell => cell.model.id === id);
  if (index < 0) throw new Error(`no cell ${id}`);
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await notebook.scrollToItem(index, 'smart');
  return index;
}"""

_FILL = """source => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCell.model.sharedModel.setSource(source);
}"""

_SOURCE = (
    "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getSource()"
)

_RUN = """async patience => {
  const late = new Promise((_, reject) => setTimeout(
    () => reject(new Error('the cell did not end in time')), patience));
  await Promise.race([window.jupyterapp.commands.execute('notebook:run-cell'), late]);
}"""

_COUNT = "() => window.jupyterapp.shell.currentWidget.content.activeCell.model.executionCount"

_FOCUS = """() => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.mode = 'command';
  notebook.activate();
}"""

_ENDED = """before => {
  const panel = window.jupyterapp.shell.currentWidget;
  const count = panel.content.activeCell.model.executionCount;
  return count && count !== before && panel.sessionContext.session.kernel.status === 'idle';
}"""

_ALL_ABOVE = "() => window.jupyterapp.commands.execute('notebook:run-all-above')"

_THEME = """async name => {
  await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name});
}"""

_RAN = re.compile(r"\[\d+\]:")

_SAVED = "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"


@dataclass(frozen=True)
class Learner:
    """One page of JupyterLab with one notebook."""

    page: Page
    screenshots: Path

    def open(self, url: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        self.page.goto(url)
        self.page.wait_for_function(_READY)

    def cell(self, name: str) -> Locator:
        """Scroll to the cell with this id, make it the active one, and return it."""
        index = self.page.evaluate(_SHOW, name)
        cell = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')
        cell.wait_for()
        return cell

    def run(self, *names: str) -> Locator:
        """Run cells one after the other; return the outputs of the last one."""
        for name in names:
            cell = self.cell(name)
            self.page.evaluate(_RUN, PATIENCE)
        return cell.locator(".jp-OutputArea-output")

    def fill(self, name: str, source: str) -> None:
        """Give a cell another source, without a keyboard."""
        self.cell(name)
        self.page.evaluate(_FILL, source)

    def replace_stub(self, name: str, lines: list[str]) -> None:
        """Put ``lines`` in the place of the two lines of a stub, by keyboard, as a person would.

        The editor indents each line like the one before.
        """
        self.cell(name).locator(".cm-content").click()
        for key in ("Control+End", "Shift+ArrowUp", "Shift+Home"):
            self.page.keyboard.press(key)
        for line in lines[:-1]:
            self.page.keyboard.type(line)
            self.page.keyboard.press("Enter")
        self.page.keyboard.type(lines[-1])

    def run_by_keyboard(self, name: str) -> Locator:
        """Press Control+Enter in a cell and wait for its prompt to show a number."""
        cell = self.cell(name)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(_RAN, timeout=PATIENCE)
        return cell.locator(".jp-OutputArea-output")

    def press_on(self, name: str, key: str) -> Locator:
        """Make a cell the active one, as the arrow keys do, and press a key; return the cell."""
        cell = self.cell(name)
        self.page.evaluate(_FOCUS)
        self.page.keyboard.press(key)
        return cell

    def check(self, name: str) -> Locator:
        """Press Control+Enter on a folded check, wait until it has ended, return its outputs."""
        self.cell(name)
        before = self.page.evaluate(_COUNT)
        cell = self.press_on(name, "Control+Enter")
        self.page.wait_for_function(_ENDED, arg=before)
        return cell.locator(".jp-OutputArea-output")

    def run_all_above(self, name: str) -> None:
        """Choose Run All Above Selected Cell; wait until all of it has run, or one failed."""
        self.cell(name)
        self.page.evaluate(_ALL_ABOVE)

    def theme(self, name: str) -> None:
        """Change the colours of the page: ``Light`` or ``Dark``."""
        self.page.evaluate(_THEME, f"JupyterLab {name}")
        bright = str(name == "Light").lower()
        self.page.locator(f'body[data-jp-theme-light="{bright}"]').wait_for(state="attached")

    def save(self) -> None:
        """Press Control+S and wait until the file is written."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(_SAVED)

    def validate(self) -> Locator:
        """Press nbgrader's button in the toolbar and return the dialog with the results."""
        self.page.get_by_role("button", name="Validate").click()
        dialog = self.page.get_by_role("dialog").filter(has_text="Validation Results")
        dialog.wait_for()
        return dialog

    def source(self, name: str) -> str:
        """Return what stands in a cell, also where the page shows only a part of it."""
        self.cell(name)
        return str(self.page.evaluate(_SOURCE))

    def screenshot(self, name: str, seen: Locator | None = None) -> None:
        """Keep what the learner sees now, after scrolling to ``seen``."""
        if seen:
            seen.scroll_into_view_if_needed()
        keep(self.page, self.screenshots / f"{name}.png")


def keep(page: Page, picture: Path) -> None:
    """Write what the page shows now to a file."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture)
