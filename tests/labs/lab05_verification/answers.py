"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


BOXES = "boxes(layers, lower, upper)"
RELAX = "relax(low, high, slope)"
LINE = "line_bound(layers, lines, c, lower, upper)"
GADGET = "gadget(low, high)"
VERIFY = "verify(bound, value, lower, upper, budget)"
REFUTE = "refute(claim, layers, lower, upper, c, *, ask)"
HIDE = "hide(x, radius)"
BOUND = "lower_bound(hits, trials, alpha)"
CERTIFY = "certify(counts_select, counts_estimate, sigma, alpha, *, lower_bound)"
SLOPES = "best_slopes(objective, slopes, steps)"
FAULT = "float_fault(low, high)"
ROUND = "rounding_bound(layers, lower, upper)"


def interval(mid: str = "W @ ((lower + upper) / 2) + b", r: str = "W.abs() @ ((upper - lower) / 2)",
             then: str = "lower, upper = (mid - r).clamp(min=0), (mid + r).clamp(min=0)") -> str:  # fmt: skip
    """Boxes with parts to exchange."""
    return returns(
        BOXES,
        "found = []",
        "for W, b in layers:",
        f"    mid = {mid}",
        f"    r = {r}",
        "    found.append((mid - r, mid + r))",
        f"    {then}",
        "return found",
    )


def lines(low: str = "torch.where(wavers, slope, on)", up: str = "torch.where(wavers, chord, on)",
          t: str = "torch.where(wavers, -chord * low, 0.0)") -> str:  # fmt: skip
    """Lines with parts to exchange."""
    return returns(
        RELAX,
        "on = (low >= 0).to(low)",
        "wavers = (low < 0) & (high > 0)",
        "chord = high / torch.where(wavers, high - low, 1.0)",
        f"return {low}, {up}, {t}",
    )


def back(t: str = "const = const + A.clamp(max=0) @ t", lines: str = "A = A.clamp(min=0) * a_low + A.clamp(max=0) * a_up",
         b: str = "const = const + A @ b", first: str = "c @ b", where: str = "torch.where(A > 0, lower, upper)",
         order: str = "zip(layers[-2::-1], lines[::-1])") -> str:  # fmt: skip
    """The bound by lines with parts to exchange."""
    return returns(
        LINE,
        "W, b = layers[-1]",
        f"A, const = c @ W, {first}",
        f"for (W, b), (a_low, a_up, t) in {order}:",
        f"    {t}",
        f"    {lines}",
        f"    {b}",
        "    A = A @ W",
        f"where = {where}",
        "return (A * where).sum(1) + const, where",
    )


def four(*rows: str) -> str:
    """A gadget of rows z, y, d, limit."""
    return returns(
        GADGET,
        f"rows = np.array([{', '.join(rows)}], dtype=float)",
        "return rows[:, :3], rows[:, 3]",
    )


ROWS = ["[0, -1, 0, 0]", "[1, -1, 0, 0]", "[0, 1, -high, 0]", "[-1, 1, -low, -low]"]


def search(proved: str = "if low > 0:", look: str = "if value(p) <= 0:", points: str = "(x, (l + u) / 2)",
           side: str = "((u - l) / (upper - lower).clamp(min=1e-30)).argmax()", ends: str = "middle_u[side] = middle_l[side] = (l[side] + u[side]) / 2",
           add: str = "parts += [(l, middle_u), (middle_l, u)]", after: str = "return ('proved' if not parts else 'unknown'), None",
           take: str = "pop(0)", times: str = "range(budget)", args: str = "l, u") -> str:  # fmt: skip
    """A search with parts to exchange."""
    return returns(
        VERIFY,
        "parts = [(lower, upper)]",
        f"for _ in {times}:",
        "    if not parts:",
        "        return 'proved', None",
        f"    l, u = parts.{take}",
        f"    low, x = bound({args})",
        f"    {proved}",
        "        continue",
        f"    for p in {points}:",
        f"        {look}",
        "            return 'violated', p",
        f"    side = {side}",
        "    middle_u, middle_l = u.clone(), l.clone()",
        f"    {ends}",
        f"    {add}",
        after,
    )


def hidden(first: str = "torch.cat([eye, -eye]), torch.cat([-x, x])", weight: str = "torch.full((1, 2 * n), -2 / radius, dtype=torch.float64)",
           bias: str = "2.0", last: str = "1.0") -> str:  # fmt: skip
    """A hidden needle with parts to exchange."""
    return returns(
        HIDE,
        "n = len(x)",
        "eye = torch.eye(n, dtype=torch.float64)",
        f"return [({first}), ({weight}, torch.tensor([{bias}], dtype=torch.float64)), (-torch.ones(1, 1, dtype=torch.float64), torch.tensor([{last}], dtype=torch.float64))]",
    )


def certificate(best: str = "int(np.argmax(counts_select))", hits: str = "counts_estimate[best]", n: str = "sum(counts_estimate)",
                p: str = "", radius: str = "sigma * stats.norm.ppf(p)", when: str = "p > 0.5") -> str:  # fmt: skip
    """A certificate with parts to exchange."""
    return returns(
        CERTIFY,
        f"best = {best}",
        f"p = {p or f'lower_bound({hits}, {n}, alpha)'}",
        f"return (best, {radius}) if {when} else (None, 0.0)",
    )


