"""A language so small that all its answers can be listed: six words, five to an answer.

With 7,776 answers every expectation over a policy is a finite sum, so what a method claims about
language models can be checked exactly. Whatever maps the words already said to logits for the
next one is a policy here: ``policy(tokens)`` takes (n, t) and gives (n, t + 1, words); logits
``[:, k]`` are for the word that follows the first k.
"""

from __future__ import annotations

import json

import torch
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from safetylab.data import existing, read_verified

WORDS = ("the", "fact", "because", "great", "maybe", ".")
LENGTH = 5


def all_answers(words: int = len(WORDS), length: int = LENGTH) -> Tensor:
    """Return every answer once, in lexicographic order: (words**length, length), int64."""
    return torch.cartesian_prod(*[torch.arange(words)] * length).reshape(-1, length)


def index_of(answers: Tensor, words: int = len(WORDS)) -> Tensor:
    """Return the row of each answer in `all_answers`: (n, length) -> (n,), int64."""
    powers = words ** torch.arange(answers.shape[1] - 1, -1, -1)
    return (answers * powers).sum(1)


def text(answer: Tensor) -> str:
    """Return an answer of shape (length,) as words."""
    return " ".join(WORDS[word] for word in answer.tolist())


def word_counts(answers: Tensor, words: int = len(WORDS)) -> Tensor:
    """Return how often each word stands in each answer: (n, length) -> (n, words), float64."""
    return nn.functional.one_hot(answers, words).sum(1).double()


def followed_by(answers: Tensor, first: str, then: str) -> Tensor:
    """Return whether ``first`` stands somewhere right before ``then``: (n, length) -> (n,), bool.

    Raises:
        ValueError: one of them is not a word of `WORDS`.
    """
    for word in (first, then):
        if word not in WORDS:
            raise ValueError(f"{word!r} is no word of this language: choose from {WORDS}")
    here, after = answers[:, :-1] == WORDS.index(first), answers[:, 1:] == WORDS.index(then)
    return (here & after).any(1)


def rich_features(answers: Tensor) -> Tensor:
    """Return what a careful reader could notice of each answer: (n, 5) -> (n, 72), float64.

    For each word whether it stands there at least 1, 2, 3, 4, 5 times (30 columns), whether it is
    the last word (6), and whether each word follows each other one somewhere (36); 0 or 1.
    """
    counts = word_counts(answers)
    levels = torch.cat([(counts >= k).double() for k in range(1, LENGTH + 1)], dim=1)
    last = nn.functional.one_hot(answers[:, -1], len(WORDS)).double()
    pairs = torch.stack([followed_by(answers, a, b) for a in WORDS for b in WORDS], dim=1)
    return torch.cat([levels, last, pairs.double()], dim=1)


class TinyGPT(nn.Module):
    """A causal transformer over the language: (n, t) -> logits (n, t + 1, words), 0 <= t < 5.

    Two blocks, width 32, four heads: about 26,000 parameters. An extra token opens each answer,
    so the model sees it and you do not. The weights are drawn by ``generator`` (default: one
    seeded with 0); torch's global random state is neither read nor changed.

    Raises:
        ValueError: ``tokens`` is a whole answer or more.

    Source: Radford et al., "Language models are unsupervised multitask learners", 2019, in small.
    """

    def __init__(
        self,
        generator: torch.Generator | None = None,
        *,
        words: int = len(WORDS),
        length: int = LENGTH,
        width: int = 32,
        blocks: int = 2,
    ) -> None:
        super().__init__()
        self.words, self.length = words, length
        with torch.device("meta"):
            self.embed = nn.Embedding(words + 1, width)
            self.place = nn.Embedding(length, width)
            self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
            self.last = nn.LayerNorm(width)
            self.out = nn.Linear(width, words)
        self.to_empty(device="cpu")
        _draw(self, generator or torch.Generator().manual_seed(0))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits of shape (n, t + 1, words) for ``tokens`` of shape (n, t)."""
        _check_beginning(tokens, self.length)
        opened = nn.functional.pad(tokens, (1, 0), value=self.words)
        x = self.embed(opened) + self.place.weight[: opened.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.out(self.last(x))
        return logits


class _Block(nn.Module):
    """Attention and a small perceptron, each behind a layer norm and added to what was there."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, width) -> (n, t, width)."""
        n, t, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.mix(seen.transpose(1, 2).reshape(n, t, width))
        out: Tensor = x + self.down(nn.functional.gelu(self.up(self.norm2(x))))
        return out


