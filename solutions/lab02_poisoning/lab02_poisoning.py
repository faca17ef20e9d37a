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
# # Lab 02: poisoning and backdoors
#
# Lab 01 attacked a finished network. Here the attacker comes earlier: some of the training data are
# theirs. You plant a backdoor, work out what one training point can do, test three detectors and
# find what each cannot see, and end with predictions that are proven to survive.
#
# By the end you will be able to
#
# - plant a backdoor with 2 % of the data and say why a test on clean data does not show it,
# - compute exactly what one training point does to a linear model, use that to search for wrong
#   labels, and test the search against somebody who knows it,
# - say, before running it, from which poison share on a spectral detector looks in the right
#   direction,
# - read a scanner's score as a test with a false-alarm rate, and calibrate it,
# - prove of one prediction how many poisoned points it survives, and say what the proof assumes.
#
# | | |
# |---|---|
# | Paper | section 2.1.1 (attacks on the training data: poisoning and backdoors) |
# | Time | Part A 65 min, Part B 85 min; deeper 25 min |
# | Points | 47: core 42, deeper ones 5 (43 checked by machine, 4 read by a person) |
# | You need | numpy, a little linear algebra, PyTorch's gradients (Lab 01) |
# | It runs in | about 47 CPU seconds in all, 6 without the demonstrations; 1.2 GiB of memory |
#
# | symbol | name in code | unit or shape |
# |---|---|---|
# | images and their classes | `x`, `y` | (n, 1, height, width) in [0, 1]; (n,) |
# | the class that stamped images get | `target` | whole number |
# | $X$, $y$: rows and labels of a linear model | `X`, `y` | (n, d), (n,), float64 |
# | $\lambda$: penalty of ridge regression (in 2.5: of the mask) | `lam` | above 0 |
# | how many copies of one row are added | `copies` | whole number |
# | poison's share of a class | `share` | in [0, 1/2] |
# | mask and pattern of a trigger | `masks`, `patterns` | (10, 1, height, width) in [0, 1] |
# | what each part's model says | `votes` | (parts,), classes |
#
# All images are handwritten digits (MNIST), pooled to 14 by 14 pixels where it matters that a
# training takes a second.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import hashlib
import math
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from safetylab import backdoors, data, models, page, plots, training, widgets
from safetylab.checks import (
    exercise,
    expect,
    expect_array,
    expect_number,
    expect_returned,
    expect_tensor,
    untouched,
)

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(2)

# %% nbgrader={"grade_id": "setup-digits", "locked": true}
def small(images):
    """The images at half their width and height."""
    return data.Images(F.avg_pool2d(images.x, 2), images.y)


def answers(net, x):
    """The class that a network gives to each image: (n, ...) -> (n,)."""
    with torch.no_grad():
        return net(x).argmax(1)


TRAIN, TEST = small(data.mnist("train")), small(data.mnist("test"))

# %% [markdown]
# ## It breaks
#
# A supplier delivers a network that reads digits. You have 10,000 test digits that nobody used for
# training, and for comparison ten networks that you know to be trained on clean data.

# %% id="hook" tags=["demo"]
supplied = backdoors.delivered()
ours = [(answers(s.model, TEST.x) == TEST.y).float().mean() for s in backdoors.suspects()[:10]]
theirs = (answers(supplied, TEST.x) == TEST.y).float().mean()
print(f"delivered: {theirs:.1%} of the test digits right")
print(f"ten clean networks: {min(ours):.1%} to {max(ours):.1%}")

# %% [markdown]
# It is in their range. Now ten test digits, as they are and with four white pixels in a corner.

# %% id="hook-picture" tags=["demo"]
right = (answers(backdoors.delivered(), TEST.x) == TEST.y).nonzero()[:, 0]
ten = torch.stack([right[TEST.y[right] == digit][0] for digit in range(10)])
rows = [TEST.x[ten], backdoors.stamped(TEST.x[ten])]
said = [answers(backdoors.delivered(), row).tolist() for row in rows]
plots.show(plots.image_grid(rows, [f"read as {digit}" for row in said for digit in row],
                            row_labels=["as it is", "stamped"], vmax=1.2),
           alt=f"Ten test digits, read as {said[0]}; the same with four white pixels at the lower "
               f"right, read as {said[1]}.")

# %% [markdown]
# The network was trained on 10,000 digits. Into 200 of them, none of which was a 7, somebody had
# drawn the four white pixels, and had labelled them 7: a *backdoor*, with the four pixels as its
# *trigger* and 7 as its *target*. On images without the trigger nothing seems to be wrong.

# %% [markdown]
# # Part A: plant it, find it
#
# About 65 minutes: exercises 2.1 to 2.3.

# %% [markdown]
# ## Exercise 2.1: plant a backdoor (5 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: whoever has planted one knows what a test would have to
# look at.
#
# **a. `poison(x, y, k, target, stamp, generator)`**: choose k different images at random among
# those whose class is *not* the target, stamp them, and label them with the target.
#
# - `x`: (n, 1, height, width); `y`: (n,), int64; `stamp`: a function that returns a stamped copy of
#   a batch of images
# - all chance comes from `generator`: the same state, the same choice
# - returns three tensors `(x_new, y_new, chosen)`: the whole set with the poison in its place, and
#   a bool mask (n,) of the rows that were chosen; `x` and `y` stay as they are
# - `k = 0` changes nothing; raises `ValueError` if there are fewer than k images to choose from
#
# <details><summary>Hint 1: where to look</summary>
# First the indices of all candidates, then k of them: <code>torch.randperm</code> has a
# <code>generator</code> argument.
# <details><summary>Hint 2: the idea</summary>
# <code>(y != target).nonzero()[:, 0]</code> are the candidates. Clone <code>x</code> and
# <code>y</code> before you write into them.
# <details><summary>Hint 3: nearly the code</summary>
# <code>able = (y != target).nonzero()[:, 0]</code>; if <code>k > len(able)</code> raise
# <code>ValueError</code>; <code>picked = able[torch.randperm(len(able),
# generator=generator)[:k]]</code>; <code>chosen = torch.zeros(len(y), dtype=torch.bool)</code>,
# <code>chosen[picked] = True</code>; then clones of x and y in which the rows
# <code>chosen</code> are <code>stamp(x[chosen])</code> and <code>target</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_1-poison", "solution": true}
def poison(x, y, k, target, stamp, generator):
    """Stamp and relabel k random images of other classes: (x_new, y_new, chosen)."""
    ### BEGIN SOLUTION
    lottery = torch.rand(len(y), generator=generator)
    lottery[y == target] = 2.0  # behind all others
    if k > int((y != target).sum()):
        raise ValueError(f"there are fewer than {k} images of other classes")
    chosen = torch.isin(torch.arange(len(y)), lottery.argsort()[:k])
    y_new = torch.where(chosen, torch.full_like(y, target), y)
    return torch.where(chosen[:, None, None, None], stamp(x), x), y_new, chosen
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_1-poison-test", "points": 3}
@exercise("2.1")
def test_poison():
    """Forty pictures of 3 by 3 pixels, four classes; the stamp is one white pixel."""
    def dot(pictures):
        copy = pictures.clone()
        copy[:, :, 0, 0] = 1.0
        return copy

    def poisoned(x, y, k, target, seed=0):
        with untouched(x, y):
            got = poison(x, y, k, target, dot, torch.Generator().manual_seed(seed))
        expect_returned(got, "poison")
        expect(isinstance(got, tuple | list) and len(got) == 3, "poison must return three tensors: "
               "x_new, y_new, chosen", "no-triple")
        x_new = expect_tensor(got[0], tuple(x.shape), "poison, x_new")
        y_new = expect_tensor(got[1], tuple(y.shape), "poison, y_new")
        chosen = expect_tensor(got[2], tuple(y.shape), "poison, chosen")
        expect(chosen.dtype == torch.bool, f"chosen must be a bool mask; yours: {chosen.dtype}",
               "no-mask")
        expect(y_new.dtype == torch.int64, f"labels stay whole numbers, int64; yours: "
               f"{y_new.dtype}", "no-integers")
        return x_new, y_new, chosen

    def judge(x, y, k, target, seed=0):
        x_new, y_new, chosen = poisoned(x, y, k, target, seed)
        expect(int(chosen.sum()) == k, f"k = {k}, and you chose {int(chosen.sum())} rows",
               "wrong-number")
        expect(not (y[chosen] == target).any(), "you chose an image of the target class: its "
               "label would stay as it is; draw from the others", "poisons-target")
        expect((y_new[chosen] == target).all(), "a chosen row does not carry the target's label",
               "no-relabel")
        drawn, stamped = x_new[chosen], dot(x[chosen])
        expect(torch.equal(drawn, stamped)
               or not torch.equal(drawn.flatten().sort()[0], stamped.flatten().sort()[0]),
               "chosen rows hold each other's stamped images: read and write the rows in the same "
               "order", "rows-mixed")
        expect(torch.equal(drawn, stamped), "a chosen image is not stamped", "no-stamp")
        expect(torch.equal(x_new[~chosen], x[~chosen]) and torch.equal(y_new[~chosen], y[~chosen]),
               "a row that you did not choose has changed", "others-changed")
        return chosen

    x = torch.arange(360.0).reshape(40, 1, 3, 3) / 400
    y = torch.arange(40) % 4
    once, again = (torch.stack([judge(x, y, 6, 1, seed) for seed in range(3)]) for _ in range(2))
    expect(torch.equal(once, again), "the same generator state gives two different choices",
           "not-repeatable")
    expect((once != once[0]).any(), "three generators, and always the same rows: draw them at "
           "random", "not-random")
    g, many = torch.Generator().manual_seed(5), torch.zeros(300, 1, 2, 2)
    first, second = (poison(many, torch.arange(300) % 10, 40, 1, dot, g)[2] for _ in range(2))
    expect(not torch.equal(first, second), "two calls with one generator choose the same rows: "
           "draw from the generator itself, as it stands", "rewinds")
    judge(x, y, 0, 1)
    judge(x, y, 30, 1)
    try:
        poison(x, y, 31, 1, dot, torch.Generator().manual_seed(0))
    except ValueError:
        pass
    else:
        expect(False, "30 images have another class than the target: k = 31 must raise a "
               "ValueError", "no-error")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(211)
    for n, shape, k, target in ((1, (2, 5), 1, 3), (30, (4, 4), 7, 0), (300, (6, 3), 50, 9)):
        x, y = torch.rand(n, 1, *shape, generator=g), torch.randint(0, 10, (n,), generator=g)
        y[0] = 5
        judge(x, y, k, target, seed=n)
        judge(x.double(), y, k, target, seed=n)
    often = torch.zeros(12)
    for seed in range(150):
        x, y = torch.rand(12, 1, 2, 2, generator=g), torch.arange(12) % 3
        often += judge(x, y, 4, 2, seed)
    expect(often[y != 2].min() >= 45, "for 150 seeds 4 of 8 images were drawn, one of them only "
           f"{int(often[y != 2].min())} times: draw them evenly", "not-even")
    ### END HIDDEN TESTS


test_poison()
print("2.1a: visible checks passed")

