"""What judges the answers of Lab 13 agrees with truths of its own."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy.stats import binom
from source import names_of

from safetylab import counts

LAB = names_of("lab13_transparency")
METRICS = ("accuracy", "precision", "recall", "specificity", "f1")


def test_a_matrix_fits_where_decimal_rounding_up_or_to_even_gives_the_value():
    """Either kind of rounding, or half a unit below: all that is within half a unit."""
    for n, digits in ((8, 2), (5, 1)):
        for row in product(range(n + 1), repeat=3):
            if sum(row) > n:
                continue
            full = (*row, n - sum(row))
            for metric in METRICS:
                above, below = LAB["parts"](metric, *full)
                if not below:
                    assert not LAB["oracle_fits"]({metric: 0.5}, digits, full)
                    continue
                unit = Decimal(1).scaleb(-digits)
                exact = Decimal(above) / Decimal(below)
                for way in (ROUND_HALF_UP, ROUND_HALF_EVEN):
                    told = float(exact.quantize(unit, way))
                    assert LAB["oracle_fits"]({metric: told}, digits, full)
                    assert not LAB["oracle_fits"]({metric: told + 1.5 * 10**-digits}, digits, full)


def test_the_cards_of_the_hidden_test_are_those_of_decimal_rounding():
    row = (5, 3, 1, 7)
    for up, way in ((True, ROUND_HALF_UP), (False, ROUND_HALF_EVEN)):
        card = LAB["oracle_card"](row, METRICS, 2, up=up)
        for metric, value in card.items():
            above, below = LAB["parts"](metric, *row)
            exact = Decimal(above) / Decimal(below)
            assert Decimal(repr(value)) == exact.quantize(Decimal("0.01"), way).normalize()


def test_the_model_answer_finds_what_the_definition_finds():
    for card, n, digits in (({"accuracy": 0.62}, 13, 2), ({"f1": 0.5, "recall": 0.4}, 11, 1)):
        found = LAB["matrices"](card, n, digits)
        assert set(found) == LAB["oracle_all"](card, n, digits)
        assert len(found) == len(set(found))


def test_an_f1_lies_in_what_its_precision_and_recall_allow():
    """The hook: harmonic means of the ends of both rounding intervals."""
    low, high = (2 / (1 / (0.7 + off) + 1 / (0.625 + off)) for off in (-0.0005, 0.0005))
    assert 0.6 < low < 0.6604 < high


def test_the_share_of_labellings_is_that_of_a_simulation():
    def total(answers, is_b):
        return float(np.asarray(answers)[is_b].sum())

    for case in LAB["oracle_cases"]():
        share = LAB["oracle_share"](*case, total)
        values, prompts = np.concatenate(case[:2]), np.concatenate(case[2:])
        is_b = np.arange(len(values)) >= len(case[0])
        rng, reached = np.random.default_rng(0), 0
        for _ in range(1000):
            mixed = is_b.copy()
            for prompt in set(prompts.tolist()):
                here = np.flatnonzero(prompts == prompt)
                mixed[here] = is_b[rng.permutation(here)]
            reached += total(values, mixed) >= total(values, is_b)
        assert reached / 1000 == pytest.approx(share, abs=0.07)


def test_the_exact_level_is_kept_with_the_equal_sign_and_lost_without():
    """Six answers of one prompt: how often is p at most 0.1 over all 20 splits?"""
    splits = [set(chosen) for chosen in combinations(range(6), 3)]
    sums = np.array([sum(chosen) for chosen in splits])
    kept = np.mean([np.mean(sums >= value) <= 0.1 for value in sums])
    lost = np.mean([np.mean(sums > value) <= 0.1 for value in sums])
    assert kept <= 0.1 < lost


def test_the_best_test_of_two_answers_is_that_of_counting():
    """Two answers: the best test rejects for large counts, in part at the border."""
    for chance, rival, n, alpha in ((0.5, 0.7, 5, 0.05), (0.2, 0.5, 4, 0.1), (0.3, 0.6, 1, 0.3)):
        ks = np.arange(n + 1)[::-1]
        null, other = binom.pmf(ks, n, chance), binom.pmf(ks, n, rival)
        left, power = alpha, 0.0
        for size, gain in zip(null, other, strict=True):
            share = min(1.0, left / size)
            left, power = left - share * size, power + share * gain
        laws = (np.array([1 - chance, chance]), np.array([1 - rival, rival]))
        assert LAB["oracle_best"](*laws, n, alpha) == pytest.approx(power, abs=1e-9)


def test_the_formula_bounds_the_best_test_and_neither_factor_can_be_dropped():
    rng, smaller = np.random.default_rng(3), {"no n": 0, "root": 0, "no root": 0}
    for trial in range(200):
        law, other = rng.dirichlet(np.full(4, 0.7), 2)
        if trial % 2:
            other = 0.9 * law + 0.1 * other
        n = 1 + trial % 5
        best = LAB["oracle_best"](law, other, n, 0.05)
        assert best <= LAB["oracle_formula"](law, other, n, 0.05) + 1e-9
        assert best <= LAB["most_power"](law, other, n, 0.05) + 1e-9
        tv, kl = np.abs(law - other).sum() / 2, (law * np.log(law / other)).sum()
        bounds = {"no n": min(tv, math.sqrt(kl / 2)), "root": math.sqrt(n) * tv, "no root": n * kl}
        for name, bound in bounds.items():
            smaller[name] += best > 0.05 + bound + 1e-9
    assert all(times > 0 for times in smaller.values()), smaller


def test_the_toy_orders_are_counted_one_by_one():
    logp = LAB["oracle_toy"](0)
    items = [(i, i) for i in range(4)]
    values = [logp([items[i] for i in order]) for order in permutations(range(4))]
    assert LAB["oracle_orders"](logp, items, [0] * 4) == np.mean(np.array(values) >= values[0])
    assert LAB["oracle_orders"](logp, items, [0, 1, 2, 3]) == 1


def test_who_has_read_the_list_is_accused_and_who_has_not_rarely():
    read = unread = 0
    for seed in range(10):
        rng = np.random.default_rng(50 + seed)
        text, (items, _) = counts.topic_text(12_000, rng), counts.topic_items(60, rng)
        copy = [word for item in items for word in item]
        here = list(range(60))
        unread += LAB["oracle_accused"](counts.CountModel(text), items, here, seed=seed)
        read += LAB["oracle_accused"](counts.CountModel(text + copy), items, here, seed=seed)
    assert read == 10
    assert unread <= 3


def test_a_split_is_judged_as_by_random_splits():
    rng = np.random.default_rng(7)
    for a, b in ((4, 3), (3, 5)):
        train, test = rng.integers(0, 3, (a, 2)), rng.integers(0, 3, (b, 2))
        rows = np.concatenate([train, test])

        def shared(some, a=a):
            return sum((row == some[:a]).all(1).any() for row in some[a:])

        share = np.mean([shared(rng.permutation(rows)) >= shared(rows) for _ in range(1000)])
        assert LAB["oracle_leak"](train, test) == pytest.approx(share, abs=0.07)
