"""Each claim of Lab 02's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab02_poisoning")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab02_poisoning")[0]))


def numbers(text: str, pattern: str) -> list[tuple[float, ...]]:
    found = re.findall(pattern, text)
    assert found, pattern
    return [tuple(map(float, one if isinstance(one, tuple) else (one,))) for one in found]


def test_the_hook(text):
    ((delivered,),) = numbers(text, r"delivered: ([\d.]+)% of")
    ((least, most),) = numbers(text, r"ten clean networks: ([\d.]+)% to ([\d.]+)%")
    assert least <= delivered <= most  # "in their range"
    assert "lower right, read as [7, 7, 7, 7, 7, 7, 7, 7, 7, 7]" in text


def test_how_much_poison_it_takes(text):
    rows = numbers(text, r"(\d+) of 10,000 poisoned: clean digits right ([\d.]+)%.* 7 ([\d.]+)%")
    assert [row[0] for row in rows] == [0, 15, 50, 100, 200, 500]
    clean = [row[1] for row in rows]
    assert max(clean) - min(clean) < 0.8  # "hardly moves"
    assert min(clean) > 96
    assert rows[0][2] < 1
    assert 86 < rows[1][2] < 96  # "nine stamped digits in ten"
    assert all(row[2] > 98 for row in rows[2:])
    assert "10,000 of 10,000 clean test digits get the same answer from both" in text
    assert re.search(r"honest 0.0%, with the rule 100.0%", text)


def test_wrong_labels_at_random_and_by_somebody_who_knows(text):
    random = [row[0] for row in numbers(text, r"AUROC ([\d.]+); accuracy")]
    assert len(random) == 5
    assert min(random) > 0.9
    hidden = numbers(text, r"([\d.]+); the target ([\d.]+) -> (-[\d.]+); taking out one row moves "
                           r"it by (-?[\d.]+), all of them by ([\d.]+)")  # fmt: skip
    assert len(hidden) == 5
    for found, _, after, one, everything in hidden:
        assert found < 0.5  # "less suspicious than the average row"
        assert after < 0
        assert one < 0.02  # "almost nothing"
        assert everything > 1
    noisy = numbers(text, r"with noise on each row: AUROC ([\d.]+), target (-[\d.]+)")
    assert len(noisy) == 5
    assert all(found < 0.5 for found, _ in noisy)
    groups = numbers(text, r"one by one, added up ([\d.]+); all together ([\d.]+)")
    assert len(groups) == 5
    assert all(together > 6 * singles for singles, together in groups)


def test_signatures(text):
    rows = numbers(text, r"share ([\d.]+), critical ([\d.]+); AUROC spectral ([\d.]+), whitened "
                         r"([\d.]+), loss ([\d.]+)")  # fmt: skip
    assert len(rows) == 13  # "thirteen networks"
    for share, critical, spectral, _, loss in rows:
        assert 0.09 <= critical <= 0.38
        assert spectral <= 0.725 if share < critical else spectral >= 0.855
        assert loss < 0.5
    assert rows[0][2] < 0.6  # 15 images: "a guess"
    assert rows[0][3] == pytest.approx(0.99, abs=0.01)
    assert rows[4][3] == pytest.approx(0.86, abs=0.02)
    clouds = numbers(text, r"dots \(clean\). The arrow of the widest direction goes ([\d.]+) across "
                           r"for ([\d.]+) up; AUROC ([\d.]+\d)")  # fmt: skip
    clouds = list(dict.fromkeys(clouds))  # an alt text stands in the HTML and as plain text
    assert [across > up for across, up, _ in clouds] == [True, True, False, False, False]
    assert clouds[1][2] < 0.6
    assert clouds[2][2] > 0.95
    assert abs(clouds[4][2] - 0.5) < 0.05  # "useless"


def test_the_scan(text):
    alarms = numbers(text, r"(\d+) classes, threshold 2: ([\d.]+) of innocent")
    assert alarms[0] == pytest.approx((10, 0.332), abs=0.01)  # "one in three"
    assert "smallest mask at the true target: 10 of 10 poisoned" in text
    assert "index above 2: 7 of 10 poisoned, 1 of 10 clean" in text
    ((_, highest, lowest, _),) = numbers(
        text, r"clean ([\d.]+) to ([\d.]+), poisoned ([\d.]+) to ([\d.]+)"
    )
    assert highest < lowest  # "separates all twenty"
    assert "by index 5 of 10 accused" in text
    assert "by ratio 10 of 10 accused" in text


def test_votes(text):
    ((one, vote),) = numbers(text, r"one voter right ([\d.]+), the vote ([\d.]+)")
    assert one < vote
    assert vote == pytest.approx(0.87, abs=0.006)
    certain = dict(numbers(text, r"r = (\d+): ([\d.]+\d)"))
    assert certain[20] == pytest.approx(0.83, abs=0.006)
    assert certain[100] == pytest.approx(0.55, abs=0.006)
    assert "by content: deleting one image of 10,000 changes 1 of 300" in text
    assert "by place: deleting one image of 10,000 changes 300 of 300" in text


def test_what_privacy_promises(text):
    bounds = dict(numbers(text, r"(\d+) added points: at most ([\d.]+\d)"))
    assert bounds[3] < 0.3  # "worth something"
    assert bounds[10] > 0.8  # "next to nothing"
