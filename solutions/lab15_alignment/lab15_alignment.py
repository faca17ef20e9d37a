# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 15: alignment by human feedback
#
# People compare answers. A reward model learns what they prefer. A policy is moved towards what the
# reward model likes. Each of the three steps can go wrong, and here you can see by how much, to the
# last digit: the language of this lab has six words, an answer has five, and so there are 7,776
# answers. Every expectation is a sum that you can do.
#
# By the end you will be able to
#
# - compute and sample from an autoregressive policy (one that says word after word) exactly, and
#   measure how far one is from another,
# - learn a reward from comparisons, and say what comparisons leave open,
# - write down the best policy under a KL penalty, and use it to grade any optimiser,
# - find the point at which more optimisation makes an answer worse, and find out by controls what
#   is to blame,
# - train a policy by draws from it (RLOO), or without a reward model (DPO), and know when each
#   fails,
# - show what one reward model does to people who want something else, and what a remedy costs.
#
# | | |
# |---|---|
# | Paper | sections 3.5.3 (alignment with values that differ) and 4.2 (human feedback) |
# | Time | Part A 80 min, Part B 70 min; deeper 90 min |
# | Points | 51 (47 checked by machine, 4 read by a person) |
# | You need | Python, probability, a little PyTorch (`log_softmax`, `torch.autograd`) |
# | It runs in | about 42 CPU seconds in all, 8 without the demonstrations; 1.0 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | answers, five words each | `answers` | (n, 5) of word numbers |
# | policy $\pi$: logits of the next word | `policy(tokens)` | (n, t) -> (n, t + 1, 6) |
# | $\log \pi$ of every answer | `log_pi`, `log_p`, `log_q` | (7776,) |
# | reference policy $\pi_{\mathrm{ref}}$ | `log_ref` | (7776,) |
# | reward $r$ of every answer | `reward`, `proxy`, `gold` | (7776,) |
# | strength $\beta$ of the KL penalty | `beta` | a number > 0 |
#
# Wherever a vector has one entry per answer, its order is that of `all_answers()`. Logarithms are
# natural, so KL is in nats.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import torch
import torch.nn.functional as F

from safetylab import language, page, plots, widgets
from safetylab.checks import (
    exercise,
    expect,
    expect_returned,
    expect_tensor,
    shown,
    untouched,
)
from safetylab.language import TablePolicy, TinyGPT, all_answers, text

torch.set_num_threads(1)  # these tensors are so small that one thread is the fastest
answers = all_answers()
log_ref = language.reference_log_probs()
page.progress(15)

# %% [markdown]
# # Part A: a reward, and its best policy
#
# About 80 minutes: exercises 15.1 to 15.4.

# %% [markdown]
# ## It breaks
#
# A small language model, the *reference*, has been trained on invented answers. Raters compared
# pairs of its answers, and a reward model learned from them how many points each word is worth.
# Best-of-n is the simplest way to use it: draw n answers, hand out the one with the most points.
#
# What is an answer really worth? Here we can say, because we made it up: one point for stating a
# fact, two for giving a reason, and flattery costs more and more. That is `gold`, the judgement of
# a careful reader. Our raters were in a hurry, and a compliment impressed them: they went by
# `rated`. **The weakness for praise is our design. It is no finding about people.**

# %% nbgrader={"grade_id": "setup-world", "locked": true}
states_a_fact = language.followed_by(answers, "the", "fact").double()
gives_a_reason = torch.maximum(*(language.followed_by(answers, "because", word).double()
                                 for word in ("the", "fact")))
word_counts = language.word_counts(answers)
greats = word_counts[:, language.WORDS.index("great")]
gold = states_a_fact + 2 * gives_a_reason - 0.2 * greats**2
rated = gold + 1.5 * greats

# %% id="hook" tags=["demo"]
points = torch.tensor([0.01, -0.10, 0.55, 0.52, -0.58, -0.40])  # you will fit them in 15.2
print("points per word:", {word: round(v, 2) for word, v in
                           zip(language.WORDS, points.tolist(), strict=True)})
scores = word_counts @ points.double()
generator = torch.Generator().manual_seed(0)
for n in (1, 4, 32, 1_000, 30_000):
    drawn = torch.multinomial(log_ref.exp(), 100 * n, replacement=True, generator=generator)
    best = drawn.reshape(100, n).gather(1, scores[drawn].reshape(100, n).argmax(1)[:, None])[:, 0]
    print(f"best of {n:6,}: points {scores[best].mean():5.2f}, gold {gold[best].mean():5.2f}, "
          f"for example: {text(answers[best[0]])}")

# %% [markdown]
# The points rise all the way. The true value rises, then falls below where it began. When a measure
# becomes a target, it stops being a good measure: Goodhart's law. But *why* here? The raters were
# in a hurry; the model only counts words; hardly any rater has seen five compliments in a row.
# Three suspects, and each sounds convincing. In 15.4 you try them one by one. First the tools.
#
# ## Exercise 15.1: the reference policy (6 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: everything later is a statement about the probabilities of
# whole answers. A language model only gives you those of the next word.
#
# A policy gets the words already said, shape (n, t), and returns logits (scores whose softmax is
# the distribution) of shape (n, t + 1, words): `logits[:, k]` are for the word that comes after
# the first k words. With t = 0 you get the logits of the first word.
#
# **a. `sequence_log_probs(policy, answers)`**: the log-probability of each answer, the sum over its
# words of $\log \pi(\text{word} \mid \text{words before it})$. One call of the policy will do.
#
# - `answers`: (n, length), int64; returns (n,), differentiable in the policy's parameters
#
# <details><summary>Hint 1: where to look</summary>
# Which words does the policy have to see to predict all of them? Not the last one.
# <details><summary>Hint 2: the idea</summary>
# Normalise the logits over the words, then pick from each place the entry of the word that was
# said, then add up over the places.
# <details><summary>Hint 3: nearly the code</summary>
# <code>policy(answers without the last column)</code>, then <code>log_softmax</code> over the last
# dimension, then <code>gather(2, answers[..., None])</code>, then a sum over both last dimensions.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-log_probs", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_log_probs(policy, answers):
    """Word by word: one call for each beginning, its last logits only."""
    total = 0
    for k in range(answers.shape[1]):
        logits = policy(answers[:, :k])[:, -1]
        own = logits[torch.arange(len(answers)), answers[:, k]]
        total = total + own - logits.logsumexp(1)
    return total


def oracle_sequences(sequence_log_probs):
    """Random transformers of other sizes: all answers together are certain, each one is right."""
    for seed, words, length in ((1, 6, 5), (2, 4, 3), (3, 3, 1)):
        g = torch.Generator().manual_seed(seed)
        model = TinyGPT(g, words=words, length=length).eval()
        for weight in model.parameters():
            weight.data += 0.2 * torch.randn(weight.shape, generator=g)
        every = all_answers(words, length)
        with untouched(model, every):
            got = sequence_log_probs(model, every)
        expect(got.requires_grad, "the result must keep its graph: training needs the gradient",
               "no-graph")
        got = expect_tensor(got.detach(), (words**length,), "sequence_log_probs")
        total = got.double().exp().sum()
        expect(abs(total - 1) < 1e-4, f"the probabilities of all {len(got)} answers add up to "
               f"{total:.4f}, not to 1", "not-normalised")
        with torch.no_grad():
            truth = oracle_log_probs(model, every)
        expect((got - truth).abs().max() < 1e-4, "an answer of a random transformer has another "
               "log-probability than word by word", "off-by-one")
        one = sequence_log_probs(model, every[2:3])
        expect(one.shape == (1,) and abs(one.item() - truth[2]) < 1e-4,
               "a batch of one answer must give one number", "whole-batch")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_1-log_probs", "solution": true}
def sequence_log_probs(policy, answers):
    """log pi of each whole answer: (n, length) -> (n,)."""
    ### BEGIN SOLUTION
    log_probs = policy(answers[:, :-1]).log_softmax(dim=2)
    return log_probs.gather(2, answers[:, :, None]).sum(dim=(1, 2))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_1-log_probs-test", "points": 2}
@exercise("15.1")
def test_log_probs():
    """A language of two words, two to an answer, with probabilities 0.1, 0.2, 0.3 and 0.4."""
    truth = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64).log()
    policy = TablePolicy(truth, words=2, length=2)
    every = all_answers(2, 2)
    with untouched(policy, every):
        got = sequence_log_probs(policy, every)
    expect_returned(got, "sequence_log_probs")
    expect(isinstance(got, torch.Tensor) and got.shape != (), "four answers have four "
           "log-probabilities; yours is one number for the whole batch", "whole-batch")
    expect(got.requires_grad, "the result must keep its graph: training needs the gradient. Do not "
           "detach it, and compute nothing under no_grad", "no-graph")
    got = expect_tensor(got.detach(), (4,), "sequence_log_probs").double()
    expect(not torch.allclose(got, truth / 2), "you averaged over the words; the log-probability "
           "of an answer is the sum", "mean-not-sum")
    expect(not torch.allclose(got, -truth), "a log-probability is negative; yours is its mirror "
           "image, the loss", "wrong-sign")
    expect(not torch.allclose(got, truth.exp()), "these are the probabilities; return their "
           "logarithms", "no-logarithm")
    total = got.exp().sum()
    expect(abs(total - 1) < 1e-5, f"the probabilities of the four answers add up to {total:.3f}, "
           "not to 1: are the logits normalised over the words, and is each word read off the "
           "logits that came BEFORE it?", "not-normalised")
    expect(torch.allclose(got, truth, atol=1e-5), "the four answers have probabilities 0.1 to 0.4; "
           f"yours: {shown(got.exp())}", "off-by-one")
    ### BEGIN HIDDEN TESTS
    oracle_sequences(sequence_log_probs)
    ### END HIDDEN TESTS


test_log_probs()
print("15.1a: visible checks passed")

# %% [markdown]
# **b. `draw_answers(policy, n, length, generator)`**: draw n answers, one word after the other,
# each from the policy's distribution given the words already drawn.
#
# - returns (n, length), int64; all randomness from `generator`; the policy stays as it was
#
# <details><summary>Hint 1: where to look</summary>
# Begin with a tensor of shape (n, 0) and let it grow by one column at a time.
# <details><summary>Hint 2: the idea</summary>
# Only the last logits matter: those of the word that follows everything said so far.
# <details><summary>Hint 3: nearly the code</summary>
# In a loop: <code>policy(tokens)[:, -1]</code>, softmax, <code>torch.multinomial(..., 1,
# generator=generator)</code>, <code>torch.cat</code>. Under <code>torch.no_grad()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-draw", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_draw(draw_answers):
    """Counts of all answers of a random transformer against the exact probabilities."""
    from scipy.stats import chisquare

    g = torch.Generator().manual_seed(11)
    model = TinyGPT(g, words=3, length=3).eval()
    for weight in model.parameters():
        weight.data += 0.08 * torch.randn(weight.shape, generator=g)
    with untouched(model):
        got = expect_tensor(draw_answers(model, 20_000, 3, g), (20_000, 3), "draw_answers")
    counts = torch.bincount(language.index_of(got, 3), minlength=27).double()
    with torch.no_grad():
        truth = oracle_log_probs(model, all_answers(3, 3)).double().exp()
    chance = chisquare(counts.numpy(), (truth / truth.sum() * 20_000).numpy()).pvalue
    expect(chance > 1e-6, "the shares of the 27 answers of a random transformer are not its "
           f"probabilities (chi-square test: p = {chance:.1e})", "wrong-shares")
    for n, length in ((1, 5), (3, 1)):
        expect_tensor(draw_answers(TinyGPT(g), n, length, g), (n, length), "draw_answers")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_1-draw", "solution": true}
def draw_answers(policy, n, length, generator):
    """n answers drawn from the policy word by word: (n, length), int64."""
    ### BEGIN SOLUTION
    tokens = torch.zeros(n, 0, dtype=torch.int64)
    with torch.no_grad():
        for _ in range(length):
            next_word = policy(tokens)[:, -1].softmax(dim=1)
            drawn = torch.multinomial(next_word, 1, generator=generator)
            tokens = torch.cat([tokens, drawn], dim=1)
    return tokens
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_1-draw-test", "points": 2}
@exercise("15.1")
def test_draw():
    """Two words: an answer is (0, 0) with 0.3 and (1, 1) with 0.7, and never anything else."""
    tiny = 1e-12
    truth = torch.tensor([0.3, tiny, tiny, 0.7], dtype=torch.float64)
    policy = TablePolicy(truth.log(), words=2, length=2)
    runs = []
    for seed in (0, 0, 1):
        with untouched(policy):
            got = draw_answers(policy, 2000, 2, torch.Generator().manual_seed(seed))
        runs.append(expect_tensor(got, (2000, 2), "draw_answers"))
    expect(runs[0].dtype == torch.int64, f"word numbers are int64; yours are {runs[0].dtype}",
           "wrong-dtype")
    expect(runs[0].float().std() > 0, "your 2,000 answers are all the same: draw each of them, and "
           "do not take the likeliest word", "greedy")
    expect(torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2]),
           "the draws must depend on generator, and on nothing else", "ignores-generator")
    expect((runs[0][:, 0] == runs[0][:, 1]).all(), "this policy always repeats the first word; "
           "yours does not: hand it the words drawn so far", "ignores-beginning")
    share = runs[0][:, 0].double().mean()
    expect(abs(share - 0.7) < 0.06, f"word 1 opens 70 % of the answers; in yours {share:.0%}",
           "wrong-shares")
    truth = torch.tensor([0.25, tiny, 0.25, tiny, tiny, 0.25, tiny, 0.25], dtype=torch.float64)
    policy = TablePolicy(truth.log(), words=2, length=3)  # the third word repeats the first
    got = draw_answers(policy, 2000, 3, torch.Generator().manual_seed(2))
    got = expect_tensor(got, (2000, 3), "draw_answers")
    expect((got[:, 0] == got[:, 2]).all(), "three words, and the third repeats the first: hand the "
           "policy all the words drawn so far, not only the last", "ignores-beginning")
    share = (got[:, 0] == got[:, 1]).double().mean()
    expect(abs(share - 0.5) < 0.06, "the second word is drawn anew, and is the first again in half "
           f"of the answers; in yours in {share:.0%}: new noise for each word", "same-noise")
    ### BEGIN HIDDEN TESTS
    oracle_draw(draw_answers)
    ### END HIDDEN TESTS


test_draw()
print("15.1b: visible checks passed")

# %% [markdown]
# **c. `entropy(log_p)` and `kl(log_p, log_q)`** of policies given as vectors of log-probabilities:
#
# $$H(p) = -\sum_a p(a) \log p(a), \qquad
# \mathrm{KL}(p \,\|\, q) = \sum_a p(a) \, (\log p(a) - \log q(a))$$
#
# KL says how many nats of evidence against q one answer of p gives on average. It is infinite if p
# gives an answer that q never gives. Both functions return a tensor without dimensions. A policy
# may give an answer never: then `log_p` is minus infinity there, and the answer adds nothing
# ($0 \log 0$ counts as 0).
#
# <details><summary>Hint 1: where to look</summary>
# In floating point, 0 times minus infinity is not 0.
# <details><summary>Hint 2: the idea</summary>
# Leave out the answers that p never gives before you do any arithmetic with them.
# <details><summary>Hint 3: nearly the code</summary>
# <code>said = log_p &gt; -torch.inf</code>, then index with it: <code>log_p[said]</code>,
# <code>log_q[said]</code>, and sum as in the formulas.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-kl", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_kl(log_p, log_q):
    """KL by scipy, in its own way with zeros."""
    from scipy.special import rel_entr

    return float(rel_entr(log_p.exp().numpy(), log_q.exp().numpy()).sum())


def oracle_policy(n, g, never=0.0):
    """Log-probabilities of a random policy that never gives a share of the answers."""
    logits = 2 * torch.randn(n, generator=g, dtype=torch.float64)
    logits[torch.rand(n, generator=g) < never] = -torch.inf
    logits[0] = 0.0
    return logits - logits.logsumexp(0)


def oracle_divergences(entropy, kl):
    """Random policies with and without gaps."""
    import math

    g = torch.Generator().manual_seed(15)
    for n, never in ((2, 0.0), (30, 0.5), (7776, 0.2), (1, 0.0)):
        log_p, log_q = oracle_policy(n, g, never), oracle_policy(n, g)
        h = expect_tensor(entropy(log_p.clone()), (), "entropy").item()
        p = [v for v in log_p.exp().tolist() if v > 0]
        expect(abs(h + math.fsum(v * math.log(v) for v in p)) < 1e-7, "the entropy of a random "
               f"policy over {n} answers is wrong", "wrong-entropy")
        got = expect_tensor(kl(log_p.clone(), log_q), (), "kl").item()
        expect(abs(got - oracle_kl(log_p, log_q)) < 1e-7, f"a KL over {n} answers is "
               f"{oracle_kl(log_p, log_q):.6f}; yours: {got:.6f}", "reversed")
        expect(abs(kl(log_p, log_p).item()) < 1e-9, "KL(p || p) must be 0", "nan-at-zero")
        if never and n > 1:
            expect(kl(log_q, log_p).item() == torch.inf, "KL must be infinite where p gives an "
                   "answer that q never gives", "not-infinite")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_1-kl", "solution": true}
def entropy(log_p):
    """Minus the sum of p log p, in nats: (answers,) -> ()."""
    ### BEGIN SOLUTION
    said = log_p[log_p > -torch.inf]
    return -(said.exp() * said).sum()
    ### END SOLUTION


def kl(log_p, log_q):
    """KL(p || q), the sum of p (log p - log q), in nats: (answers,), (answers,) -> ()."""
    ### BEGIN SOLUTION
    said = log_p > -torch.inf
    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_1-kl-test", "points": 2}
@exercise("15.1")
def test_kl():
    """Three answers: p = (1/2, 1/2, 0), q = (1/4, 1/2, 1/4)."""
    log_p = torch.tensor([0.5, 0.5, 0.0], dtype=torch.float64).log()
    log_q = torch.tensor([0.25, 0.5, 0.25], dtype=torch.float64).log()
    with untouched(log_p, log_q):
        expect_tensor(entropy(log_q), (), "entropy")
        expect_tensor(kl(log_q, log_q), (), "kl")
        h, d = float(entropy(log_p)), float(kl(log_p, log_q))
    expect(h == h and d == d, f"nan: entropy {h}, KL {d}. The third answer has probability 0 and "
           "must add nothing", "nan-at-zero")
    expect(abs(h + 0.693147) > 1e-6, "entropy is positive: minus the sum", "wrong-entropy")
    expect(abs(h - 1) > 1e-9 and abs(d - 0.5) > 1e-9, "you count in bits; use the natural "
           "logarithm", "bits")
    expect(abs(h - 0.693147) < 1e-6, f"the entropy of p is log 2 = 0.6931; yours: {h:.4f}",
           "wrong-entropy")
    expect(d != torch.inf, "KL(p || q) is finite here; yours is KL(q || p), which is not",
           "reversed")
    expect(abs(d - 0.346574) < 1e-6, f"KL(p || q) is log(2) / 2 = 0.3466; yours: {d:.4f}",
           "wrong-kl")
    same = float(kl(log_p, log_p))
    expect(abs(same) < 1e-9, f"KL(p || p) is 0, and yours {same}: an answer that neither gives "
           "adds nothing", "nan-at-zero")
    back = float(kl(log_q, log_p))
    expect(back == torch.inf, "q gives the third answer and p never does, so KL(q || p) is "
           f"infinite; yours: {back:.4g}", "not-infinite")
    ### BEGIN HIDDEN TESTS
    oracle_divergences(entropy, kl)
    ### END HIDDEN TESTS


