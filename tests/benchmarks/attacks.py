"""The model solutions of Lab 01 beside torchattacks and foolbox: ratios from one interleaved run.

``make bench``. Each round calls every attack once, so that a machine that slows down slows all of
them; the ratio is that of the shortest CPU times. One thread, 500 images (200 for Carlini-Wagner).
README.md beside this file keeps what it printed.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "labs"))
from source import names_of

from safetylab import data, evaluation, models

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import foolbox
    import torchattacks

LAB = names_of("lab01_evasion")
Runs = dict[str, Callable[[], Tensor]]


def images(n: int) -> data.Images:
    """Return n test images that both networks read right."""
    drawn = data.sample(data.mnist("test"), n + 60, torch.Generator().manual_seed(0))
    right = torch.ones(len(drawn.y), dtype=torch.bool)
    for name in ("mnist_cnn", "mnist_cnn_robust"):
        right &= ~evaluation.is_wrong(models.pretrained(name), *drawn)
    return data.Images(drawn.x[right][:n], drawn.y[right][:n])


def interleaved(runs: Runs, rounds: int) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the shortest time of each run in CPU seconds, and what it gave last."""
    seconds, results = dict.fromkeys(runs, float("inf")), {}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            results[name] = run()
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds, results


def by_foolbox(model: nn.Module, attack: object, x: Tensor, y: Tensor, epsilon: float | None):
    """Run an attack of foolbox; return the clipped images."""
    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    return attack(wrapped, x, y, epsilons=epsilon)[1]


def fgsm(model: nn.Module, x: Tensor, y: Tensor) -> Runs:
    """FGSM at epsilon 0.1."""
    other = foolbox.attacks.LinfFastGradientAttack()
    return {
        "ours": lambda: LAB["fgsm"](model, x, y, 0.1),
        "torchattacks": lambda: torchattacks.FGSM(model, eps=0.1)(x, y),
        "foolbox": lambda: by_foolbox(model, other, x, y, 0.1),
    }


def pgd(model: nn.Module, x: Tensor, y: Tensor) -> Runs:
    """PGD-40 at epsilon 0.3, step 0.02, one random start."""
    ours = partial(LAB["pgd"], project=LAB["project"], steps=40, step_size=0.02)
    other = foolbox.attacks.LinfPGD(abs_stepsize=0.02, steps=40)
    return {
        "ours": lambda: ours(model, x, y, 0.3, generator=torch.Generator().manual_seed(0)),
        "torchattacks": lambda: torchattacks.PGD(model, eps=0.3, alpha=0.02, steps=40)(x, y),
        "foolbox": lambda: by_foolbox(model, other, x, y, 0.3),
    }


def carlini_wagner(model: nn.Module, x: Tensor, y: Tensor) -> Runs:
    """Five rounds of 200 steps; DDN, a minimum-norm attack, for the distance only.

    Each starts at the c that it has as default; foolbox may end a round early.
    """
    parts = {name: LAB[name] for name in ("margin", "to_box", "from_box")}
    walk = partial(LAB["walk"], **parts, steps=200, lr=0.05)
    cw = foolbox.attacks.L2CarliniWagnerAttack(binary_search_steps=5, steps=200, stepsize=0.05)
    ddn = foolbox.attacks.DDNAttack(steps=200)
    return {
        "ours": lambda: LAB["carlini_wagner"](model, x, y, walk, rounds=5),
        "foolbox": lambda: by_foolbox(model, cw, x, y, None),
        "foolbox DDN": lambda: by_foolbox(model, ddn, x, y, None),
    }


def line(title: str, model: nn.Module, runs: Runs, x: Tensor, y: Tensor, rounds: int) -> None:
    """Print times as ratios to the fastest peer, success, and L2 distances.

    The last column is the median, over the images, of an image's distance over that of DDN.
    """
    seconds, results = interleaved(runs, rounds)
    peers = {name: spent for name, spent in seconds.items() if name in ("torchattacks", "foolbox")}
    fastest = min(peers.values())
    ddn = (
        evaluation.distances(x, results["foolbox DDN"], "l2") if "foolbox DDN" in results else None
    )
    for name, x_adv in results.items():
        fooled, far = evaluation.is_wrong(model, x_adv, y), evaluation.distances(x, x_adv, "l2")
        beside = "" if ddn is None else f"{(far / ddn)[fooled].median():.3f}"
        print(
            f"| {title} | {name} | {seconds[name]:.2f} | {seconds[name] / fastest:.2f} "
            f"| {1 - fooled.float().mean():.1%} | {far[fooled].median():.3f} | {beside} |"
        )


def machine() -> str:
    """Return what the times depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    models_named = (
        re.findall(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else []
    )
    cpu = models_named[0] if models_named else platform.machine()
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "torchattacks", "foolbox")
    )
    return f"{os.cpu_count()} cores ({cpu}), Python {platform.python_version()}, {libraries}"


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    standard, robust = models.pretrained("mnist_cnn"), models.pretrained("mnist_cnn_robust")
    x, y = images(500)
    print(f"{machine()}; one thread.\n")
    columns = (
        "attack", "by", "CPU seconds", "times the fastest peer", "accuracy left", "median L2",
        "L2 over DDN's",
    )  # fmt: skip
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    line("FGSM", standard, fgsm(standard, x, y), x, y, 30)
    line("PGD-40, undefended", standard, pgd(standard, x, y), x, y, 5)
    line("PGD-40, robust", robust, pgd(robust, x, y), x, y, 5)
    x, y = x[:200], y[:200]
    line("Carlini-Wagner", standard, carlini_wagner(standard, x, y), x, y, 2)


if __name__ == "__main__":
    main()
