"""Fixtures that the tests of several packages share, and the order of the groups."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from grading import tiny


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the largest groups and end with single tests, so that the workers end together."""
    groups = {item: [mark.args[0] for mark in item.iter_markers("xdist_group")] for item in items}
    sizes = Counter(tuple(names) for names in groups.values() if names)
    items.sort(key=lambda item: -sizes[tuple(groups[item])])


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
