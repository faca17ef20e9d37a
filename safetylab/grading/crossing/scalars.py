"""How single values of the standard library, pandas and scipy cross; see `wire`."""

from __future__ import annotations

import datetime
import enum
import pathlib
import random
import re
import sys
import types
import uuid
from collections import ChainMap
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from safetylab.grading.crossing.wire import Codec, Tree, WireError

_TEXTS: dict[type, tuple[str, Callable[[str], Any]]] = {
    datetime.date: ("date", datetime.date.fromisoformat),
    datetime.time: ("time", datetime.time.fromisoformat),
    datetime.datetime: ("datetime", datetime.datetime.fromisoformat),
    uuid.UUID: ("uuid", uuid.UUID),
    **{kind: (kind.__name__, kind) for kind in (
        pathlib.PosixPath, pathlib.PurePosixPath, pathlib.PureWindowsPath)},
}  # fmt: skip
_PARTS: dict[type, tuple[str, Callable[[Any], list[Any]]]] = {
    datetime.timedelta: ("timedelta", lambda span: [span.days, span.seconds, span.microseconds]),
    datetime.timezone: ("timezone", lambda zone: [zone.utcoffset(None).total_seconds()]),
    re.Pattern: ("pattern", lambda pattern: [pattern.pattern, pattern.flags]),
    ChainMap: ("chain", lambda chain: [chain.maps]),
}
_FROM_TEXT = dict(_TEXTS.values())


class Standard:
    """Dates, paths, patterns, namespaces, `random.Random`, and members of an Enum of the lab's."""

    TAGS = frozenset({"text", "timedelta", "timezone", "namespace", "chain", "random", "member",
                      "pattern"})  # fmt: skip

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `tensors.Family`."""
        if kind in _TEXTS and _plain_zone(value):
            text = str(value) if not hasattr(value, "isoformat") else value.isoformat()
            return ["text", _TEXTS[kind][0], text]
        if kind in _PARTS:
            tag, parts = _PARTS[kind]
            return [tag, *(codec.to_tree(part, depth) for part in parts(value))]
        if kind is types.SimpleNamespace:
            codec.remember(value)
            return ["namespace", codec.to_tree(dict(vars(value)), depth)]
        if kind is random.Random:
            codec.remember(value)
            return ["random", codec.to_tree(value.getstate(), depth)]
        if issubclass(kind, enum.Enum) and codec.known.get(kind.__qualname__) is kind:
            return ["member", kind.__qualname__, value.name]
        return None

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `tensors.Family`."""
        if tag == "text":
            return _FROM_TEXT[parts[0]](parts[1])
        if tag == "timedelta":
            return datetime.timedelta(*parts)
        if tag == "timezone":
            return datetime.timezone(datetime.timedelta(seconds=parts[0]))
        if tag == "member":
            return _member(codec.known[parts[0]], parts[1])
        if tag == "pattern":
            return re.compile(codec.to_value(parts[0], depth), parts[1])
        if tag == "chain":
            return ChainMap(*codec.to_value(parts[0], depth))
        made: Any = random.Random() if tag == "random" else types.SimpleNamespace()
        codec.objects.append(made)
        content = codec.to_value(parts[0], depth)
        made.setstate(content) if tag == "random" else vars(made).update(content)
        return made


def _plain_zone(value: Any) -> bool:
    return type(getattr(value, "tzinfo", None)) in (type(None), datetime.timezone)


def _member(kind: Any, name: str) -> Any:
    if not issubclass(kind, enum.Enum):
        raise WireError(f"{kind} has no members")
    return kind[name]


class PandasScalars:
    """Timestamps, spans, intervals, dtypes, and what is missing."""

    TAGS = frozenset({"pandas"})
    KINDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "Timestamp": ("asm8",), "Timedelta": ("asm8",), "Interval": ("left", "right", "closed"),
        "Period": ("ordinal", "freqstr"), "NaTType": (), "NAType": (),
    }  # fmt: skip

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `tensors.Family`."""
        pandas = sys.modules.get("pandas")
        if pandas is None or kind.__module__.partition(".")[0] != "pandas":
            return None
        if isinstance(value, pandas.api.extensions.ExtensionDtype) and str(value) != "category":
            return ["pandas", "dtype", str(value)]
        if kind.__name__ not in self.KINDS:
            return None
        parts = [getattr(value, name) for name in self.KINDS[kind.__name__]]
        if kind is pandas.Timestamp:
            parts.append(value.tz and str(value.tz))
        return ["pandas", kind.__name__, *(codec.to_tree(part, depth) for part in parts)]

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `tensors.Family`."""
        import pandas as pd

        name, *rest = parts[0], *(codec.to_value(part, depth) for part in parts[1:])
        if name == "dtype":
            return pd.api.types.pandas_dtype(str(rest[0]))
        if name == "Timestamp":
            made = pd.Timestamp(rest[0])
            return made.tz_localize("UTC").tz_convert(str(rest[1])) if rest[1] else made
        if name == "Period":
            return pd.Period(ordinal=rest[0], freq=str(rest[1]))
        if name in ("Timedelta", "Interval"):
            return getattr(pd, name)(*rest)
        return {"NAType": pd.NA, "NaTType": pd.NaT}[name]


class Arrays:
    """Masked arrays, matrices, and sparse ones of scipy."""

    TAGS = frozenset({"masked", "matrix", "sparse"})
    SPARSE = frozenset(f"{name}_{kind}" for name in ("csr", "csc", "coo", "lil", "dok")
                       for kind in ("matrix", "array"))  # fmt: skip

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `tensors.Family`."""
        if kind is np.ma.MaskedArray:
            masked = (np.asarray(value.data), np.ma.getmaskarray(value))
            return ["masked", *(codec.to_tree(part, depth) for part in masked)]
        if kind is np.matrix:
            return ["matrix", codec.to_tree(np.asarray(value), depth)]
        sparse = sys.modules.get("scipy.sparse")
        if not sparse or kind.__name__ not in self.SPARSE or not sparse.issparse(value):
            return None
        if getattr(sparse, kind.__name__, None) is not kind or value.ndim != 2:
            return None
        there = value.tocoo()
        parts = [list(there.shape), there.data, there.row, there.col]
        return ["sparse", kind.__name__, *(codec.to_tree(part, depth) for part in parts)]

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `tensors.Family`."""
        if tag != "sparse":
            values = [codec.to_value(part, depth) for part in parts]
            return np.ma.MaskedArray(*values) if tag == "masked" else np.asmatrix(values[0])
        from scipy import sparse

        shape, data, row, column = (codec.to_value(part, depth) for part in parts[1:])
        if parts[0] not in self.SPARSE:
            raise WireError(f"no {parts[0]} crosses")
        whole = sparse.coo_array if parts[0].endswith("array") else sparse.coo_matrix
        return getattr(sparse, parts[0])(whole((data, (row, column)), shape=tuple(shape)))
