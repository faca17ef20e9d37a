"""Power and leaks of Lab 18's systems: `python tests/labs/lab18_safety_case/power.py [N] [FILE]`.

Makes N systems (500) of another key than those that ship, or reads them from FILE. Prints how often
the reference audit at 900 questions misses a false claim and accuses a true one, how its stated
probabilities hold, what is measured on either side of each threshold, how often a system had to
be drawn again, and whether logistic regression can read a claim off the card, the stored weights
or the score's overall accuracy. The readers among the N are drawn but not searched: C3 and C4 are
as meant.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "solutions"), str(Path(__file__).parent)]

import auditor  # noqa: E402
import make_audits  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from safetylab import audits  # noqa: E402

BUDGET = 900
SCORED = ("C5", "C6", "C7", "C8", "C9", "C10")
NAMES = tuple(audits.CLAIMS)


def drawn(number: int) -> dict[str, Any] | None:
    """System ``number``: its score made and measured, its reader drawn as meant."""
    torch.set_num_threads(1)
    draft = make_audits.made(number, "power", 0, with_reader=False)
    if draft is None:
        return None
    g = make_audits.seeded("power", number, "reader")
    draft |= make_audits.drafted_reader(draft["false"], 0, g)
    return draft | {"p": stated(draft, number)}


def stated(draft: dict[str, Any], number: int) -> dict[str, float]:
    """What the reference audit says of C5 to C10."""
    system = {
        "score": audits.scorer(draft["score"], draft["known"]),
        "reason": audits.reasoner(draft["reason"]),
        "pilot": audits.pool().rows[draft["pilot"]],
        **{name: draft[name] for name in ("members", "others")},
    }
    looks, _ = auditor.score_looks(system, BUDGET, torch.Generator().manual_seed(number))
    found = {name: auditor.phi(far / error) for name, (far, error) in looks.items()}
    return found | {"C10": auditor.pilot_holds(system)}


def power(drafts: list[dict[str, Any]]) -> Iterator[str]:
    """Missed and false accusations of each claim, and the mean points."""
    for name in SCORED:
        p = np.array([draft["p"][name] for draft in drafts])
        false = np.array([draft["false"][name] for draft in drafts])
        honest, sure = (1 - 4 * (q - 1 + false) ** 2 for q in (p, p > 0.5))
        yield (f"{name:4} missed {(p[false] > 0.5).mean():.2f} of {false.sum():3}, "
               f"accused {(p[~false] <= 0.5).mean():.2f} of {(~false).sum():3}; "
               f"points honest {honest.mean():.2f}, sure {sure.mean():.2f}")  # fmt: skip


def calibration(drafts: list[dict[str, Any]]) -> Iterator[str]:
    """Of what was said with a probability, how much held."""
    pairs = np.array([(d["p"][n], not d["false"][n]) for d in drafts for n in SCORED])
    edges = (0, 0.02, 0.1, 0.3, 0.7, 0.9, 0.98, 1.01)
    for low, high in pairwise(edges):
        inside = pairs[(pairs[:, 0] >= low) & (pairs[:, 0] < high)]
        held = inside[:, 1].mean() if len(inside) else float("nan")
        yield f"p from {low:4.2f} to {min(high, 1):4.2f}: {len(inside):4} times, {held:.2f} held"


def values(drafts: list[dict[str, Any]]) -> Iterator[str]:
    """The measured numbers of true and false claims, and overall accuracy beside them."""
    for name in (*SCORED[:-1], "accuracy"):
        for flag in SCORED[:-1] if name == "accuracy" else (name,):
            sides = [
                [d["truth"][name] for d in drafts if d["false"][flag] is side]
                for side in (False, True)
            ]
            told = "; ".join(
                f"{what} {min(v):.3f} {np.median(v):.3f} {max(v):.3f}"
                for what, v in zip(("true", "false"), sides, strict=True)
            )
            yield f"{name} by {flag}: {told}"


def scales(draft: dict[str, Any]) -> list[float]:
    """The card's number and the sizes of what is stored: no search, no question."""
    found = [draft["card"]["accuracy"], len(draft["known"])]
    for name in ("reader", "score", "reason"):
        for tensor in draft[name].parameters():
            size = tensor.abs()
            found += [np.log(float(s) + 1e-9) for s in (size.mean(), size.max())]
    return found


def leaks(drafts: list[dict[str, Any]]) -> Iterator[str]:
    """Accuracy of logistic regression in five folds, against the base rate."""
    stored = np.array([scales(draft) for draft in drafts])
    overall = np.array([[draft["truth"]["accuracy"]] for draft in drafts])
    others = np.array([[draft["false"][name] for name in NAMES] for draft in drafts], dtype=float)
    for j, name in enumerate(NAMES):
        y = others[:, j]
        told = []
        for x in (stored, overall, np.delete(others, j, axis=1)):
            model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3000))
            told.append(cross_val_score(model, x, y, cv=5).mean())
        yield (f"{name:4} base {max(y.mean(), 1 - y.mean()):.2f}; card and sizes {told[0]:.2f}, "
               f"overall accuracy {told[1]:.2f}, the other nine flags {told[2]:.2f}")  # fmt: skip


def main() -> None:
    """Make or read the systems, and print."""
    n, file = int((sys.argv[1:] or ["500"])[0]), Path(sys.argv[2]) if sys.argv[2:] else None
    make_audits.KEPT.extend([file.parent] if file else [])
    if file and file.is_file():
        drafts = pickle.loads(file.read_bytes())
    else:
        drafts = [draft for draft in map(drawn, range(n)) if draft]
        if file:
            file.write_bytes(pickle.dumps(drafts))
    redrawn = sum(len(draft["redrawn"]) for draft in drafts)
    print(f"{len(drafts)} of {n} systems made, {redrawn} scores drawn again; {BUDGET} questions")
    for part in (power, calibration, values, leaks):
        print(*part(drafts), sep="\n")


if __name__ == "__main__":
    main()
