"""Each claim of Lab 03's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, number, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab03_black_box")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab03_black_box")[0]))


def shares(text: str, pattern: str) -> list[float]:
    """All percentages in the rest of the line after pattern."""
    found = re.search(pattern + r"(.*)", text)
    assert found, pattern
    return [float(one) for one in re.findall(r"([\d.]+)%", found[1])]


def test_the_linear_theft(text):
    assert "785 questions; largest difference" in text
    assert "5,000 of 5,000 answers equal" in text
    assert number(text, "largest difference of a weight") < 1e-9


def test_rounding(text):
    assert number(text, "five services,") > 95
    two, one, exact = (
        shares(text, pattern)
        for pattern in (
            "2 decimals: .* agreement",
            "1 decimal: .* agreement",
            "black picture exact: .* agreement",
        )
    )
    assert len(two) == len(one) == len(exact) == 5
    assert all(98 <= share <= 99.5 for share in two)  # "one or two digits of a hundred"
    assert sum(share < 60 for share in one) == 4  # "four of five hardly better than a coin"
    assert all(97.5 <= share <= 99.5 for share in exact)  # "as good as those at two"
    said = shares(text, "at 1 decimal the copies say eight on")
    assert sum(share < 10 for share in said[:5]) == 4  # "call nearly everything a three"
    assert all(45 < share < 55 for share in said[5:])
    two, one, exact = (
        number(text, pattern + ": largest error up to")
        for pattern in ("2 decimals", "1 decimal", "black picture exact")
    )
    assert one > 5 * two
    assert exact == pytest.approx(5 * two)  # "off by five times as much"


def test_labels(text):
    rows = re.findall(r"tol [\d.e-]+: ([\d,]+) questions, .* agreement ([\d.]+)%", text)
    counts = [int(count.replace(",", "")) for count, _ in rows]
    assert 10 < counts[1] / 197 < 15  # "ten to twenty"
    assert 18 < counts[-1] / 197 < 25
    assert [float(share) > 98 for _, share in rows] == [False, True, True, True, True]
    assert float(rows[-1][1]) == 100


def test_flips(text):
    rows = {
        int(n): tuple(map(int, found))
        for n, *found in re.findall(
            r"(\d+) answers to each question, .* fresh flips (\d+), fixed flips (\d+), .* (\d+)",
            text,
        )
    }
    assert len({fixed for _, fixed, _ in rows.values()}) == 1  # "as good as with one"
    assert rows[45][1] < 25
    assert rows[45][0] >= 95
    assert rows[45][2] >= 95
    assert rows[15][2] >= 90


def test_copies(text):
    rows = re.findall(r"fidelity ([\d.]+)%; PGD .* service on ([\d.]+)%, random signs ([\d.]+)%",
                      text)  # fmt: skip
    assert len(rows) == 5
    assert all(49 <= float(fools) <= 65 for _, fools, _ in rows)  # "half of the images or more"
    assert all(float(signs) <= 2 for *_, signs in rows)
    digits, few, turned, noise = (
        shares(text, f"asked about {name}: fidelity")
        for name in (
            "1,000 digits",
            "100 digits",
            "100 digits, turned ten times",
            "1,000 images of noise",
        )
    )
    assert all(78 <= share <= 83 for share in few[:2])
    assert abs(sum(turned[:2]) - sum(digits[:2])) < 4
    assert all(share < 20 for share in noise[:2])
    assert 40 < noise[2] < 50  # "nearly half"
    control = re.findall(r"nothing asked: fidelity ([\d.]+)%, .* service ([\d.]+)%", text)
    assert len(control) == 5
    assert all(abs(float(own) - digits[0]) < 2 for own, _ in control)
    assert all(8 < float(permuted) < 13 for _, permuted in control)
    kept = shares(text, "their answers kept for the others: fidelity")
    assert all(few[0] + 3 < share < 95 for share in kept)  # "Most of that needs no question"
    assert abs(sum(kept) - sum(turned[:2])) < 12  # "within a few points"
    theirs = shares(text, "the copies make")
    made = re.findall(r"makes (\d+)% of the mistakes; PGD on it .* on ([\d.]+)%", text)
    assert len(theirs) == 5
    assert len(made) == 5
    assert all(49 <= float(fools) <= 66 for _, fools in made)  # "as often"
    gap = (sum(theirs) - sum(float(share) for share, _ in made)) / 5
    assert -5 < gap < 15  # "only a few more, if any"


def test_the_error_of_estimates(text):
    assert number(text, r"262 pairs .* cosine with the gradient") == pytest.approx(0.5, abs=0.02)
    assert number(text, r"10 pairs in .* cosine with the gradient") == pytest.approx(0.1, abs=0.02)


def test_the_table_that_lies(text):
    assert number(text, r"square: success in five runs .* mean questions of the") == 286
    assert number(text, r"guess: success in five runs .* mean questions of the") == 6
    assert 5.5 < number(text, "by the usual table:") < 6.5
    assert "guess to 500: success 3% (2), median inf" in text
    names = ("square: success 95%", "walk along estimates:", "guess to 500:")
    means = [number(text, rf"{name} .* usual mean") for name in names]
    assert min(means) == means[2]
    costs = [number(text, rf"{name} .* mean with budget 500") for name in names]
    assert costs == sorted(costs)


def test_defences(text):
    rows = {name.strip(): tuple(map(float, found)) for name, *found in re.findall(
        r"^(probabilities|\d decimals?|\d decimals?, draws|labels only|noise [\d.]+) +"
        r"(\d+)% +(\d+)% +(\d+) +(\d+) +([\d.]+)% +([\d.]+)%$", text, re.M)}  # fmt: skip
    assert len(rows) == 10
    first = [rows[name] for name in ("probabilities", "4 decimals", "2 decimals", "1 decimal",
                                     "labels only")]  # fmt: skip
    for column in (1, 2):
        falls = [row[column] for row in first]
        assert falls == sorted(falls, reverse=True)
    assert rows["probabilities"][1] == 95
    assert rows["2 decimals"][1] == 38
    assert rows["noise 0.3"][:2] == (100, 2)
    assert rows["2 decimals, draws"][1] == 65
    assert rows["1 decimal, draws"][1] > 1.8 * rows["1 decimal"][1]
    assert all(57 < row[5] < 63 for row in rows.values())


def test_deeper(text):
    assert number(text, r"d = 784, 2000 labels: cosine") == pytest.approx(0.79, abs=0.015)
    for mine, theory in re.findall(r"labels: cosine ([\d.]+), in theory ([\d.]+)", text):
        assert float(mine) == pytest.approx(float(theory), abs=0.05)
    assert number(text, "false alarms on other digits:") <= 5
    assert number(text, "Square on one image: 500 questions, first alarm at number") <= 13
    assert number(text, "one account of 20: 25 questions, first alarm at number") == 11
    assert "estimates, sigma 0.3: 200 questions, no alarm" in text
    assert "a copy's questions: 1000 questions, no alarm" in text
    assert abs(number(text, r"Kaplan-Meier: \+?")) < 0.01
    assert number(text, "closed ones left out:") < -0.15
    assert number(text, r"closed ones count as standing: \+?") > 0.1
    assert number(text, r"a third closed just in time: \+?") > 0.1
