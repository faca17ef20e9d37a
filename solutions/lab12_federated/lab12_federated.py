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
# # Lab 12: learning without sharing data
#
# Ten hospitals train one model. No picture leaves a hospital; only what the model should change
# does. What does that protect, and what has to be added before it protects anything?
#
# By the end you will be able to
#
# - write what a client does in federated averaging, and get its picture back from what it sends,
# - share a secret so that any $t$ of $n$ people can open it and $t - 1$ know nothing,
# - add up numbers that nobody may see, with clients that drop out on the way,
# - say what a sum still tells, and why noise that hides it from one attack may not hide it from
#   the next.
#
# | | |
# |---|---|
# | Paper | section 3.3 (privacy: federated learning, secure multi-party computation) |
# | Time | Part A 80 min, Part B 70 min; deeper 85 min |
# | Points | 55 (50 checked by machine, 5 read by a person) |
# | You need | Python, gradients, a little PyTorch; remainders (17 % 5); Lab 00 |
# | It runs in | about 40 CPU seconds in all, 6 without the demonstrations; 1.3 GiB of memory |
#
# | symbol | meaning | name in code, shape |
# |---|---|---|
# | $n_k$ | how many images client $k$ has | `len(y)` |
# | $\eta$, $E$ | step size, number of local steps | `lr`, `steps` |
# | $p$ | the prime; the numbers of the field are 0 to $p - 1$ | `p`; here `PRIME` is $2^{31} - 1$ |
# | $s$ | a secret, or a vector of $m$ of them | `secret`, (m,), int64 |
# | $n$, $t$ | how many parties hold a share, how many of them open a secret | `n`, `t` |
# | | what each party holds | `shares`, (n, m), int64 |
#
# Only MNIST is attacked here, because its digits are nobody's secret.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import hashlib
from copy import deepcopy
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

from safetylab import data, evaluation, models, page, plots, training, widgets
from safetylab.checks import exercise, expect, expect_tensor, lend, untouched

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(12)

# %% nbgrader={"grade_id": "setup-gradient", "locked": true}
def client_gradient(model, x, y):
    """What a client sends: the gradient of its mean loss, one tensor per parameter."""
    return list(torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters())))

# %% [markdown]
# # Part A: what a client sends
#
# About 80 minutes: exercises 12.1 to 12.3.

# %% [markdown]
# ## It breaks
#
# A client trains on one digit. It keeps the digit and sends the gradient: 397,510 numbers, nine in
# ten of which are exactly 0, and the rest says nothing when you print it. Six stretches of 784 of
# them are drawn below, orange above zero and purple below.

# %% id="hook" tags=["demo"]
test = data.mnist("test")
network = models.mlp(784, 500, 10, generator=torch.Generator().manual_seed(0))
ten = data.sample(test, 10, torch.Generator().manual_seed(1))
every = [client_gradient(network, x[None], y[None]) for x, y in zip(*ten, strict=True)]
one, added = every[0][0], sum(layers[0] for layers in every)
zeros = torch.cat([layer.flatten() for layer in every[0]]) == 0
print(f"{zeros.float().mean():.0%} of the {len(zeros):,} numbers that a client sends are 0")
rows = one.abs().amax(1).topk(6).indices
stretches = [part[rows] / part[rows].abs().amax() for part in (one, added)]
figure = plots.image_grid([part.reshape(-1, 1, 28, 28) for part in stretches], signed=True,
                          row_labels=["one client", "sum of ten"], unit="gradient / largest")
plots.show(figure, alt="Six pieces of a gradient as pictures. In the upper row, from one client, "
           f"each shows the same digit, a {ten.y[0]}; in the lower row, the sum of ten clients, "
           "several digits lie over each other.")

# %% [markdown]
# The upper row is what one client sent. No attack was needed: the picture is in the message.
#
# The lower row is the sum over ten clients, each with its own digit. The digits hide behind each
# other, and that is the idea behind *secure aggregation*: let nobody see anything but the sum. You
# will build it, and then you will see how much it hides.
#
# ## Exercise 12.1: what a client does (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: federated averaging, FedAvg (McMahan et al. 2017), is what
# "federated learning" means in practice. Half of it is a mean; the other half is yours.
#
# One round: the server sends its model; each client makes some steps of gradient descent on its own
# data; the server takes the mean of what comes back, in which client $k$ counts $n_k /
# \sum_j n_j$: its examples by all examples. That mean is given:

# %% nbgrader={"grade_id": "setup-average", "locked": true}
def average(states, sizes):
    """The weighted mean of the clients' parameters: dicts name -> tensor, examples of each."""
    total = sum(sizes)
    return {name: sum(n / total * state[name] for n, state in zip(sizes, states, strict=True))
            for name in states[0]}

# %% [markdown]
# Write `local_training(model, x, y, lr, steps)`, the client. It makes `steps` steps of plain
# gradient descent with the step size `lr` on **all** its examples at once (no momentum), with the
# gradient of the mean loss that `client_gradient` gives.
#
# - returns the parameters after the last step, a dict name -> tensor without a graph, with the
#   names of `model.state_dict()`
# - the server's `model` stays as it was: train a copy (`deepcopy`)
#
# <details><summary>Hint 1: where to look</summary>
# Copy the model first. Then, in every step, ask for the gradient <em>of the copy</em>.
# <details><summary>Hint 2: the idea</summary>
# Inside <code>torch.no_grad()</code> you may change a parameter in place. The gradients come in the
# order of <code>worker.parameters()</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worker = deepcopy(model)</code>. Then <code>steps</code> times: <code>slopes =
# client_gradient(worker, x, y)</code>, and inside <code>torch.no_grad()</code> for
# <code>parameter, slope</code> in <code>zip(worker.parameters(), slopes)</code>:
# <code>parameter.sub_(lr * slope)</code>. Return <code>dict(worker.state_dict())</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-local", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_descent(model, x, y, lr, steps):
    """Gradient descent in the parameters as a dict, by torch.func: no copy, nothing in place."""
    from torch.func import functional_call, grad

    def loss(parameters):
        return F.cross_entropy(functional_call(model, parameters, (x,)), y)

    parameters = {name: value.detach() for name, value in model.named_parameters()}
    for _ in range(steps):
        gradient = grad(loss)(parameters)
        parameters = {name: value - lr * gradient[name] for name, value in parameters.items()}
    return parameters


def oracle_clients(g, *sizes):
    """Three clients of other sizes, and a network of several layers in float64."""
    model = models.mlp(6, *sizes, 3, generator=g, dtype=torch.float64)
    clients = [(2 * k + torch.randn(n, 6, generator=g, dtype=torch.float64),
                torch.randint(0, 3, (n,), generator=g)) for k, n in enumerate((4, 9, 2))]
    return model, clients


def oracle_client_by_client(local_training):
    """Other networks, step sizes and numbers of steps, one client at a time."""
    g = torch.Generator().manual_seed(1212)
    for lr, steps, sizes in ((0.03, 4, ()), (0.7, 2, (5,)), (0.2, 9, (5, 4))):
        model, clients = oracle_clients(g, *sizes)
        for x, y in clients:
            got, truth = local_training(model, x, y, lr, steps), oracle_descent(model, x, y, lr,
                                                                               steps)
            expect(set(got) == set(truth), f"return the names {sorted(truth)}; yours are "
                   f"{sorted(got)}", "wrong-names")
            off = max((got[name].double() - truth[name]).abs().max().item() for name in truth)
            expect(off < 1e-6, f"with {len(y)} examples, lr = {lr}, {steps} steps and "
                   f"{len(sizes) + 1} layers your parameters are {off:.2g} off", "wrong-step")


def oracle_one_step_theorem(local_training):
    """One local step and a mean: the central step. More steps: another point."""
    model, clients = oracle_clients(torch.Generator().manual_seed(1211), 5)
    sizes = [len(y) for _, y in clients]
    for steps in (1, 6):
        mean = average([dict(local_training(model, x, y, 0.3, steps)) for x, y in clients], sizes)
        x, y = (torch.cat(parts) for parts in zip(*clients, strict=True))
        central = oracle_descent(model, x, y, 0.3, steps)
        apart = max((mean[name] - central[name]).abs().max().item() for name in central)
        expect(apart < 1e-9 if steps == 1 else apart > 1e-4,
               f"{steps} local step(s) and a mean end {apart:.2g} from {steps} central step(s); "
               "one step must agree, several must not", "not-central")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_1-local", "solution": true}
def local_training(model, x, y, lr, steps):
    """The parameters of a copy of model after some full-batch steps: a dict name -> tensor."""
    ### BEGIN SOLUTION
    worker = deepcopy(model)
    for _ in range(steps):
        gradients = client_gradient(worker, x, y)
        with torch.no_grad():
            for parameter, gradient in zip(worker.parameters(), gradients, strict=True):
                parameter -= lr * gradient
    return {name: value.detach() for name, value in worker.state_dict().items()}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_1-local-test", "points": 3}
@exercise("12.1")
def test_local_training():
    """A linear model of two classes, all zero, then all one; four of five are of class 1."""
    model, y = models.linear(2, 2), torch.tensor([1, 1, 1, 1, 0])
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    for lr, steps in ((0.1, 0), (0.1, 1), (0.1, 2), (0.5, 3)):
        try:
            got = local_training(lend(model), torch.zeros(5, 2), y, lr, steps)
        except RuntimeError as error:
            expect("does not require grad" not in str(error), "torch says: no gradient inside "
                   "torch.no_grad(). Ask for the gradient before it, and only change the "
                   "parameters inside", "inside-no-grad")
            raise
        expect(all((value == 0).all() for value in model.state_dict().values()),
               "your code changed the server's model: train a copy of it", "model-changed")
        expect(isinstance(got, dict) and set(got) == {"1.weight", "1.bias"}, "return a dict with "
               "the names of model.state_dict(), here 1.weight and 1.bias", "no-dict")
        bias = expect_tensor(got["1.bias"], (2,), "the 1.bias of local_training")
        path = [0.0]  # on black images only the bias moves; class 1 has probability sigmoid(2 b)
        for _ in range(steps):
            path.append(path[-1] + lr * (0.8 - 1 / (1 + np.exp(-2 * path[-1]))))
        mine, truth = bias[1].item(), path[-1]
        expect(steps == 0 or mine >= 0, "your steps go up the loss: subtract lr times the gradient",
               "wrong-sign")
        expect(steps != 1 or abs(mine - 5 * truth) > 1e-6, "your step is five times too long with "
               "five examples: the loss is their mean, not their sum", "sum-not-mean")
        expect(steps != 2 or abs(mine - 2 * path[1]) > 1e-6, "both steps used the same gradient: "
               "ask for a new one in every step, at the place where the copy is now",
               "stale-gradient")
        expect(torch.allclose(bias.double(), torch.tensor([-truth, truth]).double(), atol=1e-6),
               f"after {steps} step(s) with lr = {lr} the bias must be {truth:.5f} for class 1 and "
               f"minus that for class 0; yours: {bias[1]:.5f} and {bias[0]:.5f}", "wrong-step")
    for parameter in model.parameters():
        torch.nn.init.ones_(parameter)
    x = torch.tensor([[5.0, 0.0], [0.0, 5.0], [5.0, 5.0], [0.0, 0.0], [-5.0, 0.0]])
    with untouched(model.eval()):
        got = local_training(model, x, y, 0.2, 1)
    weight = expect_tensor(got["1.weight"], (2, 2), "the 1.weight")
    mine = weight[1].tolist()
    expect(max(abs(mine[0] - 0.3), abs(mine[1] - 0.2)) > 1e-6, "you forget where the server's "
           "model stands: return the parameters after the last step, not their change; and train a "
           "copy, not a new model", "no-start")
    expect(max(abs(mine[0] - 1.3), abs(mine[1] - 1.2)) < 1e-6, "from 1 and 1, one step with lr = "
           f"0.2 takes the weights of class 1 to 1.3 and 1.2; yours: {mine[0]:.5f} and "
           f"{mine[1]:.5f}", "wrong-weights")
    ### BEGIN HIDDEN TESTS
    oracle_client_by_client(local_training)
    oracle_one_step_theorem(local_training)
    ### END HIDDEN TESTS


test_local_training()
print("12.1: visible checks passed")

# %% [markdown]
# ### Ten clients, one model
#
# Ten clients with 300 digits each, drawn at random from the training set, and a linear model.
# `federate` is a round, repeated. The curve "central" is one machine that has all 3,000 digits and
# makes one step a round. Accuracy is on 2,000 digits of the test set.

# %% id="federated-demo" tags=["demo"]
def federate(model, clients, rounds, lr, steps, watch):
    """FedAvg in place; returns watch(model) after each round."""
    seen = []
    for _ in range(rounds):
        states = [local_training(model, x, y, lr, steps) for x, y in clients]
        model.load_state_dict(average(states, [len(y) for _, y in clients]))
        seen.append(watch(model))
    return seen


train = data.mnist("train")
mixed = data.sample(train, 3000, torch.Generator().manual_seed(2))
alike = list(data.batches(mixed.x, mixed.y, 300))
watch = partial(evaluation.accuracy, batches=list(data.batches(test.x[:2000], test.y[:2000])))
series = {}
for name, parts, steps in (("central, 1 step", [mixed], 1), ("FedAvg, 1 step", alike, 1),
                           ("FedAvg, 5 steps", alike, 5), ("FedAvg, 20 steps", alike, 20)):
    series[name] = (range(1, 13), federate(models.linear().eval(), parts, 12, 0.1, steps, watch))
    print(f"{name}: {series[name][1][-1]:.1%} after 12 rounds")
for longer in (0.5, 2.0):
    end = federate(models.linear().eval(), [mixed], 12, longer, 1, watch)[-1]
    print(f"central, 1 step of {longer:g} instead of 0.1: {end:.1%} after 12 rounds")
figure = plots.curves(series, xlabel="rounds (one message each way per client)",
                      ylabel="accuracy, 2,000 test digits")
plots.show(figure, alt="Accuracy over twelve rounds. At the end: " + "; ".join(
    f"{name} {values[-1]:.0%}" for name, (_, values) in series.items()) + ".")

# %% [markdown]
# One local step lies on the central curve, point by point: the mean of gradients is the gradient of
# the mean loss (all clients present, these weights, full batches, plain descent, no batch
# norm). More local steps get further for the same number of messages. Is it the number of steps, or
# only the way they go? One step of 0.5 gets as far as five of 0.1; but one step of 2 goes astray,
# and twenty of 0.1 do not. Many small steps for one message: that is why FedAvg is used. These ten
# clients have the same mixture of digits. What happens when they have not is exercise 12.7.

# %% [markdown]
# ## Exercise 12.2: a picture from a gradient (9 points)
#
# Difficulty: 3 of 5 · Minutes: 35 · Why: "we only share gradients" is still sold as privacy. You
# will know what it is worth, in decibels.
#
# **a. By a formula.** The first layer computes $z = W x + b$. Call $\delta_j$ the derivative of the
# loss with respect to $z_j$. By the chain rule, row $j$ of the gradient with respect to $W$ is
# $\delta_j\, x$, and the gradient with respect to $b_j$ is $\delta_j$. This holds whatever comes
# after the layer.
#
# Write `image_from_layer`: the input of a client that trained on **one** example.
#
# - `weight_gradient`: shape (rows, d); `bias_gradient`: shape (rows,)
# - returns shape (d,); the input may be any numbers, as standardised pixels are
# - rows with $\delta_j = 0$ (the unit was switched off by its ReLU) tell nothing; among the others
#   take the row with the largest $|\delta_j|$, on which rounding does the least harm
# - if every row is switched off, raise a `ValueError` that says so
#
# <details><summary>Hint 1: where to look</summary>
# Two numbers of the gradient belong to each pixel of each row. What is their quotient?
# <details><summary>Hint 2: the idea</summary>
# Row j is the image times delta_j, and the bias tells delta_j, sign and all. Delta_j may well be
# below zero.
# <details><summary>Hint 3: nearly the code</summary>
# <code>j = bias_gradient.abs().argmax()</code>; if <code>bias_gradient[j] == 0</code> raise a
# <code>ValueError</code>; return row <code>j</code> of the weights divided by its bias gradient.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-layer", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_layer(image_from_layer):
    """Other networks, dtypes and rounding; dead rows; nothing to find."""
    g = torch.Generator().manual_seed(1220)
    for sizes, dtype in (((7, 40, 3), torch.float64), ((7, 30, 20, 4), torch.float32)):
        network = models.mlp(*sizes, generator=g, dtype=dtype)
        for label in range(3):
            x = torch.rand(1, 7, generator=g, dtype=dtype)
            weight, bias = client_gradient(network, x, torch.tensor([label]))[:2]
            got = expect_tensor(image_from_layer(weight, bias), (7,), "image_from_layer")
            expect(torch.allclose(got.double(), x[0].double(), atol=1e-4), "the image does not "
                   f"come back from a network of sizes {sizes}", "wrong-row")
    x, delta = torch.rand(9, generator=g), torch.tensor([0.0, 1e-7, -0.2, 0.15])
    rounded = delta[:, None] * x + 1e-8 * torch.randn(4, 9, generator=g)
    expect((image_from_layer(rounded, delta) - x).abs().max() < 1e-5, "with a little rounding your "
           "row is a poor choice: take the one with the largest |bias gradient|", "wrong-row")
    tiny = 1e-6 * delta
    try:
        got = image_from_layer(tiny[:, None] * x, tiny)
    except ValueError:
        got = None
    expect(got is not None and (got - x).abs().max() < 0.1, "small is not zero: a row whose "
           "bias gradient is 2e-7 still holds the image", "small-is-dead")
    x = torch.tensor([-0.4, 1.7, 0.0])  # as standardised pixels are
    got = image_from_layer(delta[:, None] * x, delta).double()
    expect(torch.allclose(got, x.double(), atol=1e-5), "an input may be below 0 or above 1; of "
           f"(-0.4, 1.7, 0) yours makes {[round(v, 4) for v in got.tolist()]}", "wrong-values")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_2-layer", "solution": true}
def image_from_layer(weight_gradient, bias_gradient):
    """The one input behind the gradient of a linear layer: (rows, d), (rows,) -> (d,)."""
    ### BEGIN SOLUTION
    row = bias_gradient.abs().argmax()
    if bias_gradient[row] == 0:
        raise ValueError("every row is switched off: this gradient holds no image")
    return weight_gradient[row] / bias_gradient[row]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_2-layer-test", "points": 3}
