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
# # Lab 11: privacy
#
# A table without names is published. A model is trained on patients and put on the web. What do
# the people in them give away, and what can you promise them?
#
# By the end you will be able to
#
# - find a person in a table without names, and say which columns made that possible,
# - tell who was in a training set, and report such an attack so that it does not mislead,
# - write the three basic mechanisms of differential privacy and test each by its distribution,
# - refute a false claim of privacy from samples, and say why no test can confirm one,
# - keep the books of a privacy budget, and train a model within it.
#
# | | |
# |---|---|
# | Paper | section 3.3 (privacy: collection, sharing, inference attacks; differential privacy) |
# | Time | 150 minutes for 11.1 to 11.6 and 11.8; about 75 more for the deeper ones |
# | Points | 54 (51 checked by machine, 3 read by a person) |
# | You need | numpy, pandas, some PyTorch; the normal and the binomial distribution; Lab 00 |
# | It runs in | about 45 CPU seconds in all, 8 without the demonstrations; 1.3 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | two data sets that differ in one person | `d0`, `d1` | any |
# | the promise: P(f(D) in S) <= e^epsilon P(f(D') in S) + delta | `epsilon`, `delta` | numbers |
# | how far one person can move a result | `sensitivity` | a number |
# | standard deviation of Gaussian noise | `sigma` | a number |
# | the share of people in one step of training | `q` | a number |
# | largest length of one person's gradient | `max_norm` | a number |
# | true and false positive rate of an attack | `tpr`, `fpr` | numbers |
#
# The paper writes the promise with delta = 0. You will see where that is possible and where not.
#
# **About the people here.** The table is Adult, a census survey of 1994 without names. Every name
# in this lab is invented and drawn by a random generator; nobody can be found with it.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
from itertools import combinations, product

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from scipy import stats

from safetylab import data, evaluation, models, plots, tables, training, widgets
from safetylab.checks import (
    exercise,
    expect,
    expect_array,
    expect_number,
    expect_tensor,
    lend,
    untouched,
)

torch.set_num_threads(1)  # these models are so small that one thread is the fastest


# %% nbgrader={"grade_id": "setup-register", "locked": true}
FIRST = ("Ar", "Bel", "Cor", "Dal", "El", "Fen"), ("ira", "wyn", "odan", "essa", "iven", "umi")
FAMILY = ("Ash", "Brook", "Crane", "Dun", "Elder", "Frost"), ("croft", "dale", "mere", "wick")


def invented_names(n, rng):
    """n different made-up names, at most 864."""
    people = product(product(*FIRST), product(*FAMILY))
    everybody = [f"{a}{b} {c}{d}" for (a, b), (c, d) in people]
    return [everybody[i] for i in rng.choice(len(everybody), n, replace=False)]


def fictional_register(people, n, rng):
    """n rows of people without their income, under made-up names: what a neighbour may know."""
    known = people.sample(n, random_state=rng).drop(columns=["income", "fnlwgt"])
    known.insert(0, "name", invented_names(n, rng))
    return known


# %% [markdown]
# ## It breaks
#
# A statistical office publishes 20,000 rows: age, work, education, family, country, and whether
# the person earns more than 50,000 dollars. No names, no addresses. Someone else has a list of
# 800 (invented) neighbours with the same harmless columns, as one collects by talking to people.

# %% id="hook" tags=["demo"]
people = tables.adult("train")
rng = np.random.default_rng(0)
released = people.sample(20_000, random_state=rng)
register = fictional_register(people, 800, rng)
harmless = ["sex", "race", "age", "marital_status", "education", "native_country", "workclass"]
harmless += ["occupation", "hours_per_week"]
neighbour = register.iloc[1]
fits = (released[harmless] == neighbour[harmless]).all(axis=1)
print(f"{fits.sum()} of {len(released):,} rows fits {neighbour['name']} (an invented name)")
released[fits][[*harmless, "income"]].T

# %% [markdown]
# The last line was not in the list of neighbours. It was in the table without names, and the nine
# lines above it led there. Nobody broke into anything.
#
# ## Exercise 11.1: a table without names (8 points)
#
# Difficulty: 2 of 5 · Minutes: 25 · Why: "we removed the names" is still the commonest privacy
# claim. Sweeney (2002) found a governor's medical file with birth date, sex and postal code.
#
# Four parts, each with its own points.
#
# **a. `uniqueness(table, columns)`**: the share of rows whose values in `columns` no other row
# has. A missing value counts as a value of its own: a gap can give somebody away, too.
#
# - `table`: a data frame with n rows; `columns`: a list of at least one name
# - returns a number from 0 to 1
#
# <details><summary>Hint 1: where to look</summary>
# pandas can tell which rows have a twin.
# <details><summary>Hint 2: the idea</summary>
# Ask for the rows that have no twin at all, not for the number of different rows. Look at what
# your pandas function does with missing values.
# <details><summary>Hint 3: nearly the code</summary>
# <code>DataFrame.duplicated</code> with the argument that marks <em>every</em> copy, not all but
# the first; then the mean of its negation.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-uniqueness", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_rows(table, columns):
    """The values of each row as text, so that missing ones compare equal."""
    return [
        tuple("missing" if pd.isna(v) else repr(v) for v in row)
        for row in table[columns].itertuples(index=False)
    ]


def oracle_table(seed, n=60):
    """A small random table with gaps, twins and an index that does not start at 0."""
    rng = np.random.default_rng(seed)
    values = {c: rng.choice(["x", "y", "z", None], n, p=[0.4, 0.3, 0.1, 0.2]) for c in "abc"}
    table = pd.DataFrame(
        {
            **values,
            "number": rng.integers(0, 4, n),
            "secret": rng.choice(["yes", "no", None], n, p=[0.7, 0.25, 0.05]),
        }
    )
    table.index = rng.permutation(n) + 7
    return table


