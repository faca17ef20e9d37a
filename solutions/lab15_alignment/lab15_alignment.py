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
# - compute and sample from an autoregressive policy exactly, and measure how far one is from another,
# - learn a reward from comparisons, and say what comparisons leave open,
# - write down the best policy under a KL penalty, and use it to grade any optimiser,
# - find the point at which more optimisation makes an answer worse, and say why it comes,
# - train a policy by RLOO and PPO, or without a reward model by DPO, and know when each fails,
# - show what one reward model does to people who want something else, and what a remedy costs.
#
# | | |
# |---|---|
# | Paper | sections 3.5.3 (alignment with values that differ) and 4.2 (human feedback) |
# | Time | 150 minutes for the core (15.1 to 15.4, 15.6, 15.8, 15.9); about 90 more for the deeper ones |
# | Points | 17 (17 checked by machine, 0 read by a person) |
# | You need | Python, probability, a little PyTorch (`log_softmax`, `torch.autograd`) |
# | It runs in | x |
#
# | symbol | name in code | shape |
# |---|---|---|
# | answers, five words each | `answers` | (n, 5) of word numbers |
# | policy pi: logits of the next word | `policy(tokens)` | (n, t) -> (n, t + 1, 6) |
# | log pi of every answer | `log_pi`, `log_p`, `log_q` | (7776,) |
# | reference policy pi_ref | `log_ref` | (7776,) |
# | reward r of every answer | `reward`, `proxy`, `gold` | (7776,) |
# | strength of the KL penalty | `beta` | a number > 0 |
#
# Wherever a vector has one entry per answer, its order is that of `all_answers()`. Logarithms are
# natural, so KL is in nats.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import torch
import torch.nn.functional as F

from safetylab import language, plots, widgets
from safetylab.checks import exercise, expect, expect_tensor, untouched
from safetylab.language import TablePolicy, TinyGPT, all_answers, text

torch.set_num_threads(1)  # these tensors are so small that one thread is the fastest
answers = all_answers()
log_ref = language.reference_log_probs()

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
points = torch.tensor([0.01, -0.10, 0.55, 0.52, -0.58, -0.40])  # per word; you will fit them in 15.2
print("points per word:", dict(zip(language.WORDS, points.tolist(), strict=True)))
scores = word_counts @ points.double()
generator = torch.Generator().manual_seed(0)
for n in (1, 4, 32, 1_000, 30_000):
    drawn = torch.multinomial(log_ref.exp(), 100 * n, replacement=True, generator=generator)
    best = drawn.reshape(100, n).gather(1, scores[drawn].reshape(100, n).argmax(1)[:, None])[:, 0]
    print(f"best of {n:6,}: points {scores[best].mean():5.2f}, gold {gold[best].mean():5.2f}, "
          f"for example: {text(answers[best[0]])}")

# %% [markdown]
# The points rise all the way. The true value rises, then falls below where it began. The reward
# model is right about ordinary answers; it was never asked about the ones that the search finds.
# When a measure becomes a target, it stops being a good measure: Goodhart's law. The rest of the
# lab is about where on this road to stop, and what would make the road longer.
#
# ## Exercise 15.1: the reference policy (6 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: everything later is a statement about the probabilities of
# whole answers. A language model only gives you those of the next word.
#
# A policy gets the words already said, shape (n, t), and returns logits of shape (n, t + 1, words):
# `logits[:, k]` are for the word that comes after the first k words. With t = 0 you get the logits
# of the first word.
#
# **a. `sequence_log_probs(policy, answers)`**: the log-probability of each answer, the sum over its
# words of log pi(word | words before it). Call the policy once.
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
# dimension, then <code>gather</code> with <code>answers[..., None]</code>, then a sum.
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
    expect(isinstance(got, torch.Tensor) and got.shape != (), "four answers have four "
           "log-probabilities; yours is one number for the whole batch", "whole-batch")
    got = expect_tensor(got.detach(), (4,), "sequence_log_probs")
    expect(not torch.allclose(got, truth / 2), "you averaged over the words; the log-probability "
           "of an answer is the sum", "mean-not-sum")
    expect(not torch.allclose(got, -truth), "a log-probability is negative; yours is its mirror "
           "image, the loss", "wrong-sign")
    total = got.exp().sum()
    expect(abs(total - 1) < 1e-6, f"the probabilities of the four answers add up to {total:.3f}, "
           "not to 1: are the logits normalised over the words, and is each word read off the "
           "logits that came BEFORE it?", "not-normalised")
    expect(torch.allclose(got, truth), f"the four answers have probabilities 0.1 to 0.4; yours: "
           f"{got.exp().tolist()}", "off-by-one")
    ### BEGIN HIDDEN TESTS
    oracle_sequences(sequence_log_probs)
    ### END HIDDEN TESTS


