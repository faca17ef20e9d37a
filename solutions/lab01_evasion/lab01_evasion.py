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
# # Lab 01: evasion
#
# A trained network is in use. You may look at it, and you may change its input a little.
# How little is enough to make it wrong?
#
# By the end you will be able to
#
# - compute exactly how far an attacker can push a linear model,
# - write FGSM, PGD, a targeted attack and the Carlini-Wagner attack, and say what each is for,
# - draw an accuracy-versus-epsilon curve in two independent ways and read it,
# - tell a model that resists from a model on which the attack failed,
# - judge a claim of robustness by the attack behind it.
#
# | | |
# |---|---|
# | Paper | section 2.1 (adversarial attacks: evasion) |
# | Time | 150 minutes for exercises 1.1 to 1.8; about 60 more for the deeper ones |
# | Points | 46 (43 checked by machine, 3 read by a person) |
# | You need | Python, gradients, a little PyTorch (`torch.autograd.grad`); Lab 00 |
# | It runs in | about 35 CPU seconds in all, 9 without the demonstrations; 1.2 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | images, each pixel in [0, 1] | `x` | (n, 1, 28, 28) |
# | labels | `y` | (n,) |
# | scores of the classes | `logits` | (n, classes) |
# | radius of the ball | `epsilon` | a number |
# | changed images | `x_adv` (finished), `z` (on the way) | as `x` |
# | weights of a linear model | `w` | (d,) |
#
# The paper writes the attack as x' = arg max L(f(x'), y) subject to ||x' - x|| <= epsilon.
# This lab is that line, taken apart.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from safetylab import data, evaluation, models, page, plots, widgets
from safetylab.checks import exercise, expect, expect_tensor, shown, untouched

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(1)

# %% [markdown]
# ## It breaks
#
# Six test digits. Below each stands the same digit with noise, and below that the same digit
# changed by somebody who knew the network. In both rows no pixel moved by more than 25 of 255
# grey levels.

