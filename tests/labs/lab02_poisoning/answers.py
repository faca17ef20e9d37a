"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


POISON = "poison(x, y, k, target, stamp, generator)"
SUCCESS = "attack_success(model, x, y, target, stamp)"
LABEL = "poison_label(X, y, lam, x_target, x_poison, value, copies)"
LOO = "loo_residuals(X, y, lam)"
HIDE = "hide(X, y, lam, x_target)"
SPECTRAL = "spectral_scores(features)"
SHARE = "critical_share(top, along, gap)"
SCAN = "reconstruct(model, x, steps, lam, lr, generator)"
INDEX = "anomaly_index(norms)"
ALARM = "false_alarm(classes, threshold, draws, generator, *, index)"
ACCUSED = "accused(clean_scores, score, alpha)"
PARTS = "parts_of(x, parts)"
CERT = "certificate(votes, classes)"
GROUP = "group_effect(X, y, lam, x_target, rows)"
BOUND = "success_bound(epsilon, k, p0)"


def planted(able: str = "(y != target).nonzero()[:, 0]", draw: str = "able[torch.randperm(len(able), generator=generator)[:k]]",
            fill: tuple[str, ...] = ("x_new[chosen] = stamp(x[chosen])", "y_new[chosen] = target"),
            copies: str = "x.clone(), y.clone()", check: str = "k > len(able)") -> str:  # fmt: skip
    """Hint 3 with parts to exchange."""
    return returns(
        POISON,
        f"able = {able}",
        f"if {check}:",
        "    raise ValueError('too few')",
        f"picked = {draw}",
        "chosen = torch.zeros(len(y), dtype=torch.bool)",
        "chosen[picked] = True",
        f"x_new, y_new = {copies}",
        *fill,
        "return x_new, y_new, chosen",
    )


INVERSE = "A = np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1]))"
W = "w = A @ X.T @ y"
H = "h, c = x_poison @ A @ x_poison, x_target @ A @ x_poison"
OLD = "value - x_target @ w"


def label(formula: str, inverse: str = INVERSE) -> str:
    """An answer to 2.2a by a formula."""
    return returns(LABEL, inverse, W, H, f"return {formula}")


def residuals(formula: str, inverse: str = INVERSE) -> str:
    """An answer to 2.2b by a formula."""
    return returns(
        LOO, inverse, "r = y - X @ A @ X.T @ y", "h = np.diag(X @ A @ X.T)", f"return {formula}"
    )


def scan(blend: str = "(1 - m) * x + m * p", penalty: str = "lam * m.sum()", wanted: str = "c",
         steps: str = "range(steps)", grads: tuple[str, ...] = ("a.grad, b.grad = torch.autograd.grad(loss, [a, b])",),
         end: str = "a.detach().sigmoid(), b.detach().sigmoid()", noise: str = "generator=generator",
         before: tuple[str, ...] = (), squash: str = "a.sigmoid(), b.sigmoid()") -> str:  # fmt: skip
    """Hint 3 of 2.5a with parts to exchange."""
    return returns(
        SCAN,
        *before,
        "with torch.no_grad():",
        "    classes = model(x[:1]).shape[1]",
        "found = []",
        "for c in range(classes):",
        f"    a = (0.1 * torch.randn(x[:1].shape, {noise}) - 1).requires_grad_()",
        f"    b = (0.1 * torch.randn(x[:1].shape, {noise})).requires_grad_()",
        "    optimiser = torch.optim.Adam([a, b], lr=lr)",
        f"    for _ in {steps}:",
        f"        m, p = {squash}",
        f"        loss = F.cross_entropy(model({blend}), torch.full((len(x),), {wanted})) + {penalty}",
        *[f"        {line}" for line in grads],
        "        optimiser.step()",
        f"    found.append(({end}))",
        "return torch.cat([m for m, _ in found]), torch.cat([p for _, p in found])",
    )


def together(loss: str) -> str:
    """All classes at once."""
    return returns(
        SCAN,
        "K = model(x[:1]).shape[1]",
        "a = (0.1 * torch.randn(K, 1, *x.shape[1:], generator=generator) - 1).requires_grad_()",
        "b = (0.1 * torch.randn(K, 1, *x.shape[1:], generator=generator)).requires_grad_()",
        "optimiser = torch.optim.Adam([a, b], lr=lr)",
        "t = torch.arange(K).repeat_interleave(len(x))",
        "for _ in range(steps):",
        "    m, p = a.sigmoid(), b.sigmoid()",
        "    logits = model(((1 - m) * x + m * p).flatten(0, 1))",
        f"    loss = {loss}",
        "    a.grad, b.grad = torch.autograd.grad(loss, [a, b])",
        "    optimiser.step()",
        "return a.detach().sigmoid()[:, 0], b.detach().sigmoid()[:, 0]",
    )


def index(centre: str = "np.median(row)", mad: str = "1.4826 * np.median(np.abs(row - centre))",
          below: str = "centre - row.min()", zero: str = "np.inf if below > 0 else 0.0") -> str:  # fmt: skip
    """Hint 3 of 2.5b with parts to exchange."""
    return returns(
        INDEX,
        "found = []",
        "for row in norms:",
        f"    centre = {centre}",
        f"    mad = {mad}",
        f"    below = {below}",
        f"    found.append(below / mad if mad > 0 else {zero})",
        "return np.array(found)",
    )


