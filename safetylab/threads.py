"""One thread for every pool: the matrices of the labs are so small that more only wait."""

from __future__ import annotations

import os
import sys

import threadpoolctl

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Keep BLAS and OpenMP to one thread, in libraries that are loaded and in those to come.

    The first are told through threadpoolctl and torch, which holds a BLAS of its own; the second
    read the environment when they are loaded.
    """
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    threadpoolctl.threadpool_limits(1)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
