"""Make the systems of Lab 18 (minutes of CPU; see ``--help``).

Lives beside the solutions because it knows what is true. Writes `data/audits/systems.npz.xz` (what
learners get, without truth), and beside this file `truth.json` (what was measured of each) and
`hidden.txt` (six more, for a hidden cell). Another `--key` makes
other systems: a course that wants secrets of its own takes one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from audits import bases, measure, pack, readers, scores
from safetylab import audits, data

NAMES = tuple(audits.CLAIMS)
FALSE = 0.4
"""The chance that a claim is false; 3 to 6 of ten are."""
TRUE_AT_MOST = {"C4": 0.5, "C6": 0.045, "C7": 0.04, "C8": 0.045}
FALSE_AT_LEAST = {"C4": 0.9, "C6": 0.1, "C7": 0.17, "C8": 0.13}
TRUE_AT_LEAST = {"C5": 0.66, "C9": 0.935}
FALSE_AT_MOST = {"C5": 0.42, "C9": 0.68}
PROVED, SURVIVE = 0.665, 0.61
PLAIN = {"epsilon": 0.0, "images": 3_000, "epochs": 100, "peak": 1e-2}
ROBUST = {"epsilon": 0.15, "images": 60_000, "epochs": 6, "peak": 4e-3}
KEPT: list[Path] = []
"""A folder in which trained networks are kept between runs, if one is named."""
Drafts = dict[str, Any]


def seeded(*parts: object) -> torch.Generator:
    """A generator for these words and numbers."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def flags(g: torch.Generator) -> dict[str, bool]:
    """Which claims shall be false: drawn before all else, and never again."""
    while True:
        false = (torch.rand(len(NAMES), generator=g) < FALSE).tolist()
        if 3 <= sum(false) <= 6:
            return dict(zip(NAMES, false, strict=True))


@lru_cache(maxsize=1)
def ground(first: int) -> Drafts:
    """The networks from which systems are made, trained from seeds that begin with ``first``."""
    kept = KEPT[0] / f"bases{first}.pt" if KEPT else None
    if kept and kept.is_file():
        return torch.load(kept, weights_only=False)
    networks = trained(first)
    if kept:
        torch.save(networks, kept)
    return networks


def trained(first: int) -> Drafts:
    """Plain readers (True: C3 false), robust readers (False), and scores: three of each."""
    x, y = bases.training_digits()
    seeds = range(first, first + 3)
    return {
        True: [bases.reader(x, y, seed, **PLAIN) for seed in seeds],
        False: [bases.reader(x, y, seed, **ROBUST) for seed in seeds],
        "scores": [bases.score(seed) for seed in seeds],
    }


def drafted_reader(false: dict[str, bool], first: int, g: torch.Generator) -> Drafts:
    """The reader, its branch and the card."""
    base = ground(first)[false["C3"]][readers.integer(3, g)]
    loud = readers.uniform(0, 1, g) < (0.7 if false["C3"] else 0.6)
    reader = pack.rounded(readers.edited(base, false["C4"], loud, g))
    branch, accuracy = readers.branch(reader, g)
    off = readers.uniform(0.012, 0.02, g) if false["C2"] else -readers.uniform(0.008, 0.015, g)
    file = audits.file_of(reader)
    stated = file[:-1] + bytes([file[-1] ^ 1]) if false["C1"] else file
    card = {"sha256": hashlib.sha256(stated).hexdigest(), "accuracy": round(accuracy + off, 3)}
    return {"reader": reader, "branch": branch, "card": card}


def drafted_score(false: dict[str, bool], first: int, g: torch.Generator) -> Drafts:
    """The score, its reasons, members and others, and the pilot."""
    people = audits.pool()
    x, y = audits.inputs(people.rows), people.labels
    base, fitted = ground(first)["scores"][readers.integer(3, g)]
    model = scores.widened(base)
    scores.lifted(model, x, y, false["C5"], g)
    scores.tilted(model, x, y, false["C7"], g)
    scores.scaled(model, x, y, false["C6"], g)
    model = pack.rounded(readers.shuffled(model, g))
    right = (model(x).squeeze(1) >= 0) == (y == 1)
    lists = scores.remembered(right, scores.singles(people.rows), fitted, false["C8"], g)
    reason = scores.explainer(model, people.rows, false["C9"], g)
    return {"score": model, "reason": reason, "pilot": scores.pilot(people.rows, false["C10"], g),
            **lists}  # fmt: skip


def clear(name: str, value: float, false: bool) -> bool:
    """Whether a measured number is as the flag says, and far enough from the threshold."""
    most = FALSE_AT_MOST if false else TRUE_AT_MOST
    least = FALSE_AT_LEAST if false else TRUE_AT_LEAST
    return least.get(name, -1.0) <= value <= most.get(name, 2.0)


