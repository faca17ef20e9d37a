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
# - write FGSM, PGD and a targeted attack, and say what each is for,
# - tell a model that resists from a model on which the attack failed,
# - judge a claim of robustness by the attack behind it,
# - in the deeper part: find the nearest mistake, draw one curve in two ways, make a sticker.
#
# | | |
# |---|---|
# | Paper | section 2.1 (adversarial attacks: evasion) |
# | Time | Part A 80 min, Part B 70 min; deeper 90 min |
# | Points | 40 (37 checked by machine, 3 read by a person) |
# | You need | Python, gradients, a little PyTorch (`torch.autograd.grad`); Lab 00 |
# | It runs in | about 55 CPU seconds in all, 9 without the demonstrations; 1.3 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | $x$: images, each pixel in $[0, 1]$ | `x` | (n, 1, 28, 28) |
# | $y$: labels | `y` | (n,) |
# | $f(x)$: scores of the classes | `logits` | (n, classes) |
# | $m$: margin, the score of the true class minus the largest other one | `margin` | (n,) |
# | $\epsilon$: radius of the ball | `epsilon` | a number |
# | $x'$: changed images | `x_adv` (finished), `z` (on the way) | as `x` |
# | $\delta$: the change $x' - x$ | `delta` | as `x` |
# | $w$: weights of a linear model | `w` | (d,) |
# | $t$: the class that an attacker wants | `target` | (n,) |
#
# The paper writes the attack as $x' = \operatorname{argmax} L(f(x'), y)$ subject to $\|x' - x\|
# \le \epsilon$, with a loss $L$. The set of allowed $x'$ is called the **ball**; the set of all
# images with pixels in $[0, 1]$ is called the **box**. This lab is that line, taken apart.
#
# The numbers of the exercises are names, not an order: 1.5 and 1.6 wait in Part C, and there is no
# 1.9.

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
# # Part A: from one gradient to many
#
# About 80 minutes: exercises 1.1 to 1.3.

# %% [markdown]
# ## It breaks
#
# Six test digits. Below each stands the same digit with noise, and below that the same digit
# changed by somebody who knew the network. In both rows no pixel moved by more than 25 of 255
# grey levels (in the noise row each moved by as much as the box allows).

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
said = [standard(x).argmax(1).tolist() for x in rows]
plots.show(figure, alt=f"Six digits in three rows. The clean ones are read as {said[0]}, those "
           f"with noise as {said[1]}, the attacked ones as {said[2]}.")

