"""What a style of tests is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """``setup`` runs on both sides, ``test`` beside the answer; ``wrong`` must not pass it.

    ``stock`` is what stock nbgrader gives of one point, to ``right`` and to ``wrong``: a test that
    writes on stderr, asks for input or starts an event loop fails everybody there, and here, too.
    """

    name: str
    right: str
    test: str
    wrong: str
    setup: str = ""
    stock: tuple[float, float] = (1, 0)
