"""What private training costs in time: your DP-SGD beside plain training and beside opacus.

``python tests/labs/lab11_privacy/costs.py`` prints ratios of CPU seconds of a linear model,
measured in one run.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from source import names_of

from safetylab import models

LAB = names_of("lab11_privacy")


def digits():
    """20,000 digits, as rows."""
    return LAB["small_digits"](20_000, torch.Generator().manual_seed(0))


def plain(x, y, steps, batch):
    """Ordinary SGD on Poisson batches of the same mean size."""
    model, g = models.linear(196, 10), torch.Generator().manual_seed(1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        taken = torch.rand(len(x), generator=g) < batch / len(x)
        optimizer.zero_grad()
        F.cross_entropy(model(x[taken]), y[taken]).backward()
        optimizer.step()


def by_hand(x, y, steps, batch):
    """The lab's model solution."""
    LAB["private_model"](
        LAB["dp_sgd"], LAB["clip_and_sum"], x, y, 10, q=batch / len(x), sigma=1.0, max_norm=1.0,
        lr=0.1, steps=steps,
    )  # fmt: skip


def by_opacus(x, y, steps, batch):
    """opacus' hooks and optimiser on the same batches, without its data loader."""
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    g = torch.Generator().manual_seed(1)
    model = GradSampleModule(models.linear(196, 10))
    optimizer = DPOptimizer(
        torch.optim.SGD(model.parameters(), lr=0.1), noise_multiplier=1.0, max_grad_norm=1.0,
        expected_batch_size=batch, generator=g,
    )  # fmt: skip
    for _ in range(steps):
        taken = torch.rand(len(x), generator=g) < batch / len(x)
        optimizer.zero_grad()
        F.cross_entropy(model(x[taken]), y[taken]).backward()
        optimizer.step()


def seconds(train):
    """The least CPU seconds of three runs."""
    found = []
    for _ in range(3):
        start = time.process_time()
        train()
        found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    """Print one line."""
    steps, batch = 200, 500
    x, y = digits()
    base, ours, theirs = (
        seconds(partial(way, x, y, steps, batch)) for way in (plain, by_hand, by_opacus)
    )
    print(
        f"{steps} steps of {batch}: plain {base:.2f} CPU s, by hand {ours / base:.1f} times that, "
        f"opacus {theirs / base:.1f} times; by hand over opacus {ours / theirs:.2f}"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