test_log_probs()
print("15.1a: visible checks passed")

# %% [markdown]
# **b. `draw_answers(policy, n, length, generator)`**: draw n answers, one word after the other, each from
# the policy's distribution given the words already drawn.
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
        weight.data += 0.15 * torch.randn(weight.shape, generator=g)
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
    expect(runs[0].float().std() > 0, "you always take the likeliest word: draw it", "greedy")
    expect(torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2]),
           "the draws must depend on generator, and on nothing else", "ignores-generator")
    expect((runs[0][:, 0] == runs[0][:, 1]).all(), "this policy always repeats the first word; "
           "yours does not: hand it the words drawn so far", "ignores-beginning")
    share = runs[0][:, 0].double().mean()
    expect(abs(share - 0.7) < 0.06, f"word 1 opens 70 % of the answers; in yours {share:.0%}",
           "wrong-shares")
    ### BEGIN HIDDEN TESTS
    oracle_draw(draw_answers)
    ### END HIDDEN TESTS


test_draw()
print("15.1b: visible checks passed")

# %% [markdown]
# **c. `entropy(log_p)` and `kl(log_p, log_q)`** of policies given as vectors of log-probabilities:
#
# - entropy: minus the sum of p log p
# - KL(p || q): the sum of p (log p - log q): how many nats of evidence against q one answer of p
#   gives on average. It is infinite if p gives an answer that q never gives
# - both return a tensor without dimensions. A policy may give an answer never: then `log_p` is
#   minus infinity there, and the answer adds nothing (0 log 0 counts as 0)
#
# <details><summary>Hint 1: where to look</summary>
# In floating point, 0 times minus infinity is not 0.
# <details><summary>Hint 2: the idea</summary>
# Leave out the answers that p never gives before you do any arithmetic with them.
# <details><summary>Hint 3: nearly the code</summary>
# <code>said = log_p &gt; -torch.inf</code>, then index with it: <code>log_p[said]</code>,
# <code>log_q[said]</code>.
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
        expect(abs(h + math.fsum(v * math.log(v) for v in p)) < 1e-9, "an entropy is off",
               "wrong-entropy")
        got = expect_tensor(kl(log_p.clone(), log_q), (), "kl").item()
        expect(abs(got - oracle_kl(log_p, log_q)) < 1e-9, "a KL is off", "reversed")
        expect(abs(kl(log_p, log_p).item()) < 1e-12, "KL(p || p) must be 0", "nan-at-zero")
        if never and n > 1:
            expect(kl(log_q, log_p).item() == torch.inf, "KL must be infinite where p gives an "
                   "answer that q never gives", "nan-at-zero")
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
    h, d = float(entropy(log_p)), float(kl(log_p, log_q))
    expect(h == h and d == d, f"nan: entropy {h}, KL {d}. The third answer has probability 0 and "
           "must add nothing", "nan-at-zero")
    expect(h != -0.6931471805599453, "entropy is positive: minus the sum", "wrong-entropy")
    expect(abs(h - 1) > 1e-9 and abs(d - 0.5) > 1e-9, "you count in bits; use the natural "
           "logarithm", "bits")
    expect(abs(h - 0.693147) < 1e-6, f"the entropy of p is log 2 = 0.6931; yours: {h:.4f}",
           "wrong-entropy")
    expect(d != torch.inf, "KL(p || q) is finite here; yours is KL(q || p), which is not",
           "reversed")
    expect(abs(d - 0.346574) < 1e-6, f"KL(p || q) is log(2) / 2 = 0.3466; yours: {d:.4f}",
           "reversed")
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
for one in draw_answers(reference, 6, language.LENGTH, torch.Generator().manual_seed(0)):
    print("  ", text(one))

