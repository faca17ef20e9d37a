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
# # Lab 03: attacks on a black box
#
# In Lab 01 the attacker read the model. Here a model stands behind a service: you may ask, and you
# pay for each question. How much of the model do the answers give away, and what does it cost?
#
# By the end you will be able to
#
# - count questions honestly and keep to a budget,
# - steal a linear model from probabilities, bound what rounded answers hide, and steal it again
#   from yes and no alone,
# - train a copy of a network, and tell what the copy knows from what everybody knows,
# - estimate a gradient from scores, with its error known in advance,
# - report an attack so that failures count, and say which defence stopped it or only this one.
#
# | | |
# |---|---|
# | Paper | section 2.1.1 (exploratory and black-box attacks: questions, a copy, transfer) |
# | Time | Part A 70 min, Part B 80 min; deeper 45 min |
# | Points | 53: core 42, deeper ones 11 (49 checked by machine, 4 read by a person) |
# | You need | numpy, a little PyTorch; gradient attacks (Lab 01); logarithms and vectors |
# | It runs in | about 55 CPU seconds in all, 8 without the demonstrations; 1.1 GiB of memory |
#
# | symbol | name in code | meaning, shape |
# |---|---|---|
# | one question, a batch of $n$ | `x` | (n, d) of numpy, or images (n, 1, 28, 28) of torch |
# | the service | `ask`, `label` | a function of `x`: probabilities, or a label |
# | weights and bias of a linear model | `W`, `b`; `w` | (classes, d), (classes,); (d,) |
# | largest allowed change of a pixel | `epsilon` | a number |
# | until when an attack asked, per image | `queries` | (n,), infinity where it never succeeded |
# | most questions per image | `budget` | a whole number |
# | step of a finite difference | `sigma` | a number |
#
# Every service below is an object in this notebook; nothing outside is asked. Whoever tries these
# attacks on somebody else's service needs that somebody's permission.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import hashlib
import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.special import expit, softmax

from safetylab import data, models, page, plots, training, widgets
from safetylab.checks import (
    exercise,
    expect,
    expect_array,
    expect_number,
    expect_returned,
    untouched,
)

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(3)

# %% [markdown]
# ## It breaks
#
# A service reads handwritten digits. It takes an image and answers with ten probabilities; its
# weights are secret. The attack below (*Square*, Andriushchenko et al. 2020) never sees a gradient.
# It changes each pixel by 0.2, up or down, in stripes; then it sets the change in one random square
# at a time to up or down all over, and keeps what lowers the lead of the right class. You need not
# read its code in detail.

# %% nbgrader={"grade_id": "setup-square", "locked": true}
def lead(p, y):
    """The probability of class y minus the largest other one: (n, classes), (n,) -> (n,)."""
    own = p.gather(1, y[:, None])[:, 0]
    return own - p.scatter(1, y[:, None], -torch.inf).amax(1)


def square_mask(n, side, g):
    """One random square per image: (n, 1, 28, 28), bool."""
    corner = torch.randint(0, 29 - side, (2, n, 1, 1, 1), generator=g)
    place = torch.arange(28)
    row, column = ((place >= c) & (place < c + side) for c in corner)
    return row.transpose(2, 3) & column


def square(ask, x, y, epsilon, budget, seed, start=0.3, draws=False):
    """Attack each image on its own; returns the last images, and the questions (inf: never).

    With draws a change that leaves the lead as it was is kept, too.
    """
    g = torch.Generator().manual_seed(seed)
    signs = 2.0 * torch.randint(0, 2, (len(x), 1, 1, 28), generator=g) - 1
    z, left = (x + epsilon * signs).clamp(0, 1), torch.arange(len(x))
    queries, least = torch.full((len(x),), torch.inf), lead(ask(z), y)
    for asked in range(1, budget + 1):
        queries[left[least < 0]] = asked
        left, least = left[least >= 0], least[least >= 0]
        if len(left) == 0 or asked == budget:
            break
        passed = sum(10_000 * asked / budget > t for t in (10, 50, 200, 500, 1000, 2000, 4000))
        mask = square_mask(len(left), max(1, round(28 * (start / 2**passed) ** 0.5)), g)
        sign = 2.0 * torch.randint(0, 2, (len(left), 1, 1, 1), generator=g) - 1
        new = torch.where(mask, (x[left] + epsilon * sign).clamp(0, 1), z[left])
        value = lead(ask(new), y[left])
        kept = value <= least if draws else value < least
        z[left[kept]] = new[kept]
        least = torch.minimum(value, least)
    return z, queries


def guess(ask, x, y, epsilon, budget, seed):
    """As `square`, but each question is a new random sign per pixel."""
    g = torch.Generator().manual_seed(seed)
    z, left = x.clone(), torch.arange(len(x))
    queries = torch.full((len(x),), torch.inf)
    for asked in range(1, budget + 1):
        signs = 2.0 * torch.randint(0, 2, x[left].shape, generator=g) - 1
        z[left] = (x[left] + epsilon * signs).clamp(0, 1)
        won = lead(ask(z[left]), y[left]) < 0
        queries[left[won]] = asked
        left = left[~won]
    return z, queries

# %% id="hook" tags=["demo"]
secret = models.pretrained("mnist_cnn")
shuffled = data.sample(data.mnist("test"), 10_000, torch.Generator().manual_seed(3))
pool, exam = shuffled.x[:5000], data.Images(shuffled.x[5000:], shuffled.y[5000:])


@torch.no_grad()
def probabilities(x):
    """The service: (n, 1, 28, 28) -> (n, 10)."""
    return secret(x).softmax(1)


def labels(x):
    """A service that says the digit only: (n, 1, 28, 28) -> (n,)."""
    return probabilities(x).argmax(1)


right = labels(exam.x) == exam.y
victims = data.Images(exam.x[right], exam.y[right])  # every attack below begins with these
print(f"the service reads {right.float().mean():.1%} of {len(right):,} digits right")
attacked, queries = square(probabilities, victims.x[:8], victims.y[:8], 0.2, 500, seed=0)
words = [f"{int(q)} questions\nthen read as {c}" if q < math.inf else "holds"
         for q, c in zip(queries.tolist(), labels(attacked).tolist(), strict=True)]
plots.show(plots.image_grid([victims.x[:8], attacked], words, row_labels=["clean", "attacked"]),
           alt="Eight digits, clean and with patches and stripes of changed pixels. "
               + "; ".join(f"{y}: {w.replace(chr(10), ', ')}"
                           for y, w in zip(victims.y.tolist(), words, strict=False)) + ".")

# %% [markdown]
# No weight was read. What must one ask a service to break it, to copy it, or to take it whole? All
# attacks below pay in one currency: images asked about.
#
# The service was trained on MNIST's training digits. Of the 10,000 test digits one half (`pool`) is
# the attacker's, without labels; the other half (`exam`) measures.

# %% [markdown]
# # Part A: taking a linear model
#
# About 70 minutes: exercises 3.1 to 3.3.

# %% [markdown]
# ## Exercise 3.1: the meter (3 points)
#
# Difficulty: 1 of 5 · Minutes: 10 · Why: who counts, what, and when? A published attack once did
# not count the question that tests for success, and a large toolbox gave no counts at all.
#
# Write `metered(service, budget)`. It returns a pair of functions, `ask` and `spent`:
#
# - `ask(x)` passes the batch `x`, (n, ...), to the service and returns the answer unchanged. Each
#   *image* costs one.
# - A call that would pass the budget is refused as a whole: it raises `ValueError`, *before* the
#   service is asked, and costs nothing. A smaller call that still fits is answered afterwards.
# - `spent()` returns how many images were answered so far.
# - Two meters do not share their count.
#
# <details><summary>Hint 1: where to look</summary>
# A function defined inside a function can keep a count that outlives the call.
# <details><summary>Hint 2: the idea</summary>
# Keep the count in a list with one number, or declare it <code>nonlocal</code> in
# <code>ask</code>. Compare first, ask second.
# <details><summary>Hint 3: nearly the code</summary>
# <code>count = [0]</code>; in <code>def ask(x):</code> write <code>if count[0] + len(x) >
# budget:</code> <code>raise ValueError("over budget")</code>, then <code>count[0] += len(x)</code>
# and <code>return service(x)</code>; at the end <code>return ask, lambda: count[0]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_1-meter", "solution": true}
def metered(service, budget):
    """A pair of functions: ask(x), which refuses to pass the budget, and spent()."""
    ### BEGIN SOLUTION
    used = 0

    def ask(x):
        nonlocal used
        if used + len(x) > budget:
            raise ValueError(f"{len(x)} more than the {budget - used} questions that are left")
        used += len(x)
        return service(x)

    def spent():
        return used

    return ask, spent
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_1-meter-test", "points": 3}
@exercise("3.1")
def test_metered():
    """Batches of 3, 1 and 5 images, budgets of 8 and 9."""
    def opened(budget):
        seen = []

        def service(x):
            seen.append(len(x))
            return 2 * x.sum(1)

        pair = metered(service, budget)
        expect_returned(pair, "metered")
        expect(isinstance(pair, tuple | list) and len(pair) == 2 and all(map(callable, pair)),
               "metered must return two functions, ask and spent: return ask, spent", "no-pair")
        return *pair, seen

    def refused(ask, n):
        try:
            answer = ask(np.ones((n, 2)))
        except ValueError:
            return True
        expect_array(answer, (n,), "ask")
        return False

    ask, spent, seen = opened(8)
    got = expect_array(ask(np.array([[1.0, 2.0], [0.0, 1.0], [4.0, 4.0]])), (3,), "ask")
    expect(np.allclose(got, [6, 2, 16]), f"the service answered 6, 2, 16; your ask returned "
           f"{got.tolist()}", "answer-changed")
    count = expect_number(spent(), "spent")
    expect(count != 1, "one call with three images costs three, not one", "counts-calls")
    expect(count == 3, f"three images were asked: spent() is 3; yours: {count:g}", "wrong-count")
    expect(not refused(ask, 1), "3 of 8 are spent and a call with 1 image was refused", "too-early")
    expect(refused(ask, 5), "4 of 8 are spent, and a call with 5 images was answered instead of "
           "raising ValueError", "over-budget")
    expect(sum(seen) == 4, f"a refused call must not reach the service, not even in part; it saw "
           f"{sum(seen)} images, 4 were answered", "answers-then-counts")
    count = expect_number(spent(), "spent")
    expect(count == 4, f"a refused call costs nothing: spent() stays 4; yours: {count:g}",
           "counts-refused")
    expect(not refused(ask, 1), "4 of 8 are spent, a call with 5 images was refused, and then one "
           "with 1 image, too: a smaller call that fits is answered", "closed-for-ever")
    expect(not refused(ask, 3), "5 of 8 are spent: a call with 3 images uses the budget up exactly "
           "and must be answered", "off-by-one")
    expect(refused(ask, 1), "8 of 8 are spent, and one more was answered", "over-budget")
    other, other_spent, _ = opened(9)
    expect(other_spent() == 0, "a new meter begins at 0, whatever other meters have counted",
           "shared-count")
    expect(not refused(other, 9) and refused(other, 1), "a budget of 9 allows 9 images and not 10",
           "off-by-one")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(311)
    for budget in (0, 1, 7, 40):
        ask, spent, seen = opened(budget)
        left = budget
        for n in rng.integers(0, 6, 30).tolist():
            fits = n <= left
            expect(refused(ask, n) != fits, f"{left} of {budget} are left: a call with {n} images "
                   f"must be {'answered' if fits else 'refused'}", "off-by-one")
            left -= n if fits else 0
            expect(spent() == budget - left == sum(seen), f"spent() is {budget - left} here; "
                   f"yours: {spent()}", "wrong-count")
    ### END HIDDEN TESTS


test_metered()
print("3.1: visible checks passed")

