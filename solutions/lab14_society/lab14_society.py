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
# # Lab 14: what a system does to those who use it
#
# A system that is used changes what it measures: its records, what people believe, how they decide,
# who earns, whose values count. This lab takes one small model for each, exact enough to see what
# it says and on what that hangs.
#
# By the end you will be able to
#
# - compute what a feedback loop does to its own record, and mend the record,
# - say what a click log can tell about another policy, and what it cannot,
# - tell a forecast that is right from one that is best for its own loss,
# - decide when a person should follow a model, and show why trust that is the same everywhere
#   cannot beat the better of the two,
# - say who gains from automation under which assumption, and that no rule for merging values
#   escapes a choice.
#
# | | |
# |---|---|
# | Paper | section 3.5 (long-term societal impact: work, autonomy and reliance, differing values) |
# | Time | Part A 70 min, Part B 80 min; deeper 35 min |
# | Points | 48: core 42, deeper ones 6 (44 checked by machine, 4 read by a person) |
# | You need | numpy; expectation, conditional probability; a logarithm and its derivative |
# | It runs in | about 5 CPU seconds in all, 4 without the demonstrations; 0.8 GiB of memory |
#
# | symbol | name in code | meaning, shape or range |
# |---|---|---|
# | records of two districts | `a`, `b` | positive numbers or arrays |
# | how often a visit finds something | `rates` | a pair in [0, 1] |
# | chances of an item under the new and the logging policy | `pi`, `logged` | (n,), in [0, 1] |
# | what a forecast announces $\theta$, what it makes of the world | `theta`, `world` | in [0, 1] |
# | counts of who was right | `cells` | (k, 2, 2): [signal][model right][person right] |
# | machines, their productivity | `K`, `g` | positive numbers |
#
# Each model is a small world with stated conditions, and no forecast of a society. The city, the
# feed and the economy are invented; the click log and the census table are real.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
from itertools import permutations, product

import numpy as np
import torch

from safetylab import page, plots, tables, widgets
from safetylab.checks import exercise, expect, expect_array, expect_number

torch.set_num_threads(1)
page.progress(14)

# %% [markdown]
# ## It breaks
#
# An invented city has two districts, A and B, whose kitchens break hygiene rules *equally* often:
# every second inspection finds something. There is one inspection a day. The inspector goes to a
# district with a probability in proportion to what was found there so far (and 1 for each district
# to begin with). Whatever is found is recorded.

# %% nbgrader={"grade_id": "setup-city", "locked": true}
def record_step(a, b, rates):
    """How likely a day adds a find to A's record, to B's, or to none; a, b > 0."""
    share = a / (a + b)
    found_a, found_b = share * rates[0], (1 - share) * rates[1]
    return found_a, found_b, 1 - found_a - found_b


def cities(days, rates, seed, count=20):
    """The records (days + 1, count) of A and of B in some cities."""
    rng = np.random.default_rng(seed)
    a, b = np.ones((days + 1, count)), np.ones((days + 1, count))
    for day in range(days):
        p_a, p_b, _ = record_step(a[day], b[day], rates)
        luck = rng.random(count)
        a[day + 1] = a[day] + (luck < p_a)
        b[day + 1] = b[day] + ((luck >= p_a) & (luck < p_a + p_b))
    return a, b

# %% id="hook" tags=["demo"]
a, b = cities(2000, (0.5, 0.5), seed=0)
share = a / (a + b)
print("A's share of the inspections after 2,000 days, in 20 cities:")
print(" ".join(f"{s:.2f}" for s in np.sort(share[-1])))
print(f"largest change of any share after day 500: {np.abs(share[500:] - share[500]).max():.3f}")
figure = plots.plt.Figure(figsize=(8, 3.6), layout="constrained")
ax = figure.subplots()
ax.plot(share, lw=1, color=plots.PALETTE["blue"], alpha=0.6)
ax.axhline(0.5, ls="--", color="#767676")
ax.set(xlabel="day", ylabel="A's share of the inspections", ylim=(0, 1), xlim=(0, 2000),
       title="20 cities, two equal districts in each")
plots.show(figure, alt=f"Lines of 20 cities. On day 100 the shares lie between "
           f"{share[100].min():.2f} and {share[100].max():.2f}, on day 2,000 between "
           f"{share[-1].min():.2f} and {share[-1].max():.2f}; the dashed line is one half.")

# %% [markdown]
# Two equal districts, and the share of the inspections settles *somewhere*, in some cities near 0
# or 1. Nothing in the city differs but luck, most of it early. Now the dashboard of the
# department: how many finds were made in the district that the model ranked first that day?

# %% id="dashboard" tags=["demo"]
def found_first(a, b):
    """The share of each day's finds that were made in the district ranked first."""
    finds = np.diff(a, axis=0), np.diff(b, axis=0)
    ahead = np.where(a[:-1] > b[:-1], finds[0], finds[1])
    return ahead.sum(1) / np.maximum((finds[0] + finds[1]).sum(1), 1)


daily = found_first(*cities(1000, (0.5, 0.5), seed=1, count=1000))
print(f"finds where the model ranked first, in 1,000 cities: days 1 to 5 {daily[:5].mean():.0%}, "
       f"days 501 to 1,000 {daily[500:].mean():.0%}")

# %% [markdown]
# It looks like learning. There is nothing to learn. Ensign et al. (2018) study this loop for police
# patrols and call it runaway feedback; Salganik, Dodds and Watts (2006) saw something like it in a
# market of songs made for the experiment, with 14,341 people.

# %% [markdown]
# # Part A: records, logs, forecasts
#
# About 70 minutes: exercises 14.1 to 14.3.

# %% [markdown]
# ## Exercise 14.1: the loop (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: "it finds more where it expected more" can be caused by
# the looking alone.
#
# ### Prediction 1
#
# Two equal districts in which something is found on *every* day, 200 days, very many cities. Are
# more of them in the tenth around one half (A's share of the finds between 0.45 and 0.55), or in
# the tenth at the edge (below 0.1), or in both about as many (to within a tenth of them)? Write
# `"middle"`, `"edge"` or `"equal"`. (`my_law`)

# %% nbgrader={"grade_id": "ex14_1-predict", "solution": true}
PREDICT = {
    "name": "my_law", "kind": "choice", "options": ["middle", "edge", "equal"], "outcome": "equal",
    "seen": r"less than 0\.1: 0\.100",
}
### BEGIN SOLUTION
my_law = "middle"
### END SOLUTION

# %% [markdown]
# **a. `law(a, b, rates, days, step)`**: the exact law of the two records. Return an array of shape
# (days + 1, days + 1) whose entry $[i, j]$ is the probability that after `days` days A's record has
# grown by $i$ and B's by $j$.
#
# - `a`, `b`: the records at the beginning, positive numbers; `rates`: a pair; `days` at least 0
# - `step` is a function like `record_step` above, which also takes arrays for `a` and `b`; call it,
#   for tests pass another one
#
# <details><summary>Hint 1: where to look</summary>
# One day moves probability from a cell $[i, j]$ to its neighbours, and leaves some.
# <details><summary>Hint 2: the idea</summary>
# Keep the array of all cells. <code>step(a + i, b + j, rates)</code> with <code>i, j =
# np.indices(...)</code> gives three arrays of chances. Shift one part down, one part to the right.
# <details><summary>Hint 3: nearly the code</summary>
# <code>p = np.zeros((days + 1, days + 1)); p[0, 0] = 1</code>, then <code>days</code> times:
# <code>up, over, stay = (p * chance for chance in step(a + i, b + j, rates))</code>,
# <code>p = stay</code>, <code>p[1:] += up[:-1]</code>, <code>p[:, 1:] += over[:, :-1]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-paths", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_paths(a, b, rates, days, step):
    """Every history of find in A, find in B, nothing, one by one."""
    total = np.zeros((days + 1, days + 1))
    for history in product(range(3), repeat=days):
        chance, grown = 1.0, [0, 0, 0]
        for event in history:
            chance *= step(a + grown[0], b + grown[1], rates)[event]
            grown[event] += 1
        total[grown[0], grown[1]] += chance
    return total


def oracle_step(a, b, rates):
    """Another loop: it goes to A with the square's share."""
    to_a = a * a / (a * a + b * b)
    return to_a * rates[0], (1 - to_a) * rates[1], 1 - to_a * rates[0] - (1 - to_a) * rates[1]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex14_1-law", "solution": true}
def law(a, b, rates, days, step):
    """The probability [i, j] that the records grow by i and j within days."""
    ### BEGIN SOLUTION
    grown_a, grown_b = np.indices((days + 1, days + 1))
    p_a, p_b, p_none = step(a + grown_a, b + grown_b, rates)
    chance = np.zeros((days + 1, days + 1))
    chance[0, 0] = 1.0
    for _ in range(days):
        later = chance * p_none
        later[1:] += (chance * p_a)[:-1]
        later[:, 1:] += (chance * p_b)[:, :-1]
        chance = later
    return chance
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_1-law-test", "points": 3}
@exercise("14.1")
def test_law():
    """Two days in a city, then four days in which something is always found."""
    got = expect_array(law(1.0, 3.0, (0.5, 1.0), 2, record_step), (3, 3), "law")
    expect(abs(got.sum() - 1) < 1e-9, f"the probabilities sum to {got.sum():.6f}, not to 1: some "
           "of it is lost or doubled", "no-law")
    expect(abs(got[0, 0] - 1 / 64) < 1e-9, "nothing on both days has probability 1/8 * 1/8; yours: "
           f"{got[0, 0]:.6f}", "nothing-forgotten")
    expect(abs(got[2, 0] - 1 / 64) > 1e-9, "after a find in A its record is 2 of 5: the chances "
           "must be taken anew each day", "stale-chances")
    expect(abs(got[0, 2] - 0.025) > 1e-9, "the first index counts A's finds, the second B's",
           "transposed")
    truth = np.array([[0.015625, 0.16875, 0.6], [0.040625, 0.15, 0.0], [0.025, 0.0, 0.0]])
    expect(np.abs(got - truth).max() < 1e-9, f"two days: {np.round(truth, 5).tolist()}; yours: "
           f"{np.round(got, 5).tolist()}")
    got = expect_array(law(1.0, 1.0, (1.0, 1.0), 4, record_step), (5, 5), "law")
    ends = got[np.arange(5), 4 - np.arange(5)]
    expect(np.abs(ends - 0.2).max() < 1e-9, "something found each day, records 1 and 1: each of "
           "the "
           f"five divisions of four finds has probability 0.2; yours: {np.round(ends, 4).tolist()}")
    got = expect_array(law(2.0, 1.0, (0.3, 0.3), 0, record_step), (1, 1), "law")
    expect(abs(got[0, 0] - 1) < 1e-9, f"after 0 days: [[1]]; yours: {got.tolist()}", "no-days")
    got = law(1.0, 1.0, (0.5, 0.5), 2, lambda a, b, rates: (0 * a, 0 * b + 1, 0 * a))
    expect(abs(expect_array(got, (3, 3), "law")[0, 2] - 1) < 1e-9, "with a step that finds "
           "something in B each day, [0, 2] is 1: call step, not record_step", "other-step")
    ### BEGIN HIDDEN TESTS
    from scipy.stats import betabinom

    for a, b, rates, days in ((0.7, 2.0, (0.3, 0.8), 4), (5.0, 1.0, (1.0, 0.0), 3)):
        for step in (record_step, oracle_step):
            got = expect_array(law(a, b, rates, days, step), (days + 1, days + 1), "law")
            off = np.abs(got - oracle_paths(a, b, rates, days, step)).max()
            expect(off < 1e-6, f"records {a} and {b}, rates {rates}, {days} days: off by {off:.5f} "
                   "from the sum over all histories", "other-arguments")
    got = law(2.5, 1.5, (1.0, 1.0), 60, record_step)
    truth = betabinom.pmf(np.arange(61), 60, 2.5, 1.5)
    expect(np.abs(np.diag(got[::-1])[::-1] - truth).max() < 1e-6, "60 days of finds: not the "
           "beta-binomial law", "other-arguments")
    ### END HIDDEN TESTS


test_law()
print("14.1a: visible checks passed")

# %% id="law-demo" tags=["demo"]
certain = law(1.0, 1.0, (1.0, 1.0), 200, record_step)
counts = np.array([certain[i, 200 - i] for i in range(201)])
print(f"a find each day: each of the 201 divisions has probability {counts.min():.6f} to "
      f"{counts.max():.6f} (1/201 = {1 / 201:.6f})")
print(f"A has 0.45 to 0.55 of the finds: {counts[90:111].sum():.3f}, less than 0.1: "
      f"{counts[:20].sum():.3f}; you said {my_law!r}")


def expected(value, rates, days, step):
    """The mean of value(A's share) after some days."""
    p = law(1.0, 1.0, rates, days, step)
    i, j = np.indices(p.shape)
    return float((p * value((1 + i) / (2 + i + j))).sum())


for days in (10, 50, 200):
    print(f"{days} days, equal rates: share of the better-ranked district on average "
          f"{expected(lambda s: np.maximum(s, 1 - s), (0.5, 0.5), days, record_step):.4f}; "
          f"rates 0.5 and 0.4: A's share on average "
          f"{expected(lambda s: s, (0.5, 0.4), days, record_step):.3f}")

