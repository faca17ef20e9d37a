"""The pages beside the labs': entrance, indexes, syllabus, guide, bench, sources.

Each function returns one page as Markdown. What they say is read from the labs' headers, the
README, the guide for instructors, the datasheets, and two lists by hand (``sections.txt``,
``methods.txt``), so that nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from safetylab.course.build.source import Lab, headings
from safetylab.course.site.labpage import prepared
from safetylab.course.site.runs import SiteError

HERE = Path(__file__).resolve().parent
# How labs call a set of data, where it is not by the name of its folder.
CALLS = {
    "adversarial_digits": r"\badversarial_digits\(",
    "audits": r"\baudits\.\w+\(",
    "avoidance": r"\bavoidance\.\w+\(",
    "backdoor_nets": r"\bbackdoors\.\w+\(",
    "fico_scores": r"\btables\.fico\(",
    "hmda_boston": r"\bboston_mortgages\(",
    "mail_words": r"\bmail\.\w+\(",
    "weights": r"\bpretrained\(|\breference_policy\(|\breference_log_probs\(",
}
NAVIGATION = """\
```{toctree}
:hidden:

Labs <labs/index>
Sections <sections>
Methods <methods>
Data <data/index>
Syllabus <syllabus>
Guide <guide>
Slides <slides>
Bench <bench/index>
Resources <resources>
```
"""
_ROW = re.compile(r"^\| \[(lab\d\d_\w+)\]\([^)]*\) \|([^|]*)\|(.*)\|([^|]*)\|$", re.MULTILINE)
_EXERCISE = re.compile(r"Exercise (\d+\.\d+): (.+?) \(\d+ points?\)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)\s]+)\)")


def entrance(root: Path, labs: Sequence[Lab]) -> str:
    """The first page: what it is, a picture, three paths, all labs."""
    readme = _read(root / "README.md")
    title, about = readme.split("\n\n")[:2]
    picture, caption = re.findall(r"^!\[(.*?)\]\([^)]*\)\n\n\*(.*?)\*$", readme, re.S | re.M)[0]
    alt = " ".join(picture.split()).replace('"', "&quot;")
    return f"""\
{title}

{about}

<img class="dark-light run" src="_static/lab01.png" alt="{alt}">

*{caption}*

<div class="paths">
<div><h2>Read</h2><p>Open <a href="labs/{short(labs[0])}.html">Lab 00</a>: ten minutes, nothing to
install. Guess before you open what happens.</p></div>
<div><h2>Do</h2><p>With Python 3.11 or newer, in a copy of the course: <code>make lab</code>. Checks
answer at once; hints wait until you want them.</p></div>
<div><h2>Teach</h2><p>A <a href="syllabus.html">syllabus</a>, <a href="slides.html">slides</a> for
an hour of each lab, and a <a href="guide.html">guide</a> from the first day to the
grades.</p></div>
</div>

## The labs

{lab_table(root, labs)}

{NAVIGATION}"""


def labs_index(root: Path, labs: Sequence[Lab]) -> str:
    """All labs, and the navigation to them."""
    entries = "\n".join(short(lab) for lab in labs)
    return f"""\
# Labs

Each page is the notebook that a class is given, with what its demonstrations show when the answers
are right. Answers, hidden checks and rubrics are nowhere on this site. After a prediction the
outcome is folded: write yours down first.

{lab_table(root, labs, "")}

```{{toctree}}
:hidden:

{entries}
```
"""


def lab_table(root: Path, labs: Sequence[Lab], folder: str = "labs/") -> str:
    """One row a lab: its paper's section, what one does, how long it takes."""
    told = {name: (paper.strip(), does.strip())
            for name, paper, does, _ in _ROW.findall(_read(root / "README.md"))}  # fmt: skip
    rows = ["| lab | paper | you will | time |", "|---|---|---|---|"]
    for lab in labs:
        paper, does = told.get(lab.name, (header(lab).get("Paper", ""), title(lab)))
        link = f"[{lab.number:02d} {topic(lab)}]({folder}{short(lab)}.md)"
        rows.append(f"| {link} | {paper} | {does} | {header(lab).get('Time', '')} |")
    return "\n".join(rows)


