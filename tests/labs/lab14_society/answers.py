"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


LAW = "law(a, b, rates, days, step)"
MENDED = "mended(a, b, rates)"
FINDS = "finds_per_visit(visits, finds)"
VALUE = "off_policy_value(reward, pi, logged, kind)"
SIZE = "effective_size(weights)"
CLIP = "clip_bias(quality, pi, logged, limit)"
RISK = "announced_risk(world, theta)"
STABLE = "stable(world)"
BEST = "best_for_loss(world)"
TEAM = "team_accuracy(cells, follow)"
RULE = "best_rule(cells)"
EFFECT = "effect_of_agreement(cells, delta)"
OUTPUT = "total_output(auto, group, people, K, g, e)"
PAY = "pay(auto, group, people, K, g, e, output)"
BREAK = "break_even(before, after, h, group, people, K, e, wage)"
RULES = "survivors(voters, profiles, unanimous)"
BORDA = "borda_witness()"
SHARE = "weighted_share(answers, probability, population)"
HEARD = "influence(W)"


def days(chances: str = "step(a + i, b + j, rates)", up: str = "p[1:] += up[:-1]",
         over: str = "p[:, 1:] += over[:, :-1]", keep: str = "p = stay") -> str:  # fmt: skip
    """The law, day by day, with parts to exchange."""
    return returns(
        LAW,
        "i, j = np.indices((days + 1, days + 1))",
        "p = np.zeros((days + 1, days + 1))",
        "p[0, 0] = 1",
        "for _ in range(days):",
        f"    up, over, stay = (p * chance for chance in {chances})",
        f"    {keep}",
        f"    {up}",
        f"    {over}",
        "return p",
    )


def kept(in_a: str, in_b: str) -> str:
    """What is recorded in each district; s is A's share."""
    return returns(MENDED, "s = a / (a + b)", f"x, y = {in_a}, {in_b}", "return x, y, 1 - x - y")


def economy(y: str, out: str = "np.exp(np.log(y).mean())", tasks: str = "group[~auto]") -> str:
    """Output with parts to exchange."""
    return returns(
        OUTPUT,
        f"tasks = np.bincount({tasks}, minlength=len(people))",
        f"y = {y}",
        f"return {out}",
    )


SPREAD = (
    "np.where(auto, g * K / max(auto.sum(), 1), e * people[group] / np.maximum(tasks[group], 1))"
)


def rules(line: str, third: str = "ca", allowed: str = "not unanimous or (t % 2 == 0 and t >> (n - 1))") -> str:  # fmt: skip
    """The surviving rules with parts to exchange."""
    return returns(
        RULES,
        "n = 2 ** voters",
        f"t = [t for t in range(2 ** n) if {allowed}]",
        "bits = np.array([[t_ >> v & 1 for v in range(n)] for t_ in t])",
        "alive = np.ones((len(t),) * 3, bool)",
        "for profile in profiles:",
        f"    x, y, z = (sum((p.index(q[0]) < p.index(q[1])) << i for i, p in enumerate(profile)) for q in ('ab', 'bc', '{third}'))",
        "    s = bits[:, x][:, None, None] + bits[:, y][None, :, None] + bits[:, z]",
        f"    alive &= {line}",
        "return [(t[i], t[j], t[k]) for i, j, k in np.argwhere(alive)]",
    )


def halving(value: str, low: str = "math.log(1e-3)", high: str = "math.log(1e6)", out: str = "math.exp(mid)") -> str:  # fmt: skip
    """Bisection for the break-even with parts to exchange."""
    return returns(
        BREAK,
        f"low, high = {low}, {high}",
        "for _ in range(80):",
        "    mid = (low + high) / 2",
        f"    w = [{value} for a in (before, after)]",
        "    low, high = (mid, high) if w[1] < w[0] else (low, mid)",
        f"return {out}",
    )


WAGE = "wage(a, group, people, K, math.exp(mid), e)[h]"
TASKS = "tasks = np.bincount(group[~auto], minlength=len(people))"
MADE = "y, N = output(auto, group, people, K, g, e), len(auto)"

