"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

SEEN = {"seen": "visible"}
HIDDEN = {"seen": "hidden"}


def returns(head: str, *lines: str) -> str:
    """A function of these lines."""
    return "\n    ".join([f"def {head}:", *lines])


def log(digest: str, entry: str = "", verify: str = "") -> str:
    """The three functions of 10.1a, each of these lines or the usual ones."""
    return "\n".join(
        [
            returns("digest(previous, record)", *digest.split("\n")),
            entry or ENTRY,
            verify or VERIFY,
        ]
    )


ENTRY = returns(
    "add_entry(log, record)",
    'before = log[-1][1] if log else "0" * 64',
    "return log + [(record, digest(before, record))]",
)
VERIFY = returns(
    "verify(log, head)",
    'now = "0" * 64',
    "for record, told in log:",
    "    now = digest(now, record)",
    "    if now != told:",
    "        return False",
    "return now == head",
)
JSON = "text = previous + json.dumps(record, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()"
GLUED = 'text = previous + "".join(f"{k}{v}" for k, v in sorted(record.items()))\nreturn hashlib.sha256(text.encode()).hexdigest()'
SEPARATED = 'text = previous + ",".join(f"{k}={v}" for k, v in sorted(record.items()))\nreturn hashlib.sha256(text.encode()).hexdigest()'
LENGTHS = (
    "parts = [x for k in sorted(record) for x in (k, repr(record[k]))]\n"
    'text = "".join(f"{len(part)}:{part}" for part in [previous, *parts])\n'
    "return hashlib.sha256(text.encode()).hexdigest()"
)

ROOT = "tree_root(leaves)"
INCLUDED = "included(data, index, size, proof, root)"
BITS = "score_bits(weights, x)"
REPLAY = "replay(record, models, rows, *, score_bits)"
RECOURSE = "recourse(w, b, x, moves, threshold)"
BUT_FOR = "but_for(model, x, y)"
DEGREE = "responsibility(model, x, y)"
WEALTH = "wealth(d)"
AUDIT = "audit(pair, budget, alpha, *, wealth)"
PLANNED = "pairs_planned(rate, up, alpha)"
UNSEEN = "ask_unseen(lender, pool_size, budget, rng)"
NEEDED = "receipts_needed(q, miss)"
AGAINST = "contradiction(commitment, model_bytes, nonce, receipts)"
SUM = "return sum(a * b for a, b in zip(weights, x))"


def tree(one: str = r'hashlib.sha256(b"\x00" + leaves[0]).digest()', two: str = r'hashlib.sha256(b"\x01" + both).digest()', k: str = "split(len(leaves))") -> str:  # fmt: skip
    """The recursion of 10.1b."""
    return returns(ROOT, "if not leaves:", "    return hashlib.sha256().digest()", "if len(leaves) == 1:", f"    return {one}", f"k = {k}", "both = tree_root(leaves[:k]) + tree_root(leaves[k:])", f"return {two}")  # fmt: skip


def climb(check: str = "0 <= index < size and ", side: str = "index < k", done: str = "None if proof else hashlib.sha256(b'\\x00' + data).digest()", short: str = "None") -> str:  # fmt: skip
    """The recursion of 10.1c."""
    return returns(
        INCLUDED,
        "def climb(index, size, proof):",
        "    if size == 1:",
        f"        return {done}",
        "    if not proof:",
        f"        return {short}",
        "    k = split(size)",
        f"    if {side}:",
        "        left, right = climb(index, k, proof[:-1]), proof[-1]",
        "    else:",
        "        left, right = proof[-1], climb(index - k, size - k, proof[:-1])",
        "    if left is None or right is None:",
        "        return None",
        "    return hashlib.sha256(b'\\x01' + left + right).digest()",
        f"return {check}climb(index, size, list(proof)) == root",
    )


def replayed(model: str = 'models[record["model"]]', score: str = 'score == record["score"]', said: str = 'said == record["decision"]', sense: str = ">=", own: str = 'score_bits(kept["weights"], rows[record["row"]])') -> str:  # fmt: skip
    """The lines of 10.2b."""
    return returns(REPLAY, 'if record["model"] not in models:', '    return "no-model"', 'if record["row"] not in rows:', '    return "no-row"', f"kept = {model}", f"score = {own}", f'said = "grant" if score {sense} kept["threshold"] else "deny"', f'return "same" if {score} and {said} else "differs"')  # fmt: skip


def cheapest(sense: str = ">=", best: str = "cost < best[0]", b: str = "b", after: str = "best", names: str = "if m != 0") -> str:  # fmt: skip
    """The exhaustive search of 10.3."""
    return returns(
        RECOURSE,
        "names = list(moves)",
        f"start = {b} + sum(w[n] * x[n] for n in x)",
        "best = None",
        "for choice in product(*moves.values()):",
        "    cost = sum(c for _, c in choice)",
        "    gain = sum(w[n] * m for n, (m, _) in zip(names, choice))",
        f"    if start + gain {sense} threshold and (best is None or {best}):",
        f"        best = (cost, {{n: m for n, (m, _) in zip(names, choice) {names}}})",
        f"return {after}",
    )


GREEDY = returns(
    RECOURSE,
    "score, cost, action = b + sum(w[n] * x[n] for n in x), 0, {}",
    "while score < threshold:",
    "    best = None",
    "    for n in moves:",
    "        if n in action:",
    "            continue",
    "        for m, c in moves[n][1:]:",
    "            gain = w[n] * m",
    "            if gain > 0 and (best is None or gain / max(c, 0.01) > best[0]):",
    "                best = (gain / max(c, 0.01), n, m, c)",
    "    if best is None:",
    "        return None",
    "    action[best[1]] = best[2]",
    "    cost, score = cost + best[3], score + w[best[1]] * best[2]",
    "return cost, action",
)
ONE = returns(
    RECOURSE,
    "score, best = b + sum(w[n] * x[n] for n in x), None",
    "if score >= threshold:",
    "    return 0, {}",
    "for n in moves:",
    "    for m, c in moves[n]:",
    "        if score + w[n] * m >= threshold and (best is None or c < best[0]):",
    "            best = (c, {n: m})",
    "return best",
)
MILP = returns(
    RECOURSE,
    "from scipy.optimize import Bounds, LinearConstraint, milp",
    "pairs = [(n, m, c) for n in moves for m, c in moves[n]]",
    "need = threshold - b - sum(w[n] * x[n] for n in x)",
    "if not pairs:",
    "    return (0, {}) if need <= 0 else None",
    "rows = [[float(n == name) for n, _, _ in pairs] for name in moves]",
    "ones = np.ones(len(rows))",
    "gains = [[w[n] * m for n, m, _ in pairs]]",
    "out = milp([c for _, _, c in pairs], integrality=np.ones(len(pairs)), bounds=Bounds(0, 1), constraints=[LinearConstraint(rows, ones, ones), LinearConstraint(gains, need - 1e-9)])",
    "if not out.success:",
    "    return None",
    "taken = [p for p, z in zip(pairs, out.x) if z > 0.5]",
    "return sum(c for _, _, c in taken), {n: m for n, m, _ in taken if m}",
)


