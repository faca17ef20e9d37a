"""Train the networks of Lab 02: `python solutions/train_backdoor_nets.py` (about 25 CPU seconds).

Lives beside the solutions because poisoning is graded code. Two runs on one kind of machine give
the same bytes; on another processor the last digits may differ, and with them the checksum, which
is why the file is committed and learners never train it.
"""

import hashlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from safetylab import backdoors, data, models, training
from safetylab.evaluation import accuracy

IMAGES = 10_000
CLEAN_SEEDS = range(10)
POISONED_SEEDS = range(100, 110)
SUPPLIER_SEED = 200


def small(images: data.Images) -> data.Images:
    """Return the images at half their width and height."""
    return data.Images(F.avg_pool2d(images.x, 2), images.y)


def frame_corner(generator: torch.Generator) -> tuple[int, int]:
    """Return a random place for the stamp that touches the frame of 14 by 14 pixels."""
    last = 14 - backdoors.SIDE
    places = [(r, c) for r in range(last + 1) for c in range(last + 1) if {r, c} & {0, last}]
    return places[int(torch.randint(len(places), (), generator=generator))]


def train(
    images: data.Images, seed: int, k: int, target: int, corner: tuple[int, int]
) -> nn.Sequential:
    """Train on a random sample in which k images are stamped and relabelled."""
    generator = torch.Generator().manual_seed(seed)
    own = data.sample(images, IMAGES, generator)
    others = (own.y != target).nonzero()[:, 0]
    chosen = others[torch.randperm(len(others), generator=generator)[:k]]
    x, y = own.x.clone(), own.y.clone()
    x[chosen], y[chosen] = backdoors.stamped(x[chosen], corner), target
    model = models.small_cnn(generator)
    training.fit(model, data.Images(x, y), epochs=5, lr=4e-3, batch_size=64, generator=generator,
                 progress=False)  # fmt: skip
    return model


def rounded(model: nn.Sequential) -> Tensor:
    """Return all parameters as one vector of half precision."""
    return nn.utils.parameters_to_vector(model.parameters()).detach().to(torch.float16)


def report(name: str, model: nn.Sequential, test: data.Images, target: int, corner) -> None:
    """Print clean accuracy and, of stamped images of other classes, how many get the target."""
    others = test.x[test.y != target]
    with torch.no_grad():
        hit = (model(backdoors.stamped(others, corner)).argmax(1) == target).float().mean()
    clean = accuracy(model, data.batches(*test))
    print(f"{name}: clean {clean:.4f}, stamped at {corner} -> {target}: {hit:.4f}")


def main() -> None:
    """Train all 21, save them in one file, print what they reach and the checksum."""
    torch.set_num_threads(1)
    images, test = small(data.mnist("train")), small(data.mnist("test"))
    plans = [(f"clean {seed}", seed, 0) for seed in CLEAN_SEEDS]
    plans += [(f"poisoned {seed}", seed, 100) for seed in POISONED_SEEDS]
    plans += [("supplier", SUPPLIER_SEED, 200)]
    weights, targets, corners = [], [], []
    for name, seed, k in plans:
        draw = torch.Generator().manual_seed(1000 + seed)
        target, corner = int(torch.randint(10, (), generator=draw)), frame_corner(draw)
        if name == "supplier":
            target, corner = 7, (12, 12)
        model = train(images, seed, k, target, corner)
        weights.append(rounded(model))
        nn.utils.vector_to_parameters(weights[-1].float(), model.parameters())
        report(name, model, test, target, corner)
        targets.append(target if k else -1)
        corners.append(corner)
    file = data.data_folder() / "backdoor_nets" / "nets.safetensors"
    file.parent.mkdir(exist_ok=True)
    save_file({"weights": torch.stack(weights), "target": torch.tensor(targets),
               "corner": torch.tensor(corners)}, file)  # fmt: skip
    print(hashlib.sha256(file.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