# %% [markdown]
# On these six digits the noise changes no reading, and the attack changes each. No pixel of the
# attack moved further than those of the noise may: here it is the direction that counts. How much
# noise would do the same? You will measure it below. The rest of the lab is about finding the
# direction.
#
# ## The smallest case
#
# Take two classes and a linear score: $s = w \cdot x + b$, class 1 if the score is positive. With
# the sign $+1$ for class 1 and $-1$ for class 0 (`side(y)` below), the **margin** of an example is
# sign times score: positive when the answer is right, and the larger the safer.
#
# Here is such a model on real digits: 3 (class 0) against 7 (class 1), from the training images.

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
# ## Exercise 1.1: how far can a margin be pushed? (5 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: here you can know the truth by hand, so
# the attacks that follow are tested on it.
#
# **First without the box.** The attacker adds any `delta` with $\|\delta\| \le \epsilon$.
# What is the smallest margin that is left? Write `worst_margin`.
#
# - `margin`: shape (n,), the margins before the attack; `w`: shape (d,)
# - `norm`: `"linf"` (every pixel moves by at most epsilon) or `"l2"` (the Euclidean length of the
#   move is at most epsilon)
# - returns: shape (n,); `margin` and `w` stay as they were
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
# Without the box, <code>margin - epsilon * w.abs().sum()</code> for linf and
# <code>margin - epsilon * w.norm()</code> for l2. In the box,
# <code>pushed = (x - epsilon * side(y)[:, None] * w.sign()).clamp(0, 1)</code>, and then its margin
# <code>side(y) * (pushed @ w + b)</code>.
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
        claimed = claimed.double()
        expect((claimed[:, None] <= margin[:, None] + reach + 1e-4).all(),
               f'a move inside the "{norm}" ball beats your worst margin', "not-worst")
        expect(torch.allclose(claimed, margin + reach.min(), atol=1e-4),
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
        with untouched(margin, w):
            got = expect_tensor(worst_margin(margin, w, 0.1, norm), (2,), "worst_margin")
        expect(not torch.allclose(got, margin + 0.1), "you added up w with its signs, 3 - 4 = -1: "
               "whatever the sign of a weight, the attacker moves its pixel the harmful way",
               "no-abs")
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
    wide = worst_margin(torch.tensor([1.0, -1.0]), torch.tensor([1.0, 2.0, -2.0]), 2.0, "l2")
    wide = expect_tensor(wide, (2,), "worst_margin")
    expect(wide[1] < -1, "a margin of -1 rises: the attacker makes every margin smaller, that of "
           "an image that is misread already, too", "towards-zero")
    expect(torch.allclose(wide.double(), torch.tensor([-5.0, -7.0]).double()), "for w = "
           f'(1, 2, -2), epsilon = 2 and norm "l2" the margins 1 and -1 become -5 and -7; yours: '
           f"{shown(wide)}", "wrong-norm")
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

# %% nbgrader={"grade_id": "ex1_1-in_box-test", "points": 3}
@exercise("1.1")
def test_worst_margin_in_box():
    """Pixels at the edge of the box have no room in one direction."""
    w, b = torch.tensor([2.0, 1.0]), 0.5
    x, y = torch.tensor([[0.0, 0.5], [0.0, 0.5]]), torch.tensor([1, 0])
    with untouched(x, y, w):
        got = expect_tensor(worst_margin_in_box(x, y, w, b, 0.1), (2,), "worst_margin_in_box")
    expect(abs(got[0] - 0.7) > 1e-5,
           "the first pixel of image 0 is already black and cannot go down: the box is ignored",
           "ignores-box")
    expect(abs(got[0] - 0.4) > 1e-5, "you left out b, which is part of the score", "no-bias")
    expect(abs(got[0] - 0.9) < 1e-5,
           f"image 0 (class 1, pixels 0 and 0.5): only the second pixel has room to go down, so "
           f"its margin 1.0 becomes 0.9; yours: {got[0]:.3f}", "wrong-room")
    expect(abs(got[1] + 0.9) > 1e-5, "for class 0 everything is mirrored: image 1 is pushed UP "
           "the score, and you pushed it down", "one-class")
    expect(abs(got[1] + 1.3) < 1e-5,
           f"image 1 (class 0, pixels 0 and 0.5): both pixels can go up, so its margin -1.0 "
           f"becomes -1.3; yours: {got[1]:.3f}", "wrong-room")
    wide = worst_margin_in_box(torch.tensor([[0.7, 0.4]] * 2), torch.tensor([0, 1]), -w, b, 0.5)
    expect(abs(wide[0] + 0.2) > 1e-5, "with epsilon = 0.5 you leave the box: a pixel at 0.4 can go "
           "down by no more than 0.4", "ignores-box")
    expect(abs(wide[0] + 0.1) < 1e-5, "pixels 0.7 and 0.4, class 0, w = "
           f"(-2, -1), b = 0.5, epsilon = 0.5: the margin becomes -0.1; yours: {wide[0]:.3f}",
           "wrong-room")
    expect(abs(wide[1] + 2.8) > 1e-5, "with epsilon = 0.5 you leave the box: a pixel at 0.7 can go "
           "up by no more than 0.3", "ignores-box")
    expect(abs(wide[1] + 2.4) < 1e-5, "the same with class 1: the margin becomes -2.4; yours: "
           f"{wide[1]:.3f}", "wrong-room")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(12)
    for d, epsilon in ((1, 0.2), (6, 0.0), (6, 0.15), (9, 0.6), (4, 3.0)):
        oracle_box(worst_margin_in_box, d, epsilon, g)
    ### END HIDDEN TESTS


test_worst_margin_in_box()
print("1.1, in the box: visible checks passed")

# %% [markdown]
# What does it mean for the digits? First the median margin against what one grey step of every
# pixel costs at most, then the accuracy that is left at each radius:

# %% id="linear-curve" tags=["demo"]
step = w.abs().sum() / 255
print(f"one grey step (1/255) of every pixel costs at most {step:.2f}: the median margin "
      f"{margins.median():.2f} is worth {margins.median() / step:.0f} of 255 steps")
epsilons = torch.linspace(0, 0.3, 31)
free = [(worst_margin(margins, w, e, "linf") > 0).float().mean().item() for e in epsilons]
boxed = [(worst_margin_in_box(x37, y37, w, b, e) > 0).float().mean().item() for e in epsilons]
figure = plots.curves({"without the box": (epsilons.tolist(), free),
                       "in the box": (epsilons.tolist(), boxed)},
                      xlabel="epsilon (largest change of a pixel, 1 = black to white)",
                      ylabel="accuracy under the worst case",
                      title="A linear model, 3 against 7: exact, no attack needed")
told = "; ".join(f"{e:.2f}: {free[k]:.1%} without the box, {boxed[k]:.1%} in it"
                 for k, e in enumerate(epsilons.tolist()) if k % 5 == 0)
plots.show(figure, alt=f"Two falling curves of exact worst-case accuracy by epsilon. {told}.")
print(f"at epsilon 0.1: {free[10]:.1%} right without the box, {boxed[10]:.1%} in the box")
moves = ((x37 == 0) & ((side(y37)[:, None] * w) > 0)).float().mean()
print(f"share of pixels that are black and would have to go darker: {moves:.1%}")
cost = (margins - worst_margin_in_box(x37, y37, w, b, 0.1)).mean() / (0.1 * w.abs().sum())
print(f"at epsilon 0.1 the box leaves the attacker {cost:.0%} of the loss of margin (mean)")

# %% [markdown]
# No pixel moves much, but all 784 of them move in the direction that counts: without the box the
# margin loses $\epsilon \|w\|_1$, a sum over all pixels. That is the explanation that Goodfellow et
# al. (2015) gave for linear models, and the reason why dimension matters (Lab 04 takes it up).
#
# The surprise is the second curve: at 0.1 the box takes away about a third of what the attacker can
# do to a margin, and that saves more than half of the images that would have fallen. Most of a
# digit is black, and a black pixel that ought to go darker cannot. The printed share says how much
# of the picture is out of reach. Whoever leaves the box reports an attack that cannot be handed in.

# %% [markdown]
# ## Exercise 1.2: one signed gradient step (3 points)
#
# Difficulty: 1 of 5 · Minutes: 15 · Why: FGSM is the cheapest attack here that uses a
# gradient; you will see what a claim that rests on it alone is worth.
#
# A network is not linear, but close to $x$ it nearly is, and its gradient plays the part of $w$.
# The fast gradient sign method (Goodfellow et al. 2015) takes that at its word: one step of size
# epsilon in the direction in which every pixel raises the loss,
# then back into the box.
#
# Write `fgsm`. The loss is `F.cross_entropy(model(x), y)`.
#
# - `x`: (n, 1, 28, 28) in [0, 1]; `y`: (n,); `epsilon`: at least 0
# - returns `x_adv`, shaped like `x`, in [0, 1], no pixel further than epsilon from `x`, without a
#   graph
# - leaves `x`, `y` and the model as they were, as every function of this lab must: no gradients
#   left in the parameters
#
# <details><summary>Hint 1: where to look</summary>
# You want the gradient of the loss with respect to the input, not the weights:
# <code>torch.autograd.grad(loss, x)</code> gives just that, and leaves the model alone.
# <details><summary>Hint 2: the idea</summary>
# Make a copy of x that requires a gradient, compute the loss, take the sign of its gradient, go
# up by epsilon, clamp to [0, 1].
# <details><summary>Hint 3: nearly the code</summary>
# <code>probe = x.detach().clone().requires_grad_(True)</code>, then
# <code>(slope,) = torch.autograd.grad(F.cross_entropy(model(probe), y), probe)</code>, then return
# <code>(x + epsilon * slope.sign()).clamp(0, 1)</code>.
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
            truth = x - epsilon * (2 * y - 1)[:, None] * w.sign()
            expect(torch.allclose(got.double(), truth.clamp(0, 1).double(), atol=1e-6),
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
        expect(torch.allclose(move[sure, pixel], 0.05 * rate[sure].sign(), atol=1e-6),
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
    expect((got - x).abs().max() < 0.5, f"a pixel moved by {(got - x).abs().max():.2f} with "
           f"epsilon "
           "= 0.1: one step of exactly epsilon, along the sign", "no-sign")
    expect((got >= 0).all() and (got <= 1).all(),
           f"a pixel of your result is {got.min():.2f}: clamp the result to [0, 1]", "no-clip")
    expect(not torch.equal(move.sign(), torch.tensor([[1.0, -1, 1], [-1, 1, -1]])),
           "your step goes down the loss; the attacker goes up", "wrong-sign")
    expect((move[1] != 0).any(), "image 1 does not move at all: its loss has no gradient for you. "
           "The cross-entropy looks at all logits, not only at that of the label", "wrong-loss")
    expect(torch.allclose(move[1].abs(), torch.full((3,), 0.1)),
           f"every pixel with room must move by exactly epsilon = 0.1; yours move by "
           f"{shown(move[1].abs())}: use the sign of the gradient", "no-sign")
    truth = torch.tensor([[0.4, 0.6, 0.0], [0.6, 0.4, 0.6]])
    truth = truth.double()
    expect(torch.allclose(got.double(), truth, atol=1e-5),
           "image 1 has the label 0 and the model reads 1: it must "
           f"move away from its label, to {shown(truth[1])}; yours: {shown(got[1])}",
           "wrong-loss")
    high = fgsm(model, torch.tensor([[0.98, 0.5, 0.5]]), torch.tensor([0]), 0.3)
    expect(high.max() <= 1, f"a pixel of your result is {high.max():.2f}: clamp to [0, 1]",
           "no-clip")
    expect(torch.allclose(high[0].double(), torch.tensor([1.0, 0.2, 0.8]).double(), atol=1e-5),
           "with epsilon = 0.3, label 0 and pixels (0.98, 0.5, 0.5) the result is (1, 0.2, 0.8); "
           f"yours: {shown(high[0])}", "wrong-step")
    still = fgsm(two_class(torch.tensor([2.0, 0.0])), x[:1, :2], y[:1], 0.1)
    expect(still[0, 1] == 0.5, "the model does not look at pixel 1: its gradient is 0, the sign "
           f"of 0 is 0, and it stays at 0.5; yours goes to {still[0, 1]:.2f}", "moves-silent")
    three = nn.Linear(1, 3)
    three.load_state_dict({"weight": torch.tensor([[0.0], [-1.0], [6.0]]),
                           "bias": torch.tensor([0.0, 4.0, 0.0])})
    third = fgsm(three.eval(), torch.tensor([[0.5]]), torch.tensor([0]), 0.1)
    expect(third[0, 0] > 0.5, "three classes, and your step lowers the loss: F.cross_entropy takes "
           "the logits (no softmax before it) and weighs all classes, not only the first rival",
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
PREDICT = {
    "name": "my_guess_in_percent", "kind": "number", "low": 0, "high": 100, "outcome": 42.5,
    "seen": r"fgsm, epsilon 0\.1: ([\d.]+)% still right",
}
### BEGIN SOLUTION
my_guess_in_percent = 50
### END SOLUTION

# %% id="fgsm-demo" tags=["demo"]
test = data.mnist("test")
digits = data.sample(test, 200, torch.Generator().manual_seed(0))
batches = list(data.batches(*digits))


def random_signs(seed):
    """Noise of the same size, the baseline of an attack; one draw for each seed."""
    def attack(model, x, y, epsilon):
        g = torch.Generator().manual_seed(seed)
        return (x + epsilon * (torch.randint(0, 2, x.shape, generator=g) * 2 - 1)).clamp(0, 1)

    return attack


left = evaluation.robust_accuracy(standard, batches, fgsm, 0.1)
print(f"fgsm, epsilon 0.1: {left:.1%} still right; you said {my_guess_in_percent} %")
for epsilon in (0.1, 0.2, 0.3, 0.5):
    draws = [evaluation.robust_accuracy(standard, batches, random_signs(s), epsilon)
             for s in range(5)]
    print(f"random signs, epsilon {epsilon}: {min(draws):.1%} to {max(draws):.1%} (five draws)")

# %% [markdown]
# Compare the first line with the last: on these 200 digits, random signs with five times the radius
# do less harm than one gradient. That is said of these sizes, not of noise as such: the lines show
# that enough noise breaks the network, too.
#
# FGSM is only the first step: it trusts a straight line for the whole way to the edge of the ball.
# The next attack looks again on the way.
#
# ## Exercise 1.3: projected gradient descent (8 points)
#
# Difficulty: 3 of 5 · Minutes: 45 · Why: PGD (Madry et al. 2018) is among the attacks that
# robustness
# is most often measured with. The checks below know by name the slips that make it weak or invalid.
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
# For linf <code>z.clamp(x - epsilon, x + epsilon).clamp(0, 1)</code>. For l2
# <code>size = (z - x).flatten(1).norm(dim=1)</code>,
# <code>pull = (epsilon / size.clamp_min(1e-12)).clamp(max=1)</code>,
# <code>pull = pull.reshape(-1, *[1] * (x.dim() - 1))</code>, and
# <code>(x + pull * (z - x)).clamp(0, 1)</code>.
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
            expect((far <= epsilon + 1e-5).all(), f"a point ends {far.max():.3g} from x, outside "
                   f"the {norm} ball of radius {epsilon}", "outside-ball")
            expect((got >= 0).all() and (got <= 1).all(), "the result leaves the box", "no-clip")
            again = expect_tensor(project(got, x, epsilon, norm), shape, "project")
            expect(torch.allclose(again, got, atol=1e-5),
                   "projecting twice must be the same as projecting once", "moves-inside")
            near = oracle_project(z, x, epsilon, norm)
            ours, best = ((point - z).flatten(1).norm(dim=1) for point in (got, near))
            expect((ours <= best + 1e-5).all(),
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
        with untouched(z, x):
            got = expect_tensor(project(z, x, 0.2, norm), (2, 1, 2, 2), "project")
        far = evaluation.distances(x, got, norm)
        expect(far[0] < 0.2001 or norm == "linf" or abs(far[0] - 0.4) > 1e-3, "image 0 ends 0.4 "
               "from "
               "x in the l2 norm: you clamped each pixel, as for linf; the length of the whole "
               "move "
               "must be at most 0.2", "outside-ball")
        expect(far[0] < 0.2001, f"image 0 ends {far[0]:.2f} from x in the {norm} norm, outside the "
               "ball of radius 0.2", "outside-ball")
        expect(torch.allclose(got[1], z[1], atol=1e-5),
               f"image 1 is inside the {norm} ball already and must "
               "stay where it is: treat each image on its own, and only pull back what is too far",
               "moves-inside")
        expect(far[0] > 0.1999, f"image 0 ends {far[0]:.3f} from x in the {norm} norm; the point "
               "that belongs to it lies on the edge, at 0.2", "too-far-in")
    edge = project(torch.tensor([[1.3, -0.2]]), torch.tensor([[0.9, 0.1]]), 0.5, "linf")
    edge = expect_tensor(edge, (1, 2), "project")
    expect((edge >= 0).all() and (edge <= 1).all(), "the result leaves the box: clamp to [0, 1]",
           "no-clip")
    pair = torch.tensor([[0.9, 0.1], [0.5, 0.5]])
    for norm in ("linf", "l2"):
        edge = project(pair + torch.tensor([[0.4, -0.3], [0.3, 0.4]]), pair, 0.25, norm)
        edge = expect_tensor(edge, (2, 2), "project")
        expect((edge >= 0).all() and (edge <= 1).all(), f'with norm "{norm}" the result leaves the '
               "box: clamp to [0, 1]", "no-clip")
        truth = {"linf": [0.75, 0.75], "l2": [0.65, 0.7]}[norm]
        expect(torch.allclose(edge[1], torch.tensor(truth), atol=1e-5),
               f'x = (0.5, 0.5), z = (0.8, 0.9), epsilon = 0.25, norm "{norm}": the point is '
               f"{truth}; yours: {shown(edge[1])}", "wrong-point")
    both = project(torch.tensor([[1.3, 0.8]]), torch.tensor([[0.9, 0.5]]), 0.25, "l2")
    expect(torch.allclose(both[0], torch.tensor([1.0, 0.65]), atol=1e-5), "x = (0.9, 0.5), z = "
           "(1.3, 0.8), epsilon = 0.25, l2: first into the ball, to (1.1, 0.65), then into the "
           f"box, to (1, 0.65); yours: {shown(both[0])}", "box-first")
    for epsilon in (0.25, 0.0):
        same = project(pair.clone(), pair, epsilon, "l2")
        expect(torch.allclose(same, pair), f"z = x must stay where it is, with epsilon = "
               f"{epsilon}, too; yours: {shown(same[0])} (a division by the length 0?)",
               "not-finite")
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
# - `early_stop=True`: an image that the model misreads at the point where it is now makes no
#   further step and is left out of the next call of the model (that saves time).
#   `early_stop=False`: every image makes every step (a targeted attack, or one on another model,
#   needs that)
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
# <code>draw = epsilon * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1)</code>,
# for l2 divided by <code>x[0].numel() ** 0.5</code>; <code>z = project(x + draw, x, epsilon,
# norm)</code>; <code>rest = torch.arange(len(x))</code>. In the loop
# <code>point = z[rest].detach().requires_grad_(True)</code>, <code>logits = model(point)</code>,
# <code>(slope,) = torch.autograd.grad(loss(logits, y[rest]).sum(), point)</code>; <code>way</code>
# is <code>slope.sign()</code>, or for l2 <code>F.normalize(slope.flatten(1),
# dim=1).reshape(point.shape)</code>; <code>there = project(point.detach() + step_size * way,
# x[rest], epsilon, norm)</code>. With early_stop keep of <code>rest</code> and <code>there</code>
# only the rows where <code>logits.argmax(1) == y[rest]</code>, and stop when none is left; then
# <code>z[rest] = there</code>. Return <code>z.detach()</code>.
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
    truth = (x - 0.15 * (2 * y - 1)[:, None] * w.sign()).clamp(0, 1)
    expect(torch.allclose(got.double(), truth, atol=1e-5),
           "on a linear model PGD must end at the exact worst case", "not-worst")
    expect(torch.allclose(run(0.0, generator=g).double(), x, atol=1e-6),
           "epsilon 0 must return x itself", "outside-ball")
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
    calls, centres, grey = [], [], x.clone()

    def run(norm, steps, seed, step_size=0.01):
        def project(z, x, epsilon, norm):
            calls.append((epsilon, norm))
            centres.append(torch.equal(x, grey))
            return z

        generator = torch.Generator().manual_seed(seed)
        with untouched(model, x, y):
            end = pgd(model, x, y, 0.1, project=project, generator=generator, norm=norm,
                      steps=steps, step_size=step_size, early_stop=False)
        return expect_tensor(end, (2, 2), "pgd")

    start = run("linf", 0, seed=0)
    expect(not torch.equal(start, x), "with steps=0 pgd must return its random start; yours is x",
           "no-random-start")
    expect((start - x).abs().max() <= 0.1 + 1e-6, "the random start lies outside the ball",
           "outside-ball")
    expect(not torch.equal(start[0], start[1]), "both images start with the same noise: draw "
           "noise of the shape of x", "one-noise")
    inside = evaluation.distances(x, run("l2", 0, seed=0), "l2").max()
    expect(inside <= 0.1 + 1e-6, f"the start for l2 lies {inside:.3f} from x, outside the ball of "
           "radius 0.1: divide the noise by the root of the number of pixels", "outside-ball")
    expect(torch.equal(start, run("linf", 0, seed=0)) and not torch.equal(start, run("linf", 0, 1)),
           "the start must depend on generator, and on nothing else", "ignores-generator")
    starts = torch.cat([run("linf", 0, seed=s) - x for s in range(5)])
    expect((starts < 0).any() and (starts > 0).any(), "the random starts all lie on one side of x: "
           "draw the noise from -epsilon to epsilon", "one-sided")
    many = torch.full((100, 1, 2, 1), 0.5)
    for norm, reach in (("linf", 0.1), ("l2", 0.1 / 2**0.5)):
        noise = (pgd(model, many, torch.ones(100).long(), 0.1, norm=norm, steps=0,
                     project=lambda z, x, epsilon, norm: z,
                     generator=torch.Generator().manual_seed(0)) - many).abs()
        expect(noise.max() > 0.9 * reach, f"of 100 starts for {norm}, no pixel moved by more than "
               f"{noise.max():.3f}; with epsilon = 0.1 and two pixels it can be {reach:.3f} (the "
               "pixels of ONE image count)", "start-too-near")
        expect(noise.max() < 1.001 * reach, f"of 100 starts for {norm}, of shape {(*many.shape,)}, "
               f"one moves a pixel by {noise.max():.3f}, beyond {reach:.3f}: uniform noise, and "
               "for l2 the root of the number of ALL pixels of an image", "outside-ball")
        expect(noise.min() < 0.5 * reach, f"of 100 starts for {norm}, every pixel moved by at "
               f"least {noise.min():.3f}: draw the noise uniformly, not only its sign", "corners")
    seen = []
    handle = model.register_forward_hook(lambda _, given, __: seen.append(given[0].detach() + 0))
    pgd(model, x, torch.tensor([0, 0]), 0.01, project=lambda z, x, epsilon, norm: z, steps=6,
        step_size=0.001, generator=torch.Generator().manual_seed(0), early_stop=False)
    expect(len(seen) >= 6, f"in 6 steps the model was called {len(seen)} times: ask for a new "
           "gradient at each point", "one-gradient")
    expect(not torch.equal(seen[0], seen[-1]), "the model is asked at the same point in each step: "
           "take the gradient at z, not at x", "one-gradient")
    seen.clear()
    run("linf", 6, seed=0)
    handle.remove()
    expect(len(seen) >= 6 and {len(batch) for batch in seen} == {2},
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
    ends = [pgd(model, many[:1], y[:1], 0.1, project=lambda z, x, epsilon, norm: z, norm="l2",
                generator=torch.Generator().manual_seed(0), steps=k, step_size=0.01,
                early_stop=False) for k in (0, 5)]
    step = (ends[1] - ends[0]).flatten() / 5
    expect(torch.allclose(step, 0.01 * unit["l2"], atol=1e-6), f"images of shape (1, 2, 1): an "
           f'"l2" step of size 0.01 must move one by 0.01 * {shown(unit["l2"])}, yours by '
           f"{shown(step)}: the length is that of the whole image (flatten(1))", "wrong-step")
    still = pgd(two_class(0 * w), x, y, 0.1, project=lambda z, x, epsilon, norm: z, norm="l2",
                generator=torch.Generator().manual_seed(0), steps=2, early_stop=False)
    expect_tensor(still, (2, 2), "pgd with a zero gradient")
    worth = pgd(model, x, y, 0.1, project=lambda z, x, epsilon, norm: z,
                generator=torch.Generator().manual_seed(0), steps=4, step_size=0.01,
                loss=lambda logits, y: logits[:, 1], early_stop=False)
    expect(((worth - start) @ w > 0).all(), "handed the loss logits[:, 1], your pgd lowers it: "
           "differentiate the loss that is handed in, not the cross-entropy", "ignores-loss")
    sizes, own = [], []
    handle = model.register_forward_hook(lambda _, given, __: sizes.append(len(given[0])))
    row = torch.tensor([[0.6, 0.4], [0.1, 0.9]])  # the first falls in a few steps, the second not

    def near(z, x, epsilon, norm):
        own.append(z.shape == x.shape and bool((z - x).abs().max() < 0.2))
        return z

    end = pgd(model, row, torch.tensor([1, 0]), 0.01, project=near, steps=12, step_size=0.01,
              generator=torch.Generator().manual_seed(0), early_stop=True)
    handle.remove()
    expect(all(own), "with early_stop=True, once an image is left out, project gets an x that does "
           "not belong to its z: take the rows that are left of x, too", "wrong-rows")
    expect((end[1] - row[1]).abs().min() > 0.1, "with early_stop=True image 1 is read rightly all "
           "along, and did not make all 12 steps: is its label, too, the one of its own row?",
           "wrong-rows")
    expect(sizes[-1] < 2, "with early_stop=True an image that is misread must be left out of the "
           "next calls of the model: the last call still got both", "no-early-stop")
    before = end[:1] - 0.01 * torch.tensor([[-1.0, 1.0]])
    expect(evaluation.is_wrong(model, end[:1], y[:1])
           and not evaluation.is_wrong(model, before, y[:1]), "with early_stop=True an image must "
           "come back at the first point at which the model misreads it: no step less, and no step "
           "more", "stops-late")
    expect(all(centres), "project(z, x, epsilon, norm) must get x, the middle of the ball, and not "
           "the point on the way", "wrong-centre")
    expect(len(calls) >= 12 and set(calls) == {(0.1, "linf"), (0.1, "l2")},
           "project(z, x, epsilon, norm) must be called after the start and after every step, with "
           "the same epsilon and norm", "project-once")
    ### BEGIN HIDDEN TESTS
    oracle_pgd(pgd)
    ### END HIDDEN TESTS


test_pgd()
print("1.3b: visible checks passed")

# %% [markdown]
# **c. `with_restarts`**: a run may fail from one start and succeed from another, so one runs
# again and keeps, *for each image*, the first point that fooled the model. Images that are fooled
# already (or
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
# <code>result = x.clone()</code>, <code>rest = (~evaluation.is_wrong(model, x, y)).nonzero()[:,
# 0]</code>. For each run, while <code>len(rest)</code>: <code>points = attack(model, x[rest],
# y[rest])</code>; <code>wrong = evaluation.is_wrong(model, points, y[rest])</code>;
# <code>result[rest[wrong]] = points[wrong]</code>; <code>rest = rest[~wrong]</code>. Return
# <code>result</code>.
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
    sizes, given = [], []

    def attack(model, x, y):
        sizes.append(len(x))
        given.extend(x[:, 0].tolist())
        wanted = script[len(sizes) - 1] if len(sizes) <= len(script) else [0.0] * len(x)
        return torch.tensor((wanted + [0.0] * 5)[: len(x)])[:, None]

    with untouched(model, x, y):
        got = expect_tensor(with_restarts(model, x, y, attack, 3), (5, 1), "with_restarts")
    expect(sizes[:1] != [5], "image 2 was wrong from the beginning: it must not be attacked",
           "attacks-wrong")
    expect(sizes != [4, 4, 4], "you attack images again that were fooled before: drop them",
           "no-drop")
    expect(sizes == [4, 3, 1], f"the runs must get 4, 3 and 1 images; yours got {sizes}")
    expect(set(given) <= set(x[:, 0].tolist()), "a run got an image that an earlier run had "
           "changed: each begins with the image itself", "carries-on")
    expect(not torch.equal(got, x), "images were fooled, and x comes back as it was: result[a][b] "
           "= ... writes into a copy", "keeps-nothing")
    expect(abs(got[0, 0] - 0.4) < 1e-6,
           "image 0 was fooled in the first run and lost it in a later one: keep the first point",
           "keeps-last")
    expect(torch.equal(got[3], x[3]) or got[3] < 0.5, "image 3 must be returned as it was unless "
           "it was fooled", "keeps-failures")
    sizes.clear()
    once = with_restarts(model, x, y, attack, 1)
    expect(sizes == [4], f"with restarts=1 the attack is called once; yours was called "
           f"{len(sizes)} "
           "times", "ignores-restarts")
    expect(torch.equal(once[1:], x[1:]), "with one run only image 0 is fooled: the others must "
           "come "
           "back as they were", "keeps-failures")
    sizes.clear()
    with_restarts(model, x, y, attack, 6)
    expect(sizes == [4, 3, 1, 1], "when every image is fooled there is nothing left to attack: "
           f"stop. The runs must get 4, 3, 1 and 1 images; yours got {sizes}", "no-stop")
    sizes.clear()
    with_restarts(model, x[2:3], y[:1], attack, 3)
    expect(sizes == [], "all images are misread from the beginning, and the attack was called: "
           "look whether an image is left BEFORE each run", "no-stop")
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
def pgd40(model, x, y, epsilon, loss=cross_entropy, restarts=1, seed=0):
    """Your attack, ready to use: PGD with 40 steps in the L-infinity ball."""
    g = torch.Generator().manual_seed(seed)
    one = partial(pgd, epsilon=epsilon, project=project, generator=g, norm="linf", steps=40,
                  step_size=2.5 * max(epsilon, 0.01) / 40, loss=loss)
    return with_restarts(model, x, y, one, restarts)


for epsilon in (0.1, 0.2, 0.3):
    by_fgsm, by_pgd = (evaluation.robust_accuracy(standard, batches, attack, epsilon)
                       for attack in (fgsm, pgd40))
    print(f"epsilon {epsilon}: {by_fgsm:.1%} right after FGSM, {by_pgd:.1%} after PGD-40")
for restarts in (1, 5):
    runs = [evaluation.robust_accuracy(standard, batches, partial(pgd40, restarts=restarts, seed=s),
                                       0.1) for s in range(5)]
    print(f"epsilon 0.1, {restarts} run(s): {min(runs):.1%} to {max(runs):.1%} (five times)")

# %% [markdown]
# Here PGD leaves fewer digits standing than FGSM at each radius, and soon none. Whoever reports
# only the first number reports the weakness of FGSM, not the strength of the model.
#
# The last two lines say what restarts bring on this network: compare the two ranges. They are an
# insurance; where one run finds nearly everything, there is little to insure.
#
# Move the slider: the same eight digits under your PGD at growing $\epsilon$. When do *you* begin
# to doubt?

# %% id="slider" tags=["demo"]
def draw(epsilon):
    """Eight digits, as your attack leaves them, and what the network reads."""
    x_adv = pgd40(standard, digits.x[:8], digits.y[:8], epsilon)
    seen = [f"reads {d}" for d in standard(x_adv).argmax(1).tolist()]
    return plots.image_grid([x_adv], seen, row_labels=[f"epsilon {epsilon:.2f}"])


widgets.epsilon_slider(
    draw, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
    alt=lambda e: f"Eight digits under PGD at epsilon {e:.2f}, true {digits.y[:8].tolist()}, "
           f"read as "
    f"{standard(pgd40(standard, digits.x[:8], digits.y[:8], e)).argmax(1).tolist()}")

# %% [markdown]
# The network was lost long before the largest radius; whether you were, only you can say.

# %% [markdown] id="checkpoint-a"
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: which failure is it?
#
# About 70 minutes: exercises 1.4, 1.7 and 1.8.

# %% [markdown]
# ## Exercise 1.4: to a wrong answer of your choice (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: a stop sign that is read as "some other sign" is one
# thing, as "60 km/h" another. Targeted attacks measure the second danger.
#
# Write `targeted`. It gets an attack that *raises* a loss, and must use it so that the model comes
# to read each image as `target`.
#
# - `target`: shape (n,), the class that each image should be read as
# - `attack(model, x, labels, epsilon, loss=...)` returns images in the ball on which
#   `loss(logits, labels)` is as large as it can make it; `loss` returns one number per image
# - an image that is read as its target already comes back unchanged; one that does not get there
#   comes back as far as the attack brought it
# - returns: shaped like `x`
#
# <details><summary>Hint 1: where to look</summary>
# What is large when the model is far from answering "target", and small when it does?
# <details><summary>Hint 2: the idea</summary>
# The attack climbs. Hand it a loss whose top is where you want to go: the negative of the
# cross-entropy of the target class.
# <details><summary>Hint 3: nearly the code</summary>
# <code>result = attack(model, x, target, epsilon, loss=lambda logits, t: -cross_entropy(logits,
# t))</code>; <code>same = model(x).argmax(1) == target</code>; return
# <code>torch.where(same.reshape(-1, *[1] * (x.dim() - 1)), x, result)</code>.
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
    model = nn.Sequential(nn.Flatten(), nn.Linear(1, 3))  # up to 20 x^2, which all three share
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[0.0], [20.0], [40.0]]))
        model[1].bias.copy_(torch.tensor([0.0, -5.0, -20.0]))

    def search(model, x, labels, epsilon, loss):
        tries = torch.stack([(x + d).clamp(0, 1) for d in torch.linspace(-epsilon, epsilon, 21)])
        worth = [loss(model(t), labels) for t in tries]
        expect(tuple(worth[0].shape) == (len(x),), f"loss must return one number per image, here "
               f"shape ({len(x)},); yours returned {tuple(worth[0].shape)}", "one-loss")
        worth = torch.stack(worth)
        return tries[worth.argmax(0), torch.arange(len(x))]

    x, target = torch.tensor([[0.1], [0.5], [0.9], [0.45]]), torch.tensor([1, 2, 0, 1])
    model.eval()
    with untouched(model, x, target):
        got = expect_tensor(targeted(model, x, target, 0.4, search), (4, 1), "targeted")
    expect((got - x).abs().max() < 0.4001, "an image moved by more than epsilon = 0.4: hand "
           "epsilon "
           "on to the attack", "outside-ball")
    little = targeted(model, x, target, 0.1, search)
    expect((little - x).abs().max() < 0.1001, "with epsilon = 0.1 an image moved by more than "
           "that: "
           "hand epsilon on to the attack", "outside-ball")
    elsewhere = targeted(model, x, 2 - target, 0.4, search)
    expect(not torch.equal(got[1], elsewhere[1]), "with another target image 1 comes out the "
           "same: the target decides where to go, not the class that the model reads now",
           "ignores-target")
    expect(got[1] > x[1], "image 1 should become class 2 (pixel near 1), and you moved it away: "
           "the attack raises the loss it is given, so the loss must be large AT the target",
           "wrong-sign")
    expect(not torch.equal(got[2], x[2]), "image 2 does not reach its target in this ball, and "
           "came back as it was: hand in what the attack returned", "drops-failures")
    expect(got[2] < x[2], "image 2 should become class 0, the other end of the scale, and went "
           "elsewhere: it must go to its own target", "ignores-target")
    expect(torch.equal(got[3], x[3]), "image 3 is read as its target already: return it unchanged",
           "moves-fooled")
    expect(model(got).argmax(1)[:2].tolist() == [1, 2], "images 0 and 1 should be read as 1 and 2; "
           f"the model reads {model(got).argmax(1)[:2].tolist()}", "ignores-target")
    middle = targeted(model, torch.tensor([[0.9]]), torch.tensor([1]), 0.4, search)
    expect(abs(middle[0, 0] - 0.5) < 0.01, "from 0.9 class 1 is reached in the middle, at 0.5, and "
           f"yours goes to {middle[0, 0]:.2f}: a large logit of the target is not enough, the "
           "other logits count, too", "raw-logit")
    deep = targeted(model, x.reshape(4, 1, 1, 1), target, 0.4, search)
    expect(isinstance(deep, torch.Tensor) and deep.shape == (4, 1, 1, 1), "images of shape "
           f"(4, 1, 1, 1) come back with shape {(*deep.shape,)}: a condition per image needs as "
           "many dimensions as x", "wrong-broadcast")
    ### BEGIN HIDDEN TESTS
    oracle_targeted(targeted)
    ### END HIDDEN TESTS


test_targeted()
print("1.4: visible checks passed")

# %% id="targeted-demo" tags=["demo"]
def attack_with(model, x, y, epsilon, loss, seed=0):
    """PGD-40 of exercise 1.3, in the form that exercise 1.4 asks for."""
    return pgd(model, x, y, epsilon, project=project, generator=torch.Generator().manual_seed(seed),
               steps=40, step_size=2.5 * epsilon / 40, loss=loss, early_stop=False)


one_of_each = torch.stack([digits.x[digits.y == d][0] for d in range(10)])
wanted = (0, 3, 8)
rows = [targeted(standard, one_of_each, torch.full((10,), t), 0.25, attack_with) for t in wanted]
read = [standard(row).argmax(1).tolist() for row in rows]
figure = plots.image_grid(rows, [f"reads {d}" for row in read for d in row],
                          row_labels=[f"target {t}" for t in wanted])
plots.show(figure, alt="The digits 0 to 9 in three rows, each row driven towards one target. "
           + "; ".join(f"target {t}: read as {row}" for t, row in zip(wanted, read, strict=True)))
for epsilon in (0.1, 0.15, 0.25):
    hits = []
    for t in wanted:
        others = digits.x[digits.y != t]
        goal = torch.full((len(others),), t)
        moved = targeted(standard, others, goal, epsilon, attack_with)
        hits.append(f"{t} for {(standard(moved).argmax(1) == t).float().mean():.1%}")
    print(f"epsilon {epsilon}: target reached: " + ", ".join(hits) + " of the other digits")

# %% [markdown]
# Read along a row: ten different digits, driven towards one answer. The printed lines say how often
# that works, on 200 digits without those that show the target already. At the small radius much
# depends on the target: some give way for half of the digits, another for few. At the large one
# nearly all arrive.
#
# ## The same network, louder
#
# One more loss before you predict. The **margin** of a network is the logit of the true class minus
# the largest logit of another class: positive when the answer is right, as in the linear case.
# `margin(logits, y)` returns it per image; twice the logits, twice the margin.

# %% nbgrader={"grade_id": "setup-margin", "locked": true}
def margin(logits, y):
    """The true class's logit minus the largest other one: (n, classes), (n,) -> (n,)."""
    own = logits.gather(1, y[:, None])[:, 0]
    return own - logits.scatter(1, y[:, None], -torch.inf).max(1).values

# %% [markdown] id="predict-louder"
# ### Predict, then run
#
# Take the network, which has nothing left at $\epsilon = 0.3$ after PGD-40, and multiply its logits
# by 100. No prediction changes: the largest stays the largest. What will the accuracy under PGD-40
# on the cross-entropy be?
#
# - `"a"`: 0 %, as before
# - `"b"`: above 0 and below 50 %
# - `"c"`: 50 to 90 %
# - `"d"`: above 90 %

# %% nbgrader={"grade_id": "ex1_7-predict", "solution": true}
PREDICT = {
    "name": "my_guess", "kind": "choice", "options": ["a", "b", "c", "d"], "outcome": "d",
    "seen": r"logits \* 100: PGD-40 leaves 9[\d.]+% by cross-entropy",
}
### BEGIN SOLUTION
my_guess = "d"
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
louder = {"logits": standard, "logits * 10": models.Scaled(standard, 10), "logits * 100": loud}
for name, model in louder.items():
    left = [evaluation.robust_accuracy(model, batches, against(loss), 0.3)
            for loss in (cross_entropy, falling_margin)]
    zero = (cross_entropy(model(digits.x), digits.y) == 0).float().mean()
    print(f"{name}: PGD-40 leaves {left[0]:.1%} by cross-entropy, {left[1]:.1%} by margin; "
          f"before it the cross-entropy is exactly 0 on {zero:.1%}")

# %% [markdown]
# Nothing about the model has improved. With logits that large, the softmax of the true class is
# exactly 1 in floating point and the cross-entropy exactly 0, on the share of images that ends each
# line. A loss of 0 is not yet a gradient of 0: at 10 times the logits a trace of softmax is left
# to the other classes on some images, and the sign of a trace is all that PGD needs. At 100 times
# the trace is 0, too, and the attack has no direction. The margin does not saturate, and finds
# everything again: in each line the loss is all that differs.
#
# ## Exercise 1.7: why did my attack fail? (9 points)
#
# Difficulty: 4 of 5 · Minutes: 40 · Why: "PGD leaves 98 % standing" has two explanations: the model
# is robust, or the attack is broken. Of the nine defences from one conference (ICLR 2018) that
# Athalye et al. (2018) looked at, seven relied on obfuscated gradients: gradients of no use to an
# attacker.
#
# Here are five models: the plain network, the same behind three changes that could trouble a
# gradient attack, and one that was trained to be robust. PGD-40 on the cross-entropy:

# %% nbgrader={"grade_id": "setup-suspects", "locked": true}
def suspects(seed):
    """The plain network, three changes of it, and a robust one."""
    plain = models.pretrained("mnist_cnn")
    return {
        "standard": plain,
        "scaled": models.Scaled(plain, 100),
        "noisy": models.Noisy(plain, 0.2, torch.Generator().manual_seed(seed)),
        "quantised": models.Quantised(plain, 8),
        "robust": models.pretrained("mnist_cnn_robust"),
    }

# %% id="suspects-demo" tags=["demo"]
some = data.Images(digits.x[:100], digits.y[:100])
print("100 digits  clean   under PGD-40 at epsilon 0.1 and 0.2")
for name, model in suspects(0).items():
    free = evaluation.accuracy(model, [some])
    left = [evaluation.robust_accuracy(model, [some], against(cross_entropy), e)
            for e in (0.1, 0.2)]
    print(f"{name:10} {free:6.1%}   {left[0]:6.1%} {left[1]:6.1%}")


def left_by(draws, seed):
    """The share right on the noisy model, a mean of ten looks, if each gradient averages draws."""
    fuzzy = suspects(seed)["noisy"]
    x_adv = attack_with(lambda z: sum(fuzzy(z) for _ in range(draws)) / draws, *some, 0.1,
                        cross_entropy, seed)
    return sum((~evaluation.is_wrong(fuzzy, x_adv, some.y)).float().mean().item()
               for _ in range(10)) / 10


for draws in (1, 4):
    stand = [left_by(draws, seed) for seed in range(5)]
    print(f"noisy, 100 digits, epsilon 0.1, {draws} draw(s) for each gradient: "
          f"{min(stand):.1%} to {max(stand):.1%} right (five attacks)")

# %% [markdown]
# At 0.2 three of them look robust, and only one of these was trained to be: this accuracy cannot
# tell which. The noisy one has nothing left at 0.2, although its gradient is random: this noise
# masks nothing at that radius. At 0.1 some digits are left. Does the noise hide the gradient there?
# The last lines are the control, an attack whose gradient averages four draws of the noise: it
# leaves a few digits fewer. So the noise does hide a little, but most of what stands at 0.1 stands
# against the average, too. A symptom is a reason to look closer, not a verdict.
#
# **a. `diagnose(model, x, y, margin)`** returns a reason why a gradient attack *may* fail:
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
# <code>if (model(x) != model(x)).any(): return "noise"</code>. Then for <code>margin</code>
# (verdict "flat") and after it for <code>cross_entropy</code> (verdict "saturated"):
# <code>probe = x.detach().clone().requires_grad_(True)</code>, <code>(slope,) =
# torch.autograd.grad(measure(model(probe), y).sum(), probe)</code>, <code>dead =
# slope.flatten(1).abs().amax(1) == 0</code>, and the verdict if
# <code>dead.float().mean() &gt; 0.5</code>. At the end <code>return "none"</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-diagnose", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_margin(logits, y):
    """A right margin, for the tests of what builds on it."""
    rivals = logits - 1e30 * F.one_hot(y, logits.shape[1])
    return (logits * F.one_hot(y, logits.shape[1])).sum(1) - rivals.amax(1)


def oracle_diagnose(diagnose):
    """The networks, with other faults, other sizes, and a robust one that must not be accused."""
    plain, robust = models.pretrained("mnist_cnn"), models.pretrained("mnist_cnn_robust")
    g = torch.Generator().manual_seed(71)
    sure = models.Scaled(plain, 3)
    cases = [("none", plain), ("none", robust), ("none", sure),
             ("noise", models.Noisy(plain, 1e-4, g)),
             ("noise", models.Noisy(robust, 0.3, g)), ("noise", models.Masked(plain, 0.3, g)),
             ("flat", models.Quantised(plain, 2)),
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
    dead = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 2)).eval()
    with torch.no_grad():
        for layer, weight, bias in ((0, [[1.0, 1.0]], [-1.0]), (2, [[0.0], [1.0]], [0.0, -0.5])):
            dead[layer].weight.copy_(torch.tensor(weight))
            dead[layer].bias.copy_(torch.tensor(bias))
    x, y = torch.tensor([[0.1, 0.1], [0.9, 0.9], [0.8, 0.8]]), torch.tensor([0, 1, 1])
    got = diagnose(dead, x, y, oracle_margin)
    expect(got == "none", f'one image of three without a gradient made you say "{got}": '
           'more than half are needed',
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

# %% nbgrader={"grade_id": "ex1_7-diagnose-test", "points": 4}
@exercise("1.7")
def test_diagnose():
    """Small linear models with one fault each; the last one is merely sure of itself."""
    x, y = torch.tensor([[0.2, 0.5], [0.9, 0.1]]), torch.tensor([0, 1])
    plain = two_class(torch.tensor([4.0, -3.0]))
    gap = lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])  # noqa: E731
    noisy = models.Noisy(plain, 1e-3, torch.Generator().manual_seed(0))
    cases = (("noise", noisy), ("flat", models.Quantised(plain, 8)),
             ("saturated", models.Scaled(plain, 1e4)), ("none", plain),
             ("none", models.Scaled(plain, 1e-4)))
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
    got = diagnose(models.Scaled(plain, 60), torch.tensor([[0.2, 0.5], [0.1, 0.5]]),
                   torch.tensor([0, 0]), gap)
    expect(got == "none", "a cross-entropy that is exactly 0 on each image, with a gradient that "
           f'is tiny and not 0: the answer is "none", yours is "{got}". Look at the gradient, not '
           "at the loss", "loss-for-gradient")
    relu = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 2)).eval()
    with torch.no_grad():  # scores 0 and relu(x0 + x1 - 1) - 0.5
        for layer, weight, bias in ((0, [[1.0, 1.0]], [-1.0]), (2, [[0.0], [1.0]], [0.0, -0.5])):
            relu[layer].weight.copy_(torch.tensor(weight))
            relu[layer].bias.copy_(torch.tensor(bias))
    for pixels, truth in (((0.1, 0.9, 0.8), "none"), ((0.1, 0.2, 0.8), "flat"),
                          ((0.1, 0.8), "none")):
        pair = torch.tensor(pixels)[:, None].expand(len(pixels), 2).contiguous()
        got = diagnose(relu, pair, (pair[:, 0] > 0.5).long(), gap)
        silent = sum(pixel < 0.5 for pixel in pixels)
        expect(got == truth, f"{silent} of {len(pixels)} images have no gradient of the margin: "
               f'the answer is "{truth}" (more than half or not), yours is "{got}"',
               "not-half")
    blind = two_class(torch.tensor([4.0, -4.0, 0.0, 0.0, 0.0]))
    got = diagnose(blind, torch.full((2, 1, 5, 1), 0.4), y, gap)
    expect(got == "none", "a model that looks at two of five pixels has a gradient there, on every "
           f'image; you say "{got}": an image is without one if ALL of its entries are exactly 0',
           "part-of-image")
    ### BEGIN HIDDEN TESTS
    oracle_diagnose(diagnose)
    ### END HIDDEN TESTS


