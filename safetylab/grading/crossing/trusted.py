"""What crosses from the tests to the student's side only: by the name of a class, and by state.

Classes are those of libraries, and of the lab's own cells, which both sides have run. Nothing here
is ever done on the tests' side with what the student's side says.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import fields, is_dataclass
from typing import Any

from safetylab.grading.crossing.values import CHANGES, FROM_TESTS, Codec
from safetylab.grading.crossing.wire import Tree

LIBRARIES = {"builtins", "numpy", "torch", "pandas", "scipy", "sklearn", "safetylab", "math",
             "collections", "operator"}  # fmt: skip
# What nn.Module itself keeps. A hook is code: a module with one is handed over as a function.
_KEPT = ("training", "_non_persistent_buffers_set", "_parameters", "_buffers", "_modules")


def out(codec: Codec, value: Any) -> Tree | None:
    """Return a tree for a value of the tests', or nothing if it does not cross by state or name."""
    kind = type(value)
    if kind in (range, slice):
        return [kind.__name__, *map(codec.to_tree, (value.start, value.stop, value.step))]
    if hasattr(value, "__qualname__"):
        return _named(codec, value)
    where = _named(codec, kind)
    if where is None:
        return None
    if is_module(value):
        return _module_out(codec, value, where)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return ["named", where, codec.to_tree(tuple(value))]
    if is_dataclass(value):
        codec.put(value)
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return ["record", where, codec.to_tree(parts)]
    return None


def _named(codec: Codec, value: Any) -> Tree | None:
    """Return by which name the other side finds a class or function, if it does."""
    home, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if home == "__main__":
        return ["found", home, name] if codec.end.known(name) is value else None
    home = home or "builtins"
    if home.partition(".")[0] not in LIBRARIES or home.startswith("safetylab.grading"):
        return None
    return ["found", home, name] if getattr(sys.modules.get(home), name, None) is value else None


def _found(codec: Codec, home: str, name: str) -> Any:
    if home == "__main__":
        return codec.end.known(name)
    return getattr(importlib.import_module(home), name)


def _record(codec: Codec, where: Tree, parts: Tree) -> Any:
    made = codec.put(object.__new__(codec.to_value(where)))
    for name, item in codec.to_value(parts).items():
        object.__setattr__(made, name, item)
    return made


FROM_TESTS.update(
    found=_found, record=_record,
    named=lambda codec, *trees: tuple.__new__(*map(codec.to_value, trees)),
    range=lambda codec, *trees: range(*map(codec.to_value, trees)),
    slice=lambda codec, *trees: slice(*map(codec.to_value, trees)),
)  # fmt: skip


# --- models of torch's


def is_module(value: Any) -> bool:
    """Whether a value is a model of torch's."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def trainable(module: Any) -> list[Any]:
    """Return the parameters that get gradients."""
    return [part for part in module.parameters() if part.requires_grad]


def _module_out(codec: Codec, value: Any, where: Tree) -> Tree | None:
    import torch

    blank, kept = vars(torch.nn.Module()), vars(value)
    if any(kept.get(name) for name in blank.keys() - {*_KEPT} if isinstance(kept.get(name), dict)):
        return None
    codec.put(value)
    number = codec.end.number(value)
    if number in codec.end.sent:
        codec.ties += trainable(value)
        codec.end.models.pop(number, None)
        return ["given", number, codec.to_tree(state(value))]
    codec.models.add(number)
    parts = {name: item for name, item in kept.items() if name in _KEPT or name not in blank}
    return ["module", number, where, codec.to_tree(parts)]


def _module(codec: Codec, number: int, where: Tree, parts: Tree) -> Any:
    import torch

    kind: Any = codec.to_value(where)
    made = codec.put(kind.__new__(kind))
    torch.nn.Module.__init__(made)
    vars(made).update(codec.to_value(parts))
    codec.end.take(codec, number, made)
    return made


def _given(codec: Codec, number: int, tree: Tree) -> Any:
    """A module that has come before, as it is now."""
    made = codec.put(codec.end.models[number])
    overwrite(made, codec.to_value(tree))
    codec.ties += trainable(made)
    codec.end.take(codec, number, made)
    return made


FROM_TESTS.update(module=_module, given=_given)


def state(module: Any) -> dict[str, list[Any]]:
    """Return what of a module can change, as plain values."""
    return {
        "training": [part.training for part in module.modules()],
        "tensors": [[part.detach(), part.requires_grad, part.grad if part.is_leaf else None]
                    for part in _tensors(module)],
    }  # fmt: skip


def _tensors(module: Any) -> list[Any]:
    return [*module.parameters(), *module.buffers()]


# --- changes in place


def overwrite(old: Any, new: Any) -> None:
    """Give ``old`` the content of ``new`` in place: of a module, its `state`.

    Raises:
        TypeError: they are not alike, or ``old`` cannot be changed.
    """
    kind = type(old)
    if is_module(old):
        _overwrite_module(old, new)
    elif kind is not type(new):
        raise TypeError(f"a {kind.__name__} cannot become a {type(new).__name__}")
    elif kind not in CHANGES:
        raise TypeError(f"a {kind.__name__} cannot be lent")
    else:
        CHANGES[kind](old, new)


def _overwrite_module(module: Any, new: dict[str, list[Any]]) -> None:
    parts, tensors, told = list(module.modules()), _tensors(module), new["tensors"]
    shapes = [value.shape for value, *_ in told]
    if shapes != [part.shape for part in tensors] or len(new["training"]) != len(parts):
        raise TypeError("a model that was lent has got other layers")
    for part, (value, flag, gradient) in zip(tensors, told, strict=True):
        part.data = part.data.copy_(value) if part.dtype == value.dtype else value.clone()
        if part.is_leaf:
            part.requires_grad_(bool(flag))
            part.grad = gradient
    for inner, training in zip(parts, new["training"], strict=True):
        inner.training = bool(training)
