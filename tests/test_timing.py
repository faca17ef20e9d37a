"""Groups of tests run in the order of what they cost."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import timing


def item(name, *groups):
    marks = [pytest.mark.xdist_group(group).mark for group in groups]
    return SimpleNamespace(name=name, iter_markers=lambda _: iter(marks))


def test_the_dearest_group_comes_first_and_single_tests_last(monkeypatch, tmp_path):
    monkeypatch.setattr(timing, "TIMES", tmp_path / "times.json")
    timing.TIMES.write_text(json.dumps({"dear": 90, "cheap": 3}))
    items = [
        item("alone"),
        item("a", "cheap"),
        item("b", "new"),
        item("c", "dear"),
        item("alone 2"),
    ]
    timing.dearest_first(items)
    assert [one.name for one in items] == ["c", "b", "a", "alone", "alone 2"]


def test_the_time_of_a_test_is_that_of_its_children_too():
    before = timing.cpu()
    sum(range(3_000_000))
    assert timing.cpu() > before
