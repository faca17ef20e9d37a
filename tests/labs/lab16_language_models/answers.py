"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


WORDS = "fewest_words(weights, score, repeat)"
ERASE = "erasures(tokens, d, mode)"
CHECK = "erase_and_check(flagged, tokens, d, mode, *, erasures)"
POINT = "operating_point(spam_scores, ham_scores, budget)"
OUTSIDE = "outside(flags, words, d)"
TEXT = "text_erase_and_check(flagged, tokenise, text, d)"
SAMPLE = "detection_probability(flags, s)"
PROMISE = "questions_for(n, promise)"
RUN = "guarded_run(program, world, model)"
SWAPS = "best_swaps(embedding, gradient, k)"
VOTE = "promised(L, m, k, M, N)"


def fewest(first: str = "if score <= 0: return 0", usable: str = "sorted(w for w in weights[2:] if w < 0)",
           many: str = "return math.ceil(score / -good[0]) if good else None", enough: str = "score <= 0",
           last: str = "return None") -> str:  # fmt: skip
    """Hint 3 of 16.1 with parts to exchange."""
    return returns(WORDS, first, f"good = {usable}", "if repeat:", f"    {many}", "for n, w in enumerate(good, 1):",
                   "    score += w", f"    if {enough}: return n", last)  # fmt: skip


def erased(suffix: str = "[tokens[:n - k]]", block: str = "[tokens[:i] + tokens[i + k:] for i in range(n - k + 1)]",
           some: str = "list(combinations(tokens, n - k))", ks: str = "range(min(d, n) + 1)") -> str:  # fmt: skip
    """Hint 3 of 16.2a with parts to exchange."""
    return returns(
        ERASE,
        "n, found = len(tokens), []",
        f"for k in {ks}:",
        f"    found += {suffix} if mode == 'suffix' else {block} if mode == 'insertion' else {some}",
        "return found",
    )


def point(
    worst: str = "max(scores)",
    k: str = "math.floor(budget * len(worst) + 1e-9)",
    share: str = "np.mean(spam_scores > threshold)",
) -> str:
    """Hint 3 of 16.3 with parts to exchange."""
    return returns(POINT, f"worst = sorted(({worst} for scores in ham_scores), reverse=True)", f"k = {k}",
                   "threshold = worst[k] if k < len(worst) else min(spam_scores) - 1", f"return threshold, {share}")  # fmt: skip


def out(passes: str = "not any(A[:len(A) - k] in flags for k in range(min(d, len(A)) + 1))", every: str = "sorted(flags, key=len)",
        long: str = "d + 1", block: str = "A[:len(P)] != P", place: str = "P[i + 1:]") -> str:  # fmt: skip
    """Hint 3 of 16.4a with parts to exchange."""
    return returns(
        OUTSIDE,
        f"passes = lambda A: {passes}",
        "found = {}",
        f"for P in {every}:",
        "    put = [P[:i] + (w,) + P[i:] for i in range(len(P) + 1) for w in words]",
        f"    kinds = {{'insertion': [A for A in put if {block}], 'longer': [P + tail for tail in product(words, repeat={long})],",
        f"             'changed': [P[:i] + (w,) + {place} for i in range(len(P)) for w in words if w != P[i]]}}",
        "    for kind, some in kinds.items():",
        "        for A in some:",
        "            if kind not in found and passes(A): found[kind] = (P, A)",
        "return found",
    )


def monitor(ask: str = 'labels["scratch"] = labels[a] | labels[b]', skip: str = "control |= labels[a]", fade: str = "pass",
            to: str = "labels[a] | control", both: str = "to_labels | labels[b]", missed: str = "skip = False",
            ok: str = '"mail" not in to_labels and (value[a] == 1 or "diary" not in all_labels)') -> str:  # fmt: skip
    """Hint 3 of 16.6 with parts to exchange."""
    return returns(
        RUN,
        "value = dict(world, scratch=0)",
        'labels = {"user": set(), "mail": {"mail"}, "diary": {"diary"}, "scratch": set()}',
        "control, skip, sent = set(), False, []",
        "for step in program:",
        "    a, b = step[1], step[-1]",
        "    if skip:",
        f"        {missed}",
        "    elif step[0] == 'skipif':",
        f"        {skip}",
        "        skip = value[a] == 1",
        "        continue",
        "    elif step[0] == 'ask':",
        "        value['scratch'] = model[value[a]][value[b]]",
        f"        {ask}",
        "    else:",
        f"        to_labels = {to}",
        f"        all_labels = {both}",
        f"        if {ok}: sent.append((value[a], value[b]))",
        f"    {fade}",
        "return sent",
    )


