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
# | Time | 150 minutes for exercises 4.1 to 4.6; about 50 more for the deeper ones |
# | Points | 22 (19 checked by machine, 3 read by a person) |
# | You need | Lab 01 (FGSM, PGD, margins); a little probability |
# | It runs in | about 40 CPU seconds |
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

from safetylab import data, evaluation, models, plots, widgets
from safetylab.checks import exercise, expect, expect_tensor, untouched

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


def pgd40(model, x, y, epsilon, loss=cross_entropy, steps=40):
    """PGD in the L-infinity ball with 40 steps, as in Lab 01."""
    return pgd(model, x, y, epsilon, project=project, generator=g, steps=steps, loss=loss,
               step_size=2.5 * max(epsilon, 0.01) / steps)


offers = {"offer A": models.Quantised(standard, 8), "offer B": robust}
for name, model in offers.items():
    left = evaluation.robust_accuracy(model, batches, pgd40, 0.2)
    print(f"{name}: PGD-40 at epsilon 0.2 leaves {left:.1%}")

# %% [markdown]
# Now the same digits, changed by somebody who attacked an ordinary network instead and carried the
# result over. Nobody moved a pixel by more than 0.2.

# %% id="hook-transfer" tags=["demo"]
carried = pgd40(standard, *digits, 0.2)
for name, model in offers.items():
    left = 1 - evaluation.is_wrong(model, carried, digits.y).float().mean()
    print(f"{name}: the carried digits leave {left:.1%}")
titles = [f"A reads {a}\nB reads {b}" for a, b in
          zip(*(model(carried[:8]).argmax(1).tolist() for model in offers.values()), strict=True)]
plots.show(plots.image_grid(carried[:8], titles),
           alt="Eight changed digits. Network A misreads nearly all of them, network B nearly none.")

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
            toward = lambda model, x, y, e: (x - e * (2 * y - 1).reshape(-1, 1, 1, 1)).clamp(0, 1)  # noqa: E731
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
from safetylab import training

probe, pgd10 = some(small_test, 500, 0), partial(pgd40, steps=10)
counts, rows = [300, 1000, 3000, 10_000], {}
for decay in (0.0, 0.01):
    for n in counts:
        few, net = some(small_train, n, 0), models.small_cnn()
        training.fit(net, few, epochs=20_000 // n + 2, generator=g, weight_decay=decay,
                     progress=False)
        for kind, gap in gaps(net, some(few, min(n, 500), 1), probe, pgd10, 0.03).items():
            rows.setdefault(f"{kind}, decay {decay:g}", (counts, []))[1].append(gap)
figure = plots.curves(rows, xlabel="number of training images (logarithmic)",
                      ylabel="train minus test accuracy", title="Overfitting, epsilon 0.03")
figure.axes[0].set(xscale="log", ylim=(-0.03, 0.5))
plots.show(figure, alt="The gap between training and test accuracy falls with the number of images; "
           "the robust gap is several times as large as the clean one.")
print("\n".join(f"{name}: " + ", ".join(f"{n}: {gap:.1%}" for n, gap in zip(*row, strict=True))
                for name, row in rows.items()))

# %% [markdown]
# The robust gap is the larger one, and it closes later. That is the third source, the lack of
# generalisation: what holds at a training image does not hold around it.
# %% [markdown]
# ## Exercise 4.2: an L1 term inside the loss (5 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: adversarial training is often called "just a
# regularisation". For a linear model one can write down which one, and that it is none that you
# could add to the loss from outside.
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