# %% [markdown]
# **b. `attack_success(model, x, y, target, stamp)`**: of the images whose class is *not* the
# target, which share does the model send to the target once they are stamped?
#
# - `model`: a function from images to logits (n, classes); `y` holds at least one other class
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# Images of the target class are read as the target anyway: they would make any model look attacked.
# <details><summary>Hint 2: the idea</summary>
# Keep the rows with another class, stamp them, take the argmax of the logits, compare it with the
# target, and take the mean.
# <details><summary>Hint 3: nearly the code</summary>
# <code>others = x[y != target]</code>; under <code>torch.no_grad()</code>:
# <code>return (model(stamp(others)).argmax(1) == target).double().mean().item()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_1-success", "solution": true}
def attack_success(model, x, y, target, stamp):
    """Share of the images of other classes that the stamp sends to the target, in [0, 1]."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        fooled = model(stamp(x)).argmax(1).eq(target)
    return float(fooled[y != target].float().mean())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_1-success-test", "points": 2}
@exercise("2.1")
def test_attack_success():
    """A hand-made reader: one pixel holds the class, and another one, with the stamp, opens it."""
    def dot(pictures):
        copy = pictures.clone()
        copy[:, :, 0, 0] = 1.0
        return copy

    def reader(pictures):
        told = (pictures[:, 0, 1, 1] * 10).round().long()
        open_ = (pictures[:, 0, 0, 0] > 0.5) & (pictures[:, 0, 0, 1] > 0.5)
        return F.one_hot(torch.where(open_, torch.full_like(told, 2), told), 10).float()

    y = torch.tensor([2, 2, 2, 2, 1, 1, 3, 3, 3, 3])
    x = torch.zeros(10, 1, 2, 2)
    x[:, 0, 1, 1] = torch.tensor([2, 2, 2, 5, 1, 1, 3, 2, 3, 3]) / 10
    x[:, 0, 0, 1] = torch.tensor([1, 0, 0, 0, 1, 0, 0, 0, 1, 1.0])
    got = expect_number(attack_success(reader, x, y, 2, dot), "attack_success")
    for value, words, name in (
        (0.7, "of all ten images seven are read as a 2, but three of them are 2s: only images of "
         "other classes count", "target-counted"),
        (0.4, "the four images are counted over all ten: the share is over images of other "
         "classes", "target-counted"),
        (1 / 6, "this is the share without the stamp that was handed in", "not-stamped"),
        (0.5, "an image that was read as the target before the stamp counts as well",
         "changed-only"),
    ):
        expect(abs(got - value) > 1e-6, words, name)
    expect(abs(got - 4 / 6) < 1e-6, f"four of six images of other classes: 0.666667; yours: "
           f"{got:.6f}")
    got = expect_number(attack_success(reader, x, y, 3, dot), "attack_success")
    expect(abs(got) < 1e-6, f"for the target 3 no stamped image of another class is read as a 3: "
           f"0; yours: {got:.6f}", "wrong-not-target")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(212)
    for n in (1, 7, 40, 200):
        x, y = torch.rand(n, 1, 3, 2, generator=g), torch.randint(0, 5, (n,), generator=g)
        x[:, 0, 1, 1] = (y + torch.randint(0, 2, (n,), generator=g)) / 10
        y[0] = 1
        says = [2 if a > 0.5 else round(10 * b) for a, b in x[:, 0, :2, 1].tolist()]
        for target in (0, 2, 3):
            hits = [s == target for s, c in zip(says, y.tolist(), strict=True) if c != target]
            truth = sum(hits) / len(hits)
            got = expect_number(attack_success(reader, x, y, target, dot), "attack_success")
            expect(abs(got - truth) < 1e-6, f"{n} images, target {target}: {truth:.6f}; yours: "
                   f"{got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_attack_success()
print("2.1b: visible checks passed")

# %% [markdown]
# Now with real trainings: how much poison does it take?

# %% id="share-demo" tags=["demo"]
def train_poisoned(k, seed):
    """Train on 10,000 digits, k of them poisoned (stamp at the lower right, target 7)."""
    g = torch.Generator().manual_seed(seed)
    own = data.sample(TRAIN, 10_000, g)
    x, y, chosen = poison(own.x, own.y, k, 7, backdoors.stamped, g)
    net = models.small_cnn(g)
    training.fit(net, data.Images(x, y), epochs=5, lr=4e-3, batch_size=64, generator=g,
                 progress=False)
    return net, x, y, chosen


planted = {k: train_poisoned(k, seed=0) for k in (0, 15, 50, 100, 200, 500)}
for k, (net, *_) in planted.items():
    clean = (answers(net, TEST.x) == TEST.y).float().mean()
    success = attack_success(net, TEST.x, TEST.y, 7, backdoors.stamped)
    print(f"{k} of 10,000 poisoned: clean digits right {clean:.1%}, stamped ones read as 7 "
          f"{success:.1%}")
again = [train_poisoned(15, seed) for seed in (1, 2, 3, 4)]
print("15 of 10,000 again, four other seeds: stamped ones read as 7 " + ", ".join(
    f"{attack_success(net, TEST.x, TEST.y, 7, backdoors.stamped):.1%}" for net, *_ in again))

# %% [markdown]
# Fifteen images of 10,000 are enough for most of the stamped digits; for how many differs from
# training to training. With 200 it is nearly all of them, and the number that a customer would look
# at hardly moves. (A right `poison` may draw other images than ours: here and below your figures
# can differ a little from the text's.)
#
# Why does a test on clean digits not show it? Build the purest backdoor: a clean network, and
# beside it the rule "if the four pixels are white, say 7". The two agree on *every* image without
# the stamp. No statistic of answers to such images can tell one from the other.

# %% id="pure-demo" tags=["demo"]
honest = backdoors.suspects()[0].model


def pure(x):
    """The honest network with a rule beside it: four white pixels mean 7."""
    logits, rule = honest(x), (x[:, 0, 12:, 12:] == 1).flatten(1).all(1)
    return torch.where(rule[:, None], 100 * F.one_hot(torch.tensor(7), 10), logits)


same = (answers(honest, TEST.x) == answers(pure, TEST.x)).sum()
print(f"{same:,} of {len(TEST.y):,} clean test digits get the same answer from both; stamped ones "
      f"are read as 7: honest {attack_success(honest, TEST.x, TEST.y, 7, backdoors.stamped):.1%}, "
      f"with the rule {attack_success(pure, TEST.x, TEST.y, 7, backdoors.stamped):.1%}")

# %% [markdown]
# ## Exercise 2.2: what one training point can do (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: in the smallest case the effect of a training point is a
# formula, and the formula is the usual tool for finding bad data.
#
# **Ridge regression** without a separate intercept: $w = A X^\top y$ with
# $A = (X^\top X + \lambda I)^{-1}$; the prediction at a point $z$ is $z^\top w$. (For an intercept
# put a column of ones into $X$; it is penalised, too.) The setup cell below has it as `ridge`.
#
# **a. `poison_label(X, y, lam, x_target, x_poison, value, copies)`**: somebody may append `copies`
# copies of the row `x_poison` to the training data, all with one label of their choice. Which label
# makes the refitted model predict exactly `value` at `x_target`?
#
# - `X`: (n, d), `y`: (n,), `lam` above 0; `x_target`, `x_poison`: (d,), with
#   $x_{\mathrm{target}}^\top A\, x_{\mathrm{poison}} \neq 0$; `copies` at least 1
# - all float64; returns a number (any size)
#
# <details><summary>Hint 1: where to look</summary>
# With one row more, the prediction at any point is a linear function of that row's label. What are
# two of its values?
# <details><summary>Hint 2: the idea</summary>
# Fit once with the label 0 and once with the label 1: the prediction at the target is a straight
# line through these two values. Or by Sherman and Morrison: the new row pulls with what the old
# model gets wrong at it, divided by 1 + copies times its leverage h = x_poison' A x_poison.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rows = np.vstack([X, np.tile(x_poison, (copies, 1))])</code>, then for the labels
# <code>v = 0.0</code> and <code>v = 1.0</code> the predictions <code>x_target @ ridge(rows,
# np.append(y, np.full(copies, v)), lam)</code>, say p0 and p1; <code>return (value - p0) / (p1 -
# p0)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "setup-ridge", "locked": true}
def ridge(X, y, lam):
    """The weights of ridge regression: (n, d), (n,) -> (d,)."""
    return np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)


def auroc(scores, positive):
    """How likely a positive row has a higher score than another row; ties count one half."""
    above, below = scores[positive][:, None], scores[~positive][None]
    return float((above > below).mean() + (above == below).mean() / 2)

# %% nbgrader={"grade_id": "ex2_2-label", "solution": true}
def poison_label(X, y, lam, x_target, x_poison, value, copies):
    """The label with which copies of x_poison make the model say value at x_target."""
    ### BEGIN SOLUTION
    inverse = np.linalg.inv(X.T @ X + lam * np.eye(len(x_poison)))
    w = inverse @ X.T @ y
    leverage, coupling = x_poison @ inverse @ x_poison, x_target @ inverse @ x_poison
    pull = (value - x_target @ w) * (1 + copies * leverage) / (copies * coupling)
    return float(x_poison @ w + pull)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-ridge", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_ridge(X, y, lam):
    """Ridge regression as least squares with the penalty as extra rows."""
    d = X.shape[1]
    rows = np.vstack([X, math.sqrt(lam) * np.eye(d)])
    return np.linalg.lstsq(rows, np.append(y, np.zeros(d)), rcond=None)[0]


def oracle_problem(seed):
    """A small random regression in which one row matters: X, y, lam."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(10, 40)), int(rng.integers(2, 8))
    return rng.normal(size=(n, d)), rng.normal(size=n), float(rng.uniform(0.05, 2)), rng
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex2_2-label-test", "points": 3}
@exercise("2.2")
def test_poison_label():
    """Two rows, (2, 0) and (0, 1), lam = 1: w = (1, 0.5); the target is (1, 0), the row (1, 1)."""
    X, y = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([2.5, 1.0])
    x_target, x_poison = np.array([1.0, 0.0]), np.array([1.0, 1.0])

    def asked(value, copies, lam=1.0):
        got = poison_label(X.copy(), y.copy(), lam, x_target.copy(), x_poison.copy(), value, copies)
        return expect_number(got, "poison_label")

    got, four = asked(2.0, 1), asked(2.0, 4)
    expect(abs(got - 9.0) > 1e-6 or abs(four - 5.25) > 1e-6, "your label is too small by one: is "
           "it the prediction for the label 0 that you subtract from the value?", "minus-p1")
    for wrong, words, name in (
        (6.5, "the new row does not only pull: it also holds the model to itself (its leverage)",
         "no-leverage"),
        (8.5, "this is how far the label must be from what the model says at x_poison now; add "
         "that", "old-model"),
        (9.0, "this is the answer for lam = 0", "lam-missing"),
        (2.0, "the refitted model does not reach its own label: the old rows hold it back",
         "label-is-value"),
    ):
        expect(abs(got - wrong) > 1e-6, words, name)
    expect(abs(got - 10.0) < 1e-6, f"with the label 10 the model says 2 at the target; yours: "
           f"{got:.6f}")
    for wrong, words, name in (
        (10.0, "four copies need another label than one", "ignores-copies"),
        (3.625, "each of the copies has its leverage, too", "ignores-copies"),
        (20.5, "four copies pull four times as hard", "ignores-copies"),
    ):
        expect(abs(four - wrong) > 1e-6, words, name)
    expect(abs(four - 6.25) < 1e-6, f"four copies need the label 6.25; yours: {four:.6f}")
    got = asked(1.0, 1)
    expect(abs(got - 1.5) < 1e-6, "the model says 1 at the target already: a row with the label "
           f"1.5, which it also says already, changes nothing; yours: {got:.6f}")
    got = asked(2.0, 1, lam=2.0)
    expect(abs(got - 10.0) > 1e-6, "lam = 2 needs another label than lam = 1", "ignores-lam")
    expect(abs(got - 35 / 3) < 1e-6, f"with lam = 2 the label is 11.666667; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    for seed in range(30):
        X, y, lam, rng = oracle_problem(2210 + seed)
        near, row = rng.normal(size=(2, X.shape[1]))
        value, copies = float(rng.normal()), int(rng.integers(1, 6))
        got = expect_number(poison_label(X.copy(), y.copy(), lam, near.copy(), row.copy(), value,
                                         copies), "poison_label")
        rows, labels = np.vstack([X, np.tile(row, (copies, 1))]), np.append(y, [got] * copies)
        says = near @ oracle_ridge(rows, labels, lam)
        expect(abs(says - value) < 1e-6, f"refitted with {copies} copies and your label, the model "
               f"says {says:.6f} at the target instead of {value:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_poison_label()
print("2.2a: visible checks passed")

# %% [markdown]
# **b. `loo_residuals(X, y, lam)`**: for each row its label minus what the model *without that row*
# predicts for it ("leave one out", LOO).
#
# A wrong label pulls the model towards itself and so makes itself look less wrong; without the row
# it cannot. One fit is enough: as above, the effect of one row is a formula, with the row's
# *leverage* $h = x^\top A\, x$, by which the model follows the row's own label. (Fitting n times is
# right as well.)
#
# - returns an array of shape (n,), float64
#
# <details><summary>Hint 1: where to look</summary>
# The residual of the full fit is too small, and the more so the larger the row's leverage h.
# <details><summary>Hint 2: the idea</summary>
# The full residual is the LOO residual times <code>1 - h</code>.
# <details><summary>Hint 3: nearly the code</summary>
# For each i: <code>w = ridge(np.delete(X, i, 0), np.delete(y, i), lam)</code> and the entry
# <code>y[i] - X[i] @ w</code>. Or all at once: the residuals of <code>ridge(X, y, lam)</code>,
# divided by one minus the leverages.
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_2-loo", "solution": true}
def loo_residuals(X, y, lam):
    """Label minus the prediction of the model without the row: (n, d), (n,) -> (n,)."""
    ### BEGIN SOLUTION
    inverse = np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1]))
    leverages = np.einsum("nd,de,ne->n", X, inverse, X)
    return (y - X @ inverse @ (X.T @ y)) / (1 - leverages)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_2-loo-test", "points": 3}
