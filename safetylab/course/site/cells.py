"""What a deck can show of a lab: ``python -m safetylab.course.site.cells lab14``."""

from __future__ import annotations

import sys

from safetylab.course.site.runs import ROOT, Run, run_of


def listing(run: Run) -> str:
    """Each prediction and each demonstration by id, with pictures and numbered lines."""
    lines = []
    for cell in run.lab.cells:
        if cell.role == "predict":
            lines.append(f"== {cell.id}: a prediction (:::{{ask}} {cell.id})")
        elif "demo" in cell.tags and run.outputs.get(cell.id):
            told = f", answers {run.outcomes[cell.id]}" if cell.id in run.outcomes else ""
            lines.append(f"== {cell.id}{told}")
            pictures = enumerate(run.pictures(cell.id), 1)
            lines += [f"   picture {at}: {alt}" for at, (_, alt) in pictures]
            lines += [f"   {at:>3} {line}" for at, line in enumerate(run.printed(cell.id), 1)]
    return "\n".join(lines)


if __name__ == "__main__":
    [folder] = (ROOT / "solutions").glob(f"{sys.argv[1]}_*")
    print(listing(run_of(folder.name)))
