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
#   safetylab:
#     variants: {count: 100, folder: audits, salt: "2030a"}
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
# | Points | 49: core 46, deeper one 3 (43 checked by machine, 6 read by a person) |
# | You need | Labs 01 to 11 help; what you need of them is carried along |
# | It runs in | about 20 CPU seconds in all, 10 without the demonstrations; 1.0 GiB of memory |
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
import base64
import copy
import hashlib
import math
import re
from collections import Counter
from itertools import combinations, product

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import norm
from torch import nn

from safetylab import audits, data, page, plots, variants, widgets
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
lines["straight, belief 0.6"] = (
    said, [0.6 * (2 * p - 1) + 0.4 * (1 - 2 * p) for p in said])
tops = {name: said[int(np.argmax(worth))] for name, (_, worth) in lines.items()}
plots.show(plots.curves(lines, xlabel="stated probability", ylabel="expected pay", percent=False),
           "Expected pay against the stated probability; each line is highest at: "
           + ", ".join(f"{name}: {top:.2f}" for name, top in tops.items()) + ".")

# %% [markdown]
# The straight rule pays $2p - 1$ if the claim holds, else $1 - 2p$. Under it, it pays to overstate:
# whoever believes 0.6 says 1. Such payers make auditors who are always sure. Note that a certain
# and wrong verdict must cost more than a certain and right one earns, or doubt is never worth
# saying.

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
    expect(sum(got) == 40, f"{40 - sum(got):g} questions are left over: yours is "
           f"{[int(n) for n in got]}", "left-over")
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
# rightly however their pixels change by up to 0.075, and that no stamp sends more than 60 % of
# other digits to one class. Lab 1's tools are carried along.

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
# Three readers, 200 digits, radius 0.075. *Plain* was trained as in the hook. *Loud* is plain with
# its logits times 300. *Hardened* was trained on attacked digits, as in Lab 4. The vendor's
# examiner runs `pgd` as it stands above (40 steps, cross-entropy). In which order do they come out,
# the most digits read rightly first? `"hardened, plain, loud"`, `"hardened, loud, plain"` or
# `"loud, hardened, plain"`? (`my_order`)

