"""The harness of `safetylab.evaluation` beside AutoAttack, on 1,000 test images at epsilon 0.3.

``make bench-robustness`` (about 9 CPU minutes) prints a table of both, in CPU seconds of one
thread. AutoAttack is the package pyautoattack, its standard version.
``python tests/benchmarks/robustness.py all`` (about 9 CPU minutes) attacks all 10,000 images with
the shipped networks and a smaller ensemble; with ``more`` (about 5) the whole ensemble attacks the
robust network on 2,000 images drawn with another seed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "labs"))
from source import names_of

from safetylab import data, evaluation, models

LAB = names_of("lab04_robustness")
EPSILON = 0.3
NETWORKS = ("mnist_cnn", "mnist_cnn_one_step", "mnist_cnn_two_step", "mnist_cnn_robust")
HALVED = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
"""After which shares of its queries the square attack halves the area of its squares."""


def towards(rank: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a loss that rises towards a rival class; rank 0 is the nearest: the falling margin."""

    def gap(logits: Tensor, y: Tensor) -> Tensor:
        others = logits.scatter(1, y[:, None], -torch.inf)
        return others.topk(rank + 1, dim=1).values[:, rank] - logits.gather(1, y[:, None])[:, 0]

    return gap


def patches(n: int, side: int, width: int, generator: torch.Generator) -> Tensor:
    """Return n masks (n, 1, side, side), each true on one square of this width, somewhere."""
    first = torch.randint(0, side - width + 1, (2, n, 1), generator=generator)
    rows, columns = (torch.arange(side) >= first) & (torch.arange(side) < first + width)
    return (rows[:, :, None] & columns[:, None, :])[:, None]


def squares(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epsilon: float,
    *,
    queries: int,
    generator: torch.Generator,
) -> Tensor:
    """Return the end of a random search that asks for logits and for no gradient: as ``x``.

    Starts at vertical stripes of +-epsilon. Each query sets one random square of each image to
    +epsilon or -epsilon and keeps it where the margin falls. Squares begin at 0.8 of the image.

    Args:
        model: maps images in [0, 1] to logits (n, classes).
        x: square images of one channel, (n, 1, side, side).
        y: labels, (n,).
        epsilon: radius of the L-infinity ball.
        queries: calls of the model, at most; an image that is misread already is asked no more.
        generator: for places and signs.

    Source: Andriushchenko et al., "Square attack", 2020, algorithms 1 and 2.
    """
    gap, side = towards(0), x.shape[-1]

    def signs(n: int, width: int) -> Tensor:
        return torch.randint(0, 2, (n, 1, 1, width), generator=generator) * 2 - 1

    best = (x + epsilon * signs(len(x), side)).clamp(0, 1)
    with torch.no_grad():
        reached = gap(model(best), y)
        for query in range(queries - 1):
            left = (reached <= 0).nonzero()[:, 0]
            if len(left) == 0:
                break
            area = 0.8 * side**2 / 2 ** sum(query >= share * queries for share in HALVED)
            inside = patches(len(left), side, max(1, round(area**0.5)), generator)
            moved = (x[left] + epsilon * signs(len(left), 1)).clamp(0, 1)
            tried = torch.where(inside, moved, best[left])
            gaps = gap(model(tried), y[left])
            better = gaps > reached[left]
            best[left[better]], reached[left[better]] = tried[better], gaps[better]
    return best


def ensemble(generator: torch.Generator, quick: bool = False) -> dict[str, evaluation.Attack]:
    """Return PGD with the losses and step sizes of Lab 04's exam, then random squares."""
    run = partial(LAB["pgd"], project=LAB["project"], generator=generator)
    near, steps, queries = towards(0), 60 if quick else 100, 500 if quick else 5000
    losses = {"margin": (near, 0.03), "cross-entropy": (LAB["cross_entropy"], 0.03)}
    if not quick:
        losses |= {f"margin, steps of {size}": (near, size) for size in (0.01, 0.05)}
        losses |= {f"rival {rank + 1}": (towards(rank), 0.02) for rank in (1, 2)}
    attacks = {
        f"PGD-{steps}, {name}": partial(run, steps=steps, step_size=size, loss=loss)
        for name, (loss, size) in losses.items()
    }
    return attacks | {f"{queries} squares": partial(squares, queries=queries, generator=generator)}


def by_harness(
    model: nn.Module, images: data.Images, quick: bool = False
) -> tuple[dict[str, float], float]:
    """Return what is left after each attack in turn, and CPU seconds."""
    attacks, start = ensemble(torch.Generator().manual_seed(0), quick), time.process_time()
    found = evaluation.worst_case(model, data.batches(*images), attacks, EPSILON, spare=True)
    return found.accuracies(), time.process_time() - start


def by_autoattack(model: nn.Module, images: data.Images) -> tuple[float, float]:
    """Return robust accuracy and CPU seconds of AutoAttack's standard version."""
    from pyautoattack import AutoAttack

    start = time.process_time()
    attack = AutoAttack(model, norm="Linf", eps=EPSILON, version="standard", seed=0)
    x_adv, _ = attack.run_standard_evaluation(*images, batch_size=250)
    right = ~evaluation.is_wrong(model, x_adv, images.y) & ~evaluation.is_wrong(model, *images)
    return right.double().mean().item(), time.process_time() - start


def on_all(test: data.Images) -> None:
    """Print a table: the shipped networks on all test images, under the smaller ensemble."""
    print("| network | clean | after two PGD-60 | after 500 squares, too | CPU seconds |")
    print("|---|---|---|---|---|")
    for name in NETWORKS:
        found, seconds = by_harness(models.pretrained(name), test, quick=True)
        clean, _, left, _, worst = found.values()
        shares = f"{clean:.2%} | {left:.2%} | {worst:.2%}"
        print(f"| `{name}` | {shares} | {seconds:.0f} |", flush=True)


def on_a_thousand(test: data.Images) -> None:
    """Print two tables: the harness, attack by attack, and beside AutoAttack."""
    model = models.pretrained("mnist_cnn_robust")
    images = data.sample(test, 1000, torch.Generator().manual_seed(0))
    left, ours = by_harness(model, images)
    print("| what is left of 1,000 images | accuracy |\n|---|---|")
    print("\n".join(f"| {name} | {share:.1%} |" for name, share in left.items()), flush=True)
    right, theirs = by_autoattack(model, images)
    print("\n| by | worst case | CPU seconds | of AutoAttack's |\n|---|---|---|---|")
    print(f"| `worst_case` | {left['worst case']:.1%} | {ours:.0f} | {ours / theirs:.2f} |")
    print(f"| AutoAttack | {right:.1%} | {theirs:.0f} | 1 |")


def on_more(test: data.Images) -> None:
    """Print what the whole ensemble leaves of 2,000 images drawn with another seed."""
    images = data.sample(test, 2000, torch.Generator().manual_seed(1))
    left, seconds = by_harness(models.pretrained("mnist_cnn_robust"), images)
    shares = f"clean {left['clean']:.2%}, worst case {left['worst case']:.2%}"
    print(f"2,000 images drawn with seed 1: {shares} ({seconds:.0f} CPU seconds)")


def main() -> None:
    """Attack the robust network with both; `all` and `more` are said at the top of this file."""
    torch.set_num_threads(1)
    kinds = {"all": on_all, "more": on_more}
    kinds.get("".join(sys.argv[1:]), on_a_thousand)(data.mnist("test"))


if __name__ == "__main__":
    main()