def oracle_uniqueness(uniqueness):
    """Count by hand on random tables with gaps."""
    for seed in range(6):
        table = oracle_table(seed)
        for columns in (["a"], ["a", "number"], ["a", "b", "c"], ["a", "b", "c", "number"]):
            rows = oracle_rows(table, columns)
            truth = sum(rows.count(row) == 1 for row in rows) / len(rows)
            got = expect_number(uniqueness(table, columns), "uniqueness")
            expect(
                abs(got - truth) < 1e-12,
                "the share is off on a table with missing values: a gap is a value like any other",
                "drops-missing",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-uniqueness", "solution": true}
def uniqueness(table, columns):
    """The share of rows that no other row equals in `columns`; a number in [0, 1]."""
    ### BEGIN SOLUTION
    return float((~table.duplicated(columns, keep=False)).mean())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-uniqueness-test", "points": 2}
@exercise("11.1")
def test_uniqueness():
    """Five rows: two twins, three alone."""
    table = pd.DataFrame({"age": [30, 30, 40, 50, 60], "sex": ["f", "f", "f", "m", "m"]})
    got = expect_number(uniqueness(table, ["age", "sex"]), "uniqueness")
    expect(0 <= got <= 1, f"a share lies in [0, 1]; yours is {got:g}")
    expect(
        abs(got - 0.8) > 1e-9,
        "four different rows stand in the table, but only three people "
        "are alone with theirs: the twins are not unique",
        "counts-distinct",
    )
    expect(
        abs(got - 0.75) > 1e-9,
        "three of the four combinations belong to one person, but the "
        "share is one of people: three of five",
        "share-of-combinations",
    )
    expect(abs(got - 0.6) < 1e-9, f"three of five rows are unique, 0.6; yours: {got:g}")
    ### BEGIN HIDDEN TESTS
    oracle_uniqueness(uniqueness)
    ### END HIDDEN TESTS


test_uniqueness()
print("11.1a: visible checks passed")

# %% [markdown] id="predict-uniqueness"
# ### Predict, then run
#
# Nine columns of 32,561 people: sex, race, age, marital status, education, country, kind of work,
# occupation, hours. Each alone singles out almost nobody. What per cent of the people are alone
# with their nine? Set `my_guess_in_percent`; nobody grades it.

# %% nbgrader={"grade_id": "ex11_1-predict", "solution": true}
### BEGIN SOLUTION
my_guess_in_percent = 30
### END SOLUTION

# %% id="uniqueness-demo" tags=["demo"]
shares = [uniqueness(people, harmless[:k]) for k in range(1, 10)]
figure = plots.curves(
    {"unique people": (range(1, 10), shares)},
    xlabel="number of columns",
    ylabel="people who are alone",
    title="Adult, 32,561 people",
)
plots.show(
    figure,
    alt="The share of unique people stays near zero for three columns, then rises "
    "steeply to about 70 per cent at nine.",
)
for k in (1, 3, 8, 9):
    print(f"{k} columns ({harmless[k - 1]} last): {shares[k - 1]:.1%} unique")
print(f"each column alone, at most: {max(uniqueness(people, [c]) for c in harmless):.2%}")
print(f"you said: {my_guess_in_percent} %")

# %% [markdown]
# Privacy is not a property of a column. It is lost in the combination.
#
# **b. `link(released, register, columns, secret)`**: attach the secret of the released table to the
# names of a register. Claim a match only where it is forced: exactly one released row and exactly
# one person of the register have these values in `columns`.
#
# - `released`: has the columns and the one that `secret` names (say `"income"`), but no names;
#   `register`: has the columns and `name`, but no secret. Any index, any order
# - returns a dict: name -> secret, of the forced matches only
#
# <details><summary>Hint 1: where to look</summary>
# <code>DataFrame.merge</code> on the columns; before that, somebody has to leave, on both sides.
# <details><summary>Hint 2: the idea</summary>
# Two neighbours with the same values compete for one row: neither match is forced.
# <details><summary>Hint 3: nearly the code</summary>
# On each side keep the rows without a twin (part a), merge, and zip the names with the secrets.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-link", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_link(link):
    """Compare with counting by hand on random tables."""
    for seed in range(8):
        whole = oracle_table(40 + seed, 50)
        register = whole.sample(20, random_state=seed).drop(columns="secret")
        register.insert(0, "name", [f"Person {i}" for i in range(20)])
        released = whole.sample(35, random_state=seed + 1)
        columns = ["a", "b", "number"] if seed % 2 else ["c", "a", "b", "number"]
        left, right = oracle_rows(register, columns), oracle_rows(released, columns)
        secrets = dict(zip(right, oracle_rows(released, ["secret"]), strict=True))
        truth = {
            name: secrets[row][0]
            for name, row in zip(register["name"], left, strict=True)
            if left.count(row) == 1 == right.count(row)
        }
        got = link(released, register, columns, "secret")
        expect(isinstance(got, dict), "link must return a dict")
        expect(not set(got) - set(truth), "link claims a match that is not forced", "one-sided")
        expect(
            set(got) == set(truth),
            "link misses a forced match: a missing value is a value, too",
            "drops-missing",
        )
        expect(
            all(("missing" if pd.isna(v) else repr(v)) == truth[k] for k, v in got.items()),
            "a person was given the secret of somebody else",
            "by-position",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-link", "solution": true}
def link(released, register, columns, secret):
    """The secrets of those people whose match is forced: a dict name -> secret."""
    ### BEGIN SOLUTION
    rows = released[~released.duplicated(columns, keep=False)]
    persons = register[~register.duplicated(columns, keep=False)]
    matched = persons[["name", *columns]].merge(rows[[*columns, secret]], on=columns)
    return dict(zip(matched["name"], matched[secret], strict=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-link-test", "points": 2}
@exercise("11.1")
def test_link():
    """Four invented people, one forced match."""
    released = pd.DataFrame(
        {"age": [30, 41, 41, 52], "ill": ["yes", "no", "yes", "no"]}, index=[9, 8, 7, 6]
    )
    register = pd.DataFrame(
        {
            "name": [
                "Arira Ashwood",
                "Belwyn Dunmere",
                "Corumi Frosting",
                "Dalessa Brookdale",
                "Eliven Cranewick",
            ],
            "age": [52, 41, 30, 30, 77],
        }
    )
    got = link(released, register, ["age"], "ill")
    expect(isinstance(got, dict), f"link must return a dict; it returned {type(got).__name__}")
    expect(
        "Belwyn Dunmere" not in got,
        "two released rows fit Belwyn Dunmere, with different secrets: her match is not forced",
        "ambiguous",
    )
    expect(
        not {"Corumi Frosting", "Dalessa Brookdale"} & set(got),
        "one released row fits two people of the register: neither match is forced",
        "one-sided",
    )
    expect(
        set(got) == {"Arira Ashwood"}, f"exactly Arira Ashwood can be linked; yours: {sorted(got)}"
    )
    expect(
        got["Arira Ashwood"] == "no",
        "Arira Ashwood was given the secret of another row: match by values, not by position",
        "by-position",
    )
    ### BEGIN HIDDEN TESTS
    oracle_link(link)
    ### END HIDDEN TESTS


test_link()
print("11.1b: visible checks passed")

# %% id="link-demo" tags=["demo"]
claimed = link(released, register, harmless, "income")
truth = dict(zip(register["name"], people.loc[register.index, "income"], strict=True))
there = register["name"][register.index.isin(released.index)]
right = sum(truth[name] == income for name, income in claimed.items())
print(f"{len(register)} people in the register, {len(there)} of them also in the release")
print(
    f"claimed: {len(claimed)}, of them in the release: {len(set(claimed) & set(there))}, "
    f"with the right income: {right} ({right / len(claimed):.1%})"
)

# %% [markdown]
# Not every claim is right. Some people of the register were never in the release; the only row
# that fits them is somebody else's, and they are now believed to earn what a stranger earns. A
# forced match among those released is not a proof about the world, and the error hurts, too.
#
# **c. k-anonymity, and why it is not enough.** Coarsen the table until every combination is shared
# by at least k rows, and nobody can be singled out. Sweeney called that k-anonymity. Write
#
# - `k_anonymity(table, columns)`: the size of the smallest group of rows with equal values
# - `exposed(table, columns, secret)`: the share of rows in whose group everybody has **the same
#   secret**. Whoever knows the columns then knows the secret, however large the group
#
# Missing values count as values again, in the secret as well.
#
# <details><summary>Hint 1: where to look</summary>
# <code>groupby(columns)</code>; read about its argument <code>dropna</code>.
# <details><summary>Hint 2: the idea</summary>
# Per group: its size, and the number of different secrets in it. The share is one of rows, so
# each group counts as often as it has rows.
# <details><summary>Hint 3: nearly the code</summary>
# <code>size().min()</code>; for the second, <code>nunique(dropna=False)</code> per group, spread to
# the rows with <code>transform</code>, compared with 1.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-groups", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_groups(k_anonymity, exposed):
    """Groups by hand."""
    for seed in range(8):
        table = oracle_table(80 + seed, 40)
        for columns in (["a"], ["b", "number"], ["a", "b", "c"]):
            rows, secrets = oracle_rows(table, columns), oracle_rows(table, ["secret"])
            groups = {
                row: [s for r, s in zip(rows, secrets, strict=True) if r == row] for row in rows
            }
            k = expect_number(k_anonymity(table, columns), "k_anonymity")
            expect(
                k == min(map(len, groups.values())),
                "the smallest group is of another size: rows with a missing value form groups, too",
                "drops-missing",
            )
            truth = sum(len(set(groups[row])) == 1 for row in rows) / len(rows)
            got = expect_number(exposed(table, columns, "secret"), "exposed")
            expect(
                abs(got - truth) < 1e-12,
                "the share of exposed rows is off on a random table "
                "with missing values and secrets",
                "drops-missing",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-groups", "solution": true}
def k_anonymity(table, columns):
    """The size of the smallest group of rows that agree in `columns`; a whole number."""
    ### BEGIN SOLUTION
    return int(table.groupby(columns, dropna=False).size().min())
    ### END SOLUTION


def exposed(table, columns, secret):
    """The share of rows in whose group all have the same secret; a number in [0, 1]."""
    ### BEGIN SOLUTION
    groups = table.groupby(columns, dropna=False)[secret]
    return float((groups.transform(lambda s: s.nunique(dropna=False)) == 1).mean())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-groups-test", "points": 2}
@exercise("11.1")
def test_groups():
    """Groups of 3, 2 and 1; the first agrees on its secret, and so does the last."""
    table = pd.DataFrame(
        {"age": [30] * 3 + [40] * 2 + [50], "ill": ["yes"] * 3 + ["yes", "no"] + ["no"]}
    )
    k = expect_number(k_anonymity(table, ["age"]), "k_anonymity")
    expect(k == 1, f"one person of 50 is alone, so k is 1; yours: {k:g}", "not-smallest")
    k = expect_number(k_anonymity(table[:5], ["age"]), "k_anonymity")
    expect(
        k == 2, f"without that person the smallest group has 2 rows; yours: {k:g}", "not-smallest"
    )
    got = expect_number(exposed(table, ["age"], "ill"), "exposed")
    expect(
        abs(got - 1 / 6) > 1e-9,
        "you count only who is alone: in the group of 30 all three are "
        "ill, so each of them is exposed",
        "only-alone",
    )
    expect(
        abs(got - 2 / 3) < 1e-9,
        f"four of the six rows stand in a group with one secret, 0.667; yours: {got:.3f}",
        "share-of-groups",
    )
    got = expect_number(exposed(table[:5], ["age"], "ill"), "exposed")
    expect(
        abs(got - 0.6) < 1e-9,
        "without the last row three of five rows are exposed, in one "
        f"group of two: 0.6; yours: {got:.3f}",
        "share-of-groups",
    )
    ### BEGIN HIDDEN TESTS
    oracle_groups(k_anonymity, exposed)
    ### END HIDDEN TESTS


test_groups()
print("11.1c: visible checks passed")

# %% id="groups-demo" tags=["demo"]
coarse = pd.DataFrame(
    {
        "age": people["age"] // 10 * 10,
        "sex": people["sex"],
        "school": pd.cut(people["education_num"], [0, 8, 10, 12, 16], labels=False),
        "married": people["marital_status"].str.startswith("Married"),
        "hours": people["hours_per_week"] // 20,
        "income": people["income"],
    }
)
columns = list(coarse.columns[:-1])
size = coarse.groupby(columns)["income"].transform("size")
for k in (1, 5, 20):
    kept = coarse[size >= k]
    print(
        f"k = {k_anonymity(kept, columns):3}: {len(kept) / len(coarse):.1%} of the rows kept, "
        f"{exposed(kept, columns, 'income'):.1%} exposed"
    )

# %% [markdown]
# The rows of small groups were left out, so the table of the last line is 20-anonymous, and still
# some groups agree on their secret. This is the **homogeneity attack** (Machanavajjhala et al.
# 2006). k-anonymity speaks of who somebody is; the harm comes from what is learned about them.
#
# **d. Data minimisation.** The cheapest protection is a column that was never collected. Write
# `minimise(columns, accuracy, slack)`: the fewest columns whose accuracy is at most `slack` below
# that of all of them. Of several such sets with equally few columns, take one with the highest
# accuracy.
#
# - `columns`: a list of at most ten names; `slack` >= 0, a number
# - `accuracy(subset)`: called with a list of names (at least one), returns a number in [0, 1]
# - returns a list, in the order of `columns`
#
# <details><summary>Hint 1: where to look</summary>
# With few columns you can afford to try all subsets of one size: <code>combinations</code> is
# imported.
# <details><summary>Hint 2: the idea</summary>
# Sizes upwards from one; the first size at which some subset is good enough is the answer's size.
# Dropping columns one after the other can miss it: two columns may be worth something only
# together.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for k in range(1, len(columns) + 1)</code>: the best of <code>combinations(columns,
# k)</code> by accuracy; return it if it reaches <code>accuracy(columns) - slack</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-minimise", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_minimise(minimise):
    """Random accuracies for all subsets, no order in them: greedy ways go astray."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        columns = list("vwxyz"[: 3 + seed % 3])
        value = {
            frozenset(s): rng.uniform(0.5, 0.8)
            for k in range(1, len(columns) + 1)
            for s in combinations(columns, k)
        }
        value[frozenset(columns)] = 0.8
        enough = {s for s, v in value.items() if v >= 0.8 - 0.05}
        fewest = min(map(len, enough))
        best = max((s for s in enough if len(s) == fewest), key=value.get)
        got = minimise(columns, lambda s, value=value: value[frozenset(s)], 0.05)
        expect(frozenset(got) in enough, "the chosen columns lose more than slack", "over-slack")
        expect(len(got) == fewest, "a smaller set of columns is good enough", "greedy")
        expect(
            frozenset(got) == best,
            "of the smallest sets that are good enough another has the higher accuracy",
            "first-found",
        )
        expect(
            list(got) == [c for c in columns if c in best],
            "keep the order of columns",
            "wrong-order",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-minimise", "solution": true}
def minimise(columns, accuracy, slack):
    """The fewest columns within `slack` of the accuracy of all; a list."""
    ### BEGIN SOLUTION
    goal = accuracy(list(columns)) - slack
    for k in range(1, len(columns) + 1):
        best = max(combinations(columns, k), key=lambda subset: accuracy(list(subset)))
        if accuracy(list(best)) >= goal:
            return list(best)
    return list(columns)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-minimise-test", "points": 2}
@exercise("11.1")
def test_minimise():
    """Two columns that are worth something only together."""
    value = dict.fromkeys(["b", "c", "d", "ab", "ac", "ad", "bc", "abd", "acd"], 0.7)
    value |= {"a": 0.8, "bd": 0.885, "cd": 0.89, "bcd": 0.895, "abc": 0.9, "abcd": 0.9}

    def run(slack):
        return minimise(list("abcd"), lambda subset: value["".join(sorted(subset))], slack)

    got = run(0.02)
    expect(isinstance(got, list), f"minimise must return a list; it returned {type(got).__name__}")
    lost = 0.90 - value["".join(sorted(got))]
    expect(
        lost <= 0.02 + 1e-9, f"your columns {got} lose {lost:.3f}, more than slack", "over-slack"
    )
    expect(
        len(got) == 2,
        f"two columns are within slack; you keep {len(got)}. "
        "Removing or adding one column at a time can miss the best set",
        "greedy",
    )
    expect(
        got != ["b", "d"],
        "b and d are within slack, but c and d are as few and more accurate",
        "first-found",
    )
    expect(got == ["c", "d"], f"the answer is ['c', 'd']; yours: {got}", "wrong-order")
    expect(
        run(0.0) == ["a", "b", "c"],
        f"with slack 0 the columns a, b, c are as good as all four; yours: {run(0.0)}",
        "greedy",
    )
    ### BEGIN HIDDEN TESTS
    oracle_minimise(minimise)
    ### END HIDDEN TESTS


test_minimise()
print("11.1d: visible checks passed")


# %% nbgrader={"grade_id": "setup-one_hot", "locked": true}
def one_hot(people, columns):
    """One column of 0 and 1 for each value, named column=value; numbers in steps of five."""
    steps = people[columns].copy()
    for column in steps.select_dtypes("number"):
        steps[column] //= 5
    return pd.get_dummies(steps.astype(object), prefix_sep="=", dtype=float)


# %% [markdown]
# On Adult, with a linear model that predicts the income from these nine columns. It is fitted on
# 20,000 people; another 12,561 choose the columns; 16,281 more judge the choice.

# %% id="minimise-demo" tags=["demo"]
everybody = pd.concat([people, tables.adult("test")], ignore_index=True)
hot = one_hot(everybody, harmless)
features, above = hot.to_numpy(), np.where(everybody["income"] == ">50K", 1.0, -1.0)
places = {c: [i for i, name in enumerate(hot) if name.startswith(c + "=")] for c in harmless}
gram = features[:20_000].T @ features[:20_000] + 1e-3 * np.eye(len(hot.columns))
moment = features[:20_000].T @ above[:20_000]


def line_accuracy(subset, rows=slice(20_000, 32_561)):
    """Least squares on the first 20,000 people, judged on others."""
    used = [i for c in subset for i in places[c]]
    w = np.linalg.solve(gram[np.ix_(used, used)], moment[used])
    return float(((features[rows][:, used] @ w > 0) == (above[rows] > 0)).mean())


few = minimise(harmless, line_accuracy, 0.01)
for chosen in (harmless, few):
    print(
        f"{len(chosen)} columns: accuracy {line_accuracy(chosen, slice(32_561, None)):.1%}, "
        f"unique {uniqueness(people, chosen):.1%}"
    )
print("kept:", ", ".join(few))

# %% [markdown]
# The other columns bought less than a point of accuracy, and cost most people their cover.
#
# But the outcome depends on who may ask, and on what else they know. For a promise that holds
# against everybody, you need to say what an attacker is, and that is the next step.

# ## Exercise 11.2: was this person in the training set? (5 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: being in a data set can be the secret itself, when it is
# the training set of a model for a disease. Membership inference (Shokri et al. 2017; Yeom et al.
# 2018) needs nothing but the model's answers.
#
# A model has seen its training examples and fits them better. So: **the smaller the loss, the more
# likely a member.**
#
# **a. `membership_scores(model, x, y)`**: one number per example, larger = more likely a member:
# minus its cross-entropy.
#
# - `x`: (n, ...), `y`: (n,); returns shape (n,), without a graph; the model stays as it was
#
# <details><summary>Hint 1: where to look</summary>
# <code>F.cross_entropy</code> has an argument that keeps it from averaging.
# <details><summary>Hint 2: the idea</summary>
# One loss per example, negated, computed without gradients.
# <details><summary>Hint 3: nearly the code</summary>
# <code>reduction="none"</code> inside <code>torch.no_grad()</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_2-scores", "solution": true}
def membership_scores(model, x, y):
    """Larger for likelier members: minus the loss of each example; (n, ...), (n,) -> (n,)."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        return -F.cross_entropy(model(x), y, reduction="none")
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_2-scores-test", "points": 1}
@exercise("11.2")
def test_membership_scores():
    """A model that passes its input on: the inputs are log probabilities."""
    model = models.linear(3, 3)
    model.load_state_dict({"1.weight": torch.eye(3), "1.bias": torch.zeros(3)})
    x, y = torch.tensor([[0.7, 0.2, 0.1], [0.25, 0.5, 0.25]]).log(), torch.tensor([0, 2])
    with untouched(model, x, y):
        got = membership_scores(model, x, y)
    per_example = isinstance(got, torch.Tensor) and got.dim() == 1
    expect(per_example, "one score per example: keep the loss from averaging", "one-number")
    got = expect_tensor(got, (2,), "membership_scores")
    expect((got <= 0).all(), "members have the SMALLER loss and the larger score", "wrong-sign")
    expect(
        abs(got[1] - math.log(0.25)) < 1e-5,
        "example 1 has the label 2, which the model gives "
        f"0.25: its score is ln 0.25 = -1.39; yours: {got[1]:.2f}",
        "wrong-label",
    )
    expect(
        abs(got[0] - math.log(0.7)) < 1e-5,
        f"example 0 has the score ln 0.7 = -0.36; yours: {got[0]:.2f}",
        "wrong-label",
    )
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(21)
    model = models.linear(6, 4, generator=g).double()
    x = torch.randn(7, 6, generator=g, dtype=torch.float64)
    y = torch.arange(7) % 4
    got = expect_tensor(membership_scores(model, x, y), (7,), "membership_scores")
    alone = [math.log(model(x[i : i + 1]).softmax(1)[0, y[i]].item()) for i in range(7)]
    expect(
        np.allclose(got.numpy(), alone, atol=1e-9),
        "the score of an example must not depend on the others",
        "one-number",
    )
    ### END HIDDEN TESTS


test_membership_scores()
print("11.2a: visible checks passed")

# %% [markdown]
# **b. How good is an attack?** An attacker says "member" when the score is at or above some
# threshold. Lower it, and both rates grow: the share of members found (TPR) and the share of others
# falsely accused (FPR). Write `tpr_at_fpr(members, others, fpr)`: the largest TPR of any threshold
# whose FPR, on these very scores, is at most `fpr`.
#
# - `members`: (n,), `others`: (m,), scores, ties possible; `fpr` in [0, 1]
# - returns a number; accusing nobody is always allowed
#
# <details><summary>Hint 1: where to look</summary>
# At most <code>fpr * m</code> of the others may be at or above the threshold. Which one is the
# first that may not be?
# <details><summary>Hint 2: the idea</summary>
# Sort the others from high to low. The threshold must lie strictly above the first of them that
# may not be accused, and equal scores are accused together.
# <details><summary>Hint 3: nearly the code</summary>
# <code>allowed = math.floor(fpr * m)</code>; if that is m, everybody may be accused; else the share
# of members strictly above number <code>allowed</code> of the sorted others.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-tpr", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_best_tpr(members, others, fpr):
    """Try every threshold."""
    tried = [
        ((others >= t).double().mean().item(), (members >= t).double().mean().item())
        for t in torch.cat([members, others]).unique()
    ]
    return max((hit for false, hit in tried if false <= fpr), default=0.0)


def oracle_tpr(tpr_at_fpr):
    """All thresholds on random scores with and without ties."""
    g = torch.Generator().manual_seed(22)
    for n, m, levels in ((30, 40, 6), (25, 16, 1000), (1, 1, 2), (50, 7, 4)):
        members = torch.randint(0, levels, (n,), generator=g) / 2
        others = torch.randint(0, levels, (m,), generator=g) / 2 - 0.5
        for fpr in (0.0, 0.01, 0.13, 0.5, 0.77, 1.0):
            got = expect_number(tpr_at_fpr(members, others, fpr), "tpr_at_fpr")
            truth = oracle_best_tpr(members, others, fpr)
            expect(
                got <= truth + 1e-6,
                f"no threshold reaches your TPR of {got:.3f} at an FPR of at most {fpr}",
                "over-budget",
            )
            expect(
                got >= truth - 1e-6,
                f"a threshold with an FPR of at most {fpr} finds more members than you say",
                "too-careful",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_2-tpr", "solution": true}
def tpr_at_fpr(members, others, fpr):
    """The largest TPR of a threshold whose FPR is at most fpr; scores (n,), (m,) -> number."""
    ### BEGIN SOLUTION
    allowed = math.floor(fpr * len(others))
    if allowed >= len(others):
        return 1.0
    bar = others.sort(descending=True).values[allowed]
    return (members > bar).double().mean().item()
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_2-tpr-test", "points": 2}
@exercise("11.2")
def test_tpr_at_fpr():
    """Four others; one may be accused at an FPR of 0.25."""
    members = torch.tensor([5.0, 4.0, 3.0, 3.0, 0.0])
    others = torch.tensor([1.0, 4.5, 3.0, 2.0])

    def rate(fpr, others=others):
        return expect_number(tpr_at_fpr(members, others, fpr), "tpr_at_fpr")

    expect(
        abs(rate(0.0) - 0.2) < 1e-6,
        f"at FPR 0 the threshold 5 finds one of five members, 0.2; yours: {rate(0.0):.2f}",
        "over-budget" if rate(0.0) > 0.2 else "too-careful",
    )
    expect(
        abs(rate(0.25) - 0.8) > 1e-6,
        "the threshold 3 accuses two of the four others, 4.5 and "
        "3: the other who ties with a member is accused, too",
        "over-budget",
    )
    expect(
        abs(rate(0.25) - 0.4) < 1e-6,
        f"at FPR 0.25 the threshold 4 finds two of five, 0.4; yours: {rate(0.25):.2f}",
        "over-budget" if rate(0.25) > 0.4 else "too-careful",
    )
    expect(
        abs(rate(0.4) - 0.4) < 1e-6,
        "no threshold has an FPR of 0.4 here, the next lower one "
        f"is 0.25: do not interpolate or round up; yours: {rate(0.4):.2f}",
        "over-budget",
    )
    expect(abs(rate(1.0) - 1.0) < 1e-6, "at FPR 1 everybody may be accused", "too-careful")
    ### BEGIN HIDDEN TESTS
    oracle_tpr(tpr_at_fpr)
    ### END HIDDEN TESTS


test_tpr_at_fpr()
print("11.2b: visible checks passed")

# %% [markdown]
# Now a real model: 200 digits to train on, until it makes no mistake on them.


# %% nbgrader={"grade_id": "setup-roc", "locked": true}
def small_digits(n, generator):
    """n digits of 14 by 14 pixels, flattened: x (n, 196) in [0, 1], y (n,)."""
    images = data.sample(data.mnist("train"), n, generator)
    return F.avg_pool2d(images.x, 2).flatten(1), images.y


def auc(members, others):
    """The chance that a random member scores above a random other one; a tie counts half."""
    rank = torch.searchsorted(others.sort().values, members, right=False).double()
    tied = torch.searchsorted(others.sort().values, members, right=True).double() - rank
    return ((rank + tied / 2).mean() / len(others)).item()


# %% nbgrader={"grade_id": "setup-shades", "locked": true}
SHADES = {
    "loss threshold": plots.PALETTE["blue"],
    "LiRA": plots.PALETTE["vermillion"],
    "private model, LiRA": plots.PALETTE["bluish green"],
    "ceiling of the private model": plots.PALETTE["wine"],
    "allowed by epsilon and delta": plots.PALETTE["sky blue"],
    "coin": plots.PALETTE["black"],
    "tight (PRV, upper end)": plots.PALETTE["black"],
}

# %% id="membership-demo" tags=["demo"]
x, y = small_digits(2200, torch.Generator().manual_seed(0))
model = models.linear(196, 10)
g = torch.Generator().manual_seed(0)
training.fit(model, data.Images(x[:200], y[:200]), epochs=150, lr=0.02, progress=False, generator=g)
scores = membership_scores(model, x, y)
members, others = scores[:200], scores[200:]

# %% id="membership-plot" tags=["demo"]
rates = torch.logspace(-3, 0, 40).tolist()
found = [tpr_at_fpr(members, others, rate) for rate in rates]
figure = plots.curves(
    {"loss threshold": (rates, found), "coin": (rates, rates)},
    xlabel="false positive rate (others accused)",
    ylabel="true positive rate (members found)",
    colours=SHADES,
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log", ylim=(8e-4, 1.2))
plots.show(
    figure,
    alt="ROC curve on log axes. The attack lies above the coin only where it may accuse more than "
    "a tenth of the others; below that it is no better than the coin, or worse.",
)
print(
    f"accuracy on members {evaluation.accuracy(model, [(x[:200], y[:200])]):.1%}, "
    f"on others {evaluation.accuracy(model, [(x[200:], y[200:])]):.1%}"
)
print(f"AUC {auc(members, others):.2f}")
for rate in (0.001, 0.05, 0.5):
    print(f"TPR at {rate:.1%} FPR: {tpr_at_fpr(members, others, rate):.1%}")

# %% [markdown]
# The AUC says that the attack works. It earns that on the right, where half of the others are
# accused with the members. On the left, where an attacker is nearly sure, the attack is no better
# than a coin. An accusation that is wrong half the time harms few; one that is nearly always right
# harms, even if it hits one in a hundred. So one reports the TPR at a low FPR (Carlini et al.
# 2022). Remember this: in 11.7 such models are asked better.
#
# **c. AUC alone misleads.** Prove it with a witness: `misleading_pair(n)` returns two attacks
# `(members, others), (members, others)`, each with n scores of members and n of others. The first
# has an AUC higher by at least 0.1, but a TPR of 0 at an FPR of 1 %; the second finds at least a
# tenth of the members at that FPR.
#
# - `n`: 100 or more; returns a pair of pairs of tensors of shape (n,)
#
# <details><summary>Hint 1: where to look</summary>
# Think of two burglars: one is a little right about everyone, one is sure about a few and knows
# nothing of the rest.
# <details><summary>Hint 2: the idea</summary>
# First attack: a few of the others score highest of all, then come the members. Second: a tenth of
# the members score highest, the rest of both groups look alike.
# <details><summary>Hint 3: nearly the code</summary>
# For the first, members all 0, nine in ten of the others -1, one in ten +1. How many may be above,
# so that FPR 1 % accuses none of them?
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_2-witness", "solution": true}
def misleading_pair(n):
    """Two attacks (members, others): the first with the better AUC, the second the dangerous."""
    ### BEGIN SOLUTION
    tenth = torch.arange(n) < math.ceil(n / 8)
    first = (torch.zeros(n), torch.where(tenth, 1.0, -1.0))
    second = (torch.where(tenth, 1.0, 0.0), torch.zeros(n))
    return first, second
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_2-witness-test", "points": 2}
@exercise("11.2")
def test_misleading_pair():
    """A witness proves itself."""
    first, second = misleading_pair(100)
    for scores in (*first, *second):
        expect_tensor(scores, (100,), "each of the four sets of scores")
    a, b = auc(*first), auc(*second)
    expect(
        a >= b, f"the first attack must have the higher AUC; yours: {a:.2f} and {b:.2f}", "swapped"
    )
    expect(
        a >= b + 0.1 - 1e-9,
        f"the AUC must differ by 0.1; yours: {a:.2f} and {b:.2f}",
        "auc-close",
    )
    ### BEGIN HIDDEN TESTS
    for n in (100, 250, 1001):
        first, second = misleading_pair(n)
        found = [oracle_best_tpr(*attack, 0.01) for attack in (first, second)]
        expect(
            found[0] == 0,
            f"at 1 % FPR the first attack finds {found[0]:.1%} of {n} members; it must find none: "
            "some of the others have to score above all",
            "first-works",
        )
        expect(
            found[1] >= 0.1,
            f"at 1 % FPR the second attack finds {found[1]:.1%} of {n} members; it must find a "
            "tenth",
            "second-fails",
        )
        expect(
            auc(*first) >= auc(*second) + 0.1 - 1e-9,
            f"for n = {n} the AUC differ too little",
            "auc-close",
        )
    ### END HIDDEN TESTS


test_misleading_pair()
print("11.2c: the AUC are as they should be; ask your tpr_at_fpr about the rest")

# %% [markdown]
# ## Exercise 11.3: noise with a promise (8 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: these three lines of code stand behind censuses, keyboards
# and every private model. Each is easy to get almost right.
#
# The promise of the paper, **differential privacy** (Dwork et al. 2006): for all data sets D and D'
# that differ in one person, and all sets S of outcomes,
# P(f(D) in S) <= e^epsilon P(f(D') in S). Whatever is published, it would have been published
# nearly as likely without you. The promise holds whatever the attacker knows.
#
# **a. Randomised response** (Warner 1965). Each person lies at times, so that no answer proves
# anything. Write
#
# - `randomized_response(bits, epsilon, rng)`: each bit is told truly with probability
#   e^epsilon / (1 + e^epsilon), else flipped; `bits`: integers 0 or 1, shape (n,); returns the same
#   shape; randomness from `rng`, a numpy generator
# - `estimate(answers, epsilon)`: an unbiased estimate of the share of true ones; a number (which
#   may fall outside [0, 1])
#
# <details><summary>Hint 1: where to look</summary>
# What is the expected share of ones among the answers, if the true share is s?
# <details><summary>Hint 2: the idea</summary>
# With truth probability p it is s p + (1 - s)(1 - p). Solve for s.
# <details><summary>Hint 3: nearly the code</summary>
# Flip where <code>rng.random(n)</code> is at least p, with <code>np.where(..., 1 - bits,
# bits)</code>. The estimate: (mean - (1 - p)) / (2 p - 1).
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-response", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_response(randomized_response, estimate):
    """Rates within 4.5 standard errors; the estimate undoes the expectation exactly."""
    rng = np.random.default_rng(31)
    for epsilon in (0.2, 1.0, 3.0):
        truth = 1 / (1 + math.exp(-epsilon))
        for bit in (0, 1):
            answers = expect_array(
                randomized_response(np.full(40_000, bit), epsilon, rng),
                (40_000,),
                "randomized_response",
            )
            kept = (answers == bit).mean()
            error = 4.5 * math.sqrt(truth * (1 - truth) / 40_000)
            expect(
                abs(kept - truth) < error,
                f"for epsilon {epsilon} {kept:.3f} of the answers "
                f"{bit} stay true, expected {truth:.3f}",
                "wrong-probability",
            )
        for ones in (0, 13, 100):
            share = ones / 100
            answers = np.array([1] * ones + [0] * (100 - ones))
            got = expect_number(estimate(answers, epsilon), "estimate")
            expect(
                abs(got * truth + (1 - got) * (1 - truth) - share) < 1e-9,
                "put your estimate in for the true share: the expected share of ones must be "
                "the observed one, also where the estimate leaves [0, 1]",
                "biased",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_3-response", "solution": true}
def randomized_response(bits, epsilon, rng):
    """Each bit, true with probability e^epsilon / (1 + e^epsilon); (n,) -> (n,)."""
    ### BEGIN SOLUTION
    truth = 1 / (1 + math.exp(-epsilon))
    return np.where(rng.random(len(bits)) < truth, bits, 1 - bits)
    ### END SOLUTION


def estimate(answers, epsilon):
    """An unbiased estimate of the share of true ones; (n,) -> number."""
    ### BEGIN SOLUTION
    truth = 1 / (1 + math.exp(-epsilon))
    return float((answers.mean() - (1 - truth)) / (2 * truth - 1))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_3-response-test", "points": 2}
@exercise("11.3")
def test_randomized_response():
    """epsilon = ln 3: the truth three times in four."""
    rng = np.random.default_rng(0)
    answers = expect_array(
        randomized_response(np.ones(20_000, dtype=int), math.log(3), rng),
        (20_000,),
        "randomized_response",
    )
    expect(set(np.unique(answers)) <= {0, 1}, "an answer is 0 or 1")
    kept = answers.mean()
    expect(
        abs(kept - 0.75) < 0.02,
        f"for epsilon = ln 3 three of four answers are true; yours: {kept:.3f}",
        "wrong-probability",
    )
    got = expect_number(estimate(np.array([1, 1, 1, 0]), math.log(3)), "estimate")
    expect(
        abs(got - 1.0) < 1e-9,
        "if three of four answers are ones at epsilon = ln 3, everybody "
        f"is a one; your estimate: {got:.3f}",
        "biased",
    )
    again = [
        randomized_response(np.arange(50) % 2, 1.0, np.random.default_rng(s)) for s in (1, 1, 2)
    ]
    expect(
        np.array_equal(again[0], again[1]) and not np.array_equal(again[0], again[2]),
        "all randomness must come from rng",
        "ignores-rng",
    )
    ### BEGIN HIDDEN TESTS
    oracle_response(randomized_response, estimate)
    ### END HIDDEN TESTS


test_randomized_response()
print("11.3a: visible checks passed")

# %% [markdown]
# **b. Laplace noise, and how far one person reaches.** "Differ in one person" has two meanings:
#
# - `"add-remove"`: D' has one person more or one fewer,
# - `"replace"`: D' has the same number of people, and one is somebody else.
#
# Every claim of privacy must say which. Write
#
# - `sum_sensitivity(low, high, neighbours)`: the most that the sum of values in [low, high] can
#   differ between two neighbours; numbers with low <= high, both signs possible
# - `laplace(true, sensitivity, epsilon, rng)`: `true` plus Laplace noise of scale
#   sensitivity / epsilon, drawn independently for each entry; shape (d,) -> (d,). If the d numbers
#   together (in L1) move by at most `sensitivity`, this is epsilon-differentially private, with
#   delta = 0: the paper's pure form
#
# <details><summary>Hint 1: where to look</summary>
# For the sensitivity take two tiny data sets and make them differ as much as is allowed.
# <details><summary>Hint 2: the idea</summary>
# Somebody with the value v who comes or goes moves the sum by |v|. Somebody replaced moves it by
# the distance between two values.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rng.laplace(0, scale, size)</code> takes the scale, not the standard deviation.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-laplace", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_sensitivity(sum_sensitivity):
    """Brute force over small data sets."""
    for low, high in ((0.0, 5.0), (-3.0, 2.0), (-4.0, -1.0), (2.0, 2.0), (-1.0, 6.0)):
        values = np.linspace(low, high, 5)
        one, two, three = (list(product(values, repeat=n)) for n in (1, 2, 3))
        pairs = {
            "add-remove": [(d, d[:-1]) for d in (*one, *two, *three)],
            "replace": [((*d, v), (*d, w)) for d in two for v in values for w in values],
        }
        for neighbours, couples in pairs.items():
            truth = max(abs(sum(d) - sum(e)) for d, e in couples)
            got = expect_number(sum_sensitivity(low, high, neighbours), "sum_sensitivity")
            expect(
                abs(got - truth) < 1e-9,
                f"for values in [{low:g}, {high:g}] and {neighbours} "
                f"two sums differ by up to {truth:g}; yours: {got:g}",
                "wrong-neighbours",
            )


def oracle_laplace(laplace):
    """Kolmogorov and Smirnov's distance to scipy's distribution, on 20,000 entries."""
    rng = np.random.default_rng(32)
    for sensitivity, epsilon in ((1.0, 0.5), (3.0, 2.0), (0.5, 1.0)):
        true = np.linspace(-5, 5, 20_000)
        noise = expect_array(laplace(true, sensitivity, epsilon, rng), (20_000,), "laplace") - true
        far = stats.kstest(noise, stats.laplace(scale=sensitivity / epsilon).cdf).statistic
        expect(
            far < 0.02,
            f"for sensitivity {sensitivity} and epsilon {epsilon} the noise is not "
            f"Laplace noise of scale {sensitivity / epsilon:g}: distance {far:.3f}",
            "wrong-scale",
        )
        lag = np.corrcoef(noise[1:], noise[:-1])[0, 1]
        expect(abs(lag) < 0.05, "the entries' noise must be independent", "shared-noise")


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_3-laplace", "solution": true}
def sum_sensitivity(low, high, neighbours):
    """The most that a sum of values in [low, high] can differ between neighbours; a number."""
    ### BEGIN SOLUTION
    return high - low if neighbours == "replace" else max(abs(low), abs(high))
    ### END SOLUTION


def laplace(true, sensitivity, epsilon, rng):
    """Each entry of `true` with its own Laplace noise; (d,) -> (d,)."""
    ### BEGIN SOLUTION
    return true + rng.laplace(0.0, sensitivity / epsilon, size=len(true))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_3-laplace-test", "points": 2}
@exercise("11.3")
def test_laplace():
    """Ages in [0, 100] and temperatures in [-10, 30]."""
    for low, high, neighbours, truth in (
        (0, 100, "add-remove", 100),
        (0, 100, "replace", 100),
        (-10, 30, "add-remove", 30),
        (-10, 30, "replace", 40),
    ):
        got = expect_number(sum_sensitivity(low, high, neighbours), "sum_sensitivity")
        expect(
            abs(got - truth) < 1e-9,
            f"values in [{low}, {high}], {neighbours}: one person can "
            f"move the sum by {truth}; yours: {got:g}",
            "wrong-neighbours",
        )
    noise = expect_array(
        laplace(np.zeros(20_000), 2.0, 0.5, np.random.default_rng(0)), (20_000,), "laplace"
    )
    expect(
        noise.std() > 0 and len(np.unique(noise)) > 19_000,
        "each entry needs noise of its own: shared noise cancels in differences",
        "shared-noise",
    )
    size = np.abs(noise).mean()
    expect(
        abs(size - 4) < 0.2,
        f"for sensitivity 2 and epsilon 0.5 the mean size of the noise is "
        f"the scale, 4; yours: {size:.2f}",
        "wrong-scale",
    )
    ### BEGIN HIDDEN TESTS
    oracle_sensitivity(sum_sensitivity)
    oracle_laplace(laplace)
    ### END HIDDEN TESTS


test_laplace()
print("11.3b: visible checks passed")

# %% [markdown]
# **c. Gaussian noise.** Its tails fall faster than Laplace's, and many numbers at once need less of
# it. But the pure promise fails: far out, the ratio of the two densities exceeds every bound. What
# holds is the approximate form, P(f(D) in S) <= e^epsilon P(f(D') in S) + **delta**. Write
#
# - `gaussian_delta(sensitivity, sigma, epsilon)`: the smallest delta for which noise of standard
#   deviation sigma is (epsilon, delta)-private, when a number moves by `sensitivity`. Balle and
#   Wang (2018) give it exactly, with Phi the normal distribution function and
#   r = sensitivity / sigma:
#   delta = Phi(r / 2 - epsilon / r) - e^epsilon Phi(-r / 2 - epsilon / r)
# - `gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta)`: `true`, (d,), plus noise of
#   the **smallest** standard deviation that is (epsilon, delta)-private, to 0.1 %, drawn
#   independently for each entry. The d numbers together (in L2) move by at most `sensitivity`. A
#   right `gaussian_delta` is handed in
#
# The textbook's sigma = sqrt(2 ln(1.25 / delta)) sensitivity / epsilon is only a bound, and holds
# only for epsilon below 1.
#
# <details><summary>Hint 1: where to look</summary>
# <code>stats.norm.cdf</code>. Delta falls when sigma grows.
# <details><summary>Hint 2: the idea</summary>
# Find two values of sigma, one too small, one large enough, and halve the interval between them
# until it is narrow; use the upper end.
# <details><summary>Hint 3: nearly the code</summary>
# Begin with a low end of 1e-3 * sensitivity and a high end of sensitivity, doubled while its delta
# is too large. Sixty halvings are plenty. Then <code>rng.normal(0, high, len(true))</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-gaussian", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_hockey_stick(sensitivity, sigma, epsilon):
    """The definition: the integral of the positive part of p - e^epsilon q, numerically."""
    grid = np.linspace(-12 * sigma, 12 * sigma + sensitivity, 400_001)
    p = stats.norm.pdf(grid, sensitivity, sigma)
    q = stats.norm.pdf(grid, 0, sigma)
    return np.trapezoid(np.maximum(p - math.exp(epsilon) * q, 0), grid)


def oracle_delta(sensitivity, sigma, epsilon):
    """The exact delta, in logarithms."""
    ratio = sensitivity / sigma
    low = stats.norm.logcdf(-ratio / 2 - epsilon / ratio) + epsilon
    return float(stats.norm.sf(epsilon / ratio - ratio / 2) - np.exp(low))


def oracle_sigma(sensitivity, epsilon, delta):
    """The smallest sigma, by scipy's root finder."""
    from scipy.optimize import brentq

    return brentq(
        lambda s: oracle_delta(sensitivity, s, epsilon) - delta,
        1e-2 * sensitivity,
        1e4 * sensitivity,
        xtol=1e-12,
    )


def oracle_gaussian(gaussian):
    """200,000 entries: the standard deviation to 1 %, the shape by Kolmogorov and Smirnov."""
    rng = np.random.default_rng(33)
    for sensitivity, epsilon, delta in ((2.0, 0.5, 1e-6), (1.0, 4.0, 1e-3), (0.3, 10.0, 1e-5)):
        true = np.linspace(-3, 3, 200_000)
        got = gaussian(true, sensitivity, epsilon, delta, rng, oracle_delta)
        noise = expect_array(got, (200_000,), "gaussian") - true
        sigma = oracle_sigma(sensitivity, epsilon, delta)
        expect(
            noise.std() > 0.99 * sigma,
            f"for sensitivity {sensitivity}, epsilon {epsilon} and "
            f"delta {delta} the noise is too small by {1 - noise.std() / sigma:.1%}: the "
            "promise is broken",
            "too-little",
        )
        expect(
            noise.std() < 1.01 * sigma,
            f"for sensitivity {sensitivity}, epsilon {epsilon} and "
            f"delta {delta} less noise keeps the promise: yours is larger by "
            f"{noise.std() / sigma - 1:.1%}",
            "not-smallest",
        )
        far = stats.kstest(noise / sigma, "norm").statistic
        expect(far < 0.012, f"the noise is not normal: distance {far:.3f}", "not-normal")


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_3-delta", "solution": true}
def gaussian_delta(sensitivity, sigma, epsilon):
    """The smallest delta of Gaussian noise at this epsilon; a number in [0, 1]."""
    ### BEGIN SOLUTION
    r = sensitivity / sigma
    above = stats.norm.cdf(r / 2 - epsilon / r)
    return float(above - math.exp(epsilon) * stats.norm.cdf(-r / 2 - epsilon / r))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_3-delta-test", "points": 1}
@exercise("11.3")
def test_gaussian_delta():
    """At epsilon 0 delta is the distance of two bells; it falls with sigma and with epsilon."""
    got = expect_number(gaussian_delta(1.0, 1.0, 0.0), "gaussian_delta")
    expect(
        abs(got - 0.3829249) < 1e-6,
        f"two bells of width 1 at distance 1 differ by 0.38292 in "
        f"total variation; yours: {got:.5f}",
        "wrong-formula",
    )
    larger = gaussian_delta(1.0, 2.0, 0.0)
    expect(
        larger < got,
        "more noise must give a smaller delta: r is sensitivity / sigma",
        "upside-down",
    )
    got = expect_number(gaussian_delta(1.0, 1.0, 1.0), "gaussian_delta")
    expect(
        abs(got - 0.1269367) < 1e-6,
        f"for r = 1 and epsilon = 1 delta is 0.12694; yours: {got:.5f}",
        "no-factor" if got < 0.1 or got > 0.2 else "wrong-formula",
    )
    ### BEGIN HIDDEN TESTS
    for sensitivity, sigma, epsilon in (
        (1.0, 0.5, 2.0),
        (3.0, 2.0, 0.3),
        (0.1, 0.2, 0.7),
        (1.0, 3.0, 0.1),
    ):
        truth = oracle_hockey_stick(sensitivity, sigma, epsilon)
        got = expect_number(gaussian_delta(sensitivity, sigma, epsilon), "gaussian_delta")
        expect(
            abs(got - truth) < 1e-6,
            f"for sensitivity {sensitivity}, sigma {sigma}, epsilon "
            f"{epsilon} the integral of the definition is {truth:.5f}; yours: {got:.5f}",
            "wrong-formula",
        )
    ### END HIDDEN TESTS


test_gaussian_delta()
print("11.3c, delta: visible checks passed")


# %% nbgrader={"grade_id": "ex11_3-gaussian", "solution": true}
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    """Each entry of `true` with the least normal noise that keeps the promise; (d,) -> (d,)."""
    ### BEGIN SOLUTION
    low, high = 1e-3 * sensitivity, sensitivity
    while gaussian_delta(sensitivity, high, epsilon) > delta:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if gaussian_delta(sensitivity, middle, epsilon) > delta:
            low = middle
        else:
            high = middle
    return true + rng.normal(0.0, high, size=len(true))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_3-gaussian-test", "points": 2}
@exercise("11.3")
def test_gaussian():
    """With a made-up delta of exp(-epsilon sigma / sensitivity) sigma is known by hand."""

    def made_up(sensitivity, sigma, epsilon):
        return math.exp(-epsilon * sigma / sensitivity)

    got = gaussian(np.zeros(100_000), 2.0, 0.5, 1e-3, np.random.default_rng(0), made_up)
    sigma, least = expect_array(got, (100_000,), "gaussian").std(), 4 * math.log(1000)
    expect(
        abs(sigma - 15.10) > 0.2,
        "your sigma is the textbook's: use the gaussian_delta that is handed in",
        "textbook",
    )
    expect(
        sigma > 0.985 * least,
        f"for the gaussian_delta handed in, sigma must be {least:.2f}; "
        f"yours is {sigma:.2f}: the promise is broken",
        "too-little",
    )
    expect(
        sigma < 1.015 * least,
        f"for the gaussian_delta handed in, sigma = {least:.2f} is enough; yours is {sigma:.2f}",
        "not-smallest",
    )
    ### BEGIN HIDDEN TESTS
    oracle_gaussian(gaussian)
    ### END HIDDEN TESTS


test_gaussian()
print("11.3c, noise: visible checks passed")

# %% [markdown]
# **d. What the promise means for an attacker.** Somebody sees the output and says "D" or "D'". If
# the mechanism is (epsilon, delta)-private, no attacker of any kind finds more than
# TPR <= e^epsilon FPR + delta. The promise holds with D and D' exchanged, and for "not accused" as
# well: (1 - FPR) <= e^epsilon (1 - TPR) + delta. Write `most_tpr(fpr, epsilon, delta)`: the largest
# TPR that both allow, and no share is above 1.
#
# - `fpr`: array (n,), in [0, 1]; returns an array (n,)
#
# <details><summary>Hint 1: where to look</summary>
# Solve the second inequality for the TPR.
# <details><summary>Hint 2: the idea</summary>
# The smaller of two lines, and of 1.
# <details><summary>Hint 3: nearly the code</summary>
# The second line is <code>1 - np.exp(-epsilon) * (1 - delta - fpr)</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-most_tpr", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_most_tpr(fpr, epsilon, delta):
    """The best test on the one mechanism that dominates all others (Kairouz et al. 2015)."""
    tell = (1 - delta) / (1 + math.exp(-epsilon))
    found = [delta, tell, 1 - delta - tell, 0.0]
    accused = found[::-1]
    tpr, left = 0.0, fpr
    for gain, cost in zip(found, accused, strict=True):
        part = 1.0 if cost <= left else left / cost
        tpr, left = tpr + part * gain, left - part * cost
    return tpr


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_3-most_tpr", "solution": true}
def most_tpr(fpr, epsilon, delta):
    """The largest TPR that (epsilon, delta) allows at each FPR; (n,) -> (n,)."""
    ### BEGIN SOLUTION
    steep = math.exp(epsilon) * fpr + delta
    flat = 1 - math.exp(-epsilon) * (1 - delta - fpr)
    return np.minimum(np.minimum(steep, flat), 1.0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_3-most_tpr-test", "points": 1}
@exercise("11.3")
def test_most_tpr():
    """epsilon = ln 3, delta = 0: randomised response reaches TPR 3/4 at FPR 1/4."""
    fpr = np.array([0.0, 0.1, 0.25, 0.5, 1.0])
    got = expect_array(most_tpr(fpr, math.log(3), 0.0), (5,), "most_tpr")
    expect((got <= 1).all(), "a TPR is at most 1", "one-line")
    expect(
        abs(got[1] - 0.3) < 1e-9,
        f"at FPR 0.1 the first inequality allows 3 * 0.1 = 0.3; yours: {got[1]:.3f}",
        "wrong-line",
    )
    expect(
        abs(got[3] - 5 / 6) < 1e-9,
        f"at FPR 0.5 the second inequality binds: 1 - 0.5 / 3 = 0.833; yours: {got[3]:.3f}",
        "one-line",
    )
    got = expect_array(most_tpr(fpr, math.log(3), 0.1), (5,), "most_tpr")
    expect(
        abs(got[0] - 0.1) < 1e-9,
        f"with delta = 0.1 an attacker who accuses nobody else may "
        f"still find 0.1; yours: {got[0]:.3f}",
        "no-delta",
    )
    expect(
        abs(got[4] - 1.0) < 1e-9,
        f"at FPR 1 everybody is accused, TPR 1; yours: {got[4]:.3f}",
        "one-line",
    )
    ### BEGIN HIDDEN TESTS
    fpr = np.linspace(0, 1, 23)
    for epsilon, delta in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.05), (3.0, 1e-3), (0.2, 0.4)):
        got = expect_array(most_tpr(fpr, epsilon, delta), (23,), "most_tpr")
        truth = [oracle_most_tpr(f, epsilon, delta) for f in fpr]
        expect(
            np.allclose(got, truth, atol=1e-9),
            f"for epsilon {epsilon} and delta {delta} the "
            "best attack on the leakiest mechanism finds another share",
            "one-line",
        )
    ### END HIDDEN TESTS


test_most_tpr()
print("11.3d: visible checks passed")

# %% [markdown]
# Move the slider: a histogram of 300 ages under Laplace noise, and the best attacker on one count.

# %% id="slider-parts" tags=["demo"]
counts, edges = np.histogram(people["age"][:300], np.arange(15, 91, 5))
middle = edges[:-1] + 2.5


def draw_counts(axes, epsilon):
    """The true histogram, and what is published."""
    axes.bar(middle, counts, 4, color=plots.PALETTE["sky blue"], label="true")
    noisy = laplace(counts, 1.0, epsilon, np.random.default_rng(0))
    axes.plot(middle, noisy, "s", color=plots.PALETTE["vermillion"], label="published")
    axes.set(xlabel="age (years)", ylabel="people", ylim=(-25, 85))
    axes.legend(loc="upper right")


def draw_attacker(axes, epsilon):
    """All that epsilon allows, and the ROC curve of the best attacker on one count."""
    fpr = np.linspace(0, 1, 201)
    allowed, best = most_tpr(fpr, epsilon, 0.0), stats.laplace.sf(stats.laplace.isf(fpr) - epsilon)
    axes.fill_between(fpr, allowed, color=plots.PALETTE["sky blue"], alpha=0.4, label="allowed")
    axes.plot(fpr, best, color=plots.PALETTE["vermillion"], label="best attacker")
    axes.plot(fpr, fpr, ":", color=plots.PALETTE["black"], label="coin")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", ylim=(0, 1))
    axes.legend(loc="lower right")


# %% id="slider" tags=["demo"]
def draw(epsilon):
    """Both pictures for one epsilon."""
    fig = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = fig.subplots(1, 2)
    draw_counts(left, epsilon)
    draw_attacker(right, epsilon)
    fig.suptitle(f"epsilon = {epsilon:g}, noise scale = {1 / epsilon:g} people")
    return fig


widgets.slider(
    draw,
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0],
    label="epsilon",
    initial=3,
    alt=lambda e: (
        f"Left: a histogram of 300 ages and what is published at epsilon {e:g}"
        ". Right: the ROC curve of the best attacker lies inside the region that epsilon "
        "allows, and touches its corner lines away from the middle."
    ),
)

# %% [markdown]
# At 0.1 the counts are useless and the attacker is a coin; at 5 the counts are nearly exact and so
# is the attacker. The curve touches the edge of the allowed region except around the corner:
# Laplace noise spends nearly all of what it promises.

# %% [markdown]
# ## Exercise 11.4: catch a false promise (5 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: the definition can be tested. Run a mechanism many times
# on two neighbours and count. Audits of this kind found bugs in published private software (Tramèr
# et al. 2022).
#
# If some event S has P(S | D) = p and P(S | D') = q, then epsilon is at least ln((p - delta) / q).
# You only see counts, so p and q are uncertain, and you want to be wrong rarely.
#
# **a. `ratio_bound(hits, falses, n, delta, confidence)`**: an event happened `hits` times in n runs
# on one data set and `falses` times in n runs on the other. Return a number that epsilon exceeds
# with the given confidence: ln((low - delta) / high), where `low` is the lower end of Clopper and
# Pearson's exact interval for p and `high` the upper end for q, each wrong with probability at most
# a = (1 - confidence) / 2. Where this is negative, or low - delta is, return 0.
#
# - `hits`, `falses`: integer arrays (m,), from 0 to n: m events at once; returns an array (m,)
# - low is the a-quantile of the beta distribution with parameters hits and n - hits + 1 (0 where
#   hits is 0); high is the (1 - a)-quantile with falses + 1 and n - falses (1 where falses is n)
#
# <details><summary>Hint 1: where to look</summary>
# <code>stats.beta.ppf(probability, a, b)</code> takes arrays; it returns nan where a parameter
# is 0.
# <details><summary>Hint 2: the idea</summary>
# Both ends must move against you: p smaller than you saw, q larger than you saw.
# <details><summary>Hint 3: nearly the code</summary>
# <code>np.where(hits > 0, ..., 0.0)</code> and <code>np.where(falses < n, ..., 1.0)</code> for the
# ends. max(0, ln r) is the same as ln max(1, r), and that never fails.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-bound", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_bound(hits, falses, n, delta, confidence):
    """The same bound by bisection in the binomial tails, from the meaning of the interval."""
    a = (1 - confidence) / 2
    hits, falses = np.asarray(hits), np.asarray(falses)
    low, high = np.zeros((2, 2, *hits.shape))
    low[1], high[1] = 1.0, 1.0
    for _ in range(40):
        p, q = low.mean(0), high.mean(0)
        unlikely = stats.binom.sf(hits - 1, n, p) < a
        low = np.where(unlikely, [p, low[1]], [low[0], p])
        likely = stats.binom.cdf(falses, n, q) > a
        high = np.where(likely, [q, high[1]], [high[0], q])
    return np.log(np.maximum((low[0] - delta) / high[1], 1.0))


def oracle_ratio_bound(ratio_bound):
    """scipy's exact intervals; and the chance to be wrong, summed over all outcomes."""
    for n, delta, confidence in ((10, 0.0, 0.95), (200, 0.01, 0.9), (5000, 1e-3, 0.99)):
        hits, falses = np.array([0, n, n, 0, n // 2, n // 2]), np.array([0, 0, n, n, n // 5, 1])
        level = {"confidence_level": confidence, "method": "exact"}
        low = [stats.binomtest(h, n).proportion_ci(**level).low for h in hits.tolist()]
        high = [stats.binomtest(f, n).proportion_ci(**level).high for f in falses.tolist()]
        truth = [math.log(max(1.0, (p - delta) / q)) for p, q in zip(low, high, strict=True)]
        got = expect_array(ratio_bound(hits, falses, n, delta, confidence), (6,), "ratio_bound")
        expect(
            np.allclose(got, truth, atol=1e-6),
            f"n = {n}, delta {delta}, confidence "
            f"{confidence}: for hits {hits.tolist()} and falses {falses.tolist()} your bounds "
            f"are {got.round(3).tolist()}",
            "wrong-interval",
        )
    n, p, q = 12, 0.8, 0.3
    hits, falses = (grid.ravel() for grid in np.mgrid[: n + 1, : n + 1])
    chance = stats.binom.pmf(hits, n, p) * stats.binom.pmf(falses, n, q)
    wrong = chance[ratio_bound(hits, falses, n, 0.0, 0.9) > math.log(p / q)].sum()
    expect(
        wrong <= 0.1,
        f"with confidence 0.9 your bound is wrong in {wrong:.1%} of all cases",
        "wrong-interval",
    )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_4-ratio_bound", "solution": true}
def ratio_bound(hits, falses, n, delta, confidence):
    """What epsilon exceeds with this confidence, 0 or more, for m events; (m,), (m,) -> (m,)."""
    ### BEGIN SOLUTION
    a = (1 - confidence) / 2
    low = np.where(hits > 0, stats.beta.ppf(a, np.maximum(hits, 1), n - hits + 1), 0.0)
    high = np.where(falses < n, stats.beta.ppf(1 - a, falses + 1, np.maximum(n - falses, 1)), 1.0)
    return np.log(np.maximum((low - delta) / high, 1.0))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_4-ratio_bound-test", "points": 2}
@exercise("11.4")
def test_ratio_bound():
    """100 runs each, 90 against 30, and the extremes."""
    hits, falses = np.array([90, 30, 100, 3]), np.array([30, 90, 0, 0])

    def bound(delta=0.0, confidence=0.95):
        got = ratio_bound(hits, falses, 100, delta, confidence)
        return expect_array(got, (4,), "ratio_bound")

    got = bound()
    expect(
        got[0] < math.log(3) - 0.05,
        "90 and 30 of 100 are estimates: the bound must be well "
        f"below ln 3 = 1.10; yours: {got[0]:.2f}",
        "no-interval",
    )
    expect(got[1] == 0, "30 against 90 says nothing about this direction: return 0", "negative")
    expect(
        abs(got[2] - 3.2815) < 1e-3,
        f"100 against 0 of 100 proves an epsilon of 3.281; yours: {got[2]:.3f}",
        "wrong-interval",
    )
    expect(bound(delta=0.5)[0] < got[0] - 0.5, "delta must be taken off low", "no-delta")
    expect(bound(delta=0.4)[3] == 0, "low - delta may be negative: return 0", "negative")
    expect(bound(confidence=0.99)[0] < got[0], "to be surer you must claim less", "no-interval")
    expect(
        abs(got[0] - 0.7229) < 1e-3,
        f"90 against 30 of 100: the bound is 0.723; yours: {got[0]:.4f}",
        "wrong-interval",
    )
    ### BEGIN HIDDEN TESTS
    oracle_ratio_bound(ratio_bound)
    ### END HIDDEN TESTS


test_ratio_bound()
print("11.4a: visible checks passed")

# %% [markdown]
# **b. `audit(mechanism, d0, d1, n, delta, confidence, rng, ratio_bound)`**: which event S? You do
# not know, so you look for a good one. But whoever picks, among many events, the one with the
# largest ratio *and* reports its ratio on the same runs, will accuse the innocent. So:
#
# 1. `mechanism(d0, n, rng)` and `mechanism(d1, n, rng)`: n outputs of each, shape (n,). Choose the
#    event on these: "output >= t" or "output <= t" for some threshold t, and which data set it
#    speaks for, with the largest `ratio_bound`.
# 2. Run both **again**, n outputs of each, and count the chosen event on the fresh outputs only.
#
# Returns `ratio_bound` of the fresh counts, a number. A right `ratio_bound` is handed in; it takes
# arrays, so call it once for many events. Fifty thresholds will do: quantiles of all first outputs.
#
# <details><summary>Hint 1: where to look</summary>
# Four kinds of event for each threshold: at least or at most t, and either data set may be the one
# on which the event is frequent.
# <details><summary>Hint 2: the idea</summary>
# A small helper that counts an event on both data sets, used once to choose and once to report.
# Outputs may have ties (a mechanism that says 0 or 1): use thresholds that are outputs.
# <details><summary>Hint 3: nearly the code</summary>
# <code>np.quantile(np.concatenate([a0, a1]), np.linspace(0, 1, 50), method="nearest")</code>; one
# array of counts per kind of event, <code>ratio_bound</code> of each, the largest; then the same
# count on fresh outputs. "At most t" is "at least -t" of the negated outputs.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-audit", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_answers(scale, step=1.0):
    """A Laplace mechanism: data 0 or 1, moved by step, noise of this scale."""
    return lambda d, n, rng: step * d + rng.laplace(0, scale, n)


def oracle_twice(d, n, rng):
    """A budget used twice: the mean of two answers with the whole epsilon = 1 each."""
    return d + (rng.laplace(0, 1, n) + rng.laplace(0, 1, n)) / 2


def oracle_skewed(d, n, rng):
    """Says 0 half of the time on 0 and hardly ever on 1: only the answer 0 is telling."""
    return (rng.random(n) < (0.99 if d else 0.5)).astype(float)


ORACLE_BROKEN = {
    "wrong sensitivity": oracle_answers(1.0, step=2.0),
    "budget used twice": oracle_twice,
    "wrong scale": oracle_answers(0.5),
}


def oracle_audit(audit):
    """Catches what breaks epsilon = 1, passes what keeps it, rarely claims too much."""

    def run(mechanism, n, seed, delta=0.0):
        got = audit(mechanism, 0, 1, n, delta, 0.95, np.random.default_rng(seed), oracle_bound)
        return expect_number(got, "audit")

    for name, mechanism in ORACLE_BROKEN.items():
        found = run(mechanism, 20_000, 41)
        expect(
            found > 1.05,
            f"a mechanism with the mistake '{name}' claims epsilon = 1, and your "
            f"audit of 20,000 runs finds only {found:.2f}",
            "too-weak",
        )
    for d0, d1 in ((0, 1), (1, 0)):
        found = audit(
            oracle_skewed, d0, d1, 5000, 0.0, 0.95, np.random.default_rng(42), oracle_bound
        )
        expect(
            found > 2.5,
            f"only the rare answer of one data set is telling; you find "
            f"{found:.2f} of 3.9: look at both tails and both directions",
            "one-direction",
        )
    found = [run(oracle_answers(2.0), 300, 400 + seed) for seed in range(40)]
    many = sum(value > 0.5 for value in found)
    expect(
        many <= 8,
        f"{many} of 40 audits with confidence 0.95 claim more than the true epsilon",
        "over-claims",
    )
    leaky = run(
        lambda d, n, rng: np.where(rng.random(n) < 0.05, 10.0 * d, rng.laplace(0, 1, n)),
        5000,
        43,
        delta=0.05,
    )
    expect(leaky < 0.3, "an event of probability delta is allowed to tell everything", "no-delta")


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_4-audit", "solution": true}
def audit(mechanism, d0, d1, n, delta, confidence, rng, ratio_bound):
    """A number, 0 or more, that the epsilon of a mechanism exceeds with this confidence."""

    ### BEGIN SOLUTION
    def bounds(outputs, sign, swapped, thresholds):
        counts = [(sign * o[:, None] >= sign * thresholds).sum(axis=0) for o in outputs]
        falses, hits = reversed(counts) if swapped else counts
        return ratio_bound(hits, falses, n, delta, confidence)

    first = [mechanism(d, n, rng) for d in (d0, d1)]
    thresholds = np.quantile(np.concatenate(first), np.linspace(0, 1, 50), method="nearest")
    kinds = list(product((1, -1), (False, True)))
    found = np.array([bounds(first, *kind, thresholds) for kind in kinds])
    best, at = np.unravel_index(found.argmax(), found.shape)
    fresh = [mechanism(d, n, rng) for d in (d0, d1)]
    return float(bounds(fresh, *kinds[best], thresholds[[at]])[0])
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_4-audit-test", "points": 3}
@exercise("11.4")
def test_audit():
    """A mechanism that tells all, one that tells nothing, one that fools a lazy auditor."""

    def rough(hits, falses, n, delta, confidence):
        few = 1 / (hits + 1) + 1 / (falses + 1)
        return np.maximum(0.0, np.log((hits + 1) / (falses + 1)) - 3 * np.sqrt(few))

    def run(mechanism, n=500, delta=0.0):
        got = audit(mechanism, 0, 1, n, delta, 0.95, np.random.default_rng(0), rough)
        return expect_number(got, "audit")

    found = run(lambda d, n, rng: np.full(n, float(d)))
    expect(found > 3, f"no privacy at all, and you find only {found:.2f} of 3.2", "too-weak")
    calls = []

    def lucky(d, n, rng):
        calls.append(d)
        return np.full(n, float(d)) if len(calls) <= 2 else rng.integers(0, 2, n).astype(float)

    found = run(lucky)
    expect(len(calls) == 4, f"each data set needs two runs; yours: {len(calls)} calls", "same-runs")
    expect(
        found < 0.3,
        f"the fresh runs show nothing, and you report {found:.2f}: count the event on them alone",
        "same-runs",
    )
    found = run(lambda d, n, rng: d + rng.laplace(0, 1, n), n=5000)
    expect(found <= 1, f"Laplace noise of scale 1 has epsilon = 1, not {found:.2f}", "over-claims")
    expect(found > 0.6, f"Laplace noise of scale 1: you find {found:.2f} of 1", "too-weak")
    ### BEGIN HIDDEN TESTS
    oracle_audit(audit)
    ### END HIDDEN TESTS


test_audit()
print("11.4b: visible checks passed")

# %% [markdown]
# Six mechanisms publish a count. All claim epsilon = 1; the two data sets differ by one person,
# delta is 0. Three keep the promise.


# %% nbgrader={"grade_id": "setup-suspects", "locked": true}
def mean_of_two(d, n, rng):
    """Two answers, each with noise for the whole epsilon; their mean is published."""
    return d + (rng.laplace(0, 1, n) + rng.laplace(0, 1, n)) / 2


SUSPECTS = {
    "Laplace, scale 1": lambda d, n, rng: d + rng.laplace(0, 1, n),
    "Laplace, rounded": lambda d, n, rng: np.round(d + rng.laplace(0, 1, n)),
    "randomised response": lambda d, n, rng: np.where(rng.random(n) < 0.731, d, 1 - d),
    "each person counts twice": lambda d, n, rng: 2 * d + rng.laplace(0, 1, n),
    "variance 1, not scale 1": lambda d, n, rng: d + rng.laplace(0, 0.5**0.5, n),
    "two answers, one budget": mean_of_two,
}

# %% id="audit-demo" tags=["demo"]
rng = np.random.default_rng(0)
for name, mechanism in SUSPECTS.items():
    found = audit(mechanism, 0, 1, 20_000, 0.0, 0.95, rng, ratio_bound)
    print(f"{name:26} epsilon >= {found:.2f}   {'REFUTED' if found > 1 else 'not refuted'}")
surest = ratio_bound(np.array([20_000]), np.array([0]), 20_000, 0.0, 0.95)
print(f"the most that 20,000 runs can ever show: {surest[0]:.2f}")

# %% [markdown] id="predict-audit"
# ### Predict, then run
#
# Two more mechanisms. `"rare"` adds the right noise, but publishes the data in clear once in 50,000
# runs. `"other people"` adds the right noise to counts of 0 and 1, and none to counts above 5. Both
# claim epsilon = 1 and delta = 0; neither keeps it. Which will your audit of 20,000 runs on 0 and 1
# refute? Set `my_guess` to `"rare"`, `"other people"`, `"both"` or `"neither"`.

# %% nbgrader={"grade_id": "ex11_4-predict", "solution": true}
### BEGIN SOLUTION
my_guess = "neither"
### END SOLUTION


# %% id="blind-demo" tags=["demo"]
def rare(d, n, rng):
    """Tells everything, once in 50,000 runs."""
    return np.where(rng.random(n) < 1 / 50_000, 1000.0 * d, d + rng.laplace(0, 1, n))


def other_people(d, n, rng):
    """No noise at all above 5."""
    return d + rng.laplace(0, 1, n) * (d <= 5)


rng = np.random.default_rng(0)
for name, mechanism, pair in (
    ("rare", rare, (0, 1)),
    ("other people", other_people, (0, 1)),
    ("other people", other_people, (6, 7)),
):
    found = audit(mechanism, *pair, 20_000, 0.0, 0.95, rng, ratio_bound)
    print(f"{name} on {pair}: epsilon >= {found:.2f}")
print(f"you said: {my_guess!r}")

# %% [markdown]
# An audit sees one pair of data sets, one family of events, and nothing rarer than about one in n.
# It can refute a promise. It can never confirm one: that takes a proof, like those of 11.3.
#
# ## Exercise 11.5: keep the books (7 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: one noisy answer is rarely the end. Training asks
# thousands of questions, and each spends some of the budget. The accountant says how much.
#
# **a. `compose(budgets)`**: basic composition. Mechanisms with (epsilon_i, delta_i), one after the
# other on the same people, are together (sum of epsilons, sum of deltas)-private, whatever they
# are.
#
# - `budgets`: a list of pairs, at least one; returns a pair of numbers
#
# <details><summary>Hint 1: where to look</summary>
# In the sentence above.
# <details><summary>Hint 2: the idea</summary>
# Two sums.
# <details><summary>Hint 3: nearly the code</summary>
# <code>zip(*budgets)</code> turns a list of pairs into a pair of lists.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_5-compose", "solution": true}
def compose(budgets):
    """The (epsilon, delta) of all budgets together; a pair of numbers."""
    ### BEGIN SOLUTION
    epsilons, deltas = zip(*budgets, strict=True)
    return sum(epsilons), sum(deltas)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_5-compose-test", "points": 1}
@exercise("11.5")
def test_compose():
    """Three budgets by hand."""
    got = compose([(0.5, 1e-6), (0.3, 0.0), (1.2, 2e-6)])
    expect(isinstance(got, tuple | list) and len(got) == 2, "compose must return a pair")
    epsilon, delta = (expect_number(value, "each part of compose") for value in got)
    expect(
        epsilon >= 2.0 - 1e-9,
        "the epsilons of answers about the same people add up; yours is "
        f"{epsilon:.3f} of 2.0. Only answers about different people do not",
        "not-a-sum",
    )
    expect(
        abs(epsilon - 2.0) < 1e-9, f"the sum of the epsilons is 2; yours: {epsilon:g}", "not-a-sum"
    )
    expect(
        abs(delta - 3e-6) < 1e-12, f"the deltas add up, too: 3e-06; yours: {delta:g}", "delta-lost"
    )
    ### BEGIN HIDDEN TESTS
    # two randomised responses: the most telling pair of answers has the ratio e^(sum)
    for first, second in ((0.4, 0.7), (1.0, 1.0)):
        epsilon, delta = compose([(first, 0.0), (second, 0.0)])
        tell = [1 / (1 + math.exp(-e)) for e in (first, second)]
        ratio = math.prod(tell) / math.prod(1 - t for t in tell)
        expect(
            abs(math.exp(epsilon) - ratio) < 1e-9 and delta == 0,
            "two randomised responses tell more than your epsilon allows, or less",
            "not-a-sum",
        )
    epsilon, delta = compose([(0.1, 1e-7)] * 50)
    expect(
        abs(epsilon - 5) < 1e-9 and abs(delta - 5e-6) < 1e-12, "fifty equal budgets", "not-a-sum"
    )
    ### END HIDDEN TESTS


test_compose()
print("11.5a: visible checks passed")

# %% [markdown]
# The sum is right for all mechanisms, and wasteful for Gaussian noise. **Rényi differential
# privacy** (Mironov 2017) keeps, instead of one epsilon, one number for each order alpha > 1: the
# Rényi divergence of order alpha between the outputs on D and D'. These numbers add up over steps,
# and at the end they are turned into one epsilon.
#
# **b. `rdp(q, sigma, steps, orders)`**: each step takes every person with probability q
# (independently: Poisson sampling), adds up numbers of length at most 1, and adds Gaussian noise of
# standard deviation sigma. Neighbours: add or remove one. For a whole alpha of 2 or more (Mironov,
# Talwar, Zhang 2019), one step has
#
# 1 / (alpha - 1) * ln( sum over k = 0 ... alpha of
# C(alpha, k) (1 - q)^(alpha - k) q^k exp((k^2 - k) / (2 sigma^2)) )
#
# - `orders`: a list of whole numbers, 2 to 256; q in [0, 1]; returns an array, one number an order
# - the terms of the sum overflow at large orders: work with their logarithms
# - q = 1 must work, too (it leaves one term: alpha / (2 sigma^2)), and q = 0 gives 0
#
# <details><summary>Hint 1: where to look</summary>
# <code>scipy.special</code> has <code>logsumexp</code>, <code>gammaln</code> and <code>xlogy</code>
# (which knows that 0 * log 0 is 0).
# <details><summary>Hint 2: the idea</summary>
# The logarithm of each of the alpha + 1 terms as one array over k, then logsumexp. ln C(a, k) is
# gammaln(a + 1) - gammaln(k + 1) - gammaln(a - k + 1).
# <details><summary>Hint 3: nearly the code</summary>
# <code>k = np.arange(alpha + 1)</code>, then a sum of four terms: ln C, <code>xlogy(alpha - k, 1 -
# q)</code>, <code>xlogy(k, q)</code> and the exponent; steps times logsumexp over (alpha - 1).
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-rdp", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_renyi(q, sigma, alpha):
    """The Rényi divergence of the sampled mechanism from its neighbour, by integration."""
    grid = np.linspace(-20 * sigma, 20 * sigma + alpha, 400_001)
    without = stats.norm.logpdf(grid, 0, sigma)
    ratio = np.log1p(q * np.expm1((2 * grid - 1) / (2 * sigma**2)))
    return math.log(np.trapezoid(np.exp(without + alpha * ratio), grid)) / (alpha - 1)


def oracle_rdp(rdp):
    """opacus at the same orders to 1e-10, and the divergence itself to 1e-6."""
    from opacus.accountants.analysis.rdp import compute_rdp

    orders = [2, 3, 8, 33, 64, 128, 256]
    for q, sigma, steps in (
        (0.01, 1.0, 1000),
        (0.2, 4.0, 1),
        (0.001, 0.5, 7),
        (1.0, 3.0, 20),
        (0.0, 1.0, 5),
    ):
        got = expect_array(rdp(q, sigma, steps, orders), (7,), "rdp")
        truth = compute_rdp(q=q, noise_multiplier=sigma, steps=steps, orders=orders)
        expect(
            np.allclose(got, truth, rtol=1e-10, atol=1e-13),
            f"q {q}, sigma {sigma}, {steps} "
            f"steps: opacus says {truth[1]:.6g} at order 3, you {got[1]:.6g}; the largest "
            f"difference is {np.abs(got - truth).max():.2g}",
            "wrong-sum",
        )
    for q, sigma, alpha in ((0.1, 2.0, 2), (0.3, 3.0, 5), (1.0, 2.0, 3)):
        got = rdp(q, sigma, 1, [alpha])[0]
        expect(
            abs(got - oracle_renyi(q, sigma, alpha)) < 1e-6,
            "this is not the Rényi divergence of the mechanism",
            "wrong-sum",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_5-rdp", "solution": true}
def rdp(q, sigma, steps, orders):
    """Rényi divergence of the sampled Gaussian mechanism at each order; list -> array."""
    ### BEGIN SOLUTION
    from scipy.special import gammaln, logsumexp, xlogy

    values = []
    for alpha in orders:
        k = np.arange(alpha + 1)
        choose = gammaln(alpha + 1) - gammaln(k + 1) - gammaln(alpha - k + 1)
        sampled = xlogy(alpha - k, 1 - q) + xlogy(k, q)
        terms = choose + sampled + (k**2 - k) / (2 * sigma**2)
        values.append(steps * logsumexp(terms) / (alpha - 1))
    return np.array(values)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_5-rdp-test", "points": 3}
@exercise("11.5")
def test_rdp():
    """Without sampling alpha / (2 sigma^2); at order 2 a closed form; at order 200 no overflow."""
    got = expect_array(rdp(1.0, 2.0, 1, [2, 8]), (2,), "rdp")
    expect(
        np.allclose(got, [0.25, 1.0]),
        f"with q = 1 and sigma = 2 the orders 2 and 8 have 0.25 and 1; yours: {got.tolist()}",
        "wrong-sum",
    )
    one, ten = rdp(0.1, 1.0, 1, [2])[0], rdp(0.1, 1.0, 10, [2])[0]
    expect(
        abs(ten - 10 * one) < 1e-12,
        "over 10 steps the divergences add up: ten times one step",
        "no-steps",
    )
    square = math.log(1 + 0.1**2 * math.expm1(1))
    expect(abs(one - 0.1**2 * 1.0) > 1e-6, "sampling does not just multiply by q^2", "wrong-sum")
    expect(
        abs(one - square) < 1e-12,
        f"q = 0.1, sigma = 1, order 2: ln(1 + q^2 (e - 1)) = {square:.6f}; yours: {one:.6f}",
        "wrong-sum",
    )
    high = expect_array(rdp(0.01, 0.5, 1, [200]), (1,), "rdp at order 200")
    expect(high[0] > 100, "at order 200 the sum is dominated by its last term", "wrong-sum")
    ### BEGIN HIDDEN TESTS
    oracle_rdp(rdp)
    ### END HIDDEN TESTS


test_rdp()
print("11.5b: visible checks passed")

# %% [markdown]
# **c. `epsilon_of(rdp_values, orders, delta)`**: each order gives a right epsilon for this delta;
# the best of them is the smallest. Use the conversion of Balle et al. (2020), as opacus does:
#
# epsilon = rdp - (ln delta + ln alpha) / (alpha - 1) + ln((alpha - 1) / alpha)
#
# - `rdp_values`, `orders`: of the same length; returns one number
#
# <details><summary>Hint 1: where to look</summary>
# One array of candidates, one minimum.
# <details><summary>Hint 2: the idea</summary>
# Make an array of orders first, so that the formula can be written once.
# <details><summary>Hint 3: nearly the code</summary>
# <code>np.asarray(orders)</code> as floats, the formula for all of them at once, then
# <code>.min()</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-epsilon_of", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_epsilon_of(epsilon_of):
    """opacus on the same numbers; never below a tight accountant (here exact: q = 1)."""
    from opacus.accountants.analysis.rdp import compute_rdp, get_privacy_spent

    orders = list(range(2, 257))
    for q, sigma, steps, delta in (
        (0.01, 1.0, 1000, 1e-5),
        (0.05, 2.0, 300, 1e-6),
        (1.0, 6.0, 20, 1e-3),
    ):
        values = compute_rdp(q=q, noise_multiplier=sigma, steps=steps, orders=orders)
        truth, _ = get_privacy_spent(orders=orders, rdp=values, delta=delta)
        got = expect_number(epsilon_of(values, orders, delta), "epsilon_of")
        expect(
            abs(got - truth) < 1e-10,
            f"opacus gets {truth:.6f} from the same numbers; yours: {got:.6f}",
            "older-bound" if got > truth else "too-low",
        )
    whole = expect_number(epsilon_of([a / 72 for a in orders], orders, 1e-5), "epsilon_of")
    expect(
        oracle_delta(1.0, 6.0, whole) <= 1e-5,
        "your epsilon is smaller than one step of Gaussian noise really has",
        "too-low",
    )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_5-epsilon_of", "solution": true}
def epsilon_of(rdp_values, orders, delta):
    """The smallest epsilon that any order gives for this delta; a number."""
    ### BEGIN SOLUTION
    alpha = np.asarray(orders, dtype=float)
    ratio = np.log((alpha - 1) / alpha)
    return float((rdp_values - np.log(delta * alpha) / (alpha - 1) + ratio).min())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_5-epsilon_of-test", "points": 2}
@exercise("11.5")
def test_epsilon_of():
    """Two orders by hand."""
    got = expect_number(epsilon_of(np.array([0.1, 1.0]), [2, 11], 1e-3), "epsilon_of")
    expect(
        abs(got - 1.690776) > 1e-5,
        "that is Mironov's conversion, rdp + ln(1 / delta) / (alpha "
        "- 1): right, and larger than need be",
        "older-bound",
    )
    expect(
        abs(got - 5.621461) > 1e-3,
        "you take the largest over the orders; every order gives a "
        "right epsilon, so the smallest is the best",
        "not-the-best",
    )
    expect(
        abs(got - 1.355676) < 1e-5,
        f"orders 2 and 11 with 0.1 and 1.0 at delta = 0.001 give 1.3557; yours: {got:.4f}",
        "older-bound" if got > 1.355676 else "too-low",
    )
    ### BEGIN HIDDEN TESTS
    oracle_epsilon_of(epsilon_of)
    ### END HIDDEN TESTS


test_epsilon_of()
print("11.5c: visible checks passed")

# %% [markdown]
# **d. An accountant that flatters.** The central limit theorem offers a short cut: after many small
# steps the whole looks like one Gaussian step, and epsilon has a closed form (Bu et al. 2020). It
# is a limit, not a bound. Below are two accountants of opacus: this one, and `tight_epsilon`,
# which returns two ends between which the truth lies (Gopi, Lee, Wutschitz 2021).

# %% nbgrader={"grade_id": "setup-quiet", "locked": true}
import warnings

for message in (
    "Secure RNG turned off",
    "Full backward hook is firing",
    "GDP accounting is",
    "Optimal order is the",
):
    warnings.filterwarnings("ignore", message=message)

# %% nbgrader={"grade_id": "setup-accountants", "locked": true}
from opacus import accountants


def clt_epsilon(q, sigma, steps, delta):
    """The central-limit (GDP) accountant's epsilon: an approximation, no bound."""
    book = accountants.GaussianAccountant()
    book.history = [(sigma, q, steps)]
    return float(book.get_epsilon(delta))


def tight_epsilon(q, sigma, steps, delta):
    """Two numbers between which the smallest true epsilon lies (PRV accountant)."""
    book = accountants.PRVAccountant()
    book.history = [(sigma, q, steps)]
    with np.errstate(divide="ignore"):  # at q = 1 it looks at log(0)
        spread = book._get_dprv(eps_error=0.01, delta_error=delta / 1000)
        low, _, high = spread.compute_epsilon(delta, delta / 1000, 0.01)
    return float(low), float(high)


# %% [markdown]
# Find a setting in which the short cut reports **less than half** of the true epsilon. Write
# `underreported()`: it returns (q, sigma, steps, delta) with q in (0, 1], sigma at least 0.3, at
# most 10,000 steps, and delta from 1e-9 to 1e-3. Your witness is checked with `clt_epsilon` and the
# lower end of `tight_epsilon`.
#
# <details><summary>Hint 1: where to look</summary>
# When is a sum far from normal? Try a few settings in a cell of your own.
# <details><summary>Hint 2: the idea</summary>
# Few steps, each of which rarely takes you, but tells a lot when it does.
# <details><summary>Hint 3: nearly the numbers</summary>
# q of one per cent or less, sigma well below 1.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_5-witness", "solution": true}
def underreported():
    """A setting (q, sigma, steps, delta) where the short cut reports less than half."""
    ### BEGIN SOLUTION
    return 0.001, 0.5, 1000, 1e-6
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_5-witness-test", "points": 1}
@exercise("11.5")
def test_underreported():
    """The witness proves itself."""
    q, sigma, steps, delta = underreported()
    expect(
        0 < q <= 1 and sigma >= 0.3 and 1 <= steps <= 10_000 and 1e-9 <= delta <= 1e-3,
        "keep q in (0, 1], sigma at 0.3 or more, steps from 1 to 10,000 and delta from 1e-9 to "
        "1e-3",
        "out-of-range",
    )
    said, (low, high) = clt_epsilon(q, sigma, steps, delta), tight_epsilon(q, sigma, steps, delta)
    expect(
        said < low,
        f"here the short cut says {said:.2f}, and the truth lies between {low:.2f} "
        f"and {high:.2f}: it does not report too little",
        "not-under",
    )
    expect(
        said < low / 2,
        f"the short cut says {said:.2f} and the truth is at least {low:.2f}: too "
        "little, but more than half",
        "not-half",
    )
    ### BEGIN HIDDEN TESTS
    from opacus.accountants.analysis.rdp import compute_rdp, get_privacy_spent

    values = compute_rdp(q=q, noise_multiplier=sigma, steps=steps, orders=range(2, 257))
    upper, _ = get_privacy_spent(orders=range(2, 257), rdp=values, delta=delta)
    expect(
        low <= upper,
        "the accountants contradict each other here: choose another setting",
        "out-of-range",
    )
    ### END HIDDEN TESTS


test_underreported()
print("11.5d: visible checks passed")

# %% id="accountants-demo" tags=["demo"]
orders = list(range(2, 257))
steps = [10, 30, 100, 300, 1000, 3000]
books = {
    "RDP (yours)": lambda t: epsilon_of(rdp(0.01, 0.7, t, orders), orders, 1e-5),
    "tight (PRV, upper end)": lambda t: tight_epsilon(0.01, 0.7, t, 1e-5)[1],
    "central limit (GDP)": lambda t: clt_epsilon(0.01, 0.7, t, 1e-5),
}
series = {name: (steps, [book(t) for t in steps]) for name, book in books.items()}
figure = plots.curves(
    series,
    xlabel="steps (q = 0.01, sigma = 0.7)",
    ylabel="epsilon at delta = 1e-5",
    colours=SHADES,
    percent=False,
)
figure.axes[0].set(xscale="log")
plots.show(
    figure,
    alt="Epsilon against steps. The RDP curve lies above the tight one everywhere; "
    "the central-limit curve lies far below it for few steps and comes closer for many.",
)
witness = underreported()
print(
    f"your witness {witness}: GDP says {clt_epsilon(*witness):.2f}, the truth is at least "
    f"{tight_epsilon(*witness)[0]:.2f}"
)
print(f"sum of 1,000 single steps: {1000 * books['RDP (yours)'](1):.0f}")

# %% [markdown]
# RDP lies above the truth, which costs some accuracy and breaks no promise. The short cut lies
# below it, which breaks the promise, and nothing in the training shows it. opacus warns when one
# asks for it. The plain sum of the last line is right, and useless.
#
# ## Exercise 11.6: train within a budget (8 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: DP-SGD (Abadi et al. 2016) is how private models are
# trained. Each of its four steps has a mistake that leaves training intact and the promise broken.
#
# **a. `per_sample_gradients(model, x, y)`**: the gradient of the cross-entropy of **each** example.
# The average that `backward` gives is of no use here: what matters is how far each person pulls.
#
# - `x`: (n, ...), `y`: (n,), n may be 0; returns a dict: name of the parameter (as in
#   `model.named_parameters()`) -> tensor (n, *shape of the parameter), without a graph
# - the model stays as it was
#
# <details><summary>Hint 1: where to look</summary>
# <code>torch.func</code>: functional_call, grad, vmap.
# <details><summary>Hint 2: the idea</summary>
# Write the loss of one example as a function of a dict of parameters; take its gradient; map that
# over examples, not over parameters.
# <details><summary>Hint 3: nearly the code</summary>
# <code>functional_call(model, params, (one[None],))</code> inside;
# <code>vmap(grad(loss), in_dims=(None, 0, 0))</code> outside. A loop with
# <code>torch.autograd.grad</code> and <code>torch.stack</code> is right, too, and slower.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-gradients", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gradients(model, x, y):
    """Per-sample gradients one by one."""
    names, weights = zip(*model.named_parameters(), strict=True)
    rows = [
        torch.autograd.grad(F.cross_entropy(model(x[i : i + 1]), y[i : i + 1]), weights)
        for i in range(len(x))
    ]
    if not rows:
        return {n: w.detach().new_zeros((0, *w.shape)) for n, w in zip(names, weights, strict=True)}
    return {n: torch.stack(g) for n, g in zip(names, zip(*rows, strict=True), strict=True)}


def oracle_clip(gradients, max_norm):
    """Clip each person, then add up."""
    people = [
        torch.cat([g[i].flatten() for g in gradients.values()]).norm().item()
        for i in range(len(next(iter(gradients.values()))))
    ]
    factors = [min(1.0, max_norm / (length + 1e-6)) for length in people]
    return {
        n: sum((f * row for f, row in zip(factors, g, strict=True)), torch.zeros_like(g.sum(0)))
        for n, g in gradients.items()
    }


def oracle_noisy(summed, max_norm, sigma, expected, generator):
    """Noise of standard deviation sigma * max_norm on the sum."""
    return {
        n: torch.normal(s, sigma * max_norm, generator=generator) / expected
        if sigma
        else s / expected
        for n, s in summed.items()
    }


def oracle_opacus_gradients(model, x, y):
    """opacus' per-sample gradients of the same model."""
    import copy

    from opacus import GradSampleModule

    wrapped = GradSampleModule(copy.deepcopy(model).train(), loss_reduction="sum")
    F.cross_entropy(wrapped(x), y, reduction="sum").backward()
    return {n: p.grad_sample.detach() for n, p in wrapped._module.named_parameters()}


def oracle_per_sample(per_sample_gradients):
    """opacus to 1e-10 on two networks in float64; an empty batch."""
    g = torch.Generator().manual_seed(61)
    for model, shape in (
        (models.linear(6, 3, generator=g), (5, 6)),
        (models.cnn(g), (3, 1, 28, 28)),
    ):
        model = model.double().eval()
        x, y = torch.rand(shape, generator=g, dtype=torch.float64), torch.arange(shape[0]) % 3
        truth = oracle_opacus_gradients(model, x, y)
        got = per_sample_gradients(model, x, y)
        expect(set(got) == set(truth), f"the names must be {sorted(truth)}", "wrong-names")
        for name, value in truth.items():
            one = expect_tensor(got[name], tuple(value.shape), name)
            expect(
                (one - value).abs().max() < 1e-10,
                f"opacus finds other gradients of {name}",
                "averaged",
            )
    empty = per_sample_gradients(models.linear(6, 3), torch.zeros(0, 6), torch.zeros(0).long())
    expect(
        tuple(empty["1.weight"].shape) == (0, 3, 6),
        "an empty batch has no gradients: shape (0, 3, 6)",
        "empty-batch",
    )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_6-gradients", "solution": true}
def per_sample_gradients(model, x, y):
    """The gradient of each example's cross-entropy: a dict name -> (n, *shape)."""
    ### BEGIN SOLUTION
    params = {name: p.detach() for name, p in model.named_parameters()}

    def loss(params, one, label):
        logits = torch.func.functional_call(model, params, (one[None],))
        return F.cross_entropy(logits, label[None])

    return torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(params, x, y)
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_6-gradients-test", "points": 2}
@exercise("11.6")
def test_per_sample_gradients():
    """On a linear model the gradient is (softmax - label) times x."""
    g = torch.Generator().manual_seed(0)
    model = models.linear(4, 3, generator=g)
    x, y = torch.randn(5, 4, generator=g), torch.tensor([0, 1, 2, 1, 0])
    with untouched(model, x, y):
        got = per_sample_gradients(model, x, y)
    expect(
        isinstance(got, dict) and set(got) == {"1.weight", "1.bias"},
        "return a dict with the names of model.named_parameters()",
        "wrong-names",
    )
    pull = (model(x).softmax(1) - F.one_hot(y, 3)).detach()
    for name, truth in (("1.weight", pull[:, :, None] * x[:, None, :]), ("1.bias", pull)):
        one = expect_tensor(got[name], tuple(truth.shape), name)
        expect(
            not torch.allclose(one * 5, truth, atol=1e-5),
            "each gradient is divided by the "
            "number of examples: the loss of one person is not averaged",
            "averaged",
        )
        expect(
            torch.allclose(one, truth, atol=1e-5),
            f"the gradients of {name} are not those of each example alone",
            "averaged",
        )
    ### BEGIN HIDDEN TESTS
    oracle_per_sample(per_sample_gradients)
    ### END HIDDEN TESTS


test_per_sample_gradients()
print("11.6a: visible checks passed")

# %% [markdown]
# **b. `clip_and_sum(gradients, max_norm)`**: no person may pull further than `max_norm`. The length
# is that of **all** of a person's gradients together, over all parameters; whoever is too long is
# scaled by min(1, max_norm / (length + 1e-6)), as in opacus. Then add up over people.
#
# - `gradients`: a dict name -> (n, *shape); returns a dict name -> (*shape)
#
# <details><summary>Hint 1: where to look</summary>
# One factor per person, the same for all parameters.
# <details><summary>Hint 2: the idea</summary>
# The squared length is the sum of the squared lengths per parameter.
# <details><summary>Hint 3: nearly the code</summary>
# Lengths per parameter with <code>flatten(1).norm(dim=1)</code>, stacked, and the norm of those;
# <code>torch.einsum("n,n...->...", factor, g)</code> scales and adds up.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-clip", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_clipping(clip_and_sum):
    """Person by person; and the point of it all: one person moves the sum by at most max_norm."""
    g = torch.Generator().manual_seed(62)
    for n, max_norm in ((6, 1.0), (1, 0.3), (9, 100.0)):
        people = {
            "a": torch.randn(n, 3, 2, generator=g, dtype=torch.float64),
            "b": torch.randn(n, 4, generator=g, dtype=torch.float64) * 2,
        }
        people["a"][0] *= 1000
        got, truth = clip_and_sum(people, max_norm), oracle_clip(people, max_norm)
        rest = clip_and_sum({k: v[1:] for k, v in people.items()}, max_norm)
        moved = torch.cat([(got[k] - rest[k]).flatten() for k in people]).norm().item()
        expect(
            moved <= max_norm + 1e-9,
            f"one person moves the sum by {moved:.3f}; with max_norm "
            f"{max_norm} nobody may move it further than that",
            "per-layer",
        )
        for name, value in truth.items():
            one = expect_tensor(got[name], tuple(value.shape), name)
            expect(
                (one - value).abs().max() < 1e-10,
                "the sum of clipped gradients is off",
                "stretches",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_6-clip", "solution": true}
def clip_and_sum(gradients, max_norm):
    """The sum over people, nobody longer than max_norm; dict of (n, ...) -> dict of (...)."""
    ### BEGIN SOLUTION
    parts = [g.flatten(1).norm(dim=1) for g in gradients.values()]
    length = torch.stack(parts).norm(dim=0)
    factor = (max_norm / (length + 1e-6)).clamp(max=1)
    return {name: torch.einsum("n,n...->...", factor, g) for name, g in gradients.items()}
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_6-clip-test", "points": 2}
@exercise("11.6")
def test_clip_and_sum():
    """Two people: one of length 5 (3 in w, 4 in b), one of length 0.5."""
    people = {"w": torch.tensor([[3.0, 0.0], [0.3, 0.0]]), "b": torch.tensor([[4.0], [0.4]])}
    got = clip_and_sum(people, 1.0)
    expect(
        isinstance(got, dict) and set(got) == {"w", "b"},
        "return a dict with the same names",
        "wrong-names",
    )
    w, b = expect_tensor(got["w"], (2,), "w"), expect_tensor(got["b"], (1,), "b")
    expect(
        abs(w[0] - 1.3) > 1e-3 or abs(b[0] - 1.4) > 1e-3,
        "you clip each parameter on its own: "
        "a person of many layers then pulls further than max_norm",
        "per-layer",
    )
    expect(
        abs(w[0] - 0.6) > 1e-3 or abs(b[0] - 0.8) > 1e-3,
        "you clip the sum: then one "
        "person's pull has no bound of its own, and the other's vanishes",
        "clips-sum",
    )
    expect(
        abs(w[0] - 1.2) > 1e-3 or abs(b[0] - 1.6) > 1e-3,
        "person 1 is shorter than max_norm and must stay as it is: the factor is at most 1",
        "stretches",
    )
    expect(
        torch.allclose(w, torch.tensor([0.9, 0.0]), atol=1e-5)
        and torch.allclose(b, torch.tensor([1.2]), atol=1e-5),
        "person 0 becomes (0.6, 0, 0.8), person 1 stays (0.3, 0, 0.4): the sum is (0.9, 0) and "
        f"1.2; yours: {w.tolist()} and {b.tolist()}",
        "clips-sum",
    )
    ### BEGIN HIDDEN TESTS
    oracle_clipping(clip_and_sum)
    ### END HIDDEN TESTS


test_clip_and_sum()
print("11.6b: visible checks passed")

# %% [markdown]
# **c. `noisy_mean(summed, max_norm, sigma, expected, generator)`**: add Gaussian noise of standard
# deviation sigma * max_norm to every entry of the sum, then divide by the **expected** batch size.
# The real size of a Poisson batch would itself tell something about who is in it.
#
# - `summed`: a dict name -> tensor; `expected`: a number; returns a dict of the same shapes
#
# <details><summary>Hint 1: where to look</summary>
# <code>torch.randn(shape, generator=..., dtype=...)</code>.
# <details><summary>Hint 2: the idea</summary>
# The noise fits the sum, whose sensitivity is max_norm. Divide at the very end.
# <details><summary>Hint 3: nearly the code</summary>
# A dict comprehension: <code>(s + sigma * max_norm * noise) / expected</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_6-noise", "solution": true}
def noisy_mean(summed, max_norm, sigma, expected, generator):
    """(sum + noise) / expected batch size, for each parameter; dict -> dict."""
    ### BEGIN SOLUTION
    noise = {
        name: torch.randn(s.shape, generator=generator, dtype=s.dtype) for name, s in summed.items()
    }
    return {name: (s + sigma * max_norm * noise[name]) / expected for name, s in summed.items()}
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_6-noise-test", "points": 1}
@exercise("11.6")
def test_noisy_mean():
    """Sums of 6 in two parameters of 20,000 entries."""

    def run(max_norm, sigma, expected, seed=0):
        summed = {"w": torch.full((20_000,), 6.0), "b": torch.full((20_000,), 6.0)}
        rng = torch.Generator().manual_seed(seed)
        got = noisy_mean(lend(summed), max_norm, sigma, expected, rng)
        expect(set(got) == {"w", "b"}, "return a dict with the same names", "wrong-names")
        expect((summed["b"] == 6).all(), "you changed the sums in place", "input-modified")
        return [expect_tensor(got[name], (20_000,), name) for name in ("w", "b")]

    plain = run(2.0, 0.0, 3.0)[0][0]
    expect(abs(plain - 2) < 1e-6, f"without noise 6 / 3 = 2; yours: {plain:.3f}", "not-divided")
    w, b = run(4.0, 0.5, 8.0)
    for spread in (w.std().item(), b.std().item()):
        late = abs(spread / 2 - 1) < 0.05
        expect(not late, "the noise must go on the sum, and be divided with it", "noise-last")
        expect(
            abs(spread / 0.25 - 1) < 0.03,
            f"sigma 0.5, max_norm 4, expected 8: noise of size 0.25; yours: {spread:.3f}",
            "wrong-scale",
        )
    shared = abs(torch.corrcoef(torch.stack([w, b]))[0, 1])
    expect(
        shared < 0.05,
        "two parameters get the same noise: their difference has none",
        "shared-noise",
    )
    ### BEGIN HIDDEN TESTS
    again = [run(1.0, 2.0, 5.0, seed)[1] for seed in (1, 1, 2)]
    expect(
        torch.equal(again[0], again[1]) and not torch.equal(again[0], again[2]),
        "all randomness must come from generator",
        "ignores-generator",
    )
    far = stats.kstest((again[2] * 5 - 6).numpy() / 2, "norm").statistic
    expect(
        far < 0.02,
        f"the noise is not normal with standard deviation 2: distance {far:.3f}",
        "wrong-scale",
    )
    ### END HIDDEN TESTS


test_noisy_mean()
print("11.6c: visible checks passed")

# %% [markdown]
# **d. `dp_sgd(model, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy)`**:
# train `model` in place. In each step
#
# 1. take every example with probability q, independently of the others and of other steps,
# 2. `gradients(model, x_batch, y_batch)`, `clip(gradients, max_norm)`,
# 3. `noisy(summed, max_norm, sigma, expected, generator)` with expected = q * n,
# 4. subtract lr times the result from each parameter.
#
# - an empty batch is a batch like any other: its sum is zero, and the noise is added all the same
# - right versions of parts a to c are handed in; returns nothing
#
# <details><summary>Hint 1: where to look</summary>
# A mask of <code>torch.rand(n, generator=generator) < q</code> in each step.
# <details><summary>Hint 2: the idea</summary>
# Three calls and an update under <code>torch.no_grad()</code>.
# <details><summary>Hint 3: nearly the code</summary>
# Loop over <code>model.named_parameters()</code> and subtract in place: <code>p -= ...</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-dp_sgd", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_dp_sgd(dp_sgd):
    """Beside opacus' optimiser on the very batches that the learner's loop draws."""
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    g = torch.Generator().manual_seed(63)
    x, y = torch.randn(30, 4, generator=g, dtype=torch.float64), torch.arange(30) % 3
    ours, theirs = models.linear(4, 3).double(), models.linear(4, 3).double()
    wrapped = GradSampleModule(theirs, loss_reduction="sum")
    sgd = torch.optim.SGD(wrapped.parameters(), lr=0.5)
    optimizer = DPOptimizer(sgd, noise_multiplier=0.0, max_grad_norm=0.7, expected_batch_size=12)
    batches = []

    def gradients(model, x, y):
        batches.append((x, y))
        return oracle_gradients(model, x, y)

    parts = {"gradients": gradients, "clip": oracle_clip, "noisy": oracle_noisy}
    settings = {"q": 0.4, "sigma": 0.0, "max_norm": 0.7, "lr": 0.5, "steps": 8, **parts}
    dp_sgd(lend(ours), x, y, generator=g, **settings)
    for some, labels in batches:
        optimizer.zero_grad()
        F.cross_entropy(wrapped(some), labels, reduction="sum").backward()
        optimizer.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        expect(
            (one - other).abs().max() < 1e-10,
            "after 8 steps on the same batches opacus has other weights",
            "wrong-update",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "setup-script", "locked": true}
class Script:
    """Stands in for parts a to c: notes who comes, and moves every weight by -lr."""

    def __init__(self):
        self.people, self.labels, self.expected = [], [], []

    def gradients(self, model, x, y):
        self.people.append(x[:, 0].long().tolist())
        self.labels.append(y.tolist())
        return {name: torch.zeros(len(x), *p.shape) for name, p in model.named_parameters()}

    def clip(self, gradients, max_norm):
        return {name: g.sum(0) for name, g in gradients.items()}

    def noisy(self, summed, max_norm, sigma, expected, generator):
        self.expected.append(expected)
        return {name: torch.ones_like(s) for name, s in summed.items()}


def scripted_run(dp_sgd, q, steps, seed=0):
    """Person k of 400 has the feature k and the label k % 2; returns the script and the moves."""
    script, x = Script(), torch.arange(400.0)[:, None]
    model = models.linear(1, 2)
    before = torch.cat([p.detach().flatten() for p in model.parameters()])
    parts = {"gradients": script.gradients, "clip": script.clip, "noisy": script.noisy}
    settings = {"q": q, "sigma": 1.5, "max_norm": 0.5, "lr": 0.25, "steps": steps, **parts}
    g = torch.Generator().manual_seed(seed)
    dp_sgd(lend(model), x, x[:, 0].long() % 2, generator=g, **settings)
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    return script, after - before


# %% nbgrader={"grade_id": "ex11_6-dp_sgd", "solution": true}
def dp_sgd(model, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    """Train model in place by differentially private gradient descent; returns nothing."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        taken = torch.rand(len(x), generator=generator) < q
        summed = clip(gradients(model, x[taken], y[taken]), max_norm)
        step = noisy(summed, max_norm, sigma, q * len(x), generator)
        with torch.no_grad():
            for name, p in model.named_parameters():
                p -= lr * step[name]
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_6-dp_sgd-test", "points": 3}
@exercise("11.6")
def test_dp_sgd():
    """400 people, q = 0.1, 30 steps of size 0.25 along -1; then batches that are empty."""
    script, moved = scripted_run(dp_sgd, 0.1, 30)
    sizes = [len(batch) for batch in script.people]
    right = [[k % 2 for k in batch] for batch in script.people]
    expect(script.labels == right, "the labels are not those of the batch", "labels-mixed")
    expect(
        torch.allclose(moved, torch.full_like(moved, -7.5), atol=1e-4),
        f"30 steps of -0.25 move each weight by -7.5; yours moved by {moved[0]:.2f}",
        "wrong-update",
    )
    expect(
        len(set(sizes)) > 1 and all(len(set(batch)) == len(batch) for batch in script.people),
        f"each person decides alone, so sizes differ and nobody comes twice; yours: {sizes[:3]}",
        "fixed-size",
    )
    total = sum(sizes)
    expect(
        abs(total - 1200) < 170, f"about 1,200 people come in 30 steps, not {total}", "wrong-rate"
    )
    again = script.people[0] == script.people[1]
    expect(not again, "two steps take the same people: draw anew in each", "same-batch")
    constant = set(script.expected) == {40.0}
    expect(constant, "expected is q * n = 40 in every step, not the size of the batch", "real-size")
    calls = len(scripted_run(dp_sgd, 1e-9, 5)[0].expected)
    expect(calls == 5, f"5 empty batches need noise, too; noisy ran {calls} times", "skips-empty")
    ### BEGIN HIDDEN TESTS
    drawn = [scripted_run(dp_sgd, 0.3, 3, seed)[0].people for seed in (1, 1, 2)]
    same = drawn[0] == drawn[1] != drawn[2]
    expect(same, "the batches must depend on generator only", "ignores-generator")
    oracle_dp_sgd(dp_sgd)
    ### END HIDDEN TESTS


test_dp_sgd()
print("11.6d: visible checks passed")

# %% [markdown] id="predict-price"
# ### Predict, then run
#
# 32,561 people of Adult, the nine columns of the beginning, a linear model, 198 steps. Without
# noise it is right on about 84 % of the test people. How many points of accuracy does a promise of
# epsilon = 1 cost (delta = 1e-5)? Set `my_guess_in_points`.

# %% nbgrader={"grade_id": "ex11_6-predict", "solution": true}
### BEGIN SOLUTION
my_guess_in_points = 5
### END SOLUTION


# %% nbgrader={"grade_id": "setup-private", "locked": true}
def private_model(dp_sgd, x, y, classes, *, seed=0, **settings):
    """A linear classifier trained by dp_sgd from a fixed start, in eval mode."""
    model = models.linear(x.shape[1], classes)
    dp_sgd(model, x, y, generator=torch.Generator().manual_seed(seed), **settings)
    return model.eval()


# %% id="frontier-parts" tags=["demo"]
hot_x = torch.tensor(features, dtype=torch.float32)
hot_y = torch.tensor(above > 0).long()
train_part, test = slice(32_561), [(hot_x[32_561:], hot_y[32_561:])]
parts = {"gradients": per_sample_gradients, "clip": clip_and_sum, "noisy": noisy_mean}


def private_line(n=32_561, sigma=1.2, q=1 / 66, max_norm=1.0):
    """The model, its epsilon at delta = 1e-5 and its accuracy, from the first n people."""
    settings = {"q": q, "sigma": sigma, "max_norm": max_norm, "lr": 2.0, "steps": 198, **parts}
    net = private_model(dp_sgd, hot_x[:n], hot_y[:n], 2, **settings)
    epsilon = epsilon_of(rdp(q, sigma, 198, orders), orders, 1e-5) if sigma else math.inf
    return net, epsilon, evaluation.accuracy(net, test)


# %% id="frontier-demo" tags=["demo"]
series = {}
for n, q in ((32_561, 1 / 66), (1000, 0.25)):
    found = []
    for sigma in (0.6, 0.8, 1.2, 2.0, 4.0, 8.0, 16.0):
        _, epsilon, accuracy = private_line(n, sigma, q)
        found.append((epsilon, accuracy))
        print(f"{n:6} people, sigma {sigma:4}: epsilon {epsilon:6.2f}, accuracy {accuracy:.1%}")
    series[f"{n:,} people"] = tuple(zip(*found, strict=True))
print(
    f"no clipping, no noise: {private_line(sigma=0.0, max_norm=1e9)[2]:.1%}; always answering "
    f"<=50K: {1 - test[0][1].double().mean():.1%}"
)
print(f"you said {my_guess_in_points} points at epsilon 1")

# %% id="frontier-plot" tags=["demo"]
figure = plots.curves(
    series,
    xlabel="epsilon at delta = 1e-5 (smaller = more private)",
    ylabel="accuracy on 16,281 others",
    percent=False,
)
figure.axes[0].set(xscale="log")
plots.show(
    figure,
    alt="Accuracy against epsilon. With 32,561 people it is flat down to an epsilon "
    "of a tenth; with 1,000 people it falls off long before epsilon reaches 1.",
)

# %% [markdown]
# With many people privacy is nearly free: the noise is that of one person, and it drowns among
# thousands. With a thousand it is not. The number of people is the strongest lever there is.
#
# Now the same training by the library. One line wraps model, optimiser and data.

# %% id="opacus-demo" tags=["demo"]
from opacus import PrivacyEngine
from torch.utils.data import DataLoader, TensorDataset

g = torch.Generator().manual_seed(0)
loader = DataLoader(
    TensorDataset(hot_x[train_part], hot_y[train_part]), batch_size=500, generator=g
)
net = models.linear(hot_x.shape[1], 2)
engine = PrivacyEngine(accountant="rdp")
private, optimizer, loader = engine.make_private(
    module=net,
    optimizer=torch.optim.SGD(net.parameters(), lr=2.0),
    data_loader=loader,
    noise_multiplier=1.2,
    max_grad_norm=1.0,
    noise_generator=g,
)
for _ in range(3):
    for some, labels in loader:
        optimizer.zero_grad()
        F.cross_entropy(private(some), labels).backward()
        optimizer.step()

# %% id="opacus-books" tags=["demo"]
_, epsilon, accuracy = private_line(sigma=1.2)
book = engine.accountant.get_epsilon(1e-5, alphas=orders)
print(f"opacus  accuracy {evaluation.accuracy(private.eval(), test):.1%}, epsilon {book:.6f}")
print(f"yours   accuracy {accuracy:.1%}, epsilon {epsilon:.6f}")
print(f"with opacus' own choice of orders: {engine.get_epsilon(1e-5):.6f}")

# %% [markdown]
# The noise is drawn differently, so the accuracies differ by chance; the books agree to the last
# digit at equal orders. And on MNIST, 14 by 14 pixels, 20,000 digits:

# %% id="mnist-demo" tags=["demo"]
digit_x, digit_y = small_digits(20_000, torch.Generator().manual_seed(1))
images = data.mnist("test")
digit_test = [(F.avg_pool2d(images.x, 2).flatten(1), images.y)]
for sigma in (0.0, 0.7, 1.0, 2.0, 4.0, 8.0):
    net = private_model(
        dp_sgd, digit_x, digit_y, 10, q=0.025, sigma=sigma, max_norm=1.0, lr=2.0, steps=200, **parts
    )
    epsilon = epsilon_of(rdp(0.025, sigma, 200, orders), orders, 1e-5) if sigma else math.inf
    print(
        f"MNIST, sigma {sigma}: epsilon {epsilon:.2f}, "
        f"accuracy {evaluation.accuracy(net, digit_test):.1%}"
    )

# %% [markdown]
# ## Exercise 11.7: ask better, and see whether the promise holds (5 points)
#
# Deeper · Difficulty: 5 of 5 · Minutes: 40 · Why: in 11.2 the attack found hardly anybody when it
# had to be sure. Was that privacy, or a weak question? Whoever defends must know the strongest
# attack: the likelihood ratio attack, LiRA (Carlini et al. 2022).
#
# A small loss may mean "member", or "easy digit". So compare each example with itself: train many
# models on random halves of the data (shadow models), and look at how sure they are of this example
# when they were trained on it, and when not. This needs many models, trained together.
#
# **a. `train_together(x, y, inside, start, lr, steps)`**: k linear models by full-batch gradient
# descent, model j on the mean cross-entropy over the examples with `inside[j]` true.
#
# - `x`: (n, d), `y`: (n,), `inside`: bool (k, n); `start`: a dict with "weight" (k, classes, d) and
#   "bias" (k, classes); the logits of model j are x @ weight[j].T + bias[j]
# - returns a dict like `start`, which stays as it was; with `torch.func.vmap` this is fast, and a
#   loop over models is right, too
#
# <details><summary>Hint 1: where to look</summary>
# The same pattern as per-sample gradients, mapped over models instead of examples.
# <details><summary>Hint 2: the idea</summary>
# The loss of one model: each example's cross-entropy times its mask, summed, divided by the number
# of members.
# <details><summary>Hint 3: nearly the code</summary>
# <code>vmap(grad(loss))</code> of a loss(params, used); in each step a new dict
# <code>params[name] - lr * slope[name]</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-together", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_alone(x, y, weight, bias, lr, steps):
    """One linear model by gradient descent, with the gradient written out."""
    for _ in range(steps):
        pull = ((x @ weight.T + bias).softmax(1) - F.one_hot(y, len(bias))) / len(x)
        weight, bias = weight - lr * pull.T @ x, bias - lr * pull.sum(0)
    return weight, bias


def oracle_together(train_together):
    """Each model as if it had been trained alone, to 1e-10."""
    g = torch.Generator().manual_seed(71)
    for k, n, d, classes in ((3, 20, 5, 4), (1, 4, 2, 2)):
        x, y = torch.randn(n, d, generator=g, dtype=torch.float64), torch.arange(n) % classes
        inside = torch.rand(k, n, generator=g) < 0.5
        inside[:, 0] = True
        start = {
            "weight": torch.randn(k, classes, d, generator=g, dtype=torch.float64),
            "bias": torch.zeros(k, classes, dtype=torch.float64),
        }
        got = train_together(x, y, inside, {n: s.clone() for n, s in start.items()}, 0.7, 15)
        for j in range(k):
            alone = oracle_alone(
                x[inside[j]], y[inside[j]], start["weight"][j], start["bias"][j], 0.7, 15
            )
            for name, truth in zip(("weight", "bias"), alone, strict=True):
                expect(
                    (got[name][j] - truth).abs().max() < 1e-10,
                    f"model {j} has another {name} than when it is trained alone on its members",
                    "wrong-mean",
                )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_7-together", "solution": true}
def train_together(x, y, inside, start, lr, steps):
    """k linear models, each on its own members; a dict of stacked parameters."""

    ### BEGIN SOLUTION
    def loss(params, used):
        logits = x @ params["weight"].T + params["bias"]
        return (F.cross_entropy(logits, y, reduction="none") * used).sum() / used.sum()

    slopes = torch.func.vmap(torch.func.grad(loss))
    params, used = dict(start), inside.to(x.dtype)
    for _ in range(steps):
        slope = slopes(params, used)
        params = {name: p - lr * slope[name] for name, p in params.items()}
    return params
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_7-together-test", "points": 2}
@exercise("11.7")
def test_train_together():
    """Two models with different members; one step by hand."""
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1])
    inside = torch.tensor([[True, False, False], [True, True, True]])
    start = {
        "weight": torch.zeros(2, 2, 2, dtype=torch.float64),
        "bias": torch.zeros(2, 2, dtype=torch.float64),
    }
    got = train_together(x, y, inside, lend(start), 1.0, 1)
    expect(
        isinstance(got, dict) and set(got) == {"weight", "bias"},
        "return a dict like start",
        "wrong-names",
    )
    weight = expect_tensor(got["weight"], (2, 2, 2), "weight")
    expect_tensor(got["bias"], (2, 2), "bias")
    expect((start["weight"] == 0).all(), "you changed start in place", "input-modified")
    expect(
        weight[0, 0, 1] == 0,
        "model 0 learned from an example that is not its member",
        "ignores-inside",
    )
    expect(weight[0, 0, 0] > 0, "the step goes up the loss", "wrong-sign")
    expect(
        abs(weight[0, 0, 0] - 0.5) < 1e-9,
        f"model 0 has one member: its loss is that example's "
        f"own, and the step 0.5; yours: {weight[0, 0, 0]:.3f}",
        "wrong-mean",
    )
    expect(
        abs(weight[1, 1, 1] - 1 / 3) < 1e-9,
        f"model 1 has three members: mean over three, step 1/3; yours: {weight[1, 1, 1]:.3f}",
        "wrong-mean",
    )
    ### BEGIN HIDDEN TESTS
    oracle_together(train_together)
    ### END HIDDEN TESTS


test_train_together()
print("11.7a: visible checks passed")

# %% [markdown]
# **b. `lira(target, shadows, inside)`**: for each example the log of the likelihood ratio
# "member" against "other". How sure a model is, is measured by ln(p / (1 - p)) of the true class,
# which is nearly normal. For each example fit one normal distribution to the shadows that were
# trained on it, and one to those that were not; then compare how likely the target's value is under
# each.
#
# - `target`: (n,), the model under attack; `shadows`: (k, n); `inside`: bool (k, n), every example
#   inside at least twice and outside at least twice; all float64
# - mean and variance by maximum likelihood (divide by the number); add 1e-6 to each variance
# - returns (n,): log density as a member minus log density as another
#
# <details><summary>Hint 1: where to look</summary>
# The log density of a normal distribution has two parts; the first, minus the log of the standard
# deviation, differs between the two here.
# <details><summary>Hint 2: the idea</summary>
# A helper that, given a mask (k, n), computes mean and variance over the first dimension with
# sums of mask times value, and returns the log density of target.
# <details><summary>Hint 3: nearly the code</summary>
# The mean of the used ones is <code>(used * shadows).sum(0)</code> over their number, the variance
# likewise; the log density is minus half of (squared distance over variance, plus log variance).
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_7-lira", "solution": true}
def lira(target, shadows, inside):
    """log p(target | member) - log p(target | other) for each example; (n,)."""

    ### BEGIN SOLUTION
    def log_density(used):
        mean = (used * shadows).sum(0) / used.sum(0)
        variance = (used * (shadows - mean) ** 2).sum(0) / used.sum(0) + 1e-6
        return -((target - mean) ** 2) / (2 * variance) - variance.log() / 2

    return log_density(inside.double()) - log_density(1 - inside.double())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_7-lira-test", "points": 3}
@exercise("11.7")
def test_lira():
    """Four shadows, two examples, by hand."""
    shadows = torch.tensor([[3.0, 9.0], [5.0, 7.0], [0.0, 8.0], [1.0, 7.5]], dtype=torch.float64)
    inside = torch.tensor([[True, True], [True, False], [False, True], [False, False]])
    target = torch.tensor([4.0, 8.5], dtype=torch.float64)
    got = expect_tensor(lira(target, shadows, inside), (2,), "lira")
    expect(
        got[0] > 0,
        "example 0 looks like a member (its shadows say 3 and 5 inside, 0 and 1 "
        "outside, the target 4): its score must be positive",
        "swapped",
    )
    flat = abs(got[0] - 24.4999) < 1e-3
    expect(not flat, "the logs of the widths are missing: a wide bell is lower", "no-width")
    expect(
        abs(got[0] - 11.5568) > 1e-3,
        "divide the variance by the number of shadows, not by one fewer",
        "wrong-bells",
    )
    for i, truth in enumerate((23.806756, 11.806659)):
        expect(
            abs(got[i] - truth) < 1e-4,
            f"example {i} has a log ratio of {truth:.3f}; yours: "
            f"{got[i]:.3f}. Each example has its own two bells",
            "wrong-bells",
        )
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(72)
    k, n = 9, 30
    shadows, target = rng.normal(2, 3, (k, n)), rng.normal(2, 3, n)
    inside = rng.random((k, n)).argsort(0) < rng.integers(2, k - 1, n)
    got = expect_tensor(lira(*map(torch.tensor, (target, shadows, inside))), (n,), "lira").numpy()
    for i in range(n):
        bells = [shadows[inside[:, i] == m, i] for m in (True, False)]
        a, b = (stats.norm.logpdf(target[i], s.mean(), math.sqrt(s.var() + 1e-6)) for s in bells)
        expect(
            abs(got[i] - (a - b)) < 1e-9,
            "the ratio is off for an example with another number of shadows inside",
            "wrong-bells",
        )
    ### END HIDDEN TESTS


test_lira()
print("11.7b: visible checks passed")

# %% [markdown] id="predict-lira"
# ### Predict, then run
#
# 64 models like that of 11.2. Of 400 digits each model gets those for which a coin says so, about
# 200. Each is attacked once, with the other 63 as shadows: 25,600 decisions in all. With the loss,
# the TPR at a false positive rate of 0.1 % is about what a coin has. By what factor does LiRA
# raise it, on the same models: 1, 3, 10 or more? Set `my_guess`.

# %% nbgrader={"grade_id": "ex11_7-predict", "solution": true}
### BEGIN SOLUTION
my_guess = "3"
### END SOLUTION


# %% nbgrader={"grade_id": "setup-lira", "locked": true}
def sureness(logits, y):
    """ln(p / (1 - p)) of the true class: logits (..., n, classes), y (n,) -> (..., n), float64."""
    logits = logits.double()
    label = y.expand(logits.shape[:-1])[..., None]
    rest = logits.scatter(-1, label, -torch.inf).logsumexp(-1)
    return logits.gather(-1, label)[..., 0] - rest


# %% nbgrader={"grade_id": "setup-attack_each", "locked": true}
def linear_net(trained, k):
    """Model k of the stacked ones as a network of its own, in eval mode."""
    net = models.linear(trained["weight"].shape[-1], trained["weight"].shape[1])
    net.load_state_dict({f"1.{name}": value[k] for name, value in trained.items()})
    return net.eval()


def attack_each(lira, sure, inside):
    """LiRA on each model, with all others as shadows; scores of (members, others) together."""
    everyone = range(len(sure))
    rest = [[j for j in everyone if j != k] for k in everyone]
    scores = torch.stack([lira(sure[k], sure[rest[k]], inside[rest[k]]) for k in everyone])
    return scores[inside], scores[~inside]


# %% id="moment" tags=["demo"]
g = torch.Generator().manual_seed(0)
pool_x, pool_y = small_digits(400, g)
inside = torch.rand(64, 400, generator=g) < 0.5
start = {"weight": (2 * torch.rand(64, 10, 196, generator=g) - 1) / 14, "bias": torch.zeros(64, 10)}
trained = train_together(pool_x, pool_y, inside, start, 2.0, 200)
logits = pool_x @ trained["weight"].mT + trained["bias"][:, None]
losses = torch.stack([-F.cross_entropy(row, pool_y, reduction="none") for row in logits])
attacks = {
    "loss threshold": (losses[inside], losses[~inside]),
    "LiRA": attack_each(lira, sureness(logits, pool_y), inside),
}
for name, (members, others) in attacks.items():
    print(
        f"{name:15} AUC {auc(members, others):.3f}, TPR at 0.1 % FPR "
        f"{tpr_at_fpr(members, others, 0.001):.2%}"
    )
print(f"you said: {my_guess}")

# %% [markdown]
# The same models, the same outputs, another question. A weak attack is no evidence of privacy.
#
# ### Does differential privacy help?
#
# 32 models, trained by your `dp_sgd` with full batches: q = 1, 60 steps, sigma = 8. Without
# sampling the 60 steps are exactly one Gaussian step with sigma / sqrt(60), so the curve that no
# attacker can exceed is known exactly: TPR = Phi(Phi^-1(FPR) + sqrt(60) / 8) (Dong, Roth, Su 2022).
# It holds for neighbours by add or remove. That is why a coin decided about each digit (with
# exactly 200 members, whoever leaves is replaced by somebody, and one learns about both), and why
# lr is set so that every model divides its sums by the same 200, whatever its size.

# %% id="dp-demo" tags=["demo"]
settings = {"q": 1.0, "sigma": 8.0, "max_norm": 1.0, "steps": 60, **parts}
nets = [
    private_model(
        dp_sgd, pool_x[used], pool_y[used], 10, seed=k, lr=used.sum().item() / 100, **settings
    )
    for k, used in enumerate(inside[:32])
]
with torch.no_grad():
    sure = sureness(torch.stack([net(pool_x) for net in nets]), pool_y)
attacks["private model, LiRA"] = attack_each(lira, sure, inside[:32])
mu = math.sqrt(60) / 8
epsilon = epsilon_of(rdp(1.0, 8.0, 60, orders), orders, 1e-3)
rates = np.logspace(-3, 0, 40)
ceiling = stats.norm.cdf(stats.norm.ppf(rates) + mu)
caught = [tpr_at_fpr(*attacks["private model, LiRA"], r) for r in rates.tolist()]
ordinary = [linear_net(trained, k) for k in range(8)]
right = [
    np.mean([evaluation.accuracy(net, digit_test) for net in some]) for some in (nets[:8], ordinary)
]
print(
    f"private model, LiRA: AUC {auc(*attacks['private model, LiRA']):.3f}, TPR at 0.1 % FPR "
    f"{caught[0]:.2%}; allowed {ceiling[0]:.2%}"
)
print(
    f"epsilon {epsilon:.2f} at delta 1e-3; accuracy {right[0]:.1%}, without privacy {right[1]:.1%}"
)

# %% id="dp-plot" tags=["demo"]
series = {
    name: (rates, [tpr_at_fpr(*scores, r) for r in rates.tolist()])
    for name, scores in attacks.items()
}
series["ceiling of the private model"] = (rates, ceiling)
series["allowed by epsilon and delta"] = (rates, most_tpr(rates, epsilon, 1e-3))
figure = plots.curves(
    series, xlabel="false positive rate", ylabel="true positive rate", colours=SHADES, percent=False
)
figure.axes[0].set(xscale="log", yscale="log", ylim=(3e-4, 1.5))
plots.show(
    figure,
    alt="ROC curves on log axes. LiRA on the ordinary models lies far above the loss "
    "threshold at low false positive rates. LiRA on the private models lies below the exact "
    "ceiling everywhere, and that below the looser ceiling by epsilon and delta.",
)

# %% [markdown]
# The attack stays below its ceiling at every false positive rate, and the private models know less:
# with 200 people the promise costs much of the accuracy. That the attack stays *far* below may mean
# that the ceiling is cautious (it also binds attackers who see every step of the training), or that
# a better attack exists. Only the ceiling is a promise.

# %% [markdown]
# ## Exercise 11.8: an epsilon for a hospital (3 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Why: somebody has to write down the number, and defend it to
# people who will never read the proof.
#
# A hospital with 8,000 patients wants to give a model for the risk of sepsis to other hospitals. A
# consultant proposes DP-SGD with "epsilon = 8, delta = 1e-3, which passed our audit of 10,000
# runs", and says that patients' privacy is thereby guaranteed. Write at most 200 words: is this
# delta acceptable and why, what does the audit prove, what would epsilon = 8 allow an attacker at a
# low false positive rate (a number), and which epsilon, with which definition of neighbours, would
# you propose, and what would you measure before you decide?
#
# <details><summary>Hint 1: where to look</summary>
# Exercises 11.3 (d), 11.4 and 11.6.
# <details><summary>Hint 2: the idea</summary>
# Compare delta with one in 8,000. Put epsilon 8 and an FPR of 0.1 % into most_tpr.
# <details><summary>Hint 3: nearly the words</summary>
# "With delta = 1e-3 a mechanism may publish ... patients; an audit can only ...; at 0.1 % FPR
# epsilon 8 allows ...; I would ask for ... per patient, and look at ... against epsilon."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex11_8-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# Delta is far too large: 1e-3 lets a mechanism publish each record in clear with probability
# 1/1000, about eight of 8,000 patients. It should be well below 1/8,000, say 1e-6. The audit
# refutes; it cannot confirm: it saw one pair of data sets, one family of events, and with 10,000
# runs it could not have shown an epsilon much above 7.9 anyway, nor anything rarer than one in some
# thousands. Epsilon 8 allows e^8 * 0.001 = 2.98, that is, no limit: at an FPR of 0.1 % the bound is
# a TPR of 99.97 %. I would propose epsilon of about 1 per patient (add or remove one patient with
# all of their visits, not one visit), at which the bound at 0.1 % FPR is 0.27 %. Before deciding I
# would plot sensitivity for sepsis against epsilon, by group of patients and over several seeds,
# attack the model with LiRA, and add up all other releases about the same patients.
#
# Rubric:
# - 1 point: delta is too large compared with one in 8,000, and an audit can refute but not confirm
# - 1 point: a right number for what epsilon = 8 allows at a low FPR, said with its FPR
# - 1 point: an epsilon with its neighbours (per patient, not per visit), and a measurement against
#   which it is decided (accuracy over epsilon, groups, attack, or the sum of all releases)
#
# Sample A (3/3): "delta = 1/1000 with 8,000 patients means about eight could simply be leaked; it
# must be under 1/8000. Passing an audit proves nothing, failing would. With epsilon 8 most_tpr at
# FPR 0.001 is above 0.99, so no protection. I would take epsilon 1, add/remove a whole patient, and
# first look at how recall falls with epsilon in each age group."
#
# Sample B (1/3): "epsilon 8 is high, Apple uses 8 too. The delta is larger than 1/n which is not
# allowed and the audit is only a test, not a proof. I would use the smallest epsilon possible."
# (One point: delta and audit. No number for epsilon 8, no neighbours, no measurement.)
# ### END SOLUTION

# %% [markdown]
# # Deeper
#
# Exercise 11.7 above and the two below are for those who want more. Nothing depends on them.
#
# ## Exercise 11.9: how fast do promises wear out? (3 points)
#
# Difficulty: 4 of 5 · Minutes: 20 · Why: k answers with epsilon each cost k epsilon at worst, and
# nearly always less. How much less, one can compute exactly for randomised response.
#
# **a. `advanced(epsilon, delta, k, slack)`**: advanced composition (Dwork, Rothblum, Vadhan 2010):
# k mechanisms, each (epsilon, delta)-private, are together private with
#
# - epsilon' = sqrt(2 k ln(1 / slack)) epsilon + k epsilon (e^epsilon - 1)
# - delta' = k delta + slack
#
# Returns the pair (epsilon', delta').
#
# **b. `exact_delta(epsilon, k, total)`**: one bit is told k times by randomised response with
# `epsilon`. The smallest delta for which all k answers together are (total, delta)-private: the sum
# over all outcomes of the positive part of P(outcome | 1) - e^total P(outcome | 0). What counts of
# an outcome is only how many answers are 1.
#
# - k up to 1,000; returns a number
#
# <details><summary>Hint 1: where to look</summary>
# <code>stats.binom.pmf(np.arange(k + 1), k, p)</code> for both bits.
# <details><summary>Hint 2: the idea</summary>
# With the bit 1, the number of ones is binomial with p = e^epsilon / (1 + e^epsilon); with the bit
# 0, with 1 - p.
# <details><summary>Hint 3: nearly the code</summary>
# <code>np.maximum(one - math.exp(total) * zero, 0).sum()</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-wear", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_wear(advanced, exact_delta):
    """All 2^k outcomes one by one; and the theorem against the truth."""
    for epsilon, k, total in (
        (0.5, 6, 1.0),
        (1.0, 5, 2.5),
        (0.3, 9, 0.0),
        (2.0, 1, 1.0),
        (0.4, 4, 1.6),
    ):
        p, truth = 1 / (1 + math.exp(-epsilon)), 0.0
        for outcome in product((0, 1), repeat=k):
            one = math.prod(p if bit else 1 - p for bit in outcome)
            zero = math.prod(1 - p if bit else p for bit in outcome)
            truth += max(0.0, one - math.exp(total) * zero)
        got = expect_number(exact_delta(epsilon, k, total), "exact_delta")
        expect(
            abs(got - truth) < 1e-9,
            f"over all {2**k} outcomes delta is {truth:.5f}; yours: {got:.5f}",
            "wrong-outcomes",
        )
    for epsilon, k, slack in ((0.1, 100, 1e-5), (0.5, 30, 1e-3), (0.05, 1000, 1e-6)):
        whole, delta = advanced(epsilon, 0.0, k, slack)
        p = 1 / (1 + math.exp(-epsilon))
        ones = np.arange(k + 1)
        a, b = stats.binom.pmf(ones, k, p), stats.binom.pmf(ones, k, 1 - p)
        expect(
            np.maximum(a - math.exp(whole) * b, 0).sum() <= delta,
            "randomised response breaks your promise",
            "no-root",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_9-wear", "solution": true}
def advanced(epsilon, delta, k, slack):
    """Advanced composition of k equal mechanisms; a pair (epsilon', delta')."""
    ### BEGIN SOLUTION
    drift = k * epsilon * math.expm1(epsilon)
    return math.sqrt(2 * k * math.log(1 / slack)) * epsilon + drift, k * delta + slack
    ### END SOLUTION


def exact_delta(epsilon, k, total):
    """The smallest delta of k randomised responses about one bit, at epsilon `total`."""
    ### BEGIN SOLUTION
    ones = np.arange(k + 1)
    p = 1 / (1 + math.exp(-epsilon))
    one, zero = stats.binom.pmf(ones, k, p), stats.binom.pmf(ones, k, 1 - p)
    return float(np.maximum(one - math.exp(total) * zero, 0).sum())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_9-wear-test", "points": 3}
@exercise("11.9")
def test_wear():
    """Numbers by hand, and two limits."""
    epsilon, delta = advanced(0.1, 1e-6, 100, 1e-5)
    expect(
        abs(epsilon - 5.850233) < 1e-4,
        f"100 times 0.1 with slack 1e-5: epsilon' is 5.850; yours: {epsilon:.3f}",
        "no-root",
    )
    expect(
        abs(delta - 1.1e-4) < 1e-9,
        f"delta' is 100 * 1e-6 + 1e-5 = 1.1e-4; yours: {delta:g}",
        "delta-lost",
    )
    got = expect_number(exact_delta(1.0, 3, 3.0), "exact_delta")
    expect(
        abs(got) < 1e-12,
        "three answers of epsilon 1 are (3, 0)-private by basic composition: "
        f"delta is 0; yours: {got:g}",
        "wrong-outcomes",
    )
    got = expect_number(exact_delta(math.log(3), 2, 0.0), "exact_delta")
    expect(
        abs(got - 0.5) < 1e-9,
        f"two answers at epsilon = ln 3 and total 0: 9/16 - 1/16 = 0.5; yours: {got:.4f}",
        "wrong-outcomes",
    )
    ### BEGIN HIDDEN TESTS
    oracle_wear(advanced, exact_delta)
    ### END HIDDEN TESTS


test_wear()
print("11.9: visible checks passed")

# %% id="wear-demo" tags=["demo"]
from scipy.optimize import brentq

ks = [1, 3, 10, 30, 100, 300, 1000]
series = {
    "basic": (ks, [compose([(0.1, 0.0)] * k)[0] for k in ks]),
    "advanced": (ks, [advanced(0.1, 0.0, k, 1e-5)[0] for k in ks]),
    "exact": (
        ks,
        [brentq(lambda t, k=k: exact_delta(0.1, k, t) - 1e-5, -1, 0.1 * k + 1e-6) for k in ks],
    ),
}
figure = plots.curves(
    series,
    xlabel="number of answers, epsilon = 0.1 each",
    ylabel="epsilon in all, at delta = 1e-5",
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log")
plots.show(
    figure,
    alt="Epsilon against the number of answers on log axes: basic composition is a "
    "line of slope one; advanced is worse at first, better beyond about 30; exact below both.",
)
for k in (10, 100, 1000):
    print(
        f"{k} answers: "
        + ", ".join(f"{name} {line[1][ks.index(k)]:.2f}" for name, line in series.items())
    )

# %% [markdown]
# For few answers the theorem is worse than the plain sum, for many it grows like the root of their
# number. Both are bounds; the exact value lies below. Accountants exist because these gaps decide
# whether a private model is of any use.
#
# ## Exercise 11.10: who pays? (2 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: noise hides the individual, and a small group is hidden
# nearly as well as one person. Bagdasaryan, Poursaeed, Shmatikov (2019) found that DP-SGD costs
# those most who were few to begin with.
#
# Write `cost_by_group(plain, private, group)`: for each group the mean drop in accuracy from the
# plain to the private models, and its standard error over the runs (training is random, so one run
# says little).
#
# - `plain`, `private`: bool arrays (runs, n), right or wrong per test example; run i of both had
#   the same seed. `group`: (n,), integers; runs >= 2
# - returns a dict: group (an int) -> (drop, standard error): per run the accuracy of plain minus
#   that of private within the group, then the mean over runs, and their sample standard deviation
#   (divide by runs - 1) over sqrt(runs)
#
# <details><summary>Hint 1: where to look</summary>
# One number per run and group first.
# <details><summary>Hint 2: the idea</summary>
# Boolean indexing of columns; mean over them; then mean and <code>std(ddof=1)</code> over runs.
# <details><summary>Hint 3: nearly the code</summary>
# <code>drops = plain[:, group == g].mean(1) - private[:, group == g].mean(1)</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_10-cost", "solution": true}
def cost_by_group(plain, private, group):
    """What privacy costs each group: a dict group -> (mean drop, standard error)."""
    ### BEGIN SOLUTION
    costs = {}
    for g in np.unique(group).tolist():
        here = group == g
        drops = plain[:, here].mean(axis=1) - private[:, here].mean(axis=1)
        costs[g] = (float(drops.mean()), float(drops.std(ddof=1) / math.sqrt(len(drops))))
    return costs
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_10-cost-test", "points": 2}
@exercise("11.10")
def test_cost_by_group():
    """Two runs, two groups, by hand."""
    plain = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 1, 1]], dtype=bool)
    private = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 0, 1]], dtype=bool)
    got = cost_by_group(plain, private, np.array([0, 0, 0, 7, 7]))
    expect(set(got) == {0, 7}, "return a dict with the groups 0 and 7", "wrong-groups")
    drop, error = (expect_number(v, "each part") for v in got[7])
    expect(drop > 0, "a loss of accuracy is a positive drop: plain minus private", "wrong-sign")
    mean, spread = abs(drop - 0.75) < 1e-9, abs(error - 0.25) < 1e-9
    expect(mean, f"group 7 lost 2 of 2 and 1 of 2: mean 0.75; yours: {drop:.3f}", "wrong-groups")
    expect(spread, f"drops of 1 and 0.5: standard error 0.25; yours: {error:.3f}", "wrong-error")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(101)
    plain, private, group = rng.random((5, 90)) < 0.9, rng.random((5, 90)) < 0.7, np.arange(90) % 4
    got = cost_by_group(plain, private, group)
    for g in range(4):
        drops = [
            np.mean([float(a[i]) - float(b[i]) for i in range(90) if group[i] == g])
            for a, b in zip(plain, private, strict=True)
        ]
        drop, error = got[g]
        expect(
            abs(drop - np.mean(drops)) < 1e-9,
            "a group's mean drop is off on random answers",
            "wrong-groups",
        )
        expect(
            abs(error - stats.sem(drops)) < 1e-9,
            "a group's standard error is off on random "
            "answers: it is one over runs, not over examples",
            "wrong-error",
        )
    ### END HIDDEN TESTS


test_cost_by_group()
print("11.10: visible checks passed")

# %% [markdown]
# Of the digit 8 only one in five is kept, which makes it a small group. Three seeds; sigma = 2, and
# for comparison clipping without noise:

# %% id="cost-demo" tags=["demo"]
kept = (digit_y != 8) | (torch.arange(20_000) % 5 == 0)
train_x, train_y = digit_x[kept][:8000], digit_y[kept][:8000]
ways = {
    "plain": {"sigma": 0.0, "max_norm": 1e9, "lr": 1.0},
    "clipped": {"sigma": 0.0, "max_norm": 1.0, "lr": 2.0},
    "private": {"sigma": 2.0, "max_norm": 1.0, "lr": 2.0},
}
right = {name: [] for name in ways}
for seed in range(3):
    for name, way in ways.items():
        way = {"seed": seed, "q": 0.03, "steps": 200, **way, **parts}
        net = private_model(dp_sgd, train_x, train_y, 10, **way)
        right[name].append((net(digit_test[0][0]).argmax(1) == digit_test[0][1]).numpy())

# %% id="cost-table" tags=["demo"]
answers = {name: np.stack(rows) for name, rows in right.items()}
group = np.where(digit_test[0][1].numpy() == 8, 8, 0)
read = [answers["plain"][:, group == g].mean() for g in (8, 0)]
print(
    f"{(train_y == 8).sum()} eights among {len(train_y):,} digits; plain training reads "
    f"{read[0]:.1%} of the eights, {read[1]:.1%} of the others"
)
for name in ("clipped", "private"):
    costs = cost_by_group(answers["plain"], answers[name], group)
    for g, digits in ((8, "eights"), (0, "others")):
        print(
            f"{name}, {digits}: accuracy falls by {100 * costs[g][0]:.1f} points, standard error "
            f"{100 * costs[g][1]:.1f}"
        )
print(f"epsilon {epsilon_of(rdp(0.03, 2.0, 200, orders), orders, 1e-5):.2f}")

# %% [markdown]
# The promise is the same for everybody. Its price is not. And look at which part takes it: clipping
# alone does most of the harm. A rare digit is one that the model gets wrong, so its gradients are
# long, and long gradients are what clipping shortens.

# %% [markdown]
# ## What you found
#
# Look back over your own numbers: nine harmless columns that single out most people; a table that
# was 20-anonymous and still told secrets; an attack that looked harmless until it was asked better;
# three mechanisms, three broken copies of one, and an auditor that knows the difference, up to a
# point; a budget kept in three ways, one of which flatters; and a model that keeps its promise at a
# price that depends on how many people share it.
#
# **Limits.** Differential privacy protects what one person adds to the data. What the data as a
# whole says about people like you, it lets through, and means to. It says nothing of whether the
# data should have been collected. It protects a person only if all their records count as one. The
# generators here are not cryptographic, and floating-point noise has holes (Mironov 2012): for real
# releases use a library's secure mode.
#
# **The paper** (section 3.3) names collection, sharing and inference attacks, and gives
# P(f(D) in S) <= e^epsilon P(f(D') in S) for data sets that differ in one record. You have met each
# part: what a record is (11.3 b), where delta comes in (11.3 c), what the line allows an attacker
# (11.3 d), how it is broken (11.4), how it wears out (11.5), what it costs (11.6).
#
# **Read on.** Sweeney, *k-anonymity*, 2002. Machanavajjhala et al., *l-diversity*, 2006. Dwork,
# McSherry, Nissim, Smith, *Calibrating noise to sensitivity*, 2006. Dwork, Roth, *The algorithmic
# foundations of differential privacy*, 2014. Abadi et al., *Deep learning with differential
# privacy*, 2016. Mironov, *Rényi differential privacy*, 2017. Balle, Wang, *Improving the Gaussian
# mechanism*, 2018. Balle et al., *Hypothesis testing interpretations and Rényi differential
# privacy*, 2020. Gopi, Lee, Wutschitz, *Numerical composition of differential privacy*, 2021.
# Carlini et al., *Membership inference attacks from first principles*, 2022. Tramèr et al.,
# *Debugging differential privacy*, 2022. Dong, Roth, Su, *Gaussian differential privacy*, 2022.
#
# **Where next.** Lab 12 learns from data that never leave their owners, and shows what leaves them
# all the same.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab11_privacy")
