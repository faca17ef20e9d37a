"""The demo: its seven submissions are what it says, and the small parts of its story hold."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from safetylab.course.paths import find_root
from safetylab.grading import Bundle, grade_notebook

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo", ROOT / "solutions" / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_seven_hand_in(demo: ModuleType) -> None:
    made = demo.submissions()
    assert len(made) == 7
    sources = {
        student: [cell["source"] for cell in json.loads(content)["cells"]]
        for student, content in made.items()
    }
    full = sources["ada-full-marks"]
    for student in demo.MISTAKES:
        assert sum(a != b for a, b in zip(full, sources[student], strict=True)) == 2


@pytest.mark.slow
def test_the_cheat_earns_nothing(demo: ModuleType) -> None:
    bundle = Bundle.load(find_root(), demo.LAB)
    report = grade_notebook(demo.submissions()["gus-cheats"], bundle)
    assert report.score == 0
    assert any("was changed: the lab's own was run instead" in note for note in report.notes)