def degree(one: str = "", two: str = "", k: str = "len(C)", loop: str = "subsets(others)") -> str:
    """The search of 10.4b with parts to exchange."""
    one = (
        one
        or "any(run(model, {x: 1 - actual[x], **new, **{n: actual[n] for n in H}})[y] != actual[y] for H in subsets(rest))"
    )
    two = (
        two
        or "all(run(model, {x: actual[x], **{n: new[n] for n in P}, **{n: actual[n] for n in H}})[y] == actual[y] for P in subsets(C) for H in subsets(rest))"
    )
    return returns(
        DEGREE,
        "actual = run(model, {})",
        "others = [n for n in model if n not in (x, y)]",
        f"for C in {loop}:",
        "    rest = [n for n in others if n not in C]",
        "    new = {n: 1 - actual[n] for n in C}",
        f"    one = {one}",
        f"    if one and {two}:",
        f"        return 1 / (1 + {k})",
        "return 0.0",
    )


SIZES = returns(
    DEGREE,
    "actual = run(model, {})",
    "others = [n for n in model if n not in (x, y)]",
    "for W in subsets(others):",
    "    rest = [n for n in others if n not in W]",
    "    for w in product((0, 1), repeat=len(W)):",
    "        new = dict(zip(W, w))",
    "        one = run(model, {x: 1 - actual[x], **new})[y] != actual[y]",
    "        if one and all(run(model, {x: actual[x], **{n: new[n] for n in P}, **{n: actual[n] for n in H}})[y] == actual[y] for P in subsets(W) for H in subsets(rest)):",
    "            return 1 / (1 + len(W))",
    "return 0.0",
)
LITERAL = SIZES.replace("            return 1 / (1 + len(W))", "            found.append(sum(new[n] != actual[n] for n in W))").replace("return 0.0", "return 1 / (1 + min(found)) if found else 0").replace("for W in", "found = []\n    for W in", 1)  # fmt: skip
FULL = LITERAL.replace("**{n: new[n] for n in P}", "**new").replace(" for P in subsets(W)", "")
MODELS = 'names = [f"p{i}" for i in range(1, n + 1)]'


def made(harm: str) -> str:
    """The last line of a model of 10.4c."""
    return f'return {{**{{name: "1" for name in names}}, "harm": {harm}}}'


def two_models(first: str, second: str) -> str:
    """share_out and all_in with these rules of harm."""
    return returns("share_out(n)", MODELS, made(first)) + "\n" + returns("all_in(n)", MODELS, made(second))  # fmt: skip


def bet(rule: str, update: str = "", before: str = "ups = downs = 0", after: str = "np.array(out)") -> str:  # fmt: skip
    """A gambler step by step with a rule for the bet."""
    return returns(WEALTH, before, "now, out = 1.0, []", "for step in d:", *([f"    {update}"] if update else []), f"    now *= 1 + ({rule}) * step", "    out.append(now)", "    ups += step == 1", "    downs += step == -1", f"return {after}")  # fmt: skip


KT = "(ups - downs) / (ups + downs + 2)"
NEWTON = returns(
    WEALTH,
    "lam, a, now, out = 0.0, 1.0, 1.0, []",
    "for step in d:",
    "    now *= 1 + lam * step",
    "    out.append(now)",
    "    z = step / (1 + lam * step)",
    "    a += z * z",
    "    lam = min(0.5, max(-0.5, lam + 2 / (2 - math.log(3)) * z / a))",
    "return np.array(out)",
)
MIXTURE = returns(
    WEALTH,
    "grid = np.linspace(-0.95, 0.95, 39)",
    "return np.cumprod(1 + np.asarray(d, float)[:, None] * grid, axis=0).mean(1)",
)
Z_TEST = returns(
    WEALTH,
    "from scipy.stats import norm",
    "d = np.asarray(d, float)",
    "z = np.cumsum(d) / np.sqrt(np.maximum(np.cumsum(d ** 2), 1))",
    "return 1 / np.maximum(2 * norm.sf(abs(z)), 1e-12)",
)


def audited(bar: str = ">= 1 / alpha", stop: str = "return True, len(d)", budget: str = "budget", last: str = "wealth(d)[-1]") -> str:  # fmt: skip
    """The loop of 10.5b."""
    return returns(AUDIT, "d = []", f"for _ in range({budget}):", "    d.append(pair())", f"    if {last} {bar}:", f"        {stop}", "return False, len(d)")  # fmt: skip


AT_END = returns(
    AUDIT,
    "d = [pair() for _ in range(budget)]",
    "return bool(d) and bool(wealth(d)[-1] >= 1 / alpha), budget",
)
LATE = returns(
    AUDIT,
    "d = [pair() for _ in range(budget)]",
    "rich = np.asarray(wealth(d)) >= 1 / alpha if d else np.zeros(0, bool)",
    "return (True, int(rich.argmax()) + 1) if rich.any() else (False, budget)",
)


def unseen(coin: str = "int(rng.integers(2))", rows: str = "rng.permutation(pool_size)[:budget]", pay: str = "said * (2 * coin - 1)") -> str:  # fmt: skip
    """The loop of 10.6."""
    return returns(UNSEEN, "out = []", f"for i, row in enumerate({rows}):", f"    coin = {coin}", "    said = lender(int(row), coin)", f"    out.append({pay})", "return np.array(out, dtype=int)")  # fmt: skip


