"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 9.1 a: rates by group
    Wrong("ex9_1-rates", "of-everybody", Edit('"fpr": said[truth == 0]', '"fpr": said * (1 - truth)')),
    Wrong("ex9_1-rates", "wrong-denominator", Edit('"ppv": truth[said == 1]', '"ppv": said[truth == 1]')),
    Wrong("ex9_1-rates", "wrong-denominator", Edit('"fpr": said[truth == 0]', '"fpr": 1 - truth[said == 1]')),
    Wrong("ex9_1-rates", "no-nan", Edit("else np.nan", "else 0.0")),
    Wrong("ex9_1-rates", "pooled", Edit('"ppv": truth[said == 1]', '"ppv": y[decision == 1]')),
    Right(
        "ex9_1-rates",
        "by-counts",
        """
def group_rates(y, decision, group):
    def ratio(top, bottom):
        return top / bottom if bottom else float("nan")

    names = sorted(set(np.asarray(group).tolist()))
    table = pd.DataFrame(index=names, columns=["n", "selection_rate", "tpr", "fpr", "ppv"])
    for name in names:
        pairs = [(int(a), int(b)) for a, b, g in zip(y, decision, group) if g == name]
        tp, fp = pairs.count((1, 1)), pairs.count((0, 1))
        fn, tn = pairs.count((1, 0)), pairs.count((0, 0))
        n = tp + fp + fn + tn
        table.loc[name] = [n, (tp + fp) / n, ratio(tp, tp + fn), ratio(fp, fp + tn), ratio(tp, tp + fp)]
    return table.astype(float)
""",
    ),
    # 9.1 b: calibration
    Wrong(
        "ex9_1-calibration",
        "wrong-way",
        """
def calibration(y, score, group):
    return pd.crosstab(score[y == 1], group[y == 1], normalize="columns").reindex(np.unique(score))
""",
    ),
    Wrong("ex9_1-calibration", "no-nan", Edit(".unstack()", ".unstack().fillna(0)")),
    Wrong(
        "ex9_1-calibration",
        "pooled",
        """
def calibration(y, score, group):
    counts = pd.Series(y).groupby([score, group]).agg(["sum", "size"]).unstack()
    return counts["sum"].div(counts["size"].sum(axis=1), axis=0)
""",
    ),
    Right(
        "ex9_1-calibration",
        "by-loop",
        """
def calibration(y, score, group):
    table = {}
    for name in sorted(set(group.tolist())):
        table[name] = {}
        for value in sorted(set(score.tolist())):
            here = y[(score == value) & (group == name)]
            table[name][value] = here.sum() / here.size if here.size else np.nan
    return pd.DataFrame(table)
""",
    ),
    # 9.1 c: the bootstrap
    Wrong("ex9_1-bootstrap", "no-replacement", Edit("rng.integers(n, size=n)", "rng.permutation(n)")),
    Wrong(
        "ex9_1-bootstrap",
        "rows-torn",
        Edit("array[rows] for array", "array[rng.integers(n, size=n)] for array"),
    ),
    Wrong("ex9_1-bootstrap", "wrong-tails", Edit("(1 - level) / 2", "1 - level")),
    Wrong("ex9_1-bootstrap", "keeps-nan", Edit("np.nanquantile", "np.quantile")),
    Wrong("ex9_1-bootstrap", "ignores-rng", Edit("rng.integers(n, size=n)", "np.random.default_rng(0).integers(n, size=n)")),
    Right(
        "ex9_1-bootstrap",
        "all-draws-at-once",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    n = len(arrays[0])
    chosen = rng.choice(n, size=(draws, n), replace=True)
    values = np.array([metric(*(np.take(a, rows) for a in arrays)) for rows in chosen], dtype=float)
    values = np.sort(values[~np.isnan(values)])
    low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    return low.item(), high.item()
""",
    ),
    # 9.2 a: AUC
    Wrong("ex9_2-auc", "ties", Edit("rankdata(score)[s == 1]", "(np.argsort(np.argsort(score)) + 1)[s == 1]")),
    Wrong("ex9_2-auc", "mirrored", Edit("rankdata(score)", "rankdata(-score)")),
    Wrong(
        "ex9_2-auc",
        "turned-round",
        Edit(
            "return float(wins / (ones * (len(s) - ones)))",
            "area = float(wins / (ones * (len(s) - ones)))\n    return max(area, 1 - area)",
        ),
    ),
    Right(
        "ex9_2-auc",
        "all-pairs",
        """
def auc(score, s):
    total = 0.0
    ones, zeros = score[s == 1].tolist(), score[s == 0].tolist()
    for one in ones:
        total += sum(1.0 if one > zero else 0.5 if one == zero else 0.0 for zero in zeros)
    return total / (len(ones) * len(zeros))
""",
    ),
    # 9.2 b: proxies
    Wrong("ex9_2-proxy", "in-sample", Edit("fit(x[rest], s[rest])", "fit(x, s)")),
    Wrong("ex9_2-proxy", "not-shuffled", Edit("rng.permutation(len(s))", "np.arange(len(s))")),
    Wrong(
        "ex9_2-proxy",
        "one-split",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    order = rng.permutation(len(s))
    held, rest = order[: len(s) // folds], order[len(s) // folds :]
    return auc(fit(x[rest], s[rest])(x[held]), s[held])
""",
    ),
    Wrong(
        "ex9_2-proxy",
        "mean-of-folds",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    areas = []
    for rows in np.array_split(rng.permutation(len(s)), folds):
        rest = np.setdiff1d(np.arange(len(s)), rows)
        areas.append(auc(fit(x[rest], s[rest])(x[rows]), s[rows]))
    return float(np.mean(areas))
""",
    ),
    Right(
        "ex9_2-proxy",
        "by-fold-number",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    fold = np.arange(len(s)) % folds
    rng.shuffle(fold)
    score = np.zeros(len(s))
    for k in range(folds):
        score[fold == k] = fit(x[fold != k], s[fold != k])(x[fold == k])
    return auc(score, s)
""",
    ),
]
