"""Mistakes that people make in Lab 04, each with the id it must be told, and odd right answers."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 4.1: the Gaussian formula
    Wrong(
        "ex4_1-gaussian",
        "wrong-norm",
        Edit("epsilon * w.abs().sum()", "epsilon * w.norm()"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "no-length",
        Edit("(sigma * w.norm())", "sigma"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "no-length",
        Edit("(sigma * w.norm())", "w.norm()"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "no-length",
        Edit("(sigma * w.norm())", "(sigma**2 * w.norm())"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "no-abs",
        Edit("w.abs().sum()", "w.sum()"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "wrong-sign",
        Edit("theta - epsilon", "theta + epsilon"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "no-float",
        Edit(".item()", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "floor",
        Edit("w.abs().sum()\n", "w.abs().sum()\n    lowered = lowered.clamp_min(0)\n"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "wrong-formula",
        Edit("w @ theta -", "(w @ theta).abs() -"),
        seen="visible",
    ),
    Wrong(
        "ex4_1-gaussian",
        "input-modified",
        Edit("    lowered", "    w /= w.norm()\n    lowered"),
        seen="visible",
    ),
    Right(
        "ex4_1-gaussian",
        "hint-3",
        """
def gaussian_accuracy(w, theta, sigma, epsilon):
    m = w @ theta - epsilon * w.abs().sum()
    s = sigma * w.norm()
    return torch.special.ndtr(m / s).item()
""",
    ),
    Right(
        "ex4_1-gaussian",
        "by-scipy",
        """
def gaussian_accuracy(w, theta, sigma, epsilon):
    from scipy.stats import norm

    unit = w.numpy() / (w.numpy() ** 2).sum() ** 0.5
    return float(1 - norm.cdf(0, loc=unit @ theta.numpy() - epsilon * abs(unit).sum(), scale=sigma))
""",
    ),
    # 4.2: the losses
    Wrong(
        "ex4_2-losses",
        "outside-loss",
        Edit(
            "((x @ w - y).abs() + epsilon * w.abs().sum()) ** 2",
            "(x @ w - y) ** 2 + epsilon * w.abs().sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "one-side",
        Edit("(x @ w - y).abs() + ", "(x @ w - y) + "),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "overflow",
        Edit(
            "F.softplus(epsilon * w.abs().sum() - y * (x @ w))",
            "torch.log(1 + torch.exp(epsilon * w.abs().sum() - y * (x @ w)))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "wrong-norm",
        Edit("w.abs().sum()", "w.norm()"),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "outside-loss",
        Edit(
            "F.softplus(epsilon * w.abs().sum() - y * (x @ w))",
            "F.softplus(-y * (x @ w)) + epsilon * w.abs().sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "zero-residual",
        """
def worst_squared(w, x, y, epsilon):
    away = (x @ w - y).sign()
    return ((x + epsilon * away[:, None] * w.sign()) @ w - y) ** 2


def worst_logistic(w, x, y, epsilon):
    return F.softplus(-y * ((x - epsilon * y[:, None] * w.sign()) @ w))
""",
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "input-modified",
        Edit("return ((x @ w - y).abs() +", "y -= x @ w\n    return (y.abs() +"),
        seen="visible",
    ),
    Wrong(
        "ex4_2-losses",
        "input-modified",
        Edit(
            "return F.softplus(epsilon * w.abs().sum() - y * (x @ w))",
            "x -= epsilon * y[:, None] * w.sign()\n    return F.softplus(-y * (x @ w))",
        ),
        seen="visible",
    ),
    Right(
        "ex4_2-losses",
        "hint-3",
        """
def worst_squared(w, x, y, epsilon):
    return ((x @ w - y).abs() + epsilon * w.abs().sum()) ** 2


def worst_logistic(w, x, y, epsilon):
    return F.softplus(epsilon * w.abs().sum() - y * (x @ w))
""",
    ),
    Right(
        "ex4_2-losses",
        "by-moving",
        """
def worst_squared(w, x, y, epsilon):
    up, down = (((x + s * epsilon * torch.sign(w)) @ w - y) ** 2 for s in (1, -1))
    return torch.maximum(up, down)


def worst_logistic(w, x, y, epsilon):
    moved = x - epsilon * y[:, None] * torch.sign(w)
    return torch.logaddexp(torch.zeros_like(y), -y * (moved * w).sum(1))