TWINS = returns(
    UNSEEN,
    "out = []",
    "for row in rng.permutation(pool_size)[: budget // 2]:",
    "    said = [lender(int(row), a) for a in (0, 1)]",
    "    out += [said[1] - said[0], 0]",
    "return np.array(out)",
)
ALL_AT_ONCE = returns(
    UNSEEN,
    "coins = rng.random(budget) < 0.5",
    "said = np.array([lender(row, int(c)) for row, c in enumerate(coins)], dtype=float)",
    "return np.where(coins, said, -said)",
)


def against(check: str = "hashlib.sha256(nonce + model_bytes).hexdigest() != commitment", found: str = "return i", sense: str = ">=", end: str = "return None", before: str = "pass") -> str:  # fmt: skip
    """The lines of 10.8b."""
    return returns(AGAINST, f"if {check}:", '    raise ValueError("another model")', "model = json.loads(model_bytes)", before, "for i, (x, decision) in enumerate(receipts):", f'    granted = sum(a * b for a, b in zip(model["weights"], x)) {sense} model["threshold"]', "    if int(granted) != decision:", f"        {found}", end)  # fmt: skip


def ratios(large: str = "(group == name).mean() >= min_share", top: str = "max(rates.values(), default=0)", ratio: str = "rate / top if top else 1.0", above: str = "score > np.median(score)", among: str = "above[group == name].mean()", out: str = "rates.items()") -> str:  # fmt: skip
    """The two functions of 10.9."""
    return "\n".join(
        [
            returns("impact_ratios(selected, group, min_share)", f"rates = {{name: selected[group == name].mean() for name in set(group) if {large}}}", f"top = {top}", f"return {{name: {ratio} for name, rate in {out}}}"),
            returns("scoring_rates(score, group)", f"above = {above}", f"return {{name: {among} for name in set(group)}}"),
        ]
    )  # fmt: skip


PANDAS = "\n".join(
    [
        returns(
            "impact_ratios(selected, group, min_share)",
            "import pandas as pd",
            'table = pd.DataFrame({"s": selected, "g": group}).groupby("g")["s"].agg(["mean", "size"])',
            'rates = table.loc[table["size"] >= min_share * len(group), "mean"]',
            "return (rates / rates.max()).fillna(1.0).to_dict() if len(rates) else {}",
        ),
        returns(
            "scoring_rates(score, group)",
            "import pandas as pd",
            "return pd.Series(score > np.median(score)).groupby(np.asarray(group)).mean().to_dict()",
        ),
    ]
)

