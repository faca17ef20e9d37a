"""The harness of `safetylab.evaluation` beside AutoAttack, on 1,000 test images at epsilon 0.3.

``python tests/benchmarks/robustness.py > tests/benchmarks/robustness.txt`` (about 7 CPU minutes).
AutoAttack is the package pyautoattack, its standard version. One thread; CPU seconds.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "labs"))
from source import names_of

from safetylab import data, evaluation, models

LAB = names_of("lab04_robustness")
EPSILON = 0.3


def towards(rank: int):
    """Return a loss that rises towards a rival class; rank 0 is the nearest: the falling margin."""

    def gap(logits: Tensor, y: Tensor) -> Tensor:
        others = logits.scatter(1, y[:, None], -torch.inf)
        return others.topk(rank + 1, dim=1).values[:, rank] - logits.gather(1, y[:, None])[:, 0]

    return gap


def ensemble(generator: torch.Generator, quick: bool = False) -> dict[str, evaluation.Attack]:
    """Return PGD with the losses and step sizes of Lab 04's exam, strongest first."""
    run = partial(LAB["pgd"], project=LAB["project"], generator=generator)
    if quick:
        losses = [(towards(0), 60, 0.02), (LAB["cross_entropy"], 60, 0.02)]
    else:
        losses = [(towards(0), 100, 0.03), (LAB["cross_entropy"], 100, 0.03)]
        losses += [(towards(0), 100, size) for size in (0.01, 0.01, 0.05)]
        losses += [(towards(rank), 100, 0.02) for rank in (1, 2)]
    return {
        f"{k}": partial(run, steps=steps, step_size=size, loss=loss)
        for k, (loss, steps, size) in enumerate(losses)
    }


def by_harness(
    model: nn.Module, images: data.Images, quick: bool = False
) -> tuple[dict[str, float], float]:
    """Return accuracies after each attack in turn, and CPU seconds."""
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


def main() -> None:
    """Print both figures on the shipped robust model; with `all`, quick ones on all images."""
    torch.set_num_threads(1)
    test = data.mnist("test")
    if "all" in sys.argv[1:]:
        for name in ("mnist_cnn", "mnist_cnn_one_step", "mnist_cnn_two_step", "mnist_cnn_robust"):
            found, seconds = by_harness(models.pretrained(name), test, quick=True)
            line = f"{name}: clean {found['clean']:.4f}, worst case {found['worst case']:.4f}"
            print(f"{line} under two PGD-60, all 10,000 ({seconds:.0f} CPU s)", flush=True)
        return
    model = models.pretrained("mnist_cnn_robust")
    images = data.sample(test, 1000, torch.Generator().manual_seed(0))
    found, seconds = by_harness(model, images)
    print(f"harness: clean {found['clean']:.3f}, worst case {found['worst case']:.3f}, "
          f"{seconds:.0f} CPU s", flush=True)  # fmt: skip
    right, theirs = by_autoattack(model, images)
    print(f"AutoAttack: {right:.3f}, {theirs:.0f} CPU s; ours in {seconds / theirs:.2f} of it")


if __name__ == "__main__":
    main()