test_diagnose()
print("1.7a: visible checks passed")

# %% [markdown]
# **b. `attack_anyway`**: now bring down the models that hide their gradient (*masked* models). You
# get
#
# - `model`, under attack, and `surrogate`, an ordinary model trained for the same task, perhaps
#   like the one inside, perhaps not
# - `attack(victim, x, y, epsilon, loss=...)`, a PGD that raises `loss(logits, y)` on any `victim`;
#   you may call it **three times**
# - `margin(logits, y)`
#
# Return, for each image, the point with the smallest margin on `model` that you found. The margin
# of a point is its mean over at least five calls, since a model may be random. The checks count how
# many images are still right, on models with each of the faults. The robust model is in it too:
# there it is enough that you hand in valid images.
#
# <details><summary>Hint 1: where to look</summary>
# Each fault has one loss, or one victim, on which the attack does see a gradient.
# <details><summary>Hint 2: the idea</summary>
# You need no diagnosis: raise the falling margin on the model, do the same on the surrogate and
# carry the images over, and keep for each image whichever went further.
# <details><summary>Hint 3: nearly the code</summary>
# A function <code>mean_margin(tried)</code>: under <code>torch.no_grad()</code>,
# <code>torch.stack([margin(model(tried), y) for _ in range(5)]).mean(0)</code>. Start from
# <code>found, least = x, mean_margin(x)</code>. For <code>victim in (model, surrogate)</code>:
# <code>tried = attack(victim, x, y, epsilon, loss=lambda logits, y: -margin(logits, y))</code>,
# <code>reached = mean_margin(tried)</code>, <code>closer = reached &lt; least</code>,
# <code>found = torch.where(closer.reshape(-1, *[1] * (x.dim() - 1)), tried, found)</code> and
# <code>least = torch.where(closer, reached, least)</code>.
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

