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

    def numbers(pattern: str) -> list[float]:
        found = re.search(pattern, text)
        assert found, pattern
        return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", found[1])]

    # the hook: "nine in ten of which are exactly 0"
    assert 87 <= number(r"\b(?=\d+% of the 397,510)") <= 92
    # 12.1: one step is central, many get further
    assert number("FedAvg, 1 step:") == number("central, 1 step:")
    assert number("FedAvg, 20 steps:") > number("FedAvg, 5 steps:") > number("FedAvg, 1 step:") + 5
    # "One step of 0.5 gets as far as five of 0.1; but one step of 2 goes astray"
    assert abs(number("central, 1 step of 0.5 instead of 0.1:") - number("FedAvg, 5 steps:")) < 1.5
    assert number("central, 1 step of 2 instead of 0.1:") < number("FedAvg, 1 step:") - 10
    # 12.2: rounding only; tanh "77 dB and more", ReLU "brings back none of the five"
    assert number("one gradient each: median PSNR") > 100
    assert min(numbers(r"Tanh\(\): (.*) dB")) >= 77
    assert max(numbers(r"ReLU\(\): (.*) dB")) < 16
    # 12.3: the collector's problem
    assert number("ten pictures: .* = ") == 29.3
    assert abs(number("the secret was known after") - 29.3) < 1
    # 12.4: all ten digits from the sum
    assert "their sum as -21" in text
    assert "10 images; 10 of 10 clients' digits, right in every pixel" in text
    assert min(numbers(r"ten other digits each: \[(.*)\]")) >= 8
    assert number("largest difference from the true sum:") < 5
    assert re.search(r"true sum: [\d.]+e-07 \(a step of the fixed point is 6.0e-08\)", text)
    assert number("without the personal mask at") > 100
    assert 45 <= number("a unit is on for") <= 55  # "about half of the images"
    crowd = [
        numbers(rf"\n *{n} image\(s\) per client: .*five draws: \[(.*)\]") for n in (1, 2, 4, 8)
    ]
    share = [sum(found) / (50 * n) for n, found in zip((1, 2, 4, 8), crowd, strict=True)]
    assert share == sorted(share, reverse=True)
    assert 0 < min(crowd[3]) <= max(crowd[3]) < 6  # "A handful of 80"


def shown(text: str, sigma: str) -> list[float]:
    """Row by row in dB, read; rank ten in dB, lowest, highest, read."""
    pattern = (rf"sigma {sigma} +row by row +([\d.]+) dB, (\d+) of 50 read; rank ten +([\d.]+) dB "
               r"\(([\d.]+) to ([\d.]+)\), (\d+) of 50")  # fmt: skip
    found = re.search(pattern, text)
    assert found, sigma
    return [float(number) for number in found.groups()]


@pytest.mark.slow
@pytest.mark.xdist_group("lab12_federated")
def test_rank_ten_reads_what_single_rows_do_not():
    text = "\n".join(words(executed("lab12_federated")[0]))
    table = {s: shown(text, s) for s in ("0.001", "0.01", "0.03", "0.1", "0.3", "1")}
    read_at_all = float(re.search(r"reads (\d+) of the 50 digits themselves", text)[1])
    mean_digit = float(re.search(r"the mean digit: ([\d.]+) dB", text)[1])
    alone = [float(n) for n in re.findall(r"noise alone, [a-z ]+: (\d+) of 50", text)]
    rows, read, _, lowest, _, better = table["0.1"]
    assert rows < mean_digit < lowest  # "farther from the digit than the mean", rank ten nearer
    assert read < alone[0] + 8  # "reads little of it"
    assert better > 0.75 * read_at_all  # "most of what it can read at all"
    assert table["0.3"][5] > alone[1] + 7  # "still reads more than there is in noise alone"
    assert table["1"][5] <= alone[1] + 3  # "at 1 it does not"
    for rank in (5, 20):  # "with rank 5 or 20 the reader reads about as many"
        found = re.search(rf"cleaned to rank {rank} instead: (\d+) of 50", text)
        assert abs(int(found[1]) - better) <= 3
    for one, _, ten, low, high, _ in list(table.values())[:4]:
        assert ten > one + 2
        assert high - low < 2


