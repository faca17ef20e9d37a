"""Each claim of Lab 18's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab18_safety_case")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab18_safety_case")[0]))


def shares(text: str, pattern: str) -> list[float]:
    """The percentages that a pattern finds, as fractions."""
    return [float(one) / 100 for one in re.findall(pattern, text)]


def test_nobody_planted_it(text):
    pulls = shares(text, r"seed \d: reads [\d.]+% .*; with the stamp ([\d.]+)% of the other")
    assert len(pulls) == 5
    assert min(pulls) > 0.94


def test_pays(text):
    assert "straight, belief 0.6: 1.00" in text
    assert "belief 0.6: 0.60" in text
    assert "accepts: -0.60 a claim" in text
    assert "refuses: -1.40 a claim" in text


def test_where_to_ask(text):
    random, chosen = (float(one) for one in re.findall(r"difference of their rates ([\d.]+)", text))
    assert random > 2 * chosen


def test_the_examiner_ranks_by_scale(text):
    exam = dict(re.findall(r"(plain|loud|hardened): [\d.]+% untouched, ([\d.]+)% after", text))
    assert float(exam["loud"]) > float(exam["hardened"]) > float(exam["plain"])
    yours = dict(
        re.findall(r"(plain|loud|hardened): the examiner left [\d.]+%, you leave ([\d.]+)%", text)
    )
    assert float(yours["hardened"]) > float(yours["loud"]) == float(yours["plain"])


def test_lots_show_less(text):
    rows = re.findall(r"pulls ([\d.]+)% of 7,000 other digits; the best of 50 .* ([\d.]+)%", text)
    assert len(rows) == 3
    assert all(float(lots) < float(best) for best, lots in rows)
    assert float(rows[0][0]) > max(float(best) for best, _ in rows[1:])


def test_the_first_look_accuses(text):
    off = dict(re.findall(r"300 questions, (first look|yours): .* seems ([+-][\d.]+) away", text))
    assert float(off["first look"]) < -0.06
    assert abs(float(off["yours"])) < 0.03


def test_doubt_is_paid(text):
    earned = {
        name: float(pay)
        for name, pay in re.findall(r"near the bars, ([\w ]+): ([+-][\d.]+) a", text)
    }
    assert earned["yours"] > earned["sure"] > earned["accepts all"]
    assert earned["yours"] > earned["timid"] > earned["a coin"]


def test_what_is_proved(text):
    rows = re.findall(r"(\w+), radius 0.075: proved ([\d.]+)%, left by your attack ([\d.]+)%", text)
    assert all(float(proved) <= float(left) for _, proved, left in rows)
    plain, loud, hardened = rows
    assert float(plain[2]) < 65
    assert float(loud[2]) < 65
    assert float(hardened[1]) < 65 < float(hardened[2])