# %% nbgrader={"grade_id": "ex4_2-losses-test", "points": 2}
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
# penalty goes out by itself, a lasso's never does. So no lambda can imitate it. For a proof you need
# data on which the two disagree for *every* lambda:
#
# Let some `w` be right on all examples even under attack: `y * w.x > epsilon * ||w||_1`. Then
# `t * w` is, too, for every t > 0, and as t grows the attacked loss falls to 0. Its minimum is at
# infinity. The lasso's loss at `t * w` is at least `lambda * t * ||w||_1`, for every lambda > 0: its
# minimum is somewhere finite.
#
# **b. `robust_separator(x, y, epsilon)`**: find such a `w`, shape (d,), or return `None` if there
# is none. No intercept. A witness proves itself, so any right `w` counts. The checks keep 5 % away
# from the epsilon at which it becomes impossible.
#
# <details><summary>Hint 1: where to look</summary>
# The condition is linear in w but for the L1 norm, and t * w is as good as w. Fix the scale in a way
# that gets rid of the strict inequality.
# <details><summary>Hint 2: the idea</summary>
# Among all w with y * w.x &gt;= 1 look for the one with the smallest ||w||_1: a linear programme. If
# even that one has epsilon * ||w||_1 &gt;= 1, there is no robust separator.
# <details><summary>Hint 3: nearly the code</summary>
# Write w = u - v with u, v &gt;= 0 (scipy's linprog assumes that of all its variables), minimise the
# sum of u and v subject to <code>-y * (x @ (u - v)) &lt;= -1</code>. Infeasible means None
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

# %% nbgrader={"grade_id": "ex4_2-separator-test", "points": 3}
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
# ## Exercise 4.3: build the exam (10 points)
#
# Difficulty: 4 of 5 · Minutes: 45 · Why: of nine defences accepted at one conference, seven only hid
# their gradient, and fell within weeks (Athalye et al. 2018). Whoever had run the checks below
# would have known before.
#
# **a. The alarms.** `evaluation.sanity` measures, and judges nothing. It runs four attacks (one
# gradient step, many steps, examples made on another network, random points of the ball) and the
# attack of many steps at growing radii, all on the same images. You write the judge:
# `alarms(measured, slack=0.02)` returns the names of the alarms that ring, in this order:
#
# | alarm | rings when | because |
# |---|---|---|
# | `"one-step"` | accuracy `one_step` is more than slack below `many_steps` | more steps must not be weaker |
# | `"transfer"` | accuracy `transfer` is more than slack below `many_steps` | who sees less must not win more |
# | `"random"` | `random_only` is more than slack | chance must not find what the gradient misses |
# | `"unbounded"` | the largest of `epsilons` is at least 0.5, and the last value of `curve` is more than slack above `largest_class` | at 0.5 every image can become plain grey, and a model that sees grey can only guess |
# | `"rising"` | some value of `curve` is more than slack above an earlier one | a larger ball holds the smaller one |
# | `"silent"` | `silent` is above one half | an attack without a gradient stands still |
# | `"unsteady"` | `unsteady` is above one half | one gradient of a random model is one opinion of many |
#
# The first five are Athalye's, the last two you know from Lab 01. `slack` is there because a few
# images more or less prove nothing.
#
# - `measured`: a dictionary with the keys above (accuracies and shares in [0, 1]; `epsilons`, growing,
#   and `curve` are lists)
# - returns a list of names; an empty one when nothing rings
#
# <details><summary>Hint 1: where to look</summary>
# Seven comparisons. The only one with a loop is "rising".
# <details><summary>Hint 2: the idea</summary>
# A curve may fall first and rise later: compare each value with the smallest one before it, not only
# with its neighbour.
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
    return evaluation.sanity(model, [images], attacks, 0.2, [0.1, 0.2, 0.3, 0.6])


def oracle_alarms(alarms):
    """Real measurements of the three defences, and of an ordinary network."""
    suspects = defences(431)
    suspects["standard"] = models.pretrained("mnist_cnn")
    for name, model in suspects.items():
        measured = oracle_measure(model, 60, 432)
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
# - **B** blacks out four fifths of the pixels, at random, anew at every look; its net was trained on
#   such images
# - **C** has no front; its net was trained against an attack

# %% id="exam-demo" tags=["demo"]
def fgsm_step(model, x, y, epsilon):
    """One gradient step from x itself."""
    z = x.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(cross_entropy(model(z), y).sum(), z)
    return (x + epsilon * slope.sign()).clamp(0, 1)


