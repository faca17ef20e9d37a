"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


METER = "metered(service, budget)"
SOFTMAX = "steal_softmax(ask, d)"
INTERVAL = "logit_interval(p, decimals)"
WEIGHTS = "weight_intervals(ask, base, step, decimals, *, interval)"
BISECT = "bisect(label, negative, positive, tol)"
LABELS = "steal_labels(label, negative, positive, tol, reach=4.0, *, bisect)"
COPY = "steal_by_learning(ask, pool, budget, generator)"
TRANSFER = "transfer_rate(victim, x, y, x_adv)"
NES = "nes_gradient(f, x, sigma, pairs, rng)"
ERROR = "nes_error(d, pairs)"
BETTER = "better_gradient(f, x, sigma, queries, rng)"
CURVE = "success_curve(queries, budgets)"
MEDIAN = "median_queries(queries)"
MEAN = "mean_with_budget(queries, budget)"
LIE = "lying_table(n)"
NORMAL = "boundary_normal(label, x, n, delta, rng)"
NEAR = "nearness(questions, k, memory)"
STANDING = "still_standing(queries, fell, budgets)"


def meter(*ask: str) -> str:
    """A meter whose inner function has these lines."""
    return returns(
        METER,
        "count = [0]",
        "def ask(x):",
        *[f"    {line}" for line in ask],
        "return ask, lambda: count[0]",
    )


def corners(*lines: str) -> str:
    """Questions about the origin and the unit vectors, then these lines."""
    return returns(SOFTMAX, "p = ask(np.vstack([np.zeros(d), np.eye(d)]))", *lines)


HALF = "half = 0.5 * 10.0 ** -decimals"


def ends(low: str, high: str, half: str = HALF) -> str:
    """Logits of these two ends."""
    return returns(
        INTERVAL,
        half,
        f"ends = np.clip(np.stack([{low}, {high}], 1), 0, 1)",
        "with np.errstate(divide='ignore'):",
        "    return np.log(ends) - np.log(1 - ends)",
    )


BOTH = "ends = interval(ask(np.vstack([base, base + step * np.eye(len(base))])), decimals)"


def halving(
    *lines: str, until: str = "np.linalg.norm(positive - negative) > tol", end: str = "positive"
) -> str:
    """The usual loop, with parts to exchange."""
    return returns(BISECT, f"while {until}:", *[f"    {line}" for line in lines], f"return {end}")


STEP = [
    "middle = (positive + negative) / 2",
    "if label(middle):",
    "    positive = middle",
    "else:",
    "    negative = middle",
]


def axes(
    x0: str = "bisect(label, negative, positive, tol)",
    w: str = "-v @ (found - x0 - e)",
    loop: str = "while label(x0 + e - r * v) or not label(x0 + e + r * v):",
    tol: str = "tol",
    end: str = "w",
) -> str:
    """Hint 3 with parts to exchange."""
    return returns(
        LABELS,
        "v = (positive - negative) / np.linalg.norm(positive - negative)",
        f"x0 = {x0}",
        "w = np.zeros(len(v))",
        "for i, e in enumerate(np.eye(len(v))):",
        "    r = reach",
        f"    {loop}",
        "        r = 2 * r",
        f"    found = bisect(label, x0 + e - r * v, x0 + e + r * v, {tol})",
        f"    w[i] = {w}",
        f"return {end}",
    )


def trained(
    questions: str = "pool[torch.randperm(len(pool), generator=generator)[:budget]]",
    answers: str = "ask(chosen)",
    epochs: str = "20",
    end: str = "copy.state_dict()",
) -> str:
    """Hint 3 with parts to exchange."""
    return returns(
        COPY,
        f"chosen = {questions}",
        "copy = models.cnn(generator)",
        f"training.fit(copy, data.Images(chosen, {answers}), epochs={epochs}, lr=2e-3, generator=generator, progress=False)",
        f"return {end}",
    )


def estimate(
    slope: str, end: str = "slope @ u / pairs", u: str = "rng.normal(size=(pairs, len(x)))"
) -> str:
    """Gaussian directions, their slopes, and what is made of them."""
    return returns(NES, f"u = {u}", f"slope = {slope}", f"return {end}")


TWO = "(f(x + sigma * u) - f(x - sigma * u)) / (2 * sigma)"


def better(u: str, slope: str = TWO, end: str = "len(x) / len(u) * slope @ u") -> str:
    """The same for the open problem."""
    return returns(BETTER, f"u = {u}", f"slope = {slope}", f"return {end}")


FRAME = "np.linalg.qr(rng.normal(size=(len(x), queries // 2)))[0].T"
UNIT = ["u = rng.normal(size=(n, len(x)))", "u = u / np.linalg.norm(u, axis=1, keepdims=True)"]


def direction(total: str, *more: str, n: str = "n") -> str:
    """Unit directions and a sum of them."""
    return returns(
        NORMAL, f"n = {n}", *UNIT, *more, f"total = {total}", "return total / np.linalg.norm(total)"
    )


