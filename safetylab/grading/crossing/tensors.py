"""How tensors and generators of torch cross, and gradients through functions; see `values`.

Only a process that has torch imports this (`peer.learn`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from safetylab.grading.crossing.handles import Handle
from safetylab.grading.crossing.values import (
    CHANGES,
    FROM_STUDENT,
    GENERATORS,
    OUT,
    Codec,
    NotPlain,
    crossing,
)
from safetylab.grading.crossing.wire import Tree, WireError

_DTYPES = {str(kind).removeprefix("torch."): kind for kind in (
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16,
    torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128)}  # fmt: skip


def _out(codec: Codec, value: torch.Tensor) -> Tree:
    if torch._C._functorch.is_functorch_wrapped_tensor(value):
        raise NotPlain("torch.func does not go through a function that was handed over")
    dense = value.layout is torch.strided and value.device.type == "cpu"
    if not dense or value.dtype not in _DTYPES.values():
        raise NotPlain(f"a tensor with {value.layout} and {value.dtype} on {value.device} does not "
                       "cross: give a dense one of bools or numbers on the CPU")  # fmt: skip
    parts = [codec.to_tree(part) for part in (value.dtype, tuple(value.shape), _bytes(value))]
    gradient = codec.to_tree(value.grad) if value.is_leaf and value.grad is not None else None
    tie = _tie(codec, codec.put(value))
    return ["tensor", *parts, type(value) is torch.nn.Parameter, tie, gradient]


def _bytes(value: torch.Tensor) -> bytes:
    flat = value.detach().resolve_conj().resolve_neg().reshape(-1)
    flat = flat.clone(memory_format=torch.contiguous_format)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def _tie(codec: Codec, value: torch.Tensor) -> Tree:
    """Say whether a tensor requires a gradient, and how the other side can ask for one."""
    if not value.requires_grad or (codec.asked and value.is_leaf):
        return value.requires_grad
    if codec.asked:
        return codec.end.refer(codec, _gradients_of(value, codec.asked.ties))
    codec.ties.append(value)
    return True


def _tensor(codec: Codec, dtype: Tree, shape: Tree, content: Tree, parameter: bool, tie: Tree,
            gradient: Tree) -> Any:  # fmt: skip
    kind, size, flat, grad = map(codec.to_value, (dtype, shape, content, gradient))
    made = torch.frombuffer(bytearray(flat), dtype=kind) if flat else torch.empty(0, dtype=kind)
    made = made.reshape(size)
    if parameter:
        made = torch.nn.Parameter(made, requires_grad=bool(tie))
    if isinstance(tie, list):
        made = _bridged(codec, codec.to_value(tie), made)
    elif tie:
        made.requires_grad_(True)
        codec.ties.append(made)
    if grad is not None:
        made.grad = grad
    return codec.put(made)


def _change(old: torch.Tensor, new: torch.Tensor) -> None:
    alike = (old.shape, old.dtype) == (new.shape, new.dtype)
    with torch.no_grad():
        old.data = old.data.copy_(new.detach()) if alike else new.detach().clone()
    if old.is_leaf:
        old.requires_grad_(new.requires_grad)
        old.grad = new.grad


def _generator(content: bytes) -> torch.Generator:
    made = torch.Generator()
    made.set_state(torch.frombuffer(bytearray(content), dtype=torch.uint8))
    return made


OUT |= dict.fromkeys((torch.Tensor, torch.nn.Parameter), _out)
FROM_STUDENT["tensor"] = _tensor
crossing("generator", [torch.Generator], _generator, lambda value: (_bytes(value.get_state()),))
crossing("size", [torch.Size], torch.Size, lambda value: (tuple(value),))
crossing("device", [torch.device], torch.device, lambda value: (str(value),))
crossing("torch", [torch.dtype], lambda name: _DTYPES[name],
         lambda value: (str(value).removeprefix("torch."),))  # fmt: skip

GENERATORS.add(torch.Generator)
CHANGES |= {
    torch.Tensor: _change,
    torch.nn.Parameter: _change,
    torch.Generator: lambda old, new: old.set_state(new.get_state()),
}


# --- gradients


def _gradients_of(tensor: torch.Tensor, ties: list[torch.Tensor]) -> Callable[[Any], Any]:
    """Return the function that has the gradients of a result with respect to what came with it."""
    options: Any = {"retain_graph": True, "allow_unused": True}
    return lambda gradient: torch.autograd.grad(tensor, ties, gradient, **options) if ties else ()


def _bridged(codec: Codec, ask: Any, value: torch.Tensor) -> Any:
    """Return ``value`` as the result of a node whose gradient the other side computes."""
    if type(ask) is not Handle or codec.asked is None:
        raise WireError("not a result")
    anchor = torch.zeros((), requires_grad=True)
    with torch.enable_grad():
        return _Bridge.apply(ask, value, anchor, *codec.asked.ties)


class _Bridge(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, ask: Any, value: Any, *tensors: Any) -> Any:
        context.ask, context.count = ask, len(tensors) - 1
        return value.clone()

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Any) -> Any:
        found = context.ask(gradient)
        if len(found) != context.count or all(part is None for part in found):
            raise RuntimeError("the gradient reaches nothing that was handed over in this call")
        return (None, None, None, *found)
