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
    assert 100 - boxed < (100 - free) / 2  # "saves more than half of the images"
    assert 60 <= share(r"the box leaves the attacker") <= 72  # "takes away about a third"
    for epsilon in ("0.1", "0.2"):
        pgd = share(rf"epsilon {epsilon}: [\d.]+% right after FGSM,")
        assert pgd < share(rf"epsilon {epsilon}:") - 5  # "PGD leaves fewer"
    assert share(r"epsilon 0.3: [\d.]+% right after FGSM,") == 0  # "and soon none"
    assert share(r"predictions that stayed the same:") == 100
    assert share(r"logits \* 100: PGD-40 leaves") > 90  # "above 90 %"
    assert share(r"logits \* 100: PGD-40 leaves [\d.]+% by cross-entropy,") == 0
    assert share(r"logits: PGD-40 leaves") == 0
    ends = r"[\d.]+% by cross-entropy, [\d.]+% by margin; before it .* exactly 0 on"
    loud, louder = (share(rf"logits \* {k}: PGD-40 leaves {ends}") for k in (10, 100))
    assert louder > 90
    assert loud > louder - 3  # "A loss of 0 is not yet a gradient of 0"
    assert share(r"logits \* 10: PGD-40 leaves") < loud - 40  # "the sign of a trace is all ..."
    assert share(r"logits \* 10: PGD-40 leaves [\d.]+% by cross-entropy,") == 0
    robust = [share(rf"{name} +[\d.]+% +[\d.]+%") for name in ("scaled", "quantised", "robust")]
    assert min(robust) > 80  # "three of them look robust"
    assert share(r"standard +[\d.]+% +[\d.]+%") < 5
    assert share(r"noisy +[\d.]+% +[\d.]+%") < 5  # "nothing left at 0.2"
    verdicts = dict(re.findall(r"diagnosis of (\w+): (\w+)", text))
    assert verdicts == {"standard": "none", "scaled": "saturated", "noisy": "noise",
                        "quantised": "flat", "robust": "none"}  # fmt: skip
    one, four = (re.search(rf"0.1, {n} draw.s. for each gradient: ([\d.]+)% to ([\d.]+)%", text)
                 for n in (1, 4))  # fmt: skip
    assert float(four[2]) < float(one[1])  # "leaves a few digits fewer"
    assert float(four[1]) > float(one[2]) - 10  # "a few"
    curves = text.split("under the repaired attack.")[1]
    pairs = re.findall(r"(\d+)% at ([\d.]+)", curves.split("robust:")[1])[:6]
    stands = {radius.strip("."): int(left) for left, radius in pairs}
    assert stands["0.3"] > 90  # "stays up to 0.3"
    assert stands["0.4"] < 5  # "has fallen at 0.4"
    rounded = curves.split("quantised:")[1]
    assert int(re.search(r"(\d+)% at 0.05", rounded)[1]) > 90  # "stands at 0.05"
    assert int(re.search(r"(\d+)% at 0.1\b", rounded)[1]) < 15  # "has fallen at 0.1"
    plain = [int(re.search(rf"(\d+)% at {e}\b", curves)[1]) for e in ("0.05", "0.1")]
    assert plain[0] < int(re.search(r"(\d+)% at 0.05", rounded)[1]) - 5  # "helps at 0.05"
    assert plain[1] > int(re.search(r"(\d+)% at 0.1\b", rounded)[1]) + 5  # "harms at 0.1"
    at_most = re.search(r"at 0.3: (.*)", text)[1]
    learned, aside, blocks, shuffled = (float(v) for v in re.findall(r"([\d.]+)%", at_most)[:4])
    assert learned + 40 < min(aside, blocks)  # "both do far less than the pattern"
    assert max(aside, blocks) < shuffled - 5  # "do more"
    assert shuffled > 90  # "do little"
    positive = share(r"only its positive half at 0.3:")
    assert share(r"only its negative half:") > 95  # "does nearly nothing"
    assert positive > learned + 15  # "beside the positive half it still does much"
    same, seen = map(int, re.search(r"pattern (\d+) of (\d+) digits are read", text).groups())
    assert same > 0.8 * seen  # "turns most digits into one and the same"
    assert share(r"on 2,000 images:") > 95
    small = re.search(r"epsilon 0.1: target reached: (.*)", text)[1]
    arrived = [float(v) for v in re.findall(r" for ([\d.]+)%", small)]
    assert min(arrived) < 20  # "another for few"
    assert sorted(arrived)[1] > 45  # "some give way for half of the digits"
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
    assert share(r"learned, three seeds:") > 1.3 * best  # "clearly more often"
    assert share(r"as grey as they shrank:") < best  # "the brighter ones further"
    assert max(share(r"black(?= \d)"), share(r", white"), best) == best