# %% nbgrader={"grade_id": "ex1_7-attack_anyway-test", "points": 5}
@exercise("1.7")
def test_attack_anyway():
    """Linear models in two dimensions; the attack is one signed gradient step."""
    w = torch.tensor([4.0, -3.0])
    x, y = torch.tensor([[0.7, 0.5], [0.4, 0.6]]), torch.tensor([1, 0])
    plain, useless = two_class(w), two_class(0 * w)
    gap = lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])  # noqa: E731
    def step(victim, x, y, epsilon, loss):
        calls.append(victim)
        pushed = x - 0.05 * side(y)[:, None] * w.sign()  # the margin of plain falls
        if isinstance(victim, models.Scaled):
            down.append(bool((loss(victim(pushed), y) < loss(victim(x), y)).all()))
        expect(abs(epsilon - 0.2) < 1e-9, f"attack_anyway got epsilon 0.2 and hands on {epsilon}",
               "wrong-epsilon")
        probe = x.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad([*loss(victim(probe), y)], probe)
        return x + epsilon * slope.sign()

    cases = (("saturated", models.Scaled(plain, 1e4), useless, "same-loss"),
             ("flat", models.Quantised(plain, 64), plain, "no-transfer"))
    for fault, model, surrogate, name in cases:
        calls = []
        down = []
        got = attack_anyway(model, surrogate, x, y, 0.2, attack=step, margin=gap)
        got = expect_tensor(got, (2, 2), "attack_anyway")
        expect(len(calls) <= 3, f"you called the attack {len(calls)} times; three are allowed",
               "over-budget")
        fooled = evaluation.is_wrong(model, got, y).all()
        expect(fooled or fault == "flat" or not any(down), "the loss that you hand to the attack "
               "falls when the margin falls, and the attack raises it: mind the sign", "wrong-sign")
        expect(fooled, f"the model with the fault \"{fault}\" "
               "still reads an image right after your attack, although a point in the ball fools "
               "it", name)
    got = attack_anyway(models.Scaled(plain, 2.0), plain, x, y, 0.2, attack=step, margin=gap)
    expect((got - x).abs().max() < 0.201, f"a pixel moved by {(got - x).abs().max():.2f} with "
           "epsilon = 0.2: each attack begins at x, not at the point of the one before",
           "outside-ball")
    many, labels = x.repeat(200, 1), y.repeat(200)
    noisy = models.Noisy(plain, 0.25, torch.Generator().manual_seed(0))

    asked = []

    def exact(victim, x, y, epsilon, loss=None):
        asked.append(bool(victim(x).any()))  # the surrogate says 0 to everything
        push = w if asked[-1] else -w
        return x - epsilon * side(y)[:, None] * push.sign()

    got = attack_anyway(noisy, useless, many, labels, 0.2, attack=exact, margin=gap)
    expect(any(asked), "you do not attack the noisy model itself: noise leaves it a gradient, and "
           "the surrogate may be no help", "only-surrogate")
    direct = (got - exact(noisy, many, labels, 0.2)).abs().amax(1) < 1e-6
    expect(direct.float().mean() > 0.87, f"on a noisy model you keep the best point for "
           f"{direct.float().mean():.0%} of 400 images; the mean margin over five calls of model "
           "finds it for 95 %: one call is luck, and the surrogate's margin says nothing",
           "one-draw")
    def by_halves(victim, x, y, epsilon, loss=None):
        mine = torch.tensor([True, False]) == bool(victim(x).any())
        push = side(y)[:, None] * w.sign() * torch.where(mine, epsilon, 0.02)[:, None]
        return x - push.reshape(x.shape)

    deep = x.reshape(2, 1, 1, 2)
    got = attack_anyway(models.Scaled(plain, 2.0), useless, deep, y, 0.2, attack=by_halves,
                        margin=gap)
    got = expect_tensor(got, (2, 1, 1, 2), "attack_anyway")
    expect(evaluation.is_wrong(plain, got, y).all(), "the attack on the model fools image 0 only, "
           "the one on the surrogate image 1 only, and both on the model: keep the better point of "
           "each image, whatever the diagnosis", "whole-batch")
    fickle, turn = two_class(w), iter(range(10**6))
    fickle.register_forward_hook(  # a score above 0 rises and falls by 6 in turn
        lambda _, __, logits: logits + 6 * (-1) ** next(turn) * (logits > 0))
    got = attack_anyway(fickle, useless, x[:1], y[:1], 0.2, attack=exact, margin=gap)
    expect(torch.allclose(got, exact(plain, x[:1], y[:1], 0.2)), "you keep a point whose margin is "
           "small in one of five calls only: take the mean over the calls, not the minimum",
           "luckiest-call")
    ### BEGIN HIDDEN TESTS
    oracle_attack_anyway(attack_anyway)
    ### END HIDDEN TESTS


