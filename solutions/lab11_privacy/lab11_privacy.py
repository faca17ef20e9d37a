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
# - report an attack on a training set so that it does not mislead,
# - write mechanisms of differential privacy and test each by its distribution,
# - refute a false claim of privacy from samples, and say which claims your test could never refute,
# - train a model within a budget, and say what the promise costs, and whom.
#
# | | |
# |---|---|
# | Paper | section 3.3 (privacy: collection, sharing, inference attacks; differential privacy) |
# | Time | Part A 75 min, Part B 75 min; deeper 75 min |
# | Points | 40 (37 checked by machine, 3 read by a person) |
# | You need | numpy, pandas, some PyTorch; the normal and the binomial distribution; Lab 00 |
# | It runs in | about 30 CPU seconds in all, 7 without the demonstrations; 1.3 GiB of memory |
#
# | symbol | name in code | what it is |
# |---|---|---|
# | $D, D'$ | `d0`, `d1` | two data sets that differ in one person |
# | $\varepsilon, \delta$ | `epsilon`, `delta` | the two numbers of a promise of privacy (11.3) |
# | | `sensitivity` | how far one person can move a result |
# | $\sigma$ | `sigma` | size of Gaussian noise, in 11.6 as a multiple of `max_norm` |
# | $q$ | `q` | chance of each person to be in one step of training |
# | $C$ | `max_norm` | largest length of one person's gradient |
# | TPR, FPR | `tpr`, `fpr` | share of members found, share of others accused |
#
# "The paper" is *Artificial Intelligence Safety: A Technical Perspective* (Yang, Feng, Wang, Li),
# which this course follows section by section.
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

from safetylab import data, evaluation, models, page, plots, tables, training, widgets
from safetylab.checks import exercise, expect, expect_array, expect_number, expect_returned
from safetylab.checks import expect_tensor, lend, shown, untouched

torch.set_num_threads(1)  # these models are so small that one thread is the fastest
page.progress(11)


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
# # Part A: a table, an attack, a promise
#
# About 75 minutes: exercises 11.1 to 11.3.

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
# ## Exercise 11.1: a table without names (6 points)
#
# Difficulty: 2 of 5 · Minutes: 25 · Why: "we removed the names" is a common privacy claim. Sweeney
# (2002) found a governor's medical file with birth date, sex and postal code.
#
# Three parts, each with its own points.
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
# <code>twin = table.duplicated(columns, keep=False)</code> marks <em>every</em> copy, not all but
# the first; return the mean of <code>~twin</code>.
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
                f"on a random table with gaps the share of unique rows in {columns} is "
                f"{truth:.4f}; yours: {got:.4f}",
                "drops-missing",
            )

    alone = uniqueness(table[:1], ["a"])
    expect(alone == 1, f"a table of one row: the share is 1; yours: {alone}", "drops-missing")


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
    """Five rows: two twins, three alone; a column that was not asked for; seven rows; then gaps."""
    table = pd.DataFrame(
        {"age": [30, 30, 40, 50, 60], "sex": ["f", "f", "f", "m", "m"], "number": range(5)}
    )
    got = expect_number(uniqueness(table, ["age", "sex"]), "uniqueness")
    expect(0 <= got <= 1, f"a share lies in [0, 1]; yours is {got:g}")
    expect(
        abs(got - 1) > 1e-9,
        "in age and sex two of the five are twins; that another column tells them apart does not "
        "count: look at the columns that are asked for",
        "ignores-columns",
    )
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
    rows = ["x10", "y10", "x11", "y10", "x20", "y21", "x20"]
    three = pd.DataFrame([list(row) for row in rows], columns=["a", "b", "c"])
    got = expect_number(uniqueness(three, ["a", "b", "c"]), "uniqueness")
    expect(
        abs(got - 1 / 7) > 1e-9,
        "of seven rows three are alone in the columns a, b and c; in a and b only one is: look at "
        "all columns",
        "ignores-columns",
    )
    expect(
        abs(got - 3 / 7) < 1e-9,
        f"three of these seven rows are unique, twins stand apart: 0.429; yours: {got:.3f}",
        "wrong-share",
    )
    glued = pd.DataFrame({"a": ["x", "xy", "z"], "b": ["yz", "z", ""]})
    got = expect_number(uniqueness(glued, ["a", "b"]), "uniqueness")
    expect(
        abs(got - 1) < 1e-9,
        "x and yz are not xy and z, though they are alike when glued together: compare column by "
        f"column; yours: {got:.3f}",
        "glued",
    )
    gaps = pd.DataFrame(
        {"age": [30, 30, None, None, 50, 0], "sex": ["f", "f", None, "m", None, "m"]}
    )
    got = expect_number(uniqueness(gaps, ["age", "sex"]), "uniqueness")
    expect(
        abs(got - 2 / 6) > 1e-9,
        "age 0 and a missing age are no twins: a gap is a value of its own",
        "gap-is-zero",
    )
    expect(
        abs(got - 4 / 6) < 1e-9,
        "three of these six rows have a gap, each in another way, and each is alone, as is the "
        f"child: 0.667; yours: {got:.3f}. A gap is a value like any other",
        "drops-missing",
    )
    texts = pd.DataFrame({"a": ["x", None, "", None], "b": ["u", "u", "u", "v"]})
    got = expect_number(uniqueness(texts, ["a", "b"]), "uniqueness")
    expect(
        abs(got - 1 / 2) > 1e-9,
        "an empty text and a gap are no twins: a gap is a value of its own",
        "gap-is-empty",
    )
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
PREDICT = {
    "name": "my_guess_in_percent", "kind": "number", "low": 0, "high": 100, "outcome": 72.2,
    "seen": r"9 columns .*: ([\d.]+)% unique",
}
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
    alt="The share of people who are alone, by number of columns: "
    + ", ".join(f"{k}: {share:.1%}" for k, share in enumerate(shares, 1)),
)
for k in (1, 3, 8, 9):
    print(f"{k} columns ({harmless[k - 1]} last): {shares[k - 1]:.1%} unique")
print(f"each column alone, at most: {max(uniqueness(people, [c]) for c in harmless):.2%}")
print(f"you said: {my_guess_in_percent} %")

