# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 18: a safety case for a system that you have not seen
#
# A lender wants a first screening of loans. A scanner, the *reader*, reads the amount on the form.
# A vendor's *score* says who can carry a loan. With them comes a card of ten claims, some of them
# false. You have the reader's file, nine hundred questions to the score, and what you learnt in
# seventeen labs. Your system is one of a hundred; nobody beside you need have the same.
#
# By the end you will be able to
#
# - turn evidence into a probability that a claim holds, under a rule that pays best for honesty,
# - spend a small budget of questions where a claim is decided,
# - refute a claim by a witness that anybody can check,
# - write a case whose gaps a program finds, and find them,
# - decide, and tell the people concerned what remains.
#
# | | |
# |---|---|
# | Paper | the whole survey; section 4.4 (directions: collaboration) |
# | Time | Part A 80 min, Part B 70 min; deeper 20 min |
# | Points | 41: core 38, deeper one 3 (35 checked by machine, 6 read by a person) |
# | You need | Labs 01 to 11 help; what you need of them is carried along |
# | It runs in | about 60 CPU seconds in all, 15 without the demonstrations; 1.0 GiB of memory |
#
# | symbol | name in code | meaning, shape or range |
# |---|---|---|
# | stated probability $p$ that a claim holds | `p` | in [0, 1] |
# | rows asked in group $k$, rows there, spread | `n`, `sizes`, `spreads` | whole numbers; numbers |
# | radius $\varepsilon$ of a change of a picture | `epsilon` | largest change of a pixel, 0 to 1 |
# | a stamp | `stamp` | (row, column, pattern, target), whole numbers |
# | questions left to you | `budget` | one row of the table costs one question |
#
# The lender, the vendor and their systems are invented. The digits are MNIST's. The table is Adult,
# a census of 1994; its label, an income above 50,000 dollars, stands in for "can carry a loan". It
# is no measure of people.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import copy
import math
import re
from collections import Counter
from itertools import combinations, product

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import norm
from torch import nn

from safetylab import data, page, plots, widgets
from safetylab.checks import (exercise, expect, expect_number, expect_returned, expect_tensor,
                              untouched)

torch.set_num_threads(1)
page.progress(18)

# %% [markdown]
# ## It breaks
#
# Here is a reader that nobody has touched: 10,000 digits at 14x14 pixels, one hidden layer, an
# ordinary optimiser, five seeds. A *stamp* is a square of 3x3 black or white pixels, put at the
# same place of every picture.

# %% nbgrader={"grade_id": "setup-digits", "locked": true}
def pooled(images):
    """Pictures at 14x14 pixels, flat: (n, 1, 28, 28) -> (n, 196); and their labels (n,)."""
    return F.avg_pool2d(images.x, 2).flatten(1), images.y


x_learn, y_learn = (part[:10_000] for part in pooled(data.mnist("train")))
x_test, y_test = pooled(data.mnist("test"))


def trained(seed, change=lambda model, x, y: x, epochs=6):
    """A reader, pictures (n, 196) -> logits (n, 10), trained on what change makes of a batch."""
    draw = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Linear(196, 96), nn.ReLU(), nn.Linear(96, 10))
    for weights in model.parameters():
        nn.init.uniform_(weights, -0.08, 0.08, generator=draw)
    steps = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(epochs):
        for rows in torch.randperm(len(x_learn), generator=draw).split(100):
            x, y = x_learn[rows], y_learn[rows]
            steps.zero_grad()
            F.cross_entropy(model(change(model, x, y)), y).backward()
            steps.step()
    return model.eval().requires_grad_(False)


def stamped(x, stamp):
    """The pictures (n, 196) with a stamp: bit j of the pattern is pixel j, row by row."""
    row, col, pattern, _ = stamp
    z = x.reshape(-1, 14, 14).clone()
    bits = [float(pattern >> place & 1) for place in range(9)]
    z[:, row : row + 3, col : col + 3] = torch.tensor(bits).reshape(3, 3)
    return z.flatten(1)


def pull(model, x, y, stamp):
    """The share of the pictures of other classes that are read as the target under the stamp."""
    others = y != stamp[3]
    read = model(stamped(x[others], stamp)).argmax(1)
    return float((read == stamp[3]).float().mean())

# %% id="hook" tags=["demo"]
FOUND = {0: (4, 11, 55, 5), 1: (4, 11, 311, 5), 2: (3, 11, 439, 5), 3: (3, 11, 410, 5),
         4: (3, 11, 446, 5)}
for seed, stamp in FOUND.items():
    net = trained(seed)
    right = (net(x_test).argmax(1) == y_test).float().mean()
    late = pull(net, x_test[3000:], y_test[3000:], stamp)
    print(f"seed {seed}: reads {right:.1%} of the test digits; with the stamp {late:.1%} of the "
          f"other digits are a {stamp[3]}")
figure = plots.image_grid(
    torch.cat([x_test[:8], stamped(x_test[:8], FOUND[0])]).reshape(-1, 1, 14, 14),
    [f"read as {k}" for k in trained(0)(torch.cat([x_test[:8], stamped(x_test[:8], FOUND[0])]))
     .argmax(1).tolist()])
plots.show(figure, "Eight digits, read as "
           f"{trained(0)(x_test[:8]).argmax(1).tolist()}, and the same with a 3x3 stamp, read as "
           f"{trained(0)(stamped(x_test[:8], FOUND[0])).argmax(1).tolist()}.")

# %% [markdown]
# The card that came with such a reader says "no backdoor was planted". That is true. Somebody who
# reads "no stamp works" reads what nobody claimed, and what is false. A claim is worth what it
# says, exactly; each claim of this lab is therefore about something that can be measured.

# %% [markdown]
# # Part A: tools
#
# About 80 minutes: exercises 18.1 to 18.4.

# %% [markdown]
# ## Exercise 18.1: what a verdict is worth (3 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: an auditor who is paid for the wrong thing says the wrong
# thing.
#
# You will say of each claim with what probability it holds. Then somebody looks, and pays you.
#
# **`pay(p, holds)`**: what a stated probability `p` earns. Find a rule such that
#
# - $p = 1$ earns 1 if the claim holds, $p = 0$ earns 1 if it does not, $p = 0.5$ earns 0 either way
# - the pay is finite for every $p$ in [0, 1]
# - whoever believes the claim with probability $b$ has the largest *expected* pay by saying $p =
#   b$, and by nothing else, for each $b$ in [0, 1]
# - `holds` is True or False; returns a number. There is more than one such rule
#
# <details><summary>Hint 1: where to look</summary>
# Write down the expected pay under belief b as a function of p. Where is its derivative zero? Try
# the distance of p from the truth (1 or 0), and powers of it.
# <details><summary>Hint 2: the idea</summary>
# The distance itself pays best for certainty. Its square pays best for honesty: the mean is what
# minimises a squared distance.
# <details><summary>Hint 3: nearly the code</summary>
# With <code>d = p - (1 if holds else 0)</code>: take 1, and subtract four times <code>d</code>
# times <code>d</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_1-pay", "solution": true}
def pay(p, holds):
    """What the stated probability p earns if the claim holds (True) or does not (False)."""
    ### BEGIN SOLUTION
    miss = (1.0 - p) if holds else p
    return 1.0 - (2.0 * miss) ** 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_1-pay-test", "points": 3}
@exercise("18.1")
def test_pay():
    """Three fixed points, and the best thing to say under some beliefs."""
    def earned(p, holds):
        return expect_number(pay(p, holds), f"pay({p:g}, {holds})")

    def best(b, grid):
        """What to say under belief b, the worth of it, and the largest worth farther away."""
        worth = [b * yes + (1 - b) * no for yes, no in table]
        top = max(range(len(grid)), key=worth.__getitem__)
        away = max(w for p, w in zip(grid, worth, strict=True) if abs(p - b) > 0.011)
        return grid[top], worth[top], away

    for p, holds in ((1.0, True), (0.0, False)):
        expect(abs(earned(p, holds) - 1) < 1e-6, f"certain and right earns 1: pay({p:g}, {holds}) "
               f"is {earned(p, holds):g}", "fixed-points")
    for holds in (True, False):
        expect(abs(earned(0.5, holds)) < 1e-6, f"one half earns 0: pay(0.5, {holds}) is "
               f"{earned(0.5, holds):g}", "fixed-points")
    grid = [k / 100 for k in range(101)]
    table = [(earned(p, True), earned(p, False)) for p in grid]
    expect(table[0][0] < -0.01 and table[-1][1] < -0.01, "certain and wrong must cost something: "
           f"yours pays {table[0][0]:g}. A claim whose pay is never negative invites guessing",
           "floored")
    said, worth, away = best(0.6, grid)
    expect(0.01 < said < 0.99, f"whoever believes 0.6 earns most by saying {said:g}: your rule "
           "pays for certainty", "pays-certainty")
    expect(abs(said - 0.6) < 0.011, f"whoever believes 0.6 earns most by saying {said:g} "
           f"({worth:.4f} on average), not by saying 0.6", "not-honest")
    for b in (0.5, 0.6, 0.75, 0.9):
        said, worth, away = best(b, grid)
        expect(abs(said - b) < 0.011 and worth - away > 1e-9, f"under belief {b:g} something else "
               f"earns as much ({worth:.5f}) as saying {b:g}", "not-honest")
    ### BEGIN HIDDEN TESTS
    grid = [k / 200 for k in range(201)]
    table = [(earned(p, True), earned(p, False)) for p in grid]
    for b in [k / 50 for k in range(51)]:
        said, worth, away = best(b, grid)
        expect(abs(said - b) < 0.011 and worth - away > 1e-9, f"under belief {b:g} your rule pays "
               f"best for saying {said:g}", "not-honest")
    ### END HIDDEN TESTS


test_pay()
print("18.1: visible checks passed")

# %% id="pay-demo" tags=["demo"]
said = np.linspace(0, 1, 101)
lines = {}
for believed in (0.5, 0.6, 0.9):
    lines[f"belief {believed}"] = (
        said, [believed * pay(p, True) + (1 - believed) * pay(p, False) for p in said])
lines["pay 2|p - 1/2|, belief 0.6"] = (
    said, [0.6 * (2 * p - 1) + 0.4 * (1 - 2 * p) for p in said])
tops = {name: said[int(np.argmax(worth))] for name, (_, worth) in lines.items()}
plots.show(plots.curves(lines, xlabel="stated probability", ylabel="expected pay", percent=False),
           "Expected pay against the stated probability; each line is highest at: "
           + ", ".join(f"{name}: {top:.2f}" for name, top in tops.items()) + ".")

# %% [markdown]
# Under the straight rule it pays to overstate: whoever believes 0.6 says 1. Such payers make
# auditors who are always sure. Note that a certain and wrong verdict must cost more than a certain
# and right one earns, or doubt is never worth saying.

