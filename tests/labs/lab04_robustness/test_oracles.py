"""Lab 04's model solutions beside other libraries' figures."""

from __future__ import annotations

from functools import cache

import pytest
import torch
import torchattacks
from scipy.stats import binomtest
from source import names_of

from safetylab import data, evaluation, models

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab04-oracles")]


@cache
def lab():
    return names_of("lab04_robustness")


@pytest.mark.parametrize(("survived", "n"), [(0, 20), (88, 100), (885, 1000), (999, 1000)])
def test_the_bound_is_scipys(survived, n):
    exact = binomtest(survived, n, alternative="less").proportion_ci(0.95, method="exact").high
    assert lab()["upper_bound"](survived, n) == pytest.approx(exact, abs=1e-9)


def test_the_climb_is_as_strong_as_torchattacks_pgd():
    """On the robust network, 200 images, 40 steps: within a point."""
    torch.set_num_threads(1)
    model, names = models.pretrained("mnist_cnn_robust"), lab()
    images = data.sample(data.mnist("test"), 200, torch.Generator().manual_seed(0))
    gradient = lambda z, y: names["eot_gradient"](model, z, y, names["cross_entropy"], 1)  # noqa: E731
    ours = names["climb"](
        gradient, *images, 0.3, project=names["project"], steps=40, step_size=0.02,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    torch.manual_seed(0)
    theirs = torchattacks.PGD(model, eps=0.3, alpha=0.02, steps=40)(*images)
    left = [1 - evaluation.is_wrong(model, z, images.y).float().mean() for z in (ours, theirs)]
    assert left[0] <= left[1] + 0.015


@pytest.mark.parametrize(
    ("name", "origin"),
    [("ex1_3-project",) * 2, ("ex1_3-pgd",) * 2, ("ex1_5-margin", "setup-margin")],
)
def test_what_is_carried_over_is_lab_01s(name, origin):
    import ast

    from source import ROOT

    def tree(lab_name, cell_id):
        import jupytext

        path = ROOT / "solutions" / lab_name / f"{lab_name}.py"
        (cell,) = (
            c for c in jupytext.read(path).cells
            if c.metadata.get("nbgrader", {}).get("grade_id") == cell_id
        )  # fmt: skip
        return ast.dump(ast.parse(cell.source))

    assert tree("lab04_robustness", f"given-{name}") == tree("lab01_evasion", origin)
