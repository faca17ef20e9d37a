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
# # Lab 00: start here
#
# Ten minutes that show how every lab works: a surprise, a prediction, an exercise with hints and
# a check, a written answer, and a score.
#
# By the end you will be able to
#
# - find your way around a lab: run cells, write an answer, read its check,
# - open hints, and know that they cost nothing,
# - see your score,
# - say why a model with a high accuracy can be useless.
#
# | | |
# |---|---|
# | Paper | section 1.1 of Yang et al., *Artificial Intelligence Safety: A Technical Perspective* |
# | Time | 10 minutes |
# | Points | 3 (2 checked by machine, 1 read by a person) |
# | You need | a little Python |
# | It runs in | about 5 CPU seconds; less than 1 GiB |
#
# | symbol | name in code | shape |
# |---|---|---|
# | what a detector says of each of $n$ images | `said` | (n,), bool |
# | what is true of them | `truth` | (n,), bool |
#
# **How to move**: click a cell and press Shift+Enter to run it and go to the next. Start with the
# one below: it brings in what the lab needs.
#
# **If a cell ends in red**: `NotImplementedError` means that an exercise above is still to write;
# "name ... is not defined", often, that a cell above has not run since the kernel (the Python
# behind this page) started. Then choose *Run > Run All Above Selected Cell*.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import torch

from safetylab import data, page, plots
from safetylab.checks import exercise, expect, expect_number

page.progress(0)

# %% [markdown]
# ## A detector for the digit 8
#
# Somebody sells a detector: shown the picture of a digit, it says whether it is an 8. Here are ten
# digits of the real test set (MNIST) and what the detector says.

# %% id="hook" tags=["demo"]
digits = data.mnist("test")
truth = digits.y == 8
said = torch.zeros(len(truth), dtype=torch.bool)  # this is the whole detector

eight = truth.nonzero()[:3, 0].tolist()
shown = torch.tensor([0, 1, 2, 3, 4, 5, 6, *eight])
titles = [f"says {'8' if said[i] else 'no 8'}" for i in shown.tolist()]
figure = plots.image_grid([digits.x[shown]], titles)
plots.show(figure, alt=f"Ten digits: {digits.y[shown].tolist()}. What stands above them: "
           f"{', '.join(sorted(set(titles)))}.")

# %% [markdown]
# It says "no 8" to everything. It looks at nothing.
#
# ### Predict, then run
#
# On all 10,000 test digits, in how many per cent of cases is this detector right? Write your guess
# in place of the three dots and run the cell: the next one shows the answer. Nobody grades it;
# making it makes the answer stick.

# %% nbgrader={"grade_id": "ex0_1-predict", "solution": true}
PREDICT = {
    "name": "my_guess_in_percent", "kind": "number", "low": 0, "high": 100, "outcome": 90.26,
    "seen": r"right in ([\d.]+)% of cases",
}
### BEGIN SOLUTION
my_guess_in_percent = 90
### END SOLUTION

# %% id="moment" tags=["demo"]
print(f"right in {(said == truth).float().mean():.2%} of cases; you said {my_guess_in_percent}")
print(f"eights found: {int((said & truth).sum())} of {int(truth.sum())}")

# %% [markdown]
# Not one 8 is found, and the accuracy does not show it. It is not wrong, it answers another
# question. Asking the right one is what this course is about.
#
# ## Exercise 0.1: how many were found? (2 points)
#
# Difficulty: 1 of 5 · Minutes: 7 · Why: the share of the eights that were found (the *recall*) is
# the number that exposes this detector.
#
# Write `recall`. In the cell below keep the first lines, replace the line that raises
# `NotImplementedError`, and run it. Then run the check under it.
#
# - `said`, `truth`: bool tensors of shape (n,)
# - returns a float: of all examples that are true, the share that was said to be; `nan` if none is
#   true (0 of 0)
#
# Hints come in three steps and cost nothing.
#
# <details><summary>Hint 1: where to look</summary>
# You need two counts. Which examples count at the bottom of the fraction?
# <details><summary>Hint 2: the idea</summary>
# <code>said &amp; truth</code> is True where both are. The sum of a bool tensor counts its Trues.
# <details><summary>Hint 3: nearly the code</summary>
# <code>share = (said &amp; truth).sum() / truth.sum()</code>, then
# <code>return float(share)</code>. A torch tensor 0 divided by 0 is nan by itself.
# </details></details></details>

# %% nbgrader={"grade_id": "ex0_1-recall", "solution": true}
def recall(said, truth):
    """The share of the true examples that were said to be true, in [0, 1]; nan if there is none."""
    ### BEGIN SOLUTION
    return float((said & truth).sum() / truth.sum())
    ### END SOLUTION

