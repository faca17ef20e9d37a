"""Answers and oracles of Lab 18 against independent facts."""

from __future__ import annotations

import base64
import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import norm
from source import ROOT, names_of

from safetylab import audits

LAB = names_of("lab18_safety_case")
FOLDER = ROOT / "solutions" / "lab18_safety_case"


def test_the_pay_is_strictly_proper():
    grid = np.linspace(0, 1, 401)
    for belief in np.linspace(0, 1, 21):
        worth = [belief * LAB["pay"](p, True) + (1 - belief) * LAB["pay"](p, False) for p in grid]
        assert grid[int(np.argmax(worth))] == pytest.approx(belief, abs=1e-9)


def test_the_division_meets_neymans_bound():
    spreads = [0.5, 0.3, 0.2]
    n = LAB["allocate"]([10_000] * 3, spreads, 3000)
    assert sum(s**2 / k for s, k in zip(spreads, n, strict=True)) == pytest.approx(
        sum(spreads) ** 2 / 3000, rel=1e-4
    )
    assert LAB["oracle_least"]((4, 9), (0.3, 0.6), 9) == pytest.approx(0.09 / 3 + 0.36 / 6)


def test_the_strongest_stamp_is_the_best_of_all_of_one_place_by_brute_force():
    model, x, y = LAB["GUARDED"], LAB["x_test"][:30], LAB["y_test"][:30]
    stamp = LAB["strongest_stamp"](model, x, y)
    best = LAB["pull"](model, x, y, stamp)
    assert best == pytest.approx(LAB["oracle_best_pull"](model, x, y), abs=1e-6)
    for pattern, target in product(range(0, 512, 7), range(10)):
        assert LAB["pull"](model, x, y, (*stamp[:2], pattern, target)) <= best + 1e-6


def test_what_is_proved_no_corner_breaks():
    draw = torch.Generator().manual_seed(4)
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    for weights in net.parameters():
        torch.nn.init.normal_(weights, generator=draw)
    x = torch.rand(60, 4, generator=draw)
    y = net(x).argmax(1)
    safe = LAB["proven"](net, x, y, 0.1)
    assert 5 < int(safe.sum()) < 60
    grid = torch.tensor(list(product((-0.1, -0.05, 0.0, 0.05, 0.1), repeat=4)))
    for one, label in zip(x[safe], y[safe], strict=True):
        assert bool((net((one + grid).clamp(0, 1)).argmax(1) == label).all())


def test_the_plug_in_of_a_calibrated_score_is_chance():
    rng = np.random.default_rng(0)
    p = rng.random((200, 300))
    plain = []
    for row in p:
        y = rng.random(300) < row
        parts = np.array_split(np.argsort(row), 10)
        plain.append(np.mean([abs(row[k].mean() - y[k].mean()) for k in parts]))
    assert np.mean(plain) == pytest.approx(0.8 * np.sqrt((p * (1 - p)).mean() / 30), rel=0.1)


def test_a_case_drawn_by_lot_has_every_fault_somewhere():
    seen = set()
    for seed in range(150):
        case, p = LAB["oracle_case"](seed)
        wanted = LAB["oracle_findings"](case, "n0", p)
        assert LAB["lint"](case, "n0", p) == wanted
        seen |= {finding for finding, _ in wanted}
    assert len(seen) == 8
    assert LAB["lint"](*(lambda made: (made[0], "top", made[1]))(LAB["small_case"]())) == set()


def test_decisions_are_the_cheapest_of_all():
    p, loss, price = {"a": 0.5, "b": 0.9}, {"a": 2.0, "b": 8.0}, {"a": 0.9, "b": 0.9}
    assert LAB["decide"](p, loss, price, 1.8) == ("conditions", {"a"}) or LAB["decide"](
        p, loss, price, 1.8
    ) == ("refuse", set())
    assert LAB["decide"](p, loss, {}, 1.9) == ("deploy", set())