@exercise("12.2")
def test_image_from_layer():
    """Rows by hand: some switched off, deltas of both signs, a small one with a rounding error."""
    x = torch.tensor([0.2, -0.4, 1.6])  # as standardised pixels are
    for numbers in ([0.0, 0.5, -0.5], [0.0, -0.5, -0.1], [0.001, 0.4, -0.4], [0.0, 2e-7, 0.0]):
        delta = torch.tensor(numbers)
        weight = delta[:, None] * x
        weight[delta == 0.001] += 1e-4
        try:
            with untouched(weight, delta):
                got = image_from_layer(weight, delta)
        except ValueError:
            expect(max(numbers) != 2e-7, "small is not zero: a row whose bias gradient is 2e-7 "
                   "still holds the image, and you raise a ValueError", "small-is-dead")
            expect(False, f"the bias gradients {numbers} are not all zero, and you raise a "
                   "ValueError: the row that counts is the one farthest from zero, above or below",
                   "dead-row")
        expect(isinstance(got, torch.Tensor) and got.shape == (3,), "image_from_layer must return "
               "a tensor of shape (3,) here", "wrong-shape")
        expect(torch.isfinite(got).all(), "you divided by zero; with the bias gradients "
               f"{numbers} the row that counts is the one farthest from zero, above or below",
               "dead-row")
        got, truth = expect_tensor(got, (3,), "image_from_layer").double(), x.double()
        expect(not torch.allclose(got, -truth), "your image is the negative: delta_j may be below "
               "zero, and the bias gradient says so", "wrong-sign")
        expect(numbers[0] != 0.001 or not torch.allclose(got, truth + 0.1, atol=1e-3), "on the row "
               "whose bias gradient is 0.001 rounding does harm, and yours is as far off: take "
               "one row, the one with the largest |delta_j|", "wrong-row")
        expect(all((got - other).abs().max() > 1e-3 for other in (truth.clamp(0, 1), truth.abs())),
               "the input is (0.2, -0.4, 1.6), below 0 and above 1, too; yours is "
               f"{[round(v, 4) for v in got.tolist()]}", "wrong-values")
        expect(max(numbers) != 2e-7 or torch.allclose(got, truth, atol=1e-3), "small is not zero: "
               "a row whose bias gradient is 2e-7 still holds the image, in full", "small-is-dead")
        expect(torch.allclose(got, truth, atol=1e-3), "the input is (0.2, -0.4, 1.6); with bias "
               f"gradients {numbers} yours is {[round(v, 4) for v in got.tolist()]}. A row is the "
               "input times its delta", "not-scaled")
    try:
        image_from_layer(torch.zeros(4, 3), torch.zeros(4))
    except ValueError:
        pass
    else:
        expect(False, "with every row switched off there is no image: raise a ValueError",
               "no-error")
    ### BEGIN HIDDEN TESTS
    oracle_layer(image_from_layer)
    ### END HIDDEN TESTS


test_image_from_layer()
print("12.2a: visible checks passed")

# %% id="layer-demo" tags=["demo"]
rebuilt = torch.stack([image_from_layer(*layers[:2]) for layers in every]).reshape(-1, 1, 28, 28)
decibels = evaluation.psnr(ten.x, rebuilt)
figure = plots.image_grid([ten.x[:6], rebuilt[:6]], row_labels=["kept", "recovered"],
                          titles=[""] * 6 + [f"{d:.0f} dB" for d in decibels[:6].tolist()])
plots.show(figure, alt="Six digits that stayed with their clients, and below them what was "
           f"computed from the gradients, at {decibels[:6].min():.0f} to "
           f"{decibels[:6].max():.0f} dB.")
print(f"ten clients, one gradient each: median PSNR {decibels.median():.0f} dB")

# %% [markdown]
# The PSNR (peak signal-to-noise ratio) is $-10 \log_{10}$ of the mean squared error of a pixel
# (black is 0, white is 1): at 20 dB a pixel is off by 0.1, at 100 dB by 0.00001. Above 40 dB the
# eye hardly finds a difference. What is left here is the rounding of float32.
#
# **b. Without a formula.** A convolution shares its weights among all places, so no row of its
# gradient is the picture times a number. But the attacker can *search* (Zhu, Liu and Han 2019):
# start from noise, compute the gradient that this noise would have sent, and change the noise until
# the two gradients agree.
#
# Write `match_gradients(model, gradients, start, iterations=100)`.
#
# - `model`: any network; `gradients`: what the client sent, a list in the order of
#   `model.parameters()`, the last one for the bias of the last layer; `start`: shape (1, 1, 28,
#   28), from which the search sets out
# - first find the label. The last gradient is "probabilities minus one-hot label": what does its
#   sign say?
# - then minimise the sum of squared differences between all gradients, with respect to the image
#   `z`, by `torch.optim.LBFGS([z], lr=1, max_iter=iterations, history_size=50,
#   tolerance_grad=1e-12, tolerance_change=1e-14, line_search_fn="strong_wolfe")`
# - returns the image (without a graph) and the label (a whole number); model and start stay as they
#   were, and no gradient is left in the parameters
#
# <details><summary>Hint 1: where to look</summary>
# A probability is below 1, so one entry of the last gradient has a sign of its own. For the rest
# you need the gradient of a function that itself contains a gradient.
# <details><summary>Hint 2: the idea</summary>
# <code>torch.autograd.grad(..., create_graph=True)</code> gives gradients that can be
# differentiated again. LBFGS wants a closure that puts the gradient into <code>z.grad</code> and
# returns the distance.
# <details><summary>Hint 3: nearly the code</summary>
# <code>label = gradients[-1].argmin()</code>, <code>z = start.clone().requires_grad_()</code>.
# In the closure: <code>own = torch.autograd.grad(F.cross_entropy(model(z), label[None]),
# list(model.parameters()), create_graph=True)</code>; the distance is the sum of <code>((a - b) **
# 2).sum()</code> over <code>zip(own, gradients)</code>; <code>z.grad =
# torch.autograd.grad(distance, z)[0]</code>; return the distance. Then
# <code>optimizer.step(closure)</code>, once. Return <code>z.detach(), label.item()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-match", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_match(match_gradients):
    """Other weights and digits of five classes: the label each time, the picture each time."""
    digits = data.mnist("test")
    for seed in (1221, 1222, 1223):
        g = torch.Generator().manual_seed(seed)
        model, one = models.smooth_cnn(g), data.sample(digits, 1, g)
        start = torch.rand(1, 1, 28, 28, generator=g, dtype=torch.float64)
        sent = client_gradient(model, one.x.double(), one.y)
        image, label = match_gradients(model, sent, start, 100)
        expect(int(label) == one.y.item(), f"the digit is a {one.y.item()}, your label is "
               f"{int(label)}", "wrong-label")
        found = evaluation.psnr(one.x, expect_tensor(image, (1, 1, 28, 28), "match_gradients"))
        expect(found.item() > 30, f"another digit came back at {found.item():.0f} dB; a right "
               "search reaches 30", "too-weak")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_2-match", "solution": true}
def match_gradients(model, gradients, start, iterations=100):
    """The image and the label whose gradient comes nearest to the one that was sent."""
    ### BEGIN SOLUTION
    label = gradients[-1].argmin()[None]
    parameters = list(model.parameters())
    z = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [z], lr=1, max_iter=iterations, history_size=50,
        tolerance_grad=1e-12, tolerance_change=1e-14, line_search_fn="strong_wolfe",
    )

    def closure():
        loss = F.cross_entropy(model(z), label)
        own = torch.autograd.grad(loss, parameters, create_graph=True)
        distance = sum(((a - b) ** 2).sum() for a, b in zip(own, gradients, strict=True))
        (z.grad,) = torch.autograd.grad(distance, z)
        return distance

    optimizer.step(closure)
    return z.detach(), label.item()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_2-match-test", "points": 6}
@exercise("12.2")
def test_match_gradients():
    """A digit and a small smooth convolutional network; many steps, few, and the right start."""
    g = torch.Generator().manual_seed(5)
    model, x, y = models.smooth_cnn(g), data.mnist("test").x[:1].double(), torch.tensor([7])
    sent, start = client_gradient(model, x, y), torch.rand(x.shape, generator=g, dtype=x.dtype)
    with untouched(model, start, *sent):
        try:
            found = match_gradients(model, sent, start, 100)
        except RuntimeError as error:
            expect("differentiated Tensors does not" not in str(error), "torch knows no way from "
                   "your distance to what you asked the gradient for: z must be a copy of start "
                   "with requires_grad_(), and the model must see that z", "no-way-to-z")
            expect("does not require grad" not in str(error), "the gradient you compare with has "
                   "no graph of its own: ask for it with create_graph=True", "no-create-graph")
            raise
    expect(isinstance(found, tuple | list) and len(found) == 2, "return two things: the image and "
           "the label", "no-pair")
    image, label = found
    expect(int(label) == 7, f"the digit is a 7, you found the label {int(label)}: which entry of "
           "probabilities - one_hot(label) can be below zero?", "wrong-label")
    image = expect_tensor(image, (1, 1, 28, 28), "match_gradients")
    expect(not torch.allclose(image, start), "your image is still the start", "no-search")
    found = evaluation.psnr(x, image).item()
    expect(found > 30, f"your image is at {found:.0f} dB; a right search reaches 30: compare all "
           "gradients, and go on until iterations are used up", "too-weak")
    few = evaluation.psnr(x, match_gradients(model, sent, start, 4)[0]).item()
    expect(few < 18, f"with iterations = 4 your image is already at {few:.0f} dB: the argument "
           "iterations must say how long the search goes on", "ignores-iterations")
    near = match_gradients(model, sent, (x + 1e-4).detach(), 1)[0]
    expect(evaluation.psnr(x, near).item() > 60, "handed a start that is nearly the digit, and "
           f"one step, you return an image at {evaluation.psnr(x, near).item():.0f} dB: set out "
           "from start, by the optimizer of the text, whose line search does not step past the "
           "digit", "ignores-start")
    ### BEGIN HIDDEN TESTS
    oracle_match(match_gradients)
    ### END HIDDEN TESTS


test_match_gradients()
print("12.2b: visible checks passed")

# %% id="match-demo" tags=["demo"]
def searched(seed, activation, iterations):
    """The digit of this seed and what the search finds in a network with this activation."""
    g = torch.Generator().manual_seed(seed)
    model, digit = models.smooth_cnn(g), data.sample(test, 1, g)
    model[1] = model[3] = activation
    start = torch.rand(1, 1, 28, 28, generator=g, dtype=torch.float64)
    sent = client_gradient(model, digit.x.double(), digit.y)
    return digit.x, match_gradients(model, sent, start, iterations)[0]


stages = [searched(6, torch.nn.Tanh(), k) for k in (0, 5, 10, 20, 40, 100)]
decibels = [evaluation.psnr(*stage).item() for stage in stages]
figure = plots.image_grid([torch.cat([*[z for _, z in stages], stages[0][0]])],
                          [f"{k} steps\n{d:.0f} dB" for k, d in
                           zip((0, 5, 10, 20, 40, 100), decibels, strict=True)] + ["kept"])
plots.show(figure, alt="What the search has found after 0, 5, 10, 20, 40 and 100 steps, at "
           + ", ".join(f"{d:.0f}" for d in decibels) + " dB, and the digit that the client kept.")
for activation in (torch.nn.Tanh(), torch.nn.ReLU()):
    five = [evaluation.psnr(*searched(seed, activation, 100)).item() for seed in range(6, 11)]
    print(f"five digits, 100 steps, {activation}: {', '.join(f'{d:.0f}' for d in five)} dB")

# %% [markdown]
# Each line is five digits, each with a network of its own. With the network above, smooth and with
# fresh random weights, one can read the digit after ten steps, and after a hundred the five come
# back at 77 dB and more. With ReLU for tanh the same search brings back none of the five. It would
# be wrong to conclude that ReLU protects. With a linear first layer and ReLU after it, the formula
# of part a is exact, and a failed search says nothing about the next one.
#
# So a single client's gradient must be treated like the client's data. That is the reason for all
# that follows: the server shall learn the *sum* of the updates and nothing else.

# %% [markdown]
# ## Exercise 12.3: to share a secret (10 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: everything that hides numbers from a server is built on
# this. And a change of one character in it, which looks harmless, gives the secret away.
#
# All numbers are now whole numbers from 0 to $p - 1$, $p$ is a prime, and every result is taken
# modulo $p$ (`%`). Why not real numbers? No random number is spread evenly over all of them, and
# rounding would spoil the sums. In this *field* each number but 0 has an inverse: `pow(a, -1, p)`.
#
# The lab uses $p = 2^{31} - 1$, for a practical reason: the product of two such numbers still fits
# into an int64. The sum of **three** such products does not, and torch does not tell you when an
# int64 runs over.
#
# **a. `split(secret, n, p, generator)`**: additive sharing. $n$ numbers that add up to the secret
# modulo $p$, any $n - 1$ of which are just random.
#
# - `secret`: shape (m,), int64, m secrets at once; `generator`: all randomness comes from it
# - returns shape (n, m), int64, in 0 to p - 1; row i is what party i gets
#
# <details><summary>Hint 1: where to look</summary>
# Draw all parties but one at random. What is left for the last one?
# <details><summary>Hint 2: the idea</summary>
# The last share is the secret minus all the others, modulo p.
# <details><summary>Hint 3: nearly the code</summary>
# <code>drawn = torch.randint(0, p, (n - 1, len(secret)), generator=generator)</code>; then
# <code>torch.cat</code> of <code>drawn</code> and, as one more row, <code>(secret -
# drawn.sum(0)) % p</code>, which needs <code>[None]</code> to be a row.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-field", "locked": true}
PRIME = 2**31 - 1


def expect_residues(value, shape, p, name):
    """Return value if it is an int64 tensor of this shape with numbers from 0 to p - 1."""
    value = expect_tensor(value, shape, name)
    expect(value.dtype == torch.int64, f"{name} must return torch.int64; it returned {value.dtype}",
           "no-integers")
    inside = value.numel() == 0 or (value.min() >= 0 and value.max() < p)
    expect(inside, f"{name} returned a number outside 0 to p - 1: take it modulo p", "not-reduced")
    return value

# %% nbgrader={"grade_id": "oracle-law", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_even(values, p):
    """The p-value of a chi-square test: do rows of values, side by side, hit all tuples evenly?"""
    from scipy.stats import chisquare

    code = sum(row * p**k for k, row in enumerate(values))
    return chisquare(torch.bincount(code, minlength=p ** len(values)).numpy()).pvalue