test_kl()
print("15.1c: visible checks passed")

# %% [markdown]
# Now the reference policy itself, a transformer with 26,054 parameters. Your function, on every
# answer there is:

# %% id="reference-demo" tags=["demo"]
reference = language.reference_policy()
with torch.no_grad():
    mine = sequence_log_probs(reference, answers).double()
print(f"parameters: {sum(weight.numel() for weight in reference.parameters()):,}")
print(f"sum of all {len(answers):,} probabilities: {mine.exp().sum():.6f}")
print(f"largest difference from the table on file: {(mine - log_ref).abs().max():.1e}")
print(f"entropy: {entropy(log_ref):.2f} nats of at most {torch.tensor(len(answers)).log():.2f}")
for said in draw_answers(reference, 6, language.LENGTH, torch.Generator().manual_seed(0)):
    print("  ", text(said))

# %% [markdown]
# Most answers make some sense, because the corpus did. From here on `log_ref` is the table on file,
# so that every machine computes with the same digits.
#
# ## Exercise 15.2: a reward from comparisons (4 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: people cannot say what an answer is worth in numbers, but
# they can say which of two is better. This is the place where human values enter.
#
# The Bradley-Terry model (1952) says: the first answer is preferred with probability
# $\sigma(r_1 - r_2)$, where $\sigma(t) = 1 / (1 + e^{-t})$ and $r_1, r_2$ are hidden rewards.
#
# **a. `preference_loss(first, second, label)`**: the mean over the pairs of
#
# $$-\left(y \log \sigma(r_1 - r_2) + (1 - y) \log \sigma(r_2 - r_1)\right)$$
#
# - `first`, `second`: (n,), the rewards $r_1$ and $r_2$ of the two answers; `label`: (n,), the $y$
#   in [0, 1]: 1 if the first was preferred, 0 if the second, in between if several raters disagreed
# - returns a tensor without dimensions, finite for rewards in the thousands
#
# <details><summary>Hint 1: where to look</summary>
# The sigmoid of -1000 is 0 in floating point, and its logarithm minus infinity. PyTorch has the
# two steps in one.
# <details><summary>Hint 2: the idea</summary>
# Only the difference of the two rewards matters, and $1 - \sigma(t) = \sigma(-t)$.
# <details><summary>Hint 3: nearly the code</summary>
# <code>gap = first - second</code>, and <code>F.logsigmoid</code> of <code>gap</code> and of
# <code>-gap</code>. Or: it is a binary cross-entropy whose logit is the gap.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-preference", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_preference_loss(first, second, label):
    """The mean loss, with softplus in place of the sigmoid."""
    gap = first - second
    return (F.softplus(gap) - label * gap).mean()


def oracle_pairs(n, d, g, soft):
    """Features of n pairs, weights, and labels that follow Bradley-Terry."""
    first, second = torch.randn(2, n, d, generator=g, dtype=torch.float64)
    w = torch.randn(d, generator=g, dtype=torch.float64)
    chance = torch.sigmoid((first - second) @ w)
    label = chance if soft else torch.bernoulli(chance, generator=g)
    return first, second, w, label


def oracle_loss(preference_loss):
    """Random pairs against softplus; shifts change nothing; huge gaps stay finite."""
    g = torch.Generator().manual_seed(21)
    for n, scale, soft in ((1, 1, True), (50, 3, False), (50, 2000, True)):
        first, second = scale * torch.randn(2, n, generator=g, dtype=torch.float64)
        label = torch.rand(n, generator=g, dtype=torch.float64)
        label = label if soft else label.round()
        got = expect_tensor(preference_loss(first, second, label), (), "preference_loss").item()
        truth = oracle_preference_loss(first, second, label).item()
        expect(abs(got - truth) < 1e-9 * max(1, truth), "a loss of random pairs is off",
               "wrong-loss")
        moved = preference_loss(first + 7, second + 7, label).item()
        expect(abs(moved - got) < 1e-9 * max(1, got), "the same constant on both rewards must "
               "change nothing", "not-the-gap")
    w = torch.zeros(3, requires_grad=True)
    loss = preference_loss(w, torch.ones(3), torch.ones(3))
    expect(loss.requires_grad, "the loss must keep its graph", "no-graph")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_2-loss", "solution": true}
def preference_loss(first, second, label):
    """Mean negative log-likelihood of comparisons under Bradley-Terry: three (n,) -> ()."""
    ### BEGIN SOLUTION
    gap = first - second
    return -(label * F.logsigmoid(gap) + (1 - label) * F.logsigmoid(-gap)).mean()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_2-loss-test", "points": 1}
@exercise("15.2")
def test_loss():
    """Equal rewards cost log 2 a pair; a sure and right model costs nothing."""
    zero, one, two = torch.zeros(2), torch.ones(2), torch.tensor([2.0, 2.0])
    got = expect_tensor(preference_loss(one, one, one), (), "preference_loss").item()
    expect(abs(got - 1.386294) > 1e-5, "you add up the pairs; take their mean", "sum-not-mean")
    expect(abs(got - 0.693147) < 1e-5, "two equal rewards: either is preferred with 1/2, the loss "
           f"is log 2 = 0.6931; yours: {got:.4f}", "not-the-gap")
    got = float(preference_loss(two, zero, one))
    expect(abs(got - 2.126928) > 1e-5, "the first has the higher reward AND was preferred: your "
           "loss is that of the opposite label", "wrong-sign")
    expect(abs(got - 0.126928) < 1e-5, f"rewards 2 and 0, label 1: 0.1269; yours: {got:.4f}",
           "wrong-loss")
    got = float(preference_loss(two, zero, zero))
    expect(abs(got - 2.126928) < 1e-5, "rewards 2 and 0, label 0, the second was preferred: "
           f"2.1269; yours: {got:.4f}", "forgets-second")
    got = float(preference_loss(1000 * two, zero, zero))
    expect(abs(got - 2000) < 1e-3, f"rewards 2000 and 0, label 0: the loss is 2000; yours: {got}",
           "overflow")
    got = float(preference_loss(two, zero, torch.tensor([0.75, 0.75])))
    expect(abs(got - 0.626928) < 1e-5, "label 0.75 means that three of four raters preferred the "
           f"first: 0.6269; yours: {got:.4f}", "hard-labels")
    expect(preference_loss(torch.zeros(2, requires_grad=True), one, one).requires_grad, "the loss "
           "must keep its graph: without it fit_reward sees the penalty only", "no-graph")
    ### BEGIN HIDDEN TESTS
    oracle_loss(preference_loss)
    ### END HIDDEN TESTS


test_loss()
print("15.2a: visible checks passed")

# %% [markdown]
# **b. `fit_reward(first, second, label, penalty, loss)`**: the reward model is linear,
# `reward = features @ w`. Find the `w` that minimises the mean loss of all pairs plus a penalty,
#
# `loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()`
#
# The problem is convex, so there is one answer, and the check only asks whether you are there.
#
# - `first`, `second`: (n, d), float64, the features of the two answers; `label`: (n,)
# - `loss` is a right `preference_loss`, handed in; call it at most 500 times. Autograd gives its
#   first derivative; a second one, if you want it, you write down yourself
# - returns `w`, shape (d,), float64, without a graph; each component of the gradient at your `w` is
#   below 1e-6
#
# <details><summary>Hint 1: where to look</summary>
# Plain gradient descent needs a step size that fits. With one over the largest curvature it takes
# about 100 steps for the six words of this lab, about 3,000 for the 72 features of 15.4. A
# second-order method takes dozens.
# <details><summary>Hint 2: the idea</summary>
# <code>torch.optim.LBFGS</code> with <code>line_search_fn="strong_wolfe"</code> and small
# tolerances; or Newton's method, whose second derivative you can write down.
# <details><summary>Hint 3: nearly the code</summary>
# <code>w</code> of zeros in float64 that requires a gradient; a closure that zeroes the gradient,
# computes loss plus penalty, calls backward, returns it; <code>optimizer.step(closure)</code> once,
# LBFGS with <code>max_iter=200, tolerance_grad=1e-9, tolerance_change=0,
# line_search_fn="strong_wolfe"</code>; return <code>w.detach()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_2-fit", "solution": true}
def fit_reward(first, second, label, penalty, loss):
    """Minimise the mean preference loss plus penalty / 2 * |w|^2: (n, d), (n, d), (n,) -> (d,)."""
    ### BEGIN SOLUTION
    w = torch.zeros(first.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=150, tolerance_grad=1e-9, tolerance_change=0,
                                  line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(first @ w, second @ w, label) + penalty / 2 * w @ w
        value.backward()
        return value

    optimizer.step(closure)
    return w.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-fit", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_fit(fit_reward):
    """Stationary on random pairs, the truth from soft labels, finite where pairs are separable."""
    for seed, n, d, penalty, soft in ((25, 300, 4, 0.0, True), (26, 100, 6, 0.01, False),
                                      (27, 8, 12, 0.1, False), (28, 200, 5, 0.003, False)):
        g = torch.Generator().manual_seed(seed)
        first, second, w, label = oracle_pairs(n, d, g, soft)
        if seed == 28:  # features of very different size: slow for plain gradient steps
            first, second = (side * torch.logspace(-1.5, 1, d).double() for side in (first, second))
        calls = []

        def loss(a, b, y, calls=calls):
            calls.append(1)
            return oracle_preference_loss(a, b, y)

        got = expect_tensor(fit_reward(first, second, label, penalty, loss), (d,), "fit_reward")
        expect(len(calls) <= 500, f"you called the loss {len(calls)} times; 500 are allowed",
               "over-budget")
        gap = first - second
        slope = gap.T @ (torch.sigmoid(gap @ got) - label) / n
        if penalty == 0:
            expect((got - w).abs().max() < 1e-4, "soft labels without noise give the hidden "
                   "weights back, and yours are others", "not-converged")
        else:
            expect((slope + 2 * penalty * got).abs().max() > 1e-6 or penalty == 0,
                   "the penalty is penalty / 2 * |w|^2; yours is twice that", "twice-the-penalty")
        expect((slope + penalty * got).abs().max() < 1e-6, "your w is not the minimum: the "
               f"gradient there is {(slope + penalty * got).abs().max():.1e}", "not-converged")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_2-fit-test", "points": 3}
@exercise("15.2")
def test_fit():
    """Two features of unlike size, one to a pair; three of four prefer the answer that has it."""
    first = torch.tensor([[1.0, 0.0], [0.0, 10.0]], dtype=torch.float64)
    second, label = torch.zeros(2, 2, dtype=torch.float64), torch.full((2,), 0.75).double()
    calls = []

    def loss(a, b, y):
        """What Bradley-Terry costs where three of four raters agree; good for nothing else."""
        expect(a.shape == b.shape == y.shape == (2,), "hand the loss the rewards of all pairs, "
               "(n,), and the labels as they are", "wrong-shape")
        calls.append(1)
        return (torch.cosh((a - b) / 2).log() - (a - b) / 4).mean()

    got = expect_tensor(fit_reward(first, second, label, 0.0, loss), (2,), "fit_reward").double()
    expect((got > 0).all(), "an answer with a feature is preferred: its weight is positive",
           "wrong-sign")
    truth = torch.tensor([1.0986123, 0.1098612]).double()
    expect((got - truth).abs().max() < 1e-5, f"the weights are log 3 and log(3) / 10 = "
           f"{shown(truth)}; yours differ by {(got - truth).abs().max():.1e}: more steps, other "
           "steps, or smaller tolerances", "not-converged")
    expect(len(calls) <= 500, f"you called the loss {len(calls)} times; 500 are allowed",
           "over-budget")
    got = expect_tensor(fit_reward(first, second, label, 0.1, loss), (2,), "fit_reward").double()
    expect((got < truth - 1e-4).all(), "with a penalty the weights must shrink", "penalty-ignored")
    twice = torch.tensor([0.3864378, 0.1075792]).double()
    expect((got - twice).abs().max() > 1e-4, "the penalty is penalty / 2 * |w|^2, and yours is "
           "twice that", "twice-the-penalty")
    truth = torch.tensor([0.5635882, 0.1087050]).double()
    expect((got - truth).abs().max() < 1e-5, "with penalty 0.1 the mean loss plus penalty / 2 * "
           f"|w|^2 is smallest at {shown(truth)}; yours differ by {(got - truth).abs().max():.1e}",
           "not-converged")
    ### BEGIN HIDDEN TESTS
    oracle_fit(fit_reward)
    ### END HIDDEN TESTS


test_fit()
print("15.2b: visible checks passed")

# %% [markdown]
# Now real comparisons, if raters of our making count as real: 4,000 pairs drawn from the reference,
# each labelled once by somebody in a hurry. The reward model is a simple one: so many points for
# each word, wherever it stands.

# %% nbgrader={"grade_id": "setup-raters", "locked": true}
def compare(utility, n, generator, log_p=log_ref):
    """n pairs of answers drawn from log_p, as rows of `answers`, and what a rater prefers."""
    first, second = torch.multinomial(log_p.exp(), 2 * n, replacement=True,
                                      generator=generator).reshape(2, n)
    chance = torch.sigmoid(utility[first] - utility[second])
    return first, second, torch.bernoulli(chance, generator=generator)


def centred(reward):
    """The same reward with mean 0 under the reference: comparisons cannot tell them apart."""
    return reward - log_ref.exp() @ reward

# %% id="raters-demo" tags=["demo"]
def learned(features, utility, n, seed=0, log_p=log_ref):
    """The reward of every answer, as a model on these features learns it from n pairs."""
    first, second, label = compare(utility, n, torch.Generator().manual_seed(seed), log_p)
    w = fit_reward(features[first], features[second], label, 1e-3, preference_loss)
    return centred(features @ w), w


proxy, w = learned(word_counts, rated, 4000)
print("points per word:", {word: round(v, 2) for word, v in
                           zip(language.WORDS, w.tolist(), strict=True)})
first, second, label = compare(rated, 4000, torch.Generator().manual_seed(1))
for name, reward in (("proxy", proxy), ("rated", rated), ("gold", gold)):
    right = ((reward[first] > reward[second]) == (label == 1)) & (reward[first] != reward[second])
    tied = reward[first] == reward[second]
    print(f"{name}: says what the rater said in {(right + 0.5 * tied).mean():.1%} of fresh pairs")

# %% [markdown]
# Even the raters' own `rated` predicts their next choice only so well: the labels are noisy. The
# proxy is not far behind it. Nothing here warns you.
#
# Two things comparisons leave open. A constant: `centred` fixes it. And whatever was hardly
# compared: of the 4,000 pairs only some three dozen hold an answer with three compliments or more.
#
# Be a rater yourself: choose in twelve pairs, then run the cell after it. (Without clicks, the
# choices of a careful reader stand.)

# %% id="label-yourself" tags=["demo"]
left, right, _ = compare(gold, 60, torch.Generator().manual_seed(2))
apart = (gold[left] != gold[right]).nonzero()[:12, 0]
left, right = left[apart], right[apart]
usual = (gold[right] > gold[left]).long().tolist()
chosen = widgets.choices([(text(answers[a]), text(answers[b])) for a, b in
                          zip(left, right, strict=True)], usual, prompt="Which answer is better?")

# %% id="label-fit" tags=["demo"]
my_label = 1 - torch.tensor(chosen).double()
my_w = fit_reward(word_counts[left], word_counts[right], my_label, 0.05, preference_loss)
yours = centred(word_counts @ my_w)
print("your points per word:", {word: round(v, 2) for word, v in
                                zip(language.WORDS, my_w.tolist(), strict=True)})
print("your favourite answer:", text(answers[yours.argmax()]))
print(f"its gold: {gold[yours.argmax()]:.1f} of {gold.max():.1f}")

# %% [markdown]
# Twelve pairs already fix a favourite among 7,776 answers, most of which nobody has seen. Whether
# you like it is another matter: you were asked about pairs, not about it.
#
# ## Exercise 15.3: the best policy in closed form (5 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: RLOO (15.6), PPO and DPO (15.7) head for the policy that
# you write down here. If you know it, you can grade them all.
#
# The policy should earn reward and stay near the reference:
#
# $$J(\pi) = \mathrm{E}_\pi[r] - \beta \, \mathrm{KL}(\pi \,\|\, \pi_{\mathrm{ref}})$$
#
# Its maximum over all policies is
#
# $$\pi^*(a) = \pi_{\mathrm{ref}}(a) \, e^{r(a) / \beta} / Z$$
#
# where $Z$ is the sum of the numerators over all answers.
#
# **a. `tilt(log_ref, reward, beta)`**: $\log \pi^*$ of every answer.
#
# - `log_ref`, `reward`: (answers,), float64; `log_ref` may be minus infinity where the reference
#   never goes; `beta` > 0, perhaps 0.001
# - returns (answers,), finite wherever `log_ref` is
#
# <details><summary>Hint 1: where to look</summary>
# Stay in logarithms: $e^{3 / 0.001}$ is no number that a computer knows.
# <details><summary>Hint 2: the idea</summary>
# $\log Z$ is a log-sum-exp of what stands in the numerator's logarithm.
# <details><summary>Hint 3: nearly the code</summary>
# Add <code>reward / beta</code> to <code>log_ref</code>, then subtract the
# <code>logsumexp(0)</code> of the whole.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-tilt", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_tilt(log_ref, reward, beta):
    """A right tilt, for the tests of what builds on it."""
    weight = log_ref + reward / beta
    top = weight.max()
    return weight - top - (weight - top).exp().sum().log()


def oracle_optimum(tilt):
    """No random policy is better, ties and gaps are kept, and cold stays finite."""
    g = torch.Generator().manual_seed(31)
    for n, beta, never in ((5, 1.0, 0.0), (40, 0.2, 0.3), (7776, 0.001, 0.0), (3, 50.0, 0.0)):
        ref = oracle_policy(n, g, never)
        reward = 3 * torch.randn(n, generator=g, dtype=torch.float64)
        got = tilt(ref.clone(), reward.clone(), beta)
        expect(isinstance(got, torch.Tensor) and got.shape == (n,), f"tilt must return ({n},)",
               "wrong-shape")
        expect(not got.isnan().any(), "nan: stay in logarithms", "overflow")
        expect(torch.equal(got == -torch.inf, ref == -torch.inf), "pi* gives every answer that the "
               "reference gives, and no other", "overflow")
        expect(abs(got.exp().sum() - 1) < 1e-9, "the probabilities do not add up to 1",
               "not-normalised")
        best = oracle_value(got, ref, reward, beta)
        rivals = [oracle_tilt(ref, reward + 0.3 * torch.randn(n, generator=g), beta)
                  for _ in range(20)] + [oracle_tilt(ref, reward, beta * f) for f in (0.5, 2)] + [
                      ref]
        expect(all(oracle_value(rival, ref, reward, beta) <= best + 1e-9 for rival in rivals),
               f"another policy has a higher J than yours at beta = {beta}", "wrong-beta")
        moved = tilt(ref, reward + 5, beta)
        expect(torch.allclose(moved, got, atol=1e-6),
               "a constant added to every reward must change "
               "nothing", "not-normalised")


def oracle_value(log_pi, ref, reward, beta):
    """J of a policy, answer by answer."""
    pi, said = log_pi.exp(), log_pi > -torch.inf
    return float((pi * reward).sum() - beta * (pi[said] * (log_pi - ref)[said]).sum())
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_3-tilt", "solution": true}
def tilt(log_ref, reward, beta):
    """log pi*, the maximiser of E[r] - beta * KL(pi || ref): (answers,) -> (answers,)."""
    ### BEGIN SOLUTION
    unnormalised = log_ref + reward / beta
    return unnormalised - unnormalised.logsumexp(0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_3-tilt-test", "points": 2}
@exercise("15.3")
def test_tilt():
    """Three answers with reference 1/2, 1/4, 1/4 and rewards 0, log 2, log 4; beta = 1 and 1/2."""
    ref = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64).log()
    reward = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64).log()
    with untouched(ref, reward):
        got = expect_tensor(tilt(ref, reward, 1.0), (3,), "tilt")
    expect(abs(got.sum() - 1) > 1e-6, "these are the probabilities; return their logarithms",
           "no-logarithm")
    total = got.exp().sum()
    expect(abs(total - 1) < 1e-9, f"the probabilities add up to {total:.3f}: divide by Z",
           "not-normalised")
    expect(not torch.allclose(got.exp(), torch.tensor([1, 2, 4]).double() / 7), "the reference is "
           "missing: pi* starts from it", "forgets-reference")
    expect(got[2] > ref[2], "the answer with the highest reward must become likelier; yours gets "
           "rarer", "wrong-sign")
    expect(torch.allclose(got.exp(), torch.tensor([0.25, 0.25, 0.5]).double()),
           f"with beta = 1 pi* is (1/4, 1/4, 1/2); yours: {shown(got.exp())}", "wrong-beta")
    got = tilt(ref, reward, 0.5)
    expect(torch.allclose(got.exp(), torch.tensor([2, 4, 16]).double() / 22),
           "a smaller beta means "
           f"more tilt: with 1/2 pi* is (2, 4, 16)/22; yours: {shown(got.exp())}", "wrong-beta")
    cold = tilt(ref, 1000 * reward, 0.001)
    expect(torch.isfinite(cold).all(), "with beta = 0.001 and large rewards your result is not "
           "finite: stay in logarithms", "overflow")
    ### BEGIN HIDDEN TESTS
    oracle_optimum(tilt)
    ### END HIDDEN TESTS


