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
# - write federated averaging, and say when it finds another model than central training,
# - get a picture back from the gradient that a client sent instead of it,
# - share a secret so that any t of n people can open it and t - 1 know nothing,
# - add up numbers that nobody may see, with clients that drop out on the way,
# - say what a sum still tells, and multiply numbers that nobody may see.
#
# | | |
# |---|---|
# | Paper | section 3.3 (privacy: federated learning, secure multi-party computation) |
# | Time | 150 minutes for exercises 12.1 to 12.5; about 50 more for the deeper ones |
# | Points | 13 (13 checked by machine, 0 read by a person) |
# | You need | Python, gradients, a little PyTorch; remainders (17 % 5); Lab 00 |
# | It runs in | about 45 CPU seconds in all, 10 without the demonstrations; 1.2 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | a client's images and labels | `x`, `y` | (n_k, 1, 28, 28), (n_k,) |
# | step size, local steps | `lr`, `steps` | numbers |
# | the prime, numbers of the field are 0 to p - 1 | `p`, here `PRIME` = 2^31 - 1 | a number |
# | a vector of secrets | `secret` | (m,), int64 |
# | what each of n parties holds of it | `shares` | (n, m), int64 |
# | who gets share i, and where the polynomial is read | `points` | (n,), 1 to n |
#
# Only MNIST is attacked here, because its digits are nobody's secret.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import hashlib
from copy import deepcopy
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

from safetylab import data, evaluation, models, plots, widgets
from safetylab.checks import exercise, expect, expect_tensor, untouched

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest

# %% nbgrader={"grade_id": "setup-gradient", "locked": true}
def client_gradient(model, x, y):
    """What a client sends: the gradient of its mean loss, one tensor per parameter."""
    return list(torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters())))

# %% [markdown]
# ## It breaks
#
# A client trains on one digit. It keeps the digit and sends the gradient: 397,510 numbers, which
# look like noise when you print them. Six stretches of 784 of them are drawn below, orange above
# zero and purple below.

# %% id="hook" tags=["demo"]
test = data.mnist("test")
network = models.mlp(784, 500, 10, generator=torch.Generator().manual_seed(0))
ten = data.sample(test, 10, torch.Generator().manual_seed(1))
one = client_gradient(network, ten.x[:1], ten.y[:1])[0]
added = sum(client_gradient(network, x[None], y[None])[0] for x, y in zip(*ten, strict=True))
rows = one.abs().amax(1).topk(6).indices
shown = [part[rows] / part[rows].abs().amax() for part in (one, added)]
figure = plots.image_grid([part.reshape(-1, 1, 28, 28) for part in shown], signed=True,
                          row_labels=["one client", "sum of ten"])
plots.show(figure, alt="Six pieces of a gradient as pictures. In the upper row, from one client, "
           "each shows the same digit; in the lower row, the sum of ten clients, digits overlap.")

# %% [markdown]
# The upper row is what one client sent. No attack was needed: the picture is in the message.
#
# The lower row is the sum over ten clients, each with its own digit. The digits hide behind each
# other, and that is the idea behind *secure aggregation*: let nobody see anything but the sum. You
# will build it, and then you will see how much it hides.
#
# ## Exercise 12.1: federated averaging (7 points)
#
# Difficulty: 2 of 5 · Minutes: 25 · Why: FedAvg (McMahan et al. 2017) is what "federated learning"
# means in practice. Whether it is the same as training on everything is a question with an exact
# answer.
#
# One round: the server sends its model; each client makes some steps of gradient descent on its own
# data; the server takes the mean of what comes back.
#
# **a. `average(states, sizes)`**: the weighted mean. Client k counts `n_k / n`: its examples by all
# examples.
#
# - `states`: a list of dicts, parameter name -> tensor, with the same names and shapes
# - `sizes`: a list of whole numbers, the examples of each client
# - returns a dict name -> tensor; the clients' own tensors stay as they were
#
# <details><summary>Hint 1: where to look</summary>
# The names are the same in every dict: build the result name by name.
# <details><summary>Hint 2: the idea</summary>
# The weights of all clients add up to 1. Make new tensors: <code>+=</code> on a client's tensor
# changes what the client holds.
# <details><summary>Hint 3: nearly the code</summary>
# For each name: the sum of <code>n / total * state[name]</code> over
# <code>zip(sizes, states)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-average", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_average(states, sizes):
    """A right mean, for the tests of what builds on it: one matrix product per name."""
    share = torch.tensor(sizes, dtype=torch.float64) / sum(sizes)
    return {name: torch.tensordot(share, torch.stack([s[name].double() for s in states]), 1)
            for name in states[0]}