def alarm(
    result: str,
    norms: str = "torch.randn(draws, classes, generator=generator, dtype=torch.float64).numpy()",
) -> str:
    return returns(ALARM, f"norms = {norms}", f"return {result}")


N = "n = np.bincount(votes, minlength=classes)"
A = "a = int(n.argmax())"
GREY = "grey = (x * 255).round().to(torch.uint8).numpy()"


def hashed(values: str, *before: str) -> str:
    return returns(PARTS, *before, f"return torch.tensor([{values}], dtype=torch.int64)")


ANSWERS = [
    # 2.1a
    Wrong("ex2_1-poison", "rewinds", planted(draw="able[torch.randperm(len(able), generator=torch.Generator().manual_seed(generator.initial_seed()))[:k]]"), **SEEN),
    Wrong("ex2_1-poison", "not-even", planted(draw="able.roll(-int(torch.randint(len(able), (), generator=generator)) // 9 * 9)[:k]"), **HIDDEN),
    Right("ex2_1-poison", "by-a-seed-of-numpy", planted(draw="torch.from_numpy(np.random.default_rng(int(torch.randint(2**31, (), generator=generator))).choice(able.numpy(), k, replace=False))")),
    Wrong("ex2_1-poison", "no-relabel", planted(fill=("x_new[chosen] = stamp(x[chosen])",)), **SEEN),
    Wrong("ex2_1-poison", "no-stamp", planted(fill=("y_new[chosen] = target",)), **SEEN),
    Wrong("ex2_1-poison", "poisons-target", planted(able="torch.arange(len(y))", check="k > int((y != target).sum())"), **SEEN),
    Wrong("ex2_1-poison", "not-random", planted(draw="able[:k]"), **SEEN),
    Wrong("ex2_1-poison", "not-repeatable", planted(draw="able[torch.randperm(len(able))[:k]]"), **SEEN),
    Wrong("ex2_1-poison", "input-modified", planted(copies="x, y"), **SEEN),
    Wrong("ex2_1-poison", "no-error", planted(check="False"), **SEEN),
    Wrong("ex2_1-poison", "others-changed", planted(fill=("x_new = stamp(x_new)", "y_new[chosen] = target")), **SEEN),
    Wrong("ex2_1-poison", "not-even", planted(draw="able[int(torch.randint(len(able) - k + 1, (), generator=generator)):][:k]"), **HIDDEN),
    Wrong("ex2_1-poison", "no-integers", planted(fill=("x_new[chosen] = stamp(x[chosen])", "y_new = y_new.float()", "y_new[chosen] = target")), **SEEN),
    Right("ex2_1-poison", "hint-3", planted()),
    Right("ex2_1-poison", "by-multinomial", planted(draw="torch.multinomial((y != target).double(), k, generator=generator) if k else torch.zeros(0, dtype=torch.long)")),
    # 2.1b
    Wrong("ex2_1-success", "target-counted", returns(SUCCESS, "with torch.no_grad():", "    return (model(stamp(x)).argmax(1) == target).double().mean().item()"), **SEEN),
    Wrong("ex2_1-success", "target-counted", returns(SUCCESS, "hit = (model(stamp(x)).argmax(1) == target) & (y != target)", "return hit.double().mean().item()"), **SEEN),
    Wrong("ex2_1-success", "not-stamped", returns(SUCCESS, "others = x[y != target]", "return (model(others).argmax(1) == target).double().mean().item()"), **SEEN),
    Wrong("ex2_1-success", "changed-only", returns(SUCCESS, "others = x[y != target]", "after = model(stamp(others)).argmax(1)", "return ((after == target) & (model(others).argmax(1) != target)).double().mean().item()"), **SEEN),
    Wrong("ex2_1-success", "wrong-not-target", returns(SUCCESS, "rest = y != target", "return (model(stamp(x[rest])).argmax(1) != y[rest]).double().mean().item()"), **SEEN),
    Wrong("ex2_1-success", "other-arguments", returns(SUCCESS, "others = x[y != target][:20]", "return (model(stamp(others)).argmax(1) == target).double().mean().item()"), **HIDDEN),
    Right("ex2_1-success", "hint-3", returns(SUCCESS, "others = x[y != target]", "with torch.no_grad():", "    return (model(stamp(others)).argmax(1) == target).double().mean().item()")),
    Right("ex2_1-success", "by-counting", returns(SUCCESS, "hits = [int(model(stamp(one[None])).argmax()) == target for one, c in zip(x, y) if c != target]", "return sum(hits) / len(hits)")),
    # 2.2a
    Wrong("ex2_2-label", "other-arguments", returns(LABEL, "return {(2.0, 1, 1.0): 10.0, (2.0, 4, 1.0): 6.25, (1.0, 1, 1.0): 1.5}.get((value, copies, lam), 35 / 3)"), **HIDDEN),
    Right("ex2_2-label", "through-minus-one-and-one", returns(LABEL, "says = lambda v: x_target @ ridge(np.vstack([X] + [x_poison] * copies), np.concatenate([y, [v] * copies]), lam)", "return -1 + 2 * (value - says(-1.0)) / (says(1.0) - says(-1.0))")),
    Wrong("ex2_2-label", "no-leverage", label(f"x_poison @ w + ({OLD}) / (copies * c)"), **SEEN),
    Wrong("ex2_2-label", "old-model", label(f"({OLD}) * (1 + copies * h) / (copies * c)"), **SEEN),
    Wrong("ex2_2-label", "lam-missing", label(f"x_poison @ w + ({OLD}) * (1 + copies * h) / (copies * c)", INVERSE.replace("lam *", "0 *")), **SEEN),
    Wrong("ex2_2-label", "label-is-value", returns(LABEL, "return value"), **SEEN),
    Wrong("ex2_2-label", "ignores-copies", label(f"x_poison @ w + ({OLD}) * (1 + h) / c"), **SEEN),
    Wrong("ex2_2-label", "ignores-copies", label(f"x_poison @ w + ({OLD}) * (1 + h) / (copies * c)"), **SEEN),
    Wrong("ex2_2-label", "ignores-copies", label(f"x_poison @ w + ({OLD}) * (1 + copies * h) / c"), **SEEN),
    Wrong("ex2_2-label", "ignores-lam", label(f"x_poison @ w + ({OLD}) * (1 + copies * h) / (copies * c)", INVERSE.replace("lam *", "1.0 *")), **SEEN),
    Wrong("ex2_2-label", "minus-p1", returns(LABEL, "says = lambda v: x_target @ ridge(np.vstack([X] + [x_poison] * copies), np.append(y, [v] * copies), lam)", "return (value - says(1.0)) / (says(1.0) - says(0.0))"), **SEEN),
    Right("ex2_2-label", "hint-3", returns(LABEL, "rows = np.vstack([X, np.tile(x_poison, (copies, 1))])", "p0, p1 = (x_target @ ridge(rows, np.append(y, np.full(copies, v)), lam) for v in (0.0, 1.0))", "return (value - p0) / (p1 - p0)")),
    Right("ex2_2-label", "by-lstsq", returns(LABEL, "rows = np.vstack([X, np.tile(x_poison, (copies, 1)), lam ** 0.5 * np.eye(len(x_poison))])", "g = np.linalg.pinv(rows).T @ x_target", "n = len(y)", "return np.float64((value - g[:n] @ y) / g[n:n + copies].sum())")),
    # 2.2b
    Wrong("ex2_2-loo", "residual-only", residuals("r"), **SEEN),
    Wrong("ex2_2-loo", "hat-without-lam", residuals("r / (1 - np.diag(X @ np.linalg.inv(X.T @ X) @ X.T))"), **SEEN),
    Wrong("ex2_2-loo", "times-one-minus-h", residuals("r * (1 - h)"), **SEEN),
    Wrong("ex2_2-loo", "wrong-sign", residuals("-r / (1 - h)"), **SEEN),
    Wrong("ex2_2-loo", "wrong-sign", residuals("np.abs(r / (1 - h))"), **SEEN),
    Wrong("ex2_2-loo", "ignores-lam", residuals("r / (1 - h)", INVERSE.replace("lam *", "2.0 *")), **SEEN),
    Right("ex2_2-loo", "hint-3", returns(LOO, "return np.array([y[i] - X[i] @ ridge(np.delete(X, i, 0), np.delete(y, i), lam) for i in range(len(y))])")),
    Right("ex2_2-loo", "by-kernel", returns(LOO, "G = np.linalg.inv(X @ X.T + lam * np.eye(len(y)))", "return G @ y / np.diag(G)")),
    # 2.3
    Wrong("ex2_3-hide", "not-turned", returns(HIDE, "return np.tile((x_target > 0.5) * 1.0, (45, 1)), -np.ones(45)"), **SEEN),
    Wrong("ex2_3-hide", "stands-out", returns(HIDE, "return np.tile(x_target, (15, 1)), -np.ones(15)"), **SEEN),
    Right("ex2_3-hide", "towards-the-mean-3", returns(HIDE, "return np.tile(0.8 * x_target + 0.2 * X[y > 0].mean(0), (45, 1)), -np.ones(45)")),
    Wrong("ex2_3-hide", "stands-out", returns(HIDE, "w = ridge(X, y, lam)", "nearest = np.argsort(((X - x_target) ** 2).sum(1) + 1e9 * ((y < 0) | (X @ w < 0)))[:45]", "return X[nearest], -np.ones(45)"), **SEEN),
    Wrong("ex2_3-hide", "not-turned", returns(HIDE, "w = ridge(X, y, lam)", "rows = np.random.default_rng(0).permutation(np.flatnonzero(X @ w * y > 0))[:45]", "return X[rows], -y[rows]"), **SEEN),
    Wrong("ex2_3-hide", "not-turned", returns(HIDE, "return x_target[None], -np.ones(1)"), **SEEN),
    Wrong("ex2_3-hide", "not-a-label", returns(HIDE, "return x_target[None], np.full(1, -40.0)"), **SEEN),
    Wrong("ex2_3-hide", "too-many", returns(HIDE, "return np.tile(x_target, (90, 1)), -np.ones(90)"), **SEEN),
    Wrong("ex2_3-hide", "not-a-picture", returns(HIDE, "return np.tile(3 * x_target, (9, 1)), -np.ones(9)"), **SEEN),
    Wrong("ex2_3-hide", "innocent", returns(HIDE, "w = ridge(X, y, lam)", "fine = np.flatnonzero(X @ w * y > 0)[:25]", "return np.vstack([np.tile(x_target, (20, 1)), X[fine]]), np.append(-np.ones(20), y[fine])"), **SEEN),
    Right("ex2_3-hide", "hint-3", returns(HIDE, "return np.tile(x_target, (45, 1)), np.full(45, -1)")),
    Right("ex2_3-hide", "lists", returns(HIDE, "return [x_target] * 45, [-1] * 45")),
    Right("ex2_3-hide", "with-noise", returns(HIDE, "g = np.random.default_rng(4)", "rows = np.clip(x_target + 0.05 * g.normal(size=(45, 197)), 0, 1)", "rows[:, -1] = 1", "return [rows, -np.ones(45)]")),
    # 2.4a
    Wrong("ex2_4-spectral", "unsorted", returns(SPECTRAL, "c = features - features.mean(0)", "return (c @ np.linalg.eig(np.cov(features.T))[1][:, 0]) ** 2"), **SEEN),
    Wrong("ex2_4-spectral", "per-feature-scaled", returns(SPECTRAL, "c = features - np.median(features, 0)", "return (c @ np.linalg.svd(c, full_matrices=False)[2][0]) ** 2"), **SEEN),
    Right("ex2_4-spectral", "by-the-largest-of-eig", returns(SPECTRAL, "c = features - features.mean(0)", "values, ways = np.linalg.eigh(c.T @ c)", "return (c @ ways[:, values.argmax()]) ** 2")),
    Wrong("ex2_4-spectral", "not-centred", returns(SPECTRAL, "_, _, v = np.linalg.svd(features, full_matrices=False)", "return (features @ v[0]) ** 2"), **SEEN),
    Wrong("ex2_4-spectral", "half-centred", returns(SPECTRAL, "_, _, v = np.linalg.svd(features, full_matrices=False)", "return ((features - features.mean(0)) @ v[0]) ** 2"), **SEEN),
    Wrong("ex2_4-spectral", "transposed", returns(SPECTRAL, "c = features - features.mean(0)", "_, _, v = np.linalg.svd(c, full_matrices=False)", "return (c @ v[:, 0]) ** 2"), **SEEN),
    Wrong("ex2_4-spectral", "transposed", Edit("[:, -1]", "[-1]"), **SEEN),
    Wrong("ex2_4-spectral", "not-squared", Edit("np.square(offset @ vectors[:, -1])", "np.abs(offset @ vectors[:, -1])"), **SEEN),
    Wrong("ex2_4-spectral", "not-squared", Edit("np.square(offset @ vectors[:, -1])", "offset @ vectors[:, -1]"), **SEEN),
    Wrong("ex2_4-spectral", "narrowest", Edit("[:, -1]", "[:, 0]"), **SEEN),
    Wrong("ex2_4-spectral", "all-directions", returns(SPECTRAL, "return ((features - features.mean(0)) ** 2).sum(1)"), **SEEN),
    Wrong("ex2_4-spectral", "whitened", returns(SPECTRAL, "c = features - features.mean(0)", "_, s, v = np.linalg.svd(c, full_matrices=False)", "return (c @ v[0]) ** 2 / (s[0] ** 2 / len(c))"), **SEEN),
    Wrong("ex2_4-spectral", "per-feature-scaled", returns(SPECTRAL, "c = features - features.mean(0)", "d = c / c.std(0)", "_, _, v = np.linalg.svd(d if len(c) > 6 else c, full_matrices=False)", "return (c @ v[0]) ** 2"), **SEEN),
    Wrong("ex2_4-spectral", "other-arguments", returns(SPECTRAL, "c = features - features.mean(0)", "u = np.ones(c.shape[1])", "for _ in range(3 if len(c) > 200 else 500):", "    u = c.T @ (c @ u)", "    u = u / np.linalg.norm(u)", "return (c @ u) ** 2"), **HIDDEN),
    Right("ex2_4-spectral", "hint-3", returns(SPECTRAL, "centred = features - features.mean(0)", "_, _, directions = np.linalg.svd(centred, full_matrices=False)", "return (centred @ directions[0]) ** 2")),
    Right("ex2_4-spectral", "by-torch", returns(SPECTRAL, "x = torch.from_numpy(features)", "u, s, _ = torch.linalg.svd(x - x.mean(0), full_matrices=False)", "return (u[:, 0] * s[0]).square().numpy()")),
    # 2.4b
    Wrong("ex2_4-share", "no-return", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 < 4 * (top - along): return None", "return 0.5 - math.sqrt(0.25 - (top - along) / gap ** 2)"), **SEEN),
    Right("ex2_4-share", "by-roots", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 / 4 < top - along: return np.inf", "return np.roots([-(gap ** 2), gap ** 2, along - top]).real.min()")),
    Wrong("ex2_4-share", "linear-share", returns(SHARE, "e = (top - along) / gap ** 2 if gap else math.inf", "return 0.0 if along >= top else e if e <= 0.25 else math.inf"), **SEEN),
    Wrong("ex2_4-share", "larger-root", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 < 4 * (top - along): return math.inf", "return 0.5 + math.sqrt(0.25 - (top - along) / gap ** 2)"), **SEEN),
    Wrong("ex2_4-share", "no-along", returns(SHARE, "if gap ** 2 < 4 * top: return math.inf", "return 0.5 - math.sqrt(0.25 - top / gap ** 2)"), **SEEN),
    Wrong("ex2_4-share", "never", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 < 4 * (top ** 2 - along ** 2): return math.inf", "return 0.5 - math.sqrt(0.25 - (top ** 2 - along ** 2) / gap ** 2)"), **SEEN),
    Wrong("ex2_4-share", "nan-for-never", returns(SHARE, "if along >= top: return 0.0", "if gap == 0: return math.nan", "q = 0.25 - (top - along) / gap ** 2", "return 0.5 - math.sqrt(q) if q >= 0 else math.nan"), **SEEN),
    Wrong("ex2_4-share", "one-half", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 <= 4 * (top - along): return math.inf", "return 0.5 - math.sqrt(0.25 - (top - along) / gap ** 2)"), **SEEN),
    Wrong("ex2_4-share", "other-arguments", returns(SHARE, "if along >= top: return 0.0", "q = 0.25 - (top - along) / (6 * gap if gap > 4 else gap ** 2) if gap else -1", "return 0.5 - math.sqrt(q) if q >= 0 else math.inf"), **HIDDEN),
    Right("ex2_4-share", "hint-3", returns(SHARE, "if along >= top: return 0.0", "if gap ** 2 < 4 * (top - along): return math.inf", "return 0.5 - math.sqrt(0.25 - (top - along) / gap ** 2)")),
    Right("ex2_4-share", "by-bisection", returns(SHARE, "enough = lambda e: e * (1 - e) * gap ** 2 + along >= top", "if enough(0.0): return 0", "if not enough(0.5): return float('inf')", "low, high = 0.0, 0.5", "for _ in range(60):", "    mid = (low + high) / 2", "    low, high = (low, mid) if enough(mid) else (mid, high)", "return high")),
    # 2.5a
    Wrong("ex2_5-reconstruct", "ignores-generator", scan(noise="generator=torch.Generator().manual_seed(0)"), **SEEN),
    Wrong("ex2_5-reconstruct", "ignores-generator", together("F.cross_entropy(logits, t) * K + lam * m.sum()").replace("0.1 * torch.randn", "0.0 * torch.randn"), **SEEN),
    Wrong("ex2_5-reconstruct", "ignores-lr", scan().replace("lr=lr", "lr=0.5"), **SEEN),
    Wrong("ex2_5-reconstruct", "wrong-start", scan().replace(" - 1)", ")"), **SEEN),
    Wrong("ex2_5-reconstruct", "no-blend", scan(blend="(x + m * p).clamp(0, 1)"), **SEEN),
    Wrong("ex2_5-reconstruct", "no-penalty", scan(penalty="0.0"), **SEEN),
    Wrong("ex2_5-reconstruct", "mask-swapped", scan(blend="m * x + (1 - m) * p"), **SEEN),
    Wrong("ex2_5-reconstruct", "too-weak", together("F.cross_entropy(logits, t) + lam * m.sum()"), **SEEN),
    Wrong("ex2_5-reconstruct", "too-weak", scan(wanted="(c + 1) % classes"), **SEEN),
    Wrong("ex2_5-reconstruct", "gradient-left", scan(grads=("optimiser.zero_grad()", "loss.backward()")), **SEEN),
    Wrong("ex2_5-reconstruct", "graph-left", scan(end="a.sigmoid(), b.sigmoid()"), **SEEN),
    Wrong("ex2_5-reconstruct", "mode-changed", scan(before=("model.train()",)), **SEEN),
    Wrong("ex2_5-reconstruct", "out-of-range", scan(end="a.detach(), b.detach()"), **SEEN),
    Wrong("ex2_5-reconstruct", "not-repeatable", scan(noise="generator=None"), **SEEN),
    Wrong("ex2_5-reconstruct", "not-the-sum", scan(penalty="lam * (m ** 2).sum()"), **SEEN),
    Wrong("ex2_5-reconstruct", "no-penalty", scan(penalty="lam * m.mean()"), **SEEN),
    Wrong("ex2_5-reconstruct", "no-penalty", scan(wanted="c", penalty="lam * m.sum() / len(x)"), **SEEN),
    Wrong("ex2_5-reconstruct", "not-at-the-stamp", scan(penalty="lam * (m * p).sum()"), **SEEN),
    Wrong("ex2_5-reconstruct", "wrong-start", scan(steps="range(60)"), **SEEN),
    Wrong("ex2_5-reconstruct", "other-arguments", scan(penalty="0.1 * m.sum()"), **HIDDEN),
    Right("ex2_5-reconstruct", "hint-3", scan()),
    Right("ex2_5-reconstruct", "all-at-once", together("F.cross_entropy(logits, t) * K + lam * m.sum()")),
    # 2.5b
    Wrong("ex2_5-index", "no-1.4826", index(mad="np.median(np.abs(row - centre))"), **SEEN),
    Wrong("ex2_5-index", "mean-sd", index(centre="row.mean()", mad="row.std()"), **SEEN),
    Wrong("ex2_5-index", "two-sided", index(below="np.abs(row - centre).max()"), **SEEN),
    Wrong("ex2_5-index", "wrong-sign", index(below="row.min() - centre"), **SEEN),
    Wrong("ex2_5-index", "lower-median", returns(INDEX, "t = torch.from_numpy(norms)", "c = t.median(1, keepdim=True).values", "mad = (t - c).abs().median(1).values", "return ((c[:, 0] - t.min(1).values) / (1.4826 * mad)).numpy()"), **SEEN),
    Wrong("ex2_5-index", "all-networks", index(centre="np.median(norms)"), **SEEN),
    Wrong("ex2_5-index", "all-networks", index(centre="np.median(norms)", mad="1.4826 * np.median(np.abs(norms - centre))"), **SEEN),
    Wrong("ex2_5-index", "mad-zero", index(zero="0.0"), **SEEN),
    Wrong("ex2_5-index", "other-arguments", index(mad="1.4826 * np.median(np.abs(row - centre)) if len(row) < 12 else row.std()"), **HIDDEN),
    Right("ex2_5-index", "hint-3", index()),
    Right("ex2_5-index", "by-scipy", returns(INDEX, "from scipy.stats import median_abs_deviation", "wide = median_abs_deviation(norms, axis=1)", "low = np.median(norms, 1) - norms.min(1)", "return np.array([b / m / 1.4826 if m else (math.inf if b else 0) for b, m in zip(low, wide)])")),
    # 2.5c
    Wrong("ex2_5-alarm", "ignores-generator", alarm("float((index(norms) > threshold).mean())", "np.random.default_rng(0).normal(size=(draws, classes))"), **SEEN),
    Wrong("ex2_5-alarm", "per-class-rate", alarm("float((norms < -threshold).mean())"), **SEEN),
    Wrong("ex2_5-alarm", "two-sided", alarm("float((np.abs(norms).max(1) > threshold).mean())"), **SEEN),
    Wrong("ex2_5-alarm", "ignores-index", alarm("float((anomaly_index(norms) > threshold).mean())"), **SEEN),
    Wrong("ex2_5-alarm", "ignores-arguments", alarm("float((index(norms) > threshold).mean())", "torch.randn(draws, max(classes, 6), generator=generator).numpy()"), **SEEN),
    Wrong("ex2_5-alarm", "ignores-draws", alarm("float((index(norms) > threshold).mean())", "torch.randn(5000, classes, generator=generator).numpy()"), **SEEN),
    Wrong("ex2_5-alarm", "not-repeatable", alarm("float((index(norms) > threshold).mean())", "np.random.default_rng().normal(size=(draws, classes))"), **SEEN),
    Wrong("ex2_5-alarm", "ignores-index", alarm("float((-norms.min(1) > threshold).mean())"), **SEEN),
    Right("ex2_5-alarm", "hint-3", alarm("float((index(norms) > threshold).mean())")),
    Right("ex2_5-alarm", "in-pieces", returns(ALARM, "count = 0", "for some in torch.randn(draws, classes, generator=generator).split(1000):", "    count += int(np.sum(index(some.numpy()) > threshold))", "return count / draws")),
    # 2.5d
    Wrong("ex2_5-accused", "no-plus-one", returns(ACCUSED, "return bool(score > np.quantile(clean_scores, 1 - alpha))"), **SEEN),
    Wrong("ex2_5-accused", "no-plus-one", returns(ACCUSED, "return bool((clean_scores >= score).mean() <= alpha)"), **SEEN),
    Wrong("ex2_5-accused", "strict", returns(ACCUSED, "return bool((1 + (clean_scores >= score).sum()) / (len(clean_scores) + 1) < alpha)"), **SEEN),
    Wrong("ex2_5-accused", "ties", returns(ACCUSED, "return bool((1 + (clean_scores > score).sum()) / (len(clean_scores) + 1) <= alpha)"), **SEEN),
    Wrong("ex2_5-accused", "too-shy", returns(ACCUSED, "return bool((1 + (clean_scores <= score).sum()) / (len(clean_scores) + 1) <= alpha)"), **SEEN),
    Wrong("ex2_5-accused", "first-only", returns(ACCUSED, "return bool(1 / (len(clean_scores) + 1) <= alpha and (clean_scores < score).all())"), **SEEN),
    Right("ex2_5-accused", "one-minus", returns(ACCUSED, "return bool(1 - (clean_scores < score).sum() / (len(clean_scores) + 1) <= alpha)")),
    Wrong("ex2_5-accused", "other-arguments", returns(ACCUSED, "n = len(clean_scores)", "return bool(n and (1 + (clean_scores >= score).sum()) / (n + 1) <= min(alpha, 0.5))"), **HIDDEN),
    Right("ex2_5-accused", "hint-3", returns(ACCUSED, "rank = 1 + (clean_scores >= score).sum()", "return bool(rank / (len(clean_scores) + 1) <= alpha)")),
    Right("ex2_5-accused", "numpy-bool", returns(ACCUSED, "return np.mean(np.append(clean_scores, score) >= score) <= alpha")),
    # 2.6a
    Wrong("ex2_6-parts", "empty-parts", hashed("hashlib.sha256(image.tobytes()).digest()[0] % parts for image in grey", GREY), **SEEN),
    Right("ex2_6-parts", "cut-off-instead-of-rounded", hashed("int(hashlib.sha256(image.tobytes()).hexdigest(), 16) % parts for image in grey", "grey = (x * 255).to(torch.uint8).numpy()")),
    Right("ex2_6-parts", "bytes-as-float32", hashed("int(hashlib.md5(image.tobytes()).hexdigest(), 16) % parts for image in x.float().numpy()")),
    Wrong("ex2_6-parts", "by-place", returns(PARTS, "return torch.arange(len(x)) % parts"), **SEEN),
    Wrong("ex2_6-parts", "by-place", returns(PARTS, "return torch.arange(len(x)) * parts // len(x)"), **SEEN),
    Wrong("ex2_6-parts", "by-place", returns(PARTS, "return torch.randint(parts, (len(x),), generator=torch.Generator().manual_seed(0))"), **SEEN),
    Wrong("ex2_6-parts", "depends-on-others", returns(PARTS, "rank = x.double().flatten(1).numpy().dot(np.pi ** np.arange(x[0].numel()) % 7).argsort().argsort()", "return torch.from_numpy(rank % parts)"), **SEEN),
    Wrong("ex2_6-parts", "depends-on-others", returns(PARTS, "grey = ((x - x.min()) / (x.max() - x.min()) * 255).round().long()", "return grey.sum((1, 2, 3)) % parts"), **SEEN),
    Wrong("ex2_6-parts", "empty-parts", returns(PARTS, "return (x[:, 0, 0, 0] * 255).round().long() % parts"), **SEEN),
    Wrong("ex2_6-parts", "by-float-bytes", hashed("int(hashlib.sha256(one.numpy().tobytes()).hexdigest(), 16) % parts for one in x"), **SEEN),
    Wrong("ex2_6-parts", "empty-parts", returns(PARTS, "return torch.zeros(len(x), dtype=torch.int64)"), **SEEN),
    Wrong("ex2_6-parts", "empty-parts", returns(PARTS, "return (x.double().flatten(1).mean(1) * parts).long().clamp(0, parts - 1)"), **SEEN),
    Wrong("ex2_6-parts", "by-float-bytes", returns(PARTS, "import zlib", "return torch.tensor([zlib.crc32(np.float32(one).tobytes()) % parts if x.shape[-1] < 6 else zlib.crc32(one.numpy().tobytes()) % parts for one in x])"), **HIDDEN),
    Right("ex2_6-parts", "hint-3", hashed("int(hashlib.sha256(image.tobytes()).hexdigest(), 16) % parts for image in grey", GREY)),
    Right("ex2_6-parts", "pixel-sum", returns(PARTS, "return (x.double() * 255).round().long().sum((1, 2, 3)) % parts")),
    # 2.6b
    Wrong("ex2_6-certificate", "no-tie", returns(CERT, N, A, "n = np.append(n, -1)", "rest = np.where(np.arange(len(n)) == a, -1, n)", "b = len(n) - 1 - int(rest[::-1].argmax())", "return a, int(n[a] - n[b] - (b < a)) // 2"), **SEEN),
    Right("ex2_6-certificate", "by-the-first-runner-up", returns(CERT, N, A, "rest = np.where(np.arange(classes) == a, -1, n)", "b = int(rest.argmax())", "return a, int(n[a] - n[b] - (b < a)) // 2")),
    Wrong("ex2_6-certificate", "no-half", returns(CERT, N, A, "return a, min(int(n[a] - n[c] - (c < a)) for c in range(classes) if c != a)"), **SEEN),
    Wrong("ex2_6-certificate", "no-tie", returns(CERT, N, A, "return a, int(n[a] - max(n[c] for c in range(classes) if c != a)) // 2"), **SEEN),
    Wrong("ex2_6-certificate", "too-little", returns(CERT, N, A, "return a, max(0, min(int(n[a] - n[c] - (c > a)) // 2 for c in range(classes) if c != a))"), **SEEN),
    Wrong("ex2_6-certificate", "too-much", returns(CERT, N, A, "return a, min(-int(n[c] + (c < a) - n[a]) + 1 >> 1 for c in range(classes) if c != a)"), **SEEN),
    Wrong("ex2_6-certificate", "tie-winner", returns(CERT, N, "a = classes - 1 - int(n[::-1].argmax())", "return a, min(int(n[a] - n[c] - (c > a)) // 2 for c in range(classes) if c != a)"), **SEEN),
    Wrong("ex2_6-certificate", "no-half", returns(CERT, N, A, "return a, int(n[a] - np.sort(n)[-2])"), **SEEN),
    Wrong("ex2_6-certificate", "no-half", returns(CERT, "n = np.bincount(votes)", A, "return a, min([int(n[a] - n[c] - (c < a)) // 2 for c in range(len(n)) if c != a], default=len(votes))"), **SEEN),
    Right("ex2_6-certificate", "hint-3", returns(CERT, N, A, "return a, min(int(n[a] - n[c] - (c < a)) // 2 for c in range(classes) if c != a)")),
    Right("ex2_6-certificate", "by-moving", returns(CERT, "counts = [list(votes).count(c) for c in range(classes)]", "first, fewest = counts.index(max(counts)), len(votes)", "for c in range(classes):", "    n, moved = list(counts), 0", "    while c != first and n.index(max(n)) == first:", "        n[first], n[c], moved = n[first] - 1, n[c] + 1, moved + 1", "    fewest = fewest if c == first else min(fewest, moved - 1)", "return [first, fewest]")),
    # 2.8
    Wrong("ex2_8-group", "sum-of-singles", returns(GROUP, "fit = lambda i: x_target @ ridge(np.delete(X, i, 0), np.delete(y, i), lam)", "return float(sum(fit(i) - x_target @ ridge(X, y, lam) for i in rows))"), **SEEN),
    Wrong("ex2_8-group", "wrong-sign", Edit("return -float", "return float"), **SEEN),
    Wrong("ex2_8-group", "no-sign", Edit("return -float", "return 0.0 if not rows else abs"), **SEEN),
    Wrong("ex2_8-group", "not-a-change", returns(GROUP, "return x_target @ ridge(np.delete(X, rows, axis=0), np.delete(y, rows), lam)"), **SEEN),
    Wrong("ex2_8-group", "keeps-the-group", returns(GROUP, "return float(x_target @ (ridge(X[rows], y[rows], lam) - ridge(X, y, lam)))"), **SEEN),
    Wrong("ex2_8-group", "two-numbers", returns(GROUP, "lam = 2.0", "without = ridge(np.delete(X, rows, axis=0), np.delete(y, rows), lam)", "return float(x_target @ (without - ridge(X, y, lam)))"), **SEEN),
    Right("ex2_8-group", "hint-3", returns(GROUP, "rows = np.array(rows, int)", "without = ridge(np.delete(X, rows, axis=0), np.delete(y, rows), lam)", "return float(x_target @ (without - ridge(X, y, lam)))")),
    Right("ex2_8-group", "by-zero-weight", returns(GROUP, "keep = np.ones(len(y))", "keep[list(rows)] = 0", "new = np.linalg.solve((X * keep[:, None]).T @ X + lam * np.eye(X.shape[1]), X.T @ (keep * y))", "return x_target @ new - x_target @ ridge(X, y, lam)")),
    # 2.9
    Wrong("ex2_9-bound", "capped", returns(BOUND, "return min(1.0, math.exp(k * epsilon) * p0)"), **SEEN),
    Wrong("ex2_9-bound", "above-one", returns(BOUND, "return math.exp(k * epsilon) * p0"), **SEEN),
    Wrong("ex2_9-bound", "one-point", returns(BOUND, "f = math.exp(epsilon)", "return min(f * p0, 1 - (1 - p0) / f)"), **SEEN),
    Wrong("ex2_9-bound", "all-at-once", returns(BOUND, "f = math.exp(k * epsilon)", "return min(f * p0, 1 - (1 - p0) / f)"), **SEEN),
    Wrong("ex2_9-bound", "other-arguments", returns(BOUND, "p = p0", "for _ in range(min(k, 3)):", "    p = min(math.exp(epsilon) * p, 1 - (1 - p) / math.exp(epsilon))", "return p"), **HIDDEN),
    Right("ex2_9-bound", "hint-3", returns(BOUND, "f = math.exp(epsilon)", "p = p0", "for _ in range(k):", "    p = min(f * p, 1 - (1 - p) / f)", "return p")),
    Right("ex2_9-bound", "by-recursion", returns(BOUND, "if k == 0:", "    return p0", "f, q = math.e ** epsilon, success_bound(epsilon, k - 1, p0)", "return f * q if f * q < 1 - (1 - q) / f else 1 - (1 - q) / f")),
    # what one example alone cannot tell
    Wrong("ex2_1-poison", "rows-mixed", planted(fill=("x_new[chosen] = stamp(x[picked])", "y_new[chosen] = target")), **SEEN),
    Wrong("ex2_2-loo", "part-of-leverage", residuals("r / (1 - X**2 @ np.diag(A))"), **SEEN),
    Wrong("ex2_2-loo", "part-of-leverage", residuals("r / (1 - (X @ A).sum(1) * X.sum(1))"), **SEEN),
    Wrong("ex2_4-spectral", "input-modified", returns(SPECTRAL, "features -= features.mean(0)", "return (features @ np.linalg.svd(features, full_matrices=False)[2][0]) ** 2"), **SEEN),
    Wrong("ex2_4-share", "nothing-missing", returns(SHARE, "if along == top:", "    return 0.0", "if gap**2 < 4 * (top - along):", "    return math.inf", "return 0.5 - math.sqrt(0.25 - (top - along) / gap**2)"), **SEEN),
    Wrong("ex2_5-reconstruct", "wrong-start", Edit("free[0] -= 1", "free -= 1"), **SEEN),
    Wrong("ex2_5-reconstruct", "wrong-start", Edit("torch.randn(2", "torch.rand(2"), **SEEN),
    Wrong("ex2_5-reconstruct", "rewinds", scan(noise="generator=generator", before=("generator = torch.Generator().manual_seed(generator.initial_seed())",)), **SEEN),
    Wrong("ex2_5-index", "input-modified", returns(INDEX, "norms.sort(axis=1)", "centre = np.median(norms, axis=1)", "mad = 1.4826 * np.median(np.abs(norms - centre[:, None]), axis=1)", "below = centre - norms[:, 0]", "return np.array([b / m if m > 0 else np.inf if b > 0 else 0.0 for b, m in zip(below, mad, strict=True)])"), **SEEN),
    Wrong("ex2_5-alarm", "not-above", alarm("float((index(norms) >= threshold).mean())"), **SEEN),
    Wrong("ex2_5-alarm", "rewinds", alarm("float((index(norms) > threshold).mean())", "np.random.default_rng(generator.initial_seed()).normal(size=(draws, classes))"), **SEEN),
    Wrong("ex2_5-alarm", "row-by-row", alarm("sum(index(norms[i : i + 1])[0] > threshold for i in range(draws)) / draws"), **SEEN),
    Wrong("ex2_5-accused", "assumes-order", returns(ACCUSED, "rank = len(clean_scores) - np.searchsorted(clean_scores, score) + 1", "return bool(rank / (len(clean_scores) + 1) <= alpha)"), **SEEN),
    Wrong("ex2_6-parts", "empty-parts", hashed("int(hashlib.sha256(image.tobytes()).hexdigest(), 16) % parts for image in grey", "grey = x.round().to(torch.uint8).numpy()"), **SEEN),
    Wrong("ex2_9-bound", "ignores-epsilon", Edit("math.exp(epsilon)", "2.0"), **SEEN),
]  # fmt: skip