""",
    ),
    # 4.3 a: the alarms
    Wrong(
        "ex4_3-alarms",
        "misses-one-step",
        Edit('many - measured["one_step"] > slack', 'measured["one_step"] - many > slack'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit('many - measured["transfer"] > slack', 'many > measured["transfer"]'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-rising",
        Edit("combinations(curve, 2)", "zip(curve, curve[1:])"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "accuses-innocent",
        Edit('max(measured["epsilons"]) >= 0.5\n        and ', ""),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-silent",
        Edit('"silent": measured["silent"] > 0.5', '"silent": measured["silent"] > 0.95'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-unbounded",
        Edit("]) >= 0.5", "]) > 0.5"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit("    many, curve", "    slack = 0.02\n    many, curve"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "accuses-innocent",
        Edit('curve[-1] - measured["largest_class"]', "curve[-1]"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "rings-at-slack",
        Edit('many - measured["one_step"] > slack', 'many - measured["one_step"] >= slack'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "rings-at-slack",
        Edit("later - earlier > slack", "later - earlier >= slack"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-rising",
        Edit("combinations(curve, 2)", "combinations(curve[:4], 2)"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit('many - measured["transfer"] > slack', 'many - measured["transfer"] > 0.02'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit('measured["largest_class"] > slack', 'measured["largest_class"] > 0.02'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-unbounded",
        Edit("and curve[-1]", "and min(curve)"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-silent",
        Edit('measured["silent"] > 0.5', 'measured["silent"] > 0.5 + slack'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "wrong-partner",
        Edit('many - measured["transfer"]', 'measured["one_step"] - measured["transfer"]'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit('measured["unsteady"] > 0.5', 'measured["unsteady"] >= 0.5'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-unbounded",
        Edit('max(measured["epsilons"]) >= 0.5', '0.5 in measured["epsilons"]'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "wrong-order",
        Edit(
            "return [name for name, ringing in rings.items() if ringing]",
            "return sorted(name for name in rings if rings[name])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_3-alarms",
        "wrong-judge",
        Edit("combinations(curve, 2)", "combinations([measured['clean'], *curve], 2)"),
        seen="hidden",
    ),
    Wrong(
        "ex4_3-alarms",
        "misses-rising",
        Edit("combinations(curve, 2)", "combinations(curve[1:], 2)"),
        seen="visible",
    ),
    Right(
        "ex4_3-alarms",
        "hint-3",
        """
import itertools


def alarms(measured, slack=0.02):
    rings = {
        "one-step": measured["many_steps"] - measured["one_step"] > slack,
        "transfer": measured["many_steps"] - measured["transfer"] > slack,
        "random": measured["random_only"] > slack,
        "unbounded": max(measured["epsilons"]) >= 0.5 and measured["curve"][-1] - measured["largest_class"] > slack,
        "rising": any(b - a > slack for a, b in itertools.combinations(measured["curve"], 2)),
        "silent": measured["silent"] > 0.5,
        "unsteady": measured["unsteady"] > 0.5,
    }
    return [name for name in rings if rings[name]]
""",
    ),
    Right(
        "ex4_3-alarms",
        "by-appending",
        """
def alarms(measured, slack=0.02):
    found = []
    for key, name in (("one_step", "one-step"), ("transfer", "transfer")):
        if measured["many_steps"] - measured[key] > slack:
            found.append(name)
    if measured["random_only"] > slack:
        found.append("random")
    if measured["epsilons"][-1] >= 0.5 and measured["curve"][-1] - measured["largest_class"] > slack:
        found.append("unbounded")
    lowest = float("inf")
    for value in measured["curve"]:
        if value - lowest > slack and "rising" not in found:
            found.append("rising")
        lowest = min(lowest, value)
    return found + [name for name in ("silent", "unsteady") if measured[name] > 0.5]
""",
    ),
    Right(
        "ex4_3-alarms",
        "by-radius",
        """
def alarms(measured, slack=0.02):
    by_radius = dict(zip(measured["epsilons"], measured["curve"], strict=True))
    largest, falls = max(by_radius), list(by_radius.values())
    names = ["one-step", "transfer", "random", "unbounded", "rising", "silent", "unsteady"]
    sizes = [
        measured["many_steps"] - measured["one_step"],
        measured["many_steps"] - measured["transfer"],
        measured["random_only"],
        by_radius[largest] - measured["largest_class"] if largest >= 0.5 else -1.0,
        max([falls[j] - falls[i] for j in range(len(falls)) for i in range(j)], default=-1.0),
    ]
    rings = [size > slack for size in sizes] + [measured[name] > 0.5 for name in names[5:]]
    return [name for name, ringing in zip(names, rings, strict=True) if ringing]
""",
    ),
    # 4.3 b: BPDA
    Wrong(
        "ex4_3-bpda",
        "through-front",
        """
