"""How data frames, series and their indexes cross, column by column; see `values`.

Only a process that has pandas imports this (`peer.learn`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from safetylab.grading.crossing.values import CHANGES, NotPlain, crossing

_TEXT = ("str", "string")
_ITEMS = {str, bool, int, float, type(None),
          *(np.dtype(code).type for code in "?bhilqBHILQefd")}  # fmt: skip


def _column_parts(column: Any) -> tuple[Any, ...]:
    """A column as an array, as codes and their categories, or as items (None: a missing text)."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return (column.to_numpy().copy(),)
    if hasattr(column, "cat"):
        return column.cat.codes.to_numpy().copy(), column.cat.categories, bool(column.cat.ordered)
    items = [_item(item, str(dtype) in _TEXT) for item in column.tolist()]
    if not _are_plain(str(dtype), items):
        raise NotPlain(f"a column of {dtype} does not cross: give bools, numbers or text")
    return str(dtype), items


def _item(item: Any, text: bool) -> Any:
    if type(item) is np.str_:
        return str(item)
    return None if item is pd.NA or (text and type(item) is not str) else item


def _are_plain(dtype: str, items: list[Any]) -> bool:
    kinds = set(map(type, items))
    return kinds <= {str, type(None)} if dtype in _TEXT else dtype == "object" and kinds <= _ITEMS


def _column(first: Any, second: Any = None, ordered: bool = False) -> Any:
    if isinstance(first, str):
        if not _are_plain(first, second):
            raise ValueError("not plain")
        return pd.array(second, dtype=first)
    return first if second is None else pd.Categorical.from_codes(first, second, ordered=ordered)


def _index_parts(index: Any) -> tuple[Any, ...]:
    names = list(index.names)
    if isinstance(index, pd.MultiIndex):
        return names, "many", index.tolist()
    if isinstance(index, pd.RangeIndex):
        return names, "range", (index.start, index.stop, index.step)
    return names, "one", _column_parts(index.to_series(index=range(len(index))))


def _index(names: list[Any], kind: str, content: Any) -> Any:
    if kind == "many":
        return pd.MultiIndex.from_tuples(content, names=names)
    if kind == "range":
        start, stop, step = content
        return pd.RangeIndex(start, stop, step, name=names[0])
    return pd.Index(_column(*content), name=names[0])


def _frame(labels: pd.Index, rows: pd.Index, columns: list[Any]) -> pd.DataFrame:
    made = pd.DataFrame({at: _column(*parts) for at, parts in enumerate(columns)}, index=rows)
    made.columns = labels
    return made


def _frame_parts(frame: pd.DataFrame) -> tuple[Any, ...]:
    columns = [_column_parts(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return frame.columns, frame.index, columns


_INDEXES = {kind for kind in vars(pd).values()
            if isinstance(kind, type) and issubclass(kind, pd.Index)}  # fmt: skip

crossing("frame", [pd.DataFrame], _frame, _frame_parts)
crossing("series", [pd.Series],
         lambda name, rows, parts: pd.Series(_column(*parts), index=rows, name=name),
         lambda value: (value.name, value.index, _column_parts(value)))  # fmt: skip
crossing("texts", {type(_column(name, ["a"])) for name in _TEXT}, _column,
         lambda value: _column_parts(pd.Series(value)))  # fmt: skip
crossing("index", _INDEXES, _index, _index_parts)

CHANGES |= {kind: lambda old, new: setattr(old, "_mgr", new._mgr)
            for kind in (pd.DataFrame, pd.Series)}  # fmt: skip
