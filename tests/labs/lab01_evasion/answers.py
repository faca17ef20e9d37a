"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 1.1 a: the worst margin without the box
    Wrong("ex1_1-worst_margin", "wrong-sign", Edit("margin - epsilon", "margin + epsilon")),
    Wrong("ex1_1-worst_margin", "same-norm", Edit(' if norm == "linf" else w.norm()', "")),
    Wrong("ex1_1-worst_margin", "largest-weight", Edit("w.abs().sum()", "w.abs().max()")),
    Wrong(
        "ex1_1-worst_margin",
        "stops-at-zero",
        Edit("margin - epsilon * dual_norm", "(margin - epsilon * dual_norm).clamp_min(0)"),
    ),
    Right(
        "ex1_1-worst_margin",
        "by-best-move",
        """
def worst_margin(margin, w, epsilon, norm):
    move = -epsilon * (torch.sign(w) if norm == "linf" else w / torch.linalg.vector_norm(w))
    return margin + torch.dot(w, move)
""",
    ),
    # 1.1 b: in the box
    Wrong(
        "ex1_1-in_box",
        "ignores-box",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    return side(y) * (x @ w + b) - epsilon * w.abs().sum()
""",
    ),
    Wrong(
        "ex1_1-in_box",
        "wrong-room",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    room = torch.minimum(x, 1 - x).clamp(max=epsilon)
    return side(y) * (x @ w + b) - (w.abs() * room).sum(1)
""",
    ),
    Wrong("ex1_1-in_box", "one-class", Edit("epsilon * side(y)[:, None] * w", "epsilon * w")),
    Wrong(
        "ex1_1-in_box",
        "wrong-room",
        Edit(
            "x - epsilon * side(y)[:, None] * w.sign()", "x + epsilon * side(y)[:, None] * w.sign()"
        ),
    ),
    Right(
        "ex1_1-in_box",
        "by-room",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    sign = (2 * y - 1).to(x.dtype)
    goes_down = (sign[:, None] * w) > 0
    room = torch.where(goes_down, x, 1 - x)
    return sign * (x @ w + b) - (w.abs() * torch.clamp(room, max=epsilon)).sum(dim=1)
""",
    ),
    # 1.2: FGSM
    Wrong("ex1_2-fgsm", "no-sign", Edit("gradient.sign()", "gradient")),
    Wrong("ex1_2-fgsm", "wrong-sign", Edit("x + epsilon", "x - epsilon")),
    Wrong("ex1_2-fgsm", "no-clip", Edit(".clamp(0, 1)", "")),
    Wrong(
        "ex1_2-fgsm",
        "gradient-left",
        """
def fgsm(model, x, y, epsilon):
    z = x.detach().clone().requires_grad_(True)
    F.cross_entropy(model(z), y).backward()
    return (x + epsilon * z.grad.sign()).clamp(0, 1)
""",
    ),
    Wrong(
        "ex1_2-fgsm",
        "wrong-loss",
        Edit("F.cross_entropy(model(z), y)", "F.cross_entropy(model(z), model(z).argmax(1))"),
    ),
    Right(
        "ex1_2-fgsm",
        "by-functional-grad",
        """
def fgsm(model, x, y, epsilon):
    def total(z):
        return F.nll_loss(torch.log_softmax(model(z), dim=1), y, reduction="sum")

    step = torch.func.grad(total)(x)
    return torch.clamp(x + torch.where(step > 0, epsilon, torch.where(step < 0, -epsilon, 0.0)),
                       0.0, 1.0).to(x.dtype).detach()
""",
    ),
    # 1.3 a: the projection
    Wrong(
        "ex1_3-project",
        "moves-inside",
        Edit("length = (z - x).flatten(1).norm(dim=1)", "length = (z - x).norm().expand(len(x))"),
    ),
    Wrong("ex1_3-project", "moves-inside", Edit(".clamp(max=1)", "")),
    Wrong(
        "ex1_3-project",
        "no-clip",
        """
def project(z, x, epsilon, norm):
    move = z - x
    if norm == "linf":
        return x + move.clamp(-epsilon, epsilon)
    length = move.flatten(1).norm(dim=1).clamp_min(1e-12)
    factor = (epsilon / length).clamp(max=1).reshape(-1, *[1] * (x.dim() - 1))
    return x + factor * move
""",
    ),
    Wrong(
        "ex1_3-project", "outside-ball", Edit('if norm == "linf":', 'if norm in ("linf", "l2"):')
    ),
    Right(
        "ex1_3-project",
        "by-renorm",
        """
def project(z, x, epsilon, norm):
    move = (z - x).flatten(1)
    if norm == "linf":
        move = torch.clip(move, -epsilon, epsilon)
    else:
        size = torch.linalg.vector_norm(move, dim=1, keepdim=True)
        move = torch.where(size > epsilon, move * epsilon / size, move)
    return torch.clip(x + move.view_as(x), 0, 1)
""",
    ),
    # 1.3 b: one run of PGD
    Wrong(
        "ex1_3-pgd",
        "no-random-start",
        Edit("z = project(x + noise, x, epsilon, norm)", "z = x.clone()"),
    ),
    Wrong(
        "ex1_3-pgd", "wrong-sign", Edit("here.detach() + step_size", "here.detach() - step_size")
    ),
    Wrong(
        "ex1_3-pgd",
        "wrong-step",
        Edit(
            "F.normalize(gradient.flatten(1), dim=1).reshape(here.shape)",
            "gradient / gradient.norm()",
        ),
    ),
    Wrong(
        "ex1_3-pgd",
        "project-once",
        Edit(
            "moved = project(here.detach() + step_size * direction, x[left], epsilon, norm)",
            "moved = here.detach() + step_size * direction",
        )
        + Edit("    return z.detach()", "    return project(z.detach(), x, epsilon, norm)"),
    ),
    Wrong(
        "ex1_3-pgd",
        "ignores-generator",
        Edit("generator=generator, dtype", "dtype"),
    ),
    Wrong("ex1_3-pgd", "no-early-stop", Edit("if early_stop:", "if False:")),
    Wrong("ex1_3-pgd", "always-stops", Edit("if early_stop:", "if True:")),
    Right(
        "ex1_3-pgd",
        "by-mask",
        """
def pgd(model, x, y, epsilon, *, project, generator, norm="linf", steps=40, step_size=0.02,
        loss=cross_entropy, early_stop=True):
    reach = epsilon / (x[0].numel() ** 0.5 if norm == "l2" else 1)
    start = torch.empty_like(x).uniform_(-reach, reach, generator=generator)
    z = project(x + start, x, epsilon, norm)
    moving = torch.ones(len(x), dtype=torch.bool)
    for _ in range(steps):
        if early_stop:
            with torch.no_grad():
                moving[moving.clone()] = model(z[moving]).argmax(dim=1).eq(y[moving])
        if not moving.any():
            return z
        delta = (z - x)[moving].clone().requires_grad_(True)
        part = x[moving]
        gradient = torch.autograd.grad(torch.sum(loss(model(part + delta), y[moving])), delta)[0]
        with torch.no_grad():
            if norm == "linf":
                step = torch.sign(gradient)
            else:
                sizes = [max(float(one.norm()), 1e-12) for one in gradient]
                step = torch.stack([one / s for one, s in zip(gradient, sizes, strict=True)])
            z = z.clone()
            z[moving] = project(part + delta + step_size * step, part, epsilon, norm)
    return z
""",
    ),
    # 1.3 c: restarts
    Wrong(
        "ex1_3-restarts",
        "no-drop",
        """
def with_restarts(model, x, y, attack, restarts):
    x_adv = x.clone()
    right = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    for _ in range(restarts):
        candidate = attack(model, x[right], y[right])
        fooled = evaluation.is_wrong(model, candidate, y[right])
        x_adv[right[fooled]] = candidate[fooled]
    return x_adv
""",
    ),
    Wrong(
        "ex1_3-restarts",
        "attacks-wrong",
        Edit("(~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]", "torch.arange(len(x))"),
    ),
    Wrong(
        "ex1_3-restarts",
        "keeps-failures",
        Edit("x_adv[left[fooled]] = candidate[fooled]", "x_adv[left] = candidate"),
    ),
    Right(
        "ex1_3-restarts",
        "one-by-one",
        """
def with_restarts(model, x, y, attack, restarts):
    found = {}
    open_ones = [i for i in range(len(x)) if not evaluation.is_wrong(model, x[i:i+1], y[i:i+1])]
    while open_ones and restarts > 0:
        points = attack(model, torch.stack([x[i] for i in open_ones]), y[open_ones])
        wrong = evaluation.is_wrong(model, points, y[open_ones]).tolist()
        found |= {i: p for i, p, bad in zip(open_ones, points, wrong, strict=True) if bad}
        open_ones = [i for i in open_ones if i not in found]
        restarts -= 1
    return torch.stack([found.get(i, x[i]) for i in range(len(x))])
""",
    ),
    # 1.4: targeted
    Wrong(
        "ex1_4-targeted",
        "wrong-sign",
        Edit("return -cross_entropy(logits, labels)", "return cross_entropy(logits, labels)"),
    ),
    Wrong(
        "ex1_4-targeted",
        "ignores-target",
        """
def targeted(model, x, target, epsilon, attack):
    now = model(x).argmax(1)
    x_adv = attack(model, x, now, epsilon, loss=cross_entropy)
    there = ~evaluation.is_wrong(model, x, target)
    return torch.where(there.reshape(-1, *[1] * (x.dim() - 1)), x, x_adv)
""",
    ),
    Wrong(
        "ex1_4-targeted",
        "moves-fooled",
        """
def targeted(model, x, target, epsilon, attack):
    return attack(model, x, target, epsilon, loss=lambda logits, t: -cross_entropy(logits, t))
""",
    ),
    Right(
        "ex1_4-targeted",
        "by-log-probability",
        """
def targeted(model, x, target, epsilon, attack):
    result = x.clone()
    away = evaluation.is_wrong(model, x, target).nonzero().flatten()
    if len(away):
        goal = lambda logits, t: torch.log_softmax(logits, 1)[torch.arange(len(t)), t]
        result[away] = attack(model, x[away], target[away], epsilon, loss=goal)
    return result
""",
    ),
    # 1.5 a: the margin
    Wrong("ex1_5-margin", "wrong-sign", Edit("return own - logits", "return -own + logits")),
    Wrong("ex1_5-margin", "includes-own", Edit(".scatter(1, y[:, None], -torch.inf)", "")),
    Wrong("ex1_5-margin", "wrong-other", Edit("-torch.inf", "0.0")),
    Wrong(
        "ex1_5-margin",
        "never-negative",
        Edit("return own - logits", "return F.relu(own - logits") + Edit(".values", ".values)"),
    ),
    Right(
        "ex1_5-margin",
        "by-top-two",
        """
def margin(logits, y):
    (first, second), (best, _) = torch.topk(logits, 2, dim=1)[0].T, torch.topk(logits, 2, dim=1)[1].T
    own = logits[torch.arange(len(y)), y]
    return own - torch.where(best == y, second, first)
""",
    ),
    # 1.5 b: the change of variables
    Wrong("ex1_5-box", "outside-range", Edit("(torch.tanh(v) + 1) / 2", "torch.tanh(v)")),
    Wrong("ex1_5-box", "not-finite", Edit(" * (1 - 1e-5)", "")),
    Wrong("ex1_5-box", "wrong-formula", Edit("(torch.tanh(v) + 1) / 2", "torch.sigmoid(v)")),
    Wrong("ex1_5-box", "no-inverse", Edit("(2 * x - 1) * (1 - 1e-5)", "(2 * x - 1) * 0.9")),
    Right(
        "ex1_5-box",
        "by-logit",
        """
def to_box(v):
    return torch.sigmoid(2 * v)


def from_box(x):
    return torch.logit(x, eps=1e-6) / 2
""",
    ),
    # 1.5 c: Carlini-Wagner
    Wrong(
        "ex1_5-carlini_wagner",
        "not-fooled",
        Edit("better = (m < 0) & (far < best_far)", "better = (far < best_far) & (far > 0)"),
    ),
    Wrong(
        "ex1_5-carlini_wagner",
        "too-far",
        """
def carlini_wagner(model, x, y, *, margin, to_box, from_box, rounds=6, steps=60, lr=0.1, c=3.0):
    best = x.clone()
    v = from_box(x).detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([v], lr=lr)
    for _ in range(rounds * steps):
        z = to_box(v)
        m = margin(model(z), y)
        best = torch.where((m < 0).reshape(-1, *[1] * (x.dim() - 1)), z, best).detach()
        far = (z - x).flatten(1).pow(2).sum(1)
        (v.grad,) = torch.autograd.grad((far + 100 * c * m.clamp_min(0)).sum(), v)
        optimizer.step()
        if ((best != x).flatten(1).any(1)).all():
            break
    return best
""",
    ),
    Wrong(
        "ex1_5-carlini_wagner", "not-fooled", Edit("c * m.clamp_min(0)", "c * (-m).clamp_min(0)")
    ),
    Right(
        "ex1_5-carlini_wagner",
        "by-lists",
        """
def carlini_wagner(model, x, y, *, margin, to_box, from_box, rounds=6, steps=60, lr=0.1, c=3.0):
    n = len(x)
    nearest, found_at = [float("inf")] * n, [None] * n
    failed, worked, weight = [0.0] * n, [float("inf")] * n, [float(c)] * n
    begin = x.clone()
    for _ in range(rounds):
        v = torch.nn.Parameter(from_box(begin).detach().clone())
        adam = torch.optim.Adam([v], lr=lr)
        hit = [False] * n
        for _ in range(steps):
            adam.zero_grad()
            z = to_box(v)
            gap = margin(model(z), y)
            square = ((z - x) ** 2).flatten(1).sum(dim=1)
            for i, (g, s) in enumerate(zip(gap.tolist(), square.tolist(), strict=True)):
                hit[i] = hit[i] or g < 0
                if g < 0 and s < nearest[i]:
                    nearest[i], found_at[i] = s, z[i].detach().clone()
            cost = square.sum() + (torch.tensor(weight, dtype=x.dtype) * torch.relu(gap)).sum()
            v.grad = torch.autograd.grad(cost, v)[0]
            adam.step()
        for i in range(n):
            if hit[i]:
                worked[i] = min(worked[i], weight[i])
            else:
                failed[i] = max(failed[i], weight[i])
            known = worked[i] < float("inf")
            weight[i] = (failed[i] + worked[i]) / 2 if known else 10 * weight[i]
            begin[i] = z[i].detach() if found_at[i] is None else found_at[i]
    return torch.stack([x[i] if found_at[i] is None else found_at[i] for i in range(n)])
""",
    ),
    # 1.6 a: the curve by attack
    Wrong(
        "ex1_6-by_attack",
        "ignores-misread",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    right = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    left, accuracies = right, []
    for epsilon in epsilons:
        if len(left):
            left = left[~evaluation.is_wrong(model, attack(model, x[left], y[left], epsilon), y[left])]
        accuracies.append(len(left) / max(len(right), 1))
    return accuracies
""",
    ),
    Wrong(
        "ex1_6-by_attack",
        "rises",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    right = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    accuracies = []
    for epsilon in epsilons:
        wrong = evaluation.is_wrong(model, attack(model, x[right], y[right], epsilon), y[right])
        accuracies.append((~wrong).sum().item() / len(x))
    return accuracies
""",
    ),
    Wrong(
        "ex1_6-by_attack",
        "no-drop",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    alive = ~evaluation.is_wrong(model, x, y)
    accuracies = []
    for epsilon in epsilons:
        alive = alive & ~evaluation.is_wrong(model, attack(model, x, y, epsilon), y)
        accuracies.append(alive.float().mean().item())
    return accuracies
""",
    ),
    Right(
        "ex1_6-by_attack",
        "by-mask",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    alive = model(x).argmax(1).eq(y)
    curve = []
    for epsilon in epsilons:
        if alive.any():
            still = model(attack(model, x[alive], y[alive], epsilon)).argmax(1).eq(y[alive])
            alive[alive.clone()] = still
        curve.append(int(alive.sum()) / alive.numel())
    return curve
""",
    ),
    # 1.6 b: the curve by norms
    Wrong("ex1_6-by_norms", "strict", Edit("norms > epsilon", "norms >= epsilon")),
    Wrong("ex1_6-by_norms", "rises", Edit("norms > epsilon", "norms <= epsilon")),
    Wrong(
        "ex1_6-by_norms",
        "drops-infinite",
        Edit("(norms > epsilon)", "(norms[norms.isfinite()] > epsilon)"),
    ),
    Right(
        "ex1_6-by_norms",
        "by-sorting",
        """
def accuracy_by_norms(norms, epsilons):
    ordered = norms.sort().values
    at = torch.searchsorted(ordered, torch.tensor(epsilons, dtype=norms.dtype), right=True)
    return [1 - k / len(norms) for k in at.tolist()]
""",
    ),
    # 1.7 a: the diagnosis
    Wrong(
        "ex1_7-diagnose",
        "accuses-innocent",
        """
def diagnose(model, x, y, margin):
    with torch.no_grad():
        if not torch.equal(model(x), model(x)):
            return "noise"
    for measure, verdict in ((margin, "flat"), (cross_entropy, "saturated")):
        z = x.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(measure(model(z), y).sum(), z)
        if slope.abs().mean() < 1e-2:
            return verdict
    return "none"
""",
    ),
    Wrong(
        "ex1_7-diagnose",
        "misses-flat",
        Edit('((margin, "flat"), (cross', "((cross") + Edit('"saturated"))', '"saturated"),)'),
    ),
    Wrong(
        "ex1_7-diagnose",
        "misses-noise",
        Edit("torch.equal(", "torch.allclose(") + Edit("model(x))", "model(x), atol=0.5)"),
    ),
    Wrong(
        "ex1_7-diagnose",
        "accuses-innocent",
        Edit("silent.float().mean() > 0.5", "silent.any()"),
    ),
    Right(
        "ex1_7-diagnose",
        "by-image",
        """
def diagnose(model, x, y, margin):
    if (model(x) != model(x)).any():
        return "noise"

    def dead(measure):
        count = 0
        for image, label in zip(x, y, strict=True):
            z = image[None].clone().requires_grad_(True)
            count += int(not torch.autograd.grad(measure(model(z), label[None]).sum(), z)[0].any())
        return 2 * count > len(x)

    if dead(margin):
        return "flat"
    return "saturated" if dead(cross_entropy) else "none"
""",
    ),
    # 1.7 b: attack anyway
    Wrong(
        "ex1_7-attack_anyway", "same-loss", Edit("-margin(logits, y))", "cross_entropy(logits, y))")
    ),
    Wrong("ex1_7-attack_anyway", "no-transfer", Edit("(model, surrogate)", "(model,)")),
    Wrong("ex1_7-attack_anyway", "same-loss", Edit("(model, surrogate)", "(surrogate,)")),
    Wrong(
        "ex1_7-attack_anyway", "over-budget", Edit("(model, surrogate)", "(model, surrogate) * 4")
    ),
    Right(
        "ex1_7-attack_anyway",
        "diagnose-first",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    down = lambda logits, labels: -margin(logits, labels)
    direct = attack(model, x, y, epsilon, loss=down)
    carried = attack(surrogate, x, y, epsilon, loss=down)
    tries = torch.stack([x, direct, carried])
    with torch.no_grad():
        reached = torch.stack([sum(margin(model(t), y) for _ in range(8)) for t in tries])
    return tries[reached.argmin(0), torch.arange(len(x))]
""",
    ),
    # 1.9: L-BFGS
    Wrong("ex1_9-lbfgs", "no-bounds", Edit(" bounds=[(0, 1)] * x.numel(),", "")),
    Wrong("ex1_9-lbfgs", "wrong-sign", Edit("+ F.cross_entropy", "- F.cross_entropy")),
    Wrong(
        "ex1_9-lbfgs",
        "wrong-objective",
        Edit("c * (z - x).pow(2).sum() + F", "(z - x).pow(2).sum() + c * F"),
    ),
    Right(
        "ex1_9-lbfgs",
        "by-projected-descent",
        """
def lbfgs(model, x, target, c):
    import numpy as np
    from scipy.optimize import fmin_l_bfgs_b

    def both(flat):
        with torch.enable_grad():
            z = torch.from_numpy(np.array(flat)).to(x.dtype).view_as(x).requires_grad_()
            value = F.nll_loss(F.log_softmax(model(z), 1), target) + c * ((x - z) ** 2).sum()
            return float(value.detach()), torch.autograd.grad(value, z)[0].numpy().ravel().astype(float)

    best, _, _ = fmin_l_bfgs_b(both, x.numpy().ravel().astype(float), factr=10, pgtol=1e-9,
                               bounds=[(0.0, 1.0)] * x.numel())
    return torch.as_tensor(best.reshape(x.shape), dtype=x.dtype)
""",
    ),
    # 1.10: universal
    Wrong(
        "ex1_10-universal",
        "one-each",
        Edit("torch.zeros_like(x[:1])", "torch.zeros_like(x)")
        + Edit("x[batch] + delta", "x[batch] + delta[batch]"),
    ),
    Wrong("ex1_10-universal", "outside-ball", Edit(".clamp(-epsilon, epsilon)", "")),
    Wrong("ex1_10-universal", "wrong-sign", Edit("+ step_size", "- step_size")),
    Wrong("ex1_10-universal", "ignores-generator", Edit("generator=generator", "")),
    Right(
        "ex1_10-universal",
        "by-module",
        """
def universal(model, x, y, epsilon, *, generator, epochs=5, batch_size=50, step_size=0.05):
    pattern = torch.zeros(1, *x.shape[1:], dtype=x.dtype)
    for _ in range(2 * epochs):
        order = torch.randperm(x.shape[0], generator=generator)
        for k in range(0, len(order), batch_size):
            part = order[k:k + batch_size]

            def hurt(p, part=part):
                return F.cross_entropy(model(torch.clamp(x[part] + p, 0, 1)), y[part])

            pattern = pattern + step_size * torch.sign(torch.func.grad(hurt)(pattern))
            pattern = torch.clamp(pattern, -epsilon, epsilon)
    return pattern.detach()
""",
    ),
    # 1.11: sticker
    Wrong(
        "ex1_11-sticker",
        "outside-range",
        Edit("torch.sigmoid(v), generator", "v, generator")
        + Edit("return torch.sigmoid(v)", "return v"),
    ),
    Wrong("ex1_11-sticker", "wrong-sign", Edit("grad(F.cross", "grad(-F.cross")),
    Wrong(
        "ex1_11-sticker",
        "ignores-generator",
        Edit("torch.sigmoid(v), generator)", "torch.sigmoid(v), torch.Generator())")
        + Edit("(64,), generator=generator)", "(64,))"),
    ),
    Right(
        "ex1_11-sticker",
        "by-clamped-steps",
        """
def sticker(model, x, target, place, *, generator, size=12, steps=100, lr=0.1):
    patch = torch.full((1, size, size), 0.5)
    for _ in range(2 * steps):
        some = x[torch.randint(0, x.shape[0], (64,), generator=generator)]
        patch = patch.detach().requires_grad_(True)
        score = torch.log_softmax(model(place(some, patch, generator)), 1)[:, target].mean()
        (slope,) = torch.autograd.grad(score, patch)
        patch = (patch + 0.3 * lr * slope.sign()).clamp(0, 1)
    return patch.detach()
""",
    ),
]
