"""The encounter model of Lab 05 and the networks that were trained on it."""

import hashlib

import numpy as np
import torch

from safetylab import avoidance, data

COST = avoidance.table()


def test_the_table_is_symmetric_in_above_and_below():
    mirrored = COST[::-1, ::-1][..., [0, 2, 1]]
    np.testing.assert_allclose(COST, mirrored, atol=1e-12)


def test_costs_are_between_nothing_and_a_near_miss_with_all_alerts():
    assert COST.min() >= 0
    assert COST.max() <= 1 + 40 * avoidance.ALERT + avoidance.ALERT * avoidance.STEP


def test_one_step_is_the_mean_over_the_gusts():
    """h = 100, level, half a second to go, climb: by hand, from the costs at the meeting."""
    i, j = 70, 6
    assert (avoidance.H[i], avoidance.V[j]) == (100, 0)
    mean = 0.0
    for gust, probability in ((-1, 0.25), (0, 0.5), (1, 0.25)):
        v = (1.5 + gust) * 0.5
        h = 100 - v / 2 * 0.5
        mean += probability * (100 - h) / 10  # between h = 90 (cost 1) and h = 100 (cost 0)
    assert COST[i, j, 1, 1] == np.float64(mean + 0.005).round(15) or np.isclose(
        COST[i, j, 1, 1], mean + 0.005, atol=1e-12
    )


def test_scaling_and_its_inverse():
    ends = torch.tensor([[-600.0, -12, 0], [600, 12, 40]], dtype=torch.float64)
    assert avoidance.scaled(ends).tolist() == [[-1, -1, -1], [1, 1, 1]]
    assert torch.allclose(avoidance.unscaled(avoidance.scaled(ends)), ends)


def test_the_networks_agree_with_the_table_as_the_datasheet_says():
    advice, nets = torch.from_numpy(COST.reshape(-1, 3).argmin(1)), avoidance.nets()
    assert [len(net[0][1]) for net in nets] == [16] * 5 + [24] * 5
    for net in nets:
        x = avoidance.grid()
        for weight, bias in net[:-1]:
            x = (x @ weight.T + bias).clamp(min=0)
        scores = x @ net[-1][0].T + net[-1][1]
        assert 0.978 < (scores.argmax(1) == advice).double().mean() < 0.99


def test_the_datasheet_states_the_checksum():
    content = data.existing("avoidance/nets.safetensors").read_bytes()
    sheet = data.existing("avoidance/DATASHEET.md").read_text(encoding="utf-8")
    assert hashlib.sha256(content).hexdigest() == avoidance.NETS_SHA256
    assert avoidance.NETS_SHA256 in sheet
    assert f"{len(avoidance.grid()):,} grid points" in sheet


def test_corners():
    low, high = torch.tensor([0.0, 5.0]), torch.tensor([1.0, 6.0])
    assert avoidance.corners(low, high).tolist() == [[0, 5], [0, 6], [1, 5], [1, 6]]