test_tilt()
print("15.3a: visible checks passed")

# %% [markdown]
# **b. `objective(log_pi, log_ref, reward, beta)`**: $J$ of any policy, a tensor without dimensions.
# `log_pi` may be minus infinity for answers that the policy never gives.
#
# **c. `best_value(log_ref, reward, beta)`**: the largest $J$ that any policy can have, a tensor
# without dimensions. Put $\pi^*$ into $J$ on paper, see what is left, and you need no policy to
# compute it.
#
# <details><summary>Hint 1: where to look</summary>
# b: an expectation, and the KL of 15.1c. c: the same log-sum-exp as in a.
# <details><summary>Hint 2: the idea</summary>
# b: leave out answers with probability 0, as in 15.1c. c: $r - \beta \log(\pi^* /
# \pi_{\mathrm{ref}})$ is the same number for every answer.
# <details><summary>Hint 3: nearly the code</summary>
# b: <code>said = log_pi &gt; -torch.inf</code>; the sum over the answers said of
# <code>p * (reward - beta * (log_pi - log_ref))</code>. c: beta times log Z, the
# <code>logsumexp</code> of <code>log_ref + reward / beta</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_3-objective", "solution": true}
def objective(log_pi, log_ref, reward, beta):
    """J(pi) = E_pi[r] - beta * KL(pi || ref): three (answers,) -> ()."""
    ### BEGIN SOLUTION
    said = log_pi > -torch.inf
    net = reward[said] - beta * (log_pi[said] - log_ref[said])
    return (log_pi[said].exp() * net).sum()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_3-objective-test", "points": 2}
@exercise("15.3")
def test_objective():
    """Two answers; the policy that always gives the second has KL log 4 from the reference."""
    ref = torch.tensor([0.75, 0.25], dtype=torch.float64).log()
    always = torch.tensor([0.0, 1.0], dtype=torch.float64).log()
    reward = torch.tensor([1.0, 3.0], dtype=torch.float64)
    expect_tensor(objective(ref, ref, reward, 0.5), (), "objective")
    got = float(objective(always, ref, reward, 0.5))
    expect(got == got, "nan: an answer of probability 0 adds nothing", "nan-at-zero")
    expect(abs(got - 3.693147) > 1e-5, "KL is a cost: subtract it", "rewards-distance")
    expect(abs(got - 1.613706) > 1e-5, "beta multiplies the KL", "forgets-beta")
    expect(abs(got - 2.306853) < 1e-5, f"J = 3 - 0.5 * log 4 = 2.3069; yours: {got:.4f}",
           "wrong-value")
    got = float(objective(ref, ref, reward, 0.5))
    expect(abs(got - 1.5) < 1e-9, f"the reference itself has KL 0 and J = 1.5; yours: {got:.4f}",
           "wrong-value")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(32)
    for n, beta, never in ((4, 0.3, 0.5), (100, 2.0, 0.7), (7776, 0.1, 0.2), (7776, 1.0, 0.0)):
        ref, reward = oracle_policy(n, g), torch.randn(n, generator=g, dtype=torch.float64)
        best = oracle_tilt(ref, reward, beta)
        top = beta * float((ref + reward / beta).logsumexp(0))
        for policy in (oracle_policy(n, g, never), best, ref):
            j = expect_tensor(objective(policy, ref, reward, beta), (), "objective").item()
            said = policy > -torch.inf
            away = float((policy[said].exp() * (policy - best)[said]).sum())
            expect(abs(j + beta * away - top) < 1e-7 * max(1, abs(top)),
                   "J + beta * KL(pi || pi*) must be beta * log Z for every policy: yours is off "
                   f"by {abs(j + beta * away - top):.1e}", "wrong-value")
    ### END HIDDEN TESTS


test_objective()
print("15.3b: visible checks passed")

# %% nbgrader={"grade_id": "ex15_3-best_value", "solution": true}
def best_value(log_ref, reward, beta):
    """The largest J of any policy, beta * log Z: (answers,), (answers,) -> ()."""
    ### BEGIN SOLUTION
    return beta * torch.logsumexp(log_ref + reward / beta, dim=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_3-best_value-test", "points": 1}
@exercise("15.3")
def test_best_value():
    """Reference 1/2, 1/4, 1/4 and rewards log of 1, 2, 4: Z is 2 with beta 1, and 5.5 with 1/2."""
    ref = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64).log()
    reward = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64).log()
    got = [expect_tensor(best_value(ref, reward, beta), (), "best_value").item()
           for beta in (1.0, 0.5)]
    expect(abs(got[0] - 1.945910) > 1e-5, "the reference is missing from Z", "forgets-reference")
    expect(abs(got[0] - 2) > 1e-5, "this is Z; the value is beta * log Z", "no-logarithm")
    expect(abs(got[0] - 0.693147) < 1e-5, f"with beta = 1 it is log 2; yours: {got[0]:.4f}",
           "wrong-value")
    expect(abs(got[1] - 1.704748) > 1e-5, "this is log Z: multiply by beta", "forgets-beta")
    expect(abs(got[1] - 0.852374) < 1e-5, f"with beta = 1/2 it is log(5.5) / 2 = 0.8524; yours: "
           f"{got[1]:.4f}", "forgets-beta")
    cold = float(best_value(ref, 1000 * reward, 0.001))
    expect(abs(cold - 1386.292975) < 1e-3, "with rewards in the thousands and beta = 0.001 it is "
           f"1386.2930; yours: {cold:.4f}. Stay in logarithms", "overflow")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(33)
    for n, beta in ((6, 0.7), (7776, 0.002), (50, 30.0)):
        ref, reward = oracle_policy(n, g), 4 * torch.randn(n, generator=g, dtype=torch.float64)
        got = expect_tensor(best_value(ref, reward, beta), (), "best_value").item()
        top = oracle_value(oracle_tilt(ref, reward, beta), ref, reward, beta)
        expect(abs(got - top) < 1e-7, "the best policy has another J", "wrong-value")
    ### END HIDDEN TESTS


test_best_value()
print("15.3c: visible checks passed")

# %% [markdown]
# Together they give an identity that holds for *every* policy that only gives answers which the
# reference gives, too:
#
# $$J(\pi) + \beta \, \mathrm{KL}(\pi \,\|\, \pi^*) = \beta \log Z$$
#
# So `best_value - objective` says how far a policy is from the best one, in units of $\beta$,
# without anybody knowing the best one. A thousand random policies, some of which never give half
# of the answers:

# %% id="identity-demo" tags=["demo"]
generator, beta = torch.Generator().manual_seed(3), 0.5
goal, worst = tilt(log_ref, proxy, beta), 0.0
for _ in range(1000):
    logits = 3 * torch.randn(len(answers), generator=generator, dtype=torch.float64)
    logits[torch.rand(len(answers), generator=generator) < 0.5] = -torch.inf
    log_pi = logits.log_softmax(0)
    both = objective(log_pi, log_ref, proxy, beta) + beta * kl(log_pi, goal)
    worst = max(worst, abs(both - best_value(log_ref, proxy, beta)).item())
print(f"beta * log Z = {best_value(log_ref, proxy, beta):.6f}; "
      f"largest deviation of a thousand policies: {worst:.0e}")

# %% [markdown]
# That holds to rounding error for each of them. No policy has been trained on this reward yet, and
# you know where every optimiser of it is heading.
#
# ## Exercise 15.4: how far, and who is to blame (9 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: with the optimum in closed form, nothing that happens now
# is an accident of training. It is what was asked for.
#
# ### Predict, then run
#
# `proxy` is the reward model of 15.2. As $\beta$ falls from 20 to 0.02, its best policy moves away
# from the reference, from a KL of nearly 0 to more than 10 nats. At which KL is *gold* highest?
#
# - `"a"`: below 0.2 nats
# - `"b"`: between 0.2 and 1
# - `"c"`: between 1 and 4
# - `"d"`: above 4

# %% nbgrader={"grade_id": "ex15_4-predict", "solution": true}
PREDICT = {
    "name": "my_guess", "kind": "choice", "options": ["a", "b", "c", "d"], "outcome": "b",
    "seen": r"beta 1\.0: KL +0\.3.* gold +1\.8",
}
### BEGIN SOLUTION
my_guess = "b"
### END SOLUTION

# %% id="moment" tags=["demo"]
print(f"you said {my_guess!r}; the reference: gold {log_ref.exp() @ gold:.2f}")
for strength in (2.0, 1.0, 0.5, 0.2, 0.1):
    log_pi = tilt(log_ref, proxy, strength)
    pi = log_pi.exp()
    print(f"beta {strength:3}: KL {kl(log_pi, log_ref):5.2f}, proxy {pi @ proxy:5.2f}, "
          f"gold {pi @ gold:5.2f}, likeliest answer: {text(answers[log_pi.argmax()])}")

# %% [markdown]
# The same reward model, the same formula, only $\beta$ has changed. Where did it turn?
#
# **a. `gold_slope(log_pi, proxy, gold)`**. Write $\eta = 1/\beta$. Along the path of best policies
# the expectation of any quantity $g$ changes at the rate
#
# $$\frac{d\, \mathrm{E}[g]}{d \eta} = \mathrm{Cov}_\pi(\text{proxy}, g)
# = \mathrm{E}[\text{proxy} \cdot g] - \mathrm{E}[\text{proxy}] \, \mathrm{E}[g]$$
#
# So a little more optimisation helps exactly if proxy and gold are positively correlated *under the
# policy of the moment*. Return this covariance of proxy and gold, a tensor without dimensions;
# `log_pi` may hold minus infinity.
#
# <details><summary>Hint 1: where to look</summary>
# All expectations are under $\pi$, not under the reference, and not plain means.
# <details><summary>Hint 2: the idea</summary>
# Subtract the expectation from one of the two, multiply by the other, take the expectation.
# <details><summary>Hint 3: nearly the code</summary>
# <code>pi = log_pi.exp()</code>; an expectation is <code>pi @ something</code>: three of them, as
# in the formula.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_4-slope", "solution": true}
def gold_slope(log_pi, proxy, gold):
    """Cov_pi(proxy, gold), the gain of gold per unit of 1/beta: three (answers,) -> ()."""
    ### BEGIN SOLUTION
    pi = log_pi.exp()
    return pi @ ((proxy - pi @ proxy) * gold)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_4-slope-test", "points": 2}
@exercise("15.4")
def test_slope():
    """Two answers with probabilities 1/4 and 3/4: the covariance is p (1 - p) times both gaps."""
    pi = torch.tensor([0.25, 0.75, 0.0], dtype=torch.float64)
    proxy = torch.tensor([0.0, 2.0, 9.0], dtype=torch.float64)
    gold = torch.tensor([1.0, -1.0, 9.0], dtype=torch.float64)
    got = expect_tensor(gold_slope(pi.log(), proxy, gold), (), "gold_slope").item()
    expect(abs(got - float((proxy * gold).mean() - proxy.mean() * gold.mean())) > 1e-6,
           "these are plain means: weigh each answer with its probability", "unweighted")
    expect(abs(got + 1.5) > 1e-6, "E[proxy * gold] alone is no covariance: subtract the product "
           "of the expectations", "not-centred")
    expect(abs(got + 0.866025) > 1e-5, "this is a correlation; the slope is the covariance",
           "normalised")
    expect(abs(got + 0.75) < 1e-9, f"for these two answers it is -0.75; yours: {got:.4f}",
           "wrong-slope")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(41)
    for n, eta, never in ((3, 1.0, 0.0), (60, 0.3, 0.4), (7776, 2.0, 0.0)):
        ref = oracle_policy(n, g, never)
        proxy, gold = torch.randn(2, n, generator=g, dtype=torch.float64)
        up, down = (oracle_tilt(ref, proxy, 1 / (eta + step)).exp() @ gold
                    for step in (1e-5, -1e-5))
        got = gold_slope(oracle_tilt(ref, proxy, 1 / eta), proxy + 3, gold - 50).item()
        expect(abs(got - float(up - down) / 2e-5) < 1e-6, "your slope is not that of finite "
               "differences in 1/beta", "wrong-slope")
    ### END HIDDEN TESTS


test_slope()
print("15.4a: visible checks passed")

# %% [markdown]
# **b. `peak(log_ref, proxy, gold, low, high, tilt)`**: along the best policies for beta between
# `low` and `high`, where is gold highest? Return the pair `(beta, kl)` of floats: the beta, and the
# KL of that policy from the reference.
#
# - gold at your beta must come within 1e-4 of the best there is; the peak may lie at an end
# - `tilt` is a right one, handed in; call it at most 400 times
#
# <details><summary>Hint 1: where to look</summary>
# Gold may have more than one bump. A coarse grid finds the right one; then refine.
# <details><summary>Hint 2: the idea</summary>
# Space the grid evenly in log beta. Take the best point and its two neighbours as the new ends, and
# do the same again.
# <details><summary>Hint 3: nearly the code</summary>
# Three rounds of 100 points: <code>torch.logspace</code> between log10 of the ends, the gold of
# each policy, <code>argmax</code>, new ends one grid step to either side.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-peak", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_peak_gold(ref, proxy, gold, low, high):
    """The highest gold of 4,000 betas, and the golds themselves."""
    betas = torch.logspace(low, high, 4000, dtype=torch.float64)
    golds = torch.stack([oracle_tilt(ref, proxy, beta).exp() @ gold for beta in betas.tolist()])
    return golds.max().item()


def oracle_peak(peak):
    """Random worlds: one bump, an end, two bumps."""
    g = torch.Generator().manual_seed(42)
    for case in range(4):
        ref = oracle_policy(200, g)
        proxy = torch.randn(200, generator=g, dtype=torch.float64)
        gold = proxy - (0.6, 0.5, 0.0, -0.1)[case] * proxy**2
        if case == 0:  # a second, higher bump far out: the best proxy is very good indeed
            gold[proxy.argmax()] += 12
        calls = []

        def tilt(ref, reward, beta, calls=calls):
            calls.append(beta)
            return oracle_tilt(ref, reward, beta)

        beta, far = peak(ref, proxy, gold, 0.03, 30.0, tilt)
        expect(len(calls) <= 400, f"you called tilt {len(calls)} times; 400 are allowed",
               "over-budget")
        expect(0.03 * 0.999 <= beta <= 30 * 1.001, f"beta = {beta:.3g} is outside [0.03, 30]",
               "outside-range")
        policy = oracle_tilt(ref, proxy, beta)
        top = oracle_peak_gold(ref, proxy, gold, -1.5228787, 1.4771213)
        expect(policy.exp() @ gold >= top - 1e-4, f"random world {case}: another "
               f"beta has gold {top:.4f}, yours {policy.exp() @ gold:.4f}. Is there a second bump?",
               "not-the-peak")
        expect(abs(far - oracle_kl(policy, ref)) < 1e-4, "the KL is not that of your beta",
               "wrong-kl")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_4-peak", "solution": true}
def peak(log_ref, proxy, gold, low, high, tilt):
    """(beta, KL from the reference) where gold is highest along the tilts by proxy."""
    ### BEGIN SOLUTION
    for _ in range(3):
        betas = torch.logspace(torch.tensor(low).log10(), torch.tensor(high).log10(), 100)
        golds = [float(tilt(log_ref, proxy, beta).exp() @ gold) for beta in betas.tolist()]
        best = max(range(100), key=golds.__getitem__)
        low, high = float(betas[max(best - 1, 0)]), float(betas[min(best + 1, 99)])
    log_pi = tilt(log_ref, proxy, float(betas[best]))
    said = log_pi > -torch.inf
    return float(betas[best]), float((log_pi.exp() * (log_pi - log_ref))[said].sum())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_4-peak-test", "points": 3}
