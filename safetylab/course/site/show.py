"""``make slides``: each deck as one file that needs nothing else, as PDF, and as pictures.

By hand: ``python -m safetylab.course.site.show [lab14 ...] [--pngs DIR] [--no-pdf]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from PIL import Image
from pygments.formatters import HtmlFormatter

from safetylab.course.site import proof
from safetylab.course.site.runs import ROOT, SiteError
from safetylab.course.site.slides import Deck, deck_labs, deck_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent
OUT = ROOT / "build" / "slides"
BROWSERS = ("chromium", "google-chrome", "chromium-browser")
WIDTH, HEIGHT = 1280, 720
# The lowest edge of anything on the slide in view, and whether a line is cut off to the right.
_EDGES = """() => {
  const frame = Reveal.getCurrentSlide().querySelector('.frame');
  const scale = Reveal.getScale(), top = frame.getBoundingClientRect().top;
  let low = 0;
  for (const one of frame.querySelectorAll('*')) {
    low = Math.max(low, (one.getBoundingClientRect().bottom - top) / scale);
  }
  const thin = [...frame.querySelectorAll('img')].filter(
    one => one.getBoundingClientRect().height / scale < 160).length;
  return {low: low - frame.clientHeight, wide: frame.scrollWidth - frame.clientWidth, thin};
}"""


def html_of(deck: Deck) -> str:
    """The deck as one HTML file, reveal.js inside."""
    import sphinx_revealjs

    bundle = Path(sphinx_revealjs.__file__).parent / "_static" / "revealjs"
    names = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")
    read = [(bundle / name).read_text(encoding="utf-8") for name in names]
    style = [read[0], read[1], HtmlFormatter().get_style_defs(".code"),
             (HERE / "deck.css").read_text(encoding="utf-8")]  # fmt: skip
    template = jinja2.Template((HERE / "deck.html").read_text(encoding="utf-8"))
    scripts = [script.split("\n//# sourceMappingURL")[0] for script in read[2:]]
    page: str = template.render(
        deck=deck, style="\n".join(style), reveal=scripts[0], notes=scripts[1]
    )
    return page


def write(deck: Deck, out: Path = OUT) -> Path:
    """Write the HTML of a deck, and return where."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{deck.lab}.html"
    path.write_text(html_of(deck), encoding="utf-8", newline="\n")
    return path


def chromium() -> str | None:
    """The browser of this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pdf(browser: Browser, page_path: Path) -> Path:
    """Print a deck, one page a slide."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{page_path.as_uri()}?print-pdf")
    page.wait_for_function("Reveal.isReady() && document.querySelector('.pdf-page')")
    path = page_path.with_suffix(".pdf")
    page.pdf(path=path, width="1280px", height="720px", print_background=True,
             prefer_css_page_size=True)  # fmt: skip
    page.close()
    return path


def pictures(browser: Browser, page_path: Path, folder: Path) -> list[str]:
    """Photograph each slide with all that it comes to show; return what does not fit."""
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(page_path.as_uri())
    page.wait_for_function("Reveal.isReady()")
    count = int(page.evaluate("Reveal.getTotalSlides()"))
    complaints, shots = [], []
    for at in range(count):
        page.evaluate("at => Reveal.slide(at, 0, 99)", at)
        page.wait_for_timeout(60)
        complaints += [f"{page_path.stem}, slide {at + 1}: {one}" for one in _misfits(page)]
        shots.append(folder / f"{page_path.stem}-{at + 1:02d}.png")
        page.screenshot(path=shots[-1])
    page.close()
    _sheet(shots, folder / f"{page_path.stem}-sheet.png")
    return complaints


def _misfits(page: Page) -> list[str]:
    edges = page.evaluate(_EDGES)
    found = [(edges["low"] > 2, f"{edges['low']:.0f} pixels too high: cut words"),
             (edges["wide"] > 2, f"{edges['wide']:.0f} pixels too wide"),
             (edges["thin"], "a picture is less than 160 pixels high: cut words")]  # fmt: skip
    return [told for wrong, told in found if wrong]


def _sheet(shots: list[Path], path: Path, columns: int = 3, width: int = 640) -> None:
    """All slides on one picture."""
    height = width * HEIGHT // WIDTH
    rows = -(-len(shots) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "#888888")
    for at, shot in enumerate(shots):
        with Image.open(shot) as picture:
            small = picture.convert("RGB").resize((width - 4, height - 4))
        sheet.paste(small, (at % columns * width + 2, at // columns * height + 2))
    sheet.save(path)


def main() -> int:
    """Make the decks that are named, or all."""
    parser = argparse.ArgumentParser(prog="make slides", description=__doc__.splitlines()[0])
    parser.add_argument("labs", nargs="*", help="lab14 ...; all if none is named")
    parser.add_argument("--pngs", type=Path, help="a folder for a picture of each slide")
    parser.add_argument("--no-pdf", action="store_true", help="HTML only")
    asked = parser.parse_args()
    made = []
    for lab in asked.labs or deck_labs():
        try:
            made.append(write(deck_of(lab[:5])))
        except SiteError as error:
            print(error, file=sys.stderr)
    failed = len(made) < len(asked.labs or deck_labs())
    found = [f"{path.name} shows an answer: {line[:80]}" for path in made for line in answers(path)]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return int(_print(made, asked.pngs, asked.no_pdf) or failed or bool(found))


def answers(path: Path) -> list[str]:
    """The lines of answers, hidden tests and rubrics that stand in a deck."""
    page = proof.page_text(path.read_text(encoding="utf-8"))
    return [line for _, line in proof.leaks(_secrets(), {path.name: page})]


@cache
def _secrets() -> list[str]:
    return [line for lines in proof.secrets(ROOT).values() for line in lines]


def _print(made: list[Path], pngs: Path | None, no_pdf: bool) -> bool:
    """Print and photograph, where there is a browser; return whether something does not fit."""
    if not made:
        return False
    if chromium() is None:
        print("no Chromium on this machine: HTML only")
        return False
    from playwright.sync_api import sync_playwright

    complaints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for path in made:
            files = [path] if no_pdf else [path, pdf(browser, path)]
            complaints += pictures(browser, path, pngs or OUT / "pictures")
            print(*(one.relative_to(ROOT) for one in files))
        browser.close()
    print(*complaints, sep="\n", end="\n" if complaints else "")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