# %% [markdown]
# Most answers make some sense, because the corpus did. From here on `log_ref` is the table on file,
# so that every machine computes with the same digits.
#
# ## Exercise 15.2: a reward from comparisons (6 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: people cannot say what an answer is worth in numbers, but
# they can say which of two is better. This is the only place where human values enter.
#
# The Bradley-Terry model (1952) says: the first answer is preferred with probability
# sigma(r1 - r2), where sigma(t) = 1 / (1 + exp(-t)) and r is a hidden reward.
#
# **a. `preference_loss(first, second, label)`**: the mean over the pairs of
# -(label * log sigma(first - second) + (1 - label) * log sigma(second - first)).
#
# - `first`, `second`: (n,), the rewards of the two answers; `label`: (n,), in [0, 1]: 1 if the
#   first was preferred, 0 if the second, in between if several raters disagreed
# - returns a tensor without dimensions, finite for rewards in the thousands
#
# <details><summary>Hint 1: where to look</summary>
# log(sigmoid(-1000)) overflows if you take it in two steps. PyTorch has it in one.
# <details><summary>Hint 2: the idea</summary>
# Only the difference of the two rewards matters; 1 - sigma(t) is sigma(-t).
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
    got = float(preference_loss(one, one, one))
    expect(abs(got - 1.386294) > 1e-5, "you add up the pairs; take their mean", "sum-not-mean")
    expect(abs(got - 0.693147) < 1e-5, "two equal rewards: either is preferred with 1/2, the loss "
           f"is log 2 = 0.6931; yours: {got:.4f}", "not-the-gap")
    got = float(preference_loss(two, zero, one))
    expect(abs(got - 2.126928) > 1e-5, "the first has the higher reward AND was preferred: your "
           "loss is that of the opposite label", "wrong-sign")
    expect(abs(got - 0.126928) < 1e-5, f"rewards 2 and 0, label 1: 0.1269; yours: {got:.4f}",
           "wrong-loss")
    got = float(preference_loss(1000 * two, zero, zero))
    expect(abs(got - 2000) < 1e-3, f"rewards 2000 and 0, label 0: the loss is 2000; yours: {got}",
           "overflow")
    got = float(preference_loss(two, zero, torch.tensor([0.75, 0.75])))
    expect(abs(got - 0.626928) < 1e-5, "label 0.75 means that three of four raters preferred the "
           f"first: 0.6269; yours: {got:.4f}", "hard-labels")
    ### BEGIN HIDDEN TESTS
    oracle_loss(preference_loss)
    ### END HIDDEN TESTS


test_loss()
print("15.2a: visible checks passed")

# %% [markdown]
# **b. `preference_gradient(first, second, w, label)`**: the reward model is linear,
# `reward = features @ w`. Write the gradient of the loss with respect to `w` as a formula, without
# autograd. It has a meaning worth seeing: the probability that the model gives to the first answer,
# minus the label, times the difference of the features.
#
# - `first`, `second`: (n, d), the features of the two answers; `w`: (d,); `label`: (n,)
# - returns (d,), the gradient of the mean loss
#
# <details><summary>Hint 1: where to look</summary>
# The derivative of log sigma(t) is 1 - sigma(t).
# <details><summary>Hint 2: the idea</summary>
# For one pair: (sigma(gap) - label) * (features of the first - features of the second).
# <details><summary>Hint 3: nearly the code</summary>
# <code>change = first - second</code>; <code>surprise = torch.sigmoid(change @ w) - label</code>;
# the mean over the pairs of their product is a matrix product divided by n.
# </details></details></details>

# %% nbgrader={"grade_id": "ex15_2-gradient", "solution": true}
def preference_gradient(first, second, w, label):
    """Gradient of the mean loss of a linear reward: (n, d), (n, d), (d,), (n,) -> (d,)."""
    ### BEGIN SOLUTION
    difference = first - second
    excess = torch.sigmoid(difference @ w) - label
    return difference.T @ excess / len(label)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex15_2-gradient-test", "points": 2}
