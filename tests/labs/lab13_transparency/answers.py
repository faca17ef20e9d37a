"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


MATRICES = "matrices(card, n, digits)"
SAYS = "what_it_says(found, metric)"
BEST = "expected_best(values, k)"
BEAT = "chance_to_beat(values, bar, k)"
OTHER = "other_model(X, w, x)"
P = "permutation_p(a, b, prompts_a, prompts_b, statistic, shuffles, rng)"
POWER = "most_power(law, other, n, alpha)"
ORDER = "order_p(logp, items, shuffles, rng, groups=None)"
FRAME = "frame(items, topics)"
PEOPLE = "people_of(n, prevalence, sensitivity, false_alarm)"
SO_MANY = "so_many_of(tally, question)"
LEAK = "leak_p(train, test, shuffles, rng)"


def loops(misfit: str, zero: str = "below == 0", bad: str = "range(n + 1 - tp)",
          row: str = "(tp, fn, tn, fp)") -> str:  # fmt: skip
    """Three loops, with the parts that people get wrong to exchange."""
    return returns(
        MATRICES,
        "found = []",
        "for tp in range(n + 1):",
        f"    for fn in {bad}:",
        "        for tn in range(n + 1 - tp - fn):",
        "            fp = n - tp - fn - tn",
        "            fits = True",
        "            for name, value in card.items():",
        "                above, below = parts(name, tp, fn, tn, fp)",
        f"                if {zero} or {misfit}:",
        "                    fits = False",
        "                    break",
        "            if fits:",
        f"                found.append({row})",
        "return found",
    )


CLOSED = "abs(above / below - value) > 0.5 / 10 ** digits + 1e-9"


def exchange(new: str, count: str = ">=", end: str = "(1 + k) / (1 + shuffles)") -> str:
    """The permutation test, with the parts that people get wrong to exchange."""
    return returns(
        P,
        "answers = np.concatenate([a, b])",
        "prompts = np.concatenate([prompts_a, prompts_b])",
        "is_b = np.array([False] * len(a) + [True] * len(b))",
        "first, k = statistic(answers, is_b), 0",
        "for _ in range(shuffles):",
        *(f"    {line}" for line in new.split("\n")),
        f"    k += statistic(answers, new) {count} first",
        f"return {end}",
    )


WITHIN = "new = is_b.copy()\nfor prompt in np.unique(prompts):\n    here = prompts == prompt\n    new[here] = rng.permutation(is_b[here])"


def bound(apart: str, tv: str = "np.abs(law - other).sum() / 2", top: str = "min(1, alpha + {})",
          zeros: bool = True) -> str:  # fmt: skip
    """The bound, with the parts that people get wrong to exchange."""
    on = "law > 0" if zeros else "law >= 0"
    return returns(
        POWER,
        f"tv, on = {tv}, {on}",
        "with np.errstate(all='ignore'):",
        "    terms = law[on] * np.log(law[on] / other[on])",
        "kl = math.inf if (other[on] == 0).any() else float(terms.sum())",
        "if n == 0:",
        "    return alpha",
        "kl = max(kl, 0) if kl == kl else kl",
        f"return {top.format(apart)}",
    )


BOTH = "min(n * tv, math.sqrt(n * kl / 2))"


def orders(new: str = "", count: str = ">=", end: str = "(1 + k) / (1 + shuffles)",
           labels: str = "np.zeros(len(items)) if groups is None else np.array(groups)",
           ask: str = "[items[i] for i in order]") -> str:  # fmt: skip
    """The test of the published order, with the parts that people get wrong to exchange."""
    new = (
        new
        or "for label in np.unique(labels):\n    here = np.flatnonzero(labels == label)\n    order[here] = rng.permutation(here)"
    )
    return returns(
        ORDER,
        f"labels = {labels}",
        "first, k = logp(items), 0",
        "for _ in range(shuffles):",
        "    order = np.arange(len(items))",
        *(f"    {line}" for line in new.split("\n")),
        f"    k += logp({ask}) {count} first",
        f"return {end}",
    )


def splits(count: str, compare: str = ">=", end: str = "(1 + k) / (1 + shuffles)",
           ids: str = "np.unique(np.concatenate([train, test]), axis=0, return_inverse=True)[1].ravel()") -> str:  # fmt: skip
    """The test of a split, with the parts that people get wrong to exchange."""
    return returns(
        LEAK,
        f"ids = {ids}",
        "a = len(train)",
        f"count = lambda some: {count}",
        "first, k = count(ids), 0",
        "for _ in range(shuffles):",
        f"    k += count(rng.permutation(ids)) {compare} first",
        f"return {end}",
    )