# %% id="hook" tags=["demo"]
standard = models.pretrained("mnist_cnn")
clean, attacked = data.adversarial_digits()
sign = torch.randint(0, 2, clean.x.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
noisy = (clean.x + 25 / 255 * sign).clamp(0, 1)


def reads(x):
    """Say what the network sees in each image, and how sure it is."""
    sure, digit = F.softmax(standard(x), dim=1).max(1)
    return [f"reads {d}\n{s:.1%}" for s, d in zip(sure.tolist(), digit.tolist(), strict=True)]


rows = [clean.x, noisy, attacked]
titles = [line for row in rows for line in reads(row)]
figure = plots.image_grid(rows, titles, row_labels=["clean", "noise", "attacked"])
plots.show(figure, alt="Six digits in three rows. Clean and noisy ones are read correctly; "
           "the attacked ones look alike but each is read as another digit.")

# %% [markdown]
# The noise is as large as the attack, and it changes nothing. Size is not what breaks the network;
# direction is. The rest of the lab is about finding the direction.
#
# ## The smallest case
#
# Take two classes and a linear score: `score = w.x + b`, class 1 if the score is positive.
# With `sign = +1` for class 1 and `-1` for class 0, the **margin** of an example is
# `sign * score`: positive when the answer is right, and the larger the safer.
#
# Here is such a model on real digits: 3 (class 0) against 7 (class 1).

# %% nbgrader={"grade_id": "setup-linear", "locked": true}
def two_class(w, b=0.0):
    """A linear model: logits (0, w.x + b), so class 1 wins when the score is positive."""
    model = models.linear(len(w), 2).to(w.dtype)
    with torch.no_grad():
        model[1].weight.copy_(torch.stack([torch.zeros_like(w), w]))
        model[1].bias.copy_(torch.tensor([0.0, b], dtype=w.dtype))
    return model.eval()


def side(y):
    """+1 for class 1, -1 for class 0."""
    return 2 * y - 1

# %% id="linear-demo" tags=["demo"]
from safetylab import training

train = data.mnist("train")
pair = (train.y == 3) | (train.y == 7)
pairs = data.Images(train.x[pair], (train.y[pair] == 7).long())
line = models.linear(784, 2)
training.fit(line, pairs, epochs=2, generator=torch.Generator().manual_seed(0))
w = (line[1].weight[1] - line[1].weight[0]).detach()
b = (line[1].bias[1] - line[1].bias[0]).item()
x37, y37 = pairs.x[:2000].flatten(1), pairs.y[:2000]
margins = side(y37) * (x37 @ w + b)
print(f"accuracy on 2,000 images: {(margins > 0).float().mean():.1%}")
print(f"median margin {margins.median():.2f}, ||w||_1 = {w.abs().sum():.1f}, "
      f"||w||_2 = {w.norm():.2f}")

# %% [markdown]
# ## Exercise 1.1: how far can a margin be pushed? (4 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: it is the only case where you can know the truth by hand.
# Every attack that follows is tested on it.
#
# **First without the box.** The attacker adds any `delta` with `||delta|| <= epsilon`.
# What is the smallest margin that is left? Write `worst_margin`.
#
# - `margin`: shape (n,), the margins before the attack; `w`: shape (d,)
# - `norm`: `"linf"` (every pixel moves by at most epsilon) or `"l2"` (the Euclidean length of the
#   move is at most epsilon)
# - returns: shape (n,)
#
# **Then with the box.** A pixel is between 0 and 1, and an attacker who leaves that range no
# longer hands in an image. Write `worst_margin_in_box` for the L-infinity norm. It gets the images
# themselves, because now it matters how much room each pixel has, and in which direction.
#
# - `x`: shape (n, d), in [0, 1]; `y`: shape (n,), 0 or 1; `w`: shape (d,); `b`: a number
# - returns: shape (n,)
#
# <details><summary>Hint 1: where to look</summary>
# The margin moves by sign * (w . delta). Which delta, inside the ball, makes that product smallest?
# <details><summary>Hint 2: the idea</summary>
# For L-infinity you may choose every coordinate on its own: how much does coordinate i contribute
# at best? For L2 you choose a direction: Cauchy and Schwarz knew which. For the box: a pixel that
# has to go up has the room 1 - x, one that has to go down has the room x.
# <details><summary>Hint 3: nearly the code</summary>
# <code>margin - epsilon * (sum of |w_i|, or the length of w)</code>. In the box, the attacker
# pushes along <code>-side(y) * w.sign()</code>: build the moved point, clamp it, and compute its
# margin.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-linear", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_moves(worst, margin, w, epsilon, g):
    """No random move may beat the claimed margin, and one known move must reach it."""
    for norm in ("linf", "l2"):
        claimed = worst(margin.clone(), w.clone(), epsilon, norm)
        expect_tensor(claimed, tuple(margin.shape), "worst_margin")
        delta = torch.randn(2000, len(w), generator=g, dtype=w.dtype)
        size = delta.abs().amax(1) if norm == "linf" else delta.norm(dim=1)
        delta = epsilon * torch.cat([delta / size[:, None], delta.sign() * (norm == "linf")])
        best = w.sign() if norm == "linf" else w / w.norm()
        reach = torch.cat([delta @ w, (-epsilon * best @ w)[None]])
        expect((claimed[:, None] <= margin[:, None] + reach + 1e-9).all(),
               f'a move inside the "{norm}" ball beats your worst margin', "not-worst")
        expect(torch.allclose(claimed, margin + reach.min(), atol=1e-9),
               f'no move inside the "{norm}" ball reaches your worst margin', "too-pessimistic")


def oracle_box(worst, d, epsilon, g):
    """The minimum of a linear function over a box: scipy's linear programme knows it."""
    from scipy.optimize import linprog

    x = torch.rand(4, d, generator=g, dtype=torch.float64)
    x = torch.where(torch.rand(4, d, generator=g) < 0.4, x.round(), x)
    w = torch.randn(d, generator=g, dtype=torch.float64)
    y, b = torch.tensor([0, 1, 1, 0]), 0.3
    with torch.no_grad():
        claimed = expect_tensor(worst(x.clone(), y, w, b, epsilon), (4,), "worst_margin_in_box")
    for point, label, value in zip(x, y.tolist(), claimed.tolist(), strict=True):
        bounds = [(max(0.0, p - epsilon), min(1.0, p + epsilon)) for p in point.tolist()]
        sign = 2 * label - 1
        truth = linprog(sign * w.numpy(), bounds=bounds).fun + sign * b
        expect(value > truth - 1e-6, "your margin cannot be reached inside ball and box",
               "ignores-box")
        expect(value < truth + 1e-6, "a point inside ball and box has a smaller margin than yours",
               "wrong-room")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_1-worst_margin", "solution": true}
def worst_margin(margin, w, epsilon, norm):
    """The smallest margin in the ball of radius epsilon around each example, without the box.

    margin: (n,); w: (d,); epsilon >= 0; norm: "linf" or "l2". Returns (n,).
    """
    ### BEGIN SOLUTION
    dual_norm = w.abs().sum() if norm == "linf" else w.norm()
    return margin - epsilon * dual_norm
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_1-worst_margin-test", "points": 2}
@exercise("1.1")
def test_worst_margin():
    """Two weights, all by hand: w = (3, -4) has L1 norm 7 and L2 norm 5."""
    w, margin = torch.tensor([3.0, -4.0]), torch.tensor([10.0, 0.2])
    for norm, drop in (("linf", 0.7), ("l2", 0.5)):
        got = expect_tensor(worst_margin(margin, w, 0.1, norm), (2,), "worst_margin")
        expect((got <= margin).all(), "an attacker makes the margin smaller, not larger",
               "wrong-sign")
        other = {"linf": (0.4, "largest-weight"), "l2": (0.7, "same-norm")}[norm]
        expect(not torch.allclose(got, margin - other[0]),
               f'for norm "{norm}" you measured w with the wrong norm: add up what each pixel '
               "can contribute (linf), or move along w itself (l2)", other[1])
        expect(got[1] != 0, "a margin may fall below zero: that is when the answer becomes wrong",
               "stops-at-zero")
        expect(torch.allclose(got, margin - drop),
               f'for w = (3, -4), epsilon = 0.1 and norm "{norm}" the margins 10 and 0.2 must '
               f"become {10 - drop:g} and {0.2 - drop:g}; yours: {shown(got)}")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(11)
    for d in (1, 5, 40):
        w = torch.randn(d, generator=g, dtype=torch.float64)
        margin = torch.randn(6, generator=g, dtype=torch.float64)
        for epsilon in (0.0, 0.3, 2.0):
            oracle_moves(worst_margin, margin, w, epsilon, g)
    ### END HIDDEN TESTS


test_worst_margin()
print("1.1, without the box: visible checks passed")

# %% nbgrader={"grade_id": "ex1_1-in_box", "solution": true}
def worst_margin_in_box(x, y, w, b, epsilon):
    """The smallest margin in the L-infinity ball around each example, inside the box [0, 1].

    x: (n, d) in [0, 1]; y: (n,) of 0 and 1; w: (d,); b: number; epsilon >= 0. Returns (n,).
    """
    ### BEGIN SOLUTION
    moved = (x - epsilon * side(y)[:, None] * w.sign()).clamp(0, 1)
    return side(y) * (moved @ w + b)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_1-in_box-test", "points": 2}
@exercise("1.1")
def test_worst_margin_in_box():
    """Pixels at the edge of the box have no room in one direction."""
    w, b = torch.tensor([2.0, 1.0]), 0.5
    x, y = torch.tensor([[0.0, 0.5], [0.0, 0.5]]), torch.tensor([1, 0])
    got = expect_tensor(worst_margin_in_box(x, y, w, b, 0.1), (2,), "worst_margin_in_box")
    expect(abs(got[0] - 0.7) > 1e-5,
           "the first pixel of image 0 is already black and cannot go down: the box is ignored",
           "ignores-box")
    expect(abs(got[0] - 0.9) < 1e-5,
           f"image 0 (class 1, pixels 0 and 0.5): only the second pixel has room to go down, so "
           f"its margin 1.0 becomes 0.9; yours: {got[0]:.3f}", "wrong-room")
    expect(abs(got[1] + 0.9) > 1e-5, "for class 0 everything is mirrored: image 1 is pushed UP "
           "the score, and you pushed it down", "one-class")
    expect(abs(got[1] + 1.3) < 1e-5,
           f"image 1 (class 0, pixels 0 and 0.5): both pixels can go up, so its margin -1.0 "
           f"becomes -1.3; yours: {got[1]:.3f}", "wrong-room")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(12)
    for d, epsilon in ((1, 0.2), (6, 0.0), (6, 0.15), (9, 0.6), (4, 3.0)):
        oracle_box(worst_margin_in_box, d, epsilon, g)
    ### END HIDDEN TESTS


test_worst_margin_in_box()
print("1.1, in the box: visible checks passed")

# %% [markdown]
# What does it mean for the digits? The median margin against what one grey step costs:

# %% id="linear-curve" tags=["demo"]
epsilons = torch.linspace(0, 0.3, 31)
free = [(worst_margin(margins, w, e, "linf") > 0).float().mean().item() for e in epsilons]
boxed = [(worst_margin_in_box(x37, y37, w, b, e) > 0).float().mean().item() for e in epsilons]
figure = plots.curves({"without the box": (epsilons.tolist(), free),
                       "in the box": (epsilons.tolist(), boxed)},
                      xlabel="epsilon (largest change of a pixel, 1 = black to white)",
                      ylabel="accuracy under the worst case",
                      title="A linear model, 3 against 7: exact, no attack needed")
plots.show(figure, alt="Two falling curves: exact accuracy of a linear model under the worst "
           "perturbation, with the box a little above the one without.")

# %% [markdown]
# Accuracy falls from nearly everything to nothing within a quarter of the grey scale. No pixel
# moves much, but all 784 of them move in the direction that counts: the margin loses
# `epsilon * ||w||_1`, a sum over all pixels. That is Goodfellow's explanation of 2015, and the
# reason why dimension matters (Lab 04 takes it up).
#
# In the box the attacker loses a little: the black background cannot get darker.

# %% [markdown]
# ## Exercise 1.2: one signed gradient step (3 points)
#
# Difficulty: 1 of 5 · Minutes: 15 · Why: FGSM is the cheapest attack there is, and half of all
# wrong robustness claims rest on it.
#
# A network is not linear, but close to `x` it nearly is, and its gradient plays the part of `w`.
# The fast gradient sign method (Goodfellow et al. 2015) takes that at its word: one step of size
# epsilon in the direction in which every pixel raises the loss,
# then back into the box.
#
# Write `fgsm`. The loss is `F.cross_entropy(model(x), y)`.
#
# - `x`: (n, 1, 28, 28) in [0, 1]; `y`: (n,); `epsilon` >= 0
# - returns `x_adv`, shaped like `x`, in [0, 1], no pixel further than epsilon from `x`, without a
#   graph
# - leaves `x`, `y` and the model as they were: no gradients left in the parameters
#
# <details><summary>Hint 1: where to look</summary>
# You want the gradient of the loss with respect to the input, not the weights:
# <code>torch.autograd.grad(loss, x)</code> gives just that, and leaves the model alone.
# <details><summary>Hint 2: the idea</summary>
# Make a copy of x that requires a gradient, compute the loss, take the sign of its gradient, go
# up by epsilon, clamp to [0, 1].
# <details><summary>Hint 3: nearly the code</summary>
# <code>z = (a copy of x).requires_grad_(True)</code>, then
# <code>(gradient,) = torch.autograd.grad(...)</code>, then return
# <code>(x + ... * gradient.sign()).clamp(...)</code>, detached.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-fgsm", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_fgsm(fgsm):
    """Other sizes and dtypes, epsilon zero, and finite differences on a small smooth network."""
    g = torch.Generator().manual_seed(21)
    for n, d, dtype in ((1, 5, torch.float32), (7, 30, torch.float64)):
        w = torch.randn(d, generator=g, dtype=dtype)
        x = torch.rand(n, d, generator=g, dtype=dtype)
        y = torch.randint(0, 2, (n,), generator=g)
        for epsilon in (0.0, 0.07, 0.9):
            model = two_class(w, 0.1)
            with untouched(model, x, y):
                got = expect_tensor(fgsm(model, x, y, epsilon), (n, d), "fgsm")
            expect(got.dtype == dtype, f"fgsm must keep the dtype {dtype}", "wrong-dtype")
            truth = x - epsilon * (2 * y - 1)[:, None] * w.sign()
            expect(torch.allclose(got, truth.clamp(0, 1), atol=1e-6),
                   "on a linear model your step is not the exact worst case", "not-worst")
    oracle_finite_differences(fgsm, g)


def oracle_finite_differences(fgsm, g):
    """The sign of each pixel's move is the sign of a central difference of the true loss."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(8, 12), nn.Tanh(), nn.Linear(12, 3)).double()
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=g)
    x = 0.3 + 0.4 * torch.rand(5, 8, generator=g, dtype=torch.float64)
    y = torch.tensor([0, 1, 2, 1, 0])
    move = fgsm(model.eval(), x, y, 0.05) - x
    for pixel in range(8):
        step = 1e-6 * F.one_hot(torch.tensor(pixel), 8)
        up, down = (F.cross_entropy(model(x + s * step), y, reduction="none") for s in (1, -1))
        rate = ((up - down) / 2e-6).detach()
        sure = rate.abs() > 1e-6
        expect(torch.allclose(move[sure, pixel], 0.05 * rate[sure].sign(), atol=1e-9),
               "your direction is not that of the gradient of the cross-entropy with respect to "
               "the true labels y", "wrong-loss")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_2-fgsm", "solution": true}
def fgsm(model, x, y, epsilon):
    """One step of size epsilon along the sign of the gradient of the loss; (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    z = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y), z)
    return (x + epsilon * gradient.sign()).clamp(0, 1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_2-fgsm-test", "points": 3}
@exercise("1.2")
def test_fgsm():
    """On a two-class linear model the step is known: -epsilon * side(y) * sign(w), then clamp."""
    model = two_class(torch.tensor([2.0, -1.0, 0.5]))
    x, y = torch.tensor([[0.5, 0.5, 0.05], [0.5, 0.5, 0.5]]), torch.tensor([1, 0])
    with untouched(model, x, y):
        got = expect_tensor(fgsm(model, x, y, 0.1), (2, 3), "fgsm")
    move = got - x
    expect((got >= 0).all() and (got <= 1).all(),
           f"a pixel of your result is {got.min():.2f}: clamp the result to [0, 1]", "no-clip")
    expect(not torch.equal(move.sign(), torch.tensor([[1.0, -1, 1], [-1, 1, -1]])),
           "your step goes down the loss; the attacker goes up", "wrong-sign")
    expect(torch.allclose(move[1].abs(), torch.full((3,), 0.1)),
           f"every pixel with room must move by exactly epsilon = 0.1; yours move by "
           f"{shown(move[1].abs())}: use the sign of the gradient", "no-sign")
    truth = torch.tensor([[0.4, 0.6, 0.0], [0.6, 0.4, 0.6]])
    expect(torch.allclose(got, truth), "image 1 has the label 0 and the model reads 1: it must "
           f"move away from its label, to {shown(truth[1])}; yours: {shown(got[1])}",
           "wrong-loss")
    ### BEGIN HIDDEN TESTS
    oracle_fgsm(fgsm)
    ### END HIDDEN TESTS


test_fgsm()
print("1.2: visible checks passed")

# %% [markdown]
# ### Predict, then run
#
# The network below is right on about 99 % of the test images. FGSM gets epsilon = 0.1 and 200 of
# them. How many per cent will still be right? Commit to a number before you run the next cell;
# nobody grades it.

# %% nbgrader={"grade_id": "ex1_2-predict", "solution": true}
# my_guess_in_percent = a number from 0 to 100
### BEGIN SOLUTION
my_guess_in_percent = 50
### END SOLUTION

# %% id="fgsm-demo" tags=["demo"]
test = data.mnist("test")
digits = data.sample(test, 200, torch.Generator().manual_seed(0))
batches = list(data.batches(*digits))
noise = torch.Generator().manual_seed(0)


def random_signs(model, x, y, epsilon):
    """Noise of the same size, the baseline of every attack."""
    signs = torch.randint(0, 2, x.shape, generator=noise) * 2 - 1
    return (x + epsilon * signs).clamp(0, 1)


for name, attack in (("random signs", random_signs), ("fgsm", fgsm)):
    left = evaluation.robust_accuracy(standard, batches, attack, 0.1)
    print(f"{name}, epsilon 0.1: {left:.1%} still right")
print(f"you said: {my_guess_in_percent} %")

# %% [markdown]
# One gradient is worth more than any amount of noise. And it is only the first step: FGSM trusts
# a straight line for the whole way to the edge of the ball. The next attack looks again on the way.
#
# ## Exercise 1.3: projected gradient descent (8 points)
#
# Difficulty: 3 of 5 · Minutes: 35 · Why: PGD is the attack against which robustness is measured
# (Madry et al. 2018). Most home-made versions of it contain one of the mistakes that the checks
# below know by name.
#
# Three parts, each with its own points.
#
# **a. `project(z, x, epsilon, norm)`** brings `z` back to where it is allowed: first into the ball
# around `x`, then into the box.
#
# - `"linf"`: each pixel of `z` at most epsilon from that of `x`
# - `"l2"`: the Euclidean distance of *each image* at most epsilon; an image that is too far is
#   pulled back along the line to `x`, one that is inside stays where it is
# - shapes (n, ...), any number of dimensions after the first; returns the shape of `z`
#
# <details><summary>Hint 1: where to look</summary>
# For L-infinity, torch.clamp takes tensors as bounds. For L2, the norm is per image: flatten all
# but the first dimension.
# <details><summary>Hint 2: the idea</summary>
# The factor for L2 is the smaller of 1 and epsilon / length. Think of length zero.
# <details><summary>Hint 3: nearly the code</summary>
# <code>length = (z - x).flatten(1).norm(dim=1)</code>;
# <code>factor = (epsilon / length.clamp_min(tiny)).clamp(max=1)</code>, reshaped to
# (n, 1, 1, ...); then <code>x + factor * (z - x)</code>, and clamp.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-project", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_project(z, x, epsilon, norm):
    """A right projection, for the tests of what builds on it."""
    move = (z - x).flatten(1)
    if norm == "linf":
        move = move - F.relu(move - epsilon) + F.relu(-move - epsilon)
    else:
        size = move.norm(dim=1, keepdim=True)
        move = torch.where(size > epsilon, move * (epsilon / size.clamp_min(1e-30)), move)
    return (x + move.reshape(x.shape)).clamp(0, 1)


def oracle_projection(project, shape, epsilon, g):
    """In ball and box, idempotent; without the box no point of the ball is nearer to z."""
    x = 0.5 + 0.05 * torch.randn(shape, generator=g, dtype=torch.float64).clamp(-3, 3)
    inner = x + 0.1 * torch.randn(shape, generator=g, dtype=torch.float64)
    wild = x + 2 * torch.randn(shape, generator=g, dtype=torch.float64)
    for norm in ("linf", "l2"):
        for z in (inner, wild, x.clone()):
            got = expect_tensor(project(z, x, epsilon, norm), shape, "project")
            far = evaluation.distances(x, got, norm)
            expect((far <= epsilon + 1e-9).all(), f"a point ends {far.max():.3g} from x, outside "
                   f"the {norm} ball of radius {epsilon}", "outside-ball")
            expect((got >= 0).all() and (got <= 1).all(), "the result leaves the box", "no-clip")
            expect(torch.allclose(project(got, x, epsilon, norm), got, atol=1e-9),
                   "projecting twice must be the same as projecting once", "moves-inside")
            near = oracle_project(z, x, epsilon, norm)
            ours, best = ((point - z).flatten(1).norm(dim=1) for point in (got, near))
            expect((ours <= best + 1e-9).all(),
                   f"another allowed point of the {norm} ball is nearer to z", "too-far-in")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_3-project", "solution": true}
def project(z, x, epsilon, norm):
    """The point of the ball around x, and of the box [0, 1], that belongs to z; (n, ...)."""
    ### BEGIN SOLUTION
    if norm == "linf":
        return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    length = (z - x).flatten(1).norm(dim=1).clamp_min(1e-12)
    factor = (epsilon / length).clamp(max=1).reshape(-1, *[1] * (x.dim() - 1))
    return (x + factor * (z - x)).clamp(0, 1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_3-project-test", "points": 2}
@exercise("1.3")
def test_project():
    """Two images: the first is far out, the second already inside."""
    x = torch.full((2, 1, 2, 2), 0.5)
    z = x + torch.tensor([0.4, 0.01]).reshape(2, 1, 1, 1)
    for norm in ("linf", "l2"):
        got = expect_tensor(project(z, x, 0.2, norm), (2, 1, 2, 2), "project")
        far = evaluation.distances(x, got, norm)
        expect(far[0] < 0.2001, f"image 0 ends {far[0]:.2f} from x in the {norm} norm, outside the "
               "ball of radius 0.2", "outside-ball")
        expect(torch.equal(got[1], z[1]), f"image 1 is inside the {norm} ball already and must "
               "stay where it is: treat each image on its own, and only pull back what is too far",
               "moves-inside")
        expect(far[0] > 0.1999, f"image 0 ends {far[0]:.3f} from x in the {norm} norm; the point "
               "that belongs to it lies on the edge, at 0.2", "too-far-in")
    edge = project(torch.tensor([[1.3, -0.2]]), torch.tensor([[0.9, 0.1]]), 0.5, "linf")
    expect((edge >= 0).all() and (edge <= 1).all(), "the result leaves the box: clamp to [0, 1]",
           "no-clip")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(31)
    for shape in ((1, 3), (5, 1, 4, 4), (3, 2, 6)):
        for epsilon in (0.0, 0.1, 0.8):
            oracle_projection(project, shape, epsilon, g)
    ### END HIDDEN TESTS


test_project()
print("1.3a: visible checks passed")

# %% [markdown]
# **b. `pgd`**: one run. Start at a random point of the ball, then `steps` times: gradient of the
# loss at the current point, one step of `step_size` uphill, project.
#
# - the start: `x` plus uniform noise in [-epsilon, epsilon] drawn with `generator`, projected; for
#   `"l2"` the noise is divided by the root of the number of pixels of an image, so that the start
#   lies well inside the ball
# - the step: the **sign** of the gradient for `"linf"`; for `"l2"` the gradient of each image
#   divided by its own length (an image whose gradient is zero stays where it is)
# - with `early_stop=True` an image that the model misreads where it is now stays there, and is not
#   computed again: most images fall within a few steps, so this is where the time goes. With
#   `False` every image makes every step, which is what one wants of a targeted attack, or of images
#   that are to fool another model, too
# - `project(z, x, epsilon, norm)` is handed in, so a slip in part a costs nothing here
# - `loss(logits, y)` returns one number per image, shape (n,); add them up before you differentiate
# - returns the last point, without a graph; `x`, `y` and the model stay as they were
#
# <details><summary>Hint 1: where to look</summary>
# It is FGSM in a loop, with a smaller step. What changes is the point at which you ask for the
# gradient.
# <details><summary>Hint 2: the idea</summary>
# In every step, start from a tensor that has no history: detach, then requires_grad_(True).
# Otherwise the graph grows from step to step. For early_stop keep the numbers of the images that
# are left, and look at the logits that you have computed anyway.
# <details><summary>Hint 3: nearly the code</summary>
# Noise: <code>epsilon * (2 * torch.rand(x.shape, generator=...) - 1)</code>, for L2 divided by
# <code>x[0].numel() ** 0.5</code>; in the loop
# <code>(gradient,) = torch.autograd.grad(loss(model(z), y).sum(), z)</code>, then
# <code>z = project(z.detach() + step_size * direction, ...)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-loss", "locked": true}
def cross_entropy(logits, y):
    """The cross-entropy of each example: logits (n, classes), y (n,) -> (n,)."""
    return F.cross_entropy(logits, y, reduction="none")

# %% nbgrader={"grade_id": "oracle-pgd", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_pgd(pgd):
    """Properties on the linear model and on the network, with other seeds, sizes and dtypes."""
    g = torch.Generator().manual_seed(32)
    w = torch.randn(12, generator=g, dtype=torch.float64)
    x, y = torch.rand(4, 12, generator=g, dtype=torch.float64), torch.tensor([0, 1, 1, 0])
    run = partial(pgd, two_class(w), x, y, project=oracle_project, steps=60, step_size=0.02,
                  early_stop=False)
    got = expect_tensor(run(0.15, generator=g), (4, 12), "pgd")
    expect(got.dtype == x.dtype, f"pgd must keep the dtype {x.dtype}", "wrong-dtype")
    truth = (x - 0.15 * (2 * y - 1)[:, None] * w.sign()).clamp(0, 1)
    expect(torch.allclose(got, truth, atol=1e-6),
           "on a linear model PGD must end at the exact worst case", "not-worst")
    expect(torch.equal(run(0.0, generator=g), x), "epsilon 0 must return x itself", "outside-ball")
    l2 = run(0.3, generator=g, norm="l2")
    expect((evaluation.distances(x, l2, "l2") <= 0.3 + 1e-6).all(), "outside the L2 ball",
           "outside-ball")
    flat = two_class(torch.zeros(12, dtype=torch.float64))
    still = pgd(flat, x, y, 0.1, project=oracle_project, generator=g, norm="l2", steps=3)
    expect_tensor(still, (4, 12), "pgd with a zero gradient")
    oracle_early_stop(pgd)
    oracle_pgd_on_digits(pgd)


def oracle_early_stop(pgd):
    """One pixel, steps of 0.1 from about x: the image at 0.25 falls in the step that passes 0."""
    model, x = two_class(torch.tensor([1.0])), torch.tensor([[0.25], [0.95], [-0.5], [0.6]])
    sizes = []
    handle = model.register_forward_hook(lambda _, given, __: sizes.append(len(given[0])))
    g = torch.Generator().manual_seed(36)
    free = {"project": lambda z, x, epsilon, norm: z, "generator": g, "step_size": 0.1}
    y = torch.ones(4, dtype=torch.long)
    end = pgd(model, x, y, 1e-4, **free, steps=20, early_stop=True)
    handle.remove()
    # 24 looks are needed, twice that with a look before each step; 80 if nobody is dropped
    expect(sum(sizes) <= 48, f"the model saw {sum(sizes)} images in 20 steps; images that are "
           "misread already must be dropped", "no-early-stop")
    goal = torch.tensor([[-0.05], [-0.05], [-0.5], [-0.1]])
    expect((end[:3] - goal[:3]).abs().max() < 0.01 and -0.11 < end[3] < 0.01,
           "with early_stop an image must stay where the model first misreads it", "no-early-stop")
    far = pgd(model, x, y, 1e-4, **free, steps=20, early_stop=False)
    expect((far - (x - 2)).abs().max() < 0.01, "without early_stop every image makes every step",
           "always-stops")


def oracle_pgd_on_digits(pgd):
    """PGD must take the network from 99 % to the level a right PGD reaches."""
    model = models.pretrained("mnist_cnn")
    images = data.sample(data.mnist("test"), 60, torch.Generator().manual_seed(33))
    for norm, epsilon, size, floor in (("linf", 0.15, 0.02, 0.1), ("l2", 2.5, 0.3, 0.1)):
        generator = torch.Generator().manual_seed(34)
        attack = partial(pgd, project=oracle_project, generator=generator, norm=norm, steps=30,
                         step_size=size)
        left = evaluation.robust_accuracy(model, data.batches(*images), attack, epsilon, norm)
        expect(left <= floor, f"after your PGD ({norm}, epsilon {epsilon}) {left:.0%} of 60 digits "
               f"are still right; a right one leaves at most {floor:.0%}", "too-weak")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_3-pgd", "solution": true}
def pgd(model, x, y, epsilon, *, project, generator, norm="linf", steps=40, step_size=0.02,
        loss=cross_entropy, early_stop=True):
    """One run of projected gradient descent from a random start; (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    noise = epsilon * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1)
    if norm == "l2":
        noise = noise / x[0].numel() ** 0.5
    z = project(x + noise, x, epsilon, norm)
    left = torch.arange(len(x))
    for _ in range(steps):
        here = z[left].detach().requires_grad_(True)
        logits = model(here)
        (gradient,) = torch.autograd.grad(loss(logits, y[left]).sum(), here)
        direction = gradient.sign()
        if norm == "l2":
            direction = F.normalize(gradient.flatten(1), dim=1).reshape(here.shape)
        moved = project(here.detach() + step_size * direction, x[left], epsilon, norm)
        if early_stop:
            right = logits.argmax(1) == y[left]
            left, moved = left[right], moved[right]
            if len(left) == 0:
                break
        z[left] = moved
    return z.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_3-pgd-test", "points": 3}
@exercise("1.3")
def test_pgd():
    """A linear model and a projection that changes nothing: then the way is known exactly."""
    w = torch.tensor([3.0, -4.0])
    model, x, y = two_class(w), torch.full((2, 2), 0.5), torch.tensor([1, 1])
    calls = []

    def run(norm, steps, seed, step_size=0.01):
        def project(z, x, epsilon, norm):
            calls.append((epsilon, norm))
            return z

        generator = torch.Generator().manual_seed(seed)
        with untouched(model, x, y):
            end = pgd(model, x, y, 0.1, project=project, generator=generator, norm=norm,
                      steps=steps, step_size=step_size, early_stop=False)
        return expect_tensor(end, (2, 2), "pgd")

    start = run("linf", 0, seed=0)
    expect(not torch.equal(start, x), "with steps=0 pgd must return its random start; yours is x",
           "no-random-start")
    expect((start - x).abs().max() <= 0.1, "the random start lies outside the ball", "outside-ball")
    inside = evaluation.distances(x, run("l2", 0, seed=0), "l2").max()
    expect(inside <= 0.1, f"the start for l2 lies {inside:.3f} from x, outside the ball of radius "
           "0.1: divide the noise by the root of the number of pixels", "outside-ball")
    expect(torch.equal(start, run("linf", 0, seed=0)) and not torch.equal(start, run("linf", 0, 1)),
           "the start must depend on generator, and on nothing else", "ignores-generator")
    seen = []
    handle = model.register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
    run("linf", 6, seed=0)
    handle.remove()
    expect(len(seen) >= 6 and set(seen) == {2},
           "with early_stop=False every image makes every step", "always-stops")
    calls.clear()
    unit = {"linf": torch.tensor([-1.0, 1.0]), "l2": torch.tensor([-0.6, 0.8])}
    for norm, direction in unit.items():
        step = (run(norm, 5, seed=0) - run(norm, 0, seed=0)) / 5
        expect((step * direction).sum() > 0, "your steps go down the loss; the attacker goes up",
               "wrong-sign")
        expect(torch.allclose(step, 0.01 * direction.expand(2, 2), atol=1e-6),
               f'a "{norm}" step of size 0.01 must move each image by 0.01 * {shown(direction)}; '
               f"yours: {shown(step[0])}", "wrong-step")
    expect(len(calls) >= 12 and set(calls) == {(0.1, "linf"), (0.1, "l2")},
           "project(z, x, epsilon, norm) must be called after the start and after every step, with "
           "the same epsilon and norm", "project-once")
    ### BEGIN HIDDEN TESTS
    oracle_pgd(pgd)
    ### END HIDDEN TESTS


test_pgd()
print("1.3b: visible checks passed")

# %% [markdown]
# **c. `with_restarts`**: a run can end in a bad corner, so one runs again from another start and
# keeps, *for each image*, the first point that fooled the model. Images that are fooled already (or
# that were wrong from the beginning) are not attacked again: that is what makes restarts cheap.
#
# - `attack(model, x, y)` returns changed images for the batch it gets; it is called at most
#   `restarts` times, each time with only those images that are still right
# - returns `x_adv`: the first point that fooled the model where there was one; for an image that
#   was wrong from the beginning `x` itself; for one that survived everything, `x` itself too
# - when no image is left, it stops
#
# <details><summary>Hint 1: where to look</summary>
# Keep a boolean tensor "still right" over the whole batch. <code>evaluation.is_wrong(model, x,
# y)</code> tells where the model is wrong.
# <details><summary>Hint 2: the idea</summary>
# Index with the numbers of the images that are left: <code>left = still_right.nonzero()[:,
# 0]</code>. Attack <code>x[left]</code>, look which of them are now wrong, and write those back.
# <details><summary>Hint 3: nearly the code</summary>
# Attack <code>x[left]</code> with <code>y[left]</code>; <code>fooled</code> is what
# <code>evaluation.is_wrong</code> says of the result; write <code>candidate[fooled]</code> to the
# rows <code>left[fooled]</code> of x_adv; then <code>left = left[~fooled]</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-restarts", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_restarts(with_restarts):
    """Random scripts: bookkeeping by hand, image by image."""
    model = two_class(torch.tensor([1.0]), -0.5)
    for seed in range(5):
        g = torch.Generator().manual_seed(350 + seed)
        x = torch.rand(9, 1, generator=g)
        y = torch.randint(0, 2, (9,), generator=g)
        seen, late, first = [], [], {}

        def attack(model, some, labels, x=x, seen=seen, late=late, first=first, g=g):
            points = torch.rand(len(some), 1, generator=g)
            for before, point, label in zip(some, points, labels, strict=True):
                index = int((x == before).nonzero()[0, 0])
                seen.append(index)
                late.extend([index] if index in first else [])
                if (point > 0.5).item() != bool(label):
                    first.setdefault(index, point)
            return points

        right = (x[:, 0] > 0.5) == (y == 1)
        got = with_restarts(model, x, y, attack, 3)
        truth = torch.stack([first.get(i, x[i]) for i in range(9)])
        expect(torch.equal(got, truth), "an image does not come back with its first fooling point",
               "keeps-last")
        expect(all(right[i] for i in seen), "an image that was wrong from the beginning was "
               "attacked", "attacks-wrong")
        expect(not late, "an image was attacked again after it had been fooled", "no-drop")
    oracle_restarts_stop(with_restarts)


def oracle_restarts_stop(with_restarts):
    """No call without images, and one image works."""
    model = two_class(torch.tensor([1.0]), -0.5)
    sizes = []

    def attack(model, x, y):
        sizes.append(len(x))
        return torch.zeros_like(x)

    x, y = torch.tensor([[0.9]]), torch.tensor([1])
    got = with_restarts(model, x, y, attack, 5)
    expect(sizes == [1], "when every image is fooled there is nothing left to attack: stop",
           "no-drop")
    expect(got[0, 0] == 0, "the fooled image must come back", "keeps-failures")
    expect(torch.equal(with_restarts(model, x, y, attack, 0), x), "no restarts: x itself")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_3-restarts", "solution": true}
def with_restarts(model, x, y, attack, restarts):
    """The first fooling point of each image over several runs of attack(model, x, y)."""
    ### BEGIN SOLUTION
    x_adv = x.clone()
    left = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    for _ in range(restarts):
        if len(left) == 0:
            break
        candidate = attack(model, x[left], y[left])
        fooled = evaluation.is_wrong(model, candidate, y[left])
        x_adv[left[fooled]] = candidate[fooled]
        left = left[~fooled]
    return x_adv
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_3-restarts-test", "points": 3}
@exercise("1.3")
def test_with_restarts():
    """A scripted attack on five one-pixel images; the model says 1 when the pixel is above 0.5."""
    model = two_class(torch.tensor([1.0]), -0.5)
    x, y = torch.tensor([[0.9], [0.8], [0.2], [0.7], [0.6]]), torch.ones(5, dtype=torch.long)
    script = [[0.4, 0.75, 0.55, 0.55], [0.3, 0.65, 0.45], [0.8]]  # one row a run
    sizes = []

    def attack(model, x, y):
        sizes.append(len(x))
        wanted = script[len(sizes) - 1] if len(sizes) <= len(script) else [0.0] * len(x)
        return torch.tensor((wanted + [0.0] * 5)[: len(x)])[:, None]

    with untouched(model, x, y):
        got = expect_tensor(with_restarts(model, x, y, attack, 3), (5, 1), "with_restarts")
    expect(sizes[:1] != [5], "image 2 was wrong from the beginning: it must not be attacked",
           "attacks-wrong")
    expect(sizes != [4, 4, 4], "you attack images again that were fooled before: drop them",
           "no-drop")
    expect(sizes == [4, 3, 1], f"the runs must get 4, 3 and 1 images; yours got {sizes}")
    expect(abs(got[0, 0] - 0.4) < 1e-6,
           "image 0 was fooled in the first run and lost it in a later one: keep the first point",
           "keeps-last")
    expect(torch.equal(got[3], x[3]) or got[3] < 0.5, "image 3 must be returned as it was unless "
           "it was fooled", "keeps-failures")
    truth = torch.tensor([[0.4], [0.3], [0.2], [0.7], [0.45]])
    expect(torch.allclose(got, truth), f"expected {truth[:, 0].tolist()}, got {got[:, 0].tolist()}",
           "keeps-failures")
    ### BEGIN HIDDEN TESTS
    oracle_restarts(with_restarts)
    ### END HIDDEN TESTS


test_with_restarts()
print("1.3c: visible checks passed")

# %% [markdown]
# FGSM against PGD, on the same 200 digits:

# %% id="pgd-demo" tags=["demo"]
g = torch.Generator().manual_seed(0)


def pgd40(model, x, y, epsilon, loss=cross_entropy, restarts=1):
    """Your attack, ready to use: PGD with 40 steps in the L-infinity ball."""
    one = partial(pgd, epsilon=epsilon, project=project, generator=g, norm="linf", steps=40,
                  step_size=2.5 * max(epsilon, 0.01) / 40, loss=loss)
    return with_restarts(model, x, y, one, restarts)


for epsilon in (0.1, 0.2, 0.3):
    by_fgsm, by_pgd = (evaluation.robust_accuracy(standard, batches, attack, epsilon)
                       for attack in (fgsm, pgd40))
    print(f"epsilon {epsilon}: {by_fgsm:.1%} right after FGSM, {by_pgd:.1%} after PGD-40")

# %% [markdown]
# Where FGSM still leaves digits standing, PGD leaves fewer, and soon none. Whoever reports only the
# first number reports the weakness of FGSM, not the strength of the model.
#
# Move the slider: the same eight digits under your PGD at growing epsilon. When do *you* begin to
# doubt?

# %% id="slider" tags=["demo"]
def draw(epsilon):
    """Eight digits, as your attack leaves them, and what the network reads."""
    x_adv = pgd40(standard, digits.x[:8], digits.y[:8], epsilon)
    seen = [f"reads {d}" for d in standard(x_adv).argmax(1).tolist()]
    return plots.image_grid([x_adv], seen, row_labels=[f"epsilon {epsilon:.2f}"])


widgets.epsilon_slider(
    draw, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
    alt=lambda e: f"Eight digits under PGD at epsilon {e:.2f}, with what the network reads")

# %% [markdown]
# The shapes survive; you would read every digit at 0.3. The network is lost long before.
#
# ## Exercise 1.4: to a wrong answer of your choice (3 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: a stop sign that is read as "some other sign" is one
# thing, as "60 km/h" another. Targeted attacks measure the second danger. The commonest mistake in
# attack libraries' bug reports is one sign.
#
# Write `targeted`. It gets an attack that *raises* a loss, and must use it so that the model comes
# to read each image as `target`.
#
# - `target`: shape (n,), the class that each image should be read as
# - `attack(model, x, labels, epsilon, loss=...)` returns images in the ball on which
#   `loss(logits, labels)` is as large as it can make it; `loss` returns one number per image
# - an image that is read as its target already comes back unchanged
# - returns: shaped like `x`
#
# <details><summary>Hint 1: where to look</summary>
# What is large when the model is far from answering "target", and small when it does?
# <details><summary>Hint 2: the idea</summary>
# The attack climbs. Hand it a loss whose top is where you want to go: the negative of the
# cross-entropy of the target class.
# <details><summary>Hint 3: nearly the code</summary>
# <code>attack(model, x, target, epsilon, loss=lambda logits, t: -cross_entropy(...))</code>; then
# keep <code>x</code> where <code>model(x).argmax(1) == target</code> (torch.where with a mask of
# shape (n, 1, 1, ...)).
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-targeted", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_attack(model, x, y, epsilon, loss, steps=25, norm="linf"):
    """A right PGD from x itself, for the tests of what builds on it."""
    z = x.detach().clone()
    for _ in range(steps if epsilon > 0 else 0):
        z.requires_grad_(True)
        (slope,) = torch.autograd.grad(loss(model(z), y).sum(), z)
        way = slope.sign()
        if norm == "l2":
            way = slope / slope.flatten(1).norm(dim=1).clamp_min(1e-12).reshape(-1, 1, 1, 1)
        z = oracle_project(z.detach() + 3 * epsilon / steps * way, x, epsilon, norm)
    return z.detach()


def oracle_targeted(targeted):
    """Two classes in closed form, then digits of the network sent to a random other class."""
    g = torch.Generator().manual_seed(41)
    w = torch.randn(9, generator=g)
    x = 0.2 + 0.6 * torch.rand(6, 9, generator=g)
    target = torch.tensor([0, 1, 0, 1, 1, 0])
    got = expect_tensor(targeted(two_class(w), x, target, 0.1, oracle_attack), (6, 9), "targeted")
    there = (x @ w > 0) == (target == 1)
    goal = torch.where(there[:, None], x, x + 0.1 * (2 * target - 1)[:, None] * w.sign())
    expect(torch.equal(got[there], x[there]), "an image at its target already was moved",
           "moves-fooled")
    expect(torch.allclose(got, goal, atol=1e-5), "on a linear model the way to the target is "
           "known, and yours goes elsewhere", "wrong-sign")
    model = models.pretrained("mnist_cnn")
    images = data.sample(data.mnist("test"), 50, g)
    target = (images.y + torch.randint(1, 10, (50,), generator=g)) % 10
    x_adv = targeted(model, images.x, target, 0.3, oracle_attack)
    hit = 1 - evaluation.is_wrong(model, x_adv, target).float().mean()
    expect(hit >= 0.8, f"{hit:.0%} of 50 digits are read as their target; a right answer reaches "
           "80 % and more", "ignores-target")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_4-targeted", "solution": true}
def targeted(model, x, target, epsilon, attack):
    """Images in the ball around x that the model should read as target; (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    def nearness(logits, labels):
        return -cross_entropy(logits, labels)

    x_adv = attack(model, x, target, epsilon, loss=nearness)
    there = ~evaluation.is_wrong(model, x, target)
    return torch.where(there.reshape(-1, *[1] * (x.dim() - 1)), x, x_adv)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_4-targeted-test", "points": 3}
@exercise("1.4")
def test_targeted():
    """One pixel, three classes with scores -(x - 0)^2, -(x - 0.5)^2, -(x - 1)^2, and a search."""
    class Nearest(nn.Module):
        def forward(self, x):
            return -20 * (x - torch.tensor([0.0, 0.5, 1.0])) ** 2

    def search(model, x, labels, epsilon, loss):
        tries = torch.stack([(x + d).clamp(0, 1) for d in torch.linspace(-epsilon, epsilon, 21)])
        worth = torch.stack([loss(model(t), labels) for t in tries])
        return tries[worth.argmax(0), torch.arange(len(x))]

    x, target = torch.tensor([[0.1], [0.5], [0.9], [0.45]]), torch.tensor([1, 2, 0, 1])
    model = Nearest().eval()
    with untouched(model, x, target):
        got = expect_tensor(targeted(model, x, target, 0.4, search), (4, 1), "targeted")
    elsewhere = targeted(model, x, 2 - target, 0.4, search)
    expect(not torch.equal(got[1], elsewhere[1]), "with another target image 1 comes out the "
           "same: the target decides where to go, not the class that the model reads now",
           "ignores-target")
    expect(got[1] > x[1], "image 1 should become class 2 (pixel near 1), and you moved it away: "
           "the attack raises the loss it is given, so the loss must be large AT the target",
           "wrong-sign")
    expect(got[2] < x[2], "image 2 should become class 0, the other end of the scale, and went "
           "elsewhere: it must go to its own target", "ignores-target")
    expect(torch.equal(got[3], x[3]), "image 3 is read as its target already: return it unchanged",
           "moves-fooled")
    expect(model(got).argmax(1)[:2].tolist() == [1, 2], "the model does not read the target")
    ### BEGIN HIDDEN TESTS
    oracle_targeted(targeted)
    ### END HIDDEN TESTS


test_targeted()
print("1.4: visible checks passed")

# %% id="targeted-demo" tags=["demo"]
def attack_with(model, x, y, epsilon, loss):
    """PGD-40 of exercise 1.3, in the form that exercise 1.4 asks for."""
    return pgd(model, x, y, epsilon, project=project, generator=g, steps=40,
               step_size=2.5 * epsilon / 40, loss=loss, early_stop=False)


one_of_each = torch.stack([digits.x[digits.y == d][0] for d in range(10)])
rows = [targeted(standard, one_of_each, torch.full((10,), t), 0.25, attack_with) for t in (0, 3, 8)]
titles = [f"reads {d}" for row in rows for d in standard(row).argmax(1).tolist()]
figure = plots.image_grid(rows, titles, row_labels=[f"target {t}" for t in (0, 3, 8)])
plots.show(figure, alt="The ten digits in three rows, each row driven towards one target digit: "
           "0, 3 and 8. Most are read as the target.")

# %% [markdown]
# Read along a row: ten different digits, nearly all read as the same one. Some targets are harder
# than others; a 1 has little ink from which to make an 8 appear.
#
# ## Exercise 1.5: the shortest way out (7 points)
#
# Difficulty: 4 of 5 · Minutes: 35 · Why: PGD answers "can it be fooled within epsilon?". The
# minimum-norm attack answers "how far is the nearest mistake?", which needs no epsilon at all.
# Carlini and Wagner broke most defences of 2017 with it.
#
# For each image, find the nearest point (Euclidean distance) that the model misreads:
#
# minimise ||z - x||^2 + c * max(margin(z), 0), over z in the box.
#
# **a. `margin(logits, y)`**: the score of the true class minus the largest score of another class.
# Positive: the answer is right. Unlike the cross-entropy it never fades: twice the logits, twice
# the margin. Shape (n, classes), (n,) -> (n,).
#
# **b. The change of variables.** An optimiser knows nothing of a box. So let it move a free
# variable `v` and set `z = (tanh(v) + 1) / 2`, which is in the box for every `v`. Write `to_box(v)`
# and its inverse `from_box(x)`. Pixels of exactly 0 and 1 exist; `from_box` must give a finite
# number for them, with `to_box(from_box(x))` at most 1e-4 from `x`.
#
# <details><summary>Hint 1: where to look</summary>
# For the margin: how do you take the maximum over all classes but one? For the box: torch.atanh is
# the inverse of tanh, and infinite at -1 and 1.
# <details><summary>Hint 2: the idea</summary>
# Put minus infinity at the true class, then take the maximum. Shrink 2x - 1 by a hair before you
# take atanh.
# <details><summary>Hint 3: nearly the code</summary>
# <code>logits.scatter(1, y[:, None], -torch.inf)</code>;
# <code>torch.atanh((2 * x - 1) * (1 - 1e-5))</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex1_5-margin", "solution": true}
def margin(logits, y):
    """The true class's logit minus the largest other one: (n, classes), (n,) -> (n,)."""
    ### BEGIN SOLUTION
    own = logits.gather(1, y[:, None])[:, 0]
    return own - logits.scatter(1, y[:, None], -torch.inf).max(1).values
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_5-margin-test", "points": 1}
@exercise("1.5")
def test_margin():
    """Three examples by hand."""
    logits = torch.tensor([[5.0, 2.0, 1.0], [1.0, 4.0, 3.0], [-1.0, -2.0, -3.0]])
    got = expect_tensor(margin(logits, torch.tensor([0, 2, 1])), (3,), "margin")
    expect(not torch.allclose(got, -torch.tensor([3.0, -1.0, -1.0])),
           "the margin is positive where the answer is right: yours is mirrored", "wrong-sign")
    expect(got[0] != 0, "the largest OTHER class: yours compares the true class with itself",
           "includes-own")
    expect(got[1] < 0, "a wrong answer has a negative margin; yours stops at 0", "never-negative")
    expect(got[1] == -1 and got[2] == -1, f"for logits {logits[1:].tolist()} and labels 2, 1 the "
           f"margins are -1 and -1; yours: {got[1:].tolist()}", "wrong-other")
    expect(got[0] == 3, f"for logits [5, 2, 1] and label 0 the margin is 3; yours: {got[0]:g}",
           "wrong-other")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(51)
    for n, classes in ((1, 2), (20, 10)):
        logits = torch.randn(n, classes, generator=g, dtype=torch.float64) * 30 - 50
        y = torch.randint(0, classes, (n,), generator=g)
        before = logits.clone()
        got = expect_tensor(margin(logits, y), (n,), "margin")
        expect(torch.equal(logits, before), "margin changed its input", "input-modified")
        for row, label, value in zip(logits.tolist(), y.tolist(), got.tolist(), strict=True):
            rival = max(v for k, v in enumerate(row) if k != label)
            expect(abs(value - (row[label] - rival)) < 1e-9, "a margin is wrong on random logits, "
                   "all of which are negative", "wrong-other")
    tie = margin(torch.tensor([[2.0, 2.0]]), torch.tensor([0]))
    expect(tie.item() == 0, "two equal scores have margin 0", "wrong-other")
    ### END HIDDEN TESTS


test_margin()
print("1.5a: visible checks passed")

# %% nbgrader={"grade_id": "ex1_5-box", "solution": true}
def to_box(v):
    """Any numbers to the open interval (0, 1), by (tanh(v) + 1) / 2."""
    ### BEGIN SOLUTION
    return (torch.tanh(v) + 1) / 2
    ### END SOLUTION


def from_box(x):
    """The inverse of to_box for x in [0, 1]; finite at 0 and at 1."""
    ### BEGIN SOLUTION
    return torch.atanh((2 * x - 1) * (1 - 1e-5))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_5-box-test", "points": 2}
@exercise("1.5")
def test_box():
    """In the box, and back again."""
    v = torch.tensor([-30.0, -1.0, 0.0, 2.0, 30.0])
    z = expect_tensor(to_box(v), (5,), "to_box")
    expect((z >= 0).all() and (z <= 1).all(), f"to_box({shown(v)}) gave {shown(z)}: outside "
           "[0, 1]. tanh runs from -1 to 1", "outside-range")
    expect(z[2] == 0.5 and abs(z[3] - 0.98201) < 1e-4,
           f"to_box(0) must be 0.5 and to_box(2) 0.98201; yours: {z[2]:.5f} and {z[3]:.5f}",
           "wrong-formula")
    x = torch.tensor([0.0, 0.25, 0.5, 1.0])
    back = expect_tensor(from_box(x), (4,), "from_box")
    again = (torch.tanh(back) + 1) / 2  # not-an-answer: the formula stands in the text above
    expect((again - x).abs().max() < 1e-4, f"from_box takes {shown(x)} to {shown(back)}, "
           f"and (tanh + 1) / 2 takes that to {shown(again)}: not the way back", "no-inverse")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(52)
    for dtype in (torch.float32, torch.float64):
        x = torch.rand(3, 1, 5, 5, generator=g, dtype=dtype)
        x[0, 0, 0] = torch.tensor([0.0, 1.0, 0.5, 1e-9, 1 - 1e-7], dtype=dtype)
        back = expect_tensor(from_box(x.clone()), tuple(x.shape), "from_box")
        expect(back.dtype == dtype, f"from_box must keep the dtype {dtype}", "wrong-dtype")
        expect((torch.sigmoid(2 * back) - x).abs().max() < 1e-4, "the way back misses x by more "
               "than 1e-4", "no-inverse")
        v = 3 * torch.randn(50, generator=g, dtype=dtype)
        expect(torch.allclose(to_box(v), torch.sigmoid(2 * v), atol=1e-6),
               "to_box is not (tanh(v) + 1) / 2", "wrong-formula")
        expect((from_box(x).diff(dim=0).sign() * x.diff(dim=0).sign() >= 0).all(),
               "from_box must grow with x", "no-inverse")
    ### END HIDDEN TESTS


test_box()
print("1.5b: visible checks passed")

# %% [markdown]
# **c. `carlini_wagner`.** How large should `c` be? Too small, and the optimiser stays where it is
# and fools nobody; too large, and it walks further than it must. So it is searched for, each image
# on its own:
#
# - `rounds` times: `steps` steps of `torch.optim.Adam` with learning rate `lr` over `v`, on the sum
#   over the images of ||z - x||^2 + c * max(margin, 0)
# - all along, remember for each image the nearest point seen that the model misreads (margin below
#   0)
# - you may end a round early when 20 more steps lower that sum by less than 0.5 %: nothing more
#   comes of it
# - after a round: where it fooled the model, lower `c` to halfway between it and the largest `c`
#   that failed (0 if none did); where it did not, raise it: halfway to the smallest `c` that
#   worked, or times 10 if none did
# - the second round starts anew, a fifth of the way from `x` to grey: 0.8 x + 0.1. Black and white
#   pixels hardly move in v, for tanh is flat there; from elsewhere another mistake may be nearer
# - each round after it starts, for each image, at the best point so far (at the end of the last
#   round where there is none): a warm start
# - returns for each image the nearest misread point, `x` itself where none was found
# - `margin`, `to_box` and `from_box` are handed in
#
# Budget: at most `rounds * steps` gradients, and at most one more pass per round.
#
# <details><summary>Hint 1: where to look</summary>
# Keep one number per image: best distance, c, largest c that failed, smallest that worked. All are
# tensors of shape (n,).
# <details><summary>Hint 2: the idea</summary>
# torch.where does the book-keeping without a loop over images. Remember the best point inside the
# inner loop, not after it. Compare squared distances.
# <details><summary>Hint 3: nearly the code</summary>
# In the inner loop: <code>z = to_box(v)</code>, <code>m = margin(model(z), y)</code>, the squared
# distance <code>far</code> per image, <code>better = (m &lt; 0) &amp; (far &lt; best_far)</code>;
# then the gradient with respect to v of the sum of <code>far</code> plus c times the positive part
# of <code>m</code>, into <code>v.grad</code>, and <code>optimizer.step()</code>. After it: update
# <code>low</code>, <code>high</code>, then <code>c = torch.where(high.isinf(), ..., ...)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-carlini_wagner", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_margin(logits, y):
    """A right margin, for the tests of what builds on it."""
    rivals = logits - 1e30 * F.one_hot(y, logits.shape[1])
    return (logits * F.one_hot(y, logits.shape[1])).sum(1) - rivals.amax(1)


oracle_box_maps = {
    "to_box": lambda v: torch.sigmoid(2 * v),
    "from_box": lambda x: torch.logit(x, eps=1e-5) / 2,
}


def oracle_nearest(attack):
    """Random linear models inside the box: |margin| / ||w||_2 <= L2 <= 1.05 times that."""
    for seed, n in ((53, 6), (54, 1)):
        g = torch.Generator().manual_seed(seed)
        w = torch.randn(12, generator=g, dtype=torch.float64)
        x = 0.35 + 0.3 * torch.rand(n, 12, generator=g, dtype=torch.float64)
        y = (x @ w > 0).long()
        model = two_class(w)
        with untouched(model, x, y):
            got = attack(model, x, y, margin=oracle_margin, **oracle_box_maps, rounds=8, steps=80,
                         lr=0.02, c=0.1)
        got = expect_tensor(got, (n, 12), "carlini_wagner")
        expect(evaluation.is_wrong(model, got, y).all(), "a returned point is not misread",
               "not-fooled")
        ratio = evaluation.distances(x, got, "l2") / ((x @ w).abs() / w.norm())
        expect((ratio <= 1.05).all(), f"the worst point is {ratio.max():.2f} times as far as the "
               "nearest mistake", "too-far")
    sure = two_class(torch.zeros(12, dtype=torch.float64), 5.0)
    hopeless = attack(sure, x, torch.ones_like(y), margin=oracle_margin, **oracle_box_maps,
                      rounds=2, steps=3)
    expect(torch.equal(hopeless, x), "where no misread point was found x itself must come back",
           "not-fooled")


def oracle_bisection(model, x, y):
    """The smallest radius at which PGD-L2 succeeds, bisected per image: what to beat."""
    low, high = torch.zeros(len(x)), torch.full((len(x),), 5.0)
    for _ in range(8):
        radius = ((low + high) / 2).reshape(-1, 1, 1, 1)
        z, fooled = x.clone(), torch.zeros(len(x), dtype=torch.bool)
        for _ in range(30):
            z.requires_grad_(True)
            (slope,) = torch.autograd.grad(F.cross_entropy(model(z), y, reduction="sum"), z)
            unit = slope / slope.flatten(1).norm(dim=1).clamp_min(1e-12).reshape(-1, 1, 1, 1)
            move = z.detach() + 3 * radius / 30 * unit - x
            size = move.flatten(1).norm(dim=1).clamp_min(1e-12).reshape(-1, 1, 1, 1)
            z = (x + move * (radius / size).clamp(max=1)).clamp(0, 1)
            fooled |= evaluation.is_wrong(model, z, y)
        low, high = (torch.where(fooled, low, radius.flatten()),
                     torch.where(fooled, radius.flatten(), high))
    return high


def oracle_nearest_on_digits(attack):
    """Success on 95 % of the digits, at about the distance of the bisected PGD-L2 or below."""
    model = models.pretrained("mnist_cnn")
    images = data.sample(data.mnist("test"), 16, torch.Generator().manual_seed(55))
    right = ~evaluation.is_wrong(model, *images)
    x, y = images.x[right], images.y[right]
    calls = []
    handle = model.register_forward_hook(lambda *_: calls.append(1))
    got = attack(model, x, y, margin=oracle_margin, **oracle_box_maps, rounds=8, steps=80)
    handle.remove()
    expect(len(calls) <= 8 * 80 + 8, f"you called the model {len(calls)} times; rounds * steps "
           "gradients and one pass a round are the budget", "over-budget")
    fooled = evaluation.is_wrong(model, got, y).float().mean()
    expect(fooled >= 0.95, f"only {fooled:.0%} of the digits are misread", "not-fooled")
    ours, theirs = evaluation.distances(x, got, "l2").mean(), oracle_bisection(model, x, y).mean()
    expect(ours <= 1.05 * theirs, f"your mean distance is {ours:.3f}; PGD with the smallest "
           f"radius that works needs only {theirs:.3f}", "too-far")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_5-carlini_wagner", "solution": true}
def carlini_wagner(model, x, y, *, margin, to_box, from_box, rounds=6, steps=60, lr=0.1, c=3.0):
    """The nearest misread point of each image in the L2 norm; (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    shape = (-1, *[1] * (x.dim() - 1))
    best, start = x.clone(), x
    best_far = torch.full((len(x),), torch.inf, dtype=x.dtype)
    low, high = torch.zeros_like(best_far), best_far.clone()
    c = torch.full_like(best_far, c)
    for k in range(rounds):
        v = from_box(start).detach().clone().requires_grad_(True)
        optimizer = torch.optim.Adam([v], lr=lr)
        fooled, before = torch.zeros(len(x), dtype=torch.bool), torch.inf
        for step in range(steps):
            z = to_box(v)
            m, far = margin(model(z), y), (z - x).flatten(1).pow(2).sum(1)
            better = (m < 0) & (far < best_far)
            best = torch.where(better.reshape(shape), z, best).detach()
            best_far = torch.where(better, far, best_far).detach()
            fooled |= m < 0
            cost = (far + c * m.clamp_min(0)).sum()
            if step % 20 == 19:
                if cost > 0.995 * before:
                    break
                before = cost.item()
            (v.grad,) = torch.autograd.grad(cost, v)
            optimizer.step()
        high = torch.where(fooled, torch.minimum(high, c), high)
        low = torch.where(fooled, low, torch.maximum(low, c))
        c = torch.where(high.isinf(), 10 * c, (low + high) / 2)
        start = torch.where(best_far.isinf().reshape(shape), z.detach(), best)
        start = 0.8 * x + 0.1 if k == 0 else start
    return best
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_5-carlini_wagner-test", "points": 4}
@exercise("1.5")
def test_carlini_wagner():
    """Two classes, no box in the way: the nearest mistake is |score| / ||w||_2 away."""
    w = torch.tensor([3.0, -4.0])
    model, x, y = two_class(w), torch.tensor([[0.6, 0.3], [0.4, 0.5]]), torch.tensor([1, 0])
    free = {"to_box": lambda v: v, "from_box": lambda x: x}
    gap = {"margin": lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])}
    with untouched(model, x, y):
        got = carlini_wagner(model, x, y, **free, **gap, rounds=8, steps=80, lr=0.01, c=1.0)
    got = expect_tensor(got, (2, 2), "carlini_wagner")
    fooled, far = evaluation.is_wrong(model, got, y), evaluation.distances(x, got, "l2")
    expect(fooled.all(), "a returned point is not misread: remember the nearest point with margin "
           "below 0 that you saw, not the last one, and not the nearest of all", "not-fooled")
    least = (x @ w).abs() / 5
    expect((far <= 1.05 * least).all(), f"the nearest mistakes are {shown(least)} away, yours "
           f"{shown(far)}: search for c, and keep the nearest misread point", "too-far")
    ### BEGIN HIDDEN TESTS
    oracle_nearest(carlini_wagner)
    oracle_nearest_on_digits(carlini_wagner)
    ### END HIDDEN TESTS


test_carlini_wagner()
print("1.5c: visible checks passed")

# %% id="nearest-demo" tags=["demo"]
near = carlini_wagner(standard, one_of_each, torch.arange(10), margin=margin, to_box=to_box,
                      from_box=from_box)
far = evaluation.distances(one_of_each, near, "l2")
titles = [f"reads {d}\nL2 {f:.2f}" for d, f in
          zip(standard(near).argmax(1).tolist(), far.tolist(), strict=True)]
figure = plots.image_grid([one_of_each, near], [""] * 10 + titles, row_labels=["clean", "nearest"])
plots.show(figure, alt="The ten digits and, below each, the nearest image that the network "
           "misreads; hardly a difference is visible.")
figure = plots.image_grid([near - one_of_each], row_labels=["change"], signed=True)
plots.show(figure, alt="What was changed: small strokes at the places that tell one digit from "
           "another, not noise all over.")

# %% [markdown]
# An L2 attack spends its budget on few pixels, at the strokes that tell one digit from another.
# The L-infinity attack paints all over the picture. "Small" has many meanings, and each has its
# own attack.
#
# ## Exercise 1.6: one curve, drawn twice (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: one radius is one point. Robustness is a curve, and there
# are two roads to it that must meet: that they do is the best check of both of your attacks.
#
# **a. `accuracy_by_attack(model, x, y, epsilons, attack)`**: attack at each radius, from small to
# large. What was fooled within a small ball is fooled within every larger one, so it is counted as
# wrong from then on and not attacked again.
#
# - `epsilons`: a list, growing; `attack(model, x, y, epsilon)` gets only the images that are left
# - returns a list of floats: the fraction of **all** images still right at each radius
#
# **b. `accuracy_by_norms(norms, epsilons)`**: no attack at all. `norms` (shape (n,)) holds each
# image's distance to its nearest mistake: 0 for an image that was misread from the beginning,
# infinity for one that was never fooled. An image is fooled at epsilon if its norm is at most
# epsilon. The curve is one minus the distribution function of the norms. Returns a list of floats.
#
# <details><summary>Hint 1: where to look</summary>
# For a, it is the book-keeping of with_restarts again, with epsilon in place of the run. For b, it
# is one comparison and one mean.
# <details><summary>Hint 2: the idea</summary>
# Do not forget those that the model misreads without any attack, and divide by the number of all
# images.
# <details><summary>Hint 3: nearly the code</summary>
# a: <code>left = left[~evaluation.is_wrong(model, attack(...), y[left])]</code>, then
# <code>len(left) / len(x)</code>. b: <code>(norms &gt; epsilon).float().mean().item()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex1_6-by_attack", "solution": true}
def accuracy_by_attack(model, x, y, epsilons, attack):
    """The fraction of all images that survives attack(model, x, y, epsilon) at each radius."""
    ### BEGIN SOLUTION
    left = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    accuracies = []
    for epsilon in epsilons:
        if len(left):
            x_adv = attack(model, x[left], y[left], epsilon)
            left = left[~evaluation.is_wrong(model, x_adv, y[left])]
        accuracies.append(len(left) / len(x))
    return accuracies
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_6-by_attack-test", "points": 2}
@exercise("1.6")
def test_accuracy_by_attack():
    """One pixel, threshold at 0.5: an image falls as soon as epsilon exceeds its distance to it."""
    model = two_class(torch.tensor([1.0]), -0.5)
    x, y = torch.tensor([[0.55], [0.7], [0.9], [0.2]]), torch.ones(4, dtype=torch.long)
    sizes = []

    def moody(model, x, y, epsilon):
        sizes.append(len(x))
        return x if epsilon == 0.3 else x - epsilon

    with untouched(model, x, y):
        got = accuracy_by_attack(model, x, y, [0.0, 0.1, 0.3, 0.45], moody)
    expect(isinstance(got, list) and len(got) == 4, "return a list with one number per radius",
           "no-list")
    got = [float(value) for value in got]
    expect(got[0] != 1.0, "image 3 is misread without any attack: it counts as wrong from the "
           "beginning", "ignores-misread")
    expect(got[2] <= got[1], "at 0.3 this moody attack fails, but what fell at 0.1 has fallen: "
           "accuracy may not rise with epsilon", "rises")
    expect(got == [0.75, 0.5, 0.5, 0.0], f"expected [0.75, 0.5, 0.5, 0.0], got {got}: divide by "
           "the number of all images", "wrong-share")
    expect(sizes == [3, 3, 2, 2], f"the attack must get 3, 3, 2 and 2 images; yours got {sizes}",
           "no-drop")
    ### BEGIN HIDDEN TESTS
    for seed, n in ((61, 40), (62, 1)):
        g = torch.Generator().manual_seed(seed)
        w = torch.randn(7, generator=g)
        x, y = torch.rand(n, 7, generator=g), torch.randint(0, 2, (n,), generator=g)
        score = (2 * y - 1) * (x @ w)
        radii = [0.0, 0.02, 0.1, 0.3, 1.0, 2.0]
        got = accuracy_by_attack(two_class(w), x, y, radii, lambda m, x, y, e, w=w:
                                 x - 1.0001 * e * (2 * y - 1)[:, None] * w.sign())
        truth = [(score > e * w.abs().sum()).float().mean().item() for e in radii]
        expect(max(abs(a - b) for a, b in zip(got, truth, strict=True)) < 0.5 / n,
               "on a linear model with the exact attack your curve is not the exact one",
               "wrong-share")
    ### END HIDDEN TESTS


test_accuracy_by_attack()
print("1.6a: visible checks passed")

# %% nbgrader={"grade_id": "ex1_6-by_norms", "solution": true}
def accuracy_by_norms(norms, epsilons):
    """One minus the distribution function of the minimum norms (n,), at each epsilon: a list."""
    ### BEGIN SOLUTION
    return [(norms > epsilon).float().mean().item() for epsilon in epsilons]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_6-by_norms-test", "points": 1}
@exercise("1.6")
def test_accuracy_by_norms():
    """Four images: misread, 0.5, 1.0 and never fooled."""
    got = accuracy_by_norms(torch.tensor([0.0, 0.5, 1.0, torch.inf]), [0.0, 0.5, 0.7, 9.0])
    expect(isinstance(got, list) and len(got) == 4, "return a list with one number per radius",
           "no-list")
    got = [float(value) for value in got]
    expect(got[0] != 1.0, "an image with norm 0 is misread without any change", "strict")
    expect(got[0] >= got[3], "accuracy falls with epsilon: yours is the distribution function "
           "itself, take one minus it", "rises")
    expect(got[3] != 0.0, "the image that was never fooled is right at every radius: an infinite "
           "norm counts, it is not left out", "drops-infinite")
    expect(got == [0.75, 0.5, 0.5, 0.25], f"expected [0.75, 0.5, 0.5, 0.25], got {got}", "strict")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(63)
    norms = (torch.rand(200, generator=g, dtype=torch.float64) * 20).round() / 10
    norms[:7] = torch.inf
    for radii in ([0.0], [0.1 * k for k in range(25)]):
        got = accuracy_by_norms(norms.clone(), radii)
        truth = [1 - sum(v <= e for v in norms.tolist()) / 200 for e in radii]
        expect(max(abs(a - b) for a, b in zip(got, truth, strict=True)) < 1e-6,
               "on 200 norms with many ties your curve is off", "strict")
    ### END HIDDEN TESTS


test_accuracy_by_norms()
print("1.6b: visible checks passed")

# %% [markdown]
# Two roads to the L2 curve of the network: PGD at nine radii, and one run of Carlini-Wagner, of
# which only the norms are used.

# %% id="curve-demo" tags=["demo"]
def pgd_l2(model, x, y, epsilon):
    """PGD-40 in the L2 ball, two restarts."""
    one = partial(pgd, epsilon=epsilon, project=project, generator=g, norm="l2", steps=40,
                  step_size=2.5 * max(epsilon, 0.01) / 40)
    return with_restarts(model, x, y, one, 2)


x, y = digits.x[:100], digits.y[:100]
radii = [0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4]
by_attack = accuracy_by_attack(standard, x, y, radii, pgd_l2)
near = carlini_wagner(standard, x, y, margin=margin, to_box=to_box, from_box=from_box)
norms = evaluation.distances(x, near, "l2").masked_fill(
    ~evaluation.is_wrong(standard, near, y), torch.inf)
norms = norms.masked_fill(evaluation.is_wrong(standard, x, y), 0.0)
fine = torch.linspace(0, 2.4, 97).tolist()
figure = plots.curves({"pgd": (radii, by_attack), "cw": (fine, accuracy_by_norms(norms, fine))},
                      xlabel="epsilon (L2 distance)", ylabel="accuracy under attack",
                      title="One curve, drawn twice: standard network, 100 test digits")
plots.show(figure, alt="Accuracy against the L2 radius, once by PGD at nine radii and once from "
           "the norms of Carlini-Wagner: the points of the first lie on the line of the second.")

# %% [markdown]
# They meet. Both are upper bounds of the true curve (a better attack can only push them down), and
# neither knew of the other. If yours drift apart, the one above is the weaker attack.

# %% [markdown]
# ## Exercise 1.7: why did my attack fail? (6 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: "PGD leaves 98 % standing" has two explanations: the model
# is robust, or the attack is broken. Athalye et al. (2018) found the second one in seven of the
# nine published defences that they looked at.
#
# ### Predict, then run
#
# Take the network, which has nothing left at epsilon 0.3 after PGD-40, and multiply its logits by
# 100. No prediction changes: the largest stays the largest. What will the accuracy under PGD-40 be?
#
# - `"a"`: 0 %, as before: the same decisions, the same mistakes
# - `"b"`: a little higher
# - `"c"`: above 90 %

# %% nbgrader={"grade_id": "ex1_7-predict", "solution": true}
# my_guess = "a", "b" or "c"
### BEGIN SOLUTION
my_guess = "c"
### END SOLUTION

# %% id="moment" tags=["demo"]
def against(raises):
    """What the evaluation asks for: an attack of four arguments, here PGD-40 on a given loss."""
    return lambda model, x, y, epsilon: attack_with(model, x, y, epsilon, raises)


def falling_margin(logits, y):
    """A loss that rises as the margin falls."""
    return -margin(logits, y)


loud = models.Scaled(standard, 100)
same = (loud(digits.x).argmax(1) == standard(digits.x).argmax(1)).float().mean()
print(f"predictions that stayed the same: {same:.1%}; you said {my_guess!r}")
for name, model in (("logits", standard), ("logits * 100", loud)):
    left = [evaluation.robust_accuracy(model, batches, against(loss), 0.3)
            for loss in (cross_entropy, falling_margin)]
    print(f"{name}: PGD-40 leaves {left[0]:.1%} by cross-entropy, {left[1]:.1%} by margin")

# %% [markdown]
# Nothing about the model has improved. With logits that large, the softmax of the true class is
# exactly 1 in floating point, the cross-entropy exactly 0, and so is its gradient: the attack
# stands still and reports success for the defence. The margin does not saturate, and finds
# everything again. One line broke the measurement; one line mends it.
#
# Here are four suspects and one innocent. PGD-40 on the cross-entropy, at epsilon 0.2:

# %% nbgrader={"grade_id": "setup-suspects", "locked": true}
def suspects(seed):
    """Five models that PGD may fail on, for different reasons."""
    plain = models.pretrained("mnist_cnn")
    return {
        "standard": plain,
        "scaled": models.Scaled(plain, 100),
        "noisy": models.Noisy(plain, 0.2, torch.Generator().manual_seed(seed)),
        "quantised": models.Quantised(plain, 8),
        "robust": models.pretrained("mnist_cnn_robust"),
    }

# %% id="suspects-demo" tags=["demo"]
for name, model in suspects(0).items():
    free = evaluation.accuracy(model, batches)
    left = evaluation.robust_accuracy(model, batches, against(cross_entropy), 0.2)
    print(f"{name:10} clean {free:6.1%}   PGD-40 {left:6.1%}")

# %% [markdown]
# Three of them look robust, and only one is. Accuracy under an attack cannot tell which. The
# gradient can.
#
# **a. `diagnose(model, x, y, margin)`** returns the reason why a gradient attack may fail:
#
# - `"noise"`: two calls on the same images give different logits
# - `"flat"`: deterministic, but the gradient of the **margin** with respect to the image is exactly
#   zero, on more than half of the images: some step of the model is not differentiable
# - `"saturated"`: the margin has a gradient, but that of the **cross-entropy** is exactly zero on
#   more than half of the images
# - `"none"`: nothing of the kind. A model that resists gets this answer too: to be hard to attack
#   is no offence
#
# `margin(logits, y)` is handed in. `model`, `x` and `y` stay as they were.
#
# <details><summary>Hint 1: where to look</summary>
# You need two forward passes and two gradients, no attack at all.
# <details><summary>Hint 2: the idea</summary>
# Ask in the order of the list: noise first (compare with torch.equal), then the gradient of the
# margin, then that of the cross-entropy.
# <details><summary>Hint 3: nearly the code</summary>
# A gradient is silent where <code>gradient.flatten(1).abs().amax(1) == 0</code>; compare the mean
# of that over the images with one half. Use <code>torch.autograd.grad</code> twice, each time on a
# fresh forward pass.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-diagnose", "points": 0}
### BEGIN HIDDEN TESTS
class OracleShy(nn.Module):
    """Adds fresh noise to the logits, far below anything one would see in a print."""

    def __init__(self, model, generator):
        super().__init__()
        self.model, self.generator = model, generator
        self.train(model.training)

    def forward(self, x):
        logits = self.model(x)
        return logits + 1e-4 * torch.randn(logits.shape, generator=self.generator)


def oracle_diagnose(diagnose):
    """The networks, with other faults, other sizes, and a robust one that must not be accused."""
    plain, robust = models.pretrained("mnist_cnn"), models.pretrained("mnist_cnn_robust")
    g = torch.Generator().manual_seed(71)
    sure = models.Scaled(plain, 3)
    cases = [("none", plain), ("none", robust), ("none", sure), ("noise", OracleShy(plain, g)),
             ("noise", models.Noisy(robust, 0.3, g)), ("flat", models.Quantised(plain, 2)),
             ("flat", models.Quantised(robust, 64)), ("saturated", models.Scaled(plain, 1000)),
             ("saturated", models.Scaled(robust, 1000)),
             ("flat", models.Scaled(models.Quantised(plain, 16), 1000))]
    for n in (1, 40):
        images = data.sample(data.mnist("test"), n, g)
        right = ~evaluation.is_wrong(plain, *images)
        x, y = images.x[right], images.y[right]
        for truth, model in cases:
            with untouched(model, x, y):
                got = diagnose(model, x, y, oracle_margin)
            expect(truth != "none" or got == "none", "you accuse a model that hides nothing; one "
                   f"of these is the truly robust one (your verdict: {got})", "accuses-innocent")
            expect(got == truth, f'a network with the fault "{truth}" was diagnosed as "{got}"',
                   f"misses-{truth}")
    oracle_half_silent(diagnose)


def oracle_half_silent(diagnose):
    """One image without a gradient is no fault of the model: more than half of them is."""
    class Dead(nn.Module):
        def forward(self, x):
            score = F.relu(x.sum(1) - 1)
            return torch.stack([torch.zeros_like(score), score - 0.5], 1)

    x, y = torch.tensor([[0.1, 0.1], [0.9, 0.9], [0.8, 0.8]]), torch.tensor([0, 1, 1])
    got = diagnose(Dead().eval(), x, y, oracle_margin)
    expect(got == "none", f'one image of three without a gradient made you say "{got}"',
           "accuses-innocent")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_7-diagnose", "solution": true}
def diagnose(model, x, y, margin):
    """Why a gradient attack may fail on the model: "noise", "flat", "saturated" or "none"."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        if not torch.equal(model(x), model(x)):
            return "noise"
    for measure, verdict in ((margin, "flat"), (cross_entropy, "saturated")):
        z = x.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(measure(model(z), y).sum(), z)
        silent = gradient.flatten(1).abs().amax(1) == 0
        if silent.float().mean() > 0.5:
            return verdict
    return "none"
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_7-diagnose-test", "points": 3}
@exercise("1.7")
def test_diagnose():
    """Small linear models with one fault each; the last one is merely sure of itself."""
    x, y = torch.tensor([[0.2, 0.5], [0.9, 0.1]]), torch.tensor([0, 1])
    plain = two_class(torch.tensor([4.0, -3.0]))
    gap = lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])  # noqa: E731
    noisy = models.Noisy(plain, 0.01, torch.Generator().manual_seed(0))
    cases = (("noise", noisy), ("flat", models.Quantised(plain, 8)),
             ("saturated", models.Scaled(plain, 1e4)), ("none", plain))
    for truth, model in cases:
        with untouched(model, x, y):
            got = diagnose(model, x, y, gap)
        expect(got in ("noise", "flat", "saturated", "none"),
               f'diagnose must return "noise", "flat", "saturated" or "none"; it returned {got!r}',
               "no-verdict")
        expect(truth != "none" or got == "none",
               f'you accuse a plain linear model of "{got}": it hides nothing', "accuses-innocent")
        expect(got == truth, f'a model with the fault "{truth}" was diagnosed as "{got}"',
               f"misses-{truth}")
    ### BEGIN HIDDEN TESTS
    oracle_diagnose(diagnose)
    ### END HIDDEN TESTS


test_diagnose()
print("1.7a: visible checks passed")

# %% [markdown]
# **b. `attack_anyway`**: now bring the masked models down. You get
#
# - `model`, under attack, and `surrogate`, an ordinary model trained for the same task, perhaps
#   like the one inside, perhaps not
# - `attack(victim, x, y, epsilon, loss=...)`, a PGD that raises `loss(logits, y)` on any `victim`;
#   you may call it **three times**
# - `margin(logits, y)`
#
# Return, for each image, the point with the smallest margin on `model` that you found (on a noisy
# model a margin is a mean over a few calls). The checks count how many images are still right, on
# models with each of the faults. The robust model is in it too: there it is enough that you hand in
# valid images.
#
# <details><summary>Hint 1: where to look</summary>
# Each fault has one loss, or one victim, on which the attack does see a gradient.
# <details><summary>Hint 2: the idea</summary>
# You need no diagnosis: raise the falling margin on the model, do the same on the surrogate and
# carry the images over, and keep for each image whichever went further.
# <details><summary>Hint 3: nearly the code</summary>
# Start from <code>best = x</code>; for each victim make a candidate, compute its mean margin on
# <code>model</code> over five calls, and <code>torch.where</code> the better of the two.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-attack_anyway", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_attack_anyway(attack_anyway):
    """Each masked network must fall; with a surrogate that is no help, the saturated one too."""
    plain, robust = models.pretrained("mnist_cnn"), models.pretrained("mnist_cnn_robust")
    g = torch.Generator().manual_seed(75)
    images = data.sample(data.mnist("test"), 40, g)
    stranger = models.cnn(torch.Generator().manual_seed(1)).eval()
    cases = ((models.Scaled(plain, 1000), stranger, 0.05, "same-loss"),
             (models.Quantised(plain, 8), plain, 0.05, "no-transfer"),
             (models.Noisy(plain, 0.2, g), plain, 0.10, "one-draw"),
             (robust, plain, 1.0, ""))
    for model, surrogate, floor, name in cases:
        calls = []

        def attack(victim, x, y, epsilon, loss, calls=calls):
            calls.append(victim)
            return oracle_attack(victim, x, y, epsilon, loss, steps=20)

        run = partial(attack_anyway, attack=attack, margin=oracle_margin)
        left = evaluation.robust_accuracy(
            model, [images], lambda m, x, y, e, s=surrogate, run=run: run(m, s, x, y, e), 0.3)
        expect(len(calls) <= 3, f"you called the attack {len(calls)} times; three are allowed",
               "over-budget")
        expect(left <= floor, f"{left:.0%} of 40 digits are still right on a masked network; a "
               f"right answer leaves at most {floor:.0%}", name)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_7-attack_anyway", "solution": true}
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    """The points with the smallest margin on model that at most three attacks find."""
    ### BEGIN SOLUTION
    def mean_margin(points):
        with torch.no_grad():
            return torch.stack([margin(model(points), y) for _ in range(5)]).mean(0)

    best, lowest = x, mean_margin(x)
    for victim in (model, surrogate):
        points = attack(victim, x, y, epsilon, loss=lambda logits, y: -margin(logits, y))
        reached = mean_margin(points)
        better = reached < lowest
        best = torch.where(better.reshape(-1, *[1] * (x.dim() - 1)), points, best)
        lowest = torch.where(better, reached, lowest)
    return best
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_7-attack_anyway-test", "points": 3}
@exercise("1.7")
def test_attack_anyway():
    """Linear models in two dimensions; the attack is a search that needs a loss that moves."""
    w = torch.tensor([4.0, -3.0])
    x, y = torch.tensor([[0.7, 0.5], [0.4, 0.6]]), torch.tensor([1, 0])
    plain, useless = two_class(w), two_class(-w)
    gap = lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])  # noqa: E731
    tries = [torch.tensor([a, b]) for a in (-0.2, 0.0, 0.2) for b in (-0.2, 0.0, 0.2)]

    def search(victim, x, y, epsilon, loss):
        calls.append(victim)
        if isinstance(victim, models.Quantised):
            return x.clone()  # what a gradient attack does where there is no gradient
        worth = torch.stack([loss(victim(x + d), y) for d in tries])
        worth[4] += 1e-6  # stand still where nothing is to be gained
        return x + torch.stack(tries)[worth.argmax(0)]

    cases = (("saturated", models.Scaled(plain, 1e4), useless, "same-loss"),
             ("flat", models.Quantised(plain, 64), plain, "no-transfer"))
    for fault, model, surrogate, name in cases:
        calls = []
        got = attack_anyway(model, surrogate, x, y, 0.2, attack=search, margin=gap)
        got = expect_tensor(got, (2, 2), "attack_anyway")
        expect(len(calls) <= 3, f"you called the attack {len(calls)} times; three are allowed",
               "over-budget")
        expect(evaluation.is_wrong(model, got, y).all(), f"the model with the fault \"{fault}\" "
               "still reads an image right after your attack, although a point in the ball fools "
               "it", name)
    ### BEGIN HIDDEN TESTS
    oracle_attack_anyway(attack_anyway)
    ### END HIDDEN TESTS


