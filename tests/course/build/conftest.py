"""What the tests of the builder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_lab import GOOD, Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """One good lab and a package of one module."""
    (tmp_path / "safetylab").mkdir()
    course = Course(tmp_path)
    course.package("")
    course.add("lab01_tiny", GOOD)
    return course
