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
# # Lab 04: robustness
#
# Lab 01 broke networks. This one builds networks that hold, and first of all the exam that tells
# whether they do.
#
# By the end you will be able to
#
# - say where vulnerability comes from, in a case where the whole truth is one formula,
# - recognise a defence that only hides its gradient, and bring it down,
# - train a network against an attack in seconds, and notice when the training goes wrong,
# - say what a robust accuracy on 1,000 images does and does not prove,
# - train for the worst mixture of examples or of groups, not for the average.
#
# | | |
# |---|---|
# | Paper | section 2.2 (robustness: sources of vulnerability, strategies) |
# | Time | 150 minutes for the six core exercises; 65 more for the deeper ones (4.2, 4.8, 4.9) |
# | Points | 43: core 35, deeper ones 8 (40 checked by machine, 3 read by a person) |
# | You need | Lab 01 (FGSM, PGD, margins); a little probability |
# | It runs in | about 50 CPU seconds in all, 13 without the demonstrations; 1.1 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | images, each pixel in [0, 1] | `x` | (n, 1, 28, 28), or (n, 1, 14, 14) |
# | labels | `y` | (n,) |
# | weights of a linear model | `w` | (d,) |
# | radius of the L-infinity ball | `epsilon` | a number |
# | points on the way, changed images | `z`, `x_adv` | as `x` |
# | loss of each example | `losses` | (n,) |
# | weights of examples or groups, summing to 1 | `q` | (n,) or (groups,) |
#
# The paper names three sources of vulnerability (overfitting, inputs of high dimension, a lack of
# generalisation) and three strategies (adversarial training, regularisation, robust optimisation).
# All six are below. In between stands the warning of Athalye et al. (2018): many a defence does
# not stop the attack, it only hides the gradient from it.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from safetylab import data, evaluation, models, plots, training, widgets
from safetylab.checks import exercise, expect, expect_tensor, lend, untouched

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest

# %% nbgrader={"grade_id": "setup-loss", "locked": true}
def cross_entropy(logits, y):
    """The cross-entropy of each example: logits (n, classes), y (n,) -> (n,)."""
    return F.cross_entropy(logits, y, reduction="none")

# %% [markdown]
# Two functions from Lab 01 come along: the projection and projected gradient descent.

# %% nbgrader={"grade_id": "given-ex1_3-project", "locked": true}
def project(z, x, epsilon, norm):
    """The point of the ball around x, and of the box [0, 1], that belongs to z; (n, ...)."""
    if norm == "linf":
        return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    length = (z - x).flatten(1).norm(dim=1).clamp_min(1e-12)
    factor = (epsilon / length).clamp(max=1).reshape(-1, *[1] * (x.dim() - 1))
    return (x + factor * (z - x)).clamp(0, 1)

# %% nbgrader={"grade_id": "given-ex1_3-pgd", "locked": true}
def pgd(model, x, y, epsilon, *, project, generator, norm="linf", steps=40, step_size=0.02,
        loss=cross_entropy, early_stop=True):
    """One run of projected gradient descent from a random start; (n, ...) -> (n, ...)."""
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
# %% [markdown]
# ## It breaks
#
# Somebody offers you two networks that "withstand PGD-40 at epsilon 0.2". You run PGD-40, and it
# is true of both.

# %% id="hook" tags=["demo"]
standard, robust = (models.pretrained(name) for name in ("mnist_cnn", "mnist_cnn_robust"))
test = data.mnist("test")
digits = data.sample(test, 200, torch.Generator().manual_seed(0))
batches = list(data.batches(*digits))
g = torch.Generator().manual_seed(0)


def pgd40(model, x, y, epsilon, loss=cross_entropy, steps=40, early_stop=True):
    """PGD in the L-infinity ball with 40 steps, as in Lab 01."""
    return pgd(model, x, y, epsilon, project=project, generator=g, steps=steps, loss=loss,
               step_size=2.5 * max(epsilon, 0.01) / steps, early_stop=early_stop)


offers = {"offer A": models.Quantised(standard, 8), "offer B": robust}
for name, model in offers.items():
    left = evaluation.robust_accuracy(model, batches, pgd40, 0.2)
    print(f"{name}: PGD-40 at epsilon 0.2 leaves {left:.1%}")

# %% [markdown]
# Now the same digits, changed by somebody who attacked an ordinary network instead and carried the
# result over. Nobody moved a pixel by more than 0.2.

# %% id="hook-transfer" tags=["demo"]
carried = pgd40(standard, *digits, 0.2, early_stop=False)
for name, model in offers.items():
    left = 1 - evaluation.is_wrong(model, carried, digits.y).float().mean()
    print(f"{name}: the carried digits leave {left:.1%}")
titles = [f"A reads {a}\nB reads {b}" for a, b in
          zip(*(model(carried[:8]).argmax(1).tolist() for model in offers.values()), strict=True)]
plots.show(plots.image_grid(carried[:8], titles),
           alt="Eight changed digits. Network A misreads nearly all of them, B nearly none.")

# %% [markdown]
# A had stopped nothing. It rounds its input to eight grey levels, a rounding has no slope, and an
# attack without a slope stands still. A weaker attack, made elsewhere, walks through.
#
# Was B only luckier with its examiner? That is what an exam must answer, so we build the exam
# before we train anything. First, though: why are networks vulnerable at all?
#
# ## The smallest case
#
# Two classes, `y = +1` or `y = -1`, equally often. An example is `x = y * theta + sigma * noise`:
# the signal `theta` in R^d, seen through independent normal noise of standard deviation sigma. The
# model says the sign of `w.x`. An attacker may move each of the d numbers by epsilon; there is no
# box. Here everything is known, and one formula holds all three sources of vulnerability.
#
# ## Exercise 4.1: where vulnerability comes from (4 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: clean accuracy and robust accuracy part ways by a formula,
# and after this exercise you know every letter of it.
#
# **a. `gaussian_accuracy(w, theta, sigma, epsilon)`**: the probability that `sign(w.x)` is right
# after the best attack, for a fresh example of the two classes above. Write it in closed form; no
# sampling.
#
# - `w`, `theta`: shape (d,), float64; `sigma` > 0; `epsilon` >= 0
# - returns a Python float in [0, 1]
#
# The distribution function of the standard normal is `torch.special.ndtr`.
#
# <details><summary>Hint 1: where to look</summary>
# The margin of an example is y * (w.x). What is its mean, what its standard deviation, and by how
# much can the attacker lower it (Lab 01, exercise 1.1)?
# <details><summary>Hint 2: the idea</summary>
# The margin is normal with mean w.theta and standard deviation sigma times the Euclidean length of
# w. The attack takes away epsilon times the sum of the |w_i|, from every example alike.
# <details><summary>Hint 3: nearly the code</summary>
# P(N(m, s) &gt; 0) = ndtr(m / s). Compute m and s as 0-dimensional tensors, and end in
# <code>.item()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-gaussian", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gaussian(gaussian_accuracy):
    """By the dice: 40,000 examples, each moved to the worst corner of its cube."""
    g = torch.Generator().manual_seed(411)
    for d, epsilon, sigma in ((1, 0.3, 1.0), (6, 0.0, 0.7), (6, 0.2, 2.0), (40, 0.1, 1.5)):
        w, theta = torch.randn(2, d, generator=g, dtype=torch.float64)
        y = torch.randint(0, 2, (40_000, 1), generator=g) * 2 - 1
        x = y * theta + sigma * torch.randn(40_000, d, generator=g, dtype=torch.float64)
        corner = x - epsilon * y * w.sign()
        rate = (y[:, 0] * (corner @ w) > 0).double().mean().item()
        got = gaussian_accuracy(w.clone(), theta.clone(), sigma, epsilon)
        expect(isinstance(got, float), "return a Python float: end in .item()", "no-float")
        expect(abs(got - rate) < 0.012, f"of 40,000 attacked examples in {d} dimensions "
               f"{rate:.3f} stay right, your formula says {got:.3f}", "wrong-formula")
    double = gaussian_accuracy(2 * w, theta, sigma, epsilon)
    expect(abs(double - got) < 1e-9, "twice the weights are the same classifier: the accuracy may "
           "not change", "no-length")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_1-gaussian", "solution": true}
def gaussian_accuracy(w, theta, sigma, epsilon):
    """P(sign(w.x) = y) under the worst L-infinity attack, x ~ N(y theta, sigma^2 I): a float."""
    ### BEGIN SOLUTION
    lowered = w @ theta - epsilon * w.abs().sum()
    return torch.special.ndtr(lowered / (sigma * w.norm())).item()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_1-gaussian-test", "points": 2}
