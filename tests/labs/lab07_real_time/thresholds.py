"""What the threshold of Lab 07 was set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab07_real_time/thresholds.py > tests/labs/lab07_real_time/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import cache, partial
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab07_real_time")
victim = cache(LAB["oracle_victim"])


def goes_on(seed, epsilon=0.1, steps=20, attack=LAB["slow_down"]):
    """7.4b: the share of 1,000 digits that go on to the big network after the attack."""
    net, x, threshold = victim(seed)
    moved = attack(net, x, epsilon, steps)
    with torch.no_grad():
        return (net(moved).softmax(1).amax(1) < threshold).float().mean().item()


def noise(net, x, epsilon, steps):
    """Random corners of the ball."""
    g = torch.Generator().manual_seed(steps)
    return (x + epsilon * (torch.rand(x.shape, generator=g) - 0.5).sign()).clamp(0, 1)


def one_step(net, x, epsilon, steps):
    """The attack in one step of full size."""
    return LAB["slow_down"](net, x, epsilon, 1)


ROWS = [
    ("7.4b 0.1, 20 steps", ">=", 0.93, goes_on, partial(goes_on, attack=noise), "random corners"),
    ("7.4b 0.1, 20 steps", ">=", 0.93, goes_on, partial(goes_on, attack=one_step), "one step"),
    ("7.4b 0.15, 10 steps", ">=", 0.93, partial(goes_on, epsilon=0.15, steps=10),
     partial(goes_on, epsilon=0.15, attack=noise), "random corners"),
]  # fmt: skip

if __name__ == "__main__":
    seeds.table(ROWS)
