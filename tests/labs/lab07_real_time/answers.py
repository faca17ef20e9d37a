"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


SPEED = "safe_speed(gap, brake, reaction)"
LOOKS = "certain_looks(gap, speed, brake, period, latency)"
MISS = "all_miss(missed, k)"
BEST = "best_detector(detectors, gap, speed, brake, *, looks, all_miss)"
RESPONSE = "response_times(arrival, service)"
LIE = "lying_benchmark(n, period)"
EXIT = "exit_threshold(confidence, right_small, right_big, loss)"
SLOW = "slow_down(model, x, epsilon, steps)"
BREAK = "break_switch(switch)"
MAY = "may_act(gap, v, v_lead, pending, wanted)"
MACS = "macs(model, x)"
ACCUMULATE = "accumulated_gradient(model, parts)"
BATCH = "largest_batch(period, fixed, per_item, deadline)"
CHECKS = "best_checks(cost, detect, budget)"
BOUND = "rounding_bound(step, x)"

LEFT = "left = (gap - speed ** 2 / (2 * brake)) / speed"
FITS = "math.floor((left - latency) / period + 1e-9)"
RISKS = 'risks = [all_miss(d["missed"], looks(gap, speed, brake, d["period"], d["latency"])) for d in detectors]'
ROOM = "gap + v_lead ** 2 / (2 * LEAD_BRAKE)"
SWITCH = [
    "d1, u = advance(v, pending + PUSH)",
    "d2, u = advance(u, wanted + PUSH)",
    f"return d1 + d2 + u ** 2 / (2 * (BRAKE - PUSH)) <= {ROOM}",
]
SUBSETS = "sets = [s for r in range(len(cost) + 1) for s in combinations(range(len(cost)), r) if sum(cost[i] for i in s) <= budget]"


def climb(loss: str, step: str = "2.5 * epsilon / steps", times: str = "range(steps)",
          after: str = "z.clamp(x - epsilon, x + epsilon).clamp(0, 1)") -> str:  # fmt: skip
    """Signed gradient steps with parts to exchange."""
    return returns(
        SLOW,
        "z = x.clone()",
        f"for _ in {times}:",
        "    z.requires_grad_(True)",
        "    logits = model(z)",
        "    log_p = logits.log_softmax(1)",
        f"    g, = torch.autograd.grad({loss}, z)",
        f"    z = z.detach() + {step} * g.sign()",
        f"    z = {after}",
        "return z",
    )


ENTROPY = "-(log_p.exp() * log_p).sum()"


def scenario(gap: float, wanted: str, push: str, lead: str, v: float = 10.0) -> str:
    """A fixed scenario of 200 steps."""
    return returns(
        BREAK,
        f"return dict(gap={gap}, v={v}, v_lead=10.0, wanted={wanted}, disturbance={push}, lead={lead})",
    )


MOST, WIND = "np.full(200, 2.0)", "np.ones(200)"
HARD = "np.where(np.arange(200) < 8, 0.0, -8.0)"

CACHED = "cached_step(layers, x, cache)"
DECODING = "decoding_macs(n, d, cached)"


def decode(late: str = "pass", keys: str = "x", scale: str = "len(x) ** 0.5", use: str = "(K, V)") -> str:  # fmt: skip
    """A step with a cache, with parts to exchange."""
    return returns(
        CACHED,
        "x0, new = x, []",
        "for (q, k, v, o), (K, V) in zip(layers, cache):",
        f"    {late}",
        f"    K, V = np.vstack([K, {keys} @ k]), np.vstack([V, {keys} @ v])",
        "    new.append((K, V))",
        f"    A, B = {use}",
        "    if len(A) == 0:",
        "        continue",
        f"    s = A @ (x @ q) / {scale}",
        "    w = np.exp(s - s.max())",
        "    x = x + (w / w.sum()) @ B @ o",
        "return x, new",
    )


