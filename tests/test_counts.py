"""The model of counts is a probability, and its text has the topics it says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from safetylab import counts


def test_after_any_words_the_chances_of_all_words_sum_to_one():
    rng = np.random.default_rng(0)
    text = counts.topic_text(3000, rng)
    model = counts.CountModel(text)
    for begin in ([], text[5:6], text[10:12], [3, 3], [109, 0]):
        before = model.log_prob([begin]) if begin else 0.0
        total = sum(np.exp(model.log_prob([[*begin, w]]) - before) for w in range(counts.WORDS))
        assert total == pytest.approx(1)


def test_the_chances_of_a_small_text_are_those_of_a_calculation_by_hand():
    model = counts.CountModel([0, 1, 0, 1])
    none = 1 / counts.WORDS
    one = (2 + 2 * none) / 6  # twice among four words, two kinds
    after = (2 + 1 * one) / 3  # 1 follows 0 twice, one kind
    assert model.log_prob([[0, 1]]) == pytest.approx(np.log(one) + np.log(after))


def test_where_items_begin_makes_no_difference():
    rng = np.random.default_rng(1)
    model = counts.CountModel(counts.topic_text(500, rng))
    items, _ = counts.topic_items(8, rng)
    assert model.log_prob(items) == pytest.approx(model.log_prob([sum(items, ())]))


def test_an_item_has_words_of_its_topic_and_of_none():
    items, topics = counts.topic_items(200, np.random.default_rng(2), length=7)
    assert {len(item) for item in items} == {7}
    assert set(topics) == set(range(counts.TOPICS))
    own = (counts.WORDS - counts.COMMON) // counts.TOPICS
    for (item, topic), place in product(zip(items, topics, strict=True), range(7)):
        word = item[place]
        assert word < counts.COMMON or (word - counts.COMMON) // own == topic


def test_a_text_stays_on_its_topic_as_often_as_it_is_told():
    own = (counts.WORDS - counts.COMMON) // counts.TOPICS
    shares = []
    for stay in (0.97, 0.0):
        text = counts.topic_text(6000, np.random.default_rng(3), stay=stay)
        about = [(word - counts.COMMON) // own for word in text if word >= counts.COMMON]
        shares.append(np.mean(np.diff(about) == 0))
    assert shares[0] > 0.93
    assert shares[1] == pytest.approx(1 / counts.TOPICS, abs=0.03)
