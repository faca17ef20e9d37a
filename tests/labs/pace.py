"""How fast this machine is just now: a fixed piece of work, against a quiet laptop core.

Labs have budgets of CPU seconds on a quiet core. A core whose neighbours are busy, or an older one,
counts more seconds for the same work; a test that did not know would call the lab expensive.
"""

from __future__ import annotations

import time

import torch
from torch import nn

QUIET = 0.23  # CPU seconds of `work` on the core on which the labs' costs were measured


def pace() -> float:
    """CPU seconds that a fixed piece of work takes now, over those on a quiet core."""
    before, threads = time.process_time(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work()
    finally:
        torch.set_num_threads(threads)
    return (time.process_time() - before) / QUIET


def work() -> None:
    """Gradients of a small convolutional network: what most labs spend their time with."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(128, 1, 28, 28, generator=generator)
    layers = [nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.Flatten()]
    net = nn.Sequential(*layers, nn.Linear(32 * 12 * 12, 10))
    for _ in range(15):
        net(x).square().mean().backward()
