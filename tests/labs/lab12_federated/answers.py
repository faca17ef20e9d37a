"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 12.1 a: the mean
    Wrong(
        "ex12_1-average", "unweighted", Edit("n / total * state[name]", "state[name] / len(sizes)")
    ),
    Wrong("ex12_1-average", "no-mean", Edit("n / total * state[name]", "n * state[name]")),
    Wrong(
        "ex12_1-average",
        "input-modified",
        """
def average(states, sizes):
    total, mean = sum(sizes), states[0]
    for name in mean:
        mean[name] *= sizes[0] / total
        for n, state in zip(sizes[1:], states[1:]):
            mean[name] += n / total * state[name]
    return mean
""",
    ),
    Wrong(
        "ex12_1-average",
        "wrong-dtype",
        Edit("n / total * state[name]", "n / total * state[name].float()"),
    ),
    Right(
        "ex12_1-average",
        "by-einsum",
        """
def average(states, sizes):
    mean = {}
    for name, first in states[0].items():
        weights = torch.tensor(sizes, dtype=first.dtype)
        stacked = torch.stack([state[name] for state in states])
        mean[name] = torch.einsum("k,k...->...", weights / weights.sum(), stacked)
    return mean
""",
    ),
    # 12.1 b: local training
    Wrong("ex12_1-local", "wrong-sign", Edit("parameter -=", "parameter +=")),
    Wrong("ex12_1-local", "model-changed", Edit("deepcopy(model)", "model")),
    Wrong(
        "ex12_1-local",
        "stale-gradient",
        Edit("client_gradient(worker, x, y)", "client_gradient(model, x, y)"),
    ),
    Wrong("ex12_1-local", "wrong-step", Edit("range(steps)", "range(max(steps, 1))")),
    Right(
        "ex12_1-local",
        "by-optimiser",
        """
def local_training(model, x, y, lr, steps):
    clone = deepcopy(model)
    optimiser = torch.optim.SGD(clone.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(clone(x), y, reduction="sum").div(len(y)).backward()
        optimiser.step()
    return {name: p.data.clone() for name, p in clone.named_parameters()}
""",
    ),
    # 12.1 c: where FedAvg comes to rest
    Wrong(
        "ex12_1-rest",
        "true-minimum",
        Edit("share * (1 - (1 - lr * h) ** steps)", "share * h"),
    ),
    Wrong("ex12_1-rest", "plain-mean", Edit("share * (1 - (1 - lr * h) ** steps)", "share")),
    Wrong(
        "ex12_1-rest", "wrong-pull", Edit("(1 - (1 - lr * h) ** steps)", "(1 - lr * h) ** steps")
    ),
    Wrong("ex12_1-rest", "ignores-share", Edit("share * (1", "1.0 * (1")),
    Right(
        "ex12_1-rest",
        "by-two-points",
        """
def resting_point(h, c, share, lr, steps):
    def after(w):  # a round is affine in w: two values of it give slope and offset
        local = w * torch.ones_like(c)
        for _ in range(steps):
            local = local - lr * h * (local - c)
        return torch.dot(share, local)

    offset = after(0.0)
    slope = after(1.0) - offset
    return offset / (1 - slope)
""",
    ),
    # 12.2 a: an image from a layer
    Wrong(
        "ex12_2-layer",
        "dead-row",
        """
def image_from_layer(weight_gradient, bias_gradient):
    return (weight_gradient / bias_gradient[:, None]).mean(0)
""",
    ),
    Wrong(
        "ex12_2-layer",
        "not-scaled",
        Edit(
            "weight_gradient[row] / bias_gradient[row]",
            "weight_gradient[row].abs() / weight_gradient.abs().max()",
        ),
    ),
    Wrong("ex12_2-layer", "wrong-sign", Edit("/ bias_gradient[row]", "/ bias_gradient[row].abs()")),
    Wrong(
        "ex12_2-layer",
        "wrong-row",
        Edit("bias_gradient.abs().argmax()", "bias_gradient.nonzero()[0, 0]"),
    ),
    Wrong(
        "ex12_2-layer",
        "no-error",
        Edit(
            '        raise ValueError("every row is switched off: this gradient holds no image")',
            "        return torch.zeros_like(weight_gradient[row])",
        ),
    ),
    Right(
        "ex12_2-layer",
        "by-least-squares",
        """
def image_from_layer(weight_gradient, bias_gradient):
    power = bias_gradient.dot(bias_gradient)
    if not power > 0:
        raise ValueError("no unit was on")
    return bias_gradient @ weight_gradient / power
""",
    ),
    # 12.2 b: gradient matching
    Wrong("ex12_2-match", "wrong-label", Edit("argmin()", "argmax()")),
    Wrong("ex12_2-match", "no-create-graph", Edit(", create_graph=True", "")),
    Wrong(
        "ex12_2-match",
        "gradient-left",
        Edit(
            "(z.grad,) = torch.autograd.grad(distance, z)",
            "z.grad = None\n        distance.backward()",
        ),
    ),
    Wrong(
        "ex12_2-match",
        "too-weak",
        Edit("zip(own, gradients, strict=True)", "zip(own[-1:], gradients[-1:], strict=True)"),
    ),
    Wrong("ex12_2-match", "no-search", Edit("    optimizer.step(closure)\n", "")),
    Wrong("ex12_2-match", "input-modified", Edit("start.clone()", "start")),
    Right(
        "ex12_2-match",
        "by-scipy",
        """
def match_gradients(model, gradients, start, iterations=100):
    from scipy.optimize import minimize

    label = int((gradients[-1] < 0).nonzero().item())
    target = torch.cat([gradient.flatten() for gradient in gradients])

    def value(flat):
        z = torch.from_numpy(flat.copy()).reshape(start.shape).requires_grad_(True)
        loss = -torch.log_softmax(model(z), dim=1)[0, label]
        own = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
        distance = (torch.cat([g.flatten() for g in own]) - target).square().sum()
        (slope,) = torch.autograd.grad(distance, z)
        return distance.item(), slope.numpy().ravel()

    options = {"maxiter": 2 * iterations, "maxcor": 50, "ftol": 1e-18, "gtol": 1e-12}
    end = minimize(value, start.numpy().ravel(), jac=True, method="L-BFGS-B", options=options)
    return torch.from_numpy(end.x).reshape(start.shape), label
""",
    ),
]