# %% [markdown]
# The check says at once whether your answer is right, and if not, why. Try it with a mistake, too.
# Some checks are hidden: they run when the lab is graded, with other numbers.

# %% nbgrader={"grade_id": "oracle-recall", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_recall(recall):
    """Random cases against a count in plain Python, and the case of nothing to find."""
    g = torch.Generator().manual_seed(1)
    for n in (1, 10, 200):
        said, truth = torch.rand(2, n, generator=g) < 0.5
        truth[0] = True
        got = recall(said, truth)
        expect(isinstance(got, float), f"return a float, not a {type(got).__name__}", "no-float")
        pairs = list(zip(said.tolist(), truth.tolist(), strict=True))
        share = pairs.count((True, True)) / sum(t for _, t in pairs)
        expect(abs(got - share) < 1e-6, "on random examples your share is off", "wrong-share")
    got = recall(torch.tensor([True, False]), torch.tensor([False, False]))
    expect(got != got, f"with nothing to find the answer is nan, not {got}", "no-nan")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex0_1-recall-test", "points": 2}
@exercise("0.1")
def test_recall():
    """Seven of thirteen are true, two of them were found, and three false alarms were raised."""
    truth = torch.tensor([True] * 7 + [False] * 6)
    said = torch.tensor([True] * 2 + [False] * 5 + [True] * 3 + [False] * 3)
    got = expect_number(recall(said, truth), "recall")
    expect(abs(got - 2 / 5) > 1e-6, "you divide by what was SAID to be true (that is the "
           "precision); divide by what IS true", "precision")
    expect(abs(got - 5 / 13) > 1e-6, "that is the accuracy: it counts those rightly said to be "
           "false, too. Count among the true ones only", "accuracy")
    expect(abs(got - 2 / 13) > 1e-6, "you divide by the number of all examples; divide by the "
           "number of true ones", "of-all")
    expect(abs(got - 2) > 1e-6, "that is the number found; divide it by the number of true ones",
           "no-share")
    expect(abs(got - 2 / 7) < 1e-6, "2 of the 7 true examples were found, so the answer is 2/7; "
           f"yours: {got:.6g}", "wrong-share")
    got = expect_number(recall(said, said), "recall")
    expect(abs(got - 1) < 1e-6, "whoever says it of exactly the 5 that are true has recall 1; "
           f"yours: {got:.6g}", "wrong-share")
    one, nothing = torch.tensor([True, False]), torch.tensor([False, False])
    got = recall(nothing, one)
    expect(got == 0, f"whoever finds nothing, though there is one, has recall 0; yours: {got}",
           "nothing-found")
    got = recall(one, nothing)  # nothing is true: 0 of 0
    expect(isinstance(got, float), f"return a float, not a {type(got).__name__}", "no-float")
    expect(got != got, f"if nothing is true the answer is nan, not {got}", "no-nan")
    ### BEGIN HIDDEN TESTS
    oracle_recall(recall)
    ### END HIDDEN TESTS


test_recall()
print("0.1: visible checks passed")

# %% id="answer-demo" tags=["demo"]
print(f"recall of the detector that looks at nothing: {recall(said, truth):.0%}")

# %% [markdown]
# ## Exercise 0.2: in your own words (1 point)
#
# Difficulty: 1 of 5 · Minutes: 3 · Why: some answers are words. A person reads them; the score
# table says "waiting for a reader".
#
# In one or two sentences: why was the accuracy so high although the detector does nothing?
# Double-click the cell below, write, and press Shift+Enter.
#
# <details><summary>Hint 1: where to look</summary>
# How many of the 10,000 test digits are an 8? The cell under your prediction says it.
# <details><summary>Hint 2: the idea</summary>
# Accuracy weighs each example alike, whatever it is.
# <details><summary>Hint 3: nearly the words</summary>
# "About ... of the examples are not an 8, so ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex0_2-why", "solution": true, "points": 1}
# ### BEGIN SOLUTION
# About nine of ten digits are not an 8, so saying "no 8" each time is right nine times of ten.
#
# Rubric:
#
# - 1 point: says that the classes are unequal in size (about one in ten is an 8)
#
# Sample A (1/1): "Only a tenth are eights, so always saying no is right for the other nine tenths."
#
# Sample B (0/1): "Because accuracy is a bad measure."
# ### END SOLUTION

# %% [markdown]
# **Where next.** Lab 01: a network that reads 99 % of the digits, and how little it takes to fool
# it.
#
# ## Your score
#
# Save the notebook (Ctrl+S, on a Mac Cmd+S), then run the cell below: it grades the saved file,
# with the hidden checks where your copy of the course has them. The file is only read.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab00_start_here")
