"""Wrong answers that people really write, each with the id it must be told, and odd right ones.

`seen` says which check must catch a wrong one.
"""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # ex9_1-bootstrap
    Wrong(
        "ex9_1-bootstrap",
        "no-replacement",
        Edit("rng.integers(n, size=n)", "rng.permutation(n)"),
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "rows-torn",
        Edit("array[rows] for array", "array[rng.integers(n, size=n)] for array"),
        "visible",
    ),
    Wrong("ex9_1-bootstrap", "wrong-tails", Edit("(1 - level) / 2", "1 - level"), "visible"),
    Wrong("ex9_1-bootstrap", "keeps-nan", Edit("np.nanquantile", "np.quantile"), "visible"),
    Wrong(
        "ex9_1-bootstrap",
        "ignores-rng",
        Edit("rng.integers(n, size=n)", "np.random.default_rng(0).integers(n, size=n)"),
        "visible",
    ),
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
    Wrong("ex9_1-bootstrap", "ignores-draws", Edit("range(draws)", "range(300)"), "visible"),
    Wrong("ex9_1-bootstrap", "ignores-level", Edit("(1 - level) / 2", "0.025"), "visible"),
    Wrong(
        "ex9_1-bootstrap",
        "not-quantiles",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    from scipy.stats import norm

    n, values = len(arrays[0]), []
    for _ in range(draws):
        rows = rng.integers(n, size=n)
        values.append(metric(*[array[rows] for array in arrays]))
    half = norm.ppf(0.5 + level / 2) * np.nanstd(values)
    return np.nanmean(values) - half, np.nanmean(values) + half
""",
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "some-arrays",
        Edit(
            "metric(*[array[rows] for array in arrays])",
            "metric(*[array[rows] for array in arrays[:2]])",
        ),
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "rows-left-out",
        Edit("rng.integers(n, size=n)", "rng.integers(n - 1, size=n)"),
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "reversed",
        Edit("return float(low), float(high)", "return float(high), float(low)"),
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "keeps-nan",
        Edit("np.nanquantile(values", "np.quantile(np.nan_to_num(values)"),
        "visible",
    ),
    Right(
        "ex9_1-bootstrap",
        "hint-3",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    n = len(arrays[0])
    values = []
    for _ in range(draws):
        rows = rng.integers(n, size=n)
        values.append(metric(*[a[rows] for a in arrays]))
    tail = (1 - level) / 2
    return np.nanquantile(values, [tail, 1 - tail])
""",
    ),
    # ex9_1-calibration
    Wrong(
        "ex9_1-calibration",
        "wrong-way",
        """
def calibration(y, score, group):
    return pd.crosstab(score[y == 1], group[y == 1], normalize="columns").reindex(np.unique(score))
""",
        "visible",
    ),
    Wrong("ex9_1-calibration", "no-nan", Edit(".unstack()", ".unstack().fillna(0)"), "visible"),
    Wrong(
        "ex9_1-calibration",
        "pooled",
        """
def calibration(y, score, group):
    counts = pd.Series(y).groupby([score, group]).agg(["sum", "size"]).unstack()
    return counts["sum"].div(counts["size"].sum(axis=1), axis=0)
""",
        "visible",
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
    Wrong("ex9_1-calibration", "counts", Edit(".mean()", ".sum()"), "visible"),
    Right(
        "ex9_1-calibration",
        "hint-3",
        """
def calibration(y, score, group):
    series = pd.Series(y)
    return series.groupby([score, group]).mean().unstack()
""",
    ),
    Right(
        "ex9_1-calibration",
        "pivot",
        """
def calibration(y, score, group):
    frame = pd.DataFrame({"y": y, "v": score, "g": group})
    return frame.pivot_table(index="v", columns="g", values="y", aggfunc="mean")
""",
    ),
    # ex9_1-rates
    Wrong(
        "ex9_1-rates",
        "of-everybody",
        Edit('"fpr": said[truth == 0]', '"fpr": said * (1 - truth)'),
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-denominator",
        Edit('"ppv": truth[said == 1]', '"ppv": said[truth == 1]'),
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "is-fdr",
        Edit('"fpr": said[truth == 0]', '"fpr": 1 - truth[said == 1]'),
        "visible",
    ),
    Wrong("ex9_1-rates", "no-nan", Edit("else np.nan", "else 0.0"), "visible"),
    Wrong(
        "ex9_1-rates",
        "pooled",
        Edit('"ppv": truth[said == 1]', '"ppv": y[decision == 1]'),
        "visible",
    ),
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
    Wrong(
        "ex9_1-rates",
        "nan-for-zero",
        Edit("part.mean() if len(part) else np.nan", "part.mean() if part.any() else np.nan"),
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "complement",
        Edit('"fpr": said[truth == 0]', '"fpr": 1 - said[truth == 0]'),
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-shape",
        Edit("np.unique(group).tolist()", "pd.unique(pd.Series(group)).tolist()"),
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-shape",
        """
def group_rates(y, decision, group):
    rows = {}
    for name in ["a", "b"]:
        truth, said = y[group == name], decision[group == name]
        if len(truth):
            parts = {"selection_rate": said, "tpr": said[truth == 1], "fpr": said[truth == 0], "ppv": truth[said == 1]}
            rows[name] = {"n": len(truth)} | {k: v.mean() if len(v) else np.nan for k, v in parts.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
""",
        "visible",
    ),
    Right(
        "ex9_1-rates",
        "hint-3",
        """
def group_rates(y, decision, group):
    def mean(part):
        return part.mean() if len(part) else np.nan

    rows = {}
    for name in np.unique(group):
        real, told = y[group == name], decision[group == name]
        rows[name] = {
            "n": len(real),
            "selection_rate": told.mean(),
            "tpr": mean(told[real == 1]),
            "fpr": mean(told[real == 0]),
            "ppv": mean(real[told == 1]),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
""",
    ),
    Right(
        "ex9_1-rates",
        "with-warnings",
        """
def group_rates(y, decision, group):
    frame = pd.DataFrame({"y": y, "d": decision, "g": group})
    rows = []
    names = sorted(frame.g.unique())
    for name in names:
        f = frame[frame.g == name]
        rows.append([len(f), np.mean(f.d.to_numpy()), np.mean(f.d[f.y == 1].to_numpy()), np.mean(f.d[f.y == 0].to_numpy()), np.mean(f.y[f.d == 1].to_numpy())])
    return pd.DataFrame(rows, index=names, columns=["n", "selection_rate", "tpr", "fpr", "ppv"])
""",
    ),
    # ex9_2-auc
    Wrong(
        "ex9_2-auc",
        "ties",
        Edit("rankdata(score)[s == 1]", "(np.argsort(np.argsort(score)) + 1)[s == 1]"),
        "visible",
    ),
    Wrong("ex9_2-auc", "mirrored", Edit("rankdata(score)", "rankdata(-score)"), "visible"),
    Wrong(
        "ex9_2-auc",
        "turned-round",
        Edit(
            "return float(wins / (ones * (len(s) - ones)))",
            "area = float(wins / (ones * (len(s) - ones)))\n    return max(area, 1 - area)",
        ),
        "visible",
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
    Wrong("ex9_2-auc", "wrong-pairs", Edit("(ones * (len(s) - ones))", "(ones * ones)"), "visible"),
    Wrong("ex9_2-auc", "ties", Edit("rankdata(score)", 'rankdata(score, method="min")'), "visible"),
    Right(
        "ex9_2-auc",
        "hint-3",
        """
def auc(score, s):
    from scipy.stats import rankdata

    ranks = rankdata(score)
    n1, n0 = (s == 1).sum(), (s == 0).sum()
    wins = ranks[s == 1].sum() - n1 * (n1 + 1) / 2
    return wins / (n1 * n0)
""",
    ),
    Right(
        "ex9_2-auc",
        "scikit-learn",
        """
def auc(score, s):
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(s, score)
""",
    ),
    # ex9_2-proxy
    Wrong("ex9_2-proxy", "in-sample", Edit("fit(x[rest], s[rest])", "fit(x, s)"), "visible"),
    Wrong(
        "ex9_2-proxy",
        "not-shuffled",
        Edit("rng.permutation(len(s))", "np.arange(len(s))"),
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "one-split",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    order = rng.permutation(len(s))
    held, rest = order[: len(s) // folds], order[len(s) // folds :]
    return auc(fit(x[rest], s[rest])(x[held]), s[held])
""",
        "visible",
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
        "visible",
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
    Wrong(
        "ex9_2-proxy",
        "rows-torn",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    scores = []
    for rows in np.array_split(rng.permutation(len(s)), folds):
        rest = np.setdiff1d(np.arange(len(s)), rows)
        scores.append(fit(x[rest], s[rest])(x[rows]))
    return auc(np.concatenate(scores), s)
""",
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "wrong-folds",
        Edit("rng.permutation(len(s)), folds)", "rng.permutation(len(s)), 4)"),
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "wrong-folds",
        Edit("rng.permutation(len(s)), folds)", "rng.permutation(len(s)), 5)"),
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "labels-torn",
        Edit("fit(x[rest], s[rest])", "fit(x[rest], s[: len(rest)])"),
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "ignores-rng",
        Edit("rng.permutation(len(s))", "np.random.permutation(len(s))"),
        "visible",
    ),
    Wrong("ex9_2-proxy", "wrong-folds", Edit("folds=5", "folds=10"), "hidden"),
    Right(
        "ex9_2-proxy",
        "hint-3",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    n = len(s)
    score = np.zeros(n)
    for rows in np.array_split(rng.permutation(n), folds):
        rest = np.setdiff1d(np.arange(n), rows)
        score[rows] = fit(x[rest], s[rest])(x[rows])
    return auc(score, s)
""",
    ),
    Right(
        "ex9_2-proxy",
        "by-kfold",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    from sklearn.model_selection import KFold

    score = np.full(len(s), np.nan)
    cut = KFold(folds, shuffle=True, random_state=int(rng.integers(2**31)))
    for rest, held in cut.split(x):
        score[held] = fit(x[rest], s[rest])(x[held])
    return auc(score, s)
""",
    ),
    # ex9_3-damage
    Wrong(
        "ex9_3-damage",
        "flips-zeros",
        Edit(
            "changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0",
            "some = rng.choice(np.flatnonzero(group == name), round(share * (group == name).sum()), replace=False)\n    changed[some] = 1 - changed[some]",
        ),
        "visible",
    ),
    Wrong("ex9_3-damage", "wrong-rows", Edit("(group == name) & (y == 1)", "y == 1"), "visible"),
    Wrong(
        "ex9_3-damage",
        "wrong-share",
        Edit("round(share * len(ones))", "len(ones) - round(share * len(ones))"),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "ignores-rng",
        Edit(
            "changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0",
            "changed[ones[: round(share * len(ones))]] = 0",
        ),
        "visible",
    ),
    Right(
        "ex9_3-damage",
        "by-permutation",
        """
def deny(y, group, name, share, rng):
    rows = [i for i in range(len(y)) if y[i] == 1 and group[i] == name]
    chosen = set(rng.permutation(rows)[: round(share * len(rows))].tolist())
    return np.array([0 if i in chosen else value for i, value in enumerate(y)])
""",
    ),
    Wrong(
        "ex9_3-damage",
        "not-exact",
        Edit(
            "changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0",
            "changed[ones[rng.random(len(ones)) < share]] = 0",
        ),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "not-exact",
        Edit(
            "rng.choice(ones, round(share * len(ones)), replace=False)",
            "rng.choice(ones, round(share * len(ones)))",
        ),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "wrong-share",
        Edit("round(share * len(ones))", "int(share * len(ones))"),
        "visible",
    ),
    Wrong("ex9_3-damage", "input-modified", Edit("y.copy()", "y"), "visible"),
    Wrong(
        "ex9_3-damage",
        "wrong-share",
        Edit("round(share * len(ones))", "int(np.ceil(share * len(ones)))"),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "ignores-rng",
        Edit(
            "rng.choice(ones, round(share * len(ones)), replace=False)",
            "rng.permutation(ones[: max(round(share * len(ones)) + 1, 1)])[: round(share * len(ones))]",
        ),
        "hidden",
    ),
    Right(
        "ex9_3-damage",
        "hint-3",
        """
def deny(y, group, name, share, rng):
    rows = np.flatnonzero((y == 1) & (group == name))
    made = y.copy()
    made[rng.choice(rows, round(share * len(rows)), replace=False)] = 0
    return made
""",
    ),
    # ex9_3-giveaways
    Wrong(
        "ex9_3-giveaways",
        "label-itself",
        Edit("table.columns.drop(label)", "table.columns"),
        "visible",
    ),
    Wrong("ex9_3-giveaways", "too-small", Edit("len(part) >= least and ", ""), "visible"),
    Wrong(
        "ex9_3-giveaways", "only-ones", Edit("part.nunique() == 1", "part.mean() == 1"), "visible"
    ),
    Wrong(
        "ex9_3-giveaways",
        "not-constant",
        Edit("part.nunique() == 1", "abs(part.mean() - table[label].mean()) >= 0"),
        "visible",
    ),
    Right(
        "ex9_3-giveaways",
        "by-crosstab",
        """
def giveaways(table, label, least):
    pairs = []
    for column in [c for c in table.columns if c != label]:
        counts = pd.crosstab(table[column], table[label])
        sure = counts[(counts > 0).sum(axis=1).eq(1) & counts.sum(axis=1).ge(least)]
        pairs += [[column, value] for value in sure.index]
    return [tuple(pair) for pair in pairs]
""",
    ),
    Wrong(
        "ex9_3-giveaways",
        "label-itself",
        Edit("table.columns.drop(label)", "table.columns[:-1]"),
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "strict-least",
        Edit("len(part) >= least", "len(part) > least"),
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "only-ones",
        Edit("part.nunique() == 1", "part.mean() in (0, 1)"),
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "missing-value",
        Edit("table.groupby(column)[label]", "table.groupby(column, dropna=False)[label]"),
        "visible",
    ),
    Right(
        "ex9_3-giveaways",
        "hint-3",
        """
def giveaways(table, label, least):
    pairs = []
    for column in table.columns.drop(label):
        for value, part in table.groupby(column)[label]:
            if part.nunique() == 1 and len(part) >= least:
                pairs.append((column, value))
    return pairs
""",
    ),
    # ex9_3-threshold
    Wrong(
        "ex9_3-threshold",
        "mirrored",
        Edit("return false_positive_cost", "return false_negative_cost"),
        "visible",
    ),
    Wrong(
        "ex9_3-threshold",
        "ratio",
        Edit("(false_positive_cost + false_negative_cost)", "false_negative_cost"),
        "visible",
    ),
    Wrong(
        "ex9_3-threshold",
        "blind",
        Edit("false_positive_cost / (false_positive_cost + false_negative_cost)", "0.5"),
        "visible",
    ),
    Right(
        "ex9_3-threshold",
        "by-bisection",
        """
def cost_threshold(false_positive_cost, false_negative_cost):
    low, high = 0.0, 1.0
    for _ in range(60):
        p = (low + high) / 2
        if (1 - p) * false_positive_cost > p * false_negative_cost:
            low = p
        else:
            high = p
    return high
""",
    ),
    Right(
        "ex9_3-threshold",
        "hint-3",
        """
def cost_threshold(false_positive_cost, false_negative_cost):
    total = false_positive_cost + false_negative_cost
    return false_positive_cost / total
""",
    ),
    Wrong(
        "ex9_3-threshold",
        "ratio",
        Edit(
            "return false_positive_cost / (false_positive_cost + false_negative_cost)",
            "return min(max(0.5 + 0.125 * (false_positive_cost - false_negative_cost), 0.01), 0.99)",
        ),
        "visible",
    ),
    # ex9_4-escape
    Wrong(
        "ex9_4-escape",
        "too-close",
        Edit('"b": (30, 20, 5, 30)', '"b": (30, 20, 30, 30)'),
        "visible",
    ),
    Wrong(
        "ex9_4-escape",
        "fpr-differs",
        Edit('"b": (30, 20, 5, 30)', '"b": (30, 20, 40, 90)'),
        "visible",
    ),
    Wrong(
        "ex9_4-escape",
        "ppv-differs",
        Edit('"b": (30, 20, 5, 30)', '"b": (36, 20, 5, 30)'),
        "visible",
    ),
    Wrong(
        "ex9_4-escape",
        "same-base-rate",
        Edit('"b": (30, 20, 5, 30)', '"b": (60, 40, 80, 60)'),
        "visible",
    ),
    Wrong(
        "ex9_4-escape",
        "ways-out",
        Edit(
            '"a": (30, 20, 40, 30), "b": (30, 20, 5, 30)',
            '"a": (30, 0, 40, 30), "b": (30, 0, 5, 30)',
        ),
        "visible",
    ),
    Right(
        "ex9_4-escape",
        "hint-3",
        """
def escape():
    n = 5
    return {"a": (30, 20, 40, 30), "b": (30, 20, n, 30)}
""",
    ),
    Right(
        "ex9_4-escape",
        "other-proportions",
        """
def escape():
    def group(people, base_rate, ppv=0.5, fpr=0.25):
        zeros = round(people * (1 - base_rate))
        fp = round(fpr * zeros)
        tp = round(fp * ppv / (1 - ppv))
        return [tp, fp, people - zeros - tp, zeros - fp]

    return {"a": group(200, 0.6), "b": group(400, 0.4)}
""",
    ),
    # ex9_4-identity
    Wrong("ex9_4-identity", "of-everybody", Edit(" / (1 - base_rate)", ""), "visible"),
    Wrong(
        "ex9_4-identity", "fnr-as-tpr", Edit("base_rate * (1 - fnr)", "base_rate * fnr"), "visible"
    ),
    Wrong(
        "ex9_4-identity",
        "is-fdr",
        Edit("true_positives * (1 - ppv) / ppv / (1 - base_rate)", "1 - ppv"),
        "visible",
    ),
    Right(
        "ex9_4-identity",
        "by-counts",
        """
def implied_fpr(base_rate, ppv, fnr):
    people = 1e6
    ones, zeros = base_rate * people, (1 - base_rate) * people
    found = ones - fnr * ones
    flagged = found / ppv
    return (flagged - found) / zeros
""",
    ),
    Wrong("ex9_4-identity", "of-ones", Edit("/ (1 - base_rate)", "/ base_rate"), "visible"),
    Wrong("ex9_4-identity", "not-all-flagged", Edit("(1 - ppv) / ppv", "(1 - ppv)"), "visible"),
    Wrong("ex9_4-identity", "odds-inverted", Edit("(1 - ppv) / ppv", "ppv / (1 - ppv)"), "visible"),
    Right(
        "ex9_4-identity",
        "hint-3",
        """
def implied_fpr(base_rate, ppv, fnr):
    found = (1 - fnr) * base_rate
    return found * (1 - ppv) / ppv / (1 - base_rate)
""",
    ),
    # ex9_4-witness
    Wrong(
        "ex9_4-witness",
        "same-base-rate",
        Edit('"b": (15, 5, 5, 75)', '"b": (30, 10, 10, 30)'),
        "visible",
    ),
    Wrong(
        "ex9_4-witness",
        "ways-out",
        Edit(
            '{"a": (15, 5, 5, 15), "b": (15, 5, 5, 75)}',
            '{"a": (20, 0, 0, 20), "b": (20, 0, 0, 80)}',
        ),
        "visible",
    ),
    Wrong(
        "ex9_4-witness",
        "ppv-differs",
        Edit('"b": (15, 5, 5, 75)', '"b": (15, 15, 5, 75)'),
        "visible",
    ),
    Wrong(
        "ex9_4-witness",
        "fnr-differs",
        Edit('"b": (15, 5, 5, 75)', '"b": (15, 5, 15, 75)'),
        "visible",
    ),
    Wrong(
        "ex9_4-witness", "too-close", Edit('"b": (15, 5, 5, 75)', '"b": (15, 5, 5, 20)'), "visible"
    ),
    Wrong("ex9_4-witness", "too-few", Edit('"a": (15, 5, 5, 15)', '"a": (3, 1, 1, 3)'), "visible"),
    Right(
        "ex9_4-witness",
        "hint-3",
        """
def witness():
    n = 95
    return {"a": (15, 5, 5, 15), "b": (15, 5, 5, n)}
""",
    ),
    Right(
        "ex9_4-witness",
        "by-search",
        """
def witness():
    from itertools import product

    for tp, fp, fn, tn, k in product(range(5, 9), range(5, 9), range(5, 9), range(6, 9), range(3, 9)):
        a, b = np.array([tp, fp, fn, tn]), np.array([tp, fp, fn, k * tn])
        if abs(fp / (fp + tn) - fp / (fp + k * tn)) >= 0.1:
            return {"b": b, "a": a}
""",
    ),
    # ex9_5-probability
    Wrong("ex9_5-probability", "strict", Edit(">= thresholds", "> thresholds"), "visible"),
    Wrong("ex9_5-probability", "mirrored", Edit(">= thresholds", "<= thresholds"), "visible"),
    Wrong(
        "ex9_5-probability",
        "wrong-group",
        Edit(
            "p += (group == name) * ((score[:, None] >= thresholds) @ weights)",
            "p = (score[:, None] >= thresholds) @ weights\n        break",
        ),
        "visible",
    ),
    Wrong(
        "ex9_5-probability",
        "drawn",
        Edit("return p", "return (np.random.default_rng(0).random(len(p)) < p).astype(float)"),
        "visible",
    ),
    Right(
        "ex9_5-probability",
        "person-by-person",
        """
def probability(rule, score, group):
    def one(value, name):
        return sum(weight for threshold, weight in zip(*rule[name]) if value >= threshold)

    return np.array([one(value, name) for value, name in zip(score.tolist(), group.tolist())], dtype=float)
""",
    ),
    Right(
        "ex9_5-probability",
        "hint-3",
        """
def probability(rule, score, group):
    p = np.zeros(len(score))
    for name, (thresholds, weights) in rule.items():
        rows = group == name
        p[rows] = (score[rows][:, None] >= thresholds) @ weights
    return p
""",
    ),
    # ex9_5-programme
    Wrong(
        "ex9_5-programme",
        "only-tpr",
        Edit("np.stack([rows[1::3], rows[2::3]])", "np.stack([rows[2::3]])"),
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "gap-left",
        Edit("np.stack([rows[1::3], rows[2::3]])", "np.stack([rows[1::3]])"),
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "says-no",
        """
def equalised_odds(y, score, group, roc):
    rule = {}
    for name in np.unique(group).tolist():
        thresholds = roc(y[group == name], score[group == name])[0]
        rule[name] = (thresholds, np.eye(len(thresholds))[0])
    return rule
""",
        "visible",
    ),
    Wrong("ex9_5-programme", "unweighted", Edit("z * fpr - o * tpr", "fpr - tpr"), "visible"),
    Wrong(
        "ex9_5-programme",
        "gap-left",
        """
def equalised_odds(y, score, group, roc):
    rule = {}
    for name in np.unique(group).tolist():
        thresholds, fpr, tpr = roc(y[group == name], score[group == name])
        rule[name] = (thresholds, np.eye(len(thresholds))[np.argmax(tpr - fpr)])
    return rule
""",
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "not-weights",
        Edit("found = linprog(", "found = linprog(bounds=(-1, 1), c="),
        "visible",
    ),
    Right(
        "ex9_5-programme",
        "one-point-for-all",
        """
def equalised_odds(y, score, group, roc):
    from scipy.optimize import linprog

    curves = {name: roc(y[group == name], score[group == name]) for name in sorted(set(group.tolist()))}
    n = sum(len(curve[0]) for curve in curves.values())
    share = float(np.mean(y))
    cost = np.zeros(n + 2)  # the last two unknowns are the FPR and the TPR that all groups share
    cost[n:] = (1 - share), -share
    left, right, start = [], [], 0
    for _, fpr, tpr in curves.values():
        stop = start + len(fpr)
        for part, column, value in ((np.ones_like(fpr), None, 1.0), (fpr, n, 0.0), (tpr, n + 1, 0.0)):
            row = np.zeros(n + 2)
            row[start:stop] = part
            if column is not None:
                row[column] = -1.0
            left.append(row)
            right.append(value)
        start = stop
    best = linprog(cost, A_eq=np.array(left), b_eq=np.array(right), bounds=(0, 1), method="highs-ds").x
    rule, start = {}, 0
    for name, curve in curves.items():
        rule[name] = (curve[0], best[start : start + len(curve[0])])
        start += len(curve[0])
    return rule
""",
    ),
    Wrong(
        "ex9_5-programme",
        "not-joint",
        Edit("np.mean((group == name) & (y == k))", "np.mean(y[group == name] == k)"),
        "visible",
    ),
    Wrong("ex9_5-programme", "worst", Edit("z * fpr - o * tpr", "o * tpr - z * fpr"), "visible"),
    Wrong(
        "ex9_5-programme",
        "two-groups",
        Edit("(rates[:, 1:] - rates[:, :1])", "(rates[:, 1:2] - rates[:, :1])"),
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "wrong-rows",
        Edit(
            "[roc(y[group == name], score[group == name]) for name in names]",
            "[roc(y, score) for name in names]",
        ),
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "says-no",
        """
def equalised_odds(y, score, group, roc):
    rule = {}
    for name in np.unique(group).tolist():
        thresholds, fpr, tpr = roc(y[group == name], score[group == name])
        weights = np.zeros(len(thresholds))
        weights[0] = 1.0
        rule[name] = (thresholds, weights)
    return rule
""",
        "visible",
    ),
    Right(
        "ex9_5-programme",
        "hint-3",
        """
def equalised_odds(y, score, group, roc):
    import scipy.linalg
    from scipy.optimize import linprog

    names = np.unique(group)
    rocs = [roc(y[group == g], score[group == g]) for g in names]
    rows = scipy.linalg.block_diag(*[np.stack([np.ones(len(fpr)), fpr, tpr]) for _, fpr, tpr in rocs])
    A = np.vstack([rows[::3], rows[4::3] - rows[1], rows[5::3] - rows[2]])
    b = np.append(np.ones(len(names)), np.zeros(len(A) - len(names)))
    cost = np.concatenate([
        np.mean((group == name) & (y == 0)) * fpr - np.mean((group == name) & (y == 1)) * tpr
        for name, (_, fpr, tpr) in zip(names, rocs)
    ])
    x = linprog(cost, A_eq=A, b_eq=b).x
    parts = np.split(x, np.cumsum([len(r[0]) for r in rocs])[:-1])
    return {name: (r[0], part) for name, r, part in zip(names.tolist(), rocs, parts)}
""",
    ),
    # ex9_5-roc
    Wrong("ex9_5-roc", "strict", Edit(">= thresholds", "> thresholds"), "visible"),
    Wrong(
        "ex9_5-roc",
        "no-nobody",
        Edit("np.append(np.inf, np.unique(score)[::-1])", "np.unique(score)[::-1]"),
        "visible",
    ),
    Wrong("ex9_5-roc", "ties", Edit("np.unique(score)[::-1]", "np.sort(score)[::-1]"), "visible"),
    Wrong("ex9_5-roc", "swapped", Edit("fpr, tpr = (", "tpr, fpr = ("), "visible"),
    Wrong(
        "ex9_5-roc",
        "of-everybody",
        Edit(
            "(score[y == k][:, None] >= thresholds).mean(0)",
            "((score[:, None] >= thresholds) & (y == k)[:, None]).mean(0)",
        ),
        "visible",
    ),
    Right(
        "ex9_5-roc",
        "by-loop",
        """
def roc(y, score):
    ones, zeros = sum(y == 1), sum(y == 0)
    points = [(np.inf, 0.0, 0.0)]
    for t in sorted(set(score.tolist()), reverse=True):
        said = [(a, b) for a, b in zip(y.tolist(), score.tolist()) if b >= t]
        hits = sum(a for a, _ in said)
        points.append((t, (len(said) - hits) / zeros, hits / ones))
    thresholds, fpr, tpr = map(np.array, zip(*points))
    return thresholds, fpr, tpr
""",
    ),
    Wrong(
        "ex9_5-roc",
        "drops-points",
        """
def roc(y, score):
    from sklearn.metrics import roc_curve

    fpr, tpr, thresholds = roc_curve(y, score)
    return thresholds, fpr, tpr
""",
        "visible",
    ),
    Right(
        "ex9_5-roc",
        "hint-3",
        """
def roc(y, score):
    cuts = np.append(np.inf, np.unique(score)[::-1])
    tpr = (score[y == 1][:, None] >= cuts).mean(0)
    fpr = (score[y == 0][:, None] >= cuts).mean(0)
    return cuts, fpr, tpr
""",
    ),
    Right(
        "ex9_5-roc",
        "scikit-learn",
        """
def roc(y, score):
    from sklearn.metrics import roc_curve

    fpr, tpr, thresholds = roc_curve(y, score, drop_intermediate=False)
    return thresholds, fpr, tpr
""",
    ),
    # ex9_6-fit
    Wrong(
        "ex9_6-fit", "ignores-lam", Edit(" + lam * gap(torch.sigmoid(logits), s)", ""), "visible"
    ),
    Wrong("ex9_6-fit", "wrong-sign", Edit("loss + lam * gap", "loss - lam * gap"), "visible"),
    Wrong("ex9_6-fit", "sum-loss", Edit("(logits, y)", '(logits, y, reduction="sum")'), "visible"),
    Wrong("ex9_6-fit", "no-bias", Edit("x @ theta[:-1] + theta[-1]", "x @ theta[:-1]"), "visible"),
    Wrong("ex9_6-fit", "not-converged", Edit("max_iter=300", "max_iter=3"), "visible"),
    Right(
        "ex9_6-fit",
        "by-adam",
        """
def fit_fair(x, y, s, lam, gap):
    w = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    b = torch.zeros((), dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.Adam([w, b], lr=0.1)
    for k in range(1500):
        optimizer.param_groups[0]["lr"] = 0.1 * 0.995**k
        p = torch.sigmoid(torch.mv(x, w) + b)
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean() + lam * gap(p, s)
        w.grad, b.grad = torch.autograd.grad(loss, [w, b])
        if max(w.grad.abs().max(), b.grad.abs()) < 1e-5:
            break
        optimizer.step()
    return torch.cat([w, b[None]]).detach()
""",
    ),
    Wrong(
        "ex9_6-fit", "logits", Edit("gap(torch.sigmoid(logits), s)", "gap(logits, s)"), "visible"
    ),
    Wrong(
        "ex9_6-fit",
        "own-gap",
        Edit(
            "gap(torch.sigmoid(logits), s)",
            "(torch.sigmoid(logits)[s == 1].mean() - torch.sigmoid(logits)[s == 0].mean()) ** 2",
        ),
        "visible",
    ),
    Wrong("ex9_6-fit", "ignores-lam", Edit("lam * gap", "gap"), "visible"),
    Right(
        "ex9_6-fit",
        "hint-3",
        """
def fit_fair(x, y, s, lam, gap):
    wb = torch.zeros(x.shape[1] + 1, dtype=x.dtype, requires_grad=True)
    opt = torch.optim.LBFGS([wb], max_iter=300, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        logits = x @ wb[:-1] + wb[-1]
        total = torch.nn.functional.binary_cross_entropy_with_logits(logits, y) + lam * gap(torch.sigmoid(logits), s)
        total.backward()
        return total

    opt.step(closure)
    return wb.detach()
""",
    ),
    # ex9_6-frontier
    Wrong("ex9_6-frontier", "on-train", Edit("x, y, s = test", "x, y, s = train"), "visible"),
    Wrong("ex9_6-frontier", "fits-on-test", Edit("fit(*train, lam)", "fit(*test, lam)"), "visible"),
    Wrong("ex9_6-frontier", "no-sign", Edit("gap.item()", "gap.abs().item()"), "visible"),
    Wrong(
        "ex9_6-frontier",
        "soft",
        Edit(
            "gap = said[s == 1].mean() - said[s == 0].mean()",
            "p = torch.sigmoid(x @ theta[:-1] + theta[-1])\n        gap = p[s == 1].mean() - p[s == 0].mean()",
        ),
        "visible",
    ),
    Right(
        "ex9_6-frontier",
        "in-numpy",
        """
def frontier(lams, fit, train, test):
    x, y, s = (part.numpy() for part in test)
    table = pd.DataFrame(index=list(lams), columns=["accuracy", "gap"], dtype=float)
    for lam in lams:
        *w, b = fit(*train, lam).tolist()
        said = np.where(x @ np.array(w) + b > 0, 1, 0)
        table.loc[lam, "accuracy"] = (said == y.round()).sum() / len(y)
        table.loc[lam, "gap"] = np.average(said, weights=s == 1) - np.average(said, weights=s == 0)
    return table
""",
    ),
    Wrong("ex9_6-frontier", "boundary", Edit("theta[-1] > 0", "theta[-1] >= 0"), "visible"),
    Wrong(
        "ex9_6-frontier",
        "no-sign",
        Edit(
            "said[s == 1].mean() - said[s == 0].mean()", "said[s == 0].mean() - said[s == 1].mean()"
        ),
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "no-bias",
        Edit("(said == y).double().mean()", "(x @ theta[:-1] > 0).double().eq(y).double().mean()"),
        "visible",
    ),
    Right(
        "ex9_6-frontier",
        "hint-3",
        """
def frontier(lams, fit, train, test):
    x, y, s = test
    rows = []
    for lam in lams:
        wb = fit(*train, lam)
        yes = (x @ wb[:-1] + wb[-1] > 0).double()
        rows.append({"accuracy": (yes == y).double().mean().item(), "gap": (yes[s == 1].mean() - yes[s == 0].mean()).item()})
    return pd.DataFrame(rows, index=lams)
""",
    ),
    # ex9_6-gap
    Wrong(
        "ex9_6-gap",
        "decisions",
        Edit(
            "p[s == 1].mean() - p[s == 0].mean()",
            "(p > 0.5).double()[s == 1].mean() - (p > 0.5).double()[s == 0].mean()",
        ),
        "visible",
    ),
    Wrong(
        "ex9_6-gap",
        "no-square",
        Edit(
            "(p[s == 1].mean() - p[s == 0].mean()) ** 2",
            "(p[s == 1].mean() - p[s == 0].mean()).abs()",
        ),
        "visible",
    ),
    Wrong(
        "ex9_6-gap",
        "sums",
        Edit("p[s == 1].mean() - p[s == 0].mean()", "p[s == 1].sum() - p[s == 0].sum()"),
        "visible",
    ),
    Wrong(
        "ex9_6-gap",
        "no-gradient",
        Edit(
            "(p[s == 1].mean() - p[s == 0].mean()) ** 2",
            "torch.tensor((p[s == 1].mean().item() - p[s == 0].mean().item()) ** 2)",
        ),
        "visible",
    ),
    Right(
        "ex9_6-gap",
        "by-weights",
        """
def soft_gap(p, s):
    s = s.to(p.dtype)
    signed = s / s.sum() - (1 - s) / (1 - s).sum()
    return torch.dot(p, signed).square()
""",
    ),
    Wrong(
        "ex9_6-gap",
        "sums",
        Edit("p[s == 1].mean() - p[s == 0].mean()", "(p * s).mean() - (p * (1 - s)).mean()"),
        "visible",
    ),
    Right(
        "ex9_6-gap",
        "hint-3",
        """
def soft_gap(p, s):
    gap = (p[s == 1].mean() - p[s == 0].mean()) ** 2
    return gap
""",
    ),
    # ex9_7-reweigh
    Wrong(
        "ex9_7-reweigh",
        "inverted",
        Edit(
            "np.mean(s == a) * np.mean(y == b) / here.mean()",
            "here.mean() / (np.mean(s == a) * np.mean(y == b))",
        ),
        "visible",
    ),
    Wrong(
        "ex9_7-reweigh",
        "all-equal",
        Edit("np.mean(s == a) * np.mean(y == b) / here.mean()", "1 / here.mean()"),
        "visible",
    ),
    Wrong(
        "ex9_7-reweigh",
        "one-side",
        Edit("np.mean(s == a) * np.mean(y == b) / here.mean()", "1 / np.mean(y == b)"),
        "visible",
    ),
    Wrong(
        "ex9_7-reweigh",
        "all-equal",
        Edit(
            "np.mean(s == a) * np.mean(y == b) / here.mean()",
            "1 / (here.mean() * len(np.unique(s)) * len(np.unique(y)))",
        ),
        "visible",
    ),
    Right(
        "ex9_7-reweigh",
        "by-counters",
        """
def reweigh(y, s):
    from collections import Counter

    n, pairs = len(y), list(zip(s.tolist(), y.tolist()))
    both, groups, labels = Counter(pairs), Counter(s.tolist()), Counter(y.tolist())
    return np.array([groups[a] * labels[b] / (n * both[a, b]) for a, b in pairs])
""",
    ),
    Wrong(
        "ex9_7-reweigh",
        "not-by-pair",
        Edit("return weight", "return weight * np.linspace(0.9, 1.1, len(y))"),
        "visible",
    ),
    Right(
        "ex9_7-reweigh",
        "hint-3",
        """
def reweigh(y, s):
    weight = np.ones(len(y))
    for a in np.unique(s):
        for b in np.unique(y):
            here = (s == a) & (y == b)
            if here.any():
                weight[here] = np.mean(s == a) * np.mean(y == b) / np.mean(here)
    return weight
""",
    ),
    Wrong(
        "ex9_7-reweigh",
        "two-by-two",
        """
def reweigh(y, s):
    weight = np.ones(len(y))
    for a in np.unique(s):
        for b in (0, 1):
            here = (s == a) & (y == b)
            if here.any():
                weight[here] = np.mean(s == a) * np.mean(y == b) / here.mean()
    return weight
""",
        "visible",
    ),
    # ex9_8-audit
    Wrong("ex9_8-audit", "only-singles", Edit("for k in (1, 2)", "for k in (1,)"), "visible"),
    Wrong("ex9_8-audit", "against-all", Edit("np.delete(wrong, rows)", "wrong"), "visible"),
    Wrong(
        "ex9_8-audit",
        "no-least",
        Edit("if least <= len(rows) <= len(table) - least:", "if True:"),
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "one-by-one",
        Edit(
            "zip(found, reject(np.array(p), alpha), strict=True)",
            "zip(found, [reject(np.array([q]), alpha)[0] for q in p], strict=True)",
        ),
        "visible",
    ),
    Right(
        "ex9_8-audit",
        "by-masks",
        """
def audit(wrong, table, p_value, reject, least, alpha):
    masks = []
    names = list(table.columns)
    for i, a in enumerate(names):
        for u in table[a].unique().tolist():
            one = (table[a] == u).to_numpy()
            masks.append(({a: u}, one))
            for b in names[i + 1 :]:
                for v in table[b].unique().tolist():
                    masks.append(({a: u, b: v}, one & (table[b] == v).to_numpy()))
    masks = [(g, m) for g, m in masks if m.sum() >= least and (~m).sum() >= least]
    verdicts = reject(np.array([p_value(wrong[m], wrong[~m]) for _, m in masks]), alpha)
    return [g for (g, _), guilty in zip(masks, verdicts) if guilty]
""",
    ),
    Wrong(
        "ex9_8-audit",
        "no-outside",
        Edit("if least <= len(rows) <= len(table) - least:", "if least <= len(rows):"),
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "adjacent-only",
        Edit(
            "[c for k in (1, 2) for c in combinations(table.columns, k)]",
            "[*combinations(table.columns, 1), *zip(table.columns, table.columns[1:])]",
        ),
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "ignores-alpha",
        Edit("reject(np.array(p), alpha)", "reject(np.array(p), 0.05)"),
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "wrong-subgroups",
        Edit("least <= len(rows) <=", "least < len(rows) <="),
        "visible",
    ),
    Right(
        "ex9_8-audit",
        "hint-3",
        """
def audit(wrong, table, p_value, reject, least, alpha):
    from itertools import combinations

    notes, p = [], []
    for columns in [*combinations(table.columns, 1), *combinations(table.columns, 2)]:
        for values, rows in table.groupby(list(columns)).indices.items():
            if not least <= len(rows) <= len(table) - least:
                continue
            key = values if isinstance(values, tuple) else (values,)
            notes.append(dict(zip(columns, key)))
            p.append(p_value(wrong[rows], np.delete(wrong, rows)))
    keep = reject(np.array(p), alpha)
    return [note for note, yes in zip(notes, keep) if yes]
""",
    ),
    # ex9_8-holm
    Wrong(
        "ex9_8-holm",
        "bonferroni",
        Edit("alpha / (len(p_values) - rank)", "alpha / len(p_values)"),
        "visible",
    ),
    Wrong("ex9_8-holm", "uncorrected", Edit("alpha / (len(p_values) - rank)", "alpha"), "visible"),
    Wrong("ex9_8-holm", "no-stop", Edit("            break", "            continue"), "visible"),
    Wrong(
        "ex9_8-holm",
        "sorted-order",
        Edit("rejected[index] = True", "rejected[rank] = True"),
        "visible",
    ),
    Right(
        "ex9_8-holm",
        "recursive",
        """
def holm(p_values, alpha):
    def step(left):
        if not left:
            return []
        smallest = min(left, key=lambda i: p_values[i])
        if p_values[smallest] > alpha / len(left):
            return []
        return [smallest, *step([i for i in left if i != smallest])]

    return np.isin(np.arange(len(p_values)), step(list(range(len(p_values)))))
""",
    ),
    Wrong(
        "ex9_8-holm",
        "ignores-alpha",
        Edit("    rejected = np.zeros", "    alpha = 0.05\n    rejected = np.zeros"),
        "visible",
    ),
    Wrong(
        "ex9_8-holm",
        "strict",
        Edit("p_values[index] > alpha", "p_values[index] >= alpha"),
        "visible",
    ),
    Right(
        "ex9_8-holm",
        "hint-3",
        """
def holm(p_values, alpha):
    m = len(p_values)
    rejected = np.zeros(m, dtype=bool)
    for rank, index in enumerate(np.argsort(p_values)):
        if p_values[index] > alpha / (m - rank):
            break
        rejected[index] = True
    return rejected
""",
    ),
    # right answers that the checks refused, and wrong ones that they let through
    Right(
        "ex9_1-bootstrap",
        "asks-about-the-data-first",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    metric(*arrays)
    n, values = len(arrays[0]), []
    for _ in range(draws):
        rows = rng.choice(n, n)
        values.append(metric(*[a[rows] for a in arrays]))
    return tuple(np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2]))
""",
    ),
    Wrong(
        "ex9_1-rates",
        "nan-for-zero",
        """
def group_rates(y, decision, group):
    rows = {}
    for name in np.unique(group):
        real, told = y[group == name], decision[group == name]
        hits = (real * told).sum()
        share = lambda a, b: a / b if b else np.nan
        rows[name] = {"n": len(real), "selection_rate": told.mean(),
                      "tpr": share(hits, real.sum()), "fpr": share((told * (1 - real)).sum(), (1 - real).sum()),
                      "ppv": share(hits, told.sum()) if hits else np.nan}
    return pd.DataFrame.from_dict(rows, orient="index")
""",
        "visible",
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-shape",
        """
def group_rates(y, decision, group):
    group, rows = np.asarray(group).astype(str), {}
    for name in np.unique(group):
        real, told = y[group == name], decision[group == name]
        mean = lambda part: part.mean() if len(part) else np.nan
        rows[name] = [len(real), told.mean(), mean(told[real == 1]), mean(told[real == 0]), mean(real[told == 1])]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["n", "selection_rate", "tpr", "fpr", "ppv"])
""",
        "visible",
    ),
    Wrong(
        "ex9_1-calibration",
        "wrong-shape",
        """
def calibration(y, score, group):
    return pd.Series(y).groupby([np.round(score).astype(int), group]).mean().unstack()
""",
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "whole-scores",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    score = np.zeros_like(s)
    for rows in np.array_split(rng.permutation(len(s)), folds):
        rest = np.setdiff1d(np.arange(len(s)), rows)
        score[rows] = fit(x[rest], s[rest])(x[rows])
    return auc(score, s)
""",
        "visible",
    ),
    Wrong(
        "ex9_2-proxy",
        "not-all-the-others",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    parts, score = np.array_split(rng.permutation(len(s)), folds), np.zeros(len(s))
    for k, rows in enumerate(parts):
        score[rows] = fit(x[parts[k - 1]], s[parts[k - 1]])(x[rows])
    return auc(score, s)
""",
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "missing-value",
        """
def giveaways(table, label, least):
    return [(c, v) for c in table.columns.drop(label) for v, part in table.groupby(c, dropna=False)[label]
            if part.nunique() == 1 and len(part) >= least]
""",
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "only-texts",
        """
def giveaways(table, label, least):
    return [(c, v) for c in table.columns.drop(label) if table[c].dtype == object or c == "city"
            for v, part in table.groupby(c)[label] if part.nunique() == 1 and len(part) >= least]
""",
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "only-texts",
        """
def giveaways(table, label, least):
    return [(c, str(v)) for c in table.columns.drop(label) for v, part in table.groupby(c)[label]
            if part.nunique() == 1 and len(part) >= least]
""",
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "rounds-up",
        Edit("round(share * len(ones))", "int(share * len(ones) + 0.5)"),
        "visible",
    ),
    Wrong("ex9_3-damage", "wrong-rows", Edit("group == name", 'group == "b"'), "visible"),
    Wrong(
        "ex9_3-damage",
        "neighbours",
        Edit(
            "rng.choice(ones, round(share * len(ones)), replace=False)",
            "np.roll(ones, rng.integers(max(len(ones), 1)))[: round(share * len(ones))]",
        ),
        "hidden",
    ),
    Wrong(
        "ex9_3-threshold",
        "ratio",
        """
def cost_threshold(false_positive_cost, false_negative_cost):
    return 1 - false_negative_cost / 4
""",
        "visible",
    ),
    Wrong(
        "ex9_4-identity",
        "one-point",
        """
def implied_fpr(base_rate, ppv, fnr):
    return round((1 - fnr) * base_rate * (1 - ppv) / ppv / (1 - base_rate), 3)
""",
        "visible",
    ),
    Wrong("ex9_6-fit", "double-lam", Edit("lam * gap", "2 * lam * gap"), "visible"),
    Wrong(
        "ex9_6-fit",
        "one-minus-p",
        Edit("gap(torch.sigmoid(logits), s)", "gap(1 - torch.sigmoid(logits), s)"),
        "visible",
    ),
    Wrong("ex9_6-fit", "bias-first", Edit("theta.detach()", "theta.detach().roll(1)"), "visible"),
    Wrong(
        "ex9_6-fit",
        "weight-decay",
        Edit("loss + lam", "loss + 0.01 * (theta[:-1] ** 2).sum() + lam"),
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "no-bias",
        """
def frontier(lams, fit, train, test):
    x, y, s = test
    rows = []
    for lam in lams:
        yes = (x @ fit(*train, lam)[:-1] > 0).double()
        rows.append({"accuracy": (yes == y).double().mean().item(), "gap": (yes[s == 1].mean() - yes[s == 0].mean()).item()})
    return pd.DataFrame(rows, index=lams)
""",
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "bias-first",
        """
def frontier(lams, fit, train, test):
    x, y, s = test
    rows = []
    for lam in lams:
        theta = fit(*train, lam)
        yes = (x @ theta[1:] + theta[0] > 0).double()
        rows.append({"accuracy": (yes == y).double().mean().item(), "gap": (yes[s == 1].mean() - yes[s == 0].mean()).item()})
    return pd.DataFrame(rows, index=lams)
""",
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "tpr-gap",
        """
def frontier(lams, fit, train, test):
    x, y, s = test
    rows = []
    for lam in lams:
        theta = fit(*train, lam)
        yes = (x @ theta[:-1] + theta[-1] > 0).double()
        rates = [yes[(s == k) & (y == 1)].mean() for k in (0, 1)]
        rows.append({"accuracy": (yes == y).double().mean().item(), "gap": (rates[1] - rates[0]).item()})
    return pd.DataFrame(rows, index=lams)
""",
        "visible",
    ),
    Wrong(
        "ex9_5-roc",
        "strict",
        """
def roc(y, score):
    cuts = np.append(np.inf, np.unique(score)[::-1])
    return cuts, np.array([np.mean(score[y == 0] > c) for c in cuts]), np.array([np.mean(score[y == 1] >= c) for c in cuts])
""",
        "visible",
    ),
    Wrong(
        "ex9_5-roc",
        "rounded-scores",
        """
def roc(y, score):
    score = np.round(score, 1)
    cuts = np.append(np.inf, np.unique(score)[::-1])
    return cuts, *((score[y == k][:, None] >= cuts).mean(0) for k in (0, 1))
""",
        "visible",
    ),
    Wrong(
        "ex9_5-roc",
        "drops-points",
        """
def roc(y, score):
    cuts = np.append(np.inf, np.unique(score[score >= 0])[::-1])
    return cuts, *((score[y == k][:, None] >= cuts).mean(0) for k in (0, 1))
""",
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "two-groups",
        """
def equalised_odds(y, score, group, roc):
    from scipy.optimize import linprog

    names = np.unique(group)[:2].tolist()
    curves = [roc(y[group == g], score[group == g]) for g in names]
    cost = np.concatenate([np.mean((group == g) & (y == 0)) * f - np.mean((group == g) & (y == 1)) * t
                           for g, (_, f, t) in zip(names, curves)])
    (_, f, t), (_, g, u) = curves
    ones, zeros = [np.ones(len(f)), np.ones(len(g))], [np.zeros(len(f)), np.zeros(len(g))]
    sides = [np.r_[ones[0], zeros[1]], np.r_[zeros[0], ones[1]], np.r_[f, -g], np.r_[t, -u]]
    weights = linprog(cost, A_eq=np.stack(sides), b_eq=[1, 1, 0, 0]).x
    return {names[0]: (curves[0][0], weights[: len(f)]), names[1]: (curves[1][0], weights[len(f):])}
""",
        "visible",
    ),
    Wrong(
        "ex9_7-reweigh",
        "two-by-two",
        """
def reweigh(y, s):
    weight = np.ones(len(y))
    for a in np.unique(s):
        for b in (0, 1):
            here = (s == a) & (y == b)
            if here.any():
                weight[here] = np.mean(s == a) * np.mean(y == b) / np.mean(here)
    return weight
""",
        "visible",
    ),
    Wrong(
        "ex9_8-holm",
        "sidak",
        """
def holm(p_values, alpha):
    m = len(p_values)
    rejected = np.zeros(m, dtype=bool)
    for rank, index in enumerate(np.argsort(p_values)):
        if p_values[index] > 1 - (1 - alpha) ** (1 / (m - rank)) + 1e-12:
            break
        rejected[index] = True
    return rejected
""",
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "no-outside",
        """
def audit(wrong, table, p_value, reject, least, alpha):
    from itertools import combinations

    notes, found = [], []
    for columns in [*combinations(table.columns, 1), *combinations(table.columns, 2)]:
        for values, rows in table.groupby(list(columns)).indices.items():
            if least <= len(rows) < len(table) - least:
                key = values if isinstance(values, tuple) else (values,)
                notes.append(dict(zip(columns, key)))
                found.append(p_value(wrong[rows], np.delete(wrong, rows)))
    return [note for note, yes in zip(notes, reject(np.array(found), alpha)) if yes]
""",
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "index-labels",
        """
def audit(wrong, table, p_value, reject, least, alpha):
    from itertools import combinations

    notes, found, wrong = [], [], pd.Series(wrong)
    for columns in [*combinations(table.columns, 1), *combinations(table.columns, 2)]:
        for values, part in table.groupby(list(columns)):
            if least <= len(part) <= len(table) - least:
                key = values if isinstance(values, tuple) else (values,)
                notes.append(dict(zip(columns, key)))
                found.append(p_value(wrong.loc[part.index].to_numpy(), wrong.drop(part.index).to_numpy()))
    return [note for note, yes in zip(notes, reject(np.array(found), alpha)) if yes]
""",
        "visible",
    ),
    Right(
        "ex9_7-reweigh",
        "single-precision",
        """
def reweigh(y, s):
    table = pd.DataFrame({"y": y, "s": s})
    size = lambda *keys: table.groupby(list(keys))["y"].transform("size").to_numpy(np.float32)
    return size("y") * size("s") / np.float32(len(y)) / size("s", "y")
""",
    ),
    Right(
        "ex9_2-auc",
        "single-precision",
        """
def auc(score, s):
    ahead = score[s == 1][:, None] - score[s == 0][None, :]
    return ((ahead > 0).astype(np.float32) + np.float32(0.5) * (ahead == 0)).mean(dtype=np.float32)
""",
    ),
    Wrong(
        "ex9_5-programme",
        "not-joint",
        """
def equalised_odds(y, score, group, roc):
    from scipy.linalg import block_diag
    from scipy.optimize import linprog

    names = np.unique(group).tolist()
    curves = [roc(y[group == name], score[group == name]) for name in names]
    cost = [np.mean((group == n) & (y == 1)) * f - np.mean((group == n) & (y == 0)) * t for n, (_, f, t) in zip(names, curves)]
    rows = block_diag(*[np.stack([np.ones(len(f)), f, t]) for _, f, t in curves])
    equal = np.vstack([rows[::3], rows[4::3] - rows[1], rows[5::3] - rows[2]])
    target = [1.0] * len(names) + [0.0] * (len(equal) - len(names))
    found = linprog(np.concatenate(cost), A_eq=equal, b_eq=target).x
    return dict(zip(names, zip([c[0] for c in curves], np.split(found, np.cumsum([len(c) for c in cost])[:-1]))))
""",
        "visible",
    ),
    Wrong(
        "ex9_1-bootstrap",
        "drops-negative",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    n, values = len(arrays[0]), []
    for _ in range(draws):
        rows = rng.integers(n, size=n)
        value = metric(*[a[rows] for a in arrays])
        if value >= 0:
            values.append(value)
    tail = (1 - level) / 2
    return np.quantile(values, tail), np.quantile(values, 1 - tail)
""",
        "hidden",
    ),
    Wrong(
        "ex9_3-giveaways",
        "wrong-pairs",
        Edit("found.append((column, value))", "found.append((value, column))"),
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "wrong-pairs",
        Edit("found.append((column, value))", "found.append((column, value, len(part)))"),
        "visible",
    ),
    Wrong(
        "ex9_3-giveaways",
        "drops-rows",
        Edit("table.groupby(column)[label]", "table.dropna().groupby(column)[label]"),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "ignores-rng",
        Edit("changed[rng.choice(", "changed[np.random.default_rng().choice("),
        "visible",
    ),
    Wrong(
        "ex9_3-damage",
        "not-exact",
        Edit("(group == name) & (y == 1)", "group == name"),
        "visible",
    ),
    Right(
        "ex9_3-damage",
        "pandas",
        """
def deny(y, group, name, share, rng):
    labels = pd.Series(y).copy()
    rows = labels[(group == name) & (labels == 1)].sample(frac=share, random_state=rng).index
    labels.loc[rows] = 0
    return labels.to_numpy().copy()
""",
    ),
    Wrong(
        "ex9_6-fit",
        "not-probabilities",
        Edit("gap(torch.sigmoid(logits), s)", "gap((logits > 0).double(), s)"),
        "visible",
    ),
    Wrong(
        "ex9_6-fit",
        "not-probabilities",
        Edit("gap(torch.sigmoid(logits), s)", "gap(s, torch.sigmoid(logits))"),
        "visible",
    ),
    Wrong(
        "ex9_6-fit",
        "gap-detached",
        Edit("gap(torch.sigmoid(logits), s)", "gap(torch.sigmoid(logits).detach(), s)"),
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "half-of-logit",
        Edit("theta[-1] > 0", "theta[-1] > 0.5"),
        "visible",
    ),
    Wrong(
        "ex9_5-roc",
        "wrong-order",
        """
def roc(y, score):
    from sklearn.metrics import roc_curve

    return roc_curve(y, score, drop_intermediate=False)
""",
        "visible",
    ),
    Wrong(
        "ex9_5-programme",
        "wrong-rows",
        Edit(
            "roc(y[group == name], score[group == name])",
            "roc(score[group == name], y[group == name])",
        ),
        "visible",
    ),
    Wrong(
        "ex9_8-audit",
        "ignores-reject",
        """
def audit(wrong, table, p_value, reject, least, alpha):
    from itertools import combinations

    notes, p = [], []
    for size in (1, 2):
        for columns in combinations(table.columns, size):
            for values, rows in table.groupby(list(columns)).indices.items():
                if least <= len(rows) <= len(table) - least:
                    key = values if isinstance(values, tuple) else (values,)
                    notes.append(dict(zip(columns, key)))
                    p.append(p_value(wrong[rows], np.delete(wrong, rows)))
    reject(np.array(p), alpha)
    return [note for note, value in zip(notes, p) if value <= alpha]
""",
        "visible",
    ),
    # what an array like another one holds, what tables are made of, and pairs in both orders
    Wrong(
        "ex9_5-probability",
        "whole-probabilities",
        """
def probability(rule, score, group):
    p = np.zeros_like(score)
    for name, (thresholds, weights) in rule.items():
        rows = group == name
        p[rows] = (score[rows][:, None] >= thresholds) @ weights
    return p
""",
        "visible",
    ),
    Right(
        "ex9_5-probability",
        "person-by-person",
        """
def probability(rule, score, group):
    def of(value, thresholds, weights):
        return sum(w for t, w in zip(thresholds, weights) if value >= t)

    return np.array([of(v, *rule[g]) for v, g in zip(score, group)], dtype=float)
""",
    ),
    Right(
        "ex9_3-giveaways",
        "takes-the-label-out",
        """
def giveaways(table, label, least):
    labels, found = table.pop(label), []
    for column in table:
        for value in table[column].dropna().unique():
            part = labels[table[column] == value]
            if len(part) >= least and len(set(part)) == 1:
                found.append((column, value))
    return found
""",
    ),
    Wrong(
        "ex9_6-gap",
        "no-gradient",
        """
def soft_gap(p, s):
    return torch.tensor((p[s == 1].mean() - p[s == 0].mean()) ** 2, requires_grad=True)
""",
        "visible",
    ),
    Wrong(
        "ex9_6-frontier",
        "swapped-arguments",
        Edit("fit(*train, lam)", "fit(lam, *train)"),
        "visible",
    ),
    Wrong("ex9_8-audit", "own-p-value", Edit("p_value(wrong", "fisher(wrong"), "visible"),
    Wrong(
        "ex9_8-audit",
        "both-orders",
        Edit("combinations(", "permutations(") + Edit("import combinations", "import permutations"),
        "visible",
    ),
    Right(
        "ex9_1-bootstrap",
        "all-rows-at-once",
        """
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    n = arrays[0].shape[0]
    values = np.array([metric(*(a[rows] for a in arrays)) for rows in rng.choice(n, (draws, n))])
    half = 100 * level / 2
    values = values[~np.isnan(values)]
    return np.percentile(values, 50 - half), np.percentile(values, 50 + half)
""",
    ),
    Right(
        "ex9_2-proxy",
        "fold-numbers",
        """
def proxy_strength(x, s, fit, auc, rng, folds=5):
    fold, score = np.arange(len(x)) % folds, np.full(len(x), np.nan)
    rng.shuffle(fold)
    for k in range(folds):
        score[fold == k] = fit(x[fold != k], s[fold != k])(x[fold == k])
    return auc(score, s)
""",
    ),
    Right(
        "ex9_5-programme",
        "a-common-point",
        """
def equalised_odds(y, score, group, roc):
    from scipy.optimize import linprog

    names = np.unique(group)
    curves = [roc(y[group == g], score[group == g]) for g in names]
    starts = np.cumsum([0] + [len(f) for _, f, _ in curves])
    A = np.zeros((3 * len(names), starts[-1] + 2))
    for k, (_, f, t) in enumerate(curves):
        A[3 * k : 3 * k + 3, starts[k] : starts[k + 1]] = np.ones(len(f)), f, t
        A[3 * k + 1, -2] = A[3 * k + 2, -1] = -1
    cost = np.append(np.zeros(starts[-1]), [np.mean(y == 0), -np.mean(y == 1)])
    x = linprog(cost, A_eq=A, b_eq=np.tile([1, 0, 0], len(names))).x
    return {g: (c[0], x[a:b]) for g, c, a, b in zip(names, curves, starts, starts[1:])}
""",
    ),
    Right(
        "ex9_6-fit",
        "scipy-bfgs",
        """
def fit_fair(x, y, s, lam, gap):
    from scipy.optimize import minimize

    wide = torch.column_stack([x, torch.ones(len(x), dtype=x.dtype)])

    def both(theta):
        t = torch.tensor(theta, requires_grad=True)
        p = torch.sigmoid(wide @ t)
        loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean() + lam * gap(p, s)
        return loss.item(), torch.autograd.grad(loss, t)[0].numpy()

    start = np.zeros(wide.shape[1])
    return torch.from_numpy(minimize(both, start, jac=True, method="BFGS", options={"gtol": 1e-5}).x)
""",
    ),
]
