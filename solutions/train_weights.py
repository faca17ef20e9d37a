"""Train the shipped weights and draw the hook of Lab 01: `make weights` (about 25 CPU minutes).

`python solutions/train_weights.py NAME ...` trains only the named ones.

Lives beside the solutions because adversarial training uses graded code. Two runs on one kind of
machine give the same bytes; on another processor the last digits may differ, and with them the
checksums, which is why the weights are committed and learners never train them.
"""

import hashlib
import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn
from tqdm.auto import tqdm

from safetylab import data, language, models
from safetylab.evaluation import accuracy, is_wrong

SEED = 0
BATCH = 128


def pgd(
    model: nn.Module, x: Tensor, y: Tensor, epsilon: float, steps: int, generator: torch.Generator
) -> Tensor:
    """Return the end of one L-infinity PGD run from a random start (Madry et al. 2018, eq. 2)."""
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    z = (x + epsilon * noise).clamp(0, 1)
    for _ in range(steps):
        z.requires_grad_(True)
        (gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y, reduction="sum"), z)
        z = z.detach() + 1.5 * epsilon / steps * gradient.sign()
        z = torch.minimum(torch.maximum(z, x - epsilon), x + epsilon).clamp(0, 1)
    return z.detach()


def train(
    images: data.Images,
    epochs: int,
    peak_lr: float,
    epsilon: float,
    inner: int = 5,
    ramp: float = 0.4,
    hidden: float = 0.0,
) -> nn.Sequential:
    """Train the CNN; with epsilon > 0 on PGD points, the radius growing for `ramp` of it.

    `inner` counts the steps of PGD. `hidden` is the share of pixels blacked out at random.
    """
    generator = torch.Generator().manual_seed(SEED)
    model = models.cnn(generator).train()
    seen_by = models.Masked(model, hidden, generator) if hidden else model
    steps = epochs * (len(images.y) // BATCH)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_lr, total_steps=steps)
    order = torch.cat([torch.randperm(len(images.y), generator=generator) for _ in range(epochs)])
    for step in tqdm(range(steps), desc=f"epsilon {epsilon}"):
        batch = order[step * BATCH : (step + 1) * BATCH]
        x, y = images.x[batch], images.y[batch]
        if epsilon > 0:
            radius = epsilon * min(1.0, (step + 1) / (ramp * steps))
            x = pgd(model, x, y, radius, inner, generator)
        optimizer.zero_grad()
        F.cross_entropy(seen_by(x), y).backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def report(name: str, model: nn.Module, test: data.Images) -> None:
    """Print clean accuracy on all test images and PGD-40 accuracy at 0.3 on the first thousand."""
    x, y = test.x[:1000], test.y[:1000]
    z = pgd(model, x, y, 0.3, 40, torch.Generator().manual_seed(SEED))
    clean, robust = accuracy(model, data.batches(*test)), 1 - is_wrong(model, z, y).float().mean()
    print(f"{name}: clean {clean:.4f} (10,000), PGD-40 at epsilon 0.3 {robust:.3f} (first 1,000)")


def hook(model: nn.Module, test: data.Images, folder: Path) -> None:
    """Save six test digits and, within 25 of 255 grey levels, images it misreads."""
    x, y = test.x[:600], test.y[:600]
    z = pgd(model, x, y, 25 / 255, 100, torch.Generator().manual_seed(SEED))
    grey = (z * 255).round().clamp(0, 255)
    sure = F.softmax(model(grey / 255), dim=1).max(1).values > 0.9
    found = (is_wrong(model, grey / 255, y) & ~is_wrong(model, x, y) & sure).nonzero()[:, 0]
    chosen = [int(found[y[found] == digit][0]) for digit in y[found].unique()][:6]
    folder.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / "adversarial_digits.npz",
        x=(x[chosen] * 255).round().to(torch.uint8).numpy(),
        x_adv=grey[chosen].to(torch.uint8).numpy(),
        y=y[chosen].numpy(),
    )


