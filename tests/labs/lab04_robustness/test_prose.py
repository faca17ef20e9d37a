"""Each claim of Lab 04's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words


@pytest.mark.slow
@pytest.mark.xdist_group("lab04_robustness")
def test_lab04_shows_what_its_prose_says():
    text = "\n".join(words(executed("lab04_robustness")[0]))

    def shares(pattern: str) -> list[float]:
        found = re.search(pattern + r"(.*)", text)
        assert found, pattern
        return [float(share) for share in re.findall(r"([\d.]+)%", found[1])]

    assert shares("offer A: PGD-40 at epsilon 0.2 leaves")[0] > 90  # "it is true of both"
    assert shares("offer B: PGD-40 at epsilon 0.2 leaves")[0] > 90
    assert shares("offer A: the carried digits leave")[0] < 10  # "walks through"
    assert shares("offer B: the carried digits leave")[0] > 90
    spread = shares("spread: d = 25:")
    assert (round(spread[0]), round(spread[-1])) == (93, 21)  # "from 93 % to 21 %"
    assert re.search(r"^standard .* none$", text, re.MULTILINE)
    assert re.search(r"^A .*%  (\S+, ){2,}silent$", text, re.MULTILINE)  # "several alarms"
    assert re.search(r"^B .*unsteady$", text, re.MULTILINE)
    assert re.search(r"^C .* none$", text, re.MULTILINE)
    for name in "AB":
        assert shares(f"{name}: PGD-40 leaves")[1] < 10  # "A and B are gone"
    assert shares("C: PGD-40 leaves")[1] > shares("C: PGD-40 leaves")[0] - 3  # "next to nothing"
    assert "more than half keeps: C" in text
    fgsm, pgd = shares(r"\nFGSM  .*passes"), shares(r"PGD-2 .*passes")
    assert abs(fgsm[0] - pgd[0]) < 8  # "a few points apart on clean digits"
    assert abs(fgsm[1] - pgd[1]) < 8  # "look like brothers"
    assert fgsm[2] / fgsm[1] < 0.6  # "has lost half of what it had, or more"
    assert pgd[2] / pgd[1] > 0.8
    found = re.search(
        r"collapsed in epoch (\d+); PGD-20 at its best ([\d.]+)%.*end ([\d.]+)%", text
    )
    assert found
    assert float(found[3]) < float(found[2]) - 15
    loss = [float(each) for each in re.findall(r"[\d.]+", re.search("loss on fresh.*", text)[0])]
    assert min(loss[1:-1]) < 0.9 * loss[0]  # "turns round"
    assert loss[-1] > 1.2 * min(loss)  # "and rises"
    seen, fresh = (shares(f"PGD-10 leaves of {kind} digits") for kind in ("training", "fresh"))
    assert seen[-1] > fresh[-1] + 25  # "far below"
    assert max(fresh) - fresh[-1] < 8  # "does not clearly fall"
    for name in ("mnist_cnn_one_step", "mnist_cnn_robust"):
        row = shares(f"{name} ")
        assert row[4] > row[3] + 2  # "several points above"
    plain = shares("mean loss:")
    assert max(plain[1:3]) < 40  # "are lost"
    assert min(shares("equal groups:")) > 85  # "already mend it"
    regularised = [shares(f"\n{kind} +clean") for kind in
                   ("plain", "dropout", "weight decay", "batch normalisation")]  # fmt: skip
    assert all(left < clean / 3 for clean, left in regularised)  # "more than two thirds"
    assert max(r[1] for r in regularised) - min(r[1] for r in regularised) < 15
    assert shares("adversarial training +clean")[1] > 60