test_attack_anyway()
print("1.7b: visible checks passed")

# %% id="anyway-demo" tags=["demo"]
radii, series = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3], {}
some = data.Images(digits.x[:60], digits.y[:60])


def anyway(model, x, y, epsilon):
    """Your attack of 1.7b with the standard network as surrogate."""
    return attack_anyway(model, standard, x, y, epsilon, attack=attack_with, margin=margin)


for name, model in suspects(0).items():
    print(f"diagnosis of {name}: {diagnose(model, *some, margin)}")
    series[name] = (radii, accuracy_by_attack(model, *some, radii, anyway))
figure = plots.curves(series, xlabel="epsilon (largest change of a pixel)",
                      ylabel="accuracy under attack", title="After the diagnosis: one is left")
plots.show(figure, alt="Accuracy against epsilon for five models under the repaired attack. Four "
           "curves fall to zero together; that of the robust model stays above 80 per cent.")

# %% [markdown]
# Four curves fall together, as they should: there is one network behind them. The fifth stays up.
# It is not hiding anything: its gradients are alive, your attack used them, and it still stands.
# That is what robustness looks like from outside, and no single number could have told you.
# (And it stands only for the attacks we tried, inside this ball. A proof is another matter: Lab
# 05.)
#
# ## Exercise 1.8: read a claim (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: you will read more claims of robustness than you will ever
# measure.
#
# A vendor writes: *"Our detector was attacked with PGD, 100 steps, epsilon = 8/255. Its accuracy
# fell by less than one point. It is robust."* Write at most 150 words: two different reasons why
# this may be false, what you would ask for or measure to tell, and one number from this lab that
# shows that your doubt is not idle.
#
# <details><summary>Hint 1: where to look</summary>
# Exercise 1.7, both parts.
# <details><summary>Hint 2: the idea</summary>
# A reason, the measurement that would tell, a number: twice the first two, once the third.
# <details><summary>Hint 3: nearly the words</summary>
# "The loss may have saturated; I would ask for the attack on the margin. In our run, ... per cent
# became ... per cent."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex1_8-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# The attack may have failed rather than the model resisted. First, the loss may saturate: with
# logits times 100, PGD-40 left more than 90 % in our run where nothing was left before, and the
# margin loss took it back to nothing. I would ask for an attack on the margin, and for the share of
# images with a gradient of exactly zero. Second, a step in the model (rounding, noise) may hide the
# gradient: I would ask for a transfer attack from an ordinary network and for the whole curve up to
# a radius at which accuracy must be zero. Also, 8/255 is one small radius and one norm: it says
# nothing of the minimum L2 distance.
#
# Rubric:
# - 1 point: a first reason why the attack may have failed, with the measurement that would tell
# - 1 point: a second, different reason (or: one radius, one norm), with its measurement
# - 1 point: a number from the lab that fits one of them, said with its condition (model, epsilon)
#
# Sample A (3/3): "Perhaps the logits are huge, so cross-entropy has no gradient. Ours went from 0 %
# to 99 % at epsilon 0.3 just by multiplying by 100. Ask for PGD on the margin. Perhaps inputs are
# rounded before the net; then attack another net and transfer the images."
#
# Sample B (1/3): "PGD is not the strongest attack, so I would use a stronger one like
# Carlini-Wagner. Also they should test on more images." (One point: another attack is a
# measurement. No reason why PGD failed, no second reason, no number.)
# ### END SOLUTION