# Which word opens an answer, and which follows which, in the order of language.WORDS.
OPENS = (64, 8, 5, 8, 12, 3)
FOLLOWS = ((2, 80, 2, 4, 5, 3), (6, 2, 37, 6, 3, 40), (62, 18, 2, 4, 6, 2),
           (28, 15, 8, 12, 5, 24), (60, 20, 8, 3, 2, 3), (10, 4, 5, 4, 5, 65))  # fmt: skip


def corpus(n: int, generator: torch.Generator) -> Tensor:
    """Return n invented answers, each word drawn by the one before it: (n, 5)."""
    follows = torch.tensor(FOLLOWS, dtype=torch.float64)
    words = [torch.multinomial(torch.tensor(OPENS) / 1.0, n, True, generator=generator)]
    for _ in range(language.LENGTH - 1):
        words.append(torch.multinomial(follows[words[-1]], 1, generator=generator)[:, 0])
    return torch.stack(words, dim=1)


def answers_gpt(folder: Path, steps: int = 2500) -> None:
    """Train the reference policy of Lab 15 on the corpus; save it and its table of answers."""
    generator = torch.Generator().manual_seed(SEED)
    told, model = corpus(50_000, generator), language.TinyGPT(generator)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)
    for _ in tqdm(range(steps), desc="answers_gpt"):
        words = told[torch.randint(len(told), (256,), generator=generator)]
        optimizer.zero_grad()
        F.cross_entropy(model(words[:, :-1]).flatten(0, 1), words.flatten()).backward()
        optimizer.step()
        schedule.step()
    save_file(model.state_dict(), folder / "answers_gpt.safetensors")
    table = language.TablePolicy().requires_grad_(False)
    for k, level in enumerate(table.levels):
        level.copy_(model(language.all_answers(length=k))[:, -1] if k else model(told[:1, :0])[0])
    save_file({"log_probs": table.joint()}, folder / "answers_log_probs.safetensors")
    fresh = corpus(20_000, generator)
    told_apart = F.cross_entropy(model(fresh[:, :-1]).flatten(0, 1), fresh.flatten())
    print(f"answers_gpt: {told_apart * language.LENGTH:.3f} nats per fresh answer of the corpus")


def main() -> None:
    """Train the models (or those named), save them with their checksums, print what they reach."""
    torch.set_num_threads(1)
    folder, test = data.data_folder(), data.mnist("test")
    recipes = {
        "mnist_cnn": partial(train, epochs=8, peak_lr=2e-3, epsilon=0.0),
        "mnist_cnn_robust": partial(train, epochs=30, peak_lr=3e-3, epsilon=0.3, inner=7, ramp=0.3),
        "mnist_cnn_one_step": partial(
            train, epochs=4, peak_lr=3e-3, epsilon=0.3, inner=1, ramp=0.2
        ),
        "mnist_cnn_two_step": partial(
            train, epochs=4, peak_lr=2e-3, epsilon=0.3, inner=2, ramp=0.2
        ),
        "mnist_cnn_masked": partial(train, epochs=2, peak_lr=3e-3, epsilon=0.0, hidden=0.8),
    }
    for name in sys.argv[1:] or [*recipes, "answers_gpt"]:
        if name == "answers_gpt":
            answers_gpt(folder / "weights")
            continue
        start = time.process_time()
        model = recipes[name](data.mnist("train"))
        print(f"{name}: {(time.process_time() - start) / 60:.1f} CPU minutes")
        save_file(model.state_dict(), folder / "weights" / f"{name}.safetensors")
        report(name, model, test)
        if name == "mnist_cnn":
            hook(model, test, folder / "adversarial_digits")
    files = sorted((folder / "weights").glob("*.safetensors"))
    checksums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    (folder / "weights" / "checksums.json").write_text(json.dumps(checksums, indent=2) + "\n")


if __name__ == "__main__":
    main()