def near(window: str, k: str = "k", first: str = "k", fill: str = "np.inf") -> str:
    """Distances to a window."""
    return returns(
        NEAR,
        f"out = np.full(len(questions), {fill})",
        f"for j in range({first}, len(questions)):",
        f"    before = {window}",
        "    far = np.linalg.norm(before - questions[j], axis=1)",
        f"    out[j] = np.sort(far)[:{k}].mean()",
        "return out",
    )


def survival(share: str, *before: str) -> str:
    """The product of these shares."""
    return returns(
        STANDING,
        *before,
        "times = np.unique(queries[fell])",
        f"shares = np.array([{share} for t in times])",
        "return np.array([shares[times <= budget].prod() for budget in budgets])",
    )


RENAMED = returns(
    COPY,
    'copy = models.pretrained("mnist_cnn")',
    "names, asked = torch.arange(10), pool[:budget]",
    "with torch.no_grad():",
    "    mine, said = copy(asked).argmax(1), ask(asked)",
    "for k in mine.unique():",
    "    names[k] = said[mine == k].mode().values",
    "state = copy.state_dict()",
    "for layer in ('7.weight', '7.bias'):",
    "    rows = torch.full_like(state[layer], -1e3 if layer == '7.bias' else 0.0)",
    "    rows[names] = state[layer]",
    "    state[layer] = rows",
    "return state",
)