@exercise("15.4")
def test_peak():
    """Two throws of a coin that shows 1 with 0.1: a tilted policy is a tilted coin."""
    import math

    three = torch.tensor([0.81, 0.18, 0.01], dtype=torch.float64).log()
    steps, gold = torch.tensor([0.0, 1.0, 2.0]).double(), torch.tensor([0.0, 1.0, 0.0]).double()
    calls = []

    def tilt(ref, reward, beta):
        calls.append(beta)
        expect(torch.equal(ref, three) and torch.equal(reward, steps), "the policies to try are "
               "the tilts of log_ref by the PROXY; gold only judges them", "tilts-by-gold")
        one = 1 / (1 + 9 * math.exp(-1 / float(beta)))  # this coin's chance of a 1
        shares = [(1 - one) ** 2, 2 * one * (1 - one), one**2]
        return torch.tensor(shares, dtype=torch.float64).log()

    got = peak(three, steps, gold, 0.05, 30.0, tilt)
    expect(isinstance(got, tuple) and len(got) == 2, "return the pair (beta, kl)", "no-pair")
    expect(len(calls) <= 400, f"you called tilt {len(calls)} times; 400 are allowed", "over-budget")
    beta, far = float(got[0]), float(got[1])
    expect(abs(beta - 0.05) > 1e-3, "at the smallest beta the proxy is highest; look for the "
           "highest gold", "proxy-peak")
    expect(abs(beta - 0.455120) < 0.006, "gold is the chance of exactly one 1, best with a fair "
           f"coin, at beta = 1/log 9 = 0.4551; yours: {beta:.4f}", "not-the-peak")
    one = 1 / (1 + 9 * math.exp(-1 / beta))
    true = 2 * (one * math.log(one / 0.1) + (1 - one) * math.log((1 - one) / 0.9))
    expect(abs(far - true) < 1e-3, f"at your beta the KL of the policy from the reference is "
           f"{true:.4f}; yours: {far:.4f}", "wrong-kl")
    for wish, end in ((steps, 0.05), (-steps, 20.0)):
        beta = float(peak(three, steps, wish, 0.05, 20.0, tilt)[0])
        expect(abs(beta - end) < 0.01 * end, "where gold only rises or only falls, the peak is at "
               f"an end of the range, here {end}; yours: {beta:.4f}", "outside-range")
    for wish, end in (([1.0, -1.0, 1.2], 0.1), ([1.5, -1.0, 0.9], 10.0)):
        beta = float(peak(three, steps, torch.tensor(wish).double(), 0.1, 10.0, tilt)[0])
        expect(abs(beta - end) < 0.01 * end, "from 0.1 to 10 gold falls and rises again, and is "
               f"highest at {end:g}; yours: {beta:.4f}. Search it all", "first-bump")
    ### BEGIN HIDDEN TESTS
    oracle_peak(peak)
    ### END HIDDEN TESTS


test_peak()
print("15.4b: visible checks passed")

# %% id="peak-demo" tags=["demo"]
top_beta, top_kl = peak(log_ref, proxy, gold, 0.02, 20.0, tilt)
top = tilt(log_ref, proxy, top_beta)
print(f"you said {my_guess!r}")
print(f"gold peaks at beta {top_beta:.2f}, KL {top_kl:.2f}: {top.exp() @ gold:.2f}")
for strength in (2 * top_beta, top_beta, top_beta / 2):
    print(f"beta {strength:.2f}: covariance of proxy and gold "
          f"{gold_slope(tilt(log_ref, proxy, strength), proxy, gold):6.3f}")

# %% [markdown]
# The covariance crosses zero at the peak. In practice nobody has `gold`. But let careful raters
# compare answers of the *current* policy, and you learn nearly its sign, which is a reason to keep
# asking. (Nearly: a label says which answer is better and not by how much. With labels in place of
# `gold` the covariance crosses zero near $\beta = 0.7$.)
#
# Proxy and gold along the way, both as what they gain over the reference:

# %% id="path-demo" tags=["demo"]
def along(policies):
    """KL from the reference, and what proxy and gold gain over it, for each policy."""
    start = log_ref.exp() @ gold
    return tuple([float(v) for v in column] for column in zip(*(
        (kl(log_pi, log_ref), log_pi.exp() @ proxy, log_pi.exp() @ gold - start)
        for log_pi in policies), strict=True))


tilted = along(tilt(log_ref, proxy, strength) for strength in torch.logspace(1.3, -1, 240).tolist())
figure = plots.curves({"proxy": tilted[:2], "gold": (tilted[0], tilted[2])},
                      xlabel="KL from the reference (nats)", ylabel="gain over the reference",
                      title="The best policies for the proxy", percent=False)
at = max(range(240), key=tilted[2].__getitem__)
plots.show(figure, alt=f"Against the KL from the reference the proxy gains up to "
           f"{tilted[1][-1]:.1f}; gold gains at most {tilted[2][at]:.2f}, at KL "
           f"{tilted[0][at]:.2f}, and ends at {tilted[2][-1]:.1f}.")

# %% [markdown]
# Move $\beta$ yourself. Left: the likeliest answers. Right: where you are on the two curves.

# %% id="slider" tags=["demo"]
from matplotlib.figure import Figure


def draw(beta):
    """The policy at one beta, and its place on the curves of proxy and gold."""
    log_pi = tilt(log_ref, proxy, beta)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    chosen = log_pi.topk(6).indices.flip(0)
    left.barh([text(answers[a]) for a in chosen], log_pi[chosen].exp().tolist(),
              color=plots.PALETTE["sky blue"])
    left.set_xlim(0, 0.25)
    left.set(xlabel="probability", title=f"likeliest answers at beta {beta:.2f}")
    for name, values, style, mark, size in (("proxy", tilted[1], "-", "o", 14),
                                            ("gold", tilted[2], "--", "s", 7)):
        line = right.plot(tilted[0], values, style, color=plots.colour(name), label=name)
        here = float(log_pi.exp() @ (proxy if name == "proxy" else centred(gold)))
        right.plot(float(kl(log_pi, log_ref)), here, mark, ms=size, mec="black",
                   color=line[0].get_color())
    right.set(xlabel="KL from the reference (nats)", ylabel="gain over the reference",
              xlim=(-0.3, 9.5), ylim=(-5, 3.5))
    right.legend(loc="lower left")
    return figure


widgets.slider(draw, [5.0, 2.0, 1.0, 0.8, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1], label="beta",
               alt=lambda b: f"Likeliest answer at beta {b:.2f}: "
               f"{text(answers[tilt(log_ref, proxy, b).argmax()])}")

# %% [markdown]
# Between $\beta = 0.5$ and 0.2 the top of the left picture changes from a sentence into five times
# "great", and nothing on the proxy's curve marks the place.
#
# ### Predict, then run: the perfect reward model
#
# "The raters were in a hurry" is the first suspect. So take the model out of the game: hand the
# formula `rated` *itself*, what the hurried raters really feel about each of the 7,776 answers,
# flattery included, without noise and without a gap. At $\beta = 0.1$ the proxy's best policy had a
# gold of -2.65; the reference has 1.49. The best policy for `rated` itself: is its gold `"below"`
# the reference's, or `"above"`?

# %% nbgrader={"grade_id": "ex15_4-predict-rated", "solution": true}
PREDICT = {
    "name": "my_verdict", "kind": "choice", "options": ["below", "above"], "outcome": "above",
    "seen": r"rated itself at beta 0\.1: gold +2",
}
### BEGIN SOLUTION
my_verdict = "above"
### END SOLUTION

# %% id="rated-demo" tags=["demo"]
print(f"you said {my_verdict!r}; the reference: gold {log_ref.exp() @ gold:.2f}")
for name, reward in (("proxy", proxy), ("rated itself", rated)):
    pi = tilt(log_ref, reward, 0.1).exp()
    print(f"{name:12} at beta 0.1: gold {pi @ gold:5.2f}, compliments {pi @ greats:.1f}, "
          f"likeliest answer: {text(answers[pi.argmax()])}")

# %% [markdown]
# Optimised to the end, the hurried raters' own taste does better than the reference. They like a
# compliment, but a reason more, and by our formula they, too, tire of flattery. What ruins gold is
# not yet found.
#
# **c. `blame(log_ref, gold, rewards, beta, tilt)`**: split the damage. Two things are wrong with
# the proxy, hurried raters and a model that only counts words, and each can be wrong alone.
# `rewards` is a dictionary of four rewards, (answers,) each, with the keys `("careful", "full")`,
# `("hurried", "full")`, `("careful", "words")` and `("hurried", "words")`. Each leads to a best
# policy at `beta`, and each policy has an expected *gold*. Return three floats
# `(hurry, words, extra)`:
#
# - `hurry`: the gold lost if *only* the raters are wrong, compared with nothing wrong
# - `words`: the gold lost if *only* the model is wrong
# - `extra`: what both together lose beyond the sum of the two (it may be negative)
#
# <details><summary>Hint 1: where to look</summary>
# Four policies, four values of gold. Compare each with the same one of them.
# <details><summary>Hint 2: the idea</summary>
# Start from <code>("careful", "full")</code>. A loss is its gold minus that of another. What both
# lose together is a third such difference.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worth = {key: float(tilt(log_ref, reward, beta).exp() @ gold) for key, reward in
# rewards.items()}</code>; <code>hurry</code> and <code>words</code> are differences from
# <code>worth["careful", "full"]</code>; so is the loss by both; <code>extra</code> is that minus
# <code>hurry</code> minus <code>words</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_4-blame", "solution": true}
def blame(log_ref, gold, rewards, beta, tilt):
    """(hurry, words, extra): gold lost by either fault alone, and by both beyond the sum."""
    ### BEGIN SOLUTION
    best = tilt(log_ref, rewards["careful", "full"], beta).exp() @ gold

    def lost(raters, model):
        return float(best - tilt(log_ref, rewards[raters, model], beta).exp() @ gold)

    hurry, words = lost("hurried", "full"), lost("careful", "words")
    return hurry, words, lost("hurried", "words") - hurry - words
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_4-blame-test", "points": 4}
@exercise("15.4")
def test_blame():
    """Two answers with gold 1 and 5; the second one's share is 0.9, 0.8, 0.75 and 0.2."""
    import math

    ref = torch.tensor([1 / 3, 2 / 3], dtype=torch.float64).log()
    gold, beta = torch.tensor([1.0, 5.0], dtype=torch.float64), 0.25
    odds = {("hurried", "words"): 0.125, ("careful", "words"): 1.5, ("hurried", "full"): 2.0,
            ("careful", "full"): 4.5}
    rewards = {key: torch.tensor([2.0, 2.0 + beta * math.log(value)], dtype=torch.float64)
               for key, value in odds.items()}

    def tilt(ref, reward, beta):
        chance = ref.exp() * torch.exp(reward / beta)
        return (chance / chance.sum()).log()  # not-an-answer: overflows, and stands in 15.3's text

    got = blame(ref, gold, rewards, beta, tilt)
    expect(isinstance(got, tuple) and len(got) == 3, "return the three floats (hurry, words, "
           "extra)", "no-triple")
    hurry, words, extra = (float(v) for v in got)
    yours = f"yours: {hurry:.3f}, {words:.3f}, {extra:.3f}"
    expect(abs(hurry - 0.6) > 1e-6 or abs(words - 0.4) > 1e-6, "hurry and words are exchanged",
           "exchanged")
    expect(abs(hurry + 0.533333) > 1e-3, "you compare with the reference; compare with the policy "
           "for the reward with nothing wrong", "from-reference")
    expect(abs(hurry + 2.2) > 1e-6, "you go by the order of the dictionary, and it may be any; go "
           "by its keys", "by-order")
    expect(hurry > 0 and words > 0, f"a loss is counted as a positive number; {yours}", "gains")
    expect(abs(hurry - 2.2) > 1e-6, "you took one fault AWAY from the proxy that has both; ask "
           "what one fault does ALONE", "from-the-bottom")
    expect(abs(hurry - 0.4) < 1e-6 and abs(words - 0.6) < 1e-6, "gold is 4.6 with nothing wrong, "
           f"4.2 with hurried raters and 4.0 with a word model, so 0.4 and 0.6 are lost; {yours}",
           "wrong-loss")
    expect(abs(extra - 2.8) > 1e-6, "this is all that both lose; extra is what goes BEYOND the sum "
           "of hurry and words", "all-of-it")
    expect(abs(extra - 1.8) < 1e-6, "both together leave 1.8 of 4.6, so they lose 2.8, which is "
           f"1.8 more than 0.4 + 0.6; {yours}", "wrong-extra")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(48)
    for n, beta in ((3, 2.0), (40, 0.3), (7776, 0.1)):
        ref, gold = oracle_policy(n, g), torch.randn(n, generator=g, dtype=torch.float64)
        rewards = {key: torch.randn(n, generator=g, dtype=torch.float64) for key in odds}
        worth = [float(oracle_tilt(ref, rewards[key], beta).exp() @ gold) for key in odds]
        truth = (worth[3] - worth[2], worth[3] - worth[1],
                 worth[2] + worth[1] - worth[3] - worth[0])
        got = [float(v) for v in blame(ref, gold, rewards, beta, oracle_tilt)]
        expect(max(abs(a - b) for a, b in zip(got, truth, strict=True)) < 1e-6, "random rewards at "
               f"beta = {beta}: expected {[round(v, 4) for v in truth]}, got "
               f"{[round(v, 4) for v in got]}", "wrong-extra")
    ### END HIDDEN TESTS


test_blame()
print("15.4c: visible checks passed")

# %% id="suspects-demo" tags=["demo"]
rich_features = language.rich_features(answers)  # 72 of them: pairs of words, levels of counts
everywhere = torch.full((len(answers),), 1 / len(answers)).double().log()
suspects = {
    "nothing wrong": [gold],
    "rated itself": [rated],
    "careful, counts words": [learned(word_counts, gold, 4000, s)[0] for s in range(5)],
    "hurried, counts words": [learned(word_counts, rated, 4000, s)[0] for s in range(5)],
    "the same, asked everywhere": [learned(word_counts, rated, 4000, s, everywhere)[0]
                                   for s in range(5)],
    "hurried, sees 72 features": [learned(rich_features, rated, 4000, s)[0] for s in range(5)],
}
print("gold at beta:               0.5             0.2             0.1             0.05"
      "   (mean; lowest to highest of 5 seeds)")
table = {}
for name, rewards in suspects.items():
    table[name] = [torch.stack([tilt(log_ref, r, b).exp() @ gold for r in rewards])
                   for b in (0.5, 0.2, 0.1, 0.05)]
    print(f"{name:26}", *(f"{row.mean():5.2f} ({row.min():5.2f},{row.max():5.2f})"
                          for row in table[name]))
print("likeliest answer at beta 0.05, first seed:")
for name, rewards in suspects.items():
    print(f"  {name:26} {text(answers[tilt(log_ref, rewards[0], 0.05).argmax()])}")
shares_of_blame = [blame(log_ref, gold, {
    ("careful", "full"): gold, ("hurried", "full"): rated,
    ("careful", "words"): suspects["careful, counts words"][s],
    ("hurried", "words"): suspects["hurried, counts words"][s]}, 0.1, tilt) for s in range(5)]
for name, values in zip(("hurry", "words", "extra"), zip(*shares_of_blame, strict=True),
                        strict=True):
    print(f"lost at beta 0.1 by {name}: {min(values):.2f} to {max(values):.2f}")
figure = plots.bars({"gold at beta 0.1": [float(table[name][2].mean()) for name in suspects]},
                    list(suspects), xlabel="gold at beta 0.1 (line: five seeds; dotted: reference)")
for place, name in enumerate(suspects):
    low, high = float(table[name][2].min()), float(table[name][2].max())
    figure.axes[0].plot([low, high], [place, place], color="black", marker="|", lw=2)
figure.axes[0].axvline(float(log_ref.exp() @ gold), color="black", ls=":", lw=1.5)
plots.show(figure, alt="Gold at beta 0.1, dotted the reference at "
           f"{log_ref.exp() @ gold:.2f}: " + "; ".join(
               f"{name} {table[name][2].mean():.2f}" for name in suspects))

# %% [markdown]
# Read the rows as controls.
#
# - **Hurry alone** (`rated` itself) costs 0.8 of 3 at $\beta = 0.1$. Gold stays above the
#   reference. A model with 72 features, trained on the same hurried labels, ends in the same place.
# - **The word counter alone**, with careful raters, costs 0.6 to 1.8, by seed. At $\beta = 0.05$ it
#   is below the reference on each of the five seeds. Careful raters put the fall off and make it
#   shallower; they do not prevent it.
# - **Both** lose 3 to 5 more than the sum of the two, by seed. A model that counts words cannot say
#   "one compliment is nice, five are not", nor "*because* only before a reason". It has one price
#   for each word, and every answer has five words: whatever the prices, five times the dearest word
#   is the best of all. Careful raters make that five times "because", with a gold of 0. With
#   hurried ones "great" and "because" cost nearly the same, and at $\beta = 0.1$ the reference
#   decides: it says five times "great" some 1,800 times as often. (Make $\beta$ smaller still, and
#   on three of the five seeds, the first among them, "because" takes over and gold climbs back to
#   0.)
# - **"It was never asked about these answers"** is a natural explanation, and it is not what
#   happened here. Ask everywhere, every answer equally often, and the same model falls *further*.
#
# All rows stand at the same $\beta$, not at the same distance from the reference. At the same KL of
# 2 hurry alone costs more than the word counter alone, and the verdict stays: both together lose
# far more than the sum. 15.5 (deeper) has that table, and what ten times as many comparisons do.
#
# So, in this lab: a weakness of the raters *and* a model that cannot express where it ends.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: training, and people who differ
#
# About 70 minutes: exercises 15.6, 15.8 and 15.9.

# %% [markdown]
# ## Exercise 15.6: reinforcement learning, checked against the optimum (6 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: a real language has too many answers for a closed form.
# Then one samples. Here you can see whether it works.
#
# **a. `rloo_loss(log_pi, log_ref, reward, beta)`**. REINFORCE (Williams 1992) with the
# leave-one-out baseline of Kool et al. (2019), now common for language models (Ahmadian et al.
# 2024). You get $n$ answers drawn from the policy:
#
# - the net reward of answer $i$:
#   $R_i = r_i - \beta (\log \pi_i - \log \pi_{\mathrm{ref}, i})$
# - its advantage: $A_i$ is $R_i$ minus the mean of the net rewards of the $n - 1$ *others*
# - the loss: minus the mean of $A_i \log \pi_i$, with $A$ a constant: no gradient flows through it
#
# Its gradient is, on average over draws, minus the gradient of $J$. The baseline changes nothing on
# average, because the others know nothing of answer $i$. It makes the estimate calmer wherever the
# net rewards are far from 0 on average. And where they are all equal every advantage is 0: no noise
# is left. (At which policy are they all equal? You have met it in 15.3.)
#
# - `log_pi`, `log_ref`, `reward`: (n,), n at least 2; `log_pi` carries a graph; returns a tensor
#   without dimensions
#
# <details><summary>Hint 1: where to look</summary>
# Where does <code>log_pi</code> occur twice, and in which of the two places must it be a mere
# number?
# <details><summary>Hint 2: the idea</summary>
# The mean of the others is (sum of all - own) / (n - 1).
# <details><summary>Hint 3: nearly the code</summary>
# Compute <code>net</code> with <code>log_pi.detach()</code>; subtract
# <code>(net.sum() - net) / (len(net) - 1)</code>; multiply by <code>log_pi</code>; minus the mean.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-rloo", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_unbiased(rloo_loss):
    """Every list of n draws, weighted with its probability: the mean gradient is that of -J."""
    from itertools import product

    for seed, n, beta in ((61, 2, 0.0), (62, 2, 0.7), (63, 3, 0.4)):
        g = torch.Generator().manual_seed(seed)
        policy = TablePolicy(oracle_policy(4, g), words=2, length=2)
        ref = oracle_policy(4, g)
        reward = torch.randn(4, generator=g, dtype=torch.float64)
        joint = policy.joint()
        value = joint.exp() @ (reward - beta * (joint - ref))
        truth = torch.autograd.grad(-value, list(policy.levels), retain_graph=True)
        total = 0.0
        for draws in product(range(4), repeat=n):
            rows = torch.tensor(draws)
            chance = joint.detach()[rows].sum().exp()
            total = total + chance * rloo_loss(joint[rows], ref[rows], reward[rows], beta)
        got = torch.autograd.grad(total, list(policy.levels))
        expect(all(torch.allclose(a, b, atol=1e-10) for a, b in zip(got, truth, strict=True)),
               f"averaged over all 4^{n} lists of draws (beta = {beta}), your gradient is "
               "not that of -J",
               "own-baseline")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_6-rloo", "solution": true}
