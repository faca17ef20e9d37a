"""One plain training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm.auto import tqdm

from safetylab.data import Images


def fit(
    model: nn.Module,
    images: Images,
    *,
    epochs: int,
    generator: torch.Generator,
    lr: float = 1e-3,
    batch_size: int = 128,
    weight_decay: float = 0.0,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
    progress: bool = True,
) -> list[float]:
    """Train ``model`` in place with Adam and leave it in eval mode, without gradients.

    The same weights, data and generator seed give the same result, bit for bit, on one machine
    with one number of threads. Torch's global random state is neither read nor changed: layers
    that draw from it (dropout) draw from a state that ``generator`` seeds.

    Args:
        model: maps (n, ...) to logits (n, classes).
        images: the training set; each epoch visits it once in an order drawn by ``generator``.
        epochs: number of passes.
        generator: source of all randomness.
        lr: Adam's step size.
        batch_size: examples per step; the last batch of an epoch may be smaller.
        weight_decay: the factor of Adam's L2 penalty.
        loss: takes logits and labels of a batch, returns the mean over the batch.
        progress: show a bar with the running loss (never while a notebook is graded).

    Returns:
        The mean loss of each epoch, ``epochs`` numbers.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)
    quiet = not progress or "NBGRADER_EXECUTION" in os.environ
    n = len(images.y)
    history = []
    model.train()
    with _seeded(generator), tqdm(total=epochs * n, unit=" examples", disable=quiet) as bar:
        for _ in range(epochs):
            total = 0.0
            for chosen in torch.split(torch.randperm(n, generator=generator), batch_size):
                value = loss(model(images.x[chosen]), images.y[chosen])
                optimiser.zero_grad()
                value.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                total += value.item() * len(chosen)
                bar.set_postfix(loss=f"{value.item():.3f}", refresh=False)
                bar.update(len(chosen))
            history.append(total / n)
    optimiser.zero_grad()
    model.eval()
    return history


@contextmanager
def _seeded(generator: torch.Generator) -> Iterator[None]:
    """Seed torch's global random state from ``generator`` inside the block, restore it after."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(torch.randint(2**62, (), generator=generator)))
        yield
