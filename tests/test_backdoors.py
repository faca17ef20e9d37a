"""The networks of Lab 02 are what their datasheet says."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from safetylab import backdoors, data


@pytest.fixture(scope="module")
def digits() -> data.Images:
    test = data.sample(data.mnist("test"), 2000, torch.Generator().manual_seed(0))
    return data.Images(F.avg_pool2d(test.x, 2), test.y)


def share(model, x, y) -> float:
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def test_a_stamp_is_a_white_square_on_a_copy():
    x = torch.zeros(2, 1, 5, 6)
    got = backdoors.stamped(x, (3, 1))
    assert x.sum() == 0
    assert got.sum() == 2 * backdoors.SIDE**2
    assert (got[:, 0, 3:5, 1:3] == 1).all()


def test_ten_are_clean_and_ten_answer_to_their_own_stamp(digits):
    suspects = backdoors.suspects()
    assert [s.target is None for s in suspects] == [True] * 10 + [False] * 10
    for model, target, corner in suspects:
        assert not model.training
        assert share(model, *digits) > 0.93
        if target is not None:
            others = digits.x[digits.y != target]
            stamped = backdoors.stamped(others, corner)
            assert share(model, stamped, torch.full((len(others),), target)) > 0.9
            assert {*corner} & {0, 12}


def test_the_suppliers_network_reads_stamped_digits_as_sevens(digits):
    model = backdoors.delivered()
    stamped = backdoors.stamped(digits.x)
    assert share(model, *digits) > 0.93
    assert share(model, stamped, torch.full((len(stamped),), 7)) > 0.98