def bpda_gradient(front, net, z, y, loss):
    here = z.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss(net(front(here)), y).sum(), here)
    return gradient
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "at-z",
        Edit("front(z).detach().clone()", "z.detach().clone()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "wrong-gradient",
        Edit("return gradient", "return gradient.sign()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "mean-of-losses",
        Edit("y).sum()", "y).mean()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "gradient-left",
        """
def bpda_gradient(front, net, z, y, loss):
    seen = front(z).detach().clone().requires_grad_(True)
    loss(net(seen), y).sum().backward()
    return seen.grad
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "through-front",
        """
def bpda_gradient(front, net, z, y, loss):
    here = z.detach().clone().requires_grad_(True)
    through = front(here) + here - here.detach()
    return torch.autograd.grad(loss(net(through), y).sum(), here)[0]
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "input-modified",
        """
def bpda_gradient(front, net, z, y, loss):
    with torch.no_grad():
        seen = front(z)
    seen.requires_grad_(True)
    return torch.autograd.grad(loss(net(seen), y).sum(), seen)[0]
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-bpda",
        "wrong-gradient",
        """
def bpda_gradient(front, net, z, y, loss):
    u = z.detach().clone().requires_grad_(True)
    here = net(u)
    mixed = here + (net(front(u)) - here).detach()
    return torch.autograd.grad(loss(mixed, y).sum(), u)[0]
""",
        seen="visible",
    ),
    Right(
        "ex4_3-bpda",
        "hint-3",
        """
def bpda_gradient(front, net, z, y, loss):
    u = front(z).detach().clone().requires_grad_(True)
    return torch.autograd.grad(loss(net(u), y).sum(), u)[0]
""",
    ),
    Right(
        "ex4_3-bpda",
        "straight-through",
        """
def bpda_gradient(front, net, z, y, loss):
    here = z.detach().clone().requires_grad_(True)
    through = here + (front(z) - here).detach()
    return torch.autograd.grad(loss(net(through), y).sum(), here)[0]
""",
    ),
    # 4.3 c: EOT
    Wrong(
        "ex4_3-eot",
        "one-draw",
        Edit(
            "sum(loss(model(here), y).sum() for _ in range(draws)) / draws",
            "loss(model(here), y).sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "no-mean",
        Edit(" / draws", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "batch-mean",
        Edit("y).sum()", "y).mean()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "sign-first",
        """
def eot_gradient(model, z, y, loss, draws):
    total = torch.zeros_like(z)
    for _ in range(draws):
        here = z.detach().clone().requires_grad_(True)
        total += torch.autograd.grad(loss(model(here), y).sum(), here)[0].sign()
    return total / draws
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "wrong-gradient",
        """
def eot_gradient(model, z, y, loss, draws):
    for _ in range(draws):
        here = z.detach().clone().requires_grad_(True)
        last = torch.autograd.grad(loss(model(here), y).sum(), here)[0]
    return last
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "mean-logits",
        """
def eot_gradient(model, z, y, loss, draws):
    here = z.detach().clone().requires_grad_(True)
    logits = sum(model(here) for _ in range(draws)) / draws
    return torch.autograd.grad(loss(logits, y).sum(), here)[0]
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-eot",
        "gradient-left",
        """
def eot_gradient(model, z, y, loss, draws):
    here = z.detach().clone().requires_grad_(True)
    for _ in range(draws):
        (loss(model(here), y).sum() / draws).backward()
    return here.grad
""",
        seen="visible",
    ),
    Right(
        "ex4_3-eot",
        "hint-3",
        """
def eot_gradient(model, z, y, loss, draws):
    u = z.detach().clone().requires_grad_(True)
    return torch.autograd.grad(sum(loss(model(u), y).sum() for _ in range(draws)) / draws, u)[0]
""",
    ),
    Right(
        "ex4_3-eot",
        "by-gradients",
        """
def eot_gradient(model, z, y, loss, draws):
    slopes = []
    for _ in range(draws):
        here = z.detach().clone().requires_grad_(True)
        slopes.append(torch.autograd.grad(loss(model(here), y).sum(), here)[0])
    return torch.stack(slopes).mean(0)
""",
    ),
    # 4.3 d: how often a random model misreads
    Wrong(
        "ex4_3-rate",
        "one-look",
        """
def misread_rate(model, z, y, looks):
    return evaluation.is_wrong(model, z, y).float()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "reversed",
        Edit("return total / looks", "return 1 - total / looks"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "wrong-shape",
        Edit("return total / looks", "return total.mean() / looks"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "verdict",
        Edit("return total / looks", "return (total > looks / 2).float()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "verdict",
        Edit("return total / looks", "return (total > 0).float()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "wrong-share",
        Edit("return total / looks", "return total / (looks + 1)"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-rate",
        "no-mean",
        Edit("return total / looks", "return total"),
        seen="visible",
    ),
    Right(
        "ex4_3-rate",
        "hint-3",
        """
def misread_rate(model, z, y, looks):
    return torch.stack([evaluation.is_wrong(model, z, y) for _ in range(looks)]).float().mean(0)
""",
    ),
    Right(
        "ex4_3-rate",
        "by-counting",
        """
def misread_rate(model, z, y, looks):
    right = torch.zeros(len(z), dtype=torch.float64)
    with torch.no_grad():
        for _ in range(looks):
            right += torch.eq(model(z).max(1).indices, y).double()
    return (1 - right / looks).float()
""",
    ),
    # 4.3 e: climb
    Wrong(
        "ex4_3-climb",
        "wrong-sign",
        Edit("z[moving] + step_size", "z[moving] - step_size"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "no-sign",
        Edit("y[moving]).sign()", "y[moving])"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "no-random-start",
        Edit("epsilon * (2", "0 * (2"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "project-once",
        Edit(
            'project(z[moving] + step_size * up, x[moving], epsilon, "linf")',
            "z[moving] + step_size * up",
        )
        + Edit("return z.detach()", "return z.clamp(0, 1).detach()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-noise",
        Edit(
            "(2 * torch.rand(x.shape, generator=generator) - 1)",
            "torch.rand(x.shape, generator=generator)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "start-not-projected",
        Edit('project(start, x, epsilon, "linf")', "start.clone()"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "forgets-fall",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    for _ in range(steps):
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        if fallen is not None:
            down = fallen(z, y)
            moved[down] = z[down]
        z = moved
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "stops-all",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    for _ in range(steps):
        if fallen is not None and fallen(z, y).any():
            break
        z = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "one-step-more",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    stopped = torch.zeros(len(x), dtype=torch.bool)
    for _ in range(steps):
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        z[~stopped] = moved[~stopped]
        if fallen is not None:
            stopped |= fallen(z, y)
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "never-asks",
        Edit("fallen is not None", "False"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "asks-once",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    stopped = torch.zeros(len(x), dtype=torch.bool) if fallen is None else fallen(z, y)
    for _ in range(steps):
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        z[~stopped] = moved[~stopped]
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "gradient-at-x",
        Edit("gradient(z[moving], y", "gradient(x[moving], y"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "fallen-at-x",
        Edit("fallen(z[moving], y", "fallen(x[moving], y"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-norm",
        Edit('"linf")', '"l2")'),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-noise",
        Edit("epsilon * (2 * torch.rand(", "0.5 * epsilon * (2 * torch.rand("),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-noise",
        Edit(
            "(2 * torch.rand(x.shape, generator=generator) - 1)",
            "torch.randn(x.shape, generator=generator)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-noise",
        Edit(
            "(2 * torch.rand(x.shape, generator=generator) - 1)",
            "(torch.rand(x.shape, generator=generator) - 0.5).sign()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "no-step",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    stopped = torch.zeros(len(x), dtype=torch.bool)
    for _ in range(steps):
        if fallen is not None:
            stopped |= fallen(z, y)
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        z = torch.where(stopped.reshape(-1, *[1] * (x.dim() - 1)), moved, z)
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "asks-moved",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    z = project(x + epsilon * (2 * torch.rand(x.shape, generator=generator) - 1), x, epsilon, "linf")
    stopped = torch.zeros(len(x), dtype=torch.bool)
    for _ in range(steps):
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        if fallen is not None:
            stopped |= fallen(moved, y)
        z[~stopped] = moved[~stopped]
    return z.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "extra-step",
        Edit("for _ in range(steps):", "for _ in range(steps + 1):"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "no-step",
        Edit("for _ in range(steps):", "for _ in range(steps - 1):"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "wrong-noise",
        Edit("torch.rand(x.shape, generator", "torch.rand(x.shape[1:], generator"),
        seen="visible",
    ),
    Wrong(
        "ex4_3-climb",
        "input-modified",
        Edit("    start = x + epsilon *", "    start = x\n    start += epsilon *"),
        seen="visible",
    ),
    Right(
        "ex4_3-climb",
        "hint-3",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    z = project(x + epsilon * noise, x, epsilon, "linf")
    stopped = torch.zeros(len(x), dtype=torch.bool)
    for _ in range(steps):
        if fallen is not None:
            stopped = stopped | fallen(z, y)
        moved = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")
        z = torch.where(stopped.reshape(-1, *[1] * (x.dim() - 1)), z, moved)
    return z.detach()
""",
    ),
    Right(
        "ex4_3-climb",
        "by-offset",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025, fallen=None):
    delta = torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator)
    delta = project(x + delta, x, epsilon, "linf") - x
    down = set()
    for _ in range(steps):
        if fallen is not None:
            down |= {i for i, bad in enumerate(fallen(x + delta, y).tolist()) if bad}
        if len(down) == len(x):
            break
        speed = torch.tensor([0.0 if i in down else step_size for i in range(len(x))])
        up = torch.sign(gradient(x + delta, y).detach()) * speed.reshape(-1, *[1] * (x.dim() - 1))
        delta = project(x + delta + up, x, epsilon, "linf") - x
    return (x + delta).clamp(0, 1)
""",
    ),
    # 4.5 a: adversarial training
    Wrong(
        "ex4_5-fit",
        "clean-points",
        Edit("F.cross_entropy(model(hard), y)", "F.cross_entropy(model(x), y)"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "ignores-generator",
        Edit("generator=generator).split", ").split")
        + Edit("torch.randperm(len(images.y), )", "torch.randperm(len(images.y))"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "mode-changed",
        Edit("        model.eval()\n        if watch", "        if watch"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "gradient-left",
        Edit("    optimizer.zero_grad()\n    return", "    return"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-shuffle",
        Edit(
            "    history = []\n",
            "    history = []\n    order = torch.randperm(len(images.y), generator=generator)\n",
        )
        + Edit("in torch.randperm(len(images.y), generator=generator).split", "in order.split"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "keeps-gradient",
        Edit("            optimizer.zero_grad()\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-schedule",
        Edit("            schedule.step()\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-schedule",
        Edit("            schedule.step()\n", "        schedule.step()\n"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "sum-of-losses",
        Edit("F.cross_entropy(model(hard), y)", "F.cross_entropy(model(hard), y, reduction='sum')"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "wrong-batches",
        Edit(".split(batch_size):", ".split(batch_size)[:len(images.y) // batch_size]:"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-watch",
        Edit("history.append(watch(model))", "watch(model)"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "clean-mixed",
        Edit(
            "F.cross_entropy(model(hard), y)",
            "(F.cross_entropy(model(hard), y) + F.cross_entropy(model(x), y)).div(2)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-step",
        Edit("            optimizer.step()\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "mode-changed",
        Edit(
            "hard = inner(model, x, y)",
            "hard = inner(model.eval(), x, y)\n            model.train()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "softmax-first",
        Edit("F.cross_entropy(model(hard), y)", "F.cross_entropy(model(hard).softmax(1), y)"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "schedule-first",
        Edit(
            "            optimizer.step()\n            schedule.step()\n",
            "            schedule.step()\n            optimizer.step()\n",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "mode-changed",
        Edit(
            "        model.eval()\n        if watch is not None:\n",
            "        if watch is not None:\n            model.eval()\n",
        ),
        seen="visible",
    ),
    Wrong(
        "ex4_5-fit",
        "no-watch",
        Edit(
            "history.append(watch(model))",
            "history += [found for found in [watch(model)] if found]",
        ),
        seen="visible",
    ),
    Right(
        "ex4_5-fit",
        "hint-3",
        """
def adversarial_fit(model, images, inner, *, epochs, generator, lr=0.01, batch_size=128, watch=None):
    steps = epochs * -(-len(images.y) // batch_size)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    history = []
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(images.y), generator=generator).split(batch_size):
            hard = inner(model, images.x[batch], images.y[batch])
            optimizer.zero_grad()
            F.cross_entropy(model(hard), images.y[batch]).backward()
            optimizer.step()
            schedule.step()
        model.eval()
        if watch is not None:
            history.append(watch(model))
    optimizer.zero_grad()
    return history
""",
    ),
    Right(
        "ex4_5-fit",
        "by-index",
        """
def adversarial_fit(model, images, inner, *, epochs, generator, lr=0.01, batch_size=128, watch=None):
    import math

    n, seen = len(images.x), []
    per_epoch = math.ceil(n / batch_size)
    adam = torch.optim.Adam(list(model.parameters()), lr=lr)
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=lr, epochs=epochs, steps_per_epoch=per_epoch)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(n, generator=generator)
        for k in range(per_epoch):
            rows = order[k * batch_size:(k + 1) * batch_size]
            points = inner(model, images.x[rows], images.y[rows]).detach()
            value = cross_entropy(model(points), images.y[rows]).mean()
            for parameter in model.parameters():
                parameter.grad = None
            value.backward()
            adam.step()
            plan.step()
        adam.zero_grad(set_to_none=True)
        model.eval()
        seen += [watch(model)] if watch else []
    return seen