@exercise("15.2")
def test_gradient():
    """Two pairs, two features, w = 0: the model is undecided, so each pair pulls by a half."""
    first = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    second = torch.tensor([[0.0, 1.0], [0.0, 1.0]])
    label, w = torch.tensor([1.0, 0.0]), torch.zeros(2)
    got = expect_tensor(preference_gradient(first, second, w, label), (2,), "preference_gradient")
    truth = torch.tensor([-0.25, 0.5])
    expect(not torch.allclose(got, -truth), "your gradient points down the loss; a gradient "
           "points up", "wrong-sign")
    expect(not torch.allclose(got, 2 * truth), "the loss is a mean over the pairs: divide by n",
           "sum-not-mean")
    expect(not torch.allclose(got, torch.tensor([-0.25, 0.5]) + torch.tensor([0.0, 0.25])),
           "the second answer's features are missing: a gap has two ends", "one-side")
    expect(torch.allclose(got, truth), f"for these two pairs the gradient is {truth.tolist()}; "
           f"yours: {got.tolist()}", "wrong-gradient")
    ### BEGIN HIDDEN TESTS
    for seed, n, d, soft in ((22, 40, 3, True), (23, 1, 5, False), (24, 200, 8, False)):
        g = torch.Generator().manual_seed(seed)
        first, second, w, label = oracle_pairs(n, d, g, soft)
        got = expect_tensor(preference_gradient(first, second, w, label), (d,),
                            "preference_gradient")
        for k in range(d):
            step = 1e-6 * F.one_hot(torch.tensor(k), d)
            up, down = (oracle_preference_loss(first @ v, second @ v, label)
                        for v in (w + step, w - step))
            expect(abs((up - down) / 2e-6 - got[k]) < 1e-7, "your gradient is not that of finite "
                   "differences on random pairs", "wrong-gradient")
    ### END HIDDEN TESTS


test_gradient()
print("15.2b: visible checks passed")

# %% [markdown]
# **c. `fit_reward(first, second, label, penalty, loss)`**: find the `w` that minimises
# `loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()`. The problem is convex, so there
# is one answer, and the check only asks whether you are there.
#
# - `loss` is a right `preference_loss`, handed in; returns `w`, shape (d,), float64, without a graph
# - accuracy: each component of the gradient at your `w` below 1e-6
# - call `loss` at most 500 times
#
# <details><summary>Hint 1: where to look</summary>
# Plain gradient descent takes thousands of steps to 1e-6. A second-order method takes dozens.
# <details><summary>Hint 2: the idea</summary>
# <code>torch.optim.LBFGS</code> with <code>line_search_fn="strong_wolfe"</code> and small
# tolerances; or Newton's method, whose second derivative you can write down.
# <details><summary>Hint 3: nearly the code</summary>
# <code>w</code> of zeros in float64 that requires a gradient; a closure that zeroes the gradient,
# computes loss plus penalty, calls backward, returns it; <code>optimizer.step(closure)</code> once
# with <code>max_iter=200, tolerance_grad=1e-9, tolerance_change=0</code>.
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
                                      (27, 8, 12, 0.1, False)):
        g = torch.Generator().manual_seed(seed)
        first, second, w, label = oracle_pairs(n, d, g, soft)
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
                   "the penalty is penalty / 2 * |w|^2", "twice-the-penalty")
        expect((slope + penalty * got).abs().max() < 1e-6, "your w is not the minimum: the "
               f"gradient there is {(slope + penalty * got).abs().max():.1e}", "not-converged")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex15_2-fit-test", "points": 3}
@exercise("15.2")
def test_fit():
    """One feature: three of four raters prefer the answer that has it. Then sigma(w) = 3/4."""
    first, second = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
    label = torch.tensor([0.75], dtype=torch.float64)

    def loss(a, b, y):
        return (F.softplus(a - b) - y * (a - b)).mean()

    got = expect_tensor(fit_reward(first, second, label, 0.0, loss), (1,), "fit_reward")
    expect(got[0] > 0, "the answer with the feature is preferred: its weight is positive",
           "wrong-sign")
    expect(abs(got[0] - 1.098612) < 1e-4, f"the weight is log 3 = 1.0986; yours: {got[0]:.4f}",
           "not-converged")
    shrunk = fit_reward(first, second, label, 0.1, loss)[0].item()
    expect(shrunk < 1.0986, "with a penalty the weight must shrink", "penalty-ignored")
    expect(abs(shrunk - 0.563588) > 1e-4, "the penalty is penalty / 2 * |w|^2, and yours is twice "
           "that", "twice-the-penalty")
    expect(abs(shrunk - 0.736876) < 1e-4, f"with penalty 0.1 the weight is 0.7369; yours: "
           f"{shrunk:.4f}", "not-converged")
    ### BEGIN HIDDEN TESTS
    oracle_fit(fit_reward)
    ### END HIDDEN TESTS


test_fit()
print("15.2c: visible checks passed")

