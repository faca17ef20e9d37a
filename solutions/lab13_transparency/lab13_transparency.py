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
# # Lab 13: what can you rule out after what they told you?
#
# A company tells you something about its system: four numbers, some answers, a score on an exam.
# Many worlds fit what it said. Transparency is the size of the set of worlds that remain possible,
# and in this lab you compute such sets.
#
# By the end you will be able to
#
# - refute a model card from its own numbers, or compute what it keeps silent about,
# - say what a reported number is worth when somebody chose it from several,
# - say what a handful of answers of a closed system proves about the next person,
# - test whether a service still serves the model of its card, and bound what any test can find,
# - test whether a model has seen its exam, and know when that test accuses the innocent,
# - tell a person a risk in numbers that add up.
#
# | | |
# |---|---|
# | Paper | section 3.4 (transparency; proprietary models; model cards, datasheets, limits told) |
# | Time | Part A 68 min, Part B 82 min; deeper 25 min |
# | Points | 50: core 45, a deeper one 5 (45 checked by machine, 5 read by a person) |
# | You need | numpy, a little probability (expectation, counting subsets), the idea of a p-value |
# | It runs in | about 19 CPU seconds in all, 5 without the demonstrations; 0.9 GiB of memory |
#
# | symbol | name in code | what it is |
# |---|---|---|
# | counts of a test | `tp`, `fn`, `tn`, `fp` | bad loans: flagged, not; fine ones: not, flagged |
# | | `n` | how many: loans, answers, people |
# | | `k` | how many runs somebody made |
# | audited people, weights, one more person | `X`, `w`, `x` | (N, d), (d,), (d,), float64 |
# | law of the answers on the card, law served | `law`, `other` | $P$, $Q$: chances that sum to 1 |
# | level of a test | `alpha` | the chance to accuse when nothing is wrong |
#
# The paper asks for transparency and says what stands against it: models are complex and
# proprietary, and there is no common standard of reporting. Its remedies are model cards,
# datasheets, open source, and telling users what a system can and cannot do. You will find out what
# each of these lets you check.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression

from safetylab import counts, language, page, plots, tables, widgets
from safetylab.checks import (exercise, expect, expect_array, expect_number, expect_returned, lend,
                              untouched)

torch.set_num_threads(1)  # these models are so small that one thread is the fastest
page.progress(13)

# %% [markdown]
# ## It breaks
#
# Here is the model card of an invented lender. A model flags loans that it expects to go bad; it
# was tested on 120 loans. **Recall** is the share of the bad loans that it flagged, **precision**
# the share of the flagged ones that went bad, and **F1** is the harmonic mean of the two.

# %% id="hook" tags=["demo"]
LENDER = {"accuracy": 0.767, "precision": 0.700, "recall": 0.625, "f1": 0.600}
print("MODEL CARD of Fairwater Loans (invented)    tested on 120 loans")
for name, value in LENDER.items():
    print(f"  {name:<10} {value:.3f}")

# %% id="hook-refuted" tags=["demo"]
def harmonic(first, second):
    """The harmonic mean of two numbers."""
    return 2 / (1 / first + 1 / second)


low, high = (harmonic(0.700 + off, 0.625 + off) for off in (-0.0005, 0.0005))
print(f"an F1 that belongs to this precision and recall lies between {low:.4f} and {high:.4f}")
print(f"the card says {LENDER['f1']:.3f}")

# %% [markdown]
# The card is false. You have seen neither the model nor a single loan: two of its numbers decide
# the third, and the third is another one. (In truth we measured a model on 120 real loans and
# changed one digit of one number. Which one?)
#
# This lie was clumsy. Part A begins with the tool that finds all that numbers of this kind can
# betray, and computes what an honest card leaves open.

# %% [markdown]
# # Part A: cards, scores, answers
#
# About 68 minutes: exercises 13.1 to 13.3.

# %% [markdown]
# ## Exercise 13.1: a card that refutes itself (8 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: most of what we know about most systems is a few rounded
# numbers. They can be checked before anything else.
#
# A test of n loans ends in four counts, a **confusion matrix**: bad loans that were flagged (`tp`)
# or not (`fn`), fine loans that were not flagged (`tn`) or were (`fp`). Each number of a card is a
# fraction of such counts, `parts` says which.

# %% nbgrader={"grade_id": "setup-parts", "locked": true}
PARTS = {"accuracy": lambda tp, fn, tn, fp: (tp + tn, tp + fn + tn + fp),
         "precision": lambda tp, fn, tn, fp: (tp, tp + fp),
         "recall": lambda tp, fn, tn, fp: (tp, tp + fn),
         "specificity": lambda tp, fn, tn, fp: (tn, tn + fp),
         "f1": lambda tp, fn, tn, fp: (2 * tp, 2 * tp + fn + fp)}


def parts(metric, tp, fn, tn, fp):
    """Numerator and denominator of a metric; the counts are numbers or arrays of them."""
    return PARTS[metric](tp, fn, tn, fp)

# %% [markdown]
# **a. `matrices(card, n, digits)`**: all confusion matrices of n loans that fit a card.
#
# - `card`: a dict with some of the five names above, each with a value that was rounded to `digits`
#   digits after the point. How many loans were bad is not given.
# - A value fits if it is at most half a unit of the last digit away, **ends included**: people
#   round 0.625 up to 0.63 or to the even digit, 0.62, and both are honest.
# - A matrix in which a reported metric is 0/0 does not fit.
# - returns a list of tuples `(tp, fn, tn, fp)` of whole numbers, in any order, each matrix once
# - `n` is at most 120: three loops are fast enough
#
# <details><summary>Hint 1: where to look</summary>
# Four counts that sum to n: three of them are free. For each such matrix ask whether every number
# of the card fits.
# <details><summary>Hint 2: the idea</summary>
# The difference of a fraction and a rounded value is computed with a tiny error, and the ends
# count: allow 1e-9 more than half a unit, or compare whole numbers. Ask for a denominator above 0
# before you divide.
# <details><summary>Hint 3: nearly the code</summary>
# Three nested loops, <code>for tp in range(n + 1)</code>, <code>for fn in range(n + 1 - tp)</code>,
# <code>for tn in range(n + 1 - tp - fn)</code>; the rest is <code>fp</code>. Begin with
# <code>fits = True</code>; for each <code>name, value in card.items()</code> take
# <code>above, below = parts(name, tp, fn, tn, fp)</code> and set <code>fits = False</code> if
# <code>below == 0 or abs(above / below - value) > 0.5 / 10 ** digits + 1e-9</code>; then
# <code>break</code>, no other number can mend it. Append the tuple if it still fits.
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_1-matrices", "solution": true}
def matrices(card, n, digits):
    """All (tp, fn, tn, fp) with sum n that fit every rounded value of the card."""
    ### BEGIN SOLUTION
    unit = 10**digits
    tp, fn, tn = (count.ravel() for count in np.indices((n + 1,) * 3, dtype=np.int32))
    fp = n - tp - fn - tn
    inside = fp >= 0
    tp, fn, tn, fp = tp[inside], fn[inside], tn[inside], fp[inside]
    keep = np.ones(len(tp), bool)
    for metric, value in card.items():
        top, bottom = parts(metric, tp, fn, tn, fp)
        keep &= (bottom > 0) & (abs(2 * unit * top - 2 * round(value * unit) * bottom) <= bottom)
    return [tuple(row) for row in np.stack([tp, fn, tn, fp], 1)[keep].tolist()]
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-matrices", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_fits(card, digits, row):
    """Whether a matrix fits, in rational numbers."""
    half = Fraction(1, 2 * 10**digits)
    for metric, value in card.items():
        above, below = parts(metric, *row)
        told = Fraction(round(value * 10**digits), 10**digits)
        if below == 0 or abs(Fraction(above, below) - told) > half:
            return False
    return True


def oracle_all(card, n, digits):
    """Every matrix of n loans that fits."""
    every = product(range(n + 1), repeat=3)
    rows = ((a, b, c, n - a - b - c) for a, b, c in every if a + b + c <= n)
    return {row for row in rows if oracle_fits(card, digits, row)}


def oracle_card(row, metrics, digits, up):
    """The card of a matrix: rounded half up, or half to even."""
    card = {}
    for metric in metrics:
        exact = Fraction(*parts(metric, *row)) * 10**digits
        card[metric] = (math.floor(exact + Fraction(1, 2)) if up else round(exact)) / 10**digits
    return card


def oracle_found(matrices, card, n, digits):
    """What matrices returns, as a set of tuples of whole numbers."""
    got = matrices(dict(card), n, digits)
    expect_returned(got, "matrices")
    rows = [tuple(int(count) for count in row) for row in got]
    expect(len(set(rows)) == len(rows), f"n = {n}, card {card}: a matrix stands in your list "
           "twice", "twice")
    return set(rows)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex13_1-matrices-test", "points": 6}
@exercise("13.1")
def test_matrices():
    """Small tests whose matrices can be listed by hand."""
    def found(card, n, digits):
        got = matrices(dict(card), n, digits)
        expect_returned(got, "matrices")
        expect(all(len(row) == 4 and min(row) >= 0 and sum(row) == n for row in got),
               f"each matrix holds four counts that sum to n = {n}; one of yours does not",
               "no-matrix")
        expect(len({tuple(row) for row in got}) == len(got), "a matrix stands in your list twice",
               "twice")
        return {tuple(int(count) for count in row) for row in got}

    got = found({"accuracy": 0.5}, 4, 2)
    expect(len(got) != 3, "the card does not say that half of the loans went bad: any number of "
           "them may have", "assumes-balance")
    expect(len(got) == 9, "accuracy 0.50 of 4 loans: tp + tn = 2 in 3 ways, fn + fp = 2 in 3 ways, "
           f"9 matrices; yours: {len(got)}")
    got = found({"recall": 0.33}, 3, 2)
    expect(got, "1 of 3 is 0.33 when it is rounded: a value fits when it is within half a unit of "
           "the last digit, not only when it is equal", "exact-equality")
    expect(not any(row[0] + row[1] == 0 for row in got), "a matrix without a bad loan has recall "
           "0/0, which is no 0.33: it does not fit", "zero-by-zero")
    expect(got == {(1, 2, 0, 0)}, "recall 0.33 of 3 loans: 1 bad loan flagged, 2 not, "
           f"(1, 2, 0, 0); yours: {sorted(got)}", "other-order")
    got = found({"accuracy": 0.62}, 8, 2)
    expect(got, "5 of 8 is 0.625, exactly half a unit from 0.62, and that fits. (In floats the "
           "difference is 0.0050000000000000044: allow 1e-9, or compare whole numbers.)",
           "ends-left-out")
    up = found({"accuracy": 0.63}, 8, 2)
    expect(up, "5 of 8 is 0.625, and many round it up to 0.63: that fits, too. Python's round "
           "goes to the even digit, not everybody does", "python-round")
    expect(len(got) == len(up) == 24, "5 right of 8 loans in 6 ways, 3 wrong in 4: 24 matrices for "
           f"0.62 and for 0.63; yours: {len(got)} and {len(up)}")
    got = found({"precision": 0.0}, 2, 2)
    expect(not any(row[0] + row[3] == 0 for row in got), "a matrix without a flagged loan has "
           "precision 0/0, which is no 0.00: it does not fit", "zero-by-zero")
    expect(len(got) == 3, f"precision 0.00 of 2 loans: 3 matrices; yours: {len(got)}")
    got = found({"specificity": 0.7, "f1": 0.7}, 7, 1)
    expect(got == {(2, 1, 3, 1), (3, 1, 2, 1)}, "specificity and F1 0.7, one digit, 7 loans: "
           f"(2, 1, 3, 1) and (3, 1, 2, 1); yours: {sorted(got)}", "other-digits")
    expect(not found({"accuracy": 0.985}, 69, 3), "68 of 69 is 0.985507, more than half a unit "
           "from 0.985, and you find a matrix for it (np.isclose allows more: set rtol=0)",
           "too-many")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1311)
    names = ("accuracy", "precision", "recall", "specificity", "f1")
    for trial in range(24):
        n, digits = int((9, 17, 20, 40)[trial % 4]), int(1 + trial % 3)
        row = tuple(int(c) for c in rng.multinomial(n - 4, (0.3, 0.2, 0.4, 0.1)) + 1)
        chosen = rng.permutation(names)[: 1 + trial % 3].tolist()
        card = oracle_card(row, chosen, digits, up=trial % 2 == 0)
        got = oracle_found(matrices, card, n, digits)
        told = f"n = {n}, {digits} digits, card {card}"
        expect(row in got, f"{told}: {row} has these numbers and is not in your list", "lost")
        bad = [one for one in got if not oracle_fits(card, digits, one)]
        expect(not bad, f"{told}: {bad[:1]} does not fit", "too-many")
        if n <= 20:
            truth = oracle_all(card, n, digits)
            expect(len(got) == len(truth), f"{told}: {len(truth)} matrices fit; yours: {len(got)}",
                   "lost")
    row = (21, 19, 71, 9)
    card = oracle_card(row, ("accuracy", "precision", "recall"), 3, up=True)
    expect(row in oracle_found(matrices, card, 120, 3), "n = 120: the true matrix is not in your "
           "list", "lost")
    expect(not oracle_found(matrices, card | {"precision": 0.888}, 120, 3), "n = 120: precision "
           "0.888 is false, and you find a matrix for it", "too-many")
    ### END HIDDEN TESTS


test_matrices()
print("13.1a: visible checks passed")

