"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 12.1: local training
    Wrong("ex12_1-local", "wrong-sign", Edit("parameter -=", "parameter +="), seen="visible"),
    Wrong("ex12_1-local", "model-changed", Edit("deepcopy(model)", "model"), seen="visible"),
    Wrong(
        "ex12_1-local",
        "stale-gradient",
        Edit("client_gradient(worker, x, y)", "client_gradient(model, x, y)"),
        seen="visible",
    ),
    Wrong(
        "ex12_1-local", "wrong-step", Edit("range(steps)", "range(max(steps, 1))"), seen="visible"
    ),
    Wrong("ex12_1-local", "wrong-step", Edit("lr * gradient", "0.1 * gradient"), seen="visible"),
    Wrong(
        "ex12_1-local",
        "sum-not-mean",
        Edit("lr * gradient", "lr * len(y) * gradient"),
        seen="visible",
    ),
    Wrong(
        "ex12_1-local",
        "wrong-weights",
        Edit("parameter -= lr * gradient", "parameter -= lr * gradient * (gradient.dim() == 1)"),
        seen="visible",
    ),
    Wrong(
        "ex12_1-local",
        "no-dict",
        Edit(
            "{name: value.detach() for name, value in worker.state_dict().items()}",
            "[value.detach() for value in worker.parameters()]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_1-local",
        "wrong-step",
        Edit(
            "zip(worker.parameters(), gradients, strict=True)",
            "list(zip(worker.parameters(), gradients))[-2:]",
        ),
        seen="hidden",
    ),
    Wrong(
        "ex12_1-local",
        "no-start",
        Edit(
            "{name: value.detach() for name",
            "{name: value.detach() - model.state_dict()[name] for name",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_1-local",
        "inside-no-grad",
        """
def local_training(model, x, y, lr, steps):
    worker = deepcopy(model)
    with torch.no_grad():
        for _ in range(steps):
            for parameter, slope in zip(worker.parameters(), client_gradient(worker, x, y)):
                parameter -= lr * slope
    return worker.state_dict()
""",
        seen="visible",
    ),
    Wrong(
        "ex12_1-local",
        "wrong-step",
        """
def local_training(model, x, y, lr, steps):
    worker = deepcopy(model)
    optimiser = torch.optim.Adam(worker.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(worker(x), y).backward()
        optimiser.step()
    return worker.state_dict()
""",
        seen="visible",
    ),
    Right(
        "ex12_1-local",
        "hint-3",
        """
def local_training(model, x, y, lr, steps):
    worker = deepcopy(model)
    for _ in range(steps):
        slopes = client_gradient(worker, x, y)
        with torch.no_grad():
            for parameter, slope in zip(worker.parameters(), slopes):
                parameter.sub_(lr * slope)
    return dict(worker.state_dict())
""",
    ),
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
    return clone.state_dict()
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
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "dead-row",
        """
def image_from_layer(weight_gradient, bias_gradient):
    row = bias_gradient.argmax()
    return weight_gradient[row] / bias_gradient[row]
""",
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "dead-row",
        Edit("bias_gradient.abs().argmax()", "bias_gradient.argmax()"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "not-scaled",
        Edit(
            "weight_gradient[row] / bias_gradient[row]",
            "weight_gradient[row].abs() / weight_gradient.abs().max()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "wrong-sign",
        Edit("/ bias_gradient[row]", "/ bias_gradient[row].abs()"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "wrong-row",
        Edit("bias_gradient.abs().argmax()", "bias_gradient.nonzero().flatten()[:1].sum()"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "no-error",
        Edit(
            '        raise ValueError("every row is switched off: this gradient holds no image")',
            "        return torch.zeros_like(weight_gradient[row])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "small-is-dead",
        Edit("if bias_gradient[row] == 0:", "if bias_gradient[row].abs() < 1e-6:"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "small-is-dead",
        Edit("/ bias_gradient[row]", "/ (bias_gradient[row] + 1e-6)"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "wrong-values",
        Edit(
            "return weight_gradient[row] / bias_gradient[row]",
            "return (weight_gradient[row] / bias_gradient[row]).clamp(0, 1)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "wrong-values",
        Edit(
            "return weight_gradient[row] / bias_gradient[row]",
            "return (weight_gradient[row] / bias_gradient[row]).abs()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "dead-row",
        """
def image_from_layer(weight_gradient, bias_gradient):
    if not bias_gradient.any():
        raise ValueError("no unit was on")
    return weight_gradient.sum(0) / bias_gradient.sum()
""",
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "dead-row",
        Edit("if bias_gradient[row] == 0:", "if bias_gradient.sum() == 0:"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "wrong-row",
        """
def image_from_layer(weight_gradient, bias_gradient):
    live = bias_gradient != 0
    if not live.any():
        raise ValueError("no unit was on")
    rows = weight_gradient[live] / bias_gradient[live][:, None]
    return rows[bias_gradient[live].abs().argmin()]
""",
        seen="visible",
    ),
    Right(
        "ex12_2-layer",
        "hint-3",
        """
def image_from_layer(weight_gradient, bias_gradient):
    j = bias_gradient.abs().argmax()
    if bias_gradient[j] == 0:
        raise ValueError
    return weight_gradient[j] / bias_gradient[j]
""",
    ),
    Right(
        "ex12_2-layer",
        "by-least-squares",
        """
def image_from_layer(weight_gradient, bias_gradient):
    bias, weight = bias_gradient.double(), weight_gradient.double()
    power = bias.dot(bias)
    if not power > 0:
        raise ValueError("no unit was on")
    return bias @ weight / power
""",
    ),
    # 12.2 b: gradient matching
    Wrong("ex12_2-match", "wrong-label", Edit("argmin()", "argmax()"), seen="visible"),
    Wrong(
        "ex12_2-match",
        "wrong-label",
        Edit("gradients[-1].argmin()[None]", "torch.tensor([7])"),
        seen="hidden",
    ),
    Wrong("ex12_2-match", "no-create-graph", Edit(", create_graph=True", ""), seen="visible"),
    Wrong(
        "ex12_2-match",
        "gradient-left",
        Edit(
            "(z.grad,) = torch.autograd.grad(distance, z)",
            "z.grad = None\n        distance.backward()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-match",
        "too-weak",
        Edit("zip(own, gradients, strict=True)", "zip(own[-1:], gradients[-1:], strict=True)"),
        seen="visible",
    ),
    Wrong("ex12_2-match", "no-search", Edit("    optimizer.step(closure)\n", ""), seen="visible"),
    Wrong("ex12_2-match", "input-modified", Edit("start.clone()", "start"), seen="visible"),
    Wrong(
        "ex12_2-match",
        "ignores-iterations",
        Edit("max_iter=iterations", "max_iter=100"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-match",
        "ignores-iterations",
        Edit(
            "    optimizer.step(closure)\n",
            "    for _ in range(10):\n        optimizer.step(closure)\n",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_2-match",
        "ignores-start",  # the message names the optimizer, too
        """
def match_gradients(model, gradients, start, iterations=100):
    label = gradients[-1].argmin()
    z = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=0.1)
    for _ in range(iterations):
        own = torch.autograd.grad(F.cross_entropy(model(z), label[None]), list(model.parameters()),
                                  create_graph=True)
        distance = sum(((a - b) ** 2).sum() for a, b in zip(own, gradients))
        z.grad = torch.autograd.grad(distance, z)[0]
        optimizer.step()
    return z.detach(), label.item()
""",
        seen="visible",
    ),
    Wrong(
        "ex12_2-match",
        "ignores-start",
        Edit("start.clone()", "torch.full_like(start, 0.5)"),
        seen="visible",
    ),
    Wrong(
        "ex12_2-match",
        "no-way-to-z",
        Edit("start.clone().requires_grad_(True)", "start.clone()"),
        seen="visible",
    ),
    Right(
        "ex12_2-match",
        "hint-3",
        """
def match_gradients(model, gradients, start, iterations=100):
    label = gradients[-1].argmin()
    z = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([z], lr=1, max_iter=iterations, history_size=50,
                                  tolerance_grad=1e-12, tolerance_change=1e-14,
                                  line_search_fn="strong_wolfe")

    def closure():
        own = torch.autograd.grad(F.cross_entropy(model(z), label[None]), list(model.parameters()),
                                  create_graph=True)
        distance = 0
        for a, b in zip(own, gradients):
            distance = distance + ((a - b) ** 2).sum()
        z.grad = torch.autograd.grad(distance, z)[0]
        return distance

    optimizer.step(closure)
    return z.detach(), label.item()
""",
    ),
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
        seen="visible",
    ),
    Wrong(
        "ex12_3-split",
        "not-reduced",
        Edit("(secret - random.sum(0)) % p", "secret - random.sum(0)"),
        seen="visible",
    ),
    Wrong("ex12_3-split", "ignores-generator", Edit(", generator=generator)", ")"), seen="visible"),
    Wrong(
        "ex12_3-split",
        "tells-something",
        Edit("torch.randint(0, p,", "torch.randint(1, p,"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-split",
        "tells-something",
        Edit(
            "(n - 1, len(secret)), generator=generator)",
            "(n - 1, 1), generator=generator).expand(-1, len(secret))",
        ),
        seen="visible",
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
        seen="visible",
    ),
    Wrong(
        "ex12_3-split",
        "pair-tells",
        Edit(
            "(n - 1, len(secret)), generator=generator)",
            "(1, len(secret)), generator=generator).expand(n - 1, -1)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_3-split",
        "tells-something",
        Edit(
            "torch.randint(0, p, (n - 1, len(secret)), generator=generator)",
            "(torch.rand(n - 1, len(secret), generator=generator) * p).long()",
        ),
        seen="hidden",
    ),
    Wrong(
        "ex12_3-split",
        "draws-again",
        """
def split(secret, n, p, generator):
    rng = np.random.default_rng(generator.initial_seed())
    drawn = torch.from_numpy(rng.integers(0, p, (n - 1, len(secret))))
    return torch.cat([drawn, ((secret - drawn.sum(0)) % p)[None]])
""",
        seen="visible",
    ),
    Wrong(
        "ex12_3-split",
        "input-modified",
        """
def split(secret, n, p, generator):
    drawn = torch.randint(0, p, (n - 1, len(secret)), generator=generator)
    for share in drawn:
        secret -= share
    return torch.cat([drawn, (secret % p)[None]])
""",
        seen="visible",
    ),
    Right(
        "ex12_3-split",
        "handed-along",
        """
def split(secret, n, p, generator):
    shares = [secret % p] + [torch.zeros_like(secret) for _ in range(n - 1)]
    for party in range(n - 1):  # each takes a random number off and hands it to the next
        r = torch.randint(0, p, secret.shape, generator=generator)
        shares[party] = (shares[party] - r) % p
        shares[party + 1] = (shares[party + 1] + r) % p
    return torch.stack(shares)
""",
    ),
    Right(
        "ex12_3-split",
        "hint-3",
        """
def split(secret, n, p, generator):
    drawn = torch.randint(0, p, (n - 1, len(secret)), generator=generator)
    return torch.cat([drawn, ((secret - drawn.sum(0)) % p)[None]])
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
    # 12.3 b: Shamir's sharing
    Wrong(
        "ex12_3-shamir",
        "draws-again",
        """
def shamir_split(secret, t, n, p, generator, evaluate):
    if not 1 <= t <= n < p:
        raise ValueError("t or n out of range")
    rng = np.random.default_rng(generator.initial_seed())
    drawn = torch.from_numpy(rng.integers(0, p, (t - 1, len(secret))))
    return evaluate(torch.cat([secret[None], drawn]), torch.arange(1, n + 1), p)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "no-error",
        """
def shamir_split(secret, t, n, p, generator, evaluate):
    assert 1 <= t <= n < p
    drawn = torch.randint(0, p, (t - 1, len(secret)), generator=generator)
    return evaluate(torch.cat([secret[None], drawn]), torch.arange(1, n + 1), p)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "hands-out-secret",
        Edit("torch.arange(1, n + 1)", "torch.arange(n)"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "leading-never-zero",
        Edit("torch.randint(0, p,", "torch.randint(1, p,"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "same-polynomial",
        Edit(
            "(t - 1, len(secret)), generator=generator)",
            "(t - 1, 1), generator=generator).expand(-1, len(secret))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir", "ignores-generator", Edit(", generator=generator)", ")"), seen="visible"
    ),
    Wrong(
        "ex12_3-shamir", "no-error", Edit("if not 1 <= t <= n < p:", "if t > n:"), seen="visible"
    ),
    Wrong("ex12_3-shamir", "no-error", Edit("t <= n < p:", "t <= n <= p:"), seen="visible"),
    Wrong("ex12_3-shamir", "refuses-edge", Edit("1 <= t <= n", "1 < t < n"), seen="visible"),
    Wrong(
        "ex12_3-shamir",
        "wrong-shape",
        Edit("random = torch.randint(0, p, (t - 1,", "random = torch.randint(0, p, (t,"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "tells-something",
        Edit("torch.randint(0, p,", "torch.randint(0, max(p // 2, 2),"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "same-powers",
        Edit(
            "(t - 1, len(secret)), generator=generator)",
            "(1, len(secret)), generator=generator).expand(t - 1, -1)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_3-shamir",
        "tells-something",
        Edit(
            "torch.randint(0, p, (t - 1, len(secret)), generator=generator)",
            "(torch.rand(t - 1, len(secret), generator=generator) * p).long()",
        ),
        seen="hidden",
    ),
    Wrong(
        "ex12_3-shamir",
        "tells-something",
        Edit("torch.randint(0, p,", "torch.randint(0, min(p, 2**16),"),
        seen="hidden",
    ),
    Right(
        "ex12_3-shamir",
        "hint-3",
        """
def shamir_split(secret, t, n, p, generator, evaluate):
    if not 1 <= t <= n < p:
        raise ValueError("no such sharing")
    drawn = torch.randint(0, p, (t - 1, len(secret)), generator=generator)
    return evaluate(torch.cat([secret[None], drawn]), torch.arange(1, n + 1), p)
""",
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
    # 12.3 c: the hole
    Wrong(
        "ex12_3-hole",
        "returns-impossible",
        Edit("torch.ones(p", "torch.zeros(p") + Edit("= False", "= True"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-hole",
        "one-round",
        Edit("reconstruct(points, values, p)]", "reconstruct(points, values, p)[0]]"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-hole",
        "takes-share",
        Edit("reconstruct(points, values, p)]", "values[0]]"),
        seen="visible",
    ),
    Wrong("ex12_3-hole", "no-list", Edit(".nonzero()[:, 0]", ""), seen="visible"),
    Wrong(
        "ex12_3-hole",
        "wrong-secrets",
        Edit("return left.nonzero()[:, 0]", "left[0] = False\n    return left.nonzero()[:, 0]"),
        seen="visible",
    ),
    Wrong(
        "ex12_3-hole",
        "wrong-secrets",
        Edit("reconstruct(points, values, p)]", "reconstruct(points[:2], values[:2], p)]"),
        seen="hidden",
    ),
    Right(
        "ex12_3-hole",
        "hint-3",
        """
def still_possible(points, values, p, reconstruct):
    free = torch.ones(p, dtype=torch.bool)
    free[reconstruct(points, values, p)] = False
    return free.nonzero()[:, 0]
""",
    ),
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
    # 12.4 a: masks
    Wrong(
        "ex12_4-mask",
        "no-cancel",
        Edit("total + mask if me < other else total - mask", "total + mask"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-mask",
        "no-personal",
        Edit("update + personal", "update.clone()"),
        seen="visible",
    ),
    Wrong("ex12_4-mask", "wrong-sign", Edit("me < other", "me > other"), seen="visible"),
    Wrong("ex12_4-mask", "not-reduced", Edit("return total % p", "return total"), seen="visible"),
    Wrong(
        "ex12_4-mask",
        "input-modified",
        Edit("total = update + personal", "total = update.add_(personal)"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-mask",
        "wrong-sum",
        Edit("total = update + personal", "total = personal.clone()"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-mask",
        "not-reduced",
        Edit("return total % p", "return torch.fmod(total, p)"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-mask",
        "wrong-sum",
        Edit("update + personal", "update - personal"),
        seen="visible",
    ),
    Right(
        "ex12_4-mask",
        "hint-3",
        """
def mask_update(update, me, pair_masks, personal, p):
    total = update + personal
    for other, mask in pair_masks.items():
        if me < other:
            total = total + mask
        else:
            total = total - mask
    return total % p
""",
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
    # 12.4 b: the server's sum
    Wrong(
        "ex12_4-unmask",
        "keeps-personal",
        Edit(
            '        total = total - expand(int(reconstruct(*ask("personal", client), p)), length)',
            '        ask("personal", client)',
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-unmask",
        "ignores-dropouts",
        Edit("set(public) - set(received)", "set()"),
        seen="visible",
    ),
    Wrong("ex12_4-unmask", "wrong-sign", Edit("client < gone", "client > gone"), seen="visible"),
    Wrong(
        "ex12_4-unmask",
        "asks-both",
        Edit("set(public) - set(received)", "public")
        + Edit(
            "            mask =",
            "            if client == gone:\n                continue\n            mask =",
        ),
        seen="visible",
    ),
    Wrong("ex12_4-unmask", "not-reduced", Edit("return total % p", "return total"), seen="visible"),
    Wrong(
        "ex12_4-unmask",
        "ignores-dropouts",
        Edit(
            "mask = expand(agree(key, public[client]), length)",
            "mask = expand(agree(key, public[gone]), length)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-unmask",
        "wrong-sum",
        Edit('reconstruct(*ask("personal", client), p)', 'ask("personal", client)[1][0]'),
        seen="visible",
    ),
    Wrong(
        "ex12_4-unmask",
        "wrong-sum",
        Edit(
            "for gone in set(public) - set(received):",
            "for gone in list(set(public) - set(received))[:1]:",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-unmask",
        "asks-both",
        Edit(
            'key = int(reconstruct(*ask("key", gone), p))',
            'ask("personal", gone)\n        key = int(reconstruct(*ask("key", gone), p))',
        ),
        seen="visible",
    ),
    Right(
        "ex12_4-unmask",
        "hint-3",
        """
def unmask_sum(received, public, ask, reconstruct, p):
    total = sum(received.values())
    for client in received:
        total = total - expand(int(reconstruct(*ask("personal", client), p)), len(total))
    for gone in public:
        if gone not in received:
            opened = int(reconstruct(*ask("key", gone), p))
            for client in received:
                mask = expand(agree(opened, public[client]), len(total))
                if client < gone:
                    total = total - mask
                else:
                    total = total + mask
    return total % p
""",
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
    Wrong(
        "ex12_4-unmask",
        "input-modified",
        """
def unmask_sum(received, public, ask, reconstruct, p):
    total, *others = received.values()
    for vector in others:
        total += vector
    for client in received:
        total -= expand(int(reconstruct(*ask("personal", client), p)), len(total))
    for gone in public.keys() - received.keys():
        opened = int(reconstruct(*ask("key", gone), p))
        for client in received:
            mask = expand(agree(opened, public[client]), len(total))
            total += -mask if client < gone else mask
    return total % p
""",
        seen="visible",
    ),
    # 12.4 c: images from the sum
    Wrong(
        "ex12_4-sum",
        "input-modified",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    grey = weight_gradient.div_(bias_gradient[:, None]).mul_(255)
    whole = grey.round()
    fits = ((grey - whole).abs() <= tolerance) & (whole >= 0) & (whole <= 255)
    return whole[fits.all(1)].unique(dim=0) / 255
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "dead-row",
        Edit("bias_gradient != 0", "torch.ones_like(bias_gradient).bool()")
        + Edit("whole[fits.all(1)]", "whole[fits.all(1) | grey.isnan().any(1)]"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "keeps-mixtures",
        Edit(
            "fits = ((grey - whole).abs() <= tolerance) & (whole >= 0) & (whole <= 255)",
            "fits = (whole >= 0) & (whole <= 255)",
        ),
        seen="visible",
    ),
    Wrong("ex12_4-sum", "counts-twice", Edit(".unique(dim=0)", ""), seen="visible"),
    Wrong(
        "ex12_4-sum",
        "misses-images",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    row = bias_gradient.abs().argmax()
    return (255 * weight_gradient[row] / bias_gradient[row]).round()[None] / 255
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "keeps-mixtures",
        Edit("fits.all(1)", "fits.float().mean(1) > 0.6"),
        seen="visible",
    ),
    Wrong("ex12_4-sum", "ignores-tolerance", Edit("<= tolerance", "<= 0.1"), seen="visible"),
    Wrong(
        "ex12_4-sum",
        "rejects-rounding",
        Edit("(whole >= 0) & (whole <= 255)", "(grey >= 0) & (grey <= 255)"),
        seen="visible",
    ),
    Wrong("ex12_4-sum", "out-of-range", Edit(" & (whole <= 255)", ""), seen="visible"),
    Wrong(
        "ex12_4-sum",
        "not-rounded",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    found = {}
    for row, delta in zip(weight_gradient, bias_gradient):
        if delta != 0:
            grey = 255 * row / delta
            whole = grey.round()
            if ((grey - whole).abs() <= tolerance).all() and whole.min() >= 0 and whole.max() <= 255:
                found[tuple(whole.tolist())] = grey / 255
    return torch.stack([*found.values()]) if found else torch.empty(0, weight_gradient.shape[1])
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "misses-images",
        Edit("bias_gradient != 0", "bias_gradient.abs() > 1e-3"),
        seen="visible",
    ),
    Right(
        "ex12_4-sum",
        "hint-3",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    live = bias_gradient != 0
    grey = 255 * (weight_gradient[live] / bias_gradient[live][:, None])
    whole = grey.round()
    far = (grey - whole).abs().amax(1)
    keep = (far <= tolerance) & (whole.amin(1) >= 0) & (whole.amax(1) <= 255)
    return whole[keep].unique(dim=0) / 255
""",
    ),
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
    # 12.4 d: rank ten
    Wrong(
        "ex12_4-rank",
        "weights-alone",
        """
def clean_rows(weight_gradient, bias_gradient, clients):
    u, s, vh = torch.linalg.svd(weight_gradient, full_matrices=False)
    return (u[:, :clients] * s[:clients]) @ vh[:clients], bias_gradient.clone()
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "keeps-smallest",
        Edit(
            "(u[:, :clients] * s[:clients]) @ vh[:clients]",
            "(u[:, -clients:] * s[-clients:]) @ vh[-clients:]",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "keeps-noise",
        """
def clean_rows(weight_gradient, bias_gradient, clients):
    return weight_gradient.clone(), bias_gradient.clone()
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "wrong-rank",
        Edit("@ vh[:clients]", "@ vh[: clients + 1]")
        + Edit("u[:, :clients] * s[:clients]", "u[:, : clients + 1] * s[: clients + 1]"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "wrong-rank",
        Edit(
            "    u, s, vh = torch.linalg.svd(rows, full_matrices=False)\n",
            "    u, s, vh = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)\n",
        )
        + Edit("@ vh[:clients]", "@ vh[:clients] + rows.mean(0)"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "changes-clean",
        Edit("u[:, :clients] * s[:clients]", "u[:, :clients]"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "no-pair",
        Edit("return clean[:, :-1], clean[:, -1]", "return clean"),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "not-nearest",
        Edit(
            "clean = (u[:, :clients] * s[:clients])",
            "s = s[:8]\n    clean = (u[:, :clients] * (s[:clients] - s[clients:].sum() / 50))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "more-clients",
        Edit(
            "(u[:, :clients] * s[:clients]) @ vh[:clients]",
            "sum(s[k] * torch.outer(u[:, k], vh[k]) for k in range(clients))",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "more-clients",
        Edit(", full_matrices=False", "")
        + Edit(
            "(u[:, :clients] * s[:clients]) @ vh[:clients]",
            "u[:, :clients] @ s[:clients].diag() @ vh[:clients]",
        ),
        seen="visible",
    ),
    Right(
        "ex12_4-rank",
        "hint-3",
        """
def clean_rows(weight_gradient, bias_gradient, clients):
    u, s, vh = torch.linalg.svd(torch.cat([weight_gradient, bias_gradient[:, None]], 1), full_matrices=False)
    new = (u[:, :clients] * s[:clients]) @ vh[:clients]
    return new[:, :-1], new[:, -1]
""",
    ),
    Right(
        "ex12_4-rank",
        "by-projection",
        """
def clean_rows(weight_gradient, bias_gradient, clients):
    rows = torch.column_stack([weight_gradient, bias_gradient]).double()
    directions = torch.linalg.eigh(rows.T @ rows).eigenvectors[:, -clients:]
    clean = (rows @ directions @ directions.T).to(weight_gradient.dtype)
    return [clean[:, :-1], clean[:, -1]]
""",
    ),
    # 12.5 a: Beaver's multiplication
    Wrong(
        "ex12_5-beaver",
        "adds-de-twice",
        Edit("product[0] = (product[0] + d * e % p) % p", "product = (product + d * e % p) % p"),
        seen="visible",
    ),
    Wrong(
        "ex12_5-beaver",
        "no-de",
        Edit("    product[0] = (product[0] + d * e % p) % p\n", ""),
        seen="visible",
    ),
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
        seen="visible",
    ),
    Wrong(
        "ex12_5-beaver",
        "overflow",
        Edit("d = (x - a).sum(0) % p", "d = (x - a).sum(0)")
        + Edit("e = (y - b).sum(0) % p", "e = (y - b).sum(0)"),
        seen="visible",
    ),
    Wrong(
        "ex12_5-beaver",
        "local-product",
        """
def multiply_shares(x, y, a, b, c, p):
    return x * y % p
""",
        seen="visible",
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
        seen="visible",
    ),
    Wrong(
        "ex12_5-beaver",
        "not-reduced",
        Edit("(product[0] + d * e % p) % p", "product[0] + d * e % p - p"),
        seen="visible",
    ),
    Right(
        "ex12_5-beaver",
        "hint-3",
        """
def multiply_shares(x, y, a, b, c, p):
    d = (x - a).sum(0) % p
    e = (y - b).sum(0) % p
    product = (c + d * b % p + e * a % p) % p
    product[0] = (d * e + product[0]) % p
    return product
""",
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
    # 12.5 b: the same triple twice
    Wrong(
        "ex12_5-reuse",
        "no-sign",
        Edit("torch.where(difference > p // 2, difference - p, difference)", "difference"),
        seen="visible",
    ),
    Wrong("ex12_5-reuse", "wrong-order", Edit("first - second", "second - first"), seen="visible"),
    Wrong(
        "ex12_5-reuse",
        "no-integers",
        Edit(
            "    return torch.where(difference > p // 2, difference - p, difference)",
            "    return torch.where(difference > p // 2, difference - p, difference) / 1",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_5-reuse",
        "wrong-difference",
        Edit("first - second", "first + second"),
        seen="visible",
    ),
    Wrong(
        "ex12_5-reuse",
        "wrong-ends",
        Edit("difference > p // 2", "difference >= p // 2"),
        seen="visible",
    ),
    Right(
        "ex12_5-reuse",
        "hint-3",
        """
def reuse_leak(first, second, p):
    difference = (first - second) % p
    return torch.where(difference > p // 2, difference - p, difference)
""",
    ),
    Right(
        "ex12_5-reuse",
        "by-decode",
        """
def reuse_leak(first, second, p):
    return decode((first - second) % p, 1, p).long()
""",
    ),
    Wrong(
        "ex12_5-reuse",
        "input-modified",
        """
def reuse_leak(first, second, p):
    first -= second
    first %= p
    return torch.where(first > p // 2, first - p, first)
""",
        seen="visible",
    ),
    # 12.6: Krum
    Wrong(
        "ex12_6-krum",
        "counts-itself",  # the message names both slips, whose numbers are the same
        Edit("[:, 1 : n - f - 1]", "[:, 1 : n - f - 2]"),
        seen="visible",
    ),
    Wrong(
        "ex12_6-krum",
        "no-error",
        """
def krum_scores(updates, f):
    n = len(updates)
    assert n >= 2 * f + 3
    return torch.cdist(updates, updates).square().sort(1).values[:, 1 : n - f - 1].sum(1)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_6-krum",
        "counts-itself",
        Edit("[:, 1 : n - f - 1]", "[:, : n - f - 2]"),
        seen="visible",
    ),
    Wrong("ex12_6-krum", "not-squared", Edit(".square().sum(-1)", ".norm(dim=-1)"), seen="visible"),
    Wrong("ex12_6-krum", "too-many", Edit("[:, 1 : n - f - 1]", "[:, 1 : n - f]"), seen="visible"),
    Wrong("ex12_6-krum", "no-error", Edit("if n < 2 * f + 3:", "if n < 2 * f:"), seen="visible"),
    Wrong(
        "ex12_6-krum", "no-error", Edit("if n < 2 * f + 3:", "if n < 2 * f + 2:"), seen="visible"
    ),
    Wrong(
        "ex12_6-krum", "wrong-score", Edit(".sort(1)", ".sort(1, descending=True)"), seen="visible"
    ),
    Wrong(
        "ex12_6-krum",
        "wrong-score",
        Edit(
            "    return squares",
            "    squares[squares == 0] = float('inf')  # a client is no neighbour of itself\n    return squares.sort(1).values[:, : n - f - 2].sum(1)\n    return squares",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_6-krum",
        "refuses-edge",
        Edit("if n < 2 * f + 3:", "if n <= 2 * f + 3:"),
        seen="visible",
    ),
    Right(
        "ex12_6-krum",
        "by-cdist",
        """
def krum_scores(updates, f):
    n = len(updates)
    if n < 2 * f + 3:
        raise ValueError(f"{n} clients are too few for f = {f}")
    squares = torch.cdist(updates, updates) ** 2
    return squares.topk(n - f - 1, largest=False).values.sum(1)
""",
    ),
    Right(
        "ex12_6-krum",
        "hint-3",
        """
def krum_scores(updates, f):
    n = len(updates)
    if n < 2 * f + 3:
        raise ValueError("too few")
    squares = ((updates[:, None] - updates) ** 2).sum(-1)
    return squares.sort(1).values[:, 1 : n - f - 1].sum(1)
""",
    ),
    Right(
        "ex12_6-krum",
        "client-by-client",
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
    # 12.7: where FedAvg comes to rest
    Wrong(
        "ex12_7-rest",
        "true-minimum",
        Edit("share * (1 - (1 - lr * h) ** steps)", "share * h"),
        seen="visible",
    ),
    Wrong(
        "ex12_7-rest",
        "plain-mean",
        Edit("share * (1 - (1 - lr * h) ** steps)", "share"),
        seen="visible",
    ),
    Wrong(
        "ex12_7-rest",
        "wrong-pull",
        Edit("(1 - (1 - lr * h) ** steps)", "(1 - lr * h) ** steps"),
        seen="visible",
    ),
    Wrong("ex12_7-rest", "wrong-pull", Edit("1 - lr * h", "1 - 0.1 * h"), seen="visible"),
    Wrong("ex12_7-rest", "ignores-share", Edit("share * (1", "1.0 * (1"), seen="visible"),
    Right(
        "ex12_7-rest",
        "hint-3",
        """
def resting_point(h, best, share, lr, steps):
    force = share * (1 - (1 - lr * h) ** steps)
    return (force * best).sum() / force.sum()
""",
    ),
    Right(
        "ex12_7-rest",
        "by-two-points",
        """
def resting_point(h, best, share, lr, steps):
    def after(w):  # a round is affine in w: two values of it give slope and offset
        local = w * torch.ones_like(best)
        for _ in range(steps):
            local = local - lr * h * (local - best)
        return torch.dot(share, local)

    offset = after(0.0)
    slope = after(1.0) - offset
    return offset / (1 - slope)
""",
    ),
    # 12.8: trap weights
    Wrong("ex12_8-trap", "wrong-side", Edit("1 - share", "share"), seen="visible"),
    Wrong(
        "ex12_8-trap",
        "wrong-share",
        Edit(
            "-scores.quantile(1 - share, dim=0)",
            "-scores.flatten().quantile(1 - share).expand(rows)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_8-trap",
        "wrong-share",
        Edit("-scores.quantile(1 - share, dim=0)", "torch.zeros(rows)"),
        seen="visible",
    ),
    Wrong("ex12_8-trap", "wrong-share", Edit("1 - share", "0.9"), seen="visible"),
    Wrong("ex12_8-trap", "ignores-generator", Edit(", generator=generator)", ")"), seen="visible"),
    Wrong("ex12_8-trap", "not-normal", Edit("torch.randn", "torch.rand"), seen="visible"),
    Wrong(
        "ex12_8-trap",
        "one-direction",
        Edit(
            "torch.randn(rows, images.shape[1], generator=generator)",
            "torch.randn(1, images.shape[1], generator=generator).expand(rows, -1).clone()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex12_8-trap",
        "wrong-sign",
        Edit("return weight, -scores", "return weight, scores"),
        seen="visible",
    ),
    Right(
        "ex12_8-trap",
        "hint-3",
        """
def trap_layer(images, rows, share, generator):
    n, d = images.shape
    weight = torch.randn(rows, d, generator=generator)
    scores = images @ weight.T
    return weight, -torch.quantile(scores, 1 - share, dim=0)
""",
    ),
    Right(
        "ex12_8-trap",
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
    Wrong(
        "ex12_1-local",
        "mode-changed",
        """
def local_training(model, x, y, lr, steps):
    model.train()
    worker = deepcopy(model)
    for _ in range(steps):
        slopes = client_gradient(worker, x, y)
        with torch.no_grad():
            for p, s in zip(worker.parameters(), slopes):
                p.sub_(lr * s)
    return dict(worker.state_dict())
""",
        seen="visible",
    ),
    Wrong(
        "ex12_2-layer",
        "small-is-dead",
        """
def image_from_layer(weight_gradient, bias_gradient):
    j = bias_gradient.abs().argmax()
    if bias_gradient[j].abs() < 1e-2:
        raise ValueError("off")
    return weight_gradient[j] / bias_gradient[j]
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "not-divided",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    live = bias_gradient != 0
    grey = 255 * weight_gradient[live] / bias_gradient[live][:, None]
    whole = grey.round()
    keep = ((grey - whole).abs().amax(1) <= tolerance) & (whole.amin(1) >= 0) & (whole.amax(1) <= 255)
    return whole[keep].unique(dim=0)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "counts-twice",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    live = bias_gradient != 0
    q = weight_gradient[live] / bias_gradient[live][:, None]
    whole = (255 * q).round()
    keep = ((255 * q - whole).abs().amax(1) <= tolerance) & (whole.amin(1) >= 0) & (whole.amax(1) <= 255)
    return q[keep].unique(dim=0)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-sum",
        "none-found",
        """
def images_from_sum(weight_gradient, bias_gradient, tolerance=0.1):
    found = []
    for row, b in zip(weight_gradient, bias_gradient):
        if b != 0:
            grey = 255 * row / b
            whole = grey.round()
            if (grey - whole).abs().max() <= tolerance and whole.min() >= 0 and whole.max() <= 255:
                found.append(whole / 255)
    return torch.stack(found).unique(dim=0)
""",
        seen="visible",
    ),
    Wrong(
        "ex12_4-rank",
        "keeps-noise",
        """
def clean_rows(weight_gradient, bias_gradient, clients):
    u, s, vh = torch.linalg.svd(torch.cat([weight_gradient, bias_gradient[:, None]], 1), full_matrices=False)
    m = (u[:, :10] * s[:10]) @ vh[:10]
    return m[:, :-1], m[:, -1]
""",
        seen="visible",
    ),
]
