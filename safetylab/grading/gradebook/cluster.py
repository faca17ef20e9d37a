"""Grade on other machines: the same tasks as in the local pool, sent to a dask scheduler.

Only the running of notebooks leaves this machine. A task holds all that it takes (released and
instructor's notebook, the submission, companion files), so a worker needs safetylab and nothing of
the course; gradebook, journal and submissions stay here.

A worker runs students' code in its own exam room. It sees the tests, and dask lets whoever reaches
the scheduler run anything on the workers and answer for them: hence TLS.
"""

from __future__ import annotations

import hashlib
import ipaddress
import platform
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from safetylab.course.paths import CourseError

PATIENCE = 60.0


def fingerprint() -> str:
    """Return what must be the same here and on a worker, so that the points are the same."""
    package = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    torch = version("torch").partition("+")[0]
    return f"safetylab {digest.hexdigest()[:12]}, Python {python}, torch {torch}"


def open_door(address: str) -> str:
    """Return a warning if anybody on the network could use this scheduler; else nothing."""
    parts = urlsplit(address)
    if parts.scheme == "tls" or parts.hostname == "localhost":
        return ""
    try:
        if ipaddress.ip_address(parts.hostname or "").is_loopback:
            return ""
    except ValueError:
        pass
    return (
        f"{address} is open: whoever can reach it can read the tests, run programs on the workers "
        "and make up grades; use tls:// with certificates"
    )


@contextmanager
def cluster(address: str, patience: float = PATIENCE) -> Iterator[Executor]:
    """A pool of the workers of a scheduler; a task whose worker dies goes to another one.

    Args:
        address: ``tls://HOST:PORT`` or ``tcp://HOST:PORT``. Certificates come from dask's own
            settings (``distributed.comm.tls``).
        patience: seconds to wait for the scheduler, and for a first worker.

    Raises:
        CourseError: dask is not installed, nobody answers, there is no worker, or a worker has
            another version.
    """
    if urlsplit(address).scheme not in ("tls", "tcp"):
        raise CourseError(f"{address} is no scheduler: write tls://HOST:PORT or tcp://HOST:PORT")
    client = _connected(address, patience)
    try:
        _require_same_version(client, patience)
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _here() -> str:
    return fingerprint()


def _connected(address: str, patience: float) -> Any:
    try:
        import distributed
    except ImportError as error:
        raise CourseError(
            f"dask.distributed cannot be imported ({error}): pip install 'safetylab[cluster]'"
        ) from None
    connect: Any = distributed.Client
    try:
        return connect(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # certificates are missing, too
        raise CourseError(f"no scheduler answers at {address}: {error}") from None


def _require_same_version(client: Any, patience: float) -> None:
    here = _here()
    try:
        client.wait_for_workers(1, timeout=patience)
        found: dict[str, str] = client.run(fingerprint)
    except TimeoutError:
        raise CourseError(f"the scheduler has no worker after {patience:g} seconds") from None
    except Exception as error:
        raise CourseError(f"a worker cannot use safetylab: {error}") from None
    for worker, there in sorted(found.items()):
        if there != here:
            raise CourseError(
                f"the worker {worker} has {there}, and here is {here}: install the same on both"
            )