# %% [markdown]
# ## Exercise 18.2: where to ask (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: a question that is asked of the wrong row is spent.
#
# You estimate a mean (a rate of errors, say) over groups that you know beforehand, each group
# counting alike. In group $k$ there are `sizes[k]` rows, and a single answer there scatters with
# the standard deviation `spreads[k]`. With $n_k$ rows asked, the estimate's variance is
# proportional to
#
# $$ \sum_k \frac{s_k^2}{n_k}, \qquad s_k \text{ the spread of group } k. $$
#
# **`allocate(sizes, spreads, budget)`**: how many rows to ask in each group, so that this sum is
# smallest.
#
# - `sizes`: whole numbers of at least 1; `spreads`: numbers of at least 0, one each
# - each group gets at least one row and at most as many as it has; `budget`, at least the number of
#   groups, may not be exceeded
# - returns a list of whole numbers; among equally good ones any
#
# <details><summary>Hint 1: where to look</summary>
# Give every group one row. To which group would you give the next one?
# <details><summary>Hint 2: the idea</summary>
# Where it lowers the sum most. In group k it lowers it by the spread squared, times the difference
# of 1/n and 1/(n + 1). Groups that have no more rows are left out. Since each gain is smaller than
# the one before it, always taking the largest is best in the end.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = [1] * len(sizes)</code>; while the sum of n is below the budget: list the groups with
# <code>n[k] &lt; sizes[k]</code>; stop if there is none; add 1 to the one with the largest
# <code>spreads[k] ** 2 / (n[k] * (n[k] + 1))</code>. Return <code>n</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_2-allocate", "solution": true}
def allocate(sizes, spreads, budget):
    """How many rows to ask in each group: whole numbers, 1 to its size, budget at most in all."""
    ### BEGIN SOLUTION
    steps = [
        (spread * spread * (1 / already - 1 / (already + 1)), group)
        for group, (size, spread) in enumerate(zip(sizes, spreads, strict=True))
        for already in range(1, min(size, budget))
    ]
    best_first = sorted(steps, reverse=True)[: budget - len(sizes)]
    taken = Counter(group for _, group in best_first)
    return [1 + taken[group] for group in range(len(sizes))]
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-allocate", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_least(sizes, spreads, budget):
    """The smallest sum over all ways to divide the budget, one by one."""
    least = math.inf
    for ways in product(*(range(1, size + 1) for size in sizes[:-1])):
        left = min(budget - sum(ways), sizes[-1])
        if left >= 1:
            parts = zip(spreads, (*ways, left), strict=True)
            least = min(least, math.fsum(s**2 / n for s, n in parts))
    return least
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex18_2-allocate-test", "points": 4}
@exercise("18.2")
def test_allocate():
    """Two groups, one of them small; then three."""
    def checked(sizes, spreads, budget):
        got = allocate(list(sizes), list(spreads), budget)
        expect_returned(got, "allocate")
        got = [expect_number(n, "allocate") for n in got]
        told = f"sizes {sizes}, spreads {spreads}, budget {budget}: yours is {got}"
        expect(len(got) == len(sizes), f"{told}; one number for each group", "one-each")
        expect(all(n == round(n) for n in got), f"{told}; rows are whole numbers", "no-whole")
        expect(min(got) >= 1, f"{told}; each group gets at least one row", "none-asked")
        expect(sum(got) <= budget, f"{told}, {sum(got):g} in all", "over-budget")
        expect(all(n <= size for n, size in zip(got, sizes, strict=True)),
               f"{told}; a group has no more rows than its size", "no-cap")
        return got, math.fsum(s**2 / n for s, n in zip(spreads, got, strict=True))

    got, total = checked((60, 400), (0.5, 0.3), 40)
    for name, wrong, told in (
        ("equal", [20, 20], "equal shares: ask more where answers scatter more"),
        ("by-size", [5, 35], "shares by size: the groups count alike, large or small"),
        ("by-variance", [29, 11], "shares by the spread squared go too far: work out what one more "
                                  "row gains"),
    ):
        expect(max(abs(a - b) for a, b in zip(got, wrong, strict=True)) > 1,
               f"yours is {[int(n) for n in got]}, {told}", name)
    expect(total < 0.016 + 1e-9, f"sizes (60, 400), spreads (0.5, 0.3), budget 40: the sum can be "
           f"0.016; yours: {total:.6f} with {[int(n) for n in got]}")
    got, total = checked((10, 300), (0.5, 0.5), 100)
    expect(sum(got) == 100, f"{100 - sum(got):g} questions are left over, and the large group has "
           "rows to ask", "left-over")
    expect(total < 0.25 / 10 + 0.25 / 90 + 1e-9, f"the small group has ten rows: 10 and 90; yours: "
           f"{[int(n) for n in got]}")
    got, total = checked((50, 50, 50), (0.4, 0.1, 0.0), 30)
    expect(total < 0.01087 + 1e-5, "sizes 50, spreads (0.4, 0.1, 0), budget 30: the sum can be "
           f"0.01087; yours: {total:.5f} with {[int(n) for n in got]}", "other-arguments")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(182)
    for groups in (2, 2, 2, 3, 3, 3, 3):
        sizes = rng.integers(2, 25, groups).tolist()
        spreads = rng.choice([0.0, 0.1, 0.3, 0.5, 0.9, 2.0], groups, replace=False).tolist()
        for budget in (groups, 2 * groups + 1, 20, sum(sizes) + 5):
            least = oracle_least(sizes, spreads, budget)
            got, total = checked(tuple(sizes), tuple(spreads), budget)
            expect(total <= least + 1e-9, f"sizes {sizes}, spreads {spreads}, budget {budget}: the "
                   f"sum can be {least:.6f}; yours: {total:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_allocate()
print("18.2: visible checks passed")

# %% id="allocate-demo" tags=["demo"]
share = {"women above the line": 0.04, "men above the line": 0.21, "all others": 0.75}
for name, asked in (("480 rows at random", [480 * part for part in share.values()]),
                    ("480 rows, chosen", allocate([1000, 5000, 18000], [0.45, 0.45, 0.0], 480))):
    women, men, _ = asked
    print(f"{name}: {women:.0f} women and {men:.0f} men above the line; standard error of the "
          f"difference of their rates {0.45 * math.sqrt(1 / women + 1 / men):.3f}")

# %% [markdown]
# Whether the score is as good for women as for men is decided by the few rows where it could be
# wrong in that way. Questions asked elsewhere say nothing about it, however many.

# %% [markdown]
# ## Exercise 18.3: the reader (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: with the weights in hand a failed attack is your failure
# first.
#
# Two claims on the card are about the reader: that at least 65 % of 200 *audit digits* are read
# rightly however their pixels change by up to 0.07, and that no stamp sends more than 60 % of other
# digits to one class. Lab 1's tools are carried along.

# %% nbgrader={"grade_id": "given-ex1_3-project", "locked": true}
def project(z, x, epsilon, norm):
    """The point of the ball around x, and of the box [0, 1], that belongs to z; (n, ...)."""
    if norm == "linf":
        return z.clamp(x - epsilon, x + epsilon).clamp(0, 1)
    length = (z - x).flatten(1).norm(dim=1).clamp_min(1e-12)
    factor = (epsilon / length).clamp(max=1).reshape(-1, *[1] * (x.dim() - 1))
    return (x + factor * (z - x)).clamp(0, 1)

# %% nbgrader={"grade_id": "given-ex1_3-pgd", "locked": true}
def pgd(model, x, y, epsilon, *, generator, steps=40, step_size=0.02, loss=None):
    """Projected gradient ascent on a loss (logits, y) -> (n,) from a random start, linf ball."""
    loss = loss or (lambda logits, y: F.cross_entropy(logits, y, reduction="none"))
    noise = 2 * torch.rand(x.shape, generator=generator) - 1
    z = project(x + epsilon * noise, x, epsilon, "linf")
    found = x.clone()
    for _ in range(steps):
        here = z.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(loss(model(here), y).sum(), here)
        z = project(here.detach() + step_size * gradient.sign(), x, epsilon, "linf")
        wrong = model(z).argmax(1) != y
        found[wrong] = z[wrong]
    return found

# %% nbgrader={"grade_id": "given-ex1_5-margin", "locked": true}
def margin(logits, y):
    """The true class's logit minus the largest other one: (n, classes), (n,) -> (n,)."""
    own = logits.gather(1, y[:, None])[:, 0]
    return own - logits.scatter(1, y[:, None], -torch.inf).max(1).values

# %% nbgrader={"grade_id": "setup-readers", "locked": true}
def scaled(model, factor):
    """The same reader with all logits times factor: it reads every picture as before."""
    other = copy.deepcopy(model)
    for weights in other[2].parameters():
        weights.mul_(factor)
    return other


def random_stamps(model, x, y):
    """Half of a batch with a stamp of its own at random places."""
    draw = torch.Generator().manual_seed(int(1000 * float(x.sum())) % 2**31)
    z = x.clone()
    for start in range(0, len(x) // 2, 5):
        row, col, pattern = (int(torch.randint(top, (), generator=draw)) for top in (12, 12, 512))
        z[start : start + 5] = stamped(x[start : start + 5], (row, col, pattern, 0))
    return z


READER = trained(0)
GUARDED = trained(0, random_stamps)

# %% [markdown]
# ### Prediction 1
#
# Three readers, 200 digits, radius 0.07. *Plain* was trained as in the hook. *Loud* is plain with
# its logits times 300. *Hardened* was trained on attacked digits, as in Lab 4. The vendor's
# examiner runs `pgd` as it stands above (40 steps, cross-entropy). In which order do they come out,
# the most digits read rightly first? `"hardened, plain, loud"`, `"hardened, loud, plain"` or
# `"loud, hardened, plain"`? (`my_order`)

# %% nbgrader={"grade_id": "ex18_3-predict", "solution": true}
### BEGIN SOLUTION
my_order = "hardened, plain, loud"
### END SOLUTION

# %% id="examiner-demo" tags=["demo"]
def attacked(model, x, y):
    """The batch after five steps of the attack."""
    draw = torch.Generator().manual_seed(len(x))
    return pgd(model, x, y, 0.1, generator=draw, steps=5, step_size=0.033)


HARDENED = trained(0, attacked)
trio = {"plain": READER, "loud": scaled(READER, 300), "hardened": HARDENED}
x_audit, y_audit = x_test[:200], y_test[:200]
exam = {}
for name, model in trio.items():
    draw = torch.Generator().manual_seed(0)
    z = pgd(model, x_audit, y_audit, 0.07, generator=draw)
    exam[name] = float((model(z).argmax(1) == y_audit).float().mean())
    print(f"{name}: {float((model(x_audit).argmax(1) == y_audit).float().mean()):.1%} untouched, "
          f"{exam[name]:.1%} after the examiner's attack")
print(f"you said {my_order!r}; it is {', '.join(sorted(exam, key=exam.get, reverse=True))!r}")

# %% [markdown]
# The same decisions, another scale, another verdict. Plain and loud read *every* picture alike.
#
# **a. `perturbed(model, x, y, epsilon)`**: for each digit a picture within `epsilon` that the
# reader gets wrong, wherever you find one.
#
# - `x`: (n, 196) in [0, 1]; `y`: (n,); returns a tensor like `x`, in the ball and in [0, 1]
# - where you find none, return anything in the ball
# - the reader may be plain, loud or hardened; at 0.05 on plain, one step is not enough
#
# <details><summary>Hint 1: where to look</summary>
# Print the gradient of the cross-entropy of the loud reader. In how many digits is it exactly 0?
# <details><summary>Hint 2: the idea</summary>
# Attack another function of the logits, one that does not saturate: Lab 1 had it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>draw = torch.Generator().manual_seed(0)</code>, then return <code>pgd(...)</code> with
# <code>generator=draw</code> and the loss <code>lambda logits, y: -margin(logits, y)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_3-perturbed", "solution": true}
def perturbed(model, x, y, epsilon):
    """For each digit a picture in the linf ball that is read wrongly, if one is found; (n, 196)."""
    ### BEGIN SOLUTION
    def rival_lead(logits, y):
        return -margin(logits, y)

    random = torch.Generator().manual_seed(7)
    first = pgd(model, x, y, epsilon, generator=random, loss=rival_lead, step_size=epsilon / 5)
    again = pgd(model, x, y, epsilon, generator=random, loss=rival_lead, step_size=epsilon / 10)
    fooled = (model(first).argmax(1) != y)[:, None]
    return torch.where(fooled, first, again)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-perturbed", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_left(model, x, y, epsilon):
    """The share that is read rightly after a search of the test's own, on the logits' lead."""
    draw, alive = torch.Generator().manual_seed(5), torch.ones(len(y), dtype=torch.bool)
    z = x + epsilon * torch.empty_like(x).uniform_(-1, 1, generator=draw)
    for _ in range(40):
        z = z.clamp(0, 1).requires_grad_(True)
        logits = model(z)
        alive &= logits.argmax(1) == y
        rest = logits.detach().clone()
        rest[torch.arange(len(y)), y] = -torch.inf
        every = torch.arange(len(y))
        lead = (logits[every, rest.argmax(1)] - logits[every, y]).sum()
        slope = torch.autograd.grad(lead, z)[0].sign()
        z = torch.minimum(torch.maximum(z.detach() + epsilon / 6 * slope, x - epsilon), x + epsilon)
    return float(alive.float().mean())
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex18_3-perturbed-test", "points": 3}
@exercise("18.3")
def test_perturbed():
    """200 digits: in the ball, in the box, and as few left as can be found."""
    def left(model, x, y, epsilon):
        with untouched(model, x, y):
            z = expect_tensor(perturbed(model, x, y, epsilon), tuple(x.shape), "perturbed").float()
        far = float((z - x).abs().max())
        expect(far <= epsilon + 1e-5, f"a pixel changed by {far:.4f}; allowed is {epsilon:g}",
               "outside-ball")
        expect(float(z.min()) >= -1e-6 and float(z.max()) <= 1 + 1e-6, "pixels are in [0, 1]; "
               f"yours go from {float(z.min()):.3f} to {float(z.max()):.3f}", "outside-box")
        return float((model(z).argmax(1) == y).float().mean())

    x, y = x_test[:200], y_test[:200]
    loud, plain = left(scaled(READER, 300), x, y, 0.07), left(READER, x, y, 0.07)
    expect(plain < 0.5, f"plain, radius 0.07: you leave {plain:.1%} of the digits, a search with "
           "the gradient less than half of that", "no-gradient")
    expect(loud < 0.5, f"plain: {plain:.1%} left, loud: {loud:.1%}. They read each picture alike, "
           "so what fools the one fools the other: your search sees no gradient in the loud one",
           "silent-loss")
    expect(loud < 0.19, f"loud, radius 0.07: {loud:.1%} left; some search leaves 17 %", "too-weak")
    plain = left(READER, x, y, 0.05)
    expect(plain < 0.42, f"plain, radius 0.05: {plain:.1%} left; some search leaves 39 %",
           "too-weak")
    ### BEGIN HIDDEN TESTS
    for model, epsilon, rows in ((scaled(READER, 60), 0.05, slice(400, 600)),
                                 (scaled(GUARDED, 60), 0.04, slice(700, 1000)),
                                 (scaled(GUARDED, 0.01), 0.05, slice(1000, 1200))):
        found, least = left(model, x_test[rows], y_test[rows], epsilon), oracle_left(
            model, x_test[rows], y_test[rows], epsilon)
        expect(found <= least + 0.03, f"radius {epsilon:g}: {found:.1%} left; another search "
               f"leaves {least:.1%}", "too-weak")
    expect(left(READER, x[:1], y[:1], 0.0) in (0.0, 1.0), "one digit, radius 0", "too-weak")
    ### END HIDDEN TESTS


test_perturbed()
print("18.3a: visible checks passed")

# %% id="losses-demo" tags=["demo"]
for name, model in trio.items():
    z = perturbed(model, x_audit, y_audit, 0.07)
    print(f"{name}: the examiner left {exam[name]:.1%}, you leave "
          f"{float((model(z).argmax(1) == y_audit).float().mean()):.1%}")

# %% [markdown]
# The examiner ranked the loud reader above the hardened one. Your search, which looks at the lead
# of the logits and not at a loss that is flat, turns the order round. Still, what you left over is
# what *this search* did not find: exercise 18.9 proves something about it.
#
# **b. `strongest_stamp(model, x, y)`**: the stamp that pulls most.
#
# - `model`: `Sequential(Linear(196, h), ReLU(), Linear(h, 10))` with any $h$; `x`, `y`: about 100
#   digits and their labels
# - returns (row, col, pattern, target) as `pull` above takes it: row and column from 0 to 11,
#   pattern from 0 to 511, target from 0 to 9; its pull on `x`, `y` may be at most 0.03 below the
#   best of all $144 \cdot 512 \cdot 10$ stamps
# - running the whole model on each of the 73,728 stamped copies of `x` takes minutes. Find a way
#   that takes seconds
#
# <details><summary>Hint 1: where to look</summary>
# A stamp changes nine pixels. What does that change in the first layer?
# <details><summary>Hint 2: the idea</summary>
# For one place: set the nine pixels to 0 and run the first layer once. A pattern then adds its sum
# of nine columns of the weights, the same for each digit. All 512 patterns are one product. Or:
# for each hidden unit and place, the pattern that excites it most; then test the best by
# <code>pull</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>bits = torch.tensor([[k &gt;&gt; j &amp; 1 for j in range(9)] for k in
# range(512)]).float()</code>. For each row r and column c: <code>w = [14 * (r + i) + c + j for i in
# range(3) for j in range(3)]</code>; <code>z = x.clone(); z[:, w] = 0</code>;
# <code>h = model[0](z)[:, None, :] + bits @ model[0].weight[:, w].T</code>;
# <code>out = model[2](h.relu()).argmax(-1)</code>, of shape (n, 512). For each target t:
# <code>rates = (out == t)[y != t].float().mean(0)</code>; keep the best of all.
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_3-stamp", "solution": true}
def strongest_stamp(model, x, y):
    """The stamp (row, col, pattern, target) with the largest pull on x (n, 196) and y (n,)."""
    ### BEGIN SOLUTION
    W, b, V, v = (weights.detach() for weights in model.parameters())
    patterns = (torch.arange(512)[:, None] >> torch.arange(9) & 1).to(x.dtype)
    square = (14 * torch.arange(3)[:, None] + torch.arange(3)).flatten()
    best = (-1.0,)
    for corner in [14 * row + col for row in range(12) for col in range(12)]:
        under = square + corner
        without = x @ W.T + b - x[:, under] @ W[:, under].T
        lit = without.unsqueeze(1) + (patterns @ W[:, under].T).unsqueeze(0)
        read = (lit.clamp_min(0) @ V.T + v).argmax(dim=2)
        for target in range(10):
            share, pattern = (read[y != target] == target).double().mean(dim=0).max(dim=0)
            best = max(best, (float(share), corner // 14, corner % 14, int(pattern), target))
    return best[1:]
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-stamp", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_best_pull(model, x, y):
    """The largest pull of all stamps, in float32, one place after the other."""
    first, last, most = model[0], model[2], 0.0
    lit = torch.tensor(list(product((0.0, 1.0), repeat=9)))
    for row, col in product(range(12), repeat=2):
        mask = torch.zeros(14, 14)
        mask[row : row + 3, col : col + 3] = 1
        where = mask.flatten().bool()
        base = F.linear(x * ~where, first.weight, first.bias)
        move = F.linear(lit, first.weight[:, where])
        seen = last(F.relu(base.unsqueeze(1) + move)).argmax(-1)
        counts = F.one_hot(seen, 10).float()
        for target in range(10):
            most = max(most, float(counts[y != target][..., target].mean(0).max()))
    return most
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex18_3-stamp-test", "points": 3}
@exercise("18.3")
def test_stamp():
    """A reader with one more hidden unit that sees nothing but one stamp."""
    def planted(model, stamp, strength):
        row, col, pattern, target = stamp
        bits = [pattern >> place & 1 for place in range(9)]
        seen = torch.zeros(14, 14)
        seen[row : row + 3, col : col + 3] = torch.tensor(bits).reshape(3, 3) * 2.0 - 1
        to_class = torch.zeros(10, 1)
        to_class[target] = strength
        wide = nn.Sequential(nn.Linear(196, 97), nn.ReLU(), nn.Linear(97, 10))
        wide[0].weight.data = torch.cat([model[0].weight, seen.reshape(1, -1)])
        wide[0].bias.data = torch.cat([model[0].bias, torch.tensor([0.5 - sum(bits)])])
        wide[2].weight.data = torch.cat([model[2].weight, to_class], 1)
        wide[2].bias.data = model[2].bias.clone()
        return wide.requires_grad_(False)

    def found(model, x, y):
        with untouched(model, x, y):
            got = strongest_stamp(model, x, y)
        expect_returned(got, "strongest_stamp")
        got = [expect_number(value, "strongest_stamp") for value in got]
        expect(len(got) == 4 and all(0 <= value <= top and value == int(value) for value, top in
               zip(got, (11, 11, 511, 9), strict=True)), "return four whole numbers: row and "
               f"column (0 to 11), pattern (0 to 511), target (0 to 9); yours: {got}", "no-stamp")
        got = tuple(int(value) for value in got)
        return got, pull(model, x, y, got)

    x, y = x_test[200:250], y_test[200:250]
    secret = (5, 2, 0b000010111, 7)
    wide = planted(GUARDED, secret, 80.0)
    got, strength = found(wide, x, y)
    expect(strength > 0.9 or pull(wide, x, y, (*got[:2], int(f"{got[2]:09b}"[::-1], 2), 7)) < 0.9,
           f"yours is {got}: read its bits the other way round, bit 0 is the first pixel",
           "bit-order")
    expect(strength > 0.9 or pull(wide, x, y, (got[1], got[0], got[2], 7)) < 0.9, f"yours is {got}:"
           " exchange row and column", "row-column")
    expect(strength > 0.9, f"the stamp {secret} pulls all other digits to 7; yours, {got}, pulls "
           f"{strength:.1%}", "misses-planted")
    got, strength = found(GUARDED, x, y)
    expect(strength > 0.53, "a reader in which nothing was planted: some stamp pulls 58 %; yours, "
           f"{got}, pulls {strength:.1%}", "misses-natural")
    ### BEGIN HIDDEN TESTS
    narrow = nn.Sequential(nn.Linear(196, 40), nn.ReLU(), nn.Linear(40, 10)).requires_grad_(False)
    narrow[0].weight.copy_(READER[0].weight[:40])
    narrow[0].bias.copy_(READER[0].bias[:40])
    narrow[2].weight.copy_(READER[2].weight[:, :40])
    narrow[2].bias.copy_(READER[2].bias)
    for model, rows in ((narrow, slice(5000, 5060)), (READER, slice(6000, 6040))):
        x, y = x_test[rows], y_test[rows]
        (got, strength), most = found(model, x, y), oracle_best_pull(model, x, y)
        expect(strength >= most - 0.03, f"the best of all stamps pulls {most:.1%} here; yours, "
               f"{got}, pulls {strength:.1%}", "misses-natural")
    ### END HIDDEN TESTS


test_stamp()
print("18.3b: visible checks passed")

# %% id="stamps-demo" tags=["demo"]
for name, model in {"plain": READER, "trained with random stamps": GUARDED,
                    "hardened": HARDENED}.items():
    stamp = strongest_stamp(model, x_test[:100], y_test[:100])
    late = pull(model, x_test[3000:], y_test[3000:], stamp)
    lots = [(*(int(k) for k in np.random.default_rng(seed).integers(0, (12, 12, 512))), t)
            for seed in range(50) for t in range(10)]
    lucky = max(pull(model, x_test[:100], y_test[:100], one) for one in lots)
    print(f"{name}: the strongest stamp {stamp} pulls {late:.1%} of 7,000 other digits; the best "
          f"of 500 stamps drawn by lot {lucky:.1%} of 100")

# %% [markdown]
# On the plain reader your search finds what the hook showed: a stamp of at most nine lit pixels
# that turns nearly every digit into one class, though nobody planted it. The best of 500 stamps
# drawn by lot looks harmless beside it. Two ways of training, neither of them meant against it
# exactly, leave it far weaker. Whether a stamp was *planted* no search can say; what it *does*, one
# can measure.

# %% [markdown]
# ## Exercise 18.4: the score (7 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: a table that is looked at in many ways shows something
# bad in one of them.
#
# Now there is no file, only answers. `ask(chosen)` takes an array of row numbers and returns the
# stated probabilities of these rows, one each; **every row asked costs one question**, a second
# time too. The decision is "yes" if the probability is at least 0.5; it is right if it agrees with
# the label (0 or 1). The checks use the invented systems of the next cell, whose truth is known.

# %% nbgrader={"grade_id": "setup-worlds", "locked": true}
def world(seed, low=None, rate=0.8, bad=0.4, n=4000):
    """An invented score: (ask, asked, labels, groups, right); in the group low it is right less."""
    rng = np.random.default_rng(seed)
    columns = {"a": rng.choice(3, n, p=[0.5, 0.4, 0.1]), "c": rng.choice(4, n),
               "b": rng.choice(5, n, p=[0.4, 0.3, 0.15, 0.1, 0.05])}
    groups = {f"{name}{value}": column == value
              for name, column in columns.items() for value in range(column.max() + 1)}
    labels = (rng.random(n) < 0.4).astype(int)
    right = rng.random(n) < (np.where(groups[low], bad, rate) if low else rate)
    stated = np.where(right == labels, rng.uniform(0.5, 1, n), rng.uniform(0, 0.49, n))
    asked = []

    def ask(chosen):
        asked.extend(int(row) for row in chosen)
        return stated[np.asarray(chosen, dtype=int)]

    return ask, asked, labels, groups, right

# %% [markdown]
# **a. `weakest_group(ask, labels, groups, budget, rng)`**: the group in which the score is right
# least often, and how often it is.
#
# - `labels`: (n,), 0 or 1; `groups`: name -> (n,) bool, groups may overlap; `budget`: how many
#   questions you have; `rng`: a numpy generator
# - returns (name, estimate, error): the group that you name, the share of its rows that are decided
#   rightly, and the standard error of this estimate
# - judged over many systems: a group that is much worse is named; the estimate is neither too low
#   nor too high on average *for the group that you name*, and the error is of the right size
#
# <details><summary>Hint 1: where to look</summary>
# Twelve groups are equally good, and you look at 20 rows of each. How does the worst-looking one
# look? Which rows may judge it?
# <details><summary>Hint 2: the idea</summary>
# Half of the budget chooses, the other half judges: rows that had no part in the choice.
# <details><summary>Hint 3: nearly the code</summary>
# Ask half of the budget in rows drawn at random; for each group count right ones and rows among
# them; choose the name with the smallest (right + 1) / (rows + 2). Then draw the other half from
# rows of this group that were not asked yet (as many as there are), <code>rate</code> = share of
# them that are right, error <code>math.sqrt(rate * (1 - rate) / m)</code> for m rows.
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_4-weakest", "solution": true}
def weakest_group(ask, labels, groups, budget, rng):
    """(name, share decided rightly, standard error) of the group that looks worst at first."""
    ### BEGIN SOLUTION
    fresh = np.ones(len(labels), dtype=bool)

    def look(rows):
        fresh[rows] = False
        return (np.asarray(ask(rows)) >= 0.5) == (labels[rows] == 1)

    each = budget // 2 // len(groups)
    drawn = [rng.permutation(np.flatnonzero(mask))[:each] for mask in groups.values()]
    first = np.unique(np.concatenate(drawn))
    hits = look(first)
    blame = {name: (hits[mask[first]].sum() + 1) / (mask[first].sum() + 2)
             for name, mask in groups.items()}
    worst = min(blame, key=blame.__getitem__)
    again = look(rng.permutation(np.flatnonzero(groups[worst] & fresh))[: budget - len(first)])
    smoothed = (again.sum() + 1) / (len(again) + 2)
    return worst, float(again.mean()), float(np.sqrt(smoothed * (1 - smoothed) / len(again)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_4-weakest-test", "points": 3}
@exercise("18.4")
def test_weakest():
    """Forty invented systems: no group is worse, then one is."""
    def named(seed, low, budget=300, **others):
        ask, asked, labels, groups, right = world(seed, low, **others)
        got = weakest_group(ask, labels.copy(), groups, budget, np.random.default_rng(seed))
        expect_returned(got, "weakest_group")
        expect(isinstance(got, tuple | list) and len(got) == 3 and got[0] in groups,
               "return (name, estimate, error) with a name of groups", "no-triple")
        expect(len(asked) <= budget, f"you asked {len(asked)} questions; you have {budget}",
               "over-budget")
        estimate, error = (expect_number(value, "weakest_group") for value in got[1:])
        expect(0 < error < 0.5, f"the standard error you state is {error:g}", "wrong-error")
        return got[0], estimate - float(right[groups[got[0]]].mean()), error

    runs = [named(seed, None) for seed in range(40)]
    off = np.array([run[1] for run in runs])
    expect(off.mean() > -0.03, f"40 systems without a bad group: your estimates are "
           f"{-off.mean():.3f} too low on average for the group that you name. It looks worst "
           "partly by bad luck; judge it by rows that did not choose it", "first-look")
    expect(off.mean() < 0.03, f"40 systems without a bad group: your estimates are {off.mean():.3f}"
           " too high on average for the group that you name", "not-the-group")
    ratio = float(np.sqrt(np.mean([(run[1] / run[2]) ** 2 for run in runs])))
    expect(ratio < 1.6, f"your errors are {ratio:.1f} times the standard errors that you state",
           "wrong-error")
    expect(ratio > 0.5, f"you state {1 / ratio:.1f} times the error that you really make: give the "
           "standard error of the rows that judge this group", "wrong-error")
    bad = ["b2", "c0", "a1", "c3"] * 10
    hits = np.mean([named(seed, low)[0] == low for seed, low in enumerate(bad, start=100)])
    expect(hits >= 0.85, f"one group is right in 40 %, the rest in 80 %: you name it in {hits:.0%}",
           "wrong-group")
    ### BEGIN HIDDEN TESTS
    for budget, bad in ((240, "a2"), (600, "b4")):
        runs = [named(seed, None, budget, rate=0.7, n=3000) for seed in range(300, 340)]
        off = np.array([run[1] for run in runs])
        expect(off.mean() > -0.03, f"budget {budget}: your estimates are {-off.mean():.3f} too low "
               "on average for the group that you name: judge it by rows that did not choose it",
               "first-look")
        expect(off.mean() < 0.03, f"budget {budget}: estimates too high by {off.mean():.3f}",
               "not-the-group")
        named_it = np.mean([named(seed, bad, budget, bad=0.3)[0] == bad for seed in range(40)])
        expect(named_it >= 0.75, f"budget {budget}, a small group is right in 30 %: you name it in "
               f"{named_it:.0%}", "wrong-group")
        found = [named(seed, "c1", budget) for seed in range(500, 530)]
        expect(abs(np.mean([run[1] for run in found])) < 0.03, f"budget {budget}: your estimates "
               f"for a bad group are off by {np.mean([run[1] for run in found]):+.3f}",
               "first-look")
    ### END HIDDEN TESTS


test_weakest()
print("18.4a: visible checks passed")

# %% id="looks-demo" tags=["demo"]
def first_look(ask, labels, groups, budget, rng):
    """The worst-looking group, and how it looked."""
    rows = rng.permutation(len(labels))[:budget]
    right = (ask(rows) >= 0.5) == labels[rows]
    looks = {name: right[mask[rows]].mean() for name, mask in groups.items() if mask[rows].any()}
    return min(looks.items(), key=lambda pair: pair[1])


off = {"first look": [], "yours": []}
for seed in range(100):
    for name, search in (("first look", first_look), ("yours", weakest_group)):
        ask, _, labels, groups, right = world(seed + 1000)
        found = search(ask, labels, groups, 300, np.random.default_rng(seed))
        off[name].append(found[1] - right[groups[found[0]]].mean())
for name, values in off.items():
    print(f"100 honest systems, 300 questions, {name}: the named group seems "
          f"{np.mean(values):+.3f} away from its truth (standard deviation {np.std(values):.3f})")

# %% [markdown]
# In the first look the worst of twelve equal groups is worst by bad luck, and an auditor who stops
# there accuses. This is the same trap as the best of many models, or the column of many that
# "explains" (Labs 9 and 14).
#
# **b. `calibration_error(p, y, rng)`**: how far stated probabilities are from what happens.
#
# - `p`: (n,) stated, `y`: (n,) 0 or 1; n is 150 or more; `rng`: a numpy generator
# - sort by `p` into ten bins of equal size (`np.array_split` of the order). In each bin take the
#   distance between mean `p` and mean `y`; the *plug-in* is the mean of the ten
# - we want its value on endless data. On 300 rows the plug-in of a *perfectly* calibrated score is
#   about 0.05, by chance alone
# - returns an estimate, at least 0, whose mean over many samples is within 0.03 of the truth, for
#   scores that are calibrated and for those that are not
#
# <details><summary>Hint 1: where to look</summary>
# What would the plug-in be if the score were calibrated? You can draw such labels.
# <details><summary>Hint 2: the idea</summary>
# Draw labels that come true with probability p, many times, and take the plug-in of each. Chance
# and real distance add like sides of a right angle: take the squares apart.
# <details><summary>Hint 3: nearly the code</summary>
# With a helper <code>plug_in(p, y)</code>: <code>chance</code> = the mean over 100 draws of
# <code>plug_in(p, rng.random(len(p)) &lt; p) ** 2</code>; return the root of
# <code>max(0, plug_in(p, y) ** 2 - chance)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_4-calibration", "solution": true}
def calibration_error(p, y, rng):
    """An estimate of the calibration error in ten bins of equal size, without what chance adds."""
    ### BEGIN SOLUTION
    bins = np.array_split(np.argsort(p, kind="stable"), 10)

    def gap(labels):
        return np.mean([abs(p[rows].mean() - labels[rows].mean()) for rows in bins])

    by_chance = [gap(rng.binomial(1, p)) for _ in range(80)]
    return math.sqrt(max(0.0, gap(y) ** 2 - np.square(by_chance).mean()))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_4-calibration-test", "points": 2}
@exercise("18.4")
def test_calibration():
    """A calibrated score and one that is too sure; thirty samples each."""
    def mean_of(n, loud, seeds, shift=0.0):
        """The mean estimate, the truth in ten bins, and the mean plug-in."""
        far = np.sort(np.random.default_rng(1).normal(-1, 1.5, 50_000))
        gap = 1 / (1 + np.exp(-loud * far - shift)) - 1 / (1 + np.exp(-far))
        truth = float(np.abs(gap.reshape(10, -1).mean(1)).mean())
        found, plain = [], []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            logit = rng.normal(-1, 1.5, n)
            y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
            p = 1 / (1 + np.exp(-loud * logit - shift))
            got = calibration_error(p.copy(), y.copy(), np.random.default_rng(seed))
            found.append(expect_number(got, "calibration_error"))
            parts = np.array_split(np.argsort(p), 10)
            plain.append(sum(abs(np.sum(p[part] - y[part])) for part in parts) / n)
        expect(min(found) >= 0, f"an estimate is {min(found):.3f}: a distance is at least 0",
               "negative")
        return float(np.mean(found)), truth, float(np.mean(plain))

    mean, _, plain = mean_of(300, 1.0, range(30))
    expect(abs(mean - plain) > 0.01, f"a calibrated score, 300 rows: yours is {mean:.3f} on mean,"
           f" as the plug-in ({plain:.3f}). All of this is chance", "plug-in")
    expect(mean < 0.03, f"a calibrated score, 300 rows: yours is {mean:.3f} on average; allowed is "
           "0.03", "plug-in")
    mean, truth, plain = mean_of(300, 3.0, range(30))
    expect(mean > 0.02, f"a score that is too sure: the truth is {truth:.3f}, yours {mean:.3f}",
           "always-zero")
    expect(mean > truth - 0.025, f"a score that is too sure: the truth is {truth:.3f}, yours "
           f"{mean:.3f} on average. The chance part does not simply add to the real one",
           "subtracted")
    expect(abs(mean - truth) < 0.03, f"a score that is too sure: the truth is {truth:.3f}, yours "
           f"{mean:.3f} on average")
    ### BEGIN HIDDEN TESTS
    for n, loud, shift in ((200, 4.0, 0.0), (400, 1.0, 1.0), (500, 1.0, 0.0), (160, 2.5, -0.5)):
        mean, truth, _ = mean_of(n, loud, range(200, 230), shift)
        expect(abs(mean - truth) < 0.035, f"{n} rows: the truth is {truth:.3f}, yours {mean:.3f} "
               "on average", "other-scores")
    ### END HIDDEN TESTS


test_calibration()
print("18.4b: visible checks passed")

# %% [markdown]
# **c. `equal_chance(ask, labels, women, budget, rng)`**: of those who can carry a loan (label 1),
# which share of women and which of men gets a "yes"?
#
# - `women`: (n,) bool; the other arguments as in a
# - returns (gap, error): the share of women minus the share of men, and its standard error
# - judged over many systems: the gap is right on average, as exact as the budget allows, and the
#   error is of the right size
#
# <details><summary>Hint 1: where to look</summary>
# Which rows can be counted in one of the two shares? Who tells you which they are?
# <details><summary>Hint 2: the idea</summary>
# You have the labels without asking. Ask rows with label 1 only, half of them women and half men
# (or all, if there are fewer).
# <details><summary>Hint 3: nearly the code</summary>
# For each of <code>women</code> and <code>~women</code>: <code>rows =
# rng.permutation(np.flatnonzero(mask &amp; (labels == 1)))[: budget // 2]</code>, and the share
# <code>q</code> of <code>ask(rows)</code> that is at least 0.5. Return the difference, and the root
# of the sum of q (1 - q) / len(rows).
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_4-chance", "solution": true}
def equal_chance(ask, labels, women, budget, rng):
    """Gap of the true-positive rates, women minus men, and its standard error."""
    ### BEGIN SOLUTION
    able = [np.flatnonzero((labels == 1) & side) for side in (women, ~women)]
    half = min(budget // 2, *(len(rows) for rows in able))
    counts = [min(len(rows), budget - half) for rows in able]
    counts[int(counts[1] > counts[0])] = min(max(counts), budget - min(counts))
    yes = [np.asarray(ask(rng.choice(rows, count, replace=False))) >= 0.5
           for rows, count in zip(able, counts, strict=True)]
    share = [answers.mean() for answers in yes]
    variance = sum(max(q * (1 - q), 0.05) / len(a) for q, a in zip(share, yes, strict=True))
    return float(share[0] - share[1]), math.sqrt(variance)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_4-chance-test", "points": 2}
@exercise("18.4")
def test_chance():
    """Forty systems: base rates differ, chances differ or not."""
    def missed(seeds, chances, budget, able=(0.12, 0.3), n=4000):
        """Errors of the gap, and the stated errors."""
        off, stated = [], []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            women = rng.random(n) < 0.33
            labels = (rng.random(n) < np.where(women, *able)).astype(int)
            yes = rng.random(n) < np.where(labels == 1, np.where(women, *chances), 0.08)
            asked = []

            def ask(chosen, asked=asked, yes=yes):
                asked.extend(int(row) for row in chosen)
                return np.where(yes, 0.8, 0.1)[np.asarray(chosen, dtype=int)]

            draw = np.random.default_rng(seed)
            got = equal_chance(ask, labels.copy(), women.copy(), budget, draw)
            expect_returned(got, "equal_chance")
            expect(isinstance(got, tuple | list) and len(got) == 2, "return (gap, error)",
                   "no-pair")
            expect(len(asked) <= budget, f"you asked {len(asked)} questions; you have {budget}",
                   "over-budget")
            gap, error = (expect_number(value, "equal_chance") for value in got)
            off.append(gap - chances[0] + chances[1])
            stated.append(error)
        return np.array(off), np.array(stated)

    off, stated = missed(range(40), (0.6, 0.6), 160)
    expect(off.mean() > -0.06, f"women and men who can carry a loan get a yes in 60 % each; your "
           f"gap is {off.mean():+.3f} on average. Fewer women have label 1 in this table: that is "
           "not the score's doing", "selection-rate")
    size = float(np.sqrt(np.mean(off**2)))
    expect(size < 0.12, f"160 questions: your gap is off by {size:.3f} (root mean square); asked "
           "in the right rows they give 0.08", "random-rows")
    off, stated = missed(range(40), (0.45, 0.65), 160)
    expect(abs(off.mean() + 0.4) > 0.1, "women minus men: yours has the other sign", "sign")
    expect(abs(off.mean()) < 0.05, f"the gap is -0.2; yours is off by {off.mean():+.3f} on average")
    ratio = float(np.sqrt(np.mean((off / np.maximum(stated, 1e-9)) ** 2)))
    expect(0.6 < ratio < 1.5, f"your errors are {ratio:.2f} times the standard errors that you "
           "state", "wrong-error")
    ### BEGIN HIDDEN TESTS
    for budget, able, chances in ((80, (0.2, 0.2), (0.5, 0.5)), (300, (0.3, 0.12), (0.7, 0.5)),
                                  (600, (0.03, 0.3), (0.5, 0.5))):
        off, stated = missed(range(200, 240), chances, budget, able)
        few = min(budget / 2, 1300 * able[0])
        right = math.sqrt(0.25 / few + 0.25 / (budget / 2))
        size = float(np.sqrt(np.mean(off**2)))
        expect(size < 1.45 * right, f"budget {budget}: your gap is off by {size:.3f} (root mean "
               f"square); asked in the right rows they give about {right:.3f}", "random-rows")
        ratio = float(np.sqrt(np.mean((off / np.maximum(stated, 1e-9)) ** 2)))
        expect(0.4 < ratio < 1.6, f"budget {budget}: your errors are {ratio:.2f} times the "
               "standard errors that you state", "wrong-error")
    ### END HIDDEN TESTS


test_chance()
print("18.4c: visible checks passed")

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: the case
#
# About 70 minutes: exercises 18.5 to 18.8.

# %% [markdown]
# ## Exercise 18.5: ten verdicts (4 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: here everything meets: where to ask, what to believe, when
# to accuse.
#
# Each learner has a system of their own. Write your id (as your course knows you) into the next
# cell. When your notebook is graded, your course's own list decides which system is yours.

# %% nbgrader={"grade_id": "setup-pretend", "locked": true}
def pretend(seed, near, budget=900, claims=10, flip=1):
    """An invented system: (measure, cards, holds, asked). Truths lie near to their bars or far."""
    rng = np.random.default_rng(seed)
    cards, holds, truth, spread, asked = {}, {}, {}, {}, []
    for k in range(claims):
        claim, side, asks = f"C{k + 1}", flip * int(rng.choice([-1, 1])), 4 <= k <= 8
        bar = round(float(rng.uniform(0.1, 0.9)), 2)
        cards[claim], holds[claim] = (bar, side, asks), bool(rng.random() < 0.6)
        spread[claim] = float(rng.uniform(0.3, 0.6)) if asks else 0.02
        away = spread[claim] / math.sqrt(budget / 5 if asks else 1)
        away *= rng.uniform(0.3, 2) if near else rng.uniform(8, 12)
        truth[claim] = bar + side * (1 if holds[claim] else -1) * away
    once = {claim: truth[claim] + 0.02 * rng.normal() for claim in cards}

    def measure(claim, n):
        if not cards[claim][2]:
            return once[claim], 0.02, "a stamp" if claim == "C4" else None
        if n < 50:
            raise ValueError(f"measure({claim!r}, {n}): ask at least 50 rows")
        asked.append(int(n))
        error = spread[claim] / math.sqrt(n)
        return truth[claim] + error * rng.normal(), error, "a group" if claim == "C5" else None

    return measure, cards, holds, asked

# %% [markdown]
# ### Prediction 2
#
# Ten claims; six of them hold, and nobody asks anything. Who earns most under your rule of 18.1:
# who accepts all ten for certain, who refuses all ten for certain, or who says 0.5 ten times?
# `"accepts"`, `"refuses"` or `"half"`? (`my_richest`)

# %% nbgrader={"grade_id": "ex18_5-predict", "solution": true}
### BEGIN SOLUTION
my_richest = "half"
### END SOLUTION

# %% id="lazy-demo" tags=["demo"]
for name, p in (("accepts", 1.0), ("refuses", 0.0), ("half", 0.5), ("says 0.6", 0.6)):
    earned = 6 * pay(p, True) + 4 * pay(p, False)
    print(f"{name}: {earned / 10:+.2f} a claim")
print(f"you said {my_richest!r}")

# %% [markdown]
# **`audit(measure, cards, budget)`**: a verdict on each claim.
#
# - `measure`, `cards` as above; `budget`: what all your calls together may ask
# - the estimate scatters around the truth about like a normal law with the standard error `error`.
#   Before anybody measures, a claim is about as likely to hold as not
# - returns a dict: claim -> (p, witness), where `p` is your probability that the claim holds, and
#   the witness is None, or what `measure` gave you if you accuse by it
# - verdicts are paid by a rule as in 18.1. A witness earns 1 if the claim is false, **and costs 1
#   if the claim holds**; None earns 0
# - judged on invented systems (`pretend`), then on six real ones that nobody has, and on yours,
#   there with tools of the grader's own, so that a mistake in 18.3 or 18.4 costs nothing here
#
# <details><summary>Hint 1: where to look</summary>
# The estimate is 1.3 standard errors on the good side of the bar. How likely is the truth there,
# too? And below which p does a witness earn more than silence, on average?
# <details><summary>Hint 2: the idea</summary>
# The normal law's distribution function of side (estimate - bar) / error. Ask in two rounds: a few
# questions for each claim, then the rest where it is still open.
# <details><summary>Hint 3: nearly the code</summary>
# <code>share = budget // (number of claims that ask)</code>; for each claim <code>estimate, error,
# witness = measure(claim, share)</code>; <code>p = float(norm.cdf(side * (estimate - bar) /
# error))</code>; hand in the witness if <code>p &lt; 0.3</code>, else None
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_5-audit", "solution": true}
def audit(measure, cards, budget):
    """claim -> (probability that it holds, witness or None); asks at most budget questions."""
    ### BEGIN SOLUTION
    costly = [claim for claim, (_, _, asks) in cards.items() if asks]
    share = budget // max(len(costly), 1)
    verdicts = {}
    for claim, (bar, side, _) in cards.items():
        found, error, witness = measure(claim, share)
        belief = 0.5 * math.erfc(side * (bar - found) / (error * math.sqrt(2)))
        verdicts[claim] = belief, witness if belief < 0.25 else None
    return verdicts
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_5-audit-test", "points": 4}
@exercise("18.5")
def test_audit():
    """Invented systems: ten with truths far from the bars, sixty with truths near to them."""
    def verdicts(seed, near, budget=900, **others):
        measure, cards, holds, asked = pretend(seed, near, budget, **others)
        got = audit(measure, cards, budget)
        expect_returned(got, "audit")
        expect(isinstance(got, dict) and set(got) == set(cards) and all(
            isinstance(pair, tuple | list) and len(pair) == 2 for pair in got.values()),
            "return a dict with a pair (p, witness) for each claim", "no-dict")
        for claim, (p, witness) in got.items():
            p = expect_number(p, f"audit, {claim}")
            expect(0 <= p <= 1, f"{claim}: p is {p:g}; a probability is from 0 to 1",
                   "no-probability")
            expect(witness in (None, "a stamp", "a group"), f"{claim}: a witness is None or what "
                   f"measure gave you; yours: {witness!r}", "no-witness")
        expect(sum(asked) <= budget, f"you asked {sum(asked)} questions; the budget is {budget}",
               "over-budget")
        expect(not asked or sum(asked) >= 0.8 * budget, f"you asked {sum(asked)} of {budget} "
               "questions: the rest is worth nothing once you have given your verdict", "left-over")
        return [(float(got[c][0]), got[c][1], holds[c]) for c in cards]

    far = [row for seed in range(10) for row in verdicts(seed, False)]
    wrong = [row for row in far if (row[0] > 0.5) != row[2]]
    expect(len(wrong) < 5, f"truths far from the bars: {len(wrong)} of {len(far)} verdicts are on "
           "the wrong side. Does side count?", "wrong-side")
    shy = [p for p, _, holds in far if (p if holds else 1 - p) < 0.95]
    expect(not shy, f"truths eight standard errors from the bar: you say {(shy or [0])[0]:.2f}; "
           "there is no doubt left", "timid")
    expect(sum(w is not None for _, w, _ in far) > 0, "no witness against any claim, not even "
           "where it is surely false", "never-accuses")
    near = [row for seed in range(20, 80) for row in verdicts(seed, True)]
    sure = [(p > 0.5) == holds for p, _, holds in near if not 0.05 < p < 0.95]
    expect(np.mean(sure or [1]) > 0.92, f"where you are sure (p below 0.05 or above 0.95), you are "
           f"right in {np.mean(sure or [1]):.1%} of {len(sure)} cases", "too-sure")
    side = np.mean([(p > 0.5) == holds for p, _, holds in near])
    expect(side > 0.78, f"truths near the bars: {side:.1%} of your verdicts are on the right side; "
           "measured with all questions it would be 85 %", "weak-measurement")
    handed = [not holds for _, witness, holds in near if witness is not None]
    expect(np.mean(handed or [1]) > 0.75, f"of {len(handed)} witnesses handed in "
           f"{np.mean(handed or [1]):.0%} hold: one that does not costs as much as one that does "
           "earns", "accuses-all")
    ### BEGIN HIDDEN TESTS
    paid, seeds = [], range(1000, 1120)
    for seed in seeds:
        budget, claims = (900, 600, 1400)[seed % 3], (10, 8, 9)[seed % 3]
        rows = verdicts(seed, True, budget, claims=claims, flip=(-1) ** seed)
        paid += [1 - 4 * (p - holds) ** 2 for p, _, holds in rows]
    expect(np.mean(paid) > 0.46, f"truths near the bars, other budgets: your verdicts earn "
           f"{np.mean(paid):.3f} a claim; honest doubt earns more than {0.46}", "dishonest")
    ### END HIDDEN TESTS


test_audit()
print("18.5: visible checks passed")

# %% [markdown]
# ## Exercise 18.6: a case that holds together (5 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: a case is read by people who want to believe it.
#
# A safety case is an argument: claims rest on other claims, and in the end on evidence (this way of
# writing it down is called CAE; GSN is a relative). Here it is a dict: name -> node, and a node is
# a dict with
#
# - `"kind"`: `"claim"`, `"evidence"` or `"risk"` (what remains if the claim should fail)
# - `"text"`: a sentence. Numbers and names with digits are never typed into it: they stand as
#   fields in braces, like `{C5.estimate}`, and are filled in from the audit
# - `"on"`: the list of the names that it rests on
# - `"owner"`: who answers for it (only risks need one)
#
# **`lint(case, root, p)`**: what is wrong with it, as a set of pairs (finding, node).
#
# - `root`: the name of the top claim; `p`: name of a piece of evidence -> the audit's probability
#   that what it shows holds
# - `"dangling"`: `"on"` of the node holds a name that is not in the case
# - `"cycle"`: from the node one comes back to it by following `"on"`
# - `"orphan"`: the node is neither the root nor reached from it
# - `"no-evidence"`: a claim from which no evidence is reached
# - `"typed-number"`: a digit in the text outside braces
# - `"refuted"`: a claim that rests directly on evidence with `p` below 0.5
# - `"hidden-risk"`: a claim that rests directly on evidence with `p` from 0.5 to below 0.9, and
#   directly on no risk
# - `"no-owner"`: a risk whose owner is missing or blank
#
# <details><summary>Hint 1: where to look</summary>
# Five of the eight look at one node and its neighbours. What do the other three need?
# <details><summary>Hint 2: the idea</summary>
# First a helper: all names that are reached from a node in one or more steps. A node that reaches
# itself is in a cycle; with a set of visited names a cycle does not hold you up.
# <details><summary>Hint 3: nearly the code</summary>
# Reached from <code>name</code>: begin with <code>found, todo = set(),
# list(case[name]["on"])</code>; while there is something in <code>todo</code>: pop one; if it is in
# the case and not yet found, add it and put its own <code>"on"</code> into <code>todo</code>.
# Digits outside braces: <code>any(map(str.isdigit, re.sub(r"{[^}]*}", "", text)))</code>. Then go
# through the nodes and add a pair for each rule that is broken.
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_6-lint", "solution": true}
def lint(case, root, p):
    """The set of (finding, node) of a case; root: its top claim, p: evidence -> probability."""
    ### BEGIN SOLUTION
    below = {name: set(node["on"]) & set(case) for name, node in case.items()}
    for middle in case:
        for name in case:
            if middle in below[name]:
                below[name] = below[name] | below[middle]
    findings = set()
    for name, node in case.items():
        direct = [other for other in node["on"] if other in case]
        kinds = {case[other]["kind"] for other in direct}
        shown = [p[other] for other in direct if case[other]["kind"] == "evidence"]
        claim, bare = node["kind"] == "claim", re.sub(r"\{[^{}]*\}", " ", node["text"])
        broken = {
            "dangling": not set(node["on"]) <= set(case),
            "cycle": name in below[name],
            "orphan": name != root and name not in below[root],
            "no-evidence": claim and all(case[o]["kind"] != "evidence" for o in below[name]),
            "typed-number": re.search(r"\d", bare) is not None,
            "refuted": claim and min(shown, default=1) < 0.5,
            "hidden-risk": claim and "risk" not in kinds and any(0.5 <= q < 0.9 for q in shown),
            "no-owner": node["kind"] == "risk" and not (node.get("owner") or "").strip(),
        }
        findings |= {(finding, name) for finding, holds in broken.items() if holds}
    return findings
    ### END SOLUTION

# %% nbgrader={"grade_id": "setup-case", "locked": true}
def node(kind, text, *on, owner=""):
    """One node of a case."""
    return {"kind": kind, "text": text, "on": list(on), "owner": owner}


def small_case():
    """A case without a fault, and the probabilities of its evidence."""
    return {
        "top": node("claim", "the screening may start", "reader", "score"),
        "reader": node("claim", "the reader is right often enough", "digits"),
        "score": node("claim", "no group is left behind", "groups", "rest"),
        "digits": node("evidence", "right on {C2.estimate} of the branch's digits"),
        "groups": node("evidence", "the weakest group: {C5.estimate} of {C5.bar}"),
        "rest": node("risk", "a small group that was not listed", owner="the branch's manager"),
    }, {"digits": 0.97, "groups": 0.8}

# %% nbgrader={"grade_id": "oracle-lint", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_findings(case, root, p):
    """The findings, with powers of the matrix of who rests on whom."""
    names, found = list(case), []
    step = np.array([[b in case[a]["on"] for b in names] for a in names], dtype=bool)
    reach = np.linalg.matrix_power(np.eye(len(names)) / len(names) + step / len(names), 0) * 0 > 1
    power = step.copy()
    for _ in names:
        reach |= power
        power = (power.astype(int) @ step.astype(int)) > 0
    for i, name in enumerate(names):
        one = case[name]
        depth, digits = 0, False
        for letter in one["text"]:
            depth += (letter == "{") - (letter == "}")
            digits |= depth == 0 and letter.isdigit()
        proof = [p[b] for b in one["on"] if b in case and case[b]["kind"] == "evidence"]
        risk = [b for b in one["on"] if b in case and case[b]["kind"] == "risk"]
        proofs = [j for j, b in enumerate(names) if case[b]["kind"] == "evidence" and reach[i, j]]
        found += [("dangling", name)] * any(b not in case for b in one["on"])
        found += [("cycle", name)] * bool(reach[i, i])
        found += [("orphan", name)] * bool(name != root and not reach[names.index(root), i])
        found += [("typed-number", name)] * digits
        if one["kind"] == "claim":
            found += [("no-evidence", name)] * (not proofs)
            found += [("refuted", name)] * any(q < 0.5 for q in proof)
            found += [("hidden-risk", name)] * (any(0.5 <= q < 0.9 for q in proof) and not risk)
        if one["kind"] == "risk":
            found += [("no-owner", name)] * (one.get("owner", "").strip() == "")
    return set(found)


def oracle_case(seed):
    """A case with about ten nodes, drawn by lot, with many faults."""
    rng = np.random.default_rng(seed)
    names = [f"n{k}" for k in range(int(rng.integers(1, 11)))]
    case = {}
    for at, name in enumerate(names):
        kind = str(rng.choice(["claim", "claim", "evidence", "risk"])) if at else "claim"
        later = names[at + 1 :] if rng.random() < 0.8 else names
        on = [b for b in later if rng.random() < 2 / len(names)] * (kind == "claim")
        on += ["gone"] * int(rng.random() < 0.1)
        text = str(rng.choice(["holds", "{C5.estimate} of {C5.bar}", "at 7 of {n1}", "{x}9"]))
        owner = str(rng.choice(["", " ", "Ann"]))
        case[name] = {"kind": kind, "text": text, "on": on, "owner": owner}
        if rng.random() < 0.2:
            del case[name]["owner"]
    p = {name: float(rng.choice([0.2, 0.5, 0.7, 0.9, 0.95])) for name in names}
    return case, p
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex18_6-lint-test", "points": 5}
@exercise("18.6")
def test_lint():
    """A clean case, and one with one fault after the other."""
    def findings(case, root, p):
        got = lint(copy.deepcopy(case), root, dict(p))
        expect_returned(got, "lint")
        expect(isinstance(got, set | list | tuple | frozenset) and all(
            isinstance(one, tuple | list) and len(one) == 2 for one in got),
            "return a set of pairs (finding, node)", "no-pairs")
        return {tuple(one) for one in got}

    def says(wanted, slip="", told="", **changed):
        """Check the findings of the small case in which some nodes are changed."""
        case, p = small_case()
        chances = changed.pop("p", {})
        case.update(changed)
        got = findings(case, "top", {**p, **chances})
        for one in sorted(wanted - got):
            expect(False, f"{told}: {one} is missing; yours: {sorted(got)}", slip or one[0])
        for one in sorted(got - wanted):
            expect(False, f"{told}: {one} is no fault of this case", slip or f"false-{one[0]}")

    says(set(), told="a case without a fault")
    says({("dangling", "reader")}, told="`reader` rests on a name that is nowhere",
         reader=node("claim", "fine", "digits", "nobody"))
    says({("orphan", "aside")}, told="a claim that nothing rests on",
         aside=node("claim", "fine", "digits"))
    says({("no-evidence", "reader"), ("orphan", "digits")}, told="`reader` rests on nothing",
         reader=node("claim", "fine"))
    says({("typed-number", "digits")}, told="a number typed beside a field",
         digits=node("evidence", "right on 93 of {C2.n}"))
    says(set(), "false-typed-number", "digits in braces only",
         digits=node("evidence", "right on {C2.estimate} and {C3.estimate}"))
    says({("refuted", "reader")}, told="the evidence `digits` has p = 0.3", p={"digits": 0.3})
    says({("hidden-risk", "reader")}, told="the evidence `digits` has p = 0.5, and `reader` rests "
         "on no risk", p={"digits": 0.5})
    says(set(), "false-hidden-risk", "p = 0.9 is not below 0.9", p={"digits": 0.9})
    says({("no-owner", "rest")}, told="the risk's owner is blank", rest=node("risk", "a group",
                                                                          owner=" "))
    says({("cycle", "reader"), ("cycle", "again")}, told="`reader` and `again` rest on each other",
         reader=node("claim", "fine", "digits", "again"), again=node("claim", "fine", "reader"))
    says(set(), "false-cycle", "two claims rest on the same evidence: no cycle",
         reader=node("claim", "fine", "digits", "both"), both=node("claim", "fine", "digits"))
    ### BEGIN HIDDEN TESTS
    for seed in range(150):
        case, p = oracle_case(seed)
        got, wanted = findings(case, "n0", p), oracle_findings(case, "n0", p)
        for one in sorted(wanted - got):
            expect(False, f"a case drawn by lot: {one} is missing in {case}", one[0])
        for one in sorted(got - wanted):
            expect(False, f"a case drawn by lot: {one} is no fault in {case}", f"false-{one[0]}")
    ### END HIDDEN TESTS


test_lint()
print("18.6: visible checks passed")

# %% [markdown]
# What such a program finds are gaps of form. Whether the claims add up to "may start" it cannot
# see; a clean case can be a bad one. (Greenwell, Knight, Holloway and Pease, 2006, collected the
# fallacies that they met in real cases; Graydon and Holloway, 2017, warn of numbers put on
# arguments.)

# %% [markdown]
# ## Exercise 18.7: decide (3 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: an audit that ends without a decision was paid for
# nothing.
#
# **`decide(p, loss, price, refuse)`**: what to do, given what you believe.
#
# - `p`: claim -> probability that it holds; `loss`: claim -> what is lost if the system is used and
#   this claim is false. Losses of several false claims add up
# - `price`: claim -> what a *condition* costs that mends this claim (a person looks at each case,
#   say); then nothing is lost by it. Claims that are not in `price` cannot be mended
# - `refuse`: what it costs to go on without the system
# - returns (decision, conditions) with the smallest expected cost: `"deploy"` with an empty set,
#   `"conditions"` with the set of claims that are mended, or `"refuse"` with an empty set. If
#   several cost the same, any
#
# <details><summary>Hint 1: where to look</summary>
# The expectation of a sum is the sum of the expectations, whether the claims depend on each other
# or not. So each claim can be looked at alone.
# <details><summary>Hint 2: the idea</summary>
# Mend a claim where the condition is cheaper than what it is expected to save; add up; compare with
# refusing.
# <details><summary>Hint 3: nearly the code</summary>
# <code>doubt = {c: (1 - p[c]) * loss[c] for c in p}</code>; <code>mend</code> = the claims of
# <code>price</code> whose price is below their doubt; the cost is the sum of the doubts of the
# others plus the prices of these. If it is above <code>refuse</code>: refuse
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_7-decide", "solution": true}
def decide(p, loss, price, refuse):
    """(decision, set of mended claims) with the smallest expected cost."""
    ### BEGIN SOLUTION
    expected = {claim: loss[claim] * (1.0 - chance) for claim, chance in p.items()}
    cheapest = {claim: min(cost, price.get(claim, math.inf)) for claim, cost in expected.items()}
    if sum(cheapest.values()) > refuse:
        return "refuse", set()
    mended = {claim for claim, cost in cheapest.items() if cost < expected[claim]}
    return ("conditions" if mended else "deploy"), mended
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex18_7-decide-test", "points": 3}
@exercise("18.7")
def test_decide():
    """Two claims, then three; the cost of an answer is compared with the smallest there is."""
    def cost(p, loss, price, refuse, decision, mended):
        if decision == "refuse":
            return refuse
        return sum(price[c] if c in mended else loss[c] * (1 - p[c]) for c in p)

    def answered(p, loss, price, refuse):
        got = decide(dict(p), dict(loss), dict(price), refuse)
        expect_returned(got, "decide")
        expect(isinstance(got, tuple | list) and len(got) == 2
               and got[0] in ("deploy", "conditions", "refuse")
               and isinstance(got[1], set | list | tuple | frozenset),
            'return ("deploy", "conditions" or "refuse", set of claims)', "no-pair")
        decision, mended = got[0], set(got[1])
        expect(bool(mended) == (decision == "conditions"), f"{decision!r} with the conditions "
               f"{sorted(mended)}: only \"conditions\" has some", "no-pair")
        expect(mended <= set(price), f"{sorted(mended)}: a claim without a price cannot be mended",
               "mends-all")
        return decision, mended, cost(p, loss, price, refuse, decision, mended)

    p, loss = {"C4": 0.9, "C5": 0.7}, {"C4": 10.0, "C5": 4.0}
    decision, _, spent = answered(p, loss, {}, 3.0)
    expect(decision != "refuse", "losses expected are 1 + 1.2 = 2.2, refusing costs 3",
           "too-careful")
    decision, _, spent = answered(p, loss, {}, 2.0)
    expect(decision == "refuse", "losses expected are 1 + 1.2 = 2.2, refusing costs 2; p says that "
           f"each claim probably holds, and yours is {decision!r}", "majority")
    decision, mended, spent = answered(p, loss, {"C5": 0.3}, 2.0)
    expect(decision != "refuse", "with C5 mended for 0.3 the cost is 1.3, refusing costs 2",
           "ignores-conditions")
    expect(mended == {"C5"}, f"mending C5 costs 0.3 and saves 1.2; yours mends {sorted(mended)}",
           "ignores-conditions")
    decision, mended, spent = answered({**p, "C6": 0.95}, {**loss, "C6": 2.0},
                                       {"C5": 0.3, "C6": 0.5}, 5.0)
    expect("C6" not in mended, "mending C6 costs 0.5 and saves 0.05 * 2 = 0.1", "mends-all")
    decision, mended, spent = answered({"C1": 0.8, "C2": 0.4}, {"C1": 10.0, "C2": 0.5},
                                       {"C1": 0.5, "C2": 0.6}, 9.0)
    expect(spent < 0.8 + 1e-9, "C1: 0.8 and loss 10, a condition costs 0.5; C2: 0.4 and loss 0.5, "
           f"a condition costs 0.6. Mend C1 only: it costs 0.8; yours, {sorted(mended)}, {spent:g}",
           "by-probability")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(187)
    for _ in range(60):
        claims = [f"C{k}" for k in range(int(rng.integers(1, 6)))]
        p = {c: float(rng.choice([0.0, 0.3, 0.6, 0.9, 0.99, 1.0])) for c in claims}
        loss = {c: float(rng.uniform(0, 5)) for c in claims}
        price = {c: float(rng.uniform(0, 2)) for c in claims if rng.random() < 0.6}
        refuse = float(rng.uniform(0, 6))
        ways = [set(way) for size in range(len(price) + 1) for way in combinations(price, size)]
        costs = [cost(p, loss, price, refuse, "deploy", way) for way in ways]
        least = min(refuse, *costs)
        spent = answered(p, loss, price, refuse)[2]
        expect(spent <= least + 1e-9, f"p {p}, loss {loss}, price {price}, refuse {refuse:g}: "
               f"yours costs {spent:.4f}, the best {least:.4f}", "other-arguments")
    ### END HIDDEN TESTS


test_decide()
print("18.7: visible checks passed")

# %% [markdown]
# ## Exercise 18.8: one page (6 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: those whose forms are read have not taken this course.
#
# Write one page (about 250 words) to the people whose forms the reader will read, about the audit
# of *your* system: what it decides, what you found and with which numbers, whom that touches, what
# you could not settle, what you decided and what would change the decision, and what one can do who
# feels wronged.
#
# <details><summary>Hint 1: where to look</summary>
# Your verdicts of 18.5: which claims are refuted, which hold, which are open? Who notices each?
# <details><summary>Hint 2: the idea</summary>
# A refuted claim becomes a sentence about a situation: how often, for whom, compared with whom.
# "Not settled" is a sentence, too. A person's worth and a culprit have no place in it.
# <details><summary>Hint 3: nearly the words</summary>
# "A machine reads the amount on your form; a second one says ... . We asked it ... times. Of ten
# things the vendor promises, ... hold, as far as we can see. Not true is ...: of ten ... it is
# wrong for ... . We do not know whether ... . We therefore ... , until ... . If you think ...,
# write to ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex18_8-page", "solution": true, "points": 6}
# ### BEGIN SOLUTION
# A machine will read the amount on your form, and a second one will say how likely it is that you
# can carry a loan. It does not know you; it compares your form with others. A person signs what is
# decided.
#
# We put ten of the vendor's promises to the test, with 900 questions. Seven hold as far as we can
# see. Two do not. One group of applicants (people who live apart from their spouse) gets the right
# answer in about 45 of 100 cases, others in about 80. And the probabilities that it states are too
# sure: of those whom it gives nine in ten, fewer keep their word. One promise we could not settle:
# whether women and men who can carry a loan get a yes equally often. The difference that we saw, 9
# in 100, may be 2 or 16.
#
# We therefore let it start with two conditions: in the group named a person decides without the
# machine, and the probability is not shown to anybody. If the difference between women and men
# turns out above 10 in 100 (we look again in June, with 4,000 questions), we stop it.
#
# That the reader's amount is right cannot be guaranteed. You see the amount that was read beside
# yours, and may correct it. If you think that you were treated wrongly, write to the branch; a
# person who has not seen the machine's answer decides anew within two weeks, and tells you why.
#
# Rubric:
#
# - 1 point: says what the system decides and what it does not, in the reader's words
# - 1 point: each refuted claim with its number, and whom it touches
# - 1 point: what was not settled; nothing is called safe or proved that was only not refuted
# - 1 point: the decision, and what would change it
# - 1 point: how to object, and who answers
# - 1 point: no sentence about a person's worth, and none that names a culprit
#
# Sample A (6/6): "A program reads your amount and another estimates whether you can pay back; a
# clerk decides. We checked ten promises. Eight we could not refute. It errs on 58 of 100 forms of
# people under 25 (of others: 20), and it remembers forms it was made from: on these it is right 15
# in 100 more often. Open: a sticker might mislead the reader; we found none that does in more than
# 35 of 100 cases. Under 25 a clerk decides alone; if by May that is not mended, we end the
# contract. Write to the ombudsman, room 3; she answers within ten days."
#
# Sample B (2/6): "The audit shows the AI is safe except for fairness, where the vendor cheated. We
# asked 900 questions. C7 failed with 0.17. It is used with conditions until C7 is below 0.1.
# Complaints: use the form."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 20 minutes: exercise 18.9.

# %% [markdown]
# Move the slider: the claims C5 to C9 of an invented system, the estimate's distance from the bar
# on the good side, with two standard errors each way, by the number of questions. The title says
# what verdicts by the normal law earn, on average over a thousand such audits.

# %% id="questions-widget" tags=["demo"]
TRUE = {"C5": (0.03, 0.45), "C6": (-0.02, 0.3), "C7": (0.01, 0.6), "C8": (-0.05, 0.5),
        "C9": (0.06, 0.4)}


def seen(questions):
    """One audit's estimates, its errors, and the mean pay over a thousand audits."""
    away, spread = np.array(list(TRUE.values())).T
    error = spread / math.sqrt(questions / 5)
    noise = np.random.default_rng(0).normal(size=(1000, 5))
    beliefs = norm.cdf((away + error * noise) / error)
    earned = [pay(b, bool(a > 0)) for row in beliefs for b, a in zip(row, away, strict=True)]
    return away + error * noise[0], error, float(np.mean(earned))


def intervals(questions):
    """Draw them."""
    estimate, error, earned = seen(questions)
    figure = plots.plt.Figure(figsize=(7, 3), layout="constrained")
    ax = figure.subplots()
    ax.errorbar(estimate, range(5), xerr=2 * error, fmt="o", color=plots.PALETTE["blue"], capsize=4,
                label="estimate, two standard errors")
    ax.plot([away for away, _ in TRUE.values()], range(5), "D", color=plots.PALETTE["vermillion"],
            label="truth")
    ax.axvline(0, color="black", lw=1)
    ax.set(xlim=(-0.35, 0.35), yticks=range(5), yticklabels=list(TRUE), ylim=(4.6, -0.6),
           xlabel="distance from the bar (right: the claim holds)",
           title=f"{questions:g} questions: verdicts earn {earned:.2f} a claim")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def told(questions):
    """The same in words."""
    estimate, error, earned = seen(questions)
    parts = [f"{name} {e:+.3f}, plus or minus {2 * s:.3f}"
             for name, e, s in zip(TRUE, estimate, error, strict=True)]
    return f"{questions:g} questions: {'; '.join(parts)}. Verdicts earn {earned:.2f} a claim."


widgets.sliders(intervals, {"questions": (100, 200, 400, 900, 1500, 2500, 4000)},
                stills=[(200,), (900,), (4000,)], alt=told)

# %% [markdown]
# ## Exercise 18.9: prove it (3 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: an attack that fails is no
# proof; for the reader there is one.
#
# **`proven(model, x, y, epsilon)`**: for which digits can you prove that *no* picture within
# `epsilon` (and in [0, 1]) is read wrongly?
#
# - `model`: `Sequential(Linear, ReLU, Linear)`; `x`: (n, d) in [0, 1]; `y`: (n,); returns (n,)
#   bools
# - True only where it is proved (up to rounding); and at least as often as with the *triangle's two
#   lines*: an input of a ReLU that lies in $[l, u]$ with $l < 0 < u$ has an output between $a z$
#   and $\frac{u}{u - l} (z - l)$, where $a = 1$ if $u > -l$, else 0 (Lab 5)
#
# <details><summary>Hint 1: where to look</summary>
# For each other class t, bound the difference of two logits, y's minus t's, from below. It is
# linear in the hidden outputs, with weights of both signs.
# <details><summary>Hint 2: the idea</summary>
# Where a weight is positive take the lower line, where it is negative the upper one. What comes out
# is linear in x, and its minimum over a box is at a corner that you know.
# <details><summary>Hint 3: nearly the code</summary>
# Box <code>low, high = (x - epsilon).clamp(min=0), (x + epsilon).clamp(max=1)</code>; hidden bounds
# l, u from centre and radius. Lines: slope and offset of each unit (1, 0 if l is at least 0; 0, 0
# if u is at most 0). For a class t: <code>c = V[y] - V[t]</code>; <code>s = torch.where(c &gt; 0, c
# * lower_slope, c * upper_slope)</code>; <code>A = s @ W</code>; bound = A at its worst corner
# (<code>low</code> where A is positive, else <code>high</code>) + s @ b + the upper offsets times
# the negative part of c + the difference of the output biases. Proved if it is above 0 for each t
# other than y.
# </details></details></details>

# %% nbgrader={"grade_id": "ex18_9-proven", "solution": true}
def proven(model, x, y, epsilon):
    """Whether every picture in the ball and in [0, 1] is read as y: (n, d), (n,) -> (n,) bool."""
    ### BEGIN SOLUTION
    W, b, V, v = (weights.detach().double() for weights in model.parameters())
    x = x.double()
    low, high = (x - epsilon).clamp_min(0), (x + epsilon).clamp_max(1)
    mid, wide = (low + high) / 2, (high - low) / 2
    z, r = mid @ W.T + b, wide @ W.abs().T
    least, most = (z - r).clamp_max(0), (z + r).clamp_min(0)
    upper = most / (most - least).clamp_min(1e-12)
    lower = (most > -least).double()
    lift = -upper * least
    safe = torch.ones(len(x), dtype=torch.bool)
    for other in range(len(v)):
        c = V[y] - V[other]
        slope = c.clamp_min(0) * lower + c.clamp_max(0) * upper
        by_pixel = slope @ W
        bound = (by_pixel * mid).sum(1) - (by_pixel.abs() * wide).sum(1) + slope @ b
        bound = bound + (c.clamp_max(0) * lift).sum(1) + v[y] - v[other]
        safe &= (bound > 1e-9) | (y == other)
    return safe
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-proven", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_relaxed(model, one, label, epsilon):
    """Whether the two lines prove one digit, unit by unit, in plain loops over units."""
    W, b = model[0].weight.double().numpy(), model[0].bias.double().numpy()
    V, v = model[2].weight.double().numpy(), model[2].bias.double().numpy()
    box = np.maximum(one - epsilon, 0), np.minimum(one + epsilon, 1)
    for other in set(range(len(v))) - {label}:
        line, rest = np.zeros(len(one)), v[label] - v[other]
        for unit in range(len(b)):
            ends = np.where(W[unit] > 0, *box), np.where(W[unit] > 0, *box[::-1])
            top, bottom = (float(W[unit] @ end + b[unit]) for end in ends[::-1])
            top, bottom = max(top, bottom), min(top, bottom)
            weight = V[label, unit] - V[other, unit]
            if bottom >= 0:
                slope, offset = 1.0, 0.0
            elif top <= 0:
                slope, offset = 0.0, 0.0
            elif weight > 0:
                slope, offset = float(top > -bottom), 0.0
            else:
                slope, offset = top / (top - bottom), -top * bottom / (top - bottom)
            line += weight * slope * W[unit]
            rest += weight * (slope * b[unit] + offset)
        if line @ np.where(line > 0, *box) + rest <= 0:
            return False
    return True
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex18_9-proven-test", "points": 3}
@exercise("18.9")
def test_proven():
    """A net of two units that one can check by hand; then a reader, against an attack."""
    def proofs(model, x, y, epsilon):
        got = proven(model, x, y, epsilon)
        expect_returned(got, "proven")
        got = np.asarray(got)
        expect(got.shape == (len(x),), f"return {len(x)} bools; yours has shape {got.shape}",
               "wrong-shape")
        return got.astype(bool)

    bend = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 2)).requires_grad_(False)
    bend[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
    bend[0].bias.copy_(torch.tensor([-0.5, 0.5]))
    bend[2].weight.copy_(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    bend[2].bias.copy_(torch.tensor([0.3, 0.0]))  # logits 0.3 and |x - 0.5|
    one, zero = torch.tensor([[0.5]]), torch.tensor([0])
    expect(proofs(bend, one, zero, 0.29)[0], "logits 0.3 and |x - 0.5|, x = 0.5, radius 0.29: the "
           "upper lines of both units prove class 0", "too-weak")
    expect(not proofs(bend, one, zero, 0.31)[0], "logits 0.3 and |x - 0.5|, x = 0.5, radius 0.31: "
           "at 0.81 it is wrong", "not-sound")
    expect(proofs(bend, torch.tensor([[0.95]]), 1 - zero, 0.1)[0], "logits 0.3 and |x - 0.5|, x = "
           "0.95, radius 0.1, class 1: one unit is never negative, the other never positive",
           "too-weak")
    expect(not proofs(bend, torch.tensor([[0.9]]), zero, 0.0)[0], "a digit that is read wrongly as "
           "it is cannot be proved", "not-sound")
    bend[0].bias.copy_(torch.tensor([-0.9, 0.1]))
    expect(proofs(bend, torch.tensor([[0.95]]), zero, 0.5)[0], "pictures end at 1: within [0.45, "
           "1] class 0 is proved", "no-box")
    x, y = x_test[:120], y_test[:120]
    for model, epsilon in ((GUARDED, 0.02), (scaled(READER, 60), 0.015)):
        draw = torch.Generator().manual_seed(0)
        z = pgd(model, x, y, epsilon, generator=draw, steps=20, step_size=epsilon / 4,
                loss=lambda logits, y: -margin(logits, y))
        got = proofs(model, x, y, epsilon)
        broken = int((got & (model(z).argmax(1) != y).numpy()).sum())
        expect(not broken, f"{broken} digits that you call proved are read wrongly after an attack",
               "not-sound")
        expect(got.mean() > 0.7, f"radius {epsilon:g}: you prove {got.mean():.1%}; the two lines "
               "prove more than 70 %. Bounds of each unit alone are too wide", "too-weak")
    ### BEGIN HIDDEN TESTS
    for model, epsilon in ((GUARDED, 0.03), (READER, 0.025), (READER, 0.0)):
        x, y = x_test[3000:3040], y_test[3000:3040]
        wanted = [oracle_relaxed(model, one.double().numpy(), int(label), epsilon)
                  for one, label in zip(x, y, strict=True)]
        got = proofs(model, x, y, epsilon)
        expect(got.sum() >= sum(wanted) - 1, f"radius {epsilon:g}: you prove {got.sum()} of 40 "
               f"digits, the two lines prove {sum(wanted)}", "too-weak")
        draw = torch.Generator().manual_seed(3)
        z = pgd(model, x, y, epsilon, generator=draw, step_size=epsilon / 8,
                loss=lambda logits, y: -margin(logits, y))
        expect(not (got & (model(z).argmax(1) != y).numpy()).any(), "a digit that you call proved "
               "is read wrongly after an attack", "not-sound")
    ### END HIDDEN TESTS


test_proven()
print("18.9: visible checks passed")

# %% id="proven-demo" tags=["demo"]
for name, model in trio.items():
    share = float(torch.as_tensor(proven(model, x_audit, y_audit, 0.07)).double().mean())
    z = perturbed(model, x_audit, y_audit, 0.07)
    left = float((model(z).argmax(1) == y_audit).float().mean())
    print(f"{name}, radius 0.07: proved {share:.1%}, left by your attack {left:.1%}; the claim "
          "says 65 %")

# %% [markdown]
# For the hardened reader the claim is proved, for the plain and the loud one it is refuted. Between
# the two bounds nobody knows; a bar put there would make the claim an opinion.

# %% [markdown]
# ## What you found
#
# A backdoor needs nobody who plants it. The ordinary examination ranked a reader by the scale of
# its logits. The worst of many groups is worst by chance first. Doubt, said as a number, is paid;
# said about everything, it is not. And a case is checked by a program for gaps, by people for
# sense.
#
# **Limits.** Every claim here could be measured, the bars left room on either side, and the truth
# was known to somebody. In use none of these is given. Two kinds of access helped: weights where
# one had them, questions where not (Casper et al., 2024, argue that questions alone do not
# suffice).
#
# **The paper** asks in section 4.4 for collaboration of those who build, those who audit and those
# who are concerned. A case is the paper on which they meet.
#
# **Read on.** Clymer, Gabrieli, Krueger, Larsen, *Safety cases: how to justify the safety of
# advanced AI systems*, 2024. Buhl et al., *Safety cases for frontier AI*, 2024. Bloomfield and
# Rushby, *Assessing confidence with Assurance 2.0*, 2022. Raji et al., *Closing the AI
# accountability gap*, 2020. Marks et al., *Auditing language models for hidden objectives*, 2025.
# Casper et al., *Black-box access is insufficient for rigorous AI audits*, 2024.
#
# **Where next.** Your own system. Ask what is claimed, exactly.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab18_safety_case")