# %% [markdown]
# **b. `what_it_says(found, metric)`**: what do these matrices say about a number that is not on
# the card?
#
# - `found`: a list of tuples `(tp, fn, tn, fp)`, as above
# - returns a tuple: the lowest and the highest value of `metric` over the matrices, two floats
#   (`float` makes one of a `Fraction`). A matrix in which the metric is 0/0 is left out; if none is
#   left, return `None`
#
# <details><summary>Hint 1: where to look</summary>
# One value per matrix; <code>parts</code> takes the four counts in the order of the tuple.
# <details><summary>Hint 2: the idea</summary>
# Keep the values whose denominator is above 0, and think of the case in which no value is kept.
# <details><summary>Hint 3: nearly the code</summary>
# <code>pairs = [parts(metric, *row) for row in found]</code>, <code>values = [above / below for
# above, below in pairs if below]</code>; if <code>values</code> is empty return <code>None</code>,
# else <code>(min(values), max(values))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_1-says", "solution": true}
def what_it_says(found, metric):
    """The lowest and highest value of a metric over the matrices found, or None."""
    ### BEGIN SOLUTION
    shares = sorted(top / bottom for top, bottom in (parts(metric, *m) for m in found) if bottom)
    return (shares[0], shares[-1]) if shares else None
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_1-says-test", "points": 2}
@exercise("13.1")
def test_what_it_says():
    """Three matrices of 6 loans; in one nothing was flagged."""
    half = what_it_says([(1, 1, 1, 1)], "recall")
    expect(not isinstance(half, tuple | list) or not any(isinstance(v, Fraction) for v in half),
           "exact, but a Fraction: return floats, float(...) makes one of it", "a-fraction")

    def says(found, metric):
        got = what_it_says(list(found), metric)
        expect_returned(got, f"what_it_says, which has a value for {metric},")
        expect(len(got) == 2, f"return the pair (low, high); yours: {got}", "no-pair")
        return tuple(expect_number(value, "what_it_says") for value in got)

    found = [(2, 1, 2, 1), (3, 2, 0, 1), (0, 2, 4, 0)]
    got = says(found, "recall")
    expect(abs(got[0] - got[1]) > 1e-9, "the matrices differ in recall: low and high do, too",
           "one-value")
    expect(got[0] < got[1], "the low end comes first", "high-first")
    expect(np.allclose(got, (0, 2 / 3)), f"recall is 2/3, 3/5 and 0: (0, 0.667); yours: {got}",
           "other-values")
    got = says(found, "precision")
    expect(got[0] > 0, "in the third matrix no loan was flagged, precision is 0/0: leave it out",
           "zero-by-zero")
    expect(np.allclose(got, (2 / 3, 0.75)), f"precision is 2/3 and 3/4; yours: {got}",
           "other-values")
    for some in ([], [(0, 2, 4, 0), (0, 0, 6, 0)]):
        got = what_it_says(some, "precision")
        expect(got is None, f"no matrix of {some} has a precision: return None; yours: {got}",
               "no-none")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1312)
    for metric in ("accuracy", "precision", "recall", "specificity", "f1"):
        for size in (1, 2, 30):
            rows = [tuple(row) for row in rng.multinomial(7, (0.25,) * 4, size).tolist()]
            pairs = [parts(metric, *row) for row in rows]
            values = [Fraction(*pair) for pair in pairs if pair[1]]
            if values:
                got, truth = says(rows, metric), (float(min(values)), float(max(values)))
                expect(np.allclose(got, truth), f"{metric} of {size} matrices lies in {truth}; "
                       f"yours: {got}", "other-arguments")
    ### END HIDDEN TESTS


test_what_it_says()
print("13.1b: visible checks passed")

# %% [markdown]
# Now the real model behind the invented lender: logistic regression on 880 rows of the German
# credit data (the columns are put on one scale over all 1,000 rows), tested on the 120 others. A
# *bad* loan is one that the bank counted as such. Bad ones were drawn into the data more often than
# they occurred.

# %% id="loans" tags=["demo"]
rows = tables.german_credit()
bad = (rows.pop("credit_risk") == 2).to_numpy()
people = tables.design_matrix(rows).to_numpy()


def measured(seed, n=120):
    """The confusion matrix of logistic regression on n loans that it has not seen."""
    order = np.random.default_rng(seed).permutation(len(people))
    train, test = order[n:], order[:n]
    model = LogisticRegression(C=0.1, max_iter=1000).fit(people[train], bad[train])
    flag, truth = model.predict(people[test]), bad[test]
    pairs = ((flag & truth), (~flag & truth), (~flag & ~truth), (flag & ~truth))
    return tuple(int(pair.sum()) for pair in pairs)


def honest_card(row, metrics, digits):
    """The numbers of a confusion matrix, rounded."""
    fractions = {metric: parts(metric, *row) for metric in metrics}
    return {metric: round(above / below, digits) for metric, (above, below) in fractions.items()}

# %% id="lender-demo" tags=["demo"]
truth = measured(seed=1)
card = honest_card(truth, LENDER, 3)
print(f"the lender's card: {len(matrices(LENDER, 120, 3))} matrices fit")
for left_out in LENDER:
    rest = {name: value for name, value in LENDER.items() if name != left_out}
    print(f"  without {left_out}: {len(matrices(rest, 120, 3))}")
print(f"measured: {dict(zip(('tp', 'fn', 'tn', 'fp'), truth, strict=True))}, {card}")

# %% [markdown]
# No matrix fits the four numbers. Leave out accuracy, precision or F1, and still none fits. Leave
# out recall, and exactly one is left: the one that we measured. Three true numbers give away the
# fourth.

# %% id="silence-demo" tags=["demo"]
LINES = ("accuracy", "recall", "precision", "f1")


def left_open(lines, digits):
    """The matrices that fit the first lines of the honest card; lowest, highest rate left."""
    found = matrices(honest_card(truth, LINES[:lines], digits), 120, digits)
    low, high = what_it_says(found, "specificity")
    return found, 1 - high, 1 - low


for digits in (2, 3):
    for lines in (1, 2, 3):
        found, low, high = left_open(lines, digits)
        print(f"{digits} digits, {' and '.join(LINES[:lines])}: matrices left: "
              f"{len(found):,}, false-positive rate {low:.3f} to {high:.3f}")

# %% [markdown]
# The **false-positive rate** is the share of the fine loans that were flagged: 1 minus
# specificity. It matters to a person who would have paid and is refused, and it is not on the card.
# This accuracy alone leaves more than a thousand rates from 0 to 1. Three numbers with two digits
# each say it exactly here: this card has told you the rest, whether or not it meant to.
#
# How sure is the tool? Twenty splits, 60 test loans each, cards of accuracy, recall and
# precision. Two are lies: accuracy too high by one loan, and specificity sold as precision. Two are
# honest in another way: digits cut off instead of rounded, and means of two tests.

# %% id="lies-demo" tags=["demo"]
def cards_of(one, two, digits, names=LINES[:3]):
    """An honest card, two lies and two other honest ones, from two confusion matrices."""
    exact, again = ([top / below for top, below in (parts(name, *row) for name in names)]
                    for row in (one, two))
    honest = honest_card(one, names, digits)
    swapped = honest_card(one, ("specificity",), digits)["specificity"]
    more = (one[0] + one[2] + 1) / sum(one)
    means = [(first + second) / 2 for first, second in zip(exact, again, strict=True)]
    cut = {name: math.floor(value * 10**digits) / 10**digits
           for name, value in zip(names, exact, strict=True)}
    return {"honest": honest,
            "lie: one loan more is right": honest | {"accuracy": round(more, digits)},
            "lie: specificity as precision": honest | {"precision": swapped},
            "cut off, not rounded": cut,
            "mean of two tests": {name: round(value, digits)
                                  for name, value in zip(names, means, strict=True)}}


pairs = [(measured(seed, 60), measured(seed + 20, 60)) for seed in range(20)]
for digits in (2, 3):
    refuted = {}
    for one, two in pairs:
        for name, told in cards_of(one, two, digits).items():
            refuted[name] = refuted.get(name, 0) + (len(matrices(told, 60, digits)) == 0)
    for name, times in refuted.items():
        print(f"{digits} digits, {name}: no matrix fits in {times} of 20 splits")

# %% [markdown]
# No honest card was refuted: its own matrix fits, as long as its numbers were **rounded** and come
# from **one** test. Cut off or averaged numbers are no lies, and the tool refutes most of them. So
# what it shows is this: not all of these numbers are rounded numbers of one test of n loans. Ask
# how they were made before you say who lied.
#
# With three digits each lie of the two kinds was found, with two digits 3 of 20 passed as
# precision. Nor does the tool see a lie that is consistent: whoever invents a matrix and computes
# the card from it passes. Its forebear is GRIM (Brown and Heathers, 2017), which asks of a mean of
# whole numbers whether n such numbers can have it. Fazekas and Kovács (2023, 2024) built a library
# of such tests for classifiers, mlscorecheck.
#
# Move the sliders: which numbers are on the card, and with how many digits?

# %% id="card-widget" tags=["demo"]
def card_picture(digits, lines):
    """The false-positive rates that a card leaves possible, one mark each, and the true one."""
    found, _, _ = left_open(int(lines), int(digits))
    rates = sorted({fp / (tn + fp) for _, _, tn, fp in found if tn + fp})
    figure = plots.plt.Figure(figsize=(8, 2), layout="constrained")
    ax = figure.subplots()
    ax.plot(rates, [0] * len(rates), "|", ms=34, mew=2, color=plots.PALETTE["sky blue"],
            label="possible")
    ax.plot([truth[3] / (truth[2] + truth[3])], [0], "X", ms=9, color=plots.PALETTE["vermillion"],
            label="true")
    ax.set(xlim=(-0.02, 1.02), ylim=(-1, 1), yticks=[], xlabel="false-positive rate",
           title=f"{', '.join(LINES[:int(lines)])}; digits: {digits:g}; "
                 f"matrices left: {len(found):,}; rates left: {len(rates):,}")
    figure.legend(loc="outside right upper", markerscale=0.5)
    return figure


def card_in_words(digits, lines):
    """The alt text of the picture."""
    found, low, high = left_open(int(lines), int(digits))
    rates = {fp / (tn + fp) for _, _, tn, fp in found if tn + fp}
    return (f"A card with {', '.join(LINES[:int(lines)])}, digits: {digits:g}. Matrices left: "
            f"{len(found):,}, with {len(rates):,} false-positive rates from {low:.3f} to "
            f"{high:.3f}; the true one is {truth[3] / (truth[2] + truth[3]):.3f}.")


widgets.sliders(card_picture, {"digits": [1, 2, 3], "numbers on the card": [1, 2, 3, 4]},
                alt=card_in_words, stills=[(2, 1), (2, 2), (1, 3)])

# %% [markdown]
# Each mark is the rate of some matrix that fits; the true one is always among them, as it must be.
# With one digit even three numbers leave room. With three digits accuracy and recall leave two
# rates, 0 and the true one: what remains possible is a set, not everything between its ends.
#
# ## Exercise 13.2: one run, or the best of twenty? (5 points)
#
# Difficulty: 2 of 5 · Minutes: 18 · Why: a score is reported once. How often it was measured is
# seldom said, and it changes what the number means.
#
# Training a network anew with another seed gives another score. Somebody made n runs and shows you
# all n scores. You want to know what somebody else, who makes k runs of this kind and reports the
# best, would report.
#
# **a. `expected_best(values, k)`**: the mean of the largest of k scores that are drawn from the n
# **without putting any back**. Every choice of k of the n counts equally.
#
# - `values`: array, (n,), may hold equal numbers, stays as it is; `k`: a whole number from 1 to n
# - returns a float, exact up to rounding errors (do not simulate)
#
# <details><summary>Hint 1: where to look</summary>
# Sort the scores. In how many of the choices of k is the i-th smallest the largest?
# <details><summary>Hint 2: the idea</summary>
# If the i-th smallest is the largest of k, the other k - 1 are among the i - 1 before it:
# <code>math.comb(i - 1, k - 1)</code> choices of <code>math.comb(n, k)</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = len(values)</code>; sum <code>v * math.comb(i, k - 1)</code> over <code>i, v in
# enumerate(sorted(values))</code> (this i begins at 0) and divide by <code>math.comb(n, k)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_2-best", "solution": true}
def expected_best(values, k):
    """The mean of the largest of k of the values, drawn without replacement."""
    ### BEGIN SOLUTION
    ordered, n = np.sort(np.asarray(values, float)), len(values)
    reach = np.array([math.comb(i, k) / math.comb(n, k) for i in range(n + 1)])
    return float(ordered @ np.diff(reach))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_2-best-test", "points": 3}