# %% [markdown]
# Now real comparisons, if raters of our making count as real: 4,000 pairs drawn from the reference,
# each labelled once by somebody in a hurry. The reward model is a simple one: so many points for
# each word, wherever it stands.

# %% nbgrader={"grade_id": "setup-raters", "locked": true}
def compare(utility, n, generator):
    """n pairs of answers of the reference, as rows of `answers`, and what a rater prefers."""
    first, second = torch.multinomial(log_ref.exp(), 2 * n, replacement=True,
                                      generator=generator).reshape(2, n)
    chance = torch.sigmoid(utility[first] - utility[second])
    return first, second, torch.bernoulli(chance, generator=generator)


def centred(reward):
    """The same reward with mean 0 under the reference: comparisons cannot tell them apart."""
    return reward - log_ref.exp() @ reward

# %% id="raters-demo" tags=["demo"]
def learned(features, utility, n, seed=0):
    """The reward of every answer, as a model on these features learns it from n pairs."""
    first, second, label = compare(utility, n, torch.Generator().manual_seed(seed))
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
# Two things comparisons leave open. A constant: `centred` fixes it. And everything that was not
# compared: the reference hardly ever flatters three times, so nobody was ever asked about it.
#
# Be a rater yourself: choose in twelve pairs, then run the cell after it. (Without clicks, the
# choices of a careful reader stand.)

# %% id="label-yourself" tags=["demo"]
first, second, _ = compare(gold, 60, torch.Generator().manual_seed(2))
apart = (gold[first] != gold[second]).nonzero()[:12, 0]
first, second = first[apart], second[apart]
usual = (gold[second] > gold[first]).long().tolist()
chosen = widgets.choices([(text(answers[a]), text(answers[b])) for a, b in
                          zip(first, second, strict=True)], usual, prompt="Which answer is better?")

# %% id="label-fit" tags=["demo"]
label = 1 - torch.tensor(chosen).double()
w = fit_reward(word_counts[first], word_counts[second], label, 0.05, preference_loss)
yours = centred(word_counts @ w)
print("your points per word:", {word: round(v, 2) for word, v in
                                zip(language.WORDS, w.tolist(), strict=True)})
print("your favourite answer:", text(answers[yours.argmax()]))
print(f"its gold: {gold[yours.argmax()]:.1f} of {gold.max():.1f}")