def sections_page(labs: Sequence[Lab]) -> str:
    """The labs by the sections of the survey."""
    by_number = {lab.number: lab for lab in labs}
    rows = ["| section | what it asks | labs |", "|---|---|---|"]
    for section, asks, numbers in _list("sections.txt", 3):
        found = [by_number[int(n)] for n in numbers.split() if int(n) in by_number]
        links = ", ".join(f"[{lab.number:02d}](labs/{short(lab)}.md)" for lab in found)
        rows.append(f"| {section} | {asks} | {links or 'no lab'} |")
    return """\
# By section of the survey

The labs follow *Artificial Intelligence Safety: A Technical Perspective* (Yang, Feng, Wang, Li;
[doi 10.63138/irp010202](https://doi.org/10.63138/irp010202)). Where it is brief, they follow the
primary sources, which are listed under [Further resources](resources.md).

""" + "\n".join(rows)


def methods_page(labs: Sequence[Lab]) -> str:
    """The methods that one builds, each with its exercise.

    Raises:
        SiteError: the list names an exercise that no lab has.
    """
    known = dict(pair for lab in labs for pair in exercises(lab))
    numbers = {str(lab.number) for lab in labs}
    listed = (one for one in _list("methods.txt", 2) if one[1].partition(".")[0] in numbers)
    entries = sorted(listed, key=lambda entry: entry[0].lower())
    lost = [f"{method} | {number}" for method, number in entries if number not in known]
    if lost:
        raise SiteError("methods.txt names exercises that no lab has: " + "; ".join(lost))
    rows = ["| method | exercise |", "|---|---|"]
    rows += [f"| {method} | [{number} {known[number]}](#{target(number)}) |"
             for method, number in entries]  # fmt: skip
    return "# By method\n\nWhat you write yourself, and where.\n\n" + "\n".join(rows)


