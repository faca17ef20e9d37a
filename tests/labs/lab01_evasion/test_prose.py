"""Each claim of Lab 01's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words


@pytest.mark.slow
@pytest.mark.xdist_group("lab01_evasion")
def test_lab01_shows_what_its_prose_says():
    text = "\n".join(words(executed("lab01_evasion")[0]))

    def share(pattern: str) -> float:
        found = re.search(pattern + r"\D*?([\d.]+)%", text)
        assert found, pattern
        return float(found[1])

    fgsm = share(r"fgsm, epsilon 0.1:")
    assert share(r"random signs, epsilon 0.1:") > 95
    assert share(r"random signs, epsilon 0.5:") > fgsm  # "do less harm than one gradient"
    assert share(r"random signs, epsilon 0.5:") < 70  # "enough noise breaks the network, too"
    free = share(r"at epsilon 0.1:")
    boxed = share(r"at epsilon 0.1: [\d.]+% right without the box,")
    assert boxed > free + 30  # "takes away much of the attacker's power"
    for epsilon in ("0.1", "0.2"):
        pgd = share(rf"epsilon {epsilon}: [\d.]+% right after FGSM,")
        assert pgd < share(rf"epsilon {epsilon}:") - 5  # "PGD leaves fewer"
    assert share(r"epsilon 0.3: [\d.]+% right after FGSM,") == 0  # "and soon none"
    assert share(r"predictions that stayed the same:") == 100
    assert share(r"logits \* 100: PGD-40 leaves") > 90  # "above 90 %"
    assert share(r"logits \* 100: PGD-40 leaves [\d.]+% by cross-entropy,") == 0
    assert share(r"logits: PGD-40 leaves") == 0
    robust = [share(rf"{name} +[\d.]+% +[\d.]+%") for name in ("scaled", "quantised", "robust")]
    assert min(robust) > 80  # "three of them look robust"
    assert share(r"standard +[\d.]+% +[\d.]+%") < 5
    assert share(r"noisy +[\d.]+% +[\d.]+%") < 5  # "nothing left at 0.2"
    verdicts = dict(re.findall(r"diagnosis of (\w+): (\w+)", text))
    assert verdicts == {"standard": "none", "scaled": "saturated", "noisy": "noise",
                        "quantised": "flat", "robust": "none"}  # fmt: skip
    assert share(r"on 2,000 images:") > 95
    assert share(r"epsilon 0.1: target reached: 0 for") < 30  # "for few"
    assert (
        min(
            float(v)
            for v in re.findall(
                r" for ([\d.]+)%", text.split("epsilon 0.25: target reached:")[1].split("\n")[0]
            )
        )
        > 95
    )
    moved, carry = map(int, re.search(r"median (\d+) of 784; .*? lies on (\d+)", text).groups())
    assert moved > 300  # "moves hundreds of them"
    assert carry < moved
    best = float(re.search(r"30 real small 3s: [\d.]+% to ([\d.]+)%", text)[1])
    assert share(r"learned, three seeds:") > 2 * best  # "more than twice as often"
    assert max(share(r"black(?= \d)"), share(r", white"), best) == best