def test_honest_doubt_is_what_the_normal_law_says():
    measure, cards, _, _ = LAB["pretend"](3, True)
    verdicts = LAB["audit_claims"](measure, cards, 900)
    measure, cards, _, _ = LAB["pretend"](3, True)
    costly = [claim for claim, card in cards.items() if card[2]]
    for claim, (bar, side, _) in cards.items():
        estimate, error, _ = measure(claim, 900 // len(costly))
        assert verdicts[claim][0] == pytest.approx(norm.cdf(side * (estimate - bar) / error))


def test_the_hidden_cell_holds_what_the_systems_were_made_with():
    stored = json.loads((FOLDER / "author" / "truth.json").read_text())
    assert "".join(LAB["oracle_unseen"].split()) == "".join(
        (FOLDER / "author" / "hidden.txt").read_text().split()
    )
    for key, name in (("shipped", "shipped"), ("unseen", "hidden")):
        bits = LAB["oracle_truth"][key].split()
        assert len(bits) == len(stored[name])
        for code, made in zip(bits, stored[name], strict=True):
            false = {claim for claim, holds in LAB["oracle_holds"](code).items() if not holds}
            assert false == set(made["false"])


def test_the_solution_earns_its_points_on_every_system():
    judge, unseen = LAB["audit_claims"], base64.b85decode("".join(LAB["oracle_unseen"].split()))
    systems, truths = audits.systems_in(unseen), LAB["oracle_truth"]["unseen"].split()
    assert LAB["oracle_paid"](judge, systems, truths, 5)[0] >= 0.7
    shipped = LAB["oracle_truth"]["shipped"].split()
    for k in range(0, audits.COUNT, 9):
        paid, _, _ = LAB["oracle_paid"](judge, [audits.system(k)] * 3, [shipped[k]] * 3, 6)
        assert paid >= 0.45, k


def test_the_bars_of_the_bench_are_those_of_the_claims():
    _, cards, _ = LAB["oracle_bench"](audits.system(0), 0)
    for claim, told in (
        ("C3", "65 %"),
        ("C4", "60 %"),
        ("C5", "60 %"),
        ("C6", "0.06"),
        ("C7", "0.10"),
        ("C8", "0.10"),
        ("C9", "80 %"),
    ):
        assert told in audits.CLAIMS[claim]
        bar = float(told.split()[0]) / (100 if "%" in told else 1)
        assert cards[claim][0] == pytest.approx(bar)
        assert cards[claim][1] == (1 if "at least" in audits.CLAIMS[claim].lower() else -1)
    assert str(audits.EPSILON) in audits.CLAIMS["C3"]
    assert cards["C2"][0] == audits.system(0)["card"]["accuracy"]


def test_the_table_of_audits_is_what_was_measured():
    here = Path(__file__).parent
    measured, others = ((here / f"{name}.txt").read_text() for name in ("own_tools", "strategies"))
    prose = (FOLDER / "lab18_safety_case.py").read_text()
    for questions in ("300", "900", "1500"):
        earned = [
            re.search(rf"^equal shares, +{questions} questions, {name} +([\d.]+)", measured, re.M)[
                1
            ]
            for name in ("honest", "always sure", r"never sure \(.7 / .3\)")
        ]
        assert f"# | {int(questions):,} | {' | '.join(earned)} |" in prose
    for name, said in (("1 for all", "$-0.67$"), ("0 for all", "$-1.33$")):
        assert re.search(rf"^{name} +{said.strip('$')}", others, re.MULTILINE)
        assert said in prose


def test_what_the_error_of_c5_leaves_out_is_what_was_measured():
    measured = (Path(__file__).parent / "own_tools.txt").read_text()
    prose = " ".join((FOLDER / "lab18_safety_case.py").read_text().replace("\n# ", " ").split())
    missed = re.findall(
        r"C5 with (\d+) questions: .* \((\d+) systems\) p > .95 in (\d+)%", measured
    )
    sure = {questions: share for questions, _, share in missed}
    assert f"Of the hundred systems {missed[0][1]} break C5." in prose
    assert f"more than 95 % likely to hold in {sure['180']} % of these" in prose
    assert f"with 360 questions in {sure['360']} %" in prose
    uneven = re.search(r"^C5 two fifths, +900 questions, honest +([\d.]+)", measured, re.M)[1]
    assert f"the whole earned {uneven}" in prose


def test_the_reader_made_by_hand_turns_its_slopes_round():
    model, y = LAB["turning"](0.05), torch.tensor([0])
    half = torch.full((98,), 0.05)
    for first, second, lead in ((0, 0, 60), (1, -1, 60 - 41.2 - 3.92), (1, 1, 60 - 119.6)):
        x = 0.5 + torch.cat([first * half, second * half])[None]
        assert float(LAB["margin"](model(x), y)) == pytest.approx(0.05 * lead, abs=1e-3)
    x = torch.full((1, 196), 0.5, requires_grad=True)
    (slope,) = torch.autograd.grad(LAB["margin"](model(x), y).sum(), x)
    assert bool((slope[0, 98:] > 0).all())
    x = torch.full((1, 196), 0.5).index_fill(1, torch.arange(98), 0.53).requires_grad_(True)
    (slope,) = torch.autograd.grad(LAB["margin"](model(x), y).sum(), x)
    assert bool((slope < 0).all())


def test_nothing_but_the_difference_moves_the_steady_reader():
    model, y = LAB["steady"](0.05), torch.tensor([0])
    for change in (-0.05, 0.0, 0.02, 0.05):
        logits = model(torch.full((1, 196), 0.5 + change))
        assert float(logits[0, 0]) == pytest.approx(102.9, abs=1e-3)
        assert float(LAB["margin"](logits, y)) == pytest.approx(4.9 - 196 * change, abs=1e-3)


def test_the_given_calibration_error_takes_off_what_chance_adds():
    for n, loud, truth in ((300, 1.0, 0.0), (300, 2.0, 0.094)):
        found, plain = [], []
        for seed in range(60):
            rng = np.random.default_rng(seed)
            logit = rng.normal(-1, 1.5, n)
            y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
            p = 1 / (1 + np.exp(-loud * logit))
            found.append(LAB["calibration_error"](p, y, rng))
            parts = np.array_split(np.argsort(p), 10)
            plain.append(np.mean([abs(p[part].mean() - y[part].mean()) for part in parts]))
        assert np.mean(found) == pytest.approx(truth, abs=0.03)
        if not truth:
            assert np.mean(plain) == pytest.approx(0.06, abs=0.006)


def test_who_refutes_c4_is_refused_at_each_cost_up_to_eight():
    source = (FOLDER / "lab18_safety_case.py").read_text()
    for said in (
        "(3, 2, 4, 10, 4, 2, 4, 2, 1, 1)",
        "0.3 for claim in loss if claim != ",
        "8.0, 16",
    ):
        assert said in source
    loss = dict(zip(audits.CLAIMS, (3, 2, 4, 10, 4, 2, 4, 2, 1, 1), strict=True))
    price = {claim: 0.3 for claim in loss if claim != "C4"}
    for others in (0.0, 1.0):
        p = {claim: 0.01 if claim == "C4" else others for claim in loss}
        for refuse in (1.0, 2.0, 4.0, 8.0):
            assert LAB["decide"](p, loss, price, refuse) == ("refuse", set())
        assert LAB["decide"](p, loss, price, 16.0)[0] != "refuse"