""",
    ),
    # 4.5 b: passes
    Wrong(
        "ex4_5-passes",
        "forgets-outer",
        Edit("(inner_steps + 1)", "inner_steps"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-passes",
        "forgets-outer",
        Edit("(inner_steps + 1)", "max(inner_steps, 1)"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-passes",
        "wrong-count",
        Edit("n * epochs * (inner_steps + 1)", "epochs * (inner_steps + 1)"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-passes",
        "wrong-count",
        Edit("n * epochs * (inner_steps + 1)", "2 * n * (inner_steps + 1)"),
        seen="visible",
    ),
    Right(
        "ex4_5-passes",
        "hint-3",
        """
def passes(n, epochs, inner_steps):
    return n * epochs * (inner_steps + 1)
""",
    ),
    Right(
        "ex4_5-passes",
        "by-sum",
        """
def passes(n, epochs, inner_steps):
    attack, training_steps = n * inner_steps, n
    return sum(attack + training_steps for _ in range(epochs))
""",
    ),
    # 4.5 c: the monitor
    Wrong(
        "ex4_5-collapsed",
        "ignores-weak",
        Edit(" and weak[best] - weak[i] <= drop", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "no-tolerance",
        Edit("strong[i] > drop\n", "strong[i] > 0\n"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "only-neighbour",
        """