# %% [markdown]
# No column gave these people away; the combination did.
#
# **b. `link(released, register, columns, secret)`**: attach the secret of the released table to the
# names of a register. Claim a match only where it is forced: exactly one released row and exactly
# one person of the register have these values in `columns` (two rows that fit force nothing, even
# with the same secret).
#
# - `released`: has the columns and the one that `secret` names (say `"income"`), but no names;
#   `register`: has the columns and `name`, but no secret. Any index, any order. A missing value is
#   a value of its own again
# - returns a dict: name -> secret, of the forced matches only
#
# <details><summary>Hint 1: where to look</summary>
# <code>DataFrame.merge</code> on the columns; before that, somebody has to leave, on both sides.
# <details><summary>Hint 2: the idea</summary>
# Two neighbours with the same values compete for one row: neither match is forced.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rows = released[~released.duplicated(columns, keep=False)]</code>, <code>persons</code>
# likewise, <code>both = persons.merge(rows, on=columns)</code>, and <code>dict(zip(both["name"],
# both[secret]))</code>.
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
        extra, missed = sorted(set(got) - set(truth)), sorted(set(truth) - set(got))
        expect(not extra, f"columns {columns}: the match of {extra[:1]} is not forced", "one-sided")
        expect(
            not missed,
            f"columns {columns}: the match of {missed[:1]} is forced, and missing in your answer "
            "(a missing value is a value, too)",
            "drops-missing",
        )
        expect(
            all(("missing" if pd.isna(v) else repr(v)) == truth[k] for k, v in got.items()),
            "on random tables some person has another secret than the row that fits",
            "by-position",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-link", "solution": true}
def link(released, register, columns, secret):
    """The secrets of those people whose match is forced: a dict name -> secret."""
    ### BEGIN SOLUTION
    alone = released[~released.duplicated(columns, keep=False)]
    known = register[~register.duplicated(columns, keep=False)]
    matched = known[["name", *columns]].merge(alone[[*columns, secret]], on=columns)
    return dict(zip(matched["name"], matched[secret], strict=True))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-link-test", "points": 2}
@exercise("11.1")
def test_link():
    """Six invented people, two forced matches, one of them by a gap."""
    released = pd.DataFrame(
        {
            "age": [30, 41, 41, 52, None],
            "sex": ["m", "f", "f", "f", "m"],
            "ill": ["yes", "no", "yes", "no", "yes"],
        },
        index=[9, 8, 7, 6, 5],
    )
    known = [
        ("Arira Ashwood", 52, "f"),
        ("Belwyn Dunmere", 41, "f"),
        ("Corumi Frosting", 30, "m"),
        ("Dalessa Brookdale", 30, "m"),
        ("Eliven Cranewick", 52, "m"),
        ("Fenumi Elderdale", None, "m"),
    ]
    register = pd.DataFrame(known, columns=["name", "age", "sex"])
    got = link(released, register, ["age", "sex"], "ill")
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
        "Arira Ashwood" in got and "Eliven Cranewick" not in got,
        "52 years fit two people, but only Arira Ashwood has the sex of the row, too: match on all "
        "of columns",
        "ignores-columns",
    )
    expect(
        "Fenumi Elderdale" in got,
        "the age is missing in one released row and for one person of the register: that match "
        "is forced, too",
        "drops-missing",
    )
    expect(
        set(got) == {"Arira Ashwood", "Fenumi Elderdale"},
        f"exactly Arira Ashwood and Fenumi Elderdale can be linked; yours: {sorted(got)}",
    )
    expect(
        (got["Arira Ashwood"], got["Fenumi Elderdale"]) == ("no", "yes"),
        f"Arira Ashwood is not ill, Fenumi Elderdale is; yours: {got}: match by values, not by "
        "position",
        "by-position",
    )
    wages = pd.DataFrame({"zip": [1, 2, 2, 3], "wage": [10, 20, 20, 30], "pets": [0, 1, 2, 3]})
    register = pd.DataFrame({"name": ["Elumi", "Corira", "Arwyn"], "zip": [1, 2, 3], "pets": 3})
    got = link(wages, register, ["zip"], "wage")
    expect(
        "Corira" not in got,
        "two released rows fit Corira: that both have the same secret forces no match",
        "ambiguous",
    )
    expect(
        got == {"Elumi": 10, "Arwyn": 30},
        "matched on zip alone, whatever else both tables have, Elumi's wage is 10 and Arwyn's 30; "
        f"yours: {got}",
        "other-columns",
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
# Some claims are wrong. Some people of the register were never in the release; the one row that
# fits them is somebody else's, and they are now believed to earn what a stranger earns. A match
# that is forced in the table is not a proof about the world, and the error hurts, too.
#
# **c. k-anonymity, and why it is not enough.** Coarsen the table until every combination is shared
# by at least k rows. Sweeney called that **k-anonymity**; `k_anonymity` below is given. Write
# `exposed(table, columns, secret)`: the share of rows in whose group (the rows that agree in
# `columns`) everybody has **the same secret**. Whoever knows the columns then knows the secret,
# however large the group.
#
# Missing values count as values again, in the columns and in the secret.
#
# <details><summary>Hint 1: where to look</summary>
# <code>groupby(columns)</code>; read about its argument <code>dropna</code>.
# <details><summary>Hint 2: the idea</summary>
# Per group: the number of different secrets in it. The share is one of rows, so each group counts
# as often as it has rows.
# <details><summary>Hint 3: nearly the code</summary>
# <code>groups = table.groupby(columns, dropna=False)[secret]</code>; spread the number of different
# secrets to the rows with <code>groups.transform(lambda s: s.nunique(dropna=False))</code>; the
# mean of "equals 1".
# </details></details></details>


# %% nbgrader={"grade_id": "setup-k_anonymity", "locked": true}
def k_anonymity(table, columns):
    """The size of the smallest group of rows that agree in `columns`; a whole number."""
    return int(table.groupby(columns, dropna=False).size().min())


# %% nbgrader={"grade_id": "oracle-groups", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_groups(exposed):
    """Groups by hand."""
    for seed in range(8):
        table = oracle_table(80 + seed, 40).rename(columns={"secret": "s"} if seed % 2 else {})
        secret = "s" if seed % 2 else "secret"
        for columns in (["a"], ["b", "number"], ["a", "b", "c"]):
            rows, secrets = oracle_rows(table, columns), oracle_rows(table, [secret])
            groups = {
                row: [s for r, s in zip(rows, secrets, strict=True) if r == row] for row in rows
            }
            truth = sum(len(set(groups[row])) == 1 for row in rows) / len(rows)
            got = expect_number(exposed(table, columns, secret), "exposed")
            expect(
                abs(got - truth) < 1e-9,
                f"on a random table with gaps, columns {columns}, {truth:.4f} of the rows are "
                f"exposed; yours: {got:.4f}",
                "drops-missing",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_1-exposed", "solution": true}
def exposed(table, columns, secret):
    """The share of rows in whose group all have the same secret; a number in [0, 1]."""
    ### BEGIN SOLUTION
    told = table.groupby(columns, dropna=False)[secret]
    return float((told.transform(lambda s: s.nunique(dropna=False)) == 1).mean())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_1-exposed-test", "points": 2}
@exercise("11.1")
def test_exposed():
    """Groups of 3, 2 and 1; the first agrees on its secret, and so does the last; then gaps."""
    table = pd.DataFrame(
        {"age": [30] * 3 + [40] * 2 + [50], "ill": ["yes"] * 3 + ["yes", "no"] + ["no"]}
    )
    got = expect_number(exposed(table, ["age"], "ill"), "exposed")
    expect(
        abs(got - 1 / 6) > 1e-9,
        "you count only who is alone: in the group of 30 all three are "
        "ill, so each of them is exposed",
        "only-alone",
    )
    expect(
        abs(got - 4 / 6) < 1e-9,
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
    gaps = pd.DataFrame(
        {
            "age": [30, 30, None, None, 50, 50, 50],
            "ill": ["yes", None, "no", "no", None, None, None],
        }
    )
    got = expect_number(exposed(gaps, ["age"], "ill"), "exposed")
    expect(
        abs(got - 5 / 7) < 1e-9,
        "two rows without an age agree on 'no', three rows of 50 agree on a missing secret, and "
        f"the two of 30 differ: five of seven, 0.714; yours: {got:.3f}. A gap is a value",
        "drops-missing",
    )
    two = pd.DataFrame(
        {
            "ill": ["yes", "yes", "no", "yes", "no", "no", "no", "yes"],
            "age": [30, 30, 30, 40, 40, 40, 40, 40],
            "sex": ["f", "f", "m", "f", "f", "m", "m", "f"],
        }
    )
    got = expect_number(exposed(two, ["age", "sex"], "ill"), "exposed")
    expect(
        abs(got - 5 / 8) < 1e-9,
        "by age and sex, three of four groups agree on 'ill', five of eight rows: 0.625; yours: "
        f"{got:.3f}",
        "ignores-columns",
    )
    ### BEGIN HIDDEN TESTS
    oracle_groups(exposed)
    ### END HIDDEN TESTS


test_exposed()
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
coarsened = list(coarse.columns[:-1])
group_size = coarse.groupby(coarsened)["income"].transform("size")
for k in (1, 5, 20):
    safe = coarse[group_size >= k]
    print(
        f"k = {k_anonymity(safe, coarsened):3}: {len(safe) / len(coarse):.1%} of the rows kept, "
        f"{exposed(safe, coarsened, 'income'):.1%} exposed"
    )

# %% [markdown]
# The rows of small groups were left out, so the table of the last line is 20-anonymous, and still
# some groups agree on their secret. This is the **homogeneity attack** (Machanavajjhala et al.
# 2006). k-anonymity speaks of who somebody is; the harm comes from what is learned about them.
#
# **Data minimisation.** The cheapest protection is a column that was never collected. `minimise`
# finds the fewest columns whose accuracy is at most `slack` below that of all of them. It tries
# all subsets: adding one column after the other can miss two that are worth something only
# together, and leaving out one after the other can drop one of them while others still stand in.


# %% nbgrader={"grade_id": "setup-minimise", "locked": true}
def minimise(columns, accuracy, slack):
    """The fewest columns within `slack` of the accuracy of all, the best of these; a list."""
    goal = accuracy(columns) - slack
    for k in range(1, len(columns) + 1):
        best = max(combinations(columns, k), key=lambda subset: accuracy(list(subset)))
        if accuracy(list(best)) >= goal:
            return list(best)
    return columns


def one_hot(people, columns):
    """One column of 0 and 1 for each value, named column=value; numbers in steps of five."""
    steps = people[columns].copy()
    for column in steps.select_dtypes("number"):
        steps[column] //= 5
    return pd.get_dummies(steps.astype(object), prefix_sep="=", dtype=float)


# %% [markdown]
# On Adult, with a linear model that predicts the income from the nine columns. It is fitted on
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
# For this model the other columns bought less than a point of accuracy, and they cost most people
# their cover.
#
# But such an outcome depends on what an attacker already knows. For a promise that holds against
# everybody, one has to say what an attacker is, and how good.
#
# ## Exercise 11.2: was this person in the training set? (4 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: being in a data set can be the secret itself, when it is
# the training set of a model for a disease. Membership inference (Shokri et al. 2017; Yeom et al.
# 2018) needs nothing but the model's answers.
#
# A model has seen its training examples (the **members**) and often fits them better. So the first
# attack is: **the smaller the loss, the more likely a member.** Its score is minus the
# cross-entropy, one number per example; `membership_scores` is given.


# %% nbgrader={"grade_id": "setup-scores", "locked": true}
def membership_scores(model, x, y):
    """Larger for likelier members: minus the loss of each example; (n, ...), (n,) -> (n,)."""
    with torch.no_grad():
        return -F.cross_entropy(model(x), y, reduction="none")


# %% [markdown]
# **a. How good is an attack?** An attacker says "member" when the score is at or above some
# threshold. Lower it, and both rates grow: the share of members found (the **true positive rate**,
# TPR) and the share of others falsely accused (the **false positive rate**, FPR). Write
# `tpr_at_fpr(members, others, fpr)`: the largest TPR of any threshold whose FPR, on these very
# scores, is at most `fpr`.
#
# - `members`: (n,), `others`: (m,), scores, ties possible, stay as they are; `fpr` in [0, 1]
# - returns a number; accusing nobody is always allowed
#
# <details><summary>Hint 1: where to look</summary>
# At most <code>fpr * m</code> of the others may be at or above the threshold. Which one is the
# first that may not be?
# <details><summary>Hint 2: the idea</summary>
# Sort the others from high to low. The threshold must lie strictly above the first of them that
# may not be accused, and equal scores are accused together.
# <details><summary>Hint 3: nearly the code</summary>
# <code>allowed = math.floor(fpr * m + 1e-9)</code> (without the last term 0.29 of 100 is 28); if
# that is m, everybody may be accused; else the share of members strictly above number
# <code>allowed</code> of the sorted others.
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
    for n, m, levels in ((30, 40, 6), (25, 16, 1000), (1, 1, 2), (50, 7, 4), (60, 100, 1000)):
        members = torch.randint(0, levels, (n,), generator=g) / 2
        others = torch.randint(0, levels, (m,), generator=g) / 2 - 0.5
        for fpr in (0.0, 0.01, 0.13, 0.29, 0.5, 0.57, 0.77, 1.0):
            got = expect_number(tpr_at_fpr(members, others, fpr), "tpr_at_fpr")
            truth = oracle_best_tpr(members, others, fpr)
            expect(
                got <= truth + 1e-6,
                f"no threshold reaches your TPR of {got:.3f} at an FPR of at most {fpr}",
                "over-budget",
            )
            expect(
                got >= truth - 1e-6,
                f"some threshold with an FPR of at most {fpr} has a TPR of {truth:.3f}; yours: "
                f"{got:.3f}",
                "too-careful",
            )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_2-tpr", "solution": true}
def tpr_at_fpr(members, others, fpr):
    """The largest TPR of a threshold whose FPR is at most fpr; scores (n,), (m,) -> number."""
    ### BEGIN SOLUTION
    allowed = math.floor(fpr * len(others) + 1e-9)
    if allowed >= len(others):
        return 1.0
    bar = others.sort(descending=True).values[allowed]
    return (members > bar).double().mean().item()  # not-an-answer: a share above a bar
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_2-tpr-test", "points": 2}
@exercise("11.2")
def test_tpr_at_fpr():
    """Four others; one may be accused at an FPR of 0.25."""
    members = torch.tensor([5.0, 4.0, 3.0, 3.0, 0.0])
    others = torch.tensor([1.0, 4.5, 3.0, 2.0])

    def rate(fpr, others=others):
        with untouched(members, others):
            got = tpr_at_fpr(members, others, fpr)
        return expect_number(got, "tpr_at_fpr")

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
    few = rate(0.333, torch.tensor([1.0, 2.0, 3.0]))
    expect(
        abs(few - 0.4) < 1e-6,
        "of 3 others none may be accused at an FPR of 0.333, which is below 1/3: that finds 0.4 of "
        f"the members; yours: {few:.2f}",
        "over-budget" if few > 0.4 else "too-careful",
    )
    hundred = torch.arange(100.0)
    got = expect_number(tpr_at_fpr(hundred + 0.5, hundred, 0.29), "tpr_at_fpr")
    expect(
        abs(got - 0.3) < 1e-6,
        "of 100 others 29 may be accused at an FPR of 0.29, and a threshold between 70 and 71 "
        f"finds 30 of the members; yours: {got:.2f} (in floating point 0.29 * 100 < 29)",
        "float-floor" if abs(got - 0.29) < 1e-6 else "over-budget",
    )
    ### BEGIN HIDDEN TESTS
    oracle_tpr(tpr_at_fpr)
    ### END HIDDEN TESTS


test_tpr_at_fpr()
print("11.2a: visible checks passed")

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
    "clipped, no noise, LiRA": plots.PALETTE["reddish purple"],
    "private, LiRA": plots.PALETTE["bluish green"],
    "ceiling of the private models": plots.PALETTE["wine"],
    "allowed by epsilon and delta": plots.PALETTE["sky blue"],
    "coin": plots.PALETTE["black"],
    "20,000 people": plots.PALETTE["blue"],
    "1,000 people": plots.PALETTE["vermillion"],
    "RDP (given)": plots.PALETTE["blue"],
    "tight (PRV, upper end)": plots.PALETTE["black"],
    "central limit (GDP)": plots.PALETTE["vermillion"],
}

# %% id="membership-demo" tags=["demo"]
digits, labels = small_digits(2200, torch.Generator().manual_seed(0))
first_200 = data.Images(digits[:200], labels[:200])
memoriser = models.linear(196, 10)
training.fit(
    memoriser,
    first_200,
    epochs=150,
    lr=0.02,
    progress=False,
    generator=torch.Generator().manual_seed(0),
)
loss_scores = membership_scores(memoriser, digits, labels)

# %% id="membership-plot" tags=["demo"]
seen, unseen = loss_scores[:200], loss_scores[200:]
rates = torch.logspace(-3, 0, 40).tolist()
found = [tpr_at_fpr(seen, unseen, rate) for rate in rates]
figure = plots.curves(
    {"loss threshold": (rates, found), "coin": (rates, rates)},
    xlabel="false positive rate (others accused)",
    ylabel="true positive rate (members found)",
    colours=SHADES,
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log", ylim=(8e-4, 1.2))
alt = ", ".join(f"{tpr_at_fpr(seen, unseen, r):.1%} at {r:.1%}" for r in (0.001, 0.01, 0.1, 0.5))
plots.show(figure, alt=f"True positive rate of the loss threshold at false positive rates: {alt}.")
print(
    f"accuracy on members {evaluation.accuracy(memoriser, [(digits[:200], labels[:200])]):.1%}, "
    f"on others {evaluation.accuracy(memoriser, [(digits[200:], labels[200:])]):.1%}"
)
print(f"AUC {auc(seen, unseen):.2f}")
for rate in (0.001, 0.05, 0.5):
    print(f"TPR at {rate:.1%} FPR: {tpr_at_fpr(seen, unseen, rate):.1%}")

# %% [markdown]
# The **AUC** (the chance that a random member scores above a random other) says that the attack
# works. It earns that on the right, where half of the others are accused with the members. On the
# left, where an attacker is nearly sure, this attack does no better than a coin. It makes a
# difference: when nearly every accusation is right, each one harms, even if only one member in a
# hundred is found; when most are wrong, they tell little about whom they hit. So one reports
# the TPR at a low FPR (Carlini et al. 2022). And this bounds this attack, not the danger: in 11.7
# models like this one are asked a better question.
#
# **b. AUC alone misleads.** Prove it with a witness: `misleading_pair(n)` returns two attacks
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
# With <code>few = torch.arange(n) < math.ceil(n / 8)</code>: in the first attack all members have
# 0, and the others 1 where <code>few</code>, else -1; in the second the members have 1 where
# <code>few</code>, else 0, and all others have 0.
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
    for scores in sum(map(tuple, misleading_pair(130)), ()):
        expect_tensor(scores, (130,), "for n = 130 each of the four sets of scores")
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
            f"for n = {n} the AUC are {auc(*first):.2f} and {auc(*second):.2f}: the first must "
            "be higher by 0.1",
            "auc-close",
        )
    ### END HIDDEN TESTS


test_misleading_pair()
print("11.2b: the AUC of n = 100 are as they should be; ask your tpr_at_fpr about the rest")
# %% [markdown]
# ## Exercise 11.3: noise with a promise (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: mechanisms like these stand behind censuses and behind
# what telephones report about their owners. Each is easy to get almost right.
#
# A **mechanism** $f$ publishes something random about a data set. The promise of the paper,
# **differential privacy** (Dwork et al. 2006): for all data sets $D$ and $D'$ that differ in one
# person, and all sets $S$ of outcomes,
#
# $$P(f(D) \in S) \le e^{\varepsilon}\, P(f(D') \in S).$$
#
# Whatever is published, it would have been published nearly as likely without you. The inequality
# says nothing about what an attacker knows or computes, so it holds against all of them. Two
# properties make it useful:
#
# - **post-processing**: what is computed from the published result alone, without another look at
#   the data, keeps the promise;
# - **group privacy**: for data sets that differ in $g$ people it holds with $g \varepsilon$. So a
#   family of five is protected less than one person.
#
# **a. Randomised response** (Warner 1965). Each person lies at times, so that no answer proves
# anything. Write
#
# - `randomized_response(bits, epsilon, rng)`: each bit is told truly with probability
#   $e^{\varepsilon} / (1 + e^{\varepsilon})$, else flipped, independently of the others;
#   `bits`: integers 0 or 1, (n,), stay as they are; returns the same shape; all randomness from
#   `rng`, a numpy generator
# - `estimate(answers, epsilon)`: an unbiased estimate of the share of true ones; a number (which
#   may fall outside [0, 1])
#
# <details><summary>Hint 1: where to look</summary>
# What is the expected share of ones among the answers, if the true share is s?
# <details><summary>Hint 2: the idea</summary>
# With truth probability p it is s p + (1 - s)(1 - p). Solve for s.
# <details><summary>Hint 3: nearly the code</summary>
# With <code>p = 1 / (1 + math.exp(-epsilon))</code>: <code>np.where(rng.random(len(bits)) < p,
# bits, 1 - bits)</code>, and the estimate <code>(answers.mean() - (1 - p)) / (2 * p - 1)</code>.
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
                f"epsilon {epsilon}, {share:.2f} of the answers are ones: with a true share of "
                f"{(share - 1 + truth) / (2 * truth - 1):.4f} one expects that; yours: {got:.4f}",
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
    """epsilon = ln 3: the truth three times in four; epsilon = ln 4: four times in five."""
    rng = np.random.default_rng(0)
    for odds in (3, 4):
        for bit in (1, 0):
            bits = np.full(20_000, bit)
            with untouched(bits):
                answers = randomized_response(bits, math.log(odds), rng)
            answers = expect_array(answers, (20_000,), "randomized_response")
            expect(set(np.unique(answers)) <= {0, 1}, "an answer is 0 or 1")
            kept = (answers == bit).mean()
            expect(
                kept < 1 or bit == 1,
                "all who have a 0 tell the truth: then an answer 1 proves a 1",
                "lies-one-way",
            )
            expect(
                abs(kept - odds / (odds + 1)) < 0.015,
                f"for epsilon = ln {odds} the share {odds / (odds + 1):.3f} of those with a {bit} "
                f"tells the truth; yours: {kept:.3f}",
                "wrong-probability",
            )
    for answers, epsilon, share in (
        ([1, 1, 1, 0], math.log(3), 1.0),
        ([1, 1], math.log(4), 4 / 3),
        ([0, 0, 0], math.log(3), -0.5),
    ):
        got = expect_number(estimate(np.array(answers), epsilon), "estimate")
        expect(
            abs(got - share) < 1e-6,
            f"answers {answers} at epsilon = {epsilon:.3f}: the unbiased estimate is {share:.3f}; "
            f"yours: {got:.3f}",
            "biased",
        )
    kept = [(randomized_response(np.ones(60, int), 1.0, rng) == 1).sum() for _ in range(200)]
    expect(
        2.4 < np.std(kept) < 4.5,
        "each bit lies on its own, so the number of true ones among 60 varies from run to run, "
        f"with a spread of 3.4; yours: {np.std(kept):.1f}",
        "not-independent",
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
# **b. Laplace noise, and how far one person reaches.** "Differ in one person" has two meanings, and
# data sets that do so are called **neighbours**:
#
# - `"add-remove"`: $D'$ has one person more or one fewer,
# - `"replace"`: $D'$ has the same number of people, and one is somebody else.
#
# Every claim of privacy must say which. Write
#
# - `sum_sensitivity(low, high, neighbours)`: the most that the sum of values in [low, high] can
#   differ between two neighbours; numbers, low at most high, both signs possible
# - `laplace(true, sensitivity, epsilon, rng)`: `true` plus Laplace noise of scale
#   `sensitivity / epsilon`, drawn independently for each entry; shape (d,) -> (d,), `true` may be
#   integers; all randomness from `rng`. If the d numbers together (the sum of their absolute
#   changes) move by at most `sensitivity` between neighbours, this keeps the promise
#
# <details><summary>Hint 1: where to look</summary>
# For the sensitivity take two tiny data sets and make them differ as much as is allowed.
# <details><summary>Hint 2: the idea</summary>
# Somebody with the value v who comes or goes moves the sum by |v|. Somebody replaced moves it by
# the distance between two values.
# <details><summary>Hint 3: nearly the code</summary>
# <code>high - low</code> for <code>"replace"</code>, else <code>max(abs(low), abs(high))</code>;
# and <code>true + rng.laplace(0.0, sensitivity / epsilon, size=len(true))</code>.
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
    """Ages, temperatures and debts; then 20,000 draws around 7."""
    for low, high, neighbours, truth in (
        (0, 100, "add-remove", 100),
        (0, 100, "replace", 100),
        (-10, 30, "add-remove", 30),
        (-10, 30, "replace", 40),
        (-40, -5, "add-remove", 40),
        (-40, -5, "replace", 35),
    ):
        got = expect_number(sum_sensitivity(low, high, neighbours), "sum_sensitivity")
        expect(
            abs(got - truth) < 1e-9,
            f"values in [{low}, {high}], {neighbours}: one person can "
            f"move the sum by {truth}; yours: {got:g}",
            "wrong-neighbours",
        )

    def draw(sensitivity, epsilon, seed=0):
        true = np.full(20_000, 7.0)
        with untouched(true):
            got = laplace(true, sensitivity, epsilon, np.random.default_rng(seed))
        return expect_array(got, (20_000,), "laplace") - 7

    for sensitivity, epsilon, scale in ((2.0, 0.5, 4.0), (0.5, 2.0, 0.25)):
        noise = draw(sensitivity, epsilon)
        same = (noise == noise.min()).mean()
        expect(
            not 0.001 < same < 0.999,
            f"{same:.0%} of your results are the same number, {noise.min() + 7:g}, and none is "
            "below: noise is not cut off",
            "cut-off",
        )
        expect(
            noise.std() > 0 and len(np.unique(noise)) > 19_000,
            "each entry needs noise of its own: shared noise cancels in differences",
            "shared-noise",
        )
        size = np.abs(noise).mean()
        expect(
            abs(size / scale - 1) < 0.05,
            f"for sensitivity {sensitivity} and epsilon {epsilon} the mean distance from the truth "
            f"is the scale, {scale}; yours: {size:.3f}",
            "wrong-scale",
        )
        far = (np.abs(noise) > 3 * scale).mean()
        expect(
            abs(far - math.exp(-3)) < 0.01,
            f"one in twenty draws of Laplace noise lies beyond three scales; yours: {far:.3f}",
            "not-laplace",
        )
    same = np.array_equal(draw(1.0, 1.0, 1), draw(1.0, 1.0, 1))
    expect(same, "all randomness must come from rng: one seed, one result", "ignores-rng")
    expect(
        not np.array_equal(draw(1.0, 1.0, 1), draw(1.0, 1.0, 2)),
        "two seeds of rng give the same noise: draw from rng",
        "ignores-rng",
    )
    rng, true = np.random.default_rng(3), np.array([0, 50, -9])
    noise = np.array([laplace(true.copy(), 1.0, 2.0, rng) - true for _ in range(200)])
    expect(
        (noise % 1).any(),
        "the three entries are integers, and your noise is whole, too: do not cast back to them",
        "rounded",
    )
    expect(
        (np.abs(noise.mean(axis=0)) < 0.35).all(),
        "the noise lies around each entry's own truth: 0, 50 and -9; on average yours is off by "
        f"{np.round(noise.mean(axis=0), 2).tolist()}",
        "wrong-truth",
    )
    expect(
        abs(np.abs(noise).mean() - 0.5) < 0.15,
        "three entries, sensitivity 1 and epsilon 2: the scale is 0.5, however many entries there "
        f"are; yours: {np.abs(noise).mean():.2f}",
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
# it. But the promise above fails: far out, the ratio of two shifted bells exceeds every bound. What
# holds is the approximate form, $(\varepsilon, \delta)$-**differential privacy**:
#
# $$P(f(D) \in S) \le e^{\varepsilon}\, P(f(D') \in S) + \delta.$$
#
# What is $\delta$? A probability with which the promise need not hold at all. A mechanism that
# publishes each record in clear with probability $\delta$, and nothing else, satisfies it with
# $\varepsilon = 0$; of $n$ people about $n \delta$ are then exposed. So $\delta$ must be far below
# $1 / n$. The paper's form is $\delta = 0$.
#
# How large is $\delta$ for noise of standard deviation $\sigma$, if a number moves by
# `sensitivity`? With $\Phi$ the normal distribution function and $r$ the sensitivity over $\sigma$,
# Balle and Wang (2018) give the smallest one exactly:
#
# $$\delta = \Phi(r / 2 - \varepsilon / r) - e^{\varepsilon}\, \Phi(-r / 2 - \varepsilon / r).$$
#
# `gaussian_delta` below is given. Write `gaussian(true, sensitivity, epsilon, delta, rng,
# gaussian_delta)`: `true`, (d,), plus noise of the **smallest** standard deviation that is
# $(\varepsilon, \delta)$-private, to 0.1 %, drawn independently for each entry, all of it from
# `rng`. The d numbers together (the root of the sum of their squared changes) move by at most
# `sensitivity`. The `gaussian_delta` to use is handed in.
#
# The textbook's sigma, $\sqrt{2 \ln(1.25 / \delta)}$ times sensitivity over $\varepsilon$, is
# proved for $\varepsilon$ below 1, and more than enough there; at $\varepsilon = 10$ it is too
# small.
#
# <details><summary>Hint 1: where to look</summary>
# Delta falls when sigma grows.
# <details><summary>Hint 2: the idea</summary>
# Find two values of sigma, one too small, one large enough, and halve the interval between them
# until it is narrow; use the upper end.
# <details><summary>Hint 3: nearly the code</summary>
# Begin with <code>low, high = 1e-3 * sensitivity, sensitivity</code>; double <code>high</code>
# while <code>gaussian_delta(sensitivity, high, epsilon) > delta</code>. Sixty times: with the
# middle, replace <code>low</code> if its delta is too large, else <code>high</code>. Return
# <code>true + rng.normal(0.0, high, size=len(true))</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "setup-gaussian_delta", "locked": true}
def gaussian_delta(sensitivity, sigma, epsilon):
    """The smallest delta of Gaussian noise at this epsilon; a number in [0, 1]."""
    r = sensitivity / sigma
    above = stats.norm.cdf(r / 2 - epsilon / r)
    return float(above - math.exp(epsilon) * stats.norm.cdf(-r / 2 - epsilon / r))


# %% nbgrader={"grade_id": "oracle-gaussian", "points": 0}
### BEGIN HIDDEN TESTS
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
    cases = ((2.0, 0.5, 1e-6), (1.0, 4.0, 1e-3), (0.3, 10.0, 1e-5), (2.0, 30.0, 1e-3))
    for sensitivity, epsilon, delta in cases:
        true = np.linspace(-3, 3, 200_000)
        got = gaussian(true, sensitivity, epsilon, delta, rng, oracle_delta)
        noise = expect_array(got, (200_000,), "gaussian") - true
        sigma = oracle_sigma(sensitivity, epsilon, delta)
        case = f"for sensitivity {sensitivity}, epsilon {epsilon} and delta {delta}"
        expect(
            noise.std() > 0.99 * sigma,
            f"{case} sigma must be {sigma:.4f}; your noise has {noise.std():.4f}: the promise is "
            "broken",
            "too-little",
        )
        expect(
            noise.std() < 1.01 * sigma,
            f"{case} sigma = {sigma:.4f} keeps the promise; your noise has {noise.std():.4f}",
            "not-smallest",
        )
        far = stats.kstest(noise / sigma, "norm").statistic
        expect(far < 0.012, f"the noise is not normal: distance {far:.3f}", "not-normal")
        lag = np.corrcoef(noise[1:], noise[:-1])[0, 1]
        expect(abs(lag) < 0.02, "the entries' noise must be independent", "shared-noise")


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_3-gaussian", "solution": true}
def gaussian(true, sensitivity, epsilon, delta, rng, gaussian_delta):
    """Each entry of `true` with the least normal noise that keeps the promise; (d,) -> (d,)."""
    ### BEGIN SOLUTION
    high, low = sensitivity, 1e-3 * sensitivity
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
    """With a made-up delta of exp(-epsilon (sigma / sensitivity)^2) sigma is known by hand."""

    def made_up(sensitivity, sigma, epsilon):
        return math.exp(-epsilon * (sigma / sensitivity) ** 2)

    def draw(sensitivity, epsilon, delta, seed=0):
        rng, true = np.random.default_rng(seed), np.tile([5.0, -300.0], 50_000)
        with untouched(true):
            got = gaussian(true, sensitivity, epsilon, delta, rng, made_up)
        noise = expect_array(got, (100_000,), "gaussian") - true
        off = max(abs(noise[::2].mean()), abs(noise[1::2].mean()))
        expect(
            off < 100 or np.ptp(noise) < 1e-6,
            "half of the entries are 5 and half -300; the noise lies around each entry's own "
            f"truth, and on one half yours is off by {off:.0f} on average",
            "wrong-truth",
        )
        return noise

    sigma = draw(2.0, 0.5, 1e-3).std()
    expect(
        abs(sigma - 15.10) > 0.2,
        "your sigma is the textbook's: use the gaussian_delta that is handed in",
        "textbook",
    )
    for sensitivity, epsilon, delta, least in (
        (2.0, 0.5, 1e-3, 7.434),
        (0.3, 2.0, 1e-2, 0.4552),
        (5.0, 20.0, 1e-2, 2.3993),
        (40.0, 0.1, 1e-3, 332.45),
    ):
        noise = draw(sensitivity, epsilon, delta)
        case = f"sensitivity {sensitivity}, epsilon {epsilon}, delta {delta}, made-up delta:"
        expect(
            noise.std() > 0 and len(np.unique(noise)) > 99_000,
            "each entry needs noise of its own: shared noise cancels in differences",
            "shared-noise",
        )
        expect(
            noise.std() > 0.985 * least,
            f"{case} sigma must be {least:.4g}; yours is {noise.std():.4g}: the promise is broken",
            "too-little",
        )
        expect(
            noise.std() < 1.015 * least,
            f"{case} sigma = {least:.4g} is enough; yours is {noise.std():.4g}",
            "not-smallest",
        )
        far = (np.abs(noise) > 3 * least).mean()
        expect(
            far < 0.005,
            f"three in a thousand draws of normal noise lie beyond three sigma; yours: {far:.4f}",
            "not-normal",
        )
    same = np.array_equal(draw(1.0, 1.0, 0.1, 1), draw(1.0, 1.0, 0.1, 1))
    other = np.array_equal(draw(1.0, 1.0, 0.1, 1), draw(1.0, 1.0, 0.1, 2))
    expect(same and not other, "all randomness must come from rng", "ignores-rng")
    ### BEGIN HIDDEN TESTS
    oracle_gaussian(gaussian)
    ### END HIDDEN TESTS


test_gaussian()
print("11.3c: visible checks passed")

# %% [markdown]
# **d. What the promise means for an attacker.** Somebody sees the output and says "D" or "D'". If
# the mechanism is $(\varepsilon, \delta)$-private, the rates of every attacker satisfy
#
# $$\mathrm{TPR} \le e^{\varepsilon}\, \mathrm{FPR} + \delta.$$
#
# The promise holds with $D$ and $D'$ exchanged, and for "not accused" as well:
#
# $$1 - \mathrm{FPR} \le e^{\varepsilon}\, (1 - \mathrm{TPR}) + \delta.$$
#
# Write `most_tpr(fpr, epsilon, delta)`: the largest TPR that both allow, and no share is above 1.
#
# - `fpr`: array (n,), in [0, 1]; returns an array (n,)
#
# <details><summary>Hint 1: where to look</summary>
# Solve the second inequality for the TPR.
# <details><summary>Hint 2: the idea</summary>
# The smaller of two lines, and of 1.
# <details><summary>Hint 3: nearly the code</summary>
# The first line is <code>np.exp(epsilon) * fpr + delta</code>, the second <code>1 -
# np.exp(-epsilon) * (1 - delta - fpr)</code>; <code>np.minimum</code> of both, and of 1.
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
    expect(
        abs(got[3] - (1 - 0.4 / 3)) < 1e-9,
        "with delta = 0.1 the second inequality allows 1 - (1 - 0.1 - 0.5) / 3 = 0.867 at FPR 0.5; "
        f"yours: {got[3]:.3f}",
        "second-line",
    )
    ### BEGIN HIDDEN TESTS
    fpr = np.linspace(0, 1, 23)
    for epsilon, delta in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.05), (3.0, 1e-3), (0.2, 0.4)):
        got = expect_array(most_tpr(fpr, epsilon, delta), (23,), "most_tpr")
        truth = [oracle_most_tpr(f, epsilon, delta) for f in fpr]
        expect(
            np.allclose(got, truth, atol=1e-9),
            f"epsilon {epsilon}, delta {delta}: at the FPRs {fpr[[1, 11]].round(3).tolist()} the "
            f"best attack on the leakiest mechanism finds {[round(truth[i], 4) for i in (1, 11)]}; "
            f"yours: {got[[1, 11]].round(4).tolist()}",
            "one-line",
        )
    ### END HIDDEN TESTS


test_most_tpr()
print("11.3d: visible checks passed")

# %% [markdown]
# Move the slider: a histogram of 300 ages under Laplace noise, and the best attacker on one of its
# counts. Neighbours by add or remove: one person moves one count by 1.

# %% id="slider-parts" tags=["demo"]
age_counts, age_edges = np.histogram(people["age"][:300], np.arange(15, 91, 5))


def published(epsilon):
    """The histogram with Laplace noise."""
    return laplace(age_counts, 1.0, epsilon, np.random.default_rng(0))


def draw_counts(axes, epsilon):
    """The true histogram, and what is published."""
    middle = age_edges[:-1] + 2.5
    axes.bar(middle, age_counts, 4, color=plots.PALETTE["sky blue"], label="true")
    noisy = published(epsilon)
    axes.plot(middle, noisy, "s", color=plots.PALETTE["vermillion"], label="published")
    axes.axhline(0, color="black", lw=0.8)
    axes.set(xlabel="age (years)", ylabel="people", ylim=(-40, 95))
    axes.legend(loc="upper right")


def draw_attacker(axes, epsilon):
    """All that epsilon allows, and the ROC curve of the best attacker on one count."""
    fpr = np.linspace(0, 1, 201)
    most, least = most_tpr(fpr, epsilon, 0.0), 1 - most_tpr(1 - fpr, epsilon, 0.0)
    best = stats.laplace.sf(stats.laplace.isf(fpr) - epsilon)
    axes.fill_between(fpr, least, most, color=plots.PALETTE["sky blue"], alpha=0.4, label="allowed")
    axes.plot(fpr, best, color=plots.PALETTE["vermillion"], label="best attacker")
    axes.plot(fpr, fpr, ":", color=plots.PALETTE["black"], label="coin")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", ylim=(0, 1))
    axes.legend(loc="lower right")


# %% id="slider" tags=["demo"]
def draw_both(epsilon):
    """Both pictures for one epsilon."""
    fig = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = fig.subplots(1, 2)
    draw_counts(left, epsilon)
    draw_attacker(right, epsilon)
    fig.suptitle(f"epsilon = {epsilon:g}, noise scale = {1 / epsilon:g} people")
    return fig


def in_words(epsilon):
    """What the two pictures show."""
    off = np.abs(published(epsilon) - age_counts)
    tpr = stats.laplace.sf(stats.laplace.isf(0.1) - epsilon)
    return (
        f"epsilon {epsilon:g}. Left: 300 ages in bars of 5 years; the published counts are off by "
        f"{off.mean():.1f} people on average, {off.max():.1f} at most. Right: at a false positive "
        f"rate of 10 % the best attacker finds {tpr:.1%}, and "
        f"{most_tpr(np.array([0.1]), epsilon, 0.0)[0]:.1%} would be allowed."
    )


widgets.slider(draw_both, [0.1, 0.2, 0.5, 1.0, 2.0, 5.0], label="epsilon", initial=3, alt=in_words)

# %% [markdown]
# At 0.1 the counts are useless and the attacker is nearly a coin; at 5 the counts are nearly exact
# and so is the attacker. The curve touches the edge of the allowed region except around its corner.
# The region is symmetric: whoever always says the opposite of a good attacker is as bad as it is
# good.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: promises tested and kept
#
# About 75 minutes: exercises 11.4, 11.6 and 11.8.

# %% [markdown]
# ## Exercise 11.4: catch a false promise (6 points)
#
# Difficulty: 4 of 5 · Minutes: 35 · Why: the definition can be tested. Run a mechanism many times
# on two neighbours and count. Audits of this kind found a bug in published private software (Tramèr
# et al. 2022).
#
# If some event $S$ has $P(f(D) \in S) = p$ and $P(f(D') \in S) = p'$, then
# $\varepsilon \ge \ln((p - \delta) / p')$. You only see counts: the event happened `hits` times in
# n runs on one data set and `falses` times in n runs on the other. So `ratio_bound` below, which is
# given, takes for $p$ the lower end of an exact interval (Clopper and Pearson's) and for $p'$ the
# upper end of another. Each end is wrong with probability at most (1 - confidence) / 2, and so
# epsilon exceeds what it returns with the given confidence, **if the event was chosen before the
# runs were made**.


# %% nbgrader={"grade_id": "setup-ratio_bound", "locked": true}
def ratio_bound(hits, falses, n, delta, confidence):
    """What epsilon exceeds with this confidence, 0 or more, for m events.

    Args:
        hits: integer array (m,), how often each event happened in n runs on one data set.
        falses: integer array (m,), how often in n runs on the other.
    """
    a = (1 - confidence) / 2
    low = np.where(hits > 0, stats.beta.ppf(a, np.maximum(hits, 1), n - hits + 1), 0.0)
    high = np.where(falses < n, stats.beta.ppf(1 - a, falses + 1, np.maximum(n - falses, 1)), 1.0)
    return np.log(np.maximum((low - delta) / high, 1.0))


# %% [markdown]
# **a. `audit(mechanism, d0, d1, n, delta, confidence, rng)`**: which event $S$? You do not know, so
# you look for a good one. But whoever picks, among many events, the one with the largest bound
# *and* reports this bound on the same runs, will accuse the innocent. So:
#
# 1. `mechanism(d0, n, rng)` and `mechanism(d1, n, rng)`: n outputs of each, shape (n,). Choose the
#    event on these: "output at least t" or "output at most t" for some threshold t, and which of
#    the two data sets gives the hits, with the largest `ratio_bound`.
# 2. Run both **again**, n outputs of each, and count the chosen event on the fresh outputs only.
#
# Returns `ratio_bound` of the fresh counts, a number. `ratio_bound` takes arrays, so call it once
# for many events. Fifty thresholds will do: quantiles of all first outputs.
#
# <details><summary>Hint 1: where to look</summary>
# Four kinds of event for each threshold: at least or at most t, and either data set may be the one
# on which the event is frequent.
# <details><summary>Hint 2: the idea</summary>
# A small helper that counts an event on both data sets, used once to choose and once to report.
# Outputs may have ties (a mechanism that says 0 or 1): use thresholds that are outputs.
# <details><summary>Hint 3: nearly the code</summary>
# <code>t = np.quantile(np.concatenate([a0, a1]), np.linspace(0, 1, 50), method="nearest")</code>.
# With <code>sign</code> 1 or -1 the counts are <code>(sign * a[:, None] >= sign * t).sum(0)</code>:
# "at most t" is "at least -t" of the negated outputs. For both signs and both orders of the counts
# take <code>ratio_bound</code>, keep sign, order and place of the largest; then the same count on
# fresh outputs with that one threshold.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-audit", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_answers(scale, step=1.0):
    """A Laplace mechanism: data 0 or 1, moved by step, noise of this scale."""
    return lambda d, n, rng: step * d + rng.laplace(0, scale, n)


def oracle_twice(d, n, rng):
    """A budget used twice: the mean of two answers with the whole epsilon = 1 each."""
    return d + (rng.laplace(0, 1, n) + rng.laplace(0, 1, n)) / 2  # not-an-answer: audited


def oracle_skewed(d, n, rng):
    """Says 0 half of the time on 0 and hardly ever on 1: only the answer 0 is telling."""
    return (rng.random(n) < (0.99 if d else 0.5)).astype(float)  # not-an-answer: audited


ORACLE_BROKEN = {
    "wrong sensitivity": oracle_answers(1.0, step=2.0),
    "budget used twice": oracle_twice,
    "wrong scale": oracle_answers(0.5),
}


def oracle_audit(audit):
    """Catches what breaks epsilon = 1, passes what keeps it, rarely claims too much."""

    def run(mechanism, n, seed, delta=0.0):
        got = audit(mechanism, 0, 1, n, delta, 0.95, np.random.default_rng(seed))
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
        found = audit(oracle_skewed, d0, d1, 5000, 0.0, 0.95, np.random.default_rng(42))
        expect(
            found > 2.5,
            f"an answer that is rare on one data set is telling: the audit of ({d0}, {d1}) should "
            f"find more than 2.5; yours: {found:.2f}. Look at both tails and both directions",
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
    expect(
        leaky < 0.3,
        f"an event of probability delta may tell everything; you report {leaky:.2f}",
        "no-delta",
    )
    for n, delta, confidence in ((300, 0.1, 0.8), (50, 0.0, 0.99)):
        u = ((1 - confidence) / 2) ** (1 / n)
        truth, rng = math.log((u - delta) / (1 - u)), np.random.default_rng(44)
        got = audit(lambda d, n, rng: np.full(n, -3.0 * d), 0, 1, n, delta, confidence, rng)
        expect(
            abs(got - truth) < 1e-6,
            f"{n} runs, delta {delta}, confidence {confidence}, no noise at all: an audit proves "
            f"{truth:.4f}; yours: {got:.4f}",
            "no-confidence",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_4-audit", "solution": true}
def audit(mechanism, d0, d1, n, delta, confidence, rng):
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
    """A mechanism that tells all, one that fools a lazy auditor, one with one telling answer."""

    def run(mechanism, n=500, delta=0.0, confidence=0.95, pair=(0, 1), seed=0):
        got = audit(mechanism, *pair, n, delta, confidence, np.random.default_rng(seed))
        return expect_number(got, "audit")

    def clear(d, n, rng):
        return np.full(n, float(d))

    for pair in ((0, 1), (1, 0)):
        found = run(clear, pair=pair)
        expect(
            found > 4.8,
            f"no privacy at all, and of the 4.904 that 500 runs can show you find {found:.3f}",
            "too-weak",
        )
    calls = []

    def turncoat(d, n, rng):
        calls.append(d)
        lies = (rng.random(n) < 0.8) & (calls.count(d) > 1)
        return np.where(lies, 1.0 - d, d) + 0.4 * rng.random(n)

    found = run(turncoat)
    expect(len(calls) == 4, f"each data set needs two runs; yours: {len(calls)} calls", "same-runs")
    expect(
        found == 0,
        "the fresh runs mostly say the opposite of the first, so they prove nothing of the event "
        f"that was chosen, and you report {found:.2f}: choose threshold, tail and the data set "
        "that gives the hits on the first runs, and count that one event on the fresh runs alone",
        "same-runs",
    )

    def telling(d, n, rng):
        return (rng.random(n) < (0.99 if d else 0.5)).astype(float)  # not-an-answer: audited

    for pair in ((0, 1), (1, 0)):
        found = run(telling, n=5000, pair=pair)
        expect(
            found > 2.5,
            "a mechanism says 1 in half of the runs on 0, and in 99 % of those on 1: the answer 0 "
            f"is telling; auditing {pair} you find {found:.2f} and could find 3.6. Try both tails, "
            "and each data set as the one that gives the hits",
            "one-direction",
        )
        found = run(lambda d, n, rng: 1 - telling(d, n, rng), n=5000, pair=pair)
        expect(
            found > 2.5,
            "the same mechanism with 0 and 1 exchanged: the answer 1 is telling now; auditing "
            f"{pair} you find {found:.2f} and could find 3.6. Try both tails",
            "one-direction",
        )
    found = run(lambda d, n, rng: np.full(n, float(d)) * (d > 5), pair=(60, 61))
    expect(
        found > 4.8,
        f"a mechanism that tells all of counts above 5: on 60 and 61 you find {found:.2f}",
        "ignores-pair",
    )

    def tempting(d, n, rng):
        return np.where(rng.random(n) < 0.04, 10.0 * d, d + rng.laplace(0, 0.5, n))

    found = run(tempting, n=5000, delta=0.05)
    expect(
        found > 0.7,
        "something rarer than delta is as telling as can be, and proves nothing; another event "
        f"proves more than 0.7, and you report {found:.2f}: choose the event with delta, too",
        "no-delta",
    )
    found = [run(lambda d, n, rng: d + rng.laplace(0, 1, n), seed=s) for s in range(4)]
    expect(
        len(set(found)) > 1,
        "four seeds of rng give the very same number: draw all from rng",
        "ignores-rng",
    )
    found = run(lambda d, n, rng: d + rng.laplace(0, 1, n), n=5000)
    expect(found <= 1, f"Laplace noise of scale 1 has epsilon = 1, not {found:.2f}", "over-claims")
    expect(found > 0.6, f"Laplace noise of scale 1: you find {found:.2f} of 1", "too-weak")
    found = run(clear, delta=0.4)
    expect(
        abs(found - run(clear)) > 0.1,
        f"with delta 0.4 instead of 0 less is proved, but you find {found:.3f} both times",
        "no-delta",
    )
    found = run(clear, confidence=0.999)
    expect(
        abs(found - 4.180) < 0.01,
        f"with confidence 0.999 the 500 runs on a mechanism without noise prove 4.180; yours: "
        f"{found:.3f}",
        "no-confidence",
    )
    ### BEGIN HIDDEN TESTS
    oracle_audit(audit)
    ### END HIDDEN TESTS


test_audit()
print("11.4a: visible checks passed")

# %% [markdown]
# Six mechanisms publish a count. All claim $\varepsilon = 1$ and $\delta = 0$; the two data sets
# are neighbours by add or remove, with counts of 0 and 1. Three keep the promise.


# %% nbgrader={"grade_id": "setup-suspects", "locked": true}
def mean_of_two(d, n, rng):
    """Two answers, each with noise for the whole epsilon; their mean is published."""
    return d + (rng.laplace(0, 1, n) + rng.laplace(0, 1, n)) / 2  # not-an-answer: audited


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
    bound = audit(mechanism, 0, 1, 20_000, 0.0, 0.95, rng)
    print(f"{name:26} epsilon >= {bound:.2f}   {'REFUTED' if bound > 1 else 'not refuted'}")

# %% [markdown] id="predict-audit"
# ### Predict, then run
#
# Three more mechanisms. `"rare"` adds the right noise for epsilon = 1, but publishes the data in
# clear once in 50,000 runs. `"other people"` adds the right noise for epsilon = 1 to counts of 0
# and 1, and none to counts above 5. `"in clear"` adds no noise at all, and claims epsilon = 8. None
# keeps its promise (delta is 0). Which will your audit refute, on counts of 0 and 1, with 10,000
# runs on each, twice? Set `my_guess` to a list of names, for example `["rare", "in clear"]`.

# %% nbgrader={"grade_id": "ex11_4-predict", "solution": true}
PREDICT = {
    "name": "my_guess", "kind": "choice", "options": ["rare", "other people", "in clear"],
    "several": True, "outcome": [], "seen": r"in clear on \(0, 1\) claims 8: .*not refuted",
}
### BEGIN SOLUTION
my_guess = ["in clear"]
### END SOLUTION


# %% id="blind-demo" tags=["demo"]
def rare(d, n, rng):
    """Tells everything, once in 50,000 runs."""
    return np.where(rng.random(n) < 1 / 50_000, 1000.0 * d, d + rng.laplace(0, 1, n))


def other_people(d, n, rng):
    """No noise at all above 5."""
    return d + rng.laplace(0, 1, n) * (d <= 5)


def in_clear(d, n, rng):
    """The data themselves."""
    return np.full(n, float(d))


rng = np.random.default_rng(0)
for name, mechanism, pair, claim in (
    ("rare", rare, (0, 1), 1),
    ("other people", other_people, (0, 1), 1),
    ("other people", other_people, (6, 7), 1),
    ("in clear", in_clear, (0, 1), 8),
):
    bound = audit(mechanism, *pair, 10_000, 0.0, 0.95, rng)
    verdict = "REFUTED" if bound > claim else "not refuted"
    print(f"{name} on {pair} claims {claim}: epsilon >= {bound:.2f}   {verdict}")
print(f"you said: {my_guess}")

# %% [markdown]
# An audit sees one pair of data sets, one family of events, and nothing much rarer than one in n.
# That it can refute a promise and never confirm one, you may have expected. But look at the last
# line: data published **in clear**, under the claim of an epsilon of 8, passed.
#
# **b. What could an audit ever find?** Before somebody is impressed by "it passed our audit", they
# should ask which claims that audit could have refuted. Write
#
# - `most_refutable(n, delta, confidence)`: the largest number that an audit with n fresh runs on
#   each data set can return, whatever the mechanism; a number, 0 or more
# - `fewest_runs(epsilon, delta, confidence)`: the smallest n with which some mechanism could be
#   refuted that claims (epsilon, delta), that is, with which an audit can return **more** than
#   epsilon; a whole number; epsilon from 0 to 12, delta from 0 to 0.4, confidence from 0.5 to 0.999
#
# <details><summary>Hint 1: where to look</summary>
# An audit returns a <code>ratio_bound</code>. Which counts make it as large as it can be? It takes
# arrays: pass arrays of one event.
# <details><summary>Hint 2: the idea</summary>
# The event always happens on one data set and never on the other. The bound grows with n, so double
# n until it is enough, and then halve the interval in which the fewest lies (counting up one by one
# is right, too, and takes minutes at epsilon 12).
# <details><summary>Hint 3: nearly the code</summary>
# <code>float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])</code>. Then
# <code>low, high = 0, 1</code>; while <code>most_refutable(high, delta, confidence) <=
# epsilon</code>: <code>low, high = high, 2 * high</code>; while <code>high - low > 1</code>: the
# middle replaces <code>low</code> if it cannot refute, else <code>high</code>; return
# <code>high</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-runs", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_runs(most_refutable, fewest_runs):
    """In closed form: the ends of the intervals for n of n and 0 of n are powers."""
    for n, delta, confidence in ((1, 0.0, 0.5), (37, 0.0, 0.9), (5000, 0.2, 0.99), (4, 0.6, 0.95)):
        u = ((1 - confidence) / 2) ** (1 / n)
        truth = math.log(max(1.0, (u - delta) / (1 - u)))
        got = expect_number(most_refutable(n, delta, confidence), "most_refutable")
        expect(
            abs(got - truth) < 1e-6,
            f"n = {n}, delta {delta}, confidence {confidence}: the most is {truth:.4f}; yours: "
            f"{got:.4f}",
            "wrong-most",
        )
    cases = (
        (0.0, 0.0, 0.95),
        (2.0, 0.3, 0.9),
        (5.0, 0.0, 0.5),
        (7.0, 1e-3, 0.999),
        (12, 0.0, 0.95),
    )
    for epsilon, delta, confidence in cases:
        a, odds = (1 - confidence) / 2, math.exp(epsilon)
        truth = math.ceil(math.log(a) / math.log1p(-(1 - delta) / (1 + odds)))
        got = expect_number(fewest_runs(epsilon, delta, confidence), "fewest_runs")
        expect(
            abs(got - truth) < 0.5,
            f"epsilon {epsilon}, delta {delta}, confidence {confidence}: {truth} runs are the "
            f"fewest; yours: {got:g}",
            "not-fewest",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_4-runs", "solution": true}
def most_refutable(n, delta, confidence):
    """The largest number that an audit with n fresh runs on each data set can return."""
    ### BEGIN SOLUTION
    return float(ratio_bound(np.array([n]), np.array([0]), n, delta, confidence)[0])
    ### END SOLUTION


def fewest_runs(epsilon, delta, confidence):
    """The smallest n with which an audit can return more than epsilon; a whole number."""
    ### BEGIN SOLUTION
    low, high = 0, 1
    while most_refutable(high, delta, confidence) <= epsilon:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if most_refutable(middle, delta, confidence) <= epsilon:
            low = middle
        else:
            high = middle
    return high
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_4-runs-test", "points": 3}
@exercise("11.4")
def test_runs():
    """Numbers of three audits, and the two sides of one fewest n."""
    for n, delta, confidence, truth in (
        (100, 0.0, 0.9, 3.4930),
        (30, 0.2, 0.99, 1.3716),
        (10_000, 0.001, 0.95, 7.9038),
    ):
        got = expect_number(most_refutable(n, delta, confidence), "most_refutable")
        expect(
            abs(got - math.log(n)) > 1e-3,
            f"ln {n} would need certainty that what was never seen in {n} runs has probability 1 / "
            f"{n} at most: take ratio_bound of the best counts",
            "no-interval",
        )
        expect(
            abs(got - truth) < 1e-3,
            f"{n} runs, delta {delta}, confidence {confidence}: the most is {truth:.3f}; yours: "
            f"{got:.3f}",
            "wrong-most",
        )
    for epsilon, delta, confidence, truth in (
        (0.0, 0.0, 0.95, 6),
        (3.0, 0.0, 0.95, 76),
        (6.0, 0.3, 0.9, 1730),
        (8.0, 0.001, 0.99, 15_813),
    ):
        got = expect_number(fewest_runs(epsilon, delta, confidence), "fewest_runs")
        case = f"epsilon {epsilon}, delta {delta}, confidence {confidence}: {truth} runs"
        expect(abs(got - round(got)) < 1e-9, f"runs come whole; yours: {got}", "not-whole")
        expect(
            got != truth - 1, f"{case} are the fewest; with yours, {got:g}, not yet", "one-too-few"
        )
        expect(got >= truth, f"{case} are the fewest; {got:g} cannot refute it", "too-few")
        expect(got <= truth, f"{case} are enough; yours: {got:g}", "not-fewest")
    ### BEGIN HIDDEN TESTS
    oracle_runs(most_refutable, fewest_runs)
    ### END HIDDEN TESTS


test_runs()
print("11.4b: visible checks passed")

# %% id="runs-demo" tags=["demo"]
ns = [10, 100, 1000, 10_000, 100_000, 1_000_000]
most = [most_refutable(n, 0.0, 0.95) for n in ns]
claims = {f"a claim of {c}": (ns, [c] * len(ns)) for c in (1, 8)}
figure = plots.curves(
    {"most that can be refuted": (ns, most), **claims},
    xlabel="fresh runs on each data set",
    ylabel="epsilon (confidence 95 %, delta 0)",
    colours={
        "most that can be refuted": plots.PALETTE["blue"],
        "a claim of 1": plots.PALETTE["bluish green"],
        "a claim of 8": plots.PALETTE["vermillion"],
    },
    percent=False,
)
figure.axes[0].set(xscale="log", ylim=(0, 15))
alt = ", ".join(f"{m:.1f} with {n:,} runs" for n, m in zip(ns, most, strict=True))
plots.show(figure, alt=f"The largest epsilon that an audit can refute: {alt}. Claims of 1 and 8.")
print(f"the most that 10,000 runs can refute: {most_refutable(10_000, 0.0, 0.95):.2f}")
for claim in (1, 4, 8, 12):
    print(f"claim {claim:2}: at least {fewest_runs(claim, 0.0, 0.95):,} runs on each data set")

# %% [markdown]
# The blue line climbs by 2.3 for ten times the runs, however bad the mechanism is: runs grow like
# $e^{\varepsilon}$. At a confidence of 95 % this audit of 10,000 runs cannot refute a claim of 8,
# not even against a mechanism that publishes everything. "It passed" then says nothing at all: the
# test had no way to fail. A sharper test of the same counts moves the line and keeps its slope:
# 10,000 hits and no false one have, under a claim of 8, at most the probability
# $(1 - e^{-8})^{10000} = 3.5\,\%$, so a test of both counts at once refutes it, from 8,929 runs on.
# These are the fewest runs, against the worst mechanism; no other needs fewer. And where one run is
# the training of a model, even a claim of 4 is dear to test this way.

# %% [markdown]
# ## Exercise 11.6: train within a budget (5 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: DP-SGD (Abadi et al. 2016) is the usual way to train a
# private model. Each of its steps has a mistake that leaves training intact and the promise broken.
#
# Training asks the data hundreds of questions, and each spends some of the budget. By **basic
# composition** mechanisms with $(\varepsilon_i, \delta_i)$ are together
# $(\sum_i \varepsilon_i, \sum_i \delta_i)$-private. That is right and, for many small steps, far
# more than the truth. The **Rényi divergence** of order $\alpha > 1$ looks at the very ratio that
# the promise bounds, and averages a power of it:
#
# $$D_\alpha = \frac{1}{\alpha - 1} \ln E_{z \sim f(D')}
# \left( \frac{P(f(D) = z)}{P(f(D') = z)} \right)^{\alpha}.$$
#
# Ratios of independent steps multiply, so these logarithms add up over steps, and at the end they
# are turned into one epsilon for a given delta. `rdp` and `epsilon_of` below do that as the
# library opacus does; you can use them as they are. Neighbours: add or remove one person. In each
# step every person comes with probability $q$, independently; nobody's numbers are longer than 1,
# and noise of standard deviation $\sigma$ is added to their sum. (Mironov, Talwar, Zhang 2019, for
# whole $\alpha$; conversion of Balle et al. 2020.)


# %% nbgrader={"grade_id": "setup-quiet", "locked": true}
import warnings

for message in (
    "Secure RNG turned off",
    "Full backward hook is firing",
    "GDP accounting is",
    "Optimal order is the",
):
    warnings.filterwarnings("ignore", message=message)

# %% nbgrader={"grade_id": "setup-books", "locked": true}
ORDERS = list(range(2, 257))


def rdp(q, sigma, steps, orders):
    """Rényi divergence of the sampled Gaussian mechanism at whole orders; list -> array."""
    from scipy.special import gammaln, logsumexp, xlogy

    values = []
    for alpha in orders:
        k = np.arange(alpha + 1)
        choose = gammaln(alpha + 1) - gammaln(k + 1) - gammaln(alpha - k + 1)
        sampled = xlogy(alpha - k, 1 - q) + xlogy(k, q)
        terms = choose + sampled + (k**2 - k) / (2 * sigma**2)
        values.append(steps * logsumexp(terms) / (alpha - 1))
    return np.array(values)


def epsilon_of(rdp_values, orders, delta):
    """The smallest epsilon that any order gives for this delta; a number."""
    alpha = np.asarray(orders, dtype=float)
    ratio = np.log((alpha - 1) / alpha)
    return float((rdp_values - np.log(delta * alpha) / (alpha - 1) + ratio).min())


# %% [markdown]
# A step of DP-SGD: the gradient of **each** person, clipped to the length `max_norm`; their sum;
# noise that fits one person's reach; division by the expected number of people. The first and the
# last two of these are given, for linear models (for other networks, `torch.func.vmap` of
# `torch.func.grad` does the first).


# %% nbgrader={"grade_id": "setup-gradients", "locked": true}
def per_sample_gradients(params, x, y):
    """The gradient of each example's cross-entropy in a linear model: a dict name -> (n, *shape).

    Args:
        params: name -> tensor, first the weight (classes, d), then the bias (classes,).
        x: (n, d); n may be 0.
        y: (n,), labels.
    """
    (w, weight), (b, bias) = params.items()
    pull = (x @ weight.T + bias).softmax(1) - F.one_hot(y, len(bias))
    return {w: pull[:, :, None] * x[:, None, :], b: pull}


def noisy_mean(summed, max_norm, sigma, expected, generator):
    """(sum + noise of standard deviation sigma * max_norm) / expected, for each parameter."""
    return {
        name: (s + sigma * max_norm * torch.randn(s.shape, generator=generator, dtype=s.dtype))
        / expected
        for name, s in summed.items()
    }


# %% [markdown]
# **a. `clip_and_sum(gradients, max_norm)`**: no person may pull further than `max_norm`. The length
# is that of **all** of a person's gradients together, over all parameters; whoever is too long is
# scaled by the factor $\min(1, C / (\mathrm{length} + 10^{-6}))$ with $C$ = `max_norm`, as in
# opacus. Then add up over people.
#
# - `gradients`: a dict name -> (n, *shape); n may be 0, then all sums are 0; it stays as it is
# - returns a dict name -> (*shape)
#
# <details><summary>Hint 1: where to look</summary>
# One factor per person, the same for all parameters.
# <details><summary>Hint 2: the idea</summary>
# The squared length is the sum of the squared lengths per parameter.
# <details><summary>Hint 3: nearly the code</summary>
# <code>torch.stack([g.flatten(1).norm(dim=1) for g in gradients.values()]).norm(dim=0)</code> is
# the length of each person, <code>(max_norm / (length + 1e-6)).clamp(max=1)</code> the factor, and
# <code>torch.einsum("n,n...->...", factor, g)</code> scales and adds up.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-clip", "points": 0}
### BEGIN HIDDEN TESTS
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


def oracle_clipping(clip_and_sum):
    """Person by person; and the point of it all: one person moves the sum by at most max_norm."""
    g = torch.Generator().manual_seed(62)
    for n, max_norm in ((6, 1.0), (1, 0.3), (9, 100.0)):
        people = {
            "a": torch.randn(n, 3, 2, generator=g, dtype=torch.float64),
            "b": torch.randn(n, 4, generator=g, dtype=torch.float64) * 2,
            "c": torch.randn(n, 1, generator=g, dtype=torch.float64),
        }
        people["a"][0] *= 1000
        got, truth = clip_and_sum(people, max_norm), oracle_clip(people, max_norm)
        rest = clip_and_sum({k: v[1:] for k, v in people.items()}, max_norm)
        for name, value in truth.items():
            one = expect_tensor(got[name], tuple(value.shape), name)
            expect_tensor(rest[name], tuple(value.shape), name)
            expect(
                (one - value).abs().max() < 1e-5 * (1 + max_norm),
                f"{n} people, one very long, max_norm {max_norm}: the sum of {name} is off by "
                f"{(one - value).abs().max():.2g}",
                "stretches",
            )
        moved = torch.cat([(got[k] - rest[k]).flatten() for k in people]).norm().item()
        expect(
            moved <= max_norm * (1 + 1e-6),
            f"one person moves the sum by {moved:.3f}; with max_norm "
            f"{max_norm} nobody may move it further than that",
            "per-layer",
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
    before = {name: value.clone() for name, value in people.items()}
    got = clip_and_sum(lend(people), 1.0)
    expect_returned(got, "clip_and_sum")
    expect(
        isinstance(got, dict) and set(got) == {"w", "b"},
        "return a dict with the same names",
        "wrong-names",
    )
    w, b = expect_tensor(got["w"], (2,), "w"), expect_tensor(got["b"], (1,), "b")
    expect(
        abs(w[0] - 1.3) > 1e-3 or abs(b[0] - 1.4) > 1e-3,
        "you clip each parameter, or each number, on its own: "
        "a person of many layers then pulls further than max_norm",
        "per-layer",
    )
    expect(
        abs(w[0] - 0.45) > 1e-3 or abs(b[0] - 0.6) > 1e-3,
        "you average over people: add them up, the division comes later",
        "averages",
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
        f"1.2; yours: {shown(w)} and {shown(b)}",
        "wrong-sum",
    )
    expect(
        all(torch.equal(people[name], before[name]) for name in before),
        "gradients must stay as it was: scale a copy (g * factor is one, g *= factor is not)",
        "input-modified",
    )
    got = clip_and_sum(people, 2.0)
    expect(
        abs(got["w"][0] - 1.5) < 1e-4 and abs(got["b"][0] - 2.0) < 1e-4,
        "with max_norm 2 person 0 becomes (1.2, 0, 1.6): the sums are 1.5 and 2; yours: "
        f"{got['w'][0]:.3f} and {got['b'][0]:.3f}",
        "fixed-norm",
    )
    cubes = {"first": torch.ones(1, 2, 2), "second": torch.ones(1, 4), "third": torch.ones(1, 1)}
    got = clip_and_sum(cubes, 1.5)
    expect(
        all((got[name] - 0.5).abs().max() < 1e-5 for name in cubes),
        "one person with nine ones in tensors of three shapes has the length 3; with max_norm 1.5 "
        f"each one becomes 0.5; yours: {[shown(v.flatten()) for v in got.values()]}",
        "wrong-length",
    )
    try:
        nobody = clip_and_sum({"w": torch.zeros(0, 2), "b": torch.zeros(0, 1)}, 1.0)
    except RuntimeError as error:
        expect(False, f"without people your code stops: {error}", "nobody-comes")
    expect(
        all((expect_tensor(nobody[n], (k,), n) == 0).all() for n, k in (("w", 2), ("b", 1))),
        "without people the sums are 0",
        "nobody-comes",
    )
    ### BEGIN HIDDEN TESTS
    oracle_clipping(clip_and_sum)
    ### END HIDDEN TESTS


test_clip_and_sum()
print("11.6a: visible checks passed")

# %% [markdown]
# **b. `dp_sgd`**, with the arguments of the stub below: train. Start from `params`, a dict name ->
# tensor. In each of `steps` steps
#
# 1. take every example with probability q, independently of the others and of other steps,
# 2. `gradients(params, x_batch, y_batch)` at the present parameters, then `clip` of these, with
#    `max_norm`,
# 3. `noisy(summed, max_norm, sigma, expected, generator)` with `expected` = q n, where n is the
#    number of all examples: the size of the batch itself would tell something about who is in it,
# 4. subtract lr times the result from each parameter.
#
# - an empty batch is a batch like any other: its sum is zero, and the noise is added all the same
# - all randomness comes from `generator`, in any order
# - right versions of the three parts are handed in
# - returns the trained parameters, a dict like `params`; `params` itself stays as it is
#
# <details><summary>Hint 1: where to look</summary>
# A mask of <code>torch.rand(n, generator=generator) < q</code> in each step.
# <details><summary>Hint 2: the idea</summary>
# Three calls, and a new dict of parameters.
# <details><summary>Hint 3: nearly the code</summary>
# In each step <code>taken = torch.rand(len(x), generator=generator) < q</code>, <code>summed =
# clip(gradients(params, x[taken], y[taken]), max_norm)</code>, <code>step = noisy(summed, max_norm,
# sigma, q * len(x), generator)</code> and <code>params = {name: p - lr * step[name] for name, p in
# params.items()}</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-dp_sgd", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gradients(params, x, y):
    """Per-sample gradients one by one."""
    rows = []
    for one, label in zip(x, y, strict=True):
        leaves = {name: p.detach().clone().requires_grad_() for name, p in params.items()}
        loss = F.cross_entropy((one @ leaves["weight"].T + leaves["bias"])[None], label[None])
        rows.append(
            dict(zip(params, torch.autograd.grad(loss, list(leaves.values())), strict=True))
        )
    if not rows:
        return {name: p.new_zeros((0, *p.shape)) for name, p in params.items()}
    return {name: torch.stack([row[name] for row in rows]) for name in params}


def oracle_noisy(summed, max_norm, sigma, expected, generator):
    """Noise of standard deviation sigma * max_norm on the sum."""
    return {
        n: torch.normal(s, sigma * max_norm, generator=generator) / expected
        if sigma
        else s / expected
        for n, s in summed.items()
    }


def oracle_dp_sgd(dp_sgd):
    """Beside opacus' optimiser on the very batches that the learner's loop draws."""
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    g = torch.Generator().manual_seed(63)
    x, y = torch.randn(30, 4, generator=g, dtype=torch.float64), torch.arange(30) % 3
    wrapped = GradSampleModule(torch.nn.Linear(4, 3).double(), loss_reduction="sum")
    start = {n: p.detach().clone() for n, p in wrapped._module.named_parameters()}
    sgd = torch.optim.SGD(wrapped.parameters(), lr=0.5)
    optimizer = DPOptimizer(sgd, noise_multiplier=0.0, max_grad_norm=0.7, expected_batch_size=12)
    batches = []

    def gradients(params, x, y):
        batches.append((x, y))
        return oracle_gradients(params, x, y)

    parts = {"gradients": gradients, "clip": oracle_clip, "noisy": oracle_noisy}
    settings = {"q": 0.4, "sigma": 0.0, "max_norm": 0.7, "lr": 0.5, "steps": 8, **parts}
    ours = dp_sgd(start, x, y, generator=g, **settings)
    for some, labels in batches:
        optimizer.zero_grad()
        F.cross_entropy(wrapped(some), labels, reduction="sum").backward()
        optimizer.step()
    for name, p in wrapped._module.named_parameters():
        off = (expect_tensor(ours[name], tuple(p.shape), name) - p).abs().max()
        expect(
            off < 1e-8,
            f"after 8 steps on the same batches opacus has another {name}: the largest difference "
            f"is {off:.2g}",
            "wrong-update",
        )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "setup-script", "locked": true}
class Script:
    """Stands in for the three parts: notes who comes and what is asked, and moves the weights."""

    def __init__(self):
        self.people, self.labels, self.expected, self.bias = [], [], [], []
        self.rows, self.norms, self.sigmas, self.sums, self.noise = [], [], [], [], []

    def gradients(self, params, x, y):
        """Person k pulls by k."""
        self.people.append(x[:, 0].long().tolist())
        self.labels.append(y.tolist())
        self.bias.append(params["bias"][0].item())
        return {
            name: torch.einsum("n,...->n...", x[:, 0], torch.ones(p.shape))
            for name, p in params.items()
        }

    def clip(self, gradients, max_norm):
        """Half of the sum."""
        self.rows.append(len(gradients["weight"]))
        self.norms.append(max_norm)
        return {name: g.sum(0) / 2 for name, g in gradients.items()}

    def noisy(self, summed, max_norm, sigma, expected, generator):
        """1 for the weights and 2 for the bias, whatever is drawn."""
        self.expected.append(expected)
        self.norms.append(max_norm)
        self.sigmas.append(sigma)
        self.sums.append(summed["weight"].flatten()[0].item())
        self.noise.append(torch.rand(1, generator=generator).item())
        return {"weight": torch.ones_like(summed["weight"]), "bias": 2 + 0 * summed["bias"]}


def scripted_run(dp_sgd, q, steps, seed=0):
    """Person k of 400 has the feature k and the label k % 2; returns the script and the moves."""
    script, x = Script(), torch.arange(400.0)[:, None]
    params = {"weight": torch.zeros(2, 1), "bias": torch.zeros(2)}
    parts = {"gradients": script.gradients, "clip": script.clip, "noisy": script.noisy}
    settings = {"q": q, "sigma": 1.5, "max_norm": 0.5, "lr": 0.25, "steps": steps, **parts}
    g = torch.Generator().manual_seed(seed)
    moved = dp_sgd(lend(params), x, x[:, 0].long() % 2, generator=g, **settings)
    expect(
        isinstance(moved, dict) and set(moved) == {"weight", "bias"},
        f"dp_sgd must return a dict like params; it returned {type(moved).__name__}",
        "no-dict",
    )
    expect(
        all(not value.any() for value in params.values()),
        "dp_sgd changed the params that it was given: make new tensors in a new dict "
        "(p - step is new; p -= step and params[name] = ... change what was given)",
        "input-modified",
    )
    return script, moved


# %% nbgrader={"grade_id": "ex11_6-dp_sgd", "solution": true}
def dp_sgd(params, x, y, *, q, sigma, max_norm, lr, steps, generator, gradients, clip, noisy):
    """Parameters trained by differentially private gradient descent; dict -> dict."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        here = torch.rand(len(x), generator=generator) < q
        pulled = clip(gradients(params, x[here], y[here]), max_norm)
        move = noisy(pulled, max_norm, sigma, q * len(x), generator)
        params = {name: p - lr * move[name] for name, p in params.items()}  # not-an-answer: SGD
    return params
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_6-dp_sgd-test", "points": 3}
@exercise("11.6")
def test_dp_sgd():
    """400 people, q = 0.1, 30 steps of size 0.25; then batches that are empty."""
    script, moved = scripted_run(dp_sgd, 0.1, 30)
    for part, calls in (("gradients", script.people), ("noisy", script.expected)):
        expect(calls, f"{part} that was handed in was never called: use the argument", "own-parts")
    expect(
        len(script.rows) >= len(script.people),
        "clip that was handed in is not called in every step: use the argument",
        "own-parts",
    )
    sizes = [len(batch) for batch in script.people]
    right = [[k % 2 for k in batch] for batch in script.people]
    expect(script.labels == right, "the labels are not those of the batch", "labels-mixed")
    expect(
        len(sizes) == 30 or min(sizes) == 0,
        f"30 steps ask for gradients 30 times, not {len(sizes)} times",
        "wrong-steps",
    )
    calls = len(script.expected)
    expect(
        calls == len(sizes),
        f"noisy is called once in every step, on the sum of that step; in {len(sizes)} steps yours "
        f"calls it {calls} times",
        "noise-once",
    )
    total = sum(sizes)
    expect(
        sum(script.rows) == total,
        f"clip is for each person's own gradient: give it what gradients returned, {total} rows in "
        f"all; yours got {sum(script.rows)}",
        "clips-batch",
    )
    pulls = torch.tensor([sum(batch) / 2 for batch in script.people])
    expect(
        torch.allclose(torch.tensor(script.sums), pulls, rtol=1e-3),
        "noisy gets what clip returned, not divided or scaled: it divides by expected itself. In "
        f"the first step clip returned {pulls[0]:g}, and noisy got {script.sums[0]:g}",
        "not-the-sum",
    )
    for name, shape, goal in (("weight", (2, 1), -7.5), ("bias", (2,), -15.0)):
        value = expect_tensor(moved[name], shape, name)
        expect(
            (value - goal).abs().max() < 1e-3,
            f"30 steps of {goal / 30:g} move {name} from 0 to {goal:g}; yours is at "
            f"{value.flatten()[0]:.2f}",
            "wrong-update",
        )
    expect(
        abs(script.bias[10] + 5) < 1e-3,
        f"before step 10 the bias is at -5, and you ask for gradients at {script.bias[10]:.2f}",
        "stale-parameters",
    )
    different = len({tuple(sorted(batch)) for batch in script.people})
    expect(different > 25, f"only {different} of 30 batches differ: draw anew", "same-batch")
    expect(
        len(set(sizes)) > 1 and all(len(set(batch)) == len(batch) for batch in script.people),
        f"each person decides alone, so sizes differ and nobody comes twice; yours: {sizes[:3]}",
        "fixed-size",
    )
    expect(
        abs(total - 1200) < 170, f"about 1,200 people come in 30 steps, not {total}", "wrong-rate"
    )
    constant = all(abs(e - 40) < 1e-6 for e in script.expected)
    expect(constant, "expected is q * n = 40 in every step, not the size of the batch", "real-size")
    expect(
        set(script.norms) == {0.5} and set(script.sigmas) == {1.5},
        f"clip and noisy get max_norm = 0.5, and noisy sigma = 1.5; yours got "
        f"{sorted(set(script.norms))} and {sorted(set(script.sigmas))}",
        "wrong-arguments",
    )
    third = scripted_run(dp_sgd, 0.3137, 2)[0].expected[0]
    expect(
        abs(third - 125.48) < 1e-3,
        f"with q = 0.3137 of 400 people 125.48 are expected, not {third:g}",
        "wrong-expected",
    )
    calls = len(scripted_run(dp_sgd, 1e-9, 5)[0].expected)
    expect(calls == 5, f"5 empty batches need noise, too; noisy ran {calls} times", "skips-empty")
    runs = [scripted_run(dp_sgd, 0.3, 3, seed)[0] for seed in (1, 1, 2)]
    drawn, noise = [run.people for run in runs], [run.noise for run in runs]
    same = drawn[0] == drawn[1] != drawn[2]
    expect(same, "all randomness must come from generator", "ignores-generator")
    fresh = torch.rand(1, generator=torch.Generator().manual_seed(1)).item()
    expect(
        noise[0] == noise[1] != noise[2] and len(set(noise[0])) == 3,
        "hand generator itself to noisy: the noise of a generator of your own can be foreseen, or "
        "is no other with another seed",
        "own-noise",
    )
    expect(
        noise[0][0] != fresh,
        "noisy drew the first number of this seed, as if no batch had been drawn before: draw the "
        "batches from generator, and hand this very generator to noisy",
        "own-noise",
    )
    ### BEGIN HIDDEN TESTS
    drawn = scripted_run(dp_sgd, 0.6, 4, 5)[0]
    expect(
        abs(sum(map(len, drawn.people)) - 960) < 100 and abs(drawn.expected[0] - 240) < 1e-6,
        f"with q = 0.6 about 960 of 400 people come in 4 steps, 240 expected in each; yours: "
        f"{sum(map(len, drawn.people))} and {drawn.expected[0]:g}",
        "wrong-rate",
    )
    oracle_dp_sgd(dp_sgd)
    ### END HIDDEN TESTS


test_dp_sgd()
print("11.6b: visible checks passed")

# %% [markdown] id="predict-price"
# ### Predict, then run
#
# The nine columns of the beginning, a linear model of the income, 198 steps with $q = 1/66$. Twice:
# trained on 20,000 people of Adult, and on the first 1,000 of them. Clipped, but without noise, the
# first is right on about 84 % of 16,281 others. How many points of accuracy does a promise of about
# $\varepsilon = 1$ cost ($\delta = 10^{-5}$), for 20,000 and for 1,000 people? Set
# `my_guess_in_points` to a pair of numbers.

# %% nbgrader={"grade_id": "ex11_6-predict", "solution": true}
PREDICT = {
    "name": "my_guess_in_points", "kind": "number", "low": -100, "high": 100, "size": 2,
    "outcome": [0.0, 2.8], "tolerance": 1,
    "seen": r"1000 people, sigma +1\.2: epsilon +1\.15, accuracy 79",
}
### BEGIN SOLUTION
my_guess_in_points = (5, 5)
### END SOLUTION


# %% nbgrader={"grade_id": "setup-private", "locked": true}
PARTS = {"gradients": per_sample_gradients, "noisy": noisy_mean}


def private_model(dp_sgd, clip, x, y, classes, *, seed=0, **settings):
    """A linear classifier trained by dp_sgd from a fixed start, in eval mode."""
    model, g = models.linear(x.shape[1], classes), torch.Generator().manual_seed(seed)
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    model.load_state_dict(dp_sgd(start, x, y, generator=g, clip=clip, **settings, **PARTS))
    return model.eval()


# %% [markdown]
# The two trainings differ in the number of people only: at equal $q$, $\sigma$ and number of steps
# epsilon is the same. The learning rate of each is chosen on 12,561 others (whom we treat as
# public: had they to be protected, too, this choice would cost some of the budget).

# %% id="frontier-parts" tags=["demo"]
hot_x, hot_y = torch.tensor(features, dtype=torch.float32), torch.tensor(above > 0).long()
chooses, judges = slice(20_000, 32_561), slice(32_561, None)


def income_model(n, sigma, lr, seed=0):
    """A private model of the income, from the first n people."""
    settings = {"q": 1 / 66, "sigma": sigma, "max_norm": 1.0, "lr": lr, "steps": 198}
    return private_model(dp_sgd, clip_and_sum, hot_x[:n], hot_y[:n], 2, seed=seed, **settings)


def share_right(net, people):
    """The share of these people whose income the model gets right."""
    return evaluation.accuracy(net, [(hot_x[people], hot_y[people])])


def best_rate(n, sigma):
    """Of four learning rates the one that is best on the choosing people."""
    return max(
        (0.1, 0.5, 2.0, 4.0), key=lambda lr: share_right(income_model(n, sigma, lr, 9), chooses)
    )


# %% id="frontier-demo" tags=["demo"]
frontier, bars_of_error = {}, {}
for n in (20_000, 1000):
    points = []
    for sigma in (0.0, 0.6, 1.2, 4.0, 16.0):
        lr = best_rate(n, sigma)
        hits = [share_right(income_model(n, sigma, lr, seed), judges) for seed in range(5)]
        epsilon = epsilon_of(rdp(1 / 66, sigma, 198, ORDERS), ORDERS, 1e-5) if sigma else math.inf
        points.append((epsilon, np.mean(hits), np.std(hits, ddof=1)))
        print(
            f"{n:6} people, sigma {sigma:4}: epsilon {epsilon:5.2f}, accuracy "
            f"{points[-1][1]:.1%}, spread over 5 seeds {100 * points[-1][2]:.1f} points (lr {lr})"
        )
    frontier[f"{n:,} people"] = points
print(f'always answering "<=50K": {1 - hot_y[judges].double().mean():.1%}')
print(f"you said {my_guess_in_points} points at epsilon 1")

# %% id="frontier-plot" tags=["demo"]
private_points = {name: list(zip(*points[1:], strict=True)) for name, points in frontier.items()}
spans = [private_points["20,000 people"][0][0], private_points["20,000 people"][0][-1]]
levels = {
    "20,000 people, no noise": frontier["20,000 people"][0][1],
    'always "<=50K"': 1 - hot_y[judges].double().mean().item(),
}
figure = plots.curves(
    {name: (p[0], p[1]) for name, p in private_points.items()}
    | {name: (spans, [level] * 2) for name, level in levels.items()},
    xlabel="epsilon at delta = 1e-5 (smaller = more private)",
    ylabel="accuracy on 16,281 others",
    colours=SHADES | dict(zip(levels, ("#444444", "#999999"), strict=True)),
    percent=False,
)
for name, (at, height, spread) in private_points.items():
    figure.axes[0].errorbar(at, height, spread, fmt="none", color=SHADES[name], capsize=3)
figure.axes[0].set(xscale="log", ylim=(0.6, 0.9))
plots.show(
    figure,
    alt="Accuracy by epsilon, mean of 5 seeds. "
    + "; ".join(
        f"{name}: " + ", ".join(f"{a:.1%} at {e:.2g}" for e, a in zip(p[0], p[1], strict=True))
        for name, p in private_points.items()
    )
    + "".join(f"; {name}: {level:.1%}" for name, level in levels.items()),
)

# %% [markdown]
# The noise hides one person. Among 20,000 it drowns: at an epsilon near 1 the price lies within the
# spread over seeds. For these 1,000, at the same epsilon, it is nearly three points beside the same
# training without noise, each at its own learning rate; and what costs 20,000 people less than one
# point leaves 1,000 no better than always giving one answer at an epsilon of 0.2.
#
# ## Exercise 11.8: an epsilon for a hospital (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: somebody has to write down the number, and defend it to
# people who will never read the proof.
#
# A hospital with 8,000 patients wants to give a model for the risk of sepsis to other hospitals. A
# consultant proposes DP-SGD with "epsilon = 8, delta = 1e-3, which passed our audit of 10,000
# runs", and says that patients' privacy is thereby guaranteed. Write at most 200 words: is this
# delta acceptable and why, what could that audit have shown (use your functions of 11.4 b), what
# would epsilon = 8 allow an attacker at a low false positive rate (a number), and which epsilon,
# with which definition of neighbours, would you propose, and what would you measure before you
# decide?
#
# <details><summary>Hint 1: where to look</summary>
# Exercises 11.3 (c, d), 11.4 and 11.6.
# <details><summary>Hint 2: the idea</summary>
# Compare delta with one in 8,000. Put the audit's runs into most_refutable, epsilon 8 and an FPR of
# 0.1 % into most_tpr.
# <details><summary>Hint 3: nearly the words</summary>
# "With delta = 1e-3 a mechanism may publish ... patients; an audit of 10,000 runs could refute at
# most ...; at 0.1 % FPR epsilon 8 allows ...; I would ask for ... per patient, and look at ...
# against epsilon."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex11_8-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# Delta is far too large: 1e-3 lets a mechanism publish each record in clear with probability
# 1/1000, about eight of 8,000 patients. It should be well below 1/8,000, say 1e-6. The audit could
# not have failed: with 10,000 runs the most it can return is 7.90, even for data published in
# clear, so it could never refute 8. A larger audit could refute; none can confirm. Epsilon 8 allows
# e^8 * 0.001 = 2.98, that is, no limit: at an FPR of 0.1 % the bound is a TPR of 99.97 %. I would
# propose epsilon of about 1 per patient (add or remove one patient with all of their visits, not
# one visit), at which the bound at 0.1 % FPR is 0.27 %. Before deciding I would plot sensitivity
# for sepsis against epsilon, by group of patients and over several seeds, attack the model, and add
# up all other releases about the same patients.
#
# Rubric:
# - 1 point: delta is too large compared with one in 8,000, and this audit could not have refuted 8
#   (its most is 7.9), or at least: an audit can refute but not confirm, with the reason
# - 1 point: a right number for what epsilon = 8 allows at a low FPR, said with its FPR
# - 1 point: an epsilon with its neighbours (per patient, not per visit), and a measurement against
#   which it is decided (accuracy over epsilon, groups, attack, or the sum of all releases)
#
# Sample A (3/3): "delta = 1/1000 with 8,000 patients means about eight could simply be leaked; it
# must be under 1/8000. most_refutable(10000, 0.001, 0.95) is 7.90, so the audit passes whatever the
# model does. With epsilon 8 most_tpr at FPR 0.001 is above 0.99, so no protection. I would take
# epsilon 1, add/remove a whole patient, and first look at how recall falls with epsilon in each age
# group."
#
# Sample B (1/3): "epsilon 8 is high, Apple uses 8 too. The delta is larger than 1/n which is not
# allowed and the audit is only a test of one pair of data sets, not a proof. I would use the
# smallest epsilon possible." (One point: delta and audit. No number for epsilon 8, no neighbours,
# no measurement.)
# ### END SOLUTION

# %% [markdown]
# ## What you found
#
# Nine harmless columns that single out most people; a table that was 20-anonymous and still told
# secrets; an attack whose AUC hid that it accuses like a coin where it matters; three mechanisms
# that keep their promise, three broken copies, and an auditor that knows the difference, up to an
# epsilon that its runs decide; and models at one and the same epsilon, of which only one pays
# noticeably.
#
# **The paper** (section 3.3) names collection, sharing and inference attacks, and gives the promise
# with $\delta = 0$ for data sets that differ in one record. You have met each part: what a record
# is (11.3 b), where $\delta$ comes in (11.3 c), what the line allows an attacker (11.3 d), how it
# is tested (11.4), and what it costs (11.6).

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 75 minutes: exercises 11.5, 11.7, 11.9 and 11.10.
#
# Nothing depends on these four, and they do not depend on one another.

# %% [markdown]
# ## Exercise 11.5: an accountant that flatters (2 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: an accountant says how much of a budget is spent. If it
# says too little, the promise is broken, and nothing in the training shows it.
#
# The central limit theorem offers a short cut: after many small steps the whole looks like one
# Gaussian step, and epsilon has a closed form (Bu et al. 2020). It is a limit, not a bound. Below
# are two accountants of opacus: this one, and `tight_epsilon`, which returns two ends between which
# the truth lies (Gopi, Lee, Wutschitz 2021).

# %% nbgrader={"grade_id": "setup-accountants", "locked": true}
from opacus import accountants


def clt_epsilon(q, sigma, steps, delta):
    """The central-limit (GDP) accountant's epsilon: an approximation; infinite above 500."""
    book = accountants.GaussianAccountant()
    book.history = [(sigma, q, steps)]
    try:
        return float(book.get_epsilon(delta))
    except ValueError:  # opacus looks no further than 500
        return math.inf


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
# q = 0.01, sigma = 0.6, a hundred steps, delta = 1e-5.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_5-witness", "solution": true}
def underreported():
    """A setting (q, sigma, steps, delta) where the short cut reports less than half."""
    ### BEGIN SOLUTION
    return 0.001, 0.5, 1000, 1e-6
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_5-witness-test", "points": 2}
@exercise("11.5")
def test_underreported():
    """The witness proves itself."""
    setting = underreported()
    expect(
        isinstance(setting, tuple | list) and len(setting) == 4,
        f"return the four numbers (q, sigma, steps, delta); yours: {setting!r}",
        "not-four",
    )
    q, sigma, steps, delta = setting
    expect(
        0 < q <= 1 and sigma >= 0.3 and 1 <= steps <= 10_000 and 1e-9 <= delta <= 1e-3,
        "keep q in (0, 1], sigma at 0.3 or more, steps from 1 to 10,000 and delta from 1e-9 to "
        "1e-3",
        "out-of-range",
    )
    said = clt_epsilon(q, sigma, steps, delta)
    expect(
        said < math.inf,
        "here the short cut says more than 500, where opacus stops looking: take fewer steps, a "
        "smaller q or a larger sigma",
        "out-of-range",
    )
    low, high = tight_epsilon(q, sigma, steps, delta)
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
print("11.5: visible checks passed")

# %% id="accountants-demo" tags=["demo"]
lengths = [30, 100, 300, 1000, 3000]
books = {
    "RDP (given)": lambda t: epsilon_of(rdp(0.05, 1.0, t, ORDERS), ORDERS, 1e-5),
    "tight (PRV, upper end)": lambda t: tight_epsilon(0.05, 1.0, t, 1e-5)[1],
    "central limit (GDP)": lambda t: clt_epsilon(0.05, 1.0, t, 1e-5),
}
booked = {name: (lengths, [book(t) for t in lengths]) for name, book in books.items()}
figure = plots.curves(
    booked,
    xlabel="steps (q = 0.05, sigma = 1)",
    ylabel="epsilon at delta = 1e-5",
    colours=SHADES,
    percent=False,
)
figure.axes[0].set(xscale="log", ylim=(0, None))
plots.show(
    figure,
    alt="Epsilon by number of steps. "
    + "; ".join(
        f"{name}: " + ", ".join(f"{e:.2f} at {t}" for t, e in zip(*line, strict=True))
        for name, line in booked.items()
    ),
)
witness = underreported()
print(
    f"your witness {witness}: GDP says {clt_epsilon(*witness):.2f}, the truth is at least "
    f"{tight_epsilon(*witness)[0]:.2f}"
)
alone = epsilon_of(rdp(0.05, 1.0, 1, ORDERS), ORDERS, 1e-8)
print(
    f"1,000 steps at delta 1e-5 in all: RDP {books['RDP (given)'](1000):.1f}, basic composition "
    f"{1000 * alone:.0f}"
)

# %% [markdown]
# RDP, the accountant of 11.6, lies above the truth, which costs some accuracy and breaks no
# promise. The short cut lies below it here, most clearly for few steps, which breaks the promise;
# opacus warns when one asks for it. The last line gives each of the 1,000 steps a thousandth of
# delta, so that the deltas add up to the same $10^{-5}$: the plain sum is right, and useless.
#
# The library does all of it: one line wraps model, optimiser and data.

# %% id="opacus-demo" tags=["demo"]
from opacus import PrivacyEngine
from torch.utils.data import DataLoader, TensorDataset

g = torch.Generator().manual_seed(0)
wrapped_net = models.linear(hot_x.shape[1], 2)
engine = PrivacyEngine(accountant="rdp")
private_net, optimizer, loader = engine.make_private(
    module=wrapped_net,
    optimizer=torch.optim.SGD(wrapped_net.parameters(), lr=2.0),
    data_loader=DataLoader(
        TensorDataset(hot_x[:20_000], hot_y[:20_000]), batch_size=500, generator=g
    ),
    noise_multiplier=1.2,
    max_grad_norm=1.0,
    noise_generator=g,
)
for _ in range(3):
    for some, incomes in loader:
        optimizer.zero_grad()
        F.cross_entropy(private_net(some), incomes).backward()
        optimizer.step()
settings = {"q": 1 / 40, "sigma": 1.2, "max_norm": 1.0, "lr": 2.0, "steps": 120}
own_net = private_model(dp_sgd, clip_and_sum, hot_x[:20_000], hot_y[:20_000], 2, **settings)
book = engine.accountant.get_epsilon(1e-5, alphas=ORDERS)
own_book = epsilon_of(rdp(1 / 40, 1.2, 120, ORDERS), ORDERS, 1e-5)
print(f"opacus  accuracy {share_right(private_net.eval(), judges):.1%}, epsilon {book:.6f}")
print(f"yours   accuracy {share_right(own_net, judges):.1%}, epsilon {own_book:.6f}")
print(f"with opacus' own choice of orders: {engine.get_epsilon(1e-5):.6f}")

# %% [markdown]
# The noise is drawn differently; the books agree to the last printed digit at equal orders.
#
# ## Exercise 11.7: ask better, and see what keeps the attacker out (3 points)
#
# Difficulty: 5 of 5 · Minutes: 25 · Why: in 11.2 the attack did no better than a coin when it had
# to be sure. Was that privacy, or a weak question? A stronger one is the likelihood ratio attack,
# LiRA (Carlini et al. 2022).
#
# A small loss may mean "member", or "easy digit". So compare each example with itself: train many
# models on random halves of the data (**shadow models**), and look at how sure they are of this
# example when they were trained on it, and when not. `train_together` trains many linear models at
# once, and `sureness` measures $\ln(p / (1 - p))$, with $p$ the probability that a model gives the
# true class.


# %% nbgrader={"grade_id": "setup-together", "locked": true}
def train_together(x, y, inside, start, lr, steps):
    """k linear models by full-batch gradient descent, each on its own members.

    Args:
        x: (n, d); y: (n,); inside: bool (k, n), the members of each model.
        start: "weight" (k, classes, d) and "bias" (k, classes); the result is a dict like it.
    """

    def loss(params, used):
        logits = x @ params["weight"].T + params["bias"]
        return (F.cross_entropy(logits, y, reduction="none") * used).sum() / used.sum()

    slopes = torch.func.vmap(torch.func.grad(loss))
    params, used = dict(start), inside.to(x.dtype)
    for _ in range(steps):
        slope = slopes(params, used)
        params = {name: p - lr * slope[name] for name, p in params.items()}  # not-an-answer: SGD
    return params


def sureness(logits, y):
    """ln(p / (1 - p)) of the true class: logits (..., n, classes), y (n,) -> (..., n), float64."""
    logits = logits.double()
    label = y.expand(logits.shape[:-1])[..., None]
    rest = logits.scatter(-1, label, -torch.inf).logsumexp(-1)
    return logits.gather(-1, label)[..., 0] - rest


# %% [markdown]
# **`lira(target, shadows, inside)`**: for each example the log of the likelihood ratio "member"
# against "other". For each example fit one normal distribution to the sureness of those shadows
# that were trained on it, and one to that of those that were not; then compare how likely the
# target's value is under each.
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
# For <code>used</code> in <code>inside.double()</code> and <code>1 - inside.double()</code>:
# <code>mean = (used * shadows).sum(0) / used.sum(0)</code>, <code>variance = (used * (shadows -
# mean) ** 2).sum(0) / used.sum(0) + 1e-6</code>, and the log density <code>-((target - mean) ** 2)
# / (2 * variance) - variance.log() / 2</code>; return the first minus the second.
# </details></details></details>


# %% nbgrader={"grade_id": "ex11_7-lira", "solution": true}
def lira(target, shadows, inside):
    """log p(target | member) - log p(target | other) for each example; (n,)."""

    ### BEGIN SOLUTION
    def log_density(used):
        middle = (used * shadows).sum(0) / used.sum(0)
        width = (used * (shadows - middle) ** 2).sum(0) / used.sum(0) + 1e-6
        return -((target - middle) ** 2) / (2 * width) - width.log() / 2

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
            abs(got[i] - truth) < 1e-3,
            f"example {i} has a log ratio of {truth:.6f}; yours: {got[i]:.6f}. Each example has "
            "its own two bells",
            "wrong-bells",
        )
    equal = torch.tensor([[1.0], [1.0], [3.0], [5.0]], dtype=torch.float64).repeat(1, 2)
    sides = torch.tensor([[True], [True], [False], [False]]).repeat(1, 2)
    got = lira(torch.tensor([1.0, 1.1]).double(), equal, sides)
    expect(
        not isinstance(got, torch.Tensor) or got.isfinite().tolist() != [True, False],
        "far from a narrow bell the density is 0 in floating point, and 0 has no log: compute the "
        "log of the density by its formula",
        "log-of-density",
    )
    got = expect_tensor(got, (2,), "lira")
    expect(
        abs(got[0] - 11.407755) < 1e-3,
        "two equal shadows have the variance 0, and 1e-6 is added to each variance: the log ratio "
        f"is 11.407755; yours: {got[0]:.6f}",
        "no-floor",
    )
    near = torch.tensor([[1.0], [1.002], [3.0], [5.0], [7.0]], dtype=torch.float64)
    sides = torch.tensor([[True], [True], [False], [False], [False]])
    got = expect_tensor(lira(torch.tensor([1.0]).double(), near, sides), (1,), "lira")
    expect(
        abs(got[0] - 9.898170) > 1e-3,
        "1e-6 is added to the variance, also where the variance is larger: it is no lower limit",
        "no-floor",
    )
    expect(
        abs(got[0] - 9.801595) < 1e-3,
        "two shadows inside (1 and 1.002) and three outside (3, 5, 7), target 1: the log ratio is "
        f"9.801595; yours: {got[0]:.6f}",
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
            abs(got[i] - (a - b)) < 1e-6 * (1 + abs(a - b)),
            f"an example with {inside[:, i].sum()} of {k} shadows inside has the log ratio "
            f"{a - b:.6f}; yours: {got[i]:.6f}",
            "wrong-bells",
        )
    ### END HIDDEN TESTS


test_lira()
print("11.7: visible checks passed")

# %% [markdown] id="predict-lira"
# ### Predict, then run
#
# 64 models like that of 11.2. Of 400 digits each model gets those for which a coin says so, about
# 200. Each is attacked once, with the other 63 as shadows: 25,600 decisions in all. With the loss,
# the TPR at a false positive rate of 0.1 % is about what a coin has. By what factor does LiRA
# raise it, on the same models? Set `my_guess_factor`, a number.

# %% nbgrader={"grade_id": "ex11_7-predict", "solution": true}
PREDICT = {
    "name": "my_guess_factor", "kind": "number", "low": 0, "outcome": 95, "tolerance": 30,
    "seen": r"LiRA +AUC 0\.\d+, TPR at 0\.1 % FPR 1[345]",
}
### BEGIN SOLUTION
my_guess_factor = 3
### END SOLUTION


# %% nbgrader={"grade_id": "setup-attack_each", "locked": true}
def attack_each(lira, sure, inside):
    """LiRA on each model, with all others as shadows; scores of (members, others) together."""
    everyone = range(len(sure))
    rest = [[j for j in everyone if j != k] for k in everyone]
    scores = torch.stack([lira(sure[k], sure[rest[k]], inside[rest[k]]) for k in everyone])
    return scores[inside], scores[~inside]


def pool_of(seed, k=64, n=400):
    """n digits, their labels, who is inside which of k models, and these models' logits."""
    g = torch.Generator().manual_seed(seed)
    x, y = small_digits(n, g)
    inside = torch.rand(k, n, generator=g) < 0.5
    weight = (2 * torch.rand(k, 10, 196, generator=g) - 1) / 14
    trained = train_together(x, y, inside, {"weight": weight, "bias": torch.zeros(k, 10)}, 2.0, 200)
    return x, y, inside, x @ trained["weight"].mT + trained["bias"][:, None]


# %% id="moment" tags=["demo"]
pool_x, pool_y, inside, logits = pool_of(0)
losses = torch.stack([-F.cross_entropy(row, pool_y, reduction="none") for row in logits])
both = {
    "loss threshold": (losses[inside], losses[~inside]),
    "LiRA": attack_each(lira, sureness(logits, pool_y), inside),
}
for name, scores in both.items():
    print(
        f"{name:15} AUC {auc(*scores):.3f}, TPR at 0.1 % FPR {tpr_at_fpr(*scores, 0.001):.2%} "
        f"({len(scores[0]):,} members, {len(scores[1]):,} others)"
    )
print(f"you said: {my_guess_factor}")

# %% [markdown]
# The same models, the same outputs, another question. That an attack fails shows no privacy.
#
# ### Predict again: what keeps the attacker out?
#
# 32 of the models are trained anew by your `dp_sgd` with full batches, 60 steps and clipping. Once
# with $\sigma = 8$, which makes a promise. And once, as a control, with $\sigma = 0$: the same
# clipping and steps, no noise, **no promise at all**. All are attacked alike, each with the other
# 31 as shadows (fewer than before, so the ordinary models are attacked again, too). With 63 LiRA
# found 14 % of the members of ordinary models at 0.1 % FPR. How many per cent does it find without
# noise, and how many with it? Set `my_guess_without` and `my_guess_with`.

# %% nbgrader={"grade_id": "ex11_7-predict-noise", "solution": true}
PREDICT = [
    {
        "name": "my_guess_without", "kind": "number", "low": 0, "high": 100, "outcome": 3.1,
        "tolerance": 2, "seen": r"clipped, no noise, LiRA +TPR at 0\.1 % FPR ([\d.]+)%",
    },
    {
        "name": "my_guess_with", "kind": "number", "low": 0, "high": 100, "outcome": 0.05,
        "tolerance": 0.5, "seen": r"private, LiRA +TPR at 0\.1 % FPR ([\d.]+)%",
    },
]
### BEGIN SOLUTION
my_guess_without = 10
my_guess_with = 0.5
### END SOLUTION


# %% nbgrader={"grade_id": "setup-retrained", "locked": true}
def retrained(dp_sgd, clip, sigma, x, y, inside):
    """One model for each row of inside, by dp_sgd with full batches; their logits (k, n, 10)."""
    settings = {"q": 1.0, "sigma": sigma, "max_norm": 1.0, "steps": 60}
    nets = [
        private_model(
            dp_sgd, clip, x[used], y[used], 10, seed=k, lr=used.sum().item() / 100, **settings
        )
        for k, used in enumerate(inside)
    ]
    with torch.no_grad():
        return torch.stack([net(x) for net in nets])


# %% id="dp-demo" tags=["demo"]
some = inside[:32]
outputs = {
    "LiRA": logits[:32],
    "clipped, no noise, LiRA": retrained(dp_sgd, clip_and_sum, 0.0, pool_x, pool_y, some),
    "private, LiRA": retrained(dp_sgd, clip_and_sum, 8.0, pool_x, pool_y, some),
}
attacks, by_loss = {}, {}
for name, given in outputs.items():
    attacks[name] = attack_each(lira, sureness(given, pool_y), some)
    loss = torch.stack([-F.cross_entropy(row, pool_y, reduction="none") for row in given])
    by_loss[name] = loss[some], loss[~some]
    found = [tpr_at_fpr(*scores[name], 0.001) for scores in (attacks, by_loss)]
    right = [(given.argmax(-1) == pool_y)[group].double().mean().item() for group in (some, ~some)]
    print(
        f"{name:24} TPR at 0.1 % FPR {found[0]:.2%}, AUC {auc(*attacks[name]):.3f}; by the loss "
        f"{found[1]:.2%}, AUC {auc(*by_loss[name]):.3f}; accuracy on members {right[0]:.1%}, "
        f"on others {right[1]:.1%}"
    )
fooled = math.floor(0.001 * len(attacks["LiRA"][1]))
print(f"each TPR rests on {len(attacks['LiRA'][0]):,} members and {fooled} accused others")
print(f"you said: {my_guess_without} % without noise, {my_guess_with} % with it")

# %% [markdown]
# Look at the middle row. Without any noise, and so without any promise, the attack finds a third
# of what it finds on ordinary models. They fit their members less closely, too; whether it was the
# clipping, the fewer steps or that fit, these runs do not separate. On four other
# draws of digits and models (0.1 % of some 6,000 others is six, so these numbers vary) LiRA found
# 8 to 15 % of the members of ordinary models, 2.5 to 5 % without noise, and at most 0.5 % with it.
# So "private training ended the leak" credits the noise with what the training did; the noise took
# the rest. And against the private models the plain loss does about as well as LiRA: which attack
# is the strong one depends on the model.
#
# What differs in kind is the promise. Without sampling the 60 steps are exactly one Gaussian step
# with noise $8 / \sqrt{60}$, so the curve that no attacker can exceed is known exactly (Dong, Roth,
# Su 2022):
#
# $$\mathrm{TPR} = \Phi(\Phi^{-1}(\mathrm{FPR}) + \sqrt{60} / 8).$$
#
# It holds for neighbours by add or remove. That is why a coin decided about each digit (with
# exactly 200 members, whoever leaves is replaced by somebody, and one learns about both), and why
# lr is set so that every model divides its sums by the same 200, whatever its size. Without noise
# there is no such curve.

# %% id="dp-plot" tags=["demo"]
fprs = np.logspace(-3, 0, 40)
budget = epsilon_of(rdp(1.0, 8.0, 60, ORDERS), ORDERS, 1e-3)
ceiling = stats.norm.cdf(stats.norm.ppf(fprs) + math.sqrt(60) / 8)
curves = {name: [tpr_at_fpr(*pair, r) for r in fprs.tolist()] for name, pair in attacks.items()}
curves["ceiling of the private models"] = ceiling
curves["allowed by epsilon and delta"] = most_tpr(fprs, budget, 1e-3)
curves["coin"] = fprs
figure = plots.curves(
    {name: (fprs, line) for name, line in curves.items()},
    xlabel="false positive rate",
    ylabel="true positive rate",
    colours=SHADES,
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log", ylim=(3e-4, 1.5))
alt = "; ".join(f"{name}: {line[0]:.2%}, {line[13]:.1%}" for name, line in curves.items())
plots.show(figure, alt=f"True positive rates at false positive rates of 0.1 % and 1 %. {alt}.")
print(f"epsilon {budget:.2f} at delta 1e-3; at 0.1 % FPR the ceiling is {ceiling[0]:.2%}")

# %% [markdown]
# On the private models this attack stays below their ceiling, up to the noise of so few accused
# others. That it stays far below may mean that the ceiling is cautious (it also binds attackers who
# see every step of the training), or that a better attack exists. Only the ceiling is a promise.
#
# ## Exercise 11.9: how fast do promises wear out? (2 points)
#
# Difficulty: 4 of 5 · Minutes: 15 · Why: k answers with epsilon each cost k epsilon at worst, and
# mostly less if a small delta is allowed. How much less, one can compute exactly for randomised
# response.
#
# **`exact_delta(epsilon, k, total)`**: one bit is told k times by randomised response with
# `epsilon`. The smallest delta for which all k answers together are (total, delta)-private: the sum
# over all outcomes $o$ of the positive part of $P(o \mid 1) - e^{\mathrm{total}} P(o \mid 0)$. What
# counts of an outcome is only how many answers are 1.
#
# - k up to 1,000, epsilon up to 2, total from 0 to 500; returns a number
#
# <details><summary>Hint 1: where to look</summary>
# <code>stats.binom.pmf(np.arange(k + 1), k, p)</code> for both bits.
# <details><summary>Hint 2: the idea</summary>
# With the bit 1, the number of ones is binomial with the probability p of a true answer; with the
# bit 0, with 1 - p.
# <details><summary>Hint 3: nearly the code</summary>
# With <code>p = 1 / (1 + math.exp(-epsilon))</code> and the two arrays <code>one</code> and
# <code>zero</code>: <code>np.maximum(one - math.exp(total) * zero, 0).sum()</code>.
# </details></details></details>


# %% nbgrader={"grade_id": "oracle-wear", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_wear(exact_delta):
    """All 2^k outcomes one by one; and far out, where a factor is huge."""
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
            f"epsilon {epsilon}, total {total}: over all {2**k} outcomes delta is {truth:.7f}; "
            f"yours: {got:.7f}",
            "wrong-outcomes",
        )
    got = expect_number(exact_delta(1.0, 1000, 500.0), "exact_delta")
    expect(
        0.0 <= got < 0.1,
        f"1,000 answers of epsilon 1, total 500: delta is about 0.01; yours: {got:.3g}",
        "wrong-outcomes",
    )


### END HIDDEN TESTS


# %% nbgrader={"grade_id": "ex11_9-wear", "solution": true}
def exact_delta(epsilon, k, total):
    """The smallest delta of k randomised responses about one bit, at epsilon `total`."""
    ### BEGIN SOLUTION
    ones = np.arange(k + 1)
    p = 1 / (1 + math.exp(-epsilon))
    one, zero = stats.binom.pmf(ones, k, p), stats.binom.pmf(ones, k, 1 - p)
    return float(np.maximum(one - math.exp(total) * zero, 0).sum())
    ### END SOLUTION


# %% nbgrader={"grade_id": "ex11_9-wear-test", "points": 2}
@exercise("11.9")
def test_wear():
    """Numbers by hand, and two limits."""
    for epsilon, k, total, truth, why in (
        (1.0, 3, 3.0, 0.0, "basic composition says (3, 0)"),
        (math.log(3), 2, 0.0, 0.5, "9/16 - 1/16"),
        (math.log(3), 2, math.log(3), 0.375, "9/16 - 3/16"),
        (math.log(4), 1, math.log(2), 0.4, "4/5 - 2/5"),
        (0.25, 41, 2.0, 0.178451419, "summed over 0 to 41 ones"),
    ):
        got = expect_number(exact_delta(epsilon, k, total), "exact_delta")
        expect(
            abs(got - truth) < 2e-9,
            f"{k} answers at epsilon {epsilon:.3f}, total {total:.3f}: delta is {truth:g} ({why}); "
            f"yours: {got:.6f}",
            "wrong-outcomes",
        )
    ### BEGIN HIDDEN TESTS
    oracle_wear(exact_delta)
    ### END HIDDEN TESTS


test_wear()
print("11.9: visible checks passed")

# %% [markdown]
# Compare it with two bounds: the plain sum $k \varepsilon$, and **advanced composition** (Dwork,
# Rothblum, Vadhan 2010), which holds for every $\varepsilon$-private mechanism:
#
# $$\sqrt{2 k \ln(1 / \delta)}\; \varepsilon + k \varepsilon\, (e^{\varepsilon} - 1).$$

# %% id="wear-demo" tags=["demo"]
from scipy.optimize import brentq


def advanced(k):
    """The epsilon of k answers at delta 1e-5 by the theorem, 0.1 each."""
    return math.sqrt(2 * k * math.log(1e5)) * 0.1 + k * 0.1 * math.expm1(0.1)


def exact(k):
    """The smallest epsilon at delta 1e-5 of k randomised responses, 0.1 each."""
    return brentq(lambda total: exact_delta(0.1, k, total) - 1e-5, -1, 0.1 * k + 1e-6)


ks = [1, 3, 10, 30, 100, 300, 1000]
worn = {
    "basic": (ks, [0.1 * k for k in ks]),
    "advanced": (ks, [advanced(k) for k in ks]),
    "exact": (ks, [exact(k) for k in ks]),
}
figure = plots.curves(
    worn,
    xlabel="number of answers, epsilon = 0.1 each",
    ylabel="epsilon in all, at delta = 1e-5",
    colours=dict(
        zip(worn, (plots.PALETTE[c] for c in ("blue", "vermillion", "black")), strict=True)
    ),
    percent=False,
)
figure.axes[0].set(xscale="log", yscale="log")
told = {k: ", ".join(f"{n} {line[1][i]:.2f}" for n, line in worn.items()) for i, k in enumerate(ks)}
plots.show(figure, alt="Epsilon in all. " + "; ".join(f"{k} answers: {t}" for k, t in told.items()))
for k in (10, 100, 1000):
    print(f"{k} answers: {told[k]}")
growth = [line[1][-1] / line[1][-3] for line in worn.values()]
print("from 100 to 1,000 answers by the factors", ", ".join(f"{x:.2f}" for x in growth))

# %% [markdown]
# For few answers the theorem is worse than the plain sum. From 100 to 1,000 answers the sum grows
# tenfold, the theorem by less than half of that; its first term grows like the root of k (3.16),
# its second like k, so that in the end it, too, becomes a line. The exact value lies below both.
#
# ## Exercise 11.10: who pays? (2 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: noise hides the individual, and a small group is hidden
# nearly as well as one person. Bagdasaryan, Poursaeed, Shmatikov (2019) found that DP-SGD costs
# those most who were few to begin with. What exactly does the harm?
#
# Write `cost_by_group(plain, private, group)`: for each group the mean drop in accuracy from the
# plain to the private models, and its standard error over the runs (training is random, so one run
# says little).
#
# - `plain`, `private`: bool arrays (runs, n), right or wrong per test example; run i of both had
#   the same seed. `group`: (n,), integers; runs at least 2
# - returns a dict: group (an int) -> (drop, standard error): per run the accuracy of plain minus
#   that of private within the group, then the mean over runs, and their sample standard deviation
#   (divide by runs - 1) over the root of runs
#
# <details><summary>Hint 1: where to look</summary>
# One number per run and group first.
# <details><summary>Hint 2: the idea</summary>
# Boolean indexing of columns; mean over them; then mean and <code>std(ddof=1)</code> over runs.
# <details><summary>Hint 3: nearly the code</summary>
# For each <code>g</code> in <code>np.unique(group)</code>: <code>drops = plain[:, group ==
# g].mean(1) - private[:, group == g].mean(1)</code>, and <code>int(g)</code> gets
# <code>(drops.mean(), drops.std(ddof=1) / len(drops) ** 0.5)</code>.
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
    """Three runs, two groups, by hand."""
    plain = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 1, 1, 0]], dtype=bool)
    private = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 0, 1], [0, 1, 1, 0, 0]], dtype=bool)
    got = cost_by_group(plain, private, np.array([0, 0, 0, 7, 7]))
    expect(
        isinstance(got, dict) and set(got) == {0, 7},
        f"return a dict with the groups 0 and 7; yours: {got!r}",
        "wrong-groups",
    )
    for g, mean, spread, drops in (
        (7, 2 / 3, 0.1666667, "1, 0.5 and 0.5"),
        (0, 2 / 9, 0.1111111, "0, 0.333 and 0.333"),
    ):
        expect(
            isinstance(got[g], tuple | list) and len(got[g]) == 2,
            f"each group has a pair (drop, standard error); yours: {got[g]!r}",
            "wrong-groups",
        )
        drop, error = (expect_number(v, "each part") for v in got[g])
        expect(drop > 0, "a loss of accuracy is a positive drop: plain minus private", "wrong-sign")
        expect(
            abs(drop - mean) < 1e-6,
            f"group {g} has the drops {drops}: mean {mean:.4f}; yours: {drop:.4f}",
            "wrong-groups",
        )
        expect(
            abs(error - spread) < 1e-6,
            f"group {g} has the drops {drops}: standard error {spread:.4f}; yours: {error:.4f}",
            "wrong-error",
        )
    plain = np.array([[1, 1, 1], [1, 1, 0]], dtype=bool)
    private = np.array([[1, 0, 1], [0, 0, 1]], dtype=bool)
    got = cost_by_group(plain, private, np.array([3, 3, 5]))
    expect(
        set(got) == {3, 5},
        f"return a dict with the groups 3 and 5; yours: {got!r}",
        "wrong-groups",
    )
    expect(
        got[5][0] < 0,
        "group 5 is right with privacy where it was wrong without it: its drop is below 0; yours: "
        f"{got[5][0]:g}",
        "gains-left-out",
    )
    expect(
        np.allclose([got[3], got[5]], [(0.75, 0.25), (-0.5, 0.5)], atol=1e-6),
        "two runs, in which group 3 drops by 0.5 and 1 and group 5 by 0 and -1: (0.75, 0.25) and "
        f"(-0.5, 0.5); yours: {got}",
        "wrong-error",
    )
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
            f"on random answers group {g} has a mean drop of {np.mean(drops):.5f}; yours: "
            f"{drop:.5f}",
            "wrong-groups",
        )
        expect(
            abs(error - stats.sem(drops)) < 1e-9,
            f"on random answers group {g} has a standard error over runs of "
            f"{stats.sem(drops):.5f}; yours: {error:.5f}",
            "wrong-error",
        )
    ### END HIDDEN TESTS


