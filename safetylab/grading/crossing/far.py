"""What stands here for an object that stayed on the other side, and how errors cross."""

from __future__ import annotations

import builtins
import copy
import importlib
import inspect
import operator
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from safetylab.grading.crossing.wire import LIBRARIES, Reference, WireError

if TYPE_CHECKING:
    from safetylab.grading.crossing.peer import Peer

LONGEST = 2_000
_RUNNERS = ("unittest", "doctest", "bdb")
# Whose classes an object may be said to be of, and its errors; none of these cross by their name.
NAMED = {*LIBRARIES, "builtins", "matplotlib", "networkx", *sys.stdlib_module_names}

BINARY = {name: getattr(operator, name) for name in (
    "lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
    "xor", "lshift", "rshift",
)} | {"and": operator.and_, "or": operator.or_, "divmod": divmod}  # fmt: skip
REFLECTED = {f"r{name}": function for name, function in BINARY.items()
             if name not in ("lt", "le", "gt", "ge")}  # fmt: skip
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": operator.neg, "pos": operator.pos, "abs": abs, "invert": operator.invert, "bool": bool,
    "len": len, "int": int, "float": float, "complex": complex, "index": operator.index,
    "hash": hash, "str": str, "repr": repr, "iter": iter, "next": next, "reversed": reversed,
    "copy": copy.copy, "deepcopy": copy.deepcopy,
}  # fmt: skip
ACTIONS: dict[str, Callable[..., Any]] = {
    "getattr": getattr, "setattr": setattr, "delattr": delattr,
    "getitem": operator.getitem, "setitem": operator.setitem, "delitem": operator.delitem,
    "contains": operator.contains, "format": format, "round": round, "dir": dir,
    "instancecheck": lambda kind, value: isinstance(value, kind),
    "subclasscheck": lambda kind, other: issubclass(other, kind),
    "eq": operator.eq, "ne": operator.ne, "await": lambda target: _run(target),
    "enter": lambda target: type(target).__enter__(target),
    "exit": lambda target, error: type(target).__exit__(
        target, None if error is None else type(error), error, getattr(error, "__traceback__", None)
    ),
}  # fmt: skip
COMPARING = {
    "allclose", "close", "compare", "count", "difference", "dist", "endswith", "eq", "equal",
    "equals", "find", "ge", "gt", "identical", "index", "intersection", "isclose", "isdisjoint",
    "isin", "issubset", "issuperset", "le", "lt", "ne", "not_equal", "startswith", "sub",
    "subtract", "symmetric_difference",
}  # fmt: skip
"""Methods that are shown another value: an object that is none could say whatever suits it."""
RESUMING = ("send", "throw")
_HERE = object.__getattribute__


@dataclass(frozen=True)
class Raised:
    """An answer that is an error."""

    error: BaseException


