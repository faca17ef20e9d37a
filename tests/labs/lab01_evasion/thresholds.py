"""What the thresholds of Lab 01 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab01_evasion/thresholds.py > tests/labs/lab01_evasion/thresholds.txt``;
with arguments only the rows whose name begins with one of them.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

from safetylab import data, evaluation, models

LAB = names_of("lab01_evasion")
STANDARD = models.pretrained("mnist_cnn")
TEST = data.mnist("test")


def drawn(n, seed, only_right=False):
    """Return n random test images, perhaps without those that the network misreads."""
    images = data.sample(TEST, n, torch.Generator().manual_seed(seed))
    right = ~evaluation.is_wrong(STANDARD, *images) if only_right else slice(None)
    return data.Images(images.x[right], images.y[right])


def pgd_left(seed, norm, epsilon, size, steps=30):
    """1.3: accuracy of 60 digits after PGD."""
    attack = partial(
        LAB["pgd"],
        project=LAB["project"],
        generator=torch.Generator().manual_seed(seed),
        norm=norm,
        steps=steps,
        step_size=size,
    )
    batches = data.batches(*drawn(60, seed))
    return evaluation.robust_accuracy(STANDARD, batches, attack, epsilon, norm)


def targeted_hit(seed, attack=LAB["oracle_attack"]):
    """1.4: share of 50 digits read as a random other class."""
    g = torch.Generator().manual_seed(seed)
    images = data.sample(TEST, 50, g)
    target = (images.y + torch.randint(1, 10, (50,), generator=g)) % 10
    x_adv = LAB["targeted"](STANDARD, images.x, target, 0.3, attack)
    return 1 - evaluation.is_wrong(STANDARD, x_adv, target).float().mean().item()


def untargeted(model, x, y, epsilon, loss):
    """The mistake: raise the loss of what the model reads now."""
    return LAB["oracle_attack"](model, x, model(x).argmax(1), epsilon, LAB["cross_entropy"])


def nearest(seed, part, rounds=8, steps=80, **search):
    """1.5: share fooled, or mean distance over that of the bisected PGD-L2, on 16 digits."""
    x, y = drawn(16, seed, only_right=True)
    walk = partial(LAB["walk"], margin=LAB["oracle_margin"], **LAB["oracle_box_maps"], steps=steps)
    found = LAB["carlini_wagner"](STANDARD, x, y, walk, rounds=rounds, **search)
    if part == "fooled":
        return evaluation.is_wrong(STANDARD, found, y).float().mean().item()
    theirs = LAB["oracle_bisection"](STANDARD, x, y).mean()
    return (evaluation.distances(x, found, "l2").mean() / theirs).item()


def anyway_left(seed, kind, repaired=True):
    """1.7: accuracy of 40 digits on a masked network, by the solution or by plain PGD."""
    g = torch.Generator().manual_seed(seed)
    model, surrogate = {
        "saturated": (models.Scaled(STANDARD, 1000), models.cnn(g).eval()),
        "flat": (models.Quantised(STANDARD, 8), STANDARD),
        "noise": (models.Noisy(STANDARD, 0.2, g), STANDARD),
    }[kind]
    pgd = partial(LAB["oracle_attack"], steps=20)

    def attack(model, x, y, epsilon):
        if not repaired:
            return pgd(model, x, y, epsilon, LAB["cross_entropy"])
        rescue = LAB["attack_anyway"]
        return rescue(model, surrogate, x, y, epsilon, attack=pgd, margin=LAB["oracle_margin"])

    return evaluation.robust_accuracy(model, [drawn(40, seed)], attack, 0.3)


def direct_kept(seed, calls=5):
    """1.7: share of 400 points on which a noisy linear model's best candidate is kept."""
    w, g = torch.tensor([4.0, -3.0]), torch.Generator().manual_seed(seed)
    x = torch.tensor([[0.7, 0.5], [0.4, 0.6]]).repeat(200, 1)
    sign = torch.tensor([1.0, -1.0]).repeat(200)
    moves = [0.0, -0.2, 0.2]  # stay, the direct attack, a useless surrogate
    tries = torch.stack([x + move * sign[:, None] * w.sign() for move in moves])
    noisy = [
        torch.stack([
            sign * ((t + 0.25 * torch.randn(t.shape, generator=g)) @ w) for _ in range(calls)
        ]).mean(0)
        for t in tries
    ]  # fmt: skip
    return (torch.stack(noisy).argmin(0) == 1).float().mean().item()


def universal_left(seed, **changed):
    """1.10: accuracy of 500 unseen digits under one pattern made on 300."""
    g = torch.Generator().manual_seed(seed)
    made_on = data.sample(data.Images(TEST.x[:5000], TEST.y[:5000]), 300, g)
    delta = LAB["universal"](STANDARD, *made_on, 0.3, generator=g, **changed)
    x_adv = (TEST.x[8000:8500] + delta).clamp(0, 1)
    return 1 - evaluation.is_wrong(STANDARD, x_adv, TEST.y[8000:8500]).float().mean().item()


def sticker_hit(seed, place=LAB["place"]):
    """1.11: share of unseen digits read as 5 with a sticker at unseen places."""
    g = torch.Generator().manual_seed(seed)
    patch = LAB["sticker"](STANDARD, TEST.x[:500], 5, place, generator=g, size=12, steps=80)
    x, y = TEST.x[8000:8500], TEST.y[8000:8500]
    seen = LAB["place"](x[y != 5], patch, g)
    return (STANDARD(seen).argmax(1) == 5).float().mean().item()


def one_corner(x, patch, generator):
    """The mistake: learn the sticker for one place, the upper left corner."""
    rest = 28 - patch.shape[-1]
    mask = F.pad(torch.ones_like(patch), [0, rest, 0, rest])
    return x * (1 - mask) + F.pad(patch, [0, rest, 0, rest])


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("1.3 linf 0.15", "<=", 0.1, partial(pgd_left, norm="linf", epsilon=0.15, size=0.02),
     partial(pgd_left, norm="linf", epsilon=0.15, size=0.15, steps=1), "one step"),
    ("1.3 l2 2.5", "<=", 0.1, partial(pgd_left, norm="l2", epsilon=2.5, size=0.3),
     partial(pgd_left, norm="l2", epsilon=2.5, size=2.5, steps=1), "one step"),
    ("1.4 hit", ">=", 0.8, targeted_hit, partial(targeted_hit, attack=untargeted), "untargeted"),
    ("1.5 fooled", ">=", 0.95, partial(nearest, part="fooled"),
     partial(nearest, part="fooled", rounds=1, c=0.01), "no search, small c"),
    ("1.5 ratio", "<=", 1.05, partial(nearest, part="ratio"),
     partial(nearest, part="ratio", rounds=1, c=100.0), "no search, large c"),
    ("1.7 saturated", "<=", 0.05, partial(anyway_left, kind="saturated"),
     partial(anyway_left, kind="saturated", repaired=False), "cross-entropy"),
    ("1.7 flat", "<=", 0.05, partial(anyway_left, kind="flat"),
     partial(anyway_left, kind="flat", repaired=False), "no transfer"),
    ("1.7 noise", "<=", 0.10, partial(anyway_left, kind="noise"), None, "none: PGD suffices"),
    ("1.7 mean of calls", ">=", 0.87, direct_kept, partial(direct_kept, calls=1), "one call"),
    ("1.10 left", "<=", 0.6, universal_left,
     partial(universal_left, epochs=1, step_size=0.01), "one pass, small steps"),
    ("1.11 hit", ">=", 0.3, sticker_hit, partial(sticker_hit, place=one_corner), "one place"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