def rloo_loss(log_pi, log_ref, reward, beta):
    """Minus the mean of advantage * log pi over n drawn answers: three (n,) -> ()."""
    ### BEGIN SOLUTION
    net = reward - beta * (log_pi.detach() - log_ref)
    others = (net.sum() - net) / (len(net) - 1)
    return -((net - others) * log_pi).mean()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_6-rloo-test", "points": 2}
@exercise("15.6")
def test_rloo():
    """Two answers with rewards 1 and 3: advantages -2 and 2, so the gradient is (1, -1)."""
    log_pi = torch.tensor([-1.0, -2.0], dtype=torch.float64, requires_grad=True)
    ref = torch.tensor([-1.5, -1.0], dtype=torch.float64)
    reward = torch.tensor([1.0, 3.0], dtype=torch.float64)
    loss = rloo_loss(log_pi, ref, reward, 0.0)
    expect(isinstance(loss, torch.Tensor) and loss.shape == () and loss.requires_grad,
           "return one number with its graph", "no-graph")
    (got,) = torch.autograd.grad(loss, log_pi)
    expect(got[1] < 0, "a step down this loss makes the better answer rarer", "wrong-sign")
    expect(abs(got[1] + 0.5) > 1e-9, "the baseline is the mean of the OTHERS, without the answer "
           "itself", "own-baseline")
    expect(abs(got[0] + 0.5) > 1e-9, "subtract the baseline", "no-baseline")
    expect(torch.allclose(got, torch.tensor([1.0, -1.0]).double()), "the gradient with respect to "
           f"log_pi must be (1, -1); yours: {shown(got)}", "wrong-gradient")
    (got,) = torch.autograd.grad(rloo_loss(log_pi, ref, reward, 1.0), log_pi)
    expect(not torch.allclose(got, torch.tensor([1.0, -1.0]).double()),
           "with beta = 1 the distance "
           "from the reference must count", "forgets-penalty")
    for slip, message, name in (
            (0.25, "the distance is a cost: subtract beta times it", "rewards-distance"),
            (2.25, "a gradient flows through the advantage: detach it", "graph-in-advantage")):
        expect(not torch.allclose(got, torch.tensor([slip, -slip]).double()), message, name)
    expect(torch.allclose(got, torch.tensor([0.25, -0.25]).double() + torch.tensor([1.5, -1.5])),
           "with beta = 1 the net rewards are 0.5 and 4 and the gradient is (1.75, -1.75); yours: "
           f"{shown(got)}", "wrong-gradient")
    three = torch.tensor([-1.0, -2.0, -3.0], dtype=torch.float64, requires_grad=True)
    reward = torch.tensor([1.0, 3.0, 8.0], dtype=torch.float64)
    (got,) = torch.autograd.grad(rloo_loss(three, three.detach(), reward, 1.0), three)
    expect(torch.allclose(got, torch.tensor([1.5, 0.5, -2.0]).double()), "three answers with net "
           "rewards 1, 3, 8: the others have the means 5.5, 4.5, 2, and the gradient is (1.5, 0.5, "
           f"-2); yours: {shown(got)}", "not-of-three")
    ### BEGIN HIDDEN TESTS
    oracle_unbiased(rloo_loss)
    ### END HIDDEN TESTS


test_rloo()
print("15.6a: visible checks passed")

# %% [markdown]
# **b. `train_rloo(log_ref, reward, beta, *, loss, generator)`**: train a table policy that starts
# at the reference, until its KL to the best policy is at most 0.005. Return its log-probabilities,
# (7776,), without a graph.
#
# - `policy = TablePolicy(log_ref)` has free logits for each of the 1,555 beginnings of an answer;
#   `policy.joint()` gives the log-probability of every answer, with its graph, and
#   `torch.optim.Adam(policy.parameters(), lr=...)` moves it
# - each step: draw answers from the *current* policy with `generator`, hand
#   `loss(log_pi, log_ref, reward, beta)` the entries that were drawn, one step of Adam
# - `loss` is handed in and decides what is learned; it need not be that of RLOO
# - at least 20 and at most 400 steps, at most 5,000 answers a step
#
# <details><summary>Hint 1: where to look</summary>
# <code>torch.multinomial</code> of <code>joint.detach().exp()</code>, with replacement, draws rows.
# <details><summary>Hint 2: the idea</summary>
# With your RLOO loss the noise of the draws dies out at the optimum by itself. With a loss that has
# another baseline it does not, and in the end it is what keeps you away. Let the learning rate fall
# to nearly nothing, and both are served.
# <details><summary>Hint 3: nearly the code</summary>
# 400 steps of 4,000 draws, Adam with <code>lr=0.05</code>,
# <code>torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, 400)</code>, whose
# <code>step()</code> follows the optimizer's; at the end <code>policy.joint().detach()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-train", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_rloo_loss(log_pi, ref, reward, beta):
    """A right loss for the tests of the training loop, leave-one-out by one factor."""
    net = reward - beta * (log_pi - ref).detach()
    n = len(net)
    return -(n / (n - 1) * (net - net.mean()) * log_pi).mean()


def oracle_distance(train, seed, beta=0.5):
    """KL of the trained policy to the best one, for a reward that has not been seen."""
    g = torch.Generator().manual_seed(seed)
    worth = torch.randn(6, generator=g, dtype=torch.float64)
    reward = word_counts @ (worth / worth.norm())
    calls = []

    def loss(log_pi, ref, reward, beta):
        calls.append(len(log_pi))
        return oracle_rloo_loss(log_pi, ref, reward, beta)

    log_pi = train(log_ref, reward, beta, loss=loss, generator=g)
    log_pi = expect_tensor(log_pi, (7776,), "train_rloo")
    expect(20 <= len(calls) <= 400,
           f"you called the loss {len(calls)} times; 20 to 400 are allowed",
           "over-budget")
    expect(max(calls) <= 5000, f"one step used {max(calls)} answers; 5,000 are allowed",
           "over-budget")
    best = oracle_tilt(log_ref, reward, beta)
    return oracle_kl(log_pi, best)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_6-train", "solution": true}
def train_rloo(log_ref, reward, beta, *, loss, generator):
    """log-probabilities of a table policy after RLOO from the reference: (7776,), no graph."""
    ### BEGIN SOLUTION
    policy, steps = TablePolicy(log_ref), 400
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    for _ in range(steps):
        joint = policy.joint()
        drawn = torch.multinomial(joint.detach().exp(), 4000, replacement=True,
                                  generator=generator)
        optimizer.zero_grad()
        loss(joint[drawn], log_ref[drawn], reward[drawn], beta).backward()
        optimizer.step()
        schedule.step()
    return policy.joint().detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_6-train-test", "points": 4}
@exercise("15.6")
def test_train():
    """Reward 1 for praise, and a loss that counts it twice; where that leads is known."""
    reward = (greats > 0).double()
    drawn = []

    def loss(log_pi, ref, reward, beta):
        expect(log_pi.shape == ref.shape == reward.shape and ((reward == 0) | (reward == 1)).all(),
               "hand the loss log_pi, log_ref and reward of the answers drawn, in this order",
               "wrong-arguments")
        expect(len(reward) <= 5000, f"one step used {len(reward)} answers; 5,000 are allowed",
               "over-budget")
        expect(len(ref) < 300 or len(ref.unique()) < len(ref), "no answer was drawn twice: draw "
               "with replacement", "no-replacement")
        drawn.append(float(reward.mean()))
        pull = 2 * reward - 1 - beta * (log_pi - ref).detach()  # a fixed baseline
        return (-pull * log_pi).mean()

    log_pi = train_rloo(log_ref, reward, 0.7, loss=loss, generator=torch.Generator().manual_seed(0))
    log_pi = expect_tensor(log_pi, (7776,), "train_rloo")
    expect(drawn, "you never called the loss that was handed in: it decides what is learned",
           "ignores-loss")
    expect(abs(log_pi.exp().sum() - 1) < 1e-4, "return log-probabilities: their exponentials must "
           f"add up to 1, and yours to {log_pi.exp().sum():.4g}", "no-policy")
    expect(20 <= len(drawn) <= 400,
           f"you called the loss {len(drawn)} times; 20 to 400 are allowed",
           "over-budget")
    start, share = float(log_ref.exp() @ reward), float(log_pi.exp() @ reward)
    expect(abs(drawn[0] - start) < 0.1, f"your first draws praise with {drawn[0]:.2f}, the "
           f"reference with {start:.2f}: start there, TablePolicy(log_ref)", "wrong-start")
    expect(abs(drawn[-1] - share) < 0.1,
           f"your last draws praise with {drawn[-1]:.2f}, your policy "
           f"with {share:.2f}: draw from the current policy in each step", "draws-from-reference")
    once, goal = (start * odds / (start * odds + 1 - start) for odds in (4.172734, 17.411708))
    expect(abs(share - once) > 0.01, "your policy is the best one for `reward`. The loss that was "
           "handed in counts praise twice: follow the loss", "ignores-loss")
    expect(abs(share - goal) < 0.02, f"where this loss leads, the policy praises with probability "
           f"{goal:.3f}; yours with {share:.3f}", "not-there")
    ### BEGIN HIDDEN TESTS
    far = [oracle_distance(train_rloo, seed, beta) for seed, beta in ((640, 0.5), (640, 0.5),
                                                                      (650, 0.6))]
    expect(abs(far[0] - far[1]) < 1e-9, "two runs with the same generator end differently: draw "
           "with generator, and with nothing else", "ignores-generator")
    expect(max(far) <= 0.005, f"your policy ends at KL {max(far):.4f} from the best one; 0.005 is "
           "the goal", "not-there")
    ### END HIDDEN TESTS


test_train()
print("15.6b: visible checks passed (the hidden ones measure the KL to the best policy)")

# %% id="rloo-demo" tags=["demo"]
beta = 0.5
star = tilt(log_ref, proxy, beta)
trained = train_rloo(log_ref, proxy, beta, loss=rloo_loss,
                     generator=torch.Generator().manual_seed(0))
print(f"KL to the best policy: {kl(log_ref, star):.4f} before, {kl(trained, star):.4f} after RLOO")
short = best_value(log_ref, proxy, beta) - objective(trained, log_ref, proxy, beta)
print(f"the same without knowing it, from J alone: {short / beta:.4f}")
print(f"gold: {trained.exp() @ gold:.2f}, of the best policy: {star.exp() @ gold:.2f}")
for name, log_pi in (("reference", log_ref), ("best policy", star)):
    net = proxy + beta * (log_ref - log_pi)
    print(f"net rewards under the {name:11} differ by up to {net.max() - net.min():.1g}")

# %% [markdown]
# The optimiser works: it ends where the formula said it would. Gold goes where the formula said,
# too. A better optimiser is no remedy for a wrong goal.
#
# The transformer itself, its 26,054 weights moved by the same loss:

# %% id="transformer-demo" tags=["demo"]
def tuned(model, steps, lr=3e-3):
    """Adam for a model, with a learning rate that falls to nearly nothing."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)


def every_log_prob(model):
    """log pi of all answers, in float64."""
    with torch.no_grad():
        return sequence_log_probs(model, answers).double().log_softmax(0)

# %% id="transformer-rloo" tags=["demo"]
def by_rloo(steps=250, n=256):
    """The reference transformer after RLOO."""
    generator, model = torch.Generator().manual_seed(0), language.reference_policy()
    optimizer, schedule = tuned(model, steps)
    for _ in range(steps):
        drawn = draw_answers(model, n, language.LENGTH, generator)
        rows = language.index_of(drawn)
        optimizer.zero_grad()
        rloo_loss(sequence_log_probs(model, drawn), log_ref[rows], proxy[rows], beta).backward()
        optimizer.step()
        schedule.step()
    return every_log_prob(model)


reached = {"rloo": kl(by_rloo(), star)}
print(f"transformer by RLOO: KL to the best policy {reached['rloo']:.4f}")

# %% [markdown]
# A few thousandths of a nat from the closed form, with some 60,000 drawn answers.

# %% [markdown]
# ## Exercise 15.8: whose values? (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: section 3.5.3 of the paper asks that systems follow the
# values of people who differ. One reward model is one answer to the question who decides.
#
# Two groups of raters, invented like the rest: seven of ten prefer **brief** answers (each full
# stop in place of a word counts 0.8 points), three of ten prefer **reasons**, and care more (six
# points for one). They are groups by what they prefer, not by who they are.

# %% nbgrader={"grade_id": "setup-groups", "locked": true}
brief = centred(0.8 * word_counts[:, language.WORDS.index(".")])
reasons = centred(6.0 * gives_a_reason)
group_rewards = torch.stack([brief, reasons])
shares = torch.tensor([0.7, 0.3], dtype=torch.float64)

# %% [markdown]
# **a. `borda(log_p, rewards, shares)`**: the Borda score of an answer is the probability that it is
# preferred to a random opponent by a random rater. An opponent is drawn from p; a rater is from
# group g with probability `shares[g]` and follows Bradley-Terry with `rewards[g]`.
#
# - `log_p`: (answers,); `rewards`: (groups, answers); `shares`: (groups,); returns (answers,)
#
# It matters because of a theorem (Siththaranjan et al. 2024): one Bradley-Terry reward model that
# is free for every answer, trained on enough comparisons of a mixed crowd, orders the answers by
# their Borda scores. It does *not* order them by the mean of the groups' rewards. What it does is
# a vote, and nobody decided that. (A model that is not free, such as one that counts words, need
# not keep that order either.)
#
# <details><summary>Hint 1: where to look</summary>
# For one group: a table of all pairs, $\sigma(r_a - r_b)$, and the opponents' weights.
# <details><summary>Hint 2: the idea</summary>
# First the probability that each group prefers a to b, then the mean over groups. The mean of
# sigmas is not the sigma of the mean.
# <details><summary>Hint 3: nearly the code</summary>
# <code>gap = rewards[:, :, None] - rewards[:, None, :]</code> has shape (groups, a, b); its sigmoid
# times p (over b), summed over b, then times shares (over groups), summed over groups.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-borda", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_bradley_terry(log_p, rewards, shares):
    """The one reward that fits the crowd best, by Newton on all pairs of answers."""
    n = len(log_p)
    a, b = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
    weight = (log_p[a] + log_p[b]).exp()
    label = (shares[:, None] * torch.sigmoid(rewards[:, a] - rewards[:, b])).sum(0)
    gap, r = F.one_hot(a, n).double() - F.one_hot(b, n).double(), torch.zeros(n).double()
    for _ in range(30):
        chance = torch.sigmoid(gap @ r)
        slope = gap.T @ (weight * (chance - label))
        bend = (gap * (weight * chance * (1 - chance))[:, None]).T @ gap
        r = r - torch.linalg.solve(bend + 1e-9 * torch.eye(n).double(), slope)
    return r


def oracle_vote(borda):
    """Pair by pair in plain Python; the order is that of the one reward model that fits best."""
    import math

    for seed, n, groups in ((81, 12, 3), (82, 5, 1), (83, 20, 2)):
        g = torch.Generator().manual_seed(seed)
        log_p = oracle_policy(n, g)
        rewards = 2 * torch.randn(groups, n, generator=g, dtype=torch.float64)
        share = oracle_policy(groups, g).exp()
        got = expect_tensor(borda(log_p, rewards, share), (n,), "borda")
        truth = [sum(share[k].item() * log_p[b].exp().item()
                     / (1 + math.exp(rewards[k, b].item() - rewards[k, a].item()))
                     for k in range(groups) for b in range(n)) for a in range(n)]
        expect(max(abs(x - y) for x, y in zip(got.tolist(), truth, strict=True)) < 1e-6,
               f"the scores of {n} answers by {groups} random groups are wrong", "sigma-of-mean")
        learned = oracle_bradley_terry(log_p, rewards, share)
        expect(torch.equal(got.argsort(), learned.argsort()), "the order is not that of the one "
               "reward model that fits the crowd best", "sigma-of-mean")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_8-borda", "solution": true}
def borda(log_p, rewards, shares):
    """Probability to win against a random opponent with a random rater: -> (answers,)."""
    ### BEGIN SOLUTION
    beats = torch.sigmoid(rewards[:, :, None] - rewards[:, None, :])
    return torch.einsum("gab,b,g->a", beats, log_p.exp(), shares)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_8-borda-test", "points": 2}
@exercise("15.8")
def test_borda():
    """Two answers; six of ten prefer the first a little, four of ten the second very much."""
    rewards = torch.tensor([[1.0, 0.0], [0.0, 9.0]], dtype=torch.float64)
    shares = torch.tensor([0.6, 0.4], dtype=torch.float64)
    log_p = torch.tensor([0.5, 0.5], dtype=torch.float64).log()
    got = expect_tensor(borda(log_p, rewards, shares), (2,), "borda")
    expect(abs(got[0] - 0.25 - 0.5 * torch.sigmoid(torch.tensor(-3.0)).item()) > 1e-4,
           "you took the "
           "sigmoid of the mean reward; take the mean of the groups' probabilities",
           "sigma-of-mean")
    expect(abs(got[0] - 0.432790) > 1e-4, "the groups are not of equal size: use shares",
           "ignores-shares")
    expect(abs(got.sum() - 1) < 1e-6,
           f"two equally likely answers: the scores add up to 1; yours to "
           f"{got.sum():.3f}", "wrong-score")
    expect(abs(got[0] - 0.469342) < 1e-4, f"the first scores 0.4693; yours: {got[0]:.4f}",
           "wrong-score")
    uneven = torch.tensor([0.9, 0.1], dtype=torch.float64).log()
    got = borda(uneven, rewards, shares)
    expect(abs(got[0] - 0.493868) < 1e-4,
           "opponents are drawn from p: against (0.9, 0.1) the first "
           f"scores 0.4939; yours: {got[0]:.4f}", "ignores-opponents")
    three = torch.tensor([[1.0, 0.0], [0.0, 9.0], [2.0, 0.0]], dtype=torch.float64)
    got = borda(log_p, three, torch.tensor([0.5, 0.3, 0.2]).double())
    expect(abs(got[0] - 0.520863) < 1e-4, "three groups, of 5, 3 and 2 in ten, the third for the "
           f"first answer: it scores 0.5209; yours: {got[0]:.4f}", "two-groups")
    ### BEGIN HIDDEN TESTS
    oracle_vote(borda)
    ### END HIDDEN TESTS


test_borda()
print("15.8a: visible checks passed")

# %% [markdown]
# **b. `cycle()`**: sometimes a crowd has no best answer at all. Return the rewards of three groups
# of equal size for three answers, a tensor (3, 3) with a row per group, such that two of three
# groups prefer answer 0 to 1, two of three prefer 1 to 2, and two of three prefer 2 to 0. Condorcet
# found this in 1785.
#
# <details><summary>Hint 1: where to look</summary>
# Three groups, three rankings. Write down the one of the first group.
# <details><summary>Hint 2: the idea</summary>
# Let each further group have the same ranking, turned by one place.
# <details><summary>Hint 3: nearly the code</summary>
# The first group: 0 before 1 before 2. The second: 1 before 2 before 0. The third: ...
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_8-cycle", "solution": true}
def cycle():
    """Rewards (3 groups, 3 answers) for which the majority goes round in a circle."""
    ### BEGIN SOLUTION
    return torch.tensor([[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 2.0]], dtype=torch.float64)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_8-cycle-test", "points": 1}
@exercise("15.8")
def test_cycle():
    """A witness proves itself."""
    rewards = expect_tensor(cycle(), (3, 3), "cycle")
    expect(all(len(row.unique()) == 3 for row in rewards), "a group has two answers with the same "
           "reward: let each have a clear ranking", "ties")
    for better, worse in ((0, 1), (1, 2), (2, 0)):
        votes = int((rewards[:, better] > rewards[:, worse]).sum())
        expect(votes >= 2, f"{votes} of 3 groups prefer answer {better} to answer {worse}; two are "
               "needed", "no-cycle")
    ### BEGIN HIDDEN TESTS
    winners = {int(row.argmax()) for row in rewards}
    expect(len(winners) == 3, "in a circle each answer is the first choice of one group",
           "no-cycle")
    ### END HIDDEN TESTS


test_cycle()
print("15.8b: visible checks passed")

# %% id="crowd-demo" tags=["demo"]
even = torch.full((3,), 1 / 3, dtype=torch.float64)
circle = cycle().double()
print("Borda scores in a circle:", [round(v, 3) for v in borda(even.log(), circle, even).tolist()])
common = log_ref.topk(300).indices
common_ref = log_ref[common].log_softmax(0)
votes, mean = borda(common_ref, group_rewards[:, common], shares), shares @ group_rewards[:, common]
against = ((votes[:, None] - votes) * (mean - mean[:, None])).clamp_min(0)
winner, loser = divmod(int(against.argmax()), len(common))
if votes[winner] < votes[loser]:
    winner, loser = loser, winner
print(f"pairs that vote and mean reward order differently: {(against > 0).double().mean():.1%}")
print(f"for example: by vote '{text(answers[common[winner]])}' beats "
      f"'{text(answers[common[loser]])}'")

# %% [markdown]
# In a circle whose groups use the same three numbers everybody gets the same score: the reward
# model reports indifference where there is conflict. (Were your groups unlike in strength? Then the
# scores differ, and say nothing of the circle either.)
#
# **c. `maximin(log_ref, rewards, beta, tilt)`**: one remedy (Chakraborty et al. 2024): let the
# group that is worst off count. Find the policy with the largest
#
# $$\min_g \mathrm{E}_\pi[r_g] - \beta \, \mathrm{KL}(\pi \,\|\, \pi_{\mathrm{ref}})$$
#
# for **two** groups g. You need not search among policies: the best one is the tilt by a mixture
# `weight * rewards[0] + (1 - weight) * rewards[1]`. The right weight is in [0, 1] and makes the
# best value $\beta \log Z$ of the mixture as *small* as possible. Its derivative with respect to
# the weight is $\mathrm{E}[r_0 - r_1]$ under the tilt, and rises with the weight.
#
# - returns `(weight, log_pi)`: a float accurate to 1e-6, and (answers,); at most 200 calls of
#   `tilt`
#
# <details><summary>Hint 1: where to look</summary>
# Where the derivative is zero, both groups have the same expected reward.
# <details><summary>Hint 2: the idea</summary>
# Bisection on the weight. If the groups cannot be made equal, the weight ends at 0 or 1 by itself.
# <details><summary>Hint 3: nearly the code</summary>
# <code>low, high = 0.0, 1.0</code>; 50 times: <code>weight</code> in the middle, the tilt by the
# mixture; is the mean of $r_0 - r_1$ positive under it? Then the weight was too large: <code>high =
# weight</code>, else <code>low = weight</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-maximin", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_maximin(maximin):
    """Strong duality: the worst group's J of the policy equals beta * log Z of the mixture."""
    cases = ((84, 30, 0.5, 0.0), (85, 7776, 0.2, 0.0), (86, 40, 1.0, 5.0), (87, 40, 1.0, -5.0))
    for seed, n, beta, shift in cases:
        g, calls = torch.Generator().manual_seed(seed), []
        ref = oracle_policy(n, g)
        rewards = torch.randn(2, n, generator=g, dtype=torch.float64)
        rewards[0] += shift
        weight, log_pi = maximin(ref, rewards, beta, lambda *given, calls=calls:
                                 calls.append(1) or oracle_tilt(*given))
        expect(len(calls) <= 200, "too many calls of tilt", "over-budget")
        expect(-1e-6 <= weight <= 1 + 1e-6, f"the weight {weight:.3f} is outside [0, 1]",
               "outside-range")
        log_pi = expect_tensor(log_pi, (n,), "maximin")
        mixture = weight * rewards[0] + (1 - weight) * rewards[1]
        above = beta * float((ref + mixture / beta).logsumexp(0))
        below = min(float(log_pi.exp() @ r) for r in rewards) - beta * oracle_kl(log_pi, ref)
        expect(above - below < 1e-4, f"the worst-off group gets {below:.4f} after the price of the "
               f"KL; a right answer gives it at least "
               f"{above:.4f}, or shows by its weight that none can", "not-maximin")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_8-maximin", "solution": true}