@exercise("4.1")
def test_gaussian_accuracy():
    """Two dimensions by hand: w = (3, 4) has length 5 and sum 7."""
    w, theta = torch.tensor([3.0, 4.0], dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    clean = gaussian_accuracy(w, theta, 2.0, 0.0)
    expect(isinstance(clean, float), "return a Python float: end in .item()", "no-float")
    expect(abs(clean - 0.92135) > 1e-4 and abs(clean - 0.99977) > 1e-4,
           "the noise of w.x has standard deviation sigma * ||w||_2; one of the two is missing",
           "no-length")
    expect(abs(clean - 0.75804) < 1e-4, f"for w = (3, 4), theta = (1, 1), sigma = 2 and no attack "
           f"the accuracy is ndtr(7 / 10) = 0.758; yours: {clean:.3f}", "wrong-formula")
    got = gaussian_accuracy(w, theta, 2.0, 0.5)
    expect(got < clean, "an attack lowers the accuracy; yours raises it", "wrong-sign")
    expect(abs(got - 0.67364) > 1e-4, "each coordinate may move by epsilon, so the margin falls "
           "by epsilon times the sum of the |w_i|; you used the Euclidean length", "wrong-norm")
    expect(abs(got - 0.63683) < 1e-4, f"with epsilon = 0.5 it is ndtr(3.5 / 10) = 0.637; yours: "
           f"{got:.3f}", "wrong-formula")
    ### BEGIN HIDDEN TESTS
    oracle_gaussian(gaussian_accuracy)
    ### END HIDDEN TESTS


test_gaussian_accuracy()
print("4.1a: visible checks passed")

# %% [markdown]
# ### Predict, then run
#
# Fix the signal so that the best classifier, `w = theta`, is right 97.7 % of the time without an
# attack, whatever the dimension: `||theta|| = 2 sigma`, spread evenly over all d coordinates. Let
# the attacker move each coordinate by a tenth of sigma, far below the noise. From d = 25 to
# d = 784 the clean accuracy stays. What does the accuracy under attack do?
#
# - `"a"`: it stays, too: the attack is smaller than the noise in every coordinate
# - `"b"`: it falls by a few points
# - `"c"`: it falls from above 90 % to below 25 %
#
# Write your letter into the next cell, as `my_guess = "..."`.

# %% nbgrader={"grade_id": "ex4_1-predict", "solution": true}
### BEGIN SOLUTION
my_guess = "c"
### END SOLUTION

# %% id="dimension-demo" tags=["demo"]
dimensions = [25, 100, 225, 400, 576, 784]
series = {"clean": (dimensions, []), "spread over all d": (dimensions, []),
          "on 25 of d": (dimensions, [])}
for d in dimensions:
    even = torch.full((d,), 2 / d**0.5, dtype=torch.float64)
    few = torch.cat([torch.full((25,), 0.4), torch.zeros(d - 25)]).double()
    series["clean"][1].append(gaussian_accuracy(even, even, 1.0, 0.0))
    series["spread over all d"][1].append(gaussian_accuracy(even, even, 1.0, 0.1))
    series["on 25 of d"][1].append(gaussian_accuracy(few, few, 1.0, 0.1))
figure = plots.curves(series, xlabel="dimension d (numbers in one input)",
                      ylabel="accuracy, epsilon = 0.1 sigma", title="At equal clean accuracy")
plots.show(figure, alt="Clean accuracy is flat at 97.7 percent. Under attack it falls steeply with "
           "the dimension when the signal is spread over all, and stays when it sits on 25.")
print("spread:", ", ".join(f"d = {d}: {a:.1%}" for d, a in
                           zip(dimensions, series["spread over all d"][1], strict=True)))
print(f"you said {my_guess!r}")

# %% [markdown]
# It falls from 93 % to 21 %. The formula is `ndtr(2 - (epsilon / sigma) * sqrt(d))`: noise adds up
# like a root, an attacker's steps add up like a sum. What counts is not the number of pixels but
# the number of pixels *that the model listens to*: with the signal on 25 of them, the others do
# no harm.
#
# So far `w` was the best possible one. Now let it be learned, as the mean of `y * x` over n
# examples. The noise in those n examples ends up in `w`, on all coordinates.

# %% id="samples-demo" tags=["demo"]
def learned(theta, n, generator, keep=0.0):
    """The mean of y * x over n examples; entries below `keep` in size are set to zero."""
    w = theta + torch.randn(len(theta), generator=generator, dtype=torch.float64) / n**0.5
    return torch.where(w.abs() >= keep, w, 0.0)


few = torch.cat([torch.full((25,), 0.4), torch.zeros(759)]).double()
sizes = [10, 30, 100, 300, 1000, 3000, 10_000]
rows = {"clean": (0.0, 0.0), "attacked": (0.1, 0.0), "attacked, small weights cut": (0.1, 0.2)}
series = {}
for name, (epsilon, keep) in rows.items():
    weights = [learned(few, n, torch.Generator().manual_seed(0), keep) for n in sizes]
    series[name] = (sizes, [gaussian_accuracy(w, few, 1.0, epsilon) for w in weights])
figure = plots.curves(series, xlabel="number of training examples n (logarithmic)",
                      ylabel="accuracy on fresh examples", title="784 coordinates, 25 with signal")
figure.axes[0].set_xscale("log")
plots.show(figure, alt="Clean accuracy is near its best from 1,000 examples on; the attacked one "
           "needs about ten times as many, and fewer when small weights are cut.")

# %% [markdown]
# Overfitting costs robustness long after it has stopped costing accuracy: 300 examples are enough
# to be right, and far from enough to be robust (Schmidt et al. 2018 prove it for this model).
# Cutting small weights, a regularisation, helps, because here the truth *is* sparse.
#
# **b. `gaps(model, train, test, attack, epsilon)`**: on real images there is no formula, so one
# measures. Return `{"clean": ..., "robust": ...}`: accuracy on `train` minus accuracy on `test`,
# without an attack and under it.
#
# - `train`, `test`: `Images` with fields `x` and `y`; `attack(model, x, y, epsilon)`
# - use `evaluation.accuracy`, `evaluation.robust_accuracy` and `data.batches`
# - returns two Python floats, positive when the model is better on what it has seen
#
# <details><summary>Hint 1: where to look</summary>
# Lab 00 measured accuracies with these very functions.
# <details><summary>Hint 2: the idea</summary>
# Four measurements, two differences. An iterator of batches can be used once.
# <details><summary>Hint 3: nearly the code</summary>
# Write a helper that takes <code>images</code> and returns the pair of accuracies, with
# <code>data.batches(*images)</code> made anew each time; call it for train and for test.
# </details></details></details>

# %% nbgrader={"grade_id": "ex4_1-gaps", "solution": true}
def gaps(model, train, test, attack, epsilon):
    """Accuracy on train minus accuracy on test: {"clean": float, "robust": float}."""
    ### BEGIN SOLUTION
    def both(images):
        robust = evaluation.robust_accuracy(model, data.batches(*images), attack, epsilon)
        return evaluation.accuracy(model, data.batches(*images)), robust

    (clean, robust), (clean_test, robust_test) = both(train), both(test)
    return {"clean": clean - clean_test, "robust": robust - robust_test}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_1-gaps-test", "points": 2}
@exercise("4.1")
def test_gaps():
    """One pixel, class 1 above 0.5; the attack moves it down by epsilon."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(1, 2)).eval()
    model.load_state_dict({"1.weight": torch.tensor([[0.0], [1.0]]),
                           "1.bias": torch.tensor([0.5, 0.0])})
    seen = data.Images(torch.tensor([0.9, 0.8, 0.7, 0.6]).reshape(4, 1, 1, 1), torch.ones(4).long())
    fresh = data.Images(torch.tensor([0.9, 0.55, 0.3, 0.2, 0.1]).reshape(5, 1, 1, 1),
                        torch.ones(5).long())
    down = lambda model, x, y, epsilon: x - epsilon  # noqa: E731
    got = gaps(model, seen, fresh, down, 0.1)
    expect(isinstance(got, dict) and set(got) == {"clean", "robust"},
           'return a dictionary with the keys "clean" and "robust"', "no-dict")
    expect(got["clean"] > 0, "the gap is train minus test: here the model is better on what it has "
           "seen, so the gap is positive", "reversed")
    expect(abs(got["clean"] - 0.6) < 1e-6, f"all 4 training and 2 of 5 test images are right, so "
           f"the clean gap is 0.6; yours: {got['clean']:.3f}", "wrong-share")
    expect(abs(got["robust"] - 0.55) < 1e-6, f"under the attack 3 of 4 and 1 of 5 stay right: the "
           f"robust gap is 0.75 - 0.2 = 0.55; yours: {got['robust']:.3f}", "wrong-share")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(412)
    for n, m in ((600, 70), (1, 300)):
        sets = [data.Images(torch.rand(k, 1, 1, 1, generator=g),
                            torch.randint(0, 2, (k,), generator=g)) for k in (n, m)]
        for epsilon in (0.0, 0.2):
            toward = lambda _, x, y, e: (  # noqa: E731
                x - e * (2 * y - 1).reshape(-1, 1, 1, 1)).clamp(0, 1)
            got = gaps(model, *sets, toward, epsilon)
            truth = {"clean": [], "robust": []}
            for x, y in sets:
                score = (2 * y - 1) * (x.flatten() - 0.5)
                truth["clean"].append((score > 0).double().mean().item())
                truth["robust"].append((score > epsilon).double().mean().item())
            for name, (first, second) in truth.items():
                expect(abs(got[name] - (first - second)) < 1e-6, f"on random images the {name} "
                       "gap is off", "wrong-share")
    ### END HIDDEN TESTS


test_gaps()
print("4.1b: visible checks passed")

# %% [markdown]
# Real digits, pooled to 14 x 14 so that training takes seconds. A small network, trained on more
# and more of them, without and with weight decay.

# %% nbgrader={"grade_id": "setup-small", "locked": true}
def pooled(images):
    """The images at half their width and height: (n, 1, 28, 28) -> (n, 1, 14, 14)."""
    return data.Images(F.avg_pool2d(images.x, 2), images.y)


def some(images, n, seed):
    """n images drawn at random."""
    return data.sample(images, n, torch.Generator().manual_seed(seed))


small_train, small_test = pooled(data.mnist("train")), pooled(data.mnist("test"))

# %% id="gap-demo" tags=["demo"]
probe, pgd10 = some(small_test, 500, 0), partial(pgd40, steps=10)
counts, rows = [300, 1000, 3000], {}
for decay in (0.0, 0.01):
    for n in counts:
        few, net = some(small_train, n, 0), models.small_cnn()
        training.fit(net, few, epochs=6000 // n + 2, generator=g, weight_decay=decay,
                     progress=False)
        for kind, gap in gaps(net, some(few, min(n, 500), 1), probe, pgd10, 0.03).items():
            rows.setdefault(f"{kind}, decay {decay:g}", (counts, []))[1].append(gap)
figure = plots.curves(rows, xlabel="number of training images (logarithmic)",
                      ylabel="train minus test accuracy", title="Overfitting, epsilon 0.03")
figure.axes[0].set(xscale="log", ylim=(-0.02, 0.12))
figure.axes[0].set_xticks(counts, counts)
figure.axes[0].minorticks_off()
plots.show(figure, alt="The gap between training and test accuracy falls towards zero with the "
           "number of images, without an attack and under it.")
print("\n".join(f"{name}: " + ", ".join(f"{n}: {gap:.1%}" for n, gap in zip(*row, strict=True))
                for name, row in rows.items()))

# %% [markdown]
# More images close the clean gap, and weight decay helps where images are few: that is overfitting.
# The robust gap is no larger. It need not be: these networks are as helpless around the images that
# they were trained on. What they lack is another generalisation, from an image to its
# neighbourhood, and no number of clean images asks for it.
# %% [markdown]
# ## Exercise 4.2: an L1 term inside the loss (3 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Deeper: nothing depends on it · Why: adversarial training is
# often called "just a regularisation". For a linear model one can write down which one, and that it
# is none that you could add to the loss from outside.
#
# Linear model, L-infinity attack, no box. Labels for the squared loss are numbers; for the logistic
# loss they are +1 and -1.
#
# **a.** Write the loss of each example **after the best attack**, in closed form (float64, correct
# to 1e-8):
#
# - `worst_squared(w, x, y, epsilon)`: of `(w.x - y)^2`
# - `worst_logistic(w, x, y, epsilon)`: of `log(1 + exp(-y * w.x))`; it must stay finite for margins
#   of plus and minus 1,000
# - `w`: (d,); `x`: (n, d); `y`: (n,); both return shape (n,)
#
# <details><summary>Hint 1: where to look</summary>
# w.x can be moved by up to epsilon * ||w||_1, up or down. Which of the two hurts?
# <details><summary>Hint 2: the idea</summary>
# For the squared loss, away from y on whichever side you are: the absolute residual grows. For the
# logistic loss, the margin falls. Neither depends on anything else.
# <details><summary>Hint 3: nearly the code</summary>
# (|residual| + epsilon * ||w||_1) squared; and <code>F.softplus</code> of minus the lowered margin,
# which is log(1 + exp(.)) without overflow.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-linear", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_corners(squared, logistic):
    """All 2^d corners of the cube: a convex function is largest at one of them."""
    from itertools import product

    g = torch.Generator().manual_seed(421)
    for d, epsilon in ((1, 0.4), (5, 0.0), (5, 0.25), (8, 1.0)):
        w = torch.randn(d, generator=g, dtype=torch.float64)
        x, y = torch.randn(7, d, generator=g, dtype=torch.float64), torch.randn(7, generator=g)
        corners = epsilon * torch.tensor(list(product((-1.0, 1.0), repeat=d))).double()
        reached = (x[:, None] + corners) @ w
        truth = (reached - y[:, None].double()).square().amax(1)
        got = expect_tensor(squared(w, x, y.double(), epsilon), (7,), "worst_squared")
        expect(torch.allclose(got, truth, atol=1e-8, rtol=0), "a corner of the cube gives another "
               "squared loss than your worst", "not-worst")
        label = torch.where(y > 0, 1.0, -1.0).double()
        truth = torch.log1p(torch.exp(-label[:, None] * reached)).amax(1)
        got = expect_tensor(logistic(w, x, label, epsilon), (7,), "worst_logistic")
        expect(torch.allclose(got, truth, atol=1e-8, rtol=0), "a corner of the cube gives another "
               "logistic loss than your worst", "not-worst")


def oracle_largest_margin(x, y):
    """The largest epsilon that some w survives: a linear programme over w = u - v."""
    from scipy.optimize import linprog

    n, d = x.shape
    signed = (y[:, None] * x).numpy()
    rows = torch.cat([torch.ones(n, 1), torch.from_numpy(-signed), torch.from_numpy(signed)], 1)
    unit = torch.cat([torch.zeros(1, 1), torch.ones(1, 2 * d)], 1)
    return -linprog([-1.0] + [0.0] * 2 * d, A_ub=rows, b_ub=[0.0] * n, A_eq=unit, b_eq=[1.0],
                    bounds=[(None, None)] + [(0, None)] * 2 * d).fun


def oracle_separable(robust_separator):
    """Just below the largest margin there is a witness, which proves itself; just above, none."""
    g = torch.Generator().manual_seed(422)
    for n, d in ((3, 2), (8, 5), (6, 12), (1, 4)):
        x = torch.randn(n, d, generator=g, dtype=torch.float64)
        y = torch.where(torch.rand(n, generator=g) < 0.5, 1.0, -1.0).double()
        x = x + 0.6 * y[:, None]
        largest = oracle_largest_margin(x, y)
        for epsilon in (0.0, 0.5 * largest, 0.95 * largest):
            if largest < 0.05:
                continue
            w = robust_separator(x, y, epsilon)
            expect(w is not None, "a robust separator exists, and you returned None", "gives-up")
            w = expect_tensor(w, (d,), "robust_separator").double()
            expect((y * (x @ w) > epsilon * w.abs().sum()).all(), "your w loses an example under "
                   "attack, although another w loses none", "not-robust")
        expect(robust_separator(x, y, 1.05 * largest + 0.02) is None, "no w survives this epsilon, "
               "and you returned one: return None", "claims-impossible")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_2-losses", "solution": true}
def worst_squared(w, x, y, epsilon):
    """The largest (w.z - y)^2 over z in the L-infinity ball around each x: shape (n,)."""
    ### BEGIN SOLUTION
    return ((x @ w - y).abs() + epsilon * w.abs().sum()) ** 2
    ### END SOLUTION


def worst_logistic(w, x, y, epsilon):
    """The largest log(1 + exp(-y w.z)) over z in the ball around each x, y = +-1: shape (n,)."""
    ### BEGIN SOLUTION
    return F.softplus(epsilon * w.abs().sum() - y * (x @ w))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_2-losses-test", "points": 1}
@exercise("4.2")
def test_losses():
    """One example by hand: w = (1, -2), x = (1, 1), so w.x = -1, and ||w||_1 = 3."""
    w = torch.tensor([1.0, -2.0], dtype=torch.float64)
    x = torch.ones(2, 2, dtype=torch.float64)
    y = torch.tensor([1.0, -3.0], dtype=torch.float64)
    got = expect_tensor(worst_squared(w, x, y, 0.5), (2,), "worst_squared")
    expect((got - 0.25).abs().amin() > 1e-6, "the attacker moves w.x away from y on whichever side "
           "it is: up for w.x = -1 and y = -3, down for y = 1; yours goes one way", "one-side")
    expect(abs(got[0] - 5.5) > 1e-6, "you added the L1 term to the loss, as a lasso would; it "
           "belongs to the residual, inside the square", "outside-loss")
    expect(torch.allclose(got, torch.tensor([12.25, 12.25]).double(), atol=1e-8),
           f"residual 2, ||w||_1 = 3, epsilon = 0.5: the worst is 3.5^2 = 12.25; yours: "
           f"{got.tolist()}", "wrong-norm")
    y = torch.tensor([1.0, -1.0], dtype=torch.float64)
    got = expect_tensor(worst_logistic(w, x, y, 0.5), (2,), "worst_logistic")
    expect(abs(got[1] - 1.81326) > 1e-4, "you added the L1 term to the loss; it belongs to the "
           "margin, inside the logarithm", "outside-loss")
    truth = torch.log1p(torch.tensor([2.5, 0.5], dtype=torch.float64).exp())
    expect(torch.allclose(got, truth, atol=1e-8), f"margins -1 and 1 fall to -2.5 and -0.5, the "
           f"losses are {truth.tolist()}; yours: {got.tolist()}", "wrong-norm")
    far = worst_logistic(1000 * w, x, y, 0.0)
    expect(torch.isfinite(far).all(), "a margin of -1000 gives infinity: use F.softplus, which is "
           "log(1 + exp(.)) without overflow", "overflow")
    expect(torch.allclose(far, 1000 * (1 + y) / 2, atol=1e-8), "a margin of -1000 costs 1000, "
           f"one of 1000 nothing; yours: {far.tolist()}", "overflow")
    ### BEGIN HIDDEN TESTS
    oracle_corners(worst_squared, worst_logistic)
    ### END HIDDEN TESTS


test_losses()
print("4.2a: visible checks passed")

# %% [markdown]
# What does the attack add to the logistic loss of an example, depending on its margin? Beside it,
# what a lasso adds.

# %% id="inside-demo" tags=["demo"]
w = torch.tensor([1.0], dtype=torch.float64)
margin_line = torch.linspace(-4, 8, 61, dtype=torch.float64)
ones = torch.ones(61, dtype=torch.float64)
free = worst_logistic(w, margin_line[:, None], ones, 0.0)
added = worst_logistic(w, margin_line[:, None], ones, 1.0) - free
figure = plots.curves(
    {"added by the attack": (margin_line.tolist(), added.tolist()),
     "added by a lasso": (margin_line.tolist(), ones.tolist())},
    xlabel="margin y * w.x before the attack", ylabel="added to the logistic loss", percent=False,
    title="epsilon = lambda = 1, ||w||_1 = 1")
plots.show(figure, alt="What the attack adds is one for examples that are wrong and fades to zero "
           "once the margin is safe; what a lasso adds is one everywhere.")

# %% [markdown]
# Where an example is wrong, the two agree. Once its margin is safe, the attack adds nothing: the
# penalty goes out by itself, a lasso's never does. So no lambda can imitate it. For a proof you
# need data on which the two disagree for *every* lambda:
#
# Let some `w` be right on all examples even under attack: `y * w.x > epsilon * ||w||_1`. Then `t *
# w` is, too, for every t > 0, and as t grows the attacked loss falls to 0. Its minimum is at
# infinity. The lasso's loss at `t * w` is at least `lambda * t * ||w||_1`, for every lambda > 0:
# its minimum is somewhere finite.
#
# **b. `robust_separator(x, y, epsilon)`**: find such a `w`, shape (d,), or return `None` if there
# is none. No intercept. A witness proves itself, so any right `w` counts. The checks keep 5 % away
# from the epsilon at which it becomes impossible.
#
# <details><summary>Hint 1: where to look</summary>
# The condition is linear in w but for the L1 norm, and t * w is as good as w. Fix the scale in a
# way that gets rid of the strict inequality.
# <details><summary>Hint 2: the idea</summary>
# Among all w with y * w.x &gt;= 1 look for the one with the smallest ||w||_1: a linear programme.
# If even that one has epsilon * ||w||_1 &gt;= 1, there is no robust separator.
# <details><summary>Hint 3: nearly the code</summary>
# Write w = u - v with u, v &gt;= 0 (scipy's linprog assumes that of all its variables), minimise
# the sum of u and v subject to <code>-y * (x @ (u - v)) &lt;= -1</code>. Infeasible means None
# (<code>result.status == 2</code>).
# </details></details></details>

# %% nbgrader={"grade_id": "ex4_2-separator", "solution": true}
def robust_separator(x, y, epsilon):
    """Some w (d,) with y w.x > epsilon ||w||_1 on every example, or None if there is none."""
    ### BEGIN SOLUTION
    from scipy.optimize import linprog

    signed, d = y[:, None] * x, x.shape[1]
    found = linprog([1.0] * 2 * d, A_ub=torch.cat([-signed, signed], 1), b_ub=[-1.0] * len(y))
    if found.status == 2 or epsilon * found.fun >= 1:
        return None
    return torch.from_numpy(found.x[:d] - found.x[d:])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_2-separator-test", "points": 2}
@exercise("4.2")
def test_robust_separator():
    """Two points in the plane; the best w for accuracy is not the best one under attack."""
    x = torch.tensor([[1.0, 0.1], [0.1, 1.0], [-1.0, -1.0]], dtype=torch.float64)
    y = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    for epsilon in (0.0, 0.5):
        w = robust_separator(x, y, epsilon)
        expect(w is not None, f"w = (1, 1) has margins 1.1, 1.1 and 2, and loses {2 * epsilon:g} "
               f"at epsilon = {epsilon}: a robust separator exists, and you returned None",
               "gives-up")
        w = expect_tensor(w, (2,), "robust_separator").double()
        left = y * (x @ w) - epsilon * w.abs().sum()
        expect((left > 0).all(), f"at epsilon = {epsilon} your w = {w.tolist()} leaves the margins "
               f"{left.tolist()}: all must be positive", "not-robust")
    expect(robust_separator(x, y, 0.7) is None, "at epsilon = 0.7 the margins of the first two "
           "examples add up to 1.1 * (w1 + w2), and the attack takes 1.4 * ||w||_1: there is no "
           "robust separator, return None", "claims-impossible")
    both = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    expect(robust_separator(both, torch.tensor([1.0, -1.0]).double(), 0.1) is None,
           "one point with two labels cannot be separated at all: return None", "claims-impossible")
    ### BEGIN HIDDEN TESTS
    oracle_separable(robust_separator)
    ### END HIDDEN TESTS


test_robust_separator()
print("4.2b: visible checks passed")

# %% id="lasso-demo" tags=["demo"]
x = torch.tensor([[1.0, 0.1], [0.1, 1.0], [-1.0, -1.0]], dtype=torch.float64)
y = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
w = robust_separator(x, y, 0.5)
for t in (1, 10, 100, 1000):
    attacked = worst_logistic(t * w, x, y, 0.5).mean()
    lasso = worst_logistic(t * w, x, y, 0.0).mean() + 0.001 * t * w.abs().sum()
    print(f"t = {t:5}: attacked loss {attacked:.6f}, lasso with lambda 0.001 {lasso:.6f}")

# %% [markdown]
# The attacked loss goes to zero along this direction; the lasso turns round and rises, and would do
# so for any lambda, only later. (For the squared loss the attack takes the L1 norm into every
# residual, and there, too, it is no sum of two terms: Goodfellow et al. 2015, section 5.)

# %% [markdown]
# Before the exam, the two measurements of Lab 01 that speak against a gradient: it is exactly zero,
# or two calls on the same image disagree.

# %% nbgrader={"grade_id": "setup-signs", "locked": true}
def is_silent(model, x, y):
    """Where the gradient of the cross-entropy at the input is exactly zero: a bool tensor (n,)."""
    here = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(here), y, reduction="sum"), here)
    return ~gradient.flatten(1).any(1)


def is_unsteady(model, x, y):
    """Where two calls on the same image give different logits: a bool tensor (n,)."""
    with torch.no_grad():
        return (model(x) != model(x)).any(1)


signs = {"silent": is_silent, "unsteady": is_unsteady}

# %% [markdown]
# ## Exercise 4.3: build the exam (10 points)
#
# Difficulty: 4 of 5 · Minutes: 45 · Why: of nine defences accepted at one conference, seven only
# hid their gradient, and fell within weeks (Athalye et al. 2018). Whoever had run the checks below
# would have known before.
#
# **a. The alarms.** `evaluation.attack_sanity` measures, and judges nothing. It runs four attacks
# (one gradient step, many steps, examples made on another network, random points of the ball) and
# the attack of many steps at growing radii, all on the same images. You write the judge:
# `alarms(measured, slack=0.02)` returns the names of the alarms that ring, in this order:
#
# | alarm | rings when |
# |---|---|
# | `"one-step"` | accuracy `one_step` is more than slack below `many_steps` |
# | `"transfer"` | accuracy `transfer` is more than slack below `many_steps` |
# | `"random"` | `random_only` is more than slack |
# | `"unbounded"` | at 0.5 or more (the largest of `epsilons`) the model still knows something |
# | `"rising"` | some value of `curve` is more than slack above an earlier one |
# | `"silent"` | `silent` is above one half |
# | `"unsteady"` | `unsteady` is above one half |
#
# Why? More steps must not be weaker than one. Who sees less must not win more, and chance must not
# find what the gradient misses. At 0.5 every image can become plain grey, and a model that sees
# grey can only guess: `"unbounded"` rings when the last value of `curve` is more than slack above
# `largest_class`, the share of the commonest label. A larger ball holds the smaller one, so the
# curve may not rise. An attack without a gradient stands still. And one gradient of a random model
# is one opinion of many.
#
# The first five are Athalye's, the last two you know from Lab 01. `slack` is there because a few
# images more or less prove nothing.
#
# - `measured`: a dictionary with the keys above (accuracies and shares in [0, 1]; `epsilons`,
#   growing, and `curve` are lists)
# - returns a list of names; an empty one when nothing rings
#
# <details><summary>Hint 1: where to look</summary>
# Seven comparisons. The only one with a loop is "rising".
# <details><summary>Hint 2: the idea</summary>
# A curve may fall first and rise later: compare each value with the smallest one before it, not
# only with its neighbour.
# <details><summary>Hint 3: nearly the code</summary>
# Build a dictionary name -> bool in the order of the table, and return the names whose value is
# true. For "rising": any pair of positions i before j with a rise of more than slack;
# <code>itertools.combinations(curve, 2)</code> gives the pairs in order.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-alarms", "locked": true}
innocent = {"clean": 0.98, "one_step": 0.95, "many_steps": 0.93, "transfer": 0.97,
            "random_only": 0.0, "epsilons": [0.1, 0.2, 0.3, 0.5], "curve": [0.96, 0.93, 0.88, 0.05],
            "largest_class": 0.114, "silent": 0.02, "unsteady": 0.0, "n": 500}

# %% nbgrader={"grade_id": "setup-defences", "locked": true}
def defences(seed):
    """Three defended networks, each a front that changes the image and a net that reads it."""
    g = torch.Generator().manual_seed(seed)
    parts = {"A": (models.Quantised(nn.Identity(), 8), models.pretrained("mnist_cnn")),
             "B": (models.Masked(nn.Identity(), 0.8, g), models.pretrained("mnist_cnn_masked")),
             "C": (nn.Identity(), models.pretrained("mnist_cnn_robust"))}
    return {name: nn.Sequential(front, net).eval() for name, (front, net) in parts.items()}

# %% nbgrader={"grade_id": "oracle-exam", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_project(z, x, epsilon, norm="linf"):
    """The point of ball and box that belongs to z, by the median of three."""
    return torch.stack([z, x - epsilon, x + epsilon]).median(0).values.clamp(0, 1)


def oracle_attack(model, x, y, epsilon, steps=20, random=None, lowers=None):
    """A right PGD; `lowers` is a margin to push down instead of raising the cross-entropy."""
    z = x.clone()
    if random is not None:
        noise = torch.rand(x.shape, generator=random)
        z = oracle_project(x + epsilon * (2 * noise - 1), x, epsilon)
    for _ in range(steps if epsilon > 0 else 0):
        z.requires_grad_(True)
        score = cross_entropy(model(z), y) if lowers is None else -lowers(model(z), y)
        (slope,) = torch.autograd.grad(score.sum(), z)
        step = epsilon if steps == 1 else 2.5 * epsilon / steps
        z = oracle_project(z.detach() + step * slope.sign(), x, epsilon)
    return z.detach()


def oracle_random(model, x, y, epsilon, g, tries=10):
    """The first of a few random corners of the cube that fools the model."""
    best = x.clone()
    for _ in range(tries):
        left = ~evaluation.is_wrong(model, best, y)
        signs = torch.randint(0, 2, x.shape, generator=g) * 2 - 1
        best[left] = (x + epsilon * signs).clamp(0, 1)[left]
    return best


def oracle_measure(model, n, seed):
    """What a right examiner measures on n images."""
    g = torch.Generator().manual_seed(seed)
    images = data.sample(data.mnist("test"), n, g)
    other = models.pretrained("mnist_cnn")
    attacks = {"one_step": partial(oracle_attack, steps=1), "many_steps": oracle_attack,
               "transfer": lambda _, x, y, e: oracle_attack(other, x, y, e),
               "random": partial(oracle_random, g=g)}
    return evaluation.attack_sanity(model, [images], attacks, 0.2, [0.2, 0.6], signs)


def oracle_alarms(alarms):
    """Real measurements of the three defences, and of an ordinary network."""
    suspects = defences(431)
    suspects["standard"] = models.pretrained("mnist_cnn")
    for name, model in suspects.items():
        measured = oracle_measure(model, 40, 432)
        got = alarms(dict(measured), slack=0.05)
        if name in ("C", "standard"):
            expect(got == [], f"a network that hides nothing is accused: {got}", "accuses-innocent")
        else:
            wanted = {"A": "silent", "B": "unsteady"}[name]
            expect(wanted in got, f"defence {name} hides its gradient, and no alarm says so",
                   f"misses-{wanted}")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_3-alarms", "solution": true}
def alarms(measured, slack=0.02):
    """The names of the alarms that a measurement raises, in the order of the table."""
    ### BEGIN SOLUTION
    from itertools import combinations

    many, curve = measured["many_steps"], measured["curve"]
    floor = measured["largest_class"] + slack
    rings = {
        "one-step": measured["one_step"] < many - slack,
        "transfer": measured["transfer"] < many - slack,
        "random": measured["random_only"] > slack,
        "unbounded": max(measured["epsilons"]) >= 0.5 and curve[-1] > floor,
        "rising": any(later > earlier + slack for earlier, later in combinations(curve, 2)),
        "silent": measured["silent"] > 0.5,
        "unsteady": measured["unsteady"] > 0.5,
    }
    return [name for name, ringing in rings.items() if ringing]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_3-alarms-test", "points": 4}
@exercise("4.3")
def test_alarms():
    """An innocent measurement, and one change at a time."""
    got = alarms(dict(innocent))
    expect(isinstance(got, list), "return a list of names", "no-list")
    expect(got == [], f"nothing is wrong with the measurement `innocent`, and you accuse it: {got}",
           "accuses-innocent")
    changes = {"one-step": {"one_step": 0.90}, "transfer": {"transfer": 0.90},
               "random": {"random_only": 0.03},
               "unbounded": {"curve": [0.96, 0.93, 0.88, 0.14]},
               "rising": {"curve": [0.96, 0.80, 0.79, 0.825], "epsilons": [0.1, 0.2, 0.3, 0.4]},
               "silent": {"silent": 0.9}, "unsteady": {"unsteady": 1.0}}
    for name, change in changes.items():
        got = alarms({**innocent, **change})
        expect(name in got, f"with {change} the alarm {name!r} must ring; yours: {got}",
               f"misses-{name}")
        expect(got == [name], f"with {change} only {name!r} rings; yours: {got}",
               "accuses-innocent")
    close = {"one_step": 0.915, "transfer": 0.915, "random_only": 0.015, "silent": 0.5,
             "curve": [0.93, 0.94, 0.935, 0.13]}
    got = alarms({**innocent, **close})
    expect(got == [], f"differences of less than slack prove nothing, yet you ring {got}",
           "no-slack")
    got = alarms({**innocent, "one_step": 0.5, "transfer": 0.5, "unsteady": 1.0})
    expect(got == ["one-step", "transfer", "unsteady"], "several alarms come in the order of the "
           f"table; yours: {got}", "wrong-order")
    ### BEGIN HIDDEN TESTS
    short = {**innocent, "epsilons": [0.1, 0.2, 0.3, 0.4], "curve": [0.96, 0.93, 0.88, 0.80]}
    expect(alarms(short) == [], "below 0.5 a model may well be right: no alarm \"unbounded\"",
           "accuses-innocent")
    expect(alarms(short, slack=-1.0)[:3] == ["one-step", "transfer", "random"],
           "slack must be the one that is passed in", "no-slack")
    slow = {**innocent, "curve": [0.80, 0.815, 0.83, 0.1]}
    expect(alarms(slow) == ["rising"], "a curve that creeps up by 0.03 in two steps rises, too: "
           "compare with the smallest value before", "misses-rising")
    oracle_alarms(alarms)
    ### END HIDDEN TESTS


test_alarms()
print("4.3a: visible checks passed")

# %% [markdown]
# Now put three defended networks before your judge. Each is a `front` that changes the image,
# followed by a `net` that reads it: `nn.Sequential(front, net)`.
#
# - **A** rounds the image to eight grey levels
# - **B** blacks out four fifths of the pixels, at random, anew at every look; its net was trained
#   on such images
# - **C** has no front; its net was trained against an attack

# %% id="exam-demo" tags=["demo"]
def fgsm_step(model, x, y, epsilon):
    """One gradient step from x itself."""
    z = x.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(cross_entropy(model(z), y).sum(), z)
    return (x + epsilon * slope.sign()).clamp(0, 1)


def transfer(model, x, y, epsilon):
    """PGD-40 on the standard network, whatever the model."""
    return pgd40(standard, x, y, epsilon, early_stop=False)


def random_search(model, x, y, epsilon, tries=20):
    """The first of 20 random corners of the ball that fools the model."""
    best = x.clone()
    for _ in range(tries):
        left = ~evaluation.is_wrong(model, best, y)
        signs = torch.randint(0, 2, x.shape, generator=g) * 2 - 1
        best[left] = (x + epsilon * signs).clamp(0, 1)[left]
    return best


battery = {"one_step": fgsm_step, "many_steps": pgd40, "transfer": transfer,
           "random": random_search}
suspects = {"standard": standard, **defences(0)}
half = [(digits.x[:80], digits.y[:80])]
measured = {name: evaluation.attack_sanity(model, half, battery, 0.2, [0.1, 0.3, 0.6], signs)
            for name, model in suspects.items()}
print(evaluation.sanity_report(measured, alarms))

# %% id="exam-curves" tags=["demo"]
curves = {name: (row["epsilons"], row["curve"]) for name, row in measured.items()}
facts = curves, measured["C"]["largest_class"], {name: alarms(measured[name]) for name in measured}
plots.show(plots.robustness(*facts, title="What a careless examiner sees: PGD-40"),
           alt=plots.robustness_in_words(*facts))

# %% [markdown]
# A and B ring several alarms each, and one of them says why. A is silent: it has no slope. B is
# unsteady: PGD asked it once per step, and each time it answered for another fifth of the picture.
# C rings nothing. That is not yet praise: an alarm proves that an exam failed; silence proves
# nothing.
#
# ### Predict: who survives?
#
# In a minute each of the three gets an attack made for it, at epsilon 0.2. Which will keep more
# than half of the digits? Write the letters, for example `my_survivors = "AC"`.

# %% nbgrader={"grade_id": "ex4_3-predict", "solution": true}
### BEGIN SOLUTION
my_survivors = "C"
### END SOLUTION

# %% [markdown]
# **b. `bpda_gradient(front, net, z, y, loss)`**, against a front without a slope. The **backward
# pass differentiable approximation** (Athalye et al. 2018, section 4.1): go forward through the
# front, and backward as though it had been the identity. So: the gradient of the loss of
# `net(u)` with respect to `u`, **at** `u = front(z)`.
#
# - `z`: (n, ...); `loss(logits, y)` returns one number per example; add them up
# - returns the gradient, shaped like `z`, without a graph; `front`, `net`, `z` stay as they were
#
# **c. `eot_gradient(model, z, y, loss, draws)`**, against a model that draws at random. The
# **expectation over transformation** (section 4.2): the gradient with respect to `z` of the *mean*
# loss over `draws` calls of the model.
#
# - for each example its own mean over the draws; returns the gradient, shaped like `z`
# - calls the model `draws` times, not more
#
# <details><summary>Hint 1: where to look</summary>
# For b: where must the graph begin? For c: the mean of what, and when is the sign taken?
# <details><summary>Hint 2: the idea</summary>
# b: compute front(z), cut it loose from its history, let it require a gradient. c: add up the
# losses of all draws, divide by their number, differentiate once. No sign: whoever takes the step
# does that, and signs of single draws would throw away how sure each of them is.
# <details><summary>Hint 3: nearly the code</summary>
# b: <code>u = front(z).detach().requires_grad_(True)</code>, then torch.autograd.grad of the summed
# loss with respect to u. c: the same with a copy of z and a <code>sum(... for _ in
# range(draws))</code>, divided by draws.
# </details></details></details>

# %% nbgrader={"grade_id": "ex4_3-bpda", "solution": true}
def bpda_gradient(front, net, z, y, loss):
    """The gradient of the loss of net at front(z), as if front were the identity: like z."""
    ### BEGIN SOLUTION
    seen = front(z).detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss(net(seen), y).sum(), seen)
    return gradient
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_3-bpda-test", "points": 2}
@exercise("4.3")
def test_bpda():
    """A net whose gradient is known: logits (0, (u^2).sum()), loss = -second logit."""
    class Square(nn.Module):
        def forward(self, u):
            return torch.stack([torch.zeros(len(u)), (u**2).flatten(1).sum(1)], 1)

    net, front = Square().eval(), models.Quantised(nn.Identity(), 5).eval()
    z, y = torch.tensor([[0.3, 0.9], [0.55, 0.0]]), torch.tensor([0, 1])
    second = lambda logits, y: -logits[:, 1]  # noqa: E731
    with untouched(net, z, y):
        got = bpda_gradient(front, net, z, y, second)
    got = expect_tensor(got, (2, 2), "bpda_gradient")
    expect(got.any(), "your gradient is zero: it went back through the front, which has no slope",
           "through-front")
    expect(not torch.allclose(got, -2 * z), "you left the front out: go forward through it, and "
           "take the gradient at front(z), not at z", "at-z")
    expect(torch.allclose(got, -2 * front(z)), f"the gradient at front(z) = {front(z).tolist()} is "
           f"{(-2 * front(z)).tolist()}; yours: {got.tolist()}", "wrong-gradient")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(433)
    plain = models.pretrained("mnist_cnn")
    images = data.sample(data.mnist("test"), 5, g)
    for levels in (2, 8):
        front = models.Quantised(nn.Identity(), levels).eval()
        with untouched(plain, *images):
            got = bpda_gradient(front, plain, *images, cross_entropy)
        got = expect_tensor(got, (5, 1, 28, 28), "bpda_gradient")
        through = lambda z, front=front: z + (front(z) - z).detach()  # noqa: E731
        z = images.x.clone().requires_grad_(True)
        (truth,) = torch.autograd.grad(cross_entropy(plain(through(z)), images.y).sum(), z)
        expect(torch.allclose(got, truth, atol=1e-6), "on the network your gradient is not the one "
               "at front(z)", "at-z")
    one = bpda_gradient(nn.Identity(), net, z[:1].detach()[:, 0, 0], y[:1], second)
    expect(one.shape == (1, 28), "other shapes must work, too", "wrong-gradient")
    ### END HIDDEN TESTS


test_bpda()
print("4.3b: visible checks passed")

# %% nbgrader={"grade_id": "ex4_3-eot", "solution": true}
def eot_gradient(model, z, y, loss, draws):
    """The gradient of the mean loss over draws calls of a random model: shaped like z."""
    ### BEGIN SOLUTION
    here = z.detach().clone().requires_grad_(True)
    mean = sum(loss(model(here), y).sum() for _ in range(draws)) / draws
    (gradient,) = torch.autograd.grad(mean, here)
    return gradient
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_3-eot-test", "points": 2}
@exercise("4.3")
def test_eot():
    """A model that draws its slope from a script: the mean slope is the gradient."""
    class Scripted(nn.Module):
        slopes = (4.0, -1.0, 3.0)

        def __init__(self):
            super().__init__()
            self.calls = 0

        def forward(self, z):
            slope = self.slopes[self.calls % 3]
            self.calls += 1
            return torch.stack([torch.zeros(len(z)), slope * z.sum(1)], 1)

    model, z = Scripted().eval(), torch.tensor([[0.2, 0.4], [0.5, 0.1], [0.3, 0.3]])
    y = torch.zeros(3, dtype=torch.long)
    second = lambda logits, y: logits[:, 1]  # noqa: E731
    with untouched(model, z, y):
        got = eot_gradient(model, z, y, second, 3)
    got = expect_tensor(got, (3, 2), "eot_gradient")
    calls, values = model.calls, got.unique().tolist()
    expect(calls == 3, f"draws = 3 means three calls of the model; yours made {calls}", "one-draw")
    expect(values != [6.0], "that is the sum over the draws; divide by their number", "no-mean")
    expect(max(map(abs, values)) > 1 or values[0] == 2.0, "you took the sign of each draw before "
           "the mean: a slope of 4 then counts no more than one of -1", "sign-first")
    expect(values == [2.0], f"slopes of 4, -1 and 3 have the mean 2 for every example and pixel; "
           f"yours: {values}", "wrong-gradient")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(434)
    noisy = defences(435)["B"]
    images = data.sample(data.mnist("test"), 12, g)
    with untouched(noisy, *images):
        few, many, more = (eot_gradient(noisy, *images, cross_entropy, k) for k in (1, 60, 60))
    likeness = F.cosine_similarity(many.flatten(1), more.flatten(1)).mean()
    single = F.cosine_similarity(few.flatten(1), more.flatten(1)).mean()
    expect(likeness > 0.45 > single, f"two means of 60 draws must point the same way (cosine "
           f"{likeness:.2f}), and a single draw elsewhere ({single:.2f})", "one-draw")
    plain = models.pretrained("mnist_cnn")
    z = images.x.clone().requires_grad_(True)
    (truth,) = torch.autograd.grad(cross_entropy(plain(z), images.y).sum(), z)
    got = eot_gradient(plain, *images, cross_entropy, 4)
    expect(torch.allclose(got, truth, atol=1e-5), "on a model that does not draw, the result is "
           "its gradient", "wrong-gradient")
    ### END HIDDEN TESTS


test_eot()
print("4.3c: visible checks passed")

# %% [markdown]
# **d. `climb`**: projected gradient descent with a gradient that is handed in, whatever it was made
# of.
#
# - start: `x` plus uniform noise in [-epsilon, epsilon] drawn with `generator`, projected
# - `steps` times: `z = project(z + step_size * sign of gradient(z, y), x, epsilon, "linf")`
# - returns the last point, shaped like `x`, without a graph
#
# <details><summary>Hint 1: where to look</summary>
# It is pgd from above without its early stop and its model.
# <details><summary>Hint 2: the idea</summary>
# gradient(z, y) needs no graph around it: hand it the current point, and use only the sign of what
# comes back.
# <details><summary>Hint 3: nearly the code</summary>
# <code>2 * torch.rand(x.shape, generator=generator) - 1</code> for the noise; then a loop of one
# line.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-climb", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_mean_gradient(front, net, z, y, draws):
    """Both approximations at once: the mean over draws of the gradient at front(z)."""
    total = torch.zeros_like(z)
    for _ in range(draws):
        u = front(z).detach().requires_grad_(True)
        total += torch.autograd.grad(cross_entropy(net(u), y).sum(), u)[0]
    return total / draws


def oracle_climb(climb, n=60, seed=436):
    """Two defences fall at epsilon 0.2, and the honest one stands: accuracies by name."""
    g = torch.Generator().manual_seed(seed)
    images, left = data.sample(data.mnist("test"), n, g), {}
    for name, model in defences(seed).items():
        front, net = model
        draws = 10 if name == "B" else 1

        def attack(model, x, y, epsilon, front=front, net=net, draws=draws):
            gradient = lambda z, y: oracle_mean_gradient(front, net, z, y, draws)  # noqa: E731
            return climb(gradient, x, y, epsilon, project=oracle_project, generator=g, steps=15,
                         step_size=0.03)

        left[name] = evaluation.robust_accuracy(model, [images], attack, 0.2)
    return left


def oracle_bring_down(climb):
    """Thresholds from 20 seeds."""
    left = oracle_climb(climb)
    expect(left["A"] <= 0.2, f"defence A keeps {left['A']:.0%} of 60 digits with a right gradient; "
           "a right climb leaves at most 20 %", "too-weak")
    expect(left["B"] <= 0.2, f"defence B keeps {left['B']:.0%} of 60 digits with a right gradient; "
           "a right climb leaves at most 20 %", "too-weak")
    expect(left["C"] >= 0.8, "the robust network lost more than any attack can take: the returned "
           "points are not in the ball", "outside-ball")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_3-climb", "solution": true}
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025):
    """Signed steps along gradient(z, y) from a random start in the ball: shaped like x."""
    ### BEGIN SOLUTION
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    z = project(x + epsilon * noise, x, epsilon, "linf")
    for _ in range(steps):
        z = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
    return z.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_3-climb-test", "points": 2}
@exercise("4.3")
def test_climb():
    """A constant gradient: the way is known."""
    x, y = torch.full((2, 1, 2, 2), 0.5), torch.tensor([0, 1])
    slope = torch.tensor([[3.0, -0.1], [0.0, 2.0]]).expand(2, 1, 2, 2)
    calls = []

    def clip(z, x, epsilon, norm):
        calls.append(norm)
        return torch.minimum(torch.maximum(z, x - epsilon), x + epsilon).clamp(0, 1)

    def run(steps, seed, step_size=0.01):
        generator = torch.Generator().manual_seed(seed)
        end = climb(lambda z, y: slope, x, y, 0.2, project=clip, generator=generator,
                    steps=steps, step_size=step_size)
        return expect_tensor(end, (2, 1, 2, 2), "climb")

    start, again, other = run(0, 0), run(0, 0), run(0, 1)
    expect(not torch.equal(start, x), "with steps=0 climb returns its random start; yours is x",
           "no-random-start")
    expect(torch.equal(start, again) and not torch.equal(start, other),
           "the start must depend on generator, and on nothing else", "ignores-generator")
    step = run(1, 0, 0.001) - start
    free = ((start - x).abs() < 0.199) & (slope != 0)
    expect((step * slope)[free].min() > 0, "your steps go down the loss; the attacker goes up",
           "wrong-sign")
    expect(torch.allclose(step[free].abs(), torch.tensor(0.001), atol=1e-6), "every pixel moves by "
           "step_size, however long the gradient is there: use its sign", "no-sign")
    calls.clear()
    end = run(60, 0)
    expect((end - x).abs().max() <= 0.2 + 1e-6, "the end lies outside the ball: project after "
           "every step", "project-once")
    expect(len(calls) >= 60, f"project was called {len(calls)} times in 60 steps: call it after "
           "the start and after every step", "project-once")
    expect(torch.allclose((end - x)[slope != 0], 0.2 * slope.sign()[slope != 0], atol=1e-5),
           "60 steps of 0.01 along a constant gradient end at the corner of the ball", "too-weak")
    ### BEGIN HIDDEN TESTS
    oracle_bring_down(climb)
    ### END HIDDEN TESTS


test_climb()
print("4.3d: visible checks passed")

# %% [markdown]
# Now the adaptive attacks, one for each defence: the gradient around the rounding for A, the mean
# of ten draws for B. C has no front, so its own gradient must do.

# %% id="adaptive-demo" tags=["demo"]
def gradient_for(name, model):
    """The gradient that each defence deserves."""
    front, net = model
    if name == "A":
        return lambda z, y: bpda_gradient(front, net, z, y, cross_entropy)
    return lambda z, y: eot_gradient(model, z, y, cross_entropy, 10 if name == "B" else 1)


left = {}
for name, model in defences(0).items():
    careless = evaluation.robust_accuracy(model, half, pgd40, 0.2)
    made_for_it = lambda model, x, y, epsilon, name=name: climb(  # noqa: E731
        gradient_for(name, model), x, y, epsilon, project=project, generator=g)
    left[name] = evaluation.robust_accuracy(model, half, made_for_it, 0.2)
    print(f"{name}: PGD-40 leaves {careless:.1%}, the adaptive attack {left[name]:.1%}")
print(f"you said {my_survivors!r}; more than half keeps: "
      f"{''.join(name for name, share in left.items() if share > 0.5)}")

# %% [markdown]
# A and B are gone. Neither had learned anything about the attack; each had made it hard to compute.
# C lost next to nothing more. An adaptive attack is one that asks first how the defence works, and
# there is one for nearly every way of hiding a gradient.
#
# ## Exercise 4.4: what an exam can say (3 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: papers, products and regulators ask for "proof of
# robustness". You have to say what your report is worth.
#
# In at most 150 words: (a) B kept most of its digits under PGD-40. Why did 40 steps with single
# draws not add up to what the mean of many draws finds at once? (b) C raised no alarm and survived
# everything. Why is that still no proof? (c) Name one thing that you would ask of whoever sells you
# the next defence.
#
# <details><summary>Hint 1: where to look</summary>
# (a) What happens to the size of a gradient when you take its sign? (b) Which way does a better
# attack move the number?
# <details><summary>Hint 2: the idea</summary>
# (a) The sign turns a weak opinion about a pixel into a whole step. (b) Every attack gives an upper
# bound of the robust accuracy.
# <details><summary>Hint 3: nearly the words</summary>
# "Each draw sees a fifth of the pixels, and ..."; "the true worst case may lie ..."; "show me the
# attack that ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex4_4-report", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# (a) Each draw sees a fifth of the pixels, and its gradient says something about those only, mixed
# with the accident of which ones they were. The sign makes each such opinion a full step, so the
# accidents do not cancel but push about. The mean over draws cancels them before the sign is taken.
# (b) An attack that fails shows that this attack failed. Accuracy under any attack is an upper
# bound of the true robust accuracy; a better attack may lower it. Only a proof (Lab 05) bounds it
# from below. (c) The code and the weights, and the report of an attack that was made for this
# defence by somebody who knew how it works.
#
# Rubric:
#
# - 1 point: says that single draws are noisy and that the sign (or the step) is taken before they
#   can average out, or that an early stop leaves an image after one accidental misreading
# - 1 point: says that surviving attacks gives only an upper bound, or that no alarm is no proof
# - 1 point: asks for something that makes an adaptive attack possible or shows one (code, weights,
#   a description of the randomness, an adaptive attack by others)
#
# Sample A (3/3): "Every draw shows other pixels, so each signed step is mostly luck; averaging
# first removes the luck. C has only survived my attacks: the real robust accuracy can be lower,
# never higher. I would ask for the code, to write an attack against exactly this defence."
#
# Sample B (1/3): "B is random so PGD cannot hit it. C passed all tests, so it is robust at epsilon
# 0.2. I would ask for the source code."
# ### END SOLUTION

# %% [markdown]
# ## Exercise 4.5: the saddle point (9 points)
#
# Difficulty: 4 of 5 · Minutes: 35 · Why: adversarial training is the one strategy of the paper that
# has survived every exam since 2018. You train it here in seconds, and see how it fails.
#
# Madry et al. (2018) write it as a saddle point: minimise over the weights the mean over the
# examples of the **largest** loss in the ball. The inner maximisation is an attack; the outer one
# is training, on whatever the attack hands back.
#
# **a. `adversarial_fit`**: the outer loop. The optimiser stands there already: Adam, with a
# learning rate that `schedule` raises to `lr` and lowers again. Write what follows.
#
# - each epoch visits every image once, in an order drawn by `torch.randperm(...,
#   generator=generator)`, in batches of `batch_size` (the last may be smaller)
# - for each batch one call of `inner(model, x, y)`, which returns points in the ball, and one step
#   of the optimiser on the mean cross-entropy of the model **at those points**, then
#   `schedule.step()`
# - the model is in train mode while it trains; after each epoch `watch(model)`, if given, is called
#   with the model in eval mode
# - trains `model` in place, leaves it in eval mode without gradients (`optimizer.zero_grad()`), and
#   returns the list of what `watch` returned, one entry per epoch (empty without `watch`)
#
# <details><summary>Hint 1: where to look</summary>
# <code>training.fit</code> in the package is the same loop without an attack.
# <details><summary>Hint 2: the idea</summary>
# Three lines make the difference: get the points, compute the loss there, step the schedule.
# <details><summary>Hint 3: nearly the code</summary>
# In each epoch <code>model.train()</code>, then a loop over
# <code>torch.randperm(...).split(batch_size)</code>: points from inner, <code>zero_grad</code>,
# <code>backward</code>, <code>optimizer.step()</code>, <code>schedule.step()</code>; then
# <code>model.eval()</code> and the watch.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-train", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_inner(epsilon, steps, generator):
    """PGD of a few steps from a random start, as an inner maximisation."""
    return lambda model, x, y: oracle_attack(model, x, y, epsilon, steps, random=generator)


def oracle_margin(logits, y):
    """A right margin: the true logit minus the largest other one."""
    own = (logits * F.one_hot(y, logits.shape[1])).sum(1)
    return own - (logits - 1e30 * F.one_hot(y, logits.shape[1])).amax(1)


def oracle_query(model, x, y, epsilon, g, queries=60):
    """A query attack: random squares of +-epsilon, kept where the margin falls (Andriushchenko)."""
    best = (x + epsilon * (torch.randint(0, 2, x.shape, generator=g) * 2 - 1)).clamp(0, 1)
    with torch.no_grad():
        lowest = oracle_margin(model(best), y)
        for k in range(queries):
            size = 6 if k < 20 else 3
            i, j = torch.randint(0, x.shape[-1] - size + 1, (2,), generator=g).tolist()
            sign = torch.randint(0, 2, (len(x), 1, 1, 1), generator=g) * 2 - 1
            tried = best.clone()
            tried[..., i:i + size, j:j + size] = (x + epsilon * sign)[..., i:i + size, j:j + size]
            tried = tried.clamp(0, 1)
            margins = oracle_margin(model(tried), y)
            best[margins < lowest] = tried[margins < lowest]
            lowest = torch.minimum(lowest, margins)
    return best


def oracle_ensemble(model, images, epsilon, g):
    """Accuracy under the worst of five: PGD twice with two losses, transfer, noise, queries."""
    other = models.small_cnn(g)
    oracle_plain_fit(other, data.sample(small_train, 2000, g), g)
    pgd = partial(oracle_attack, random=g)
    attacks = {"margin": partial(pgd, lowers=oracle_margin), "cross-entropy": pgd,
               "again": partial(pgd, lowers=oracle_margin),
               "transfer": lambda _, x, y, e: oracle_attack(other, x, y, e, random=g),
               "noise": partial(oracle_random, g=g), "queries": partial(oracle_query, g=g)}
    return evaluation.worst_case(model, [images], attacks, epsilon, spare=True).accuracies()


def oracle_plain_fit(model, images, g):
    """Ordinary training, for a network to transfer from."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for batch in torch.randperm(len(images.y), generator=g).split(100):
        optimizer.zero_grad()
        F.cross_entropy(model(images.x[batch]), images.y[batch]).backward()
        optimizer.step()
    model.eval()


def oracle_trained(adversarial_fit, seed, epsilon=0.2, steps=2):
    """Train on 6,000 hidden images, sit the ensemble on 300 others: accuracies by name."""
    g = torch.Generator().manual_seed(seed)
    train = data.sample(small_train, 6000, g)
    net = models.small_cnn(g)
    inner = oracle_inner(epsilon, steps, g)
    adversarial_fit(lend(net), train, inner, epochs=3, generator=g, lr=0.01)
    return oracle_ensemble(net, data.sample(small_test, 300, g), epsilon, g)


def oracle_adversarial_fit(adversarial_fit):
    """Hidden seed and hidden images; thresholds from 20 seeds."""
    found = oracle_trained(adversarial_fit, 451)
    expect(found["clean"] >= 0.6, f"your network reads {found['clean']:.0%} of unseen digits; a "
           "right training reaches 60 % and more", "learns-nothing")
    expect(found["worst case"] >= 0.2, f"under an ensemble of attacks {found['worst case']:.0%} of "
           "unseen digits are still right; a right training keeps at least 20 %", "clean-points")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_5-fit", "solution": true}
def adversarial_fit(model, images, inner, *, epochs, generator, lr=0.01, batch_size=128,
                    watch=None):
    """Train model in place at the points that inner(model, x, y) returns; a list, one per epoch."""
    steps = epochs * -(-len(images.y) // batch_size)  # batches per epoch, rounded up
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    ### BEGIN SOLUTION
    history = []
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(images.y), generator=generator).split(batch_size):
            x, y = images.x[batch], images.y[batch]
            hard = inner(model, x, y)
            optimizer.zero_grad()
            F.cross_entropy(model(hard), y).backward()
            optimizer.step()
            schedule.step()
        model.eval()
        if watch is not None:
            history.append(watch(model))
    optimizer.zero_grad()
    return history
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_5-fit-test", "points": 5}
@exercise("4.5")
def test_adversarial_fit():
    """70 images whose pixels say nothing: only the points of inner give the class away."""
    number = torch.arange(70.0)
    x = torch.stack([number / 100, torch.full((70,), 0.5), torch.full((70,), 0.5)], 1)
    images = data.Images(x, torch.randint(0, 2, (70,), generator=torch.Generator().manual_seed(1)))
    seen, modes = [], []

    def inner(model, x, y):
        seen.append((x[:, 0] * 100).round().long())
        modes.append(model.training)
        told = torch.stack([1 - y, y], 1)
        return torch.cat([x[:, :1], told.to(x.dtype)], 1)

    def run(seed, epochs=6, watch=None):
        seen.clear()
        model = models.linear(3, 2)
        generator = torch.Generator().manual_seed(seed)
        history = adversarial_fit(lend(model), images, inner, epochs=epochs, generator=generator,
                                  lr=0.1, batch_size=16, watch=watch)
        return model, history

    looks = []
    model, history = run(0, watch=lambda model: looks.append(model.training) or len(looks))
    expect(not any(module.training for module in model.modules()), "leave the model in eval mode",
           "mode-changed")
    expect(all(p.grad is None or not p.grad.any() for p in model.parameters()), "gradients are "
           "left in the parameters: end with optimizer.zero_grad()", "gradient-left")
    expect([len(s) for s in seen] == [16, 16, 16, 16, 6] * 6, "70 images in batches of 16 are five "
           f"batches an epoch, the last of 6; in six epochs inner saw {[len(s) for s in seen]}",
           "drops-last")
    orders = [torch.cat(seen[5 * k:5 * k + 5]) for k in range(6)]
    expect(all(torch.equal(o.sort().values, number.long()) for o in orders), "each epoch must "
           "visit every image once", "drops-last")
    expect(not torch.equal(orders[0], orders[1]), "draw a new order in each epoch", "no-shuffle")
    expect(all(modes), "the model must be in train mode while it trains", "mode-changed")
    expect(history == [1, 2, 3, 4, 5, 6] and not any(looks), "watch must be called once after "
           f"each epoch, in eval mode, and its results returned as a list; yours: {history}",
           "no-watch")
    told = inner(model, images.x, images.y)
    right = 1 - evaluation.is_wrong(model, told, images.y).float().mean()
    expect(right == 1, f"at the points of inner the class is plain to see, and your model reads "
           f"{right:.0%} of them: train at those points, with the true labels", "clean-points")
    same, other = run(0)[0], run(1)[0]
    expect(all(map(torch.equal, model.parameters(), same.parameters())) and not all(
        map(torch.equal, model.parameters(), other.parameters())), "the order must depend on "
        "generator, and on nothing else", "ignores-generator")
    expect(run(0, epochs=1)[1] == [], "without watch return an empty list", "no-watch")
    ### BEGIN HIDDEN TESTS
    oracle_adversarial_fit(adversarial_fit)
    ### END HIDDEN TESTS


test_adversarial_fit()
print("4.5a: visible checks passed")

# %% [markdown]
# **b. `passes(n, epochs, inner_steps)`**: what does it cost? One pass is one image sent forward and
# backward through the network. Count them all for n images: those of the inner maximisation
# (`inner_steps` gradients per image and epoch; 0 for natural training) and those of the outer step.
# Seconds depend on the machine; passes do not.
#
# <details><summary>Hint 1: where to look</summary>
# How often does one image go through the network in one epoch?
# <details><summary>Hint 2: the idea</summary>
# Once for each gradient of the attack, and once more for the weights.
# <details><summary>Hint 3: nearly the code</summary>
# A product of three factors.
# </details></details></details>

# %% nbgrader={"grade_id": "ex4_5-passes", "solution": true}
def passes(n, epochs, inner_steps):
    """How many images are sent forward and backward in adversarial training: an int."""
    ### BEGIN SOLUTION
    return n * epochs * (inner_steps + 1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_5-passes-test", "points": 1}
@exercise("4.5")
def test_passes():
    """Natural training of 100 images for two epochs is 200 passes."""
    got = passes(100, 2, 0)
    expect(got != 0, "the outer step is a pass, too", "forgets-outer")
    expect(got == 200, f"100 images, 2 epochs, no attack: 200 passes; yours: {got}", "wrong-count")
    got = passes(100, 2, 7)
    expect(got not in (1400, 1600.5), "seven steps of the attack and one of the training are eight "
           "passes, not seven", "forgets-outer")
    expect(got == 1600, f"with seven steps of the attack: 1600; yours: {got}", "wrong-count")
    ### BEGIN HIDDEN TESTS
    g, net, seen = torch.Generator().manual_seed(452), models.linear(4, 2), []
    net.register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
    inner = oracle_inner(0.1, 3, g)
    for _ in range(2):
        for batch in torch.rand(45, 1, 2, 2, generator=g).split(20):
            net(inner(net, batch, torch.zeros(len(batch), dtype=torch.long)))
    expect(passes(45, 2, 3) == sum(seen), f"counted in the network: {sum(seen)} passes for 45 "
           "images, 2 epochs and 3 steps", "wrong-count")
    ### END HIDDEN TESTS


test_passes()
print("4.5b: visible checks passed")

# %% [markdown]
# ### Predict: one step or two
#
# Four networks, trained by you on 20,000 digits of 14 x 14 for two epochs at epsilon 0.2: natural;
# on FGSM points; on FGSM points from a random start (Wong et al. 2020); on two-step PGD points. All
# sit the one-step exam (FGSM) and the forty-step exam (PGD-40). Which share of its one-step
# accuracy will the FGSM-trained network keep in the forty-step exam? Write `my_share = "nearly
# all"`, `"three quarters"` or `"half"`.

# %% nbgrader={"grade_id": "ex4_5-predict", "solution": true}
### BEGIN SOLUTION
my_share = "half"
### END SOLUTION

# %% id="saddle-demo" tags=["demo"]
def inner_by(steps, step_size, from_x=False):
    """An inner maximisation at epsilon 0.2 out of Lab 01's parts; from_x: no random start."""
    if from_x:
        return lambda model, x, y: fgsm_step(model, x, y, 0.2)
    return partial(pgd, epsilon=0.2, project=project, generator=g, steps=steps,
                   step_size=step_size, early_stop=False)


recipes = {"natural": (0, lambda model, x, y: x), "FGSM": (1, inner_by(1, 0.2, from_x=True)),
           "FGSM, random start": (1, inner_by(1, 0.25)), "PGD-2": (2, inner_by(2, 0.15))}
exam, nets, scores = some(small_test, 400, 0), {}, {}
few = some(small_train, 20_000, 0)
for name, (steps, inner) in recipes.items():
    nets[name] = models.small_cnn(torch.Generator().manual_seed(1))
    adversarial_fit(nets[name], few, inner, epochs=2, generator=torch.Generator().manual_seed(1))
    found = evaluation.worst_case(nets[name], [exam], {"one": fgsm_step, "forty": pgd40}, 0.2)
    scores[name] = found.accuracies()
    print(f"{name:20} {passes(20_000, 2, steps):7} passes   clean {scores[name]['clean']:.1%}   "
          f"FGSM {scores[name]['one']:.1%}   PGD-40 {scores[name]['forty']:.1%}")
print(f"you said: {my_share}")

# %% [markdown]
# That is the moment to remember. In the one-step exam the FGSM-trained and the PGD-trained network
# look like brothers, a few points apart on clean digits. Forty steps later one of them has lost
# half of what it had, or more (how much differs from one kind of processor to the next). It had not
# learned to withstand: it had learned to make the first step point the wrong way. Wong et al. call
# it **catastrophic overfitting**. Whoever watches only the attack that is used in training does not
# see it.
#
# **c. `collapsed(weak, strong, drop=0.1)`**: so watch a stronger one. `weak` and `strong` are lists
# of accuracies, one entry per epoch: under the one step that is used in training, and under a PGD.
# Return the index of the first epoch at which
#
# - `strong` is more than `drop` below its best value so far (that is: at an earlier epoch; of equal
#   ones the first), **and**
# - `weak` is not more than `drop` below its own value *at that earlier epoch*;
#
# `None` if there is no such epoch. (When both fall, training has diverged: bad, but another
# illness.)
#
# <details><summary>Hint 1: where to look</summary>
# One loop over the epochs; keep the index of the best strong value.
# <details><summary>Hint 2: the idea</summary>
# Two comparisons with that index. Update it only when strong gets better.
# <details><summary>Hint 3: nearly the code</summary>
# <code>best = max(range(i), key=strong.__getitem__)</code> for i from 1 on is the first of the
# largest values before i.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-collapsed", "points": 0}
### BEGIN HIDDEN TESTS
oracle_histories = {
    "FGSM, seed 0": ([0.08, 0.28, 0.39, 0.48, 0.46, 0.53, 0.47],
                     [0.08, 0.22, 0.21, 0.13, 0.13, 0.17, 0.17]),
    "PGD-2, seed 0": ([0.16, 0.27, 0.49, 0.60, 0.64, 0.68, 0.64],
                      [0.15, 0.24, 0.37, 0.47, 0.49, 0.54, 0.54]),
    "PGD-2, then FGSM": ([0.35, 0.51, 0.56, 0.55, 0.58, 0.66, 0.64, 0.71],
                         [0.29, 0.39, 0.45, 0.34, 0.34, 0.31, 0.19, 0.16]),
    "PGD-2, then FGSM, held": ([0.32, 0.49, 0.53, 0.56, 0.55, 0.61, 0.68, 0.67],
                               [0.25, 0.42, 0.45, 0.45, 0.38, 0.40, 0.40, 0.37]),
}


def oracle_collapsed(weak, strong, drop):
    """By definition, over all pairs of epochs."""
    for i in range(len(strong)):
        before = [k for k in range(i) if strong[k] == max(strong[:i])]
        if before and strong[i] < strong[before[0]] - drop and weak[i] >= weak[before[0]] - drop:
            return i
    return None
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_5-collapsed", "solution": true}
def collapsed(weak, strong, drop=0.1):
    """The first epoch of catastrophic overfitting in two lists of accuracies, or None."""
    ### BEGIN SOLUTION
    best = 0
    for i in range(len(strong)):
        fell = strong[i] < strong[best] - drop
        if fell and weak[i] >= weak[best] - drop:
            return i
        if strong[i] > strong[best]:
            best = i
    return None
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_5-collapsed-test", "points": 3}
@exercise("4.5")
def test_collapsed():
    """Five histories by hand."""
    got = collapsed([0.5, 0.6, 0.8], [0.3, 0.4, 0.1])
    expect(got is not None, "PGD accuracy falls from 0.4 to 0.1 while one-step accuracy rises: "
           "that is the collapse, and you saw none", "misses-collapse")
    expect(got == 2, f"it happens in epoch 2 (counted from 0); yours: {got}", "wrong-epoch")
    expect(collapsed([0.5, 0.6, 0.1], [0.3, 0.4, 0.1]) is None, "both fall: that is divergence, "
           "not catastrophic overfitting", "ignores-weak")
    expect(collapsed([0.5, 0.6, 0.65], [0.3, 0.4, 0.35]) is None, "a fall of 0.05 is within drop = "
           "0.1", "no-tolerance")
    expect(collapsed([0.5, 0.55, 0.6, 0.6], [0.4, 0.34, 0.31, 0.28]) == 3, "a slow fall counts "
           "from the best value so far, not from the epoch before: 0.28 is 0.12 below 0.4",
           "only-neighbour")
    expect(collapsed([0.5], [0.2]) is None and collapsed([], []) is None, "one epoch or none: "
           "nothing to compare", "misses-collapse")
    got = collapsed([0.5, 0.9, 0.6, 0.9], [0.4, 0.1, 0.4, 0.1])
    expect(got == 1, f"the first of two collapses is asked for, epoch 1; yours: {got}",
           "wrong-epoch")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(453)
    for _ in range(60):
        weak, strong = (torch.rand(2, 7, generator=g) * 10).round().div(10).tolist()
        drop = 0.05 + 0.3 * torch.rand((), generator=g).item()
        expect(collapsed(list(weak), list(strong), drop) == oracle_collapsed(weak, strong, drop),
               f"weak {weak}, strong {strong}, drop {drop:.2f}: the answer is another",
               "wrong-epoch")
    for name, (weak, strong) in oracle_histories.items():
        truth = oracle_collapsed(weak, strong, 0.1)
        expect(collapsed(weak, strong) == truth, f"a recorded training ({name}) is judged wrongly",
               "wrong-epoch")
    ### END HIDDEN TESTS


test_collapsed()
print("4.5c: visible checks passed")

# %% [markdown]
# Now take the network that you trained on PGD-2 points, and train it on with the cheaper one-step
# attack. Your monitor watches. (Index 0 is the network before.)

# %% id="collapse-demo" tags=["demo"]
watched = some(small_test, 300, 1)


def look(model):
    """One-step and PGD-20 accuracy on 300 held-out images."""
    found = evaluation.worst_case(model, [watched], {
        "one": fgsm_step, "many": partial(pgd40, steps=20)}, 0.2).accuracies()
    return found["one"], found["many"]


net = models.small_cnn().eval()
net.load_state_dict(nets["PGD-2"].state_dict())
seen = [look(net)]
seen += adversarial_fit(net, some(small_train, 5000, 1), recipes["FGSM"][1], epochs=7,
                        generator=torch.Generator().manual_seed(0), watch=look)
weak, strong = (list(row) for row in zip(*seen, strict=True))
series = {"one-step exam": (list(range(8)), weak), "PGD-20 exam": (list(range(8)), strong)}
print(f"collapsed in epoch {collapsed(weak, strong)}; PGD-20 at its best {max(strong):.1%}, "
      f"at the end {strong[-1]:.1%}")
figure = plots.curves(series, xlabel="epochs of further training",
                      ylabel="accuracy on held-out images")
plots.show(figure, alt="One-step and PGD-20 accuracy by epoch of further FGSM training. They start "
           "close together and drift apart: the one-step exam holds while PGD-20 falls.")

# %% [markdown]
# Whoever watched only the one-step exam saw a network that keeps what it had. The monitor costs a
# PGD on a few hundred images per epoch.
#
# ### The slower illness
#
# Catastrophic overfitting comes within an epoch. Rice, Wong and Kolter (2020) describe a slow one,
# **robust overfitting**, which a strong inner attack does not prevent: the network learns to
# withstand the attack around its training images, and around no others. Give ours few digits, 300,
# and many epochs.

# %% id="overfit-demo" tags=["demo"]
sets = {"training digits": some(small_train, 300, 0), "fresh digits": some(small_test, 300, 1)}
net, epochs = models.small_cnn(), list(range(12, 73, 12))
inner = partial(pgd, epsilon=0.1, project=project, generator=g, steps=2, step_size=0.075,
                early_stop=False)
losses, shares = ({name: (epochs, []) for name in sets} for _ in range(2))
for _ in epochs:
    adversarial_fit(net, sets["training digits"], inner, epochs=12, generator=g)
    for name, (x, y) in sets.items():
        x_adv = pgd40(net, x, y, 0.1, steps=10, early_stop=False)
        losses[name][1].append(cross_entropy(net(x_adv), y).mean().item())
        shares[name][1].append(1 - evaluation.is_wrong(net, x_adv, y).float().mean().item())
figure = plots.curves(losses, xlabel="epochs on 300 digits", percent=False,
                      ylabel="cross-entropy under PGD-10", title="Robust overfitting, epsilon 0.1")
plots.show(figure, alt="The loss under attack falls towards zero on the training digits. On fresh "
           "digits it falls at first, turns, and rises to the end.")
for name, (_, row) in losses.items():
    print(f"loss on {name}: " + ", ".join(f"{loss:.2f}" for loss in row))
    print(f"PGD-10 leaves of {name}: " + ", ".join(f"{share:.1%}" for share in shares[name][1]))

# %% [markdown]
# On fresh digits the loss under attack turns round and rises: the network becomes surer of its
# mistakes. The accuracy under attack stops rising, far below that on the training digits, but on
# these small digits it does not clearly fall. On larger images (SVHN, CIFAR-10, CIFAR-100,
# ImageNet) Rice et al. saw the accuracy fall, too, soon after the learning rate did. No
# regularisation that they tried beat stopping early, by a monitor like yours on held-out images.
#
# ## Exercise 4.6: full size, and what 1,000 images prove (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: "our network keeps 88.5 % under attack" is a claim about
# all images. You test it on a sample, with an attack that may be too weak. A bound says how far the
# first error may reach. The second has no bound, but you know which way it points.
#
# `survived` of `n` random test images survive your attack. Write `upper_bound(survived, n, alpha)`:
# the exact one-sided upper confidence bound for the share that would survive it among all images
# (Clopper and Pearson 1934). It is the largest p for which seeing `survived` or fewer is still as
# likely as alpha: P(Binomial(n, p) <= survived) = alpha; 1 if all survived.
#
# - `survived`: an int, 0 to n; `n` >= 1; `alpha` between 0 and 1
# - returns a float. Its promise: whatever the true share is, with probability at least 1 - alpha
#   the bound is not below it
#
# <details><summary>Hint 1: where to look</summary>
# scipy.stats.binom has the distribution function, scipy.optimize has root finders. Or: the bound is
# a quantile of a beta distribution.
# <details><summary>Hint 2: the idea</summary>
# As p grows, seeing so few survivors becomes less likely: a monotone function, one root.
# <details><summary>Hint 3: nearly the code</summary>
# <code>scipy.stats.beta.ppf(1 - alpha, survived + 1, n - survived)</code>, but for survived = n.
# </details></details></details>

# %% nbgrader={"grade_id": "ex4_6-bound", "solution": true}
def upper_bound(survived, n, alpha=0.05):
    """The exact one-sided upper confidence bound of a share, survived out of n seen: a float."""
    ### BEGIN SOLUTION
    from scipy.stats import beta

    return 1.0 if survived == n else float(beta.ppf(1 - alpha, survived + 1, n - survived))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_6-bound-test", "points": 3}
@exercise("4.6")
def test_upper_bound():
    """None of n survive: P(0 of n) = (1 - p)^n = alpha has a solution by hand."""
    got = upper_bound(10, 10, 0.05)
    expect(got == got, "with survived = n your bound is nan: it is 1", "edge")
    expect(got == 1, f"if all survive, nothing speaks against a share of 1; yours: {got}", "edge")
    got = upper_bound(0, 20, 0.05)
    expect(isinstance(got, float), "return a Python float", "no-float")
    expect(got > 0, "0 of 20 survived: the share may still be above 0, and a bound of 0 would "
           "claim otherwise", "no-exact")
    expect(abs(got - 0.16843) > 1e-4, "that is the bound of a two-sided interval, which spends "
           "half of alpha on the other side", "two-sided")
    expect(abs(got - 0.13911) < 1e-4, "for 0 of 20 and alpha = 0.05 the bound solves (1 - p)^20 = "
           f"0.05: p = 0.139; yours: {got:.3f}", "no-exact")
    expect(upper_bound(90, 100, 0.01) > upper_bound(90, 100, 0.1), "a smaller alpha promises more, "
           "so its bound lies higher", "wrong-alpha")
    ### BEGIN HIDDEN TESTS
    from scipy.stats import binom

    for n in (1, 17, 200):
        for alpha in (0.01, 0.05, 0.3):
            bounds = [upper_bound(k, n, alpha) for k in range(n + 1)]
            for p in [0.01, 0.1, 0.25, 0.5, 0.7, 0.885, 0.97, 0.999]:
                missed = sum(binom.pmf(k, n, p) for k, bound in enumerate(bounds) if bound < p)
                expect(missed <= alpha + 1e-6, f"for n = {n} and a true share of {p} your bound "
                       f"is too low with probability {missed:.3f}, more than alpha = {alpha}",
                       "no-exact")
            for k in range(n):
                expect(abs(binom.cdf(k, n, bounds[k]) - alpha) < 1e-4, "your bound is higher than "
                       "it must be", "two-sided")
    ### END HIDDEN TESTS


test_upper_bound()
print("4.6: visible checks passed")

# %% [markdown]
# The networks below have 166,406 parameters, read 28 x 28 pixels, and were trained at epsilon 0.3:
# on one step with a random start, on two steps (both four epochs), and on seven steps (thirty
# epochs). Each sits the exam of two PGD-40, one with each loss, on 200 digits.

# %% nbgrader={"grade_id": "given-ex1_5-margin", "locked": true}
def margin(logits, y):
    """The true class's logit minus the largest other one: (n, classes), (n,) -> (n,)."""
    own = logits.gather(1, y[:, None])[:, 0]
    return own - logits.scatter(1, y[:, None], -torch.inf).max(1).values
# %% id="full-demo" tags=["demo"]
def falling_margin(logits, y):
    """A loss that rises as the margin falls."""
    return -margin(logits, y)


duo = {"cross-entropy": pgd40, "margin": partial(pgd40, loss=falling_margin)}
print("network                 clean  cross-entropy  margin  worst case  at most (95 %)")
for name in ("mnist_cnn", "mnist_cnn_one_step", "mnist_cnn_two_step", "mnist_cnn_robust"):
    found = evaluation.worst_case(models.pretrained(name), batches, duo, 0.3)
    shares = " ".join(f"{share:>10.1%}" for share in found.accuracies().values())
    print(f"{name:18} {shares} {upper_bound(int(found.worst.sum()), 200):>10.1%}")

# %% [markdown]
# Published figures to hold beside it, clean and under AutoAttack at 0.3, all 10,000 test images,
# from the table of the AutoAttack repository: Madry et al. 2018: 98.5 and 88.5; Wong et al. 2020:
# 98.5 and 82.9; TRADES (Zhang et al. 2019): 99.5 and 92.8; Gowal et al. 2020: 99.3 and 96.3.
#
# The last of our four keeps 89.1 % of 1,000 test images under AutoAttack. How it came down to that
# is worth knowing. When all attacks along gradients had been tried, 91.2 % were left. Then random
# squares, thrown at each image up to 5,000 times without asking for a gradient, took 2.1 points
# more. So even this network hides its gradient a little at 0.3. Your alarm "random" does not hear
# that: twenty random corners of the ball are no patient search.
#
# With 200 images the bound lies two to six points above what you saw. You may say "at most"; you
# may never say "at least": the attack could have been better, and no number of images mends that.
#
# A curve says more than one radius. Where does training at 0.3 stop helping?

# %% id="curve-demo" tags=["demo"]
radii = [0.1, 0.2, 0.3, 0.35, 0.4]
rows = evaluation.robustness_curve(robust, half, duo, radii)
lines = {name: rows[name] for name in duo} | {"robust, worst case": rows["worst case"]}
rows = evaluation.robustness_curve(standard, half, duo, radii[:3])
lines["standard, worst case"] = rows["worst case"]
facts = lines, measured["C"]["largest_class"]
plots.show(plots.robustness(*facts, title="The robust network, 80 digits, two PGD-40"),
           alt=plots.robustness_in_words(*facts))

# %% id="slider" tags=["demo"]
def draw(epsilon):
    """Eight digits as PGD leaves them on the robust network, and what it reads."""
    x_adv = pgd40(robust, digits.x[:8], digits.y[:8], epsilon, loss=falling_margin)
    seen = [f"reads {d}" for d in robust(x_adv).argmax(1).tolist()]
    return plots.image_grid([x_adv], seen, row_labels=[f"epsilon {epsilon:.2f}"])


widgets.epsilon_slider(
    draw, [0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5],
    alt=lambda e: f"Eight digits under PGD at epsilon {e:.2f}, with what the robust network reads")

# %% [markdown]
# The thick line, the worst case, is what an examiner may report. Up to 0.3 the network reads nearly
# all of them. Just beyond, it is lost: it has learned to threshold the grey at the right height for
# this one attack, and claims to withstand nothing else.
#
# ## Exercise 4.7: the worst mixture of examples (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: adversarial training takes the worst point in a ball
# around each image. **Distributionally robust optimisation** takes the worst re-weighting of the
# examples: maximise the sum of q_i * loss_i over all weights q near the equal ones, p_i = 1/n. How
# near, and measured how, decides what one gets; three answers are closed or nearly so.
#
# Here `losses` has shape (n,), float64, and q >= 0 sums to 1.
#
# **a. `cvar(losses, alpha)`**: no weight above 1 / (alpha * n). The maximum is the mean of the
# worst alpha * n losses; where alpha * n is no whole number, the loss at the boundary counts by its
# fraction. Dually it is the minimum over eta of eta + mean(max(losses - eta, 0)) / alpha. `alpha`
# in (0, 1]; returns a float.
#
# **b. `kl_penalised(losses, tau)`**: weights pay tau * KL(q || p). The maximum is
# tau * log(mean(exp(losses / tau))), and it is reached at q proportional to exp(losses / tau).
# Return the pair (value, q): a float and shape (n,). Losses of 10,000 with tau = 0.1 must not
# overflow.
#
# **c. `kl_ball(losses, rho)`**: KL(q || p) <= rho. By duality the maximum is the minimum over tau >
# 0 of kl_penalised's value plus tau * rho. The search over log(tau), which makes small and large
# values equally easy to reach, stands there already; write `dual`, which it minimises. `rho` > 0;
# kl_ball returns a float. (If rho >= log(n / number of largest losses) it is the largest loss.)
#
# <details><summary>Hint 1: where to look</summary>
# a: sort, and walk down from the largest. b: torch.logsumexp and torch.softmax. c: the value of b,
# and one term more.
# <details><summary>Hint 2: the idea</summary>
# a: give every loss the weight 1 / (alpha * n), from the largest down, until 1 is spent. c: work on
# <code>losses / scale</code>, whose largest size is 1; the last line multiplies the result again.
# <details><summary>Hint 3: nearly the code</summary>
# a: weights <code>(1 - k / (alpha * n)).clamp(0, 1 / (alpha * n))</code> for k = 0, 1, ... on the
# losses in falling order. b: <code>tau * (logsumexp(losses / tau) - log n)</code>. c:
# with tau = exp(log_tau), b's value for losses / scale plus tau * rho, as a float.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-dro", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_draws(seed):
    """Losses of several sizes and shapes, with ties."""
    g = torch.Generator().manual_seed(seed)
    for n in (1, 2, 7, 40):
        yield torch.rand(n, generator=g, dtype=torch.float64) * 5
        yield (torch.rand(n, generator=g, dtype=torch.float64) * 3).round()
        yield torch.randn(n, generator=g, dtype=torch.float64).exp() * 100


def oracle_cvar(cvar):
    """The primal as a linear programme: weights between 0 and 1 / (alpha n) that sum to 1."""
    from scipy.optimize import linprog

    for losses in oracle_draws(471):
        n = len(losses)
        for alpha in (1.0, 0.5, 0.37, 0.1, 0.9 / n):
            truth = -linprog((-losses).tolist(), A_eq=[[1.0] * n], b_eq=[1.0],
                             bounds=[(0, 1 / (alpha * n))] * n).fun
            got = cvar(losses.clone(), alpha)
            expect(abs(got - truth) < 1e-7 * max(1, truth), f"a weighting of {n} losses with no "
                   f"weight above 1 / ({alpha:.2g} n) reaches {truth:.4f}, your value is "
                   f"{got:.4f}", "no-fraction")


def oracle_kl_ball(losses, rho):
    """The primal: tilt q ~ exp(losses / tau) until KL(q || p) = rho, by bisection on tau."""
    n, low, high = len(losses), 1e-6, 1e8
    largest = losses.max()
    if rho >= torch.log(n / (losses == largest).double().sum()):
        return largest.item()
    for _ in range(200):
        tau = (low * high) ** 0.5
        q = torch.softmax((losses - largest) / tau, 0)
        divergence = (q * (q * n).clamp_min(1e-300).log()).sum()
        low, high = (tau, high) if divergence > rho else (low, tau)
    return (q @ losses).item()
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_7-cvar", "solution": true}
def cvar(losses, alpha):
    """The mean of the worst alpha * n losses, the boundary one by its fraction: a float."""
    ### BEGIN SOLUTION
    falling = losses.sort(descending=True).values
    cap = 1 / (alpha * len(losses))
    spent = cap * torch.arange(len(losses), dtype=losses.dtype)
    return (falling @ (1 - spent).clamp(0, cap)).item()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_7-cvar-test", "points": 2}
@exercise("4.7")
def test_cvar():
    """Five losses by hand."""
    losses = torch.tensor([1.0, 5.0, 2.0, 4.0, 3.0], dtype=torch.float64)
    got = cvar(losses.clone(), 0.4)
    expect(isinstance(got, float), "return a Python float: end in .item()", "no-float")
    expect(abs(got - 1.5) > 1e-9, "that is the mean of the smallest losses; the worst are the "
           "largest", "best-half")
    expect(abs(got - 4.0) > 1e-9, "that is the quantile itself; the mean of what lies above it is "
           "asked for", "quantile")
    expect(abs(got - 4.5) < 1e-9, f"the worst 0.4 * 5 = 2 losses are 5 and 4, their mean is 4.5; "
           f"yours: {got:g}", "wrong-mean")
    got = cvar(losses.clone(), 0.5)
    expect(abs(got - 4.2) < 1e-9, "alpha * n = 2.5: 5 and 4 count in full and 3 by half, (5 + 4 + "
           f"1.5) / 2.5 = 4.2; yours: {got:g}", "no-fraction")
    expect(abs(cvar(losses.clone(), 1.0) - 3) < 1e-9, "alpha = 1 is the mean of all", "wrong-mean")
    ### BEGIN HIDDEN TESTS
    oracle_cvar(cvar)
    ### END HIDDEN TESTS


test_cvar()
print("4.7a: visible checks passed")

# %% nbgrader={"grade_id": "ex4_7-kl", "solution": true}
def kl_penalised(losses, tau):
    """max over q of E_q losses - tau KL(q || p), and the q that reaches it: float, (n,)."""
    ### BEGIN SOLUTION
    from math import log

    log_mean = torch.logsumexp(losses / tau, 0) - log(len(losses))
    return (tau * log_mean).item(), torch.softmax(losses / tau, 0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex4_7-kl-test", "points": 2}
@exercise("4.7")
def test_kl_penalised():
    """Two losses, 0 and tau * log(3): weights 1/4 and 3/4."""
    losses = torch.tensor([0.0, 2.0], dtype=torch.float64) * 1.0986122886681098
    got = kl_penalised(losses.clone(), 2.0)
    expect(isinstance(got, tuple) and len(got) == 2 and isinstance(got[0], float),
           "return the pair (value, q): a float and a tensor", "no-pair")
    value, q = got[0], expect_tensor(got[1], (2,), "kl_penalised, second result")
    expect(abs(q.sum() - 1) < 1e-9, "q must sum to 1", "no-weights")
    expect(q[1] > q[0], "the worst mixture puts more weight on the larger loss", "wrong-sign")
    expect(abs(q[1] - 0.75) < 1e-6, f"q is proportional to exp(losses / tau), here (1, 3) / 4; "
           f"yours: {q.tolist()}", "wrong-tau")
    expect(abs(value - 2.772588722) > 1e-6, "that is tau * log of the SUM of exp(losses / tau); "
           "p has weights 1/n: take the mean", "sum-not-mean")
    expect(abs(value - 2 * 0.6931471805) < 1e-6, "the value is 2 * log((1 + 3) / 2) = 1.386; "
           f"yours: {value:.3f}", "wrong-tau")
    far = kl_penalised(torch.tensor([10_000.0, 0.0], dtype=torch.float64), 0.1)[0]
    expect(abs(far - 10_000) < 1, f"losses of 10,000 with tau = 0.1 give {far}: use logsumexp",
           "overflow")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(472)
    for losses in oracle_draws(473):
        for tau in (0.05, 1.0, 30.0):
            value, q = kl_penalised(losses.clone(), tau)
            n = len(losses)
            worth = lambda q, losses=losses, tau=tau, n=n: (  # noqa: E731
                q @ losses - tau * torch.xlogy(q, q * n).sum()).item()
            bound = 1e-5 * max(1, tau, abs(value))
            expect(abs(worth(q) - value) < bound, "your q does not reach your value", "no-weights")
            for _ in range(5):
                other = torch.rand(n, generator=g, dtype=torch.float64)
                mixed = 0.8 * q + 0.2 * other / other.sum()
                expect(worth(mixed) <= value + bound, "another mixture is worth more than your "
                       "maximum", "wrong-tau")
    ### END HIDDEN TESTS


test_kl_penalised()
print("4.7b: visible checks passed")

# %% nbgrader={"grade_id": "ex4_7-ball", "solution": true}
def kl_ball(losses, rho):
    """max of E_q losses over all q with KL(q || p) <= rho, through the dual: a float."""
    from math import exp, log
    from scipy.optimize import minimize_scalar

    scale = losses.abs().max().clamp_min(1e-12)

    def dual(log_tau):
        """What is minimised, at tau = exp(log_tau) and for losses / scale: a float."""
        ### BEGIN SOLUTION
        tau = exp(log_tau)
        log_mean = torch.logsumexp(losses / scale / tau, 0) - log(len(losses))
        return (tau * (log_mean + rho)).item()
        ### END SOLUTION

    found = minimize_scalar(dual, bounds=(-18, 18), method="bounded", options={"xatol": 1e-8})
    return found.fun * scale.item()

# %% nbgrader={"grade_id": "ex4_7-ball-test", "points": 2}
@exercise("4.7")
def test_kl_ball():
    """Equal losses; a tiny ball; a ball that holds everything."""
    losses = torch.tensor([1.0, 2.0, 3.0, 6.0], dtype=torch.float64)
    got = kl_ball(losses.clone(), 0.1)
    expect(isinstance(got, float), "return a Python float", "no-float")
    expect(abs(got - 3) > 1e-3, "3 is the mean, which is what rho = 0 would give; here the dual "
           "has a term tau * rho", "wrong-dual")
    expect(3.0 <= got <= 6.0 + 1e-6, f"the worst mixture lies between the mean 3 and the largest "
           f"loss 6; yours: {got:.3f}", "outside")
    large = kl_ball(losses.clone(), 2.0)
    expect(abs(large - 6) < 1e-3, "rho = 2 is more than log 4: all weight may sit on the largest "
           f"loss, so the value is 6; yours: {large:.3f}. There tau gets tiny: does logsumexp keep "
           "it from overflowing, does tau multiply rho, too?", "narrow-search")
    even = kl_ball(torch.full((5,), 2.0).double(), 0.5)
    expect(abs(even - 2) < 1e-3, "five losses of 2: every mixture is worth 2; yours: "
           f"{even:.3f}. There tau gets tiny: does it multiply rho, too?", "narrow-search")
    small = kl_ball(losses.clone(), 1e-4)
    truth = 3 + (2 * 1e-4 * losses.var(correction=0).item()) ** 0.5
    expect(abs(small - truth) < 2e-3, f"a tiny ball adds sqrt(2 rho variance): {truth:.4f}; yours: "
           f"{small:.4f}: is it the log of a mean, and may tau be large?", "wrong-dual")
    ### BEGIN HIDDEN TESTS
    for losses in oracle_draws(474):
        for rho in (0.003, 0.1, 0.7, 3.0):
            truth, got = oracle_kl_ball(losses, rho), kl_ball(losses.clone(), rho)
            expect(abs(got - truth) <= 1e-4 * max(1e-3, losses.max().item()), f"for rho = {rho} "
                   f"and {len(losses)} losses the tilted mixture with KL = rho is worth "
                   f"{truth:.5f}, your dual says {got:.5f}", "narrow-search")
    ### END HIDDEN TESTS


test_kl_ball()
print("4.7c: visible checks passed")

# %% [markdown]
# The losses of the robust network on 200 digits, and what the worst mixtures make of them:

# %% id="dro-demo" tags=["demo"]
with torch.no_grad():
    losses = cross_entropy(robust(digits.x), digits.y).double()
print(f"mean {losses.mean():.3f}, largest {losses.max():.3f}")
for alpha in (0.5, 0.1, 0.02):
    print(f"CVaR, the worst {alpha:.0%}: {cvar(losses, alpha):.3f}")
for rho in (0.01, 0.1, 1.0):
    print(f"KL ball of radius {rho}: {kl_ball(losses, rho):.3f}")

# %% [markdown]
# A mean loss near zero hides a few examples that are far from it, and a worst mixture finds them.
# But which examples *matter* together? Often one knows: groups.
#
# ## Exercise 4.8: the worst group (3 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Deeper: nothing depends on it · Why: a model can be right 97 %
# of the time and wrong about most of a small group. The average does not tell.
#
# Real digits, 4 against 9, with a planted shortcut: a white mark in the corner, which in 95 % of
# the training images stands beside the 9s (and only there), in 5 % the other way round. Four
# groups: digit times mark. A test set with as many images of each group shows what was learned.
#
# Write `group_dro` (Sagawa et al. 2020). `steps` times, over all images at once:
#
# - the mean cross-entropy of each group that has images;
# - weights of the groups: multiply each by exp(eta * its loss), then divide all by their sum; they
#   start equal, and no gradient goes through them;
# - one step of `torch.optim.SGD(..., lr=lr, momentum=0.9, weight_decay=weight_decay)` on the
#   weighted sum of the group losses
#
# Trains `model` in place, leaves it in eval mode without gradients, and returns the last weights,
# shape (groups,). `groups`: (n,), whole numbers from 0 to 3, every one of which occurs.
#
# <details><summary>Hint 1: where to look</summary>
# One loss per example, then a mean per group: <code>losses[groups == k].mean()</code>.
# <details><summary>Hint 2: the idea</summary>
# Update q first, from detached losses, then use the new q in the step.
# <details><summary>Hint 3: nearly the code</summary>
# A <code>torch.stack</code> of one mean per group, <code>losses[groups == k].mean()</code>; q times
# the exponential of eta times each, normalised; <code>(q * each).sum().backward()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-planted", "locked": true}
def planted(images, n, agree, seed):
    """n digits 4 (class 0) and 9 (class 1) with a mark that agrees with the class this often."""
    g = torch.Generator().manual_seed(seed)
    kept = ((images.y == 4) | (images.y == 9)).nonzero()[:, 0]
    kept = kept[torch.randperm(len(kept), generator=g)][:n]
    x, y = images.x[kept].clone(), (images.y[kept] == 9).long()
    mark = torch.where(torch.rand(len(y), generator=g) < agree, y, 1 - y)
    x[mark == 1, :, :3, :3] = 1.0
    return x, y, 2 * y + mark


def group_accuracies(model, x, y, groups):
    """The accuracy in each of the four groups: a list."""
    right = ~evaluation.is_wrong(model, x, y)
    return [right[groups == k].double().mean().item() for k in range(4)]

# %% nbgrader={"grade_id": "oracle-groups", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_groups(train, seed, weight_decay=0.01):
    """Worst-group and average accuracy on a hidden split, by training and by plain averaging."""
    x, y, groups = planted(small_train, 2500, 0.95, seed)
    test = planted(small_test, 1900, 0.5, seed + 1)
    share = torch.stack([(groups == k).double().mean() for k in range(4)])
    found = {}
    for name, run in (("average", oracle_average), ("groups", train)):
        model = models.linear(196, 2, generator=torch.Generator().manual_seed(seed))
        run(lend(model), x, y, groups, steps=250, lr=0.05, weight_decay=weight_decay, eta=0.1)
        each = torch.tensor(group_accuracies(model, *test)).double()
        found[name] = (each.min().item(), (share @ each).item())
    return found


def oracle_average(model, x, y, groups, *, steps, lr, weight_decay, eta):
    """Plain training on the mean loss, with the same optimiser."""
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9, weight_decay=weight_decay)
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.eval()


def oracle_group_dro(group_dro):
    """At least 5 points for the worst group, at most 3 from the average."""
    found = oracle_groups(group_dro, 481)
    (worst, mean), (ours, ours_mean) = found["average"], found["groups"]
    expect(ours >= worst + 0.05, f"the worst group has {ours:.0%} right, with plain training "
           f"{worst:.0%}: group DRO must gain at least 5 points", "no-gain")
    expect(ours_mean >= mean - 0.03, f"the average falls from {mean:.1%} to {ours_mean:.1%}: at "
           "most 3 points are allowed", "average-lost")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_8-group_dro", "solution": true}
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    """Train model in place for the worst group; the last weights of the groups, (groups,)."""
    ### BEGIN SOLUTION
    count = int(groups.max()) + 1
    q = torch.full((count,), 1 / count)
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9, weight_decay=weight_decay)
    model.train()
    for _ in range(steps):
        losses = cross_entropy(model(x), y)
        each = torch.stack([losses[groups == k].mean() for k in range(count)])
        q = q * torch.exp(eta * each.detach())
        q = q / q.sum()
        optimizer.zero_grad()
        (q * each).sum().backward()
        optimizer.step()
    optimizer.zero_grad()
    model.eval()
    return q
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex4_8-group_dro-test", "points": 3}
@exercise("4.8")
def test_group_dro():
    """A model that cannot move (lr = 0): the weights have a closed form."""
    model = models.linear(2, 2)
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    y, groups = torch.tensor([0, 1, 0, 1, 0, 1]), torch.tensor([0, 1, 2, 3, 3, 3])
    with torch.no_grad():
        each = cross_entropy(model(x), y)
        losses = torch.stack([each[groups == k].mean() for k in range(4)])
    q = group_dro(lend(model), x, y, groups, steps=5, lr=0.0, weight_decay=0.0, eta=0.4)
    q = expect_tensor(q, (4,), "group_dro")
    expect(abs(q.sum() - 1) < 1e-5, f"the weights must sum to 1; yours sum to {q.sum():.3f}: "
           "divide in every step", "no-normalise")
    expect(q.argmax() == losses.argmax(), "the group with the largest loss must get the largest "
           "weight", "wrong-sign")
    expect(torch.allclose(q, torch.softmax(2.0 * losses, 0), atol=1e-4), "after five steps with "
           f"eta = 0.4 and fixed losses the weights are {torch.softmax(2.0 * losses, 0).tolist()}; "
           f"yours: {q.tolist()}", "wrong-update")
    expect(not model.training and all(p.grad is None or not p.grad.any()
                                      for p in model.parameters()),
           "leave the model in eval mode and without gradients", "mode-changed")
    still = group_dro(model, x, y, groups, steps=3, lr=0.1, weight_decay=0.0, eta=0.0)
    expect(torch.allclose(still, torch.full((4,), 0.25), atol=1e-5), "with eta = 0 the weights "
           "stay equal", "wrong-update")
    ### BEGIN HIDDEN TESTS
    oracle_group_dro(group_dro)
    ### END HIDDEN TESTS


test_group_dro()
print("4.8: visible checks passed")

# %% id="group-demo" tags=["demo"]
x, y, groups = planted(small_train, 3000, 0.95, 0)
fresh = planted(small_test, 1900, 0.5, 1)
names = ["4, no mark", "4, mark", "9, no mark", "9, mark"]
print("training images:", ", ".join(f"{n}: {(groups == k).sum()}" for k, n in enumerate(names)))
for title, eta in (("equal groups", 0.0), ("group DRO", 0.1)):
    net = models.linear(196, 2)
    q = group_dro(net, x, y, groups, steps=250, lr=0.05, weight_decay=0.01, eta=eta)
    print(f"{title}: " + ", ".join(f"{n}: {a:.1%}" for n, a in
                                   zip(names, group_accuracies(net, *fresh), strict=True)))
net = models.linear(196, 2)
training.fit(net, data.Images(x, y), epochs=10, generator=g, weight_decay=0.01, progress=False)
print("mean loss:    " + ", ".join(f"{n}: {a:.1%}" for n, a in
                                   zip(names, group_accuracies(net, *fresh), strict=True)))
framed = F.pad(fresh[0], [2, 2, 2, 2])
plots.show(plots.image_grid([framed[fresh[2] == k][:4] for k in range(4)], row_labels=names),
           alt="Four rows of digits: 4 without and with a white mark in the corner, 9 without and "
           "with it.")

# %% [markdown]
# Plain training reads the mark, because on average that pays: the two groups that contradict it are
# lost. Here equal weights for the groups already mend it, and the moving weights change little
# more. They pay where the groups are unequally hard.
#
# The weight decay is not decoration. A network that is large enough to bring every training loss to
# zero leaves nothing to re-weight: all group losses are zero, and group DRO gains nothing (Sagawa
# et al. 2020). Robust optimisation needs regularisation, or an early stop.
#
# ## Exercise 4.9: does regularisation make robust? (2 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: the paper names dropout,
# weight decay and batch normalisation among the strategies. They fight overfitting. Do they fight
# an attacker?
#
# Four networks (14 x 14) are trained, each just until it reads 93 % of 1,000 held-out digits:
# plain, with dropout, with weight decay, with batch normalisation. At **equal clean accuracy** they
# face PGD-20 at epsilon 0.1. Predict before you run: fill the dictionary with `"much"` (accuracy
# under attack at least 30 points above that of the plain network), `"little"` (within 30 points of
# it), or `"worse"` (at least 30 points below it). The hidden check trains them with another seed.
#
# <details><summary>Hint 1: where to look</summary>
# What does each of the three change: what the network sees of the attack, or only how it fits clean
# images?
# <details><summary>Hint 2: the idea</summary>
# None of them has ever shown the network a changed image.
# <details><summary>Hint 3: nearly the answer</summary>
# Remember the natural network of exercise 4.5 under PGD-40. A slightly better or slightly worse
# version of it stays where it was.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-regularised", "locked": true}
def regularised(kind, seed, goal=0.93):
    """A small network of this kind, trained until it reads `goal` of 1,000 held-out digits."""
    g, held = torch.Generator().manual_seed(seed), some(small_test, 1000, 9)
    net = models.small_cnn(g)
    if kind == "dropout":
        net.insert(7, nn.Dropout(0.5))
        net.insert(5, nn.Dropout(0.3))
    if kind == "batch normalisation":
        net.insert(3, nn.BatchNorm2d(32))
        net.insert(1, nn.BatchNorm2d(16))
    decay = 1e-3 if kind == "weight decay" else 0.0
    for _ in range(60):
        training.fit(net, data.sample(small_train, 2560, g), epochs=1, generator=g, lr=4e-3,
                     weight_decay=decay, progress=False)
        if evaluation.accuracy(net, [held]) >= goal:
            return net
    return net

# %% nbgrader={"grade_id": "oracle-regularised", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_verdicts(seed, n=200):
    """What each regularisation does to PGD-20 accuracy at epsilon 0.1: a share by name."""
    images, kept = some(small_test, n, seed), {}
    for kind in ("plain", "dropout", "weight decay", "batch normalisation"):
        net = regularised(kind, seed)
        kept[kind] = evaluation.robust_accuracy(net, [images], oracle_attack, 0.1)
    return kept
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex4_9-verdicts", "solution": true}
my_verdicts = {
    "dropout": "",
    "weight decay": "",
    "batch normalisation": "",
}
### BEGIN SOLUTION
my_verdicts = dict.fromkeys(("dropout", "weight decay", "batch normalisation"), "little")
### END SOLUTION

# %% nbgrader={"grade_id": "ex4_9-verdicts-test", "points": 2}
@exercise("4.9")
def test_verdicts():
    """The visible check sees to the form only."""
    kinds = {"dropout", "weight decay", "batch normalisation"}
    expect(isinstance(my_verdicts, dict) and set(my_verdicts) == kinds,
           f"my_verdicts needs the keys {sorted(kinds)}", "wrong-keys")
    expect(any(my_verdicts.values()), "exercise 4.9 is not written yet: fill in three words",
           "not-started")
    expect(set(my_verdicts.values()) <= {"much", "little", "worse"},
           'each answer is "much", "little" or "worse"', "wrong-word")
    ### BEGIN HIDDEN TESTS
    kept = oracle_verdicts(491)
    for kind in sorted(kinds):
        gain = kept[kind] - kept["plain"]
        truth = "much" if gain >= 0.3 else "worse" if gain <= -0.3 else "little"
        expect(my_verdicts[kind] == truth, f"{kind}: plain {kept['plain']:.0%}, with it "
               f"{kept[kind]:.0%} under PGD-20", "believes-in-regularisation")
    ### END HIDDEN TESTS


test_verdicts()
print("4.9: the form is right; the hidden check trains the networks")

# %% id="regularised-demo" tags=["demo"]
for kind in ("plain", "dropout", "weight decay", "batch normalisation"):
    net = regularised(kind, 0)
    found = evaluation.worst_case(net, [exam], {"pgd": partial(pgd40, steps=20)}, 0.1).accuracies()
    print(f"{kind:20} clean {found['clean']:.1%}   PGD-20 at 0.1 {found['pgd']:.1%}")
found = evaluation.worst_case(nets["PGD-2"], [exam], {"pgd": partial(pgd40, steps=20)}, 0.1)
print(f"{'adversarial training':20} clean {found.accuracies()['clean']:.1%}   "
      f"PGD-20 at 0.1 {found.accuracies()['pgd']:.1%}")

# %% [markdown]
# At about equal clean accuracy the three differ by a few points, and all of them lose more than two
# thirds of what they had. They close the gap between training and test images, which is worth
# having. The gap between an image and its neighbours closes only if somebody trains there.
#
# ## What you found
#
# Look back over your own numbers. A clean accuracy that stays while the robust one falls with the
# dimension. A penalty that no lasso can imitate. Two defences of three that withstood PGD and fell
# to an attack made for them, and one that did not. A training that looked well by its own exam and
# had collapsed. A bound that lets you say "at most", never "at least". And a group that the average
# hid.
#
# **Limits.** What is robust at epsilon 0.3 in every pixel is not robust at 0.35, nor against a
# rotation or a sticker. Adversarial training costs several times the passes and some clean
# accuracy. Its success is shown by attacks, so it is an upper bound; Lab 05 gives lower ones. Group
# DRO needs to know the groups.
#
# **The paper** (section 2.2) names overfitting, high dimension and lack of generalisation as
# sources (4.1), adversarial training (4.5, 4.6), regularisation (4.1, 4.9) and robust optimisation
# (4.7, 4.8) as strategies. Its reference on obfuscated gradients is exercise 4.3.
#
# **Read on.** Madry et al., *Towards deep learning models resistant to adversarial attacks*, 2018.
# Athalye, Carlini, Wagner, *Obfuscated gradients give a false sense of security*, 2018. Wong, Rice,
# Kolter, *Fast is better than free*, 2020. Rice, Wong, Kolter, *Overfitting in adversarially robust
# deep learning*, 2020. Croce and Hein, *Reliable evaluation of adversarial robustness with an
# ensemble of diverse parameter-free attacks*, 2020. Andriushchenko et al., *Square attack*, 2020.
# Schmidt et al., *Adversarially robust generalization requires more data*, 2018. Sagawa et al.,
# *Distributionally robust neural networks for group shifts*, 2020. Namkoong and Duchi,
# *Variance-based regularization with convex objectives*, 2017. Tramer et al., *On adaptive attacks
# to adversarial example defenses*, 2020.
#
# **Where next.** Lab 05 turns "nobody has broken it yet" into a proof, for small networks and small
# radii.

# %% [markdown]
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab04_robustness")
