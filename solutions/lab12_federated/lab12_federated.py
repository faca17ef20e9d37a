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
# | Points | 55 (50 checked by machine, 5 read by a person) |
# | You need | Python, gradients, a little PyTorch; remainders (17 % 5); Lab 00 |
# | It runs in | about 25 CPU seconds in all, 6 without the demonstrations; 1.7 GiB of memory |
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
from safetylab.checks import exercise, expect, expect_tensor, lend, untouched

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
                          row_labels=["one client", "sum of ten"], unit="gradient / largest")
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
    got = expect_tensor(average(lend(states), [1, 3])["w"], (2,), "average")
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
# and a linear model. `federate` is a round, repeated. The curve "central" is one machine that has
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
# is off by 0.1, at 100 dB by 0.00001. Above 40 dB hardly anybody sees a difference. What is left
# here is the rounding of float32.
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
# After ten steps you can read it. This network has no layer whose rows are pictures, and it made no
# difference.
#
# So a single client's gradient must be treated like the client's data. That is the reason for all
# that follows: the server shall learn the *sum* of the updates and nothing else.

# %% [markdown]
# ## Exercise 12.3: to share a secret (9 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: everything that hides numbers from a server is built on
# this. And a change of one character in it, which looks harmless, gives the secret away.
#
# All numbers are now whole numbers from 0 to p - 1, p is a prime, and every result is taken modulo
# p (`%`). Why not real numbers? No random number is spread evenly over all of them, and rounding
# would spoil the sums. In this *field* each number but 0 has an inverse: `pow(a, -1, p)`.
#
# The lab uses p = 2^31 - 1, for a practical reason: the product of two such numbers still fits into
# an int64. The sum of **three** such products does not, and torch does not tell you when an int64
# runs over.
#
# **a. `split(secret, n, p, generator)`**: additive sharing. n numbers that add up to the secret
# modulo p, any n - 1 of which are just random.
#
# - `secret`: shape (m,), int64, m secrets at once; `generator`: all randomness comes from it
# - returns shape (n, m), int64, in 0 to p - 1; row i is what party i gets
#
# <details><summary>Hint 1: where to look</summary>
# Draw all parties but one at random. What is left for the last one?
# <details><summary>Hint 2: the idea</summary>
# The last share is the secret minus all the others, modulo p.
# <details><summary>Hint 3: nearly the code</summary>
# <code>torch.randint(0, p, (n - 1, ...), generator=generator)</code>, one column per secret; then
# <code>torch.cat</code> with the rest as one more row.
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


def oracle_split(split):
    """Sums for other sizes; two of three shares are spread evenly, whatever the secret."""
    g = torch.Generator().manual_seed(1230)
    for n, p, m in ((1, 11, 4), (2, PRIME, 5), (6, 101, 1)):
        secret = torch.randint(0, p, (m,), generator=g)
        got = expect_residues(split(secret.clone(), n, p, g), (n, m), p, "split")
        expect(torch.equal(got.sum(0) % p, secret), f"{n} shares modulo {p} do not add up",
               "no-sum")
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

# %% nbgrader={"grade_id": "ex12_3-split-test", "points": 2}
@exercise("12.3")
def test_split():
    """Eleven secrets modulo 11, three parties."""
    secret = torch.arange(11)
    one, same, other = (split(secret.clone(), 3, 11, torch.Generator().manual_seed(seed))
                        for seed in (0, 0, 1))
    one = expect_residues(one, (3, 11), 11, "split")
    expect(torch.equal(one.sum(0) % 11, secret),
           f"the shares of 0 to 10 add up to {(one.sum(0) % 11).tolist()} modulo 11", "no-sum")
    expect(torch.equal(one, same) and not torch.equal(one, other),
           "the shares must depend on the generator, and on nothing else", "ignores-generator")
    ### BEGIN HIDDEN TESTS
    oracle_split(split)
    ### END HIDDEN TESTS


test_split()
print("12.3a: visible checks passed")

# %% [markdown]
# Additive sharing needs everybody. If one party is offline, the secret is lost. Shamir (1979) gave
# each party a point of a polynomial: `t` points fix a polynomial of degree t - 1, fewer do not. The
# secret is its value at 0.
#
# **b. `evaluate(coefficients, points, p)`**: the polynomial at each point.
#
# - `coefficients`: shape (t, m); row k belongs to x^k, so row 0 holds the secrets; `points`: (n,)
# - returns shape (n, m), int64, in 0 to p - 1
# - mind the size: 25^7 times a number below 2^31 does not fit into an int64
#
# <details><summary>Hint 1: where to look</summary>
# Horner's scheme: a + b x + c x^2 = a + x (b + x c).
# <details><summary>Hint 2: the idea</summary>
# Start with the highest coefficient; multiply by x, add the next one, and reduce modulo p, each
# time.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for row in coefficients.flip(0)</code>: value becomes value times
# <code>points[:, None]</code> plus row, modulo p.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-polynomial", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_polynomial(coefficients, points, p):
    """The same with Python's whole numbers, which never run over."""
    columns = coefficients.T.tolist()
    return torch.tensor([[sum(c * x**k for k, c in enumerate(column)) % p for column in columns]
                         for x in points.tolist()], dtype=torch.int64)


def oracle_evaluate(evaluate):
    """Large numbers; and the theorem: two shares of degree 2 take each pair of values once."""
    g = torch.Generator().manual_seed(1231)
    points = torch.arange(1, 26)
    for t, p, m in ((1, 29, 3), (8, PRIME, 4), (3, 97, 1)):
        coefficients = torch.randint(0, p, (t, m), generator=g)
        got = expect_residues(evaluate(coefficients, points, p), (25, m), p, "evaluate")
        expect(torch.equal(got, oracle_polynomial(coefficients, points, p)), f"a polynomial of "
               f"degree {t - 1} modulo {p} has another value; if only large numbers go wrong, an "
               "int64 ran over: reduce after every step", "overflow")
    free = torch.cartesian_prod(torch.arange(11), torch.arange(11)).T
    for secret in (0, 7):
        every = torch.cat([torch.full((1, 121), secret), free])
        shares = evaluate(every, torch.tensor([1, 4]), 11)
        expect(len(set((shares[0] * 11 + shares[1]).tolist())) == 121, "over all polynomials with "
               f"the secret {secret}, shares 1 and 4 must take each of the 121 pairs once")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_3-evaluate", "solution": true}
def evaluate(coefficients, points, p):
    """Polynomials at points, modulo p: (t, m), (n,) -> (n, m); row k of coefficients is for x^k."""
    ### BEGIN SOLUTION
    value = torch.zeros(len(points), coefficients.shape[1], dtype=torch.int64)
    for row in coefficients.flip(0):
        value = (value * points[:, None] + row) % p
    return value
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-evaluate-test", "points": 1}
@exercise("12.3")
def test_evaluate():
    """5 + 3x + 2x^2 and 1 + x^2, modulo 11."""
    coefficients, points = torch.tensor([[5, 1], [3, 0], [2, 1]]), torch.tensor([1, 2, 3])
    got = expect_residues(evaluate(coefficients, points, 11), (3, 2), 11, "evaluate")
    expect(got[:, 0].tolist() != [10, 6, 1], "row 0 of coefficients is the secret and stands "
           "alone; you gave it the highest power", "reversed")
    expect(got.T.tolist() == [[10, 8, 10], [2, 5, 10]], "5 + 3x + 2x^2 at 1, 2, 3 is 10, 8, 10 "
           f"modulo 11, and 1 + x^2 is 2, 5, 10; yours: {got.T.tolist()}", "wrong-value")
    ### BEGIN HIDDEN TESTS
    oracle_evaluate(evaluate)
    ### END HIDDEN TESTS


test_evaluate()
print("12.3b: visible checks passed")

# %% [markdown]
# **c. `shamir_split(secret, t, n, p, generator, evaluate)`**: draw the polynomials, hand out their
# values at 1, 2, ..., n.
#
# - the coefficients but the first are drawn evenly from 0 to p - 1, anew for each secret
# - `evaluate` is handed in: call it once, for all secrets, as in part b
# - if not `1 <= t <= n < p`, raise a `ValueError` that says what is wrong
#
# <details><summary>Hint 1: where to look</summary>
# The secret is row 0 of the coefficients; the other t - 1 rows are random.
# <details><summary>Hint 2: the idea</summary>
# Point 0 is the secret itself, so the points begin at 1.
# <details><summary>Hint 3: nearly the code</summary>
# <code>torch.randint(0, p, (t - 1, ...), generator=generator)</code> with a column per secret,
# <code>torch.cat</code>, and the points <code>torch.arange(1, n + 1)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-shamir", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_shamir(shamir_split):
    """The shares lie on polynomials of the right degree, drawn evenly."""
    g = torch.Generator().manual_seed(1232)
    for t, n, p in ((1, 3, 5), (3, 7, PRIME), (4, 4, 31)):
        secret = torch.randint(0, p, (6,), generator=g)
        got = shamir_split(secret.clone(), t, n, p, g, oracle_polynomial)
        got = expect_residues(got, (n, 6), p, "shamir_split")
        some = torch.randperm(n, generator=g)[:t]
        expect(torch.equal(oracle_secret(some + 1, got[some], p), secret),
               f"{t} of {n} shares do not give the secret back", "no-secret")
    for s in (0, 6):
        shares = shamir_split(torch.full((20_000,), s), 2, 3, 11, g, oracle_fast)
        expect((shares[0] == s).any(), "in 20,000 polynomials of degree 1 the highest coefficient "
               "was never 0: then a share rules one secret out", "leading-never-zero")
        expect(oracle_even(shares[:1], 11) > 1e-6, "one share of two already tells something: its "
               "values are not spread evenly", "tells-something")
        shares = shamir_split(torch.full((20_000,), s), 3, 4, 11, g, oracle_fast)
        expect(oracle_even(shares[[1, 3]], 11) > 1e-6, "two shares of three needed already tell "
               "something: their values are not spread evenly", "tells-something")
    for t, n in ((4, 3), (0, 3), (2, 11)):
        try:
            shamir_split(torch.tensor([1]), t, n, 11, g, oracle_polynomial)
        except ValueError:
            continue
        except RuntimeError:  # torch was the first to notice
            pass
        expect(False, f"{t} of {n} shares modulo 11 make no sense: raise a ValueError", "no-error")