def collapsed(weak, strong, drop=0.1):
    for i in range(1, len(strong)):
        if strong[i] < strong[i - 1] - drop and weak[i] >= weak[i - 1] - drop:
            return i
    return None
""",
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "wrong-epoch",
        Edit("return i", "return i + 1"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "weak-too-strict",
        Edit("weak[best] - weak[i] <= drop", "weak[i] >= weak[best]"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "ignores-drop",
        Edit("    best = 0\n", "    best, drop = 0, 0.1\n"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "weak-own-best",
        Edit("weak[best] - weak[i] <= drop", "max(weak[:i]) - weak[i] <= drop"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "wrong-tie",
        Edit("strong[i] > strong[best]", "strong[i] >= strong[best]"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "at-drop",
        Edit("strong[best] - strong[i] > drop", "strong[best] - strong[i] >= drop"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "at-drop",
        Edit("weak[best] - weak[i] <= drop", "weak[best] - weak[i] < drop"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "best-of-all",
        """
def collapsed(weak, strong, drop=0.1):
    best = strong.index(max(strong)) if strong else 0
    for i in range(best + 1, len(strong)):
        if strong[best] - strong[i] > drop and weak[best] - weak[i] <= drop:
            return i
    return None
""",
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "forgets-best",
        Edit("strong[i] > strong[best]", "strong[i] > strong[i - 1]"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "weak-neighbour",
        Edit("weak[best] - weak[i] <= drop", "weak[i - 1] - weak[i] <= drop"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "ignores-drop",
        Edit("weak[best] - weak[i] <= drop", "weak[best] - weak[i] <= 0.1"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "ignores-weak",
        Edit(" and weak[best] - weak[i] <= drop", "") + Edit("return None", "return -1"),
        seen="visible",
    ),
    Wrong(
        "ex4_5-collapsed",
        "best-of-all",
        Edit(
            "    best = 0\n",
            "    best = max(range(len(strong)), key=strong.__getitem__, default=0)\n",
        )
        + Edit("range(len(strong)):", "range(1, len(strong)):"),
        seen="visible",
    ),
    Right(
        "ex4_5-collapsed",
        "hint-3",
        """
