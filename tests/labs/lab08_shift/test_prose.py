"""Each claim of Lab 08's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, number, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab08_shift")]


@pytest.fixture(scope="module")
def text() -> str:
    whole = "\n".join(words(executed("lab08_shift")[0]))
    return re.sub(r"[\w+/=\\]{300,}", "", whole)  # megabytes that no test reads


def test_the_other_collection(text):
    right = number(text, "other collection:")
    sure = number(text, r"other collection: .*average;")
    assert 40 < 100 - right < 50
    assert sure > (100 - right) / 2
    assert "MNIST: 99.0% right; of the surest fifth 0.0% wrong" in text
    assert number(text, "28 pixels: .* surest fifth") == 15.0
    assert number(text, "centred:") > right + 10
    assert number(text, "equal to 1:") == pytest.approx(15, abs=0.5)


def test_probable_is_not_typical(text):
    assert "grey mean 0," in text
    assert number(text, "most probable of 2,000 test digits:") > 20


def test_each_detector_has_strangers_that_it_prefers(text):
    rows = {
        name: list(map(float, numbers.replace("%", "").split()))
        for name, numbers in re.findall(
            r"^([a-z][a-z,0-9 ]+?)  +((?:\d\.\d\d +){4}\d+%)$", text, re.M
        )
    }
    assert len(rows) == 8
    assert rows["noise, 0 to 255"][0] < 0.1
    assert rows["noise, 0 to 255"][1] < 0.1
    for name, row in rows.items():
        assert (row[0] < 0.5) == (row[1] < 0.5) == (name == "noise, 0 to 255")
        familiar = name in ("faint digits", "blurred", "grey mean")
        assert (row[2] < 0.5) == (row[3] < 0.5) == familiar
    assert rows["two overlaid"][4] < 40
    assert number(text, "false alarms on 2,000 familiar digits:") == pytest.approx(5, abs=1)


def test_known_weights(text):
    truth = number(text, "error on all test rows:")
    rows = re.findall(
        r"source of (\d+): unweighted ([\d.]+), weighted ([\d.]+); .*size (\d+)", text
    )
    assert len(rows) == 5
    for n, plain, weighted, size in rows:
        assert float(plain) < 0.7 * truth
        assert abs(float(weighted) - truth) < 0.02
        assert 0.44 < float(size) / float(n) < 0.54


def test_sectors(text):
    home = number(text, "private sector: error there")
    rows = re.findall(
        r"  (\S+): error ([\d.]+) \(.*foretold ([\d.]+) .*, (-?[\d.]+) standard", text
    )
    part = {name: (float(told) - home) / (float(error) - home) for name, error, told, _ in rows}
    gap = {name: float(z) for name, _, _, z in rows}
    assert gap["Self-emp-inc"] < 1
    assert part["Self-emp-not-inc"] == pytest.approx(2 / 3, abs=0.06)
    assert gap["Self-emp-not-inc"] > 2
    assert 0.2 < part["Local-gov"] < 0.5
    assert gap["Local-gov"] > 2


def test_to_whom_the_promise_is_made(text):
    def covered(kind, group):
        found = re.search(rf"{kind}: covered, {group}: ([\d.]+) \(", text)
        assert found
        return float(found[1])

    assert abs(covered("one threshold", "all") - 0.9) < 0.003  # "one on average"
    above = covered("one threshold", "above 50,000")
    assert covered("one threshold", "women above 50,000") < above - 0.05
    assert above < 0.75
    assert covered("one per class", "above 50,000") > 0.89
    assert covered("one per class", "women above 50,000") < 0.83


def test_weights_restore_the_average(text):
    rows = re.findall(r"unweighted ([\d.]+), weighted ([\d.]+) with", text)
    assert len(rows) == 5
    assert all(float(plain) < 0.88 < float(weighted) for plain, weighted in rows)


def test_turned_digits(text):
    rows = re.findall(
        r"by (\d+) degrees: (\d+)% right, the network says (\d+)%; "
        r"sets of ([\d.]+) labels cover (\d+)%",
        text,
    )
    shown = {int(row[0]): tuple(map(float, row[1:])) for row in rows}
    right, _, size, cover = shown[45]
    assert right > 50
    assert cover < 33
    assert size < 0.5  # so most are empty
    assert all(row[1] > 80 for row in shown.values())


def test_peeking(text):
    assert "after 1 inputs 0.05, after 20 inputs 0.10, after 100 inputs 0.18" in text
    assert 0.3 < number(text, "after 2000 inputs") < 0.4


def test_the_stream(text):
    rows = re.findall(r"alarm at image (\d+), ([\d.]+) degrees; .* ([\d.]+)% right", text)
    assert len(rows) == 5
    assert all(19 <= float(degrees) <= 25 for _, degrees, _ in rows)
    assert all(float(right) > 90 for _, _, right in rows)
    for image, _, _ in rows:
        assert image in re.search(r"first at images ([\d, ]+)\.", text)[1]
    assert number(text, "unturned,") < number(text, "bound")
    assert 1 <= number(text, r"rates [\d.]+ to [\d.]+,") <= 9
    assert number(text, "without turning:") <= 5


def test_sure_and_wrong(text):
    rows = re.findall(r"(\w+): claimed error ([\d.]+)%, true error ([\d.]+)%", text)
    assert len(rows) == 5
    assert all(0.5 < float(claim) < 1.5 for _, claim, _ in rows)
    assert max(float(truth) for _, _, truth in rows) > 80


def test_what_each_test_sees(text):
    seen = {
        name: (int(ks), int(moments))
        for name, ks, moments in re.findall(
            r"(\w[\w +.]{0,20}): KS per axis sees (\d+) of 100, second moments sees (\d+)", text
        )
    }
    assert max(seen["nothing"]) <= 11
    assert seen["mean + 0.6"][0] > 2 * seen["mean + 0.6"][1]
    assert seen["correlation 0.8"][1] > 5 * seen["correlation 0.8"][0]
    assert seen["spread x 1.6"][1] > 3 * seen["spread x 1.6"][0]


def test_the_promise_that_says_nothing(text):
    rows = re.findall(r": missed ([\d.]+) \(0.05 wanted\), sets of all ten digits (\d+)%", text)
    assert len(rows) == 3
    assert all(abs(float(missed) - 0.05) < 0.005 for missed, _ in rows)
    assert int(rows[2][1]) > 60 > 10 > int(rows[0][1])
    fixed = re.search(r"the set that never moves, at 45 degrees: missed ([\d.]+)", text)
    assert float(fixed[1]) > 0.5


def test_one_temperature(text):
    told = r"says ([\d.]+), with temperature ([\d.]+); right ([\d.]+)"
    (before, after, right), (turned_before, turned, turned_right) = [
        map(float, row) for row in re.findall(told, text)
    ]
    assert before > after > right
    assert turned_before > turned > turned_right + 0.1