test_cost_by_group()
print("11.10: visible checks passed")

# %% [markdown]
# Of the digit 8 only one in five is kept, which makes it a small group. Three ways of training,
# each with 200 steps: plain, clipped without noise, and private (clipped, $\sigma = 2$). First all
# of them with the same learning rate, 2, and the same five seeds.


# %% nbgrader={"grade_id": "setup-ways", "locked": true}
WAYS = {
    "plain": {"sigma": 0.0, "max_norm": 1e9},
    "clipped": {"sigma": 0.0, "max_norm": 1.0},
    "private": {"sigma": 2.0, "max_norm": 1.0},
}


def rare_eights():
    """8,000 digits to train on, others to choose a rate, 10,000 to judge; few eights but there."""
    x, y = small_digits(20_000, torch.Generator().manual_seed(1))
    kept = (y != 8) | (torch.arange(20_000) % 5 == 0)
    images = data.mnist("test")
    test_x = F.avg_pool2d(images.x, 2).flatten(1)
    x, y = x[kept], y[kept]
    return (x[:8000], y[:8000]), (x[8000:], y[8000:]), (test_x, images.y)


def read_digits(dp_sgd, clip, way, lr, seed, train, test):
    """Train in one way; whether each test digit is read right, a bool array."""
    settings = {"q": 0.03, "steps": 200, "lr": lr, **WAYS[way]}
    net = private_model(dp_sgd, clip, *train, 10, seed=seed, **settings)
    with torch.no_grad():
        return (net(test[0]).argmax(1) == test[1]).numpy()