def transfer(model, x, y, epsilon):
    """PGD-40 on the standard network, whatever the model."""
    return pgd40(standard, x, y, epsilon)


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
measured = {name: evaluation.sanity(model, batches, battery, 0.2, [0.1, 0.2, 0.3, 0.4, 0.6])
            for name, model in suspects.items()}
print(evaluation.sanity_report(measured, alarms))

# %% id="exam-curves" tags=["demo"]
series = {name: (row["epsilons"], row["curve"]) for name, row in measured.items()}
figure = plots.curves(series, xlabel="epsilon (largest change of a pixel)",
                      ylabel="accuracy under PGD-40", title="What a careless examiner sees")
plots.show(figure, alt="PGD-40 accuracy against epsilon: the standard network falls at once, C holds "
           "to 0.3 and then falls, A and B stay high where they should long have fallen.")

# %% [markdown]
# A rings nearly everything. B is caught by its unsteadiness: PGD asked it once per step, and each
# time it answered for another fifth of the picture. C rings nothing. That is not yet praise: an
# alarm proves that an exam failed; silence proves nothing.
#
# ### Predict: who survives?
#
# In a minute each of the three gets an attack made for it, at epsilon 0.2. Which will keep more than
# half of the digits? Write the letters, for example `"AC"`.

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
# b: compute front(z), cut it loose from its history, let it require a gradient. c: add up the losses
# of all draws, divide by their number, differentiate once. No sign: whoever takes the step does
# that, and signs of single draws would throw away how sure each of them is.
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
    expect(likeness > 0.6 > single, f"two means of 60 draws must point the same way (cosine "
           f"{likeness:.2f}), and a single draw elsewhere ({single:.2f})", "one-draw")
    plain = models.pretrained("mnist_cnn")
    z = images.x.clone().requires_grad_(True)
    (truth,) = torch.autograd.grad(cross_entropy(plain(z), images.y).sum(), z)
    got = eot_gradient(plain, *images, cross_entropy, 4)
    expect(torch.allclose(got, truth, atol=1e-5), "on a model that does not draw, the result is its "
           "gradient", "wrong-gradient")
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
    expect((end - x).abs().max() <= 0.2 + 1e-6, "the end lies outside the ball: project after every "
           "step", "project-once")
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
# Now the adaptive attacks, one for each defence: the gradient around the rounding for A, the mean of
# 20 draws for B, and for C both losses.

# %% id="adaptive-demo" tags=["demo"]
def gradient_for(name, model):
    """The gradient that each defence deserves."""
    front, net = model
    if name == "A":
        return lambda z, y: bpda_gradient(front, net, z, y, cross_entropy)
    return lambda z, y: eot_gradient(model, z, y, cross_entropy, 20 if name == "B" else 1)


half = list(data.batches(digits.x[:100], digits.y[:100]))
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
# accidents do not cancel but push about. The mean over draws cancels them before the sign is
# taken. (b) An attack that fails shows that this attack failed. Accuracy under any attack is an upper
# bound of the true robust accuracy; a better attack may lower it. Only a proof (Lab 05) bounds it
# from below. (c) The code and the weights, and the report of an attack that was made for this
# defence by somebody who knew how it works.
#
# Rubric:
#
# - 1 point: says that single draws are noisy and that the sign (or the step) is taken before they
#   can average out
# - 1 point: says that surviving attacks gives only an upper bound, or that no alarm is no proof
# - 1 point: asks for something that makes an adaptive attack possible or shows one (code, weights,
#   a description of the randomness, an adaptive attack by others)
#
# Sample A (3/3): "Every draw shows other pixels, so each signed step is mostly luck; averaging first
# removes the luck. C has only survived my attacks: the real robust accuracy can be lower, never
# higher. I would ask for the code, to write an attack against exactly this defence."
#
# Sample B (1/3): "B is random so PGD cannot hit it. C passed all tests, so it is robust at epsilon
# 0.2. I would ask for the source code."
# ### END SOLUTION

# %% [markdown]
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab04_robustness")