def oracle_states(sizes, g, dtype):
    """Random parameters of one model for each client."""
    shapes = {"1.weight": (3, 4), "1.bias": (3,)}
    return [{name: torch.randn(shape, generator=g, dtype=dtype) for name, shape in shapes.items()}
            for _ in sizes]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_1-average", "solution": true}
def average(states, sizes):
    """The mean of the clients' parameters, name by name; client k counts n_k / n."""
    ### BEGIN SOLUTION
    total = sum(sizes)
    return {
        name: sum(n / total * state[name] for n, state in zip(sizes, states, strict=True))
        for name in states[0]
    }
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_1-average-test", "points": 2}
@exercise("12.1")
def test_average():
    """Two clients with 1 and 3 examples: the second counts three quarters."""
    states = [{"w": torch.tensor([0.0, 4.0])}, {"w": torch.tensor([8.0, 0.0])}]
    copies = [state["w"].clone() for state in states]
    got = expect_tensor(average(states, [1, 3])["w"], (2,), "average")
    expect(all(torch.equal(s["w"], c) for s, c in zip(states, copies, strict=True)),
           "your code changed a client's own tensor: add up into a new one", "input-modified")
    expect(got[0] != 4, "a client with three examples counts three times one with a single "
           "example; yours count the same", "unweighted")
    expect(got[0] <= 8, f"the mean of 0 and 8 cannot be {got[0]:g}: the weights n_k / n add up to "
           "1", "no-mean")
    expect(torch.allclose(got, torch.tensor([6.0, 1.0])),
           f"with 1 and 3 examples, (0, 4) and (8, 0) have the mean (6, 1); yours: {got.tolist()}")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1210)
    for sizes, dtype in (([7], torch.float32), ([5, 1, 30], torch.float64)):
        states = oracle_states(sizes, g, dtype)
        got, truth = average(states, sizes), oracle_average(states, sizes)
        expect(sorted(got) == sorted(truth), "a name is missing from your mean", "lost-name")
        for name, value in truth.items():
            mean = expect_tensor(got[name], tuple(value.shape), "average")
            expect(mean.dtype == dtype, f"the mean must keep the dtype {dtype}", "wrong-dtype")
            expect(torch.allclose(mean.double(), value, atol=1e-6),
                   f"the mean of {name} is off for {len(sizes)} clients", "unweighted")
    ### END HIDDEN TESTS


test_average()
print("12.1a: visible checks passed")

# %% [markdown]
# **b. `local_training(model, x, y, lr, steps)`**: what one client does. It makes `steps` steps of
# plain gradient descent on **all** its examples at once (no momentum), with the gradient of the
# mean loss that `client_gradient` gives.
#
# - returns the parameters after the last step, a dict name -> tensor without a graph, with the
#   names of `model.state_dict()`
# - the server's `model` stays as it was: train a copy (`deepcopy`)
#
# <details><summary>Hint 1: where to look</summary>
# Copy the model first. Then, in every step, ask for the gradient <em>of the copy</em>.
# <details><summary>Hint 2: the idea</summary>
# Inside <code>torch.no_grad()</code> you may change a parameter in place:
# <code>parameter -= ...</code>. The gradients come in the order of
# <code>worker.parameters()</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worker = deepcopy(...)</code>; a loop over steps; in it a loop over
# <code>zip(worker.parameters(), gradients)</code>. At the end, the values of
# <code>worker.state_dict()</code>, detached.
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