ANSWERS = [
    # 7.1a
    Wrong("ex7_1-speed", "no-reaction", returns(SPEED, "return math.sqrt(2 * brake * gap)"), **SEEN),
    Wrong("ex7_1-speed", "negative-root", Edit("- before", "* -1 - before"), **SEEN),
    Wrong("ex7_1-speed", "no-half", returns(SPEED, "return brake / 2 * (math.sqrt(reaction ** 2 + 4 * gap / brake) - reaction)"), **SEEN),
    Wrong("ex7_1-speed", "edge-case", returns(SPEED, "t = reaction or 0.1", "return brake * (math.sqrt(t ** 2 + 2 * gap / brake) - t)"), **SEEN),
    Wrong("ex7_1-speed", "other-arguments", returns(SPEED, "brake = 6", "return brake * (math.sqrt(reaction ** 2 + 2 * gap / brake) - reaction)"), **SEEN),
    Right("ex7_1-speed", "hint-3", returns(SPEED, "return brake * (math.sqrt(reaction ** 2 + 2 * gap / brake) - reaction)")),
    Wrong("ex7_1-speed", "other-arguments", returns(SPEED, "speeds = np.linspace(0, 50, 5001)", "return speeds[speeds * reaction + speeds**2 / (2 * brake) <= gap].max()"), **HIDDEN),
    Right("ex7_1-speed", "by-roots", returns(SPEED, "return float(max(np.roots([1 / (2 * brake), reaction, -gap]).real))")),
    Right("ex7_1-speed", "by-bisection", returns(SPEED, "low, high = 0.0, math.sqrt(2 * brake * gap)", "for _ in range(200):", "    mid = (low + high) / 2", "    if mid * reaction + mid ** 2 / (2 * brake) <= gap:", "        low = mid", "    else:", "        high = mid", "return low")),
    # 7.1b
    Wrong("ex7_1-looks", "best-phase", returns(LOOKS, LEFT, f"return max(0, {FITS} + 1)"), **SEEN),
    Wrong("ex7_1-looks", "best-phase", returns(LOOKS, LEFT, "return max(0, math.ceil((left - latency) / period - 1e-9))"), **SEEN),
    Wrong("ex7_1-looks", "no-latency", returns(LOOKS, LEFT, "return max(0, math.floor(left / period))"), **SEEN),
    Wrong("ex7_1-looks", "no-braking", returns(LOOKS, "left = gap / speed", f"return max(0, {FITS})"), **SEEN),
    Wrong("ex7_1-looks", "mean-phase", returns(LOOKS, LEFT, "return max(0, math.floor((left - latency) / period + 0.5))"), **SEEN),
    Wrong("ex7_1-looks", "strict", returns(LOOKS, LEFT, "return max(0, math.ceil((left - latency) / period) - 1)"), **SEEN),
    Wrong("ex7_1-looks", "below-zero", returns(LOOKS, LEFT, f"return {FITS}"), **SEEN),
    Wrong("ex7_1-looks", "other-arguments", returns(LOOKS, LEFT, "period = max(period, latency - 0.2)", f"return max(0, {FITS})"), **HIDDEN),
    Wrong("ex7_1-looks", "other-arguments", returns(LOOKS, LEFT, "return max(0, int(left / period + 1e-9) - math.ceil(latency / period - 1e-9))"), **SEEN),
    Wrong("ex7_1-looks", "rounding-error", returns(LOOKS, LEFT, f"return max(0, {FITS.replace(' + 1e-9', '')})"), **SEEN),
    Wrong("ex7_1-looks", "rounding-error", returns(LOOKS, LEFT, "count, over = 0, period + latency", "while over <= left:", "    count, over = count + 1, over + period", "return count"), **SEEN),
    Wrong("ex7_1-looks", "no-int", returns(LOOKS, LEFT, "return max(0.0, np.floor((left - latency) / period + 1e-9))"), **SEEN),
    Right("ex7_1-looks", "hint-3", returns(LOOKS, LEFT, f"return max(0, {FITS})")),
    Right("ex7_1-looks", "by-counting", returns(LOOKS, "left, count = gap / speed - speed / (2 * brake), 0", "while (count + 1 - 1e-9) * period + latency <= left:", "    count += 1", "return count")),
    # 7.2a
    Wrong("ex7_2-miss", "assumes-independence", returns(MISS, "return float(missed.mean() ** k)"), **SEEN),
    Wrong("ex7_2-miss", "counts-a-look-twice", returns(MISS, "return float((missed.mean(1) ** min(k, missed.shape[1])).mean())"), **SEEN),
    Wrong("ex7_2-miss", "depends-on-order", returns(MISS, "return float(missed[:, :k].all(1).mean())"), **SEEN),
    Wrong("ex7_2-miss", "any-not-all", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "return float(np.mean([1 - math.comb(n - int(s), k) / math.comb(n, k) for s in missed.sum(1)]))"), **SEEN),
    Wrong("ex7_2-miss", "edge-case", returns(MISS, "n = missed.shape[1]", "if k > n:", "    return 0.0", "return sum(math.comb(int(s), k) for s in missed.sum(1)) / (math.comb(n, k) * len(missed))"), **SEEN),
    Wrong("ex7_2-miss", "biased", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "pairs = [missed[:, [(i + j) % n for j in range(k)]].all(1) for i in range(n)] if k != 2 else [missed[:, [i, j]].all(1) for i in range(n) for j in range(i)]", "return float(np.mean(pairs)) if k else 1.0"), **HIDDEN),
    Wrong("ex7_2-miss", "many-looks", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "top, bottom = np.ones(len(missed), int), np.int64(1)", "for j in range(k):", "    top, bottom = top * np.maximum(missed.sum(1) - j, 0), bottom * np.int64(n - j)", "return float((top / bottom).mean())"), **SEEN),
    Wrong("ex7_2-miss", "many-looks", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "return float(np.mean([math.comb(n - int(s), k) / math.comb(n, k) for s in missed.sum(1)]))"), **SEEN),
    Right("ex7_2-miss", "factor-by-factor", returns(MISS, "n, s = missed.shape[1], missed.sum(1)", "product = np.ones(len(missed))", "for j in range(min(k, n)):", "    product *= np.maximum(s - j, 0) / (n - j)", "return product.mean()")),
    Right("ex7_2-miss", "by-lgamma", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "log_falling = lambda m: math.lgamma(m + 1) - math.lgamma(m - k + 1)", "return sum(math.exp(log_falling(s) - log_falling(n)) for s in missed.sum(1).tolist() if s >= k) / len(missed)")),
    Right("ex7_2-miss", "hint-3", returns(MISS, "n = missed.shape[1]", "k = min(k, n)", "return sum(math.comb(int(s), k) for s in missed.sum(1)) / (math.comb(n, k) * len(missed))")),
    Right("ex7_2-miss", "by-scipy", returns(MISS, "from scipy.stats import hypergeom", "n = missed.shape[1]", "k = min(k, n)", "return float(np.mean(hypergeom.pmf(k, n, missed.sum(1), k)))")),
    # 7.2b
    Wrong("ex7_2-best", "most-looks", returns(BEST, 'counts = [looks(gap, speed, brake, d["period"], d["latency"]) for d in detectors]', "return counts.index(max(counts))"), **SEEN),
    Wrong("ex7_2-best", "last-of-equals", returns(BEST, RISKS, "return len(risks) - 1 - risks[::-1].index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "fewest-misses", returns(BEST, 'rates = [d["missed"].mean() for d in detectors]', "return int(np.argmin(rates))"), **SEEN),
    Wrong("ex7_2-best", "other-arguments", returns(BEST, RISKS.replace("brake, ", "5.0, "), "return risks.index(min(risks))"), **HIDDEN),
    Wrong("ex7_2-best", "swapped-arguments", returns(BEST, RISKS.replace('d["period"], d["latency"]', 'd["latency"], d["period"]'), "return risks.index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "swapped-arguments", returns(BEST, RISKS.replace("speed, brake", "brake, speed"), "return risks.index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "own-functions", returns(BEST, RISKS.replace("all_miss(", 'globals()["all_miss"](').replace("looks(", "certain_looks("), "return risks.index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "most-looks", returns(BEST, RISKS, "return int(np.argmax(risks))"), **SEEN),
    Wrong("ex7_2-best", "own-functions", returns(BEST, RISKS.replace(", looks(", ", certain_looks("), "return risks.index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "no-looks", returns(BEST, "best, least = None, 1.0", "for i, d in enumerate(detectors):", '    risk = all_miss(d["missed"], looks(gap, speed, brake, d["period"], d["latency"]))', "    if risk < least:", "        best, least = i, risk", "return best"), **SEEN),
    Wrong("ex7_2-best", "places-lost", returns(BEST, 'counts = [looks(gap, speed, brake, d["period"], d["latency"]) for d in detectors]', 'risks = [all_miss(d["missed"], k) for d, k in zip(detectors, counts) if k]', "return risks.index(min(risks))"), **SEEN),
    Wrong("ex7_2-best", "no-looks", returns(BEST, RISKS.replace("looks(", "max(1, looks(").replace("]))", "])))"), "return risks.index(min(risks))"), **SEEN),
    Right("ex7_2-best", "hint-3", returns(BEST, RISKS, "return risks.index(min(risks))")),
    Right("ex7_2-best", "by-numpy", returns(BEST, "risks = np.ones(len(detectors))", "for i, d in enumerate(detectors):", '    n = looks(gap, speed, brake, period=d["period"], latency=d["latency"])', '    risks[i] = all_miss(d["missed"], n)', "return np.argmin(risks)")),
    # 7.3a
    Wrong("ex7_3-response", "no-waiting", returns(RESPONSE, "return np.array(service)"), **SEEN),
    Wrong("ex7_3-response", "waiting-only", Edit("idle - arrival", "idle - arrival - service"), **SEEN),
    Wrong("ex7_3-response", "works-ahead", returns(RESPONSE, "return arrival[0] + np.cumsum(service) - arrival"), **SEEN),
    Wrong("ex7_3-response", "not-subtracted", returns(RESPONSE, "free, times = 0.0, []", "for a, s in zip(arrival, service):", "    free = max(a, free) + s", "    times.append(free)", "return np.array(times)"), **SEEN),
    Wrong("ex7_3-response", "previous-only", returns(RESPONSE, "wait = np.zeros(len(arrival))", "wait[1:] = np.maximum(0, arrival[:-1] + service[:-1] - arrival[1:])", "return wait + service"), **SEEN),
    Wrong("ex7_3-response", "other-arguments", returns(RESPONSE, "free, times = arrival[0], []", "for a, s in zip(arrival, service):", "    free = max(a, free) + max(s, 0.5) * (s > 0)", "    times.append(free - a)", "return np.array(times)"), **HIDDEN),
    Wrong("ex7_3-response", "cut-to-ints", returns(RESPONSE, "free, times = arrival[0], np.zeros_like(arrival)", "for i in range(len(arrival)):", "    free = max(arrival[i], free) + service[i]", "    times[i] = free - arrival[i]", "return times"), **SEEN),
    Right("ex7_3-response", "cumulative", returns(RESPONSE, "done = np.cumsum(service)", "return np.maximum.accumulate(arrival - done + service) + done - arrival")),
    Right("ex7_3-response", "hint-3", returns(RESPONSE, "free = -np.inf", "times = []", "for a, s in zip(arrival, service):", "    free = max(a, free) + s", "    times.append(free - a)", "return np.array(times)")),
    Right("ex7_3-response", "by-lindley", returns(RESPONSE, "wait = np.zeros(len(arrival))", "for i in range(1, len(arrival)):", "    wait[i] = max(0.0, wait[i - 1] + service[i - 1] - (arrival[i] - arrival[i - 1]))", "return (wait + service).astype(np.float64)")),
    # 7.3b
    Wrong("ex7_3-lie", "too-short", returns(LIE, "service = np.full(n, 0.001)", "service[5000] = 1.0", "return service"), **SEEN),
    Wrong("ex7_3-lie", "too-many", returns(LIE, "service = np.full(n, 0.001)", "service[::500] = 1.5", "return service"), **SEEN),
    Wrong("ex7_3-lie", "too-many", returns(LIE, "return np.full(n, 0.6)"), **SEEN),
    Wrong("ex7_3-lie", "too-short", returns(LIE, "service = np.zeros(n)", "service[0] = 0.5 + 102 * 0.01", "return service"), **SEEN),
    Wrong("ex7_3-lie", "too-short", returns(LIE, "service = np.zeros(n)", "service[0] = 0.5 + 110 * period", "return service"), **SEEN),
    Wrong("ex7_3-lie", "too-many", returns(LIE, "service = np.zeros(n)", "service[: math.ceil(n / 1000)] = 0.5 + 0.02 * n * period", "return service"), **SEEN),
    Right("ex7_3-lie", "hint-3", returns(LIE, "service = np.zeros(n)", "service[0] = 0.5 + (0.01 * n + 2) * period", "return service")),
    Right("ex7_3-lie", "two-stalls", returns(LIE, "service = np.full(n, 1e-6)", "service[n // 3] = service[2 * n // 3] = 0.6 + 0.01 * n * period", "return service")),
    # 7.4a
    Wrong("ex7_4-exit", "stops-at-first", returns(EXIT, "last = math.inf", "for t in np.unique(confidence)[::-1]:", "    if right_big.mean() - np.where(confidence >= t, right_small, right_big).mean() > loss + 1e-12:", "        return last", "    last = float(t)", "return last"), **SEEN),
    Wrong("ex7_4-exit", "too-much-lost", returns(EXIT, "for t in np.unique(confidence):", "    out = confidence >= t", "    if right_big[out].mean() - right_small[out].mean() <= 0.5:", "        return float(t)", "return math.inf"), **SEEN),
    Wrong("ex7_4-exit", "splits-ties", returns(EXIT, "order = np.argsort(-confidence, kind='stable')", "lost = np.cumsum(right_big[order].astype(int) - right_small[order].astype(int))", "ok = np.flatnonzero(lost <= loss * len(lost) + 1e-9)", "return float(confidence[order][ok[-1]]) if len(ok) else math.inf"), **SEEN),
    Wrong("ex7_4-exit", "no-inf", returns(EXIT, "for t in np.unique(confidence):", "    if right_big.mean() - np.where(confidence >= t, right_small, right_big).mean() <= loss + 1e-12:", "        return float(t)", "return float(confidence.max())"), **SEEN),
    Wrong("ex7_4-exit", "ignores-gains", returns(EXIT, "for t in np.unique(confidence):", "    out = confidence >= t", "    if (right_big[out] & ~right_small[out]).sum() <= loss * len(confidence):", "        return float(t)", "return math.inf"), **SEEN),
    Wrong("ex7_4-exit", "gain-as-loss", returns(EXIT, "for t in np.unique(confidence):", "    if abs(right_big.mean() - np.where(confidence >= t, right_small, right_big).mean()) <= loss + 1e-12:", "        return float(t)", "return math.inf"), **SEEN),
    Wrong("ex7_4-exit", "grid-of-thresholds", returns(EXIT, "for t in np.linspace(0, 1, 1001):", "    if (confidence >= t).any() and right_big.mean() - np.where(confidence >= t, right_small, right_big).mean() <= loss + 1e-12:", "        return float(t)", "return math.inf"), **SEEN),
    Right("ex7_4-exit", "between-two", returns(EXIT, "values, best = np.unique(confidence), math.inf", "for low, t in zip(values - 2 * np.diff(values, prepend=values[0]), values):", "    t = max(t - 1e-9, (low + t) / 2)", "    lost = (right_big[confidence >= t].sum() - right_small[confidence >= t].sum()) / len(confidence)", "    if lost <= loss:", "        return t", "return best")),
    Right("ex7_4-exit", "hint-3", returns(EXIT, "for t in np.unique(confidence):", "    mixed = np.where(confidence >= t, right_small, right_big)", "    if right_big.mean() - mixed.mean() <= loss + 1e-12:", "        return float(t)", "return math.inf")),
    Right("ex7_4-exit", "by-list", returns(EXIT, "n, allowed = len(confidence), []", "for t in sorted(set(confidence.tolist()), reverse=True):", "    lost = sum(int(b) - int(s) for c, s, b in zip(confidence, right_small, right_big) if c >= t)", "    if lost / n <= loss + 1e-9:", "        allowed.append(t)", "return min(allowed, default=math.inf)")),
    # 7.4b
    Wrong("ex7_4-slow", "wrong-sign", climb("(log_p.exp() * log_p).sum()"), **SEEN),
    Wrong("ex7_4-slow", "evasion", climb("F.cross_entropy(logits, model(x).argmax(1), reduction='sum')"), **SEEN),
    Wrong("ex7_4-slow", "other-start", climb(ENTROPY).replace("z = x.clone()", "z = (x + epsilon * (2 * torch.rand_like(x) - 1)).clamp(0, 1)"), **SEEN),
    Wrong("ex7_4-slow", "one-step", climb(ENTROPY, step="epsilon", times="range(1)"), **SEEN),
    Wrong("ex7_4-slow", "no-projection", climb(ENTROPY, after="z.clamp(0, 1)"), **SEEN),
    Wrong("ex7_4-slow", "no-clamp", climb(ENTROPY, after="z.clamp(x - epsilon, x + epsilon)"), **SEEN),
    Wrong("ex7_4-slow", "graph-left", Edit("return moved.detach()", "return moved.requires_grad_(True)"), **SEEN),
    Wrong("ex7_4-slow", "weak-attack", climb(ENTROPY, step="0.02 * epsilon"), **SEEN),
    Wrong("ex7_4-slow", "step-size", climb(ENTROPY, step="2.5 * epsilon"), **SEEN),
    Wrong("ex7_4-slow", "no-projection", climb(ENTROPY, after="z").replace("return z", "return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)"), **SEEN),
    Wrong("ex7_4-slow", "unsigned-gradient", climb(ENTROPY).replace("g.sign()", "g"), **SEEN),
    Wrong("ex7_4-slow", "gradient-left", climb(ENTROPY).replace("    g, = torch.autograd.grad(-(log_p.exp() * log_p).sum(), z)", "    (-(log_p.exp() * log_p).sum()).backward()").replace("g.sign()", "z.grad.sign()"), **SEEN),
    Right("ex7_4-slow", "away-from-x", returns(SLOW, "delta = torch.zeros_like(x)", "for _ in range(steps):", "    delta.requires_grad_(True)", "    loss = -F.log_softmax(model(x + delta), 1).mean(1).sum()", "    grad, = torch.autograd.grad(loss, delta)", "    delta = (delta.detach() - 2.5 * epsilon / steps * grad.sign()).clamp(-epsilon, epsilon)", "    delta = (x + delta).clamp(0, 1) - x", "return (x + delta).detach()")),
    Right("ex7_4-slow", "hint-3", climb(ENTROPY)),
    Right("ex7_4-slow", "lowest-top", climb("-log_p.exp().amax(1).sum()")),
    Right("ex7_4-slow", "in-double", returns(SLOW, "model = deepcopy(model).double() if isinstance(model, nn.Module) else model", "z = x.double()", "for _ in range(steps):", "    z = z.detach().requires_grad_(True)", "    h = torch.distributions.Categorical(logits=model(z)).entropy()", "    g, = torch.autograd.grad(h.sum(), z)", "    z = z.detach() + 2.5 * epsilon / steps * g.sign()", "    z = torch.minimum(torch.maximum(z, x - epsilon), x + epsilon).clamp(0, 1)", "return z.to(x.dtype)").replace("model = deepcopy", "from copy import deepcopy\n    model = deepcopy")),
    # 7.5a
    Wrong("ex7_5-break", "survives", scenario(60.0, MOST, "np.zeros(200)", HARD), **SEEN),
    Wrong("ex7_5-break", "unfair-start", scenario(5.0, MOST, WIND, HARD, 20.0), **SEEN),
    Wrong("ex7_5-break", "outside-limits", scenario(60.0, "np.full(200, 3.0)", WIND, HARD), **SEEN),
    Wrong("ex7_5-break", "wrong-shape", scenario(60.0, MOST, "1.0", HARD), **SEEN),
    Right("ex7_5-break", "hint-3", returns(BREAK, "lead = np.where(np.arange(200)[:, None] < np.arange(100), 0.0, -8.0)", "most = np.full(lead.shape, 2.0)", "push = np.ones(lead.shape)", "least, _ = play(switch, 60.0, 10.0, 10.0, most, push, lead)", "c = least.argmin()", "return dict(gap=60.0, v=10.0, v_lead=10.0, wanted=most[:, c], disturbance=push[:, c], lead=lead[:, c])")),
    Right("ex7_5-break", "random-search", returns(BREAK, "rng = np.random.default_rng(3)", "shape = (240, 400)", "quiet = rng.integers(0, 120, 400)", "lead = np.where(np.arange(240)[:, None] < quiet, rng.uniform(-1, 2, 400), -8.0)", "least, _ = play(switch, 40.0, 8.0, 12.0, np.full(shape, 2.0), np.ones(shape), lead)", "c = int(least.argmin())", "return {'gap': 40, 'v': 8, 'v_lead': 12, 'wanted': [2.0] * 240, 'disturbance': [1.0] * 240, 'lead': lead[:, c].tolist()}")),
    # 7.5b
    Wrong("ex7_5-may", "ignores-pending", returns(MAY, "return ignores_delay(gap, v, v_lead, pending, wanted)"), **SEEN),
    Wrong("ex7_5-may", "ignores-wanted", returns(MAY, SWITCH[0], f"return d1 + u ** 2 / (2 * (BRAKE - PUSH)) <= {ROOM}"), **SEEN),
    Wrong("ex7_5-may", "ignores-disturbance", returns(MAY, *SWITCH[:2], f"return d1 + d2 + u ** 2 / (2 * BRAKE) <= {ROOM}"), **SEEN),
    Wrong("ex7_5-may", "leader-too-gentle", returns(MAY, "return leader_like_us(gap, v, v_lead, pending, wanted)"), **SEEN),
    Wrong("ex7_5-may", "ignores-disturbance", returns(MAY, SWITCH[0].replace(" + PUSH", ""), *SWITCH[1:]), **SEEN),
    Wrong("ex7_5-may", "ignores-disturbance", returns(MAY, SWITCH[0], SWITCH[1].replace(" + PUSH", ""), SWITCH[2]), **SEEN),
    Wrong("ex7_5-may", "forgets-way", returns(MAY, *SWITCH).replace("d1 + d2", "d2"), **SEEN),
    Wrong("ex7_5-may", "forgets-way", returns(MAY, *SWITCH).replace("d1 + d2", "d1"), **SEEN),
    Wrong("ex7_5-may", "too-shy", returns(MAY, *SWITCH).replace("(2 * (BRAKE - PUSH))", "(BRAKE - PUSH)"), **SEEN),
    Wrong("ex7_5-may", "swapped-commands", returns(MAY, "pending, wanted = wanted, pending", *SWITCH), **SEEN),
    Wrong("ex7_5-may", "input-modified", returns(MAY, "pending += PUSH", "wanted += PUSH", *(line.replace(" + PUSH)", ")") for line in SWITCH)), **SEEN),
    Wrong("ex7_5-may", "too-shy", returns(MAY, "return np.zeros(np.shape(gap), bool)"), **SEEN),
    Wrong("ex7_5-may", "crash", returns(MAY, "d1 = v * STEP + (pending + PUSH) * STEP ** 2 / 2", "u = v + (pending + PUSH) * STEP", "d2 = u * STEP + (wanted + PUSH) * STEP ** 2 / 2", "u = np.maximum(u + (wanted + PUSH) * STEP, 0)", f"return np.maximum(d1, 0) + np.maximum(d2, 0) + u ** 2 / (2 * (BRAKE - PUSH)) <= {ROOM} + 0.05"), **SEEN),
    Right("ex7_5-may", "harder-command-twice", returns(MAY, "pending = wanted = np.maximum(pending, wanted)", *SWITCH)),
    Right("ex7_5-may", "hint-3", returns(MAY, *SWITCH)),
    Right("ex7_5-may", "step-by-step", returns(MAY, "ours = np.zeros(np.shape(v))", "for k in range(60):", "    a = (pending, wanted)[k] if k < 2 else -BRAKE", "    way, v = advance(v, a + PUSH)", "    ours = ours + way", "theirs = gap", "for _ in range(60):", "    way, v_lead = advance(v_lead, -LEAD_BRAKE)", "    theirs = theirs + way", "return theirs - ours >= 0")),
    Right("ex7_5-may", "leader-is-a-wall", returns(MAY, "d1, u = advance(v, pending + PUSH)", "d2, u = advance(u, wanted + PUSH)", "return d1 + d2 + u ** 2 / 10 + 0.3 <= gap + v_lead ** 2 / 16")),
    # 7.7a
    Wrong("ex7_7-macs", "counts-weights", returns(MACS, "return sum(m.weight.numel() for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear)))"), **SEEN),
    Wrong("ex7_7-macs", "counts-flops", Edit("return total", "return 2 * total"), **SEEN),
    Wrong("ex7_7-macs", "counts-batch", Edit("out[0].numel()", "out.numel()"), **SEEN),
    Wrong("ex7_7-macs", "input-size", Edit("total += out[0].numel() * inside * math.prod(kernel)", "total += (out[0].numel() // (out.shape[2] * out.shape[3]) * _[0].shape[2] * _[0].shape[3] if len(kernel) == 2 else out[0].numel()) * inside * math.prod(kernel)"), **SEEN),
    Wrong("ex7_7-macs", "ignores-groups", Edit("layer.in_channels // layer.groups", "layer.in_channels"), **SEEN),
    Wrong("ex7_7-macs", "linear-once", Edit("out[0].numel() * inside * math.prod(kernel)", "(out[0].numel() if len(kernel) == 2 else out.shape[-1]) * inside * math.prod(kernel)"), **SEEN),
    Wrong("ex7_7-macs", "square-kernel", Edit("math.prod(kernel)", "(kernel[0] ** 2 if kernel else 1)"), **SEEN),
    Wrong("ex7_7-macs", "mode-changed", Edit("total = 0", "model.train()\n    total = 0"), **SEEN),
    Wrong("ex7_7-macs", "used-once", returns(MACS, "counts = {}", "hook = lambda layer, given, out: counts.update({layer: layer.weight.numel() * out.numel() // layer.weight.shape[0] // len(x)})", "handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]", "with torch.no_grad():", "    model(x)", "for handle in handles:", "    handle.remove()", "return sum(counts.values())"), **SEEN),
    Right("ex7_7-macs", "hint-3", returns(MACS, "counts = []", "hook = lambda layer, given, out: counts.append(layer.weight.numel() * out.numel() // layer.weight.shape[0] // len(x))", "handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]", "with torch.no_grad():", "    model(x)", "for handle in handles:", "    handle.remove()", "return sum(counts)")),
    Right("ex7_7-macs", "by-flop-counter", returns(MACS, "from torch.utils.flop_counter import FlopCounterMode", "with FlopCounterMode(display=False) as counter, torch.no_grad():", "    model(x)", "return counter.get_total_flops() // 2 // len(x)")),
    # 7.7b
    Wrong("ex7_7-accumulate", "sum", returns(ACCUMULATE, "parameters = list(model.parameters())", "all_grads = [torch.autograd.grad(F.cross_entropy(model(x), y), parameters) for x, y in parts]", "return [sum(pieces) for pieces in zip(*all_grads)]"), **SEEN),
    Wrong("ex7_7-accumulate", "mean-of-means", returns(ACCUMULATE, "parameters = list(model.parameters())", "all_grads = [torch.autograd.grad(F.cross_entropy(model(x), y), parameters) for x, y in parts]", "return [sum(pieces) / len(parts) for pieces in zip(*all_grads)]"), **SEEN),
    Wrong("ex7_7-accumulate", "no-mean", Edit("t / sum(len(y) for _, y in parts)", "t"), **SEEN),
    Wrong("ex7_7-accumulate", "gradient-left", returns(ACCUMULATE, "n = sum(len(y) for _, y in parts)", "for x, y in parts:", "    (F.cross_entropy(model(x), y, reduction='sum') / n).backward()", "return [p.grad.clone() for p in model.parameters()]"), **SEEN),
    Wrong("ex7_7-accumulate", "gradient-left", returns(ACCUMULATE, "n = sum(len(y) for _, y in parts)", "model.zero_grad()", "for x, y in parts:", "    (F.cross_entropy(model(x), y, reduction='sum') / n).backward()", "grads = [p.grad.clone() for p in model.parameters()]", "model.zero_grad()", "return grads"), **SEEN),
    Wrong("ex7_7-accumulate", "no-list", Edit("for p in parameters]", "for p in parameters[::2]]")+Edit("strict=True", "strict=False"), **SEEN),
    Right("ex7_7-accumulate", "hint-3", returns(ACCUMULATE, "n = sum(len(y) for _, y in parts)", "all_grads = [torch.autograd.grad(F.cross_entropy(model(x), y, reduction='sum') / n, list(model.parameters())) for x, y in parts]", "return [sum(pieces) for pieces in zip(*all_grads)]")),
    Right("ex7_7-accumulate", "by-copy", returns(ACCUMULATE, "from copy import deepcopy", "worker = deepcopy(model)", "worker.zero_grad()", "n = sum(len(y) for _, y in parts)", "for x, y in parts:", "    (len(y) / n * F.cross_entropy(worker(x), y)).backward()", "return [p.grad for p in worker.parameters()]")),
    # 7.8
    Wrong("ex7_8-batch", "ignores-filling", returns(BATCH, "n = math.floor((deadline - fixed) / per_item)", "return n if n > 0 and fixed + n * per_item <= n * period else 0"), **SEEN),
    Wrong("ex7_8-batch", "full-period", returns(BATCH, "n = math.floor((deadline - fixed) / (period + per_item))", "return n if n > 0 and fixed + n * per_item <= n * period else 0"), **SEEN),
    Wrong("ex7_8-batch", "smallest", returns(BATCH, "for n in range(1, 1000):", "    if fixed + n * per_item <= n * period and (n - 1) * period + fixed + n * per_item <= deadline:", "        return n", "return 0"), **SEEN),
    Wrong("ex7_8-batch", "cannot-keep-up", returns(BATCH, "return max(0, math.floor((deadline + period - fixed) / (period + per_item)))"), **SEEN),
    Wrong("ex7_8-batch", "strict", returns(BATCH, "return max((n for n in range(1, 1000) if fixed + n * per_item <= n * period and (n - 1) * period + fixed + n * per_item < deadline), default=0)"), **SEEN),
    Wrong("ex7_8-batch", "strict", returns(BATCH, "return max((n for n in range(1, 1000) if fixed + n * per_item < n * period and (n - 1) * period + fixed + n * per_item <= deadline), default=0)"), **SEEN),
    Wrong("ex7_8-batch", "none-fits", returns(BATCH, "n = math.floor((deadline - fixed + period) / (period + per_item))", "return n if fixed <= n * (period - per_item) or n < 0 else 0"), **SEEN),
    Wrong("ex7_8-batch", "none-fits", returns(BATCH, "largest = math.floor((deadline - fixed + period) / (period + per_item))", "return largest if largest >= math.ceil(fixed / (period - per_item)) and largest > 0 else 0"), **SEEN),
    Wrong("ex7_8-batch", "too-few-tried", returns(BATCH, "return max((n for n in range(1, 101) if fixed + n * per_item <= n * period and (n - 1) * period + fixed + n * per_item <= deadline), default=0)"), **SEEN),
    Right("ex7_8-batch", "hint-3", returns(BATCH, "best, n = 0, 1", "while (n - 1) * period + fixed + n * per_item <= deadline:", "    if fixed + n * per_item <= n * period:", "        best = n", "    n += 1", "return best")),
    Right("ex7_8-batch", "by-range", returns(BATCH, "ns = np.arange(1, 5000)", "ok = (fixed + ns * per_item <= ns * period) & ((ns - 1) * period + fixed + ns * per_item <= deadline)", "return ns[ok].max(initial=0)")),
    # 7.9
    Wrong("ex7_9-checks", "greedy", returns(CHECKS, "chosen = []", "for i in sorted(range(len(cost)), key=lambda i: -detect[i]):", "    if cost[i] <= budget:", "        chosen.append(i)", "        budget -= cost[i]", "return chosen"), **SEEN),
    Wrong("ex7_9-checks", "sum-of-p", returns(CHECKS, SUBSETS, "return list(max(sets, key=lambda s: sum(detect[i] for i in s)))"), **SEEN),
    Wrong("ex7_9-checks", "over-budget", returns(CHECKS, "return list(range(len(cost)))"), **SEEN),
    Wrong("ex7_9-checks", "same-check-twice", returns(CHECKS, "i = cost.index(min(cost))", "return [i] * (budget // cost[i])"), **SEEN),
    Wrong("ex7_9-checks", "leaves-one-out", returns(CHECKS, SUBSETS.replace("len(cost) + 1", "len(cost)"), "return list(min(sets, key=lambda s: math.prod(1 - detect[i] for i in s)))"), **SEEN),
    Wrong("ex7_9-checks", "leaves-one-out", returns(CHECKS, SUBSETS.replace("<= budget", "< budget"), "return list(min(sets, key=lambda s: math.prod(1 - detect[i] for i in s)))"), **SEEN),
    Wrong("ex7_9-checks", "certain-check", returns(CHECKS, SUBSETS, "return list(max(sets, key=lambda s: sum(-math.log(1 - detect[i]) if detect[i] < 1 else 0.0 for i in s)))"), **SEEN),
    Right("ex7_9-checks", "by-masks", returns(CHECKS, "masks = np.array(list(product([0, 1], repeat=len(cost))), bool)", "miss = np.where(masks, 1 - np.array(detect), 1).prod(1)", "miss[masks @ np.array(cost) > budget] = 2", "return np.flatnonzero(masks[miss.argmin()]).tolist()")),
    Right("ex7_9-checks", "hint-3", returns(CHECKS, SUBSETS, "return list(min(sets, key=lambda s: math.prod(1 - detect[i] for i in s)))")),
    Right("ex7_9-checks", "by-recursion", returns(CHECKS, "def best(i, left):", "    if i == len(cost):", "        return 1.0, []", "    without = best(i + 1, left)", "    if cost[i] > left:", "        return without", "    miss, chosen = best(i + 1, left - cost[i])", "    return min(without, (miss * (1 - detect[i]), [i, *chosen]))", "return best(0, budget)[1]")),
    # 7.10
    Wrong("ex7_10-bound", "full-step", returns(BOUND, "return step * np.abs(x).sum(1)"), **SEEN),
    Wrong("ex7_10-bound", "max-not-sum", returns(BOUND, "return step / 2 * np.abs(x).max(1)"), **SEEN),
    Wrong("ex7_10-bound", "two-norm", returns(BOUND, "return step / 2 * np.linalg.norm(x, axis=1)"), **SEEN),
    Wrong("ex7_10-bound", "signed-sum", returns(BOUND, "return step / 2 * np.abs(x.sum(1))"), **SEEN),
    Right("ex7_10-bound", "hint-3", returns(BOUND, "return step / 2 * np.abs(x).sum(1)")),
    Right("ex7_10-bound", "by-sign", returns(BOUND, "worst = np.sign(x) * step / 2", "return np.einsum('nd,nd->n', worst, x)")),
    # 7.11
    Wrong("ex7_11-step", "forgets-itself", decode("late = (K, V)", use="late"), **SEEN),
    Wrong("ex7_11-step", "cache-of-inputs", decode(keys="x0"), **SEEN),
    Wrong("ex7_11-step", "input-modified", decode().replace("x = x + (w / w.sum()) @ B @ o", "x += (w / w.sum()) @ B @ o"), **SEEN),
    Wrong("ex7_11-step", "other-attention", decode(scale="1"), **SEEN),
    Wrong("ex7_11-step", "other-first-row", decode().replace("x = x + (w", "x = (w"), **SEEN),
    Wrong("ex7_11-step", "other-first-row", decode().replace("(q, k, v, o), (K", "(q, k, o, v), (K"), **SEEN),
    Wrong("ex7_11-step", "other-keys", decode().replace("(q, k, v, o), (K", "(k, q, v, o), (K"), **SEEN),
    Wrong("ex7_11-step", "cache-shared-by-layers", returns(CACHED, "out, made = x, []", "for (q, k, v, o), (K, V) in zip(layers, cache):", "    K, V = np.vstack([K, x @ k]), np.vstack([V, x @ v])", "    made = [(K, V)]", "return out, made"), **SEEN),
    Right("ex7_11-step", "hint-3", decode()),
    Right("ex7_11-step", "torch", returns(CACHED, "t, new = torch.from_numpy(x), []", "for (q, k, v, o), (K, V) in zip(layers, cache):", "    q, k, v, o, K, V = map(torch.from_numpy, (q, k, v, o, K, V))", "    K, V = torch.cat([K, (t @ k)[None]]), torch.cat([V, (t @ v)[None]])", "    new.append((K.numpy(), V.numpy()))", "    a = F.scaled_dot_product_attention((t @ q)[None, None, None], K[None, None], V[None, None])", "    t = t + a[0, 0, 0] @ o", "return t.numpy(), new")),
    Wrong("ex7_11-macs", "cached-as-whole", returns(DECODING, "return 4 * n * d * d + 2 * n * d if cached else sum(4 * t * d * d + 2 * t * t * d for t in range(1, n + 1))"), **SEEN),
    Wrong("ex7_11-macs", "one-pass-only", returns(DECODING, "return sum(4 * d * d + 2 * t * d for t in range(1, n + 1)) if cached else 4 * n * d * d + 2 * n * n * d"), **SEEN),
    Wrong("ex7_11-macs", "other-step", returns(DECODING, "return sum(4 * d * d + 2 * t * d if cached else 4 * t * d * d + 2 * t * t * d for t in range(n))"), **SEEN),
    Wrong("ex7_11-macs", "other-pass", returns(DECODING, "return sum(4 * d * d + 2 * t * d if cached else 4 * t * d * d + t * (t + 1) * d for t in range(1, n + 1))"), **SEEN),
    Wrong("ex7_11-macs", "other-sizes", returns(DECODING, "return 500 if cached else 1300"), **HIDDEN),
    Right("ex7_11-macs", "hint-3", returns(DECODING, "return sum(4 * d * d + 2 * t * d if cached else 4 * t * d * d + 2 * t * t * d for t in range(1, n + 1))")),
    Right("ex7_11-macs", "numpy", returns(DECODING, "t = np.arange(1, n + 1)", "return int((4 * d * d + 2 * t * d).sum() if cached else (4 * t * d * d + 2 * t * t * d).sum())")),
]  # fmt: skip