@exercise("13.2")
def test_expected_best():
    """Four scores in tenths: the six pairs have the maxima 0.8, 0.7, 0.9, 0.8, 0.9, 0.9."""
    values = np.array([0.6, 0.8, 0.7, 0.9])

    def best(some, k):
        with untouched(some):
            return expect_number(expected_best(some, k), "expected_best")

    got = best(values, 2)
    for slip, told, name in (
        (0.9, "this is the best of all four; of two runs the better one is often another",
         "always-max"),
        (0.8125, "you put the first score back before you draw the second: one run is not two",
         "with-replacement"),
        (0.85, "this is the mean of the two best; the best of two random ones is wanted",
         "mean-of-top-k"),
        (0.75, "this is the mean of all, whatever k", "plain-mean"),
        (4.9 / 6, "you count as if the scores came sorted: sort a copy first", "not-sorted"),
        (0.8, "this is the best of the first two; every pair counts equally", "depends-on-order")):
        expect(abs(got - slip) > 1e-9, told, name)
    expect(abs(got - 5 / 6) < 1e-9, f"the six maxima have the mean 0.833333; yours: {got:.6f}")
    for k, truth in ((1, 0.75), (3, 0.875), (4, 0.9)):
        got = best(values, k)
        expect(abs(got - truth) < 1e-9, f"k = {k} of these four: {truth}; yours: {got:.6f}",
               "other-k")
    got = best(np.array([0.5, 0.5, 0.9]), 2)
    expect(abs(got - 2.3 / 3) < 1e-9, "of 0.5, 0.5 and 0.9 two pairs hold the 0.9 and one does "
           f"not: 0.766667, equal scores are different runs; yours: {got:.6f}", "ties")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1321)
    for n in (1, 2, 5, 8, 9):
        some = rng.integers(50, 60, n) / 100
        for k in range(1, n + 1):
            truth = np.mean([max(chosen) for chosen in combinations(some.tolist(), k)])
            got = best(some, k)
            expect(abs(got - truth) < 1e-9, f"k = {k} of {some.tolist()}: {truth:.6f}; yours: "
                   f"{got:.6f}", "other-arguments")
    got = best(np.arange(20.0), 10)  # the mean of the maximum of k of 1..n is k (n + 1) / (k + 1)
    expect(abs(got - (10 * 21 / 11 - 1)) < 1e-6, "10 of the numbers 0 to 19: "
           f"{10 * 21 / 11 - 1:.6f}; yours: {got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_expected_best()
print("13.2a: visible checks passed")

# %% [markdown]
# **b. `chance_to_beat(values, bar, k)`**: how likely is it that the best of k such runs lies above
# `bar`, a rival's score?
#
# - drawn as before, without putting any back; equal to the bar is **not** above it
# - returns a float in [0, 1], exact up to rounding errors
#
# <details><summary>Hint 1: where to look</summary>
# When is the best of k not above the bar?
# <details><summary>Hint 2: the idea</summary>
# When all k are at or below it. Count the choices of k that consist of such runs only.
# <details><summary>Hint 3: nearly the code</summary>
# With m scores at or below the bar: <code>1 - math.comb(m, k) / math.comb(n, k)</code>.
# (<code>math.comb</code> gives 0 when k exceeds m.)
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_2-beat", "solution": true}
def chance_to_beat(values, bar, k):
    """The chance that the best of k of the values, drawn without replacement, exceeds bar."""
    ### BEGIN SOLUTION
    miss, n = 1.0, len(values)
    below = sum(1 for value in values if value <= bar)
    for drawn in range(k):
        miss *= max(below - drawn, 0) / (n - drawn)
    return 1 - miss
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_2-beat-test", "points": 2}
@exercise("13.2")
def test_chance_to_beat():
    """The same four scores against a bar of 0.8: one of them is above."""
    values = np.array([0.6, 0.8, 0.7, 0.9])

    def chance(some, bar, k):
        return expect_number(chance_to_beat(some.copy(), bar, k), "chance_to_beat")

    got = chance(values, 0.8, 2)
    expect(abs(got - 5 / 6) > 1e-9, "a score of 0.8 does not beat a bar of 0.8", "ties-beat")
    expect(abs(got - 0.4375) > 1e-9, "you put the first score back before you draw the second",
           "with-replacement")
    expect(abs(got - 0.25) > 1e-9, "this is the chance of one run; two were made", "one-run")
    expect(abs(got) > 1e-9, "one pair in two holds the 0.9: the chance is not 0", "all-beat")
    expect(abs(got - 0.5) < 1e-9, f"three of the six pairs hold the 0.9: 0.5; yours: {got:.6f}")
    twice = np.array([0.9, 0.5, 0.5])
    for some, bar, k, truth in ((values, 0.9, 3, 0), (values, 0.5, 1, 1), (values, 0.8, 4, 1),
                                (values, 0.7, 2, 5 / 6), (twice, 0.7, 1, 1 / 3)):
        got = chance(some, bar, k)
        expect(abs(got - truth) < 1e-9, f"scores {some.tolist()}, bar {bar}, k = {k}: "
               f"{truth:.6g}; yours: {got:.6f}", "edge-case")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1322)
    for n in (1, 3, 6, 9):
        some = rng.integers(50, 56, n) / 100
        for k in range(1, n + 1):
            for bar in (0.5, 0.52, 0.535):
                truth = np.mean([max(chosen) > bar for chosen in combinations(some.tolist(), k)])
                got = chance(some, bar, k)
                expect(abs(got - truth) < 1e-9, f"bar {bar}, k = {k} of {some.tolist()}: "
                       f"{truth:.6f}; yours: {got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_chance_to_beat()
print("13.2b: visible checks passed")

# %% [markdown]
# ### Prediction 1
#
# German credit again: 500 loans to train, 200 to report, 300 **fresh** ones that nobody looks at
# until the end. A small network is trained with 20 seeds and the one with the best score on the 200
# is reported. Its rival is one logistic regression on the same 500. All of this is repeated on 20
# random splits of the data.
#
# On how many of the 20 splits does the best of twenty score above the rival on the 200 loans
# (`my_reported`), and on how many does this same network score above it on the 300 fresh ones
# (`my_fresh`)?

# %% nbgrader={"grade_id": "ex13_2-predict", "solution": true}
PREDICT = [
    {
        "name": "my_reported", "kind": "number", "low": 0, "high": 20, "outcome": 13,
        "seen": r"reported (\d+), on fresh loans",
    },
    {
        "name": "my_fresh", "kind": "number", "low": 0, "high": 20, "outcome": 3,
        "seen": r"on fresh loans (\d+) of 20",
    },
]
### BEGIN SOLUTION
my_reported = 15
my_fresh = 10
### END SOLUTION

# %% id="nets" tags=["demo"]
def twenty_nets(train, tests, seed, runs=20, width=16, steps=100):
    """Train small networks side by side; who is right, (runs, people), for each set of tests."""
    g = torch.Generator().manual_seed(seed)
    x, y = torch.tensor(people[train]).float(), torch.tensor(bad[train]).float().expand(runs, -1)
    into = torch.randn(runs, x.shape[1], width, generator=g) / x.shape[1] ** 0.5
    out = torch.randn(runs, width, 1, generator=g) / width**0.5
    weights = [into, torch.zeros(runs, 1, width), out, torch.zeros(runs, 1, 1)]
    adam = torch.optim.Adam([part.requires_grad_() for part in weights], lr=0.01)

    def logits(some):
        return ((some @ weights[0] + weights[1]).relu() @ weights[2] + weights[3])[..., 0]

    for _ in range(steps):
        adam.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits(x), y)
        (runs * loss).backward()
        adam.step()
    with torch.no_grad():
        flags = [logits(torch.tensor(people[test]).float()) >= 0 for test in tests]
    return [flag.numpy() == bad[test] for flag, test in zip(flags, tests, strict=True)]

# %% id="moment" tags=["demo"]
runs = []  # one entry per split: scores of 20 networks and of the rival, reported and fresh
for split in range(20):
    order = np.random.default_rng(split).permutation(len(people))
    train, reported, fresh = order[:500], order[500:700], order[700:]
    nets = [right.mean(1) for right in twenty_nets(train, (reported, fresh), split)]
    rival = LogisticRegression(max_iter=1000).fit(people[train], bad[train])
    runs.append((*nets, *(rival.score(people[t], bad[t]) for t in (reported, fresh))))
chosen = [seen.argmax() for seen, *_ in runs]
wins = [seen.max() > bar for seen, _, bar, _ in runs]
held = [later[c] > bar for c, (_, later, _, bar) in zip(chosen, runs, strict=True)]
drop = [seen[c] - later[c] for c, (seen, later, *_) in zip(chosen, runs, strict=True)]
print(f"you said {my_reported} and {my_fresh} of 20")
print(f"best of twenty above the rival: reported {sum(wins)}, on fresh loans {sum(held)} of 20")
single = np.mean([(seen > bar).mean() for seen, _, bar, _ in runs])
later_on = np.mean([(later > bar).mean() for _, later, _, bar in runs])
print(f"one single network above it: reported {single:.0%} of all 400, on fresh loans "
      f"{later_on:.0%}")
print(f"the best, reported minus fresh: {100 * np.median(drop):.1f} points (median), "
      f"{100 * min(drop):.1f} to {100 * max(drop):.1f}")
usual = np.mean([seen.mean() - later.mean() for seen, later, *_ in runs])
print(f"all 400 networks, reported minus fresh: {100 * usual:.1f} points (mean)")

# %% [markdown]
# The reported network beats its rival in 13 of 20 splits, and on fresh loans in 3. Nobody cheated:
# every score was measured correctly. One network in eight is above the rival. To look at twenty and
# to show the best turns this into two splits in three. On fresh loans the chosen network is above
# the rival about as often as any of the 400 (15 %): choosing bought a higher number and hardly a
# better network. Its score falls back by about four points (median). The control is the last line:
# without choosing, the scores on the two sets hardly differ.

# %% id="runs-demo" tags=["demo"]
ks = list(range(1, 21))
beats = [float(np.mean([chance_to_beat(seen, bar, k) for seen, _, bar, _ in runs])) for k in ks]
grows = [float(np.mean([expected_best(seen, k) for seen, *_ in runs])) for k in ks]
line = float(np.mean([bar for _, _, bar, _ in runs]))
for k in (1, 2, 5, 10, 20):
    print(f"best of {k}: expected {grows[k - 1]:.3f}, above the rival with chance "
          f"{beats[k - 1]:.0%} (rival: {line:.3f})")
figure = plots.curves({"best of k above the rival": (ks, beats)}, xlabel="runs made, k",
                      ylabel="chance, mean over 20 splits")
figure.axes[0].set_xticks([1, 5, 10, 15, 20])
plots.show(figure, alt="The chance that the best of k networks scores above the rival on the "
           "loans that are reported, mean of 20 splits: " + ", ".join(
               f"{beats[k - 1]:.0%} for k = {k}" for k in (1, 2, 5, 10, 20)))

# %% [markdown]
# The same network, the same data: from 13 % with one run to 65 % with twenty. So the line "accuracy
# 0.77" leaves something open that no digit can close: how often was it measured? Honest ways to say
# it are the mean and the spread of all runs, or the expected best together with k, and as many
# tries for the rival. (Dodge et al. 2019 proposed the curve of the expected best; their estimate
# draws with replacement, and Tang et al. 2020 show that it is biased.)
#
# ## Exercise 13.3: forty answers of a closed system (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: an auditor of a proprietary system sees some people and
# their scores. What does that prove about the next person?
#
# The system is a linear model: the score of a person with d columns x is $w \cdot x$, and a score
# **at or above 0 is a yes**. You have audited N people, the rows of X, and know their exact scores
# $Xw$. Is there another linear model that gives each of them the same score and decides the
# opposite about x?
#
# **`other_model(X, w, x)`** returns such weights, or `None` if there are none.
#
# - `X`: (N, d), `w`: (d,), `x`: (d,), all float64, stay as they are; $w \cdot x$ is never 0
# - the scores must agree exactly, up to rounding: each within 1e-8 times (1 + the largest score)
# - take x for a combination of the rows of X when what is left of it outside their combinations is
#   shorter than 1e-6 times the length of x
# - returns an array of shape (d,), or `None`
#
# <details><summary>Hint 1: where to look</summary>
# Which changes of the weights leave all N scores alone? What can such a change do to the score
# of x if x is a sum of multiples of audited rows?
# <details><summary>Hint 2: the idea</summary>
# Split x into a combination of the rows of X (<code>np.linalg.lstsq</code> of <code>X.T</code> and
# x finds it) and a rest that is orthogonal to all rows. Moving w along the rest changes no audited
# score. Move so far that the score of x changes its sign.
# <details><summary>Hint 3: nearly the code</summary>
# <code>c = np.linalg.lstsq(X.T, x, rcond=None)[0]</code>, <code>rest = x - X.T @ c</code>; if
# <code>np.linalg.norm(rest) < 1e-6 * np.linalg.norm(x)</code> return <code>None</code>; else
# <code>w</code> minus <code>2 * (w @ x) / (rest @ x)</code> times the rest
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_3-other", "solution": true}
def other_model(X, w, x):
    """Weights with the same scores on X and the opposite decision about x, or None: (d,)."""
    ### BEGIN SOLUTION
    _, size, directions = np.linalg.svd(X, full_matrices=True)
    rank = int((size > 1e-10 * size.max(initial=1.0)).sum())
    free = directions[rank:]
    inside = free @ x
    if np.linalg.norm(inside) < 1e-6 * np.linalg.norm(x):
        return None
    return w - 2 * (w @ x) / (inside @ inside) * (inside @ free)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_3-other-test", "points": 6}
@exercise("13.3")
def test_other_model():
    """Three columns, two audited people who differ in the first two."""
    def checked(X, w, x, exists, told):
        X, w, x = (np.array(part, float) for part in (X, w, x))
        with untouched(X, w, x):
            got = other_model(X, w, x)
        if got is None:
            expect(not exists, f"{told}: there is another model, and you returned None",
                   "counts-rows" if len(X) >= len(w) else "too-careful")
            return
        expect(exists, f"{told}: x is a combination of audited rows, so their scores fix its own; "
               "return None", "never-none")
        got = expect_array(got, w.shape, "other_model")
        off = np.abs(X @ got - X @ w).max()
        expect(off <= 1e-8 * (1 + np.abs(X @ w).max()), f"{told}: an audited score changes by "
               f"{off:.3g}; all must stay as they are", "changes-answers")
        side = "yes" if w @ x >= 0 else "no"
        expect((got @ x >= 0) != (w @ x >= 0), f"{told}: w says {side} (score {w @ x:.4g}), and so "
               f"does yours (score {got @ x:.4g}; at or above 0 is a yes)", "same-side")

    audited, w = [[1, 0, 0], [0, 1, 0]], [1, 2, -1]
    checked(audited, w, [1, 1, 1], True, "rows (1, 0, 0) and (0, 1, 0), w = (1, 2, -1), "
            "x = (1, 1, 1)")
    checked(audited, w, [0, 0, 3], True, "the same, x = (0, 0, 3)")
    checked(audited, w, [2, 1, 0], False, "the same, x = (2, 1, 0)")
    checked(audited, w, [1e-9, 0, 2e-9], True, "the same, x = (1e-9, 0, 2e-9), which is short, but "
            "so is 1e-6 times its length")
    checked(audited, w, [2, 1, 1e-7], False, "the same, x = (2, 1, 1e-7), of which less than 1e-6 "
            "times its length is left")
    more = [[1, 0, 1], [2, 0, 2], [1, 1, 1], [0, 1, 0]]
    checked(more, [1, 1, 1], [1, 0, 0], True, "four audited rows of which two are independent, "
            "x = (1, 0, 0)")
    checked(more, [1, 1, 1], [3, 2, 3], False, "the same four rows, x = (3, 2, 3)")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(133)
    for N, d, rank in ((1, 2, 1), (5, 8, 5), (8, 8, 8), (30, 8, 5), (40, 49, 40), (60, 20, 12)):
        for trial in range(6):
            X = rng.normal(size=(N, rank)) @ rng.normal(size=(rank, d))
            w, x = rng.normal(size=(2, d))
            if trial % 2:
                x = X.T @ rng.normal(size=N)
            told = f"{N} audited rows, {d} columns, {rank} of the rows independent"
            checked(X, w, x, trial % 2 == 0 and rank < d, told)
    X = rng.normal(size=(3, 6))
    x = X.T @ rng.normal(size=3)
    w, out = rng.normal(size=(2, 6))
    out -= X.T @ np.linalg.lstsq(X.T, out, rcond=None)[0]
    checked(X, w, x + 0.003 * np.linalg.norm(x) / np.linalg.norm(out) * out, True,
            "x lies nearly, not quite, among the combinations of the rows")
    ### END HIDDEN TESTS