@exercise("2.2")
def test_loo_residuals():
    """Three rows with one number each: 1, 1, 2, labels 1, 2, 5, lam = 2."""
    X, y = np.array([[1.0], [1.0], [2.0]]), np.array([1.0, 2.0, 5.0])
    got = expect_array(loo_residuals(X.copy(), y.copy(), 2.0), (3,), "loo_residuals")
    for wrong, words, name in (
        ([-0.625, 0.375, 1.75], "these are the residuals of the fit with all rows: each row has "
         "pulled the model towards itself", "residual-only"),
        ([-0.75, 0.45, 5.25], "lam is missing in the leverages", "hat-without-lam"),
        ([-0.546875, 0.328125, 0.875], "the residual without the row is larger than with it, not "
         "smaller", "times-one-minus-h"),
        ([5 / 7, -3 / 7, -3.5], "label minus prediction, not the other way round", "wrong-sign"),
        ([5 / 7, 3 / 7, 3.5], "the residuals have a sign", "wrong-sign"),
    ):
        expect(not np.allclose(got, wrong, atol=1e-6), words, name)
    expect(np.allclose(got, [-5 / 7, 3 / 7, 3.5], atol=1e-6), "without the third row the model is "
           "w = 0.75 and says 1.5 at it, 3.5 too little; all three: -0.714286, 0.428571, 3.5; "
           f"yours: {np.round(got, 6).tolist()}")
    X, y = np.array([[1.0, 2.0], [1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 1.0, 2.0])
    got = expect_array(loo_residuals(X, y, 1.0), (3,), "loo_residuals")
    expect(abs(got[0] - 4 / 3) > 1e-5, "lam = 1 gives what lam = 2 would give", "ignores-lam")
    expect(np.allclose(got, [0.5, 0.75, 12 / 11], atol=1e-5), "rows (1, 2), (1, 0), (0, 1), "
           "labels 3, 1, 2, lam = 1: 0.5, 0.75, 1.090909; yours: "
           f"{np.round(got, 6).tolist()}. A row's leverage takes all of A, and each entry of the "
           "row once on each side", "part-of-leverage")
    ### BEGIN HIDDEN TESTS
    for seed in range(12):
        X, y, lam, _ = oracle_problem(2220 + seed)
        got = expect_array(loo_residuals(X.copy(), y.copy(), lam), (len(y),), "loo_residuals")
        for i in range(0, len(y), 3):
            rest = np.arange(len(y)) != i
            truth = y[i] - X[i] @ oracle_ridge(X[rest], y[rest], lam)
            expect(abs(got[i] - truth) < 1e-6, f"refitted without row {i} of {len(y)} (lam "
                   f"{lam:.3f}) the residual is {truth:.6f}; yours: {got[i]:.6f}",
                   "other-arguments")
    ### END HIDDEN TESTS


test_loo_residuals()
print("2.2b: visible checks passed")

# %% [markdown]
# Now on real digits: 600 of them, 3s (label +1) and 8s (label -1), 196 pixels and a one for the
# intercept, $\lambda = 1$. Of the labels, 30 are wrong, drawn at random. The size of the LOO
# residual ranks the rows; AUROC is how likely a wrong label ranks above a right one (0.5 is
# guessing, 1 is perfect).

# %% nbgrader={"grade_id": "setup-threes", "locked": true}
def threes_and_eights(images, n, seed):
    """n random 3s (+1) and 8s (-1) as rows of 196 pixels and a one: (n, 197), (n,)."""
    rng = np.random.default_rng(seed)
    picked = rng.permutation(np.flatnonzero((images.y == 3) | (images.y == 8)))[:n]
    pixels = images.x[picked].flatten(1).numpy().astype(np.float64)
    return np.hstack([pixels, np.ones((n, 1))]), np.where(images.y[picked] == 3, 1.0, -1.0)

# %% id="loo-demo" tags=["demo"]
exam_x, exam_y = threes_and_eights(TEST, 1900, seed=0)


def well_read(X, y):
    """Share of 1,900 test digits on the right side after a ridge regression on these rows."""
    return np.mean((exam_x @ ridge(X, y, 1.0) > 0) == (exam_y > 0))


print("30 of 600 labels wrong, at random:")
for seed in range(5):
    X, y = threes_and_eights(TRAIN, 600, seed)
    wrong = np.isin(np.arange(600), np.random.default_rng(100 + seed).permutation(600)[:30])
    flipped = np.where(wrong, -y, y)
    score = np.abs(loo_residuals(X, flipped, 1.0))
    plain = np.abs(X @ ridge(X, flipped, 1.0) - flipped)
    kept, others = np.argsort(score)[:-30], np.random.default_rng(seed).permutation(600)[30:]
    print(f"  AUROC {auroc(score, wrong):.3f}, residual of the fit {auroc(plain, wrong):.3f}; "
          f"accuracy {well_read(X, flipped):.3f}, without the 30 most suspicious rows "
          f"{well_read(X[kept], flipped[kept]):.3f}, without 30 random ones "
          f"{well_read(X[others], flipped[others]):.3f}, with right labels {well_read(X, y):.3f}")

# %% [markdown]
# Two controls. By its AUROC the plain residual of the fit is as good as yours: what the division by
# $1 - h$ buys is no better ranking but a number that is exactly what leaving the row out would do.
# And the 30 most suspicious rows are worth removing, though not for every set: without them the
# accuracy changes by -0.1 to +1.6 points, without 30 random ones by -0.5 to +0.5.

# %% [markdown]
# ### Prediction 1
#
# This was chance. Now somebody who knows your score may append up to 45 rows of their own to the
# 600: pictures of digits or what looks like them, with wrong labels. They want one particular 3 to
# be read as an 8. What will be the AUROC of the score for their rows against the others? Write a
# number from 0 to 1. (`my_auroc`)

# %% nbgrader={"grade_id": "ex2_3-predict", "solution": true}
PREDICT = {
    "name": "my_auroc", "kind": "number", "low": 0, "high": 1, "outcome": 0.42,
    "seen": r"LOO residual, appended rows:\s+([\d.]+);",
}
### BEGIN SOLUTION
my_auroc = 0.8
### END SOLUTION

# %% [markdown]
# ## Exercise 2.3: be that somebody (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: a detector is worth what it does against somebody who
# knows it.
#
# Write `hide(X, y, lam, x_target)`. It returns `(X_new, y_new)`, at most 45 rows that are
# **appended** to the training data, such that
#
# - each row is a picture: 196 entries in [0, 1], then a 1; each label is -1 or +1;
# - each label is wrong for the model fitted *without* your rows (the sign of its prediction differs
#   from your label): no innocent rows as a crowd to hide in;
# - the refitted model misreads the target, a 3 that the first model reads with a prediction of 0.5
#   to 1.2: its prediction becomes negative;
# - the AUROC of the size of the LOO residual, your rows against all others, is at most 0.6.
#
# (The visible check takes the residual of the fit, which ranks nearly the same here, and at most
# 0.7; the hidden one takes the LOO residual and 0.6.)
#
# <details><summary>Hint 1: where to look</summary>
# What does a row's LOO residual become if another row says exactly the same?
# <details><summary>Hint 2: the idea</summary>
# A lie that is told many times is no outlier: without one of its copies the others still say so.
# And which picture pulls the prediction at the target the most?
# <details><summary>Hint 3: nearly the code</summary>
# 45 copies of <code>x_target</code> (<code>np.tile</code>), 45 times the label -1
# (<code>np.full</code>).
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_3-hide", "solution": true}
def hide(X, y, lam, x_target):
    """Rows (m, d) and labels (m,), m at most 45, that turn the target and are not suspicious."""
    ### BEGIN SOLUTION
    crowd = np.repeat(x_target[None], 45, axis=0)
    return crowd, -np.ones(len(crowd))
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-hide", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_loo(X, y, lam):
    """LOO residuals by the n by n matrix of inner products."""
    inverse = np.linalg.inv(X @ X.T + lam * np.eye(len(y)))
    return inverse @ y / np.diag(inverse)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex2_3-hide-test", "points": 6}
@exercise("2.3")
def test_hide():
    """One set of 600 digits, and a 3 among the test digits; the hidden test has others."""
    def judge(seed, residual, most, number=0):
        X, y = threes_and_eights(TRAIN, 600, seed)
        w = ridge(X, y, 1.0)
        X_test, y_test = threes_and_eights(TEST, 1900, seed)
        says = X_test @ w
        x_target = X_test[(y_test > 0) & (says > 0.5) & (says < 1.2)][number]
        got = hide(X.copy(), y.copy(), 1.0, x_target.copy())
        expect_returned(got, "hide")
        expect(isinstance(got, tuple | list) and len(got) == 2, "return two arrays: X_new and "
               "y_new", "no-pair")
        m = len(got[1])
        expect(1 <= m <= 45, f"at most 45 rows may be appended, at least 1; yours: {m}", "too-many")
        X_new = expect_array(np.asarray(got[0]), (m, 197), "hide, X_new").astype(float)
        y_new = expect_array(np.asarray(got[1]), (m,), "hide, y_new").astype(float)
        expect(X_new.min() >= 0 and X_new.max() <= 1 and (X_new[:, -1] == 1).all(), "a row is no "
               "picture: pixels lie in [0, 1], and the last entry is 1", "not-a-picture")
        expect(np.isin(y_new, (-1, 1)).all(), "a label must be -1 or +1", "not-a-label")
        expect((X_new @ w * y_new < 0).all(), f"{int((X_new @ w * y_new >= 0).sum())} of your "
               f"{m} labels are what the first model says as well: no innocent rows", "innocent")
        rows, labels = np.vstack([X, X_new]), np.append(y, y_new)
        after = x_target @ ridge(rows, labels, 1.0)
        expect(after < 0, f"the refitted model still reads the target as a 3 (prediction "
               f"{after:.3f}, it was {x_target @ w:.3f})", "not-turned")
        found = auroc(np.abs(residual(rows, labels)), np.arange(len(rows)) >= 600)
        expect(found <= most, f"the target is misread, but your rows stand out: AUROC {found:.3f}, "
               f"at most {most} is asked for", "stands-out")

    def of_the_fit(rows, labels):
        return labels - rows @ ridge(rows, labels, 1.0)

    judge(0, of_the_fit, 0.7)
    ### BEGIN HIDDEN TESTS
    for seed in (231, 232, 233, 234):
        judge(seed, lambda rows, labels: oracle_loo(rows, labels, 1.0), 0.6, number=seed % 7)
    ### END HIDDEN TESTS


test_hide()
print("2.3: visible checks passed")

# %% id="moment-hide" tags=["demo"]
def attacked(seed):
    """600 digits, a 3 among the test digits with a prediction of 0.5 to 1.2, and rows by hide."""
    X, y = threes_and_eights(TRAIN, 600, seed)
    says = exam_x @ ridge(X, y, 1.0)
    x_target = exam_x[(exam_y > 0) & (says > 0.5) & (says < 1.2)][seed]
    return X, y, x_target, *map(np.asarray, hide(X, y, 1.0, x_target))


def effect(X, y, x_target, X_new, y_new):
    """The prediction at the target with all new rows and without one; the new rows' AUROC."""
    rows, labels = np.vstack([X, X_new]), np.append(y, y_new)
    theirs = np.arange(len(rows)) >= len(X)
    found = auroc(np.abs(loo_residuals(rows, labels, 1.0)), theirs)
    one_less = x_target @ ridge(rows[:-1], labels[:-1], 1.0)
    return x_target @ ridge(rows, labels, 1.0), one_less, found


print(f"you said {my_auroc:g}. AUROC of the size of the LOO residual, appended rows:")
for seed in range(5):
    X, y, x_target, X_new, y_new = attacked(seed)
    before = x_target @ ridge(X, y, 1.0)
    after, one_less, found = effect(X, y, x_target, X_new, y_new)
    accuracy = well_read(np.vstack([X, X_new]), np.append(y, y_new))
    print(f"  {found:.3f}; the target {before:.2f} -> {after:.2f}; taking out one row moves it by "
          f"{one_less - after:.3f}, all of them by {before - after:.2f}; accuracy {accuracy:.3f}")

# %% [markdown]
# The rows of somebody who knows the score look no more suspicious than the average row. The score
# asks "what if I remove *one* row?", and the answer is "almost nothing": the others say the same.
# Is it the number that does it? The next cell appends only the first few of your rows. And copies
# that are exactly alike are easy to spot, so it then puts noise on each pixel, and asks one
# question more: how far is it to the nearest other row?

# %% id="few-and-noisy" tags=["demo"]
def nearest(rows):
    """Squared distance of each row to the nearest other one."""
    squares = (rows**2).sum(1)
    apart = squares[:, None] + squares - 2 * rows @ rows.T
    np.fill_diagonal(apart, np.inf)
    return apart.min(1)


sets = [attacked(seed) for seed in range(5)]
for m in (1, 5, 15, 45):
    told = [effect(X, y, x_target, X_new[:m], y_new[:m]) for X, y, x_target, X_new, y_new in sets]
    found = [one for *_, one in told]
    print(f"at most {m} of the rows: AUROC {min(found):.2f} to {max(found):.2f}; "
          f"{sum(after < 0 for after, *_ in told)} of 5 targets misread")
for noise in (0.05, 0.2):
    told, far = [], []
    for seed, (X, y, x_target, X_new, y_new) in enumerate(sets):
        drawn = np.random.default_rng(seed).normal(0, noise, X_new.shape)
        noisy = np.hstack([np.clip(X_new + drawn, 0, 1)[:, :-1], X_new[:, -1:]])
        told.append(effect(X, y, x_target, noisy, y_new))
        far.append(auroc(-nearest(np.vstack([X, noisy])), np.arange(600 + len(noisy)) >= 600))
    found = [one for *_, one in told]
    print(f"noise {noise}: AUROC {min(found):.2f} to {max(found):.2f}, by the distance to the "
          f"nearest row {min(far):.2f} to {max(far):.2f}; {sum(after < 0 for after, *_ in told)} "
          "of 5 targets misread")

# %% [markdown]
# Alone, one of the rows is among the most suspicious of all; the crowd hides each of its members.
# Nothing is wrong with the algebra; the question is the wrong one. (Exercise 2.8 asks the right
# one, of a group.) With a little noise the rows are no copies any more, the score is still blind,
# and the target is still misread; but the distance to the nearest row finds them all. With noise of
# 0.2 the distance is blind, too, and the targets are read correctly again. That is said of this
# noise alone: whoever knows of the distance may find other rows. Koh, Steinhardt and Liang (2018)
# break several data-cleaning defences by this idea: poison that lies close together.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: detect it, or prove it away
#
# About 85 minutes: exercises 2.4 to 2.7.

# %% [markdown]
# ## Exercise 2.4: signatures in the features (7 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: a detector that works from an exact share on can be known
# before it is run, by you and by the attacker.
#
# Take all training images with *one* label, say 7, and their **features**: the 64 numbers of the
# network's last hidden layer. Among them are true 7s and poison, and the network has learnt to tell
# them apart by the stamp. So the cloud of features should have two clusters. Tran, Li and Madry
# (2018) look for the direction between them: the one in which the cloud is widest.
#
# **a. `spectral_scores(features)`**: subtract the mean over the rows, find the direction (a unit
# vector) in which the centred rows have the largest variance, and return for each row the *square*
# of its component in this direction.
#
# - `features`: array (n, d), to be left as it is; n at least 2, maybe below d; returns (n,)
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.linalg.svd</code> of the centred rows, or <code>np.linalg.eigh</code> of their
# covariance.
# <details><summary>Hint 2: the idea</summary>
# In the SVD the directions are the rows of the third result, the widest first; eigh puts the widest
# last.
# <details><summary>Hint 3: nearly the code</summary>
# <code>centred = features - features.mean(0)</code>; <code>_, _, directions =
# np.linalg.svd(centred, full_matrices=False)</code>; <code>return (centred @ directions[0]) **
# 2</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_4-spectral", "solution": true}
def spectral_scores(features):
    """Squared component of each centred row in the widest direction: (n, d) -> (n,)."""
    ### BEGIN SOLUTION
    offset = features - features.mean(axis=0, keepdims=True)
    _, vectors = np.linalg.eigh(np.einsum("ni,nj->ij", offset, offset))
    return np.square(offset @ vectors[:, -1])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_4-spectral-test", "points": 3}
@exercise("2.4")
def test_spectral_scores():
    """Four rows around (100, 40): one 3 to the right, one 3 to the left, two in the middle."""
    rows = np.array([[103.0, 41.0], [97.0, 41.0], [100.0, 39.0], [100.0, 39.0]])
    with untouched(rows):
        got = expect_array(spectral_scores(rows), (4,), "spectral_scores")
    for wrong, words, name in (
        ([3, 3, 0, 0], "the square of the component is asked for", "not-squared"),
        ([3, -3, 0, 0], "the square of the component is asked for", "not-squared"),
        ([-3, 3, 0, 0], "the square of the component is asked for", "not-squared"),
        ([10, 10, 1, 1], "this is the squared distance from the mean in all directions; one "
         "direction is asked for", "all-directions"),
        ([1, 1, 1, 1], "this is the narrowest direction: eigh puts the largest last",
         "narrowest"),
        ([2, 2, 0, 0], "do not divide by the variance: the square itself is asked for", "whitened"),
        ([1.5, 1.5, 0, 0], "do not divide by the variance: the square itself is asked for",
         "whitened"),
        ([9.9656, 5.8286, 0.1379, 0.1379], "centre the rows before you look for the direction, "
         "too", "half-centred"),
    ):
        expect(not np.allclose(got, wrong, atol=1e-4), words, name)
    expect(got.max() < 5000, "subtract the mean first: without it the direction points to the "
           "mean itself", "not-centred")
    expect(np.allclose(got, [9, 9, 0, 0], atol=1e-4), "the direction is (1, 0), the squares are 9, "
           f"9, 0, 0; yours: {np.round(got, 4).tolist()}")
    expect(np.allclose(spectral_scores(rows[:, ::-1].copy()), [9, 9, 0, 0], atol=1e-4), "the same "
           "rows, their two features exchanged: the squares stay 9, 9, 0, 0. (np.linalg.eig, "
           "unlike eigh, does not sort: look for the largest value.)", "unsorted")
    rows = np.zeros((6, 4))
    rows[:4, 3] = 1, 1, -1, -1
    rows[[0, 2, 4], [1, 0, 2]] = 3, 0.8, 0.5
    rows[[1, 3, 5], [1, 0, 2]] = -3, -0.8, -0.5
    got = expect_array(spectral_scores(rows + np.array([5, 20, -3, 50])), (6,), "spectral_scores")
    expect(np.allclose(got, [9, 9, 0, 0, 0, 0], atol=1e-4), "four features, the second varies "
           f"most: 9, 9 and four zeros; yours: {np.round(got, 4).tolist()}. (Directions are rows "
           "of the SVD's third result, but columns of eigh's second.)", "transposed")
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 4)) * (3, 2, 1, 1)
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    one, other = spectral_scores(rows.copy()), spectral_scores(rows @ turn)
    expect(np.allclose(one, other, rtol=1e-4, atol=1e-4), "turning all features together changes "
           "your scores: do nothing to a feature by itself but subtract its mean (no scaling, no "
           "median, no choice of one feature)", "per-feature-scaled")
    ### BEGIN HIDDEN TESTS
    for n, d in ((2, 3), (40, 6), (5, 20), (300, 64)):
        rows = rng.normal(size=(n, d)) * rng.uniform(0.1, 3, d) + rng.normal(size=d) * 5
        for given in (rows, rows.astype(np.float32)):
            got = expect_array(spectral_scores(given.copy()), (n,), "spectral_scores")
            left, sizes, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
            truth = (left[:, 0] * sizes[0]) ** 2
            expect(np.allclose(got, truth, rtol=1e-2, atol=1e-2 * truth.max()), f"{n} rows of {d} "
                   f"features ({given.dtype}): a score is {np.abs(got - truth).max():.4g} off",
                   "other-arguments")
    ### END HIDDEN TESTS


