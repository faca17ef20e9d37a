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
# | Points | 21 (21 checked by machine, 0 read by a person) |
# | You need | numpy, pandas, some PyTorch; the normal and the binomial distribution; Lab 00 |
# | It runs in | COST |
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
from safetylab.checks import exercise, expect, expect_array, expect_number, expect_tensor, untouched

torch.set_num_threads(1)  # these models are so small that one thread is the fastest


# %% nbgrader={"grade_id": "setup-register", "locked": true}
def invented_names(n, rng):
    """Different made-up names, at most 1,728."""
    first = [
        a + b
        for a, b in product(
            ("Ar", "Bel", "Cor", "Dal", "El", "Fen"), ("ira", "wyn", "odan", "essa", "iven", "umi")
        )
    ]
    last = [
        a + b
        for a, b in product(
            ("Ash", "Brook", "Crane", "Dun", "Elder", "Frost"),
            ("croft", "dale", "ing", "mere", "stone", "vane", "wick", "wood"),
        )
    ]
    everybody = [f"{a} {b}" for a, b in product(first, last)]
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
# 1,500 (invented) neighbours with the same harmless columns, as one collects by talking to people.

# %% id="hook" tags=["demo"]
people = tables.adult("train")
rng = np.random.default_rng(0)
released = people.sample(20_000, random_state=rng)
register = fictional_register(people, 1500, rng)
harmless = [
    "sex",
    "race",
    "age",
    "marital_status",
    "education",
    "native_country",
    "workclass",
    "occupation",
    "hours_per_week",
]
alone = ~register.duplicated(harmless, keep=False)
victim = register[alone].merge(released[[*harmless, "income"]], on=harmless).iloc[0]
victim[["name", *harmless, "income"]].to_frame("the only match")

# %% [markdown]
# The last line was not in the list of neighbours. It was in the table without names, and the nine
# columns above it led there. Nobody broke into anything.
#
# ## Exercise 11.1: a table without names (8 points)
#
# Difficulty: 2 of 5 · Minutes: 30 · Why: "we removed the names" is still the commonest privacy
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

# %% [markdown]
# ### Predict, then run
#
# Nine columns of 32,561 people: sex, race, age, marital status, education, country, kind of work,
# occupation, hours. Each alone singles out almost nobody. What per cent of the people are alone
# with their nine?

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
# - `released`: no column `name`, but one called `secret` (say `"income"`); `register`: a column
#   `name`, no secret. Both frames may have any index and any order
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
        {"age": [30] * 3 + [40] * 2 + [50] * 1, "ill": ["yes"] * 3 + ["yes", "no"] + ["no"]}
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
        abs(got - 2 / 3) < 1e-9 and len(table) == 6,
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
features, rich = hot.to_numpy(), np.where(everybody["income"] == ">50K", 1.0, -1.0)
places = {c: [i for i, name in enumerate(hot) if name.startswith(c + "=")] for c in harmless}
gram = features[:20_000].T @ features[:20_000] + 1e-3 * np.eye(len(hot.columns))
moment = features[:20_000].T @ rich[:20_000]


def line_accuracy(subset, rows=slice(20_000, 32_561)):
    """Least squares on the first 20,000 people, judged on others."""
    used = [i for c in subset for i in places[c]]
    w = np.linalg.solve(gram[np.ix_(used, used)], moment[used])
    return float(((features[rows][:, used] @ w > 0) == (rich[rows] > 0)).mean())


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
# Difficulty: 2 of 5 · Minutes: 20 · Why: being in a data set can be the secret itself, when it is
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
    """A linear model without weights is equally unsure of everything; then random ones."""
    g = torch.Generator().manual_seed(0)
    for n, classes in ((4, 3), (1, 2)):
        model = models.linear(5, classes, generator=g)
        x, y = torch.randn(n, 5, generator=g), torch.randint(0, classes, (n,), generator=g)
        with untouched(model, x, y):
            got = membership_scores(model, x, y)
        expect(
            isinstance(got, torch.Tensor) and got.dim() == 1,
            "one score per example, shape (n,): keep the loss from averaging",
            "one-number",
        )
        got = expect_tensor(got, (n,), "membership_scores")
        expect(
            (got <= 0).all(),
            "a loss is positive, so its negative is not: members have the "
            "smaller loss and must get the larger score",
            "wrong-sign",
        )
        logits = model(x).detach()
        truth = torch.stack(
            [row[label] - row.exp().sum().log() for row, label in zip(logits, y, strict=True)]
        )
        expect(
            torch.allclose(got, truth, atol=1e-5),
            "the score is minus the cross-entropy with the TRUE label of each example",
            "wrong-label",
        )
    ### BEGIN HIDDEN TESTS
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


