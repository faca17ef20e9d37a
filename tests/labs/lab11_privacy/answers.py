"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong


def best_again(choice: str) -> str:
    """An audit that chooses half of its event on the fresh runs, too: the larger bound of two."""
    return f"""
def audit(mechanism, d0, d1, n, delta, confidence, rng):
    def both(a0, a1, t, sign, order):
        counts = [(sign * a[:, None] >= sign * t).sum(0) for a in (a0, a1)]
        return ratio_bound(counts[order], counts[1 - order], n, delta, confidence)

    a0, a1 = mechanism(d0, n, rng), mechanism(d1, n, rng)
    t = np.quantile(np.concatenate([a0, a1]), np.linspace(0, 1, 50), method="nearest")
    kinds = [(sign, order) for sign in (1, -1) for order in (0, 1)]
    found = [both(a0, a1, t, *kind) for kind in kinds]
    best = max(range(4), key=lambda k: found[k].max())
    place = int(found[best].argmax())
    b0, b1 = mechanism(d0, n, rng), mechanism(d1, n, rng)
    sign, order = kinds[best]
    return max(both(b0, b1, t[[place]], sign, order)[0] {choice})
"""


ANSWERS = [
    # 11.1 a: uniqueness
    Wrong("ex11_1-uniqueness", "counts-distinct", Edit(", keep=False", ""), seen="visible"),
    Wrong(
        "ex11_1-uniqueness",
        "share-of-combinations",
        """
def uniqueness(table, columns):
    return float((table.groupby(columns, dropna=False).size() == 1).mean())
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "drops-missing",
        """
def uniqueness(table, columns):
    sizes = table.groupby(columns).size()
    return float((sizes == 1).sum() / len(table))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "ignores-columns",
        Edit("table.duplicated(columns, keep=False)", "table.duplicated(keep=False)"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "gap-is-zero",
        Edit("table.duplicated(columns, ", "table[columns].astype(object).fillna(0).duplicated("),
        seen="visible",
    ),
    Right(
        "ex11_1-uniqueness",
        "hint-3",
        """
def uniqueness(table, columns):
    twin = table.duplicated(columns, keep=False)
    return (~twin).mean()
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
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "one-sided",
        Edit("register[~register.duplicated(columns, keep=False)]", "register"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "ambiguous",
        Edit("released.duplicated(columns, keep=False)", "released.duplicated(columns)"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "drops-missing",
        Edit(
            ".merge(alone[[*columns, secret]], on=columns)",
            ".merge(alone[[*columns, secret]].dropna(subset=columns), on=columns)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "ignores-columns",
        """
def link(released, register, columns, secret):
    one = columns[0]
    rows = released[~released.duplicated(columns, keep=False)]
    persons = register[~register.duplicated(columns, keep=False)]
    matched = persons[["name", one]].merge(rows[[one, secret]], on=one)
    return dict(zip(matched["name"], matched[secret]))
""",
        seen="visible",
    ),
    Right(
        "ex11_1-link",
        "hint-3",
        """
def link(released, register, columns, secret):
    rows = released[~released.duplicated(columns, keep=False)]
    persons = register[~register.duplicated(columns, keep=False)]
    both = persons.merge(rows, on=columns)
    return dict(zip(both["name"], both[secret]))
""",
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
    Wrong(
        "ex11_1-exposed",
        "share-of-groups",
        Edit("told.transform(lambda s: s.nunique(dropna=False))", "told.nunique(dropna=False)"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-exposed",
        "drops-missing",
        Edit("(columns, dropna=False)", "(columns)"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-exposed",
        "drops-missing",
        Edit("nunique(dropna=False)", "nunique()"),
        seen="visible",
    ),
    Wrong(
        "ex11_1-exposed",
        "only-alone",
        Edit("lambda s: s.nunique(dropna=False)", '"size"'),
        seen="visible",
    ),
    Right(
        "ex11_1-exposed",
        "hint-3",
        """
def exposed(table, columns, secret):
    groups = table.groupby(columns, dropna=False)[secret]
    return (groups.transform(lambda s: s.nunique(dropna=False)) == 1).mean()
""",
    ),
    Right(
        "ex11_1-exposed",
        "by-hand",
        """
def exposed(table, columns, secret):
    filled = table[[*columns, secret]].astype(object)
    filled = filled.where(filled.notna(), "?")
    seen = {}
    for *key, value in filled.itertuples(index=False):
        seen.setdefault(tuple(key), []).append(value)
    return sum(len(s) for s in seen.values() if len(set(s)) == 1) / len(table)
""",
    ),
    # 11.2 a: TPR at a low FPR
    Wrong("ex11_2-tpr", "over-budget", Edit("members > bar", "members >= bar"), seen="visible"),
    Wrong("ex11_2-tpr", "over-budget", Edit("math.floor", "math.ceil"), seen="visible"),
    Wrong("ex11_2-tpr", "float-floor", Edit(" + 1e-9", ""), seen="visible"),
    Wrong(
        "ex11_2-tpr",
        "over-budget",
        """
def tpr_at_fpr(members, others, fpr):
    bar = torch.quantile(others.double(), 1 - fpr)
    return (members >= bar).double().mean().item()
""",
        seen="visible",
    ),
    Wrong(
        "ex11_2-tpr",
        "too-careful",
        Edit(
            "allowed = math.floor(fpr * len(others) + 1e-9)",
            "allowed = max(math.floor(fpr * len(others)) - 1, 0)",
        ),
        seen="visible",
    ),
    Right(
        "ex11_2-tpr",
        "hint-3",
        """
def tpr_at_fpr(members, others, fpr):
    m = len(others)
    allowed = math.floor(fpr * m + 1e-9)
    if allowed == m:
        return 1.0
    bar = others.sort(descending=True).values[allowed]
    return (members > bar).float().mean().item()
""",
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
    # 11.2 b: the witness
    Wrong(
        "ex11_2-witness",
        "swapped",
        Edit("return first, second", "return second, first"),
        seen="visible",
    ),
    Wrong(
        "ex11_2-witness",
        "first-works",
        Edit("torch.where(tenth, 1.0, -1.0))", "torch.full((n,), -1.0))"),
        seen="hidden",
    ),
    Wrong(
        "ex11_2-witness",
        "second-fails",
        Edit(
            "torch.where(tenth, 1.0, 0.0), torch.zeros(n)",
            "torch.where(tenth, 1.0, 0.0), torch.where(tenth, 1.0, 0.0)",
        ),
        seen="hidden",
    ),
    Wrong(
        "ex11_2-witness",
        "auc-close",
        Edit("torch.arange(n) < math.ceil(n / 8)", "torch.arange(n) < math.ceil(0.3 * n)"),
        seen="visible",
    ),
    Wrong(
        "ex11_2-witness",
        "first-works",
        Edit(
            "(torch.zeros(n), torch.where(tenth, 1.0, -1.0))",
            "(torch.arange(n) * 1.0, torch.arange(n) - 0.3 * n)",
        ),
        seen="hidden",
    ),
    Right(
        "ex11_2-witness",
        "hint-3",
        """
def misleading_pair(n):
    few = torch.arange(n) < math.ceil(n / 8)
    first = torch.zeros(n), torch.where(few, 1.0, -1.0)
    second = torch.where(few, 1.0, 0.0), torch.zeros(n)
    return first, second
""",
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
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "wrong-probability",
        Edit("bits, 1 - bits)", "bits, rng.integers(0, 2, len(bits)))"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "biased",
        Edit(
            "return float((answers.mean() - (1 - truth)) / (2 * truth - 1))",
            "return float(answers.mean())",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "biased",
        Edit(
            "return float((answers.mean() - (1 - truth)) / (2 * truth - 1))",
            "return float(np.clip((answers.mean() - (1 - truth)) / (2 * truth - 1), 0, 1))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "ignores-rng",
        Edit("rng.random(", "np.random.default_rng().random("),
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "lies-one-way",
        Edit("truth, bits, 1 - bits)", "truth, bits, 0)"),
        seen="visible",
    ),
    Right(
        "ex11_3-response",
        "hint-3",
        """
def randomized_response(bits, epsilon, rng):
    p = 1 / (1 + math.exp(-epsilon))
    return np.where(rng.random(len(bits)) < p, bits, 1 - bits)


def estimate(answers, epsilon):
    p = 1 / (1 + math.exp(-epsilon))
    return (answers.mean() - (1 - p)) / (2 * p - 1)
""",
    ),
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
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "wrong-neighbours",
        Edit("max(abs(low), abs(high))", "high"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "wrong-scale",
        Edit("sensitivity / epsilon", "epsilon / sensitivity"),
        seen="visible",
    ),
    Wrong("ex11_3-laplace", "shared-noise", Edit(", size=len(true)", ""), seen="visible"),
    Wrong(
        "ex11_3-laplace",
        "wrong-scale",
        Edit("sensitivity / epsilon, size", "sensitivity / epsilon / math.sqrt(2), size"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "ignores-rng",
        Edit("rng.laplace(", "np.random.default_rng().laplace("),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "ignores-rng",
        Edit("rng.laplace(", "np.random.default_rng(0).laplace("),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "not-laplace",
        Edit(
            "rng.laplace(0.0, sensitivity / epsilon, size",
            "rng.normal(0.0, math.sqrt(math.pi / 2) * sensitivity / epsilon, size",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "wrong-neighbours",
        Edit("max(abs(low), abs(high))", "max(abs(low), abs(high), high - low if low > -5 else 0)"),
        seen="hidden",
    ),
    Wrong(
        "ex11_3-laplace",
        "rounded",
        Edit("size=len(true))", "size=len(true)).astype(true.dtype)"),
        seen="visible",
    ),
    Right(
        "ex11_3-laplace",
        "hint-3",
        """
def sum_sensitivity(low, high, neighbours):
    if neighbours == "replace":
        return high - low
    return max(abs(low), abs(high))


def laplace(true, sensitivity, epsilon, rng):
    return true + rng.laplace(0.0, sensitivity / epsilon, size=len(true))
""",
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
    Wrong(
        "ex11_3-gaussian",
        "textbook",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    sigma = math.sqrt(2 * math.log(1.25 / delta)) * sensitivity / epsilon
    return true + rng.normal(0.0, sigma, size=len(true))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "too-little",
        Edit("rng.normal(0.0, high,", "rng.normal(0.0, high / sensitivity,"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "too-little",
        Edit("rng.normal(0.0, high,", "rng.normal(0.0, math.sqrt(high),"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-normal",
        Edit("rng.normal(0.0, high,", "rng.laplace(0.0, high / 2**0.5,"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-smallest",
        Edit("            low = middle\n", "            low = middle\n            break\n"),
        seen="visible",
    ),
    Wrong("ex11_3-gaussian", "shared-noise", Edit(", size=len(true)", ""), seen="visible"),
    Wrong(
        "ex11_3-gaussian",
        "ignores-rng",
        Edit("rng.normal(", "np.random.default_rng().normal("),
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-smallest",
        Edit(
            "high, low = sensitivity, 1e-3 * sensitivity",
            "high, low = sensitivity, 0.5 * sensitivity",
        ),
        seen="visible",
    ),
    Right(
        "ex11_3-gaussian",
        "hint-3",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    low, high = 1e-3 * sensitivity, sensitivity
    while gaussian_delta(sensitivity, high, epsilon) > delta:
        high = 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        if gaussian_delta(sensitivity, middle, epsilon) > delta:
            low = middle
        else:
            high = middle
    return true + rng.normal(0.0, high, size=len(true))
""",
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
        seen="visible",
    ),
    Wrong("ex11_3-most_tpr", "no-delta", Edit(" + delta", ""), seen="visible"),
    Wrong(
        "ex11_3-most_tpr",
        "wrong-line",
        Edit("np.minimum(np.minimum(steep, flat), 1.0)", "np.minimum(flat, 1.0)"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-most_tpr",
        "one-line",
        Edit("(1 - delta - fpr)", "(1 - fpr) - delta"),
        seen="visible",
    ),
    Right(
        "ex11_3-most_tpr",
        "hint-3",
        """
def most_tpr(fpr, epsilon, delta):
    one = np.exp(epsilon) * fpr + delta
    two = 1 - np.exp(-epsilon) * (1 - delta - fpr)
    return np.minimum(np.minimum(one, two), 1)
""",
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
    # 11.4 a: the auditor
    Wrong(
        "ex11_4-audit",
        "same-runs",
        Edit("    fresh = [mechanism(d, n, rng) for d in (d0, d1)]\n", "    fresh = first\n"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "same-runs",
        Edit(
            "    return float(bounds(fresh, *kinds[best], thresholds[[at]])[0])",
            "    return float(found.max())",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "too-weak",
        Edit("(1, -1), (False, True)", "(1,), (False,)"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "one-direction",
        Edit("(1, -1), (False, True)", "(1, -1), (False,)"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "one-direction",
        Edit("(1, -1), (False, True)", "(1,), (False, True)"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "one-direction",
        Edit(
            'np.quantile(np.concatenate(first), np.linspace(0, 1, 50), method="nearest")',
            "np.array([np.concatenate(first).max()])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "no-delta",
        Edit(
            "return ratio_bound(hits, falses, n, delta, confidence)",
            "return ratio_bound(hits, falses, n, 0.0, confidence)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "no-confidence",
        Edit(
            "return ratio_bound(hits, falses, n, delta, confidence)",
            "return ratio_bound(hits, falses, n, delta, 0.95)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "over-claims",
        Edit(
            "return float(bounds(fresh, *kinds[best], thresholds[[at]])[0])",
            "return float(bounds(fresh, *kinds[best], thresholds[[at]])[0]) * 1.5",
        ),
        seen="visible",
    ),
    Wrong("ex11_4-audit", "same-runs", best_again("for order in (0, 1)"), seen="visible"),
    Wrong("ex11_4-audit", "same-runs", best_again("for sign in (1, -1)"), seen="visible"),
    Wrong(
        "ex11_4-audit",
        "ignores-pair",
        Edit(
            'np.quantile(np.concatenate(first), np.linspace(0, 1, 50), method="nearest")',
            "np.linspace(-10, 10, 401)",
        ),
        seen="visible",
    ),
    Right(
        "ex11_4-audit",
        "one-data-set-after-the-other",
        """
def audit(mechanism, d0, d1, n, delta, confidence, rng):
    def both(a0, a1, t, sign, order):
        counts = [(sign * a[:, None] >= sign * t).sum(0) for a in (a0, a1)]
        return ratio_bound(counts[order], counts[1 - order], n, delta, confidence)

    a0, b0 = mechanism(d0, n, rng), mechanism(d0, n, rng)
    a1, b1 = mechanism(d1, n, rng), mechanism(d1, n, rng)
    t = np.quantile(np.concatenate([a0, a1]), np.linspace(0, 1, 50), method="nearest")
    kinds = [(sign, order) for sign in (1, -1) for order in (0, 1)]
    found = [both(a0, a1, t, *kind) for kind in kinds]
    best = max(range(4), key=lambda k: found[k].max())
    place = int(found[best].argmax())
    return both(b0, b1, t[[place]], *kinds[best])[0]
""",
    ),
    Right(
        "ex11_4-audit",
        "hint-3",
        """
def audit(mechanism, d0, d1, n, delta, confidence, rng):
    def both(a0, a1, t, sign, order):
        counts = [(sign * a[:, None] >= sign * t).sum(0) for a in (a0, a1)]
        return ratio_bound(counts[order], counts[1 - order], n, delta, confidence)

    a0, a1 = mechanism(d0, n, rng), mechanism(d1, n, rng)
    t = np.quantile(np.concatenate([a0, a1]), np.linspace(0, 1, 50), method="nearest")
    best = (-1.0, 0, 1, 0)
    for sign in (1, -1):
        for order in (0, 1):
            bound = both(a0, a1, t, sign, order)
            place = int(bound.argmax())
            if bound[place] > best[0]:
                best = (bound[place], place, sign, order)
    _, place, sign, order = best
    b0, b1 = mechanism(d0, n, rng), mechanism(d1, n, rng)
    return both(b0, b1, t[[place]], sign, order)[0]
""",
    ),
    Right(
        "ex11_4-audit",
        "by-lists",
        """
def audit(mechanism, d0, d1, n, delta, confidence, rng):
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
    # 11.4 b: what an audit could ever find
    Wrong(
        "ex11_4-runs",
        "no-interval",
        Edit(
            "return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])",
            "return math.log(n)",
        ),
        seen="visible",
    ),
    Wrong("ex11_4-runs", "wrong-most", Edit("np.array([0])", "np.array([1])"), seen="visible"),
    Wrong(
        "ex11_4-runs",
        "wrong-most",
        Edit("n, delta, confidence)[0]", "n, 0.0, confidence)[0]"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-runs",
        "wrong-most",
        Edit("n, delta, confidence)[0]", "n, delta, 0.95)[0]"),
        seen="visible",
    ),
    Wrong("ex11_4-runs", "one-too-few", Edit("    return high", "    return low"), seen="visible"),
    Wrong(
        "ex11_4-runs",
        "not-fewest",
        """
def most_refutable(n, delta, confidence):
    return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])


def fewest_runs(epsilon, delta, confidence):
    n = 1
    while most_refutable(n, delta, confidence) <= epsilon:
        n *= 2
    return n
""",
        seen="visible",
    ),
    Wrong(
        "ex11_4-runs",
        "too-few",
        """
def most_refutable(n, delta, confidence):
    return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])


def fewest_runs(epsilon, delta, confidence):
    return math.ceil(math.exp(epsilon))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_4-runs",
        "not-fewest",
        Edit("    low, high = 0, 1\n", "    low, high = 0, 16\n")
        + Edit("while high - low > 1:", "while high > 16 and high - low > 1:"),
        seen="visible",
    ),
    Right(
        "ex11_4-runs",
        "hint-3",
        """
def most_refutable(n, delta, confidence):
    return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])


def fewest_runs(epsilon, delta, confidence):
    low, high = 0, 1
    while most_refutable(high, delta, confidence) <= epsilon:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if most_refutable(middle, delta, confidence) > epsilon:
            high = middle
        else:
            low = middle
    return high
""",
    ),
    Right(
        "ex11_4-runs",
        "in-closed-form",
        """
def most_refutable(n, delta, confidence):
    least = ((1 - confidence) / 2) ** (1 / n)
    return max(0.0, math.log((least - delta) / (1 - least))) if least > delta else 0.0


def fewest_runs(epsilon, delta, confidence):
    least = (math.exp(epsilon) + delta) / (1 + math.exp(epsilon))
    return math.floor(math.log((1 - confidence) / 2) / math.log(least)) + 1
""",
    ),
    # 11.5: the witness
    Wrong(
        "ex11_5-witness",
        "not-under",
        Edit("0.001, 0.5, 1000, 1e-6", "1.0, 5.0, 50, 1e-5"),
        seen="visible",
    ),
    Wrong(
        "ex11_5-witness",
        "not-half",
        Edit("0.001, 0.5, 1000, 1e-6", "0.01, 1.0, 1000, 1e-5"),
        seen="visible",
    ),
    Wrong(
        "ex11_5-witness",
        "out-of-range",
        Edit("0.001, 0.5, 1000", "0.001, 0.1, 1000"),
        seen="visible",
    ),
    Wrong(
        "ex11_5-witness",
        "out-of-range",
        Edit("0.001, 0.5, 1000, 1e-6", "1.0, 0.3, 10_000, 1e-5"),
        seen="visible",
    ),
    Wrong(
        "ex11_5-witness",
        "not-four",
        Edit("0.001, 0.5, 1000, 1e-6", "0.001, 0.5, 1000"),
        seen="visible",
    ),
    Right("ex11_5-witness", "hint-3", Edit("0.001, 0.5, 1000, 1e-6", "0.01, 0.6, 100, 1e-5")),
    Right("ex11_5-witness", "one-step", Edit("0.001, 0.5, 1000, 1e-6", "0.01, 0.5, 1, 1e-5")),
    # 11.6 a: clipping
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
        seen="visible",
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
        seen="visible",
    ),
    Wrong("ex11_6-clip", "stretches", Edit(".clamp(max=1)", ""), seen="visible"),
    Wrong(
        "ex11_6-clip",
        "averages",
        Edit(
            'torch.einsum("n,n...->...", factor, g)',
            'torch.einsum("n,n...->...", factor, g) / len(g)',
        ),
        seen="visible",
    ),
    Wrong("ex11_6-clip", "fixed-norm", Edit("(max_norm / (", "(1.0 / ("), seen="visible"),
    Wrong(
        "ex11_6-clip",
        "not-finite",
        """
def clip_and_sum(gradients, max_norm):
    total = {name: torch.zeros(2) for name in gradients}
    n = len(next(iter(gradients.values())))
    for i in range(n):
        length = sum((g[i] ** 2).sum() for g in gradients.values()).sqrt()
        factor = min(1.0, max_norm / (length.item() + 1e-6))
        for name, g in gradients.items():
            total[name] = factor * g[i] if i == 0 else total[name] + factor * g[i]
    if n == 0:
        return {name: g.mean(0) for name, g in gradients.items()}
    return total
""",
        seen="visible",
    ),
    Wrong(
        "ex11_6-clip",
        "input-modified",
        Edit(
            'return {name: torch.einsum("n,n...->...", factor, g) for name, g in gradients.items()}',
            "for g in gradients.values():\n"
            "        g *= factor.reshape(-1, *[1] * (g.dim() - 1))\n"
            "    return {name: g.sum(0) for name, g in gradients.items()}",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-clip",
        "per-layer",
        """
def clip_and_sum(gradients, max_norm):
    return {name: g.clamp(-max_norm, max_norm).sum(0) for name, g in gradients.items()}
""",
        seen="visible",
    ),
    Wrong(
        "ex11_6-clip",
        "clips-sum",
        """
def clip_and_sum(gradients, max_norm):
    means = {name: g.mean(0) for name, g in gradients.items()}
    length = torch.stack([m.norm() for m in means.values()]).norm()
    return {name: m * min(1, max_norm / (length + 1e-6)) for name, m in means.items()}
""",
        seen="visible",
    ),
    Right(
        "ex11_6-clip",
        "by-vmap",
        """
def clip_and_sum(gradients, max_norm):
    names = list(gradients)

    def clipped(*parts):
        long = torch.cat([part.reshape(-1) for part in parts]).norm()
        return tuple(part * torch.clamp(max_norm / (long + 1e-12), max=1.0) for part in parts)

    rows = torch.func.vmap(clipped)(*gradients.values()) if len(gradients[names[0]]) else gradients.values()
    return {name: row.sum(dim=0) for name, row in zip(names, rows)}
""",
    ),
    Right(
        "ex11_6-clip",
        "hint-3",
        """
def clip_and_sum(gradients, max_norm):
    length = torch.stack([g.flatten(1).norm(dim=1) for g in gradients.values()]).norm(dim=0)
    factor = (max_norm / (length + 1e-6)).clamp(max=1)
    return {name: torch.einsum("n,n...->...", factor, g) for name, g in gradients.items()}
""",
    ),
    Right(
        "ex11_6-clip",
        "person-by-person",
        """
def clip_and_sum(gradients, max_norm):
    total = {name: torch.zeros_like(g.sum(0)) for name, g in gradients.items()}
    for i in range(len(next(iter(gradients.values())))):
        squared = sum((g[i] ** 2).sum() for g in gradients.values())
        scale = min(1.0, max_norm / (squared.sqrt().item() + 1e-8))
        for name, g in gradients.items():
            total[name] = total[name] + scale * g[i]
    return total
""",
    ),
    # 11.6 b: the loop
    Wrong(
        "ex11_6-dp_sgd",
        "fixed-size",
        Edit(
            "torch.rand(len(x), generator=generator) < q",
            "torch.randperm(len(x), generator=generator)[: round(q * len(x))]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "real-size",
        Edit("sigma, q * len(x),", "sigma, max(len(x[here]), 1),"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "skips-empty",
        Edit(
            "        pulled = clip",
            "        if not here.any():\n            continue\n        pulled = clip",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "same-batch",
        Edit(
            "    for _ in range(steps):\n        here = torch.rand(len(x), generator=generator) < q\n",
            "    epochs = [torch.rand(len(x), generator=generator) < q for _ in range(10)]\n    for t in range(steps):\n        here = epochs[t % 10]\n",
        ),
        seen="visible",
    ),
    Wrong("ex11_6-dp_sgd", "wrong-update", Edit("p - lr", "p + lr"), seen="visible"),
    Wrong("ex11_6-dp_sgd", "no-dict", Edit("    return params\n", ""), seen="visible"),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-rate",
        Edit("generator=generator) < q", "generator=generator) < q / 2"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "stale-parameters",
        Edit("    for _ in range(steps):", "    start = params\n    for _ in range(steps):")
        + Edit("gradients(params,", "gradients(start,"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-arguments",
        Edit("noisy(pulled, max_norm, sigma,", "noisy(pulled, 1.0, sigma,"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "ignores-generator",
        Edit("torch.rand(len(x), generator=generator)", "torch.rand(len(x))"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-rate",
        Edit("generator=generator) < q", "generator=generator) < min(q, 0.4)"),
        seen="hidden",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit("q * len(x), generator)", "q * len(x), torch.Generator().manual_seed(0))"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit(
            "    for _ in range(steps):",
            "    own = torch.Generator().manual_seed(0)\n    for _ in range(steps):",
        )
        + Edit("q * len(x), generator)", "q * len(x), own)"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit(
            "    for _ in range(steps):",
            "    own = torch.Generator()\n    own.seed()\n    for _ in range(steps):",
        )
        + Edit("q * len(x), generator)", "q * len(x), own)"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit(
            "    for _ in range(steps):",
            "    own = torch.Generator().manual_seed(generator.initial_seed())\n    for _ in range(steps):",
        )
        + Edit("q * len(x), generator)", "q * len(x), own)"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit(
            "    for _ in range(steps):",
            "    own = torch.Generator().manual_seed(generator.initial_seed())\n    for _ in range(steps):",
        )
        + Edit("torch.rand(len(x), generator=generator)", "torch.rand(len(x), generator=own)"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-noise",
        Edit("q * len(x), generator)", "q * len(x), None)"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "input-modified",
        Edit(
            "        params = {name: p - lr * move[name] for name, p in params.items()}",
            "        for name, p in params.items():\n            p -= lr * move[name]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "input-modified",
        Edit(
            "        params = {name: p - lr * move[name] for name, p in params.items()}",
            "        for name in params:\n            params[name] = params[name] - lr * move[name]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "noise-once",
        Edit(
            "    for _ in range(steps):",
            "    noise = noisy({name: 0 * p for name, p in params.items()}, max_norm, sigma, q * len(x), generator)\n    for _ in range(steps):",
        )
        + Edit(
            "noisy(pulled, max_norm, sigma, q * len(x), generator)",
            "{name: g / (q * len(x)) + noise[name] for name, g in pulled.items()}",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "clips-batch",
        Edit(
            "clip(gradients(params, x[here], y[here]), max_norm)",
            "clip({name: g.sum(0, keepdim=True) for name, g in gradients(params, x[here], y[here]).items()}, max_norm)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "not-the-sum",
        Edit("noisy(pulled,", "noisy({name: g / len(x[here]) for name, g in pulled.items()},"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "not-the-sum",
        Edit("noisy(pulled,", "noisy({name: g / (q * len(x)) for name, g in pulled.items()},"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-update",
        Edit("p - lr * move[name]", "p - lr * move[name] / (q * len(x))"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-arguments",
        Edit("max_norm, sigma,", "sigma, max_norm,"),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-arguments",
        Edit("max_norm, sigma,", "max_norm, sigma * max_norm,"),
        seen="visible",
    ),
    Right(
        "ex11_6-dp_sgd",
        "batches-first",
        """
def dp_sgd(params, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    everybody = torch.rand((steps, len(x)), generator=generator)
    now = dict(params)
    for row in everybody:
        who = torch.nonzero(row <= q).flatten()
        one_by_one = gradients(now, x[who], y[who])
        summed = {key: torch.zeros_like(value) for key, value in now.items()}
        for i in range(len(who)):
            part = clip({key: g[i : i + 1] for key, g in one_by_one.items()}, max_norm)
            summed = {key: summed[key] + part[key] for key in summed}
        moves = noisy(summed, max_norm, sigma, len(x) * q, generator)
        now.update({key: torch.sub(now[key], moves[key], alpha=lr) for key in now})
    return now
""",
    ),
    Right(
        "ex11_6-dp_sgd",
        "hint-3",
        """
def dp_sgd(params, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    for _ in range(steps):
        taken = torch.rand(len(x), generator=generator) < q
        summed = clip(gradients(params, x[taken], y[taken]), max_norm)
        step = noisy(summed, max_norm, sigma, q * len(x), generator)
        params = {name: p - lr * step[name] for name, p in params.items()}
    return params
""",
    ),
    Right(
        "ex11_6-dp_sgd",
        "by-sgd",
        """
def dp_sgd(params, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    weights = {name: p.clone() for name, p in params.items()}
    optimizer = torch.optim.SGD(list(weights.values()), lr=lr)
    rate = torch.full((len(x),), q)
    for _ in range(steps):
        chosen = torch.bernoulli(rate, generator=generator).nonzero()[:, 0]
        summed = clip(gradients(weights, x[chosen], y[chosen]), max_norm)
        pull = noisy(summed, max_norm, sigma, q * len(x), generator)
        for name, p in weights.items():
            p.grad = pull[name].clone()
        optimizer.step()
    return {name: p.detach() for name, p in weights.items()}
""",
    ),
    # 11.7: the likelihood ratio
    Wrong(
        "ex11_7-lira",
        "swapped",
        Edit(
            "log_density(inside.double()) - log_density(1 - inside.double())",
            "log_density(1 - inside.double()) - log_density(inside.double())",
        ),
        seen="visible",
    ),
    Wrong("ex11_7-lira", "no-width", Edit(" - width.log() / 2", ""), seen="visible"),
    Wrong(
        "ex11_7-lira", "wrong-bells", Edit(" - width.log() / 2", " - width.log()"), seen="visible"
    ),
    Wrong(
        "ex11_7-lira",
        "wrong-bells",
        Edit(
            "(used * (shadows - middle) ** 2).sum(0) / used.sum(0)",
            "(used * (shadows - middle) ** 2).sum(0) / (used.sum(0) - 1)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_7-lira",
        "no-floor",
        Edit(" + 1e-6\n", "\n        width = width.clamp(min=1e-9)\n"),
        seen="visible",
    ),
    Wrong(
        "ex11_7-lira",
        "log-of-density",
        """
def lira(target, shadows, inside):
    def density(used):
        mean = (used * shadows).sum(0) / used.sum(0)
        variance = (used * (shadows - mean) ** 2).sum(0) / used.sum(0) + 1e-6
        return torch.exp(-((target - mean) ** 2) / (2 * variance)) / variance.sqrt()

    return (density(inside.double()) / density(1 - inside.double())).log()
""",
        seen="visible",
    ),
    Right(
        "ex11_7-lira",
        "hint-3",
        """
def lira(target, shadows, inside):
    densities = []
    for used in (inside.double(), 1 - inside.double()):
        mean = (used * shadows).sum(0) / used.sum(0)
        variance = (used * (shadows - mean) ** 2).sum(0) / used.sum(0) + 1e-6
        densities.append(-((target - mean) ** 2) / (2 * variance) - variance.log() / 2)
    return densities[0] - densities[1]
""",
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
        "wrong-outcomes",
        Edit(
            "np.maximum(one - math.exp(total) * zero, 0).sum()",
            "(one - math.exp(total) * zero).sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_9-wear",
        "wrong-outcomes",
        Edit("p = 1 / (1 + math.exp(-epsilon))", "p = 1 - math.exp(-epsilon)"),
        seen="visible",
    ),
    Wrong("ex11_9-wear", "wrong-outcomes", Edit("math.exp(total) * zero", "zero"), seen="visible"),
    Right(
        "ex11_9-wear",
        "hint-3",
        """
def exact_delta(epsilon, k, total):
    p = 1 / (1 + math.exp(-epsilon))
    one, zero = (stats.binom.pmf(np.arange(k + 1), k, share) for share in (p, 1 - p))
    return np.maximum(one - math.exp(total) * zero, 0).sum()
""",
    ),
    Right(
        "ex11_9-wear",
        "by-tail",
        """
def exact_delta(epsilon, k, total):
    # an outcome with j ones has the ratio e^(epsilon (2 j - k)): only those above e^total count
    first = math.floor((total / epsilon + k) / 2) + 1
    tail = [stats.binom.sf(first - 1, k, 1 / (1 + math.exp(sign * epsilon))) for sign in (-1, 1)]
    return max(0.0, tail[0] - math.exp(total) * tail[1])
""",
    ),
    # 11.10: who pays
    Wrong("ex11_10-cost", "wrong-sign", Edit("drops.mean()", "-drops.mean()"), seen="visible"),
    Wrong("ex11_10-cost", "wrong-error", Edit(" / math.sqrt(len(drops))", ""), seen="visible"),
    Wrong("ex11_10-cost", "wrong-error", Edit("ddof=1", "ddof=0"), seen="visible"),
    Wrong(
        "ex11_10-cost",
        "wrong-groups",
        Edit(".mean(axis=1)", ".sum(axis=1) / len(group)"),
        seen="visible",
    ),
    Right(
        "ex11_10-cost",
        "hint-3",
        """
def cost_by_group(plain, private, group):
    costs = {}
    for g in np.unique(group):
        drops = plain[:, group == g].mean(1) - private[:, group == g].mean(1)
        costs[int(g)] = (drops.mean(), drops.std(ddof=1) / len(drops) ** 0.5)
    return costs
""",
    ),
    Right(
        "ex11_10-cost",
        "by-pandas",
        """
def cost_by_group(plain, private, group):
    change = pd.DataFrame((plain.astype(float) - private.astype(float)).T).groupby(group).mean()
    return {int(g): (row.mean(), row.sem()) for g, row in change.iterrows()}
""",
    ),
    # found by a later reader: an argument untried, a number that came out even, parts not used
    Wrong(
        "ex11_1-uniqueness",
        "wrong-share",
        """
def uniqueness(table, columns):
    return float((~table.duplicated(columns, keep=False)).sum() / 5)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "ignores-columns",
        """
def uniqueness(table, columns):
    return float((~table.duplicated(columns[:2], keep=False)).mean())
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "ambiguous",
        """
def link(released, register, columns, secret):
    rel = released.drop_duplicates(columns + [secret])
    rows = rel[~rel.duplicated(columns, keep=False)]
    persons = register[~register.duplicated(columns, keep=False)]
    both = persons.merge(rows, on=columns)
    return dict(zip(both["name"], both[secret]))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "other-columns",
        """
def link(released, register, columns, secret):
    columns = [c for c in released if c in register]
    rows = released[~released.duplicated(columns, keep=False)]
    persons = register[~register.duplicated(columns, keep=False)]
    both = persons.merge(rows, on=columns)
    return dict(zip(both["name"], both[secret]))
""",
        seen="visible",
    ),
    Right(
        "ex11_1-link",
        "merge-then-thin",
        """
def link(released, register, columns, secret):
    both = register.merge(released, on=columns)
    both = both[~both.duplicated("name", keep=False)]
    both = both[~both.duplicated(columns, keep=False)]
    return dict(zip(both["name"], both[secret]))
""",
    ),
    Wrong(
        "ex11_1-exposed",
        "ignores-columns",
        """
def exposed(table, columns, secret):
    g = table.groupby(columns[0], dropna=False)[secret]
    return float((g.transform(lambda s: s.nunique(dropna=False)) == 1).mean())
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-exposed",
        "ignores-columns",
        """
def exposed(table, columns, secret):
    g = table.groupby(columns, dropna=False)[table.columns[-1]]
    return float((g.transform(lambda s: s.nunique(dropna=False)) == 1).mean())
""",
        seen="visible",
    ),
    Wrong(
        "ex11_2-tpr",
        "over-budget",
        """
def tpr_at_fpr(members, others, fpr):
    allowed = math.floor(fpr * len(others) + 0.01)
    if allowed >= len(others):
        return 1.0
    return (members > others.sort(descending=True).values[allowed]).double().mean().item()
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "not-independent",
        """
def randomized_response(bits, epsilon, rng):
    p = 1 / (1 + math.exp(-epsilon))
    n = len(bits)
    lie = np.zeros(n, dtype=int)
    lie[rng.choice(n, round(n * (1 - p)), replace=False)] = 1
    return bits ^ lie


def estimate(answers, epsilon):
    p = 1 / (1 + math.exp(-epsilon))
    return (answers.mean() - (1 - p)) / (2 * p - 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "not-independent",
        """
def randomized_response(bits, epsilon, rng):
    p = 1 / (1 + math.exp(-epsilon))
    u = (np.arange(len(bits)) / len(bits) + rng.random()) % 1
    return np.where(u < p, bits, 1 - bits)


def estimate(answers, epsilon):
    p = 1 / (1 + math.exp(-epsilon))
    return (answers.mean() - (1 - p)) / (2 * p - 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "wrong-truth",
        Edit("true + rng.laplace(0.0,", "rng.laplace(true[0],"),
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "wrong-scale",
        Edit(
            "sensitivity / epsilon, size",
            "(len(true) if len(true) < 1000 else 1) * sensitivity / epsilon, size",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "too-little",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    low, high = 1e-3, 100.0
    for _ in range(60):
        mid = (low + high) / 2
        if gaussian_delta(sensitivity, mid, epsilon) > delta:
            low = mid
        else:
            high = mid
    return true + rng.normal(0.0, high, size=len(true))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-smallest",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    sigma = sensitivity
    while gaussian_delta(sensitivity, sigma, epsilon) > delta:
        sigma *= 1.001
    return true + rng.normal(0.0, sigma, size=len(true))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-most_tpr",
        "second-line",
        """
def most_tpr(fpr, epsilon, delta):
    return np.minimum(np.minimum(np.exp(epsilon) * fpr + delta, 1 - np.exp(-epsilon) * (1 - fpr)), 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-most_tpr",
        "second-line",
        """
def most_tpr(fpr, epsilon, delta):
    return np.minimum(np.minimum(np.exp(epsilon) * fpr, 1 - np.exp(-epsilon) * (1 - fpr)) + delta, 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "one-direction",
        Edit("product((1, -1), (False, True))", "product((-1,), (False, True))"),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "no-delta",
        Edit(
            "    found = np.array([bounds(first, *kind, thresholds) for kind in kinds])\n",
            "    asked, delta = delta, 0.0\n    found = np.array([bounds(first, *kind, thresholds) for kind in kinds])\n    delta = asked\n",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "ignores-rng",
        Edit("    first = [", "    rng = np.random.default_rng(0)\n    first = ["),
        seen="visible",
    ),
    Wrong(
        "ex11_4-audit",
        "ignores-pair",
        Edit(
            "    thresholds = np.quantile",
            "    d0, d1 = (0, 1) if d0 < d1 else (1, 0)\n    thresholds = np.quantile",
        ),
        seen="visible",
    ),
    Wrong(
        "ex11_4-runs",
        "too-few",
        """
def most_refutable(n, delta, confidence):
    return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])


def fewest_runs(epsilon, delta, confidence):
    low, high = 0, 1
    while most_refutable(high, delta, confidence) < epsilon:
        low, high = high, 2 * high
    while high - low > 1:
        mid = (low + high) // 2
        if most_refutable(mid, delta, confidence) < epsilon:
            low = mid
        else:
            high = mid
    return high
""",
        seen="visible",
    ),
    Wrong(
        "ex11_6-clip",
        "wrong-length",
        """
def clip_and_sum(gradients, max_norm):
    length = torch.stack([g.norm(dim=-1).reshape(len(g), -1)[:, 0] if len(g) else g.sum(-1) for g in gradients.values()]).norm(dim=0)
    f = (max_norm / (length + 1e-6)).clamp(max=1)
    return {k: torch.einsum("n,n...->...", f, g) for k, g in gradients.items()}
""",
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-parts",
        Edit("= clip(", "= clip_and_sum("),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-parts",
        Edit("= noisy(", "= noisy_mean("),
        seen="visible",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "own-parts",
        Edit("(gradients(", "(per_sample_gradients("),
        seen="visible",
    ),
    Right(
        "ex11_6-dp_sgd",
        "size-first",
        """
def dp_sgd(params, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    pass
    for _ in range(steps):
        taken = torch.randperm(len(x), generator=generator)[: int(torch.binomial(torch.tensor([float(len(x))]), torch.tensor([q]), generator=generator))]
        summed = clip(gradients(params, x[taken], y[taken]), max_norm)
        step = noisy(summed, max_norm, sigma, q * len(x), generator)
        params = {k: p - lr * step[k] for k, p in params.items()}
    return params
""",
    ),
    Wrong(
        "ex11_6-dp_sgd",
        "wrong-expected",
        Edit("q * len(x), generator)", "round(q * len(x)), generator)"),
        seen="visible",
    ),
    Wrong(
        "ex11_7-lira",
        "no-floor",
        """
def lira(target, shadows, inside):
    r = []
    for u in (inside.double(), 1 - inside.double()):
        m = (u * shadows).sum(0) / u.sum(0)
        v = ((u * (shadows - m) ** 2).sum(0) / u.sum(0)).clamp(min=1e-6)
        r.append(-(target - m) ** 2 / (2 * v) - v.log() / 2)
    return r[0] - r[1]
""",
        seen="visible",
    ),
    Wrong(
        "ex11_7-lira",
        "wrong-bells",
        """
def lira(target, shadows, inside):
    r = []
    for u in (inside.double(), 1 - inside.double()):
        m = (u * shadows).sum(0) / (len(shadows) / 2)
        v = (u * (shadows - m) ** 2).sum(0) / (len(shadows) / 2) + 1e-6
        r.append(-(target - m) ** 2 / (2 * v) - v.log() / 2)
    return r[0] - r[1]
""",
        seen="visible",
    ),
    Right(
        "ex11_9-wear",
        "by-ratios",
        """
def exact_delta(epsilon, k, total):
    p = 1 / (1 + math.exp(-epsilon))
    j = np.arange(k + 1)
    one = stats.binom.pmf(j, k, p)
    return float((one * np.maximum(1 - np.exp(np.minimum(total - epsilon * (2 * j - k), 700)), 0)).sum())
""",
    ),
    Wrong(
        "ex11_9-wear",
        "wrong-outcomes",
        """
def exact_delta(epsilon, k, total):
    p = 1 / (1 + math.exp(-epsilon))
    j = np.arange(11)
    return float(np.maximum(stats.binom.pmf(j, k, p) - math.exp(total) * stats.binom.pmf(j, k, 1 - p), 0).sum())
""",
        seen="visible",
    ),
    Wrong(
        "ex11_10-cost",
        "wrong-error",
        """
def cost_by_group(plain, private, group):
    out = {}
    for g in np.unique(group):
        d = plain[:, group == g].mean(1) - private[:, group == g].mean(1)
        out[int(g)] = (d.mean(), d.std(ddof=1) / 3**0.5)
    return out
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "gap-is-empty",
        """
def uniqueness(table, columns):
    return (~table[columns].fillna("").astype(str).duplicated(keep=False)).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-uniqueness",
        "glued",
        """
def uniqueness(table, columns):
    joined = table[columns].astype(str).sum(axis=1)
    return (~joined.duplicated(keep=False)).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex11_1-link",
        "other-columns",
        """
def link(released, register, columns, secret):
    rows = released[~released.duplicated(columns, keep=False)]
    people = register[~register.duplicated(columns, keep=False)]
    both = people.merge(rows, on=columns)
    return dict(zip(both["name"], both[both.columns[-1]]))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_2-tpr",
        "input-modified",
        """
def tpr_at_fpr(members, others, fpr):
    o = others.numpy()
    o.sort()
    k = math.floor(fpr * len(o) + 1e-9)
    if k == len(o):
        return 1.0
    return (members.numpy() > o[len(o) - 1 - k]).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex11_2-witness",
        "wrong-shape",
        """
def misleading_pair(n):
    few = torch.arange(100) < 13
    first = torch.zeros(100), torch.where(few, 1.0, -1.0)
    second = torch.where(few, 1.0, 0.0), torch.zeros(100)
    return first, second
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-response",
        "input-modified",
        """
def randomized_response(bits, epsilon, rng):
    p = 1 / (1 + math.exp(-epsilon))
    lies = rng.random(len(bits)) >= p
    bits[lies] = 1 - bits[lies]
    return bits


def estimate(answers, epsilon):
    p = 1 / (1 + math.exp(-epsilon))
    return (answers.mean() - (1 - p)) / (2 * p - 1)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "input-modified",
        """
def sum_sensitivity(low, high, neighbours):
    return high - low if neighbours == "replace" else max(abs(low), abs(high))


def laplace(true, sensitivity, epsilon, rng):
    true = true.astype(float, copy=False)
    true += rng.laplace(0.0, sensitivity / epsilon, size=len(true))
    return true
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-laplace",
        "cut-off",
        """
def sum_sensitivity(low, high, neighbours):
    return high - low if neighbours == "replace" else max(abs(low), abs(high))


def laplace(true, sensitivity, epsilon, rng):
    return np.maximum(true + rng.laplace(0.0, sensitivity / epsilon, size=len(true)), 0)
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "not-smallest",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    low, high = 1e-3 * sensitivity, sensitivity
    while gaussian_delta(sensitivity, epsilon, high) > delta:
        high *= 2
    for _ in range(60):
        mid = (low + high) / 2
        if gaussian_delta(sensitivity, epsilon, mid) > delta:
            low = mid
        else:
            high = mid
    return true + rng.normal(0.0, high, size=len(true))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_3-gaussian",
        "wrong-truth",
        """
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    low, high = 1e-3 * sensitivity, sensitivity
    while gaussian_delta(sensitivity, high, epsilon) > delta:
        high *= 2
    for _ in range(60):
        mid = (low + high) / 2
        if gaussian_delta(sensitivity, mid, epsilon) > delta:
            low = mid
        else:
            high = mid
    return rng.normal(true[0], high, size=len(true))
""",
        seen="visible",
    ),
    Wrong(
        "ex11_6-clip",
        "nobody-comes",
        """
def clip_and_sum(gradients, max_norm):
    n = len(next(iter(gradients.values())))
    flat = torch.cat([g.reshape(n, -1) for g in gradients.values()], dim=1)
    f = (max_norm / (flat.norm(dim=1) + 1e-6)).clamp(max=1)
    return {k: sum(f[i] * g[i] for i in range(n)) for k, g in gradients.items()}
""",
        seen="visible",
    ),
    Wrong(
        "ex11_10-cost",
        "gains-left-out",
        """
def cost_by_group(plain, private, group):
    out = {}
    for g in np.unique(group):
        d = (plain[:, group == g] & ~private[:, group == g]).mean(1)
        out[int(g)] = (d.mean(), d.std(ddof=1) / len(d) ** 0.5)
    return out
""",
        seen="visible",
    ),
]