def oracle_spread(rows, p, who):
    """Rows of random numbers modulo a large p: each has odd ones and large ones, too."""
    for row in rows:
        expect((row % 2 == 1).any() and (row > p // 2).any(), f"of {len(row)} random numbers that "
               f"{who} drew modulo {p}, none is odd, or none above p / 2: draw whole numbers "
               "evenly from 0 to p - 1 (a float32 holds 24 bits only)", "tells-something")


def oracle_split(split):
    """Sums for other sizes; two of three shares are spread evenly, whatever the secret."""
    g = torch.Generator().manual_seed(1230)
    for n, p, m in ((1, 11, 4), (2, PRIME, 5), (6, 101, 1)):
        secret = torch.randint(0, p, (m,), generator=g)
        got = expect_residues(split(secret.clone(), n, p, g), (n, m), p, "split")
        expect(torch.equal(got.sum(0) % p, secret), f"{n} shares modulo {p} do not add up",
               "no-sum")
    oracle_spread(split(torch.zeros(200, dtype=torch.int64), 3, PRIME, g), PRIME, "split")
    for s in (0, 4):
        shares = split(torch.full((20_000,), s), 3, 11, g)
        for pair in ((0, 1), (0, 2), (1, 2)):
            expect(oracle_even(shares[list(pair)], 11) > 1e-6, f"of the secret {s}, modulo 11, "
                   f"shares {pair} alone already tell something: they are not spread evenly over "
                   "all 121 pairs", "tells-something")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_3-split", "solution": true}
def split(secret, n, p, generator):
    """Additive shares of m secrets: (m,) -> (n, m), each column adds up to its secret modulo p."""
    ### BEGIN SOLUTION
    random = torch.randint(0, p, (n - 1, len(secret)), generator=generator)
    rest = (secret - random.sum(0)) % p
    return torch.cat([random, rest[None]])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-split-test", "points": 3}
@exercise("12.3")
def test_split():
    """Sums for several sizes; what each party gets of the secret 0, over two thousand sharings."""
    for n, p, m in ((3, 11, 11), (2, 101, 5), (5, PRIME, 3)):
        secret = torch.arange(m) * 7 % p
        with untouched(secret):
            one, same, other = (split(secret, n, p, torch.Generator().manual_seed(seed))
                                for seed in (0, 0, 1))
        one = expect_residues(one, (n, m), p, "split")
        expect(torch.equal(one.sum(0) % p, secret), f"{n} shares of {secret.tolist()} add up to "
               f"{(one.sum(0) % p).tolist()} modulo {p}", "no-sum")
        expect(torch.equal(one, same) and not torch.equal(one, other),
               "the shares must depend on the generator, and on nothing else", "ignores-generator")
        dice = torch.Generator().manual_seed(3)
        expect(not torch.equal(split(secret, n, p, dice), split(secret, n, p, dice)), "two calls "
               "with the same generator drew the same: draw from it, it moves on", "draws-again")
    many = split(torch.zeros(2000, dtype=torch.int64), 3, 11, torch.Generator().manual_seed(2))
    for party, row in enumerate(many):
        never = sorted(set(range(11)) - set(row.tolist()))
        expect(not never, f"of 2,000 secrets 0 modulo 11, party {party} never got {never}: a share "
               "must be any number from 0 to p - 1, drawn anew for each secret", "tells-something")
    for a, b in ((0, 1), (0, 2), (1, 2)):
        pairs = len(set(zip(many[a].tolist(), many[b].tolist(), strict=True)))
        expect(pairs == 121, f"of 2,000 secrets 0 modulo 11, parties {a} and {b} got only {pairs} "
               "of 121 pairs of shares: together they know something. Draw for each party anew",
               "pair-tells")
    ### BEGIN HIDDEN TESTS
    oracle_split(split)
    ### END HIDDEN TESTS


test_split()
print("12.3a: visible checks passed")

# %% [markdown]
# Additive sharing needs everybody. If one party is offline, the secret is lost. Shamir (1979) gave
# each party a point of a polynomial: $t$ points fix a polynomial of degree $t - 1$, fewer do not.
# The secret is its value at 0. Two tools are given:
#
# - `evaluate(coefficients, points, p)`: the polynomials at some points, modulo p; the coefficients
#   have shape (t, m), row $k$ belongs to $x^k$, so row 0 holds the secrets
# - `reconstruct(points, values, p)`: the values at 0 of the polynomials through the given points,
#   by Lagrange's formula, in which dividing means multiplying by the inverse modulo p:
#
# $$ s = \sum_i v_i \prod_{j \neq i} \frac{x_j}{x_j - x_i} $$

# %% nbgrader={"grade_id": "setup-polynomials", "locked": true}
def evaluate(coefficients, points, p):
    """Polynomials at points, modulo p: (t, m), (n,) -> (n, m); row k of coefficients is for x^k."""
    value = torch.zeros(len(points), coefficients.shape[1], dtype=torch.int64)
    for row in coefficients.flip(0):
        value = (value * points[:, None] + row) % p  # reduced in each step, or it runs over
    return value


def reconstruct(points, values, p):
    """The values at 0 of the polynomials through the given ones: (k,), (k, m) -> (m,)."""
    secret = torch.zeros(values.shape[1], dtype=torch.int64)
    for x, row in zip(points.tolist(), values, strict=True):
        factor = 1
        for other in points.tolist():
            if other != x:
                factor = factor * other * pow(other - x, -1, p) % p
        secret = (secret + factor * row) % p
    return secret

# %% [markdown]
# **b. `shamir_split(secret, t, n, p, generator, evaluate)`**: draw the polynomials, hand out their
# values at 1, 2, ..., n.
#
# - the coefficients but the first are drawn evenly from 0 to p - 1, anew for each secret
# - `evaluate` is handed in: call it once, for all secrets
# - returns shape (n, m), int64: row i is for party i, who holds the value at i + 1
# - if not $1 \le t \le n < p$, raise a `ValueError` that says what is wrong
#
# <details><summary>Hint 1: where to look</summary>
# The secret is row 0 of the coefficients; the other t - 1 rows are random.
# <details><summary>Hint 2: the idea</summary>
# Point 0 is the secret itself, so the points begin at 1.
# <details><summary>Hint 3: nearly the code</summary>
# <code>drawn = torch.randint(0, p, (t - 1, len(secret)), generator=generator)</code>; the
# coefficients are <code>torch.cat([secret[None], drawn])</code>, the points <code>torch.arange(1,
# n + 1)</code>. First of all: <code>if not 1 &lt;= t &lt;= n &lt; p: raise ValueError(...)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-shamir", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_shamir(shamir_split):
    """The shares lie on polynomials of the right degree, drawn evenly."""
    g = torch.Generator().manual_seed(1232)
    for t, n, p in ((1, 3, 5), (3, 7, PRIME), (4, 4, 31), (2, 10, 11)):
        secret = torch.randint(0, p, (6,), generator=g)
        got = shamir_split(secret.clone(), t, n, p, g, evaluate)
        got = expect_residues(got, (n, 6), p, "shamir_split")
        some = torch.randperm(n, generator=g)[:t]
        expect(torch.equal(reconstruct(some + 1, got[some], p), secret),
               f"{t} of {n} shares do not give the secret back", "no-secret")
    drawn = []

    def keep(coefficients, points, p):
        drawn.append(coefficients[1:].clone())
        return evaluate(coefficients, points, p)

    shamir_split(torch.zeros(200, dtype=torch.int64), 3, 5, PRIME, g, keep)
    oracle_spread(drawn[0], PRIME, "shamir_split")
    for s in (0, 6):
        shares = shamir_split(torch.full((20_000,), s), 2, 3, 11, g, evaluate)
        expect((shares[0] == s).any(), "in 20,000 polynomials of degree 1 the highest coefficient "
               "was never 0: then a share rules one secret out", "leading-never-zero")
        expect(oracle_even(shares[:1], 11) > 1e-6, "one share of two already tells something: its "
               "values are not spread evenly", "tells-something")
        shares = shamir_split(torch.full((20_000,), s), 3, 4, 11, g, evaluate)
        expect(oracle_even(shares[[1, 3]], 11) > 1e-6, "two shares of three needed already tell "
               "something: their values are not spread evenly", "tells-something")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_3-shamir", "solution": true}
def shamir_split(secret, t, n, p, generator, evaluate):
    """Shares of m secrets, any t of which open them: (m,) -> (n, m); row i: the value at i + 1."""
    ### BEGIN SOLUTION
    if not 1 <= t <= n < p:
        raise ValueError(f"needs 1 <= t <= n < p; got t = {t}, n = {n}, p = {p}")
    random = torch.randint(0, p, (t - 1, len(secret)), generator=generator)
    return evaluate(torch.cat([secret[None], random]), torch.arange(1, n + 1), p)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-shamir-test", "points": 3}
@exercise("12.3")
def test_shamir_split():
    """A stand-in for evaluate tells what it was asked."""
    asked = []

    def stand_in(coefficients, points, p):
        asked.append((coefficients.clone(), points.tolist()))
        return (points[:, None] + coefficients.sum(0)) % p

    for t, n, p, secret in ((3, 5, 11, [3, 9, 0, 3]), (2, 4, 101, [100, 7, 7])):
        asked.clear()
        secret = torch.tensor(secret)
        for seed in (0, 0, 1):
            with untouched(secret):
                got = shamir_split(secret, t, n, p, torch.Generator().manual_seed(seed), stand_in)
            expect_residues(got, (n, len(secret)), p, "shamir_split")
        expect(len(asked) == 3, "call evaluate(coefficients, points, p) once", "no-evaluate")
        coefficients, points = asked[0]
        expect(0 not in points, "nobody may get the value at 0: it is the secret",
               "hands-out-secret")
        expect(points == list(range(1, n + 1)), f"{n} parties get the values at 1 to {n}, yours at "
               f"{points}", "wrong-points")
        expect_residues(coefficients, (t, len(secret)), p, "your polynomial: its coefficients")
        expect(torch.equal(coefficients[0], secret), "row 0 of the coefficients is the secret",
               "no-secret")
        expect(len(set(map(tuple, coefficients[1:].T.tolist()))) > 1, "all secrets have the same "
               "random coefficients: draw them anew for each", "same-polynomial")
        expect(torch.equal(coefficients, asked[1][0]) and not torch.equal(coefficients,
               asked[2][0]), "the coefficients must depend on the generator, and on nothing else",
               "ignores-generator")
        dice = torch.Generator().manual_seed(3)
        for _ in range(3):
            shamir_split(secret, t, n, p, dice, stand_in)
        expect(any(not torch.equal(asked[3][0], later) for later, _ in asked[4:]), "three calls "
               "with the same generator drew the same: draw from it, it moves on", "draws-again")
    shamir_split(torch.zeros(900, dtype=torch.int64), 3, 4, 7, torch.Generator(), stand_in)
    for power, row in enumerate(asked[-1][0][1:], 1):
        never = sorted(set(range(7)) - set(row.tolist()))
        expect(never != [0], f"modulo 7 the coefficient of x^{power} is never 0; draw it from 0 to "
               "p - 1, like the others", "leading-never-zero")
        expect(not never, f"in 900 polynomials modulo 7 the coefficient of x^{power} is never "
               f"{never}; draw it evenly from 0 to p - 1", "tells-something")
    pairs = len(set(zip(*asked[-1][0][1:].tolist(), strict=True)))
    expect(pairs == 49, f"of 49 pairs of coefficients of x and x^2 modulo 7, 900 polynomials show "
           f"only {pairs}: draw each power anew, or two shares tell the secret", "same-powers")
    for t, n, fine in ((1, 3, True), (3, 3, True), (2, 10, True), (4, 3, False), (0, 3, False),
                       (2, 11, False)):
        refused = False
        try:
            shamir_split(torch.tensor([1]), t, n, 11, torch.Generator(), stand_in)
        except (ValueError, RuntimeError, AssertionError) as error:  # torch may be the first
            refused = isinstance(error, ValueError)
        expect(refused or fine, f"any {t} of {n} shares modulo 11 cannot be: raise a ValueError",
               "no-error")
        expect(not (refused and fine), f"any {t} of {n} shares modulo 11 are a fair wish, 1 <= t "
               "<= n < p; you raise a ValueError", "refuses-edge")
    ### BEGIN HIDDEN TESTS
    oracle_shamir(shamir_split)
    ### END HIDDEN TESTS


test_shamir_split()
print("12.3b: visible checks passed")

# %% [markdown]
# **c. Break it.** A programmer reads "polynomial of degree $t - 1$" and thinks: then the highest
# coefficient must not be 0. So the code draws that one from **1** to $p - 1$. It still passes every
# test that shares a secret, reconstructs it and compares.
#
# You hold $t - 1$ shares, which should tell you nothing. The secret was shared anew in each of $m$
# rounds (the same secret, new polynomials), and you kept your shares of each. Write
# `still_possible(points, values, p, reconstruct)`: which secrets are left?
#
# - `points`: shape (t - 1,), your points; `values`: shape (t - 1, m), a column a round
# - `reconstruct(points, values, p)` is handed in
# - returns the secrets that no round rules out, in rising order: a one-dimensional int64 tensor
#
# <details><summary>Hint 1: where to look</summary>
# Take t = 2. You hold one value y = s + c x with c not 0. Which s is impossible?
# <details><summary>Hint 2: the idea</summary>
# In general, a polynomial of degree at most t - 2 goes through your t - 1 points, and exactly one.
# Were its value at 0 the secret, the highest coefficient would have to be 0.
# <details><summary>Hint 3: nearly the code</summary>
# <code>free = torch.ones(p, dtype=torch.bool)</code>; <code>reconstruct(points, values, p)</code>
# gives the one secret that each round rules out: set <code>free</code> there to False. Return
# <code>free.nonzero()[:, 0]</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-hole", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_left(points, values, p):
    """By trying every polynomial whose highest coefficient is not 0."""
    t = len(points) + 1
    free = torch.cartesian_prod(*[torch.arange(p)] * (t - 1)).reshape(-1, t - 1)
    free = free[free[:, -1] != 0]
    possible = []
    for s in range(p):
        every = torch.cat([torch.full((1, len(free)), s), free.T])
        shares = evaluate(every, points, p)
        if all((shares == column[:, None]).all(0).any() for column in values.T):
            possible.append(s)
    return possible


def oracle_hole(still_possible):
    """Rounds of the faulty scheme over small fields, against trying everything."""
    g = torch.Generator().manual_seed(1234)
    for t, p, rounds in ((2, 11, 1), (2, 11, 40), (3, 7, 5), (4, 5, 3)):
        low = torch.randint(0, p, (t - 2, rounds), generator=g)
        high = torch.randint(1, p, (1, rounds), generator=g)
        secret = torch.full((1, rounds), 3)
        points = torch.randperm(p - 1, generator=g)[: t - 1] + 1
        values = evaluate(torch.cat([secret, low, high]), points, p)
        got = still_possible(points, values, p, reconstruct)
        truth = oracle_left(points, values, p)
        expect([int(s) for s in got] == truth, f"with t = {t}, p = {p} and {rounds} rounds, trying "
               f"every polynomial leaves {truth}; yours: {[int(s) for s in got]}", "wrong-secrets")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_3-hole", "solution": true}
def still_possible(points, values, p, reconstruct):
    """Secrets that t - 1 shares leave if the highest coefficient is never 0: (t-1,), (t-1, m)."""
    ### BEGIN SOLUTION
    left = torch.ones(p, dtype=torch.bool)
    left[reconstruct(points, values, p)] = False
    return left.nonzero()[:, 0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-hole-test", "points": 4}
@exercise("12.3")
def test_still_possible():
    """t = 2 modulo 5, three rounds; t = 3 modulo 7, two rounds; then a zero that is ruled out."""
    for points, values, p, gone in (([1], [[2, 4, 2]], 5, [2, 4]),
                                    ([2, 3], [[3, 1], [5, 1]], 7, [1, 6]), ([4], [[0]], 3, [0])):
        shares = torch.tensor(values)
        got = still_possible(torch.tensor(points), shares, p, reconstruct)
        expect(isinstance(got, torch.Tensor) and got.dim() == 1 and got.dtype == torch.int64,
               "still_possible must return a one-dimensional int64 tensor", "no-list")
        left, mine = sorted(set(range(p)) - set(gone)), got.tolist()
        expect(mine != gone, "these are the secrets that are ruled out; return those that are left",
               "returns-impossible")
        expect(len(mine) != p - 1 or len(gone) == 1, "each round rules out one more secret: use "
               "all columns", "one-round")
        expect(mine != sorted(set(range(p)) - set(values[0])) or mine == left, "a share itself is "
               "ruled out only if t = 2; with two shares it is the value at 0 of the line through "
               "both", "takes-share")
        expect(mine == left, f"modulo {p}, your shares at {points} were {values}, so the secret is "
               f"none of {gone}, and {left} are left; yours: {mine}", "wrong-secrets")
    ### BEGIN HIDDEN TESTS
    oracle_hole(still_possible)
    ### END HIDDEN TESTS


test_still_possible()
print("12.3c: visible checks passed")

# %% [markdown] id="predict-hole"
# ### Predict, then run
#
# $p = 11$, $t = 2$, the faulty code. In each round the one share that you hold rules out one
# secret, and each of the ten wrong ones is equally likely. After how many rounds, on average, do
# you know the secret? Write `my_guess_in_rounds = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_3-predict", "solution": true}
PREDICT = {
    "name": "my_guess_in_rounds", "kind": "number", "low": 0, "outcome": 29.8, "tolerance": 5,
    "seen": r"known after ([\d.]+) rounds",
}
### BEGIN SOLUTION
my_guess_in_rounds = 11
### END SOLUTION

# %% id="hole-demo" tags=["demo"]
def rounds_needed(g):
    """How many rounds until one secret is left; the secret is 7, your point is 1."""
    share = (7 + torch.randint(1, 11, (200,), generator=g)) % 11
    return next(m for m in range(10, 200)
                if len(still_possible(torch.tensor([1]), share[None, :m], 11, reconstruct)) == 1)


means = [np.mean([rounds_needed(g) for _ in range(300)])
         for g in (torch.Generator().manual_seed(seed) for seed in range(5))]
print(f"the secret was known after {np.mean(means):.1f} rounds on average (five times 300 runs: "
      f"{min(means):.1f} to {max(means):.1f})")
print(f"you said: {my_guess_in_rounds}")
theory = 10 * sum(1 / k for k in range(1, 11))
print(f"collecting ten pictures: 10 * (1 + 1/2 + ... + 1/10) = {theory:.1f}")

# %% [markdown]
# It is the collector's problem: the last of ten pictures takes the longest. With the right code
# the same shares would tell nothing after a million rounds: each value of a share is equally likely
# for each secret, and the rounds are independent.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: the sum, and what it tells
#
# About 70 minutes: exercise 12.4.

# %% [markdown]
# ## Exercise 12.4: the sum and nothing else (21 points)
#
# Difficulty: 4 of 5 · Minutes: 70 · Why: this is the protocol of Bonawitz et al. (2017), which runs
# on real telephones. You build it, break it when a part is missing, and then ask what it never
# promised to hide.
#
# **Whole numbers first.** A gradient has fractions and signs; the field has neither. So multiply by
# a scale, round, and let the upper half of the field stand for negative numbers: $-1$ is $p - 1$.
# These two are given:

# %% nbgrader={"grade_id": "setup-fixed", "locked": true}
def encode(x, scale, p):
    """Fixed point: floats -> int64 in 0 to p - 1, negative numbers in the upper half."""
    whole = (x.double() * scale).round()  # float32 holds whole numbers only up to 2^24
    if not (whole.abs() <= (p - 1) // 2).all():
        raise ValueError(f"a number times {scale} is beyond {(p - 1) // 2}: take a smaller scale")
    return whole.long() % p


def decode(v, scale, p):
    """The numbers, in float64, that encode made into v."""
    half = (p - 1) // 2
    return ((v + half) % p - half).double() / scale

# %% id="fixed-demo" tags=["demo"]
two_clients = encode(torch.tensor([40.0, 40.0]), 1, 101)
print(f"modulo 101, scale 1: 40 and 40 come back as {decode(two_clients, 1, 101).tolist()}, their "
      f"sum as {decode(two_clients.sum() % 101, 1, 101).item():g}")

# %% [markdown]
# Each number fits, and the sum does not: **the sum** must stay within $(p - 1) / 2$, or it wraps
# around without an error. With $n$ clients, keep numbers below $(p - 1) / (2 n)$ divided by the
# scale.
#
# **a. Masks.** Each two clients $u < v$ agree on a mask that nobody else knows. Client $u$ adds it,
# client $v$ subtracts it: in the sum it is gone. Each client also adds a **personal** mask, and you
# will see why.
#
# Write `mask_update(update, me, pair_masks, personal, p)`.
#
# - `update`, `personal`: shape (m,), in 0 to p - 1; `me`: my number; `pair_masks`: a dict, number
#   of the other client -> the mask that we share, shape (m,)
# - returns shape (m,), int64, in 0 to p - 1: update plus personal mask plus or minus each pair mask
#
# <details><summary>Hint 1: where to look</summary>
# Who of the two adds, who subtracts? Compare the numbers.
# <details><summary>Hint 2: the idea</summary>
# Add up everything with its sign; reduce modulo p at the end.
# <details><summary>Hint 3: nearly the code</summary>
# Begin with <code>total = update + personal</code>. <code>for other, mask in
# pair_masks.items()</code>: add <code>mask</code> if <code>me &lt; other</code>, else subtract it.
# Return <code>total % p</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-mask", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_views(mask_update, updates, p, personal):
    """What the server sees of three clients' numbers, over every choice of the masks: (3, m)."""
    free = torch.cartesian_prod(*[torch.arange(p)] * (6 if personal else 3)).T
    m = free.shape[1]
    pairs = {(0, 1): free[0], (0, 2): free[1], (1, 2): free[2]}
    own = free[3:] if personal else torch.zeros(3, m, dtype=torch.int64)
    seen = []
    for me, update in enumerate(updates):
        masks = {u + v - me: mask for (u, v), mask in pairs.items() if me in (u, v)}
        masked = mask_update(torch.full((m,), update), me, masks, own[me], p)
        seen.append(expect_residues(masked, (m,), p, "mask_update"))
    return torch.stack(seen)


def oracle_mask(mask_update):
    """Exhaustive modulo 5: given the sum every triple is equally likely, whoever sent what."""
    laws = {}
    for updates in ((1, 2, 3), (4, 0, 2), (1, 1, 1)):
        seen = oracle_views(mask_update, updates, 5, personal=False)
        expect((seen.sum(0) % 5 == sum(updates) % 5).all(), "with all clients present the pair "
               "masks must cancel", "no-cancel")
        laws[updates] = torch.bincount(seen[0] + 5 * seen[1] + 25 * seen[2], minlength=125)
    expect(torch.equal(laws[1, 2, 3], laws[4, 0, 2]), "updates 1, 2, 3 and 4, 0, 2 have the same "
           "sum, and still the server can tell them apart", "tells-apart")
    expect(set(laws[1, 2, 3].tolist()) == {0, 5}, "given the sum, the server must see each of 25 "
           "triples equally often", "tells-apart")
    seen = oracle_views(mask_update, (1, 2, 3), 5, personal=True)
    law = torch.bincount(seen[0] + 5 * seen[1] + 25 * seen[2], minlength=125)
    expect((law == 125).all(), "with personal masks all 125 triples must be equally likely",
           "no-personal")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_4-mask", "solution": true}
def mask_update(update, me, pair_masks, personal, p):
    """What client `me` sends: update, personal mask, and each pair mask with its sign; (m,)."""
    ### BEGIN SOLUTION
    total = update + personal
    for other, mask in pair_masks.items():
        total = total + mask if me < other else total - mask
    return total % p
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-mask-test", "points": 3}
@exercise("12.4")
def test_mask_update():
    """Client 2 of four, modulo 100; then the first and the last of three, modulo 7; then one."""
    update, personal = torch.tensor([7, 90]), torch.tensor([31, 52])
    masks = {4: torch.tensor([1, 1]), 1: torch.tensor([20, 30]), 3: torch.tensor([5, 5])}
    with untouched(update, personal, *masks.values()):
        got = mask_update(update, 2, masks, personal, 100)
    got = expect_residues(got, (2,), 100, "mask_update")
    expect(got.tolist() != [64, 78], "client 2 adds the masks it shares with 3 and 4 and "
           "subtracts that of client 1: yours adds all, and they never cancel", "no-cancel")
    expect(got.tolist() != [93, 66], "the personal mask is missing", "no-personal")
    expect(got.tolist() != [52, 66], "client 2 adds what it shares with 3 and 4, whose numbers "
           "are higher, and subtracts what it shares with 1; yours does the opposite", "wrong-sign")
    expect(got.tolist() == [24, 18], f"7 + 31 + 5 + 1 - 20 = 24 and 90 + 52 + 5 + 1 - 30 = 18 "
           f"modulo 100; yours: {got.tolist()}", "wrong-sum")
    masks = {10: torch.tensor([3]), 20: torch.tensor([6])}
    for me, numbers, truth in ((0, (10, 20), 6), (30, (10, 20), 2), (5, (), 4)):
        mine = {other: masks[other] for other in numbers}
        got = mask_update(torch.tensor([3]), me, mine, torch.tensor([1]), 7)
        got = expect_residues(got, (1,), 7, "mask_update").item()
        expect(got == truth, f"client {me} with the pair masks 3 and 6 of clients {numbers} must "
               f"send {truth} modulo 7; yours: {got}", "wrong-sum")
    ### BEGIN HIDDEN TESTS
    oracle_mask(mask_update)
    ### END HIDDEN TESTS


test_mask_update()
print("12.4a: visible checks passed")

# %% [markdown]
# How much does the server learn from three masked numbers? Modulo 5 you can try every choice of the
# three pair masks and count what it sees (no personal masks here).

# %% id="mask-demo" tags=["demo"]
m01, m02, m12 = torch.cartesian_prod(*[torch.arange(5)] * 3).T
masks, none = [{1: m01, 2: m02}, {0: m01, 2: m12}, {0: m02, 1: m12}], torch.zeros_like(m01)
for updates in ((1, 2, 3), (4, 0, 2), (1, 1, 1)):
    seen = torch.stack([mask_update(none + update, me, masks[me], none, 5)
                        for me, update in enumerate(updates)])
    triples, often = seen.unique(dim=1, return_counts=True)
    print(f"updates {updates}: {triples.shape[1]} triples, each {often.unique().tolist()} times; "
          f"their sum is always {(seen.sum(0) % 5).unique().tolist()}")

# %% [markdown]
# 25 triples have a given sum, and the server sees each of them equally often, whoever sent what.
# From 1, 2, 3 and 4, 0, 2 it sees exactly the same. The sum is all that is left, provided that the
# masks are drawn evenly and used once.
#
# **b. Someone drops out.** A mask as long as a model cannot be sent around for each pair. Clients
# agree on a short *seed* and stretch it: `expand` below. The seed comes from a key exchange (Diffie
# and Hellman 1976): client $u$ keeps a secret key and publishes `public_key(key)`; $u$ and $v$ both
# get `agree(own key, other's public key)`, which is the same number for both.
#
# If client $w$ sends nothing, its masks stay in the sum of all the others. So, beforehand, everyone
# gives each client, itself included, a Shamir share of two secrets: of its **key** and of its
# **personal** seed. At the end the server asks
#
# - for the *personal seed* of each client whose vector came, and
# - for the *key* of each client that dropped out, and never both of the same client.
#
# Nobody can see what the server asks the others. So take $t$ above $n / 2$: then two groups of $t$
# do not fit into $n$ clients, and the server cannot get the key of a client from one group and its
# seed from another. (Against clients who side with the server and hand in both, $t$ must be
# higher still.)
#
# Write `unmask_sum(received, public, ask, reconstruct, p)`.
#
# - `received`: dict client -> masked vector (m,), of those who sent one; `public`: dict client ->
#   public key, of **all** who began
# - `ask(kind, client)` with kind `"personal"` or `"key"` returns `(points, values)`, shares of
#   that secret; `reconstruct(points, values, p)` is handed in and returns it, shape (1,)
# - masks are `expand(seed, m)`; the mask of $u$ and $v$ is `expand(agree(key of u, public key of
#   v), m)`
# - returns the sum of the received clients' updates modulo p, shape (m,)
#
# <details><summary>Hint 1: where to look</summary>
# Begin with the sum of what was received. Which masks are still in it?
# <details><summary>Hint 2: the idea</summary>
# The personal mask of each client that is there; and for each pair of a client that is there and
# one that is gone, the pair mask, with the sign that the one who is there gave it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>total = sum(received.values())</code>. For each <code>client in received</code>: subtract
# <code>expand(int(reconstruct(*ask("personal", client), p)), len(total))</code>. For each
# <code>gone</code> in <code>public</code> that is not in <code>received</code>: <code>opened =
# int(reconstruct(*ask("key", gone), p))</code>, and for each <code>client in received</code>
# <code>mask = expand(agree(opened, public[client]), len(total))</code>; <em>client</em> added it if
# <code>client &lt; gone</code>, so subtract it; else add it. Return <code>total % p</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-keys", "locked": true}
def expand(seed, length):
    """`length` numbers from 0 to p - 1 that look random to whoever lacks the seed (SHAKE-256)."""
    stream = hashlib.shake_256(int(seed).to_bytes(8, "little")).digest(8 * length)
    return torch.from_numpy((np.frombuffer(stream, dtype="<u8") % PRIME).astype(np.int64))


def public_key(key):
    """7 ** key modulo p. With p this small, a toy: real keys have 256 bits and more."""
    return pow(7, int(key), PRIME)


def agree(key, public):
    """The seed that the owners of two keys share: the same from either side."""
    return pow(public, int(key), PRIME)

# %% nbgrader={"grade_id": "oracle-round", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_agree_mask(key, public, length):
    """The mask of two clients."""
    return expand(pow(public, key, PRIME), length)


def oracle_masked(updates, keys, seeds):
    """What each client sends, by matrix algebra with a sign for each pair."""
    masked = {}
    for u, update in updates.items():
        total = update + expand(seeds[u], len(update))
        for v in updates:
            if v != u:
                sign = (v > u) - (v < u)
                total = total + sign * oracle_agree_mask(keys[u], public_key(keys[v]), len(update))
        masked[u] = total % PRIME
    return masked


def oracle_unmask(unmask_sum):
    """Rounds with none, some and all but one of the clients gone; who was asked for what."""
    g = torch.Generator().manual_seed(1241)
    for clients, gone in (([0, 1, 2], []), ([3, 5, 8, 9], [5, 9]), ([1, 2, 4], [1, 2]), ([6], [])):
        draws = torch.randint(1, PRIME - 1, (2, len(clients)), generator=g).tolist()
        keys, seeds = (dict(zip(clients, row, strict=True)) for row in draws)
        updates = {u: torch.randint(0, PRIME, (17,), generator=g) for u in clients}
        received = oracle_masked(updates, keys, seeds)
        received = {u: received[u] for u in clients if u not in gone}
        asked = []

        def ask(kind, client, asked=asked, keys=keys, seeds=seeds):
            asked.append((kind, client))
            line = torch.tensor([[{"key": keys, "personal": seeds}[kind][client]], [12345]])
            points = torch.tensor([2, 5])
            return points, evaluate(line, points, PRIME)

        public = {u: public_key(key) for u, key in keys.items()}
        got = unmask_sum(received, public, ask, reconstruct, PRIME)
        truth = sum(updates[u] for u in received) % PRIME
        expect(torch.equal(expect_residues(got, (17,), PRIME, "unmask_sum"), truth), f"clients "
               f"{clients}, of which {gone} dropped out: the sum is wrong", "wrong-sum")
        allowed = {("key" if u in gone else "personal", u) for u in clients}
        expect(set(asked) <= allowed, "the server asked for both secrets of a client, or for the "
               "wrong one: that opens the client's update", "asks-both")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_4-unmask", "solution": true}
def unmask_sum(received, public, ask, reconstruct, p):
    """The sum of the received clients' updates, whoever dropped out; (m,), in 0 to p - 1."""
    ### BEGIN SOLUTION
    total = sum(received.values())
    length = len(total)
    for client in received:
        total = total - expand(int(reconstruct(*ask("personal", client), p)), length)
    for gone in set(public) - set(received):
        key = int(reconstruct(*ask("key", gone), p))
        for client in received:
            mask = expand(agree(key, public[client]), length)
            total = total - mask if client < gone else total + mask
    return total % p
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-unmask-test", "points": 6}
@exercise("12.4")
def test_unmask_sum():
    """One client gone of three, two of four, none of two; two shares open a secret."""
    keys, seeds = {1: 111, 2: 222, 5: 333, 9: 444}, {1: 44, 2: 55, 5: 66, 9: 77}
    for clients, gone, m in (((1, 2, 5), {2}, 3), ((1, 2, 5, 9), {2, 9}, 4), ((5, 9), set(), 2)):
        here, asked = [u for u in clients if u not in gone], []
        sent = {u: u * 10 ** torch.arange(m) + expand(seeds[u], m) for u in here}
        left = torch.zeros(m, dtype=torch.int64)  # pair masks that stay in the sum
        for low, high in [(u, v) for u in clients for v in clients if u < v]:
            mask = expand(agree(keys[low], public_key(keys[high])), m)
            for client, signed in ((low, mask), (high, -mask)):
                if client in sent:
                    sent[client] = sent[client] + signed
                    left = left + signed

        def ask(kind, client, asked=asked):
            asked.append((kind, client))
            secret, points = {"key": keys, "personal": seeds}[kind][client], torch.tensor([3, 7])
            return points, ((secret + 1000 * points) % PRIME)[:, None]

        received = {u: vector % PRIME for u, vector in sent.items()}
        public = {u: public_key(keys[u]) for u in clients}
        with untouched(*received.values()):
            got = unmask_sum(received, public, ask, reconstruct, PRIME)
        got = expect_residues(got, (m,), PRIME, "unmask_sum")
        expect(not {("key", u) for u in here} & set(asked), "you asked for the key of a client "
               "whose vector is here: with its key and its personal seed its update is open",
               "asks-both")
        expect(not {("personal", u) for u in gone} & set(asked), f"you asked for the personal seed "
               f"of {sorted(gone)}, whose key you need: never both of the same client. Its vector "
               "may only be late", "asks-both")
        truth = 10 ** torch.arange(m) * sum(here)
        own = sum(expand(seeds[u], m) for u in here)
        mine = {"keeps-personal": own, "keeps-all": own + left, "ignores-dropouts": left,
                "wrong-sign": 2 * left}
        mine = {name for name, rest in mine.items()
                if left.any() and torch.equal(got, (truth + rest) % PRIME)}
        expect("keeps-personal" not in mine, "the personal masks are still in your sum",
               "keeps-personal")
        expect(not mine & {"keeps-all", "ignores-dropouts"}, f"the masks that {here} share with "
               f"{sorted(gone)}, who dropped out, are still in your sum", "ignores-dropouts")
        expect("wrong-sign" not in mine, f"the masks of {sorted(gone)} are in your sum twice: take "
               "them out with the other sign", "wrong-sign")
        expect(torch.equal(got, truth), f"of the clients {clients}, {here} sent a vector; the sum "
               f"is {truth.tolist()}; yours: {got.tolist()}", "wrong-sum")
    ### BEGIN HIDDEN TESTS
    oracle_unmask(unmask_sum)
    ### END HIDDEN TESTS


test_unmask_sum()
print("12.4b: visible checks passed")

# %% [markdown]
# ### All together
#
# Eleven clients, one digit each, one gradient each, 397,510 numbers a gradient. Client 7 drops out
# after the keys were exchanged. Six of eleven shares open a secret.

# %% id="protocol-demo" tags=["demo"]
scale, length = 2**24, 397_510
eleven = data.sample(test, 11, torch.Generator().manual_seed(4))
dice = torch.Generator().manual_seed(3)
keys, seeds = torch.randint(1, PRIME - 1, (2, 11), generator=dice).tolist()
public = {u: public_key(keys[u]) for u in range(11)}
vault = {kind: shamir_split(torch.tensor(secrets), 6, 11, PRIME, dice, evaluate)
         for kind, secrets in (("key", keys), ("personal", seeds))}


def flat_gradient(model, x, y):
    """A client's gradient as one vector."""
    return torch.cat([part.flatten() for part in client_gradient(model, x, y)])


def send(u, model, personal=True):
    """What client u hands to the server."""
    update = encode(flat_gradient(model, eleven.x[u][None], eleven.y[u][None]), scale, PRIME)
    pairs = {v: expand(agree(keys[u], public[v]), length) for v in range(11) if v != u}
    own = expand(seeds[u], length) if personal else torch.zeros(length, dtype=torch.int64)
    return mask_update(update, u, pairs, own, PRIME)


def ask(kind, client):
    """Six clients hand in their shares of a secret of this client."""
    holders = torch.tensor([1, 2, 4, 5, 9, 10])
    return holders + 1, vault[kind][holders, client][:, None]


present = [u for u in range(11) if u != 7]
received = {u: send(u, network) for u in present}
opened = decode(unmask_sum(received, public, ask, reconstruct, PRIME), scale, PRIME)
truth = sum(flat_gradient(network, eleven.x[u][None], eleven.y[u][None]) for u in present)
print(f"largest difference from the true sum: {(opened - truth).abs().max():.1e} "
      f"(a step of the fixed point is {1 / scale:.1e})")

# %% [markdown]
# The server has the sum. Each single vector that it has seen looks like random numbers.
#
# ### A server that lies
#
# Client 3 has sent its vector. The server says "client 3 has dropped out" and asks the others for
# client 3's key. With it the server can compute every pair mask of client 3 and take it off. Here
# is what it gets, without and with the personal mask.

# %% id="liar-demo" tags=["demo"]
def layer_of(vector):
    """The gradient of the first layer's 500 rows: weight (500, 784) and bias (500,)."""
    return vector[: 500 * 784].reshape(500, 784), vector[500 * 784 : 500 * 785]


def without_pair_masks(vector, u, key):
    """What is left of client u's vector for somebody who has its key."""
    pairs = {v: expand(agree(key, public[v]), length) for v in public if v != u}
    nothing = torch.zeros(length, dtype=torch.int64)
    return decode((vector - mask_update(nothing, u, pairs, nothing, PRIME)) % PRIME, scale, PRIME)


key = int(reconstruct(*ask("key", 3), PRIME))
stolen = [image_from_layer(*layer_of(without_pair_masks(send(3, network, personal), 3, key)))
          for personal in (False, True)]
stolen = torch.stack(stolen).float().clamp(0, 1).reshape(2, 1, 28, 28)
decibels = evaluation.psnr(eleven.x[[3, 3]], stolen).tolist()
figure = plots.image_grid(torch.cat([eleven.x[3][None], stolen]),
                          ["client 3\nkeeps", "without\npersonal mask", "with\npersonal mask"])
plots.show(figure, alt="The digit of client 3, and what the lying server gets: without the "
           f"personal mask at {decibels[0]:.0f} dB, with it at {decibels[1]:.0f} dB.")

# %% [markdown]
# That is what the second mask is for. The vector may also just be late, and the server honest: the
# effect is the same.
#
# **c. What the sum still tells.** The server has the sum of ten gradients and nothing else. Its
# first layer has 500 rows. By the formula of 12.2, row $j$ of the sum is $\sum_k \delta_{jk}\,
# x_k$, where $x_k$ is the image of client $k$. A ReLU switches a unit off for many images; where a
# unit is on for **one client only**, the sum has one term, and the quotient is that client's image.
#
# How does the server know which rows those are? The pixels of a stored image are whole grey levels:
# 255 times a pixel is a whole number. A mixture of two images hardly ever has that in all 784
# places.
#
# Write `images_from_sum(weight_gradient, bias_gradient, tolerance=0.1)`.
#
# - shapes (rows, d) and (rows,); rows with bias gradient 0 tell nothing
# - a row's quotient counts as an image if 255 times each of its pixels lies within `tolerance` of
#   one of the whole numbers 0 to 255; so $-0.05$ is near enough to 0
# - returns the images found, each **once**, rounded to whole grey levels and divided by 255: shape
#   (k, d), in any order; k may be 0
#
# <details><summary>Hint 1: where to look</summary>
# It is <code>image_from_layer</code> for every row, and a test of each result.
# <details><summary>Hint 2: the idea</summary>
# Compare each quotient, times 255, with its rounded self. After rounding, two rows of the same
# client are equal, and <code>unique(dim=0)</code> keeps one.
# <details><summary>Hint 3: nearly the code</summary>
# <code>live = bias_gradient != 0</code>; <code>grey</code> is 255 times the live rows divided by
# their bias gradients (<code>[:, None]</code>); <code>whole = grey.round()</code>. A row is kept if
# the largest of <code>(grey - whole).abs()</code> is at most <code>tolerance</code>, the smallest
# entry of <code>whole</code> at least 0 and the largest at most 255. Return the kept rows of
# <code>whole</code>, <code>.unique(dim=0)</code>, divided by 255.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-sum", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_alone(network, x):
    """Which images some unit of the first layer sees alone."""
    with torch.no_grad():
        on = network[1](x.flatten(1)) > 0
    return on[:, on.sum(0) == 1].any(1)


def oracle_sum(images_from_sum):
    """Random networks and digits: just the images that some unit sees alone, each once."""
    digits = data.mnist("test")
    for seed, n, rows in ((1242, 10, 120), (1243, 25, 200), (1244, 1, 9)):
        g = torch.Generator().manual_seed(seed)
        network = models.mlp(784, rows, 10, generator=g, dtype=torch.float64)
        some = data.sample(digits, n, g)
        x = (some.x.double() * 255).round() / 255
        pairs = zip(x, some.y, strict=True)
        each = [client_gradient(network, one[None], y[None])[:2] for one, y in pairs]
        got = images_from_sum(sum(w for w, _ in each), sum(b for _, b in each))
        expect(got.dim() == 2 and got.shape[1] == 784, "images_from_sum must return shape (k, d)",
               "wrong-shape")
        levels = [tuple(row) for row in (255 * got).round().long().tolist()]
        truth = [tuple(row) for row in (255 * x.flatten(1)).round().long().tolist()]
        alone = [row for row, one in zip(truth, oracle_alone(network, x), strict=True) if one]
        expect(set(levels) <= set(truth), "one of your images is no client's: a mixture",
               "keeps-mixtures")
        expect(len(levels) == len(set(levels)), "an image comes twice", "counts-twice")
        expect(set(levels) >= set(alone), f"of {n} clients, {len(alone)} are alone in some row; "
               f"you found {len(levels)}", "misses-images")
    got = expect_tensor(images_from_sum(torch.zeros(4, 6), torch.zeros(4)), (0, 6), "no image")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_4-sum", "solution": true}
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    """The images that a sum of gradients holds in full, each once: (rows, d), (rows,) -> (k, d)."""
    ### BEGIN SOLUTION
    live = bias_gradient != 0
    grey = 255 * weight_gradient[live] / bias_gradient[live, None]
    whole = grey.round()
    fits = ((grey - whole).abs() <= tolerance) & (whole >= 0) & (whole <= 255)
    return whole[fits.all(1)].unique(dim=0) / 255
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-sum-test", "points": 4}
@exercise("12.4")
def test_images_from_sum():
    """Two images of three pixels; rows off, of A, faint of B, mixed, A again, outside, rough."""
    a, b = torch.tensor([51.0, 0, 255]) / 255, torch.tensor([0.0, 102, 204]) / 255
    terms = torch.tensor([[0, 0], [0.5, 0], [0, -2e-4], [0.3, 0.41], [-0.1, 0], [0.2, -0.1]])
    weight, bias = terms @ torch.stack([a, b]), terms.sum(1)
    with untouched(weight, bias):
        got = images_from_sum(weight, bias)
    expect(isinstance(got, torch.Tensor) and got.dim() == 2 and got.shape[1] == 3,
           "images_from_sum must return shape (k, 3) here: one row per image", "wrong-shape")
    expect(torch.isfinite(got).all(), "you divided by a bias gradient of zero", "dead-row")
    levels = sorted((255 * got).round().long().tolist())
    expect(len({tuple(row) for row in levels}) == len(levels),
           "an image comes twice: two rows that only client A switched on, equal when rounded",
           "counts-twice")
    expect(got.numel() == 0 or got.abs().max() < 9, "black is 0 and white 1 in an image, and yours "
           f"goes up to {got.abs().max():g}: divide the grey levels by 255", "not-divided")
    expect(len(levels) != 1, "there are two images in this sum: look at every row whose "
           "bias gradient is not 0, be it 0.0002 or below 0", "misses-images")
    expect(levels == [[0, 102, 204], [51, 0, 255]], "the images are (0, 102, 204) and (51, 0, 255) "
           f"in grey levels; yours: {levels}. A mixture shows by its fractions, and by levels "
           "below 0 or above 255", "keeps-mixtures")
    try:
        part = images_from_sum(torch.tensor([[10.0, 20, 30.2]]) / 255, torch.ones(1))
    except RuntimeError as error:
        expect(False, f"where no row is an image, k is 0, and yours stops: {error}", "none-found")
    expect(len(part) == 0, "levels of 10, 20 and 30.2 are no image: every pixel must be near a "
           "whole number, not most of them", "keeps-mixtures")
    outside = images_from_sum(torch.tensor([[256.0, 10, 0], [-1, 3, 5]]) / 255, torch.ones(2))
    expect(len(outside) == 0, "levels of 256 or -1 are none of 0 to 255, whole as they are: such a "
           f"row is no image; yours: {(255 * outside).round().tolist()}", "out-of-range")
    rough = torch.tensor([[-0.05, 7.04, 255.06]]) / 255  # one row, bias gradient 1
    counts = {}
    for tolerance in (0.01, 0.1):
        got = images_from_sum(rough, torch.ones(1), tolerance)
        counts[tolerance] = len(expect_tensor(got, (len(got), 3), "images_from_sum"))
    expect(counts[0.01] == 0, "levels of -0.05, 7.04 and 255.06 are no image at tolerance = 0.01; "
           "you returned one", "ignores-tolerance")
    expect(counts[0.1] == 1, "levels of -0.05, 7.04 and 255.06 are within the tolerance 0.1 of 0, "
           "7 and 255; you returned no image: compare the rounded levels with 0 and 255",
           "rejects-rounding")
    expect(torch.equal((255 * got).round(), torch.tensor([[0.0, 7, 255]]).to(got.dtype)) and
           (255 * got - (255 * got).round()).abs().max() < 1e-3, "return whole grey levels divided "
           f"by 255: 0, 7 and 255; times 255 yours are {(255 * got[0]).tolist()}", "not-rounded")
    ### BEGIN HIDDEN TESTS
    oracle_sum(images_from_sum)
    ### END HIDDEN TESTS


test_images_from_sum()
print("12.4c: visible checks passed")

# %% [markdown] id="predict-moment"
# ### Predict, then run
#
# Ten clients, one digit each, a network with fresh random weights, and the protocol above without a
# fault. How many of the ten digits does the server get back from the sum, right in every pixel?
# Write `my_guess_of_ten = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_4-predict", "solution": true}
PREDICT = {
    "name": "my_guess_of_ten", "kind": "number", "low": 0, "high": 10, "outcome": 10,
    "seen": r"(\d+) of 10 clients' digits",
}
### BEGIN SOLUTION
my_guess_of_ten = 2
### END SOLUTION

# %% id="moment-demo" tags=["demo"]
def pictures(rows):
    """Rows of 784 pixels as images."""
    return rows.float().reshape(-1, 1, 28, 28)


def ten_in_a_sum(seed):
    """Ten digits and the first layer of the sum of their gradients, all of this seed."""
    g = torch.Generator().manual_seed(seed)
    model, digits = models.mlp(784, 500, 10, generator=g), data.sample(test, 10, g)
    total = sum(flat_gradient(model, x[None], y[None]) for x, y in zip(*digits, strict=True))
    return digits, layer_of(total.double())


def in_full(layer, x):
    """How many of the images x are among those that the sum gives back, in every pixel."""
    found = pictures(images_from_sum(*layer))
    gaps = torch.cdist(x.flatten(1), found.flatten(1), p=torch.inf)
    return (gaps < 1e-6).any(1).sum().item()


kept, recovered = eleven.x[present], pictures(images_from_sum(*layer_of(opened)))
print(f"from the sum of {len(present)} gradients: {len(recovered)} images; "
      f"{in_full(layer_of(opened), kept)} of {len(present)} clients' digits, right in every pixel")
print(f"you said: {my_guess_of_ten}")
sums = [ten_in_a_sum(seed) for seed in range(5)]
again = [in_full(layer, digits.x) for digits, layer in sums]
print(f"five other networks, ten other digits each: {again}")
on = network[1](kept.flatten(1)) > 0
alone = on[:, on.sum(0) == 1].sum(1)
print(f"a unit is on for {on.float().mean():.0%} of the images on average; {alone.sum()} of the "
      f"500 units are on for one client only: {alone.min()} to {alone.max()} for each client")
figure = plots.image_grid([kept, recovered], row_labels=["kept by clients", "from the sum"])
plots.show(figure, alt=f"Above, the ten digits that the clients kept; below, the {len(recovered)} "
           "images that the server computed from the sum of their gradients, in another order.")

# %% [markdown]
# "Only the sum was shared." No key was broken, no client lied, the masks did all they promised. The
# sum itself holds the digits: a unit is on for about half of the images, and still some units are
# on for one of ten.
#
# ### What lowers it?
#
# First, more images in the sum. Ten clients again, with more images each:

# %% id="crowd-demo" tags=["demo"]
for size in (1, 2, 4, 8, 16):
    found = []
    for seed in range(5):
        some = data.sample(train, 10 * size, torch.Generator().manual_seed(100 * size + seed))
        total = sum(flat_gradient(network, *part) for part in data.batches(*some, size))
        found.append(in_full(layer_of(total.double()), some.x))
    print(f"{size:2} image(s) per client: {min(found)} to {max(found)} of {10 * size} images come "
          f"back, right in every pixel (five draws: {found})")

# %% [markdown]
# Numbers help against this attack, which needs a row to itself. A handful of 80 is not nobody: one
# unlucky client is still a person whose picture is out. And the rows come from the server, who may
# choose them (exercise 12.8).
#
# Second, noise. Each number of the sum gets a normal random number of standard deviation $\sigma$
# on top. The table shows the same attack row by row: all 500 quotients, and for each client the
# best of them, picked by somebody who knows the truth. A *reader*, a linear model that was trained
# on other digits, then says which digit it is. Two yardsticks need no attack at all: the mean of
# all training digits, and the same picking and reading when the sum is nothing but noise.

# %% id="noise-demo" tags=["demo"]
levels, reader = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0), models.linear()
training.fit(reader, data.sample(train, 20_000, torch.Generator().manual_seed(0)), epochs=3,
             generator=torch.Generator().manual_seed(0))


def noisy(layer, sigma, seed):
    """The first layer of a sum with noise on each number."""
    g = torch.Generator().manual_seed(1000 + seed)
    return [part + sigma * torch.randn(part.shape, generator=g, dtype=part.dtype) for part in layer]


def best_rows(layer, x):
    """For each image the quotient that comes nearest to it, and its PSNR."""
    rows = torch.stack([image_from_layer(w[None], b[None]) for w, b in zip(*layer, strict=True)
                        if b != 0]).clamp(0, 1)
    nearest = torch.cdist(x.flatten(1).double(), rows.double()).argmin(1)
    best = pictures(rows[nearest])
    return best, evaluation.psnr(x, best)


def attacked(sigma, change=lambda layer: layer, keep=1):
    """Five sums of ten (times keep): their median PSNRs, how many of fifty the reader reads."""
    medians, read = [], 0
    for seed, (digits, layer) in enumerate(sums):
        sent = noisy([keep * part for part in layer], sigma, seed)
        best, decibels = best_rows(change(sent), digits.x)
        medians.append(decibels.median().item())
        read += (reader(best).argmax(1) == digits.y).sum().item()
    return medians, read


average_digit = train.x.mean(0, keepdim=True)
plain = [evaluation.psnr(d.x, average_digit.expand_as(d.x)).median().item() for d, _ in sums]
kept_read = sum((reader(d.x).argmax(1) == d.y).sum().item() for d, _ in sums)
row_by_row = {sigma: attacked(sigma) for sigma in levels}
for sigma, (medians, read) in row_by_row.items():
    print(f"sigma {sigma:<5g} row by row: median PSNR {np.mean(medians):4.1f} dB (five sums: "
          f"{min(medians):.1f} to {max(medians):.1f}), {read} of 50 digits read")
print(f"the mean digit: {np.mean(plain):.1f} dB ({min(plain):.1f} to {max(plain):.1f})")
print(f"noise alone, row by row: {attacked(1.0, keep=0)[1]} of 50 read")
print(f"the reader reads {kept_read} of the 50 digits themselves")

# %% [markdown]
# At $\sigma = 0.1$ the best row is farther from the digit than the mean of all digits is, and the
# reader reads little of it. An engineer would say: "0.1 is enough, the pictures are gone."
#
# **d. Ten images behind five hundred rows.** The attack above looks at one row at a time. But all
# rows hold the same ten images: without noise, row $j$ of the matrix $[W \,|\, b]$ (weights and
# bias side by side) is $\sum_k \delta_{jk}\, (x_k, 1)$, a mixture of ten vectors. So the matrix of
# 500 rows and 785 columns has rank ten at most. Noise has no such reason to stay in ten directions.
#
# Write `clean_rows(weight_gradient, bias_gradient, clients)`: of all matrices of rank at most
# `clients`, the one nearest to $[W \,|\, b]$, in the sum of squared differences. (Which one that
# is: Eckart and Young 1936.)
#
# - shapes (rows, d) and (rows,), any floats; returns the cleaned weight and bias, same shapes
# - `clients` may be more than there are rows or columns: then nothing has to change
#
# <details><summary>Hint 1: where to look</summary>
# The singular value decomposition writes a matrix as a sum of matrices of rank one, the largest
# first.
# <details><summary>Hint 2: the idea</summary>
# The bias is one more column, and as noisy as the others: put it beside the weights before you
# decompose, and take it off at the end.
# <details><summary>Hint 3: nearly the code</summary>
# <code>u, s, vh = torch.linalg.svd(torch.cat([weight_gradient, bias_gradient[:, None]], 1),
# full_matrices=False)</code>; then <code>(u[:, :clients] * s[:clients]) @ vh[:clients]</code>, and
# of that all columns but the last, and the last.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-rank", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_nearest(clean_rows, clients, rows, d, dtype, g):
    """Rank and distance of what comes back, against the tail of the singular values."""
    mixed = torch.randn(rows, clients, generator=g) @ torch.rand(clients, d + 1, generator=g)
    noisy = (mixed + 0.2 * torch.randn(rows, d + 1, generator=g)).to(dtype)
    got = clean_rows(noisy[:, :-1].clone(), noisy[:, -1].clone(), clients)
    expect(isinstance(got, tuple | list) and len(got) == 2, "return weight and bias, two tensors",
           "no-pair")
    weight = expect_tensor(got[0], (rows, d), "the weight of clean_rows")
    bias = expect_tensor(got[1], (rows,), "the bias of clean_rows")
    clean, received = torch.cat([weight, bias[:, None]], 1).double(), noisy.double()
    rank = int((torch.linalg.svdvals(clean) > 1e-3).sum())
    expect(rank <= clients, f"with {clients} clients, {rows} rows and {d} pixels your matrix has "
           f"rank {rank}", "wrong-rank")
    tail, off = torch.linalg.svdvals(received)[clients:].norm(), (received - clean).norm()
    expect(off < tail + 1e-3, f"with {clients} clients, {rows} rows and {d} pixels the nearest "
           f"matrix is {tail:.3f} away, yours {off:.3f}", "not-nearest")


def oracle_rank(clean_rows):
    """Other shapes and dtypes; more clients than rows; the digits behind noise."""
    g = torch.Generator().manual_seed(1243)
    for clients, rows, d, dtype in ((1, 6, 9, torch.float64), (4, 30, 7, torch.float32),
                                    (5, 9, 40, torch.float32), (3, 3, 20, torch.float64),
                                    (8, 5, 6, torch.float64), (9, 20, 4, torch.float32)):
        oracle_nearest(clean_rows, clients, rows, d, dtype, g)
    network = models.mlp(784, 200, 10, generator=g)
    some = data.sample(data.mnist("test"), 5, g)
    each = [client_gradient(network, x[None], y[None])[:2] for x, y in zip(*some, strict=True)]
    sent = [sum(parts) for parts in zip(*each, strict=True)]
    weight, bias = (part + 0.01 * torch.randn(part.shape, generator=g) for part in sent)
    weight, bias = clean_rows(weight, bias, 5)
    off = ((weight - sent[0]).norm() ** 2 + (bias - sent[1]).norm() ** 2) / (200 * 785)
    expect(off.sqrt() < 0.003, "noise of 0.01 on the sum of five gradients must shrink below "
           f"0.003; yours is at {off.sqrt():.4f}", "not-nearest")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_4-rank", "solution": true}
def clean_rows(weight_gradient, bias_gradient, clients):
    """The nearest [W | b] of rank at most `clients`: (rows, d), (rows,) -> (rows, d), (rows,)."""
    ### BEGIN SOLUTION
    rows = torch.cat([weight_gradient, bias_gradient[:, None]], 1)  # not-an-answer: [W | b]
    u, s, vh = torch.linalg.svd(rows, full_matrices=False)
    clean = (u[:, :clients] * s[:clients]) @ vh[:clients]
    return clean[:, :-1], clean[:, -1]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-rank-test", "points": 5}
@exercise("12.4")
def test_clean_rows():
    """Sums of two, one and three clients over eight rows of five pixels, with noise and without."""
    g = torch.Generator().manual_seed(0)
    for clients, sigma in ((2, 0.0), (2, 0.3), (1, 0.3), (3, 0.1)):
        images = torch.cat([torch.rand(clients, 5, generator=g), torch.ones(clients, 1)], dim=1)
        rows = torch.randn(8, clients, generator=g) @ images
        rows = rows + sigma * torch.randn(8, 6, generator=g)
        weight, bias = rows[:, :-1].clone(), rows[:, -1].clone()
        with untouched(weight, bias):
            got = clean_rows(weight, bias, clients)
        expect(isinstance(got, tuple | list) and len(got) == 2, "return the cleaned weight and the "
               "cleaned bias, two tensors", "no-pair")
        new = expect_tensor(got[0], (8, 5), "the weight of clean_rows")
        column = expect_tensor(got[1], (8,), "the bias of clean_rows")
        clean = torch.cat([new, column[:, None]], dim=1).double()
        sizes, off = torch.linalg.svdvals(rows.double()), (clean - rows.double()).norm()
        expect(abs(off - sizes[:-clients].norm()) > 1e-3, "you kept the smallest singular values; "
               "the images are in the largest", "keeps-smallest")
        expect(sigma > 0 or off < 1e-4, f"without noise {clients} clients give a matrix of rank "
               f"{clients}, and nothing must change; yours is {off:.3f} away", "changes-clean")
        expect(sigma == 0 or off > 1e-4, "nothing was cleaned: your rows are those that came in",
               "keeps-noise")
        expect(sigma == 0 or not torch.allclose(column, bias, atol=1e-6), "the bias came back as "
               "noisy as it was: it is one more column of the matrix", "weights-alone")
        rank = int((torch.linalg.svdvals(clean) > 1e-4).sum())
        expect(rank <= clients, f"your weights and bias side by side have rank {rank}; with "
               f"{clients} client(s) it must be at most {clients}", "wrong-rank")
        expect(off < sizes[clients:].norm() + 1e-3, f"the nearest matrix of rank {clients} is "
               f"{sizes[clients:].norm():.4f} away from what came in; yours is {off:.4f} away",
               "not-nearest")
    wide = torch.tensor([[1.0, 2, 3, 4], [0, 1, 0, 2]])
    for rows in (wide, wide.T):
        try:
            new, column = clean_rows(rows[:, :-1].clone(), rows[:, -1].clone(), 5)
        except (IndexError, RuntimeError, ValueError) as error:
            expect(False, f"five clients, {len(rows)} rows and {rows.shape[1] - 1} pixels: nothing "
                   f"has to change; yours stops with {type(error).__name__}", "more-clients")
        expect(torch.allclose(torch.cat([new, column[:, None]], 1).double(), rows.double(),
                              atol=1e-4), f"five clients, {len(rows)} rows and "
               f"{rows.shape[1] - 1} pixels: nothing has to change, and yours changed",
               "more-clients")
    ### BEGIN HIDDEN TESTS
    oracle_rank(clean_rows)
    ### END HIDDEN TESTS


test_clean_rows()
print("12.4d: visible checks passed")

# %% [markdown] id="predict-rank"
# ### Predict, then run
#
# The same noisy sums as in the table above, cleaned first, then divided row by row as before. At
# $\sigma = 0.1$, how many of the 50 digits does the reader read now? Write
# `my_guess_read_of_50 = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_4-predict-rank", "solution": true}
PREDICT = {
    "name": "my_guess_read_of_50", "kind": "number", "low": 0, "high": 50, "outcome": 34,
    "seen": r"sigma 0\.1 +row by row .* rank ten .* (\d+) of 50 read",
}
### BEGIN SOLUTION
my_guess_read_of_50 = 20
### END SOLUTION

# %% id="rank-demo" tags=["demo"]
cleaned = {sigma: attacked(sigma, lambda layer: clean_rows(*layer, 10)) for sigma in levels}
for sigma in levels:
    (rows_db, rows_read), (medians, read) = row_by_row[sigma], cleaned[sigma]
    print(f"sigma {sigma:<5g} row by row {np.mean(rows_db):4.1f} dB, {rows_read} of 50 read; rank "
          f"ten {np.mean(medians):4.1f} dB ({min(medians):.1f} to {max(medians):.1f}), {read} of "
          "50 read")
print(f"noise alone, rank ten: {attacked(1.0, lambda layer: clean_rows(*layer, 10), 0)[1]} of 50 "
      f"read; the digits themselves: {kept_read} of 50; the mean digit: {np.mean(plain):.1f} dB")
for rank in (5, 20):
    read = attacked(0.1, lambda layer, rank=rank: clean_rows(*layer, rank))[1]
    print(f"sigma 0.1, cleaned to rank {rank} instead: {read} of 50 read")
print(f"you said: {my_guess_read_of_50} read at 0.1")
at = noisy(sums[0][1], 0.03, 0)
views = [best_rows(layer, sums[0][0].x) for layer in (at, clean_rows(*at, 10))]
figure = plots.image_grid([sums[0][0].x, *[best for best, _ in views]],
                          row_labels=["kept", "row by row", "rank ten"])
plots.show(figure, alt="Ten digits, and what two attacks make of their noisy sum, sigma = 0.03: "
           f"row by row at a median of {views[0][1].median():.1f} dB, and cleaned to rank ten at "
           f"{views[1][1].median():.1f} dB.")

# %% [markdown]
# The noise was the same, the sum was the same. The 392,500 noisy numbers of the layer hold no more
# than about $10 \cdot (500 + 785)$ free ones, one in thirty. All other directions contain nothing
# but noise, and the server throws them away. The pictures are from $\sigma = 0.03$, where a row by
# itself is hardly nearer to the digit than the mean digit, and in rank ten most digits can be read.
# At 0.1, where "the pictures are gone", the reader still reads most of what it can read at all,
# though to the eye many of the pictures are one and the same blur. (The server need not know that
# there were ten: with rank 5 or 20 the reader reads about as many.) At 0.3 this attack still reads
# more than there is to read in noise alone; at 1 it does not.
#
# **An attack that fails bounds nothing but itself.** Row by row was not the best the server could
# do, and nobody has shown that rank ten is. (Somebody who knows the truth picks the best row for
# each client, which flatters both attacks. And neither uses what digits look like.)
#
# ### When is noise enough?
#
# So ask in a way that covers every attack. The server knows that a client has either this digit or
# another one, knows everybody else's digits, and the noise is normal and independent for each
# number. Then, for each rate of false alarms, no test catches more than this one (Neyman and
# Pearson 1933): project the noisy sum on the difference of the two possible gradients, and call
# "this digit" above a threshold. A server that knows less cannot do better.
#
# The next picture shows the two attacks on one client's digit, how likely each value of the
# projection is in the two worlds, and the ROC: how many of the first world the test catches (true
# positives) for how many false alarms. The area under it, AUC, is 1 if the worlds never mix up and
# 0.5 for guessing.
#
# Before you move the slider: at which noise is the picture gone for both attacks, and at which is
# the question unanswerable? Is it the same noise?

# %% id="noise-slider" tags=["demo"]
from matplotlib.figure import Figure
from scipy.stats import norm

worlds = torch.stack([flat_gradient(network, x[None], y[None])
                      for x, y in zip(kept, eleven.y[present], strict=True)]).double()
distance = torch.cdist(worlds, worlds)
apart = distance[0, 1].item()
pairs = distance[tuple(torch.triu_indices(10, 10, 1))]
print(f"two possible gradients differ by {apart:.1f} here; over all 45 pairs of these digits by "
      f"{pairs.min():.1f} to {pairs.max():.1f}")


def two_attacks(sigma):
    """What row by row and rank ten make of the first client's digit, and the PSNR of each."""
    layer = noisy(layer_of(opened), sigma, 0)
    both = [best_rows(change, kept[:1]) for change in (layer, clean_rows(*layer, 10))]
    return [(best[0, 0], decibels.item()) for best, decibels in both]


def draw(sigma):
    """A digit, two attacks on it, the projection in both worlds, and the ROC of the best test."""
    figure = Figure(figsize=(12, 3.2), layout="constrained")
    *axes, middle, right = figure.subplots(1, 5, width_ratios=(1, 1, 1, 1.9, 1.4))
    (rows_image, rows_db), (rank_image, rank_db) = two_attacks(sigma)
    for ax, name, image in zip(axes, (f"kept: {eleven.y[0]}\n", f"row by row\n{rows_db:.0f} dB",
                                      f"rank ten\n{rank_db:.0f} dB"),
                               (kept[0, 0], rows_image, rank_image), strict=True):
        ax.imshow(image, cmap="gray", vmin=0, vmax=1)
        ax.set_title(name)
        ax.set_axis_off()
    place = np.linspace(-40, 40, 2001)
    for centre, name, colour, dashes in ((apart / 2, "this digit", "blue", "-"),
                                         (-apart / 2, "another", "vermillion", "--")):
        middle.plot(place, np.exp(-((place - centre) / sigma) ** 2 / 2), dashes, label=name,
                     color=plots.PALETTE[colour])
    middle.set(xlabel="projection of the noisy sum", ylabel="likelihood / its peak",
                ylim=(0, 1.35), yticks=(0, 0.5, 1), title=f"sigma = {sigma:g}")
    middle.legend(fontsize=9, ncols=2, loc="upper center", frameon=False)
    alarms = np.linspace(0, 1, 201)
    right.plot(alarms, norm.cdf(norm.ppf(alarms) + apart / sigma), color=plots.PALETTE["black"])
    right.plot([0, 1], [0, 1], ":", color=plots.PALETTE["wine"])
    right.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.03, 1.03),
                ylim=(-0.03, 1.03), title=f"AUC {norm.cdf(apart / sigma / 2**0.5):.3f}")
    return figure


