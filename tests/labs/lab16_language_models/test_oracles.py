"""What judges the answers of Lab 16 agrees with truths of its own."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import torch
from source import names_of

from safetylab import mail

LAB = names_of("lab16_language_models")
MODES = ("suffix", "insertion", "infusion")


def test_the_fewest_words_are_those_of_a_search_also_where_a_score_is_hit_exactly():
    rng = np.random.default_rng(0)
    exact = 0
    for _ in range(300):
        weights = rng.integers(-12, 7, rng.integers(3, 9)) / 8
        score, repeat = float(rng.integers(-4, 40) / 8), bool(rng.random() < 0.5)
        found = LAB["fewest_words"](weights, score, repeat)
        assert found == LAB["oracle_fewest"](weights, score, repeat)
        exact += repeat and bool(found) and score + found * weights[2:].min() == 0
    assert exact > 10


def test_erasures_are_counted_as_combinatorics_counts_them():
    tokens = tuple(range(2, 14))
    n = len(tokens)
    for d in range(4):
        counts = (d + 1, 1 + sum(n - k + 1 for k in range(1, d + 1)),
                  sum(math.comb(n, k) for k in range(d + 1)))  # fmt: skip
        for mode, count in zip(MODES, counts, strict=True):
            assert len(LAB["oracle_erasures"](tokens, d, mode)) == count
            assert set(LAB["erasures"](tokens, d, mode)) == LAB["oracle_erasures"](tokens, d, mode)


@pytest.mark.parametrize("mode", MODES)
def test_taking_back_an_attack_gives_the_prompt_for_every_attack(mode):
    """The line of logic behind the theorem, with attacks made the other way round."""
    for n, size in product(range(4), range(3)):
        for prompt, added in product(product((2, 3), repeat=n), product((2, 3), repeat=size)):
            middle = n // 2
            attacked = {
                "suffix": prompt + added,
                "insertion": prompt[:middle] + added + prompt[middle:],
                "infusion": added[:1] + prompt + added[1:],
            }[mode]
            assert prompt in LAB["erasures"](attacked, 2, mode)


def test_a_block_in_the_middle_passes_a_check_of_suffixes():
    """The theorem's condition fails: an insertion against a suffix certificate."""
    check, erasures = LAB["erase_and_check"], LAB["erasures"]
    flagged = {(2, 3)}.__contains__
    assert check(flagged, (2, 3, 4), 1, "suffix", erasures=erasures)
    assert not check(flagged, (2, 4, 3), 1, "suffix", erasures=erasures)
    assert check(flagged, (2, 4, 3), 1, "insertion", erasures=erasures)


def test_the_operating_point_is_the_best_of_all_thresholds():
    rng = np.random.default_rng(1)
    for _ in range(200):
        spam = np.round(rng.normal(1, 1, 6), 1)
        ham = [np.round(rng.normal(0, 1, rng.integers(1, 6)), 1) for _ in range(5)]
        budget = int(rng.integers(0, 6)) / 5
        threshold, certified = LAB["operating_point"](spam, ham, budget)
        assert certified == pytest.approx(LAB["oracle_point"](spam, ham, budget))
        assert sum(max(scores) > threshold for scores in ham) <= 5 * budget + 1e-9


def test_every_random_filter_can_be_broken_in_all_three_ways():
    for seed in range(20):
        words, d = (2, 3, 4), 1 + seed % 2
        flags = LAB["oracle_coins"](seed, words)
        found = LAB["outside"](flags, words, d)
        assert set(found) == {"insertion", "longer", "changed"}
        for kind, (prompt, attack) in found.items():
            assert LAB["is_kind"](kind, prompt, attack, d)
            assert prompt in flags
            assert not any(attack[: len(attack) - k] in flags for k in range(d + 1))


