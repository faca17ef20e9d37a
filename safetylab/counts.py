"""A language model made of counts, and an invented text that stays on a topic for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

TOPICS = 6
WORDS = 110
COMMON = 20
"""How many words belong to no topic; the other 90 belong to one topic each."""


def topic_text(n: int, rng: np.random.Generator, *, stay: float = 0.97) -> list[int]:
    """Return an invented text of ``n`` words, whole numbers below `WORDS`.

    From word to word its topic goes on with probability ``stay``; else one of the six is drawn.
    """
    topic = int(rng.integers(TOPICS))
    said = []
    for _ in range(n):
        if rng.random() > stay:
            topic = int(rng.integers(TOPICS))
        said.append(_word(topic, rng))
    return said


def topic_items(
    n: int, rng: np.random.Generator, *, length: int = 5
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return ``n`` invented exam questions of ``length`` words each, and the topic of each."""
    topics = [int(topic) for topic in rng.integers(TOPICS, size=n)]
    return [tuple(_word(topic, rng) for _ in range(length)) for topic in topics], topics


def _word(topic: int, rng: np.random.Generator) -> int:
    """Draw a word: one in five belongs to no topic."""
    if rng.random() < 0.2:
        return int(rng.integers(COMMON))
    own = (WORDS - COMMON) // TOPICS
    return COMMON + topic * own + int(rng.integers(own))


class CountModel:
    """A model that has counted which word follows which one and two words of a text.

    A longer context is mixed with the next shorter one in the way of Witten and Bell: the more
    different words have followed it, the less it is trusted.

    Source: Witten, Bell, "The zero-frequency problem", IEEE Transactions on Information Theory
    37(4), 1991.
    """

    def __init__(self, text: Sequence[int]) -> None:
        self._often = [Counter(_phrases(text, k)) for k in range(3)]
        self._total: Counter[tuple[int, ...]] = Counter()
        self._kinds: Counter[tuple[int, ...]] = Counter()
        for phrase, often in chain.from_iterable(level.items() for level in self._often):
            self._total[phrase[:-1]] += often
            self._kinds[phrase[:-1]] += 1
        self._known: dict[tuple[int, ...], float] = {}

    def log_prob(self, items: Iterable[Sequence[int]]) -> float:
        """Return the log-probability of ``items``, read one after the other as one text."""
        text = [int(word) for word in chain.from_iterable(items)]
        phrases = (tuple(text[max(0, i - 2) : i + 1]) for i in range(len(text)))
        return float(np.log([self._chance(phrase) for phrase in phrases]).sum())

    def _chance(self, phrase: tuple[int, ...]) -> float:
        """Return the probability of the last word of ``phrase`` after the others."""
        if phrase not in self._known:
            shorter = self._chance(phrase[1:]) if len(phrase) > 1 else 1 / WORDS
            context, often = phrase[:-1], self._often[len(phrase) - 1][phrase]
            kinds = self._kinds[context]
            seen = self._total[context] + kinds
            self._known[phrase] = (often + kinds * shorter) / seen if seen else shorter
        return self._known[phrase]


def _phrases(text: Sequence[int], k: int) -> list[tuple[int, ...]]:
    """Return each word of ``text`` with the ``k`` words before it."""
    return [tuple(text[i - k : i + 1]) for i in range(k, len(text))]