def collapsed(weak, strong, drop=0.1):
    for i in range(1, len(strong)):
        best = max(range(i), key=strong.__getitem__)
        if strong[best] - strong[i] > drop and weak[best] - weak[i] <= drop:
            return i
""",
    ),
    Right(
        "ex4_5-collapsed",
        "by-running-best",
        """
def collapsed(weak, strong, drop=0.1):
    record, weak_then = -1.0, None
    for epoch, (w, s) in enumerate(zip(weak, strong, strict=True)):
        if weak_then is not None and s < record - drop and not w < weak_then - drop:
            return epoch
        if s > record:
            record, weak_then = s, w
""",
    ),
    # 4.6: the bound
    Wrong(
        "ex4_6-bound",
        "edge",
        Edit("1.0 if survived == n else ", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_6-bound",
        "no-exact",
        """
def upper_bound(survived, n, alpha=0.05):
    from scipy.stats import norm

    p = survived / n
    return min(1.0, p + float(norm.ppf(1 - alpha)) * (p * (1 - p) / n) ** 0.5)
""",
        seen="visible",
    ),
    Wrong(
        "ex4_6-bound",
        "two-sided",
        Edit("1 - alpha", "1 - alpha / 2"),
        seen="visible",
    ),
    Wrong(
        "ex4_6-bound",
        "no-exact",
        Edit("survived + 1, n - survived", "survived + 2, n - survived"),
        seen="visible",
    ),
    Wrong(
        "ex4_6-bound",
        "wrong-alpha",
        Edit("1 - alpha", "1 - 0.05"),
        seen="visible",
    ),
    Wrong(
        "ex4_6-bound",
        "no-exact",
        """
def upper_bound(survived, n, alpha=0.05):
    if survived == n:
        return 1.0
    return 1 - alpha ** (1 / n) if survived == 0 else (1 - alpha) ** (1 / n)
""",
        seen="visible",
    ),
    Right(
        "ex4_6-bound",
        "hint-3",
        """
import scipy.optimize
import scipy.stats


def upper_bound(survived, n, alpha=0.05):
    if survived == n:
        return 1.0
    return float(scipy.optimize.brentq(lambda p: scipy.stats.binom.cdf(survived, n, p) - alpha, 0, 1))
""",
    ),
    Right(
        "ex4_6-bound",
        "by-a-fine-grid",
        """
def upper_bound(survived, n, alpha=0.05):
    import numpy as np
    from scipy.stats import binom

    shares = np.linspace(0, 1, 100_001)
    return float(shares[binom.cdf(survived, n, shares) >= alpha].max())
""",
    ),
    Right(
        "ex4_6-bound",
        "by-bisection",
        """