def in_words(sigma):
    """The numbers of the picture."""
    (_, first), (_, second) = two_attacks(sigma)
    area = norm.cdf(apart / sigma / 2**0.5)
    return (f"Noise {sigma:g}: a digit; as row by row finds it ({first:.0f} dB) and as rank ten "
            f"does ({second:.0f} dB); the projection in two worlds, {apart:.1f} apart with this "
            f"spread; the ROC of the best test, with area {area:.3f}.")


places = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
widgets.sliders(draw, {"sigma (noise on each number)": places}, alt=in_words,
                stills=[[0.03], [0.1], [1.0], [30.0]])
print(f"the whole sum of ten has length {opened.norm():.1f}")
for sigma in (0.3, 1.0, 3.0, 30.0):
    print(f"sigma {sigma:g}: with the threshold in the middle the best test errs in "
          f"{norm.cdf(-apart / sigma / 2):.2g} of all cases")

# %% [markdown]
# At 1 neither attack shows anything, and the best test still errs less than once in ten thousand
# cases. Only at 30 does the ROC come near the diagonal. (Some pairs lie nearer to each other, as
# printed.) "One cannot see anything any more" is no privacy claim, whoever tried. And 30, which the
# noise has in any direction, is twice the length of the whole sum, so little is left to learn from
# it either: here, to hide one of ten is to hide all ten. Differential privacy (Lab 11) asks the
# second question, with more people in the sum.
#
# ### In words (3 of the 21 points)
#
# Both sentences are invented, and could stand in a proposal.
#
# An engineer says: "The pair masks already hide every vector. The personal masks double the number
# of shares; let us drop them." The press office says: "Nobody can learn anything about an
# individual's data. Only the sum is ever seen, and we added noise until our attack found nothing."
# Answer each in two or three sentences, with a number from your own runs in the second.
#
# <details><summary>Hint 1: where to look</summary>
# The lying server for the first; the moment with ten digits and the two tables for the second.
# <details><summary>Hint 2: the idea</summary>
# Whose keys can the server ask for, and when? What does a sum with one term tell? Whose failure is
# the failure of an attack?
# <details><summary>Hint 3: nearly the words</summary>
# "If a vector is late or called missing, the others open ... and then the update is ..." "From the
# sum of ten gradients I got back ..., and with noise of ..., where one attack found nothing,
# another ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex12_4-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# To the engineer: a server that calls a client missing, or whose network is slow, gets that
# client's key from the others and can undo all its pair masks. If the vector has arrived, or
# arrives later, only the personal mask still hides it, and its seed is never opened for a client
# that was called missing. Without it the update lies open.
#
# To the press office: the protocol hides everything *but* the sum, and says nothing about what the
# sum tells. From the sum of ten gradients I got ten of ten digits back, right in every pixel,
# because some rows of the first layer are on for one client only. And your attack's failure is only
# your attack's: with noise of 0.1 a reader read 14 of 50 digits row by row, and 34 of 50 once the
# attack used that the sum has rank ten. A promise about individuals needs a
# bound on every attack (noise of a stated size, and what it does to the best test), not a failed
# one.
#
# Rubric:
#
# - 1 point: the key of a client that is called missing (or is late) opens its pair masks, and only
#   the personal mask still protects the vector
# - 1 point: secure aggregation hides all but the sum, and the sum itself can hold single images;
#   or: a failed attack says nothing about a better one
# - 1 point: a number of the own run, with its condition (how many clients, how much noise)
#
# Sample A (3/3): "If the server pretends that I dropped out, the others give it my key, and it
# takes my pair masks off; the personal mask is then the only thing left. And the sum is not
# harmless: I got all ten digits of ten clients back from it, because some neurons only fire for one
# of them."
#
# Sample B (1/3): "The personal masks make it safer against hackers, so keep them. The press office
# is wrong, because the sum of ten gradients gave back 10 of 10 digits without noise."
# (One point for the number with its condition. It does not say what the personal mask is for, nor
# why a sum can hold a single image.)
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 85 minutes: exercises 12.5 to 12.8.