test_other_model()
print("13.3: visible checks passed")

# %% [markdown]
# ### Prediction 2
#
# The secret model is a logistic regression on German credit (61 columns; since the columns of one
# question always sum to 1, only 49 of them are independent). You audit 40 people and learn their
# exact scores. Of 100 other people, how many could be decided the opposite way by a model with the
# same 40 scores (`my_open`)? And how many after 120 audited people (`my_open_later`)?

# %% nbgrader={"grade_id": "ex13_3-predict", "solution": true}
PREDICT = [
    {
        "name": "my_open", "kind": "number", "low": 0, "high": 100, "outcome": 100,
        "seen": r"\n40 audited: of 100 others, \[(\d+),",
    },
    {
        "name": "my_open_later", "kind": "number", "low": 0, "high": 100, "outcome": 1,
        "seen": r"\n120 audited: of 100 others, \[(\d+),",
    },
]
### BEGIN SOLUTION
my_open = 50
my_open_later = 0
### END SOLUTION

# %% id="audit-demo" tags=["demo"]
secret = LogisticRegression(max_iter=1000).fit(people, bad).coef_[0]
left, lengths = {}, []
for N in (20, 40, 60, 80, 120, 200):
    left[N] = []
    for draw in range(5):
        order = np.random.default_rng(draw).permutation(len(people))
        audited, others = people[order[:N]], people[order[-100:]]
        models = [other_model(audited, secret, one) for one in others]
        left[N].append(sum(model is not None for model in models))
        if N == 40:
            lengths += [np.linalg.norm(model) / np.linalg.norm(secret) for model in models
                        if model is not None]
print(f"you said {my_open} after 40 and {my_open_later} after 120")
for N, sizes in left.items():
    print(f"{N} audited: of 100 others, {sorted(sizes)} could be decided the opposite way "
          "(five draws)")
print(f"after 40: the other weights are {np.median(lengths):.1f} times as long as the secret ones "
      f"(median), at most {max(lengths):.0f} times")

# %% [markdown]
# After 40 people, each of the 100 others could still be decided the opposite way, in each of the
# five draws: forty answers, and nothing is proven about anybody else. Each answer is one linear
# equation for the weights, and there are 49 independent columns. After 60 people between 1 and 19
# of the 100 are open, after 120 at most 4: people with an answer (such as a rare purpose of the
# loan) that nobody among the audited gave. The secret is then almost out: Tramèr et al. (2016)
# copied models behind paid services in this way. The line between "proves nothing" and "gives all
# away" is short.
#
# Nor need the other model be a strange one. With the step of hint 3 its weights are about 1.4 times
# as long as the secret ones (median after 40 people), in the worst of 500 cases 18 times. Whoever
# may assume that weights are small can rule out some of these models, not all.
#
# For a system that is not linear it is worse, whatever N: it may keep a list of exceptions. A
# single `if` changes the decision about one person, or about everybody who carries some mark, and
# no audited answer. Answers alone cannot exclude it; the program could.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: what was tested, and what to tell
#
# About 82 minutes: exercises 13.4 to 13.6.

# %% [markdown]
# ## Exercise 13.4: is it still the model of the card? (8 points)
#
# Difficulty: 4 of 5 · Minutes: 27 · Why: a service may be changed overnight. What a test says about
# it is worth as much as its level: the chance to accuse when nothing was changed.
#
# You kept answers of the model on the card (sample a) and collect answers of the service (sample
# b). Each answer belongs to a **prompt**. If nothing was changed, then, among the answers to one
# prompt, which come from the service is a matter of chance: any other way of handing out the labels
# *within each prompt* was as likely. So compute how different the samples are, hand the labels out
# again many times, and see how often the difference is at least as large. That share is the **p**
# of the test: a small p says that chance alone seldom separates the samples so well.
#
# **a. `permutation_p(a, b, prompts_a, prompts_b, statistic, shuffles, rng)`** returns
#
# $$p = \frac{1 + \text{number of shuffles with a difference at least as large}}
# {1 + \text{shuffles}}$$
#
# - `a`: array of answers, one per entry or row; `b`: likewise; the two need not be equally many
# - `prompts_a`, `prompts_b`: arrays of whole numbers, the prompt of each answer
# - `statistic(answers, is_b)`: the difference, a number. `answers` holds the answers of both
#   samples; `is_b` is an array of bool, true where the answer counts as the service's
# - `shuffles`: how often the labels are handed out again; each time at random, and within each
#   prompt as many answers stay the service's as were. `rng`: a NumPy generator, to draw from
# - the 1 on both sides is the true labelling: it was one of the possible ones. So p is never 0
#
# <details><summary>Hint 1: where to look</summary>
# Put the answers and the prompts of both samples one after the other. Only <code>is_b</code>
# changes from shuffle to shuffle.
# <details><summary>Hint 2: the idea</summary>
# For each prompt take the places of its answers and permute the entries of <code>is_b</code> at
# these places.
# <details><summary>Hint 3: nearly the code</summary>
# <code>answers = np.concatenate([a, b])</code>, likewise <code>prompts</code>, and
# <code>is_b = np.array([False] * len(a) + [True] * len(b))</code>. Keep
# <code>first = statistic(answers, is_b)</code> and <code>k = 0</code>. In each round take
# <code>new = is_b.copy()</code>; for each <code>prompt</code> in <code>np.unique(prompts)</code>
# set <code>here = prompts == prompt</code>, <code>new[here] = rng.permutation(is_b[here])</code>;
# then <code>k += statistic(answers, new) >= first</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_4-p", "solution": true}
def permutation_p(a, b, prompts_a, prompts_b, statistic, shuffles, rng):
    """The p of a two-sample test that exchanges labels only within a prompt."""
    ### BEGIN SOLUTION
    answers, prompts = np.concatenate([a, b]), np.concatenate([prompts_a, prompts_b])
    is_b = np.arange(len(answers)) >= len(a)
    by_prompt = np.argsort(prompts, kind="stable")
    observed, reached = statistic(answers, is_b), 1
    for _ in range(shuffles):
        mixed = np.empty_like(is_b)
        mixed[by_prompt] = is_b[np.lexsort((rng.random(len(prompts)), prompts))]
        reached += bool(statistic(answers, mixed) >= observed)
    return reached / (1 + shuffles)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-p", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_share(a, b, prompts_a, prompts_b, statistic):
    """The share of all labellings, prompt by prompt, whose difference is at least the observed."""
    answers, prompts = np.concatenate([a, b]), np.concatenate([prompts_a, prompts_b])
    is_b = np.arange(len(answers)) >= len(a)
    observed, places, ways = statistic(answers, is_b), [], []
    for prompt in sorted(set(prompts.tolist())):
        here = np.flatnonzero(prompts == prompt)
        places.append(here)
        ways.append(list(combinations(here.tolist(), int(is_b[here].sum()))))
    reached = []
    for chosen in product(*ways):
        mixed = np.zeros(len(answers), bool)
        mixed[[place for part in chosen for place in part]] = True
        reached.append(statistic(answers, mixed) >= observed)
    return float(np.mean(reached))


def oracle_cases():
    """Small samples with ties, uneven sizes, and a prompt that only one sample has."""
    rng = np.random.default_rng(1341)
    for sizes, kinds in (((3, 3), 1), ((4, 5), 2), ((5, 3), 3), ((2, 6), 2)):
        a, b = (rng.integers(0, 6, size) for size in sizes)
        prompts_a, prompts_b = (rng.integers(0, kinds, size) for size in sizes)
        yield a, b, prompts_a, prompts_b
    yield np.array([4, 1, 5]), np.array([3, 6]), np.array([0, 0, 7]), np.array([0, 0])


def oracle_far(p, share, shuffles):
    """By how many standard deviations p is off, if each shuffle reaches with chance share."""
    spread = math.sqrt(shuffles * share * (1 - share)) + 1e-9
    return abs(p * (1 + shuffles) - 1 - shuffles * share) / spread
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex13_4-p-test", "points": 5}
@exercise("13.4")
def test_permutation_p():
    """Numbered answers to two prompts; the test sees every labelling that is tried."""
    a, b = np.arange(12), np.arange(12, 32)
    prompts_a, prompts_b = np.arange(12) % 2 * 7, np.array([0] * 14 + [7] * 6)
    kind = np.concatenate([prompts_a, prompts_b])
    tried, masks = [], []

    def gap(answers, is_b):
        masks.append(isinstance(is_b, np.ndarray) and is_b.dtype == bool)
        is_b = np.array(is_b, bool)
        tried.append((np.array(answers).tolist(), is_b))
        return float(np.array(answers)[is_b].sum()) - 400

    def p_of(statistic, shuffles=99, seed=0):
        rng = np.random.default_rng(seed)
        got = permutation_p(a.copy(), b.copy(), prompts_a.copy(), prompts_b.copy(), statistic,
                            shuffles, rng)
        return expect_number(got, "permutation_p")

    got = p_of(gap)
    expect(all(masks), "is_b must be an array of bool: with a list or with the numbers 0 and 1, "
           "answers[is_b] and ~is_b do not pick the service's answers and the others", "no-mask")
    for answers, is_b in tried:
        expect(sorted(answers) == list(range(32)), "each labelling is one of the same 32 answers, "
               "each of them once: do not draw them anew", "draws-again")
        expect(is_b.sum() != 12, "is_b is true for 12 answers, as many as sample a has: it is true "
               "where the answer counts as the service's, sample b", "marks-a")
        expect(len(is_b) == 32 and is_b.sum() == 20, "20 of the 32 answers are the service's, and "
               f"20 must stay so; a labelling of yours has {is_b.sum()}", "other-size")
        there = kind[np.array(answers)][is_b]
        expect((there == 0).sum() == 14, "of the answers to prompt 0, 14 are the service's, in "
               f"every labelling; in one of yours {(there == 0).sum()} are: exchange within a "
               "prompt only", "ignores-prompts")
    ways = {tuple(sorted(number for number in np.array(answers)[is_b].tolist()
                         if kind[number] == 7)) for answers, is_b in tried}
    expect(len(ways) > 70, "99 shuffles of prompt 7, which has 12 answers, hand out its labels in "
           f"about 94 ways; in yours there are {len(ways)}: in each round put the labels of each "
           "prompt into a new random order (rng.shuffle(new[here]) shuffles a copy)",
           "other-exchange")
    expect(got < 0.5, "sample b has all the large numbers and no other labelling reaches its sum; "
           f"your p is {got:.4f}: is is_b true where the answer is of sample b, and do you count "
           "differences at least as large as that of the true labels (no absolute values)?",
           "wrong-way")
    expect(got > 0, "p is never 0: the true labelling is one of the possible ones, add 1 above and "
           "below", "no-plus-one")
    expect(abs(got - 0.01) < 1e-9, f"of 99 shuffles none reaches: p = 1/100; yours: {got:.6f}")
    a, b, shapes = a[:, None], b[:, None], set()
    got = p_of(lambda answers, is_b: shapes.add(np.shape(answers)) or 1.0, shuffles=19)
    expect(shapes == {(32, 1)}, "answers that are rows stay rows: samples of shape (12, 1) and "
           f"(20, 1) make (32, 1); the statistic got {shapes}", "no-rows")
    a, b = a[:, 0], b[:, 0]
    expect(got > 0.06, "when all labellings differ equally much, p is 1: count those that are "
           "at least as large, not only larger ones", "strict")
    expect(abs(got - 1) < 1e-9, f"a difference that is always 1 gives p = 1; yours: {got:.6f}")
    got = p_of(gap, shuffles=19)
    expect(abs(got - 0.05) < 1e-9, f"with 19 shuffles, none of which reaches, p = 1/20; yours: "
           f"{got:.6f}", "other-shuffles")
    series = []
    for seed in (3, 3, 4):
        tried.clear()
        p_of(gap, 19, seed)
        series.append([np.array(answers)[is_b].tolist() for answers, is_b in tried])
    expect(series[0] == series[1], "the same generator state gives two different series of "
           "shuffles: draw from rng only", "not-repeatable")
    expect(series[1] != series[2], "two generators give the same shuffles: draw from rng",
           "ignores-generator")
    ### BEGIN HIDDEN TESTS
    def small(answers, is_b):
        return float(np.where(is_b, answers, 0).sum())

    for seed, case in enumerate(oracle_cases()):
        share = oracle_share(*case, small)
        rng = np.random.default_rng(seed)
        p = permutation_p(*(part.copy() for part in case), small, 400, rng)
        p = expect_number(p, "permutation_p")
        expect(oracle_far(p, share, 400) < 5, f"of all labellings of a small case {share:.4f} "
               f"reach the difference; with 400 shuffles your p is {p:.4f}", "other-exchange")
    def seconds(answers, is_b):
        return float(np.array(answers)[:, 1] @ np.array(is_b, float))

    rows, none = np.arange(24).reshape(12, 2), np.zeros(6, int)  # answers of two words
    rng = np.random.default_rng(5)
    p = permutation_p(rows[:6], rows[6:], none, none, seconds, 199, rng)
    expect(abs(expect_number(p, "permutation_p") - 1 / 200) < 0.021, "answers of two words, shape "
           f"(6, 2): p should be about 1/200; yours: {p:.4f}", "other-shape")
    ### END HIDDEN TESTS