def test_kinds_are_told_apart():
    is_kind = LAB["is_kind"]
    assert is_kind("insertion", (2, 3), (4, 2, 3), 1)
    assert not is_kind("insertion", (2, 3), (2, 3, 4), 1)
    assert not is_kind("insertion", (2, 3), (4, 2, 4, 3), 2)
    assert is_kind("longer", (2,), (2, 3, 3), 1)
    assert not is_kind("longer", (2,), (2, 3), 1)
    assert is_kind("changed", (2, 3), (2, 2), 1)
    assert not is_kind("changed", (2, 3), (3, 2), 1)


def test_the_bound_on_a_sample_is_reached_by_one_flag_and_never_undercut():
    for n, s in product(range(1, 8), range(8)):
        chances = [
            LAB["detection_probability"](np.array((False, *flags)), s)
            for flags in product((False, True), repeat=n)
            if any(flags)
        ]
        assert min(chances) == pytest.approx(min(s, n) / n)
    assert LAB["oracle_detection"](np.array([False, True, False, False]), 2) == pytest.approx(2 / 3)


def test_labels_keep_both_promises_on_all_programs_of_two_steps():
    run, leaks = LAB["guarded_run"], LAB["leaks"]
    steps, models = LAB["STEPS"], LAB["MODELS"]
    assert len(steps) == 36
    assert len(models) == 16
    for first, second in product(steps, steps):
        for model in models[::3]:
            assert leaks(run, [first, second], model) == (False, False)


def test_without_labels_programs_leak_both_ways():
    """The judge sees what a monitor is for."""
    bare, echo = LAB["oracle_unguarded"], ((0, 0), (1, 1))
    assert LAB["leaks"](bare, [("send", "user", "diary")], echo) == (True, False)
    assert LAB["leaks"](bare, [("send", "mail", "user")], echo) == (False, True)
    assert LAB["leaks"](bare, [("skipif", "diary"), ("send", "user", "user")], echo)[0]


def test_harmless_programs_send_the_same_with_and_without_labels():
    kinds = [step for step in LAB["STEPS"] if "diary" not in step]
    programs = [p for p in product(kinds, repeat=2) if LAB["oracle_harmless"](p)]
    assert len(programs) > 100
    for program, world in product(programs, LAB["WORLDS"]):
        for model in LAB["MODELS"][::5]:
            assert LAB["guarded_run"](program, world, model) == LAB["oracle_unguarded"](
                program, world, model
            )


def test_the_promise_of_a_vote_is_that_of_a_simulation():
    rng = np.random.default_rng(2)
    n, m, k, M, N = 12, 4, 2, 5, 7
    places = rng.random((20_000, N, n)).argsort(2)[:, :, :M]
    stops = ((places >= n - m).sum(2) >= k).sum(1) * 2 > N
    assert LAB["promised"](n, m, k, M, N) == pytest.approx(stops.mean(), abs=0.015)
    assert LAB["oracle_promised"](6, 2, 1, 2, 3) == pytest.approx(0.648)


def test_first_order_swaps_are_exact_for_a_filter_that_adds_up():
    """Where the score is a sum over places, the best swap is the best of all single swaps."""
    g = torch.Generator().manual_seed(0)
    embedding = torch.randn(40, 5, generator=g, dtype=torch.float64)
    slopes = torch.randn(4, 5, generator=g, dtype=torch.float64)
    words = [3, 9, 20, 31]
    best = LAB["best_swaps"](embedding, slopes, 1)[:, 0].tolist()
    for place, chosen in enumerate(best):
        changes = slopes[place] @ (embedding[2:] - embedding[words[place]]).T
        assert chosen == int(changes.argmin()) + 2


def test_a_score_does_not_depend_on_company():
    """So a check of many versions at once is a check of each."""
    net, tokens = mail.net("erased0"), mail.mails("test").tokens[0]
    some = LAB["erasures"](tokens, 20, "suffix")
    together = mail.scores(net, some)
    alone = np.array([mail.scores(net, [one])[0] for one in some])
    np.testing.assert_allclose(together, alone, atol=1e-4)
