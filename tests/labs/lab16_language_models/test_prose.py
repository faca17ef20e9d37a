"""Each claim of Lab 16's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab16_language_models")]
PRICE = (
    r"{} \d: set without erasing: detects ([\d.]+)%, alarms ([\d.]+)%, with erasing ([\d.]+)%; "
    r"set with erasing: certified ([\d.]+)%, alarms ([\d.]+)%"
)


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab16_language_models")[0]))


def rows(text: str, kind: str) -> list[list[float]]:
    """The five rows of one kind of network, each of five numbers, in percent."""
    found = [[float(value) for value in row] for row in re.findall(PRICE.format(kind), text)]
    assert len(found) == 5
    return found


def column(table: list[list[float]], place: int) -> list[float]:
    return sorted(row[place] for row in table)


def test_good_words(text):
    """ "every mail", "at most 11 times"; "204" in Prediction 3."""
    assert '"date" up to 29 times at the end 196 of 196 are delivered' in text
    assert "at most 11 times" in text
    assert "stops 204 of 218 spam; of these, 204 are delivered" in text


def test_the_price(text):
    plain, erased = rows(text, "plain"), rows(text, "erased")
    assert column(plain, 2)[0] >= 4.5
    assert column(plain, 2)[-1] <= 9.5
    assert column(erased, 2)[0] >= 1.5
    assert column(erased, 2)[-1] <= 5
    assert column(plain, 3) == pytest.approx([53.7, 56.4, 69.3, 78.9, 82.1], abs=1)
    assert column(erased, 3)[0] > column(plain, 3)[-1]  # "do not overlap"
    assert column(erased, 3)[2] == pytest.approx(87, abs=1)
    assert column(erased, 3)[0] >= 84.5
    assert column(erased, 3)[-1] <= 88.5
    both = plain + erased
    assert column(both, 0)[0] >= 85.5
    assert column(both, 0)[-1] <= 92.4  # "all ten detect 86 to 92 %"
    assert column(both, 4)[0] >= 1.45
    assert column(both, 4)[-1] <= 2.95
    assert all(row[0] - row[3] <= 5 for row in erased)  # "nearly all is now caught"


def test_no_attack_passes_where_the_theorem_speaks(text):
    passed = re.findall(r"attacks, past the filter (\d+), past erase-and-check (\d+)", text)
    assert len(passed) == 3
    assert all(int(bare) > 1000 and checked == "0" for bare, checked in passed)
    assert "of these where no token changed: 0" in text
    assert "past the erasing of letters: 0" in text
    assert int(re.search(r"past the erasing of tokens: (\d+)", text)[1]) > 100


def test_glued_letters(text):
    """ "hardly ever", "99 to 100 %", "88 to 95 %", "2 to 5 words of 40 (medians)", "10 to 18 %"."""
    found = re.findall(
        r"network \d, \d+ stopped spam; with a glued letter pass: whole mails ([\d.]+)%; cut mails "
        r"(\d+)%, median length (\d+) words; if ten words stay (\d+)%",
        text,
    )
    whole, cut, length, ten = (sorted(map(float, one)) for one in zip(*found, strict=True))
    assert len(cut) == 5
    assert whole[-1] < 1
    assert [cut[0], cut[-1]] == pytest.approx([88, 95], abs=1)
    assert [length[0], length[-1]] == [2, 5]
    assert [ten[0], ten[-1]] == pytest.approx([10, 18], abs=1)
    bare = re.findall(r"of the whole mails ([\d.]+)% are flagged without any erasing", text)
    assert len(bare) == 5
    assert min(map(float, bare)) >= 98.9


def test_a_sample(text):
    assert float(re.search(r"sample of 2: flags ([\d.]+)%, certain is 10%", text)[1]) > 90
    assert "needs 18 of 20" in text


def test_labels_and_votes(text):
    assert "5301 programs, 16 models, 8 worlds: programs that leak: 0" in text
    found = re.findall(
        r"more than needed: promise ([\d.]+), stopped ([\d.]+), stopped if the advert is spared "
        r"([\d.]+)",
        text,
    )
    votes = [[float(value) for value in row] for row in found]
    promises = [promise for promise, *_ in votes]
    assert promises == sorted(promises)
    assert promises[0] == pytest.approx(0.58, abs=0.02)
    assert promises[-1] > 0.99
    assert all(stopped < 0.03 for _, stopped, _ in votes)
    assert votes[0][2] == pytest.approx(0.42, abs=0.05)
    assert votes[2][2] == pytest.approx(0.01, abs=0.01)


def test_words_by_gradient(text):
    """ "79 and 51", "ahead in each of the five networks", "99, but the control 87"."""
    found = re.findall(
        r"(by gradient|at random): of 100 mails delivered after 3 rounds (\d+) \(by network "
        r"\[([\d, ]+)\]\), after 10 rounds (\d+)",
        text,
    )
    (_, three, each, ten), (_, three_random, each_random, ten_random) = found
    counts = [[int(n) for n in row.split(", ")] for row in (each, each_random)]
    assert all(a > b for a, b in zip(*counts, strict=True))
    assert abs(int(three) - 79) <= 3
    assert abs(int(three_random) - 51) <= 3
    assert int(ten) >= 97
    assert abs(int(ten_random) - 87) <= 3
