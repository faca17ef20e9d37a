"""Files as learners send them: mended with a note, or refused with a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from grading import tiny
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v3

from safetylab.grading.paper.notebook import BadSubmission, read_notebook

CELL = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}}


def read(content: bytes) -> Any:
    return read_notebook(content, "my.ipynb")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "my.ipynb is empty: expected a notebook; save the lab in JupyterLab"),
        (b" \n ", "is empty"),
        (tiny.RELEASED[:500], "expected JSON, and it breaks off or is damaged (line "),
        (b"print('hello')", "is not a notebook: expected JSON"),
        (b"[" * 100_000, "is not a notebook: expected JSON"),
        (b"[1, 2]", "it is JSON, but holds no list of cells"),
        (b'{"cells": {}}', "it is JSON, but holds no list of cells"),
        (b'{"worksheets": 3, "nbformat": 3}', "before 2015"),
        (b"<<<<<<< mine\n" + tiny.RELEASED, "merge-conflict marks"),
        (b"\xff\xfe\x00", "is not a notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_in_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(BadSubmission) as refused:
        read(content)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_notebook_or_a_sentence(content: bytes) -> None:
    with suppress(BadSubmission):
        read(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = ["cell_type", "id", "source", "metadata"]


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)), max_size=3))
def test_cells_of_any_shape_are_read_or_left_out(cells: list[Any]) -> None:
    kept = read(json.dumps({"cells": [*cells, CELL], "metadata": None}).encode())
    assert kept.cells[-1].source == "1"


def test_a_byte_order_mark_changes_nothing() -> None:
    assert read(b"\xef\xbb\xbf" + tiny.RELEASED) == read(tiny.RELEASED)


def test_other_encodings_are_read_with_a_note() -> None:
    text = json.dumps({"cells": [{**CELL, "source": "# caf\u00e9"}]}, ensure_ascii=False)
    for encoding, name in (("latin-1", "Latin-1"), ("utf-16", "UTF-16")):
        notebook = read(text.encode(encoding))
        assert notebook.cells[0].source == "# caf\u00e9"
        assert name in notebook.notes[0]


def test_half_a_character_can_still_be_sent_to_a_kernel() -> None:
    cell = {**CELL, "source": ["print('", "\ud800", "')"]}
    assert read(json.dumps({"cells": [cell]}).encode()).cells[0].source == "print('?')"


def test_a_damaged_cell_is_left_out_with_a_note() -> None:
    notebook = read(json.dumps({"cells": [CELL, 7, {"cell_type": "poem"}]}).encode())
    assert len(notebook.cells) == 1
    assert notebook.notes == ("2 damaged cell(s) were left out",)


def test_a_notebook_of_the_old_format_is_read() -> None:
    old = v3.new_notebook(worksheets=[v3.new_worksheet(cells=[v3.new_code_cell(input="x = 1")])])
    assert read(v3.writes_json(old).encode()).cells[0].source == "x = 1"


def test_a_cell_without_metadata_keeps_its_name_by_its_id() -> None:
    bare = {**CELL, "id": "ex1_1-double", "metadata": {"nbgrader": 5, "tags": "demo"}}
    cell = read(json.dumps({"cells": [bare]}).encode()).cells[0]
    assert (cell.name, cell.tags, cell.points) == ("ex1_1-double", frozenset(), 0)


def test_an_old_format_with_too_many_cells_is_not_converted() -> None:
    cell = {"cell_type": "code", "input": "x", "language": "python", "outputs": [], "metadata": {}}
    old = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [cell] * 3000}]}
    with pytest.raises(BadSubmission, match="too many cells"):
        read_notebook(json.dumps(old).encode(), "old.ipynb")
