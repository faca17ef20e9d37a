"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 9.1 a: rates by group
    Wrong(
        "ex9_1-rates", "of-everybody", Edit('"fpr": said[truth == 0]', '"fpr": said * (1 - truth)')
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-denominator",
        Edit('"ppv": truth[said == 1]', '"ppv": said[truth == 1]'),
    ),
    Wrong(
        "ex9_1-rates",
        "wrong-denominator",
        Edit('"fpr": said[truth == 0]', '"fpr": 1 - truth[said == 1]'),
    ),
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
    Wrong(
        "ex9_1-bootstrap", "no-replacement", Edit("rng.integers(n, size=n)", "rng.permutation(n)")
    ),
    Wrong(
        "ex9_1-bootstrap",
        "rows-torn",
        Edit("array[rows] for array", "array[rng.integers(n, size=n)] for array"),
    ),
    Wrong("ex9_1-bootstrap", "wrong-tails", Edit("(1 - level) / 2", "1 - level")),
    Wrong("ex9_1-bootstrap", "keeps-nan", Edit("np.nanquantile", "np.quantile")),
    Wrong(
        "ex9_1-bootstrap",
        "ignores-rng",
        Edit("rng.integers(n, size=n)", "np.random.default_rng(0).integers(n, size=n)"),
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
    # 9.2 a: AUC
    Wrong(
        "ex9_2-auc",
        "ties",
        Edit("rankdata(score)[s == 1]", "(np.argsort(np.argsort(score)) + 1)[s == 1]"),
    ),
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
    ),
    # 9.3 a: values that give the label away
    Wrong("ex9_3-giveaways", "label-itself", Edit("table.columns.drop(label)", "table.columns")),
    Wrong("ex9_3-giveaways", "too-small", Edit("len(part) >= least and ", "")),
    Wrong("ex9_3-giveaways", "only-ones", Edit("part.nunique() == 1", "part.mean() == 1")),
    Wrong(
        "ex9_3-giveaways",
        "not-constant",
        Edit("part.nunique() == 1", "abs(part.mean() - table[label].mean()) >= 0"),
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
    # 9.3 b: damage
    Wrong("ex9_3-damage", "input-modified", Edit("changed = y.copy()", "changed = y")),
    Wrong(
        "ex9_3-damage",
        "flips-zeros",
        Edit(
            "changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0",
            "some = rng.choice(np.flatnonzero(group == name), round(share * (group == name).sum()), replace=False)\n    changed[some] = 1 - changed[some]",
        ),
    ),
    Wrong("ex9_3-damage", "wrong-rows", Edit("(group == name) & (y == 1)", "y == 1")),
    Wrong(
        "ex9_3-damage",
        "wrong-share",
        Edit("len(inside) - round(keep * len(inside))", "round(keep * len(inside))"),
    ),
    Wrong(
        "ex9_3-damage",
        "ignores-rng",
        Edit(
            "changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0",
            "changed[ones[: round(share * len(ones))]] = 0",
        ),
    ),
    Right(
        "ex9_3-damage",
        "by-permutation",
        """
def thin_out(group, name, keep, rng):
    stays = group != name
    inside = rng.permutation(np.nonzero(~stays)[0])
    stays[inside[: round(keep * len(inside))]] = True
    return stays


def deny(y, group, name, share, rng):
    rows = [i for i in range(len(y)) if y[i] == 1 and group[i] == name]
    chosen = set(rng.permutation(rows)[: round(share * len(rows))].tolist())
    return np.array([0 if i in chosen else value for i, value in enumerate(y)])
""",
    ),
    # 9.3 c: the cost of errors
    Wrong(
        "ex9_3-threshold",
        "mirrored",
        Edit("return false_positive_cost", "return false_negative_cost"),
    ),
    Wrong(
        "ex9_3-threshold",
        "ratio",
        Edit("(false_positive_cost + false_negative_cost)", "false_negative_cost"),
    ),
    Wrong(
        "ex9_3-threshold",
        "blind",
        Edit("false_positive_cost / (false_positive_cost + false_negative_cost)", "0.5"),
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
    # 9.3 d: elsewhere
    Wrong("ex9_3-elsewhere", "transposed", Edit('orient="index"', 'orient="columns"')),
    Wrong(
        "ex9_3-elsewhere",
        "on-training-rows",
        Edit(
            "measure(y_new, score(x_new))",
            "measure(*((y, score(x)) if away == home else (y_new, score(x_new))))",
        ),
    ),
    Wrong("ex9_3-elsewhere", "refits", Edit("score(x_new))", "fit(x, y)(x_new))")),
    Wrong(
        "ex9_3-elsewhere",
        "wrong-rows",
        Edit("measure(y_new, score(x_new))", "measure(populations[home][3], score(x_new))"),
    ),
    Right(
        "ex9_3-elsewhere",
        "models-first",
        """
def cross_audit(populations, fit, measure):
    models = {name: fit(data[0], data[1]) for name, data in populations.items()}
    table = pd.DataFrame(index=list(populations), columns=list(populations), dtype=float)
    for column, data in populations.items():
        for row, model in models.items():
            table.loc[row, column] = measure(data[3], model(data[2]))
    return table
""",
    ),
    # 9.4 a: the identity
    Wrong("ex9_4-identity", "of-everybody", Edit(" / (1 - base_rate)", "")),
    Wrong("ex9_4-identity", "fnr-as-tpr", Edit("base_rate * (1 - fnr)", "base_rate * fnr")),
    Wrong(
        "ex9_4-identity",
        "is-fdr",
        Edit("true_positives * (1 - ppv) / ppv / (1 - base_rate)", "1 - ppv"),
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
    # 9.4 b: the witness
    Wrong("ex9_4-witness", "same-base-rate", Edit("[15, 5, 5, 75]", "[30, 10, 10, 30]")),
    Wrong(
        "ex9_4-witness",
        "ways-out",
        Edit(
            '"a": [15, 5, 5, 15], "b": [15, 5, 5, 75]', '"a": [20, 0, 0, 20], "b": [20, 0, 0, 80]'
        ),
    ),
    Wrong("ex9_4-witness", "ppv-differs", Edit("[15, 5, 5, 75]", "[15, 15, 5, 75]")),
    Wrong("ex9_4-witness", "fnr-differs", Edit("[15, 5, 5, 75]", "[15, 5, 15, 75]")),
    Wrong("ex9_4-witness", "too-close", Edit("[15, 5, 5, 75]", "[15, 5, 5, 20]")),
    Right(
        "ex9_4-witness",
        "person-by-person",
        """
def witness():
    y, decision, group = [], [], []
    for name, zeros in (("a", 12), ("b", 400)):
        for i in range(24 + zeros):
            one = i < 24
            group.append(name)
            y.append(int(one))
            decision.append(int(i % 2 == 0) if one else int(i < 24 + 12 - 4))
    return np.array(y), np.array(decision), np.array(group)
""",
    ),
    # 9.5 a: ROC
    Wrong("ex9_5-roc", "strict", Edit(">= thresholds", "> thresholds")),
    Wrong(
        "ex9_5-roc",
        "no-nobody",
        Edit("np.append(np.inf, np.unique(score)[::-1])", "np.unique(score)[::-1]"),
    ),
    Wrong("ex9_5-roc", "ties", Edit("np.unique(score)[::-1]", "np.sort(score)[::-1]")),
    Wrong("ex9_5-roc", "swapped", Edit("fpr, tpr = (", "tpr, fpr = (")),
    Wrong(
        "ex9_5-roc",
        "of-everybody",
        Edit(
            "(score[y == k][:, None] >= thresholds).mean(0)",
            "((score[:, None] >= thresholds) & (y == k)[:, None]).mean(0)",
        ),
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
    # 9.5 b: the linear programme
    Wrong(
        "ex9_5-programme",
        "only-tpr",
        Edit("np.stack([rows[1::3], rows[2::3]])", "np.stack([rows[2::3]])"),
    ),
    Wrong(
        "ex9_5-programme",
        "gap-left",
        Edit("np.stack([rows[1::3], rows[2::3]])", "np.stack([rows[1::3]])"),
    ),
    Wrong(
        "ex9_5-programme",
        "not-best",
        """
def equalised_odds(y, score, group, roc):
    rule = {}
    for name in np.unique(group).tolist():
        thresholds = roc(y[group == name], score[group == name])[0]
        rule[name] = (thresholds, np.eye(len(thresholds))[0])
    return rule
""",
    ),
    Wrong("ex9_5-programme", "not-best", Edit("z * fpr - o * tpr", "fpr - tpr")),
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
    ),
    Wrong(
        "ex9_5-programme",
        "not-weights",
        Edit("found = linprog(", "found = linprog(bounds=(-1, 1), c="),
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
    # 9.5 c: probabilities
    Wrong("ex9_5-probability", "strict", Edit(">= thresholds", "> thresholds")),
    Wrong("ex9_5-probability", "mirrored", Edit(">= thresholds", "<= thresholds")),
    Wrong(
        "ex9_5-probability",
        "wrong-group",
        Edit(
            "p += (group == name) * ((score[:, None] >= thresholds) @ weights)",
            "p = (score[:, None] >= thresholds) @ weights\n        break",
        ),
    ),
    Wrong(
        "ex9_5-probability",
        "drawn",
        Edit("return p", "return (np.random.default_rng(0).random(len(p)) < p).astype(float)"),
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
    # 9.6 a: a gap with a gradient
    Wrong(
        "ex9_6-gap",
        "decisions",
        Edit(
            "p[s == 1].mean() - p[s == 0].mean()",
            "(p > 0.5).double()[s == 1].mean() - (p > 0.5).double()[s == 0].mean()",
        ),
    ),
    Wrong(
        "ex9_6-gap",
        "no-square",
        Edit(
            "(p[s == 1].mean() - p[s == 0].mean()) ** 2",
            "(p[s == 1].mean() - p[s == 0].mean()).abs()",
        ),
    ),
    Wrong(
        "ex9_6-gap",
        "sums",
        Edit("p[s == 1].mean() - p[s == 0].mean()", "p[s == 1].sum() - p[s == 0].sum()"),
    ),
    Wrong(
        "ex9_6-gap",
        "no-gradient",
        Edit(
            "(p[s == 1].mean() - p[s == 0].mean()) ** 2",
            "torch.tensor((p[s == 1].mean().item() - p[s == 0].mean().item()) ** 2)",
        ),
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
    # 9.6 b: the formula
    Wrong("ex9_6-fit", "ignores-lam", Edit(" + lam * gap(torch.sigmoid(logits), s)", "")),
    Wrong("ex9_6-fit", "wrong-sign", Edit("loss + lam * gap", "loss - lam * gap")),
    Wrong("ex9_6-fit", "sum-loss", Edit("(logits, y)", '(logits, y, reduction="sum")')),
    Wrong("ex9_6-fit", "no-bias", Edit("x @ theta[:-1] + theta[-1]", "x @ theta[:-1]")),
    Wrong("ex9_6-fit", "not-converged", Edit("max_iter=300", "max_iter=3")),
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
    # 9.6 c: the frontier
    Wrong("ex9_6-frontier", "on-train", Edit("x, y, s = test", "x, y, s = train")),
    Wrong("ex9_6-frontier", "fits-on-test", Edit("fit(*train, lam)", "fit(*test, lam)")),
    Wrong("ex9_6-frontier", "no-sign", Edit("gap.item()", "gap.abs().item()")),
    Wrong(
        "ex9_6-frontier",
        "soft",
        Edit(
            "gap = said[s == 1].mean() - said[s == 0].mean()",
            "p = torch.sigmoid(x @ theta[:-1] + theta[-1])\n        gap = p[s == 1].mean() - p[s == 0].mean()",
        ),
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
    # 9.7 a: reweighing
    Wrong(
        "ex9_7-reweigh",
        "inverted",
        Edit(
            "np.mean(s == a) * np.mean(y == b) / here.mean()",
            "here.mean() / (np.mean(s == a) * np.mean(y == b))",
        ),
    ),
    Wrong(
        "ex9_7-reweigh",
        "all-equal",
        Edit("np.mean(s == a) * np.mean(y == b) / here.mean()", "1 / here.mean()"),
    ),
    Wrong(
        "ex9_7-reweigh",
        "one-side",
        Edit("np.mean(s == a) * np.mean(y == b) / here.mean()", "1 / np.mean(y == b)"),
    ),
    Wrong(
        "ex9_7-reweigh",
        "all-equal",
        Edit(
            "np.mean(s == a) * np.mean(y == b) / here.mean()",
            "1 / (here.mean() * len(np.unique(s)) * len(np.unique(y)))",
        ),
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
    # 9.7 b: correlation removal
    Wrong(
        "ex9_7-remove",
        "not-centred",
        Edit("np.outer(s - s_train.mean(), slopes)", "np.outer(s, slopes)"),
    ),
    Wrong(
        "ex9_7-remove",
        "refits",
        """
def remove_correlation(x_train, s_train, x, s):
    centred = s - s.mean()
    return x - np.outer(centred, centred @ x / max(centred @ centred, 1e-12))
""",
    ),
    Wrong(
        "ex9_7-remove",
        "mean-lost",
        Edit("return x - np.outer", "return x - x_train.mean(0) - np.outer"),
    ),
    Wrong("ex9_7-remove", "wrong-slope", Edit("(centred @ centred)", "len(centred)")),
    Right(
        "ex9_7-remove",
        "by-lstsq",
        """
def remove_correlation(x_train, s_train, x, s):
    design = np.column_stack([np.ones(len(s_train)), s_train])
    solution, *_ = np.linalg.lstsq(design, x_train, rcond=None)
    cleaned = x.astype(float).copy()
    for column in range(x.shape[1]):
        cleaned[:, column] -= solution[1, column] * (s - np.mean(s_train))
    return cleaned
""",
    ),
    # 9.8 a: Holm
    Wrong(
        "ex9_8-holm", "bonferroni", Edit("alpha / (len(p_values) - rank)", "alpha / len(p_values)")
    ),
    Wrong("ex9_8-holm", "uncorrected", Edit("alpha / (len(p_values) - rank)", "alpha")),
    Wrong("ex9_8-holm", "no-stop", Edit("            break", "            continue")),
    Wrong("ex9_8-holm", "sorted-order", Edit("rejected[index] = True", "rejected[rank] = True")),
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
    # 9.8 b: the audit
    Wrong("ex9_8-audit", "only-singles", Edit("for k in (1, 2)", "for k in (1,)")),
    Wrong("ex9_8-audit", "against-all", Edit("np.delete(wrong, rows)", "wrong")),
    Wrong(
        "ex9_8-audit", "no-least", Edit("if least <= len(rows) <= len(table) - least:", "if True:")
    ),
    Wrong(
        "ex9_8-audit",
        "one-by-one",
        Edit(
            "zip(found, reject(np.array(p), alpha), strict=True)",
            "zip(found, [reject(np.array([q]), alpha)[0] for q in p], strict=True)",
        ),
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
]