test_permutation_p()
print("13.4a: visible checks passed")

# %% [markdown]
# The system: the language of Lab 15, six words and five words an answer, so that all 7,776 answers
# and their chances can be listed. The card's model is a table of logits (logarithms of chances, up
# to a constant). The service may keep the table coarsely, each logit rounded to a multiple of 0.5
# or of 1, or run it at another **temperature** (logits divided by it: above 1 the answers become
# more varied). An answer's first word plays the prompt: it is what the user said.

# %% id="service" tags=["demo"]
ANSWERS = language.all_answers().numpy()
FIRST = ANSWERS[:, 0]


def served(step=0.0, temperature=1.0):
    """The chance of each answer of the card's model, rounded or at a temperature."""
    policy = language.TablePolicy(language.reference_log_probs())
    with torch.no_grad():
        for level in policy.levels:
            logits = level.log_softmax(1) / temperature
            level.copy_((logits / step).round() * step if step else logits)
        return policy.joint().exp().numpy()


original = served()
surprise = -np.log(original)
services = {"same model": original, "rounded to 0.5": served(step=0.5),
            "rounded to 1": served(step=1.0), "temperature 1.1": served(temperature=1.1),
            "temperature 1.2": served(temperature=1.2)}
services["one in ten at 1.2"] = 0.9 * original + 0.1 * services["temperature 1.2"]
for name, law in services.items():
    print(f"{name}: total variation to the card {0.5 * np.abs(law - original).sum():.3f}")

# %% [markdown]
# **Total variation** (TV) is half the sum of the absolute differences of the chances: the largest
# difference that any set of answers has under the two laws.
#
# First the control. The same model serves, but its users ask other things than yours did when you
# took sample a: the prompts are mixed otherwise. A test must not accuse. The difference is the
# squared distance of the mean word counts.

# %% id="mix-demo" tags=["demo"]
def asked(law, n, rng, mix=None):
    """Rows of n answers; mix says how often each prompt is asked (default: as the law has it)."""
    usual = np.bincount(FIRST, law)
    chances = law if mix is None else law * (mix / usual)[FIRST]
    return rng.choice(len(law), n, p=chances / chances.sum())


WORD_COUNTS = language.word_counts(language.all_answers()).numpy()


def count_gap(answers, is_b):
    """The squared distance of the mean word counts of two samples of rows."""
    seen = WORD_COUNTS[answers]
    return float(((seen[is_b].mean(0) - seen[~is_b].mean(0)) ** 2).sum())


accused = {"within prompts": 0, "across prompts": 0}
for seed in range(20):
    rng = np.random.default_rng(seed)
    a, b = asked(original, 400, rng), asked(original, 400, rng, mix=np.full(6, 1 / 6))
    for name, keep in (("within prompts", 1), ("across prompts", 0)):
        p = permutation_p(a, b, keep * FIRST[a], keep * FIRST[b], count_gap, 99, rng)
        accused[name] += p <= 0.05
print("the same model, other prompts, 400 answers each, accused at p up to 0.05:")
for name, times in accused.items():
    print(f"  exchange {name}: {times} of 20")

# %% [markdown]
# The model is the same. Exchanged across prompts, the test accuses it every time: what it found is
# that other people asked. Exchanged within prompts it accuses once in 20, as level 0.05 allows.
# (Shuffles that are drawn otherwise may make it none or two, here and below.)
# Whatever may differ without anybody's fault has to be kept by the shuffles.
#
# **b. `most_power(law, other, n, alpha)`**: what could the best test find? A test of level alpha
# accuses with chance at most alpha under the law $P$ of the card. Its **power** is the chance to
# accuse when the service's law is $Q$. Three facts about n independent answers (write $P_n$, $Q_n$
# for their joint laws):
#
# - no test has a power above $\alpha + \mathrm{TV}(P_n, Q_n)$
# - $\mathrm{TV}(P_n, Q_n) \le n \, \mathrm{TV}(P, Q)$
# - $\mathrm{TV}(P_n, Q_n) \le \sqrt{\mathrm{KL}(P_n \| Q_n) / 2}$ (Pinsker), where
#   $\mathrm{KL}(P \| Q) = \sum_i P_i \ln(P_i / Q_i)$ is added up over independent answers
#
# Return the smallest bound on the power that these three give as they stand. A smaller number
# passes too, if no test of level alpha has more power (TV is symmetric: Pinsker holds with $P$ and
# $Q$ exchanged as well).
#
# - `law`, `other`: arrays, (answers,), each sums to 1; either may hold zeros
# - `n`: a whole number, at least 0; `alpha` in [0, 1]; returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# Two bounds on one number: which counts? And a power is a probability.
# <details><summary>Hint 2: the idea</summary>
# Alpha plus the smaller of the two bounds, at most 1. Leave answers with chance 0 under the card
# out of the sum of KL; where only the other chance is 0, KL is infinite, and the first bound is
# left.
# <details><summary>Hint 3: nearly the code</summary>
# <code>tv = np.abs(law - other).sum() / 2</code>, <code>on = law > 0</code>; <code>kl =
# math.inf</code> if <code>(other[on] == 0).any()</code>, else the sum of <code>law[on] *
# np.log(law[on] / other[on])</code>; with <code>n == 0</code> return <code>alpha</code>; else
# <code>min(1, alpha + min(n * tv, math.sqrt(n * max(kl, 0) / 2)))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_4-power", "solution": true}
def most_power(law, other, n, alpha):
    """An upper bound on the power of any test of level alpha that sees n answers."""
    ### BEGIN SOLUTION
    if n == 0:
        return alpha
    apart = n * np.clip(law - other, 0, None).sum()
    said = law > 0
    if (other[said] > 0).all():
        nats = float(law[said] @ (np.log(law[said]) - np.log(other[said])))
        apart = min(apart, math.sqrt(n * max(nats, 0.0) / 2))
    return float(min(1.0, alpha + apart))
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-power", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_best(law, other, n, alpha):
    """The power of the best test (Neyman and Pearson): sequences by ratio, the last one in part."""
    joint, rival = np.ones(1), np.ones(1)
    for _ in range(n):
        joint, rival = np.outer(joint, law).ravel(), np.outer(rival, other).ravel()
    ratio = np.divide(rival, joint, out=np.full(len(joint), np.inf), where=joint > 0)
    order = np.argsort(-ratio, kind="stable")
    spent = np.concatenate([[0.0], np.cumsum(joint[order])])
    share = np.clip((alpha - spent[:-1]) / np.maximum(joint[order], 1e-300), 0, 1)
    share = np.where(joint[order] > 0, share, 1.0)
    return float((share * rival[order]).sum())


def oracle_formula(law, other, n, alpha):
    """The bound of the text, number by number."""
    tv = kl = 0.0
    for first, second in zip(law.tolist(), other.tolist(), strict=True):
        tv += abs(first - second) / 2
        if first:
            kl += first * math.log(first / second) if second else math.inf
    bound = min(n * tv, math.sqrt(n * max(kl, 0.0) / 2)) if n else 0.0
    return min(1.0, alpha + bound)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex13_4-power-test", "points": 3}
@exercise("13.4")
def test_most_power():
    """Laws of two answers, and tests that somebody could really make."""
    even, tilted = np.array([0.5, 0.5]), np.array([0.75, 0.25])
    never, seldom = np.array([1.0, 0.0]), np.array([0.9, 0.1])

    def bound(law, other, n, alpha):
        got = expect_number(most_power(law.copy(), other.copy(), n, alpha), "most_power")
        expect(-1e-12 <= got <= 1 + 1e-12, f"a power lies in [0, 1]; yours: {got:.4f}", "above-one")
        return got

    for law, other, n in ((tilted, tilted, 50), (even, tilted, 0), (even, never, 0)):
        got = bound(law, other, n, 0.05)
        expect(abs(got - 0.05) < 1e-6, "with equal laws, or with no answer, nothing beats alpha = "
               f"0.05; yours: {got:.6f}", "no-alpha")
    got = bound(never, seldom, 1, 0.0)
    expect(got > 0.1 - 1e-9, "\"accuse at the second answer\" has level 0 and power 0.1; your "
           f"bound says that there is no such test: {got:.6f}", "no-root")
    expect(abs(got - 0.2) > 1e-6, "total variation is half of the sum of the differences",
           "no-half")
    expect(got < 0.1 + 1e-9, "TV is 0.1 and Pinsker gives 0.2295: with one answer and alpha 0 the "
           f"smaller one counts, 0.1; yours: {got:.6f}", "pinsker-only")
    got = bound(never, seldom, 5, 0.0)
    expect(abs(got - 0.1) > 1e-9, "five answers were seen, not one", "no-n")
    expect(got > 1 - 0.9**5 - 1e-9, "\"accuse when the second answer appears among five\" has "
           f"level 0 and power 0.40951; your bound says that there is no such test: "
           f"{got:.6f}", "root-tv")
    expect(got < 0.5 + 1e-9, f"five times TV 0.1 is 0.5; yours: {got:.6f}", "looser")
    got = bound(even, tilted, 10, 0.01)
    expect(got < 1, "10 times TV is 2.5 and says nothing; Pinsker says more: take the smaller one",
           "tv-only")
    bound(even, tilted, 50, 0.05)
    got = bound(never, seldom, 10, 0.0)
    expect(got < 0.7259, "an answer with chance 0 under the card adds nothing to KL (0 times the "
           f"log of 0 is nan): Pinsker gives 0.725815 here; yours: {got:.6f}", "nan-in-kl")
    got = bound(even, tilted, 4, 0.05)
    truth = 0.05 + math.sqrt(4 * 0.5 * math.log(4 / 3) / 2)
    expect(got < truth + 1e-9, f"four answers, alpha 0.05: the bound is {truth:.6f}; yours: "
           f"{got:.6f}", "looser")
    got = bound(even, never, 1, 0.2)
    expect(0.4 - 1e-9 < got < 0.7 + 1e-9, "the second answer has chance 0 under the other law: TV "
           f"0.5 and alpha 0.2 make 0.7; yours: {got:.6f}", "zeros")
    got = bound(even, never, 1, 0.5)
    expect(got > 1 - 1e-9, "\"accuse at the first answer\" has level 0.5 and power 1; your bound "
           f"says that there is no such test: {got:.6f}. Add alpha and the bound on TV", "no-sum")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1342)
    for trial in range(120):
        size, n, alpha = 2 + trial % 3, trial % 6, float(rng.choice([0.0, 0.01, 0.05, 0.3]))
        law, other = rng.dirichlet(np.full(size, (0.3, 1.0, 5.0)[trial % 3]), 2)
        if trial % 5 == 0:
            other = 0.9 * law + 0.1 * other
        got = bound(law, other, n, alpha)
        reached = oracle_best(law, other, n, alpha)
        told = f"laws {np.round(law, 3).tolist()} and {np.round(other, 3).tolist()}, n = {n}"
        expect(got > reached - 1e-9, f"{told}, alpha {alpha}: a test has power {reached:.6f}; your "
               f"bound is {got:.6f}", "broken")
        truth = oracle_formula(law, other, n, alpha)
        expect(got < truth + 1e-9, f"{told}, alpha {alpha}: the bound is {truth:.6f}; yours: "
               f"{got:.6f}", "looser")
    ### END HIDDEN TESTS


test_most_power()
print("13.4b: visible checks passed")

# %% [markdown]
# Now what tests find. Each service is tested 40 times at level 0.05, with 300 answers of the card's
# model and 300 of the service. The difference is that of the mean surprise (minus the logarithm of
# an answer's chance under the card's model, which somebody with the **open weights** can compute)
# or that of the word counts (which anybody can). Beside them the best test there is, for somebody
# who knows both laws and sees the service's 300 answers (its power is simulated), and your bound.

# %% id="power-demo" tags=["demo"]
def surprise_gap(answers, is_b):
    """The difference of the mean surprise under the card's model."""
    seen = surprise[answers]
    return abs(float(seen[is_b].mean() - seen[~is_b].mean()))


def found_by(statistic, law, seed, n=300):
    """Does a test of level 0.05 accuse?"""
    rng = np.random.default_rng(seed)
    a, b = asked(original, n, rng), asked(law, n, rng)
    return permutation_p(a, b, FIRST[a], FIRST[b], statistic, 39, rng) <= 0.05


def best_power(law, n=300, draws=2000):
    """The power of the likelihood ratio at level 0.05, simulated."""
    rng, ratio = np.random.default_rng(0), np.log(law / original)
    calm, told = (ratio[rng.choice(len(q), (draws, n), p=q)].sum(1) for q in (original, law))
    return float((told > np.quantile(calm, 0.95)).mean())


print("power with 300 answers     surprise  word counts  best test  your bound")
for name, law in services.items():
    rates = [np.mean([found_by(gap, law, seed) for seed in range(40)])
             for gap in (surprise_gap, count_gap)]
    best = best_power(law) if name != "same model" else 0.05
    print(f"  {name:<22} {rates[0]:9.2f} {rates[1]:12.2f} {best:10.2f} "
          f"{most_power(original, law, 300, 0.05):11.2f}")
rare = services["one in ten at 1.2"]
print(f"one in ten, best test with 1,000 answers: {best_power(rare, 1000, 1000):.2f}, your bound "
      f"{most_power(original, rare, 1000, 0.05):.2f}")