# %% [markdown]
# Nothing depends on the four exercises below.
#
# ## Exercise 12.5: multiply what nobody may see (4 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: sums are easy. With products one can compute anything: a
# hospital gets a prediction without showing the patient, and a company gives it without showing the
# model.
#
# Two or more parties hold additive shares of $x$ and of $y$. They want shares of $x y$. The trick
# (Beaver 1991) is a triple prepared beforehand, by a dealer or by a longer protocol: shares of
# random $a$, $b$ and of $c = a b$, which none of the parties knows. The parties open only $d = x -
# a$ and $e = y - b$. Since $a$ and $b$ are random, $d$ and $e$ are random, too. And then
#
# $$ x y = c + d b + e a + d e, $$
#
# in which $d$ and $e$ are public numbers and $a$, $b$, $c$ are shared.
#
# **a. `multiply_shares(x, y, a, b, c, p)`**
#
# - all five: shape (n, ...), int64, row i is the share of party i; they add up modulo p
# - returns shares of the product, the same shape, in 0 to p - 1
# - party i may use its own shares and the opened d and e, nothing else
# - the sum of three products runs over an int64
#
# <details><summary>Hint 1: where to look</summary>
# To open means: add up over the parties (dimension 0), modulo p.
# <details><summary>Hint 2: the idea</summary>
# Each party computes $c_i + d\,b_i + e\,a_i$. The term $d\,e$ is public, and must be in the sum
# once: one party adds it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>d = (x - a).sum(0) % p</code>, <code>e = (y - b).sum(0) % p</code>; <code>product = (c + d *
# b % p + e * a % p) % p</code>; then <code>product[0] = (d * e + product[0]) % p</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-beaver", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_shares(secret, k, p, g):
    """Additive shares of a tensor of any shape, for the tests of what builds on them."""
    rows = torch.randint(0, p, (k, *secret.shape), generator=g)
    rows[-1] = (secret - rows[:-1].sum(0)) % p
    return rows


