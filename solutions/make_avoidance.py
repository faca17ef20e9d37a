"""Train the ten collision-avoidance networks of Lab 05: `python solutions/make_avoidance.py`.

About 30 CPU seconds. On another processor the last digits may differ, and with them the checksum:
that is why the networks are committed and learners never train them.

How they were chosen: seeds 0 to 4 for each of two widths, all ten kept. Which of them opens the lab
was chosen after looking at all ten (see data/avoidance/DATASHEET.md).
"""

import hashlib

import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor, nn

from safetylab import avoidance, data, models

WIDTHS, SEEDS = (16, 24), range(5)
STEPS, BATCH, PEAK = 3000, 512, 0.02


def train(width: int, seed: int, x: Tensor, advice: Tensor) -> nn.Sequential:
    """Cross-entropy on the table's advice; grid points drawn at random with replacement."""
    g = torch.Generator().manual_seed(seed)
    net = models.mlp(3, width, width, 3, generator=g, dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=STEPS)
    for _ in range(STEPS):
        batch = torch.randint(len(x), (BATCH,), generator=g)
        optimizer.zero_grad()
        F.cross_entropy(net(x[batch]), advice[batch]).backward()
        optimizer.step()
        schedule.step()
    return net


def main() -> None:
    """Train, report the agreement with the table on its grid, save."""
    torch.set_num_threads(1)
    x, cost = avoidance.grid(), torch.from_numpy(avoidance.table()).reshape(-1, 3)
    advice, stored = cost.argmin(1), {}
    for i, (width, seed) in enumerate((w, s) for w in WIDTHS for s in SEEDS):
        net = train(width, seed, x, advice)
        with torch.no_grad():
            agree = (net(x).argmax(1) == advice).double().mean()
        print(f"net {i}: width {width}, seed {seed}, agreement {agree:.4f}")
        for k, layer in enumerate(net[1::2]):
            stored[f"{i}.{k}.weight"] = layer.weight.detach().contiguous()
            stored[f"{i}.{k}.bias"] = layer.bias.detach().contiguous()
    content = save(stored)
    folder = data.data_folder() / "avoidance"
    folder.mkdir(exist_ok=True)
    (folder / "nets.safetensors").write_bytes(content)
    print("SHA-256", hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
