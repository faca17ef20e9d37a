"""Real e-mails as word ids, and the small spam filters that Lab 16 certifies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load
from torch import Tensor, nn

from safetylab.data import arrays_in, read_verified

MAIL_SHA256 = "971f43ac5b5d7d42f2b1069480f6893713287534a940aa83254aae8d0ed32865"
NETS_SHA256 = "25f0ad2d168a40100ed9b33d89abe3a911d1f1e3e258404dbceede0d13448d3b"
ATTACKS_SHA256 = "77d3c0e90544d741c6f56955e8611868d1cdbce07be4e727597880059c9f2c37"
SPLITS = ("train", "validation", "test")
Words = tuple[int, ...]


class Mails(NamedTuple):
    """E-mails of one part of the collection.

    Attributes:
        tokens: the word ids of each mail, at most 40 of them, in [1, 999].
        spam: shape (n,), bool.
    """

    tokens: list[Words]
    spam: npt.NDArray[np.bool_]


def _arrays(file: str = "mail_words", sha256: str = MAIL_SHA256) -> dict[str, npt.NDArray[Any]]:
    return arrays_in(read_verified(f"mail_words/{file}.npz", sha256))


def vocabulary() -> list[str]:
    """Return the 1,000 words; 0 is padding, 1 stands for all other words, 2 for a name.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.
    """
    return [str(word) for word in _arrays()["words"]]


def mails(split: Literal["train", "validation", "test"]) -> Mails:
    """Return the mails of one part, in the order of the file.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`; ValueError for an unknown
            part.

    Source: the SpamAssassin public mail corpus; see ``data/mail_words/DATASHEET.md``.
    """
    if split not in SPLITS:
        raise ValueError(f"unknown part {split!r}: choose one of {', '.join(SPLITS)}")
    arrays = _arrays()
    ends = np.cumsum(arrays["length"].astype(int))
    pieces = np.split(arrays["tokens"], ends[:-1])
    chosen = np.flatnonzero(arrays["split"] == SPLITS.index(split))
    return Mails([tuple(pieces[i].tolist()) for i in chosen], arrays["spam"][chosen].astype(bool))


def padded(sequences: Sequence[Words]) -> Tensor:
    """Return sequences of word ids as one tensor, (n, longest), filled up with zeros."""
    width = max((len(tokens) for tokens in sequences), default=0)
    rows = np.zeros((len(sequences), max(width, 1)), np.int64)
    for row, tokens in zip(rows, sequences, strict=True):
        row[: len(tokens)] = tokens
    return torch.from_numpy(rows)


class WordWeights(nn.Module):
    """A linear filter: a bias and one weight for each time that a word is said."""

    def __init__(self, words: int = 1000) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(words))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of padded word ids: (n, length) -> (n,); above 0 is spam."""
        return (self.weight[ids] * (ids > 0)).sum(1) + self.bias


class SmallTransformer(nn.Module):
    """A block of attention, one of two linear layers, a mean over the words: 30,000 weights.

    All weights are drawn from ``generator``.
    """

    def __init__(self, generator: torch.Generator, words: int = 1000, width: int = 24) -> None:
        super().__init__()

        def drawn(*shape: int, scale: float) -> nn.Parameter:
            return nn.Parameter(scale * torch.randn(*shape, generator=generator))

        self.embedding = drawn(words, width, scale=0.1)
        self.places = drawn(64, width, scale=0.1)
        self.query, self.key, self.value, self.out = (
            drawn(width, width, scale=width**-0.5) for _ in range(4)
        )
        self.wide = drawn(width, 2 * width, scale=width**-0.5)
        self.narrow = drawn(2 * width, width, scale=(2 * width) ** -0.5)
        self.last = drawn(width, scale=width**-0.5)
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the scores of padded word ids: (n, length) -> (n,); the higher, the more spam."""
        return self.from_vectors(self.embedding[ids], ids > 0)

    def from_vectors(self, vectors: Tensor, real: Tensor) -> Tensor:
        """Return the scores of word vectors (n, length, width); ``real`` is False at padding."""
        place = torch.arange(vectors.shape[1]).clamp(max=len(self.places) - 1)
        x = vectors + self.places[place]
        affinity = (x @ self.query) @ (x @ self.key).transpose(1, 2) / x.shape[2] ** 0.5
        affinity = affinity.masked_fill(~real[:, None], -1e9)
        x = x + affinity.softmax(2) @ (x @ self.value) @ self.out
        x = x + torch.relu(x @ self.wide) @ self.narrow
        mean = (x * real[:, :, None]).sum(1) / real.sum(1, keepdim=True).clamp(min=1)
        score: Tensor = mean @ self.last + self.bias
        return score


@torch.no_grad()
def scores(net: nn.Module, sequences: Sequence[Words]) -> npt.NDArray[np.float64]:
    """Return the score of each sequence of word ids, shape (n,), in batches of similar length."""
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    found = np.zeros(len(sequences))
    for start in range(0, len(order), 512):
        batch = order[start : start + 512]
        found[batch] = net(padded([sequences[i] for i in batch])).numpy()
    return found


def net(name: str) -> WordWeights | SmallTransformer:
    """Return a trained filter, in eval mode: ``"linear"``, ``"plain0"``, ``"erased0"`` ...

    There are five of each kind of transformer, 0 to 4; ``solutions/train_mail.py`` trained them.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`; ValueError for an unknown
            name.
    """
    stored = load(read_verified("mail_words/filters.safetensors", NETS_SHA256))
    state = {k.partition(".")[2]: v.float() for k, v in stored.items() if k.startswith(f"{name}.")}
    if not state:
        known = sorted({key.partition(".")[0] for key in stored})
        raise ValueError(f"no filter {name!r}: choose one of {', '.join(known)}")
    filter_ = WordWeights() if name == "linear" else SmallTransformer(torch.Generator())
    filter_.load_state_dict(state)
    return filter_.eval().requires_grad_(False)


def attacks() -> tuple[list[Words], list[Words]]:
    """Return test spam that the filter ``plain0`` stops, and ten words for the end of each.

    A gradient attack chose the words (`solutions/train_mail.py`, 320 questions for each mail).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.
    """
    arrays, test = _arrays("attacks", ATTACKS_SHA256), mails("test").tokens
    return [test[i] for i in arrays["mail"]], [tuple(row) for row in arrays["words"].tolist()]
