"""Mistakes that people make in Lab 04, each with the id it must be told, and odd right answers."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 4.1 a: the Gaussian formula
    Wrong("ex4_1-gaussian", "wrong-norm", Edit("epsilon * w.abs().sum()", "epsilon * w.norm()")),
    Wrong("ex4_1-gaussian", "no-length", Edit("(sigma * w.norm())", "sigma")),
    Wrong("ex4_1-gaussian", "wrong-sign", Edit("theta - epsilon", "theta + epsilon")),
    Wrong("ex4_1-gaussian", "no-float", Edit(".item()", "")),
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
    # 4.1 b: the gaps
    Wrong("ex4_1-gaps", "reversed", Edit("both(train), both(test)", "both(test), both(train)")),
    Wrong(
        "ex4_1-gaps",
        "wrong-share",
        Edit('"robust": robust - robust_test', '"robust": clean - robust_test'),
    ),
    Wrong(
        "ex4_1-gaps",
        "wrong-share",
        """
def gaps(model, train, test, attack, epsilon):
    def shares(images):
        right = ~evaluation.is_wrong(model, *images)
        held = ~evaluation.is_wrong(model, attack(model, *images, epsilon), images.y)
        return right.float().mean().item(), held[right].float().mean().item()
    (a, b), (c, d) = shares(train), shares(test)
    return {"clean": a - c, "robust": b - d}
""",
    ),
    Wrong(
        "ex4_1-gaps",
        "no-dict",
        Edit(
            'return {"clean": clean - clean_test, "robust": robust - robust_test}',
            "return clean - clean_test, robust - robust_test",
        ),
    ),
    Right(
        "ex4_1-gaps",
        "by-worst-case",
        """
def gaps(model, train, test, attack, epsilon):
    rows = [evaluation.worst_case(model, [images], {"a": attack}, epsilon).accuracies() for images in (train, test)]
    return {name: rows[0][key] - rows[1][key] for name, key in (("clean", "clean"), ("robust", "worst case"))}
""",
    ),
    # 4.2 a: the losses
    Wrong(
        "ex4_2-losses",
        "outside-loss",
        Edit(
            "((x @ w - y).abs() + epsilon * w.abs().sum()) ** 2",
            "(x @ w - y) ** 2 + epsilon * w.abs().sum()",
        ),
    ),
    Wrong("ex4_2-losses", "one-side", Edit("(x @ w - y).abs() + ", "(x @ w - y) + ")),
    Wrong(
        "ex4_2-losses",
        "overflow",
        Edit(
            "F.softplus(epsilon * w.abs().sum() - y * (x @ w))",
            "torch.log(1 + torch.exp(epsilon * w.abs().sum() - y * (x @ w)))",
        ),
    ),
    Wrong("ex4_2-losses", "wrong-norm", Edit("w.abs().sum()", "w.norm()")),
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
    # 4.2 b: the separator
    Wrong(
        "ex4_2-separator",
        "not-robust",
        """
def robust_separator(x, y, epsilon):
    w = torch.zeros(x.shape[1], dtype=x.dtype)
    for _ in range(1000):
        wrong = (y * (x @ w) <= 0).nonzero()[:, 0]
        if len(wrong) == 0:
            return w
        w = w + y[wrong[0]] * x[wrong[0]]
    return None
""",
    ),
    Wrong("ex4_2-separator", "claims-impossible", Edit(" or epsilon * found.fun >= 1", "")),
    Wrong(
        "ex4_2-separator",
        "gives-up",
        Edit("2 * d, A_ub=torch.cat([-signed, signed], 1)", "d, A_ub=-signed")
        + Edit("found.x[:d] - found.x[d:]", "found.x"),
    ),
    Right(
        "ex4_2-separator",
        "largest-margin",
        """
def robust_separator(x, y, epsilon):
    import numpy as np
    from scipy.optimize import linprog

    n, d = x.shape
    s = (y[:, None] * x).numpy()
    A = np.block([[np.ones((n, 1)), -s, np.zeros((n, d))],
                  [np.zeros((d, 1)), np.eye(d), -np.eye(d)], [np.zeros((d, 1)), -np.eye(d), -np.eye(d)],
                  [np.zeros((1, 1 + d)), np.ones((1, d))]])
    b = np.r_[np.zeros(n + 2 * d), 1.0]
    best = linprog(np.r_[-1.0, np.zeros(2 * d)], A_ub=A, b_ub=b, bounds=[(None, None)] * (1 + 2 * d))
    w = torch.tensor(best.x[1:1 + d])
    return w if (y * (x @ w) > epsilon * w.abs().sum()).all() and w.abs().sum() > 1e-9 else None
