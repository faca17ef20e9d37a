"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    Wrong(
        "ex15_1-log_probs",
        "not-normalised",
        Edit("answers[:, :-1]", "answers[:, 1:]"),
        seen="visible",
    ),
    Wrong("ex15_1-log_probs", "not-normalised", Edit(".log_softmax(dim=2)", ""), seen="visible"),
    Wrong(
        "ex15_1-log_probs",
        "mean-not-sum",
        Edit(".sum(dim=(1, 2))", ".mean(dim=(1, 2))"),
        seen="visible",
    ),
    Wrong("ex15_1-log_probs", "whole-batch", Edit(".sum(dim=(1, 2))", ".sum()"), seen="visible"),
    Wrong(
        "ex15_1-log_probs",
        "wrong-sign",
        Edit("return log_probs", "return -log_probs"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-log_probs",
        "no-graph",
        Edit("log_softmax(dim=2)", "log_softmax(dim=2).detach()"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-log_probs",
        "no-graph",
        """
@torch.no_grad()
def sequence_log_probs(policy, answers):
    return policy(answers[:, :-1]).log_softmax(2).gather(2, answers[:, :, None]).sum(dim=(1, 2))
""",
        seen="visible",
    ),
    Right(
        "ex15_1-log_probs",
        "by-cross-entropy",
        """
def sequence_log_probs(policy, answers):
    n, length = answers.shape
    logits = policy(answers[:, : length - 1])
    each = F.cross_entropy(logits.permute(0, 2, 1), answers, reduction="none")
    return torch.stack([-row.sum() for row in each]) if n < 5 else -each.sum(1)
""",
    ),
    Right(
        "ex15_1-log_probs",
        "hint-3",
        """
def sequence_log_probs(policy, answers):
    logits = policy(answers[:, :-1])
    return logits.log_softmax(-1).gather(2, answers[..., None]).sum((1, 2))
""",
    ),
    Wrong(
        "ex15_1-draw",
        "greedy",
        Edit(
            "torch.multinomial(next_word, 1, generator=generator)",
            "next_word.argmax(1, keepdim=True)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw",
        "ignores-generator",
        Edit(", 1, generator=generator)", ", 1)"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw",
        "ignores-beginning",
        Edit("policy(tokens)[:, -1]", "policy(tokens)[:, 0]"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw",
        "wrong-shares",
        Edit(".softmax(dim=1)", ".softmax(dim=1).sqrt()"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw", "wrong-dtype", Edit("return tokens", "return tokens.float()"), seen="visible"
    ),
    Right(
        "ex15_1-draw",
        "by-gumbel",
        """
@torch.no_grad()
def draw_answers(policy, n, length, generator):
    said = []
    for _ in range(length):
        begun = torch.stack(said, 1) if said else torch.zeros((n, 0), dtype=torch.long)
        logits = policy(begun)[:, len(said)]
        uniform = torch.rand(logits.shape, generator=generator, dtype=torch.float64)
        said.append((logits.double() - torch.log(-torch.log(uniform))).argmax(dim=1))
    return torch.stack(said, 1)
""",
    ),
    Right(
        "ex15_1-draw",
        "hint-3",
        """
@torch.no_grad()
def draw_answers(policy, n, length, generator):
    tokens = torch.zeros((n, 0), dtype=torch.long)
    for _ in range(length):
        chance = policy(tokens)[:, -1].softmax(-1)
        tokens = torch.cat([tokens, torch.multinomial(chance, 1, generator=generator)], 1)
    return tokens
""",
    ),
    Wrong(
        "ex15_1-kl",
        "nan-at-zero",
        """
def entropy(log_p):
    return -(log_p.exp() * log_p).sum()


def kl(log_p, log_q):
    return (log_p.exp() * (log_p - log_q)).sum()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "reversed",
        Edit(
            "said = log_p > -torch.inf\n    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()",
            "said = log_q > -torch.inf\n    return (log_q[said].exp() * (log_q[said] - log_p[said])).sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "wrong-entropy",
        Edit("return -(said.exp()", "return (said.exp()"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "bits",
        Edit("(said.exp() * said).sum()", "(said.exp() * said).sum() / 0.6931471805599453")
        + Edit(
            "(log_p[said] - log_q[said])).sum()",
            "(log_p[said] - log_q[said])).sum() / 0.6931471805599453",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "not-infinite",
        """
def entropy(log_p):
    return -torch.nan_to_num(log_p.exp() * log_p).sum()


def kl(log_p, log_q):
    return torch.nan_to_num(log_p.exp() * (log_p - log_q)).sum()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "not-infinite",
        Edit("said = log_p > -torch.inf", "said = (log_p > -torch.inf) & (log_q > -torch.inf)"),
        seen="visible",
    ),
    Right(
        "ex15_1-kl",
        "by-xlogy",
        """
def entropy(log_p):
    p = torch.exp(log_p)
    return -torch.special.xlogy(p, p).sum()


def kl(log_p, log_q):
    total = torch.zeros((), dtype=log_p.dtype)
    gap = torch.where(log_p == -torch.inf, 0.0, log_p - log_q)
    return total + torch.where(log_p == -torch.inf, 0.0, torch.exp(log_p) * gap).sum()
""",
    ),
    Right(
        "ex15_1-kl",
        "hint-3",
        """
def entropy(log_p):
    said = log_p > -torch.inf
    return -(log_p[said].exp() * log_p[said]).sum()


def kl(log_p, log_q):
    said = log_p > -torch.inf
    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()
""",
    ),
    Wrong("ex15_2-loss", "sum-not-mean", Edit(".mean()", ".sum()"), seen="visible"),
    Wrong(
        "ex15_2-loss",
        "wrong-sign",
        Edit("gap = first - second", "gap = second - first"),
        seen="visible",
    ),
    Wrong(
        "ex15_2-loss",
        "overflow",
        Edit("F.logsigmoid(gap)", "torch.log(torch.sigmoid(gap))")
        + Edit("F.logsigmoid(-gap)", "torch.log(1 - torch.sigmoid(gap))"),
        seen="visible",
    ),
    Wrong(
        "ex15_2-loss",
        "hard-labels",
        Edit("gap = first", "label = label.round()\n    gap = first"),
        seen="visible",
    ),
    Wrong(
        "ex15_2-loss", "not-the-gap", Edit("gap = first - second", "gap = first"), seen="visible"
    ),
    Right(
        "ex15_2-loss",
        "by-logaddexp",
        """
def preference_loss(first, second, label):
    both = torch.logaddexp(first, second)
    return (both - label * first - (1 - label) * second).sum() / first.numel()
""",
    ),
    Right(
        "ex15_2-loss",
        "hint-3",
        """
def preference_loss(first, second, label):
    gap = first - second
    return -(label * F.logsigmoid(gap) + (1 - label) * F.logsigmoid(-gap)).mean()
""",
    ),
    Wrong("ex15_2-fit", "not-converged", Edit("max_iter=150", "max_iter=2"), seen="visible"),
    Wrong("ex15_2-fit", "penalty-ignored", Edit(" + penalty / 2 * w @ w", ""), seen="visible"),
    Wrong("ex15_2-fit", "twice-the-penalty", Edit("penalty / 2", "penalty"), seen="visible"),
    Wrong(
        "ex15_2-fit",
        "wrong-sign",
        Edit("loss(first @ w, second @ w, label)", "loss(second @ w, first @ w, label)"),
        seen="visible",
    ),
    Wrong(
        "ex15_2-fit",
        "not-converged",
        """
def fit_reward(first, second, label, penalty, loss):
    w = torch.zeros(first.shape[1], dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([w], lr=0.05)
    for _ in range(200):
        adam.zero_grad()
        (loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()).backward()
        adam.step()
    return w.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_2-fit",
        "not-converged",
        """
def fit_reward(first, second, label, penalty, loss):
    gap, w = first - second, torch.zeros(first.shape[1], dtype=torch.float64, requires_grad=True)
    rate = 1 / (torch.linalg.eigvalsh(gap.T @ gap / len(gap)).max() / 4 + penalty)
    for _ in range(500):
        value = loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()
        (slope,) = torch.autograd.grad(value, w)
        w = (w - rate * slope).detach().requires_grad_()
    return w.detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_2-fit",
        "over-budget",
        """
def fit_reward(first, second, label, penalty, loss):
    gap, w = first - second, torch.zeros(first.shape[1], dtype=torch.float64, requires_grad=True)
    rate = 1 / (torch.linalg.eigvalsh(gap.T @ gap / len(gap)).max() / 4 + penalty)
    for _ in range(4000):
        value = loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()
        (slope,) = torch.autograd.grad(value, w)
        w = (w - rate * slope).detach().requires_grad_()
    return w.detach()
""",
        seen="visible",
    ),
    Right(
        "ex15_2-fit",
        "by-newton",
        """
def fit_reward(first, second, label, penalty, loss):
    gap = (first - second).double()
    w = torch.zeros(gap.shape[1]).double()
    for _ in range(60):
        chance = torch.sigmoid(gap @ w)
        slope = gap.T @ (chance - label) / len(label) + penalty * w
        curve = (gap * (chance * (1 - chance)).unsqueeze(1)).T @ gap / len(label)
        step = torch.linalg.solve(curve + (penalty + 1e-12) * torch.eye(len(w)).double(), slope)
        w = w - step
    loss(first @ w, second @ w, label)
    return w
""",
    ),
    Right(
        "ex15_2-fit",
        "hint-3",
        """
def fit_reward(first, second, label, penalty, loss):
    w = torch.zeros(first.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=200, tolerance_grad=1e-9, tolerance_change=0,
                                  line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = loss(first @ w, second @ w, label) + penalty / 2 * (w * w).sum()
        value.backward()
        return value

    optimizer.step(closure)
    return w.detach()
""",
    ),
    Wrong(
        "ex15_3-tilt",
        "not-normalised",
        Edit("return unnormalised - unnormalised.logsumexp(0)", "return unnormalised"),
        seen="visible",
    ),
    Wrong("ex15_3-tilt", "wrong-beta", Edit("reward / beta", "reward * beta"), seen="visible"),
    Wrong("ex15_3-tilt", "forgets-reference", Edit("log_ref + reward", "reward"), seen="visible"),
    Wrong(
        "ex15_3-tilt", "wrong-sign", Edit("log_ref + reward", "log_ref - reward"), seen="visible"
    ),
    Wrong(
        "ex15_3-tilt",
        "overflow",
        """
def tilt(log_ref, reward, beta):
    weight = log_ref.exp() * torch.exp(reward / beta)
    return (weight / weight.sum()).log()
""",
        seen="visible",
    ),
    Right(
        "ex15_3-tilt",
        "by-softmax",
        """
def tilt(log_ref, reward, beta):
    return F.log_softmax(torch.add(log_ref, reward, alpha=1 / beta), dim=-1)
""",
    ),
    Right(
        "ex15_3-tilt",
        "hint-3",
        """
def tilt(log_ref, reward, beta):
    log_pi = log_ref + reward / beta
    return log_pi - log_pi.logsumexp(0)
""",
    ),
    Wrong("ex15_3-objective", "rewards-distance", Edit("- beta * (", "+ beta * ("), seen="visible"),
    Wrong("ex15_3-objective", "forgets-beta", Edit("- beta * (", "- ("), seen="visible"),
    Wrong(
        "ex15_3-objective",
        "nan-at-zero",
        Edit("log_pi > -torch.inf", "log_pi < torch.inf"),
        seen="visible",
    ),
    Wrong(
        "ex15_3-objective",
        "wrong-value",
        Edit("(log_pi[said].exp() * net).sum()", "net.mean()"),
        seen="visible",
    ),
    Right(
        "ex15_3-objective",
        "in-two-sums",
        """
def objective(log_pi, log_ref, reward, beta):
    pi = torch.softmax(log_pi, dim=0)
    pull = torch.special.xlogy(pi, pi).sum() - torch.where(pi > 0, pi * log_ref, 0.0).sum()
    return torch.dot(pi, reward) - beta * pull
""",
    ),
    Right(
        "ex15_3-objective",
        "hint-3",
        """
def objective(log_pi, log_ref, reward, beta):
    said = log_pi > -torch.inf
    p = log_pi[said].exp()
    return (p * (reward[said] - beta * (log_pi[said] - log_ref[said]))).sum()
""",
    ),
    Wrong("ex15_3-best_value", "forgets-beta", Edit("return beta * ", "return "), seen="visible"),
    Wrong(
        "ex15_3-best_value", "forgets-reference", Edit("log_ref + reward", "reward"), seen="visible"
    ),
    Wrong(
        "ex15_3-best_value",
        "no-logarithm",
        Edit(
            "beta * torch.logsumexp(log_ref + reward / beta, dim=0)",
            "beta * (log_ref.exp() * torch.exp(reward / beta)).sum()",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_3-best_value",
        "overflow",
        """
def best_value(log_ref, reward, beta):
    return beta * torch.log((log_ref.exp() * torch.exp(reward / beta)).sum())
""",
        seen="visible",
    ),
    Right(
        "ex15_3-best_value",
        "by-the-best-policy",
        """
def best_value(log_ref, reward, beta):
    return objective(tilt(log_ref, reward, beta), log_ref, reward, beta)
""",
    ),
    Right(
        "ex15_3-best_value",
        "by-largest",
        """
def best_value(log_ref, reward, beta):
    top = reward.max()
    return top + beta * torch.log((torch.exp(log_ref) * torch.exp((reward - top) / beta)).sum())
""",
    ),
    Right(
        "ex15_3-best_value",
        "hint-3",
        """
def best_value(log_ref, reward, beta):
    return beta * (log_ref + reward / beta).logsumexp(0)
""",
    ),
    Wrong(
        "ex15_4-slope",
        "unweighted",
        Edit("pi @ ((proxy - pi @ proxy) * gold)", "((proxy - proxy.mean()) * gold).mean()"),
        seen="visible",
    ),
    Wrong("ex15_4-slope", "not-centred", Edit("(proxy - pi @ proxy)", "proxy"), seen="visible"),
    Wrong(
        "ex15_4-slope",
        "normalised",
        Edit(
            "return pi @ ((proxy - pi @ proxy) * gold)",
            "spread = lambda v: (pi @ (v - pi @ v) ** 2).sqrt()\n    return pi @ ((proxy - pi @ proxy) * gold) / spread(proxy) / spread(gold) * 0.8660254037844386",
        ),
        seen="visible",
    ),
    Right(
        "ex15_4-slope",
        "by-autograd",
        """
def gold_slope(log_pi, proxy, gold):
    eta = torch.zeros((), dtype=log_pi.dtype, requires_grad=True)
    policy = torch.softmax(log_pi + eta * proxy, dim=0)
    return torch.autograd.grad(torch.dot(policy, gold), eta)[0]
""",
    ),
    Right(
        "ex15_4-slope",
        "hint-3",
        """
def gold_slope(log_pi, proxy, gold):
    pi = log_pi.exp()
    return pi @ (proxy * gold) - (pi @ proxy) * (pi @ gold)
""",
    ),
    Wrong(
        "ex15_4-peak",
        "proxy-peak",
        Edit("tilt(log_ref, proxy, beta).exp() @ gold", "tilt(log_ref, proxy, beta).exp() @ proxy"),
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "not-the-peak",
        Edit("for _ in range(3):", "for _ in range(1):")
        + Edit(", 100)", ", 5)")
        + Edit("range(100)", "range(5)")
        + Edit("min(best + 1, 99)", "min(best + 1, 4)"),
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "wrong-kl",
        Edit("(log_pi.exp() * (log_pi - log_ref))", "(log_ref.exp() * (log_ref - log_pi))"),
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "no-pair",
        Edit("return float(betas[best]), float(", "return float("),
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "tilts-by-gold",
        Edit("tilt(log_ref, proxy, beta).exp()", "tilt(log_ref, gold, beta).exp()"),
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "first-bump",
        """
def peak(log_ref, proxy, gold, low, high, tilt):
    import math

    from scipy.optimize import minimize_scalar

    def minus(u):
        return -float(tilt(log_ref, proxy, math.exp(u)).exp() @ gold)

    u = minimize_scalar(minus, bounds=(math.log(low), math.log(high)), method="bounded",
                        options={"xatol": 1e-9}).x
    log_pi = tilt(log_ref, proxy, math.exp(u))
    return math.exp(u), float((log_pi.exp() * (log_pi - log_ref)).sum())
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "first-bump",
        """
def peak(log_ref, proxy, gold, low, high, tilt):
    a, b = low, high
    for _ in range(60):
        middle = (a * b) ** 0.5
        rises = gold_slope(tilt(log_ref, proxy, middle), proxy, gold) > 0
        a, b = (a, middle) if rises else (middle, b)
    return middle, float(kl(tilt(log_ref, proxy, middle), log_ref))
""",
        seen="visible",
    ),
    Right(
        "ex15_4-peak",
        "grid-and-scipy",
        """
def peak(log_ref, proxy, gold, low, high, tilt):
    import math

    from scipy.optimize import minimize_scalar

    def minus_gold(u):
        return -float(torch.dot(tilt(log_ref, proxy, math.exp(u)).exp(), gold))

    grid = [math.log(low) + k * (math.log(high) - math.log(low)) / 250 for k in range(251)]
    k = min(range(251), key=[minus_gold(u) for u in grid].__getitem__)
    ends = (grid[max(k - 1, 0)], grid[min(k + 1, 250)])
    found = minimize_scalar(minus_gold, bounds=ends, method="bounded", options={"xatol": 1e-7})
    beta = math.exp(found.x if found.fun < minus_gold(grid[k]) else grid[k])
    p, q = tilt(log_ref, proxy, beta).exp(), log_ref.exp()
    return beta, float(torch.special.xlogy(p, p / q.clamp_min(1e-300)).sum())
""",
    ),
    Right(
        "ex15_4-peak",
        "hint-3",
        """
def peak(log_ref, proxy, gold, low, high, tilt):
    import math

    for _ in range(3):
        betas = torch.logspace(math.log10(low), math.log10(high), 100, dtype=torch.float64)
        golds = torch.stack([tilt(log_ref, proxy, float(b)).exp() @ gold for b in betas])
        k = int(golds.argmax())
        low, high = float(betas[max(k - 1, 0)]), float(betas[min(k + 1, 99)])
    return float(betas[k]), float(kl(tilt(log_ref, proxy, float(betas[k])), log_ref))
""",
    ),
    Wrong(
        "ex15_10-best_of_n",
        "power",
        Edit("below[1:] ** n - below[:-1] ** n", "1 - (1 - mass) ** n"),
        seen="visible",
    ),
    Wrong(
        "ex15_10-best_of_n",
        "wrong-end",
        Edit("below[1:] ** n - below[:-1] ** n", "(1 - below[:-1]) ** n - (1 - below[1:]) ** n"),
        seen="visible",
    ),
    Wrong(
        "ex15_10-best_of_n",
        "ties",
        """
def best_of_n(log_ref, reward, n):
    order = reward.argsort(stable=True)
    above = log_ref.exp()[order].cumsum(0)
    below = torch.cat([torch.zeros(1, dtype=above.dtype), above[:-1]])
    wins = torch.empty_like(above)
    wins[order] = above**n - below**n
    return wins.log()
""",
        seen="visible",
    ),
    Right(
        "ex15_10-best_of_n",
        "answer-by-answer",
        """
def best_of_n(log_ref, reward, n):
    p = torch.exp(log_ref)
    order = torch.argsort(reward)
    sorted_reward, total = reward[order].contiguous(), torch.cumsum(p[order], 0)
    total = torch.cat([torch.zeros(1, dtype=p.dtype), total])
    up_to = total[torch.searchsorted(sorted_reward, reward, right=True)]
    less = total[torch.searchsorted(sorted_reward, reward)]
    return log_ref + torch.log((up_to.pow(n) - less.pow(n)) / (up_to - less))
""",
    ),
    Right(
        "ex15_10-best_of_n",
        "hint-3",
        """
def best_of_n(log_ref, reward, n):
    p = log_ref.exp()
    levels, group = reward.unique(return_inverse=True)
    mass = torch.zeros(len(levels), dtype=p.dtype).index_add(0, group, p)
    up_to = torch.cat([torch.zeros(1, dtype=p.dtype), mass.cumsum(0)]) ** n
    wins = up_to[1:] - up_to[:-1]
    return log_ref + (wins / mass)[group].log()
""",
    ),
    Wrong("ex15_10-counterexample", "one-draw", Edit(", 8", ", 1"), seen="visible"),
    Wrong(
        "ex15_10-counterexample", "equal-rewards", Edit("[0.0, 1.0]", "[1.0, 1.0]"), seen="visible"
    ),
    Wrong("ex15_10-counterexample", "no-policy", Edit("half.log()", "half"), seen="visible"),
    Wrong(
        "ex15_10-counterexample",
        "no-witness",
        """
def counterexample():
    n = 2000
    return (-torch.full((n,), float(n), dtype=torch.float64).log(),
            torch.arange(n, dtype=torch.float64), 4)
""",
        seen="hidden",
    ),
    Right(
        "ex15_10-counterexample",
        "one-common-answer",
        """
def counterexample():
    p = torch.tensor([0.01, 0.95, 0.04], dtype=torch.float64)
    return torch.log(p), torch.tensor([-1.0, 2.5, 0.0], dtype=torch.float64), 30
""",
    ),
    Right(
        "ex15_10-counterexample",
        "hint-3",
        """
def counterexample():
    return torch.tensor([0.5, 0.5]).log(), torch.tensor([0.0, 1.0]), 8
""",
    ),
    Wrong(
        "ex15_5-mend",
        "over-budget",
        Edit("1200", "12000") + Edit("(2, 600)", "(2, 6000)"),
        seen="visible",
    ),
    Wrong("ex15_5-mend", "too-short", Edit("reward, 1.999", "reward, 0.3"), seen="visible"),
    Wrong(
        "ex15_5-mend",
        "wrong-way",
        Edit("ask(first, second)", "1 - ask(first, second)"),
        seen="visible",
    ),
    Wrong(
        "ex15_5-mend",
        "never-asked",
        """
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    return log_ref
""",
        seen="visible",
    ),
    Wrong("ex15_5-mend", "too-far", Edit("reward, 1.999", "reward, 6.0"), seen="visible"),
    Wrong(
        "ex15_5-mend",
        "wrong-way",
        """
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    ask(torch.zeros(1, dtype=torch.int64), torch.ones(1, dtype=torch.int64))
    return tilt(log_ref, -greats, find_beta(log_ref, -greats, 2.0))
""",
        seen="visible",
    ),
    Wrong(
        "ex15_5-mend",
        "too-far",
        Edit("find_beta(log_ref, reward, 1.999)", "0.01"),
        seen="visible",
    ),
    Wrong(
        "ex15_5-mend",
        "too-little",
        Edit("ask(first, second), 3.0", "ask(first, second), 0.01"),
        seen="hidden",
    ),
    Right(
        "ex15_5-mend",
        "in-two-rounds",
        """
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    log_pi, pairs, labels = log_ref, [], []
    for n, far in ((400, 1.0), (200, 1.998)):
        rows = torch.multinomial(torch.exp(log_pi), 2 * n, replacement=True, generator=generator)
        pairs.append((rows[:n], rows[n:]))
        labels.append(ask(rows[:n], rows[n:]))
        first, second = (torch.cat(side) for side in zip(*pairs, strict=True))
        w = fit(features[first], features[second], torch.cat(labels), 3.0)
        log_pi = tilt(log_ref, features @ w, find_beta(log_ref, features @ w, far))
    return log_pi
""",
    ),
    Right(
        "ex15_5-mend",
        "hint-3",
        """
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    rows = torch.multinomial(log_ref.exp(), 1200, replacement=True, generator=generator)
    first, second = rows[:600], rows[600:]
    reward = features @ fit(features[first], features[second], ask(first, second), 3.0)
    return tilt(log_ref, reward, find_beta(log_ref, reward, 1.999))
""",
    ),
    Wrong(
        "ex15_6-rloo",
        "own-baseline",
        Edit("(net.sum() - net) / (len(net) - 1)", "net.mean()"),
        seen="visible",
    ),
    Wrong("ex15_6-rloo", "no-baseline", Edit("(net - others)", "net"), seen="visible"),
    Wrong("ex15_6-rloo", "wrong-sign", Edit("return -(", "return ("), seen="visible"),
    Wrong(
        "ex15_6-rloo",
        "forgets-penalty",
        Edit("reward - beta * (log_pi.detach() - log_ref)", "reward"),
        seen="visible",
    ),
    Wrong(
        "ex15_6-rloo",
        "graph-in-advantage",
        Edit("log_pi.detach() - log_ref", "log_pi - log_ref"),
        seen="visible",
    ),
    Wrong(
        "ex15_6-rloo",
        "wrong-gradient",
        """
def rloo_loss(log_pi, log_ref, reward, beta):
    net = reward - beta * (log_pi.detach() - log_ref)
    return -((net - (net.sum() - net) / (len(net) - 1)) * log_pi).sum()
""",
        seen="visible",
    ),
    Right(
        "ex15_6-rloo",
        "by-matrix",
        """
def rloo_loss(log_pi, log_ref, reward, beta):
    n = log_pi.numel()
    with torch.no_grad():
        net = reward + beta * log_ref - beta * log_pi
        centre = (1 + 1 / (n - 1)) * torch.eye(n, dtype=net.dtype) - 1 / (n - 1)
        advantage = centre @ net
    return torch.dot(advantage, log_pi) / -n
""",
    ),
    Right(
        "ex15_6-rloo",
        "hint-3",
        """
def rloo_loss(log_pi, log_ref, reward, beta):
    net = reward - beta * (log_pi.detach() - log_ref)
    return -((net - (net.sum() - net) / (len(net) - 1)) * log_pi).mean()
""",
    ),
    Wrong(
        "ex15_6-train",
        "draws-from-reference",
        Edit("torch.multinomial(joint.detach().exp()", "torch.multinomial(log_ref.exp()"),
        seen="visible",
    ),
    Wrong("ex15_6-train", "not-there", Edit("lr=0.05", "lr=0.005"), seen="visible"),
    Wrong(
        "ex15_6-train", "wrong-start", Edit("TablePolicy(log_ref)", "TablePolicy()"), seen="visible"
    ),
    Wrong(
        "ex15_6-train",
        "over-budget",
        Edit("TablePolicy(log_ref), 400", "TablePolicy(log_ref), 600"),
        seen="visible",
    ),
    Wrong(
        "ex15_6-train",
        "ignores-loss",
        """
def train_rloo(log_ref, reward, beta, *, loss, generator):
    star = tilt(log_ref, reward, beta)
    for step in range(20):
        log_pi = ((1 - step / 19) * log_ref + step / 19 * star).log_softmax(0).requires_grad_()
        rows = torch.multinomial(log_pi.detach().exp(), 4000, True, generator=generator)
        loss(log_pi[rows], log_ref[rows], reward[rows], beta).backward()
    return star
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-train",
        "ignores-generator",
        Edit("replacement=True,\n                                  generator=generator)", "True)"),
        seen="hidden",
    ),
    Wrong(
        "ex15_6-train",
        "not-there",
        Edit("1.0, 0.02, steps", "1.0, 1.0, steps") + Edit("4000", "200"),
        seen="hidden",
    ),
    Wrong(
        "ex15_6-train",
        "not-there",
        Edit("reward[drawn], beta)", "reward[drawn], 0.5)"),
        seen="visible",
    ),
    Right(
        "ex15_6-train",
        "cosine-and-clipping",
        """
def train_rloo(log_ref, reward, beta, *, loss, generator):
    import math

    policy = TablePolicy(log_ref)
    weights, steps = list(policy.parameters()), 390
    adam = torch.optim.AdamW(weights, lr=0.06, weight_decay=0.0)
    for step in range(steps):
        adam.param_groups[0]["lr"] = 0.0005 + 0.03 * (1 + math.cos(math.pi * step / steps))
        log_pi = policy.joint()
        cumulative = torch.cumsum(log_pi.detach().exp(), 0)
        uniform = torch.rand(4500, generator=generator, dtype=torch.float64) * cumulative[-1]
        rows = torch.searchsorted(cumulative, uniform).clamp(max=len(log_ref) - 1)
        value = loss(log_pi[rows], log_ref[rows], reward[rows], beta)
        for weight, slope in zip(weights, torch.autograd.grad(value, weights), strict=True):
            weight.grad = slope
        adam.step()
    with torch.no_grad():
        return policy.joint()
""",
    ),
    Right(
        "ex15_6-train",
        "hint-3",
        """
def train_rloo(log_ref, reward, beta, *, loss, generator):
    policy = TablePolicy(log_ref)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, 400)
    for _ in range(400):
        joint = policy.joint()
        rows = torch.multinomial(joint.detach().exp(), 4000, True, generator=generator)
        optimizer.zero_grad()
        loss(joint[rows], log_ref[rows], reward[rows], beta).backward()
        optimizer.step()
        scheduler.step()
    return policy.joint().detach()
""",
    ),
    Wrong(
        "ex15_7-dpo",
        "forgets-reference",
        Edit("(log_pi_first - log_ref_first)", "log_pi_first")
        + Edit("(log_pi_second - log_ref_second)", "log_pi_second"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "wrong-sign",
        Edit("implied_first - implied_second, label", "implied_second - implied_first, label"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "forgets-beta",
        Edit("beta * (log_pi_first", "(log_pi_first")
        + Edit("beta * (log_pi_second", "(log_pi_second"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "hard-labels",
        Edit("implied_second, label)", "implied_second, label.round())"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo", "sum-not-mean", Edit(", label)", ', label, reduction="sum")'), seen="visible"
    ),
    Right(
        "ex15_7-dpo",
        "by-softplus",
        """
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    gap = beta * ((log_pi_first - log_pi_second) - (log_ref_first - log_ref_second))
    return torch.mean(label * F.softplus(-gap) + (1 - label) * F.softplus(gap))
""",
    ),
    Right(
        "ex15_7-dpo",
        "hint-3",
        """
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    gap = beta * ((log_pi_first - log_ref_first) - (log_pi_second - log_ref_second))
    return F.binary_cross_entropy_with_logits(gap, label)
""",
    ),
    Wrong(
        "ex15_7-stop",
        "last-not-best",
        Edit("return best, history", "return policy.joint().detach(), history"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-stop",
        "no-validation",
        Edit("on(joint.detach(), validation)", "on(joint.detach(), train)"),
        seen="visible",
    ),
    Wrong("ex15_7-stop", "too-short", Edit("range(80)", "range(12)"), seen="visible"),
    Wrong("ex15_7-stop", "no-training", Edit("        optimizer.step()\n", ""), seen="visible"),
    Wrong("ex15_7-stop", "too-short", Edit("lr=0.03", "lr=0.0005"), seen="visible"),
    Right(
        "ex15_7-stop",
        "with-patience",
        """
def train_dpo(log_ref, train, validation, beta, *, loss):
    policy = TablePolicy(log_ref)
    adam = torch.optim.Adam(policy.parameters(), lr=0.015)
    kept, record = [], []
    while len(record) < 200:
        log_pi = policy.joint()
        here = []
        for a, b, y in (train, validation):
            here.append(loss(log_pi[a], log_pi[b], log_ref[a], log_ref[b], y, beta))
        record.append(tuple(float(v.detach()) for v in here))
        kept.append(log_pi.detach().clone())
        low = min(range(len(record)), key=lambda k: record[k][1])
        if len(record) - low > 12:
            break
        adam.zero_grad()
        here[0].backward()
        adam.step()
    return kept[low], record
""",
    ),
    Right(
        "ex15_7-stop",
        "hint-3",
        """
def train_dpo(log_ref, train, validation, beta, *, loss):
    policy = TablePolicy(log_ref)
    adam = torch.optim.Adam(policy.parameters(), lr=0.03)
    history, lowest, best = [], float("inf"), None
    for _ in range(80):
        joint = policy.joint()
        a, b, y = train
        value = loss(joint[a], joint[b], log_ref[a], log_ref[b], y, beta)
        here, (a, b, y) = joint.detach(), validation
        held = float(loss(here[a], here[b], log_ref[a], log_ref[b], y, beta))
        history.append((float(value.detach()), held))
        if held < lowest:
            lowest, best = held, here
        adam.zero_grad()
        value.backward()
        adam.step()
    return best, history
""",
    ),
    Wrong(
        "ex15_8-borda",
        "sigma-of-mean",
        """
def borda(log_p, rewards, shares):
    mean = shares @ rewards
    return torch.sigmoid(mean[:, None] - mean[None, :]) @ log_p.exp()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_8-borda",
        "ignores-shares",
        Edit("log_p.exp(), shares", "log_p.exp(), torch.full_like(shares, 1 / len(shares))"),
        seen="visible",
    ),
    Wrong(
        "ex15_8-borda",
        "ignores-opponents",
        Edit("log_p.exp()", "torch.full_like(log_p, 1 / len(log_p))"),
        seen="visible",
    ),
    Wrong(
        "ex15_8-borda",
        "wrong-score",
        Edit(
            "rewards[:, :, None] - rewards[:, None, :]", "rewards[:, None, :] - rewards[:, :, None]"
        ),
        seen="visible",
    ),
    Right(
        "ex15_8-borda",
        "group-by-group",
        """
def borda(log_p, rewards, shares):
    p, score = torch.exp(log_p), torch.zeros(len(log_p), dtype=log_p.dtype)
    for share, own in zip(shares, rewards, strict=True):
        for opponent, chance in enumerate(p):
            score = score + share * chance * torch.sigmoid(own - own[opponent])
    return score
""",
    ),
    Right(
        "ex15_8-borda",
        "hint-3",
        """
def borda(log_p, rewards, shares):
    gap = rewards[:, :, None] - rewards[:, None, :]
    wins = (gap.sigmoid() * log_p.exp()).sum(2)
    return (shares[:, None] * wins).sum(0)
""",
    ),
    Wrong(
        "ex15_8-cycle",
        "no-cycle",
        Edit("[0.0, 2.0, 1.0], [1.0, 0.0, 2.0]", "[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]"),
        seen="visible",
    ),
    Wrong("ex15_8-cycle", "ties", Edit("[2.0, 1.0, 0.0]", "[1.0, 1.0, 0.0]"), seen="visible"),
    Wrong(
        "ex15_8-cycle",
        "no-cycle",
        Edit(
            "[[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 2.0]]",
            "[[0.0, 1.0, 2.0], [1.0, 2.0, 0.0], [2.0, 0.0, 1.0]]",
        ),
        seen="visible",
    ),
    Right(
        "ex15_8-cycle",
        "by-rolling",
        """
def cycle():
    return torch.stack([torch.tensor([7.0, -1.0, -4.0]).roll(turn) for turn in (0, 2, 1)])
""",
    ),
    Right(
        "ex15_8-cycle",
        "in-whole-numbers",
        """
def cycle():
    return torch.tensor([[9, 1, 0], [0, 2, 1], [1, 0, 2]])
""",
    ),
    Right(
        "ex15_8-cycle",
        "hint-3",
        """
def cycle():
    return torch.tensor([[3, 2, 1], [1, 3, 2], [2, 1, 3]]).double()
""",
    ),
    Wrong(
        "ex15_8-maximin",
        "not-maximin",
        Edit("for _ in range(50):", "for _ in range(1):"),
        seen="visible",
    ),
    Wrong("ex15_8-maximin", "not-maximin", Edit("> 0:", "< 0:"), seen="visible"),
    Wrong(
        "ex15_8-maximin",
        "not-maximin",
        """
def maximin(log_ref, rewards, beta, tilt):
    worst = int((rewards @ log_ref.exp()).argmin())
    return float(worst == 0), tilt(log_ref, rewards[worst], beta)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_8-maximin",
        "outside-range",
        Edit("low, high = 0.0, 1.0", "low, high = -5.0, 5.0"),
        seen="visible",
    ),
    Wrong("ex15_8-maximin", "not-exact", Edit("range(50)", "range(13)"), seen="visible"),
    Wrong("ex15_8-maximin", "over-budget", Edit("range(50)", "range(300)"), seen="visible"),
    Wrong(
        "ex15_8-maximin",
        "other-beta",
        Edit("* rewards[1], beta)", "* rewards[1], 0.5)"),
        seen="visible",
    ),
    Right(
        "ex15_8-maximin",
        "by-brentq",
        """
def maximin(log_ref, rewards, beta, tilt):
    from scipy.optimize import brentq

    def policy(weight):
        return tilt(log_ref, rewards[1] + weight * (rewards[0] - rewards[1]), beta)

    def lead(weight):
        return float(torch.dot(torch.exp(policy(weight)), rewards[0] - rewards[1]))

    if lead(0.0) >= 0 or lead(1.0) <= 0:
        weight = 0.0 if lead(0.0) >= 0 else 1.0
    else:
        weight = brentq(lead, 0.0, 1.0, xtol=1e-12)
    return weight, policy(weight)
""",
    ),
    Right(
        "ex15_8-maximin",
        "hint-3",
        """
def maximin(log_ref, rewards, beta, tilt):
    low, high = 0.0, 1.0
    for _ in range(50):
        weight = (low + high) / 2
        log_pi = tilt(log_ref, weight * rewards[0] + (1 - weight) * rewards[1], beta)
        if (log_pi.exp() * (rewards[0] - rewards[1])).sum() > 0:
            high = weight
        else:
            low = weight
    return weight, log_pi
""",
    ),
    Wrong(
        "ex15_4-blame",
        "all-of-it",
        Edit('lost("hurried", "words") - hurry - words', 'lost("hurried", "words")'),
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "gains",
        Edit(
            "float(best - tilt(log_ref, rewards[raters, model], beta).exp() @ gold)",
            "float(tilt(log_ref, rewards[raters, model], beta).exp() @ gold - best)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "exchanged",
        Edit(
            'hurry, words = lost("hurried", "full"), lost("careful", "words")',
            'words, hurry = lost("hurried", "full"), lost("careful", "words")',
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "from-the-bottom",
        """
def blame(log_ref, gold, rewards, beta, tilt):
    worth = {key: float(tilt(log_ref, r, beta).exp() @ gold) for key, r in rewards.items()}
    both = worth["hurried", "words"]
    hurry, words = worth["careful", "words"] - both, worth["hurried", "full"] - both
    return hurry, words, worth["careful", "full"] - both - hurry - words
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "wrong-loss",
        Edit(
            "float(best - tilt(log_ref, rewards[raters, model], beta).exp() @ gold)",
            "float(best - tilt(log_ref, rewards[raters, model], beta).exp() @ rewards[raters, model])",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "from-reference",
        Edit(
            'best = tilt(log_ref, rewards["careful", "full"], beta).exp() @ gold',
            "best = log_ref.exp() @ gold",
        ),
        seen="visible",
    ),
    Wrong("ex15_4-blame", "wrong-loss", Edit(", beta)", ", 0.1)"), seen="visible"),
    Wrong(
        "ex15_4-blame", "wrong-extra", Edit("- hurry - words", "- hurry + words"), seen="visible"
    ),
    Right(
        "ex15_4-blame",
        "hint-3",
        """
def blame(log_ref, gold, rewards, beta, tilt):
    worth = {key: float(tilt(log_ref, reward, beta).exp() @ gold) for key, reward in rewards.items()}
    hurry = worth["careful", "full"] - worth["hurried", "full"]
    words = worth["careful", "full"] - worth["careful", "words"]
    both = worth["careful", "full"] - worth["hurried", "words"]
    return hurry, words, both - hurry - words
""",
    ),
    Right(
        "ex15_4-blame",
        "by-contrasts",
        """
def blame(log_ref, gold, rewards, beta, tilt):
    keys = [(r, m) for r in ("careful", "hurried") for m in ("full", "words")]
    worth = torch.stack([torch.dot(torch.exp(tilt(log_ref, rewards[k], beta)), gold) for k in keys])
    contrasts = torch.tensor([[1.0, 0, -1, 0], [1, -1, 0, 0], [-1, 1, 1, -1]]).to(worth.dtype)
    return tuple((contrasts @ worth).tolist())
""",
    ),
    Wrong(
        "ex15_1-log_probs",
        "no-return",
        Edit("return log_probs", "log_probs"),
        seen="visible",
    ),
    Wrong(
        "ex15_1-log_probs",
        "no-logarithm",
        """
def sequence_log_probs(policy, answers):
    return policy(answers[:, :-1]).softmax(-1).gather(2, answers[..., None]).squeeze(2).prod(1)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw",
        "greedy",
        """
@torch.no_grad()
def draw_answers(policy, n, length, generator):
    tokens = torch.zeros((1, 0), dtype=torch.long)
    for _ in range(length):
        chance = policy(tokens)[:, -1].softmax(-1)
        tokens = torch.cat([tokens, torch.multinomial(chance, 1, generator=generator)], 1)
    return tokens.expand(n, -1)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "input-modified",
        """
def entropy(log_p):
    log_p[log_p == -torch.inf] = -100.0
    return -(log_p.exp() * log_p).sum()


def kl(log_p, log_q):
    said = log_p > -torch.inf
    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "wrong-shape",
        """
def entropy(log_p):
    said = log_p[log_p > -torch.inf]
    return -(said.exp() * said)


def kl(log_p, log_q):
    said = log_p > -torch.inf
    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()
""",
        seen="visible",
    ),
    Right(
        "ex15_1-kl",
        "by-nansum",
        """
def entropy(log_p):
    return -(log_p.exp() * log_p).nansum()


def kl(log_p, log_q):
    return (log_p.exp() * (log_p - log_q)).nansum()
""",
    ),
    Wrong("ex15_2-loss", "wrong-shape", Edit(".mean()", ""), seen="visible"),
    Wrong("ex15_2-loss", "no-tensor", Edit(".mean()", ".mean().item()"), seen="visible"),
    Wrong("ex15_2-loss", "no-graph", Edit(".mean()", ".mean().detach()"), seen="visible"),
    Wrong(
        "ex15_2-fit",
        "not-converged",
        Edit(
            "loss(first @ w, second @ w, label)",
            "len(first) * loss(first @ w, second @ w, label)",
        ),
        seen="visible",
    ),
    Wrong(
        "ex15_3-tilt",
        "no-logarithm",
        """
def tilt(log_ref, reward, beta):
    return torch.softmax(log_ref + reward / beta, dim=0)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_3-tilt",
        "input-modified",
        """
def tilt(log_ref, reward, beta):
    log_ref += reward / beta
    return log_ref.log_softmax(0)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_3-objective",
        "wrong-shape",
        Edit("(log_pi[said].exp() * net).sum()", "log_pi[said].exp() * net"),
        seen="visible",
    ),
    Wrong(
        "ex15_3-objective",
        "wrong-value",
        """
def objective(log_pi, log_ref, reward, beta):
    return log_ref.exp() @ reward - beta * kl(log_pi, log_ref)
""",
        seen="visible",
    ),
    Wrong("ex15_3-best_value", "no-return", Edit("return beta * ", "beta * "), seen="visible"),
    Wrong(
        "ex15_4-peak",
        "over-budget",
        """
def peak(log_ref, proxy, gold, low, high, tilt):
    import math

    betas = torch.logspace(math.log10(low), math.log10(high), 1000, dtype=torch.float64).tolist()
    beta = max(betas, key=lambda b: float(tilt(log_ref, proxy, b).exp() @ gold))
    return beta, float(kl(tilt(log_ref, proxy, beta), log_ref))
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-blame",
        "by-order",
        """
def blame(log_ref, gold, rewards, beta, tilt):
    best, hurried, counted, both = (
        float(tilt(log_ref, reward, beta).exp() @ gold) for reward in rewards.values())
    return best - hurried, best - counted, hurried + counted - best - both
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-rloo",
        "rewards-distance",
        """
def rloo_loss(log_pi, log_ref, reward, beta):
    net = reward + beta * (log_pi.detach() - log_ref)
    return -((net - (net.sum() - net) / (len(net) - 1)) * log_pi).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-rloo",
        "wrong-gradient",
        """
def rloo_loss(log_pi, log_ref, reward, beta):
    net = reward - beta * (log_pi.detach() - log_ref)
    return -((net - net.mean()) / net.std() * log_pi).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-train",
        "wrong-arguments",
        Edit("log_ref[drawn], reward[drawn]", "reward[drawn], log_ref[drawn]"),
        seen="visible",
    ),
    Wrong("ex15_6-train", "over-budget", Edit("4000", "6000"), seen="visible"),
    Wrong(
        "ex15_6-train",
        "no-policy",
        Edit("return policy.joint().detach()", "return policy.joint().detach().exp()"),
        seen="visible",
    ),
    Wrong(
        "ex15_8-maximin",
        "not-exact",
        """
def maximin(log_ref, rewards, beta, tilt):
    best = None
    for weight in torch.linspace(0, 1, 200).double().tolist():
        log_pi = tilt(log_ref, weight * rewards[0] + (1 - weight) * rewards[1], beta)
        value = float((rewards @ log_pi.exp()).min() - beta * kl(log_pi, log_ref))
        if best is None or value > best[0]:
            best = (value, weight, log_pi)
    return best[1], best[2]
""",
        seen="visible",
    ),
    Wrong(
        "ex15_10-best_of_n",
        "no-logarithm",
        """
def best_of_n(log_ref, reward, n):
    p = log_ref.exp()
    levels, group = reward.unique(return_inverse=True)
    mass = torch.zeros(len(levels), dtype=p.dtype).index_add(0, group, p)
    below = torch.cat([torch.zeros(1, dtype=p.dtype), mass.cumsum(0)]) ** n
    return p * (below.diff() / mass)[group]
""",
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "wrong-loss",
        Edit("beta * (log_pi_first", "1 / beta * (log_pi_first")
        + Edit("beta * (log_pi_second", "1 / beta * (log_pi_second"),
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "overflow",
        """
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    gap = beta * ((log_pi_first - log_ref_first) - (log_pi_second - log_ref_second))
    first = torch.sigmoid(gap)
    return -(label * first.log() + (1 - label) * (1 - first).log()).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_7-dpo",
        "no-graph",
        """
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    gap = beta * ((log_pi_first - log_ref_first) - (log_pi_second - log_ref_second))
    return F.binary_cross_entropy_with_logits(gap, label).detach()
""",
        seen="visible",
    ),
    Wrong("ex15_7-dpo", "no-tensor", Edit(", label)", ", label).item()"), seen="visible"),
    Wrong(
        "ex15_7-stop",
        "no-policy",
        Edit("return best, history", "return best.exp(), history"),
        seen="visible",
    ),
    # what the examples of the text do not vary: more words, answers, groups, bumps
    Wrong(
        "ex15_1-draw",
        "same-noise",
        """\
def draw_answers(policy, n, length, generator):
    t = torch.zeros(n, 0, dtype=torch.int64)
    u = torch.rand(n, 1, generator=generator)
    for _ in range(length):
        t = torch.cat([t, (u > policy(t)[:, -1].softmax(-1).cumsum(-1)).sum(1, keepdim=True)], 1)
    return t
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-draw",
        "ignores-beginning",
        """\
def draw_answers(policy, n, length, generator):
    t = torch.zeros(n, 0, dtype=torch.int64)
    for _ in range(length):
        p = policy(t[:, -1:])[:, -1].softmax(-1)
        t = torch.cat([t, torch.multinomial(p, 1, generator=generator)], 1)
    return t
""",
        seen="visible",
    ),
    Wrong(
        "ex15_1-kl",
        "nan-at-zero",
        """\
def entropy(log_p):
    return torch.special.entr(log_p.exp()).sum()

def kl(log_p, log_q):
    return F.kl_div(log_q, log_p.exp(), reduction="sum")
""",
        seen="visible",
    ),
    Wrong(
        "ex15_2-loss",
        "forgets-second",
        """\
def preference_loss(first, second, label):
    return -(label * F.logsigmoid(first - second)).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "first-bump",
        """\
def peak(log_ref, proxy, gold, low, high, tilt):
    best = (float("-inf"), None, None)
    for k in range(399, -1, -1):
        b = low * (high / low) ** (k / 399)
        p = tilt(log_ref, proxy, b)
        v = float(p.exp() @ gold)
        if v < best[0]:
            break
        best = (v, b, float(kl(p, log_ref)))
    return best[1], best[2]
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "not-the-peak",
        """\
def peak(log_ref, proxy, gold, low, high, tilt):
    betas = torch.linspace(low, high, 400, dtype=torch.float64).tolist()
    pis = [tilt(log_ref, proxy, b) for b in betas]
    k = int(torch.stack([p.exp() @ gold for p in pis]).argmax())
    return betas[k], float(kl(pis[k], log_ref))
""",
        seen="visible",
    ),
    Wrong(
        "ex15_4-peak",
        "first-bump",
        """\
def peak(log_ref, proxy, gold, low, high, tilt):
    betas = torch.logspace(-1.3010299957, 1.3010299957, 400, dtype=torch.float64).tolist()
    pis = [tilt(log_ref, proxy, b) for b in betas]
    k = int(torch.stack([p.exp() @ gold for p in pis]).argmax())
    return betas[k], float(kl(pis[k], log_ref))
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-rloo",
        "not-of-three",
        """\
def rloo_loss(log_pi, log_ref, reward, beta):
    net = (reward - beta * (log_pi - log_ref)).detach()
    return -((net - (net.sum() - net)) * log_pi).mean()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_8-borda",
        "two-groups",
        """\
def borda(log_p, rewards, shares):
    p = log_p.exp()
    a, b = (torch.sigmoid(rewards[g][:, None] - rewards[g]) @ p for g in (0, 1))
    return shares[0] * a + (1 - shares[0]) * b
""",
        seen="visible",
    ),
    Wrong(
        "ex15_8-maximin",
        "no-policy",
        """\
def maximin(log_ref, rewards, beta, tilt):
    lo, hi = 0.0, 1.0
    for _ in range(50):
        w = (lo + hi) / 2
        pi = tilt(log_ref, w * rewards[0] + (1 - w) * rewards[1], beta).exp()
        if pi @ (rewards[0] - rewards[1]) > 0:
            hi = w
        else:
            lo = w
    return w, pi
""",
        seen="visible",
    ),
    Wrong(
        "ex15_8-maximin",
        "not-maximin",
        """\
def maximin(log_ref, rewards, beta, tilt):
    w = 0.5
    for _ in range(200):
        log_pi = tilt(log_ref, w * rewards[0] + (1 - w) * rewards[1], beta)
        w = min(max(w - 0.05 * float(log_pi.exp() @ (rewards[0] - rewards[1])), 0.0), 1.0)
    return w, log_pi
""",
        seen="visible",
    ),
    Wrong(
        "ex15_7-stop",
        "exchanged",
        """\
def train_dpo(log_ref, train, validation, beta, *, loss):
    policy = TablePolicy(log_ref)
    opt = torch.optim.Adam(policy.parameters(), lr=0.03)
    history, best, kept = [], float("inf"), None
    for _ in range(80):
        joint = policy.joint()
        v, h = (loss(joint[a], joint[b], log_ref[a], log_ref[b], y, beta) for a, b, y in (train, validation))
        history.append((float(h), float(v)))
        if float(h) < best:
            best, kept = float(h), joint.detach()
        opt.zero_grad(); v.backward(); opt.step()
    return kept, history
""",
        seen="visible",
    ),
    Wrong(
        "ex15_7-stop",
        "wrong-arguments",
        """\
def train_dpo(log_ref, train, validation, beta, *, loss):
    policy = TablePolicy(log_ref)
    opt = torch.optim.Adam(policy.parameters(), lr=0.03)
    history, best, kept = [], float("inf"), None
    for _ in range(80):
        joint = policy.joint()
        v, h = (loss(joint[a], log_ref[a], joint[b], log_ref[b], y, beta) for a, b, y in (train, validation))
        history.append((float(v), float(h)))
        if float(h) < best:
            best, kept = float(h), joint.detach()
        opt.zero_grad(); v.backward(); opt.step()
    return kept, history
""",
        seen="visible",
    ),
    Right(
        "ex15_1-kl",
        "by-nansum",
        """\
def entropy(log_p):
    return -(log_p.exp() * log_p).nansum()

def kl(log_p, log_q):
    return (log_p.exp() * (log_p - log_q)).nansum()
""",
    ),
    Wrong(
        "ex15_6-train",
        "no-replacement",
        """\
def train_rloo(log_ref, reward, beta, *, loss, generator):
    policy = TablePolicy(log_ref)
    opt = torch.optim.Adam(policy.parameters(), lr=0.05)
    sched = torch.optim.lr_scheduler.LinearLR(opt, 1.0, 0.02, 400)
    for _ in range(400):
        joint = policy.joint()
        rows = torch.multinomial(joint.detach().exp(), 4000, generator=generator)
        opt.zero_grad()
        loss(joint[rows], log_ref[rows], reward[rows], beta).backward()
        opt.step()
        sched.step()
    return policy.joint().detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_6-train",
        "ignores-loss",
        """\
def train_rloo(log_ref, reward, beta, *, loss, generator):
    policy = TablePolicy(log_ref)
    opt = torch.optim.Adam(policy.parameters(), lr=0.05)
    sched = torch.optim.lr_scheduler.LinearLR(opt, 1.0, 0.02, 400)
    for _ in range(400):
        joint = policy.joint()
        rows = torch.multinomial(joint.detach().exp(), 4000, replacement=True, generator=generator)
        opt.zero_grad()
        rloo_loss(joint[rows], log_ref[rows], reward[rows], beta).backward()
        opt.step()
        sched.step()
    return policy.joint().detach()
""",
        seen="visible",
    ),
    Wrong(
        "ex15_5-mend",
        "too-short",
        """\
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    a, b = torch.multinomial(log_ref.exp(), 1200, replacement=True, generator=generator).reshape(2, 600)
    r = features @ fit(features[a], features[b], ask(a, b), 3.0)
    return tilt(log_ref, r, 0.5)
""",
        seen="visible",
    ),
    Wrong(
        "ex15_7-stop",
        "wrong-start",
        """\
def train_dpo(log_ref, train, validation, beta, *, loss):
    policy = TablePolicy(torch.zeros_like(log_ref).log_softmax(0))
    opt = torch.optim.Adam(policy.parameters(), lr=0.03)
    history, best, kept = [], float("inf"), None
    for _ in range(80):
        joint = policy.joint()
        v, h = (loss(joint[a], joint[b], log_ref[a], log_ref[b], y, beta) for a, b, y in (train, validation))
        history.append((float(v), float(h)))
        if float(h) < best:
            best, kept = float(h), joint.detach()
        opt.zero_grad(); v.backward(); opt.step()
    return kept, history
""",
        seen="visible",
    ),
]
