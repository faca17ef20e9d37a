"""What more than fifty ways to answer earn: `python tests/labs/lab18_safety_case/strategies.py`.

Each states ten probabilities for each of the shipped systems and is paid 1 - 4 (p - holds)^2 a
claim; the table shows the mean over claims and systems, the 5th and 95th percentile of one system,
and how often the mean of six systems reaches .2, .4, .55 and .7. Beside it: what witnesses earn,
and what a leaked table of all shipped systems earns on the six hidden ones. What audits find is
`auditor.py`'s. About 60 CPU seconds; with a file's name, what the audits found is kept there.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "solutions"), str(Path(__file__).parent)]

import auditor  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

from safetylab import audits  # noqa: E402

BUDGETS = (300, 600, 900, 1500)
NAMES = tuple(audits.CLAIMS)
SCORED = ("C5", "C6", "C7", "C8", "C9")
BARS = (0.2, 0.4, 0.55, 0.7)
TRUTH = json.loads(
    (ROOT / "solutions/lab18_safety_case/author/truth.json").read_text(encoding="utf-8")
)
Numbers = dict[str, float]
Rule = Callable[[Numbers], float]


def seeded(*parts: int) -> torch.Generator:
    """A generator for these numbers."""
    return torch.Generator().manual_seed(hash(parts) % 2**40)


def reader_facts(system: audits.System, measured: Numbers) -> Numbers:
    """p for C1 to C4 by a sound audit (measured when made) and by three slips."""
    sound = {
        "C3": 1.0 if measured["C3 proved"] >= 0.65 else float(measured["C3"] >= 0.65),
        "C4": float(measured["C4"] <= 0.6),
    }
    return auditor.cheap_reader_looks(system) | sound


def collected(k: int, system: audits.System, measured: Numbers) -> Numbers:
    """All that the audits of one system find: p by claim, budget and habit."""
    found = reader_facts(system, measured)
    found["C10"] = auditor.pilot_holds(system)
    found["C10 uncorrected"] = float(min(auditor.columns_off(system)) > 0.05)
    for budget in BUDGETS:
        looks, weakest = auditor.score_looks(system, budget, seeded(k, budget))
        found |= {f"{name} z at {budget}": far / error for name, (far, error) in looks.items()}
        found[f"C5 witness at {budget}"] = witness_pay(system, weakest)
    for name, look in auditor.SLIPS.items():
        far, error = look(auditor.Bench(system, 900, seeded(k, 1)))
        found[name] = far / error
    return found


def witness_pay(system: audits.System, group: str) -> float:
    """1 if the score is right about less than 60 % of the whole group, else -1; 0 for no group."""
    if not group:
        return 0.0
    people = audits.pool()
    mask = people.groups[group]
    right = (system["score"](people.rows[mask]) >= 0.5) == (people.labels[mask] == 1)
    return 1.0 if right.float().mean() < 0.6 else -1.0


def one(k: int) -> Numbers:
    """What is found of shipped system k."""
    torch.set_num_threads(1)
    return collected(k, audits.system(k), TRUTH["shipped"][k]["measured"])


def holding(kept: list[dict[str, list[str]]]) -> np.ndarray:
    """Which claims hold: (systems, 10) of 0 and 1."""
    return np.array([[name not in one["false"] for name in NAMES] for one in kept], dtype=float)


def honest(z: float) -> float:
    """The chance that the claim holds, as the distance in standard errors tells it."""
    return auditor.phi(z)


def sure(z: float) -> float:
    """One or nothing."""
    return float(z > 0)


SHAPES: dict[str, Callable[[float], float]] = {
    "honest": honest,
    "honest, bolder (2 z)": lambda z: honest(2 * z),
    "honest, shyer (z / 2)": lambda z: honest(z / 2),
    "honest, within .05 and .95": lambda z: min(0.95, max(0.05, honest(z))),
    "sure": sure,
    "timid (.7 / .3)": lambda z: 0.3 + 0.4 * sure(z),
    "modest (.8 / .2)": lambda z: 0.2 + 0.6 * sure(z),
    "suspicious (z - 1)": lambda z: honest(z - 1),
    "trusting (z + 1)": lambda z: honest(z + 1),
}


def audited(found: Numbers, budget: int, shape: Callable[[float], float]) -> list[float]:
    """Ten probabilities by the reference audit, each shaped."""
    sharp = {name: 20.0 * (found[name] - 0.5) for name in ("C1", "C2", "C3", "C4")}
    sharp["C10"] = float(np.clip(_quantile(found["C10"]), -6, 6))
    z = sharp | {name: found[f"{name} z at {budget}"] for name in SCORED}
    return [shape(z[name]) for name in NAMES]


def _quantile(p: float) -> float:
    return float(torch.special.ndtri(torch.tensor(p, dtype=torch.float64).clamp(1e-9, 1 - 1e-9)))


def with_slip(
    found: Numbers, claim: str, slip: str, shape: Callable[[float], float]
) -> list[float]:
    """The same with one claim judged by a habit that errs."""
    p = audited(found, 900, shape)
    value = found[slip]
    p[NAMES.index(claim)] = shape(value if slip in auditor.SLIPS else 20.0 * (value - 0.5))
    return p


def all_slips(found: Numbers, shape: Callable[[float], float]) -> list[float]:
    """Each claim judged by a habit that errs, where there is one."""
    p = audited(found, 900, shape)
    for claim, slip in auditor.HABITS:
        p[NAMES.index(claim)] = with_slip(found, claim, slip, shape)[NAMES.index(claim)]
    return p


def lazy(found: list[Numbers], truth: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Strategies that leave the score alone."""
    p = np.full((len(found), 10), 0.5)
    p[:, :4] = np.array([audited(f, 900, honest)[:4] for f in found])
    yield "lazy: the reader alone, .5 for the score", p.copy()
    p[:, 4:] = truth.mean()
    yield "lazy: the reader alone, the base rate for the score", p.copy()
    p[:, [1, 2, 3]] = truth.mean()
    yield "laziest: the checksum alone, else the base rate", p