""",
    ),
    # 4.3 a: the alarms
    Wrong(
        "ex4_3-alarms",
        "misses-one-step",
        Edit('measured["one_step"] < many - slack', 'measured["one_step"] > many + slack'),
    ),
    Wrong(
        "ex4_3-alarms",
        "no-slack",
        Edit('measured["transfer"] < many - slack', 'measured["transfer"] < many'),
    ),
    Wrong("ex4_3-alarms", "misses-rising", Edit("combinations(curve, 2)", "zip(curve, curve[1:])")),
    Wrong("ex4_3-alarms", "accuses-innocent", Edit('max(measured["epsilons"]) >= 0.5 and ', "")),
    Wrong(
        "ex4_3-alarms",
        "misses-silent",
        Edit('"silent": measured["silent"] > 0.5', '"silent": measured["silent"] > 0.95'),
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
    ),
    Wrong("ex4_3-bpda", "at-z", Edit("front(z).detach().clone()", "z.detach().clone()")),
    Wrong("ex4_3-bpda", "wrong-gradient", Edit("return gradient", "return gradient.sign()")),
    Wrong(
        "ex4_3-bpda",
        "gradient-left",
        """
def bpda_gradient(front, net, z, y, loss):
    seen = front(z).detach().clone().requires_grad_(True)
    loss(net(seen), y).sum().backward()
    return seen.grad
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
    ),
    Wrong("ex4_3-eot", "no-mean", Edit(" / draws", "")),
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
    # 4.3 d: climb
    Wrong("ex4_3-climb", "wrong-sign", Edit("z + step_size", "z - step_size")),
    Wrong("ex4_3-climb", "no-sign", Edit("gradient(z, y).sign()", "gradient(z, y)")),
    Wrong("ex4_3-climb", "no-random-start", Edit("epsilon * noise", "0 * noise")),
    Wrong(
        "ex4_3-climb",
        "project-once",
        Edit(
            'z = project(z + step_size * gradient(z, y).sign(), x, epsilon, "linf")',
            "z = z + step_size * gradient(z, y).sign()",
        )
        + Edit("return z.detach()", "return z.clamp(0, 1).detach()"),
    ),
    Right(
        "ex4_3-climb",
        "by-offset",
        """
def climb(gradient, x, y, epsilon, *, project, generator, steps=20, step_size=0.025):
    delta = torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator)
    delta = project(x + delta, x, epsilon, "linf") - x
    for _ in range(steps):
        up = torch.sign(gradient(x + delta, y).detach())
        delta = project(x + delta + step_size * up, x, epsilon, "linf") - x
    return (x + delta).clamp(0, 1)
""",
    ),
    # 4.5 a: adversarial training
    Wrong(
        "ex4_5-fit",
        "clean-points",
        Edit("F.cross_entropy(model(hard), y)", "F.cross_entropy(model(x), y)"),
    ),
    Wrong(
        "ex4_5-fit",
        "ignores-generator",
        Edit("generator=generator).split", ").split")
        + Edit("torch.randperm(len(images.y), )", "torch.randperm(len(images.y))"),
    ),
    Wrong(
        "ex4_5-fit",
        "mode-changed",
        Edit("        model.eval()\n        if watch", "        if watch"),
    ),
    Wrong(
        "ex4_5-fit", "gradient-left", Edit("    optimizer.zero_grad()\n    return", "    return")
    ),
    Wrong(
        "ex4_5-fit",
        "no-shuffle",
        Edit(
            "    history = []\n",
            "    history = []\n    order = torch.randperm(len(images.y), generator=generator)\n",
        )
        + Edit("in torch.randperm(len(images.y), generator=generator).split", "in order.split"),
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
    Wrong("ex4_5-passes", "forgets-outer", Edit("(inner_steps + 1)", "inner_steps")),
    Wrong("ex4_5-passes", "forgets-outer", Edit("(inner_steps + 1)", "max(inner_steps, 1)")),
    Wrong(
        "ex4_5-passes",
        "wrong-count",
        Edit("n * epochs * (inner_steps + 1)", "epochs * (inner_steps + 1)"),
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
    Wrong("ex4_5-collapsed", "ignores-weak", Edit(" and weak[i] >= weak[best] - drop", "")),
    Wrong("ex4_5-collapsed", "no-tolerance", Edit("strong[best] - drop\n", "strong[best]\n")),
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
    ),
    Wrong("ex4_5-collapsed", "wrong-epoch", Edit("return i", "return i + 1")),
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
    Wrong("ex4_6-bound", "edge", Edit("1.0 if survived == n else ", "")),
    Wrong(
        "ex4_6-bound",
        "no-exact",
        """
def upper_bound(survived, n, alpha=0.05):
    from scipy.stats import norm

    p = survived / n
    return min(1.0, p + float(norm.ppf(1 - alpha)) * (p * (1 - p) / n) ** 0.5)
""",
    ),
    Wrong("ex4_6-bound", "two-sided", Edit("1 - alpha", "1 - alpha / 2")),
    Wrong(
        "ex4_6-bound", "no-exact", Edit("survived + 1, n - survived", "survived + 2, n - survived")
    ),
    Right(
        "ex4_6-bound",
        "by-root",
        """
def upper_bound(survived, n, alpha=0.05):
    from scipy.optimize import brentq
    from scipy.stats import binom

    if survived == n:
        return 1.0
    return float(brentq(lambda p: binom.cdf(survived, n, p) - alpha, 1e-12, 1 - 1e-12, xtol=1e-12))
""",
    ),
    # 4.7 a: CVaR
    Wrong("ex4_7-cvar", "best-half", Edit("descending=True", "descending=False")),
    Wrong(
        "ex4_7-cvar",
        "quantile",
        """
def cvar(losses, alpha):
    falling = losses.sort(descending=True).values
    return falling[max(int(alpha * len(losses)) - 1, 0)].item()
""",
    ),
    Wrong(
        "ex4_7-cvar",
        "no-fraction",
        """
def cvar(losses, alpha):
    count = max(1, int(alpha * len(losses)))
    return losses.topk(count).values.mean().item()
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
    Wrong("ex4_7-kl", "sum-not-mean", Edit(" - log(len(losses))", "")),
    Wrong(
        "ex4_7-kl",
        "overflow",
        Edit("torch.logsumexp(losses / tau, 0)", "torch.log(torch.exp(losses / tau).sum())"),
    ),
    Wrong(
        "ex4_7-kl",
        "wrong-sign",
        Edit("torch.softmax(losses / tau, 0)", "torch.softmax(-losses / tau, 0)"),
    ),
    Wrong(
        "ex4_7-kl", "wrong-tau", Edit("torch.softmax(losses / tau, 0)", "torch.softmax(losses, 0)")
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
    Wrong("ex4_7-ball", "outside", Edit("(log_mean + rho)", "(log_mean - rho)")),
    Wrong("ex4_7-ball", "wrong-dual", Edit("bounds=(-18, 18)", "bounds=(-18, 2)")),
    Wrong("ex4_7-ball", "narrow-search", Edit("bounds=(-18, 18)", "bounds=(0, 18)")),
    Wrong("ex4_7-ball", "wrong-dual", Edit(" - log(len(losses))", "")),
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
    Wrong("ex4_8-group_dro", "no-normalise", Edit("        q = q / q.sum()\n", "")),
    Wrong("ex4_8-group_dro", "wrong-sign", Edit("torch.exp(eta", "torch.exp(-eta")),
    Wrong(
        "ex4_8-group_dro",
        "wrong-update",
        Edit("q * torch.exp(eta * each.detach())", "torch.exp(eta * each.detach())"),
    ),
    Wrong(
        "ex4_8-group_dro",
        "no-gain",
        Edit("(q * each).sum().backward()", "losses.mean().backward()"),
    ),
    Right(
        "ex4_8-group_dro",
        "by-one-hot",
        """
def group_dro(model, x, y, groups, *, steps, lr, weight_decay, eta=0.1):
    member = F.one_hot(groups).to(x.dtype)
    share = member / member.sum(0)
    log_q = torch.zeros(member.shape[1])
    sgd = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay)
    for _ in range(steps):
        each = F.cross_entropy(model(x), y, reduction="none") @ share
        log_q = torch.log_softmax(log_q + eta * each.detach(), 0)
        sgd.zero_grad()
        torch.dot(log_q.exp(), each).backward()
        sgd.step()
    sgd.zero_grad(set_to_none=True)
    model.eval()
    return log_q.exp()
""",
    ),
    # 4.9: the verdicts
    Wrong(
        "ex4_9-verdicts",
        "believes-in-regularisation",
        Edit('"batch normalisation"), "little")', '"batch normalisation"), "much")'),
    ),
    Wrong(
        "ex4_9-verdicts",
        "wrong-word",
        Edit('"batch normalisation"), "little")', '"batch normalisation"), "a bit")'),
    ),
    Wrong(
        "ex4_9-verdicts",
        "wrong-keys",
        Edit('dict.fromkeys(("dropout", ', 'dict.fromkeys(("drop-out", '),
    ),
    Right(
        "ex4_9-verdicts",
        "one-by-one",
        """
my_verdicts = {}
my_verdicts["batch normalisation"] = "little"
my_verdicts["dropout"] = my_verdicts["weight decay"] = "little"
""",
    ),
]