def oracle_product(x, y, p):
    """Products modulo p, in Python's whole numbers."""
    flat = [u * v % p for u, v in zip(x.flatten().tolist(), y.flatten().tolist(), strict=True)]
    return torch.tensor(flat, dtype=torch.int64).reshape(x.shape)


def oracle_beaver(multiply_shares):
    """Every x, y, a, b modulo 5; large numbers; and nobody may use another's share."""
    g = torch.Generator().manual_seed(1250)
    for k, p, secrets in ((2, 5, torch.cartesian_prod(*[torch.arange(5)] * 4).T),
                          (4, PRIME, torch.randint(0, PRIME, (4, 30), generator=g))):
        x, y, a, b = secrets
        shares = [oracle_shares(s, k, p, g) for s in (x, y, a, b, oracle_product(a, b, p))]
        got = expect_residues(multiply_shares(*shares, p), shares[0].shape, p, "multiply_shares")
        expect(torch.equal(got.sum(0) % p, oracle_product(x, y, p)), f"modulo {p} the shares do "
               "not add up to the product; if only large numbers go wrong, an int64 ran over",
               "overflow")
        top = torch.tensor([p - 2, p - 2, p - 1, p - 1, 1])  # a * b = 1, and party 0 holds it all
        all_in_one = [torch.stack([one, *[0 * one] * (k - 1)])[:, None] for one in top]
        got_top = multiply_shares(*all_in_one, p).sum(0) % p
        expect(got_top.item() == 4, f"(p - 2) * (p - 2) is 4 modulo p = {p}: the sum of three "
               "large products ran over an int64", "overflow")
        moved = [s.clone() for s in shares]
        for s in (moved[0], moved[2]):  # party 1's x and a, so that d stays as it is
            s[1] = (s[1] + 1) % p
        again = multiply_shares(*moved, p)
        expect(torch.equal(again[0], got[0]), "party 0's result changes when party 1's secret "
               "shares do, though d and e are the same: it has seen what it may not",
               "opens-secrets")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_5-beaver", "solution": true}
def multiply_shares(x, y, a, b, c, p):
    """Shares of x * y from a triple with c = a * b: all of shape (k, ...), a row per party."""
    ### BEGIN SOLUTION
    d = (x - a).sum(0) % p
    e = (y - b).sum(0) % p
    product = (c + d * b % p + e * a % p) % p
    product[0] = (product[0] + d * e % p) % p
    return product
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_5-beaver-test", "points": 3}
@exercise("12.5")
def test_multiply_shares():
    """Two and three parties modulo 101, then numbers as large as they get."""
    for k in (2, 3):
        x, y = torch.tensor([[50, 1], [57, 99], [0, 0]])[:k], torch.tensor([[9, 60], [99, 40],
                                                                            [0, 0]])[:k]
        a, b = torch.tensor([[10, 20], [30, 40], [7, 8]])[:k], torch.tensor([[3, 4], [5, 6],
                                                                             [9, 1]])[:k]
        c = torch.tensor([[77, 33], [0, 0], [0, 0]])[:k]
        c[1] = (a.sum(0) * b.sum(0) - c[0]) % 101
        with untouched(x, y, a, b, c):
            got = multiply_shares(x, y, a, b, c, 101)
        got = expect_residues(got, (k, 2), 101, "multiply_shares")
        d, e = (x - a).sum(0), (y - b).sum(0)
        opened, truth = got.sum(0) % 101, torch.tensor([42, 1])
        expect(not torch.equal(opened, (truth + (k - 1) * d * e) % 101), "d * e is in your result "
               "once for each party: it is public, one party adds it", "adds-de-twice")
        expect(not torch.equal(opened, (truth - d * e) % 101), "d * e is missing", "no-de")
        expect(not torch.equal(opened, (x * y).sum(0) % 101), "the product of two sums is not the "
               "sum of the products: x_1 y_2 and x_2 y_1 are missing", "local-product")
        expect(torch.equal(opened, truth), f"the shares of {k} parties must add up to 42 and 1 "
               f"modulo 101; yours: {opened.tolist()}", "wrong-product")
        moved = [s.clone() for s in (x, y, a, b, c)]
        for s in (moved[0], moved[2]):  # party 1's x and a, so that d stays as it is
            s[1] += 1
        expect(torch.equal(multiply_shares(*moved, 101)[0], got[0]), "party 0's result changes "
               "when party 1's shares do, though d and e are the same: it has seen what it may not",
               "opens-secrets")
    top = [torch.tensor([[v], [0]]) for v in (PRIME - 2, PRIME - 2, PRIME - 1, PRIME - 1, 1)]
    got = multiply_shares(*top, PRIME).sum(0).item() % PRIME
    expect(got == 4, "modulo 2^31 - 1, -2 times -2 is 4; yours: "
           f"{got}. The sum of three large products does not fit into an int64", "overflow")
    ones, none = torch.full((4, 1), PRIME - 1), torch.zeros(4, 1, dtype=torch.int64)
    got = multiply_shares(ones, ones, none, none, none, PRIME).sum(0).item() % PRIME
    expect(got == 16, "modulo 2^31 - 1, four parties with the share -1 each hold -4, whose "
           f"square is 16; yours: {got}. Reduce d and e modulo p before you multiply", "overflow")
    ### BEGIN HIDDEN TESTS
    oracle_beaver(multiply_shares)
    ### END HIDDEN TESTS


test_multiply_shares()
print("12.5a: visible checks passed")

# %% [markdown]
# ### A private prediction: three computers, 300 digits
#
# A linear model tells 3 from 7: the score of an image $x$ is $w \cdot x$ plus a bias. Its weights
# are the company's secret, the digits the hospital's; three computers hold shares of both. One
# triple is used for each pixel of each image. Images and weights carry a factor `scale`, so their
# product carries `scale ** 2`, and so must the bias; nothing is divided on the way.
#
# The curve shows the accuracy of the private prediction against the bits of the scale. Before you
# run it: what happens with few bits, and what with many?

# %% id="private-demo" tags=["demo"]
def private_scores(x, w, bias, triple, p):
    """Shares of the scores: (parties, images, pixels), (parties, pixels), (parties,)."""
    products = multiply_shares(x, w[:, None].expand_as(x), *triple, p)
    return (products.sum(-1) + bias[:, None]) % p


def shared(value, g, k=3):
    """Shares of a tensor of any shape, by the function of 12.3."""
    return split(value.flatten(), k, PRIME, g).reshape(k, *value.shape)


def predict(images, w, b, bits, seed=9):
    """The opened scores of all images, in fixed point with that many bits."""
    factor, g = 2**bits, torch.Generator().manual_seed(seed)
    hidden = [shared(encode(v, s, PRIME), g)
              for v, s in ((images, factor), (w, factor), (b, factor**2))]
    a, b = torch.randint(0, PRIME, (2, *images.shape), generator=g)
    triple = [shared(v, g) for v in (a, b, a * b % PRIME)]
    return decode(private_scores(*hidden, triple, PRIME).sum(0) % PRIME, factor**2, PRIME)


def three_or_seven(seed):
    """Weights and bias of a linear model whose score is positive for a 7."""
    which = (train.y == 3) | (train.y == 7)
    model = models.linear(784, 2)
    training.fit(model, data.Images(train.x[which], (train.y[which] == 7).long()), epochs=2,
                 generator=torch.Generator().manual_seed(seed))
    weight, bias = (part.detach() for part in model[1].parameters())
    return weight[1] - weight[0], bias[1] - bias[0]


held = (test.y == 3) | (test.y == 7)
x37, y37 = test.x[held][:300].flatten(1), test.y[held][:300] == 7
w37, b37 = three_or_seven(0)
open_scores = x37 @ w37 + b37
bits, right = [1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15], []
for k in bits:
    private = predict(x37, w37, b37, k)
    right.append(((private > 0) == y37).sum().item())
    if k == 12:
        agreed = ((private > 0) == (open_scores > 0)).sum().item()
        print(f"12 bits: {agreed} of 300 decisions as without sharing, largest difference of a "
              f"score {(private - open_scores).abs().max():.4f}")
open_right = ((open_scores > 0) == y37).sum().item()
print("right of 300, by bits: " + ", ".join(f"{k}: {n}" for k, n in zip(bits, right, strict=True)))
print(f"without sharing: {open_right} of 300, scores from {open_scores.min():.1f} to "
      f"{open_scores.max():.1f}")
others = [three_or_seven(seed) for seed in range(1, 5)]
coarse = [((predict(x37, w, b, 2) > 0) == y37).sum().item() for w, b in others]
fine = [((x37 @ w + b > 0) == y37).sum().item() for w, b in others]
print(f"four other trainings: {coarse} right with 2 bits, {fine} without sharing")
figure = plots.curves({"private": (bits, [n / 300 for n in right]),
                       "without sharing": (bits, [open_right / 300] * 11)},
                      xlabel="bits of the scale", ylabel="accuracy, 300 digits")
plots.show(figure, alt="Accuracy of the private prediction by bits of the scale: " + ", ".join(
    f"{k}: {n / 300:.0%}" for k, n in zip(bits, right, strict=True))
    + f"; without sharing {open_right / 300:.0%}.")