ANSWERS = [
    # 10.1a
    Wrong("ex10_1-log", "content-only", log("return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()"), **SEEN),
    Wrong("ex10_1-log", "key-order", log("return hashlib.sha256((previous + json.dumps(record)).encode()).hexdigest()"), **SEEN),
    Wrong("ex10_1-log", "values-only", log('text = previous + json.dumps([record[k] for k in sorted(record)])\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "ambiguous", log(GLUED), **SEEN),
    Wrong("ex10_1-log", "ambiguous", log(SEPARATED), **SEEN),
    Wrong("ex10_1-log", "no-digest", log("return hashlib.sha256((previous + json.dumps(record, sort_keys=True)).encode()).digest()"), **SEEN),
    Wrong("ex10_1-log", "head-inside", log(JSON, "", VERIFY.replace("now == head", "True")), **SEEN),
    Wrong("ex10_1-log", "cut-or-swapped", log(JSON, "", returns("verify(log, head)", 'before = ["0" * 64] + [d for _, d in log]', "return all(d == digest(b, r) for b, (r, d) in zip(before, log)) and (not log or head == log[-1][1] or digest(head, {}) == '' or len(log) != 4)")), **SEEN),
    Wrong("ex10_1-log", "not-recomputed", log(JSON, "", returns("verify(log, head)", 'return (log[-1][1] if log else "0" * 64) == head')), **SEEN),
    Wrong("ex10_1-log", "digest-unread", log(JSON, "", returns("verify(log, head)", 'now = "0" * 64', "for record, _ in log:", "    now = digest(now, record)", "return now == head")), **SEEN),
    Wrong("ex10_1-log", "empty", log(JSON, "", VERIFY.replace("return now == head", "return bool(log) and now == head")), **SEEN),
    Wrong("ex10_1-log", "key-hides-head", log('text = json.dumps({"previous": previous, **record}, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "key-hides-head", log('text = json.dumps({**record, "prev": previous}, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "no-sha", log('return format(hash((previous, json.dumps(record, sort_keys=True))) % 2**64, "064x")'), **SEEN),
    Wrong("ex10_1-log", "rounded", log('kept = {k: round(v, 6) if isinstance(v, float) else v for k, v in record.items()}\ntext = previous + json.dumps(kept, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "ambiguous", log('text = previous + repr(sorted(record.items()))\nreturn hashlib.sha256(text.encode("ascii", "ignore")).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "empty", log(JSON, "", VERIFY.replace("return now == head", "return log[-1][1] == head")), **SEEN),
    Wrong("ex10_1-log", "cut-or-swapped", log(JSON, "", VERIFY.replace('now = "0" * 64', 'if not log:\n        return True\n    now = "0" * 64')), **SEEN),
    Wrong("ex10_1-log", "goes-on", log(JSON, "", VERIFY.replace("return now == head", 'return head in ["0" * 64, *(d for _, d in log)] and (log or head == "0" * 64)')), **SEEN),
    Wrong("ex10_1-log", "key-hides-head", log('text = json.dumps({"prev_hash": previous, **record}, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "ambiguous", log('text = previous + ",".join(f"{k}={v!r}" for k, v in sorted(record.items()))\nreturn hashlib.sha256(text.encode()).hexdigest()'), **SEEN),
    Wrong("ex10_1-log", "ambiguous", log('text = previous + "|".join(f"{k}={v!r}" for k, v in sorted(record.items()))\nreturn hashlib.sha256(text.encode()).hexdigest()'), **HIDDEN),
    Wrong("ex10_1-log", "other-start", log(JSON, ENTRY.replace('"0" * 64', '""'), VERIFY.replace('"0" * 64', '"" if log else "0" * 64')), **SEEN),
    Right("ex10_1-log", "record-in-a-record", log('text = json.dumps({"previous": previous, "record": record}, sort_keys=True)\nreturn hashlib.sha256(text.encode()).hexdigest()')),
    Right("ex10_1-log", "repr", log('return hashlib.sha256((previous + repr(sorted(record.items()))).encode()).hexdigest()')),
    Right("ex10_1-log", "hint-3", log(JSON)),
    Right("ex10_1-log", "length-prefixed", log(LENGTHS)),
    Right("ex10_1-log", "hmac", log("import hmac\ntext = json.dumps(record, sort_keys=True)\nreturn hmac.new(previous.encode(), text.encode(), 'sha256').hexdigest()", returns("add_entry(log, record)", 'log.append([record, digest(log[-1][1] if log else "0" * 64, record)])', "return log"))),
    # 10.1b
    Wrong("ex10_1-root", "no-prefix", tree("hashlib.sha256(leaves[0]).digest()", "hashlib.sha256(both).digest()"), **SEEN),
    Wrong("ex10_1-root", "order-lost", tree(two=r'hashlib.sha256(b"\x01" + min(both[:32], both[32:]) + max(both[:32], both[32:])).digest()'), **SEEN),
    Wrong("ex10_1-root", "duplicate-last", returns(ROOT, "level = [hashlib.sha256(b'\\x00' + x).digest() for x in leaves]", "while len(level) > 1:", "    level += level[-1:] * (len(level) % 2)", "    level = [hashlib.sha256(b'\\x01' + a + b).digest() for a, b in zip(level[::2], level[1::2])]", "return level[0] if level else hashlib.sha256().digest()"), **SEEN),
    Wrong("ex10_1-root", "other-shape", tree(k="(len(leaves) + 1) // 2"), **SEEN),
    Wrong("ex10_1-root", "no-bytes", returns(ROOT, "return hashlib.sha256(b''.join(leaves)).hexdigest()"), **SEEN),
    Right("ex10_1-root", "hint-3", tree()),
    Right("ex10_1-root", "level-by-level", returns(ROOT, "level = [hashlib.sha256(b'\\x00' + x).digest() for x in leaves]", "while len(level) > 1:", "    odd = level[-1:] if len(level) % 2 else []", "    level = [hashlib.sha256(b'\\x01' + a + b).digest() for a, b in zip(level[::2], level[1::2])] + odd", "return level[0] if level else hashlib.sha256().digest()")),
    # 10.1c
    Wrong("ex10_1-included", "proof-length", climb(done="hashlib.sha256(b'\\x00' + data).digest()"), **SEEN),
    Wrong("ex10_1-included", "index-outside", climb(check=""), **SEEN),
    Wrong("ex10_1-included", "refuses-right", returns(INCLUDED, "now = hashlib.sha256(b'\\x00' + data).digest()", "for h in proof:", "    now = hashlib.sha256(b'\\x01' + (h + now if index % 2 else now + h)).digest()", "    index //= 2", "return now == root"), **SEEN),
    Wrong("ex10_1-included", "refuses-right", climb(side="index >= k"), **SEEN),
    Wrong("ex10_1-included", "side-unread", returns(INCLUDED, "now = {hashlib.sha256(b'\\x00' + data).digest()}", "for h in proof:", "    now = {hashlib.sha256(b'\\x01' + pair).digest() for one in now for pair in (h + one, one + h)}", "return 0 <= index < size and root in now"), **SEEN),
    Wrong("ex10_1-included", "size-unread", climb(check="0 <= index < size and ").replace("def climb", "size = 1 + min(size - 1, 4)\n    def climb"), **SEEN),
    Wrong("ex10_1-included", "input-modified", climb().replace("if not proof:", "top = proof.pop() if proof else None\n        if top is None:").replace("proof[:-1]", "proof").replace("proof[-1]", "top").replace("list(proof)", "proof"), **SEEN),
    Wrong("ex10_1-included", "proof-length", climb().replace("if not proof:", "if False:"), **SEEN),
    Right("ex10_1-included", "hint-3", climb()),
    Right("ex10_1-included", "rfc-9162", returns(INCLUDED, "at, last = index, size - 1", "now = hashlib.sha256(b'\\x00' + data).digest()", "for h in proof:", "    if last == 0:", "        return False", "    if at % 2 or at == last:", "        now = hashlib.sha256(b'\\x01' + h + now).digest()", "        while at % 2 == 0 and at:", "            at, last = at // 2, last // 2", "    else:", "        now = hashlib.sha256(b'\\x01' + now + h).digest()", "    at, last = at // 2, last // 2", "return 0 <= index < size and last == 0 and now == root")),
    Right("ex10_1-included", "from-the-leaf", returns(INCLUDED, "if not 0 <= index < size:", "    return False", "sides, lo, hi = [], 0, size", "while hi - lo > 1:", "    k = lo + split(hi - lo)", "    sides.append(index >= k)", "    lo, hi = (k, hi) if index >= k else (lo, k)", "if len(sides) != len(proof):", "    return False", "now = hashlib.sha256(bytes(1) + data).digest()", "for right, h in zip(reversed(sides), proof):", "    now = hashlib.sha256(bytes([1]) + (h + now if right else now + h)).digest()", "return now == root")),
    # 10.2a
    Wrong("ex10_2-bits", "order", returns(BITS, SUM), **SEEN),
    Wrong("ex10_2-bits", "order", returns(BITS, "return float(np.dot(weights, x))"), **SEEN),
    Wrong("ex10_2-bits", "rounds", returns(BITS, "return round(sum(a * b for a, b in zip(weights, x)), 6)"), **SEEN),
    Wrong("ex10_2-bits", "order", returns(BITS, "total = c = 0.0", "for a, b in zip(weights, x):", "    y = a * b - c", "    t = total + y", "    c, total = (t - total) - y, t", "return total"), **SEEN),
    Wrong("ex10_2-bits", "other-sum", returns(BITS, "return math.fsum(weights) * math.fsum(x)"), **SEEN),
    Wrong("ex10_2-bits", "order", returns(BITS, "return float(sum(sorted((a * b for a, b in zip(weights, x)), key=abs)))"), **SEEN),
    Wrong("ex10_2-bits", "order", returns(BITS, "return float(sum(a * b for a, b in sorted(zip(weights, x), key=lambda p: p[1])))"), **SEEN),
    Wrong("ex10_2-bits", "order", returns(BITS, "return float(sum(a * b for a, b in sorted(zip(weights, x), key=lambda p: p[0])))"), **SEEN),
    Wrong("ex10_2-bits", "rounds", returns(BITS, "return round(math.fsum(a * b for a, b in zip(weights, x)), 12)"), **HIDDEN),
    Wrong("ex10_2-bits", "other-sum", returns(BITS, "return math.fsum({a * b for a, b in zip(weights, x)})"), **SEEN),
    Right("ex10_2-bits", "sorted-pairs", returns(BITS, "return float(sum(a * b for a, b in sorted(zip(weights, x))))")),
    Right("ex10_2-bits", "hint-3", returns(BITS, "return math.fsum(weight * value for weight, value in zip(weights, x))")),
    Right("ex10_2-bits", "fractions", returns(BITS, "from fractions import Fraction", "return float(sum(Fraction(a) * Fraction(b) for a, b in zip(weights, x)))")),
    Right("ex10_2-bits", "sorted", returns(BITS, "return float(sum(sorted(a * b for a, b in zip(weights, x))))")),
    # 10.2b
    Wrong("ex10_2-replay", "latest-model", replayed(model="list(models.values())[-1]"), **SEEN),
    Wrong("ex10_2-replay", "strict", replayed(sense=">"), **SEEN),
    Wrong("ex10_2-replay", "decision-only", replayed(score="True"), **SEEN),
    Wrong("ex10_2-replay", "score-only", replayed(said="True"), **SEEN),
    Wrong("ex10_2-replay", "close-enough", replayed(score='np.isclose(score, record["score"])'), **SEEN),
    Wrong("ex10_2-replay", "missing", Edit('"no-model" if model is None else "no-row"', '"no-row" if x is None else "no-model"'), **SEEN),
    Wrong("ex10_2-replay", "own-sum", replayed(own='math.fsum(a * b for a, b in zip(kept["weights"], rows[record["row"]]))'), **SEEN),
    Wrong("ex10_2-replay", "own-sum", replayed(own='score_bits(rows[record["row"]], kept["weights"])'), **SEEN),
    Right("ex10_2-replay", "hint-3", replayed()),
    Right("ex10_2-replay", "by-exceptions", returns(REPLAY, "try:", '    kept = models[record["model"]]', "except KeyError:", '    return "no-model"', "try:", '    x = rows[record["row"]]', "except KeyError:", '    return "no-row"', 'score = float(score_bits(kept["weights"], x))', 'right = score.hex() == float(record["score"]).hex()', 'return "same" if right and (score >= kept["threshold"]) == (record["decision"] == "grant") else "differs"')),
    # 10.3
    Wrong("ex10_3-recourse", "greedy", GREEDY, **SEEN),
    Wrong("ex10_3-recourse", "one-feature", ONE, **SEEN),
    Wrong("ex10_3-recourse", "none-as-zero", cheapest(after="best or (0, {})"), **SEEN),
    Wrong("ex10_3-recourse", "strict", cheapest(sense=">"), **SEEN),
    Wrong("ex10_3-recourse", "names-unchanged", cheapest(names=""), **SEEN),
    Wrong("ex10_3-recourse", "forgets-b", cheapest(b="0"), **SEEN),
    Wrong("ex10_3-recourse", "immutable", returns(RECOURSE, "score = b + sum(w[n] * x[n] for n in x)", "if score >= threshold:", "    return 0, {}", 'return (threshold - score) / 4, {"age": (threshold - score) / w.get("age", 1)}'), **SEEN),
    Wrong("ex10_3-recourse", "does-not-work", returns(RECOURSE, "score, cost, action = b + sum(w[n] * x[n] for n in x), 0, {}", "for n in moves:", "    m, c = max(moves[n], key=lambda p: w[n] * p[0] - 0.6 * p[1])", "    if score < threshold and m:", "        action[n], cost, score = m, cost + c, score + w[n] * m", "return cost, action"), **SEEN),
    Wrong("ex10_3-recourse", "two-features", cheapest().replace("if start", "if sum(m != 0 for m, _ in choice) < 3 and start"), **SEEN),
    Wrong("ex10_3-recourse", "no-move", cheapest().replace("{n: m for", "{n: x[n] + m for"), **SEEN),
    Wrong("ex10_3-recourse", "one-feature", cheapest().replace("for n in x)", "for n in moves)"), **SEEN),
    Wrong("ex10_3-recourse", "largest-only", cheapest().replace("product(*moves.values())", "product(*(v[:1] + [max(v, key=lambda p: w[n] * p[0])] for n, v in moves.items()))"), **SEEN),
    Wrong("ex10_3-recourse", "free-move", cheapest(names="if c != 0").replace("(m, _) in zip(names, choice) if", "(m, c) in zip(names, choice) if"), **SEEN),
    Wrong("ex10_3-recourse", "cost-bound", cheapest(best="False").replace("best = None", "best = (10**6, None)").replace("(best is None or False)", "cost < best[0]").replace("return best", "return best if best[1] is not None else None"), **SEEN),
    Right("ex10_3-recourse", "hint-3", cheapest()),
    Right("ex10_3-recourse", "milp", MILP),
    # 10.4a
    Wrong("ex10_4-butfor", "only-one-to-zero", returns(BUT_FOR, "return run(model, {})[y] == 1 and run(model, {x: 0})[y] == 0"), **SEEN),
    Wrong("ex10_4-butfor", "other-answer", returns(BUT_FOR, "return run(model, {})[x] == run(model, {})[y]"), **SEEN),
    Wrong("ex10_4-butfor", "other-answer", returns(BUT_FOR, "return run(model, {x: 1})[y] == 1"), **SEEN),
    Wrong("ex10_4-butfor", "other-direction", returns(BUT_FOR, "return run(model, {x: 0})[y] == 0 and run(model, {x: 1})[y] == 1"), **SEEN),
    Wrong("ex10_4-butfor", "holds-others", returns(BUT_FOR, "actual = run(model, {})", "held = {n: actual[n] for n in model if n not in (x, y)}", "return run(model, {**held, x: 1 - actual[x]})[y] != actual[y]"), **SEEN),
    Wrong("ex10_4-butfor", "input-modified", returns(BUT_FOR, "actual = run(model, {})", "model[x] = str(1 - actual[x])", "return run(model, {})[y] != actual[y]"), **SEEN),
    Right("ex10_4-butfor", "hint-3", returns(BUT_FOR, "actual = run(model, {})", "return run(model, {x: 1 - actual[x]})[y] != actual[y]")),
    Right("ex10_4-butfor", "both-values", returns(BUT_FOR, "return run(model, {x: 0})[y] != run(model, {x: 1})[y]")),
    # 10.4b
    Wrong("ex10_4-responsibility", "but-for", returns(DEGREE, "actual = run(model, {})", "return float(run(model, {x: 1 - actual[x]})[y] != actual[y])"), **SEEN),
    Wrong("ex10_4-responsibility", "no-condition-2", degree(two="True"), **SEEN),
    Wrong("ex10_4-responsibility", "counts-w", SIZES, **SEEN),
    Wrong("ex10_4-responsibility", "only-full-w", FULL, **SEEN),
    Wrong("ex10_4-responsibility", "no-condition-2", LITERAL.replace(", **{n: actual[n] for n in H}})[y] == actual[y] for P in subsets(W) for H in subsets(rest)", "})[y] == actual[y] for P in subsets(W)"), **SEEN),
    Wrong("ex10_4-responsibility", "but-for", degree(loop="[()]"), **SEEN),
    Wrong("ex10_4-responsibility", "vote", degree(loop="[C for C in subsets(others) if len(C) < 2]"), **SEEN),
    Wrong("ex10_4-responsibility", "only-full-w", degree(two="all(run(model, {x: actual[x], **new, **{n: actual[n] for n in H}})[y] == actual[y] for H in subsets(rest))"), **SEEN),
    Wrong("ex10_4-responsibility", "only-full-w", degree().replace("for P in subsets(C)", "for P in ((), C)"), **SEEN),
    Wrong("ex10_4-responsibility", "random-model", degree(loop="subsets([n for n in others if model[n] in '01'])"), **HIDDEN),
    Wrong("ex10_4-responsibility", "only-from-one", degree().replace("1 - actual[n] for n in C", "0 for n in C"), **SEEN),
    Wrong("ex10_4-responsibility", "only-from-one", degree().replace("x: 1 - actual[x]", "x: 0").replace("x: actual[x]", "x: 1"), **SEEN),
    Wrong("ex10_4-responsibility", "x-not-held", degree().replace("{x: actual[x], **{n: new", "{**{n: new"), **SEEN),
    Right("ex10_4-responsibility", "hint-3", degree()),
    Right("ex10_4-responsibility", "word-by-word", LITERAL),
    # 10.4c
    Wrong("ex10_4-models", "swapped", two_models('" and ".join(names)', '" or ".join(names)'), **SEEN),
    Wrong("ex10_4-models", "not-needed", two_models('" or ".join(names)', '" or ".join(names)'), **SEEN),
    Wrong("ex10_4-models", "harm-anyway", two_models('"1"', '" and ".join(names)'), **SEEN),
    Wrong("ex10_4-models", "other-degree", two_models('" + ".join(names) + f" >= {max(1, n - 1)}"', '" and ".join(names)'), **SEEN),
    Wrong("ex10_4-models", "other-degree", two_models('" + ".join(names) + f" > {n / 2}"', '" and ".join(names)'), **SEEN),
    Wrong("ex10_4-models", "order", two_models('" or ".join(names)', '" and ".join(names)').replace('{**{name: "1" for name in names}, "harm": ', '{"harm": ').replace("(names)}", '(names), **{name: "1" for name in names}}'), **SEEN),
    Wrong("ex10_4-models", "other-degree", returns("share_out(n)", 'model = {"p1": "1", "any1": "p1"}', "for i in range(2, n + 1):", '    model |= {f"p{i}": "1", f"any{i}": f"any{i - 1} or p{i}"}', 'return {**model, "harm": f"any{n}"}') + "\n" + returns("all_in(n)", MODELS, made('" and ".join(names)')), **HIDDEN),
    Right("ex10_4-models", "hint-3", two_models('" or ".join(names)', '" and ".join(names)')),
    Right("ex10_4-models", "min-and-max", two_models('"max([" + ", ".join(names) + "])"', '"not (" + " or ".join("not " + name for name in names) + ")"').replace('"max([" + ", ".join(names) + "])"', '"not (" + " and ".join("not " + name for name in names) + ")"')),
    # 10.5a
    Wrong("ex10_5-wealth", "peeks", bet("(ups - downs + step) / (ups + downs + 2)"), **SEEN),
    Wrong("ex10_5-wealth", "whole-data", bet("lead", before="ups = downs = 0; lead = sum(d) / (len(d) + 1)"), **SEEN),
    Wrong("ex10_5-wealth", "running-maximum", bet(KT, after="np.maximum.accumulate(np.array([1.0] + out))[1:]"), **SEEN),
    Wrong("ex10_5-wealth", "overbet", bet("2 * (ups - downs)"), **SEEN),
    Wrong("ex10_5-wealth", "never-bets", bet("0 * ups"), **SEEN),
    Wrong("ex10_5-wealth", "one-sided", bet(f"max(0, {KT})"), **SEEN),
    Wrong("ex10_5-wealth", "peeks", Z_TEST, **SEEN),
    Wrong("ex10_5-wealth", "broke", bet("(ups - downs) / max(1, ups + downs)"), **SEEN),
    Wrong("ex10_5-wealth", "peeks", bet(f"{KT} if len(out) < 10 else 0.5 * step"), **SEEN),
    Wrong("ex10_5-wealth", "peeks", bet(f"{KT} if len(out) < 40 else 0.5 * step"), **HIDDEN),
    Wrong("ex10_5-wealth", "overbet", bet("(ups - downs) / 4"), **SEEN),
    Wrong("ex10_5-wealth", "overbet", bet(KT).replace(f"now *= 1 + ({KT}) * step", f"now += {KT} * step"), **SEEN),
    Wrong("ex10_5-wealth", "one-sided", bet("0.5"), **SEEN),
    Wrong("ex10_5-wealth", "list", returns(WEALTH, "u, v = (np.cumsum(d == k) - (d == k) for k in (1, -1))", "return np.cumprod(1 + (u - v) / (u + v + 2) * d)"), **SEEN),
    Wrong("ex10_5-wealth", "one-late", bet(KT, after="np.array([1.0, *out[:-1]])[: len(out)]"), **SEEN),
    Right("ex10_5-wealth", "beta-prior", returns(WEALTH, "u = v = 0", "out = []", "for step in d:", "    u, v = u + (step == 1), v + (step == -1)", "    log = math.lgamma(u + 0.5) + math.lgamma(v + 0.5) - math.lgamma(u + v + 1)", "    out.append(2.0 ** (u + v) * math.exp(log) / math.pi)", "return np.array(out)")),
    Right("ex10_5-wealth", "two-constant-bets", returns(WEALTH, "d = np.asarray(d, float)", "return (np.cumprod(1 + 0.3 * d) + np.cumprod(1 - 0.3 * d)) / 2")),
    Right("ex10_5-wealth", "stops-when-rich", bet(f"{KT} if now < 20 else 0")),
    Right("ex10_5-wealth", "hint-3", bet(KT)),
    Right("ex10_5-wealth", "online-newton", NEWTON),
    Right("ex10_5-wealth", "mixture", MIXTURE),
    Right("ex10_5-wealth", "float32", bet(KT, after="np.array(out, dtype=np.float32)")),
    # 10.5b
    Wrong("ex10_5-audit", "strict", audited(bar="> 1 / alpha"), **SEEN),
    Wrong("ex10_5-audit", "only-at-end", AT_END, **SEEN),
    Wrong("ex10_5-audit", "does-not-stop", LATE, **SEEN),
    Wrong("ex10_5-audit", "wrong-bar", audited(bar="<= alpha"), **SEEN),
    Wrong("ex10_5-audit", "over-budget", audited(budget="budget + 1"), **SEEN),
    Wrong("ex10_5-audit", "poor-too", audited(last="max(wealth(d)[-1], 1 / wealth(d)[-1])"), **SEEN),
    Wrong("ex10_5-audit", "wrong-bar", audited(bar=">= 20"), **SEEN),
    Wrong("ex10_5-audit", "over-budget", returns(AUDIT, "d = [pair()]", "while wealth(d)[-1] < 1 / alpha:", "    if len(d) >= budget:", "        return False, budget", "    d.append(pair())", "return True, len(d)"), **SEEN),
    Wrong("ex10_5-audit", "last-unread", returns(AUDIT, "d = []", "while len(d) < budget:", "    if d and wealth(d)[-1] >= 1 / alpha:", "        return True, len(d)", "    d.append(pair())", "return False, len(d)"), **SEEN),
    Wrong("ex10_5-audit", "one-at-a-time", returns(AUDIT, "now = 1.0", "for n in range(budget):", "    now *= wealth([pair()])[-1]", "    if now >= 1 / alpha:", "        return True, n + 1", "return False, budget"), **SEEN),
    Right("ex10_5-audit", "hint-3", audited()),
    Right("ex10_5-audit", "largest-so-far", audited(last="np.max(wealth(np.array(d)))")),
    # 10.5c
    Wrong("ex10_5-planned", "other-unit", returns(PLANNED, "gain = sum(p * math.log(2 * p) for p in (up, 1 - up) if p > 0)", "return math.log2(1 / alpha) / (rate * gain)"), **SEEN),
    Wrong("ex10_5-planned", "rate-unread", returns(PLANNED, "gain = sum(p * math.log(2 * p) for p in (up, 1 - up) if p > 0)", "return math.log(1 / alpha) / gain"), **SEEN),
    Wrong("ex10_5-planned", "log-of-mean", returns(PLANNED, "return math.log(1 / alpha) / (rate * math.log(1 + (2 * up - 1) ** 2))"), **SEEN),
    Wrong("ex10_5-planned", "rounded", returns(PLANNED, "gain = sum(p * math.log(2 * p) for p in (up, 1 - up) if p > 0)", "return math.ceil(math.log(1 / alpha) / (rate * gain) - 1e-9)"), **SEEN),
    Wrong("ex10_5-planned", "log-of-mean", returns(PLANNED, "return math.log(1 / alpha) / math.log(1 + rate * (2 * up - 1) ** 2)"), **SEEN),
    Right("ex10_5-planned", "hint-3", returns(PLANNED, "gain = sum(p * math.log(2 * p) for p in (up, 1 - up) if p > 0)", "return math.log(1 / alpha) / (rate * gain)")),
    Right("ex10_5-planned", "scipy", returns(PLANNED, "from scipy.stats import entropy", "return -math.log(alpha) / (rate * entropy([up, 1 - up], [0.5, 0.5]))")),
    # 10.6
    Wrong("ex10_6-unseen", "same-papers", TWINS, **SEEN),
    Wrong("ex10_6-unseen", "alternating", unseen(coin="i % 2"), **SEEN),
    Wrong("ex10_6-unseen", "blocks", unseen(coin="int(2 * i >= budget)"), **SEEN),
    Wrong("ex10_6-unseen", "same-papers", unseen(rows="rng.integers(pool_size, size=budget)"), **SEEN),
    Wrong("ex10_6-unseen", "not-fair", unseen(pay="said"), **SEEN),
    Wrong("ex10_6-unseen", "balanced", returns(UNSEEN, "coins = rng.permutation(np.arange(budget) % 2)", "rows = rng.permutation(pool_size)[:budget]", "said = [lender(int(row), int(coin)) for row, coin in zip(rows, coins)]", "return (2 * coins - 1) * np.array(said, dtype=int)"), **SEEN),
    Wrong("ex10_6-unseen", "wrong-sign", unseen(pay="said * (1 - 2 * coin)"), **SEEN),
    Wrong("ex10_6-unseen", "uneven-coin", unseen(coin="int(rng.random() < 0.28)"), **SEEN),
    Wrong("ex10_6-unseen", "own-chance", unseen(coin="int(np.random.default_rng().integers(2))", rows="range(budget)"), **SEEN),
    Wrong("ex10_6-unseen", "not-fair", unseen(coin="int(row) % 2"), **SEEN),
    Wrong("ex10_6-unseen", "not-fair", unseen(pay="1 if said and coin else -1"), **SEEN),
    Wrong("ex10_6-unseen", "not-alone", returns(UNSEEN, "last, out = [0, 0], []", "for row in rng.permutation(pool_size)[:budget]:", "    coin = int(rng.integers(2))", "    last[coin] = lender(int(row), coin)", "    out.append(last[1] - last[0])", "return np.array(out)"), **SEEN),
    Wrong("ex10_6-unseen", "balanced", unseen(coin="1 - old[-1] if len(set(old[-3:])) == 1 and len(old) > 2 else int(rng.integers(2))", pay="said * (2 * coin - 1)); old.append(coin").replace("out = []", "out, old = [], []"), **SEEN),
    Right("ex10_6-unseen", "as-rare-as-in-life", unseen(coin="int(rng.random() < 1 / 7)", pay="said if coin else -said * int(rng.random() < 1 / 6)")),
    Right("ex10_6-unseen", "hint-3", unseen(pay="0 if said == 0 else 1 if coin == 1 else -1")),
    Right("ex10_6-unseen", "all-coins-first", ALL_AT_ONCE),
    Right("ex10_6-unseen", "grants-pay-too", unseen(pay="(2 * said - 1) * (2 * coin - 1)")),
    # 10.8a
    Wrong("ex10_8-needed", "floor", returns(NEEDED, "return math.floor(math.log(miss) / math.log(1 - q))"), **SEEN),
    Wrong("ex10_8-needed", "one-over-q", returns(NEEDED, "return math.ceil(1 / q)"), **SEEN),
    Wrong("ex10_8-needed", "strict", returns(NEEDED, "n = 0", "while (1 - q) ** n >= miss:", "    n += 1", "return n"), **SEEN),
    Right("ex10_8-needed", "hint-3", returns(NEEDED, "n = 0", "while (1 - q) ** n > miss:", "    n += 1", "return n")),
    Right("ex10_8-needed", "logarithms", returns(NEEDED, "return int(np.ceil(np.log(miss) / np.log1p(-q) - 1e-9))")),
    # 10.8b
    Wrong("ex10_8-contradiction", "skips-commitment", against(check="False"), **SEEN),
    Wrong("ex10_8-contradiction", "no-nonce", against(check="hashlib.sha256(model_bytes).hexdigest() != commitment"), **SEEN),
    Wrong("ex10_8-contradiction", "strict", against(sense=">"), **SEEN),
    Wrong("ex10_8-contradiction", "last-instead-of-first", against(before="found = None", found="found = i", end="return found"), **SEEN),
    Wrong("ex10_8-contradiction", "zero-is-false", against(before="found = None", found="found = found if found is not None else i", end="return found or None"), **SEEN),
    Wrong("ex10_8-contradiction", "too-late", against(check="False", end="if hashlib.sha256(nonce + model_bytes).hexdigest() != commitment:\n        raise ValueError\n    return None"), **SEEN),
    Wrong("ex10_8-contradiction", "assert", against(check="False", before="assert hashlib.sha256(nonce + model_bytes).hexdigest() == commitment"), **SEEN),
    Wrong("ex10_8-contradiction", "no-nonce", against(check="hashlib.sha256(nonce + json.dumps(json.loads(model_bytes)).encode()).hexdigest() != commitment"), **SEEN),
    Wrong("ex10_8-contradiction", "too-late", against(check="receipts and hashlib.sha256(nonce + model_bytes).hexdigest() != commitment"), **SEEN),
    Right("ex10_8-contradiction", "hint-3", against()),
    Right("ex10_8-contradiction", "all-at-once", returns(AGAINST, "h = hashlib.sha256(nonce)", "h.update(model_bytes)", "if h.digest() != bytes.fromhex(commitment):", '    raise ValueError("other")', "m = json.loads(model_bytes.decode())", 'wrong = [int((np.array(x) @ np.array(m["weights"])) >= m["threshold"]) != said for x, said in receipts]', "return wrong.index(True) if True in wrong else None")),
    # 10.9
    Wrong("ex10_9-ratios", "keeps-small", ratios(large="True"), **SEEN),
    Wrong("ex10_9-ratios", "exclude-too-late", ratios(top="max(selected[group == name].mean() for name in set(group))"), **SEEN),
    Wrong("ex10_9-ratios", "to-majority", ratios(top="rates[max(rates, key=lambda name: (group == name).sum())]"), **SEEN),
    Wrong("ex10_9-ratios", "inverted", ratios(ratio="top / rate if rate else 1.0"), **SEEN),
    Wrong("ex10_9-ratios", "strict", ratios(large="(group == name).mean() > min_share"), **SEEN),
    Wrong("ex10_9-ratios", "at-or-above-median", ratios(above="score >= np.median(score)"), **SEEN),
    Wrong("ex10_9-ratios", "own-median", ratios(above="score", among="np.mean(score[group == name] > np.median(score[group == name]))"), **SEEN),
    Wrong("ex10_9-ratios", "no-group", ratios(out="rates.items()} or {name: 1.0 for name in set(group)"), **SEEN),
    Wrong("ex10_9-ratios", "own-median", ratios(above="score > np.mean(score)"), **SEEN),
    Wrong("ex10_9-ratios", "other-median", ratios(above="score > np.sort(score)[len(score) // 2]"), **SEEN),
    Right("ex10_9-ratios", "hint-3", ratios()),
    Right("ex10_9-ratios", "pandas", PANDAS),
]  # fmt: skip
