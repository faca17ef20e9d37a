"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


AUROC = "auroc(inside, outside)"
ALARMS = "false_alarms(inside, outside, share)"
ENERGY = "energy(logits)"
FAR = "mahalanobis(train_features, y, features)"
P = "combined_p(calibration, scores)"
RISK = "target_risk(losses, w)"
RATIO = "density_ratio(log_odds, n_source, n_target)"
CUT = "conformal_threshold(scores, alpha)"
WCUT = "weighted_threshold(scores, w, w_test, alpha)"
BOUND = "flag_rate_bound(n, j, delta)"
WEALTH = "wealth(flags, p0)"
WEIGHTS = "label_weights(y_val, pred_val, pred_target, classes)"
SURE = "sure_and_wrong(x)"
PERMUTE = "permutation_p(statistic, a, b, B, rng)"


def distance(inverse: str = "np.linalg.inv(rest.T @ rest / len(rest))", *, end: str = "np.min(far, axis=0)",
             rest: str = "train_features - np.stack([means[k] for k in y])") -> str:  # fmt: skip
    """Squared distances with parts to exchange."""
    return returns(
        FAR,
        "means = {k: train_features[y == k].mean(0) for k in np.unique(y)}",
        f"rest = {rest}",
        f"inverse = {inverse}",
        "far = [((features - mu) @ inverse * (features - mu)).sum(1) for mu in means.values()]",
        f"return {end}",
    )


def clouds(covariances: str) -> str:
    """Squared distances, each class in a covariance of its own."""
    return returns(
        FAR,
        "ks = np.unique(y)",
        f"inverses = [np.linalg.inv(np.atleast_2d(c)) for c in {covariances}]",
        "gaps = [features - train_features[y == k].mean(0) for k in ks]",
        "return np.min([(g @ i * g).sum(1) for g, i in zip(gaps, inverses)], axis=0)",
    )


def combined(
    higher: str = "calibration[None] >= scores[:, None]",
    end: str = "np.minimum(1, m * ((1 + higher) / (n + 1)).min(1))",
) -> str:
    """P-values with parts to exchange."""
    return returns(P, "n, m = calibration.shape", f"higher = ({higher}).sum(1)", f"return {end}")


def ranked(k: str, guard: str = "k <= len(scores)") -> str:
    """The k-th smallest score."""
    return returns(
        CUT,
        "n = len(scores)",
        f"k = {k}",
        f"return np.sort(scores)[k - 1] if {guard} else math.inf",
    )


def shares(order: str = "np.argsort(scores)", total: str = "(w.sum() + w_test)", need: str = "1 - alpha - 1e-9",
           compare: str = ">=", values: str = "w[order]", ranked: str = "scores[order]", none: str = "math.inf") -> str:  # fmt: skip
    """The weighted threshold with parts to exchange."""
    return returns(
        WCUT,
        f"order = {order}",
        f"share = np.cumsum({values}) / {total}",
        f"enough = np.flatnonzero(share {compare} {need})",
        f"return {ranked}[enough[0]] if len(enough) else {none}",
    )


def bet(*lines: str) -> str:
    """A wealth, flag by flag; the lines say what happens at each."""
    return returns(
        WEALTH,
        "now, path, seen, t = 1.0, [], 0.0, 0",
        "for flag in flags:",
        *(f"    {line}" for line in lines),
        "    path.append(now)",
        "return np.array(path)",
    )


TABLE = ["C = np.zeros((classes, classes))", "np.add.at(C, (pred_val, y_val), 1 / len(y_val))"]
MU = "mu = np.bincount(pred_target, minlength=classes) / len(pred_target)"


def shuffles(*lines: str, end: str = "(1 + k) / (1 + B)") -> str:
    """A permutation test; the lines say what happens each time."""
    return returns(
        PERMUTE,
        "pooled, seen, k = np.concatenate([a, b]), statistic(a, b), 0",
        "for _ in range(B):",
        *(f"    {line}" for line in lines),
        f"return {end}",
    )


MIXED = "mixed = rng.permutation(pooled)"
COUNT = "k += statistic(mixed[:len(a)], mixed[len(a):]) >= seen"

MISSES = "misses_along(miss_at, alpha, gamma, start, rounds)"
HEAT = "temperature(logits, y)"
MOVE = "a += gamma * (alpha - err)"


def along(move: str, err: str = "0 if a <= 0 else 1 if a >= 1 else miss_at(t, a)") -> str:
    """A miss rate that follows what was missed, with parts to exchange."""
    return returns(
        MISSES,
        "a, errors = start, []",
        "for t in range(rounds):",
        f"    err = {err}",
        "    errors.append(err)",
        f"    {move}",
        "return np.array(errors)",
    )


def heat(scaled: str, bounds: str = "(-3, 3)") -> str:
    """The likeliest temperature, with parts to exchange."""
    return returns(
        HEAT,
        "from scipy.optimize import minimize_scalar",
        "from scipy.special import log_softmax",
        f"loss = lambda s: -log_softmax({scaled}, 1)[np.arange(len(y)), y].mean()",
        f'return math.exp(minimize_scalar(loss, bounds={bounds}, method="bounded", options={{"xatol": 1e-6}}).x)',
    )