# %% [markdown]
# # Deeper
#
# The three exercises below are for those who want more. Nothing depends on them.
#
# ## Exercise 1.9: as it began, with L-BFGS (3 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: Szegedy et al. (2014) found adversarial examples with an
# optimiser from a textbook. On a linear model the problem is convex, so you can prove that you
# solved it.
#
# For one image, minimise `c * ||z - x||^2 + cross_entropy(model(z), target)` over z in the box,
# with `scipy.optimize.minimize(..., method="L-BFGS-B", jac=True, bounds=...)`. Write `lbfgs`.
#
# - `x`: shape (1, ...), float32 or float64; `target`: shape (1,); `c` > 0
# - returns a tensor shaped and typed as `x`, in [0, 1]
# - let scipy work in float64, and set `tol` small (1e-12)
#
# <details><summary>Hint 1: where to look</summary>
# scipy wants a function from a flat float64 array to a pair: the value and its gradient.
# <details><summary>Hint 2: the idea</summary>
# Inside that function, make a tensor from the array, compute the objective, differentiate it, and
# give both back as float64. The box is <code>bounds=[(0, 1)] * x.numel()</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>z = torch.tensor(flat, dtype=...).reshape(...)</code>, which requires a gradient; return
# <code>value.item(), gradient.double().flatten().numpy()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-lbfgs", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_lbfgs(lbfgs):
    """Convex case: the projected gradient vanishes at the minimum, and only there."""
    for seed, c in ((91, 0.02), (92, 0.3), (93, 3.0)):
        g = torch.Generator().manual_seed(seed)
        weight = 2 * torch.randn(4, 10, generator=g, dtype=torch.float64)
        model = models.linear(10, 4).double().eval()
        model[1].weight.data = weight
        x, target = torch.rand(1, 10, generator=g, dtype=torch.float64), torch.tensor([seed % 4])
        got = expect_tensor(lbfgs(model, x, target, c), (1, 10), "lbfgs")
        expect((got >= 0).all() and (got <= 1).all(), "the result leaves the box", "no-bounds")
        z = got.clone().requires_grad_(True)
        cost = c * (z - x).pow(2).sum() + F.cross_entropy(model(z), target)
        (slope,) = torch.autograd.grad(cost, z)
        residual = (got - (got - slope).clamp(0, 1)).abs().max()
        expect(residual < 1e-3, "this is no minimum: the projected gradient there is "
               f"{residual:.1e}",
               "wrong-objective")
    model = models.pretrained("mnist_cnn")
    image = data.mnist("test").x[:1]
    got = expect_tensor(lbfgs(model, image, torch.tensor([3]), 0.05), (1, 1, 28, 28), "lbfgs")
    expect(got.dtype == image.dtype, "lbfgs must keep the dtype", "wrong-dtype")
    expect(model(got).argmax().item() == 3, "with a small c the network must read the target",
           "wrong-sign")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_9-lbfgs", "solution": true}
