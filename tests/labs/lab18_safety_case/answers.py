"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


PAY = "pay(p, holds)"
SPLIT = "allocate(sizes, spreads, budget)"
FIND = "perturbed(model, x, y, epsilon)"
STAMP = "strongest_stamp(model, x, y)"
WEAK = "weakest_group(ask, labels, groups, budget, rng)"
CHANCE = "equal_chance(ask, labels, women, budget, rng)"
AUDIT = "audit_claims(measure, cards, budget)"
LINT = "lint(case, root, p)"
DECIDE = "decide(p, loss, price, refuse)"
PROVEN = "proven(model, x, y, epsilon)"

DRAW = "draw = torch.Generator().manual_seed(0)"
LEAD = "lambda logits, y: -margin(logits, y)"


def stepping(move: str, *more: str) -> str:
    """Forty steps on the lead, in plain torch, from the digit itself; the last picture counts."""
    return returns(
        FIND,
        "z, v = x.clone(), torch.zeros_like(x)",
        "for _ in range(40):",
        "    z = z.detach().requires_grad_(True)",
        "    out = model(z)",
        "    own = F.one_hot(y, out.shape[1]).bool()",
        "    lead = out.masked_fill(own, -torch.inf).amax(1) - out[own]",
        "    (g,) = torch.autograd.grad(lead.sum(), z)",
        *("    " + one for one in more),
        f"    z = (z + epsilon * {move}).clamp(x - epsilon, x + epsilon).clamp(0, 1).detach()",
        "return z",
    )


STEP = stepping("g.sign()").replace("range(40)", "range(1)")
TRUE_LOGIT = "lambda logits, y: -logits.gather(1, y[:, None])[:, 0]"


def greedy(gain: str, room: str = "n[k] < sizes[k]") -> str:
    """Row after row to the group with the largest gain."""
    return returns(
        SPLIT,
        "n = [1] * len(sizes)",
        "while sum(n) < budget:",
        f"    open_ = [k for k in range(len(n)) if {room}]",
        "    if not open_:",
        "        break",
        f"    n[max(open_, key=lambda k: {gain})] += 1",
        "return n",
    )


def looked(
    *last: str, first: str = "budget // 2", pick: str = "(hit[g] + 1) / (row[g] + 2)"
) -> str:
    """Two looks; the last lines are the second one."""
    return returns(
        WEAK,
        f"rows = rng.permutation(len(labels))[:{first}]",
        "right = (ask(rows) >= 0.5) == (labels[rows] == 1)",
        "hit = {g: right[m[rows]].sum() for g, m in groups.items()}",
        "row = {g: m[rows].sum() for g, m in groups.items()}",
        f"name = min(groups, key=lambda g: {pick})",
        *last,
    )


SECOND = [
    "mask = groups[name].copy()",
    "mask[rows] = False",
    "rest = rng.permutation(np.flatnonzero(mask))[:budget - len(rows)]",
    "again = (ask(rest) >= 0.5) == (labels[rest] == 1)",
    "rate = again.mean()",
]


def chance(pools: str, *more: str, half: str = "budget // 2", error: str = "") -> str:
    """Two shares and their difference."""
    error = error or "math.sqrt(sum(q * (1 - q) / n for q, n in zip(share, count)))"
    return returns(
        CHANCE,
        "share, count = [], []",
        "for side in (women, ~women):",
        f"    rows = rng.permutation(np.flatnonzero({pools}))[: {half}]",
        "    share.append((ask(rows) >= 0.5).mean())",
        "    count.append(len(rows))",
        *more,
        f"return share[0] - share[1], {error}",
    )


def verdicts(
    p: str, *before: str, hand: str = "p < 0.3", share: str = "budget // max(1, asking)"
) -> str:
    """One measurement of each claim, and a formula for the verdict."""
    return returns(
        AUDIT,
        "out = {}",
        "asking = sum(asks for _, _, asks in cards.values())",
        *before,
        "for claim, (bar, side, asks) in cards.items():",
        f"    estimate, error, witness = measure(claim, {share})",
        "    z = side * (estimate - bar) / error",
        f"    p = {p}",
        f"    out[claim] = (p, witness if {hand} else None)",
        "return out",
    )