# %% id="cost-demo" tags=["demo"]
few_eights, choosing, judging = rare_eights()
is_eight = np.where(judging[1].numpy() == 8, 8, 0)


def five_runs(rates):
    """Five seeds of each way at its rate: name -> bool (5, 10000)."""
    return {
        way: np.stack(
            [read_digits(dp_sgd, clip_and_sum, way, lr, s, few_eights, judging) for s in range(5)]
        )
        for way, lr in rates.items()
    }


def tell(read, rates):
    """Accuracy by group, and what each way costs."""
    for way, rows in read.items():
        eights, rest = (rows[:, is_eight == g].mean() for g in (8, 0))
        line = f"{way:8} lr {rates[way]:4}: eights {eights:.1%}, others {rest:.1%}"
        if way != "plain":
            costs = cost_by_group(read["plain"], rows, is_eight)
            line += "; falls by " + " and ".join(
                f"{100 * costs[g][0]:.1f} (standard error {100 * costs[g][1]:.1f})" for g in (8, 0)
            )
        print(line)


at_two = dict.fromkeys(WAYS, 2.0)
print(f"{(few_eights[1] == 8).sum()} eights among {len(few_eights[1]):,} digits to train on")
tell(five_runs(at_two), at_two)

# %% [markdown] id="predict-culprit"
# ### Predict, then run
#
# At this rate clipping alone, without any noise, takes most of what the eights lose. The story is
# plausible, too: a rare digit is one that the model gets wrong, so its gradients are long, and long
# gradients are what clipping shortens. But clipping also makes every step shorter, and a rate that
# suits plain training need not suit clipped training. Now each way gets the best of five rates,
# chosen on other digits. What then takes most of what the eights lose? Set `my_guess_culprit` to
# `"clipping"` or `"noise"`.