def lbfgs(model, x, target, c):
    """The minimiser of c * ||z - x||^2 + cross-entropy of the target, in the box; (1, ...)."""
    ### BEGIN SOLUTION
    from scipy.optimize import minimize

    def objective(flat):
        z = torch.tensor(flat, dtype=x.dtype).reshape(x.shape).requires_grad_(True)
        value = c * (z - x).pow(2).sum() + F.cross_entropy(model(z), target)
        (gradient,) = torch.autograd.grad(value, z)
        return value.item(), gradient.double().flatten().numpy()

    start = x.double().flatten().numpy()
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * x.numel(),
                     tol=1e-12)
    return torch.tensor(found.x, dtype=x.dtype).reshape(x.shape)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_9-lbfgs-test", "points": 3}
@exercise("1.9")
def test_lbfgs():
    """One pixel, two classes: the best point is known from a fine grid."""
    model = two_class(torch.tensor([6.0], dtype=torch.float64), -3.0)
    x, target = torch.tensor([[0.2]], dtype=torch.float64), torch.tensor([1])
    grid = torch.linspace(0, 1, 100_001, dtype=torch.float64)[:, None]
    for c in (0.05, 2.0, 50.0):
        with untouched(model, x, target):
            got = expect_tensor(lbfgs(model, x, target, c), (1, 1), "lbfgs")
        expect(0 <= got.item() <= 1, f"your pixel is {got.item():.3f}: give scipy bounds of 0 "
               "and 1", "no-bounds")
        cost = c * (grid - x)[:, 0] ** 2 + F.cross_entropy(model(grid), target.expand(len(grid)),
                                                           reduction="none")
        best = grid[cost.argmin()].item()
        expect(got.item() >= x.item() - 1e-6, "you move away from the target: its cross-entropy "
               "must fall", "wrong-sign")
        expect(abs(got.item() - best) < 1e-3, f"with c = {c} the best pixel is {best:.3f}, yours "
               f"is {got.item():.3f}: c multiplies the squared distance, not the loss",
               "wrong-objective")
    ### BEGIN HIDDEN TESTS
    oracle_lbfgs(lbfgs)
    ### END HIDDEN TESTS


