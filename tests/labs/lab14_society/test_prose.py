"""Each claim of Lab 14's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab14_society")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab14_society")[0]))


def test_the_loop(text):
    late = re.search(r"days 1 to 5 (\d+)%, days 501 to 1,000 (\d+)%", text)
    assert int(late[1]) < 70
    assert abs(int(late[2]) - 75) <= 1
    low, high = re.search(r"has probability ([\d.]+) to ([\d.]+) \(1/201", text).groups()
    assert low == high == "0.004975"
    assert "200 days, equal rates: share of the better-ranked district on average 0.7475" in text
    assert "rates 0.5 and 0.4: A's share on average 0.648" in text
    assert re.search(r"rates \(0.5, 0.4\), mended, 200 days: A's share 0.55\d\d", text)
    assert "A has 0.45 to 0.55 of the finds: 0.104, less than 0.1: 0.100" in text
    told = r"(\d+) days, not mended: .* average ([\d.]+) in the district.* less, ([\d.]+) in"
    rows = [(int(d), float(less), float(more)) for d, less, more in re.findall(told, text)]
    assert [days for days, _, _ in rows] == [50, 200, 1000]
    assert abs(rows[0][1] - 0.43) < 0.01
    assert rows[0][1] < rows[1][1] < rows[2][1] < 0.5 < rows[2][2] < 0.51


def test_the_log(text):
    assert "bts: 42 clicks" in text
    assert "random: 38 clicks" in text
    assert "valued from the bts log: 0.00236" in text
    assert "what it really had: 0.00380" in text
    assert "largest weight 278, largest weight of a click 7.8; cut at 10: 0.00236" in text
    assert "effective size 340 of 10000; 70% of all weight" in text
    ends = re.search(r"0.00236 \(([\d.]+) to ([\d.]+)\)", text)
    assert float(ends[1]) < 0.0038 < float(ends[2])
    gap = re.search(r"difference ([\d.]+), its standard error ([\d.]+)", text)
    assert round(float(gap[1]), 4) == 0.0014
    assert 1.3 < float(gap[1]) / float(gap[2]) < 1.4


def test_the_forecasts(text):
    follows = "comes true at 0.500, loss 0.250; least loss 0.200 at 1.000, where 0.800 like it"
    assert follows in text
    assert "0.083 then 0.083, 0.939 then 0.939" in text
    assert "0.071 then 0.929" in text


def test_reliance(text):
    assert "both answer alike in 0.84" in text
    gains = re.search(r"on the others: ([+-][\d.]+) to ([+-][\d.]+) over", text)
    assert 0 < float(gains[1]) < float(gains[2])
    rates = [float(rate) for rate in re.findall(r"whatever the signal: ([\d.]+)", text)]
    assert rates == sorted(rates, reverse=True)


def test_work(text):
    assert re.search(
        r"two groups, g = 4: output x1.36\d, mean wage x1.02\d, wage of 60% x0.68", text
    )
    assert re.search(r"two groups: the first group does not lose from g = 27\.", text)
    assert re.search(r"everybody can do everything: .* lose from g = 2\.5", text)
    assert re.search(r"everybody can do everything, g = 4: .*mean wage x1.09", text)


def test_rules(text):
    assert "of 262,144 rules 3 are left: voter 0, voter 1, voter 2" in text
    assert "94 of 4,096; 90 of them fix a pair" in text
    assert "the others: (3, 3, 3), (5, 5, 5), (10, 10, 10), (12, 12, 12)" in text
    assert "1,585 are left, majority among them" in text
    assert "12 of 216 profiles (5.6%)" in text


def test_the_feed(text):
    pairs = re.findall(r"counts ([\d.]+); shown twice as often ([\d.]+)", text)
    assert len(pairs) == 3
    assert all(float(before) < float(after) for before, after in pairs)
