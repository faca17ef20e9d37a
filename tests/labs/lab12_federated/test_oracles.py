"""What Lab 12 builds on, against other libraries and against the theorems that it states."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, norm
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import roc_auc_score
from source import names_of
from sympy.ntheory import is_primitive_root

pytestmark = [pytest.mark.xdist_group("lab12-oracles")]
PRIME = 2**31 - 1


@cache
def lab():
    return names_of("lab12_federated")


def test_the_field_and_its_generator():
    assert lab()["PRIME"] == PRIME
    assert sympy.isprime(PRIME)
    assert is_primitive_root(7, PRIME)


def test_an_int64_holds_one_product_and_not_three():
    top = PRIME - 1
    assert 2 * top**2 + top < 2**63 <= 3 * top**2


@given(a=st.integers(1, PRIME - 2), b=st.integers(1, PRIME - 2))
@settings(max_examples=50, deadline=None)
def test_both_sides_agree_on_a_seed(a, b):
    public, agree = lab()["public_key"], lab()["agree"]
    assert agree(a, public(b)) == agree(b, public(a))


def test_masks_are_spread_evenly_and_depend_on_the_seed():
    mask = lab()["expand"](5, 50_000)
    assert mask.dtype == torch.int64
    assert chisquare(np.bincount((mask % 101).numpy(), minlength=101)).pvalue > 1e-6
    assert not torch.equal(mask, lab()["expand"](6, 50_000))
    assert torch.equal(mask[:7], lab()["expand"](5, 7))


@pytest.mark.parametrize("t", [1, 2, 5])
def test_polynomials_and_secrets_agree_with_sympy(t):
    g = torch.Generator().manual_seed(t)
    coefficients = torch.randint(0, PRIME, (t, 2), generator=g)
    points = torch.randperm(20, generator=g)[:t] + 1
    values = lab()["evaluate"](coefficients, points, PRIME)
    x = sympy.symbols("x")
    for column, shares in zip(coefficients.T.tolist(), values.T.tolist(), strict=True):
        poly = sympy.Poly(column[::-1], x, modulus=PRIME)
        assert [poly.eval(point) % PRIME for point in points.tolist()] == shares
    assert torch.equal(lab()["reconstruct"](points, values, PRIME), coefficients[0])


@given(data=st.data(), clients=st.integers(1, 5))
@settings(max_examples=15, deadline=None)
def test_the_protocol_gives_the_sum_whoever_drops_out(data, clients):
    """All of 12.3 and 12.4 together, from floats to floats."""
    names = lab()
    gone = data.draw(st.sets(st.integers(0, clients - 1), max_size=clients - 1))
    g = torch.Generator().manual_seed(data.draw(st.integers(0, 10**6)))
    keys, seeds = torch.randint(1, PRIME - 1, (2, clients), generator=g).tolist()
    public = {u: names["public_key"](keys[u]) for u in range(clients)}
    t = data.draw(st.integers(1, clients))
    vault = {
        kind: names["shamir_split"](torch.tensor(s), t, clients, PRIME, g, names["evaluate"])
        for kind, s in (("key", keys), ("personal", seeds))
    }
    updates, received = torch.randn(clients, 9, generator=g), {}
    for u in set(range(clients)) - gone:
        pairs = {
            v: names["expand"](names["agree"](keys[u], public[v]), 9) for v in public if v != u
        }
        code = names["encode"](updates[u], 2**20, PRIME)
        own = names["expand"](seeds[u], 9)
        received[u] = names["mask_update"](code, u, pairs, own, PRIME)

    def ask(kind, client):
        holders = torch.randperm(clients, generator=g)[:t]
        return holders + 1, vault[kind][holders, client][:, None]

    total = names["unmask_sum"](received, public, ask, names["reconstruct"], PRIME)
    truth = sum(updates[u].double() for u in received)
    assert (names["decode"](total, 2**20, PRIME) - truth).abs().max() <= clients * 2.0**-21


def test_the_roc_of_the_slider_is_that_of_the_best_test():
    """AUC = Phi(distance / (sigma sqrt 2)), against sklearn on draws in ten dimensions."""
    rng = np.random.default_rng(0)
    apart, sigma = rng.normal(size=10), 2.5
    world = np.repeat([0, 1], 20_000)
    seen = world[:, None] * apart + sigma * rng.normal(size=(40_000, 10))
    distance = np.linalg.norm(apart)
    measured = roc_auc_score(world, seen @ apart)
    assert abs(measured - norm.cdf(distance / sigma / 2**0.5)) < 0.01
    other = apart + rng.normal(size=10)  # no other direction does better
    assert roc_auc_score(world, seen @ other) < measured


@given(seed=st.integers(0, 10**6), clients=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_no_other_matrix_of_that_rank_is_nearer(seed, clients):
    """Eckart and Young: against scikit-learn, and against random matrices of the same rank."""
    g = torch.Generator().manual_seed(seed)
    rows = torch.randn(9, 7, generator=g, dtype=torch.float64)
    weight, bias = rows[:, :-1], rows[:, -1]
    clean = torch.cat(
        [part.reshape(9, -1) for part in lab()["clean_rows"](weight, bias, clients)], 1
    )
    svd = TruncatedSVD(clients, algorithm="arpack", random_state=0)
    other = svd.inverse_transform(svd.fit_transform(rows.numpy()))
    assert np.allclose(clean.numpy(), other, atol=1e-8)
    best = (rows - clean).norm()
    for _ in range(20):
        basis = torch.randn(9, clients, generator=g, dtype=torch.float64)
        assert best <= (rows - basis @ torch.linalg.lstsq(basis, rows).solution).norm() + 1e-9