def adam(
    into: str = "s",
    after: str = "s.data.clamp_(0, 1)",
    sign: str = "-",
    result: str = "best",
    times: str = "range(steps)",
) -> str:
    """A search of slopes with parts to exchange."""
    return returns(
        SLOPES,
        "s = slopes.clone().requires_grad_(True)",
        "adam = torch.optim.Adam([s], lr=0.1)",
        "best, top = slopes.clone(), -math.inf",
        f"for _ in {times}:",
        f"    low = objective({into})",
        "    if low.item() > top:",
        "        best, top = s.detach().clone(), low.item()",
        f"    s.grad, = torch.autograd.grad({sign}low.sum(), s)",
        "    adam.step()",
        f"    {after}",
        f"return {result}",
    )


def steps(step: str) -> str:
    """A search of slopes by plain steps."""
    return returns(
        SLOPES,
        "s = best = slopes.clone()",
        "top = -math.inf",
        "for k in range(steps):",
        "    s = s.detach().requires_grad_(True)",
        "    low = objective(s)",
        "    if low.item() > top:",
        "        best, top = s.detach().clone(), low.item()",
        "    (g,) = torch.autograd.grad(low.sum(), s)",
        f"    s = ({step}).detach().clamp(0, 1)",
        "return best",
    )


def errors(own: str = "g * (W.abs() @ y + b.abs())", carried: str = "W.abs() @ err + ", y: str = "torch.maximum(lower.abs(), upper.abs()) + err",
           result: str = "err.max()") -> str:  # fmt: skip
    """A rounding bound with parts to exchange."""
    return returns(
        ROUND,
        "err = torch.zeros_like(lower)",
        "for W, b in layers:",
        f"    y = {y}",
        "    n = W.shape[1] + 1",
        "    g = n * 2 ** -24 / (1 - n * 2 ** -24)",
        f"    err = {carried}{own}",
        "    mid, r = W @ ((lower + upper) / 2) + b, W.abs() @ ((upper - lower) / 2)",
        "    lower, upper = (mid - r).clamp(min=0), (mid + r).clamp(min=0)",
        f"return {result}",
    )


ONE = "torch.ones(1, 1, dtype=torch.float64)"

