r"""Slides: words by hand in slides/labNN.md, pictures and numbers from the run.

A deck is Markdown whose slides are divided by lines of three hyphens; beside Markdown and formulas
between dollars it knows

- ``![](run:CELL)``: the picture of a cell with its own alt text (``run:CELL#2``: the second)
- ``{{ out:CELL:1-3 }}``: lines that a cell printed; ``{{ code:CELL:1-8 }}``: its released code
- ``{{ value:CELL:/regex/ }}``: what the pattern (its group 1) finds in what a cell printed
- ``:::{notes}``, ``:::{ask} PREDICTION``, ``:::{left}``, ``:::{right}``, each ended by ``:::``
- ``. . .``: what follows comes with the next key

What the run does not have ends the build with a sentence. So does an outcome that is shown before a
slide has asked for its prediction.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from safetylab.course.site.runs import ROOT, UNSAID, Run, SiteError, run_of
from safetylab.mathml import BadFormula, formulas, mathml, with_mathml

DECKS = Path(__file__).parent / "slides"
FEWEST, MOST = 8, 14
LONGEST = 100  # letters of a printed line that a slide holds in one piece
_DIVIDER = re.compile(r"^---[ \t]*$", re.MULTILINE)
_PAUSE = re.compile(r"^\. \. \.[ \t]*$", re.MULTILINE)
_PUT_IN = re.compile(r"\{\{\s*(?P<kind>\w+):(?P<cell>[\w-]+)(?::(?P<rest>.+?))?\s*\}\}")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(run:(?P<cell>[\w-]+)(?:#(?P<number>\d+))?\)")
_NOTES = re.compile(r"^:::\{notes\}[ \t]*\n(?P<text>.*?)^:::[ \t]*$", re.MULTILINE | re.DOTALL)
_ASK = re.compile(r"^:::\{ask\}[ \t]*(?P<cell>[\w-]*)[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"^#{1,2} (?P<title>.+)$", re.MULTILINE)
# Where a line's clauses part; what the reader was to see of the own prediction is one of them.
_CLAUSES = re.compile(rf";\s+|(?<={UNSAID})\.\s+")
_ASIDE = re.compile(rf"\s*\([^()]*{UNSAID}[^()]*\)")


@dataclass
class Deck:
    """The slides of one lab: each its HTML, its notes as HTML, its title."""

    lab: str
    title: str
    slides: list[Slide] = field(default_factory=list)


@dataclass(frozen=True)
class Slide:
    """One slide."""

    title: str
    body: str
    notes: str


def deck_labs(decks: Path = DECKS) -> list[str]:
    """The short names of the labs that have a deck, such as lab14."""
    return sorted(path.stem for path in decks.glob("lab[0-9][0-9].md"))


def read_deck(path: Path, run: Run) -> Deck:
    """Make a deck of its text and the run of its lab.

    Raises:
        SiteError: with everything that is wrong, one a line.
    """
    made = _Maker(path.name, run)
    slides = [made.slide(at, text) for at, text in enumerate(_DIVIDER.split(_text(path)), 1)]
    if not FEWEST <= len(slides) <= MOST:
        made.say(0, f"{len(slides)} slides; an hour holds {FEWEST} to {MOST}")
    if made.problems:
        raise SiteError("\n".join(made.problems))
    return Deck(path.stem, slides[0].title, slides)


def deck_of(lab: str, decks: Path = DECKS) -> Deck:
    """The deck of the lab whose short name is ``lab``."""
    path = decks / f"{lab}.md"
    if not path.is_file():
        raise SiteError(f"there is no {path}: decks are {', '.join(deck_labs(decks)) or 'none'}")
    [name] = [folder.name for folder in (ROOT / "solutions").glob(f"{lab}_*")]
    return read_deck(path, run_of(name))


class _Maker:
    """Reads the slides of one file in order, and gathers what is wrong with them."""

    def __init__(self, file: str, run: Run) -> None:
        self.file, self.run = file, run
        self.problems: list[str] = []
        self.asked: set[str] = set()
        self.at = 0

    def say(self, at: int, what: str) -> None:
        self.problems.append(f"{self.file}, slide {at}: {what}" if at else f"{self.file}: {what}")

    def slide(self, at: int, text: str) -> Slide:
        self.at = at
        notes = [found["text"] for found in _NOTES.finditer(text)]
        body = _NOTES.sub("", text).strip()
        title = _TITLE.search(body)
        if not title or title.start():
            self.say(at, "it does not begin with a title (# for the first, ## for the others)")
        if not "".join(notes).strip():
            self.say(at, "no notes: say what to tell and what to ask (:::{notes} ... :::)")
        made = Slide(title["title"] if title else "", self.body(body), self.words("\n".join(notes)))
        # An outcome on the same slide would answer as soon as the question is asked.
        self.asked |= {self.prediction(found["cell"]) for found in _ASK.finditer(body)}
        return made

    def body(self, text: str) -> str:
        first, *later = _PAUSE.split(text)
        parts = [self.words(first)]
        parts += [f'<div class="fragment">{self.words(part)}</div>' for part in later]
        return "".join(parts)

    def words(self, text: str) -> str:
        for latex in formulas(text):
            try:
                mathml(latex)
            except BadFormula as error:
                self.say(self.at, f"the formula {latex}: {error}")
        blocks: list[str] = []
        text = _PUT_IN.sub(lambda found: self.kept(blocks, self.put_in(found)), text)
        text = _PICTURE.sub(lambda found: self.kept(blocks, self.picture(found)), text)
        made = _markdown().render(with_mathml(text))
        made = re.sub(r"<p>(PUT-IN-\d+-)</p>", r"\1", made)
        return re.sub(r"PUT-IN-(\d+)-", lambda found: blocks[int(found[1])], made)

    def kept(self, blocks: list[str], made: str) -> str:
        blocks.append(made)
        return f"PUT-IN-{len(blocks) - 1}-"

    def put_in(self, found: re.Match[str]) -> str:
        kinds: dict[str, Callable[[str, str], str]] = {
            "out": self.out, "value": self.value, "code": self.code,
        }  # fmt: skip
        if found["kind"] not in kinds:
            self.say(self.at, f"{found[0]}: there are {', '.join(kinds)}")
            return ""
        return kinds[found["kind"]](found["cell"], (found["rest"] or "").strip())

    def picture(self, found: re.Match[str]) -> str:
        if not self.known(found["cell"]):
            return ""
        pictures, number = self.run.pictures(found["cell"]), int(found["number"] or 1)
        if not 1 <= number <= len(pictures):
            self.say(self.at, f"cell {found['cell']} has {len(pictures)} pictures, not {number}")
            return ""
        data, alt = pictures[number - 1]
        alt = html.escape(found["alt"] or alt, quote=True)
        return f'<img src="data:image/png;base64,{data}" alt="{alt}">'

    def out(self, cell: str, lines: str) -> str:
        printed = self.printed(cell)
        chosen = [printed[n - 1] for n in self.numbers(lines, len(printed), cell)]
        kept = [line for line in map(without_guess, chosen) if line is not None]
        letters, text = max(map(len, kept), default=1), "\n".join(map(html.escape, kept))
        kind = "out"
        if letters > LONGEST and all("  " in line.strip() for line in kept):
            kind = "out table"
        elif letters > LONGEST:
            kind = "out wraps"
            text = "".join(f"<span>{html.escape(line)}</span>" for line in kept)
        return f'<pre class="{kind}" style="--letters: {letters}" tabindex="0">{text}</pre>'

    def value(self, cell: str, pattern: str) -> str:
        printed = "\n".join(self.printed(cell))
        if not re.fullmatch(r"/.+/", pattern):
            self.say(self.at, f"value:{cell}: write the pattern between slashes")
            return ""
        found = re.search(pattern[1:-1], printed)
        if printed and not found:
            self.say(self.at, f"cell {cell} prints nothing that fits {pattern}")
        return html.escape(found[1] if found and found.re.groups else found[0]) if found else ""

    def code(self, cell: str, lines: str) -> str:
        source = self.run.sources.get(cell)
        if source is None or source.kind != "code" or source.role in ("given", "test", "oracle"):
            self.say(self.at, f"code:{cell}: no cell of code that slides may show")
            return ""
        text = source.released.split("\n")
        kept = "\n".join(text[n - 1] for n in self.numbers(lines, len(text), cell))
        return str(highlight(kept, PythonLexer(), HtmlFormatter(cssclass="code")))

    def printed(self, cell: str) -> list[str]:
        printed = self.run.printed(cell) if self.known(cell) else []
        if not printed:
            self.say(self.at, f"cell {cell} printed nothing")
        return printed

    def known(self, cell: str) -> bool:
        """Whether a slide may show what the cell shows; else say why not."""
        source = self.run.sources.get(cell)
        if source is None or source.kind != "code":
            self.say(self.at, f"no cell {cell} in {self.run.lab.name}")
            return False
        if "demo" not in source.tags:
            self.say(self.at, f'cell {cell} is no demonstration (tags=["demo"])')
            return False
        prediction = self.run.outcomes.get(cell)
        if prediction and prediction not in self.asked:
            self.say(self.at, f"cell {cell} answers {prediction}, for which no earlier slide asks "
                     f"(:::{{ask}} {prediction})")  # fmt: skip
        return True

    def prediction(self, cell: str) -> str:
        known = [one.id for one in self.run.lab.of("predict")]
        if cell and cell not in known:
            self.say(self.at, f"no prediction {cell}; there are {', '.join(known) or 'none'}")
        return cell

    def numbers(self, lines: str, most: int, cell: str) -> list[int]:
        if not lines:
            return list(range(1, most + 1))
        if not re.fullmatch(r"\d+(-\d+)?(,\s*\d+(-\d+)?)*", lines):
            self.say(self.at, f"{cell}: lines are 3, 1-3 or 1,4-5, not {lines!r}")
            return []
        numbers = list(_numbers(lines))
        if most and max(numbers) > most:
            self.say(self.at, f"cell {cell} has {most} lines, not {max(numbers)}")
        return [number for number in numbers if 1 <= number <= most]


def without_guess(line: str) -> str | None:
    """A printed line without what it says of the reader's guess; None if that is all."""
    clauses = _CLAUSES.split(_ASIDE.sub("", line))
    kept = [clause for clause in clauses if UNSAID not in clause]
    return "; ".join(kept) if kept else None


def _numbers(lines: str) -> Iterator[int]:
    for part in lines.split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable("table")
    for name in ("ask", "left", "right"):
        made.use(container_plugin, name, validate=_validate(name), render=_render(name))
    return made


def _validate(name: str) -> Callable[..., bool]:
    return lambda params, *_: params.strip().startswith(f"{{{name}}}")


_TAGS = {
    "ask": ('<div class="ask">', "</div>"),
    "left": ('<div class="columns"><div>', "</div>"),
    "right": ("<div>", "</div></div>"),
}


def _render(name: str) -> Callable[..., str]:
    return lambda _self, tokens, at, *_: _TAGS[name][tokens[at].nesting < 0]