def upper_bound(survived, n, alpha=0.05):
    from math import exp, lgamma, log

    def below(p):
        terms = (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)
                 for k in range(survived + 1))
        return sum(map(exp, terms))

    low, high = 0.0, 1.0
    for _ in range(50 if survived < n else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) > alpha else (low, middle)
    return high
""",
    ),
    # 4.7 a: CVaR
    Wrong(
        "ex4_7-cvar",
        "best-half",
        Edit("descending=True", "descending=False"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "quantile",
        """
def cvar(losses, alpha):
    falling = losses.sort(descending=True).values
    return falling[max(int(alpha * len(losses)) - 1, 0)].item()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "no-fraction",
        """
def cvar(losses, alpha):
    count = max(1, int(alpha * len(losses)))
    return losses.topk(count).values.mean().item()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "no-fraction",
        """
def cvar(losses, alpha):
    count = max(1, round(alpha * len(losses) + 0.4999))
    return losses.topk(min(count, len(losses))).values.mean().item()
""",
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "no-float",
        Edit(".item()", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "wrong-mean",
        Edit("    cap =", "    alpha = 1 - alpha\n    cap ="),
        seen="visible",
    ),
    Wrong(
        "ex4_7-cvar",
        "input-modified",
        Edit("falling = losses", "falling = losses[:] = losses"),
        seen="visible",
    ),
    Right(
        "ex4_7-cvar",
        "hint-3",
        """
def cvar(losses, alpha):
    n = len(losses)
    k = torch.arange(n)
    weights = (1 - k / (alpha * n)).clamp(0, 1 / (alpha * n)).double()
    return (weights * losses.sort(descending=True).values).sum().item()
""",
    ),
    Right(
        "ex4_7-cvar",
        "by-dual",
        """
def cvar(losses, alpha):
    return min((eta + (losses - eta).clamp_min(0).mean() / alpha).item() for eta in losses)
""",
    ),
    # 4.7 b: the KL penalty
    Wrong(
        "ex4_7-kl",
        "sum-not-mean",
        Edit(" - log(len(losses))", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "overflow",
        Edit("torch.logsumexp(losses / tau, 0)", "torch.log(torch.exp(losses / tau).sum())"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "wrong-sign",
        Edit("torch.softmax(losses / tau, 0)", "torch.softmax(-losses / tau, 0)"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "wrong-tau",
        Edit("torch.softmax(losses / tau, 0)", "torch.softmax(losses, 0)"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "no-penalty",
        """
def kl_penalised(losses, tau):
    q = torch.softmax(losses / tau, 0)
    return (q @ losses).item(), q
""",
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "overflow",
        Edit("torch.softmax(losses / tau, 0)", "(losses / tau).exp() / (losses / tau).exp().sum()"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "input-modified",
        Edit("    log_mean", "    losses /= tau\n    log_mean") + Edit("losses / tau", "losses"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-kl",
        "wrong-value",
        Edit(
            "torch.logsumexp(losses / tau, 0) - log(len(losses))",
            "torch.logsumexp(losses / tau, 0) / len(losses)",
        ),
        seen="visible",
    ),
    Right(
        "ex4_7-kl",
        "hint-3",
        """
import math


def kl_penalised(losses, tau):
    value = tau * (torch.logsumexp(losses / tau, 0) - math.log(len(losses)))
    return value.item(), torch.softmax(losses / tau, 0)
""",
    ),
    Right(
        "ex4_7-kl",
        "by-numpy",
        """
def kl_penalised(losses, tau):
    import numpy as np

    z = losses.numpy() / tau
    e = np.exp(z - z.max())
    return float(tau * (z.max() + np.log(e.mean()))), torch.from_numpy(e / e.sum())
""",
    ),
    # 4.7 c: the KL ball
    Wrong(
        "ex4_7-ball",
        "outside",
        Edit("(log_mean + rho)", "(log_mean - rho)"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-ball",
        "no-rho",
        Edit("(log_mean + rho)", "log_mean"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-ball",
        "wrong-dual",
        Edit("tau * (log_mean + rho)", "tau * log_mean + rho"),
        seen="visible",
    ),
    Wrong(
        "ex4_7-ball",
        "wrong-dual",
        Edit(" - log(len(losses))", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_7-ball",
        "outside",
        Edit("losses / scale / tau", "losses / tau"),
        seen="visible",
    ),
    Right(
        "ex4_7-ball",
        "hint-3",
        """
def kl_ball(losses, rho):
    from math import exp, log
    from scipy.optimize import minimize_scalar

    scale = losses.abs().max().clamp_min(1e-12)

    def dual(log_tau):
        tau = exp(log_tau)
        return (tau * (torch.logsumexp(losses / scale / tau, 0) - log(len(losses)) + rho)).item()

    found = minimize_scalar(dual, bounds=(-18, 18), method="bounded", options={"xatol": 1e-8})
    return found.fun * scale.item()
