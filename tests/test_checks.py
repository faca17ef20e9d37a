import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from safetylab import checks
from safetylab.checks import (
    CheckFailed,
    exercise,
    expect,
    expect_array,
    expect_number,
    expect_tensor,
    shown,
    untouched,
)


def ending(error) -> str:
    return str(error.value).rpartition(" ")[2]


def test_the_text_ends_in_exercise_and_misconception():
    @exercise("1.1")
    def inside(misconception):
        raise CheckFailed("no", misconception)

    for misconception, tag in (("no-sign", "[1.1/no-sign]"), ("", "[1.1]")):
        with pytest.raises(CheckFailed) as caught:
            inside(misconception)
        assert str(caught.value) == f"no {tag}"
    assert str(CheckFailed("no")) == "no"
    assert str(CheckFailed("no", "no-sign")) == "no [no-sign]"
    assert issubclass(CheckFailed, AssertionError)


def test_the_number_ends_with_the_test_and_nests():
    @exercise("1.1")
    def outer():
        with pytest.raises(CheckFailed) as caught:
            exercise("2.2")(expect)(False, "no")
        assert ending(caught) == "[2.2]"
        expect(False, "no")

    with pytest.raises(CheckFailed) as caught:
        outer()
    assert ending(caught) == "[1.1]"
    assert str(CheckFailed("no")) == "no"


def test_exercise_keeps_name_arguments_and_result():
    @exercise("1.1")
    def double(value, *, plus=0):
        """Double."""
        return 2 * value + plus

    assert double(3, plus=1) == 7
    assert (double.__name__, double.__doc__) == ("double", "Double.")


def test_a_stub_is_not_started_and_other_errors_pass():
    def stub():
        raise NotImplementedError

    with pytest.raises(CheckFailed, match=r"exercise 3\.1 is not written yet") as caught:
        exercise("3.1")(stub)()
    assert ending(caught) == "[3.1/not-started]"

    def torch_error():
        raise NotImplementedError("there is no such kernel")

    with pytest.raises(NotImplementedError, match="no such kernel"):
        exercise("3.1")(torch_error)()
    with pytest.raises(ZeroDivisionError):
        exercise("3.1")(lambda: 1 / 0)()
    assert str(CheckFailed("no")) == "no"


@pytest.mark.parametrize("true", [True, 1, np.True_, torch.tensor(True), torch.tensor([2.0])])
def test_expect_takes_what_is_true(true):
    expect(true, "no")


@pytest.mark.parametrize("false", [False, 0, None, np.False_, torch.tensor(False)])
def test_expect_refuses_what_is_false(false):
    with pytest.raises(CheckFailed, match=r"^no \[why\]$"):
        expect(false, "no", "why")


def test_expect_array_returns_its_value():
    value = np.zeros((2, 3))
    assert expect_array(value, (2, 3), "f") is value
    assert expect_array(np.array([True]), (1,), "f").dtype == bool
    assert np.isnan(expect_array(np.array([np.nan]), (1,), "f", finite=False)).all()


@pytest.mark.parametrize(
    ("value", "misconception"),
    [
        ([0.0, 0.0], "no-array"),
        (None, "no-return"),
        (np.array(["a", "b"]), "no-array"),
        (torch.zeros(2), "no-array"),
        (np.zeros((2, 1)), "wrong-shape"),
        (np.array([0.0, np.inf]), "not-finite"),
    ],
)
def test_expect_array_refuses(value, misconception):
    with pytest.raises(CheckFailed, match=r"\bf\b") as caught:
        expect_array(value, (2,), "f")
    assert ending(caught) == f"[{misconception}]"


def test_expect_tensor_returns_its_value():
    value = torch.zeros(2, 3)
    assert expect_tensor(value, (2, 3), "f") is value
    assert expect_tensor(torch.tensor([1, 2]), (2,), "f").dtype == torch.int64


@pytest.mark.parametrize(
    ("value", "misconception"),
    [
        (None, "no-return"),
        (np.zeros((2, 3)), "no-tensor"),
        (torch.zeros(3, 2), "wrong-shape"),
        (torch.zeros(1, 2, 3), "wrong-shape"),
        (torch.zeros(2, 3, requires_grad=True), "graph-left"),
        (torch.full((2, 3), math.nan), "not-finite"),
        (torch.full((2, 3), -math.inf), "not-finite"),
    ],
)
def test_expect_tensor_refuses(value, misconception):
    with pytest.raises(CheckFailed, match=r"\bf\b") as caught:
        expect_tensor(value, (2, 3), "f")
    assert ending(caught) == f"[{misconception}]"