# %% [markdown]
# The same model is accused in about 2 of 40 tests: the level holds. The surprise test finds
# temperature 1.2 each time and 1.1 mostly. Rounding to 0.5 has about the total variation of
# temperature 1.1, a test that finds it nearly always exists, and both of ours mostly miss it: **a
# test sees what its statistic looks at**. The best test needs both laws: the open weights, and a
# right guess of what was changed. (Rates of 40 tests: 0.57 may be 0.4 or 0.7.)
#
# When one request in ten is answered at temperature 1.2, the total variation is 0.016, and your
# bound says before anybody has looked: with 300 answers no test of level 0.05 finds it in more
# than 43 of 100 cases. The best one finds it in about 20. Where your bound says 1.00, it promises
# nothing.
#
# Gao, Liang and Guestrin (ICLR 2025) tested 31 endpoints that served open models, with a
# permutation test within prompts: 11 differed from the reference weights. A difference is no
# motive: rounding, another sampler, an older version all differ.
#
# ## Exercise 13.5: has it seen the exam? (7 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: a score on a public benchmark says little if the benchmark
# was in the training text. Nobody shows you that text.
#
# A benchmark is a published list of items, in some order. A model that has read the file may find
# the items likelier **in the published order** than in another. A model that has not has no reason
# to. This is the test of Oren et al. (ICLR 2024).
#
# **a. `order_p(logp, items, shuffles, rng, groups=None)`** returns
#
# $$p = \frac{1 + \text{number of shuffles with at least the published log-probability}}
# {1 + \text{shuffles}}$$
#
# - `logp(some_items)`: the model's log-probability of a list of items, read one after the other
# - `items`: the published list; each item is a tuple of words (whole numbers)
# - each shuffle puts the items into a random order, drawn from `rng`, all orders alike; the items
#   themselves and the list you are given stay as they are
# - `groups`: `None`, or a list with one label per item. Then only items with the same label change
#   places, so that the sequence of the labels stays as it was
#
# <details><summary>Hint 1: where to look</summary>
# As in 13.4: one number of the published order, then the same number of each shuffle.
# <details><summary>Hint 2: the idea</summary>
# Shuffle the places, not the items: an order is a permutation of 0 to n - 1. With groups, permute
# the places of each label among themselves.
# <details><summary>Hint 3: nearly the code</summary>
# <code>labels = np.zeros(len(items)) if groups is None else np.array(groups)</code>; keep
# <code>first = logp(items)</code> and <code>k = 0</code>. In each round start from <code>order =
# np.arange(len(items))</code>; for each <code>label</code> in <code>np.unique(labels)</code> take
# <code>here = np.flatnonzero(labels == label)</code> and set <code>order[here] =
# rng.permutation(here)</code>; then <code>k += logp([items[i] for i in order]) >= first</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_5-order", "solution": true}
def order_p(logp, items, shuffles, rng, groups=None):
    """The p of the published order among random ones, or random ones within groups."""
    ### BEGIN SOLUTION
    places = {}
    for place in range(len(items)):
        places.setdefault(None if groups is None else groups[place], []).append(place)
    published, likely = logp(list(items)), 1
    for _ in range(shuffles):
        mixed = list(items)
        for here in places.values():
            for place, source in zip(here, rng.permutation(here), strict=True):
                mixed[place] = items[source]
        likely += bool(logp(mixed) >= published)
    return likely / (shuffles + 1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-order", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_orders(logp, items, labels):
    """The share of all allowed orders that are at least as likely as the published one."""
    published = logp(items)
    orders = [o for o in permutations(range(len(items)))
              if all(labels[i] == labels[j] for i, j in enumerate(o))]
    return float(np.mean([logp([items[i] for i in o]) >= published for o in orders]))


def oracle_toy(seed):
    """A log-probability that knows which item follows which: whole numbers, with ties."""
    table = np.random.default_rng(seed).integers(-4, 5, (10, 10))

    def logp(items):
        firsts = [int(item[0]) for item in items]
        return float(sum(table[i, j] for i, j in pairwise(firsts)))

    return logp


def oracle_accused(model, items, order, shuffles=99, seed=0):
    """Is a model accused, at p up to 0.05, when the items are published in this order?"""
    rng = np.random.default_rng(seed)
    published = model.log_prob([items[i] for i in order])
    random = [model.log_prob([items[i] for i in rng.permutation(len(items))])
              for _ in range(shuffles)]
    return (1 + sum(value >= published for value in random)) / (1 + shuffles) <= 0.05
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex13_5-order-test", "points": 4}
@exercise("13.5")
def test_order_p():
    """Twelve numbered items in three groups; the test sees every order that is tried."""
    items = [(i, 20 + i, 40 + i) for i in range(12)]
    groups = ["a", "b", "c", "a"] * 3
    tried = []

    def rising(some):
        firsts = [int(item[0]) for item in some]
        tried.append([tuple(int(word) for word in item) for item in some])
        return float(sum(i < j for i, j in pairwise(firsts)))

    def p_of(logp, shuffles=99, groups=None, seed=0):
        tried.clear()
        given, rng = lend(list(items)), np.random.default_rng(seed)
        got = order_p(logp, given, shuffles, rng, groups)
        got = expect_number(got, "order_p")
        expect(given == items, "your function has changed the list that it was given "
               "(rng.shuffle(items) works in place): shuffle a copy", "changes-input")
        for some in tried:
            expect(len(some) == 12 and all(len(item) == 3 for item in some), "each order holds the "
                   "12 items as they are, three words each", "other-items")
            expect(all(item in items for item in some), "the words of an item stay together and "
                   "in their order: only whole items change places", "shuffles-words")
            expect(len(set(some)) == 12, "an item stands twice in one of your orders: put the "
                   "items in another order, do not draw them", "draws-again")
        return got

    got = p_of(rising)
    seen = len({tuple(some) for some in tried})
    expect(seen > 90, f"99 random orders of 12 items are nearly all different; in yours there are "
           f"{seen}: in each round put all the items into a new random order", "other-orders")
    expect(got < 0.5, "the published order is the most likely one here, and your p is "
           f"{got:.4f}: count the shuffles that are at least as likely", "wrong-way")
    expect(got > 0, "p is never 0: the published order is one of the possible ones, add 1 above "
           "and below", "no-plus-one")
    expect(abs(got - 0.01) < 1e-9, f"of 99 shuffles none reaches: p = 1/100; yours: {got:.6f}")
    got = p_of(lambda some: -7.0, shuffles=19)
    expect(got > 0.06, "a model to which all orders are equally likely gives p = 1: count those "
           "that are at least as likely", "strict")
    expect(abs(got - 1) < 1e-9, f"all orders equally likely: p = 1; yours: {got:.6f}")
    p_of(rising, 49, groups)
    label = dict(zip(items, groups, strict=True))
    kept = all([label[item] for item in some] == groups for some in tried)
    expect(kept, "with groups, a place keeps its label: only items of one group change places",
           "mixes-groups")
    moved = [sum(i != j for i, j in zip(some, items, strict=True)) for some in tried]
    expect(max(moved) >= 8, "with groups, the items of each group still change places; in your "
           f"orders at most {max(moved)} of 12 do", "one-group-only")
    series = []
    for seed in (3, 3, 4):
        p_of(rising, 19, seed=seed)
        series.append(list(tried))
    expect(series[0] == series[1], "the same generator state gives two different series of "
           "orders: draw from rng only", "not-repeatable")
    expect(series[1] != series[2], "two generators give the same orders: draw from rng",
           "ignores-generator")
    ### BEGIN HIDDEN TESTS
    for seed, labels in enumerate(([0] * 4, [0] * 5, [0, 1, 0, 1, 0], [2, 2, 1, 1, 2, 1])):
        some = [(i, i) for i in range(len(labels))]
        logp = oracle_toy(seed)
        share = oracle_orders(logp, some, labels)
        rng = np.random.default_rng(seed)
        p = order_p(logp, list(some), 400, rng, labels if any(labels) else None)
        p = expect_number(p, "order_p")
        spread = math.sqrt(400 * share * (1 - share)) + 1e-9
        expect(abs(401 * p - 1 - 400 * share) < 5 * spread, f"of all orders of {len(labels)} "
               f"items, labels {labels}, {share:.4f} are at least as likely; with 400 shuffles "
               f"your p is {p:.4f}", "other-orders")
    ### END HIDDEN TESTS


test_order_p()
print("13.5a: visible checks passed")

# %% [markdown]
# Invented models for an invented exam. The training text has 12,000 words and stays on one of six
# topics for some time; a model counts which word follows which one and two words (`counts.py` of
# the package). The exam has 60 items of 5 words, each on one topic, in random order. The model has
# read the exam (one copy in the middle of its text), has read it in **another** order, or has not
# read it.

# %% id="exam-demo" tags=["demo"]
def exam_of(seed):
    """A training text and an exam: 12,000 words, 60 items and the topic of each."""
    rng = np.random.default_rng(seed)
    return (counts.topic_text(12_000, rng), *counts.topic_items(60, rng))


def reader(text, items=()):
    """A model of the text, with the items in its middle."""
    copy = [word for item in items for word in item]
    return counts.CountModel(text[:6000] + copy + text[6000:]).log_prob


ps = {"has not read it": [], "has read it": [], "has read it in another order": []}
for seed in range(20):
    text, items, _ = exam_of(seed)
    rng = np.random.default_rng(1000 + seed)
    other = [items[i] for i in rng.permutation(60)]
    for name, read in zip(ps, ([], items, other), strict=True):
        ps[name].append(order_p(reader(text, read), items, 99, rng))
for name, values in ps.items():
    print(f"{name}: accused at p up to 0.05 in {sum(p <= 0.05 for p in values)} of 20, "
          f"p from {min(values):.2f} to {max(values):.2f}")

# %% [markdown]
# A model that has read the file is accused for each of the 20 exams, at the smallest p there is.
# One that has not is accused once in 20 (your shuffles may make it none). If all orders of the
# items were equally likely when the exam was written (they are **exchangeable**: here the order is
# random), then that happens with chance at most 0.05, whatever the model.
#
# No alarm is no acquittal: of the models that have read the same items in another order, 18 of 20
# pass. (Oren et al. report detection for models down to 1.4 billion parameters and benchmarks of
# 1,000 items.)
#
# **b. The failure. `frame(items, topics)`**: you run the benchmark, and you want a rival accused
# whose model has never seen it. You may not change an item. In which order do you publish them?
#
# - `items`: a list of 60 tuples of words; `topics`: a list with the topic of each
# - returns the order: a list with each of the places 0 to 59 once
# - tested on ten models that have not read the items, with other texts than above: at least nine
#   must be accused by `order_p` without groups, 99 shuffles, p at most 0.05
#
# <details><summary>Hint 1: where to look</summary>
# What has a model learnt about the text around an item, whichever text it was trained on?
# <details><summary>Hint 2: the idea</summary>
# Text stays on a topic, so words of one topic make words of the same topic likelier. Random orders
# jump from topic to topic.
# <details><summary>Hint 3: nearly the code</summary>
# <code>order = np.argsort(topics, kind="stable")</code>, returned as a list
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_5-frame", "solution": true}
def frame(items, topics):
    """An order in which a model that never saw the items is accused: the places, each once."""
    ### BEGIN SOLUTION
    return sorted(range(len(items)), key=lambda place: topics[place])
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_5-frame-test", "points": 3}
@exercise("13.5")
def test_frame():
    """Two models that have not read the exam: is your order much likelier than random ones?"""
    def ordered(items, topics):
        got = frame(list(items), list(topics))
        expect_returned(got, "frame")
        got = [int(place) for place in got] if np.ndim(got) == 1 else []
        expect(sorted(got) == list(range(len(items))), f"return an order: each of the places 0 to "
               f"{len(items) - 1} once", "no-order")
        return got

    for seed in (101, 102):
        rng = np.random.default_rng(seed)
        items, topics = counts.topic_items(60, rng)
        model = counts.CountModel(counts.topic_text(12_000, rng))
        order = ordered(items, topics)
        mine = model.log_prob([items[place] for place in order])
        usual = [model.log_prob([items[i] for i in rng.permutation(60)]) for _ in range(40)]
        above = (mine - np.mean(usual)) / np.std(usual)
        expect(order != list(range(60)), "this is the order in which you were given them, a random "
               "one", "as-given")
        expect(above > 3, "to a model that has not read the exam your order should be more than 3 "
               "standard deviations likelier than random orders, to be accused reliably; yours: "
               f"{above:.1f}", "not-framed")
    ### BEGIN HIDDEN TESTS
    times = 0
    for seed in range(10):
        rng = np.random.default_rng(1350 + seed)
        model = counts.CountModel(counts.topic_text(12_000, rng))
        items, topics = counts.topic_items(60, rng)
        times += oracle_accused(model, items, ordered(items, topics))
    expect(times >= 9, f"of ten models that have not read the exam {times} are accused with your "
           "order; at least nine are wanted", "not-framed")
    ### END HIDDEN TESTS


test_frame()
print("13.5b: visible checks passed")

# %% id="framed-demo" tags=["demo"]
kinds = ("framed", "cleared within topics", "guilty, within topics")
ps = {name: [] for name in kinds}
for seed in range(20):
    text, items, topics = exam_of(seed)
    order = frame(items, topics)
    listed, labels = [items[i] for i in order], [topics[i] for i in order]
    clean, guilty = reader(text), reader(text, listed)
    rng = np.random.default_rng(2000 + seed)
    ps["framed"].append(order_p(clean, listed, 99, rng))
    ps["cleared within topics"].append(order_p(clean, listed, 99, rng, labels))
    ps["guilty, within topics"].append(order_p(guilty, listed, 99, rng, labels))
for name, values in ps.items():
    print(f"{name}: accused in {sum(p <= 0.05 for p in values)} of 20, p from {min(values):.2f} to "
          f"{max(values):.2f}")

# %% [markdown]
# With your order each of the 20 innocent models is accused, at p = 0.01. The theorem has a
# condition, and it fails: not all orders were equally likely when the file was written. Nobody
# need mean harm; a file that is sorted by topic does it.
#
# The mend is that of 13.4: shuffle only what could as well have come in another order. Within
# topics the innocent are hardly ever accused, and those who have read your file still are, each
# time. Whoever tests has to know how the file was made.
#
# ## Exercise 13.6: tell it (11 points)
#
# Difficulty: 2 of 5 · Minutes: 30 · Why: "precision 0.70" tells most people nothing. The same fact
# as numbers of people can be read by the person it is about, if the numbers add up.
#
# **a. `people_of(n, prevalence, sensitivity, false_alarm)`**: a test as it would go for n people.
#
# - `prevalence`: the share for whom things go bad; `sensitivity`: the share of these that is
#   flagged (recall); `false_alarm`: the share of the others that is flagged. All in [0, 1]
# - returns **whole numbers** `(tp, fn, tn, fp)`, none below 0, that sum to **exactly n**, each
#   within 1 of its exact expectation
#
# <details><summary>Hint 1: where to look</summary>
# Four rounded numbers need not have the sum of the exact ones. Which of them can you get by
# subtraction?
# <details><summary>Hint 2: the idea</summary>
# Split in two steps, as the tree of cases does: first n into bad and fine, then each of the two
# into flagged and not. Round one part of a split, subtract for the other.
# <details><summary>Hint 3: nearly the code</summary>
# <code>ill = round(n * prevalence)</code>, <code>tp = round(ill * sensitivity)</code>, <code>fp =
# round((n - ill) * false_alarm)</code>; the others are <code>ill - tp</code> and <code>n - ill -
# fp</code>. Return them in the order asked for.
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_6-people", "solution": true}
def people_of(n, prevalence, sensitivity, false_alarm):
    """Whole numbers (tp, fn, tn, fp) with sum n, each within 1 of what is expected."""
    ### BEGIN SOLUTION
    shares = np.array([prevalence * sensitivity, prevalence * (1 - sensitivity),
                       (1 - prevalence) * (1 - false_alarm), (1 - prevalence) * false_alarm])
    whole = np.floor(n * shares + 1e-9).astype(int)
    largest = np.argsort(whole - n * shares, kind="stable")
    whole[largest[: n - whole.sum()]] += 1
    return tuple(whole.tolist())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_6-people-test", "points": 4}
@exercise("13.6")
def test_people():
    """A case in which all is whole, and some in which four rounded numbers do not add up."""
    def counted(n, prevalence, sensitivity, false_alarm):
        got = people_of(n, prevalence, sensitivity, false_alarm)
        expect_returned(got, "people_of")
        told = f"people_of({n}, {prevalence:g}, {sensitivity:g}, {false_alarm:g})"
        expect(len(got) == 4, f"{told}: four counts are wanted; yours: {got}", "no-four")
        got = [expect_number(count, "people_of") for count in got]
        expect(all(count == int(count) for count in got), f"{told}: {got} are not whole: nobody "
               "can picture parts of people", "not-whole")
        return [int(count) for count in got], told

    got, told = counted(1000, 0.3, 0.8, 0.1)
    expect(got[3] != 100, f"{told}: 100 is a share of all people; false alarms happen to the 700 "
           "others only", "of-all")
    expect(got[0] != 800, f"{told}: 800 is a share of all people; only the 300 for whom things go "
           "bad can be flagged rightly", "of-all")
    expect(got[2:] != [70, 630], f"{told}: the order is tp, fn, tn, fp", "other-order")
    expect(sum(got) == 1000 and max(np.abs(np.array(got) - (240, 60, 630, 70))) <= 1,
           f"{told}: 240 flagged and 60 missed of 300, 630 and 70 of the others; yours: {got}")
    for case in ((10, 0.5, 0.5, 0.5), (10, 0.35, 0.64, 0.36), (100, 0.305, 0.49, 0.13),
                 (3, 0.5, 0.5, 1.0), (10, 0.198, 0.914, 0.96), (100, 0.395, 0.824, 0.211)):
        got, told = counted(*case)
        n, bad_share, hit, alarm = case
        exact = [n * bad_share * hit, n * bad_share * (1 - hit), n * (1 - bad_share) * (1 - alarm),
                 n * (1 - bad_share) * alarm]
        told += f": exactly {', '.join(f'{value:.3f}' for value in exact)}; yours: {got}"
        expect(sum(got) == n, f"{told}, together {sum(got)}: rounded one by one, parts need not "
               "add up", "no-sum")
        expect(min(got) >= 0, f"{told}: no count is below 0; round a share of the people that are "
               "left after the first step", "below-zero")
        far = max(abs(g - e) for g, e in zip(got, exact, strict=True))
        expect(far <= 1 + 1e-9, f"{told}: one is off by more than 1", "too-far")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1361)
    cases = [(0, 0.5, 0.5, 0.5), (1, 0.4, 0.6, 0.3), (7, 1.0, 0.0, 0.5), (50, 0.0, 0.3, 1.0)]
    cases += [(int(rng.choice([10, 100, 137, 1000])), *rng.uniform(0, 1, 3)) for _ in range(120)]
    for n, bad_share, hit, alarm in cases:
        got, told = counted(n, float(bad_share), float(hit), float(alarm))
        flagged = (n * bad_share * hit, n * (1 - bad_share) * alarm)
        exact = (flagged[0], n * bad_share - flagged[0], n * (1 - bad_share) - flagged[1],
                 flagged[1])
        told += f": exactly {', '.join(f'{value:.3f}' for value in exact)}; yours: {got}"
        expect(sum(got) == n, f"{told}, together {sum(got)}", "no-sum")
        far = max(abs(g - e) for g, e in zip(got, exact, strict=True))
        expect(min(got) >= 0 and far <= 1 + 1e-9, f"{told}: one is off by {far:.3f}", "too-far")
    ### END HIDDEN TESTS