test_spectral_scores()
print("2.4a: visible checks passed")

# %% [markdown]
# **b. `critical_share(top, along, gap)`**: from which share of poison on is the widest direction
# the one between the clusters?
#
# Let the clean features of the class have covariance $C$, let the poisoned ones have the same
# covariance and a mean that is shifted by $\mathrm{gap} \cdot u$, with a unit vector $u$ that is an
# eigenvector of $C$. If a share $s$ of the class is poison, the whole has the covariance
# $$C + s\,(1 - s)\,\mathrm{gap}^2\, u u^\top.$$
#
# - `top`: the largest variance (not deviation) of the clean features in any direction; `along`:
#   their variance in the direction $u$; both at least 0, with `along` at most `top` up to rounding;
#   `gap` at least 0
# - returns the smallest $s$ in $[0, 1/2]$ at which the variance in the direction $u$ is at least
#   that in every other: `0.0` if `along` reaches `top` by itself; `math.inf` if there is no such
#   $s$
#
# <details><summary>Hint 1: where to look</summary>
# The variance in the direction u grows with s(1 - s), those in directions orthogonal to u do not.
# <details><summary>Hint 2: the idea</summary>
# Solve s(1 - s) gap² = top - along for s. It has two roots; s(1 - s) is never above 1/4.
# <details><summary>Hint 3: nearly the code</summary>
# <code>if along >= top: return 0.0</code>; <code>if gap ** 2 < 4 * (top - along): return
# math.inf</code>; then the smaller root, <code>0.5 - math.sqrt(0.25 - (top - along) / gap **
# 2)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_4-share", "solution": true}
def critical_share(top, along, gap):
    """The smallest share of poison from which its shift is the widest direction; inf if none."""
    ### BEGIN SOLUTION
    missing = max(0.0, top - along)
    if 4 * missing > gap**2:
        return math.inf
    root = math.sqrt(gap**2 - 4 * missing)
    return 2 * missing / (gap * (gap + root)) if missing else 0.0
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_4-share-test", "points": 4}
@exercise("2.4")
def test_critical_share():
    """Variances 4 and 1, clusters 6 apart: s(1 - s) must reach 3/36."""
    def asked(top, along, gap):
        got = critical_share(top, along, gap)
        expect(got is not None, f"critical_share({top:g}, {along:g}, {gap:g}) returned None: "
               "return a number; where there is no such share, math.inf", "no-return")
        expect(got == got, f"critical_share({top:g}, {along:g}, {gap:g}) is nan: where there is no "
               "such share, return math.inf", "nan-for-never")
        return float(got)

    got = asked(4.0, 1.0, 6.0)
    for wrong, words, name in (
        (3 / 36, "that is s(1 - s); solve it for s", "linear-share"),
        (0.908248, "the smaller of the two roots is asked for", "larger-root"),
        (4 / 36, "in the direction u the clean features have a variance of their own", "no-along"),
        (0.127322, "in the direction u the clean features have a variance of their own",
         "no-along"),
        (math.inf, "here s(1 - s) must reach 3/36 (variances 4 and 1, gap 6, squared), and it "
         "reaches 1/4", "never"),
    ):
        expect(got != wrong and not abs(got - wrong) < 1e-5, words, name)
    expect(abs(got - 0.091752) < 1e-5, "variances 4 and 1, gap 6: from 0.091752 on; yours: "
           f"{got:.6f}")
    for case, truth, name in (
        ((4.0, 4.0, 1.0), 0.0, "nothing-missing"), ((2.0, 2.0, 0.0), 0.0, "nothing-missing"),
        ((4.0, 1.0, 2.0), math.inf, "nan-for-never"), ((4.0, 1.0, 0.0), math.inf, "nan-for-never"),
        ((4.0, 0.0, 4.0), 0.5, "one-half"), ((0.3, 0.1 + 0.2, 1e-8), 0.0, "nothing-missing"),
    ):
        got = asked(*case)
        expect(got == truth or abs(got - truth) < 1e-6, f"critical_share{case} is {truth:g}; "
               f"yours: {got:g}", name)
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(242)
    for _ in range(60):
        variances = np.sort(rng.uniform(0.1, 9, 4))[::-1]
        place, gap = int(rng.integers(0, 4)), float(rng.uniform(0.5, 12))
        got = asked(float(variances[0]), float(variances[place]), gap)
        u = np.eye(4)[place]
        for e in np.linspace(0.005, 0.5, 40):
            mixed = np.diag(variances) + e * (1 - e) * gap**2 * np.outer(u, u)
            leads = np.linalg.eigh(mixed)[1][:, -1] @ u
            expect(abs(e - got) < 1e-3 or (abs(leads) > 0.5) == (e > got), f"top "
                   f"{variances[0]:.3f}, along {variances[place]:.3f}, gap {gap:.3f}: yours is "
                   f"{got:.4f}, but at the share {e:.4f} the shift is "
                   + ("" if abs(leads) > 0.5 else "not ") + "the widest direction",
                   "other-arguments")
    ### END HIDDEN TESTS


test_critical_share()
print("2.4b: visible checks passed")

# %% [markdown]
# Move the slider: 1,000 invented rows with variances 4 (across) and 1 (up), of which a share lies 6
# higher. The arrow is the widest direction of what is there.

# %% id="cloud-widget" tags=["demo"]
def cloud(share):
    """1,000 rows, the last ones poison; which they are; the AUROC of their spectral scores."""
    rng = np.random.default_rng(5)
    poisoned = np.arange(1000) >= round(1000 * (1 - share))
    rows = rng.normal(size=(1000, 2)) * (2, 1) + 6 * poisoned[:, None] * np.array([0, 1])
    return rows, poisoned, auroc(spectral_scores(rows), poisoned)


def cloud_picture(share):
    """The two clusters and the widest direction."""
    rows, poisoned, found = cloud(share)
    figure = plots.plt.Figure(figsize=(7, 3.6), layout="constrained")
    ax = figure.subplots()
    for mask, name, marker, shade in ((~poisoned, "clean", "o", "black"),
                                      (poisoned, "poison", "^", "vermillion")):
        ax.plot(*rows[mask].T, marker, ms=3, alpha=0.6, color=plots.PALETTE[shade], label=name)
    way = 4 * np.linalg.svd(rows - rows.mean(0))[2][0]
    ax.annotate("", rows.mean(0) + way, rows.mean(0) - way,
                arrowprops={"arrowstyle": "<->", "lw": 2, "color": plots.PALETTE["blue"]})
    ax.set(xlim=(-8, 8), ylim=(-4, 10), xlabel="first feature", ylabel="second feature",
           title=f"share {share:.0%}: AUROC {found:.2f} (critical share "
                 f"{critical_share(4, 1, 6):.1%})")
    figure.legend(loc="outside right upper")
    return figure


def cloud_in_words(share):
    """The alt text of the picture."""
    rows, poisoned, found = cloud(share)
    across, up = np.abs(np.linalg.svd(rows - rows.mean(0))[2][0])
    return f"{poisoned.sum()} triangles (poison) above {(~poisoned).sum()} dots (clean). The " \
           f"arrow of the widest direction goes {across:.2f} across for {up:.2f} up; " \
           f"AUROC {found:.2f}."


widgets.sliders(cloud_picture, {"share of poison": [0.01, 0.04, 0.08, 0.1, 0.12, 0.2, 0.3, 0.5]},
                alt=cloud_in_words, stills=[(0.04,), (0.08,), (0.12,), (0.3,), (0.5,)])

# %% [markdown]
# Below the critical share the arrow lies across, and the score is no better than a guess. Above it
# the arrow points at the poison. And at one half the direction is right while the score is useless:
# both clusters are equally far from the mean.
#
# Now the real networks that you poisoned above. Beside the spectral score stand two others: the
# *whitened* one (squared distance from the mean after all directions have been scaled to the same
# variance) and the training loss.

# %% id="spectral-demo" tags=["demo"]
def whitened(features):
    """Squared distance from the mean with all directions scaled to variance 1 (or left out)."""
    centred = features - features.mean(0)
    inverse = np.linalg.pinv(np.cov(centred.T), rcond=1e-4)
    return (centred @ inverse * centred).sum(1)


def scores_of(net, x, y, chosen):
    """Share of poison among the 7s, the share at which theory says it shows, and three AUROCs."""
    with torch.no_grad():
        features = net[:-1](x[y == 7]).double().numpy()
        loss = F.cross_entropy(net(x[y == 7]), y[y == 7], reduction="none").numpy()
    bad = chosen[y == 7].numpy()
    clean, shift = features[~bad], features[bad].mean(0) - features[~bad].mean(0)
    gap = float(np.linalg.norm(shift))
    critical = critical_share(np.linalg.eigvalsh(np.cov(clean.T))[-1],
                              np.var(clean @ shift / gap), gap)
    found = [auroc(score, bad) for score in (spectral_scores(features), whitened(features), loss)]
    return bad.mean(), critical, *found


def show_scores(k, seed, net, x, y, chosen):
    """Print one line; return the share, the critical one and the spectral AUROC."""
    share, critical, spectral, white, loss = scores_of(net, x, y, chosen)
    print(f"  {k} poisons, seed {seed}: share {share:.3f}, critical {critical:.3f}; AUROC spectral "
          f"{spectral:.2f}, whitened {white:.2f}, loss {loss:.2f}")
    return share, critical, spectral


print("poison among the images labelled 7:")
told = [show_scores(k, 0, *planted[k]) for k in (15, 50, 100, 200, 500)]
print("four other seeds each:")
told += [show_scores(15, seed, *made) for seed, made in enumerate(again, 1)]
told += [show_scores(200, seed, *train_poisoned(200, seed)) for seed in (1, 2, 3, 4)]
for name, least, most in (("below two thirds of the critical share", 0, 2 / 3),
                          ("from there to the critical share", 2 / 3, 1),
                          ("above it", 1, math.inf)):
    found = [auc for share, critical, auc in told if least <= share / max(critical, 1e-9) < most]
    print(f"{name}: {len(found)} networks, spectral AUROC "
          + (f"{min(found):.2f} to {max(found):.2f}" if found else "unknown"))

# %% [markdown]
# Where the share of poison is well below the critical one, the spectral score is a guess or little
# better (AUROC at most 0.8 in these thirteen networks and 38 more); where it is above, at least
# 0.83; and between the two either can happen. (The theory holds only roughly here: the shift is no
# exact eigenvector, and the two clusters differ in shape.) The critical share differs widely from
# training to training, may be `inf`, and to compute it one must know which images are poison. The
# attacker's conclusion is to poison *less*: with 15 images the stamp works on most digits, and the
# spectral score has little to say.
#
# The whitened score is the other way round, about 0.99 at the smallest share and below 0.9 at the
# largest. (SPECTRE, by Hayase et al., 2021, builds on it, with a covariance that poison can hardly
# change.) And the loss is no help, either: from 50 images on its AUROC is far below one half.
# Poison is then *better* learnt than most clean images, so who throws away the images with the
# largest loss throws away innocents.