test_lbfgs()
print("1.9: visible checks passed")

# %% [markdown]
# ## Exercise 1.10: one perturbation for all (3 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: an attacker who may not look at each image first can still
# win (Moosavi-Dezfooli et al. 2017). One pattern, made once, is added to images nobody has seen
# yet.
#
# Write `universal`: find **one** `delta` with no entry beyond epsilon, such that
# `(x + delta).clamp(0, 1)` raises the loss on average.
#
# - `x`: (n, 1, 28, 28), `y`: (n,); returns delta of shape (1, 1, 28, 28) (in general
#   `x[:1].shape`), without a graph
# - `epochs` passes over the images in batches of `batch_size`, shuffled with `generator`; each step
#   is a signed gradient step of `step_size` on delta, followed by a clamp to [-epsilon, epsilon]
#
# <details><summary>Hint 1: where to look</summary>
# It is PGD with one difference: the thing that moves is shared by all images.
# <details><summary>Hint 2: the idea</summary>
# Let delta have shape (1, ...) and require a gradient; broadcasting adds up what the images of the
# batch say.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for batch in torch.randperm(len(x), generator=generator).split(batch_size)</code>: the loss
# of <code>model((x[batch] + delta).clamp(0, 1))</code>, its gradient with respect to delta, a
# signed step, a clamp.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-universal", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_universal(universal):
    """Made on 300 images, judged on 500 others; determined by its generator."""
    model, test = models.pretrained("mnist_cnn"), data.mnist("test")
    made_on = data.sample(data.Images(test.x[:5000], test.y[:5000]), 300,
                          torch.Generator().manual_seed(101))
    runs = [universal(model, *made_on, 0.3, generator=torch.Generator().manual_seed(s))
            for s in (1, 1, 2)]
    delta = expect_tensor(runs[0], (1, 1, 28, 28), "universal")
    expect(torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2]),
           "the shuffle must come from generator and from nothing else", "ignores-generator")
    expect(delta.abs().max() <= 0.3 + 1e-6, "an entry of delta is beyond epsilon", "outside-ball")
    x, y = test.x[8000:8500], test.y[8000:8500]
    left = 1 - evaluation.is_wrong(model, (x + delta).clamp(0, 1), y).float().mean()
    expect(left <= 0.6, f"{left:.0%} of 500 unseen digits are still right under your pattern; a "
           "right one leaves at most 60 %", "too-weak")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_10-universal", "solution": true}
