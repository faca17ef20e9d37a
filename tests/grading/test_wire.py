"""Values cross unchanged and with their own types, changes come back, frames are checked."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import fractions
import json
import math
import socket
import struct

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from safetylab.data import Images
from safetylab.grading.crossing import tensors, wire
from safetylab.grading.crossing.wire import Codec, Reference, WireError


def stay(value: object) -> wire.Tree:
    return ["far", type(value).__name__]


def crossed(value, trusted: bool = False, known=None):
    """Send a value over a real socket pair and return what arrives."""
    out = Codec(stay, lambda tree: tuple(tree), known or {})
    here, there = socket.socketpair()
    with here, there:
        tree = out.to_tree(value)
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**22)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
        wire.send(here, tree, out.blobs)
        back, blobs = wire.receive(there)
    arrived = Codec(stay, lambda tree: tuple(tree), known or {}, trusted, blobs=blobs)
    return arrived.to_value(back)


def same(one, other) -> bool:
    """Equal, with equal types all the way down; nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple | collections.deque):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(
            one, other, equal_nan=one.dtype.kind in "fc"
        )
    return bool(one == other)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.complex_numbers(allow_nan=False) | st.fractions() | st.decimals(allow_nan=False)
)  # fmt: skip
KEYS = st.integers() | st.text() | st.booleans() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner)
    | st.frozensets(KEYS) | st.sets(KEYS) | st.lists(inner).map(collections.deque),
    max_leaves=20,
)  # fmt: skip
ARRAYS = npst.arrays(
    npst.integer_dtypes() | npst.floating_dtypes(sizes=(32, 64)) | npst.boolean_dtypes()
    | npst.complex_number_dtypes(sizes=(64, 128)) | npst.datetime64_dtypes(),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)  # fmt: skip


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_plain_values_cross_with_their_types(value):
    assert same(crossed(value), value)


@given(ARRAYS)
@settings(max_examples=100, deadline=None)
def test_arrays_cross_with_dtype_and_shape(value):
    got = crossed(value)
    assert got.dtype == value.dtype
    assert got.shape == value.shape
    assert got.tobytes() == value.tobytes()
    assert got.flags.writeable


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int8,
                                   torch.bool, torch.complex64])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3)])
def test_tensors_cross_with_dtype_and_shape(dtype, shape):
    value = (torch.randn(shape) * 9).to(dtype)
    got = crossed(value)
    assert (got.dtype, got.shape) == (dtype, value.shape)
    assert torch.equal(got, value)


def test_views_and_expanded_tensors_cross_by_their_values():
    value = torch.arange(12.0).reshape(3, 4)
    for view in (value.T, value[:, 1], value[0, 0].expand(5), value[::2]):
        assert torch.equal(crossed(view), view)


def test_generators_go_on_where_they_were():
    rng, g = np.random.default_rng(1), torch.Generator().manual_seed(2)
    old = np.random.RandomState(3)
    rng.normal(size=3), torch.rand(3, generator=g), old.normal(size=3)
    far, there, ancient = crossed([rng, g, old])
    assert far.normal() == rng.normal()
    assert far.spawn(2)[1].normal() == rng.spawn(2)[1].normal()
    assert crossed(rng).spawn(1)[0].normal() == far.spawn(1)[0].normal()
    assert torch.equal(torch.rand(4, generator=there), torch.rand(4, generator=g))
    assert ancient.normal() == old.normal()


def test_modules_of_libraries_cross_as_class_and_state():
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Dropout(0.3)
    )
    model.eval()
    got = crossed(model)
    x = torch.randn(5, 3)
    assert torch.equal(got(x), model(x))
    assert got.state_dict().keys() == model.state_dict().keys()
    assert not got.training
    assert all(isinstance(p, torch.nn.Parameter) for p in got.parameters())


def test_a_module_with_a_hook_or_a_strange_class_stays():
    hooked = torch.nn.Linear(1, 1)
    hooked.register_forward_hook(lambda *_: None)
    assert crossed(hooked) == ("far", "Linear")


@pytest.mark.parametrize("frame", [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, np.nan]}),
    pd.DataFrame({"when": pd.to_datetime(["2020-01-01", None])}, index=["u", "v"]),
    pd.DataFrame({"k": pd.Categorical(["b", "a", "b"], ordered=True), "i": pd.array([1, None, 3])}),
    pd.DataFrame(np.eye(2), columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
    pd.DataFrame(), pd.DataFrame({"a": [True, False]}, index=pd.RangeIndex(4, 0, -2, name="n")),
])  # fmt: skip
def test_data_frames_cross_with_their_types(frame):
    pd.testing.assert_frame_equal(crossed(frame), frame)
    if len(frame.columns):
        pd.testing.assert_series_equal(crossed(frame.iloc[:, 0]), frame.iloc[:, 0])


def test_named_tuples_of_the_library_and_shared_records_cross():
    images = Images(torch.zeros(1, 1, 2, 2), torch.ones(1))
    got = crossed(images)
    assert type(got) is Images
    assert torch.equal(got.y, images.y)
    made = dataclasses.make_dataclass("Point", ["x", "y"])
    made.__module__ = "__main__"
    assert crossed(made(1, [2]), known={"Point": made}) == made(1, [2])
    assert crossed(made(1, 2)) == ("far", "Point")


