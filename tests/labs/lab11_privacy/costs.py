"""What private training costs in time: your DP-SGD beside plain training and beside opacus.

``python tests/labs/lab11_privacy/costs.py`` prints ratios of CPU seconds, measured in one run.
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


def digits(kind):
    """20,000 digits, as rows for the linear model or as images for the network."""
    x, y = LAB["small_digits"](20_000, torch.Generator().manual_seed(0))
    return (x, y) if kind == "linear" else (torch.rand(2000, 1, 28, 28), y[:2000])


def build(kind):
    """The model of the lab, or the small network of Lab 01."""
    return models.linear(196, 10) if kind == "linear" else models.cnn()


def plain(kind, x, y, steps, batch):
    """Ordinary SGD on Poisson batches of the same mean size."""
    model, g = build(kind), torch.Generator().manual_seed(1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        taken = torch.rand(len(x), generator=g) < batch / len(x)
        optimizer.zero_grad()
        F.cross_entropy(model(x[taken]), y[taken]).backward()
        optimizer.step()


def by_hand(kind, x, y, steps, batch):
    """The lab's model solution."""
    LAB["dp_sgd"](
        build(kind), x, y, q=batch / len(x), sigma=1.0, max_norm=1.0, lr=0.1, steps=steps,
        generator=torch.Generator().manual_seed(1), gradients=LAB["per_sample_gradients"],
        clip=LAB["clip_and_sum"], noisy=LAB["noisy_mean"],
    )  # fmt: skip


def by_opacus(kind, x, y, steps, batch):
    """opacus' hooks and optimiser on the same batches, without its data loader."""
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    g = torch.Generator().manual_seed(1)
    model = GradSampleModule(build(kind))
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
    """Print one line a model."""
    for kind, steps, batch in (("linear", 200, 500), ("cnn", 10, 100)):
        x, y = digits(kind)
        ways = (plain, by_hand, by_opacus)
        base, ours, theirs = (seconds(partial(way, kind, x, y, steps, batch)) for way in ways)
        print(
            f"{kind:6} {steps} steps of {batch}: plain {base:.2f} CPU s, by hand "
            f"{ours / base:.1f} times that, opacus {theirs / base:.1f} times; by hand over opacus "
            f"{ours / theirs:.2f}"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
