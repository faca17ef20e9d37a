"""What the thresholds of Lab 11 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab11_privacy/thresholds.py > tests/labs/lab11_privacy/thresholds.txt``
"""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

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


def audited(seed, mechanism, n, delta=0.0, pair=(0, 1)):
    """11.4b: what the solution finds."""
    rng = np.random.default_rng(seed)
    return LAB["audit"](mechanism, *pair, n, delta, 0.95, rng)


def broken(seed, audit=audited):
    """11.4b: the least that is found of three broken mechanisms that claim epsilon = 1."""
    return min(audit(seed, mechanism, 20_000) for mechanism in LAB["ORACLE_BROKEN"].values())


def one_threshold(seed, mechanism, n, pair=(0, 1)):
    """The mistake: look at one event only, output at least the mean."""
    rng = np.random.default_rng(seed)
    first = [mechanism(d, n, rng) for d in pair]
    t = np.concatenate(first).mean()
    falses, hits = ((mechanism(d, n, rng) >= t).sum()[None] for d in pair)
    return LAB["ratio_bound"](hits, falses, n, 0.0, 0.95)[0]


def skewed(seed, audit=audited):
    """11.4b: the less that is found of a mechanism with one telling answer, either way round."""
    pairs = ((0, 1), (1, 0))
    return min(audit(seed, LAB["oracle_skewed"], 5000, pair=pair) for pair in pairs)


def over_claims(seed, audit=audited, scale=2.0, epsilon=0.5):
    """11.4a: of 40 audits of n = 300 how many claim more than the true epsilon."""
    mechanism = LAB["oracle_answers"](scale)
    found = [audit(1000 * seed + i, mechanism, 300) for i in range(40)]
    return sum(value > epsilon for value in found)


def too_sure(seed, mechanism, n):
    """The mistake: the ratio of the counts, as if they were certain."""
    rng = np.random.default_rng(seed)
    a, b = ((mechanism(d, n, rng) >= 1.5).sum() for d in (1, 0))
    return math.log(max(1.0, a / max(b, 0.5)))


def telling(seed, audit=audited):
    """11.4a, visible: the less that is found of the visible check's telling answer."""

    def mechanism(d, n, rng):
        return (rng.random(n) < (0.99 if d else 0.5)).astype(float)

    return min(audit(seed, mechanism, 5000, pair=pair) for pair in ((0, 1), (1, 0)))


def laplace_found(seed):
    """11.4a, visible: what is found of Laplace noise of scale 1 in 5,000 runs."""
    return audited(seed, LAB["oracle_answers"](1.0), 5000)


def far_draws(seed, normal=False):
    """11.3b, visible: how far the share beyond three scales is from e^-3."""
    rng = np.random.default_rng(seed)
    noise = LAB["laplace"](np.zeros(20_000), 1.0, 1.0, rng)
    if normal:
        noise = rng.normal(0, math.sqrt(math.pi / 2), 20_000)
    return abs((np.abs(noise) > 3).mean() - math.exp(-3))


def far_normal(seed, laplace=False):
    """11.3c, visible: the share beyond three sigma."""
    rng = np.random.default_rng(seed)
    noise = rng.laplace(0, 0.5**0.5, 100_000) if laplace else rng.normal(0, 1, 100_000)
    return (np.abs(noise) > 3).mean()


def mean_size(seed, shrink=1.0):
    """11.3b, visible: how far the mean distance is from the scale, in parts of it."""
    noise = LAB["laplace"](np.zeros(20_000), 1.0, 1.0, np.random.default_rng(seed))
    return abs(np.abs(noise * shrink).mean() - 1)


def kept_truth(seed, truth=None):
    """11.3a, visible: how far the share of true answers is from 3/4, 20,000 people."""
    rng, bits = np.random.default_rng(seed), np.ones(20_000, dtype=int)
    answers = LAB["randomized_response"](bits, math.log(3), rng)
    if truth is not None:
        answers = rng.random(20_000) < truth
    return abs(answers.mean() - 0.75)


def leaky(seed, delta=0.05):
    """11.4b: what is found of a mechanism that tells all with probability delta."""

    def mechanism(d, n, rng):
        return np.where(rng.random(n) < 0.05, 10.0 * d, rng.laplace(0, 1, n))

    return audited(seed, mechanism, 5000, delta=delta)


def batch_total(seed, rate=0.1):
    """11.6d: how far the people of 30 batches are from 1,200."""
    script, _ = LAB["scripted_run"](LAB["dp_sgd"], rate, 30, seed)
    sizes = [len(batch) for batch in script.people]
    return abs(sum(sizes) - 1200)


def lies_spread(seed, exact=False):
    """11.3a: how far the spread of the number of true bits among 60 is from 3.4, 200 runs."""
    rng, p = np.random.default_rng(seed), 1 / (1 + math.exp(-1))
    answer, ones = LAB["randomized_response"], np.ones(60, dtype=int)
    kept = [round(60 * p) if exact else answer(ones, 1.0, rng).sum() for _ in range(200)]
    return abs(np.std(kept) - 3.435)


def few_entries(seed, around=None):
    """11.3b: the worst mean distance from the truth of three entries, 200 runs."""
    rng, true = np.random.default_rng(seed), np.array([0.0, 50.0, -9.0])
    middle = true if around is None else np.full(3, around)
    runs = np.array([LAB["laplace"](middle, 1.0, 2.0, rng) for _ in range(200)])
    return np.abs((runs - true).mean(axis=0)).max()


def tempting(seed, delta=0.05):
    """11.4a: what is found where an event rarer than delta tempts; the mistake chooses that."""

    def mechanism(d, n, rng):
        return np.where(rng.random(n) < 0.04, 10.0 * d, d + rng.laplace(0, 0.5, n))

    if delta:
        return audited(seed, mechanism, 5000, delta=delta)
    rng = np.random.default_rng(seed)
    hits, falses = ((mechanism(d, 5000, rng) >= 9).sum() for d in (1, 0))
    counts = np.array([hits]), np.array([falses])
    return float(LAB["ratio_bound"](*counts, 5000, 0.05, 0.95)[0])


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
    ("11.4 over-claims", "<=", 8, over_claims, partial(over_claims, audit=too_sure), "no interval"),
    ("11.4 telling", ">=", 2.5, telling, partial(telling, audit=one_threshold), "one direction"),
    ("11.4 leaky", "<=", 0.3, leaky, partial(leaky, delta=0.0), "no delta"),
    ("11.3a visible", "<=", 0.015, kept_truth, partial(kept_truth, truth=2 / 3), "1 - e^-eps"),
    ("11.3b size", "<=", 0.05, mean_size, partial(mean_size, shrink=0.5**0.5), "over root 2"),
    ("11.3b far", "<=", 0.01, far_draws, partial(far_draws, normal=True), "normal noise"),
    ("11.3c far", "<=", 0.005, far_normal, partial(far_normal, laplace=True), "Laplace noise"),
    ("11.4 Laplace", ">=", 0.6, laplace_found, lambda seed: 0.0, "finds nothing"),
    ("11.3a lies vary", "<=", 1.03, lies_spread, partial(lies_spread, exact=True), "exact lies"),
    ("11.3b own truth", "<=", 0.35, few_entries, partial(few_entries, around=0.0), "around 0"),
    ("11.4 tempting", ">=", 0.7, tempting, partial(tempting, delta=0.0), "chooses without delta"),
    ("11.6 people", "<=", 170, batch_total, partial(batch_total, rate=0.05), "half the rate"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