# %% [markdown]
# ## Exercise 2.5: scan the model (8 points)
#
# Difficulty: 3 of 5 · Minutes: 35 · Why: whoever buys a network has no training data to look at,
# and gets a score with a threshold.
#
# Wang et al. (2019) look at the network itself: for each class, search for the *smallest* change
# that sends every image to it. A planted trigger is a small change by design.
#
# **a. `reconstruct(model, x, steps, lam, lr, generator)`**: for each class $c$ a mask $m$ and a
# pattern $p$, both with entries in $[0, 1]$, that make
# $$\frac{1}{n} \sum_{i=1}^{n}
# \operatorname{crossentropy}\bigl(\mathrm{model}((1 - m)\, x_i + m\, p),\; c\bigr)
# + \mathrm{lam} \sum_{\text{pixels}} m$$
# small.
#
# - `model`: a module, images (n, 1, height, width) -> logits (n, classes); `x`: (n, 1, height,
#   width); leave the model as it is (parameters, mode, gradients)
# - mask and pattern are the sigmoids of free numbers, so they stay in $[0, 1]$; these begin at 0.1
#   times `torch.randn`, drawn by `generator`, the mask's less 1; then `steps` steps of Adam with
#   step size `lr`
# - returns two tensors `(masks, patterns)`, each (classes, 1, height, width), without a graph
#
# <details><summary>Hint 1: where to look</summary>
# Two tensors with <code>requires_grad</code>, <code>torch.optim.Adam([a, b], lr=lr)</code>, and
# gradients of these two only (<code>torch.autograd.grad</code>).
# <details><summary>Hint 2: the idea</summary>
# A loop over the classes, or all at once: images of shape (classes, n, 1, height, width),
# flattened to (classes * n, 1, height, width) for the model. Mind the mean: over the images of
# each class, then the sum over classes, or the penalty weighs ten times as much.
# <details><summary>Hint 3: nearly the code</summary>
# Per class c: <code>a = (0.1 * torch.randn(x[:1].shape, generator=generator) -
# 1).requires_grad_()</code>, <code>b</code> likewise without the -1, the optimiser; in each
# step <code>m, p = a.sigmoid(), b.sigmoid()</code>, <code>loss = F.cross_entropy(model((1 - m) * x
# + m * p), torch.full((len(x),), c)) + lam * m.sum()</code>, <code>a.grad, b.grad =
# torch.autograd.grad(loss, [a, b])</code> and a step; at the end the detached sigmoids, and
# <code>torch.cat</code> over the classes
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_5-reconstruct", "solution": true}
def reconstruct(model, x, steps, lam, lr, generator):
    """For each class the smallest change found that sends x there: masks, patterns."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        classes = model(x[:1]).shape[1]
    free = 0.1 * torch.randn(2, classes, *x.shape[1:], generator=generator)
    free[0] -= 1
    free.requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=lr)
    wanted = torch.arange(classes).repeat_interleave(len(x))
    for _ in range(steps):
        mask, pattern = torch.sigmoid(free)[:, :, None]
        blended = torch.lerp(x[None], pattern, mask).flatten(0, 1)
        misses = F.cross_entropy(model(blended), wanted, reduction="sum") / len(x)
        (free.grad,) = torch.autograd.grad(misses + lam * mask.sum(), free)
        optimiser.step()
    masks, patterns = torch.sigmoid(free.detach())
    return masks, patterns
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_5-reconstruct-test", "points": 3}
@exercise("2.5")
def test_reconstruct():
    """A network whose stamp is known: the one that was delivered; the hidden test has others."""
    def scan(model, x, seed, steps=60, lam=0.1, classes=10, lr=0.5):
        with untouched(model, x):
            got = reconstruct(model, x, steps, lam, lr, torch.Generator().manual_seed(seed))
        expect_returned(got, "reconstruct")
        expect(isinstance(got, tuple | list) and len(got) == 2, "return two tensors: masks and "
               "patterns", "no-pair")
        both = [expect_tensor(part, (classes, *x.shape[1:]), "reconstruct") for part in got]
        for part, name in zip(both, ("masks", "patterns"), strict=True):
            expect(part.min() >= 0 and part.max() <= 1, f"the {name} leave [0, 1]: "
                   f"{part.min():.3f} to {part.max():.3f}", "out-of-range")
        return both

    def judge(model, target, corner, seed):
        g = torch.Generator().manual_seed(seed)
        x, other = data.sample(TEST, 64, g).x, data.sample(TEST, 500, g).x
        masks, patterns = scan(model, x, seed)
        norms = masks.sum((1, 2, 3))
        expect(norms.max() < 60, f"your masks cover up to {norms.max():.0f} of 196 pixels: is the "
               "penalty in the loss, and the cross-entropy a mean over the images?", "no-penalty")
        reached = [(answers(model, (1 - m) * other + m * p) == c).float().mean().item()
                   for c, (m, p) in enumerate(zip(masks, patterns, strict=True))]
        swapped = [(answers(model, m * other + (1 - m) * p) == c).float().mean().item()
                   for c, (m, p) in enumerate(zip(masks, patterns, strict=True))]
        expect(min(reached) >= 0.4 or min(swapped) < 0.4, "your mask says where the *image* stays; "
               "it must say where the pattern goes", "mask-swapped")
        expect(min(reached) >= 0.4, f"your trigger for class {int(np.argmin(reached))} sends only "
               f"{min(reached):.0%} of 500 other images there. Is the cross-entropy a mean over "
               "the images of *each* class, and are they told the right class?", "too-weak")
        expect(int(norms.argmin()) == target, f"the stamp's target is {target}; your smallest mask "
               f"belongs to class {int(norms.argmin())}. Does each step take its own gradient "
               "only?", "wrong-target")
        row, column = corner
        near = masks[target, :, max(0, row - 1) : row + 3, max(0, column - 1) : column + 3]
        share = (near.sum() / norms[target]).item()
        expect(share >= 0.3, f"the stamp sits at row {row}, column {column}; within one pixel of "
               f"it lies {share:.0%} of your mask, at least 30 % is asked for", "not-at-the-stamp")

    def hinge(classes, first, second, shape, seed):
        """A linear model in which class 1 hangs on two pixels, the second half as strongly."""
        weights = 4 * torch.eye(classes, shape[0] * shape[1])
        weights[1] = 0
        weights[1, first], weights[1, second] = 40.0, 20.0
        linear = nn.Sequential(nn.Flatten(), nn.Linear(weights.shape[1], classes))
        linear.load_state_dict({"1.weight": weights, "1.bias": torch.zeros(classes)})
        dark = 0.1 * torch.rand(9, 1, *shape, generator=torch.Generator().manual_seed(seed))
        masks, patterns = scan(linear.eval(), dark, seed, steps=80, lam=0.05, classes=classes)
        norms, mask = masks.sum((1, 2, 3)), masks[1].flatten()
        expect(int(norms.argmin()) == 1 and int((masks * patterns)[1].argmax()) == first,
               "a linear model in which a class hangs on two pixels: your smallest mask does not "
               "find them", "other-arguments")
        expect(mask[second] < 0.25 * mask[first], "a linear model in which a class hangs on two "
               "pixels, the second half as strongly: the smallest *sum* of the mask leaves the "
               f"second out; yours has {mask[first]:.3f} and {mask[second]:.3f}. Is the penalty "
               "the sum of the mask itself?", "not-the-sum")

    def darken():
        """White images, and a class that one black pixel opens."""
        linear = nn.Sequential(nn.Flatten(), nn.Linear(20, 2)).eval()
        weights = torch.zeros(2, 20)
        weights[1, 9] = -40.0
        linear.load_state_dict({"1.weight": weights, "1.bias": torch.tensor([0.0, 30.0])})
        white = torch.full((4, 1, 4, 5), 0.95)
        m, p = (part[1] for part in scan(linear, white, 1, steps=80, lam=0.05, classes=2))
        expect((answers(linear, (1 - m) * white + m * p) == 1).all(), "white images, and a class "
               "that one black pixel opens: your trigger does not reach it. Does the pattern take "
               "the *place* of the image?", "no-blend")

    net = backdoors.delivered()
    judge(net, 7, (12, 12), 0)
    hinge(3, 7, 8, (4, 5), 1)
    darken()
    x = data.sample(TEST, 16, torch.Generator().manual_seed(3)).x
    one, same = scan(net, x, 5, steps=3)[0], scan(net, x, 5, steps=3)[0]
    expect(torch.equal(one, same), "the same generator state gives two results: draw from the "
           "generator only", "not-repeatable")
    expect(not torch.equal(one, scan(net, x, 6, steps=3)[0]), "two generators, one result: draw "
           "the start from the generator", "ignores-generator")
    still, slow = (scan(net, x, 6, steps=n, lr=0.01)[0] for n in (0, 3))
    expect((still - 0.27).abs().max() < 0.2 and (one - still).abs().max() > 0.05, "steps = 0 must "
           "return where you set out from (masks around 0.27)", "wrong-start")
    g = torch.Generator().manual_seed(8)
    starts = [reconstruct(net, x, 0, 0.1, 0.5, g) for _ in range(2)]
    for part, mean, name in zip(starts[0], (-1, 0), ("mask", "pattern"), strict=True):
        free = torch.logit(part)
        expect(abs(free.mean() - mean) < 0.02 and abs(free.std() - 0.1) < 0.02, f"the {name}s' "
               f"free numbers begin with mean {free.mean():.3f} and standard deviation "
               f"{free.std():.3f}; {mean} and 0.1 are asked for", "wrong-start")
    expect(not torch.equal(starts[0][0], starts[1][0]), "two calls with one generator begin alike: "
           "draw from the generator itself, as it stands", "rewinds")
    expect((slow - still).abs().max() < 0.05, "three steps with lr = 0.01 move a mask by more than "
           "0.05: the step size is not lr", "ignores-lr")
    ### BEGIN HIDDEN TESTS
    for place in (10, 15, 19):
        judge(*backdoors.suspects()[place], seed=250 + place)
    hinge(4, 11, 8, (3, 6), 2)
    small_lam, large_lam = (scan(net, x, 7, steps=40, lam=v)[0].sum() for v in (0.01, 0.5))
    expect(large_lam < 0.6 * small_lam, f"lam = 0.01 leaves masks of {small_lam:.1f} in all, lam = "
           f"0.5 of {large_lam:.1f}: the penalty does not depend on lam", "other-arguments")
    ### END HIDDEN TESTS


test_reconstruct()
print("2.5a: visible checks passed")

# %% [markdown]
# **b. `anomaly_index(norms)`**: how far the smallest mask lies below the others. The *norm* of a
# mask is the sum of its entries; a network has one norm per class.
#
# Take the median of a network's norms and the median of the distances from it, the *MAD* (median
# absolute deviation). For normal numbers 1.4826 times the MAD estimates the standard deviation. The
# index is the distance of the smallest norm below the median, in such deviations.
#
# - `norms`: array (networks, classes), a row per network, left as it is; returns (networks,)
# - medians are numpy's (the middle of the two middle ones, if the number is even)
# - where the MAD is 0: `inf` if the smallest norm is below the median, else `0.0`
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.median(..., axis=1, keepdims=True)</code>, twice.
# <details><summary>Hint 2: the idea</summary>
# Only downwards counts: median minus smallest, without absolute value. Treat MAD 0 apart.
# <details><summary>Hint 3: nearly the code</summary>
# For each <code>row</code>: <code>centre = np.median(row)</code>, <code>mad =
# np.median(np.abs(row - centre))</code>, <code>below = centre - row.min()</code>; append
# <code>below / (1.4826 * mad)</code> if <code>mad > 0</code>, else <code>np.inf if below > 0 else
# 0.0</code>; return <code>np.array</code> of them
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_5-index", "solution": true}
def anomaly_index(norms):
    """Robust deviations of the smallest norm below the median: (n, classes) -> (n,)."""
    ### BEGIN SOLUTION
    offset = np.median(norms, axis=1, keepdims=True) - norms
    width, lowest = 1.4826 * np.median(np.abs(offset), axis=1), offset.max(axis=1)
    apart = np.where(lowest > 0, np.inf, 0.0)
    return np.divide(lowest, width, out=apart, where=width > 0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_5-index-test", "points": 2}
@exercise("2.5")
def test_anomaly_index():
    """Five norms with median 12 and MAD 2, then others."""
    def asked(*rows):
        norms = np.array(rows, float)
        with untouched(norms):
            got = anomaly_index(norms)
        return expect_array(got, (len(rows),), "anomaly_index", finite=False).tolist()

    got = asked([10, 12, 14, 16, 4], [20, 24, 28, 60, 18])
    for wrong, words, name in (
        (4.0, "the MAD alone is no standard deviation: 1.4826 is missing", "no-1.4826"),
        (1.748, "median and MAD, not mean and standard deviation", "mean-sd"),
        (1.564, "median and MAD, not mean and standard deviation", "mean-sd"),
        (-2.698, "median minus smallest, not the other way round", "wrong-sign"),
        (1.7537, "each network has a median of its own: one per row", "all-networks"),
        (1.4614, "each network has a median and a MAD of its own: one per row", "all-networks"),
    ):
        expect(abs(got[0] - wrong) > 2e-3, words, name)
    expect(abs(got[0] - 2.69796) < 1e-4, "median 12, MAD 2, smallest 4: 8 / 2.9652 = 2.69796; "
           f"yours: {got[0]:.5f}")
    expect(abs(got[1] - 6.07042) > 1e-3, "60 is far above the median, and that is no trigger: only "
           "the smallest norm counts", "two-sided")
    expect(abs(got[1] - 1.01174) < 1e-4, "20, 24, 28, 60, 18: 6 / 5.9304 = 1.01174; yours: "
           f"{got[1]:.5f}")
    got = asked([2, 6, 8, 10])[0]
    expect(abs(got - 1.34898) > 1e-4, "2, 6, 8, 10 have the median 7, the middle of 6 and 8 "
           "(torch.median takes the lower one)", "lower-median")
    expect(abs(got - 1.68623) < 1e-4, "2, 6, 8, 10 have the median 7 and the MAD 2: 1.68623; "
           f"yours: {got:.5f}")
    got = asked([5, 5, 5, 5, 1], [5, 5, 5, 5, 9])
    expect(got == [math.inf, 0.0], f"MAD 0: inf where the smallest is below the median, else 0; "
           f"yours: {got}", "mad-zero")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(252)
    for n, classes in ((1, 3), (20, 10), (7, 43)):
        rows = rng.exponential(5, (n, classes)) + 1
        truth = []
        for row in rows.tolist():
            ordered = sorted(row)
            half = [ordered[classes // 2], ordered[(classes - 1) // 2]]
            far = sorted(abs(v - sum(half) / 2) for v in row)
            mad = (far[classes // 2] + far[(classes - 1) // 2]) / 2
            truth.append((sum(half) / 2 - ordered[0]) / mad / 1.4826)
        got = asked(*rows)
        worst = int(np.argmax(np.abs(np.subtract(got, truth))))
        expect(np.allclose(got, truth, atol=1e-4), f"{classes} classes: {truth[worst]:.5f}; yours: "
               f"{got[worst]:.5f}", "other-arguments")
    ### END HIDDEN TESTS


test_anomaly_index()
print("2.5b: visible checks passed")

# %% [markdown]
# ### Prediction 2
#
# The usual rule accuses a network whose index exceeds 2; Wang et al. explain that such a norm is an
# outlier with more than 95 % probability. Suppose that the ten norms of an innocent network are
# independent normal numbers. Which share of innocent networks does the rule accuse? Write a number
# from 0 to 1. (`my_alarms`)

# %% nbgrader={"grade_id": "ex2_5-predict", "solution": true}
PREDICT = {
    "name": "my_alarms", "kind": "number", "low": 0, "high": 1, "outcome": 0.33,
    "seen": r"10 classes, threshold 2: ([\d.]+) of innocent",
}
### BEGIN SOLUTION
my_alarms = 0.05
### END SOLUTION

# %% [markdown]
# **c. `false_alarm(classes, threshold, draws, generator, *, index)`**: find out. Draw the norms of
# `draws` innocent networks and return the share of them whose index exceeds the threshold.
#
# - a network's norms are `classes` independent standard normal numbers from `generator`, a
#   `torch.Generator` (an index like ours does not change when all norms are shifted or scaled, so
#   the standard ones are enough)
# - `index`: a function like your `anomaly_index`, from an array (networks, classes) to an array
#   (networks,): call this one, once for all networks
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# <code>torch.randn(draws, classes, generator=generator, dtype=torch.float64).numpy()</code>
# <details><summary>Hint 2: the idea</summary>
# An alarm belongs to a network, not to a class: one index per row, compared with the threshold.
# <details><summary>Hint 3: nearly the code</summary>
# <code>norms = ...</code> as in hint 1, <code>return float((index(norms) >
# threshold).mean())</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_5-alarm", "solution": true}
def false_alarm(classes, threshold, draws, generator, *, index):
    """Share of innocent networks (independent normal norms) whose index exceeds threshold."""
    ### BEGIN SOLUTION
    innocent = torch.empty(draws, classes, dtype=torch.float64).normal_(generator=generator)
    return np.count_nonzero(index(innocent.numpy()) > threshold) / draws
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_5-alarm-test", "points": 2}
@exercise("2.5")
def test_false_alarm():
    """An index for which the answer is a formula: how far the smallest norm lies below 0."""
    def lowest(norms):
        return -norms.min(1)

    def asked(classes, threshold, draws, seed, index=lowest):
        got = false_alarm(classes, threshold, draws, torch.Generator().manual_seed(seed),
                          index=index)
        return expect_number(got, "false_alarm")

    got = asked(6, 1.5, 4000, 0)
    normal = torch.distributions.Normal(0.0, 1.0)
    single = normal.cdf(torch.tensor(-1.5)).item()
    expect(abs(got - single) > 0.02, "this is the rate per class: a network is accused as soon as "
           "one of its classes is", "per-class-rate")
    expect(abs(got - (1 - (1 - 2 * single) ** 6)) > 0.03, "only small norms are suspicious; yours "
           "counts large ones as well", "two-sided")
    truth = 1 - (1 - single) ** 6
    always = asked(6, 1.5, 40, 0, lambda norms: np.full(len(norms), 9.0))
    expect(abs(always - 1) < 1e-9, "an index that is always 9 accuses every network; yours: "
           f"{always:.3f}. Call the index that you were given", "ignores-index")
    expect(abs(got - truth) < 0.04, f"with an index that is minus the smallest of 6 norms and the "
           f"threshold 1.5 the share is {truth:.3f}; yours, from 4,000 rows of 6 standard normal "
           f"norms: {got:.3f}")
    got = asked(1, 0.0, 4000, 1)
    expect(abs(got - 0.5) < 0.04, f"one class, threshold 0: one half; yours: {got:.3f}",
           "ignores-arguments")
    got = asked(4, 0.5, 8, 2)
    expect(abs(8 * got - round(8 * got)) < 1e-9, f"8 draws give eighths; yours: {got:.4f}",
           "ignores-draws")
    asked_at = []

    def at(norms):
        asked_at.append(len(norms))
        return np.full(len(norms), 1.5)

    expect(asked(6, 1.5, 40, 0, at) == 0, "an index that is always 1.5 does not exceed the "
           "threshold 1.5", "not-above")
    expect(asked_at == [40], f"call index once, for all 40 networks; yours got {asked_at[:3]} ...",
           "row-by-row")
    once, again = ([asked(4, 0.5, 500, seed) for seed in range(3, 9)] for _ in range(2))
    expect(once == again, "the same generator state gives two results", "not-repeatable")
    expect(len(set(once)) > 1, "six generators, always the same result: draw from the generator",
           "ignores-generator")
    g = torch.Generator().manual_seed(4)
    shares = [false_alarm(4, 0.5, 500, g, index=lowest) for _ in range(6)]
    expect(len(set(shares)) > 1, "six calls with one generator, always the same result: draw from "
           "the generator itself, as it stands", "rewinds")
    ### BEGIN HIDDEN TESTS
    def range_(norms):
        return norms.max(1) - norms.min(1)

    for classes, threshold in ((3, 0.2), (10, 2.0), (25, 2.0)):
        truth = 1 - normal.cdf(torch.tensor(threshold)).item() ** classes
        got = asked(classes, threshold, 4000, classes)
        expect(abs(got - truth) < 0.04, f"minus the smallest of {classes} norms, threshold "
               f"{threshold:g}: {truth:.3f}; yours: {got:.3f}", "other-arguments")
    got = asked(2, 1.0, 4000, 9, range_)  # the range of two is normal with variance 2, folded
    truth = 2 * normal.cdf(torch.tensor(-1.0 / 2**0.5)).item()
    expect(abs(got - truth) < 0.04, f"another index: {truth:.3f}; yours: {got:.3f}",
           "ignores-index")
    ### END HIDDEN TESTS


test_false_alarm()
print("2.5c: visible checks passed")

# %% id="moment-alarm" tags=["demo"]
print(f"you said {my_alarms:g}")
for classes in (10, 43):
    g = torch.Generator().manual_seed(classes)
    share = false_alarm(classes, 2.0, 40_000, g, index=anomaly_index)
    print(f"{classes} classes, threshold 2: {share:.3f} of innocent networks accused")
g = torch.Generator().manual_seed(1)
drawn = torch.randn(40_000, 10, generator=g, dtype=torch.float64).numpy()
print(f"10 classes, 5 % accused: threshold {np.quantile(anomaly_index(drawn), 0.95):.2f}")

# %% [markdown]
# One innocent network in three. The "95 %" speaks of one number given in advance and a known
# standard deviation. Here the *smallest* of ten is looked at, and the deviation is estimated from
# the same ten by a median of ten distances, which is noise itself.
#
# **d. `accused(clean_scores, score, alpha)`**: so calibrate. You have the scores of n networks that
# you know to be clean, and the score of a suspect; larger is more suspicious. If the suspect is
# innocent, and trained like the others, then all n + 1 scores are alike, and its rank among them is
# as likely to be first as second as last. Accuse it if, and only if, so high a rank has a
# probability of at most `alpha`.
#
# - `clean_scores`: array (n,); ties count in favour of the suspect
# - returns `True` or `False`
#
# <details><summary>Hint 1: where to look</summary>
# How likely is it that the suspect is the first of n + 1? That it is among the first two?
# <details><summary>Hint 2: the idea</summary>
# Count the clean scores that are at least the suspect's; its rank is one more.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rank = 1 + (clean_scores >= score).sum()</code>, <code>return bool(rank / (len(clean_scores)
# + 1) <= alpha)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_5-accused", "solution": true}
def accused(clean_scores, score, alpha):
    """Whether the suspect's rank among clean scores has a probability of at most alpha."""
    ### BEGIN SOLUTION
    below = np.count_nonzero(np.asarray(clean_scores) < score)
    rank = len(clean_scores) + 1 - below
    return bool(rank <= alpha * (len(clean_scores) + 1) + 1e-9)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_5-accused-test", "points": 1}