# %% id="membership-demo" tags=["demo"]
x, y = small_digits(2200, torch.Generator().manual_seed(0))
model = models.linear(196, 10)
training.fit(
    model,
    data.Images(x[:200], y[:200]),
    epochs=150,
    lr=0.02,
    progress=False,
    generator=torch.Generator().manual_seed(0),
)
scores = membership_scores(model, x, y)
members, others = scores[:200], scores[200:]
rates = torch.logspace(-3, 0, 40).tolist()
figure = plots.curves(
    {
        "loss threshold": (rates, [tpr_at_fpr(members, others, r) for r in rates]),
        "coin": (rates, rates),
    },
    xlabel="false positive rate (others accused)",
    ylabel="true positive rate (members found)",
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log", ylim=(8e-4, 1.2))
plots.show(
    figure,
    alt="ROC curve on log axes. Right of one per cent the attack lies above the "
    "coin; at the lowest false positive rates it finds hardly any member.",
)
print(
    f"accuracy on members {evaluation.accuracy(model, [(x[:200], y[:200])]):.1%}, "
    f"on others {evaluation.accuracy(model, [(x[200:], y[200:])]):.1%}"
)
print(f"AUC {auc(members, others):.2f}, TPR at 0.1 % FPR {tpr_at_fpr(members, others, 0.001):.1%}")

# %% [markdown]
# The AUC says that the attack works. On the left of the log axis, where an attacker is nearly sure,
# it finds next to nobody. An accusation that is wrong half the time harms few; one that is nearly
# always right harms, even if it hits one in a hundred. So one reports the TPR at a low FPR (Carlini
# et al. 2022). Keep this number: in 11.7 the same models are asked better.
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
    """A witness proves itself: AUC and TPR are computed from it."""

    def judge(n):
        first, second = misleading_pair(n)
        for scores in (*first, *second):
            expect_tensor(scores, (n,), "each of the four sets of scores")
        found = []
        for members, others in (first, second):
            levels = torch.cat([members, others]).unique()
            found.append(
                max(
                    [
                        (members >= t).double().mean().item()
                        for t in levels
                        if (others >= t).double().mean() <= 0.01
                    ],
                    default=0.0,
                )
            )
        a, b = auc(*first), auc(*second)
        expect(
            a >= b,
            f"the first attack must have the higher AUC; yours: {a:.2f} and {b:.2f}",
            "swapped",
        )
        expect(
            a >= b + 0.1 - 1e-9,
            f"the AUC must differ by 0.1; yours: {a:.2f} and {b:.2f}",
            "auc-close",
        )
        expect(
            found[0] == 0,
            f"at 1 % FPR the first attack finds {found[0]:.1%} of the members; "
            "it must find none: some of the others have to score above all",
            "first-works",
        )
        expect(
            found[1] >= 0.1,
            f"at 1 % FPR the second attack finds {found[1]:.1%} of the "
            "members; it must find a tenth",
            "second-fails",
        )

    judge(100)
    ### BEGIN HIDDEN TESTS
    judge(250)
    judge(1001)
    ### END HIDDEN TESTS


test_misleading_pair()
print("11.2c: visible checks passed")

# %% [markdown]
# ## Exercise 11.3: noise with a promise (8 points)
#
# Difficulty: 3 of 5 · Minutes: 35 · Why: these three lines of code stand behind censuses, keyboards
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
    """epsilon = 1, delta = 1e-5: sigma is 3.730 times the sensitivity."""

    def exact(sensitivity, sigma, epsilon):
        r = sensitivity / sigma
        high, low = stats.norm.cdf([r / 2 - epsilon / r, -r / 2 - epsilon / r])
        return float(high - math.exp(epsilon) * low)

    got = gaussian(np.zeros(100_000), 2.0, 1.0, 1e-5, np.random.default_rng(0), exact)
    sigma = expect_array(got, (100_000,), "gaussian").std() / 2
    expect(
        abs(sigma - 4.845) > 0.06,
        "your sigma is the textbook's 4.84, a bound for epsilon "
        "below 1; the exact one is a fifth smaller",
        "not-smallest",
    )
    expect(
        sigma > 3.68,
        f"your sigma is {sigma:.2f} times the sensitivity; the promise needs 3.73",
        "too-little",
    )
    expect(
        sigma < 3.78,
        f"your sigma is {sigma:.2f} times the sensitivity; 3.73 is enough",
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

# %% id="slider" tags=["demo"]
counts, edges = np.histogram(people["age"][:300], np.arange(15, 91, 5))
middle = edges[:-1] + 2.5


def draw(epsilon):
    """The noisy histogram, and ROC curves: all that epsilon allows, and the best on this noise."""
    fig = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = fig.subplots(1, 2)
    left.bar(middle, counts, 4, color=plots.PALETTE["sky blue"], label="true")
    noisy = laplace(counts, 1.0, epsilon, np.random.default_rng(0))
    left.plot(middle, noisy, "s", color=plots.PALETTE["vermillion"], label="published")
    left.set(xlabel="age (years)", ylabel="people", ylim=(-25, 85))
    fpr = np.linspace(0, 1, 201)
    right.fill_between(
        fpr,
        most_tpr(fpr, epsilon, 0.0),
        color=plots.PALETTE["sky blue"],
        alpha=0.4,
        label="allowed by epsilon",
    )
    best = stats.laplace.sf(stats.laplace.isf(fpr) - epsilon)
    right.plot(fpr, best, color=plots.PALETTE["vermillion"], label="best attacker")
    right.plot(fpr, fpr, ":", color=plots.PALETTE["black"], label="coin")
    right.set(xlabel="false positive rate", ylabel="true positive rate", ylim=(0, 1))
    for axes in (left, right):
        axes.legend(loc="lower right" if axes is right else "upper right")
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
