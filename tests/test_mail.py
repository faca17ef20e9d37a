"""The mails of Lab 16 and their filters are the ones that the datasheet describes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from safetylab import mail


def test_the_parts_are_as_large_as_the_datasheet_says_and_share_no_mail():
    parts = {name: mail.mails(name) for name in mail.SPLITS}
    assert [len(part.tokens) for part in parts.values()] == [2882, 950, 953]
    assert sum(part.spam.sum() for part in parts.values()) == 1205
    seen = [set(part.tokens) for part in parts.values()]
    assert sum(map(len, seen)) == len(set.union(*seen)) == 4785
    assert all(8 <= len(tokens) <= 40 for part in parts.values() for tokens in part.tokens)
    assert all(1 <= word < 1000 for tokens in parts["test"].tokens for word in tokens)
    with pytest.raises(ValueError, match="unknown part"):
        mail.mails("all")  # type: ignore[arg-type]


def test_the_vocabulary_begins_with_what_stands_for_many_words():
    words = mail.vocabulary()
    assert words[:3] == ["<pad>", "<other>", "<name>"]
    assert len(words) == len(set(words)) == 1000


@pytest.mark.parametrize("name", ["linear", "plain0", "erased4"])
def test_padding_and_company_do_not_change_a_score(name):
    net, tokens = mail.net(name), mail.mails("test").tokens[:50]
    together = mail.scores(net, [*tokens, (), (5,) * 70])
    alone = [mail.scores(net, [one])[0] for one in [*tokens, (), (5,) * 70]]
    np.testing.assert_allclose(together, alone, atol=1e-4)
    longer = torch.cat([mail.padded(tokens), torch.zeros(50, 5, dtype=torch.int64)], 1)
    np.testing.assert_allclose(net(longer).numpy(), together[:50], atol=1e-4)


def test_word_vectors_give_the_same_score_as_words():
    net = mail.net("plain1")
    assert isinstance(net, mail.SmallTransformer)
    ids = mail.padded(mail.mails("test").tokens[:9])
    assert torch.equal(net.from_vectors(net.embedding[ids], ids > 0), net(ids))
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_an_unknown_filter_is_told():
    with pytest.raises(ValueError, match="linear, plain0"):
        mail.net("plain9")


def test_every_stored_attack_delivers_a_mail_that_was_stopped():
    stopped, words = mail.attacks()
    net = mail.net("plain0")
    assert len(stopped) == len(words) == 204
    assert (mail.scores(net, stopped) > 0).all()
    both = [a + b for a, b in zip(stopped, words, strict=True)]
    assert (mail.scores(net, both) <= 0).all()
    assert all(len(b) == 10 and min(b) >= 2 for b in words)
