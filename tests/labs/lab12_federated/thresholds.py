"""What the thresholds of Lab 12 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab12_federated/thresholds.py > tests/labs/lab12_federated/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

from safetylab import data, evaluation, models

LAB = names_of("lab12_federated")
TEST = data.mnist("test")
DIGITS = TEST.x.flatten(1)


def local_gap(seed, steps):
    """12.1: how far some local steps and a mean end from as many central steps."""
    g = torch.Generator().manual_seed(seed)
    model = models.mlp(6, 5, 3, generator=g, dtype=torch.float64)
    sizes = [4, 9, 2]
    xs = [2 * k + torch.randn(n, 6, generator=g, dtype=torch.float64) for k, n in enumerate(sizes)]
    ys = [torch.randint(0, 3, (n,), generator=g) for n in sizes]
    clients = zip(xs, ys, strict=True)
    mean = LAB["average"](
        [LAB["local_training"](model, x, y, 0.3, steps) for x, y in clients], sizes
    )
    central = LAB["oracle_descent"](model, torch.cat(xs), torch.cat(ys), 0.3, steps)
    return max((mean[name] - central[name]).abs().max().item() for name in central)


def matched(seed, iterations=100, whole=True):
    """12.2b: PSNR of a digit from its gradient; the mistake compares the last layer only."""
    g = torch.Generator().manual_seed(seed)
    model, one = models.smooth_cnn(g), data.sample(TEST, 1, g)
    sent = LAB["client_gradient"](model, one.x.double(), one.y)
    start = torch.rand(1, 1, 28, 28, generator=g, dtype=torch.float64)
    if not whole:  # a model whose only parameters are those of the last layer
        for parameter in list(model.parameters())[:-2]:
            parameter.requires_grad_(False)
        model.parameters = lambda: iter([model[5].weight, model[5].bias])
        sent = sent[-2:]
    image, _ = LAB["match_gradients"](model, sent, start, iterations)
    return evaluation.psnr(one.x, image).item()


def evenness(seed, kind, low=0):
    """12.3: p-value of a chi-square test of what t - 1 shares show; low = 1 is the mistake."""
    g = torch.Generator().manual_seed(seed)
    secret = torch.full((20_000,), seed % 11)
    if kind == "additive":
        random = torch.randint(low, 11, (2, 20_000), generator=g)
        shares = torch.cat([random, ((secret - random.sum(0)) % 11)[None]])
        shares = LAB["split"](secret, 3, 11, g) if low == 0 else shares
        return LAB["oracle_even"](shares[:2], 11)
    t = 2 if kind == "t = 2" else 3
    coefficients = torch.randint(0, 11, (t, 20_000), generator=g)
    coefficients[0], coefficients[-1] = secret, torch.randint(low, 11, (20_000,), generator=g)
    shares = LAB["evaluate"](coefficients, torch.arange(1, 5), 11)
    if low == 0:
        shares = LAB["shamir_split"](secret, t, 4, 11, g, LAB["evaluate"])
    return LAB["oracle_even"](shares[[0, 2][: t - 1]], 11)


def fraction(seed, alone):
    """12.4c: distance from whole grey levels: the worst single row, or the best mixture."""
    g = torch.Generator().manual_seed(seed)
    network = models.mlp(784, 200, 10, generator=g, dtype=torch.float64)
    some = data.sample(TEST, 10, g)
    x = (some.x.double() * 255).round() / 255
    pairs = zip(x, some.y, strict=True)
    each = [LAB["client_gradient"](network, one[None], y[None])[:2] for one, y in pairs]
    weight, bias = sum(w for w, _ in each), sum(b for _, b in each)
    with torch.no_grad():
        on = (network[1](x.flatten(1)) > 0).sum(0)
    rows = (on == 1) if alone else (on > 1)
    grey = 255 * weight[rows] / bias[rows, None]
    off = (grey - grey.round()).abs().amax(1)
    return (off.max() if alone else off.min()).item()


def seen_alone(seed, **changed):
    """12.8: the share of fifty unseen digits that some row sees alone."""
    g = torch.Generator().manual_seed(seed)
    pick = torch.randperm(10_000, generator=g)
    weight, bias = LAB["trap_layer"](DIGITS[pick[:500]], 500, 0.02, g)
    if changed.get("directions") == 1:
        weight, bias = weight[:1].expand(500, -1), bias[:1].expand(500)
    if changed.get("low") is False:
        bias = torch.zeros(500)
    return LAB["oracle_seen_alone"](weight, bias, DIGITS[pick[500:550]])


def restarted(seed, ignored=False):
    """12.2b: PSNR after one step from nearly the digit; the mistake sets out from grey."""
    g = torch.Generator().manual_seed(seed)
    model, one = models.smooth_cnn(g), data.sample(TEST, 1, g)
    sent = LAB["client_gradient"](model, one.x.double(), one.y)
    start = one.x.double() + 1e-4
    image, _ = LAB["match_gradients"](model, sent, 0 * start + 0.5 if ignored else start, 1)
    return evaluation.psnr(one.x, image).item()


def noise_left(seed, clean=True):
    """12.4d: error of a number of the sum of five gradients after cleaning noise of 0.01."""
    g = torch.Generator().manual_seed(seed)
    network = models.mlp(784, 200, 10, generator=g)
    pairs = zip(*data.sample(TEST, 5, g), strict=True)
    each = [LAB["client_gradient"](network, x[None], y[None])[:2] for x, y in pairs]
    sent = [sum(parts) for parts in zip(*each, strict=True)]
    weight, bias = (part + 0.01 * torch.randn(part.shape, generator=g) for part in sent)
    weight, bias = LAB["clean_rows"](weight, bias, 5 if clean else 50)
    off = (weight - sent[0]).norm() ** 2 + (bias - sent[1]).norm() ** 2
    return (off / (200 * 785)).sqrt().item()


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("12.1 one step", "<=", 1e-9, partial(local_gap, steps=1), partial(local_gap, steps=2),
     "two local steps"),
    ("12.1 six steps", ">=", 1e-4, partial(local_gap, steps=6), partial(local_gap, steps=1),
     "one local step"),
    ("12.2b dB", ">=", 30, matched, partial(matched, iterations=15), "15 iterations"),
    ("12.2b dB", ">=", 30, matched, partial(matched, whole=False), "last layer only"),
    ("12.2b four steps, dB", "<=", 18, partial(matched, iterations=4), matched,
     "100 steps, whatever is asked"),
    ("12.2b near start, dB", ">=", 60, restarted, partial(restarted, ignored=True),
     "sets out from grey"),
    ("12.3a p-value", ">=", 1e-6, partial(evenness, kind="additive"),
     partial(evenness, kind="additive", low=1), "shares never 0"),
    ("12.3b p, t = 2", ">=", 1e-6, partial(evenness, kind="t = 2"),
     partial(evenness, kind="t = 2", low=1), "leading never 0"),
    ("12.3b p, t = 3", ">=", 1e-6, partial(evenness, kind="t = 3"),
     partial(evenness, kind="t = 3", low=1), "leading never 0"),
    ("12.4c levels off", "<=", 0.1, partial(fraction, alone=True), partial(fraction, alone=False),
     "best mixture"),
    ("12.8 alone", ">=", 0.75, seen_alone, partial(seen_alone, low=False), "bias 0"),
    ("12.8 alone", ">=", 0.75, seen_alone, partial(seen_alone, directions=1), "one direction"),
    ("12.4d noise left", "<=", 0.003, noise_left, partial(noise_left, clean=False), "rank 50"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
