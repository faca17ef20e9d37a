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
# # Lab 09: fairness
#
# A score is computed about a person, a threshold turns it into a decision, and the decision changes
# that person's life. Whom does it hit when it is wrong, and how often?
#
# By the end you will be able to
#
# - measure a decision rule group by group, and say how certain each number is,
# - show how bias gets into data, an objective and a deployment, and which audit misses it,
# - prove that two reasonable criteria cannot hold together, with a data set of your own,
# - reduce a gap after, during and before training, and say what that costs and what it leaves,
# - argue for one criterion in one setting, and say what would change your mind.
#
# | | |
# |---|---|
# | Paper | section 3.1 (bias and fairness) |
# | Time | 150 minutes for exercises 9.1 to 9.6 and 9.9; about 50 more for the deeper ones |
# | Points | 53 (47 checked by machine, 6 read by a person) |
# | You need | Python, numpy, a little pandas and PyTorch; Lab 00 |
# | It runs in | about 20 CPU seconds in all, 6 without the demonstrations; 0.9 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | what happened, 0 or 1 | `y` | (n,) |
# | a score, larger for "more likely 1" | `score` | (n,) |
# | what was decided, 0 or 1 | `decision` | (n,) |
# | the group of each person | `group` | (n,) |
# | a sensitive attribute, 0 or 1 | `s` | (n,) |
# | weight of the fairness term | `lam` | a number |
#
# Four words, used all the time. Among those with `y = 1`, the share decided 1 is the
# **true-positive rate** (TPR); among those with `y = 0` it is the **false-positive rate** (FPR).
# Among those decided 1, the share with `y = 1` is the **positive predictive value** (PPV). The
# share of all decided 1 is the **selection rate**.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression

from safetylab import plots, tables, widgets
from safetylab.checks import exercise, expect, expect_array, expect_tensor, lend
from safetylab.tables import expect_table

torch.set_num_threads(1)

# %% [markdown]
# ## What a wrong decision does
#
# Ada is invented. She is arrested on a Friday over a quarrel about a bicycle, and a program gives
# her a score: "medium risk". The judge, who has four minutes, keeps her in custody until the
# hearing. She misses three weeks of work and loses the job; her sister takes the children. At the
# hearing the charge is dropped. In the next two years nobody charges Ada with anything. The flag
# was wrong about her. No court looks back and notices; only a table can show how often it happens,
# and to whom.
#
# The table below is real. It holds scores that a court in Florida was given in 2013 and 2014 by a
# program called COMPAS, and whether the person was charged with something new within two years.
# ProPublica made it public in 2016. **These are real people.** This lab prints no row of the table
# and links it to nothing; please do not either. And a new charge is not an offence: it also says
# where the police looked.
#
# Call a person *flagged* when the score says "medium" or "high". Of every hundred people who were
# **not** charged again, how many had been flagged, like Ada?

