"""Each claim of Lab 12's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

from safetylab import models


@pytest.mark.slow
@pytest.mark.xdist_group("lab12_federated")
def test_lab12_shows_what_its_prose_says():
    text = "\n".join(words(executed("lab12_federated")[0]))

    def number(pattern: str) -> float:
        found = re.search(pattern + r"\D*?(-?[\d.]+)", text)
        assert found, pattern
        return float(found[1])

    # 12.1: one step is central, many rest halfway
    assert number("FedAvg, 1 step:") == number("central, 1 step:")
    assert number("FedAvg, 20 steps:") > number("FedAvg, 5 steps:") > number("FedAvg, 1 step:") + 5
    assert number(r" 1 local steps: FedAvg rests at") == 0.8
    assert number(r" 10 local steps: FedAvg rests at") == 0.604
    assert number(r"100 local steps: FedAvg rests at") == 0.5
    # 12.2: "Above 40 dB nobody sees a difference"
    assert number("one gradient each: median PSNR") > 100
    # 12.3: the collector's problem
    assert number("ten pictures: .* = ") == 29.3
    assert abs(number("the secret was known after") - 29.3) < 3
    # 12.4: all ten digits from the sum, four or so of fifty, most of fifty with trap weights
    assert "10 images; 10 of 10 clients' digits, right in every pixel" in text
    assert number("largest difference from the true sum:") < 5
    assert re.search(r"true sum: [\d.]+e-07 \(a step of the fixed point is 6.0e-08\)", text)
    assert number("honest weights, sum of 50 gradients:") < 10
    assert number("trap weights, sum of 50 gradients:") > 40
    assert number(r"noise of standard deviation +0 on the sum: median PSNR") > 100
    noise = [number(rf"deviation +{s} on the sum: median PSNR") for s in
             ("0", "1e-05", "0.0001", "0.001", "0.01", "0.1")]  # fmt: skip
    assert noise == sorted(noise, reverse=True)
    crowd = [number(rf"\n *{n} images per client: median PSNR") for n in (1, 2, 4, 8, 16, 32)]
    assert crowd == sorted(crowd, reverse=True)
    assert crowd[3] < 20  # "the median image is a blur"
    assert noise[-1] < 10  # "At 0.1 the picture is gone"
    # 12.5: the private prediction
    assert "12 bits: 300 of 300 decisions as without sharing" in text
    assert number("1 bits:") < 60
    assert number("14 bits:") < 60
    assert number("without sharing: [^%]*% right, scores from -?[0-9]+ to") >= 4
    # 12.6: one liar, two clients with nines
    assert number(r"\nmean: ") < 20
    assert min(number(f"{rule}: ") for rule in ("mean, 1", "median", "f = 1")) > 70
    assert number(r"mean: [\d.]+% of all digits right,") > 50
    assert number(r"median: [\d.]+% of all digits right,") < 5
    assert number(r"multi-Krum: [\d.]+% of all digits right,") < 5
    assert "dropped the two clients with the nines in 15 of 15 rounds" in text
    # 12.7
    assert number("FedAvg, ten local steps, two clients of 12.1: w =") == 0.604
    assert number("SCAFFOLD, ten local steps, two clients of 12.1: w =") == 0.8
    assert number("SCAFFOLD, one digit a client:") > number("FedAvg, one digit a client:") + 3


def test_the_network_has_as_many_numbers_as_the_text_says():
    assert sum(p.numel() for p in models.mlp(784, 500, 10).parameters()) == 397_510


@pytest.mark.slow
@pytest.mark.xdist_group("lab12_federated")
def test_the_slider_shows_the_stated_rocs():
    """ "At 1 ... without a mistake, and only at 30 does the ROC come near the diagonal"."""
    text = "\n".join(words(executed("lab12_federated")[0]))
    areas = dict(re.findall(r"Noise ([\d.]+): .{0,90}?area ([\d.]+)", text))
    assert float(areas["0.001"]) == 1
    assert float(areas["0.3"]) == 1
    assert 0.5 < float(areas["30"]) < 0.6