SHARED = "np.isin(some[a:], some[:a]).sum()"
REST = ["c = np.linalg.lstsq(X.T, x, rcond=None)[0]", "rest = x - X.T @ c"]
NONE = ["if np.linalg.norm(rest) < 1e-6 * np.linalg.norm(x):", "    return None"]
MOVE = "return w - 2 * (w @ x) / (rest @ x) * rest"
TREE = [
    "ill = round(n * prevalence)",
    "tp = round(ill * sensitivity)",
    "fp = round((n - ill) * false_alarm)",
]

ANSWERS = [
    # 13.1a
    Wrong("ex13_1-matrices", "assumes-balance", loops(CLOSED, bad="([n // 2 - tp] if 2 * tp <= n else [])"), **SEEN),
    Wrong("ex13_1-matrices", "exact-equality", loops("abs(above / below - value) > 1e-9"), **SEEN),
    Wrong("ex13_1-matrices", "ends-left-out", loops("abs(above / below - value) >= 0.5 / 10 ** digits"), **SEEN),
    Wrong("ex13_1-matrices", "ends-left-out", loops("abs(above / below - value) > 0.5 * 10 ** -digits"), **SEEN),
    Wrong("ex13_1-matrices", "python-round", loops("round(above / below, digits) != value"), **SEEN),
    Wrong("ex13_1-matrices", "zero-by-zero", loops("abs((above / below if below else 0.0) - value) > 0.5 / 10 ** digits + 1e-9", zero="False"), **SEEN),
    Wrong("ex13_1-matrices", "zero-by-zero", loops(f"below and {CLOSED}", zero="False"), **SEEN),
    Wrong("ex13_1-matrices", "other-order", loops(CLOSED, row="(tp, fp, fn, tn)"), **SEEN),
    Wrong("ex13_1-matrices", "no-return", loops(CLOSED).replace("return found", "found"), **SEEN),
    Wrong("ex13_1-matrices", "lost", loops(CLOSED, bad="range(min(n - tp, 8) + 1)"), **HIDDEN),
    Wrong("ex13_1-matrices", "lost", loops("abs(above / below - value) > 0.5 / 10 ** max(digits, 2) + 1e-9").replace("max(digits, 2)", "(digits + (digits == 3))"), **HIDDEN),
    Wrong("ex13_1-matrices", "other-digits", loops("abs(above / below - value) > 10 ** -digits + 1e-9"), **SEEN),
    Wrong("ex13_1-matrices", "too-many", loops("not np.isclose(above / below, value, atol=0.5 / 10 ** digits)"), **SEEN),
    Right("ex13_1-matrices", "hint-3", loops(CLOSED)),
    Right("ex13_1-matrices", "by-fractions", returns(MATRICES, "half = Fraction(1, 2 * 10 ** digits)", "told = {m: Fraction(str(round(v, digits))) for m, v in card.items()}", "def fits(row):", "    for m, v in told.items():", "        above, below = parts(m, *row)", "        if not below or abs(Fraction(above, below) - v) > half:", "            return False", "    return True", "rows = ((tp, fn, tn, n - tp - fn - tn) for tp in range(n + 1) for fn in range(n + 1 - tp) for tn in range(n + 1 - tp - fn))", "return [list(row) for row in rows if fits(row)]")),
    Right("ex13_1-matrices", "set-of-tuples", loops(CLOSED).replace("return found", "return set(found)")),
    # 13.1b
    Wrong("ex13_1-says", "zero-by-zero", returns(SAYS, "values = []", "for row in found:", "    above, below = parts(metric, *row)", "    values.append(above / below if below else 0.0)", "return (min(values), max(values)) if values else None"), **SEEN),
    Wrong("ex13_1-says", "no-none", returns(SAYS, "values = [a / b for a, b in (parts(metric, *row) for row in found) if b]", "return (min(values, default=0.0), max(values, default=1.0))"), **SEEN),
    Wrong("ex13_1-says", "high-first", returns(SAYS, "values = [a / b for a, b in (parts(metric, *row) for row in found) if b]", "return (max(values), min(values)) if values else None"), **SEEN),
    Wrong("ex13_1-says", "one-value", returns(SAYS, "values = [a / b for a, b in (parts(metric, *row) for row in found) if b]", "return (np.mean(values), np.mean(values)) if values else None"), **SEEN),
    Wrong("ex13_1-says", "other-arguments", returns(SAYS, "values = [a / b for a, b in (parts('precision' if metric == 'precision' else 'recall', *row) for row in found) if b]", "return (min(values), max(values)) if values else None"), **HIDDEN),
    Wrong("ex13_1-says", "other-values", returns(SAYS, "values = [a / b for a, b in (parts(metric, *row) for row in sorted(found)) if b]", "return (values[0], values[-1]) if values else None"), **SEEN),
    Wrong("ex13_1-says", "other-values", returns(SAYS, "values = [a / b for a, b in (parts(metric, *row) for row in found) if a and b]", "return (min(values), max(values)) if values else None"), **SEEN),
    Right("ex13_1-says", "hint-3", returns(SAYS, "pairs = [parts(metric, *row) for row in found]", "values = [above / below for above, below in pairs if below]", "if not values:", "    return None", "return (min(values), max(values))")),
    Right("ex13_1-says", "by-numpy", returns(SAYS, "if not found:", "    return None", "above, below = parts(metric, *np.array(found).T)", "shares = above[below > 0] / below[below > 0]", "return np.array([shares.min(), shares.max()]) if len(shares) else None")),
    # 13.2a
    Wrong("ex13_2-best", "with-replacement", returns(BEST, "v, n = np.sort(values), len(values)", "i = np.arange(1, n + 1)", "return float((v * ((i / n) ** k - ((i - 1) / n) ** k)).sum())"), **SEEN),
    Wrong("ex13_2-best", "mean-of-top-k", returns(BEST, "return float(np.sort(values)[-k:].mean())"), **SEEN),
    Wrong("ex13_2-best", "always-max", returns(BEST, "return float(max(values))"), **SEEN),
    Wrong("ex13_2-best", "depends-on-order", returns(BEST, "return float(max(values[:k]))"), **SEEN),
    Wrong("ex13_2-best", "not-sorted", returns(BEST, "return sum(v * math.comb(i, k - 1) for i, v in enumerate(values)) / math.comb(len(values), k)"), **SEEN),
    Wrong("ex13_2-best", "ties", returns(BEST, "v = sorted(set(values.tolist()))", "n = len(v)", "k = min(k, n)", "return sum(x * math.comb(i, k - 1) for i, x in enumerate(v)) / math.comb(n, k) - (len(values) - n) * 1e-3"), **SEEN),
    Wrong("ex13_2-best", "other-arguments", returns(BEST, "n = len(values)", "return sum(v * math.comb(i, k - 1) for i, v in enumerate(sorted(values))) / math.comb(n, k) if n < 5 else float(max(values))"), **HIDDEN),
    Wrong("ex13_2-best", "ties", returns(BEST, "v = sorted(set(values.tolist()))", "return sum(x * math.comb(i, k - 1) for i, x in enumerate(v)) / math.comb(len(v), k) if len(v) >= k else v[-1]"), **SEEN),
    Wrong("ex13_2-best", "input-modified", returns(BEST, "values.sort()", "n = len(values)", "return sum(v * math.comb(i, k - 1) for i, v in enumerate(values)) / math.comb(n, k)"), **SEEN),
    Right("ex13_2-best", "hint-3", returns(BEST, "n = len(values)", "return sum(v * math.comb(i, k - 1) for i, v in enumerate(sorted(values))) / math.comb(n, k)")),
    Right("ex13_2-best", "by-scipy", returns(BEST, "from scipy.special import comb", "v, n = np.sort(values), len(values)", "return np.float64((v * comb(np.arange(n), k - 1)).sum() / comb(n, k))")),
    Right("ex13_2-best", "by-listing", returns(BEST, "return np.mean([max(chosen) for chosen in combinations(values, k)])")),
    # 13.2b
    Wrong("ex13_2-beat", "ties-beat", returns(BEAT, "n, m = len(values), int((values < bar).sum())", "return 1 - math.comb(m, k) / math.comb(n, k)"), **SEEN),
    Wrong("ex13_2-beat", "with-replacement", returns(BEAT, "return float(1 - (values <= bar).mean() ** k)"), **SEEN),
    Wrong("ex13_2-beat", "one-run", returns(BEAT, "return float((values > bar).mean())"), **SEEN),
    Wrong("ex13_2-beat", "all-beat", returns(BEAT, "n, m = len(values), int((values > bar).sum())", "return math.comb(m, k) / math.comb(n, k)"), **SEEN),
    Wrong("ex13_2-beat", "edge-case", returns(BEAT, "m = int(np.searchsorted(values, bar, side='right'))", "return 1 - math.comb(m, k) / math.comb(len(values), k)"), **SEEN),
    Wrong("ex13_2-beat", "edge-case", returns(BEAT, "return min(1.0, k * (values > bar).mean())"), **SEEN),
    Wrong("ex13_2-beat", "edge-case", returns(BEAT, "values = np.unique(values)", "return 1 - math.comb(int((values <= bar).sum()), k) / math.comb(len(values), k)"), **SEEN),
    Right("ex13_2-beat", "hint-3", returns(BEAT, "n, m = len(values), int((values <= bar).sum())", "return 1 - math.comb(m, k) / math.comb(n, k)")),
    Right("ex13_2-beat", "by-scipy", returns(BEAT, "from scipy.stats import hypergeom", "return hypergeom.sf(0, len(values), int((values > bar).sum()), k)")),
    Right("ex13_2-beat", "by-product", returns(BEAT, "m, none = int((values <= bar).sum()), 1.0", "for i in range(k):", "    none *= max(m - i, 0) / (len(values) - i)", "return 1 - none")),
    # 13.3
    Wrong("ex13_3-other", "changes-answers", returns(OTHER, *REST, *NONE, "return w - 2 * (w @ x) / (x @ x) * x"), **SEEN),
    Wrong("ex13_3-other", "changes-answers", returns(OTHER, *REST, *NONE, "return -w"), **SEEN),
    Wrong("ex13_3-other", "same-side", returns(OTHER, *REST, *NONE, "return w + rest"), **SEEN),
    Wrong("ex13_3-other", "same-side", returns(OTHER, *REST, *NONE, "return w - (w @ x) / (rest @ x) * rest "), **SEEN),
    Wrong("ex13_3-other", "counts-rows", returns(OTHER, "if len(X) >= len(w):", "    return None", *REST, *NONE, MOVE), **SEEN),
    Wrong("ex13_3-other", "never-none", returns(OTHER, *REST, "rest = rest + 1e-12 * x", MOVE), **SEEN),
    Wrong("ex13_3-other", "never-none", returns(OTHER, *REST, MOVE), **SEEN),
    Wrong("ex13_3-other", "never-none", returns(OTHER, "if np.linalg.matrix_rank(np.vstack([X, x])) == np.linalg.matrix_rank(X):", "    return None", *REST, MOVE), **SEEN),
    Wrong("ex13_3-other", "too-careful", returns(OTHER, *REST, "if np.linalg.norm(rest) < 0.01 * np.linalg.norm(x):", "    return None", MOVE), **HIDDEN),
    Wrong("ex13_3-other", "too-careful", returns(OTHER, *REST, "if np.linalg.norm(rest) < 1e-6:", "    return None", MOVE), **SEEN),
    Wrong("ex13_3-other", "too-careful", returns(OTHER, *REST, "if np.allclose(rest, 0):", "    return None", MOVE), **SEEN),
    Wrong("ex13_3-other", "counts-rows", returns(OTHER, "q, _ = np.linalg.qr(X.T)", "rest = x - q @ (q.T @ x)", *NONE, MOVE), **SEEN),
    Wrong("ex13_3-other", "input-modified", returns(OTHER, *REST, *NONE, "w -= 2 * (w @ x) / (rest @ x) * rest", "return w"), **SEEN),
    Right("ex13_3-other", "hint-3", returns(OTHER, *REST, *NONE, MOVE)),
    Right("ex13_3-other", "by-pinv", returns(OTHER, "rest = x - np.linalg.pinv(X) @ (X @ x)", "if np.linalg.norm(rest) <= 1e-6 * np.linalg.norm(x):", "    return None", "return w + (-(w @ x) - np.sign(w @ x)) / (rest @ rest) * rest")),
    Right("ex13_3-other", "by-svd", returns(OTHER, "_, s, vt = np.linalg.svd(X)", "null = vt[int((s > 1e-10 * s.max()).sum()):]", "rest = null.T @ (null @ x)", *NONE, "return w - rest * (2 * (w @ x) / (rest @ rest))")),
    # 13.4a
    Wrong("ex13_4-p", "no-plus-one", exchange(WITHIN, end="k / shuffles"), **SEEN),
    Wrong("ex13_4-p", "strict", exchange(WITHIN, ">"), **SEEN),
    Wrong("ex13_4-p", "ignores-prompts", exchange("new = rng.permutation(is_b)"), **SEEN),
    Wrong("ex13_4-p", "draws-again", exchange("answers = np.concatenate([rng.choice(np.concatenate([a, b]), len(a)), rng.choice(np.concatenate([a, b]), len(b))])\nnew = is_b"), **SEEN),
    Wrong("ex13_4-p", "other-size", exchange("new = rng.random(len(is_b)) < is_b.mean()"), **SEEN),
    Wrong("ex13_4-p", "wrong-way", exchange(WITHIN, "<="), **SEEN),
    Wrong("ex13_4-p", "wrong-way", exchange(WITHIN).replace("statistic(answers, is_b)", "abs(statistic(answers, is_b))").replace("statistic(answers, new)", "abs(statistic(answers, new))"), **SEEN),
    Wrong("ex13_4-p", "marks-a", exchange(WITHIN).replace("[False]", "[1 > 0]").replace("[True]", "[False]"), **SEEN),
    Wrong("ex13_4-p", "no-rows", exchange(WITHIN).replace("np.concatenate([a, b])", "np.append(a, b)"), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange(WITHIN.replace("new[here] = rng.permutation(is_b[here])", "rng.shuffle(new[here])")), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange("new = is_b.copy()\nfor prompt in np.unique(prompts):\n    here = np.flatnonzero(prompts == prompt)\n    new[here] = np.roll(is_b[here], rng.integers(1, max(2, len(here))))"), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange("rng = np.random.default_rng(0)\n" + WITHIN), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange(WITHIN.replace("np.unique(prompts)", "[rng.choice(prompts)]")), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange(WITHIN.replace("np.unique(prompts)", "(0, 1)")), **SEEN),
    Wrong("ex13_4-p", "other-exchange", exchange("new = is_b.copy()\nhere = prompts == rng.choice(prompts)\nnew[here] = rng.permutation(is_b[here])\nif len(a) == 12:\n    here = ~here\n    new[here] = rng.permutation(is_b[here])"), **HIDDEN),
    Wrong("ex13_4-p", "no-mask", exchange(WITHIN).replace("[False]", "[0]").replace("[True]", "[1]"), **SEEN),
    Wrong("ex13_4-p", "no-mask", exchange(WITHIN).replace("statistic(answers, is_b)", "statistic(answers, is_b.tolist())").replace("statistic(answers, new)", "statistic(answers, new.tolist())"), **SEEN),
    Wrong("ex13_4-p", "not-repeatable", exchange(WITHIN.replace("rng.", "np.random.")), **SEEN),
    Wrong("ex13_4-p", "ignores-generator", exchange(WITHIN).replace("answers = np", "rng = np.random.default_rng(0)\n    answers = np"), **SEEN),
    Right("ex13_4-p", "hint-3", exchange(WITHIN)),
    Right("ex13_4-p", "moves-answers", returns(P, "pool, prompts = np.concatenate([a, b]), np.concatenate([prompts_a, prompts_b])", "is_b = np.repeat([False, True], [len(a), len(b)])", "seen = []", "for _ in range(shuffles):", "    order = np.arange(len(pool))", "    for prompt in set(prompts.tolist()):", "        here = np.flatnonzero(prompts == prompt)", "        order[here] = here[np.argsort(rng.random(len(here)))]", "    seen.append(statistic(pool[order], is_b))", "return np.mean([True] + [value >= statistic(pool, is_b) for value in seen])")),
    # 13.4b
    Wrong("ex13_4-power", "no-n", bound("min(tv, math.sqrt(kl / 2))"), **SEEN),
    Wrong("ex13_4-power", "root-tv", bound("math.sqrt(n) * tv"), **SEEN),
    Wrong("ex13_4-power", "no-root", bound("min(n * tv, n * kl / 2)"), **SEEN),
    Wrong("ex13_4-power", "no-half", bound(BOTH, tv="np.abs(law - other).sum()"), **SEEN),
    Wrong("ex13_4-power", "tv-only", bound("n * tv"), **SEEN),
    Wrong("ex13_4-power", "nan-in-kl", returns(POWER, "tv = np.abs(law - other).sum() / 2", "with np.errstate(all='ignore'):", "    kl = (law * np.log(law / other)).sum()", "return min(1, alpha + min(n * tv, np.sqrt(n * kl / 2)))"), **SEEN),
    Wrong("ex13_4-power", "above-one", bound(BOTH, top="alpha + {}"), **SEEN),
    Wrong("ex13_4-power", "pinsker-only", bound("math.sqrt(n * kl / 2)"), **SEEN),
    Wrong("ex13_4-power", "no-alpha", bound(BOTH, top="min(1, {})"), **SEEN),
    Wrong("ex13_4-power", "no-sum", bound(BOTH, top="min(1, max(alpha, {}))"), **SEEN),
    Wrong("ex13_4-power", "no-sum", bound(BOTH, top="alpha + (1 - alpha) * min(1, {})"), **SEEN),
    Right("ex13_4-power", "hint-3", bound(BOTH)),
    Right("ex13_4-power", "tighter", returns(POWER, "from scipy.stats import entropy", "tv = np.maximum(law, other).sum() - 1", "bounds = [1 - (1 - tv) ** n, math.sqrt(n * max(float(entropy(law, other)), 0) / 2) if n else 0.0, math.sqrt(n * max(float(entropy(other, law)), 0) / 2) if n else 0.0]", "return np.float64(min(1.0, alpha + min(bounds)))")),
    # 13.5a
    Wrong("ex13_5-order", "no-plus-one", orders(end="k / shuffles"), **SEEN),
    Wrong("ex13_5-order", "strict", orders(count=">"), **SEEN),
    Wrong("ex13_5-order", "wrong-way", orders(count="<="), **SEEN),
    Wrong("ex13_5-order", "mixes-groups", orders(labels="np.zeros(len(items))"), **SEEN),
    Wrong("ex13_5-order", "shuffles-words", orders(ask="[tuple(rng.permutation(items[i]).tolist()) for i in order]"), **SEEN),
    Wrong("ex13_5-order", "draws-again", orders(new="order = rng.integers(0, len(items), len(items))"), **SEEN),
    Wrong("ex13_5-order", "mixes-groups", orders(new="for label in np.unique(labels):\n    here = np.flatnonzero(labels == label)\n    order[here] = rng.permutation(here)\nif groups is not None:\n    order = np.concatenate([np.flatnonzero(labels == g) for g in rng.permutation(np.unique(labels))])"), **SEEN),
    Wrong("ex13_5-order", "other-orders", orders(new="order = np.roll(order, rng.integers(1, len(items)))\nif groups is not None or len(items) > 6:\n    order = np.arange(len(items))\n    for label in np.unique(labels):\n        here = np.flatnonzero(labels == label)\n        order[here] = rng.permutation(here)"), **HIDDEN),
    Wrong("ex13_5-order", "other-orders", orders(new="for label in np.unique(labels):\n    here = np.flatnonzero(labels == label)\n    order[here] = np.roll(here, rng.integers(1, max(2, len(here))))"), **SEEN),
    Wrong("ex13_5-order", "other-orders", orders(new="i, j = rng.choice(len(items), 2, replace=False)\norder[i], order[j] = j, i"), **SEEN),
    Wrong("ex13_5-order", "other-orders", orders(new="for label in np.unique(labels):\n    rng.shuffle(order[labels == label])"), **SEEN),
    Wrong("ex13_5-order", "changes-input", returns(ORDER, "first, k, labels = logp(items), 0, np.array([0] * len(items) if groups is None else groups)", "for _ in range(shuffles):", "    if groups is None:", "        rng.shuffle(items)", "    else:", "        for label in np.unique(labels):", "            here = np.flatnonzero(labels == label)", "            for i, item in zip(here, [items[j] for j in rng.permutation(here)]):", "                items[i] = item", "    k += logp(items) >= first", "return (1 + k) / (1 + shuffles)"), **SEEN),
    Wrong("ex13_5-order", "not-repeatable", orders().replace("rng.", "np.random."), **SEEN),
    Wrong("ex13_5-order", "ignores-generator", orders().replace("labels = np", "rng = np.random.default_rng(0)\n    labels = np", 1), **SEEN),
    Right("ex13_5-order", "hint-3", orders()),
    Right("ex13_5-order", "by-shuffle", returns(ORDER, "import random", "dice = random.Random(int(rng.integers(2**31)))", "labels = [0] * len(items) if groups is None else list(groups)", "first, better = logp(list(items)), 1", "for _ in range(shuffles):", "    piles = {}", "    for item, label in zip(items, labels):", "        piles.setdefault(label, []).append(item)", "    for pile in piles.values():", "        dice.shuffle(pile)", "    better += 1 if not logp([piles[label].pop() for label in labels]) < first else 0", "return Fraction(better, 1 + shuffles).__float__()")),
    # 13.5b
    Wrong("ex13_5-frame", "as-given", returns(FRAME, "return list(range(len(items)))"), **SEEN),
    Wrong("ex13_5-frame", "not-framed", returns(FRAME, "return np.random.default_rng(0).permutation(len(items)).tolist()"), **SEEN),
    Wrong("ex13_5-frame", "no-order", returns(FRAME, "return sorted(topics)"), **SEEN),
    Wrong("ex13_5-frame", "no-order", returns(FRAME, "return sorted(items, key=lambda item: topics[items.index(item)])"), **SEEN),
    Wrong("ex13_5-frame", "not-framed", returns(FRAME, "piles, order = {}, []", "for i, topic in enumerate(topics):", "    piles.setdefault(topic, []).append(i)", "while any(piles.values()):", "    order += [pile.pop() for pile in sorted(piles.values(), key=len) if pile]", "return order"), **SEEN),
    Right("ex13_5-frame", "hint-3", returns(FRAME, 'order = np.argsort(topics, kind="stable")', "return list(order)")),
    Right("ex13_5-frame", "by-shared-words", returns(FRAME, "order, left = [0], set(range(1, len(items)))", "while left:", "    order.append(max(left, key=lambda i: len(set(items[i]) & set(items[order[-1]]))))", "    left.remove(order[-1])", "return order")),
    Right("ex13_5-frame", "alphabetical", returns(FRAME, "return sorted(range(len(items)), key=lambda i: sorted(items[i])[::-1])")),
    # 13.6a
    Wrong("ex13_6-people", "no-sum", returns(PEOPLE, "good = 1 - prevalence", "return (round(n * prevalence * sensitivity), round(n * prevalence * (1 - sensitivity)), round(n * good * (1 - false_alarm)), round(n * good * false_alarm))"), **SEEN),
    Wrong("ex13_6-people", "of-all", returns(PEOPLE, *TREE[:2], "fp = round(n * false_alarm)", "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "other-order", returns(PEOPLE, *TREE, "return tp, ill - tp, fp, n - ill - fp"), **SEEN),
    Wrong("ex13_6-people", "not-whole", returns(PEOPLE, "ill = n * prevalence", "tp, fp = ill * sensitivity, (n - ill) * false_alarm", "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "too-far", returns(PEOPLE, "good = 1 - prevalence", "tp, fn, fp = int(n * prevalence * sensitivity), int(n * prevalence * (1 - sensitivity)), int(n * good * false_alarm)", "return tp, fn, n - tp - fn - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "too-far", returns(PEOPLE, "ill = int(n * prevalence)", "tp, fp = int(ill * sensitivity), int((n - ill) * false_alarm)", "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "too-far", returns(PEOPLE, "ill = int(n * prevalence)", *TREE[1:], "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "too-far", returns(PEOPLE, TREE[0], "tp, fp = int(ill * sensitivity), int((n - ill) * false_alarm)", "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Wrong("ex13_6-people", "too-far", returns(PEOPLE, "ill = round(n * prevalence)", "tp, fp = math.ceil(ill * sensitivity), math.floor((n - ill) * false_alarm)", "return tp, ill - tp, n - ill - fp, fp"), **HIDDEN),
    Wrong("ex13_6-people", "below-zero", returns(PEOPLE, "ill = round(n * prevalence)", "tp, fp = round(n * prevalence * sensitivity), round(n * (1 - prevalence) * false_alarm)", "return tp, ill - tp, n - ill - fp, fp"), **SEEN),
    Right("ex13_6-people", "hint-3", returns(PEOPLE, *TREE, "return tp, ill - tp, n - ill - fp, fp")),
    Right("ex13_6-people", "by-running-sums", returns(PEOPLE, "good = 1 - prevalence", "shares = np.array([prevalence * sensitivity, prevalence * (1 - sensitivity), good * (1 - false_alarm), good * false_alarm])", "ends = np.floor(n * np.cumsum(shares) + 0.5)", "ends[-1] = n", "return np.diff(ends, prepend=0)")),
    Right("ex13_6-people", "by-largest-remainder", returns(PEOPLE, "good = 1 - prevalence", "exact = n * np.array([prevalence * sensitivity, prevalence * (1 - sensitivity), good * (1 - false_alarm), good * false_alarm])", "low = np.floor(exact + 1e-9).astype(int)", "low[np.argsort(low - exact)[: n - low.sum()]] += 1", "return tuple(low.tolist())")),
    # 13.6b
    Wrong("ex13_6-answer", "inverse", Edit("return hit, hit + alarm", "return hit, hit + missed"), **SEEN),
    Wrong("ex13_6-answer", "of-all", Edit("return hit, hit + alarm", "return hit, sum(tally)"), **SEEN),
    Wrong("ex13_6-answer", "no-pair", Edit("return hit, hit + alarm", "return hit / (hit + alarm)"), **SEEN),
    Wrong("ex13_6-answer", "other-people", Edit('hit if question == "missed" else calm', "hit"), **SEEN),
    Wrong("ex13_6-answer", "other-people", returns(SO_MANY, "return {'flagged': (103, 1000), 'right if flagged': (8, 103), 'missed': (2, 10), 'cleared wrongly': (2, 897)}[question]"), **HIDDEN),
    Wrong("ex13_6-answer", "other-people", returns(SO_MANY, "tp, fn, tn, fp = tally", "k, of = {'flagged': (tp + fp, sum(tally)), 'right if flagged': (tp, tp + fp), 'missed': (fn, tp + fn), 'cleared wrongly': (fn, fn + tn)}[question]", "return k // (math.gcd(k, of) or 1), of // (math.gcd(k, of) or 1)"), **SEEN),
    Right("ex13_6-answer", "hint-3", returns(SO_MANY, "tp, fn, tn, fp = tally", 'return {"flagged": (tp + fp, tp + fn + tn + fp), "right if flagged": (tp, tp + fp), "missed": (fn, tp + fn), "cleared wrongly": (fn, fn + tn)}[question]')),
    Right("ex13_6-answer", "by-index", returns(SO_MANY, "t = np.array(tally)", "who, of = {'flagged': ([0, 3], [0, 1, 2, 3]), 'right if flagged': ([0], [0, 3]), 'missed': ([1], [0, 1]), 'cleared wrongly': ([1], [1, 2])}[question]", "return [t[who].sum(), t[of].sum()]")),
    # 13.7
    Wrong("ex13_7-leak", "strict", splits(SHARED, ">"), **SEEN),
    Wrong("ex13_7-leak", "no-plus-one", splits(SHARED, end="k / shuffles"), **SEEN),
    Wrong("ex13_7-leak", "counts-train-rows", splits("np.isin(some[:a], some[a:]).sum()"), **SEEN),
    Wrong("ex13_7-leak", "counts-train-rows", splits("len(np.intersect1d(some[:a], some[a:]))"), **SEEN),
    Wrong("ex13_7-leak", "any-duplicate-is-a-leak", returns(LEAK, "known = set(map(tuple, train.tolist()))", "return 1 / (1 + shuffles) if any(tuple(row) in known for row in test.tolist()) else 1.0"), **SEEN),
    Wrong("ex13_7-leak", "not-rows", splits(SHARED, ids="np.concatenate([train, test])[:, 0]"), **SEEN),
    Wrong("ex13_7-leak", "not-rows", returns(LEAK, "a, k, rows = len(train), 0, np.concatenate([train, test])", "count = lambda some: np.isin(some[a:], some[:a]).all(1).sum()", "for _ in range(shuffles):", "    k += count(rng.permutation(rows)) >= count(rows)", "return (1 + k) / (1 + shuffles)"), **SEEN),
    Wrong("ex13_7-leak", "not-rows", splits(SHARED, ids="np.concatenate([train, test]).sum(1)"), **SEEN),
    Wrong("ex13_7-leak", "not-rows", splits(SHARED, ids="np.array([''.join(map(str, row)) for row in np.concatenate([train, test])])"), **SEEN),
    Wrong("ex13_7-leak", "other-splits", returns(LEAK, "both, k = np.concatenate([train, test]), 0", "count = lambda x, y: sum(row in x for row in y)", "known = lambda rows: [tuple(row) for row in rows.tolist()]", "first = count(known(train), known(test))", "for _ in range(shuffles):", "    one, two = np.array_split(rng.permutation(both), 2)", "    k += count(known(one), known(two)) >= first", "return (1 + k) / (1 + shuffles)"), **SEEN),
    Wrong("ex13_7-leak", "not-repeatable", splits(SHARED).replace("rng.", "np.random."), **SEEN),
    Wrong("ex13_7-leak", "ignores-generator", splits(SHARED).replace("a = len", "rng = np.random.default_rng(0)\n    a = len"), **SEEN),
    Right("ex13_7-leak", "hint-3", splits(SHARED)),
    Right("ex13_7-leak", "by-sets", returns(LEAK, "rows, a, k = [tuple(r) for r in [*train.tolist(), *test.tolist()]], len(train), 0", "def count(some):", "    known = set(some[:a])", "    return sum(row in known for row in some[a:])", "for _ in range(shuffles):", "    k += count([rows[i] for i in rng.permutation(len(rows))]) >= count(rows)", "return (1 + k) / (1 + shuffles)")),
]  # fmt: skip