# %% [markdown]
# One bit rounds the weights away. Many bits make the scores too large for the field: with 14, a
# score of 4 times `scale ** 2` is $(p + 1) / 2$, it wraps around, and a sure "7" becomes a "3". No
# error is raised, since nobody may look at the number that ran over. With 12 bits every decision is
# the same as without sharing. With 2 bits *more* digits are right than without sharing: weights
# rounded to quarters are another model, and on these 300 digits it happens to be the better one,
# for other trainings, too.
#
# **b. The same triple twice.** Triples are expensive. Somebody uses each one for two patients. What
# was opened in the two runs is $d = x - a$ and $d' = x' - a$, both public. Write `reuse_leak`: what
# the two tell together.
#
# - `first`, `second`: the opened d of the two runs, int64, in 0 to p - 1, any shape
# - returns the difference $x - x'$ of the two patients, pixel by pixel, int64, with its sign: from
#   $-(p - 1)/2$ to $(p - 1)/2$
#
# <details><summary>Hint 1: where to look</summary>
# Which quantity is in both and unknown?
# <details><summary>Hint 2: the idea</summary>
# Subtract, and a is gone. The result is a number of the field; you know which half is negative.
# <details><summary>Hint 3: nearly the code</summary>
# <code>difference = (first - second) % p</code>; where it is above <code>p // 2</code>, subtract p
# (<code>torch.where</code>).
# </details></details></details>

# %% nbgrader={"grade_id": "ex12_5-reuse", "solution": true}
def reuse_leak(first, second, p):
    """What two openings with the same triple tell: x - x' with its sign; int64, any shape."""
    ### BEGIN SOLUTION
    difference = (first - second) % p
    return torch.where(difference > p // 2, difference - p, difference)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_5-reuse-test", "points": 1}
@exercise("12.5")
def test_reuse_leak():
    """x = (9, 2, 5), x' = (4, 7, 5), a = (100, 50, 3), modulo 101; the ends; another prime."""
    first, second = torch.tensor([10, 53, 2]), torch.tensor([5, 58, 2])
    with untouched(first, second):
        got = expect_tensor(reuse_leak(first, second, 101), (3,), "reuse_leak")
    expect(got.dtype == torch.int64, "the difference is a whole number: return int64",
           "no-integers")
    expect(got.tolist() != [-5, 5, 0], "this is x' - x; the first minus the second is asked for",
           "wrong-order")
    expect((got >= -50).all() and (got <= 50).all(), "differences have a sign: numbers above 50 "
           "stand for negative ones", "no-sign")
    expect(got.tolist() == [5, -5, 0], f"x - x' is (5, -5, 0); yours: {got.tolist()}",
           "wrong-difference")
    for p, first, second, truth in ((101, [60, 10, 0], [10, 60, 100], [50, -50, 1]),
                                    (7, [0, 6, 3], [4, 2, 3], [3, -3, 0]),
                                    (PRIME, [5, 0], [PRIME - 5, 2**30 - 1], [10, 1 - 2**30])):
        got = reuse_leak(torch.tensor(first), torch.tensor(second), p)
        got = expect_tensor(got, (len(truth),), "reuse_leak").tolist()
        expect(got == truth, f"modulo {p}, with the opened numbers {first} and {second}, x - x' is "
               f"{truth}; yours: {got}", "wrong-ends")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1253)
    x, other = torch.randint(0, 2**20, (2, 3, 40), generator=g)
    a = torch.randint(0, PRIME, (3, 40), generator=g)
    got = reuse_leak((x - a) % PRIME, (other - a) % PRIME, PRIME)
    expect(torch.equal(expect_tensor(got, (3, 40), "reuse_leak"), x - other),
           "the difference of two images is wrong", "wrong-difference")
    ### END HIDDEN TESTS


test_reuse_leak()
print("12.5b: visible checks passed")

# %% id="reuse-demo" tags=["demo"]
patients = encode(test.x[[0, 3]], 2**12, PRIME)
triple_a = torch.randint(0, PRIME, patients[0].shape, generator=torch.Generator().manual_seed(10))
opened_two = [(x - triple_a) % PRIME for x in patients]
leak = reuse_leak(*opened_two, PRIME).float() / 2**12
figure = plots.image_grid([torch.cat([x.float() / PRIME for x in opened_two])],
                          ["opened, 1st\n(black 0, white p)", "opened, 2nd"])
plots.show(figure, alt="Opened for two patients: two pictures of noise.")  # no-numbers: noise
figure = plots.image_grid([leak], ["subtracted"], signed=True, unit="x - x'")
plots.show(figure, alt=f"The difference of the two, from {leak.min():.0f} to {leak.max():.0f}: a "
           f"{test.y[0]} in orange over a {test.y[3]} in purple.")

# %% [markdown]
# Each opening alone is noise. Their difference shows two digits, one over the other; only where
# both have ink do they cancel. The rule in all such protocols is: randomness is used once.
#
# ## Exercise 12.6: a client that lies (4 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: whoever may send an update may send any update. The server
# sees numbers, not intentions.
#
# Instead of the mean the server can take a rule that a few liars cannot move far. One is given: the
# **trimmed mean** (Yin et al. 2018) leaves out, in each coordinate, the `trim` smallest and the
# `trim` largest values; with as much trimming as possible it is the median.

# %% nbgrader={"grade_id": "setup-trimmed", "locked": true}
def trimmed_mean(updates, trim):
    """The mean without the trim smallest and largest values of each coordinate: (n, d) -> (d,)."""
    return updates.sort(0).values[trim : len(updates) - trim].mean(0)

# %% [markdown]
# The other one is **Krum** (Blanchard et al. 2017), and asks: how lonely is each update? The score
# of a client is the sum of the **squared** distances to its $n - f - 2$ nearest others, where $f$
# is the number of liars that the server is ready for. Krum keeps the update with the smallest
# score; *multi-Krum* drops the $f$ with the largest and takes the mean of the rest.
#
# Write `krum_scores(updates, f)`.
#
# - `updates`: shape (n, d); returns shape (n,); raise a `ValueError` if $n < 2 f + 3$
#
# <details><summary>Hint 1: where to look</summary>
# A matrix of all squared distances, shape (n, n).
# <details><summary>Hint 2: the idea</summary>
# Sort each row; its first entry is the distance of the client to itself.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = len(updates)</code>; <code>squares = ((updates[:, None] - updates) ** 2).sum(-1)</code>;
# of each row of <code>squares.sort(1).values</code> the entries 1 to n - f - 2, that is
# <code>[:, 1 : n - f - 1]</code>, added up. Before that, raise if <code>n &lt; 2 * f + 3</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-krum", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_krum(krum_scores):
    """By looking at every choice of neighbours."""
    from itertools import combinations

    g = torch.Generator().manual_seed(1261)
    for n, f in ((3, 0), (5, 1), (8, 2), (9, 3)):
        updates = torch.randn(n, 6, generator=g, dtype=torch.float64)
        got = expect_tensor(krum_scores(updates, f), (n,), "krum_scores")
        for i in range(n):
            squares = [sum((a - b) ** 2 for a, b in zip(updates[i].tolist(), other, strict=True))
                       for j, other in enumerate(updates.tolist()) if j != i]
            truth = min(map(sum, combinations(squares, n - f - 2)))
            expect(abs(got[i].item() - truth) < 1e-5 * truth, f"with {n} clients and f = {f} the "
                   f"score of client {i} is {truth:.5f}, the smallest sum over {n - f - 2} others; "
                   f"yours: {got[i].item():.5f}", "wrong-score")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_6-krum", "solution": true}
def krum_scores(updates, f):
    """For each update the sum of squared distances to its n - f - 2 nearest others: (n,)."""
    ### BEGIN SOLUTION
    n = len(updates)
    if n < 2 * f + 3:
        raise ValueError(f"Krum needs n >= 2f + 3 clients; n = {n} and f = {f}")
    squares = (updates[:, None] - updates).square().sum(-1)
    return squares.sort(1).values[:, 1 : n - f - 1].sum(1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_6-krum-test", "points": 2}
@exercise("12.6")
def test_krum_scores():
    """Five clients on a line, f = 1; eight in a plane, f = 2, two of them at the same place."""
    line = torch.tensor([[0.0], [1.0], [3.0], [6.0], [10.0]])
    try:
        with untouched(line):
            got = expect_tensor(krum_scores(line, 1), (5,), "krum_scores")
    except ValueError:
        expect(False, "five clients are enough for f = 1, since 2 f + 3 = 5; you raise a "
               "ValueError", "refuses-edge")
    got = [round(score, 3) for score in got.tolist()]
    expect(got != [1, 1, 4, 9, 16], "the distance of 0 to itself counts as one of your neighbours, "
           "or you add up one too few: n - f - 2 are two", "counts-itself")
    expect(got != [4, 3, 5, 7, 11], "add up the squares of the distances", "not-squared")
    expect(got != [46, 30, 22, 50, 146], "you count three neighbours; n - f - 2 are two",
           "too-many")
    expect(got == [10, 5, 13, 25, 65], f"the scores are 10, 5, 13, 25, 65; yours: {got}",
           "wrong-score")
    plane = torch.tensor([[0.0, 0], [0, 0], [1, 0], [0, 2], [2, 2], [3, 1], [9, 9], [-5, 4]])
    got = expect_tensor(krum_scores(plane, 2), (8,), "krum_scores")
    got, truth = [round(score, 2) for score in got.tolist()], [13, 13, 12, 17, 19, 27, 473, 163]
    expect(got == truth, f"of eight clients in a plane with f = 2, clients 0 and 1 at the same "
           f"place, the scores are {truth}; yours: {got}", "wrong-score")
    for n, f in ((4, 1), (2, 0), (6, 2)):
        try:
            krum_scores(torch.zeros(n, 3), f)
        except ValueError:
            continue
        except AssertionError:
            pass
        expect(False, f"{n} clients are too few for f = {f}: raise a ValueError", "no-error")
    ### BEGIN HIDDEN TESTS
    oracle_krum(krum_scores)
    ### END HIDDEN TESTS


test_krum_scores()
print("12.6: visible checks passed")

# %% [markdown]
# ### One liar of ten
#
# The ten clients of 12.1 again, five local steps. One client sends minus ten times its update:
# client 0 in the picture, each of the first five in turn in the print.

# %% id="liar-curves-demo" tags=["demo"]
def flat_state(state):
    """All parameters as one vector."""
    return torch.cat([value.flatten() for value in state.values()])


def robust_rounds(rule, clients, rounds, lies=(), steps=5):
    """FedAvg with another rule than the mean; returns the model, and its accuracy by round."""
    model, seen = models.linear().eval(), []
    for _ in range(rounds):
        here = flat_state(model.state_dict())
        updates = torch.stack([flat_state(local_training(model, x, y, 0.1, steps)) - here
                               for x, y in clients])
        updates[list(lies)] *= -10
        torch.nn.utils.vector_to_parameters(here + rule(updates), model.parameters())
        seen.append(watch(model))
    return model, seen


rules = {"mean": lambda u: u.mean(0), "trimmed mean, 1": lambda u: trimmed_mean(u, 1),
         "median": lambda u: trimmed_mean(u, (len(u) - 1) // 2),
         "Krum, f = 1": lambda u: u[krum_scores(u, 1).argmin()]}
lied = {}
for name, rule in rules.items():
    runs = [robust_rounds(rule, alike, 12, lies=[liar])[1] for liar in range(5)]
    ends, lied[name] = [seen[-1] for seen in runs], (range(1, 13), runs[0])
    print(f"{name}: {min(ends):.1%} to {max(ends):.1%} after 12 rounds, one liar of ten")
honest = robust_rounds(rules["mean"], alike, 12)[1][-1]
print(f"nobody lies, mean: {honest:.1%}")
figure = plots.curves(lied, xlabel="rounds", ylabel="accuracy, 2,000 test digits")
plots.show(figure, alt="Accuracy by round with client 0 lying. After twelve rounds: " + "; ".join(
    f"{name} {seen[-1]:.0%}" for name, (_, seen) in lied.items()) + ".")

# %% [markdown]
# One such liar is enough to ruin the mean, whichever of the five it is. The three other rules hold;
# Krum, which keeps a single client's update, ends a little lower here. (A liar who knows the rule
# may do better than times minus ten; nobody tried here.)
#
# ### Whom do they drop?
#
# Now nobody lies. Twelve clients: ten have digits 0 to 8, two have nothing but nines. Say these two
# are a clinic for a rare illness. The server does not know that nobody lies, and assumes $f = 2$.
# How many percent of the nines does its model read in the end with multi-Krum? And with the other
# rules? Write `my_guess_nines_read_in_percent = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_6-predict", "solution": true}
PREDICT = {
    "name": "my_guess_nines_read_in_percent", "kind": "number", "low": 0, "high": 100, "outcome": 0,
    "seen": r"five draws of digits: ([\d.]+)% to",
}
### BEGIN SOLUTION
my_guess_nines_read_in_percent = 50
### END SOLUTION

# %% id="minority-demo" tags=["demo"]
def unequal(seed):
    """Ten clients with 200 digits from 0 to 8 each, two with 200 nines each."""
    g, parts = torch.Generator().manual_seed(seed), []
    for group, count in ((train.y != 9, 2000), (train.y == 9, 400)):
        where = group.nonzero()[:, 0]
        parts.append(where[torch.randperm(len(where), generator=g)[:count]])
    both = torch.cat(parts)
    return list(data.batches(train.x[both], train.y[both], 200))


def multi_krum(dropped, f=2):
    """The rule: the mean without the f loneliest updates; notes in `dropped` whose they were."""
    def rule(updates):
        order = krum_scores(updates, f).argsort()
        dropped.append(sorted(order[-f:].tolist()))
        return updates[order[:-f]].mean(0)
    return rule


exam_nines = [(test.x[test.y == 9], test.y[test.y == 9])]
dropped, nines_read = [], []
for seed in range(5):
    model, _ = robust_rounds(multi_krum(dropped), unequal(seed), 15)
    nines_read.append(evaluation.accuracy(model, exam_nines))
print(f"multi-Krum, five draws of digits: {min(nines_read):.1%} to {max(nines_read):.1%} of the "
      f"nines read; the two clients with the nines were dropped in "
      f"{sum(pair == [10, 11] for pair in dropped)} of {len(dropped)} rounds")
print(f"you said: {my_guess_nines_read_in_percent} %")
for name in rules:
    (model, seen), (later, _) = (robust_rounds(rules[name], unequal(0), n) for n in (15, 60))
    print(f"{name}: {evaluation.accuracy(model, exam_nines):.1%} of the nines, {seen[-1]:.1%} of "
          f"all digits; after 60 rounds {evaluation.accuracy(later, exam_nines):.1%} of the nines")
first = torch.stack([flat_state(local_training(models.linear(), x, y, 0.1, 5))
                     for x, y in unequal(0)]) - flat_state(models.linear().state_dict())
scores, liar = krum_scores(first, 2), first.clone()
liar[0] *= -10
print(f"scores in the first round: 0 to 8 at most {scores[:10].max():.1f}, nines "
      f"{scores[10:].min():.1f} to {scores[10:].max():.1f}; client 0 as a liar would have "
      f"{krum_scores(liar, 2)[0]:.0f}")

# %% [markdown]
# Krum does not ask why an update is far from the rest, nor how far: the last ones in the order go.
# Our liar's score is far above that of the nines; but if nobody lies, the nines are the last ones.
# Multi-Krum drops these two in every round, and its model reads none of the nines. Nor do those of
# Krum and of the median, not even after 60 rounds. The trimmed mean misses most of the nines after
# 15 rounds, and is late rather than blind: after 60 it reads more than half. The plain mean, which
# one liar ruins, reads the most. A rule that keeps liars out can keep minorities out (Lab 09
# measures such gaps).
#
# ### In words (2 of the 4 points)
#
# A consortium wants secure aggregation (12.4) **and** Krum. Why do the two not go together as they
# are, and what can one do instead? Two or three sentences.
#
# <details><summary>Hint 1: where to look</summary>
# What does each of the two need to see?
# <details><summary>Hint 2: the idea</summary>
# Krum needs the distance between single updates. The server of 12.4 has noise and a sum.
# <details><summary>Hint 3: nearly the words</summary>
# "Krum compares ..., and secure aggregation exists so that nobody sees ... Instead one could ...
# inside the protocol, or ... by group, or let clients prove that ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex12_6-why", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Krum needs the distances between single updates; secure aggregation exists so that nobody sees a
# single update, only the sum. One can bound what a liar can do without looking (clients prove
# that the norm of their update is bounded), compute the distances themselves by secure
# multiplication (12.5) and open only them, or aggregate securely in small groups and apply a robust
# rule to the group sums. Each costs something: work, leaked distances, or privacy within the
# smaller groups.
#
# Rubric:
#
# - 1 point: Krum (or any robust rule) compares single updates, and secure aggregation hides just
#   those
# - 1 point: a way out that fits (norm bounds with a proof, distances computed under sharing,
#   groups), with what it costs
#
# Sample A (2/2): "Krum must see each update to compare them, and the masks make each one look
# random. You could mask only within groups of five and run the median over the group sums, but then
# a sum hides less."
#
# Sample B (1/2): "The masked vectors are random, so the distances between them mean nothing and
# Krum would pick anyone. So one has to choose which of the two matters more." (One point. No way
# out.)
# ### END SOLUTION

# %% [markdown]
# ## Exercise 12.7: when clients differ (3 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: in 12.1 the clients had the same mixture of digits, and
# many local steps only made things faster. Hospitals differ. Where does FedAvg come to rest then?
#
# Take the smallest case: one parameter $w$, and client $k$ with the loss $\frac{h_k}{2} (w -
# w_k)^2$. Its own best value is $w_k$ (`best`), and $h_k$ says how much it cares. Call $q_k$ its
# share of all examples (`share`). All data together would choose $\sum_k q_k h_k w_k / \sum_k q_k
# h_k$.
#
# One local step of size $\eta$ (`lr`) moves $w$ to $w - \eta h_k (w - w_k)$: the distance to $w_k$
# shrinks by the factor $1 - \eta h_k$. Write `resting_point(h, best, share, lr, steps)`: the $w$
# that a whole round of FedAvg, with `steps` local steps per client, leaves where it is.
#
# - `h`, `best`, `share`: tensors of shape (K,), `h > 0`, `lr * h < 1`, shares that add up to 1
# - returns a tensor of shape ()
#
# <details><summary>Hint 1: where to look</summary>
# Write down where client k stands after some steps from w, then the mean, then set it equal to w.
# <details><summary>Hint 2: the idea</summary>
# After E steps client k is at <code>best_k + r_k * (w - best_k)</code> with
# <code>r_k = (1 - lr * h_k) ** E</code>. The mean over clients equals w.
# <details><summary>Hint 3: nearly the code</summary>
# <code>force = share * (1 - (1 - lr * h) ** steps)</code>; the resting point is the sum of
# <code>force * best</code> divided by the sum of <code>force</code>. With one step
# <code>force</code> is <code>share * lr * h</code>, and you are back at the true minimum.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-rest", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_round_of_descent(w, h, c, share, lr, steps):
    """One round of FedAvg on the quadratics, step by step."""
    local = w.expand(len(h)).clone()
    for _ in range(steps):
        local = local - lr * h * (local - c)
    return (share * local).sum()


def oracle_rest(resting_point):
    """A round must leave the point where it is; equal curvatures make it the true minimum."""
    g = torch.Generator().manual_seed(1212)
    for clients, steps, lr in ((1, 4, 0.4), (3, 1, 0.05), (3, 7, 0.9), (8, 50, 0.2)):
        h, c, share = torch.rand(3, clients, generator=g, dtype=torch.float64) + 0.1
        share, c = share / share.sum(), 5 * c - 3
        got = expect_tensor(resting_point(h, c, share, lr, steps), (), "resting_point")
        after = oracle_round_of_descent(got, h, c, share, lr, steps)
        expect(abs(after - got) < 1e-6, f"with {clients} clients, lr = {lr} and {steps} local "
               f"steps a round of FedAvg moves your point by {abs(after - got):.2g}", "not-at-rest")
        even = resting_point(torch.full_like(h, 0.7), c, share, lr, steps)
        expect(abs(even - (share * c).sum()) < 1e-6,
               "if all clients care the same, local steps must change nothing", "not-at-rest")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_7-rest", "solution": true}
def resting_point(h, best, share, lr, steps):
    """The w that a round of FedAvg leaves where it is; h, best, share: (K,). Returns shape ()."""
    ### BEGIN SOLUTION
    pull = share * (1 - (1 - lr * h) ** steps)
    return (pull * best).sum() / pull.sum()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_7-rest-test", "points": 3}
@exercise("12.7")
def test_resting_point():
    """Two clients: one wants 0 and cares little, one wants 1 and cares four times as much."""
    h, best = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])
    even, uneven = torch.tensor([0.5, 0.5]), torch.tensor([0.8, 0.2])
    one = expect_tensor(resting_point(h, best, even, 0.1, 1), (), "resting_point")
    expect(abs(one - 0.5) > 1e-3, "with one local step, the client that cares four times as much "
           "pulls four times as hard; your point is in the middle", "plain-mean")
    expect(abs(one - 0.8) < 1e-5, "with one local step FedAvg is central gradient descent and "
           f"rests at the minimum of all data, 0.8; yours: {one:.5f}", "wrong-pull")
    ten = expect_tensor(resting_point(h, best, even, 0.1, 10), (), "resting_point")
    expect(abs(ten - 0.8) > 1e-3, "with ten local steps FedAvg does not rest at the minimum of all "
           "data: write down where each client stands after ten steps", "true-minimum")
    expect(abs(ten - 0.60412) < 1e-4, f"with ten local steps it rests at 0.60412; yours: {ten:.5f}",
           "wrong-pull")
    less = resting_point(h, best, uneven, 0.1, 1)
    expect(abs(less - 0.5) < 1e-5, "the second client has a fifth of the examples now, and must "
           f"count less: 0.5; yours: {less:.5f}", "ignores-share")
    far = resting_point(h, best, even, 0.2, 3)
    expect(abs(far - 0.67027) < 1e-4, f"with lr = 0.2 and three steps it rests at 0.67027; yours: "
           f"{far:.5f}", "wrong-pull")
    three = resting_point(torch.tensor([2.0, 1.0, 0.5]), torch.tensor([-1.0, 2.0, 6.0]),
                          torch.tensor([0.5, 0.3, 0.2]), 0.3, 2)
    expect(abs(three - 0.34845) < 1e-4, "three clients that want -1, 2 and 6, with h = 2, 1, 0.5 "
           "and shares 0.5, 0.3, 0.2, lr = 0.3 and two steps, rest at 0.34845; yours: "
           f"{three:.5f}", "wrong-pull")
    ### BEGIN HIDDEN TESTS
    oracle_rest(resting_point)
    ### END HIDDEN TESTS


