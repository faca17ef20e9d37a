"""An invented vertical collision-avoidance problem, its solved table, and networks trained on it.

An intruder flies level. Own aircraft climbs or sinks at v, and is told every half second to fly on
(clear), to climb or to descend. It was made for Lab 05; no number in it is of a real system.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load
from scipy.interpolate import RegularGridInterpolator
from torch import Tensor

from safetylab.data import read_verified

NETS_SHA256 = "e28bc36ffe295b906c3e12dbb7f9762f88f8156118ed03c3ee06103e55515f72"
ADVICE = ("clear", "climb", "descend")
H = np.linspace(-600, 600, 121)
"""Altitude of the intruder minus own altitude, m."""
V = np.linspace(-12, 12, 13)
"""Own rate of climb, m/s."""
TAU = np.linspace(0, 40, 81)
"""Time until the two are at one place but for their altitudes, s."""
STEP, PUSH, NEAR, ALERT = 0.5, 1.5, 100.0, 0.01
GUSTS = ((-1.0, 0.25), (0.0, 0.5), (1.0, 0.25))
CENTRE, HALF = np.array([0.0, 0.0, 20.0]), np.array([600.0, 12.0, 20.0])

Array = npt.NDArray[np.float64]
Layers = list[tuple[Tensor, Tensor]]


def table() -> Array:
    """Return the expected cost of each advice at each grid point: (h, v, tau, 3).

    A near miss (less than 100 m apart at tau 0) costs 1, an alert 0.01 per second. Acceleration is
    0, +1.5 or -1.5 m/s^2 by the advice, plus a gust of -1, 0 or 1 m/s^2 with probability 1/4, 1/2,
    1/4. Backward induction; between grid points the costs are interpolated linearly in h and v.
    """
    cost = np.empty((len(H), len(V), len(TAU), 3))
    ahead = np.repeat((np.abs(H) < NEAR).astype(float)[:, None], len(V), 1)
    alert = np.array([0, ALERT * STEP, ALERT * STEP])
    cost[:, :, 0] = ahead[:, :, None] + alert
    for k in range(1, len(TAU)):
        for advice, push in enumerate((0.0, PUSH, -PUSH)):
            cost[:, :, k, advice] = alert[advice] + _expected(ahead, push)
        ahead = cost[:, :, k].min(2)
    return cost


def _expected(ahead: Array, push: float) -> Array:
    """Return the mean of ``ahead`` half a second on, over the gusts: (h, v)."""
    mean, between = np.zeros_like(ahead), RegularGridInterpolator((H, V), ahead)
    for gust, probability in GUSTS:
        v = np.clip(V + (push + gust) * STEP, V[0], V[-1])
        h = np.clip(H[:, None] - (V + v) / 2 * STEP, H[0], H[-1])
        mean += probability * between(np.stack([h, np.broadcast_to(v, h.shape)], -1))
    return mean


def scaled(state: Tensor) -> Tensor:
    """Return what the networks read of states (..., 3) of h (m), v (m/s), tau (s): in [-1, 1]."""
    return (state - torch.tensor(CENTRE)) / torch.tensor(HALF)


def unscaled(x: Tensor) -> Tensor:
    """Return the states (..., 3) of what the networks read."""
    return x * torch.tensor(HALF) + torch.tensor(CENTRE)


def grid() -> Tensor:
    """Return all grid points as the networks read them: (h * v * tau, 3), float64."""
    points = np.stack(np.meshgrid(H, V, TAU, indexing="ij"), -1).reshape(-1, 3)
    return scaled(torch.from_numpy(points))


def nets() -> list[Layers]:
    """Return the ten shipped networks, each a list of (weight, bias), float64.

    They map a scaled state to a score of each advice; the highest is given. The first five have
    two hidden layers of 16 units, the others of 24.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: ``data/avoidance/DATASHEET.md``.
    """
    stored = load(read_verified("avoidance/nets.safetensors", NETS_SHA256))
    return [
        [(stored[f"{i}.{k}.weight"], stored[f"{i}.{k}.bias"]) for k in range(3)]
        for i in range(len(stored) // 6)
    ]


def corners(lower: Tensor, upper: Tensor) -> Tensor:
    """Return the 2^n corners of a box: (2^n, n)."""
    return torch.cartesian_prod(*torch.stack([lower, upper], 1)).reshape(-1, len(lower))
