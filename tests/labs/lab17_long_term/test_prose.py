"""Each claim of Lab 17's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab17_long_term")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab17_long_term")[0]))


def test_the_robot_and_its_patch(text):
    for depth, value in ((4, 2), (6, 4), (8, 6), (12, 6)):
        assert re.search(
            rf"looks +{depth} steps ahead: .* tipped out 0 times, worth {value} to us", text
        )
    assert re.search(r"looks 14 steps ahead: .* tipped out 31 times, worth -27 to us", text)
    assert "fine 0.94: tips from look-ahead 18 on" in text
    assert "fine 0.947: never tips, for look-ahead up to 60" in text
    assert "fine 0.947: tips 0 times at look-ahead 1,000" in text
    gaming = re.search(r"gamma 0.9: tips 0 .*, gamma 0.95: tips 0 .*, gamma 0.99: tips (\d+)", text)
    assert int(gaming[1]) > 20
    assert 0.94 < 0.95 - 0.001 * 1.95 < 0.9481


def test_shares(text):
    assert "1: 0.500, 2: 0.667, 3: 0.750, 4: 0.800, 5: 0.833" in text
    assert "five ends of one class: 0.500" in text
    assert "c = -1: 0.00" in text
    assert "c = 0: 0.97" in text


def test_the_switch(text):
    assert "spread 1, noise 0.5, cost 1e-06: asks for |mu| below 1.858" in text
    assert "sees -0.008 in asking, so it acts; asking was worth +0.148" in text


def test_the_routes(text):
    assert "theta 0.3: Q-learning 0.90 against 0.81: short; Sarsa 0.83 against 0.80: short" in text
    assert re.search(r"theta 0.6: Q-learning .*: short; Sarsa .*: detour", text)
    assert text.count("executed action noted: short 20, detour 0") == 2
    assert "theta 0.3, intended action noted: short 20, detour 0" in text
    assert "theta 0.6, intended action noted: short 0, detour 20" in text


def test_clean_tests(text):
    assert "3,000 clean tests: at most 0.0998% by test" in text
    assert "AUC 0.83: up to 4.08% in use" in text
    assert "AUC 0.95: up to 22.22% in use" in text
    assert "AUC 0.95: 1,827,225 tests" in text
    assert "AUC 0.5: up to 0.10% in use; for at most 1 % in use 299 clean tests" in text
    for name in ("mnist_cnn", "mnist_cnn_robust"):
        found = re.search(rf"{name}: .* bound ([\d.]+)%; in use ([\d.]+)%", text)
        assert float(found[1]) < float(found[2])


def test_the_monitor(text):
    assert re.search(r"best against naive: naive 80.0%, middle 5.0%.* best answer 5.0%", text)
    assert re.search(r"lots for all: .* best answer 9.0%", text)
    assert re.search(r"protocol: .* best answer 12.7%", text)
    assert "best against naive audits scores 0 to 5 with 0.00 0.00 0.00 0.00 1.00 1.00" in text
    assert "protocol audits scores 0 to 5 with 0.00 0.17 0.00 0.46 0.00 0.13" in text


def test_debates_and_deletions(text):
    alone = dict(re.findall(r"reads the first (\d) of 8 facts: wrong in ([\d.]+)", text))
    assert {alone[read] for read in "01234"} == {f"{1 - 207 / 256:.3f}"}
    misread = re.search(r"misreads fact 0, or 1, ...: wrong in (.*)", text)
    assert misread[1].split(", ") == ["0.164"] * 8
    good, bad = re.findall(
        r"watched \(0.9\): mean of what is left ([\d.]+), repaired ([\d.]+)", text
    )
    assert float(good[0]) < 0.1
    assert float(bad[0]) > 0.9
    assert all(abs(float(repaired) - 0.5) < 0.03 for _, repaired in (good, bad))
    assert "20 pieces at 0.95: between 0.00 and 0.95; if independent 0.36" in text
