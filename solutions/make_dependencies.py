"""Draw what each lab needs of which other, as the labs' own headers and cells say.

``python solutions/make_dependencies.py`` writes ``solutions/dependencies.svg``. An arrow stands for
a lab that the row "You need" of another one's header names; a dashed one for an answer of an
earlier lab that the later one brings along in a `given-` cell. The instructor's guide shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

HERE = Path(__file__).parent
WIDTH = 2.3  # of a lab's box; its rounded edge adds 0.3 on each side
EDGE = WIDTH / 2 + 0.3
COLOURS = {"needs": "#0072B2", "brings": "#767676"}
Edge = tuple[int, int, str]  # from the earlier lab to the later one, and how


def sources() -> dict[int, str]:
    """The text of each lab by its number."""
    found = sorted(HERE.glob("lab[0-9][0-9]_*/lab*.py"))
    return {int(path.name[3:5]): path.read_text(encoding="utf-8") for path in found}


def titles(labs: dict[int, str]) -> dict[int, str]:
    """What each lab is called, after its number."""
    return {lab: re.search(r"^# # Lab \d\d: (.*)$", text, re.M)[1] for lab, text in labs.items()}  # type: ignore[index]


def edges(labs: dict[int, str]) -> list[Edge]:
    """Each lab that another one names as needed or takes answers from, once each."""
    found = {edge[:2]: edge for lab, text in labs.items() for edge in _into(lab, text)}
    return sorted(found.values())


def _into(lab: int, text: str) -> Iterator[Edge]:
    for earlier in re.findall(r'"given-ex(\d+)_', text):
        yield int(earlier), lab, "brings"
    row = re.search(r"^# \| You need \|(.*)\|$", text, re.MULTILINE)
    for earlier in re.findall(r"Labs? (\d\d)", row[1] if row else ""):
        yield int(earlier), lab, "needs"


def levels(labs: dict[int, str], arrows: list[Edge]) -> dict[int, int]:
    """How many labs must come before each, along the longest chain of needs."""
    level: dict[int, int] = {}
    for lab in sorted(labs):
        before = [level[first] for first, then, _ in arrows if then == lab and first in level]
        level[lab] = max(before, default=-1) + 1
    return level


def places(level: dict[int, int]) -> dict[int, tuple[float, float]]:
    """Where each lab's box stands: a column for each level, its labs from top to bottom."""
    at = {}
    for column in set(level.values()):
        own = [lab for lab in level if level[lab] == column]
        for row, lab in enumerate(own):
            at[lab] = (4.2 * column, -(row + 0.5) * 16 / len(own))
    return at


def draw(labs: dict[int, str]) -> Figure:
    """The picture: boxes with the labs' names, arrows from what is needed."""
    arrows, names = edges(labs), titles(labs)
    at = places(levels(labs, arrows))
    figure = Figure(figsize=(3.1 * (1 + max(x for x, _ in at.values()) / 4.2), 7.5))
    ax = figure.add_axes((0, 0, 1, 1))
    for first, then, how in arrows:
        style = {"arrowstyle": "->", "color": COLOURS[how], "ls": "--" if how == "brings" else "-"}
        start, end = at[first], at[then]
        ax.annotate("", (end[0] - EDGE, end[1]), (start[0] + EDGE, start[1]), arrowprops=style)
    for lab, (x, y) in at.items():
        corner = (x - WIDTH / 2, y - 0.5)
        ax.add_patch(FancyBboxPatch(corner, WIDTH, 1, boxstyle="round", fc="white", ec="#444444"))
        ax.text(x, y, _label(lab, names[lab]), ha="center", va="center", fontsize=8.5)
    ax.set(xlim=(-1.9, max(x for x, _ in at.values()) + 1.9), ylim=(-16.2, 0.2))
    ax.axis("off")
    return figure


def _label(lab: int, name: str, width: int = 28) -> str:
    words, lines = name.split(), [f"{lab:02d}"]
    for word in words:
        longer = f"{lines[-1]} {word}"
        lines = [*lines[:-1], longer] if len(longer) <= width else [*lines, word]
    return "\n".join(lines)


def described(arrows: list[Edge]) -> str:
    """The arrows in words, for who cannot see the picture, and for a test."""
    return "; ".join(f"{then:02d} {how} {first:02d}" for first, then, how in arrows)


def main() -> None:
    """Write the picture."""
    labs = sources()
    matplotlib.rcParams.update({"svg.hashsalt": "safetylab", "svg.fonttype": "none"})
    told = {"Date": None, "Title": "Which lab needs which", "Description": described(edges(labs))}
    draw(labs).savefig(HERE / "dependencies.svg", metadata=told)


if __name__ == "__main__":
    main()
