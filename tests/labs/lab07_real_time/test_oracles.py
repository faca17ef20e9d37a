"""What judges the answers of Lab 07 agrees with truths of its own."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from source import names_of

LAB = names_of("lab07_real_time")


def test_looks_are_counted_exactly_where_a_look_ends_at_the_last_moment():
    """In whole numbers of 1/16 s: worst phase, rational arithmetic."""
    for period, latency, left in ((4, 4, 16), (4, 7, 16), (3, 5, 31), (5, 0, 4)):
        truth = max(0, math.floor(Fraction(left - latency, period)))
        got = LAB["oracle_looks"](16.0 + left, 16.0, 8.0, period / 16, latency / 16)
        mine = LAB["certain_looks"](16.0 + left, 16.0, 8.0, period / 16, latency / 16)
        assert got == truth == mine


def test_waiting_times_are_those_of_a_queue_with_constant_service():
    """Pollaczek and Khinchine: M/D/1 at 90 % waits 4.5 services on average, and one for itself."""
    means = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        arrival = np.cumsum(rng.exponential(1 / 0.9, 20_000))
        means.append(LAB["response_times"](arrival, np.ones(20_000)).mean())
    assert np.mean(means) == pytest.approx(5.5, abs=0.2)


def test_the_worst_way_is_that_of_a_thousand_small_steps():
    rng = np.random.default_rng(0)
    for v, first, second in rng.uniform((0, -6, -6), (25, 2, 2), (20, 3)):
        way, speed, dt = 0.0, v, 1e-4
        for k in range(150_000):
            a = (first if k < 2000 else second if k < 4000 else -6.0) + 1.0
            new = max(0.0, speed + a * dt)
            way, speed = way + (speed + new) / 2 * dt, new
            if k > 4000 and not speed:
                break
        assert LAB["oracle_worst_way"](v, first, second) == pytest.approx(way, abs=2e-3)


def test_inside_a_step_the_gap_is_never_smaller_than_at_its_ends_and_zero():
    """The proof's first point: under the worst case the gap rises, then falls."""
    rng = np.random.default_rng(1)
    for v, lead, first, second in rng.uniform((0, 0, -6, -6), (25, 25, 2, 2), (200, 4)):
        gap, gaps, dt = 0.0, [0.0], 0.002
        for k in range(4000):
            a = (first if k < 100 else second if k < 200 else -6.0) + 1.0
            ours, theirs = max(0.0, v + a * dt), max(0.0, lead - 8 * dt)
            gap += (lead + theirs - v - ours) / 2 * dt
            v, lead = ours, theirs
            gaps.append(gap)
        assert min(gaps) >= min(gaps[0], gaps[-1]) - 0.01


def test_a_gentle_leader_makes_the_end_no_proof():
    """Condition (i): a leader that brakes at 3 while we brake at 5 is closest on the way."""
    v, lead, gap, gaps, dt = 12.0, 6.0, 0.0, [0.0], 0.001
    for _ in range(6000):
        ours, theirs = max(0.0, v - 5 * dt), max(0.0, lead - 1 * dt)
        gap += (lead + theirs - v - ours) / 2 * dt
        v, lead = ours, theirs
        gaps.append(gap)
    assert min(gaps) < min(gaps[0], gaps[-1]) - 1


def test_exits_are_counted_as_by_trying_every_subset_of_thresholds():
    rng = np.random.default_rng(2)
    for _ in range(50):
        c = rng.integers(1, 9, 16) / 9
        small, big = rng.random(16) < 0.5, rng.random(16) < 0.8
        most = 0
        for t in [*set(c.tolist()), 2.0]:
            if big.mean() - np.where(c >= t, small, big).mean() <= 1 / 8 + 1e-12:
                most = max(most, int((c >= t).sum()))
        assert LAB["oracle_most_exits"](c, small, big, 1 / 8) == most


def test_the_slow_down_reaches_its_threshold_and_the_lazy_attacks_do_not():
    net, x, threshold = LAB["oracle_victim"](11)

    def goes_on(moved):
        return (net(moved).softmax(1).amax(1) < threshold).float().mean().item()

    assert goes_on(LAB["slow_down"](net, x, 0.1, 20)) > 0.93
    assert goes_on(LAB["slow_down"](net, x, 0.1, 1)) < 0.9


def test_decoding_with_a_cache_is_torchs_causal_attention():
    layers = LAB["draw_layers"](2, 6, 9)
    rows = torch.from_numpy(np.random.default_rng(9).normal(size=(7, 6)))
    x = rows
    for query, key, value, output in (map(torch.from_numpy, layer) for layer in layers):
        parts = ((x @ m)[None, None] for m in (query, key, value))
        seen = torch.nn.functional.scaled_dot_product_attention(*parts, is_causal=True)
        x = x + seen[0, 0] @ output
    cache = [(np.zeros((0, 6)), np.zeros((0, 6))) for _ in layers]
    for row, truth in zip(rows.numpy(), x.numpy(), strict=True):
        out, cache = LAB["cached_step"](layers, row, cache)
        assert out == pytest.approx(truth, abs=1e-10)
