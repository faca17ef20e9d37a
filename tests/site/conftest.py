"""The site of three labs, built once without running a kernel, and what its tests share.

The pages show what is kept in build/runs of these labs, or no outputs where nothing is kept:
``make site`` looks at all outputs of all labs itself, and fails on the first answer in them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="make site installs what the site needs; here it is missing")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of three labs, one with parts, one with cells that carry earlier answers."""
    from site_tests import CHOSEN, without_running

    from safetylab.course.site import make

    folder = tmp_path_factory.mktemp("site")
    runs = [without_running(name) for name in CHOSEN]
    make.prepare(folder / "source", runs)
    assert make.build(folder / "source", folder / "site") == 0, "Sphinx warned: see its output"
    return folder / "site"
