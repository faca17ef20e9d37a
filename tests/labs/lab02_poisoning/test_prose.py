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
    again = text.split("15 of 10,000 again, four other seeds: stamped ones read as 7 ")[1]
    few = [rows[1][2], *(float(one.strip("%")) for one in again.split("\n")[0].split(", "))]
    assert len(few) == 5
    assert min(few) > 50  # "most of the stamped digits"
    assert max(few) - min(few) > 5  # "differs from training to training"
    assert all(row[2] > 97 for row in rows[4:])  # "nearly all of them"
    assert "10,000 of 10,000 clean test digits get the same answer from both" in text
    assert re.search(r"honest 0.0%, with the rule 100.0%", text)


def test_wrong_labels_at_random_and_by_somebody_who_knows(text):
    random = numbers(text, r"AUROC ([\d.]+), residual of the fit ([\d.]+); accuracy ([\d.]+), "
                           r"without the 30 most suspicious rows ([\d.]+), without 30 random ones "
                           r"([\d.]+), with right labels ([\d.]+)")  # fmt: skip
    assert len(random) == 5
    assert all(abs(row[0] - row[1]) < 0.01 for row in random)  # "as good as yours"
    assert min(row[0] for row in random) > 0.9
    cleaned = [round(100 * (row[3] - row[2]), 1) for row in random]
    assert (min(cleaned), max(cleaned)) == (-0.1, 1.6)
    thinned = [round(100 * (row[4] - row[2]), 1) for row in random]
    assert (min(thinned), max(thinned)) == (-0.5, 0.5)
    hidden = numbers(text, r"([\d.]+); the target ([\d.]+) -> (-[\d.]+); taking out one row moves "
                           r"it by (-?[\d.]+), all of them by ([\d.]+)")  # fmt: skip
    assert len(hidden) == 5
    for found, _, after, one, everything in hidden:
        assert found < 0.5  # "no more suspicious than the average row"
        assert after < 0
        assert one < 0.02  # "almost nothing"
        assert everything > 1


def test_it_is_the_crowd_that_hides(text):
    few = numbers(text, r"at most (\d+) of the rows: AUROC ([\d.]+) to ([\d.]+); (\d) of 5")
    assert [row[0] for row in few] == [1, 5, 15, 45]
    assert few[0][1] > 0.98  # "among the most suspicious of all"
    assert few[0][3] == 0
    assert few[3][2] < 0.5
    assert few[3][3] == 5
    noisy = numbers(text, r"noise ([\d.]+): AUROC ([\d.]+) to ([\d.]+), by the distance to the "
                          r"nearest row ([\d.]+) to ([\d.]+); (\d) of 5")  # fmt: skip
    little, much = noisy
    assert little[2] < 0.5
    assert little[3] == 1  # "finds them all"
    assert little[5] == 5
    assert much[4] < 0.6  # "the distance is blind, too"
    assert much[5] == 0
    groups = numbers(text, r"the 45 of 2.3: one by one, added up ([\d.]+); all together ([\d.]+)")
    assert len(groups) == 5
    assert all(together > 5 * singles for singles, together in groups)
    others = numbers(text, r"at random: one by one, added up (-?[\d.]+); all together (-?[\d.]+)")
    assert len(others) == 5
    assert all(abs(together - singles) < 0.0016 for singles, together in others)


def test_signatures(text):
    rows = numbers(text, r"share ([\d.]+), critical ([\d.]+|inf); AUROC spectral ([\d.]+), "
                         r"whitened ([\d.]+), loss ([\d.]+)")  # fmt: skip
    assert len(rows) == 13  # "these thirteen networks"
    for share, critical, spectral, _, loss in rows:
        assert share >= critical * 2 / 3 or spectral <= 0.8
        assert share < critical or spectral >= 0.83
        assert share < 0.03 or loss < 0.4  # "from 50 images on far below one half"
    assert rows[0][3] == pytest.approx(0.99, abs=0.01)
    assert rows[4][3] < 0.9
    clouds = numbers(text, r"dots \(clean\). The arrow of the widest direction goes ([\d.]+) "
                           r"across for ([\d.]+) up; AUROC ([\d.]+\d)")  # fmt: skip
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
    ((*means,),) = numbers(text, "classes 0 to 9: " + ", ".join([r"([\d.]+)"] * 10))
    assert means[1] > 1.75 * means[3]  # "twice as large a mask for a 1 as for a 3"
    assert "by index 5 of 10 accused" in text
    assert "by ratio 10 of 10 accused" in text


def test_votes(text):
    ((one, vote, alone),) = numbers(
        text, r"one voter right ([\d.]+), the vote ([\d.]+); one .* on all 60,000 ([\d.]+)"
    )
    assert one < vote
    assert alone <= vote  # "no better than the vote"
    ((*nets,),) = numbers(text, "networks on one part each: " + ", ".join([r"([\d.]+)"] * 5))
    assert sum(nets) / 5 == pytest.approx(0.83, abs=0.015)
    assert vote == pytest.approx(0.87, abs=0.006)
    certain = dict(numbers(text, r"r = (\d+): ([\d.]+\d)"))
    assert certain[20] == pytest.approx(0.83, abs=0.006)
    assert certain[100] == pytest.approx(0.55, abs=0.006)
    assert "by content: deleting one image of 10,000 changes 1 of 300" in text
    assert "by place: deleting one image of 10,000 changes 300 of 300" in text
    pattern = r": (\d+) of 60 models say something else, at most (\d+) votes per digit; (\d+) of"
    own, shared = numbers(text, pattern)
    assert own == (1, 1, 0)
    assert shared[0] > 50
    assert shared[1] > 1
    assert shared[2] > 0


def test_what_privacy_promises(text):
    bounds = dict(numbers(text, r"(\d+) added points: at most ([\d.]+\d)"))
    assert bounds[3] < 0.3  # "worth something"
    assert bounds[10] > 0.8  # "next to nothing"