LINT_RIGHT = returns(
    LINT,
    "def reached(name):",
    "    found, todo = set(), list(case[name]['on'])",
    "    while todo:",
    "        one = todo.pop()",
    "        if one in case and one not in found:",
    "            found.add(one)",
    "            todo += case[one]['on']",
    "    return found",
    "out, top = set(), reached(root)",
    "for name, one in case.items():",
    "    on = [k for k in one['on'] if k in case]",
    "    proof = [p[k] for k in on if case[k]['kind'] == 'evidence']",
    "    risk = any(case[k]['kind'] == 'risk' for k in on)",
    "    if len(on) < len(one['on']):",
    "        out.add(('dangling', name))",
    "    if name in reached(name):",
    "        out.add(('cycle', name))",
    "    if name != root and name not in top:",
    "        out.add(('orphan', name))",
    "    if any(map(str.isdigit, re.sub(r'{[^}]*}', '', one['text']))):",
    "        out.add(('typed-number', name))",
    "    if one['kind'] == 'claim':",
    "        if not any(case[k]['kind'] == 'evidence' for k in reached(name)):",
    "            out.add(('no-evidence', name))",
    "        if any(q < 0.5 for q in proof):",
    "            out.add(('refuted', name))",
    "        if any(0.5 <= q < 0.9 for q in proof) and not risk:",
    "            out.add(('hidden-risk', name))",
    "    if one['kind'] == 'risk' and not one.get('owner', '').strip():",
    "        out.add(('no-owner', name))",
    "return out",
)


def slipped(old: str, new: str) -> str:
    """The plain lint with one slip."""
    assert old in LINT_RIGHT, old
    return LINT_RIGHT.replace(old, new)


def mending(
    keep: str,
    total: str = "sum(price[c] if c in mend else doubt[c] for c in p)",
    last: str = "cost > refuse",
) -> str:
    """Decisions with parts to exchange."""
    return returns(
        DECIDE,
        "doubt = {c: (1 - p[c]) * loss[c] for c in p}",
        f"mend = {{c for c in price if {keep}}}",
        f"cost = {total}",
        f"if {last}:",
        "    return 'refuse', set()",
        "return ('conditions', mend) if mend else ('deploy', set())",
    )


def stamp_search(patterns: str, pick: str = "best = max(best, (pull(model, x, y, s), s))") -> str:
    """Each hidden unit's favourite pattern in each window; the sixty that excite most are tested."""
    return returns(
        STAMP,
        "W, V = model[0].weight, model[2].weight",
        "cells, every = [], []",
        "for r in range(12):",
        "    for c in range(12):",
        "        w = W[:, [14 * (r + i) + c + j for i in range(3) for j in range(3)]]",
        f"        bits = {patterns}",
        "        change = (bits * w).sum(1)",
        "        for h in range(len(w)):",
        "            t = int(V[:, h].argmax())",
        "            push = float(change[h] * (V[t, h] - V[:, h].mean()))",
        "            every.append((push, (r, c, sum(1 << k for k in range(9) if bits[h, k]), t)))",
        "every.sort(reverse=True)",
        "best = (-1.0, None)",
        "for _, s in every[:400]:",
        f"    {pick}",
        "return best[1]",
    )


LOOPED = returns(
    STAMP,
    "bits = torch.tensor([[k >> j & 1 for j in range(9)] for k in range(512)]).float()",
    "best = (-1.0, None)",
    "for r in range(12):",
    "    for c in range(12):",
    "        w = [14 * (r + i) + c + j for i in range(3) for j in range(3)]",
    "        z = x.clone()",
    "        z[:, w] = 0",
    "        h = model[0](z)[:, None, :] + bits @ model[0].weight[:, w].T",
    "        out = model[2](h.relu()).argmax(-1)",
    "        for t in range(10):",
    "            rates = (out == t)[y != t].float().mean(0)",
    "            k = int(rates.argmax())",
    "            best = max(best, (float(rates[k]), (r, c, k, t)))",
    "return best[1]",
)


def lines(
    weight: str = "c > 0",
    box: bool = True,
    upper: str = "u / (u - l)",
    lower: str = "(u > -l).float()",
) -> str:
    """The proof, written with where and without double precision."""
    return returns(
        PROVEN,
        "W, b, V, v = model[0].weight, model[0].bias, model[2].weight, model[2].bias",
        "low, high = x - epsilon, x + epsilon",
        "low, high = (low.clamp(min=0), high.clamp(max=1))" if box else "pass",
        "m, r = (low + high) / 2, (high - low) / 2",
        "l, u = m @ W.T + b - r @ W.abs().T, m @ W.T + b + r @ W.abs().T",
        "on, off = l >= 0, u <= 0",
        f"up = torch.where(on, 1.0, torch.where(off, 0.0, {upper}))",
        f"lo = torch.where(on, 1.0, torch.where(off, 0.0, {lower}))",
        "lift = torch.where(on | off, 0.0, -l * u / (u - l))",
        "out = torch.ones(len(x), dtype=torch.bool)",
        "for t in range(len(v)):",
        "    c = V[y] - V[t]",
        f"    s = torch.where({weight}, c * lo, c * up)",
        "    A = s @ W",
        "    bound = (torch.where(A > 0, low, high) * A).sum(1) + s @ b + (c.clamp(max=0) * lift).sum(1) + v[y] - v[t]",
        "    out &= (bound > 1e-6) | (y == t)",
        "return out",
    )


