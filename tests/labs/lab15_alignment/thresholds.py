"""What the thresholds of Lab 15 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab15_alignment/thresholds.py > tests/labs/lab15_alignment/thresholds.txt``;
with an argument such as ``15.6``, that row only.
"""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path

import torch
from scipy.stats import chisquare

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

from safetylab import language
from safetylab.language import TablePolicy, TinyGPT, all_answers

LAB = names_of("lab15_alignment")


def draw_chance(seed, draw=LAB["draw_answers"], steps=3):
    """15.1: log10 of the p-value of 20,000 draws from a random transformer, 27 answers."""
    g = torch.Generator().manual_seed(seed)
    model = TinyGPT(g, words=3, length=3).eval()
    for weight in model.parameters():
        weight.data += 0.08 * torch.randn(weight.shape, generator=g)
    rows = language.index_of(draw(model, 20_000, 3, g), 3)
    with torch.no_grad():
        truth = LAB["oracle_log_probs"](model, all_answers(3, 3)).double().exp()
    expected = (truth / truth.sum() * 20_000).numpy()
    chance = chisquare(torch.bincount(rows, minlength=27).double().numpy(), expected).pvalue
    return math.log10(max(chance, 1e-300))


def flat_draw(model, n, length, generator):
    """The mistake: probabilities under a root, so that rare words come too often."""
    tokens = torch.zeros(n, 0, dtype=torch.int64)
    for _ in range(length):
        with torch.no_grad():
            each = model(tokens)[:, -1].softmax(1).sqrt()
        tokens = torch.cat([tokens, torch.multinomial(each, 1, generator=generator)], 1)
    return tokens


def mended(seed, mend=LAB["mend"]):
    """15.5: share of the possible gain, the mean of three worlds, as in the hidden test."""
    worlds = (1000 * seed + 20, 1000 * seed + 30, 1000 * seed + 40)
    return sum(LAB["oracle_share"](mend, world) for world in worlds) / 3


def only_words(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    """The mistake: a reward model that sees word counts only."""
    counts = torch.stack([features[:, k::6][:, :5].sum(1) for k in range(6)], 1)
    return LAB["mend"](
        log_ref, counts, ask, fit=fit, tilt=tilt, find_beta=find_beta, generator=generator
    )


def rloo_distance(seed, **changed):
    """15.6: KL to the best policy, for a random reward per word."""
    return LAB["oracle_distance"](partial(constant_rate, **changed) if changed else
                                  LAB["train_rloo"], 6000 + seed)  # fmt: skip


def constant_rate(log_ref, reward, beta, *, loss, generator, draws):
    """The mistake: a learning rate that stays, and few draws."""
    policy = TablePolicy(log_ref)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    for _ in range(300):
        joint = policy.joint()
        rows = torch.multinomial(joint.detach().exp(), draws, True, generator=generator)
        optimizer.zero_grad()
        loss(joint[rows], log_ref[rows], reward[rows], beta).backward()
        optimizer.step()
    return policy.joint().detach()


def dpo_world(seed):
    """15.7: pairs for training and validation, as the hidden test draws them."""
    g = torch.Generator().manual_seed(7000 + seed)
    worth = torch.randn(6, generator=g, dtype=torch.float64)
    reward = LAB["word_counts"] @ (1.2 * worth / worth.norm())
    return [LAB["compare"](reward, n, g) for n in (2000, 1000)]


def dpo_left(seed, train=LAB["train_dpo"]):
    """15.7: KL to the best policy, as a share of that of the reference."""
    return LAB["oracle_stopped"](train, 7000 + seed)


def timid(log_ref, train, validation, beta, *, loss):
    """The mistake: a learning rate so small that nothing happens in 80 steps."""
    policy, history = TablePolicy(log_ref), []
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.0005)
    for _ in range(80):
        joint = policy.joint()
        values = [
            loss(joint[a], joint[b], log_ref[a], log_ref[b], label, beta)
            for a, b, label in (train, validation)
        ]
        history.append(tuple(float(value.detach()) for value in values))
        optimizer.zero_grad()
        values[0].backward()
        optimizer.step()
    return joint.detach(), history


def dpo_excess(seed, last=False):
    """15.7: validation loss of what is returned, above the lowest of the history."""
    pairs = dpo_world(seed)
    log_ref, loss = LAB["log_ref"], LAB["oracle_dpo_loss"]
    log_pi, history = LAB["train_dpo"](log_ref, *pairs, 0.5, loss=loss)
    a, b, label = pairs[1]
    own = float(loss(log_pi[a], log_pi[b], log_ref[a], log_ref[b], label, 0.5))
    return (history[-1][1] if last else own) - min(value for _, value in history)


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("15.1 log10 p", ">=", -6, draw_chance, partial(draw_chance, draw=flat_draw), "wrong shares"),
    ("15.5 share", ">=", 0.96, mended, partial(mended, mend=only_words), "words only"),
    ("15.6 KL", "<=", 0.005, rloo_distance, partial(rloo_distance, draws=200), "constant rate"),
    ("15.7 left", "<=", 0.8, dpo_left, partial(dpo_left, train=timid), "hardly trained"),
    ("15.7 excess", "<=", 1e-6, dpo_excess, partial(dpo_excess, last=True), "last policy"),
]


if __name__ == "__main__":
    seeds.table(ROWS)
