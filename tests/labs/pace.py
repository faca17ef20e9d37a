"""How fast this machine is just now: fixed pieces of work, against a quiet laptop core.

Labs have budgets of CPU seconds on a quiet core. A core whose neighbours are busy, or an older one,
counts more seconds for the same work; a test that did not know would call the lab expensive. Which
work it is matters: one processor trains as fast as another, and attacks at half the speed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn

from safetylab import models


def training() -> None:
    """Gradients of a small convolutional network with respect to its weights."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(128, 1, 28, 28, generator=generator)
    layers = [nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.Flatten()]
    net = nn.Sequential(*layers, nn.Linear(32 * 12 * 12, 10))
    for _ in range(8):
        net(x).square().mean().backward()


def attacking() -> None:
    """Gradients of the labs' own network with respect to images, as in 20 steps of PGD."""
    net = models.cnn()
    x = torch.rand(100, 1, 28, 28, generator=torch.Generator().manual_seed(0), requires_grad=True)
    for _ in range(20):
        torch.autograd.grad(net(x).logsumexp(1).sum(), x)


QUIET = {training: 0.14, attacking: 0.09}
"""CPU seconds of each on the core on which the labs' costs were measured."""


def pace() -> float:
    """CPU seconds that fixed work takes now, over those on a quiet core: of the slowest piece.

    Each piece is timed twice, and the first time warms up.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return max(min(_seconds(work), _seconds(work)) / quiet for work, quiet in QUIET.items())
    finally:
        torch.set_num_threads(threads)


def _seconds(work: Callable[[], None]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