def _draw(model: nn.Module, generator: torch.Generator) -> None:
    """Fill the weights: N(0, 0.02^2) for tables, uniform in +-1/sqrt(fan in) for linear maps."""
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            bound = layer.in_features**-0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.Embedding):
            nn.init.normal_(layer.weight, std=0.02, generator=generator)
        elif isinstance(layer, nn.LayerNorm):
            nn.init.ones_(layer.weight)
            nn.init.zeros_(layer.bias)


class TablePolicy(nn.Module):
    """A policy without a network: free logits for each of the 1 + 6 + ... + 1,296 beginnings.

    It can be any policy of full support, and nothing ties one beginning to another. It starts at
    ``log_probs``, the log-probabilities of `all_answers` (default: all answers alike).

    Raises:
        ValueError: ``log_probs`` has another shape, or ``tokens`` is a whole answer or more.
    """

    def __init__(
        self, log_probs: Tensor | None = None, *, words: int = len(WORDS), length: int = LENGTH
    ) -> None:
        super().__init__()
        if log_probs is None:
            log_probs = torch.zeros(words**length, dtype=torch.float64)
        if log_probs.shape != (words**length,):
            raise ValueError(
                f"log_probs has shape {tuple(log_probs.shape)}; {words} words and length {length} "
                f"make {words**length} answers: give one number for each"
            )
        self.words, self.length = words, length
        joint = log_probs.detach()
        self.levels = nn.ParameterList(
            joint.reshape(words**k, words, -1).logsumexp(2).clone() for k in range(length)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits of shape (n, t + 1, words) for ``tokens`` of shape (n, t)."""
        _check_beginning(tokens, self.length)
        rows = [index_of(tokens[:, :k], self.words) for k in range(tokens.shape[1] + 1)]
        return torch.stack([self.levels[k][row] for k, row in enumerate(rows)], dim=1)

    def joint(self) -> Tensor:
        """Return the log-probability of every answer, in the order of `all_answers`: (answers,).

        Differentiable. Each level of the tree of beginnings adds to all answers below it.
        """
        total = torch.zeros(1, dtype=self.levels[0].dtype)
        for level in self.levels:
            total = (total[:, None] + level.log_softmax(1)).flatten()
        return total


def _check_beginning(tokens: Tensor, length: int) -> None:
    """Say so when a policy is asked for the word after the last one."""
    if tokens.dim() != 2 or tokens.shape[1] >= length:
        raise ValueError(
            f"tokens has shape {tuple(tokens.shape)}; an answer has {length} words and a policy is "
            f"asked about its beginnings: give (n, t) with t at most {length - 1}"
        )


def reference_policy() -> TinyGPT:
    """Return the trained reference policy of Lab 15, in eval mode.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: ``data/weights/DATASHEET.md``.
    """
    model = TinyGPT()
    model.load_state_dict(load(_weights("answers_gpt.safetensors")))
    return model.eval()


def reference_log_probs() -> Tensor:
    """Return the reference policy's log-probability of every answer: (7776,), float64.

    In the order of `all_answers`; normalised to float64 precision. Kept on file so that every
    machine computes with the same numbers.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.
    """
    table: Tensor = load(_weights("answers_log_probs.safetensors"))["log_probs"]
    return table


def _weights(file: str) -> bytes:
    path = existing("weights/checksums.json")
    checksums: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return read_verified(f"weights/{file}", checksums[file])