def oracle_fast(coefficients, points, p):
    """oracle_polynomial for small p, by a matrix product."""
    powers = points[:, None] ** torch.arange(len(coefficients))
    return (powers @ coefficients) % p


def oracle_secret(points, values, p):
    """The secret by elimination of a Vandermonde system with Python's whole numbers."""
    rows = [[pow(x, k, p) for k in range(len(points))] + row
            for x, row in zip(points.tolist(), values.tolist(), strict=True)]
    for k in range(len(points)):
        pivot = next(i for i in range(k, len(rows)) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        inverse = pow(rows[k][k], p - 2, p)
        rows[k] = [inverse * v % p for v in rows[k]]
        for i in range(len(rows)):
            if i != k:
                factor = rows[i][k]
                rows[i] = [(a - factor * b) % p for a, b in zip(rows[i], rows[k], strict=True)]
    return torch.tensor(rows[0][len(points):], dtype=torch.int64)
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

# %% nbgrader={"grade_id": "ex12_3-shamir-test", "points": 2}
@exercise("12.3")
def test_shamir_split():
    """A stand-in for evaluate tells what it was asked."""
    secret, asked = torch.tensor([3, 9, 0, 3]), []

    def stand_in(coefficients, points, p):
        asked.append((coefficients.clone(), points.tolist()))
        return (points[:, None] + coefficients.sum(0)) % p

    for seed in (0, 0, 1):
        got = shamir_split(secret.clone(), 3, 5, 11, torch.Generator().manual_seed(seed), stand_in)
        expect_residues(got, (5, 4), 11, "shamir_split")
    expect(len(asked) == 3, "call evaluate(coefficients, points, p) once", "no-evaluate")
    coefficients, points = asked[0]
    expect(0 not in points, "nobody may get the value at 0: it is the secret", "hands-out-secret")
    expect(points == [1, 2, 3, 4, 5], f"five parties get the values at 1 to 5, yours at {points}",
           "wrong-points")
    expect_residues(coefficients, (3, 4), 11, "your polynomial: its coefficients")
    expect(torch.equal(coefficients[0], secret), "row 0 of the coefficients is the secret",
           "no-secret")
    expect(len(set(map(tuple, coefficients[1:].T.tolist()))) > 1, "all four secrets have the same "
           "random coefficients: draw them anew for each", "same-polynomial")
    expect(torch.equal(coefficients, asked[1][0]) and not torch.equal(coefficients, asked[2][0]),
           "the coefficients must depend on the generator, and on nothing else",
           "ignores-generator")
    ### BEGIN HIDDEN TESTS
    oracle_shamir(shamir_split)
    ### END HIDDEN TESTS


test_shamir_split()
print("12.3c: visible checks passed")

# %% [markdown]
# **d. `reconstruct(points, values, p)`**: the secret from t or more shares, by Lagrange's formula
# at 0: `sum_i values_i * prod_(j != i) x_j / (x_j - x_i)`, where dividing means multiplying by the
# inverse modulo p.
#
# - `points`: shape (k,), any different numbers from 1 to p - 1; `values`: shape (k, m)
# - returns shape (m,), int64
#
# <details><summary>Hint 1: where to look</summary>
# The product over j is one whole number for each i. Python's own numbers
# (<code>points.tolist()</code>) never run over.
# <details><summary>Hint 2: the idea</summary>
# Reduce the factor of each i; then add factor times values, and reduce after <em>each</em> product.
# <details><summary>Hint 3: nearly the code</summary>
# A double loop over the points; the factor starts at 1 and becomes
# <code>factor * other * pow(other - x, -1, p) % p</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex12_3-reconstruct", "solution": true}
def reconstruct(points, values, p):
    """The values at 0 of the polynomials through the given ones: (k,), (k, m) -> (m,)."""
    ### BEGIN SOLUTION
    secret = torch.zeros(values.shape[1], dtype=torch.int64)
    for x, row in zip(points.tolist(), values, strict=True):
        factor = 1
        for other in points.tolist():
            if other != x:
                factor = factor * other * pow(other - x, -1, p) % p
        secret = (secret + factor * row) % p
    return secret
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-reconstruct-test", "points": 2}
@exercise("12.3")
def test_reconstruct():
    """5 + 3x + 2x^2 modulo 11, from points in any order."""
    shares = {1: 10, 2: 8, 3: 10, 4: 5, 7: 3}
    for points in ([1, 2, 3], [1, 2, 3, 4], [4, 2, 7], [7, 1, 3, 4]):
        values = torch.tensor([[shares[x]] for x in points])
        got = reconstruct(torch.tensor(points), values, 11)
        expect(isinstance(got, torch.Tensor) and not got.is_floating_point(), "to divide modulo p, "
               "multiply by pow(..., -1, p): an ordinary division leaves the field",
               "real-division")
        got = expect_residues(got, (1,), 11, "reconstruct")
        expect(got.item() == 5 or points[0] == 1, "you seem to take the points to be 1, 2, 3: "
               "use those that are given", "assumes-points")
        expect(got.item() == 5, f"5 + 3x + 2x^2 from its values at {points} is 5 at 0; yours: "
               f"{got.item()}", "wrong-value")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1233)
    for t, k, m in ((1, 1, 2), (4, 9, 3), (12, 12, 5)):
        coefficients = torch.randint(0, PRIME, (t, m), generator=g)
        points = torch.randperm(30, generator=g)[:k] + 1
        got = reconstruct(points, oracle_polynomial(coefficients, points, PRIME), PRIME)
        got = expect_residues(got, (m,), PRIME, "reconstruct")
        expect(torch.equal(got, coefficients[0]), f"{k} shares modulo 2^31 - 1 give another "
               "secret: perhaps an int64 ran over; reduce after each product", "overflow")
    ### END HIDDEN TESTS


test_reconstruct()
print("12.3d: visible checks passed")

# %% [markdown]
# **e. Break it.** A programmer reads "polynomial of degree t - 1" and thinks: then the highest
# coefficient must not be 0. So the code draws that one from **1** to p - 1. It still reconstructs
# every secret, and every test of the day before passes.
#
# You hold t - 1 shares, which should tell you nothing. The secret was shared anew in each of m
# rounds (the same secret, new polynomials), and you kept your shares of each. Write
# `still_possible`: which secrets are left?
#
# - `points`: shape (t - 1,), your points; `values`: shape (t - 1, m), a column a round
# - `reconstruct(points, values, p)` is handed in
# - returns the secrets that no round rules out, in rising order: a one-dimensional int64 tensor
#
# <details><summary>Hint 1: where to look</summary>
# Take t = 2. You hold one value y = s + c x with c not 0. Which s is impossible?
# <details><summary>Hint 2: the idea</summary>
# In general, a polynomial of degree t - 2 goes through your t - 1 points, and exactly one. Were its
# value at 0 the secret, the highest coefficient would have to be 0.
# <details><summary>Hint 3: nearly the code</summary>
# <code>reconstruct</code> with your t - 1 shares gives the one secret that each round rules out.
# Mark those as False in <code>torch.ones(p, dtype=torch.bool)</code> and return where it is still
# True.
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
        shares = oracle_fast(every, points, p)
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
        values = oracle_fast(torch.cat([secret, low, high]), points, p)
        got = still_possible(points, values, p, oracle_secret)
        expect([int(s) for s in got] == oracle_left(points, values, p), f"with t = {t}, p = {p} "
               f"and {rounds} rounds, trying every polynomial leaves other secrets",
               "wrong-secrets")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_3-hole", "solution": true}
