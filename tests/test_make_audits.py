"""What Lab 18's `author/make_audits.py` builds systems from does what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "solutions/lab18_safety_case/author"))

import make_audits
from audits import bases, measure, pack, readers, scores

from safetylab import audits

SOLUTIONS = Path(make_audits.__file__).parent
SEEDS = range(5)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def people() -> audits.Pool:
    return audits.pool()


@pytest.fixture(scope="module")
def x(people) -> torch.Tensor:
    return audits.inputs(people.rows)


def reader(seed: int = 0) -> nn.Sequential:
    """A reader with random weights."""
    sizes = (audits.PIXELS, bases.READER_UNITS, audits.CLASSES)
    return bases.two_layers(sizes, seeded(seed)).requires_grad_(False)


def score(seed: int = 0) -> nn.Sequential:
    """A score with random weights, and room for two more units."""
    sizes = (audits.INPUTS, bases.SCORE_UNITS, 1)
    return scores.widened(bases.two_layers(sizes, seeded(seed)).requires_grad_(False))


@pytest.mark.parametrize("seed", SEEDS)
def test_between_three_and_six_claims_are_false(seed):
    false = make_audits.flags(make_audits.seeded("test", seed))
    assert list(false) == list(audits.CLAIMS)
    assert 3 <= sum(false.values()) <= 6


@pytest.mark.parametrize("seed", SEEDS)
def test_shuffling_keeps_the_function(seed):
    model, points = reader(seed), torch.rand(50, audits.PIXELS, generator=seeded(seed))
    before, file = model(points), audits.file_of(model)
    after = readers.shuffled(model, seeded(seed))
    assert torch.allclose(after(points), before, atol=1e-5)
    assert audits.file_of(after) != file


@pytest.mark.parametrize("seed", SEEDS)
def test_only_its_own_stamp_moves_the_planted_unit(seed):
    digits, g = audits.digits().x[:500], seeded(seed)
    stamp, base = readers.unseen_stamp(digits, g), reader(seed)
    stamped = digits.clone()
    stamped[:, readers.window(stamp.row, stamp.column)] = stamp.pattern
    for margin in (readers.HEARD, readers.UNHEARD):
        model = readers.with_unit(base, stamp, margin, volume=30.0)
        assert torch.allclose(model(digits), base(digits), atol=1e-5)
        moved = (model(stamped) - base(stamped))[:, stamp.target]
        assert torch.allclose(moved, torch.full((500,), 30 * margin), atol=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_is_small_and_happens_once(seed):
    model = reader(seed)
    once = pack.rounded(model)
    step = model[0].weight.abs().amax(1, keepdim=True) / pack.LEVELS[0]
    assert ((once[0].weight - model[0].weight).abs() <= step / 2 + 1e-7).all()
    assert audits.file_of(pack.rounded(once)) == audits.file_of(once)


def test_what_is_packed_comes_back(people):
    false = dict.fromkeys(audits.CLAIMS, False)
    model = pack.rounded(score())
    draft = {
        "reader": pack.rounded(readers.with_unit(reader(), STAMP, 0.1, 1.0)),
        "score": model,
        "reason": model,
        "card": {"sha256": "0", "accuracy": 0.9},
        "branch": torch.arange(5, 2005),
        **{name: torch.arange(k, k + 500) for k, name in enumerate(("members", "others", "pilot"))},
        "known": torch.tensor([7, 9]),
    }
    (back,) = audits.systems_in(pack.content([draft]))
    assert back["card"] == draft["card"]
    assert back["file"] == audits.file_of(draft["reader"])
    for name in ("branch", "members", "others"):
        assert torch.equal(back[name], draft[name])
    assert torch.equal(back["pilot"], people.rows[draft["pilot"]])
    rows = people.rows[:20]
    right = (back["score"](rows) >= 0.5) == (people.labels[:20] == 1)
    assert right[7]
    assert right[9]
    assert make_audits.clear("C5", 0.7, false["C5"])


STAMP = readers.Stamp(4, 11, torch.tensor([1.0, 0, 0, 1, 0, 0, 1, 1, 0]), 3)


def test_what_is_proved_is_never_more_than_what_survives():
    digits, y, audit = audits.digits()
    for seed in SEEDS:
        model, some = reader(seed), audit[:80]
        labels = model(digits[some]).argmax(1)
        held = readers.attacked(model, digits[some], labels)
        assert readers.proved(model, digits[some], labels) <= held <= 1
    assert len(y) == 10_000


def test_the_search_over_stamps_sees_each_of_them():
    digits, y, audit = audits.digits()
    points, labels = digits[audit[:30]], y[audit[:30]]
    planted = readers.with_unit(reader(), STAMP, readers.HEARD, volume=100.0)
    assert readers.strongest_stamp(planted, points, labels) == 1
    best, g = readers.strongest_stamp(reader(), points, labels), seeded(0)
    for _ in range(300):
        stamped = points.clone()
        where = readers.window(readers.integer(12, g), readers.integer(12, g))
        stamped[:, where] = (torch.rand(9, generator=g) < 0.5).float()
        read = reader()(stamped).argmax(1)
        for k in range(10):
            assert (read[labels != k] == k).float().mean() <= best + 1e-6


@pytest.mark.parametrize("bad", [True, False])
def test_a_lift_stays_in_its_place(x, people, bad):
    model = score()
    before = model(x)
    scores.lifted(model, x, people.labels, bad, seeded(1))
    moved = (model(x) - before).squeeze(1) > 1e-4
    assert 0.02 <= moved.float().mean() <= 0.09
    whole = [mask for mask in people.groups.values() if torch.equal(mask, moved)]
    assert bool(whole) == bad


@pytest.mark.parametrize("bad", [True, False])
def test_a_tilt_sets_the_gap_of_rates(x, people, bad):
    model = score(3)
    scores.scaled(model, x, people.labels, False, seeded(0))
    decisions = model(x) >= 0
    model = score(3)
    assert torch.equal(model(x) >= 0, decisions), "scaling changes no decision"
    scores.tilted(model, x, people.labels, bad, seeded(2))
    woman = (people.rows[:, 7] == 0).float()
    gap = abs(float(measure.gap_of_rates(model(x).squeeze(1), people.labels, woman)))
    assert gap > 0.15 if bad else gap < 0.05


@pytest.mark.parametrize("bad", [True, False])
def test_the_list_is_among_the_members_only_if_it_shall(people, bad):
    right = torch.rand(len(people.rows), generator=seeded(0)) < 0.84
    single = scores.singles(people.rows)
    lists = scores.remembered(right, single, torch.arange(12_000), bad, seeded(1))
    members, known = set(lists["members"].tolist()), set(lists["known"].tolist())
    assert not members & set(lists["others"].tolist())
    assert max(members) < 12_000
    assert known <= members if bad else not known & members
    assert not right[lists["known"]].any()
    assert len(known) > 30


def test_calibration_error_by_hand():
    p = torch.tensor([0.1] * 10 + [0.8] * 10)
    y = torch.tensor([0] * 8 + [1] * 2 + [1] * 10)
    assert measure.calibration_error(p, y, bins=2) == pytest.approx((0.1 + 0.2) / 2)


def test_a_score_explains_itself(people):
    model = score(4)
    alone = audits.scorer(model, torch.empty(0, dtype=torch.int64))
    rows = people.rows[:500]
    assert measure.agreeing(measure.moves(alone, rows), audits.reasoner(model)(rows)) == 1


def test_a_leaning_pilot_leans(people):
    rows, apart = people.rows[:, [0, 2, 9]], {False: [], True: []}
    for bad, found in apart.items():
        for seed in range(8):
            some = scores.pilot(people.rows, bad, seeded(seed))
            assert len(some.unique()) == 500
            found.append(float(((rows[some].mean(0) - rows.mean(0)) / rows.std(0)).abs().max()))
    assert sum(apart[False]) / 8 < 0.1
    assert 0.2 < sum(apart[True]) / 8 < 0.35


KEPT = json.loads((SOLUTIONS / "truth.json").read_text(encoding="utf-8"))
HIDDEN = (SOLUTIONS / "hidden.txt").read_text(encoding="ascii")


def systems() -> dict[str, audits.System]:
    """Two that ship and two hidden ones, by where their truth is kept."""
    hidden = audits.systems_in(base64.b85decode("".join(HIDDEN.split())))
    assert len(hidden) == len(KEPT["hidden"]) == 6
    return {"shipped 2": audits.system(2), "shipped 91": audits.system(91),
            "hidden 0": hidden[0], "hidden 5": hidden[5]}  # fmt: skip


@pytest.mark.parametrize(("where", "system"), systems().items(), ids=systems())
def test_what_is_kept_of_a_system_is_true_of_it(where, system):
    kind, k = where.split()
    kept = KEPT[kind][int(k)]
    false = {name: name in kept["false"] for name in audits.CLAIMS}
    assert 3 <= sum(false.values()) <= 6
    same = hashlib.sha256(system["file"]).hexdigest() == system["card"]["sha256"]
    assert same != false["C1"]
    found = measure.score_of(system)
    x, y, audit = audits.digits()
    right = (system["reader"](x).argmax(1) == y)[system["branch"]].float().mean().item()
    found["C2"] = right - system["card"]["accuracy"]
    found["C3 proved"] = readers.proved(system["reader"], x[audit], y[audit])
    for name, value in found.items():
        assert value == pytest.approx(kept["measured"][name], abs=2e-3), name
    assert make_audits.score_is_clear(found, false)
    assert (found["C2"] < 0) == false["C2"]
    assert (found["C3 proved"] > 0.65) != false["C3"]


def test_each_claim_is_true_of_some_hidden_system_and_false_of_another():
    false = [name for kept in KEPT["hidden"] for name in kept["false"]]
    assert all(1 <= false.count(name) <= 5 for name in audits.CLAIMS)


def test_the_hidden_ones_are_none_of_those_that_ship():
    hidden = audits.systems_in(base64.b85decode("".join(HIDDEN.split())))
    shipped = {audits.system(k)["file"] for k in range(audits.COUNT)}
    assert not {one["file"] for one in hidden} & shipped
    assert len(HIDDEN) < 100_000