def oracle_one_step_theorem(local_training):
    """One local step and a mean: the central step. More steps: another point."""
    g = torch.Generator().manual_seed(1211)
    model = models.mlp(6, 5, 3, generator=g, dtype=torch.float64)
    sizes = [4, 9, 2]
    xs = [2 * k + torch.randn(n, 6, generator=g, dtype=torch.float64)
          for k, n in enumerate(sizes)]
    ys = [torch.randint(0, 3, (n,), generator=g) for n in sizes]
    for steps in (1, 6):
        mean = oracle_average([dict(local_training(model, x, y, 0.3, steps))
                               for x, y in zip(xs, ys, strict=True)], sizes)
        central = oracle_descent(model, torch.cat(xs), torch.cat(ys), 0.3, steps)
        apart = max((mean[name] - central[name]).abs().max().item() for name in central)
        expect(apart < 1e-12 if steps == 1 else apart > 1e-4,
               f"{steps} local step(s) and a mean end {apart:.2g} from {steps} central step(s); "
               "one step must agree to 1e-12, several must not", "not-central")
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

# %% nbgrader={"grade_id": "ex12_1-local-test", "points": 2}
@exercise("12.1")
def test_local_training():
    """A linear model of two classes and one example: each step can be followed by hand."""
    model = models.linear(2, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    x, y = torch.tensor([[2.0, -1.0]]), torch.tensor([1])
    for steps in (1, 2, 0):
        with untouched(model, x, y):
            got = local_training(model, x, y, 0.1, steps)
        bias = expect_tensor(got["1.bias"], (2,), "local_training")
        # all weights zero: both classes have probability 1/2; after one step the score is 0.6
        second = 1 / (1 + torch.tensor(0.6).exp())
        truth = 0.1 * (0.5 * (steps > 0) + second * (steps > 1))
        expect(steps == 0 or bias[1] > 0, "your steps go up the loss: subtract lr * gradient",
               "wrong-sign")
        expect(steps != 2 or abs(bias[1] - 0.1) > 1e-6, "both steps used the same gradient: ask "
               "for a new one in every step, at the place where the copy is now", "stale-gradient")
        expect(torch.allclose(bias, torch.tensor([-truth, truth]), atol=1e-6),
               f"after {steps} step(s) the bias must be {truth:.4f} for class 1 and minus that for "
               f"class 0; yours: {bias.tolist()}", "wrong-step")
    ### BEGIN HIDDEN TESTS
    oracle_one_step_theorem(local_training)
    ### END HIDDEN TESTS


test_local_training()
print("12.1b: visible checks passed")

# %% [markdown]
# ### Ten clients, one model
#
# Now both parts together. Ten clients with 300 digits each, drawn at random from the training set,
# and a linear model. `federate` is a round, repeated. The curve in black is one machine that has
# all 3,000 digits and makes one step a round.

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
clients = list(data.batches(mixed.x, mixed.y, 300))
exam = list(data.batches(test.x[:2000], test.y[:2000]))
watch = partial(evaluation.accuracy, batches=exam)
series = {}
for name, parts, steps in (("central, 1 step", [mixed], 1), ("FedAvg, 1 step", clients, 1),
                           ("FedAvg, 5 steps", clients, 5), ("FedAvg, 20 steps", clients, 20)):
    seen = federate(models.linear().eval(), parts, 12, 0.1, steps, watch)
    series[name] = (range(1, 13), seen)
    print(f"{name}: {seen[-1]:.1%} after 12 rounds")
figure = plots.curves(series, xlabel="rounds (one message each way per client)",
                      ylabel="accuracy, 2,000 test digits")
plots.show(figure, alt="Accuracy over twelve rounds. One local step falls on the central curve; "
           "five and twenty local steps rise faster.")

# %% [markdown]
# One local step lies on the central curve, point by point: the mean of gradients is the gradient of
# the mean loss. More local steps get further for the same number of messages. That is why FedAvg is
# used. But further *where*?
#
# **c. Where does it come to rest?** Take the smallest case: one parameter `w`, and client k with
# the loss `h_k / 2 * (w - c_k)^2`. Its own best value is `c_k`, and `h_k` says how much it cares.
# All data together would choose `sum(share_k h_k c_k) / sum(share_k h_k)`.
#
# One local step moves `w` to `w - lr * h_k * (w - c_k)`: the distance to `c_k` shrinks by the
# factor `1 - lr * h_k`. Write `resting_point`: the `w` that a whole round of FedAvg, with `steps`
# local steps per client, leaves where it is.
#
# - `h`, `c`, `share`: tensors of shape (K,), `h > 0`, `lr * h < 1`, shares that add up to 1
# - returns a tensor of shape ()
#
# <details><summary>Hint 1: where to look</summary>
# Write down where client k stands after E steps from w, then the mean, then set it equal to w.
# <details><summary>Hint 2: the idea</summary>
# After E steps client k is at <code>c_k + r_k * (w - c_k)</code> with
# <code>r_k = (1 - lr * h_k) ** E</code>. The mean over clients equals w.
# <details><summary>Hint 3: nearly the code</summary>
# Solve <code>sum(share * (1 - r) * (c - w)) = 0</code> for w: a weighted mean of c. With one step,
# <code>1 - r</code> is <code>lr * h</code>, and you are back at the true minimum.
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
    for clients, steps in ((1, 4), (3, 1), (3, 7), (8, 50)):
        h, c, share = torch.rand(3, clients, generator=g, dtype=torch.float64) + 0.1
        share = share / share.sum()
        got = expect_tensor(resting_point(h, c, share, 0.4, steps), (), "resting_point")
        after = oracle_round_of_descent(got, h, c, share, 0.4, steps)
        expect(abs(after - got) < 1e-12, f"with {clients} clients and {steps} local steps a round "
               f"of FedAvg moves your point by {abs(after - got):.2g}", "not-at-rest")
        even = resting_point(torch.full_like(h, 0.7), c, share, 0.4, steps)
        expect(abs(even - (share * c).sum()) < 1e-12,
               "if all clients care the same, local steps must change nothing", "not-at-rest")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_1-rest", "solution": true}
def resting_point(h, c, share, lr, steps):
    """The w that a round of FedAvg leaves where it is; h, c, share: (K,). Returns shape ()."""
    ### BEGIN SOLUTION
    pull = share * (1 - (1 - lr * h) ** steps)
    return (pull * c).sum() / pull.sum()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_1-rest-test", "points": 3}
@exercise("12.1")
def test_resting_point():
    """Two clients: one wants 0 and cares little, one wants 1 and cares four times as much."""
    h, c = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])
    even, uneven = torch.tensor([0.5, 0.5]), torch.tensor([0.8, 0.2])
    one = expect_tensor(resting_point(h, c, even, 0.1, 1), (), "resting_point")
    expect(abs(one - 0.5) > 1e-3, "with one local step, the client that cares four times as much "
           "pulls four times as hard; your point is in the middle", "plain-mean")
    expect(abs(one - 0.8) < 1e-5, "with one local step FedAvg is central gradient descent and "
           f"rests at the minimum of all data, 0.8; yours: {one:.4f}", "wrong-pull")
    ten = expect_tensor(resting_point(h, c, even, 0.1, 10), (), "resting_point")
    expect(abs(ten - 0.8) > 1e-3, "with ten local steps FedAvg does not rest at the minimum of all "
           "data: write down where each client stands after ten steps", "true-minimum")
    expect(abs(ten - 0.60412) < 1e-4, f"with ten local steps it rests at 0.6041; yours: {ten:.4f}",
           "wrong-pull")
    less = resting_point(h, c, uneven, 0.1, 1)
    expect(abs(less - 0.5) < 1e-5, "the second client has a fifth of the examples now, and must "
           f"count less: 0.5; yours: {less:.4f}", "ignores-share")
    ### BEGIN HIDDEN TESTS
    oracle_rest(resting_point)
    ### END HIDDEN TESTS