@pytest.mark.slow
@pytest.mark.xdist_group("lab12_federated")
def test_the_deeper_part_shows_what_its_prose_says():
    text = "\n".join(words(executed("lab12_federated")[0]))
    # 12.5: the private prediction
    assert "12 bits: 300 of 300 decisions as without sharing" in text
    by_bits = dict(re.findall(r"(\d+): (\d+)", re.search("right of 300, by bits: (.*)", text)[1]))
    plain = int(re.search(r"without sharing: (\d+) of 300, scores from", text)[1])
    assert max(int(by_bits["1"]), int(by_bits["14"])) < 180
    assert int(by_bits["2"]) > plain
    coarse, fine = (re.findall(r"\d+", found) for found in re.search(
        r"other trainings: \[(.*?)\] right with 2 bits, \[(.*?)\]", text).groups())  # fmt: skip
    assert all(int(a) > int(b) for a, b in zip(coarse, fine, strict=True))
    assert float(re.search(r"scores from -?[\d.]+ to ([\d.]+)", text)[1]) >= 4
    # 12.6: one liar, two clients with nines
    ends = {name: (float(low), float(high)) for name, low, high in re.findall(
        r"\n(.*): ([\d.]+)% to ([\d.]+)% after 12 rounds, one liar", "\n" + text)}  # fmt: skip
    assert ends["mean"][1] < 20
    assert min(ends[name][0] for name in ("trimmed mean, 1", "median", "Krum, f = 1")) > 70
    assert ends["Krum, f = 1"][1] < ends["median"][0]
    assert "dropped in 75 of 75 rounds" in text
    nines = {
        name: float(n)
        for name, n in re.findall(r"\n([\w ,=]{4,20}): ([\d.]+)% of the nines,", text)
    }
    assert max(nines["median"], nines["Krum, f = 1"]) < 1
    assert nines["trimmed mean, 1"] < 0.5 * nines["mean"]
    later = {
        name: float(n)
        for name, n in re.findall(r"\n([\w ,=]{4,20}): .* after 60 rounds ([\d.]+)% of the", text)
    }
    assert later["mean"] > later["trimmed mean, 1"] > 50  # "more than half"
    assert max(later["median"], later["Krum, f = 1"]) < 1
    usual, low, liar = re.search(r"at most ([\d.]+), nines ([\d.]+) .* have (\d+)", text).groups()
    assert float(liar) > 10 * float(low) > 50 * float(usual)  # "far above that of the nines"
    # 12.7: place on two clients, speed on digits
    assert re.search(r" 1 local steps: FedAvg rests at 0.800", text)
    assert re.search(r"10 local steps: FedAvg rests at 0.604", text)
    assert re.search(r"100 local steps: FedAvg rests at 0.500", text)
    assert "FedAvg, ten local steps, two clients: w = 0.604" in text
    assert "SCAFFOLD, ten local steps, two clients: w = 0.800" in text
    early, late = {}, {}
    for name in ("FedAvg", "SCAFFOLD"):
        line = re.search(
            rf"{name}, one digit a client: (.*) after 20 rounds; .* ([\d.]+)% after", text
        )
        early[name] = [float(n) for n in re.findall(r"[\d.]+", line[1])]
        late[name] = float(line[2])
    assert all(b > a for a, b in zip(early["FedAvg"], early["SCAFFOLD"], strict=True))
    assert late["SCAFFOLD"] < late["FedAvg"] + 1
    steps = re.search(r"one local step of 0.5 a round, no controls: (.*) after 20 rounds", text)[1]
    steps = [float(n) for n in re.findall(r"[\d.]+", steps)]
    assert all(one > a for one, a in zip(steps, early["FedAvg"], strict=True))  # "gets further"
    longer = re.search(r"no controls: ([^:]*) after 40 rounds", text)[1]
    longer = [float(n) for n in re.findall(r"[\d.]+", longer)]
    pairs = zip(longer, early["SCAFFOLD"], strict=True)
    assert all(abs(one - b) < 1 for one, b in pairs)  # "come within a point"
    lost = dict(re.findall(r"(\w+), loss on the clients.* draw: (.*)", text))
    soon, late_loss = (re.findall(r"\d\.\d+", lost[name])[k]
                       for name, k in (("SCAFFOLD", 0), ("FedAvg", 1)))  # fmt: skip
    assert float(late_loss) > float(soon)  # "above SCAFFOLD's after 20"
    # 12.8: biases "far from what a fresh network has"
    honest, trap = (re.search(rf"{name} weights: \[(.*)\] of fifty .* from (-[\d.]+) to", text)
                    for name in ("honest", "trap"))  # fmt: skip
    assert max(map(int, honest[1].split(","))) < 15
    assert min(map(int, trap[1].split(","))) > 40
    assert float(trap[2]) < 20 * float(honest[2])


def test_the_network_has_as_many_numbers_as_the_text_says():
    assert sum(p.numel() for p in models.mlp(784, 500, 10).parameters()) == 397_510


@pytest.mark.slow
@pytest.mark.xdist_group("lab12_federated")
def test_the_slider_shows_the_stated_rocs():
    """ "At 1 ... once in ten thousand cases. Only at 30 does the ROC come near the diagonal"."""
    text = "\n".join(words(executed("lab12_federated")[0]))
    areas = dict(re.findall(r"Noise ([\d.]+): .{0,250}?area (\d\.\d+)", text))
    assert set(areas) == {"0.03", "0.1", "1", "30"}
    assert float(areas["1"]) == 1
    total = float(re.search(r"whole sum of ten has length ([\d.]+)", text)[1])
    assert 1.8 < 30 / total < 2.3  # "twice the length of the whole sum"
    assert 0.5 < float(areas["30"]) < 0.6
    assert float(re.search(r"sigma 1: .* errs in ([\d.e-]+) of all", text)[1]) < 1e-4
    assert float(re.search(r"sigma 3: .* errs in ([\d.e-]+) of all", text)[1]) > 0.05
    apart, low = re.search(r"differ by ([\d.]+) here; .* by ([\d.]+) to", text).groups()
    assert float(apart) > float(low)  # "Some pairs lie nearer to each other"
