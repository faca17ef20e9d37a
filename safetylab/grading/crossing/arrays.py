"""How arrays of numpy, tensors, and the generators of both cross; see `values`."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Any

import numpy as np

from safetylab.grading.crossing.values import Codec, NotPlain, crossing
from safetylab.grading.crossing.wire import Tree, WireError

_DTYPE = re.compile(r"[<>|=]?[biufcSU]\d{1,9}")
_BIT_GENERATORS = {name: getattr(np.random, name)
                   for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")}  # fmt: skip
_TORCH_DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16",
                 "float32", "float64", "complex64", "complex128")  # fmt: skip


# --- numpy


def _numpy_out(codec: Codec, value: Any, kind: type) -> Tree | None:
    if kind is np.ndarray:
        name, blob = _require_dtype(value.dtype), codec.blob(value.tobytes())
        return codec.remembered(value, ["array", name, list(value.shape), blob])
    if isinstance(value, np.generic) and kind.__module__ == "numpy":
        return ["scalar", _require_dtype(value.dtype), codec.blob(value.tobytes())]
    if isinstance(value, np.dtype):
        return ["dtype", _require_dtype(value)]
    if kind is np.random.Generator:
        return codec.remembered(value, ["rng", *map(codec.to_tree, _rng_state(value))])
    if kind is np.random.RandomState:
        state = codec.to_tree(dict(value.get_state(legacy=False)))
        return codec.remembered(value, ["rng", state, False])
    return None


def _require_dtype(dtype: np.dtype[Any]) -> str:
    if not _DTYPE.fullmatch(dtype.str):
        raise NotPlain(f"an array of {dtype} does not cross: give one of bools, numbers or text")
    return dtype.str


def _to_dtype(name: str) -> np.dtype[Any]:
    if not _DTYPE.fullmatch(name):
        raise WireError("not a dtype")
    return np.dtype(name)


def _array(codec: Codec, dtype: str, shape: list[int], blob: int) -> Any:
    flat = np.frombuffer(codec.blobs[blob], _to_dtype(dtype))
    return codec.put(flat.reshape(shape).copy())


def _scalar(codec: Codec, dtype: str, blob: int) -> Any:
    return np.frombuffer(codec.blobs[blob], _to_dtype(dtype), 1)[0]


def _rng_state(value: Any) -> tuple[dict[str, Any], Any]:
    """Return where a generator stands, and from what it can spawn others."""
    seeds: Any = value.bit_generator.seed_seq
    known = isinstance(seeds, np.random.SeedSequence)
    return dict(value.bit_generator.state), dict(seeds.state) if known else None


def _rng(codec: Codec, state: Tree, seeds: Tree) -> Any:
    values, origin = codec.to_value(state), codec.to_value(seeds)
    if origin is False:
        old = np.random.RandomState()
        old.set_state(values)
        return codec.put(old)
    source = np.random.SeedSequence(**origin) if origin else None
    made = np.random.Generator(_BIT_GENERATORS[values["bit_generator"]](source))
    made.bit_generator.state = values
    return codec.put(made)


crossing(_numpy_out, array=_array, scalar=_scalar, rng=_rng,
         dtype=lambda codec, name: _to_dtype(name))  # fmt: skip


# --- torch


def _torch_out(codec: Codec, value: Any, kind: type) -> Tree | None:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if kind in (torch.Tensor, torch.nn.Parameter):
        return _tensor_out(codec, value, kind is torch.nn.Parameter)
    if kind is torch.Generator:
        blob = codec.blob(value.get_state().numpy().tobytes())
        return codec.remembered(value, ["generator", blob])
    if kind is torch.Size:
        return ["size", list(value)]
    if kind is torch.dtype:
        return ["torch", str(value).removeprefix("torch.")]
    return ["device", str(value)] if kind is torch.device else None


def _tensor_out(codec: Codec, value: Any, parameter: bool) -> Tree:
    import torch

    dtype = str(value.dtype).removeprefix("torch.")
    if torch._C._functorch.is_functorch_wrapped_tensor(value):
        raise NotPlain("torch.func does not go through a function that was handed over")
    dense = value.layout is torch.strided and value.device.type == "cpu"
    if not dense or dtype not in _TORCH_DTYPES:
        raise NotPlain(f"a tensor with {value.layout} and {value.dtype} on {value.device} does not "
                       "cross: give a dense one of bools or numbers on the CPU")  # fmt: skip
    flat = value.detach().resolve_conj().resolve_neg().reshape(-1)
    flat = flat.clone(memory_format=torch.contiguous_format)
    content = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    gradient = codec.to_tree(value.grad) if value.is_leaf and value.grad is not None else None
    tree = ["tensor", dtype, list(value.shape), codec.blob(content), parameter, _tie(codec, value)]
    return codec.remembered(value, [*tree, gradient])


def _tie(codec: Codec, value: Any) -> Tree:
    """Say whether a tensor requires a gradient, and how the other side can ask for one."""
    if not value.requires_grad or (codec.asked and value.is_leaf):
        return bool(value.requires_grad)
    if codec.asked:
        return ["result", codec.end.keep(codec, value)]
    codec.ties.append(value)
    return True


def _tensor(codec: Codec, dtype: str, shape: list[int], blob: int, parameter: bool, tie: Tree,
            gradient: Tree) -> Any:  # fmt: skip
    import torch

    kind, content = _dtypes()[dtype], codec.blobs[blob]
    made = torch.empty(0, dtype=kind)
    if content:
        made = torch.frombuffer(bytearray(content), dtype=kind)
    made = made.reshape(shape)
    if parameter:
        made = torch.nn.Parameter(made, requires_grad=bool(tie))
    if isinstance(tie, list):
        made = codec.end.bridge(codec, tie[1], made)
    elif tie:
        made.requires_grad_(True)
        codec.ties.append(made)
    if gradient is not None:
        made.grad = codec.to_value(gradient)
    return codec.put(made)


def _torch() -> Any:
    import torch

    return torch


@cache
def _dtypes() -> dict[str, Any]:
    return {name: getattr(_torch(), name) for name in _TORCH_DTYPES}


def _generator(codec: Codec, blob: int) -> Any:
    import torch

    made = torch.Generator()
    made.set_state(torch.frombuffer(bytearray(codec.blobs[blob]), dtype=torch.uint8))
    return codec.put(made)


crossing(
    _torch_out, tensor=_tensor, generator=_generator,
    torch=lambda codec, name: _dtypes()[name],
    size=lambda codec, parts: _torch().Size(parts),
    device=lambda codec, name: _torch().device(name),
)  # fmt: skip


def is_generator(value: Any) -> bool:
    """Whether a value is a generator of random numbers: it goes on where the other side left it."""
    torch = sys.modules.get("torch")
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return True
    return torch is not None and type(value) is torch.Generator
