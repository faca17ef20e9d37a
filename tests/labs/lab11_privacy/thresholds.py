"""What the thresholds of Lab 11 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab11_privacy/thresholds.py > tests/labs/lab11_privacy/thresholds.txt``
"""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from source import names_of

from safetylab import models

SEEDS = range(20)
LAB = names_of("lab11_privacy")


def response(seed, truth=None):
    """11.3a: how many standard errors the share of true answers lies off, epsilon 1."""
    rng, right = np.random.default_rng(seed), 1 / (1 + math.exp(-1))
    bits = np.ones(40_000, dtype=int)
    if truth is None:
        answers = LAB["randomized_response"](bits, 1.0, rng)
    else:
        answers = (rng.random(40_000) < truth).astype(int)
    return abs(answers.mean() - right) / math.sqrt(right * (1 - right) / 40_000)


def laplace_distance(seed, shrink=1.0):
    """11.3b: Kolmogorov and Smirnov's distance to Laplace noise of scale 1.5."""
    noise = LAB["laplace"](np.zeros(20_000), 3.0 * shrink, 2.0, np.random.default_rng(seed))
    return stats.kstest(noise, stats.laplace(scale=1.5).cdf).statistic


def laplace_lag(seed, repeat=1):
    """11.3b: correlation of the noise of neighbouring entries; the mistake repeats each draw."""
    noise = LAB["laplace"](np.zeros(20_000 // repeat), 1.0, 1.0, np.random.default_rng(seed))
    noise = np.repeat(noise, repeat)
    return abs(np.corrcoef(noise[1:], noise[:-1])[0, 1])


def gaussian_noise(seed, case):
    """11.3c: noise over the right sigma, 200,000 entries."""
    rng = np.random.default_rng(seed)
    return LAB["gaussian"](np.zeros(200_000), *case, rng, LAB["oracle_delta"]) / LAB[
        "oracle_sigma"
    ](*case)


def gaussian_spread(seed, textbook=False):
    """11.3c: how far the standard deviation is from the right one, worst of three cases."""
    cases, worst = ((2.0, 0.5, 1e-6), (1.0, 4.0, 1e-3), (0.3, 10.0, 1e-5)), 0.0
    for case in cases:
        spread = gaussian_noise(seed, case).std()
        if textbook:
            sensitivity, epsilon, delta = case
            sigma = math.sqrt(2 * math.log(1.25 / delta)) * sensitivity / epsilon
            spread *= sigma / LAB["oracle_sigma"](*case)
        worst = max(worst, abs(spread - 1))
    return worst


def gaussian_distance(seed, laplace=False):
    """11.3c: distance to the normal distribution."""
    noise = gaussian_noise(seed, (1.0, 4.0, 1e-3))
    if laplace:
        noise = np.random.default_rng(seed).laplace(0, 0.5**0.5, 200_000)
    return stats.kstest(noise, "norm").statistic


def audited(seed, mechanism, n, delta=0.0, pair=(0, 1), bound=None):
    """11.4b: what the solution finds."""
    rng = np.random.default_rng(seed)
    return LAB["audit"](mechanism, *pair, n, delta, 0.95, rng, bound or LAB["oracle_bound"])


def broken(seed, audit=audited):
    """11.4b: the least that is found of three broken mechanisms that claim epsilon = 1."""
    return min(audit(seed, mechanism, 20_000) for mechanism in LAB["ORACLE_BROKEN"].values())


def one_threshold(seed, mechanism, n, pair=(0, 1)):
    """The mistake: look at one event only, output at least the mean."""
    rng = np.random.default_rng(seed)
    first = [mechanism(d, n, rng) for d in pair]
    t = np.concatenate(first).mean()
    falses, hits = ((mechanism(d, n, rng) >= t).sum()[None] for d in pair)
    return LAB["oracle_bound"](hits, falses, n, 0.0, 0.95)[0]


def skewed(seed, audit=audited):
    """11.4b: the less that is found of a mechanism with one telling answer, either way round."""
    pairs = ((0, 1), (1, 0))
    return min(audit(seed, LAB["oracle_skewed"], 5000, pair=pair) for pair in pairs)


def no_interval(hits, falses, n, delta, confidence):
    """The mistake: the ratio of the counts, as if they were certain."""
    return np.log(np.maximum((hits / n - delta) / np.maximum(falses, 0.5) * n, 1.0))


def over_claims(seed, bound=None):
    """11.4b: of 40 audits of n = 300 how many claim more than the true epsilon."""
    mechanism = LAB["oracle_answers"](2.0)
    found = [audited(1000 * seed + i, mechanism, 300, bound=bound) for i in range(40)]
    return sum(value > 0.5 for value in found)


def leaky(seed, delta=0.05):
    """11.4b: what is found of a mechanism that tells all with probability delta."""

    def mechanism(d, n, rng):
        return np.where(rng.random(n) < 0.05, 10.0 * d, rng.laplace(0, 1, n))

    return audited(seed, mechanism, 5000, delta=delta)


def summed_noise(seed, scale=1.0):
    """11.6c: how far the standard deviation of the noise is from sigma * max_norm / expected."""
    g = torch.Generator().manual_seed(seed)
    got = LAB["noisy_mean"]({"b": torch.zeros(20_000)}, 4.0 * scale, 0.5, 8.0, g)["b"]
    return abs(got.std().item() / 0.25 - 1)


def batch_total(seed, rate=0.1):
    """11.6d: how far the people of 30 batches are from 1,200."""
    sizes = []

    def gradients(model, x, y):
        sizes.append(len(x))
        return {name: torch.zeros(len(x), *p.shape) for name, p in model.named_parameters()}

    LAB["dp_sgd"](
        models.linear(1, 2), torch.zeros(400, 1), torch.zeros(400).long(), q=rate, sigma=0.0,
        max_norm=1.0, lr=0.0, steps=30, generator=torch.Generator().manual_seed(seed),
        gradients=gradients, clip=LAB["oracle_clip"], noisy=LAB["oracle_noisy"],
    )  # fmt: skip
    return abs(sum(sizes) - 1200)


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("11.3a errors", "<=", 4.5, response, partial(response, truth=1 - math.exp(-1)), "1 - e^-eps"),
    ("11.3b distance", "<=", 0.02, laplace_distance,
     partial(laplace_distance, shrink=0.5**0.5), "variance for scale"),
    ("11.3b lag", "<=", 0.05, laplace_lag, partial(laplace_lag, repeat=2), "each draw twice"),
    ("11.3c spread", "<=", 0.01, gaussian_spread,
     partial(gaussian_spread, textbook=True), "textbook sigma"),
    ("11.3c distance", "<=", 0.012, gaussian_distance,
     partial(gaussian_distance, laplace=True), "Laplace noise"),
    ("11.4 broken", ">=", 1.05, broken, partial(broken, audit=one_threshold), "one threshold"),
    ("11.4 skewed", ">=", 2.5, skewed, partial(skewed, audit=one_threshold), "one direction"),
    ("11.4 over-claims", "<=", 8, over_claims,
     partial(over_claims, bound=no_interval), "no interval"),
    ("11.4 leaky", "<=", 0.3, leaky, partial(leaky, delta=0.0), "no delta"),
    ("11.6 noise", "<=", 0.03, summed_noise, partial(summed_noise, scale=0.25), "no max_norm"),
    ("11.6 people", "<=", 170, batch_total, partial(batch_total, rate=0.05), "half the rate"),
]  # fmt: skip


def main() -> None:
    """Print, for each threshold, the worst seed of the solution and the best of the mistake."""
    columns = ("solution, worst", "passed", "mistake, best", "failed")
    print("{:24} {:>16} {:>8} {:>14} {:>8}".format("threshold", *columns))
    for name, sense, threshold, solution, mistake, what in tqdm(ROWS):
        worst, best = (max, min) if sense == "<=" else (min, max)
        good, bad = ([measure(seed) for seed in SEEDS] for measure in (solution, mistake))
        passed = sum(v <= threshold if sense == "<=" else v >= threshold for v in good)
        failed = sum(v > threshold if sense == "<=" else v < threshold for v in bad)
        print(
            f"{name + ' ' + sense + ' ' + str(threshold):24} {worst(good):16.4f} {passed:5}/20"
            f" {best(bad):14.4f} {failed:5}/20  ({what})"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