def still_possible(points, values, p, reconstruct):
    """Secrets that t - 1 shares leave if the highest coefficient is never 0: (t-1,), (t-1, m)."""
    ### BEGIN SOLUTION
    left = torch.ones(p, dtype=torch.bool)
    left[reconstruct(points, values, p)] = False
    return left.nonzero()[:, 0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_3-hole-test", "points": 2}
@exercise("12.3")
def test_still_possible():
    """t = 2 modulo 5: your share at 1 in three rounds. One value fixes a polynomial of degree 0."""
    points, values = torch.tensor([1]), torch.tensor([[2, 4, 2]])
    got = still_possible(points, values, 5, lambda points, values, p: values[0])
    expect(isinstance(got, torch.Tensor) and got.dim() == 1 and got.dtype == torch.int64,
           "still_possible must return a one-dimensional int64 tensor", "no-list")
    expect(got.tolist() != [2, 4], "these are the secrets that are ruled out; return those that "
           "are left", "returns-impossible")
    expect(got.tolist() not in ([0, 1, 3, 4], [0, 1, 2, 3]), "each round rules out one more "
           "secret: use all columns", "one-round")
    expect(got.tolist() == [0, 1, 3], "your shares were 2, 4 and 2, so the secret is none of "
           f"these: 0, 1 and 3 are left; yours: {got.tolist()}", "wrong-secrets")
    ### BEGIN HIDDEN TESTS
    oracle_hole(still_possible)
    ### END HIDDEN TESTS


test_still_possible()
print("12.3e: visible checks passed")

# %% [markdown] id="predict-hole"
# ### Predict, then run
#
# p = 11, t = 2, the faulty code. In each round the one share that you hold rules out one secret,
# and each of the ten wrong ones is equally likely. After how many rounds, on average, do you know
# the secret? Write `my_guess_in_rounds = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_3-predict", "solution": true}
### BEGIN SOLUTION
my_guess_in_rounds = 11
### END SOLUTION

# %% id="hole-demo" tags=["demo"]
g = torch.Generator().manual_seed(0)
needed = []
for _ in range(300):
    slope = torch.randint(1, 11, (200,), generator=g)
    share = (7 + slope) % 11  # the secret is 7, your point is 1
    known = next(m for m in range(10, 200)
                 if len(still_possible(torch.tensor([1]), share[None, :m], 11, reconstruct)) == 1)
    needed.append(known)
print(f"the secret was known after {np.mean(needed):.1f} rounds on average (300 runs)")
print(f"you said: {my_guess_in_rounds}")
theory = 10 * sum(1 / k for k in range(1, 11))
print(f"collecting ten pictures: 10 * (1 + 1/2 + ... + 1/10) = {theory:.1f}")

# %% [markdown]
# It is the collector's problem: the last of ten pictures takes the longest. With the right code the
# same shares would tell nothing after a million rounds.

# %% [markdown]
# ## Exercise 12.4: the sum and nothing else (16 points)
#
# Difficulty: 4 of 5 · Minutes: 45 · Why: this is the protocol of Bonawitz et al. (2017), which runs
# on real telephones. You build it, break it when a part is missing, and then find what it never
# promised to hide.
#
# **a. Whole numbers.** A gradient has fractions and signs; the field has neither. Multiply by a
# scale, round, and let the upper half of the field stand for negative numbers: -1 is p - 1.
#
# - `encode(x, scale, p)`: a tensor of floats -> int64 in 0 to p - 1; raise a `ValueError` if a
#   rounded number lies outside -(p - 1)/2 to (p - 1)/2, or is not a number at all
# - `decode(v, scale, p)`: int64 in 0 to p - 1 -> float64; numbers above (p - 1)/2 are negative
#
# <details><summary>Hint 1: where to look</summary>
# Calculate in float64: float32 holds whole numbers exactly only up to 2^24.
# <details><summary>Hint 2: the idea</summary>
# Round first (to the nearest, not towards zero), check the range, then reduce modulo p. On the way
# back subtract p where the number is above (p - 1)/2.
# <details><summary>Hint 3: nearly the code</summary>
# <code>(x.double() * scale).round()</code>; <code>if not (... .abs() <= (p - 1) // 2).all()</code>
# catches nan, too; <code>torch.where(v > p // 2, v - p, v)</code>, divided by scale.
# </details></details></details>

# %% nbgrader={"grade_id": "ex12_4-fixed", "solution": true}
def encode(x, scale, p):
    """Fixed point: floats -> int64 in 0 to p - 1, negative numbers in the upper half."""
    ### BEGIN SOLUTION
    whole = (x.double() * scale).round()
    if not (whole.abs() <= (p - 1) // 2).all():
        raise ValueError(f"a number times {scale} is beyond {(p - 1) // 2}: take a smaller scale")
    return whole.long() % p
    ### END SOLUTION


def decode(v, scale, p):
    """The numbers, in float64, that encode made into v."""
    ### BEGIN SOLUTION
    return torch.where(v > p // 2, v - p, v).double() / scale
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-fixed-test", "points": 2}
@exercise("12.4")
def test_fixed_point():
    """Modulo 101 with scale 10: numbers from -5 to 5 fit."""
    x = torch.tensor([0.0, 1.26, -0.1, -5.0, 5.0, -0.26])
    code = expect_tensor(encode(x, 10, 101), (6,), "encode")
    expect(code.tolist() != [0, 12, 100, 51, 50, 99], "12.6 must become 13 and -2.6 must become "
           "-3: round to the nearest", "truncates")
    code = expect_residues(code, (6,), 101, "encode")
    expect(code.tolist() == [0, 13, 100, 51, 50, 98],
           f"{x.tolist()} must become 0, 13, 100, 51, 50, 98; yours: {code.tolist()}", "wrong-code")
    back = expect_tensor(decode(code, 10, 101), (6,), "decode")
    expect((back <= 5).all(), "100 stands for -1: numbers above 50 are negative", "no-negatives")
    expect(torch.allclose(back, torch.tensor([0.0, 1.3, -0.1, -5, 5, -0.3]).double()),
           f"decoded, they must be 0, 1.3, -0.1, -5, 5, -0.3; yours: {back.tolist()}",
           "wrong-number")
    for bad in (5.2, -5.2, float("nan")):
        try:
            encode(torch.tensor([0.0, bad]), 10, 101)
        except ValueError:
            continue
        expect(False, f"{bad} times 10 has no place modulo 101: raise a ValueError", "no-error")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1240)
    x = 30 * torch.randn(3, 4, generator=g)
    code = expect_residues(encode(x, 2**20, PRIME), (3, 4), PRIME, "encode")
    exact = [round(v * 2**20) % PRIME for v in x.flatten().tolist()]
    expect(code.flatten().tolist() == exact, "large numbers lose their last digits: calculate in "
           "float64", "truncates")
    back = expect_tensor(decode(code, 2**20, PRIME), (3, 4), "decode")
    expect(back.dtype == torch.float64 and (back - x).abs().max() <= 2**-21, "numbers do not come "
           "back to half a step", "wrong-number")
    ### END HIDDEN TESTS


test_fixed_point()
print("12.4a: visible checks passed")

# %% [markdown]
# **b. Masks.** Each two clients u < v agree on a mask that nobody else knows. Client u adds it,
# client v subtracts it: in the sum it is gone. Each client also adds a **personal** mask, and you
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
# <code>for other, mask in pair_masks.items()</code>: plus mask if <code>me < other</code>, else
# minus mask.
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

# %% nbgrader={"grade_id": "ex12_4-mask-test", "points": 2}
@exercise("12.4")
def test_mask_update():
    """Client 2 of four, modulo 100."""
    update, personal = torch.tensor([7, 90]), torch.tensor([50, 50])
    masks = {4: torch.tensor([1, 1]), 1: torch.tensor([20, 30]), 3: torch.tensor([5, 5])}
    with untouched(torch.nn.Identity(), update, personal, *masks.values()):
        got = mask_update(update, 2, masks, personal, 100)
    got = expect_residues(got, (2,), 100, "mask_update")
    expect(got.tolist() != [83, 76], "client 2 adds the masks it shares with 3 and 4 and "
           "subtracts that of client 1: yours adds all, and they never cancel", "no-cancel")
    expect(got.tolist() != [93, 66], "the personal mask is missing", "no-personal")
    expect(got.tolist() == [43, 16], f"7 + 50 + 5 + 1 - 20 = 43 and 90 + 50 + 5 + 1 - 30 = 16 "
           f"modulo 100; yours: {got.tolist()}", "wrong-sign")
    ### BEGIN HIDDEN TESTS
    oracle_mask(mask_update)
    ### END HIDDEN TESTS


test_mask_update()
print("12.4b: visible checks passed")

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
# From 1, 2, 3 and 4, 0, 2 it sees exactly the same. The sum is all that is left.
#
# **c. Someone drops out.** A mask as long as a model cannot be sent around for each pair. Clients
# agree on a short *seed* and stretch it: `expand` below. The seed comes from a key exchange (Diffie
# and Hellman 1976): client u keeps a secret key and publishes `public_key(key)`; u and v both get
# `agree(own key, other's public key)`, which is the same number for both.
#
# If client w sends nothing, its masks stay in the sum of all the others. So, beforehand, everyone
# gives every other client a Shamir share of two secrets: of its **key** and of its **personal**
# seed. At the end the server asks
#
# - for the *personal seed* of each client whose vector came, and
# - for the *key* of each client that dropped out, and never both of the same client.
#
# Write `unmask_sum(received, public, ask, reconstruct, p)`.
#
# - `received`: dict client -> masked vector (m,), of those who sent one; `public`: dict client ->
#   public key, of **all** who began
# - `ask(kind, client)` with kind `"personal"` or `"key"` returns `(points, values)`, shares of
#   that secret; `reconstruct(points, values, p)` is handed in and returns it, shape (1,)
# - masks are `expand(seed, m)`; the mask of u and v is `expand(agree(key of u, public key of v),
#   m)`
# - returns the sum of the received clients' updates modulo p, shape (m,)
#
# <details><summary>Hint 1: where to look</summary>
# Begin with the sum of what was received. Which masks are still in it?
# <details><summary>Hint 2: the idea</summary>
# The personal mask of each client that is there; and for each pair of a client that is there and
# one that is gone, the pair mask, with the sign that the one who is there gave it.
# <details><summary>Hint 3: nearly the code</summary>
# For each client in received: subtract <code>expand(int(reconstruct(*ask("personal", client), p)),
# m)</code>. For each gone client: its key; then for each client in received the mask of the two:
# <em>it</em> added the mask if client < gone, so subtract it; else add it.
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
            return points, oracle_polynomial(line, points, PRIME)

        public = {u: public_key(key) for u, key in keys.items()}
        got = unmask_sum(received, public, ask, oracle_secret, PRIME)
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

# %% nbgrader={"grade_id": "ex12_4-unmask-test", "points": 4}
@exercise("12.4")
def test_unmask_sum():
    """Clients 0, 1 and 2; client 1 drops out. Here a share is the secret itself (t = 1)."""
    keys, seeds, asked = {0: 111, 1: 222, 2: 333}, {0: 44, 1: 55, 2: 66}, []
    m01, m02, m12 = (expand(agree(keys[u], public_key(keys[v])), 3)
                     for u, v in ((0, 1), (0, 2), (1, 2)))
    received = {0: (torch.tensor([1, 2, 3]) + expand(44, 3) + m01 + m02) % PRIME,
                2: (torch.tensor([10, 20, 30]) + expand(66, 3) - m02 - m12) % PRIME}

    def ask(kind, client):
        asked.append((kind, client))
        return torch.tensor([1]), torch.tensor([[{"key": keys, "personal": seeds}[kind][client]]])

    public = {u: public_key(key) for u, key in keys.items()}
    got = unmask_sum(received, public, ask, lambda points, values, p: values[0], PRIME)
    got = expect_residues(got, (3,), PRIME, "unmask_sum")
    expect(not {("key", 0), ("key", 2)} & set(asked), "you asked for the key of a client whose "
           "vector is here: with its key and its personal seed its update is open", "asks-both")
    truth, own = torch.tensor([11, 22, 33]), expand(44, 3) + expand(66, 3)
    expect(not torch.equal(got, (truth + own) % PRIME), "the personal masks are still in your sum",
           "keeps-personal")
    expect(not torch.equal(got, (truth + m01 - m12) % PRIME), "the masks that 0 and 2 share with "
           "client 1, who is gone, are still in your sum", "ignores-dropouts")
    expect(not torch.equal(got, (truth + 2 * m01 - 2 * m12) % PRIME), "the masks of client 1 are "
           "in your sum twice: take them out with the other sign", "wrong-sign")
    expect(torch.equal(got, truth), f"the sum is 11, 22, 33; yours: {got.tolist()}", "wrong-sum")
    ### BEGIN HIDDEN TESTS
    oracle_unmask(unmask_sum)
    ### END HIDDEN TESTS


test_unmask_sum()
print("12.4c: visible checks passed")

# %% [markdown]
# ### All together
#
# Eleven clients, one digit each, one gradient each, 397,510 numbers a gradient. Client 7 drops out
# after the keys were exchanged. Six of eleven shares open a secret.

# %% id="protocol-demo" tags=["demo"]
scale, length, g = 2**24, 397_510, torch.Generator().manual_seed(3)
eleven = data.sample(test, 11, torch.Generator().manual_seed(4))
keys, seeds = torch.randint(1, PRIME - 1, (2, 11), generator=g).tolist()
public = {u: public_key(keys[u]) for u in range(11)}
vault = {kind: shamir_split(torch.tensor(secrets), 6, 11, PRIME, g, evaluate)
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
# The server has the sum. Of each single vector it has seen only noise.
#
# ### A server that lies
#
# Client 3 has sent its vector. The server says "client 3 has dropped out" and asks the others for
# client 3's key. With it the server can undo every pair mask of client 3. Here is what it gets,
# without and with the personal mask.

# %% id="liar-demo" tags=["demo"]
key = int(reconstruct(*ask("key", 3), PRIME))
pictures, bits = [], []
for personal in (False, True):
    vector = send(3, network, personal)
    for v in range(11):
        if v != 3:
            pair = expand(agree(key, public[v]), length)
            vector = (vector - pair) % PRIME if v > 3 else (vector + pair) % PRIME
    plain = decode(vector, scale, PRIME)
    weight, bias = plain[: 500 * 784].reshape(500, 784), plain[500 * 784 : 500 * 785]
    pictures.append(image_from_layer(weight, bias).clamp(0, 1).reshape(1, 1, 28, 28))
figure = plots.image_grid(torch.cat([eleven.x[3][None], *pictures]),
                          ["client 3\nkeeps", "without\npersonal mask", "with\npersonal mask"])
plots.show(figure, alt="Three pictures: the digit of client 3, the same digit as the lying server "
           "gets it when there is no personal mask, and noise when there is one.")

# %% [markdown]
# That is what the second mask is for. The vector may also just be late, and the server honest: the
# effect is the same.
#
# **d. What the sum still tells.** The server has the sum of ten gradients and nothing else. Its
# first layer has 500 rows. By the formula of 12.2, row j of the sum is `sum_k delta_jk * x_k`. A
# ReLU switches a unit off for many images; where a unit is on for **one client only**, the sum has
# one term, and the quotient is that client's image.
#
# How does the server know which rows those are? The pixels of a stored image are whole grey levels:
# 255 times a pixel is a whole number. A mixture of two images hardly ever has that in all 784
# places.
#
# Write `images_from_sum(weight_gradient, bias_gradient, tolerance=0.1)`.
#
# - shapes (rows, d) and (rows,); rows with bias gradient 0 tell nothing
# - a row's quotient counts as an image if 255 times each of its pixels lies within `tolerance` of a
#   whole number from 0 to 255
# - returns the images found, each **once**, rounded to whole grey levels and divided by 255: shape
#   (k, d), in any order; k may be 0
#
# <details><summary>Hint 1: where to look</summary>
# It is <code>image_from_layer</code> for every row, and a test of each result.
# <details><summary>Hint 2: the idea</summary>
# Compare each quotient, times 255, with its rounded self. After rounding, two rows of the same
# client are equal, and <code>unique(dim=0)</code> keeps one.
# <details><summary>Hint 3: nearly the code</summary>
# <code>live = bias_gradient != 0</code>; the grey levels of the live rows; their rounded values; a
# row is kept if the largest difference is at most tolerance, the smallest level at least 0, the
# largest at most 255.
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

# %% nbgrader={"grade_id": "ex12_4-sum-test", "points": 3}
@exercise("12.4")
def test_images_from_sum():
    """Two clients, three pixels, six rows: switched off, A, B, both, A again, out of range."""
    a, b = torch.tensor([51.0, 0, 255]) / 255, torch.tensor([0.0, 102, 204]) / 255
    terms = torch.tensor([[0, 0], [0.5, 0], [0, -0.2], [0.3, 0.41], [-0.1, 0], [0.2, -0.1]])
    weight, bias = terms @ torch.stack([a, b]), terms.sum(1)
    got = images_from_sum(weight, bias)
    expect(isinstance(got, torch.Tensor) and got.dim() == 2 and got.shape[1] == 3,
           "images_from_sum must return shape (k, 3) here: one row per image", "wrong-shape")
    expect(torch.isfinite(got).all(), "you divided by a bias gradient of zero", "dead-row")
    levels = sorted((255 * got).round().long().tolist())
    expect(len({tuple(row) for row in levels}) == len(levels),
           "an image comes twice: two rows that only client A switched on", "counts-twice")
    expect(len(levels) != 1, "there are two images in this sum: look at every row", "misses-images")
    expect(levels == [[0, 102, 204], [51, 0, 255]], "the images are (0, 102, 204) and (51, 0, 255) "
           f"in grey levels; yours: {levels}. A mixture shows by its fractions, and by levels "
           "below 0 or above 255", "keeps-mixtures")
    ### BEGIN HIDDEN TESTS
    oracle_sum(images_from_sum)
    ### END HIDDEN TESTS


test_images_from_sum()
print("12.4d: visible checks passed")

# %% [markdown] id="predict-moment"
# ### Predict, then run
#
# Ten clients, one digit each, a network with fresh random weights, and the protocol above without a
# fault. How many of the ten digits does the server get back from the sum, right in every pixel?
# Write `my_guess_of_ten = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_4-predict", "solution": true}
### BEGIN SOLUTION
my_guess_of_ten = 2
### END SOLUTION

# %% id="moment-demo" tags=["demo"]
weight, bias = opened[: 500 * 784].reshape(500, 784), opened[500 * 784 : 500 * 785]
recovered = images_from_sum(weight, bias).float().reshape(-1, 1, 28, 28)
kept = eleven.x[present]
same = [(recovered - x).abs().amax(dim=(1, 2, 3)).min() < 1e-6 for x in kept]
print(f"from the sum of {len(present)} gradients: {len(recovered)} images; "
      f"{sum(same)} of {len(present)} clients' digits, right in every pixel")
print(f"you said: {my_guess_of_ten}")
figure = plots.image_grid([kept, recovered], row_labels=["kept by clients", "from the sum"])
plots.show(figure, alt="Above, the ten digits that the clients kept; below, the digits that the "
           "server computed from the sum of their gradients, in another order.")

# %% [markdown]
# "Only the sum was shared." No key was broken, no client lied, the masks did all they promised. The
# sum itself holds the digits.
#
# What saves the clients in practice is number: the more images in the sum, the fewer rows that see
# one of them alone. **e. Unless the server chooses the weights.** Nobody asked where the first
# layer comes from. A server can send rows that are nearly always off (*trap weights*, Boenisch et
# al. 2021). Ours are a random direction each, and a bias so low that only the given `share` of
# images gets over it. The server tunes them on images of its own.
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
# <code>torch.quantile(scores, 1 - share, dim=0)</code> for scores of shape (n, rows).
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

# %% nbgrader={"grade_id": "ex12_4-trap", "solution": true}
def trap_layer(images, rows, share, generator):
    """A first layer whose rows each fire for this share of the images: (rows, d) and (rows,)."""
    ### BEGIN SOLUTION
    weight = torch.randn(rows, images.shape[1], generator=generator)
    scores = images @ weight.T
    return weight, -scores.quantile(1 - share, dim=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_4-trap-test", "points": 2}
@exercise("12.4")
def test_trap_layer():
    """Two hundred random images, forty rows, a share of a tenth: twenty images a row."""
    images = torch.rand(200, 30, generator=torch.Generator().manual_seed(0))
    (weight, bias), (again, _), (other, _) = (
        trap_layer(images, 40, 0.1, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    weight = expect_tensor(weight, (40, 30), "the weight of trap_layer")
    bias = expect_tensor(bias, (40,), "the bias of trap_layer")
    expect(torch.equal(weight, again) and not torch.equal(weight, other),
           "the weights must depend on the generator, and on nothing else", "ignores-generator")
    count = (images @ weight.T + bias > 0).sum(0)
    expect(not ((count - 180).abs() <= 2).all(), "your rows fire for 90 % of the images, not for "
           "10 %", "wrong-side")
    worst = count[(count - 20).abs().argmax()].item()
    expect(abs(worst - 20) <= 2, f"each row must fire for 20 of these 200 images; one of yours "
           f"fires for {worst}: each row needs its own bias", "wrong-share")
    ### BEGIN HIDDEN TESTS
    oracle_trap(trap_layer)
    ### END HIDDEN TESTS


test_trap_layer()
print("12.4e: visible checks passed")

# %% id="trap-demo" tags=["demo"]
fifty = data.sample(test, 50, torch.Generator().manual_seed(5))
g = torch.Generator().manual_seed(6)
trapped = models.mlp(784, 500, 10, generator=g)
with torch.no_grad():
    layer = trap_layer(train.x[:1000].flatten(1), 500, 0.02, g)
    for parameter, value in zip(trapped[1].parameters(), layer, strict=True):
        parameter.copy_(value / 28)
found = {}
for name, model in (("honest", network), ("trap", trapped)):
    total = sum(flat_gradient(model, x[None], y[None]) for x, y in zip(*fifty, strict=True))
    first = encode(total, scale, PRIME)[: 500 * 785]
    first = decode(first, scale, PRIME)  # as the protocol would deliver it
    images = images_from_sum(first[: 500 * 784].reshape(500, 784), first[500 * 784 :])
    found[name] = images.float().reshape(-1, 1, 28, 28)
    print(f"{name} weights, sum of 50 gradients: {len(images)} digits, right in every pixel")
figure = plots.image_grid(found["trap"], columns=13)
plots.show(figure, alt="The digits that trap weights let the server read out of the sum of fifty "
           "gradients.")

# %% [markdown]
# The model sent by the server looks like any other: 500 rows of random numbers. Two rules follow. A
# client must be able to check where the weights come from, and secure aggregation alone is no
# promise about what a sum tells.
#
# ### What lowers it
#
# Two remedies, measured on the honest network and ten clients: noise on the sum, and more images
# per client. For every client image we take the best of the 500 quotients, chosen by someone who
# knows the truth, so this is an upper bound for the attacker.

# %% id="remedies-demo" tags=["demo"]
def best_psnr(gradient, x):
    """The PSNR of the best quotient for each image; gradient: the sum as one vector."""
    weight, bias = gradient[: 500 * 784].reshape(500, 784), gradient[500 * 784 : 500 * 785]
    quotients = (weight / bias[:, None])[bias != 0].clamp(0, 1)
    error = [((quotients - image) ** 2).mean(1).min() for image in x.flatten(1)]
    return -10 * torch.stack(error).log10()


noisy, crowded = {}, {}
g = torch.Generator().manual_seed(7)
for sigma in (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1):
    noise = sigma * torch.randn(length, generator=g, dtype=torch.float64)
    noisy[sigma] = best_psnr(truth + noise, kept).median().item()
    print(f"noise of standard deviation {sigma:7g} on the sum: median PSNR {noisy[sigma]:5.1f} dB")
for size in (1, 2, 4, 8, 16, 32):
    some = data.sample(train, 10 * size, torch.Generator().manual_seed(size))
    total = sum(flat_gradient(network, *client) for client in data.batches(*some, size))
    crowded[size] = best_psnr(total.double(), some.x).median().item()
    print(f"{size:2} images per client: median PSNR {crowded[size]:5.1f} dB")

# %% [markdown]
# With eight images per client the median image is a blur. But "median" is not "nobody": a single
# unlucky client is still a person whose picture is out.
#
# ### When is noise enough?
#
# The next picture has three parts. On the left is the best quotient for one client's digit.
# In the middle is a harder question than "can I see it": the server knows that the client has
# either this digit or another one, and even knows everybody else's. It projects the noisy sum on
# the difference of the two possible gradients, which is the best test there is, and the histogram
# shows the result in the two worlds. On the right is the ROC of this test: how many of the first
# world it catches (true positives) for how many false alarms.
#
# Before you move the slider: at which noise is the picture gone, and at which is the question
# unanswerable? Is it the same noise?

# %% id="noise-slider" tags=["demo"]
from matplotlib.figure import Figure
from scipy.stats import norm

worlds = [flat_gradient(network, kept[i][None], eleven.y[present][i][None]) for i in (0, 1)]
apart = (worlds[0] - worlds[1]).norm().item()
base = torch.Generator().manual_seed(8)
draws = torch.randn(2, 4000, generator=base)
ripple = torch.randn(500, 785, generator=base, dtype=torch.float64)


def draw(sigma):
    """The digit, the histogram of the best test in both worlds, and its ROC."""
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    clean = torch.cat([weight, bias[:, None]], 1) + sigma * ripple
    quotients = (clean[:, :-1] / clean[:, -1:]).clamp(0, 1)
    best = ((quotients - kept[0].flatten()) ** 2).sum(1).argmin()
    left.imshow(quotients[best].reshape(28, 28), cmap="gray", vmin=0, vmax=1)
    left.set_title("best quotient")
    left.set_axis_off()
    shown = sigma * draws + torch.tensor([[apart / 2], [-apart / 2]])
    bins = np.linspace(-1, 1, 81) * (apart + 3 * sigma)
    for values, name, colour in zip(shown, ("this digit", "another digit"),
                                    ("blue", "vermillion"), strict=True):
        middle.hist(values.numpy(), bins=bins, alpha=0.6, label=name, color=plots.PALETTE[colour])
    middle.set(xlabel="projection of the sum", ylabel="draws of 4,000", title=f"sigma = {sigma:g}")
    middle.legend(fontsize=9)
    alarms = np.linspace(0, 1, 201)
    right.plot(alarms, norm.cdf(norm.ppf(alarms) + apart / sigma), color=plots.PALETTE["black"])
    right.plot([0, 1], [0, 1], ":", color=plots.PALETTE["wine"])
    right.set(xlabel="false positive rate", ylabel="true positive rate",
              title=f"best attacker: AUC {norm.cdf(apart / sigma / 2**0.5):.3f}")
    return figure


widgets.slider(draw, [0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0], label="sigma",
               alt=lambda s: f"Noise {s:g}: the best quotient as a picture, two histograms of the "
               f"best test, and its ROC with area {norm.cdf(apart / s / 2**0.5):.3f}")

# %% [markdown]
# At 0.1 the picture is gone for good. At 1, ten times as much, the two worlds are still told apart
# without a mistake, and only at 30 does the ROC come near the diagonal. "One cannot see anything
# any more" is no privacy claim. Differential privacy (Lab 11) asks the second question.
#
# ### In words (3 of the 16 points)
#
# You will meet both sentences in real proposals.
#
# An engineer says: "The pair masks already hide every vector. The personal masks double the number
# of shares; let us drop them." The press office says: "Nobody can learn anything about an
# individual's data, because only the sum is ever seen." Answer each in two or three sentences, with
# a number from your own runs in the second.
#
# <details><summary>Hint 1: where to look</summary>
# The lying server for the first; the moment with ten digits for the second.
# <details><summary>Hint 2: the idea</summary>
# Whose keys can the server ask for, and when? What does a sum with one term tell?
# <details><summary>Hint 3: nearly the words</summary>
# "If a vector is late or called missing, the others open ... and then the update is ..." "From the
# sum of ten gradients I got back ..., since a row that ..."
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
# because some rows of the first layer are on for one client only. With trap weights it worked for
# most of fifty. A promise about individuals needs noise of a stated size, many images in each
# sum, and weights that the server cannot choose alone.
#
# Rubric:
#
# - 1 point: the key of a client that is called missing (or is late) opens its pair masks, and only
#   the personal mask still protects the vector
# - 1 point: secure aggregation hides all but the sum, and the sum itself can hold single images
#   (rows that one client alone switches on)
# - 1 point: a number of the own run, with its condition (how many clients, which weights)
#
# Sample A (3/3): "If the server pretends that I dropped out, the others give it my key, and it
# takes my pair masks off; the personal mask is then the only thing left. And the sum is not
# harmless: I got all ten digits of ten clients back from it, because some neurons only fire for one
# of them."
#
# Sample B (1/3): "The personal masks make it safer against hackers, so keep them. The press office
# is wrong, because the sum of ten gradients gave back 10 of 10 digits with the honest network."
# (One point for the number with its condition. It does not say what the personal mask is for, nor
# why a sum can hold a single image.)
# ### END SOLUTION

# %% [markdown]
# ## Exercise 12.5: multiply what nobody may see (6 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: sums are easy. With products one can compute anything: a
# hospital gets a prediction without showing the patient, and a company gives it without showing the
# model.
#
# Two or more parties hold additive shares of x and of y. They want shares of x * y. The trick
# (Beaver 1991) is a triple prepared beforehand, by a dealer or by a longer protocol: shares of
# random `a`, `b` and of `c = a * b`, which none of the parties knows. The parties open only `d = x
# - a` and `e = y - b`. Since a and b are random, d and e are random, too. And then
#
# `x * y = c + d * b + e * a + d * e`,
#
# in which d and e are public numbers and a, b, c are shared.
#
# **a. `multiply_shares(x, y, a, b, c, p)`**
#
# - all five: shape (k, ...), int64, row i is the share of party i; they add up modulo p
# - returns shares of x * y, the same shape, in 0 to p - 1
# - party i may use its own shares and the opened d and e, nothing else
# - the sum of three products runs over an int64
#
# <details><summary>Hint 1: where to look</summary>
# To open means: add up over the parties (dimension 0), modulo p.
# <details><summary>Hint 2: the idea</summary>
# Each party computes c_i + d b_i + e a_i. The term d e is public, and must be in the sum once: one
# party adds it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>d = (x - a).sum(0) % p</code>, e alike. Reduce <code>d * b</code> and <code>e * a</code>
# before you add them; then add <code>d * e % p</code> to row 0 only.
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
    """Two parties modulo 101: 6 * 7 and 100 * 100 (that is -1 * -1)."""
    x, y = torch.tensor([[50, 1], [57, 99]]), torch.tensor([[9, 60], [99, 40]])
    a, b = torch.tensor([[10, 20], [30, 40]]), torch.tensor([[3, 4], [5, 6]])
    c = torch.tensor([[77, 33], [0, 0]])
    c[1] = (a.sum(0) * b.sum(0) - c[0]) % 101
    with untouched(torch.nn.Identity(), x, y, a, b, c):
        got = multiply_shares(x, y, a, b, c, 101)
    got = expect_residues(got, (2, 2), 101, "multiply_shares")
    d, e = (x - a).sum(0), (y - b).sum(0)
    opened, truth = got.sum(0) % 101, torch.tensor([42, 1])
    expect(not torch.equal(opened, (truth + d * e) % 101), "d * e is in your result once for each "
           "party: it is public, one party adds it", "adds-de-twice")
    expect(not torch.equal(opened, (truth - d * e) % 101), "d * e is missing", "no-de")
    expect(not torch.equal(opened, (x * y).sum(0) % 101), "the product of two sums is not the sum "
           "of the products: x_1 y_2 and x_2 y_1 are missing", "local-product")
    expect(torch.equal(opened, truth), f"the shares must add up to 42 and 1 modulo 101; yours: "
           f"{opened.tolist()}", "wrong-product")
    ### BEGIN HIDDEN TESTS
    oracle_beaver(multiply_shares)
    ### END HIDDEN TESTS


test_multiply_shares()
print("12.5a: visible checks passed")

# %% [markdown]
# **b. A private prediction.** A linear model: score = w.x + b. The hospital shares its images, the
# company its weights, among k computers that do not talk to each other beyond d and e. Write
# `private_scores`.
#
# - `x`: shares of n images, shape (k, n, d); `w`: (k, d); `bias`: (k,), all modulo p
# - `triple`: three tensors of shape (k, n, d), a multiplication for each pixel of each image
# - `multiply(x, y, a, b, c, p)` is handed in; all its tensors have the same shape
# - returns shares of the n scores: shape (k, n), in 0 to p - 1
#
# The scale: x and w carry a factor `scale`, so their product carries `scale ** 2`, and the bias
# must have been encoded with that. Nothing is divided on the way.
#
# <details><summary>Hint 1: where to look</summary>
# Sums of shares need no triple: adding up is free.
# <details><summary>Hint 2: the idea</summary>
# Give w the shape of x (<code>expand_as</code>), multiply, add up over the pixels, add the share of
# the bias.
# <details><summary>Hint 3: nearly the code</summary>
# <code>multiply(x, w[:, None]..., *triple, p)</code>, <code>.sum(-1)</code>, plus
# <code>bias[:, None]</code>, modulo p.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-scores", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_multiply(x, y, a, b, c, p):
    """A stand-in for the protocol: opens everything, and shares the product out anew."""
    product = oracle_product(x.sum(0) % p, y.sum(0) % p, p)
    return oracle_shares(product, len(x), p, torch.Generator().manual_seed(1251))


def oracle_scores(private_scores):
    """Other numbers of parties, images and pixels, in Python's whole numbers."""
    g = torch.Generator().manual_seed(1252)
    for k, n, d in ((2, 1, 1), (3, 5, 50), (5, 2, 7)):
        x = torch.randint(0, PRIME, (n, d), generator=g)
        w, bias = torch.randint(0, PRIME, (d,), generator=g), torch.randint(0, PRIME, (),
                                                                            generator=g)
        triple = torch.randint(0, PRIME, (3, k, n, d), generator=g)
        shares = [oracle_shares(s, k, PRIME, g) for s in (x, w, bias)]
        got = private_scores(*shares, tuple(triple), oracle_multiply, PRIME)
        got = expect_residues(got, (k, n), PRIME, "private_scores")
        truth = [(sum(u * v for u, v in zip(row, w.tolist(), strict=True)) + int(bias)) % PRIME
                 for row in x.tolist()]
        expect((got.sum(0) % PRIME).tolist() == truth, f"{n} scores of {d} pixels among {k} "
               "parties are wrong", "wrong-score")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_5-scores", "solution": true}
def private_scores(x, w, bias, triple, multiply, p):
    """Shares of w.x + b for n images: (k, n, d), (k, d), (k,) -> (k, n)."""
    ### BEGIN SOLUTION
    products = multiply(x, w[:, None].expand_as(x), *triple, p)
    return (products.sum(-1) + bias[:, None]) % p
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_5-scores-test", "points": 2}
@exercise("12.5")
def test_private_scores():
    """One image of two pixels, two parties, modulo 101; a stand-in multiplies for you."""
    asked = []

    def stand_in(x, y, a, b, c, p):
        asked.append((tuple(x.shape), tuple(y.shape), int(a.sum() + b.sum() + c.sum())))
        whole = x.sum(0) * y.sum(0)
        return torch.stack([whole * 0 + 40, whole - 40]) % p

    x, w = torch.tensor([[[1, 90]], [[2, 15]]]), torch.tensor([[60, 2], [51, 5]])
    bias, triple = torch.tensor([30, 79]), [torch.full((2, 1, 2), k) for k in (1, 2, 3)]
    got = private_scores(x, w, bias, triple, stand_in, 101)
    expect(asked, "multiply was never called: a product of two shared numbers needs its triple",
           "no-multiply")
    expect(asked[0][:2] == ((2, 1, 2), (2, 1, 2)), f"multiply got shapes {asked[0][:2]}; it wants "
           "x and w both of shape (2, 1, 2)", "wrong-shapes")
    expect(asked[0][2] == 24, "multiply must get the three parts of the triple", "no-triple")
    got = expect_residues(got, (2, 1), 101, "private_scores")
    opened = got.sum().item() % 101
    # x = (3, 4), w = (10, 7), b = 8: 30 + 28 + 8 = 66
    expect(opened != 58, "the bias is missing", "no-bias")
    expect(opened != 74, "the bias is in the score once per pixel: add it after the sum",
           "bias-per-pixel")
    expect(opened == 66, f"3 * 10 + 4 * 7 + 8 = 66; your shares add up to {opened}", "wrong-score")
    ### BEGIN HIDDEN TESTS
    oracle_scores(private_scores)
    ### END HIDDEN TESTS


test_private_scores()
print("12.5b: visible checks passed")

# %% [markdown]
# ### Three computers, 300 digits
#
# A linear model tells 3 from 7. Its weights are the company's secret, the digits the hospital's.
# The curve shows the accuracy of the private prediction against the bits of the scale.
#
# Before you run it: what happens with few bits, and what with many?

# %% id="private-demo" tags=["demo"]
from safetylab import training

pair = (train.y == 3) | (train.y == 7)
pairs = data.Images(train.x[pair], (train.y[pair] == 7).long())
line = models.linear(784, 2)
training.fit(line, pairs, epochs=2, generator=torch.Generator().manual_seed(0))
w = (line[1].weight[1] - line[1].weight[0]).detach()
b = (line[1].bias[1] - line[1].bias[0]).detach()
held = (test.y == 3) | (test.y == 7)
x37, y37 = test.x[held][:300].flatten(1), test.y[held][:300] == 7
plain = x37 @ w + b


def shared(value, g, k=3):
    """Shares of a tensor of any shape, by the function of 12.3."""
    return split(value.flatten(), k, PRIME, g).reshape(k, *value.shape)


def predict(bits, g):
    """The opened scores of all images, in fixed point with that many bits."""
    scale = 2**bits
    parts = [shared(encode(v, s, PRIME), g) for v, s in ((x37, scale), (w, scale), (b, scale**2))]
    a, e = torch.randint(0, PRIME, (2, *x37.shape), generator=g)
    triple = [shared(v, g) for v in (a, e, a * e % PRIME)]
    scores = private_scores(*parts, triple, multiply_shares, PRIME).sum(0) % PRIME
    return decode(scores, scale**2, PRIME)


g = torch.Generator().manual_seed(9)
bits, right = [1, 2, 3, 4, 6, 8, 10, 12, 13, 14, 15], []
for k in bits:
    private = predict(k, g)
    right.append(((private > 0) == y37).float().mean().item())
    if k in (1, 14):
        print(f"{k} bits: {right[-1]:.1%} right")
    if k == 12:
        same = ((private > 0) == (plain > 0)).sum().item()
        print(f"12 bits: {same} of {len(plain)} decisions as without sharing, largest difference "
              f"of a score {(private - plain).abs().max():.4f}")
open_right = ((plain > 0) == y37).float().mean().item()
print(f"without sharing: {open_right:.1%} right, scores from {plain.min():.0f} to "
      f"{plain.max():.0f}")
figure = plots.curves({"private": (bits, right), "without sharing": (bits, [open_right] * 11)},
                      xlabel="bits of the scale", ylabel="accuracy, 300 digits")
plots.show(figure, alt="Accuracy of the private prediction against the bits of the scale: low for "
           "few bits, then flat, then it falls when the scores no longer fit into the field.")

# %% [markdown]
# One bit rounds the weights away. Many bits make the scores too large for the field: with 14, a
# score of 4 times `scale ** 2` is (p + 1) / 2, it wraps around, and a sure "7" becomes a "3". No
# error is raised, since nobody may look at the number that ran over. With 12 bits every decision is
# the same as without sharing.
#
# **c. The same triple twice.** Triples are expensive. Somebody uses each one for two patients. What
# was opened in the two runs is `d = x - a` and `d' = x' - a`, both public. Write `reuse_leak`: what
# the two tell together.
#
# - `first`, `second`: the opened d of the two runs, int64, in 0 to p - 1, any shape
# - returns the difference `x - x'` of the two patients, pixel by pixel, int64, with its sign: from
#   -(p - 1)/2 to (p - 1)/2
#
# <details><summary>Hint 1: where to look</summary>
# Which quantity is in both and unknown?
# <details><summary>Hint 2: the idea</summary>
# Subtract, and a is gone. The result is a number of the field; you know which half is negative.
# <details><summary>Hint 3: nearly the code</summary>
# The difference modulo p; where it is above <code>p // 2</code>, subtract p.
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
    """x = (9, 2, 5), x' = (4, 7, 5), a = (100, 50, 3), modulo 101."""
    first, second = torch.tensor([10, 53, 2]), torch.tensor([5, 58, 2])
    got = expect_tensor(reuse_leak(first, second, 101), (3,), "reuse_leak")
    expect(got.dtype == torch.int64, "the difference is a whole number: return int64",
           "no-integers")
    expect(got.tolist() != [-5, 5, 0], "this is x' - x; the first minus the second is asked for",
           "wrong-order")
    expect((got >= -50).all() and (got <= 50).all(), "differences have a sign: numbers above 50 "
           "stand for negative ones", "no-sign")
    expect(got.tolist() == [5, -5, 0], f"x - x' is (5, -5, 0); yours: {got.tolist()}",
           "wrong-difference")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1253)
    x, other = torch.randint(0, 2**20, (2, 3, 40), generator=g)
    a = torch.randint(0, PRIME, (3, 40), generator=g)
    got = reuse_leak((x - a) % PRIME, (other - a) % PRIME, PRIME)
    expect(torch.equal(expect_tensor(got, (3, 40), "reuse_leak"), x - other),
           "the difference of two images is wrong", "wrong-difference")
    ### END HIDDEN TESTS


test_reuse_leak()
print("12.5c: visible checks passed")

# %% id="reuse-demo" tags=["demo"]
two = encode(test.x[[0, 3]], 2**12, PRIME)
a = torch.randint(0, PRIME, two[0].shape, generator=torch.Generator().manual_seed(10))
opened_two = [(x - a) % PRIME for x in two]
leak = reuse_leak(*opened_two, PRIME).float() / 2**12
shown = torch.cat([*[x.float() / PRIME * 2 - 1 for x in opened_two], leak])
figure = plots.image_grid([shown], ["opened, 1st", "opened, 2nd", "subtracted"], signed=True,
                          unit="pixel, or share / p")
plots.show(figure, alt="What was opened for two patients, twice noise, and the difference of the "
           "two: one digit in orange, another in purple.")

# %% [markdown]
# Each opening alone is noise. Together they show two digits, one on top of the other. The rule in
# all such protocols is: randomness is used once.
#
# # Deeper
#
# The two exercises below are for those who want more. Nothing depends on them.
#
# ## Exercise 12.6: a client that lies (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: whoever may send an update may send any update. And the
# remedies have a price that is paid by honest people.
#
# **a. `trimmed_mean(updates, trim)`**: in each coordinate leave out the `trim` smallest and the
# `trim` largest values, and take the mean of the rest (Yin et al. 2018). With as much trimming as
# possible it is the median.
#
# - `updates`: shape (n, d), a row a client; returns shape (d,)
# - raise a `ValueError` if nothing would be left
#
# <details><summary>Hint 1: where to look</summary>
# <code>torch.sort</code> along the clients.
# <details><summary>Hint 2: the idea</summary>
# Each coordinate is sorted on its own; after that, what is left is a slice.
# <details><summary>Hint 3: nearly the code</summary>
# <code>updates.sort(0).values[trim : n - trim]</code>, and its mean over the clients.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-robust", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_trimmed(trimmed_mean):
    """Against scipy and numpy; no few liars can push the result out of the honest range."""
    from scipy.stats import trim_mean

    g = torch.Generator().manual_seed(1260)
    for n, trim in ((1, 0), (6, 2), (7, 3), (10, 1)):
        updates = torch.randn(n, 8, generator=g, dtype=torch.float64)
        got = expect_tensor(trimmed_mean(updates.clone(), trim), (8,), "trimmed_mean")
        truth = torch.from_numpy(np.atleast_1d(trim_mean(updates.numpy(), trim / n + 1e-9, axis=0)))
        expect(torch.allclose(got, truth), f"with {n} clients and trim {trim} the mean of the rest "
               "is another", "wrong-mean")
    honest = torch.randn(5, 30, generator=g)
    lies = 1e6 * torch.randn(2, 30, generator=g)
    got = trimmed_mean(torch.cat([lies[:1], honest, lies[1:]]), 2)
    inside = (got >= honest.amin(0)) & (got <= honest.amax(0))
    expect(inside.all(), "two liars of seven pushed your mean out of the honest range",
           "one-sided")


def oracle_krum(krum_scores):
    """By looking at every choice of neighbours."""
    from itertools import combinations

    g = torch.Generator().manual_seed(1261)
    for n, f in ((3, 0), (5, 1), (8, 2)):
        updates = torch.randn(n, 6, generator=g, dtype=torch.float64)
        got = expect_tensor(krum_scores(updates, f), (n,), "krum_scores")
        for i in range(n):
            squares = [sum((a - b) ** 2 for a, b in zip(updates[i].tolist(), other, strict=True))
                       for j, other in enumerate(updates.tolist()) if j != i]
            truth = min(map(sum, combinations(squares, n - f - 2)))
            expect(abs(got[i].item() - truth) < 1e-9, f"with {n} clients and f = {f} a score is "
                   "not the smallest sum over n - f - 2 others", "wrong-score")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_6-trimmed", "solution": true}
def trimmed_mean(updates, trim):
    """The mean without the trim smallest and largest values of each coordinate: (n, d) -> (d,)."""
    ### BEGIN SOLUTION
    n = len(updates)
    if 2 * trim >= n:
        raise ValueError(f"trimming {trim} at both ends leaves nothing of {n} updates")
    return updates.sort(0).values[trim : n - trim].mean(0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_6-trimmed-test", "points": 2}
@exercise("12.6")
def test_trimmed_mean():
    """Four clients, two coordinates; in each another client is the odd one."""
    updates = torch.tensor([[1.0, 40.0], [2.0, 5.0], [4.0, 7.0], [-90.0, 6.0]])
    with untouched(torch.nn.Identity(), updates):
        got = expect_tensor(trimmed_mean(updates, 1), (2,), "trimmed_mean")
    by_client, one_end = ([2.5, 23.5], [3.0, 6.0], [1.5, 22.5]), ([7 / 3, 53 / 3], [-29.0, 6.0])
    expect(not any(torch.allclose(got, torch.tensor(pair)) for pair in by_client), "you left out "
           "whole clients: sort each coordinate on its own", "drops-clients")
    expect(not any(torch.allclose(got, torch.tensor(pair)) for pair in one_end),
           "leave out the smallest and the largest: yours leaves out at one end", "one-sided")
    expect(torch.allclose(got, torch.tensor([1.5, 6.5])), "the middle values are 1, 2 and 6, 7, so "
           f"the result is (1.5, 6.5); yours: {got.tolist()}", "wrong-mean")
    try:
        trimmed_mean(updates, 2)
    except ValueError:
        pass
    else:
        expect(False, "trimming two at both ends of four leaves nothing: raise a ValueError",
               "no-error")
    ### BEGIN HIDDEN TESTS
    oracle_trimmed(trimmed_mean)
    ### END HIDDEN TESTS


test_trimmed_mean()
print("12.6a: visible checks passed")

# %% [markdown]
# **b. `krum_scores(updates, f)`** (Blanchard et al. 2017): how lonely is each update? The score of
# a client is the sum of the **squared** distances to its `n - f - 2` nearest others. Krum keeps the
# update with the smallest score; "multi-Krum" drops the f with the largest.
#
# - `updates`: shape (n, d); returns shape (n,); raise a `ValueError` if `n < 2 * f + 3`
#
# <details><summary>Hint 1: where to look</summary>
# A matrix of all squared distances, shape (n, n).
# <details><summary>Hint 2: the idea</summary>
# Sort each row; its first entry is the distance of the client to itself.
# <details><summary>Hint 3: nearly the code</summary>
# The squares of <code>updates[:, None] - updates</code>, added over the last dimension; of each
# sorted row the entries 1 to n - f - 2.
# </details></details></details>

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

# %% nbgrader={"grade_id": "ex12_6-krum-test", "points": 3}
@exercise("12.6")
def test_krum_scores():
    """Five clients on a line at 0, 1, 3, 6, 10 and f = 1: two neighbours count."""
    updates = torch.tensor([[0.0], [1.0], [3.0], [6.0], [10.0]])
    got = expect_tensor(krum_scores(updates, 1), (5,), "krum_scores")
    got = [round(score, 3) for score in got.tolist()]
    expect(got != [1, 1, 4, 9, 16], "the distance of 0 to itself counts as one of your neighbours",
           "counts-itself")
    expect(got != [4, 3, 5, 7, 11], "add up the squares of the distances", "not-squared")
    expect(got != [46, 30, 22, 50, 146], "you count three neighbours; n - f - 2 are two",
           "too-many")
    expect(got == [10, 5, 13, 25, 65], f"the scores are 10, 5, 13, 25, 65; yours: {got}",
           "wrong-score")
    for n, f in ((4, 1), (2, 0)):
        try:
            krum_scores(torch.zeros(n, 3), f)
        except ValueError:
            continue
        expect(False, f"{n} clients are too few for f = {f}: raise a ValueError", "no-error")
    ### BEGIN HIDDEN TESTS
    oracle_krum(krum_scores)
    ### END HIDDEN TESTS


test_krum_scores()
print("12.6b: visible checks passed")

# %% [markdown]
# ### One liar of ten
#
# The ten clients of 12.1 again, five local steps. Client 0 sends minus ten times its update.

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
    lied[name] = robust_rounds(rule, clients, 12, lies=[0])[1]
    print(f"{name}: {lied[name][-1]:.1%} after 12 rounds with one liar of ten")
figure = plots.curves({name: (range(1, 13), seen) for name, seen in lied.items()},
                      xlabel="rounds", ylabel="accuracy, 2,000 test digits")
plots.show(figure, alt="Accuracy by round with one liar of ten: the plain mean stays low, the "
           "three robust rules rise.")

# %% [markdown]
# One liar is enough to ruin the mean. The robust rules hardly notice it; Krum, which keeps a single
# client's update, learns a little more slowly.
#
# ### Whom do they drop?
#
# Now nobody lies. Twelve clients: ten have digits 0 to 8, two have nothing but nines. Say these two
# are a clinic for a rare illness. The server is careful and assumes f = 2. Which clients does
# multi-Krum drop, and how many of the nines does its model read? Write
# `my_guess_nines_read_in_percent = ...`; nobody grades it.

# %% nbgrader={"grade_id": "ex12_6-predict", "solution": true}
### BEGIN SOLUTION
my_guess_nines_read_in_percent = 50
### END SOLUTION

# %% id="minority-demo" tags=["demo"]
others, nines = (train.y != 9).nonzero()[:2000, 0], (train.y == 9).nonzero()[:400, 0]
both = torch.cat([others, nines])
unequal = list(data.batches(train.x[both], train.y[both], 200))
dropped = []


def multi_krum(updates, f=2):
    """The mean without the f loneliest updates."""
    order = krum_scores(updates, f).argsort()
    dropped.append(sorted(order[-f:].tolist()))
    return updates[order[:-f]].mean(0)


exam_nines = [(test.x[test.y == 9], test.y[test.y == 9])]
rules["multi-Krum"] = multi_krum
for name in ("mean", "median", "multi-Krum"):
    rule = rules[name]
    model, seen = robust_rounds(rule, unequal, 15)
    nine = evaluation.accuracy(model, exam_nines)
    print(f"{name}: {seen[-1]:.1%} of all digits right, {nine:.1%} of the nines")
every = sum(pair == [10, 11] for pair in dropped)
print(f"multi-Krum dropped the two clients with the nines in {every} of {len(dropped)} rounds")
print(f"you said: {my_guess_nines_read_in_percent} % of the nines")

# %% [markdown]
# From the server's seat, a rare honest client and a liar look alike: both are far from the rest. A
# rule that keeps liars out keeps minorities out (Lab 09 measures such gaps).
#
# ### In words (2 of the 7 points)
#
# A consortium wants secure aggregation (12.4) **and** Krum (12.6b). Why do the two not go together
# as they are, and what can one do instead? Two or three sentences.
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
# ## Exercise 12.7: when clients differ (4 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: in 12.1 many local steps led to the wrong place. The
# remedy is one term (SCAFFOLD, Karimireddy et al. 2020).
#
# Each client remembers its *control* `own`: roughly its own mean gradient. The server has the mean
# of all controls, `c`. During local steps the client adds `c - own` to its gradient: it takes out
# where it alone would go, and puts in where all go.
#
# Write `scaffold_client(w, gradient, c, own, lr, steps)`.
#
# - `w`, `c`, `own`: shape (d,); `gradient(w)` returns the client's gradient at w, shape (d,)
# - `steps` times: `w` moves by `-lr * (gradient(w) + c - own)`
# - the new control is `own - c + (w at the start - w at the end) / (lr * steps)`: the mean of the
#   gradients met on the way
# - returns the last `w` and the new control; the inputs stay as they were
#
# <details><summary>Hint 1: where to look</summary>
# It is plain gradient descent with one more term; the control comes after the loop.
# <details><summary>Hint 2: the idea</summary>
# Keep w as it was at the start; ask for the gradient where you are <em>now</em>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>here = w.clone()</code>, in the loop <code>here = here - lr * (...)</code>, and at the end
# the formula for the new control.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-scaffold", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_scaffold(scaffold_client):
    """Quadratic clients: the minimum of all is at rest, and rounds lead there."""
    g = torch.Generator().manual_seed(1270)
    h = torch.rand(3, 4, generator=g, dtype=torch.float64) + 0.3
    center = torch.randn(3, 4, generator=g, dtype=torch.float64)
    best = (h * center).sum(0) / h.sum(0)
    slopes = [lambda w, k=k: h[k] * (w - center[k]) for k in range(3)]
    for k, slope in enumerate(slopes):
        end, own = scaffold_client(best, slope, torch.zeros_like(best), slope(best), 0.2, 5)
        still = torch.allclose(end, best, atol=1e-9) and torch.allclose(own, slope(best), atol=1e-9)
        expect(still, f"with right controls client {k} must rest at the minimum of all data",
               "not-at-rest")
    w = torch.zeros_like(best)
    own = [torch.zeros_like(best) for _ in slopes]
    for _ in range(40):
        c = sum(own) / 3
        ends = [scaffold_client(w, slope, c, o, 0.2, 4)
                for slope, o in zip(slopes, own, strict=True)]
        w, own = sum(end for end, _ in ends) / 3, [o for _, o in ends]
    expect((w - best).abs().max() < 1e-4, "after 40 rounds the server is "
           f"{(w - best).abs().max():.2g} from the minimum of all data", "not-at-rest")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex12_7-scaffold", "solution": true}
def scaffold_client(w, gradient, c, own, lr, steps):
    """Local steps with a control, and the new control: (d,), (d,)."""
    ### BEGIN SOLUTION
    here = w.clone()
    for _ in range(steps):
        here = here - lr * (gradient(here) + c - own)
    return here, own - c + (w - here) / (lr * steps)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex12_7-scaffold-test", "points": 4}
@exercise("12.7")
def test_scaffold_client():
    """The loss (w - 1)^2 with lr = 0.25: each plain step halves the distance to 1."""
    w, c, own = torch.tensor([0.0]), torch.tensor([-1.0]), torch.tensor([1.0])
    with untouched(torch.nn.Identity(), w, c, own):
        end, control = scaffold_client(w, lambda w: 2 * (w - 1), c, own, 0.25, 2)
    end = expect_tensor(end, (1,), "the last w")
    control = expect_tensor(control, (1,), "the new control")
    expect(abs(end - 0.75) > 1e-6, "this is plain gradient descent: c - own is missing",
           "no-correction")
    expect(abs(end) > 1e-6, "the correction has the wrong sign: add c, subtract own", "wrong-sign")
    expect(abs(end - 1.5) < 1e-6, f"with c - own = -2 the two steps lead to 1, then to 1.5; yours: "
           f"{end.item():.3f}", "wrong-step")
    expect(control != own, "the new control is still the old one", "old-control")
    expect(abs(control + 1) < 1e-6, "the gradients met at 0 and 1 are -2 and 0, their mean is -1; "
           f"your control: {control.item():.3f}", "wrong-control")
    ### BEGIN HIDDEN TESTS
    oracle_scaffold(scaffold_client)
    ### END HIDDEN TESTS


test_scaffold_client()
print("12.7: visible checks passed")

# %% id="two-clients-demo" tags=["demo"]
h, c = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])
for name, controlled in (("FedAvg", False), ("SCAFFOLD", True)):
    w, own = torch.zeros(1), [torch.zeros(1), torch.zeros(1)]
    for _ in range(200):
        ends = [scaffold_client(w, lambda v, k=k: h[k] * (v - c[k]), sum(own) / 2, own[k], 0.1, 10)
                for k in range(2)]
        w = (ends[0][0] + ends[1][0]) / 2
        own = [control for _, control in ends] if controlled else own
    print(f"{name}, ten local steps, two clients of 12.1: w = {w.item():.3f}")

# %% [markdown]
# These are the two clients of 12.1c, whose data together would choose 0.8. FedAvg rests where you
# calculated; with controls the same steps lead to the minimum of all data.
#
# ### One digit each
#
# Ten clients; client k has nothing but a hundred times the digit k. Twenty local steps a round.

# %% id="skew-demo" tags=["demo"]
skewed = []
for k in range(10):
    mine = (train.y == k).nonzero()[:100, 0]
    skewed.append((train.x[mine].flatten(1), train.y[mine]))


def slope_of(x, y):
    """The gradient of the mean cross-entropy of a linear model, as a function of its weights."""
    hot = F.one_hot(y, 10).float()
    return lambda w: (x.T @ (torch.softmax(x @ w.reshape(784, 10), 1) - hot) / len(y)).flatten()


def skewed_rounds(rounds, controlled, lr=0.2, steps=20):
    """Accuracy by round, with controls or (controls always 0) plain FedAvg."""
    w, own = torch.zeros(7840), [torch.zeros(7840) for _ in skewed]
    seen, slopes = [], [slope_of(x, y) for x, y in skewed]
    for _ in range(rounds):
        c = sum(own) / len(own)
        ends = [scaffold_client(w, s, c, o, lr, steps) for s, o in zip(slopes, own, strict=True)]
        w = sum(end for end, _ in ends) / len(ends)
        own = [o for _, o in ends] if controlled else own
        right = (test.x[:2000].flatten(1) @ w.reshape(784, 10)).argmax(1) == test.y[:2000]
        seen.append(right.float().mean().item())
    return seen


series = {}
for name, controlled in (("FedAvg", False), ("SCAFFOLD", True)):
    seen = skewed_rounds(25, controlled)
    series[name] = (range(1, 26), seen)
    print(f"{name}, one digit a client: {seen[-1]:.1%} after 25 rounds")
figure = plots.curves(series, xlabel="rounds", ylabel="accuracy, 2,000 test digits")
plots.show(figure, alt="Accuracy over 25 rounds of clients with one digit each: FedAvg, and "
           "SCAFFOLD, which ends higher.")

# %% [markdown]
# In the same number of rounds the controls lead further. The messages are twice as long, and the
# controls are one more thing that tells about a client's data: they are its mean gradient. You know
# by now what can be read from that.
#
# ## What you found
#
# One local step of FedAvg is central training, and many steps rest elsewhere. A gradient is a
# picture. Shares below the threshold tell nothing, unless one coefficient may not be zero. Secure
# aggregation kept each promise it made, and the sum gave the digits back all the same. Products of
# hidden numbers are possible, with fresh randomness each time. And what keeps liars out keeps rare
# clients out.
#
# **Limits.** The prime here has 31 bits and the key exchange is a toy; real protocols use 256-bit
# curves, authenticated channels, and signatures against a server that tells two stories. All
# parties here follow the protocol but for the liars you met. The pictures come back from networks
# whose first layer is linear, or small and smooth; many local steps, large batches and large
# networks make it harder, and "harder" is no proof.
#
# **The paper** (section 3.3) names federated learning and secure multi-party computation as ways to
# learn without sharing data. You have seen what each hides. *Where* the data are and *what the
# result tells* are two questions; differential privacy (Lab 11) answers the second.
#
# **Read on.** McMahan et al., *Communication-efficient learning of deep networks from
# decentralized data*, 2017. Zhu, Liu, Han, *Deep leakage from gradients*, 2019; Zhao, Mopuri,
# Bilen, *iDLG*, 2020 (the label). Phong et al., *Privacy-preserving deep learning via additively
# homomorphic encryption*, 2018 (the quotient). Shamir, *How to share a secret*, 1979. Bonawitz et
# al., *Practical secure aggregation for privacy-preserving machine learning*, 2017. Boenisch et
# al., *When the curious abandon honesty*, 2021. Beaver, *Efficient multiparty protocols using
# circuit randomization*, 1991. Blanchard et al., *Machine learning with adversaries: Byzantine
# tolerant gradient descent*, 2017. Yin et al., *Byzantine-robust distributed learning*, 2018.
# Karimireddy et al., *SCAFFOLD: stochastic controlled averaging for federated learning*, 2020.
#
# **Where next.** Lab 09 measures who pays for a rule that drops the unusual; Lab 13 asks how to
# tell users what a system does with their data.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab12_federated")