test_attack_anyway()
print("1.7b: visible checks passed")

# %% id="anyway-demo" tags=["demo"]
radii, series = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4], {}
some = data.Images(digits.x[:60], digits.y[:60])


def anyway(model, x, y, epsilon):
    """Your attack of 1.7b with the standard network as surrogate."""
    if epsilon == 0:
        return x
    return attack_anyway(model, standard, x, y, epsilon, attack=attack_with, margin=margin)


for name, model in suspects(0).items():
    print(f"diagnosis of {name}: {diagnose(model, *some, margin)}")
    series[name] = (radii, [evaluation.robust_accuracy(model, [some], anyway, e) for e in radii])
figure = plots.curves(series, xlabel="epsilon (largest change of a pixel)",
                      ylabel="accuracy under this attack", title="After the diagnosis, 60 digits")
told = "; ".join(f"{name}: " + ", ".join(f"{v:.0%} at {e}" for e, v in zip(*s, strict=True))
                 for name, s in series.items())
plots.show(figure, alt=f"Accuracy by epsilon for five models under the repaired attack. {told}.")
print("at epsilon 0.1: " + ", ".join(f"{name} {s[1][2]:.1%}" for name, s in series.items()))

# %% [markdown]
# Four curves reach the ground, although not together. `standard` and `scaled` take the same
# decisions, and one line lies on the other; in the other two, noise and rounding change the input
# of the same network. The rounded one stands at 0.05 and has fallen at 0.1: its grey values are 1/7
# apart, so a black or a white pixel that moves by less than 1/14 is rounded back, and one that
# moves by more goes the whole 1/7: rounding helps at 0.05, and harms at 0.1. What stood at 0.2
# before was hidden gradient.
#
# The fifth stays up to 0.3, the radius that it was trained for, and has fallen at 0.4. The fall
# matters: it shows that the same attack does work on this model. A curve that never falls would be
# a reason for doubt, since at a large radius any image can become plain grey. Its diagnosis is
# "none", too: nothing that this lab can find is hidden there. (It stands against the attacks we
# tried, inside that ball. A proof is another matter: Lab 05.)
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
# Exercise 1.7, both parts. And how large is 8/255? Run your PGD at that radius on the undefended
# network: <code>evaluation.robust_accuracy(standard, batches, pgd40, 8 / 255)</code>.
# <details><summary>Hint 2: the idea</summary>
# A reason, the measurement that would tell, a number: twice the first two, once the third. A radius
# at which an undefended model loses little tells little about a defence.
# <details><summary>Hint 3: nearly the words</summary>
# "At epsilon 8/255 the undefended network keeps ... of ... per cent; I would ask for the curve up
# to a radius at which an undefended model has nothing left. The loss may have saturated; I would
# ask for the attack on the margin."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex1_8-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# First, 8/255 may be too small to tell anything: on these digits the undefended network still keeps
# 93.5 % under PGD-40 at that radius, of 97.5 % without attack. I would ask for the same PGD on an
# undefended model and for the whole curve, up to a radius at which that model has nothing left.
# Second, the attack may have failed rather than the model resisted: the loss may saturate. With
# logits times 100, PGD-40 left more than 90 % at epsilon 0.3 where nothing was left before, and the
# margin loss took it back to nothing. I would ask for an attack on the margin, and for the share of
# images with a gradient of exactly zero. A step in the model (rounding) may hide the gradient, too:
# ask for a transfer attack from an ordinary network.

# Rubric:
# - 1 point: a first reason why the claim may be false, with the measurement that would tell
# - 1 point: a second, different reason (a small radius, one norm, a failed attack), with its
#   measurement
# - 1 point: a number from the lab that fits one of them, said with its condition (model, epsilon)
#
# Sample A (3/3): "Perhaps the logits are huge, so cross-entropy has no gradient. Ours went from 0 %
# to 95 % at epsilon 0.3 just by multiplying by 100. Ask for PGD on the margin. Perhaps inputs are
# rounded before the net; then attack another net and transfer the images."
#
# Sample B (1/3): "PGD is not the strongest attack, so I would use a stronger one like
# Carlini-Wagner. Also they should test on more images." (One point: another attack is a
# measurement. No reason why PGD failed, no second reason, no number.)
# ### END SOLUTION

# %% [markdown] id="checkpoint-b"
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 90 minutes: exercises 1.5, 1.6, 1.10 and 1.11.
#
# Nothing depends on these.

# %% [markdown]
# ## Exercise 1.5: the shortest way out (4 points)
#
# Difficulty: 4 of 5 · Minutes: 35 · Why: PGD answers "can it be fooled within $\epsilon$?". The
# minimum-norm attack answers "how far is the nearest mistake?", which needs no $\epsilon$ at all.
# Carlini and Wagner (2017) broke defensive distillation with it.
#
# For each image, find the nearest point $z$ (Euclidean distance) that the model misreads. With the
# margin $m(z)$ and a weight $c > 0$:
#
# $$\min_{z \in [0, 1]^d} \|z - x\|_2^2 + c \max(m(z), 0).$$
#
# **a. The change of variables.** An optimiser knows nothing of a box. So let it move a free
# variable
# $v$ and set $z = (\tanh(v) + 1) / 2$, which is in the box for every $v$. Write `to_box(v)` and its
# inverse `from_box(x)`. Pixels of exactly 0 and 1 exist; `from_box` must give a finite number for
# them, with `to_box(from_box(x))` at most 1e-4 from `x`.
#
# <details><summary>Hint 1: where to look</summary>
# torch.atanh is the inverse of tanh, and infinite at -1 and 1.
# <details><summary>Hint 2: the idea</summary>
# Shrink 2x - 1 by a hair before you take atanh.
# <details><summary>Hint 3: nearly the code</summary>
# <code>to_box</code> returns <code>(torch.tanh(u) + 1) / 2</code>, and <code>from_box</code>
# <code>torch.atanh((2 * x - 1) * (1 - 1e-5))</code>.
# </details></details></details>

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

