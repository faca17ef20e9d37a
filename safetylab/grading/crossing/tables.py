"""How data frames, series and their indexes cross, column by column; see `values`."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from safetylab.grading.crossing.values import Codec, NotPlain, crossing
from safetylab.grading.crossing.wire import Tree, WireError

_TEXT = ("str", "string", "object")


def _out(codec: Codec, value: Any, kind: type) -> Tree | None:
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if kind is pandas.DataFrame:
        labels, rows = _index_out(codec, value.columns), _index_out(codec, value.index)
        columns = [_column_out(codec, value.iloc[:, at]) for at in range(value.shape[1])]
        return codec.remembered(value, ["frame", labels, rows, columns])
    if kind is pandas.Series:
        name, rows = codec.to_tree(value.name), _index_out(codec, value.index)
        return codec.remembered(value, ["series", name, rows, _column_out(codec, value)])
    if isinstance(value, pandas.Index) and kind.__module__.partition(".")[0] == "pandas":
        return ["index", _index_out(codec, value)]
    return None


def _column_out(codec: Codec, column: Any) -> Tree:
    """A column as an array, as texts (None for a missing one), or as codes and their categories."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        return [None, codec.to_tree(column.to_numpy().copy())]
    if hasattr(column, "cat"):
        codes, kinds = column.cat.codes.to_numpy().copy(), column.cat.categories
        tree = codec.to_tree(codes)
        return ["category", tree, _index_out(codec, kinds), bool(column.cat.ordered)]
    name = str(dtype)
    texts = [None if missing else str(text) if type(text) is np.str_ else text
             for text, missing in zip(column.tolist(), column.isna(), strict=True)]  # fmt: skip
    if name not in _TEXT or any(type(text) not in (str, type(None)) for text in texts):
        raise NotPlain(f"a column of {dtype} does not cross: give bools, numbers or text")
    return [name, texts]


def _column(codec: Codec, tree: Tree) -> Any:
    import pandas as pd

    kind, content = tree[:2]
    if kind is None:
        return codec.to_value(content)
    if kind == "category":
        codes, kinds = codec.to_value(content), _index_in(codec, tree[2])
        return pd.Categorical.from_codes(codes, kinds, ordered=bool(tree[3]))
    if kind not in _TEXT or any(type(text) not in (str, type(None)) for text in content):
        raise WireError("not texts")
    return pd.array(content, dtype=kind)


def _index_out(codec: Codec, index: Any) -> Tree:
    import pandas as pd

    names = codec.to_tree(list(index.names))
    if isinstance(index, pd.MultiIndex):
        return ["many", names, codec.to_tree(index.tolist())]
    if isinstance(index, pd.RangeIndex):
        return ["range", names, [index.start, index.stop, index.step]]
    return ["one", names, _column_out(codec, index.to_series(index=range(len(index))))]


def _index_in(codec: Codec, tree: Tree) -> Any:
    import pandas as pd

    names = codec.to_value(tree[1])
    if tree[0] == "many":
        return pd.MultiIndex.from_tuples(codec.to_value(tree[2]), names=names)
    if tree[0] == "range":
        start, stop, step = tree[2]
        return pd.RangeIndex(start, stop, step, name=names[0])
    return pd.Index(_column(codec, tree[2]), name=names[0])


def _frame(codec: Codec, columns: Tree, index: Tree, trees: list[Tree]) -> Any:
    import pandas as pd

    labels, rows = _index_in(codec, columns), _index_in(codec, index)
    made = pd.DataFrame({at: _column(codec, tree) for at, tree in enumerate(trees)}, index=rows)
    made.columns = labels
    return codec.put(made)


def _series(codec: Codec, name: Tree, index: Tree, column: Tree) -> Any:
    import pandas as pd

    label, rows = codec.to_value(name), _index_in(codec, index)
    return codec.put(pd.Series(_column(codec, column), index=rows, name=label))


crossing(_out, frame=_frame, series=_series, index=_index_in)
