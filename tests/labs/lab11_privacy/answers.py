"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 11.1 a: uniqueness
    Wrong("ex11_1-uniqueness", "counts-distinct", Edit(", keep=False", "")),
    Wrong(
        "ex11_1-uniqueness",
        "share-of-combinations",
        """
def uniqueness(table, columns):
    return float((table.groupby(columns, dropna=False).size() == 1).mean())
""",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "drops-missing",
        """
def uniqueness(table, columns):
    sizes = table.groupby(columns).size()
    return float((sizes == 1).sum() / len(table))
""",
    ),
    Right(
        "ex11_1-uniqueness",
        "by-counter",
        """
def uniqueness(table, columns):
    from collections import Counter
    rows = [tuple(map(str, row)) for row in table[columns].astype(object).to_numpy()]
    return sum(count == 1 for count in Counter(rows).values()) / len(rows)
""",
    ),
    # 11.1 b: linkage
    Wrong(
        "ex11_1-link",
        "ambiguous",
        """
def link(released, register, columns, secret):
    matched = register[["name", *columns]].merge(released[[*columns, secret]], on=columns)
    return dict(zip(matched["name"], matched[secret]))
""",
    ),
    Wrong(
        "ex11_1-link",
        "one-sided",
        Edit("register[~register.duplicated(columns, keep=False)]", "register"),
    ),
    Wrong(
        "ex11_1-link",
        "ambiguous",
        Edit("released.duplicated(columns, keep=False)", "released.duplicated(columns)"),
    ),
    Wrong(
        "ex11_1-link",
        "drops-missing",
        Edit(
            ".merge(rows[[*columns, secret]], on=columns)",
            ".merge(rows[[*columns, secret]].dropna(subset=columns), on=columns)",
        ),
    ),
    Right(
        "ex11_1-link",
        "by-dicts",
        """
def link(released, register, columns, secret):
    def key(row):
        return tuple("?" if pd.isna(row[c]) else row[c] for c in columns)

    rows, persons = {}, {}
    for _, row in released.iterrows():
        rows.setdefault(key(row), []).append(row[secret])
    for _, row in register.iterrows():
        persons.setdefault(key(row), []).append(row["name"])
    return {persons[k][0]: rows[k][0] for k in persons
            if len(persons[k]) == 1 and len(rows.get(k, [])) == 1}
""",
    ),
    # 11.1 c: groups
    Wrong("ex11_1-groups", "not-smallest", Edit(".size().min()", ".size().mean()")),
    Wrong(
        "ex11_1-groups",
        "share-of-groups",
        Edit("groups.transform(lambda s: s.nunique(dropna=False))", "groups.nunique(dropna=False)"),
    ),
    Wrong("ex11_1-groups", "drops-missing", Edit("(columns, dropna=False)", "(columns)")),
    Wrong(
        "ex11_1-groups",
        "only-alone",
        Edit("lambda s: s.nunique(dropna=False)", '"size"'),
    ),
    Right(
        "ex11_1-groups",
        "by-hand",
        """
def k_anonymity(table, columns):
    return int(table[columns].astype(object).fillna("?").value_counts().min())


def exposed(table, columns, secret):
    filled = table[[*columns, secret]].astype(object).fillna("?")
    seen = {}
    for *key, value in filled.itertuples(index=False):
        seen.setdefault(tuple(key), []).append(value)
    return sum(len(s) for s in seen.values() if len(set(s)) == 1) / len(table)
""",
    ),
    # 11.1 d: minimisation
    Wrong(
        "ex11_1-minimise",
        "greedy",
        """
def minimise(columns, accuracy, slack):
    goal, kept = accuracy(list(columns)) - slack, list(columns)
    while len(kept) > 1:
        rest = max(([c for c in kept if c != out] for out in kept), key=accuracy)
        if accuracy(rest) < goal:
            break
        kept = rest
    return kept
""",
    ),
    Wrong(
        "ex11_1-minimise",
        "first-found",
        """
def minimise(columns, accuracy, slack):
    goal = accuracy(list(columns)) - slack
    for k in range(1, len(columns) + 1):
        for subset in combinations(columns, k):
            if accuracy(list(subset)) >= goal:
                return list(subset)
""",
    ),
    Wrong("ex11_1-minimise", "over-slack", Edit("- slack", "* (1 - slack) - slack")),
    Wrong("ex11_1-minimise", "wrong-order", Edit("return list(best)", "return list(best)[::-1]")),
    Right(
        "ex11_1-minimise",
        "one-table",
        """
def minimise(columns, accuracy, slack):
    every = [list(s) for k in range(1, len(columns) + 1) for s in combinations(columns, k)]
    value = [accuracy(s) for s in every]
    good = [i for i, v in enumerate(value) if v >= value[-1] - slack]
    return every[min(good, key=lambda i: (len(every[i]), -value[i]))]
""",
    ),
    # 11.2 a: scores
    Wrong("ex11_2-scores", "wrong-sign", Edit("return -F", "return F")),
    Wrong("ex11_2-scores", "one-number", Edit(', reduction="none"', "")),
    Wrong(
        "ex11_2-scores",
        "wrong-label",
        """
def membership_scores(model, x, y):
    with torch.no_grad():
        return F.log_softmax(model(x), dim=1).max(dim=1).values
""",
    ),
    Wrong("ex11_2-scores", "graph-left", Edit("with torch.no_grad():", "if True:")),
    Right(
        "ex11_2-scores",
        "by-gather",
        """
def membership_scores(model, x, y):
    logits = model(x).detach()
    return logits.gather(1, y[:, None])[:, 0] - torch.logsumexp(logits, dim=1)
""",
    ),
    # 11.2 b: TPR at a low FPR
    Wrong("ex11_2-tpr", "over-budget", Edit("members > bar", "members >= bar")),
    Wrong("ex11_2-tpr", "over-budget", Edit("math.floor", "math.ceil")),
    Wrong(
        "ex11_2-tpr",
        "over-budget",
        """
def tpr_at_fpr(members, others, fpr):
    bar = torch.quantile(others.double(), 1 - fpr)
    return (members >= bar).double().mean().item()
""",
    ),
    Wrong(
        "ex11_2-tpr",
        "too-careful",
        Edit(
            "allowed = math.floor(fpr * len(others))",
            "allowed = max(math.floor(fpr * len(others)) - 1, 0)",
        ),
    ),
    Right(
        "ex11_2-tpr",
        "by-roc-curve",
        """
def tpr_at_fpr(members, others, fpr):
    best = 0.0
    for t in sorted(set(members.tolist() + others.tolist())):
        if sum(o >= t for o in others.tolist()) / len(others) <= fpr:
            best = max(best, sum(m >= t for m in members.tolist()) / len(members))
    return best
""",
    ),
    # 11.2 c: the witness
    Wrong("ex11_2-witness", "swapped", Edit("return first, second", "return second, first")),
    Wrong(
        "ex11_2-witness",
        "first-works",
        Edit("torch.where(tenth, 1.0, -1.0))", "torch.full((n,), -1.0))"),
    ),
    Wrong(
        "ex11_2-witness",
        "second-fails",
        Edit(
            "torch.where(tenth, 1.0, 0.0), torch.zeros(n)",
            "torch.where(tenth, 1.0, 0.0), torch.where(tenth, 1.0, 0.0)",
        ),
    ),
    Wrong(
        "ex11_2-witness",
        "auc-close",
        Edit("torch.arange(n) < math.ceil(n / 8)", "torch.arange(n) < math.ceil(0.3 * n)"),
    ),
    Right(
        "ex11_2-witness",
        "by-ramps",
        """
def misleading_pair(n):
    ramp = torch.linspace(0, 1, n)
    others = ramp - 0.6
    others[-n // 20:] = 5
    lucky = ramp.clone()
    lucky[-(n // 9) - 1:] = 9
    return (ramp, others), (lucky, torch.linspace(0.1, 1.1, n))
""",
    ),
    # 11.3 a: randomised response
    Wrong(
        "ex11_3-response",
        "wrong-probability",
        Edit(
            "    truth = 1 / (1 + math.exp(-epsilon))\n    return np.where",
            "    truth = 1 - math.exp(-epsilon)\n    return np.where",
        ),
    ),
    Wrong(
        "ex11_3-response",
        "wrong-probability",
        Edit("bits, 1 - bits)", "bits, rng.integers(0, 2, len(bits)))"),
    ),
    Wrong(
        "ex11_3-response",
        "biased",
        Edit(
            "return float((answers.mean() - (1 - truth)) / (2 * truth - 1))",
            "return float(answers.mean())",
        ),
    ),
    Wrong(
        "ex11_3-response",
        "biased",
        Edit(
            "return float((answers.mean() - (1 - truth)) / (2 * truth - 1))",
            "return float(np.clip((answers.mean() - (1 - truth)) / (2 * truth - 1), 0, 1))",
        ),
    ),
    Wrong("ex11_3-response", "ignores-rng", Edit("rng.random(", "np.random.default_rng().random(")),
    Right(
        "ex11_3-response",
        "by-coin",
        """
def randomized_response(bits, epsilon, rng):
    # with probability tanh(epsilon / 2) the truth, else a fair coin: the same thing
    honest = rng.binomial(1, math.tanh(epsilon / 2), size=bits.shape)
    coin = rng.binomial(1, 0.5, size=bits.shape)
    return honest * bits + (1 - honest) * coin


def estimate(answers, epsilon):
    honest = math.tanh(epsilon / 2)
    return (np.mean(answers) - (1 - honest) / 2) / honest
""",
    ),
    # 11.3 b: Laplace
    Wrong(
        "ex11_3-laplace",
        "wrong-neighbours",
        Edit('high - low if neighbours == "replace" else max(abs(low), abs(high))', "high - low"),
    ),
    Wrong("ex11_3-laplace", "wrong-neighbours", Edit("max(abs(low), abs(high))", "high")),
    Wrong("ex11_3-laplace", "wrong-scale", Edit("sensitivity / epsilon", "epsilon / sensitivity")),
    Wrong("ex11_3-laplace", "shared-noise", Edit(", size=len(true)", "")),
    Wrong(
        "ex11_3-laplace",
        "wrong-scale",
        Edit("sensitivity / epsilon, size", "sensitivity / epsilon / math.sqrt(2), size"),
    ),
    Right(
        "ex11_3-laplace",
        "by-exponentials",
        """
def sum_sensitivity(low, high, neighbours):
    return {"add-remove": max(-low, high), "replace": abs(low - high)}[neighbours]


def laplace(true, sensitivity, epsilon, rng):
    scale = sensitivity / epsilon
    return np.array(true) + scale * (rng.exponential(size=len(true)) - rng.exponential(size=len(true)))
""",
    ),
    # 11.3 c: Gaussian
    Wrong("ex11_3-delta", "upside-down", Edit("sensitivity / sigma", "sigma / sensitivity")),
    Wrong("ex11_3-delta", "no-factor", Edit("math.exp(epsilon) * ", "")),
    Wrong("ex11_3-delta", "wrong-formula", Edit("r / 2", "r")),
    Right(
        "ex11_3-delta",
        "by-likelihood-ratio",
        """
def gaussian_delta(sensitivity, sigma, epsilon):
    # p exceeds e^epsilon q exactly above this point
    cut = sensitivity / 2 + epsilon * sigma**2 / sensitivity
    p = stats.norm.sf(cut, loc=sensitivity, scale=sigma)
    q = stats.norm.sf(cut, loc=0, scale=sigma)
    return float(p - np.exp(epsilon) * q)
""",
    ),
    Wrong(
        "ex11_3-gaussian",
        "textbook",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    sigma = math.sqrt(2 * math.log(1.25 / delta)) * sensitivity / epsilon
    return true + rng.normal(0.0, sigma, size=len(true))
""",
    ),
    Wrong(
        "ex11_3-gaussian",
        "too-little",
        Edit("rng.normal(0.0, high,", "rng.normal(0.0, high / sensitivity,"),
    ),
    Wrong(
        "ex11_3-gaussian",
        "too-little",
        Edit("rng.normal(0.0, high,", "rng.normal(0.0, math.sqrt(high),"),
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-normal",
        Edit("rng.normal(0.0, high,", "rng.laplace(0.0, high / 2**0.5,"),
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-smallest",
        Edit("            low = middle\n", "            low = middle\n            break\n"),
    ),
    Right(
        "ex11_3-gaussian",
        "by-logarithms",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    from scipy.optimize import brentq
    scale = np.exp(brentq(lambda s: gaussian_delta(1.0, math.exp(s), epsilon) - delta, -3.0, 12.0))
    return true + sensitivity * 1.0001 * scale * rng.standard_normal(true.shape)
""",
    ),
    # 11.3 d: the attacker's limit
    Wrong(
        "ex11_3-most_tpr",
        "one-line",
        Edit("np.minimum(np.minimum(steep, flat), 1.0)", "np.minimum(steep, 1.0)"),
    ),
    Wrong("ex11_3-most_tpr", "no-delta", Edit(" + delta", "")),
    Wrong(
        "ex11_3-most_tpr",
        "wrong-line",
        Edit("np.minimum(np.minimum(steep, flat), 1.0)", "np.minimum(flat, 1.0)"),
    ),
    Right(
        "ex11_3-most_tpr",
        "by-cases",
        """
def most_tpr(fpr, epsilon, delta):
    e = np.exp(epsilon)
    found = []
    for f in fpr:
        least_missed = max(1 - delta - e * f, (1 - delta - f) / e, 0)
        found.append(1 - least_missed)
    return np.array(found)
""",
    ),
    # 11.4 a: the bound
    Wrong(
        "ex11_4-ratio_bound",
        "no-interval",
        """
def ratio_bound(hits, falses, n, delta, confidence):
    return np.log(np.maximum((hits / n - delta) / np.maximum(falses / n, 1 / n), 1.0))
""",
    ),
    Wrong("ex11_4-ratio_bound", "no-delta", Edit("(low - delta)", "low")),
    Wrong(
        "ex11_4-ratio_bound",
        "negative",
        Edit(
            "np.log(np.maximum((low - delta) / high, 1.0))",
            "np.abs(np.log(np.abs(low - delta) / high))",
        ),
    ),
    Wrong("ex11_4-ratio_bound", "wrong-interval", Edit("(1 - confidence) / 2", "1 - confidence")),
    Wrong(
        "ex11_4-ratio_bound",
        "wrong-interval",
        """
def ratio_bound(hits, falses, n, delta, confidence):
    p, q, z = hits / n, falses / n, stats.norm.ppf((1 + confidence) / 2)
    low = p - z * np.sqrt(p * (1 - p) / n)
    high = np.maximum(q + z * np.sqrt(q * (1 - q) / n), 1 / n)
    return np.log(np.maximum((low - delta) / high, 1.0))
""",
    ),
    Right(
        "ex11_4-ratio_bound",
        "by-binomtest",
        """
def ratio_bound(hits, falses, n, delta, confidence):
    found = []
    for h, f in zip(hits.tolist(), falses.tolist()):
        low = stats.binomtest(h, n).proportion_ci(confidence).low
        high = stats.binomtest(f, n).proportion_ci(confidence).high
        found.append(math.log((low - delta) / high) if low - delta > high else 0.0)
    return np.array(found)
""",
    ),
    # 11.4 b: the auditor
    Wrong(
        "ex11_4-audit",
        "same-runs",
        Edit("    fresh = [mechanism(d, n, rng) for d in (d0, d1)]\n", "    fresh = first\n"),
    ),
    Wrong(
        "ex11_4-audit",
        "same-runs",
        Edit(
            "    return float(bounds(fresh, *kinds[best], thresholds[[at]])[0])",
            "    return float(found.max())",
        ),
    ),
    Wrong("ex11_4-audit", "one-direction", Edit("(1, -1), (False, True)", "(1,), (False,)")),
    Wrong("ex11_4-audit", "one-direction", Edit("(1, -1), (False, True)", "(1, -1), (False,)")),
    Wrong(
        "ex11_4-audit",
        "too-weak",
        Edit(
            'np.quantile(np.concatenate(first), np.linspace(0, 1, 50), method="nearest")',
            "np.array([np.concatenate(first).max()])",
        ),
    ),
    Wrong(
        "ex11_4-audit",
        "no-delta",
        Edit(
            "return ratio_bound(hits, falses, n, delta, confidence)",
            "return ratio_bound(hits, falses, n, 0.0, confidence)",
        ),
    ),
    Wrong(
        "ex11_4-audit",
        "over-claims",
        Edit(
            "return float(bounds(fresh, *kinds[best], thresholds[[at]])[0])",
            "return float(bounds(fresh, *kinds[best], thresholds[[at]])[0]) * 1.5",
        ),
    ),
    Right(
        "ex11_4-audit",
        "by-lists",
        """
def audit(mechanism, d0, d1, n, delta, confidence, rng, ratio_bound):
    outputs = {d: mechanism(d, n, rng) for d in (d0, d1)}
    every = np.sort(np.concatenate([outputs[d0], outputs[d1]]))
    tried = every[:: max(1, len(every) // 40)].tolist() + [every[-1]]
    events = [(side, t, a, b) for t in tried for side in (np.greater_equal, np.less_equal)
              for a, b in ((d0, d1), (d1, d0))]

    def score(outputs, events):
        often = np.array([side(outputs[a], t).sum() for side, t, a, b in events])
        seldom = np.array([side(outputs[b], t).sum() for side, t, a, b in events])
        return ratio_bound(often, seldom, n, delta, confidence)

    chosen = events[int(np.argmax(score(outputs, events)))]
    again = {d: mechanism(d, n, rng) for d in (d1, d0)}
    return score(again, [chosen])[0]
""",
    ),
    # 11.5 a: basic composition
    Wrong("ex11_5-compose", "not-a-sum", Edit("sum(epsilons)", "max(epsilons)")),
    Wrong(
        "ex11_5-compose",
        "not-a-sum",
        Edit("sum(epsilons)", "math.sqrt(sum(e * e for e in epsilons))"),
    ),
    Wrong("ex11_5-compose", "delta-lost", Edit("sum(deltas)", "max(deltas)")),
    Right(
        "ex11_5-compose",
        "by-array",
        """
def compose(budgets):
    table = np.array(budgets, dtype=float)
    return table[:, 0].sum(), table[:, 1].sum()
""",
    ),
    # 11.5 b: Renyi divergences
    Wrong("ex11_5-rdp", "no-steps", Edit("steps * logsumexp", "logsumexp")),
    Wrong("ex11_5-rdp", "wrong-sum", Edit("(k**2 - k)", "k**2")),
    Wrong("ex11_5-rdp", "wrong-sum", Edit("(2 * sigma**2)", "(2 * sigma)")),
    Wrong(
        "ex11_5-rdp",
        "wrong-sum",
        """
def rdp(q, sigma, steps, orders):
    return np.array([steps * q**2 * alpha / (2 * sigma**2) for alpha in orders])
""",
    ),
    Wrong(
        "ex11_5-rdp",
        "not-finite",
        """
def rdp(q, sigma, steps, orders):
    values = []
    for alpha in orders:
        with np.errstate(all="ignore"):
            total = sum(float(math.comb(alpha, k)) * (1 - q) ** (alpha - k) * q**k
                        * np.exp((k * k - k) / (2 * sigma**2)) for k in range(alpha + 1))
        values.append(steps * np.log(total) / (alpha - 1))
    return np.array(values)
""",
    ),
    Right(
        "ex11_5-rdp",
        "by-streaming",
        """
def rdp(q, sigma, steps, orders):
    def one(alpha):
        if q == 0:
            return 0.0
        if q == 1:
            return alpha / (2 * sigma**2)
        logs = [math.log(math.comb(alpha, k)) + (alpha - k) * math.log1p(-q) + k * math.log(q)
                + k * (k - 1) / (2 * sigma**2) for k in range(alpha + 1)]
        top = max(logs)
        return (top + math.log(math.fsum(math.exp(v - top) for v in logs))) / (alpha - 1)

    return steps * np.array([one(alpha) for alpha in orders])
""",
    ),
    # 11.5 c: to one epsilon
    Wrong(
        "ex11_5-epsilon_of",
        "older-bound",
        Edit(
            "(rdp_values - np.log(delta * alpha) / (alpha - 1) + ratio).min()",
            "(rdp_values - np.log(delta) / (alpha - 1)).min()",
        ),
    ),
    Wrong("ex11_5-epsilon_of", "not-the-best", Edit(".min()", ".max()")),
    Wrong(
        "ex11_5-epsilon_of", "too-low", Edit("np.log(delta * alpha)", "np.log(delta * alpha**2)")
    ),
    Wrong("ex11_5-epsilon_of", "older-bound", Edit(" + ratio", "")),
    Right(
        "ex11_5-epsilon_of",
        "by-loop",
        """
def epsilon_of(rdp_values, orders, delta):
    best = math.inf
    for r, a in zip(rdp_values, orders):
        best = min(best, r + math.log1p(-1 / a) - (math.log(delta) + math.log(a)) / (a - 1))
    return best
""",
    ),
    # 11.5 d: the witness
    Wrong("ex11_5-witness", "not-under", Edit("0.001, 0.5, 1000, 1e-6", "1.0, 5.0, 50, 1e-5")),
    Wrong("ex11_5-witness", "not-half", Edit("0.001, 0.5, 1000, 1e-6", "0.01, 1.0, 1000, 1e-5")),
    Wrong("ex11_5-witness", "out-of-range", Edit("0.001, 0.5, 1000", "0.001, 0.1, 1000")),
    Right("ex11_5-witness", "few-steps", Edit("0.001, 0.5, 1000, 1e-6", "0.01, 0.6, 100, 1e-5")),
    # 11.6 a: per-sample gradients
    Wrong(
        "ex11_6-gradients",
        "averaged",
        """
def per_sample_gradients(model, x, y):
    names, weights = zip(*model.named_parameters())
    slopes = torch.autograd.grad(F.cross_entropy(model(x), y), weights)
    return {n: s.expand(len(x), *s.shape) for n, s in zip(names, slopes)}
""",
    ),
    Wrong(
        "ex11_6-gradients",
        "averaged",
        Edit(
            "return F.cross_entropy(logits, label[None])",
            "return F.cross_entropy(logits, label[None]) / len(x)",
        ),
    ),
    Wrong(
        "ex11_6-gradients",
        "gradient-left",
        """
def per_sample_gradients(model, x, y):
    rows = []
    for one, label in zip(x, y):
        model.zero_grad()
        F.cross_entropy(model(one[None]), label[None]).backward()
        rows.append({n: p.grad.clone() for n, p in model.named_parameters()})
    return {n: torch.stack([row[n] for row in rows]) for n in rows[0]}
""",
    ),
    Wrong(
        "ex11_6-gradients",
        "wrong-names",
        """
def per_sample_gradients(model, x, y):
    weights = list(model.parameters())
    rows = [torch.autograd.grad(F.cross_entropy(model(x[i:i + 1]), y[i:i + 1]), weights)
            for i in range(len(x))]
    return {f"layer{i}": torch.stack(slopes) for i, slopes in enumerate(zip(*rows))}
""",
    ),
    Wrong(
        "ex11_6-gradients",
        "empty-batch",
        """
def per_sample_gradients(model, x, y):
    names, weights = zip(*model.named_parameters())
    found = {n: [torch.zeros_like(w)] for n, w in zip(names, weights)}
    for i in range(len(x)):
        slopes = torch.autograd.grad(F.cross_entropy(model(x[i:i + 1]), y[i:i + 1]), weights)
        for n, s in zip(names, slopes):
            found[n] = [s] if i == 0 else [*found[n], s]
    return {n: torch.stack(s).detach() for n, s in found.items()}
""",
    ),
    Right(
        "ex11_6-gradients",
        "by-loop",
        """
def per_sample_gradients(model, x, y):
    weights = dict(model.named_parameters())
    found = {n: p.detach().new_zeros((len(x), *p.shape)) for n, p in weights.items()}
    losses = F.cross_entropy(model(x), y, reduction="none") if len(x) else []
    for i, loss in enumerate(losses):
        slopes = torch.autograd.grad(loss, list(weights.values()), retain_graph=True)
        for n, slope in zip(weights, slopes):
            found[n][i] = slope
    return found
""",
    ),
    # 11.6 b: clipping
    Wrong(
        "ex11_6-clip",
        "per-layer",
        """
def clip_and_sum(gradients, max_norm):
    clipped = {}
    for name, g in gradients.items():
        factor = (max_norm / (g.flatten(1).norm(dim=1) + 1e-6)).clamp(max=1)
        clipped[name] = torch.einsum("n,n...->...", factor, g)
    return clipped
""",
    ),
    Wrong(
        "ex11_6-clip",
        "clips-sum",
        """
def clip_and_sum(gradients, max_norm):
    summed = {name: g.sum(0) for name, g in gradients.items()}
    length = torch.stack([s.norm() for s in summed.values()]).norm()
    return {name: s * (max_norm / (length + 1e-6)).clamp(max=1) for name, s in summed.items()}
""",
    ),
    Wrong("ex11_6-clip", "stretches", Edit(".clamp(max=1)", "")),
    Right(
        "ex11_6-clip",
        "person-by-person",
        """
def clip_and_sum(gradients, max_norm):
    total = {name: torch.zeros_like(g.sum(0)) for name, g in gradients.items()}
    for i in range(len(next(iter(gradients.values())))):
        squared = sum((g[i] ** 2).sum() for g in gradients.values())
        scale = min(1.0, max_norm / (squared.sqrt().item() + 1e-6))
        for name, g in gradients.items():
            total[name] = total[name] + scale * g[i]
    return total
""",
    ),
    # 11.6 c: noise
    Wrong("ex11_6-noise", "wrong-scale", Edit("sigma * max_norm * noise", "sigma * noise")),
    Wrong(
        "ex11_6-noise",
        "noise-last",
        Edit(
            "(s + sigma * max_norm * noise[name]) / expected",
            "s / expected + sigma * max_norm * noise[name]",
        ),
    ),
    Wrong("ex11_6-noise", "not-divided", Edit(" / expected", "")),
    Wrong(
        "ex11_6-noise",
        "shared-noise",
        """
def noisy_mean(summed, max_norm, sigma, expected, generator):
    noise = torch.randn(20_000, generator=generator)
    return {name: (s + sigma * max_norm * noise[:s.numel()].reshape(s.shape)) / expected
            for name, s in summed.items()}
""",
    ),
    Right(
        "ex11_6-noise",
        "by-normal",
        """
def noisy_mean(summed, max_norm, sigma, expected, generator):
    step = {}
    for name, s in summed.items():
        unit = torch.empty_like(s).normal_(0, 1, generator=generator)
        step[name] = unit.mul(sigma * max_norm).add(s).div(expected)
    return step
""",
    ),
    # 11.6 d: the loop
    Wrong(
        "ex11_6-dp_sgd",
        "fixed-size",
        Edit(
            "torch.rand(len(x), generator=generator) < q",
            "torch.randperm(len(x), generator=generator)[: round(q * len(x))]",
        ),
    ),
    Wrong(
        "ex11_6-dp_sgd", "real-size", Edit("sigma, q * len(x),", "sigma, max(len(x[taken]), 1),")
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "skips-empty",
        Edit(
            "        summed = clip",
            "        if not taken.any():\n            continue\n        summed = clip",
        ),
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "same-batch",
        """
def dp_sgd(model, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    epochs = [torch.rand(len(x), generator=generator) < q for _ in range(2)]
    for t in range(steps):
        taken = epochs[2 * t // steps]
        summed = clip(gradients(model, x[taken], y[taken]), max_norm)
        step = noisy(summed, max_norm, sigma, q * len(x), generator)
        with torch.no_grad():
            for name, p in model.named_parameters():
                p -= lr * step[name]
""",
    ),
    Wrong("ex11_6-dp_sgd", "wrong-update", Edit("p -= lr", "p += lr")),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-rate",
        Edit("generator=generator) < q", "generator=generator) < q / 2"),
    ),
    Right(
        "ex11_6-dp_sgd",
        "by-sgd",
        """
def dp_sgd(model, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    rate = torch.full((len(x),), q)
    for _ in range(steps):
        chosen = torch.bernoulli(rate, generator=generator).nonzero()[:, 0]
        summed = clip(gradients(model, x[chosen], y[chosen]), max_norm)
        pull = noisy(summed, max_norm, sigma, q * len(x), generator)
        for name, p in model.named_parameters():
            p.grad = pull[name].clone()
        optimizer.step()
    model.zero_grad()
""",
    ),
    # 11.7 a: models trained together
    Wrong("ex11_7-together", "ignores-inside", Edit(" * used).sum() / used.sum()", ").mean()")),
    Wrong("ex11_7-together", "wrong-mean", Edit(" * used).sum() / used.sum()", " * used).mean()")),
    Wrong("ex11_7-together", "wrong-sign", Edit("p - lr", "p + lr")),
    Wrong(
        "ex11_7-together",
        "input-modified",
        Edit(
            "params = {name: p - lr * slope[name] for name, p in params.items()}",
            "for name, p in params.items():\n            p -= lr * slope[name]",
        ),
    ),
    Right(
        "ex11_7-together",
        "by-loop",
        """
def train_together(x, y, inside, start, lr, steps):
    done = []
    for weight, bias, used in zip(start["weight"], start["bias"], inside):
        own, truth = x[used], torch.eye(len(bias), dtype=x.dtype)[y[used]]
        for _ in range(steps):
            pull = (torch.softmax(own @ weight.T + bias, 1) - truth) / len(own)
            weight, bias = weight - lr * pull.T @ own, bias - lr * pull.sum(0)
        done.append((weight, bias))
    weights, biases = zip(*done)
    return {"weight": torch.stack(weights), "bias": torch.stack(biases)}
""",
    ),
    # 11.7 b: the likelihood ratio
    Wrong(
        "ex11_7-lira",
        "swapped",
        Edit(
            "log_density(inside.double()) - log_density(1 - inside.double())",
            "log_density(1 - inside.double()) - log_density(inside.double())",
        ),
    ),
    Wrong("ex11_7-lira", "no-width", Edit(" - variance.log() / 2", "")),
    Wrong("ex11_7-lira", "wrong-bells", Edit(" - variance.log() / 2", " - variance.log()")),
    Wrong(
        "ex11_7-lira",
        "wrong-bells",
        Edit(
            "(used * (shadows - mean) ** 2).sum(0) / used.sum(0)",
            "(used * (shadows - mean) ** 2).sum(0) / (used.sum(0) - 1)",
        ),
    ),
    Right(
        "ex11_7-lira",
        "by-scipy",
        """
def lira(target, shadows, inside):
    scores = []
    for value, column, member in zip(target.numpy(), shadows.numpy().T, inside.numpy().T):
        bells = [stats.norm(column[m].mean(), np.sqrt(column[m].var() + 1e-6))
                 for m in (member, ~member)]
        scores.append(bells[0].logpdf(value) - bells[1].logpdf(value))
    return torch.tensor(np.array(scores))
""",
    ),
    # 11.9: how promises wear out
    Wrong(
        "ex11_9-wear",
        "no-root",
        Edit("math.sqrt(2 * k * math.log(1 / slack))", "2 * k * math.log(1 / slack)"),
    ),
    Wrong("ex11_9-wear", "delta-lost", Edit("k * delta + slack", "delta + slack")),
    Wrong(
        "ex11_9-wear",
        "wrong-outcomes",
        Edit(
            "np.maximum(one - math.exp(total) * zero, 0).sum()",
            "(one - math.exp(total) * zero).sum()",
        ),
    ),
    Wrong(
        "ex11_9-wear",
        "wrong-outcomes",
        Edit("p = 1 / (1 + math.exp(-epsilon))", "p = 1 - math.exp(-epsilon)"),
    ),
    Right(
        "ex11_9-wear",
        "by-tail",
        """
def advanced(epsilon, delta, k, slack):
    loss = k * epsilon * (math.exp(epsilon) - 1) + epsilon * (-2 * k * math.log(slack)) ** 0.5
    return loss, k * delta + slack


def exact_delta(epsilon, k, total):
    # an outcome with j ones has the ratio e^(epsilon (2 j - k)): only those above e^total count
    first = math.floor((total / epsilon + k) / 2) + 1
    tail = [stats.binom.sf(first - 1, k, 1 / (1 + math.exp(sign * epsilon))) for sign in (-1, 1)]
    return max(0.0, tail[0] - math.exp(total) * tail[1])
""",
    ),
    # 11.10: who pays
    Wrong("ex11_10-cost", "wrong-sign", Edit("drops.mean()", "-drops.mean()")),
    Wrong("ex11_10-cost", "wrong-error", Edit(" / math.sqrt(len(drops))", "")),
    Wrong("ex11_10-cost", "wrong-error", Edit("ddof=1", "ddof=0")),
    Wrong("ex11_10-cost", "wrong-groups", Edit(".mean(axis=1)", ".sum(axis=1) / len(group)")),
    Right(
        "ex11_10-cost",
        "by-pandas",
        """
def cost_by_group(plain, private, group):
    change = pd.DataFrame((plain.astype(float) - private.astype(float)).T).groupby(group).mean()
    return {int(g): (row.mean(), row.sem()) for g, row in change.iterrows()}
""",
    ),
]