# %% [markdown]
# With a find each day every division of the finds is *equally likely*, exactly: the share that a
# city ends in is uniform between 0 and 1 in the long run, and stays where luck put it. So the
# better-ranked district comes to three quarters of the inspections on average, although there was
# nothing to learn: that is the dashboard's number. With unequal rates, 5 to 4, A's share goes on
# growing, although true rates would give it 5/9 = 0.556. (In the limit it goes to 1: there runaway
# is the right word, and not for equal rates.)
#
# **b. `mended(a, b, rates)`**: the inspector goes where he goes, but the department may *drop* a
# find from the record, by lot. Return the three chances of a day (a find recorded in A, in B, none)
# under such a rule, so that on average the records grow in the ratio of the true rates, in every
# state.
#
# - visits cannot be changed: what is recorded in A is at most the share of A's visits times its
#   rate
# - do not drop more than needed: record in A at least half of
#   $\min(\mathrm{share}, 1 - \mathrm{share}) \cdot \mathrm{rates}_0$, where share is `a / (a + b)`
# - `a`, `b` may be arrays; the rule may look at `a` and `b`, not at `rates` (which nobody knows):
#   rates only enter as the chance that a visit finds something
#
# <details><summary>Hint 1: where to look</summary>
# Now A grows in the ratio share · rate. By what must you multiply it so that the share falls out?
# <details><summary>Hint 2: the idea</summary>
# Keep a find in A with a chance in proportion to how <em>rarely</em> A was visited: with the
# other district's share. Then both are multiplied by the same number.
# <details><summary>Hint 3: nearly the code</summary>
# <code>s = a / (a + b); both = s * (1 - s)</code>, then <code>return both * rates[0], both *
# rates[1], 1 - both * (rates[0] + rates[1])</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_1-mended", "solution": true}
def mended(a, b, rates):
    """The chances of a day when finds are dropped so that records grow as the true rates."""
    ### BEGIN SOLUTION
    kept = np.minimum(a, b) / (a + b)
    in_a, in_b = kept * rates[0], kept * rates[1]
    return in_a, in_b, 1 - in_a - in_b
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_1-mended-test", "points": 3}
@exercise("14.1")
def test_mended():
    """Records 3 and 1, rates 0.4 and 0.8."""
    def chances(a, b, rates):
        got = mended(a, b, rates)
        fine = isinstance(got, tuple | list | np.ndarray) and len(got) == 3
        expect(fine, "return three chances", "no-triple")
        p = [expect_number(value, "mended") for value in got]
        expect(abs(sum(p) - 1) < 1e-9 and min(p) > -1e-12, f"{p} is no law: a day ends in one of "
               "three ways", "no-law")
        return p

    p_a, p_b, _ = chances(3.0, 1.0, (0.4, 0.8))
    expect(p_a <= 0.75 * 0.4 + 1e-9 and p_b <= 0.25 * 0.8 + 1e-9, f"you record {p_a:.4f} in A and "
           f"{p_b:.4f} in B, and visits find only {0.75 * 0.4:.4f} and {0.25 * 0.8:.4f}: the "
           "visits cannot be changed", "changes-the-visits")
    expect(abs(p_a - 0.3) + abs(p_b - 0.2) > 1e-9, "nothing was dropped: the record grows as the "
           "visits do", "nothing-dropped")
    expect(p_a > 0 or p_b > 0, "everything was dropped: the record never grows", "drops-too-much")
    expect(abs(p_a - p_b) > 1e-9, "equal growth is not asked: B's rate is twice A's, so B's record "
           "must grow twice as fast", "equal-growth")
    expect(abs(p_a * 0.8 - p_b * 0.4) < 1e-9, "in the ratio of the rates, 0.4 to 0.8, B must grow "
           f"twice as fast as A; yours grow by {p_a:.4f} and {p_b:.4f}", "wrong-ratio")
    expect(p_a >= 0.5 * 0.25 * 0.4 - 1e-9, f"you record {p_a:.4f} in A; at least "
           f"{0.5 * 0.25 * 0.4:.4f} can be kept", "drops-too-much")
    q_a = chances(3.0, 1.0, (0.2, 0.1))[0]
    expect(abs(2 * q_a - p_a) < 1e-9, "half the rate in A, the same records: half as much is "
           f"recorded there; yours {p_a:.4f} and {q_a:.4f}. The rule may not look at the rates",
           "looks-at-rates")
    p_a, p_b, _ = chances(10.0, 90.0, (0.5, 0.5))
    expect(p_a <= 0.05 + 1e-9, f"records 10 and 90: visits find 0.05 in A, and you record "
           f"{p_a:.4f}", "changes-the-visits")
    expect(abs(p_a - p_b) < 1e-9, f"records 10 and 90, equal rates: yours grow by {p_a:.4f} and "
           f"{p_b:.4f}", "wrong-ratio")
    expect(p_a >= 0.025 - 1e-9, f"records 10 and 90: you record {p_a:.4f} in A; at least 0.025 can "
           "be kept", "drops-too-much")
    try:
        many = mended(np.array([3.0, 10.0]), np.array([1.0, 90.0]), (0.5, 0.5))
    except (TypeError, ValueError):
        many = None
    expect(many is not None, "a and b may be arrays: yours fails for a = [3, 10], b = [1, 90] "
           "(np.minimum and np.where take arrays, min and if do not)", "no-arrays")
    expect(abs(expect_array(many[0], (2,), "mended's first")[1] - p_a) < 1e-9, "a = [3, 10], "
           f"b = [1, 90]: the second entry is not the {p_a:.4f} of 10 and 90 alone", "no-arrays")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1412)
    for a, b, r_a, r_b in rng.uniform((0.2, 0.2, 0, 0), (40, 40, 1, 1), (20, 4)).tolist():
        p_a, p_b, _ = chances(a, b, (r_a, r_b))
        share = a / (a + b)
        told = f"records {a:.2f}, {b:.2f}, rates {r_a:.3f}, {r_b:.3f}: {p_a:.5f} and {p_b:.5f}"
        expect(abs(p_a * r_b - p_b * r_a) < 1e-7, f"{told} are not in the ratio of the rates",
               "wrong-ratio")
        expect(p_a <= share * r_a + 1e-7 and p_b <= (1 - share) * r_b + 1e-7, f"{told}: more than "
               "the visits find", "changes-the-visits")
        least = 0.5 * min(share, 1 - share)
        expect(p_a >= least * r_a - 1e-7 and p_b >= least * r_b - 1e-7, f"{told}: too much is "
               "dropped", "drops-too-much")
    ### END HIDDEN TESTS


test_mended()
print("14.1b: visible checks passed")