test_people()
print("13.6a: visible checks passed")

# %% [markdown]
# **b. `so_many_of(tally, question)`**: the four questions that people ask, as "so many of so many".
#
# - `tally`: the four counts `(tp, fn, tn, fp)`
# - `question`: `"flagged"` (of all people, how many are flagged?), `"right if flagged"` (of those
#   who are flagged, for how many do things go bad?), `"missed"` (of those for whom things go bad,
#   how many are not flagged?) or `"cleared wrongly"` (of those who are not flagged, for how many do
#   things go bad?)
# - returns two whole numbers: how many, and of how many. Not a share
#
# <details><summary>Hint 1: where to look</summary>
# Begin with "of those who": it is the second number.
# <details><summary>Hint 2: the idea</summary>
# "Missed" and "cleared wrongly" count the same people, among different ones.
# <details><summary>Hint 3: nearly the code</summary>
# A dict of pairs: flagged <code>(tp + fp, tp + fn + tn + fp)</code>, right if flagged <code>(tp,
# tp + fp)</code>, missed <code>(fn, tp + fn)</code>, cleared wrongly <code>(fn, fn + tn)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_6-answer", "solution": true}
def so_many_of(tally, question):
    """How many, and of how many, for one of the four questions."""
    ### BEGIN SOLUTION
    hit, missed, calm, alarm = tally
    if question == "flagged":
        return hit + alarm, sum(tally)
    if question == "right if flagged":
        return hit, hit + alarm
    return missed, missed + (hit if question == "missed" else calm)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex13_6-answer-test", "points": 2}
@exercise("13.6")
def test_so_many_of():
    """A rare trouble: 8 found, 2 missed, 895 rightly left alone, 95 false alarms."""
    def told(tally, question):
        got = so_many_of(tally, question)
        expect_returned(got, "so_many_of")
        expect(np.ndim(got) == 1 and len(got) == 2, f"{question}: return two numbers, how many and "
               f"of how many; yours: {got}", "no-pair")
        return tuple(expect_number(number, "so_many_of") for number in got)

    tally = (8, 2, 895, 95)
    got = told(tally, "right if flagged")
    expect(got != (8, 10), "8 of the 10 people in trouble are flagged, but the question is about "
           "those who are flagged: 8 of 103", "inverse")
    expect(got != (8, 1000), "8 of all people; the question is about those who are flagged",
           "of-all")
    expect(max(got) > 1, f"say people, not shares; yours: {got}", "a-share")
    expect(got == (8, 103), f"8 of 8 + 95 flagged ones; yours: {got}")
    for question, truth in (("flagged", (103, 1000)), ("missed", (2, 10)),
                            ("cleared wrongly", (2, 897))):
        got = told(tally, question)
        expect(got == truth, f"{question}: {truth[0]} of {truth[1]}; yours: {got[0]:g} of "
               f"{got[1]:g}", "other-people")
    ### BEGIN HIDDEN TESTS
    for hit, missed, calm, alarm in ((21, 19, 71, 9), (0, 0, 5, 0), (3, 0, 0, 4)):
        truths = {"flagged": (hit + alarm, hit + missed + calm + alarm),
                  "right if flagged": (hit, hit + alarm), "missed": (missed, hit + missed),
                  "cleared wrongly": (missed, missed + calm)}
        for question, truth in truths.items():
            got = told((hit, missed, calm, alarm), question)
            expect(got == truth, f"counts {(hit, missed, calm, alarm)}, {question}: {truth[0]} of "
                   f"{truth[1]}; yours: {got[0]:g} of {got[1]:g}", "other-people")
    ### END HIDDEN TESTS


test_so_many_of()
print("13.6b: visible checks passed")

# %% id="people-demo" tags=["demo"]
QUESTIONS = ("flagged", "right if flagged", "missed", "cleared wrongly")
bad_share = (truth[0] + truth[1]) / sum(truth)
rates = (bad_share, truth[0] / (truth[0] + truth[1]), truth[3] / (truth[2] + truth[3]))
hundred = people_of(100, *rates)
for name, tally in (("the lender's model, 100 loans", hundred),
                    ("the same rates, 1 loan in 100 bad, 1,000 loans",
                     people_of(1000, 0.01, *rates[1:])),
                    ("a better test, 1 in 100 in trouble, 1,000 people",
                     people_of(1000, 0.01, 0.8, 0.096))):
    told = ", ".join("{}: {} of {}".format(q, *so_many_of(tally, q)) for q in QUESTIONS)
    print(f"{name}: {told}")
for name, k, of in (("right if flagged", truth[0], truth[0] + truth[3]),
                    ("flagged if bad", truth[0], truth[0] + truth[1])):
    middle, spread = k + 1.92, 1.96 * math.sqrt(k * (of - k) / of + 0.96)
    print(f"{name}, as tested: {k} of {of}, 95 % interval {(middle - spread) / (of + 3.84):.2f} to "
          f"{(middle + spread) / (of + 3.84):.2f} (Wilson)")
rng = np.random.default_rng(0)
cases = rng.uniform((0.05, 0.5, 0.05), (0.5, 0.95, 0.5), (400, 3)).tolist()
for n in (10, 100, 1000):
    off = []
    for share, hit, alarm in cases:
        exact = share * hit / (share * hit + (1 - share) * alarm)
        right, flagged = so_many_of(people_of(n, share, hit, alarm), "right if flagged")
        off.append(abs(right / flagged - exact) if flagged else 1.0)
    print(f"{n} people: \"right if flagged\" is off by up to {np.quantile(off, 0.95):.3f} in 95 % "
          "of 400 settings")