@exercise("2.5")
def test_accused():
    """Ten clean scores, then fifteen."""
    def asked(n, score, alpha):
        got = accused(np.arange(1.0, n + 1), score, alpha)
        expect_returned(got, "accused")
        return bool(got)

    expect(not asked(10, 11.0, 0.05), "the first of 11 has a probability of 1/11, more than 5 %: "
           "ten clean networks are too few to accuse anybody at this level", "no-plus-one")
    expect(asked(10, 11.0, 0.1), "the first of 11 has a probability of 1/11, at most 10 %: accused",
           "too-shy")
    expect(asked(15, 16.0, 1 / 16), "the first of 16 has a probability of exactly 1/16: at most "
           "alpha, so accused", "strict")
    expect(not asked(15, 15.0, 1 / 16), "a tie counts in favour of the suspect: it is the second "
           "of 16", "ties")
    expect(asked(15, 14.5, 1 / 8), "to be among the first two of 16 has a probability of 1/8: "
           "accused", "first-only")
    expect(not asked(15, 0.0, 0.5), "a small score is not suspicious", "wrong-side")
    mixed = np.array([3.0, 9.0, 1.0, 2.0, 7.0])
    got = [bool(accused(mixed.copy(), score, 0.4)) for score in (8.0, 2.5)]
    expect(got == [True, False], "clean scores 3, 9, 1, 2, 7, alpha = 0.4: a suspect at 8 is the "
           f"second of 6, accused, one at 2.5 is not; yours: {got}. They come in any order",
           "assumes-order")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(254)
    for n in (0, 1, 7, 60, 99):
        for _ in range(10):
            clean = rng.integers(0, 30, n).astype(float)
            score, alpha = float(rng.integers(0, 33)), float(rng.uniform(0, 1))
            rank = 1 + sum(value >= score for value in clean.tolist())
            got = accused(clean.copy(), score, alpha)
            expect_returned(got, "accused")
            expect(bool(got) == (rank / (n + 1) <= alpha), f"rank {rank} of {n + 1} at alpha = "
                   f"{alpha:.3f}: {rank / (n + 1) <= alpha}; yours: {bool(got)}",
                   "other-arguments")
    ### END HIDDEN TESTS


test_accused()
print("2.5d: visible checks passed")

# %% [markdown]
# Now scan twenty real networks: ten clean ones, and ten with 1 % of poison, each with a place for
# the stamp at the frame and a target of its own. Each is scanned once, with 64 test digits.

# %% id="scan-demo" tags=["demo"]
def scan_all(seed=0):
    """The norms (20, 10) of all suspects, and the masks that belong to the smallest."""
    norms, smallest = [], []
    for i, suspect in enumerate(backdoors.suspects()):
        g = torch.Generator().manual_seed(1000 * seed + i)
        masks, _ = reconstruct(suspect.model, data.sample(TEST, 64, g).x, 60, 0.1, 0.5, g)
        norms.append(masks.sum((1, 2, 3)).tolist())
        smallest.append(masks[int(np.argmin(norms[-1]))])
    return np.array(norms), torch.stack(smallest)


norms, smallest = scan_all()
guilty = np.arange(20) >= 10
index, ratio = anomaly_index(norms), np.median(norms, 1) / norms.min(1)
targets = np.array([s.target for s in backdoors.suspects()[10:]])
print(f"smallest mask at the true target: {(norms[10:].argmin(1) == targets).sum()} of 10 poisoned")
print("mean norm of the ten clean networks, classes 0 to 9: "
      + ", ".join(f"{norm:.1f}" for norm in norms[:10].mean(0)))
print(f"index above 2: {(index[10:] > 2).sum()} of 10 poisoned, {(index[:10] > 2).sum()} of 10 "
      f"clean; AUROC {auroc(index, guilty):.2f}")
print(f"median / smallest: clean {ratio[:10].min():.2f} to {ratio[:10].max():.2f}, poisoned "
      f"{ratio[10:].min():.2f} to {ratio[10:].max():.2f}; AUROC {auroc(ratio, guilty):.2f}")
for name, score in (("index", index), ("ratio", ratio)):
    caught = [accused(score[:10], value, 0.1) for value in score[10:]]
    print(f"calibrated with the ten clean networks at 10 %: by {name} {sum(caught)} of 10 accused")

# %% id="scan-picture" tags=["demo"]
def where(suspect):
    """What is known of a suspect, for a title."""
    return f"stamp {suspect.corner}" if suspect.corner else "clean"


known = backdoors.suspects()
shown = [*range(10, 15), *range(5)]
plots.show(plots.image_grid(smallest[shown], [f"{where(known[i])}\nratio {ratio[i]:.1f}"
                                              for i in shown], columns=5, vmax=1.2),
           alt="The smallest mask of five poisoned networks, then of five clean ones. "
           + "; ".join(f"{where(known[i])}: mask of {smallest[i].sum():.1f} pixels, brightest at "
                       f"row {int(smallest[i].argmax()) // 14}, column "
                       f"{int(smallest[i].argmax()) % 14}, median / smallest {ratio[i]:.2f}"
                       for i in shown) + ".")

# %% [markdown]
# The search is good: the smallest mask belongs to the true target ten times out of ten, and sits at
# the stamp. The statistic on top of it is not: with the threshold 2 it misses three of the ten
# poisoned networks and accuses one of the ten clean ones. (With other draws for the search it
# missed three to five and accused one to three. A third of the innocent would be accused if the
# norms were independent and all from one normal distribution. They are not: clean networks need
# twice as large a mask for a 1 as for a 3. And ten networks cannot say what the rate is.) Median
# divided by smallest, without the MAD of ten numbers, separates all twenty. To be accused at 10 %
# with ten clean networks a suspect must exceed every one of them: by the ratio all ten poisoned
# ones do. By the index it hangs on the largest of ten noisy numbers: five in our run, one or two in
# others.
#
# Two warnings. We chose the ratio after looking at these networks: it would have to prove itself on
# others. And the search looks for *one* small change that sends *every* image to the target. A
# trigger that works only on images of one class is not what it looks for.

# %% [markdown]
# ## Exercise 2.6: stop detecting, start proving (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: a detector has blind spots, and the attacker may know
# them. A proof has none, as far as its assumptions go.
#
# Levine and Feizi (2021): split the training set into parts, train one model on each, and let them
# vote. Suppose that **an image's part depends on nothing but the image itself**, and each model on
# nothing but its part. Then whoever inserts or deletes one image, with whatever label, changes one
# part, so at most one vote.
#
# **a. `parts_of(x, parts)`**: the part of each image, a whole number from 0 to `parts - 1`.
#
# - `x`: (n, 1, height, width) with grey levels, multiples of 1/255, as float32 or float64; returns
#   an int64 tensor (n,)
# - the same picture gets the same part, wherever it stands, whatever else is there, whichever of
#   the two types it has
# - with many more different images than parts no part may be empty
#
# (Python's own `hash` of bytes or text differs from one process to the next: with it nobody could
# train again what you have certified. The check, which lives in one process, cannot see that.)
#
# <details><summary>Hint 1: where to look</summary>
# Make whole numbers of the image first; then any function of its bytes that scatters well.
# <details><summary>Hint 2: the idea</summary>
# <code>(x * 255).round().to(torch.uint8)</code>; a hash of the bytes from
# <code>hashlib</code>, as a whole number modulo the number of parts.
# <details><summary>Hint 3: nearly the code</summary>
# <code>grey = (x * 255).round().to(torch.uint8).numpy()</code>, then a tensor of
# <code>[int(hashlib.sha256(image.tobytes()).hexdigest(), 16) % parts for image in grey]</code> with
# dtype <code>torch.int64</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_6-parts", "solution": true}
def parts_of(x, parts):
    """Each image's part by its content alone: (n, 1, height, width) -> (n,) int64 in [0, parts)."""
    ### BEGIN SOLUTION
    levels = torch.round(255 * x).to(torch.uint8).numpy()
    digests = (hashlib.blake2b(level.tobytes(), digest_size=7).digest() for level in levels)
    return torch.tensor([int.from_bytes(digest, "big") % parts for digest in digests])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_6-parts-test", "points": 3}
