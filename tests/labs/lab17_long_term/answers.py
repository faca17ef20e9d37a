"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


PLAN = "plan(T, R, depth, gamma)"
FINE = "smallest_penalty(gamma, steps, gain, cost)"
PAY = "reward(before, after)"
SHARE = "share_avoiding(rewards, ends, gamma)"
PRIOR = "share_prior(k, c)"
ASK = "asking(mu, s, c, tau)"
EDGE = "boundary(s, c, tau, asking)"
OVER = "overconfident(mu, s, factor, c, tau, asking)"
LAW = "interrupted(law, theta, forced)"
TARGETS = "expected_targets(Q, P, R, gamma, done, kind, next_law)"
BOUND = "upper_bound(failures, n, alpha)"
WORST = "worst_in_use(p_test, p_use, bound)"
NEED = "tests_needed(auc, target, alpha)"
AUDIT = "best_audit(h, attack, budget)"
BOTH = "protocol(h, A, budget)"
MEAN = "repaired_mean(rewards, theta)"
DEBATE = "debate(readings)"
SURE = "confidence(claims, probabilities)"

LEFT = "left = np.vstack([np.c_[-A, np.ones(len(A))], np.append(h, 0)])"
RIGHT = "right = np.append(np.zeros(len(A)), budget)"
BOX = "box = [(0, 1)] * len(h) + [(None, None)]"
OUT = "out = linprog(np.append(0 * h, -1), left, right, bounds=box)"
LP = [LEFT, RIGHT, BOX, OUT]
EXACT = "return -linprog(-p_use, A_ub=p_test[None], b_ub=[bound], bounds=(0, 1)).fun"


def planner(values: str, best: str = "values.max(1)", times: str = "depth") -> str:
    """Backward induction with parts to exchange."""
    return returns(
        PLAN,
        "best, values = np.zeros(len(T)), 0 * R",
        f"for _ in range({times}):",
        f"    values = {values}",
        f"    best = {best}",
        "return values",
    )


def filled(order: str, last: str = "min(1.0, left / p_test[i]) if p_test[i] else 1.0") -> str:
    """Filling cues in some order."""
    return returns(
        WORST,
        "left, rate = bound, 0.0",
        f"for i in {order}:",
        f"    part = {last}",
        "    left -= part * p_test[i]",
        "    rate += part * p_use[i]",
        "return float(rate)",
    )