# %% [markdown]
# Your meter is for your own use. The tests below count on their side.
#
# ## Exercise 3.2: theft by algebra (8 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: for a linear model each answer is an equation. Rounding
# turns equations into intervals, and intervals can be computed, too.
#
# The service computes $p = \operatorname{softmax}(W x + b)$ in float64, that is
# $p_k = e^{z_k} / \sum_j e^{z_j}$ with the *logits* $z = W x + b$.
#
# **a. `steal_softmax(ask, d)`**: find the model from at most `d + 1` questions.
#
# - `ask`: (n, d), every entry in [0, 1] -> probabilities (n, classes), float64
# - returns `W`, (classes, d), and `b`, (classes,), that give the service's probabilities
#   everywhere
# - adding one and the same vector to all rows of $W$, or one number to all of $b$, changes no
#   probability: any of these models will do
#
# <details><summary>Hint 1: where to look</summary>
# A logarithm undoes the exponential: what is $\log p_k$, and which part of it is the same for all
# classes?
# <details><summary>Hint 2: the idea</summary>
# Ask about the origin and about the d unit vectors. At the origin <code>log p</code> is b up to a
# common number. At unit vector i it is <code>b + W[:, i]</code>, again up to a common number.
# <details><summary>Hint 3: nearly the code</summary>
# <code>logp = np.log(ask(np.vstack([np.zeros(d), np.eye(d)])))</code>, <code>b = logp[0]</code>,
# then <code>return (logp[1:] - b).T, b</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-softmax", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gap(truth, got, x):
    """The largest difference of two models' probabilities at the rows of x."""
    one, two = (softmax(x @ np.asarray(w, float).T + b, axis=1) for w, b in (truth, got))
    return np.abs(one - two).max()
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex3_2-softmax", "solution": true}
def steal_softmax(ask, d):
    """Weights (classes, d) and bias (classes,) of a softmax model, from d + 1 questions."""
    ### BEGIN SOLUTION
    corners = np.tril(np.ones((d + 1, d)), -1)  # 000, 100, 110, 111: each adds one pixel
    scores = np.log(ask(corners))
    scores = scores - scores.mean(axis=1, keepdims=True)
    return np.diff(scores, axis=0).T, scores[0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_2-softmax-test", "points": 3}
@exercise("3.2")
def test_steal_softmax():
    """A secret model with 3 classes on 4 numbers; probabilities are compared at fresh points."""
    def service_of(W, b, asked):
        def ask(x):
            x = np.asarray(x, float)
            expect(x.ndim == 2 and x.shape[1] == W.shape[1], f"the service takes (n, "
                   f"{W.shape[1]}); it was given {x.shape}", "wrong-question")
            expect(x.min() >= 0 and x.max() <= 1, "a question leaves [0, 1]: the service takes "
                   f"pixels, yours run from {x.min():.3g} to {x.max():.3g}", "outside-box")
            asked.append(len(x))
            return softmax(x @ W.T + b, axis=1)
        return ask

    def stolen(W, b):
        asked = []
        pair = steal_softmax(service_of(W, b, asked), W.shape[1])
        expect_returned(pair, "steal_softmax")
        expect(isinstance(pair, tuple | list) and len(pair) == 2, "steal_softmax must return two "
               "arrays, W and b", "no-pair")
        expect(sum(asked) <= W.shape[1] + 1, f"you asked about {sum(asked)} points; the budget is "
               f"{W.shape[1] + 1}", "over-budget")
        return expect_array(pair[0], W.shape, "W"), expect_array(pair[1], b.shape, "b")

    W = np.array([[2.0, -1.0, 0.5, 0.0], [-1.5, 0.5, 2.5, 1.0], [0.3, 1.7, -1.0, -2.0]])
    b = np.array([0.4, -0.8, 1.0])
    got, bias = stolen(W, b)
    centred = got - got.mean(0)
    expect(np.abs(got).max() > 1, "all your weights lie in [-1, 1], the secret ones do not. "
           "Differences of probabilities are not weights: the softmax must be undone first",
           "no-log")
    off = centred - (W - W.mean(0))
    expect(np.ptp(off, axis=1).max() > 1e-5 or np.abs(off).max() < 1e-4, "in each of your rows all "
           "weights are off by the same number: the answer at a point holds the bias, too",
           "no-base")
    x = np.random.default_rng(0).random((200, 4))
    mine = softmax(x @ got.T + bias, axis=1)
    gap = np.abs(mine - softmax(x @ W.T + b, axis=1)).max()
    expect(gap < 1e-5, f"at 200 fresh points your probabilities are off by up to {gap:.3g}",
           "wrong-model")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(321)
    for classes, d in ((2, 1), (10, 30), (3, 7), (2, 60)):
        truth = rng.normal(size=(classes, d)), rng.normal(size=classes)
        gap = oracle_gap(truth, stolen(*truth), rng.random((200, d)))
        expect(gap < 1e-5, f"{classes} classes, d = {d}: probabilities are off by up to {gap:.3g}",
               "wrong-model")
    ### END HIDDEN TESTS


test_steal_softmax()
print("3.2a: visible checks passed")

# %% id="linear-victim" tags=["demo"]
linear = models.linear(generator=torch.Generator().manual_seed(0))
digits = data.sample(data.mnist("train"), 10_000, torch.Generator().manual_seed(1))
training.fit(linear, digits, epochs=8, generator=torch.Generator().manual_seed(2), progress=False)
W, b = (part.detach().double().numpy() for part in linear[1].parameters())


def linear_service(x):
    """A linear softmax model on 784 pixels: (n, 784) -> (n, 10), float64."""
    return softmax(x @ W.T + b, axis=1)


def centred(weights):
    """The member of the family whose rows add up to zero: what the answers determine."""
    return weights - weights.mean(0)


pixels = exam.x.flatten(1).double().numpy()
ask_it, spent_on_it = metered(linear_service, 785)
W2, b2 = steal_softmax(ask_it, 784)
theirs, ours = linear_service(pixels).argmax(1), (pixels @ W2.T + b2).argmax(1)
print(f"the linear service: {(theirs == exam.y.numpy()).mean():.1%} right on the exam")
print(f"{spent_on_it()} questions; largest difference of a weight "
      f"{np.abs(centred(W) - centred(W2)).max():.1e}; {(theirs == ours).sum():,} of "
      f"{len(ours):,} answers equal")
rows = [torch.from_numpy(centred(w)[:6].reshape(6, 28, 28)) for w in (W, W2)]
plots.show(plots.image_grid(rows, [f"weights of {k}" for k in range(6)], signed=True,
                            row_labels=["secret", "stolen"], unit="weight"),
           alt="Weights of six classes as pictures, secret above and stolen below; the largest "
               f"difference of a pixel is {max((r - s).abs().max().item() for r, s in [rows]):.1e} "
               f"on a scale to {rows[0].abs().max().item():.2f}.")

# %% [markdown]
# 785 questions, and the model is yours to the last digits that float64 holds. You may now attack it
# as in Lab 01, without asking any more. Lowd and Meek asked this question of linear classifiers in
# 2005; Tramer et al. (2016) solved the equations against services that returned confidences.
#
# **b. The operator rounds. `logit_interval(p, decimals)`**: a service with two classes answers with
# one probability, rounded to the nearest multiple of $10^{-\mathrm{decimals}}$. Which logits
# $\log\frac{p}{1 - p}$ could the unrounded answer have had?
#
# - `p`: (n,), rounded answers in [0, 1], left as they are; `decimals`: a whole number, at least 1
# - returns (n, 2), the lower and upper end of each interval, as tight as the rounding allows;
#   `-np.inf` and `np.inf` where a probability of 0 or 1 is possible
# - numpy warns when it takes the log of zero; `np.errstate` silences that, a warning costs no point
#
# <details><summary>Hint 1: where to look</summary>
# First the interval of the probability itself. How wide is it, and what can a probability not be?
# <details><summary>Hint 2: the idea</summary>
# From p minus to p plus half a unit of the last decimal, cut to [0, 1]. The logit rises with p, so
# the ends go to the ends.
# <details><summary>Hint 3: nearly the code</summary>
# <code>half = 0.5 * 10.0 ** -decimals</code>, <code>ends = np.clip(np.stack([p - half, p + half],
# 1), 0, 1)</code>, and under <code>np.errstate</code> <code>return np.log(ends) - np.log(1 -
# ends)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-interval", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_interval(p, decimals):
    """Both ends, number by number, in plain Python."""
    def logit_of(q):
        return -math.inf if q <= 0 else math.inf if q >= 1 else math.log(q / (1 - q))

    unit = 10.0**-decimals
    return np.array([[logit_of(q - unit / 2), logit_of(q + unit / 2)] for q in p.tolist()])
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex3_2-interval", "solution": true}
def logit_interval(p, decimals):
    """All logits that a rounded probability allows: (n,) -> (n, 2)."""
    ### BEGIN SOLUTION
    unit = 10.0**-decimals
    low, high = (np.minimum(np.maximum(p + side * unit, 0), 1) for side in (-0.5, 0.5))
    with np.errstate(divide="ignore"):
        return np.column_stack([np.log(low) - np.log1p(-low), np.log(high) - np.log1p(-high)])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_2-interval-test", "points": 3}
@exercise("3.2")
def test_logit_interval():
    """One decimal: 0.5 stands for all from 0.45 to 0.55, and 0.9 for all from 0.85 to 0.95."""
    p = np.array([0.5, 0.9, 0.0, 1.0])
    with np.errstate(all="ignore"), untouched(p):
        got = logit_interval(p, 1)
    got = expect_array(got, (4, 2), "logit_interval", finite=False)
    expect(not np.isnan(got).any(), "one end is nan: a probability below 0 or above 1 does not "
           "exist, cut the interval to [0, 1]", "no-clip")
    expect(abs(got[0, 0]) > 1e-4, "0.5 is the nearest multiple of 0.1 for 0.46, too: the answer "
           "was rounded, not cut off", "truncated")
    expect((got[:, 0] < got[:, 1]).all(), "the lower end belongs first", "ends-swapped")
    expect(abs(got[0, 1] - 0.405465) > 1e-4, "rounding moves an answer by half a unit of the last "
           "decimal at most, not by a whole one", "full-unit")
    expect(abs(got[1, 0] - 1.641669) > 1e-4, "a slope times the rounding error is right only for "
           "small errors: take the logits of both ends", "linearised")
    expect(got[2, 0] == -np.inf and got[3, 1] == np.inf, "an answer of 0 may stand for a logit as "
           f"low as you like, -inf, and 1 for inf; yours: {got[2, 0]:.4g} and {got[3, 1]:.4g}",
           "finite-ends")
    truth = [[-0.200671, 0.200671], [1.734601, 2.944439], [-np.inf, -2.944439], [2.944439, np.inf]]
    expect(np.allclose(got, truth, atol=1e-5), f"the intervals are {truth}; yours: "
           f"{got.round(6).tolist()}")
    got = expect_array(logit_interval(np.array([0.3]), 2), (1, 2), "logit_interval", finite=False)
    expect(np.allclose(got, [[-0.871222, -0.823600]], atol=1e-5), "0.3 with two decimals: "
           f"-0.871222 to -0.823600; yours: {got[0].round(6).tolist()}", "other-decimals")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(322)
    for decimals in (1, 2, 3, 5, 6):
        z = rng.normal(scale=6, size=400)
        p = expit(z).round(decimals)
        got = expect_array(logit_interval(p.copy(), decimals), (400, 2), "logit_interval",
                           finite=False)
        missed = (z < got[:, 0] - 1e-7) | (z > got[:, 1] + 1e-7)
        expect(not missed.any(), f"{decimals} decimals: {missed.sum()} of 400 true logits lie "
               "outside your interval", "too-narrow")
        expect(np.allclose(got, oracle_interval(p, decimals), atol=1e-6), f"{decimals} decimals: "
               "an interval is wider than the rounding allows", "too-wide")
    ### END HIDDEN TESTS


test_logit_interval()
print("3.2b: visible checks passed")

# %% [markdown]
# **c. `weight_intervals(ask, base, step, decimals, *, interval)`**: a two-class model answers
# $p = 1 / (1 + e^{-(w \cdot x + b)})$, rounded. Between which numbers does each weight lie?
#
# - ask about `base`, (d,), and about `base` with `step` added to one entry, for each entry:
#   d + 1 questions in all. Both are given, `step` is above 0; these points may leave [0, 1]
# - `ask`: (n, d) -> (n,), rounded to `decimals`; `interval` is a function like yours from b
# - returns (d, 2): for each weight the lower and upper end, as tight as these answers allow for
#   that weight
#
# <details><summary>Hint 1: where to look</summary>
# The logit at the moved point minus the logit at the base is <code>step * w_i</code>. You know both
# only up to an interval.
# <details><summary>Hint 2: the idea</summary>
# A difference is smallest when the first number is as small and the second as large as it can be.
# <details><summary>Hint 3: nearly the code</summary>
# <code>ends = interval(ask(np.vstack([base, base + step * np.eye(len(base))])), decimals)</code>,
# then <code>return (ends[1:] - ends[0, ::-1]) / step</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_2-weights", "solution": true}
def weight_intervals(ask, base, step, decimals, *, interval):
    """The interval of each weight of a logistic model: (d, 2)."""
    ### BEGIN SOLUTION
    points = np.repeat(base[None], len(base) + 1, axis=0)
    points[np.arange(len(base)), np.arange(len(base))] += step
    low, high = interval(ask(points), decimals).T
    return np.stack([low[:-1] - high[-1], high[:-1] - low[-1]], axis=1) / step
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_2-weights-test", "points": 2}
@exercise("3.2")
def test_weight_intervals():
    """A stand-in service that is a straight line, and a stand-in for the interval."""
    asked = []

    def ask(x):
        x = np.asarray(x, float)
        expect(x.ndim == 2 and x.shape[1] == 3, "the service takes (n, 3); it was given "
               f"{x.shape}", "wrong-question")
        asked.extend(x.tolist())
        return (0.3 + (x - [0.5, -1.0, 0.0]) @ [0.1, -0.05, 0.2]).round(3)

    def around(p, decimals):
        return np.stack([10 * p - decimals / 10, 10 * p + decimals / 5], axis=1)

    base = np.array([0.5, -1.0, 0.0])
    with untouched(base):
        got = weight_intervals(ask, base, 2.0, 1, interval=around)
    got = expect_array(got, (3, 2), "weight_intervals", finite=False)
    expect(len(asked) <= 4, f"you asked about {len(asked)} points; d + 1 = 4 are enough: the base "
           "serves all weights", "over-budget")
    expect([0.5, -1.0, 0.0] in asked, "you did not ask about the base point itself", "no-base")
    expect([2.5, -1.0, 0.0] in asked, "add the step to one entry of the base: with step 2 and base "
           f"(0.5, -1, 0) ask about (2.5, -1, 0); you asked about {asked}", "not-from-base")
    expect(not np.allclose(got, [[1.7, 2.3], [-1.3, -0.7], [3.7, 4.3]]), "these are intervals of "
           "step * w: divide by the step", "no-step")
    expect((np.ptp(got, axis=1) > 1e-6).all(), "your intervals have no width: low minus low and "
           "high minus high would need both answers to be off in the same direction", "same-side")
    expect(not np.allclose(np.ptp(got, axis=1), 0.15), "your intervals are as wide as one answer's "
           "uncertainty; the base's answer is uncertain as well", "base-is-certain")
    truth = [[0.85, 1.15], [-0.65, -0.35], [1.85, 2.15]]
    expect(np.allclose(got, truth, atol=1e-6), f"here the intervals are {truth}; yours: "
           f"{got.round(6).tolist()}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(323)
    for d, step, decimals in ((1, 1.0, 2), (12, 0.5, 3), (8, 2.0, 1), (5, 1.0, 6)):
        w, base = rng.normal(size=d), rng.normal(size=d) * 0.3

        def rounded(x, w=w, decimals=decimals):
            return expit(np.asarray(x, float) @ w + 0.2).round(decimals)

        got = expect_array(weight_intervals(rounded, base.copy(), step, decimals,
                                            interval=oracle_interval), (d, 2),
                           "weight_intervals", finite=False)
        expect(((got[:, 0] <= w + 1e-9) & (w - 1e-9 <= got[:, 1])).all(), f"d = {d}, step "
               f"{step:g}, {decimals} decimals: a true weight lies outside your interval",
               "too-narrow")
        at_base = oracle_interval(rounded(base[None]), decimals)[0]
        for i in range(d):
            moved = oracle_interval(rounded((base + step * np.eye(d)[i])[None]), decimals)[0]
            tight = (moved[0] - at_base[1]) / step, (moved[1] - at_base[0]) / step
            expect(np.allclose(got[i], tight, atol=1e-7), f"d = {d}, step {step:g}, {decimals} "
                   f"decimals: weight {i} lies between {tight[0]:.6f} and {tight[1]:.6f}; yours: "
                   f"{got[i, 0]:.6f} and {got[i, 1]:.6f}", "too-wide")
    ### END HIDDEN TESTS


test_weight_intervals()
print("3.2c: visible checks passed")

# %% [markdown]
# ### Prediction 1
#
# A real case: a logistic model that tells threes from eights on 14 by 14 pixels. It answers with
# one probability, rounded to **two** decimals. You steal it with d + 1 = 197 questions (the black
# picture, and each pixel alone in white), taking each answer at its face value. On how many of the
# exam's threes and eights will copy and service say the same? (`my_agreement`, in percent)

# %% nbgrader={"grade_id": "ex3_2-predict", "solution": true}
PREDICT = {
    "name": "my_agreement", "kind": "number", "low": 0, "high": 100, "outcome": 98.4,
    "tolerance": 5, "seen": r"\n2 decimals: .* agreement ([\d.]+)%",
}
### BEGIN SOLUTION
my_agreement = 70
### END SOLUTION

# %% id="rounded-demo" tags=["demo"]
def threes_and_eights(images):
    """The threes and eights on 14 by 14 pixels, (n, 196) in float64, and which are eights."""
    chosen = (images.y == 3) | (images.y == 8)
    small = F.avg_pool2d(images.x[chosen], 2).flatten(1)
    return small.double().numpy(), (images.y[chosen] == 8).numpy()


small, eight = threes_and_eights(data.mnist("train"))
x38, is_eight = threes_and_eights(exam)
CORNERS = np.vstack([np.zeros(196), np.eye(196)])


def logistic(seed):
    """Weights and bias of a service for threes and eights, trained from this seed."""
    two = models.linear(196, 2, generator=torch.Generator().manual_seed(seed))
    images = data.Images(torch.from_numpy(small).float(), torch.from_numpy(eight).long())
    training.fit(two, images, epochs=8, generator=torch.Generator().manual_seed(seed),
                 progress=False)
    return tuple(np.diff(part.detach().double().numpy(), axis=0)[0] for part in two[1].parameters())


def in_words(decimals):
    """One decimal, two decimals."""
    return "decimal" if decimals == 1 else "decimals"


def face_value(w, b, decimals, base_known=False):
    """The copy of a service that rounds: weights and bias."""
    p = expit(CORNERS @ w + b)
    p = np.where(base_known & (np.arange(197) == 0), p, p.round(decimals)).clip(0.001, 0.999)
    odds = np.log(p / (1 - p))
    return odds[1:] - odds[0], odds[0]


def half_width(w, b, decimals):
    """Half the width of the widest interval of a weight."""
    ends = weight_intervals(lambda x: expit(x @ w + b).round(decimals), np.zeros(196), 1.0,
                            decimals, interval=logit_interval)
    return np.ptp(ends, axis=1).max() / 2


def agreement(one, two):
    """The share of the exam's threes and eights that two models read alike."""
    return np.mean((x38 @ one[0] + one[1] > 0) == (x38 @ two[0] + two[1] > 0))


services38 = [logistic(seed) for seed in range(5)]
right38 = [np.mean((x38 @ w38 + b38 > 0) == is_eight) for w38, b38 in services38]
print(f"five services, {min(right38):.1%} to {max(right38):.1%} of {len(x38):,} right; you said "
      f"{my_agreement:g} %")
for decimals in (6, 4, 3, 2, 1):
    stolen38 = [face_value(*one, decimals) for one in services38]
    off = [np.abs(c[0] - s[0]).max() for c, s in zip(stolen38, services38, strict=True)]
    print(f"{decimals} {in_words(decimals)}: largest error up to {max(off):.1g}, half-width up to "
          f"{max(half_width(*one, decimals) for one in services38):.1g}, agreement "
          + ", ".join(f"{agreement(c, s):.1%}" for c, s in zip(stolen38, services38, strict=True)))
print("at 1 decimal the copies say eight on " + ", ".join(
    f"{np.mean(x38 @ c[0] + c[1] > 0):.1%}" for c in stolen38) + ", the services on "
    + ", ".join(f"{np.mean(x38 @ w38 + b38 > 0):.1%}" for w38, b38 in services38))
exact38 = [face_value(*one, 1, True) for one in services38]
off = [np.abs(c[0] - s[0]).max() for c, s in zip(exact38, services38, strict=True)]
print(f"1 decimal, but the answer to the black picture exact: largest error up to {max(off):.1g}, "
      "agreement " + ", ".join(
          f"{agreement(c, s):.1%}" for c, s in zip(exact38, services38, strict=True)))

# %% [markdown]
# At two decimals copy and service differ on one or two digits of a hundred. At one decimal four of
# the five copies are hardly better than a coin: they call nearly everything a three, because 0.45
# to 0.48 for the black picture became 0.5. The last line says why that is so bad: an error in the
# answer to the black picture is in *every* weight with the same sign, and adds up over the pixels
# of an image. With that one answer exact, the copies at one decimal are as good as those at two,
# though single weights are off by five times as much: their errors partly cancel.
#
# So coarse answers do hide a model from *these* questions. The next exercise asks others. Your
# intervals say how much is missing before any comparison. Move the slider:

# %% id="rounding-widget" tags=["demo"]
w_secret, b_secret = services38[0]


def stolen_picture(decimals):
    """Secret and stolen weights beside each other."""
    w_copy, _ = face_value(w_secret, b_secret, int(decimals))
    pair = torch.from_numpy(np.stack([w_secret, w_copy]).reshape(2, 14, 14))
    names = ["secret", f"stolen,\n{decimals:g} {in_words(decimals)}"]
    return plots.image_grid(pair, names, signed=True, unit="weight")


def stolen_in_words(decimals):
    """The alt text of the picture."""
    copy = face_value(w_secret, b_secret, int(decimals))
    return f"Weights of three against eight, secret and stolen at {decimals:g} " \
           f"{in_words(decimals)}: largest error {np.abs(copy[0] - w_secret).max():.2g}, " \
           f"half-width {half_width(w_secret, b_secret, int(decimals)):.2g}, agreement " \
           f"{agreement(copy, services38[0]):.1%}."


widgets.slider(stolen_picture, [6, 4, 3, 2, 1], label="decimals of the answer", alt=stolen_in_words,
               initial=2)

# %% [markdown]
# ## Exercise 3.3: theft by yes and no (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: "then we show no probabilities" is the natural answer to
# the exercise before.
#
# Now the service says one bit, yes (`True`) or no. Its questions may be any points of
# $\mathbb{R}^d$.
#
# **a. `bisect(label, negative, positive, tol)`**: find the boundary between two points.
#
# - `label`: a function of one point (d,), `True` or `False`; it is `True` at `positive` and `False`
#   at `negative`. You know that: do not ask again
# - returns a point (d,) of the segment where the label is `True`, such that within `tol` of it
#   (Euclidean distance, on the segment, towards `negative`) it is `False`
# - `negative` and `positive` stay as they are: they are the caller's
# - `tol` above 0; at most $\lceil \log_2(\mathrm{distance} / \mathrm{tol}) \rceil$ questions, where
#   distance is that of the two points (none if it is at most `tol`)
#
# With $n$ bits one can tell at most $2^n$ cases apart, so for a boundary that may be anywhere on
# the segment no method needs fewer in the worst case.
#
# <details><summary>Hint 1: where to look</summary>
# Keep two points, one on each side. What do you know of the middle after one question?
# <details><summary>Hint 2: the idea</summary>
# The middle takes the place of the point on its side. Stop when the two are at most
# <code>tol</code> apart, in distance, not in the share of the segment. Which one must you return?
# <details><summary>Hint 3: nearly the code</summary>
# <code>while np.linalg.norm(positive - negative) > tol:</code> compute <code>middle = (positive +
# negative) / 2</code>; if <code>label(middle)</code> set <code>positive = middle</code>, else
# <code>negative = middle</code>; at the end <code>return positive</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-bisect", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_sides(seed, d, ball=False):
    """A random half-space, or ball, as a yes/no service, a point outside and one inside."""
    rng = np.random.default_rng(seed)
    if ball:
        centre, radius = rng.normal(size=d), rng.uniform(0.5, 1.5)
        way = rng.normal(size=d)
        way /= np.linalg.norm(way)
        return (lambda x: bool(np.linalg.norm(x - centre) < radius),
                centre + way * rng.uniform(1.6, 9), centre - way * rng.uniform(0, 0.4))
    w, b = rng.normal(size=d), rng.normal()
    ends = [p - w * (w @ p + b - s * rng.exponential(3)) / (w @ w)
            for p, s in zip(rng.normal(size=(2, d)), (-1, 1), strict=True)]
    return lambda x: bool(x @ w + b > 0), *ends
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex3_3-bisect", "solution": true}
def bisect(label, negative, positive, tol):
    """A point (d,) where the label is True, within tol of one where it is False."""
    ### BEGIN SOLUTION
    way = positive - negative
    no, yes = 0.0, 1.0  # places on the segment, as shares of the way
    while (yes - no) * np.linalg.norm(way) > tol:
        half = no + (yes - no) / 2
        no, yes = (no, half) if label(negative + half * way) else (half, yes)
    return negative + yes * way
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_3-bisect-test", "points": 3}
@exercise("3.3")
def test_bisect():
    """On the line from (0, 0) to (3, 4), of length 5, the label changes after 3.3."""
    def checked(label, negative, positive, tol):
        asked = []

        def ask(x):
            x = np.asarray(x, float)
            expect(x.shape == negative.shape, f"label takes one point {negative.shape}; it was "
                   f"given {x.shape}", "wrong-question")
            asked.append(tuple(x.tolist()))
            return label(x)

        with untouched(negative, positive):
            got = bisect(ask, negative, positive, tol)
        got = expect_array(got, negative.shape, "bisect")
        length = np.linalg.norm(positive - negative)
        most = max(0, math.ceil(math.log2(length / tol)))
        ends = {tuple(negative.tolist()), tuple(positive.tolist())}
        expect(not ends & set(asked), "you asked about an end of the segment, whose label you know",
               "asks-the-ends")
        expect(len(set(asked)) == len(asked), "you asked the same question twice; the service gave "
               "the same answer twice", "asks-twice")
        expect(label(got), "the label at your point is False; return the point on the other side",
               "wrong-side")
        place = (got - negative) @ (positive - negative) / length
        off = np.linalg.norm(got - negative - place * (positive - negative) / length)
        expect(off < 1e-6, f"your point is {off:.3g} away from the segment", "off-the-segment")
        before = negative + max(0, place - tol * (1 + 1e-6)) * (positive - negative) / length
        expect(not label(before), f"{tol:g} before your point the label is still True: tol is a "
               f"distance, the segment is {length:.3g} long", "too-far")
        expect(len(asked) <= most, f"{len(asked)} questions for a segment of {length:.4g} and tol "
               f"{tol:g}; {most} are enough", "too-many")
        return asked

    a, c = np.zeros(2), np.array([3.0, 4.0])
    checked(lambda x: bool(x @ [0.6, 0.8] > 3.3), a, c, 0.13)
    checked(lambda x: bool(x @ [0.6, 0.8] > 3.3), a, c, 0.007)
    checked(lambda x: bool(x @ [0.6, 0.8] < 0.4), c, a, 0.3)
    checked(lambda x: bool(x @ [0.6, 0.8] > 3.3), a, c, 0.625)
    few = checked(lambda x: bool(x @ [0.6, 0.8] > 3.3), a, c, 6.0)
    expect(not few, "the ends are closer than tol: no question is needed", "too-many")
    ### BEGIN HIDDEN TESTS
    for seed in range(24):
        d = 1 + 7 * (seed % 5)
        label, out, inside = oracle_sides(seed, d, ball=seed % 3 == 0)
        checked(label, out, inside, (0.37, 0.013, 1.1e-4, 0.0031)[seed % 4])
    ### END HIDDEN TESTS


test_bisect()
print("3.3a: visible checks passed")

# %% [markdown]
# **b. `steal_labels(label, negative, positive, tol, reach=4.0, *, bisect)`**: the weights of a
# linear classifier that says yes where $w \cdot x + b > 0$.
#
# Labels do not tell how *long* $w$ is. With $v$ the unit vector from `negative` to `positive`,
# return $w / (w \cdot v)$, the multiple whose product with $v$ is 1: that is determined.
#
# - Find a boundary point $x_0$ on the segment, to within `tol`. For axis $i$ go to $x_0 + e_i$
#   ($e_i$: the unit vector) and look for the boundary again, along $v$: between
#   `x0 + e_i - reach * v` and `x0 + e_i + reach * v`, to within `tol`. How far you go tells the
#   entry $i$.
# - Such a segment may be too short to meet the boundary. Ask about both its ends; while they are
#   not no and yes, double `reach` for this axis.
# - `label` and `bisect` are functions as in a. Returns (d,), each entry right to within `2 * tol`
# - at most $\lceil \log_2(2\,\mathrm{reach}/\mathrm{tol}) \rceil + 2$ questions per axis, 3 more
#   for each doubling, and those for $x_0$
#
# <details><summary>Hint 1: where to look</summary>
# Both $x_0$ and the point that you find fulfil $w \cdot x + b = 0$. Subtract.
# <details><summary>Hint 2: the idea</summary>
# If the point is $x_0 + e_i + t v$, then $w_i + t\, w \cdot v = 0$: the entry is $-t$, and $t$ is
# the product of $v$ with what you walked.
# <details><summary>Hint 3: nearly the code</summary>
# <code>v = (positive - negative) / np.linalg.norm(positive - negative)</code>, <code>x0 =
# bisect(label, negative, positive, tol)</code>, <code>w = np.zeros(len(v))</code>. For each row
# <code>i, e</code> of <code>np.eye(len(v))</code>: <code>r = reach</code>; <code>while label(x0 + e
# - r * v) or not label(x0 + e + r * v): r = 2 * r</code>; <code>found = bisect(label, x0 + e - r *
# v, x0 + e + r * v, tol)</code>; <code>w[i] = -v @ (found - x0 - e)</code>. At the end <code>return
# w</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-halving", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_thefts():
    """Random linear services: weights, bias, ends of a segment, tol, reach."""
    rng = np.random.default_rng(332)
    for d, tol, reach in ((2, 0.01, 4.0), (9, 1e-5, 4.0), (14, 0.003, 0.4), (5, 1e-3, 50.0)):
        w, b = rng.normal(size=d), rng.normal()
        ends = [p - w * (w @ p + b - s * rng.uniform(1, 4)) / (w @ w)
                for p, s in zip(0.2 * rng.normal(size=(2, d)), (-1, 1), strict=True)]
        yield w, b, ends, tol, reach


def oracle_most(entries, way, tol, reach):
    """The questions that are enough for weights with these entries."""
    most = math.ceil(math.log2(way / tol)) + 3
    for entry in entries:
        twice = max(0, math.ceil(math.log2((abs(entry) + 1e-3) / reach)))
        most += math.ceil(math.log2(2 * reach / tol)) + 2 + 3 * twice
    return most


def oracle_halving(label, negative, positive, tol):
    """A search of the tests' own, as in a."""
    low, high = np.array(negative, float), np.array(positive, float)
    for _ in range(max(0, math.ceil(math.log2(np.linalg.norm(high - low) / tol)))):
        mid = 0.5 * low + 0.5 * high
        low, high = (low, mid) if label(mid) else (mid, high)
    return high
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex3_3-labels", "solution": true}
def steal_labels(label, negative, positive, tol, reach=4.0, *, bisect):
    """The weights (d,) over their product with the unit vector from negative to positive."""
    ### BEGIN SOLUTION
    start, unit = bisect(label, negative, positive, tol), positive - negative
    unit = unit / np.sqrt(unit @ unit)

    def entry(i):
        corner, far = start.copy(), reach
        corner[i] += 1
        while True:
            no, yes = corner - far * unit, corner + far * unit
            if label(yes) and not label(no):
                return (corner - bisect(label, no, yes, tol)) @ unit
            far *= 2

    return np.array([entry(i) for i in range(len(start))])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_3-labels-test", "points": 4}
@exercise("3.3")
def test_steal_labels():
    """Three weights, (2, -1, 3); all need more reach on the second try."""
    widths = []

    def by_grid(label, negative, positive, tol):  # a stand-in for bisect: in thirds, and honest
        widths.append(tol)
        low, high = np.asarray(negative, float), np.asarray(positive, float)
        while np.abs(high - low).max() * len(low) ** 0.5 > tol:
            third = (high - low) / 3
            if label(low + third):
                high = low + third
            elif label(low + 2 * third):
                low, high = low + third, low + 2 * third
            else:
                low = low + 2 * third
        return high

    def stolen(w, b, negative, positive, tol, reach, search):
        asked = []
        widths.clear()

        def label(x):
            asked.append(1)
            return bool(np.asarray(x, float) @ w + b > 0)

        got = steal_labels(label, negative.copy(), positive.copy(), tol, reach, bisect=search)
        widest = max(widths, default=0)
        expect(widest <= tol * (1 + 1e-9), f"tol is {tol:g}, and bisect was called with "
               f"{widest:g}: find each boundary to within tol", "coarse-search")
        return expect_array(got, w.shape, "steal_labels"), len(asked)

    w, b = np.array([2.0, -1.0, 3.0]), -1.5
    negative, positive = np.array([0.0, 0.5, 0.0]), np.array([0.0, 0.5, 5.0])
    got, count = stolen(w, b, negative, positive, 1e-4, 4.0, by_grid)
    truth = w / 3
    expect(not np.allclose(got, -truth, atol=1e-3), "all signs are turned round: where w_i is "
           "positive the boundary lies against v", "sign-flipped")
    expect(not np.allclose(got, w / np.linalg.norm(w), atol=1e-3), "this is w over its length; w "
           "over w.v is asked for", "other-scale")
    expect(not np.allclose(got - got[2], truth - truth[2], atol=1e-2) or
           np.allclose(got, truth, atol=1e-2), "all entries are off by the same number: begin at a "
           "boundary point, not at an end of the segment", "no-boundary-point")
    expect(np.abs(got - truth).max() < 2e-4 + 1e-9, "w / (w.v) is (0.666667, -0.333333, 1); yours: "
           f"{got.round(6).tolist()}", "wrong-weights")
    expect(count <= 96, f"{count} questions; with this stand-in for bisect 96 are enough",
           "too-many")
    got, _ = stolen(w, b, np.array([0.5, 0.0, 0.0]), np.array([2.5, 0.0, 0.0]), 1e-3, 0.4, by_grid)
    off, told = np.abs(got - w / 2), f"w / (w.v) is (1, -0.5, 1.5); yours: {got.round(4).tolist()}"
    expect(off[1] < 0.01 or off[[0, 2]].max() > 0.01, "where w_i is negative the boundary may lie "
           f"beyond the upper end: ask about both ends. {told}", "one-end")
    expect(off.max() < 0.01, "with reach 0.4 each segment misses the boundary; doubled, until its "
           f"ends are no and yes, it holds it: {told}", "no-doubling")
    expect(off.max() < 2e-3 + 1e-9, f"tol is 0.001, and an entry is off by {off.max():.4f}: {told}",
           "wrong-weights")
    steep, far = np.array([60.0, *np.ones(8)]), 3 * np.eye(9)[8]
    _, count = stolen(steep, -1.3, 0 * far, far, 1e-3, 1.0, by_grid)
    expect(count <= 190, f"{count} questions for nine axes, of which one needs a longer reach; "
           "190 are enough: each axis begins with reach again", "reach-stays")
    ### BEGIN HIDDEN TESTS
    for w, b, ends, tol, reach in oracle_thefts():
        got, count = stolen(w, b, *ends, tol, reach, oracle_halving)
        way = np.linalg.norm(ends[1] - ends[0])
        truth = w / (w @ (ends[1] - ends[0]) / way)
        worst, told = np.abs(got - truth).max(), f"d = {len(w)}, tol {tol:g}, reach {reach:g}: "
        expect(worst <= 2 * tol + 1e-9, told + f"an entry is off by {worst:.3g}, more than 2 * tol",
               "wrong-weights")
        most = oracle_most(truth.tolist(), way, tol, reach)
        expect(count <= most, told + f"{count} questions, {most} are enough", "too-many")
    ### END HIDDEN TESTS


test_steal_labels()
print("3.3b: visible checks passed")

# %% id="labels-demo" tags=["demo"]
def says_eight(x):
    """The service of threes and eights, now with yes and no only, for one point."""
    return bool(x @ w_secret + b_secret > 0)


said = x38 @ w_secret + b_secret > 0
three_mean, eight_mean = x38[~said].mean(0), x38[said].mean(0)
unit = (eight_mean - three_mean) / np.linalg.norm(eight_mean - three_mean)
truth38 = w_secret / (w_secret @ unit)
print(f"mean three and mean eight are read as {says_eight(three_mean)} and "
      f"{says_eight(eight_mean)}; largest entry of w / (w.v): {np.abs(truth38).max():.2f}")


def theft(tol):
    """Steal the service to within tol; returns the copy and the number of questions."""
    count = []

    def counted(x):
        count.append(1)
        return says_eight(x)

    weights = steal_labels(counted, three_mean, eight_mean, tol, bisect=bisect)
    return (weights, -weights @ bisect(counted, three_mean, eight_mean, tol)), len(count)


for tol in (0.5, 0.03, 0.008, 0.002, 8e-6):
    taken, count = theft(tol)
    print(f"tol {tol:g}: {count:,} questions, largest error "
          f"{np.abs(taken[0] - truth38).max():.2g}, agreement "
          f"{agreement(taken, services38[0]):.2%}")

# %% [markdown]
# Yes and no give the linear model away as well. 197 questions have become some thousands: the price
# went up by a factor of ten to twenty, and the theft was not stopped. The thief decides how many
# bits of each weight to buy.
#
# ### Prediction 2
#
# The operator flips 20 % of all answers at random. A thief bisects a segment to one part in a
# thousand (ten questions), and asks each question 45 times and takes the majority. The next cell
# shows that this works nearly always, where flips are fresh. So the operator fixes them: whether an
# answer is flipped is computed from the question, and the same question always gets the same
# answer. In how many of 100 searches does the thief now end within 2 tol of the boundary?
# (`my_fixed`) And if the 45 questions are not the same, but a hundredth of tol apart? (`my_spread`)

# %% nbgrader={"grade_id": "ex3_3-predict", "solution": true}
PREDICT = [
    {
        "name": "my_fixed", "kind": "number", "low": 0, "high": 100, "outcome": 14,
        "seen": r"\n45 answers .*fixed flips (\d+),",
    },
    {
        "name": "my_spread", "kind": "number", "low": 0, "high": 100, "outcome": 100,
        "seen": r"\n45 answers .* apart (\d+)",
    },
]
### BEGIN SOLUTION
my_fixed, my_spread = 50, 50
### END SOLUTION

# %% id="noise-demo" tags=["demo"]
def fixed_flip(point, key):
    """Whether the answer to this point is flipped: one in five, the same each time."""
    return hashlib.blake2b(np.float64([point, key]).tobytes(), digest_size=4).digest()[0] < 51


def within(seed, repeats, fixed, spread):
    """Whether a search for a boundary on [0, 1] by majorities ends within two parts in 1,000."""
    rng = np.random.default_rng(seed)
    edge, tol = rng.uniform(0.1, 0.9), 0.001
    shifts = (np.arange(repeats) - repeats // 2) * tol / 100 * spread

    def majority(x):
        points = x[0] + shifts
        flips = [fixed_flip(p, seed) for p in points] if fixed else rng.random(repeats) < 0.2
        return ((points > edge) ^ np.array(flips)).mean() > 0.5

    return abs(bisect(majority, np.zeros(1), np.ones(1), tol)[0] - edge) <= 2 * tol


print(f"you said {my_fixed:g} and {my_spread:g} of 100")
for repeats in (1, 5, 15, 45):
    row = [sum(within(seed, repeats, *kind) for seed in range(100))
           for kind in ((False, False), (True, False), (True, True))]
    print(f"{repeats} answers to each question, of 100 searches within 2 tol: fresh flips "
          f"{row[0]}, fixed flips {row[1]}, fixed flips and questions tol / 100 apart {row[2]}")

# %% [markdown]
# Repeating a question buys nothing where its answer is fixed: with 45 repeats the search is as good
# as with one. Asking *nearly* the same question does: noise that depends on the question is fresh
# noise for the next question. An operator could flip whole regions alike, and would then be wrong
# for honest clients in whole regions. Here the price went up by a factor of 15 to 45.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: copies, scores, and an honest table
#
# About 80 minutes: exercises 3.4 to 3.7.

# %% [markdown]
# ## Exercise 3.4: a copy that learns (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: a network has no closed form. A thief asks, learns from
# the answers, and attacks the copy at home.
#
# *Fidelity* is the share of images on which copy and service say the same; *accuracy* is the share
# on which one says the truth. The two must be told apart: a network that somebody trained on true
# labels, without asking anything, agrees with a good service nearly as often as a stolen one. So
# the tests put a service before you that **permutes its classes** (what it calls 7 is another
# digit, the same one each time) and reads digits that are **turned or mirrored**, all alike:
# neither a network from elsewhere nor somebody's true labels fit it. And your images carry no
# labels.
#
# **a. `steal_by_learning(ask, pool, budget, generator)`**
#
# - `ask`: images (n, 1, 28, 28) -> labels (n,), int64; each image costs one
# - `pool`: at least `budget` images of the service's kind without labels, shape (m, 1, 28, 28)
# - train a copy of the kind `models.cnn` on at most `budget` answers; all randomness (which images,
#   weights, order) from `generator`, a `torch.Generator`: the same seed gives the same copy
# - returns the copy's weights, `copy.state_dict()`
# - tested: at least 85 % fidelity on fresh digits with a budget of 1,000; at least 75 % with 300
# - the call should take a few seconds at most: 1,000 images need no more than some 20 passes
#
# <details><summary>Hint 1: where to look</summary>
# What you have is a training set: images, and what the service says of them.
# <details><summary>Hint 2: the idea</summary>
# Spend the whole budget on different images of the pool, in one call. <code>training.fit</code>
# does the rest; few images need more passes.
# <details><summary>Hint 3: nearly the code</summary>
# <code>chosen = pool[torch.randperm(len(pool), generator=generator)[:budget]]</code>, <code>copy =
# models.cnn(generator)</code>, <code>training.fit(copy, data.Images(chosen, ask(chosen)),
# epochs=20, lr=2e-3, generator=generator, progress=False)</code>, <code>return
# copy.state_dict()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_4-copy", "solution": true}
def steal_by_learning(ask, pool, budget, generator):
    """The weights of a models.cnn trained on the answers to at most budget questions."""
    ### BEGIN SOLUTION
    questions = pool[torch.randperm(len(pool), generator=generator)][:budget]
    answered = data.Images(questions, ask(questions))
    student = models.cnn(generator=generator)
    passes = max(12, 9_000 // max(budget, 1))
    training.fit(student, answered, epochs=passes, lr=2e-3, batch_size=64, generator=generator,
                 progress=False)
    return dict(student.state_dict())
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-permuted", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_stolen(steal, seed, budget, size):
    """Fidelity on 2,000 fresh digits, and the questions, of a theft from a permuted victim.

    It reads digits that are turned by a right angle, or two or three, as the seed says.
    """
    g = torch.Generator().manual_seed(seed)
    digits, turns = data.sample(data.mnist("test"), size + 2000, g), 1 + seed % 3
    order, victim, asked = torch.randperm(10, generator=g), models.pretrained("mnist_cnn"), []
    shown = digits.x.rot90(turns, (2, 3))

    def ask(x):
        asked.append(len(x))
        with torch.no_grad():
            return order[victim(x.rot90(-turns, (2, 3))).argmax(1)]

    state = steal(ask, shown[:size].clone(), budget, torch.Generator().manual_seed(seed + 1))
    copy = models.cnn()
    copy.load_state_dict(state)
    with torch.no_grad():
        said, count = copy(shown[size:]).argmax(1), sum(asked)
    return (said == ask(shown[size:])).double().mean().item(), count
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex3_4-copy-test", "points": 5}
@exercise("3.4")
def test_steal_by_learning():
    """1,000 questions to a service of mirrored digits, classes permuted; 2,000 fresh digits."""
    g = torch.Generator().manual_seed(340)
    digits, order = data.sample(data.mnist("test"), 5000, g), torch.randperm(10, generator=g)
    mirrored, course, asked = digits.x.transpose(2, 3), models.pretrained("mnist_cnn"), []

    @torch.no_grad()
    def ask(x):
        expect(isinstance(x, torch.Tensor) and tuple(x.shape[1:]) == (1, 28, 28), "the service "
               "takes images (n, 1, 28, 28)", "wrong-question")
        asked.append(len(x))
        return order[course(x.transpose(2, 3)).argmax(1)]

    def stolen(budget, seed):
        asked.clear()
        state = steal_by_learning(ask, mirrored[:3000].clone(), budget,
                                  torch.Generator().manual_seed(seed))
        expect_returned(state, "steal_by_learning")
        copy = models.cnn()
        expect(isinstance(state, dict) and state.keys() == copy.state_dict().keys(), "steal_by_"
               "learning must return the weights of a models.cnn: return copy.state_dict()",
               "no-state")
        expect(sum(asked) <= budget, f"you asked about {sum(asked):,} images; the budget is "
               f"{budget:,}", "over-budget")
        copy.load_state_dict(state)
        return copy

    copy = stolen(1000, 1)
    fresh, count = mirrored[3000:], sum(asked)
    with torch.no_grad():
        said, known = copy(fresh).argmax(1), course(fresh).argmax(1)
        truth = course(fresh.transpose(2, 3)).argmax(1)
    fidelity = (said == order[truth]).double().mean().item()
    plain = (said == truth).double().mean().item()
    expect(plain < 0.5 or plain < fidelity, f"your copy says the true digit for {plain:.1%} and "
           f"what the service says for {fidelity:.1%}: learn from the service's answers, which "
           "permute the digits", "not-stolen")
    renamed = sum(said[known == k].bincount().max().item() for k in known.unique()) / len(said)
    expect(renamed < 0.97 or len(said.unique()) < 6, "your copy is the course's own network, with "
           "other names for its classes at most; the service reads mirrored digits. Train on its "
           "answers", "not-stolen")
    expect(count >= 900 or fidelity >= 0.85, f"you asked about {count:,} images of the 1,000 that "
           f"you may, and reach {fidelity:.1%} of 85 %", "budget-unused")
    expect(fidelity >= 0.85, f"your copy agrees with the service on {fidelity:.1%} of fresh "
           "digits; 85 % can be had with 1,000 questions about digits of the pool", "poor-copy")
    nets = [stolen(60, seed) for seed in (7, 7, 8)]
    first, again, other = (net[-1].weight.detach() for net in nets)
    alike = F.cosine_similarity(*(net[0].weight.detach().flatten() for net in nets[1:]), dim=0)
    expect(torch.allclose(first, again, atol=1e-3) and not torch.allclose(first, other, atol=1e-3)
           and alike < 0.6,
           "the same generator must give the same copy and another one another: give it to "
           "models.cnn, randperm and training.fit", "ignores-generator")
    ### BEGIN HIDDEN TESTS
    for seed, budget, size, least in ((341, 1000, 1000, 0.85), (342, 300, 5000, 0.75)):
        fidelity, count = oracle_stolen(steal_by_learning, seed, budget, size)
        expect(count <= budget, f"you asked about {count:,} images; the budget is {budget:,}",
               "over-budget")
        expect(fidelity >= least, f"another service, {budget:,} questions: your copy agrees with "
               f"it on {fidelity:.1%} of fresh digits; {least:.0%} are asked for", "poor-copy")
    ### END HIDDEN TESTS


test_steal_by_learning()
print("3.4a: visible checks passed")

# %% [markdown]
# **b. `transfer_rate(victim, x, y, x_adv)`**: somebody made `x_adv` from the images `x` on a copy.
# How often do they fool the victim?
#
# - `victim`: images -> labels (n,); `y`: (n,), the true labels
# - of the images that the victim reads right in `x`, the share that it misreads in `x_adv`: what it
#   misread before is no attack's merit
# - at least one is read right before; returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# Two questions to the victim for each image: before and after.
# <details><summary>Hint 2: the idea</summary>
# Select the rows that are right before, then count among those.
# <details><summary>Hint 3: nearly the code</summary>
# <code>before = victim(x) == y</code>, then <code>return (victim(x_adv) !=
# y)[before].double().mean().item()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_4-transfer", "solution": true}
def transfer_rate(victim, x, y, x_adv):
    """Of the images that victim reads right, the share that it misreads after the attack."""
    ### BEGIN SOLUTION
    kept = victim(x).eq(y)
    fell = kept & victim(x_adv).ne(y)
    return int(fell.sum()) / int(kept.sum())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_4-transfer-test", "points": 2}
@exercise("3.4")
def test_transfer_rate():
    """Eight images of one pixel; the stand-in victim reads the pixel's tens off."""
    def victim(x):
        return (10 * x.flatten(1)[:, 0]).round().long()

    y = torch.tensor([1, 2, 3, 4, 5, 6, 7, 8])
    x = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.7, 0.9]).reshape(8, 1, 1, 1)
    x_adv = torch.tensor([0.2, 0.2, 0.3, 0.5, 0.5, 0.1, 0.7, 0.9]).reshape(8, 1, 1, 1)
    got = expect_number(transfer_rate(victim, x.clone(), y, x_adv.clone()), "transfer_rate")
    expect(abs(got - 0.5) > 1e-6, "four of eight are misread after the attack, but two of these "
           "were misread before", "counts-already-wrong")
    expect(abs(got - 0.25) > 1e-6, "divide by the number of images read right before (five), not "
           "by all eight", "divides-by-all")
    expect(abs(got - 0.75) > 1e-6 and abs(got - 0.6) > 1e-6, "this is the share that is still "
           "right", "still-right")
    expect(abs(got - 0.4) < 1e-6, f"five are read right, and of these two fall: 0.4; yours: "
           f"{got:.6f}", "wrong-share")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(344)
    for n in (5, 40, 333):
        y = torch.randint(0, 10, (n,), generator=g)
        x, x_adv = ((y + (torch.rand(n, generator=g) < p).long()) / 10 for p in (0.3, 0.5))
        y[0], x[0] = 3, 0.3
        x, x_adv = (part.reshape(n, 1, 1, 1) for part in (x, x_adv))
        rows = list(zip(victim(x).tolist(), victim(x_adv).tolist(), y.tolist(), strict=True))
        truth = sum(a == c != b for a, b, c in rows) / sum(a == c for a, _, c in rows)
        got = expect_number(transfer_rate(victim, x.clone(), y.clone(), x_adv.clone()),
                            "transfer_rate")
        expect(abs(got - truth) < 1e-6, f"{n} images: {truth:.6f}; yours: {got:.6f}",
               "counts-already-wrong")
    ### END HIDDEN TESTS


test_transfer_rate()
print("3.4b: visible checks passed")

# %% nbgrader={"grade_id": "given-ex1_3-pgd", "locked": true}
def pgd(model, x, y, epsilon, steps=7):
    """Projected gradient descent of Lab 01 in the L-infinity ball, from x; like x."""
    z = x.clone()
    for _ in range(steps):
        here = z.requires_grad_(True)
        (gradient,) = torch.autograd.grad(F.cross_entropy(model(here), y), here)
        z = z.detach() + 2.5 * epsilon / steps * gradient.sign()
        z = z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    return z

# %% id="copy-demo" tags=["demo"]
def loaded(state):
    """A models.cnn with these weights."""
    net = models.cnn()
    net.load_state_dict(state)
    return net.eval()


@torch.no_grad()
def fidelity(net, ask, x):
    """The share of x on which net and service say the same."""
    return (net(x).argmax(1) == ask(x)).double().mean().item()


few = data.Images(victims.x[:500], victims.y[:500])
copies = []
for seed in range(5):
    copy = loaded(steal_by_learning(labels, pool, 1000, torch.Generator().manual_seed(seed)))
    moved = pgd(copy, few.x, few.y, 0.2)
    g = torch.Generator().manual_seed(100 + seed)
    signs = 2.0 * torch.randint(0, 2, few.x.shape, generator=g) - 1
    rates = [transfer_rate(labels, few.x, few.y, z)
             for z in (moved, (few.x + 0.2 * signs).clamp(0, 1))]
    copies.append((copy, moved))
    print(f"copy {seed}: fidelity {fidelity(copy, labels, exam.x):.1%}; PGD on the copy, epsilon "
          f"0.2, fools the service on {rates[0]:.1%}, random signs {rates[1]:.1%}")
plots.show(plots.image_grid([few.x[:8], copies[0][1][:8]],
                            [f"then read as {c}" for c in labels(copies[0][1][:8]).tolist()],
                            row_labels=["clean", "from copy 0"]),
           alt="Eight digits and what PGD on copy 0 made of them. The service, never asked about "
               "these, reads " + ", ".join(f"{y} as {c}" for y, c in zip(
                   few.y[:8].tolist(), labels(copies[0][1][:8]).tolist(), strict=True)) + ".")

# %% id="ask-what-demo" tags=["demo"]
def turned(x, g):
    """Each image of x turned, scaled and shifted a little at random."""
    turn, size = 0.4 * torch.randn(len(x), generator=g), 1 + 0.15 * torch.randn(len(x), generator=g)
    shift = 0.1 * torch.randn(2, len(x), generator=g)
    top = torch.stack([turn.cos() * size, -turn.sin() * size, shift[0]], 1)
    bottom = torch.stack([turn.sin() * size, turn.cos() * size, shift[1]], 1)
    grid = F.affine_grid(torch.stack([top, bottom], 1), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


def taught(ask, images, seed):
    """Your copy after 1,000 questions to ask, which need not be the service."""
    return loaded(steal_by_learning(ask, images, 1000, torch.Generator().manual_seed(seed)))


def known(images, answers):
    """Answers that stand in a table, by the nearest of the images: (n, 1, 28, 28) -> (n,)."""
    return lambda x: answers[torch.cdist(x.flatten(1), images.flatten(1)).argmin(1)]


mixing = torch.Generator().manual_seed(9)
hundred = pool[:100]
pools = {"1,000 digits": pool[:1000], "100 digits": hundred,
         "100 digits, turned ten times": torch.cat([hundred, turned(hundred.repeat(9, 1, 1, 1),
                                                                     mixing)]),
         "1,000 images of noise": torch.rand(1000, 1, 28, 28, generator=mixing)}
for name, images in pools.items():
    found = [fidelity(loaded(steal_by_learning(labels, images, len(images),
                                               torch.Generator().manual_seed(seed))),
                      labels, exam.x) for seed in range(2)]
    print(f"asked about {name}: fidelity " + ", ".join(f"{f:.1%}" for f in found)
          + f"; the commonest answer makes up {labels(images).bincount().max() / len(images):.0%}")

same = pools["100 digits, turned ten times"]
kept = known(same, labels(hundred).repeat(10))
print("the same pictures, only the first 100 asked about and their answers kept for the others: "
      "fidelity " + ", ".join(f"{fidelity(taught(kept, same, seed), labels, exam.x):.1%}"
                              for seed in range(2)))

# %% id="control-demo" tags=["demo"]
turned_order = torch.randperm(10, generator=torch.Generator().manual_seed(4))


def mistakes_shared(net):
    """The share of the service's mistakes on the exam that net makes, too: the same wrong digit."""
    return fidelity(net, labels, exam.x[~right])


print("the copies make " + ", ".join(f"{mistakes_shared(copy):.0%}" for copy, _ in copies)
      + f" of the service's {int((~right).sum())} mistakes")
for seed in range(5):
    honest = taught(known(pool, shuffled.y[:5000]), pool, seed)
    fools = transfer_rate(labels, few.x, few.y, pgd(honest, few.x, few.y, 0.2))
    print(f"trained on 1,000 true labels, nothing asked: fidelity "
          f"{fidelity(honest, labels, exam.x):.1%}, to a permuted service "
          f"{fidelity(honest, lambda x: turned_order[labels(x)], exam.x):.1%}; makes "
          f"{mistakes_shared(honest):.0%} of the mistakes; PGD on it fools the service on "
          f"{fools:.1%}")

# %% [markdown]
# The first lines: a thousand answers, and what fools the copy fools the service on half of the
# images or more, with no question about the attacked images. Random signs of the same size do on
# one or two of a hundred.
#
# The middle: what one asks about matters. A thousand images of noise teach next to nothing; nearly
# half of them get the same answer. A hundred digits are worth 80 %, and the same hundred, turned
# ten times, about as much as a thousand different ones. Most of that needs no question: a turned 7
# is a 7, and with the first hundred answers alone, kept for the turned pictures, a copy comes
# within a few points.
#
# The last lines are the control: your loop and the same images, with their true labels. A network
# that asked *nothing* has the fidelity of a thief, because the service is right and so is it; and
# images made on it fool the service as often. So neither number shows a theft: attacks pass between
# networks that learned the same task, and the thousand answers were worth what a thousand true
# labels are. Even of the service's mistakes the copies make only a few more, if any. Beside the
# permuted service the control falls to the level of guessing; but a permutation is cheap to learn,
# from some tens of questions, which is why the tests turned the pictures, too.
#
# Papernot et al. (2017) attacked hosted services in this way; Jagielski et al. (2020) separate
# fidelity from accuracy.
#
# ## Exercise 3.5: a gradient from scores (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: without a copy, an attacker can walk blind. The error of
# each step is known before the first question.
#
# The score $f$ maps points to numbers. With Gaussian directions $u_1, \dots, u_m$ (independent
# entries, mean 0, variance 1) estimate its gradient at $x$ by
#
# $$g' = \frac{1}{m} \sum_{i=1}^{m} \frac{f(x + \sigma u_i) - f(x - \sigma u_i)}{2 \sigma}\, u_i .$$
#
# **a. `nes_gradient(f, x, sigma, pairs, rng)`**
#
# - `f`: (n, d) -> (n,); each row costs one, so `2 * pairs` in all
# - `x`: (d,); `pairs`: $m$; `rng`: a `numpy.random.Generator`, from which all randomness comes
# - returns (d,)
#
# <details><summary>Hint 1: where to look</summary>
# All points can go into one call of <code>f</code>.
# <details><summary>Hint 2: the idea</summary>
# Draw u as a (pairs, d) array. Its slopes are (pairs,); the estimate is their mean, each times its
# row.
# <details><summary>Hint 3: nearly the code</summary>
# <code>u = rng.normal(size=(pairs, len(x)))</code>, <code>slope = (f(x + sigma * u) - f(x - sigma *
# u)) / (2 * sigma)</code>, then <code>return slope @ u / pairs</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_5-nes", "solution": true}
def nes_gradient(f, x, sigma, pairs, rng):
    """An estimate of the gradient of f at x, (d,), from 2 * pairs questions."""
    ### BEGIN SOLUTION
    directions = rng.standard_normal((pairs, len(x)))
    both = f(np.concatenate([x + sigma * directions, x - sigma * directions]))
    rise = both[:pairs] - both[pairs:]
    return np.einsum("m,md->d", rise, directions) / (2 * sigma * pairs)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_5-nes-test", "points": 3}
@exercise("3.5")
def test_nes_gradient():
    """A straight f, of which many pairs find the slope, and an even one, whose gradient is 0."""
    places = []

    def estimate(f, x, sigma, pairs, seed):
        asked = []

        def counted(z):
            z = np.asarray(z, float)
            expect(z.ndim == 2 and z.shape[1] == len(x), f"f takes (n, {len(x)}); it was given "
                   f"{z.shape}", "wrong-question")
            asked.append(len(z))
            places.append(z)
            return f(z)

        places.clear()
        got = nes_gradient(counted, x.copy(), sigma, pairs, np.random.default_rng(seed))
        return expect_array(got, x.shape, "nes_gradient"), sum(asked)

    slope, x = np.array([3.0, -1.0, 0.5, 2.0, 0.0, -2.0]), np.arange(6) / 5

    def straight(z):
        return z @ slope + 3

    def even(z):
        return 10 * ((z - x) ** 2).sum(1) + 1

    got, count = estimate(even, x, 0.5, 20, 0)
    expect(count == 40, f"20 pairs cost 40 questions; you asked {count}", "wrong-count")
    expect(np.abs(got).max() < 1e-6, "a function that is even around x has the same value on both "
           f"sides: each pair says 0; yours: {np.abs(got).max():.3g}. Use f(x + s u) - f(x - s u)",
           "one-sided")
    for sigma, pairs in ((0.05, 1500), (2.0, 2000)):
        got, _ = estimate(straight, x, sigma, pairs, 1)
        ratio = got @ slope / (slope @ slope)
        told = f"your estimate is {ratio:.3g} times the slope (sigma {sigma:g}): "
        expect(abs(ratio / sigma - 1) > 0.15, told + "divide by sigma", "no-sigma")
        expect(abs(ratio - 2) > 0.3, told + "the two points are 2 sigma apart", "no-half")
        expect(abs(ratio * 6 - 1) > 0.3, told + "the directions have length 1, or you averaged "
               "over d as well; Gaussian directions are not normalised", "unit-directions")
        expect(abs(ratio / pairs - 1) > 0.3, told + "take the mean over pairs, not the sum",
               "sum-not-mean")
        expect(abs(ratio - 1) < 0.15, told + "it should be near 1", "wrong-scale")
        fourth = (((np.concatenate(places) - x) / sigma) ** 4).mean()
        expect(abs(fourth - 3) < 0.5, f"the entries of your directions have a mean fourth power of "
               f"{fourth:.2f}; Gaussian ones have 3", "no-gaussian")
        off = np.linalg.norm(got - slope) / np.linalg.norm(slope)
        expect(off < 0.2, f"{pairs} pairs: the estimate is {off:.3g} slopes away from the slope, "
               "0.07 would be usual", "wrong-direction")
    one, two, again = (estimate(straight, x, 0.1, 2, seed)[0] for seed in (5, 6, 5))
    expect(np.allclose(one, again) and not np.allclose(one, two), "the same rng must give the same "
           "estimate and another one another: draw from rng", "ignores-rng")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(351)
    for d, pairs, sigma, most in ((1, 900, 0.3, 0.05), (20, 500, 1e-3, 0.2), (50, 600, 0.1, 0.4)):
        truth, place = rng.normal(size=d), rng.normal(size=d)
        got, count = estimate(lambda z, truth=truth: np.asarray(z) @ truth - 2, place, sigma, pairs,
                              d)
        error = ((got - truth) ** 2).sum() / (truth**2).sum()
        expect(count == 2 * pairs, f"{pairs} pairs cost {2 * pairs}; you asked {count}",
               "wrong-count")
        expect(error < most, f"d = {d}, {pairs} pairs, sigma {sigma:g}: squared error {error:.3g} "
               f"of the slope's square; a right estimate is below {most:g}",
               "wrong-direction")
    ### END HIDDEN TESTS


test_nes_gradient()
print("3.5a: visible checks passed")

# %% [markdown]
# **b. `nes_error(d, pairs)`**: how wrong is it? For a straight $f$ (linear plus a constant), return
# the expected squared error over the squared slope, $E \|g' - g\|^2 / \|g\|^2$, exactly.
#
# You will need: for a Gaussian $u$ in $d$ dimensions and a unit vector $e$,
# $E\,(e \cdot u)^2 \|u\|^2 = d + 2$.
#
# <details><summary>Hint 1: where to look</summary>
# For a straight f the slope of a pair is exactly <code>g . u</code>. So begin with one pair.
# <details><summary>Hint 2: the idea</summary>
# The estimate is right on average, so its error is its variance: the mean square minus the square
# of the mean. And the variance of a mean of m independent terms?
# <details><summary>Hint 3: nearly the code</summary>
# One pair: <code>d + 2</code> minus 1. Several: divided by their number.
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_5-error", "solution": true}
def nes_error(d, pairs):
    """The expected squared error of nes_gradient on a straight f, over the squared slope."""
    ### BEGIN SOLUTION
    return (d + 1) / pairs
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_5-error-test", "points": 1}
@exercise("3.5")
def test_nes_error():
    """Compared with 20,000 estimates."""
    for d, pairs, seed in ((5, 3, 0), (10, 5, 1)):
        rng = np.random.default_rng(seed)
        u = rng.normal(size=(20_000, pairs, d))
        found = ((u[..., :1] * u).mean(1) - np.eye(d)[0]) ** 2
        measured = found.sum(1).mean()
        got = expect_number(nes_error(d, pairs), "nes_error")
        expect(abs(got * pairs - d) > 1e-6, "nearly: the component along the gradient varies more "
               "than the others", "no-plus-one")
        expect(abs(got - measured**0.5) > 0.05, "this is the root of the squared error", "root")
        expect(abs(got - measured / 2) > 0.05, "pairs is the number of pairs, not of questions",
               "counts-questions")
        expect(abs(got / measured - 1) < 0.05, f"d = {d}, {pairs} pairs: 20,000 estimates have a "
               f"mean squared error of {measured:.3f}; your formula says {got:.3f}", "wrong-error")
    ### BEGIN HIDDEN TESTS
    for d, pairs in ((1, 1), (784, 262), (50, 20), (12, 300)):
        got = expect_number(nes_error(d, pairs), "nes_error")
        expect(abs(got * pairs - d - 1) < 1e-6, f"nes_error({d}, {pairs}) = {got:.6g} is not the "
               "expectation", "wrong-error")
    ### END HIDDEN TESTS


test_nes_error()
print("3.5b: visible checks passed")

# %% [markdown]
# **c. Do better. `better_gradient(f, x, sigma, queries, rng)`**: a small open problem. With the
# same number of questions make the squared error at most 0.75 of what `nes_gradient` has.
#
# - `f` is curved, so that $f(x + \sigma u)$ and $f(x - \sigma u)$ do not change by opposite amounts
# - `rng` as in a; `queries` is even, at least `d / 2`, below `2 * d`; you may use fewer, not more
# - tested on curved functions, over many estimates: the mean squared error is at most
#   $0.75\,(d + 1) / \mathrm{pairs}$ of the squared slope, with `pairs = queries / 2`, and the
#   estimates are right on average: their mean component along the gradient is within 10 % of it.
#   (Without this, always returning 0 would be an estimate of small error.)
#
# <details><summary>Hint 1: where to look</summary>
# Where does the error come from? Two random directions partly say the same thing.
# <details><summary>Hint 2: the idea</summary>
# Take directions that are at right angles to each other. Then the sum of slope times direction is
# the part of the gradient that lies in their span, exactly: of $d$ dimensions you see
# <code>pairs</code>. By which factor is it too short on average?
# <details><summary>Hint 3: nearly the code</summary>
# <code>u = np.linalg.qr(rng.normal(size=(len(x), queries // 2)))[0].T</code>, <code>slope = (f(x +
# sigma * u) - f(x - sigma * u)) / (2 * sigma)</code>, then <code>return len(x) / len(u) * slope @
# u</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_5-better", "solution": true}
def better_gradient(f, x, sigma, queries, rng):
    """An estimate of the gradient, (d,), with a smaller error than nes_gradient's."""
    ### BEGIN SOLUTION
    d, m = len(x), queries // 2
    _, _, frame = np.linalg.svd(rng.standard_normal((m, d)), full_matrices=False)
    both = f(np.concatenate([x + sigma * frame, x - sigma * frame])).reshape(2, m)
    part = (both[0] - both[1]) @ frame / (2 * sigma)  # the gradient's part in the span
    return part * d / m
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_5-better-test", "points": 3}
@exercise("3.5")
def test_better_gradient():
    """250 estimates on a curved function of 30 numbers, with 20 questions each."""
    def judged(d, queries, curvature, sigma, seed, draws=250):
        rng = np.random.default_rng(seed)
        slope, x = rng.normal(size=d), rng.normal(size=d)
        asked = []

        def curved(z):
            z = np.asarray(z, float)
            expect(z.ndim == 2 and z.shape[1] == d, f"f takes (n, {d}); it was given {z.shape}",
                   "wrong-question")
            asked.append(len(z))
            return (z - x) @ slope + curvature * ((z - x) ** 2).sum(1) + 1

        found = []
        for _ in range(draws):
            asked.clear()
            got = better_gradient(curved, x.copy(), sigma, queries, rng)
            found.append(expect_array(got, (d,), "better_gradient"))
            expect(sum(asked) <= queries, f"you asked {sum(asked)} questions; the budget is "
                   f"{queries}", "over-budget")
        square = slope @ slope
        return (np.mean(found, 0) @ slope / square,
                ((np.array(found) - slope) ** 2).sum(1).mean() / square)

    along, error = judged(30, 20, 1.0, 0.1, 0)
    usual = 31 / 10
    expect(abs(along - 1) < 0.1, f"on average your estimate is {along:.3f} times as long as the "
           "gradient, along it; within 10 % is asked for", "shrunk")
    expect(error < 0.97 * usual or error > 1.03 * usual + 0.3, f"your squared error {error:.2f} is "
           f"that of nes_gradient ({usual:.2f})", "no-better")
    expect(error <= 0.75 * usual, f"your squared error is {error:.2f} of the squared slope; "
           f"nes_gradient has {usual:.2f}, and 0.75 of that, {0.75 * usual:.2f}, is asked for",
           "no-better")
    one, two, again = (better_gradient(lambda z: np.asarray(z, float).sum(1), np.zeros(40), 0.1, 40,
                                       np.random.default_rng(seed)) for seed in (5, 6, 5))
    expect(np.allclose(one, again) and not np.allclose(one, two), "the same rng must give the same "
           "estimate and another one another: draw from rng", "ignores-rng")
    ### BEGIN HIDDEN TESTS
    for d, queries, curvature, sigma, seed in ((50, 40, 5.0, 0.1, 352), (40, 50, 0.5, 0.3, 353)):
        along, error = judged(d, queries, curvature, sigma, seed)
        usual = 2 * (d + 1) / queries
        expect(abs(along - 1) < 0.1, f"d = {d}, {queries} questions, sigma {sigma:g}: on average "
               f"{along:.2f} times the gradient", "shrunk")
        expect(error <= 0.75 * usual, f"d = {d}, {queries} questions, sigma {sigma:g}: squared "
               f"error {error:.2f}; {0.75 * usual:.2f} is asked for", "no-better")
    ### END HIDDEN TESTS


test_better_gradient()
print("3.5c: visible checks passed")

# %% id="cosine-demo" tags=["demo"]
for pairs in (10, 50, 262, 784):
    rng, cosines = np.random.default_rng(0), []
    for _ in range(40):
        g = nes_gradient(lambda z: z[:, 0], np.zeros(784), 0.1, pairs, rng)
        cosines.append(g[0] / np.linalg.norm(g))
    print(f"{pairs} pairs in 784 dimensions: squared error {nes_error(784, pairs):.2f} in theory; "
          f"cosine with the gradient {np.mean(cosines):.2f}")

# %% [markdown]
# On an image of 784 pixels `nes_gradient` takes 262 pairs, 524 questions, to be at 60 degrees
# (cosine 0.5) from the gradient of a straight function; directions at right angles take 196 pairs,
# a quarter of 784. At that price a walk of many steps is dear.
#
# ## Exercise 3.6: reading a table of attacks (6 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: many tables of black-box attacks give the success rate and
# the mean number of questions of the *successful* attacks. What do the two numbers say?
#
# ### Prediction 3
#
# Two attacks with epsilon 0.2 on the same 60 images: `square` with up to 500 questions an image,
# and `guess` (random signs), which gives up after 20. In the usual table, mean questions of
# successful attacks: how many times as expensive is the better attack? 1 is equal, 0.1 a tenth.
# (`my_factor`)

# %% nbgrader={"grade_id": "ex3_6-predict", "solution": true}
PREDICT = {
    "name": "my_factor", "kind": "number", "low": 0, "outcome": 6.0, "tolerance": 2,
    "seen": r"by the usual table: ([\d.]+)",
}
### BEGIN SOLUTION
my_factor = 0.5
### END SOLUTION

# %% id="usual-table" tags=["demo"]
sixty = data.Images(victims.x[:60], victims.y[:60])
runs = {"square": [], "guess": []}
for seed in range(5):
    runs["square"].append(square(probabilities, sixty.x, sixty.y, 0.2, 500, seed)[1].numpy())
    runs["guess"].append(guess(probabilities, sixty.x, sixty.y, 0.2, 20, seed)[1].numpy())
usual = {}
for name, counts in runs.items():
    every = np.concatenate(counts)
    usual[name] = every[np.isfinite(every)].mean()
    print(f"{name}: success in five runs " + ", ".join(f"{np.isfinite(q).mean():.0%}"
                                                       for q in counts)
          + f"; mean questions of the {np.isfinite(every).sum()} successes of 300 "
          f"{usual[name]:.1f}")
print(f"you said {my_factor:g} times; by the usual table: {usual['square'] / usual['guess']:.1f}")

# %% [markdown]
# By the usual table the attack that breaks 286 of 300 is six times as expensive as the one that
# breaks 6 of 300. Write what an honest table holds. `queries` is an array of shape (n,): the number
# of questions until the attack on image i succeeded, `inf` if it never did; leave it as it is.
#
# **a. `success_curve(queries, budgets)`**: for each budget the share of *all* images that fell
# within it (exactly at the budget counts).
#
# - `budgets`: a list of numbers, in any order; returns an array of shape (budgets,)
# - no image at all (n = 0) is a `ValueError`: there is no share
#
# <details><summary>Hint 1: where to look</summary>
# For one budget it is the mean of a comparison.
# <details><summary>Hint 2: the idea</summary>
# <code>inf</code> compares as it should. The mean over nothing does not.
# <details><summary>Hint 3: nearly the code</summary>
# <code>if len(queries) == 0: raise ValueError("no image")</code>, then <code>return
# np.array([(queries <= budget).mean() for budget in budgets])</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_6-curve", "solution": true}
def success_curve(queries, budgets):
    """The share of all images that fell within each budget: (n,), (m,) -> (m,)."""
    ### BEGIN SOLUTION
    if not len(queries):
        raise ValueError("a share of no images")
    return np.searchsorted(np.sort(queries), budgets, side="right") / len(queries)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_6-curve-test", "points": 2}
@exercise("3.6")
def test_success_curve():
    """Five images: fell after 1, 4, 4 and 10 questions, and never."""
    queries = np.array([4.0, 1.0, np.inf, 4.0, 10.0])
    with untouched(queries):
        got = success_curve(queries, [10, 4, 3, 0, 500])
    got = expect_array(got, (5,), "success_curve")
    expect(abs(got[0] - 1) > 1e-6, "the share is of all images: one of the five never fell",
           "drops-failures")
    expect(abs(got[4] - 1) > 1e-6, "500 questions do not break the image that never fell",
           "budget-as-success")
    expect(not np.allclose(got, [0, 0.2, 0.6, 0.8, 0.8]), "your shares belong to the sorted "
           "budgets; they may come in any order", "sorts-budgets")
    expect(abs(got[1] - 0.2) > 1e-6, "an image that fell at exactly the budget counts",
           "off-by-one")
    expect(np.allclose(got, [0.8, 0.6, 0.2, 0, 0.8]), "for budgets 10, 4, 3, 0, 500 the shares are "
           f"0.8, 0.6, 0.2, 0, 0.8; yours: {got.tolist()}", "wrong-share")
    try:
        success_curve(np.array([]), [5])
        raised = "nothing"
    except Exception as error:
        raised = type(error).__name__
    expect(raised == "ValueError", f"no image: raise ValueError; yours raised {raised}", "empty")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(361)
    for n, m in ((1, 1), (7, 3), (60, 25)):
        q = np.where(rng.random(n) < 0.3, np.inf, rng.integers(1, 20, n))
        budgets = rng.integers(0, 25, m).tolist()
        got = expect_array(success_curve(q.copy(), budgets), (m,), "success_curve")
        truth = [sum(one <= limit for one in q.tolist()) / n for limit in budgets]
        expect(np.allclose(got, truth), f"n = {n}, budgets {budgets[:3]}...: a share is off by "
               f"{np.abs(got - truth).max():.4f}", "wrong-share")
    never = expect_array(success_curve(np.full(3, np.inf), [9]), (1,), "success_curve")
    expect(never[0] == 0, f"no image ever fell: the share is 0; yours: {never[0]:g}",
           "budget-as-success")
    ### END HIDDEN TESTS


test_success_curve()
print("3.6a: visible checks passed")

# %% [markdown]
# **b. `median_queries(queries)`**: how many questions break half of the images? The median over
# *all* images, infinity included; for an even number of images the lower of the two middle ones.
#
# - returns a number, `math.inf` if fewer than half fell; n is at least 1
#
# <details><summary>Hint 1: where to look</summary>
# numpy's median takes the mean of the two middle ones. What is the mean of 5 and infinity?
# <details><summary>Hint 2: the idea</summary>
# Sort; which place holds the lower middle of n?
# <details><summary>Hint 3: nearly the code</summary>
# <code>return float(np.sort(queries)[(len(queries) - 1) // 2])</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_6-median", "solution": true}
def median_queries(queries):
    """The lower median over all images, inf where fewer than half fell."""
    ### BEGIN SOLUTION
    half = (len(queries) + 1) // 2  # so many must fall
    return float(np.partition(queries, half - 1)[half - 1])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_6-median-test", "points": 1}
@exercise("3.6")
def test_median_queries():
    """Odd and even numbers of images, with and without failures."""
    def median(*queries):
        counts = np.array(queries, float)
        with np.errstate(all="ignore"), untouched(counts):
            got = median_queries(counts)
        expect_returned(got, "median_queries")
        return float(got)

    odd = median(9, 3, np.inf, 1, np.inf)
    expect(odd != 3, "the median is over all images; the two that never fell count, as the largest",
           "drops-failures")
    expect(odd == 9, f"of 1, 3, 9, inf, inf the middle one is 9; yours: {odd:g}", "wrong-median")
    even = median(np.inf, 5, 2, np.inf)
    expect(not math.isnan(even) and even != math.inf, "of 2, 5, inf, inf half fell within 5: the "
           f"lower middle one is wanted; yours: {even:g}", "interpolated-median")
    expect(even == 5, f"of 2, 5, inf, inf the lower middle one is 5; yours: {even:g}",
           "wrong-median")
    expect(median(np.inf, 4, np.inf) == math.inf, "one of three fell: the median is infinite",
           "drops-failures")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(362)
    for n in (1, 2, 9, 10, 60):
        q = np.where(rng.random(n) < 0.4, np.inf, rng.integers(1, 50, n))
        truth = sorted(q.tolist())[math.ceil(n / 2) - 1]
        got = median(*q)
        expect(got == truth, f"{n} images: {truth:g}; yours: {got:g}", "wrong-median")
    ### END HIDDEN TESTS


test_median_queries()
print("3.6b: visible checks passed")

# %% [markdown]
# **c. `mean_with_budget(queries, budget)`**: what did an image cost, if one stops at `budget`? One
# that fell later, or never, has cost the whole budget. The mean over all images, a number.
#
# <details><summary>Hint 1: where to look</summary>
# What one pays for an image is never more than the budget.
# <details><summary>Hint 2: the idea</summary>
# The smaller of the two numbers, image by image.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return float(np.minimum(queries, budget).mean())</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_6-mean", "solution": true}
def mean_with_budget(queries, budget):
    """The mean cost of an image when one stops at budget."""
    ### BEGIN SOLUTION
    paid = np.where(queries > budget, budget, queries)
    return float(paid.sum() / len(paid))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_6-mean-test", "points": 1}
@exercise("3.6")
def test_mean_with_budget():
    """Four images: 2, 6, 30 and never; with a budget of 10 the last two cost 10 each."""
    queries = np.array([2.0, np.inf, 30.0, 6.0])
    with untouched(queries):
        got = mean_with_budget(queries, 10)
    expect(got is None or got != math.inf, "an image that never fell costs the budget, not "
           "infinity", "infinite-cost")
    got = expect_number(got, "mean_with_budget")
    expect(abs(got - 4) > 1e-6, "this is the mean over successes: failures cost, too",
           "drops-failures")
    expect(abs(got - 12) > 1e-6, "with a budget of 10 an image that needs 30 questions costs 10: "
           "one has stopped", "past-budget")
    expect(abs(got - 2) > 1e-6, "failures do not cost nothing, they cost the budget",
           "failures-for-free")
    expect(abs(got - 7) < 1e-6, f"2, 10, 10 and 6 make 7 on average; yours: {got:.6f}",
           "wrong-mean")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(363)
    for n, budget in ((1, 5), (40, 12), (40, 100)):
        q = np.where(rng.random(n) < 0.3, np.inf, rng.integers(1, 50, n))
        truth = sum(min(one, budget) for one in q.tolist()) / n
        got = expect_number(mean_with_budget(q.copy(), budget), "mean_with_budget")
        expect(abs(got - truth) < 1e-6, f"{n} images, budget {budget}: {truth:.4f}; yours: "
               f"{got:.4f}", "wrong-mean")
    ### END HIDDEN TESTS


test_mean_with_budget()
print("3.6c: visible checks passed")

# %% [markdown]
# **d. `lying_table(n)`**: prove that the usual table can rank the better attack behind. Return two
# lists, `a` and `b`, of `n` entries each (`n` at least 2; whole numbers from 1, or `math.inf`): the
# questions of two attacks on the same n images, such that
#
# - at *every* budget attack a has broken at least as many images as b, and at some budget more,
# - and yet the mean over its successes is larger for a than for b (both succeed at least once).
#
# <details><summary>Hint 1: where to look</summary>
# What makes a mean over successes small, without breaking more?
# <details><summary>Hint 2: the idea</summary>
# Let both be equal on all images but one, which is hard. One of them gives it up.
# <details><summary>Hint 3: nearly the code</summary>
# <code>easy = [1] * (n - 1)</code>, <code>return easy + [3], easy + [math.inf]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_6-lie", "solution": true}
def lying_table(n):
    """Two lists of questions, a at least as good everywhere and worse in the usual table."""
    ### BEGIN SOLUTION
    return [2, *range(10, 9 + n)], [2] + [math.inf] * (n - 1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_6-lie-test", "points": 2}
@exercise("3.6")
def test_lying_table():
    """The witness speaks for itself: sorted, a is nowhere later than b."""
    def judged(n):
        pair = lying_table(n)
        expect_returned(pair, "lying_table")
        expect(isinstance(pair, tuple | list) and len(pair) == 2, "return two lists, a and b",
               "no-pair")
        a, b = (sorted(float(q) for q in row) for row in pair)
        expect(len(a) == len(b) == n, f"both attack the same {n} images; you gave {len(a)} and "
               f"{len(b)} numbers", "unequal-n")
        expect(all(q >= 1 and (q == math.inf or q == int(q)) for q in a + b), "questions are whole "
               "numbers from 1, or inf", "no-count")
        expect(b[0] < math.inf, "b never succeeds, so it has no mean over successes", "no-success")
        late = next((i for i in range(n) if a[i] > b[i]), None)
        if late is not None:
            expect(False, f"at a budget of {b[late]:g} b has broken {late + 1} or more images, a "
                   "fewer: a must be at least as good at every budget", "not-dominating")
        expect(a != b, "a and b break the same number at every budget; a must be better somewhere",
               "no-better")
        means = [np.mean([q for q in row if q < math.inf]) for row in (a, b)]
        expect(means[0] > means[1], f"the means over successes are {means[0]:.4g} for a and "
               f"{means[1]:.4g} for b: the usual table ranks a first, and tells the truth",
               "tells-the-truth")

    judged(4)
    judged(2)
    ### BEGIN HIDDEN TESTS
    for n in (3, 5, 60):
        judged(n)
    ### END HIDDEN TESTS


test_lying_table()
print("3.6d: visible checks passed")

# %% id="curves-demo" tags=["demo"]
def walk(ask, x, y, epsilon, budget, seed):
    """Steps along the sign of nes_gradient's estimate, 10 pairs each; the questions (n,)."""
    rng, queries = np.random.default_rng(seed), np.full(len(x), np.inf)
    for i, (image, digit) in enumerate(zip(x, y, strict=True)):
        def score(z, digit=digit):
            rows = torch.from_numpy(z).float().reshape(-1, 1, 28, 28)
            return lead(ask(rows), digit.expand(len(rows))).numpy()

        start = image.flatten().double().numpy()
        here, asked = start.copy(), 1
        while asked <= budget:
            if score(here[None])[0] < 0:
                queries[i] = asked
                break
            here = here - 0.04 * np.sign(nes_gradient(score, here, 0.01, 10, rng))
            here = np.clip(np.clip(here, start - epsilon, start + epsilon), 0, 1)
            asked += 21
    return queries


budgets = [1, 2, 5, 10, 20, 50, 100, 200, 500]
walked = walk(probabilities, sixty.x, sixty.y, 0.2, 500, 0)
longer = guess(probabilities, sixty.x, sixty.y, 0.2, 500, 0)[1].numpy()
table = {"square": runs["square"][0], "walk along estimates": walked, "guess to 500": longer}
found = {name: success_curve(q, budgets) for name, q in table.items()}
for name, q in table.items():
    done = q[np.isfinite(q)]
    print(f"{name}: success {found[name][-1]:.0%} ({len(done)}), median {median_queries(q):g}, "
          f"mean with budget 500 {mean_with_budget(q, 500):.0f}; the usual mean {done.mean():.0f}")
figure = plots.curves({name: (budgets, list(share)) for name, share in found.items()},
                      xlabel="budget (questions per image)", ylabel="images that fell",
                      title="60 images, epsilon 0.2")
figure.axes[0].set_xscale("log")
plots.show(figure, alt="Share of 60 images that fell, by budget. " + "; ".join(
    f"{name}: " + ", ".join(f"{s:.0%} at {k}" for k, s in zip(budgets, share, strict=True))
    for name, share in found.items()))

# %% [markdown]
# The curve answers every budget at once, and failures stand in it. `guess` may go on to 500 here:
# it still breaks two easy images, early, and the 58 others cost it nothing in the usual mean, which
# ranks it first. With failures counted it is last. (The walk has 10 pairs a step, so a cosine of
# about 0.1, and stands still where the probability is 1 in float32; other steps may do better.)
#
# ### Defences in one table
#
# Now let the operator do something. Each row is another way to answer; Square (500 questions) runs
# against each on 60 images. *Reports* is what the attack believes, from the answers it gets; *true*
# is what the model behind really says of its images. The last column is the attack of 3.4: images
# made on one copy, of 1,000 labels, that read no score at all. In the two rows at the end the
# attacker has looked at the answers and put one character into Square, `<=` for `<`: a square
# that leaves the lead as it was is kept.

# %% id="defence-table" tags=["demo"]
def rounded(decimals):
    """Probabilities with few decimals."""
    return lambda x: probabilities(x).round(decimals=decimals)


def noisy(size, seed=0):
    """Fresh Gaussian noise on each probability."""
    g = torch.Generator().manual_seed(seed)

    def ask(x):
        p = probabilities(x)
        return p + size * torch.randn(p.shape, generator=g)

    return ask


def one_hot(x):
    """The digit only, as ten numbers."""
    return F.one_hot(labels(x), 10).float()


services = {"probabilities": probabilities,
            **{f"{k} {in_words(k)}": rounded(k) for k in (4, 2, 1)}, "labels only": one_hot,
            **{f"noise {s:g}": noisy(s) for s in (0.01, 0.1, 0.3)},
            "2 decimals, draws": rounded(2), "1 decimal, draws": rounded(1)}
print("service answers     reports   true   usual mean   mean with 500   right when clean"
      "   transfer")
lines = {}
for name, ask in services.items():
    z, q = square(ask, sixty.x, sixty.y, 0.2, 500, seed=0, draws="draws" in name)
    fell = labels(z) != sixty.y
    true = np.where(fell.numpy(), q.numpy(), np.inf)
    clean = (ask(exam.x).argmax(1) == exam.y).float().mean().item()
    moved = transfer_rate(lambda x, ask=ask: ask(x).argmax(1), few.x, few.y, copies[0][1])
    lines[name] = (q.isfinite().float().mean().item(), np.isfinite(true).mean(),
                   true[np.isfinite(true)].mean(), mean_with_budget(true, 500), clean, moved)
    print(f"{name:18} {lines[name][0]:>8.0%} {lines[name][1]:>6.0%} {lines[name][2]:>12.0f} "
          f"{lines[name][3]:>15.0f} {clean:>18.1%} {moved:>10.1%}")

# %% [markdown]
# Down the first rows Square, as it stands, breaks fewer and fewer images. It compares scores, and
# where they do not move it stands still. The usual mean falls as well, for what still breaks is
# what was easy. With noise of 0.3 it believes that it won everywhere, and one image in 60 is
# misread in truth.
#
# The two rows at the end take a good part of the defence back, with one character. About half of
# what two decimals stopped was this `<`, and nobody knows what a better attack would do: the table
# bounds the attacks in it, not those to come.
#
# The transfer attack goes through every row as before (at noise 0.3 the service misreads some
# images by itself). Lab 04 calls a defence that hides the gradient masked; hiding the score is the
# same for an attack that has only scores.
#
# ## Exercise 3.7: a letter from the operator (4 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Why: this is how such a table is usually read.
#
# "Our service now rounds to two decimals. The attack's success fell from 95 to 38 %, and the mean
# number of questions of the successful attacks fell as well. We call the service protected." Answer
# in at most ten sentences, with numbers of your own runs: what does the measurement show, what does
# the second number mean, what of theft, and what would you do?
#
# <details><summary>Hint 1: where to look</summary>
# The last column and the last rows of the table, Exercise 3.6, and Prediction 1.
# <details><summary>Hint 2: the idea</summary>
# Did anybody adapt the attack to rounding? Which images are left among the successful ones? What
# is stolen at two decimals?
# <details><summary>Hint 3: nearly the words</summary>
# "One attack that reads scores was stopped on ... of the images; one that does not still ..." "The
# mean over successes fell because ..." "At two decimals a copy agrees on ..." "I would ..., which
# does not see ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex3_7-letter", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# The measurement shows that Square, unchanged, finds fewer images; nobody adapted it. Keeping draws
# it breaks 65 % at two decimals instead of 38 %. The transfer attack of 3.4 reads no score and
# still fools the service on 58 % of the images. The mean over successes fell because the hard
# images dropped out of it: it describes the easy ones. Report the curve over all images, or the
# mean with a budget. Rounding does not stop theft: at two decimals my copies of the services of
# threes and eights agreed on 98 % of the exam and more, and labels alone gave one away for some
# thousand questions. I would limit questions per client and watch for streams of near-duplicates;
# that sees neither several accounts nor questions about natural images.
#
# Rubric:
#
# - 1 point: says that the attack was not adapted and names one that ignores scores, or one that was
#   adapted (draws kept), with its number
# - 1 point: says that a mean over successes is no price, and what to report instead
# - 1 point: says that theft goes on at two decimals, with an interval width or an agreement
# - 1 point: names a measure that changes something (limits, watching, less valuable answers) and
#   what it cannot see
#
# Sample A (4/4): "You tested one attack that needs fine scores. Images made on a copy from 1,000
# labels still fool the service on half. The mean fell because only easy images are left; give the
# success at each budget over all images. With two decimals my copy agreed on 98.2 %. A limit per
# account helps against single accounts, not against a hundred."
#
# Sample B (1/4): "Rounding is good but one decimal would be better. The mean number of questions
# shows that attackers give up earlier. I would also add noise and never show the model, which is
# safe. A transfer attack still fools half of the images, because it needs no scores."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 45 minutes: exercises 3.8 to 3.10.

# %% [markdown]
# ## Exercise 3.8: which way is out, from labels only (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: with labels alone there is
# no score to climb. But at a boundary point even labels have a direction.
#
# Write `boundary_normal(label, x, n, delta, rng)`. Around `x`, a point on or near the boundary, ask
# about `n` points at distance `delta` in random directions, and return the unit vector that points
# to the yes side as well as the answers can tell: the direction of the sum of $\pm u_i$, with plus
# where the answer at $x + \delta u_i$ is yes.
#
# - `label`: (m, d) -> (m,), bool; each row costs one, `n` in all
# - `rng`: a `numpy.random.Generator`, from which all randomness comes; returns (d,), of length 1
# - with $n = 1$ one direction, or its opposite, is the answer
#
# <details><summary>Hint 1: where to look</summary>
# A no at $x + \delta u$ is as good as a yes at $x - \delta u$.
# <details><summary>Hint 2: the idea</summary>
# Unit directions: Gaussian ones divided by their lengths. Add them with signs, then divide the sum
# by its length.
# <details><summary>Hint 3: nearly the code</summary>
# <code>u = rng.normal(size=(n, len(x)))</code>, <code>u = u / np.linalg.norm(u, axis=1,
# keepdims=True)</code>, <code>total = np.where(label(x + delta * u), 1, -1) @ u</code>, then
# <code>return total / np.linalg.norm(total)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_8-normal", "solution": true}
def boundary_normal(label, x, n, delta, rng):
    """A unit vector (d,) that points to the yes side at the boundary point x, from n labels."""
    ### BEGIN SOLUTION
    ways = rng.standard_normal((n, len(x)))
    ways /= np.sqrt((ways**2).sum(1))[:, None]
    yes = np.asarray(label(x + delta * ways), bool)
    out = ways[yes].sum(0) - ways[~yes].sum(0)
    return out / np.sqrt(out @ out)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_8-normal-test", "points": 4}
@exercise("3.8")
def test_boundary_normal():
    """A half-space in 50 dimensions, 200 and 50 questions, 60 estimates each."""
    def mean_cosine(d, n, delta, seed, draws=60, curve=0.0):
        rng = np.random.default_rng(seed)
        w, x = rng.normal(size=d), rng.normal(size=d)
        w, asked, cosines = w / np.linalg.norm(w), [], []

        def label(z):
            z = np.asarray(z, float)
            expect(z.ndim == 2 and z.shape[1] == d, f"label takes (m, {d}); it was given {z.shape}",
                   "wrong-question")
            asked.append(len(z))
            far = np.linalg.norm(z - x, axis=1)
            expect(np.allclose(far, delta, rtol=1e-3), f"the questions should be {delta:g} away "
                   f"from x; one is {far[np.abs(far - delta).argmax()]:.4g} away", "wrong-distance")
            return (z - x) @ w + curve * ((z - x) ** 2).sum(1) > 0

        for _ in range(draws):
            asked.clear()
            got = expect_array(boundary_normal(label, x.copy(), n, delta, rng), (d,),
                               "boundary_normal")
            expect(sum(asked) == n, f"{n} questions were to be asked; you asked {sum(asked)}",
                   "wrong-count")
            expect(abs(got @ got - 1) < 1e-4, f"your vector has length {(got @ got) ** 0.5:.4f}; "
                   "return a unit vector", "no-unit")
            cosines.append(got @ w)
        expect(np.ptp(cosines) > 1e-9, f"{draws} estimates and all are the same: draw the "
               "directions from rng, afresh in each call", "ignores-rng")
        return np.mean(cosines)

    for n, usual, least in ((200, 0.85, 0.80), (50, 0.63, 0.57)):
        got = mean_cosine(50, n, 0.3, n)
        expect(got > 0, f"your vector points to the no side (mean cosine {got:.2f} with the true "
               "direction)", "flipped")
        expect(got >= least, f"{n} answers: mean cosine {got:.3f} with the true direction; "
               f"{usual:g} is usual. A no tells as much as a yes", "weak-estimate")
    with np.errstate(all="ignore"):
        one = boundary_normal(lambda z: z[:, 0] > 0, np.zeros(5), 1, 0.1, np.random.default_rng(3))
    expect(np.isfinite(one).all(), "with one question your vector is not finite: its direction or "
           "the opposite one is the answer (do not subtract the mean of the answers)",
           "one-answer")
    one, two, again = (boundary_normal(lambda z: z[:, 0] > 0, np.zeros(5), 3, 0.1,
                                       np.random.default_rng(seed)) for seed in (5, 6, 5))
    expect(np.allclose(one, again) and not np.allclose(one, two), "the same rng must give the same "
           "vector and another one another: draw from rng", "ignores-rng")
    ### BEGIN HIDDEN TESTS
    for d, n, delta, least in ((2, 40, 1e-3, 0.97), (120, 300, 2.0, 0.74), (10, 1, 0.1, 0.15)):
        got = mean_cosine(d, n, delta, d, draws=300 if n == 1 else 60)
        expect(got >= least, f"d = {d}, {n} answers, delta {delta:g}: mean cosine {got:.3f}; at "
               f"least {least:g} is usual", "weak-estimate")
    ### END HIDDEN TESTS


test_boundary_normal()
print("3.8: visible checks passed")

# %% id="normal-demo" tags=["demo"]
def in_theory(d, n):
    """The cosine to expect on a half-space, from the mean of |one entry| of a unit vector."""
    k = math.exp(math.lgamma(d / 2) - math.lgamma((d + 1) / 2)) / math.pi**0.5
    return k / (1 / n + (1 - 1 / n) * k * k) ** 0.5


rng = np.random.default_rng(0)
for d, n in ((50, 50), (50, 200), (784, 200), (784, 2000)):
    cosines = [boundary_normal(lambda z: z[:, 0] > 0, np.zeros(d), n, 0.1, rng)[0]
               for _ in range(20)]
    print(f"d = {d}, {n} labels: cosine {np.mean(cosines):.2f}, in theory {in_theory(d, n):.2f}")

# %% [markdown]
# Two thousand single bits give a cosine of 0.79 in 784 dimensions. With bisection to come back
# to the boundary this is the core of HopSkipJump (Chen, Jordan, Wainwright 2020), an attack that
# needs labels only. The theory holds where the boundary is flat within `delta`; it is not, at a
# corner.
#
# ## Exercise 3.9: watch the client (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: many attacks ask about
# points that lie close together. Chen, Carlini and Wagner (2019) proposed to count on that.
#
# Write `nearness(questions, k, memory)`: for each question the mean Euclidean distance to its `k`
# nearest among the `memory` questions *directly before it*.
#
# - `questions`: (n, d), in the order in which they came; `k` at least 1, `memory` at least `k`
# - returns (n,); `np.inf` for a question with fewer than `k` before it
#
# <details><summary>Hint 1: where to look</summary>
# Question j may be compared with questions <code>max(0, j - memory)</code> to <code>j - 1</code>.
# <details><summary>Hint 2: the idea</summary>
# Distances to these, sorted; the mean of the first k.
# <details><summary>Hint 3: nearly the code</summary>
# <code>out = np.full(len(questions), np.inf)</code>; for <code>j in range(k,
# len(questions))</code>: <code>before = questions[max(0, j - memory):j]</code>, <code>far =
# np.linalg.norm(before - questions[j], axis=1)</code>, <code>out[j] =
# np.sort(far)[:k].mean()</code>; at the end <code>return out</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_9-nearness", "solution": true}
def nearness(questions, k, memory):
    """Mean distance of each question to the k nearest of the memory before it: (n, d) -> (n,)."""
    ### BEGIN SOLUTION
    result = [np.inf] * min(k, len(questions))
    for place in range(k, len(questions)):
        window = questions[max(place - memory, 0) : place] - questions[place]
        lengths = np.sqrt(np.einsum("nd,nd->n", window, window))
        result.append(np.partition(lengths, k - 1)[:k].mean())
    return np.array(result)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_9-nearness-test", "points": 4}
@exercise("3.9")
def test_nearness():
    """Six questions on a line: 0, 1, 10, 3, 10, 0."""
    line = np.array([[0.0], [1.0], [10.0], [3.0], [10.0], [0.0]])
    got = expect_array(nearness(line.copy(), 2, 4), (6,), "nearness", finite=False)
    expect(got[4] != 0, "question 5 (at 10) was compared with itself, or with k = 1", "with-itself")
    expect(np.isinf(got[:2]).all(), "the first two questions have fewer than two before them: inf; "
           f"yours: {got[:2].tolist()}", "too-early")
    expect(not abs(got[2] - 3.5) < 1e-6, "question 3 (at 10) has 0 and 1 before it: (10 + 9) / 2. "
           "Later ones have not come yet", "looks-ahead")
    expect(abs(got[5] - 0.5) > 1e-6, "question 6 (at 0) looks back four questions, to 1, 10, 3, "
           "10; question 1 is forgotten", "no-memory")
    expect(abs(got[5] - 6.5) > 1e-6, "question 6 (at 0) looks back four questions, to 1, 10, 3, "
           "10; yours looks back three", "off-by-one")
    truth = [np.inf, np.inf, 9.5, 2.5, 3.5, 2.0]
    expect(np.allclose(got, truth), f"here nearness is {truth}; yours: {got.round(6).tolist()}",
           "wrong-nearness")
    got = expect_array(nearness(np.array([[0.0, 0.0], [3.0, 4.0]]), 1, 1), (2,), "nearness",
                       finite=False)
    expect(abs(got[1] - 5) < 1e-6, f"from (0, 0) to (3, 4) the Euclidean distance is 5; yours: "
           f"{got[1]:.4f}", "not-euclidean")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(391)
    for n, d, k, memory in ((40, 3, 3, 10), (25, 8, 1, 1), (30, 2, 5, 100), (4, 2, 10, 10)):
        q = rng.integers(0, 6, (n, d)).astype(float)
        got = expect_array(nearness(q.copy(), k, memory), (n,), "nearness", finite=False)
        for j in range(n):
            far = sorted(math.dist(q[i], q[j]) for i in range(max(0, j - memory), j))
            truth = sum(far[:k]) / k if len(far) >= k else math.inf
            expect(got[j] == truth or abs(got[j] - truth) < 1e-6, f"{n} questions, k = {k}, memory "
                   f"{memory}: number {j + 1} has {truth:.4f}; yours: {got[j]:.4f}",
                   "wrong-nearness")
    ### END HIDDEN TESTS


test_nearness()
print("3.9: visible checks passed")

# %% id="watch-demo" tags=["demo"]
def stream(attack):
    """Everything that an attack asks a service, in order: (n, 784)."""
    asked = []

    def listening(x):
        asked.append(x.flatten(1).double().numpy())
        return probabilities(x)

    attack(listening)
    return np.concatenate(asked)


people = pool[:2500].flatten(1).double().numpy()
threshold = np.quantile(nearness(people, 10, 1000)[10:], 0.001)
fresh = nearness(pixels[:2500], 10, 1000)
print(f"threshold {threshold:.2f}; false alarms on other digits: {(fresh < threshold).sum()} of "
      "2,490")
hard = int(np.where(np.isinf(runs["square"][0]), 500, runs["square"][0]).argmax())
one = (sixty.x[hard : hard + 1], sixty.y[hard : hard + 1])
asked = stream(lambda ask: square(ask, *one, 0.2, 500, 0))


def score_of(ask):
    """The lead of one image's digit, for rows of numpy."""
    return lambda z: lead(ask(torch.from_numpy(z).float().reshape(-1, 1, 28, 28)),
                          one[1].expand(len(z))).numpy()


middle = one[0].flatten().double().numpy()
streams = {"Square on one image": asked, "the same, one account of 20": asked[::20]}
for sigma in (0.01, 0.3):
    streams[f"estimates, sigma {sigma:g}"] = stream(lambda ask, sigma=sigma: nes_gradient(
        score_of(ask), middle, sigma, 100, np.random.default_rng(0)))
streams["a copy's questions"] = pool[2500:3500].flatten(1).double().numpy()
for name, questions in streams.items():
    rings = np.flatnonzero(nearness(questions, 10, 1000) < threshold)
    print(f"{name}: {len(questions)} questions, "
          + (f"first alarm at number {rings[0] + 1}" if len(rings) else "no alarm")
          + f", {len(rings)} in all")

# %% [markdown]
# The threshold lets one honest question in a thousand ring. What walks in small steps rings almost
# as soon as it can (the first ten questions have no ten before them), from one account of twenty,
# too. Questions as far apart as digits are do not ring, nor do those of a thief who asks about
# digits.
#
# ## Exercise 3.10: accounts that were closed (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: "never" in the tables
# above meant "not within the budget". Where attacks are cut short at *different* moments, neither
# dropping these nor calling them failures is right.
#
# Write `still_standing(queries, fell, budgets)`, the Kaplan-Meier estimate. Image i fell after
# `queries[i]` questions if `fell[i]`; otherwise its account was closed after so many, and nobody
# knows what would have come. At each moment $t$ at which some images fell, the share that survives
# it is one minus (images that fell at $t$) over (images with `queries` at least $t$, fallen or
# closed); the answer for a budget is the product of these shares over all $t$ up to it.
#
# - `queries`: (n,), whole numbers; `fell`: (n,), bool; `budgets`: a list; n is at least 1
# - returns (budgets,): the share of images that would still stand
#
# <details><summary>Hint 1: where to look</summary>
# An image closed at t was still there at t: it counts among those that might have fallen.
# <details><summary>Hint 2: the idea</summary>
# Go through the different moments at which something fell, in order; multiply.
# <details><summary>Hint 3: nearly the code</summary>
# <code>times = np.unique(queries[fell])</code>, <code>shares = np.array([1 - (fell & (queries ==
# t)).sum() / (queries >= t).sum() for t in times])</code>, then <code>return
# np.array([shares[times <= budget].prod() for budget in budgets])</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex3_10-survival", "solution": true}
def still_standing(queries, fell, budgets):
    """Kaplan and Meier's estimate of the share that still stands at each budget."""
    ### BEGIN SOLUTION
    ordered = np.argsort(queries, kind="stable")
    moment, event = queries[ordered], fell[ordered]
    at_risk = len(moment) - np.searchsorted(moment, moment)
    deaths = np.array([event[moment == t].sum() for t in moment])
    first = np.append(True, moment[1:] != moment[:-1])
    alive = np.append(1.0, np.cumprod(np.where(first, 1 - deaths / at_risk, 1.0)))
    return alive[np.searchsorted(moment, budgets, side="right")]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex3_10-survival-test", "points": 3}
@exercise("3.10")
def test_still_standing():
    """Six images: fell at 2, closed at 4, fell at 4, two fell at 7, closed at 9."""
    queries, fell = np.array([4, 2, 9, 4, 7, 7]), np.array([0, 1, 0, 1, 1, 1], bool)
    got = expect_array(still_standing(queries.copy(), fell.copy(), [1, 2, 4, 7, 100]), (5,),
                       "still_standing")
    expect(abs(got[0] - 1) < 1e-6, f"before anything fell all stand: 1; yours: {got[0]:.4f}",
           "wrong-start")
    expect(abs(got[1] - 3 / 4) > 1e-6, "closed accounts were open until they were closed: they may "
           "not be left out altogether", "drops-closed")
    expect(abs(got[1] - 5 / 6) < 1e-6, f"at 2 one of six fell: 5/6; yours: {got[1]:.4f}",
           "wrong-share")
    expect(abs(got[3] - 1 / 3) > 1e-6, "a closed account is no image that stands for ever: it "
           "leaves those at risk when it is closed", "closed-as-standing")
    expect(abs(got[2] - 5 / 8) > 1e-6, "the account that was closed at 4 was still open when the "
           "other fell at 4: five were at risk", "closed-too-early")
    expect(min(abs(got[3] - 2 / 27), abs(got[3] - 8 / 27)) > 1e-6, "at 7 two of three fell: this "
           "is one moment and one factor, 1 - 2/3", "equal-moments")
    truth = [1, 5 / 6, 2 / 3, 2 / 9, 2 / 9]
    expect(np.allclose(got, truth), f"at 1, 2, 4, 7, 100: {np.round(truth, 6).tolist()}; yours: "
           f"{got.round(6).tolist()}", "wrong-share")
    got = expect_array(still_standing(queries, fell, [100, 2]), (2,), "still_standing")
    expect(np.allclose(got, [2 / 9, 5 / 6]), f"at 100, 2: 0.222222, 0.833333; yours: "
           f"{got.round(6).tolist()}: budgets may come in any order", "sorts-budgets")
    got = expect_array(still_standing(queries, fell & False, [5]), (1,), "still_standing")
    expect(abs(got[0] - 1) < 1e-6, f"nothing ever fell: 1; yours: {got[0]:.4f}", "none-fell")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(3101)
    for n in (1, 6, 40, 200):
        q, fell = rng.integers(1, 12, n), rng.random(n) < 0.6
        got = expect_array(still_standing(q.copy(), fell.copy(), [0, 3, 3, 8, 50]), (5,),
                           "still_standing")
        for value, budget in zip(got.tolist(), (0, 3, 3, 8, 50), strict=True):
            truth = 1.0
            for t in range(1, budget + 1):
                here = sum(a >= t for a in q.tolist())
                truth *= 1 - sum(a == t and b for a, b in zip(q, fell, strict=True)) / max(here, 1)
            expect(abs(value - truth) < 1e-6, f"{n} images, budget {budget}: {truth:.6f}; yours: "
                   f"{value:.6f}", "wrong-share")
    ### END HIDDEN TESTS


test_still_standing()
print("3.10: visible checks passed")

# %% id="closed-demo" tags=["demo"]
errors = {"Kaplan-Meier": [], "closed ones left out": [], "closed ones count as standing": [],
          "Kaplan-Meier, a third closed just in time": []}
for seed in range(200):
    rng = np.random.default_rng(seed)
    needs, closed_at = rng.exponential(120, 300).round() + 1, rng.exponential(150, 300).round() + 1
    fell, seen = needs <= closed_at, np.minimum(needs, closed_at)
    stands = math.exp(-99.5 / 120)  # P(needs > 100), by the rounding above
    errors["Kaplan-Meier"].append(still_standing(seen, fell, [100])[0] - stands)
    errors["closed ones left out"].append((seen[fell] > 100).mean() - stands)
    errors["closed ones count as standing"].append(((seen > 100) | ~fell).mean() - stands)
    seen = np.where(caught := rng.random(300) < 1 / 3, np.minimum(seen, needs - 1), seen)
    errors["Kaplan-Meier, a third closed just in time"].append(
        still_standing(seen, fell & ~caught, [100])[0] - stands)
print(f"the truth: {stands:.3f} still stand after 100 questions; error over 200 runs of 300 images")
for name, off in errors.items():
    print(f"{name}: {np.mean(off):+.3f} (standard deviation {np.std(off):.3f})")

# %% [markdown]
# Leaving the cut ones out makes the attack look too strong, counting them as failures too weak. The
# estimate is right on average if the moment of closing has nothing to do with what was to come. The
# last line breaks that: an operator who sees a third of the attacks coming and closes these just
# before they succeed makes the estimate far too high.
#
# ## What you found
#
# A price per question stands between a service and its copy. Linear models fall to d + 1 answers;
# one bit per answer raises the price by a factor of ten or twenty, and what rounding hides you can
# compute. A network's digits are learned from a thousand answers, and what fools the copy fools the
# original on half of the images; so does what fools a network that asked nothing and had labels.
# Agreement proves a theft only where the service says what nobody else would. Tables that leave
# failures out reward giving up, and a defence measured against one attack has stopped that one.
#
# **Limits.** All victims are small and read digits. One transfer attack and two score attacks stand
# for many; the failure of Square against rounding bounds nothing but Square. The services answer
# everybody alike and remember nothing.
#
# **The paper** (section 2.1.1) lists exploratory attacks, which probe a finished model, and names
# black-box access, copies and transfer. You have put prices to them.
#
# **Read on.** Lowd, Meek, *Adversarial learning*, KDD 2005. Tramer et al., *Stealing machine
# learning models via prediction APIs*, USENIX Security 2016. Papernot et al., *Practical black-box
# attacks against machine learning*, 2017. Jagielski et al., *High accuracy and high fidelity
# extraction of neural networks*, USENIX Security 2020. Andriushchenko et al., *Square Attack*,
# ECCV 2020. Chen, Jordan, Wainwright, *HopSkipJumpAttack*, 2020. Chen, Carlini, Wagner, *Stateful
# detection of black-box adversarial attacks*, 2019.
#
# **Where next.** Lab 04: an exam that a defence cannot pass by hiding.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab03_black_box")
