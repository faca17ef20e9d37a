"""How long MNIST takes to load, in units of what reading its pixels costs at least.

Run by hand: ``python tests/benchmarks/loading.py``. The ratio says how much the checksum and the
conversion add to decompressing the archive; it moves little from one machine to the next.
"""

import time
from collections.abc import Callable

import numpy as np

from safetylab.data import existing, mnist


def fastest(action: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of several durations in seconds."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        durations.append(time.perf_counter() - start)
    return min(durations)


def decompress(split: str) -> None:
    with np.load(existing("mnist/mnist.npz")) as arrays:
        assert len(arrays[f"x_{split}"]) == len(arrays[f"y_{split}"])


if __name__ == "__main__":
    for split in ("train", "test"):
        ours, least = fastest(lambda s=split: mnist(s)), fastest(lambda s=split: decompress(s))
        print(f"{split}: {ours:.3f} s, {ours / least:.2f} times the decompression alone")
