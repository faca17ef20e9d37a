"""The small models of the labs. Inputs are images in [0, 1]; outputs are logits (n, classes)."""

from __future__ import annotations

import itertools
import json
from typing import Literal

import torch
from safetensors.torch import load
from torch import Tensor, nn

from safetylab.data import existing, read_verified


def linear(
    features: int = 784, classes: int = 10, *, generator: torch.Generator | None = None
) -> nn.Sequential:
    """Return an affine classifier: (n, ...) with ``features`` numbers each -> (n, classes).

    The weights are drawn as by `cnn`.
    """
    with torch.device("meta"):
        model = nn.Sequential(nn.Flatten(), nn.Linear(features, classes))
    return _drawn(model, generator)


def cnn(generator: torch.Generator | None = None) -> nn.Sequential:
    """Return a convolutional network with 166,406 parameters: (n, 1, 28, 28) -> (n, 10).

    The weights are drawn by ``generator`` (default: one seeded with 0) from torch's usual
    distribution for such layers; torch's global random state is neither read nor changed.

    Source: the small MNIST network of Wong and Kolter, "Provable defenses against adversarial
    examples via the convex outer adversarial polytope", 2018.
    """
    with torch.device("meta"):
        model = nn.Sequential(
            nn.Conv2d(1, 16, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 7 * 7, 100),
            nn.ReLU(),
            nn.Linear(100, 10),
        )
    return _drawn(model, generator)


def mlp(
    *sizes: int, generator: torch.Generator | None = None, dtype: torch.dtype = torch.float32
) -> nn.Sequential:
    """Return a network of linear layers with ReLUs between: (n, ...) -> (n, sizes[-1]).

    The weights are drawn as by `cnn`, then cast to ``dtype``.

    Args:
        sizes: numbers per example, units of each hidden layer, classes; at least two.
        generator: source of the weights (default: one seeded with 0).
        dtype: of the weights, and hence of the inputs.

    Raises:
        ValueError: fewer than two sizes.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes is {sizes}: give the inputs and the outputs, mlp(784, 10)")
    layers: list[nn.Module] = [nn.Flatten()]
    with torch.device("meta"):
        for before, after in itertools.pairwise(sizes):
            layers += [nn.Linear(before, after), nn.ReLU()]
    return _drawn(nn.Sequential(*layers[:-1]), generator).to(dtype)


def smooth_cnn(
    generator: torch.Generator | None = None, dtype: torch.dtype = torch.float64
) -> nn.Sequential:
    """Return a convolutional network with tanh for ReLU: (n, 1, 28, 28) -> (n, 10).

    It has second derivatives everywhere. The weights are drawn as by `cnn`, then cast to
    ``dtype``.

    Source: the small network of Zhu, Liu, Han, "Deep leakage from gradients", 2019, with tanh.
    """
    with torch.device("meta"):
        model = nn.Sequential(
            nn.Conv2d(1, 12, 5, stride=2, padding=2),
            nn.Tanh(),
            nn.Conv2d(12, 12, 5, stride=2, padding=2),
            nn.Tanh(),
            nn.Flatten(),
            nn.Linear(12 * 7 * 7, 10),
        )
    return _drawn(model, generator).to(dtype)


def _drawn(model: nn.Sequential, generator: torch.Generator | None) -> nn.Sequential:
    """Give a model without storage its memory, and weights uniform in +-1/sqrt(fan in)."""
    generator = generator or torch.Generator().manual_seed(0)
    model.to_empty(device="cpu")
    for layer in model:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            bound = layer.weight[0].numel() ** -0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            assert layer.bias is not None
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return model


def pretrained(name: Literal["mnist_cnn", "mnist_cnn_robust"]) -> nn.Sequential:
    """Return a trained `cnn` of the course, in eval mode.

    Args:
        name: ``"mnist_cnn"`` (trained on clean images) or ``"mnist_cnn_robust"`` (trained against
            perturbations bounded in every pixel).

    Raises:
        ValueError: no such model, or its file was changed.
        FileNotFoundError: the file or ``weights/checksums.json`` is missing.
    """
    path = existing("weights/checksums.json")
    checksums: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    file = f"{name}.safetensors"
    if file not in checksums or not name.startswith("mnist_"):
        networks = [key for key in checksums if key.startswith("mnist_")]
        known = ", ".join(sorted(key.removesuffix(".safetensors") for key in networks))
        raise ValueError(f"there is no trained model {name!r}; there are: {known}")
    model = cnn()
    model.load_state_dict(load(read_verified(f"weights/{file}", checksums[file])))
    return model.eval()


class Scaled(nn.Module):
    """``model`` with its logits multiplied by ``factor``: the same decisions, other gradients."""

    def __init__(self, model: nn.Module, factor: float) -> None:
        super().__init__()
        self.model, self.factor = model, factor
        self.train(model.training)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits of shape (n, classes)."""
        logits: Tensor = self.model(x)
        return logits * self.factor


class Noisy(nn.Module):
    """``model`` behind an input with fresh N(0, sigma^2) noise, drawn by ``generator`` per call."""

    def __init__(self, model: nn.Module, sigma: float, generator: torch.Generator) -> None:
        super().__init__()
        self.model, self.sigma, self.generator = model, sigma, generator
        self.train(model.training)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits of shape (n, classes); two calls on the same ``x`` differ."""
        noise = torch.randn(x.shape, generator=self.generator, dtype=x.dtype)
        logits: Tensor = self.model(x + self.sigma * noise)
        return logits


class Quantised(nn.Module):
    """``model`` behind an input rounded to ``levels`` grey values between 0 and 1.

    Rounding is flat between its jumps, so the gradient with respect to the input is zero.
    """

    def __init__(self, model: nn.Module, levels: int) -> None:
        super().__init__()
        if levels < 2:
            raise ValueError(f"levels is {levels}: black and white are already 2")
        self.model, self.levels = model, levels
        self.train(model.training)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits of shape (n, classes)."""
        steps = self.levels - 1
        logits: Tensor = self.model(torch.round(x * steps) / steps)
        return logits
