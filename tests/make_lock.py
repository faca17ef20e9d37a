"""Print requirements.lock for the running environment: ``make lock``.

What `make site` alone needs is left out: safetylab/course/site/requirements.lock pins it.
CUDA wheels are left out: torch's own metadata pins them, for the one platform that has them, so the
same file installs on macOS, on Windows and with the CPU build of torch.
"""

import sys
from importlib.metadata import distributions
from pathlib import Path

LEFT_OUT = ("nvidia-", "cuda-", "triton", "safetylab", "pip", "setuptools", "wheel")
SITE = Path(__file__).resolve().parents[1] / "safetylab" / "course" / "site" / "requirements.lock"
UNIX_ONLY = ("pexpect", "ptyprocess")

HEADER = """\
# Exact versions of an environment in which `make test` passed (Python {}.{}, Linux).
# Made by `make lock`; the direct dependencies and their ranges stand in pyproject.toml.
# No CUDA wheels: torch pins its own, where there are any.
"""


def line(name: str, version: str) -> str:
    """Return one requirement, without the build that a local version names."""
    marker = ' ; sys_platform != "win32"' if name in UNIX_ONLY else ""
    return f"{name}=={version.split('+')[0]}{marker}"


def main() -> None:
    """Write the lock to standard output."""
    found = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions()}
    site = {pin.split("==")[0] for pin in SITE.read_text(encoding="utf-8").splitlines()}
    left_out = (name for name in found if name.startswith(LEFT_OUT) or name in site)
    kept = {name: found[name] for name in found.keys() - set(left_out)}
    sys.stdout.write(HEADER.format(*sys.version_info[:2]))
    sys.stdout.writelines(f"{line(name, kept[name])}\n" for name in sorted(kept))


if __name__ == "__main__":
    main()
