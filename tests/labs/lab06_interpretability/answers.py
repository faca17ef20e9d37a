"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 6.1 a: the shares
    Wrong(
        "ex6_1-shapley",
        "equal-weights",
        Edit("1 / (n * math.comb(n - 1, size))", "2.0 ** (1 - n)"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "leave-one-out",
        """
def shapley(value, n):
    everyone = np.ones((1, n), dtype=bool)
    without = np.logical_not(np.eye(n, dtype=bool))
    return value(everyone)[0] - value(without)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "alone",
        """
def shapley(value, n):
    return value(np.eye(n, dtype=bool)) - value(np.zeros((1, n), dtype=bool))[0]
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-weights",
        Edit("worth[without + 2 ** (n - 1 - i)]", "worth[without ^ 2 ** i]"),
        seen="visible",
    ),
    Wrong("ex6_1-shapley", "reversed", Edit("return phi", "return phi[::-1]"), seen="visible"),
    Wrong(
        "ex6_1-shapley",
        "nobody-counts",
        Edit("    weight = np.array", "    worth[0] = 0\n    weight = np.array"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-weights",
        Edit("math.comb(n - 1, size)", "math.comb(n, size)"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "not-efficient",
        Edit("    phi = np.zeros(n)", "    weight[4:] = 0\n    phi = np.zeros(n)"),
        seen="hidden",
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-sign",
        Edit(
            "worth[without + 2 ** (n - 1 - i)] - worth[without]",
            "worth[without] - worth[without + 2 ** (n - 1 - i)]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-weights",
        Edit("members[without].sum(axis=1)", "members[without].sum(axis=1) - 1"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley",
        "whole-numbers",
        Edit("np.zeros(n)", "np.zeros(n, dtype=int)"),
        seen="visible",
    ),
    Right(
        "ex6_1-shapley",
        "hint-3",
        """
def shapley(value, n):
    import itertools
    import math

    coalitions = np.array(list(itertools.product([False, True], repeat=n)))
    worth = value(coalitions)
    phi = []
    for i in range(n):
        out = np.flatnonzero(~coalitions[:, i])
        gain = worth[out + 2 ** (n - 1 - i)] - worth[out]
        weight = [1 / (n * math.comb(n - 1, s)) for s in coalitions[out].sum(axis=1)]
        phi.append(np.dot(weight, gain))
    return np.array(phi)
""",
    ),
    Right(
        "ex6_1-shapley",
        "by-bits",
        """
def shapley(value, n):
    from math import factorial

    codes = np.arange(2 ** n)
    members = (codes[:, None] >> np.arange(n)) & 1
    v = value(members.astype(bool))
    shares = []
    for player in range(n):
        bit = 1 << player
        total = 0.0
        for code in codes:
            if code & bit:
                s = int(members[code].sum()) - 1
                total += factorial(s) * factorial(n - s - 1) / factorial(n) * (v[code] - v[code ^ bit])
        shares.append(total)
    return np.array(shares, dtype=float)
""",
    ),
    # 6.1 b: the game
    Wrong(
        "ex6_1-game",
        "swapped",
        Edit("coalitions[:, None, :], x, background", "coalitions[:, None, :], background, x"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "mean-first",
        """
def coalition_game(predict, x, background):
    middle = background.mean(axis=0)
    return lambda coalitions: predict(np.where(coalitions, x, middle))
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "zeros",
        """
def coalition_game(predict, x, background):
    return lambda coalitions: predict(coalitions * x)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "wrong-rows",
        Edit(
            "answers.reshape(len(coalitions), len(background)).mean(axis=1)",
            "answers.reshape(len(background), len(coalitions)).mean(axis=0)",
        ),
        seen="visible",
    ),
    Wrong("ex6_1-game", "sum", Edit(".mean(axis=1)", ".sum(axis=1)"), seen="visible"),
    Wrong(
        "ex6_1-game",
        "wrong-rows",
        Edit(".mean(axis=1)", "[:, 0]"),
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "background-changed",
        """
def coalition_game(predict, x, background):
    def worth(coalition):
        rows = background.copy()
        rows[:, coalition] = x[coalition]
        return np.mean(predict(rows))

    def value(coalitions):
        nonlocal background
        found = np.array([worth(c) for c in coalitions])
        background = np.where(coalitions[-1], x, background)
        return found

    return value
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "wrong-rows",
        """
def coalition_game(predict, x, background):
    def value(coalitions):
        return np.array([np.median(predict(np.where(c, x, background))) for c in coalitions])

    return value
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-game",
        "background-changed",
        """
def coalition_game(predict, x, background):
    def value(coalitions):
        worth = []
        for known in coalitions:
            rows = background
            rows[:, known] = x[known]
            worth.append(predict(rows).mean())
        return np.array(worth)

    return value
""",
        seen="visible",
    ),
    Right(
        "ex6_1-game",
        "hint-3",
        """
def coalition_game(predict, x, background):
    def value(coalitions):
        mixed = np.where(coalitions[:, None, :], x, background)
        answers = predict(mixed.reshape(-1, len(x)))
        return answers.reshape(len(coalitions), len(background)).mean(axis=1)

    return value
""",
    ),
    Right(
        "ex6_1-game",
        "row-by-row",
        """
def coalition_game(predict, x, background):
    def worth(coalition):
        rows = background.copy()
        rows[:, coalition] = x[coalition]
        return np.mean(predict(rows))

    return lambda coalitions: np.array([worth(coalition) for coalition in coalitions])
""",
    ),
    # 6.2 a: LIME
    Wrong("ex6_2-lime", "scaled-units", Edit("line[1:] / scale", "line[1:]"), seen="visible"),
    Wrong(
        "ex6_2-lime",
        "no-intercept",
        Edit("np.column_stack([np.ones(n), u])", "u") + Edit("line[1:]", "line"),
        seen="visible",
    ),
    Wrong("ex6_2-lime", "one-side", Edit("predict(z) * root", "predict(z)"), seen="visible"),
    Wrong("ex6_2-lime", "one-side", Edit(" * root[:, None]", ""), seen="visible"),
    Wrong(
        "ex6_2-lime",
        "no-intercept",
        Edit(
            "np.column_stack([np.ones(n), u]) * root[:, None]",
            "np.column_stack([np.ones(n), u * root[:, None]])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "no-weights",
        Edit("np.exp(-(u**2).sum(axis=1) / (4 * width**2))", "np.ones(n)"),
        seen="visible",
    ),
    Wrong("ex6_2-lime", "no-root", Edit("(4 * width**2)", "(2 * width**2)"), seen="visible"),
    Wrong(
        "ex6_2-lime",
        "unscaled",
        Edit("np.exp(-(u**2)", "np.exp(-((z - x)**2)"),
        seen="visible",
    ),
    Wrong("ex6_2-lime", "wrong-weights", Edit("(4 * width**2)", "4"), seen="visible"),
    Wrong(
        "ex6_2-lime",
        "ignores-rng",
        Edit("draw(x, n, rng)", "draw(x, n, np.random.default_rng(0))"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "draws-again",
        Edit("z = draw(x, n, rng)", "z = draw(x, 1000, rng)\n    n = 1000"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "wrong-weights",
        Edit("(u**2).sum(axis=1) / (4 * width**2)", "np.sqrt((u**2).sum(axis=1)) / (2 * width)"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "no-root",
        Edit("(4 * width**2)", "(2 * width**2)") + Edit("columns = np", "columns = 1 * np"),
        seen="visible",
    ),
    Wrong("ex6_2-lime", "wrong-weights", Edit("(4 * width**2)", "(4 * width)"), seen="visible"),
    Wrong(
        "ex6_2-lime",
        "scaled-units",
        Edit("line[1:] / scale", "line[1:] / scale**2"),
        seen="visible",
    ),
    Wrong("ex6_2-lime", "one-side", Edit("line[1:] / scale", "line[:-1] / scale"), seen="visible"),
    Wrong("ex6_2-lime", "scaled-units", Edit("predict(z)", "predict(u)"), seen="visible"),
    Right(
        "ex6_2-lime",
        "hint-3",
        """
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    z = draw(x, n, rng)
    u = (z - x) / scale
    root = np.exp(-(u * u).sum(axis=1) / (2 * width**2)) ** 0.5
    columns = np.column_stack([np.ones(n), u])
    b = np.linalg.lstsq(columns * root[:, None], predict(z) * root, rcond=None)[0]
    return b[1:] / scale
""",
    ),
    Right(
        "ex6_2-lime",
        "by-scikit-learn",
        """
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    from sklearn.linear_model import LinearRegression

    z = draw(x, n, rng)
    t = np.linalg.norm((z - x) / scale, axis=1)
    return LinearRegression().fit(z, predict(z), sample_weight=np.exp(-(t / width) ** 2 / 2)).coef_
""",
    ),
    Right(
        "ex6_2-lime",
        "by-normal-equations",
        """
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    z = draw(x, n, rng)
    y = predict(z)
    w = np.exp(-0.5 * np.linalg.norm((z - x) / scale, axis=1) ** 2 / width**2)
    w = w / w.sum()
    centre, level = w @ z, w @ y
    away = (z - centre) / scale
    return np.linalg.solve((away.T * w) @ away, (away.T * w) @ (y - level)) / scale
""",
    ),
    # 6.2 b: agreement
    Wrong(
        "ex6_2-jaccard", "signed", Edit("np.abs(run).argsort()", "run.argsort()"), seen="visible"
    ),
    Wrong("ex6_2-jaccard", "smallest", Edit("[::-1][:k]", "[:k]"), seen="visible"),
    Wrong("ex6_2-jaccard", "overlap", Edit("len(a | b)", "k"), seen="visible"),
    Wrong("ex6_2-jaccard", "ignores-k", Edit("[:k]", "[:2]"), seen="visible"),
    Wrong(
        "ex6_2-jaccard",
        "neighbours-only",
        Edit("combinations(tops, 2)", "zip(tops, tops[1:])"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-jaccard",
        "own-pairs",
        Edit("combinations(tops, 2)", "__import__('itertools').product(tops, tops)"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-jaccard",
        "wrong-index",
        Edit("len(a & b) / len(a | b)", "float(a == b)"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-jaccard",
        "input-modified",
        Edit("    tops =", "    np.abs(runs, out=runs)\n    tops ="),
        seen="visible",
    ),
    Right(
        "ex6_2-jaccard",
        "hint-3",
        """
def jaccard_of_tops(runs, k):
    import itertools

    tops = [set(np.argsort(-np.abs(run))[:k].tolist()) for run in runs]
    return np.mean([len(a & b) / len(a | b) for a, b in itertools.combinations(tops, 2)])
""",
    ),
    Right(
        "ex6_2-jaccard",
        "by-matrix",
        """
def jaccard_of_tops(runs, k):
    order = np.argsort(np.abs(runs), axis=1)
    member = np.zeros(runs.shape, dtype=int)
    np.put_along_axis(member, order[:, runs.shape[1] - k:], 1, axis=1)
    common = member @ member.T
    index = common / (2 * k - common)
    r = len(runs)
    return float((index.sum() - np.trace(index)) / (r * (r - 1)))
""",
    ),
    # 6.3 a: the disguise
    Wrong("ex6_3-disguise", "found-out", Edit("sure > 0.4", "sure > -1"), seen="visible"),
    Wrong(
        "ex6_3-disguise",
        "not-biased",
        Edit("biased(rows), innocent(rows)", "innocent(rows), biased(rows)"),
        seen="visible",
    ),
    Wrong("ex6_3-disguise", "not-biased", Edit("sure > 0.4", "sure > 0.9"), seen="visible"),
    Wrong("ex6_3-disguise", "found-out", Edit("sure > 0.4", "sure > 0.1"), seen="visible"),
    Wrong(
        "ex6_3-disguise",
        "not-biased",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    known = {tuple(row) for row in real.tolist()}

    def model(rows):
        met = np.array([tuple(row) in known for row in rows.tolist()])
        return np.where(met, biased(rows), innocent(rows))

    return model
""",
        seen="visible",
    ),
    Wrong(
        "ex6_3-disguise",
        "found-out",
        Edit("perturb(real, rng)", "rng.permuted(real, axis=0) * 5"),
        seen="visible",
    ),
    Right(
        "ex6_3-disguise",
        "hint-3",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    from sklearn.ensemble import RandomForestClassifier

    both = np.concatenate([real, perturb(real, rng)])
    forest = RandomForestClassifier(30, min_samples_leaf=2, random_state=0)
    forest.fit(both, np.repeat([1, 0], len(real)))
    return lambda rows: np.where(forest.predict_proba(rows)[:, 1] > 0.4, biased(rows), innocent(rows))
""",
    ),
    Right(
        "ex6_3-disguise",
        "by-boosting",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = np.concatenate([real, perturb(real, rng)])
    guard = HistGradientBoostingClassifier(random_state=0)
    guard.fit(rows, np.arange(len(rows)) < len(real))

    def built(rows):
        out = np.array(innocent(rows), dtype=float)
        genuine = guard.predict(rows).astype(bool)
        out[genuine] = biased(rows)[genuine]
        return out

    return built
""",
    ),
    Right(
        "ex6_3-disguise",
        "by-a-hundred-trees",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    from sklearn.ensemble import RandomForestClassifier

    rows = np.concatenate([real, perturb(real, rng)])
    label = np.array([1] * len(real) + [0] * len(real))
    forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(rows, label)
    return lambda rows: np.where(forest.predict(rows) == 1, biased(rows), innocent(rows))
""",
    ),
    # 6.3 b: the audit
    Wrong("ex6_3-audit", "input-modified", Edit("rows.copy()", "rows"), seen="visible"),
    Wrong(
        "ex6_3-audit",
        "at-half",
        Edit(
            "(predict(rows) > 0.5) != (predict(switched) > 0.5)",
            "(predict(rows) >= 0.5) != (predict(switched) >= 0.5)",
        ),
        seen="visible",
    ),
    Wrong("ex6_3-audit", "one-way", Edit("1 - switched[:, column]", "1"), seen="visible"),
    Wrong("ex6_3-audit", "one-way", Edit("1 - switched[:, column]", "0"), seen="visible"),
    Wrong(
        "ex6_3-audit",
        "compares-scores",
        Edit(
            "(predict(rows) > 0.5) != (predict(switched) > 0.5)",
            "predict(rows) != predict(switched)",
        ),
        seen="visible",
    ),
    Wrong("ex6_3-audit", "signed", Edit("np.abs(explain(rows))", "explain(rows)"), seen="visible"),
    Wrong(
        "ex6_3-audit",
        "explains-switched",
        Edit("explain(rows)", "explain(switched)"),
        seen="visible",
    ),
    Wrong(
        "ex6_3-audit",
        "not-a-switch",
        Edit("changed.mean()", "(~changed)[:7].mean()"),
        seen="visible",
    ),
    Wrong("ex6_3-audit", "not-a-switch", Edit("changed.mean()", "changed.sum()"), seen="visible"),
    Wrong(
        "ex6_3-audit",
        "wrong-order",
        Edit(
            "return float(changed.mean()), float(named.mean())",
            "return float(named.mean()), float(changed.mean())",
        ),
        seen="visible",
    ),
    Right(
        "ex6_3-audit",
        "row-by-row",
        """
def audit(predict, explain, rows, column):
    changed = named = 0
    for row in rows:
        other = row.copy()
        other[column] = 1 - other[column]
        before, after = predict(np.stack([row, other])) > 0.5
        changed += before != after
        named += np.argmax(np.abs(explain(row[None])[0])) == column
    return changed / len(rows), named / len(rows)
""",
    ),
    Right(
        "ex6_3-audit",
        "hint-3",
        """
def audit(predict, explain, rows, column):
    other = rows.copy()
    other[:, column] = 1 - other[:, column]
    changed = np.mean((predict(rows) > 0.5) != (predict(other) > 0.5))
    return changed, np.mean(np.abs(explain(rows)).argmax(axis=1) == column)
""",
    ),
    Right(
        "ex6_3-audit",
        "by-two-copies",
        """
def audit(predict, explain, rows, column):
    with_one, with_zero = np.array(rows), np.array(rows)
    with_one[:, column], with_zero[:, column] = 1, 0
    differ = np.greater(predict(with_one), 0.5) ^ np.greater(predict(with_zero), 0.5)
    size = np.abs(explain(rows))
    top = [int(np.argmax(row)) for row in size]
    return differ.sum() / len(rows), sum(t == column for t in top) / len(rows)
""",
    ),
    # 6.4 a: saliency
    Wrong(
        "ex6_4-saliency",
        "absolute",
        Edit("return gradient", "return gradient.abs()"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "all-classes",
        Edit("model(inputs).gather(1, target[:, None]).sum()", "model(inputs).sum()"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "own-class",
        Edit(
            "model(inputs).gather(1, target[:, None]).sum()",
            "model(inputs).max(dim=1).values.sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit("model(inputs).gather", "F.softmax(model(inputs), dim=1).gather"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit(
            "model(inputs).gather(1, target[:, None]).sum()",
            "F.cross_entropy(model(inputs), target)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "batch-mean",
        Edit("target[:, None]).sum()", "target[:, None]).mean()"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "gradient-left",
        """
def saliency(model, x, target):
    z = x.detach().clone().requires_grad_(True)
    model(z)[torch.arange(len(x)), target].sum().backward()
    return z.grad
""",
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit("return gradient", "return gradient * x"),
        seen="visible",
    ),
    Right(
        "ex6_4-saliency",
        "hint-3",
        """
def saliency(model, x, target):
    z = x.detach().clone().requires_grad_(True)
    that = model(z)[torch.arange(len(x)), target].sum()
    return torch.autograd.grad(that, z)[0]
""",
    ),
    Right(
        "ex6_4-saliency",
        "by-functional-grad",
        """
def saliency(model, x, target):
    def chosen(z):
        return (model(z) * F.one_hot(target, model(z).shape[1])).sum()

    return torch.func.grad(chosen)(x).detach()
""",
    ),
    # 6.4 b: integrated gradients
    Wrong("ex6_4-ig", "no-difference", Edit("(x - baseline) * mean", "mean"), seen="visible"),
    Wrong("ex6_4-ig", "times-x", Edit("(x - baseline) * mean", "x * mean"), seen="visible"),
    Wrong("ex6_4-ig", "wrong-points", Edit("(k + 0.5) / steps", "k / steps"), seen="visible"),
    Wrong("ex6_4-ig", "wrong-points", Edit("(k + 0.5) / steps", "(k + 1) / steps"), seen="visible"),
    Wrong(
        "ex6_4-ig",
        "wrong-points",
        Edit("(k + 0.5) / steps", "k / max(1, steps - 1)"),
        seen="visible",
    ),
    Wrong("ex6_4-ig", "sum", Edit("target) / steps", "target)"), seen="visible"),
    Wrong(
        "ex6_4-ig",
        "zero-baseline",
        Edit("torch.lerp(baseline, x, share)", "share * x"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "zero-baseline",
        Edit("torch.lerp(baseline, x, share)", "share * x")
        + Edit("(x - baseline) * mean", "x * mean"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "wrong-target",
        Edit("share), target)", "share), target.flip(0))"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "absolute",
        Edit("(x - baseline) * mean", "((x - baseline) * mean).abs()"),
        seen="visible",
    ),
    Right(
        "ex6_4-ig",
        "hint-3",
        """
def integrated_gradients(model, x, target, baseline, steps, *, gradient):
    mean = torch.zeros_like(x)
    for k in range(steps):
        mean += gradient(model, baseline + (k + 0.5) / steps * (x - baseline), target) / steps
    return (x - baseline) * mean
""",
    ),
    Right(
        "ex6_4-ig",
        "in-one-batch",
        """
def integrated_gradients(model, x, target, baseline, steps, *, gradient):
    t = (torch.arange(steps, dtype=x.dtype) * 2 + 1) / (2 * steps)
    t = t.reshape(steps, *[1] * x.dim())
    way = ((1 - t) * baseline + t * x).reshape(-1, *x.shape[1:])
    slopes = gradient(model, way, target.repeat(steps)).reshape(steps, *x.shape)
    return ((x - baseline) * slopes.mean(0)).detach()
""",
    ),
    # 6.5 a: deletion and insertion
    Wrong(
        "ex6_5-removal",
        "lowest-first",
        Edit("descending=True", "descending=False"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "absolute",
        Edit("maps.flatten(1)", "maps.flatten(1).abs()"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "logits",
        Edit(
            "F.softmax(model(x * (chosen if insert else ~chosen)), dim=1)",
            "model(x * (chosen if insert else ~chosen))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal", "insert", Edit("chosen if insert else ~chosen", "~chosen"), seen="visible"
    ),
    Wrong("ex6_5-removal", "rounding", Edit("round(share", "int(share"), seen="visible"),
    Wrong(
        "ex6_5-removal",
        "rounding",
        Edit("round(share * position.shape[1])", "-int(-share * position.shape[1] // 1)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "one-argsort",
        Edit(".argsort(1, descending=True).argsort(1)", ".argsort(1, descending=True)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "wrong-pixels",
        Edit("maps.flatten(1)", "maps.mean(0, keepdim=True).flatten(1).expand(len(x), -1)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "own-class",
        Edit("sure.gather(1, target[:, None]).mean()", "sure.max(dim=1).values.mean()"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "insert",
        Edit("chosen if insert else ~chosen", "~chosen if insert else chosen"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "whole-batch",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    place = maps.flatten().argsort(descending=True).argsort().reshape(len(x), -1)
    curve = []
    for share in shares:
        taken = (place < round(share * place.shape[1])).reshape(x.shape)
        seen = F.softmax(model(x * (taken if insert else ~taken)), dim=1)
        curve.append(seen[torch.arange(len(x)), target].mean().item())
    return torch.tensor(curve)
""",
        seen="visible",
    ),
    Right(
        "ex6_5-removal",
        "hint-3",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    place = maps.flatten(1).argsort(1, descending=True).argsort(1)
    curve = []
    for share in shares:
        taken = (place < round(share * place.shape[1])).reshape(x.shape)
        sure = F.softmax(model(x * (taken if insert else ~taken)), dim=1)
        curve.append(sure[torch.arange(len(x)), target].mean().item())
    return torch.tensor(curve)
""",
    ),
    Right(
        "ex6_5-removal",
        "by-topk",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    n, pixels = len(x), x[0].numel()
    out = torch.zeros(len(shares))
    for row, share in enumerate(shares):
        top = maps.reshape(n, pixels).topk(round(share * pixels), dim=1).indices
        mask = torch.zeros(n, pixels, dtype=x.dtype).scatter(1, top, 1.0)
        mask = mask if insert else 1 - mask
        logits = model((x.reshape(n, pixels) * mask).reshape(x.shape)).detach()
        out[row] = torch.exp(torch.log_softmax(logits, 1))[torch.arange(n), target].mean()
    return out
""",
    ),
    # 6.5 b: both checks
    Wrong("ex6_5-sanity", "background", Edit("x > 0", "x > -1"), seen="visible"),
    Wrong("ex6_5-sanity", "background", Edit("x > 0", "x > 0.5"), seen="visible"),
    Wrong(
        "ex6_5-sanity",
        "wrong-model",
        Edit(
            "curve(trained, x, target, maps, shares)", "curve(untrained, x, target, other, shares)"
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-way",
        Edit(
            "curve(trained, x, target, dice, shares) - curve(trained, x, target, maps, shares)",
            "curve(trained, x, target, maps, shares) - curve(trained, x, target, dice, shares)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "no-baseline",
        Edit("torch.rand(x.shape, generator=generator)", "maps"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "ignores-generator",
        Edit("torch.rand(x.shape, generator=generator)", "torch.rand(x.shape)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-shares",
        Edit("dice, shares)", "dice, [0.1])"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-mean",
        Edit("gain.mean()", "gain[0]"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-maps",
        Edit("for model in (trained, untrained)", "for model in (trained, trained)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-maps",
        Edit("ranks(maps, other, x > 0)", "ranks(maps.abs(), other.abs(), x > 0)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "background",
        Edit("ranks(maps, other, x > 0)", "ranks(maps, other, maps > 0)"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "no-baseline",
        Edit("torch.rand(x.shape", "torch.randn(x.shape"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-maps",
        Edit("(explain(model, x, target) for", "(explain(model, x, model(x).argmax(1)) for"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "absolute",
        Edit("float(agreement)", "abs(float(agreement))"),
        seen="visible",
    ),
    Right(
        "ex6_5-sanity",
        "hint-3",
        """
def sanity(explain, trained, untrained, x, target, shares, *, ranks, curve, generator):
    ours = explain(trained, x, target)
    theirs = explain(untrained, x, target)
    noise = torch.rand(x.shape, generator=generator)
    agreement = ranks(ours, theirs, x > 0).mean()
    gain = (curve(trained, x, target, noise, shares) - curve(trained, x, target, ours, shares)).mean()
    return float(agreement), float(gain)
""",
    ),
    Right(
        "ex6_5-sanity",
        "step-by-step",
        """
def sanity(explain, trained, untrained, x, target, shares, *, ranks, curve, generator):
    ours = explain(trained, x, target)
    noise = torch.rand(x.shape, generator=generator)
    with_noise = curve(trained, x, target, noise, shares, False)
    with_ours = curve(trained, x, target, ours, shares, False)
    gap = [n - o for n, o in zip(with_noise.tolist(), with_ours.tolist())]
    theirs = explain(untrained, x, target)
    return ranks(theirs, ours, x.gt(0)).mean().item(), sum(gap) / len(gap)
""",
    ),
    # 6.6: the region
    Wrong(
        "ex6_6-region",
        "too-small",
        """
def lying_region(rows, lies):
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(random_state=0).fit(rows, lies)
    leaf = tree.apply(rows)
    best = max(np.unique(leaf), key=lambda number: lies[leaf == number].mean())
    return lambda new: tree.apply(new) == best
""",
        seen="visible",
    ),
    Wrong("ex6_6-region", "trusted", Edit("max(np.unique", "min(np.unique"), seen="visible"),
    Wrong(
        "ex6_6-region",
        "trusted",
        "def lying_region(rows, lies):\n    return lambda new_rows: np.ones(len(new_rows), dtype=bool)",
        seen="visible",
    ),
    Wrong(
        "ex6_6-region",
        "too-small",
        """
def lying_region(rows, lies):
    worst = rows[np.flatnonzero(lies)[0]]
    return lambda new_rows: (new_rows == worst).all(axis=1)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_6-region",
        "relative",
        """
def lying_region(rows, lies):
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(20, min_samples_leaf=20, random_state=0).fit(rows, lies)

    def inside(new):
        p = forest.predict_proba(new)[:, 1]
        return p >= np.quantile(p, 0.95)

    return inside
""",
        seen="visible",
    ),
    Wrong(
        "ex6_6-region",
        "trusted",
        """
def lying_region(rows, lies):
    low, high = rows[lies].min(axis=0), rows[lies].max(axis=0)
    return lambda new: ((new >= low) & (new <= high)).all(axis=1)
""",
        seen="visible",
    ),
    Right(
        "ex6_6-region",
        "hint-3",
        """
def lying_region(rows, lies):
    from sklearn.tree import DecisionTreeClassifier

    finder = DecisionTreeClassifier(min_samples_leaf=len(rows) // 100, random_state=0).fit(rows, lies)
    leaf = finder.apply(rows)
    worst = max(np.unique(leaf), key=lambda number: lies[leaf == number].mean())
    return lambda new: finder.apply(new) == worst
""",
    ),
    Right(
        "ex6_6-region",
        "by-forest",
        """
def lying_region(rows, lies):
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(20, min_samples_leaf=max(10, len(rows) // 400), random_state=0)
    forest.fit(rows, lies)
    bar = np.quantile(forest.predict_proba(rows)[:, 1], 0.985)
    return lambda new_rows: forest.predict_proba(new_rows)[:, 1] >= bar
""",
    ),
    # 6.8: the contrast
    Wrong(
        "ex6_8-contrast",
        "not-cheapest",
        """
def contrast(approves, x, options, cost):
    best = x if approves(x[None])[0] else None
    for column in options:
        for value in options[column]:
            row = x.copy()
            row[column] = value
            if approves(row[None])[0] and (best is None or abs(row - x) @ cost < abs(best - x) @ cost):
                best = row
    return best
""",
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "not-cheapest",
        Edit("np.abs(candidates - x) @ cost", "(candidates != x).sum(axis=1)"),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "signed-cost",
        Edit("np.abs(candidates - x) @ cost", "(candidates - x) @ cost"),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "refused",
        Edit(
            "np.where(approves(candidates), np.abs(candidates - x) @ cost, np.inf)",
            "np.abs(candidates - x) @ cost",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "no-way-out",
        Edit("if np.isfinite(price.min()) else None", "if True else None"),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "needless",
        Edit(
            "np.abs(candidates - x) @ cost",
            "np.where((candidates == x).all(axis=1), np.inf, np.abs(candidates - x) @ cost)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "not-actionable",
        Edit(
            "candidates[:, columns] = combinations",
            "candidates[:, columns] = combinations\n    free = candidates.copy()\n    free[:, [c for c in range(len(x)) if c not in columns]] += 1.01\n    candidates = np.concatenate([free, candidates])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast", "not-cheapest", Edit("[x[c], *options[c]]", "options[c]"), seen="visible"
    ),
    Right(
        "ex6_8-contrast",
        "hint-3",
        """
def contrast(approves, x, options, cost):
    import itertools

    rows = []
    for values in itertools.product(*([x[c], *options[c]] for c in options)):
        row = x.copy()
        row[list(options)] = values
        rows.append(row)
    rows = np.array(rows)
    price = np.where(approves(rows), np.abs(rows - x) @ cost, np.inf)
    return rows[price.argmin()] if price.min() < np.inf else None
""",
    ),
    Right(
        "ex6_8-contrast",
        "by-price",
        """
def contrast(approves, x, options, cost):
    rows = [x.copy()]
    for column, values in options.items():
        more = []
        for row in rows:
            for value in values:
                other = row.copy()
                other[column] = value
                more.append(other)
        rows = rows + more
    rows.sort(key=lambda row: float(np.sum(np.abs(row - x) * cost)))
    said = approves(np.array(rows))
    return next((row for row, yes in zip(rows, said) if yes), None)
""",
    ),
    # 6.9: sampling
    Wrong("ex6_9-sampling", "spread-of-one", Edit(" / orders**0.5", ""), seen="visible"),
    Wrong("ex6_9-sampling", "wrong-width", Edit("1.96", "1.64"), seen="visible"),
    Wrong("ex6_9-sampling", "ddof", Edit("ddof=1", "ddof=0"), seen="visible"),
    Wrong(
        "ex6_9-sampling",
        "ignores-rng",
        Edit("rng.permutation(n)", "np.random.default_rng(k).permutation(n)")
        + Edit("for _ in range(orders)", "for k in range(orders)"),
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "wrong-player",
        Edit(
            "np.take_along_axis(np.diff(worth, axis=1), arrival, axis=1)", "np.diff(worth, axis=1)"
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "asks-too-much",
        Edit("    worth = value", "    value(chains.reshape(-1, n))\n    worth = value"),
        seen="visible",
    ),
    Wrong("ex6_9-sampling", "wrong-width", Edit("1.96", "2"), seen="visible"),
    Wrong(
        "ex6_9-sampling",
        "wrong-player",
        Edit("arrival[:, None, :] < np", "arrival[:, None, :] <= np"),
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "whole-numbers",
        Edit(
            "np.take_along_axis(np.diff(worth, axis=1), arrival, axis=1)",
            "np.take_along_axis(np.diff(worth, axis=1), arrival, axis=1).astype(int)",
        ),
        seen="visible",
    ),
    Right(
        "ex6_9-sampling",
        "hint-3",
        """
def sampled_shapley(value, n, *, rng, orders):
    gains = []
    for _ in range(orders):
        arrival = np.argsort(rng.permutation(n))
        chain = arrival < np.arange(n + 1)[:, None]
        gains.append(np.diff(value(chain))[arrival])
    gains = np.array(gains)
    return gains.mean(axis=0), 1.96 * gains.std(axis=0, ddof=1) / orders**0.5
""",
    ),
    Right(
        "ex6_9-sampling",
        "order-by-order",
        """
def sampled_shapley(value, n, *, rng, orders):
    chains, drawn = [], []
    for _ in range(orders):
        order = rng.permutation(n)
        drawn.append(order)
        there = np.zeros(n, dtype=bool)
        chains.append(there.copy())
        for player in order:
            there[player] = True
            chains.append(there.copy())
    worth = value(np.array(chains))
    gains = np.zeros((orders, n))
    for k, order in enumerate(drawn):
        piece = worth[k * (n + 1):(k + 1) * (n + 1)]
        gains[k, order] = piece[1:] - piece[:-1]
    mean = gains.mean(0)
    error = np.sqrt(((gains - mean) ** 2).sum(0) / (orders - 1) / orders)
    return mean, 1.96 * error
""",
    ),
    # 6.10
    Wrong(
        "ex6_10-deep",
        "zero-over-zero",
        """
def deep_lift(W, b, v, x, background):
    before, after = background @ W.T + b, W @ x + b
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (np.maximum(after, 0) - np.maximum(before, 0)) / (after - before)
    return ((x - background) * ((slope * v) @ W)).mean(axis=0)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_10-deep",
        "not-additive",
        Edit(
            "multiplier = np.divide(relu(after) - relu(before), change, out=np.zeros_like(change),\n                           where=change != 0)",
            "multiplier = (after > 0) * np.ones_like(change)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_10-deep",
        "mean-reference",
        Edit(
            "before, after =",
            "background = background.mean(axis=0, keepdims=True)\n    before, after =",
        ),
        seen="visible",
    ),
    Wrong("ex6_10-deep", "mean-reference", Edit(".mean(axis=0)", ".sum(axis=0)"), seen="visible"),
    Wrong(
        "ex6_10-deep",
        "wrong-rule",
        """
def deep_lift(W, b, v, x, background):
    def f(rows):
        return np.maximum(rows @ W.T + b, 0) @ v

    return np.full(len(x), np.mean(f(x[None]) - f(background)) / len(x))
""",
        seen="visible",
    ),
    Wrong("ex6_10-deep", "wrong-rule", Edit("(x - background)", "x"), seen="visible"),
    Wrong(
        "ex6_10-deep",
        "mean-reference",
        Edit("background @ W.T", "background[:1] @ W.T")
        + Edit("return ((x - background)", "share = ((x - background[:1])")
        + Edit("@ W)).mean(axis=0)", "@ W)).sum(axis=0)\n    return share / len(background)"),
        seen="visible",
    ),
    Right(
        "ex6_10-deep",
        "hint-3",
        """
def deep_lift(W, b, v, x, background):
    total = np.zeros(len(x))
    for r in background:
        da = W @ (x - r)
        dr = np.maximum(W @ x + b, 0) - np.maximum(W @ r + b, 0)
        m = np.divide(dr, da, out=np.zeros_like(da), where=da != 0)
        total += (x - r) * ((v * m) @ W) / len(background)
    return total
""",
    ),
    Right(
        "ex6_10-deep",
        "unit-by-unit",
        """
def deep_lift(W, b, v, x, background):
    total = np.zeros(len(x))
    for r in background:
        for row, shift, out in zip(W, b, v):
            new, old = row @ x + shift, row @ r + shift
            if new != old:
                slope = (max(new, 0.0) - max(old, 0.0)) / (new - old)
                total += out * slope * row * (x - r)
    return total / len(background)
""",
    ),
    Wrong(
        "ex6_10-witness",
        "they-agree",
        Edit("[[1.0, 10.0]]", "[[1.0, 1.0]]") + Edit("[-10.0]", "[-1.0]"),
        seen="hidden",
    ),
    Wrong(
        "ex6_10-witness",
        "no-joint",
        Edit("np.array([-10.0])", "np.array([0.0])"),
        seen="visible",
    ),
    Wrong(
        "ex6_10-witness",
        "no-change",
        Edit("np.array([-10.0])", "np.array([-20.0])"),
        seen="visible",
    ),
    Wrong(
        "ex6_10-witness",
        "wrong-shape",
        Edit("np.array([[1.0, 10.0]])", "np.array([1.0, 10.0])"),
        seen="visible",
    ),
    Right(
        "ex6_10-witness",
        "hint-3",
        """
def two_faced():
    W = np.array([[1.0, 10.0]])
    b = np.array([-10.0])
    return W, b, np.ones(1), np.ones(2), np.zeros((1, 2))
""",
    ),
    Right(
        "ex6_10-witness",
        "by-search",
        """
def two_faced():
    v, x, background = np.array([1.0, 1.0]), np.ones(3), np.zeros((2, 3))
    W = np.array([[1.0, 2.0, 30.0], [0.0, 0.0, 0.0]])
    return W, np.array([-32.0, -1.0]), v, x, background
""",
    ),
    # 6.11: steadier
    Wrong(
        "ex6_11-steady",
        "no-steadier",
        Edit("np.concatenate([draws, -draws])", "rng.standard_normal((budget, len(x)))"),
        seen="visible",
    ),
    Wrong("ex6_11-steady", "over-budget", Edit("budget // 2", "budget"), seen="visible"),
    Wrong("ex6_11-steady", "over-budget", Edit("budget // 2", "-(-budget // 2)"), seen="visible"),
    Wrong(
        "ex6_11-steady",
        "frozen-seed",
        Edit("draws = rng.standard_normal", "draws = np.random.default_rng(0).standard_normal"),
        seen="visible",
    ),
    Wrong(
        "ex6_11-steady",
        "another-question",
        Edit("np.concatenate([draws, -draws])", "0.3 * np.concatenate([draws, -draws])"),
        seen="visible",
    ),
    Wrong(
        "ex6_11-steady",
        "no-steadier",
        """
def steady_lime(predict, x, scale, *, rng, budget, width):
    tight = width / (1 + width**2) ** 0.5
    u = tight * rng.standard_normal((budget, len(x)))
    columns = np.column_stack([np.ones(budget), u])
    return np.linalg.lstsq(columns, predict(x + scale * u), rcond=None)[0][1:] / scale
""",
        seen="visible",
    ),
    Wrong("ex6_11-steady", "scaled-units", Edit("line[1:] / scale", "line[1:]"), seen="visible"),
    Wrong(
        "ex6_11-steady",
        "no-steadier",
        Edit("np.concatenate([draws, -draws])", "np.concatenate([draws, draws])"),
        seen="visible",
    ),
    Wrong(
        "ex6_11-steady",
        "another-question",
        Edit("(4 * width**2)", "(2 * width**2)"),
        seen="visible",
    ),
    Right(
        "ex6_11-steady",
        "hint-3",
        """
def steady_lime(predict, x, scale, *, rng, budget, width):
    half = rng.standard_normal((budget // 2, len(x)))
    u = np.concatenate([half, -half])
    root = np.exp(-(u * u).sum(axis=1) / (4 * width**2))
    columns = np.column_stack([np.ones(len(u)), u])
    b = np.linalg.lstsq(columns * root[:, None], predict(x + scale * u) * root, rcond=None)[0]
    return b[1:] / scale
""",
    ),
    Right(
        "ex6_11-steady",
        "by-halton",
        """
def steady_lime(predict, x, scale, *, rng, budget, width):
    from scipy.special import ndtri
    from scipy.stats import qmc

    u = ndtri(qmc.Halton(len(x), rng=rng).random(budget // 2))
    w = np.exp(-(u**2).sum(axis=1) / (2 * width**2))
    odd = (predict(x + scale * u) - predict(x - scale * u)) / 2
    return np.linalg.solve((u.T * w) @ u, (u.T * w) @ odd) / scale
""",
    ),
    # written by somebody who had not seen the checks
    Wrong(
        "ex6_1-shapley",
        "sampled",
        """
def shapley(value, n):
    rng = np.random.default_rng(0)
    total = np.zeros(n)
    for _ in range(2000):
        order = rng.permutation(n)
        chain = np.zeros((n + 1, n), dtype=bool)
        for k, player in enumerate(order):
            chain[k + 1:, player] = True
        total[order] += np.diff(value(chain))
    return total / 2000
""",
        seen="visible",
    ),
    Wrong(
        "ex6_1-shapley", "nobody-counts", Edit("return phi", "return np.abs(phi)"), seen="visible"
    ),
    Wrong(
        "ex6_1-game",
        "mean-first",
        """
def coalition_game(predict, x, background):
    import itertools

    every = np.array(list(itertools.product(*background.T)))
    return lambda coalitions: np.array([predict(np.where(c, x, every)).mean() for c in coalitions])
""",
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "through-x",
        """
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    z = draw(x, n, rng)
    u = (z - x) / scale
    root = np.exp(-(u * u).sum(axis=1) / (4 * width**2))
    away = (predict(z) - predict(x[None])) * root
    return np.linalg.lstsq(u * root[:, None], away, rcond=None)[0] / scale
""",
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "centred",
        Edit("u = (z - x) / scale", "u = (z - z.mean(axis=0)) / scale"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "own-scale",
        Edit("u = (z - x) / scale", "scale = z.std(axis=0)\n    u = (z - x) / scale"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "x-added",
        Edit("z = draw(x, n, rng)", "z, n = np.vstack([x, draw(x, n, rng)]), n + 1"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-lime",
        "x-added",
        Edit("z = draw(x, n, rng)", "z = draw(x, n, rng)\n    z[0] = x"),
        seen="visible",
    ),
    Wrong(
        "ex6_2-jaccard",
        "first-only",
        """
def jaccard_of_tops(runs, k):
    first, *others = [set(np.abs(run).argsort()[::-1][:k].tolist()) for run in runs]
    return float(np.mean([len(first & other) / len(first | other) for other in others]))
""",
        seen="visible",
    ),
    Wrong(
        "ex6_3-disguise",
        "relative",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    from sklearn.ensemble import RandomForestClassifier

    both = np.concatenate([real, perturb(real, rng)])
    forest = RandomForestClassifier(30, min_samples_leaf=2, random_state=0)
    forest.fit(both, np.repeat([1, 0], len(real)))

    def model(rows):
        mostly_real = forest.predict_proba(rows)[:, 1].mean() > 0.5
        return biased(rows) if mostly_real else innocent(rows)

    return model
""",
        seen="visible",
    ),
    Wrong(
        "ex6_3-audit",
        "changed-only",
        Edit("float(named.mean())", "float(named[changed].mean()) if changed.any() else 0.0"),
        seen="visible",
    ),
    Wrong(
        "ex6_3-audit",
        "input-modified",
        """
def audit(predict, explain, rows, column):
    named = np.abs(explain(rows)).argmax(axis=1) == column
    before = predict(rows) > 0.5
    rows[:, column] = 1 - rows[:, column]
    return float(np.mean(before != (predict(rows) > 0.5))), float(named.mean())
""",
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "first-target",
        Edit("target[:, None]", "target[:1].expand(len(target))[:, None]"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "wrong-points",
        Edit(
            "    mean = torch.zeros_like(x)",
            "    steps = min(steps, 10)\n    mean = torch.zeros_like(x)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "input-modified",
        Edit("(x - baseline) * mean", "x.sub_(baseline) * mean"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "whole-batch",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    order, curve = maps.flatten().argsort(descending=True), []
    for share in shares:
        taken = torch.zeros(maps.numel(), dtype=torch.bool)
        taken[order[: round(share * maps.numel())]] = True
        taken = taken.reshape(x.shape)
        sure = model(x * (taken if insert else ~taken)).softmax(1)
        curve.append(sure[torch.arange(len(x)), target].mean().item())
    return torch.tensor(curve)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "share-of-ink",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    place, curve = maps.flatten(1).argsort(1, descending=True).argsort(1), []
    ink = (x != 0).flatten(1).sum(1, keepdim=True)
    for share in shares:
        taken = (place < (share * ink).round()).reshape(x.shape)
        sure = model(x * (taken if insert else ~taken)).softmax(1)
        curve.append(sure[torch.arange(len(x)), target].mean().item())
    return torch.tensor(curve)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "absolute",
        Edit("ranks(maps, other, x > 0).mean()", "ranks(maps, other, x > 0).abs().mean()"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "one-map",
        Edit(
            "torch.rand(x.shape, generator=generator)",
            "torch.rand(x.shape[1:], generator=generator).expand_as(x)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity", "wrong-mean", Edit("float(gain.mean())", "float(gain[-1])"), seen="visible"
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-target",
        Edit(
            "curve(trained, x, target, maps, shares)", "curve(trained, x, 1 - target, maps, shares)"
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "added-up",
        Edit(
            "np.abs(candidates - x) @ cost", "(((candidates - x) * cost) ** 2).sum(axis=1) ** 0.5"
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "input-modified",
        """
def contrast(approves, x, options, cost):
    import itertools

    start, columns, best, least = x.copy(), list(options), None, np.inf
    for values in itertools.product(*([x[c], *options[c]] for c in columns)):
        x[columns] = values
        price = np.abs(x - start) @ cost
        if price < least and approves(x[None])[0]:
            best, least = x.copy(), price
    return best
""",
        seen="visible",
    ),
    Wrong(
        "ex6_8-contrast",
        "not-cheapest",
        """
def contrast(approves, x, options, cost):
    import itertools

    columns, best, least = list(options), None, np.inf
    for values in itertools.product(*([x[c], *options[c]] for c in columns)):
        row = x.astype(int)
        row[columns] = values
        price = np.abs(row - x) @ cost
        if price < least and approves(row[None])[0]:
            best, least = row, price
    return best
""",
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "not-all-orders",
        Edit("rng.permutation(n)", "np.roll(np.arange(n), rng.integers(n))"),
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "shared-width",
        Edit(
            "return gains.mean(axis=0), 1.96 * gains.std(axis=0, ddof=1) / orders**0.5",
            "half = 1.96 * gains.std(axis=0, ddof=1) / orders**0.5\n    return gains.mean(axis=0), np.full(n, half[0])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_9-sampling",
        "shared-width",
        Edit(
            "1.96 * gains.std(axis=0, ddof=1) / orders**0.5",
            "np.full(n, 1.96 * gains.std(ddof=1) / orders**0.5)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex6_10-deep",
        "no-v",
        """
def deep_lift(W, b, v, x, background):
    total = np.zeros(len(x))
    for r in background:
        new, old = W @ x + b, W @ r + b
        rise = np.maximum(new, 0) - np.maximum(old, 0)
        m = np.divide(rise, new - old, out=np.zeros(len(b)), where=new != old)
        total += (x - r) * (m @ W) / len(background)
    return total
""",
        seen="visible",
    ),
    Right(
        "ex6_1-shapley",
        "by-orders",
        """
def shapley(value, n):
    import itertools

    total, count = np.zeros(n), 0
    worth = {}
    for coalition in itertools.product([False, True], repeat=n):
        worth[coalition] = value(np.array([coalition]))[0] if n < 5 else None
    if n >= 5:
        worth = dict(zip(worth, value(np.array(list(worth)))))
    for i in range(n):
        means = []
        for size in range(n):
            gains = [worth[(*c[:i], True, *c[i + 1:])] - worth[c] for c in worth
                     if not c[i] and sum(c) == size]
            means.append(np.mean(gains))
        total[i] = np.mean(means)
    return total
""",
    ),
    Right(
        "ex6_6-region",
        "by-neighbours",
        """
def lying_region(rows, lies):
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=8, min_samples_leaf=len(rows) // 80, random_state=0)
    tree.fit(rows, lies)
    most = tree.predict_proba(rows)[:, 1].max()
    return lambda new: (tree.predict_proba(new)[:, 1] > most - 1e-9).tolist()
""",
    ),
    Right(
        "ex6_5-removal",
        "by-scatter",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    flat, order = x.flatten(1), maps.flatten(1).argsort(1, descending=True)
    curve = []
    for share in shares:
        top = order[:, : round(share * flat.shape[1])]
        kept = torch.zeros_like(flat).scatter(1, top, flat.gather(1, top))
        z = kept if insert else flat - kept
        sure = model(z.reshape(x.shape)).softmax(1)
        curve.append(sure.gather(1, target[:, None]).mean().detach())
    return torch.stack(curve)
""",
    ),
    # written by a second reader
    Wrong(
        "ex6_2-lime",
        "penalty",
        """
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    from sklearn.linear_model import Ridge

    z = draw(x, n, rng)
    u = (z - x) / scale
    weight = np.exp(-(u * u).sum(axis=1) / (2 * width**2))
    return Ridge(alpha=1.0).fit(u, predict(z), sample_weight=weight).coef_ / scale
""",
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "all-targets",
        Edit("model(inputs).gather(1, target[:, None]).sum()", "model(inputs)[:, target].sum()"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit("model(inputs).gather", "model(inputs).log_softmax(1).gather"),
        seen="visible",
    ),
    Wrong(
        "ex6_4-ig",
        "own-gradient",
        """
def integrated_gradients(model, x, target, baseline, steps, *, gradient):
    total = torch.zeros_like(x)
    for k in range(steps):
        z = (baseline + (k + 0.5) / steps * (x - baseline)).requires_grad_(True)
        chosen = model(z)[torch.arange(len(x)), target].sum()
        total += torch.autograd.grad(chosen, z)[0] / steps
    return (x - baseline) * total
""",
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "own-class",
        Edit("sure.gather(1, target[:, None]).mean()", "sure[:, target[0]].mean()"),
        seen="visible",
    ),
    Wrong(
        "ex6_5-removal",
        "ties",
        """
def removal_curve(model, x, target, maps, shares, insert=False):
    flat, curve = maps.flatten(1), []
    ordered = flat.sort(1, descending=True).values
    for share in shares:
        count = round(share * flat.shape[1])
        least = ordered[:, count - 1 : count] if count else ordered[:, :1] + 1
        taken = (flat >= least).reshape(x.shape)
        sure = model(x * (taken if insert else ~taken)).softmax(1)
        curve.append(sure[torch.arange(len(x)), target].mean().item())
    return torch.tensor(curve)
""",
        seen="visible",
    ),
    Wrong(
        "ex6_5-sanity",
        "on-ink",
        Edit(
            "torch.rand(x.shape, generator=generator)",
            "torch.rand(x.shape, generator=generator) * (x > 0)",
        ),
        seen="visible",
    ),
    Right(
        "ex6_1-shapley",
        "in-single-precision",
        Edit("return phi", "return phi.astype(np.float32)"),
    ),
    Wrong(
        "ex6_1-game",
        "no-array",
        """
def coalition_game(predict, x, background):
    return lambda coalitions: [predict(np.where(c, x, background)).mean() for c in coalitions]
""",
        seen="visible",
    ),
    Right(
        "ex6_1-game",
        "in-single-precision",
        """
def coalition_game(predict, x, background):
    def worth(coalition):
        return predict(np.where(coalition, x, background)).mean(dtype=np.float32)

    return lambda coalitions: np.array([worth(c) for c in coalitions], dtype=np.float32)
""",
    ),
]
