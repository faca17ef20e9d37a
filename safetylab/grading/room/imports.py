"""Import much at once without paying the garbage collector for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector off in the block, and away from what was made there ever after.

    Modules are full of cycles that are never garbage; looking at them again and again is a fifth
    of the time that importing torch takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
