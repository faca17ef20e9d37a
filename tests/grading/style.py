"""What a style of tests is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """``setup`` runs on both sides, ``test`` beside the answer; ``wrong`` must not pass it."""

    name: str
    right: str
    test: str
    wrong: str
    setup: str = ""