@pytest.fixture
def model():
    return nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()


@pytest.fixture
def x():
    return torch.rand(4, 2, generator=torch.Generator().manual_seed(0))


def test_untouched_allows_reading(model, x):
    with untouched(model, x):
        start = x.clone().requires_grad_()
        torch.autograd.grad(model(start).sum(), start)
    with untouched(model):
        model(x)


def change_weight(model, x):
    model[0].weight.data[0, 0] += 1e-6


def change_buffer(model, x):
    model[1].running_mean += 1


def change_mode(model, x):
    model[1].train()


def leave_gradient(model, x):
    model(x).sum().backward()


def change_input(model, x):
    x[0, 0] = 1 - x[0, 0]


def leave_graph(model, x):
    x.requires_grad_()


@pytest.mark.parametrize(
    ("action", "misconception"),
    [
        (change_weight, "model-changed"),
        (change_buffer, "model-changed"),
        (change_mode, "mode-changed"),
        (leave_gradient, "gradient-left"),
        (change_input, "input-modified"),
        (leave_graph, "input-modified"),
    ],
)
def test_untouched_names_what_was_touched(model, x, action, misconception):
    with pytest.raises(CheckFailed) as caught, untouched(model, x):
        action(model, x)
    assert ending(caught) == f"[{misconception}]"


def test_untouched_lets_errors_of_the_block_through(model, x):
    def fail():
        change_weight(model, x)
        raise ArithmeticError

    with pytest.raises(ArithmeticError), untouched(model, x):
        fail()


def test_untouched_compares_with_the_state_before_the_block(model, x):
    x.requires_grad_(True)
    model(x).sum().backward()
    with torch.no_grad():
        next(model.parameters())[0] = math.nan
    with untouched(model, x):
        model(x)


@pytest.mark.parametrize(
    "action",
    [
        lambda model: model.requires_grad_(False),
        lambda model: model.register_buffer("extra", torch.zeros(1)),
        lambda model: model.double(),
    ],
)
def test_untouched_sees_flags_new_buffers_and_another_dtype(model, x, action):
    with pytest.raises(CheckFailed) as caught, untouched(model, x):
        action(model)
    assert ending(caught) == "[model-changed]"


def test_untouched_sees_gradients_added_to_old_ones(model, x):
    model(x).sum().backward()
    with pytest.raises(CheckFailed) as caught, untouched(model, x):
        model(x).sum().backward()
    assert ending(caught) == "[gradient-left]"


def test_untouched_sees_a_gradient_left_on_an_input(x):
    x.requires_grad_()
    with pytest.raises(CheckFailed, match="a gradient on its input") as caught, untouched(x):
        x.sum().backward()
    assert ending(caught) == "[input-modified]"


def rows(*values):
    return np.array(values or [1.0, math.nan, 3.0])


@pytest.mark.parametrize(
    "x", [rows(), rows(2, 1), rows(True), rows("b", "a"), rows(1j, math.nan), np.array(math.nan)]
)
def test_untouched_allows_reading_arrays_nan_included(model, x):
    with untouched(x):
        _ = x + x[::-1] if x.dtype.kind == "f" and x.ndim else x.copy()
    with untouched(), untouched(model, x, rows(), torch.tensor([math.nan])):
        np.sort(x, axis=None)


def to_other_type(x):
    x.dtype = np.int64


@pytest.mark.parametrize(
    "action",
    [
        lambda x: x.sort(),
        lambda x: x.__setitem__(0, math.nan),
        lambda x: x.__setitem__(1, 0.0),
        lambda x: x.__iadd__(1e-12),
        lambda x: x.resize(2, refcheck=False),
        to_other_type,
    ],
)
def test_untouched_sees_arrays_change(action):
    x = rows(2.0, math.nan, 1.0)
    with pytest.raises(CheckFailed) as caught, untouched(rows(), x):
        action(x)
    assert "your code changed its input in place: x += ..." in str(caught.value)
    assert "np.sort(x)" in str(caught.value)
    assert ending(caught) == "[input-modified]"