test_resting_point()
print("12.7: visible checks passed")

# %% id="rest-demo" tags=["demo"]
care, wants = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])
halves = torch.tensor([0.5, 0.5])
for steps in (1, 2, 5, 10, 100):
    rest = resting_point(care, wants, halves, 0.1, steps)
    print(f"{steps:4} local steps: FedAvg rests at {rest:.3f}")
same_wish = resting_point(care, 0 * wants + 0.3, halves, 0.1, 100)
same_care = resting_point(0 * care + 2, wants, halves, 0.1, 100)
print(f" 100 steps, both want 0.3: {same_wish:.3f}; both care the same: {same_care:.3f}, which is "
      "the minimum of all data then")

# %% [markdown]
# The minimum of all data is at 0.8. With many local steps each client walks all the way to its own
# best value, and how much it cares is forgotten: the mean of the two is 0.5. More rounds do not
# mend that: it is where a round leaves $w$. (With a step size that shrinks from round to round,
# FedAvg can get there.) There are two cases in which many steps do no harm here: clients that care
# the same, and clients that want the same.
#
# The remedy is one term (SCAFFOLD, Karimireddy et al. 2020). Each client remembers its *control*
# `own`: roughly its own mean gradient. The mean of all controls is `everyone`. In each local step
# the client adds `everyone - own` to its gradient: it takes out where it alone would go, and puts
# in where all go. It is given:

# %% nbgrader={"grade_id": "setup-scaffold", "locked": true}
def scaffold_client(w, gradient, everyone, own, lr, steps):
    """The last w and the new control, which is the mean of the gradients met: (d,), (d,)."""
    met = []
    for _ in range(steps):
        met.append(gradient(w))
        w = w - lr * (met[-1] + everyone - own)
    return w, sum(met) / steps

# %% id="two-clients-demo" tags=["demo"]
def two_clients(controlled, rounds=200):
    """Where the two clients of the rest-demo end with ten local steps."""
    w, own = torch.zeros(1), [torch.zeros(1), torch.zeros(1)]
    for _ in range(rounds):
        ends = [scaffold_client(w, lambda v, k=k: care[k] * (v - wants[k]), sum(own) / 2, own[k],
                                0.1, 10) for k in range(2)]
        w = (ends[0][0] + ends[1][0]) / 2
        own = [control for _, control in ends] if controlled else own
    return w.item()


for name, controlled in (("FedAvg", False), ("SCAFFOLD", True)):
    print(f"{name}, ten local steps, two clients: w = {two_clients(controlled):.3f}")

# %% [markdown]
# FedAvg rests where you calculated; with controls the same steps lead to the minimum of all data,
# 0.8. That is about the *place*. What is it worth on digits?
#
# ### One digit each
#
# Ten clients; client $k$ has nothing but fifty times the digit $k$. Twenty local steps a round. The
# curves are one draw of digits over 80 rounds; the print adds four other draws of 20 rounds.

# %% id="skew-demo" tags=["demo"]
def one_digit_each(seed):
    """Ten clients, client k with fifty times the digit k: images and labels as rows of 0 and 1."""
    g, clients = torch.Generator().manual_seed(seed), []
    for k in range(10):
        where = (train.y == k).nonzero()[:, 0]
        mine = where[torch.randperm(len(where), generator=g)[:50]]
        clients.append((train.x[mine].flatten(1), F.one_hot(train.y[mine], 10).float()))
    return clients


def slope(w, x, hot):
    """The gradient of a client's mean loss at the weights w, a vector."""
    return (x.T @ (torch.softmax(x @ w.reshape(784, 10), 1) - hot) / len(x)).flatten()


def skewed_rounds(seed, rounds, controlled, lr=0.2, steps=20):
    """By round: accuracy, and loss on the clients' own digits; with controls or plain FedAvg."""
    w, own = torch.zeros(7840), [torch.zeros(7840) for _ in range(10)]
    seen, lost, clients = [], [], one_digit_each(seed)
    every_x, every_hot = (torch.cat(parts) for parts in zip(*clients, strict=True))
    for _ in range(rounds):
        everyone = sum(own) / 10
        ends = [scaffold_client(w, partial(slope, x=x, hot=hot), everyone, o, lr, steps)
                for (x, hot), o in zip(clients, own, strict=True)]
        w = sum(end for end, _ in ends) / 10
        own = [o for _, o in ends] if controlled else own
        right = (test.x[:2000].flatten(1) @ w.reshape(784, 10)).argmax(1) == test.y[:2000]
        seen.append(right.float().mean().item())
        lost.append(F.cross_entropy(every_x @ w.reshape(784, 10), every_hot).item())
    return seen, lost


skew = {name: skewed_rounds(0, 80, controlled)
        for name, controlled in (("FedAvg", False), ("SCAFFOLD", True))}
for name, controlled in (("FedAvg", False), ("SCAFFOLD", True)):
    seen, lost = skew[name]
    early = [seen[19], *[skewed_rounds(seed, 20, controlled)[0][-1] for seed in range(1, 5)]]
    print(f"{name}, one digit a client: {', '.join(f'{a:.1%}' for a in early)} after 20 rounds; "
          f"the first draw {seen[-1]:.1%} after 80")
    print(f"{name}, loss on the clients' own digits, first draw: {lost[19]:.2f} after 20 rounds, "
          f"{lost[-1]:.2f} after 80")
one_step = [skewed_rounds(seed, 40, False, lr=0.5, steps=1)[0] for seed in range(5)]
for rounds in (20, 40):
    print("one local step of 0.5 a round, no controls: "
          f"{', '.join(f'{seen[rounds - 1]:.1%}' for seen in one_step)} after {rounds} rounds")
figure = plots.curves({name: (range(1, 81), seen) for name, (seen, _) in skew.items()},
                      xlabel="rounds", ylabel="accuracy, 2,000 test digits")
figure.axes[0].set_ylim(0.7, 0.9)
plots.show(figure, alt="Accuracy over 80 rounds of clients with one digit each: "
           + "; ".join(f"{name} {seen[19]:.0%} after 20 and {seen[-1]:.0%} after 80 rounds"
                       for name, (seen, _) in skew.items()) + ".")

# %% [markdown]
# After 20 rounds SCAFFOLD is ahead in each of the five draws. Without controls the twenty local
# steps of 0.2 are worth nothing here: one step of 0.5 a round gets further. After 80 rounds, in
# the draw that was followed, nothing is left of SCAFFOLD's lead on the test digits, though it fits
# the clients' own digits far better: FedAvg's loss on them after 80 rounds is above SCAFFOLD's
# after 20. So on these digits the controls bring *speed*, counted in rounds; FedAvg still moves,
# and its place of rest, the worse one with the two clients, is not in the picture. Messages are
# twice as long: 40 rounds of the one step send as many numbers as 20 of SCAFFOLD, and end within a
# point of it. And the controls tell more about a client's data: they are its mean gradient.
#
# ## Exercise 12.8: a server that chooses the weights (1 point)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: in 12.4 more images in the sum helped. Nobody asked where
# the first layer comes from.
#
# A server can send rows that are nearly always off (*trap weights*, Boenisch et al. 2021). Ours are
# a random direction each, and a bias so low that only the given `share` of images gets over it. The
# server tunes them on images of its own.
#
# Write `trap_layer(images, rows, share, generator)`.
#
# - `images`: shape (n, d), float32, the server's own; returns `weight` of shape (rows, d) and
#   `bias` of shape (rows,), both float32
# - each row of `weight` is drawn from the standard normal distribution with `generator`; each row's
#   own bias is set such that the given share of `images` has `weight @ x + bias > 0` (to within two
#   images)
#
# <details><summary>Hint 1: where to look</summary>
# Compute the scores of all images in all rows first, then look for a threshold per row.
# <details><summary>Hint 2: the idea</summary>
# The threshold that a share of 2 % exceeds is the 98 % quantile. The bias is minus that.
# <details><summary>Hint 3: nearly the code</summary>
# With <code>n, d = images.shape</code>: <code>weight = torch.randn(rows, d,
# generator=generator)</code>; the scores are
# <code>images @ weight.T</code>, shape (n, rows); the bias is minus <code>torch.quantile(scores, 1
# - share, dim=0)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-trap", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_seen_alone(weight, bias, x):
    """The share of images that some row sees alone."""
    on = x @ weight.T + bias > 0
    return on[:, on.sum(0) == 1].any(1).float().mean().item()


def oracle_trap(trap_layer):
    """Tuned on 500 digits: of fifty other digits most are alone in some row."""
    digits = data.mnist("test").x.flatten(1)
    for seed in (1245, 1246):
        g = torch.Generator().manual_seed(seed)
        pick = torch.randperm(10_000, generator=g)
        weight, bias = trap_layer(digits[pick[:500]], 500, 0.02, g)
        expect(weight.shape == (500, 784) and bias.shape == (500,), "the shapes are (rows, d) and "
               "(rows,)", "wrong-shape")
        seen = oracle_seen_alone(weight, bias, digits[pick[500:550]])
        expect(seen > 0.75, f"of fifty unseen digits, {seen:.0%} are alone in some row of yours; a "
               "right layer reaches 75 %", "too-few")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_8-trap", "solution": true}
def trap_layer(images, rows, share, generator):
    """A first layer whose rows each fire for this share of the images: (rows, d) and (rows,)."""
    ### BEGIN SOLUTION
    weight = torch.randn(rows, images.shape[1], generator=generator)
    scores = images @ weight.T
    return weight, -scores.quantile(1 - share, dim=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_8-trap-test", "points": 1}
@exercise("12.8")
def test_trap_layer():
    """Random images, other sizes and shares: how many fire in each row, and what the rows are."""
    for n, d, rows, share in ((200, 30, 40, 0.1), (300, 20, 25, 0.35)):
        images = torch.rand(n, d, generator=torch.Generator().manual_seed(0))
        layers = [trap_layer(images.clone(), rows, share, torch.Generator().manual_seed(s))
                  for s in (1, 1, 2)]
        expect(all(isinstance(layer, tuple | list) and len(layer) == 2 for layer in layers),
               "return two things: the weight and the bias", "no-pair")
        (weight, bias), (again, _), (other, _) = layers
        weight = expect_tensor(weight, (rows, d), "the weight of trap_layer")
        bias = expect_tensor(bias, (rows,), "the bias of trap_layer")
        expect(weight.dtype == bias.dtype == torch.float32, "weight and bias must be float32",
               "wrong-dtype")
        expect(torch.equal(weight, again) and not torch.equal(weight, other),
               "the weights must depend on the generator, and on nothing else", "ignores-generator")
        expect(not torch.equal(weight[0], weight[1]), "all rows have the same direction: draw each "
               "of its own", "one-direction")
        expect(abs(weight.std() - 1) < 0.2 and abs(weight.mean()) < 0.25, "the weights must be "
               f"standard normal; yours have mean {weight.mean():.2f} and standard deviation "
               f"{weight.std():.2f}", "not-normal")
        count, want = (images @ weight.T + bias > 0).sum(0), round(share * n)
        expect(not ((count - (n - want)).abs() <= 2).all(), f"your rows fire for {1 - share:.0%} "
               f"of the images, not for {share:.0%}", "wrong-side")
        flipped = (images @ weight.T - bias > 0).sum(0)
        expect(((count - want).abs() <= 2).all() or not ((flipped - want).abs() <= 2).all(),
               "your bias has the wrong sign: weight @ x + bias > 0 holds where the score is above "
               "minus the bias", "wrong-sign")
        worst = count[(count - want).abs().argmax()].item()
        expect(abs(worst - want) <= 2, f"each row must fire for {want} of these {n} images; one of "
               f"yours fires for {worst}: each row needs its own bias", "wrong-share")
    ### BEGIN HIDDEN TESTS
    oracle_trap(trap_layer)
    ### END HIDDEN TESTS


test_trap_layer()
print("12.8: visible checks passed")

# %% id="trap-demo" tags=["demo"]
def trapped(seed):
    """A network whose first layer is a trap, tuned on a thousand training digits."""
    g = torch.Generator().manual_seed(seed)
    model = models.mlp(784, 500, 10, generator=g)
    with torch.no_grad():
        layer = trap_layer(train.x[:1000].flatten(1), 500, 0.02, g)
        for parameter, value in zip(model[1].parameters(), layer, strict=True):
            parameter.copy_(value / 28)
    return model


def of_fifty(model, seed):
    """Fifty digits and the first layer of the sum of their gradients, out of the fixed point."""
    fifty = data.sample(test, 50, torch.Generator().manual_seed(100 + seed))
    total = sum(flat_gradient(model, x[None], y[None]) for x, y in zip(*fifty, strict=True))
    return fifty.x, layer_of(decode(encode(total[: 500 * 785], scale, PRIME), scale, PRIME))


honest_model = {seed: models.mlp(784, 500, 10, generator=torch.Generator().manual_seed(seed))
                for seed in range(5)}
trap_model = {seed: trapped(seed) for seed in range(5)}
for name, group in (("honest", honest_model), ("trap", trap_model)):
    rounds = [of_fifty(model, seed) for seed, model in group.items()]
    found = [in_full(layer, x) for x, layer in rounds]
    biases = group[0][1].bias
    print(f"{name} weights: {found} of fifty digits right in every pixel, five draws; biases from "
          f"{biases.min():.3f} to {biases.max():.3f}")
trapped_digits = pictures(images_from_sum(*rounds[0][1]))
figure = plots.image_grid(trapped_digits, columns=13)
plots.show(figure, alt=f"The {len(trapped_digits)} digits that trap weights let the server read "
           "out of the sum of fifty gradients.")

# %% [markdown]
# This trap is clumsy: its biases are far from what a fresh network has, and a client who looked at
# them would see it. Whether every trap can be seen that way is another question. Two rules follow.
# A client must be able to check where the weights come from, and secure aggregation alone is no
# promise about what a sum tells.
#
# ## What you found
#
# A gradient of one image is that image. Shares below the threshold tell nothing, unless one
# coefficient may not be zero. Secure aggregation kept each promise it made, and the sum gave the
# digits back all the same. Noise hid them from an attack on single rows, and not from one that knew
# that the sum has rank ten: a failed attack bounds nothing, the best test for a stated question
# does.
#
# **Limits.** The prime here has 31 bits and the key exchange is a toy; real protocols use 256-bit
# curves, authenticated channels, and signatures against a server that tells two stories. All
# parties here follow the protocol but for the liars you met. The pictures come back from networks
# whose first layer is linear, or small, smooth and untrained; the attacks shown here get weaker
# with several images per client, and other attacks may not.
#
# **The paper** (section 3.3) names federated learning and secure multi-party computation as ways to
# learn without sharing data. You have seen what each hides. *Where* the data are and *what the
# result tells* are two questions; differential privacy (Lab 11) answers the second.
#
# **Read on.** McMahan et al., *Communication-efficient learning of deep networks from
# decentralized data*, 2017. Zhu, Liu, Han, *Deep leakage from gradients*, 2019; Zhao, Mopuri,
# Bilen, *iDLG*, 2020 (the label). Phong et al., *Privacy-preserving deep learning via additively
# homomorphic encryption*, 2018 (the quotient). Eckart and Young, *The approximation of one matrix
# by another of lower rank*, 1936. Shamir, *How to share a secret*, 1979. Bonawitz et al.,
# *Practical secure aggregation for privacy-preserving machine learning*, 2017. Boenisch et al.,
# *When the curious abandon honesty*, 2021. Beaver, *Efficient multiparty protocols using circuit
# randomization*, 1991. Blanchard et al., *Machine learning with adversaries: Byzantine tolerant
# gradient descent*, 2017. Yin et al., *Byzantine-robust distributed learning*, 2018. Karimireddy et
# al., *SCAFFOLD: stochastic controlled averaging for federated learning*, 2020.
#
# **Where next.** Lab 09 measures who pays for a rule that drops the unusual; Lab 13 asks how to
# tell users what a system does with their data.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab12_federated")