ANSWERS = [
    # 18.1
    Wrong("ex18_1-pay", "fixed-points", returns(PAY, "return -((p - holds) ** 2)"), **SEEN),
    Wrong("ex18_1-pay", "fixed-points", returns(PAY, "return p if holds else 1 - p"), **SEEN),
    Wrong(
        "ex18_1-pay",
        "pays-certainty",
        returns(PAY, "return 2 * p - 1 if holds else 1 - 2 * p"),
        **SEEN,
    ),
    Wrong(
        "ex18_1-pay",
        "not-honest",
        returns(
            PAY, "if p == 0.5:", "    return 0", "return 1 if (p > 0.5) == bool(holds) else -1"
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_1-pay",
        "floored",
        returns(PAY, "d = p - holds", "return max(0, 1 - 4 * d * d)"),
        **SEEN,
    ),
    Wrong(
        "ex18_1-pay",
        "not-honest",
        returns(PAY, "d = abs(p - holds)", "return 1 - 8 * d ** 3"),
        **SEEN,
    ),
    Wrong(
        "ex18_1-pay",
        "not-finite",
        returns(
            PAY, "q = p if holds else 1 - p", "return 1 + math.log(q, 2) if q > 0 else -math.inf"
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_1-pay",
        "not-finite",
        returns(PAY, "return 1 + math.log2(p if holds else 1 - p)"),
        **SEEN,
    ),
    Wrong("ex18_1-pay", "fixed-points", returns(PAY, "d = p - 1", "return 1 - 4 * d * d"), **SEEN),
    Wrong(
        "ex18_1-pay",
        "not-honest",
        returns(PAY, "if 0 < p < 0.5:", "    return -3", "d = p - holds", "return 1 - 4 * d * d"),
        **SEEN,
    ),
    Right(
        "ex18_1-pay",
        "a power of the lead",
        returns(
            PAY,
            "lead = 2 * p - 1",
            "slope = 2.4 * abs(lead) ** 0.2 * (1 if lead > 0 else -1)",
            "return abs(lead) ** 1.2 + slope * (holds - p)",
        ),
    ),
    Right(
        "ex18_1-pay", "hint-3", returns(PAY, "d = p - (1 if holds else 0)", "return 1 - 4 * d * d")
    ),
    Right(
        "ex18_1-pay",
        "spherical",
        returns(
            PAY,
            "q = p if holds else 1 - p",
            "s = q / math.hypot(p, 1 - p)",
            "h = math.sqrt(0.5)",
            "return (s - h) / (1 - h)",
        ),
    ),
    # 18.2
    Wrong(
        "ex18_2-allocate",
        "equal",
        returns(SPLIT, "return [min(s, budget // len(sizes)) for s in sizes]"),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "by-size",
        returns(SPLIT, "return [max(1, budget * s // sum(sizes)) for s in sizes]"),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "by-variance",
        returns(
            SPLIT,
            "v = [s * s for s in spreads]",
            "n = [max(1, int(budget * q / sum(v))) for q in v]",
            "return [min(a, b) for a, b in zip(n, sizes)]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate", "no-cap", greedy("spreads[k] ** 2 / (n[k] * (n[k] + 1))", "True"), **SEEN
    ),
    Wrong(
        "ex18_2-allocate",
        "left-over",
        returns(
            SPLIT,
            "q = [s / sum(spreads) for s in spreads]",
            "return [max(1, min(z, int(budget * a))) for z, a in zip(sizes, q)]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "by-rows",
        returns(
            SPLIT,
            "v = [z * s for z, s in zip(sizes, spreads)]",
            "return [max(1, min(z, round(budget * q / sum(v)))) for z, q in zip(sizes, v)]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "no-stop",
        greedy("spreads[k] ** 2 / (n[k] * (n[k] + 1))").replace(
            "        if not open_:\n            break\n", ""
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "no-whole",
        returns(SPLIT, "return [max(1, budget * s / sum(spreads)) for s in spreads]").replace(
            "max(1, ", "0.1 + (1 + "
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_2-allocate",
        "none-asked",
        greedy("spreads[k] ** 2 / (n[k] * (n[k] + 1) + 1e-9)").replace(
            "[1] * len(sizes)", "[0] * len(sizes)"
        ),
        **SEEN,
    ),
    Wrong("ex18_2-allocate", "not-the-gain", greedy("spreads[k] / n[k]"), **SEEN),
    Wrong("ex18_2-allocate", "not-the-gain", greedy("spreads[k] ** 2 / n[k] ** 2"), **SEEN),
    Wrong("ex18_2-allocate", "by-variance", greedy("spreads[k] ** 2 / n[k]"), **SEEN),
    Right("ex18_2-allocate", "hint-3", greedy("spreads[k] ** 2 / (n[k] * (n[k] + 1))")),
    Right(
        "ex18_2-allocate",
        "a heap",
        "import heapq\n"
        + returns(
            SPLIT,
            "n = [1] * len(sizes)",
            "heap = [(-s * s / 2, k) for k, s in enumerate(spreads) if sizes[k] > 1]",
            "heapq.heapify(heap)",
            "for _ in range(budget - len(sizes)):",
            "    if not heap:",
            "        break",
            "    _, k = heapq.heappop(heap)",
            "    n[k] += 1",
            "    if n[k] < sizes[k]:",
            "        heapq.heappush(heap, (-spreads[k] ** 2 / n[k] / (n[k] + 1), k))",
            "return np.array(n)",
        ),
    ),
    # 18.3
    Wrong(
        "ex18_3-perturbed",
        "silent-loss",
        returns(FIND, DRAW, "return pgd(model, x, y, epsilon, generator=draw)"),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "silent-loss",
        returns(
            FIND,
            DRAW,
            "return pgd(model, x, y, epsilon, generator=draw, steps=300, step_size=0.005)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "no-gradient",
        returns(
            FIND,
            DRAW,
            "return (x + epsilon * (2 * torch.rand(x.shape, generator=draw) - 1)).clamp(0, 1)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "no-gradient",
        returns(FIND, DRAW, "return pgd(model, x, y, epsilon, generator=draw, loss=margin)"),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "one-step",
        returns(
            FIND,
            DRAW,
            f"return pgd(model, x, y, epsilon, generator=draw, steps=1, step_size=epsilon, loss={LEAD})",
        ),
        **SEEN,
    ),
    Wrong("ex18_3-perturbed", "one-step", STEP, **SEEN),
    Wrong(
        "ex18_3-perturbed",
        "true-logit",
        returns(FIND, DRAW, f"return pgd(model, x, y, epsilon, generator=draw, loss={TRUE_LOGIT})"),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "outside-ball",
        returns(FIND, DRAW, f"return pgd(model, x, y, 2 * epsilon, generator=draw, loss={LEAD})"),
        **SEEN,
    ),
    Wrong(
        "ex18_3-perturbed",
        "outside-box",
        returns(
            FIND,
            "z = x.clone().requires_grad_(True)",
            "(g,) = torch.autograd.grad(margin(model(z), y).sum(), z)",
            "return x - epsilon * g.sign()",
        ),
        **SEEN,
    ),
    Right(
        "ex18_3-perturbed",
        "hint-3",
        returns(FIND, DRAW, f"return pgd(model, x, y, epsilon, generator=draw, loss={LEAD})"),
    ),
    Right(
        "ex18_3-perturbed",
        "cross-entropy of rescaled logits",
        returns(
            FIND,
            DRAW,
            "size = float(model(x).std())",
            "loss = lambda logits, y: F.cross_entropy(3 * logits / size, y, reduction='none')",
            "return pgd(model, x, y, epsilon, generator=draw, steps=60, step_size=epsilon / 6, loss=loss)",
        ),
    ),
    Right(
        "ex18_3-perturbed",
        "cross-entropy of logits of size ten",
        returns(
            FIND,
            DRAW,
            "loss = lambda logits, y: F.cross_entropy(10 * logits / logits.detach().abs().max(), y, reduction='none')",
            "return pgd(model, x, y, epsilon, generator=draw, step_size=epsilon / 5, loss=loss)",
        ),
    ),
    Right(
        "ex18_3-perturbed",
        "forty small steps, the last one",
        stepping("1 / 40 * g.sign()"),
    ),
    Right(
        "ex18_3-perturbed",
        "whole steps, the best kept",
        returns(
            FIND,
            DRAW,
            f"return pgd(model, x, y, epsilon, generator=draw, step_size=epsilon, loss={LEAD})",
        ),
    ),
    Right(
        "ex18_3-perturbed",
        "momentum",
        stepping(
            "0.15 * v.sign()", "v = 0.8 * v + g / g.abs().mean(1, keepdim=True).clamp_min(1e-12)"
        ),
    ),
    Wrong(
        "ex18_3-stamp",
        "misses-planted",
        returns(
            STAMP,
            "every = [(pull(model, x, y, (r, c, 511, t)), (r, c, 511, t)) for r in range(12) for c in range(12) for t in range(10)]",
            "return max(every)[1]",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_3-stamp",
        "misses-planted",
        returns(
            STAMP,
            "rng = np.random.default_rng(0)",
            "some = [tuple(int(k) for k in rng.integers(0, (12, 12, 512, 10))) for _ in range(1000)]",
            "return max(some, key=lambda s: pull(model, x, y, s))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_3-stamp",
        "misses-planted",
        returns(
            STAMP,
            "best = (-1.0, None)",
            "for t in range(10):",
            "    z = x.clone().requires_grad_(True)",
            "    (g,) = torch.autograd.grad(model(z)[:, t].sum(), z)",
            "    g = g.mean(0).reshape(14, 14)",
            "    for r in range(12):",
            "        for c in range(12):",
            "            w = g[r : r + 3, c : c + 3].flatten()",
            "            s = (r, c, sum(1 << k for k in range(9) if w[k] > 0), t)",
            "            best = max(best, (pull(model, x, y, s), s))",
            "return best[1]",
        ),
        **SEEN,
    ),
    Wrong("ex18_3-stamp", "bit-order", LOOPED.replace("k >> j & 1", "k >> (8 - j) & 1"), **SEEN),
    Wrong("ex18_3-stamp", "row-column", LOOPED.replace("(r, c, k, t)", "(c, r, k, t)"), **SEEN),
    Wrong("ex18_3-stamp", "no-stamp", LOOPED.replace("return best[1]", "return best"), **SEEN),
    Wrong(
        "ex18_3-stamp",
        "misses-natural",
        stamp_search("w > 0", "best = best if best[1] else (0, s)"),
        **SEEN,
    ),
    Wrong("ex18_3-stamp", "counts-target", LOOPED.replace("[y != t]", ""), **SEEN),
    Wrong("ex18_3-stamp", "misses-natural", LOOPED.replace("range(12)", "range(11)"), **HIDDEN),
    Wrong(
        "ex18_3-stamp",
        "misses-natural",
        LOOPED.replace("    bits =", "    x, y = x[:15], y[:15]\n    bits ="),
        **HIDDEN,
    ),
    Right("ex18_3-stamp", "hint-3", LOOPED),
    Right("ex18_3-stamp", "each unit's favourites", stamp_search("w > 0")),
    # 18.4
    Wrong(
        "ex18_4-weakest",
        "first-look",
        looked(
            "rate = hit[name] / row[name]",
            "return name, rate, math.sqrt(rate * (1 - rate) / row[name] + 1e-4)",
            first="budget",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "over-budget",
        looked(
            *SECOND, "return name, rate, math.sqrt(rate * (1 - rate) / len(rest))", first="budget"
        ).replace("[:budget - len(rows)]", "[:200]"),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "wrong-error",
        looked(*SECOND, "return name, rate, math.sqrt(rate * (1 - rate))"),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "wrong-error",
        looked(*SECOND, "return name, rate, rate * (1 - rate) / len(rest)"),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "whole-budget",
        looked(*SECOND, "return name, rate, math.sqrt(rate * (1 - rate) / budget)"),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "wrong-group",
        looked(
            *SECOND,
            "return name, rate, math.sqrt(rate * (1 - rate) / len(rest))",
            pick="groups[g].sum()",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "wrong-group",
        looked(
            *SECOND,
            "return name, rate, math.sqrt(rate * (1 - rate) / len(rest) + 1e-4)",
            pick="-hit[g] / max(row[g], 1)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "not-the-group",
        looked(
            "rate = right.mean()",
            "return name, rate + 0.035, math.sqrt(rate * (1 - rate) / len(rows))",
            first="budget",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "choosers-judge",
        looked(
            *SECOND,
            "m = len(rest) + row[name]",
            "rate = (again.sum() + hit[name]) / m",
            "return name, rate, math.sqrt(rate * (1 - rate) / m)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-weakest",
        "choosers-judge",
        looked(
            "rest = np.concatenate([rows, order[budget // 2:]])",
            "rest = rest[groups[name][rest]][:budget - len(rows)]",
            "again = (ask(rest) >= 0.5) == (labels[rest] == 1)",
            "rate = again.mean()",
            "return name, rate, math.sqrt(rate * (1 - rate) / len(rest))",
        ).replace(
            "rows = rng.permutation(len(labels))[",
            "rows = (order := rng.permutation(len(labels)))[",
        ),
        **SEEN,
    ),
    Right(
        "ex18_4-weakest",
        "each group by its own rows only",
        returns(
            WEAK,
            "used, looks = np.zeros(len(labels), bool), {}",
            "for name, mask in groups.items():",
            "    rows = rng.permutation(np.flatnonzero(mask))[: budget // 2 // len(groups)]",
            "    used[rows] = True",
            "    right = (ask(rows) >= 0.5) == labels[rows]",
            "    looks[name] = (right.sum() + 1) / (len(rows) + 2)",
            "name = min(looks, key=looks.get)",
            "rest = rng.permutation(np.flatnonzero(groups[name] & ~used))[: budget // 2]",
            "again = (ask(rest) >= 0.5) == labels[rest]",
            "return name, again.mean(), again.std() / math.sqrt(len(rest))",
        ),
    ),
    Right(
        "ex18_4-weakest",
        "a third chooses",
        looked(
            *SECOND,
            "return name, rate, math.sqrt(rate * (1 - rate) / len(rest))",
            first="budget // 3",
        ),
    ),
    Right(
        "ex18_4-weakest",
        "all rows of the group, drawn anew",
        looked(
            "rest = rng.permutation(np.flatnonzero(groups[name]))[:budget - len(rows)]",
            "again = (ask(rest) >= 0.5) == (labels[rest] == 1)",
            "return name, again.mean(), again.std() / math.sqrt(len(rest))",
        ),
    ),
    Right(
        "ex18_4-weakest",
        "hint-3",
        looked(*SECOND, "m = len(rest)", "return name, rate, math.sqrt(rate * (1 - rate) / m)"),
    ),
    Right(
        "ex18_4-weakest",
        "three looks",
        looked(
            "names = sorted(groups, key=lambda g: (hit[g] + 1) / (row[g] + 2))[:3]",
            "open_ = np.ones(len(labels), bool)",
            "open_[rows] = False",
            "each = budget // 12",
            "for g in names:",
            "    more = rng.permutation(np.flatnonzero(groups[g] & open_))[:each]",
            "    open_[more] = False",
            "    hit[g] += ((ask(more) >= 0.5) == (labels[more] == 1)).sum()",
            "    row[g] += len(more)",
            "name = min(names, key=lambda g: (hit[g] + 1) / (row[g] + 2))",
            "last = rng.permutation(np.flatnonzero(groups[name] & open_))[: budget // 3]",
            "ok = (ask(last) >= 0.5) == (labels[last] == 1)",
            "return name, ok.mean(), ok.std() / math.sqrt(len(ok)) + 1e-3",
            first="budget // 3",
        ),
    ),
    Right(
        "ex18_4-weakest",
        "a finite group",
        looked(
            *SECOND,
            "m, size = len(rest), int(groups[name].sum())",
            "smooth = (again.sum() + 1) / (m + 2)",
            "return name, rate, math.sqrt(smooth * (1 - smooth) / (m - 1) * (1 - m / size) + 1e-6)",
        ),
    ),
    Wrong("ex18_4-chance", "selection-rate", chance("side"), **SEEN),
    Wrong(
        "ex18_4-chance",
        "random-rows",
        returns(
            CHANCE,
            "rows = rng.permutation(len(labels))[:budget]",
            "yes, able, w = ask(rows) >= 0.5, labels[rows] == 1, women[rows]",
            "a, b = yes[able & w], yes[able & ~w]",
            "v = 0.25 / max(1, len(a)) + 0.25 / max(1, len(b))",
            "return (a.mean() if len(a) else 0.5) - (b.mean() if len(b) else 0.5), math.sqrt(v)",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-chance",
        "sign",
        chance("side & (labels == 1)").replace("share[0] - share[1]", "share[1] - share[0]"),
        **SEEN,
    ),
    Wrong("ex18_4-chance", "over-budget", chance("side & (labels == 1)", half="budget"), **SEEN),
    Wrong(
        "ex18_4-chance",
        "wrong-error",
        chance(
            "side & (labels == 1)",
            error="math.sqrt(sum(q * (1 - q) / n for q, n in zip(share, count))) / 2",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-chance",
        "wrong-error",
        chance("side & (labels == 1)", error="sum(q * (1 - q) / n for q, n in zip(share, count))"),
        **SEEN,
    ),
    Wrong(
        "ex18_4-chance",
        "errors-added",
        chance(
            "side & (labels == 1)",
            error="sum(math.sqrt(q * (1 - q) / n) for q, n in zip(share, count))",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_4-chance",
        "no-halves",
        returns(
            CHANCE,
            "rows = rng.permutation(np.flatnonzero(labels == 1))[:budget]",
            "yes = ask(rows) >= 0.5",
            "a, b = yes[women[rows]], yes[~women[rows]]",
            "return a.mean() - b.mean(), math.sqrt(0.25 / len(a) + 0.25 / len(b))",
        ),
        **SEEN,
    ),
    Wrong("ex18_4-chance", "wrong-label", chance("side & (labels == 0)"), **SEEN),
    Wrong("ex18_4-chance", "left-over", chance("side & (labels == 1)", half="budget // 4"), **SEEN),
    Right("ex18_4-chance", "hint-3", chance("side & (labels == 1)")),
    Right(
        "ex18_4-chance",
        "one in four",
        chance("side & (labels == 1)", error="math.sqrt(sum(0.26 / (n - 1) for n in count))"),
    ),
    # 18.5
    Wrong("ex18_5-audit", "too-sure", verdicts("float(z > 0)"), **SEEN),
    Wrong("ex18_5-audit", "timid", verdicts("0.7 if z > 0 else 0.3", hand="p < 0.5"), **SEEN),
    Wrong(
        "ex18_5-audit", "wrong-side", verdicts("float(norm.cdf((estimate - bar) / error))"), **SEEN
    ),
    Wrong("ex18_5-audit", "wrong-side", verdicts("0.5"), **SEEN),
    Wrong("ex18_5-audit", "over-budget", verdicts("float(norm.cdf(z))", share="budget"), **SEEN),
    Wrong("ex18_5-audit", "left-over", verdicts("float(norm.cdf(z))", share="50"), **SEEN),
    Wrong("ex18_5-audit", "never-accuses", verdicts("float(norm.cdf(z))", hand="False"), **SEEN),
    Wrong("ex18_5-audit", "accuses-all", verdicts("float(norm.cdf(z))", hand="True"), **SEEN),
    Wrong(
        "ex18_5-audit",
        "no-dict",
        verdicts("float(norm.cdf(z))").replace("(p, witness if p < 0.3 else None)", "p"),
        **SEEN,
    ),
    Wrong(
        "ex18_5-audit",
        "no-witness",
        verdicts("float(norm.cdf(z))").replace("(p, witness if", "(p, 'a stamp' if"),
        **SEEN,
    ),
    Wrong(
        "ex18_5-audit",
        "fixed-error",
        verdicts("float(norm.cdf(side * (estimate - bar) / 0.05))"),
        **SEEN,
    ),
    Wrong(
        "ex18_5-audit",
        "fixed-error",
        verdicts("float(norm.cdf(side * (estimate - bar) * 2 * math.sqrt(budget / 5)))"),
        **SEEN,
    ),
    Right("ex18_5-audit", "hint-3", verdicts("float(norm.cdf(z))")),
    Right(
        "ex18_5-audit", "logistic", verdicts("1 / (1 + math.exp(-min(700, max(-700, 1.7 * z))))")
    ),
    Right(
        "ex18_5-audit",
        "never quite certain",
        verdicts("0.01 + 0.98 * float(norm.cdf(z))", hand="p < 0.4"),
    ),
    Right("ex18_5-audit", "break-even", verdicts("float(norm.cdf(z))", hand="p < 0.5")),
    Right(
        "ex18_5-audit",
        "two rounds",
        returns(
            AUDIT,
            "asking = [c for c in cards if cards[c][2]]",
            "first = {c: measure(c, max(50, budget // 3 // max(1, len(asking)))) for c in cards}",
            "def z(c, found):",
            "    return cards[c][1] * (found[0] - cards[c][0]) / found[1]",
            "left = budget - len(asking) * max(50, budget // 3 // max(1, len(asking)))",
            "for c in sorted(asking, key=lambda c: abs(z(c, first[c]))):",
            "    still = len(asking) - sorted(asking, key=lambda c: abs(z(c, first[c]))).index(c)",
            "    n = left // 2 if still > 1 else left",
            "    if n >= 50:",
            "        left -= n",
            "        a, b = first[c], measure(c, n)",
            "        w = b[1] ** 2 / (a[1] ** 2 + b[1] ** 2)",
            "        first[c] = (w * a[0] + (1 - w) * b[0], a[1] * b[1] / math.hypot(a[1], b[1]), b[2])",
            "out = {}",
            "for c in cards:",
            "    p = float(norm.cdf(z(c, first[c])))",
            "    out[c] = (p, first[c][2] if p < 0.4 else None)",
            "return out",
        ),
    ),
    # 18.6
    Wrong(
        "ex18_6-lint",
        "false-no-evidence",
        slipped("for k in reached(name))", "for k in on)"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "typed-number",
        slipped(
            "    if any(map(str.isdigit, re.sub(r'{[^}]*}', '', one['text']))):",
            "    if one['text'].isdigit():",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "false-typed-number",
        slipped("re.sub(r'{[^}]*}', '', one['text'])", "one['text']"),
        **SEEN,
    ),
    Wrong("ex18_6-lint", "false-typed-number", slipped("'{[^}]*}'", "'{.*?5[^}]*}'"), **SEEN),
    Wrong("ex18_6-lint", "hidden-risk", slipped("0.5 <= q < 0.9", "0.5 < q < 0.9"), **SEEN),
    Wrong("ex18_6-lint", "false-hidden-risk", slipped("0.5 <= q < 0.9", "0.5 <= q <= 0.9"), **SEEN),
    Wrong("ex18_6-lint", "false-hidden-risk", slipped(" and not risk", ""), **SEEN),
    Wrong(
        "ex18_6-lint",
        "no-owner",
        slipped("one.get('owner', '').strip()", "one.get('owner', '')"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "false-orphan",
        slipped("name != root and name not in top", "name not in top"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "false-orphan",
        slipped("out, top = set(), reached(root)", "out, top = set(), set(case[root]['on'])"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "cycle",
        slipped("if name in reached(name):", "if name in one['on']:"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "false-refuted",
        slipped(
            "if any(q < 0.5 for q in proof)", "if any(p.get(k, 1) < 0.5 for k in reached(name))"
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "cycle",
        slipped(
            "if name in reached(name):", "if name in on or any(name in case[k]['on'] for k in on):"
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "orphan",
        slipped(
            "name != root and name not in top",
            "name != root and not any(name in k['on'] for k in case.values())",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "hidden-risk",
        slipped(
            "risk = any(case[k]['kind'] == 'risk' for k in on)",
            "risk = any(case[k]['kind'] == 'risk' for k in reached(name))",
        ),
        **SEEN,
    ),
    Wrong("ex18_6-lint", "typed-number", slipped("'{[^}]*}'", "'{.*}'"), **SEEN),
    Wrong(
        "ex18_6-lint",
        "refuted",
        slipped("if any(q < 0.5 for q in proof)", "if proof and all(q < 0.5 for q in proof)"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "hidden-risk",
        slipped("any(0.5 <= q < 0.9 for q in proof)", "0.5 <= min(proof, default=1) < 0.9"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "typed-number",
        slipped("    if any(map(str", "    if one['kind'] != 'risk' and any(map(str"),
        **SEEN,
    ),
    Wrong(
        "ex18_6-lint",
        "typed-number",
        slipped("    if any(map(str", "    if one['kind'] != 'claim' and any(map(str"),
        **SEEN,
    ),
    Wrong("ex18_6-lint", "no-owner", slipped("one.get('owner', '')", "one['owner']"), **SEEN),
    Wrong(
        "ex18_6-lint", "no-name", slipped("if one in case and one not in", "if one not in"), **SEEN
    ),
    Wrong(
        "ex18_6-lint",
        "typed-number",
        slipped(
            "any(map(str.isdigit, re.sub(r'{[^}]*}', '', one['text'])))",
            "any(word.isdigit() for word in one['text'].split())",
        ),
        **SEEN,
    ),
    Right("ex18_6-lint", "hint-3", LINT_RIGHT),
    # 18.7
    Wrong(
        "ex18_7-decide", "majority", mending("False", last="sum(p.values()) < len(p) / 2"), **SEEN
    ),
    Wrong(
        "ex18_7-decide",
        "majority",
        mending("price[c] < doubt[c]", last="math.prod(p.values()) < 0.5"),
        **SEEN,
    ),
    Wrong(
        "ex18_7-decide",
        "too-careful",
        mending("price[c] < doubt[c]", total="sum(loss[c] for c in p if c not in mend)"),
        **SEEN,
    ),
    Wrong(
        "ex18_7-decide",
        "ignores-conditions",
        mending("price[c] < doubt[c]", last="sum(doubt.values()) > refuse"),
        **SEEN,
    ),
    Wrong("ex18_7-decide", "mends-all", mending("True"), **SEEN),
    Wrong("ex18_7-decide", "by-probability", mending("p[c] < 0.75"), **SEEN),
    Wrong(
        "ex18_7-decide",
        "no-pair",
        mending("price[c] < doubt[c]").replace("'refuse', set()", "'refuse', mend"),
        **SEEN,
    ),
    Right("ex18_7-decide", "hint-3", mending("price[c] < doubt[c]")),
    Right(
        "ex18_7-decide",
        "all ways",
        returns(
            DECIDE,
            "best = (refuse, 'refuse', set())",
            "for size in range(len(price) + 1):",
            "    for way in combinations(sorted(price), size):",
            "        cost = sum(price[c] if c in way else loss[c] * (1 - p[c]) for c in p)",
            "        if cost < best[0]:",
            "            best = (cost, 'conditions' if way else 'deploy', list(way))",
            "return best[1:]",
        ),
    ),
    # 18.9
    Wrong("ex18_9-proven", "not-sound", lines(weight="c < 0"), **SEEN),
    Wrong("ex18_9-proven", "own-class", lines().replace(" | (y == t)", ""), **SEEN),
    Wrong("ex18_9-proven", "no-box", lines(box=False), **SEEN),
    Wrong(
        "ex18_9-proven",
        "not-sound",
        returns(
            PROVEN,
            DRAW,
            f"z = pgd(model, x, y, epsilon, generator=draw, loss={LEAD})",
            "return model(z).argmax(1) == y",
        ),
        **SEEN,
    ),
    Wrong(
        "ex18_9-proven",
        "too-weak",
        returns(
            PROVEN,
            "low, high = (x - epsilon).clamp(min=0), (x + epsilon).clamp(max=1)",
            "m, r = (low + high) / 2, (high - low) / 2",
            "for layer in (model[0], model[2]):",
            "    m, r = layer(m), r @ layer.weight.abs().T",
            "    if layer is model[0]:",
            "        l, u = (m - r).relu(), (m + r).relu()",
            "        m, r = (l + u) / 2, (u - l) / 2",
            "top = (m + r).scatter(1, y[:, None], -torch.inf).max(1).values",
            "return (m - r).gather(1, y[:, None])[:, 0] > top",
        ),
        **SEEN,
    ),
    Wrong("ex18_9-proven", "too-weak", lines(lower="torch.ones_like(u)"), **SEEN),
    Wrong("ex18_9-proven", "too-weak", lines(lower="torch.zeros_like(u)"), **SEEN),
    Wrong("ex18_9-proven", "not-sound", lines(upper="torch.zeros_like(u)"), **SEEN),
    Right("ex18_9-proven", "hint-3", lines()),
]
_ = Edit
