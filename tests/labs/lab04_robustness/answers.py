"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
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
]