def universal(model, x, y, epsilon, *, generator, epochs=8, batch_size=50, step_size=0.05):
    """One perturbation, no entry beyond epsilon, that raises the loss on all images; (1, ...)."""
    ### BEGIN SOLUTION
    delta = torch.zeros_like(x[:1])
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            delta.requires_grad_(True)
            loss = F.cross_entropy(model((x[batch] + delta).clamp(0, 1)), y[batch])
            (gradient,) = torch.autograd.grad(loss, delta)
            delta = (delta.detach() + step_size * gradient.sign()).clamp(-epsilon, epsilon)
    return delta.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_10-universal-test", "points": 3}
@exercise("1.10")
def test_universal():
    """All images of one class, far from the edges of the box: the best delta has a closed form."""
    g = torch.Generator().manual_seed(0)
    w = torch.tensor([2.0, -1.0, 3.0, -0.5])
    model, x, y = two_class(w), 0.4 + 0.2 * torch.rand(30, 4, generator=g), torch.ones(30).long()
    with untouched(model, x, y):
        got = universal(model, x, y, 0.1, generator=g, batch_size=10)
    expect(isinstance(got, torch.Tensor) and tuple(got.shape) != (30, 4),
           "one delta for all images: yours has one for each", "one-each")
    got = expect_tensor(got, (1, 4), "universal")
    expect(got.abs().max() <= 0.1 + 1e-6, f"an entry of delta is {got.abs().max():.2f}, beyond "
           "epsilon = 0.1", "outside-ball")
    expect((got * w).sum() < 0, "your delta makes the model surer of the truth", "wrong-sign")
    expect(torch.allclose(got[0], -0.1 * w.sign(), atol=1e-6),
           f"for images of class 1 the best delta is {shown(-0.1 * w.sign())}; yours: "
           f"{shown(got[0])}", "too-weak")
    ### BEGIN HIDDEN TESTS
    oracle_universal(universal)
    ### END HIDDEN TESTS