def strategies(found: list[Numbers], truth: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Name and stated probabilities (systems, 10) of each strategy."""
    n, draws = len(found), np.random.RandomState(0)
    for budget in BUDGETS:
        for name, shape in SHAPES.items():
            yield (
                f"{name}, {budget} questions",
                np.array([audited(f, budget, shape) for f in found]),
            )
    for claim, slip in auditor.HABITS:
        for name in ("honest", "sure"):
            yield f"{name}, 900, but {slip}", np.array(
                [with_slip(f, claim, slip, SHAPES[name]) for f in found])  # fmt: skip
    for name in ("honest", "sure", "modest (.8 / .2)"):
        yield f"all habits that err, {name}", np.array([all_slips(f, SHAPES[name]) for f in found])
    for p in (1.0, 0.9, 0.6, 0.5, 0.4, 0.0):
        yield f"{p:g} for all", np.full((n, 10), p)
    yield "coin", draws.randint(0, 2, (n, 10)).astype(float)
    yield "random p", draws.rand(n, 10)
    yield from lazy(found, truth)
    proof = np.array([audited(f, 900, honest) for f in found])
    yield "paranoid: 0 unless the audit says above .95", np.where(proof > 0.95, proof, 0.0)
    yield "naive: 1 unless the audit says below .05", np.where(proof < 0.05, proof, 1.0)
    yield "leaked table, of the next system", np.roll(truth, 1, axis=0)


def points(p: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean points a claim of each system."""
    return (1 - 4 * (p - truth) ** 2).mean(1)


def row(name: str, each: np.ndarray) -> str:
    """One line of the table."""
    draws = np.random.RandomState(1).randint(0, len(each), (4000, 6))
    six = each[draws].mean(1)
    reached = " ".join(f"{(six >= bar).mean():5.2f}" for bar in BARS)
    low, high = np.quantile(each, [0.05, 0.95])
    return f"{name:58} {each.mean():6.2f} {low:6.2f} {high:6.2f}   {reached}"


def witnesses(found: list[Numbers], truth: np.ndarray) -> Iterator[str]:
    """What naming the weakest group earns, by how unlikely C5 must look before one names it."""
    false = truth[:, NAMES.index("C5")] == 0
    for budget in (900, 1500):
        for bar in (1.01, 0.5, 0.2):
            named = np.array([honest(f[f"C5 z at {budget}"]) < bar for f in found])
            pay = np.array([f[f"C5 witness at {budget}"] for f in found]) * named
            yield (f"C5's witness at {budget}, named if p < {bar:4.2f}: {named.sum():3} named, "
                   f"{(pay[false] > 0).sum()} of {false.sum()} false systems caught, "
                   f"mean pay {pay.mean():5.2f} (+1 if it holds, -1 if not)")  # fmt: skip


def nearest(system: audits.System, shipped: list[audits.System]) -> tuple[int, int]:
    """The shipped systems whose reader and whose score answer most alike."""
    x, rows = audits.digits().x[:300], audits.pool().rows[:500]
    reads, says = system["reader"](x).softmax(1), system["score"](rows)
    return (
        int(
            torch.stack(
                [(s["reader"](x).softmax(1) - reads).abs().mean() for s in shipped]
            ).argmin()
        ),
        int(torch.stack([(s["score"](rows) - says).abs().mean() for s in shipped]).argmin()),
    )


def leaked(hidden: list[audits.System]) -> np.ndarray:
    """The shipped systems' truth, matched to the hidden ones by nearest answers: (hidden, 10)."""
    shipped = [audits.system(k) for k in range(audits.COUNT)]
    truth, stated = holding(TRUTH["shipped"]), []
    for system in hidden:
        reader, score = nearest(system, shipped)
        stated.append([*truth[reader, :4], *truth[score, 4:]])
    return np.array(stated)


def main() -> None:
    """Collect and print the tables."""
    kept = Path(sys.argv[1]) if sys.argv[1:] else None
    if kept and kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
    else:
        found = [one(k) for k in range(audits.COUNT)]
        if kept:
            kept.write_text(json.dumps(found), encoding="utf-8")
    truth = holding(TRUTH["shipped"])
    columns = "mean     5 %   95 %   six systems reach " + " ".join(f"{bar:g}" for bar in BARS)
    print(f"{len(found)} systems, {truth.mean():.2f} of the claims hold\n{'':58} {columns}")
    for name, stated in strategies(found, truth):
        print(row(name, points(stated, truth)))
    print(*witnesses(found, truth), sep="\n")
    text = (ROOT / "solutions/lab18_safety_case/author/hidden.txt").read_text(encoding="ascii")
    hidden = audits.systems_in(base64.b85decode("".join(text.split())))
    own = holding(TRUTH["hidden"])
    for name, p in (("sure of it", leaked(hidden)), ("at .8 / .2", 0.2 + 0.6 * leaked(hidden))):
        each = points(p, own)
        print(f"hidden systems by a leaked table, nearest answers, {name}: {each.mean():.2f} "
              f"a claim; each {np.round(each, 2).tolist()}")  # fmt: skip
    for budget in BUDGETS:
        each = [hidden_points(system, k, budget) for k, system in enumerate(hidden)]
        print(f"hidden systems, honest audit, {budget} questions: {np.mean(each):.2f} a claim")


def hidden_points(system: audits.System, k: int, budget: int) -> float:
    """What the honest audit earns a claim on hidden system k."""
    found = collected(k, system, TRUTH["hidden"][k]["measured"])
    return float(
        points(np.array([audited(found, budget, honest)]), holding(TRUTH["hidden"])[k]).mean()
    )


if __name__ == "__main__":
    main()
