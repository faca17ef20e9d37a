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
# | Points | 9 (9 checked by machine, 0 read by a person) |
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
def pgd(
    model,
    x,
    y,
    epsilon,
    *,
    project,
    generator,
    norm="linf",
    steps=40,
    step_size=0.02,
    loss=cross_entropy,
    early_stop=True,
):
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
    return pgd(
        model,
        x,
        y,
        epsilon,
        project=project,
        generator=g,
        steps=steps,
        loss=loss,
        step_size=2.5 * max(epsilon, 0.01) / steps,
    )


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
titles = [
    f"A reads {a}\nB reads {b}"
    for a, b in zip(
        *(model(carried[:8]).argmax(1).tolist() for model in offers.values()), strict=True
    )
]
plots.show(
    plots.image_grid(carried[:8], titles),
    alt="Eight changed digits. Network A misreads nearly all of them, network B nearly none.",
)

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
        expect(
            abs(got - rate) < 0.012,
            f"of 40,000 attacked examples in {d} dimensions "
            f"{rate:.3f} stay right, your formula says {got:.3f}",
            "wrong-formula",
        )
    double = gaussian_accuracy(2 * w, theta, sigma, epsilon)
    expect(
        abs(double - got) < 1e-9,
        "twice the weights are the same classifier: the accuracy may not change",
        "no-length",
    )


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
    expect(
        abs(clean - 0.92135) > 1e-4 and abs(clean - 0.99977) > 1e-4,
        "the noise of w.x has standard deviation sigma * ||w||_2; one of the two is missing",
        "no-length",
    )
    expect(
        abs(clean - 0.75804) < 1e-4,
        f"for w = (3, 4), theta = (1, 1), sigma = 2 and no attack "
        f"the accuracy is ndtr(7 / 10) = 0.758; yours: {clean:.3f}",
        "wrong-formula",
    )
    got = gaussian_accuracy(w, theta, 2.0, 0.5)
    expect(got < clean, "an attack lowers the accuracy; yours raises it", "wrong-sign")
    expect(
        abs(got - 0.67364) > 1e-4,
        "each coordinate may move by epsilon, so the margin falls "
        "by epsilon times the sum of the |w_i|; you used the Euclidean length",
        "wrong-norm",
    )
    expect(
        abs(got - 0.63683) < 1e-4,
        f"with epsilon = 0.5 it is ndtr(3.5 / 10) = 0.637; yours: {got:.3f}",
        "wrong-formula",
    )
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
series = {
    "clean": (dimensions, []),
    "spread over all d": (dimensions, []),
    "on 25 of d": (dimensions, []),
}
for d in dimensions:
    even = torch.full((d,), 2 / d**0.5, dtype=torch.float64)
    few = torch.cat([torch.full((25,), 0.4), torch.zeros(d - 25)]).double()
    series["clean"][1].append(gaussian_accuracy(even, even, 1.0, 0.0))
    series["spread over all d"][1].append(gaussian_accuracy(even, even, 1.0, 0.1))
    series["on 25 of d"][1].append(gaussian_accuracy(few, few, 1.0, 0.1))