def maximin(log_ref, rewards, beta, tilt):
    """(weight of group 0, log pi) that is best for the worst-off of two groups."""
    ### BEGIN SOLUTION
    low, high = 0.0, 1.0
    for _ in range(50):
        weight = (low + high) / 2
        log_pi = tilt(log_ref, weight * rewards[0] + (1 - weight) * rewards[1], beta)
        if log_pi.exp() @ (rewards[0] - rewards[1]) > 0:
            high = weight
        else:
            low = weight
    return weight, log_pi
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_8-maximin-test", "points": 4}
@exercise("15.8")
def test_maximin():
    """Three answers, one for each group and one fair to both; then a group that always leads."""
    ref = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64).log()
    rewards = torch.tensor([[1.0, 0.0, 0.7], [0.0, 1.0, 0.7]], dtype=torch.float64)
    calls = []

    def tilt(ref, reward, beta):
        calls.append(beta)
        chance = ref.exp() * torch.exp(reward / beta)
        return (chance / chance.sum()).log()  # not-an-answer: overflows, and stands in 15.3's text

    for unit, beta, truth in ((1, 0.5, 0.3267132), (1, 0.25, 0.4133566), (0.1, 0.05, 0.3267132)):
        calls.clear()
        weight, log_pi = maximin(ref, unit * rewards, beta, tilt)
        log_pi = expect_tensor(log_pi, (3,), "maximin").double()
        expect(abs(log_pi.exp().sum() - 1) < 1e-6, "return log-probabilities: their exponentials "
               f"must add up to 1, and yours to {log_pi.exp().sum():.4g}", "no-policy")
        expect(len(calls) <= 200, f"you called tilt {len(calls)} times; 200 are allowed",
               "over-budget")
        expect(all(b == beta for b in calls), "tilt with the beta that is handed in", "other-beta")
        first, second = (log_pi.exp() @ rewards.T).tolist()
        expect(abs(first - second) < 0.02, f"group 0 gets {first:.4f}, group 1 {second:.4f}: move "
               "the weight towards the one that is worse off", "not-maximin")
        expect(abs(float(weight) - truth) < 0.01, f"with beta = {beta} the weight of group 0 is "
               f"{truth:.4f}; yours: {float(weight):.4f}", "not-maximin")
        expect(abs(float(weight) - truth) < 2e-6, f"the weight is {truth:.7f}, yours "
               f"{float(weight):.7f}: come within 1e-6", "not-exact")
        expect(abs(first - second) < 1e-4, "the weight is right, and the policy is not the tilt by "
               "it", "not-maximin")
    for lead, end in ((torch.tensor([[3.0], [0.0]]), 0.0), (torch.tensor([[0.0], [3.0]]), 1.0)):
        weight, _ = maximin(ref, rewards + lead, 0.5, tilt)
        expect(abs(float(weight) - end) < 1e-5, f"group {int(end)} is better off whatever "
               f"happens, so only the other one counts: the weight is {end:.0f}; "
               f"yours: {float(weight):.4f}", "outside-range")
    ### BEGIN HIDDEN TESTS
    oracle_maximin(maximin)
    ### END HIDDEN TESTS


test_maximin()
print("15.8c: visible checks passed")

# %% [markdown]
# ### Predict, then run: the three of ten
#
# One reward model with 72 features is trained on 20,000 comparisons of the mixed crowd, 14,000 of
# them by those who like it brief. The best policy for it ($\beta = 0.5$) gains something for the
# seven of ten. What does it do to the three of ten, compared with the reference: do they `"gain"`,
# do they `"lose"`, or does `"hardly anything"` happen (less than 0.1 either way)?

# %% nbgrader={"grade_id": "ex15_8-predict", "solution": true}
PREDICT = {
    "name": "my_forecast", "kind": "choice", "options": ["gain", "lose", "hardly anything"],
    "outcome": "lose", "seen": r"the reasons get -0\.4",
}
### BEGIN SOLUTION
my_forecast = "lose"
### END SOLUTION

# %% [markdown]
# One reward model on the crowd's comparisons, the mean of the two groups' rewards weighted by their
# size, the maximin, and a policy for each group. What each does to each group, as gain over the
# reference:

# %% id="remedies-demo" tags=["demo"]
def crowd_model(seed, groups=group_rewards):
    """One reward model on 20,000 comparisons of the crowd, 7 to 3."""
    generator = torch.Generator().manual_seed(seed)
    both = [compare(groups[0], 14_000, generator), compare(groups[1], 6_000, generator)]
    parts = zip(*both, strict=True)
    first, second, label = (torch.cat(part) for part in parts)  # not-an-answer: joins two lists
    return rich_features @ fit_reward(rich_features[first], rich_features[second], label, 1e-3,
                                      preference_loss)


one_model = [tilt(log_ref, crowd_model(seed), 0.5) for seed in range(5)]
weight, fairest = maximin(log_ref, group_rewards, 0.5, tilt)
remedies = {
    "one reward model": one_model[0],
    "mean of the rewards": tilt(log_ref, shares @ group_rewards, 0.5),
    f"maximin (weight {weight:.2f})": fairest,
    "only the brief": tilt(log_ref, brief, 0.5),
    "only the reasons": tilt(log_ref, reasons, 0.5),
}
print(f"you said that for the three of ten: {my_forecast}")
print(f"{'':24} {'brief':>6} {'reasons':>8} {'KL':>6}")
gained = {name: (log_pi.exp() @ group_rewards.T).tolist() for name, log_pi in remedies.items()}
for name, log_pi in remedies.items():
    print(f"{name:24} {gained[name][0]:6.2f} {gained[name][1]:8.2f} {kl(log_pi, log_ref):6.2f}")
spread = [float(log_pi.exp() @ reasons) for log_pi in one_model]
print(f"one reward model, five seeds, the reasons get {min(spread):.2f} to {max(spread):.2f}")
figure = plots.bars({"the seven of ten: brief": [gained[name][0] for name in remedies],
                     "the three of ten: reasons": [gained[name][1] for name in remedies]},
                    list(remedies), xlabel="gain over the reference, in the group's own points")
plots.show(figure, alt="Gains over the reference. " + "; ".join(
    f"{name}: brief {a:.2f}, reasons {b:.2f}" for name, (a, b) in gained.items()))

# %% [markdown]
# One reward model takes a vote, and the three of ten, who care most, lose it, on each of five
# seeds. The mean of the rewards hears how strongly they care and gives them more than the majority;
# it takes for granted that two people's points can be added, and pays those who exaggerate. The
# maximin gives both the same and stays at some distance from what either could have. A policy for
# each gives both most, but somebody must know who is asking, and whoever is asking is hardly told
# anything else. Which line to choose is no technical question, and one reward model hides that
# there is a choice.
#
# Does the vote count heads, then? Leave the heads alone and change how much each group cares:

# %% id="strength-demo" tags=["demo"]
voted = {(0.8, 6.0): one_model}
for stop, reason in ((0.8, 60.0), (0.2, 6.0)):
    groups = torch.stack([brief * stop / 0.8, reasons * reason / 6])
    voted[stop, reason] = [tilt(log_ref, crowd_model(seed, groups), 0.5) for seed in range(5)]
print(f"share of answers with a reason: reference {log_ref.exp() @ gives_a_reason:.0%}")
for (stop, reason), policies in voted.items():
    share = [float(log_pi.exp() @ gives_a_reason) for log_pi in policies]
    print(f"a full stop {stop}, a reason {reason:4}: {min(share):.0%} to {max(share):.0%} "
          "(five seeds)")

# %% [markdown]
# Not heads alone. A comparison tells how *sure* a rater is. Those who want reasons are sure at six
# points; at sixty they vote as before, and lose as before. At 0.2 points for a full stop the seven
# of ten choose almost at random, their votes cancel, and the three of ten win. How much something
# matters to people counts until their vote is sure, and not beyond.

# %% [markdown]
# ## Exercise 15.9: what this shows, and what it cannot (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: a toy that can be checked to the last digit is easily
# believed too much.
#
# A colleague has done this lab and writes: *"Raters are vain, reward models get hacked, so human
# feedback cannot align large language models. At least we know that one should stop at a KL of
# half a nat."* Write at most 200 words: one mechanism of this lab that you expect in large models,
# too, and one number from it; two things in the statement that the lab does not show, and why; and
# what you would measure on a large model, where nothing can be enumerated.
#
# <details><summary>Hint 1: where to look</summary>
# Who made the raters? Where does half a nat come from?
# <details><summary>Hint 2: the idea</summary>
# What would change if there were other raters, another reward model, another reference?
# <details><summary>Hint 3: nearly the words</summary>
# "The weakness for praise was put in by ..., so ... is no finding." "The peak at ... depends on
# ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex15_9-why", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# The mechanism: optimisation finds the answers that the reward model overrates most. Here the proxy
# went from 1.12 to 2.90 between beta 0.5 and 0.1, and gold from 1.73 to -2.65. It took raters with
# a weakness and a model too simple to say where the weakness ends; rated itself ended at 2.20,
# above the reference. Some error of that kind I expect in large models, too.
#
# Not shown: that raters are vain. The weakness for praise was built into ours; the lab would have
# looked the same with any other error that they share. Not shown either: that human feedback cannot
# work. Hurried raters with a model that sees 72 features ended above the reference. And half a nat
# is the peak of this reference, this reward model and these raters; with other raters alone it lies
# elsewhere.
#
# On a large model I would label answers of the current policy with careful raters, and follow the
# covariance of the proxy with those labels as training goes on: when it reaches zero, stop.
#
# Rubric:
# - 1 point: a mechanism that does not depend on the toy (optimisation selects the errors of
#   the reward model; a model that cannot express what raters feel), with a fitting
#   number from the lab
# - 1 point: says that the raters' weakness is a design of the lab and no finding about people
# - 1 point: a second claim that is not shown, with the reason (the peak depends on reference,
#   raters and reward model; or: better models and raters repaired most of it)
# - 1 point: a measurement that needs no enumeration (careful labels on the current policy,
#   covariance or gold by sampling, an estimate of the KL)
#
# Sample A (4/4): "Optimising against a model finds its errors: gold fell from 1.8 to below -2 while
# the proxy rose. But we wrote the raters, so nothing follows about people. Half a nat is only where
# our word-count model peaks; for rated itself gold was still above the reference at beta 0.1. On a
# large model I would have experts label samples of the policy every few hundred steps and stop
# when their ratings stop rising."
#
# Sample B (1/4): "I agree that reward hacking happens, in our run the policy said great five times
# and gold fell to -2.65. So RLHF is risky and one should stop early, at about half a nat." (One
# point: the mechanism with a number. It repeats both claims, and measures nothing.)
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 90 minutes: exercises 15.10, 15.5 and 15.7.

# %% [markdown]
# ## Exercise 15.10: best of n, exactly (3 points)
#
# Deeper · Difficulty: 3 of 5 · Minutes: 25 · Why: best-of-n needs no training at all, and the usual
# formula for how far it goes from the reference is only a bound.
#
# **a. `best_of_n(log_ref, reward, n)`**: the exact policy "draw n answers from the reference, hand
# out the one with the highest reward; among equals, the one drawn first".
#
# - `log_ref`: (answers,), finite; `n` at least 1, perhaps 10,000; returns log-probabilities,
#   (answers,)
#
# Order matters only through the rewards: the best of n is at most $r$ exactly if all n are.
#
# <details><summary>Hint 1: where to look</summary>
# $F(r)$ is the probability that one draw has reward at most $r$. What is it for the best of n
# draws?
# <details><summary>Hint 2: the idea</summary>
# $F(r)^n$. The chance that the best reward is exactly $r$ is $F(r)^n$ minus what it was at the next
# lower reward. Answers with the same reward share it in proportion to the reference: the first
# drawn of them wins.
# <details><summary>Hint 3: nearly the code</summary>
# <code>unique(return_inverse=True)</code> gives levels and groups; the mass of each level by
# <code>torch.zeros(len(levels), dtype=p.dtype).index_add(0, group, p)</code>; <code>cumsum</code>
# with a zero in front, power, and the differences; then <code>log_ref + (wins /
# mass)[group].log()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-best_of_n", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_best_of_n(log_ref, reward, n):
    """Every list of n draws from a small reference, one after the other."""
    from itertools import product

    p, total = log_ref.exp().tolist(), [0.0] * len(log_ref)
    for draws in product(range(len(p)), repeat=n):
        chance = 1.0
        for draw in draws:
            chance *= p[draw]
        total[max(draws, key=lambda a: float(reward[a]))] += chance
    return torch.tensor(total, dtype=torch.float64)


def oracle_best(best_of_n):
    """Brute force with and without ties, then properties at full size."""
    g = torch.Generator().manual_seed(43)
    for size, n, ties in ((4, 1, False), (4, 3, False), (5, 4, True), (3, 6, True)):
        ref = oracle_policy(size, g)
        reward = torch.randn(size, generator=g, dtype=torch.float64)
        reward = (2 * reward).round() if ties else reward
        got = expect_tensor(best_of_n(ref, reward, n), (size,), "best_of_n").exp()
        expect((got - oracle_best_of_n(ref, reward, n)).abs().max() < 1e-9, "the probabilities "
               f"differ from those of all {size}^{n} lists of draws", "ties" if ties else "power")
    ref, reward = oracle_policy(7776, g), torch.randn(7776, generator=g, dtype=torch.float64)
    for n in (2, 100, 10_000):
        got = best_of_n(ref, (5 * reward).round(), n)
        expect(abs(got.exp().sum() - 1) < 1e-6, "the probabilities do not add up to 1", "power")
        expect((got <= ref + torch.tensor(n).log() + 1e-6).all(),
               "best-of-n can raise no answer by "
               "more than the factor n", "power")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_10-best_of_n", "solution": true}
def best_of_n(log_ref, reward, n):
    """log-probabilities of the best of n draws by reward: (answers,), (answers,) -> (answers,)."""
    ### BEGIN SOLUTION
    p = log_ref.exp()
    levels, group = reward.unique(return_inverse=True)
    mass = torch.zeros(len(levels), dtype=p.dtype).index_add(0, group, p)
    below = torch.cat([torch.zeros(1, dtype=p.dtype), mass.cumsum(0)])
    wins = below[1:] ** n - below[:-1] ** n
    return log_ref + (wins / mass)[group].log()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_10-best_of_n-test", "points": 2}
