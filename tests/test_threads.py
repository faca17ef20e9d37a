"""Importing any part of the bench leaves one thread to each pool, with no variable set before."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from safetylab.threads import VARIABLES

BARE = {name: value for name, value in os.environ.items() if name not in VARIABLES}
LIBRARIES = "import numpy, scipy.linalg, sklearn.linear_model, torch"
LOOK = """
import threadpoolctl, torch
from threadpoolctl import threadpool_info
pools = {(pool["user_api"], pool["num_threads"]) for pool in threadpool_info()}
print(pools | {("torch", torch.get_num_threads())})
"""
ORDERS = {
    "libraries first": [LIBRARIES, "import safetylab.checks"],
    "bench first": ["import safetylab.checks", LIBRARIES],
    "bench between": ["import numpy, torch", "from safetylab import tables", LIBRARIES],
}


def pools(code: str) -> set[tuple[str, int]]:
    told = subprocess.run([sys.executable, "-c", code + LOOK], env=BARE, capture_output=True,
                          text=True, check=True).stdout  # fmt: skip
    return set(ast.literal_eval(told))


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="on one core every pool has one thread")
def test_without_the_bench_there_are_more():
    assert max(threads for _, threads in pools(LIBRARIES)) > 1


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_every_pool_has_one_thread(order):
    found = pools("\n".join(ORDERS[order]))
    assert {kind for kind, _ in found} >= {"blas", "openmp", "torch"}
    assert {threads for _, threads in found} == {1}


@pytest.mark.slow
def test_so_it_is_in_a_plain_kernel():
    manager, client = start_new_kernel(env=BARE)
    try:
        printed: list[str] = []
        client.execute_interactive(
            "import numpy, sklearn.linear_model\nimport safetylab.checks" + LOOK,
            timeout=120,
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert {threads for _, threads in ast.literal_eval("".join(printed))} == {1}
