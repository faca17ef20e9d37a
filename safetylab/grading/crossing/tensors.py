"""How arrays, tensors, modules, generators and data frames cross; see `wire`."""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from safetylab.grading.crossing.scalars import Arrays, PandasScalars, Standard
from safetylab.grading.crossing.wire import LIBRARIES, Codec, Tree, WireError


class Family(Protocol):
    """The values of one library."""

    TAGS: frozenset[str]

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """Return a tree, or nothing when the value is none of this family."""

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """Return the value of a tree whose tag is in ``TAGS``."""


class Numpy:
    """Arrays and scalars of numbers, text and dates; dtypes; generators by their state."""

    TAGS = frozenset({"array", "objects", "scalar", "dtype", "rng"})
    KINDS = "biufcMmUSV"

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `Family`."""
        if kind is np.ndarray and (value.dtype.kind == "O" or _crosses(value.dtype)):
            codec.remember(value)
            if value.dtype.kind == "O":
                items = [codec.to_tree(item, depth) for item in value.ravel().tolist()]
                return ["objects", list(value.shape), items]
            return ["array", _dtype(value.dtype), list(value.shape), codec.blob(value.tobytes())]
        if isinstance(value, np.generic) and kind.__module__ == "numpy":
            return ["scalar", _dtype(value.dtype), codec.blob(value.tobytes())]
        if isinstance(value, np.dtype):
            return ["dtype", _dtype(value)]
        if kind is np.random.Generator or kind is np.random.RandomState:
            codec.remember(value)
            return ["rng", kind.__name__, codec.to_tree(_rng_state(value), depth)]
        return None

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `Family`."""
        if tag == "dtype":
            return _to_dtype(parts[0])
        if tag == "scalar":
            return np.frombuffer(codec.blobs[parts[1]], _to_dtype(parts[0]), 1)[0]
        if tag == "rng":
            return _made_rng(codec, parts, depth)
        if tag == "array":
            dtype = _to_dtype(parts[0])
            made = np.frombuffer(codec.blobs[parts[2]], dtype).reshape(parts[1]).copy()
            codec.objects.append(made)
            return made
        made = np.empty(len(parts[1]), dtype=object)
        codec.objects.append(made)
        for place, item in enumerate(parts[1]):
            made[place] = codec.to_value(item, depth)
        made.shape = tuple(parts[0])
        return made


