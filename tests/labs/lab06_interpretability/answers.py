"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 6.1 a: the shares
    Wrong(
        "ex6_1-shapley", "equal-weights", Edit("1 / (n * math.comb(n - 1, size))", "2.0 ** (1 - n)")
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
    ),
    Wrong(
        "ex6_1-shapley",
        "alone",
        """
def shapley(value, n):
    return value(np.eye(n, dtype=bool)) - value(np.zeros((1, n), dtype=bool))[0]
""",
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-weights",
        Edit("worth[without + 2 ** (n - 1 - i)]", "worth[without ^ 2 ** i]"),
    ),
    Wrong(
        "ex6_1-shapley",
        "nobody-counts",
        Edit("    weight = np.array", "    worth[0] = 0\n    weight = np.array"),
    ),
    Wrong(
        "ex6_1-shapley",
        "wrong-weights",
        Edit("math.comb(n - 1, size)", "math.comb(n, size)"),
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
    ),
    Wrong(
        "ex6_1-game",
        "mean-first",
        """
def coalition_game(predict, x, background):
    middle = background.mean(axis=0)
    return lambda coalitions: predict(np.where(coalitions, x, middle))
""",
    ),
    Wrong(
        "ex6_1-game",
        "zeros",
        """
def coalition_game(predict, x, background):
    return lambda coalitions: predict(coalitions * x)
""",
    ),
    Wrong(
        "ex6_1-game",
        "wrong-rows",
        Edit(
            "answers.reshape(len(coalitions), len(background)).mean(axis=1)",
            "answers.reshape(len(background), len(coalitions)).mean(axis=0)",
        ),
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
    Wrong("ex6_2-lime", "scaled-units", Edit("line[1:] / scale", "line[1:]")),
    Wrong(
        "ex6_2-lime",
        "no-intercept",
        Edit("np.column_stack([np.ones(n), u])", "u") + Edit("line[1:]", "line"),
    ),
    Wrong(
        "ex6_2-lime",
        "no-weights",
        Edit("np.exp(-(u**2).sum(axis=1) / (4 * width**2))", "np.ones(n)"),
    ),
    Wrong("ex6_2-lime", "wrong-weights", Edit("(4 * width**2)", "(2 * width**2)")),
    Wrong(
        "ex6_2-lime", "ignores-rng", Edit("draw(x, n, rng)", "draw(x, n, np.random.default_rng(0))")
    ),
    Wrong(
        "ex6_2-lime",
        "wrong-weights",
        Edit("(u**2).sum(axis=1) / (4 * width**2)", "np.sqrt((u**2).sum(axis=1)) / (2 * width)"),
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
    Wrong("ex6_2-jaccard", "signed", Edit("np.abs(run).argsort()", "run.argsort()")),
    Wrong("ex6_2-jaccard", "overlap", Edit("len(a | b)", "k")),
    Wrong(
        "ex6_2-jaccard",
        "own-pairs",
        Edit("combinations(tops, 2)", "__import__('itertools').product(tops, tops)"),
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
    # 6.2 c: steadier
    Wrong(
        "ex6_2-steady",
        "no-steadier",
        Edit("np.concatenate([half, -half])", "rng.standard_normal((budget, len(x)))"),
    ),
    Wrong("ex6_2-steady", "over-budget", Edit("budget // 2", "4 * budget")),
    Wrong(
        "ex6_2-steady",
        "frozen-seed",
        Edit("half = rng.standard_normal((budget // 2, len(x)))", "rng = np.random.default_rng(0)")
        + Edit("np.concatenate([half, -half])", "rng.standard_normal((budget, len(x)))"),
    ),
    Wrong(
        "ex6_2-steady",
        "another-question",
        Edit("u = np.concatenate([half, -half])", "u = 0.3 * np.concatenate([half, -half])"),
    ),
    Wrong(
        "ex6_2-steady",
        "no-steadier",
        """
def steady_lime(predict, x, scale, *, rng, budget, width):
    tight = width / (1 + width**2) ** 0.5
    u = tight * rng.standard_normal((budget, len(x)))
    columns = np.column_stack([np.ones(budget), u])
    return np.linalg.lstsq(columns, predict(x + scale * u), rcond=None)[0][1:] / scale
""",
    ),
    Wrong("ex6_2-steady", "scaled-units", Edit("line[1:] / scale", "line[1:]")),
    Right(
        "ex6_2-steady",
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
    # 6.3 a: the disguise
    Wrong("ex6_3-disguise", "found-out", Edit("sure > 0.4", "sure > -1")),
    Wrong(
        "ex6_3-disguise",
        "not-biased",
        Edit("biased(rows), innocent(rows)", "innocent(rows), biased(rows)"),
    ),
    Wrong("ex6_3-disguise", "not-biased", Edit("sure > 0.4", "sure > 1")),
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
    ),
    Wrong(
        "ex6_3-disguise", "found-out", Edit("perturb(real, rng)", "rng.permuted(real, axis=0) * 5")
    ),
    Right(
        "ex6_3-disguise",
        "by-boosting",
        """
def disguise(biased, innocent, real, perturb, *, rng):
    from sklearn.ensemble import ExtraTreesClassifier

    fakes = np.concatenate([perturb(real, rng) for _ in range(2)])
    rows = np.concatenate([real, real, fakes])
    label = np.repeat([1, 0], [2 * len(real), len(fakes)])
    trees = ExtraTreesClassifier(40, min_samples_leaf=3, random_state=1).fit(rows, label)

    def built(rows):
        out = np.array(innocent(rows), dtype=float)
        genuine = trees.predict_proba(rows)[:, 1] >= 0.42
        out[genuine] = biased(rows)[genuine]
        return out

    return built
""",
    ),
    # 6.3 b: the audit
    Wrong("ex6_3-audit", "input-modified", Edit("rows.copy()", "rows")),
    Wrong("ex6_3-audit", "one-way", Edit("1 - switched[:, column]", "1")),
    Wrong("ex6_3-audit", "one-way", Edit("1 - switched[:, column]", "0")),
    Wrong("ex6_3-audit", "signed", Edit("np.abs(explain(rows))", "explain(rows)")),
    Wrong(
        "ex6_3-audit",
        "not-a-switch",
        Edit("switched = rows.copy()", "switched = np.roll(rows, 1, axis=0)"),
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
    Wrong("ex6_4-saliency", "absolute", Edit("return gradient", "return gradient.abs()")),
    Wrong(
        "ex6_4-saliency",
        "all-classes",
        Edit("model(z).gather(1, target[:, None]).sum()", "model(z).sum()"),
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit("model(z).gather", "F.softmax(model(z), dim=1).gather"),
    ),
    Wrong(
        "ex6_4-saliency",
        "not-the-logit",
        Edit("model(z).gather(1, target[:, None]).sum()", "F.cross_entropy(model(z), target)"),
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
    # 6.4 b: SmoothGrad
    Wrong(
        "ex6_4-smoothgrad",
        "noise-on-map",
        Edit(
            "gradient(model, x + sigma * noise, target)",
            "gradient(model, x, target) + sigma * noise",
        ),
    ),
    Wrong("ex6_4-smoothgrad", "noise-on-map", Edit("sigma * noise", "sigma**2 * noise")),
    Wrong("ex6_4-smoothgrad", "sum", Edit("total / n", "total")),
    Wrong(
        "ex6_4-smoothgrad",
        "absolute",
        Edit(
            "total += gradient(model, x + sigma * noise, target)",
            "total += gradient(model, x + sigma * noise, target).abs()",
        ),
    ),
    Wrong("ex6_4-smoothgrad", "ignores-generator", Edit("generator=generator, ", "")),
    Wrong(
        "ex6_4-smoothgrad",
        "same-noise",
        """
def smoothgrad(model, x, target, *, sigma, n, generator, gradient):
    noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return sum(gradient(model, x + sigma * noise, target) for _ in range(n)) / n
""",
    ),
    Right(
        "ex6_4-smoothgrad",
        "in-one-batch",
        """
def smoothgrad(model, x, target, *, sigma, n, generator, gradient):
    copies = x.repeat(n, *[1] * (x.dim() - 1))
    copies = copies + torch.randn(copies.shape, generator=generator, dtype=x.dtype) * sigma
    maps = gradient(model, copies, target.repeat(n))
    return maps.reshape(n, *x.shape).mean(dim=0)
""",
    ),
    # 6.4 c: integrated gradients
    Wrong("ex6_4-ig", "no-difference", Edit("(x - baseline) * mean", "mean")),
    Wrong("ex6_4-ig", "times-x", Edit("(x - baseline) * mean", "x * mean")),
    Wrong("ex6_4-ig", "wrong-points", Edit("(k + 0.5) / steps", "k / steps")),
    Wrong("ex6_4-ig", "wrong-points", Edit("(k + 0.5) / steps", "(k + 1) / steps")),
    Wrong(
        "ex6_4-ig",
        "zero-baseline",
        Edit("torch.lerp(baseline, x, share)", "share * x")
        + Edit("(x - baseline) * mean", "x * mean"),
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
    # 6.5 a: agreement of ranks
    Wrong(
        "ex6_5-ranks",
        "absolute",
        Edit("p[k].numpy(), q[k].numpy()", "p[k].abs().numpy(), q[k].abs().numpy()"),
    ),
    Wrong(
        "ex6_5-ranks",
        "wrong-ranks",
        Edit("p[k].numpy(), q[k].numpy()", "p.flatten().numpy(), q.flatten().numpy()"),
    ),
    Wrong(
        "ex6_5-ranks",
        "wrong-ranks",
        """
def rank_agreement(a, b, keep):
    return torch.stack([torch.corrcoef(torch.stack([p[k], q[k]]))[0, 1]
                        for p, q, k in zip(a, b, keep)])
""",
    ),
    Wrong(
        "ex6_5-ranks",
        "ties",
        """
def rank_agreement(a, b, keep):
    out = []
    for p, q, k in zip(a, b, keep):
        ranks = torch.stack([v[k].argsort(stable=True).argsort().double() for v in (p, q)])
        out.append(torch.corrcoef(ranks)[0, 1])
    return torch.stack(out)
""",
    ),
    Right(
        "ex6_5-ranks",
        "by-pandas",
        """
def rank_agreement(a, b, keep):
    import pandas as pd

    found = []
    for p, q, k in zip(a.tolist(), b.tolist(), keep.tolist()):
        p, q, k = (np.ravel(v) for v in (p, q, k))
        found.append(pd.Series(p[k]).rank().corr(pd.Series(q[k]).rank()))
    return torch.tensor(found)
""",
    ),
    # 6.5 b: deletion and insertion
    Wrong("ex6_5-removal", "lowest-first", Edit("descending=True", "descending=False")),
    Wrong("ex6_5-removal", "absolute", Edit("maps.flatten(1)", "maps.flatten(1).abs()")),
    Wrong(
        "ex6_5-removal",
        "logits",
        Edit(
            "F.softmax(model(x * (taken if insert else ~taken)), dim=1)",
            "model(x * (taken if insert else ~taken))",
        ),
    ),
    Wrong("ex6_5-removal", "insert", Edit("taken if insert else ~taken", "~taken")),
    Wrong(
        "ex6_5-removal",
        "wrong-pixels",
        Edit(".argsort(1, descending=True).argsort(1)", ".argsort(1, descending=True)"),
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
    # 6.5 c: both checks
    Wrong("ex6_5-sanity", "background", Edit("x > 0", "x > -1")),
    Wrong(
        "ex6_5-sanity",
        "wrong-model",
        Edit(
            "curve(trained, x, target, maps, shares)", "curve(untrained, x, target, other, shares)"
        ),
    ),
    Wrong(
        "ex6_5-sanity",
        "wrong-way",
        Edit(
            "curve(trained, x, target, noise, shares) - curve(trained, x, target, maps, shares)",
            "curve(trained, x, target, maps, shares) - curve(trained, x, target, noise, shares)",
        ),
    ),
    Wrong("ex6_5-sanity", "no-baseline", Edit("torch.rand(x.shape, generator=generator)", "maps")),
    Wrong(
        "ex6_5-sanity",
        "wrong-maps",
        Edit("for model in (trained, untrained)", "for model in (trained, trained)"),
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
    # 6.6 a: fidelity
    Wrong(
        "ex6_6-fidelity",
        "precision",
        Edit("np.mean(surrogate[model == c] == c)", "np.mean(model[surrogate == c] == c)"),
    ),
    Wrong(
        "ex6_6-fidelity",
        "chance",
        Edit(
            "for c, share in zip(classes, shares, strict=True))",
            "for c, share in zip(classes, shares, strict=True)) * 0 + 1 / len(classes)",
        ),
    ),
    Wrong("ex6_6-fidelity", "constant", Edit("shares.max()", "1 / len(classes)")),
    Wrong(
        "ex6_6-fidelity",
        "chance",
        Edit("(agreement - chance) / (1 - chance)", "agreement - chance"),
    ),
    Right(
        "ex6_6-fidelity",
        "by-table",
        """
def fidelity(surrogate, model):
    both = np.union1d(surrogate, model)
    table = np.array([[np.sum((model == a) & (surrogate == b)) for b in both] for a in both])
    p = table / table.sum()
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    expected = rows @ columns
    met = rows > 0
    return {"constant": rows.max(), "agreement": np.trace(p),
            "kappa": 1 - (1 - np.trace(p)) / (1 - expected),
            "per_class": np.diag(p)[met] / rows[met]}
""",
    ),
    # 6.6 b: the region
    Wrong("ex6_6-region", "too-small", Edit("min_samples_leaf=max(20, len(rows) // 100), ", "")),
    Wrong("ex6_6-region", "trusted", Edit("max(np.unique", "min(np.unique")),
    Wrong(
        "ex6_6-region",
        "trusted",
        "def lying_region(rows, lies):\n    return lambda new_rows: np.ones(len(new_rows), dtype=bool)",
    ),
    Wrong(
        "ex6_6-region",
        "too-small",
        """
def lying_region(rows, lies):
    worst = rows[np.flatnonzero(lies)[0]]
    return lambda new_rows: (new_rows == worst).all(axis=1)
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
    # 6.6 c: the hybrid
    Wrong(
        "ex6_6-hybrid",
        "by-agreement",
        Edit(
            "np.mean(net[here] == y[here]) - np.mean(tree[here] == y[here])",
            "np.mean(net[here] != tree[here])",
        ),
    ),
    Wrong("ex6_6-hybrid", "small-leaf", Edit("here.sum() >= at_least and ", "")),
    Wrong("ex6_6-hybrid", "slack", Edit("loss <= slack", "loss <= 0")),
    Wrong(
        "ex6_6-hybrid",
        "wrong-answers",
        Edit("np.where(by_tree, tree, net)", "np.where(by_tree, net, tree)"),
    ),
    Wrong(
        "ex6_6-hybrid",
        "unseen-leaf",
        Edit(
            "        if here.sum() >= at_least and loss <= slack:\n            trusted",
            "        if here.sum() < at_least or loss > slack:\n            trusted",
        )
        + Edit("np.isin(leaf, trusted)", "~np.isin(leaf, trusted)"),
    ),
    Right(
        "ex6_6-hybrid",
        "by-table",
        """
def make_hybrid(leaf, tree, net, y, *, slack, at_least):
    import pandas as pd

    table = pd.DataFrame({"leaf": leaf, "tree": tree == y, "net": net == y})
    table = table.groupby("leaf").agg(n=("tree", "size"), tree=("tree", "mean"), net=("net", "mean"))
    good = set(table.index[(table.n >= at_least) & (table.tree + 1e-12 >= table.net - slack)])

    def answer(leaf, tree, net):
        mask = np.array([number in good for number in leaf.tolist()], dtype=bool)
        out = net.copy()
        out[mask] = tree[mask]
        return out, mask

    return answer
""",
    ),
    # 6.7
    Wrong(
        "ex6_7-lead",
        "unpaired",
        Edit("difference.std(ddof=1)", "np.sqrt(right_a.var(ddof=1) + right_b.var(ddof=1))"),
    ),
    Wrong("ex6_7-lead", "deviation", Edit(" / len(difference) ** 0.5", "")),
    Wrong("ex6_7-lead", "wrong-lead", Edit("difference.mean()", "-difference.mean()")),
    Right(
        "ex6_7-lead",
        "by-counts",
        """
def lead(right_a, right_b):
    n = len(right_a)
    only_a, only_b = int(np.sum(right_a & ~right_b)), int(np.sum(~right_a & right_b))
    mean = (only_a - only_b) / n
    variance = ((only_a + only_b) - n * mean**2) / (n - 1)
    return mean, (variance / n) ** 0.5
""",
    ),
    Wrong(
        "ex6_7-frontier",
        "only-best",
        "def frontier(parts, accuracy):\n    return accuracy == accuracy.max()",
    ),
    Wrong(
        "ex6_7-frontier", "equal-models", Edit("& strictly", "& ~np.eye(len(parts), dtype=bool)")
    ),
    Wrong(
        "ex6_7-frontier",
        "ties",
        Edit(
            "(parts[None, :] < parts[:, None]) | (accuracy[None, :] > accuracy[:, None])",
            "(parts[None, :] < parts[:, None]) & (accuracy[None, :] > accuracy[:, None])",
        ),
    ),
    Wrong(
        "ex6_7-frontier",
        "dominated",
        "def frontier(parts, accuracy):\n    return np.ones(len(parts), dtype=bool)",
    ),
    Right(
        "ex6_7-frontier",
        "by-sorting",
        """
def frontier(parts, accuracy):
    keep = np.zeros(len(parts), dtype=bool)
    best = -np.inf
    for size in np.unique(parts):
        here = np.flatnonzero(parts == size)
        top = accuracy[here].max()
        if top > best:
            keep[here[accuracy[here] == top]] = True
            best = top
    return keep
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
    ),
    Wrong(
        "ex6_8-contrast",
        "not-cheapest",
        Edit("np.abs(candidates - x) @ cost", "(candidates != x).sum(axis=1)"),
    ),
    Wrong(
        "ex6_8-contrast",
        "refused",
        Edit(
            "np.where(approves(candidates), np.abs(candidates - x) @ cost, np.inf)",
            "np.abs(candidates - x) @ cost",
        ),
    ),
    Wrong(
        "ex6_8-contrast",
        "no-way-out",
        Edit("if np.isfinite(price.min()) else None", "if True else None"),
    ),
    Wrong(
        "ex6_8-contrast",
        "needless",
        Edit(
            "np.abs(candidates - x) @ cost",
            "np.where((candidates == x).all(axis=1), np.inf, np.abs(candidates - x) @ cost)",
        ),
    ),
    Wrong(
        "ex6_8-contrast",
        "not-actionable",
        Edit(
            "candidates[:, columns] = combinations",
            "candidates[:, columns] = combinations\n    free = candidates.copy()\n    free[:, [c for c in range(len(x)) if c not in columns]] += 1.01\n    candidates = np.concatenate([free, candidates])",
        ),
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
    Wrong("ex6_9-sampling", "spread-of-one", Edit(" / orders**0.5", "")),
    Wrong("ex6_9-sampling", "wrong-width", Edit("1.96", "1.64")),
    Wrong(
        "ex6_9-sampling",
        "ignores-rng",
        Edit("rng.permutation(n)", "np.random.default_rng(k).permutation(n)")
        + Edit("for _ in range(orders)", "for k in range(orders)"),
    ),
    Wrong(
        "ex6_9-sampling",
        "wrong-player",
        Edit(
            "np.take_along_axis(np.diff(worth, axis=1), arrival, axis=1)", "np.diff(worth, axis=1)"
        ),
    ),
    Wrong(
        "ex6_9-sampling",
        "asks-too-much",
        Edit("    worth = value", "    value(chains.reshape(-1, n))\n    worth = value"),
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
        Edit(
            "np.divide(relu(after) - relu(before), change, out=np.zeros_like(change),\n                           where=change != 0)",
            "(relu(after) - relu(before)) / change",
        ),
    ),
    Wrong(
        "ex6_10-deep",
        "not-additive",
        Edit(
            "multiplier = np.divide(relu(after) - relu(before), change, out=np.zeros_like(change),\n                           where=change != 0)",
            "multiplier = (after > 0) * np.ones_like(change)",
        ),
    ),
    Wrong(
        "ex6_10-deep",
        "mean-reference",
        Edit(
            "before, after =",
            "background = background.mean(axis=0, keepdims=True)\n    before, after =",
        ),
    ),
    Wrong(
        "ex6_10-deep",
        "wrong-rule",
        """
def deep_lift(W, b, v, x, background):
    def f(rows):
        return np.maximum(rows @ W.T + b, 0) @ v

    first = np.where([True, False], x, background) if len(x) == 2 else background
    a = f(first) - f(background) if len(x) == 2 else 0
    total = f(x[None]) - f(background)
    return np.full(len(x), np.mean(total) / len(x)) + 0 * np.mean(a)
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
    ),
    Wrong("ex6_10-witness", "they-agree", Edit("np.array([-10.0])", "np.array([0.0])")),
    Wrong("ex6_10-witness", "no-change", Edit("np.array([-10.0])", "np.array([-20.0])")),
    Wrong(
        "ex6_10-witness", "wrong-shape", Edit("np.array([[1.0, 10.0]])", "np.array([1.0, 10.0])")
    ),
    Right(
        "ex6_10-witness",
        "by-search",
        """
def two_faced():
    rng = np.random.default_rng(5)
    v, x, background = np.array([1.0, 1.0]), np.ones(3), np.zeros((2, 3))
    W = np.array([[1.0, 2.0, 30.0], [0.0, 0.0, 0.0]])
    return W + 0 * rng.random(), np.array([-32.0, -1.0]), v, x, background
""",
    ),
]
