"""A value that a check cannot use, in words: what it is, and how to get what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized

import numpy as np
import torch

_KINDS = {"b": "bools", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}
_KINDS |= {"c": "complex numbers", "O": "Python objects", "U": "texts", "S": "bytes"}
_ONE = bool | int | float | np.generic


def described(value: object) -> str:
    """Say what ``value`` is: its type, its shape or length, a scalar itself."""
    if isinstance(value, torch.Tensor):
        sparse = "sparse " if value.is_sparse else ""
        return f"a {sparse}torch.Tensor of {value.dtype} and shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        kind = _KINDS.get(value.dtype.kind, str(value.dtype))
        return f"a numpy array of {kind} and shape {value.shape}"
    if isinstance(value, list | tuple):
        ragged = " with rows of different lengths" if _ragged(value) else ""
        return f"a {type(value).__name__} of length {len(value)}{ragged}"
    if isinstance(value, complex | str | bytes | _ONE):
        text = str(value) if isinstance(value, np.generic) else repr(value)
        return f"{text[:40]} ({type(value).__name__})"
    if callable(value):
        return f"{getattr(value, '__name__', type(value).__name__)}, a function or class"
    return f"a {type(value).__name__}"


def to_array(value: object) -> str:
    """Say how an array of real numbers is made of ``value``."""
    if fault := _fault(value):
        return fault
    if isinstance(value, torch.Tensor):
        dense = ".to_dense()" if value.is_sparse else ""
        return f"{dense}.detach().numpy() makes an array of it"
    if isinstance(value, _ONE):
        return "one number is no array: was an axis summed away?"
    return _listed(value, "np.array(...) makes an array of it")


def to_tensor(value: object) -> str:
    """Say how a dense tensor of real numbers is made of ``value``."""
    if fault := _fault(value):
        return fault
    if isinstance(value, torch.Tensor):
        return ".to_dense() makes a dense one of it"
    if isinstance(value, _ONE):
        return "torch.tensor(...) makes one of it; is there a float(...) or .item() too much?"
    if isinstance(value, list | tuple) and any(isinstance(row, torch.Tensor) for row in value):
        return "torch.stack(...) or torch.cat(...) makes one of its tensors"
    made = "torch.from_numpy(...)" if isinstance(value, np.ndarray) else "torch.tensor(...)"
    return _listed(value, f"{made} makes a tensor of it")


def to_number(value: object) -> str:
    """Say how one real number is made of ``value``."""
    if isinstance(value, bool) or getattr(value, "dtype", None) in (bool, torch.bool):
        return "was a comparison returned in place of what it compares, or is a count missing?"
    if (fault := _fault(value)) or not isinstance(value, Iterable):
        return fault or "float(...) makes one of what is a number of another kind"
    if isinstance(value, Mapping):
        return "which of its values is asked for?"
    if isinstance(value, Sized) and len(value) == 1 and np.ndim(next(iter(value))) == 0:
        return "take the one entry out of it"
    return "which of its entries is asked for, or is a sum or a mean missing?"


def _fault(value: object) -> str:
    """Say what is wrong with ``value`` whatever is wanted of it; else nothing."""
    kind = value.dtype.kind if isinstance(value, np.ndarray | np.generic) else ""
    if isinstance(value, torch.Tensor) and value.is_complex():
        kind = "c"
    if isinstance(value, complex) or kind == "c":
        return "look for the root of a negative number; if the imaginary part is 0, take .real"
    if isinstance(value, str | bytes) or kind in ("U", "S"):
        return "float(...) or .astype(float) reads a number that is written as a text"
    if kind == "O":
        return "look among its entries for None, a text or a row of another length"
    if isinstance(value, list | tuple) and _ragged(value):
        return "make its rows equally long"
    return "call it: are its brackets missing?" if callable(value) else ""


def _listed(value: object, made: str) -> str:
    """Say how pandas' tables and numbers that come one by one are taken first; then ``made``."""
    if hasattr(value, "to_numpy"):
        return f".to_numpy() makes an array of it{'' if 'array' in made else f'; then {made}'}"
    if isinstance(value, Mapping):
        return "its values are list(... .values()), if all of them are asked for"
    listed = isinstance(value, list | tuple | np.ndarray) or not isinstance(value, Iterable)
    return made if listed else f"list(...) first, then {made}"


def _ragged(rows: Iterable[object]) -> bool:
    """Say whether rows differ in length, or stand beside what is no row."""
    shapes = [(len(row),) if isinstance(row, list | tuple) else getattr(row, "shape", ())
              for row in rows]  # fmt: skip
    return len({shape[:1] for shape in shapes}) > 1