# %% nbgrader={"grade_id": "ex1_5-box-test", "points": 1}
@exercise("1.5")
def test_box():
    """In the box, and back again."""
    v = torch.tensor([-30.0, -1.0, 0.0, 2.0, 30.0])
    with untouched(v):
        z = expect_tensor(to_box(v), (5,), "to_box")
    expect((z >= 0).all() and (z <= 1).all(), f"to_box({shown(v)}) gave {shown(z)}: outside "
           "[0, 1]. tanh runs from -1 to 1", "outside-range")
    expect(z[2] == 0.5 and abs(z[3] - 0.98201) < 1e-4,
           f"to_box(0) must be 0.5 and to_box(2) 0.98201; yours: {z[2]:.5f} and {z[3]:.5f}",
           "wrong-formula")
    x = torch.tensor([0.0, 0.25, 0.5, 1.0])
    with untouched(x):
        raw = from_box(x)
    expect(isinstance(raw, torch.Tensor) and torch.isfinite(raw).all(), "from_box is infinite at 0 "
           "or at 1: pull its argument inside by a hair, before atanh", "not-finite")
    back = expect_tensor(from_box(x), (4,), "from_box")
    again = (torch.tanh(back) + 1) / 2  # not-an-answer: the formula stands in the text above
    expect((again - x).abs().max() < 1e-4, f"from_box takes {shown(x)} to {shown(back)}, "
           f"and (tanh + 1) / 2 takes that to {shown(again)}: not the way back", "no-inverse")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(52)
    for dtype in (torch.float32,):
        x = torch.rand(3, 1, 5, 5, generator=g, dtype=dtype)
        x[0, 0, 0] = torch.tensor([0.0, 1.0, 0.5, 1e-9, 1 - 1e-7], dtype=dtype)
        back = expect_tensor(from_box(x.clone()), tuple(x.shape), "from_box")
        expect((torch.sigmoid(2 * back) - x).abs().max() < 1e-4, "the way back misses x by more "
               "than 1e-4", "no-inverse")
        v = 3 * torch.randn(50, generator=g, dtype=dtype)
        expect(torch.allclose(to_box(v).double(), torch.sigmoid(2 * v).double(), atol=1e-5),
               "to_box is not (tanh(v) + 1) / 2", "wrong-formula")
        expect((from_box(x).diff(dim=0).sign() * x.diff(dim=0).sign() >= 0).all(),
               "from_box must grow with x", "no-inverse")
    ### END HIDDEN TESTS


test_box()
print("1.5a: visible checks passed")

# %% [markdown]
# **b. `walk`.** How large should $c$ be? Too small, and the optimiser stays where it is and fools
# nobody; too large, and it walks further than it must. The search for it is given below. You write
# the walk for given weights:
#
# - `c`: shape (n,), one weight for each image; `start`: shaped like `x`, where the walk begins
# - `steps` steps of one `torch.optim.Adam` with learning rate `lr` over $v$, from
#   `from_box(start)`, on the sum over the images of $\|z - x\|_2^2 + c \max(m(z), 0)$; one call of
#   the model per step
# - all along, remember for each image the nearest point seen whose margin is below 0; all is
#   float32
# - returns these points, and `x` itself where none was seen
# - `margin`, `to_box` and `from_box` are handed in
#
# <details><summary>Hint 1: where to look</summary>
# Keep the best point and its squared distance, one per image.
# <details><summary>Hint 2: the idea</summary>
# torch.where does the book-keeping without a loop over images. Remember the best point inside the
# loop, not after it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>u = from_box(start).detach().clone().requires_grad_(True)</code>, <code>adam =
# torch.optim.Adam([u], lr=lr)</code>, <code>found = x.clone()</code>, <code>found_far =
# torch.full((len(x),), torch.inf)</code>. In each step <code>z = to_box(u)</code>, <code>m =
# margin(model(z), y)</code>, <code>far = (z - x).flatten(1).pow(2).sum(1)</code>, <code>closer = (m
# &lt; 0) &amp; (far &lt; found_far)</code>; <code>found[closer] = z.detach()[closer]</code>,
# <code>found_far[closer] = far.detach()[closer]</code>; then <code>(u.grad,) =
# torch.autograd.grad((far
# + c * m.clamp_min(0)).sum(), u)</code> and <code>adam.step()</code>. Return
# <code>found</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-search", "locked": true}
def carlini_wagner(model, x, y, walk, rounds=6, c=3.0):
    """Search c for each image: halfway down after a success, up after a failure; keep the best.

    The second walk starts a fifth of the way to grey, where tanh is steeper; each later one at the
    nearest misread point so far.
    """
    grey = 0.8 * x + 0.1
    nearest, distance = x.clone(), torch.full((len(x),), torch.inf)
    start = x
    failed, worked, weight = torch.zeros(len(x)), distance.clone(), torch.full((len(x),), c)
    for k in range(rounds):
        found = walk(model, x, y, weight, grey if k == 1 else start)
        fooled = evaluation.is_wrong(model, found, y)
        size = (found - x).flatten(1).norm(dim=1)  # not-an-answer: how far an image has moved
        rows = (fooled & (size < distance)).nonzero()[:, 0]
        nearest[rows], distance[rows] = found[rows], size[rows]
        worked[fooled] = torch.minimum(worked, weight)[fooled]
        failed[~fooled] = torch.maximum(failed, weight)[~fooled]
        weight = torch.where(worked.isinf(), 10 * weight, (failed + worked) / 2)
        start = grey.clone()
        start[distance.isfinite()] = nearest[distance.isfinite()]
    return nearest

# %% nbgrader={"grade_id": "oracle-carlini_wagner", "points": 0}
### BEGIN HIDDEN TESTS
oracle_box_maps = {
    "to_box": lambda v: torch.sigmoid(2 * v),
    "from_box": lambda x: torch.logit(x, eps=1e-5) / 2,
}


def oracle_walk(walk):
    """Other sizes: every step counted, weights of one image each, and lr and steps heeded."""
    for seed, n in ((53, 6), (54, 1)):
        g = torch.Generator().manual_seed(seed)
        w = torch.randn(12, generator=g)
        x = 0.35 + 0.3 * torch.rand(n, 12, generator=g)
        y = (x @ w > 0).long()
        model, least = two_class(w), (x @ w).abs() / w.norm()
        c = 2.5 * least / w.norm()  # the minimum lies at c * ||w|| / 2, beyond the nearest mistake
        run = partial(walk, model, x, y, margin=oracle_margin, **oracle_box_maps)
        seen = []
        handle = model.register_forward_hook(lambda *_, seen=seen: seen.append(1))
        with untouched(model, x, y, c):
            got = expect_tensor(run(c, x, steps=300, lr=0.02), (n, 12), "walk")
        handle.remove()
        expect(len(seen) == 300, f"with steps=300 the model was called {len(seen)} times: once for "
               "each step", "wrong-steps")
        expect(evaluation.is_wrong(model, got, y).all(), "a returned point is not misread",
               "not-fooled")
        ratio = evaluation.distances(x, got, "l2") / least
        expect((ratio <= 1.05).all(), f"the worst point is {ratio.max():.2f} times as far as the "
               "nearest mistake", "too-far")
        short = run(c, x, steps=300, lr=1e-5)
        expect(torch.equal(short, x), "with lr=1e-5 nothing is reached in 300 steps, and x itself "
               "must come back: use lr", "ignores-lr")


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


def oracle_walk_on_digits(walk):
    """With the search over c: success on 95 % of the digits, about as near as bisected PGD-L2."""
    model = models.pretrained("mnist_cnn")
    images = data.sample(data.mnist("test"), 16, torch.Generator().manual_seed(55))
    right = ~evaluation.is_wrong(model, *images)
    x, y = images.x[right], images.y[right]
    one = partial(walk, margin=oracle_margin, **oracle_box_maps, steps=80)
    got = carlini_wagner(model, x, y, one, rounds=8)
    expect((got >= 0).all() and (got <= 1).all(), "a point leaves the box: walk in v, and look at "
           "to_box(v)", "outside-box")
    fooled = evaluation.is_wrong(model, got, y).float().mean()
    expect(fooled >= 0.95, f"only {fooled:.0%} of the digits are misread", "not-fooled")
    ours, theirs = evaluation.distances(x, got, "l2").mean(), oracle_bisection(model, x, y).mean()
    expect(ours <= 1.05 * theirs, f"with the search over c your mean distance is {ours:.3f}; PGD "
           f"with the smallest radius that works needs only {theirs:.3f}", "too-far")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex1_5-walk", "solution": true}
def walk(model, x, y, c, start, *, margin, to_box, from_box, steps=60, lr=0.1):
    """The nearest misread point seen on one walk from start; x itself where none was seen."""
    ### BEGIN SOLUTION
    shape = (-1, *[1] * (x.dim() - 1))
    v = from_box(start).detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([v], lr=lr)
    best, best_far = x.clone(), torch.full_like(c, torch.inf)
    for _ in range(steps):
        z = to_box(v)
        m, far = margin(model(z), y), (z - x).flatten(1).pow(2).sum(1)
        better = (m < 0) & (far < best_far)
        best = torch.where(better.reshape(shape), z, best).detach()
        best_far = torch.where(better, far, best_far).detach()
        (v.grad,) = torch.autograd.grad((far + c * m.clamp_min(0)).sum(), v)
        optimizer.step()
    return best
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex1_5-walk-test", "points": 3}
@exercise("1.5")
def test_walk():
    """Two classes, no box in the way: the nearest mistake is |score| / ||w||_2 = 0.12 away."""
    w = torch.tensor([3.0, -4.0])
    model, x, y = two_class(w), torch.tensor([[0.6, 0.3], [0.4, 0.45]]), torch.tensor([1, 0])
    used = set()
    free = {"to_box": lambda v: (used.add("to_box"), v)[1],
            "from_box": lambda x: (used.add("from_box"), x)[1],
            "margin": lambda logits, y: side(y) * (logits[:, 1] - logits[:, 0])}
    least = torch.tensor([0.12, 0.12])

    def run(c, start, steps=80, lr=0.01):
        with untouched(model, x, y):
            got = walk(model, x, y, torch.tensor(c), start, **free, steps=steps, lr=lr)
        got = expect_tensor(got, (2, 2), "walk")
        return evaluation.is_wrong(model, got, y), evaluation.distances(x, got, "l2")

    fooled, far = run([1.0, 1.0], x)
    expect(len(used) == 2, "to_box and from_box are handed in, and you do not call both: the walk "
           "is over v, from from_box(start), and looks at z = to_box(v)", "no-box-maps")
    expect(fooled.all(), "with c = 1 a point that you return is not misread: remember points with "
           "margin below 0, and let the cost rise with the margin", "not-fooled")
    expect((far <= 1.05 * least).all(), f"with c = 1 the nearest mistakes are {shown(least)} away, "
           f"yours {shown(far)}: keep the nearest misread point that you saw", "too-far")
    for c, reached in (([1.0, 0.01], 0), ([0.01, 1.0], 1)):
        fooled, far = run(c, x)
        expect(fooled[reached], f"c is {c}: image {reached} has the large one and was not fooled",
               "one-c")
        expect(not fooled[1 - reached], f"c is {c}: with 0.01 image {1 - reached} pays more for "
               f"the "
               "way than it gains; yours is fooled: each image has its own c", "one-c")
        expect(far[1 - reached] == 0, f"image {1 - reached} was never misread on its walk: x "
               f"itself "
               f"must come back; yours is {far[1 - reached]:.3f} away", "keeps-failures")
    beyond = x - 0.5 * side(y)[:, None] * w / 5
    fooled, far = run([0.01, 0.01], beyond)
    expect((far < 0.49).all(), f"started at misread points 0.5 away and walking back with c = "
           f"0.01, "
           f"yours end {shown(far)} away: keep the nearest misread point, not the first", "too-far")
    expect((far > 0).all() and fooled.all(), "started at misread points the walk sees many of "
           "them: "
           "begin at start, and keep the nearest misread point, not the last point", "not-fooled")
    _, far = run([1.0, 1.0], x, steps=12, lr=0.05)
    expect((far < 0.15).all(), "12 steps with lr = 0.05 pass a misread point 0.141 away and then "
           f"overshoot to 0.33; yours are {shown(far)} away: keep the nearest one, not the last",
           "too-far")
    _, far = run([0.01, 0.01], beyond)
    expect((far <= 1.2 * least).all(), f"walking back from 0.5 the nearest misread points are "
           f"{shown(least)} away, yours {shown(far)}", "too-far")
    looks = []
    handle = model.register_forward_hook(lambda *_: looks.append(1))
    _, far = run([1.0, 1.0], x, steps=2, lr=0.2)
    handle.remove()
    looked = len(looks) - 1  # the check looks once itself
    expect(looked == 2, f"with steps=2 the model was called {looked} times: once for each step",
           "wrong-steps")
    expect((far < 0.3).all(), "the first step of Adam with lr = 0.2 moves each entry by 0.2, to a "
           f"misread point 0.283 away; yours are {shown(far)} away", "not-adam")
    fooled, _ = run([0.1, 0.1], x)
    expect(fooled.all(), "with c = 0.1 the border costs 0.12 ** 2 = 0.0144, less than c times the "
           "margin, 0.06, and you do not get there: the distance must be squared", "not-squared")
    c, deep = torch.ones(2), x.reshape(2, 1, 2, 1)
    walks = [walk(model, images, y, c, images, **free, steps=20, lr=0.01) for images in (x, deep)]
    expect(torch.equal(walks[1].flatten(), walks[0].flatten()), "the same images with shape (2, 1, "
           "2, 1) come out differently: the distance is that of a whole image", "wrong-broadcast")
    even, border = two_class(torch.tensor([1.0, -1.0])), torch.full((1, 2), 0.5)
    tie = walk(even, x[:1], y[:1], c[:1], border, **free, steps=1)
    expect(torch.equal(tie, x[:1]), "a point with the margin 0 exactly was kept: only below 0 "
           "counts", "not-below-zero")
    ### BEGIN HIDDEN TESTS
    oracle_walk(walk)
    oracle_walk_on_digits(walk)
    ### END HIDDEN TESTS