class Liar(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [
    Liar(3), type("L", (list,), {})([1]), type("D", (dict,), {})(), lambda: 1, len, json, object(),
    type("T", (datetime.datetime,), {})(2020, 1, 1),
    type("A", (np.ndarray,), {})(3), type("S", (str,), {})("x"),
    np.array([1, 2]).view(np.recarray), torch.nn.Parameter(torch.ones(1)).to_sparse(), print,
    type("Mine", (), {}), fractions.Fraction, KeyboardInterrupt, exec,
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_nothing_but_exact_types_crosses(value):
    got = crossed(value)
    assert got == ("far", type(value).__name__) or got is value is fractions.Fraction


def test_one_object_crosses_once():
    a: list = [1]
    got = crossed([a, a, {"a": a}])
    assert got[0] is got[1] is got[2]["a"]


def test_what_holds_itself_is_refused():
    a: list = []
    a.append(a)
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    got = crossed(a)
    assert got[0] is got
    with pytest.raises(WireError, match="deeply"):
        crossed(deep)


@pytest.mark.parametrize("tree", [
    {"a": 1}, ["list"], ["list", 3], ["array", "O", [1], 0], ["array", "f8", [99], 0], ["no"],
    ["tensor", "save", [1], 0, [False, None], None], ["class", "os", "system"],
    ["class", "builtins", "eval"], ["class", "subprocess", "Popen"], ["record", "os", "stat", []],
    ["class", "safetylab.grading.crossing.peer", "Peer"],
    ["module", "torch.fx", "GraphModule", 1, [], [], [], [], []],
    ["module", "collections", "OrderedDict", 1, [], [], [], [], []], ["again", 7],
    ["bytes", 5], ["int", "zz"], ["rng", "Generator", ["dict", [["bit_generator", "os"]]]],
    ["scalar", "V9", 0], ["torch", "load"], ["decimal", "x"],
])  # fmt: skip
def test_what_stands_for_no_value_is_refused(tree):
    def refuse(tree):
        raise WireError("no")

    with pytest.raises(WireError):
        Codec(stay, refuse, blobs=[b"12345678"]).to_value(tree)


@pytest.mark.parametrize("body", [
    b"", b"x", b"[[1], 2]", b'[[-1, 1], 2]', b'[["a"], 2]', b"[[0.5], 2]", b"[3]", b"[" * 5000,
    b'[[99999999999999999999], 1]', b"\xff\xfe",
])  # fmt: skip
def test_a_damaged_frame_is_refused(body):
    here, there = socket.socketpair()
    with here, there:
        here.sendall(struct.pack("!II", len(body), len(body)) + body)
        here.close()
        with pytest.raises(WireError):
            wire.receive(there)


def test_a_frame_that_is_too_large_or_cut_off_is_refused():
    here, there = socket.socketpair()
    with here, there:
        here.sendall(struct.pack("!II", 10, 2**31))
        with pytest.raises(WireError, match="large"):
            wire.receive(there)
    here, there = socket.socketpair()
    with here, there:
        here.sendall(struct.pack("!II", 10, 20) + b"123")
        here.close()
        with pytest.raises(EOFError):
            wire.receive(there)


CHANGES = [
    ([1, 2], lambda v: v.append(3)),
    ({"a": 1}, lambda v: v.update(b=2)),
    (np.zeros(3), lambda v: v.__iadd__(1)),
    (bytearray(b"ab"), lambda v: v.extend(b"c")),
    (torch.zeros(3), lambda v: v.add_(1)),
    (torch.Generator().manual_seed(0), lambda v: torch.rand(1, generator=v)),
    (np.random.default_rng(0), lambda v: v.normal()),
    (np.random.default_rng(0), lambda v: v.spawn(1)),
    (pd.DataFrame({"a": [1]}), lambda v: v.insert(0, f"c{v.shape[1]}", [2])),
    (torch.nn.Dropout(), lambda v: v.eval()),
    (collections.deque([1]), lambda v: v.append(2)),
]


@pytest.mark.parametrize(("value", "change"), CHANGES, ids=lambda x: type(x).__name__)
def test_a_change_in_place_is_seen_and_no_other(value, change):
    changed = tensors.watch(value)
    assert not changed()
    change(value)
    assert changed()


def test_overwriting_gives_the_new_content_to_the_old_object():
    for value, change in CHANGES:
        old, new = crossed(value), crossed(value)
        change(new)
        tensors.overwrite(old, new)
        assert Codec(stay, tuple).to_tree(old) == Codec(stay, tuple).to_tree(new)


def test_a_reference_is_never_taken_for_what_it_claims_to_be():
    class Claims(Reference):
        __class__ = torch.nn.Module

    assert crossed(Claims()) == ("far", "Claims")


def test_decimal_is_exact():
    assert crossed(decimal.Decimal("0.10")).as_tuple() == decimal.Decimal("0.10").as_tuple()