ANSWERS = [
    # 17.1
    Wrong("ex17_1-plan", "off-by-one", planner("R + gamma * best[T]", times="depth - 1"), **SEEN),
    Wrong("ex17_1-plan", "off-by-one", planner("R + gamma * best[T]", times="depth + 1"), **SEEN),
    Wrong("ex17_1-plan", "no-discount", planner("R + best[T]"), **SEEN),
    Wrong("ex17_1-plan", "discount-first", planner("gamma * (R + best[T])"), **SEEN),
    Wrong("ex17_1-plan", "mean-not-max", planner("R + gamma * best[T]", "values.mean(1)"), **SEEN),
    Wrong(
        "ex17_1-plan",
        "may-stop",
        planner("R + gamma * best[T]", "np.maximum(values.max(1), 0)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-plan",
        "other-worlds",
        planner("R + gamma * best[T]", times="min(depth, 50)"),
        **HIDDEN,
    ),
    Right("ex17_1-plan", "hint-3", planner("R + gamma * best[T]")),
    Right(
        "ex17_1-plan",
        "recursion",
        returns(
            PLAN,
            "if depth == 1:",
            "    return R.copy()",
            "after = plan(T, R, depth - 1, gamma).max(axis=1)",
            "return R + gamma * np.take(after, T)",
        ),
    ),
    Wrong(
        "ex17_1-penalty", "no-discount", returns(FINE, "return gain - cost * (steps + 1)"), **SEEN
    ),
    Wrong("ex17_1-penalty", "no-cost", returns(FINE, "return gain * gamma ** steps"), **SEEN),
    Wrong(
        "ex17_1-penalty",
        "cost-undiscounted",
        returns(FINE, "return gain * gamma ** steps - cost * (steps + 1)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-penalty",
        "tipping-is-free",
        returns(
            FINE,
            "return gain * gamma ** steps - sum(cost * gamma ** j for j in range(1, steps + 1))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_1-penalty",
        "cost-at-the-end",
        returns(FINE, "return (gain - cost * (steps + 1)) * gamma ** steps"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-penalty",
        "one-late",
        returns(
            FINE,
            "return gain * gamma ** (steps + 1) - sum(cost * gamma ** j for j in range(steps + 1))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_1-penalty",
        "other-arguments",
        returns(FINE, "return gain * gamma ** 2 - cost * (1 + gamma + gamma ** 2)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-penalty",
        "clipped",
        returns(
            FINE,
            "return max(0, gain * gamma ** steps - sum(cost * gamma ** j for j in range(steps + 1)))",
        ),
        **SEEN,
    ),
    Right(
        "ex17_1-penalty",
        "hint-3",
        returns(
            FINE,
            "battery = sum(cost * gamma ** j for j in range(steps + 1))",
            "return gain * gamma ** steps - battery",
        ),
    ),
    Right(
        "ex17_1-penalty",
        "geometric sum",
        returns(
            FINE, "return gain * gamma ** steps - cost * (1 - gamma ** (steps + 1)) / (1 - gamma)"
        ),
    ),
    Wrong(
        "ex17_1-reward",
        "only-gains",
        returns(PAY, "return np.maximum(after - before, 0) * 1.0"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-reward",
        "too-small",
        returns(PAY, "d = after - before", "return np.where(d < 0, 0.5 * d, d)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-reward",
        "too-small",
        returns(PAY, "d = after - before", "return np.where(d < 0, 0.9 * d, d)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-reward",
        "too-small",
        returns(PAY, "d = after - before", "return np.where(d < 0, 0.96 * d, d)"),
        **SEEN,
    ),
    Wrong("ex17_1-reward", "too-small", returns(PAY, "return 0.95 * after - before"), **SEEN),
    Wrong("ex17_1-reward", "not-each-piece", returns(PAY, "return 1.0 * (after > 0)"), **SEEN),
    Wrong(
        "ex17_1-reward", "not-each-piece", returns(PAY, "return 0.01 * (after - before)"), **SEEN
    ),
    Wrong(
        "ex17_1-reward",
        "not-each-piece",
        returns(PAY, "return 1.0 * ((after == 3) & (before < 3))"),
        **SEEN,
    ),
    Wrong("ex17_1-reward", "not-each-piece", returns(PAY, "return 1.0 * (before - after)"), **SEEN),
    Wrong(
        "ex17_1-reward",
        "not-each-piece",
        returns(PAY, "return np.minimum(after - before, 0) * 1.0"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-reward", "not-each-piece", returns(PAY, "return 0.02 * (after - before)"), **SEEN
    ),
    Wrong(
        "ex17_1-reward",
        "not-filled",
        returns(PAY, "change = after - before", "return change / np.abs(change).sum()"),
        **HIDDEN,
    ),
    Wrong(
        "ex17_1-reward",
        "not-each-piece",
        returns(PAY, "return np.minimum(after, 3.0) - np.minimum(before, 3.0)"),
        **SEEN,
    ),
    Wrong(
        "ex17_1-reward",
        "not-each-piece",
        returns(PAY, "return after - before + 1.0 * (after == 3)"),
        **SEEN,
    ),
    Right("ex17_1-reward", "just enough", returns(PAY, "return 0.05 * (after - before)")),
    Right("ex17_1-reward", "hint-3", returns(PAY, "return np.asarray(after, float) - before")),
    Right("ex17_1-reward", "paid for the state", returns(PAY, "return 1.0 * after")),
    Right("ex17_1-reward", "missing pieces", returns(PAY, "return after - 3.0")),
    Right("ex17_1-reward", "the sign", returns(PAY, "return np.sign(after - before)")),
    Right(
        "ex17_1-reward",
        "less for each further piece",
        returns(PAY, "return np.sqrt(after) - np.sqrt(before)"),
    ),
    Right(
        "ex17_1-reward",
        "a huge fine",
        returns(PAY, "return np.where(after < before, -1e3, 1.0 * (after > before))"),
    ),
    # 17.2
    Wrong(
        "ex17_2-share",
        "mean-of-ends",
        returns(
            SHARE,
            "ways = list(permutations(rewards))",
            "return np.mean([w[1] * (1 - gamma) + gamma * np.mean(w[2:]) > w[0] for w in ways])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share",
        "counts-the-hub",
        returns(
            SHARE,
            "ways = list(permutations(rewards))",
            "return np.mean([max(w[1:]) > w[0] for w in ways])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share",
        "share-that-prefers-off",
        returns(
            SHARE,
            "ways = list(permutations(rewards))",
            "return np.mean([w[1] * (1 - gamma) + gamma * max(w[2:]) < w[0] for w in ways])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share",
        "ties-count",
        returns(
            SHARE,
            "ways = list(permutations(rewards))",
            "return np.mean([w[1] * (1 - gamma) + gamma * max(w[2:]) >= w[0] for w in ways])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share",
        "off-pays-once",
        returns(
            SHARE,
            "if gamma == 1:",
            "    return np.mean([max(w[2:]) > w[0] for w in permutations(rewards)])",
            "later = gamma / (1 - gamma)",
            "return np.mean([w[1] + later * max(w[2:]) > w[0] for w in permutations(rewards)])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share",
        "end-pays-once",
        returns(
            SHARE,
            "if gamma == 1:",
            "    return np.mean([max(w[2:]) > w[0] for w in permutations(rewards)])",
            "ways = list(permutations(rewards))",
            "return np.mean([w[1] + gamma * max(w[2:]) > w[0] / (1 - gamma) for w in ways])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_2-share", "formula-only", returns(SHARE, "return len(ends) / (len(ends) + 1)"), **SEEN
    ),
    Wrong(
        "ex17_2-share",
        "gamma-ignored",
        returns(SHARE, "k = len(set(ends))", "return k / (k + 1)"),
        **SEEN,
    ),
    Right(
        "ex17_2-share",
        "hint-3",
        returns(
            SHARE,
            "ways = list(permutations(rewards))",
            "return np.mean([w[1] * (1 - gamma) + gamma * max(w[2:]) > w[0] for w in ways])",
        ),
    ),
    Right(
        "ex17_2-share",
        "fractions",
        "from fractions import Fraction\n"
        + returns(
            SHARE,
            "g, ways = Fraction(gamma).limit_denominator(10**6), list(permutations(rewards))",
            "return float(Fraction(sum(g * max(w[2:]) + (1 - g) * w[1] > w[0] for w in ways), len(ways)))",
        ),
    ),
    Wrong(
        "ex17_2-prior",
        "all-not-one",
        returns(PRIOR, "return min(max((1 + c) / 2, 0), 1) ** k"),
        **SEEN,
    ),
    Wrong("ex17_2-prior", "one-end", returns(PRIOR, "return min(max((1 + c) / 2, 0), 1)"), **SEEN),
    Wrong(
        "ex17_2-prior",
        "complement",
        returns(PRIOR, "return min(max((1 - c) / 2, 0), 1) ** k"),
        **SEEN,
    ),
    Wrong("ex17_2-prior", "outside", returns(PRIOR, "return 1 - ((1 - c) / 2) ** k"), **SEEN),
    Right(
        "ex17_2-prior",
        "hint-3",
        returns(PRIOR, "worse = min(max((1 - c) / 2, 0), 1)", "return 1 - worse ** k"),
    ),
    Right(
        "ex17_2-prior",
        "scipy",
        "from scipy.stats import uniform\n"
        + returns(PRIOR, "return -math.expm1(k * uniform.logcdf(0, c - 1, 2))"),
    ),
    # 17.3
    Wrong(
        "ex17_3-ask",
        "no-spread",
        returns(
            ASK, "v = math.hypot(s, tau)", "return mu * norm.cdf(mu / v) + norm.pdf(mu / v) - c"
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "variance-for-sd",
        returns(
            ASK,
            "s = s ** 2",
            "v = math.hypot(s, tau)",
            "return mu * norm.cdf(mu / v) + s ** 2 / v * norm.pdf(mu / v) - c",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "given-allowed",
        returns(
            ASK,
            "v = math.hypot(s, tau)",
            "return mu + s ** 2 / v * norm.pdf(mu / v) / norm.cdf(mu / v) - c",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "no-cost",
        returns(
            ASK,
            "v = math.hypot(s, tau)",
            "return mu * norm.cdf(mu / v) + s ** 2 / v * norm.pdf(mu / v)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "ignores-noise",
        returns(ASK, "return mu * norm.cdf(mu / s) + s * norm.pdf(mu / s) - c"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "noise-widens-belief",
        returns(
            ASK, "v = math.hypot(s, tau)", "return mu * norm.cdf(mu / v) + v * norm.pdf(mu / v) - c"
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-ask",
        "negative-mu",
        returns(
            ASK,
            "mu, v = abs(mu), math.hypot(s, tau)",
            "return mu * norm.cdf(mu / v) + s ** 2 / v * norm.pdf(mu / v) - c",
        ),
        **SEEN,
    ),
    Right(
        "ex17_3-ask",
        "hint-3",
        returns(
            ASK,
            "v = math.hypot(s, tau)",
            "return mu * norm.cdf(mu / v) + s ** 2 / v * norm.pdf(mu / v) - c",
        ),
    ),
    Right(
        "ex17_3-ask",
        "quadrature",
        "from scipy.integrate import quad\n"
        + returns(
            ASK,
            "if tau == 0:",
            "    return quad(lambda u: u * norm.pdf(u, mu, s), 0, max(mu, 0) + 12 * s)[0] - c",
            "return quad(lambda u: u * norm.pdf(u, mu, s) * norm.cdf(u / tau), mu - 12 * s, mu + 12 * s, points=[0] if abs(mu) < 12 * s else None, limit=200)[0] - c",
        ),
    ),
    Wrong(
        "ex17_3-boundary",
        "ignores-acting",
        returns(EDGE, "return max(0.0, asking(0.0, s, c, tau))"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(EDGE, "return 0.0 if asking(0.0, s, c, tau) <= 0 else s"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "swapped-arguments",
        returns(
            EDGE,
            "gain = lambda mu: asking(mu, s, tau, c) - mu",
            "return 0.0 if gain(0.0) <= 0 else brentq(gain, 0.0, 50 * (s + tau))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "never-asks",
        returns(
            EDGE,
            "gain = lambda mu: asking(mu, s, c, tau) - mu",
            "from scipy.optimize import root_scalar",
            "return root_scalar(gain, x0=0.0, x1=1.0).root",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(
            EDGE,
            "gain = lambda mu: asking(mu, 1.0, c, tau) - mu",
            "return 0.0 if s < c + tau or gain(0.0) <= 0 else brentq(gain, 0.0, 50 * (s + tau))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(
            EDGE,
            "low, high = 0.0, 10.0",
            "for _ in range(60):",
            "    mid = (low + high) / 2",
            "    low, high = (mid, high) if asking(mid, s, c, tau) > mid else (low, mid)",
            "return low",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(EDGE, "return max(0.0, 2 * asking(0.0, s, c, tau))"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(
            EDGE,
            "gain = lambda mu: asking(mu, s, c, tau) - mu",
            "return 0.0 if gain(0.0) <= 0 else brentq(gain, 0.0, 50 * (s + tau), xtol=1e-3)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-boundary",
        "other-arguments",
        returns(
            EDGE,
            "mu = 0.0",
            "for _ in range(40):",
            "    mu = max(0.0, asking(mu, s, c, tau))",
            "return mu",
        ),
        **HIDDEN,
    ),
    Right(
        "ex17_3-boundary",
        "bisection without a special case",
        returns(
            EDGE,
            "low, high = 0.0, 20 * (s + tau)",
            "while high - low > 1e-8:",
            "    mid = (low + high) / 2",
            "    low, high = (mid, high) if asking(mid, s, c, tau) > mid else (low, mid)",
            "return high",
        ),
    ),
    Right(
        "ex17_3-boundary",
        "hint-3",
        returns(
            EDGE,
            "gain = lambda mu: asking(mu, s, c, tau) - mu",
            "if gain(0.0) <= 0:",
            "    return 0.0",
            "return brentq(gain, 0.0, 50 * (s + tau), xtol=1e-10)",
        ),
    ),
    Right(
        "ex17_3-boundary",
        "root_scalar",
        "from scipy.optimize import root_scalar\n"
        + returns(
            EDGE,
            "def gain(mu):",
            "    return asking(mu, s, c, tau) - mu",
            "return root_scalar(gain, bracket=(0, 100 * s + 100 * tau), xtol=1e-9).root if gain(0) > 0 else 0.0",
        ),
    ),
    Wrong(
        "ex17_3-overconfident",
        "believed-gain",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "gain = asking(mu, s / factor, c, tau) - alone",
            "return gain > 0, gain",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "no-alternative",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s / factor, c, tau) > alone, asking(mu, s, c, tau)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "asks-by-truth",
        returns(OVER, "gain = asking(mu, s, c, tau) - max(mu, 0)", "return gain > 0, gain"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "only-against-acting",
        returns(OVER, "return asking(mu, s / factor, c, tau) > mu, asking(mu, s, c, tau) - mu"),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "swapped-arguments",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s / factor, tau, c) > alone, asking(mu, s, tau, c) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "scaled-noise",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "sees = asking(mu, s / factor, c, tau / factor) > alone",
            "return sees, asking(mu, s, c, tau) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "tie",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s / factor, c, tau) >= alone, asking(mu, s, c, tau) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "only-against-acting",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s / factor, c, tau) > mu, asking(mu, s, c, tau) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "no-bool",
        returns(
            OVER,
            "alone = max(mu, 0)",
            'word = "asks" if asking(mu, s / factor, c, tau) > alone else "acts"',
            "return word, asking(mu, s, c, tau) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "asks-by-truth",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s * factor, c, tau) > alone, asking(mu, s, c, tau) - alone",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_3-overconfident",
        "loss-hidden",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "asks = asking(mu, s / factor, c, tau) > alone",
            "return asks, max(asking(mu, s, c, tau) - alone, 0)",
        ),
        **SEEN,
    ),
    Right(
        "ex17_3-overconfident",
        "hint-3",
        returns(
            OVER,
            "alone = max(mu, 0)",
            "return asking(mu, s / factor, c, tau) > alone, asking(mu, s, c, tau) - alone",
        ),
    ),
    Right(
        "ex17_3-overconfident",
        "numpy, a list",
        returns(
            OVER,
            "values = np.array([asking(mu, x, c, tau) for x in (s / factor, s)]) - np.maximum(mu, 0)",
            "return [values[0] > 0, values[1]]",
        ),
    ),
    # 17.4
    Wrong(
        "ex17_4-interrupted",
        "theta-swapped",
        returns(
            LAW,
            "one_hot = np.eye(law.shape[1])[forced]",
            "return theta[:, None] * law + (1 - theta)[:, None] * one_hot",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_4-interrupted",
        "no-law",
        returns(
            LAW, "one_hot = np.eye(law.shape[1])[forced]", "return law + theta[:, None] * one_hot"
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_4-interrupted", "no-law", returns(LAW, "return (1 - theta)[:, None] * law"), **SEEN
    ),
    Wrong(
        "ex17_4-interrupted",
        "other-law",
        returns(
            LAW,
            "one_hot = np.eye(law.shape[1])[law.argmax(1)]",
            "return (1 - theta)[:, None] * law + theta[:, None] * one_hot",
        ),
        **SEEN,
    ),
    Right(
        "ex17_4-interrupted",
        "hint-3",
        returns(
            LAW,
            "one_hot = np.eye(law.shape[1])[forced]",
            "return (1 - theta)[:, None] * law + theta[:, None] * one_hot",
        ),
    ),
    Right(
        "ex17_4-interrupted",
        "a loop",
        returns(
            LAW,
            "out = law.copy()",
            "for i, t in enumerate(theta):",
            "    out[i] *= 1 - t",
            "    out[i, forced[i]] += t",
            "return out",
        ),
    ),
    Wrong(
        "ex17_4-backup",
        "no-done",
        returns(
            TARGETS,
            'worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)',
            "return R + gamma * P @ worth_of",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_4-backup",
        "sarsa-uses-max",
        returns(TARGETS, "return R + gamma * P @ np.where(done, 0, Q.max(1))"),
        **SEEN,
    ),
    Wrong(
        "ex17_4-backup",
        "q-uses-law",
        returns(TARGETS, "return R + gamma * P @ np.where(done, 0, (next_law * Q).sum(1))"),
        **SEEN,
    ),
    Wrong(
        "ex17_4-backup",
        "no-discount",
        returns(
            TARGETS,
            'worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)',
            "return R + P @ np.where(done, 0, worth_of)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_4-backup",
        "no-done",
        returns(
            TARGETS,
            'worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)',
            "worth_of[-1] = 0",
            "return R + gamma * P @ worth_of",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_4-backup",
        "other-targets",
        returns(
            TARGETS,
            'worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)',
            "return R + gamma * P @ np.where(done, 0, np.maximum(worth_of, 0))",
        ),
        **SEEN,
    ),
    Right(
        "ex17_4-backup",
        "hint-3",
        returns(
            TARGETS,
            'worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)',
            "return R + gamma * P @ np.where(done, 0, worth_of)",
        ),
    ),
    Right(
        "ex17_4-backup",
        "torch",
        returns(
            TARGETS,
            "t = [torch.as_tensor(x) for x in (Q, P, R, next_law)]",
            'v = t[0].amax(1) if kind == "q" else (t[3] * t[0]).sum(1)',
            "v[torch.as_tensor(done)] = 0",
            "return (t[2] + gamma * t[1] @ v).numpy()",
        ),
    ),
    # 17.5
    Wrong(
        "ex17_5-bound",
        "two-sided",
        returns(
            BOUND,
            "return 1.0 if failures == n else beta.ppf(1 - alpha / 2, failures + 1, n - failures)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-bound",
        "rate-itself",
        returns(
            BOUND,
            "p = failures / n",
            "return min(1.0, p + norm.ppf(1 - alpha) * math.sqrt(p * (1 - p) / n))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-bound",
        "lower-end",
        returns(
            BOUND,
            "return beta.ppf(1 - alpha, 1, n) if failures == 0 else beta.ppf(alpha, failures, n - failures + 1)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-bound",
        "all-failed",
        returns(
            BOUND, "return float(np.nan_to_num(beta.ppf(1 - alpha, failures + 1, n - failures)))"
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-bound",
        "three-over-n",
        returns(
            BOUND,
            "return 3 / n if failures == 0 and n > 100 else 1.0 if failures == n else beta.ppf(1 - alpha, failures + 1, n - failures)",
        ),
        **SEEN,
    ),
    Right(
        "ex17_5-bound",
        "hint-3",
        returns(
            BOUND,
            "if failures == n:",
            "    return 1.0",
            "return beta.ppf(1 - alpha, failures + 1, n - failures)",
        ),
    ),
    Right(
        "ex17_5-bound",
        "root of the binomial",
        returns(
            BOUND,
            "if failures == n:",
            "    return 1.0",
            "return brentq(lambda u: binom.cdf(failures, n, u) - alpha, 0, 1, xtol=1e-12)",
        ),
    ),
    Right(
        "ex17_5-bound",
        "scipy",
        "from scipy.stats import binomtest\n"
        + returns(
            BOUND,
            'return binomtest(failures, n, alternative="less").proportion_ci(1 - alpha, "exact").high',
        ),
    ),
    Wrong("ex17_5-worst", "bound-itself", returns(WORST, "return bound"), **SEEN),
    Wrong("ex17_5-worst", "sort-by-use", filled("np.argsort(-p_use)"), **SEEN),
    Wrong("ex17_5-worst", "sort-by-difference", filled("np.argsort(p_test - p_use)"), **SEEN),
    Wrong(
        "ex17_5-worst",
        "all-or-nothing",
        filled("np.argsort(p_test / np.maximum(p_use, 1e-12))", "1.0 * (p_test[i] <= left)"),
        **SEEN,
    ),
    Wrong(
        "ex17_5-worst",
        "adds-distance",
        returns(WORST, "return min(1.0, bound + np.maximum(p_use - p_test, 0).sum())"),
        **SEEN,
    ),
    Wrong(
        "ex17_5-worst",
        "forgets-the-unseen",
        filled("[i for i in np.argsort(-p_use / np.maximum(p_test, 1e-12)) if p_test[i] > 0]"),
        **SEEN,
    ),
    Wrong(
        "ex17_5-worst",
        "nothing-left",
        filled("np.argsort(-p_use / np.maximum(p_test, 1e-12))").replace(
            "    part =", "    if left <= 0: break\n        part ="
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-worst",
        "adds-distance",
        returns(
            WORST,
            "rate = 0.0",
            "for i in np.argsort(-p_use / np.maximum(p_test, 1e-12)):",
            "    if p_test[i] > bound: return rate + bound",
            "    rate, bound = rate + p_use[i], bound - p_test[i]",
            "return rate",
        ),
        **SEEN,
    ),
    Right(
        "ex17_5-worst",
        "hint-3",
        returns(
            WORST,
            "out = linprog(-p_use, A_ub=p_test[None], b_ub=[bound], bounds=(0, 1))",
            "return -out.fun",
        ),
    ),
    Right(
        "ex17_5-worst",
        "greedy",
        filled("sorted(range(len(p_use)), key=lambda i: p_test[i] / max(p_use[i], 1e-300))"),
    ),
    Wrong(
        "ex17_5-needed",
        "no-sqrt2",
        returns(
            NEED,
            "u = norm.cdf(norm.ppf(target) - norm.ppf(auc))",
            "return math.ceil(math.log(alpha) / math.log1p(-u))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-needed",
        "ignores-the-cue",
        returns(NEED, "return math.ceil(math.log(alpha) / math.log1p(-target))"),
        **SEEN,
    ),
    Wrong(
        "ex17_5-needed",
        "rounds-down",
        returns(
            NEED,
            "u = norm.cdf(norm.ppf(target) - math.sqrt(2) * norm.ppf(auc))",
            "return round(math.log(alpha) / math.log1p(-u) + 0.3) if auc == 0.5 else int(math.log(alpha) / math.log1p(-u))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_5-needed",
        "without-a-cue",
        returns(
            NEED,
            "u = norm.cdf(norm.ppf(target) - math.sqrt(2) * norm.ppf(auc))",
            "return math.ceil(3 / u)",
        ),
        **SEEN,
    ),
    Right(
        "ex17_5-needed",
        "hint-3",
        returns(
            NEED,
            "u = norm.cdf(norm.ppf(target) - math.sqrt(2) * norm.ppf(auc))",
            "return math.ceil(math.log(alpha) / math.log1p(-u))",
        ),
    ),
    Right(
        "ex17_5-needed",
        "bisection",
        returns(
            NEED,
            "d = math.sqrt(2) * norm.ppf(auc)",
            "def rate(n):",
            "    return norm.cdf(norm.ppf(-math.expm1(math.log(alpha) / n)) + d)",
            "low, high = 0, 1",
            "while rate(high) > target:",
            "    low, high = high, 2 * high",
            "while high - low > 1:",
            "    mid = (low + high) // 2",
            "    low, high = (mid, high) if rate(mid) > target else (low, mid)",
            "return high",
        ),
    ),
    # 17.6
    Wrong(
        "ex17_6-audit",
        "top-scores",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in range(len(h))[::-1]:",
            "    q[s] = min(1.0, left / h[s]) if h[s] else 1.0",
            "    left -= q[s] * h[s]",
            "return q",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-audit",
        "free-score",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in sorted(np.flatnonzero(h), key=lambda s: -attack[s] / h[s]):",
            "    q[s] = min(1.0, left / h[s])",
            "    left -= q[s] * h[s]",
            "return q",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-audit",
        "all-or-nothing",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in sorted(range(len(h)), key=lambda s: -attack[s] / max(h[s], 1e-9)):",
            "    q[s] = 1.0 * (h[s] <= left)",
            "    left -= q[s] * h[s]",
            "return q",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-audit",
        "top-scores",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in np.argsort(h - attack):",
            "    q[s] = min(1.0, left / h[s]) if h[s] else 1.0",
            "    left -= q[s] * h[s]",
            "return q",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-audit",
        "nothing-left",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in sorted(range(len(h)), key=lambda s: -attack[s] / max(h[s], 1e-9)):",
            "    if left <= 0: break",
            "    q[s] = min(1.0, left / h[s]) if h[s] else 1.0",
            "    left -= q[s] * h[s]",
            "return q",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-audit",
        "no-return",
        returns(AUDIT, "return linprog(-attack, A_ub=h[None], b_ub=[budget]).x"),
        **SEEN,
    ),
    Wrong("ex17_6-audit", "over-budget", returns(AUDIT, "return np.ones(len(h))"), **SEEN),
    Right(
        "ex17_6-audit",
        "hint-3",
        returns(AUDIT, "return linprog(-attack, A_ub=h[None], b_ub=[budget], bounds=(0, 1)).x"),
    ),
    Right(
        "ex17_6-audit",
        "greedy",
        returns(
            AUDIT,
            "q, left = np.zeros(len(h)), budget",
            "for s in sorted(range(len(h)), key=lambda s: -attack[s] / max(h[s], 1e-9)):",
            "    q[s] = min(1.0, left / h[s]) if h[s] else 1.0",
            "    left = max(0.0, left - q[s] * h[s])",
            "return q",
        ),
    ),
    Wrong(
        "ex17_6-protocol",
        "one-style-only",
        returns(
            BOTH,
            "q = linprog(-A[0], A_ub=h[None], b_ub=[budget], bounds=(0, 1)).x",
            "return q, np.eye(len(A))[0]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "uniform",
        returns(BOTH, "return np.full(len(h), budget), np.full(len(A), 1 / len(A))"),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "weak-at-worst",
        returns(
            BOTH,
            "q = linprog(-A.mean(0), A_ub=h[None], b_ub=[budget], bounds=(0, 1)).x if len(h) > 2 else np.full(2, budget)",
            "return q, np.full(len(A), 1 / len(A))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "no-law",
        returns(BOTH, *LP, "return out.x[:-1], out.ineqlin.marginals[:-1]"),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "no-certificate",
        returns(BOTH, *LP, "return out.x[:-1], np.full(len(A), 1 / len(A))"),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "no-certificate",
        returns(BOTH, *LP, "return out.x[:-1], -out.ineqlin.marginals[:-1][::-1]"),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "all-equal",
        returns(
            BOTH,
            BOX,
            "rows, zeros = np.c_[-A, np.ones(len(A))], np.zeros(len(A))",
            "out = linprog(np.append(0 * h, -1), np.append(h, 0)[None], [budget], rows, zeros, box)",
            "return out.x[:-1], -out.eqlin.marginals",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_6-protocol",
        "swapped-pair",
        returns(BOTH, *LP, "return -out.ineqlin.marginals[:-1], out.x[:-1]"),
        **SEEN,
    ),
    Right(
        "ex17_6-protocol",
        "hint-3",
        returns(BOTH, *LP, "return out.x[:-1], -out.ineqlin.marginals[:-1]"),
    ),
    Right(
        "ex17_6-protocol",
        "the value is a probability, too",
        returns(
            BOTH,
            LEFT,
            RIGHT,
            "out = linprog(np.append(0 * h, -1), left, right, bounds=(0, 1))",
            "return out.x[:-1], -out.ineqlin.marginals[:-1]",
        ),
    ),
    Right(
        "ex17_6-protocol",
        "the attacker's program",
        returns(
            BOTH,
            *LP,
            "n, m = len(h), len(A)",
            "cost = np.concatenate([np.zeros(m), [budget], np.ones(n)])",
            "rows = np.hstack([A.T, -h[:, None], -np.eye(n)])",
            "other = linprog(cost, rows, np.zeros(n), np.append(np.ones(m), np.zeros(n + 1))[None], [1.0])",
            "return out.x[:n], other.x[:m]",
        ),
    ),
    # deeper
    Wrong("ex17_8-repaired", "plain-mean", returns(MEAN, "return rewards.mean()"), **SEEN),
    Wrong(
        "ex17_8-repaired",
        "upside-down",
        returns(MEAN, "return np.average(rewards, weights=1 - theta)"),
        **SEEN,
    ),
    Wrong(
        "ex17_8-repaired",
        "no-normalisation",
        returns(MEAN, "return np.mean(rewards / (1 - theta))"),
        **SEEN,
    ),
    Wrong(
        "ex17_8-repaired",
        "other-arguments",
        returns(MEAN, "return np.average(rewards, weights=1 + 4 * theta)"),
        **HIDDEN,
    ),
    Right(
        "ex17_8-repaired",
        "hint-3",
        returns(MEAN, "return np.average(rewards, weights=1 / (1 - theta))"),
    ),
    Right(
        "ex17_8-repaired",
        "a loop",
        returns(
            MEAN,
            "num = den = 0.0",
            "for r, t in zip(rewards, theta):",
            "    num, den = num + r / (1 - t), den + 1 / (1 - t)",
            "return num / den",
        ),
    ),
    Wrong("ex17_9-debate", "max-everywhere", returns(DEBATE, "return any(readings)"), **SEEN),
    Wrong(
        "ex17_9-debate",
        "swapped-sides",
        returns(
            DEBATE,
            "def play(f, either):",
            "    if len(f) == 1:",
            "        return f[0]",
            "    h = len(f) // 2",
            "    return (any if either else all)([play(f[:h], not either), play(f[h:], not either)])",
            "return play(readings, False)",
        ),
        **SEEN,
    ),
    Wrong("ex17_9-debate", "swapped-sides", returns(DEBATE, "return all(readings)"), **SEEN),
    Wrong(
        "ex17_9-debate",
        "swapped-sides",
        returns(DEBATE, "return sum(readings) > len(readings) / 2"),
        **SEEN,
    ),
    Wrong(
        "ex17_9-debate",
        "levels",
        returns(
            DEBATE,
            "f, either = list(readings), len(readings) == 2",
            "while len(f) > 1:",
            "    f = [(a or b) if either else (a and b) for a, b in zip(f[::2], f[1::2])]",
            "    either = not either",
            "return f[0]",
        ),
        **SEEN,
    ),
    Right(
        "ex17_9-debate",
        "hint-3",
        returns(
            DEBATE,
            "def play(facts, either):",
            "    if len(facts) == 1:",
            "        return facts[0]",
            "    half = len(facts) // 2",
            "    parts = [play(facts[:half], not either), play(facts[half:], not either)]",
            "    return any(parts) if either else all(parts)",
            "return play(readings, True)",
        ),
    ),
    Right(
        "ex17_9-debate",
        "numpy",
        returns(
            DEBATE,
            "f = np.array(readings, bool)",
            "d = int(math.log2(len(f)) + 0.5)",
            "for level in range(d)[::-1]:",
            "    f = f.reshape(-1, 2).any(1) if level % 2 == 0 else f.reshape(-1, 2).all(1)",
            "return f[0]",
        ),
    ),
    Wrong(
        "ex17_10-confidence",
        "merges-equal",
        returns(
            SURE,
            "p = {probabilities[e] for claim in claims for e in claim}",
            "return max(0.0, sum(p) - len(p) + 1), min(p)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_10-confidence",
        "product",
        returns(
            SURE,
            "p = [probabilities[e] for e in set().union(*claims)]",
            "return math.prod(p), min(p)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_10-confidence",
        "double-count",
        returns(
            SURE,
            "p = [probabilities[e] for c in claims for e in c]",
            "return max(0.0, sum(p) - len(p) + 1), min(p)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_10-confidence",
        "min-only",
        returns(
            SURE, "p = [probabilities[e] for e in set().union(*claims)]", "return min(p), min(p)"
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_10-confidence",
        "wrong-high",
        returns(
            SURE,
            "p = [probabilities[e] for e in set().union(*claims)]",
            "return max(0.0, sum(p) - len(p) + 1), min(probabilities.values())",
        ),
        **SEEN,
    ),
    Wrong(
        "ex17_10-confidence",
        "below-zero",
        returns(
            SURE,
            "p = [probabilities[e] for e in set().union(*claims)]",
            "return sum(p) - len(p) + 1, min(p)",
        ),
        **SEEN,
    ),
    Right(
        "ex17_10-confidence",
        "hint-3",
        returns(
            SURE,
            "p = [probabilities[e] for e in set().union(*claims)]",
            "return max(0.0, sum(p) - len(p) + 1), min(p)",
        ),
    ),
    Right(
        "ex17_10-confidence",
        "linear program",
        returns(
            SURE,
            "names = sorted(set().union(*claims))",
            "atoms = np.array(list(product((0, 1), repeat=min(len(names), 4))))",
            "if len(names) > 4:",
            "    p = [probabilities[e] for e in names]",
            "    return max(0.0, 1 - sum(1 - x for x in p)), min(p)",
            "eq = np.vstack([atoms.T, np.ones(len(atoms))])",
            "rhs = [*(probabilities[e] for e in names), 1.0]",
            "return tuple(float(s * linprog(s * atoms.all(1), A_eq=eq, b_eq=rhs).fun) for s in (1, -1))",
        ),
    ),
]