def _crosses(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in Numpy.KINDS and not dtype.hasobject


def _dtype(dtype: np.dtype[Any]) -> Tree:
    return dtype.descr if dtype.names else dtype.str


def _to_dtype(tree: Tree) -> np.dtype[Any]:
    made: np.dtype[Any] = np.dtype([tuple(part) for part in tree] if isinstance(tree, list)
                                   else tree)  # fmt: skip
    if not _crosses(made):
        raise WireError(f"no array of {made} crosses")
    return made


def _rng_state(value: Any) -> dict[str, Any]:
    """Return where a generator stands, and from what it can spawn others."""
    if isinstance(value, np.random.RandomState):
        return dict(value.get_state(legacy=False))
    seeds: Any = value.bit_generator.seed_seq
    known = isinstance(seeds, np.random.SeedSequence)
    return {**value.bit_generator.state, "seeds": dict(seeds.state) if known else None}


def _made_rng(codec: Codec, parts: list[Tree], depth: int) -> Any:
    place = len(codec.objects)
    codec.objects.append(None)
    state = codec.to_value(parts[1], depth)
    name = state["bit_generator"]
    if name not in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        raise WireError(f"no generator {name} crosses")
    if parts[0] == "Generator":
        seeds = state.pop("seeds")
        source = np.random.SeedSequence(**seeds) if seeds else None
        made: Any = np.random.Generator(getattr(np.random, name)(source))
        made.bit_generator.state = state
    else:
        made = np.random.RandomState()
        made.set_state(state)
    codec.objects[place] = made
    return made


class Torch:
    """Tensors, generators by state, dtypes, sizes, and modules as class and state.

    A tensor that requires a gradient carries a number by which the other side can ask for it; see
    `peer`.
    """

    TAGS = frozenset({"tensor", "generator", "torch", "size", "device", "module"})

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `Family`."""
        torch = sys.modules.get("torch")
        if torch is None:
            return None
        if kind in (torch.Tensor, torch.nn.Parameter):
            return _tensor(codec, value, kind is torch.nn.Parameter)
        if kind is torch.Generator:
            codec.remember(value)
            return ["generator", codec.blob(value.get_state().numpy().tobytes())]
        if kind is torch.dtype:
            return ["torch", str(value).removeprefix("torch.")]
        if kind is torch.device:
            return ["device", str(value)]
        if kind is torch.Size:
            return ["size", list(value)]
        if isinstance(value, torch.nn.Module):
            return _module(codec, value, kind, depth)
        return None

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `Family`."""
        import torch

        if tag == "tensor":
            return _made_tensor(codec, *parts)
        if tag == "generator":
            made = torch.Generator()
            made.set_state(torch.frombuffer(bytearray(codec.blobs[parts[0]]), dtype=torch.uint8))
            codec.objects.append(made)
            return made
        if tag == "torch":
            return _torch_dtype(parts[0])
        if tag == "device":
            return torch.device(parts[0])
        if tag == "size":
            return torch.Size(parts[0])
        return _made_module(codec, parts, depth)


def _torch_dtype(name: str) -> Any:
    import torch

    dtype = getattr(torch, name)
    if not isinstance(dtype, torch.dtype):
        raise WireError(f"{name} is no dtype")
    return dtype


def _tensor(codec: Codec, value: Any, parameter: bool) -> Tree:
    import torch

    if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
        return codec.refer(value)
    codec.remember(value)
    flat = value.detach().reshape(-1).clone(memory_format=torch.contiguous_format)
    content = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    tie = codec.tie(value) if value.requires_grad else None
    gradient = codec.to_tree(value.grad) if value.is_leaf and value.grad is not None else None
    return ["tensor", str(value.dtype).removeprefix("torch."), list(value.shape),
            codec.blob(content), [parameter, tie], gradient]  # fmt: skip


def _made_tensor(codec: Codec, dtype: str, shape: list[int], blob: int, kind: list[Any],
                 gradient: Tree) -> Any:  # fmt: skip
    import torch

    content, parameter, tie = codec.blobs[blob], *kind
    made = torch.empty(0, dtype=_torch_dtype(dtype))
    if content:
        made = torch.frombuffer(bytearray(content), dtype=made.dtype)
    made = made.reshape(shape)
    place = len(codec.objects)
    codec.objects.append(None)
    if parameter:
        made = torch.nn.Parameter(made, requires_grad=tie is not None)
    if tie is not None:
        made = codec.tied(made.requires_grad_(True), tie)
    codec.objects[place] = made
    if gradient is not None or (tie is not None and made.is_leaf):
        made.grad = codec.to_value(gradient)
    return made


# Of a student's, only layers whose forward pass is plain arithmetic are rebuilt for the tests.
_STUDENTS_MODULES = ("torch.nn.modules.", "safetylab.", "__main__")
# What nn.Module itself keeps; a hook would be code, so a module with one does not cross.
_KEPT = {"training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set"}


def _module(codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
    import torch

    ours = kind.__module__ == "__main__" and codec.known.get(kind.__qualname__) is kind
    if not ours and kind.__module__.partition(".")[0] not in LIBRARIES:
        return None
    blank = vars(torch.nn.Module())
    extra = {name: item for name, item in vars(value).items() if name not in blank}
    if any(vars(value).get(name) for name in blank.keys() - _KEPT
           if isinstance(vars(value).get(name), dict)):  # fmt: skip
        return None
    codec.remember(value)
    parts = [list(map(list, part.items())) for part in
             (extra, value._parameters, value._buffers, value._modules)]  # fmt: skip
    trees = [[[name, codec.to_tree(item, depth)] for name, item in part] for part in parts]
    return ["module", kind.__module__, kind.__qualname__, value.training,
            sorted(value._non_persistent_buffers_set), *trees]  # fmt: skip


def _made_module(codec: Codec, parts: list[Tree], depth: int) -> Any:
    import torch

    home, name, training, loose, extra, parameters, buffers, children = parts
    if not codec.trusted and not home.startswith(_STUDENTS_MODULES):
        raise WireError(f"no module of {home} crosses")
    kind = codec.to_value(["class", home, name])
    if not issubclass(kind, torch.nn.Module):
        raise WireError(f"{name} is no module")
    made = kind.__new__(kind)
    torch.nn.Module.__init__(made)
    codec.objects.append(made)
    kept = vars(made)
    blank = set(kept)
    for key, tree in extra:
        item = codec.to_value(tree, depth)
        if key not in blank and not key.startswith("__") and not hasattr(torch.nn.Module, key):
            kept[key] = item
    for part, table in ((parameters, "_parameters"), (buffers, "_buffers"),
                        (children, "_modules")):  # fmt: skip
        kept[table].update({str(key): codec.to_value(tree, depth) for key, tree in part})
    kept["_non_persistent_buffers_set"] = set(loose)
    kept["training"] = bool(training)
    return made


class Pandas:
    """Data frames, series and their indexes, column by column."""

    TAGS = frozenset({"frame", "series", "index"})

    def to_tree(self, codec: Codec, value: Any, kind: type, depth: int) -> Tree | None:
        """See `Family`."""
        pandas = sys.modules.get("pandas")
        if pandas is None:
            return None
        if kind is pandas.DataFrame:
            codec.remember(value)
            columns = [_column(codec, value.iloc[:, place], depth)
                       for place in range(value.shape[1])]  # fmt: skip
            return ["frame", _index(codec, value.columns, depth),
                    _index(codec, value.index, depth), columns]  # fmt: skip
        if kind is pandas.Series:
            codec.remember(value)
            name, index = codec.to_tree(value.name, depth), _index(codec, value.index, depth)
            return ["series", name, index, _column(codec, value, depth)]
        if isinstance(value, pandas.Index) and kind.__module__.partition(".")[0] == "pandas":
            return ["index", _index(codec, value, depth)]
        return None

    def to_value(self, codec: Codec, tag: str, parts: list[Tree], depth: int) -> Any:
        """See `Family`."""
        import pandas as pd

        if tag == "index":
            return _made_index(codec, parts[0], depth)
        place = len(codec.objects)
        codec.objects.append(None)
        if tag == "series":
            name, index = codec.to_value(parts[0], depth), _made_index(codec, parts[1], depth)
            made: Any = pd.Series(_made_column(codec, parts[2], depth), index=index, name=name)
        else:
            columns, index = (_made_index(codec, part, depth) for part in parts[:2])
            filled = {at: _made_column(codec, tree, depth) for at, tree in enumerate(parts[2])}
            made = pd.DataFrame(filled, index=index)
            made.columns = columns
        codec.objects[place] = made
        return made


def _column(codec: Codec, column: Any, depth: int) -> Tree:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in Numpy.KINDS:
        return [None, codec.to_tree(column.to_numpy().copy(), depth)]
    if hasattr(column, "cat"):
        codes, kinds = column.cat.codes.to_numpy().copy(), column.cat.categories
        ordered = bool(column.cat.ordered)
        return ["category", codec.to_tree(codes, depth), _index(codec, kinds, depth), ordered]
    values = column.astype(object)
    if not isinstance(dtype, np.dtype):
        values = values.where(column.notna(), None)
    return [str(dtype), codec.to_tree(values.tolist(), depth)]


def _made_column(codec: Codec, tree: Tree, depth: int) -> Any:
    import pandas as pd

    if tree[0] == "category":
        codes, kinds = codec.to_value(tree[1], depth), _made_index(codec, tree[2], depth)
        return pd.Categorical.from_codes(codes, kinds, ordered=tree[3])
    values = codec.to_value(tree[1], depth)
    return values if tree[0] is None else pd.array(values, dtype=tree[0])


def _index(codec: Codec, index: Any, depth: int) -> Tree:
    import pandas as pd

    names = codec.to_tree(list(index.names), depth)
    if isinstance(index, pd.MultiIndex):
        return ["many", names, codec.to_tree(index.tolist(), depth)]
    if isinstance(index, pd.RangeIndex):
        return ["range", names, [index.start, index.stop, index.step]]
    column = _column(codec, index.to_series(index=range(len(index))), depth)
    return ["one", names, column, getattr(index, "freqstr", None)]


def _made_index(codec: Codec, tree: Tree, depth: int) -> Any:
    import pandas as pd

    names = codec.to_value(tree[1], depth)
    if tree[0] == "many":
        return pd.MultiIndex.from_tuples(codec.to_value(tree[2], depth), names=names)
    if tree[0] == "range":
        start, stop, step = tree[2]
        return pd.RangeIndex(start, stop, step, name=names[0])
    made = pd.Index(_made_column(codec, tree[2], depth), name=names[0])
    if isinstance(made, pd.DatetimeIndex | pd.TimedeltaIndex) and tree[3]:
        return type(made)(made, freq=str(tree[3]))
    return made


FAMILIES: tuple[Family, ...] = (Numpy(), Torch(), Pandas(), PandasScalars(), Arrays(), Standard())


def watch(value: Any) -> Callable[[], bool]:
    """Return a function that tells whether ``value`` itself was changed in place since."""
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(value, pandas.DataFrame | pandas.Series):
        before = value.copy()
        return lambda: not (value.equals(before) and value.index.equals(before.index)
                            and _columns(value).equals(_columns(before)))  # fmt: skip
    if isinstance(value, np.ndarray):
        return _watch_state(value.tobytes if value.dtype.kind != "O" else lambda: _ids(value.flat))
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return _watch_state(lambda: repr(_rng_state(value)))
    if isinstance(value, Mapping):
        return _watch_state(lambda: [*map(id, value), *map(id, value.values())])
    if isinstance(value, bytearray):
        return _watch_state(lambda: bytes(value))
    if isinstance(value, random.Random):
        return _watch_state(value.getstate)
    if isinstance(value, SimpleNamespace):
        return _watch_state(lambda: _ids([*vars(value), *vars(value).values()]))
    return _watch_torch(value) or _watch_state(lambda: _ids(value))


def _watch_torch(value: Any) -> Callable[[], bool] | None:
    torch = sys.modules.get("torch")
    if torch and isinstance(value, torch.Tensor):
        before = value.detach().clone()  # ``value.data -= 1`` leaves no other trace
        same = _watch_state(lambda: (value.requires_grad, id(value.grad),
                                     getattr(value.grad, "_version", 0)))  # fmt: skip
        return lambda: same() or not equal(before, value.detach())
    if torch and isinstance(value, torch.Generator):
        return _watch_state(lambda: value.get_state().numpy().tobytes())
    if torch and isinstance(value, torch.nn.Module):
        return _watch_state(lambda: _module_state(value))
    return None


def equal(one: Any, other: Any) -> bool:
    """Whether two tensors are of one kind and content, or both none."""
    import torch

    if one is None or other is None:
        return one is other
    return one.dtype == other.dtype and one.shape == other.shape and bool(torch.equal(one, other))


def _watch_state(state: Callable[[], object]) -> Callable[[], bool]:
    before = state()
    return lambda: state() != before


def _ids(items: Iterable[object]) -> list[int]:
    return list(map(id, items))


def _columns(value: Any) -> Any:
    return getattr(value, "columns", value.index)


def _module_state(module: Any) -> object:
    """What a module keeps beside its parameters, buffers and children, which are watched apart."""
    kept = {name: item for name, item in vars(module).items() if not isinstance(item, dict)}
    tables = [(name, id(item)) for table in (module._parameters, module._buffers, module._modules)
              for name, item in table.items()]  # fmt: skip
    return [(name, id(item)) for name, item in kept.items()], tables


def overwrite(old: Any, new: Any) -> None:
    """Give ``old`` the content of ``new``, which has the same type, in place."""
    pandas = sys.modules.get("pandas")
    if isinstance(old, list | bytearray):
        old[:] = new
    elif isinstance(old, deque | dict | set | SimpleNamespace):
        _refill(*((vars(old), vars(new)) if isinstance(old, SimpleNamespace) else (old, new)))
    elif isinstance(old, np.ndarray):
        old[...] = new
    elif isinstance(old, np.random.Generator | np.random.RandomState | random.Random):
        _overwrite_rng(old, new)
    elif pandas and isinstance(old, pandas.DataFrame | pandas.Series):
        old._mgr = new._mgr
    else:
        _overwrite_torch(old, new)


def _refill(old: Any, new: Any) -> None:
    old.clear()
    old.extend(new) if isinstance(old, deque) else old.update(new)


def _overwrite_rng(old: Any, new: Any) -> None:
    if isinstance(old, random.Random):
        old.setstate(new.getstate())
        return
    if isinstance(old, np.random.RandomState):
        old.set_state(new.get_state(legacy=False))
        return
    mine, theirs = old.bit_generator, new.bit_generator
    mine.state = theirs.state
    spawned = [getattr(one.seed_seq, "n_children_spawned", 0) for one in (theirs, mine)]
    if spawned[0] > spawned[1]:
        mine.seed_seq.spawn(spawned[0] - spawned[1])


def _overwrite_torch(old: Any, new: Any) -> None:
    import torch

    if isinstance(old, torch.Generator):
        old.set_state(new.get_state())
    elif isinstance(old, torch.nn.Module):
        _overwrite_module(old, new)
    elif isinstance(old, torch.Tensor):
        _overwrite_tensor(old, new)


def _overwrite_tensor(old: Any, new: Any) -> None:
    import torch

    with torch.no_grad():
        if old.shape != new.shape or old.dtype != new.dtype:
            old.data = new.detach().clone()
        elif not torch.equal(old.detach(), new.detach()):
            old.data.copy_(new)  # as if the other side's hand had done it: no new version
    if old.is_leaf:
        old.requires_grad_(new.requires_grad)
        old.grad = new.grad


def _overwrite_module(old: Any, new: Any) -> None:
    """Its parameters and buffers are objects of their own and were overwritten before."""
    fresh = vars(new)
    for name, value in fresh.items():
        if name in ("_parameters", "_buffers", "_modules"):
            table = getattr(old, name)
            missing = {key: item for key, item in value.items() if key not in table}
            table.update(missing)
            for key in table.keys() - value.keys():
                del table[key]
        elif name in ("training", "_non_persistent_buffers_set") or not name.startswith("_"):
            vars(old)[name] = value