""",
    ),
    Right(
        "ex4_7-ball",
        "by-tilting",
        """
def kl_ball(losses, rho):
    spread = losses - losses.max()
    if rho >= float(torch.log(len(losses) / (spread == 0).double().sum())):
        return float(losses.max())
    low, high = -20.0, 20.0
    for _ in range(200):
        middle = (low + high) / 2
        log_q = torch.log_softmax(spread * 2.718281828459045 ** -middle, 0)
        reached = (log_q.exp() * (log_q + torch.tensor(float(len(losses))).log())).sum()
        low, high = (middle, high) if reached > rho else (low, middle)
    return float(log_q.exp() @ losses)
""",
    ),
    # 4.8: group DRO
    Wrong(
        "ex4_8-group_dro",
        "no-normalise",
        Edit("torch.log_softmax(log_q + eta * means.detach(), 0)", "log_q + eta * means.detach()")
        + Edit("torch.softmax(log_q, 0)", "log_q.exp()")
        + Edit("torch.zeros(member.shape[1])", "torch.zeros(member.shape[1]).log_softmax(0)"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "wrong-sign",
        Edit("log_q + eta", "log_q - eta"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "wrong-update",
        Edit("log_q + eta * means.detach()", "eta * means.detach()"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "old-weights",
        Edit("        log_q = torch.log_softmax(log_q + eta * means.detach(), 0)\n", "")
        + Edit(
            "        sgd.step()\n",
            "        sgd.step()\n        log_q = torch.log_softmax(log_q + eta * means.detach(), 0)\n",
        )
        + Edit("torch.zeros(member.shape[1])", "torch.zeros(member.shape[1]).log_softmax(0)"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "gradient-through",
        Edit("means.detach()", "means")
        + Edit("        sgd.step()\n", "        sgd.step()\n        log_q = log_q.detach()\n"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "no-momentum",
        Edit("momentum=0.9, ", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "no-decay",
        Edit(", weight_decay=weight_decay", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "plain-mean",
        Edit("(log_q.exp() @ means)", "per_image.mean()"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "mode-changed",
        Edit("    model.eval()\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "wrong-step",
        Edit("momentum=0.9", "momentum=0.9, nesterov=True"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "wrong-groups",
        Edit("F.one_hot(groups)", "F.one_hot(groups, 4)"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "group-sum",
        """
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    count = int(groups.max()) + 1
    q = torch.full((count,), 1 / count)
    sgd = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay)
    for _ in range(steps):
        losses = cross_entropy(model(x), y)
        each = torch.stack([losses[groups == k].sum() for k in range(count)])
        q = q * torch.exp(eta * each.detach())
        q = q / q.sum()
        sgd.zero_grad()
        (q * each).sum().backward()
        sgd.step()
    sgd.zero_grad()
    model.eval()
    return q
""",
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "keeps-gradient",
        Edit("        sgd.zero_grad()\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "no-normalise",
        Edit("torch.log_softmax(log_q + eta * means.detach(), 0)", "log_q + eta * means.detach()")
        + Edit("torch.zeros(member.shape[1])", "torch.zeros(member.shape[1]).log_softmax(0)"),
        seen="visible",
    ),
    Wrong(
        "ex4_8-group_dro",
        "wrong-update",
        """
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    q = torch.ones(int(groups.max()) + 1).softmax(0)
    sgd = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay)
    for _ in range(steps):
        for weighs in (False, True):
            losses = cross_entropy(model(x), y)
            each = torch.stack([losses[groups == k].mean() for k in range(len(q))])
            if weighs:
                q = (q * torch.exp(eta * each.detach())) / (q @ torch.exp(eta * each.detach()))
            else:
                sgd.zero_grad()
                (q @ each).backward()
                sgd.step()
    sgd.zero_grad()
    model.eval()
    return q
""",
        seen="visible",
    ),
    Right(
        "ex4_8-group_dro",
        "hint-3",
        """
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    count = int(groups.max()) + 1
    q = torch.full((count,), 1 / count)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay)
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
""",
    ),
    Right(
        "ex4_8-group_dro",
        "by-scatter",
        """
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    sizes = groups.bincount()
    score = torch.zeros(len(sizes), dtype=torch.float64)
    sgd = torch.optim.SGD(list(model.parameters()), lr=lr, momentum=0.9, weight_decay=weight_decay)
    for _ in range(steps):
        losses = cross_entropy(model(x), y)
        sums = torch.zeros(len(sizes)).index_add(0, groups, losses)
        with torch.no_grad():
            score += eta * (sums / sizes).double()
            shares = score.softmax(0).float() / sizes
        for p in model.parameters():
            p.grad = None
        losses.backward(shares[groups])
        sgd.step()
    sgd.zero_grad(set_to_none=True)
    model.eval()
    return score.softmax(0).float()
""",
    ),
]
