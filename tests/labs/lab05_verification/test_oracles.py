"""What judges the answers of Lab 05 agrees with truths of its own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from scipy import optimize, stats
from source import names_of

LAB = names_of("lab05_verification")
ONES = torch.ones(3, dtype=torch.float64)


def by_patterns(layers, c, lower, upper):
    """The least c f over all patterns of on and off: one linear program for each."""
    best = np.inf
    widths = [len(bias) for _, bias in layers[:-1]]
    for on in itertools.product((0.0, 1.0), repeat=sum(widths)):
        place, slope, rest, rows, ends = 0, torch.eye(len(lower)).double(), 0 * lower, [], []
        for (weight, bias), width in zip(layers, widths, strict=False):
            slope, rest = weight @ slope, weight @ rest + bias
            sign = torch.tensor(on[place : place + width], dtype=torch.float64)
            rows.append(((1 - 2 * sign)[:, None] * slope).numpy())
            ends.append(((2 * sign - 1) * rest).numpy())
            slope, rest, place = sign[:, None] * slope, sign * rest, place + width
        aim, bias = c @ layers[-1][0] @ slope, c @ (layers[-1][0] @ rest + layers[-1][1])
        found = optimize.linprog(
            aim.numpy(),
            np.vstack(rows),
            np.concatenate(ends),
            bounds=list(zip(lower.tolist(), upper.tolist(), strict=True)),
        )
        if found.status == 0:
            best = min(best, found.fun + bias.item())
    return best


@pytest.mark.parametrize("seed", range(3))
def test_the_exact_program_equals_all_patterns(seed):
    layers, c = LAB["oracle_net"]([3, 4, 4, 1], seed), torch.ones(1, dtype=torch.float64)
    hidden = LAB["oracle_interval"](layers, -ONES, ONES)
    for gadget in (LAB["oracle_exact"], LAB["gadget"]):
        least, x = LAB["exact_minimum"](layers, c, -ONES, ONES, hidden, gadget)
        assert least == pytest.approx(by_patterns(layers, c, -ONES, ONES), abs=1e-7)
        assert LAB["forward"](layers, x).item() == pytest.approx(least, abs=1e-7)


def test_the_oracles_of_lines_and_intervals_agree_with_the_solution():
    for seed in range(5):
        layers = LAB["oracle_net"]([3, 6, 5, 2], seed)
        hidden = LAB["oracle_interval"](layers, -ONES, ONES)
        for mine, theirs in zip(hidden, LAB["boxes"](layers, -ONES, ONES), strict=False):
            assert all(torch.allclose(a, b) for a, b in zip(mine, theirs, strict=True))
        slopes = [
            torch.rand(len(low), dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
            for low, _ in hidden
        ]
        both = [[LAB[name](*pair, slope) for pair, slope in zip(hidden, slopes, strict=True)]
                for name in ("oracle_relaxed", "relax")]  # fmt: skip
        c = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
        low, _ = LAB["line_bound"](layers, both[1], c, -ONES, ONES)
        loose = LAB["oracle_backwards"](layers, both[0], c[0], -ONES, ONES)
        program = LAB["oracle_program"](layers, both[0], c[0], -ONES, ONES)
        assert low.item() == pytest.approx(loose, abs=1e-9)
        assert loose <= program + 1e-7


def test_one_hidden_layer_leaves_nothing_between_lines_and_their_program():
    for seed in range(10):
        layers = LAB["oracle_net"]([3, 7, 1], seed)
        hidden = LAB["oracle_interval"](layers, -ONES, ONES)
        lines = [LAB["oracle_relaxed"](low, high, 0 * low + 0.3) for low, high in hidden]
        row = torch.ones(1, dtype=torch.float64)
        loose = LAB["oracle_backwards"](layers, lines, row, -ONES, ONES)
        assert loose == pytest.approx(
            LAB["oracle_program"](layers, lines, row, -ONES, ONES), abs=1e-7
        )


def test_shifted_networks_have_the_least_value_that_they_are_said_to_have():
    g = torch.Generator().manual_seed(0)
    for seed in range(60, 68):
        bound, value = LAB["oracle_shifted"](seed, 0.05)
        points = 2 * torch.rand(500, 3, generator=g, dtype=torch.float64) - 1
        seen = min(value(x) for x in points)
        assert seen >= 0.05 - 1e-6
        assert bound(-ONES, ONES)[0] <= 0.05 + 1e-6
        assert bound(points[0], points[0])[0] == pytest.approx(value(points[0]))


def test_the_claims_hold_enough_of_both_kinds():
    """False claims that many random points miss, true ones, and ones attained exactly."""
    cases = list(LAB["oracle_claims"](range(8)))
    false = [case for case in cases if case[0] >= case[-1] + 0.001]
    assert len(false) >= 10
    assert sum(case[0] == case[-1] for case in cases) >= 8
    assert sum(case[0] < case[-1] - 0.01 for case in cases) >= 8


def test_clopper_and_pearson_by_their_beta_quantile():
    for hits, trials in ((1, 1), (3, 10), (95, 100), (100, 100)):
        assert LAB["lower_bound"](hits, trials, 0.01) == pytest.approx(
            stats.beta.ppf(0.01, hits, trials - hits + 1), abs=1e-9
        )


def test_the_radius_of_a_linear_classifier_is_its_distance():
    """P(w x + w noise > 0) is Phi(distance / sigma): the certificate is exact there."""
    for distance, sigma in ((0.1, 0.25), (0.7, 0.5)):
        p = stats.norm.cdf(distance / sigma)
        _, radius = LAB["certify"](
            np.array([9, 1]), np.array([90, 10]), sigma, 0.01, lower_bound=lambda *_, p=p: p
        )
        assert radius == pytest.approx(distance, abs=1e-9)


def test_the_rounding_bound_holds_in_float32_as_torch_computes():
    g = torch.Generator().manual_seed(4)
    for net in LAB["NETS"]:
        layers = [(w.float().double(), b.float().double()) for w, b in net]
        x = (2 * torch.rand(20_000, 3, generator=g) - 1).double()
        single = LAB["forward"]([(w.float(), b.float()) for w, b in layers], x.float()).double()
        seen = (single - LAB["forward"](layers, x)).abs().max().item()
        bound = LAB["rounding_bound"](layers, -ONES, ONES)
        assert 0 < seen <= bound <= 1000 * seen


def test_torchs_clamp_has_no_gradient_at_its_ends():
    """The trap of 5.8; if torch changes, hint 1 must change, too."""
    s = torch.tensor([0.0, 1.0], requires_grad=True)
    s.clamp(0, 1).sum().backward()
    assert s.grad is not None
    assert s.grad.tolist() == [0, 0]