# %% id="hook" tags=["demo"]
people = tables.compas()
fig = Figure(figsize=(7, 3.8), layout="constrained")
groups = (("Black", "African-American", "orange"), ("white", "Caucasian", "blue"))
for ax, (name, race, shade) in zip(fig.subplots(1, 2), groups, strict=True):
    rows = people[(people["race"] == race) & (people["two_year_recid"] == 0)]
    hit = round(100 * (rows["score_text"] != "Low").mean())
    shades = [plots.PALETTE[shade] if k < hit else "#d8d8d8" for k in range(100)]
    ax.scatter([k % 10 for k in range(100)], [-(k // 10) for k in range(100)], c=shades, s=70)
    ax.set_title(f"{name} people: {hit} of 100 flagged")
    ax.set_axis_off()
fig.suptitle("Not charged again within two years")
plots.show(fig, alt="Two squares of a hundred dots, for people not charged again. Of the Black "
           "people about 45 dots are coloured, of the white people about 23.")

# %% [markdown]
# Nearly twice as many. ProPublica published this figure. The maker of COMPAS answered that its
# score is fair, with another figure. You will compute both. From here on the two groups are called
# as above, and the data frame `compas` holds both of them, `everybody` all six.

# %% nbgrader={"grade_id": "setup-compas", "locked": true}
SHADES = {"Black": plots.PALETTE["orange"], "white": plots.PALETTE["blue"],
          "Hispanic": plots.PALETTE["bluish green"], "Asian": plots.PALETTE["reddish purple"]}

everybody = tables.compas()
everybody["race"] = everybody["race"].replace({"African-American": "Black", "Caucasian": "white"})
everybody["flagged"] = (everybody["score_text"] != "Low").astype(int)
compas = everybody[everybody["race"].isin(["Black", "white"])]

# %% [markdown]
# ## Exercise 9.1: measure (8 points)
#
# Difficulty: 2 of 5 · Minutes: 20 · Why: every claim about fairness is a claim about a few rates
# in a few groups. Most arguments about fairness are two people quoting different ones.
#
# **a. `group_rates(y, decision, group)`** returns a table with one row per group (sorted by name)
# and the columns `n`, `selection_rate`, `tpr`, `fpr`, `ppv`, in this order.
#
# - `y`, `decision`: shape (n,), 0 or 1; `group`: shape (n,), names or numbers
# - a rate with nothing in its denominator is `nan`: a group in which nobody is flagged has no PPV
#
# <details><summary>Hint 1: where to look</summary>
# Each rate is a mean of 0s and 1s over some of the rows of the group. Which rows, and of what?
# <details><summary>Hint 2: the idea</summary>
# TPR and FPR are means of the decision over the rows with y = 1 and y = 0. PPV is a mean of y
# over the rows with decision 1. The mean of no rows is nan, and numpy warns: ask for the length
# first.
# <details><summary>Hint 3: nearly the code</summary>
# For <code>name in np.unique(group)</code>: <code>truth, said = y[group == name], ...</code>, then
# a dict of the five numbers. <code>pd.DataFrame.from_dict(rows, orient="index")</code> makes a
# table of a dict of dicts.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-measure", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_population(seed, n=300, names=("a", "b", "c")):
    """Random people: y, decision and group, in which every count is positive."""
    rng = np.random.default_rng(seed)
    group = rng.choice(names, n)
    y = rng.integers(0, 2, n)
    return y, (rng.random(n) < 0.3 + 0.3 * y).astype(int), group


def oracle_rates(group_rates):
    """The same table by fairlearn and scikit-learn; then groups in which a rate is undefined."""
    from fairlearn.metrics import (MetricFrame, count, false_positive_rate, selection_rate,
                                   true_positive_rate)
    from sklearn.metrics import precision_score

    metrics = {"n": count, "selection_rate": selection_rate, "tpr": true_positive_rate,
               "fpr": false_positive_rate, "ppv": precision_score}
    for seed, names in ((1, ("a", "b", "c")), (2, (7, 3)), (3, ("x",))):
        y, decision, group = oracle_population(seed, 400, names)
        frame = MetricFrame(metrics=metrics, y_true=y, y_pred=decision, sensitive_features=group)
        got = group_rates(y, decision, group)
        got = expect_table(got, sorted(names), list(metrics), "group_rates")
        expect(np.allclose(got.to_numpy(dtype=float), frame.by_group.to_numpy(dtype=float)),
               "on random people your rates differ from fairlearn's MetricFrame")
    nobody = group_rates(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), np.array([1, 1, 2, 2]))
    missing = np.isnan(nobody.to_numpy(dtype=float))
    expect(missing.tolist() == [[False, False, True, False, True], [False] * 3 + [True, False]],
           "a rate without anybody in its denominator must be nan, and no other", "no-nan")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_1-rates", "solution": true}
def group_rates(y, decision, group):
    """Table, a row per group: n, selection_rate, tpr, fpr, ppv; nan where undefined."""
    ### BEGIN SOLUTION
    rows = {}
    for name in np.unique(group).tolist():
        truth, said = y[group == name], decision[group == name]
        parts = {"selection_rate": said, "tpr": said[truth == 1], "fpr": said[truth == 0],
                 "ppv": truth[said == 1]}
        rows[name] = {"n": len(truth)} | {
            rate: part.mean() if len(part) else np.nan for rate, part in parts.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index")
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_1-rates-test", "points": 3}
@exercise("9.1")
def test_group_rates():
    """Eleven people by hand: TPR and FPR are 2 of 3 and 1 of 4 in a, 1 of 2 and 0 of 2 in b."""
    y = np.array([1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
    decision = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0])
    group = np.array(["a"] * 7 + ["b"] * 4)
    columns = ["n", "selection_rate", "tpr", "fpr", "ppv"]
    got = expect_table(group_rates(y, decision, group), ["a", "b"], columns, "group_rates")
    a, b = got.loc["a"], got.loc["b"]
    expect(a["n"] == 7 and b["n"] == 4, f"group a has 7 people and b 4; yours: {got['n'].tolist()}")
    expect(not np.isclose(a["fpr"], 1 / 7), "the false-positive rate is a share of those with "
           "y = 0, not of all in the group", "of-everybody")
    expect(not np.isclose(b["ppv"], 0.5), "b has PPV 1: its one flagged person has y = 1. A share "
           "of those with y = 1 is the true-positive rate", "wrong-denominator")
    expect(not np.isclose(b["ppv"], 0.75), "each rate is about one group: yours counts everybody",
           "pooled")
    truth = pd.DataFrame([[7, 3 / 7, 2 / 3, 1 / 4, 2 / 3], [4, 1 / 4, 1 / 2, 0, 1]], ["a", "b"],
                         columns)
    for name in columns:
        expect(np.allclose(got[name].astype(float), truth[name]), f"{name} of a and b must be "
               f"{truth[name].tolist()}; yours: {got[name].tolist()}", "wrong-denominator")
    alone = group_rates(y[:3], np.zeros(3, dtype=int), group[:3]).loc["a"]
    expect(np.isnan(alone["ppv"]) and np.isnan(alone["fpr"]), "nobody flagged means no PPV, nobody "
           "with y = 0 means no FPR: give nan, not a number", "no-nan")
    ### BEGIN HIDDEN TESTS
    oracle_rates(group_rates)
    ### END HIDDEN TESTS


test_group_rates()
print("9.1a: visible checks passed")

# %% [markdown]
# **b. `calibration(y, score, group)`**: of the people in group g with score v, which share has
# `y = 1`? Returns a table with one row per distinct score (ascending), one column per group
# (sorted), `nan` where a group has nobody with that score. A score is *calibrated by group* when
# the columns agree: the same score then means the same in each group.
#
# <details><summary>Hint 1: where to look</summary>
# pandas can take the mean of y over the cells of score and group.
# <details><summary>Hint 2: the idea</summary>
# Group by two keys, take the mean, and turn the inner key into columns.
# <details><summary>Hint 3: nearly the code</summary>
# A Series of y, <code>.groupby([score, group])</code>, <code>.mean()</code>,
# <code>.unstack()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-calibration", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_calibration(calibration):
    """Random scores, some of them absent in a group, counted one by one."""
    for seed, top in ((4, 4), (5, 9)):
        y, _, group = oracle_population(seed, 60, ("u", "v", "w"))
        score = np.random.default_rng(seed).integers(1, top, 60) / 2
        score[group == "w"] = 1.0
        values, names = sorted(set(score.tolist())), ["u", "v", "w"]
        got = expect_table(calibration(y, score, group), values, names, "calibration")
        for v in values:
            for g in names:
                here = [int(a) for a, b, c in zip(y, score, group, strict=True)
                        if b == v and c == g]
                said = got.loc[v, g]
                if not here:
                    expect(np.isnan(said), f"nobody in {g} has the score {v}: nan", "no-nan")
                else:
                    expect(abs(said - sum(here) / len(here)) < 1e-9, "on random scores a share is "
                           "wrong", "wrong-denominator")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_1-calibration", "solution": true}
def calibration(y, score, group):
    """Table of the share with y = 1: a row per score, a column per group, nan where nobody is."""
    ### BEGIN SOLUTION
    return pd.Series(y).groupby([score, group]).mean().unstack()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_1-calibration-test", "points": 2}
@exercise("9.1")
def test_calibration():
    """Two groups, three scores; nobody in b has the score 3."""
    y = np.array([0, 1, 1, 1, 0, 0, 1, 0])
    score = np.array([1, 1, 2, 3, 1, 1, 2, 2])
    group = np.array(["a"] * 4 + ["b"] * 4)
    got = expect_table(calibration(y, score, group), [1, 2, 3], ["a", "b"], "calibration")
    expect(not np.isclose(got.loc[1, "a"], 1 / 3), "you count which share of those with y = 1 has "
           "the score 1; asked is which share of those with the score 1 has y = 1", "wrong-way")
    expect(not np.isclose(got.loc[1, "a"], 1 / 4), "each column is about one group, and each cell "
           "about the people of that group with that score", "pooled")
    expect(np.isnan(got.loc[3, "b"]), "nobody in b has the score 3: that cell is nan", "no-nan")
    truth = np.array([[1 / 2, 0], [1, 1 / 2], [1, np.nan]])
    expect(np.allclose(got.to_numpy(dtype=float), truth, equal_nan=True),
           f"expected {truth.tolist()}, got {got.to_numpy().tolist()}", "wrong-denominator")
    ### BEGIN HIDDEN TESTS
    oracle_calibration(calibration)
    ### END HIDDEN TESTS


test_calibration()
print("9.1b: visible checks passed")

# %% [markdown]
# **c. `bootstrap_interval`**: how certain is a rate? The bootstrap draws n people out of your n
# people *with replacement*, computes the number again, and repeats. The middle 95 % of what comes
# out is an interval for the number.
#
# - `metric(*arrays)` returns one number, or nan where it is undefined; `arrays` is a list of arrays
#   of the same length n, row i of each being about person i
# - draw `draws` times n rows at once with `rng.integers(n, size=n)`; **the same rows of every
#   array**; leave out draws in which the metric is nan
# - returns `(low, high)`, two floats: the quantiles that leave `(1 - level) / 2` on either side
#
# <details><summary>Hint 1: where to look</summary>
# Index each array with the same drawn row numbers. numpy has quantiles that skip nan.
# <details><summary>Hint 2: the idea</summary>
# A person is a row. If you draw y and decision apart, you tear people into pieces.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rows = rng.integers(n, size=n)</code>, append <code>metric(*[a[rows] for a in
# ...])</code>, at the end <code>np.nanquantile(values, [tail, 1 - tail])</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-bootstrap", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_width(bootstrap_interval, seed, level=0.8, n=400, draws=300):
    """Width for the mean of n draws of 0 and 1, over what the normal approximation says."""
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    sample = (rng.random(n) < 0.3).astype(float)
    low, high = bootstrap_interval(np.mean, [sample], rng=rng, draws=draws, level=level)
    theory = 2 * norm.ppf(0.5 + level / 2) * (sample.mean() * (1 - sample.mean()) / n) ** 0.5
    return (high - low) / theory


def oracle_bootstrap(bootstrap_interval):
    """A known width, and a metric that is undefined in most draws."""
    ratio = oracle_width(bootstrap_interval, 61)
    expect(0.82 <= ratio <= 1.18, f"for a mean of 400 your 80 % interval is {ratio:.2f} times as "
           "wide as theory says; between 0.82 and 1.18 is right", "wrong-tails")
    rng = np.random.default_rng(62)
    rare = np.zeros(20)
    rare[0] = 1
    low, high = bootstrap_interval(lambda a: 1.0 if a.sum() else np.nan, [rare], rng=rng, draws=50)
    expect(low == 1 and high == 1, "draws in which the metric is nan must be left out", "keeps-nan")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_1-bootstrap", "solution": true}
def bootstrap_interval(metric, arrays, *, rng, draws=300, level=0.95):
    """Percentile interval (low, high) of metric(*arrays) over resampled rows."""
    ### BEGIN SOLUTION
    n, values = len(arrays[0]), []
    for _ in range(draws):
        rows = rng.integers(n, size=n)
        values.append(metric(*[array[rows] for array in arrays]))
    tail = (1 - level) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_1-bootstrap-test", "points": 3}
@exercise("9.1")
def test_bootstrap_interval():
    """A metric that answers 0, 1, ..., 100 whatever it gets, and notes what it got."""
    seen = []

    def counting(left, right):
        seen.append((np.array(left), np.array(right)))
        return float(len(seen) - 1)

    def run(seed):
        seen.clear()
        rng = np.random.default_rng(seed)
        return bootstrap_interval(counting, [np.arange(30), 10 * np.arange(30)], rng=rng, draws=101,
                                  level=0.9)

    low, high = run(0)
    first = [left.tolist() for left, _ in seen]
    expect(all(len(left) == 30 for left in first), "each draw must have as many rows as the data")
    expect(len(set(map(tuple, first))) > 50, "each draw must be a new one", "ignores-rng")
    expect(all(len(set(left)) < 30 for left in first), "a draw with replacement takes some people "
           "twice; yours takes everybody once", "no-replacement")
    expect(all((10 * left == right).all() for left, right in seen), "row i of both arrays is the "
           "same person: resample them with the same rows", "rows-torn")
    expect(abs(low - 10) > 1.5 or abs(high - 90) > 1.5, "you leave 10 % on either side; a level of "
           "0.9 leaves 5 %", "wrong-tails")
    expect(abs(low - 5) < 1.5 and abs(high - 95) < 1.5, f"of the numbers 0 to 100 the middle 90 % "
           f"run from 5 to 95; yours from {low:g} to {high:g}", "wrong-tails")
    again, other = (run(seed) and [left.tolist() for left, _ in seen] for seed in (0, 1))
    expect(again == first and other != first, "the draws must depend on rng, and on nothing else",
           "ignores-rng")
    ### BEGIN HIDDEN TESTS
    oracle_bootstrap(bootstrap_interval)
    ### END HIDDEN TESTS


test_bootstrap_interval()
print("9.1c: visible checks passed")

# %% [markdown] id="predict-both"
# ### Predict, then run
#
# ProPublica wrote: the score errs against Black people who were not charged again. The maker of
# COMPAS wrote: a flag means the same for Black and for white people. Who is right? Choose before
# you run the next cell; nobody grades it.
#
# - `"a"`: ProPublica; the maker's claim is false
# - `"b"`: the maker; ProPublica's claim is false
# - `"c"`: both

# %% nbgrader={"grade_id": "ex9_1-predict", "solution": true}
# my_guess = "a", "b" or "c"
### BEGIN SOLUTION
my_guess = "c"
### END SOLUTION

# %% id="moment" tags=["demo"]
def with_intervals(table, names, columns=("fpr", "ppv")):
    """Each rate of the named groups in percent, with its 95 % interval."""
    lines = {}
    for name in names:
        rows = table[table["race"] == name]
        arrays = [rows["two_year_recid"].to_numpy(), rows["flagged"].to_numpy()]
        lines[name] = {"n": f"{len(rows):,}"}
        for column in columns:
            def rate(y, decision, column=column):
                return group_rates(y, decision, np.zeros(len(y))).loc[0, column]

            rng = np.random.default_rng(0)
            low, high = bootstrap_interval(rate, arrays, rng=rng, draws=200)
            lines[name][column] = f"{rate(*arrays):.1%} ({low:.1%} to {high:.1%})"
    return pd.DataFrame.from_dict(lines, orient="index")


print(f"you said: {my_guess!r}")
print(with_intervals(compas[compas["propublica_sample"]], ["Black", "white"]).to_string())

# %% [markdown]
# The rows are those of the published analysis. Left: of those who were not charged again, the
# share flagged, **42.3 % against 22.0 %**: nearly twice as many. Right: of those flagged, the share
# charged again, **65.0 % against 59.5 %**: a flag means about the same in both groups, if anything
# a little more for Black people. The intervals say that neither is an accident of the sample.
#
# So the answer is "c". Both published analyses are right, about the same people and the same score.
# They answer two questions: "I was not charged again; was I flagged?" and "I was flagged; what does
# that mean?" Exercise 9.4 shows why no score could have satisfied both.
#
# What you wrote is what a practitioner calls from a library. Your rates by fairlearn, on all rows:

# %% id="metricframe-demo" tags=["demo"]
from fairlearn.metrics import (MetricFrame, count, false_positive_rate, selection_rate,
                               true_positive_rate)
from sklearn.metrics import precision_score

y, flagged, race = (compas[c].to_numpy() for c in ("two_year_recid", "flagged", "race"))
metrics = {"n": count, "selection_rate": selection_rate, "tpr": true_positive_rate,
           "fpr": false_positive_rate, "ppv": precision_score}
frame = MetricFrame(metrics=metrics, y_true=y, y_pred=flagged, sensitive_features=race)
print(frame.by_group.round(3).to_string())
off = (frame.by_group - group_rates(y, flagged, race)).abs().to_numpy().max()
print(f"largest difference from yours: {off:.1e}")

# %% [markdown]
# Now the score itself, by group, and the groups that nobody talks about.

# %% id="calibration-demo" tags=["demo"]
table = calibration(compas["two_year_recid"].to_numpy(), compas["decile_score"].to_numpy(),
                    compas["race"].to_numpy())
figure = plots.curves({name: (table.index.tolist(), table[name].tolist()) for name in table},
                      xlabel="COMPAS score (1 to 10)", ylabel="share charged again",
                      title="Calibration by group", colours=SHADES)
plots.show(figure, alt="Two rising curves that lie close together: the share charged again within "
           "two years, by score, for Black and for white people.")
apart = (table["Black"] - table["white"]).abs().max()
print(f"the curves are never more than {100 * apart:.1f} points apart")

# %% id="small-groups" tags=["demo"]
names = ["Black", "white", "Hispanic", "Asian", "Native American"]
print(with_intervals(everybody, names).to_string())

# %% [markdown]
# The curves stay within ten points of each other and cross: a score of 7 means much the same in
# both groups. That is what the maker meant.
#
# In the last table, look at the bottom. With 32 and with 18 people an interval covers half of
# everything. An audit that reports "PPV 75 %" for such a group has not found that the group is
# treated well or badly; it has found that nobody can know from these data. Say so, and collect
# more, rather than drop the row: a group too small to measure is not a group without problems.
#
# What does age, and the number of earlier charges, know alone?

# %% nbgrader={"grade_id": "setup-logistic", "locked": true}
def fit_logistic(x, y, weight=None):
    """A logistic regression; returns a function from rows (m, d) to probabilities (m,)."""
    model = LogisticRegression(max_iter=2000).fit(x, y, sample_weight=weight)
    return lambda rows: model.predict_proba(rows)[:, 1]

# %% id="two-columns" tags=["demo"]
sample = everybody[everybody["propublica_sample"]].sample(frac=1, random_state=0)
x = tables.design_matrix(sample[["age", "priors_count"]]).to_numpy()
y = sample["two_year_recid"].to_numpy()
half, flagged = len(y) // 2, sample["flagged"].to_numpy()
guess = fit_logistic(x[:half], y[:half])(x[half:]) > 0.5
print(f"COMPAS is right about {np.mean(flagged == y):.1%} of {len(y):,} people.")
print(f"On one half of them: COMPAS {np.mean(flagged[half:] == y[half:]):.1%}, age and number of "
      f"earlier charges,\nlearned on the other half, {np.mean(guess == y[half:]):.1%}")

# %% [markdown]
# Two columns that everybody can read are no worse than the secret score (Dressel and Farid 2018).
#
# ## Exercise 9.2: leaving a column out (3 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: "our model does not know anybody's sex" is the commonest
# defence there is. It is a claim that can be measured: how well can the model's own inputs guess
# it?
#
# **a. `auc(score, s)`**: the probability that a random person with `s = 1` has a higher score than
# a random person with `s = 0`; a tie counts half. 0.5 knows nothing, 1 knows all. Returns a float.
#
# **b. `proxy_strength(x, s, fit, auc, rng, folds=5)`**: how well `x` guesses `s` for people whose
# `s` was not used.
#
# - `x`: shape (n, d); `s`: shape (n,); `fit(x, s)` returns a function that gives a score per row
# - shuffle the rows with `rng`, cut them into `folds` parts of (nearly) equal size; each part is
#   scored by a fit on all the other parts; returns `auc` of the n scores together
#
# <details><summary>Hint 1: where to look</summary>
# For the AUC, ranks do the counting: <code>scipy.stats.rankdata</code> shares ranks among ties. For
# the folds: <code>rng.permutation</code> and <code>np.array_split</code>.
# <details><summary>Hint 2: the idea</summary>
# The sum of the ranks of the n1 people with s = 1 is n1 * (n1 + 1) / 2 plus the number of pairs
# that they win. Or compare all pairs, if n is small enough.
# <details><summary>Hint 3: nearly the code</summary>
# <code>wins = ranks[s == 1].sum() - n1 * (n1 + 1) / 2</code>, over <code>n1 * n0</code>. For the
# folds: fill <code>score[rows]</code> with what a fit on all other rows says of them
# (<code>np.setdiff1d</code> gives the others).
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_2-auc", "solution": true}
def auc(score, s):
    """Probability that a person with s = 1 outscores one with s = 0; ties count half."""
    ### BEGIN SOLUTION
    from scipy.stats import rankdata

    ones = int((s == 1).sum())
    wins = rankdata(score)[s == 1].sum() - ones * (ones + 1) / 2
    return float(wins / (ones * (len(s) - ones)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_2-auc-test", "points": 1}
@exercise("9.2")
def test_auc():
    """Four people by hand, and ties."""
    s = np.array([1, 0, 1, 0])
    got = auc(np.array([0.9, 0.5, 0.3, 0.1]), s)
    expect(got != 0.25, "yours is mirrored: larger scores should go with s = 1", "mirrored")
    expect(abs(got - 0.75) < 1e-9, f"three of four pairs are in order: 0.75; yours: {got}")
    expect(abs(auc(np.ones(4), s) - 0.5) < 1e-9, "when all scores are equal, every pair is a tie "
           "and counts half: 0.5", "ties")
    expect(auc(np.array([0.0, 1.0]), np.array([1, 0])) == 0, "a score that always gets the order "
           "wrong has AUC 0: do not turn it round", "turned-round")
    ### BEGIN HIDDEN TESTS
    from sklearn.metrics import roc_auc_score

    for seed, levels in ((71, 4), (72, 1000)):
        rng = np.random.default_rng(seed)
        s, score = rng.integers(0, 2, 90), rng.integers(-levels, levels, 90).astype(float)
        expect(abs(auc(score, s) - roc_auc_score(s, score)) < 1e-9,
               "on random scores your AUC differs from scikit-learn's", "ties")
    ### END HIDDEN TESTS


test_auc()
print("9.2a: visible checks passed")

# %% nbgrader={"grade_id": "oracle-proxy", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_auc(score, s):
    """Every pair, one by one."""
    gap = score[s == 1][:, None] - score[s == 0][None, :]
    return float(((gap > 0) + 0.5 * (gap == 0)).mean())


def oracle_proxy(proxy_strength):
    """Noise in many columns: a fit on all rows finds a pattern that new rows do not have."""
    rng = np.random.default_rng(73)
    x, s = rng.normal(size=(120, 60)), np.repeat([0, 1], 60)
    got = proxy_strength(x, s, fit_logistic, oracle_auc, np.random.default_rng(1))
    expect(got < 0.75, f"60 columns of noise guess s with an AUC of {got:.2f} in your count: some "
           "row is scored by a fit that has seen it", "in-sample")
    x[:, 0] += 4 * s
    got = proxy_strength(x, s, fit_logistic, oracle_auc, np.random.default_rng(2), folds=3)
    expect(got > 0.9, f"one column nearly gives s away, and you find an AUC of {got:.2f}",
           "rows-torn")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_2-proxy", "solution": true}
def proxy_strength(x, s, fit, auc, rng, folds=5):
    """AUC with which x guesses s, each row scored by a fit on the other folds; a float."""
    ### BEGIN SOLUTION
    score = np.empty(len(s))
    for rows in np.array_split(rng.permutation(len(s)), folds):
        rest = np.setdiff1d(np.arange(len(s)), rows)
        score[rows] = fit(x[rest], s[rest])(x[rows])
    return auc(score, s)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_2-proxy-test", "points": 2}
@exercise("9.2")
def test_proxy_strength():
    """A fit that notes which rows it saw and which it scored; the rows carry their number."""
    log, asked = [], []

    def noting(x, s):
        log.append((set(x[:, 0].tolist()), []))
        part = log[-1][1]
        return lambda rows: (part.extend(rows[:, 0].tolist()), rows[:, 0])[1]

    def counting(score, s):
        asked.append((np.array(score), np.array(s)))
        return 0.625

    def run(seed, folds=4):
        log.clear()
        rng = np.random.default_rng(seed)
        return proxy_strength(x, s, noting, counting, rng, folds=folds)

    x, s = np.arange(40.0)[:, None], np.repeat([0, 1], 20)
    got = run(0)
    scored = [row for _, part in log for row in part]
    expect(not any(seen & set(part) for seen, part in log), "a row was scored by a fit that had "
           "seen it: that measures memory, not what x knows", "in-sample")
    expect(sorted(scored) == list(range(40)), "every row must be scored, and once: in the end "
           f"{len(set(scored))} of 40 rows have a score", "one-split")
    expect([len(part) for _, part in log] == [10] * 4 and all(len(seen) == 30 for seen, _ in log),
           "4 folds of 40 rows: each fit sees 30 rows and scores the other 10", "wrong-folds")
    first = [set(part) for _, part in log]
    expect(not any(max(part) - min(part) == 9 for part in first), "your folds are runs of "
           "neighbours; in a sorted table a fold then holds one kind of people: shuffle with rng",
           "not-shuffled")
    score, labels = asked[0]
    expect(len(asked) == 1 and len(score) == 40 and got == 0.625, "auc must be asked once, about "
           "all 40 scores, and its answer returned", "mean-of-folds")
    expect((labels == s[score.astype(int)]).all(), "a score stands beside another person's s: put "
           "the scores of a fold back into its rows", "rows-torn")
    run(1)
    expect([set(part) for _, part in log] != first, "another rng must give other folds",
           "not-shuffled")
    ### BEGIN HIDDEN TESTS
    oracle_proxy(proxy_strength)
    ### END HIDDEN TESTS


test_proxy_strength()
print("9.2b: visible checks passed")

# %% [markdown] id="predict-auc"
# ### Predict, then run
#
# Adult is a survey of 1994: age, schooling, work, family, and whether a person earns more than
# 50,000 dollars a year. The column `sex` is taken out. How well do the others guess it? Commit to
# an AUC.

# %% nbgrader={"grade_id": "ex9_2-predict", "solution": true}
# my_auc = a number from 0.5 to 1
### BEGIN SOLUTION
my_auc = 0.9
### END SOLUTION

# %% nbgrader={"grade_id": "setup-adult", "locked": true}
adult = tables.adult("train").sample(8000, random_state=0).reset_index(drop=True)
adult = adult.drop(columns="fnlwgt")
women = (adult["sex"] == "Female").to_numpy().astype(int)
rich = (adult["income"] == ">50K").to_numpy().astype(int)

# %% id="proxy-demo" tags=["demo"]
for without in (["sex"], ["sex", "relationship", "marital_status"]):
    x = tables.design_matrix(adult.drop(columns=[*without, "income"])).to_numpy()
    strength = proxy_strength(x, women, fit_logistic, auc, np.random.default_rng(0))
    print(f"without {', '.join(without)}: AUC {strength:.2f}")
print(f"you said: {my_auc}")

# %% id="unaware-demo" tags=["demo"]
for name, without in (("aware", []), ("unaware", ["sex"])):
    x = tables.design_matrix(adult.drop(columns=[*without, "income"])).to_numpy()
    says = (fit_logistic(x[:5000], rich[:5000])(x[5000:]) > 0.5).astype(int)
    rates = group_rates(rich[5000:], says, adult["sex"].to_numpy()[5000:])["selection_rate"]
    print(f"{name:8} said to earn more: men {rates['Male']:.1%}, women {rates['Female']:.1%}")

# %% [markdown]
# `relationship` holds the words Husband and Wife, but even without it the rest guesses well. And
# the model that does not know anybody's sex selects men and women just as unequally as the one that
# does. Leaving a column out takes away your means to measure, not the model's means to guess.

# %% [markdown]
# ## Exercise 9.3: where bias comes from (7 points)
#
# Difficulty: 2 of 5 · Minutes: 25 · Why: the paper names three sources: the data, the algorithm's
# objective, and a deployment that is not the training world. You will find one that is there, make
# others yourself, and watch an audit miss one of them.
#
# **a. A flaw that is in the data already.** `giveaways(table, label, least)` lists every pair
# `(column, value)` such that at least `least` rows have that value in that column and **all** of
# them have the same label, whichever it is. The label's own column does not count. Order does not
# matter; missing values are no value.
#
# <details><summary>Hint 1: where to look</summary>
# For each column, <code>table.groupby(column)[label]</code> gives the labels beside each value.
# <details><summary>Hint 2: the idea</summary>
# All labels are the same when the number of distinct ones is 1. Count the rows, too.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for value, part in table.groupby(column)[label]</code>; ask <code>part.nunique()</code> and
# <code>len(part)</code>; append <code>(column, value)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_3-giveaways", "solution": true}
def giveaways(table, label, least):
    """Pairs (column, value) that at least `least` rows have, all of them with one label."""
    ### BEGIN SOLUTION
    found = []
    for column in table.columns.drop(label):
        for value, part in table.groupby(column)[label]:
            if len(part) >= least and part.nunique() == 1:
                found.append((column, value))
    return found
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_3-giveaways-test", "points": 2}
@exercise("9.3")
def test_giveaways():
    """Nine rows: city "x" always has label 1, "z" always 0, "y" both; shoe 40 is one row."""
    table = pd.DataFrame({"city": ["x"] * 3 + ["y"] * 3 + ["z"] * 3,
                          "shoe": [40, 41, 42, 41, 42, 41, 42, 41, 42],
                          "label": [1, 1, 1, 1, 0, 1, 0, 0, 0]})
    got = [tuple(pair) for pair in giveaways(table, "label", 3)]
    expect(not any(column == "label" for column, _ in got), "the label tells itself: leave its own "
           "column out", "label-itself")
    expect(("shoe", 40) not in got, "only one row has shoe 40: with least = 3 that is no finding",
           "too-small")
    expect(("city", "y") not in got, "city y has both labels", "not-constant")
    expect(("city", "z") in got, "city z always has the label 0, which is as telling as always 1",
           "only-ones")
    expect(sorted(got) == [("city", "x"), ("city", "z")], f'expected ("city", "x") and ("city", '
           f'"z"); yours: {got}')
    edge = [tuple(pair) for pair in giveaways(table, "label", 4)]
    expect(edge == [], "with least = 4 nothing is left: both cities have 3 rows", "too-small")
    ### BEGIN HIDDEN TESTS
    for seed in (91, 92):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame({"a": rng.integers(0, 5, 500), "b": rng.choice(["u", "v"], 500),
                              "y": rng.integers(0, 2, 500), "c": rng.random(500) < 0.2})
        expect(giveaways(table, "y", 20) == [], "you accuse a column of random numbers",
               "not-constant")
        table.loc[table["c"], "y"] = seed % 2
        got = [tuple(pair) for pair in giveaways(table, "y", 20)]
        expect(got == [("c", True)], "column c was made to give the label away, and it alone",
               "only-ones")
    holes = pd.DataFrame({"a": [None] * 4 + ["q"], "y": [1, 1, 1, 1, 0]})
    expect(giveaways(holes, "y", 2) == [], "a missing value is no value", "too-small")
    ### END HIDDEN TESTS


test_giveaways()
print("9.3a: visible checks passed")

# %% id="flaw-demo" tags=["demo"]
columns = everybody.columns.drop(["flagged", "propublica_sample"])
found = giveaways(everybody[columns], "two_year_recid", 50)
print(f"found in COMPAS: {found}")
for name, rows in (("all rows", compas), ("without them",
                                          compas[~compas["screened_after_2014_04_01"]])):
    rates = group_rates(rows["two_year_recid"].to_numpy(), rows["flagged"].to_numpy(),
                        rows["race"].to_numpy())
    again = rows["two_year_recid"].mean()
    print(f"{name}: {len(rows):,} people, {again:.1%} charged again")
    print(rates[["fpr", "ppv"]].map("{:.1%}".format).to_string())

# %% [markdown]
# There it is. Follow-up ended in 2016, so nobody screened after 1 April 2014 could be watched for
# two years; those who were charged again were kept all the same (Barenstein 2019). All 998 of these
# rows have the label 1. Without them the share charged again falls, and with it the PPV, by more
# than eight points in both groups. The false-positive rates do not move at all: they look at the
# zeros only, and none was lost. Nobody had lied. Two filters met.
#
# **b. Biases of your own.** Here the truth is known, because you do the damage yourself.
#
# - `thin_out(group, name, keep, rng)`: a bool array (n,), the rows that stay. Everybody outside
#   `name` stays; of the m people in `name`, exactly `round(keep * m)`, chosen by `rng`.
#   (Under-representation.)
# - `deny(y, group, name, share, rng)`: a copy of `y` in which exactly `round(share * k)` of the k
#   ones of group `name` have become 0, chosen by `rng`; nothing else changes. (Biased labels: what
#   should have been a yes was written down as a no.)
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.flatnonzero</code> turns a condition into row numbers; <code>rng.choice(...,
# replace=False)</code> chooses some of them.
# <details><summary>Hint 2: the idea</summary>
# Choose the rows that go (or change), then mark them in a fresh array.
# <details><summary>Hint 3: nearly the code</summary>
# The row numbers of the ones of the group; of these <code>rng.choice(...,
# replace=False)</code> as many as the share says; set them to 0 in <code>y.copy()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_3-damage", "solution": true}
def thin_out(group, name, keep, rng):
    """Mask (n,) of the rows that stay: all outside `name`, round(keep * m) of the m inside."""
    ### BEGIN SOLUTION
    inside = np.flatnonzero(group == name)
    gone = rng.choice(inside, len(inside) - round(keep * len(inside)), replace=False)
    stays = np.ones(len(group), dtype=bool)
    stays[gone] = False
    return stays
    ### END SOLUTION


def deny(y, group, name, share, rng):
    """Copy of y (n,) in which round(share * k) of the k ones of group `name` have become 0."""
    ### BEGIN SOLUTION
    ones = np.flatnonzero((group == name) & (y == 1))
    changed = y.copy()
    changed[rng.choice(ones, round(share * len(ones)), replace=False)] = 0
    return changed
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-damage", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_damage(thin_out, deny):
    """Counts are exact, for every share, and each person can be chosen."""
    y, _, group = oracle_population(93, 97, (4, 8))
    inside, ones = group == 8, (group == 8) & (y == 1)
    for share in (0.0, 0.31, 1.0):
        left = expect_array(thin_out(group, 8, share, np.random.default_rng(1)), (97,), "thin_out")
        expect(left[inside].sum() == round(share * inside.sum()), "the number of people that "
               "stay is off", "wrong-share")
        changed = deny(y, group, 8, share, np.random.default_rng(1))
        expect((y[ones] != changed[ones]).sum() == round(share * ones.sum()), "the number of "
               "labels that changed is off", "wrong-share")
        expect((y == changed)[~ones].all(), "a label outside the ones of the group changed",
               "wrong-rows")
    hit = sum(deny(y, group, 8, 0.3, np.random.default_rng(k)) != y for k in range(60))
    stay = sum(thin_out(group, 8, 0.3, np.random.default_rng(k)) for k in range(60))
    expect((hit[ones] > 0).all() and (stay[inside] > 0).all(), "over sixty draws everybody must "
           "be chosen at some time", "ignores-rng")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_3-damage-test", "points": 2}
@exercise("9.3")
def test_damage():
    """Twenty people, ten in each group, four ones in group a and six in b."""
    group = np.repeat(["a", "b"], 10)
    y = np.array([1] * 4 + [0] * 6 + [1] * 6 + [0] * 4)
    stays = expect_array(thin_out(group, "b", 0.3, np.random.default_rng(0)), (20,), "thin_out")
    expect(stays.dtype == bool, "thin_out must return a mask of True and False")
    expect(stays[:10].all(), "nobody outside the group may go", "wrong-rows")
    expect(stays[10:].sum() == 3, f"keep = 0.3 of 10 people: 3 stay; yours keeps "
           f"{stays[10:].sum()}", "wrong-share")
    before = y.copy()
    changed = expect_array(deny(lend(y), group, "b", 0.5, np.random.default_rng(0)), (20,), "deny")
    expect((y == before).all(), "deny changed y itself: the clean labels are needed for the audit",
           "input-modified")
    expect((changed[:10] == y[:10]).all(), "labels of the other group changed", "wrong-rows")
    expect(changed[16:].sum() == 0, "a 0 became 1: only ones are denied", "flips-zeros")
    expect(changed[10:16].sum() == 3, f"half of the 6 ones of b become 0; yours leaves "
           f"{changed[10:16].sum()} of them", "wrong-share")
    others = {tuple(deny(y, group, "b", 0.5, np.random.default_rng(k)).tolist()) for k in range(9)}
    masks = {tuple(thin_out(group, "b", 0.3, np.random.default_rng(k)).tolist()) for k in range(9)}
    expect(len(others) > 1 and len(masks) > 1, "another rng must choose other people",
           "ignores-rng")
    ### BEGIN HIDDEN TESTS
    oracle_damage(thin_out, deny)
    ### END HIDDEN TESTS


test_damage()
print("9.3b: visible checks passed")

# %% [markdown] id="predict-labels"
# ### Predict, then run
#
# Adult again: does a person earn more than 50,000 dollars? You write "no" over 60 % of the women
# who do, train on that, and audit: how far is the mean prediction from the share of ones, for
# women? The auditor has the labels that you damaged, as auditors do. Will the audit find it?
#
# - `"a"`: yes, women are clearly under-predicted
# - `"b"`: it finds a part of it
# - `"c"`: no, all looks well

# %% nbgrader={"grade_id": "ex9_3-predict", "solution": true}
# my_answer = "a", "b" or "c"
### BEGIN SOLUTION
my_answer = "c"
### END SOLUTION

# %% id="labels-demo" tags=["demo"]
x = tables.design_matrix(adult.drop(columns="income")).to_numpy()
learn, check = np.arange(8000) < 5000, np.arange(8000) >= 5000
dirty = deny(rich, women, 1, 0.6, np.random.default_rng(0))
told = fit_logistic(x[learn], dirty[learn])(x[check])
print(f"you said: {my_answer!r}")
for kind, labels in (("the damaged labels", dirty), ("the clean labels", rich)):
    for name, sex in (("men", 0), ("women", 1)):
        rows = women[check] == sex
        off = told[rows].mean() - labels[check][rows].mean()
        print(f"audited with {kind}, {name}: prediction minus truth {100 * off:+.1f} points")

# %% id="thin-demo" tags=["demo"]
law = tables.law_school().sample(frac=1, random_state=0)
x = tables.design_matrix(law[["LSAT", "UGPA"]]).to_numpy()
passed = law["pass_first_year"].to_numpy()
race, learn = law["race"].to_numpy(), np.arange(len(law)) < len(law) // 2
for keep in (1.0, 0.1, 0.0):
    rows = learn & thin_out(race, "Black", keep, np.random.default_rng(0))
    score = fit_logistic(x[rows], passed[rows])(x[~learn])
    off = {name: score[race[~learn] == name].mean() - passed[~learn][race[~learn] == name].mean()
           for name in ("Black", "White")}
    print(f"{keep:.0%} of the Black students kept: prediction minus truth "
          f"{100 * off['Black']:+.1f} points for them, {100 * off['White']:+.1f} for white ones")

# %% [markdown]
# The audit with the damaged labels finds nothing against women: if anything, they seem a little
# over-predicted. Against the clean labels the same model is wrong by more than six points, for
# women only. **An audit inherits the labels.** When the label is a decision
# of the past (a denial, an arrest, a promotion), "accurate" means "like the past".
#
# The second table is about law students. With all Black students in the data the model still
# promises them more than came true: one curve is drawn through everybody, and it fits the many.
# Take them out and the promise is further off, while nothing moves for white students. (On Adult
# the same experiment with women changes nearly nothing: there the relation between columns and
# income is much the same for both. Leaving a group out does harm where the group is different, and
# you cannot know that without the group's data.)
#
# **c. Change the loss.** An objective that is blind to what errors cost is a choice, too. `p` is
# the probability that y = 1. A wrong yes costs `false_positive_cost`, a wrong no
# `false_negative_cost`, right decisions nothing; both costs are positive. `cost_threshold(...)`
# returns the t for which "yes if p >= t" has the smallest expected cost for every p.
#
# <details><summary>Hint 1: where to look</summary>
# For a given p, what does a yes cost on average? And a no?
# <details><summary>Hint 2: the idea</summary>
# A yes costs (1 - p) times one cost, a no p times the other. At t they are equal.
# <details><summary>Hint 3: nearly the code</summary>
# Solve <code>(1 - t) * false_positive_cost == t * false_negative_cost</code> for t.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_3-threshold", "solution": true}
def cost_threshold(false_positive_cost, false_negative_cost):
    """The threshold on a probability that minimises the expected cost; in (0, 1)."""
    ### BEGIN SOLUTION
    return false_positive_cost / (false_positive_cost + false_negative_cost)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_3-threshold-test", "points": 1}
@exercise("9.3")
def test_cost_threshold():
    """Equal costs: 0.5. A wrong yes three times as dear: be surer before you say yes."""
    expect(abs(cost_threshold(1, 1) - 0.5) < 1e-9, "with equal costs the threshold is 0.5",
           "ratio")
    dear = cost_threshold(3, 1)
    expect(dear != 0.5, "the threshold must depend on the costs", "blind")
    expect(dear > 0.5, "a wrong yes is dearer, so a yes needs a higher p: yours is mirrored",
           "mirrored")
    expect(abs(dear - 0.75) < 1e-9, f"costs 3 and 1: the threshold is 0.75; yours: {dear}", "ratio")
    ### BEGIN HIDDEN TESTS
    for seed in range(5):
        wrong_yes, wrong_no = np.random.default_rng(seed).uniform(0.1, 9, 2).tolist()
        t = cost_threshold(wrong_yes, wrong_no)
        for p in np.linspace(0, 1, 101):
            yes, no = (1 - p) * wrong_yes, p * wrong_no
            expect((yes if p >= t else no) <= min(yes, no) + 1e-9, "for some p your threshold "
                   "takes the dearer decision", "ratio")
    ### END HIDDEN TESTS


test_cost_threshold()
print("9.3c: visible checks passed")

# %% id="threshold-demo" tags=["demo"]
x = tables.design_matrix(adult.drop(columns="income")).to_numpy()
score = fit_logistic(x[:5000], rich[:5000])(x[5000:])
for costs in ((1, 1), (1, 3), (1, 9)):
    says = (score >= cost_threshold(*costs)).astype(int)
    rates = group_rates(rich[5000:], says, adult["sex"].to_numpy()[5000:])
    gaps = {k: 100 * (rates.loc["Male", k] - rates.loc["Female", k]) for k in ("tpr", "fpr")}
    print(f"costs {costs}: TPR gap {gaps['tpr']:4.1f} points, FPR gap {gaps['fpr']:4.1f} points")

# %% [markdown]
# The same scores and the same people. Make a missed "yes" nine times as dear, and the gap between
# men and women in the true-positive rate falls by a few points, while the gap in the
# false-positive rate grows to four times what it was. Nobody wrote a word about sex; the cost did.
#
# **d. Deploy it elsewhere.** `cross_audit(populations, fit, measure)` trains a model in each
# population and tries it in every one.
#
# - `populations`: a dict, name -> `(x, y, x_new, y_new)`; models learn from the first two only, and
#   are tried on the last two only
# - `fit(x, y)` returns a function from rows to scores; it is called once for each population
# - returns a table of `measure(y_new, scores)`: a row per population *trained in*, a column per
#   population *deployed in*, in the order of the dict
#
# <details><summary>Hint 1: where to look</summary>
# Two loops, one in the other.
# <details><summary>Hint 2: the idea</summary>
# Fit in the outer loop, measure in the inner one.
# <details><summary>Hint 3: nearly the code</summary>
# A dict of dicts: <code>rows[home][away] = measure(y_new, score(x_new))</code>; then
# <code>pd.DataFrame.from_dict(rows, orient="index")</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_3-elsewhere", "solution": true}
def cross_audit(populations, fit, measure):
    """Table of measure(y_new, scores): a row per place of training, a column per deployment."""
    ### BEGIN SOLUTION
    rows = {}
    for home, (x, y, _, _) in populations.items():
        score = fit(x, y)
        rows[home] = {away: measure(y_new, score(x_new))
                      for away, (_, _, x_new, y_new) in populations.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_3-elsewhere-test", "points": 2}
@exercise("9.3")
def test_cross_audit():
    """Two towns of one row each; a fit that remembers where it learned, and a measure that adds."""
    towns = {"north": (np.array([[1.0]]), np.array([10]), np.array([[100.0]]), np.array([0.1])),
             "south": (np.array([[2.0]]), np.array([20]), np.array([[200.0]]), np.array([0.2]))}
    calls = []

    def fit(x, y):
        calls.append((float(x[0, 0]), int(y[0])))
        home = 1000 * calls[-1][0]
        return lambda rows: home + rows[:, 0]

    def measure(y, score):
        return float(score[0] + y[0])

    got = cross_audit(towns, fit, measure)
    names = ["north", "south"]
    got = expect_table(got, names, names, "cross_audit")
    expect(len(calls) == 2, f"one fit for each place of training: 2; yours made {len(calls)}",
           "refits")
    expect((1.0, 10) in calls and (2.0, 20) in calls, "a model must learn from x and y of its "
           "place, and from nothing else", "wrong-rows")
    north_south = got.loc["north", "south"]
    expect(north_south < 1200 or north_south > 1210 or abs(north_south - 1200.2) < 1e-6,
           "the measure takes the labels of where the model is deployed", "wrong-rows")
    expect(abs(got.loc["north", "north"] - 1001) > 20, "at home, too, a model is tried on the new "
           "rows, not on those it learned from", "on-training-rows")
    expect(abs(north_south - 2100.1) > 1e-6, "rows are places of training, columns of deployment: "
           "yours is turned", "transposed")
    truth = np.array([[1100.1, 1200.2], [2100.1, 2200.2]])
    expect(np.allclose(got.to_numpy(dtype=float), truth), f"expected {truth.tolist()}, got "
           f"{got.to_numpy().tolist()}", "wrong-rows")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(94)
    many = {k: (rng.normal(size=(30, 2)), rng.integers(0, 2, 30), rng.normal(size=(9, 2)),
                rng.integers(0, 2, 9)) for k in ("c", "a", "b")}
    got = cross_audit(many, fit_logistic, lambda y, p: float(np.mean(p) - np.mean(y)))
    got = expect_table(got, list(many), list(many), "cross_audit")
    for home, (x, y, _, _) in many.items():
        for away, (_, _, x_new, y_new) in many.items():
            truth = fit_logistic(x, y)(x_new).mean() - y_new.mean()
            expect(abs(got.loc[home, away] - truth) < 1e-9, "an entry is off on random towns",
                   "wrong-rows")
    ### END HIDDEN TESTS


test_cross_audit()
print("9.3d: visible checks passed")

# %% id="elsewhere-demo" tags=["demo"]
x = tables.design_matrix(adult.drop(columns="income")).to_numpy()
age, learn = adult["age"].to_numpy(), np.arange(8000) < 5000
bands = {"under 30": age < 30, "30 to 44": (age >= 30) & (age < 45), "45 and over": age >= 45}
split = {name: (x[band & learn], rich[band & learn], x[band & ~learn], rich[band & ~learn])
         for name, band in bands.items()}
table = cross_audit(split, fit_logistic, lambda y, p: 100 * (p.mean() - y.mean()))
print("prediction minus truth, in points; rows: trained in, columns: deployed in")
print(table.map("{:+.1f}".format).to_string())

# %% [markdown]
# On the diagonal every model is honest. Off it, the model of the young promises older people
# riches, and the model of the old sees them among the young. Nothing in the training data could
# have told: the mismatch is between two worlds, and only data of the second shows it.
#
# ## Exercise 9.4: why nobody could have had both (5 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: the quarrel about COMPAS is not about a bad programmer.
# It is arithmetic.
#
# **a. The identity.** In a group, let `base_rate` be the share with y = 1, and `fnr` = 1 - TPR.
# Count the true positives in two ways and you can compute the FPR from the other three.
# Write `implied_fpr(base_rate, ppv, fnr)`; all three lie in (0, 1). (Chouldechova 2017.)
#
# <details><summary>Hint 1: where to look</summary>
# Take a group of size 1. How large is the part "true positive"? "False positive"?
# <details><summary>Hint 2: the idea</summary>
# True positives are base_rate * (1 - fnr) of all. For every ppv of them among the flagged there are
# 1 - ppv false positives, and these are fpr * (1 - base_rate) of all.
# <details><summary>Hint 3: nearly the code</summary>
# <code>true_positives * (1 - ppv) / ppv</code> is the part of false positives; divide by the part
# of zeros.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_4-identity", "solution": true}
def implied_fpr(base_rate, ppv, fnr):
    """The false-positive rate that follows from the other three numbers of a group."""
    ### BEGIN SOLUTION
    true_positives = base_rate * (1 - fnr)
    return true_positives * (1 - ppv) / ppv / (1 - base_rate)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_4-identity-test", "points": 2}
@exercise("9.4")
def test_implied_fpr():
    """100 people, 40 with y = 1; 40 flagged, 30 of them rightly: FPR is 10 of 60."""
    got = implied_fpr(0.4, 0.75, 0.25)
    expect(abs(got - 1 / 18) > 1e-6, "fnr is the share of the ones missed; found are 1 - fnr of "
           "them", "fnr-as-tpr")
    expect(abs(got - 0.1) > 1e-6, "yours is a share of all people; the FPR is one of those "
           "with y = 0", "of-everybody")
    expect(abs(got - 0.25) > 1e-6, "1 - ppv is a share of the flagged, the FPR of those with y = 0",
           "is-fdr")
    expect(abs(got - 1 / 6) < 1e-6, f"10 of the 60 people with y = 0 are flagged: 0.167; yours: "
           f"{got:.3f}")
    ### BEGIN HIDDEN TESTS
    for seed in range(20):
        tp, fp, fn, tn = np.random.default_rng(seed).integers(1, 50, 4).tolist()
        got = implied_fpr((tp + fn) / (tp + fp + fn + tn), tp / (tp + fp), fn / (tp + fn))
        expect(abs(got - fp / (fp + tn)) < 1e-9, "on a random table of counts the identity fails",
               "of-everybody")
    ### END HIDDEN TESTS


test_implied_fpr()
print("9.4a: visible checks passed")

# %% id="identity-demo" tags=["demo"]
for name, rows in compas.groupby("race"):
    rate = rows["two_year_recid"].mean()
    print(f"{name}: {rate:.1%} charged again. With PPV 61 % and FNR 36 % in both groups, "
          f"the FPR must be {implied_fpr(rate, 0.61, 0.36):.1%}")

# %% [markdown]
# Suppose the makers had reached the very same PPV and the very same FNR in both groups. Because the
# base rates differ, the false-positive rates must differ, and the printed numbers are not far from
# the real ones. The gap that ProPublica found is the price of the equality that the maker sells.
#
# **b. A witness.** A counterexample proves itself. Write `witness()`: it returns `y`, `decision`,
# `group` (arrays of one length; groups `"a"` and `"b"`) such that
#
# - each group has at least 20 people
# - PPV is *exactly* the same in both groups, and lies strictly between 0 and 1
# - FNR is *exactly* the same in both groups, and lies strictly between 0 and 1
# - and yet the false-positive rates differ by at least 0.1
#
# <details><summary>Hint 1: where to look</summary>
# The identity says what has to differ between the groups: the only number that is left.
# <details><summary>Hint 2: the idea</summary>
# Use the same numbers of true positives, false positives and false negatives in both groups. Then
# only the number of true negatives can differ.
# <details><summary>Hint 3: nearly the code</summary>
# <code>np.repeat</code> on four kinds of people: y is <code>np.repeat([1, 0, 1, 0], [tp, fp, fn,
# tn])</code> and decision <code>np.repeat([1, 1, 0, 0], [tp, fp, fn, tn])</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_4-witness", "solution": true}
def witness():
    """Arrays y, decision, group (n,): equal PPV, equal FNR, and FPRs that differ by 0.1 or more."""
    ### BEGIN SOLUTION
    counts = {"a": [15, 5, 5, 15], "b": [15, 5, 5, 75]}
    y = np.concatenate([np.repeat([1, 0, 1, 0], n) for n in counts.values()])
    decision = np.concatenate([np.repeat([1, 1, 0, 0], n) for n in counts.values()])
    return y, decision, np.repeat(list(counts), [sum(n) for n in counts.values()])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_4-witness-test", "points": 3}
@exercise("9.4")
def test_witness():
    """Counted in fractions, so that equal means equal."""
    from fractions import Fraction

    parts = [np.asarray(part) for part in witness()]
    expect(len(parts) == 3 and len({part.shape for part in parts}) == 1 and parts[0].ndim == 1,
           "witness must return y, decision and group, three arrays of one length")
    y, decision, group = parts
    expect(set(group.tolist()) == {"a", "b"}, 'the groups must be called "a" and "b"')
    expect(np.isin(y, [0, 1]).all() and np.isin(decision, [0, 1]).all(),
           "y and decision are 0 or 1")
    ppv, fnr, fpr, base = {}, {}, {}, {}
    for name in ("a", "b"):
        truth, said = (part[group == name] for part in (y, decision))
        tp, fp, fn, tn = (int(((truth == t) & (said == d)).sum())
                          for t, d in ((1, 1), (0, 1), (1, 0), (0, 0)))
        expect(len(truth) >= 20, f"group {name} has {len(truth)} people: at least 20", "too-few")
        expect(tp > 0 and fp > 0, f"in group {name} the PPV is 0, 1 or undefined: a perfect or "
               "empty flag is one of the ways out, and no witness", "ways-out")
        expect(fn > 0, f"in group {name} nobody with y = 1 is missed: FNR must lie strictly "
               "between 0 and 1", "ways-out")
        ppv[name], fnr[name] = Fraction(tp, tp + fp), Fraction(fn, tp + fn)
        expect(fp + tn > 0, f"nobody in group {name} has y = 0")
        fpr[name], base[name] = Fraction(fp, fp + tn), Fraction(tp + fn, len(truth))
    expect(ppv["a"] == ppv["b"], f"the PPVs are {ppv['a']} and {ppv['b']}: they must be equal",
           "ppv-differs")
    expect(fnr["a"] == fnr["b"], f"the FNRs are {fnr['a']} and {fnr['b']}: they must be equal",
           "fnr-differs")
    expect(base["a"] != base["b"], "the base rates are equal, so nothing conflicts: by the "
           "identity the FPRs are equal, too", "same-base-rate")
    expect(abs(fpr["a"] - fpr["b"]) >= Fraction(1, 10), f"the FPRs are {fpr['a']} and {fpr['b']}: "
           "they must differ by at least 1/10; move the base rates further apart", "too-close")
    ### BEGIN HIDDEN TESTS
    from fairlearn.metrics import MetricFrame, false_positive_rate

    frame = MetricFrame(metrics=false_positive_rate, y_true=y, y_pred=decision,
                        sensitive_features=group)
    expect(frame.difference() >= 0.1 - 1e-12, "fairlearn does not see the gap", "too-close")
    ### END HIDDEN TESTS


test_witness()
print("9.4b: visible checks passed")

# %% [markdown]
# No audit can blame a programmer for that gap, and no programmer can remove it without giving up
# one of the other two equalities. Three ways out exist: equal base rates, a perfect prediction, or
# a decision which equality matters here. The first is a matter of the world, the second of a
# miracle, the third of exercise 9.9. (Kleinberg, Mullainathan and Raghavan 2017 prove the same of
# calibrated scores.)

# %% [markdown]
# ## After training: move the thresholds
#
# Before you compute, move things by hand. Below are credit scores of four groups in the United
# States of 2003 (Federal Reserve 2007; Hardt, Price and Srebro 2016): no people, only curves, so
# every rate is exact. A person gets the loan when the score reaches the threshold of the group.
# `y = 1` means: paid back. Try to make the selection rates equal; then the true-positive rates;
# watch what the others do.

# %% id="fico-slider" tags=["demo"]
curve = dict(list(tables.fico().groupby("group", sort=False)))
RATES = ("selection rate", "TPR", "FPR", "PPV")


def loan_rates(name, threshold):
    """Selection rate, TPR, FPR and PPV of one group, exactly, from its curves."""
    part = curve[name]
    given = part["share"] * (part["score"] >= threshold)
    good, all_good = (given * part["repaid"]).sum(), (part["share"] * part["repaid"]).sum()
    return [given.sum(), good / all_good, (given.sum() - good) / (1 - all_good), good / given.sum()]


def board(*thresholds):
    """The four rates of the four groups as bars."""
    fig = Figure(figsize=(8, 3.4), layout="constrained")
    ax = fig.subplots()
    for k, (name, threshold) in enumerate(zip(curve, thresholds, strict=True)):
        ax.bar(np.arange(4) + 0.2 * k - 0.3, loan_rates(name, threshold), 0.18, color=SHADES[name],
               hatch=("", "//", "..", "xx")[k], edgecolor="white", label=f"{name}: {threshold:g}")
    ax.set(xticks=range(4), xticklabels=RATES, ylim=(0, 1), ylabel="share")
    fig.legend(loc="outside right upper", title="threshold")
    return fig


def equal(rate, target, steps=range(0, 100, 2)):
    """For each group the threshold at which a rate comes nearest to the target."""
    return [min(steps, key=lambda t: abs(loan_rates(name, t)[rate] - target)) for name in curve]


widgets.sliders(board, {f"{name}, score": range(0, 100, 2) for name in curve},
                alt=lambda *t: "Selection rate, TPR, FPR and PPV at the thresholds "
                + ", ".join(f"{value:g} ({name})" for name, value in zip(curve, t, strict=True)),
                stills=[[50] * 4, equal(0, 0.5), equal(1, 0.8)])

# %% [markdown]
# (Where nothing can be moved, three settings are shown: one threshold for all, equal selection
# rates, equal true-positive rates.) Whatever you make level, something else tilts. With one
# threshold for all, the PPVs come closest, and the selection rates lie far apart. With equal
# selection rates the thresholds lie far apart, and with them what a loan means.
#
# ## Exercise 9.5: equalised odds after training (10 points)
#
# Difficulty: 4 of 5 · Minutes: 35 · Why: you often cannot retrain the score. You can choose what is
# done with it. Hardt, Price and Srebro (2016) showed how to do it best.
#
# **Equalised odds**: the TPR is the same in every group, and so is the FPR. One threshold per group
# cannot do that in general. A *randomised* threshold can: draw the threshold from a few, with fixed
# probabilities.
#
# **a. `roc(y, score)`** returns three arrays `(thresholds, fpr, tpr)` of one length: every rule
# "1 if score >= threshold", in descending order. The first threshold is `np.inf` (nobody), then
# each distinct score once (the last means everybody).
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.unique</code> gives the distinct scores in ascending order.
# <details><summary>Hint 2: the idea</summary>
# For a threshold t, the TPR is the share of the scores of the ones that are >= t.
# <details><summary>Hint 3: nearly the code</summary>
# Put <code>np.inf</code> before <code>np.unique(score)[::-1]</code>; compare
# <code>score[y == 1][:, None]</code> with the thresholds and take the mean over axis 0.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_5-roc", "solution": true}
def roc(y, score):
    """Arrays (thresholds, fpr, tpr) of the rules score >= threshold, from nobody to everybody."""
    ### BEGIN SOLUTION
    thresholds = np.append(np.inf, np.unique(score)[::-1])
    fpr, tpr = ((score[y == k][:, None] >= thresholds).mean(0) for k in (0, 1))
    return thresholds, fpr, tpr
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_5-roc-test", "points": 2}
@exercise("9.5")
def test_roc():
    """Five people; two have the same score."""
    y, score = np.array([1, 0, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.2, 0.1])
    thresholds, fpr, tpr = roc(y, score)
    expect(thresholds[0] == np.inf, "the first threshold is np.inf: a rule that says 1 to nobody "
           "is a rule, too", "no-nobody")
    expect(len(thresholds) == 5, f"four distinct scores and np.inf make 5 thresholds; yours: "
           f"{len(thresholds)}", "ties")
    for part, name in ((thresholds, "thresholds"), (fpr, "fpr"), (tpr, "tpr")):
        expect_array(part, (5,), f"roc ({name})", finite=False)
    expect((np.diff(thresholds) < 0).all(), "the thresholds must descend", "ties")
    expect(tpr[1] + fpr[1] > 0, "a score that equals the threshold is a 1: use >=", "strict")
    expect(abs(tpr[-1] - 1) < 1e-9 and abs(fpr[-1] - 1) < 1e-9, "the last rule says 1 to "
           "everybody: "
           "TPR is a share of the ones, FPR of the zeros, and both are 1", "of-everybody")
    expect(np.allclose(tpr, [0, 0.5, 1, 1, 1]) and np.allclose(fpr, [0, 0, 1 / 3, 2 / 3, 1]),
           f"tpr must be [0, 0.5, 1, 1, 1] and fpr [0, 0, 1/3, 2/3, 1]; yours: {tpr.tolist()} and "
           f"{fpr.tolist()}", "swapped")
    ### BEGIN HIDDEN TESTS
    from sklearn.metrics import roc_curve

    for seed, levels in ((51, 6), (52, 10_000)):
        rng = np.random.default_rng(seed)
        y, score = rng.integers(0, 2, 80), rng.integers(0, levels, 80) / levels
        theirs = roc_curve(y, score, drop_intermediate=False)
        ours = roc(y, score)
        expect(len(ours[0]) == len(theirs[2]), "the number of thresholds is off", "ties")
        expect(np.allclose(ours[1], theirs[0]) and np.allclose(ours[2], theirs[1])
               and np.allclose(ours[0], theirs[2]), "scikit-learn finds another curve", "ties")
    ### END HIDDEN TESTS


test_roc()
print("9.5a: visible checks passed")

# %% [markdown]
# **b. The linear programme.** A randomised threshold of group g is a list of weights over the rules
# of its ROC curve: non-negative, with sum 1. Its TPR and FPR are the weighted means, so it can
# reach every point of the *convex hull* of the curve. Among all choices of weights for which the
# groups' TPRs are equal and their FPRs are equal, take one with the highest expected accuracy on
# the given people:
#
# maximise the sum over g of P(g, y = 1) TPR_g + P(g, y = 0) (1 - FPR_g)
#
# Every part of it is linear in the weights: `scipy.optimize.linprog` solves it. Write
# `equalised_odds(y, score, group, roc)`: a dict, group -> `(thresholds, weights)`.
#
# - `roc` is handed in; `score`: any numbers; two groups or more
# - equal means equal up to 1e-6 on the given people
#
# <details><summary>Hint 1: where to look</summary>
# One long vector of unknowns: the weights of the first group, then those of the second, and so on.
# linprog minimises; its default bounds are already 0 and infinity.
# <details><summary>Hint 2: the idea</summary>
# Rows of A_eq: for each group "the weights sum to 1"; for each group but the first "TPR minus TPR
# of the first group is 0", and the same for FPR. The cost of a weight is P(g, y = 0) times its fpr
# minus P(g, y = 1) times its tpr.
# <details><summary>Hint 3: nearly the code</summary>
# <code>scipy.linalg.block_diag(*[np.stack([ones, fpr, tpr]) for each group])</code> has three rows
# per group: sum, FPR, TPR. Keep the sums; subtract the first group's FPR and TPR rows from the
# others'. Cut the solution with <code>np.split</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-odds", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_roc(y, score):
    """The ROC points by counting up, for the tests of what builds on them."""
    thresholds = np.array([np.inf, *sorted(set(score.tolist()), reverse=True)])
    rates = [[np.mean(score[y == k] >= t) for t in thresholds] for k in (0, 1)]
    return thresholds, np.array(rates[0]), np.array(rates[1])


def oracle_probability(rule, score, group):
    """Probability of a 1 for each person under a randomised threshold."""
    p = np.full(len(score), np.nan)
    for name, (thresholds, weights) in rule.items():
        rows = group == name
        p[rows] = (score[rows][:, None] >= np.asarray(thresholds)) @ np.asarray(weights)
    return p


def oracle_scores(seed, n=600, shift=1.0, noise=(1.0, 1.6)):
    """Two groups with other base rates, and scores of other quality."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["p", "q"], n, p=[0.6, 0.4])
    y = (rng.random(n) < np.where(group == "p", 0.55, 0.35)).astype(int)
    spread = np.where(group == "p", *noise)
    return y, np.round(shift * y + spread * rng.normal(size=n), 1), group


def oracle_best_accuracy(y, score, group, grid=2001):
    """The best accuracy that equalised odds allows: the lowest of the groups' upper hulls."""
    from scipy.spatial import ConvexHull

    at = np.linspace(0, 1, grid)
    lowest = np.ones(grid)
    for name in np.unique(group):
        _, fpr, tpr = oracle_roc(y[group == name], score[group == name])
        points = np.stack([np.append(fpr, 1), np.append(tpr, 0)], axis=1)
        corners = points[ConvexHull(points).vertices]
        upper = corners[corners[:, 1] >= corners[:, 0] - 1e-12]
        upper = upper[np.lexsort((upper[:, 1], upper[:, 0]))]
        lowest = np.minimum(lowest, np.interp(at, upper[:, 0], upper[:, 1]))
    return (y.mean() * lowest + (1 - y.mean()) * (1 - at)).max()


def oracle_gaps(p, y, group):
    """Signed differences of the two groups in FPR and TPR, with their standard errors."""
    first, second = np.unique(group)
    found = []
    for k in (0, 1):
        parts = [p[(group == name) & (y == k)] for name in (first, second)]
        error = sum(part.var() / len(part) for part in parts) ** 0.5
        found.append((parts[0].mean() - parts[1].mean(), error))
    return found


def oracle_odds_fit(equalised_odds):
    """Valid weights, equal odds, and the best accuracy there is; two groups and three."""
    for seed, three in ((53, False), (54, False), (55, True)):
        y, score, group = oracle_scores(seed)
        if three:
            group = np.where(np.arange(600) % 5 == 0, "r", group)
        rule = equalised_odds(y, score, group, oracle_roc)
        p = oracle_probability(rule, score, group)
        for k, name in ((0, "FPR"), (1, "TPR")):
            rates = [p[(group == g) & (y == k)].mean() for g in np.unique(group)]
            expect(max(rates) - min(rates) < 1e-5, f"the groups' {name}s differ by "
                   f"{max(rates) - min(rates):.3f} on the people that the rule was made on",
                   "gap-left")
        accuracy, best = np.mean(p * y + (1 - p) * (1 - y)), oracle_best_accuracy(y, score, group)
        expect(abs(accuracy - best) < 1e-3, f"your expected accuracy is {accuracy:.4f}; the lowest "
               f"of the hulls of the ROC curves allows {best:.4f}", "not-best")


def oracle_odds_hidden(equalised_odds):
    """Made on one half of COMPAS, judged on the other: differences within 3 standard errors."""
    rng = np.random.default_rng(56)
    half = rng.permutation(len(compas)) < len(compas) // 2
    y, score, group = (compas[c].to_numpy() for c in ("two_year_recid", "decile_score", "race"))
    group = group.astype(str)
    rule = equalised_odds(y[half], score[half], group[half], oracle_roc)
    p = oracle_probability(rule, score, group)
    seen = oracle_gaps(p[half], y[half], group[half])
    for (gap, error), (_, own) in zip(oracle_gaps(p[~half], y[~half], group[~half]), seen,
                                      strict=True):
        z = gap / (error**2 + own**2) ** 0.5
        expect(abs(z) <= 3, f"on the hidden half of COMPAS a difference is {gap:+.3f}, {z:+.1f} "
               "standard errors from zero", "gap-left")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_5-programme", "solution": true}
def equalised_odds(y, score, group, roc):
    """Randomised thresholds, group -> (thresholds, weights), with equal odds and best accuracy."""
    ### BEGIN SOLUTION
    from scipy.linalg import block_diag
    from scipy.optimize import linprog

    names = np.unique(group).tolist()
    curves = [roc(y[group == name], score[group == name]) for name in names]
    ones, zeros = ([np.mean((group == name) & (y == k)) for name in names] for k in (1, 0))
    cost = [z * fpr - o * tpr for (_, fpr, tpr), z, o in zip(curves, zeros, ones, strict=True)]
    rows = block_diag(*[np.stack([np.ones(len(fpr)), fpr, tpr]) for _, fpr, tpr in curves])
    sums, rates = rows[::3], np.stack([rows[1::3], rows[2::3]])
    equal = (rates[:, 1:] - rates[:, :1]).reshape(-1, rows.shape[1])
    target = np.repeat([1.0, 0.0], [len(sums), len(equal)])
    found = linprog(np.concatenate(cost), A_eq=np.vstack([sums, equal]), b_eq=target)
    weights = np.split(found.x, np.cumsum([len(c) for c in cost])[:-1])
    return {name: (curve[0], w) for name, curve, w in zip(names, curves, weights, strict=True)}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_5-programme-test", "points": 4}
@exercise("9.5")
def test_equalised_odds():
    """Group p is sorted perfectly by the score; in q every score is a tie: only coins are left."""
    y, group = np.array([1, 1, 1, 0, 1, 0, 0, 0]), np.repeat(["p", "q"], 4)
    score = np.array([4, 3, 2, 1, 5, 5, 5, 5])

    known = {4: ([np.inf, 4, 3, 2, 1], [0, 0, 0, 0, 1], [0, 1 / 3, 2 / 3, 1, 1]),
             5: ([np.inf, 5], [0, 1], [0, 1])}  # by the highest score of the group

    def by_hand(y, score):
        return tuple(np.array(part, dtype=float) for part in known[int(max(score))])

    rule = equalised_odds(y, score, group, by_hand)
    expect(isinstance(rule, dict) and set(rule) == {"p", "q"}, "the result must be a dict with a "
           "pair (thresholds, weights) for each group")
    rates = {}
    for name, (thresholds, weights) in rule.items():  # not-an-answer: a loop over pairs
        weights = expect_array(weights, np.shape(thresholds), f"equalised_odds (weights of {name})")
        expect((weights > -1e-9).all() and abs(weights.sum() - 1) < 1e-6, f"the weights of {name} "
               f"are {np.round(weights, 3).tolist()}: non-negative, with sum 1", "not-weights")
        rates[name] = [float(weights @ part) for part in known[4 if name == "p" else 5][1:]]
    fpr, tpr = zip(*rates.values(), strict=True)
    expect(abs(tpr[0] - tpr[1]) < 1e-5, f"the TPRs are {tpr[0]:.3f} and {tpr[1]:.3f}: they must be "
           "equal", "gap-left")
    expect(abs(fpr[0] - fpr[1]) < 1e-5, f"the TPRs are equal, but the FPRs are {fpr[0]:.3f} and "
           f"{fpr[1]:.3f}: both must be", "only-tpr")
    accuracy = (4 * tpr[0] + 4 * (1 - fpr[0])) / 8
    expect(accuracy > 0.49, f"your expected accuracy is {accuracy:.3f}; saying 0 to everybody "
           "reaches 1/2", "not-best")
    ### BEGIN HIDDEN TESTS
    oracle_odds_fit(equalised_odds)
    oracle_odds_hidden(equalised_odds)
    ### END HIDDEN TESTS


test_equalised_odds()
print("9.5b: visible checks passed")

# %% [markdown]
# **c. `probability(rule, score, group)`**: the probability that each person is decided 1, shape
# (n,). `rule` is what 9.5b returns. Nothing is drawn: the judge of a rule needs its probabilities,
# the coin comes later.
#
# <details><summary>Hint 1: where to look</summary>
# A threshold that the score reaches adds its weight.
# <details><summary>Hint 2: the idea</summary>
# Group by group: compare each score with all thresholds of its group, and take the weighted sum.
# <details><summary>Hint 3: nearly the code</summary>
# <code>(score[rows][:, None] &gt;= thresholds) @ weights</code>, written to those rows.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_5-probability", "solution": true}
def probability(rule, score, group):
    """Probability (n,) of decision 1 under the randomised thresholds of each person's group."""
    ### BEGIN SOLUTION
    p = np.zeros(len(score))
    for name, (thresholds, weights) in rule.items():
        p += (group == name) * ((score[:, None] >= thresholds) @ weights)
    return p
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_5-probability-test", "points": 2}
@exercise("9.5")
def test_probability():
    """Group a: at least 3 with weight 0.2, at least 1 with weight 0.5; group b: always."""
    rule = {"a": (np.array([np.inf, 3.0, 1.0]), np.array([0.3, 0.2, 0.5])),
            "b": (np.array([-6.0]), np.array([1.0]))}
    score = np.array([3.0, 2.0, 1.0, 0.0, 3.0, -5.0])
    group = np.array(["a"] * 4 + ["b"] * 2)
    got = expect_array(probability(rule, score, group), (6,), "probability")
    expect(not np.isin(got, [0, 1]).all(), "return probabilities, not drawn decisions", "drawn")
    expect(got[0] > got[3], "a higher score reaches more thresholds", "mirrored")
    expect(abs(got[0] - 0.7) < 1e-9 and abs(got[2] - 0.5) < 1e-9, "a score that equals a threshold "
           f"reaches it: 3 gives 0.7 and 1 gives 0.5; yours: {got[0]:g} and {got[2]:g}", "strict")
    expect(np.allclose(got[4:], 1), "people of group b get the rule of group b", "wrong-group")
    expect(np.allclose(got, [0.7, 0.5, 0.5, 0, 1, 1]), f"expected 0.7, 0.5, 0.5, 0, 1, 1; yours: "
           f"{got.tolist()}", "mirrored")
    ### BEGIN HIDDEN TESTS
    for seed in (57, 58):
        rng = np.random.default_rng(seed)
        names, score = rng.choice([1, 2, 3], 50), rng.integers(0, 9, 50)
        rule = {k: (np.sort(rng.choice(9, 4, replace=False))[::-1], rng.dirichlet(np.ones(4)))
                for k in (1, 2, 3)}
        got = expect_array(probability(rule, score, names), (50,), "probability")
        for person, value in enumerate(got.tolist()):
            pairs = zip(*rule[int(names[person])], strict=True)
            truth = sum(float(w) for t, w in pairs if score[person] >= t)
            expect(abs(value - truth) < 1e-9, "a probability is off for random rules", "strict")
    ### END HIDDEN TESTS


test_probability()
print("9.5c: visible checks passed")

# %% [markdown]
# Now COMPAS, with the score from 1 to 10: made on one half, judged on the other, beside fairlearn's
# `ThresholdOptimizer`, which does the same on a grid of a thousand points.

# %% id="odds-demo" tags=["demo"]
from fairlearn.postprocessing import ThresholdOptimizer

half = np.random.default_rng(0).permutation(len(compas)) < len(compas) // 2
y, score, group = (compas[c].to_numpy() for c in ("two_year_recid", "decile_score", "race"))
rule = equalised_odds(y[half], score[half], group[half], roc)
peer = ThresholdOptimizer(estimator=LogisticRegression(), constraints="equalized_odds",
                          predict_method="predict_proba")
peer.fit(score[half][:, None], y[half], sensitive_features=group[half])
mine = np.mean(np.abs(1 - y - probability(rule, score, group))[half])
draws = [peer.predict(score[half][:, None], sensitive_features=group[half], random_state=k)
         for k in range(50)]
theirs = np.mean([np.mean(draw == y[half]) for draw in draws])
print(f"expected accuracy on the half it was made on: {mine:.4f}; "
      f"fairlearn, mean of 50 draws: {theirs:.4f}")

# %% id="odds-hidden" tags=["demo"]
def report(name, p, rows):
    """Accuracy, and the difference of the groups in FPR and TPR, from probabilities."""
    y_, g = y[rows], group[rows]
    right = np.mean(p[rows] * y_ + (1 - p[rows]) * (1 - y_))
    print(f"{name}: accuracy {right:.1%}")
    for k, rate in ((0, "FPR"), (1, "TPR")):
        parts = [p[rows][(g == race) & (y_ == k)] for race in ("Black", "white")]
        means = [part.mean() for part in parts]
        error = sum(part.var() / len(part) for part in parts) ** 0.5
        print(f"   {rate} {means[0]:.1%} / {means[1]:.1%}, difference "
              f"{100 * (means[0] - means[1]):+.1f} points, standard error {100 * error:.1f}")


p = probability(rule, score, group)
print("the other half; Black / white")
report("as it was used", (score >= 5).astype(float), ~half)
report("equalised odds", p, ~half)
coin = np.mean((p > 1e-9) & (p < 1 - 1e-9))
print(f"people whose decision is drawn: {coin:.1%}")
for name, (thresholds, weights) in rule.items():  # not-an-answer: a loop over pairs
    used = [f"{t:g} with {w:.0%}" for t, w in zip(thresholds, weights, strict=True) if w > 1e-9]
    print(f"{name}: score at least {', '.join(used)}")

# %% [markdown]
# On people that the rule has never seen, the gap in the false-positive rate has shrunk to a fifth
# and that in the true-positive rate has gone. What is left lies within three standard errors of
# zero: a rule that is exact on one half cannot be exact on the other. Report both numbers.
# It cost a point of accuracy. Look at who moved: white people keep their threshold, but for a few
# draws; for Black people it rose from 5 to 7. Fewer of those who were charged again are flagged
# now, and of those who were not.
#
# Two more things deserve a look. Group membership decides which threshold a person gets; in many
# settings that is unlawful. And some people's fate is drawn.
#
# **d. What a draw means** (two of the ten points; a person reads it).
#
# Bo and Cy are invented: same group, same score, same file. The rule draws; Bo is released and Cy
# is held. In four to six sentences: what can be said for such a rule, what against it, and name one
# change that would keep (nearly) equal odds without a draw, with its price. Use one number of
# yours.
#
# <details><summary>Hint 1: where to look</summary>
# The printed share of people whose decision is drawn, and the weights.
# <details><summary>Hint 2: the idea</summary>
# Equal in expectation is a statement about groups. What does a person get to hear who asks why?
# <details><summary>Hint 3: nearly the words</summary>
# One fixed threshold per group, chosen as near as possible to equal odds, leaves a gap: measure
# it. A finer score leaves fewer ties.
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex9_5-why", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# For it: the rates of the groups are equal in expectation, no fixed person is favoured, and the
# probabilities are known and can be audited. Against it: Bo and Cy are alike in all that the rule
# knows, and one of them is held; nobody can give Cy a reason other than the coin, and an appeal has
# nothing to attack. In my run about one person in ten was decided by a draw. Without a draw: take
# for each group the threshold with the larger weight; the odds are then only nearly equal, and
# the gap that is left must be measured and stated. Or use a finer score, on which few people tie.
#
# Rubric:
#
# - 1 point: one argument for and one against, the one against from the person's side (no reason
#   can be given, like cases treated unlike)
# - 1 point: a change without a draw, with its price, and one number from the lab
#
# Sample A (2/2): "Equal rates for both groups on average, and nobody chooses who loses. But Cy can
# ask why and the only answer is a coin. About 10 % of the people are drawn here. We could fix the
# threshold at the heavier one; then FPRs differ by a few points again."
#
# Sample B (1/2): "It is unfair to Cy because both are the same and one goes to jail, though for the
# groups it is equal. You could just not use randomness." (One point: for and against. No price, no
# number.)
# ### END SOLUTION

# %% [markdown]
# ## Exercise 9.6: the paper's formula, in training (6 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: section 3.1 of the paper writes mitigation in training as
# min L(f(x), y) + lambda * FairnessMetric(f). A formula that fits on a slide hides three choices:
# which metric, how to differentiate it, and which lambda.
#
# **a. `soft_gap(p, s)`**: a fairness metric with a gradient. `p`: probabilities, tensor (n,); `s`:
# tensor (n,) of 0 and 1. Returns the **square** of the difference between the mean of p where
# s = 1 and the mean of p where s = 0, as a tensor with one element. Decisions have no gradient;
# probabilities have.
#
# <details><summary>Hint 1: where to look</summary>
# Two means and a square, all in torch.
# <details><summary>Hint 2: the idea</summary>
# Index p with a mask; the mean of the part keeps its graph.
# <details><summary>Hint 3: nearly the code</summary>
# <code>p[s == 1].mean()</code>, the same for 0, the difference, squared.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_6-gap", "solution": true}
def soft_gap(p, s):
    """Squared difference of the mean probability between s = 1 and s = 0; a scalar tensor."""
    ### BEGIN SOLUTION
    return (p[s == 1].mean() - p[s == 0].mean()) ** 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_6-gap-test", "points": 1}
@exercise("9.6")
def test_soft_gap():
    """Three people with s = 1, two with s = 0: means 0.8 and 0.3."""
    p = torch.tensor([0.9, 0.8, 0.7, 0.4, 0.2], dtype=torch.float64, requires_grad=True)
    s = torch.tensor([1, 1, 1, 0, 0])
    got = soft_gap(p, s)
    expect(isinstance(got, torch.Tensor) and got.numel() == 1, "soft_gap must return a tensor with "
           "one element")
    value = float(got.detach())
    expect(abs(value - 1) > 1e-6, "the gap of the decisions (p > 0.5) has no gradient: use p "
           "itself", "decisions")
    expect(abs(value - 0.5) > 1e-6, "square the difference", "no-square")
    expect(abs(value - 0.25) < 1e-6, f"(0.8 - 0.3) squared is 0.25; yours: {value:.4f}", "sums")
    expect(got.requires_grad, "the result has no gradient: keep to torch, without item, detach or "
           "numpy", "no-gradient")
    (slope,) = torch.autograd.grad(got.sum(), p)
    truth = torch.tensor([1 / 3] * 3 + [-1 / 2] * 2, dtype=torch.float64)
    expect(torch.allclose(slope, truth), f"the gradient must be {truth.tolist()}; yours: "
           f"{slope.tolist()}", "no-gradient")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(601)
    p, s = torch.rand(200, generator=g), (torch.rand(200, generator=g) < 0.2).long()
    truth = (p.numpy()[s.numpy() == 1].mean() - p.numpy()[s.numpy() == 0].mean()) ** 2
    expect(abs(float(soft_gap(p, s)) - truth) < 1e-6, "the value is off on random people", "sums")
    expect(float(soft_gap(torch.full((200,), 0.3), s)) < 1e-10, "equal probabilities have no gap",
           "sums")
    ### END HIDDEN TESTS


test_soft_gap()
print("9.6a: visible checks passed")

# %% [markdown]
# **b. `fit_fair(x, y, s, lam, gap)`**: a logistic regression that minimises
#
# mean binary cross-entropy of (p, y) + lam * gap(p, s), with p = sigmoid(x @ w + b)
#
# - `x`: (n, d), `y`: (n,), both float64 tensors; `s`: (n,) of 0 and 1; `lam` >= 0; `gap` is handed
#   in: 9.6a, or any other metric of that form
# - start at zero; returns one tensor `theta` of shape (d + 1,): w, then b; without a graph
# - go on until no entry of the objective's gradient is larger than 1e-3
#
# `torch.optim.LBFGS` with `line_search_fn="strong_wolfe"` gets there in one call of `step`.
#
# <details><summary>Hint 1: where to look</summary>
# torch.nn.functional.binary_cross_entropy_with_logits takes the logits; its default is the mean.
# <details><summary>Hint 2: the idea</summary>
# LBFGS wants a closure: clear the gradient, compute the objective, call backward, return it.
# <details><summary>Hint 3: nearly the code</summary>
# <code>theta = torch.zeros(d + 1, dtype=x.dtype, requires_grad=True)</code>; logits are
# <code>x @ theta[:-1] + theta[-1]</code>; <code>LBFGS([theta], max_iter=300,
# tolerance_grad=1e-6, line_search_fn="strong_wolfe")</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-fair", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gap(p, s):
    """The same metric through a covariance, for the tests of what builds on it."""
    share = s.double().mean()
    return ((p * (s - share)).mean() / (share * (1 - share))) ** 2


def oracle_people(seed, n=400):
    """Rows x (n, 3), y and s, where s is seen in x and moves y."""
    g = torch.Generator().manual_seed(seed)
    s = (torch.rand(n, generator=g) < 0.4).long()
    x = torch.randn(n, 3, generator=g, dtype=torch.float64)
    x[:, 0] += 1.2 * s
    chance = torch.sigmoid(x @ torch.tensor([1.0, -0.5, 0.3], dtype=torch.float64))
    return x, (torch.rand(n, generator=g, dtype=torch.float64) < chance).double(), s


def oracle_fit(fit_fair):
    """Without the term it is scikit-learn's; with more of it the gap falls and the loss rises."""
    from itertools import pairwise

    for seed in (602, 603):
        x, y, s = oracle_people(seed)
        theta = [expect_tensor(fit_fair(x, y, s, lam, oracle_gap), (4,), "fit_fair")
                 for lam in (0.0, 0.5, 3.0, 30.0)]
        model = LogisticRegression(C=np.inf, max_iter=2000, tol=1e-8).fit(x.numpy(), y.numpy())
        plain = torch.tensor([*model.coef_[0].tolist(), model.intercept_[0]]).double()
        expect((theta[0] - plain).abs().max() < 0.05, "with lam = 0 your weights are not those "
               "of a logistic regression without penalty", "not-converged")
        p = [torch.sigmoid(x @ t[:-1] + t[-1]) for t in theta]
        gaps = [float(oracle_gap(q, s)) for q in p]
        losses = [float(torch.nn.functional.binary_cross_entropy(q, y)) for q in p]
        expect(all(a >= b - 1e-5 for a, b in pairwise(gaps)),
               "a larger lam must not give a larger gap", "wrong-sign")
        expect(all(a <= b + 1e-5 for a, b in pairwise(losses)),
               "a larger lam must not give a smaller loss", "wrong-sign")
        expect(gaps[-1] < 0.05 * gaps[0], "with lam = 30 the gap must nearly vanish", "ignores-lam")
    far = fit_fair(x, y, s, 50.0, lambda p, s: (p.mean() - 0.9) ** 2)
    level = float(torch.sigmoid(x @ far[:-1] + far[-1]).mean())
    expect(level > 0.85, "with another metric handed in as gap, yours must be minimised with it",
           "ignores-lam")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_6-fit", "solution": true}
def fit_fair(x, y, s, lam, gap):
    """Weights and bias (d + 1,) that minimise mean cross-entropy + lam * gap(p, s)."""
    ### BEGIN SOLUTION
    theta = torch.zeros(x.shape[1] + 1, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([theta], max_iter=300, tolerance_grad=1e-6,
                                  line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        logits = x @ theta[:-1] + theta[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
        objective = loss + lam * gap(torch.sigmoid(logits), s)
        objective.backward()
        return objective

    optimizer.step(closure)
    return theta.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_6-fit-test", "points": 3}
@exercise("9.6")
def test_fit_fair():
    """200 people, 2 columns; where the gradient vanishes tells which objective was minimised."""
    g = torch.Generator().manual_seed(0)
    s = (torch.arange(200) < 80).long()
    x = torch.randn(200, 2, generator=g, dtype=torch.float64) + 1.5 * s[:, None]
    y = (x[:, 0] - 0.5 + torch.randn(200, generator=g) > 0.7).double()

    def covariance(p, s):  # another metric: the squared covariance (Zafar et al. 2017)
        return (p * (s - 0.4)).mean() ** 2

    theta = expect_tensor(fit_fair(x, y, s, 30.0, covariance), (3,), "fit_fair")

    def slope(scale, lam):
        here = theta.clone().requires_grad_(True)
        p = torch.sigmoid(x @ here[:-1] + here[-1])
        loss = torch.nn.functional.binary_cross_entropy(p, y) * scale + lam * covariance(p, s)
        return torch.autograd.grad(loss, here)[0].abs()

    expect(slope(200, 30).max() > 0.02, "yours minimises the sum of the cross-entropies: with the "
           "sum, lam means something else for every n", "sum-loss")
    expect(slope(1, 0).max() > 2e-3, "yours minimises the cross-entropy alone: add lam * gap",
           "ignores-lam")
    expect(slope(1, -30).max() > 2e-3, "lam * gap is added, not subtracted", "wrong-sign")
    expect(slope(1, 30)[:2].max() > 1e-3 or slope(1, 30)[2] < 1e-3, "w is right for a bias of "
           f"{theta[2]:g}, but the bias never moved", "no-bias")
    left = slope(1, 30).max()
    expect(left <= 1e-3, f"an entry of the gradient is still {left:.4f}: go on until it is below "
           "0.001", "not-converged")
    ### BEGIN HIDDEN TESTS
    oracle_fit(fit_fair)
    ### END HIDDEN TESTS


test_fit_fair()
print("9.6b: visible checks passed")

# %% [markdown]
# **c. `frontier(lams, fit, train, test)`**: what each lambda costs. `train` and `test` are triples
# `(x, y, s)`; `fit(x, y, s, lam)` returns a `theta`. Returns a table, one row per lambda (index
# `lams`), with the columns `accuracy` and `gap`, both measured on **test**, with **decisions**:
# 1 if x @ w + b > 0. The gap is the share decided 1 where s = 1 minus the share where s = 0, with
# its sign, not squared: what a person meets is a decision, not a probability.
#
# <details><summary>Hint 1: where to look</summary>
# One fit per lambda on train, one measurement on test.
# <details><summary>Hint 2: the idea</summary>
# <code>decision = x @ theta[:-1] + theta[-1] > 0</code>; two means make the gap.
# <details><summary>Hint 3: nearly the code</summary>
# A list of <code>{"accuracy": ..., "gap": ...}</code>, each a float, and
# <code>pd.DataFrame(rows, index=lams)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_6-frontier", "solution": true}
def frontier(lams, fit, train, test):
    """Table, a row per lambda: accuracy and signed gap of the decisions, on test."""
    ### BEGIN SOLUTION
    rows = []
    x, y, s = test
    for lam in lams:
        theta = fit(*train, lam)
        said = (x @ theta[:-1] + theta[-1] > 0).double()
        gap = said[s == 1].mean() - said[s == 0].mean()
        rows.append({"accuracy": (said == y).double().mean().item(), "gap": gap.item()})
    return pd.DataFrame(rows, index=lams)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_6-frontier-test", "points": 2}
@exercise("9.6")
def test_frontier():
    """A fit that returns w = 1 and b = -lam; the answer is known row by row."""
    calls = []

    def fit(x, y, s, lam):
        calls.append((tuple(x.shape), lam))
        return torch.tensor([1.0, -lam], dtype=torch.float64)

    def triple(x, y, s):
        return torch.tensor(x).double()[:, None], torch.tensor(y).double(), torch.tensor(s)

    train = triple([5.0, 6, 7], [1, 1, 1], [1, 0, 1])
    test = triple([0.2, 0.7, 1.6, 0.6, 1.8, 2.5, 3.0, 0.1], [0, 0, 1, 0, 1, 1, 0, 0],
                  [1, 1, 1, 1, 0, 0, 0, 0])
    got = expect_table(frontier([0.0, 1.0, 2.0], fit, train, test), [0.0, 1.0, 2.0],
                       ["accuracy", "gap"], "frontier")
    expect(calls == [((3, 1), 0.0), ((3, 1), 1.0), ((3, 1), 2.0)], "fit must be called once for "
           "each lambda, with train", "fits-on-test")
    expect(not np.allclose(got["accuracy"], 1), "accuracy and gap are measured on test, not on "
           "train", "on-train")
    expect(got["gap"].iloc[1] < 0, "at lambda 1 the gap is 1/4 - 3/4 = -0.5: keep its sign",
           "no-sign")
    expect(np.allclose(got["gap"], [0, -0.5, -0.5]), f"the gaps of the decisions are 0, -0.5, "
           f"-0.5; yours: {got['gap'].tolist()}", "soft")
    expect(np.allclose(got["accuracy"], [3 / 8, 7 / 8, 5 / 8]), f"the accuracies are 3/8, 7/8, "
           f"5/8; yours: {got['accuracy'].tolist()}", "no-bias")
    ### BEGIN HIDDEN TESTS
    train, test, lams = oracle_people(604), oracle_people(605, 300), [0.0, 1.0, 10.0]
    drawn = torch.Generator().manual_seed(606)
    thetas = {lam: torch.randn(4, generator=drawn, dtype=torch.float64) for lam in lams}
    got = expect_table(frontier(lams, lambda x, y, s, lam: thetas[lam], train, test), lams,
                       ["accuracy", "gap"], "frontier")
    x, y, s = (part.numpy() for part in test)
    for lam, theta in thetas.items():
        said = x @ theta.numpy()[:3] + float(theta[3]) > 0
        truth = [np.mean(said == (y == 1)), said[s == 1].mean() - said[s == 0].mean()]
        expect(np.allclose(got.loc[lam].to_numpy(dtype=float), truth), "recomputed from your "
               "theta, a row differs", "soft")
    ### END HIDDEN TESTS


test_frontier()
print("9.6c: visible checks passed")

# %% [markdown]
# Adult, women against men. Beside your frontier stands what fairlearn's `ExponentiatedGradient`
# (Agarwal et al. 2018) reaches on the same split: it does not add a penalty, it solves a game
# between the learner and the constraint, and returns a random mixture of models.

# %% id="frontier-demo" tags=["demo"]
from fairlearn.reductions import DemographicParity, ExponentiatedGradient

x = tables.design_matrix(adult.drop(columns=["income", "sex"])).to_numpy()
parts = [torch.tensor(part) for part in (x, rich.astype(float), women)]
train, test = (tuple(part[rows] for part in parts) for rows in (slice(0, 5000), slice(5000, None)))
lams = [0.0, 0.3, 1.0, 3.0, 10.0, 30.0]
mine = frontier(lams, lambda x, y, s, lam: fit_fair(x, y, s, lam, soft_gap), train, test)
print(mine.map("{:.3f}".format).rename_axis("lam").to_string())

# %% id="reduction-demo" tags=["demo"]
theirs = {}
for bound in (0.08, 0.05, 0.025, 0.005):
    peer = ExponentiatedGradient(LogisticRegression(max_iter=1000),
                                 DemographicParity(difference_bound=bound), max_iter=20)
    peer.fit(x[:5000], rich[:5000], sensitive_features=women[:5000])
    said = peer.predict(x[5000:], random_state=0)
    rates = group_rates(rich[5000:], said, women[5000:])["selection_rate"]
    theirs[abs(rates[1] - rates[0])] = np.mean(said == rich[5000:])
gaps = sorted(theirs)
figure = plots.curves(
    {"your penalty": (mine["gap"].abs().tolist(), mine["accuracy"].tolist()),
     "fairlearn, reduction": (gaps, [theirs[gap] for gap in gaps])},
    xlabel="gap in selection rate between men and women (share of people)",
    ylabel="accuracy, unseen people", title="Adult: what less gap costs", percent=False)
plots.show(figure, alt="Two curves of accuracy over the gap in selection rates. Both fall from "
           "about 85 percent at a gap near 0.19 to about 83 percent near 0.")

# %% [markdown]
# Two quite different methods trace nearly the same curve: the price belongs to the data, not to the
# method. And look at what your penalty did *not* get: the gap of the probabilities is what it
# pushed down, the gap of the decisions is what you measured. They need not vanish together.

# %% [markdown]
# # Deeper
#
# The two exercises below are for those who want more; nothing depends on them. The lab closes with
# exercise 9.9, which needs neither.
#
# ## Exercise 9.7: before training (5 points)
#
# Difficulty: 2 of 5 · Minutes: 25 · Why: the third place where one can intervene. It works with any
# model, and it promises less than its name says.
#
# **a. `reweigh(y, s)`** (Kamiran and Calders 2012) returns one weight per person, shape (n,):
# P(s) P(y) / P(s, y), all three estimated by counting. Weighted like that, label and group are
# independent, and neither group nor label has become rarer. `s` may have any number of values.
#
# <details><summary>Hint 1: where to look</summary>
# Each person's weight depends only on their pair (s, y). Count rows.
# <details><summary>Hint 2: the idea</summary>
# P(s) is the share of people with the same s as this person; P(s, y) the share with both the same.
# <details><summary>Hint 3: nearly the code</summary>
# For each value a of s and b of y: a mask for a, a mask for b, and their product; the weight there
# is mean times mean over the mean of both.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_7-reweigh", "solution": true}
def reweigh(y, s):
    """Weights (n,): P(s) P(y) / P(s, y) for each person, from counts."""
    ### BEGIN SOLUTION
    weight = np.ones(len(y))
    for a in np.unique(s):
        for b in np.unique(y):
            here = (s == a) & (y == b)
            if here.any():
                weight[here] = np.mean(s == a) * np.mean(y == b) / here.mean()
    return weight
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_7-reweigh-test", "points": 2}
@exercise("9.7")
def test_reweigh():
    """Ten people: four in a (three with y = 1), six in b (two with y = 1)."""
    s, y = np.repeat(["a", "b"], [4, 6]), np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])
    got = expect_array(reweigh(y, s), (10,), "reweigh")
    expect(abs(got[0] - 1.5) > 1e-6, "yours is upside down: the pair that is too frequent, here "
           "(a, 1), must weigh less", "inverted")
    expect(abs(got[0] - 10 / 3) > 1e-6 and abs(got[0] - 5 / 6) > 1e-6, "1 / P(s, y) makes all "
           "pairs "
           "equally heavy, and with that changes how frequent each group and label is", "all-equal")
    expect(abs(got[0] - 2) > 1e-6 and abs(got[0] - 1) > 1e-6, "your weight depends on y or on s "
           "alone: it must depend on the pair", "one-side")
    truth = np.array([2 / 3] * 3 + [2] + [1.5] * 2 + [0.75] * 4)
    expect(np.allclose(got, truth), f"expected {np.round(truth, 3).tolist()}, got "
           f"{np.round(got, 3).tolist()}", "all-equal")
    ### BEGIN HIDDEN TESTS
    for seed, names in ((71, ("u", "v")), (72, (0, 1, 2))):
        y, _, s = oracle_population(seed, 250, names)
        got = expect_array(reweigh(y, s), (250,), "reweigh")
        expect(abs(got.sum() - 250) < 1e-6, "the weights must sum to n", "all-equal")
        for name in names:
            rows = s == name
            expect(abs(np.average(y[rows], weights=got[rows]) - y.mean()) < 1e-9, "weighted, each "
                   "group must have the share of ones of the whole", "one-side")
            expect(abs(got[rows].sum() - rows.sum()) < 1e-6, "a group has become heavier or "
                   "lighter",
                   "all-equal")
    only = reweigh(np.array([1, 1, 0]), np.array([0, 0, 1]))
    expect(np.isfinite(only).all(), "a pair that nobody has must do no harm", "inverted")
    ### END HIDDEN TESTS


test_reweigh()
print("9.7a: visible checks passed")

# %% [markdown]
# **b. `remove_correlation(x_train, s_train, x, s)`**: takes out of every column of `x` what a
# linear regression on `s` can explain, and nothing else:
#
# x - (s - mean of s_train) * (slope of each column of x_train on s_train)
#
# - slope and mean come from the training rows, and are applied to `x`, `s` (perhaps new rows)
# - because `s` is centred, the mean of each column of x_train stays what it was
# - shapes (n, d), (n,), (m, d), (m,); returns (m, d)
#
# <details><summary>Hint 1: where to look</summary>
# The slope of a regression with one column is a covariance over a variance.
# <details><summary>Hint 2: the idea</summary>
# Centre s_train; the slopes of all columns at once are a product of a vector and a matrix.
# <details><summary>Hint 3: nearly the code</summary>
# <code>c = s_train - s_train.mean()</code>; slopes <code>c @ x_train / (c @ c)</code>; subtract
# <code>np.outer(..., slopes)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_7-remove", "solution": true}
def remove_correlation(x_train, s_train, x, s):
    """Columns of x (m, d) without what a regression on s explains, learned on the training rows."""
    ### BEGIN SOLUTION
    centred = s_train - s_train.mean()
    slopes = centred @ x_train / (centred @ centred)
    return x - np.outer(s - s_train.mean(), slopes)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_7-remove-test", "points": 3}
@exercise("9.7")
def test_remove_correlation():
    """One column that is 10 + 3 s, and one that does not depend on s."""
    s = np.array([0, 0, 1, 1])
    x = np.array([[10.0, 1.0], [10, 2], [13, 1], [13, 2]])
    before = x.copy()
    got = expect_array(remove_correlation(lend(x), s, x, s), (4, 2), "remove_correlation")
    expect((x == before).all(), "your code changed its input", "input-modified")
    expect(np.ptp(got[:, 0]) < 1e-9, f"column 0 is 10 + 3 s: without s nothing varies; yours still "
           f"is {got[:, 0].tolist()}", "wrong-slope")
    expect(not np.allclose(got[:, 0], 0), "the mean must stay: you returned the residual alone",
           "mean-lost")
    expect(np.allclose(got[:, 0], 11.5), f"the mean of column 0 is 11.5 and must stay; yours is "
           f"{got[:, 0].mean():g}: centre s first", "not-centred")
    expect(np.allclose(got[:, 1], x[:, 1]), "column 1 has nothing to do with s and must stay",
           "wrong-slope")
    new = remove_correlation(x, s, np.array([[13.0, 5.0]]), np.array([1]))
    expect(np.isfinite(new).all() and np.allclose(new, [[11.5, 5]]), "for a new row with s = 1 "
           f"take slope and mean of the training rows: 11.5 and 5; yours: {new.tolist()}", "refits")
    ### BEGIN HIDDEN TESTS
    from fairlearn.preprocessing import CorrelationRemover

    for seed in (73, 74):
        rng = np.random.default_rng(seed)
        s, x = rng.integers(0, 3, 80), rng.normal(size=(80, 5))
        x[:, 1] += 2 * s
        theirs = CorrelationRemover(sensitive_feature_ids=[0]).fit(np.column_stack([s, x])[:50])
        truth = theirs.transform(np.column_stack([s, x])[50:])
        got = expect_array(remove_correlation(x[:50], s[:50], x[50:], s[50:]), (30, 5),
                           "remove_correlation")
        expect(np.allclose(got, truth, atol=1e-8), "fairlearn's CorrelationRemover gives other "
               "columns for new rows", "refits")
    ### END HIDDEN TESTS


test_remove_correlation()
print("9.7b: visible checks passed")

# %% [markdown]
# The columns of Adult are now uncorrelated with sex. A linear model that is asked for the sex can
# find nothing. What about a model of small trees? Commit to an AUC.

# %% nbgrader={"grade_id": "ex9_7-predict", "solution": true}
# my_second_auc = a number from 0.5 to 1
### BEGIN SOLUTION
my_second_auc = 0.9
### END SOLUTION

# %% id="remains-demo" tags=["demo"]
from fairlearn.preprocessing import CorrelationRemover
from sklearn.ensemble import HistGradientBoostingClassifier


def fit_trees(x, y):
    """Gradient-boosted trees; returns a function from rows to probabilities."""
    model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(x, y)
    return lambda rows: model.predict_proba(rows)[:, 1]


x = tables.design_matrix(adult.drop(columns=["income", "sex"])).to_numpy()
cleaned = remove_correlation(x[:5000], women[:5000], x, women)
both = np.column_stack([women, x])
peer = CorrelationRemover(sensitive_feature_ids=[0]).fit(both[:5000])
print(f"largest difference from fairlearn's: {np.abs(peer.transform(both) - cleaned).max():.1e}")
for name, fit in (("linear model", fit_logistic), ("trees", fit_trees)):
    found = [auc(fit(columns[:5000], women[:5000])(columns[5000:]), women[5000:])
             for columns in (x, cleaned)]
    print(f"{name}: sex guessed with AUC {found[0]:.2f} before, {found[1]:.2f} after the removal")
print(f"you said: {my_second_auc}")

# %% [markdown]
# Removal made it *easier* for the trees: they now know the sex of everybody. The text columns were
# 0 or 1. After the removal they are 0 or 1 minus a number that depends on the sex, and a tree reads
# that as a watermark. "Uncorrelated" is a statement about straight lines.
#
# All methods on one table: Adult, 3,000 people that no method has seen; gaps are men minus women.

# %% id="all-methods" tags=["demo"]
def line(name, said):
    """Accuracy and three gaps of the decisions, or of their probabilities."""
    y, s = rich[5000:], women[5000:]
    right = np.mean(said * y + (1 - said) * (1 - y))
    gaps = [said[s == 0].mean() - said[s == 1].mean()]
    gaps += [said[(s == 0) & (y == k)].mean() - said[(s == 1) & (y == k)].mean() for k in (1, 0)]
    print(f"{name:32} {right:6.1%}  " + "  ".join(f"{100 * gap:+6.1f}" for gap in gaps))


plain = fit_logistic(x[:5000], rich[:5000])(x)
weighted = fit_logistic(x[:5000], rich[:5000], reweigh(rich[:5000], women[:5000]))(x[5000:])
rule = equalised_odds(rich[:5000], plain[:5000].round(3), women[:5000], roc)
theta = fit_fair(*train, 10.0, soft_gap).numpy()
flat = fit_logistic(cleaned[:5000], rich[:5000])(cleaned[5000:])
print(f"{'':32} right   selected, TPR, FPR: gap in points")
line("nothing", (plain[5000:] > 0.5).astype(float))
line("before: reweighing", (weighted > 0.5).astype(float))
line("before: correlation removed", (flat > 0.5).astype(float))
line("in: penalty, lam = 10", (x[5000:] @ theta[:-1] + theta[-1] > 0).astype(float))
line("after: equalised odds", probability(rule, plain[5000:].round(3), women[5000:]))

# %% [markdown]
# Each method reduces the gap that it was told to reduce, at the cost of a point or two of accuracy,
# and none of them levels all three. Reducing the gap in the selection rate can turn the gap in the
# true-positive rate round: exercise 9.4 again. That is why somebody has to choose (exercise 9.9).
#
# ## Exercise 9.8: an audit of subgroups (5 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: Black women may be treated badly by a rule that treats
# women well and Black people well (Buolamwini and Gebru 2018). But who looks at a hundred subgroups
# finds something in each of them by chance.
#
# **a. `holm(p_values, alpha)`**: Holm's method. Sort the m p-values ascending. The smallest is
# rejected if it is at most alpha / m; then the next if at most alpha / (m - 1); and so on. **At the
# first that is too large, stop**: it and all later ones stand. Returns a bool array (m,) in the
# order of the input. The probability of even one false accusation is at most alpha, whatever
# depends on what.
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.argsort</code> gives the order; write the answers back with it.
# <details><summary>Hint 2: the idea</summary>
# "All before me passed, too" is a cumulative product, or a loop with a break.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for rank, index in enumerate(np.argsort(p_values))</code>: break if the value is larger than
# <code>alpha / (m - rank)</code>, else set the answer at index.
# </details></details></details>

# %% nbgrader={"grade_id": "ex9_8-holm", "solution": true}
def holm(p_values, alpha):
    """Bool array (m,): which hypotheses Holm's method rejects at family-wise level alpha."""
    ### BEGIN SOLUTION
    rejected = np.zeros(len(p_values), dtype=bool)
    for rank, index in enumerate(np.argsort(p_values)):
        if p_values[index] > alpha / (len(p_values) - rank):
            break
        rejected[index] = True
    return rejected
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_8-holm-test", "points": 2}
@exercise("9.8")
def test_holm():
    """Four p-values: limits at alpha = 0.05 are 0.0125, 0.0167, 0.025 and 0.05."""
    got = expect_array(holm(np.array([0.04, 0.001, 0.03, 0.014]), 0.05), (4,), "holm")
    expect(got.dtype == bool, "holm must return True and False")
    expect(got.tolist() != [True] * 4, "all four are below 0.05, but with four tests that is not "
           "enough", "uncorrected")
    expect(got.tolist() != [False, True, False, False], "after the first rejection only three are "
           "left: 0.014 is compared with 0.05 / 3", "bonferroni")
    expect(got.tolist() != [True, True, False, True], "0.03 is too large, so the method stops "
           "there: 0.04 stands, though it is below 0.05", "no-stop")
    expect(got.tolist() != [True, True, False, False], "the answers must stand in the order of the "
           "input, not sorted", "sorted-order")
    expect(got.tolist() == [False, True, False, True], "expected [False, True, False, True]; "
           f"yours: {got.tolist()}", "uncorrected")
    ### BEGIN HIDDEN TESTS
    from itertools import combinations

    for seed in range(12):
        rng = np.random.default_rng(seed)
        p = np.round(rng.random(6) ** 3, 3)
        got = expect_array(holm(p.copy(), 0.1), (6,), "holm")
        for i in range(6):  # closed testing: rejected if every set with i in it is
            sets = [c for k in range(1, 7) for c in combinations(range(6), k) if i in c]
            truth = all(min(p[list(c)]) <= 0.1 / len(c) for c in sets)
            expect(got[i] == truth, "on random p-values the closed-testing theorem says otherwise",
                   "no-stop")
    expect(not holm(np.ones(3), 0.05).any() and holm(np.array([0.05]), 0.05).all(), "p = 1 is "
           "never rejected; a single p-value of exactly alpha is", "uncorrected")
    ### END HIDDEN TESTS


test_holm()
print("9.8a: visible checks passed")

# %% [markdown]
# **b. `audit(wrong, table, p_value, reject, least, alpha)`** asks for every subgroup whether the
# rule is wrong about it more or less often than about everybody else.
#
# - `wrong`: (n,) 0 or 1; `table`: a data frame of n rows, a column per attribute
# - the subgroups: every value of every column, and every pair of values of two *different* columns;
#   only those with at least `least` people inside **and** at least `least` outside
# - `p_value(inside, outside)` takes the entries of `wrong` in the subgroup and in the rest;
#   `reject(p_values, alpha)` returns a bool array; it is asked **once**, about all subgroups
# - returns the rejected subgroups as a list of dicts, column -> value
#
# <details><summary>Hint 1: where to look</summary>
# <code>itertools.combinations</code> over the columns, once with 1 and once with 2;
# <code>table.groupby(list_of_columns)</code> for the values that occur.
# <details><summary>Hint 2: the idea</summary>
# First collect descriptions and p-values of everything; only then decide.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for values, rows in table.groupby(list(columns)).indices.items()</code> gives row numbers;
# <code>np.delete(wrong, rows)</code> is the rest. With one column in the list, pandas may give the
# value alone instead of a tuple of one: ask <code>isinstance(values, tuple)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-fisher", "locked": true}
def fisher(inside, outside):
    """Fisher's exact test: p-value of 'equally often wrong inside and outside'."""
    from scipy.stats import fisher_exact

    parts = [[int(part.sum()), int(len(part) - part.sum())] for part in (inside, outside)]
    return float(fisher_exact(parts).pvalue)

# %% nbgrader={"grade_id": "oracle-audit", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_holm(p_values, alpha):
    """Holm through adjusted p-values, for the tests of what builds on it."""
    p = np.asarray(p_values, dtype=float)
    order, adjusted = np.argsort(p), np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    return adjusted <= alpha


def oracle_attributes(seed, n=1500):
    """Four attributes and errors at 20 %, whatever the attributes."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"sex": rng.choice(["w", "m"], n), "age": rng.choice([20, 40, 60], n),
                          "town": rng.choice(list("abcd"), n), "shift": rng.choice([1, 2], n)})
    return table, (rng.random(n) < 0.2).astype(int)


def oracle_planted(table, seed, rate=0.5):
    """Where a woman of 60 is the subject, the rule is wrong at another rate."""
    rng = np.random.default_rng(1000 + seed)
    here = ((table["sex"] == "w") & (table["age"] == 60)).to_numpy()
    return here, (rng.random(len(table)) < rate).astype(int)


def oracle_audit(audit):
    """The planted pair is found, at a rate that stands out, and nobody is accused in null data."""
    for seed in (81, 82):
        table, wrong = oracle_attributes(seed)
        expect(audit(wrong, table, fisher, oracle_holm, 30, 0.001) == [], "in data without any "
               "difference you accuse somebody at alpha = 0.001", "one-by-one")
        here, other = oracle_planted(table, seed)
        found = audit(np.where(here, other, wrong), table, fisher, oracle_holm, 30, 0.05)
        expect({"sex": "w", "age": 60} in [dict(f) for f in found], "a subgroup with an error rate "
               "of 50 % among 20 % was planted, and you did not find it", "only-singles")
        expect(not any({"town", "shift"} == set(f) for f in found), "you accuse a subgroup that "
               "has nothing to do with it", "one-by-one")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex9_8-audit", "solution": true}
def audit(wrong, table, p_value, reject, least, alpha):
    """Subgroups (dicts column -> value) in which errors are more or less frequent than outside."""
    ### BEGIN SOLUTION
    from itertools import combinations

    found, p = [], []
    for columns in [c for k in (1, 2) for c in combinations(table.columns, k)]:
        for values, rows in table.groupby(list(columns)).indices.items():
            if least <= len(rows) <= len(table) - least:
                values = values if isinstance(values, tuple) else (values,)
                found.append(dict(zip(columns, values, strict=True)))
                p.append(p_value(wrong[rows], np.delete(wrong, rows)))
    return [group for group, no in zip(found, reject(np.array(p), alpha), strict=True) if no]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex9_8-audit-test", "points": 3}
@exercise("9.8")
def test_audit():
    """Twelve people, two columns; the p-value is scripted, and says what it was asked."""
    table = pd.DataFrame({"c": ["r"] * 6 + ["g"] * 6, "k": [1, 1, 1, 2, 2, 2] * 2})
    wrong = np.array([1, 1, 1, 0, 0, 0] + [0] * 6)
    asked, decided = [], []

    def script(inside, outside):
        asked.append((len(inside), int(np.sum(inside)), len(outside), int(np.sum(outside))))
        return 0.001 if np.mean(inside) == 1 else 0.5

    def first(p_values, alpha):
        decided.append(len(p_values))
        return np.array(p_values) < alpha

    got = audit(wrong, table, script, first, 3, 0.05)
    expect(len(asked) > 4, f"4 single values and 4 pairs make 8 subgroups; you asked about "
           f"{len(asked)}: pairs are missing", "only-singles")
    expect(len(decided) == 1, f"reject must be asked once, about all subgroups; you asked "
           f"{len(decided)} times", "one-by-one")
    expect(all(i + o == 12 for i, _, o, _ in asked), "a subgroup is compared with the rest, "
           "without itself", "against-all")
    expect(len(asked) == 8 and decided == [8], f"8 subgroups; you asked about {len(asked)}")
    expect([dict(g) for g in got] == [{"c": "r", "k": 1}], 'the only subgroup with a small p-value '
           f'is {{"c": "r", "k": 1}}; yours: {got}', "only-singles")
    asked.clear()
    audit(wrong, table, script, first, 4, 0.05)
    expect(len(asked) == 4, "with least = 4 the pairs, 3 people each, are too small to ask about",
           "no-least")
    ### BEGIN HIDDEN TESTS
    oracle_audit(audit)
    ### END HIDDEN TESTS


test_audit()
print("9.8b: visible checks passed")

# %% [markdown]
# On COMPAS, among those who were not charged again: about whom is the flag wrong more (or less)
# often than about the rest? Only subgroups of at least a hundred people are asked about, for
# certainty and for their sake. Below it, the same audit after the flags were dealt out anew at
# random: a world without any difference.

# %% id="audit-demo" tags=["demo"]
quiet = everybody[everybody["two_year_recid"] == 0].reset_index(drop=True)
attributes = quiet[["sex", "age_cat", "race"]].copy()
attributes["charge"] = quiet["c_charge_degree"].map({"F": "felony", "M": "misdemeanour"})
flags = quiet["flagged"].to_numpy()
found = audit(flags, attributes, fisher, holm, 100, 0.05)
rates = {}
for group in found:
    rows = np.all([attributes[c] == v for c, v in group.items()], axis=0)
    rates[" and ".join(map(str, group.values()))] = flags[rows].mean()
ordered = sorted(rates, key=rates.get)
print(f"{len(found)} subgroups differ; flagged in all: {flags.mean():.1%}")
for name in [*ordered[:3], *ordered[-3:]]:
    print(f"   {rates[name]:5.1%}  {name}")
shuffled = np.random.default_rng(0).permutation(flags)
print("dealt out at random:", audit(shuffled, attributes, fisher, holm, 100, 0.05))

# %% [markdown]
# The extremes are intersections, and the attribute in the three highest is one that few people
# argue about: age. A difference is where an audit begins, not where it ends. It says where to ask,
# not why.
#
# # To close
#
# ## Exercise 9.9: which criterion would you defend? (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: the arithmetic of 9.4 leaves a choice, and a person has to
# make it in front of others.
#
# Choose **one** setting: custody before trial (COMPAS), a mortgage (the Boston study in
# `tables.boston_mortgages()`: 28 % of Black and 9 % of white applicants were denied), or admission
# to a law school (`tables.law_school()`). In eight to ten sentences: which criterion would you
# defend there (equal selection rates, equal TPR or FPR, equal PPV, or another), and against which
# harm? Who pays for it, and what would you say to them? What does it not see? And which finding
# would change your mind? Use at least one number that you computed, with its condition.
# (The cell below the hints compares like files in Boston.)
#
# <details><summary>Hint 1: where to look</summary>
# Begin with the person to whom the wrong decision happens, as the lab did with Ada.
# <details><summary>Hint 2: the idea</summary>
# Ask of the label: who wrote it, and what would it look like if the past had been unjust? Equal PPV
# and equal TPR both trust the label; equal selection rates do not.
# <details><summary>Hint 3: nearly the words</summary>
# "I defend equal ... because the error that hurts most here is ... It costs ... I would give it up
# if it turned out that ..."
# </details></details></details>

# %% id="boston-demo" tags=["demo"]
boston = tables.boston_mortgages()
denied, black = ((boston[c] == "yes").to_numpy() for c in ("deny", "afam"))
x = tables.design_matrix(boston.drop(columns=["deny", "afam"])).to_numpy()
like_white = fit_logistic(x[~black], denied[~black])(x[black]).mean()
print(f"Boston: {denied[black].mean():.1%} of the Black applicants were denied, "
      f"{denied[~black].mean():.1%} of the white ones.")
print(f"By the rule that fits the white applicants it would have been {like_white:.1%} of the "
      "Black ones,\nwith the same incomes, debts and records.")

# %% [markdown] nbgrader={"grade_id": "ex9_9-why", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# Custody before trial. The error that hurts most is Ada's: held, though nothing would have
# happened, and she can never prove it. So I defend equal false-positive rates, with a low ceiling
# for both groups. On all rows the score flagged 45 % of the Black and 23 % of the white people who
# were not charged again. Equalising costs: in my run accuracy fell by a point, and fewer of those
# who were charged again were flagged; a court will answer that some of them did harm, and I owe the
# people whom that harm met an answer: support and supervision instead of custody. The criterion
# trusts the label. A new charge is not an offence; where police look more often, more people carry
# a 1, and then the false-positive rate itself is too low for that group. It also does not see
# subgroups, such as the young. I would change my mind if an audit with another label (convictions
# for violence only) showed no gap, or if the flag led to help instead of custody: then missing
# somebody would be the worse error, and I would defend equal true-positive rates.
#
# Rubric:
#
# - 1 point: one criterion, tied to a named harm to a person in that setting
# - 1 point: who pays for it, and a reason that could be given to them
# - 1 point: what the criterion does not see (the label, subgroups, certainty), with a number from
#   the lab that is said with its condition
# - 1 point: a finding, concrete enough to be looked for, that would change the choice
#
# Sample A (4/4): "Mortgages: I want equal TPR, because a family that would have paid and is refused
# loses a home. The bank pays with some defaults; it can be told that it also gains good customers
# it used to refuse. But in Boston the label is the bank's own denial, 28 % against 9 %, so TPR on
# it only says 'like before'. If repayment data showed equal default rates at the margin I would
# drop it and ask for equal treatment of equal files."
#
# Sample B (1/4): "I would use demographic parity because everyone should have the same chance,
# since discrimination is wrong. It lowers accuracy a bit. People who disagree must be convinced."
# (One point: a criterion with a harm, barely. Nobody named who pays, nothing it misses, no
# finding.)
# ### END SOLUTION

# %% [markdown]
# ## What you found
#
# Look back over your own numbers. Two true tables that contradict each other, and the identity that
# makes them. A column that was taken out and guessed from the rest. Labels that were damaged, and
# an audit that praised them. Three places to intervene, each of which reduced the gap that it was
# aimed at and moved another. A group of eighteen people about whom nothing can be said.
#
# **Limits.** Every rate here trusts a label, and labels have authors. All criteria of this lab look
# at decisions once; none sees what they do next year. Groups are those that somebody wrote down. A
# method reduces a gap in a table; whether people are treated justly is decided elsewhere, by people
# who can be asked.
#
# **The paper** (section 3.1) sees bias in data, in algorithms and in deployment, and mitigation
# before, in and after training, with min L(f(x), y) + lambda * FairnessMetric(f) in the middle. You
# made each bias (9.3), used each mitigation (9.5 to 9.7), and saw why the formula needs a choice
# that it does not make (9.4).
#
# **Read on.** Angwin, Larson, Mattu, Kirchner, *Machine bias*, 2016. Dieterich, Mendoza, Brennan,
# *COMPAS risk scales*, 2016. Chouldechova, *Fair prediction with disparate impact*, 2017.
# Kleinberg, Mullainathan, Raghavan, *Inherent trade-offs in the fair determination of risk scores*,
# 2017. Hardt, Price, Srebro, *Equality of opportunity in supervised learning*, 2016. Agarwal et
# al.,
# *A reductions approach to fair classification*, 2018. Kamiran and Calders, *Data preprocessing
# techniques for classification without discrimination*, 2012. Buolamwini and Gebru, *Gender
# shades*, 2018. Dressel and Farid, *The accuracy, fairness, and limits of predicting recidivism*,
# 2018. Barenstein, *ProPublica's COMPAS data revisited*, 2019. Zafar et al., *Fairness
# constraints*,
# 2017. Barocas, Hardt, Narayanan, *Fairness and machine learning*, 2023.
#
# **Where next.** Lab 10 asks who answers for a decision, and Lab 13 what has to be told about a
# model.

# %% [markdown]
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, hidden checks
# included.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab09_fairness")
