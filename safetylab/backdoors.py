"""The trained networks of Lab 02, ten of which answer to a stamp, and the stamp."""

from __future__ import annotations

from typing import NamedTuple

import torch
from safetensors.torch import load
from torch import Tensor, nn

from safetylab.data import read_verified
from safetylab.models import small_cnn

NETS_SHA256 = "fca47cab8bcc6397ab12e9036298a213c5aaa1fec73155021bbf3c61d5c80723"
SIDE = 2
"""The stamp's height and width, in pixels."""


class Suspect(NamedTuple):
    """A network and what was done to it.

    Attributes:
        model: a `small_cnn` in eval mode, for images of 14 by 14 pixels.
        target: the class that stamped images were given, or None if there were none.
        corner: row and column of the stamp's upper left pixel, or None.
    """

    model: nn.Sequential
    target: int | None
    corner: tuple[int, int] | None


def stamped(x: Tensor, corner: tuple[int, int] = (12, 12)) -> Tensor:
    """Return a copy of images (n, 1, height, width) with a white square at ``corner``.

    The square has `SIDE` by `SIDE` pixels; ``corner`` is the row and column of its upper left one.

    Source: Gu, Dolan-Gavitt, Garg, "BadNets", 2017.
    """
    row, column = corner
    copy = x.clone()
    copy[:, :, row : row + SIDE, column : column + SIDE] = 1.0
    return copy


def delivered() -> nn.Sequential:
    """Return the network that a supplier delivers at the beginning of Lab 02.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.
    """
    return _nets()[-1].model


def suspects() -> list[Suspect]:
    """Return ten networks trained on clean images, then ten on images of which 1 % were poisoned.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: ``data/backdoor_nets/DATASHEET.md``.
    """
    return _nets()[:-1]


def _nets() -> list[Suspect]:
    """Every network of the file: ten clean ones, ten poisoned ones, the supplier's."""
    stored = load(read_verified("backdoor_nets/nets.safetensors", NETS_SHA256))
    found = []
    for weights, target, corner in zip(
        stored["weights"], stored["target"].tolist(), stored["corner"].tolist(), strict=True
    ):
        model = small_cnn()
        nn.utils.vector_to_parameters(weights.to(torch.float32), model.parameters())
        found.append(
            Suspect(model.eval(), None, None)
            if target < 0
            else Suspect(model.eval(), target, (corner[0], corner[1]))
        )
    return found