def test_untouched_tells_texts_and_bools_apart():
    for x in (rows("b", "a"), rows(True, False)):
        with pytest.raises(CheckFailed), untouched(x):
            x[:] = x[::-1].copy()


def test_untouched_judges_models_first_and_each_of_a_mix(model, x):
    other, given = nn.Linear(1, 1), rows()
    for action, misconception in (
        (lambda: given.fill(0), "input-modified"),
        (lambda: x.zero_(), "input-modified"),
        (lambda: (x.add_(1), given.fill(1), other.weight.data.zero_()), "model-changed"),
        (lambda: (x.add_(1), other.double(), model.train()), "mode-changed"),
    ):
        with pytest.raises(CheckFailed) as caught, untouched(given, x, model, other):
            action()
        assert ending(caught) == f"[{misconception}]"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1.0], "a list of length 1"),
        (None, "a NoneType"),
        (nn.Linear, "Linear, a function or class"),
        (np.float64(1), "1.0 (float64)"),
        (np.array([1, None]), "a numpy array of Python objects and shape (2,)"),
        (np.array(["2026-01-01"], "M8[D]"), "a numpy array of datetime64[D] and shape (1,)"),
    ],
)
def test_untouched_refuses_what_it_cannot_watch(
    x, value, told, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent: list[object] = []
    monkeypatch.setattr(checks, "on_loan", lent)
    with pytest.raises(TypeError) as caught, untouched(x, value):
        pass
    assert str(caught.value) == (
        "untouched takes torch modules, tensors, and numpy arrays of bools, numbers or text; it "
        f"was given {told}"
    )
    assert not lent


def test_a_notebook_shows_the_sentence_and_no_traceback():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell()
    with capture_output() as shown:
        shell.run_cell("from safetylab.checks import expect\nexpect(False, 'go up', 'wrong-sign')")
    assert "CheckFailed" in shown.stdout
    assert shown.stdout.strip().endswith("go up [wrong-sign]")
    assert "Traceback" not in shown.stdout
    assert "expect(False" not in shown.stdout


def test_numbers_in_messages_are_short():
    assert shown(torch.tensor([0.1, 2.0, -1 / 3, 1e-9])) == "[0.1, 2, -0.3333, 1e-09]"
    assert shown(torch.tensor([])) == "[]"


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.array(2.0), np.int64(2), torch.tensor(2.0)]
)
def test_expect_number_returns_a_float(value):
    got = expect_number(value, "f")
    assert got == 2
    assert type(got) is float


@pytest.mark.parametrize(
    ("value", "misconception"),
    [
        (None, "no-return"),
        ("2", "no-number"),
        ([2.0], "no-number"),
        (np.array([2.0]), "no-number"),
        (torch.zeros(1), "no-number"),
        (2j, "no-number"),
        (True, "no-number"),
        (torch.tensor(True), "no-number"),
        (10**400, "not-finite"),
        (float("nan"), "not-finite"),
        (np.float64("inf"), "not-finite"),
    ],
)
def test_expect_number_refuses(value, misconception):
    with pytest.raises(CheckFailed, match=r"\bf\b") as caught:
        expect_number(value, "f")
    assert ending(caught) == f"[{misconception}]"


def test_what_is_lent_is_returned_and_noted_only_where_somebody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value = [1]
    assert checks.lend(value) is value
    lent: list[object] = []
    monkeypatch.setattr(checks, "on_loan", lent)
    assert checks.lend(value) is value
    assert lent == [value]
    watched = rows(), torch.zeros(1), nn.Linear(1, 1)
    with checks.untouched(*watched):
        assert all(got is given for got, given in zip(lent[1:], watched, strict=True))
    assert lent == [value]


