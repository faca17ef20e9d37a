"""What crosses from the tests to the student's side only: by the name of a class, and by state.

Classes are those of libraries, and of the lab's own cells, which both sides have run. Nothing here
is ever done on the tests' side with what the student's side says.
"""

from __future__ import annotations

import importlib
import sys
import types
from dataclasses import fields, is_dataclass
from typing import Any

from safetylab.grading.crossing.values import FROM_TESTS, Codec
from safetylab.grading.crossing.wire import Tree

LIBRARIES = {"builtins", "numpy", "torch", "pandas", "scipy", "sklearn", "safetylab", "math",
             "collections", "operator"}  # fmt: skip
_LAYER = ("_parameters", "_buffers", "_modules")
# What nn.Module itself keeps. A hook is code: a module with one is handed over as a function.
_KEPT = {"training", "_non_persistent_buffers_set", *_LAYER}


def out(codec: Codec, value: Any, kind: type) -> Tree | None:
    """Return a tree for a value of the tests', or nothing if it does not cross by state or name."""
    if kind in (range, slice):
        return [kind.__name__, *map(codec.to_tree, (value.start, value.stop, value.step))]
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType) or (
        kind.__name__ == "_ArrayFunctionDispatcher"
    ):
        return _named(codec, value)
    where = _named(codec, kind)
    if where is None:
        return None
    if is_module(value):
        return _module_out(codec, value, where)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return ["named", where, [codec.to_tree(item) for item in value]]
    if is_dataclass(value):
        codec.remember(value)
        parts = [[field.name, codec.to_tree(getattr(value, field.name))] for field in fields(value)]
        return ["record", where, parts]
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


def _named_tuple(codec: Codec, where: Tree, items: list[Tree]) -> Any:
    return tuple.__new__(codec.to_value(where), [codec.to_value(item) for item in items])


def _record(codec: Codec, where: Tree, parts: list[list[Tree]]) -> Any:
    made = codec.put(object.__new__(codec.to_value(where)))
    for name, item in parts:
        object.__setattr__(made, name, codec.to_value(item))
    return made


# --- modules of torch's


def is_module(value: Any) -> bool:
    """Whether a value is a model of torch's."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _module_out(codec: Codec, value: Any, where: Tree) -> Tree | None:
    import torch

    blank, kept = vars(torch.nn.Module()), vars(value)
    if any(kept.get(name) for name in blank.keys() - _KEPT if isinstance(kept.get(name), dict)):
        return None
    codec.remember(value)
    number = codec.end.number(value)
    if number in codec.end.sent:
        codec.ties += [part for part in value.parameters() if part.requires_grad]
        return ["given", number, codec.to_tree(state(value))]
    extra = {name: item for name, item in kept.items() if name not in blank}
    trees = [[[name, codec.to_tree(item)] for name, item in part.items()]
             for part in (extra, *(kept[name] for name in _LAYER))]  # fmt: skip
    codec.end.sent.add(number)
    loose = sorted(value._non_persistent_buffers_set)
    return ["module", number, where, value.training, loose, *trees]


def _module(codec: Codec, number: int, where: Tree, training: bool, loose: list[str],
            extra: list[Any], *layers: list[Any]) -> Any:  # fmt: skip
    import torch

    kind: Any = codec.to_value(where)
    made = kind.__new__(kind)
    torch.nn.Module.__init__(made)
    codec.put(made)
    kept = vars(made)
    kept.update({name: codec.to_value(tree) for name, tree in extra})
    for name, layer in zip(_LAYER, layers, strict=True):
        kept[name].update({key: codec.to_value(tree) for key, tree in layer})
    kept |= {"training": training, "_non_persistent_buffers_set": set(loose)}
    codec.end.take(codec, number, made)
    return made


def _given(codec: Codec, number: int, tree: Tree) -> Any:
    """A module that has come before, as it is now."""
    made = codec.put(codec.end.models[number])
    overwrite(made, codec.to_value(tree))
    codec.ties += [part for part in made.parameters() if part.requires_grad]
    codec.end.take(codec, number, made)
    return made


def state(module: Any) -> dict[str, list[Any]]:
    """Return what of a module can change, as plain values."""
    own = list(module.parameters())
    values = [part.detach() for part in (*own, *module.buffers())]
    return {
        "training": [part.training for part in module.modules()],
        "flags": [part.requires_grad for part in own],
        "values": values,
        "gradients": [part.grad for part in own],
    }


FROM_TESTS.update(
    found=_found, named=_named_tuple, record=_record, module=_module, given=_given,
    range=lambda codec, *parts: range(*map(codec.to_value, parts)),
    slice=lambda codec, *parts: slice(*map(codec.to_value, parts)),
)  # fmt: skip


# --- changes in place


def overwrite(old: Any, new: Any) -> None:
    """Give ``old`` the content of ``new`` in place: of a module, its `state`.

    Raises:
        TypeError: they are not alike, or ``old`` cannot be changed.
    """
    if is_module(old):
        _overwrite_module(old, new)
    elif type(old) is not type(new):
        raise TypeError(f"a {type(old).__name__} cannot become a {type(new).__name__}")
    elif isinstance(old, list):
        old[:] = new
    elif isinstance(old, dict | set):
        old.clear()
        old.update(new)
    elif type(old).__module__.startswith("torch"):
        _overwrite_torch(old, new)
    else:
        _overwrite_numpy(old, new)


def _overwrite_numpy(old: Any, new: Any) -> None:
    kind = type(old).__name__
    if kind == "ndarray":
        old[...] = new
    elif kind == "RandomState":
        old.set_state(new.get_state(legacy=False))
    elif kind == "Generator":
        mine, theirs = old.bit_generator, new.bit_generator
        mine.state = theirs.state
        spawned = [getattr(one.seed_seq, "n_children_spawned", 0) for one in (theirs, mine)]
        mine.seed_seq.spawn(max(0, min(1_000, spawned[0] - spawned[1])))
    elif kind in ("DataFrame", "Series"):
        old._mgr = new._mgr
    else:
        raise TypeError(f"a {kind} cannot be lent")


def _overwrite_torch(old: Any, new: Any) -> None:
    import torch

    if isinstance(old, torch.Generator):
        old.set_state(new.get_state())
        return
    with torch.no_grad():
        old.data = new.detach().clone() if old.shape != new.shape else old.data.copy_(new.detach())
    if old.is_leaf:
        old.requires_grad_(new.requires_grad)
        old.grad = new.grad


def _overwrite_module(module: Any, new: dict[str, list[Any]]) -> None:
    own, buffers, parts = list(module.parameters()), list(module.buffers()), list(module.modules())
    values = new["values"]
    alike = [value.shape for value in values] == [part.shape for part in (*own, *buffers)]
    if not alike or len(new["training"]) != len(parts):
        raise TypeError("a model that was lent has got other layers")
    for part, value in zip((*own, *buffers), values, strict=True):
        part.data.copy_(value)
    for part, flag, gradient in zip(own, new["flags"], new["gradients"], strict=True):
        part.requires_grad_(bool(flag))
        part.grad = gradient
    for inner, training in zip(parts, new["training"], strict=True):
        inner.training = bool(training)
