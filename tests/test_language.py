"""The language that can be listed: its answers, its policies, its trained reference."""

from __future__ import annotations

import math
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from safetylab import language
from safetylab.language import TablePolicy, TinyGPT, all_answers


def random_log_probs(n: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (3 * torch.randn(n, generator=generator, dtype=torch.float64)).log_softmax(0)


@pytest.mark.parametrize(("words", "length"), [(6, 5), (2, 3), (3, 1), (1, 2)])
def test_every_answer_stands_in_its_own_row(words, length):
    every = all_answers(words, length)
    assert every.tolist() == [list(answer) for answer in product(range(words), repeat=length)]
    assert torch.equal(language.index_of(every, words), torch.arange(words**length))


def test_the_index_of_no_words_is_the_one_beginning_without_words():
    assert language.index_of(torch.zeros(3, 0, dtype=torch.int64)).tolist() == [0, 0, 0]


def test_text_counts_and_followers_of_one_answer():
    answer = torch.tensor([[0, 1, 2, 0, 1]])
    assert language.text(answer[0]) == "the fact because the fact"
    assert language.word_counts(answer).tolist() == [[2, 2, 1, 0, 0, 0]]
    assert language.followed_by(answer, "the", "fact").tolist() == [True]
    assert language.followed_by(answer, "fact", "the").tolist() == [False]
    with pytest.raises(ValueError, match="'cat' is no word"):
        language.followed_by(answer, "the", "cat")


def test_rich_features_agree_with_a_reading_word_by_word():
    some = all_answers()[::97]
    features = language.rich_features(some)
    assert features.shape == (len(some), 72)
    for answer, row in zip(some.tolist(), features.tolist(), strict=True):
        levels = [float(answer.count(w) >= k) for k in range(1, 6) for w in range(6)]
        last = [float(answer[-1] == w) for w in range(6)]
        pairs = set(pairwise(answer))
        assert row == levels + last + [float((a, b) in pairs) for a in range(6) for b in range(6)]


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000))
def test_a_table_policy_is_the_distribution_it_was_given(words, length, seed):
    given_probs = random_log_probs(words**length, seed)
    policy = TablePolicy(given_probs, words=words, length=length)
    assert torch.allclose(policy.joint(), given_probs, atol=1e-12)
    every, total = all_answers(words, length), 0
    for k in range(length):
        logits = policy(every[:, :k])
        assert logits.shape == (len(every), k + 1, words)
        total = total + logits[:, -1].log_softmax(1).gather(1, every[:, k : k + 1])[:, 0]
    assert torch.allclose(total, given_probs, atol=1e-12)


def test_a_table_policy_without_a_table_is_uniform_and_has_one_logit_a_beginning_and_word():
    policy = TablePolicy()
    assert torch.allclose(policy.joint().exp(), torch.full((7776,), 1 / 7776).double())
    assert sum(weight.numel() for weight in policy.parameters()) == 1555 * 6


def test_a_table_of_another_size_is_refused():
    with pytest.raises(ValueError, match="make 7776 answers"):
        TablePolicy(torch.zeros(10))


@pytest.mark.parametrize("policy", [TinyGPT(), TablePolicy()])
def test_a_whole_answer_is_no_beginning(policy):
    with pytest.raises(ValueError, match="t at most 4"):
        policy(all_answers()[:2])


def test_the_transformer_sees_no_word_before_it_is_said():
    model, some = TinyGPT(torch.Generator().manual_seed(1)), all_answers()[::401, :4]
    with torch.no_grad():
        whole = model(some)
        for k in range(4):
            changed = some.clone()
            changed[:, k:] = (changed[:, k:] + 1) % 6
            assert torch.allclose(model(changed)[:, : k + 1], whole[:, : k + 1], atol=1e-5)
            assert torch.allclose(model(some[:, :k]), whole[:, : k + 1], atol=1e-5)


def test_a_transformer_is_determined_by_its_generator_alone():
    before = torch.get_rng_state()
    models = [TinyGPT(torch.Generator().manual_seed(seed)) for seed in (3, 3, 4)]
    weights = [torch.cat([w.flatten() for w in model.parameters()]) for model in models]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.isfinite(weights[0]).all()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_table_on_file_is_that_of_the_reference_policy():
    log_probs, model = language.reference_log_probs(), language.reference_policy()
    assert not model.training
    assert log_probs.dtype == torch.float64
    assert math.isclose(log_probs.exp().sum().item(), 1, abs_tol=1e-12)
    table = TablePolicy(log_probs)
    every = all_answers()[::11]
    with torch.no_grad():
        mine = model(every[:, :-1]).log_softmax(2).double()
        filed = table(every[:, :-1]).log_softmax(2)
    assert torch.allclose(mine, filed, atol=1e-4)
