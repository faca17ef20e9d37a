"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 12.1 a: the mean
    Wrong(
        "ex12_1-average", "unweighted", Edit("n / total * state[name]", "state[name] / len(sizes)")
    ),
    Wrong("ex12_1-average", "no-mean", Edit("n / total * state[name]", "n * state[name]")),
    Wrong(
        "ex12_1-average",
        "input-modified",
        """
def average(states, sizes):
    total, mean = sum(sizes), states[0]
    for name in mean:
        mean[name] *= sizes[0] / total
        for n, state in zip(sizes[1:], states[1:]):
            mean[name] += n / total * state[name]
    return mean
""",
    ),
    Wrong(
        "ex12_1-average",
        "wrong-dtype",
        Edit("n / total * state[name]", "n / total * state[name].float()"),
    ),
    Right(
        "ex12_1-average",
        "by-einsum",
        """
def average(states, sizes):
    mean = {}
    for name, first in states[0].items():
        weights = torch.tensor(sizes, dtype=first.dtype)
        stacked = torch.stack([state[name] for state in states])
        mean[name] = torch.einsum("k,k...->...", weights / weights.sum(), stacked)
    return mean
""",
    ),
    # 12.1 b: local training
    Wrong("ex12_1-local", "wrong-sign", Edit("parameter -=", "parameter +=")),
    Wrong("ex12_1-local", "model-changed", Edit("deepcopy(model)", "model")),
    Wrong(
        "ex12_1-local",
        "stale-gradient",
        Edit("client_gradient(worker, x, y)", "client_gradient(model, x, y)"),
    ),
    Wrong("ex12_1-local", "wrong-step", Edit("range(steps)", "range(max(steps, 1))")),
    Right(
        "ex12_1-local",
        "by-optimiser",
        """
def local_training(model, x, y, lr, steps):
    clone = deepcopy(model)
    optimiser = torch.optim.SGD(clone.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(clone(x), y, reduction="sum").div(len(y)).backward()
        optimiser.step()
    return {name: p.data.clone() for name, p in clone.named_parameters()}
""",
    ),
    # 12.1 c: where FedAvg comes to rest
    Wrong(
        "ex12_1-rest",
        "true-minimum",
        Edit("share * (1 - (1 - lr * h) ** steps)", "share * h"),
    ),
    Wrong("ex12_1-rest", "plain-mean", Edit("share * (1 - (1 - lr * h) ** steps)", "share")),
    Wrong(
        "ex12_1-rest", "wrong-pull", Edit("(1 - (1 - lr * h) ** steps)", "(1 - lr * h) ** steps")
    ),
    Wrong("ex12_1-rest", "ignores-share", Edit("share * (1", "1.0 * (1")),
    Right(
        "ex12_1-rest",
        "by-two-points",
        """
def resting_point(h, c, share, lr, steps):
    def after(w):  # a round is affine in w: two values of it give slope and offset
        local = w * torch.ones_like(c)
        for _ in range(steps):
            local = local - lr * h * (local - c)
        return torch.dot(share, local)

    offset = after(0.0)
    slope = after(1.0) - offset
    return offset / (1 - slope)
""",
    ),
    # 12.2 a: an image from a layer
    Wrong(
        "ex12_2-layer",
        "dead-row",
        """
def image_from_layer(weight_gradient, bias_gradient):
    return (weight_gradient / bias_gradient[:, None]).mean(0)
""",
    ),
    Wrong(
        "ex12_2-layer",
        "not-scaled",
        Edit(
            "weight_gradient[row] / bias_gradient[row]",
            "weight_gradient[row].abs() / weight_gradient.abs().max()",
        ),
    ),
    Wrong("ex12_2-layer", "wrong-sign", Edit("/ bias_gradient[row]", "/ bias_gradient[row].abs()")),
    Wrong(
        "ex12_2-layer",
        "wrong-row",
        Edit("bias_gradient.abs().argmax()", "bias_gradient.nonzero()[0, 0]"),
    ),
    Wrong(
        "ex12_2-layer",
        "no-error",
        Edit(
            '        raise ValueError("every row is switched off: this gradient holds no image")',
            "        return torch.zeros_like(weight_gradient[row])",
        ),
    ),
    Right(
        "ex12_2-layer",
        "by-least-squares",
        """
def image_from_layer(weight_gradient, bias_gradient):
    power = bias_gradient.dot(bias_gradient)
    if not power > 0:
        raise ValueError("no unit was on")
    return bias_gradient @ weight_gradient / power
""",
    ),
    # 12.2 b: gradient matching
    Wrong("ex12_2-match", "wrong-label", Edit("argmin()", "argmax()")),
    Wrong("ex12_2-match", "no-create-graph", Edit(", create_graph=True", "")),
    Wrong(
        "ex12_2-match",
        "gradient-left",
        Edit(
            "(z.grad,) = torch.autograd.grad(distance, z)",
            "z.grad = None\n        distance.backward()",
        ),
    ),
    Wrong(
        "ex12_2-match",
        "too-weak",
        Edit("zip(own, gradients, strict=True)", "zip(own[-1:], gradients[-1:], strict=True)"),
    ),
    Wrong("ex12_2-match", "no-search", Edit("    optimizer.step(closure)\n", "")),
    Wrong("ex12_2-match", "input-modified", Edit("start.clone()", "start")),
    Right(
        "ex12_2-match",
        "by-scipy",
        """
def match_gradients(model, gradients, start, iterations=100):
    from scipy.optimize import minimize

    label = int((gradients[-1] < 0).nonzero().item())
    target = torch.cat([gradient.flatten() for gradient in gradients])

    def value(flat):
        z = torch.from_numpy(flat.copy()).reshape(start.shape).requires_grad_(True)
        loss = -torch.log_softmax(model(z), dim=1)[0, label]
        own = torch.autograd.grad(loss, list(model.parameters()), create_graph=True)
        distance = (torch.cat([g.flatten() for g in own]) - target).square().sum()
        (slope,) = torch.autograd.grad(distance, z)
        return distance.item(), slope.numpy().ravel()

    options = {"maxiter": 2 * iterations, "maxcor": 50, "ftol": 1e-18, "gtol": 1e-12}
    end = minimize(value, start.numpy().ravel(), jac=True, method="L-BFGS-B", options=options)
    return torch.from_numpy(end.x).reshape(start.shape), label
""",
    ),
    # 12.3 a: additive sharing
    Wrong(
        "ex12_3-split",
        "no-sum",
        Edit("(secret - random.sum(0)) % p", "(secret + random.sum(0)) % p"),
    ),
    Wrong(
        "ex12_3-split",
        "not-reduced",
        Edit("(secret - random.sum(0)) % p", "secret - random.sum(0)"),
    ),
    Wrong("ex12_3-split", "ignores-generator", Edit(", generator=generator)", ")")),
    Wrong("ex12_3-split", "tells-something", Edit("torch.randint(0, p,", "torch.randint(1, p,")),
    Wrong(
        "ex12_3-split",
        "tells-something",
        Edit(
            "(n - 1, len(secret)), generator=generator)",
            "(n - 1, 1), generator=generator).expand(-1, len(secret))",
        ),
    ),
    Wrong(
        "ex12_3-split",
        "tells-something",
        """
def split(secret, n, p, generator):
    left, rows = secret.clone(), []
    for _ in range(n - 1):  # a part of what is left
        part = (torch.rand(len(secret), generator=generator) * (left + 1)).long()
        rows.append(part)
        left = left - part
    return torch.stack([*rows, left])
""",
    ),
    Right(
        "ex12_3-split",
        "first-takes-the-rest",
        """
def split(secret, n, p, generator):
    shares = torch.zeros(n, secret.numel(), dtype=torch.int64)
    shares[0] = secret
    for party in range(1, n):
        shares[party].random_(0, p, generator=generator)
        shares[0] = torch.remainder(shares[0] - shares[party], p)
    return shares
""",
    ),
    # 12.3 b: polynomials
    Wrong("ex12_3-evaluate", "reversed", Edit("coefficients.flip(0)", "coefficients")),
    Wrong(
        "ex12_3-evaluate",
        "not-reduced",
        Edit("(value * points[:, None] + row) % p", "value * points[:, None] + row"),
    ),
    Wrong(
        "ex12_3-evaluate",
        "overflow",
        """
def evaluate(coefficients, points, p):
    powers = points[:, None] ** torch.arange(len(coefficients))
    return (powers @ coefficients) % p
""",
    ),
    Wrong(
        "ex12_3-evaluate",
        "no-integers",
        """
def evaluate(coefficients, points, p):
    powers = points[:, None].double() ** torch.arange(len(coefficients))
    return (powers @ coefficients.double()) % p
""",
    ),
    Right(
        "ex12_3-evaluate",
        "by-powers",
        """
def evaluate(coefficients, points, p):
    power, total = torch.ones_like(points), 0
    for row in coefficients:
        total = (total + torch.outer(power, row) % p) % p
        power = power * points % p
    return total
""",
    ),
    # 12.3 c: Shamir's sharing
    Wrong("ex12_3-shamir", "hands-out-secret", Edit("torch.arange(1, n + 1)", "torch.arange(n)")),
    Wrong(
        "ex12_3-shamir", "leading-never-zero", Edit("torch.randint(0, p,", "torch.randint(1, p,")
    ),
    Wrong(
        "ex12_3-shamir",
        "same-polynomial",
        Edit(
            "(t - 1, len(secret)), generator=generator)",
            "(t - 1, 1), generator=generator).expand(-1, len(secret))",
        ),
    ),
    Wrong("ex12_3-shamir", "ignores-generator", Edit(", generator=generator)", ")")),
    Wrong("ex12_3-shamir", "no-error", Edit("if not 1 <= t <= n < p:", "if t > n:")),
    Wrong(
        "ex12_3-shamir",
        "wrong-shape",
        Edit("random = torch.randint(0, p, (t - 1,", "random = torch.randint(0, p, (t,"),
    ),
    Wrong(
        "ex12_3-shamir",
        "tells-something",
        Edit(
            "torch.randint(0, p, (t - 1, len(secret)), generator=generator)",
            "torch.cat([torch.randint(0, max(p // 2, 2), (t - 1, len(secret)), generator=generator)])",
        ),
    ),
    Right(
        "ex12_3-shamir",
        "filled-in-place",
        """
def shamir_split(secret, t, n, p, generator, evaluate):
    if t < 1 or t > n or n >= p:
        raise ValueError("t of n shares need 1 <= t <= n and n < p")
    coefficients = torch.empty(t, len(secret), dtype=torch.int64).random_(0, p, generator=generator)
    coefficients[0] = secret
    return evaluate(coefficients, torch.tensor(range(1, n + 1)), p)
""",
    ),
    # 12.3 d: reconstruction
    Wrong(
        "ex12_3-reconstruct", "wrong-value", Edit("pow(other - x, -1, p)", "pow(x - other, -1, p)")
    ),
    Wrong(
        "ex12_3-reconstruct",
        "real-division",
        """
def reconstruct(points, values, p):
    secret = 0
    for i, x in enumerate(points.tolist()):
        others = [other for other in points.tolist() if other != x]
        secret = secret + np.prod([other / (other - x) for other in others]) * values[i]
    return secret % p
""",
    ),
    Wrong(
        "ex12_3-reconstruct", "assumes-points", Edit("points.tolist()", "range(1, len(points) + 1)")
    ),
    Wrong(
        "ex12_3-reconstruct",
        "overflow",
        Edit("secret = (secret + factor * row) % p", "secret = secret + factor * row")
        + Edit("return secret", "return secret % p"),
    ),
    Right(
        "ex12_3-reconstruct",
        "by-fermat",
        """
def reconstruct(points, values, p):
    xs = [int(x) for x in points]
    result = []
    for column in values.T.tolist():
        total = 0
        for i, x in enumerate(xs):
            top = bottom = 1
            for other in xs[:i] + xs[i + 1:]:
                top, bottom = top * -other, bottom * (x - other)
            total += column[i] * top * pow(bottom, p - 2, p)
        result.append(total % p)
    return torch.tensor(result, dtype=torch.int64)
""",
    ),
    # 12.3 e: the hole
    Wrong(
        "ex12_3-hole",
        "returns-impossible",
        Edit("torch.ones(p", "torch.zeros(p") + Edit("= False", "= True"),
    ),
    Wrong(
        "ex12_3-hole",
        "one-round",
        Edit("reconstruct(points, values, p)]", "reconstruct(points, values, p)[0]]"),
    ),
    Wrong("ex12_3-hole", "wrong-secrets", Edit("reconstruct(points, values, p)]", "values[0]]")),
    Wrong("ex12_3-hole", "no-list", Edit(".nonzero()[:, 0]", "")),
    Right(
        "ex12_3-hole",
        "by-sets",
        """
def still_possible(points, values, p, reconstruct):
    impossible = set()
    for column in values.T:
        impossible.add(int(reconstruct(points, column[:, None], p)))
    return torch.tensor(sorted(set(range(p)) - impossible), dtype=torch.int64)
""",
    ),
    # 12.4 a: fixed point
    Wrong(
        "ex12_4-fixed",
        "truncates",
        Edit("(x.double() * scale).round()", "(x.double() * scale).trunc()"),
    ),
    Wrong("ex12_4-fixed", "not-reduced", Edit("whole.long() % p", "whole.long()")),
    Wrong(
        "ex12_4-fixed",
        "no-negatives",
        Edit("torch.where(v > p // 2, v - p, v).double()", "v.double()"),
    ),
    Wrong(
        "ex12_4-fixed",
        "no-error",
        Edit("if not (whole.abs() <= (p - 1) // 2).all():", "if whole.max() > (p - 1) // 2:"),
    ),
    Wrong(
        "ex12_4-fixed",
        "no-error",
        Edit(
            "if not (whole.abs() <= (p - 1) // 2).all():", "if (whole.abs() > (p - 1) // 2).any():"
        ),
    ),
    Right(
        "ex12_4-fixed",
        "by-numpy",
        """
def encode(x, scale, p):
    whole = np.rint(x.numpy().astype(np.float64) * scale)
    if np.isnan(whole).any() or np.abs(whole).max(initial=0) > (p - 1) / 2:
        raise ValueError("out of range")
    return torch.from_numpy(np.mod(whole, p).astype(np.int64))


def decode(v, scale, p):
    half = (p - 1) // 2
    return ((v + half) % p - half).to(torch.float64) / scale
""",
    ),
    # 12.4 b: masks
    Wrong(
        "ex12_4-mask",
        "no-cancel",
        Edit("total + mask if me < other else total - mask", "total + mask"),
    ),
    Wrong("ex12_4-mask", "no-personal", Edit("update + personal", "update.clone()")),
    Wrong("ex12_4-mask", "wrong-sign", Edit("me < other", "me > other")),
    Wrong("ex12_4-mask", "not-reduced", Edit("return total % p", "return total")),
    Wrong(
        "ex12_4-mask",
        "input-modified",
        Edit("total = update + personal", "total = update.add_(personal)"),
    ),
    Right(
        "ex12_4-mask",
        "by-stack",
        """
def mask_update(update, me, pair_masks, personal, p):
    signs = [1, 1] + [1 if other > me else p - 1 for other in pair_masks]
    terms = [update, personal, *pair_masks.values()]
    return sum(sign * term % p for sign, term in zip(signs, terms)).remainder(p)
""",
    ),
    # 12.4 c: the server's sum
    Wrong(
        "ex12_4-unmask",
        "keeps-personal",
        Edit(
            '        total = total - expand(int(reconstruct(*ask("personal", client), p)), length)',
            '        ask("personal", client)',
        ),
    ),
    Wrong("ex12_4-unmask", "ignores-dropouts", Edit("set(public) - set(received)", "set()")),
    Wrong("ex12_4-unmask", "wrong-sign", Edit("client < gone", "client > gone")),
    Wrong(
        "ex12_4-unmask",
        "asks-both",
        Edit("set(public) - set(received)", "public")
        + Edit(
            "            mask =",
            "            if client == gone:\n                continue\n            mask =",
        ),
    ),
    Wrong("ex12_4-unmask", "not-reduced", Edit("return total % p", "return total")),
    Wrong(
        "ex12_4-unmask",
        "ignores-dropouts",
        Edit(
            "mask = expand(agree(key, public[client]), length)",
            "mask = expand(agree(key, public[gone]), length)",
        ),
    ),
    Right(
        "ex12_4-unmask",
        "masks-first",
        """
def unmask_sum(received, public, ask, reconstruct, p):
    def opened(kind, client):
        points, values = ask(kind, client)
        return reconstruct(points, values, p).item()

    vectors = list(received.values())
    masks = torch.zeros_like(vectors[0])
    for client in received:
        masks += expand(opened("personal", client), len(masks))
    for gone in sorted(public):
        if gone in received:
            continue
        key = opened("key", gone)
        for client in sorted(received):
            sign = 1 if client < gone else -1
            masks += sign * expand(pow(public[client], key, p), len(masks))
    return torch.remainder(torch.stack(vectors).sum(0) - masks, p)
""",
    ),
    # 12.4 d: images from the sum
    Wrong(
        "ex12_4-sum",
        "dead-row",
        Edit("bias_gradient != 0", "torch.ones_like(bias_gradient).bool()")
        + Edit("whole[fits.all(1)]", "whole[fits.all(1) | grey.isnan().any(1)]"),
    ),
    Wrong(
        "ex12_4-sum",
        "keeps-mixtures",
        Edit(
            "fits = ((grey - whole).abs() <= tolerance) & (whole >= 0) & (whole <= 255)",
            "fits = (whole >= 0) & (whole <= 255)",
        ),
    ),
    Wrong("ex12_4-sum", "counts-twice", Edit(".unique(dim=0)", "")),
    Wrong(
        "ex12_4-sum",
        "misses-images",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    row = bias_gradient.abs().argmax()
    return (255 * weight_gradient[row] / bias_gradient[row]).round()[None] / 255
""",
    ),
    Wrong("ex12_4-sum", "keeps-mixtures", Edit("fits.all(1)", "fits.float().mean(1) > 0.6")),
    Right(
        "ex12_4-sum",
        "by-set",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    found = {}
    for row, delta in zip(weight_gradient.double(), bias_gradient.double()):
        if delta == 0:
            continue
        levels = row / delta * 255
        nearest = torch.floor(levels + 0.5)
        inside = nearest.min() >= 0 and nearest.max() <= 255
        if inside and (levels - nearest).abs().max() <= tolerance:
            found[tuple(nearest.int().tolist())] = nearest / 255
    if not found:
        return torch.empty(0, weight_gradient.shape[1])
    return torch.stack(list(found.values()))
""",
    ),
    # 12.4 e: trap weights
    Wrong("ex12_4-trap", "wrong-side", Edit("1 - share", "share")),
    Wrong(
        "ex12_4-trap",
        "wrong-share",
        Edit(
            "-scores.quantile(1 - share, dim=0)",
            "-scores.flatten().quantile(1 - share).expand(rows)",
        ),
    ),
    Wrong(
        "ex12_4-trap",
        "wrong-share",
        Edit("-scores.quantile(1 - share, dim=0)", "torch.zeros(rows)"),
    ),
    Wrong("ex12_4-trap", "ignores-generator", Edit(", generator=generator)", ")")),
    Wrong(
        "ex12_4-trap",
        "too-few",
        Edit(
            "torch.randn(rows, images.shape[1], generator=generator)",
            "torch.randn(1, images.shape[1], generator=generator).expand(rows, -1).clone()",
        ),
    ),
    Right(
        "ex12_4-trap",
        "by-sorting",
        """
def trap_layer(images, rows, share, generator):
    n, d = images.shape
    weight = torch.empty(rows, d).normal_(generator=generator)
    falling = torch.sort(weight @ images.T, dim=1, descending=True).values
    k = round(share * n)
    return weight, -(falling[:, k - 1] + falling[:, k]) / 2
""",
    ),
    # 12.5 a: Beaver's multiplication
    Wrong(
        "ex12_5-beaver",
        "adds-de-twice",
        Edit("product[0] = (product[0] + d * e % p) % p", "product = (product + d * e % p) % p"),
    ),
    Wrong("ex12_5-beaver", "no-de", Edit("    product[0] = (product[0] + d * e % p) % p\n", "")),
    Wrong(
        "ex12_5-beaver",
        "overflow",
        """
def multiply_shares(x, y, a, b, c, p):
    d, e = (x - a).sum(0) % p, (y - b).sum(0) % p
    product = c + d * b + e * a
    product[0] += d * e
    return product % p
""",
    ),
    Wrong(
        "ex12_5-beaver",
        "local-product",
        """
def multiply_shares(x, y, a, b, c, p):
    return x * y % p
""",
    ),
    Wrong(
        "ex12_5-beaver",
        "opens-secrets",
        """
def multiply_shares(x, y, a, b, c, p):
    product = torch.zeros_like(x)
    product[0] = (x.sum(0) % p) * (y.sum(0) % p) % p
    return product
""",
    ),
    Wrong(
        "ex12_5-beaver",
        "not-reduced",
        Edit("(product[0] + d * e % p) % p", "product[0] + d * e % p - p"),
    ),
    Right(
        "ex12_5-beaver",
        "party-by-party",
        """
def multiply_shares(x, y, a, b, c, p):
    d = torch.remainder(sum(xi - ai for xi, ai in zip(x, a)), p)
    e = torch.remainder(sum(yi - bi for yi, bi in zip(y, b)), p)
    parties = []
    for i in range(len(x)):
        own = (d * b[i] % p + e * a[i] % p + c[i]) % p
        if i == len(x) - 1:
            own = (own + d * e % p) % p
        parties.append(own)
    return torch.stack(parties)
""",
    ),
    # 12.5 b: private scores
    Wrong("ex12_5-scores", "no-bias", Edit("products.sum(-1) + bias[:, None]", "products.sum(-1)")),
    Wrong(
        "ex12_5-scores",
        "bias-per-pixel",
        Edit("products.sum(-1) + bias[:, None]", "(products + bias[:, None, None]).sum(-1)"),
    ),
    Wrong(
        "ex12_5-scores",
        "no-multiply",
        Edit("multiply(x, w[:, None].expand_as(x), *triple, p)", "x * w[:, None] % p"),
    ),
    Wrong(
        "ex12_5-scores",
        "not-reduced",
        Edit("(products.sum(-1) + bias[:, None]) % p", "products.sum(-1) + bias[:, None] + p"),
    ),
    Wrong(
        "ex12_5-scores",
        "no-triple",
        Edit("*triple, p)", "triple[0], triple[1], triple[0] * triple[1] % p, p)"),
    ),
    Right(
        "ex12_5-scores",
        "bias-into-the-first-pixel",
        """
def private_scores(x, w, bias, triple, multiply, p):
    k, n, d = x.shape
    weights = w.reshape(k, 1, d).repeat(1, n, 1)
    a, b, c = triple
    terms = multiply(x, weights, a, b, c, p).clone()
    terms[:, :, 0] += bias.reshape(k, 1)
    return torch.remainder(torch.einsum("knd->kn", terms), p)
""",
    ),
    # 12.5 c: the same triple twice
    Wrong(
        "ex12_5-reuse",
        "no-sign",
        Edit("torch.where(difference > p // 2, difference - p, difference)", "difference"),
    ),
    Wrong("ex12_5-reuse", "wrong-order", Edit("first - second", "second - first")),
    Wrong(
        "ex12_5-reuse",
        "no-integers",
        Edit(
            "    return torch.where(difference > p // 2, difference - p, difference)",
            "    return torch.where(difference > p // 2, difference - p, difference) / 1",
        ),
    ),
    Wrong("ex12_5-reuse", "wrong-difference", Edit("first - second", "first + second")),
    Right(
        "ex12_5-reuse",
        "by-shifting",
        """
def reuse_leak(first, second, p):
    half = (p - 1) // 2
    return torch.remainder(first - second + half, p) - half
""",
    ),
    # 12.6 a: the trimmed mean
    Wrong("ex12_6-trimmed", "one-sided", Edit("[trim : n - trim]", "[trim:]")),
    Wrong(
        "ex12_6-trimmed",
        "drops-clients",
        Edit(
            "updates.sort(0).values[trim : n - trim]",
            "updates[updates.norm(dim=1).argsort()][trim : n - trim]",
        ),
    ),
    Wrong(
        "ex12_6-trimmed",
        "no-error",
        Edit(
            '        raise ValueError(f"trimming {trim} at both ends leaves nothing of {n} updates")',
            "        trim = (n - 1) // 2",
        ),
    ),
    Wrong("ex12_6-trimmed", "wrong-mean", Edit(".mean(0)", ".sum(0) / n")),
    Wrong(
        "ex12_6-trimmed",
        "input-modified",
        Edit(
            "updates.sort(0).values[trim : n - trim]",
            "updates.copy_(updates.sort(0).values)[trim : n - trim]",
        ),
    ),
    Right(
        "ex12_6-trimmed",
        "by-topk",
        """
def trimmed_mean(updates, trim):
    kept = len(updates) - 2 * trim
    if kept < 1:
        raise ValueError("nothing is left")
    low = updates.topk(len(updates) - trim, dim=0, largest=False).values
    return low.topk(kept, dim=0).values.mean(dim=0)
""",
    ),
    # 12.6 b: Krum
    Wrong("ex12_6-krum", "counts-itself", Edit("[:, 1 : n - f - 1]", "[:, : n - f - 2]")),
    Wrong("ex12_6-krum", "not-squared", Edit(".square().sum(-1)", ".norm(dim=-1)")),
    Wrong("ex12_6-krum", "too-many", Edit("[:, 1 : n - f - 1]", "[:, 1 : n - f]")),
    Wrong("ex12_6-krum", "no-error", Edit("if n < 2 * f + 3:", "if n < 2 * f:")),
    Wrong("ex12_6-krum", "wrong-score", Edit(".sort(1)", ".sort(1, descending=True)")),
    Right(
        "ex12_6-krum",
        "by-gram",
        """
def krum_scores(updates, f):
    n = updates.shape[0]
    if not n >= 2 * f + 3:
        raise ValueError("too few clients")
    scores = []
    for i in range(n):
        others = torch.cat([updates[:i], updates[i + 1:]])
        far = torch.linalg.vector_norm(others - updates[i], dim=1).pow(2)
        scores.append(far.topk(n - f - 2, largest=False).values.sum())
    return torch.stack(scores)
""",
    ),
    # 12.7: controls
    Wrong("ex12_7-scaffold", "no-correction", Edit("(gradient(here) + c - own)", "gradient(here)")),
    Wrong("ex12_7-scaffold", "wrong-sign", Edit("+ c - own)", "- c + own)")),
    Wrong(
        "ex12_7-scaffold",
        "old-control",
        Edit("return here, own - c + (w - here) / (lr * steps)", "return here, own"),
    ),
    Wrong("ex12_7-scaffold", "wrong-control", Edit("(lr * steps)", "steps")),
    Wrong("ex12_7-scaffold", "wrong-step", Edit("gradient(here)", "gradient(w)")),
    Wrong(
        "ex12_7-scaffold",
        "input-modified",
        Edit(
            "here = here - lr * (gradient(here) + c - own)",
            "here -= lr * (gradient(here) + c - own)",
        )
        + Edit("here = w.clone()", "here, w = w, w.clone()"),
    ),
    Right(
        "ex12_7-scaffold",
        "mean-of-gradients",
        """
def scaffold_client(w, gradient, c, own, lr, steps):
    met = []
    for _ in range(steps):
        met.append(gradient(w))
        w = w - lr * (met[-1] + (c - own))
    return w, torch.stack(met).mean(0)
""",
    ),
]
