"""The oracles and given parts of Lab 10 against closed forms, public vectors and brute force."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from source import names_of

LAB = names_of("lab10_accountability")
run, subsets = LAB["run"], LAB["subsets"]
FIRE = {"lightning": "1", "match": "1", "fire": "lightning or match"}
GUN = {"ann": "1", "bob": "0", "cy": "1", "shot": "ann and bob or cy"}
PART = {"a": "0", "b": "0", "c": "b or a", "d": "c != a", "e": "b and d"}


def test_the_tree_is_that_of_certificate_transparency():
    vectors = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
    told = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert LAB["oracle_root"](vectors).hex() == LAB["tree_root"](vectors).hex() == told
    for n in range(41):
        leaves = [bytes([i]) for i in range(n)]
        assert LAB["oracle_root"](leaves) == LAB["tree_root"](leaves)


def test_every_right_proof_is_accepted_and_no_forged_one():
    right = forged = 0
    for size in range(1, 41):
        leaves = [bytes([i, size]) for i in range(size)]
        root = LAB["oracle_root"](leaves)
        for i, leaf in enumerate(leaves):
            proof = LAB["oracle_path"](leaves, i)
            assert proof == LAB["path"](leaves, i, LAB["tree_root"])
            right += LAB["included"](leaf, i, size, proof, root)
            others = [(leaf, j, size, proof, root) for j in range(-1, size + 2) if j != i]
            others += [(leaf + b"x", i, size, proof, root), (leaf, i, size, [*proof, root], root)]
            others += [(leaf, i, size, [root, *proof], root)]
            others += [
                (leaf, i, size, proof[:at] + proof[at + 1 :], root) for at in range(len(proof))
            ]
            forged += sum(LAB["included"](*case) for case in others)
    assert (right, forged) == (820, 0)


def test_a_score_has_one_result_in_every_order():
    weights, x = np.random.default_rng(0).normal(size=(2, 61)).tolist()
    orders = [np.random.default_rng(seed).permutation(61) for seed in range(200)]
    results = {LAB["score_bits"]([weights[i] for i in o], [x[i] for i in o]) for o in orders}
    assert len(results) == 1
    assert len({sum(weights[i] * x[i] for i in o) for o in orders}) > 5


def test_the_cheapest_change_is_that_of_all_choices():
    rng = np.random.default_rng(0)
    for _ in range(100):
        names = list("abc")
        w, x = ({n: int(v) / 8 for n, v in zip(names, rng.integers(-9, 9, 3), strict=True)}
                for _ in range(2))  # fmt: skip
        moves = {n: [(0, 0), *((int(m) / 8, int(c)) for m, c in rng.integers(0, 9, (3, 2)))]
                 for n in names}  # fmt: skip
        choices = []
        for picked in product(*moves.values()):
            gain = sum(w[n] * (x[n] + m) for n, (m, _) in zip(names, picked, strict=True))
            choices.append((sum(c for _, c in picked), gain))
        truth = min((cost for cost, score in choices if score >= 1), default=None)
        assert LAB["oracle_cheapest"](w, 0.0, x, moves, 1.0) == truth
        got = LAB["recourse"](w, 0.0, x, moves, 1.0)
        assert (got and got[0]) == truth


@pytest.mark.parametrize("writing", ["oracle_responsibility", "responsibility"])
def test_responsibility_has_its_closed_forms(writing):
    degree = LAB[writing]
    for n, need in product(range(1, 6), range(1, 6)):
        names = [f"v{i}" for i in range(n)]
        if need <= n:
            vote = {**dict.fromkeys(names, "1"), "won": f"{'+'.join(names)} >= {need}"}
            assert degree(vote, "v0", "won") == pytest.approx(1 / (1 + n - need))
    assert degree(LAB["ROCKS"], "suzy_throws", "broken") == 1
    assert degree(LAB["ROCKS"], "billy_throws", "broken") == 0
    assert degree({"a": "1", "b": "0", "c": "b"}, "a", "c") == 0


def test_two_writings_of_the_definition_agree():
    models = LAB["oracle_models"](100, 5)
    pairs = [(model, x) for model in models for x in "abd"]
    assert all(LAB["responsibility"](m, x, "f") == LAB["oracle_responsibility"](m, x, "f")
               for m, x in pairs)  # fmt: skip


def is_cause(model, x, y, year):
    """Whether x = its actual value is a cause of y, by the definition of 2001 or of 2015."""
    actual, others = run(model, {}), [n for n in model if n not in (x, y)]
    for held in subsets(others):
        rest = [n for n in others if n not in held]
        for w in product((0, 1), repeat=len(held)):
            new = dict(zip(held, w, strict=True))
            if year == 2015 and any(new[n] != actual[n] for n in held):
                continue
            if run(model, {x: 1 - actual[x], **new})[y] == actual[y]:
                continue
            if year == 2015 or all(
                run(model, {x: actual[x], **new, **{n: actual[n] for n in part}})[y] == actual[y]
                for part in subsets(rest)
            ):
                return True
    return False


def test_the_three_definitions_disagree_where_the_text_says():
    degree = LAB["responsibility"]
    assert degree(FIRE, "match", "fire") == 0.5
    assert not is_cause(FIRE, "match", "fire", 2015)
    assert is_cause(FIRE, "match", "fire", 2001)
    for model, x, y in ((GUN, "ann", "shot"), (PART, "a", "e")):
        assert degree(model, x, y) == 0
        assert is_cause(model, x, y, 2001)


def test_what_the_operator_slept_through_clears_him_whether_the_alarm_arrived_does_not():
    """The two variables that the shorter model of the crash leaves out, one at a time."""
    start = dict.fromkeys(("brake", "link", "operator"), "1")
    alarm, slept = {"no_alarm": "link"}, {"slept": "operator and not no_alarm"}
    both = {**start, **alarm, **slept, "crash": "brake and (no_alarm or slept)"}
    one = {**start, "slept": "operator and not link", "crash": "brake and (link or slept)"}
    other = {**start, **alarm, "crash": "brake and (no_alarm or operator)"}
    for model, link, operator in ((both, 1, 0), (one, 1, 0), (other, 0.5, 0.5)):
        assert LAB["responsibility"](model, "link", "crash") == link
        assert LAB["responsibility"](model, "operator", "crash") == operator


def newton(d):
    """Online Newton bets: another gambler."""
    lam, a, now, out = 0.0, 1.0, 1.0, []
    for step in d:
        now *= 1 + lam * step
        out.append(now)
        z = step / (1 + lam * step)
        a += z * z
        lam = float(np.clip(lam + 2 / (2 - math.log(3)) * z / a, -0.5, 0.5))
    return np.array(out)


@pytest.mark.parametrize("gambler", [LAB["wealth"], newton])
def test_against_a_fair_lender_the_mean_fortune_is_one(gambler):
    for n, p in ((4, 0.3), (6, 0.1)):
        every = np.array(list(product((1, -1, 0), repeat=n)))
        chance = np.where(every, p, 1 - 2 * p).prod(1)
        assert chance @ [gambler(d)[-1] for d in every] == pytest.approx(1, abs=1e-12)


def test_the_fortune_has_its_closed_form():
    """2^n u! v! / (n + 1)! after u ones and v minus ones: a uniform prior over the share."""
    rng = np.random.default_rng(0)
    for n in (1, 5, 12):
        d = rng.choice([1, -1], n)
        u, v = (d == 1).sum(), (d == -1).sum()
        truth = 2**n * math.factorial(u) * math.factorial(v) / math.factorial(n + 1)
        assert LAB["wealth"](d)[-1] == pytest.approx(truth)


def test_fair_lenders_are_accused_as_rarely_as_promised():
    """At most 27 of 200 with probability 1 - 1e-6 if each is accused with probability 5 %."""
    for gambler in (LAB["wealth"], newton):
        hit = sum(gambler(LAB["twin_outcomes"](0.0, 1000, seed)).max() >= 20 for seed in range(200))
        assert hit <= 27


def test_the_lender_that_knows_does_what_the_text_says():
    lender = LAB["make_lender"](1.5, 0, wary=True)
    assert all(lender(row, 0) == lender(row, 1) for row in range(500))
    calm, plain = (LAB["make_lender"](gap, 3, wary=True) for gap in (50.0, 0.0))
    said = [(calm(row, row % 2), plain(row, row % 2)) for row in range(300)]
    assert all(a == b for a, b in said[20:] if a == 0 or b == 1)
    assert sum(a for a, _ in said[20:]) < 100  # with the gap on, all 140 of one group


def test_the_commitment_in_the_visible_check_is_that_of_the_model():
    import hashlib
    import json

    opened = json.dumps({"weights": [1.0, -0.5], "threshold": 0.5}).encode()
    assert hashlib.sha256(bytes(range(16)) + opened).hexdigest().startswith("da17ba85273d96bf")