test_resting_point()
print("12.1c: visible checks passed")

# %% id="rest-demo" tags=["demo"]
h, c, even = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5])
for steps in (1, 2, 5, 10, 100):
    print(f"{steps:4} local steps: FedAvg rests at {resting_point(h, c, even, 0.1, steps):.3f}")

# %% [markdown]
# The minimum of all data is at 0.8. With many local steps each client walks all the way to its own
# best value, and how much it cares is forgotten: the mean of the two is 0.5. No number of rounds
# mends that.
#
# So the rule is: with one full-batch step, FedAvg *is* central gradient descent (all clients
# present, weights n_k / n, no momentum, no batch norm). With more steps it goes elsewhere, unless
# all clients' losses curve alike. Exercise 12.7 repairs it.

# %% [markdown]
# ## Exercise 12.2: a picture from a gradient (6 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: "we only share gradients" is still sold as privacy. You
# will know what it is worth, in decibels.
#
# **a. By a formula.** The first layer computes `z = W x + b`. Call `delta_j` the derivative of the
# loss with respect to `z_j`. By the chain rule, row j of the gradient with respect to `W` is
# `delta_j * x`, and the gradient with respect to `b_j` is `delta_j`. This holds whatever comes
# after the layer.
#
# Write `image_from_layer`: the input of a client that trained on **one** example.
#
# - `weight_gradient`: shape (rows, d); `bias_gradient`: shape (rows,)
# - returns shape (d,)
# - rows with `delta_j = 0` (the unit was switched off by its ReLU) tell nothing; among the others
#   take the row with the largest `|delta_j|`, on which rounding does the least harm
# - if every row is switched off, raise a `ValueError` that says so
#
# <details><summary>Hint 1: where to look</summary>
# Two numbers of the gradient belong to each pixel of each row. What is their quotient?
# <details><summary>Hint 2: the idea</summary>
# Row j is the image times delta_j, and the bias tells delta_j, sign and all.
# <details><summary>Hint 3: nearly the code</summary>
# Find the row with <code>bias_gradient.abs().argmax()</code>, check that its bias gradient is not
# zero, and divide.
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
            expect(torch.allclose(got, x[0], atol=1e-4), "the image does not come back from "
                   "another network", "wrong-row")
    x, delta = torch.rand(9, generator=g), torch.tensor([0.0, 1e-7, -0.2, 0.15])
    rounded = delta[:, None] * x + 1e-8 * torch.randn(4, 9, generator=g)
    expect((image_from_layer(rounded, delta) - x).abs().max() < 1e-5, "with a little rounding your "
           "row is a poor choice: take the one with the largest |bias gradient|", "wrong-row")
    try:
        image_from_layer(torch.zeros(4, 9), torch.zeros(4))
    except ValueError:
        return
    expect(False, "with every row switched off there is no image: raise a ValueError", "no-error")
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