# %% [markdown]
# **c. `finds_per_visit(visits, finds)`**: what should the dashboard have shown? Given how often
# each district was visited and how often something was found there, estimate its rate.
#
# - `visits`, `finds`: (k,), whole numbers; a district that nobody visited has no estimate: `nan`
# - returns an array (k,)
#
# <details><summary>Hint 1: where to look</summary>
# Finds alone say where one looked.
# <details><summary>Hint 2: the idea</summary>
# Divide, but not by zero.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return np.where(visits > 0, finds / np.maximum(visits, 1), np.nan)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_1-dashboard", "solution": true}
def finds_per_visit(visits, finds):
    """The estimated rate of each district; nan where nobody looked."""
    ### BEGIN SOLUTION
    rates = np.full(len(visits), np.nan)
    np.divide(finds, visits, out=rates, where=np.asarray(visits) > 0)
    return rates
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_1-dashboard-test", "points": 1}
@exercise("14.1")
def test_dashboard():
    """Four districts; nobody has been in the third, nothing was found in the last."""
    got = finds_per_visit(np.array([40, 10, 0, 8]), np.array([10, 5, 0, 0]))
    got = expect_array(got, (4,), "finds_per_visit", finite=False)
    expect(abs(got[0] - 2 / 3) > 1e-9, "these are shares of all finds: they show where one looked",
           "share-of-finds")
    expect(np.isnan(got[2]), f"nobody looked in the third district: nan, not {got[2]}", "no-nan")
    expect(not np.isnan(got[3]), "eight visits to the last district found nothing: its estimate is "
           "0, not nan", "nan-for-none")
    expect(np.abs(got[[0, 1, 3]] - [0.25, 0.5, 0]).max() < 1e-9, "0.25, 0.5, nan and 0; yours: "
           f"{got.tolist()}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1413)
    visits = rng.integers(0, 30, 25)
    finds = rng.binomial(visits, 0.3)
    got = finds_per_visit(visits.copy(), finds.copy())
    got = expect_array(got, (25,), "finds_per_visit", finite=False)
    for seen, found, rate in zip(visits, finds, got, strict=True):
        expect(np.isnan(rate) if seen == 0 else abs(rate * seen - found) < 1e-6, f"{found} finds "
               f"in {seen} visits: yours is {rate}", "other-arguments")
    ### END HIDDEN TESTS


test_dashboard()
print("14.1c: visible checks passed")

# %% id="mended-demo" tags=["demo"]
for rates in ((0.5, 0.5), (0.5, 0.4)):
    p = law(1.0, 1.0, rates, 200, mended)
    i, j = np.indices(p.shape)
    s = (1 + i) / (2 + i + j)
    mean = float((p * s).sum())
    spread = math.sqrt(float((p * (s - mean) ** 2).sum()))
    print(f"rates {rates}, mended, 200 days: A's share {mean:.4f} on average, spread {spread:.3f}; "
          f"true ratio {rates[0] / sum(rates):.4f}")


def inspected(days, rates, seed, count=4000):
    """How often A and B were visited, and how often something was found: (2, count) each."""
    rng = np.random.default_rng(seed)
    visits, finds = np.zeros((2, 2, count), int)
    for _ in range(days):
        to_b = rng.random(count) >= (1 + finds[0]) / (2 + finds.sum(0))
        luck = rng.random(count) < np.where(to_b, rates[1], rates[0])
        visits += np.array([~to_b, to_b])
        finds += np.array([~to_b & luck, to_b & luck])
    return visits, finds


for days in (50, 200, 1000):
    visits, finds = inspected(days, (0.5, 0.5), seed=1)
    per_visit = finds_per_visit(visits.ravel(), finds.ravel()).reshape(2, -1)
    seldom = visits[1] < visits[0]
    print(f"4,000 cities, {days} days, not mended: finds per visit on average "
          f"{np.nanmean(np.where(seldom, per_visit[1], per_visit[0])):.3f} in the district visited "
          f"less, {np.nanmean(np.where(seldom, per_visit[0], per_visit[1])):.3f} in the other")

# %% [markdown]
# Mended, the records tell the truth, slowly: what is dropped cannot be learned from. And finds
# *per visit* come to the true rate without mending, if a district is visited often enough. Until
# then they are too *low* on average where one goes less (0.43 instead of 0.5 after 50 days): a
# district with bad luck at first is left before the luck is made good. Visits drawn by lot do not
# have this fault.

# %% [markdown]
# ## Exercise 14.2: what a click log can tell (7 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: whoever values a new policy on an old log sees through the
# old policy's eyes.
#
# A shop showed items to its visitors and logged, for each showing, with which chance its policy
# showed *this* item there (`logged`). A new policy would have shown it with chance `pi`. What
# reward would the new policy have had per showing?
#
# **a. `off_policy_value(reward, pi, logged, kind)`**: with the weights
# $w_i = \pi_i / \mathrm{logged}_i$,
#
# - kind `"ips"`: such that the estimate is right on average, for every new policy that shows
#   nothing which the old one could not show
# - kind `"snips"`: such that adding a constant to all rewards adds it to the estimate
# - `reward`, `pi`, `logged`: (n,), `logged` above 0, some weight above 0; returns a number
#
# <details><summary>Hint 1: where to look</summary>
# A showing that the old policy makes with chance 0.01 and the new one with 0.1 stands for ten.
# <details><summary>Hint 2: the idea</summary>
# Sum the weighted rewards. Divide by the number of rows, or by the sum of the weights: which does
# which?
# <details><summary>Hint 3: nearly the code</summary>
# <code>w = pi / logged</code>, then <code>return (w * reward).sum() / (len(w) if kind == "ips" else
# w.sum())</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-logs", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_logs(quality, pi, logged, n):
    """Every log of n showings with its chance: rewards, chances under both policies."""
    events = [(item, click) for item in range(len(quality)) for click in (0, 1)]
    for log in product(events, repeat=n):
        items = [item for item, _ in log]
        clicks = np.array([float(click) for _, click in log])
        chance = math.prod(logged[i] * (quality[i] if c else 1 - quality[i]) for i, c in log)
        yield chance, clicks, np.array(pi)[items], np.array(logged)[items]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex14_2-value", "solution": true}
def off_policy_value(reward, pi, logged, kind):
    """The new policy's reward per showing, estimated on the old policy's log."""
    ### BEGIN SOLUTION
    ratio = np.asarray(pi, dtype=float) / logged
    total = float(ratio @ reward)
    return total / {"ips": len(ratio), "snips": float(np.sum(ratio))}[kind]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_2-value-test", "points": 3}
@exercise("14.2")
def test_value():
    """Four showings; the weights are 4, 1, 0.5 and 0."""
    reward = np.array([1.0, 0.0, 2.0, 6.0])
    pi, logged = np.array([0.4, 0.2, 0.3, 0.0]), np.array([0.1, 0.2, 0.6, 0.1])
    got = expect_number(off_policy_value(reward.copy(), pi.copy(), logged.copy(), "ips"),
                        "off_policy_value")
    for name, wrong, told in (
        ("plain-mean", 2.25, "this is the old policy's reward"),
        ("inverted", (0.25 + 0.0 + 4.0) / 4, "the weights are upside down"),
        ("forgets-pi", (10 + 0 + 10 / 3 + 60) / 4, "one over the logged chance values a policy "
               "that shows everything: what the new policy does is missing"),
        ("one-kind", 5 / 5.5, "ips divides by the number of showings: this is snips"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got - 1.25) < 1e-6, f"ips: 1.25; yours: {got:.6f}")
    got = expect_number(off_policy_value(reward.copy(), pi.copy(), logged.copy(), "snips"),
                        "off_policy_value")
    expect(abs(got - 1.25) > 1e-6, "snips divides by the sum of the weights: this is ips",
           "one-kind")
    expect(abs(got - 5 / 5.5) < 1e-6, f"snips: {5 / 5.5:.6f}; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    quality, pi, logged = [0.9, 0.5, 0.2], [0.6, 0.1, 0.3], [0.2, 0.3, 0.5]
    mean, truth = 0.0, float(np.dot(quality, pi))
    for chance, r, p, seen in oracle_logs(quality, pi, logged, 2):
        mean += chance * expect_number(off_policy_value(r, p, seen, "ips"), "off_policy_value")
        value = expect_number(off_policy_value(r, p, seen, "snips"), "off_policy_value")
        moved = off_policy_value(r + 3.0, p, seen, "snips")
        expect(abs(moved - value - 3) < 1e-6, "adding 3 to each reward must add 3 to snips; yours "
               f"moved by {moved - value:.5f}", "snips-does-not-move")
    expect(abs(mean - truth) < 1e-6, f"over all logs of two showings your ips is {mean:.5f} on "
           f"average, and the truth is {truth:.5f}", "biased")
    ### END HIDDEN TESTS


test_value()
print("14.2a: visible checks passed")

# %% [markdown]
# **b. `effective_size(weights)`**: independent rewards with equal variance are averaged with
# unequal `weights` (the snips of a). An average of how many of them with *equal* weights would be
# as sure?
#
# - `weights`: (n,), at least 0, not all 0; returns a number between 1 and n
#
# <details><summary>Hint 1: where to look</summary>
# Write down the variance of $\sum_i w_i r_i / \sum_i w_i$, and of a mean of m rewards.
# <details><summary>Hint 2: the idea</summary>
# Set the two variances equal, and solve for m.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return weights.sum() ** 2 / (weights ** 2).sum()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_2-size", "solution": true}
def effective_size(weights):
    """How many equally weighted rewards are as sure as these; between 1 and n."""
    ### BEGIN SOLUTION
    scaled = np.asarray(weights, dtype=float) / np.max(weights)
    return float(np.sum(scaled) ** 2 / np.dot(scaled, scaled))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_2-size-test", "points": 1}
@exercise("14.2")
def test_size():
    """Equal weights, one weight, and 3, 1, 1, 1."""
    for weights, truth in (([2.0, 2.0, 2.0], 3.0), ([0.0, 5.0, 0.0], 1.0)):
        got = expect_number(effective_size(np.array(weights)), "effective_size")
        expect(truth == 3 or abs(got - 3) > 1e-9, "rewards with weight 0 do not count",
               "counts-rows")
        expect(abs(got - truth) < 1e-9, f"weights {weights}: {truth:g}; yours: {got:.6f}",
               "not-scale-free")
    got = expect_number(effective_size(np.array([3.0, 1.0, 1.0, 1.0])), "effective_size")
    expect(abs(got - 2) > 1e-6, "the largest weight alone does not decide", "sum-over-max")
    expect(abs(got - 3) < 1e-6, f"weights 3, 1, 1, 1: 3; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1422)
    for n in (1, 4, 30):
        weights = rng.exponential(size=n)
        share = weights / weights.sum()
        got = expect_number(effective_size(weights.copy()), "effective_size")
        expect(abs(1 / got - float(share @ share)) < 1e-6, f"{n} weights: one over yours is "
               f"{1 / got:.6f}, the variance of the average {float(share @ share):.6f}",
               "other-weights")
    ### END HIDDEN TESTS


test_size()
print("14.2b: visible checks passed")

# %% [markdown]
# **c. `clip_bias(quality, pi, logged, limit)`**: large weights make ips jump, and people cut them
# at a `limit`: $\min(w_i, \mathrm{limit})$. By how much is the cut ips then wrong on average?
#
# - `quality`, `pi`, `logged`: (k,), one entry per *item*: its mean reward, and the chances with
#   which the two policies show it; `pi` and `logged` sum to 1
# - `logged` may be 0: what the old policy never shows is not in the log at all
# - returns the mean of the cut ips minus the new policy's true mean reward (negative: too low)
#
# <details><summary>Hint 1: where to look</summary>
# Item by item: how often does it come into the log, and with what weight?
# <details><summary>Hint 2: the idea</summary>
# Its part of the mean is <code>logged * min(pi / logged, limit) * quality</code>, which is
# <code>min(pi, limit * logged) * quality</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return ((np.minimum(pi, limit * logged) - pi) * quality).sum()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_2-clip", "solution": true}
def clip_bias(quality, pi, logged, limit):
    """By how much ips with weights cut at limit is wrong on average."""
    ### BEGIN SOLUTION
    lost = np.clip(pi - limit * np.asarray(logged), 0.0, None)
    return -float(np.dot(lost, quality))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_2-clip-test", "points": 3}
@exercise("14.2")
def test_clip():
    """Four items: the log never shows the last two, and the last one nobody would."""
    quality = np.array([0.5, 0.25, 1.0, 0.5])
    pi, logged = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.1, 0.9, 0.0, 0.0])
    got = expect_number(clip_bias(quality.copy(), pi.copy(), logged.copy(), 2.0), "clip_bias")
    for name, wrong, told in (
        ("wrong-sign", 0.35, "cutting makes the estimate smaller: the bias is negative"),
        ("forgets-the-unseen", -0.15, "the item that is never logged is missing from the mean, "
               "too"),
        ("mean-of-weights", -0.5, "weigh each item by its reward"),
        ("new-policys-frequency", 0.5 * 0.5 * 2 + 0.3 * 0.25 / 3 - 0.525, "in the log items come "
         "with the old policy's chances"),
        ("value-not-bias", 0.175, "this is the mean of the cut ips: subtract the truth"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got + 0.35) < 1e-6, f"-0.35; yours: {got:.6f}")
    got = expect_number(clip_bias(quality.copy(), pi.copy(), logged.copy(), 100.0), "clip_bias")
    expect(abs(got + 0.2) < 1e-6, "with a limit of 100 nothing is cut, and the third item is still "
           f"never seen: -0.2; yours: {got:.6f}", "forgets-the-unseen")
    ### BEGIN HIDDEN TESTS
    quality, pi, logged = [0.9, 0.4, 0.3], [0.7, 0.1, 0.2], [0.2, 0.5, 0.3]
    for limit in (0.5, 1.0, 3.0, 10.0):
        mean = sum(chance * float(np.mean(np.minimum(p / seen, limit) * r))
                   for chance, r, p, seen in oracle_logs(quality, pi, logged, 2))
        truth = mean - float(np.dot(quality, pi))
        got = expect_number(clip_bias(*map(np.array, (quality, pi, logged)), limit), "clip_bias")
        expect(abs(got - truth) < 1e-6, f"limit {limit}: {truth:.5f} over all logs; yours: "
               f"{got:.5f}", "other-arguments")
    ### END HIDDEN TESTS


test_clip()
print("14.2c: visible checks passed")

# %% [markdown]
# Now a real log: 20,000 showings of 80 items in a Japanese shop (Open Bandit, Saito et al., 2020).
# Half were made by a policy that draws items *by lot*, half by one that learns (Thompson sampling,
# "bts"), in one week. So one log can be asked about the other policy, and the answer looked up.

# %% id="log-demo" tags=["demo"]
counts = tables.open_bandit()
logs = {name: rows.loc[rows.index.repeat(rows["shown"])] for name, rows in counts.groupby("policy")}
for name, log in logs.items():
    per_item = log.groupby("item").size().to_numpy()
    print(f"{name}: {counts[counts['policy'] == name]['clicks'].sum()} clicks in {len(log)} "
          f"showings; effectively {effective_size(per_item * 1.0):.1f} of 80 items")


def rows_of(name):
    """Reward and logged chance of each showing of a policy's log."""
    rows = counts[counts["policy"] == name]
    pairs = zip(rows["clicks"], rows["shown"], strict=True)
    clicks = [[1.0] * c + [0.0] * (n - c) for c, n in pairs]
    return np.concatenate(clicks), np.repeat(rows["chance"], rows["shown"]).to_numpy()


def interval(values, seed=0, times=1000):
    """Where 95 % of the means of redrawn rows lie."""
    rng = np.random.default_rng(seed)
    means = [rng.choice(values, len(values)).mean() for _ in range(times)]
    return np.quantile(means, [0.025, 0.975])


reward, logged = rows_of("bts")
pi = np.full(len(reward), 1 / 80)
weights = pi / logged
low, high = interval(weights * reward)
truth = rows_of("random")[0]
print(f"the lot policy, valued from the bts log: {off_policy_value(reward, pi, logged, 'ips'):.5f} "
      f"({low:.4f} to {high:.4f}), snips {off_policy_value(reward, pi, logged, 'snips'):.5f}")
print("what it really had: {:.5f} ({:.4f} to {:.4f})".format(truth.mean(), *interval(truth)))
error = math.hypot((weights * reward).std(), truth.std()) / math.sqrt(len(reward))
print(f"difference {truth.mean() - np.mean(weights * reward):.5f}, its standard error {error:.5f}")
cut = np.minimum(weights, 10)
print(f"largest weight {weights.max():.0f}, largest weight of a click "
      f"{weights[reward > 0].max():.1f}; cut at 10: {np.mean(cut * reward):.5f}")
bts = counts[counts["policy"] == "bts"]
clicked = bts["item"].isin(bts.loc[bts["clicks"] > 0, "item"]).repeat(bts["shown"]).to_numpy()
print(f"mean weight {weights.mean():.3f}; effective size {effective_size(weights):.0f} of "
      f"{len(weights)}; {weights[~clicked].sum() / weights.sum():.0%} of all weight lies on items "
      "that were never clicked")

# %% [markdown]
# Of 10,000 showings an effective 340 are left. The estimate is too low by 0.0014, and its interval
# holds the truth all the same: such a difference, 1.3 standard errors, chance makes. Cutting at 10
# changes nothing, although the largest weight is 278: the large weights lie on showings without a
# click. And the interval has a blind spot. Most of the weight lies on items that were never clicked
# in this log, and no redrawing of its rows puts a click there.
#
# And the difference that the shop would report, 42 clicks against 38? Both counts are what chance
# makes of one rate: their difference is 4, and its standard error about 9.

# %% [markdown]
# ## Exercise 14.3: the forecast that moves people (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: a forecast that is announced takes part in what it
# forecasts.
#
# A feed announces that a share $\theta$ of people will like a topic. Then a share
# `world(theta)` really does. The loss is the squared error of the announcement on one random
# person, who likes it (1) or does not (0).
#
# `world` is a smooth function from [0, 1] to [0, 1] that changes at most five times as fast as
# $\theta$; it takes a number or an array, and may be called as often as you like.
#
# **a. `announced_risk(world, theta)`**: the mean loss of an announcement.
#
# <details><summary>Hint 1: where to look</summary>
# Even a forecast that is exactly right has a loss: a person is 0 or 1.
# <details><summary>Hint 2: the idea</summary>
# With probability $m$ the person is 1 and the loss $(1 - \theta)^2$; otherwise $\theta^2$.
# <details><summary>Hint 3: nearly the code</summary>
# <code>m = world(theta)</code>, then
# <code>return m * (1 - theta) ** 2 + (1 - m) * theta ** 2</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_3-risk", "solution": true}
def announced_risk(world, theta):
    """The mean squared error of announcing theta, on one random person."""
    ### BEGIN SOLUTION
    liked = world(theta)
    return liked * (1.0 - liked) + np.square(liked - theta)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_3-risk-test", "points": 2}
@exercise("14.3")
def test_risk():
    """In a world that likes 0.2 + 0.5 theta, announce 0.8: six in ten will like it."""
    def world(theta):
        return 0.2 + 0.5 * theta

    got = expect_number(announced_risk(world, 0.8), "announced_risk")
    for name, wrong, told in (
        ("bias-only", 0.04, "this compares the announcement with the share; the loss is on one "
         "person, who is 0 or 1"),
        ("variance-only", 0.24, "this would be so if the announcement were right"),
        ("frozen-world", 0.8 * 0.2, "people react to what is announced: the share is world(theta)"),
        ("swapped", 0.4, "(1 - theta)^2 is the loss on a person who likes it"),
    ):
        expect(abs(got - wrong) > 1e-9, told, name)
    expect(abs(got - 0.28) < 1e-9, f"0.6 * 0.2^2 + 0.4 * 0.8^2 = 0.28; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    for theta in (0.0, 0.3, 1.0):
        for slope in (-0.8, 0.0, 0.9):
            m = 0.5 + slope * (theta - 0.5)
            got = announced_risk(lambda t, slope=slope: 0.5 + slope * (t - 0.5), theta)
            got = expect_number(got, "announced_risk")
            truth = m * (1 - theta) ** 2 + (1 - m) * theta**2
            expect(abs(got - truth) < 1e-6, f"theta {theta}, slope {slope}: {truth:.5f}; yours: "
                   f"{got:.5f}", "other-worlds")
    ### END HIDDEN TESTS


test_risk()
print("14.3a: visible checks passed")

# %% [markdown]
# **b. `stable(world)`**: an announcement that comes true: $|\mathrm{world}(\theta) - \theta|$ at
# most 1e-6. It exists in *every* such world. If there are several, any one.
#
# <details><summary>Hint 1: where to look</summary>
# At 0 the world is not below the announcement, at 1 it is not above.
# <details><summary>Hint 2: the idea</summary>
# Announcing again and again what came of the last announcement need not settle. Halve an interval.
# <details><summary>Hint 3: nearly the code</summary>
# <code>low, high = 0.0, 1.0</code>, then 60 times: <code>mid = (low + high) / 2</code>, and
# <code>low = mid</code> if <code>world(mid) > mid</code>, else <code>high = mid</code>; return
# <code>mid</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_3-stable", "solution": true}
def stable(world):
    """An announcement in [0, 1] that comes true, to within 1e-6."""
    ### BEGIN SOLUTION
    ends = [0.0, 1.0]
    while ends[1] - ends[0] > 1e-9:
        half = sum(ends) / 2
        ends[int(world(half) <= half)] = half
    return ends[0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_3-stable-test", "points": 2}
@exercise("14.3")
def test_stable():
    """A world that follows, one that defies, two that nearly cross, one that always says 0."""
    for told, world, wrong_id in (
        ("0.2 + 0.5 theta", lambda t: 0.2 + 0.5 * t, "not-stable"),
        ("0.5 - 0.5 tanh(10 (theta - 0.424))", lambda t: 0.5 - 0.5 * np.tanh(10 * (t - 0.424)),
         "iterates"),
        ("0.5 + 0.5 tanh(2.5 (theta - 0.4))", lambda t: 0.5 + 0.5 * np.tanh(2.5 * (t - 0.4)),
         "follows-the-slope"),
        ("0.5 + 0.4 tanh(5 (theta - 0.38))", lambda t: 0.5 + 0.4 * np.tanh(5 * (t - 0.38)),
         "follows-the-slope"),
        ("always 0", lambda t: 0.0 * t, "edge-case"),
    ):
        theta = expect_number(stable(world), "stable")
        expect(0 <= theta <= 1, f"an announcement lies in [0, 1]; yours: {theta:.4f}", "outside")
        off = abs(float(world(theta)) - theta)
        expect(off < 1.5e-6, f"world {told}: you announce {theta:.6f} and get "
               f"{float(world(theta)):.6f}" + (" (a step along the slope may lead anywhere)"
                                               if wrong_id == "follows-the-slope" else ""),
               wrong_id)
    ### BEGIN HIDDEN TESTS
    for a, b, c in ((3, 0.5, 0.05), (-6, 0.3, 0.0), (8, 0.7, 0.2), (-2, 0.5, -1.0)):
        def world(t, a=a, b=b, c=c):
            return 0.5 + 0.5 * np.tanh(c + a * (t - b))

        theta = expect_number(stable(world), "stable")
        expect(0 <= theta <= 1 and abs(world(theta) - theta) < 1.5e-6, f"slope {a}: you announce "
               f"{theta:.6f} and get {world(theta):.6f}", "iterates")
    ### END HIDDEN TESTS


test_stable()
print("14.3b: visible checks passed")

# %% [markdown]
# **c. `best_for_loss(world)`**: the announcement with the least mean loss (a), within 1e-3 of the
# least possible. The loss may have several valleys, and its least value may lie at 0 or 1.
#
# <details><summary>Hint 1: where to look</summary>
# One number in [0, 1]: try them.
# <details><summary>Hint 2: the idea</summary>
# A grid of 1,001 announcements, in one call: <code>world</code> takes an array.
# <details><summary>Hint 3: nearly the code</summary>
# <code>grid = np.linspace(0, 1, 1001)</code>, <code>m = world(grid)</code>, then
# <code>return grid[np.argmin(m * (1 - grid) ** 2 + (1 - m) * grid ** 2)]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_3-best", "solution": true}
def best_for_loss(world):
    """The announcement with the least mean loss, of all in [0, 1]."""
    ### BEGIN SOLUTION
    choices = np.arange(0, 2001) / 2000
    return float(choices[np.argmin(announced_risk(world, choices))])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_3-best-test", "points": 2}
@exercise("14.3")
def test_best():
    """A world that follows, two with two valleys, and one that defies."""
    def loss(world, theta):
        likes = ((0, 1 - world(theta)), (1, world(theta)))
        return sum(chance * (person - theta) ** 2 for person, chance in likes)

    for told, world, least in (
        ("0.2 + 0.6 theta", lambda t: 0.2 + 0.6 * t, 0.2),
        ("0.5 + 0.5 tanh(2 (theta - 0.6))", lambda t: 0.5 + 0.5 * np.tanh(2 * (t - 0.6)), 0.083173),
        ("0.5 - 0.5 tanh(8 (theta - 0.37))", lambda t: 0.5 - 0.5 * np.tanh(8 * (t - 0.37)),
         0.223091),
        ("0.1 + 0.45 (1 + tanh(5 (theta - 0.75)))",
         lambda t: 0.1 + 0.45 * (1 + np.tanh(5 * (t - 0.75))), 0.068272),
    ):
        theta = expect_number(best_for_loss(world), "best_for_loss")
        expect(0 <= theta <= 1, f"an announcement lies in [0, 1]; yours: {theta:.4f}", "outside")
        got = float(loss(world, theta))
        expect(abs(float(world(theta)) - theta) > 1e-3 or got < least + 1e-3, f"world {told}: your "
               f"announcement {theta:.3f} comes true, and its loss is {got:.4f}; the least is "
               f"{least:.4f}", "returns-stable")
        expect(got < least + 1e-3, f"world {told}: announcing {theta:.3f} has the loss {got:.4f}; "
               f"the least is {least:.4f}", "not-the-least")
    ### BEGIN HIDDEN TESTS
    for a, b in ((-3, 0.5), (5, 0.45), (0.0, 0.3), (7, 0.8), (-8, 0.2)):
        def world(t, a=a, b=b):
            return 0.5 + 0.5 * np.tanh(a * (np.asarray(t) - b))

        theta = expect_number(best_for_loss(world), "best_for_loss")
        least = float(loss(world, np.linspace(0, 1, 20_001)).min())
        expect(0 <= theta <= 1 and loss(world, theta) < least + 1e-3, f"slope {a}: announcing "
               f"{theta:.3f} has the loss {loss(world, theta):.4f}; the least is {least:.4f}",
               "not-the-least")
    ### END HIDDEN TESTS


test_best()
print("14.3c: visible checks passed")

# %% id="forecast-demo" tags=["demo"]
WORLDS = {"follows": lambda t: 0.2 + 0.6 * t,
          "S-shaped": lambda t: 0.5 + 0.5 * np.tanh(0.05 + 3 * (t - 0.5)),
          "defies": lambda t: 0.5 - 0.5 * np.tanh(3 * (t - 0.5))}
for name, world in WORLDS.items():
    ends = []
    for start in (0.1, 0.45, 0.9):
        theta = start
        for _ in range(500):
            theta = float(world(theta))
        ends.append((theta, float(world(theta))))
    settled, best = stable(world), best_for_loss(world)
    print(f"{name}: announcing each time what came last, from 0.1, 0.45, 0.9: "
          + ", ".join(f"{t:.3f} then {m:.3f}" for t, m in ends))
    print(f"  comes true at {settled:.3f}, loss {announced_risk(world, settled):.3f}; least loss "
          f"{announced_risk(world, best):.3f} at {best:.3f}, where {float(world(best)):.3f} like "
          "it")

# %% [markdown]
# In the world that follows, the announcement with the least loss is 1.0. It is false (0.8 come to
# like the topic), and it moves thirty people in a hundred who would not have liked it at the
# announcement that comes true. Whoever trains on the loss trains the feed to push. In the S-shaped
# world the first announcement decides which of two truths holds for good; in the one that defies,
# announcing what came last swings for ever. (Perdomo et al., 2020, call the two solutions
# performatively stable and performatively optimal. If the world moves less than the announcement,
# everywhere, then announcing what came last does settle.) That people react like one of these
# worlds is nowhere shown here.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: people, work, values
#
# About 80 minutes: exercises 14.4 to 14.7.

# %% [markdown]
# ## Exercise 14.4: leaning on the model (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: "staff follow the model more often now" is not yet good
# news.
#
# A person and a model answer the same yes-or-no questions. When they differ, exactly one is right.
# Questions are sorted by a *signal* that the person can see, such as how sure the model says it is.
# `cells[k]` counts the questions with signal $k$: `cells[k, m, p]`, where `m` is 1 if the model was
# right and `p` is 1 if the person was.
#
# **a. `team_accuracy(cells, follow)`**: the person follows the model with probability `follow[k]`
# when the two differ and the signal is $k$. Which share of the questions does the team get right?
#
# - `cells`: (k, 2, 2), whole numbers, not all 0; `follow`: (k,), in [0, 1]; returns a number
#
# <details><summary>Hint 1: where to look</summary>
# Where both are right, the team is. Where both are wrong, it is not.
# <details><summary>Hint 2: the idea</summary>
# Where only the model is right, following helps; where only the person is, not following does.
# <details><summary>Hint 3: nearly the code</summary>
# <code>right = cells[:, 1, 1] + follow * cells[:, 1, 0] + (1 - follow) * cells[:, 0, 1]</code>,
# then
# <code>return right.sum() / cells.sum()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_4-team", "solution": true}
def team_accuracy(cells, follow):
    """The share of questions that a person gets right who follows the model so often."""
    ### BEGIN SOLUTION
    chance_right = np.zeros(cells.shape)
    chance_right[:, 1, 1] = 1.0
    chance_right[:, 1, 0] = follow
    chance_right[:, 0, 1] = np.subtract(1.0, follow)
    return float(np.average(chance_right, weights=cells))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_4-team-test", "points": 2}
@exercise("14.4")
def test_team():
    """Two signals, 300 questions; both are right in 90."""
    cells = np.array([[[10, 30], [10, 50]], [[60, 20], [80, 40]]])
    got = expect_number(team_accuracy(cells.copy(), np.array([0.5, 1.0])), "team_accuracy")
    for name, wrong, told in (
        ("wrong-side", 13 / 30, "cells[k, 1, 0] counts where only the model was right"),
        ("forgets-the-person", 7 / 12, "where it does not follow, the person's own answer counts"),
        ("forgets-agreement", 1 / 3, "where both are right the team is right, too"),
        ("mean-of-signals", 0.65, "the signals have different numbers of questions: count them"),
    ):
        expect(abs(got - wrong) > 1e-9, told, name)
    expect(abs(got - 19 / 30) < 1e-9, f"(90 + 5 + 15 + 80) / 300 = 0.633333; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1441)
    for signals in (1, 3, 6):
        cells = rng.integers(0, 9, (signals, 2, 2)) + 1
        follow, right = rng.random(signals), 0.0
        for k, m, p in product(range(signals), (0, 1), (0, 1)):
            right += cells[k, m, p] * (m if m == p else follow[k] * m + (1 - follow[k]) * p)
        got = expect_number(team_accuracy(cells.copy(), follow.copy()), "team_accuracy")
        expect(abs(got - right / cells.sum()) < 1e-6, f"{signals} signals: "
               f"{right / cells.sum():.5f}; "
               f"yours: {got:.5f}", "other-tables")
    ### END HIDDEN TESTS


test_team()
print("14.4a: visible checks passed")

# %% [markdown]
# **b. `best_rule(cells)`**: for each signal, should the person follow (1) or not (0) when the two
# differ, so that the team is right as often as it can be? With a tie either will do. Returns an
# array (k,) of zeros and ones.
#
# <details><summary>Hint 1: where to look</summary>
# Only the questions in which they differ matter.
# <details><summary>Hint 2: the idea</summary>
# Is it more often only the model, or only the person, who is right under this signal?
# <details><summary>Hint 3: nearly the code</summary>
# <code>return (cells[:, 1, 0] > cells[:, 0, 1]).astype(int)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_4-rule", "solution": true}
def best_rule(cells):
    """For each signal, whether following the model (1) makes the team right more often (0: not)."""
    ### BEGIN SOLUTION
    models_lead = np.diff(cells[:, [0, 1], [1, 0]], axis=1)[:, 0]
    return np.where(models_lead > 0, 1, 0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_4-rule-test", "points": 2}
@exercise("14.4")
def test_rule():
    """Following pays under the second signal and, though the model is weak there, the fourth."""
    cells = np.array([[[10, 30], [10, 50]], [[30, 10], [40, 20]], [[0, 20], [5, 75]],
                      [[50, 5], [8, 17]]])
    got = expect_array(best_rule(cells.copy()), (4,), "best_rule")
    expect(set(np.unique(got)) <= {0, 1}, f"zeros and ones; yours: {got.tolist()}", "no-rule")
    told = got.astype(int).tolist()
    expect(told != [1, 0, 1, 0], "this is the rule the other way round", "wrong-side")
    expect(told != [1, 1, 1, 0], "following where the model is mostly right forgets that the "
           "person may be right more often", "model-above-half")
    expect(told not in ([0] * 4, [1] * 4), "a rule for each signal: under the second the model is "
           "right alone in 40 questions and the person in 10, under the first it is 10 and 30",
           "one-rule")
    expect(told != [0, 1, 0, 0], "under the fourth signal the model is right alone in 8 questions "
           "and the person in 5: following pays, too", "forgets-the-weak")
    expect(told == [0, 1, 0, 1], f"best is [0, 1, 0, 1]; yours: {told}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1442)
    for _ in range(20):
        cells = rng.integers(0, 12, (6, 2, 2)) + (rng.random((6, 2, 2)) < 0.5)
        got = expect_array(best_rule(cells.copy()), (6,), "best_rule")
        gains = (cells[:, 1, 0] - cells[:, 0, 1])[None] * np.array(list(product((0, 1), repeat=6)))
        mine = int(((cells[:, 1, 0] - cells[:, 0, 1]) * got).sum())
        expect(set(np.unique(got)) <= {0, 1} and mine == gains.sum(1).max(), "of the 64 rules the "
               f"best gains {gains.sum(1).max()} questions over never following; yours: {mine}",
               "other-tables")
    ### END HIDDEN TESTS


test_rule()
print("14.4b: visible checks passed")

# %% [markdown]
# **c. `effect_of_agreement(cells, delta)`**: explanations are added, and from now on the person
# follows more often: `follow[k]` rises by `delta` under *every* signal. By how much does the team's
# accuracy change? (It does not depend on where `follow` was.)
#
# <details><summary>Hint 1: where to look</summary>
# Take a of two values of <code>follow</code>, and subtract.
# <details><summary>Hint 2: the idea</summary>
# Each question that only the model gets right gains delta, each that only the person does loses it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return delta * (cells[:, 1, 0] - cells[:, 0, 1]).sum() / cells.sum()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_4-effect", "solution": true}
def effect_of_agreement(cells, delta):
    """How the team's accuracy changes when follow rises by delta under every signal."""
    ### BEGIN SOLUTION
    model_right = cells[:, 1].sum() / cells.sum()
    person_right = cells[:, :, 1].sum() / cells.sum()
    return float(delta * (model_right - person_right))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_4-effect-test", "points": 2}
@exercise("14.4")
def test_effect():
    """The model is right in 180 of 300 questions, the person in 140."""
    cells = np.array([[[10, 30], [10, 50]], [[60, 20], [80, 40]]])
    got = expect_number(effect_of_agreement(cells.copy(), 0.5), "effect_of_agreement")
    for name, wrong, told in (
        ("delta-itself", 0.5, "agreement is not accuracy"),
        ("gains-only", 0.15, "questions that only the person gets right are lost"),
        ("times-the-model", 0.3, "compare the model with the person whom it replaces"),
        ("per-difference", 0.5 * 40 / 140, "of all questions, not of those in which they differ"),
        ("mean-of-signals", 0.025, "the signals have different numbers of questions: count them"),
    ):
        expect(abs(got - wrong) > 1e-9, told, name)
    expect(abs(got - 1 / 15) < 1e-9, f"0.5 * (180 - 140) / 300 = 0.066667; yours: {got:.6f}")
    got = expect_number(effect_of_agreement(cells[:1].copy(), 0.2), "effect_of_agreement")
    expect(abs(got + 0.04) < 1e-9, f"under the first signal alone, delta 0.2: -0.04; yours: "
           f"{got:.6f}", "other-arguments")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1443)
    for signals in (1, 4):
        cells, delta = rng.integers(1, 30, (signals, 2, 2)), float(rng.uniform(-0.4, 0.4))
        truth = 0.0
        for k, m, p in product(range(signals), (0, 1), (0, 1)):
            truth += cells[k, m, p] * delta * (m - p) / cells.sum()
        got = expect_number(effect_of_agreement(cells.copy(), delta), "effect_of_agreement")
        expect(abs(got - truth) < 1e-6, f"delta {delta:.3f}: {truth:.5f}; yours: {got:.5f}",
               "other-arguments")
    ### END HIDDEN TESTS


test_effect()
print("14.4c: visible checks passed")

# %% [markdown]
# On real rows: who earns more than 50,000 dollars, in the census table Adult. The "model" sees
# education and capital; a *second reader*, a decision tree, sees age, hours, occupation, work class
# and marital status. It stands in for a person only in that it knows other things: no person is
# simulated.

# %% id="reliance-demo" tags=["demo"]
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

train, test = tables.adult("train"), tables.adult("test")
KNOWS = {"model": ["education_num", "capital_gain", "capital_loss"],
         "reader": ["age", "hours_per_week", "occupation", "workclass", "marital_status"]}
readers = {"model": LogisticRegression(max_iter=1000),
           "reader": DecisionTreeClassifier(max_depth=7, random_state=0)}
rich = [(table["income"] == ">50K").to_numpy() for table in (train, test)]
sure = {}
for name, fitted in readers.items():
    x, z = (tables.design_matrix(table[KNOWS[name]]) for table in (train, test))
    z = z.reindex(columns=x.columns, fill_value=0)
    scale = x.abs().max().replace(0, 1)
    sure[name] = fitted.fit(x / scale, rich[0]).predict_proba(z / scale)[:, 1]
right = {name: (p > 0.5) == rich[1] for name, p in sure.items()}
level = [np.digitize(np.abs(p - 0.5), [0.15, 0.35]) for p in sure.values()]
signal = 3 * level[0] + level[1]


def cells_of(rows):
    """The counts of nine signals (how sure each of the two is, in three steps)."""
    made = np.zeros((9, 2, 2), int)
    np.add.at(made, (signal[rows], right["model"][rows] * 1, right["reader"][rows] * 1), 1)
    return made


print("accuracy: " + ", ".join(f"{name} {r.mean():.3f}" for name, r in right.items())
      + f"; at least one is right in {(right['model'] | right['reader']).mean():.3f}; both answer "
      f"alike in {(right['model'] == right['reader']).mean():.3f}")
gains = []
for seed in range(20):
    order = np.random.default_rng(seed).permutation(len(rich[1]))
    fit, held = cells_of(order[:8000]), cells_of(order[8000:])
    alone = max(team_accuracy(held, np.full(9, f)) for f in (0.0, 1.0))
    gains.append(team_accuracy(held, best_rule(fit)) - alone)
print(f"a rule for each of nine signals, learned on 8,000 rows, on the others: {min(gains):+.3f} "
       f"to {max(gains):+.3f} over the better of the two (20 splits)")
every = cells_of(np.arange(len(rich[1])))
for f in (0.0, 0.5, 0.8, 1.0):
    print(f"follows in {f:.0%} of the differences, whatever the signal: "
          f"{team_accuracy(every, np.full(9, f)):.4f}")

# %% [markdown]
# Trust that is the same everywhere puts the team *between* the two, whatever it is: c says that
# following more often by delta changes accuracy by exactly delta times the difference of the two
# accuracies. (Delta counts only where the two differ. "They agree in nine of ten cases" is another
# number: these two answer alike in 84 of 100 rows, and neither follows the other.)
# What helps is to know *when*. (Bansal et al., 2021, found that explanations raised acceptance
# whether the model was right or not. Vaccaro, Almaatouq and Malone, 2024, over 106 experiments:
# combinations of people and AI did on average worse than the better of the two alone, more so in
# decisions; in creating content they gained.)

# %% [markdown]
# ## Exercise 14.5: who gains (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: "output rises, so people gain" depends on which people can
# do which task.
#
# An economy makes one good from $N$ tasks that matter equally: $\log Y = \frac 1 N \sum_i \log
# y_i$.
#
# - task $i$ is done by machines if `auto[i]`, otherwise by people of the group `group[i]`
# - `K` machines divide evenly among the automated tasks: each such task makes
#   $g K / (\text{number of automated tasks})$
# - the `people[h]` members of group $h$ divide evenly among the tasks of their group that are not
#   automated; such a task makes `e[i]` times the people on it
# - a group without a task stands idle
#
# **a. `total_output(auto, group, people, K, g, e)`**: $Y$.
#
# - `auto`: (N,), bool; `group`: (N,), whole numbers; `people`: (groups,); `e`: (N,); `K`, `g`
#   positive numbers
#
# <details><summary>Hint 1: where to look</summary>
# Fill an array of what each task makes.
# <details><summary>Hint 2: the idea</summary>
# How many tasks of its group are not automated? <code>np.bincount(group[~auto],
# minlength=...)</code>
# <details><summary>Hint 3: nearly the code</summary>
# <code>tasks = np.bincount(group[~auto], minlength=len(people))</code>,
# <code>y = np.where(auto, g * K / max(auto.sum(), 1), e * people[group] / np.maximum(tasks[group],
# 1))</code>, then <code>return np.exp(np.log(y).mean())</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-economy", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_output(auto, group, people, K, g, e):
    """A planner who divides machines and people as well as possible, numerically."""
    from scipy.optimize import minimize

    N = len(auto)

    def made(split):
        weight, y = np.exp(split), np.zeros(N)
        for at in range(N):
            mates = auto if auto[at] else ~auto & (group == group[at])
            have = g * K if auto[at] else e[at] * people[group[at]]
            y[at] = np.log(have * weight[at] / weight[mates].sum())
        return -y.mean()

    return float(np.exp(-minimize(made, np.zeros(N), method="BFGS").fun))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex14_5-output", "solution": true}
def total_output(auto, group, people, K, g, e):
    """What an economy of equally important tasks makes."""
    ### BEGIN SOLUTION
    logs = []
    for task, automated in enumerate(auto):
        if automated:
            logs.append(math.log(g * K / np.count_nonzero(auto)))
        else:
            mates = np.count_nonzero((group == group[task]) & np.logical_not(auto))
            logs.append(math.log(e[task] * people[group[task]] / mates))
    return math.exp(sum(logs) / len(logs))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_5-output-test", "points": 2}
@exercise("14.5")
def test_output():
    """Four tasks, two groups; one task is automated."""
    auto, group = np.array([True, False, False, False]), np.array([0, 0, 0, 1])
    people, e = np.array([8.0, 2.0]), np.array([3.0, 1.0, 0.5, 2.0])
    got = expect_number(total_output(auto.copy(), group.copy(), people.copy(), 2.0, 8.0, e.copy()),
                        "total_output")
    for name, parts, told in (
        ("labour-not-spread", (16, 8, 4, 4), "eight people on two tasks: four on each"),
        ("split-by-all-tasks", (16, 8 / 3, 4 / 3, 4), "people leave the automated task: they "
               "divide among the tasks of their group that are left"),
        ("ignores-groups", (16, 10 / 3, 5 / 3, 20 / 3), "only people of the task's group can do "
               "it"),
        ("no-productivity", (2, 4, 2, 4), "a machine makes g"),
        ("machines-times-e", (48, 4, 2, 4), "e counts for people only: a machine makes g"),
    ):
        expect(abs(got - math.prod(parts) ** 0.25) > 1e-9, told, name)
    expect(abs(got - 7.5) > 1e-9 and abs(got - 6.5) > 1e-9, "log Y is the mean of the logarithms: "
           "the tasks need each other", "arithmetic-mean")
    truth = 512**0.25
    expect(abs(got - truth) < 1e-9, f"the tasks make 16, 4, 2 and 4: Y = {truth:.6f}; yours: "
           f"{got:.6f}")
    none = np.zeros(4, bool)
    got = expect_number(total_output(none, group.copy(), people.copy(), 2.0, 8.0, e.copy()),
                        "total_output")
    truth = (8 * 8 / 3 * 4 / 3 * 4) ** 0.25
    expect(abs(got - truth) < 1e-9, f"nothing automated: {truth:.6f}; yours: {got:.6f}",
           "none-automated")
    two = np.array([True, True, False, False])
    got = expect_number(total_output(two, group.copy(), people.copy(), 2.0, 8.0, e.copy()),
                        "total_output")
    expect(abs(got - (16 * 16 * 4 * 4) ** 0.25) > 1e-9, "two tasks automated: the two machines "
           "divide among them, one on each", "machines-not-divided")
    truth = (8 * 8 * 4 * 4) ** 0.25
    expect(abs(got - truth) < 1e-9, f"two tasks automated: {truth:.6f}; yours: {got:.6f}",
           "two-automated")
    last = np.array([False, False, False, True])
    try:
        got = total_output(last, group.copy(), people.copy(), 2.0, 8.0, e.copy())
    except IndexError:
        got = math.inf
    expect(got != math.inf, "group 1 has no task left and stands idle: yours fails there (has "
           "np.bincount its minlength?)", "idle-group")
    truth = (8 * 8 / 3 * 4 / 3 * 16) ** 0.25
    expect(abs(expect_number(got, "total_output") - truth) < 1e-9, f"only group 1's task is "
           f"automated: {truth:.6f}; yours: {got:.6f}", "idle-group")
    try:
        got = total_output(np.array([True, False]), np.array([0, 2]), np.array([4.0, 1.0, 3.0]),
                           2.0, 8.0, np.array([1.0, 3.0]))
    except IndexError:
        got = math.inf
    expect(got != math.inf and abs(expect_number(got, "total_output") - 12) < 1e-9, "two tasks, "
           "three groups, of which the last does the second task: they make 16 and 9, Y = 12; "
           f"yours: {got:.6f}", "other-size")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1451)
    for tasks, taken in ((5, 2), (6, 4), (4, 4)):
        auto, group = np.arange(tasks) < taken, rng.integers(0, 2, tasks)
        people, e = rng.uniform(0.5, 5, 2), rng.uniform(0.5, 3, tasks)
        K, g = rng.uniform(0.5, 4, 2).tolist()
        got = expect_number(total_output(auto.copy(), group, people, K, g, e), "total_output")
        truth = oracle_output(auto, group, people, K, g, e)
        expect(abs(got / truth - 1) < 1e-5, f"{taken} of {tasks} tasks automated: a planner makes "
               f"{truth:.5f}; yours: {got:.5f}", "other-economies")
    ### END HIDDEN TESTS


test_output()
print("14.5a: visible checks passed")

# %% [markdown]
# **b. `pay(auto, group, people, K, g, e, output)`**: in competition everybody earns what one more
# of them would add: $w_h = \partial Y / \partial\, \mathrm{people}_h$ for a member of group $h$,
# and $r = \partial Y / \partial K$ for a machine.
#
# - `output` is a function like yours; call it
# - returns a pair: `w`, an array (groups,), and `r`, a number; a group without a task earns 0, and
#   without an automated task r is 0
#
# <details><summary>Hint 1: where to look</summary>
# What does $\log Y$ gain from one per cent more people in a group?
# <details><summary>Hint 2: the idea</summary>
# Each of the group's tasks makes one per cent more, and each task is $1/N$ of $\log Y$. So the
# group as a whole earns $Y$ times its share of the tasks.
# <details><summary>Hint 3: nearly the code</summary>
# <code>y, N = output(auto, group, people, K, g, e), len(auto)</code>, <code>tasks =
# np.bincount(group[~auto], minlength=len(people))</code>; return <code>y * tasks / N /
# people</code> and <code>y * auto.sum() / N / K</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_5-pay", "solution": true}
def pay(auto, group, people, K, g, e, output):
    """What a member of each group and a machine earn in competition: (groups,) and a number."""
    ### BEGIN SOLUTION
    per_task = output(auto, group, people, K, g, e) / len(auto)
    held = np.array([np.sum((group == h) & np.logical_not(auto)) for h in range(len(people))])
    return per_task * held / people, float(per_task * np.sum(auto) / K)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_5-pay-test", "points": 2}
@exercise("14.5")
def test_pay():
    """The economy of a, with an output of the test's own, which makes 16 there."""
    auto, group = np.array([True, False, False, False]), np.array([0, 0, 0, 1])
    people, e = np.array([8.0, 2.0]), np.array([3.0, 1.0, 0.5, 2.0])

    def output(auto, group, people, K, g, e):
        first, last = 0.25 * auto[:3].sum(), 0.25 * auto[3]
        grow = float(people[0] / 8) ** (0.75 - first) * float(people[1] / 2) ** (0.25 - last)
        return 16.0 * grow * (K / 2) ** (first + last)

    got = pay(auto.copy(), group.copy(), people.copy(), 2.0, 8.0, e.copy(), output)
    expect(isinstance(got, tuple | list) and len(got) == 2, "return a pair (w, r)", "no-pair")
    w, r = expect_array(got[0], (2,), "pay's w"), expect_number(got[1], "pay's r")
    expect(abs(w[0] - 8) > 1e-4, "the group earns 8 together: w is per head", "not-per-head")
    expect(abs(w[0] - 2) > 1e-4, "this is output per head: a member earns what one more would add",
           "average-product")
    expect(abs(w[0] - 1.6) > 1e-4, "what one more adds falls as there are more: not output over "
           "all people", "average-product")
    expect(abs(w[0] - 16 * (1.125**0.5 - 1)) > 1e-4, "one whole person more is too much: a "
           "derivative is asked", "one-whole-person")
    expect(abs(w - [1.0, 2.0]).max() < 1e-4, f"w is [1, 2]; yours: {np.round(w, 5).tolist()}")
    expect(abs(r - 2.0) < 1e-4, f"a machine adds 2; yours: {r:.5f}", "machines")
    expect(abs(w @ people + r * 2 - 16) < 1e-3, "what is earned must be what is made",
           "does-not-add-up")
    two = np.array([True, False, False, True])
    w, r = pay(two, group.copy(), people.copy(), 2.0, 8.0, e.copy(), output)
    expect(abs(expect_array(w, (2,), "pay's w")[1]) < 1e-4, f"group 1 has no task left: it earns "
           f"0; yours {w[1]:.5f} (has np.bincount its minlength?)", "idle-group")
    expect(abs(expect_number(r, "pay's r") - 4.0) < 1e-4, "with two of the four tasks automated, "
           f"machines earn half of 16: 4 each; yours: {r:.5f}", "machines")
    w, _ = pay(np.array([True, False]), np.array([0, 0]), np.array([4.0, 3.0]), 2.0, 8.0,
               np.ones(2), lambda auto, group, people, K, g, e: 8 * np.sqrt(people[0] * K / 8))
    expect(np.shape(w) == (2,), "two groups, of which the second never had a task: each group has "
           f"a wage; yours: {w}", "idle-group")
    expect(abs(w - [1.0, 0.0]).max() < 1e-4, "two tasks, one automated: of 8 the four people of "
           f"group 0 earn half, 1 each; yours: {np.round(w, 5).tolist()}", "other-size")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1452)
    for tasks, taken in ((6, 2), (5, 0), (4, 3)):
        auto, group = np.arange(tasks) < taken, np.arange(tasks) % 2
        people, e = rng.uniform(0.5, 5, 2), rng.uniform(0.5, 3, tasks)
        K, g = rng.uniform(0.5, 4, 2).tolist()

        def made(auto, group, people, K, g, e):
            parts = [g * K / auto.sum() if auto[i] else
                     e[i] * people[group[i]] / (~auto & (group == group[i])).sum()
                     for i in range(len(auto))]
            return float(np.exp(np.mean(np.log(parts))))

        got = pay(auto.copy(), group, people, K, g, e, made)
        w, r = expect_array(got[0], (2,), "pay's w"), expect_number(got[1], "pay's r")
        for h in range(2):
            more, less = people.copy(), people.copy()
            more[h], less[h] = people[h] + 1e-5, people[h] - 1e-5
            slope = (made(auto, group, more, K, g, e) - made(auto, group, less, K, g, e)) / 2e-5
            expect(abs(w[h] - slope) < 1e-4, f"one more of group {h} adds {slope:.5f}; yours: "
                   f"{w[h]:.5f}", "other-economies")
        slope = (made(auto, group, people, K + 1e-5, g, e)
                 - made(auto, group, people, K - 1e-5, g, e)) / 2e-5
        expect(abs(r - slope) < 1e-4, f"one more machine adds {slope:.5f}; yours: {r:.5f}",
               "machines")
    ### END HIDDEN TESTS


test_pay()
print("14.5b: visible checks passed")

# %% [markdown]
# ### Prediction 2
#
# Ten tasks; six in ten people can do the tasks 1 to 6 only, four in ten the tasks 7 to 10 only.
# Machines with $g = 4$ did the tasks 1 and 2; now they do the tasks 1 to 4. Output rises by 36 %,
# the mean wage by 2 %. By how many per cent does the wage of the six in ten change? Write a number,
# below 0 if it falls. (`my_change`)

# %% nbgrader={"grade_id": "ex14_5-predict", "solution": true}
PREDICT = {
    "name": "my_change", "kind": "number", "low": -100, "outcome": -32, "tolerance": 5,
    "seen": r"two groups, g = 4: .*wage of 60% x0\.68",
}
### BEGIN SOLUTION
my_change = 2
### END SOLUTION

# %% id="work-demo" tags=["demo"]
E10 = np.exp(np.arange(1, 11) / 10)
GROUPS, ONE_GROUP = np.array([0] * 6 + [1] * 4), np.zeros(10, int)
TWO, FOUR = np.arange(10) < 2, np.arange(10) < 4


def change(before, after, group, people, g):
    """How output, the wages and what capital earns change, as factors."""
    states = []
    for auto in (before, after):
        w, r = pay(auto, group, people, 1.0, g, E10, total_output)
        states.append(np.array([total_output(auto, group, people, 1.0, g, E10),
                                w @ people / people.sum(), *w, r]))
    return states[1] / states[0]


for told, group, people, g in (
    ("two groups, g = 4", GROUPS, np.array([0.6, 0.4]), 4.0),
    ("two groups, g = 30", GROUPS, np.array([0.6, 0.4]), 30.0),
    ("everybody can do everything, g = 4", ONE_GROUP, np.array([1.0]), 4.0),
):
    factors = change(TWO, FOUR, group, people, g)
    names = ["output", "mean wage", *(f"wage of {p:.0%}" for p in people), "capital"]
    print(f"{told}: " + ", ".join(f"{n} x{f:.3f}" for n, f in zip(names, factors, strict=True)))
print(f"you said {my_change:+g} % for the 60 %")

# %% [markdown]
# **c. `break_even(before, after, h, group, people, K, e, wage)`**: from which productivity `g` of
# the machines on does group `h` not lose when `after` is automated instead of `before`? (The same
# `g` in both.)
#
# - `wage(auto, group, people, K, g, e)` gives the wage of every group, (groups,). In `g` it is
#   continuous, and the ratio of the wages after and before rises
# - search `g` between 1e-3 and 1e6; returns a number, to a relative error of 1e-6
#
# <details><summary>Hint 1: where to look</summary>
# At the break-even the two wages of the group are equal.
# <details><summary>Hint 2: the idea</summary>
# A root of a rising function, over nine powers of ten: search in the logarithm.
# <details><summary>Hint 3: nearly the code</summary>
# <code>low, high = math.log(1e-3), math.log(1e6)</code>, then 80 times <code>mid = (low + high) /
# 2</code>; with <code>w = [wage(a, group, people, K, math.exp(mid), e)[h] for a in (before,
# after)]</code> set <code>low = mid</code> if <code>w[1] < w[0]</code>, else <code>high =
# mid</code>; return <code>math.exp(mid)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_5-break", "solution": true}
def break_even(before, after, h, group, people, K, e, wage):
    """The productivity of machines from which on group h does not lose."""
    ### BEGIN SOLUTION
    def lead(exponent):
        old, new = (wage(auto, group, people, K, 10.0**exponent, e)[h] for auto in (before, after))
        return new / old - 1

    edges = [-3.0, 6.0]
    while edges[1] - edges[0] > 1e-8:
        centre = (edges[0] + edges[1]) / 2
        edges[int(lead(centre) > 0)] = centre
    return 10.0 ** edges[0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_5-break-test", "points": 2}
@exercise("14.5")
def test_break():
    """A simple rule for wages, under which the break-even can be read off."""
    group, people, e = np.array([0, 0, 1, 1]), np.array([1.0, 3.0]), np.ones(4)
    before, after = np.array([True, False, False, False]), np.array([True, True, False, False])

    def wage(auto, group, people, K, g, e):
        left = np.array([(~auto & (group == h)).sum() + 0.5 for h in (0, 1)])
        return left * (np.sqrt(g) * K) ** auto.sum() / people

    got = expect_number(break_even(before, after, 0, group, people, 1.0, e, wage), "break_even")
    expect(abs(got - 3) > 1e-4, "solve for g, not for its square root", "wrong-root")
    expect(abs(got / 9 - 1) < 1e-5, f"group 0 keeps a third of its tasks: g = 9; yours: {got:.6g}")
    got = expect_number(break_even(before, after, 1, group, people, 1.0, e, wage), "break_even")
    expect(abs(got - 9) > 1e-4, "this is group 0's: h says whose wage counts", "ignores-h")
    expect(abs(got - 1) < 1e-5, f"group 1 keeps its tasks: g = 1; yours: {got:.6g}", "other-group")
    got = expect_number(break_even(before, after, 0, group, people, 0.01, e, wage), "break_even")
    expect(abs(got / 9e4 - 1) < 1e-5, f"with K = 0.01: g = 90000; yours: {got:.6g}",
           "searches-too-near")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1453)
    for _ in range(6):
        power, K = rng.uniform(0.2, 1.5), rng.uniform(0.05, 20)

        def other(auto, group, people, K, g, e, power=power):
            return np.array([(~auto & (group == h)).sum() for h in (0, 1)]) * (g * K) ** (
                power * auto.sum()) / people

        truth = 2 ** (1 / power) / K
        got = break_even(np.zeros(4, bool), before, 0, group, people, K, e, other)
        got = expect_number(got, "break_even")
        expect(abs(got / truth - 1) < 1e-5, f"K = {K:.3f}: {truth:.5g}; yours: {got:.5g}",
               "other-arguments")
    ### END HIDDEN TESTS


test_break()
print("14.5c: visible checks passed")

# %% id="break-demo" tags=["demo"]
def wages_only(*economy):
    """The wages of the groups."""
    return pay(*economy, total_output)[0]


for told, group, people in (("two groups", GROUPS, np.array([0.6, 0.4])),
                            ("everybody can do everything", ONE_GROUP, np.array([1.0]))):
    edge = break_even(TWO, FOUR, 0, group, people, 1.0, E10, wages_only)
    print(f"{told}: the first group does not lose from g = {edge:.2f} on")


def factors_drawn(g, taken, groups):
    """Bars of what changes against two automated tasks."""
    group, people = [(ONE_GROUP, np.array([1.0])), (GROUPS, np.array([0.6, 0.4]))][int(groups) - 1]
    factors = change(TWO, np.arange(10) < taken, group, people, g)
    names = ["output", "mean wage", *(f"wage of the {p:.0%}" for p in people), "capital"]
    figure = plots.plt.Figure(figsize=(8, 3.2), layout="constrained")
    ax = figure.subplots()
    ax.bar(names, factors - 1, bottom=1, color=plots.PALETTE["blue"])
    ax.axhline(1, ls="--", color="#767676")
    ticks = [0.25, 0.5, 1, 2, 4, 8, 16]
    ax.set(yscale="log", ylim=(0.2, 20), ylabel="times what it was",
           title=f"{taken:g} tasks automated instead of 2, g = {g:g}; groups of people: {groups:g}")
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    return figure


def told(g, taken, groups):
    """The same in words."""
    group, people = [(ONE_GROUP, np.array([1.0])), (GROUPS, np.array([0.6, 0.4]))][int(groups) - 1]
    factors = change(TWO, np.arange(10) < taken, group, people, g)
    names = ["output", "mean wage", *(f"wage of the {p:.0%}" for p in people), "capital"]
    parts = ", ".join(f"{n} {f:.2f}" for n, f in zip(names, factors, strict=True))
    return (f"Times what it was with two automated tasks, now with {taken:g}, g = {g:g} and "
            f"{groups:g} group(s) of people: {parts}.")


widgets.sliders(factors_drawn, {"machine productivity g": [1, 2, 4, 8, 15, 30],
                                "tasks automated": [3, 4, 5], "groups": [1, 2]},
                alt=told, stills=[(4, 4, 2), (30, 4, 2), (4, 4, 1)])

# %% [markdown]
# Output up by 36 %, the mean wage by 2 %, the wage of six in ten people down by 32 %; what
# capital earns grows most. Better machines (from about g = 27 on), or people who can move to every
# other task (then from about g = 2.5 on), turn the verdict. So the model does not say that
# automation harms or helps: it says on what that hangs. It holds machines and people fixed, and has
# no new tasks, which matters. (In Acemoglu and Restrepo, 2019, automation always lowers labour's
# share of income and may lower the demand for labour although productivity rises; what worries them
# are machines that are only so-so.)

# %% [markdown]
# ## Exercise 14.6: values that differ (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: "we will merge everybody's values" needs a rule, and there
# is a theorem about rules.
#
# Voters order three candidates a, b, c, without ties. A rule merges a *profile* (a tuple of orders
# such as `("abc", "bca")`, best first) into one opinion for each of the pairs a over b, b over c, c
# over a, and looks, for each pair, only at how the voters order *this* pair. So it is three vote
# tables, given as three whole numbers: bit number `v` of the first says whether a beats b when the
# votes are `v`, where bit $i$ of `v` is 1 if voter $i$ prefers a; so on for (b, c) and (c, a).
#
# **a. `survivors(voters, profiles, unanimous)`**: all rules that give a *cycle* (a over b over c
# over a, or the reverse) on none of the given profiles.
#
# - `unanimous`: if true, only rules that follow voters who all agree on a pair
# - returns a list of tuples of three whole numbers, in any order
# - 2 voters: at most 4,096 rules; 3 voters (with `unanimous`): 262,144. Loops in Python over all
#   rules and profiles take minutes for 3 voters: work with arrays over rules, or give up early
#
# <details><summary>Hint 1: where to look</summary>
# A profile shows each table one number of votes: three numbers (x, y, z). How many different
# triples are there?
# <details><summary>Hint 2: the idea</summary>
# Bits as an array: <code>bits[t, v]</code> for the tables t that are allowed. With
# <code>x, y, z</code> of a profile, <code>bits[:, x]</code>, <code>bits[:, y]</code>,
# <code>bits[:, z]</code> broadcast to all rules at once.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = 2 ** voters</code>; <code>t = [t for t in range(2 ** n) if not unanimous or (t % 2
# == 0 and t >> (n - 1))]</code>; <code>bits = np.array([[t_ >> v & 1 for v in range(n)] for t_ in
# t])</code>;
# <code>alive = np.ones((len(t),) * 3, bool)</code>; for each profile with votes (x, y, z), which
# <code>sum((p.index(first) < p.index(second)) << i for i, p in enumerate(profile))</code> gives for
# each
# pair: <code>s = bits[:, x][:, None, None] + bits[:, y][None, :, None] + bits[:, z]</code>,
# <code>alive &= (s > 0) & (s < 3)</code>; return <code>[(t[i], t[j], t[k]) for i, j, k in
# np.argwhere(alive)]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-rules", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_votes(profile):
    """What each of the three tables is asked on a profile."""
    return [sum((o.index(one) < o.index(two)) * 2**i for i, o in enumerate(profile))
            for one, two in ("ab", "bc", "ca")]


def oracle_survivors(voters, profiles, unanimous):
    """Every rule on every profile, one by one."""
    votes, left = [oracle_votes(profile) for profile in profiles], set()
    last = 2**voters - 1
    for rule in product(range(2 ** (last + 1)), repeat=3):
        if unanimous and any(table & 1 or not table >> last & 1 for table in rule):
            continue
        said = [{table >> v & 1 for table, v in zip(rule, asked, strict=True)} for asked in votes]
        if all(len(each) == 2 for each in said):
            left.add(rule)
    return left
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex14_6-survivors", "solution": true}
def survivors(voters, profiles, unanimous):
    """The rules (three vote tables each) that give no cycle on any of the profiles."""
    ### BEGIN SOLUTION
    patterns = np.arange(2**voters)
    allowed = np.arange(2 ** len(patterns))
    if unanimous:
        allowed = allowed[(allowed & 1 == 0) & (allowed >> patterns[-1] & 1 == 1)]
    says = (allowed[:, None] >> patterns & 1).astype(bool)
    asked = set()
    for profile in profiles:
        asked.add(tuple(
            sum(2**i for i, order in enumerate(profile) if order.index(one) < order.index(two))
            for one, two in (("a", "b"), ("b", "c"), ("c", "a"))))
    cyclic = np.zeros((len(allowed),) * 3, dtype=bool)
    for x, y, z in asked:
        first, second, third = says[:, x], says[:, y], says[:, z]
        alike = first[:, None] == second
        cyclic |= alike[:, :, None] & (second[:, None] == third)
    return [tuple(allowed[list(where)].tolist()) for where in np.argwhere(~cyclic)]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_6-survivors-test", "points": 4}
@exercise("14.6")
def test_survivors():
    """One voter, then two voters on all profiles and on two."""
    orders = ["".join(order) for order in permutations("abc")]

    def left(voters, profiles, unanimous):
        got = survivors(voters, profiles, unanimous)
        expect(isinstance(got, list), "return a list of rules", "no-list")
        expect(all(len(rule) == 3 for rule in got), "a rule is three whole numbers", "no-list")
        return {tuple(int(table) for table in rule) for rule in got}

    every = list(product(orders, repeat=2))
    got = left(2, every, True)
    expect(len(got) > 0, "no rule is left with two voters: the third pair is (c, a), not (a, c)",
           "third-pair")
    expect(len(got) != 18, "forbid both cycles: a over b over c over a, and the reverse",
           "one-direction")
    expect(len(got) < 7, f"{len(got)} rules are left with two voters; unanimous rules follow "
           "voters who agree, and there are 64 of them to begin with", "no-unanimity")
    expect(got == {(10, 10, 10), (12, 12, 12)}, "two voters: the first voter's own opinion "
           f"(10, 10, 10) and the second's (12, 12, 12) are left; yours: {sorted(got)[:6]}")
    got = left(1, [(order,) for order in orders], True)
    expect(got == {(2, 2, 2)}, "one voter, unanimous: only the voter's own opinion, (2, 2, 2), is "
           f"left; yours: {sorted(got)[:5]}", "one-voter")
    got = left(2, [("abc", "bca"), ("cab", "abc")], True)
    expect(len(got) != 2, "on two profiles many rules are left: run the rules on the profiles that "
           "are given", "typed-in")
    expect(len(got) == 36, f"on two profiles 36 of the 64 rules are left; yours: {len(got)}")
    expect((8, 10, 12) in got, "(8, 10, 12) gives no cycle there, and is missing: on the first "
           "profile, (abc, bca), the votes on the three pairs are v = 1, 3 and 2", "wrong-bits")
    got = left(1, [(order,) for order in orders], False)
    expect(len(got) == 20, "one voter, unanimous or not: 20 of the 64 rules are left; yours: "
           f"{len(got)}", "always-unanimous")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1461)
    for number, unanimous in ((3, True), (6, True), (36, False), (5, False)):
        some = [every[i] for i in rng.choice(36, number, replace=False)]
        got, truth = left(2, some, unanimous), oracle_survivors(2, some, unanimous)
        expect(got == truth, f"2 voters, {number} profiles, unanimous {unanimous}: {len(truth)} "
               f"rules are left; yours: {len(got)}, and {len(got ^ truth)} are in one list only",
               "other-profiles")
    three = list(product(orders, repeat=3))
    got = left(3, three, True)
    expect(got == {(170, 170, 170), (204, 204, 204), (240, 240, 240)}, "3 voters, all profiles: "
           f"the three voters' own opinions are left; yours: {len(got)} rules", "other-profiles")
    peaked = [p for p in three if not any(order.endswith("b") for order in p)]
    got = left(3, peaked, True)
    expect((232, 232, 232) in got, "on single-peaked profiles majority has no cycle",
           "other-profiles")
    expect(len(got) == 1585, f"on single-peaked profiles 1,585 rules are left; yours: {len(got)}",
           "other-profiles")
    ### END HIDDEN TESTS


test_survivors()
print("14.6a: visible checks passed")

# %% [markdown]
# **b. `borda_witness()`**: the Borda rule gives 2 points for each first and 1 for each second
# place. It looks at more than the pair. Return two profiles of *two* voters each in which each
# voter orders a and b alike in both, and yet Borda puts a strictly before b in the first and b
# strictly before a in the second.
#
# <details><summary>Hint 1: where to look</summary>
# Only c may move.
# <details><summary>Hint 2: the idea</summary>
# There are 36 times 36 pairs of profiles: try them all.
# <details><summary>Hint 3: nearly the code</summary>
# Voter 0 prefers a, voter 1 prefers b. Put c between a and b for the voter whose favourite is to
# win:
# <code>return ("acb", "bac"), ("abc", "bca")</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_6-borda", "solution": true}
def borda_witness():
    """Two profiles with the same opinions on a and b, and opposite Borda orders of the two."""
    ### BEGIN SOLUTION
    def lead(profile):
        return sum(order.index("b") - order.index("a") for order in profile)

    def pair(profile):
        return [order.index("a") < order.index("b") for order in profile]

    every = list(product(map("".join, permutations("abc")), repeat=2))
    found = ((one, two) for one in every if lead(one) > 0 for two in every if lead(two) < 0)
    return next((one, two) for one, two in found if pair(one) == pair(two))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_6-borda-test", "points": 2}
@exercise("14.6")
def test_borda():
    """The witness proves itself."""
    got = borda_witness()
    expect(isinstance(got, tuple | list) and len(got) == 2, "return two profiles", "no-pair")
    scores, opinions = [], []
    for profile in got:
        fine = isinstance(profile, tuple | list) and len(profile) == 2 and all(
            isinstance(o, str) and sorted(o) == ["a", "b", "c"] for o in profile)
        expect(fine, "a profile is two orders of a, b, c, such as ('abc', 'bca'); yours: "
               f"{profile!r}",
               "no-profile")
        scores.append([sum(2 - order.index(x) for order in profile) for x in "ab"])
        opinions.append([order.find("a") < order.find("b") for order in profile])
    expect(opinions[0] == opinions[1], "a voter changed the order of a and b between your profiles",
           "moves-a-and-b")
    expect(scores[0][0] > scores[0][1], f"in the first profile a has {scores[0][0]} points and b "
           f"{scores[0][1]}: a must lead", "first-profile")
    expect(scores[1][1] > scores[1][0], f"in the second a has {scores[1][0]} and b "
           f"{scores[1][1]}: b "
           "must lead", "second-profile")
    ### BEGIN HIDDEN TESTS
    expect(tuple(map(tuple, got[0])) != tuple(map(tuple, got[1])), "two different profiles")
    ### END HIDDEN TESTS


test_borda()
print("14.6b: visible checks passed")

# %% id="rules-demo" tags=["demo"]
orders = ["".join(order) for order in permutations("abc")]
three = list(product(orders, repeat=3))
left = survivors(3, three, True)
own = {"voter 0": 0b10101010, "voter 1": 0b11001100, "voter 2": 0b11110000}
print(f"3 voters: of {64**3:,} rules {len(left)} are left: "
      + ", ".join(name for name, table in own.items() if (table,) * 3 in left))
free = survivors(2, list(product(orders, repeat=2)), False)
print(f"2 voters without unanimity: {len(free)} of {16**3:,}; "
      f"{sum(0 in rule or 15 in rule for rule in free)} of them fix a pair, whatever the votes")
print("the others: " + ", ".join(str(rule) for rule in free if not {0, 15} & set(rule)))
peaked = [p for p in three if not any(order.endswith("b") for order in p)]
kept = survivors(3, peaked, True)
print(f"b is nobody's last choice: {len(kept):,} are left, majority "
      f"{'among them' if (0b11101000,) * 3 in kept else 'not among them'}")
cyclic = 0
for p in three:
    ahead = [sum(o.index(x) < o.index(y) for o in p) > 1 for x, y in ("ab", "bc", "ca")]
    cyclic += len(set(ahead)) == 1
print(f"majority of 3 voters gives a cycle on {cyclic} of {len(three)} profiles "
       f"({cyclic / 216:.1%})")

# %% [markdown]
# Of 262,144 rules three are left, and each is one voter's own opinion: Arrow's theorem for three
# voters and three candidates, seen whole. Its conditions: *every* profile may come, each pair is
# judged alone, unanimity is followed, no cycle. Give one up, and see what it costs. Where b is
# nobody's last choice majority works. Where every profile may come majority has a cycle on 12 of
# 216. Borda looks beyond the pair and pays with what you found in b. Without unanimity 94 rules of
# two voters are left, and that is no way out: 90 fix at least one pair whatever anybody votes, and
# the other four are one voter's opinion or its reverse. That is no proof that merging is hopeless:
# it says that a rule gives something up, and that somebody chose what. (A reward model trained on a
# mixed crowd's comparisons chose Borda: Lab 15.)

# %% [markdown]
# ## Exercise 14.7: a notice (4 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Why: such notices are read by those who decide.
#
# "Our model is learning: 75 % of violations are found where it sent us first. Clicks rose by 10 %,
# from 38 to 42. Since we added explanations, staff agree with it in nine of ten cases." Answer it
# in six sentences: why the numbers do not show what they are said to show (with a figure of this
# lab), what to measure instead, who pays if the notice is believed, and what to ask these people.
#
# <details><summary>Hint 1: where to look</summary>
# Each number has a cause that is not what the notice says.
# <details><summary>Hint 2: the idea</summary>
# Which of them would look the same if nothing had been learned? What would you measure instead?
# <details><summary>Hint 3: nearly the words</summary>
# "75 % is what the loop gives for two equal districts; finds per visit, with some visits by lot,
# would tell. 42 against 38 ... Following more often changes accuracy by ... times ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex14_7-notice", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# Two equal districts give 75 % as well: the number would look the same had nothing been learned.
# Finds per visit, with some visits drawn by lot, would tell. 42 against 38 clicks is no
# difference: its standard error is about 9. Following more often changes accuracy by its size
# times the difference between the model's accuracy and the staff's; if the model is the weaker,
# it lowers it. Kitchens in the district that is visited most pay with inspections; one could ask
# them how often they were visited and why.
#
# Rubric:
#
# - 1 point: a number that would look the same if nothing had been learned, with the lab's figure
#   (3/4)
# - 1 point: what to measure instead (finds per visit with some visits by lot; logged chances)
# - 1 point: 42 against 38 is no difference, or following more often by delta moves accuracy by
#   delta times the difference of accuracies only
# - 1 point: names a person or group who pays, and what they could be asked, as a situation and
#   without judging them
#
# Sample A (4/4): "75 % is what the loop shows for equal districts (we computed 0.748 after 200
# days). I would send some inspectors by lot and compare finds per visit. 38 and 42 clicks differ by
# less than chance does. Agreement in nine of ten cases says nothing about who was right when they
# differed. The owner of a kitchen in the district that came first is inspected three times as
# often; I would ask how often, and whether the reason was told."
#
# Sample B (1/4): "Correlation is not causation and more data are needed. 75 % could also come from
# where the inspectors were sent."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 35 minutes: exercises 14.8 to 14.9.

# %% [markdown]
# ## Exercise 14.8: who was asked (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: an open form with a
# million answers may know less than a lottery with a hundred.
#
# **`weighted_share(answers, probability, population)`**: of a `population` of so many people some
# were asked; person $i$ of those had been asked with the known `probability[i]`, independently of
# the others, and answered `answers[i]` (0 or 1). Estimate the share of ones in the population so
# that it is right on average (Horvitz and Thompson).
#
# - `answers`, `probability`: (n,), the people asked, n may be 0; `probability` in (0, 1]
# - returns a number (it may exceed 1)
#
# <details><summary>Hint 1: where to look</summary>
# Somebody who is asked with probability 0.1 stands for ten.
# <details><summary>Hint 2: the idea</summary>
# Sum what each stands for, and divide by the population, which is known.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return (answers / probability).sum() / population</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_8-share", "solution": true}
def weighted_share(answers, probability, population):
    """An unbiased estimate of the share of ones, from people asked with known probabilities."""
    ### BEGIN SOLUTION
    stands_for = np.reciprocal(np.asarray(probability, dtype=float))
    return float(np.dot(stands_for, answers)) / population
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_8-share-test", "points": 3}
@exercise("14.8")
def test_share():
    """Three of six people were asked."""
    answers, chance = np.array([1.0, 0.0, 1.0]), np.array([0.5, 0.25, 1.0])
    got = expect_number(weighted_share(answers.copy(), chance.copy(), 6), "weighted_share")
    for name, wrong, told in (
        ("plain-share", 2 / 3, "this is the share of those who were asked"),
        ("inverted", 0.25, "who is rarely asked must count more, not less"),
        ("normalised", 3 / 7, "divide by the population, which is known: dividing by the weights "
               "is not right on average"),
        ("divides-by-asked", 1.0, "divide by the population, not by the number asked"),
    ):
        expect(abs(got - wrong) > 1e-9, told, name)
    expect(abs(got - 0.5) < 1e-9, f"(2 + 0 + 1) / 6 = 0.5; yours: {got:.6f}")
    got = expect_number(weighted_share(answers[:1], chance[:1] / 5, 4), "weighted_share")
    expect(abs(got - 2.5) < 1e-9, "one of four was asked, with probability 0.1, and said 1: 10 / 4 "
           f"= 2.5, which may exceed 1; yours: {got:.6f}", "other-population")
    got = expect_number(weighted_share(np.zeros(0), np.zeros(0), 6), "weighted_share")
    expect(got == 0, f"nobody was asked: 0; yours: {got}", "nobody")
    ### BEGIN HIDDEN TESTS
    answers, chance = np.array([1, 1, 0, 0, 1, 0.0]), np.array([0.1, 0.3, 0.9, 0.5, 0.8, 1.0])
    mean = 0.0
    for asked in product((False, True), repeat=6):
        mask = np.array(asked)
        weight = float(np.where(mask, chance, 1 - chance).prod())
        mean += weight * weighted_share(answers[mask], chance[mask], 6)
    expect(abs(mean - 0.5) < 1e-6, f"over all 64 samples yours is {mean:.5f} on average; the "
           "truth is "
           "0.5", "biased")
    ### END HIDDEN TESTS


test_share()
print("14.8: visible checks passed")

# %% id="asked-demo" tags=["demo"]
for favour, yes, no in ((0.7, 1 / 5, 7 / 15), (0.3, 7 / 15, 1 / 5)):
    print(f"in favour {favour:.0%}, answers if in favour {yes:.3f}, if against {no:.3f}: "
          f"{favour * yes:.1%} of all say yes, {(1 - favour) * no:.1%} say no, "
          f"{1 - favour * yes - (1 - favour) * no:.1%} say nothing")

# %% [markdown]
# Two towns with opposite majorities, and an open form shows the same in both, with any number of
# answers. What it lacks is the chance with which each person answers; a lottery knows it.

# %% [markdown]
# ## Exercise 14.9: who is heard (3 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: a feed need not change
# what anybody says to change what all come to think.
#
# Each round, person $i$ takes the mean of all opinions with the weights of row $i$ of `W` (DeGroot,
# 1974). If everybody hears everybody through some chain, and not in lockstep, all opinions become
# equal: $\sum_i \pi_i x_i$ of the opinions $x$ at the beginning.
#
# **`influence(W)`**: these weights $\pi$.
#
# - `W`: (n, n), at least 0, each row sums to 1; returns an array (n,) of real numbers that sums
#   to 1
#
# <details><summary>Hint 1: where to look</summary>
# One round changes nothing in the weighted sum.
# <details><summary>Hint 2: the idea</summary>
# $\pi W = \pi$: a <em>left</em> eigenvector. Or let the rounds run.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return np.linalg.matrix_power(W, 2 ** 12)[0]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex14_9-influence", "solution": true}
def influence(W):
    """How much each person's first opinion counts in what all come to think; sums to 1."""
    ### BEGIN SOLUTION
    n = len(W)
    system = np.vstack([W.T - np.eye(n), np.ones(n)])
    return np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex14_9-influence-test", "points": 3}
@exercise("14.9")
def test_influence():
    """Two people, one of whom listens more; then three who change their minds slowly."""
    W = np.array([[0.75, 0.25], [0.5, 0.5]])
    got = expect_array(influence(W.copy()), (2,), "influence")
    expect(abs(got.sum() - 1) < 1e-6, f"the weights sum to 1; yours to {got.sum():.4f}", "no-law")
    expect(np.abs(got - 0.5).max() > 1e-6, "all equal: this is the right eigenvector; look for "
           "pi W = pi", "right-vector")
    expect(np.abs(got - [0.625, 0.375]).max() > 1e-6, "the mean of the columns counts one round "
           "only",
           "column-mean")
    expect(np.abs(got - [2 / 3, 1 / 3]).max() < 1e-6, "pi = [2/3, 1/3] gives pi W = pi; yours: "
           f"{np.round(got, 5).tolist()}")
    slow = 0.99 * np.eye(3) + 0.01 * np.array([[0, 1, 0], [0, 0, 1], [0.5, 0, 0.5]])
    got = influence(slow.copy())
    expect(not np.iscomplexobj(got), "return real numbers: take the real part of an eigenvector",
           "complex")
    got = expect_array(got, (3,), "influence")
    expect(np.abs(got - [0.25, 0.25, 0.5]).max() < 1e-6, "three people who hardly listen: pi = "
           f"[0.25, 0.25, 0.5]; yours: {np.round(got, 5).tolist()}. More rounds, or the "
           "eigenvector whose eigenvalue is 1", "not-there-yet")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(149)
    for n in (1, 3, 6):
        W = rng.dirichlet(np.ones(n), n) * 0.9 + 0.1 / n
        got = influence(W.copy())
        expect(not np.iscomplexobj(got), "return real numbers: take the real part of an "
               "eigenvector", "complex")
        got = expect_array(got, (n,), "influence")
        opinions = rng.random(n)
        later = opinions.copy()
        for _ in range(2000):
            later = W @ later
        expect(abs(got.sum() - 1) < 1e-6 and np.abs(got @ opinions - later).max() < 1e-6, f"{n} "
               f"people come to think {later[0]:.6f}; your weights give {got @ opinions:.6f}",
               "other-people")
    ### END HIDDEN TESTS


test_influence()
print("14.9: visible checks passed")

# %% id="heard-demo" tags=["demo"]
for seed in range(3):
    W = np.random.default_rng(seed).dirichlet(np.ones(5), 5)
    boosted = W * np.array([2, 1, 1, 1, 1])
    boosted /= boosted.sum(1, keepdims=True)
    print(f"five people ({seed}): the first counts {influence(W)[0]:.3f}; shown twice as often "
          f"{influence(boosted)[0]:.3f}")

# %% [markdown]
# Nobody said anything else; one account was shown twice as often.
#
# ## What you found
#
# A record made by visits says where one visited. A log says little about what its policy hardly
# ever showed, and nothing about what it never did. An announcement that is best for its loss may
# be false. Trust that is the same everywhere ends between the two whom it trusts. Who gains from
# a machine hangs on who can do what else. And of 262,144 ways to merge the orders of three people
# pair by pair, with unanimity, three never gave a cycle, and these were dictators.
#
# **Limits.** Each world was made small enough to be computed. None was fitted to a society; where
# data were real, they were clicks and a census of 1994.
#
# **The paper** (section 3.5) names employment, human autonomy and over-reliance, recommendation
# that shapes opinion, and alignment with values that differ between people. You have a model of
# each, and its conditions.
#
# **Read on.** Ensign, Friedler, Neville, Scheidegger, Venkatasubramanian, *Runaway feedback loops
# in predictive policing*, FAT* 2018. Salganik, Dodds, Watts, *Experimental study of inequality and
# unpredictability in an artificial cultural market*, Science, 2006. Saito, Aihara, Matsutani,
# Narita, *Open Bandit Dataset and Pipeline*, 2020. Perdomo, Zrnic, Mendler-Dünner, Hardt,
# *Performative prediction*, ICML 2020. Bansal et al., *Does the whole exceed its parts?*, CHI 2021.
# Vaccaro, Almaatouq, Malone, *When combinations of humans and AI are useful*, Nature Human
# Behaviour, 2024. Acemoglu, Restrepo, *Automation and new tasks*, Journal of Economic Perspectives,
# 2019. Arrow, *Social choice and individual values*, 1951.
#
# **Where next.** Lab 15: values as a reward, learned from a crowd.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab14_society")
