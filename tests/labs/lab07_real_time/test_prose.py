"""Each claim of Lab 07's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, number, words

CLOCKED = ("fast", "slow")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab07_real_time")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab07_real_time")[0]))


def test_the_two_detectors(text):
    assert number(text, "fast: misses") > 20 * number(text, "slow: misses")
    assert "15: 21, 16: 15" in text
    assert "15: 1, 16: 0" in text
    assert number(text, "fast at 15 m/s: product rule") < 1e-15
    pairs = re.findall(r"all miss: fast (\d+), slow (\d+) zeros", text)
    assert len(pairs) == 5
    zeros = number(text, r"other noise \(")
    first = [round(zeros * number(text, f"{name} at 15 m/s: .* measured")) for name in CLOCKED]
    pairs = [(int(fast), int(slow)) for fast, slow in pairs] + [tuple(first)]
    assert all(fast > slow for fast, slow in pairs)
    assert all(8 <= fast <= 17 for fast, _ in pairs)
    assert all(slow <= 2 for _, slow in pairs)
    assert "one certain look up to 15.7 m/s" in text
    assert number(text, "any of 21 looks at [^:]*:") < 6
    assert re.search(r"15 m/s: fast .* better: slow\n16 m/s: fast .* better: fast", text)


def test_means_and_tails(text):
    rows = re.findall(r"mean ([\d.]+) s, p99 (\d+) s, p99.9 (\d+) s", text)
    assert len(rows) == 5
    for mean, _, tail in rows:
        assert 4.5 <= float(mean) <= 6.5
        assert 4.5 <= float(tail) / float(mean) <= 6.5
    assert "largest response 4.0 s" in text
    assert "p99 1 ms, p99.9 1 ms" in text
    assert "users: p99 100 ms, p99.9 910 ms" in text


def test_early_exit(text):
    rows = re.findall(r"big ([\d.]+)%, cascade ([\d.]+)%; (\d+)% go on", text)
    assert len(rows) == 5
    assert all(0.95 <= float(big) - float(both) <= 1.45 for big, both, _ in rows)
    assert number(text, "attacked: ") > 90
    clean, attacked = (number(text, rf"{kind}: \d+% go on, cascade") for kind in
                       ("clean", "attacked"))  # fmt: skip
    assert 0.5 < attacked - clean < 2  # "even rises by a point"
    assert number(text, "clean, at most half may go on: cascade") > clean - 1
    assert number(text, "attacked, at most half may go on: cascade") < clean - 15
    assert number(text, r"609,384:") < 0.4


def test_the_switch(text):
    assert "may_act: crash in 0% to 0% of 100 drives" in text
    for name in ("checks now", "ignores delay", "ignores disturbance", "leader like us"):
        assert number(text, f"{name}: crash in") > 0
    assert text.count("broken promises 0") == 4
    assert 94 < number(text, "8 bits: certainly unchanged") < 98  # "96 % of the digits"
    assert 7 < number(text, "3 bits: certainly unchanged") < 11
    assert number(text, "3 bits: certainly unchanged [^,]*, unchanged") > 97
    assert all(int(share) < 33 for share in re.findall(r"largest change / bound (\d+)%", text))


def test_the_cache(text):
    ratios = [float(r) for r in re.findall(r"with one: ([\d.]+) times as many", text)]
    assert len(ratios) == 3
    assert ratios == sorted(ratios)
    assert ratios[2] > 500