# %% nbgrader={"grade_id": "ex12_2-layer-test", "points": 2}
@exercise("12.2")
def test_image_from_layer():
    """Three rows by hand: the first is switched off, the last has the largest delta."""
    x, delta = torch.tensor([0.2, 0.0, 0.6]), torch.tensor([0.0, 0.1, -0.5])
    weight = delta[:, None] * x
    got = image_from_layer(weight, delta)
    expect(isinstance(got, torch.Tensor) and bool(torch.isfinite(got).all()),
           "you divided by a bias gradient of zero: that row is switched off", "dead-row")
    got = expect_tensor(got, (3,), "image_from_layer")
    expect(not torch.allclose(got, -x), "your image is the negative: delta_j may be below zero, "
           "and the bias gradient says so", "wrong-sign")
    expect(torch.allclose(got, x), f"the image is {x.tolist()}; yours: {got.tolist()}. Divide the "
           "row by its own bias gradient, which is exactly the factor in front of the image",
           "not-scaled")
    ### BEGIN HIDDEN TESTS
    oracle_layer(image_from_layer)
    ### END HIDDEN TESTS


test_image_from_layer()
print("12.2a: visible checks passed")

# %% id="layer-demo" tags=["demo"]
found = torch.stack([image_from_layer(*client_gradient(network, x[None], y[None])[:2])
                     for x, y in zip(*ten, strict=True)]).reshape(-1, 1, 28, 28)
decibels = evaluation.psnr(ten.x, found)
figure = plots.image_grid([ten.x[:6], found[:6]], row_labels=["kept", "recovered"],
                          titles=[""] * 6 + [f"{d:.0f} dB" for d in decibels[:6].tolist()])
plots.show(figure, alt="Six digits that stayed with their clients, and below them the same six, "
           "computed from what was sent.")
