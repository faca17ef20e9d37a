"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""
# ruff: noqa: E501

from columns import Edit, Right, Wrong

ANSWERS = [
    # 15.1 a: log-probabilities of whole answers
    Wrong(
        "ex15_1-log_probs",
        "not-normalised",
        Edit("answers[:, :-1]", "answers[:, 1:]"),
    ),
    Wrong("ex15_1-log_probs", "not-normalised", Edit(".log_softmax(dim=2)", "")),
    Wrong("ex15_1-log_probs", "mean-not-sum", Edit(".sum(dim=(1, 2))", ".mean(dim=(1, 2))")),
    Wrong("ex15_1-log_probs", "whole-batch", Edit(".sum(dim=(1, 2))", ".sum()")),
    Wrong("ex15_1-log_probs", "wrong-sign", Edit("return log_probs", "return -log_probs")),
    Wrong(
        "ex15_1-log_probs", "no-graph", Edit("log_softmax(dim=2)", "log_softmax(dim=2).detach()")
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
    # 15.1 b: drawing
    Wrong(
        "ex15_1-draw",
        "greedy",
        Edit(
            "torch.multinomial(next_word, 1, generator=generator)",
            "next_word.argmax(1, keepdim=True)",
        ),
    ),
    Wrong("ex15_1-draw", "ignores-generator", Edit(", 1, generator=generator)", ", 1)")),
    Wrong(
        "ex15_1-draw", "ignores-beginning", Edit("policy(tokens)[:, -1]", "policy(tokens)[:, 0]")
    ),
    Wrong("ex15_1-draw", "wrong-shares", Edit(".softmax(dim=1)", ".softmax(dim=1).sqrt()")),
    Wrong("ex15_1-draw", "wrong-dtype", Edit("return tokens", "return tokens.float()")),
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
    # 15.1 c: entropy and KL
    Wrong(
        "ex15_1-kl",
        "nan-at-zero",
        """
def entropy(log_p):
    return -(log_p.exp() * log_p).sum()


def kl(log_p, log_q):
    return (log_p.exp() * (log_p - log_q)).sum()
""",
    ),
    Wrong(
        "ex15_1-kl",
        "reversed",
        Edit(
            "said = log_p > -torch.inf\n    return (log_p[said].exp() * (log_p[said] - log_q[said])).sum()",
            "said = log_q > -torch.inf\n    return (log_q[said].exp() * (log_q[said] - log_p[said])).sum()",
        ),
    ),
    Wrong("ex15_1-kl", "wrong-entropy", Edit("return -(said.exp()", "return (said.exp()")),
    Wrong(
        "ex15_1-kl",
        "bits",
        Edit("(said.exp() * said).sum()", "(said.exp() * said).sum() / 0.6931471805599453")
        + Edit(
            "(log_p[said] - log_q[said])).sum()",
            "(log_p[said] - log_q[said])).sum() / 0.6931471805599453",
        ),
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
    # 15.2 a: the loss
    Wrong("ex15_2-loss", "sum-not-mean", Edit(".mean()", ".sum()")),
    Wrong("ex15_2-loss", "wrong-sign", Edit("gap = first - second", "gap = second - first")),
    Wrong(
        "ex15_2-loss",
        "overflow",
        Edit("F.logsigmoid(gap)", "torch.log(torch.sigmoid(gap))")
        + Edit("F.logsigmoid(-gap)", "torch.log(1 - torch.sigmoid(gap))"),
    ),
    Wrong(
        "ex15_2-loss", "hard-labels", Edit("gap = first", "label = label.round()\n    gap = first")
    ),
    Wrong("ex15_2-loss", "not-the-gap", Edit("gap = first - second", "gap = first")),
    Right(
        "ex15_2-loss",
        "by-logaddexp",
        """
def preference_loss(first, second, label):
    both = torch.logaddexp(first, second)
    return (both - label * first - (1 - label) * second).sum() / first.numel()
""",
    ),
    # 15.2 b: the gradient
    Wrong(
        "ex15_2-gradient",
        "wrong-sign",
        Edit("torch.sigmoid(difference @ w) - label", "label - torch.sigmoid(difference @ w)"),
    ),
    Wrong("ex15_2-gradient", "sum-not-mean", Edit(" / len(label)", "")),
    Wrong(
        "ex15_2-gradient", "wrong-gradient", Edit("torch.sigmoid(difference @ w)", "difference @ w")
    ),
    Wrong("ex15_2-gradient", "wrong-gradient", Edit("return difference.T", "return first.T")),
    Right(
        "ex15_2-gradient",
        "pair-by-pair",
        """
def preference_gradient(first, second, w, label):
    total = torch.zeros_like(w)
    for a, b, y in zip(first, second, label, strict=True):
        t = torch.dot(a - b, w)
        total = total - (y * torch.sigmoid(-t) - (1 - y) * torch.sigmoid(t)) * (a - b) / len(label)
    return total
""",
    ),
    # 15.2 c: the fit
    Wrong("ex15_2-fit", "not-converged", Edit("max_iter=150", "max_iter=2")),
    Wrong("ex15_2-fit", "penalty-ignored", Edit(" + penalty / 2 * w @ w", "")),
    Wrong("ex15_2-fit", "twice-the-penalty", Edit("penalty / 2", "penalty")),
    Wrong(
        "ex15_2-fit",
        "wrong-sign",
        Edit("loss(first @ w, second @ w, label)", "loss(second @ w, first @ w, label)"),
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
    # 15.3 a: the tilt
    Wrong(
        "ex15_3-tilt",
        "not-normalised",
        Edit("return unnormalised - unnormalised.logsumexp(0)", "return unnormalised"),
    ),
    Wrong("ex15_3-tilt", "wrong-beta", Edit("reward / beta", "reward * beta")),
    Wrong("ex15_3-tilt", "forgets-reference", Edit("log_ref + reward", "reward")),
    Wrong("ex15_3-tilt", "wrong-sign", Edit("log_ref + reward", "log_ref - reward")),
    Wrong(
        "ex15_3-tilt",
        "overflow",
        """
def tilt(log_ref, reward, beta):
    weight = log_ref.exp() * torch.exp(reward / beta)
    return (weight / weight.sum()).log()
""",
    ),
    Right(
        "ex15_3-tilt",
        "by-softmax",
        """
def tilt(log_ref, reward, beta):
    return F.log_softmax(torch.add(log_ref, reward, alpha=1 / beta), dim=-1)
""",
    ),
    # 15.3 b: the objective
    Wrong("ex15_3-objective", "rewards-distance", Edit("- beta * (", "+ beta * (")),
    Wrong("ex15_3-objective", "forgets-beta", Edit("- beta * (", "- (")),
    Wrong("ex15_3-objective", "nan-at-zero", Edit("log_pi > -torch.inf", "log_pi < torch.inf")),
    Wrong(
        "ex15_3-objective", "wrong-value", Edit("(log_pi[said].exp() * net).sum()", "net.mean()")
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
    # 15.3 c: the best value
    Wrong("ex15_3-best_value", "forgets-beta", Edit("return beta * ", "return ")),
    Wrong("ex15_3-best_value", "forgets-reference", Edit("log_ref + reward", "reward")),
    Wrong(
        "ex15_3-best_value",
        "no-logarithm",
        Edit(
            "beta * torch.logsumexp(log_ref + reward / beta, dim=0)",
            "beta * (log_ref.exp() * torch.exp(reward / beta)).sum()",
        ),
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
    # 15.4 a: the slope
    Wrong(
        "ex15_4-slope",
        "unweighted",
        Edit("pi @ ((proxy - pi @ proxy) * gold)", "((proxy - proxy.mean()) * gold).mean()"),
    ),
    Wrong("ex15_4-slope", "not-centred", Edit("(proxy - pi @ proxy)", "proxy")),
    Wrong(
        "ex15_4-slope",
        "normalised",
        Edit(
            "return pi @ ((proxy - pi @ proxy) * gold)",
            "spread = lambda v: (pi @ (v - pi @ v) ** 2).sqrt()\n    return pi @ ((proxy - pi @ proxy) * gold) / spread(proxy) / spread(gold) * 0.8660254037844386",
        ),
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
    # 15.4 b: the peak
    Wrong(
        "ex15_4-peak",
        "proxy-peak",
        Edit("tilt(log_ref, proxy, beta).exp() @ gold", "tilt(log_ref, proxy, beta).exp() @ proxy"),
    ),
    Wrong(
        "ex15_4-peak",
        "not-the-peak",
        Edit("for _ in range(3):", "for _ in range(1):")
        + Edit(", 100)", ", 5)")
        + Edit("range(100)", "range(5)")
        + Edit("min(best + 1, 99)", "min(best + 1, 4)"),
    ),
    Wrong(
        "ex15_4-peak",
        "wrong-kl",
        Edit("(log_pi.exp() * (log_pi - log_ref))", "(log_ref.exp() * (log_ref - log_pi))"),
    ),
    Wrong("ex15_4-peak", "no-pair", Edit("return float(betas[best]), float(", "return float(")),
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
    # 15.4 c: best of n
    Wrong(
        "ex15_4-best_of_n", "power", Edit("below[1:] ** n - below[:-1] ** n", "1 - (1 - mass) ** n")
    ),
    Wrong(
        "ex15_4-best_of_n",
        "wrong-end",
        Edit("below[1:] ** n - below[:-1] ** n", "(1 - below[:-1]) ** n - (1 - below[1:]) ** n"),
    ),
    Wrong(
        "ex15_4-best_of_n",
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
    ),
    Right(
        "ex15_4-best_of_n",
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
    # 15.4 d: the counterexample
    Wrong("ex15_4-counterexample", "no-witness", Edit(", 8", ", 1")),
    Wrong("ex15_4-counterexample", "equal-rewards", Edit("[0.0, 1.0]", "[1.0, 1.0]")),
    Wrong("ex15_4-counterexample", "no-policy", Edit("half.log()", "half")),
    Wrong(
        "ex15_4-counterexample",
        "no-witness",
        """
def counterexample():
    n = 2000
    return (-torch.full((n,), float(n), dtype=torch.float64).log(),
            torch.arange(n, dtype=torch.float64), 4)
""",
    ),
    Right(
        "ex15_4-counterexample",
        "one-common-answer",
        """
def counterexample():
    p = torch.tensor([0.01, 0.95, 0.04], dtype=torch.float64)
    return torch.log(p), torch.tensor([-1.0, 2.5, 0.0], dtype=torch.float64), 30
""",
    ),
    # 15.4 e: what grew
    Wrong(
        "ex15_4-grew",
        "most-frequent",
        Edit("(log_after.exp() - log_before.exp())", "log_after.exp()"),
    ),
    Wrong("ex15_4-grew", "shrank", Edit("@ counts)", "@ counts).abs()")),
    Wrong(
        "ex15_4-grew",
        "no-int",
        Edit(
            "return int(((log_after.exp() - log_before.exp()) @ counts).argmax())",
            "return ((log_after.exp() - log_before.exp()) @ counts).argmax()",
        ),
    ),
    Wrong(
        "ex15_4-grew",
        "shrank",
        Edit("log_after.exp() - log_before.exp()", "log_before.exp() - log_after.exp()"),
    ),
    Right(
        "ex15_4-grew",
        "word-by-word",
        """
def what_grew(log_before, log_after, counts):
    growth = {}
    for word in range(counts.shape[1]):
        column = counts[:, word]
        growth[word] = (torch.exp(log_after) * column).sum() - (torch.exp(log_before) * column).sum()
    return max(growth, key=growth.get)
""",
    ),
    # 15.4 f: the two forms
    Wrong("ex15_4-forms", "sign-of-b", Edit("-d * bend", "d * bend")),
    Wrong("ex15_4-forms", "not-the-root", Edit("d, fits = kl.sqrt(), {}", "d, fits = kl, {}")),
    Wrong("ex15_4-forms", "no-dictionary", Edit("return fits", "return list(fits.values())")),
    Wrong("ex15_4-forms", "wrong-r2", Edit("float(1 - unexplained)", "float(unexplained)")),
    Right(
        "ex15_4-forms",
        "by-normal-equations",
        """
def fit_forms(kl, gain):
    import numpy as np

    d, y = np.sqrt(kl.numpy()), gain.numpy()
    found = {}
    for name, bend in {"quadratic": d, "logarithmic": np.log(d)}.items():
        table = np.column_stack([d, -d * bend])
        a, b = np.linalg.solve(table.T @ table, table.T @ y)
        total = ((y - y.mean()) ** 2).sum()
        found[name] = (float(a), float(b), float((total - ((y - table @ [a, b]) ** 2).sum()) / total))
    return found
""",
    ),
    # 15.5 a: the beta for a KL
    Wrong(
        "ex15_5-beta_for_kl",
        "wrong-beta",
        Edit("distance(middle) > target", "distance(middle) < target"),
    ),
    Wrong("ex15_5-beta_for_kl", "not-exact", Edit("range(80)", "range(20)")),
    Wrong(
        "ex15_5-beta_for_kl",
        "no-error",
        Edit("if not distance(high) <= target <= distance(low):", "if False:"),
    ),
    Wrong("ex15_5-beta_for_kl", "over-budget", Edit("range(80)", "range(250)")),
    Right(
        "ex15_5-beta_for_kl",
        "by-brentq",
        """
def beta_for_kl(log_ref, reward, target, tilt):
    import math

    from scipy.optimize import brentq

    def excess(u):
        log_pi = tilt(log_ref, reward, math.exp(u))
        return float(torch.where(log_pi == -torch.inf, 0.0, log_pi.exp() * (log_pi - log_ref)).nansum()) - target

    try:
        return math.exp(brentq(excess, math.log(1e-4), math.log(1e4), xtol=1e-13))
    except ValueError:
        raise ValueError("the target lies outside what any beta reaches") from None
""",
    ),
    # 15.5 b: mend it
    Wrong("ex15_5-mend", "over-budget", Edit("1200", "12000") + Edit("(2, 600)", "(2, 6000)")),
    Wrong("ex15_5-mend", "too-little", Edit("reward, 1.999", "reward, 0.3")),
    Wrong("ex15_5-mend", "wrong-way", Edit("ask(first, second)", "1 - ask(first, second)")),
    Wrong(
        "ex15_5-mend",
        "never-asked",
        """
def mend(log_ref, features, ask, *, fit, tilt, find_beta, generator):
    return log_ref
""",
    ),
    Wrong("ex15_5-mend", "too-far", Edit("reward, 1.999", "reward, 6.0")),
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
        w = fit(features[first], features[second], torch.cat(labels), 0.02)
        log_pi = tilt(log_ref, features @ w, find_beta(log_ref, features @ w, far))
    return log_pi
""",
    ),
    # 15.6 a: the loss of RLOO
    Wrong("ex15_6-rloo", "own-baseline", Edit("(net.sum() - net) / (len(net) - 1)", "net.mean()")),
    Wrong("ex15_6-rloo", "no-baseline", Edit("(net - others)", "net")),
    Wrong("ex15_6-rloo", "wrong-sign", Edit("return -(", "return (")),
    Wrong(
        "ex15_6-rloo",
        "forgets-penalty",
        Edit("reward - beta * (log_pi.detach() - log_ref)", "reward"),
    ),
    Wrong(
        "ex15_6-rloo", "graph-in-advantage", Edit("log_pi.detach() - log_ref", "log_pi - log_ref")
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
    # 15.6 b: training by RLOO
    Wrong(
        "ex15_6-train",
        "draws-from-reference",
        Edit("torch.multinomial(joint.detach().exp()", "torch.multinomial(log_ref.exp()"),
    ),
    Wrong("ex15_6-train", "not-there", Edit("lr=0.05", "lr=0.005")),
    Wrong("ex15_6-train", "not-there", Edit("TablePolicy(log_ref)", "TablePolicy()")),
    Wrong(
        "ex15_6-train",
        "over-budget",
        Edit("TablePolicy(log_ref), 400", "TablePolicy(log_ref), 600"),
    ),
    Wrong(
        "ex15_6-train",
        "not-there",
        Edit("1.0, 0.02, steps", "1.0, 1.0, steps") + Edit("4000", "200"),
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
    # 15.6 c: PPO
    Wrong("ex15_6-ppo", "wrong-sign", Edit("return -torch", "return torch")),
    Wrong(
        "ex15_6-ppo",
        "no-minimum",
        Edit("torch.minimum(ratio * advantage, near * advantage)", "(near * advantage)"),
    ),
    Wrong(
        "ex15_6-ppo",
        "no-clip",
        Edit("torch.minimum(ratio * advantage, near * advantage)", "(ratio * advantage)"),
    ),
    Wrong(
        "ex15_6-ppo",
        "clips-the-log",
        Edit("ratio.clamp(1 - clip, 1 + clip)", "(log_pi - log_old).clamp(-clip, clip).exp()"),
    ),
    Wrong("ex15_6-ppo", "no-clip", Edit("torch.minimum(", "torch.maximum(")),
    Right(
        "ex15_6-ppo",
        "by-cases",
        """
def ppo_loss(log_pi, log_old, advantage, clip):
    ratio = (log_pi - log_old).exp()
    stuck = ((advantage > 0) & (ratio > 1 + clip)) | ((advantage < 0) & (ratio < 1 - clip))
    edge = 1 + clip * torch.sign(advantage)
    return -(torch.where(stuck, edge, ratio) * advantage).sum() / advantage.numel()
""",
    ),
    # 15.6 d: GAE
    Wrong("ex15_6-gae", "no-critic", Edit(" - values\n", "\n")),
    Wrong(
        "ex15_6-gae",
        "wrong-end",
        Edit("F.pad(values[:, 1:], (0, 1))", "torch.cat([values[:, 1:], values[:, -1:]], 1)"),
    ),
    Wrong(
        "ex15_6-gae",
        "forwards",
        Edit("reversed(range(delta.shape[1]))", "range(delta.shape[1])")
        + Edit("advantage.insert(0, after)", "advantage.append(after)"),
    ),
    Wrong("ex15_6-gae", "forgets-lam", Edit("gamma * lam * after", "gamma * after")),
    Wrong("ex15_6-gae", "forgets-gamma", Edit("rewards + gamma * F", "rewards + F")),
    Right(
        "ex15_6-gae",
        "by-matrix",
        """
def gae(rewards, values, gamma, lam):
    length = rewards.shape[1]
    after = torch.cat([values, torch.zeros_like(values[:, :1])], dim=1)[:, 1:]
    delta = rewards + gamma * after - values
    power = torch.arange(length)[:, None] - torch.arange(length)[None, :]
    decay = torch.where(power >= 0, (gamma * lam) ** power.clamp_min(0).to(delta.dtype), 0.0)
    return delta @ decay.to(delta.dtype)
""",
    ),
    # 15.7 a: DPO
    Wrong(
        "ex15_7-dpo",
        "forgets-reference",
        Edit("(log_pi_first - log_ref_first)", "log_pi_first")
        + Edit("(log_pi_second - log_ref_second)", "log_pi_second"),
    ),
    Wrong(
        "ex15_7-dpo",
        "wrong-sign",
        Edit("implied_first - implied_second, label", "implied_second - implied_first, label"),
    ),
    Wrong(
        "ex15_7-dpo",
        "forgets-beta",
        Edit("beta * (log_pi_first", "(log_pi_first")
        + Edit("beta * (log_pi_second", "(log_pi_second"),
    ),
    Wrong(
        "ex15_7-dpo",
        "hard-labels",
        Edit("implied_second, label)", "implied_second, label.round())"),
    ),
    Wrong("ex15_7-dpo", "sum-not-mean", Edit(", label)", ', label, reduction="sum")')),
    Right(
        "ex15_7-dpo",
        "by-softplus",
        """
def dpo_loss(log_pi_first, log_pi_second, log_ref_first, log_ref_second, label, beta):
    gap = beta * ((log_pi_first - log_pi_second) - (log_ref_first - log_ref_second))
    return torch.mean(label * F.softplus(-gap) + (1 - label) * F.softplus(gap))
""",
    ),
    # 15.7 b: stop the overfitting
    Wrong(
        "ex15_7-stop",
        "last-not-best",
        Edit("return best, history", "return policy.joint().detach(), history"),
    ),
    Wrong(
        "ex15_7-stop",
        "no-validation",
        Edit("on(joint.detach(), validation)", "on(joint.detach(), train)"),
    ),
    Wrong("ex15_7-stop", "too-short", Edit("range(80)", "range(12)")),
    Wrong("ex15_7-stop", "no-training", Edit("        optimizer.step()\n", "")),
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
    # 15.8 a: the vote
    Wrong(
        "ex15_8-borda",
        "sigma-of-mean",
        """
def borda(log_p, rewards, shares):
    mean = shares @ rewards
    return torch.sigmoid(mean[:, None] - mean[None, :]) @ log_p.exp()
""",
    ),
    Wrong(
        "ex15_8-borda",
        "ignores-shares",
        Edit("log_p.exp(), shares", "log_p.exp(), torch.full_like(shares, 1 / len(shares))"),
    ),
    Wrong(
        "ex15_8-borda",
        "ignores-opponents",
        Edit("log_p.exp()", "torch.full_like(log_p, 1 / len(log_p))"),
    ),
    Wrong(
        "ex15_8-borda",
        "wrong-score",
        Edit(
            "rewards[:, :, None] - rewards[:, None, :]", "rewards[:, None, :] - rewards[:, :, None]"
        ),
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
    # 15.8 b: the circle
    Wrong(
        "ex15_8-cycle",
        "no-cycle",
        Edit("[0.0, 2.0, 1.0], [1.0, 0.0, 2.0]", "[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]"),
    ),
    Wrong("ex15_8-cycle", "ties", Edit("[2.0, 1.0, 0.0]", "[1.0, 1.0, 0.0]")),
    Wrong(
        "ex15_8-cycle",
        "no-cycle",
        Edit(
            "[[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 2.0]]",
            "[[0.0, 1.0, 2.0], [1.0, 2.0, 0.0], [2.0, 0.0, 1.0]]",
        ),
    ),
    Right(
        "ex15_8-cycle",
        "by-rolling",
        """
def cycle():
    return torch.stack([torch.tensor([7.0, -1.0, -4.0]).roll(turn) for turn in (0, 2, 1)])
""",
    ),
    # 15.8 c: maximin
    Wrong("ex15_8-maximin", "not-maximin", Edit("for _ in range(50):", "for _ in range(1):")),
    Wrong("ex15_8-maximin", "not-maximin", Edit("> 0:", "< 0:")),
    Wrong(
        "ex15_8-maximin",
        "not-maximin",
        """
def maximin(log_ref, rewards, beta, tilt):
    worst = int((rewards @ log_ref.exp()).argmin())
    return float(worst == 0), tilt(log_ref, rewards[worst], beta)
""",
    ),
    Wrong("ex15_8-maximin", "outside-range", Edit("low, high = 0.0, 1.0", "low, high = -5.0, 5.0")),
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
]
