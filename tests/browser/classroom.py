"""Ten students and what they hand in: right, wrong in known ways, broken, hostile, blank, late."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from columns import Edit, Wrong, load

DUE = "2030-10-01 12:00:00 UTC"
IN_TIME = "2030-10-01 11:00:00 UTC"
THREE_HOURS_LATE = "2030-10-01 15:00:00 UTC"
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin

class HalfAPointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 7200

c.AssignLatePenalties.plugin_class = HalfAPointAnHour
"""
ATTACK = "<img src=x onerror='window.top.caught=1'><script>window.top.caught=1</script>"
PRINTS = f"""
from IPython.display import HTML, display
print({ATTACK!r})
display(HTML({ATTACK!r}))
"""
CHEAT = "from IPython import get_ipython\nget_ipython().input_transformers_post.append(print)"
SCRATCH = "answr = 1\nanswer  # did I name it so?"

Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """A written answer, the points that its rubric gives, and what the grader writes below it."""

    text: str
    points: float
    comment: str


@dataclass(frozen=True)
class Pupil:
    """A student; ``lost`` are the exercises of ``wrong`` answers, cell by cell."""

    name: str
    texts: Mapping[str, Text] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    code: bool = True
    edit: Callable[[Cells], None] = lambda cells: None
    handed_in: str = IN_TIME
    torn: bool = False

    def notebook(self, root: Path, lab: str) -> bytes:
        """Return the file that is handed in."""
        released, solved = (
            json.loads((root / part / lab / f"{lab}.ipynb").read_text())
            for part in ("labs", "solutions")
        )
        model = {cell["id"]: "".join(cell["source"]) for cell in solved["cells"]}
        wrong = {answer.cell: answer.code for answer in self.wrong}
        for cell in released["cells"]:
            name, mark = cell["id"], cell["metadata"].get("nbgrader", {})
            if name in self.texts:
                cell["source"] = self.texts[name].text
            elif mark.get("solution") and not mark["grade"] and self.code:
                code = wrong.get(name, model[name])
                cell["source"] = code.apply(model[name]) if isinstance(code, Edit) else code.strip()
        self.edit(released["cells"])
        content = json.dumps(released).encode()
        return content[: len(content) // 2] if self.torn else content

    def hand_in(self, root: Path, lab: str) -> None:
        """Put it where submissions are."""
        folder = root / "grading/submitted" / self.name / lab
        folder.mkdir(parents=True)
        (folder / f"{lab}.ipynb").write_bytes(self.notebook(root, lab))
        (folder / "timestamp.txt").write_text(self.handed_in)


def extra(source: str) -> dict[str, Any]:
    """A code cell of the student's own."""
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source,
            "execution_count": None}  # fmt: skip


def own_cell(source: str) -> Callable[[Cells], None]:
    """Return an edit that adds a code cell behind the first one of the lab."""
    return lambda cells: cells.insert(2, extra(source))


def cheat(cells: Cells) -> None:
    """Tests that pass by themselves, and a transformer that empties every other cell."""
    for cell in cells:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            cell["source"] = "print('all checks passed')"
    cells.insert(0, extra(CHEAT))


def ten(lab: str, good: Mapping[str, Text], weak: Mapping[str, Text]) -> list[Pupil]:
    """Return a class: who is right, and who is wrong in which way."""
    known = [answer for answer in load(lab) if isinstance(answer, Wrong)]
    hostile = {name: Text(f"{text.text}\n\n{ATTACK}", text.points, text.comment)
               for name, text in good.items()}  # fmt: skip
    return [
        Pupil("ada", good),
        Pupil("ben", weak),
        Pupil("cleo", weak, wrong=(known[0],)),
        Pupil("dora", good, wrong=(known[1],)),
        Pupil("emil", code=False),
        Pupil("finn", good, torn=True),
        Pupil("gita", hostile, edit=own_cell(PRINTS)),
        Pupil("hana", good, handed_in=THREE_HOURS_LATE),
        Pupil("ines", edit=own_cell(SCRATCH)),
        Pupil("mallory", weak, code=False, edit=cheat),
    ]
