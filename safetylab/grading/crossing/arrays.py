"""How arrays and generators of numpy cross; see `values`."""

from __future__ import annotations

import operator
import re
from typing import Any

import numpy as np

from safetylab.grading.crossing.values import CHANGES, GENERATORS, NotPlain, crossing

_DTYPE: Any = re.compile(r"[<>|=]?[biufcSU]\d{1,9}")
_BIT_GENERATORS = {name: getattr(np.random, name)
                   for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")}  # fmt: skip


def _name(dtype: np.dtype[Any]) -> str:
    if not _DTYPE.fullmatch(dtype.str):
        raise NotPlain(f"an array of {dtype} does not cross: give one of bools, numbers or text")
    return dtype.str


def _dtype(name: str) -> Any:
    return np.dtype(_DTYPE.fullmatch(name)[0])


def _array(dtype: str, shape: tuple[int, ...], content: bytes) -> Any:
    return np.frombuffer(content, _dtype(dtype)).reshape(shape).copy()


def _scalar(dtype: str, content: bytes) -> Any:
    kind = _dtype(dtype)
    return np.frombuffer(content, kind, 1)[0] if kind.itemsize else kind.type()  # an empty text


def _rng_parts(value: np.random.Generator) -> tuple[Any, ...]:
    """Return where a generator stands, and from what it can spawn others."""
    seeds: Any = value.bit_generator.seed_seq
    known = isinstance(seeds, np.random.SeedSequence)
    return dict(value.bit_generator.state), dict(seeds.state) if known else None


def _rng(state: dict[str, Any], seeds: dict[str, Any] | None) -> Any:
    source = np.random.SeedSequence(**seeds) if seeds else None
    made = np.random.Generator(_BIT_GENERATORS[state["bit_generator"]](source))
    made.bit_generator.state = state
    return made


def _old_rng(state: dict[str, Any]) -> Any:
    made = np.random.RandomState()
    made.set_state(state)
    return made


_SCALARS = {np.dtype(code).type for code in "?bhilqBHILQefdgFDGSU"}
_DTYPES = {type(np.dtype(code)) for code in "?bhilqBHILQefdgFDGSU"}

crossing("array", [np.ndarray], _array,
         lambda value: (_name(value.dtype), value.shape, value.tobytes()))  # fmt: skip
crossing("scalar", _SCALARS, _scalar,
         lambda value: (_name(value.dtype), value.tobytes()))  # fmt: skip
crossing("dtype", _DTYPES, _dtype, lambda value: (_name(value),))
crossing("rng", [np.random.Generator], _rng, _rng_parts)
crossing("oldrng", [np.random.RandomState], _old_rng, lambda value: (value.get_state(False),))

GENERATORS |= {np.random.Generator, np.random.RandomState}
CHANGES |= {
    np.ndarray: lambda old, new: operator.setitem(old, ..., new),
    np.random.RandomState: lambda old, new: old.set_state(new.get_state(False)),
    np.random.Generator: lambda old, new: old.bit_generator.__setstate__(
        (new.bit_generator.state, new.bit_generator.seed_seq)
    ),
}
