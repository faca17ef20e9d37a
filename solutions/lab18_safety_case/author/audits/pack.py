"""How a system becomes whole numbers in a file, and how the file becomes text."""

from __future__ import annotations

import base64
import io
import json
import lzma
import textwrap
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from safetylab import audits

LEVELS = (31, 127)
"""The largest whole number of a weight, by layer: small, so that six systems fit into a cell."""
LONGEST = {"branch": 10_000, "members": 32_561, "others": 32_561, "pilot": 32_561, "known": 32_561}


def whole(model: nn.Sequential, name: str) -> dict[str, np.ndarray]:
    """The weights of each unit as whole numbers times a scale, and the biases."""
    numbers, scales, biases = [], [], []
    for layer, levels in zip((model[0], model[2]), LEVELS, strict=True):
        scale = layer.weight.abs().amax(1).clamp(min=1e-12) / levels
        numbers.append((layer.weight / scale[:, None]).round().flatten())
        scales.append(scale)
        biases.append(layer.bias)
    return {
        f"{name}_whole": torch.cat(numbers).numpy().astype("int8"),
        f"{name}_scale": torch.cat(scales).numpy().astype("float32"),
        f"{name}_bias": torch.cat(biases).numpy().astype("float32"),
    }


def rounded(model: nn.Sequential) -> nn.Sequential:
    """The network as it comes back from a file."""
    sizes = (model[0].in_features, model[0].out_features, model[2].out_features)
    stored = {key: value[None] for key, value in whole(model, "net").items()}
    return audits.network(stored, "net", 0, sizes)


def mask(rows: Tensor, name: str) -> np.ndarray:
    """Row numbers as a mask of eight rows a byte."""
    marked = np.zeros(LONGEST[name], dtype=bool)
    marked[rows.numpy()] = True
    return np.packbits(marked)


def arrays(draft: dict[str, Any]) -> dict[str, np.ndarray]:
    """What is stored of one system, from its networks, row numbers and card."""
    stored: dict[str, np.ndarray] = {"card": np.array(json.dumps(draft["card"]))}
    for name in ("reader", "score", "reason"):
        stored |= whole(draft[name], name)
    return stored | {name: mask(draft[name], name) for name in LONGEST}


def content(drafts: list[dict[str, Any]]) -> bytes:
    """The bytes of the file that holds these systems."""
    stored = [arrays(draft) for draft in drafts]
    file = io.BytesIO()
    np.savez(file, **{name: np.stack([one[name] for one in stored]) for name in stored[0]})
    return lzma.compress(file.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def text(content: bytes) -> str:
    """The bytes as lines of letters, for a cell of a notebook."""
    return "\n".join(textwrap.wrap(base64.b85encode(content).decode("ascii"), 96))