ANSWERS = [
    # 5.1
    Wrong("ex5_1-boxes", "upside-down", interval(r="W @ ((upper - lower) / 2)"), **SEEN),
    Wrong("ex5_1-boxes", "ends-only", returns(BOXES, "found = []", "for W, b in layers:", "    ends = torch.stack([W @ lower + b, W @ upper + b])", "    found.append((ends.amin(0), ends.amax(0)))", "    lower, upper = found[-1][0].clamp(min=0), found[-1][1].clamp(min=0)", "return found"), **SEEN),
    Wrong("ex5_1-boxes", "no-relu", interval(then="lower, upper = mid - r, mid + r"), **SEEN),
    Wrong("ex5_1-boxes", "second-layer", interval(then="lower, upper = mid.clamp(min=0) - r, mid.clamp(min=0) + r"), **SEEN),
    Wrong("ex5_1-boxes", "first-layer", interval(mid="W @ ((lower + upper) / 2) + 2 * b"), **SEEN),
    Wrong("ex5_1-boxes", "other-networks", interval(then="lower, upper = (mid - r).clamp(min=0), (mid + r).clamp(min=0, max=4)"), **HIDDEN),
    Wrong("ex5_1-boxes", "no-relu", interval(then="lower, upper = (mid - r, mid + r) if len(found) > 1 else ((mid - r).relu(), (mid + r).relu())"), **SEEN),
    Wrong("ex5_1-boxes", "input-modified", interval().replace("for W, b in layers:", "while layers:").replace("    mid =", "    W, b = layers.pop(0)\n        mid =", 1), **SEEN),
    Wrong("ex5_1-boxes", "input-modified", interval(r="W.abs() @ (upper.sub_(lower) / 2)"), **SEEN),
    Right("ex5_1-boxes", "hint-3", interval()),
    Right("ex5_1-boxes", "by-loops", returns(BOXES, "found = []", "for W, b in layers:", "    low, high = b.clone(), b.clone()", "    for j in range(W.shape[1]):", "        both = torch.stack([W[:, j] * lower[j], W[:, j] * upper[j]])", "        low, high = low + both.amin(0), high + both.amax(0)", "    found.append([low, high])", "    lower, upper = low.relu(), high.relu()", "return tuple(found)")),
    # 5.2a
    Wrong("ex5_2-relax", "slope-ignored", lines(low="on + wavers.to(low)"), **SEEN),
    Wrong("ex5_2-relax", "slope-ignored", lines(low="torch.where(wavers, chord, on)"), **SEEN),
    Wrong("ex5_2-relax", "no-intercept", lines(t="0 * low"), **SEEN),
    Wrong("ex5_2-relax", "not-the-chord", lines(t="torch.where(wavers, -low, 0.0)"), **SEEN),
    Wrong("ex5_2-relax", "not-the-chord", lines(up="torch.where(wavers, torch.ones_like(low), on)", t="torch.where(wavers, -low, 0.0)"), **SEEN),
    Wrong("ex5_2-relax", "guarded-chord", lines().replace("torch.where(wavers, high - low, 1.0)", "(high - low + 1e-8)"), **SEEN),
    Wrong("ex5_2-relax", "stable-lower", lines(low="slope"), **SEEN),
    Wrong("ex5_2-relax", "stable-upper", lines(t="-chord * low"), **SEEN),
    Wrong("ex5_2-relax", "random-intervals", lines().replace("(low < 0) & (high > 0)", "(low < -1e-3) & (high > 1e-3)"), **HIDDEN),
    Wrong("ex5_2-relax", "random-intervals", lines(t="torch.where(wavers & (high > 0.2), -chord * low, 0.0)"), **HIDDEN),
    Wrong("ex5_2-relax", "input-modified", returns(RELAX, "wavers = (low < 0) & (high > 0)", "slope[low >= 0] = 1.0", "slope[(high <= 0) & (low < 0)] = 0.0", "rise = slope.clone()", "rise[wavers] = high[wavers] / (high - low)[wavers]", "return slope, rise, torch.where(wavers, -rise * low, 0.0)"), **SEEN),
    Wrong("ex5_2-relax", "no-float64", lines(low="torch.where(wavers, slope, on).float()"), **SEEN),
    Right("ex5_2-relax", "hint-3", lines()),
    Right("ex5_2-relax", "by-numpy", returns(RELAX, "l, u, s = low.numpy(), high.numpy(), slope.numpy()", "with np.errstate(all='ignore'):", "    chord = (np.maximum(u, 0) - np.maximum(l, 0)) / (u - l)", "chord = np.where(u > l, chord, l > 0)", "under = np.where((l < 0) & (u > 0), s, chord)", "return torch.tensor(under), torch.tensor(chord), torch.tensor(np.maximum(l, 0) - chord * l)")),
    # 5.2b
    Wrong("ex5_2-line", "sides-swapped", back(lines="A = A.clamp(min=0) * a_up + A.clamp(max=0) * a_low", t="const = const + A.clamp(min=0) @ t"), **SEEN),
    Wrong("ex5_2-line", "no-intercept", back(t="pass"), **SEEN),
    Wrong("ex5_2-line", "intercept-always", back(t="const = const + A @ t"), **SEEN),
    Wrong("ex5_2-line", "hidden-bias-lost", back(b="pass"), **SEEN),
    Wrong("ex5_2-line", "last-bias-lost", back(first="torch.zeros(len(c), dtype=c.dtype)"), **SEEN),
    Wrong("ex5_2-line", "wrong-corner", back(where="lower.expand(len(c), -1)"), **SEEN),
    Wrong("ex5_2-line", "centre-only", back(where="((lower + upper) / 2).expand(len(c), -1)"), **SEEN),
    Wrong("ex5_2-line", "deep", back(order="zip(layers[-2::-1], lines)"), **SEEN),
    Wrong("ex5_2-line", "not-sound", back(t="const = const + A.clamp(max=0)[:, :2] @ t[:2]"), **HIDDEN),
    Wrong("ex5_2-line", "intercept-late", back(t="A = A.clamp(min=0) * a_low + A.clamp(max=0) * a_up", lines="const = const + A.clamp(max=0) @ t"), **SEEN),
    Wrong("ex5_2-line", "sides-swapped", back(lines="A = A.clamp(min=0) * a_up + A.clamp(max=0) * a_low"), **SEEN),
    Wrong("ex5_2-line", "sides-swapped", back(lines="A = A * a_low"), **SEEN),
    Wrong("ex5_2-line", "intercept-always", back(t="const = const + A.clamp(min=0) @ t"), **SEEN),
    Wrong("ex5_2-line", "input-modified", back(order="zip(layers[-2::-1], lines.reverse() or lines)"), **SEEN),
    Wrong("ex5_2-line", "input-modified", back(order="[(layers.pop(-2), lines.pop()) for _ in list(lines)]"), **SEEN),
    Right("ex5_2-line", "hint-3", back()),
    Right("ex5_2-line", "row-by-row", returns(LINE, "lows, places = [], []", "for row in c:", "    A, const = row @ layers[-1][0], float(row @ layers[-1][1])", "    for k in reversed(range(len(lines))):", "        a_low, a_up, t = lines[k]", "        up = A < 0", "        const += float((A * t)[up].sum())", "        A = torch.where(up, A * a_up, A * a_low)", "        const += float(A @ layers[k][1])", "        A = layers[k][0].T @ A", "    mid, r = (lower + upper) / 2, (upper - lower) / 2", "    lows.append(const + float(A @ mid - A.abs() @ r))", "    places.append(mid - A.sign() * r if (A != 0).all() else torch.where(A >= 0, lower, upper))", "return torch.tensor(lows, dtype=torch.float64), torch.stack(places)")),
    # 5.3
    Wrong("ex5_3-gadget", "y-too-small", four(*ROWS[1:]), **SEEN),
    Wrong("ex5_3-gadget", "y-too-small", four(ROWS[0], *ROWS[2:]), **SEEN),
    Wrong("ex5_3-gadget", "y-too-large", four(*ROWS[:2], ROWS[3]), **SEEN),
    Wrong("ex5_3-gadget", "y-too-large", four(*ROWS[:3], "[-1, 1, low, -low]"), **SEEN),
    Wrong("ex5_3-gadget", "nothing-allowed", four(*ROWS[:2], "[0, 1, low, 0]", "[-1, 1, high, high]"), **SEEN),
    Wrong("ex5_3-gadget", "big-m", four(*ROWS[:2], "[0, 1, -10 * high, 0]", "[-1, 1, -10 * low, -10 * low]"), **SEEN),
    Wrong("ex5_3-gadget", "nothing-allowed", returns(GADGET, "m = min(high, -low)", "rows = np.array([[0, -1, 0, 0], [1, -1, 0, 0], [0, 1, -m, 0], [-1, 1, m, m]], dtype=float)", "return rows[:, :3], rows[:, 3]"), **SEEN),
    Right("ex5_3-gadget", "hint-3", four(*ROWS)),
    Right("ex5_3-gadget", "two-rows-more", four(*ROWS, "[1, 0, -high, 0]", "[-1, 0, -low, -low]")),
    Right("ex5_3-gadget", "off-is-one", four("[0, -2, 0, 0]", "[1, -1, 0, 0]", "[0, 1, high, high]", "[-1, 1, low, 0]", "[0, 0, 1, 1]", "[0, 0, -1, 0]")),
    # 5.4
    Wrong("ex5_4-verify", "false-proof", search(add="parts += [(l, middle_u)]"), **SEEN),
    Wrong("ex5_4-verify", "gave-up-is-proved", search(after="return 'proved', None"), **SEEN),
    Wrong("ex5_4-verify", "unchecked-witness", search(look="if low <= 0:"), **SEEN),
    Wrong("ex5_4-verify", "starved-side", search(side="0"), **SEEN),
    Wrong("ex5_4-verify", "nan-is-proved", search(proved="if not low <= 0:"), **SEEN),
    Wrong("ex5_4-verify", "zero-passes", search(look="if value(p) < 0:"), **SEEN),
    Wrong("ex5_4-verify", "over-budget", search(times="range(budget + 5)"), **SEEN),
    Wrong("ex5_4-verify", "not-found", search(points="()"), **SEEN),
    Wrong("ex5_4-verify", "not-found", search(args="lower, upper", points="(x,)"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(ends="middle_u[side], middle_l[side] = l[side] + 0.4 * (u[side] - l[side]), l[side] + 0.6 * (u[side] - l[side])"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(proved="if low > 0 or (u - l).max() < 0.01:"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(proved="if low > 0 or (u - l).max() < 1e-6:"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(ends="middle_u[side], middle_l[side] = (l[side] + u[side]) / 2 - 1e-9, (l[side] + u[side]) / 2 + 1e-9"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(ends="middle_u[side], middle_l[side] = (l[side] + u[side]) / 2, (l[side] + u[side]) / 2 + 1e-9"), **SEEN),
    Wrong("ex5_4-verify", "false-proof", search(ends="middle_u[side], middle_l[side] = (l[side] + u[side]) / 2 - 1e-9, (l[side] + u[side]) / 2"), **SEEN),
    Wrong("ex5_4-verify", "unchecked-witness", search(look="if value(p) <= 0 or (u - l).max() < 1e-9:"), **SEEN),
    Wrong("ex5_4-verify", "unchecked-witness", search(look="if value(p) <= 0 or (u - l).max() < 1e-3:"), **SEEN),
    Wrong("ex5_4-verify", "last-call", search(after="return 'unknown', None"), **SEEN),
    Wrong("ex5_4-verify", "last-call", search(times="range(budget - 1)"), **SEEN),
    Wrong("ex5_4-verify", "nan-ends-all", search(proved="if math.isnan(low):\n            return 'unknown', None\n        if low > 0:"), **SEEN),
    Wrong("ex5_4-verify", "not-found", search(side="((u - l) / (upper - lower).clamp(min=1e-30))[:2].argmax()"), **HIDDEN),
    Wrong("ex5_4-verify", "false-proof", search(proved="if low > 0 or (u - l).max() < 1e-9:"), **SEEN),
    Wrong("ex5_4-verify", "nan-is-proved", returns(VERIFY, "heap, count = [(bound(lower, upper)[0], 0, lower, upper)], 0", "while heap:", "    least, _, low, high = heapq.heappop(heap)", "    if least > 0:", "        return 'proved', None", "    middle = (low + high) / 2", "    if value(middle) <= 0:", "        return 'violated', middle", "    side = (high - low).argmax()", "    cut_high, cut_low = high.clone(), low.clone()", "    cut_high[side] = cut_low[side] = middle[side]", "    for part in ((low, cut_high), (cut_low, high)):", "        count += 1", "        if count >= budget:", "            return 'unknown', None", "        heapq.heappush(heap, (bound(*part)[0], count, *part))", "return 'proved', None"), **SEEN),
    Right("ex5_4-verify", "hint-3", search()),
    Right("ex5_4-verify", "worst-bound-first", returns(VERIFY, "heap, asked, new = [], 0, [(lower, upper)]", "while new or heap:", "    if not new:", "        l, u = heapq.heappop(heap)[2:]", "        side = int(((u - l) / (upper - lower).clamp(min=1e-30)).argmax())", "        cut = (l[side] + u[side]) / 2", "        a, b = u.clone(), l.clone()", "        a[side] = b[side] = cut", "        new = [(l, a), (b, u)]", "    if asked == budget:", "        return 'unknown', None", "    l, u = new.pop()", "    (low, x), asked = bound(l, u), asked + 1", "    if not low > 0:", "        for p in ((l + u) / 2, x):", "            if value(p) <= 0:", "                return 'violated', p", "        heapq.heappush(heap, (-math.inf if math.isnan(low) else low, asked, l, u))", "return 'proved', None")),
    Right("ex5_4-verify", "depth-first-three-children", returns(VERIFY, "stack, whole = [(lower, upper)], upper - lower", "while stack and budget > 0:", "    l, u = stack.pop()", "    budget = budget - 1", "    low, x = bound(l, u)", "    if low > 0:", "        continue", "    mid = (l + u) / 2", "    found = next((p for p in (mid, x, l, u) if value(p) <= 0), None)", "    if found is not None:", "        return ['violated', found]", "    rel = torch.where(whole > 0, (u - l) / whole.clamp(min=1e-12), torch.zeros_like(l))", "    i = int(rel.argmax())", "    a, b = l[i] + (u[i] - l[i]) / 3, l[i] + 2 * (u[i] - l[i]) / 3", "    for s, e in ((l[i], a), (a, b), (b, u[i])):", "        p, q = l.clone(), u.clone()", "        p[i], q[i] = s, e", "        stack.append((p, q))", "return ('unknown', None) if stack else ('proved', None)")),
    Right("ex5_4-verify", "lowest-bound-first", returns(VERIFY, "heap, n = [(-math.inf, 0, lower, upper)], 0", "for _ in range(budget):", "    if not heap:", "        break", "    _, _, l, u = heapq.heappop(heap)", "    low, x = bound(l, u)", "    if low > 0:", "        continue", "    for p in (x, (l + u) / 2):", "        if value(p) <= 0:", "            return 'violated', p", "    rel = torch.where(upper > lower, (u - l) / (upper - lower).clamp(min=1e-30), 0.0)", "    k = int(rel.argmax())", "    for s, e in ((l[k], (l[k] + u[k]) / 2), ((l[k] + u[k]) / 2, u[k])):", "        p, q, n = l.clone(), u.clone(), n + 1", "        p[k], q[k] = s, e", "        heapq.heappush(heap, (low if low == low else -math.inf, n, p, q))", "return ('unknown', None) if heap else ('proved', None)")),
    Right("ex5_4-verify", "overlapping-halves", search(ends="middle_u[side], middle_l[side] = l[side] + 0.51 * (u[side] - l[side]), l[side] + 0.49 * (u[side] - l[side])")),
    # 5.5a
    Wrong("ex5_5-refute", "not-strict", returns(REFUTE, "said, x = ask(claim, layers, lower, upper, c)", "return x if said == 'violated' else None"), **SEEN),
    Wrong("ex5_5-refute", "no-witness", returns(REFUTE, "x = (lower + upper) / 2", "return x if forward(layers, x) @ c < claim else None"), **SEEN),
    Wrong("ex5_5-refute", "no-witness", returns(REFUTE, "x = avoidance.corners(lower, upper)", "values = forward(layers, x) @ c", "return x[values.argmin()] if values.min() < claim - 1e-6 else None"), **SEEN),
    Wrong("ex5_5-refute", "accuses-the-sound", returns(REFUTE, "x = avoidance.corners(lower, upper)", "return x[(forward(layers, x) @ c).argmin()] if ask(claim - 1e-6, layers, lower, upper, c)[0] == 'proved' else ask(claim - 1e-6, layers, lower, upper, c)[1]"), **SEEN),
    Wrong("ex5_5-refute", "outside-the-box", returns(REFUTE, "said, x = ask(claim - 1e-6, layers, lower, upper, c)", "return x + 2 * (upper - lower) if said == 'violated' else None"), **SEEN),
    Wrong("ex5_5-refute", "not-asked", returns(REFUTE, "g = torch.Generator().manual_seed(0)", "x = lower + (upper - lower) * torch.rand(3000, len(lower), generator=g, dtype=torch.float64)", "values = forward(layers, x) @ c", "return x[values.argmin()] if values.min() < claim - 1e-9 else None"), **SEEN),
    Wrong("ex5_5-refute", "no-witness", returns(REFUTE, "said, x = ask(claim, layers, lower, upper, c)", "return x if said == 'violated' and forward(layers, x) @ c < claim else None"), **SEEN),
    Wrong("ex5_5-refute", "no-witness", returns(REFUTE, "said, x = ask(claim - 0.01, layers, lower, upper, c)", "return x if said == 'violated' else None"), **SEEN),
    Wrong("ex5_5-refute", "not-strict", returns(REFUTE, "said, x = ask(claim * (1 - 1e-4), layers, lower, upper, c)", "return x if said == 'violated' else None"), **SEEN),
    Wrong("ex5_5-refute", "not-asked", returns(REFUTE, "answer, x = grid_ask(claim - 1e-6, layers, lower, upper, c)", "return x if answer == 'violated' else None"), **SEEN),
    Right("ex5_5-refute", "hint-3", returns(REFUTE, "answer, x = ask(claim - 1e-6, layers, lower, upper, c)", "return x if answer == 'violated' else None")),
    Right("ex5_5-refute", "random-then-ask", returns(REFUTE, "for x in lower + (upper - lower) * torch.rand(50, len(lower), generator=torch.Generator().manual_seed(1), dtype=torch.float64):", "    if forward(layers, x) @ c < claim - 1e-9:", "        return x", "answer, x = ask(claim - 5e-4, layers, lower, upper, c)", "return None if answer == 'proved' else x")),
    # 5.5b
    Wrong("ex5_5-hide", "seen-outside", hidden(first="torch.cat([eye, 0 * eye]), torch.cat([-x, 0 * x])"), **SEEN),
    Wrong("ex5_5-hide", "seen-outside", hidden(weight="torch.full((1, 2 * n), -1 / radius, dtype=torch.float64)"), **SEEN),
    Wrong("ex5_5-hide", "not-hidden", hidden(bias="1.0"), **SEEN),
    Wrong("ex5_5-hide", "not-hidden", hidden(first="torch.cat([eye, -eye]), torch.cat([x, -x])"), **SEEN),
    Wrong("ex5_5-hide", "no-layers", returns(HIDE, "n = len(x)", "return [(torch.eye(n).double(), -x)]"), **SEEN),
    Wrong("ex5_5-hide", "points-the-way", returns(HIDE, "n = len(x)", "eye = torch.eye(n, dtype=torch.float64)", "return [(torch.cat([eye, -eye]), torch.cat([-x, x])), (torch.full((1, 2 * n), 2 / radius, dtype=torch.float64), -torch.ones(1, dtype=torch.float64))]"), **SEEN),
    Wrong("ex5_5-hide", "no-float64", hidden().replace(".float64", ".float32"), **SEEN),
    Wrong("ex5_5-hide", "input-modified", hidden(first="torch.cat([eye, -eye]), torch.cat([x.neg_(), -x])"), **SEEN),
    Wrong("ex5_5-hide", "seen-outside", hidden(weight="torch.full((1, 2 * n), -2 / 0.01, dtype=torch.float64)"), **SEEN),
    Right("ex5_5-hide", "hint-3", hidden()),
    Right("ex5_5-hide", "each-side-its-own-spike", returns(HIDE, "n = len(x)", "eye = torch.eye(n, dtype=torch.float64)", "both = torch.cat([eye, -eye])", "first = (both, torch.cat([-x, x]))", "ones = torch.ones(2 * n, dtype=torch.float64)", "return [first, (torch.ones(1, 2 * n, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)), (torch.tensor([[-1.0], [0.0]]).double() * 8 / radius, torch.tensor([3.0, 0.0]).double()), (torch.tensor([[-1.0, 0.0]]).double(), torch.tensor([1.0]).double())]")),
    # 5.6a
    Wrong("ex5_6-bound", "plug-in", returns(BOUND, "return hits / trials"), **SEEN),
    Wrong("ex5_6-bound", "upper-end", returns(BOUND, "return stats.beta.ppf(1 - alpha, hits, trials - hits + 1) if hits else 0.0"), **SEEN),
    Wrong("ex5_6-bound", "broken-promise", returns(BOUND, "p = hits / trials", "return max(0.0, p - stats.norm.ppf(1 - alpha) * math.sqrt(p * (1 - p) / trials))"), **SEEN),
    Wrong("ex5_6-bound", "broken-promise", returns(BOUND, "return stats.beta.ppf(alpha, hits + 1, trials - hits + 1) if hits else 0.0"), **SEEN),
    Wrong("ex5_6-bound", "wasteful", returns(BOUND, "return stats.beta.ppf(alpha / 2, hits, trials - hits + 1) if hits else 0.0"), **SEEN),
    Wrong("ex5_6-bound", "wasteful", returns(BOUND, "return max(0.0, hits / trials - math.sqrt(math.log(1 / alpha) / (2 * trials)))"), **SEEN),
    Wrong("ex5_6-bound", "no-hits", returns(BOUND, "return stats.beta.ppf(alpha, max(hits, 1), trials - hits + 1)"), **SEEN),
    Wrong("ex5_6-bound", "other-arguments", returns(BOUND, "return stats.beta.ppf(max(alpha, 0.005), hits, trials - hits + 1) if hits else 0.0"), **HIDDEN),
    Right("ex5_6-bound", "hint-3", returns(BOUND, "return stats.beta.ppf(alpha, hits, trials - hits + 1) if hits else 0.0")),
    Right("ex5_6-bound", "by-scipy-test", returns(BOUND, "test = stats.binomtest(hits, trials, alternative='greater')", "return test.proportion_ci(1 - alpha, 'exact').low")),
    Right("ex5_6-bound", "by-bisection", returns(BOUND, "low, high = 0.0, 1.0", "for _ in range(60):", "    mid = (low + high) / 2", "    if hits and stats.binom.sf(hits - 1, trials, mid) <= alpha:", "        low = mid", "    else:", "        high = mid", "return np.float64(low)")),
    # 5.6b
    Wrong("ex5_6-certify", "no-sigma", certificate(radius="stats.norm.ppf(p)"), **SEEN),
    Wrong("ex5_6-certify", "plug-in", certificate(p="counts_estimate[best] / sum(counts_estimate)"), **SEEN),
    Wrong("ex5_6-certify", "sums-both", certificate(hits="counts_estimate[best] + counts_select[best]", n="sum(counts_estimate) + sum(counts_select)"), **SEEN),
    Wrong("ex5_6-certify", "same-sample", certificate(best="int(np.argmax(counts_estimate))"), **SEEN),
    Wrong("ex5_6-certify", "same-sample", certificate(hits="counts_select[best]", n="sum(counts_select)"), **SEEN),
    Wrong("ex5_6-certify", "same-sample", certificate(hits="counts_select[best]"), **SEEN),
    Wrong("ex5_6-certify", "wrong-class", certificate(when="p < 0.5"), **SEEN),
    Wrong("ex5_6-certify", "same-sample", certificate(n="sum(counts_select)"), **SEEN),
    Wrong("ex5_6-certify", "ties", certificate(best="len(counts_select) - 1 - int(np.argmax(counts_select[::-1]))"), **SEEN),
    Wrong("ex5_6-certify", "never-abstains", certificate(when="True"), **SEEN),
    Wrong("ex5_6-certify", "never-abstains", certificate(when="p >= 0.5"), **SEEN),
    Wrong("ex5_6-certify", "other-arguments", certificate(p="lower_bound(counts_estimate[best], max(sum(counts_estimate), 120), alpha)"), **HIDDEN),
    Wrong("ex5_6-certify", "wrong-alpha", certificate(p="lower_bound(counts_estimate[best], sum(counts_estimate), alpha / 2)"), **SEEN),
    Wrong("ex5_6-certify", "not-asked", certificate(p="stats.beta.ppf(alpha, counts_estimate[best], sum(counts_estimate) - counts_estimate[best] + 1)"), **SEEN),
    Right("ex5_6-certify", "by-methods", returns(CERTIFY, "k = counts_select.argmax()", "p = lower_bound(counts_estimate[k], counts_estimate.sum(), alpha)", "return (k, stats.norm.ppf(p) * sigma) if p > 0.5 else (None, 0.0)")),
    Right("ex5_6-certify", "hint-3", certificate()),
    Right("ex5_6-certify", "by-erfinv", returns(CERTIFY, "select, estimate = torch.as_tensor(np.asarray(counts_select)), np.asarray(counts_estimate)", "best = max(range(len(select)), key=lambda k: (int(select[k]), -k))", "p = lower_bound(int(estimate[best]), int(estimate.sum()), alpha)", "if p <= 0.5:", "    return [None, 0.0]", "return [np.int64(best), float(sigma * math.sqrt(2) * torch.erfinv(torch.tensor(2 * p - 1, dtype=torch.float64)))]")),
    # 5.8
    Wrong("ex5_8-slopes", "nothing-moves", adam(into="s.clamp(0, 1)", after="pass", result="best.clamp(0, 1)"), **SEEN),
    Wrong("ex5_8-slopes", "outside-0-1", adam(after="pass"), **SEEN),
    Wrong("ex5_8-slopes", "downhill", adam(sign="", result="s.detach()", times="range(steps - 1)"), **SEEN),
    Wrong("ex5_8-slopes", "too-many-calls", adam(times="range(steps + 1)"), **SEEN),
    Wrong("ex5_8-slopes", "unseen", adam(result="s.detach()"), **SEEN),
    Wrong("ex5_8-slopes", "kinks", steps("s + 0.1 * g"), **SEEN),
    Wrong("ex5_8-slopes", "kinks", steps("s + 0.1 * g.sign()"), **SEEN),
    Wrong("ex5_8-slopes", "not-the-best", steps("s + g"), **SEEN),
    Wrong("ex5_8-slopes", "input-modified", returns(SLOPES, "slopes.requires_grad_(True)", "adam = torch.optim.Adam([slopes], lr=0.1)", "best, top = slopes.detach().clone(), -math.inf", "for _ in range(steps):", "    low = objective(slopes)", "    if low.item() > top:", "        best, top = slopes.detach().clone(), low.item()", "    (slopes.grad,) = torch.autograd.grad(-low.sum(), slopes)", "    adam.step()", "    slopes.data.clamp_(0, 1)", "return best"), **SEEN),
    Right("ex5_8-slopes", "hint-3", adam()),
    Right("ex5_8-slopes", "unit-steps", steps("s + 0.3 / (1 + k / 20) * g / g.norm().clamp(min=1e-12)")),
    Right("ex5_8-slopes", "sign-steps", returns(SLOPES, "best, top, s = slopes.clone(), None, slopes.clone()", "for k in range(steps):", "    s = s.detach().requires_grad_(True)", "    low = objective(s)", "    if top is None or float(low.detach()) > top:", "        best, top = s.detach().clone(), float(low.detach())", "    g = torch.autograd.grad(low.sum(), s)[0]", "    s = (s.detach() + 0.2 * 0.96 ** k * g.sign()).clamp(0, 1)", "return best")),
    # 5.9a
    Wrong("ex5_9-fault", "too-small", returns(FAULT, "big = torch.tensor([2.0 ** 23], dtype=torch.float64)", f"return [({ONE}, big), ({ONE}, -big)]"), **SEEN),
    Wrong("ex5_9-fault", "too-small", returns(FAULT, "big = torch.tensor([2.0 ** 24], dtype=torch.float64)", f"return [({ONE}, big), ({ONE}, -big)]"), **SEEN),
    Wrong("ex5_9-fault", "not-float32", returns(FAULT, "big = torch.tensor([1e9 * high], dtype=torch.float64) + 1", f"return [({ONE}, big), ({ONE}, -big)]"), **SEEN),
    Wrong("ex5_9-fault", "not-the-identity", returns(FAULT, f"return [({ONE}, torch.zeros(1).double()), (0 * {ONE}, torch.zeros(1).double())]"), **SEEN),
    Wrong("ex5_9-fault", "not-float32", returns(FAULT, "big = torch.tensor([high * 2.0**25], dtype=torch.float64)", "one = torch.eye(1, dtype=torch.float64)", "return [(one, big), (one, -big)]"), **SEEN),
    Wrong("ex5_9-fault", "too-small", returns(FAULT, "big = torch.tensor([1e10], dtype=torch.float64)", "one = torch.eye(1, dtype=torch.float64)", "return [(one, big), (one, -big)]"), **SEEN),
    Right("ex5_9-fault", "hint-3", returns(FAULT, "big = torch.tensor([2.0 ** (math.ceil(math.log2(high)) + 25)], dtype=torch.float64)", f"return [({ONE}, big), ({ONE}, -big)]")),
    Right("ex5_9-fault", "by-underflow", returns(FAULT, "zero = torch.zeros(1, dtype=torch.float64)", f"return [({ONE} * 2.0**k, zero) for k in (-100, -100, 100, 100)]")),
    Right("ex5_9-fault", "larger-by-far", returns(FAULT, "big = torch.tensor([2.0 ** 40])", "one = torch.eye(1)", "return [(one, big), (one, -big)]")),
    # 5.9b
    Wrong("ex5_9-rounding", "zero", returns(ROUND, "return 0.0"), **SEEN),
    Wrong("ex5_9-rounding", "too-small", errors(own="2 ** -24 * (W.abs() @ y + b.abs())"), **SEEN),
    Wrong("ex5_9-rounding", "too-small", errors(y="(lower + upper).abs() / 2 + err"), **SEEN),
    Wrong("ex5_9-rounding", "forgets-carried", errors(carried=""), **SEEN),
    Wrong("ex5_9-rounding", "forgets-carried", errors(carried="err.max() + "), **SEEN),
    Wrong("ex5_9-rounding", "errors-cancel", errors(carried="(W @ err).abs() + "), **SEEN),
    Wrong("ex5_9-rounding", "not-added", errors(carried="W.abs().amax(1) * err.max() + "), **SEEN),
    Wrong("ex5_9-rounding", "sampled", returns(ROUND, "g = torch.Generator().manual_seed(0)", "x = lower + (upper - lower) * torch.rand(20_000, len(lower), generator=g, dtype=torch.float64)", "x = x.float()", "rounded = forward([(W.float(), b.float()) for W, b in layers], x).double()", "return 10 * (rounded - forward(layers, x.double())).abs().max() + 1e-6"), **SEEN),
    Wrong("ex5_9-rounding", "not-the-worst", errors(result="err.mean()"), **SEEN),
    Wrong("ex5_9-rounding", "not-the-worst", errors(result="err[-1]"), **SEEN),
    Wrong("ex5_9-rounding", "too-small", errors(y="upper.abs() + err"), **SEEN),
    Wrong("ex5_9-rounding", "too-large", errors(own="1e-2 * (W.abs() @ y + b.abs())"), **SEEN),
    Wrong("ex5_9-rounding", "not-the-worst", errors(result="err[0]"), **SEEN),
    Wrong("ex5_9-rounding", "input-modified", errors(y="torch.maximum(lower.abs_(), upper.abs_()) + err"), **SEEN),
    Right("ex5_9-rounding", "hint-3", errors()),
    Right("ex5_9-rounding", "by-numpy", returns(ROUND, "low, high = lower.numpy(), upper.numpy()", "err = np.zeros_like(low)", "for W, b in layers:", "    W, b = W.numpy(), b.numpy()", "    size = np.maximum(np.abs(low), np.abs(high)) + err", "    u = (W.shape[1] + 2) * 2.0 ** -24", "    err = np.abs(W) @ err + 1.01 * u * (np.abs(W) @ size + np.abs(b))", "    up, down = np.maximum(W, 0), np.minimum(W, 0)", "    low, high = np.maximum(up @ low + down @ high + b, 0), np.maximum(up @ high + down @ low + b, 0)", "return np.max(err)")),
]  # fmt: skip
