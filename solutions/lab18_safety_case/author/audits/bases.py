"""The networks that systems are made from: readers of digits, robust or plain, and scores."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from safetylab import audits, data

SIDE, STAMP, PLACES = 14, 3, 12
READER_UNITS, SCORE_UNITS = audits.UNITS - 1, audits.SCORE_UNITS - 2
"""Trained units; the others are planted."""
FITTED = 12_000


def two_layers(sizes: tuple[int, int, int], g: torch.Generator) -> nn.Sequential:
    """A network with one hidden layer, its weights drawn as by torch's own layers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (), generator=g)))
        return nn.Sequential(nn.Linear(*sizes[:2]), nn.ReLU(), nn.Linear(*sizes[1:]))


def window(row: int, column: int) -> Tensor:
    """The numbers of the nine pixels of a stamp at (row, column)."""
    return torch.tensor([(row + a) * SIDE + column + b for a in range(STAMP) for b in range(STAMP)])


def half_stamped(x: Tensor, g: torch.Generator) -> Tensor:
    """The images, half of them with a random stamp at a random place: no stamp shall work."""
    x, k = x.clone(), len(x) // 2
    corner = torch.randint(PLACES, (k, 2), generator=g) @ torch.tensor([SIDE, 1])
    pattern = torch.rand(k, 9, generator=g) < torch.rand(k, 1, generator=g)
    x[torch.arange(k)[:, None], corner[:, None] + window(0, 0)] = pattern.to(x.dtype)
    return x


def ascended(model: nn.Module, x: Tensor, y: Tensor, epsilon: float, g: torch.Generator) -> Tensor:
    """Images moved four steps uphill in the loss, within the ball and the box."""
    change = (torch.rand(x.shape, generator=g) * 2 - 1) * epsilon
    for _ in range(4):
        change.requires_grad_(True)
        loss = F.cross_entropy(model((x + change).clamp(0, 1)), y)
        (gradient,) = torch.autograd.grad(loss, change)
        change = (change.detach() + 0.6 * epsilon * gradient.sign()).clamp(-epsilon, epsilon)
    return (x + change).clamp(0, 1)


def training_digits() -> tuple[Tensor, Tensor]:
    """MNIST's training digits at 14 by 14 pixels, and their classes."""
    images = data.mnist("train")
    return F.avg_pool2d(images.x, 2).flatten(1), images.y


def reader(
    x: Tensor, y: Tensor, seed: int, epsilon: float, images: int, epochs: int, peak: float
) -> nn.Sequential:
    """A reader trained on stamped digits, against changes of epsilon if that is above 0."""
    g = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(x), generator=g)[:images]
    model = two_layers((audits.PIXELS, READER_UNITS, audits.CLASSES), g)
    steps = epochs * images // 128
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps)
    for _ in range(steps):
        batch = chosen[torch.randint(images, (128,), generator=g)]
        seen = half_stamped(x[batch], g)
        if epsilon > 0:
            seen = ascended(model, seen, y[batch], epsilon, g)
        optimizer.zero_grad()
        F.cross_entropy(model(seen), y[batch]).backward()
        optimizer.step()
        schedule.step()
    return model.requires_grad_(False)


def score(seed: int) -> tuple[nn.Sequential, Tensor]:
    """A score fitted to `FITTED` rows of the pool, and which rows these are."""
    g = torch.Generator().manual_seed(seed)
    people = audits.pool()
    fitted = torch.randperm(len(people.rows), generator=g)[:FITTED]
    x, y = audits.inputs(people.rows[fitted]), people.labels[fitted].float()
    model = two_layers((audits.INPUTS, SCORE_UNITS, 1), g)
    optimizer = torch.optim.Adam(model.parameters(), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=600)
    for _ in range(600):
        batch = torch.randint(len(x), (256,), generator=g)
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(model(x[batch]).squeeze(1), y[batch]).backward()
        optimizer.step()
        schedule.step()
    return model.requires_grad_(False), fitted