print(f"ten clients, one gradient each: median PSNR {decibels.median():.0f} dB")

# %% [markdown]
# The PSNR (peak signal-to-noise ratio) is `-10 log10` of the mean squared error: at 20 dB a pixel
# is off by 0.1, at 100 dB by 0.00001. Above 40 dB nobody sees a difference. What is left here is
# the rounding of float32.
#
# **b. Without a formula.** A convolution shares its weights among all places, so no row belongs to
# one pixel. But the attacker can *search* (Zhu, Liu and Han 2019): start from noise, compute the
# gradient that this noise would have sent, and change the noise until the two gradients agree.
#
# Write `match_gradients`.
#
# - `model`: any network; `gradients`: what the client sent, a list in the order of
#   `model.parameters()`, the last one for the bias of the last layer; `start`: shape (1, 1, 28, 28)
# - first find the label. The last gradient is `probabilities - one_hot(label)`: what does its sign
#   say?
# - then minimise the sum of squared differences between all gradients, with respect to the image,
#   by `torch.optim.LBFGS([z], lr=1, max_iter=iterations, history_size=50,
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
# In the closure: <code>own = torch.autograd.grad(F.cross_entropy(model(z), label), parameters,
# create_graph=True)</code>; the distance is the sum of <code>((a - b) ** 2).sum()</code> over
# pairs; the gradient of that with respect to z goes into <code>z.grad</code>; return the distance.
# Then <code>optimizer.step(closure)</code>, once.
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
        expect(int(label) == one.y.item(), "another digit, and your label is wrong", "wrong-label")
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

# %% nbgrader={"grade_id": "ex12_2-match-test", "points": 4}
@exercise("12.2")
def test_match_gradients():
    """A digit and a small smooth convolutional network."""
    g = torch.Generator().manual_seed(5)
    model, x, y = models.smooth_cnn(g), data.mnist("test").x[:1].double(), torch.tensor([7])
    sent, start = client_gradient(model, x, y), torch.rand(x.shape, generator=g, dtype=x.dtype)
    with untouched(model, start, *sent):
        try:
            image, label = match_gradients(model, sent, start, 100)
        except RuntimeError as error:
            expect("does not require grad" not in str(error), "the gradient you compare with has "
                   "no graph of its own: ask for it with create_graph=True", "no-create-graph")
            raise
    expect(int(label) == 7, f"the digit is a 7, you found the label {int(label)}: which entry of "
           "probabilities - one_hot(label) can be below zero?", "wrong-label")
    image = expect_tensor(image, (1, 1, 28, 28), "match_gradients")
    expect(not torch.allclose(image, start), "your image is still the start", "no-search")
    found = evaluation.psnr(x, image).item()
    expect(found > 30, f"your image is at {found:.0f} dB; a right search reaches 30: compare all "
           "gradients, and go on until iterations are used up", "too-weak")
    ### BEGIN HIDDEN TESTS
    oracle_match(match_gradients)
    ### END HIDDEN TESTS


test_match_gradients()
print("12.2b: visible checks passed")

# %% id="match-demo" tags=["demo"]
g = torch.Generator().manual_seed(6)
smooth = models.smooth_cnn(g)
digit = data.sample(test, 1, g)
sent = client_gradient(smooth, digit.x.double(), digit.y)
start = torch.rand(1, 1, 28, 28, generator=g, dtype=torch.float64)
stages = [match_gradients(smooth, sent, start, k)[0] for k in (0, 5, 10, 20, 40, 100)]
decibels = [evaluation.psnr(digit.x, z).item() for z in stages]
figure = plots.image_grid([torch.cat([*stages, digit.x])],
                          [f"{k} steps\n{d:.0f} dB" for k, d in
                           zip((0, 5, 10, 20, 40, 100), decibels, strict=True)] + ["kept"])
plots.show(figure, alt="A digit grows out of noise over one hundred steps of L-BFGS, next to the "
           "digit that the client kept.")

# %% [markdown]
# Five steps and you can read it. This network has no layer whose rows are pictures, and it made no
# difference.
#
# So a single client's gradient must be treated like the client's data. That is the reason for all
# that follows: the server shall learn the *sum* of the updates and nothing else.