figure = plots.curves(
    series,
    xlabel="dimension d (numbers in one input)",
    ylabel="accuracy, epsilon = 0.1 sigma",
    title="At equal clean accuracy",
)
plots.show(
    figure,
    alt="Clean accuracy is flat at 97.7 percent. Under attack it falls steeply with "
    "the dimension when the signal is spread over all, and stays when it sits on 25.",
)
print(
    "spread:",
    ", ".join(
        f"d = {d}: {a:.1%}" for d, a in zip(dimensions, series["spread over all d"][1], strict=True)
    ),
)
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
figure = plots.curves(
    series,
    xlabel="number of training examples n (logarithmic)",
    ylabel="accuracy on fresh examples",
    title="784 coordinates, 25 with signal",
)
figure.axes[0].set_xscale("log")
plots.show(
    figure,
    alt="Clean accuracy is near its best from 1,000 examples on; the attacked one "
    "needs about ten times as many, and fewer when small weights are cut.",
)

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
    model.load_state_dict(
        {"1.weight": torch.tensor([[0.0], [1.0]]), "1.bias": torch.tensor([0.5, 0.0])}
    )
    seen = data.Images(torch.tensor([0.9, 0.8, 0.7, 0.6]).reshape(4, 1, 1, 1), torch.ones(4).long())
    fresh = data.Images(
        torch.tensor([0.9, 0.55, 0.3, 0.2, 0.1]).reshape(5, 1, 1, 1), torch.ones(5).long()
    )
    down = lambda model, x, y, epsilon: x - epsilon  # noqa: E731
    got = gaps(model, seen, fresh, down, 0.1)
    expect(
        isinstance(got, dict) and set(got) == {"clean", "robust"},
        'return a dictionary with the keys "clean" and "robust"',
        "no-dict",
    )
    expect(
        got["clean"] > 0,
        "the gap is train minus test: here the model is better on what it has "
        "seen, so the gap is positive",
        "reversed",
    )
    expect(
        abs(got["clean"] - 0.6) < 1e-6,
        f"all 4 training and 2 of 5 test images are right, so "
        f"the clean gap is 0.6; yours: {got['clean']:.3f}",
        "wrong-share",
    )
    expect(
        abs(got["robust"] - 0.55) < 1e-6,
        f"under the attack 3 of 4 and 1 of 5 stay right: the "
        f"robust gap is 0.75 - 0.2 = 0.55; yours: {got['robust']:.3f}",
        "wrong-share",
    )
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(412)
    for n, m in ((600, 70), (1, 300)):
        sets = [
            data.Images(torch.rand(k, 1, 1, 1, generator=g), torch.randint(0, 2, (k,), generator=g))
            for k in (n, m)
        ]
        for epsilon in (0.0, 0.2):
            toward = lambda model, x, y, e: (x - e * (2 * y - 1).reshape(-1, 1, 1, 1)).clamp(0, 1)  # noqa: E731
            got = gaps(model, *sets, toward, epsilon)
            truth = {"clean": [], "robust": []}
            for x, y in sets:
                score = (2 * y - 1) * (x.flatten() - 0.5)
                truth["clean"].append((score > 0).double().mean().item())
                truth["robust"].append((score > epsilon).double().mean().item())
            for name, (first, second) in truth.items():
                expect(
                    abs(got[name] - (first - second)) < 1e-6,
                    f"on random images the {name} gap is off",
                    "wrong-share",
                )
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
        training.fit(
            net, few, epochs=20_000 // n + 2, generator=g, weight_decay=decay, progress=False
        )
        for kind, gap in gaps(net, some(few, min(n, 500), 1), probe, pgd10, 0.03).items():
            rows.setdefault(f"{kind}, decay {decay:g}", (counts, []))[1].append(gap)
figure = plots.curves(
    rows,
    xlabel="number of training images (logarithmic)",
    ylabel="train minus test accuracy",
    title="Overfitting, epsilon 0.03",
)
figure.axes[0].set(xscale="log", ylim=(-0.03, 0.5))
plots.show(
    figure,
    alt="The gap between training and test accuracy falls with the number of images; "
    "the robust gap is several times as large as the clean one.",
)
print(
    "\n".join(
        f"{name}: " + ", ".join(f"{n}: {gap:.1%}" for n, gap in zip(*row, strict=True))
        for name, row in rows.items()
    )
)

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
        expect(
            torch.allclose(got, truth, atol=1e-8, rtol=0),
            "a corner of the cube gives another squared loss than your worst",
            "not-worst",
        )
        label = torch.where(y > 0, 1.0, -1.0).double()
        truth = torch.log1p(torch.exp(-label[:, None] * reached)).amax(1)
        got = expect_tensor(logistic(w, x, label, epsilon), (7,), "worst_logistic")
        expect(
            torch.allclose(got, truth, atol=1e-8, rtol=0),
            "a corner of the cube gives another logistic loss than your worst",
            "not-worst",
        )