ROOT = "the root of a negative number"
BAD = [
    # what a student returns; what it is called; what to do about it: as an array, number, tensor
    ([[1, 2], [3]], "a list of length 2 with rows of different", *["rows equally long"] * 3),
    ([1.0, 2.0], "a list of length 2", "np.array", "a sum or a mean", "torch.tensor"),
    ((torch.tensor(1.0), torch.tensor(2.0)), "a tuple of length 2", "np.array", "sum", "stack"),
    ("2", "'2' (str)", *["written as a text"] * 3),
    (np.array(["a", "b"]), "a numpy array of texts and shape (2,)", *["astype(float)"] * 3),
    (2j, "2j (complex)", *[ROOT] * 3),
    (np.complex128(2j), "2j (complex128)", *[ROOT] * 3),
    (np.array([1j, 2]), "a numpy array of complex numbers and shape (2,)", *[ROOT] * 3),
    (torch.tensor([1j, 2]), "torch.Tensor of torch.complex64 and shape (2,)", *[ROOT] * 3),
    (True, "True (bool)", "summed away", "a comparison", "torch.tensor"),
    (np.array([1, None]), "a numpy array of Python objects", *["None, a text or a row"] * 3),
    (torch.ones(2, requires_grad=True), "a torch.Tensor of torch.float32 and shape (2,)",
     ".detach().numpy()", "a sum or a mean", ".detach()"),
    (torch.ones(1), "a torch.Tensor of torch.float32 and shape (1,)", ".numpy()", "one entry", ""),
    (torch.eye(2).to_sparse(), "a sparse torch.Tensor", ".to_dense()", "sum", ".to_dense()"),
    (np.array([3.0]), "a numpy array of numbers and shape (1,)", "", "one entry", "from_numpy"),
    (pd.Series([1.0, 2.0]), "a Series", ".to_numpy()", "which of its entries", ".to_numpy()"),
    (pd.DataFrame({"a": [1, 2]}), "a DataFrame", ".to_numpy()", "which of", "torch.tensor"),
    ((k for k in range(2)), "a generator", "list(...) first", "is a sum", "list(...) first"),
    ({"a": 1}, "a dict", "values()", "which of its values", "values()"),
    (len, "len, a function or class", *["call it"] * 3),
    (3.0, "3.0 (float)", "was an axis summed away", "", "too much"),
    (Fraction(1, 2), "a Fraction", "np.array", "float(...)", "torch.tensor"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "called", "array", "number", "tensor"), BAD)
def test_a_refusal_says_what_came_what_was_asked_for_and_what_to_do(
    value, called, array, number, tensor
):
    for check, asked, todo in (
        (lambda: expect_array(value, (2,), "f"), "a numpy array of real numbers", array),
        (lambda: expect_number(value, "f"), "one number", number),
        (lambda: expect_tensor(value, (2,), "f"), "a torch.Tensor of real numbers", tensor),
    ):
        try:
            check()
        except CheckFailed as refused:
            told = str(refused)
            if "[wrong-shape]" not in told and "[graph-left]" not in told:
                assert f"f must return {asked}; it returned " in told
                assert called in told.partition("; it returned ")[2]
            assert todo in told


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ((3, 2), "its axes are the other way round"),
        ((2, 1, 3), ".reshape(2, 3) puts the same entries into it"),
        ((3,), "was an axis summed away"),
        ((2, 3, 4), "is a sum, a mean or an index over one axis missing?"),
        ((2, 4), "print .shape after each step"),
    ],
)
def test_a_wrong_shape_is_told_with_a_way_out(found, told):
    for check, value in ((expect_array, np.zeros(found)), (expect_tensor, torch.zeros(found))):
        with pytest.raises(CheckFailed) as caught:
            check(value, (2, 3), "f")
        assert f"f must return shape (2, 3); it returned {found}: {told}" in str(caught.value)


def test_what_is_not_finite_is_told_with_its_place():
    value = torch.tensor([[0.0, 1.0], [-math.inf, math.nan]])
    for check, given in (
        (expect_array, value.numpy()), (expect_tensor, value), (expect_tensor, value.bfloat16())
    ):  # fmt: skip
        with pytest.raises(
            CheckFailed, match=r"f returned -inf at \[1, 0\] \(2 of 4 are so\): look"
        ):
            check(given, (2, 2), "f")


def test_a_model_in_train_mode_is_told_its_mode_and_not_the_averages_that_follow(x):
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()
    with pytest.raises(CheckFailed, match="train and eval mode"), untouched(model, x):
        model.train()(x)
    model.eval()
    with pytest.raises(CheckFailed, match=r"the model \(0\.weight\)"), untouched(model, x):
        model[0].weight.data += 1
