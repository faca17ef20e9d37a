"""Fixtures that the tests of several packages share, the order of the groups, and their cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading import tiny
from timing import Times, dearest_first


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to measure."""
    told = "print what each group of tests takes, and keep it in tests/times.json"
    parser.addoption("--times", action="store_true", help=told)


def pytest_configure(config: pytest.Config) -> None:
    """Measure, if that is wanted."""
    if config.getoption("times"):
        config.pluginmanager.register(Times())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the groups in the order of their cost."""
    dearest_first(items)


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