test_walk()
print("1.5b: visible checks passed")

# %% id="nearest-demo" tags=["demo"]
my_walk = partial(walk, margin=margin, to_box=to_box, from_box=from_box)
near = carlini_wagner(standard, one_of_each, torch.arange(10), my_walk)
far = evaluation.distances(one_of_each, near, "l2").tolist()
read = standard(near).argmax(1).tolist()
titles = [f"reads {d}\nL2 {f:.2f}" for d, f in zip(read, far, strict=True)]
figure = plots.image_grid([one_of_each, near], [""] * 10 + titles, row_labels=["clean", "nearest"])
plots.show(figure, alt=f"The digits 0 to 9 and, below each, the nearest misread image that was "
           f"found, read as {read}, at L2 distances from {min(far):.2f} to {max(far):.2f}.")
change = near - one_of_each
figure = plots.image_grid([change[:5], change[5:]], row_labels=["0 to 4", "5 to 9"], signed=True,
                          unit="change of a pixel")
plots.show(figure, alt="What was changed, digit by digit: strokes and grey areas, from "
           f"{change.min():.2f} to {change.max():.2f}.")

# %% [markdown]
# Is a change visible? Look: some digits get a bar or a lid that one can see, others little that one
# would notice. And it is not a change of few pixels: the next demonstration counts them. "Small"
# has many meanings, and each has its own attack.
#
# ## Exercise 1.6: one curve, drawn twice (1 point)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: one radius is one point. Robustness is a curve, and there
# are two roads to it: that they meet is a good check of both of your attacks.
#
# `accuracy_by_attack(model, x, y, epsilons, attack)`: attack at each radius, from small to large.
# What was fooled within a small ball is fooled within every larger one, so it is counted as wrong
# from then on and not attacked again.
#
# - `epsilons`: a list, growing; `attack(model, x, y, epsilon)` gets only the images that are left
# - returns a list of floats: the fraction of **all** images still right at each radius
#
# <details><summary>Hint 1: where to look</summary>
# It is the book-keeping of with_restarts again, with epsilon in place of the run.
# <details><summary>Hint 2: the idea</summary>
# Do not forget those that the model misreads without any attack, and divide by the number of all
# images.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rest = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]</code>; at each epsilon, if
# <code>len(rest)</code>: <code>rest = rest[~evaluation.is_wrong(model, attack(model, x[rest],
# y[rest],
# epsilon), y[rest])]</code>; then append <code>len(rest) / len(x)</code>.
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

# %% nbgrader={"grade_id": "ex1_6-by_attack-test", "points": 1}
@exercise("1.6")
def test_accuracy_by_attack():
    """One pixel, threshold at 0.5: an image falls as soon as epsilon exceeds its distance to it."""
    model = two_class(torch.tensor([1.0]), -0.5)
    x, y = torch.tensor([[0.55], [0.7], [0.9], [0.2]]), torch.ones(4, dtype=torch.long)
    sizes, given = [], []

    def moody(model, x, y, epsilon):
        sizes.extend([len(x)] * (len(x) > 0))
        given.extend(x[:, 0].tolist())
        return x if epsilon == 0.3 else x - epsilon

    with untouched(model, x, y):
        got = accuracy_by_attack(model, x, y, [0.0, 0.1, 0.3, 0.45, 0.6], moody)
    expect(isinstance(got, list) and len(got) == 5, "return a list with one number per radius, "
           "also for those at which no image is left", "no-list")
    got = [float(value) for value in got]
    expect(got[0] != 1.0, "image 3 is misread without any attack: it counts as wrong from the "
           "beginning", "ignores-misread")
    expect(got[2] <= got[1], "at 0.3 this moody attack fails, but what fell at 0.1 has fallen: "
           "accuracy may not rise with epsilon", "rises")
    expect(max(abs(a - b) for a, b in zip(got, [0.75, 0.5, 0.5, 0, 0], strict=True)) < 1e-6,
           f"expected [0.75, 0.5, 0.5, 0.0, 0.0], got {got}; "
           "the share is of all four images", "wrong-share")
    expect(sizes == [3, 3, 2, 2], f"the attack must get 3, 3, 2 and 2 images; yours got {sizes}",
           "no-drop")
    expect(set(given) <= set(x[:, 0].tolist()), "the attack got an image that it had changed "
           "before: at each radius it begins with the image itself", "carries-on")
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
print("1.6: visible checks passed")

# %% [markdown]
# Two roads to the L2 curve of the network: PGD at nine radii, and one search for the nearest
# mistakes, of which only the distances are used. An image is fooled at epsilon if its distance is
# at most epsilon; one that the network misreads anyway has distance 0, one that was never fooled
# infinity.

# %% id="curve-demo" tags=["demo"]
def pgd_l2(model, x, y, epsilon):
    """PGD-40 in the L2 ball, two restarts."""
    one = partial(pgd, epsilon=epsilon, project=project, generator=torch.Generator().manual_seed(0),
                  norm="l2", steps=40, step_size=2.5 * max(epsilon, 0.01) / 40)
    return with_restarts(model, x, y, one, 2)


x, y = digits.x[:100], digits.y[:100]
l2_radii = [0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4]
by_attack = accuracy_by_attack(standard, x, y, l2_radii, pgd_l2)
near = carlini_wagner(standard, x, y, my_walk)
norms = evaluation.distances(x, near, "l2")
norms[~evaluation.is_wrong(standard, near, y)] = torch.inf
norms[evaluation.is_wrong(standard, x, y)] = 0.0
fine = torch.linspace(0, 2.4, 97).tolist()
by_norms = {e: (norms > e).double().mean().item() for e in fine + l2_radii}
lines = {"pgd, nine radii": (l2_radii, by_attack),
         "cw, from the distances": (fine, [by_norms[e] for e in fine])}
figure = plots.curves(lines, xlabel="epsilon (L2 distance)", ylabel="accuracy under attack",
                      title="Standard network, 100 test digits")
figure.axes[0].lines[1].set_marker("")
figure.legends[0].legend_handles[1].set_marker("")
gaps = [abs(a - by_norms[e]) for e, a in zip(l2_radii, by_attack, strict=True)]
plots.show(figure, alt="Accuracy by L2 radius, by PGD at nine radii and by the distances of the "
           f"nearest mistakes found: at most {max(gaps):.0%} apart.")
print(f"largest gap between the two at the nine radii: {max(gaps):.0%} of 100 digits")
moved = (near - x).abs().flatten(1)[norms.isfinite() & (norms > 0)]
energy = moved.square().sort(dim=1, descending=True).values.cumsum(1)
carry = (energy < 0.9 * energy[:, -1:]).sum(1) + 1
print(f"pixels moved by more than 1/255: median {(moved > 1 / 255).sum(1).median()} of 784; "
      f"90 % of the squared change lies on {carry.median()} (median over {len(moved)} images)")

# %% [markdown]
# How far they are apart stands below the picture. Both are upper bounds of the true curve (a better
# attack can only push them down), and neither knew of the other. Where they differ, the upper one
# is the weaker attack at that radius.
#
# The last line settles the question of few pixels: this attack moves hundreds of them by more than
# a grey level, although a smaller part carries most of the squared change.

# %% [markdown]
# ## Exercise 1.10: one perturbation for all (2 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: an attacker who may not look at each image first can still
# do harm (Moosavi-Dezfooli et al. 2017). One pattern, made once on training images, is added to
# images that it was not made on.
#
# Write `universal`: find **one** `delta` with no entry beyond epsilon, such that
# `(x + delta).clamp(0, 1)` raises the mean cross-entropy.
#
# - `x`: (n, 1, 28, 28), `y`: (n,); returns delta of shape (1, 1, 28, 28) (in general
#   `x[:1].shape`), without a graph
# - delta starts at 0; `epochs` passes over all images in batches of `batch_size` (the last one may
#   be smaller), shuffled anew for each pass with `generator`; each step is a signed gradient step
#   of `step_size` on delta, followed by a clamp to [-epsilon, epsilon]
#
# <details><summary>Hint 1: where to look</summary>
# It is PGD with one difference: the thing that moves is shared by all images.
# <details><summary>Hint 2: the idea</summary>
# Let delta have shape (1, ...) and require a gradient; broadcasting adds up what the images of the
# batch say.
# <details><summary>Hint 3: nearly the code</summary>
# <code>pattern = torch.zeros_like(x[:1])</code>. In each epoch <code>for some in
# torch.randperm(len(x), generator=generator).split(batch_size)</code>:
# <code>pattern.requires_grad_(True)</code>, <code>loss = F.cross_entropy(model((x[some] +
# pattern).clamp(0, 1)), y[some])</code>, <code>(slope,) = torch.autograd.grad(loss,
# pattern)</code>,
# <code>pattern = (pattern.detach() + step_size * slope.sign()).clamp(-epsilon, epsilon)</code>.
# Return
# <code>pattern.detach()</code>.
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

