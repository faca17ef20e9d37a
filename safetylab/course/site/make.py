"""``make site``: the whole site in build/site, from runs that are kept by source.

By hand: ``python -m safetylab.course.site.make [--labs lab01 ...] [--out DIR]``.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from safetylab import __version__
from safetylab.course.build.source import lab_names
from safetylab.course.site import pages, proof
from safetylab.course.site.labpage import LabPage
from safetylab.course.site.runs import ROOT, RUNS, Run, SiteError, run_of
from safetylab.course.site.show import write
from safetylab.course.site.slides import DECKS, deck_labs, read_deck

HERE = Path(__file__).resolve().parent
SETTINGS = {
    "project": "safetylab",
    "copyright": "the authors; text CC BY 4.0, code Apache 2.0",
    "version": __version__,
    "language": "en",
    "extensions": ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"],
    "myst_enable_extensions": ["colon_fence"],
    "myst_heading_anchors": 3,
    "html_theme": "pydata_sphinx_theme",
    "html_static_path": ["_static"],
    "html_favicon": "_static/icon.svg",
    "html_css_files": ["site.css"],
    "html_js_files": ["site.js"],
    "html_title": "safetylab: the safety of AI, by hand",
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_sidebars": {"index": [], "methods": [], "sections": [], "syllabus": [], "slides": [],
                      "resources": []},
    "html_theme_options": {
        "logo": {"text": "safetylab"},
        "navbar_align": "left",
        "header_links_before_dropdown": 9,
        "show_toc_level": 2,
        "navigation_depth": 2,
        "secondary_sidebar_items": ["page-toc"],
        "footer_start": ["copyright"],
        "footer_end": [],
        "search_bar_text": "Search the labs",
    },
    "autodoc_typehints": "description",
    "napoleon_use_ivar": True,
    "suppress_warnings": ["myst.header", "misc.highlighting_failure"],
    "smartquotes": False,
    "html_show_search_summary": False,  # it would fetch pages, which a browser refuses to files
    "html_context": {"default_mode": "auto"},
}  # fmt: skip


def prepare(source: Path, runs: Sequence[Run], root: Path = ROOT) -> None:
    """Write the pages from which Sphinx makes the site."""
    labs = [run.lab for run in runs]
    decks = [name for name in deck_labs() if name in {pages.short(lab) for lab in labs}]
    static = source / "_static"
    text = {
        "index": pages.entrance(root, labs),
        "labs/index": pages.labs_index(root, labs),
        "sections": pages.sections_page(labs),
        "methods": pages.methods_page(labs),
        "syllabus": pages.syllabus(root, labs),
        "slides": pages.slides_page(labs, decks),
        "resources": pages.resources(labs),
        **pages.guide_pages(root),
        **{f"data/{name}": page for name, page in pages.data_pages(root, labs).items()},
        **{f"bench/{name}": page for name, page in pages.bench_pages(labs).items()},
    }
    for run in runs:
        text[f"labs/{pages.short(run.lab)}"] = LabPage(run, static / "runs", root).markdown()
    for name, page in text.items():
        _write(source / f"{name}.md", page)
    static.mkdir(parents=True, exist_ok=True)
    for name in ("site.css", "site.js", "icon.svg"):
        shutil.copy(HERE / name, static)
    shutil.copy(root / ".github" / "lab01.png", static)
    shutil.copy(root / "solutions" / "dependencies.svg", source)


def build(source: Path, out: Path, **settings: object) -> int:
    """Make the site, with other settings if there are some; return how often Sphinx warned."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    logging.getLogger("MARKDOWN").setLevel(logging.WARNING)
    with docutils_namespace():
        app = Sphinx(
            srcdir=source, confdir=None, outdir=out, doctreedir=source.parent / "doctrees",
            buildername="html", confoverrides={**SETTINGS, **settings}, status=None,
            warning=sys.stderr, parallel=2,
        )  # fmt: skip
        app.build()
    for leftover in (".buildinfo", "objects.inv", "_static/webpack-macros.html"):
        (out / leftover).unlink(missing_ok=True)  # what a reader does not need
    shutil.rmtree(out / "_sources", ignore_errors=True)
    return int(app._warncount)


def add_decks(out: Path, runs: Sequence[Run]) -> int:
    """Put the slides beside the pages; return how many decks there are."""
    by_name = {pages.short(run.lab): run for run in runs}
    decks = [name for name in deck_labs() if name in by_name]
    for name in decks:
        write(read_deck(DECKS / f"{name}.md", by_name[name]), out / "decks")
    return len(decks)


def make(out: Path, names: Sequence[str] = (), root: Path = ROOT, kept: Path = RUNS) -> list[Run]:
    """Make the site of the labs that are named, or of all, in ``out``.

    Raises:
        SiteError: a solution does not run, a list or a deck is wrong, or Sphinx had warnings.
    """
    chosen = [name for name in lab_names(root) if not names or name[:5] in names]
    runs = [run_of(name, root, kept) for name in chosen]
    source = out.parent / f"{out.name}-source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    prepare(source, runs, root)
    if warnings := build(source, out):
        raise SiteError(f"Sphinx had {warnings} warnings: see above")
    add_decks(out, runs)
    (out / ".nojekyll").touch()
    prove(out, root)
    return runs


def prove(out: Path, root: Path = ROOT) -> None:
    """Look for answers in all that was made.

    Raises:
        SiteError: there is one; the text names the pages.
    """
    lines = [line for found in proof.secrets(root).values() for line in found]
    if found := proof.leaks(lines, proof.texts(out)):
        listed = "\n".join(f"{name}: {line[:80]}" for name, line in found)
        raise SiteError(f"answers stand on the site:\n{listed}")
    print(f"{len(lines)} lines of answers, hidden tests and rubrics: none is on the site")


def main() -> int:
    """Make the site and say where it is."""
    parser = argparse.ArgumentParser(prog="make site", description=__doc__.splitlines()[0])
    parser.add_argument("--labs", nargs="*", default=[], help="only these: lab01 lab14")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site")
    asked = parser.parse_args()
    began = time.monotonic()
    try:
        runs = make(asked.out.resolve(), asked.labs)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in asked.out.rglob("*") if path.is_file())
    print(f"{asked.out}/index.html: {len(runs)} labs, {size / 1e6:.1f} MB, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
