"""The data sets of the labs, read from the course's own folder and never from a network."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from safetylab.places import data_folder as data_folder

ADVERSARIAL_SHA256 = "f59ac84a507dc8a246909c426ef02be8780b749aa5c721a7290eb8515f6e7b23"
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


class Images(NamedTuple):
    """Pictures and their labels.

    Attributes:
        x: shape (n, 1, height, width), float32, in [0, 1].
        y: shape (n,), int64, the classes.
    """

    x: Tensor
    y: Tensor


def existing(name: str) -> Path:
    """Return the path of file ``name`` of the data folder.

    Args:
        name: path inside the data folder, for example ``"mnist/mnist.npz"``.

    Raises:
        FileNotFoundError: the file is not there.
    """
    path = data_folder() / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing. Set the environment variable SAFETYLAB_DATA to the course's data "
            f"folder (the one that holds {name}), or restore the folder from the course's archive "
            "or repository"
        )
    return path


def read_verified(name: str, sha256: str) -> bytes:
    """Return the bytes of file ``name`` of the data folder, if they are the published ones.

    Args:
        name: path inside the data folder.
        sha256: the expected SHA-256 checksum, 64 hexadecimal digits.

    Raises:
        FileNotFoundError: the file is not there.
        ValueError: the file is not the one that was published.
    """
    path = existing(name)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} is damaged or was changed: its SHA-256 is {found}, expected {sha256}. "
            "Delete it and restore it from the course's archive or repository"
        )
    return content


def arrays_in(content: bytes, *names: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays ``names``, or all, of the ``.npz`` file whose bytes are ``content``."""
    with np.load(io.BytesIO(content)) as stored:
        return {name: stored[name] for name in names or stored.files}


def mnist(split: Literal["train", "test"] = "test") -> Images:
    """Return all 60,000 training or 10,000 test images of MNIST, in the original order.

    Returns:
        `Images` with x of shape (n, 1, 28, 28), float32, in [0, 1] (0 is the background), and y
        of shape (n,), int64, the digits 0 to 9.

    Raises:
        FileNotFoundError, ValueError: as `read_verified`; ValueError for an unknown split.

    Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
    recognition", 1998; see ``data/mnist/DATASHEET.md``.
    """
    if split not in ("train", "test"):
        raise ValueError(f'unknown split {split!r}: choose "train" or "test"')
    content = read_verified("mnist/mnist.npz", MNIST_SHA256)
    grey, digits = arrays_in(content, f"x_{split}", f"y_{split}").values()
    x = torch.from_numpy(grey).unsqueeze(1).to(torch.float32).div_(255)
    return Images(x, torch.from_numpy(digits).to(torch.int64))


def batches(x: Tensor, y: Tensor, size: int = 250) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield consecutive pieces of ``x`` and ``y`` with ``size`` examples; the last may be shorter.

    The pieces are views: they share memory with ``x`` and ``y``. An iterator gives its pieces
    once; keep ``list(batches(x, y))`` to go through them again.

    Raises:
        ValueError: ``x`` and ``y`` differ in length, or ``size`` is below 1.
    """
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} examples and y has {len(y)}: give one label per example")
    if size < 1:
        raise ValueError(f"size is {size}: a batch holds at least one example")
    starts = range(0, len(x), size)
    return ((x[start : start + size], y[start : start + size]) for start in starts)


def sample(images: Images, n: int, generator: torch.Generator) -> Images:
    """Return ``n`` different examples of ``images``, drawn at random by ``generator``.

    Raises:
        ValueError: ``n`` is negative or larger than the number of examples.
    """
    if not 0 <= n <= len(images.y):
        raise ValueError(f"cannot draw {n} different examples out of {len(images.y)}")
    chosen = torch.randperm(len(images.y), generator=generator)[:n]
    return Images(images.x[chosen], images.y[chosen])


def adversarial_digits() -> tuple[Images, Tensor]:
    """Return six test digits of MNIST and the same six as an attack on `mnist_cnn` left them.

    Returns:
        `Images` with x of shape (6, 1, 28, 28), and the attacked images, of the same shape: whole
        grey levels, no pixel further than 25/255 from its original.

    Raises:
        FileNotFoundError, ValueError: as `read_verified`.

    Source: ``data/adversarial_digits/DATASHEET.md``.
    """
    content = read_verified("adversarial_digits/adversarial_digits.npz", ADVERSARIAL_SHA256)
    arrays = {name: torch.from_numpy(array) for name, array in arrays_in(content).items()}
    x, x_adv = (arrays[name].to(torch.float32) / 255 for name in ("x", "x_adv"))
    return Images(x, arrays["y"]), x_adv
