import math

import numpy as np
import pytest
import torch
from torch import nn

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
    ],
)
def test_untouched_sees_flags_and_new_buffers(model, x, action):
    with pytest.raises(CheckFailed) as caught, untouched(model, x):
        action(model)
    assert ending(caught) == "[model-changed]"


def test_untouched_sees_gradients_added_to_old_ones(model, x):
    model(x).sum().backward()
    with pytest.raises(CheckFailed) as caught, untouched(model, x):
        model(x).sum().backward()
    assert ending(caught) == "[gradient-left]"


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
        (float("nan"), "not-finite"),
        (np.float64("inf"), "not-finite"),
    ],
)
def test_expect_number_refuses(value, misconception):
    with pytest.raises(CheckFailed, match=r"\bf\b") as caught:
        expect_number(value, "f")
    assert ending(caught) == f"[{misconception}]"