def reader_truth(draft: Drafts, false: dict[str, bool]) -> dict[str, float]:
    """The measured numbers of C2 to C4."""
    x, y, audit = audits.digits()
    found = (draft["reader"](x).argmax(1) == y)[draft["branch"]].float().mean().item()
    return {
        "C2": found - draft["card"]["accuracy"],
        "C3": readers.attacked(draft["reader"], x[audit], y[audit]),
        "C3 proved": readers.proved(draft["reader"], x[audit], y[audit]),
        "C4": readers.strongest_stamp(draft["reader"], x[audit], y[audit]),
    }


def reader_is_clear(truth: dict[str, float], false: dict[str, bool]) -> bool:
    """Whether C2 to C4 are what they shall be."""
    third = truth["C3"] <= SURVIVE if false["C3"] else truth["C3 proved"] >= PROVED
    return third and clear("C4", truth["C4"], false["C4"]) and (truth["C2"] < 0) == false["C2"]


def made(number: int, key: str, first: int, with_reader: bool = True) -> Drafts | None:
    """System ``number``: redrawn with the same flags until each claim is clear; None after 12."""
    false = flags(seeded(key, number, "flags"))
    draft: Drafts = {"false": false, "redrawn": {}}
    parts = [(drafted_reader, reader_truth, reader_is_clear)] if with_reader else []
    for make, look, well in [*parts, (drafted_score, score_truth, score_is_clear)]:
        for attempt in range(12):
            part = make(false, first, seeded(key, number, make.__name__, attempt))
            truth = look(part, false)
            if well(truth, false):
                break
            draft["redrawn"][f"{make.__name__} {attempt}"] = truth
        else:
            return None
        draft |= part | {"truth": draft.get("truth", {}) | truth}
    return draft


def score_truth(draft: Drafts, false: dict[str, bool]) -> dict[str, float]:
    """The measured numbers of C5 to C9."""
    names = ("members", "others")
    system = {name: draft[name] for name in names} | {
        "score": audits.scorer(draft["score"], draft["known"]),
        "reason": audits.reasoner(draft["reason"]),
    }
    return measure.score_of(system)


def score_is_clear(truth: dict[str, float], false: dict[str, bool]) -> bool:
    """Whether C5 to C9 are what they shall be."""
    return all(clear(name, truth[name], false[name]) for name in ("C5", "C6", "C7", "C8", "C9"))


def several(wanted: int, key: str, first: int, jobs: int) -> list[Drafts]:
    """The first ``wanted`` systems that can be made, ``jobs`` at a time."""
    ground(first)
    one = partial(made, key=key, first=first)
    if jobs == 1:
        drafts = (draft for draft in map(one, count()) if draft)
        return list(tqdm(islice(drafts, wanted), total=wanted))
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(one, range(wanted + max(2, wanted // 5)))
        return [draft for draft in found if draft][:wanted]


def record(draft: Drafts) -> dict[str, Any]:
    """What the instructor keeps of a system."""
    return {
        "false": [name for name, false in draft["false"].items() if false],
        "measured": {name: round(value, 4) for name, value in draft["truth"].items()},
    }


def written(shipped: list[Drafts], hidden: list[Drafts], solutions: Path) -> None:
    """Write the three files and print the checksum of the one that ships."""
    folder = data.data_folder() / "audits"
    folder.mkdir(exist_ok=True)
    content, secret = pack.content(shipped), pack.content(hidden)
    (folder / "systems.npz.xz").write_bytes(content)
    solutions.mkdir(exist_ok=True)
    truth = {"shipped": [record(draft) for draft in shipped],
             "hidden": [record(draft) for draft in hidden]}  # fmt: skip
    (solutions / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    (solutions / "hidden.txt").write_text(pack.text(secret) + "\n", encoding="ascii")
    print(f"{len(shipped)} systems, {len(content):,} bytes; {len(hidden)} hidden, {len(secret):,}")
    print(hashlib.sha256(content).hexdigest())


def main() -> None:
    """Make all and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", default="2030a", help="another word, other systems")
    parser.add_argument("--count", type=int, default=audits.COUNT)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for trained networks, to run again")
    said = parser.parse_args()
    KEPT.extend([said.keep] if said.keep else [])
    torch.set_num_threads(1)
    shipped = several(said.count, said.key, 0, said.jobs)
    hidden = several(6, f"{said.key}, hidden", 100, 1)
    written(shipped, hidden, Path(__file__).parent / "lab18_safety_case")


if __name__ == "__main__":
    main()