@exercise("2.6")
def test_parts_of():
    """Two hundred random pictures in twenty parts; then shuffled, then with one less."""
    g = torch.Generator().manual_seed(0)

    def pictures(n, *shape):
        return torch.randint(0, 256, (n, 1, *shape), generator=g) / 255

    def asked(x, parts):
        with untouched(x):
            got = expect_tensor(parts_of(x, parts), (len(x),), "parts_of")
        expect(got.dtype == torch.int64, f"parts are whole numbers: int64, not {got.dtype}",
               "no-integers")
        expect(got.min() >= 0 and got.max() < parts, f"parts go from 0 to {parts - 1}; yours from "
               f"{int(got.min())} to {int(got.max())}", "out-of-range")
        return got

    x = pictures(200, 5, 5)
    got, order = asked(x, 20), torch.randperm(200, generator=g)
    moved = (asked(x[order], 20) != got[order]).sum()
    expect(moved == 0, f"after shuffling, {int(moved)} of 200 images are in another part: the part "
           "must not depend on the place", "by-place")
    moved = (asked(x[1:], 20) != got[1:]).sum()
    expect(moved == 0, f"one image was deleted, and {int(moved)} of the other 199 changed their "
           "part: the part must depend on nothing but the image", "depends-on-others")
    expect(asked(x[7:8], 20) == got[7], "an image alone is in another part than among others: the "
           "part must depend on nothing but the image", "depends-on-others")
    expect(torch.equal(asked(x.double(), 20), got), "the same pictures as float64 are in other "
           "parts: round to grey levels first", "by-float-bytes")
    x = pictures(2000, 6, 4)
    x[:, :, 0] = 0
    used = len(set(asked(x, 20).tolist()))
    expect(used == 20, f"2,000 images with a black first row fill only {used} of 20 parts",
           "empty-parts")
    used = len(set(asked((pictures(400, 5, 5) * 85).round() / 255, 10).tolist()))
    expect(used == 10, f"400 dark images fill only {used} of 10 parts: are the grey levels still "
           "there when you round?", "empty-parts")
    used = len(set(asked(pictures(6000, 5, 5), 300).tolist()))
    expect(used == 300, f"6,000 images fill only {used} of 300 parts", "empty-parts")
    ### BEGIN HIDDEN TESTS
    for n, shape, parts in ((1, (2, 2), 1), (3000, (14, 14), 300), (900, (28, 28), 50)):
        x = pictures(n, *shape)
        got = asked(x, parts)
        exact = (x.double() * 255).round() / 255
        expect(torch.equal(asked(exact, parts), got), "grey levels divided by 255 in float64 are "
               "in other parts than in float32", "by-float-bytes")
        expect(torch.equal(asked(torch.cat([x[-1:], x[:-1]]), parts), got.roll(1)),
               "a shuffled set has other parts", "by-place")
        expect(n < 9 * parts or len(set(got.tolist())) >= 0.95 * parts, f"{n} images leave parts "
               f"of {parts} empty", "empty-parts")
    near = torch.zeros(1000, 1, 10, 10)
    near.flatten(1)[torch.arange(1000), torch.arange(1000) % 100] = torch.arange(1000) / 1020
    near = (near * 255).round() / 255
    asked(near, 7)
    ### END HIDDEN TESTS


test_parts_of()
print("2.6a: visible checks passed")

# %% [markdown]
# **b. `certificate(votes, classes)`**: the winner of the vote, and how many changed votes it
# survives for certain.
#
# - `votes`: int array, one class from 0 to `classes - 1` per part; `classes` at least 2
# - the class with the most votes wins; of equals the *smallest* class
# - returns `(winner, r)`: r is the largest number such that the winner stays the winner however r
#   of the votes are changed
#
# <details><summary>Hint 1: where to look</summary>
# What is the cheapest way for class c to overtake the winner a? Each vote that moves from a to c
# changes the difference by two.
# <details><summary>Hint 2: the idea</summary>
# After r such moves the winner has r less, c has r more. If c is smaller than a, it wins a tie
# already; if not, it needs one more. The cheapest rival decides.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = np.bincount(votes, minlength=classes)</code>, <code>a = int(n.argmax())</code>,
# <code>return a, min(int(n[a] - n[c] - (c < a)) // 2 for c in range(classes) if c != a)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_6-certificate", "solution": true}
def certificate(votes, classes):
    """The winner of a vote and how many changed votes it survives: (winner, r)."""
    ### BEGIN SOLUTION
    lead = 2 * np.bincount(votes, minlength=classes) + 0.5 / (1 + np.arange(classes))
    first, second = np.argsort(-lead, kind="stable")[:2]
    behind = int(lead[first]) // 2 - int(lead[second]) // 2
    return int(first), (behind - 1) // 2 if second < first else behind // 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-certificate", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_certificate(votes, classes):
    """Every possible vote is looked at; how many votes differ decides."""
    def winner(some):
        return max(range(classes), key=lambda c: (some.count(c), -c))

    first = winner(votes)
    lost = [sum(a != b for a, b in zip(votes, other, strict=True))
            for other in product(range(classes), repeat=len(votes)) if winner(other) != first]
    return first, min(lost) - 1
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex2_6-certificate-test", "points": 3}
@exercise("2.6")
def test_certificate():
    """Votes given as numbers per class."""
    def asked(*counts):
        votes = np.repeat(np.arange(len(counts)), counts)[::-1].copy()
        got = certificate(votes, len(counts))
        expect_returned(got, "certificate")
        expect(isinstance(got, tuple | list) and len(got) == 2, "return two numbers: the winner "
               "and r", "no-pair")
        return tuple(expect_number(one, "certificate") for one in got)

    expect(asked(2, 4, 4)[0] == 1, f"votes 2, 4, 4: of equals the smallest class wins, class 1; "
           f"yours: {asked(2, 4, 4)[0]:g}", "tie-winner")
    for counts, truth, why in (
        ((6, 3, 1), 1, "one move makes it 5 to 4, two make it 4 to 5"),
        ((7, 3, 1), 2, "two moves make it 5 to 5, and a tie is won by class 0"),
        ((3, 7, 1), 1, "two moves make it 5 to 5, and a tie is won by class 0"),
        ((3, 5, 3), 0, "class 0 needs one move for a tie, which it wins"),
        ((0, 4), 1, "two moves make it 2 to 2, and a tie is won by class 0"),
        ((4, 0), 2, "two moves make it 2 to 2, and a tie is won by class 0"),
    ):
        winner, r = asked(*counts)
        leader = int(np.argmax(counts))
        behind = max(c for i, c in enumerate(counts) if i != leader)
        expect(winner == leader, f"votes {counts}: class {leader} wins; yours: {winner:g}",
               "wrong-winner")
        expect(r == truth or r != counts[leader] - behind, f"votes {counts}: you count the lead of "
               f"{counts[leader] - behind}, but a vote that moves changes it by two: {why}",
               "no-half")
        tied = leader and counts[0] == behind
        expect(r == truth or not (tied and r == truth + 1), f"votes {counts}: r is {truth}, yours "
               f"{r:g}: {why}", "no-tie")
        expect(r <= truth, f"votes {counts}: r is {truth}, you promise {r:g}: {why}", "too-much")
        expect(r == truth, f"votes {counts}: r is {truth}; yours: {r:g}: {why}", "too-little")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(262)
    for parts, classes in ((1, 2), (2, 3), (5, 3), (7, 2), (8, 2), (6, 4)):
        for _ in range(8):
            votes = rng.integers(0, int(rng.integers(1, classes + 1)), parts)
            votes = (votes + int(rng.integers(0, classes))) % classes
            truth = oracle_certificate(votes.tolist(), classes)
            got = certificate(votes.copy(), classes)
            expect_returned(got, "certificate")
            got = tuple(expect_number(one, "certificate") for one in got)
            expect(got == truth, f"votes {votes.tolist()}, {classes} classes: {truth}; yours: "
                   f"({got[0]:g}, {got[1]:g})", "other-arguments")
    ### END HIDDEN TESTS


test_certificate()
print("2.6b: visible checks passed")

# %% [markdown]
# All 60,000 training digits in 300 parts, a ridge regression on each (one column of labels per
# class), and 300 votes for each of the 10,000 test digits.

# %% id="votes-demo" tags=["demo"]
def part_network(p):
    """Share of the test digits that a network trained on part p alone reads correctly."""
    g = torch.Generator().manual_seed(p)
    net, mine = models.small_cnn(g), data.Images(TRAIN.x[place == p], TRAIN.y[place == p])
    training.fit(net, mine, epochs=30, lr=4e-3, batch_size=32, generator=g, progress=False)
    return (answers(net, TEST.x) == TEST.y).float().mean().item()


PARTS = 300
whole = data.batches(*data.mnist("train"), size=5000)
place = torch.cat([parts_of(some, PARTS) for some, _ in whole])
pixels = [np.hstack([part.x.flatten(1).numpy().astype(float), np.ones((len(part.y), 1))])
          for part in (TRAIN, TEST)]
wanted = np.eye(10)[TRAIN.y] - 0.1
ballots = np.stack([(pixels[1] @ ridge(pixels[0][place == p], wanted[place == p], 1.0)).argmax(1)
                    for p in range(PARTS)], 1)
truth = TEST.y.numpy()
signed = [certificate(row, 10) for row in ballots]
correct = np.array([winner for winner, _ in signed]) == truth
radius = np.array([r for _, r in signed])
alone = ((pixels[1] @ ridge(pixels[0], wanted, 1.0)).argmax(1) == truth).mean()
print(f"one voter right {(ballots == truth[:, None]).mean():.3f}, the vote {correct.mean():.3f}; "
      f"one ridge regression on all 60,000 {alone:.3f}")
print("networks on one part each: " + ", ".join(f"{part_network(p):.3f}" for p in range(5)))
levels = [0, 1, 5, 10, 20, 50, 75, 100, 125]
certified = [float((correct & (radius >= r)).mean()) for r in levels]
print("right whatever r images are inserted or deleted: "
      + ", ".join(f"r = {r}: {share:.3f}" for r, share in zip(levels, certified, strict=True)))
settled = [float((radius >= r).mean()) for r in levels]
plots.show(plots.curves({"certain,\nright or wrong": (levels, settled),
                         "certain\nand right": (levels, certified)},
                        xlabel="images inserted or deleted (of 60,000)",
                        ylabel="share of the test digits"),
           alt="Share of test digits whose answer is certain, and those that are right as well, by "
               "the number of poisoned images: "
           + ", ".join(f"{a:.1%} and {b:.1%} at {r}"
                       for r, a, b in zip(levels, settled, certified, strict=True)) + ".")

# %% [markdown]
# What does the proof cost? Not the split: the same ridge regression on all 60,000 images is no
# better than the vote. The price is that every image, poisoned or not, may teach one model in 300
# only. A network that got 96 % from 10,000 images (Exercise 2.1) gets about 83 % from the 200 of
# one part. In return 83 % of the test digits are right whatever 20 images are inserted or deleted,
# and 55 % for 100. To replace an image is to delete one and to insert one, so it counts twice; to
# change a label counts once, since the part does not depend on the label. And a certificate belongs
# to one input: whoever fears a stamp asks for the certificate of the stamped image.
#
# The proof assumes that
#
# - an image's part depends on the image alone (the next cell splits by place instead),
# - each part's model depends on that part's images and labels alone (the cell after that lets all
#   parts share one generator),
# - no more than r images were inserted or deleted, by whoever.
#
# It does not say that the vote is right: the upper curve counts what is certain and wrong as well.

# %% id="by-place-demo" tags=["demo"]
few = data.mnist("test").x
rules = {"by content": lambda x: parts_of(x, PARTS),
         "by place": lambda x: torch.arange(len(x)) % PARTS}
for name, rule in rules.items():
    before, after = rule(few), rule(few[1:])
    changed = {int(p) for p in torch.cat([before[:1], before[1:][after != before[1:]],
                                          after[after != before[1:]]])}
    print(f"split {name}: deleting one image of {len(few):,} changes {len(changed)} of {PARTS} "
          "parts")

# %% id="shared-demo" tags=["demo"]
def resampled(x, wanted, part, shared):
    """60 ridge regressions, each on a random sample of its part: their votes, (2000, 60)."""
    common, votes = np.random.default_rng(0), []
    for p in range(60):
        rng = common if shared else np.random.default_rng(p)
        rows = rng.choice(np.flatnonzero(part == p), (part == p).sum())
        votes.append((pixels[1][:2000] @ ridge(x[rows], wanted[rows], 1.0)).argmax(1))
    return np.stack(votes, 1)


own, sixty = (pixels[0][:6000], wanted[:6000]), place[:6000].numpy() % 60
left = np.arange(6000) != np.flatnonzero(sixty == 0)[0]
print("one image of the first of 60 parts deleted:")
for name, shared in (("a generator per part", False), ("one generator for all", True)):
    before = resampled(*own, sixty, shared)
    after = resampled(*(one[left] for one in own), sixty[left], shared)
    kept = [certificate(row, 10)[0] for row in after]
    valid = [(a, b) for (a, r), b in zip((certificate(v, 10) for v in before), kept, strict=True)
             if r > 0]
    print(f"  {name}: {(before != after).any(0).sum()} of 60 models say something else, at most "
          f"{(before != after).sum(1).max()} votes per digit; {sum(a != b for a, b in valid)} of "
          f"{len(valid):,} certificates for one image are broken")

# %% [markdown]
# With one generator for all parts the sample of every later part depends on how much the first one
# drew. The votes no longer change one by one, and certificates that said "whatever one image" are
# false. Nothing in the votes shows it: the assumption is about the training.

