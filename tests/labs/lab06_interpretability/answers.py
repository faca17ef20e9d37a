"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 6.1 a: the shares
    Wrong("ex6_1-shapley", "equal-weights", Edit("1 / (n * math.comb(n - 1, size))", "2.0 ** (1 - n)")),
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
    Wrong("ex6_1-shapley", "wrong-weights", Edit("worth[without + 2 ** (n - 1 - i)]", "worth[without ^ 2 ** i]")),
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
    Wrong("ex6_1-game", "swapped", Edit("coalitions[:, None, :], x, background", "coalitions[:, None, :], background, x")),
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
        Edit("answers.reshape(len(coalitions), len(background)).mean(axis=1)", "answers.reshape(len(background), len(coalitions)).mean(axis=0)"),
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
    Wrong("ex6_2-lime", "no-intercept", Edit("np.column_stack([np.ones(n), u])", "u") + Edit("line[1:]", "line")),
    Wrong("ex6_2-lime", "no-weights", Edit("np.exp(-(u**2).sum(axis=1) / (4 * width**2))", "np.ones(n)")),
    Wrong("ex6_2-lime", "wrong-weights", Edit("(4 * width**2)", "(2 * width**2)")),
    Wrong("ex6_2-lime", "ignores-rng", Edit("draw(x, n, rng)", "draw(x, n, np.random.default_rng(0))")),
    Wrong("ex6_2-lime", "wrong-weights", Edit("(u**2).sum(axis=1) / (4 * width**2)", "np.sqrt((u**2).sum(axis=1)) / (2 * width)")),
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
    Wrong("ex6_2-jaccard", "own-pairs", Edit("combinations(tops, 2)", "__import__('itertools').product(tops, tops)")),
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
    Wrong("ex6_2-steady", "no-steadier", Edit("np.concatenate([half, -half])", "rng.standard_normal((budget, len(x)))")),
    Wrong("ex6_2-steady", "over-budget", Edit("budget // 2", "4 * budget")),
    Wrong("ex6_2-steady", "frozen-seed", Edit("half = rng.standard_normal((budget // 2, len(x)))", "rng = np.random.default_rng(0)") + Edit("np.concatenate([half, -half])", "rng.standard_normal((budget, len(x)))")),
    Wrong("ex6_2-steady", "another-question", Edit("u = np.concatenate([half, -half])", "u = 0.3 * np.concatenate([half, -half])")),
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
        "by-sobol",
        """
def steady_lime(predict, x, scale, *, rng, budget, width):
    from scipy.special import ndtri
    from scipy.stats import qmc

    m = 2 ** int(np.log2(budget // 2))
    tight = width / np.sqrt(1 + width**2)
    u = tight * ndtri(qmc.Sobol(len(x), seed=rng).random(m))
    odd = (predict(x + scale * u) - predict(x - scale * u)) / 2
    return np.linalg.solve(u.T @ u, u.T @ odd) / scale
""",
    ),
    # 6.3 a: the disguise
    Wrong("ex6_3-disguise", "found-out", Edit("sure > 0.4", "sure > -1")),
    Wrong("ex6_3-disguise", "not-biased", Edit("biased(rows), innocent(rows)", "innocent(rows), biased(rows)")),
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
    Wrong("ex6_3-disguise", "found-out", Edit("perturb(real, rng)", "rng.permuted(real, axis=0) * 5")),
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
    Wrong("ex6_3-audit", "not-a-switch", Edit("switched = rows.copy()", "switched = np.roll(rows, 1, axis=0)")),
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
]