def oracle_largest_margin(x, y):
    """The largest epsilon that some w survives: a linear programme over w = u - v."""
    from scipy.optimize import linprog

    n, d = x.shape
    signed = (y[:, None] * x).numpy()
    rows = torch.cat([torch.ones(n, 1), torch.from_numpy(-signed), torch.from_numpy(signed)], 1)
    unit = torch.cat([torch.zeros(1, 1), torch.ones(1, 2 * d)], 1)
    return -linprog(
        [-1.0] + [0.0] * 2 * d,
        A_ub=rows,
        b_ub=[0.0] * n,
        A_eq=unit,
        b_eq=[1.0],
        bounds=[(None, None)] + [(0, None)] * 2 * d,
    ).fun


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
            expect(
                (y * (x @ w) > epsilon * w.abs().sum()).all(),
                "your w loses an example under attack, although another w loses none",
                "not-robust",
            )
        expect(
            robust_separator(x, y, 1.05 * largest + 0.02) is None,
            "no w survives this epsilon, and you returned one: return None",
            "claims-impossible",
        )


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
    expect(
        (got - 0.25).abs().amin() > 1e-6,
        "the attacker moves w.x away from y on whichever side "
        "it is: up for w.x = -1 and y = -3, down for y = 1; yours goes one way",
        "one-side",
    )
    expect(
        abs(got[0] - 5.5) > 1e-6,
        "you added the L1 term to the loss, as a lasso would; it "
        "belongs to the residual, inside the square",
        "outside-loss",
    )
    expect(
        torch.allclose(got, torch.tensor([12.25, 12.25]).double(), atol=1e-8),
        f"residual 2, ||w||_1 = 3, epsilon = 0.5: the worst is 3.5^2 = 12.25; yours: "
        f"{got.tolist()}",
        "wrong-norm",
    )
    y = torch.tensor([1.0, -1.0], dtype=torch.float64)
    got = expect_tensor(worst_logistic(w, x, y, 0.5), (2,), "worst_logistic")
    expect(
        abs(got[1] - 1.81326) > 1e-4,
        "you added the L1 term to the loss; it belongs to the margin, inside the logarithm",
        "outside-loss",
    )
    truth = torch.log1p(torch.tensor([2.5, 0.5], dtype=torch.float64).exp())
    expect(
        torch.allclose(got, truth, atol=1e-8),
        f"margins -1 and 1 fall to -2.5 and -0.5, the "
        f"losses are {truth.tolist()}; yours: {got.tolist()}",
        "wrong-norm",
    )
    far = worst_logistic(1000 * w, x, y, 0.0)
    expect(
        torch.isfinite(far).all(),
        "a margin of -1000 gives infinity: use F.softplus, which is "
        "log(1 + exp(.)) without overflow",
        "overflow",
    )
    expect(
        torch.allclose(far, 1000 * (1 + y) / 2, atol=1e-8),
        f"a margin of -1000 costs 1000, one of 1000 nothing; yours: {far.tolist()}",
        "overflow",
    )
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
    {
        "added by the attack": (margin_line.tolist(), added.tolist()),
        "added by a lasso": (margin_line.tolist(), ones.tolist()),
    },
    xlabel="margin y * w.x before the attack",
    ylabel="added to the logistic loss",
    percent=False,
    title="epsilon = lambda = 1, ||w||_1 = 1",
)
plots.show(
    figure,
    alt="What the attack adds is one for examples that are wrong and fades to zero "
    "once the margin is safe; what a lasso adds is one everywhere.",
)

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
        expect(
            w is not None,
            f"w = (1, 1) has margins 1.1, 1.1 and 2, and loses {2 * epsilon:g} "
            f"at epsilon = {epsilon}: a robust separator exists, and you returned None",
            "gives-up",
        )
        w = expect_tensor(w, (2,), "robust_separator").double()
        left = y * (x @ w) - epsilon * w.abs().sum()
        expect(
            (left > 0).all(),
            f"at epsilon = {epsilon} your w = {w.tolist()} leaves the margins "
            f"{left.tolist()}: all must be positive",
            "not-robust",
        )
    expect(
        robust_separator(x, y, 0.7) is None,
        "at epsilon = 0.7 the margins of the first two "
        "examples add up to 1.1 * (w1 + w2), and the attack takes 1.4 * ||w||_1: there is no "
        "robust separator, return None",
        "claims-impossible",
    )
    both = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    expect(
        robust_separator(both, torch.tensor([1.0, -1.0]).double(), 0.1) is None,
        "one point with two labels cannot be separated at all: return None",
        "claims-impossible",
    )
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
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab04_robustness")
