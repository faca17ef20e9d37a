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
        "not-smallest",
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
        Edit("rng.normal(0.0, high,", "rng.normal(0.0, high ** 2 / sensitivity / 8,"),
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
]