ANSWERS = [
    # 3.1
    Wrong("ex3_1-meter", "counts-calls", meter("if count[0] + 1 > budget:", "    raise ValueError('over budget')", "count[0] += 1", "return service(x)"), **SEEN),
    Wrong("ex3_1-meter", "answers-then-counts", meter("answer = service(x)", "if count[0] + len(x) > budget:", "    raise ValueError('over budget')", "count[0] += len(x)", "return answer"), **SEEN),
    Wrong("ex3_1-meter", "counts-refused", meter("count[0] += len(x)", "if count[0] > budget:", "    raise ValueError('over budget')", "return service(x)"), **SEEN),
    Wrong("ex3_1-meter", "off-by-one", meter("if count[0] + len(x) >= budget:", "    raise ValueError('over budget')", "count[0] += len(x)", "return service(x)"), **SEEN),
    Wrong("ex3_1-meter", "over-budget", meter("if count[0] >= budget:", "    raise ValueError('over budget')", "count[0] += len(x)", "return service(x)"), **SEEN),
    Wrong("ex3_1-meter", "closed-for-ever", meter("if count[0] + len(x) > budget:", "    count.append('closed')", "if len(count) > 1:", "    raise ValueError('closed')", "count[0] += len(x)", "return service(x)"), **SEEN),
    Wrong("ex3_1-meter", "shared-count", "COUNT = [0]\n" + returns(METER, "def ask(x):", "    if COUNT[0] + len(x) > budget:", "        raise ValueError('over budget')", "    COUNT[0] += len(x)", "    return service(x)", "return ask, lambda: COUNT[0]"), **SEEN),
    Right("ex3_1-meter", "hint-3", meter("if count[0] + len(x) > budget:", '    raise ValueError("over budget")', "count[0] += len(x)", "return service(x)")),
    Right("ex3_1-meter", "by-class", returns(METER, "class Meter:", "    left = budget", "    def ask(self, x):", "        if self.left < len(x):", "            raise ValueError('no')", "        self.left -= len(x)", "        return service(x)", "    def spent(self):", "        return np.int64(budget - self.left)", "one = Meter()", "return [one.ask, one.spent]")),
    # 3.2a
    Wrong("ex3_2-softmax", "no-log", corners("return (p[1:] - p[0]).T, p[0]"), **SEEN),
    Wrong("ex3_2-softmax", "no-base", corners("logp = np.log(p)", "return logp[1:].T, logp[0]"), **SEEN),
    Wrong("ex3_2-softmax", "wrong-model", corners("z = np.log(p / (1 - p))", "return (z[1:] - z[0]).T, z[0]"), **SEEN),
    Wrong("ex3_2-softmax", "wrong-shape", corners("logp = np.log(p)", "return logp[1:] - logp[0], logp[0]"), **SEEN),
    Wrong("ex3_2-softmax", "over-budget", returns(SOFTMAX, "b = np.log(ask(np.zeros((1, d))))[0]", "W = [np.log(ask(e[None]))[0] - np.log(ask(0 * e[None]))[0] for e in np.eye(d)]", "return np.array(W).T, b"), **SEEN),
    Wrong("ex3_2-softmax", "outside-box", returns(SOFTMAX, "x = np.random.default_rng(0).normal(size=(d + 1, d))", "z = np.linalg.solve(np.hstack([x, np.ones((d + 1, 1))]), np.log(ask(x)))", "return z[:d].T, z[d]"), **SEEN),
    Right("ex3_2-softmax", "hint-3", returns(SOFTMAX, "logp = np.log(ask(np.vstack([np.zeros(d), np.eye(d)])))", "b = logp[0]", "return (logp[1:] - b).T, b")),
    Right("ex3_2-softmax", "random-points", returns(SOFTMAX, "x = np.random.default_rng(0).random((d + 1, d))", "z = np.linalg.lstsq(np.hstack([x, np.ones((d + 1, 1))]), np.log(np.concatenate([ask(row[None]) for row in x])), rcond=None)[0]", "z = z - z[:, -1:]", "return z[:d].T, z[d]")),
    # 3.2b
    Wrong("ex3_2-interval", "full-unit", ends("p - half", "p + half", "half = 10.0 ** -decimals"), **SEEN),
    Wrong("ex3_2-interval", "no-clip", returns(INTERVAL, HALF, "ends = np.stack([p - half, p + half], 1)", "with np.errstate(all='ignore'):", "    return np.log(ends / (1 - ends))"), **SEEN),
    Wrong("ex3_2-interval", "truncated", ends("p", "p + 2 * half"), **SEEN),
    Wrong("ex3_2-interval", "linearised", returns(INTERVAL, HALF, "with np.errstate(all='ignore'):", "    z, off = np.log(p / (1 - p)), half / (p * (1 - p))", "low, high = np.where(p > 0, z - off, -np.inf), np.where(p < 1, z + off, np.inf)", "return np.stack([np.where(p == 1, 2.9, low), np.where(p == 0, -2.9, high)], 1)"), **SEEN),
    Wrong("ex3_2-interval", "finite-ends", returns(INTERVAL, HALF, "ends = np.clip(np.stack([p - half, p + half], 1), 1e-12, 1 - 1e-12)", "return np.log(ends / (1 - ends))"), **SEEN),
    Wrong("ex3_2-interval", "other-decimals", ends("p - half", "p + half", "half = 0.05"), **SEEN),
    Wrong("ex3_2-interval", "too-narrow", ends("p - half", "p + half", "half = 0.5 * 10.0 ** -decimals if decimals < 5 else 1e-6"), **HIDDEN),
    Right("ex3_2-interval", "hint-3", returns(INTERVAL, HALF, "ends = np.clip(np.stack([p - half, p + half], 1), 0, 1)", "with np.errstate(divide='ignore'):", "    return np.log(ends) - np.log(1 - ends)")),
    Right("ex3_2-interval", "by-scipy", returns(INTERVAL, "from scipy.special import logit", HALF, "return logit(np.array([p - half, p + half]).clip(0, 1)).T")),
    # 3.2c
    Wrong("ex3_2-weights", "same-side", returns(WEIGHTS, BOTH, "return (ends[1:] - ends[0]) / step"), **SEEN),
    Wrong("ex3_2-weights", "no-step", returns(WEIGHTS, BOTH, "return ends[1:] - ends[0, ::-1]"), **SEEN),
    Wrong("ex3_2-weights", "base-is-certain", returns(WEIGHTS, BOTH, "return (ends[1:] - ends[0].mean()) / step"), **SEEN),
    Wrong("ex3_2-weights", "no-base", returns(WEIGHTS, "base = 0 * base", BOTH, "return (ends[1:] - ends[0, ::-1]) / step"), **SEEN),
    Wrong("ex3_2-weights", "not-from-base", returns(WEIGHTS, BOTH.replace("base + step", "step"), "return (ends[1:] - ends[0, ::-1]) / step"), **SEEN),
    Wrong("ex3_2-weights", "over-budget", returns(WEIGHTS, "rows = []", "for e in np.eye(len(base)):", "    low, high = interval(ask(np.stack([base, base + step * e])), decimals)", "    rows.append((high - low[::-1]) / step)", "return np.array(rows)"), **SEEN),
    Wrong("ex3_2-weights", "too-wide", returns(WEIGHTS, "decimals = 1", BOTH, "return (ends[1:] - ends[0, ::-1]) / step"), **HIDDEN),
    Right("ex3_2-weights", "hint-3", returns(WEIGHTS, BOTH, "return (ends[1:] - ends[0, ::-1]) / step")),
    Right("ex3_2-weights", "one-by-one", returns(WEIGHTS, "low0, high0 = interval(ask(base[None]), decimals)[0]", "out = np.empty((len(base), 2))", "for i in range(len(base)):", "    point = base.copy()", "    point[i] = point[i] + step", "    low, high = interval(ask(point.reshape(1, -1)), decimals)[0]", "    out[i] = (low - high0) / step, (high - low0) / step", "return out")),
    # 3.3a
    Wrong("ex3_3-bisect", "asks-the-ends", returns(BISECT, "assert label(positive) and not label(negative)", *halving(*STEP).split("\n    ")[1:]), **SEEN),
    Wrong("ex3_3-bisect", "asks-twice", halving("middle = (positive + negative) / 2", "if label(middle):", "    positive = middle", "if not label(middle):", "    negative = middle"), **SEEN),
    Wrong("ex3_3-bisect", "wrong-side", halving(*STEP, end="negative"), **SEEN),
    Wrong("ex3_3-bisect", "wrong-side", halving(*STEP, end="(positive + negative) / 2"), **SEEN),
    Wrong("ex3_3-bisect", "too-far", returns(BISECT, "a, b, way = 0.0, 1.0, positive - negative", "while b - a > tol:", "    m = (a + b) / 2", "    if label(negative + m * way):", "        b = m", "    else:", "        a = m", "return negative + b * way"), **SEEN),
    Wrong("ex3_3-bisect", "too-many", returns(BISECT, "for _ in range(40):", *[f"    {line}" for line in STEP], "return positive"), **SEEN),
    Wrong("ex3_3-bisect", "input-modified", halving("middle = (positive + negative) / 2", "if label(middle):", "    positive[:] = middle", "else:", "    negative[:] = middle"), **SEEN),
    Wrong("ex3_3-bisect", "too-many", halving(*STEP, until="np.linalg.norm(positive - negative) >= tol"), **SEEN),
    Wrong("ex3_3-bisect", "too-far", halving(*STEP, until="np.abs(positive - negative).max() > tol"), **SEEN),
    Right("ex3_3-bisect", "hint-3", halving(*STEP)),
    Right("ex3_3-bisect", "recursion", returns(BISECT, "if np.sqrt(((positive - negative) ** 2).sum()) <= tol:", "    return positive", "m = negative + 0.5 * (positive - negative)", "return bisect(label, negative, m, tol) if label(m) else bisect(label, m, positive, tol)")),
    # 3.3b
    Wrong("ex3_3-labels", "sign-flipped", axes(w="v @ (found - x0 - e)"), **SEEN),
    Wrong("ex3_3-labels", "other-scale", axes(end="w / np.linalg.norm(w)"), **SEEN),
    Wrong("ex3_3-labels", "no-boundary-point", axes(x0="positive", tol="tol"), **SEEN),
    Wrong("ex3_3-labels", "no-doubling", axes(loop="while False:"), **SEEN),
    Wrong("ex3_3-labels", "no-doubling", axes(loop="if label(x0 + e - r * v) or not label(x0 + e + r * v):"), **SEEN),
    Wrong("ex3_3-labels", "no-doubling", axes(loop="while not label(x0 + e + r * v):"), **SEEN),
    Wrong("ex3_3-labels", "one-end", axes(loop="while label(x0 + e - r * v):"), **SEEN),
    Wrong("ex3_3-labels", "coarse-search", axes(x0="bisect(label, negative, positive, 10 * tol)"), **SEEN),
    Wrong("ex3_3-labels", "too-many", axes(tol="tol / 2 ** 20"), **SEEN),
    Wrong("ex3_3-labels", "wrong-weights", axes(tol="max(tol, 1e-4)"), **HIDDEN),
    Wrong("ex3_3-labels", "reach-stays", axes().replace("        r = 2 * r", "        r = reach = 2 * r"), **SEEN),
    Wrong("ex3_3-labels", "too-many", axes(loop="for _ in range(4):"), **HIDDEN),
    Right("ex3_3-labels", "hint-3", axes()),
    Right("ex3_3-labels", "from-below", returns(LABELS, "v = positive - negative", "v = v / np.linalg.norm(v)", "x0 = bisect(label, negative, positive, tol)", "out = []", "for i in range(len(v)):", "    e = np.zeros(len(v))", "    e[i], r = 1.0, reach", "    while label(x0 + e - r * v) == label(x0 + e + r * v):", "        r *= 2", "    out.append(v @ (x0 + e - bisect(label, x0 + e - r * v, x0 + e + r * v, tol)))", "return np.array(out)")),
    # 3.4a
    Wrong("ex3_4-copy", "over-budget", trained(questions="pool"), **SEEN),
    Wrong("ex3_4-copy", "budget-unused", trained(questions="pool[:100]", epochs="60"), **SEEN),
    Wrong("ex3_4-copy", "poor-copy", trained(questions="torch.rand(budget, 1, 28, 28, generator=generator)"), **SEEN),
    Wrong("ex3_4-copy", "not-stolen", returns(COPY, 'return models.pretrained("mnist_cnn").state_dict()'), **SEEN),
    Wrong("ex3_4-copy", "poor-copy", trained(answers="(ask(chosen), copy(chosen).argmax(1))[1]"), **SEEN),
    Wrong("ex3_4-copy", "poor-copy", trained(epochs="1"), **SEEN),
    Wrong("ex3_4-copy", "over-budget", trained(questions="pool[:1000]"), **SEEN),
    Wrong("ex3_4-copy", "poor-copy", RENAMED, **SEEN),
    Wrong("ex3_4-copy", "ignores-generator", trained(questions="pool[:budget]").replace("copy = ", "generator = torch.Generator().manual_seed(0)\n    copy = "), **SEEN),
    Right("ex3_4-copy", "hint-3", trained()),
    Right("ex3_4-copy", "by-hand", returns(COPY, "net = models.cnn(generator)", "x = pool[:budget]", "y = torch.cat([ask(part) for part in x.split(100)])", "optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3)", "for _ in range(max(15, 9000 // budget)):", "    for rows in torch.randperm(len(x), generator=generator).split(50):", "        optimiser.zero_grad()", "        F.cross_entropy(net(x[rows]), y[rows]).backward()", "        optimiser.step()", "return net.state_dict()")),
    # 3.4b
    Wrong("ex3_4-transfer", "counts-already-wrong", returns(TRANSFER, "return (victim(x_adv) != y).double().mean().item()"), **SEEN),
    Wrong("ex3_4-transfer", "divides-by-all", returns(TRANSFER, "return ((victim(x) == y) & (victim(x_adv) != y)).double().mean().item()"), **SEEN),
    Wrong("ex3_4-transfer", "still-right", returns(TRANSFER, "before = victim(x) == y", "return (victim(x_adv) == y)[before].double().mean().item()"), **SEEN),
    Wrong("ex3_4-transfer", "wrong-share", returns(TRANSFER, "before = victim(x) == y", "return ((victim(x_adv) != victim(x)).sum() / before.sum()).item()"), **SEEN),
    Right("ex3_4-transfer", "changed-among-right", returns(TRANSFER, "one, two = victim(x), victim(x_adv)", "return (one != two)[one == y].double().mean().item()")),
    Right("ex3_4-transfer", "hint-3", returns(TRANSFER, "before = victim(x) == y", "return (victim(x_adv) != y)[before].double().mean().item()")),
    Right("ex3_4-transfer", "by-list", returns(TRANSFER, "rows = zip(victim(x).tolist(), victim(x_adv).tolist(), y.tolist())", "kept = [after != digit for before, after, digit in rows if before == digit]", "return np.mean(kept)")),
    # 3.5a
    Wrong("ex3_5-nes", "no-sigma", estimate("(f(x + sigma * u) - f(x - sigma * u)) / 2"), **SEEN),
    Wrong("ex3_5-nes", "no-half", estimate("(f(x + sigma * u) - f(x - sigma * u)) / sigma"), **SEEN),
    Wrong("ex3_5-nes", "unit-directions", returns(NES, "u = rng.normal(size=(pairs, len(x)))", "u = u / np.linalg.norm(u, axis=1, keepdims=True)", f"slope = {TWO}", "return slope @ u / pairs"), **SEEN),
    Wrong("ex3_5-nes", "one-sided", estimate("f(x + sigma * u) / sigma", "slope @ u / len(u)", "rng.normal(size=(2 * pairs, len(x)))"), **SEEN),
    Wrong("ex3_5-nes", "wrong-count", estimate("(f(x + sigma * u) - f(x[None])) / sigma"), **SEEN),
    Wrong("ex3_5-nes", "sum-not-mean", estimate(TWO, "slope @ u"), **SEEN),
    Wrong("ex3_5-nes", "ignores-rng", estimate(TWO, u="np.random.default_rng(0).normal(size=(pairs, len(x)))"), **SEEN),
    Wrong("ex3_5-nes", "no-gaussian", estimate(TWO, u="rng.choice([-1.0, 1.0], size=(pairs, len(x)))"), **SEEN),
    Wrong("ex3_5-nes", "no-gaussian", estimate(TWO, u="3**0.5 * rng.uniform(-1, 1, size=(pairs, len(x)))"), **SEEN),
    Right("ex3_5-nes", "hint-3", estimate(TWO)),
    Right("ex3_5-nes", "in-a-loop", returns(NES, "total = np.zeros(len(x))", "for u in rng.standard_normal((pairs, len(x))):", "    up, down = f(np.stack([x + sigma * u, x - sigma * u]))", "    total += (up - down) / (2 * sigma) * u", "return total / pairs")),
    # 3.5b
    Wrong("ex3_5-error", "no-plus-one", returns(ERROR, "return d / pairs"), **SEEN),
    Wrong("ex3_5-error", "counts-questions", returns(ERROR, "return (d + 1) / (2 * pairs)"), **SEEN),
    Wrong("ex3_5-error", "root", returns(ERROR, "return ((d + 1) / pairs) ** 0.5"), **SEEN),
    Wrong("ex3_5-error", "wrong-error", returns(ERROR, "return (d + 2) / pairs"), **SEEN),
    Wrong("ex3_5-error", "wrong-error", returns(ERROR, "return (d + 2) / pairs - 1"), **SEEN),
    Wrong("ex3_5-error", "wrong-error", returns(ERROR, "return (d + 1) / pairs**2"), **SEEN),
    Right("ex3_5-error", "hint-3", returns(ERROR, "return (d + 2 - 1) / pairs")),
    Right("ex3_5-error", "by-array", returns(ERROR, "return np.float64(1 + d) * np.power(float(pairs), -1)")),
    # 3.5c
    Wrong("ex3_5-better", "shrunk", returns(BETTER, "return np.zeros(len(x))"), **SEEN),
    Wrong("ex3_5-better", "shrunk", better(FRAME, end="slope @ u"), **SEEN),
    Wrong("ex3_5-better", "no-better", better("rng.normal(size=(queries // 2, len(x)))", end="slope @ u / len(u)"), **SEEN),
    Wrong("ex3_5-better", "over-budget", returns(BETTER, "u = np.eye(len(x))", f"slope = {TWO}", "return slope @ u"), **SEEN),
    Wrong("ex3_5-better", "no-better", better("rng.normal(size=(queries - 1, len(x)))", "(f(x + sigma * u) - f(x[None])) / sigma", "slope @ u / len(u)"), **SEEN),
    Wrong("ex3_5-better", "ignores-rng", better(FRAME.replace("rng.", "np.random.")), **SEEN),
    Right("ex3_5-better", "least-squares", returns(BETTER, "u = rng.normal(size=(queries // 2, len(x)))", f"slope = {TWO}", "return len(x) / len(u) * np.linalg.lstsq(u, slope, rcond=None)[0]")),
    Right("ex3_5-better", "small-steps-from-x", returns(BETTER, "m = min(queries - 1, len(x))", "u = np.linalg.qr(rng.normal(size=(len(x), m)))[0].T", "slope = (f(x + 1e-6 * u) - f(x[None])) / 1e-6", "return len(x) / m * slope @ u")),
    Right("ex3_5-better", "hint-3", better(FRAME)),
    Right("ex3_5-better", "coordinates", better("np.eye(len(x))[rng.permutation(len(x))[:queries // 2]]")),
    # 3.6a
    Wrong("ex3_6-curve", "drops-failures", returns(CURVE, "if not len(queries):", "    raise ValueError", "done = queries[np.isfinite(queries)]", "return np.array([(done <= b).mean() for b in budgets])"), **SEEN),
    Wrong("ex3_6-curve", "off-by-one", returns(CURVE, "if not len(queries):", "    raise ValueError", "return np.array([(queries < b).mean() for b in budgets])"), **SEEN),
    Wrong("ex3_6-curve", "budget-as-success", returns(CURVE, "if not len(queries):", "    raise ValueError", "q = np.minimum(queries, 500)", "return np.array([(q <= b).mean() for b in budgets])"), **SEEN),
    Wrong("ex3_6-curve", "empty", returns(CURVE, "return np.array([(queries <= b).sum() / max(len(queries), 1) for b in budgets])"), **SEEN),
    Wrong("ex3_6-curve", "empty", returns(CURVE, "return np.array([sum(q <= b for q in queries) / len(queries) for b in budgets])"), **SEEN),
    Right("ex3_6-curve", "hint-3", returns(CURVE, "if len(queries) == 0:", '    raise ValueError("no image")', "return np.array([(queries <= budget).mean() for budget in budgets])")),
    Right("ex3_6-curve", "by-broadcast", returns(CURVE, "if queries.size < 1:", "    raise ValueError", "return (queries[None] <= np.array(budgets)[:, None]).mean(1).astype(np.float32)")),
    # 3.6b
    Wrong("ex3_6-median", "interpolated-median", returns(MEDIAN, "return float(np.median(queries))"), **SEEN),
    Wrong("ex3_6-median", "drops-failures", returns(MEDIAN, "return float(np.median(queries[np.isfinite(queries)]))"), **SEEN),
    Wrong("ex3_6-median", "interpolated-median", returns(MEDIAN, "return float(np.sort(queries)[len(queries) // 2])"), **SEEN),
    Wrong("ex3_6-median", "wrong-median", returns(MEDIAN, "return float(queries[(len(queries) - 1) // 2])"), **SEEN),
    Right("ex3_6-median", "hint-3", returns(MEDIAN, "return float(np.sort(queries)[(len(queries) - 1) // 2])")),
    Right("ex3_6-median", "by-statistics", returns(MEDIAN, "import statistics", "return statistics.median_low(queries.tolist())")),
    # 3.6c
    Wrong("ex3_6-mean", "drops-failures", returns(MEAN, "return float(queries[queries <= budget].mean())"), **SEEN),
    Wrong("ex3_6-mean", "infinite-cost", returns(MEAN, "return float(queries.mean())"), **SEEN),
    Wrong("ex3_6-mean", "past-budget", returns(MEAN, "return float(np.where(np.isinf(queries), budget, queries).mean())"), **SEEN),
    Wrong("ex3_6-mean", "failures-for-free", returns(MEAN, "return float(np.where(queries <= budget, queries, 0).mean())"), **SEEN),
    Right("ex3_6-mean", "hint-3", returns(MEAN, "return float(np.minimum(queries, budget).mean())")),
    Right("ex3_6-mean", "by-list", returns(MEAN, "return sum(min(float(q), budget) for q in queries) / len(queries)")),
    # 3.6d
    Wrong("ex3_6-lie", "not-dominating", returns(LIE, "return [5] * n, [1] * (n - 1) + [math.inf]"), **SEEN),
    Wrong("ex3_6-lie", "unequal-n", returns(LIE, "return [1] * (n - 1) + [9], [1] * (n - 1)"), **SEEN),
    Wrong("ex3_6-lie", "no-success", returns(LIE, "return [1] * n, [math.inf] * n"), **SEEN),
    Wrong("ex3_6-lie", "tells-the-truth", returns(LIE, "return [1] * n, [1] * (n - 1) + [math.inf]"), **SEEN),
    Wrong("ex3_6-lie", "no-better", returns(LIE, "return [2] * n, [2] * n"), **SEEN),
    Right("ex3_6-lie", "hint-3", returns(LIE, "easy = [1] * (n - 1)", "return easy + [3], easy + [math.inf]")),
    Right("ex3_6-lie", "half-given-up", returns(LIE, "a = np.arange(1, n + 1)", "b = np.where(a > (n + 1) // 2, np.inf, a)", "return a[::-1].tolist(), b.tolist()")),
    # 3.8
    Wrong("ex3_8-normal", "weak-estimate", direction("label(x + delta * u).astype(float) @ u"), **SEEN),
    Wrong("ex3_8-normal", "flipped", direction("np.where(label(x + delta * u), -1, 1) @ u"), **SEEN),
    Wrong("ex3_8-normal", "wrong-count", direction("np.where(label(x + delta * u), 1, -1) @ u", n="n // 2"), **SEEN),
    Wrong("ex3_8-normal", "no-unit", returns(NORMAL, *UNIT, "return np.where(label(x + delta * u), 1, -1) @ u / n"), **SEEN),
    Wrong("ex3_8-normal", "wrong-distance", returns(NORMAL, "u = rng.normal(size=(n, len(x)))", "total = np.where(label(x + delta * u), 1, -1) @ u", "return total / np.linalg.norm(total)"), **SEEN),
    Wrong("ex3_8-normal", "ignores-rng", direction("np.where(label(x + delta * u), 1, -1) @ u", n="n\n    rng = np.random.default_rng(0)"), **SEEN),
    Wrong("ex3_8-normal", "ignores-rng", direction("np.where(label(x + delta * u), 1, -1) @ u", n="n\n    rng = np.random.default_rng()"), **SEEN),
    Right("ex3_8-normal", "hint-3", direction("np.where(label(x + delta * u), 1, -1) @ u")),
    Right("ex3_8-normal", "in-a-loop", returns(NORMAL, "total = np.zeros(len(x))", "for _ in range(n):", "    u = rng.normal(size=len(x))", "    u /= np.linalg.norm(u)", "    total += u if label((x + delta * u)[None])[0] else -u", "return total / np.linalg.norm(total)")),
    # 3.9
    Wrong("ex3_9-nearness", "with-itself", near("questions[max(0, j - memory):j + 1]"), **SEEN),
    Wrong("ex3_9-nearness", "no-memory", near("questions[:j]"), **SEEN),
    Wrong("ex3_9-nearness", "off-by-one", near("questions[max(0, j - memory + 1):j]"), **SEEN),
    Wrong("ex3_9-nearness", "wrong-nearness", near("questions[j - memory:j]"), **SEEN),
    Wrong("ex3_9-nearness", "too-early", near("questions[max(0, j - memory):j]", first="1"), **SEEN),
    Wrong("ex3_9-nearness", "looks-ahead", near("np.delete(questions, j, axis=0)[:max(j, memory)]"), **SEEN),
    Wrong("ex3_9-nearness", "wrong-nearness", returns(NEAR, "out = np.full(len(questions), np.inf)", "for j in range(k, len(questions)):", "    far = np.linalg.norm(questions[max(0, j - memory):j] - questions[j], axis=1)", "    out[j] = np.sort(far)[k - 1]", "return out"), **SEEN),
    Right("ex3_9-nearness", "hint-3", near("questions[max(0, j - memory):j]")),
    Right("ex3_9-nearness", "by-scipy", returns(NEAR, "from scipy.spatial.distance import cdist", "far, n = cdist(questions, questions), len(questions)", "ahead = np.arange(n)[:, None] - np.arange(n)[None]", "far[(ahead < 1) | (ahead > memory)] = np.inf", "if n < k:", "    return np.full(n, np.inf)", "return np.sort(far, axis=1)[:, :k].mean(1)")),
    # 3.10
    Wrong("ex3_10-survival", "closed-as-standing", returns(STANDING, "return np.array([1 - ((queries <= b) & fell).mean() for b in budgets])"), **SEEN),
    Wrong("ex3_10-survival", "drops-closed", returns(STANDING, "return np.array([(queries[fell] > b).mean() for b in budgets])"), **SEEN),
    Wrong("ex3_10-survival", "closed-too-early", survival("1 - (fell & (queries == t)).sum() / ((queries > t) | (fell & (queries == t))).sum()"), **SEEN),
    Wrong("ex3_10-survival", "wrong-share", survival("1 - (fell & (queries == t)).sum() / max((queries > t).sum(), 1)"), **SEEN),
    Wrong("ex3_10-survival", "equal-moments", returns(STANDING, "return np.array([np.prod([1 - 1 / (queries >= t).sum() for t in queries[fell] if t <= b]) for b in budgets])"), **SEEN),
    Wrong("ex3_10-survival", "equal-moments", survival("1 - (fell & (queries == t)).sum() / (queries >= t).sum()").replace("np.unique(queries[fell])", "queries[fell]"), **SEEN),
    Right("ex3_10-survival", "one-after-the-other", returns(STANDING, "share, left, seen = 1.0, len(queries), [(0, 1.0)]", "for i in np.lexsort((~fell, queries)):", "    share, left = share * (1 - 1 / left if fell[i] else 1), left - 1", "    seen.append((queries[i], share))", "return np.array([[s for q, s in seen if q <= b][-1] for b in budgets])")),
    Right("ex3_10-survival", "hint-3", survival("1 - (fell & (queries == t)).sum() / (queries >= t).sum()")),
    Right("ex3_10-survival", "by-scipy", returns(STANDING, "from scipy.stats import CensoredData, ecdf", "if not fell.any():", "    return np.ones(len(budgets))", "return ecdf(CensoredData.right_censored(queries.astype(float), ~fell)).sf.evaluate(np.array(budgets, float))")),
    # what one example alone cannot tell
    Wrong("ex3_2-interval", "input-modified", returns(INTERVAL, HALF, "high = np.clip(p + half, 0, 1)", "p -= half", "low = np.clip(p, 0, 1)", "with np.errstate(divide='ignore'):", "    return np.stack([np.log(low) - np.log(1 - low), np.log(high) - np.log(1 - high)], 1)"), **SEEN),
    Wrong("ex3_2-weights", "input-modified", returns(WEIGHTS, "points = [base.copy()]", "for i in range(len(base)):", "    base[i] += step", "    points.append(base.copy())", "    base[i] -= 0.5 * step", "found = interval(ask(np.array([points[0] + (p - points[0]) * (p - points[0] == step) for p in points])), decimals)", "return (found[1:] - found[0, ::-1]) / step"), **SEEN),
    Wrong("ex3_4-copy", "ignores-generator", returns(COPY, "chosen = pool[torch.randperm(len(pool), generator=generator)[:budget]]", "copy = models.cnn()", "training.fit(copy, data.Images(chosen, ask(chosen)), epochs=20, lr=2e-3, generator=generator, progress=False)", "return copy.state_dict()"), **SEEN),
    Wrong("ex3_6-curve", "input-modified", returns(CURVE, "if len(queries) == 0:", "    raise ValueError", "queries.sort()", "return np.searchsorted(queries, budgets, side='right') / len(queries)"), **SEEN),
    Wrong("ex3_6-curve", "sorts-budgets", returns(CURVE, "if len(queries) == 0:", "    raise ValueError", "return np.array([(queries <= b).mean() for b in sorted(budgets)])"), **SEEN),
    Wrong("ex3_6-median", "input-modified", returns(MEDIAN, "queries.sort()", "return float(queries[(len(queries) - 1) // 2])"), **SEEN),
    Wrong("ex3_6-mean", "input-modified", returns(MEAN, "queries[queries > budget] = budget", "return float(queries.mean())"), **SEEN),
    Wrong("ex3_8-normal", "one-answer", returns(NORMAL, "u = rng.normal(size=(n, len(x)))", "u = u / np.linalg.norm(u, axis=1, keepdims=True)", "s = np.where(label(x + delta * u), 1.0, -1.0)", "total = (s - s.mean()) @ u", "return total / np.linalg.norm(total)"), **SEEN),
    Wrong("ex3_9-nearness", "not-euclidean", returns(NEAR, "out = np.full(len(questions), np.inf)", "for j in range(k, len(questions)):", "    far = np.abs(questions[max(0, j - memory):j] - questions[j]).sum(1)", "    out[j] = np.sort(far)[:k].mean()", "return out"), **SEEN),
    Wrong("ex3_10-survival", "sorts-budgets", returns(STANDING, "times = np.unique(queries[fell])", "shares = np.array([1 - (fell & (queries == t)).sum() / (queries >= t).sum() for t in times])", "return np.array([shares[times <= budget].prod() for budget in sorted(budgets)])"), **SEEN),
    Wrong("ex3_10-survival", "none-fell", returns(STANDING, "times = np.unique(queries[fell])", "if len(times) == 0:", "    return np.zeros(len(budgets))", "shares = np.array([1 - (fell & (queries == t)).sum() / (queries >= t).sum() for t in times])", "return np.array([shares[times <= budget].prod() for budget in budgets])"), **SEEN),
]  # fmt: skip