# %% nbgrader={"grade_id": "ex1_10-universal-test", "points": 2}
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
    bare = [universal(model, x, y, 0.1, generator=g, epochs=0) for _ in range(4)]
    expect(all(torch.equal(bare[0], other) for other in bare), "with epochs=0 one delta is "
           f"{shown(bare[0][0])} and the next {shown(bare[1][0])}: it starts at 0, not at a "
           "random point", "random-start")
    for epochs, size, step, reach in ((1, 30, 0.02, 0.02), (2, 10, 0.01, 0.06), (3, 15, 0.05, 0.1)):
        part = universal(model, x, y, 0.1, generator=g, epochs=epochs, batch_size=size,
                         step_size=step)
        expect((part.abs() - reach).abs().max() < 1e-6, f"{epochs} epochs over 30 images in "
               f"batches of {size}, steps of {step}: each entry gets as far as {reach}; yours "
               f"{shown(part[0].abs())}", "wrong-steps")
    apart = nn.Sequential(nn.Linear(25, 25), nn.ReLU(), nn.Linear(25, 2)).eval()
    with torch.no_grad():  # image i has a gradient at pixel i only
        for layer, weight, bias in ((0, torch.eye(25), -0.3 * torch.ones(25)),
                                    (2, torch.eye(2)[1:].T.expand(2, 25), torch.zeros(2))):
            apart[layer].weight.copy_(weight)
            apart[layer].bias.copy_(bias)
    labels = torch.arange(25) % 2
    got = universal(apart, 0.5 * torch.eye(25), labels, 0.1, batch_size=10, epochs=2,
                    step_size=0.02, generator=torch.Generator().manual_seed(1))
    often = side(labels) * got[0] / -0.02
    expect(((often - often.round()).abs() < 0.01).all(), "an entry moves by less than a step of "
           "step_size = 0.02: the sign of the whole batch's gradient decides", "wrong-steps")
    often = often.round().long()
    expect((often >= 0).all(), "images are pushed with the labels of others: shuffle x and y "
           "together", "labels-apart")
    expect((often == 2).all(), f"in 2 passes over 25 images in batches of 10, {(often != 2).sum()} "
           "images did not have their say exactly twice: each pass takes every image once, the "
           "last and smaller batch too", "not-every-image")
    mixed = torch.arange(60) % 2
    runs = [universal(two_class(torch.ones(1)), torch.linspace(0.2, 0.8, 60)[:, None], mixed, 0.1,
                      batch_size=1, epochs=2, step_size=0.07,
                      generator=torch.Generator().manual_seed(3)) for _ in range(8)]
    expect(all(torch.equal(runs[0], other) for other in runs),
           "two runs with the same seed differ: shuffle with generator", "ignores-generator")
    others = [universal(two_class(torch.ones(1)), torch.linspace(0.2, 0.8, 60)[:, None], mixed, 0.1,
                        batch_size=1, epochs=2, step_size=0.07,
                        generator=torch.Generator().manual_seed(s)) for s in range(8)]
    expect(any(not torch.equal(runs[0], other) for other in others),
           "eight seeds give one and the same pattern: shuffle the images", "no-shuffle")
    one = torch.full((60, 1), 0.5)
    got = universal(two_class(torch.ones(1)), one, mixed, 0.05, batch_size=1, epochs=1,
                    step_size=0.03, generator=torch.Generator().manual_seed(0))
    expect(got.abs().max() > 1e-3, "30 images push delta up and 30 down, in steps of 0.03 with "
           "epsilon = 0.05, and yours ends at 0: clamp delta after every step, not at the end",
           "clamps-late")
    last = [universal(two_class(torch.ones(1)), one[:10], mixed[:10], 0.05, batch_size=1,
                      epochs=1 + s % 2, step_size=0.2,
                      generator=torch.Generator().manual_seed(s // 2)).item() for s in range(32)]
    expect(last[::2] != last[1::2], "with 16 seeds the second pass ends on the same image as the "
           "first: shuffle anew for each pass", "one-order")
    dark, label = torch.tensor([[0.01]] * 20 + [[0.5]] * 10), torch.tensor([1] * 20 + [0] * 10)
    got = universal(two_class(torch.ones(1)), dark, label, 0.1, batch_size=30, step_size=0.03,
                    generator=g)
    expect(got[0, 0] > -0.05, "20 of 30 images are black already and cannot get darker, and your "
           f"delta goes to {got[0, 0]:.2f} for their sake: show the model (x + delta).clamp(0, 1)",
           "ignores-box")
    steep = two_class(torch.tensor([20.0]), -10.0)
    got = universal(steep, torch.tensor([[0.2], [0.5]]), torch.tensor([1, 0]), 0.1, generator=g,
                    epochs=1)
    expect(got[0, 0] < 0, "two images pull apart, and the one that is surely misread has the "
           "larger gradient; yours follows the other: F.cross_entropy takes the logits (no "
           "softmax before it)", "wrong-loss")
    ### BEGIN HIDDEN TESTS
    oracle_universal(universal)
    ### END HIDDEN TESTS


test_universal()
print("1.10: visible checks passed")

# %% id="universal-demo" tags=["demo"]
g = torch.Generator().manual_seed(0)
linf_radii = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3]
delta = universal(standard, *data.sample(train, 1000, g), 0.3, generator=g)
coins = 2 * torch.randint(0, 2, (5, 1, 1, 7, 7), generator=g) - 1
blocks = coins.repeat_interleave(4, dim=3).repeat_interleave(4, dim=4)
shuffled = delta.flatten()[torch.randperm(784, generator=g)].reshape(delta.shape)


def under(pattern):
    """The accuracy on the 200 test digits with the pattern added, at each radius."""
    return [evaluation.accuracy(standard, data.batches((digits.x + e * pattern).clamp(0, 1),
                                                       digits.y)) for e in linf_radii]


series = {"learned pattern": under(delta / 0.3),
          "laid on its side": under(delta.transpose(2, 3) / 0.3),
          "random 4x4 blocks, mean of 5": torch.tensor([under(c) for c in blocks]).mean(0).tolist(),
          "pixels shuffled": under(shuffled / 0.3),
          "fgsm": [evaluation.robust_accuracy(standard, batches, fgsm, e) for e in linf_radii]}
figure = plots.image_grid([delta], ["the pattern"], signed=True, unit="change of a pixel")
plots.show(figure, alt=f"The learned pattern, from {delta.min():.1f} to {delta.max():.1f}.")
changed = (digits.x[:8] + delta).clamp(0, 1)
read = standard(changed).argmax(1).tolist()
figure = plots.image_grid([changed], [f"reads {d}" for d in read])
plots.show(figure, alt=f"Eight digits with the pattern added, true {digits.y[:8].tolist()}, read "
           f"as {read}.")
figure = plots.curves({name: (linf_radii, line) for name, line in series.items()},
                      xlabel="epsilon (largest change of a pixel)", ylabel="accuracy, test digits",
                      title="Made on 1,000 training images")
told = "; ".join(f"{name}: " + ", ".join(f"{v:.0%}" for v in line) for name, line in series.items())
plots.show(figure, alt=f"Accuracy at epsilon {linf_radii}. {told}.")
print("at 0.3: " + ", ".join(f"{name} {line[-1]:.1%}" for name, line in series.items()))
count = standard((digits.x + delta).clamp(0, 1)).argmax(1).bincount()
print(f"with the pattern {count.max()} of {count.sum()} digits are read as {count.argmax()}")
up, down = under(delta.clamp(min=0) / 0.3)[-1], under(delta.clamp(max=0) / 0.3)[-1]
print(f"only its positive half at 0.3: {up:.1%} right; only its negative half: {down:.1%} right")

# %% [markdown]
# The pattern was made on training images, and harms test images. What does it? The same pixel
# values shuffled do little. Random blocks, and the pattern laid on its side, do more: part of the
# harm comes from spots as wide as a stroke, whatever they show. But both do far less than the
# pattern: what the spots show counts, too, and it turns most digits into one and the same. The
# negative half alone does nearly nothing, since black cannot get darker; beside the positive half
# it still does much. Compare it with FGSM, which may look at each image.
#
# ## Exercise 1.11: a sticker (2 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: on a road nobody adds a little to each pixel. One glues
# something on. It may look like anything, but it must work wherever it lands and however it is
# turned
# (Brown et al. 2017; Eykholt et al. 2018 on road signs).
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
# <code>u = torch.zeros(1, size, size, requires_grad=True)</code>, <code>adam =
# torch.optim.Adam([u], lr=lr)</code>, <code>wish = torch.full((64,), target)</code>. In each step
# <code>some = torch.randint(0, len(x), (64,), generator=generator)</code>, <code>views =
# place(x[some], torch.sigmoid(u), generator)</code>, <code>(u.grad,) =
# torch.autograd.grad(F.cross_entropy(model(views), wish), u)</code>, <code>adam.step()</code>.
# Return <code>torch.sigmoid(u).detach()</code>.
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

# %% nbgrader={"grade_id": "ex1_11-sticker-test", "points": 2}
@exercise("1.11")
def test_sticker():
    """A model that adds up the brightness: the best sticker for class 1 is white, for 0 black."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(200, 1, 28, 28, generator=g)
    model = two_class(torch.full((784,), 0.1), -39.2)
    marks, batches = [], []

    def spy(x, patch, generator):
        batches.append((len(x), x.sum().item()))
        marks.append(torch.rand(1, generator=generator).item())
        return place(x, patch, generator)

    with untouched(model, x):
        short = sticker(model, x, 1, spy, generator=torch.Generator().manual_seed(5), size=5,
                        steps=7, lr=0.3)
    short = expect_tensor(short, (1, 5, 5), "sticker")
    expect(len(marks) == 7, f"with steps=7 place was called {len(marks)} times: once for each step",
           "wrong-steps")
    expect(len(set(marks)) == 7, "the places are the same in every step: hand the one generator "
           "on, so that each step draws new ones", "same-places")
    expect({n for n, _ in batches} == {64}, f"place got {batches[0][0]} images in the first step: "
           "each step takes a batch of 64", "wrong-batch")
    expect(len({total for _, total in batches}) > 1, "every step takes the same images: draw a new "
           "batch in each", "one-batch")
    again = sticker(model, x, 1, place, generator=torch.Generator().manual_seed(5), size=5, steps=7,
                    lr=0.003)
    twice = sticker(model, x, 1, place, generator=torch.Generator().manual_seed(5), size=5, steps=7,
                    lr=0.003)
    expect(torch.equal(again, twice), "two runs with the same seed differ: all randomness must "
           "come from generator", "ignores-generator")
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
    expect(again.mean() < short.mean(), "with a hundredth of the learning rate the sticker gets "
           "as far: use lr", "ignores-lr")
    ### BEGIN HIDDEN TESTS
    oracle_sticker(sticker)
    ### END HIDDEN TESTS


test_sticker()
print("1.11: visible checks passed")

# %% [markdown] id="predict-sticker"
# ### Predict, then run
#
# A learned sticker for the class 3 is tried on test digits that are no 3, beside stickers of the
# same size that nobody learned: black, white, random, and small pictures of real handwritten 3s,
# made twice as bright, since they turn grey as they shrink. Which share (in per cent) does the
# learned one reach, and which the best of 30 real 3s?

# %% nbgrader={"grade_id": "ex1_11-predict", "solution": true}
PREDICT = [
    {
        "name": "my_learned", "kind": "number", "low": 0, "high": 100, "outcome": 70,
        "seen": r"learned, three seeds: ([\d.]+)% to",
    },
    {
        "name": "my_best_real", "kind": "number", "low": 0, "high": 100, "outcome": 44,
        "seen": r"30 real small 3s: [\d.]+% to ([\d.]+)%",
    },
]
### BEGIN SOLUTION
my_learned, my_best_real = 90, 30
### END SOLUTION

# %% id="sticker-demo" tags=["demo"]
others = digits.x[digits.y != 3]


def share(patch):
    """The share of the other digits that are read as 3 with the patch on them."""
    seen = place(others, patch, torch.Generator().manual_seed(1))
    return (standard(seen).argmax(1) == 3).float().mean().item()


learned = [sticker(standard, data.sample(train, 1000, torch.Generator().manual_seed(s)).x, 3, place,
                   generator=torch.Generator().manual_seed(s)) for s in range(3)]
grey = F.interpolate(train.x[train.y == 3][:30, :, 4:24, 4:24], size=(12, 12), mode="area")
real = (2 * grey).clamp(0, 1)
real_shares = [share(three) for three in real]
random = torch.rand(5, 1, 12, 12, generator=torch.Generator().manual_seed(2))
found = [share(patch) for patch in learned]
noise_shares = [share(patch) for patch in random]
print(f"learned, three seeds: {min(found):.1%} to {max(found):.1%}; you said {my_learned} %")
print(f"30 real small 3s: {min(real_shares):.1%} to {max(real_shares):.1%}; "
      f"you said {my_best_real} % for the best (as grey as they shrank: "
      f"{max(share(three) for three in grey):.1%})")
print(f"black {share(torch.zeros(1, 12, 12)):.1%}, white {share(torch.ones(1, 12, 12)):.1%}, "
      f"random {min(noise_shares):.1%} to {max(noise_shares):.1%} (five)")
best = real[max(range(30), key=real_shares.__getitem__)]
tried = [learned[0], best, random[0]]
rows = [place(others[:7], patch, torch.Generator().manual_seed(1)) for patch in tried]
rows = [torch.cat([F.pad(p[None], [8] * 4), row]) for p, row in zip(tried, rows, strict=True)]
read = [standard(row[1:]).argmax(1).tolist() for row in rows]
titles = [t for row in read for t in ["sticker", *(f"reads {d}" for d in row)]]
names = ["learned", "a real 3", "random"]
figure = plots.image_grid(rows, titles, row_labels=names)
plots.show(figure, alt="Three stickers, each followed by seven digits that carry it. " + "; ".join(
    f"{name}: read as {row}" for name, row in zip(names, read, strict=True)))

# %% [markdown]
# The picture says what was learned: something much like a small 3, laid on the digit (the patch
# covers 144 of 784 pixels, near the middle). A small 3 alone goes a long way, and the brighter ones
# further; the learned one is read as 3 clearly more often than the best of the 30, so it is more
# than a good handwriting. Black, white and random patches of the same size stay far below: covering
# the digit alone does not do it. The sticker is to a large part a label glued over the old one. On
# a road that is no comfort.
#
# ## What you found
#
# Look back over your own numbers: a margin that falls by $\epsilon$ times a norm of the weights,
# and by about a third less in the box; a network that one gradient harms about as
# much as random signs of five times the size; PGD where FGSM left digits standing; and a defence
# of one multiplication that fooled PGD and not you. If you went deeper: the nearest mistake, two
# roads to one curve, and a sticker.
#
# **Limits.** White-box attacks need the weights; Lab 03 does without. One data set, small grey
# digits, two networks: no number here carries over to another model. An Lp ball is a poor picture
# of what a person would call the same image: the sticker is outside every small ball. And no attack
# proves safety: what an attack leaves standing is an upper bound of the robust accuracy, until a
# better attack lowers it.
#
# **The paper** (section 2.1) names evasion the attack at inference time and gives
# $x' = \operatorname{argmax} L(f(x'), y)$ subject to $\|x' - x\| \le \epsilon$. You have now seen
# parts of that line matter: which $L$ (1.4, 1.7), which norm (1.1, 1.5), which way of solving it
# (1.2, 1.3), which $\epsilon$ (1.7, 1.8).
#
# **Read on.** Goodfellow, Shlens, Szegedy, *Explaining and harnessing adversarial examples*, 2015.
# Carlini and Wagner, *Towards evaluating the robustness of neural networks*, 2017. Madry et al.,
# *Towards deep learning models resistant to adversarial attacks*, 2018. Athalye, Carlini, Wagner,
# *Obfuscated gradients give a false sense of security*, 2018. Moosavi-Dezfooli et al., *Universal
# adversarial perturbations*, 2017. Brown et al., *Adversarial patch*, 2017. Eykholt et al., *Robust
# physical-world attacks on deep learning visual classification*, 2018.
#
# **Where next.** Lab 04 trains models that withstand this lab, and Lab 05 proves that some do.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab01_evasion")
