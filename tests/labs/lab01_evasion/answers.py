"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    Wrong(
        "ex1_1-worst_margin",
        "wrong-sign",
        Edit("margin - epsilon", "margin + epsilon"),
        seen="visible",
    ),
    Wrong(
        "ex1_1-worst_margin",
        "same-norm",
        Edit(' if norm == "linf" else w.norm()', ""),
        seen="visible",
    ),
    Wrong(
        "ex1_1-worst_margin",
        "largest-weight",
        Edit("w.abs().sum()", "w.abs().max()"),
        seen="visible",
    ),
    Wrong(
        "ex1_1-worst_margin",
        "stops-at-zero",
        Edit("margin - epsilon * dual_norm", "(margin - epsilon * dual_norm).clamp_min(0)"),
        seen="visible",
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
    Wrong(
        "ex1_1-in_box",
        "ignores-box",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    return side(y) * (x @ w + b) - epsilon * w.abs().sum()
""",
        seen="visible",
    ),
    Wrong(
        "ex1_1-in_box",
        "wrong-room",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    room = torch.minimum(x, 1 - x).clamp(max=epsilon)
    return side(y) * (x @ w + b) - (w.abs() * room).sum(1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_1-in_box",
        "one-class",
        Edit("epsilon * side(y)[:, None] * w", "epsilon * w"),
        seen="visible",
    ),
    Wrong(
        "ex1_1-in_box",
        "wrong-room",
        Edit(
            "x - epsilon * side(y)[:, None] * w.sign()", "x + epsilon * side(y)[:, None] * w.sign()"
        ),
        seen="visible",
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
    Wrong("ex1_2-fgsm", "no-sign", Edit("gradient.sign()", "gradient"), seen="visible"),
    Wrong("ex1_2-fgsm", "wrong-sign", Edit("x + epsilon", "x - epsilon"), seen="visible"),
    Wrong("ex1_2-fgsm", "no-clip", Edit(".clamp(0, 1)", ""), seen="visible"),
    Wrong(
        "ex1_2-fgsm",
        "gradient-left",
        """
def fgsm(model, x, y, epsilon):
    z = x.detach().clone().requires_grad_(True)
    F.cross_entropy(model(z), y).backward()
    return (x + epsilon * z.grad.sign()).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_2-fgsm",
        "wrong-loss",
        Edit("F.cross_entropy(model(z), y)", "F.cross_entropy(model(z), model(z).argmax(1))"),
        seen="visible",
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
    Wrong(
        "ex1_3-project",
        "moves-inside",
        Edit("length = (z - x).flatten(1).norm(dim=1)", "length = (z - x).norm().expand(len(x))"),
        seen="visible",
    ),
    Wrong("ex1_3-project", "moves-inside", Edit(".clamp(max=1)", ""), seen="visible"),
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
        seen="visible",
    ),
    Wrong(
        "ex1_3-project",
        "outside-ball",
        Edit('if norm == "linf":', 'if norm in ("linf", "l2"):'),
        seen="visible",
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
    Wrong(
        "ex1_3-pgd",
        "no-random-start",
        Edit("z = project(x + noise, x, epsilon, norm)", "z = x.clone()"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "wrong-sign",
        Edit("here.detach() + step_size", "here.detach() - step_size"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "wrong-step",
        Edit(
            "F.normalize(gradient.flatten(1), dim=1).reshape(here.shape)",
            "gradient / gradient.norm()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "project-once",
        Edit(
            "moved = project(here.detach() + step_size * direction, x[left], epsilon, norm)",
            "moved = here.detach() + step_size * direction",
        )
        + Edit("    return z.detach()", "    return project(z.detach(), x, epsilon, norm)"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "ignores-generator",
        Edit("generator=generator, dtype", "dtype"),
        seen="visible",
    ),
    Wrong("ex1_3-pgd", "no-early-stop", Edit("if early_stop:", "if False:"), seen="visible"),
    Wrong("ex1_3-pgd", "always-stops", Edit("if early_stop:", "if True:"), seen="visible"),
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
        seen="visible",
    ),
    Wrong(
        "ex1_3-restarts",
        "attacks-wrong",
        Edit("(~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]", "torch.arange(len(x))"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-restarts",
        "keeps-failures",
        Edit("x_adv[left[fooled]] = candidate[fooled]", "x_adv[left] = candidate"),
        seen="visible",
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
    Wrong(
        "ex1_4-targeted",
        "wrong-sign",
        Edit("return -cross_entropy(logits, labels)", "return cross_entropy(logits, labels)"),
        seen="visible",
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
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "moves-fooled",
        """
def targeted(model, x, target, epsilon, attack):
    return attack(model, x, target, epsilon, loss=lambda logits, t: -cross_entropy(logits, t))
""",
        seen="visible",
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
    Wrong(
        "ex1_5-box",
        "outside-range",
        Edit("(torch.tanh(v) + 1) / 2", "torch.tanh(v)"),
        seen="visible",
    ),
    Wrong("ex1_5-box", "not-finite", Edit(" * (1 - 1e-5)", ""), seen="visible"),
    Wrong(
        "ex1_5-box",
        "wrong-formula",
        Edit("(torch.tanh(v) + 1) / 2", "torch.sigmoid(v)"),
        seen="visible",
    ),
    Wrong(
        "ex1_5-box",
        "no-inverse",
        Edit("(2 * x - 1) * (1 - 1e-5)", "(2 * x - 1) * 0.9"),
        seen="visible",
    ),
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
        seen="visible",
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
        seen="visible",
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
        seen="visible",
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
    Wrong(
        "ex1_7-diagnose",
        "accuses-innocent",
        Edit("silent.float().mean() > 0.5", "gradient.abs().mean() < 1e-2"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "misses-flat",
        Edit('((margin, "flat"), (cross', "((cross") + Edit('"saturated"))', '"saturated"),)'),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "misses-noise",
        Edit("torch.equal(", "torch.allclose(") + Edit("model(x))", "model(x), atol=0.5)"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "not-half",
        Edit("silent.float().mean() > 0.5", "silent.any()"),
        seen="visible",
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
    Wrong(
        "ex1_7-attack_anyway",
        "same-loss",
        Edit("-margin(logits, y))", "cross_entropy(logits, y))"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway", "no-transfer", Edit("(model, surrogate)", "(model,)"), seen="visible"
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "same-loss",
        Edit("(model, surrogate)", "(surrogate,)"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "over-budget",
        Edit("(model, surrogate)", "(model, surrogate) * 4"),
        seen="visible",
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
    Wrong(
        "ex1_10-universal",
        "one-each",
        Edit("torch.zeros_like(x[:1])", "torch.zeros_like(x)")
        + Edit("x[batch] + delta", "x[batch] + delta[batch]"),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal", "outside-ball", Edit(".clamp(-epsilon, epsilon)", ""), seen="visible"
    ),
    Wrong("ex1_10-universal", "wrong-sign", Edit("+ step_size", "- step_size"), seen="visible"),
    Wrong("ex1_10-universal", "ignores-generator", Edit("generator=generator", ""), seen="visible"),
    Right(
        "ex1_10-universal",
        "by-module",
        """
def universal(model, x, y, epsilon, *, generator, epochs=8, batch_size=50, step_size=0.05):
    pattern = torch.zeros(1, *x.shape[1:], dtype=x.dtype)
    for _ in range(epochs):
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
    Wrong(
        "ex1_11-sticker",
        "outside-range",
        Edit("torch.sigmoid(v), generator", "v, generator")
        + Edit("return torch.sigmoid(v)", "return v"),
        seen="visible",
    ),
    Wrong("ex1_11-sticker", "wrong-sign", Edit("grad(F.cross", "grad(-F.cross"), seen="visible"),
    Wrong(
        "ex1_11-sticker",
        "ignores-generator",
        Edit("(64,), generator=generator)", "(64,))"),
        seen="visible",
    ),
    Right(
        "ex1_11-sticker",
        "by-clamped-steps",
        """
def sticker(model, x, target, place, *, generator, size=12, steps=100, lr=0.1):
    patch = torch.full((1, size, size), 0.5)
    for _ in range(steps):
        some = x[torch.randint(0, x.shape[0], (64,), generator=generator)]
        patch = patch.detach().requires_grad_(True)
        score = torch.log_softmax(model(place(some, patch, generator)), 1)[:, target].mean()
        (slope,) = torch.autograd.grad(score, patch)
        patch = (patch + 0.5 * lr * slope.sign()).clamp(0, 1)
    return patch.detach()
""",
    ),
    # hint 3 of each exercise, written out
    Right(
        "ex1_1-worst_margin",
        "hint-3",
        """
def worst_margin(margin, w, epsilon, norm):
    if norm == "linf":
        return margin - epsilon * w.abs().sum()
    return margin - epsilon * w.norm()
""",
    ),
    Right(
        "ex1_1-in_box",
        "hint-3",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    moved = (x - epsilon * side(y)[:, None] * w.sign()).clamp(0, 1)
    return side(y) * (moved @ w + b)
""",
    ),
    Right(
        "ex1_2-fgsm",
        "hint-3",
        """
def fgsm(model, x, y, epsilon):
    z = x.detach().clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(z), y), z)
    return (x + epsilon * gradient.sign()).clamp(0, 1)
""",
    ),
    Right(
        "ex1_3-project",
        "hint-3",
        """
def project(z, x, epsilon, norm):
    if norm == "linf":
        return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    length = (z - x).flatten(1).norm(dim=1)
    factor = (epsilon / length.clamp_min(1e-12)).clamp(max=1)
    factor = factor.reshape(-1, *[1] * (x.dim() - 1))
    return (x + factor * (z - x)).clamp(0, 1)
""",
    ),
    Right(
        "ex1_3-project",
        "guarded",
        """
def project(z, x, epsilon, norm):
    move = z - x
    if norm == "l2":
        length = (move.flatten(1).norm(dim=1) + 1e-8).reshape(-1, *[1] * (x.dim() - 1))
        move = move * torch.minimum(torch.ones_like(length), epsilon / length)
    else:
        move = torch.maximum(torch.minimum(move, torch.full_like(move, epsilon)),
                             torch.full_like(move, -epsilon))
    return (x + move).clamp(0, 1)
""",
    ),
    Right(
        "ex1_3-project",
        "torch-renorm",
        """
def project(z, x, epsilon, norm):
    move = z - x
    move = move.clamp(-epsilon, epsilon) if norm == "linf" else move.renorm(2, 0, epsilon)
    return (x + move).clamp(0, 1)
""",
    ),
    Right(
        "ex1_3-pgd",
        "hint-3",
        """
def pgd(model, x, y, epsilon, *, project, generator, norm="linf", steps=40, step_size=0.02,
        loss=cross_entropy, early_stop=True):
    noise = epsilon * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1)
    if norm == "l2":
        noise = noise / x[0].numel() ** 0.5
    z = project(x + noise, x, epsilon, norm)
    left = torch.arange(len(x))
    for _ in range(steps):
        here = z[left].detach().requires_grad_(True)
        logits = model(here)
        (gradient,) = torch.autograd.grad(loss(logits, y[left]).sum(), here)
        if norm == "linf":
            direction = gradient.sign()
        else:
            direction = F.normalize(gradient.flatten(1), dim=1).reshape(here.shape)
        moved = project(here.detach() + step_size * direction, x[left], epsilon, norm)
        if early_stop:
            keep = logits.argmax(1) == y[left]
            left, moved = left[keep], moved[keep]
            if len(left) == 0:
                break
        z[left] = moved
    return z.detach()
""",
    ),
    Right(
        "ex1_3-restarts",
        "hint-3",
        """
def with_restarts(model, x, y, attack, restarts):
    x_adv = x.clone()
    left = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    for _ in range(restarts):
        if len(left):
            candidate = attack(model, x[left], y[left])
            fooled = evaluation.is_wrong(model, candidate, y[left])
            x_adv[left[fooled]] = candidate[fooled]
            left = left[~fooled]
    return x_adv
""",
    ),
    Right(
        "ex1_4-targeted",
        "hint-3",
        """
def targeted(model, x, target, epsilon, attack):
    x_adv = attack(model, x, target, epsilon, loss=lambda logits, t: -cross_entropy(logits, t))
    there = model(x).argmax(1) == target
    return torch.where(there.reshape(-1, *[1] * (x.dim() - 1)), x, x_adv)
""",
    ),
    Right(
        "ex1_5-box",
        "hint-3",
        """
def to_box(v):
    return (torch.tanh(v) + 1) / 2


def from_box(x):
    return torch.atanh((2 * x - 1) * (1 - 1e-5))
""",
    ),
    Right(
        "ex1_6-by_attack",
        "hint-3",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    accuracies = []
    left = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    for epsilon in epsilons:
        if len(left):
            left = left[~evaluation.is_wrong(model, attack(model, x[left], y[left], epsilon), y[left])]
        accuracies.append(len(left) / len(x))
    return accuracies
""",
    ),
    Right(
        "ex1_7-diagnose",
        "hint-3",
        """
def diagnose(model, x, y, margin):
    if (model(x) != model(x)).any():
        return "noise"
    for measure, verdict in ((margin, "flat"), (cross_entropy, "saturated")):
        z = x.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(measure(model(z), y).sum(), z)
        silent = gradient.flatten(1).abs().amax(1) == 0
        if silent.float().mean() > 0.5:
            return verdict
    return "none"
""",
    ),
    Right(
        "ex1_7-attack_anyway",
        "hint-3",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    def mean_margin(points):
        with torch.no_grad():
            return torch.stack([margin(model(points), y) for _ in range(5)]).mean(0)

    best, lowest = x, mean_margin(x)
    for victim in (model, surrogate):
        points = attack(victim, x, y, epsilon, loss=lambda logits, y: -margin(logits, y))
        reached = mean_margin(points)
        better = reached < lowest
        best = torch.where(better.reshape(-1, *[1] * (x.dim() - 1)), points, best)
        lowest = torch.where(better, reached, lowest)
    return best
""",
    ),
    Right(
        "ex1_10-universal",
        "hint-3",
        """
def universal(model, x, y, epsilon, *, generator, epochs=8, batch_size=50, step_size=0.05):
    delta = torch.zeros_like(x[:1])
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            delta.requires_grad_(True)
            loss = F.cross_entropy(model((x[batch] + delta).clamp(0, 1)), y[batch])
            (gradient,) = torch.autograd.grad(loss, delta)
            delta = (delta.detach() + step_size * gradient.sign()).clamp(-epsilon, epsilon)
    return delta.detach()
""",
    ),
    Right(
        "ex1_11-sticker",
        "hint-3",
        """
def sticker(model, x, target, place, *, generator, size=12, steps=100, lr=0.1):
    v = torch.zeros(1, size, size, requires_grad=True)
    optimizer = torch.optim.Adam([v], lr=lr)
    goal = torch.full((64,), target)
    for _ in range(steps):
        batch = torch.randint(0, len(x), (64,), generator=generator)
        seen = place(x[batch], torch.sigmoid(v), generator)
        (v.grad,) = torch.autograd.grad(F.cross_entropy(model(seen), goal), v)
        optimizer.step()
    return torch.sigmoid(v).detach()
""",
    ),
    # 1.5 b: the walk
    Right(
        "ex1_5-walk",
        "hint-3",
        """
def walk(model, x, y, c, start, *, margin, to_box, from_box, steps=60, lr=0.1):
    v = from_box(start).detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([v], lr=lr)
    best = x.clone()
    best_far = torch.full((len(x),), torch.inf)
    for _ in range(steps):
        z = to_box(v)
        m = margin(model(z), y)
        far = (z - x).flatten(1).pow(2).sum(1)
        better = (m < 0) & (far < best_far)
        best[better] = z.detach()[better]
        best_far[better] = far.detach()[better]
        (v.grad,) = torch.autograd.grad((far + c * m.clamp_min(0)).sum(), v)
        optimizer.step()
    return best
""",
    ),
    Right(
        "ex1_5-walk",
        "by-lists",
        """
def walk(model, x, y, c, start, *, margin, to_box, from_box, steps=60, lr=0.1):
    v = torch.nn.Parameter(from_box(start).detach().clone())
    adam = torch.optim.Adam([v], lr=lr)
    seen = [(float("inf"), image) for image in x]
    for _ in range(steps):
        adam.zero_grad()
        z = to_box(v)
        gap = margin(model(z), y)
        square = ((z - x) ** 2).flatten(1).sum(dim=1)
        for i, (g, s) in enumerate(zip(gap.tolist(), square.tolist(), strict=True)):
            if g < 0 and s < seen[i][0]:
                seen[i] = (s, z[i].detach().clone())
        v.grad = torch.autograd.grad(square.sum() + torch.dot(c, torch.relu(gap)), v)[0]
        adam.step()
    return torch.stack([point for _, point in seen])
""",
    ),
    Wrong(
        "ex1_5-walk",
        "not-fooled",
        Edit("(m < 0) & (far < best_far)", "(far < best_far) & (far > 0)"),
        seen="visible",
    ),
    Wrong(
        "ex1_5-walk",
        "not-fooled",
        Edit("c * m.clamp_min(0)", "c * (-m).clamp_min(0)"),
        seen="visible",
    ),
    Wrong(
        "ex1_5-walk",
        "too-far",
        Edit("(m < 0) & (far < best_far)", "(m < 0) & best_far.isinf()"),
        seen="visible",
    ),
    Wrong("ex1_5-walk", "not-fooled", Edit("from_box(start)", "from_box(x)"), seen="visible"),
    Wrong(
        "ex1_5-walk",
        "one-c",
        Edit("c * m.clamp_min(0)", "c.mean() * m.clamp_min(0)"),
        seen="visible",
    ),
    Wrong(
        "ex1_5-walk",
        "keeps-failures",
        Edit(
            "return best", "return torch.where(best_far.isinf().reshape(shape), z.detach(), best)"
        ),
        seen="visible",
    ),
    Wrong("ex1_5-walk", "ignores-lr", Edit("lr=lr", "lr=0.01"), seen="hidden"),
    Wrong("ex1_5-walk", "wrong-steps", Edit("range(steps)", "range(80)"), seen="visible"),
    # further slips
    Wrong("ex1_1-worst_margin", "no-abs", Edit("w.abs().sum()", "w.sum()"), seen="visible"),
    Wrong(
        "ex1_1-worst_margin", "wrong-norm", Edit("w.norm()", "w.norm() ** 2 / 5"), seen="visible"
    ),
    Wrong("ex1_2-fgsm", "wrong-step", Edit("epsilon * gradient", "0.1 * gradient"), seen="visible"),
    Wrong("ex1_2-fgsm", "no-clip", Edit(".clamp(0, 1)", ".clamp_min(0)"), seen="visible"),
    Wrong(
        "ex1_3-project",
        "outside-ball",
        """
def project(z, x, epsilon, norm):
    return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-project",
        "not-finite",
        """
def project(z, x, epsilon, norm):
    move = z - x
    if norm == "linf":
        return (x + move.clamp(-epsilon, epsilon)).clamp(0, 1)
    length = move.flatten(1).norm(dim=1).reshape(-1, *[1] * (x.dim() - 1))
    return (x + move / length * length.clamp(max=epsilon)).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-project",
        "no-clip",
        Edit("(x + factor * (z - x)).clamp(0, 1)", "(x + factor * (z - x))"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "ignores-loss",
        Edit("loss(logits, y[left])", "cross_entropy(logits, y[left])"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-restarts", "ignores-restarts", Edit("range(restarts)", "range(3)"), seen="visible"
    ),
    Wrong(
        "ex1_4-targeted",
        "outside-ball",
        Edit("target, epsilon, loss", "target, 0.4, loss"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "not-half",
        Edit("silent.float().mean() > 0.5", "silent.all()"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "wrong-sign",
        Edit("-margin(logits, y))", "margin(logits, y))"),
        seen="visible",
    ),
    Wrong("ex1_7-attack_anyway", "one-draw", Edit("range(5)", "range(1)"), seen="visible"),
    Wrong("ex1_10-universal", "wrong-steps", Edit("range(epochs)", "range(8)"), seen="visible"),
    Wrong("ex1_10-universal", "wrong-steps", Edit("+ step_size * ", "+ 0.05 * "), seen="visible"),
    Wrong(
        "ex1_11-sticker",
        "same-places",
        Edit("torch.sigmoid(v), generator)", "torch.sigmoid(v), torch.Generator().manual_seed(0))"),
        seen="visible",
    ),
    Wrong("ex1_11-sticker", "wrong-steps", Edit("range(steps)", "range(100)"), seen="visible"),
    Wrong("ex1_11-sticker", "ignores-lr", Edit("lr=lr", "lr=0.1"), seen="visible"),
    Wrong("ex1_1-in_box", "no-bias", Edit("(moved @ w + b)", "(moved @ w)"), seen="visible"),
    Wrong(
        "ex1_3-pgd",
        "one-sided",
        Edit(
            "(2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1)",
            "torch.rand(x.shape, generator=generator, dtype=x.dtype)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "one-gradient",
        Edit(
            "logits = model(here)",
            "here = x[left].detach().requires_grad_(True)\n        logits = model(here)",
        )
        + Edit("here.detach() +", "z[left].detach() +"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "outside-ball",
        Edit("noise = noise / x[0].numel() ** 0.5", "pass"),
        seen="visible",
    ),
    Wrong("ex1_3-pgd", "not-worst", Edit("range(steps)", "range(min(steps, 12))"), seen="hidden"),
    Wrong(
        "ex1_6-by_attack", "wrong-share", Edit("len(left) / len(x)", "len(left) / 4"), seen="hidden"
    ),
    Wrong(
        "ex1_10-universal",
        "no-shuffle",
        Edit("torch.randperm(len(x), generator=generator)", "torch.arange(len(x))"),
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "ignores-target",
        Edit("target, epsilon, loss=nearness", "model(x).argmax(1), epsilon, loss=nearness"),
        seen="visible",
    ),
    # what a later reader wrote
    Wrong(
        "ex1_1-worst_margin",
        "input-modified",
        """
def worst_margin(margin, w, epsilon, norm):
    margin -= epsilon * (w.abs().sum() if norm == "linf" else w.norm())
    return margin
""",
        seen="visible",
    ),
    Wrong(
        "ex1_1-worst_margin",
        "too-pessimistic",
        Edit("w.abs().sum()", "7 * w[0] / 3"),
        seen="hidden",
    ),
    Right(
        "ex1_1-worst_margin",
        "lists-in-float32",
        """
def worst_margin(margin, w, epsilon, norm):
    size = sum(abs(v) for v in w.tolist())
    if norm == "l2":
        size = sum(v * v for v in w.tolist()) ** 0.5
    return torch.tensor([m - epsilon * size for m in margin.tolist()])
""",
    ),
    Wrong(
        "ex1_1-in_box",
        "input-modified",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    x.add_(-epsilon * side(y)[:, None] * w.sign()).clamp_(0, 1)
    return side(y) * (x @ w + b)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_1-in_box",
        "wrong-room",
        """
def worst_margin_in_box(x, y, w, b, epsilon):
    pull = side(y)[:, None] * w
    whole = torch.where(pull > 0, x >= epsilon, x <= 1 - epsilon)
    return side(y) * (x @ w + b) - (epsilon * pull.abs() * whole).sum(1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_2-fgsm",
        "wrong-loss",
        """
def fgsm(model, x, y, epsilon):
    z = x.clone().requires_grad_(True)
    own = model(z).gather(1, y[:, None]).sum()
    return (x - epsilon * torch.autograd.grad(own, z)[0].sign()).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-project",
        "box-first",
        """
def project(z, x, epsilon, norm):
    move = z.clamp(0, 1) - x
    if norm == "linf":
        return x + move.clamp(-epsilon, epsilon)
    size = move.flatten(1).norm(dim=1).clamp_min(1e-12).reshape(-1, *[1] * (x.dim() - 1))
    return x + move * (epsilon / size).clamp(max=1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-project",
        "not-finite",
        """
def project(z, x, epsilon, norm):
    move = z - x
    if norm == "linf":
        return (x + move.clamp(-epsilon, epsilon)).clamp(0, 1)
    size = move.flatten(1).norm(dim=1).reshape(-1, *[1] * (x.dim() - 1))
    return (x + move * epsilon / size.clamp_min(epsilon)).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "one-noise",
        Edit("torch.rand(x.shape, gen", "torch.rand(x.shape[1:], gen"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "start-too-near",
        Edit("noise / x[0].numel() ** 0.5", "noise / x.numel() ** 0.5"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "corners",
        Edit("noise = epsilon * (2 * torch.rand(", "noise = epsilon * torch.sign(2 * torch.rand("),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "wrong-centre",
        Edit("direction, x[left], epsilon", "direction, here.detach(), epsilon"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "stops-late",
        Edit(
            "left, moved = left[right], moved[right]",
            "z[left] = moved\n            left, moved = left[right], moved[right]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "stops-late",
        Edit(
            "right = logits.argmax(1) == y[left]",
            "right = ~evaluation.is_wrong(model, moved, y[left])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_3-restarts",
        "no-stop",
        """
def with_restarts(model, x, y, attack, restarts):
    x_adv = x.clone()
    rest = (~evaluation.is_wrong(model, x, y)).nonzero()[:, 0]
    for _ in range(restarts):
        points = attack(model, x[rest], y[rest])
        wrong = evaluation.is_wrong(model, points, y[rest])
        x_adv[rest[wrong]] = points[wrong]
        rest = rest[~wrong]
    return x_adv
""",
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "one-loss",
        Edit("return -cross_entropy(logits, labels)", "return -F.cross_entropy(logits, labels)"),
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "raw-logit",
        Edit(
            "return -cross_entropy(logits, labels)",
            "return logits.gather(1, labels[:, None])[:, 0]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "drops-failures",
        Edit(
            "there = ~evaluation.is_wrong(model, x, target)",
            "there = ~evaluation.is_wrong(model, x, target) | (model(x_adv).argmax(1) != target)",
        ),
        seen="visible",
    ),
    Right(
        "ex1_4-targeted",
        "by-margin",
        """
def targeted(model, x, target, epsilon, attack):
    def lead(logits, labels):
        one = torch.nn.functional.one_hot(labels, logits.shape[1])
        return (one * logits).sum(1) - (logits - 1e6 * one).amax(1)

    result = attack(model, x, target, epsilon, loss=lead)
    same = model(x).argmax(1) == target
    return torch.where(same.reshape(-1, *[1] * (x.dim() - 1)), x, result)
""",
    ),
    Wrong(
        "ex1_5-box",
        "input-modified",
        Edit(
            "return torch.atanh((2 * x - 1) * (1 - 1e-5))",
            "return torch.atanh(2 * x.clamp_(1e-5, 1 - 1e-5) - 1)",
        ),
        seen="visible",
    ),
    Wrong("ex1_5-walk", "too-far", Edit("(m < 0) & (far < best_far)", "m < 0"), seen="visible"),
    Wrong(
        "ex1_7-diagnose",
        "not-half",
        Edit("silent.float().mean() > 0.5", "silent.float().mean() >= 0.5"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "part-of-image",
        Edit("silent = gradient.flatten(1).abs().amax(1) == 0", "silent = gradient == 0"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "part-of-image",
        Edit(
            "silent = gradient.flatten(1).abs().amax(1) == 0",
            "silent = gradient.flatten(1).sum(1) == 0",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "misses-noise",
        Edit(
            "    with torch.no_grad():\n        if not torch.equal(model(x), model(x)):\n            return",
            "    if isinstance(model, models.Noisy):\n            return",
        ),
        seen="hidden",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "whole-batch",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    tries = [attack(v, x, y, epsilon, loss=lambda logits, y: -margin(logits, y))
             for v in (model, surrogate)]
    worth = [sum(margin(model(t), y).mean().item() for _ in range(5)) for t in tries]
    return tries[worth.index(min(worth))]
""",
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "whole-batch",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    flat = diagnose(model, x, y, margin) == "flat"
    return attack(surrogate if flat else model, x, y, epsilon,
                  loss=lambda logits, y: -margin(logits, y))
""",
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "ignores-box",
        Edit("(x[batch] + delta).clamp(0, 1)", "x[batch] + delta"),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "clamps-late",
        Edit(".clamp(-epsilon, epsilon)", "")
        + Edit("return delta.detach()", "return delta.detach().clamp(-epsilon, epsilon)"),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "not-every-image",
        Edit(
            "torch.randperm(len(x), generator=generator)",
            "torch.randint(len(x), (len(x),), generator=generator)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "one-order",
        Edit(
            "    for _ in range(epochs):",
            "    order = torch.randperm(len(x), generator=generator)\n    for _ in range(epochs):",
        )
        + Edit("in torch.randperm(len(x), generator=generator).split", "in order.split"),
        seen="visible",
    ),
    Wrong(
        "ex1_11-sticker",
        "wrong-batch",
        Edit("torch.randint(0, len(x), (64,)", "torch.randint(0, len(x), (len(x),)")
        + Edit("torch.full((64,), target)", "torch.full((len(x),), target)"),
        seen="visible",
    ),
    Wrong(
        "ex1_11-sticker",
        "one-batch",
        Edit("x[batch]", "x[:64]"),
        seen="visible",
    ),
    Wrong(
        "ex1_1-worst_margin",
        "towards-zero",
        Edit("epsilon * dual_norm", "epsilon * dual_norm * margin.sign()"),
        seen="visible",
    ),
    Wrong("ex1_1-in_box", "ignores-box", Edit(".clamp(0, 1)", ".clamp_min(0)"), seen="visible"),
    Wrong(
        "ex1_3-project",
        "wrong-shape",
        """
def project(z, x, epsilon, norm):
    move = z - x
    if norm == "linf":
        return (x + move.clamp(-epsilon, epsilon)).clamp(0, 1)
    length = move.flatten(1).norm(dim=1).clamp_min(1e-12)
    return (x + (epsilon / length).clamp(max=1).reshape(-1, 1, 1, 1) * move).clamp(0, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "not-finite",
        Edit(
            "F.normalize(gradient.flatten(1), dim=1).reshape(here.shape)",
            "gradient / gradient.flatten(1).norm(dim=1).reshape(-1, *[1] * (x.dim() - 1))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "loss-for-gradient",
        """
def diagnose(model, x, y, margin):
    if not torch.equal(model(x), model(x)):
        return "noise"
    z = x.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(margin(model(z), y).sum(), z)
    if (slope == 0).flatten(1).all(1).float().mean() > 0.5:
        return "flat"
    saturated = (cross_entropy(model(x), y) == 0).float().mean() > 0.5
    return "saturated" if saturated else "none"
""",
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "only-surrogate",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    verdict = diagnose(model, x, y, margin)
    victim = surrogate if verdict in ("noise", "flat") else model
    tried = attack(victim, x, y, epsilon, loss=lambda logits, y: -margin(logits, y))
    worth = [sum(margin(model(p), y) for _ in range(5)).detach() / 5 for p in (x, tried)]
    return torch.where((worth[1] < worth[0]).reshape(-1, *[1] * (x.dim() - 1)), tried, x)
""",
        seen="visible",
    ),
    Right(
        "ex1_7-attack_anyway",
        "averaged-victim",
        """
def attack_anyway(model, surrogate, x, y, epsilon, *, attack, margin):
    def averaged(z):
        return torch.stack([model(z) for _ in range(5)]).mean(0)

    def falling(logits, labels):
        return -margin(logits, labels)

    tried = [x] + [attack(v, x, y, epsilon, loss=falling) for v in (averaged, surrogate)]
    with torch.no_grad():
        worth = torch.stack([margin(averaged(point), y) for point in tried])
    return torch.stack(tried)[worth.argmin(0), torch.arange(len(x))]
""",
    ),
    Wrong(
        "ex1_5-walk",
        "no-box-maps",
        Edit("from_box(start)", "start") + Edit("to_box(v)", "v.clamp(0, 1)"),
        seen="visible",
    ),
    Wrong("ex1_5-walk", "not-adam", Edit("optim.Adam", "optim.SGD"), seen="visible"),
    Wrong("ex1_5-walk", "not-squared", Edit(".pow(2).sum(1)", ".norm(dim=1)"), seen="visible"),
    Wrong(
        "ex1_6-by_attack",
        "carries-on",
        """
def accuracy_by_attack(model, x, y, epsilons, attack):
    right = ~evaluation.is_wrong(model, x, y)
    total, x, y, shares = len(x), x[right], y[right], []
    for epsilon in epsilons:
        if len(x):
            x = attack(model, x, y, epsilon)
            stands = ~evaluation.is_wrong(model, x, y)
            x, y = x[stands], y[stands]
        shares.append(len(x) / total)
    return shares
""",
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "random-start",
        Edit(
            "torch.zeros_like(x[:1])",
            "epsilon * (2 * torch.rand(x[:1].shape, generator=generator) - 1)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "wrong-steps",
        Edit("gradient.sign()", "gradient / gradient.abs().max()"),
        seen="visible",
    ),
    Wrong(
        "ex1_2-fgsm",
        "moves-silent",
        Edit("gradient.sign()", "(2.0 * (gradient > 0) - 1)"),
        seen="visible",
    ),
    Wrong("ex1_2-fgsm", "wrong-loss", Edit("model(z)", "model(z).softmax(1)"), seen="visible"),
    Wrong("ex1_3-project", "input-modified", Edit("z.clamp(x", "z.clamp_(x"), seen="visible"),
    Wrong(
        "ex1_3-pgd",
        "wrong-step",
        Edit("gradient.flatten(1), dim=1).reshape(here.shape)", "gradient, dim=1)"),
        seen="visible",
    ),
    Wrong(
        "ex1_3-pgd",
        "outside-ball",
        Edit("x[0].numel() ** 0.5", "x.shape[1] ** 0.5"),
        seen="visible",
    ),
    Wrong("ex1_3-pgd", "wrong-rows", Edit("x[left], epsilon", "x, epsilon"), seen="visible"),
    Wrong("ex1_3-pgd", "wrong-rows", Edit("y[left]", "y[: len(left)]"), seen="visible"),
    Right(
        "ex1_3-pgd",
        "by-keyword",
        Edit("project(x + noise, x, epsilon", "project(z=x + noise, x=x, epsilon=epsilon")
        + Edit("epsilon=epsilon, norm)", "epsilon=epsilon, norm=norm)"),
    ),
    Wrong(
        "ex1_3-restarts",
        "carries-on",
        Edit("x_adv = x.clone()", "x_adv, tries = x.clone(), x.clone()")
        + Edit(
            "candidate = attack(model, x[left], y[left])",
            "candidate = tries[left] = attack(model, tries[left], y[left])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_3-restarts",
        "keeps-nothing",
        Edit("x_adv[left[fooled]]", "x_adv[left][fooled]"),
        seen="visible",
    ),
    Wrong(
        "ex1_4-targeted",
        "wrong-broadcast",
        Edit("there.reshape(-1, *[1] * (x.dim() - 1))", "there[:, None]"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "part-of-image",
        Edit("gradient.flatten(1).abs().amax(1)", "gradient.abs().amax(1)"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-diagnose",
        "loss-for-gradient",
        Edit(".amax(1) == 0", ".amax(1) < 1e-8"),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway", "luckiest-call", Edit(".mean(0)", ".min(0).values"), seen="visible"
    ),
    Wrong(
        "ex1_5-box",
        "input-modified",
        Edit("(torch.tanh(v) + 1) / 2", "v.tanh_().add(1) / 2"),
        seen="visible",
    ),
    Wrong("ex1_5-walk", "not-below-zero", Edit("(m < 0)", "(m <= 0)"), seen="visible"),
    Wrong(
        "ex1_10-universal",
        "wrong-loss",
        Edit(
            "F.cross_entropy(model((x[batch] + delta).clamp(0, 1))",
            "F.cross_entropy(model((x[batch] + delta).clamp(0, 1)).softmax(1)",
        ),
        seen="visible",
    ),
    Right(
        "ex1_11-sticker",
        "by-keyword",
        Edit(
            "place(x[batch], torch.sigmoid(v), generator)",
            "place(x=x[batch], patch=torch.sigmoid(v), generator=generator)",
        ),
    ),
    Wrong(
        "ex1_3-restarts",
        "no-stop",
        Edit("        if len(left) == 0:\n            break\n", "")
        + Edit(
            "left = left[~fooled]",
            "left = left[~fooled]\n        if len(left) == 0:\n            break",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "whole-batch",
        Edit("        lowest = torch.where(better, reached, lowest)\n", ""),
        seen="visible",
    ),
    Wrong(
        "ex1_7-attack_anyway",
        "outside-ball",
        Edit("attack(victim, x, y", "attack(victim, best, y"),
        seen="visible",
    ),
    Wrong(
        "ex1_5-walk",
        "wrong-steps",
        Edit("m, far = margin(model(z), y)", "m, far = margin(model(z) + 0 * model(z), y)"),
        seen="visible",
    ),
    Wrong(
        "ex1_6-by_attack",
        "no-list",
        Edit(
            "        if len(left):\n",
            "        if len(left) == 0:\n            break\n        if len(left):\n",
        ),
        seen="visible",
    ),
    Wrong(
        "ex1_10-universal",
        "labels-apart",
        Edit(
            "for batch in torch.randperm(len(x), generator=generator).split(batch_size):",
            "order = torch.randperm(len(x), generator=generator)\n        for batch in torch.arange(len(x)).split(batch_size):",
        )
        + Edit("x[batch]", "x[order[batch]]"),
        seen="visible",
    ),
]