ANSWERS = [
    # 14.1
    Wrong("ex14_1-law", "stale-chances", days("step(a + 0 * i, b + 0 * j, rates)"), **SEEN),
    Wrong("ex14_1-law", "no-law", days(keep="p = p * 1.0"), **SEEN),
    Wrong(
        "ex14_1-law",
        "transposed",
        days(
            up="p[:, 1:] += up[:, :-1]",
            over="p[1:] += over[:-1]",
            chances="step(a + j, b + i, rates)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_1-law",
        "nothing-forgotten",
        returns(
            LAW,
            "i, j = np.indices((days + 1, days + 1))",
            "p = np.zeros((days + 1, days + 1))",
            "p[0, 0] = 1",
            "for _ in range(days):",
            "    up, over, _ = (p * c for c in step(a + i, b + j, rates))",
            "    p = 0 * p",
            "    p[1:] += up[:-1]",
            "    p[:, 1:] += over[:, :-1]",
            "    p /= p.sum()",
            "return p",
        ),
        **SEEN,
    ),
    Wrong("ex14_1-law", "other-step", days().replace("step(a + i", "record_step(a + i"), **SEEN),
    Right("ex14_1-law", "hint-3", days()),
    Right(
        "ex14_1-law",
        "a dict",
        returns(
            LAW,
            "now = {(0, 0): 1.0}",
            "for _ in range(days):",
            "    then = {}",
            "    for (i, j), p in now.items():",
            "        for move, c in zip(((1, 0), (0, 1), (0, 0)), step(a + i, b + j, rates)):",
            "            at = (i + move[0], j + move[1])",
            "            then[at] = then.get(at, 0.0) + p * c",
            "    now = then",
            "out = np.zeros((days + 1, days + 1))",
            "for at, p in now.items():",
            "    out[at] = p",
            "return out",
        ),
    ),
    Wrong("ex14_1-mended", "nothing-dropped", kept("s * rates[0]", "(1 - s) * rates[1]"), **SEEN),
    Wrong("ex14_1-mended", "changes-the-visits", kept("0.5 * rates[0]", "0.5 * rates[1]"), **SEEN),
    Wrong("ex14_1-mended", "drops-too-much", kept("0 * s", "0 * s"), **SEEN),
    Wrong(
        "ex14_1-mended",
        "equal-growth",
        kept(
            "np.minimum(s * rates[0], (1 - s) * rates[1])",
            "np.minimum(s * rates[0], (1 - s) * rates[1])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_1-mended",
        "drops-too-much",
        kept("0.05 * s * (1 - s) * rates[0]", "0.05 * s * (1 - s) * rates[1]"),
        **SEEN,
    ),
    Wrong(
        "ex14_1-mended",
        "wrong-ratio",
        kept("s * s * rates[0]", "(1 - s) * (1 - s) * rates[1]"),
        **SEEN,
    ),
    Wrong("ex14_1-mended", "changes-the-visits", kept("rates[0] / 4", "rates[1] / 4"), **SEEN),
    Right(
        "ex14_1-mended",
        "hint-3",
        returns(
            MENDED,
            "s = a / (a + b)",
            "both = s * (1 - s)",
            "return both * rates[0], both * rates[1], 1 - both * (rates[0] + rates[1])",
        ),
    ),
    Wrong(
        "ex14_1-mended",
        "no-arrays",
        kept("min(s, 1 - s) * rates[0]", "min(s, 1 - s) * rates[1]"),
        **SEEN,
    ),
    Wrong(
        "ex14_1-mended",
        "no-arrays",
        returns(
            MENDED,
            "k = (a if a < b else b) / (a + b)",
            "return k * rates[0], k * rates[1], 1 - k * sum(rates)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_1-mended",
        "looks-at-rates",
        returns(
            MENDED,
            "s = a / (a + b)",
            "k = np.minimum(s * rates[0], (1 - s) * rates[1]) / max(rates)",
            "return k * rates[0], k * rates[1], 1 - k * sum(rates)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_1-mended",
        "drops-too-much",
        kept("s * rates[0] * np.minimum(1, 1 / a)", "(1 - s) * rates[1] * np.minimum(1, 1 / b)"),
        **SEEN,
    ),
    Right(
        "ex14_1-mended",
        "half of the harmonic mean",
        kept("a * b / (a + b) ** 2 * rates[0]", "a * b / (a + b) ** 2 * rates[1]"),
    ),
    Right(
        "ex14_1-mended",
        "the smaller share",
        kept("np.minimum(s, 1 - s) * rates[0]", "np.minimum(s, 1 - s) * rates[1]"),
    ),
    Wrong(
        "ex14_1-dashboard", "share-of-finds", returns(FINDS, "return finds / finds.sum()"), **SEEN
    ),
    Wrong(
        "ex14_1-dashboard", "no-nan", returns(FINDS, "return finds / np.maximum(visits, 1)"), **SEEN
    ),
    Wrong(
        "ex14_1-dashboard",
        "other-arguments",
        returns(FINDS, "out = finds / np.maximum(visits, 1)", "out[2] = np.nan", "return out"),
        **HIDDEN,
    ),
    Wrong(
        "ex14_1-dashboard",
        "nan-for-none",
        returns(FINDS, "return np.where(finds > 0, finds / np.maximum(visits, 1), np.nan)"),
        **SEEN,
    ),
    Right(
        "ex14_1-dashboard",
        "hint-3",
        returns(FINDS, "return np.where(visits > 0, finds / np.maximum(visits, 1), np.nan)"),
    ),
    Right(
        "ex14_1-dashboard",
        "a loop",
        returns(
            FINDS,
            "return np.array([f / v if v else math.nan for v, f in zip(visits.tolist(), finds.tolist())])",
        ),
    ),
    # 14.2
    Wrong("ex14_2-value", "plain-mean", returns(VALUE, "return reward.mean()"), **SEEN),
    Wrong(
        "ex14_2-value",
        "inverted",
        returns(
            VALUE,
            "w = np.divide(logged, pi, out=np.zeros(len(pi)), where=pi > 0)",
            'return (w * reward).sum() / (len(w) if kind == "ips" else w.sum())',
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_2-value",
        "forgets-pi",
        returns(
            VALUE,
            "w = 1 / logged",
            'return (w * reward).sum() / (len(w) if kind == "ips" else w.sum())',
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_2-value",
        "one-kind",
        returns(VALUE, "w = pi / logged", "return (w * reward).mean()"),
        **SEEN,
    ),
    Wrong(
        "ex14_2-value",
        "one-kind",
        returns(VALUE, "w = pi / logged", "return (w * reward).sum() / w.sum()"),
        **SEEN,
    ),
    Right(
        "ex14_2-value",
        "hint-3",
        returns(
            VALUE,
            "w = pi / logged",
            'return (w * reward).sum() / (len(w) if kind == "ips" else w.sum())',
        ),
    ),
    Right(
        "ex14_2-value",
        "numpy average",
        returns(
            VALUE,
            "w = pi / logged",
            'return float(np.average(reward, weights=w) if kind == "snips" else np.mean(w * reward))',
        ),
    ),
    Wrong("ex14_2-size", "counts-rows", returns(SIZE, "return len(weights)"), **SEEN),
    Wrong(
        "ex14_2-size",
        "not-scale-free",
        returns(SIZE, "return weights.sum() / (weights ** 2).sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_2-size", "sum-over-max", returns(SIZE, "return weights.sum() / weights.max()"), **SEEN
    ),
    Wrong(
        "ex14_2-size",
        "other-weights",
        returns(SIZE, "return round(weights.sum() ** 2 / (weights ** 2).sum())"),
        **HIDDEN,
    ),
    Right(
        "ex14_2-size", "hint-3", returns(SIZE, "return weights.sum() ** 2 / (weights ** 2).sum()")
    ),
    Right(
        "ex14_2-size",
        "shares",
        returns(SIZE, "share = weights / weights.sum()", "return 1 / np.linalg.norm(share) ** 2"),
    ),
    Wrong(
        "ex14_2-clip",
        "wrong-sign",
        returns(CLIP, "return ((pi - np.minimum(pi, limit * logged)) * quality).sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_2-clip",
        "forgets-the-unseen",
        returns(
            CLIP,
            "on = logged > 0",
            "return ((np.minimum(pi, limit * logged) - pi) * quality)[on].sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_2-clip",
        "mean-of-weights",
        returns(CLIP, "return (np.minimum(pi, limit * logged) - pi).sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_2-clip",
        "value-not-bias",
        returns(CLIP, "return (np.minimum(pi, limit * logged) * quality).sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_2-clip",
        "new-policys-frequency",
        returns(
            CLIP,
            "w = np.divide(pi, logged, out=np.zeros(len(pi)), where=logged > 0)",
            "return (pi * np.minimum(w, limit) * quality).sum() - (pi * quality).sum()",
        ),
        **SEEN,
    ),
    Right(
        "ex14_2-clip",
        "hint-3",
        returns(CLIP, "return ((np.minimum(pi, limit * logged) - pi) * quality).sum()"),
    ),
    Right(
        "ex14_2-clip",
        "item by item",
        returns(
            CLIP,
            "total = 0.0",
            "for q, p, l in zip(quality, pi, logged):",
            "    total += (l * min(p / l, limit) if l else 0.0) * q - p * q",
            "return total",
        ),
    ),
    # 14.3
    Wrong("ex14_3-risk", "bias-only", returns(RISK, "return (world(theta) - theta) ** 2"), **SEEN),
    Wrong(
        "ex14_3-risk",
        "variance-only",
        returns(RISK, "m = world(theta)", "return m * (1 - m)"),
        **SEEN,
    ),
    Wrong("ex14_3-risk", "frozen-world", returns(RISK, "return theta * (1 - theta)"), **SEEN),
    Wrong(
        "ex14_3-risk",
        "swapped",
        returns(RISK, "m = world(theta)", "return m * theta ** 2 + (1 - m) * (1 - theta) ** 2"),
        **SEEN,
    ),
    Right(
        "ex14_3-risk",
        "hint-3",
        returns(RISK, "m = world(theta)", "return m * (1 - theta) ** 2 + (1 - m) * theta ** 2"),
    ),
    Right(
        "ex14_3-risk",
        "expanded",
        returns(RISK, "m = world(theta)", "return m - 2 * m * theta + theta ** 2"),
    ),
    Wrong(
        "ex14_3-stable",
        "iterates",
        returns(
            STABLE,
            "theta = 0.3",
            "for _ in range(500):",
            "    theta = float(world(theta))",
            "return theta",
        ),
        **SEEN,
    ),
    Wrong("ex14_3-stable", "not-stable", returns(STABLE, "return float(world(0.5))"), **SEEN),
    Wrong(
        "ex14_3-stable",
        "iterates",
        returns(
            STABLE,
            "theta = 0.3",
            "for _ in range(2000):",
            "    theta = (theta + float(world(theta))) / 2",
            "return theta",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-stable",
        "not-stable",
        returns(
            STABLE,
            "grid = np.linspace(0, 1, 1002)",
            "return float(grid[np.argmin(np.abs(world(grid) - grid))])",
        ),
        **SEEN,
    ),
    Right(
        "ex14_3-stable",
        "hint-3",
        returns(
            STABLE,
            "low, high = 0.0, 1.0",
            "for _ in range(60):",
            "    mid = (low + high) / 2",
            "    low, high = (mid, high) if world(mid) > mid else (low, mid)",
            "return mid",
        ),
    ),
    Right(
        "ex14_3-stable",
        "brentq",
        "from scipy.optimize import brentq\n"
        + returns(
            STABLE,
            "f = lambda t: float(world(t)) - t",
            "if f(0.0) <= 0:",
            "    return 0.0",
            "return 1.0 if f(1.0) >= 0 else brentq(f, 0.0, 1.0, xtol=1e-12)",
        ),
    ),
    Wrong(
        "ex14_3-best",
        "returns-stable",
        returns(
            BEST,
            "low, high = 0.0, 1.0",
            "for _ in range(60):",
            "    mid = (low + high) / 2",
            "    low, high = (mid, high) if world(mid) > mid else (low, mid)",
            "return mid",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-best",
        "not-the-least",
        returns(
            BEST,
            "grid = np.linspace(0, 1, 1001)",
            "return float(grid[np.argmin(world(grid) * (1 - world(grid)))])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-best",
        "returns-stable",
        returns(
            BEST,
            "grid = np.linspace(0, 1, 10001)",
            "return float(grid[np.argmin((world(grid) - grid) ** 2)])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-best",
        "not-the-least",
        returns(
            BEST,
            "grid = np.array([0.0, 0.5, 1.0])",
            "m = world(grid)",
            "return grid[np.argmin(m - 2 * m * grid + grid ** 2)]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-best",
        "not-the-least",
        "from scipy.optimize import minimize_scalar\n"
        + returns(
            BEST,
            "loss = lambda t: float(world(t)) * (1 - 2 * t) + t ** 2",
            'return minimize_scalar(loss, bounds=(0, 1), method="bounded").x',
        ),
        **SEEN,
    ),
    Right(
        "ex14_3-best",
        "hint-3",
        returns(
            BEST,
            "grid = np.linspace(0, 1, 1001)",
            "m = world(grid)",
            "return grid[np.argmin(m * (1 - grid) ** 2 + (1 - m) * grid ** 2)]",
        ),
    ),
    Right(
        "ex14_3-best",
        "every hundredth, then closer",
        returns(
            BEST,
            "loss = lambda t: world(t) * (1 - 2 * t) + t ** 2",
            "near = min(np.linspace(0, 1, 101), key=loss)",
            "return min(np.clip(near + np.linspace(-0.01, 0.01, 41), 0, 1), key=loss)",
        ),
    ),
    Right(
        "ex14_3-best",
        "scipy brute",
        "from scipy.optimize import brute\n"
        + returns(
            BEST,
            "def loss(t):",
            "    m = float(world(float(t[0])))",
            "    return m - 2 * m * float(t[0]) + float(t[0]) ** 2",
            "return float(brute(loss, ((0, 1),), Ns=401, finish=None))",
        ),
    ),
    # 14.4
    Wrong(
        "ex14_4-team",
        "wrong-side",
        returns(
            TEAM,
            "right = cells[:, 1, 1] + follow * cells[:, 0, 1] + (1 - follow) * cells[:, 1, 0]",
            "return right.sum() / cells.sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_4-team",
        "forgets-the-person",
        returns(
            TEAM,
            "right = cells[:, 1, 1] + follow * cells[:, 1, 0]",
            "return right.sum() / cells.sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_4-team",
        "forgets-agreement",
        returns(
            TEAM,
            "right = follow * cells[:, 1, 0] + (1 - follow) * cells[:, 0, 1]",
            "return right.sum() / cells.sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_4-team",
        "mean-of-signals",
        returns(
            TEAM,
            "right = cells[:, 1, 1] + follow * cells[:, 1, 0] + (1 - follow) * cells[:, 0, 1]",
            "return (right / cells.sum((1, 2))).mean()",
        ),
        **SEEN,
    ),
    Right(
        "ex14_4-team",
        "hint-3",
        returns(
            TEAM,
            "right = cells[:, 1, 1] + follow * cells[:, 1, 0] + (1 - follow) * cells[:, 0, 1]",
            "return right.sum() / cells.sum()",
        ),
    ),
    Right(
        "ex14_4-team",
        "a loop",
        returns(
            TEAM,
            "good = 0.0",
            "for c, f in zip(cells, follow):",
            "    good += c[1, 1] + f * c[1, 0] + (1 - f) * c[0, 1]",
            "return good / cells.sum()",
        ),
    ),
    Wrong(
        "ex14_4-rule",
        "wrong-side",
        returns(RULE, "return (cells[:, 1, 0] < cells[:, 0, 1]).astype(int)"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-rule",
        "model-above-half",
        returns(RULE, "return (2 * cells[:, 1].sum(1) > cells.sum((1, 2))).astype(int)"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-rule",
        "one-rule",
        returns(RULE, "c = cells.sum(0)", "return np.full(len(cells), int(c[1, 0] > c[0, 1]))"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-rule",
        "forgets-the-weak",
        returns(RULE, "return (cells[:, 1, 0] > cells[:, 1, 1]).astype(int)"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-rule",
        "forgets-the-weak",
        returns(RULE, "return (4 * cells[:, 1, 0] > cells.sum((1, 2))).astype(int)"),
        **SEEN,
    ),
    Right(
        "ex14_4-rule",
        "every rule tried",
        returns(
            RULE,
            "gain = (cells[:, 1, 0] - cells[:, 0, 1]).astype(int)",
            "return np.array(max(product((0, 1), repeat=len(cells)), key=lambda f: gain @ np.array(f)))",
        ),
    ),
    Right(
        "ex14_4-rule",
        "hint-3",
        returns(RULE, "return (cells[:, 1, 0] > cells[:, 0, 1]).astype(int)"),
    ),
    Right(
        "ex14_4-rule",
        "the more accurate one",
        returns(RULE, "return 1.0 * (cells[:, 1, :].sum(1) >= cells[:, :, 1].sum(1))"),
    ),
    Wrong("ex14_4-effect", "delta-itself", returns(EFFECT, "return delta"), **SEEN),
    Wrong(
        "ex14_4-effect",
        "gains-only",
        returns(EFFECT, "return delta * cells[:, 1, 0].sum() / cells.sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-effect",
        "times-the-model",
        returns(EFFECT, "return delta * cells[:, 1].sum() / cells.sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_4-effect",
        "per-difference",
        returns(
            EFFECT,
            "m, p = cells[:, 1, 0].sum(), cells[:, 0, 1].sum()",
            "return delta * (m - p) / (m + p)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_4-effect",
        "mean-of-signals",
        returns(
            EFFECT,
            "return delta * np.mean([(c[1, 0] - c[0, 1]) / c.sum() for c in cells])",
        ),
        **SEEN,
    ),
    Right(
        "ex14_4-effect",
        "hint-3",
        returns(EFFECT, "return delta * (cells[:, 1, 0] - cells[:, 0, 1]).sum() / cells.sum()"),
    ),
    Right(
        "ex14_4-effect",
        "two teams",
        returns(
            EFFECT,
            "f = np.full(len(cells), 0.5)",
            "both = cells[:, 1, 1].sum()",
            "acc = lambda f: (both + (f * cells[:, 1, 0] + (1 - f) * cells[:, 0, 1]).sum()) / cells.sum()",
            "return acc(f + delta) - acc(f)",
        ),
    ),
    # 14.5
    Wrong(
        "ex14_5-output",
        "labour-not-spread",
        economy("np.where(auto, g * K / max(auto.sum(), 1), e * people[group])"),
        **SEEN,
    ),
    Wrong("ex14_5-output", "split-by-all-tasks", economy(SPREAD, tasks="group"), **SEEN),
    Wrong(
        "ex14_5-output",
        "ignores-groups",
        economy(
            "np.where(auto, g * K / max(auto.sum(), 1), e * people.sum() / max((~auto).sum(), 1))"
        ),
        **SEEN,
    ),
    Wrong("ex14_5-output", "no-productivity", economy(SPREAD.replace("g * K", "K")), **SEEN),
    Wrong("ex14_5-output", "arithmetic-mean", economy(SPREAD, "y.mean()"), **SEEN),
    Wrong(
        "ex14_5-output",
        "machines-not-divided",
        economy("np.where(auto, g * K, e * people[group] / np.maximum(tasks[group], 1))"),
        **SEEN,
    ),
    Wrong(
        "ex14_5-output",
        "machines-times-e",
        economy(
            "e * np.where(auto, g * K / max(auto.sum(), 1), people[group] / np.maximum(tasks[group], 1))"
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_5-output",
        "idle-group",
        economy(SPREAD).replace(", minlength=len(people)", ""),
        **SEEN,
    ),
    Right("ex14_5-output", "hint-3", economy(SPREAD)),
    Right(
        "ex14_5-output",
        "geometric mean",
        "from scipy.stats import gmean\n"
        + returns(
            OUTPUT,
            "y = [g * K / sum(auto) if auto[i] else e[i] * people[group[i]] / sum(1 for j in range(len(auto)) if not auto[j] and group[j] == group[i]) for i in range(len(auto))]",
            "return gmean(y)",
        ),
    ),
    Wrong(
        "ex14_5-pay",
        "not-per-head",
        returns(PAY, MADE, TASKS, "return y * tasks / N, y * auto.sum() / N / K"),
        **SEEN,
    ),
    Wrong("ex14_5-pay", "average-product", returns(PAY, MADE, "return y / people, y / K"), **SEEN),
    Wrong(
        "ex14_5-pay",
        "average-product",
        returns(PAY, MADE, "return np.full(len(people), y / people.sum()), y * auto.sum() / N / K"),
        **SEEN,
    ),
    Wrong(
        "ex14_5-pay",
        "machines",
        returns(PAY, MADE, TASKS, "return y * tasks / N / people, y / K"),
        **SEEN,
    ),
    Wrong(
        "ex14_5-pay",
        "machines",
        returns(PAY, MADE, TASKS, "return y * tasks / N / people, y / N / K"),
        **SEEN,
    ),
    Wrong(
        "ex14_5-pay",
        "idle-group",
        returns(
            PAY,
            MADE,
            TASKS.replace(", minlength=len(people)", ""),
            "return y * tasks / N / people, y * auto.sum() / N / K",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_5-pay",
        "one-whole-person",
        returns(
            PAY,
            "y, more = output(auto, group, people, K, g, e), np.eye(len(people))",
            "w = [output(auto, group, people + one, K, g, e) - y for one in more]",
            "return np.array(w), output(auto, group, people, K + 1, g, e) - y",
        ),
        **SEEN,
    ),
    Right(
        "ex14_5-pay",
        "the rest is the machines'",
        returns(
            PAY, MADE, TASKS, "w = y * tasks / N / people", "return w, float(y - w @ people) / K"
        ),
    ),
    Right(
        "ex14_5-pay",
        "hint-3",
        returns(PAY, MADE, TASKS, "return y * tasks / N / people, y * auto.sum() / N / K"),
    ),
    Right(
        "ex14_5-pay",
        "numerical derivatives",
        returns(
            PAY,
            "h, base = 1e-6, output(auto, group, people, K, g, e)",
            "w = []",
            "for k in range(len(people)):",
            "    d = np.zeros(len(people))",
            "    d[k] = h",
            "    w.append((output(auto, group, people + d, K, g, e) - output(auto, group, people - d, K, g, e)) / (2 * h) if (~auto & (group == k)).any() else 0.0)",
            "r = (output(auto, group, people, K + h, g, e) - output(auto, group, people, K - h, g, e)) / (2 * h) if auto.any() else 0.0",
            "return np.array(w), r",
        ),
    ),
    Wrong("ex14_5-break", "ignores-h", halving(WAGE.replace("[h]", "[0]")), **SEEN),
    Wrong(
        "ex14_5-break",
        "searches-too-near",
        halving("wage(a, group, people, K, mid, e)[h]", "1e-3", "100.0", "mid"),
        **SEEN,
    ),
    Wrong("ex14_5-break", "wrong-root", halving(WAGE, out="math.exp(mid / 2)"), **SEEN),
    Wrong("ex14_5-break", "searches-too-near", halving(WAGE.replace(", K,", ", 1.0,")), **SEEN),
    Right("ex14_5-break", "hint-3", halving(WAGE)),
    Right(
        "ex14_5-break",
        "brentq",
        "from scipy.optimize import brentq\n"
        + returns(
            BREAK,
            "def gap(x):",
            "    old, new = (wage(a, group, people, K, math.exp(x), e)[h] for a in (before, after))",
            "    return math.log(new / old)",
            "return math.exp(brentq(gap, -6.9, 13.8, xtol=1e-10))",
        ),
    ),
    # 14.6
    Wrong("ex14_6-survivors", "one-direction", rules("s < 3"), **SEEN),
    Wrong("ex14_6-survivors", "third-pair", rules("(s > 0) & (s < 3)", third="ac"), **SEEN),
    Wrong("ex14_6-survivors", "no-unanimity", rules("(s > 0) & (s < 3)", allowed="True"), **SEEN),
    Wrong(
        "ex14_6-survivors",
        "typed-in",
        returns(
            RULES,
            "own = {1: [2], 2: [10, 12], 3: [170, 204, 240]}",
            "return [(t, t, t) for t in own[voters]]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_6-survivors",
        "always-unanimous",
        rules("(s > 0) & (s < 3)", allowed="t % 2 == 0 and t >> (n - 1)"),
        **SEEN,
    ),
    Wrong(
        "ex14_6-survivors",
        "wrong-bits",
        rules("(s > 0) & (s < 3)").replace("<< i for", "<< (voters - 1 - i) for"),
        **SEEN,
    ),
    Wrong(
        "ex14_6-survivors",
        "wrong-bits",
        rules("(s > 0) & (s < 3)").replace(") < p.index(", ") > p.index("),
        **SEEN,
    ),
    Right("ex14_6-survivors", "hint-3", rules("(s > 0) & (s < 3)")),
    Right(
        "ex14_6-survivors",
        "giving up early",
        returns(
            RULES,
            "n = 2 ** voters",
            "tables = [t for t in range(2 ** n) if not unanimous or (not t & 1 and t >> (n - 1) & 1)]",
            "asked = sorted({tuple(sum((p.index(q[0]) < p.index(q[1])) << i for i, p in enumerate(profile)) for q in ('ab', 'bc', 'ca')) for profile in profiles})",
            "out = []",
            "for t in tables:",
            "    for u in tables:",
            "        must = [(z, 1 - (t >> x & 1)) for x, y, z in asked if (t >> x & 1) == (u >> y & 1)]",
            "        if len({z for z, _ in must}) < len(set(must)):",
            "            continue",
            "        out += [(t, u, w) for w in tables if all((w >> z & 1) == b for z, b in must)]",
            "return out",
        ),
    ),
    Wrong(
        "ex14_6-borda",
        "moves-a-and-b",
        returns(BORDA, 'return ("acb", "abc"), ("bca", "bac")'),
        **SEEN,
    ),
    Wrong(
        "ex14_6-borda",
        "first-profile",
        returns(BORDA, 'return ("abc", "bca"), ("acb", "bac")'),
        **SEEN,
    ),
    Wrong(
        "ex14_6-borda",
        "second-profile",
        returns(BORDA, 'return ("acb", "bac"), ("acb", "bac")'),
        **SEEN,
    ),
    Right("ex14_6-borda", "hint-3", returns(BORDA, 'return ("acb", "bac"), ("abc", "bca")')),
    Right(
        "ex14_6-borda", "another pair", returns(BORDA, 'return [["bac", "acb"], ["bca", "abc"]]')
    ),
    # deeper
    Wrong(
        "ex14_8-share",
        "plain-share",
        returns(SHARE, "return answers.mean() if len(answers) else 0.0"),
        **SEEN,
    ),
    Wrong(
        "ex14_8-share",
        "inverted",
        returns(SHARE, "return (answers * probability).sum() / population"),
        **SEEN,
    ),
    Wrong(
        "ex14_8-share",
        "normalised",
        returns(
            SHARE, "return np.average(answers, weights=1 / probability) if len(answers) else 0.0"
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_8-share",
        "divides-by-asked",
        returns(SHARE, "return (answers / probability).sum() / max(len(answers), 1)"),
        **SEEN,
    ),
    Wrong(
        "ex14_8-share",
        "other-population",
        returns(SHARE, "return min(1.0, (answers / probability).sum() / population)"),
        **SEEN,
    ),
    Right(
        "ex14_8-share",
        "hint-3",
        returns(SHARE, "return (answers / probability).sum() / population"),
    ),
    Right(
        "ex14_8-share",
        "a loop",
        returns(SHARE, "return sum(a / p for a, p in zip(answers, probability)) / population"),
    ),
    Wrong(
        "ex14_9-influence",
        "right-vector",
        returns(HEARD, "return np.full(len(W), 1 / len(W))"),
        **SEEN,
    ),
    Wrong("ex14_9-influence", "column-mean", returns(HEARD, "return W.mean(0)"), **SEEN),
    Wrong(
        "ex14_9-influence",
        "no-law",
        returns(
            HEARD,
            "values, vectors = np.linalg.eig(W.T)",
            "return np.real(vectors[:, np.argmax(np.real(values))])",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_9-influence",
        "not-there-yet",
        returns(HEARD, "return np.linalg.matrix_power(W, 10)[0]"),
        **SEEN,
    ),
    Wrong(
        "ex14_9-influence",
        "not-there-yet",
        returns(HEARD, "v = np.abs(np.linalg.eig(W.T)[1][:, 0])", "return v / v.sum()"),
        **SEEN,
    ),
    Wrong(
        "ex14_9-influence",
        "complex",
        returns(
            HEARD,
            "values, vectors = np.linalg.eig(W.T)",
            "v = vectors[:, np.argmax(values)]",
            "return v / v.sum()",
        ),
        **SEEN,
    ),
    Right(
        "ex14_9-influence", "hint-3", returns(HEARD, "return np.linalg.matrix_power(W, 2 ** 12)[0]")
    ),
    Right(
        "ex14_9-influence",
        "least squares",
        returns(
            HEARD,
            "n = len(W)",
            "M = np.vstack([W.T - np.eye(n), np.ones(n)])",
            "return np.linalg.lstsq(M, np.r_[np.zeros(n), 1.0], rcond=None)[0]",
        ),
    ),
    Right(
        "ex14_9-influence",
        "eigenvector",
        returns(
            HEARD,
            "values, vectors = np.linalg.eig(W.T)",
            "v = np.real(vectors[:, np.argmax(np.real(values))])",
            "return v / v.sum()",
        ),
    ),
    # sizes, bounds and starts that the examples of the text do not vary
    Right(
        "ex14_1-mended",
        "one-array",
        returns(
            MENDED,
            "both = a * b / (a + b) ** 2",
            "p = np.array([both * rates[0], both * rates[1]])",
            "return np.concatenate([p, 1 - p.sum(0, keepdims=True)])",
        ),
    ),
    Wrong(
        "ex14_2-clip",
        "not-finite",
        returns(
            CLIP,
            "with np.errstate(all='ignore'):",
            "    w = np.minimum(pi / logged, limit)",
            "return (logged * w * quality).sum() - (pi * quality).sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-stable",
        "follows-the-slope",
        returns(
            STABLE,
            "theta = 0.5",
            "for _ in range(100):",
            "    slope = (world(theta + 1e-6) - world(theta - 1e-6)) / 2e-6 - 1",
            "    theta = min(max(theta - (world(theta) - theta) / slope, 0.0), 1.0)",
            "return theta",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-stable",
        "follows-the-slope",
        returns(
            STABLE,
            "from scipy.optimize import fsolve",
            "return fsolve(lambda t: world(t) - t, 0.5)[0]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_3-stable",
        "iterates",
        returns(
            STABLE,
            "grid = np.linspace(0, 1, 1000001)",
            "return grid[np.argmin(np.abs(world(grid) - grid))]",
        ),
        **SEEN,
    ),
    Right(
        "ex14_3-stable",
        "slope-between-ends",
        returns(
            STABLE,
            "low, high, theta = 0.0, 1.0, 0.5",
            "for _ in range(200):",
            "    off = world(theta) - theta",
            "    low, high = (theta, high) if off > 0 else (low, theta)",
            "    slope = (world(theta + 1e-7) - world(theta - 1e-7)) / 2e-7 - 1",
            "    theta = theta - off / slope",
            "    theta = theta if low < theta < high else (low + high) / 2",
            "return theta",
        ),
    ),
    Wrong("ex14_5-output", "other-size", economy(SPREAD, "np.prod(y) ** 0.25"), **SEEN),
    Wrong(
        "ex14_5-pay",
        "idle-group",
        returns(
            PAY,
            MADE,
            "w = [y * ((group == h) & ~auto).mean() / people[h] for h in range(group.max() + 1)]",
            "return np.array(w), y * auto.mean() / K",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_5-pay",
        "other-size",
        returns(
            PAY,
            MADE,
            "tasks = np.bincount(group[~auto], minlength=len(people))",
            "return y * tasks / 4 / people, y * auto.sum() / 4 / K",
        ),
        **SEEN,
    ),
    Wrong(
        "ex14_8-share",
        "other-population",
        returns(SHARE, "return (answers / probability).sum() / 6"),
        **SEEN,
    ),
    Wrong(
        "ex14_9-influence",
        "not-there-yet",
        returns(HEARD, "return np.linalg.matrix_power(W, 100)[0]"),
        **SEEN,
    ),
    Wrong(
        "ex14_9-influence",
        "not-there-yet",
        returns(HEARD, "v = np.linalg.eig(W.T)[1][:, 0].real", "return v / v.sum()"),
        **SEEN,
    ),
]