# %% id="people-picture" tags=["demo"]
def icons(tally):
    """One dot per loan, the flagged first: colour and shape say what happened."""
    figure = plots.plt.Figure(figsize=(8, 2.2), layout="constrained")
    ax = figure.subplots()
    fp, tp, fn, tn = tally[3], *tally[:2], tally[2]
    looks = (("flagged, paid", "orange", "D", fp), ("flagged, went bad", "blue", "s", tp),
             ("not flagged, went bad", "vermillion", "X", fn),
             ("not flagged, paid", "sky blue", "o", tn))
    start = 0
    for name, shade, marker, count in looks:
        at = np.arange(start, start + count)
        ax.plot(at % 20, -(at // 20), marker, color=plots.PALETTE[shade], ms=10,
                label=f"{name}: {count}")
        start += count
    ax.set_axis_off()
    ax.set_title(f"{sum(tally)} loans")
    figure.legend(loc="outside right upper")
    return figure


plots.show(icons(hundred), alt="A hundred loans as dots. " + ", ".join(
    f"{name}: {count}" for name, count in zip(
        ("flagged and went bad", "not flagged and went bad", "not flagged and paid",
         "flagged and paid"), hundred, strict=True)))

# %% [markdown]
# Of 100 loans like these, 25 are flagged and 17 of them rightly; 16 of the 33 bad ones are missed.
# Where the trouble is rare, flags are mostly false unless false alarms are rarer still: with the
# lender's own rates and 1 bad loan in 100, 5 of 116 flags are right, and with a test that finds 8
# of 10 and alarms about one in ten of the others, 8 of 103. Ten people are too few to say it with:
# rounding alone may put "right if flagged" off by more than a tenth. With 100 it is off by one or
# two hundredths at most, in 95 % of these settings. What the lender's 120 loans leave open is much
# more: 21 right of 30 flags, the 95 % interval goes from 0.52 to 0.83.
#
# Gigerenzer and Hoffrage (1995) gave people such problems as numbers of people instead of
# probabilities: without training, up to half of the answers were then what Bayes' rule says.
#
# **c. Write it.** The lender of this lab (the true numbers, not the false card) publishes the part
# "Limits" of its model card. Write it twice, each time in at most 120 words: for **a person whose
# application was refused**, and for **a bank that wants to buy the model**. Use numbers from this
# notebook.
#
# <details><summary>Hint 1: where to look</summary>
# What would each of them do differently if they knew it?
# <details><summary>Hint 2: the idea</summary>
# The person: whole numbers of people, both kinds of error, what to do now. The buyer: where and on
# whom it was measured, how surely, how often somebody looked, what nobody can check.
# <details><summary>Hint 3: nearly the words</summary>
# "Of 100 loans like those we tested ... were flagged, ... of them would have paid. You can
# ..." and "Tested once on 120 loans of ... (interval ...). Not tested on ... You cannot check ...
# unless we give you ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex13_6-card", "solution": true, "points": 5}
# ### BEGIN SOLUTION
# For the person: Our program flagged your application. In a test it flagged 25 of 100 loans. Of
# these 25, 17 went bad and 8 were paid: 8 people in a hundred would have been refused although they
# paid. It also missed 16 that went bad. So a flag is a warning about applications like yours and no
# statement about you. You may ask which details it used, correct them, and have a person decide
# again; write to the address on this letter. You cannot check our test yourself: for that you would
# need the loans that we tested it on.
#
# For the buyer: Measured once, on 120 held-out loans out of 1,000 of a German bank from the 1970s,
# in which bad loans are drawn more often than they occur: precision 21 of 30 (95 % interval 0.52
# to 0.83), recall 21 of 40 (0.37 to 0.67), false positives 9 of 80. We looked at twenty splits and
# report the second. Not measured by age or on loans after 1994, and not on those who were refused,
# for whom no outcome exists. That the weights served are those tested you can only check if we
# give you the weights; with scores of 120 people you would find them out.
#
# Rubric:
#
# - 1 point: for the person, whole numbers of people with both kinds of error, and how to contest
# - 1 point: for the buyer, where and on how many it was measured, and on whom not, with an interval
#   or n
# - 1 point: how many runs, splits or slices were looked at
# - 1 point: one thing that the reader cannot check, and what would let them
# - 1 point: no promise ("fair", "safe", "accurate") without a number, and no judgement of people
#
# Sample A (5/5): "To you: of 100 loans in our test 25 were flagged; 8 of those 25 were paid back,
# so the flag is wrong about one in three. 16 others went bad without a flag. Ask us for the data
# behind the decision and for a second look by a person. To the bank: 120 loans, one split of
# twenty that we tried, a German bank of the 1970s, no check on other products or on age groups.
# Recall 21 of 40. Whether we serve you this model tomorrow you cannot see from answers alone if we
# change one request in ten; ask for the weights."
#
# Sample B (1/5): "Our model is accurate (76.7 %) and fair. The buyer gets the same accuracy on 120
# test loans. Applicants who are refused are high-risk customers and can apply again later." (One
# point: where it was measured, with n. Only accuracy, a promise without a number, a judgement of
# people, nothing about runs, nothing that cannot be checked.)
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 25 minutes: exercise 13.7.

# %% [markdown]
# ## Exercise 13.7: a split that leaks? (5 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Deeper: nothing depends on it · Why: open data can be checked
# for a leak, test rows that stand in the training part. But rows can be equal without one.
#
# Write `leak_p(train, test, shuffles, rng)`: are there more test rows that also stand in the
# training part than when the rows are split at random?
#
# - `train`: (a, d), `test`: (b, d), arrays of whole numbers, one row per person
# - the count: how many **test rows** are equal to at least one training row
# - each shuffle splits all a + b rows at random into a and b; draw from `rng`
# - returns $p = (1 + \text{number of shuffles with at least as many}) / (1 + \text{shuffles})$
#
# <details><summary>Hint 1: where to look</summary>
# Give equal rows the same number first; then a row is one number.
# <details><summary>Hint 2: the idea</summary>
# <code>np.unique(rows, axis=0, return_inverse=True)</code> gives the numbers, <code>np.isin</code>
# says which of some numbers stand among others.
# <details><summary>Hint 3: nearly the code</summary>
# <code>ids = np.unique(np.concatenate([train, test]), axis=0,
# return_inverse=True)[1].ravel()</code>, <code>a = len(train)</code>, <code>first =
# np.isin(ids[a:], ids[:a]).sum()</code>; in each round <code>new = rng.permutation(ids)</code> and
# <code>k += np.isin(new[a:], new[:a]).sum() >= first</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex13_7-leak", "solution": true}
def leak_p(train, test, shuffles, rng):
    """The p of the number of test rows that stand in the training part, against random splits."""
    ### BEGIN SOLUTION
    numbers = {}
    rows = [numbers.setdefault(tuple(row), len(numbers)) for part in (train, test)
            for row in part.tolist()]
    rows, cut, reached = np.array(rows), len(train), 1
    known = np.zeros(len(numbers), bool)

    def shared(some):
        known[:] = False
        known[some[:cut]] = True
        return known[some[cut:]].sum()

    observed = shared(rows)
    for _ in range(shuffles):
        reached += int(shared(rng.permutation(rows)) >= observed)
    return reached / (1 + shuffles)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-leak", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_leak(train, test):
    """The exact share of all splits with at least as many test rows in the training part."""
    rows, a = [tuple(row) for row in np.concatenate([train, test]).tolist()], len(train)
    counted = []
    for chosen in combinations(range(len(rows)), a):
        known = {rows[i] for i in chosen}
        counted.append(sum(rows[i] in known for i in range(len(rows)) if i not in chosen))
    return float(np.mean(np.array(counted) >= counted[0]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex13_7-leak-test", "points": 5}
@exercise("13.7")
def test_leak_p():
    """Rows of two numbers: without any repetition, with leaked copies, and with people alike."""
    def p_of(train, test, shuffles=99, seed=0):
        rng = np.random.default_rng(seed)
        got = leak_p(np.array(train), np.array(test), shuffles, rng)
        return expect_number(got, "leak_p")

    single = np.arange(80).reshape(40, 2)
    got = p_of(single[:30], single[30:])
    expect(got > 0.02, "no row is there twice: every split has 0 shared rows, at least as many as "
           f"this one, so p = 1; yours: {got:.4f}", "strict")
    expect(abs(got - 1) < 1e-9, f"no row is there twice: p = 1; yours: {got:.6f}")
    got = p_of(single[:30], single[:10])
    expect(got > 0, "p is never 0: the given split is one of the possible ones, add 1 above and "
           "below", "no-plus-one")
    expect(got < 0.05, f"ten test rows are copies of training rows, and your p is {got:.4f}",
           "misses-a-leak")
    twice = np.repeat(single[:20], 2, axis=0)
    inside = [*range(0, 30, 2), *range(1, 20, 2)]
    outside = [*range(21, 40, 2), *range(30, 40, 2)]
    got = p_of(twice[inside], twice[outside])
    expect(got > 0.5, "20 people who stand in the data twice, split so that fewer pairs are torn "
           f"apart than usual: no sign of a leak; your p is {got:.4f}", "any-duplicate-is-a-leak")
    k = np.arange(1, 10)
    known = np.stack([k, 20 + k], axis=1)
    for others in ((20 + k, k), (k, 40 + k), (10 * k + 2, k)):
        others = np.stack(others, axis=1)
        got = p_of(known, others)
        expect(abs(got - 1) < 1e-9, f"the row {known[0]} is in one part and {others[0]} in the "
               "other: different people. No row is there twice, p = 1; yours: "
               f"{got:.4f}. Compare whole rows, number by number, in order", "not-rows")
    many = np.array([[1, 1]] * 3 + [[k, 0] for k in range(10, 15)])  # one row three times
    train, test = many[[0, 3, 4, 5, 6]], many[[1, 2, 7]]
    got = p_of(train, test, 400)
    expect(got < 0.6, "two of three equal rows stand in the test part, and 15 of 56 splits have as "
           "many: count each test row that stands in the training part, not the training rows, and "
           f"not each kind once; your p is {got:.3f}", "counts-train-rows")
    expect(abs(got - 15 / 56) < 0.11, "15 of 56 splits into 5 and 3 rows reach: p near 0.268; "
           f"yours: {got:.3f}", "other-splits")
    once, again = ([p_of(train, test, 400, seed) for seed in range(6)] for _ in range(2))
    expect(once == again, "the same generator state gives two results: draw from rng only",
           "not-repeatable")
    expect(len(set(once)) > 1, "six generators, always the same p: draw from rng",
           "ignores-generator")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1371)
    for trial, (a, b, kinds) in enumerate(((6, 3, 3), (3, 6, 4), (5, 5, 5), (4, 4, 2))):
        train, test = rng.integers(0, kinds, (a, 1)), rng.integers(0, kinds, (b, 1))
        share = oracle_leak(train, test)
        got = p_of(train, test, 400, trial)
        spread = math.sqrt(400 * share * (1 - share)) + 1e-9
        expect(abs(401 * got - 1 - 400 * share) < 5 * spread, f"{a} training and {b} test rows: of "
               f"all splits {share:.4f} have at least as many shared test rows; your p with 400 "
               f"shuffles: {got:.4f}", "other-arguments")
    ### END HIDDEN TESTS


test_leak_p()
print("13.7: visible checks passed")

# %% id="adult-demo" tags=["demo"]
census = {part: tables.adult(part).drop(columns="fnlwgt") for part in ("train", "test")}
everyone = pd.concat(census.values())
ids = everyone.groupby(list(everyone.columns), dropna=False).ngroup().to_numpy()[:, None]
cut = len(census["train"])
shared = int(np.isin(ids[cut:], ids[:cut]).sum())
print(f"Adult, all columns but the survey weight: {shared:,} of {len(ids) - cut:,} test rows stand "
      f"in the training part, p = {leak_p(ids[:cut], ids[cut:], 99, np.random.default_rng(0)):.2f}")
usual = []
for seed in range(20):
    mixed = np.random.default_rng(seed).permutation(ids[:, 0]).tolist()
    known = set(mixed[:cut])
    usual.append(sum(one in known for one in mixed[cut:]))
print(f"  twenty random splits: {min(usual):,} to {max(usual):,}, mean {np.mean(usual):,.0f}")
rng = np.random.default_rng(1)
for copies in (200, 400, 800):
    leaked = ids.copy()
    leaked[cut + rng.permutation(len(ids) - cut)[:copies]] = leaked[rng.permutation(cut)[:copies]]
    p = leak_p(leaked[:cut], leaked[cut:], 99, rng)
    print(f"  with {copies} test rows replaced by training rows: p = {p:.2f}")

# %% [markdown]
# Adult has 2,586 test rows that also stand in the training part, and no sign of a leak: each of
# the 99 random splits has at least as many. In fourteen columns people repeat. Random splits share
# about 2,700 rows; that the published one shares about 100 fewer is odd, and we do not know why.
# Planted copies, one run each: the first 200 only fill this gap and are not found, 400 and 800 are.
#
# ## What you found
#
# A card is a set of equations. Some have no solution, some one, and accuracy alone has thousands.
# A best score depends on how often somebody tried. Scores of a linear system fix it on the span of
# the questions and nowhere else. A test keeps its level when its shuffles keep what may differ
# without fault, and how little a service differs bounds what any test can find. The same test can
# be aimed at the innocent.
#
# | you get | you can | you cannot |
# |---|---|---|
# | a card | refute it, bound what it leaves out (13.1) | see how many runs there were (13.2) |
# | answers | test whether it is the same system (13.4) | exclude an exception (13.3, 13.4) |
# | scores | pin down a linear model (13.3) | say anything beyond the span of the questions |
# | weights | make a sharper test (13.4), ask for the exam (13.5) | see a copy in another order |
# | data | look for leaks (13.7) | know that this is what was trained on |
#
# **Limits.** The lender, the exam and its models are invented; the loans are real, of one
# German bank in the 1970s: only loans that were granted, and the bad ones drawn more often than
# they occurred. The audited system of 13.3 is linear and its scores are exact. The tests of 13.4
# and 13.5 look for one kind of difference each; a large p clears nobody.
#
# **The paper** (section 3.4) names complex and proprietary models and the lack of a common standard
# of reporting, and asks for model cards, datasheets, open source, and for telling users
# capabilities, limits and risks.
#
# **Law**, as it stood on 29 November 2026 where we read it. This is no legal advice, it is not
# graded, and when each rule applies is not said here.
#
# | rule | what it asks for | how it was read |
# |---|---|---|
# | AI Act, Art. 13(1), (2) | output that can be interpreted; clear instructions for use | text |
# | AI Act, Art. 86(1) | explanation of a system's role in a decision | text |
# | GDPR, Art. 15(1)(h) | meaningful information about the logic involved | second hand |
#
# The AI Act is Regulation (EU) 2024/1689 of 13 June 2024; the articles were read in copies on the
# web, not in the Official Journal. Article 13 is about high-risk systems and about what their
# deployers are told. Article 86 gives a person who is adversely affected by a decision based on
# certain high-risk systems a right to ask the deployer. The GDPR is Regulation (EU) 2016/679 of 27
# April 2016; its article was read in the abstract of Custers and Heijne (2022).
#
# **Read on.** Mitchell et al., *Model cards for model reporting*, FAT\* 2019. Gebru et al.,
# *Datasheets for datasets*, CACM 2021. Fazekas, Kovács, *Testing the consistency of performance
# scores reported for binary classification problems*, 2023. Brown, Heathers, *The GRIM test*, 2017.
# Dodge et al., *Show your work*, EMNLP 2019, and Tang et al., *Showing your work doesn't always
# work*, ACL 2020. Kapoor, Narayanan, *Leakage and the reproducibility crisis in
# machine-learning-based science*, Patterns 2023. Tramèr et al., *Stealing machine learning models
# via prediction APIs*, USENIX Security 2016. Gao, Liang, Guestrin, *Model equality testing*, ICLR
# 2025. Oren et al., *Proving test set contamination in black-box language models*, ICLR 2024.
# Phipson, Smyth, *Permutation p-values should never be zero*, 2010. Gigerenzer, Hoffrage, *How to
# improve Bayesian reasoning without instruction*, Psychological Review 1995.
#
# **Where next.** Lab 15: a model whose goals you choose.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab13_transparency")