def data_pages(root: Path, labs: Sequence[Lab]) -> dict[str, str]:
    """An index of the data sets, and a page for each with its datasheet."""
    pages, rows = {}, ["| data | labs |", "|---|---|"]
    for sheet in sorted((root / "data").glob("*/DATASHEET.md")):
        name, text = sheet.parent.name, _read(sheet)
        call = re.compile(CALLS.get(name, rf"\b{name}\("))
        users = [lab for lab in labs if call.search(lab.text)]
        links = ", ".join(f"[{lab.number:02d}](../labs/{short(lab)}.md)" for lab in users)
        head, body = text.split("\n", 1)
        first = re.sub(r"^# (Datasheet: )?", "", head)
        first = first[:1].upper() + first[1:]
        rows.append(f"| [{first}]({name}.md) | {links or 'none'} |")
        pages[name] = f"# {first}\n\nUsed in labs: {links or 'none'}.\n{relinked(body)}"
    entries = "\n".join(pages)
    pages["index"] = (
        "# By data set\n\nReal data, and networks made for the labs, all with the course, each "
        "with its datasheet: source, licence, checksum, and what it must not be used for.\n\n"
        + "\n".join(rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n"
    )  # fmt: skip
    return pages


def syllabus(root: Path, labs: Sequence[Lab]) -> str:
    """Which labs when, from the guide; what each needs and leads to, from the headers."""
    guide = _read(root / "solutions" / "README.md")
    found = re.search(r"^## Which labs, when\n(.*?)(?=^## )", guide, re.MULTILINE | re.DOTALL)
    rows = ["| lab | time | it needs | points |", "|---|---|---|---|"]
    for lab in labs:
        row = header(lab)
        cells = [row.get(key, "") for key in ("Time", "You need", "Points")]
        rows.append(f"| [{lab.number:02d} {topic(lab)}](labs/{short(lab)}.md) | "
                    f"{' | '.join(cells)} |")  # fmt: skip
    outcomes = [
        f"### Lab {lab.number:02d}: {topic(lab)}\n\n{goals(lab)}" for lab in labs if goals(lab)
    ]
    return "\n\n".join([
        "# Syllabus", relinked(found[1]) if found else "",
        "## What each lab takes", "\n".join(rows),
        "## What one can do afterwards", *outcomes,
    ])  # fmt: skip


def resources(labs: Sequence[Lab]) -> str:
    """The primary sources of each lab, as its last page names them."""
    parts = [
        "# Further resources",
        "The survey that the course follows: Yang, Feng, Wang, Li, *Artificial Intelligence "
        "Safety: A Technical Perspective*, "
        "[doi 10.63138/irp010202](https://doi.org/10.63138/irp010202). "
        "Each lab is built on primary sources; these are the ones that it names at its end.",
    ]
    for lab in labs:
        found = re.search(r"^\*\*Read on\.?\*\*(.*?)(?=\n\n|\Z)", _words(lab), re.M | re.S)
        if found:
            heading = f"## [Lab {lab.number:02d}: {topic(lab)}](labs/{short(lab)}.md)"
            parts += [heading, prepared(found[1])]
    return "\n\n".join(parts)


def slides_page(labs: Sequence[Lab], decks: Iterable[str]) -> str:
    """The decks that there are."""
    rows = [
        f'<li><a href="decks/{short(lab)}.html">Lab {lab.number:02d}: {topic(lab)}</a></li>'
        for lab in labs if short(lab) in set(decks)
    ]  # fmt: skip
    listed = "<ul>\n" + "\n".join(rows) + "\n</ul>" if rows else "There are none yet."
    return f"""\
# Slides

About ten a lab, for an hour of 45 minutes, with pictures and numbers from a run of the lab. Press
`S` for the notes of the speaker, with the question to ask before each outcome; `?print-pdf` at the
end of the address gives pages to print. They work from a folder, without a network.

{listed}
"""


def bench_pages(labs: Sequence[Lab]) -> dict[str, str]:
    """A page of the package's own documentation for each module that a lab imports."""
    modules = sorted({name for lab in labs for name in _imported(lab)} | {"checks", "plots"})
    pages = {
        name: f"# safetylab.{name}\n\n```{{eval-rst}}\n.. automodule:: safetylab.{name}\n"
              "   :members:\n   :member-order: bysource\n```\n"
        for name in modules
    }  # fmt: skip
    entries = "\n".join(modules)
    pages["index"] = f"""\
# The bench

What the notebooks import: data and small models that load at once, pictures with text for those who
do not see them, and checks that say which mistake it is. Nothing that an exercise asks for is here.

```{{toctree}}
:maxdepth: 2

{entries}
```
"""
    return pages


def guide_pages(root: Path) -> dict[str, str]:
    """The guide for instructors, and the design of the exam room that it speaks of."""
    guide = relinked(
        _read(root / "solutions" / "README.md"), {"safetylab/grading/README.md": "room"}
    )
    room = relinked(_read(root / "safetylab" / "grading" / "README.md"))
    return {"guide": f"{guide}\n\n```{{toctree}}\n:hidden:\n\nroom\n```\n", "room": room}


def relinked(text: str, known: dict[str, str] | None = None) -> str:
    """The text with its links to files of the course: to a page of the site, or as plain words."""

    def moved(found: re.Match[str]) -> str:
        file = found[2].removeprefix("../").partition("#")[0]
        page = (known or {}).get(file)
        return f"[{found[1]}]({page}.md)" if page else found[1]

    return prepared(_LINK.sub(moved, text))


def exercises(lab: Lab) -> list[tuple[str, str]]:
    """Number and title of each exercise."""
    texts = [cell.released for cell in lab.cells if cell.kind == "markdown"]
    found = (_EXERCISE.match(told) for text in texts for _, told in headings(text))
    return [(one[1], one[2]) for one in found if one]


def target(number: str) -> str:
    """The target of an exercise in links."""
    return "ex" + number.replace(".", "_")


def header(lab: Lab) -> dict[str, str]:
    """The rows of the table at the head of a lab."""
    pairs = re.findall(r"^\| ([A-Z][\w ]*?) \| (.*?) \|$", lab.cells[0].released, re.MULTILINE)
    return dict(pairs)


def goals(lab: Lab) -> str:
    """The list of what one can do at the end."""
    found = re.search(r"^By the end.*?\n\n(.*?)\n\n", lab.cells[0].released, re.M | re.S)
    return prepared(found[1]) if found else ""


def title(lab: Lab) -> str:
    """The title behind the number."""
    return lab.cells[0].source.split("\n", 1)[0].partition(": ")[2]


def topic(lab: Lab) -> str:
    """The lab's name in words."""
    return lab.name[6:].replace("_", " ")


def short(lab: Lab) -> str:
    """The lab's short name, such as lab07."""
    return lab.name[:5]


def _words(lab: Lab) -> str:
    return "\n\n".join(cell.released for cell in lab.cells if cell.kind == "markdown")


def _imported(lab: Lab) -> Iterable[str]:
    code = "\n".join(cell.released for cell in lab.cells if cell.kind == "code")
    for names in re.findall(r"^from safetylab import ([\w, ]+)$", code, re.MULTILINE):
        yield from (name.strip() for name in names.split(","))
    yield from re.findall(r"^from safetylab\.(\w+) import", code, re.MULTILINE)


def _list(name: str, width: int) -> list[list[str]]:
    """The rows of a list by hand."""
    lines = [line for line in _read(HERE / name).splitlines() if line and line[0] != "#"]
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    bad = [line for line, row in zip(lines, rows, strict=True) if len(row) != width]
    if bad:
        raise SiteError(f"{name}: each line has {width} parts between |, but: {bad[0]}")
    return rows


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