ANSWERS = [
    # 8.1a
    Wrong("ex8_1-auroc", "flipped", returns(AUROC, "return ((outside[:, None] < inside) + (outside[:, None] == inside) / 2).mean()"), **SEEN),
    Wrong("ex8_1-auroc", "ties-lose", returns(AUROC, "return (outside[:, None] > inside).mean()"), **SEEN),
    Wrong("ex8_1-auroc", "ties-win", returns(AUROC, "return (outside[:, None] >= inside).mean()"), **SEEN),
    Wrong("ex8_1-auroc", "ties-lose", returns(AUROC, "both = np.concatenate([outside, inside])", "rank = both.argsort(kind='stable').argsort(kind='stable') + 1", "n, m = len(inside), len(outside)", "return (rank[:m].sum() - m * (m + 1) / 2) / (n * m)"), **SEEN),
    Wrong("ex8_1-auroc", "other-pairs", returns(AUROC, "n = min(len(inside), len(outside))", "return ((outside[:n] > inside[:n]) + (outside[:n] == inside[:n]) / 2).mean()"), **SEEN),
    Wrong("ex8_1-auroc", "ties-in-order", returns(AUROC, "inside, outside = inside[:30], outside[:30]", "return ((outside[:, None] > inside) + (outside[:, None] == inside) / 2).mean()"), **HIDDEN),
    Right("ex8_1-auroc", "by-ranks", returns(AUROC, "from scipy.stats import rankdata", "ranks, n, m = rankdata(np.concatenate([inside, outside])), len(inside), len(outside)", "return (ranks[n:].sum() - m * (m + 1) / 2) / (n * m)")),
    Right("ex8_1-auroc", "hint-3", returns(AUROC, "higher = outside[:, None] > inside[None]", "equal = outside[:, None] == inside[None]", "return (higher + equal / 2).mean()")),
    Right("ex8_1-auroc", "by-sklearn", returns(AUROC, "from sklearn.metrics import roc_auc_score", "label = np.repeat([0, 1], [len(inside), len(outside)])", "return roc_auc_score(label, np.concatenate([inside, outside]))")),
    Right("ex8_1-auroc", "by-trapezoid", returns(AUROC, "t = np.append(np.unique(np.concatenate([inside, outside])), np.inf)[::-1]", "x = np.array([(inside >= c).mean() for c in t])", "z = np.array([(outside >= c).mean() for c in t])", "return np.trapezoid(z, x)")),
    Wrong("ex8_1-auroc", "input-modified", returns(AUROC, "inside.sort()", "return (np.searchsorted(inside, outside) + np.searchsorted(inside, outside, 'right')).mean() / 2 / len(inside)"), **SEEN),
    # 8.1b
    Wrong("ex8_1-alarms", "roles-swapped", returns(ALARMS, "return false(outside, inside, share)") + "\n\ndef false(inside, outside, share):\n    need = math.ceil(share * len(outside) - 1e-9)\n    return (inside >= np.sort(outside)[len(outside) - need]).mean()", **SEEN),
    Wrong("ex8_1-alarms", "roles-swapped", returns(ALARMS, "limit = np.sort(inside)[math.ceil(share * len(inside)) - 1]", "return (outside <= limit).mean()"), **SEEN),
    Wrong("ex8_1-alarms", "catches-too-few", Edit("inside >= threshold", "inside > threshold"), **SEEN),
    Wrong("ex8_1-alarms", "catches-too-few", returns(ALARMS, "need = max(1, int(share * len(outside)))", "return (inside >= np.sort(outside)[len(outside) - need]).mean()"), **SEEN),
    Wrong("ex8_1-alarms", "threshold-too-low", returns(ALARMS, "return (inside >= np.quantile(outside, 1 - share)).mean()"), **SEEN),
    Wrong("ex8_1-alarms", "catches-too-few", returns(ALARMS, "share = min(share, 0.75) if share < 1 else 1", "need = math.ceil(share * len(outside) - 1e-9)", "return (inside >= np.sort(outside)[len(outside) - need]).mean()"), **SEEN),
    Right("ex8_1-alarms", "hint-3", returns(ALARMS, "need = math.ceil(share * len(outside) - 1e-9)", "threshold = np.sort(outside)[len(outside) - need]", "return (inside >= threshold).mean()")),
    Right("ex8_1-alarms", "by-scan", returns(ALARMS, "fine = [t for t in np.unique(outside) if (outside >= t).mean() >= share - 1e-9]", "return min((inside >= t).mean() for t in fine)")),
    Right("ex8_1-alarms", "by-quantile", returns(ALARMS, "return float(np.mean(-inside <= np.quantile(-outside, share - 1e-12, method='inverted_cdf')))")),
    Wrong("ex8_1-alarms", "input-modified", returns(ALARMS, "need = math.ceil(share * len(outside) - 1e-9)", "outside.sort()", "return (inside >= outside[-need]).mean()"), **SEEN),
    Wrong("ex8_1-alarms", "catches-too-few", returns(ALARMS, "need = round(share * len(outside))", "return (inside >= np.sort(outside)[-need]).mean()"), **SEEN),
    Wrong("ex8_1-alarms", "rounding", returns(ALARMS, "need = math.ceil(share * len(outside))", "return (inside >= np.sort(outside)[-need]).mean()"), **SEEN),
    # 8.2a
    Wrong("ex8_2-energy", "wrong-sign", Edit("-np.logaddexp", "np.logaddexp"), **SEEN),
    Wrong("ex8_2-energy", "max-only", returns(ENERGY, "return -logits.max(1)"), **SEEN),
    Wrong("ex8_2-energy", "mean", returns(ENERGY, "return -np.log(np.exp(logits).mean(1))"), **SEEN),
    Wrong("ex8_2-energy", "overflow", returns(ENERGY, "with np.errstate(all='ignore'):", "    return -np.log(np.exp(logits).sum(1))"), **SEEN),
    Wrong("ex8_2-energy", "not-shifted", returns(ENERGY, "top = logits.max(1)", "return -(top * (top < 100) + np.log(np.exp(logits - top[:, None]).sum(1)))"), **SEEN),
    Wrong("ex8_2-energy", "other-sum", returns(ENERGY, "return -logits.sum(1)"), **SEEN),
    Wrong("ex8_2-energy", "not-shifted", returns(ENERGY, "return -torch.tensor(logits, dtype=torch.float32).logsumexp(1).numpy()"), **SEEN),
    Right("ex8_2-energy", "hint-3", returns(ENERGY, "top = logits.max(1)", "return -(top + np.log(np.exp(logits - top[:, None]).sum(1)))")),
    Right("ex8_2-energy", "by-torch", returns(ENERGY, "return -torch.tensor(logits).logsumexp(1).numpy()")),
    # 8.2b
    Wrong("ex8_2-mahalanobis", "wrong-sign", distance(end="-np.min(far, axis=0)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "not-nearest", distance(end="np.max(far, axis=0)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "not-nearest", distance(end="np.mean(far, axis=0)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "not-squared", distance(end="np.sqrt(np.min(far, axis=0))"), **SEEN),
    Wrong("ex8_2-mahalanobis", "euclidean", distance("np.eye(features.shape[1])"), **SEEN),
    Wrong("ex8_2-mahalanobis", "not-inverse", distance("rest.T @ rest / len(rest)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "total-covariance", distance(rest="train_features - train_features.mean(0)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "other-covariance", distance("np.linalg.inv(rest.T @ rest)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "covariance-by-class", clouds("[np.cov(train_features[y == k].T, bias=True) for k in ks]"), **SEEN),
    Wrong("ex8_2-mahalanobis", "covariance-by-class", clouds("[np.mean([np.cov(train_features[y == k].T) for k in ks], 0)] * len(ks)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "diagonal", distance("np.diag(1 / rest.var(0))"), **SEEN),
    Wrong("ex8_2-mahalanobis", "not-finite", distance().replace("np.unique(y)", "range(y.max() + 1)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "labels-in-order", distance(rest="train_features - np.repeat(list(means.values()), np.unique(y, return_counts=True)[1], axis=0)"), **SEEN),
    Wrong("ex8_2-mahalanobis", "nearest-otherwise", distance(end="np.array(far)[np.argmin([((features - mu) ** 2).sum(1) for mu in means.values()], 0), np.arange(len(features))]"), **SEEN),
    Wrong("ex8_2-mahalanobis", "input-modified", returns(FAR, "means = [train_features[y == k].mean(0) for k in np.unique(y)]", "for k, mu in zip(np.unique(y), means):", "    train_features[y == k] -= mu", "inverse = np.linalg.inv(train_features.T @ train_features / len(y))", "return np.min([((features - mu) @ inverse * (features - mu)).sum(1) for mu in means], axis=0)"), **SEEN),
    Right("ex8_2-mahalanobis", "hint-3", distance()),
    Right("ex8_2-mahalanobis", "by-whitening", returns(FAR, "classes = np.unique(y)", "means = np.array([train_features[y == k].mean(0) for k in classes])", "rest = train_features - means[np.searchsorted(classes, y)]", "half = np.linalg.cholesky(rest.T @ rest / (len(rest) - len(classes)))", "a, b = np.linalg.solve(half, features.T), np.linalg.solve(half, means.T)", "return ((a[:, :, None] - b[:, None]) ** 2).sum(0).min(1)")),
    Right("ex8_2-mahalanobis", "by-scipy", returns(FAR, "from scipy.spatial.distance import cdist", "means = np.stack([train_features[y == k].mean(0) for k in np.unique(y)])", "rest = np.concatenate([train_features[y == k] - train_features[y == k].mean(0) for k in np.unique(y)])", "inverse = np.linalg.inv(np.atleast_2d(np.cov(rest, rowvar=False)))", "return cdist(features, means, 'mahalanobis', VI=inverse).min(1) ** 2")),
    # 8.2c
    Wrong("ex8_2-combined", "no-plus-one", combined(end="np.minimum(1, m * (higher / n).min(1))"), **SEEN),
    Wrong("ex8_2-combined", "no-plus-one", combined(end="np.minimum(1, m * ((1 + higher) / n).min(1))"), **SEEN),
    Wrong("ex8_2-combined", "assumes-independence", combined(end="1 - (1 - ((1 + higher) / (n + 1)).min(1)) ** m"), **SEEN),
    Wrong("ex8_2-combined", "strict", combined("calibration[None] > scores[:, None]"), **SEEN),
    Wrong("ex8_2-combined", "wrong-tail", combined("calibration[None] <= scores[:, None]"), **SEEN),
    Wrong("ex8_2-combined", "no-correction", combined(end="((1 + higher) / (n + 1)).min(1)"), **SEEN),
    Wrong("ex8_2-combined", "misses-one-clear-alarm", combined(end="((1 + higher) / (n + 1)).mean(1)"), **SEEN),
    Wrong("ex8_2-combined", "misses-one-clear-alarm", combined(end="np.minimum(1, 2 * ((1 + higher) / (n + 1)).mean(1))"), **SEEN),
    Wrong("ex8_2-combined", "above-one", combined(end="m * ((1 + higher) / (n + 1)).min(1)"), **SEEN),
    Wrong("ex8_2-combined", "no-correction", combined(end="np.minimum(1, min(m, 2) * ((1 + higher) / (n + 1)).min(1) ** (1 if n < 10 else 2))"), **SEEN),
    Wrong("ex8_2-combined", "counts-inputs", combined(end="np.minimum(1, len(scores) * ((1 + higher) / (n + 1)).min(1))"), **SEEN),
    Wrong("ex8_2-combined", "counts-inputs", returns(P, "both = np.concatenate([calibration, scores])", "higher = (both[None] >= scores[:, None]).sum(1)", "return np.minimum(1, len(scores.T) * (higher / len(both)).min(1))"), **SEEN),
    Right("ex8_2-combined", "hint-3", combined()),
    Right("ex8_2-combined", "row-by-row", returns(P, "n, m = calibration.shape", "return np.array([min(1.0, m * min((1 + sum(c >= v for c in calibration[:, j])) / (1 + n) for j, v in enumerate(row))) for row in scores])")),
    # 8.3a
    Wrong("ex8_3-risk", "unweighted", returns(RISK, "return losses.mean()"), **SEEN),
    Wrong("ex8_3-risk", "unknown-factor", returns(RISK, "return (w * losses).mean()"), **SEEN),
    Wrong("ex8_3-risk", "unknown-factor", returns(RISK, "return w @ losses"), **SEEN),
    Wrong("ex8_3-risk", "inverse-weights", returns(RISK, "return (losses / w).sum() / (1 / w).sum()"), **SEEN),
    Wrong("ex8_3-risk", "other-mean", returns(RISK, "return (w ** 2 * losses).sum() / (w ** 2).sum()"), **SEEN),
    Right("ex8_3-risk", "hint-3", returns(RISK, "return (w * losses).sum() / w.sum()")),
    Right("ex8_3-risk", "by-shares", returns(RISK, "share = w / np.sum(w)", "return float(share @ np.asarray(losses, float))")),
    # 8.3b
    Wrong("ex8_3-ratio", "no-sample-sizes", returns(RATIO, "return np.exp(log_odds)"), **SEEN),
    Wrong("ex8_3-ratio", "sizes-upside-down", returns(RATIO, "return np.exp(log_odds) * n_target / n_source"), **SEEN),
    Wrong("ex8_3-ratio", "inverse-ratio", returns(RATIO, "return np.exp(-log_odds) * n_target / n_source"), **SEEN),
    Wrong("ex8_3-ratio", "probability-not-odds", returns(RATIO, "return n_source / n_target / (1 + np.exp(-log_odds))"), **SEEN),
    Wrong("ex8_3-ratio", "other-ratio", returns(RATIO, "return log_odds + np.log(n_source / n_target)"), **SEEN),
    Wrong("ex8_3-ratio", "other-ratio", returns(RATIO, "w = np.exp(log_odds)", "return w / w.mean()"), **SEEN),
    Wrong("ex8_3-ratio", "other-ratio", returns(RATIO, "return np.exp(log_odds) * (n_source // n_target)"), **SEEN),
    Right("ex8_3-ratio", "hint-3", returns(RATIO, "return np.exp(log_odds) * n_source / n_target")),
    Right("ex8_3-ratio", "by-bayes", returns(RATIO, "p = 1 / (1 + np.exp(-log_odds))", "prior = n_target / (n_source + n_target)", "return p / prior / ((1 - p) / (1 - prior))")),
    # 8.4a
    Wrong("ex8_4-threshold", "covers-too-little", ranked("math.ceil(n * (1 - alpha) - 1e-9)"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-little", ranked("math.floor((n + 1) * (1 - alpha) + 1e-9)"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-little", ranked("max(1, math.ceil((n + 1) * alpha - 1e-9))"), **SEEN),
    Wrong("ex8_4-threshold", "between-two-scores", returns(CUT, "return np.quantile(scores, 1 - alpha)"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-much", returns(CUT, "n = len(scores)", "level = math.ceil((n + 1) * (1 - alpha) - 1e-9) / n", "return np.quantile(scores, level, method='higher') if level <= 1 else math.inf"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-much", ranked("math.ceil((n + 1) * (1 - alpha))"), **SEEN),
    Wrong("ex8_4-threshold", "never-infinite", ranked("min(n, math.ceil((n + 1) * (1 - alpha) - 1e-9))"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-little", ranked("math.ceil((n + 1) * (1 - alpha) - 1e-9) if n < 30 else math.ceil(n * (1 - alpha))"), **HIDDEN),
    Wrong("ex8_4-threshold", "covers-too-little", ranked("round((n + 1) * (1 - alpha))"), **SEEN),
    Wrong("ex8_4-threshold", "covers-too-much", ranked("math.ceil((n + 1) * (1 - alpha) - 1e-9)", "k < n"), **SEEN),
    Wrong("ex8_4-threshold", "rounding", ranked("n + 1 - math.floor((n + 1) * alpha)"), **SEEN),
    Right("ex8_4-threshold", "hint-3", ranked("math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)")),
    Right("ex8_4-threshold", "by-inverted-cdf", returns(CUT, "return np.quantile(np.append(scores, math.inf), 1 - alpha - 1e-12, method='inverted_cdf')")),
    Right("ex8_4-threshold", "by-search", returns(CUT, "n = len(scores)", "return min((s for s in scores if (scores <= s).sum() / (n + 1) >= 1 - alpha - 1e-9), default=math.inf)")),
    # 8.4b
    Wrong("ex8_4-weighted", "no-test-weight", shares(total="w.sum()"), **SEEN),
    Wrong("ex8_4-weighted", "no-test-weight", shares(total="(w.sum() + 1)"), **SEEN),
    Wrong("ex8_4-weighted", "unweighted", shares(values="np.ones(len(w))", total="(len(w) + 1)"), **SEEN),
    Wrong("ex8_4-weighted", "inverse-weights", shares(values="1 / w[order]", total="((1 / w).sum() + 1 / w_test)"), **SEEN),
    Wrong("ex8_4-weighted", "unsorted-weights", shares(values="w"), **SEEN),
    Wrong("ex8_4-weighted", "unsorted-weights", shares(values="w", ranked="scores"), **SEEN),
    Wrong("ex8_4-weighted", "alpha-not-coverage", shares(need="alpha - 1e-9"), **SEEN),
    Wrong("ex8_4-weighted", "counts-not-weights", shares(values="w[order] / w.mean()", total="(len(w) + 1)"), **SEEN),
    Wrong("ex8_4-weighted", "strict", shares(compare=">", need="1 - alpha + 1e-9"), **SEEN),
    Wrong("ex8_4-weighted", "never-infinite", shares(none="scores.max()"), **SEEN),
    Wrong("ex8_4-weighted", "rounding", shares(need="1 - alpha"), **SEEN),
    Right("ex8_4-weighted", "infinity-in-the-list", returns(WCUT, "points, mass = np.append(scores, math.inf), np.append(w, w_test)", "order = np.argsort(points)", "return points[order][np.argmax(np.cumsum(mass[order] / mass.sum()) >= 1 - alpha - 1e-9)]")),
    Right("ex8_4-weighted", "hint-3", shares()),
    Right("ex8_4-weighted", "by-search", returns(WCUT, "s = np.append(scores, math.inf)", "share = np.append(w, w_test) / (w.sum() + w_test)", "return min(float(c) for c in s if share[s <= c].sum() >= 1 - alpha - 1e-9)")),
    # 8.5a
    Wrong("ex8_5-bound", "average-rate", returns(BOUND, "return j / (n + 1)"), **SEEN),
    Wrong("ex8_5-bound", "wrong-tail", returns(BOUND, "from scipy.stats import beta", "return beta.ppf(delta, j, n + 1 - j)"), **SEEN),
    Wrong("ex8_5-bound", "off-by-one", returns(BOUND, "from scipy.stats import beta", "return beta.ppf(1 - delta, j, n - j)"), **SEEN),
    Wrong("ex8_5-bound", "off-by-one", returns(BOUND, "from scipy.stats import beta", "return beta.ppf(1 - delta, j, n + 2 - j)"), **SEEN),
    Wrong("ex8_5-bound", "not-the-quantile", returns(BOUND, "return min(0.99, j / n + math.sqrt(-math.log(delta) / (2 * n)))"), **SEEN),
    Wrong("ex8_5-bound", "not-the-quantile", returns(BOUND, "from scipy.stats import norm", "p = j / (n + 1)", "return p + norm.ppf(1 - delta) * math.sqrt(p * (1 - p) / n)"), **SEEN),
    Wrong("ex8_5-bound", "other-arguments", returns(BOUND, "return 1 - delta ** (1 / n) if j == 1 else (1 - delta) ** (1 / n)"), **HIDDEN),
    Right("ex8_5-bound", "by-root", returns(BOUND, "from scipy.optimize import brentq", "from scipy.stats import binom", "return brentq(lambda b: binom.cdf(j - 1, n, b) - delta, 0, 1, xtol=1e-12)")),
    Right("ex8_5-bound", "hint-3", returns(BOUND, "from scipy.stats import beta", "return beta.ppf(1 - delta, j, n + 1 - j)")),
    Right("ex8_5-bound", "by-bisection", returns(BOUND, "from scipy.stats import binom", "low, high = 0.0, 1.0", "for _ in range(60):", "    mid = (low + high) / 2", "    low, high = (mid, high) if binom.sf(j - 1, n, mid) < 1 - delta else (low, mid)", "return high")),
    # 8.5b
    Wrong("ex8_5-wealth", "looks-ahead", returns(WEALTH, "flags = np.asarray(flags)", "stake = np.clip((flags.mean() - p0) / (p0 * (1 - p0)), 0, 1 / p0)", "return np.cumprod(1 + stake * (flags - p0))"), **SEEN),
    Wrong("ex8_5-wealth", "can-go-into-debt", bet("now *= 1 + 30 * (flag - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "bets-on-fewer-flags", bet("now *= 1 - (flag - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("now *= 1 + 2 * flag"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("now = max(1.0, now * (1 + 3 * (flag - p0)))"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("from scipy.stats import binom", "seen, t = seen + flag, t + 1", "now = 1 / max(binom.sf(seen - 1, t, p0), 1e-300)"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("seen, t = seen + flag, t + 1", "rate = max(p0, min(seen / t, 0.999))", "now *= rate / p0 if flag else (1 - rate) / (1 - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("now = now * (1 + 2 * (flag - p0)) if t else 2 * (1 + flag)", "t += 1"), **SEEN),
    Wrong("ex8_5-wealth", "not-a-fair-bet", bet("t += 1", "seen = max(0.0, seen + flag - 3 * p0)", "now = math.exp(seen)"), **SEEN),
    Wrong("ex8_5-wealth", "never-notices", bet("now *= 1 + 0.03 * (flag - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "never-notices", returns(WEALTH, "return np.ones(len(flags))"), **SEEN),
    Wrong("ex8_5-wealth", "bets-on-fewer-flags", bet("now *= 0.3 / p0 if flag else 0.7 / (1 - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "can-go-into-debt", bet("now *= 1 + 5 * (flag - p0)"), **SEEN),
    Wrong("ex8_5-wealth", "can-go-into-debt", Edit("min(3, 1 / p0)", "3"), **SEEN),
    Wrong("ex8_5-wealth", "cut-to-ints", returns(WEALTH, "path, now = np.zeros_like(flags), 1.0", "for t, flag in enumerate(flags):", "    now *= 1 + 2 * (flag - p0)", "    path[t] = now", "return path"), **SEEN),
    Right("ex8_5-wealth", "three-bets", returns(WEALTH, "paths = [np.cumprod(1 + bet * (np.asarray(flags, float) - p0)) for bet in (0.5, 1.0, 1.9)]", "return np.mean(paths, axis=0)")),
    Right("ex8_5-wealth", "hint-3", returns(WEALTH, "return np.cumprod(1 + 2 * (np.asarray(flags) - p0))")),
    Right("ex8_5-wealth", "plug-in", bet("rate = max(p0, (seen + 2 * p0) / (t + 2))", "now *= rate / p0 if flag else (1 - rate) / (1 - p0)", "seen, t = 0.97 * seen + flag, 0.97 * t + 1")),
    Right("ex8_5-wealth", "likelihood-ratio", returns(WEALTH, "q = p0 + 0.2 * (1 - p0)", "flags = np.asarray(flags)", "return np.exp(np.cumsum(flags * np.log(q / p0) + (1 - flags) * np.log((1 - q) / (1 - p0))))")),
    # 8.7a
    Wrong("ex8_7-weights", "transposed", returns(WEIGHTS, *TABLE, MU, "return np.linalg.solve(C.T, mu)"), **SEEN),
    Wrong("ex8_7-weights", "returns-shares", returns(WEIGHTS, *TABLE, MU, "return np.linalg.solve(C / C.sum(0), mu)"), **SEEN),
    Wrong("ex8_7-weights", "counts-predictions", returns(WEIGHTS, MU, "return mu / (np.bincount(y_val, minlength=classes) / len(y_val))"), **SEEN),
    Wrong("ex8_7-weights", "counts-predictions", returns(WEIGHTS, MU, "return mu"), **SEEN),
    Wrong("ex8_7-weights", "ratio-of-predictions", returns(WEIGHTS, MU, "return mu / (np.bincount(pred_val, minlength=classes) / len(pred_val))"), **SEEN),
    Wrong("ex8_7-weights", "not-joint", returns(WEIGHTS, *TABLE, MU, "return np.linalg.solve(C / C.sum(1, keepdims=True), mu)"), **SEEN),
    Wrong("ex8_7-weights", "not-joint", returns(WEIGHTS, *TABLE, MU, "return np.linalg.solve(C * len(y_val), mu)"), **SEEN),
    Wrong("ex8_7-weights", "labels-given-predictions", returns(WEIGHTS, *TABLE, MU, "return (C / C.sum(1, keepdims=True)).T @ mu / C.sum(0)"), **SEEN),
    Wrong("ex8_7-weights", "other-tables", returns(WEIGHTS, *TABLE, MU, "w = np.linalg.solve(C, mu)", "return w / w.mean() * (w.mean() if classes == 2 else 1)"), **HIDDEN),
    Wrong("ex8_7-weights", "counts-once", returns(WEIGHTS, TABLE[0], "C[pred_val, y_val] += 1 / len(y_val)", MU, "return np.linalg.solve(C, mu)"), **SEEN),
    Wrong("ex8_7-weights", "not-as-it-is", returns(WEIGHTS, *TABLE, MU, "return np.maximum(np.linalg.solve(C, mu), 0)"), **SEEN),
    Right("ex8_7-weights", "by-histogram", returns(WEIGHTS, "edges = np.arange(classes + 1) - 0.5", "C = np.histogram2d(pred_val, y_val, bins=[edges, edges])[0] / y_val.size", "mu = [np.mean(pred_target == i) for i in range(classes)]", "return np.linalg.lstsq(C, np.array(mu), rcond=None)[0]")),
    Right("ex8_7-weights", "hint-3", returns(WEIGHTS, *TABLE, MU, "return np.linalg.solve(C, mu)")),
    Right("ex8_7-weights", "by-conditionals", returns(WEIGHTS, "from sklearn.metrics import confusion_matrix", "M = confusion_matrix(y_val, pred_val, labels=np.arange(classes), normalize='true').T", MU, "q = np.linalg.inv(M) @ mu", "return q / np.bincount(y_val, minlength=classes) * len(y_val)")),
    # 8.7b
    Wrong("ex8_7-sure", "too-mild", returns(SURE, "return x"), **SEEN),
    Wrong("ex8_7-sure", "too-mild", returns(SURE, "return (x * 0.8).clamp(0, 1)"), **SEEN),
    Wrong("ex8_7-sure", "no-pictures", returns(SURE, "return -x"), **SEEN),
    Wrong("ex8_7-sure", "depends-on-others", returns(SURE, "return x.roll(1, 0)"), **SEEN),
    Wrong("ex8_7-sure", "depends-on-others", returns(SURE, "return torch.rand_like(x)"), **SEEN),
    Right("ex8_7-sure", "hint-3", returns(SURE, "return torch.rot90(x, 2, (2, 3))")),
    Right("ex8_7-sure", "inverted", returns(SURE, "return 1 - x")),
    # 8.8
    Wrong("ex8_8-permutation", "no-plus-one", shuffles(MIXED, COUNT, end="k / B"), **SEEN),
    Wrong("ex8_8-permutation", "no-plus-one", shuffles(MIXED, COUNT, end="k / (B + 1)"), **SEEN),
    Wrong("ex8_8-permutation", "strict", shuffles(MIXED, COUNT.replace(">=", ">")), **SEEN),
    Wrong("ex8_8-permutation", "wrong-tail", shuffles(MIXED, COUNT.replace(">=", "<=")), **SEEN),
    Wrong("ex8_8-permutation", "draws-with-replacement", shuffles("mixed = rng.choice(pooled, len(pooled))", COUNT), **SEEN),
    Wrong("ex8_8-permutation", "other-sizes", shuffles(MIXED, "half = len(pooled) // 2", "k += statistic(mixed[:half], mixed[half:]) >= seen"), **SEEN),
    Wrong("ex8_8-permutation", "never-mixes-the-samples", shuffles("k += statistic(rng.permutation(a), rng.permutation(b)) >= seen"), **SEEN),
    Wrong("ex8_8-permutation", "other-count", shuffles(MIXED, COUNT).replace("range(B)", "range(100)"), **SEEN),
    Wrong("ex8_8-permutation", "own-randomness", shuffles("mixed = np.random.permutation(pooled)", COUNT), **SEEN),
    Wrong("ex8_8-permutation", "own-randomness", shuffles("mixed = np.random.default_rng(0).permutation(pooled)", COUNT), **SEEN),
    Wrong("ex8_8-permutation", "own-randomness", shuffles("rng = rng if k or _ else np.random.default_rng(0)", MIXED, COUNT), **SEEN),
    Wrong("ex8_8-permutation", "other-count", shuffles(MIXED, "k += abs(statistic(mixed[:len(a)], mixed[len(a):])) >= abs(seen)"), **SEEN),
    Right("ex8_8-permutation", "shuffled-in-place", returns(PERMUTE, "pooled, n = np.concatenate([a, b]), len(a)", "found = [statistic(a, b)]", "for _ in range(B):", "    rng.shuffle(pooled)", "    found.append(statistic(pooled[:n].copy(), pooled[n:].copy()))", "return float(np.mean(np.array(found) >= found[0]))")),
    Right("ex8_8-permutation", "hint-3", shuffles(MIXED, COUNT)),
    Right("ex8_8-permutation", "observed-last", returns(PERMUTE, "n, pooled, found = len(a), np.vstack((a, b)), []", "for _ in range(B):", "    order = np.argsort(rng.random(len(pooled)))", "    found.append(statistic(pooled[order[:n]], pooled[order[n:]]))", "return float(np.mean(np.append(found, np.inf) >= statistic(a, b)))")),
    Wrong("ex8_7-weights", "normalised", returns(WEIGHTS, *TABLE, MU, "w = np.linalg.solve(C, mu)", "return w / w.mean()"), **SEEN),
    # 8.9
    Wrong("ex8_9-misses", "wrong-sign", along("a -= gamma * (alpha - err)"), **SEEN),
    Wrong("ex8_9-misses", "no-full-set", along(MOVE, "miss_at(t, min(max(a, 1e-9), 1 - 1e-9))"), **SEEN),
    Wrong("ex8_9-misses", "forgets-alpha", along("a += alpha * gamma if not err else -gamma * alpha"), **SEEN),
    Wrong("ex8_9-misses", "cut-at-the-ends", along("a = min(max(a + gamma * (alpha - err), 0), 1)"), **SEEN),
    Wrong("ex8_9-misses", "asks-at-the-ends", along(MOVE, "miss_at(t, a)"), **SEEN),
    Wrong("ex8_9-misses", "no-empty-set", along(MOVE, "0 if a <= 0 or a >= 1 else miss_at(t, a)"), **SEEN),
    Wrong("ex8_9-misses", "not-the-promise", along("a += gamma * (0.25 - err)"), **HIDDEN),
    Wrong("ex8_9-misses", "counts-from-one", along(MOVE, "0 if a <= 0 else 1 if a >= 1 else miss_at(t + 1, a)"), **SEEN),
    Right("ex8_9-misses", "hint-3", along(MOVE)),
    Right("ex8_9-misses", "from the sum", returns(MISSES, "errors = []", "for t in range(rounds):", "    a = start + gamma * (alpha * t - sum(errors))", "    errors.append(int(a >= 1) if not 0 < a < 1 else int(miss_at(t, a)))", "return np.array(errors, float)")),
    # 8.10
    Wrong("ex8_10-temperature", "inverse", heat("logits * math.exp(s)"), **SEEN),
    Wrong("ex8_10-temperature", "never-changes", returns(HEAT, "return 1.0"), **SEEN),
    Wrong("ex8_10-temperature", "only-cools", heat("logits / math.exp(s)", "(0, 3)"), **SEEN),
    Wrong("ex8_10-temperature", "only-cools", heat("logits / math.exp(s)", "(-1, 3)"), **SEEN),
    Wrong("ex8_10-temperature", "not-the-minimum", returns(HEAT, "from scipy.special import softmax", "right = (logits.argmax(1) == y).mean()", "grid = np.exp(np.linspace(-3, 3, 8001))", "return min(grid, key=lambda T: abs(softmax(logits / T, 1).max(1).mean() - right))"), **SEEN),
    Wrong("ex8_10-temperature", "not-the-minimum", returns(HEAT, "from scipy.special import log_softmax", "return min(np.arange(0.05, 20, 0.05), key=lambda T: -log_softmax(logits / T, 1)[np.arange(len(y)), y].mean())"), **SEEN),
    Wrong("ex8_10-temperature", "narrow-bounds", heat("logits / math.exp(s)", "(-2.3, 2.3)"), **SEEN),
    Wrong("ex8_10-temperature", "not-the-minimum", heat("logits / math.exp(s)").replace("[np.arange(len(y)), y]", "[:, y]"), **SEEN),
    Wrong("ex8_10-temperature", "overflow", returns(HEAT, "def loss(T):", "    p = np.exp(logits / T)", "    return -np.log(p[np.arange(len(y)), y] / p.sum(1)).mean()", "with np.errstate(all='ignore'):", "    return min(np.exp(np.linspace(-3, 3, 8001)), key=loss)"), **SEEN),
    Right("ex8_10-temperature", "finer-grids", returns(HEAT, "def loss(T):", "    z = logits / T", "    z = z - z.max(1, keepdims=True)", "    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])", "low, high = 0.05, 20.0", "for _ in range(6):", "    grid = np.geomspace(low, high, 60)", "    best = min(grid, key=loss)", "    low, high = max(0.05, best / (high / low) ** (1 / 50)), min(20.0, best * (high / low) ** (1 / 50))", "return best")),
    Right("ex8_10-temperature", "hint-3", heat("logits / math.exp(s)")),
    Right("ex8_10-temperature", "torch", returns(HEAT, "z, s = torch.tensor(logits), torch.zeros(1, dtype=torch.float64, requires_grad=True)", "opt = torch.optim.LBFGS([s], max_iter=200, line_search_fn='strong_wolfe', tolerance_grad=1e-10, tolerance_change=1e-14)", "def step():", "    opt.zero_grad()", "    loss = F.cross_entropy(z / s.exp(), torch.tensor(y))", "    loss.backward()", "    return loss", "opt.step(step)", "return s.exp().item()")),
]  # fmt: skip