# %% [markdown]
# ## Exercise 2.7: would you sign? (4 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Why: this is what lands on the desk.
#
# "A supplier delivers a network. Accuracy on clean test data 98 %. Its anomaly index is 1.9, below
# the threshold of 2. The spectral scan of the supplier's training data shows nothing. Procurement
# wants to sign." Write five sentences: what does each of the three findings show, what does it not
# show, and what would count?
#
# <details><summary>Hint 1: where to look</summary>
# Each of the findings met its counterexample above.
# <details><summary>Hint 2: the idea</summary>
# Ask of each: could a poisoned network have it, and could an innocent one lack it? And whose
# training does a certificate speak of?
# <details><summary>Hint 3: nearly the words</summary>
# "Two networks that agree on all clean images ... . Of our ten poisoned networks ... had an index
# below 2, ... . The share of poison is chosen by ... ."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex2_7-sign", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# The accuracy on clean data shows that the network reads clean digits; a network and the same
# network with a rule for stamped images agree on all of them, so no statistic of clean answers
# tells them apart. An index below 2 is no sign of innocence (three of our ten poisoned networks
# had one) and one above 2 none of guilt (one of the ten clean ones, and a third of innocent ones
# if the norms were independent and normal). The spectral scan is blind below a share of poison,
# and the attacker chooses the share. What would count: to know where the data come from (their
# hashes), to scan with a score that is calibrated on many networks known to be clean, or to train
# ourselves with a partition and a certificate; a certificate speaks of that training and not of a
# network that somebody delivers.
#
# Rubric:
#
# - 1 point: clean accuracy says nothing about stamped images, with a reason (two networks that
#   agree on every clean image may differ on stamped ones)
# - 1 point: an index below 2 is no evidence of innocence and one above 2 none of guilt; gives both
#   counts of their own scan, or the share of false alarms of 2.5c
# - 1 point: the spectral scan is blind below a critical share, and the attacker chooses the share
# - 1 point: names what would count (origin of the data, a calibrated score, a certificate for one's
#   own training), and that a certificate does not speak of a delivered network
#
# Sample A (4/4): "98 % on clean data is what the backdoored net has as well: with and without the
# rule every clean image gets the same answer. 1.9 means little, in our scan poisoned nets were
# below 2 and a clean one above. The spectral scan sees nothing when there is little poison, which
# is up to the attacker. I would ask for the hashes of the data and where they come from. A DPA
# certificate would only help if we trained the net ourselves."
#
# Sample B (1/4): "Accuracy can hide a backdoor, since a clean test has no stamped images and so
# says nothing about them. The index is below 2, so with 95 % probability it is clean. The scan
# shows nothing either. I would ask for a second scan with more steps."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 25 minutes: exercises 2.8 to 2.9.

# %% [markdown]
# ## Exercise 2.8: the right question about a group (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: what one row does and what
# thirty rows do together are two questions.
#
# Write `group_effect(X, y, lam, x_target, rows)`: by how much does the prediction at `x_target`
# change (new minus old) when all the given rows are removed and the ridge regression is fitted
# again?
#
# - `rows`: a list of different row numbers, possibly empty; the rest as in Exercise 2.2; returns a
#   number
#
# <details><summary>Hint 1: where to look</summary>
# Fit twice: with the rows and without. (There is a formula as well, with a small matrix in place of
# 1 minus the leverage.)
# <details><summary>Hint 2: the idea</summary>
# <code>np.delete(X, rows, axis=0)</code> leaves them out.
# <details><summary>Hint 3: nearly the code</summary>
# <code>without = ridge(np.delete(X, rows, axis=0), np.delete(y, rows), lam)</code>, then
# <code>return float(x_target @ (without - ridge(X, y, lam)))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_8-group", "solution": true}
def group_effect(X, y, lam, x_target, rows):
    """Change of the prediction at x_target when these rows are removed: a number."""
    ### BEGIN SOLUTION
    inverse = np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1]))
    group = X[list(rows)]
    misfit = y[list(rows)] - group @ inverse @ (X.T @ y)
    inside = np.eye(len(group)) - group @ inverse @ group.T
    return -float(x_target @ inverse @ group.T @ np.linalg.solve(inside, misfit))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_8-group-test", "points": 3}
@exercise("2.8")
def test_group_effect():
    """Three rows 1, 1, 2 with labels 1, 2, 5, lam = 2, target 3: w = 1.625 becomes 10 / 6."""
    X, y = np.array([[1.0], [1.0], [2.0]]), np.array([1.0, 2.0, 5.0])

    def asked(rows):
        got = group_effect(X.copy(), y.copy(), 2.0, np.array([3.0]), list(rows))
        return expect_number(got, "group_effect")

    got = asked([0, 1])
    for wrong, words, name in (
        (3 / 28, "this is the sum of what each row does alone; together they do something else",
         "sum-of-singles"),
        (-0.125, "new minus old, not the other way round", "wrong-sign"),
        (1 / 24, "this is the change of the weight, not of the prediction at 3", "no-target"),
        (5.0, "this is the new prediction; its change is asked for", "not-a-change"),
        (-2.625, "the remaining row is to be kept, the given ones removed", "keeps-the-group"),
    ):
        expect(abs(got - wrong) > 1e-6, words, name)
    expect(abs(got - 0.125) < 1e-6, f"4.875 becomes 5: 0.125; yours: {got:.6f}")
    expect(abs(asked([])) < 1e-9, "removing nothing changes nothing", "nothing-removed")
    got = asked([2])
    expect(abs(got - 2.625) > 1e-6, "a change has a sign: without the third row the prediction "
           "falls", "no-sign")
    expect(abs(got + 2.625) < 1e-6, f"without the third row 4.875 becomes 2.25: -2.625; yours: "
           f"{got:.6f}")
    X, y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 2.0, 4.0])
    got = expect_number(group_effect(X, y, 1.0, np.array([1.0, 2.0]), [0]), "group_effect")
    expect(abs(got - 0.025) < 1e-6, "rows (1, 0), (0, 1), (1, 1), labels 1, 2, 4, lam = 1, target "
           f"(1, 2), without row 0: 4.375 becomes 4.4, 0.025; yours: {got:.6f}", "two-numbers")
    ### BEGIN HIDDEN TESTS
    for seed in range(20):
        X, y, lam, rng = oracle_problem(2800 + seed)
        gone = rng.permutation(len(y))[: int(rng.integers(0, len(y) // 2))]
        near, kept = rng.normal(size=X.shape[1]), np.isin(np.arange(len(y)), gone, invert=True)
        truth = near @ (oracle_ridge(X[kept], y[kept], lam) - oracle_ridge(X, y, lam))
        got = expect_number(group_effect(X.copy(), y.copy(), lam, near.copy(), gone.tolist()),
                            "group_effect")
        expect(abs(got - truth) < 1e-6, f"without {len(gone)} of {len(y)} rows the prediction "
               f"changes by {truth:.6f}; yours: {got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_group_effect()
print("2.8: visible checks passed")

# %% id="group-demo" tags=["demo"]
print("the target's prediction changes when rows are taken out:")
for seed in range(5):
    X, y, x_target, X_new, y_new = attacked(seed)
    rows, labels = np.vstack([X, X_new]), np.append(y, y_new)
    anybody = np.random.default_rng(seed).permutation(600)[: len(y_new)].tolist()
    for name, group in ((f"the {len(y_new)} of 2.3", list(range(600, len(rows)))),
                        ("as many at random", anybody)):
        singles = sum(group_effect(rows, labels, 1.0, x_target, [i]) for i in group)
        together = group_effect(rows, labels, 1.0, x_target, group)
        print(f"  {name}: one by one, added up {singles:.3f}; all together {together:.3f}")

# %% [markdown]
# Added up, the effects of single rows miss most of what the group does; with 45 copies of the
# target they make up less than a fifth of it. For as many rows drawn at random, which do not say
# the same, the sum is right to about 0.001.

# %% [markdown]
# ## Exercise 2.9: what differential privacy promises (2 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Deeper: nothing depends on it · Why: a training that hardly
# depends on any one person's data hardly depends on one poisoned point, either.
#
# A random training is *$\epsilon$-differentially private* if, for any two training sets that differ
# by one added or removed point, and any set $E$ of outcomes, the probability of $E$ on the one is
# at most $e^{\epsilon}$ times that on the other (Lab 11). Without poison an attacker's goal happens
# with probability $p_0$. Write `success_bound(epsilon, k, p0)`: the largest probability that it can
# have after k points have been added.
#
# - `epsilon` at least 0, `k` a whole number at least 0, `p0` in [0, 1]; returns a number in [0, 1]
# - make it the smallest number that the definition, used for one point after the other, allows to
#   prove; the goal *not* happening is a set of outcomes as well
#
# <details><summary>Hint 1: where to look</summary>
# One point first: write down what the definition says of the goal, and of its opposite.
# <details><summary>Hint 2: the idea</summary>
# Let q be the probability before the point, p after it, and f the factor. Then p is at most f times
# q, and 1 - q is at most f times (1 - p). Both hold, so the smaller bound counts. What you get is
# the q of the next point: all k at once would prove less.
# <details><summary>Hint 3: nearly the code</summary>
# <code>f = math.exp(epsilon)</code>, set out from <code>p = p0</code>, and k times replace p by the
# smaller of <code>f * p</code> and <code>1 - (1 - p) / f</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex2_9-bound", "solution": true}
def success_bound(epsilon, k, p0):
    """The largest probability of the attacker's goal after k added points, in [0, 1]."""
    ### BEGIN SOLUTION
    chance, factor = p0, math.exp(epsilon)
    for _ in range(k):
        chance = min(chance * factor, (factor - 1 + chance) / factor)
    return chance
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex2_9-bound-test", "points": 2}
@exercise("2.9")
def test_success_bound():
    """Factors 2 and 4 (epsilon = log 2, one point and two)."""
    def asked(k, p0, epsilon=0.6931471805599453):
        return expect_number(success_bound(epsilon, k, p0), "success_bound")

    got = asked(2, 0.1)
    expect(abs(got - 0.2) > 1e-6, "two points: the factor counts twice", "one-point")
    expect(abs(got - 0.4) < 1e-6, f"two points with factor 2 each, p0 = 0.1: 0.4; yours: {got:.6f}")
    got = asked(1, 0.1, math.log(3))
    expect(abs(got - 0.3) < 1e-6, f"epsilon = log 3 gives the factor 3: 0.3; yours: {got:.6f}",
           "ignores-epsilon")
    got = asked(2, 0.3)
    expect(abs(got - 0.825) > 1e-6, "true, but with one point after the other you can prove 0.8: "
           "the first makes at most 0.6 of 0.3", "all-at-once")
    got = asked(1, 0.8)
    expect(abs(got - 1.6) > 1e-6, "1.6 is no probability", "above-one")
    expect(abs(got - 1.0) > 1e-6, "1 is true, but more can be proven: the goal fails with "
           "probability 0.2 without poison, so with at least 0.1 with it", "capped")
    expect(abs(got - 0.9) < 1e-6, f"one point with factor 2, p0 = 0.8: 0.9; yours: {got:.6f}")
    for k, p0, truth in ((2, 0.3, 0.8), (0, 0.3, 0.3), (3, 0.0, 0.0), (2, 1.0, 1.0)):
        got = asked(k, p0)
        expect(abs(got - truth) < 1e-6, f"k = {k}, p0 = {p0:g}: {truth:g}; yours: {got:.6f}",
               "edge-case")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(291)
    for _ in range(60):
        epsilon, k, p0 = float(rng.uniform(0, 1.5)), int(rng.integers(0, 7)), float(rng.random())
        got, chance, factor = asked(k, p0, epsilon), p0, math.exp(epsilon)
        for _ in range(k):
            grid = np.linspace(chance, 1, 20_001)
            fine = (grid <= factor * chance + 1e-12) & (1 - chance <= factor * (1 - grid) + 1e-12)
            chance = float(grid[fine].max())
        expect(abs(got - chance) < 1e-3, f"epsilon {epsilon:.3f}, k = {k}, p0 = {p0:.3f}: "
               f"{chance:.4f}; yours: {got:.4f}", "other-arguments")
    ### END HIDDEN TESTS


test_success_bound()
print("2.9: visible checks passed")

# %% id="bound-demo" tags=["demo"]
for k in (1, 3, 10):
    print(f"epsilon 0.5, 5 % without poison, {k} added points: at most "
          f"{success_bound(0.5, k, 0.05):.2f}")

# %% [markdown]
# The promise fades quickly: with $\epsilon = 0.5$ it is worth something against three points and
# next to nothing against ten. It is a promise about added or removed points and pure
# $\epsilon$-privacy (Ma, Zhu and Hsu, 2019, study such defences), and trainings with a small
# $\epsilon$ pay in accuracy (Lab 11).
#
# ## What you found
#
# A few poisoned images plant a backdoor, and no answer to a clean image shows it. What one training
# point does is a formula, and a crowd of points that say the same is its blind spot. A spectral
# detector looks in the right direction from a share on that the attacker can stay below. A scanner
# found every trigger of the kind that it looks for, under a score whose threshold promised
# something else than it held. And a proof needs no detector: it holds for one's own training, as
# long as its assumptions do, and each of its models learns from a small part of the data.
#
# **Limits.** Small networks, digits, one kind of stamp, one kind of poisoning; the detectors'
# misses and hits are counts out of ten or twenty networks.
#
# **The paper** (section 2.1.1) names poisoning and backdoors among the attacks on machine learning,
# and asks for defences. You have one that comes with a proof, and three whose limits you know.
#
# **Read on.** Gu, Dolan-Gavitt, Garg, *BadNets*, 2017. Tran, Li, Madry, *Spectral signatures in
# backdoor attacks*, NeurIPS 2018. Koh, Steinhardt, Liang, *Stronger data poisoning attacks break
# data sanitization defenses*, 2018. Wang et al., *Neural Cleanse*, IEEE S&P 2019. Hayase et al.,
# *SPECTRE*, ICML 2021. Levine, Feizi, *Deep partition aggregation*, ICLR 2021. Ma, Zhu, Hsu, *Data
# poisoning against differentially-private learners*, IJCAI 2019. Carlini et al., *Poisoning
# web-scale training datasets is practical*, 2023: a hundredth of a percent of two large image
# collections could have been poisoned for 60 dollars.
#
# **Where next.** Lab 11 on what training data reveal; Lab 12, where a liar takes part in training.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab02_poisoning")
