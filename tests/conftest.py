"""Fixtures that the tests of several packages share."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading import tiny


@pytest.fixture
def tiny_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one tiny lab in a temporary folder, which the command line takes for its own."""
    root = tmp_path / "course"
    for folder, content in (("labs", tiny.RELEASED), ("solutions", tiny.INSTRUCTOR)):
        path = root / folder / tiny.LAB / f"{tiny.LAB}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    monkeypatch.setenv("SAFETYLAB_ROOT", str(root))
    monkeypatch.delenv("SAFETYLAB_WORK", raising=False)
    return root