# %% nbgrader={"grade_id": "ex11_10-predict", "solution": true}
PREDICT = {
    "name": "my_guess_culprit", "kind": "choice", "options": ["clipping", "noise"],
    "outcome": "noise", "seen": "private +lr .* falls by 4",
}
### BEGIN SOLUTION
my_guess_culprit = "clipping"
### END SOLUTION

# %% id="rates-demo" tags=["demo"]
best_rates = {
    way: max(
        (1.0, 2.0, 4.0, 8.0, 16.0),
        key=lambda lr, way=way: read_digits(
            dp_sgd, clip_and_sum, way, lr, 9, few_eights, choosing
        ).mean(),
    )
    for way in WAYS
}

# %% id="cost-table" tags=["demo"]
tell(five_runs(best_rates), best_rates)
print(f"epsilon of private: {epsilon_of(rdp(0.03, 2.0, 200, ORDERS), ORDERS, 1e-5):.2f}")
short = five_runs({"clipped": best_rates["private"]})["clipped"][:, is_eight == 8].mean()
print(f"clipped, no noise, at the rate of private ({best_rates['private']}): eights {short:.1%}")
print(f"you said: {my_guess_culprit}")

# %% [markdown]
# At its own best rate clipped training reads the eights about as well as plain training does; what
# is lost is lost with the noise, and much of it by a detour: with noise shorter steps are best, and
# with these clipping takes much even without noise (last but one line). The first table was right
# in each number and wrong as an explanation: it compared one way at its rate with another at a
# foreign one. (A rate chosen on people's data itself costs budget.) The promise is the same for
# everybody. Its price is not: the eights pay many times what the others pay.

# %% [markdown]
# ## Limits, and where next
#
# Differential privacy protects what one person adds to the data. What the data as a whole says
# about people like you, it lets through, and means to. It says nothing of whether the data should
# have been collected. It protects a person only if all their records count as one. The generators
# here are not cryptographic, and floating-point noise has holes (Mironov 2012): for real releases
# use a library's secure mode.
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
# Lab 12 learns from data that never leave their owners, and shows what leaves them all the same.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab11_privacy")
