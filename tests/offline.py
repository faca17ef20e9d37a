"""Run Python without a network: in a network namespace of its own, or with connections refused."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

# A new namespace has a loopback device, which kernels need, but it is down.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
SIOCSIFFLAGS, UP = 0x8914, 0x1
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", UP))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
REFUSE = """
import socket

HERE = ("127.0.0.1", "::1", "localhost")

def guarded(call, family):
    def guard(*arguments):
        host = family(arguments)
        if host is not None and host not in HERE:
            raise OSError(101, f"the network is cut off: {host}")
        return call(*arguments)
    return guard

def peer(arguments):
    own, address = arguments
    return address[0] if own.family in (socket.AF_INET, socket.AF_INET6) else None

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name), peer))
lookup = socket.getaddrinfo

def getaddrinfo(host, *rest, **named):
    return guarded(lookup, lambda _: host)(host, *rest, **named)

socket.getaddrinfo = getaddrinfo
"""


@functools.cache
def namespaces_permitted() -> bool:
    """Say whether this machine lets us make a network namespace."""
    if not shutil.which("unshare"):
        return False
    command = ["unshare", "-rn", sys.executable, "-c", LOOPBACK_UP, "-c", ""]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run_offline(
    *arguments: str, folder: Path, environment: dict[str, str], namespace: bool | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with ``arguments``; the home in ``folder`` holds nothing downloaded before."""
    settings = {**os.environ, **environment, "HOME": str(folder)}
    command = [sys.executable, *arguments]
    if namespaces_permitted() if namespace is None else namespace:
        command = ["unshare", "-rn", sys.executable, "-c", LOOPBACK_UP, *arguments]
    else:
        (folder / "sitecustomize.py").write_text(REFUSE)
        paths = [str(folder), environment.get("PYTHONPATH", "")]
        settings["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
