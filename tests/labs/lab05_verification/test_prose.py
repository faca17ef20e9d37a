"""Each claim of Lab 05's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, number, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab05_verification")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab05_verification")[0]))


def test_the_hook(text):
    assert "in 28,320 of 28,320 cells between grid points" in text
    assert "1,000 random states of the rule: advises climb in 0" in text
    assert number(text, "same advice as the table at") > 97
    clear, climb, descend = map(float, re.findall(r"clear (\S+), climb (\S+), descend (\S+)\n",
                                                  text)[0])  # fmt: skip
    assert climb > max(clear, descend) + 0.5
    bad = number(text, "network 4, intruder above, seed 1:")
    assert 20 <= bad <= 60  # "of a million random states about ten lie in it"


def test_boxes_contain_what_was_seen_and_are_far_too_wide(text):
    rows = re.findall(r"proved in \[(\S+), (\S+)\], seen in \[(\S+), (\S+)\]", text)
    assert len(rows) == 4
    for row in rows:
        low, high, least, most = map(float, row)
        assert low <= least <= most <= high
    low, high, least, most = map(float, rows[-1])
    assert high - low > 2 * (most - least)


def test_lines_against_boxes(text):
    rows = re.findall(r"radius \S+, (.*): lines are worse in (\d+) of 40; .* by lines (\S+)", text)
    worse = {name: [int(n) for kind, n, _ in rows if kind == name] for name, *_ in rows}
    assert worse == {"smaller triangle": [16, 12, 6], "slope 0": [3, 8, 4], "slope 1": [28, 29, 14]}
    medians = {name: [float(m) for kind, _, m in rows if kind == name] for name, *_ in rows}
    better = [a > b for a, b in zip(medians["slope 0"], medians["smaller triangle"], strict=True)]
    assert better == [True, True, False]
    assert number(text, "least distance") >= 0
    assert number(text, "solver's point differs by at most") < 1e-6


def test_a_huge_constant_makes_every_answer_wrong(text):
    assert "off by more than 0.001 in 40 of 40 networks" in text
    assert "the network has another value in 40 of 40" in text


def test_the_verdicts(text):
    assert "proved 17, violated 3, unknown 0" in text
    found = re.findall(r"network (\d), intruder (\w+): violated .*; (\d+) bounds", text)
    assert [case[:2] for case in found] == [("1", "below"), ("3", "above"), ("4", "above")]
    assert all(int(calls) <= 150 for *_, calls in found)  # "a few dozen bounds"
    assert 20 <= int(found[1][2]) <= 50
    assert "1.4 times" in text
    assert text.count("network 3, intruder above, seed") == 5
    margins = re.findall(r"network 3, intruder above, seed \d: 0 of .* margin \+(\S+)", text)
    assert min(margins) == "0.047"
    rows = re.findall(r"end in a violation \[(.*)\]", text)
    assert len(rows) == 3
    assert all(int(n) > 0 for row in rows for n in row.split(", "))
    assert "six questions that were proved: [0, 0, 0, 0, 0, 0]" in text


def test_the_rule_needs_its_condition(text):
    leads = dict(re.findall(r"(-?\d+): ([+-]0\.\d+)", text))
    assert all(float(leads[v]) < 0 for v in ("2", "4", "6", "8", "10"))
    assert all(float(leads[v]) > 0 for v in ("-2", "0", "12"))


def test_what_is_hidden_is_found(text):
    assert "a million random points: 0 violations" in text
    assert "gradient is not 0: 0 of 200" in text
    assert number(text, "verify: violated after") < 100


def test_certificates_by_sampling(text):
    assert "two sets 0.0443, one set for both 0.0886" in text
    assert 8 <= number(text, "certified and wrong:") <= 16  # "about a dozen"
    assert "can certify: 0.551; largest seen 0.551" in text
    assert "class 0, radius 0.551 everywhere" in text


def test_slopes_and_floats(text):
    assert "smaller in 20 of 20, above the truth in 0" in text
    costs = re.findall(r"rounding of two scores costs (\S+) of margin; proved", text)
    assert len(costs) == 3
    assert max(map(float, costs)) < 0.005