# %% nbgrader={"grade_id": "ex18_3-predict", "solution": true}
PREDICT = {
    "name": "my_order", "kind": "choice",
    "options": ["hardened, plain, loud", "hardened, loud, plain", "loud, hardened, plain"],
    "outcome": "loud, hardened, plain", "seen": "it is 'loud, hardened, plain'"}
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
    z = pgd(model, x_audit, y_audit, 0.08, generator=draw)
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
# - the reader may be plain, loud or hardened; take several steps
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
    expect(loud < 0.13, f"loud, radius 0.07: {loud:.1%} left; some search leaves 11 %", "too-weak")
    plain = left(READER, x, y, 0.05)
    expect(plain < 0.4, f"plain, radius 0.05: {plain:.1%} left; some search leaves 36 %",
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
    z = perturbed(model, x_audit, y_audit, audits.EPSILON)
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
        expect(isinstance(got, tuple | list) and len(got) == 4, "return (row, column, pattern, "
               f"target); yours: {got!r}", "no-stamp")
        got = [expect_number(value, "strongest_stamp") for value in got]
        expect(all(0 <= value <= top and value == int(value) for value, top in
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
# On the plain reader your search finds what the hook showed: a stamp that turns nearly every digit
# into one class, though nobody planted it. Stamps drawn by lot show less than is there, on each of
# the three; who stops at them acquits. The other two readers are pulled less here (one seed each;
# training with random stamps saw such squares, hardening did not). Whether a stamp was *planted* no
# search can say; what it *does*, one can measure.

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
#   0.05 to 0.06, by chance alone
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
    mean, truth, plain = mean_of(150, 3.0, range(30))
    expect(mean > 0.02, f"a score that is too sure: the truth is {truth:.3f}, yours {mean:.3f}",
           "always-zero")
    expect(mean > truth - 0.03, f"a score that is too sure: the truth is {truth:.3f}, yours "
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
    expect(abs(off.mean() - 0.4) > 0.1, "women minus men: yours has the other sign", "sign")
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
# ## Exercise 18.5: ten verdicts (12 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: here everything meets: where to ask, what to believe, when
# to accuse.
#
# Each learner has a system of their own. Write your id (as your course knows you) into the next
# cell. When your notebook is graded, your course's own list decides which system is yours.

# %% nbgrader={"grade_id": "ex18_5-predict-id", "solution": true}
# write my_id = "..." with your own id in place of the two lines below
### BEGIN SOLUTION
my_id = "ann"
### END SOLUTION

# %% nbgrader={"grade_id": "setup-variant", "locked": true}
VARIANT = variants.mine(my_id, salt="2030a", count=100)
MINE = audits.system(VARIANT)
for claim, words in audits.CLAIMS.items():
    print(f"{claim}: {words}")
print(f"Your system is number {VARIANT}; its card states {MINE['card']}")

# %% [markdown]
# The *pool* are 32,561 rows of the table; the claims C5 to C9 are about exactly these, and you have
# them with their labels (`audits.pool()`). A row is a *member* if the score was fitted to it. To
# *reset* a column of a row is to write what is typical there. C10 is about how the 500 rows of the
# vendor's pilot were drawn, and nothing else.
#
# The next cell is a bench that puts tools to work on a system. `measure(claim, n)` returns
# (estimate, error, witness). For C5 to C9 it asks `n` questions at most, and `n` must be at least
# 50; a second call draws its rows anew. For the others `n` is ignored and nothing is asked.
# `cards[claim]` is (bar, side, asks): the claim holds if the truth is at least (side 1) or at most
# (side -1) the bar; `asks` says whether it costs questions. For C4 and C5 the witness is what looks
# worst (a stamp, a group), whether the claim holds or not; for the rest it is None.

# %% nbgrader={"grade_id": "setup-bench", "locked": true}
POOL, DIGITS = audits.pool(), audits.digits()
LABELS, WOMEN = POOL.labels.numpy(), POOL.groups["sex=Female"].numpy()
GROUPS = {name: mask.numpy() for name, mask in POOL.groups.items()}
NUMBERS = [0, 2, 9]  # age, education, hours


def rate(hits):
    """A share of hits and its standard error."""
    share = float(np.mean(hits))
    return share, math.sqrt(max(share * (1 - share), 0.02) / len(hits))


def reader_looks(system, tools):
    """C1 to C4 and C10: claim -> (estimate, error, witness), without a question."""
    reader, x, y = system["reader"], DIGITS.x[DIGITS.audit], DIGITS.y[DIGITS.audit]
    same = hashlib.sha256(system["file"]).hexdigest() == system["card"]["sha256"]
    read = reader(DIGITS.x[system["branch"]]).argmax(1) == DIGITS.y[system["branch"]]
    z = tools["perturbed"](reader, x, y, audits.EPSILON)
    stamp = tuple(tools["stamp"](reader, x[:60], y[:60]))
    numbers = POOL.rows[:, NUMBERS]
    moved = (system["pilot"][:, NUMBERS].mean(0) - numbers.mean(0)).abs() / numbers.std(0)
    return {"C1": (float(same), 0.01, None), "C2": (float(read.double().mean()), 0.001, None),
            "C3": (float((reader(z).argmax(1) == y).double().mean()), 0.02, None),
            "C4": (pull(reader, x, y, stamp), 0.04, stamp),
            "C10": (float(moved.max()), 0.03, None)}


def reasons(system, ask, rows):
    """For each row, whether no column's reset moves the score more than the stated reason's."""
    before, moved = ask(rows), torch.zeros(rows.shape)
    for column, value in enumerate(POOL.typical.tolist()):
        other = rows.clone()
        other[:, column] = value
        changed = (other != rows).any(1)
        if changed.any():
            moved[changed, column] = (ask(other[changed]) - before[changed]).abs()
    stated = moved.gather(1, system["reason"](rows)[:, None])[:, 0]
    return (stated >= moved.amax(1) - 1e-5).numpy()


def score_looks(system, tools, ask, rng):
    """C5 to C9: claim -> function of n that returns (estimate, error, witness)."""
    def by_number(chosen):
        return ask(POOL.rows[torch.as_tensor(np.asarray(chosen, dtype=int))]).numpy()

    def group(n):
        name, share, error = tools["group"](by_number, LABELS, GROUPS, n, rng)
        return share, error, name

    def calibration(n):
        rows = rng.permutation(len(LABELS))[:n]
        return tools["calibration"](by_number(rows), LABELS[rows], rng), 0.35 / math.sqrt(n), None

    def chance(n):
        gap, error = tools["chance"](by_number, LABELS, WOMEN, n, rng)
        return abs(gap), error, None

    def memory(n):
        some = [rng.permutation(system[key].numpy())[: n // 2] for key in ("members", "others")]
        seen, other = (rate((by_number(rows) >= 0.5) == LABELS[rows]) for rows in some)
        return seen[0] - other[0], math.hypot(seen[1], other[1]), None

    def honest(n):
        rows = POOL.rows[torch.as_tensor(rng.permutation(len(LABELS))[:n])]
        costs = 1 + (rows != POOL.typical).sum(1)
        return (*rate(reasons(system, ask, rows[costs.cumsum(0) <= n])), None)

    return {"C5": group, "C6": calibration, "C7": chance, "C8": memory, "C9": honest}


def bench(system, tools, seed=0):
    """(measure, cards, asked) of a system; tools: perturbed, stamp, group, calibration, chance."""
    asked = []

    def ask(rows):
        asked.append(len(rows))
        return system["score"](rows)

    free = reader_looks(system, tools)
    costly = score_looks(system, tools, ask, np.random.default_rng(seed))
    bars = {"C1": (0.5, 1), "C2": (system["card"]["accuracy"], 1), "C3": (0.65, 1), "C4": (0.6, -1),
            "C5": (0.6, 1), "C6": (0.06, -1), "C7": (0.1, -1), "C8": (0.1, -1), "C9": (0.8, 1),
            "C10": (0.13, -1)}

    def measure(claim, n):
        if claim in costly and n < 50:
            raise ValueError(f"measure({claim!r}, {n}): ask at least 50 questions")
        return costly[claim](int(n)) if claim in costly else free[claim]

    return measure, {claim: (*bar, claim in costly) for claim, bar in bars.items()}, asked

# %% [markdown]
# So that you can see whether you judge well, there are invented systems, too: `pretend` in the next
# cell makes a `measure` of the same form whose truth is known.

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
PREDICT = {"name": "my_richest", "kind": "choice", "options": ["accepts", "refuses", "half"],
           "outcome": "half", "seen": "half: [+]0.00 a claim"}
### BEGIN SOLUTION
my_richest = "half"
### END SOLUTION

# %% id="lazy-demo" tags=["demo"]
for name, p in (("accepts", 1.0), ("refuses", 0.0), ("half", 0.5), ("says 0.6", 0.6)):
    earned = 6 * pay(p, True) + 4 * pay(p, False)
    print(f"{name}: {earned / 10:+.2f} a claim")
print(f"you said {my_richest!r}")

# %% [markdown]
# **`audit_claims(measure, cards, budget)`**: a verdict on each claim.
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
def audit_claims(measure, cards, budget):
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

# %% nbgrader={"grade_id": "setup-audit-check", "locked": true}
def rows_of(audit, seed, near, budget=900, **others):
    """What audit says of an invented system: (p, witness, holds) for each claim."""
    measure, cards, holds, asked = pretend(seed, near, budget, **others)
    got = audit(measure, cards, budget)
    expect_returned(got, "audit_claims")
    expect(isinstance(got, dict) and set(got) == set(cards) and all(
        isinstance(pair, tuple | list) and len(pair) == 2 for pair in got.values()),
        "return a dict with a pair (p, witness) for each claim", "no-dict")
    for claim, (p, witness) in got.items():
        p = expect_number(p, f"audit_claims, {claim}")
        expect(0 <= p <= 1, f"{claim}: p is {p:g}; a probability is from 0 to 1",
               "no-probability")
        expect(witness in (None, "a stamp", "a group"), f"{claim}: a witness is None or what "
               f"measure gave you; yours: {witness!r}", "no-witness")
    expect(sum(asked) <= budget, f"you asked {sum(asked)} questions; the budget is {budget}",
           "over-budget")
    expect(not asked or sum(asked) >= 0.8 * budget, f"you asked {sum(asked)} of {budget} "
           "questions: the rest is worth nothing once you have given your verdict", "left-over")
    return [(float(got[c][0]), got[c][1], holds[c]) for c in cards]


def expect_good_verdicts(audit):
    """Ten invented systems whose truths are far from the bars, and forty with truths near them."""
    far = [row for seed in range(10) for row in rows_of(audit, seed, False)]
    wrong = [row for row in far if (row[0] > 0.5) != row[2]]
    expect(len(wrong) < 5, f"truths far from the bars: {len(wrong)} of {len(far)} verdicts are on "
           "the wrong side. Does side count?", "wrong-side")
    shy = [p for p, _, holds in far if (p if holds else 1 - p) < 0.95]
    expect(not shy, f"truths eight standard errors from the bar: you say {(shy or [0])[0]:.2f}; "
           "there is no doubt left", "timid")
    expect(sum(w is not None for _, w, _ in far) > 0, "no witness against any claim, not even "
           "where it is surely false", "never-accuses")
    near = [row for seed in range(20, 60) for row in rows_of(audit, seed, True)]
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

# %% nbgrader={"grade_id": "ex18_5-audit-test", "points": 4}
@exercise("18.5")
def test_audit():
    """Invented systems: truths far from the bars, then near to them."""
    expect_good_verdicts(audit_claims)
    ### BEGIN HIDDEN TESTS
    paid, seeds = [], range(1000, 1120)
    for seed in seeds:
        budget, claims = (900, 600, 1400)[seed % 3], (10, 8, 9)[seed % 3]
        rows = rows_of(audit_claims, seed, True, budget, claims=claims, flip=(-1) ** seed)
        paid += [1 - 4 * (p - holds) ** 2 for p, _, holds in rows]
    expect(np.mean(paid) > 0.46, f"truths near the bars, other budgets: your verdicts earn "
           f"{np.mean(paid):.3f} a claim; honest doubt earns more than 0.46", "dishonest")
    ### END HIDDEN TESTS


test_audit()
print("18.5: visible checks passed")

# %% nbgrader={"grade_id": "oracle-systems", "points": 0}
### BEGIN HIDDEN TESTS
oracle_unseen = """
{Wp48S^xk9=GL@E0stWa8~^|S5YJf5;`Q%+CS3q161-q3Zsr8L*^MIJxrWa%Zr?A#+uyJ5zI4-
69J2L=l<Kj<L9W{pBd`tHWmru%om;8np)R0Kn8<6@y8|Kx7T_RW_E93Vuugp8>ecJIf(sSPTrsk}XhTdB2RVtWj~<X+o+Pv<
tEqSWOU-A;PhY>EB&fBu)aQ~6ZyWhWm#1Y0Y@hN<zddldThr3|7@q^Al2Hj?2qIj0y_xI%$*)2YMv;-
4M}<lvlH&$yg^eG%EcgYt_EjXjT#1H}-
%j40PipLy)D$S@Z5YMKLc)D_BB%Yv`UzuJjzVw~&c4U)_p`~_We1}funU+Nj2Ry^B4jhCDn1N0)uOj}@an897PZzn=JPg77%
LIY$m?9VQbh|JJt5qF@|h<qn_)sVfj`s=*ju(!YL$3_X&Bb30Sb}y5Q$0J9D8>Db>%|Mi$ubW9dmwTipRgBrA~ZE$3g0L`+~
1eF`J%(g=pUIH#-7;L<hzlE?Aj-(My0s_Ij#968^TYw<eO!WUaIY(#jhHwjg*Ae?w`bg}PTgM|fzB-haG-Gg5KRvj{0?7V_U
SlmfKD-{#};N~jbedhfLW11R43oyj+6<W#&P`a>Vxco7BG=u}Or&R=pYF3r^&-(}GsoJ-
5dH;D80rLQ?~MJijp@Ow;IlM%CP+-
l6tSUYKf&sxcS8ByV#0STIJtoGPz`0N|Wi=<|%AT^~w%FM~!s6QL9OhUWgFO6u$N{`M$!P+wkmM>nO&SpT+u%9?4>Jt5TGEf
-jqXHM#1Uqcuj*nZ;y&4VXXLtO>^Pn;O3CihhFn)>%#T|*5)zfL%2Zx=aQpp<q(?y5c|F%cxg2AVKIBa3adt*^^LA?DSrjE-
*u`)wGcIe_5s5um=%{X9vpXTtB%--){Wt8CC*r(Yqd8-
1p3SXj{#l9>>WJhzuKx2FiR*|n^6i^BFKZZ`?4nTWYxnine9l>q`ph4TRug!ovaRT#{{UF!wQCg6NbU)F`zMJSLZX|)m`cjR
>B&c4f?7^|Cw}{!l7`h#0m&ALOo6HBAkfNqHX;B78qr40gJAi}CnFF~0UP&6bwtyy8Y>67c1?qHl>mP1H!uu#dSf?oOPC09p
q&ekX0wv;~9WzH@^uhS+5Z9*10vGmgIG45~WNj*$_FEGWFYIbJuo`zJdl#oNE<rbV`iR`z@NiThZ8n}3kXDEFA|=q&2sdLNV
CdgqSOR2%_s%_=B;b5`gB`h)seeQBu7ogA{ddG?*S$;$xqcF+<rwbvo62E|+r4ror&t`j+R6a71?!oi8Li_ZPNKg~z|dh>Q=
kx8BcK)H_DO%QR&=C2u|#2Qd6Q&Hk&WEiKYR2})dE37-
V87QIp*LucKX|#e%x|~CKz^3CA$)vK+XH0X)=bEU={Q21Coi?rfGn_5B1B1(GLrDx>cj&PdvEvB2(;7?*krP&dkloC@cw1UY
IuEcbY_<gY#~$732W8L<CEBS%yoNQP^xKER2=ko#K;OU=43dKJAU|U412_u7cwfYNUi*$9A#H?y6EC@q1qXrBdb^RF4_V4zv
=dDzBQYdwRMY6OCS%1MMJoUt}pQE)|St-vtXN=s{l@BU42lnXpPke``gFFIzdGx~^Bu8h2Z>;QEFY;+ZWW`vl=bOU#D8K+t_
{H?L85mdaSNIe#dkh$D$wzBpnL%iyHuzvg7+o!@5iT%4x3!}K3&S}wIf@UVAqM<OE?d+f|iK|R6mU-
X=#ATcIginW<JdfaRn0SWfX^#t1o2;pQnu+6;rcdgk9$4e~audpPLWaI=OOOurvx8hvG7FpBW4)h|_F>afBh@OL18sm~b<eH
%`_&sH;4z!F^fg|M!pQ0;|<a^qPu=8%#(SkkNZVc+(fwgl;?V4>c;0Q~rc#Ew^K#b2uC_1Mj)bv|5fFbOFH~-
}wsd5l$S4{FY&ObV(GwPQ6Ho|y-
@yl(>06f`Dp>u#4u78}nXJuiyfbcPd52k^>2ds{ma0jM4*j5;5Jzc9v4HA6E!kd@+ZI^!`mH5ow9@dGwKjK2xie<|vJ-zXWk
6BwIc0B&hTiFfufE(^8`N5*@SXi)?(FvX);(IxyBf!$8H)TlVeuDuBTgJ}TF0nd#>0y)7(`w92jvs-
i@RBR|JpcY@czu#M<*%rKxSaswLo*;35121Ra)KuWOj-
k6%D#Klq3{AJKI`C4TrTr%Wj$<^j9M45dQ{uV0)HEP@wtvYrPqmG3z0LhFazbPNj>U#-
HC9(mjJ&eeWqDB`b{W)atS|%8szhta&OrDmjIEH;AxDbW@OGJd}Plqpg^hC?7`0a2*q$A&8JStrJ0ug7~d@zeRvh5BR|hS%?
^zuK{ti?o#qDUj}8=IWcu8eFM_np!pREOqalN>V+ycb8itvkqNwtxo3JM=SxHOtyGXsS8#h!`o~m0a8BgXU{Qrj`i)}J6pkM
hI=)-lFSwFHUns6rUtQ$|n?vdKtWB($N0=^CA=50PTLQdrGljGc<YVG+#_K-kKJp~kgnbMfv<dPRnw@txP*wl#Se=(P&;gEO
rbC^S?yV*n1SQWK?ALa*=ZZ*snb^Psj1iEvPI4nB^1b@EIKFzm<Ovt4BW@!n4{}~GsQqzkTKV3nSs*&TH2W(^oI4wSd&F~nn
&7qZ0-
VpK$=SW&9HUXMD#?<B<h`(MR@1v^;2mkjir+;k(U;+4R!#PT0V*VWGW&lr31p>Zcr}1_{ol=%l+*sf$&M<}N1n8!G<Hn%kah
^<;>?j=7#8Jr!YROf5?U@k)nPr#YVjO^Ch?r>z@7^T6;tN!B^H@(ou(RTW&SN(7SuhVj<fhFE59S{)2*u8JPFAbz4BH8*ntP
<L<}8?7c9G7e4Z^)*e*s3FJ{>nK$(KVZE--I?(|rX>+-
{>|57X)^(TcWSCiIbs>a91P3nneE5(@R&w#`<>^k)s8wH88nIkA=6pWv0jcEFr|^}jV9Mc-K{7@Q7N%QvdI7{xT?0oE%sH-
M;)0&q;hXFQt%uYv(v-6NamZa!|wVx8P^v=3Wg`{D?_BP|~yM0zcvvD1AzOYkr-j9Ld1`<-
i)>wlY>$3u0?UvtBFWD^4&gjGI#@sf?=5cXKyO{DrOlgy?^EZ)NKLR}k~n?@P4zGfN{oy`~#oeja{6jHLioU{#vlHvAN2Z~n
Z^PO9p`DlHGrm}m`HPtp8@f455R64(g1I&?_^GM;E^sOqCp3B%x`<x8Y7<w71bDw2tM^^C31s9$@+uC=APCoh`DkHZ_;|LLl
&L;j@CV4=*mBJy#neS*sq^(`a*|eTFYxWd$a!zl9k%zO;Bwj!ahnLU7bfQA7k6hTffstv;5Uduc{3KzZxqNd%VE#aB7r`FPg
lnfUV_QHzz_jd$7qJz{Ey$O(WC=O&=vU01Cj&Rax+qj^1PUnHn%TQAe}_p-ONajP8tq96@?5aEL&3|LPS4Wnjj!cJ!m%xQfv
n#Dj?K=c5x~Y~q^P;U7U2uI4AK{*d+h>?braVKz8j!QjcaXNT{LWhOh6^I2tC0kwjwJbtPeIJqLf;krJNqR%T#IQ_yDXVg5N
Q3i!cXm!;f?0)d|>~ba^%4D>^zk%!qrQ>2k&Dq5}oRX&{ZjCSq*n40Bm-YY9NRUI86x1xT<m2zm4^2triPRpwTcYHekQM-
SddGF?+Tq3$c4WBZ+w;E7H0lK-SAgilCfLwvD>B^^XS3;%sk1>-<mL~a}34=FkYwzSjWn(v~x3>R-
^#IXiX_}V3F3)dOl2R%&&ExPy5{xN+FLi8E9J&N_@SyJozFK($9iQ<ecCmS#oEn%lNG{oCqb0cU_q)c+=`y%C96V-
4kd3io^Aj}buZh-<|mvWnD?>JXpLzW6w?jWuUhY4G8X1aUX@)6})*-*&-4Mxa)CxQ$5=w2~I^-1g@s-
~ud<MIPa>8I)xv<bBJ9s7%NNzIiE>1%A^Y@FYsY$04UbWNS#CD%GsC!Y!FVT5Sfp?0&O@DoQKN?2#*K;M8kl{Cj!!JjSMoB$
g>c$}TL{5p@%{29z%DsY0+qM{m>(LnloRLYgeMo2-SndlybbMqDt$UcJwqu={`-
6Gv|3K*OW6gOx^v$c3agdN^KS`V5g0X^{-Y*uHkt&7teF=B<%XTb9We=y<l&scIRi^od@A7eQT#x3ub1aPL04A@<-
JsLK%_U{L(MoDvgZ_JkCjVOd|O<+lr?&e~T|D*}8HkJ_H8xw9c0&maav~Ab&W-*)6xx57G+CL#6j!?V+X3yUD-
$;G)r|Ffr#?*mm#m{jmD2}^MkzkHxVb86XOS_K%I%wr3qs*0jwFNaMJUF;c$YkkOTFB+ub)8k(@nzWKmu6M$?NV7yztMSCKq
FL3*OxzKY@!$w4@H<|DXp2-
nGIwgSa!~nIv=skfc<1K<~gR=!$f=SW}7`(Pz6_jTefcmPQhmpPBGfS=j&5Cn*e<WSRa_f^*#x&<|xRzg4Acjl9ujLxPa=FH
od9DY25*O)g5lTSiZLOFBrJFzA-
%xT9{HH$EGJA%JgK~Dtb>l6yI40?;0Jg+e2L6xLJ1S%eW@xHC>>K!QyuJXz?P60{;CBjPtZh=iQVTTNF~tx5pMk#{hVitP0P
-v`-
$CPt7aP|B7zT7Ue6*n*)gjUX27nY}wEY2+YnU`g@&_B%>Gj&NCU<{V`qbNC#fBgXmrpAmu7kU4a;qzw2Wl(a#}1SmTZ%k}@4
PW46W?Oy1JH*o{SJOQSc@N_DonhiW#kC^=4V?+YRm8o$0M^{E~uaNg_{f{t}cp~60wxS+vUgM$Ub6#o!sw0NZFZC3vj>&2z#
;ix54ZPE6FCKXYcm@{g)4|;Y^u9>3I!HCIFU2#^G+1r}iP$t9!ztwYTAhpSPzuNgw?1pwe2ctJP{8XmjASy56ZJ~0170W{_N
99+Z>;U&GgDY5@fKbX=>i?heDpjlyQq*{#FF<=kjyo~^A>DTxkV!%i4Rd$6$grV<rl;ey7~{Ya0ZnSW#{sbV(o9aj<`S1`Y`
Gas-IP=zzi=VmJm6INg@F1MJLEJpHWS!SvAMTU8ICu9TR!oq`yDNZ^BTzV8*wNzhLazI2mL7xJXK$*)s647p%r~>0^zWDOT<
;}&B~C}LP%5#f)QM#epsvq_)E=@d-;%w;J}83fQJOPwmlOOxM*w$$CMS!?O<-
uYG0rhE{poA73T`o_*i8s(g85cyxr2VwH+&^f(ROQ7$z=2+WRQAVonO<K9GIL&!V`bQ#EUs#**#yao<$QK#T%`K24=q?3vuw
(#4}`u(m-J9CV#3H4#ac@}}IIXv9(v=hQ(!bG5A>uc^fYcL;H?ma%#0H&3u2-
Y#EU&E;Ihx#WO|rfufT7C(;^7h<sV6dn^$X41D|s>B*Y0T?j>?)yIi@l^cbY#d?00dCHpOoSq0-
CI&S#p5{(!ut@S6U!+eu!5BAW-
;q8Nyea7{|A_naIYko;p!W_+F~+WJan^Qi(w38QM$`gWMsNo^O%f2TMYW38BXauOjRk>1_<uyEI!|#Totpn^Sx$)#?Wud%%m
BQGlEhUf&8kRx}r1S|F`{K-S4<?l-
WvXS$cp!Al|w=ow%^7ElE~%9XPTjJ(Tk{wB+hg<H~JP1mCbC4XSjIXU85~kd6|ak6VgOI`VA%04y{>3PM0koh-nMRfdj@Gys
N^)0Hh+sAJMn@prWs57X5kh~|O`gZ63On;~%L$j*T3E{Y3$8P*&^nE3LjH=yCUO$HvoRRj-
k?v?^#j;R#@GfC7=g%pwT+&vq5(3o)utEN-PAU<D?JB*Xb`MOZJ3XP1R`2%-
TfOqyLt{{ieihEoKVqsQ@#6)6%hMBbnXUR2NNyT^8ssU9*cV8y}aFVE|VtXUFeET5*Oe*?grsjk*de)1A9~*IOh*$a*clZey
F8{5OPIJhC2|mv3i-D$@g-peSHTAVDmn*yB2O*=;pk$k-&=^~L*6MF7DblWKW)^Gtqpdd-_ClDr`Sn>mkc1l-
lrV@n+mduFFB=<n%#A4TePev_D?%*48m_{VT8nqN($)AJ4gyaAWtUv+i+}h(fd*>e>MyK`U(VQAW$d61RLF8W^Q`#L$*fiF`
Yz}G6p3TCg4T%xQIkqhx2`IetBk5&*cPQ)y+M*aeU^F(X>{;wZT6PJKsM~3ev;>2L--P{mEI7s{XXM)h18p)L`=&RBko;^;G
8}jey=@7$hOoI&Js&jt%cu}@%dA_^U>&~uR_AK=j|s^fxYfo2QIFpLTw%tUi!_Q-
7!=PEzfbj6_n}8G_pB#Gjh^K0CPL%BB_g~=A3|RY8JDdw@)bB42+;Wi&`49EVod4@jO%8Pkw+yh+KO1yobp&lF=5vU^j~yiJ
iYW^ZMrImoFG3g}?Q1hibUId<_TiIiVBufEqC2m&wFfB{vM{`4Rcbdu9P9)gV|(<I*N3PBeT!RdsDyzD!|0k#v^LPYa@HqZ$
-f)rO+tU7kFt474^~Yx&@)Lrm-|TuysA-
4DNc@~!ZW0J6<(5v$q@5+!WTk~d*Vyp1DseD$QjTEzFLp?URpBN#;a3bLDf`kETpQ_N{y8k+8#OgujPp#lhCIzQ+R2VL<r{s
Ye%9%Z0?gx!#l&s|30M$emV_=C@|2@UKM<qsfwO^S*b4BdU=XiCy_e{vFzYFEDNH|%nmTy6k~`4eaC1BylR%6EplMjL6rLbn
0bXZwml1C;siYma+l<9(AmycENOpq{ES6j}YEMZd~Gizi#MLd+&K3Eh12KFA+|$BNy$hMX42jrB2epgdVF%WPX(-
ce2;A{bmfKyUNySXeRHRlq1m6#u5`m2eOl9eRkP@)!!+!OE6Cw!6uDpwO>v+!*-m7JADt-
x*N<KlUQ=R_BZAJnC?wWXV`+#;-
c@MkpIh?at*+dEJI@vCoFw!Ibx)>OQ|ov%jU>M>K>6B%^Hc&dIuruC8wSD1JvI8~MX5k=_oQilRTqKK+Gs4FN<5-
3k7)NSaQe<Fzxb@lk=GD8!PP3^R;fI8UDxD^#s>lSzq5ou(L!jjJl}sCdT8rX**ygNcK~26}!EoEknINiW|18JWr-
YAsvDJp-PqPnqqMTxX>vw*kJJu+2k90N2rX^Swf4rRFxYOG*LJwh}F?{8YreUXR&IpP6Q(noaY{nQ8A_C7s~o&s--
9G>ZQbyIrm+Tal1udZVL_+=4#8jQEZhZTXSc3r@DSp*{WvgJ#U~!*1qWBF_h#BMwVZM4w%FO-Yz(Ts}sGML_{&QeP7fi)h*%
%Q*Dj76pgEa9Z3wiM*Hld%XU#&!UWuemfeQ)&HU67k<Z7G0AI6+Au9#QM|5)GQja;1z7yWJ4@bGH91|Aq-
jEnj!J?9E+n`_^*W#hMkI62vq9?$C0jOSMZrt_DZV1*xw&ojH-upF->Z>{@h4TpwGxexE<HOVcG}bhA6-
zT?O2whLc+2&J2FKys<U8nrBAE=;vb~QExqzxGr%_CjyEN?kR#mJ6yqdAbvNHcx8vm=o&w}i0{mQW7B2%uZG3jK!>G<;F>tr
27avgHs49RsHYWlU>pkeMjX~7h7#9s~{v87jbJ{(QTImNyDLA0Xz*x)>!~F*`67)+CrB2zM`3iHzzit=hqI}tI4AamEXFfOt
G&-
$!nHweCU_JCEus3wPO_ASd>Gf>yZ&*rX?dRdJjV*qbLl(lp`&Vu9P*zDA9xmtyl}PmzT6^iG_|*2;P3y}8fjuzJ_E;&TD3Gb
ajA1KAH;@ER1jhth+?uXbHyMv{>n~lhw@7tf=96fr_F08&qp<ffa^J<bMog?(&Yvsj*W+d)96QS3O%3F5qg!wBsx-
~fX@^X8`F?tILqxDAJXB*nUoVeYcJP&J2Mxf_Y<_~P5dK_ocw;In@6Y{ILu%v#$X*LYLl^iYGwntAKrAit2}~o;^arL3<K3p
J7RBB6>;)Z_A@%)<R|qgp6y|fIf}|6I<5ZF{VE{*Gtyi)tsb%hsFF~m;5JBPr{bSbciCkU@$ZQ~d$6;CumOW6_i;?Eviwrc>
i8AQUCU4FKb5L;Fd$7*nN5!eIRU-5Dy$Qrd;PPnD(b?3-@?()OhVA1zk!~`B*R}o`x?$B~+e*gZLGv3z%4%#2un@|}xApuU-
kx{$A5&mMHpK6Asu+$ui|bW3*ey^4RVw?m`!D(g9UJaB2dMG%`c@)i{VAIdE=rTRWh=?NPNtLMUe8{8-
b81KPHtxot4P!=4vW_qa+!>bb-hrq9d1?4DsK?7p81ZV{K3ejSKMRVfr~@7l~UcXhxShEq3a76EnU0pezytaGsIfNa!kwW5>
g;M7mpnW?tafnia0hM6{V76UK4x%@F~#W7jEA^wp1gjmk(+gs`un#rtf=lu}!YIu~mG9lhWLN#O+nK+VTrZNyHHyRDiE6Yp>
g9LOn3^UYGd3;WTJLx?E4CVd3oV=#CdaMuvED!cIJUh+e9q4u#--
BkfZ)1;#ha+t_Go&|2!v;1OU$MQ;DI=nV(pqnH)%>h@8gn}+tc63dN^ekwmlJh4Ptsn5*jM<a)n2q<P8q(-&$OG}v-
1i^Fc9Nqo4MbLj4?03SKCs-DQBE1vAsMLJNCQIfOJviz~h40dnPW3khvhm9r&rU{9(uMF15l2ezC#AG{8rX0quA4Gvbo#x4x
vh@X7?+xCdKN1&?@s0UNldx{`hLC71I`$!fuk4ZJ<oTSfuPw-kY4ekz_ja*vyw)IgtpH8<l8OK;Ujb}FyriD{z)_G+^)`f6;
3=3i(*fa))w1V9Z}EGJ7Hy*XsF!i1<L%nrS|4A)%eJ9BqnI~e3`Uer%L@<w%`b#!)HMme`|t&IQz6VbuaIiN^CPZbA;*x<WF
~AwmmFV8B3bkf;q`!y|2xt<KC6+4_e>r8sYgN4^@zvCKcwf6bP>Ywvt;?8Fea+SouZZ{^88lvzPKw&lgXdEMAKHlgi&W`&j5
Hfd?S*|G)Xgm<j=74UsEKo;*S#B7VUq%BVjWic5yQ?V;`SuyOdtnORJfZ3CrOEyA+Lj4-
WdttpM8O>+VHa?Z&fW8hf6sj{TeF2;Ka#9Ndi7dDw0`RWyM3!E8{f1r@Mo{p2t1?N#5lnuqa1C|NrL<w^aj7o5hNc)-
a|2VgzJ-&(vfumu(yq$$eOwS-=x$V}dR#(j5CP0+;<+)ocSoOZ**xYzk13TDiD|du3UGBiQ&f0--A-
AUUm;vFiN_j1rnbq!h$Xa)J$Du_3b=O2zUD8_<NOQYQ9uh2LikLw#GjbsGpp82*m@E!gV73>e$8LYCWd0hKd(;0=AlZWP={s
?t8qf(2-|+L_AbwsZvraWyy(?e8c#}bQAs#p9imii#IzUT@qCwp7B$+(|9VCSE&bT-~^07keShLPER?G3U1yGxU)-
7b+AKOmbrdy>M0lbCm%69`8%o9dlgxyFOl5(45(3WcN{nN+PijA-
9wiwl`Q4<9fF)6jK?|@}dt@B~8GFYncXCTjSzl_66`|iH6SdWYm*pJcYcZZFcU~m720X*HeBbJ#2y|9vOaMn>ge({}~fvHx)
RlS=xvTfk1h!Ffm8znUtkL^UE{LFG+b=_?`Xt5(?D**xxJr<5$OGZd%v#m~=qi4Pmr=?R|{=o{F`TQpb*|V+y=9#@9rC2wv^
Q6)Sh>=rAO|f1S{dI|?qA$1sByoS^A>cw<KwMC;7jxmK4vL32H<o}(Wi4AF_f23cRz{y^YegZs5)+Fhx|K9Y&auV76*09S?)
M6_#7BOgWd)o)a25k;mTDWx%$HKz-o%;1<QC+HQ}^F`XzGveq=|#xv>aESY<X+s_)HAL0FF(dL00E>>FsO-Md#AmrY}9UEZB
K>n{PEWjN1xZw^*>wgH|D0&k6)_FL{SdlC&yHVChrk&{FcfdiH2@ulP&eI8i?>IN_torLVIpKyx{_Pq>~J9~-
ZMh^~mOoT3M&^Zksfv1$zaLl~`oL$>#4OV|es+WCeo)%JdmRXl}rB+9c&Gec}vxz<*~9aUqSd`wI)5U?KI*@vtHVDzOaZhIF
Goxzz#9AYCzN*xY#He(7m*pg(Im<*|m$VoL7un1369Yl9yY3Npvj>cqyaBb#%jWf&<(XB2_uAXIg?2R?bLuWyA!NcOVz+i`K
i~pKQY<Op_EM(bS<}Gd>q90X)vH1PX5uYXky)4C@6_T>IecnIoYPpkGUtt|WLkGw=cAbaX=Y7-
8NFd>84REMxmPqnX#G)2roFRh<tCE{el$O$&{~GTRI&c0(2`e23o6D+uzJsp)V;6^ZzVH}zGCV*9+Fv-
fBUG`iEnD@!Xl$i|noa-J_nWPil}^Lv8eYMrNsV`qpE^cYoQk`*OTgxKuqO=}z+op=p&mJ(>*N=3h3VO00)Zq;QjK+Lbbgs}
RZMh|wI96T3DZ?1{g6|nB#Rm2q&O>iqFx$K3W97KrUQao0D1#Av;5JyMDGd%RZNUxbSr+CU=s<c*EKS}=&zf#r~HZ6R?gTPF
M7tN3XFwJ7#VzjP-h1S-AjND-
+l7v+H^{+X>oFce&R3#wlNYbPod7Iu=oCh@^UfIMa%U>czI%)pbQe%u&o?Nx*aI!StrN;2(YA_Pdg5%i1^sbOWWa05)uX~a0
Ps<*)53Ig*8Gvy(@`G0ie`^RzVG5AQIAihYO`mVM?H#B_#WS)|(DMCYVH`DY~<{+YNR$2k7*oZfGmC&;|`d#ib74VQ*6NyWJ
ZUI728Us4p4+Nzi;oMx~u?B&n4BwD7!qc@xZY`chp^`nQq-
>xz&rww!AUJ1irp3HZzLYql(>HsTMz4BvxipPLDo#iGNvovo%arXCrxD*E+G!cYxI<K<fBxN8GpWYupMEo00zD71$8=HmO^`
-@)_FqOvi9Q4-8H~?!>D|=XGLS^N;AZ6UD5$Z>+e^m}^3Ood|=ChpOWEVOj+nGb^fMIU1-
tUCSETtR^`u<j7#|eIKSBu3#XRW1_d@ojDG#Qs}%>FWjUe8IVFFOo%JJFxL!`fY+gLYV%T9|_K=vBvGVd>gLT^d7v_6XSTa6
$G+WorB66hQT#gOX%+d9S~t;?GK9^%*&fY1}wnEG{S#x;|}WaUt}54Q%^uPr5;8KQNkyjj&@~egJ^TcRGX11E0YAvsH%oHNm
1Dz%wAXjfFKI2GfZbPz1J>Ay-
#)Rv#HSOl_FM;7SE$gjq$&X0P(xKuaIV&wQ_@++yG`&r@iSA$l3+Vd^5g3Z<_9nQ=5s?NPTgZ2<x(D8ZAU;g07zy9xdK&Ex-
Ut@VLUf~-2jz@p%dnq0H(5`Tfkyr3~u>8lZ}g7CMzz6{&hm2kM|x9MrUgb2K(MewF5Q=6Lm#-
4AG9eywET@o>B7Oa^UK!8HT5JMwy{p796m$N_)?}?{Tg2#m8BN8E;w5XsI0wS11IHo%G$U_zZ#9GBvi}a|^L1Z`CBD}kq40$
W=l);|f=>4nCOgT%O(gJ~Io|Fr(Y<}lV*ymTZST7@xroSo&K*$1R!ahl5BPUW0$e!eho8Lz)CQggkFY%@Zhz%N*CKCf=E*XE
c5vo(S%<)|c7sif1JB~1&b~r4(NYv~{=xPmU_$|yx*0+EE65j_T*R&K{_TGMW(|7k~fjGT|^@qNy?~9*WaxaS4>6sfjSrWDV
<a;DwBPUXl=8sgFL*~ImNekan>Qn&^gx^6c`D1}l@P6jPG4C#7@4axr%k4pRz%v9&+BzBH%%hte`{_|i7x<hP-nm0NN{3t#<
@GD>L@n_y1BIikt61DX#KMEm2>L4QH~eC5=KjohFkQWBTBBk_9NiNL?eY0Wb9aQG&IL`KXn)OehkE`^#UBECY)Cyz9&HV=A4
yt|jzgbb_u|@w$?JG=*U&4rauxk_EKP$b<-
;P%Qn1ewwi>^HBV{Q6Od6U}v@7B2BApPZKW`ClF8h_S^)Z!e(PqYu`z+>o6GHbCvHl@FM|Hnr3HmcMa2iNQ!NbaRU%SMRgw2
c0_2L~{ilfE}v4X}(Rb#GHe}a9}3S7F%vWv`;mZatdbv%b9D;>rNB75j|kucEnv`kSpAjE)y378ydcPZV;RRWTPBjARN%-
m+tB;e21NP?qcri@pv4x!UHf9qF`q3<3cI!-
xf2C~<>6>bk&872)zyyvx<s>XF5oxys=e7$k}MVz5h72+*%Gu5m_IKj~JT{_^9JyROO&!00;9=<sD^{Z&O3meDj1ShcbB8Nv
1+alRS)z!{!GY>7xp)-zgawG`sw4bl5Mvw4ZhEYHRr+t6y33la>%ROiX2^dVV_eNw2zozrZ>Y*A{kXsi1!2L-
7fJ)pcX;ja|qW{ELA_>vX7K!uq+Ka|a4Cxb=1tq^2=l{iexmAUvNHPbfatzRT+8cYmCKFWu8^l(lG7)=+?xe-1+-
U$b3U~lWYX_MYLL7M@?+(H#d*aDd!}|k^FzTe4T(5<#EAJP!4BKEkR1^;7UvYP<Ll>P{G&fq5x7_2n%Qc*>m_OU)%TTUKAg^
|<jBk+sExg8vf`*!9mPDMEf85PQD_x1VuAk?_=Z;p02p2aJM&@Y-
23b1Y8Py9BRf<Q6FT33XKRLW#ZL7j6^ucXEMh2Lpi(90U068g(4!^C+AO{PKW41xr-
LBN(;iUzTKD*X8wI0Pw$LI_5ROMj02bDmPO`Apb-rd7aPUP(7E$Shn^fnm1uR7};B2@RVlFK}wFo_oe4b|TP+5Ox)0+!TUya
>hdczJwRJSW$2-+i<5?np;k982~8Ctbv^*WSgecc){5+lkZAUJ()froc-qeeXTq0yG4y@4^+u8cd$@Bf7~D2ahQhe^zD%w);
!0{NpFrQDu5OLj7sG)+V~w-
`{bzK7@%g&<*|1Kd|6v?3VeHM?^(l|Dx|L=qQkKGhl%&X}}sF{+qKgGBMVMvP!OC%HvXJ_~<`C)=%S*;LxFNSZhy`LX&s=n$
6EZn%11_Th#U^7u8TTlH}Tx=n1c<`T_*VYwtW0jH%$)tniR=J`X;BJ$9`rDzh4}TR_kH8}U1DJ|=-
rWuS}GDS3c#vavK*&`s7QJC17zRKAb;G{?X@G8-
Cgk`xyf_9G8KV6J!0)W18<iH{tv3r5p}a#4i{V`DbZ$r*)Qht#oiEBAVOSisnLAGRog9q?sQ5y?)Ic!ZK}xy!lp=KM!h2AFr
Y*AcMfOl_FpeJOgDxfb}=ESB~d^L0r3*Wld+Zg@>$<O!!LJG8$gU2#})f)nFE#CvT-
rm4K*!=p<DQ^<mgyVMFIu3Ui?2)yr&HlUB#6X#L`Ajt{&63r_-jqjvhk-
=kQ6utlu2s0}VqH|!HHA)VwZY6yt<yTz|BNB0T*g4m!xG3JB4bSs*z5h(ue*-MWyyuI(NP$ihbUR0{6q48DT)03f$(c?oo-
3`_rVBUF0XJ~O7Z>4&+}Q7Km)vQur8jmkK1jYZIb5`8j<DmP%DpfAaTk+-
l}|EA7>dv!5;ZginW99hg!BkrQ0%3OUJ?C=###?e^TP?wdsIfEIhtqm&Gz6Z#zEyDB<rSP+aM{oyos6sotdD?;Qvf1YxOm-
F4jAP`}Yb>sWve#_vod$4i3Gv!wpkHypME?%0jXlb*bKe(tq@_#wRx$5S_|83~#+{<4Bb)38J%I60<2Fq|Lzyl%xL=E~l$8X
7hE|^^w@LH0OpKujXbY!}~DJ=jV>g@u--
Grz+NAD}}1rz;RHknhnhp;broR=_PxjJO$9wTQ5iD&}MSE*d2eSt-6gJ$M8U{eSvPAy-fcB9zQjE#^&>gl<YnnWTlCiBZd!s
U+a)Id<MDw)~2y0^1p^N&qCNIHrM=t=E|{^igrGw2j>(Qty3vXYHO8}Oq?;dFSUvBO`^B^9SDN0ccIo9A>d==jsK)6=nin;$
Rc%xnbpuSC^l7N>tEI{yP<h_IAN!8>?F<ui&cZNYjtLsD?_c-nf^PgtJC?yv;vDDmW63XDhE`*|2kK;-
F1g0)_*@tjR9^TZbp2yd94>Rpx6+z=^NJ{6{~c3!@uyo1}?*!H=;M6$3*Z6X+H@99<*T5g#t7o?t~BU%GXjUdt$<6nlWHitS
-6$&QoI0Q*Kza-zku6f{Kj<o$D)@j39COUb8BsT=bMLUWaC}@}VhW(OZhXPZe=XjTu2r{nljMRz{fr4t$mj_%kMOu^;D9tIa
(Rh(r%{Yt6eZZ9Kmmt{^R;RhJ7jDX66q5AJS{?$B*bYXwo9MWKpPzLBmOx?h35+sRnJOLr_<_c`mDty5lsT~;s?T3w2u8%Xn
91ase}G$uI<vJ7RZv$0BhYm9SN8%VG}28PMehtM993+cL4N;p&?%YzB>7nx<!kV}G8%1(!VZHIL$P(<rPp>y~GF&QYw657oz
b11l$$w`C!|F)ou9uly@3Q=ncN#xa4ys&Pix?^p~8ORHz`LH_}eV=rUo!m6v^pg%mQJj&+7n*u<j(gR(XN@u4k9Y%_+iSuf5
SqTTzkQEZB#qi~bJ&SXeFmzLGFQq@(wceextU6^?)Y?}GDHzJwHzO;Lm@UknD}e;Sv%1t{oq6_Nq9sjZ!Me<y`4bOR<h3#Fo
<ryRA-Gtw1Xw>3aXTux$_YIv*QW}YL0huzN82dS>O`&&F3xI&Cf$u+VKAKm$upQYlWigQuzFxJJJN!?K3h+b_8AKIff#4VQ+
VSvO@Ee+IBn%&}V{pDU!8TAvO*SpP}VM-GPn?2nJxpHbWuldeMPk;narmb?^Cm2tH@oW?XR_2h2`+yKTMn<@;fMbZEpMfg^A
E(n-
Nhg?ErFkyPQ|AOiUR<t3T`=X<^^812zDRpuXc9ZWLifuiLF8v2Js%_oZ>)X<5vQoaTE5dL)a59%)41IG>BHKw($_3#Bnv&Dl
;{+gR(lL8Ske;7R4J*v#~p`ld$Ed|&jCn6z0aa|Zzo^P5Et60L7Ed?(NoEv&Xrp!B#4+2wG<M{!{QafDNLB9zn7fy(UC{}w>
l?or2OMZ}$u6<M^@n~H2817T*>8y;?1)<dIHgW0W$nvegv5txaT-EZ*g(Rz@vS}qyYsPQVESK}+L1B&+BQhxx^m)`E-
{MV1EtelkIChi|#@=r6^jJDhCD=VagS+1He!3DmRIyPgv=d!b@@R$GWim4>=^D5CW2;VZPrv;}Rux&ZxN(c?y{iBw6$3YDCv
Ezb{{3HJ-CYQa<37H8aK+>Q@(;>on6Hv{JQ$*oC!0$Ki?JsSj=zdL+4G@tLVfP)P-
7gJ?K4kuKw>uXWB8Be8@vSnJmBvr_mxC}6qCj~Ap71EU`#Z<xxvus1BIYbk$%@_&`@b07A!x;H8LOM1rk#*#4kI8!WnMfw<%
4#{2#V90IK?=%x@m&Hxg7~e5kH4?i_$7!sJA}fFVAf(RwAzHSpB>hfS}6U-OFeWA%Jm_<x}7?fUY*O$w=6QMX&h#-
a`te+c$3G8u?HRGOxo2gZ<nJVt=}fM(swGjN6QtX0{wOzuNgGyY#P08qr+tpX}uUvac8P0U#(5dR3*a=vCcZ$*jR=eMf0Qjb
ILgmxx0zS!dJ0z=+rL)E>3R{niVXzE%*PYSqcVZ{3?HIA0ybj!!y$$H@=Mv#GMOZNWwJD(W@=$J*hngb_~D6Oa)-&-
<cMeTMef~l+Cv!~$A44aFxf|rFu6+-%xJTNt=KVtBm;e&BTU48NqaS=zg-
?SWLO7_@(oxqxLPoBK+EPccFEy~NZ!=TUf7X;cx@Lh%=jQ)7NuEDQ*?wp-aauLhG)Y>XuSSf!<4X(rcY3y$>Y+NkRXTqSf<^
hSH<0jB;D=*+3tFE-N3Cd?C<mM0^wLe^58nNveQ8s)i2c-
|h`mBOmdk=GEsKO+!5aTMiPW*`}j4IB=o&NTpqa@9$s5=Y^hszdyyGRzU2P}KVs%+-
?;C^(5zKHAWSYG!`Y|TanTKo7+KBzlTucN9!JXbmRW{(NSe9&1W9y-
Z8Rc~`8p+!2Tc?72l*RPhK71XIyj|BTP89Ajt7f7y&t`DKyikia_<?U7~ur2pUj#R--qDP$7mKkzo!bu!Lps)U8{&gq-
t0G;hz+VZDjIHoxSpn$ijUe1ErZ(ZbR)_qnWd)`g3>@6rM&40hsyDkwYu>`PTsC7Fet?YngaKOzcO*ae3J#MR0A@GT66Q_kh
prWH`CX0=)maFzTf}y%oipg@S-
$6N&V<JnprywKCLe<k#~Ry9F4O>bay&#cU5J65X=;Cf8~Y}Ap{@d<P|HVI87La{H6y4%_sNX!L~k7PIcrf`<f2cN1Q>_QfyJ
+W_8msiQR|547H|K<v-vN<Bq&P}lduS&J^!hA@X)Ks;jgU^{7TYec<N-
FU$SXH;8?LK=gs`@5jB3kaTCQ04g)ZPlP<7~G2+#k%oN2-
Dn(Pzmh)d!LwrP8a4ipBLZr)8@#%u}O|(QhdzoN$y)F%UL748flC#j-
ycr_+udc)qffKB=j8zBRY)xQ3>laBmz6F%67lJ|z`*$bCEkB!svFLW;Hbi*s8+ZGr-K)@F^%oZ1aLK_|qmK~S-
E{^yC)F7lY|SrL?%%I>(ufZt4Dd}*vDdeLD>2RV@{E0OP>qBDUs$kc+r>~BR@@n`W-
CTnw<sCv2&Iz#N{A`I0<W8()}aUD^$cg>_5H35V0HCr@Lpl}%4=)si7^c(Kh*is#LAOOJOJ+J(i`cOP_NUt+rZ<Nf75Ny4SO
EBBrSj5C3W8iHX#Zt|D!_o+!erf?{$izzF9n+^y#>uyE43KcqqpvM<qd|7YpXN_w^2vzX1|4O<VtcSQXL*YRsl>P@yr;>8Q6
|_p)QsM0&#>rR2X&Sv+tX8e_cKaKB*Pgt@mJogl5PHq>!C^y|KY8IxGjcuRp>2-<?`?apQ$!>UH}x6Ma5ATBOJRm_3-
u)ehgUWs@?Me~!0p@_Z;26K&bYK-Am)odXi5_DxK*z71A8u6a&<FXxS<}!ET-
cTN?nl_rAg=@|L=)zu;$`K_Qh7TaG_UEj#PtYrP-Cfhk#c*C7wClQ`<?gSn+mzZuE<lVd4R8mo8i=D&au3AWdRP!^$|`>ysM
>G`fd^>!zSNMxfyrMV<|h1^sZJg4*{q`av*02o6@EvbDiBuLV>J6V4(&i@(>ZPYmV}cOrjXCZM)do?)_~i1j4SEv+;(iN*e-
4#eb1Dp7)V@ip*(FwAQiyfa3brlNfBPyyH0*v&RYN{0OQg&$Us`{Nq{vz{w>VTz>tjJ)cbq;Nt7(LHhC!1XbkrkZqNkcA9#6
N<yxfrAoE|e`fuQh;|BaD(M6!j1NQ8-
IU&`=mZLpsjLRPSvqTtHyM%NyFU!t2getYwfs^_@)V>q0I|>S57@4EW1ZHoR?%`EF_az2rgrE`-
)o0=)e?2{7&hYHNZf^RFwBS`Eb;G|AkI&q&Wb5#MKiIqYRqyWHHvJ`%w(uyLM~c6~RD5*KEXjxnT|=SN-
qwQz=aud+`2}p2tq)BVWK5^vkM|<vTX$o-e3Zp-uC5lMhL$3ogb<1WQ5eJZ$dEN}8~|$Gp%>b<<l!+<az<y#SfnlZ2;*iw@c
F&ckK6+nxn>e&F-
nCGd{S_PalsNc$;q@|T+!&fx=auAi=e?cRIJ8LJk*OzLbQqDBySj003&LQZRI2{f`pVMIy(Z=9?)QyT^o-
R&w6MM<*`oJ1VX)P&TDIF0xO|{<hmVSYr%wl8kl9NR3qAAc@UlaBC)$ylyhzY_np5dF8<GhEu0uASrd9}r?Mk%>nc)G+Ygw;
pfrWC({Q7Y87+~g148>BUCfgvm<Cd4Rq)5e1<iaT@+PaIcG(_x6snx|$ddg4`ZCaSuG007m{gzq2MpjDPF!B+rL_$R1L}pe3
Sis-%i6nT2~+D^&hw`8YoE}GwBaKa3tp|~81Q5IwaS;#VTgtd1Y&jL6zW;x47h9}x~pW7X+oDSd|s7N-
rh=F2S+C5hsx4GE0fI(<xyRBrZ>sVv9_6N#c%LIEAYqij_2svuJfMHK~4wrC>hr~*+colv26B)F2lIl5Hax;f_)?uu$uSt0m
ei_YM&R)gGFYrpyYs%x2M;tr!?KB8hog4*$v?apzujAPCE#&7u#RscQIEw_Xt~ynUsY}lE%XS8tahF*AJN$B?d4S6l2Lc-
e(QyS;LU@C)6B|XTY(h`UrO{IJ?8xkO(Xd9KLF#b+y>i19zRnOB2Yf=e>DxJb=1mnhje1ma1~|<Pd5X;FP;AE1M6kcemh<>)
3xgh2NW5sj$-DM{>d$ZN)gpBvI-X6|{?a>C<)VS~yZJ>@QR{p4s-rx8hDUd|a*1D`1p+yAw@cD73^#_H>YKWfKR*A<-
g}6J*j_3<m^1;lVzTsJtD`hoQ;PotarMI&X4yDfQ=DL%p7fuZ~i<2dg8m5RvhNZHAi1QM3vVfI6AAJQcMS2Oo)!M+Xd_q8f7
7%uS~~I9{g4_%F-XJF?vc-2V!|jTTkcT)Yg7BUoPCK1xg8*0rd9l<|-9mAvjVu<h}g-
%a!}qsRnU2Ee1jl(VE$#70Gn>$v%X1nnANCq1#?d#^aS_ZQeeN8-
=@Q{wl^=!BPN6`HVS0^74_TeNS{#caI?h!~}9at?#_a3^1N;(#Ys2+ug8UWN*H8$2WydsF?jCBR~F1yCg-
M7NccN)8Y9IbY9Y^DF6RXn{QXOCRnvLkjq#_%^!QN$z=sgvp_ziptFtNqLme^^zJp$^tC-
I`bQiY$kvK)RU4;JJ<@x&86uOQW8R9Sa;3BvjszLX^Q{2RZOZQQ?WaXbhi~tznh`?uQu_c$>*<RGYt;I6r}*MaP(REN!%v9j
q@d0&4k|_g%r#!9pULH!Cfnx0+NiFb47Jg<n~%XUvi`&6j$}+L<k04X#cSa#j&dgRNW5OanK7v64*LE$-
?So|FQyWXW52UWbhN6{nB|Dq_n8t%Azg}vim%jMnBMO*19EYYK@p;VuKyyM~fEo!URGEYWq08=wEcjOislhhL5Wg7M=9UC~8
(|I;jQv?8j4-
)5iS0icYs1*F|9V*E(^<4X8$d2j8Reheu8!wHjVXntS<Ab0HUIImo3a0`Vb%x9<Y4{O`YM5p!$v2p}zc``7$id7AX(?|X1{v
n^rM*gL$kLU-@zkYD$!o?PcE2|Wg^K@TfgScA6b|C>F>I9>DQO7Abs53a;|UzkA-
1C6!%y(#isqyj_yhuB%g1c>}W3jvCOn+p&hvrX`1r~GqkS5mN|9Knj+%0E$(f2@8TS@h@6aDzyE-
dh~^P?>SXw$tX`s#bm%VyL;HNFigo=VeY-Ss74Hd8kJcc+nD=$bD4xR31X)FU*=||1T%~Gv2W{D?D0N##hn{thd_J1rdh#AQ
yuq&nHMt7?sWLcy7HVQD_vwg&c=uL5C%)w|^aDtc~;r`=S(%z|+aF&k<d>L26n5m)k7QI)HtMw=BG{AneFKEO4k&VDa%?jkH
yw5`p_baiw@C)ttisTOgT9x<;ALJQC!QwNE~S>q*5GFovn)g0GO1Pp*c!r!Wy^qqX2uh`Ty>cO{*LQn9QlM*{vXn`z>iENH5
7zAhbY_l$H+@QfGwaP5p>D@|6)9fNWxS7wNF#HzR@04yJ;(DiUiTXZ%VbqtI>LG7_7QN@OZUP!9>zqj^tVQdO=7vw*J;q7P>
J#M|EbAA}_>*Ffpt0^jBFl`@xYC-G|litv_CpEph(IDP*=ZFHo7o&!_FPFdX9B(O})E@dXtZRaC<At058h0}9e7D-
16ER{p5UX@SB*CyOx)`7R;kUlJ5eqG4MBNJ*cXx_0_v=4K_<_BNj9|Oy2LZzo0e)16%@N+p!c&vQ$EdhBo41}aQbo*Gn!nCR
!9zisR&d|~B&XEzYR_@FNU#eV(1j5p4OSi{6V}O$&0ArN;Zo4V<9MZy?#~y|?Zye5#>GQR;sk@DC)~=_1y-
?u3t>07mbkgQk}iD2Bk<idhuKjVI<K#n^;@ts;NwMP>#Yvnt&vLgigM6Z*XV7y707Uf7&x`+ieK_5J7F%*4C0BF?xXR*&u7(
#f>%qJtm_EhW?v4eB{(5YiB^R0D@wW!tr3H3J~K_RrObBV*E^&Dhh$S*!*|l=mEJ3+KrE^99`4P(O&}n)_B(0mEo5hwI@U82
xxutfRW~X!)~k3JvL${yBATL3A?Mi3Bsb+@Ja?G1MG>)<7El-`D(8m%khE~G-
k84(SwR>0nibj0K@co%`pu@XeD))4el)k)4;7WV9@-FV-6f`O;!!td(qY&`Re8!X2Pxp5-
j^0LXh9xMhg;&UU+}~5^I8Y~INs@-
P${WUm=s&&Zn>vzy023HJK3Yv^s}@Ewy9qO#5w!K;7<E%&?sWFA=0ATyLt^X_AeY35%5Y(zQj;!o}7vpB<oM=scT+0qega5c
3ZPFJC>P|s)FPW=I^MvCT#e?FcJDSrWqI1B#Gc&hy9tvayS!y3$K%bm(xC?%suklgX*>nzA%0H*OCxm>BOnt_M35cQgJOMM2
cNGI)Tv2Nbk!QYwS}C+VOG`VV%$>cPRBgxxc{ob5OOLRmp#ckn?^=ck1a`FW!xXKRdT1M;vyY_E$XQ2k}Woje>QqUC+Y#mbc
VGNtC1!(RquIhD5&4Y9%KH0iBDFH0n}+B6nbVoZPNkpb#Vq$*|j}$E8&^-
pTPtxCNMCa9cgcIP<8EVV*oVdK+#vg*`X_KZPCXONeY+$lNTnfz*Bi(|u<ud8yv#OS#mZs*Z;z(xowXzuwvFv*nimhFu<?8T
Yv)>&H%=`eD=SN21)@A&4j>wn4%)cjAmqKH<yzYR1SG2siyib^tP%(vrA5irn;kKL^2i15+~ws^-
PXfvLXCX(0?j@00xSky%qMHz?LT*|uwdH}GJr74wZ_)=L2|upJYkqIAA{an2~)6RfI}tCh;hbz2zj<ZS#c9*ti{gQ?pp3^iH
z{o<Q${Sq31bx7|47Y}~g@@^Nwk7zxzVvgZjC?IT+VB=QjM2L-
F8u)@&zdNs5P88>#fC8GAkg!{+{nS`SbQN&iW{F`&{Y75I?unZwY|uIJK+|_C)aQ<^&q*u77#E0yf0+cL!jO=f@^!CAqw=wW
UD4~iH}yWf!7WST`|9pQg{dc@W-;GWgm+8onwl@Kor-mJK>iwW0eXM2Mqq-
X%~x9JyTLa071&aQZ=?S=G8Hm6Bf{oE=&83KRkpa6o*`?vQx(A5uWFoUiNe1K%zvbF9psi0Cz;`s4HgZ?4Vop2)Y0pG{3p*V
2h#3;XPUL-
!lbJrD#u@G1VNA7`DX@_(pA!bTGmFikQGel`=NH4;6ZcEM4|Q22zF7G_wKkZ=*p8=;<`iS?%oVE;PXW_%86hh^Xz^rdlo05B
DZBf<!pM%1q5D>4`R+}(9J|$*gaG*wfe?uvbVTEpz(iEfxu+`f9I(6Nuv<G{l{Wqg811z=u3~z9RghJ))vo!3%Lm0=Uw<IdR
*6A^$6Q#7En*yP+Q=6Kut=7CS<W>Uif6y7V>#?RoM(7UJa@mWNKJu|ITQb3KZ^1x4SMS{k#!XhnlaIkkBQ=z?EEOw>QK2|I2
McYM6`VFx!J2*B41cYh-NG$;sqJet)p1C>CY8b~i_w2o7}fsAyFjdSCLl+y%z72Q-
#BQtf194p@bCIA>W;V01WniSjed#emft(iav-##z3m767X9yW+nZu&?HNxudp~IOzSBt?`e)$nmNaI{Fo0ISD_g;v-
N!8B*Nv3Mmv{>17@gmhau4uxIoLCo4RHBX8v%K{69b;q~ond~76}recUm!d*XG(|Cxs8EyW(Q6i@8p928}5ZSJj$(ds5?XJ>
F8ZXcA^r>#^IE(**I$+-wqh8R_m~iPmev}UCPIxyD8oEA;t-
}cT*=nR@T&>g^=F!~jOz^e@BvC>^Rzp3On;zLyKE14V$RfD7r62f|Y>slJ`UFT0t-
QPd9ns~g3W2XS7Yi5oNPU*>f!}4qZ8Ro|Ta-ST6krQo0rujKkdx$sn@hX{T~F&g#NVQrWViMH9CrK7;DD6}$kHULdPJalwfZ
4SPHQ2{cB;4|am)h=GDkmd4Nq?AZuQv@jG7}yRPjO|loPrB@0eC3i{eftzC6o#bBF?kiH7c+<s{W2sO94&YTAEOitONWx^PW
<CWG>srkiD)7$nv-nezGBh}k|}d+5*qnG+$Ud9tPi4go-OQd>|&9dSWMVFK>!4VDTwUDx8*>yihj(*$at3h>`y;HAMP=)I*~
FPWQddO%Wd#3JVEDa;m9z{F_*Ii<662cFihGw>S|plY9&D%n)&a|@s*_Z8{X<&KEkSJVk3Ob>RWm(dZ>aEFYp;v>2ZWZ<TW-
JX&E$KWt7bB)U_`_33j{%9#vo-t7w4_7%kOmFIQTV2z?NJ^Nr>qgimMwz7*Q^Su(Jon-
n%J~^_(h`Rl#&y3)SdunD!r=PHGr@5My!D5qemCFR1T?w`avT8@=)bhpcFY31G6fDTSQ#S6h1UkiB#N9{?lACCDwF4XrW7@L
Z7(B~9J}mY(1GnPs%5fQpe18B*en;)82}IfUBFOG{gq;=AtYjgvm$*~DTNK?50LhT^jX#oVl13RzEqW&opkaESa0--
>%T`o^6UH`e9}!}OQ$-
K@y*=hX8f805gJ&pm3aOs>u1c_1e$SkGx2a0*@W1ggZB;NOFi!J{Wb1YN%t0@TUCR++3m&~4VX|?yIGxJ)jB=qD6Ww1i(;Im
@ySE9_rC@Q&jbQ5+wS|%J$Tc;c~^fj&oNkCi#l{zi1{Ogd+!KTE<L<cDcv95y=0Rb<kr`yY{-
t;t>UP@6$u0Q?|3!geAkb#Dz?A_9KQ4H46Wpb=`XhwH>$kz4(tJ?0mn-
^@sy+5GSN>~V;Pu^ykl7Pmh4PydXH9_pIGI!4{ILk5c9^)L=^v&m&jA)(26@g1k!3^j|KwaMq<7vLEE|-
X|itxD@fU=a{9D^{Qv$=zTAY@yAJZd5jUdO$6TGMF`@ytTR*?fw=r*>S<f3W%VFt-
8$rX;_>FKwojit2PtGJUF}*KnO8&@UFOg<lP^qV0ygYl8BWujPUwuHRCL@O1OT!{>6>5*-
YtyQMLp1(W?)7_^%b8t_P(FQ>e;dhf+5@pNjBs9#dr9bU9;@gPUKhT}kL2{bh*iMwf)H__G*OY2>y{F`xO{@~kUX2kWcOs!!
mjv$cmT`YNj;MsU;9j#NO|uxF6;|12A$r(&gNAPEHqt~!kn7&80T$eb=m-$;0MJUls-5->8w0x8zA2qt)3-
3L8ebAve18}EROIFHRuXqgp&*^$DmEn0Caq={LcTF`InEAoh@iTl9~LY4Unek@z#92V?igM-
=9%`b_<!R+vMhV=RE6iw#s@O&qI$#S{8!!-
#ro9oIo(CW%;Rpa=u1qRZOYz146w}+A1lP@Et~);pSz?iUF9bp5^n)`gG$Xpf5mv&B^djHv69`(rleU$9lm@N=R~G7>B4OSW
r0CGCYm$k9k?&N7$X~mGa;RdR$Tz8Q|NwIgS272)zH>De!J8G5n4yF9k9V+F(dw?ZTZlz0B1Vs=lFbp4RNBg$Eq5u&LsBb`6
?siR?Rlas%Qi+Km1+%h=%E{u+2}Fru=m&9Pp%{HmReO?Yn{MX#3gKR9lZhd>VEIaG-GjI^kW-ysrAhug%$^iYMc?v~Spme-
&cx$VZ`Hv}G>QL>yh(D=4?DmI%cmo=XuT`IOn<V|kbTC-=-EOY3Rsr_9R1KvgkRzN(%^z%2w+jkO+pr$+CwPW42yz|zTnu3-
X`RXL<kc0Q*g8{mH+dWf<nO3D#(c0P1X18EU^_D{Ic~wd{4!KLQ?o*Ut(D?d#SyHuqp;{H2ML!-!O6vFBS|Lyk?oh(79L>y-
pk__XR*uSwEent|tU{KoBB8%_hY^eeg^(FzU+La`JUyPPl%sz8k07K@KMJ2r>Y@!HF^|)2mX$gY^<wghKAk)K;sE5bF|;O^V
WF;vQ`4?zm&(<R3Cl!FDa=j<4y2VZuB9=N|DLp8m-TlpC#G;q3i!ME0aPigry`i--Gl)IY%U$e^-m~`blJNI9Y-wE6-
%2Jk(PN^O#uc7bz*?pP^j_Q7&Muho*GqboEbz-
%(G3#t_*W`(#lAu7L$b)*%fN;r|>VR`L8(>ieo>NX2MK_Buczqt7i8v3?i+3*V8STZdo+%C+LDqD4uXvR;P`-
lZ8JwcwXu3Kr+ES#r}8=*_}~c@QoVG+9wZ@=|m-
{hkwNYK~hqP7(9I=o{+V34uzPZ>^et1jyA!Rb7$2MEZx6c9Bh6><<@F}Z9Xz<GS?nrdylJK`Im1(d+`RQ`NXo@MZz04r^nCG
M-
@yE6<PYQ==5wylZBRZ8sBZ*v6d`^Sj__Wee!O~c&(f_bM;%nzEm%_g)&~I`3x~&La}*xiW~}UtWt5F)t6K8m=qx;6B;>3UW@
bVeo;)5lugH{*e}{6JB=V)mbbMuUPa-
}Xjdk7%Yfo{O`7|CGjb<AkEWTGWVc}f%5;3}!(m9;=CMhgaTi1`SO$mzr%xI$zGSmlY1(U5XInnkZ$pGZ+0y5biIB?#X_g<+
<<yl&?%s)N*LLaJo4%o?GFr18OHB;-Q>kS*QZjk2RHR$mWRnD}fCHrBKfTs5V-
|jRV{t3diA5u1qwRzUJ0y?CQGsW6KZu6n8qjQ4_JUXadxdP&wJO<3%Vq@w9;31pu!4X4e#d*)L>3~dwF-ddBxdHYr9|oA0Wt
tKp(&^99eYgYhlR>fod(7^<;<$I(FcZxqmX3;Z;<-l$*ut3%+|eHmC?SCrv*n$z<1NsT9C-
6KKOBIUk+?V`kzIhyBOK~UqHRwwIw^rezeY~p=h6(?+e6t51u!&bQNmy)i+qSKb3qrM&Ji~|54@Tc50tCCcdIMZIM7kc+5!y
6X9f&Os<~`LyCR(U-
lQ)37i5)Xm9V$qyuRXXTu~zo3c)fJ$%d1FmMpM9JK~MsRWx<*;VT#@>~u?5R_xMBF*o+rl0$$%K)PebH|NOuegchn-
>|kmA=JsCqS%iL)#lE)C-IRW?JHaQH<Pfv990BC-*PkjA?X9N0(dpC6n+hQj=-u6wCo6Bbgr3Xj?OcMz6?Q<ecQ0KE&da-
u$nOkzZ|ZO@#I1pR@1oM&EU93`yk@PK>!}iKa?&abkC<Q$0-M#;<udx7rYo2)f-
@=Jful!woEoJu$L_y%e}w6nKXD5=Ew}_rV#zUmr+NS+Hft^jZr6>=gT^op4y%%+3|R;XO%(L0{FLbAfPBY*3uAL*S)gFQm_{
{^W!HAo82JheBgTp!jE+C@}qVa8B@sHp5Tp91WXJi@QKT?&3sr;bJI66lFjc5X&hKrD?}gSZf^$o`KJnUNujP|3t^@zGg7Jk
}S)pz&7jJ={J49d^m+5jHJL1yW;HgkD(>C9DxvD{LD?Z8=%&49cr%I--y99BbggbtuK_;7J*d+8yHe_ln{U0`@m~=uSIV_YX
1&X)<Q)tRDLd%J(@!X-
S()3B2rU|0L(gA+Czm9zwG5weuemD**PFgpwvYC>I_QFYxI`ma%|K@)l7a%19!w&O=z;akfgZtI<pKxnYsN?I0#^XSG41KIo
`cu-DpJtK>|o#xW+GXA*<^^iUiS8!_+))1Z7*vS1ibrXbAdkUjr~LP~eLAW7Iq(Z84ToVw^1&=qS9*<@;s8Ji@?M?@3V%2$1
;Gxyp}?`GAh0(v#cyAU4<fi>%#4(9tx7lBfzdrj>4s4&Czei{lrAMEss&De6q1uRo`grvhmYeAX9sapz-B`g*2_FM-
660RZ^Q%3?|v#L0C?b71DC#f@O&0&i?Ld#_fQvaGn{doM*<b$>qaZ^Z@C<}68#Ny0Oy7Izp;-
=S;+rk$0M%>$<YgV5AwSxl`~Im%1G($B3nw7RXR8kTVqcb5GLUKgX3u<fqGXgE&(TRAo_fceySE#@TiP&i0{BO5=WLhFe_0v
m%Dja_WW6yxlu@T#9JK_3HST4kLf{``AJ+S?dW|5Z5kf1a9j8qiS)*xd7=ii2hiUnr2xuz9S*C_s;Lv8LO-
|0a|~r2O)kn2kLwJo~>v1|qYD5foUtlhQpu^E;x0VQV%gETd`>$=hhzzD?fDu*)^<W4=L!7Ql%RtRp9<{yM|YIN7)5us(a=W
NW{a-e1QaBzIAMcfrdi2F!?59FmQiC}tQI6C6*-upY^iB3NF=i-uUSx4$KcH!i<Aw9CQmkbB>8wGh_?e-
hD$sazuM<7+#{K&0c@O&WYDT#z}0iy66bLhc<^PDI8Tw>8M7GDw63*};|CR$Su7%-
{1!CkeI@10!$^D@#(=GrQP!874w>Wreskp{E^q?W=$ad`g5SWnbHk@apn%;i^Zo&Tp?@Rd-
}#3GK>1xvYEDXsNbtK%moq@Ypxbf^DCXg;z&F2Dyax6P<_N(kb2s4!%3{J*bg}bmZP9T)YX%H}!oG5U<~4x~Nn-XGDENtp(H
=;1E;<i}h_O&XgZWp|Pb)B()`tMqN;n_HX%UV@2$g*@6>4lc?T=7jOK)OgOG4{GEq7SbeN0g5X5bn7Asj6RG9rws2et6P9bE
wQX!s?EVY(8&HI^>r|<O(q7k<Rqqr6J9h*SIt#9wl#(Z6G;<MyELjy2t4v|Ij{vYEt8l)9H2=^VNz6?(pU41$5dWZ*BCJnHZ
=>@Dt#~i4y$`Hd6EB%2?F^D_i(8ZBFtt}UcL-BNaPoWVL^bp(BdonFGgY8yJ9>4AVxAXWv6<v0a$0GU*AQS@lVt>m%#hC+_5
r76fL!d=Dh%2a<1dLwAFmUHN`CYzyKvP<<Sl#f+GpB)`js3><{(E`3^Fydli%H-
jvpALL&Dhj>Q=4rv{5!@)MYd5_l28UfyfU$GF$F&Pu@!ZOzH<iJ}huhEDeKjzrQnYP6vE^L8s`10|%8>UHJg~AB5x%K+bzFw
3aG|U!>PoJqSGMZfUE>m1mjbR?Mmvlro@LA6a!CE~F4P*q%5ipLN|;n;Ss<f4n{lJQoB%k;u)jQK~gW4MB0ke+DQOEDHsGPI
~VF+tn513Tz0P%Cwk6PPtwf+%q(_A>k@eyUX0#cnrDm4h7hzezVr;Xa+l`CyMLRcFY9Mte^nv8<9QZRK~;WmdoZ1RdaR2Jfm
`<>qkQhj{Jf1?N4_gOyD64!McquHi0}*TQ6jcFNTiW*rUV$Q3w5l>bm|dQDd*ud@R}w0YN<lVG$l4Z1$>X2qNQh9Qup6b}1v
qB5pjazj?FLrVr+8o+kq4`(z)T3uUO5o@{%5kgph;d=PuRRIBunXVdL^{nkKTEgd}s*|^s^1~2-
o13pp&EWIoo;&A<Ok5Qtk+k9u$@S#Z5L!`rNP9-
6PfsfjBpY2d1lkyhYyKpFU#MxoD3so7T1$&ir1s6`r%j*5bbtRCsbM$X_D)KS;^(5~zw}1RUVcPY{zUx9X5TfQ?=u8VZRoKa
UFlyUg-OUW9ZcsbRY$=ZBX%7T1=Tw`6s9;hXk$HTz>rq~(_0&t4hcm-N{*@6KQ}lxmA~hJ0T-
7#FN;QK2gTAdkc`N4|FE2yH_Q;QvscHhC__c?<owYaah4Y=ARJ~9xZwNGs5@5WwaM^SEV;N6C8#>N)Z-
40sG+5=Utev0+58>1Jb*>3ZbR!>qEGaE{kSpQVS&yYqjMh30mV06sKF1c_Adm2yPy|#yEzn;D#`QEjkU5(@jc?AzT*tYYCL=
e!AHu*hqN$)Pwft{<DHo+1Kd$oaEOJLMZ$cxQGE}vzMd<}qQD&ndcA161Z!Ce?yJ$m(wtFrAb1|kqkkG1!WaFUNbCW$4{1RO
rnOL^+lc&J~yeJjv==-(^@OS*e(g_-
=OjhLNUe9~)I_Ib7Os1U5@!)xcemIekJi4@ct$*aHj*La+6(#vACcYiD$hlua!jP~~5wlzEhO)%VP6pijyO8Pby81Boph?wJ
k9r&Nf^B0^+KPojjO#X!z;M&aT|GW+Rzhs@r$1109V~LkNBjjcfGbAjTgBDD_`_`I5-
Q1yz7vbHV_7i!LA=ICp7wGzSL)fCBB&#P;uf)}*Geyz#5=yGk4d-
uCa~9vYv!H4$k7Ol+e!yuJGtdLQ3=~_BWC6Hh(2G`^;sst;0_@@%A4h*k8u0`1-y7aJ<~dk5Z}N{;|By7U;I`b-`-
5vC`0%j5doX|C{^@DD-6HOavt>Drt;08Z?vS^!f&x(A6v{?bFyoXq`{2o>MaD1R@CXA3?OWX=-
=DoPL+tRJo;`6<yRk79h(FQsMFvJ;<p}pNpdNhQkl5yw0|c_Sm3#CZXDat{Lr1B_)UXJsz?qF_L7~1>Mr|D6e?!!l@IMBC{@
OE>_J3~woaUk)yVKv3JOBDOGGw^@zo4#8+7MHu-
7AxRe~ccU6>?St>Pz>G70baUqmvzqr3|EFA3Hp{~}&X=2g;bv9F9iPM?b;;%Nh7r?FmS_e~FLqJ?_nY=}&r&-
O_XY6^Y<gt;m~g^<gbMbx9#7ptTQQF@ULP?d>Ynv*RGmRt4=BnYhrldty1uY!Se;V$2s3*Ay%k(t>6Ll8d)`#H8Qj*)rGoQ9
lk>|RmRZdpwgu}SnbBp|TwRg*hU9nEefTl9V)P!zXgie<IQI30-S+IKmVJ@-
QP)G&1~o>0oVgQw;=OD}0Y*iD%}>_AqvI*VK;Sc~dxov3<;R|AQ9aMjO~?CQ)aeK;%T<e3-
Q??xr#E;Cb!kLCpdg!Ft+y><!(uNMX@si1FfF`Zs64kE4$>&%8(jZ=1rJ1a_F^Rld&_9;9~#TV{$?YM~x?adO$FzDN;Eq<N8
n7e(<#;}{oO0Kf+Gh+K=JWP1*Iz;?1Sz1hOaMGHnN2~Vo1sIgO@-
G=x3V3CB?L75IoL_c<D0o^}xYMuA7S{>VZ0Mfko@4cG#gD9RobSm<^TY}{n5Nx8wP&0ekS$u_^@-
iJ#?;Z9inObY<Xl97^?17YIy@_ihS?!6pojqDkoY(-
RV7NGNU53fv{hoqTMRk+>w1_R9XAeK=F9!L?Ae5rB#_Wh#j+*#+lOYrt3|LIJxX@&k+o@_<5V#W9^!;?=R%f$kB(;o$)aVe7
6p=<iDOL8bb-b95>8kQi80BdrSLqgPPMXb4;2?-pNy(YSpyWuM6m6ISS?G{b3dS-UP10qL(9ln{Jo}Npzzq8sHt=$=>BLO#Z
wo+w(XpXx`$#3v#<p)_a35PpGBxNPgd&HySO0!z}|{Cdw@^|zaqu`FR{JFVJ^avw$fg=O?<Ihn|KDoD&>aO7Mv<)34|`Gg>E
_Ks6=ns1Bh+%>+tEyY_zEmm(h}}7uWUwfSQzeZZlSge9EiSUWc0^>P#b2R@Ob)vy+*7QkOUS2hXWY1<5u8(HZf0<r)YkC$02
?R-
2#;#XQ_B=kIh{z26ml5{kb+gNi&tjNj2+r`Zzp)$uOt2o2Lc7!e*M&Q03dbA^bKOXC{Z0J#o5k!y@IOe<<12D_Z}yyx%HW+C
pSxol(eW3xc!iciQX&0L^*p1xeU;v)T@Oz$(l#$K@7>CcIU9}aIL1Y8ZK*&`h<rXJy5Dz%!dv6md$&gX<;x1UqD1v!v@qhqf
u5YSZgM6}fhp%<=$%S~(7f?zWH%Y%onDH!IcPfV+4EKwDW@uL>=7mK1(Hkx>i0uC_VgAqUF>HMa+`L_$9==(g{zqzLWIMSsA
7=*(`q~-AIkXh`moUm?$bTnnZ(E6MH@n*ClEs7Rs9hF4>G1HYGl>S-
L9937|?Z0efqZ>Pq3PSjJ4L;6CcrAdALzP<L19|m7yRX$UC|wr-
#oH~vA^E4_Yro<IR2#3x1#r7^!_pt~$!f+9HcTTsCG4Kjxmrb|^Is7JCZf7wB6iSzgz=u2;OL%UT0DYI@ug}2v%PbD)1w^_I
p&obEVpBc8R>o3C4x>R31P`?<fQ^ga<TQ5)R*4sX}coAVDsLSi@mcV_5j^Y$AR}W{X<bI&zP?~m=QMRLR~%6e&L{o@wz3FK4
VRuPc{DYylh^dv1Eki`O<1Zd|srvSx+c$0;`?1b_W(zN&dVKW%!JV<NP!$R5{e!wYv`utuF)efWMawaMFTyd}gu!(3D=J{=f
eISHtJ+Gl2$t`oLwn6gg*N>>Y7&Saz&?zG`dHjwk*x$K_wckutK&NLuwA>a2X}AYveH$INzVsWar%3uufPC*u7qT}~#yk132
aC}ZqC9KX6QW!U%u#<<Kgtsm5Z3n^Nl;ysJ_p+^A%Hmj}PNcTRy<jlTPgamrjh-50v^w}|-
J>>bvgttZcT;B<Rp*$=N#mjKQY<~`Ne3bPb;#+B5VnLj~*ah~ON>k{A!X4f5GmeP8y~zr&5HWdv|MWWL87>@WBV-gWJ_@ns^
zB}9*Cg`nyR2m|7O`qz8kt=Nj5axw@0-
dP)r^A6!*9~I(=H4wi7gCs{(h7JT(<N=2E0^WvpN9%?H$r}WH)c+fZPwv?u(KN>l$~g4KkO6I-
1?Y8)l(qAYMrbp~n|9=E_cr=Xxfd>c$2Mb+g?eXa)H;P=Z#TR*`a};a&tBRbfeFO0a%D3GS?+rrBU#3%?;FDmXvp76hj{Cm<
Xwy8pYHm>r5v#I=jKq#vOmNf|hSM`i_SISEclo`8lCre*8W7)|T|?k!B!Oi?ZqJerh2Pu*F4B?xON%cu{mPIy39TL{9237++
QH{eoFHp*<Yq3U{Svq?`${Fb|_iSsm;YHn5!^%tXwQ<0K7sF1tzgijwb5-
KQ>8`x6e1$4_SX*{G*t=lOddli!EWP)lFyNag$Q0>xGeEaS5$@B^RgX(YYgyr~Qw$Mk~HgzN*58r~4<Ds*Hm)a|(iH??ckMU
6RrNj_}#}SI9pY*ct4}Tcg-h%$ezbz`bp!dtqMrRC@=)kQ4>X1~k=KaX-Ap}HHCc90h3}T!mq029kgV7g)n-
~YfF_x?JUWdRyU@ycCE$=;y{R-
F8r5<iKQ~>nKJ6SmmUSrVlYj4<QXW8OGj3FHMh9R%KS<v0@2O9}i!GZndmIyB`)xSJF1RG~8AW+Sr$E;)1+pqQhx%Os$6Aqn
&QDiy~n&}#V_j8b?fUgF6KT0aS!yb_5Q0R|Ak)i%P)Y~KFqkp_0%0cq&nVaaEcmORX;bGUmBY48TlC7*4uF3HLs2C3o0pEA(
*w1x8K@FgNq@uF=>P7#L=c(YVY%hXOE0{Cd%}OA{M5;-
i!__B<Bk8sN>FHPJi0(h0sekZO=a)6%uYd3Q+FIi|laqv$JHYFDL}p#$s~+3>luYz^e|A{<&HxF<Q@NLweY^5jehYJqb<4Q{
It$IE%vic>wF4-
PvWn3Y%A`OLbpA$_hFFm!E>x^pU>5(jzLoNA^|3ow2Las(KWC$uF&86n{$I!fEA$`O8=V9@p20Nfb84V3D)y{Z0EgBidomxJ
*Q7!c(oQ~?Cv4h!1l>IW%t4<2<tK}Yk>iUOWWGP))2lpYV-XOm3erjK?>Ti5)xO*9!IEa7x#4rZNDx$-
hJARdZ~C;;;#+@A3Qc)&16cpn4y_CNZoKs<dm@PQuiMpIuA<Zzh7q`gph0WO4Xqa7@6%D0y<~wCQ*A1TL5^2}wsN*l+1t!kT
}uRoYW~_o@rRx(-
OwN#qXrDbwt3;2%$`4Nh?!bx+O63MmsZ&uV!6piFbrHRrxFxLX=(x7?69y4&h7egHguUP&0~5}bBd!WYTr-
ZlGmX|?WtAt6^NzoV$Aj|JQYy@bd#?C-T{OSKn~Qe|335sbYmV`KT~gE&gu*>mS^sSecP~8JJ{s?$pKpk-
Cg<;R(~=KcDMX2JX-7%e$aog0dt38h|r=!8-F6^vK+tJ4VL-Iyg4d$0jZPDn`}taYe%C9&>FZcEVZo2fiH<5`#<wMt-
^)qSr!;{+QdH-
%D6<Ey~B$MHX#c;HAhEWJTbbDEJI10H@1y`@VHT~Ja%l(HoyaTv%L|VG~R1LX%z}bD}t*np9%&(cbCW#Pu%@K!3oAorDb!jQ
d)=dB0K#~i4NZJGz}7Y&{r~99w9?TV_Bn3@IIfrUe?&%L%yDgX+;b*2}btK%sA@Csk`Gt3c#BYSL1PBN~Fvg6%KktL@MQqlz
cSluGIh{&;v9}LQ@Q~8|&`wa;j6kKh*pnF(mj`@j>8<I&R$c%otJ%b$-
2raQb<%E&gwZoV;cEsU_PA$OKE0Pm95_5oIKU2H5{$8B&j$5F6U^Ho`AuUV;*$cudM5UOwU%Tb!@J-
}xF4m9mW;FTK5e>z%6poFja^F@@==#R+Z?NIpm^Og!D<)37a*bINz)+LGAkbAv<xrV}4L2x=eBIBkF;d0aRZu|&g??qJ=M2N
_AOimLQLLJxBu)u5~6_<v3PfDXeJCdoqB`#KH#DIn?N8ZS{BE26P+deZ^3b@U0Hmgg8;m`;RakZ}UO^&ZD?PY2}muRYAm&6c
*MS;`+S056j*pAxxZOuHr422yhmd)s#YOkA_)245y}wy)}+L-cjpa-
v<5V6XC!5ZrE#R`x~}9Ts)mB2=tKqL>Q48uMG%6jVb9rKyRLm1XEHT`H(rxo@8&@xf9=VH~ZQ+!h@a;0E8`bxR1b11SBQaHJ
I<(JUcX279g%J)P1X+h)m|>B(Y=Ju4TRkVZs!@5Ab&DB|g2K3#a-U_%mh2Vp6fhpK`NfD8>uH4W(4PRX-JWl169=J(nx#gn4
K39VK`8qkrCP*BpyUS3j4mwF;~ar9_zXl2Y$L9JP5K$=aYBRXXeO)6Z<A~SrNM10Fo5ISESI!Bt5*XsmLj<2{)AB6Ku{QHy!
!-ttPHl>~HE5&l%&U_iRY0h^LSVo&WQ~rU_)wU|bZV!#3F9X~6HmyQ;<}U3&f`seqe0WC6(3G$t+1lKgi^RY0N!WCLbMO7m-
TH%89=ddQ-OtaFj=wy2mHFSTuito0Wt0@VeTS59bWRy#SLYG~z35;>*4B7iG!ct!w4&+MLw<tI-fqHKQr=UU0Y&1*nwrR21?
XVcaqgR%1~(we0`Q!KmhPPXW(JvP!)<iMG2TD^N^5F6l|Z#R(U<H|svnSZOjd(A2v>D=@McsoLu$>;A2`5r4-
)Y5ym`&O!ebgsJA#@28WGy6ao^om1O`Jzn?|iu`_IWD;5?r(`ZA}x^G73(g2}t+oIZBJKw)s4S{{849;m8#`GE+8%McOFa^6
b(R~w_4tOQ()xE`WF(iO`@Skr`R?44=9IDz85q~AVWI(ZRX;*(geC|;5?ozi<oshoX0HDsbIQ@J+1j9R2G;JK3Bpi)(aa79C
^KvVmS))_-
L(MwQ9v;I~F8mhF$M<Im)?e>Hyj>T2znSjBRTZc?w6$tbskNuFT)N@h#GcGG6nzg}MVX&eTYc+3bn~QLGddS2$#y|8EL*Ojh
u5|C<_7=unznYO;>w)O+n6sJ5W$qOhpyy?Txem9pY?8=wIe@W?MUuYsj&_i-tc69>?HJJK`RCyyPb*Ez3i2~Sw}P?_!J^|KT
V40jOvM$T0K#HszbTh#8{peml95hqU(6P>rE{_3cf)cu?nWgy1@DOqA04U6+d8Lj1j3FQCJ)({&)@lBV``7*H$rdPLmpR@H<
H!%7K#RxN|LOrijjt%8nY&3(eXEZ!zc7NpAh#uiye6srj_(iQ6e`X{|^eN_=8LE$v?G8?_^Tx>tWpb({a)4InO3%4F~uA+b1
DYd^-!zup0}iSSh-qBwapL<^J1Mm~$i=5rGO+BR2ntc?pD$tER*ZQs347E_w~ABA1f#|HF_7(}ldT68wYr#shVK7V1WUp=9;
#Nf~Z?z!Ozx(pKA`#-NW7k55-*GF)h=j=*Xb85WX!f-
LUtIOn*u5%MDk2(LKtrRk;eu*kh^92V^3bvzQHhM;@LciY_<j|1KTQxDj+T7;}M7~rATgWH7~{$zB321V~&gBAr;%pl5p9>s
*3(A_ZG-Oq(uwoEIrtD%P^6){(9EUSYAwQw@q=vMsM=v$tVtorJV79*XCZb9IZ1zl(wI4$K9l`x$?>ypoBC4yde+EbNothI8
|_+HS;gB4;a7~Co*tZCdYn9Z?7p;t2s$Ie%fd;oe{u)mw0B>>l15krWFCC_wyYA1o7aF@X&`~v|<HYMEMOo#o48aZe~QJjID
(oClsUUmMuDVv1tWq$Fn*#Eb`nh>}F*}}%P<5FKMm!_`JoY!?4Omoq74~+46z%D(k!6I~ws`={0LNXZ3dzEq{q=y1kU(JX)*
m`y8c<k>4McbTtKUqvwXzm?_UZG_oBsrcvmN~14Nl^H*V=|NWZSJ_4&BVe+gNl@BfiD97f-
@|{u!YZ6HyoSZhFK_;^gc>%sm`SmI=rIY@;CHfdy?AMfDj@o^#GyvnCf@ok`tKvc-MFst}wP%mrkd6D3ByJkih<@O<XH538*
hRvH?FZ9$Ow#dy70{H`KEqLqFYt#Z)yLR_OAX9G`F?y52>#0K`QkL1X2m$Z3Fg+s7~<mzfA;Ry4fe>j@2mUn_8{)lt=Haq}6
q4n|I@mmfhId%rxOYOz;Hrt6ZKG^}OSEd7O5<sl?)w#Rtpb|KQ|w#n7ObiMz;?;mdXgUcrZ$TENX&p54HDr-x?-
tkE<)y$p8K3Qfyt<olGTt@{SBkb+jGr}?_CCKXHZ*a$i_!<k#RAF)KjJql@@C643%d+x^2^jvprK8v8VX&@dsy(i4J`=|%PA
CeAhk<G}mEhS0A|R5tgThjzF}DR<Wz=)ULX{=7Y##GUHN%W<Rf4qJnZzuz&Z|41i=6Wv<7-jx7veZG5`Sbl+e+Q=25rY7p-
y%T`Zi3o($oGp2u6i&m+4{YgW%AucUc;$qgY%p>>`rQTsi0hhN<ak6L=bknQ*p=1pAlNJY?BeR#>K|ZVo>k7>~&(Fs9I$rAJ
|?TNDu6&KDf@i&5_4HVA;Fgj|c2>5E=ck8gl37=SxBUaKjO^v~MTvByhkuEljr$wnqOWEax)ObjCx^VPEm?4$oLE}l8$TaPI
jyO8FB9i%fcbghoGnxA0qNM`po^H9XfG6P>pTP|jPN_9K}!vvPRK;dG(HNqWib#g+>V1@&ATf%MhGAO{KyzZ`=$Hnt6RX-ox
j2N37zD7khn9Y?u3eJ$bxeaZ`WahE(tOW7sYM&spWNnu5%Q^x~EFNOA{=7662HNI;sD>2;@>AFPg-
{9{FAa}G>Pt8SD_LHs2j5?gXf}@4u=ZIgFpD&(?ElBw+pU7VEPQd%)<2FFg;Z0O>CX-MYgaP1=b&@FK~gkZL67coQn<rkhcu
$hZNti!O`+Lx6k)bKh9kYv?!8%u@~J7vY8+$XaN@CZ+(zvhIO3*zRJ40}G4I*$mP+!gKb`4IRG+bL5$eH3?fEQOZkgs>HQDd
JMY;uDUQ2yny@EnuJywJf8J307W**M=Z0yqcS8lAjF`haJYgI{NQUxs!`8g5SjZ)1rm1`@(0xYcqF+eV>Ohl9PXEGnU?qD_E
;UhUte+6`nJd@wP%6pP{doOTE@{k<GDWDqjTg%|uCs6wEiM!?;aavo?az((r@k8&`99F8Cw5`zb*9(Q8bNf3T6lj{uoXc^1P
w%AR`lZ_+cXr7x-dL<H)YX_t)27P<pkJ5&h<#-fJ;3P@R{`vsJO5x-B9U`YM(|i)@gmYxX)ro_d{Q{VzFWwRd5K}Jy-
d4cYD=?po*>vjOJnkh6ST;?_8FNXpHM?G{O!yP9XR;-l2jqfmnR+b;`?I~ciY0|hkdr^JHL!<@J*!bVLsPz4Xz0yw3O|-
O$rNY#RW7$<7$=Jsl77@O_tW=g=C<Xz4UMyL>VNeVZGVJw`ithz;)*Kz@;qNfSKsjk2%hW3a)?R^mIMXAI&C;SZjls>}H8IJ
An};zhla_Eq);_g9@JkD2sh&{90-#_jSr+Ya2ylLQ?|$K?Ub}t#A^Gs_*Of-chYw^((WHey}PHZ=oYC5yl29qPU6*z5lDc$G
Tsrzdhoc%^VJ-1Sy$9F3#}WFO1<nDhUl`<y4SIv&8bP(k_T0Yxx56ngY9<;td|3JZ3+aK^-
h`H{#b5!QH)hZQO_?*xCk}x=iigvoD&ROJ19oE;-y5+?vfgPPd^QC+2?WE44@=ES29+%I|z%fyb_@%?ViDj)l@gC*3}qe-FJ
cP3xHKjH{_G#Y9ubz~Y?&ARWi+@O4AvCMN@|Re=RR=wwWBY+VOn-@Ht3VUePBA+rFtIVck4>EiNA+h?1ZYL>_`-
1=o&Tk0vP*7EGGsY!ta#O+33RKLP~I9DIHCRczwcs@{vrXUWF#ydEVhw-
y0M0!G0kiV)04iP)&*wPS(##EUQtA6Cm(xdV>5S4m5w;Q~g)BZ1XlOBqkh@O7-I+!-
Y%q}futLpxzU@fiT8p{Pp*py@C;QN3(Az(6C#QQtFGPt=j&1_kwScIHDxJV0bxX^22^RiGitelQf>=W#LfU%Zk3#<1LhfHR%
OnKv_4pnMx6pDDiYphHOC?&%qPx`2W*qt>gI9%vIoFz_C4yD%rWh*&Nx6d787Ch>jL!jiXY`}R?5Q_Hp7eNQIt1&zxQQtA+?
U!3~zYD{kmyvT%H;iEI+O`JWz9fRA__vq}z<Zo_{N><?4mf7^5-
F!BgMjJa*O2do5}oFZbSoXmVz74iI7_@^CsYRk#9>`Ts0ycbcknQ}O29Vaw7Py<l0uVG8Yp;6`24LQvl^p#hcYFzcA~b}F*=
^FQdeO2oM+l?YcHPC2`s-ZX%65MN&h(8W2$+gBTIul{TKm;uZG=^as|%yldFq?kn?Fx{c3}C#4z>e^&HAmtv~-
Ztn5!&hVjM}53>r_M<}peV+N9NYOh&MLr4ewIC9%gQ_)~A+n2(wbFNuu-
==|xHt*^Q>H=m<_&U}$b4JUBkq!N`2b1^uo3jZHVQ(G%ip5O}`>*mZ>Z9F}tfBC8<XDxeSyfIhC99m6M;nB_dg_H!`A^}eW>
blNGJl4fusPqem{OT8srde1zxm`7Y}<sd@J{C1)b1n8{tva=(utwdrbnA}&obye(}`gH?0--B`3|n)54m=v_|r(ZvDWebDuL
_5YM{psXp$<9JE}IMuvJf%T0VH*c?}<GhX-
h7PqUQlc4{Lr)Z+x35i^9#+%3~B!=u%tNaa6{f>KZQ5m`tArS20ge*&IU%Na94P?AwTPqj(jy0h~Mx*+EckyeTiRKj0nHYkC
Y{V~DTnyNZkcTW_IkoO$XJhR9BkiDO;@ol-AxXJD?VK1+;jc>~YUnQ-NOyotZLSeO_80|ajObA4&Ex}m8m4>I&4E7>1&h}nQ
kQTxhu)Z6@vL!f=P_vhCr{MX<KE1Ysts$~K#Z(tBx_1Kfw)CtzWEvp%O?jAU4mMG}`MM47ow9p2BXHYT?UAcw!yE$!n68_`H
xZ$1VR9kDg&={neHmiDx^De+=L=8aD?6>zTObZK_H(9=12GLb_Wq1?<`5Idzi7!%GV}LXq-sw}&#;&gfuFii>bT--mQ}H%)P
<|;zaVaLHtL&erqLUoMR`9a%y?~4%9_pUI8%dU`bAJT21Sl6I2=t_;!g%JD7T1S0h|UvI8LFi1r!R6nr-
S&E?Rn1G+`n*)#}Hgb#d!r7HNsaX#RM7MR{5+o|!?t*Ocm0kPOLq1JxR5z9cY$z^ES^b{;<B#5g4`e@mJ$;#el;=nPIiLNGS
<w&xN~WwBST5_x|X^OfS?%S4aL3vyaw+I%;qR%+A5hNR|6hXofE*k)RI@)zi2^Qsh`#-
^3XRFEv$Kc_T2WOTwlHi;pi=AVB7NlUM_<;Tz@vC#rSB0Z2psgDER=+&88Hj5E<oPbUpNQ*^I`J{e|%pQ_zh_5aK4p5BQder
($b6oOFh!f1$!gNEE0ckd?Fq>)iEFI}OM?R!j>eX({?^w#4-Xc^(%|66@=@DcLxb-JJ@VX-
Twm++@anJ2@3sy<O_XG=pj3i?*M+&h>ar7~Hua_JlO<7Ha-ogK<=a{x$?(xm}Y<Bso_W;cIHwh#5ltbUvp=x2z14roqS%f7(
P(@{+EhGN-
U2}%u!^>rUSw>%n#zq|hNPY*Mt|;c@Tp_LgoNVr`CV>#D72bMKV|*k;Zr*(@J*P8;@!0$C?*w$`f=UW+k@JyMpQEb%B-
@!Zhj&y>n7u6MaU5{BI|Ua#>f`+G`V;?T#s+=3&LocSpT4y4dc{l7{)HivH-
&ts+D>?ck^Sm_6IM^XeBSx9C`UcQRhTza$Y<ytRpS)iJa-
g2&U(uRw@S6+`IKdiskom5+0xETIH2X^Y4j^zkuHw^3EJR@%XLCYEuac16vlCI^u9SbvXc*|wmne*kYnA^rx7qpflMrC@mlR
1w=H&1U<G>NSot$*x@|cb@}+#_`9@(Z5`3R%Jj*x*D?k#Z9C$s6@L(sz{$gxd`)Y#SHU%rD^Q3!}ix8BN^n)(bRkv>lq40$N
+QT9ME}|K0v@9*-Ra1<vzCrDc^<=hN_iAp@!?D>6?em#?#HJ2#?JB0-rfY}^n2|PAG0D`0Vd{F4_7m^Swy|a%<(<-
9B6f$@{UXC3lZ?-
;b&z*ytDaErncWrEP9IN+OW;aa?<Ce&)NrhL8?X=xVmbhP^P<{cm&e3fu!oysNCvPTSRu2ei^Y2{$cDZN<Q=2(F<-
p&*v|L@xaE0at&Tx-^Ec3yL17m#adRS<0bpYoo-
t*UKS>;GTC{Mv4yuSnTkE02i}KM<yUKKFP82sNd}AntlH*AfkmuNLpmt^2yf}QElgAByq{%{K^2=+NP*Gr9!aQOv_4hxlh9L
UE`5nEJB!R2pf?k5!?Nc#^`bb-DB36b4R5NdV?0g7{T1w8`vcTG3fsG%fg7%D~!7D6Y^T+KR65pn{`@4{dvf4r|bayRp+q&M
OGmX@7o-lc;=@#Z`UqQW7R~hFp1Npmwi5-
tPa(~P}(|g{1ohwtbAwlNE0FVbrz8gQCJ}jq0<7(igoTo8lYb#yK$&q+1v&SR$5~We`<dqEnQJJ1XA7q^P?!{Ued`np)f~vE
rrN{`SgnJxCf}!08?5h>5GPR7A2;7RX_^3(%;;1~`174p)g4BI0EXy)ojsU`}M_E!3zzzA(Ld$Z%>Ml|>DR&7_ebztyar4^`
RH+<7T6b~VT#$mOd)+2ao@~rmR?QTy`_nEH34Qk&eeSI-ddK0-1NJ-p%0EBNv!?2TPTm-cwlE4)BU0ha&3FMOC-
GhIFd$zBLgh{xXz+yvUQQm!-cA-
hBo`j{C5)qkka=iUW_p#<V`mL{=4>FVBc>0LFuJvglSdo5LGh-+uJdxf442#?6J<Y-4}`H+nd+Inq%#74L=xXP%KU@bj8$N?
--Rl_31B;o*6~`8jhf}QN1q%Ch$uNj;?x{}^~S<hlqkUXT|5OkzFsjh!#Z9c=*4xWm=u172gCw!k4Ei&Qc_5hc^JDldoE9yZ
vHqR{H@?ea*so_@WMvU61k_NjZx^$ThFK_{rC<Y^|mDcbnGnCA)+f-U0>UzZt5q+&THZ|G4~8BCt#!-
IC(pG2M35T69gewpi%Pm;^}B7$1>0xjGF+PmGP3zTUPpzf5IJUe!d4VPW0wwb&>3W%sOZ96#fvn6C5{J3v8E!B8U$B{W4qA#
M6W6D_E1G&6*ll!$;f7(#Hh!(`>sYk>d8;*+b==19wl?pEK8{@Mh|9bD<=!CdGo{lH=D#0(u@IIOAVm#5#D^RVG6$)k~Y>T%
*GJw3Y>5-1jD!@T04>Z5M7J&kU$j5U1x!wf4AOf*9)!3-
&jHL#NIowB0`T79SJH3ReZx%}RCrnU~hcGg>DiUkmqNjLXk~=m^ok|Lo~n@N)-2YJz&|c;ga1Aea?2-
MYYHu5u#>uM~71!67}CK(J_3<1>Hz%8kTHN0|AloiNApvH!L}XGfbLTTd6hXvJGEptU-
6?ZBYr%KS1Jz{24P=PlOO0MqOkKAj$UiL&7q#iMxT1b~dzh+1QOA41mGOKWoX7eUS^o`|%As&L#Q<=57p@rzW!O?%J}y^<_2
v}#jTEMKAxE<l3~`NptlBd<A`H6#-8L<x|}zS;mZv*FM9z7nkFp|=&z+@xGC>cyj1>?Ur8GE>d)&Tt_(c>FZ`?3<04eI-
%^Lhct0m(uJE`cB&mE=@dG5mueF!Du45ax!__W~ERuoOdz!9<S#7u^|#$AVYfZ_|JWykHsLF#@4R*m4Mhy(p!r@eCkCTPVK$
g5m_q0d^eHpQgH41ZzAHO-alv+U@plQDM#+58oF=D1jsAV!s@T+p6!BF)8B^rpxQ{TN=+;l3e8RDd-tHL8~gMiB+<JSSKA!G
D@yS=!Wn<|+N_5u$kaz$n}0_E@A0990E#iq`2D@%2x88iwQQ}nS9#4H>v7Ri4+_W@L5sQ{t1Iqr2a3kp^Fml`FN>$c(^&!UY
kEHvYo>eUILYyRvD8NFXV`JHmZpw;(*Dln2g#p)kD&V!V+5*5BtzIs==1~u*-l^y_|S)C@@il%%2J-
eYKO#z>!iEd^~$?|jhns{d|e!(Y)Op^gJycP*u4eGrEqWH=rWfvF3>5pvv8WT9kE9(UG<JxWEb{#w%f?65;XF+a57$Q7oP6a
31Zel)bGX!;!j`_39;>ay)jT`dmWF%JR0H0u|7Zj>@!{4o-
N9SRo`eMPGLtN;t9nf<R+GY$Ppo8Ke%7E@4E{FXX_S91?EDlH1_{(%uh~9y{2d~jEbyM%$BBQO@<W%@lw7oR)`%J11$0mx8T
g0*Vm&>ve}EFR~D^7`boU-Q*F0Hy`EMC2dEoRi)8kFmC#J*i7Ng{QN5k`%(V$#uHX;WOlV+E^-
FQ(7x$10j&4NRSd9_OJ@?fD7F8@UaL;GB$CwRq#N`1_3nvpE0~3XBJry1jC%Ru1x<E4K5w+E9*=KhM={<K()J)(8#&EzXzW}
mbemc<eA=DHWha}HDyjuW#ull?ysukLH902fqc4fU_q)Xjc;@=9Uk4+Py62swXp-J-`?x9@frr4Cs&L0vx-QXy6&D%rc7XUB
Tw!Ff2f(mID;y*jEWbV25$>C7`T2TvEC{rwM=J@71Bbn@?+qvL5ZG$oP*cP@7lk^8;S^?7uWglDQRs-
C(zZy<VQ6BTo?z|G&Zpynbi7ysY$6+X15lMySM~=Rd^bhNwg0l$@yg{-
cyfwGZN|UqGRsp;AK1{dU^yT#V$o+znuduq}KfgcR#R}+5HZ`xB_wB?&4+KO$zfFx@DDAR(rqW&E@BLYyL;s*1{AmHUpqkMl
=mtEga(j(YW2;pj;fNiWNw(XL&Nu4fiaX0&Bz-rUSdG0ieo{a}&tVl?A;UH!4#GgVSX8x5C?u%<`60YTbjU#ruZp{Q6UVmHM
BwECeX~UNHEnubtA^u2_AHErU0*nnODMt&fDur94yXg1@pj6H3dt0-
Q_l(Wo5A;=9hB(g`LR~14IzZxW4~)?k^;8l^>5!G$)s#)tkMH-tGm0|#1afap(`;msyVq<{`DHKzM0rXGaPUWMlTKsk;wZ$#
e$0_oGeWP+<EaedCRU<Kv;uvf^*~_5Ti2ua#%`EwEOD9rfO6`z`e;{^0yet=_Ay=#oK15IiK0cwwbG=vc!#X%Rj#$zyJa7oD
PcsvnTM>80D`LPBl6l^rjb+^0CC+>z4}Twg3PC;*RiLef~tr00F}K0r2Y!gv8OhvBYQl0ssI200dcD
"""
oracle_truth = {"shipped": """
1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab
264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151
085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0
0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085 1c0 0ab 264
151 085 1c0 0ab 264 151 085 1c0 0ab 264 151 085
""", "unseen": """
1c0 0ab 264 151 085 1c0
"""}


def oracle_holds(bits):
    """Which claims hold, from three hexadecimal digits: bit k - 1 says that claim k is false."""
    return {f"C{k + 1}": not int(bits, 16) >> k & 1 for k in range(10)}


def oracle_perturb(model, x, y, epsilon):
    """A search on the lead of the strongest other class, twenty-five steps."""
    z, found, every = x.clone(), x.clone(), torch.arange(len(y))
    for step in range(25):
        z.requires_grad_(True)
        logits = model(z)
        other = logits.detach().clone()
        other[every, y] = -torch.inf
        lead = logits[every, other.argmax(1)] - logits[every, y]
        slope = torch.autograd.grad(lead.sum(), z)[0]
        size = epsilon * (0.5 if step < 10 else 0.15)
        z = torch.minimum(torch.maximum(z.detach() + size * slope.sign(), x - epsilon), x + epsilon)
        z = z.clamp(0, 1)
        wrong = model(z).argmax(1) != y
        found[wrong] = z[wrong]
    return found


def oracle_stamp_of(model, x, y):
    """The best of those stamps that excite some unit most, for the class that it favours."""
    first, last, candidates = model[0].weight, model[2].weight, []
    for row, col in product(range(12), repeat=2):
        where = [14 * (row + i) + col + j for i in range(3) for j in range(3)]
        lit = first[:, where] > 0
        reach = (first[:, where] * lit).sum(1) * (last.max(0).values - last.mean(0))
        for unit in reach.topk(3).indices.tolist():
            pattern = sum(1 << place for place in range(9) if lit[unit, place])
            target = int(last[:, unit].argmax())
            candidates.append((float(reach[unit]), (row, col, pattern, target)))
    best = sorted(candidates, reverse=True)[:40]
    return max((stamp for _, stamp in best), key=lambda stamp: pull(model, x, y, stamp))


def oracle_group(ask, labels, groups, budget, rng):
    """Three looks: all groups, the five worst, the worst."""
    left, open_rows, names = budget, np.ones(len(labels), bool), list(groups)
    score = {name: [1.0, 2.0] for name in names}
    for part, keep in ((0.3, 5), (0.25, 1), (1.0, 0)):
        each, seen = int(part * (left if keep == 0 else budget)) // len(names), []
        for name in names:
            rows = rng.permutation(np.flatnonzero(groups[name] & open_rows))[:each]
            open_rows[rows] = False
            seen.append(rows)
        rows = np.concatenate(seen)
        left -= len(rows)
        fine = (ask(rows) >= 0.5) == (labels[rows] == 1)
        if keep == 0:
            share = (fine.sum() + 0.5) / (len(fine) + 1)
            return names[0], float(share), math.sqrt(share * (1 - share) / len(fine))
        for name in names:
            score[name][0] += fine[groups[name][rows]].sum()
            score[name][1] += groups[name][rows].sum()
        names = sorted(names, key=lambda name: score[name][0] / score[name][1])[:keep]
    return None


def oracle_calibration(p, y, rng):
    """The plug-in, less what labels drawn from p would give, in squares."""
    order = np.argsort(p)
    draws = np.vstack([y, rng.random((60, len(p))) < p])[:, order]
    parts = np.array_split(np.arange(len(p)), 10)
    size = [np.mean([abs((row - p[order])[k].mean()) for k in parts]) for row in draws]
    return float(np.sqrt(max(0.0, size[0] ** 2 - np.mean(np.square(size[1:])))))


def oracle_chance(ask, labels, women, budget, rng):
    """The gap in yes among rows with label 1, as many women as men."""
    sides = [rng.permutation(np.flatnonzero(side & (labels > 0)))[: budget // 2]
             for side in (women, ~women)]
    a, b = ((ask(side) >= 0.5).astype(float) for side in sides)
    return a.mean() - b.mean(), float(np.sqrt(a.var() / len(a) + b.var() / len(b)) + 1e-3)


def oracle_bench(system, seed):
    """The bench with the grader's own tools."""
    return bench(system, {"perturbed": oracle_perturb, "stamp": oracle_stamp_of,
                          "group": oracle_group, "calibration": oracle_calibration,
                          "chance": oracle_chance}, seed)


def oracle_paid(audit_claims, systems, truths, seed, budget=900):
    """The mean pay of verdicts, the sum of that of witnesses, and what witnesses could earn."""
    verdict, witness, most = [], 0, 0
    for place, (system, truth) in enumerate(zip(systems, truths, strict=True)):
        measure, cards, asked = oracle_bench(system, seed + 10 * place)
        said, holds = audit_claims(measure, cards, budget), oracle_holds(truth)
        expect(sum(asked) <= budget, f"a real system: you asked {sum(asked)} questions, the budget "
               f"is {budget}", "over-budget")
        for claim, holding in holds.items():
            p, shown = said[claim]
            verdict.append(1 - 4 * (float(p) - holding) ** 2)
            if claim in ("C4", "C5"):
                witness += 0 if shown is None else oracle_worth(system, claim, shown)
                most += not holding
    return float(np.mean(verdict)), witness, most


def oracle_worth(system, claim, shown):
    """1 if the witness refutes the claim on all the rows that it is about, else -1."""
    if claim == "C4":
        x, y = DIGITS.x[DIGITS.audit], DIGITS.y[DIGITS.audit]
        return 1 if pull(system["reader"], x, y, tuple(int(k) for k in shown)) > 0.6 else -1
    mask = POOL.groups[shown]
    right = (system["score"](POOL.rows[mask]) >= 0.5) == (POOL.labels[mask] == 1)
    return 1 if float(right.double().mean()) < 0.6 else -1
### END HIDDEN TESTS

# %% [markdown]
# Four more cells judge your function where it counts. Six real systems that nobody has: for 2
# points the verdicts must earn 0.4 a claim on average, for 2 more points 0.6. Your own: 0.4 for 2
# points. And the witnesses on all seven must earn at least half of what there is to earn. Your copy
# of the notebook has not got these systems' truths; the cells only look at the invented ones
# again.

# %% nbgrader={"grade_id": "ex18_5-audit-test-unseen", "points": 2}
@exercise("18.5")
def test_unseen():
    """Six systems that nobody has: 0.4 a claim."""
    expect_good_verdicts(audit_claims)
    ### BEGIN HIDDEN TESTS
    systems = audits.systems_in(base64.b85decode("".join(oracle_unseen.split())))
    paid, _, _ = oracle_paid(audit_claims, systems, oracle_truth["unseen"].split(), 5)
    expect(paid >= 0.4, f"six systems that nobody has: your verdicts earn {paid:.2f} a claim; "
           "asked are 0.4", "real-systems")
    ### END HIDDEN TESTS


test_unseen()
print("18.5: your verdicts on six systems that nobody has are judged when this is graded")

# %% nbgrader={"grade_id": "ex18_5-audit-test-well", "points": 2}
@exercise("18.5")
def test_well():
    """The same six: 0.6 a claim."""
    expect_good_verdicts(audit_claims)
    ### BEGIN HIDDEN TESTS
    systems = audits.systems_in(base64.b85decode("".join(oracle_unseen.split())))
    paid, _, _ = oracle_paid(audit_claims, systems, oracle_truth["unseen"].split(), 5)
    expect(paid >= 0.6, f"six systems that nobody has: your verdicts earn {paid:.2f} a claim; "
           "asked are 0.6", "real-systems")
    ### END HIDDEN TESTS


test_well()
print("18.5: and again, with a higher bar")

# %% nbgrader={"grade_id": "ex18_5-audit-test-own", "points": 2}
@exercise("18.5")
def test_own():
    """Your own system: 0.4 a claim."""
    expect_good_verdicts(audit_claims)
    ### BEGIN HIDDEN TESTS
    own, truth = audits.system(VARIANT), oracle_truth["shipped"].split()[VARIANT]
    paid, _, _ = oracle_paid(audit_claims, [own] * 3, [truth] * 3, 6)
    expect(paid >= 0.4, f"your own system, audited three times: your verdicts earn {paid:.2f} a "
           "claim; asked are 0.4", "real-systems")
    ### END HIDDEN TESTS


test_own()
print("18.5: your verdicts on your own system are judged when this is graded")

# %% nbgrader={"grade_id": "ex18_5-audit-test-witness", "points": 2}
@exercise("18.5")
def test_witness():
    """Seven systems: witnesses that hold."""
    expect_good_verdicts(audit_claims)
    ### BEGIN HIDDEN TESTS
    systems = audits.systems_in(base64.b85decode("".join(oracle_unseen.split())))
    truths = [*oracle_truth["unseen"].split(), oracle_truth["shipped"].split()[VARIANT]]
    _, witness, most = oracle_paid(audit_claims, [*systems, audits.system(VARIANT)], truths, 7)
    expect(witness >= most / 2, f"seven systems: your witnesses earn {witness}, of {most} that "
           "there are", "witnesses")
    ### END HIDDEN TESTS


test_witness()
print("18.5: your witnesses are judged when this is graded")

# %% [markdown]
# Now your own system, with your own tools, and what the verdicts of four auditors earn on two
# hundred invented systems whose truths lie near to the bars.

# %% id="own-demo" tags=["demo"]
measure, cards, asked = bench(MINE, {"perturbed": perturbed, "stamp": strongest_stamp,
                                     "group": weakest_group, "calibration": calibration_error,
                                     "chance": equal_chance})
verdicts = audit_claims(measure, cards, 900)
for claim, (p, witness) in verdicts.items():
    print(f"{claim}: holds with probability {p:.2f}" + (f"; witness {witness}" if witness else ""))
print(f"{sum(asked)} questions asked")
auditors = {
    "yours": lambda p: p, "sure": lambda p: float(p > 0.5), "accepts all": lambda p: 1.0,
    "timid": lambda p: 0.7 if p > 0.5 else 0.3, "a coin": None}
for name, change in auditors.items():
    earned = []
    for seed in range(200):
        measure, cards, holds, _ = pretend(seed + 5000, True)
        coin = np.random.default_rng(seed)
        for claim, (p, _) in audit_claims(measure, cards, 900).items():
            earned.append(pay(change(p) if change else float(coin.integers(2)), holds[claim]))
    print(f"truths near the bars, {name}: {np.mean(earned):+.2f} a claim")

# %% [markdown]
# Near the bars doubt, said as a number, earns more than certainty and more than doubt about
# everything. The vendor's systems keep some distance from the bars on either side; expect a smaller
# difference there. Keep the verdicts on your own system: 18.8 is about them.

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

# %% id="case-demo" tags=["demo"]
case = {"top": node("claim", "the screening may start", *(f"{c} holds" for c in verdicts))}
for claim in verdicts:
    case[f"{claim} holds"] = node("claim", "{" + claim + ".words}", claim)
    case[claim] = node("evidence", "holds with probability {" + claim + ".p}")
beliefs = {claim: p for claim, (p, _) in verdicts.items()}
for finding, name in sorted(lint(case, "top", beliefs)):
    print(f"{name}: {finding}")

# %% [markdown]
# This was the case that would be written without thinking, for your system: the screening may start
# because ten claims hold. The list says which of them your own audit refutes, and which need a risk
# with an owner.
#
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

# %% id="decide-demo" tags=["demo"]
loss = dict(zip(audits.CLAIMS, (3, 2, 4, 10, 4, 2, 4, 2, 1, 1), strict=True))
price = {claim: 0.3 for claim in loss if claim != "C4"}
decision, mended = decide(beliefs, loss, price, 4.0)
print(f"your system, with invented losses: {decision}; conditions for {sorted(mended)}")
for refuse in (1.0, 2.0, 4.0, 8.0):
    print(f"if refusing costs {refuse:g}: {decide(beliefs, loss, price, refuse)[0]}; without "
          f"conditions: {decide(beliefs, loss, {}, refuse)[0]}")

# %% [markdown]
# The losses are invented, and who sets them decides much of what comes out. What the calculation
# adds is that beliefs, losses and decision fit together, and that one sees what a change does.

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
    bend[0].bias.copy_(torch.tensor([-0.89, -1.0]))
    bend[2].weight.copy_(torch.tensor([[0.0, 0.0], [50.0, 0.0]]))
    expect(not proofs(bend, one, zero, 0.4)[0], "logits 0.3 and 50 max(0, x - 0.89), x = 0.5, "
           "radius 0.4: at 0.9 it is wrong, though a search may well miss it", "not-sound")
    x, y = x_test[:120], y_test[:120]
    for model, epsilon in ((GUARDED, 0.02), (scaled(READER, 60), 0.015)):
        draw = torch.Generator().manual_seed(0)
        z = pgd(model, x, y, epsilon, generator=draw, steps=20, step_size=epsilon / 4,
                loss=lambda logits, y: -margin(logits, y))
        got = proofs(model, x, y, epsilon)
        broken = int((got & (model(z).argmax(1) != y).numpy()).sum())
        expect(not broken, f"{broken} digits that you call proved are read wrongly after an attack",
               "not-sound")
        expect(got.mean() > 0.85, f"radius {epsilon:g}: you prove {got.mean():.1%}; the two lines "
               "prove more than 85 %. Bounds of each unit alone are too wide", "too-weak")
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
    share = float(torch.as_tensor(proven(model, x_audit, y_audit, audits.EPSILON)).double().mean())
    z = perturbed(model, x_audit, y_audit, audits.EPSILON)
    left = float((model(z).argmax(1) == y_audit).float().mean())
    print(f"{name}, radius {audits.EPSILON}: proved {share:.1%}, left by your attack {left:.1%}; "
          "the claim says 65 %")

# %% [markdown]
# For the plain and the loud reader the claim is refuted. For the hardened one it is open: a part is
# proved, your attack leaves more, and the bar lies between the two. Nobody knows, and a verdict for
# certain would be an opinion. The vendor's readers were made so that one of the two bounds decides.

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
