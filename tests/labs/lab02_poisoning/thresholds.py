"""What the thresholds of Lab 02 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab02_poisoning/thresholds.py > tests/labs/lab02_poisoning/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from answers import scan, together
from source import names_of

from safetylab import backdoors, data

LAB = names_of("lab02_poisoning")


def least_drawn(seed, block=False):
    """2.1a: of 150 draws of 4 of 8 images, how often the rarest is drawn; the mistake: a block."""
    g, often = torch.Generator().manual_seed(seed), torch.zeros(12)
    x, y = torch.rand(12, 1, 2, 2, generator=g), torch.arange(12) % 3
    able = (y != 2).nonzero()[:, 0]
    for _ in range(150):
        if block:
            start = int(torch.randint(len(able) - 3, (), generator=g))
            often[able[start : start + 4]] += 1
        else:
            often += LAB["poison"](x, y, 4, 2, torch.clone, g)[2]
    return often[able].min().item()


@cache
def hidden(seed, how):
    """2.3: the refitted prediction and both AUROCs of a way to hide (or not)."""
    X, y = LAB["threes_and_eights"](LAB["TRAIN"], 600, seed)
    w = LAB["ridge"](X, y, 1.0)
    X_test, y_test = LAB["threes_and_eights"](LAB["TEST"], 1900, seed)
    says = X_test @ w
    target = X_test[(y_test > 0) & (says > 0.5) & (says < 1.2)][seed % 7]
    if how == "copies":
        X_new, y_new = LAB["hide"](X, y, 1.0, target)
    elif how == "noise":
        X_new = np.random.default_rng(seed).normal(target, 0.05, (45, 197)).clip(0, 1)
        X_new[:, -1], y_new = 1, -np.ones(45)
    elif how == "nearest":
        far = ((X - target) ** 2).sum(1) + 1e9 * ((y < 0) | (X @ w < 0))
        X_new, y_new = X[np.argsort(far)[:45]], -np.ones(45)
    else:
        chosen = np.random.default_rng(seed).permutation(np.flatnonzero(X @ w * y > 0))[:45]
        X_new, y_new = X[chosen], -y[chosen]
    rows, labels = np.vstack([X, X_new]), np.append(y, y_new)
    new, theirs = LAB["ridge"](rows, labels, 1.0), np.arange(len(rows)) >= 600
    scores = LAB["oracle_loo"](rows, labels, 1.0), labels - rows @ new
    return target @ new, *(LAB["auroc"](np.abs(score), theirs) for score in scores)


def hiding(seed, how, what):
    return hidden(seed, how)[what]


SCANS = {"solution": LAB["reconstruct"]}
for name, code in {"no penalty": scan(penalty="0.0"), "squared": scan(penalty="lam * (m**2).sum()"),
                   "mean over classes": together("F.cross_entropy(logits, t) + lam * m.sum()"),
                   "swapped": scan(blend="m * x + (1 - m) * p"),
                   "lam fixed": scan(penalty="0.1 * m.sum()")}.items():  # fmt: skip
    place = dict(LAB)
    exec(code, place)
    SCANS[name] = place["reconstruct"]


@cache
def scanned(seed, how):
    """2.5a: the weakest trigger, the largest norm, the weight at the stamp, the smallest mask."""
    model, target, corner = backdoors.suspects()[10 + seed % 10]
    g = torch.Generator().manual_seed(seed)
    x, other = data.sample(LAB["TEST"], 64, g).x, data.sample(LAB["TEST"], 500, g).x
    masks, patterns = SCANS[how](model, x, 60, 0.1, 0.5, g)
    reached = [(LAB["answers"](model, (1 - m) * other + m * p) == c).float().mean().item()
               for c, (m, p) in enumerate(zip(masks, patterns, strict=True))]  # fmt: skip
    norms = masks.sum((1, 2, 3))
    at_target = int(norms.argmin()) == target
    row, column = corner
    near = masks[target, 0, max(0, row - 1) : row + 3, max(0, column - 1) : column + 3]
    return min(reached), norms.max(), near.sum() / norms[target], at_target


def scanning(seed, how, what):
    return float(scanned(seed, how)[what])


def shrinking(seed, how):
    """2.5a: what lam = 0.5 leaves of the masks of lam = 0.01."""
    x = data.sample(LAB["TEST"], 16, torch.Generator().manual_seed(seed)).x
    small, large = (SCANS[how](backdoors.delivered(), x, 40, lam, 0.5,
                               torch.Generator().manual_seed(seed))[0].sum()
                    for lam in (0.01, 0.5))  # fmt: skip
    return (large / small).item()


def second_pixel(seed, how):
    """2.5a: the mask at a pixel half as strong as the first, over that at the first."""
    weights = 4 * torch.eye(3, 20)
    weights[1] = 0
    weights[1, 7], weights[1, 8] = 40.0, 20.0
    linear = nn.Sequential(nn.Flatten(), nn.Linear(20, 3))
    linear.load_state_dict({"1.weight": weights, "1.bias": torch.zeros(3)})
    g = torch.Generator().manual_seed(seed)
    x = 0.1 * torch.rand(9, 1, 4, 5, generator=g)
    mask = SCANS[how](linear.eval(), x, 80, 0.05, 0.5, g)[0][1].flatten()
    return (mask[8] / mask[7]).item()


def alarm(seed, how):
    """2.5c: distance of a rate of 4,000 draws from the truth (6 classes, threshold 1.5)."""
    g, single = torch.Generator().manual_seed(seed), 0.0668072
    if how == "solution":
        rate = LAB["false_alarm"](6, 1.5, 4000, g, index=lambda rows: -rows.min(1))
    elif how == "own index":
        rate = LAB["false_alarm"](6, 1.5, 4000, g, index=LAB["anomaly_index"])
    else:
        drawn = torch.randn(4000, 6, generator=g)
        bad = drawn.abs().amax(1) > 1.5 if how == "two-sided" else drawn < -1.5
        rate = bad.float().mean().item()
    return abs(rate - (1 - (1 - single) ** 6))


TURNED, LOO, FIT = 0, 1, 2
REACHED, NORM, WINDOW, FOUND = range(4)
good = partial(scanning, how="solution")
ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("2.1a rarest image", ">=", 45, least_drawn, partial(least_drawn, block=True), "a block"),
    ("2.3 prediction", "<=", 0.0, partial(hiding, how="copies", what=TURNED),
     partial(hiding, how="random", what=TURNED), "random rows, wrong labels"),
    ("2.3 prediction, noisy", "<=", 0.0, partial(hiding, how="noise", what=TURNED), None, "right"),
    ("2.3 AUROC, LOO", "<=", 0.6, partial(hiding, how="copies", what=LOO),
     partial(hiding, how="nearest", what=LOO), "nearest 3s, wrong labels"),
    ("2.3 AUROC, LOO", "<=", 0.6, partial(hiding, how="noise", what=LOO),
     partial(hiding, how="random", what=LOO), "random rows, wrong labels"),
    ("2.3 AUROC, fit", "<=", 0.7, partial(hiding, how="copies", what=FIT),
     partial(hiding, how="nearest", what=FIT), "nearest 3s, wrong labels"),
    ("2.5a weakest trigger", ">=", 0.4, partial(good, what=REACHED),
     partial(scanning, how="mean over classes", what=REACHED), "mean over classes"),
    ("2.5a weakest trigger", ">=", 0.4, partial(good, what=REACHED),
     partial(scanning, how="swapped", what=REACHED), "mask swapped"),
    ("2.5a largest norm", "<=", 60, partial(good, what=NORM),
     partial(scanning, how="no penalty", what=NORM), "no penalty"),
    ("2.5a at the stamp", ">=", 0.3, partial(good, what=WINDOW),
     partial(scanning, how="no penalty", what=WINDOW), "no penalty"),
    ("2.5a target smallest", ">=", 1, partial(good, what=FOUND), None, ""),
    ("2.5a lam 0.5 / 0.01", "<=", 0.6, partial(shrinking, how="solution"),
     partial(shrinking, how="lam fixed"), "lam fixed"),
    ("2.5a second pixel", "<=", 0.25, partial(second_pixel, how="solution"),
     partial(second_pixel, how="squared"), "penalty squared"),
    ("2.5c off by", "<=", 0.04, partial(alarm, how="solution"), partial(alarm, how="per class"),
     "rate per class"),
    ("2.5c off by", "<=", 0.04, partial(alarm, how="solution"), partial(alarm, how="two-sided"),
     "two-sided"),
    ("2.5c off by", "<=", 0.04, partial(alarm, how="solution"), partial(alarm, how="own index"),
     "another index"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