# %% [markdown]
# Twelve pairs already fix a favourite among 7,776 answers, most of which nobody has seen. Whether
# you like it is another matter: you were asked about pairs, not about it.
#
# ## Exercise 15.3: the best policy in closed form (5 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: every method that trains on human feedback, PPO, RLOO or
# DPO, heads for the policy that you write down here. If you know it, you can grade them all.
#
# The policy should earn reward and stay near the reference:
#
# J(pi) = E_pi[r] - beta * KL(pi || pi_ref)
#
# Its maximum over all policies is pi*(a) = pi_ref(a) exp(r(a) / beta) / Z, where Z is the sum of
# the numerators.
#
# **a. `tilt(log_ref, reward, beta)`**: log pi* of every answer.
#
# - `log_ref`, `reward`: (answers,), float64; `log_ref` may be minus infinity where the reference
#   never goes; `beta` > 0, perhaps 0.001
# - returns (answers,), finite wherever `log_ref` is
#
# <details><summary>Hint 1: where to look</summary>
# Stay in logarithms: exp(3 / 0.001) is no number that a computer knows.
# <details><summary>Hint 2: the idea</summary>
# log Z is a log-sum-exp of what stands in the numerator's logarithm.
# <details><summary>Hint 3: nearly the code</summary>
# Add <code>reward / beta</code> to <code>log_ref</code>, then subtract the <code>logsumexp</code> of
# the whole.
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
               "another policy has a higher J than yours", "wrong-beta")
        moved = tilt(ref, reward + 5, beta)
        expect(torch.allclose(moved, got, atol=1e-6), "a constant added to every reward must change "
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
    got = expect_tensor(tilt(ref, reward, 1.0), (3,), "tilt")
    total = got.exp().sum()
    expect(abs(total - 1) < 1e-9, f"the probabilities add up to {total:.3f}: divide by Z",
           "not-normalised")
    expect(not torch.allclose(got.exp(), torch.tensor([1, 2, 4]).double() / 7), "the reference is "
           "missing: pi* starts from it", "forgets-reference")
    expect(got[0] > got[1] - 1e-9, "you lower the probability of good answers", "wrong-sign")
    expect(torch.allclose(got.exp(), torch.tensor([0.25, 0.25, 0.5]).double()),
           f"with beta = 1 pi* is (1/4, 1/4, 1/2); yours: {got.exp().tolist()}", "wrong-beta")
    got = tilt(ref, reward, 0.5)
    expect(torch.allclose(got.exp(), torch.tensor([2, 4, 16]).double() / 22), "a smaller beta means "
           f"more tilt: with 1/2 pi* is (2, 4, 16)/22; yours: {got.exp().tolist()}", "wrong-beta")
    cold = tilt(ref, 1000 * reward, 0.001)
    expect(torch.isfinite(cold).all(), "with beta = 0.001 and large rewards your result is not "
           "finite: stay in logarithms", "overflow")
    ### BEGIN HIDDEN TESTS
    oracle_optimum(tilt)
    ### END HIDDEN TESTS


test_tilt()
print("15.3a: visible checks passed")

# %% [markdown]
# **b. `objective(log_pi, log_ref, reward, beta)`**: J of any policy, a tensor without dimensions.
# `log_pi` may be minus infinity for answers that the policy never gives.
#
# **c. `best_value(log_ref, reward, beta)`**: the largest J that any policy can have. You need no
# policy to compute it: it is beta * log Z.
#
# <details><summary>Hint 1: where to look</summary>
# b: an expectation, and the KL that you have written already; this function has its own copy of
# what it needs. c: the same log-sum-exp as in a.
# <details><summary>Hint 2: the idea</summary>
# b: leave out answers with probability 0, as in 15.1c. c: put pi* into J and see what is left.
# <details><summary>Hint 3: nearly the code</summary>
# b: the sum over the answers said of p * (reward - beta * (log_pi - log_ref)). c:
# <code>beta * torch.logsumexp(...)</code>.
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
            expect(abs(j + beta * away - top) < 1e-12 * max(1, abs(top)) * 10,
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
    got = [float(best_value(ref, reward, beta)) for beta in (1.0, 0.5)]
    expect(abs(got[0] - 1.945910) > 1e-5, "the reference is missing from Z", "forgets-reference")
    expect(abs(got[0] - 2) > 1e-5, "this is Z; the value is beta * log Z", "no-logarithm")
    expect(abs(got[0] - 0.693147) < 1e-5, f"with beta = 1 it is log 2; yours: {got[0]:.4f}",
           "wrong-value")
    expect(abs(got[1] - 1.704748) > 1e-5, "this is log Z: multiply by beta", "forgets-beta")
    expect(abs(got[1] - 0.852374) < 1e-5, f"with beta = 1/2 it is log(5.5) / 2 = 0.8524; yours: "
           f"{got[1]:.4f}", "forgets-beta")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(33)
    for n, beta in ((6, 0.7), (7776, 0.002), (50, 30.0)):
        ref, reward = oracle_policy(n, g), 4 * torch.randn(n, generator=g, dtype=torch.float64)
        got = expect_tensor(best_value(ref, reward, beta), (), "best_value").item()
        top = oracle_value(oracle_tilt(ref, reward, beta), ref, reward, beta)
        expect(abs(got - top) < 1e-9, "the best policy has another J", "wrong-value")
    ### END HIDDEN TESTS


test_best_value()
print("15.3c: visible checks passed")

# %% [markdown]
# Together they give an identity that holds for *every* policy that only gives answers which the
# reference gives, too:
#
# J(pi) + beta * KL(pi || pi*) = beta * log Z
#
# So `best_value - objective` says how far a policy is from the best one, in units of beta, without
# anybody knowing the best one. A thousand random policies, some of which never give half of the
# answers:

# %% id="identity-demo" tags=["demo"]
generator, beta = torch.Generator().manual_seed(3), 0.5
star, worst = tilt(log_ref, proxy, beta), 0.0
for _ in range(1000):
    logits = 3 * torch.randn(len(answers), generator=generator, dtype=torch.float64)
    logits[torch.rand(len(answers), generator=generator) < 0.5] = -torch.inf
    log_pi = logits.log_softmax(0)
    both = objective(log_pi, log_ref, proxy, beta) + beta * kl(log_pi, star)
    worst = max(worst, abs(both - best_value(log_ref, proxy, beta)).item())
print(f"beta * log Z = {best_value(log_ref, proxy, beta):.6f}; "
      f"largest deviation of a thousand policies: {worst:.0e}")