test_universal()
print("1.10: visible checks passed")

# %% id="universal-demo" tags=["demo"]
delta = universal(standard, test.x[:1000], test.y[:1000], 0.3, generator=g)
coin = torch.randint(0, 2, delta.shape, generator=torch.Generator().manual_seed(1))
patterns = {"universal pattern": delta / 0.3, "random": 2 * coin - 1}
series = {name: (radii, []) for name in patterns}
for epsilon in radii:
    for name, pattern in patterns.items():
        changed = (digits.x + epsilon * pattern).clamp(0, 1)
        series[name][1].append(evaluation.accuracy(standard, data.batches(changed, digits.y)))
figure = plots.image_grid([torch.cat([delta, digits.x[:5] + delta])],
                          ["the pattern"] + [""] * 5, vmin=-0.3)
plots.show(figure, alt="One learned pattern, and five digits with it added")
figure = plots.curves(series, xlabel="epsilon (largest change of a pixel)",
                      ylabel="accuracy, unseen digits")
plots.show(figure, alt="Accuracy falls with epsilon under the learned pattern, and hardly under a "
           "random pattern of the same size.")

# %% [markdown]
# The pattern was made on other images. It is weaker than an attack made to measure, and it costs
# nothing at the time of use.
#
# ## Exercise 1.11: a sticker (3 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: on a road nobody adds a little to each pixel. One glues
# something on. It may look like anything, but it must work wherever it lands and however it is
# turned (Brown et al. 2017; Eykholt et al. 2018 on road signs).
#
# `place(x, patch, generator)` below pastes a square patch on each image, at its own random shift of
# up to three pixels and turned by up to 20 degrees. Write `sticker`: a patch with values in [0, 1]
# that makes the model read `target`, **averaged** over images, shifts and turns.
#
# - `x`: (n, 1, 28, 28); `target`: a class; `place` is handed in
# - returns a patch of shape (1, size, size) in [0, 1], without a graph
# - use `steps` steps of Adam with learning rate `lr` on batches of 64 random images; all randomness
#   from `generator`
#
# <details><summary>Hint 1: where to look</summary>
# Two things you have written already: a targeted loss, and a change of variables that keeps the
# values in the box.
# <details><summary>Hint 2: the idea</summary>
# In every step draw a new batch and new places: the gradient of the mean loss over them is what
# moves the patch. The patch is everywhere the same; only where it lands differs.
# <details><summary>Hint 3: nearly the code</summary>
# <code>v = torch.zeros(1, size, size)</code>, which requires a gradient, <code>patch =
# torch.sigmoid(v)</code>, cross-entropy of <code>model(place(x[batch], patch, generator))</code>
# with the target, one Adam step on v.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-place", "locked": true}
def place(x, patch, generator, reach=3, turn=20):
    """Paste the patch (1, s, s) on each image, shifted by up to `reach` pixels and turned."""
    n, side_length = len(x), x.shape[-1]
    before = (side_length - patch.shape[-1]) // 2
    after = side_length - patch.shape[-1] - before
    sheet = F.pad(torch.cat([patch, torch.ones_like(patch)]), [before, after, before, after])
    turns, down, right = 2 * torch.rand(3, n, generator=generator) - 1
    angle = torch.deg2rad(turn * turns)
    shift = 2 * reach / side_length
    theta = torch.stack([angle.cos(), -angle.sin(), shift * right,
                         angle.sin(), angle.cos(), shift * down], dim=1).reshape(n, 2, 3)
    where = F.affine_grid(theta, [n, 2, side_length, side_length], align_corners=False)
    pasted = F.grid_sample(sheet.expand(n, -1, -1, -1), where, align_corners=False)
    return x * (1 - pasted[:, 1:]) + pasted[:, :1]

# %% nbgrader={"grade_id": "oracle-sticker", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_sticker(sticker):
    """Judged on unseen digits of other classes, at unseen places."""
    model, test = models.pretrained("mnist_cnn"), data.mnist("test")
    runs = [sticker(model, test.x[:500], 5, place, generator=torch.Generator().manual_seed(s),
                    size=12, steps=k) for s, k in ((1, 80), (1, 3), (1, 3))]
    expect(torch.equal(runs[1], runs[2]), "all randomness must come from generator",
           "ignores-generator")
    patch = expect_tensor(runs[0], (1, 12, 12), "sticker")
    expect(patch.min() >= 0 and patch.max() <= 1, "the patch leaves [0, 1]", "outside-range")
    x, y = test.x[8000:8500], test.y[8000:8500]
    seen = place(x[y != 5], patch, torch.Generator().manual_seed(111))
    hit = (model(seen).argmax(1) == 5).float().mean()
    expect(hit >= 0.3, f"{hit:.0%} of unseen digits with your sticker are read as the target; a "
           "right one reaches 30 %", "one-place")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_11-sticker", "solution": true}
def sticker(model, x, target, place, *, generator, size=12, steps=100, lr=0.1):
    """A patch (1, size, size) in [0, 1] that makes the model read target wherever it lands."""
    ### BEGIN SOLUTION
    v = torch.zeros(1, size, size, requires_grad=True)
    optimizer = torch.optim.Adam([v], lr=lr)
    goal = torch.full((64,), target)
    for _ in range(steps):
        batch = torch.randint(0, len(x), (64,), generator=generator)
        seen = place(x[batch], torch.sigmoid(v), generator)
        (v.grad,) = torch.autograd.grad(F.cross_entropy(model(seen), goal), v)
        optimizer.step()
    return torch.sigmoid(v).detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_11-sticker-test", "points": 3}
@exercise("1.11")
def test_sticker():
    """A model that adds up the brightness: the best sticker for class 1 is white, for 0 black."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(20, 1, 28, 28, generator=g)
    model = two_class(torch.full((784,), 0.1), -39.2)
    for target, name in ((1, "white"), (0, "black")):
        with untouched(model, x):
            got = sticker(model, x, target, place, generator=g, size=6, steps=30, lr=0.3)
        got = expect_tensor(got, (1, 6, 6), "sticker")
        expect(got.min() >= 0 and got.max() <= 1, f"your patch runs from {got.min():.2f} to "
               f"{got.max():.2f}: no printer can print that, keep it in [0, 1]", "outside-range")
        bright = got.mean() > 0.5
        expect(bright == (target == 1), f"for target {target} the best sticker is {name}; yours "
               "goes the other way", "wrong-sign")
        expect(abs(got.mean() - target) < 0.2, f"for target {target} the best sticker is {name}; "
               f"the mean of yours is {got.mean():.2f}", "too-weak")
    ### BEGIN HIDDEN TESTS
    oracle_sticker(sticker)
    ### END HIDDEN TESTS


test_sticker()
print("1.11: visible checks passed")

# %% id="sticker-demo" tags=["demo"]
patch = sticker(standard, test.x[:1000], 3, place, generator=torch.Generator().manual_seed(0))
others = digits.x[digits.y != 3]
seen = place(others, patch, torch.Generator().manual_seed(1))
hit = (standard(seen).argmax(1) == 3).float().mean()
figure = plots.image_grid([seen[:8]], [f"reads {d}" for d in standard(seen[:8]).argmax(1).tolist()])
plots.show(figure, alt="Eight digits with the same sticker, shifted and turned; most read as 3")
print(f"{hit:.1%} of {len(others)} digits with the sticker are read as 3")

# %% [markdown]
# ## What you found
#
# Look back over your own numbers: a margin that falls by epsilon times a norm of the weights; a
# network that noise leaves alone and one gradient does not; PGD where FGSM looked safe; the nearest
# mistake, closer than the eye would notice; two roads to one curve; and a defence of one
# multiplication that fooled PGD and not you.
#
# **Limits.** White-box attacks need the weights; Lab 03 does without. An Lp ball is a poor picture
# of what a person would call the same image: the sticker is outside every ball and more real than
# most of what is inside. And no attack proves safety: a failed attack is an upper bound that nobody
# has lowered yet.
#
# **The paper** (section 2.1) names evasion the attack at inference time and gives
# x' = arg max L(f(x'), y) subject to ||x' - x|| <= epsilon. You have now seen each part of that
# line matter: which L (1.5, 1.7), which norm (1.5, 1.6), which way of solving it (1.2, 1.3), which
# epsilon (1.6).
#
# **Read on.** Szegedy et al., *Intriguing properties of neural networks*, 2014. Goodfellow, Shlens,
# Szegedy, *Explaining and harnessing adversarial examples*, 2015. Carlini and Wagner, *Towards
# evaluating the robustness of neural networks*, 2017. Madry et al., *Towards deep learning models
# resistant to adversarial attacks*, 2018. Athalye, Carlini, Wagner, *Obfuscated gradients give a
# false sense of security*, 2018. Moosavi-Dezfooli et al., *Universal adversarial perturbations*,
# 2017. Brown et al., *Adversarial patch*, 2017. Eykholt et al., *Robust physical-world attacks on
# deep learning visual classification*, 2018.
#
# **Where next.** Lab 04 trains models that withstand this lab, and Lab 05 proves that some do.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab01_evasion")