P1 = "p = sum(math.comb(m, j) * math.comb(L - m, M - j) for j in range(k, min(m, M) + 1)) / math.comb(L, M)"
MOST = "return sum(math.comb(N, i) * p ** i * (1 - p) ** (N - i) for i in range(N // 2 + 1, N + 1))"
LIKELY = ["n, m = len(flags) - 1, int(flags[1:].sum())", "s = min(s, n)"]

ANSWERS = [
    # 16.1
    Wrong("ex16_1-words", "uses-padding", fewest(usable="sorted(w for w in weights if w < 0)"), **SEEN),
    Wrong("ex16_1-words", "strict", fewest(many="return math.floor(score / -good[0]) + 1 if good else None", enough="score < 0"), **SEEN),
    Wrong("ex16_1-words", "repeats-when-distinct", returns(WORDS, "best = weights[2:].min()", "return 0 if score <= 0 else None if best >= 0 else math.ceil(score / -best)"), **SEEN),
    Wrong("ex16_1-words", "unsorted", fewest(usable="[w for w in weights[2:] if w < 0]", many="return math.ceil(score / -min(good)) if good else None"), **SEEN),
    Wrong("ex16_1-words", "already-delivered", fewest(first="pass", many="return max(1, math.ceil(score / -good[0])) if good else None"), **SEEN),
    Wrong("ex16_1-words", "already-delivered", fewest(first="pass").replace("enumerate(good, 1)", "enumerate([0.0, *good])"), **SEEN),
    Wrong("ex16_1-words", "already-delivered", fewest(first="pass", many="return (math.ceil(max(score, 0) / -good[0]) if good else None)"), **SEEN),
    Wrong("ex16_1-words", "already-delivered", fewest(first="if not any(weights[2:] < 0): return None", many="return max(0, math.ceil(score / -good[0]))").replace("    if repeat", "    if score <= 0: return 0\n    if repeat"), **SEEN),
    Wrong("ex16_1-words", "counts-from-zero", fewest().replace("enumerate(good, 1)", "enumerate(good)"), **SEEN),
    Wrong("ex16_1-words", "rounds-down", fewest(many="return round(score / -good[0]) if good else None"), **SEEN),
    Wrong("ex16_1-words", "never-none", fewest(last="return len(good)"), **SEEN),
    Wrong("ex16_1-words", "other-arguments", fewest(usable="sorted(w for w in weights[2:9] if w < -0.125)"), **HIDDEN),
    Wrong("ex16_1-words", "equal-weights", fewest(usable="sorted({float(w) for w in weights[2:] if w < 0})"), **SEEN),
    Wrong("ex16_1-words", "none-too-early", fewest(many="return math.ceil(score / -good[0]) if score + sum(good) <= 0 else None"), **SEEN),
    Wrong("ex16_1-words", "input-modified", returns(WORDS, "good = weights[2:]", "good.sort()", "if score <= 0: return 0", "if repeat: return math.ceil(score / -good[0]) if good[0] < 0 else None", "enough = np.flatnonzero(score + np.cumsum(good[good < 0]) <= 0)", "return int(enough[0]) + 1 if len(enough) else None"), **SEEN),
    Right("ex16_1-words", "hint-3", fewest()),
    Right("ex16_1-words", "step-by-step", returns(WORDS, "left = {i: w for i, w in enumerate(weights.tolist()) if i > 1 and w < 0}", "n = 0", "while score > 0:", "    if not left: return None", "    best = min(left, key=left.get)", "    score, n = score + left[best], n + 1", "    if not repeat: del left[best]", "return np.int64(n)")),
    # 16.2a
    Wrong("ex16_2-erasures", "no-clean", erased(ks="range(1, min(d, n) + 1)"), **SEEN),
    Wrong("ex16_2-erasures", "only-d", erased(ks="{0, min(d, n)}"), **SEEN),
    Wrong("ex16_2-erasures", "one-short", erased(ks="range(min(d, n + 1))"), **SEEN),
    Wrong("ex16_2-erasures", "from-the-front", erased(suffix="[tokens[k:]]"), **SEEN),
    Wrong("ex16_2-erasures", "block-for-infusion", erased(some="[tokens[:i] + tokens[i + k:] for i in range(n - k + 1)]"), **SEEN),
    Wrong("ex16_2-erasures", "suffix-for-insertion", erased(block="[tokens[:n - k]]"), **SEEN),
    Wrong("ex16_2-erasures", "infusion-for-insertion", erased(block="list(combinations(tokens, n - k))"), **SEEN),
    Wrong("ex16_2-erasures", "never-at-the-end", erased(block="[tokens[:i] + tokens[i + k:] for i in range(max(1, n - k))]"), **SEEN),
    Wrong("ex16_2-erasures", "never-empty", erased(ks="range(min(d, n - 1) + 1) if n else [0]"), **SEEN),
    Wrong("ex16_2-erasures", "other-arguments", returns(ERASE, "found = {tuple(tokens)}", "for _ in range(min(d, 3) if mode != 'suffix' else d):", "    found |= {t[:i] + t[i + 1:] for t in found for i in (range(len(t)) if mode == 'infusion' else [len(t) - 1])}", "if mode == 'insertion':", "    n = len(tokens)", "    found = {tokens[:i] + tokens[i + k:] for k in range(min(d, n) + 1) for i in range(n - k + 1)}", "return list(found)"), **HIDDEN),
    Wrong("ex16_2-erasures", "erases-by-value", erased(some="[tuple(t for t in tokens if t not in gone) for gone in combinations(tokens, k)]"), **SEEN),
    Wrong("ex16_2-erasures", "no-list", erased().replace("found += ", "found.append(").replace("list(combinations(tokens, n - k))", "list(combinations(tokens, n - k)))"), **SEEN),
    Wrong("ex16_2-erasures", "no-list", erased().replace("return found", "return [list(one) for one in found]"), **SEEN),
    Wrong("ex16_2-erasures", "d-zero", "\n    ".join(["def erasures(tokens, d, mode):", "if d == 0: return []", *erased().split("\n    ")[1:]]), **SEEN),
    Wrong("ex16_2-erasures", "keeps-k", erased(some="list(combinations(tokens, k))"), **SEEN),
    Wrong("ex16_2-erasures", "never-empty", erased(some="[tokens] if k == 0 else [tokens[:i] + tokens[i + 1:] for i in range(n)] if k == 1 else [tokens[:i] + tokens[i + 1:j] + tokens[j + 1:] for j in range(n) for i in range(j)] if k == 2 else []"), **SEEN),
    Right("ex16_2-erasures", "hint-3", erased()),
    Right("ex16_2-erasures", "different-ones-by-masks", returns(ERASE, "found, n = set(), len(tokens)", "for mask in range(2 ** n) if n < 12 else (sum(1 << i for i in c) for r in range(d + 1) for c in combinations(range(n), r)):", "    gone = [i for i in range(n) if mask >> i & 1]", "    block = not gone or gone[-1] - gone[0] + 1 == len(gone)", "    end = block and (not gone or gone[-1] == n - 1)", "    if len(gone) <= d and (mode == 'infusion' or (mode == 'insertion' and block) or end):", "        found.add(tuple(t for i, t in enumerate(tokens) if i not in gone))", "return sorted(found)")),
    # 16.2b
    Wrong("ex16_2-check", "not-any", returns(CHECK, "return all(flagged(t) for t in set(erasures(tokens, d, mode)))"), **SEEN),
    Wrong("ex16_2-check", "not-any", returns(CHECK, "return flagged(tokens)"), **SEEN),
    Wrong("ex16_2-check", "ignores-d", returns(CHECK, "return any(flagged(t) for t in dict.fromkeys(erasures(tokens, len(tokens), mode)))"), **SEEN),
    Wrong("ex16_2-check", "ignores-mode", returns(CHECK, "return any(flagged(t) for t in dict.fromkeys(erasures(tokens, d, 'suffix')))"), **SEEN),
    Wrong("ex16_2-check", "asks-twice", returns(CHECK, "return any(flagged(t) for t in erasures(tokens, d, mode))"), **SEEN),
    Wrong("ex16_2-check", "goes-on-asking", returns(CHECK, "return any([flagged(t) for t in set(erasures(tokens, d, mode))])"), **SEEN),
    Wrong("ex16_2-check", "other-arguments", returns(CHECK, "return any(flagged(t) for t in dict.fromkeys(erasures(tokens[:4], d, mode)))"), **HIDDEN),
    Wrong("ex16_2-check", "not-any", returns(CHECK, "return any(flagged(t) for t in dict.fromkeys(erasures(tokens, d, mode)) if t)"), **SEEN),
    Wrong("ex16_2-check", "not-any", returns(CHECK, "return any(flagged(t) for t in dict.fromkeys(erasures(tokens, d, mode)) if t != tokens)"), **SEEN),
    Wrong("ex16_2-check", "asks-twice", returns(CHECK, "last = None", "for t in erasures(tokens, d, mode):", "    if t != last and flagged(t): return True", "    last = t", "return False"), **SEEN),
    Right("ex16_2-check", "hint-3", returns(CHECK, "return any(flagged(t) for t in set(erasures(tokens, d, mode)))")),
    Right("ex16_2-check", "shortest-first", returns(CHECK, "for left in sorted(set(erasures(tokens, d, mode)), key=len):", "    if flagged(left):", "        return np.True_", "return np.False_")),
    # 16.3
    Wrong("ex16_3-point", "alarms-of-the-bare-filter", point(worst="scores[0]"), **SEEN),
    Wrong("ex16_3-point", "alarms-of-the-bare-filter", point(worst="scores.mean()"), **SEEN),
    Wrong("ex16_3-point", "greater-or-equal", point(share="np.mean(spam_scores >= threshold)"), **SEEN),
    Wrong("ex16_3-point", "too-high", point(k="max(0, math.floor(budget * len(worst) + 1e-9) - 1)"), **SEEN),
    Wrong("ex16_3-point", "budget-edge", point(k="min(math.floor(budget * len(worst) + 1e-9), len(worst) - 1)"), **SEEN),
    Wrong("ex16_3-point", "alarms-above-budget", point(worst="max(scores[:4])"), **HIDDEN),
    Wrong("ex16_3-point", "equal-scores", returns(POINT, "worst = sorted({max(scores) for scores in ham_scores}, reverse=True)", "k = math.floor(budget * len(ham_scores) + 1e-9)", "threshold = worst[k] if k < len(worst) else min(spam_scores) - 1", "return threshold, np.mean(spam_scores > threshold)"), **SEEN),
    Wrong("ex16_3-point", "spam-below-ham", point().replace("min(spam_scores) - 1", "min(worst) - 1"), **SEEN),
    Wrong("ex16_3-point", "alarms-above-budget", point(k="math.ceil(budget * len(worst) - 1e-9)"), **SEEN),
    Wrong("ex16_3-point", "alarms-above-budget", point(k="round(budget * len(worst))"), **SEEN),
    Wrong("ex16_3-point", "alarms-above-budget", returns(POINT, "worst = [max(scores) for scores in ham_scores]", "threshold = np.quantile(worst, 1 - budget, method='lower') if budget < 1 else min(spam_scores) - 1", "return threshold, np.mean(spam_scores > threshold)"), **SEEN),
    Wrong("ex16_3-point", "too-high", returns(POINT, "worst = np.array([max(scores) for scores in ham_scores])", "for threshold in np.arange(-100, 100, 0.1):", "    if np.mean(worst > threshold) <= budget + 1e-9: return threshold, np.mean(spam_scores > threshold)", "return 1000, 0.0"), **SEEN),
    Wrong("ex16_3-point", "equal-scores", returns(POINT, "worst = sorted({max(scores) for scores in ham_scores}, reverse=True)", "k = math.floor(budget * len(worst) + 1e-9)", "threshold = worst[k] if k < len(worst) else min(spam_scores) - 1", "return threshold, np.mean(spam_scores > threshold)"), **SEEN),
    Wrong("ex16_3-point", "no-share", point().replace("return threshold, np.mean(spam_scores > threshold)", "return np.mean(spam_scores > threshold), threshold"), **SEEN),
    Wrong("ex16_3-point", "no-share", point(share="np.sum(spam_scores > threshold)"), **SEEN),
    Right("ex16_3-point", "hint-3", point()),
    Right("ex16_3-point", "also-between-spam", returns(POINT, "worst = np.array([np.max(scores) for scores in ham_scores])", "best = (math.inf, 0.0)", "for t in [-math.inf, *np.unique(np.r_[worst, spam_scores])]:", "    share = float(np.mean(spam_scores > t))", "    if np.sum(worst > t) <= budget * len(worst) + 1e-9 and share >= best[1]: best = (float(t), share)", "return best")),
    Right("ex16_3-point", "all-thresholds", returns(POINT, "offers = [-math.inf] + sorted({float(s) for some in ham_scores for s in some})", "keeps = [t for t in offers if sum(any(some > t) for some in ham_scores) <= budget * len(ham_scores) + 1e-8]", "best = min(keeps)", "return [best, float((spam_scores > best).sum() / len(spam_scores))]")),
    # 16.4a
    Wrong("ex16_4-outside", "ignores-erasures", out(passes="A not in flags"), **SEEN),
    Wrong("ex16_4-outside", "prompt-not-flagged", out(every="[t for n in range(5) for t in product(words, repeat=n)]"), **SEEN),
    Wrong("ex16_4-outside", "appended-at-the-end", out(passes="A not in flags", block="A[:len(P)] == P"), **SEEN),
    Wrong("ex16_4-outside", "other-kind", out(long="d + 2"), **SEEN),
    Wrong("ex16_4-outside", "attack-flagged", out(passes="A in flags"), **SEEN),
    Wrong("ex16_4-outside", "nothing-found", out(long="d"), **SEEN),
    Right("ex16_4-outside", "hint-3", out()),
    Right("ex16_4-outside", "by-the-definition", returns(OUTSIDE, "everything = [t for n in range(5 + d) for t in product(words, repeat=n)]", "passing = [A for A in everything if flags.isdisjoint({A[:max(0, len(A) - k)] for k in range(d + 1)})]", "pairs = ((P, A) for P in sorted(flags, key=lambda t: (len(t), t)) if len(P) < 5 for A in passing)", "found = {}", "for P, A in pairs:", "    for kind in ('insertion', 'longer', 'changed'):", "        if kind not in found and is_kind(kind, P, A, d): found[kind] = [list(P), list(A)]", "    if len(found) == 3: break", "return found")),
    # 16.4b
    Wrong("ex16_4-text", "erases-tokens", returns(TEXT, "tokens = tokenise(text)", "return any(flagged(tokens[:len(tokens) - k]) for k in range(min(d, len(tokens)) + 1))"), **SEEN),
    Wrong("ex16_4-text", "no-clean", returns(TEXT, "return any(flagged(tokenise(text[:len(text) - k])) for k in range(1, min(d, len(text)) + 1))"), **SEEN),
    Wrong("ex16_4-text", "nothing-erased", returns(TEXT, "return flagged(tokenise(text))"), **SEEN),
    Wrong("ex16_4-text", "half", returns(TEXT, "for t in (tokenise(text), tokenise(text[:-1])):", "    if any(flagged(t[:len(t) - k]) for k in range(min(d - 1, len(t)) + 1)): return True", "return False"), **SEEN),
    Wrong("ex16_4-text", "too-many", returns(TEXT, "return any(flagged(tokenise(text[:n])) for n in range(len(text) + 1))"), **SEEN),
    Wrong("ex16_4-text", "other-arguments", returns(TEXT, "full = tokenise", "return any(flagged(globals()['tokenise'](text[:n])) for n in range(max(0, len(text) - d), len(text) + 1))"), **HIDDEN),
    Wrong("ex16_4-text", "both-units", returns(TEXT, "n, t = len(text), tokenise(text)", "letters = any(flagged(tokenise(text[:n - k])) for k in range(min(d, n) + 1))", "return letters or any(flagged(t[:len(t) - k]) for k in range(min(d, len(t)) + 1))"), **SEEN),
    Wrong("ex16_4-text", "only-d", returns(TEXT, "return any(flagged(tokenise(one)) for one in (text, text[:max(0, len(text) - d)]))"), **SEEN),
    Wrong("ex16_4-text", "any-place", returns(TEXT, "n = len(text)", "return any(flagged(tokenise(text[:i] + text[i + k:])) for k in range(min(d, n) + 1) for i in range(n - k + 1))"), **SEEN),
    Right("ex16_4-text", "hint-3", returns(TEXT, "n = len(text)", "return any(flagged(tokenise(text[:n - k])) for k in range(min(d, n) + 1))")),
    Right("ex16_4-text", "letter-by-letter", returns(TEXT, "bad = bool(flagged(tokenise(text)))", "while text and d > 0:", "    text, d = text[:-1], d - 1", "    bad |= bool(flagged(tokenise(text)))", "return np.bool_(bad)")),
    # 16.5a
    Wrong("ex16_5-sample", "with-replacement", returns(SAMPLE, *LIKELY, "return 1.0 if flags[0] else 1 - (1 - m / n) ** s if n else 0.0"), **SEEN),
    Wrong("ex16_5-sample", "share", returns(SAMPLE, *LIKELY, "return 1.0 if flags[0] else min(1.0, s * m / n) if n else 0.0"), **SEEN),
    Wrong("ex16_5-sample", "counts-the-whole", returns(SAMPLE, "n, m = len(flags), int(flags.sum())", "s = min(s, n)", "return 1 - math.comb(n - m, s) / math.comb(n, s)"), **SEEN),
    Wrong("ex16_5-sample", "whole-not-checked", returns(SAMPLE, *LIKELY, "return 1 - math.comb(n - m, s) / math.comb(n, s)"), **SEEN),
    Wrong("ex16_5-sample", "all-not-any", returns(SAMPLE, *LIKELY, "return 1.0 if flags[0] else math.comb(m, s) / math.comb(n, s)"), **SEEN),
    Wrong("ex16_5-sample", "edge-case", returns(SAMPLE, "n, m = len(flags) - 1, int(flags[1:].sum())", "return 1.0 if flags[0] else 1 - math.comb(n - m, s) / max(1, math.comb(n, s))", ), **SEEN),
    Wrong("ex16_5-sample", "edge-case", returns(SAMPLE, *LIKELY, "if s == 0: return 0.0", "return 1.0 if flags[0] else 1 - math.comb(n - m, s) / math.comb(n, s)"), **SEEN),
    Wrong("ex16_5-sample", "other-arguments", returns(SAMPLE, *LIKELY, "m = min(m, 2)", "return 1.0 if flags[0] else 1 - math.comb(n - m, s) / math.comb(n, s)"), **HIDDEN),
    Right("ex16_5-sample", "hint-3", returns(SAMPLE, *LIKELY, "return 1.0 if flags[0] else 1 - math.comb(n - m, s) / math.comb(n, s)")),
    Right("ex16_5-sample", "by-scipy", returns(SAMPLE, "from scipy.stats import hypergeom", "n = len(flags) - 1", "if flags[0] or n == 0: return float(flags[0])", "return np.float32(hypergeom.sf(0, n, flags[1:].sum(), min(s, n)))")),
    # 16.5b
    Wrong("ex16_5-promise", "hopes-for-many", returns(PROMISE, "return 1"), **SEEN),
    Wrong("ex16_5-promise", "all-of-them", returns(PROMISE, "return n"), **SEEN),
    Wrong("ex16_5-promise", "with-replacement", returns(PROMISE, "return math.ceil(math.log(1 - min(promise, 0.999)) / math.log(1 - 1 / max(n, 2)))"), **SEEN),
    Wrong("ex16_5-promise", "rounds-wrongly", returns(PROMISE, "return math.floor(promise * n + 1e-9)"), **SEEN),
    Wrong("ex16_5-promise", "rounds-wrongly", returns(PROMISE, "return round(promise * n + 0.49) if n < 1000 else int(promise * 1000)"), **HIDDEN),
    Wrong("ex16_5-promise", "rounds-wrongly", returns(PROMISE, "return math.ceil(n * promise)"), **SEEN),
    Wrong("ex16_5-promise", "rounds-wrongly", returns(PROMISE, "return next(s for s in range(n + 1) if s / n >= promise)"), **SEEN),
    Right("ex16_5-promise", "hint-3", returns(PROMISE, "return next(s for s in range(n + 1) if s / n >= promise - 1e-9)")),
    Right("ex16_5-promise", "by-ceil", returns(PROMISE, "return np.int64(np.ceil(n * promise - 1e-8))")),
    # 16.6
    Wrong("ex16_6-run", "block-all", monitor(ok="False"), **SEEN),
    Wrong("ex16_6-run", "block-any-label", monitor(ok="not all_labels"), **SEEN),
    Wrong("ex16_6-run", "recipient-only", monitor(both="to_labels"), **SEEN),
    Wrong("ex16_6-run", "body-only", monitor(ok='value[a] == 1 or "diary" not in all_labels'), **SEEN),
    Wrong("ex16_6-run", "no-recipient-secret", monitor(ok='"mail" not in to_labels and (value[a] == 1 or "diary" not in labels[b] | control)'), **SEEN),
    Wrong("ex16_6-run", "ask-forgets", monitor(ask="pass"), **SEEN),
    Wrong("ex16_6-run", "first-label-only", monitor(ask='labels["scratch"] = labels[a]'), **SEEN),
    Wrong("ex16_6-run", "explicit-only", monitor(skip="pass"), **SEEN),
    Wrong("ex16_6-run", "untaken-branch", monitor(skip="control = control | (labels[a] if value[a] == 0 else set())"), **SEEN),
    Wrong("ex16_6-run", "label-ends-with-branch", monitor(skip="control |= labels[a]", ask='labels["scratch"] = labels[a] | labels[b] | control', fade="control = set()", missed="skip = False"), **SEEN),
    Wrong("ex16_6-run", "other-semantics", monitor(missed="continue"), **SEEN),
    Wrong("ex16_6-run", "hidden-leak", monitor(ask='labels["scratch"] = labels[a] | (labels[b] if a != b and b != "mail" else set())'), **HIDDEN),
    Wrong("ex16_6-run", "mail-control", monitor(ok='"mail" not in labels[a] and (value[a] == 1 or "diary" not in all_labels)'), **SEEN),
    Wrong("ex16_6-run", "stops-at-a-drop", monitor(fade="if step[0] == 'send' and 'mail' in labels[a] | control: break"), **SEEN),
    Wrong("ex16_6-run", "owner-refused", monitor(ok='"mail" not in to_labels and "diary" not in control and (value[a] == 1 or "diary" not in all_labels)'), **SEEN),
    Wrong("ex16_6-run", "owner-refused", monitor(ok='not to_labels and (value[a] == 1 or "diary" not in all_labels)'), **SEEN),
    Wrong("ex16_6-run", "forgets-scratch", monitor(ask='labels["scratch"] = {one for one in (a, b) if one in ("mail", "diary")}'), **SEEN),
    Wrong("ex16_6-run", "other-semantics", monitor().replace("model[value[a]][value[b]]", "model[value[b]][value[a]]"), **SEEN),
    Wrong("ex16_6-run", "other-semantics", monitor().replace("model[value[a]][value[b]]", "model[world.get(a, 0)][world.get(b, 0)]"), **SEEN),
    Wrong("ex16_6-run", "ask-labels-others", monitor(ask='labels["scratch"] = labels[a]; labels["scratch"] |= labels[b]'), **SEEN),
    Wrong("ex16_6-run", "ask-labels-others", monitor(ask='labels["scratch"] = labels[b]; labels["scratch"] |= labels[a]'), **SEEN),
    Wrong("ex16_6-run", "other-semantics", monitor().replace("if skip:", "if skip and step[0] != 'skipif':"), **SEEN),
    Wrong("ex16_6-run", "no-bits", monitor().replace("sent.append((value[a], value[b]))", "sent.append((a, b))"), **SEEN),
    Wrong("ex16_6-run", "no-bits", monitor().replace("sent.append((value[a], value[b]))", "sent.append(('owner' if value[a] else 'outsider', value[b]))"), **SEEN),
    Wrong("ex16_6-run", "second-skipif-replaces", monitor(skip="control = set(labels[a])"), **SEEN),
    Wrong("ex16_6-run", "model-as-mail", monitor(ask='labels["scratch"] = labels[a] | labels[b] | {"mail"}'), **SEEN),
    Right("ex16_6-run", "a-label-too-many", monitor(ask='labels["scratch"] = labels["scratch"] | labels[a] | labels[b]')),
    Right("ex16_6-run", "hint-3", monitor()),
    Right("ex16_6-run", "control-everywhere", monitor(ask='labels["scratch"] = set(control) | labels[b] | labels[a]')),
    Right("ex16_6-run", "by-bits", returns(RUN, "value = [world['user'], world['mail'], world['diary'], 0]", "mark, names = [0, 1, 2, 0], ['user', 'mail', 'diary', 'scratch']", "control, i, sent = 0, 0, []", "while i < len(program):", "    kind, a, b = program[i][0], names.index(program[i][1]), names.index(program[i][-1])", "    if kind == 'skipif':", "        control |= mark[a]", "        i += value[a]", "    elif kind == 'ask':", "        value[3], mark[3] = model[value[a]][value[b]], mark[a] | mark[b] | control", "    elif not (mark[a] | control) & 1 and (value[a] or not (mark[a] | mark[b] | control) & 2):", "        sent.append([value[a], value[b]])", "    i += 1", "return sent")),
    # 16.8
    Wrong("ex16_8-promised", "with-replacement", returns(VOTE, "p = sum(math.comb(M, j) * (m / L) ** j * (1 - m / L) ** (M - j) for j in range(k, M + 1))", MOST), **SEEN),
    Wrong("ex16_8-promised", "exactly-k", returns(VOTE, P1.replace("range(k, min(m, M) + 1)", "[k]"), MOST), **SEEN),
    Wrong("ex16_8-promised", "more-than-k", returns(VOTE, P1.replace("range(k,", "range(k + 1,"), MOST), **SEEN),
    Wrong("ex16_8-promised", "any-not-majority", returns(VOTE, P1, "return 1 - (1 - p) ** N"), **SEEN),
    Wrong("ex16_8-promised", "exactly-half", returns(VOTE, P1, "i = N // 2 + 1", "return math.comb(N, i) * p ** i * (1 - p) ** (N - i)"), **SEEN),
    Wrong("ex16_8-promised", "other-arguments", returns(VOTE, "m = min(m, 4)", P1, MOST), **HIDDEN),
    Right("ex16_8-promised", "hint-3", returns(VOTE, P1, MOST)),
    Right("ex16_8-promised", "the-other-way-round", returns(VOTE, "p = sum(math.comb(M, j) * math.comb(L - M, m - j) for j in range(k, min(m, M) + 1)) / math.comb(L, m)", MOST)),
    Right("ex16_8-promised", "by-scipy", returns(VOTE, "from scipy.stats import binom, hypergeom", "return binom.sf(N // 2, N, hypergeom.sf(k - 1, L, m, M))")),
    # 16.9
    Wrong("ex16_9-swaps", "wrong-sign", returns(SWAPS, "change = gradient @ embedding.T", "change[:, :2] = -math.inf", "return change.topk(k).indices"), **SEEN),
    Wrong("ex16_9-swaps", "uses-padding", returns(SWAPS, "return (gradient @ embedding.T).topk(k, largest=False).indices"), **SEEN),
    Wrong("ex16_9-swaps", "same-for-all-places", returns(SWAPS, "change = gradient.sum(0) @ embedding.T", "change[:2] = math.inf", "return change.topk(k, largest=False).indices.repeat(len(gradient), 1)"), **SEEN),
    Wrong("ex16_9-swaps", "normalised", returns(SWAPS, "change = gradient @ embedding.T / (0.3 + embedding.norm(dim=1))", "change[:, :2] = math.inf", "return change.topk(k, largest=False).indices"), **SEEN),
    Wrong("ex16_9-swaps", "other-arguments", returns(SWAPS, "change = gradient @ embedding[:20].T", "change[:, :2] = math.inf", "return change.topk(k, largest=False).indices"), **HIDDEN),
    Wrong("ex16_9-swaps", "bars-by-zero", returns(SWAPS, "change = gradient @ embedding.T", "change[:, :2] = 0", "return change.topk(k, largest=False).indices"), **SEEN),
    Wrong("ex16_9-swaps", "input-modified", returns(SWAPS, "embedding[:2] = 0", "change = gradient @ embedding.T", "change[:, :2] = math.inf", "return change.topk(k, largest=False).indices"), **SEEN),
    Right("ex16_9-swaps", "hint-3", returns(SWAPS, "change = gradient @ embedding.T", "change[:, :2] = math.inf", "return change.topk(k, largest=False).indices")),
    Right("ex16_9-swaps", "by-numpy", returns(SWAPS, "rows = []", "for slope in gradient.numpy():", "    change = embedding.numpy() @ slope", "    rows.append([w for w in np.argsort(change) if w > 1][:k][::-1])", "return torch.tensor(np.array(rows))")),
]  # fmt: skip