@exercise("15.10")
def test_best_of_n():
    """Three answers with 1/2, 1/4, 1/4: the better of two draws, without a tie and with one."""
    ref = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64).log()
    reward = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    got = expect_tensor(best_of_n(ref, reward, 1), (3,), "best_of_n")
    expect(not torch.allclose(got, ref.exp()), "these are the probabilities; return their "
           "logarithms", "no-logarithm")
    expect(torch.allclose(got, ref), "the best of one draw is that draw", "power")
    got = best_of_n(ref, reward, 2).exp()
    expect(abs(got.sum() - 1) < 1e-9, f"the probabilities add up to {got.sum():.3f}: that one of n "
           "draws is a certain answer is not yet that it wins", "power")
    expect(got[0] < 0.45, "the answer with the lowest reward must become rarer", "wrong-end")
    truth = torch.tensor([4.0, 5.0, 7.0], dtype=torch.float64) / 16
    expect(torch.allclose(got, truth), f"the better of two draws is {truth.tolist()}; yours: "
           f"{got.tolist()}", "power")
    tied = torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    got = best_of_n(torch.tensor([0.25, 0.25, 0.5], dtype=torch.float64).log(), tied, 2).exp()
    truth = torch.tensor([3.0, 15.0, 30.0], dtype=torch.float64) / 48
    expect(torch.allclose(got, truth), "answers 1 and 2 have the same reward, so the first drawn "
           f"wins and their shares stay 1 : 2, {truth.tolist()}; yours: {got.tolist()}", "ties")
    ### BEGIN HIDDEN TESTS
    oracle_best(best_of_n)
    ### END HIDDEN TESTS


test_best_of_n()
print("15.10a: visible checks passed")

# %% [markdown]
# Many papers give the KL of best-of-n from the reference as $\log n - (n - 1)/n$, "exact if no two
# answers have the same reward". Beirami et al. (2024) looked again: it is exact only where no two
# *draws* can tie, and the same answer drawn twice is a tie. Otherwise it is an upper bound.
#
# **b. `counterexample()`**: prove it. Return `(log_ref, reward, n)`: a reference, rewards no two of
# which are equal, and an n for which the KL of best-of-n is at least 0.1 below the formula.
#
# <details><summary>Hint 1: where to look</summary>
# When is it likely that the same answer is drawn twice?
# <details><summary>Hint 2: the idea</summary>
# Take very few answers, one of which is common.
# <details><summary>Hint 3: nearly the code</summary>
# Two answers with 1/2 each, rewards 0 and 1, n = 8. The KL can be no more than minus the log of the
# better one's probability, however large n is.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_10-counterexample", "solution": true}
def counterexample():
    """(log_ref, reward, n) without equal rewards, for which log n - (n - 1)/n is only a bound."""
    ### BEGIN SOLUTION
    half = torch.tensor([0.5, 0.5], dtype=torch.float64)
    return half.log(), torch.tensor([0.0, 1.0], dtype=torch.float64), 8
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_10-counterexample-test", "points": 1}
@exercise("15.10")
def test_counterexample():
    """A witness proves itself; here it is checked for form, and hidden checks do the sum."""
    ref, reward, n = counterexample()
    ref, reward = (expect_tensor(v, (len(v),), "counterexample").double() for v in (ref, reward))
    expect(len(ref) == len(reward) and n == int(n) and n >= 1, "give as many rewards as answers, "
           "and a whole number of draws", "no-policy")
    expect(abs(ref.exp().sum() - 1) < 1e-6, "the probabilities of your reference add up to "
           f"{ref.exp().sum():.3f}: give log-probabilities", "no-policy")
    expect(len(reward.unique()) == len(reward), "two of your rewards are equal; the point is that "
           "the formula fails without that", "equal-rewards")
    expect(n > 1, "with one draw the KL and the formula are both 0: take more draws", "one-draw")
    ### BEGIN HIDDEN TESTS
    order = reward.argsort()
    below = torch.cat([torch.zeros(1).double(), ref.exp()[order].cumsum(0)])
    wins = (below[1:] ** n - below[:-1] ** n).clamp_min(1e-300)
    far = float((wins * (wins.log() - ref[order])).sum())
    formula = float(torch.tensor(n).double().log()) - (n - 1) / n
    expect(far <= formula - 0.1, f"for your example the KL is {far:.3f}, the formula gives "
           f"{formula:.3f}: not 0.1 apart", "no-witness")
    ### END HIDDEN TESTS


test_counterexample()
print("15.10b: visible checks passed (the hidden ones compute the KL)")

# %% id="frontier-demo" tags=["demo"]
sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, *(2**k for k in range(6, 16))]
chosen_best = along(best_of_n(log_ref, proxy, n) for n in sizes)
figure = plots.curves({"gold, tilt": (tilted[0], tilted[2]),
                       "gold, best-of-n": (chosen_best[0], chosen_best[2])},
                      xlabel="KL from the reference (nats)", ylabel="gain of gold over reference",
                      title="Two ways to optimise the same proxy", percent=False)
at = [max(range(len(curve[2])), key=curve[2].__getitem__) for curve in (tilted, chosen_best)]
plots.show(figure, alt=f"Gold gains at most {tilted[2][at[0]]:.2f} by the tilt, at KL "
           f"{tilted[0][at[0]]:.2f}, and {chosen_best[2][at[1]]:.2f} by best-of-n, at KL "
           f"{chosen_best[0][at[1]]:.2f}; far out both lose.")
for name, curve, k in zip(("tilt", "best-of-n"), (tilted, chosen_best), at, strict=True):
    print(f"most gold gained by {name:9}: {curve[2][k]:.2f} at KL {curve[0][k]:.2f}")
for n in (2, 16, 1024):
    exact, formula = kl(best_of_n(log_ref, proxy, n), log_ref), torch.tensor(n).log() - (n - 1) / n
    print(f"n = {n:4}: KL {exact:.3f}, the formula {formula:.3f}")

# %% [markdown]
# Best-of-n looks only at the *order* of the rewards and can raise no answer by more than the factor
# n. The tilt looks at their *size*: an answer with a wildly overestimated reward gets $e^{r/\beta}$
# times its share. With this proxy best-of-n does better at its best; with another it might not.
#
# ## Exercise 15.5: mend it (3 points)
#
# Deeper · Difficulty: 4 of 5 · Minutes: 25 · Why: there are four things one can buy: more
# comparisons, a reward model that can see more, raters with more time, and a shorter leash. They do
# not cost the same, and they do not help the same.
#
# To compare reward models fairly, compare them at the same distance. The cell finds the $\beta$ at
# which the best policy has a given KL from the reference, by the bisection that you know from 15.8.
#
# ### Predict, then run
#
# Three repairs, one at a time, at the same KL of 2: ten times as many comparisons (40,000 instead
# of 4,000); a reward model that sees pairs of words and levels of counts (72 features instead of
# 6); careful raters instead of hurried ones. Which one alone brings gold furthest? `"pairs"`,
# `"features"` or `"raters"`?

# %% nbgrader={"grade_id": "ex15_5-predict", "solution": true}
PREDICT = {
    "name": "my_repair", "kind": "choice", "options": ["pairs", "features", "raters"],
    "outcome": "raters", "seen": r"words +careful +4,000 +[\d.]+ +2\.7",
}
### BEGIN SOLUTION
my_repair = "raters"
### END SOLUTION

# %% id="leash-demo" tags=["demo"]
def beta_for_kl(log_ref, reward, target, tilt):
    """The beta between 1e-4 and 1e4 at which the tilt has KL `target` from the reference."""
    small, large = 1e-4, 1e4
    for _ in range(60):
        middle = (small * large) ** 0.5
        if kl(tilt(log_ref, reward, middle), log_ref) > target:
            small = middle
        else:
            large = middle
    return middle

# %% id="repairs-demo" tags=["demo"]
print(f"you said {my_repair!r}; gold of the reference: {log_ref.exp() @ gold:.2f}")
print("gold at a KL of             1      2      4")
for name, reward in (("nothing wrong", gold), ("rated itself", rated)):
    values = [tilt(log_ref, reward, beta_for_kl(log_ref, reward, far, tilt)).exp() @ gold
              for far in (1.0, 2.0, 4.0)]
    print(f"{name:24}", *(f"{value:6.2f}" for value in values))
for seen, features in (("words", word_counts), ("rich", rich_features)):
    for raters, utility in (("hurried", rated), ("careful", gold)):
        for n in (4_000, 40_000):
            reward, _ = learned(features, utility, n)
            values = [tilt(log_ref, reward, beta_for_kl(log_ref, reward, far, tilt)).exp() @ gold
                     for far in (1.0, 2.0, 4.0)]
            print(f"{seen:6} {raters:8} {n:6,}  ", *(f"{value:6.2f}" for value in values))

# %% [markdown]
# Read it column by column. The first two lines are controls of 15.4, now at the same distance. At
# a KL of 2 hurry alone loses 0.47 of gold, the word counter with careful raters 0.26, both together
# 1.75: again far more than the sum.
#
# Ten times as many pairs hardly move the model that counts words. A model that sees more, or raters
# with more time, each repair most of it at a KL of 2; together they leave little to repair. And for
# the proxy of Part A (words, hurried, 4,000) a shorter leash, KL 1 instead of 4, turns a policy
# that is worse than the reference into a better one, for nothing.
#
# **`mend(...)`**: now do it. `ask` is a careful rater who answers at most 600 pairs in all. Return
# the log-probabilities of a policy with a KL of at most 2 from the reference that is as good as you
# can make it *for the careful rater*.
#
# - `log_ref`: (7776,); `features`: (7776, 72), of each answer, a column for anything that a reward
#   may depend on; `generator` for all randomness
# - `ask(first, second)`: rows of answers, two (n,) -> labels (n,), 1 where the first is preferred
# - handed in: `fit(first, second, label, penalty)`, a right `fit_reward` with its loss inside,
#   `tilt`, and `find_beta(log_ref, reward, target)`
# - graded: at least 96 % of the gain in gold that is possible at this KL, on average over three
#   worlds whose gold you have not seen (the terms of `gold`, other weights)
#
# <details><summary>Hint 1: where to look</summary>
# All pieces are there: 15.2, 15.3 and <code>find_beta</code> in one function.
# <details><summary>Hint 2: the idea</summary>
# Draw pairs from the reference, ask, fit on the rich features with some penalty (72 weights, 600
# noisy labels: a strong one), and use all the KL that you have. Make a world of your own, with
# <code>gold</code> for the rater, and try penalties from 0.01 to 10 in it. (A penalty is a guess
# about the world. For a rater who goes by <code>rated</code>, whose taste for praise levels off, 3
# makes about two thirds of the possible gain and 0.03 about 90 %.)
# <details><summary>Hint 3: nearly the code</summary>
# <code>torch.multinomial(log_ref.exp(), 1200, replacement=True, generator=generator)</code> in two
# halves; <code>fit</code> on their features with a penalty of 3; then <code>find_beta</code>
# for a KL of 1.999, then <code>tilt</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-mend", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_newton(first, second, label, penalty):
    """A right fit of a linear reward, by Newton's method."""
    gap, w = first - second, torch.zeros(first.shape[1], dtype=torch.float64)
    for _ in range(25):
        chance = torch.sigmoid(gap @ w)
        slope = gap.T @ (chance - label) / len(label) + penalty * w
        bend = (gap * (chance * (1 - chance))[:, None]).T @ gap / len(label)
        w = w - torch.linalg.solve(bend + (penalty + 1e-9) * torch.eye(len(w)).double(), slope)
    return w


def oracle_find_beta(ref, reward, target):
    """The beta for a KL, by bisection on 1/beta."""
    low, high = 1e-4, 1e4
    for _ in range(70):
        middle = (low * high) ** 0.5
        far = oracle_kl(oracle_tilt(ref, reward, 1 / middle), ref)
        low, high = (low, middle) if far > target else (middle, high)
    return 1 / middle


def oracle_world(seed):
    """A gold reward that nobody has seen: the same kinds of terms with other weights."""
    g = torch.Generator().manual_seed(seed)
    fact, reason, praise = torch.rand(3, generator=g).tolist()
    return ((0.5 + fact) * states_a_fact + (1.5 + reason) * gives_a_reason
            - (0.15 + 0.15 * praise) * greats**2)


def oracle_share(mend, seed):
    """The share of the possible gain that `mend` makes in one world; checks budget and KL."""
    truth, asked = oracle_world(seed), []
    rater = torch.Generator().manual_seed(seed + 1)

    def ask(first, second):
        asked.append(len(first))
        chance = torch.sigmoid(truth[first] - truth[second])
        return torch.bernoulli(chance, generator=rater)  # not-an-answer: a rater

    log_pi = mend(log_ref, language.rich_features(answers), ask, fit=oracle_newton,
                  tilt=oracle_tilt, find_beta=oracle_find_beta,
                  generator=torch.Generator().manual_seed(seed + 2))
    log_pi = expect_tensor(log_pi, (7776,), "mend")
    expect(sum(asked) <= 600, f"you asked for {sum(asked)} labels; the rater gives 600",
           "over-budget")
    far = oracle_kl(log_pi, log_ref)
    expect(far <= 2 + 1e-3, f"your policy has KL {far:.2f} from the reference; 2 is allowed",
           "too-far")
    best = oracle_tilt(log_ref, truth, oracle_find_beta(log_ref, truth, 2.0)).exp() @ truth
    start = log_ref.exp() @ truth
    return float((log_pi.exp() @ truth - start) / (best - start))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_5-mend", "solution": true}
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    """A policy within KL 2 of the reference, good for the rater behind `ask`: -> (answers,)."""
    ### BEGIN SOLUTION
    first, second = torch.multinomial(log_ref.exp(), 1200, replacement=True,
                                      generator=generator).reshape(2, 600)
    w = fit(features[first], features[second], ask(first, second), 3.0)
    reward = features @ w
    return tilt(log_ref, reward, find_beta(log_ref, reward, 1.999))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_5-mend-test", "points": 3}
@exercise("15.5")
def test_mend():
    """What is easy to get wrong: the budget, the KL, and whose labels count. Hidden: how good."""
    features, asked, targets = language.rich_features(answers), [], []
    taste = -greats

    def ask(first, second):
        asked.append((first, second))
        chance = torch.sigmoid(4.0 * (taste[first] - taste[second]))
        g = torch.Generator().manual_seed(0)
        return torch.bernoulli(chance, generator=g)

    def fit(first, second, label, penalty):
        gap, w = first - second, torch.zeros(first.shape[1], dtype=torch.float64)
        for _ in range(200):
            pull = gap.T @ (torch.sigmoid(gap @ w) - label) / len(label) + penalty * w
            w = w - pull / (1 + penalty)
        return w

    def tilt(ref, reward, beta):
        chance = ref.exp() * torch.exp(reward / beta)
        return (chance / chance.sum()).log()  # not-an-answer: overflows, and stands in 15.3's text

    def find_beta(ref, reward, target):
        targets.append(float(target))
        return 10.0

    for taste, feels in ((-greats, "dislikes"), (greats, "likes")):
        asked.clear()
        targets.clear()
        log_pi = mend(log_ref, features, ask, fit=fit, tilt=tilt, find_beta=find_beta,
                      generator=torch.Generator().manual_seed(0))
        log_pi = expect_tensor(log_pi, (7776,), "mend")
        expect(abs(log_pi.exp().sum() - 1) < 1e-6, "return log-probabilities that add up to 1",
               "no-policy")
        total = sum(len(first) for first, _ in asked)
        expect(total > 0, "you never asked the careful rater", "never-asked")
        expect(total <= 600, f"you asked for {total} labels; the rater gives 600", "over-budget")
        expect(log_pi.exp() @ taste > log_ref.exp() @ taste, f"this rater {feels} praise, and your "
               "policy goes the other way", "wrong-way")
        far = float(log_pi.exp() @ (log_pi - log_ref))
        last = targets[-1] if targets else min(far, 2.0)
        expect(last <= 2 + 1e-9, f"you ask find_beta for a KL of {last:.3g}; 2 is allowed",
               "too-far")
        expect(last > 1.5, f"a KL of 2 is allowed and you use {last:.3g}: go further", "too-short")
        expect(far < 2.01, f"your policy has KL {far:.2f} from the reference; 2 is allowed",
               "too-far")
    ### BEGIN HIDDEN TESTS
    share = sum(oracle_share(mend, seed) for seed in (520, 530, 540)) / 3
    expect(share >= 0.96, f"you make {share:.1%} of the possible gain in three hidden worlds; a "
           "right answer makes at least 96 %. Have you tried other penalties?", "too-little")
    ### END HIDDEN TESTS


test_mend()
print("15.5: visible checks passed (the hidden ones measure how good it is)")

# %% [markdown]
# **PPO, to read.** PPO (Schulman et al. 2017) takes several steps on the same draws, but trusts
# them only near the policy that drew them: with `ratio` the new probability over the old one, a
# ratio beyond $1 \pm 0.2$ in the answer's own favour earns nothing more. The transformer by PPO,
# with whole answers as its steps, for the same proxy and $\beta$:

# %% id="transformer-ppo" tags=["demo"]
def ppo_loss(log_pi, log_old, advantage, clip=0.2):
    """Minus the mean of the smaller of ratio * advantage and clipped ratio * advantage."""
    ratio = (log_pi - log_old).exp()
    return -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()


def by_ppo(rounds=80, n=512, epochs=3):
    """The reference transformer after PPO."""
    generator, model = torch.Generator().manual_seed(0), language.reference_policy()
    optimizer, schedule = tuned(model, rounds)
    for _ in range(rounds):
        drawn = draw_answers(model, n, language.LENGTH, generator)
        rows, old = language.index_of(drawn), sequence_log_probs(model, drawn).detach()
        worth = proxy[rows] - beta * (old - log_ref[rows])
        advantage = (worth - worth.mean()).float()
        for _ in range(epochs):
            optimizer.zero_grad()
            ppo_loss(sequence_log_probs(model, drawn), old, advantage).backward()
            optimizer.step()
        schedule.step()
    return every_log_prob(model)


reached["ppo"] = kl(by_ppo(), star)
print(f"transformer by PPO: KL to the best policy {reached['ppo']:.4f}")

