"""What crosses between student and tests: the list, with its own types, and nothing else."""

# ruff: noqa: E501

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
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
from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Peer
from safetylab.grading.crossing.values import Codec, NotPlain
from safetylab.grading.crossing.wire import WireError


def crossed(value, to_student: bool = False):
    """Send a value over a real socket pair and return what arrives."""
    here, there = socket.socketpair()
    with here, there:
        sender, receiver = Peer(here, to_student, {}), Peer(there, not to_student, {})
        out = Codec(sender)
        tree = out.to_tree(value)
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**22)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
        wire.send(here, tree, out.blobs)
        back, blobs = wire.receive(there)
    return Codec(receiver, blobs).to_value(back)


def same(one, other) -> bool:
    """Equal, with equal types all the way down; nan equals nan."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple):
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
    | st.complex_numbers(allow_nan=False)
)  # fmt: skip
KEYS = st.integers() | st.text() | st.booleans() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner)
    | st.frozensets(KEYS) | st.sets(KEYS),
    max_leaves=20,
)  # fmt: skip
ARRAYS = npst.arrays(
    npst.integer_dtypes() | npst.floating_dtypes(sizes=(32, 64)) | npst.boolean_dtypes()
    | npst.complex_number_dtypes(sizes=(64, 128)) | npst.unicode_string_dtypes(max_len=5),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)  # fmt: skip


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_plain_values_cross_with_their_types(value):
    assert same(crossed(value), value)


@given(ARRAYS)
@settings(max_examples=100, deadline=None)
def test_arrays_cross_with_dtype_and_shape(value):
    arrived = crossed(value)
    assert arrived.dtype == value.dtype
    assert arrived.shape == value.shape
    assert arrived.tobytes() == value.tobytes()
    assert arrived.flags.writeable


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int8,
                                   torch.bool, torch.complex64])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3)])
def test_tensors_cross_with_dtype_and_shape(dtype, shape):
    value = torch.ones(shape).to(dtype)
    arrived = crossed(value)
    assert (arrived.dtype, arrived.shape) == (dtype, value.shape)
    assert torch.equal(arrived, value)


def test_views_and_expanded_tensors_cross_by_their_values():
    value = torch.arange(6.0).reshape(2, 3).T[1:].expand(2, 2, 2)
    assert torch.equal(crossed(value), value)
    assert torch.equal(crossed(torch.tensor([1 + 2j]).conj()), torch.tensor([1 - 2j]))


def test_generators_go_on_where_they_were():
    ours = torch.Generator().manual_seed(3)
    assert torch.equal(torch.rand(3, generator=crossed(ours)), torch.rand(3, generator=ours))
    rng = np.random.default_rng(3)
    rng.normal()
    theirs = crossed(rng)
    assert theirs.normal() == rng.normal()
    assert theirs.spawn(1)[0].normal() == rng.spawn(1)[0].normal()
    old = np.random.RandomState(3)
    assert crossed(old).rand() == old.rand()


@pytest.mark.parametrize("frame", [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [True, False]}, index=["r", "s"]),
    pd.DataFrame({"a": pd.Categorical(["x", "y"], ordered=True)}),
    pd.DataFrame(columns=["a"]),
    pd.DataFrame({"a": [1.0]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["p", None])),
])  # fmt: skip
def test_data_frames_cross_with_their_types(frame):
    pd.testing.assert_frame_equal(crossed(frame), frame)
    pd.testing.assert_series_equal(crossed(frame.iloc[:, 0]), frame.iloc[:, 0])
    pd.testing.assert_index_equal(crossed(frame.index), frame.index)


class Liar(int):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


class Word(enum.StrEnum):
    YES = "yes"


@dataclasses.dataclass
class Record:
    x: int = 1


class Shapeless(torch.Tensor):
    pass


NOT_PLAIN = [
    Liar(1), [Liar(1)], {"a": Liar(1)}, Word.YES, object(), Record(), fractions.Fraction(1, 2),
    decimal.Decimal(1), datetime.date(2020, 1, 1), collections.Counter(),
    iter([1]), range(3), np.ma.masked_array([1], [True]), np.array([object()]), np.matrix([[1]]),
    np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), np.zeros(2).view(np.recarray),
    np.datetime64("2020-01-01"), torch.ones(2).as_subclass(Shapeless),
    torch.eye(2).to_sparse(), pd.DataFrame({"a": [object()]}), pd.Series([Liar(1)], dtype=object),
    Images(torch.zeros(1), torch.zeros(1)), torch.nn.Sequential(), NotImplemented,
]  # fmt: skip


@pytest.mark.parametrize("value", NOT_PLAIN, ids=lambda value: type(value).__name__)
def test_nothing_but_exact_types_comes_from_the_student(value):
    with pytest.raises(NotPlain):
        crossed(value)


def test_a_frame_that_was_filled_cell_by_cell_crosses():
    """Its columns hold objects, and each of them is a plain number or text."""
    frame = pd.DataFrame(index=["a", "b"], columns=["rate", "count", "name"])
    frame.loc["a"] = [0.5, 2, "x"]
    frame.loc["b", "rate"] = np.float64(0.25)
    came = crossed(frame)
    pd.testing.assert_frame_equal(came, frame, check_dtype=False)
    assert list(map(type, came["rate"])) == list(map(type, frame["rate"]))


def test_the_different_texts_of_a_column_cross():
    texts = pd.Series(["b", "a", None, "b"]).unique()
    assert list(map(str, crossed(texts))) == list(map(str, texts))


def test_an_ordered_dict_such_as_a_state_arrives_as_a_dict():
    came = crossed(torch.nn.Linear(1, 1).state_dict())
    assert type(came) is dict
    assert list(came) == ["weight", "bias"]


def test_a_sentence_says_what_would_cross():
    with pytest.raises(
        NotPlain, match=r"a Word \(a kind of str, but not exactly that\) does not cross"
    ):
        crossed(Word.YES)


def test_a_lying_object_is_no_function_by_being_callable():
    class Empty:
        def __call__(self):
            return 1

        def __bool__(self):
            return False

    with pytest.raises(NotPlain):
        crossed(Empty())


def test_the_tests_may_hand_over_more():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).eval()
    arrived = crossed(model, to_student=True)
    x = torch.randn(4, 2)
    assert torch.equal(arrived(x), model(x))
    assert not arrived.training
    images = Images(torch.zeros(2, 3), torch.ones(2))
    assert torch.equal(crossed(images, to_student=True).y, images.y)
    assert crossed([range(3), slice(1, None), np.mean, float, np.float32], to_student=True) == [
        range(3), slice(1, None), np.mean, float, np.float32]  # fmt: skip


def test_one_object_crosses_once():
    value = [1]
    got = crossed([value, value])
    assert got[0] is got[1]
    value.append(value)
    assert crossed(value)[1][0] == 1


def test_what_is_too_deep_is_refused():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(NotPlain, match="deeply"):
        crossed(deep)


SHAPE, BYTES = ["tuple", 1], ["bytes", 0]


@pytest.mark.parametrize("tree", [
    {"a": 1}, ["list"], ["list", 3], ["array", "O", [1], 0], ["array", "<f8", [99], 0], ["no"],
    ["array", "V8", [1], 0], ["dtype", "os"], ["again", 7], ["again", -1],
    ["tensor", "save", [1], 0, False, False, None], ["found", "os", "system"],
    ["found", "builtins", "eval"], ["found", "__main__", "f"], ["class", "subprocess", "Popen"],
    ["record", ["found", "os", "stat"], []], ["named", ["found", "builtins", "tuple"], []],
    ["module", 0, ["found", "torch.nn", "Linear"], True, [], [], [], [], []], ["given", 0, None],
    ["function", "numpy", "load"], ["partial", 1, 2, 3], ["range", 0, 9, 1], ["slice", 0, 1, 1],
    ["bytes", 5], ["int", "zz"], ["scalar", "V9", 0], ["torch", "load"], ["yours", 0], ["yours", -1],
    ["rng", ["dict", [["bit_generator", "os"]]], None], ["handle", "x", "f"], [["list"]], [None], [],
    ["array", "O", SHAPE, BYTES], ["array", "<f8", ["tuple", 99], BYTES], ["array", "V8", SHAPE, BYTES],
    ["array", "<f8", SHAPE, 0], ["array", ["dtype", "<f8"], SHAPE, BYTES], ["scalar", "V8", BYTES],
    ["tensor", "float64", SHAPE, BYTES, False, False, None],
    ["tensor", ["torch", "float64"], SHAPE, 0, False, False, None],
    ["tensor", ["torch", "save"], SHAPE, BYTES, False, False, None],
    ["tensor", ["torch", "float64"], ["tuple", 99], BYTES, False, False, None],
    ["tensor", ["torch", "float64"], SHAPE, BYTES, False, ["yours", 0], None], ["generator", BYTES],
    ["tensor", ["torch", "float64"], SHAPE, BYTES, False, ["handle", 0, "f"], None],
    ["changed", 0, None], ["changed", -1, ["dict", []]],
    ["oldrng", ["dict", []]], ["size", "x"],
    ["device", "os"], ["record", ["found", "os", "stat"], ["dict", []]],
    ["named", ["found", "builtins", "tuple"], ["tuple"]],
    ["module", 0, ["found", "torch.nn", "Linear"], ["dict", []]], ["given", 0, ["dict", []]],
    ["index", ["list", [None]], "one", ["tuple", "object", ["list", [["tuple"]]]]],
    ["index", ["list", [None]], "one", ["tuple", "datetime64[ns]", ["list", ["2020"]]]],
    ["series", "x", ["index", ["list", [None]], "range", ["tuple", 0, 1, 1]], ["tuple", "os", 1]],
    ["frame", ["one", ["list", []], ["object", [["x"]]]], ["range", ["list", [None]], [0, 1, 1]], []],
])  # fmt: skip
def test_what_stands_for_no_value_is_refused(tree):
    here, there = socket.socketpair()
    with here, there, pytest.raises(WireError):
        Codec(Peer(here, True, {"f": print}), [b"12345678"]).to_value(tree)


@pytest.mark.parametrize("tree", [
    ["array", "<f8", SHAPE, BYTES], ["scalar", "<f8", BYTES], ["size", SHAPE], ["device", "cpu"],
    ["tensor", ["torch", "float64"], SHAPE, BYTES, False, False, None],
    ["index", ["list", [None]], "one", ["tuple", "object", ["list", ["x"]]]],
])  # fmt: skip
def test_beside_them_what_stands_for_one_is_taken(tree):
    here, there = socket.socketpair()
    with here, there:
        assert Codec(Peer(here, True, {}), [b"12345678"]).to_value(tree) is not None


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
        with pytest.raises(wire.TooLarge):
            wire.receive(there)
    here, there = socket.socketpair()
    with here, there:
        here.sendall(struct.pack("!II", 10, 20) + b"123")
        here.close()
        with pytest.raises(EOFError):
            wire.receive(there)