class Far(Reference):
    """An object of the other side."""

    __doc__ = property(lambda self: _ask(self, "getattr", "__doc__"))
    __dict__ = property(lambda self: _ask(self, "getattr", "__dict__"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_ipython", "_repr_", "__array", "__torch", "__cuda", "__dlpack")):
            raise AttributeError(name)
        if name == "__signature__":
            return _signature(_ask(self, "signature"))
        if name in COMPARING and not _may(self, name):
            raise AttributeError(f"{name!r} of a value that is none is not asked")
        value = _ask(self, "getattr", name)
        if name in RESUMING and isinstance(value, Reference):
            object.__setattr__(value, "_resumes", True)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        _ask(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        _ask(self, "delattr", name)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The nearest class that this side has, too, so that isinstance tells what it would."""
        return _first_class(peer_of(self), _HERE(self, "_about")) or type(self)

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        raise TypeError("a test's class cannot have a class of the student's as its base: "
                        "let the test call the student's class instead")  # fmt: skip

    def __dir__(self) -> list[str]:
        return list(map(str, _ask(self, "dir")))

    def __repr__(self) -> str:
        return str(_ask(self, "repr"))

    def __str__(self) -> str:
        return str(_ask(self, "str"))

    def __format__(self, spec: str) -> str:
        return str(_ask(self, "format", spec))

    def __hash__(self) -> int:
        return hash(_ask(self, "hash"))

    def __eq__(self, other: object) -> bool:
        return self is other or bool(_compared(self, "eq", other, False))

    def __ne__(self, other: object) -> bool:
        return self is not other and bool(_compared(self, "ne", other, True))

    def __copy__(self) -> Any:
        return _ask(self, "copy")

    def __deepcopy__(self, memo: object) -> Any:
        return _ask(self, "deepcopy")

    __array_ufunc__ = None  # numpy leaves operators to us, and refuses everything else


def peer_of(far: Far) -> Peer:
    """Return who speaks for it."""
    peer: Peer = _HERE(far, "_peer")
    return peer


def number_of(far: Far) -> int:
    """Return its place in the other side's table."""
    return int(_HERE(far, "_number"))


def epoch_of(far: Far) -> int:
    """Return the fork in which it was made; 0 is the main process."""
    return int(_HERE(far, "_epoch"))


def make(peer: Peer, number: int, epoch: int, about: dict[str, Any]) -> Far:
    """Return what stands for object ``number``, with the abilities that ``about`` names."""
    made = object.__new__(_far_class(frozenset(map(str, about.get("can", ())))))
    about = {**about, "name": str(about.get("name"))}
    for name, value in (("_peer", peer), ("_number", number), ("_about", about), ("_epoch", epoch)):
        object.__setattr__(made, name, value)
    return made


def awaited(far: Far) -> Any:
    """Return a coroutine of this side that has one of the other side run when it is awaited."""

    async def run() -> Any:
        return _ask(far, "await")

    return run()


def _run(target: Any) -> Any:
    import asyncio

    async def run() -> Any:
        return await target

    return asyncio.run(run())


def _ask(far: Far, op: str, *args: Any) -> Any:
    return peer_of(far).request(op, far, *args)


def _may(far: Far, op: str) -> bool:
    """Whether the student's operator is asked.

    An object that claims to equal everything would turn any comparison with an expected value into
    a pass; so only operators that the solution's class of that name has, too, are asked, and only
    by tests of what is made with that class.
    """
    peer, name = peer_of(far), _HERE(far, "_about")["name"]
    return not peer.trusted or (name in peer.playing and _has(peer, name, op))


def _has(peer: Peer, name: str, op: str, depth: int = 0) -> bool:
    """Whether the solution's class of that name has that method, by itself or by its bases."""
    if {(name, op), (name, "*")} & peer.operators:
        return True
    bases = [part[5:] for kind, part in peer.operators if kind == name and part[:5] == "base:"]
    return depth < 9 and any(_inherits(peer, base, op, depth) for base in bases)


def _inherits(peer: Peer, base: str, op: str, depth: int) -> bool:
    if any(kind == base for kind, _ in peer.operators):
        return _has(peer, base, op, depth + 1)
    first, *rest = base.split(".")
    found: Any = dict.get(peer.namespace, first, getattr(builtins, first, None))
    for part in rest:
        found = getattr(found, part, None)
    if not isinstance(found, type):
        return True
    own = getattr(found, f"__{op}__", None) or getattr(found, op, None)
    return own is not None and own is not getattr(object, f"__{op}__", None)


def _compared(far: Far, op: str, other: object, otherwise: bool) -> Any:
    return _ask(far, op, other) if _may(far, op) else otherwise


def _binary(op: str) -> Callable[[Far, object], Any]:
    def method(self: Far, other: object) -> Any:
        return _ask(self, op, other) if _may(self, op) else NotImplemented

    return method


def _unary(op: str) -> Callable[..., Any]:
    return lambda self, *args: _ask(self, op, *args)


def _call(self: Far, *args: Any, **kwargs: Any) -> Any:
    return _ask(self, "call", list(args), kwargs)


def _contains(self: Far, item: object) -> bool:
    if _may(self, "contains"):
        return bool(_ask(self, "contains", item))
    return any(item is own or item == own for own in self)  # type: ignore[attr-defined]


def _exit(self: Far, error: BaseException | None) -> bool:
    """Leave a block; a failed check of a test's is no error to swallow, nor is any by surprise."""
    swallow, peer = bool(_ask(self, "exit", error)), peer_of(self)
    if not peer.trusted:
        return swallow
    meant = (_HERE(self, "_about")["name"], "swallow") in peer.operators
    mild = isinstance(error, Exception) and not isinstance(error, AssertionError)
    return swallow and meant and mild


METHODS: dict[str, Callable[..., Any]] = {
    **{op: _binary(op) for op in [*BINARY, *REFLECTED]},
    **{op: _unary(op) for op in UNARY.keys() - {"hash", "str", "repr", "copy", "deepcopy"}},
    **{
        op: _unary(op)
        for op in (
            "getitem",
            "setitem",
            "delitem",
            "round",
            "enter",
            "instancecheck",
            "subclasscheck",
        )
    },
    "call": _call,
    "contains": _contains,
    "exit": lambda self, kind, error, trace: _exit(self, error),
}


@cache
def _far_class(abilities: frozenset[str]) -> type[Far]:
    methods = {f"__{op}__": METHODS[op] for op in abilities if op in METHODS}
    return type("Far", (Far,), {**methods, "__doc__": vars(Far)["__doc__"]})


def _abilities(value: object) -> list[str]:
    own = {
        name: part for base in reversed(type(value).__mro__) for name, part in vars(base).items()
    }
    return [op for op in METHODS if own.get(f"__{op}__") is not None]


def describe(value: object, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the other side is told of an object that stays.

    ``shared`` is what both sides define, by name.
    """
    if not isinstance(value, type):
        kind = type(value)
        return {"name": kind.__name__, "can": _abilities(value), "bases": _bases(kind, shared)}
    about: dict[str, Any] = {"name": value.__name__, "can": _abilities(value), "bases": []}
    if issubclass(value, BaseException):
        about |= {"error": True, "bases": _bases(value)}
    return about


def _bases(kind: type, shared: Mapping[str, Any] | None = None) -> list[list[str]]:
    """Name the classes of an object's that the other side has, too."""
    return [[base.__module__, base.__qualname__] for base in kind.__mro__
            if is_library(base) or (shared or {}).get(base.__qualname__) is base]  # fmt: skip


def is_library(kind: type) -> bool:
    """Whether a class belongs to Python or to a library that both sides have."""
    return kind.__module__.partition(".")[0] in NAMED and kind.__module__ != "__main__"


def _first_class(peer: Peer, about: dict[str, Any]) -> type | None:
    """Return the first of an object's classes that this side has loaded."""
    for module, name in about.get("bases", ()):
        own = peer.known().get(str(name)) if module == "__main__" else None
        kind = own if isinstance(own, type) else _loaded(str(module), str(name))
        if kind is not None and kind is not object:
            return kind
    return None


def _loaded(module: str, name: str) -> type | None:
    if module == "builtins" and name in ("function", "method", "generator", "module"):
        return {"function": types.FunctionType, "generator": types.GeneratorType}.get(name)
    if module.partition(".")[0] not in NAMED:
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None


def do(op: str, target: Any, rest: list[Any]) -> Any:
    """Do what the other side asked for with an object of this side."""
    if op == "call":
        return target(*rest[0], **rest[1])
    if op == "signature":
        return _signature_parts(target)
    if op in REFLECTED:
        return REFLECTED[op](rest[0], target)
    action = UNARY.get(op) or BINARY.get(op) or ACTIONS[op]
    return action(target, *rest)


_WRAPPED = ("__name__", "__qualname__", "__doc__")  # what functools.wraps copies


def require_public(op: str, target: Any, rest: list[Any]) -> None:
    """Refuse what a student may not see of an object of the tests.

    Raises:
        AttributeError: only methods, properties and plain numbers of a class of the tests are
            public, and nothing of a function is.
    """
    if op not in ("getattr", "setattr", "delattr", "dir", "signature"):
        return
    name = str(rest[0]) if rest else op
    kind = type(target)
    if op == "getattr" and kind is types.FunctionType and name in _WRAPPED:
        return
    if _links(target, name) and _stays_link(op, kind, rest):
        return
    if op == "getattr" and not name.startswith("_") and _public(target, name):
        return
    raise AttributeError(f"{name!r} of an object of the tests is not public")


def _public(target: Any, name: str) -> bool:
    kind = type(target)
    if isinstance(target, type):
        return False
    if kind.__module__ != "__main__" and kind.__module__ != "builtins":
        return True
    if callable(getattr(kind, name, None)) or isinstance(getattr(kind, name, None), property):
        return True
    plain = (int, float, str, bool, type(None))
    kept = getattr(target, "__dict__", {}).get(name)
    return name in getattr(kind, "__dataclass_fields__", ()) or isinstance(kept, plain)


def _links(target: Any, name: str) -> bool:
    """Whether an attribute of a test's object leads to another of its class, as in a tree."""
    kept = getattr(target, "__dict__", {})
    if type(target).__module__ != "__main__" or name.startswith("_") or name not in kept:
        return False
    return kept[name] is None or type(kept[name]) is type(target)


def _stays_link(op: str, kind: type, rest: list[Any]) -> bool:
    return op == "getattr" or (op == "setattr" and (rest[1] is None or type(rest[1]) is kind))


def findable(value: object) -> bool:
    """Whether a function of a library can be found by its name on the other side."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if not isinstance(module, str) or module.partition(".")[0] not in LIBRARIES:
        return False
    if isinstance(value, Far) or not callable(value) or isinstance(value, type):
        return False
    return getattr(sys.modules.get(module), str(name), None) is value


def found(module: str, name: str) -> Any:
    """Return the library's function of that name."""
    return getattr(importlib.import_module(module), name)


# --- signatures


def _signature_parts(target: Any) -> list[list[Any]]:
    signature = inspect.signature(target)
    return [[p.name, int(p.kind), p.default is not p.empty,
             None if p.default is p.empty else p.default]
            for p in signature.parameters.values()]  # fmt: skip


def _signature(parts: list[list[Any]]) -> inspect.Signature:
    kinds = {int(kind): kind for kind in inspect._ParameterKind}
    return inspect.Signature([
        inspect.Parameter(name, kinds[kind], default=default if given else inspect.Parameter.empty)
        for name, kind, given, default in parts
    ])  # fmt: skip


# --- errors


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return what the other side is told of an error."""
    kind = type(error)
    simple = [item for item in error.args if type(item) in (str, int, float, bool)]
    args = simple if len(simple) == len(error.args) else [_text(error)]
    return {
        "name": kind.__name__[:100],
        "text": _text(error),
        "args": [item[:LONGEST] if isinstance(item, str) else item for item in args[:9]],
        "bases": _bases(kind),
        "frames": frames(error),
    }


def _text(error: BaseException) -> str:
    try:
        return str(error)[:LONGEST]
    except BaseException:
        return ""


def frames(error: BaseException) -> list[list[Any]]:
    """Return [cell, line, function] for each line of a cell that a traceback passes through."""
    passed = [[int(frame.f_code.co_filename[6:-1]), line, frame.f_code.co_name[:100]]
              for frame, line in _walk(error)]  # fmt: skip
    if isinstance(error, SyntaxError) and _is_cell(error.filename):
        passed.append([int(str(error.filename)[6:-1]), error.lineno or 0, ""])
    beyond: list[list[Any]] = getattr(error, "_frames", [])
    return (passed + beyond)[-30:]


def _walk(error: BaseException) -> Iterator[tuple[types.FrameType, int]]:
    trace = error.__traceback__
    while trace:
        if _is_cell(trace.tb_frame.f_code.co_filename):
            yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _is_cell(name: object) -> bool:
    return isinstance(name, str) and name.startswith("<cell ") and name[6:-1].isdigit()


def error_class(about: dict[str, Any]) -> type[BaseException]:
    """Return the nearest exception class of this side."""
    for module, name in about["bases"]:
        kind = _loaded(str(module), str(name))
        if kind is None or not issubclass(kind, Exception) or kind.__name__ == "CheckFailed":
            continue
        if str(module).startswith(_RUNNERS):  # a SkipTest would be as good as a pass
            continue
        return kind
    return RuntimeError


def warn(told: list[list[Any]]) -> None:
    """Warn of what the student's code warned of, with the nearest category of this side."""
    for module, name, text in told[:9]:
        kind = _loaded(str(module), str(name))
        warnings.warn(str(text)[:LONGEST], kind if kind and issubclass(kind, Warning)
                      else UserWarning, stacklevel=3)  # fmt: skip


def mirror(about: dict[str, Any]) -> type[BaseException]:
    """Return a class of this side for an exception class of the student's."""
    inside = {"__module__": "student", "__getattr__": _beyond}
    return type(str(about["name"]), (error_class(about),), inside)


def _beyond(error: BaseException, name: str) -> Any:
    """Ask the student's error for what its class has beside the usual."""
    there = vars(error).get("_there")
    if there is None or name.startswith("_"):
        raise AttributeError(f"{type(error).__name__!r} object has no attribute {name!r}")
    return getattr(there, name)


def made_error(kind: type[BaseException], about: dict[str, Any]) -> BaseException:
    """Return an error of ``kind`` with the text and arguments of the other side's."""
    text, args = str(about["text"]), about["args"]
    try:
        error = kind(*args) if isinstance(args, list) else kind(text)
    except Exception:
        error = kind.__new__(kind, text)
        error.args = (text,)
    if kind is RuntimeError and about["name"] != "RuntimeError":
        error = RuntimeError(f"{about['name']}: {text}" if text else str(about["name"]))
    error._frames = [_frame(frame) for frame in about["frames"][:30]]  # type: ignore[attr-defined]
    return error


def outspoken(error: BaseException, op: str, args: tuple[Any, ...]) -> BaseException:
    """Return an error that ends no loop of the tests: only an iterator may say that it ends."""
    ends = op == "next" or (op == "call" and _resumes(args[0]))
    if ends or not isinstance(error, StopIteration | StopAsyncIteration):
        return error
    made = RuntimeError(f"{type(error).__name__} outside an iterator")
    made._frames = getattr(error, "_frames", [])  # type: ignore[attr-defined]
    return made


def _resumes(target: Far) -> bool:
    try:
        return bool(_HERE(target, "_resumes"))
    except AttributeError:
        return False


def _frame(parts: list[Any]) -> list[Any]:
    place, line, function = parts
    if not (isinstance(place, int) and isinstance(line, int) and isinstance(function, str)):
        raise WireError("not a frame")
    return [place, line, function[:100]]


# --- autograd


def leaves(tensor: Any) -> Iterator[Any]:
    """Yield the leaves of the graph that a tensor was computed in."""
    waiting, seen = [tensor.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        waiting += [following for following, _ in node.next_functions]


def bridge(peer: Peer, number: int, value: Any, inputs: dict[int, Any]) -> Any:
    """Return ``value`` as the result of a node whose gradient the other side computes."""
    import torch

    anchor = torch.zeros((), requires_grad=True)
    return _bridge_class().apply(peer, number, list(inputs), value, anchor, *inputs.values())


@cache
def _bridge_class() -> Any:
    import torch

    class Bridge(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, peer: Peer, number: int, places: list[int], value: Any,
                    *tensors: Any) -> Any:  # fmt: skip
            context.ask = lambda gradient: peer.request("gradients", number, gradient, places,
                                                        torch.is_grad_enabled())  # fmt: skip
            return value.clone()

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            return (None, None, None, None, None, *context.ask(gradient))

    return Bridge