# %% [markdown]
# RLOO and PPO both come within a few thousandths of a nat of the closed form, with some 60,000 and
# 40,000 drawn answers. Neither is the better optimiser on that evidence: each was tuned a little,
# and run once.
#
# ## Exercise 15.7: without a reward model (4 points)
#
# Deeper · Difficulty: 4 of 5 · Minutes: 40 · Why: direct preference optimisation (DPO, Rafailov et
# al. 2023) is what many open models are trained with. It heads for the same optimum, on conditions
# that are easily broken.
#
# Solve the closed form for the reward:
#
# $$r(a) = \beta \, (\log \pi^*(a) - \log \pi_{\mathrm{ref}}(a)) + \beta \log Z$$
#
# In a comparison the constant cancels. So every policy is a reward model, and can be trained as
# one.
#
# **a. `dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta)`**: the
# Bradley-Terry loss of 15.2 with the policy's own reward,
# $\beta (\log \pi - \log \pi_{\mathrm{ref}})$.
#
# - the four log-probabilities: (n,) each, for the two answers of each pair; `label`: (n,), in [0,
#   1], 1 if the first was preferred; returns the mean over the pairs, finite for gaps in the
#   thousands
#
# <details><summary>Hint 1: where to look</summary>
# What are the two rewards of a pair?
# <details><summary>Hint 2: the idea</summary>
# Their gap is beta times the difference of two log-ratios.
# <details><summary>Hint 3: nearly the code</summary>
# <code>gap = beta * ((log-ratio of the first) - (log-ratio of the second))</code>, then as in 15.2:
# <code>F.binary_cross_entropy_with_logits(gap, label)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_7-dpo", "solution": true}
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    """Mean Bradley-Terry loss of the reward beta * (log pi - log ref): five (n,) -> ()."""
    ### BEGIN SOLUTION
    implied_first = beta * (log_pi_first - log_ref_first)
    implied_second = beta * (log_pi_second - log_ref_second)
    return F.binary_cross_entropy_with_logits(implied_first - implied_second, label)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_7-dpo-test", "points": 2}
@exercise("15.7")
def test_dpo():
    """One pair (twice): log-ratios 1 and -2, beta = 1/2, so the gap is 1.5."""
    first, second, ref_first, ref_second = torch.tensor(
        [[-1.0, -1.0], [-3.0, -3.0], [-2.0, -2.0], [-1.0, -1.0]], dtype=torch.float64)
    one = torch.ones(2, dtype=torch.float64)
    got = dpo_loss(ref_first, ref_second, ref_first, ref_second, one, 0.5)
    got = expect_tensor(got, (), "dpo_loss").item()
    expect(abs(got - 1.386294) > 1e-5, "you add up the pairs; take their mean", "sum-not-mean")
    expect(abs(got - 0.693147) < 1e-5, "at the reference the policy's own reward is 0 for every "
           f"answer, and the loss log 2 = 0.6931; yours: {got:.4f}", "forgets-reference")
    got = float(dpo_loss(first, second, ref_first, ref_second, one, 0.5))
    expect(abs(got - 1.701413) > 1e-5, "the first was preferred and your loss is that of the "
           "opposite label", "wrong-sign")
    expect(abs(got - 0.048587) > 1e-5, "beta multiplies the log-ratios", "forgets-beta")
    expect(abs(got - 0.201413) < 1e-5, f"the gap is 1.5, the loss 0.2014; yours: {got:.4f}",
           "wrong-loss")
    got = float(dpo_loss(first, second, ref_first, ref_second, 0.75 * one, 0.5))
    expect(abs(got - 0.576413) < 1e-5, "with label 0.75 the loss is 0.5764; yours: "
           f"{got:.4f}", "hard-labels")
    far = [2000 * v for v in (first, second, ref_first, ref_second)]
    got = float(dpo_loss(*far, 0 * one, 0.5))
    expect(abs(got - 3000) < 1e-3, f"a gap of 3000 with label 0 costs 3000; yours: {got}",
           "overflow")
    first = first.clone().requires_grad_()
    expect(dpo_loss(first, second, ref_first, ref_second, one, 0.5).requires_grad, "the loss must "
           "keep its graph: training needs the gradient", "no-graph")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(71)
    for n, scale, beta in ((1, 1, 0.1), (40, 3, 1.0), (40, 2000, 0.5)):
        new, old, ref_new, ref_old = scale * torch.randn(4, n, generator=g, dtype=torch.float64)
        label = torch.rand(n, generator=g, dtype=torch.float64)
        got = expect_tensor(dpo_loss(new, old, ref_new, ref_old, label, beta), (), "dpo_loss")
        truth = oracle_preference_loss(beta * (new - ref_new), beta * (old - ref_old), label)
        expect(abs(got - truth) < 1e-9 * max(1, truth), "on random numbers it is not the "
               "Bradley-Terry loss of the policy's own reward", "forgets-reference")
    ref, reward = oracle_policy(9, g), torch.randn(9, generator=g, dtype=torch.float64)
    a, b = torch.cartesian_prod(torch.arange(9), torch.arange(9)).T
    policy = TablePolicy(oracle_tilt(ref, reward, 0.4), words=3, length=2)
    joint = policy.joint()
    loss = dpo_loss(joint[a], joint[b], ref[a], ref[b], torch.sigmoid(reward[a] - reward[b]), 0.4)
    pulls = torch.autograd.grad(loss, list(policy.levels))
    expect(max(pull.abs().max() for pull in pulls) < 1e-9, "with soft labels on all pairs the best "
           "policy must be where your loss has no gradient", "forgets-beta")
    ### END HIDDEN TESTS


test_dpo()
print("15.7a: visible checks passed")

# %% [markdown]
# When does DPO reach pi*? Here is a language of three words to an answer, 216 answers, and all
# 46,656 ordered pairs. First everything as the theorem wants it, then one condition broken at a
# time, and in the last row two at once.

# %% id="short-demo" tags=["demo"]
class Independent(torch.nn.Module):
    """A policy that cannot do much: the same word distribution at every place."""

    def __init__(self):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(6, dtype=torch.float64))

    def joint(self):
        return self.logits.log_softmax(0)[short_answers].sum(1)


short_answers = all_answers(6, 3)
short_ref = log_ref.reshape(216, 36).logsumexp(1)
short_reward = language.word_counts(short_answers) @ points.double()
short_star = tilt(short_ref, short_reward, 0.5)
one, other = torch.cartesian_prod(torch.arange(216), torch.arange(216)).T
chance = torch.sigmoid(short_reward[one] - short_reward[other])


def by_dpo(policy, label, keep, steps=300):
    """KL to the best policy after DPO on the pairs kept."""
    a, b, label = one[keep], other[keep], label[keep]
    optimizer, schedule = tuned(policy, steps, lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        log_pi = policy.joint()
        dpo_loss(log_pi[a], log_pi[b], short_ref[a], short_ref[b], label, 0.5).backward()
        optimizer.step()
        schedule.step()
    return kl(policy.joint().detach(), short_star)

# %% id="conditions-demo" tags=["demo"]
generator = torch.Generator().manual_seed(0)
everything = torch.arange(len(one))
few = torch.multinomial((short_ref[one] + short_ref[other]).exp(), 500, generator=generator)
once = torch.bernoulli(chance, generator=generator)
plain = ~(short_answers == language.WORDS.index("great")).any(1)
cases = {
    "all conditions hold": (TablePolicy(short_ref, length=3), chance, everything),
    "raters half as decided": (TablePolicy(short_ref, length=3), torch.sigmoid(
        (short_reward[one] - short_reward[other]) / 2), everything),
    "no pair with praise in it": (TablePolicy(short_ref, length=3), chance,
                                  (plain[one] & plain[other]).nonzero()[:, 0]),
    "a policy that cannot": (Independent(), chance, everything),
    "500 pairs, soft labels": (TablePolicy(short_ref, length=3), chance, few),
    "every pair, labelled once": (TablePolicy(short_ref, length=3), once, everything),
    "500 pairs, labelled once": (TablePolicy(short_ref, length=3), once, few),
}
print(f"{'the reference itself':26} KL to the best policy {kl(short_ref, short_star):.3f}")
for name, case in cases.items():
    print(f"{name:26} KL to the best policy {by_dpo(*case):.3f}")

# %% [markdown]
# With soft labels, Bradley-Terry raters at the scale that $\beta$ assumes, every pair, and a policy
# that can be anything, DPO is exact here. Each condition that falls costs something. Few pairs
# alone, or a single label for each pair alone, cost little. Together they cost most in this table:
# a pair labelled once says "always", and with so few pairs hardly any other contradicts it. (It
# depends on how long you train, too: try `steps=40` in `by_dpo`.)
#
# **b. `train_dpo(log_ref, train, validation, beta, *, loss)`**: find the overfitting, and stop it.
# Train a `TablePolicy(log_ref)` (see 15.6b) on the pairs of `train`, watch the loss on
# `validation`, and return the policy that was best *there*.
#
# - `train`, `validation`: tuples (first, second, label): rows of answers, and 0 or 1
# - `loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta)` is handed in; it
#   need not be that of DPO
# - returns `(log_pi, history)`: (7776,) without a graph, and a list with one pair of floats
#   (training loss, validation loss) per step, which must go on past the best step; 10 to 300 steps
# - graded: with the DPO loss, 2,000 pairs and two crowds that you have not seen, your policy's KL
#   to the best policy is at most 80 % of the reference's
#
# <details><summary>Hint 1: where to look</summary>
# All pairs at once, one step of Adam at a time; before each step you know both losses.
# <details><summary>Hint 2: the idea</summary>
# Remember the log-probabilities whenever the validation loss is the lowest so far.
# <details><summary>Hint 3: nearly the code</summary>
# Adam with <code>lr=0.03</code> and 80 steps pass the best point in all worlds of the checks. In
# each:
# <code>joint = policy.joint()</code>, the loss of both sets (the validation loss with
# <code>joint.detach()</code>), keep <code>joint.detach()</code> if it is the lowest so far, then
# step.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-stop", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_dpo_loss(new, old, ref_new, ref_old, label, beta):
    """A right DPO loss for the tests of the training loop."""
    return oracle_preference_loss(beta * (new - ref_new), beta * (old - ref_old), label)


def oracle_stopped(train_dpo, seed):
    """Share of the way to the best policy that is left, in KL, on 2,000 pairs labelled once."""
    g = torch.Generator().manual_seed(seed)
    worth = torch.randn(6, generator=g, dtype=torch.float64)
    reward = word_counts @ (1.2 * worth / worth.norm())
    pairs = [compare(reward, n, g) for n in (2000, 1000)]
    log_pi, history = train_dpo(log_ref, *pairs, 0.5, loss=oracle_dpo_loss)
    log_pi = expect_tensor(log_pi, (7776,), "train_dpo")
    a, b, label = pairs[1]
    own = oracle_dpo_loss(log_pi[a], log_pi[b], log_ref[a], log_ref[b], label, 0.5)
    held = [value for _, value in history]
    expect(held.index(min(held)) < len(held) - 1, "the validation loss is lowest at your last "
           "step, on 2,000 pairs: go on until it rises", "too-short")
    expect(abs(own - min(held)) < 1e-6,
           "the policy that you return is not the one "
           "with the lowest validation loss of your history", "last-not-best")
    best = oracle_tilt(log_ref, reward, 0.5)
    return oracle_kl(log_pi, best) / oracle_kl(log_ref, best)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_7-stop", "solution": true}
def train_dpo(log_ref, train, validation, beta, *, loss):
    """(log-probabilities that are best on validation, [(training, validation loss), ...])."""
    ### BEGIN SOLUTION
    def on(log_pi, pairs):
        first, second, label = pairs
        return loss(log_pi[first], log_pi[second], log_ref[first], log_ref[second], label, beta)

    policy, history, lowest = TablePolicy(log_ref), [], torch.inf
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.03)
    for _ in range(80):
        joint = policy.joint()
        value = on(joint, train)
        history.append((value.item(), float(on(joint.detach(), validation))))
        if history[-1][1] < lowest:
            best, lowest = joint.detach(), history[-1][1]
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return best, history
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_7-stop-test", "points": 2}
@exercise("15.7")
def test_stop():
    """1,000 pairs of a rater who likes reasons; what you return must be best on the other 500."""
    g = torch.Generator().manual_seed(0)
    train, validation = (compare(2 * gives_a_reason, n, g) for n in (1000, 500))
    calls = []

    def loss(new, old, ref_new, ref_old, label, beta):
        calls.append(len(label))
        known = torch.isin(torch.cat([ref_new, ref_old]).float(), log_ref.float()).all()
        expect(known and not torch.allclose(ref_new, ref_old), "the third and the fourth argument "
               "of the loss are the reference's log-probabilities of the two answers of each pair",
               "wrong-arguments")
        expect(len(calls) > 1 or abs(new - ref_new).max() < 1e-6, "start at the reference, "
               "TablePolicy(log_ref)", "wrong-start")
        won = (2 * label - 1) * (new - ref_new - old + ref_old)
        return torch.exp(-beta * won).mean()  # the exponential loss in place of the logistic one

    log_pi, history = train_dpo(log_ref, train, validation, 0.4, loss=loss)
    log_pi = expect_tensor(log_pi, (7776,), "train_dpo")
    expect(abs(log_pi.exp().sum() - 1) < 1e-4, "return log-probabilities: their exponentials must "
           f"add up to 1, and yours to {log_pi.exp().sum():.4g}", "no-policy")
    steps = len(history)
    expect(10 <= steps <= 300, f"your history has {steps} steps; 10 to 300 are allowed",
           "over-budget")
    expect(1000 in calls and 500 in calls, "hand the loss the training pairs AND the validation "
           "pairs", "no-validation")
    falls, held = zip(*history, strict=True)
    expect(held.index(min(held)) < steps - 1 or falls.index(min(falls)) == steps - 1, "the second "
           "numbers of your history fall to the end, the first rise again: each pair is (training "
           "loss, validation loss)", "exchanged")
    expect(falls[-1] < falls[0], "the training loss does not fall", "no-training")
    expect(held.index(min(held)) < steps - 1, "the validation loss is lowest at your last step: go "
           "on until it rises", "too-short")
    a, b, label = validation
    own = loss(log_pi[a], log_pi[b], log_ref[a], log_ref[b], label, 0.4)
    expect(own < min(held) + 1e-6, f"your policy has validation loss {own:.6f}; the best step of "
           f"your history had {min(held):.6f}: return that one", "last-not-best")
    ### BEGIN HIDDEN TESTS
    left = [oracle_stopped(train_dpo, seed) for seed in (720, 730)]
    expect(max(left) <= 0.8, f"{max(left):.0%} of the way to the best policy is left; a right "
           "answer leaves at most 80 %", "too-little")
    ### END HIDDEN TESTS


test_stop()
print("15.7b: visible checks passed (the hidden ones measure the KL to the best policy)")

# %% id="overfit-demo" tags=["demo"]
generator = torch.Generator().manual_seed(0)
train, validation = compare(proxy, 2000, generator), compare(proxy, 1000, generator)
stopped, history = train_dpo(log_ref, train, validation, beta, loss=dpo_loss)
overfit, _ = train_dpo(log_ref, train, train, beta, loss=dpo_loss)  # watches what it trains on
steps = list(range(len(history)))
low = min(steps, key=lambda k: history[k][1])
figure = plots.curves({"training loss": (steps, [a for a, _ in history]),
                       "validation loss": (steps, [b for _, b in history])},
                      xlabel="step", ylabel="DPO loss (nats per pair)", percent=False,
                      title="2,000 pairs, each labelled once")
plots.show(figure, alt=f"Training loss from {history[0][0]:.2f} to {history[-1][0]:.2f}; "
           f"validation loss lowest, {history[low][1]:.2f}, at step {low}, at the end "
           f"{history[-1][1]:.2f}.")
first, second, label = train
preferred = torch.where(label == 1, first, second)
rejected = torch.where(label == 1, second, first)
won, lost = (torch.bincount(rows, minlength=len(answers)) for rows in (preferred, rejected))
lucky = (won > 0) & (lost == 0)
print(f"{int(lucky.sum())} answers won each of their comparisons, {won[lucky].double().mean():.1f} "
      "on average")
print("then: mean log-probability of the answers preferred, and of those rejected; share of "
      "answers that never lost")
for name, log_pi in (("reference", log_ref), ("best", star), ("stopped", stopped),
                     ("overfit", overfit)):
    print(f"{name:9}: KL to the best policy {kl(log_pi, star):.2f}, preferred "
          f"{log_pi[preferred].mean():5.2f}, rejected {log_pi[rejected].mean():5.2f}, never lost "
          f"{log_pi[lucky].exp().sum():.0%}")

# %% [markdown]
# The column "preferred" looks strange: training on "this answer is better than that one" makes the
# *better* answers rarer, too. That alone is no alarm. The best policy does it as well: all answers
# in these pairs are draws from the reference, and on average over such draws no policy has a higher
# log-probability than the reference itself. What DPO trains is the gap between "preferred" and
# "rejected". The last column is the alarm: compare the share that the overfit policy gives to
# answers that won the one or two comparisons in which they happened to be. (How large it is depends
# on how long and how fast you train: with our settings half of the policy.)
#
# The transformer by DPO, with as many soft labels as it likes:

# %% id="transformer-dpo" tags=["demo"]
def transformer_by_dpo(steps=200, n=256):
    """The reference transformer after DPO on fresh pairs with soft labels."""
    generator, model = torch.Generator().manual_seed(0), language.reference_policy()
    optimizer, schedule = tuned(model, steps)
    for _ in range(steps):
        a, b, _ = compare(proxy, n, generator)
        optimizer.zero_grad()
        log_pi = sequence_log_probs(model, answers[torch.cat([a, b])])
        soft = torch.sigmoid(proxy[a] - proxy[b])
        dpo_loss(log_pi[:n], log_pi[n:], log_ref[a], log_ref[b], soft, beta).backward()
        optimizer.step()
        schedule.step()
    return every_log_prob(model)


reached["dpo"] = kl(transformer_by_dpo(), star)
for name, far in reached.items():
    print(f"transformer by {name.upper():4}: KL to the best policy {far:.4f}")

# %% [markdown]
# ## What you found
#
# Look back over your own numbers: an identity that holds for every policy; one reward model that is
# right at beta 0.5 and absurd at 0.1; a peak where proxy and gold stop going together; an optimiser
# that arrives exactly where it is sent, right or wrong; a suspect acquitted (missing answers did
# not do it) and two that were guilty together; and a crowd whose smaller part is made to pay.
#
# **Limits.** Six words are no language. Our raters, their weakness and the careful reader are
# formulas; real ones disagree with themselves, tire, and learn. Nothing here answers a question, so
# there is no truth apart from taste, no context, no deception. What carries over is the arithmetic:
# what the KL penalty does, why gold turns where proxy and gold stop being correlated under the
# policy, and what one reward does to people who differ.
#
# **The paper** (section 4.2) names reinforcement learning from human feedback as a way to
# alignment, and section 3.5.3 asks that those concerned take part. You have seen that the second is
# no ornament of the first: who rates, how carefully, and how differing raters are merged, decides
# what is learned.
#
# **Read on.** Bradley and Terry, *Rank analysis of incomplete block designs*, 1952. Christiano et
# al., *Deep reinforcement learning from human preferences*, 2017. Ouyang et al., *Training language
# models to follow instructions with human feedback*, 2022. Gao, Schulman, Hilton, *Scaling laws for
# reward model overoptimization*, 2022. Rafailov et al., *Direct preference optimization*, 2023.
# Schulman et al., *Proximal policy optimization algorithms*, 2017. Kool, van Hoof, Welling, *Buy 4
# REINFORCE samples, get a baseline for free!*, 2019. Ahmadian et al., *Back to basics*, 2024.
# Beirami et al., *Theoretical guarantees on the best-of-n alignment policy*, 2024. Siththaranjan,
# Laidlaw, Hadfield-Menell, *Distributional preference learning*, 2024. Chakraborty et al.,
# *MaxMin-RLHF*, 2024.
#
# **Where next.** Lab 17 asks what a system does that would rather not be corrected; Lab 14 what a
# recommender does to what people want.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab15_alignment")
