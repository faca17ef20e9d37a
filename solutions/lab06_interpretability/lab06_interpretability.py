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
# # Lab 06: interpretability
#
# A model decides about a person. The person asks why. There are tools that answer.
# When is their answer true?
#
# By the end you will be able to
#
# - compute Shapley values exactly, and say which question they answer,
# - write LIME, measure how much its answer depends on luck, and make it depend less,
# - build a model that lies to an explainer, and a test that notices,
# - write maps of a network's gradient, and find out which of them look at the network at all,
# - put a tree in place of a network, and find people for whom it tells another story,
# - explain one decision to three different readers.
#
# | | |
# |---|---|
# | Paper | section 2.3 (interpretability and explainability) |
# | Time | Part A 80 min, Part B 70 min; deeper 120 min |
# | Points | 60: core 46, deeper 14 (51 checked by machine, 9 read by a person) |
# | You need | Python, numpy, a little PyTorch (`torch.autograd.grad`); Lab 00 |
# | It runs in | about 22 CPU seconds in all, 7 without the demonstrations; 1.3 GiB of memory |
#
# | symbol | name in code | shape |
# |---|---|---|
# | a table of people, one row each | `rows` | (n, d) |
# | the model, as a function | `predict` | (n, d) -> (n,) |
# | a coalition $S$: which features are known | a row of `coalitions` | (k, d), True or False |
# | worth $v(S)$ of a coalition | `value(coalitions)` | (k,) |
# | attributions $\phi$ of one decision | `phi` | (d,) |
# | images and their maps | `x`, `maps` | (n, 1, 28, 28) |
#
# An **attribution** says how much each feature, or each pixel, has to do with one answer.
#
# The paper names three challenges: models are complex, the accurate ones are said to be the
# opaque ones, and an explanation depends on who reads it. It names four techniques: SHAP, LIME,
# saliency maps, surrogate models. You will meet all seven.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from safetylab import data, models, page, plots, tables, training, widgets
from safetylab.checks import (exercise, expect, expect_array, expect_number, expect_tensor,
                              untouched)

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(6)

# %% [markdown]
# ## It breaks
#
# The Adult table: 48,842 people asked by the United States census bureau in 1994. The question of
# the table: is the income above 50,000 dollars? We keep eight numbers a person.

# %% nbgrader={"grade_id": "setup-adult", "locked": true}
COLUMNS = ["age", "education level", "hours a week", "capital gain", "capital loss",
           "married", "self-employed", "man"]
SEX = COLUMNS.index("man")


def numbers(table):
    """Eight numbers a person, (n, 8): the last three are 0 or 1."""
    married = table.marital_status.str.startswith("Married")
    own_boss = table.workclass.fillna("").str.startswith("Self")
    return np.column_stack([table.age, table.education_num, table.hours_per_week,
                            table.capital_gain, table.capital_loss, married, own_boss,
                            table.sex == "Male"]).astype(float)


train, held_out = (numbers(tables.adult(split)) for split in ("train", "test"))
rich, held_out_rich = ((tables.adult(split).income == ">50K").to_numpy().astype(int)
                       for split in ("train", "test"))
MEAN, SCALE = train.mean(axis=0), train.std(axis=0)

# %% [markdown]
# A chain of boosted trees (each one corrects those before it) learns the table. Then Kim asks it.
# Kim is invented: 38 years old, education level 12 of 16 (an associate degree; 9 is high school, 13
# a bachelor's), 45 hours a week, unmarried, a woman. Why this score? The `shap` library answers,
# twice.

# %% nbgrader={"grade_id": "setup-words", "locked": true}
def in_words(values, names):
    """Attributions as text for those who do not see the picture, the largest first."""
    order = np.argsort(-np.abs(values))
    return ", ".join(f"{names[i]} {values[i]:+.2f}" for i in order)

# %% id="hook" tags=["demo"]
import shap
from sklearn.ensemble import HistGradientBoostingClassifier

boosted = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(train, rich)
kim = np.array([38, 12, 45, 0, 0, 0, 0, 0], dtype=float)
hook_rng = np.random.default_rng(0)
everybody = train[hook_rng.choice(len(train), 100, replace=False)]
unmarried = train[train[:, 5] == 0]
alike = unmarried[hook_rng.choice(len(unmarried), 100, replace=False)]
answers = {name: shap.TreeExplainer(boosted, rows).shap_values(kim[None])[0]
           for name, rows in (("compared with everybody", everybody),
                              ("compared with the unmarried", alike))}
figure = plots.bars(answers, COLUMNS, xlabel="effect on the score (log-odds)",
                    title="Why did Kim get this score?")
plots.show(figure, alt="Two bars for each of eight features. " + "; ".join(
    f"{name}: {in_words(phi, COLUMNS)}" for name, phi in answers.items()) + ".")
for name, phi in answers.items():
    print(f"{name}: the main reason is {COLUMNS[np.abs(phi).argmax()]} "
          f"({phi[np.abs(phi).argmax()]:+.2f})")

# %% [markdown]
# One model, one person, one method, and two main reasons: one speaks against Kim, the other for
# her. Neither is a bug. Such an explanation compares, and the two answers compare Kim with
# different people. Whoever picks the comparison can pick the reason.
#
# So before you trust an explanation you have to know which question it answers. A sure way to know
# is to write it.

# %% [markdown]
# # Part A: tables
#
# About 80 minutes: exercises 6.1 to 6.3.

# %% [markdown]
# ## The smallest case
#
# Lloyd Shapley, 1953: $n$ players earn something together. What is each one's fair share? $v(S)$
# tells what every group, every **coalition** $S$, would earn without the others. Player $i$'s share
# is the mean of what $i$ adds on arrival, over all orders in which the players can arrive:
#
# $$\phi_i = \sum_{S \not\ni i} \frac{|S|! \, (n - |S| - 1)!}{n!} \left( v(S \cup \{i\}) - v(S)
# \right)$$
#
# The sum runs over the coalitions without $i$, and $|S|$ is the number of players in $S$. It is the
# only rule that keeps four promises in all games: the shares add up to $v$(all) $- v$(nobody)
# (**efficiency**); who never adds anything gets nothing (**dummy**); two players who add the same
# to every coalition without them get the same (**symmetry**); the shares of a sum of two games are
# the sums of the shares (**linearity**).
#
# ## Exercise 6.1: what each feature is due (8 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: SHAP is this formula, with the features of a model as
# players. Faster methods approximate it, or solve a special case.
#
# **a. `shapley(value, n)`**: the shares of all n players, by going through all coalitions.
#
# - `value`: takes coalitions as a bool array of shape (k, n), one per row, and returns (k,)
#   numbers; it can answer for all $2^n$ coalitions at once; $v$(nobody) need not be 0
# - returns: shape (n,), float
#
# <details><summary>Hint 1: where to look</summary>
# <code>itertools.product([False, True], repeat=n)</code> lists the coalitions. In which row is the
# coalition that has player i on top of those in row r?
# <details><summary>Hint 2: the idea</summary>
# The rows count in binary, player 0 being the highest digit. To add player i is to add
# 2 ** (n - 1 - i) to the row number. The weight depends on the size of the coalition only:
# |S|! (n - |S| - 1)! / n! is 1 / (n * binomial(n - 1, |S|)).
# <details><summary>Hint 3: nearly the code</summary>
# <code>coalitions = np.array(list(itertools.product([False, True], repeat=n)))</code> and
# <code>worth = value(coalitions)</code>. For each i: <code>out = np.flatnonzero(~coalitions[:,
# i])</code>; <code>gain = worth[out + 2 ** (n - 1 - i)] - worth[out]</code>; <code>weight = [1 / (n
# * math.comb(n - 1, s)) for s in coalitions[out].sum(axis=1)]</code>; the share is
# <code>np.dot(weight, gain)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-shapley", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_shares(value, n):
    """The definition, order by order: what each player adds on arrival, averaged; n <= 8."""
    from itertools import permutations

    orders = np.array(list(permutations(range(n))))
    arrival = orders.argsort(axis=1)
    before = arrival[:, None, :] < arrival[:, :, None]  # order, newcomer, who is there
    after = before | np.eye(n, dtype=bool)
    adds = value(after.reshape(-1, n)) - value(before.reshape(-1, n))
    return adds.reshape(len(orders), n).mean(axis=0)


def oracle_game(n, rng):
    """A random game: a number for every coalition, the empty one included."""
    worth = rng.normal(size=2**n)
    return lambda coalitions: worth[np.asarray(coalitions) @ (1 << np.arange(n))]


def oracle_axioms(shapley, rng):
    """The four promises on random games of one to eight players."""
    for n in (1, 2, 3, 5, 8):
        game, other = oracle_game(n, rng), oracle_game(n, rng)
        phi = expect_array(shapley(game, n), (n,), "shapley")
        everyone, nobody = game(np.ones((1, n), bool))[0], game(np.zeros((1, n), bool))[0]
        expect(abs(phi.sum() - (everyone - nobody)) < 1e-5,
               f"with {n} players your shares add up to {phi.sum():.6f}, not to value(all) - "
               f"value(nobody) = {everyone - nobody:.6f}", "not-efficient")
        both = shapley(lambda c, f=game, g=other: 2 * f(c) + g(c), n)
        expect(np.allclose(both, 2 * phi + shapley(other, n), atol=1e-5), "the shares of a sum "
               "of games are not the sums of the shares", "not-linear")
        if n <= 5:
            expect(np.allclose(phi, oracle_shares(game, n), atol=1e-5), f"in a random game of "
                   f"{n} players your shares are not the means over all orders", "wrong-weights")


def oracle_known_games(shapley):
    """An airport of nine airlines, one of them a dummy; and two players who add the same."""
    from itertools import pairwise

    needs = np.array([4.0, 1.0, 0.0, 2.0, 2.0, 7.0, 9.0, 3.0, 9.0])
    phi = shapley(lambda c: np.max(c * needs, axis=1), 9)
    steps = np.unique(needs)
    truth = [sum((b - a) / (needs >= b).sum() for a, b in pairwise(steps) if b <= need)
             for need in needs]
    expect(abs(phi[2]) < 1e-5, "a player who never adds anything must get nothing", "no-dummy")
    expect(abs(phi[3] - phi[4]) < 1e-5, "equal players must get equal shares", "no-symmetry")
    expect(np.allclose(phi, truth), "nine airlines share a runway: your shares are off",
           "wrong-weights")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_1-shapley", "solution": true}
def shapley(value, n):
    """The Shapley value of each of n players; value: bool (k, n) -> (k,). Returns (n,)."""
    ### BEGIN SOLUTION
    import itertools
    import math

    members = np.array(list(itertools.product([False, True], repeat=n)))
    worth = np.asarray(value(members), dtype=float)
    weight = np.array([1 / (n * math.comb(n - 1, size)) for size in range(n)])
    phi = np.zeros(n)
    for i in range(n):
        without = np.flatnonzero(~members[:, i])
        gain = worth[without + 2 ** (n - 1 - i)] - worth[without]
        phi[i] = weight[members[without].sum(axis=1)] @ gain
    return phi
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_1-shapley-test", "points": 4}
@exercise("6.1")
def test_shapley():
    """Three games that were solved by hand."""
    def gloves(c):
        """Player 0 owns a left glove, 1 and 2 own right ones; only a pair can be sold."""
        return (c[:, 0] & (c[:, 1] | c[:, 2])).astype(float)

    phi = expect_array(shapley(gloves, 3), (3,), "shapley")
    expect(phi.dtype.kind == "f", "the shares are floats; yours are whole numbers", "whole-numbers")
    said = f"one left glove, two right ones: the shares are 2/3, 1/6, 1/6; yours {phi.round(3)}"
    expect(not np.allclose(phi, [1, 0, 0]), f"{said}. You compare only the whole group with and "
           "without each player", "leave-one-out")
    expect(not np.allclose(phi, [0, 0, 0]), f"{said}. You look only at each player alone", "alone")
    expect(not np.allclose(phi, [3 / 4, 1 / 4, 1 / 4]), f"{said}. You weigh all coalitions alike "
           "(that is Banzhaf's index); a size counts as much as any other size", "equal-weights")
    expect(not np.allclose(phi[::-1], [2 / 3, 1 / 6, 1 / 6]), f"{said}. Your players stand in the "
           "opposite order", "reversed")
    expect(not np.allclose(phi, [-2 / 3, -1 / 6, -1 / 6]), f"{said}. A player's gain is the worth "
           "with the player minus the worth without", "wrong-sign")
    expect(np.allclose(phi, [2 / 3, 1 / 6, 1 / 6]) or not np.allclose(phi, [2 / 3, 1 / 6, 1 / 6],
           atol=0.05), f"{said}. Near, but this exercise asks for the exact shares: go through all "
           "coalitions instead of a sample", "sampled")
    expect(np.allclose(phi, [2 / 3, 1 / 6, 1 / 6]), said, "wrong-weights")

    def vote(c):
        """A motion passes with six votes; the four parties have 3, 4, 1 and 2."""
        return (c @ np.array([3, 4, 1, 2]) >= 6).astype(float)

    phi = expect_array(shapley(vote, 4), (4,), "shapley")
    expect(np.allclose(phi, np.array([3, 5, 1, 3]) / 12), "parties of 3, 4, 1 and 2 vote, 6 votes "
           f"pass: the shares are 3, 5, 1 and 3 twelfths; yours {(12 * phi).round(3)} twelfths",
           "wrong-weights")
    shifted = expect_array(shapley(lambda c: 10 + c @ np.array([1.0, -2.0]), 2), (2,), "shapley")
    expect(np.allclose(shifted, [1, -2]), "two players who add 1 and -2, whoever is there, and "
           f"nobody earns 10: shares 1 and -2; yours {shifted}", "nobody-counts")
    alone = expect_array(shapley(lambda c: 3 + 4.0 * c[:, 0], 1), (1,), "shapley")
    expect(np.allclose(alone, 4), f"one player who adds 4: share 4; yours {alone}", "nobody-counts")
    ### BEGIN HIDDEN TESTS
    oracle_axioms(shapley, np.random.default_rng(611))
    oracle_known_games(shapley)
    ### END HIDDEN TESTS


test_shapley()
print("6.1a: visible checks passed")

# %% [markdown]
# **b. `coalition_game(predict, x, background)`**: make a game of a prediction. The players are the
# features. A coalition $S$ earns what the model says on average when the features in $S$ have the
# values of `x`, and the others are as they are in a row of `background`, averaged over its rows.
#
# - `predict`: (m, d) -> (m,); `x`: (d,); `background`: (b, d)
# - returns: a function `value` that takes coalitions, bool (k, d), and returns (k,)
#
# <details><summary>Hint 1: where to look</summary>
# <code>np.where(coalition, x, background)</code> is the background with the known features of x
# put in.
# <details><summary>Hint 2: the idea</summary>
# First predict, then average. The model sees whole rows only; an average row may be nobody.
# <details><summary>Hint 3: nearly the code</summary>
# Inside <code>value(coalitions)</code>: <code>mixed = np.where(coalitions[:, None, :], x,
# background)</code> has shape (k, b, d). Reshape it to <code>(-1, len(x))</code>, predict, reshape
# the answers to <code>(len(coalitions), len(background))</code>, and take the mean of each row.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-game", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_game_on_models(coalition_game, rng):
    """Linear models have a closed form; the shap library knows a curved one and a forest."""
    import shap
    from sklearn.ensemble import GradientBoostingRegressor

    weight, background = rng.normal(size=5), rng.normal(size=(30, 5))
    x = rng.normal(size=5)
    phi = oracle_shares(coalition_game(lambda rows: rows @ weight + 2, x, background), 5)
    due = weight * (x - background.mean(axis=0))
    expect(np.allclose(phi, due, atol=1e-5), "for a linear model the share "
           "of feature j is w_j * (x_j - its mean in the background)", "swapped")

    def curved(rows):
        return np.tanh(rows @ weight) + rows[:, 0] * rows[:, 1] ** 2

    phi = oracle_shares(coalition_game(curved, x, background), 5)
    kernel = shap.KernelExplainer(curved, background).shap_values(x, silent=True)
    expect(np.abs(phi - kernel).max() < 1e-4, "on a curved model your game does not give the "
           "values of shap.KernelExplainer", "mean-first")
    some = train[rng.choice(len(train), 400, replace=False)][:, [0, 1, 2, 3, 5, 7]]
    forest = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(some, some[:, 0] % 7)
    phi = oracle_shares(coalition_game(forest.predict, some[1], some[100:140]), 6)
    tree = shap.TreeExplainer(forest, some[100:140], feature_perturbation="interventional")
    expect(np.abs(phi - tree.shap_values(some[1:2])[0]).max() < 1e-4, "on a forest your game does "
           "not give the values of shap.TreeExplainer", "mean-first")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_1-game", "solution": true}
def coalition_game(predict, x, background):
    """The game in which features are players: returns value, bool (k, d) -> (k,)."""
    ### BEGIN SOLUTION
    def value(coalitions):
        blended = np.where(coalitions[:, None, :], x, background)
        answers = predict(blended.reshape(-1, len(x)))
        return answers.reshape(len(coalitions), len(background)).mean(axis=1)

    return value
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_1-game-test", "points": 4}
@exercise("6.1")
def test_game():
    """A product of two features, and three background rows: four coalitions by hand."""
    def product(rows):
        return rows[:, 0] * rows[:, 1]

    x, background = np.array([6.0, 5.0]), np.array([[0.0, 1.0], [2.0, 3.0], [7.0, 1.0]])
    game = coalition_game(product, x.copy(), background.copy())
    expect(callable(game), "coalition_game must return a function of coalitions", "no-function")
    coalitions = np.array([[False, False], [True, False], [False, True], [True, True]])
    got = expect_array(game(coalitions), (4,), "your game")
    expect(not np.allclose(got[[0, 3]], [30, 13 / 3]), "when nobody is known the rows are those of "
           "the background, when all are known they are x: yours is the other way round", "swapped")
    expect(not np.isclose(got[0], 5), "nobody known: the model says 0, 6 and 7 about the three "
           "background rows, 4.333 on average. Yours, 5, is what it says about their average row, "
           "and about rows that mix several of them: keep each row whole, predict, then average",
           "mean-first")
    expect(not np.allclose(got[:3], 0), "an unknown feature is not zero: it is as in the "
           "background", "zeros")
    expect(not np.allclose(got, [13 / 3, 10, 30, 30]), "what is put in for one coalition is still "
           "there for the next: do not write into the background, copy it", "background-changed")
    expect(not np.allclose(got, [13, 30, 45, 90]), "return the mean over the background rows, not "
           "the sum", "sum")
    expect(np.allclose(got, [13 / 3, 10, 15, 30]), "nobody, 0 alone, 1 alone, both are worth "
           f"4.333, 10, 15 and 30; yours {got.round(3)}", "wrong-rows")
    again = np.asarray(game(coalitions[:1]))
    expect(again.shape == (1,), f"one coalition: return shape (1,); yours {again.shape}",
           "wrong-rows")
    expect(np.isclose(again[0], 13 / 3), "asked a second time, nobody is worth "
           f"{again[0]:.3f} instead of 4.333: do not write into the background, copy it",
           "background-changed")
    ### BEGIN HIDDEN TESTS
    oracle_game_on_models(coalition_game, np.random.default_rng(612))
    ### END HIDDEN TESTS


test_game()
print("6.1b: visible checks passed")

# %% [markdown]
# Now the real thing. A small network learns the same table; you explain what it says about Kim,
# and ask the `shap` library for a second opinion.

# %% id="net-demo" tags=["demo"]
def standardised(table):
    """A table as the network wants it: (n, 8) float32, each column centred and scaled."""
    return torch.as_tensor((table - MEAN) / SCALE, dtype=torch.float32)


def trained_on_adult(seed):
    """A network of 32 hidden units, five passes over the training rows."""
    generator = torch.Generator().manual_seed(seed)
    network = models.mlp(8, 32, 2, generator=generator)
    training.fit(network, data.Images(standardised(train), torch.tensor(rich)), epochs=5, lr=3e-3,
                 batch_size=256, generator=generator)
    return network


def score_by(network, table):
    """The network's probability of an income above 50,000 dollars: (n, 8) -> (n,)."""
    with torch.no_grad():
        return F.softmax(network(standardised(table)), dim=1)[:, 1].double().numpy()


net = trained_on_adult(0)
net_score = lambda table: score_by(net, table)  # noqa: E731
correct = (net_score(held_out) > 0.5) == held_out_rich
print(f"the network is right about {correct.mean():.1%} of {len(held_out):,} held-out people")

# %% id="kim-demo" tags=["demo"]
kims = shapley(coalition_game(net_score, kim, everybody), 8)
library = shap.KernelExplainer(net_score, everybody).shap_values(kim, silent=True)
print(f"score of Kim {net_score(kim[None])[0]:.3f}, mean score {net_score(everybody).mean():.3f}, "
      f"sum of the shares {kims.sum():+.3f}")
print(f"largest difference from shap's values: {np.abs(kims - library).max():.0e}")
explanation = shap.Explanation(kims, net_score(everybody).mean(), kim,
                               feature_names=COLUMNS)
figure = shap.plots.waterfall(explanation, show=False).figure
figure.set_size_inches(10, 4.5)
figure.axes[0].set_xlabel("score (probability of an income above 50,000 dollars)", labelpad=20)
figure.subplots_adjust(left=0.3, right=0.92, bottom=0.23)
average = net_score(everybody).mean()
plots.show(figure, alt=f"A waterfall from the mean score {average:.2f} to Kim's "
           f"score {net_score(kim[None])[0]:.2f}; the steps: {in_words(kims, COLUMNS)}.")

# %% [markdown]
# A waterfall starts at the mean of the background and ends at Kim's score; the steps are your
# shares. Efficiency is what lets it arrive.
#
# Move Kim's hours and level of education. The network answers; your function says why. Look at the
# bars that move although their feature stayed the same: the features act together.

# %% id="control-demo" tags=["demo"]
def moved(column, number):
    """Kim with another number in one column."""
    return np.where(np.arange(8) == COLUMNS.index(column), number, kim)


MOVES = {"hours a week": list(range(20, 81, 5)), "education level": list(range(5, 17))}
KIMS_SHARES = {(column, number): shapley(coalition_game(net_score, moved(column, number),
                                                        everybody[:40]), 8)
               for column, choices in MOVES.items() for number in choices}
REACH = 1.1 * max(np.abs(phi).max() for phi in KIMS_SHARES.values())


def reasons(column, number):
    """The score and the shares of a moved Kim, as a figure on axes that stay."""
    score = net_score(moved(column, number)[None])[0]
    drawn = plots.bars({"share": KIMS_SHARES[column, number]}, COLUMNS,
                       xlabel="effect on the score (probability), against 40 people",
                       title=f"{column} = {number:g}: score {score:.2f}")
    drawn.axes[0].set_xlim(-REACH, REACH)
    return drawn


for column, choices in MOVES.items():
    widgets.slider(lambda number, column=column: reasons(column, number), choices,
                   label=column, initial=len(choices) // 2,
                   alt=lambda number, column=column: f"Shares of Kim's score with {column} "
                   f"{number}: {in_words(KIMS_SHARES[column, number], COLUMNS)}.")

# %% [markdown]
# ## Exercise 6.2: LIME, and how much of it is luck (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: LIME asks another question: which straight line is the
# model, near this person? It draws neighbours at random, and a reason that changes with the draw
# is a weak reason.
#
# **a. `lime`**: draw neighbours of `x`, ask the model, fit a weighted straight line, return its
# slopes (Ribeiro, Singh, Guestrin 2016).
#
# - `draw(x, n, rng)` returns n neighbours, shape (n, d); call it once
# - the distance $t$ of a neighbour $z$ is the length of $(z - x) / s$, with the scale $s$ (`scale`)
#   of each feature; its weight is $\exp(-t^2 / (2 \omega^2))$, with $\omega$ the `width`
# - the line has an intercept, and is the one with the smallest **weighted** sum of squared errors
# - returns: shape (d,), the slopes **per unit of each feature** (per year, per dollar)
#
# <details><summary>Hint 1: where to look</summary>
# np.linalg.lstsq solves the problem without weights. What must you multiply each row with, so that
# its squared error is multiplied by the weight?
# <details><summary>Hint 2: the idea</summary>
# By the root of the weight, both sides. The intercept is a column of ones (multiply it, too).
# <details><summary>Hint 3: nearly the code</summary>
# <code>z = draw(x, n, rng)</code>, <code>u = (z - x) / scale</code>, <code>root = np.exp(-(u *
# u).sum(axis=1) / (2 * width**2)) ** 0.5</code>, <code>columns = np.column_stack([np.ones(n),
# u])</code>; solve <code>b = np.linalg.lstsq(columns * root[:, None], predict(z) * root,
# rcond=None)[0]</code>; leave out b[0] and divide by scale.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-gaussian", "locked": true}
def gaussian(scale):
    """A draw for lime: n neighbours from a normal distribution around x, as wide as scale."""
    def draw(x, n, rng):
        return x + scale * rng.standard_normal((n, len(x)))

    return draw

# %% nbgrader={"grade_id": "oracle-lime", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_lime(predict, x, z, scale, width):
    """The slopes by scikit-learn's weighted regression on given neighbours z."""
    from sklearn.linear_model import LinearRegression

    weight = np.exp(-(((z - x) / scale) ** 2).sum(axis=1) / (2 * width**2))
    return LinearRegression().fit(z - x, predict(z), sample_weight=weight).coef_


def oracle_lime_lines(lime, rng):
    """The same neighbours, scikit-learn's line: other sizes, scales and widths."""
    for d, width, n in ((1, 0.5, 50), (3, 1.0, 80), (6, 2.0, 300)):
        x, scale, weight = rng.normal(size=d), rng.uniform(0.1, 9, d), rng.normal(size=d)
        seen = []

        def draw(x, n, rng, seen=seen, scale=scale):
            seen.append(x + scale * rng.uniform(-2, 2, (n, len(x))))
            return seen[-1]

        def predict(rows, weight=weight, scale=scale):
            return np.sin(rows / scale @ weight) + (rows / scale) ** 2 @ weight

        got = lime(predict, x.copy(), draw, scale, rng=rng, n=n, width=width)
        expect_array(got, (d,), "lime")
        expect(sum(map(len, seen)) == n, f"draw must be asked for n = {n} neighbours once",
               "draws-again")
        truth = oracle_lime(predict, x, np.concatenate(seen), scale, width)
        expect(np.allclose(got, truth, rtol=1e-4, atol=1e-6), f"on the same {n} neighbours "
               f"scikit-learn's weighted line has slopes {truth}; yours {got}", "wrong-weights")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_2-lime", "solution": true}
def lime(predict, x, draw, scale, *, rng, n=1000, width):
    """Slopes of the weighted line through n neighbours of x: (d,)."""
    ### BEGIN SOLUTION
    z = draw(x, n, rng)
    u = (z - x) / scale
    root = np.exp(-(u**2).sum(axis=1) / (4 * width**2))
    columns = np.column_stack([np.ones(n), u]) * root[:, None]
    line = np.linalg.lstsq(columns, predict(z) * root, rcond=None)[0]
    return line[1:] / scale
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_2-lime-test", "points": 5}
@exercise("6.2")
def test_lime():
    """Straight models, which every weighting fits; then a cube, whose slope shows the weights."""
    x, scale, asked = np.array([1.0, -2.0]), np.array([1.0, 10.0]), []

    def draw(x, n, rng):
        asked.append(n)
        return gaussian(scale)(x, n, rng)

    def run(predict, seed=0, n=2000, width=1.0):
        got = lime(predict, x.copy(), draw, scale.copy(), n=n, width=width,
                   rng=np.random.default_rng(seed))
        return expect_array(got, (2,), "lime")

    slopes = run(lambda rows: (rows - x) @ np.array([3.0, -4.0]))
    expect(np.allclose(slopes, [3, -4]) or not np.allclose(slopes, [3, -4], atol=0.05), "the model "
           f"3 (a - 1) - 4 (b + 2) has slopes 3 and -4; yours {slopes}. Near, but a line fits it "
           "exactly: is there a penalty (ridge) in your fit?", "penalty")
    expect(not np.isclose(slopes[0], 3) or np.isclose(slopes[1], -4), "the model 3 (a - 1) - 4 (b "
           f"+ 2) has slopes 3 and -4; yours {slopes.round(3)}. Scale is 1 for a and 10 for b: "
           "divide by scale once, to have the slopes per unit of each feature, and ask the model "
           "about z itself (u = z is no copy of it)", "scaled-units")
    expect(np.allclose(slopes, [3, -4]), "the model 3 (a - 1) - 4 (b + 2) has slopes 3 and -4; "
           f"yours {slopes.round(3)}. A line fits it exactly, whatever the weights. Is each "
           "row multiplied on both sides, the columns and the answers, and is it the intercept "
           "that is left out?", "one-side")
    slopes = run(lambda rows: 50 + rows @ np.array([3.0, -4.0]))
    expect(np.allclose(slopes, [3, -4]), "3 (a - 1) - 4 (b + 2) came out right, but of the model "
           f"50 + 3 a - 4 b your slopes are {slopes.round(3)} instead of 3 and -4: the line needs "
           "an intercept, weighted like the other columns", "no-intercept")

    def cube(rows):
        return (((rows - x) / scale) ** 3).sum(axis=1)

    for width, truth in ((1.0, 1.5), (2.0, 2.4)):
        got = scale * run(cube, n=20_000, width=width)
        said = (f"the model u^3 + v^3, in units of scale around x, has LIME slopes {truth} for "
                f"width {width:g} (neighbours drawn as wide as scale); yours {got.round(2)}")
        expect(not (np.abs(got - 3) < 0.2).all(), f"{said}. 3 is the answer without weights",
               "no-weights")
        expect(abs(got[0] - truth) > 0.2 or got[1] > truth - 0.4, f"{said}. The distance is that "
               "of (z - x) / scale: divide before you measure", "unscaled")
        expect(not (width == 1 and (np.abs(got - 1) < 0.15).all()), f"{said}. 1 is the answer when "
               "each row is multiplied by the weight instead of its root (or the 2 is missing)",
               "no-root")
        expect((np.abs(got - truth) < 0.2).all(), said, "wrong-weights")
    asked.clear()
    first, again = run(cube), run(cube)
    expect(asked == [2000, 2000], f"draw must be called once, for n = 2000 neighbours; in two "
           f"calls of lime it was asked for {asked}", "draws-again")
    expect(np.array_equal(first, again) and not np.array_equal(first, run(cube, seed=1)), "the "
           "neighbours must come from draw(x, n, rng), with the rng you are given", "ignores-rng")
    few = np.array([[0.0, 0.5], [1.0, 0.0], [2.0, 1.0], [0.5, 2.0], [1.0, 1.5], [-0.5, 1.0]])
    got = scale * expect_array(lime(
        lambda rows: ((rows - x) / scale)[:, 0] * ((rows - x) / scale).sum(axis=1), x.copy(),
        lambda x, n, rng: x + scale * few, scale.copy(), rng=np.random.default_rng(0), n=6,
        width=1.0), (2,), "lime")
    said = ("the model u^2 + u v asked about six neighbours, most to one side of x: the slopes "
            f"in units of scale are 1.7978 and 0.9522; yours {got.round(4)}")
    for slopes, slip, cause in (
            ([1.5950, 0.5112], "the line need not meet the model at x: its intercept is fitted, "
             "too", "through-x"),
            ([2.3021, 0.5636], "the distance is measured from x, not from the mean of the "
             "neighbours", "centred"),
            ([1.7325, 1.2685], "the scale is given; do not estimate it from the neighbours",
             "own-scale"),
            ([1.6849, 0.7067], "x itself is not one of the neighbours", "x-added"),
            ([1.6553, 0.7106], "x itself is not one of the neighbours", "x-added")):
        expect(not np.allclose(got, slopes, atol=2e-4), f"{said}. {slip}", cause)
    expect(np.allclose(got, [1.79777, 0.95217], atol=2e-4), said, "wrong-weights")
    ### BEGIN HIDDEN TESTS
    oracle_lime_lines(lime, np.random.default_rng(621))
    ### END HIDDEN TESTS


test_lime()
print("6.2a: visible checks passed")

# %% [markdown]
# ### Predict, then run
#
# Your LIME explains the network's score of twenty real people, ten times each, with 200 neighbours
# and another seed each time. For how many of the twenty are the three main reasons the same in all
# ten runs? Commit to a number.

# %% nbgrader={"grade_id": "ex6_2-predict", "solution": true}
PREDICT = {
    "name": "my_guess_of_twenty", "kind": "number", "low": 0, "high": 20, "outcome": 6,
    "seen": r"in ten of ten runs: (\d+) of 20",
}
### BEGIN SOLUTION
my_guess_of_twenty = 15
### END SOLUTION

# %% id="luck-demo" tags=["demo"]
WIDTH = 0.75 * 8**0.5  # the default of the lime library: 0.75 times the root of the features
twenty = held_out[np.random.default_rng(1).choice(len(held_out), 20, replace=False)]


def repeated(explain):
    """Ten explanations of each of the twenty, in units of SCALE: (20, 10, 8)."""
    return np.array([[SCALE * explain(x, np.random.default_rng(seed)) for seed in range(10)]
                     for x in twenty])


def plain(x, rng, n=200):
    """LIME's answer about x with n neighbours."""
    return lime(net_score, x, gaussian(SCALE), SCALE, rng=rng, n=n, width=WIDTH)


ten_runs = repeated(plain)
tops_of = [{frozenset(np.abs(phi).argsort()[-3:].tolist()) for phi in person}
           for person in ten_runs]
print(f"the same three reasons in ten of ten runs: {sum(len(t) == 1 for t in tops_of)} of 20 "
      f"people; you said {my_guess_of_twenty}")

# %% [markdown]
# Ten runs, one model, one person. What differs is luck. Put a number on it.
#
# **b. `jaccard_of_tops(runs, k)`**: the k main reasons of a run are the k features with the largest
# **absolute** attribution. Two runs agree by the Jaccard index of their sets of main reasons: size
# of the intersection over size of the union. Return its mean over all pairs of *different* runs.
#
# - `runs`: (r, d) with r at least 2; `k`: from 1 to d; returns a float in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# np.argsort of the absolute values gives the features in order; itertools.combinations the pairs.
# <details><summary>Hint 2: the idea</summary>
# Make a set of k feature numbers for each run; Python's sets know <code>&</code> and
# <code>|</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>tops = [set(np.argsort(-np.abs(run))[:k].tolist()) for run in runs]</code>, then the mean of
# <code>len(a & b) / len(a | b)</code> for a, b in <code>itertools.combinations(tops, 2)</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-jaccard", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_jaccard(runs, k):
    """The same number from a table of ones: scikit-learn's Jaccard score of each pair."""
    from sklearn.metrics import jaccard_score

    member = np.abs(runs) >= np.sort(np.abs(runs), axis=1)[:, [-k]]
    pairs = [(a, b) for a in range(len(runs)) for b in range(a)]
    return float(np.mean([jaccard_score(member[a], member[b]) for a, b in pairs]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_2-jaccard", "solution": true}
def jaccard_of_tops(runs, k):
    """Mean Jaccard index of the k main reasons over pairs of runs: (r, d) -> float."""
    ### BEGIN SOLUTION
    from itertools import combinations

    tops = [set(np.abs(run).argsort()[::-1][:k].tolist()) for run in runs]
    return float(np.mean([len(a & b) / len(a | b) for a, b in combinations(tops, 2)]))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_2-jaccard-test", "points": 2}
@exercise("6.2")
def test_jaccard():
    """Two runs that agree, and three runs with five features, by hand."""
    two = np.array([[5.0, 4.0, 0.0, 1.0, 2.0], [-5.0, -4.0, 2.0, 0.0, 1.0]])
    with untouched(two):
        got = expect_number(jaccard_of_tops(two, 2), "jaccard_of_tops")
    said = f"of {two[0]} and {two[1]} the two main reasons are features 0 and 1, so the runs agree "
    expect(not np.isclose(got, 1 / 3), f"{said}by 1; yours 1/3: you take the smallest", "smallest")
    expect(not np.isclose(got, 0), f"{said}by 1; yours 0: a strong reason against is a main "
           "reason, too, so take absolute values (and equal sets have the index 1)", "signed")
    expect(np.isclose(got, 1), f"{said}by 1; yours {got:.3f}", "wrong-index")
    runs = np.array([[9.0, 8.0, 1.0, 0.5, 2.0], [7.0, 1.0, 6.0, 0.1, 2.0], [9.0, 7.0, 0.2, 1, 3],
                     [0.1, 0.2, 1.0, 9.0, 8.0]])
    got = expect_number(jaccard_of_tops(runs.copy(), 2), "jaccard_of_tops")
    said = ("four runs have the main reasons 0 1, 0 2, 0 1 and 3 4: the six pairs agree by 1/3, 1, "
            f"0, 1/3, 0 and 0, 0.278 on average; yours {got:.3f}")
    expect(not np.isclose(got, 11 / 24), f"{said}. A run is not paired with itself", "own-pairs")
    expect(not np.isclose(got, 1 / 3), f"{said}. The Jaccard index divides by the size of the "
           "union, not by k", "overlap")
    expect(not np.isclose(got, 4 / 9), f"{said}. All pairs count, not only those with the first "
           "run", "first-only")
    expect(not np.isclose(got, 2 / 9), f"{said}. All pairs count, not only those that follow each "
           "other", "neighbours-only")
    expect(np.isclose(got, 5 / 18), said, "wrong-index")
    three = expect_number(jaccard_of_tops(runs.copy(), 3), "jaccard_of_tops")
    expect(np.isclose(three, 29 / 60), "the same four runs with k = 3 agree by 0.483 on average; "
           f"yours {three:.3f}", "ignores-k")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(622)
    for r, d, k in ((2, 3, 1), (6, 9, 4), (5, 5, 5), (12, 8, 3)):
        runs = rng.normal(size=(r, d))
        got, truth = float(jaccard_of_tops(runs.copy(), k)), oracle_jaccard(runs, k)
        expect(np.isclose(got, truth), f"{r} runs, {d} features, k = {k}: {truth:.4f}; yours "
               f"{got:.4f}", "wrong-index")
    ### END HIDDEN TESTS


test_jaccard()
print("6.2b: visible checks passed")

# %% id="jaccard-demo" tags=["demo"]
for n in (50, 200, 1000):
    many = repeated(lambda x, rng, n=n: plain(x, rng, n))
    agreement = np.mean([jaccard_of_tops(person, 3) for person in many])
    print(f"{n:5} neighbours: two runs agree on the three main reasons by {agreement:.2f}")

# %% [markdown]
# More neighbours help, slowly: as for a mean, four times as many about halve the error. Each
# neighbour is a question to the model, and questions cost time. What one can do with a fixed number
# of questions is exercise 6.11, in Part C.
#
# A steady answer need not be a true one: it is still the slope of a line through neighbours, and
# the next exercise is about who those neighbours are.
#
# ## Exercise 6.3: fool the explainer (8 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: an auditor often sees a model only through its
# explanations. You are now the one who has something to hide (Slack et al. 2020).
#
# `by_sex` below decides by sex and nothing else. `by_school` looks at the level of education only.
# `neighbours` makes what LIME asks about: each number plus noise, rounded and kept in range, so
# that each is a whole number that people could report.

# %% nbgrader={"grade_id": "setup-fooling", "locked": true}
LOW, HIGH = train.min(axis=0), train.max(axis=0)


def neighbours(rows, rng):
    """A neighbour of each row, (n, 8): noise as wide as SCALE, whole numbers, within the range."""
    return np.clip(np.round(rows + SCALE * rng.standard_normal(rows.shape)), LOW, HIGH)


def by_sex(rows):
    """1 for men, 0 for women: the rule that must not be seen."""
    return (rows[:, SEX] > 0.5).astype(float)


def by_school(rows):
    """1 with an education level above 9 (high school), 0 otherwise: the rule for show."""
    return (rows[:, 1] > 9.5).astype(float)

# %% [markdown]
# **a. `disguise(biased, innocent, real, perturb, *, rng)`**: build a model that acts like `biased`
# on real people, and lets the explainer see `innocent`.
#
# - `biased`, `innocent`: rules (n, d) -> (n,); `real`: (m, d), rows of real people;
#   `perturb(rows, rng)`: what the explainer would ask about, one neighbour of each row
# - returns: a function (n, d) -> (n,)
# - it is judged on people who are not in `real`: it must decide like `biased` for at least 90 % of
#   them; and of the neighbours of these people about whom the two rules differ, at least 80 % must
#   be answered like `innocent`
#
# <details><summary>Hint 1: where to look</summary>
# The two kinds of rows, real people and the explainer's neighbours, are not alike. Who can tell
# them apart?
# <details><summary>Hint 2: the idea</summary>
# A classifier, trained on real rows (class 1) against perturbed ones (class 0). In the built model
# it decides which rule answers.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rows = np.concatenate([real, perturb(real, rng)])</code> with the labels <code>np.repeat([1,
# 0], len(real))</code> for a <code>RandomForestClassifier(30, min_samples_leaf=2,
# random_state=0)</code>; the returned function is
# <code>np.where(forest.predict_proba(rows)[:, 1] > 0.4, biased(rows), innocent(rows))</code>. The
# threshold trades one demand against the other.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-disguise", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_disguise(disguise, seed):
    """Share of unseen people judged like the biased rule, share of neighbours like the other."""
    rng = np.random.default_rng(seed)
    real = train[rng.choice(len(train), 4000, replace=False)]
    predict = disguise(by_sex, by_school, real, neighbours, rng=rng)
    seen = held_out[rng.choice(len(held_out), 3000, replace=False)]
    acts = np.mean(np.asarray(predict(seen)) == by_sex(seen))
    asked = neighbours(seen, rng)
    asked = asked[by_sex(asked) != by_school(asked)]
    return float(acts), float(np.mean(np.asarray(predict(asked)) == by_school(asked)))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_3-disguise", "solution": true}
def disguise(biased, innocent, real, perturb, *, rng):
    """A model that is biased about real rows and innocent about perturbed ones."""
    ### BEGIN SOLUTION
    from sklearn.ensemble import RandomForestClassifier

    asked = np.concatenate([real, perturb(real, rng)])
    is_real = np.arange(len(asked)) < len(real)
    seed = int(rng.integers(2**31))
    watchman = RandomForestClassifier(30, min_samples_leaf=2, random_state=seed)
    watchman.fit(asked, is_real)

    def model(rows):
        sure = watchman.predict_proba(rows)[:, 1]
        return np.where(sure > 0.4, biased(rows), innocent(rows))

    return model
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_3-disguise-test", "points": 5}
@exercise("6.3")
def test_disguise():
    """A table where the difference is plain (people have equal numbers); then the real one."""
    rng = np.random.default_rng(0)
    equal = np.repeat(rng.integers(0, 9, size=(2000, 1)), 3, axis=1).astype(float)

    def shifted(rows, rng):
        return rows + rng.integers(1, 4, size=rows.shape) * [1, 0, -1]

    def judged(model, people, asked, biased, innocent):
        expect(callable(model), "disguise must return a function of rows", "no-function")
        acts = np.mean(np.asarray(model(people)) == biased(people))
        asked = asked[biased(asked) != innocent(asked)]
        shows = np.mean(np.asarray(model(asked)) == innocent(asked))
        expect(acts >= 0.9, f"your model decides like the biased rule about {acts:.1%} of real "
               "people who were not in `real`; at least 90 % are asked for", "not-biased")
        expect(shows >= 0.8, f"your model answers {shows:.1%} of the explainer's questions on "
               "which the rules differ like the innocent rule; at least 80 % are asked for",
               "found-out")
        together = np.asarray(model(np.concatenate([people[:5], asked])))[:5]
        expect(np.array_equal(together, np.asarray(model(people[:5].copy()))), "what your model "
               "says about a row must not depend on the rows that are asked about with it",
               "relative")

    def ones(rows):
        return np.ones(len(rows))

    def zeros(rows):
        return np.zeros(len(rows))

    model = disguise(ones, zeros, equal[:1000].copy(), shifted, rng=rng)
    judged(model, equal[1000:], shifted(equal[1000:], rng), ones, zeros)
    people = train[rng.choice(len(train), 5000, replace=False)]
    model = disguise(by_sex, by_school, people[:4000].copy(), neighbours, rng=rng)
    judged(model, people[4000:], neighbours(people[4000:], rng), by_sex, by_school)
    ### BEGIN HIDDEN TESTS
    acts, shows = oracle_disguise(disguise, 631)
    expect(acts >= 0.9, f"your model judges {acts:.1%} of 3,000 unseen people like the biased "
           "rule; 90 % are asked for", "not-biased")
    expect(shows >= 0.8, f"your model answers {shows:.1%} of the explainer's questions about 3,000 "
           "unseen people like the innocent rule; 80 % are asked for", "found-out")
    ### END HIDDEN TESTS


test_disguise()
print("6.3a: visible checks passed")

# %% [markdown]
# Look at both through LIME: the plain rule, and the same rule in its disguise.

# %% id="fooled-demo" tags=["demo"]
fool_rng = np.random.default_rng(0)
real = train[fool_rng.choice(len(train), 8000, replace=False)]
disguised = disguise(by_sex, by_school, real, neighbours, rng=fool_rng)


def snapped(x, n, rng):
    """n neighbours of one person, for lime."""
    return neighbours(np.tile(x, (n, 1)), rng)


def lime_of(predict, people):
    """LIME's attributions of each person, in units of SCALE."""
    return np.array([SCALE * lime(predict, x, snapped, SCALE, n=300, width=WIDTH,
                                  rng=np.random.default_rng(0)) for x in people])


hundred = held_out[:100]
openly, hidden = (np.abs(lime_of(rule, hundred)) for rule in (by_sex, disguised))
figure = plots.bars({"by sex, openly": openly.mean(axis=0), "in disguise": hidden.mean(axis=0)},
                    COLUMNS, xlabel="mean absolute attribution by LIME, 100 people "
                    "(change of the answer per standard deviation)",
                    title="The same decisions by sex, as LIME sees them")
plots.show(figure, alt="Two bars for each feature. Openly: "
           f"{in_words(openly.mean(axis=0), COLUMNS)}. In disguise: "
           f"{in_words(hidden.mean(axis=0), COLUMNS)}.")
print(f"decides by sex: {np.mean(disguised(held_out) == by_sex(held_out)):.1%} of all held-out; "
      f"main reason is another: {np.mean(hidden.argmax(axis=1) != SEX):.0%} of 100")
gains_asked = neighbours(real, np.random.default_rng(1))[:, 3]
print(f"of the capital gains that LIME asks about, {np.isin(gains_asked, train[:, 3]).mean():.0%} "
      f"are those of anybody among {len(train):,} people")

# %% [markdown]
# Nearly all decisions stayed the same. The reasons did not. The trick needs one thing: that the
# explainer's questions can be told from real people. Here they can: half of the capital gains in
# them are nobody's, to name one sign. And nobody is harmed by what a model says about people who
# do not exist.
#
# SHAP asks about other rows: mixtures of the person and somebody in the background. Here is your
# `disguise`, trained against mixtures, before the exact Shapley values of `shap`.

# %% id="mixtures-demo" tags=["demo"]
def against_shap(seed):
    """Acts and hides: disguised before exact Shapley values, with ten other people drawn anew."""
    rng = np.random.default_rng(seed)
    ten = train[rng.choice(len(train), 10, replace=False)]

    def mixtures(rows, rng):
        """Each row with a random part of its numbers taken from one of the ten."""
        known = rng.random(rows.shape) < rng.random((len(rows), 1))
        return np.where(known, rows, ten[rng.integers(10, size=len(rows))])

    model = disguise(by_sex, by_school, real, mixtures, rng=rng)
    shares = shap.KernelExplainer(model, ten).shap_values(hundred[:40], silent=True)
    people = held_out[:4000]
    return np.mean(model(people) == by_sex(people)), np.mean(np.abs(shares).argmax(axis=1) != SEX)


for seed in range(4):
    acts, hides = against_shap(seed)
    print(f"against SHAP, ten others no. {seed}: decides by sex for {acts:.0%} of held-out people; "
          f"main reason is another for {hides:.0%} of 40")

# %% [markdown]
# It hides less well, and how well depends on the ten: a mixture can be a person who might well
# exist. But it hides often enough that SHAP alone is no audit either.
#
# **b. `audit(predict, explain, rows, column)`**: catch it. Do not ask the explainer alone; change
# what is under suspicion, in real rows, and see whether the decision moves.
#
# - `predict`: (n, d) -> (n,), decides by `> 0.5`; `explain(rows)`: (n, d) -> attributions (n, d);
#   `rows`: (n, d) real people, to be left as they are; `column`: the number of a 0/1 column
# - returns two floats: `changed`, the share of rows whose decision changes when this column **and
#   nothing else** is switched (0 to 1, 1 to 0), and `named`, the share of rows for which the
#   explanation of the row as it is has its largest absolute attribution in this column
#
# A model with a large `changed` and a small `named` acts on what its explanation does not name.
#
# <details><summary>Hint 1: where to look</summary>
# Two predictions for each row: as it is, and with one number changed.
# <details><summary>Hint 2: the idea</summary>
# 1 minus the column switches it. Copy the rows first. Compare decisions, not scores.
# <details><summary>Hint 3: nearly the code</summary>
# <code>other = rows.copy()</code>, <code>other[:, column] = 1 - other[:, column]</code>; the mean
# of <code>(predict(rows) > 0.5) != (predict(other) > 0.5)</code>, and the mean of
# <code>np.abs(explain(rows)).argmax(axis=1) == column</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "ex6_3-audit", "solution": true}
def audit(predict, explain, rows, column):
    """How often the column decides, and how often the explanation names it: two floats."""
    ### BEGIN SOLUTION
    switched = rows.copy()
    switched[:, column] = 1 - switched[:, column]
    changed = (predict(rows) > 0.5) != (predict(switched) > 0.5)
    named = np.abs(explain(rows)).argmax(axis=1) == column
    return float(changed.mean()), float(named.mean())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_3-audit-test", "points": 3}
@exercise("6.3")
def test_audit():
    """Ten rows, four columns; column 2 decides for the rows with a positive column 0."""
    rows = np.array([[(-1.0) ** i, i, i % 3 == 0, i < 4] for i in range(10)])

    def predict(rows):
        return np.where(rows[:, 0] > 0, 0.5 + 0.3 * rows[:, 2], 0.1 + 0.1 * rows[:, 2])

    def explain(rows):
        return np.where(rows[:, [1]] + 9 * rows[:, [2]] > 4.5, [[0.0, 1, -5, 2]], [[3.0, 1, 0, 2]])

    with untouched(rows):
        got = audit(predict, explain, rows, 2)
    expect(isinstance(got, tuple | list) and len(got) == 2, "return two numbers, changed and named",
           "no-pair")
    changed, named = (expect_number(part, "audit") for part in got)
    said = ("the decision changes for the five rows with a positive column 0 and for no other, so "
            f"changed is 0.5; yours {changed:.2f}")
    expect(not (np.isclose(changed, 0.7) and np.isclose(named, 0.5)), f"{said}. It comes first, "
           "named second", "wrong-order")
    expect(changed != 0, f"{said}. A score of exactly 0.5 is a no: decide by > 0.5, and switch the "
           "column in each row", "at-half")
    expect(not np.isclose(changed, 0.2) and not np.isclose(changed, 0.3), f"{said}. Switch the "
           "column both ways, 0 to 1 and 1 to 0", "one-way")
    expect(changed != 1, f"{said}. Compare decisions (above 0.5 or not), not scores",
           "compares-scores")
    expect(np.isclose(changed, 0.5), said, "not-a-switch")
    said = ("seven of ten explanations have their largest absolute attribution in column 2; yours "
            f"{named:.1f}")
    expect(named != 0, f"{said}: a reason against counts, too", "signed")
    expect(not np.isclose(named, 0.8), f"{said} as a share: explain the rows as they are, not the "
           "switched ones", "explains-switched")
    expect(not np.isclose(named, 0.6), f"{said} as a share: all rows count, not only those whose "
           "decision changes", "changed-only")
    expect(np.isclose(named, 0.7), f"{said} as a share", "wrong-share")
    changed, named = audit(predict, explain, rows.copy(), 3)
    expect(changed == 0 and named == 0, "column 3 changes no decision and is the main reason of no "
           f"row: 0 and 0; yours {changed:.2f} and {named:.2f}", "ignores-column")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(632)
    people = held_out[rng.choice(len(held_out), 500, replace=False)]
    for column in (5, 6, SEX):
        weight = rng.normal(size=8) / SCALE
        mix = rng.normal(size=(8, 8))

        def score(rows, weight=weight, column=column):
            return 1 / (1 + np.exp(-((rows - MEAN) @ weight + 2 * rows[:, column] - 1)))

        def told(rows, mix=mix):
            return np.sin((rows - MEAN) / SCALE @ mix)

        changed, named = audit(score, told, people.copy(), column)
        flips = sum((score(p[None])[0] > 0.5) != (score(np.where(
            np.arange(8) == column, 1 - p, p)[None])[0] > 0.5) for p in people) / len(people)
        tops = sum(max(range(8), key=lambda j, f=f: abs(f[j])) == column for f in told(people))
        expect(np.isclose(changed, flips), f"500 real people, column {COLUMNS[column]}: changed is "
               f"{flips:.3f}, yours {changed:.3f}", "not-a-switch")
        expect(np.isclose(named, tops / 500), f"named is {tops / 500:.3f}, yours {named:.3f}",
               "signed")
    ### END HIDDEN TESTS


test_audit()
print("6.3b: visible checks passed")

# %% id="audit-demo" tags=["demo"]
for name, rule in (("by sex, openly", by_sex), ("by school", by_school), ("disguised", disguised)):
    share_changed, share_named = audit(rule, lambda people, rule=rule: lime_of(rule, people),
                                       hundred, SEX)
    print(f"{name:15} switching the sex changes {share_changed:.0%} of decisions; "
          f"LIME names it for {share_named:.0%}")

# %% [markdown]
# The open rule is named and acts; the innocent one is neither; the disguised one acts and is seldom
# named. The switch asks about people who might well exist, and most of them pass for real.
#
# The audit is no proof either: a model may act on the sex through other columns, and switching one
# column then shows nothing. Lab 09 comes back to that.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: maps and trees
#
# About 70 minutes: exercises 6.4 to 6.6.

# %% [markdown]
# ## Exercise 6.4: maps of a network's gradient (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: for images nobody reads 784 numbers. One paints them: a
# **map** says for each pixel how it bears on the answer. There are many ways to paint.
#
# **a. `saliency(model, x, target)`**: the gradient of one **logit**, an output of the network
# before the softmax (Simonyan, Vedaldi, Zisserman 2014). We keep its sign: an orange pixel speaks
# for the class when it gets brighter, a purple one against it.
#
# - `x`: (n, ...); `target`: (n,), for each image the class whose **logit** is explained
# - returns: the shape of `x`, without a graph; `x` and the model stay as they were
#
# <details><summary>Hint 1: where to look</summary>
# torch.autograd.grad of a sum over the batch gives every image its own gradient.
# <details><summary>Hint 2: the idea</summary>
# Of each row of the logits take the entry at its target: <code>gather</code>, or index with
# <code>torch.arange(n)</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>z = x.detach().clone().requires_grad_(True)</code>; the sum of <code>model(z)[torch.arange(
# len(x)), target]</code>; its gradient is <code>torch.autograd.grad(that, z)[0]</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-saliency", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_gradient(model, x, target):
    """A right gradient of the target logit, for the tests of what builds on it."""
    z = x.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        chosen = (model(z) * F.one_hot(target, model(z[:1]).shape[1])).sum()
    return torch.autograd.grad(chosen, z)[0]


def oracle_saliency(saliency):
    """Central differences on a smooth network: other shapes, a batch of one, float64."""
    g = torch.Generator().manual_seed(641)
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 9), nn.Tanh(), nn.Linear(9, 4)).double()
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=g)
    for n in (1, 5):
        x = torch.randn(n, 1, 3, 4, generator=g, dtype=torch.float64)
        target = torch.randint(0, 4, (n,), generator=g)
        with untouched(model.eval(), x):
            got = expect_tensor(saliency(model, x, target), tuple(x.shape), "saliency")
        expect(got.dtype == x.dtype, f"the map must keep the dtype {x.dtype}", "wrong-dtype")
        for pixel in range(12):
            step = 1e-5 * F.one_hot(torch.tensor(pixel), 12).reshape(1, 3, 4)
            up, down = (model(x + s * step)[torch.arange(n), target] for s in (1, -1))
            rate = ((up - down) / 2e-5).detach()
            expect(torch.allclose(got.flatten(1)[:, pixel], rate, atol=1e-6), "your map is not the "
                   "rate at which the target logit changes with the pixel", "not-the-logit")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_4-saliency", "solution": true}
def saliency(model, x, target):
    """The gradient of the target logit of each image: (n, ...) -> (n, ...)."""
    ### BEGIN SOLUTION
    inputs = x.detach().clone().requires_grad_(True)
    score = model(inputs).gather(1, target[:, None]).sum()
    (gradient,) = torch.autograd.grad(score, inputs)
    return gradient
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_4-saliency-test", "points": 2}
@exercise("6.4")
def test_saliency():
    """On a linear model the gradient of a logit is the row of weights of its class."""
    model = models.linear(4, 3, generator=torch.Generator().manual_seed(0)).eval()
    x = torch.rand(2, 1, 2, 2, generator=torch.Generator().manual_seed(1))
    said = model(x).argmax(1)
    target = (said + torch.tensor([1, 2])) % 3
    with untouched(model, x):
        got = expect_tensor(saliency(model, x, target), (2, 1, 2, 2), "saliency").flatten(1)
    weight, got = model[1].weight.detach().double(), got.double()
    sure = F.softmax(model(x).detach().double(), dim=1)
    log_slope = weight[target] - sure @ weight
    slope = sure[torch.arange(2), target][:, None] * log_slope
    expect(not torch.allclose(got, weight[target].abs(), atol=1e-6), "keep the sign: it says "
           "whether a pixel speaks for or against the class", "absolute")
    expect(not torch.allclose(got, weight.sum(0).expand(2, 4), atol=1e-6), "you differentiate the "
           "sum of all logits; each image has one target", "all-classes")
    expect(not torch.allclose(got, weight[said], atol=1e-6), "you explain the class that the model "
           "says; explain the target that you are given", "own-class")
    expect(not torch.allclose(got, weight[target[:1]].expand(2, 4), atol=1e-6), "each image has "
           "its own target; you explain that of image 0 for both", "first-target")
    expect(not torch.allclose(got, weight[target].sum(0).expand(2, 4), atol=1e-6), "each image has "
           "one target: model(z)[:, target] takes those of all images from each", "all-targets")
    expect(not torch.allclose(2 * got, weight[target], atol=1e-6), "each image has its own "
           "gradient: sum over the batch; a mean divides each map by the number of images",
           "batch-mean")
    expect(not any(torch.allclose(got, other, atol=1e-6) for other in (
        slope, log_slope, -log_slope, -log_slope / 2)), "you differentiate the probability of the "
           "target, its logarithm or a loss; its logit is asked for", "not-the-logit")
    expect(torch.allclose(got, weight[target], atol=1e-6), "on a linear model the map is the row "
           f"of weights of the target class, {weight[target][0].numpy().round(3)} for image 0; "
           f"yours {got[0].numpy().round(3)}", "not-the-logit")
    ### BEGIN HIDDEN TESTS
    oracle_saliency(saliency)
    ### END HIDDEN TESTS


test_saliency()
print("6.4a: visible checks passed")

# %% [markdown]
# The gradient at an image that is a little different can be quite different: a network with ReLUs
# has many flat pieces, and a gradient for each. SmoothGrad (Smilkov et al. 2017) takes the mean of
# the gradients at `n` noisy copies of each image: it smooths over images, not over pixels. It is
# given:

# %% nbgrader={"grade_id": "setup-smoothgrad", "locked": true}
def smoothgrad(model, x, target, *, sigma, n, generator, gradient):
    """The mean gradient over n noisy copies of each image: (n, ...) -> (n, ...)."""
    total = torch.zeros_like(x)
    for _ in range(n):
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += gradient(model, x + sigma * noise, target)
    return total / n

# %% [markdown]
# **b. `integrated_gradients`**: a gradient says what a *small* change would do. Sundararajan, Taly
# and Yan (2017) go all the way from a **baseline** $x'$, here a black image, to the image $x$,
# along the straight line, with the logit $F$ of the target:
#
# $$\text{map} = (x - x') \int_0^1 \nabla F\left(x' + t \, (x - x')\right) dt$$
#
# With the whole integral the map **completes** the score: its pixels sum to $F(x) - F(x')$ wherever
# $F$ is differentiable along almost all of the line, as a network with ReLUs is on nearly every
# line. It is efficiency again. With finitely many points a gap remains.
#
# - the integral is the mean over the **midpoints** of `steps` equal pieces of the line
# - `baseline`: the shape of `x`; `gradient(model, x, target)` is handed in, so a slip in part a
#   costs nothing here
# - returns: the shape of `x`
#
# <details><summary>Hint 1: where to look</summary>
# A loop over k that adds up gradients; one multiplication at the end.
# <details><summary>Hint 2: the idea</summary>
# With one step the only point is half way between baseline and x; with two the points lie at a
# quarter and at three quarters.
# <details><summary>Hint 3: nearly the code</summary>
# Start with <code>mean = torch.zeros_like(x)</code>; for k in range(steps) add
# <code>gradient(model, baseline + (k + 0.5) / steps * (x - baseline), target) / steps</code>;
# return <code>(x - baseline) * mean</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-ig", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_ig(integrated_gradients):
    """Scipy's quadrature on a smooth network, and completeness on the digits."""
    from scipy.integrate import quad_vec

    g = torch.Generator().manual_seed(643)
    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3)).double().eval()
    x, baseline = torch.randn(2, 3, 5, generator=g, dtype=torch.float64)
    target = torch.tensor([2, 0, 1])
    with untouched(model, x, baseline):
        got = integrated_gradients(model, x, target, baseline, 100, gradient=oracle_gradient)
    got = expect_tensor(got, (3, 5), "integrated_gradients")
    mean = quad_vec(lambda t: oracle_gradient(model, baseline + t * (x - baseline), target).numpy(),
                    0, 1)[0]
    expect(np.abs(got.numpy() - (x - baseline).numpy() * mean).max() < 1e-4, "your integral is not "
           "that of scipy's quadrature", "wrong-points")


def oracle_incomplete(integrated_gradients, seed):
    """How far the sums of eight digits' maps miss the change of the logit, relative, on average."""
    network = models.pretrained("mnist_cnn")
    digits = data.sample(data.mnist("test"), 8, torch.Generator().manual_seed(seed))
    black = torch.zeros_like(digits.x)
    maps = integrated_gradients(network, *digits, black, 200, gradient=oracle_gradient)
    with torch.no_grad():
        gain = (network(digits.x) - network(black))[torch.arange(8), digits.y]
    return float(((maps.flatten(1).sum(1) - gain).abs() / gain.abs()).mean())
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_4-ig", "solution": true}
def integrated_gradients(model, x, target, baseline, steps, *, gradient):
    """(x - baseline) times the mean gradient on the way, by the midpoint rule: (n, ...)."""
    ### BEGIN SOLUTION
    mean = torch.zeros_like(x)
    for k in range(steps):
        share = (k + 0.5) / steps
        mean += gradient(model, torch.lerp(baseline, x, share), target) / steps
    return (x - baseline) * mean
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_4-ig-test", "points": 4}
@exercise("6.4")
def test_ig():
    """Made-up gradients of z^2 and z^3: the sums over the midpoints are known."""
    x = torch.tensor([[3.0, -1.0, 0.5], [2.0, 0.0, 1.0]]).double()
    baseline = torch.tensor([[1.0, 0.5, 0.25], [-1.0, 1.0, 0.5]]).double()

    def run(gradient, steps):
        with untouched(x, baseline):
            got = integrated_gradients(nn.Identity(), x, torch.tensor([0, 2]), baseline, steps,
                                       gradient=gradient)
        return expect_tensor(got, (2, 3), "integrated_gradients").double()

    def close(a, b):
        return torch.allclose(a, b, atol=1e-5)

    got, truth = run(lambda model, z, target: 2 * model(z), 4), x**2 - baseline**2
    expect(not close(got, (x - baseline) * F.one_hot(torch.tensor([0, 2]), 3)), "call gradient, "
           "which is handed in, not your own saliency", "own-gradient")
    expect(not close(got, truth / (x - baseline)), "multiply the mean gradient by (x - baseline): "
           "without it the map cannot complete the score", "no-difference")
    expect(not close(got, x * truth / (x - baseline)), "multiply by (x - baseline), not by x: a "
           "baseline need not be black", "times-x")
    expect(not close(got, x**2) and not close(got, (x - baseline) * x), "the way begins at the "
           "baseline that you are given, not at zero", "zero-baseline")
    expect(not close(got, 4 * truth), "take the mean of the gradients, not their sum", "sum")
    expect(not close(got, truth.abs()), "keep the sign: it says whether a pixel speaks for or "
           "against the class", "absolute")
    expect(close(got, truth), "for the model z^2 the map is x^2 - baseline^2, "
           f"{truth[1].tolist()} in row 1, with any number of midpoints; yours "
           f"{got[1].numpy().round(4)}", "wrong-points")
    for steps, points in ((1, [0.5]), (2, [0.25, 0.75]), (20, np.arange(0.025, 1, 0.05).round(3))):
        cube = run(lambda model, z, target: 3 * z**2, steps)
        way = torch.stack([baseline + t * (x - baseline) for t in points])
        expect(close(cube, (x - baseline) * (3 * way**2).mean(0)), f"with steps = {steps} the "
               f"points lie at {', '.join(f'{t:g}' for t in points)} of the way; the values of "
               "your map do not", "wrong-points")
    per_target = run(lambda model, z, target: (1.0 + target)[:, None] + 0 * z, 3)
    expect(close(per_target, (x - baseline) * torch.tensor([[1.0], [3.0]])), "each image has its "
           "own target: hand the right one to gradient", "wrong-target")
    ### BEGIN HIDDEN TESTS
    oracle_ig(integrated_gradients)
    off = oracle_incomplete(integrated_gradients, 644)
    expect(off < 2e-2, f"on digits the sum of a map misses the change of the logit by {off:.1%}; "
           "with 200 steps it should be below 2 %", "not-complete")
    ### END HIDDEN TESTS


test_ig()
print("6.4b: visible checks passed")

# %% [markdown]
# Six digits, three maps each. Every map is drawn on its own scale.

# %% id="maps-demo" tags=["demo"]
cnn = models.pretrained("mnist_cnn")
pictures = data.sample(data.mnist("test"), 100, torch.Generator().manual_seed(0)).x
read_as = cnn(pictures).argmax(1)


def smooth(model, x, target):
    """SmoothGrad with 40 copies, the same noise at each call."""
    return smoothgrad(model, x, target, sigma=0.2, n=40, gradient=saliency,
                      generator=torch.Generator().manual_seed(0))


def integrated(model, x, target):
    """Integrated gradients from a black image, 40 steps."""
    return integrated_gradients(model, x, target, torch.zeros_like(x), 40, gradient=saliency)


def scaled(maps):
    """Each map divided by its largest absolute value."""
    return maps / maps.abs().amax(dim=(1, 2, 3), keepdim=True)


def on_ink(maps):
    """The share of a map's absolute values that lies on pixels above 0, mean over the images."""
    return ((maps.abs() * (pictures > 0)).sum((1, 2, 3)) / maps.abs().sum((1, 2, 3))).mean().item()


kinds = {"saliency": saliency, "SmoothGrad": smooth, "integrated": integrated}
cnn_maps = {name: explain(cnn, pictures, read_as) for name, explain in kinds.items()}
figure = plots.image_grid([pictures[:6], *(scaled(m[:6]) for m in cnn_maps.values())],
                          [f"reads {d}" for d in read_as[:6].tolist()], signed=True, grey_rows=1,
                          row_labels=["digit", *cnn_maps],
                          unit="attribution (each map: largest = 1)")
plots.show(figure, alt="Six digits and three signed maps of each. Share of the attribution that "
           "lies on the ink: " + ", ".join(f"{k} {on_ink(m):.0%}" for k, m in cnn_maps.items()))
with torch.no_grad():
    gains = (cnn(pictures) - cnn(torch.zeros_like(pictures)))[torch.arange(100), read_as]
gap = (cnn_maps["integrated"].sum((1, 2, 3)) - gains).abs().mean()
print(f"40 steps: the maps' sums miss the change of the logit ({gains.mean():.1f} on average) by "
      f"{gap:.2f} on average")

# %% [markdown]
# The integrated gradients may look best to you: they lie on the digit. Is that because the network
# looks there?
#
# ## Exercise 6.5: does the map look at the network? (12 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: people judge a map by whether it looks right to them. A
# map can look right without looking at the network (Adebayo et al. 2018).
#
# Two checks. **Randomise**: draw the network's weights anew. A map that tells what the network has
# learned should change. **Delete**: black out the pixels that the map ranks highest. If they carry
# the answer, the answer should fall.
#
# How much two maps agree is given: Spearman's correlation, that is, the correlation of the ranks,
# for each image over the pixels in `keep` only, signs and all. Why only some pixels: the background
# of a digit is exactly 0, and so are many maps there. Hundreds of equal zeros agree, whatever the
# network does.

# %% nbgrader={"grade_id": "setup-ranks", "locked": true}
def rank_agreement(a, b, keep):
    """Spearman's correlation of two maps over the kept pixels of each image: (n,)."""
    from scipy.stats import spearmanr

    pairs = ((p[k].numpy(), q[k].numpy()) for p, q, k in zip(a, b, keep, strict=True))
    return torch.tensor([spearmanr(p, q).statistic for p, q in pairs])

# %% [markdown]
# **a. `removal_curve(model, x, target, maps, shares, insert=False)`**: for each share s, take the
# round(s * pixels) pixels of each image that the map ranks highest (highest **signed** value
# first). With `insert=False` set them to 0; with `insert=True` begin with a black image and keep
# them alone. Return the **probability** of the target, averaged over the images.
#
# - `x`, `maps`: (n, ...); `target`: (n,); `shares`: numbers in [0, 1]; returns (len(shares),)
# - equal values may be taken in any order
#
# <details><summary>Hint 1: where to look</summary>
# argsort of argsort gives each pixel its place in the order.
# <details><summary>Hint 2: the idea</summary>
# <code>place < count</code> is the mask of the pixels that are taken: multiply by it, or by its
# opposite.
# <details><summary>Hint 3: nearly the code</summary>
# <code>place = maps.flatten(1).argsort(1, descending=True).argsort(1)</code>; for each share
# <code>taken = (place < round(share * place.shape[1])).reshape(x.shape)</code>; then
# <code>F.softmax(model(x * (taken if insert else ~taken)), dim=1)[torch.arange(len(x)),
# target].mean().item()</code>; return a tensor of these.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-removal", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_removal(model, x, target, maps, shares, insert=False):
    """Image by image, pixel by pixel, with Python's own sort."""
    curve = []
    for share in shares:
        changed = torch.zeros_like(x) if insert else x.clone()
        for image, original, values in zip(changed, x, maps, strict=True):
            flat, source, values = image.view(-1), original.reshape(-1), values.reshape(-1).tolist()
            first = sorted(range(len(values)), key=lambda i, v=values: -v[i])
            for i in first[: round(share * len(values))]:
                flat[i] = source[i] if insert else 0
        with torch.no_grad():
            sure = F.softmax(model(changed), dim=1)[torch.arange(len(x)), target]
        curve.append(sure.mean())
    return torch.stack(curve)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_5-removal", "solution": true}
def removal_curve(model, x, target, maps, shares, insert=False):
    """Mean probability of the target after deleting (inserting) top shares: (len(shares),)."""
    ### BEGIN SOLUTION
    position = maps.flatten(1).argsort(1, descending=True).argsort(1)
    curve = []
    with torch.no_grad():
        for share in shares:
            chosen = (position < round(share * position.shape[1])).reshape(x.shape)
            sure = F.softmax(model(x * (chosen if insert else ~chosen)), dim=1)
            curve.append(sure.gather(1, target[:, None]).mean())
    return torch.stack(curve)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_5-removal-test", "points": 4}
@exercise("6.5")
def test_removal():
    """A linear model of five pixels, two images: every point of the curve is a mean of sigmoids."""
    model = models.linear(5, 2).eval()
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[0.0, 0, 0, 0, 0], [4.0, 2.0, 1.0, -3.5, 0.5]]))
        model[1].bias.zero_()
    x = torch.tensor([[0.75, 1, 1, 1, 1], [1, 0.5, 0.5, 1, 1]])
    target = torch.tensor([1, 0])
    maps = torch.tensor([[3.0, 2, 1, -3.5, 0.5], [-10, 30, 20, -50, 10]])

    def mean(pairs):
        return torch.sigmoid(torch.tensor(pairs).double()).mean(1)

    def run(insert, shares=(0, 0.25, 0.35, 1)):
        with untouched(model, x, maps):
            got = removal_curve(model, x, target, maps, list(shares), insert=insert)
        return expect_tensor(got, (len(shares),), "removal_curve").double()

    def close(a, b):
        return torch.allclose(a, b, atol=1e-5)

    got, whole = run(insert=False), (3, -2.5)
    truth = mean([whole, (0, -1.5), (-2, -1), (0, 0)])
    back = mean([(0, 0), (3, -1), (5, -1.5), whole])
    expect((got >= 0).all() and (got <= 1).all(), "return probabilities (a softmax), not logits",
           "logits")
    said = (f"two images of five pixels, shares 0, 0.25, 0.35 and 1 deleted: "
            f"{truth.numpy().round(3)}; yours {got.numpy().round(3)}")
    expect(not close(got, mean([whole, (6.5, -6), (6, -2), (0, 0)])), f"{said}. You begin with the "
           "pixels that the map ranks lowest", "lowest-first")
    expect(not close(got, mean([whole, (6.5, -6), (3.5, -5), (0, 0)])), f"{said}. The map is "
           "signed: a strong reason against the class is deleted last", "absolute")
    expect(not close(got, back), f"{said}. With insert=False the highest pixels are taken away; "
           "you keep them alone", "insert")
    expect(not close(got, mean([whole, (0, -6), (-2, -2), (0, 0)])), f"{said}. argsort says which "
           "pixel stands at each place; argsort that once more for the place of each pixel",
           "one-argsort")
    expect(not close(got, mean([whole, (3, -1), (0, -0.5), (0, 0)]))
           and not close(got, mean([whole, (3, -1.5), (3, -1), (-2, -0.5)])), f"{said}. Each "
           "image has its own order; you rank the pixels of both together", "whole-batch")
    expect(not close(got, mean([whole, (0, -1.5), (0, -1.5), (0, 0)]))
           and not close(got, mean([whole, (-2, -1), (-2, -1), (0, 0)])), f"{said}. 1.25 pixels "
           "are 1, and 1.75 are 2: round", "rounding")
    expect(not close(got, mean([(3, 2.5), (0, 1.5), (-2, 1), (0, 0)]))
           and not close(got, mean([(3, 2.5), (0, 1.5), (2, 1), (0, 0)])), f"{said}. The targets "
           "are 1 and 0, as given, whatever the model says", "own-class")
    expect(close(got, truth), said, "wrong-pixels")
    got = run(insert=True)
    expect(close(got, back), f"insertion begins with a black image and adds the highest pixels: "
           f"{back.numpy().round(3)}; yours {got.numpy().round(3)}", "insert")
    x = torch.tensor([[0.75, 0, 1, 0, 1], [1, 0, 0.5, 1, 0]])
    got = run(insert=False, shares=(0.4, 0.6))
    truth = mean([(1.5, -0.5), (0.5, -0.5)])
    expect(close(got, truth), "a share is one of all pixels, black ones counted: 0.4 of five are "
           "two and 0.6 are three, however many are black; on two images with black pixels the "
           f"curve is {truth.numpy().round(3)}, yours {got.numpy().round(3)}", "share-of-ink")
    with torch.no_grad():
        model[1].weight[1] = 1.0
    x, maps, target = torch.ones(2, 5), torch.zeros(2, 5), torch.tensor([1, 1])
    got = run(insert=False, shares=(0.4,))
    expect(close(got, mean([(3, 3)])), "all five values of a map are equal: a share of 0.4 still "
           f"takes two pixels, and the curve is 0.953; yours {got.numpy().round(3)}", "ties")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(652)
    network, digits = models.pretrained("mnist_cnn"), data.sample(data.mnist("test"), 6, g)
    maps = torch.randn(digits.x.shape, generator=g)
    for insert in (False, True):
        with untouched(network, digits.x, maps):
            got = removal_curve(network, *digits, maps, [0.013, 0.2, 0.77], insert)
        got = expect_tensor(got, (3,), "removal_curve")
        truth = oracle_removal(network, *digits, maps, [0.013, 0.2, 0.77], insert)
        expect(torch.allclose(got.double(), truth.double(), atol=1e-5), "on digits and random maps "
               f"your curve is off: {got.numpy().round(4)} for {truth.numpy().round(4)}",
               "insert" if insert else "wrong-pixels")
    ### END HIDDEN TESTS


test_removal()
print("6.5a: visible checks passed")

# %% [markdown]
# **b. `sanity`**: both checks of one way to explain, in two numbers.
#
# - `explain(model, x, target)` returns maps of the shape of `x`
# - `agreement`: the mean of `ranks(a, b, keep)`, where a are the maps of the trained and b of the
#   untrained model, and keep are the pixels of `x` above 0
# - `gain`: how much further deletion takes the **trained** model down with the trained model's maps
#   than with random ones: the mean over `shares` of (curve of random maps - curve of these maps);
#   the random maps are uniform in [0, 1), drawn by `generator`
# - `ranks` and `curve` are handed in: right versions of `rank_agreement` and of part a
# - returns two floats, `(agreement, gain)`
#
# <details><summary>Hint 1: where to look</summary>
# Four calls: explain twice, curve twice.
# <details><summary>Hint 2: the idea</summary>
# The untrained model is needed for its maps only. Both curves belong to the trained one.
# <details><summary>Hint 3: nearly the code</summary>
# <code>ours = explain(trained, x, target)</code>, <code>theirs = explain(untrained, x,
# target)</code>, <code>noise = torch.rand(x.shape, generator=generator)</code>; the agreement is
# <code>ranks(ours, theirs, x > 0).mean()</code>, the gain <code>(curve(trained, x, target, noise,
# shares) - curve(trained, x, target, ours, shares)).mean()</code>; make both floats.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-sanity", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_sanity(sanity, seed):
    """Both numbers for gradient times pixel, for the picture itself and for noise, on 30 digits."""
    g = torch.Generator().manual_seed(seed)
    trained, digits = models.pretrained("mnist_cnn"), data.sample(data.mnist("test"), 30, g)
    untrained = models.cnn(g).eval()
    kinds = (lambda m, x, t: x * oracle_gradient(m, x, t), lambda m, x, t: x,
             lambda m, x, t: torch.randn(x.shape, generator=g))
    return [sanity(explain, trained, untrained, *digits, [0.05, 0.1, 0.2], ranks=rank_agreement,
                   curve=oracle_removal, generator=g) for explain in kinds]


def oracle_sane_bounds(sanity):
    """Where both numbers must lie for each of the three kinds."""
    found = oracle_sanity(sanity, 653)
    names = ("gradient times pixel", "the picture itself", "noise")
    bounds = (((-0.2, 0.2), (0.5, 1)), ((0.99, 1.01), (0.1, 1)), ((-0.2, 0.2), (-0.15, 0.15)))
    for name, (agreement, gain), (low_high, least_most) in zip(names, found, bounds, strict=True):
        expect(low_high[0] < agreement < low_high[1], f"{name}: your agreement is {agreement:.2f}; "
               f"it should lie between {low_high[0]} and {low_high[1]}", "wrong-maps")
        expect(least_most[0] < gain < least_most[1], f"{name}: your gain is {gain:.2f}; it should "
               f"lie between {least_most[0]} and {least_most[1]}", "wrong-way")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_5-sanity", "solution": true}
def sanity(explain, trained, untrained, x, target, shares, *, ranks, curve, generator):
    """Agreement with an untrained model's maps, and gain over random deletion: two floats."""
    ### BEGIN SOLUTION
    maps, other = (explain(model, x, target) for model in (trained, untrained))
    agreement = ranks(maps, other, x > 0).mean()
    dice = torch.rand(x.shape, generator=generator)
    gain = curve(trained, x, target, dice, shares) - curve(trained, x, target, maps, shares)
    return float(agreement), float(gain.mean())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_5-sanity-test", "points": 5}
@exercise("6.5")
def test_sanity():
    """Models that are numbers, and scripted parts: what is asked of whom?"""
    x, target = torch.tensor([[0.0, 0.5, 1.0], [0.05, 0.0, 0.75]]), torch.tensor([0, 1])
    trained, untrained = nn.Linear(3, 2), nn.Linear(3, 3)
    with torch.no_grad():
        for model in (trained, untrained):  # each says its last class, whatever x
            model.weight.zero_()
            model.bias.copy_(torch.arange(len(model.bias)))
    asked = []

    def explain(model, x, target):
        return x * (10 if model.out_features == 2 else 20) + target[:, None] - 3

    def ranks(a, b, keep):
        ends = {(a.min().item(), a.max().item()), (b.min().item(), b.max().item())}
        asked.append(("ranks", ends, keep.sum().item()))
        return torch.tensor([-0.6, 0.1])

    def curve(model, images, classes, maps, shares, insert=False):
        asked.append(("curve", model.out_features, maps.max().item(), maps.min().item(), insert,
                      list(shares), torch.equal(images, x) and torch.equal(classes, target),
                      torch.equal(maps[0], maps[1]), maps[x == 0].abs().max().item()))
        return torch.tensor([0.1, 0.3, 0.5]) if maps.max() > 1 else torch.tensor([0.9, 0.7, 0.8])

    def run(seed=0):
        asked.clear()
        got = sanity(explain, trained, untrained, x, target, [0.1, 0.2, 0.4], ranks=ranks,
                     curve=curve, generator=torch.Generator().manual_seed(seed))
        expect(isinstance(got, tuple | list) and len(got) == 2, "return two numbers: (agreement, "
               "gain)", "no-pair")
        return [expect_number(part, "sanity") for part in got]

    agreement, gain = run()
    compared = [call[1:] for call in asked if call[0] == "ranks"]
    curves = [call[1:] for call in asked if call[0] == "curve"]
    expect(compared and compared[0][0] == {(-3, 7), (-3, 17)}, "agreement compares the maps of "
           "the trained model with those of the untrained one, signs and all, each explained at "
           "the targets given",
           "wrong-maps")
    expect(compared[0][1] == 4, "compare over the pixels of x above 0 only: 4 of the 6 here; yours "
           f"{compared[0][1]}", "background")
    expect(curves and {c[0] for c in curves} == {2} and all(c[1] <= 10 for c in curves), "both "
           "curves belong to the trained model, and delete by its own maps", "wrong-model")
    expect(not any(c[3] for c in curves), "the gain is measured by deletion, not by insertion",
           "wrong-model")
    expect(all(c[4] == [0.1, 0.2, 0.4] for c in curves), "both curves take the shares that you are "
           "given", "wrong-shares")
    expect(all(c[5] for c in curves), "both curves take the images and the targets that you are "
           "given", "wrong-target")
    noise = [c for c in curves if c[1] <= 1]
    expect(noise and noise[0][2] >= 0, "the gain is measured against random maps, uniform between "
           "0 and 1", "no-baseline")
    expect(noise[0][7] > 0, "the random map is random everywhere, on black pixels, too", "on-ink")
    expect(not noise[0][6], "each image has a random map of its own: draw maps of the shape of x",
           "one-map")
    expect(not abs(gain + 0.5) < 1e-6, "the gain is the curve of the random maps minus that of the "
           "maps, so that it is large when the maps delete well; yours has the opposite sign",
           "wrong-way")
    expect(min(abs(agreement - wrong) for wrong in (0.25, 0.35)) > 1e-6, "the agreement is a mean "
           f"with signs: of -0.6 and 0.1 it is -0.25; yours {agreement:.2f} has lost one",
           "absolute")
    expect(abs(agreement + 0.25) < 1e-6 and abs(gain - 0.5) < 1e-6, "with these parts agreement "
           "is the mean of -0.6 and 0.1, and gain that of 0.8, 0.4 and 0.3: -0.25 and 0.5; yours "
           f"{agreement:.4f} and {gain:.4f}", "wrong-mean")
    drawn = [next(c[2] for c in asked if c[0] == "curve" and c[2] <= 1)
             for seed in (0, 0, 1) if run(seed)]
    expect(drawn[0] == drawn[1] != drawn[2], "the random maps must be drawn by generator, and by "
           "nothing else", "ignores-generator")
    ### BEGIN HIDDEN TESTS
    oracle_sane_bounds(sanity)
    ### END HIDDEN TESTS


test_sanity()
print("6.5b: visible checks passed")

# %% [markdown]
# ### Predict: the map of a network that knows nothing
#
# Take the **absolute** integrated gradients of a network with random weights. It has never seen a
# digit. Delete the tenth of the pixels that its map ranks highest, and ask the *trained* network
# about what is left. It was 99 % sure before. How sure is it now, on average over 100 digits?

# %% nbgrader={"grade_id": "ex6_5-predict", "solution": true}
PREDICT = {
    "name": "my_guess_in_percent", "kind": "number", "low": 0, "high": 100, "outcome": 58.7,
    "seen": r"with random weights: ([\d.]+)% \(you said",
}
### BEGIN SOLUTION
my_guess_in_percent = 95
### END SOLUTION

# %% id="moment-demo" tags=["demo"]
def absolute(explain):
    """The same maps without their signs."""
    return lambda model, x, target: explain(model, x, target).abs()


def sure_after(maps, share=0.1):
    """How sure the trained network is after deletion by maps, mean over the digits."""
    return removal_curve(cnn, pictures, read_as, maps, [share]).item()


blank = [models.cnn(torch.Generator().manual_seed(seed)).eval() for seed in range(6, 11)]
blank_maps = [absolute(integrated)(model, pictures, read_as) for model in blank]
trained_map = cnn_maps["integrated"].abs()
figure = plots.image_grid([pictures[:6], *(scaled(m[:6]) for m in (trained_map, blank_maps[0]))],
                          row_labels=["digit", "trained", "random weights"])
plots.show(figure, alt="Six digits; the absolute integrated gradients of the trained network; "
           "those of a network with random weights. Share of the attribution on the ink: "
           f"{on_ink(trained_map):.0%} and {on_ink(blank_maps[0]):.0%}.")
before = sure_after(pictures, 0)
after = [sure_after(m) for m in blank_maps]
noise = [sure_after(torch.rand(pictures.shape, generator=torch.Generator().manual_seed(seed)))
         for seed in range(5)]
print(f"sure before: {before:.1%}; after a tenth of the pixels is deleted:")
print(f"  by a network with random weights: {after[0]:.1%} (you said {my_guess_in_percent} %); "
      f"five such networks: {min(after):.0%} to {max(after):.0%}")
times_noise = [sure_after(pictures * torch.rand(
    pictures.shape, generator=torch.Generator().manual_seed(seed))) for seed in range(5)]
print(f"  by brightness times noise, five draws: {min(times_noise):.0%} to {max(times_noise):.0%}")
print(f"  by brightness: {sure_after(pictures):.1%}; at random, five draws: {min(noise):.0%} to "
      f"{max(noise):.0%}")
print(f"  by the trained network's own absolute map: {sure_after(trained_map):.1%}")
print(f"ink is {(pictures > 0).float().mean():.1%} of the pixels; a black image, all of them "
      f"deleted, scores {sure_after(pictures, 1):.1%}")

# %% [markdown]
# A network that knows nothing paints a map that lies on the strokes, speckled, but on the strokes.
# And deletion by it harms: far more than deletion at random, as much as by brightness times noise,
# and nearly as much as by brightness, which is no explanation at all. Only the last line but one
# shows what training adds, and neither the picture nor the curve of one map could have told you. (A
# fifth of the pixels would be more than the ink of most digits. Whatever ranks ink first then
# leaves nearly a black image, and such maps can hardly be told apart.)
#
# Now all ways to explain, through both checks. We say that a map survives if it disagrees with the
# untrained one (below 0.2 in size, our choice) and deletes better than plain brightness does.

# %% id="sanity-demo" tags=["demo"]
def brightness(model, x, target):
    """Not an explanation at all: the image itself."""
    return x


def at_random(model, x, target):
    """Not an explanation either: noise, new for each model."""
    return torch.rand(x.shape, generator=torch.Generator().manual_seed(int(model is cnn)))


def coin_signs(model, x, target):
    """The image with the signs of a coin, thrown anew for each model."""
    return x * torch.sign(at_random(model, x, target) - 0.5)


def thick_ink(model, x, target):
    """Nor this: each pixel times the mean brightness around it, 7 by 7."""
    return x * F.avg_pool2d(x, 7, 1, 3)


candidates = {"brightness": brightness, "thick ink": thick_ink, "random map": at_random,
              "coin's signs": coin_signs, "saliency": saliency, "|saliency|": absolute(saliency),
              "SmoothGrad": smooth, "integrated": integrated,
              "|integrated|": absolute(integrated)}
table = {}
for name, explain in candidates.items():
    table[name] = sanity(explain, cnn, blank[0], pictures, read_as, [0.02, 0.05, 0.1],
                         ranks=rank_agreement, curve=removal_curve,
                         generator=torch.Generator().manual_seed(0))
print(f"{'':14} agreement with random weights   gain over random deletion   top tenth alone")
for name, (agreement, gain) in table.items():
    alone = removal_curve(cnn, pictures, read_as, candidates[name](cnn, pictures, read_as), [0.1],
                          insert=True).item()
    survives = abs(agreement) < 0.2 and gain > table["brightness"][1]
    print(f"{name:14} {agreement:10.2f} {gain:30.2f} {alone:25.0%}   "
          f"{'survives' if survives else 'fails'}")
strangers = [integrated(model, pictures, read_as) for model in blank[:3]]
between = [rank_agreement(strangers[i], strangers[j], pictures > 0).mean().item()
           for i, j in ((0, 1), (0, 2), (1, 2))]
print("integrated, three networks with random weights, two by two: agreement "
      + ", ".join(f"{agreement:.2f}" for agreement in between))

# %% [markdown]
# The last column is insertion: how sure the network is when it sees nothing but the tenth of the
# pixels that the map ranks highest. Compare brightness there with the maps: being high in that
# column is no proof of looking at the network.
#
# The random map passes the first check and fails the second; thick ink deletes better than
# brightness, and fails the first: neither check would do without the other.
#
# The three that survive here are signed, and signs make the first check easy: brightness with the
# signs of a coin passes it, and the signed maps of networks that both know nothing disagree as much
# as those of a trained and an untrained one. So failing this check says something about a map, and
# passing it next to nothing. Failing the second is no proof either: |saliency| is the network's own
# gradient, and deletes about as well as the coin.

# %% id="curves-demo" tags=["demo"]
deleted = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3]
drawn = {"no training, |integrated|": blank_maps[0], "integrated": cnn_maps["integrated"],
         "|saliency|": cnn_maps["saliency"].abs(), "brightness": pictures,
         "random map": at_random(cnn, pictures, read_as)}
series = {name: (deleted, removal_curve(cnn, pictures, read_as, m, deleted).tolist())
          for name, m in drawn.items()}
figure = plots.curves(series, xlabel="share of the pixels deleted, highest of the map first",
                      ylabel="probability of the class read at first",
                      title="The trained network, pixels deleted by five maps")
figure.axes[0].axvline((pictures > 0).float().mean().item(), color="black", ls=":", lw=1)
plots.show(figure, alt="Deletion curves, and a dotted line at the mean share of ink. After a "
           "twentieth and a tenth of the pixels: " + "; ".join(
               f"{name} {s[2]:.0%} and {s[3]:.0%}" for name, (_, s) in series.items()) + ".")

# %% [markdown]
# **c.** Explain what you saw: why does the map of a network with random weights show the digit, and
# why does deleting by it work? Which of the two checks would have caught it, and which of them does
# a random map pass? What do you ask of the next map that somebody shows you? (3 points, read by a
# person.)

# %% [markdown] nbgrader={"grade_id": "ex6_5-why", "solution": true, "points": 3}
# ### BEGIN SOLUTION
# Integrated gradients are a product, and one factor is x - baseline, the picture itself. Where the
# pixel is black the map is zero whatever the network is; without signs what remains is nearly the
# brightness. Deleting by it takes the ink away, most of the bright half of it: deletion by plain
# brightness does as well, or better. The randomisation check catches brightness and maps that copy
# the input; a random map passes it, because it too changes when the weights change, and fails
# deletion. Each check is necessary, neither is sufficient. Of a map I ask: signed values, its
# agreement with an untrained network's map, its deletion curve beside that of brightness and of a
# random map.
#
# Rubric:
#
# - 1 point: the factor x - baseline (the picture) makes the map show the digit, not the weights
# - 1 point: randomisation is what the copied picture fails, deletion is what a random map fails
# - 1 point: names a baseline to demand (untrained network, brightness or random map)
#
# Sample A (3/3): "The map is gradient times pixel, so black pixels are zero for every network and
# you see the digit. It deletes well because it deletes the ink. Comparing with random weights
# exposes it; noise passes that and only deletion shows that noise is useless. I would always ask
# for the same curve for plain brightness."
#
# Sample B (1/3): "The random network happens to have edge detectors in its first layer. Deletion
# is the better check because a random map fails it."
# ### END SOLUTION

# %% [markdown]
# ## Exercise 6.6: where does the tree lie? (5 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: one can read a tree. A **surrogate** is a tree that was
# trained to say what the network says. How well it does so is its **fidelity**, and one number is
# not enough to tell.
#
# Four looks at two lists of answers about the same people are given: the share of equal answers;
# Cohen's kappa, which is (agreement - chance) / (1 - chance), chance being the agreement of two who
# answer independently, each with its own shares of the classes; the agreement on the rows of each
# class that the model says; and what the best surrogate that always says the same would reach.

# %% nbgrader={"grade_id": "setup-fidelity", "locked": true}
def fidelity(surrogate, model):
    """Agreement, Cohen's kappa, agreement per class of the model, and a constant's agreement."""
    classes = np.unique(model)
    agreement = np.mean(surrogate == model)
    shares = np.array([np.mean(model == c) for c in classes])
    chance = sum(share * np.mean(surrogate == c) for c, share in zip(classes, shares, strict=True))
    per_class = np.array([np.mean(surrogate[model == c] == c) for c in classes])
    return {"agreement": float(agreement), "kappa": float((agreement - chance) / (1 - chance)),
            "per_class": per_class, "constant": float(shares.max())}

# %% [markdown]
# Trees of growing size, all trained on what the network says about the training rows, all judged on
# the held-out ones.

# %% id="surrogate-demo" tags=["demo"]
from copy import deepcopy

from sklearn.tree import DecisionTreeClassifier, export_text

net_says, net_says_new = ((net_score(rows) > 0.5).astype(int) for rows in (train, held_out))
surrogates = {leaves: DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
              .fit(train, net_says) for leaves in (2, 4, 8, 16, 32)}
for leaves, tree in surrogates.items():
    look = fidelity(tree.predict(held_out), net_says_new)
    print(f"{leaves:2} leaves: agreement {look['agreement']:.1%} (a constant: "
          f"{look['constant']:.1%}), kappa {look['kappa']:.2f}, on the network's yes "
          f"{look['per_class'][1]:.1%}")
print(export_text(surrogates[8], feature_names=COLUMNS, decimals=1, show_weights=False))
rounded = deepcopy(surrogates[8])
rounded.tree_.threshold[:] = np.round(rounded.tree_.threshold)
others = rounded.predict(held_out) != surrogates[8].predict(held_out)
print(f"printed without decimals, the same tree would be read differently about {others.sum()} "
      "held-out people")

# %% id="surrogate-again-demo" tags=["demo"]
print("a tree of 8 leaves for other trainings of the network:")
for seed in range(5):
    other = trained_on_adult(seed)
    says, says_new = ((score_by(other, rows) > 0.5).astype(int) for rows in (train, held_out))
    told = DecisionTreeClassifier(max_leaf_nodes=8, random_state=0).fit(train, says)
    look = fidelity(told.predict(held_out), says_new)
    missed, yes = 1 - look["per_class"][1], says_new.sum()
    print(f"  seed {seed}: agreement {look['agreement']:.1%}; of {yes:,} people whom the network "
          f"says yes to, the tree misses {missed * yes:,.0f} ({missed:.1%})")

# %% [markdown]
# Two things to see. First, how you print a model can be a lie of its own: the levels of education
# are whole, the tree cuts between two of them, and 11.5 without its decimal reads 12. Kim's level
# is 12, and a reader would send Kim down the wrong branch (for Kim it happens to end the same).
#
# Second, eight leaves agree with the network on more than nine of ten people. A constant agrees on
# four of five, and of the 3,108 whom this network says yes to, the tree misses 584, almost one in
# five. How many depends on the network: over five trainings it is between one in eight and one in
# five, while the agreement about everybody stays within a point. In all five, a mean over everybody
# hides where the errors are.
#
# **`lying_region(rows, lies)`**: find a group of people about whom the surrogate often lies, that
# is, says something else than the model.
#
# - `rows`: (n, d); `lies`: (n,) bool, where the surrogate says something else than the model
# - returns a function `inside`: (m, d) -> bool (m,), which tells for **any** rows, one or many,
#   whether they belong to the group
# - it is judged on rows that you have not seen: the group must hold at least 100 of about 16,000
#   (one in 160), and the surrogate's agreement with the model inside it must be below 60 %
#
# <details><summary>Hint 1: where to look</summary>
# "Where does it lie?" is a classification problem. Which model names regions?
# <details><summary>Hint 2: the idea</summary>
# A second tree, trained on <code>lies</code>, with leaves that are not too small: take the leaf
# with the largest share of lies.
# <details><summary>Hint 3: nearly the code</summary>
# <code>finder = DecisionTreeClassifier(min_samples_leaf=len(rows) // 100, random_state=0).fit(rows,
# lies)</code> (from sklearn.tree); <code>leaf = finder.apply(rows)</code> gives each row's leaf;
# <code>worst = max(np.unique(leaf), key=lambda number: lies[leaf == number].mean())</code>; the
# returned function is <code>lambda new: finder.apply(new) == worst</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-region", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_surrogate(seed):
    """Boosted trees of the real table, a tree of eight leaves, and where they differ."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(seed)
    some = rng.choice(len(train), 12_000, replace=False)
    forest = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    forest.fit(train[some], rich[some])
    tree = DecisionTreeClassifier(max_leaf_nodes=8, random_state=0)
    return forest, tree.fit(train, forest.predict(train))


def oracle_region(lying_region, seed):
    """Size of the group among held-out people, and the surrogate's agreement in it."""
    forest, tree = oracle_surrogate(seed)
    lies, new_lies = (forest.predict(rows) != tree.predict(rows) for rows in (train, held_out))
    inside = lying_region(train.copy(), lies)
    chosen = np.asarray(inside(held_out.copy())).astype(bool)
    expect(chosen.shape == new_lies.shape, "inside must return one answer per row", "wrong-shape")
    return int(chosen.sum()), float(1 - new_lies[chosen].mean()) if chosen.any() else 1.0
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_6-region", "solution": true}
def lying_region(rows, lies):
    """A group in which the surrogate mostly lies: returns inside, (m, d) -> bool (m,)."""
    ### BEGIN SOLUTION
    from sklearn.tree import DecisionTreeClassifier

    finder = DecisionTreeClassifier(min_samples_leaf=max(20, len(rows) // 100), random_state=0)
    leaf = finder.fit(rows, lies).apply(rows)
    darkest = max(np.unique(leaf), key=lambda number: lies[leaf == number].mean())
    return lambda new_rows: finder.apply(new_rows) == darkest
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_6-region-test", "points": 5}
@exercise("6.6")
def test_region():
    """A square of the plane where the surrogate lies four times in five, elsewhere rarely."""
    rng = np.random.default_rng(0)
    rows, unseen = rng.random((6000, 2)), rng.random((4800, 2))

    def square(rows):
        return (rows[:, 0] > 0.7) & (rows[:, 1] < 0.3)

    lies, new_lies = (rng.random(len(r)) < np.where(square(r), 0.8, 0.03) for r in (rows, unseen))
    inside = lying_region(rows.copy(), lies.copy())
    expect(callable(inside), "lying_region must return a function of rows", "no-function")
    chosen = np.asarray(inside(unseen.copy()))
    expect(chosen.shape == (4800,), "inside must return one answer per row", "wrong-shape")
    chosen = chosen.astype(bool)
    expect(chosen.sum() >= 30, f"your group holds {chosen.sum()} of 4,800 unseen rows; one in 160, "
           "30, are asked for: rows that you know one by one are no group", "too-small")
    agreement = 1 - new_lies[chosen].mean()
    expect(agreement < 0.6, f"inside your group the surrogate agrees with the model about "
           f"{agreement:.1%} of unseen rows; below 60 % is asked for, and there is a group with "
           "20 %", "trusted")
    few = [np.asarray(inside(unseen[:k].copy())).astype(bool) for k in (7, 1)]
    expect(np.array_equal(few[0], chosen[:7]) and np.array_equal(few[1], chosen[:1]), "whether a "
           "row belongs to the group must not depend on the rows that are asked about with it",
           "relative")
    ### BEGIN HIDDEN TESTS
    size, agreement = oracle_region(lying_region, 662)
    expect(size >= 100, f"your group holds {size} of {len(held_out):,} held-out people; at least "
           "100 are asked for", "too-small")
    expect(agreement < 0.6, f"inside your group the surrogate agrees with the model about "
           f"{agreement:.1%} of held-out people; below 60 % is asked for", "trusted")
    ### END HIDDEN TESTS


test_region()
print("6.6: visible checks passed")

# %% id="region-demo" tags=["demo"]
eight = surrogates[8]
lied_about = lying_region(train, eight.predict(train) != net_says)
group = np.asarray(lied_about(held_out)).astype(bool)
agrees = np.mean(eight.predict(held_out[group]) == net_says_new[group])
print(f"{group.sum()} held-out people; the tree agrees with the network about {agrees:.1%} of them")
for column, low, high in zip(COLUMNS, held_out[group].min(axis=0), held_out[group].max(axis=0),
                             strict=True):
    print(f"  {column:18} {low:6g} to {high:6g}")

# %% [markdown]
# Whom the tree disagrees about in this group gets a reason, read off the tree, for a decision that
# the network did not make. A surrogate explains itself, always; whether it explains the model is a
# question of place.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 120 minutes: exercises 6.8 to 6.11.
#
# None of them depends on another; each begins with what it needs. (There is no 6.7: a race without
# points stands in its place.)

# %% [markdown]
# ## What does understanding cost?
#
# "Accurate or explainable, choose one" is often said and seldom measured (Rudin 2019).
#
# ### Predict, then run a race
#
# A tree of eight leaves, trained on the truth, against the network: by how many percentage points
# is the network more accurate on held-out people?

# %% nbgrader={"grade_id": "ex6_6-predict", "solution": true}
PREDICT = {
    "name": "my_guess_in_points", "kind": "number", "low": -100, "high": 100, "outcome": 0.2,
    "tolerance": 1, "seen": r"network: \+([\d.]+), standard error",
}
### BEGIN SOLUTION
my_guess_in_points = 5
### END SOLUTION

# %% [markdown]
# Which of two models is better, and is it luck? Both were judged on the **same** rows, so `lead`
# compares row by row: rows on which both are right, or both wrong, contribute zero. That is why the
# standard error of the difference is small.
#
# The parts of a model: how many numbers one must know to work out all its decisions by hand. A
# split of a tree has two (which column, and where), a leaf one, a network each of its weights.

# %% nbgrader={"grade_id": "setup-lead", "locked": true}
def lead(right_a, right_b):
    """Difference of the accuracies of two models on the same rows, and its standard error."""
    difference = right_a.astype(float) - right_b.astype(float)
    return difference.mean(), difference.std(ddof=1) / len(difference) ** 0.5

# %% id="race-demo" tags=["demo"]
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def tree_parts(leaves):
    """Two numbers for each split, one for each leaf."""
    return 2 * (leaves - 1) + leaves


race = {}
for leaves in (2, 4, 8, 16, 64):
    racer = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(train, rich)
    race[f"tree, {leaves} leaves"] = (tree_parts(leaves), racer.predict(held_out))
line = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, rich)
race["logistic regression"] = (9, line.predict(held_out))
race["boosted trees"] = (sum(tree_parts((len(t.nodes) + 1) // 2) for stage in boosted._predictors
                             for t in stage), boosted.predict(held_out))
race["network"] = (sum(p.numel() for p in net.parameters()), net_says_new)
hits = {name: answers == held_out_rich for name, (_, answers) in race.items()}
for name, (count, _) in race.items():
    print(f"{name:20} {count:5} parts, {hits[name].mean():.1%}")
print("over the tree of 8 leaves, in points:")
for other in ("boosted trees", "network"):
    difference, error = lead(hits[other], hits["tree, 8 leaves"])
    print(f"  {other}: {round(100 * difference, 1) or 0:+.1f}, standard error {100 * error:.1f}")
again = [100 * lead((score_by(trained_on_adult(seed), held_out) > 0.5) == held_out_rich,
                    hits["tree, 8 leaves"])[0] for seed in range(1, 5)]
print(f"  four more trainings of the network: {round(min(again), 1) or 0:+.1f} to "
      f"{round(max(again), 1) or 0:+.1f}")
print(f"you said {my_guess_in_points} points for the network")

# %% id="race-plot-demo" tags=["demo"]
accuracies = {name: hit.mean() for name, hit in hits.items()}
figure = plots.curves({name: ([count], [accuracies[name]]) for name, (count, _) in race.items()},
                      xlabel="parts (numbers to know, logarithmic)",
                      ylabel="accuracy, held-out people", title="What more parts bought")
figure.axes[0].set(xscale="log", ylim=(0.75, 0.9), xlim=(3, 20_000))
for legend in figure.legends:
    legend.remove()
for name, (count, _) in race.items():
    below = name in ("network", "tree, 4 leaves", "logistic regression")
    place = (-30, 8) if name == "tree, 8 leaves" else (4, -13 if below else 6)
    figure.axes[0].annotate(name, (count, accuracies[name]), xytext=place,
                            textcoords="offset points", fontsize=8)
plots.show(figure, alt="Accuracy against parts, a labelled point each: " + "; ".join(
    f"{name} {count} parts, {accuracies[name]:.1%}" for name, (count, _) in race.items()) + ".")

# %% [markdown]
# On this table these networks, small ones that nobody tuned, are about as accurate as a tree of
# eight leaves, with more than ten times its parts. The boosted trees are better, and one can now
# say by how much. This says nothing about images: the question has to be asked of each problem
# anew.

# %% [markdown]
# ## Exercise 6.8: one decision, three readers (8 points)
#
# Difficulty: 3 of 5 · Minutes: 45 · Why: the paper's third challenge. An explanation is
# good **for somebody**: who has to do what with it?
#
# Robin wants a loan. Robin is invented; the 1,000 loans from which the model has learned are real,
# from a German bank of the 1970s. The bank approves above a score of 0.7.
#
# Before you explain, know what the columns say. The code book that comes with this famous table has
# the account code A11 as "overdrawn" and A14 as "no account". Grömping (2019) compared the table
# with the German original: A11 is no account, A12 an overdrawn one, A13 holds less than 200 DM, and
# A14 holds 200 DM or more, or gets a salary. The savings and instalment codes are shifted or turned
# in the same manner. An explanation by the old code book says "no account" where a person
# had money in it. So the columns below carry their codes, not their meaning. Robin has neither A11
# nor A14.

# %% nbgrader={"grade_id": "setup-credit", "locked": true}
CREDIT = ["months", "amount (DM)", "instalment class", "age (years)", "account A11", "account A14",
          "savings A63 or A64", "job under a year", "guarantor"]


def loans():
    """Nine numbers a loan, (1000, 9), and 1 where it was paid back, (1000,)."""
    t = tables.german_credit()
    rows = np.column_stack([t.duration, t.credit_amount, t.installment_rate, t.age,
                            t.status == "A11", t.status == "A14", t.savings.isin(["A63", "A64"]),
                            t.employment.isin(["A71", "A72"]), t.other_debtors == "A103"])
    return rows.astype(float), (t.credit_risk == 1).to_numpy().astype(int)


robin = np.array([36, 6000, 4, 29, 0, 0, 0, 0, 0], dtype=float)

# %% [markdown]
# **a. `contrast(approves, x, options, cost)`**: what is the least that would have to be different?
# Such a **contrastive** explanation (Wachter, Mittelstadt, Russell 2018) needs to know what a
# person can change at all, and what it costs them.
#
# - `approves`: (n, d) -> bool (n,); `x`: (d,)
# - `options`: a dict from the number of a column to the list of values it may take; each of these
#   columns may also stay as it is, and the other columns must
# - `cost`: (d,), the cost of one unit of change in each column, up or down; costs add up
# - returns the cheapest row that is approved (any of them if several cost the same), `x` itself if
#   it is approved already, and None if no combination is
#
# <details><summary>Hint 1: where to look</summary>
# The options are few: itertools.product lists all combinations, also of two or three columns.
# <details><summary>Hint 2: the idea</summary>
# Make one array of all candidate rows, ask approves once, and take the cheapest of the approved.
# <details><summary>Hint 3: nearly the code</summary>
# <code>rows = []</code>; for values in <code>itertools.product(*([x[c], *options[c]] for c in
# options))</code>: <code>row = x.copy(); row[list(options)] = values; rows.append(row)</code>;
# <code>rows = np.array(rows)</code>; <code>price = np.where(approves(rows), np.abs(rows - x) @
# cost, np.inf)</code>; return <code>rows[price.argmin()]</code>, or None if
# <code>price.min()</code> is infinite.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-contrast", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_contrast(contrast):
    """Random linear and curved rules; every combination visited by recursion."""
    def cheapest(approves, x, options, cost):
        best = 0.0 if approves(x[None])[0] else np.inf
        stack = [(x, sorted(options))]
        while stack:
            row, columns = stack.pop()
            if not columns:
                best = min(best, np.abs(row - x) @ cost) if approves(row[None])[0] else best
                continue
            for value in [x[columns[0]], *options[columns[0]]]:
                changed = row.copy()
                changed[columns[0]] = value
                stack.append((changed, columns[1:]))
        return best

    for seed in range(6):
        rng = np.random.default_rng(6800 + seed)
        weight, x, cost = rng.normal(size=5), rng.normal(size=5), rng.uniform(0.1, 2, 5)
        options = {c: rng.normal(x[c], 1.5, size=3).tolist() for c in (0, 2, 4)}
        bar = x @ weight + rng.uniform(0, 2.5)

        def approves(rows, weight=weight, bar=bar):
            return rows @ weight + 0.3 * rows[:, 0] * rows[:, 2] > bar

        best = cheapest(approves, x, options, cost)
        got = contrast(approves, x.copy(), options, cost)
        if np.isinf(best):
            expect(got is None, "when no combination is approved, return None", "no-way-out")
            continue
        got = expect_array(got, (5,), "contrast")
        expect(approves(got[None])[0], "the row you return is refused", "refused")
        expect(got[1] == x[1] and got[3] == x[3], "a column that is not in options must stay",
               "not-actionable")
        price = np.abs(got - x) @ cost
        expect(price <= best + 1e-9, f"your change costs {price:.3f}; there is one for {best:.3f}",
               "not-cheapest")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_8-contrast", "solution": true}
def contrast(approves, x, options, cost):
    """The cheapest approved row among all combinations of options; None if there is none."""
    ### BEGIN SOLUTION
    from itertools import product

    columns = list(options)
    combinations = list(product(*([x[c], *options[c]] for c in columns)))
    candidates = np.tile(x, (len(combinations), 1))
    candidates[:, columns] = combinations
    price = np.where(approves(candidates), np.abs(candidates - x) @ cost, np.inf)
    return candidates[price.argmin()] if np.isfinite(price.min()) else None
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_8-contrast-test", "points": 2}
@exercise("6.8")
def test_contrast():
    """Three columns, the last not to be touched; approved is who has a + b + 5 c > 5."""
    def approves(rows):
        return rows @ np.array([1.0, 1.0, 5.0]) > 5

    x, cost, options = np.zeros(3), np.array([1.0, 2.0, 0.1]), {0: [2.0, 4.0, 9.0], 1: [2.0, 4.0]}
    with untouched(x):
        got = contrast(approves, x, options, cost)
    expect(got is not None, "there is a way to be approved, but you return None", "no-way-out")
    got = expect_array(got, (3,), "contrast")
    expect(approves(got[None])[0], f"{got.tolist()} is refused: return a row that is approved",
           "refused")
    expect(got[2] == 0, "column 2 is not in options: nobody can change it", "not-actionable")
    expect(np.array_equal(got, [4, 2, 0]), "4 and 2 together cost 8, 9 in column 0 alone costs 9; "
           f"yours, {got.tolist()}, costs {np.abs(got) @ cost:g}: try combinations, too, and "
           "compare what they cost", "not-cheapest")
    less = contrast(lambda rows: (rows[:, 0] < 2) | (rows[:, 1] > 8), np.array([5.0, 5.0]),
                    {0: [1.0, 0.0], 1: [9.0]}, np.array([1.0, 2.0]))
    said = ("from (5, 5), column 0 down to 1 costs 4, to 0 costs 5, column 1 up to 9 costs 8, and "
            f"one of them is enough: the answer is (1, 5); yours {less}")
    expect(less is not None and not np.array_equal(less, [0, 5]) and not
           np.array_equal(less, [0, 9]), f"{said}. The cost is that of the change, down "
           "as well as up", "signed-cost")
    expect(np.array_equal(less, [1, 5]), f"{said}. A column may also stay as it is",
           "not-cheapest")
    three = contrast(lambda rows: (rows[:, :2].sum(axis=1) > 3.4) | (rows[:, 2] > 3.1), x.copy(),
                     {2: [3.25], 0: [1.5], 1: [2.0]}, np.ones(3))
    said = ("with a cost of 1 each, 1.5 and 2 together cost 3.5, and 3.25 in column 2 alone costs "
            f"3.25: the answer is (0, 0, 3.25); yours {three}")
    expect(three is None or not np.array_equal(three, [1.5, 2, 0]), f"{said}. Costs add up; they "
           "are no length of an arrow, and a count of changes is none", "added-up")
    expect(three is not None and np.array_equal(three, [0, 0, 3.25]), f"{said}. The values need "
           "not be whole, nor the columns in order", "not-cheapest")
    good = np.array([9.0, 0.0, 0.0])
    same = contrast(approves, good.copy(), options, cost)
    expect(same is not None and np.array_equal(same, good), "who is approved already need not "
           f"change anything; yours {same}", "needless")
    expect(contrast(approves, x.copy(), {0: [1.0]}, cost) is None, "when no combination is "
           "approved, return None", "no-way-out")
    ### BEGIN HIDDEN TESTS
    oracle_contrast(contrast)
    ### END HIDDEN TESTS


test_contrast()
print("6.8a: visible checks passed")

# %% [markdown]
# The bank asks Robin for nothing impossible: the loan may be shorter or smaller, and somebody may
# stand surety. Robin's costs are invented: 6 months less, or 1,000 DM less, cost 1; a guarantor 4.

# %% id="robin-demo" tags=["demo"]
from sklearn.ensemble import GradientBoostingClassifier

loan_rows, repaid = loans()
bank = GradientBoostingClassifier(n_estimators=40, max_depth=2, random_state=0)
bank.fit(loan_rows[:700], repaid[:700])


def bank_score(rows):
    """The bank's score: the model's probability that a loan is paid back."""
    return bank.predict_proba(rows)[:, 1]


loan_scores, came_back = bank_score(loan_rows[700:]), repaid[700:]
above = loan_scores > 0.7
print(f"300 loans that the model has not seen: score above 0.7 for {above.mean():.0%}; paid back "
      f"{came_back[above].mean():.0%} of these, {came_back[~above].mean():.0%} of the others")
robins = shapley(coalition_game(bank_score, robin, loan_rows[:100]), 9)
print(f"Robin's score: {bank_score(robin[None])[0]:.2f}; mean score of 100 loans: "
      f"{bank_score(loan_rows[:100]).mean():.2f}")
for i in np.abs(robins).argsort()[::-1]:
    print(f"  {CREDIT[i]:25} {robin[i]:6g} {robins[i]:+.2f}")

# %% id="contrast-demo" tags=["demo"]
robins_options = {0: [12, 18, 24, 30], 1: [2000, 3000, 4000, 5000], 8: [1]}
robins_cost = np.array([1 / 6, 1 / 1000, 0, 0, 0, 0, 0, 0, 4])
found = contrast(lambda rows: bank_score(rows) > 0.7, robin, robins_options, robins_cost)
for i in np.flatnonzero(found != robin):
    print(f"{CREDIT[i]}: {found[i]:g} instead of {robin[i]:g}")
print(f"score then: {bank_score(found[None])[0]:.2f}")
for i in np.flatnonzero(found != robin):
    single = np.where(np.arange(9) == i, found, robin)
    print(f"  with the change of {CREDIT[i]} alone: {bank_score(single[None])[0]:.2f}")
figure = plots.bars({"share": robins}, CREDIT, xlabel="effect on Robin's score (probability)",
                    title="Robin's loan, compared with 100 earlier ones")
plots.show(figure, alt=f"Shares of Robin's score: {in_words(robins, CREDIT)}.")

# %% [markdown]
# Now write for three people. Use the numbers above, say what they do **not** say, and keep each
# text below 120 words. Each is read by a person.
#
# **b. The engineer** who has to check the model (2 points). What was computed, against which
# background, what is checked and what is not?

# %% [markdown] nbgrader={"grade_id": "ex6_8-engineer", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Score 0.47, cut-off 0.7, forty trees of depth two, trained on 700 loans. Exact interventional
# Shapley values over nine features against the first 100 training rows: duration -0.13, account
# code A14 (which Robin lacks) -0.09, age -0.05, the rest below 0.03; they add up to the score minus
# the background's mean. They depend on that background and mix rows that need not exist. The
# contrast (18 months and a guarantor, score 0.75) is the cheapest of 50 combinations under stated
# costs, and the score was recomputed for it; neither change suffices alone. Not checked:
# calibration near 0.7, stability over refits, what age does in an approval rule, and what the codes
# mean: the code book is wrong.
#
# Rubric:
#
# - 1 point: names method and background (or cost and options of the contrast) beside the numbers
# - 1 point: names at least one thing that the explanation does not show or that was not checked
#
# Sample A (2/2): "Exact Shapley values against 100 training loans: duration -0.13 dominates.
# Another background would give other values. The counterfactual was verified on the model itself,
# but I did not check whether a retrained model gives the same one."
#
# Sample B (1/2): "Shapley values on 100 background loans say duration is the main reason with
# -0.13, then account and age. So the model is fine."
# ### END SOLUTION

# %% [markdown]
# **c. The loan officer** who has to decide whether to follow the score (2 points). What drives it,
# how far can the score be trusted, and when should the officer overrule it?

# %% [markdown] nbgrader={"grade_id": "ex6_8-officer", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# The system advises against this loan: 0.47, and 0.7 is needed. The main reason is its length, 36
# months; the amount is not held against the applicant. Of 300 earlier loans that the system had not
# seen, 88 % of those above the line were paid back, and 51 % of those below: so about half of those
# it refuses would have paid. The same loan over 18 months with a guarantor would pass. If you know
# something that is not on the form, a steady income for instance, it is not in the score; decide
# and write down why. Do not use the age.
#
# Rubric:
#
# - 1 point: says how reliable the score is (the shares paid back above and below the line)
# - 1 point: says what the officer can do: the alternative offer, or knowledge outside the form
#
# Sample A (2/2): "Length is what counts against it. Remember that half of those below the line paid
# back, so treat this as advice. Offer 18 months with a guarantor; that would be approved."
#
# Sample B (0/2): "The gradient boosting classifier computed a Shapley value of -0.128 for duration
# and -0.088 for A14."
# ### END SOLUTION

# %% [markdown]
# **d. Robin** (2 points). No jargon, nothing that Robin cannot check or change, and no judgement of
# a person.

# %% [markdown] nbgrader={"grade_id": "ex6_8-robin", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# We cannot offer you this loan as you asked for it. What counted most was its length: loans of
# three years or more were paid back less often than shorter ones. That says something about such
# loans in our books, not about you. If you choose 18 months instead of 36 and somebody stands
# surety, we would approve the same 6,000 DM; one of the two alone is not enough. The instalments
# would then be about twice as high, so please check whether you can carry them. If you think that
# something we noted is wrong, tell us, and a person will look at your case again.
#
# Rubric:
#
# - 1 point: names the main reason and a change that leads to approval, both true of the model
# - 1 point: speaks of the loan and not of the person's worth, without jargon, and says how to
#   object
#
# Sample A (2/2): "It is the long duration that stood against this loan, not you. With 18 months and
# a guarantor we would say yes; either alone does not suffice. You may ask for a second look by a
# person."
#
# Sample B (1/2): "Your risk is too high. Take a shorter loan and bring a guarantor, then you will
# be approved."
# ### END SOLUTION

# %% [markdown]
# ## Exercise 6.9: too many features to enumerate (2 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: with 30 features there are a thousand million
# coalitions. One samples, and then an honest answer has an error bar.
#
# Write `sampled_shapley`: draw `orders` random orders of the players; in each, a player's gain is
# what is added on arrival. The share is the mean gain, and its 95 % interval is the mean plus or
# minus 1.96 standard errors: with many orders it holds the exact share in about 95 of 100 cases.
#
# - `value`: as in 6.1, bool (k, n) -> (k,); ask it for at most orders * (n + 1) coalitions
# - returns two arrays of shape (n,): the shares, and the half-widths of their intervals (1.96 times
#   the sample standard deviation of the gains, with orders - 1, over the root of orders)
#
# <details><summary>Hint 1: where to look</summary>
# <code>rng.permutation(n)</code> is an order. Who is there when the k-th arrives?
# <details><summary>Hint 2: the idea</summary>
# Each order gives a chain of n + 1 coalitions, from nobody to all. The worth of neighbours in the
# chain differs by the gain of the one who came.
# <details><summary>Hint 3: nearly the code</summary>
# For each order: <code>arrival = np.argsort(rng.permutation(n))</code>; <code>chain = arrival <
# np.arange(n + 1)[:, None]</code>; <code>np.diff(value(chain))[arrival]</code> are the gains by
# player. Collect them in an array gains; return <code>gains.mean(axis=0)</code> and <code>1.96 *
# gains.std(axis=0, ddof=1) / orders**0.5</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-sampling", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_coverage(sampled_shapley, seeds, orders=60):
    """The share of true values of a random game of six that lie in their intervals."""
    game = oracle_game(6, np.random.default_rng(691))
    truth = oracle_shares(game, 6)
    inside = []
    for seed in seeds:
        phi, half = sampled_shapley(game, 6, rng=np.random.default_rng(seed), orders=orders)
        inside.append(np.abs(phi - truth) <= half)
    return float(np.mean(inside))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_9-sampling", "solution": true}
def sampled_shapley(value, n, *, rng, orders):
    """Shapley values from random orders, and the half-widths of their 95 % intervals."""
    ### BEGIN SOLUTION
    arrival = np.array([np.argsort(rng.permutation(n)) for _ in range(orders)])
    chains = arrival[:, None, :] < np.arange(n + 1)[:, None]
    worth = value(chains.reshape(-1, n)).reshape(orders, n + 1)
    gains = np.take_along_axis(np.diff(worth, axis=1), arrival, axis=1)
    return gains.mean(axis=0), 1.96 * gains.std(axis=0, ddof=1) / orders**0.5
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_9-sampling-test", "points": 2}
@exercise("6.9")
def test_sampling():
    """An additive game leaves nothing to chance; two gloves are a coin."""
    asked = []

    def additive(c):
        asked.append(len(c))
        return 4 + c @ np.array([1.5, -2.0, 5.0])

    phi, half = sampled_shapley(additive, 3, rng=np.random.default_rng(0), orders=10)
    phi, half = expect_array(phi, (3,), "the shares"), expect_array(half, (3,), "the half-widths")
    said = f"in an additive game every order gives 1.5, -2 and 5; yours {phi}"
    expect(not np.allclose(phi, [1, -2, 5]), f"{said}: gains are no whole numbers", "whole-numbers")
    expect(np.allclose(phi, [1.5, -2, 5]), f"{said}: whose gain is it?", "wrong-player")
    expect(np.allclose(half, 0, atol=1e-6), f"{said} with half-widths {half}: each player's gains "
           "are always the same, so each half-width is 0", "shared-width")
    expect(sum(asked) <= 40, f"ten orders of three players are 40 coalitions; you asked for "
           f"{sum(asked)}", "asks-too-much")

    def pair(c):
        return (c[:, 0] & c[:, 1]).astype(float)

    def run(seed, orders=200):
        return sampled_shapley(pair, 2, rng=np.random.default_rng(seed), orders=orders)

    phi, half = run(0)
    expect(np.isclose(phi.sum(), 1) and 0.3 < phi[0] < 0.7, "with two gloves the second to come "
           f"gains 1: the shares are near 1/2 and add up to 1; yours {phi}", "wrong-player")
    again, other = run(0), run(1)
    expect(np.array_equal(phi, again[0]) and not np.array_equal(phi, other[0]), "the orders must "
           "come from rng, and from nothing else", "ignores-rng")
    for orders in (200, 50):
        phi, half = run(0, orders)
        error = 1.96 * (phi[0] * phi[1] / (orders - 1)) ** 0.5
        said = (f"{orders} orders of two gloves: {phi[0]:.3f} of the gains of player 0 are "
                f"ones, so 1.96 standard errors of their mean are {error:.5f}; yours {half[0]:.5f}")
        expect(not np.isclose(half[0], error * orders**0.5, rtol=0.02), f"{said}. You return the "
               "spread of one order; the mean of many spreads less", "spread-of-one")
        expect(not np.isclose(half[0], error * ((orders - 1) / orders) ** 0.5, rtol=1e-5),
               f"{said}. The sample standard deviation divides by orders - 1", "ddof")
        expect(np.isclose(half[0], error, rtol=1e-4), said, "wrong-width")

    def gloves(c):
        return (c[:, 0] & (c[:, 1] | c[:, 2])).astype(float)

    phi, half = sampled_shapley(gloves, 3, rng=np.random.default_rng(2), orders=400)
    expect(np.allclose(phi, [2 / 3, 1 / 6, 1 / 6], atol=0.1), "the gloves of 6.1 are due 2/3, 1/6 "
           f"and 1/6; 400 orders give you {phi.round(3)}. Each order must be as likely as any "
           "other", "not-all-orders")
    errors = 1.96 * (phi * (1 - phi) / 399) ** 0.5
    expect(np.allclose(half, errors, rtol=1e-4), "each player has a half-width of its own: with "
           f"these shares {errors.round(5)}; yours {half.round(5)}", "shared-width")
    ### BEGIN HIDDEN TESTS
    covered = oracle_coverage(sampled_shapley, range(100))
    expect(0.9 <= covered <= 0.985, f"{covered:.1%} of 600 true values lie in your intervals; "
           "about 95 % should", "wrong-width")
    ### END HIDDEN TESTS


test_sampling()
print("6.9: visible checks passed")

# %% id="sampling-demo" tags=["demo"]
kims_game = coalition_game(net_score, kim, everybody)
for orders in (10, 100, 1000):
    mean_gain, half = sampled_shapley(kims_game, 8, rng=np.random.default_rng(0), orders=orders)
    print(f"{orders:5} orders: {np.sum(np.abs(mean_gain - kims) <= half)} of 8 exact values inside "
          f"their intervals, largest half-width {half.max():.4f}")

# %% [markdown]
# A hundred times more orders, about a tenth of the error bar.
#
# ## Exercise 6.10: adds up, and is wrong (2 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: `shap.DeepExplainer` is fast because it does not
# ask about coalitions at all: it goes once through the network (DeepLIFT's rescale rule, Shrikumar
# et al. 2017). Its values add up. Does that make them Shapley values?
#
# The network: $f(x) = \sum_h v_h \max(a_h, 0)$ with $a = W x + b$. For one reference $r$ and each
# hidden unit $h$ the **multiplier** is
#
# $$m_h = \frac{\max(a_h(x), 0) - \max(a_h(r), 0)}{a_h(x) - a_h(r)}$$
#
# and 0 where the two $a_h$ are equal. The contribution of feature $j$ is $(x_j - r_j) \sum_h v_h
# m_h W_{hj}$.
#
# **a. `deep_lift(W, b, v, x, background)`**: the contributions, averaged over the rows of
# `background` as references.
#
# - `W`: (units, d); `b`, `v`: (units,); `x`: (d,); `background`: (k, d); returns (d,)
#
# **b. `two_faced()`**: a network on which this goes wrong. Return `(W, b, v, x, background)` such
# that some contribution differs from the true Shapley value by at least a quarter of
# $|f(x) - \text{mean of } f \text{ over the background}|$. Two features and one unit are enough.
#
# <details><summary>Hint 1: where to look</summary>
# One reference at a time; then everything is a product of arrays. For b, think of a unit that opens
# only if both features are there.
# <details><summary>Hint 2: the idea</summary>
# If both are needed, neither alone earns anything, and by symmetry each is due a half, whatever its
# weight. The rescale rule shares by weight.
# <details><summary>Hint 3: nearly the code</summary>
# For each row r of the background: <code>da = W @ (x - r)</code>; <code>dr = np.maximum(W @ x + b,
# 0)
# - np.maximum(W @ r + b, 0)</code>; <code>m = np.divide(dr, da, out=np.zeros_like(da), where=da !=
# 0)</code>; add <code>(x - r) * ((v * m) @ W) / len(background)</code>. For b: weights <code>W =
# np.array([[1.0, 10.0]])</code>, a threshold that only their sum passes, <code>b =
# np.array([-10.0])</code>, <code>v = np.ones(1)</code>, <code>x = np.ones(2)</code> and
# <code>background = np.zeros((1, 2))</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-deep", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_net(W, b, v):
    """The network of the exercise as a function of rows."""
    return lambda rows: np.maximum(rows @ W.T + b, 0) @ v


def oracle_deep(deep_lift):
    """shap.DeepExplainer on the same network in float32."""
    import shap

    rng = np.random.default_rng(6101)
    W, b, v = rng.normal(size=(7, 4)), rng.normal(size=7), rng.normal(size=7)
    x, background = rng.normal(size=4), rng.normal(size=(12, 4))
    model = nn.Sequential(nn.Linear(4, 7), nn.ReLU(), nn.Linear(7, 1))
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), (W, b, v[None], np.zeros(1)), strict=True):
            parameter.copy_(torch.tensor(values))
    explainer = shap.DeepExplainer(model, torch.tensor(background).float())
    theirs = explainer.shap_values(torch.tensor(x[None]).float())
    got = expect_array(deep_lift(W, b, v, x, background), (4,), "deep_lift")
    expect(np.abs(got - np.asarray(theirs).reshape(4)).max() < 1e-4, "your contributions are not "
           "those of shap.DeepExplainer", "wrong-rule")
    f = oracle_net(W, b, v)
    expect(np.isclose(got.sum(), f(x[None])[0] - f(background).mean()), "your contributions do not "
           "add up", "not-additive")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_10-deep", "solution": true}
def deep_lift(W, b, v, x, background):
    """Contributions by the rescale rule, averaged over the background: (d,)."""
    ### BEGIN SOLUTION
    def relu(a):
        return np.maximum(a, 0)

    before, after = background @ W.T + b, W @ x + b
    change = after - before
    multiplier = np.divide(relu(after) - relu(before), change, out=np.zeros_like(change),
                           where=change != 0)
    return ((x - background) * ((multiplier * v) @ W)).mean(axis=0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_10-deep-test", "points": 1}
@exercise("6.10")
def test_deep():
    """One unit, two references, by hand; and a unit that does not move."""
    W, b, v = np.array([[1.0, 2.0], [1.0, -1.0]]), np.array([-2.0, 0.0]), np.array([3.0, 5.0])
    x, reference = np.array([1.0, 1.0]), np.zeros((1, 2))
    got = deep_lift(W, b, v, x, reference.copy())
    expect(not isinstance(got, np.ndarray) or np.isfinite(got).all(), "the second unit does not "
           "move between reference and x: its multiplier is 0, not 0 / 0", "zero-over-zero")
    got = expect_array(got, (2,), "deep_lift")
    expect(not np.allclose(got, [1 / 3, 2 / 3]), f"your contributions {got.round(3)} add up to 1, "
           "what the first unit says; f weighs it by v, 3", "no-v")
    expect(np.isclose(got.sum(), 3), f"the contributions must add up to f(x) - f(reference) = 3; "
           f"yours {got} add up to {got.sum():.3f}. The multiplier is a slope between two points, "
           "not the gradient at one", "not-additive")
    expect(np.allclose(got, [1, 2]), f"the first unit shares its 3 by weight, 1 and 2; yours {got}",
           "wrong-rule")
    two = expect_array(deep_lift(W, b, v, x, np.array([[0.0, 0.0], [1.0, 1.0]])), (2,), "deep_lift")
    expect(not np.allclose(two, [1, 2]), "the background has two references: return the mean, not "
           "the sum and not the first", "mean-reference")
    expect(np.allclose(two, [0.5, 1]), "with x itself as a second reference each contribution is "
           f"halved, 0.5 and 1; yours {two}: apply the rule to each reference, then average",
           "mean-reference")
    far = expect_array(deep_lift(W, b, v, np.array([2.0, 1.0]), np.array([[0.0, 3.0]])), (2,),
                       "deep_lift")
    expect(np.allclose(far, [8.5, -9.5]), "from the reference (0, 3) to the point (2, 1) the "
           f"contributions are 8.5 and -9.5; yours {far.round(3)}", "wrong-rule")
    far = expect_array(deep_lift(W, b, v, np.array([2.0, 1.0]), np.array([[0.0, 3.0], [0, 0]])),
                       (2,), "deep_lift")
    expect(np.allclose(far, [10.75, -5.75]), "with (0, 0) as a second reference, from which they "
           f"are 13 and -2, the means are 10.75 and -5.75; yours {far.round(3)}", "mean-reference")
    ### BEGIN HIDDEN TESTS
    oracle_deep(deep_lift)
    ### END HIDDEN TESTS


test_deep()
print("6.10a: visible checks passed")

# %% nbgrader={"grade_id": "ex6_10-witness", "solution": true}
def two_faced():
    """A network (W, b, v), a point and a background on which the rescale rule is far off."""
    ### BEGIN SOLUTION
    return (np.array([[1.0, 10.0]]), np.array([-10.0]), np.array([1.0]), np.array([1.0, 1.0]),
            np.array([[0.0, 0.0]]))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_10-witness-test", "points": 1}
@exercise("6.10")
def test_witness():
    """Shapes, and whether your features act together; how far the rule is off is yours to check."""
    given = two_faced()
    expect(isinstance(given, tuple | list) and len(given) == 5, "return the five arrays (W, b, v, "
           "x, background)", "wrong-shape")
    W, b, v, x, background = (np.asarray(part, dtype=float) for part in given)
    d = x.size
    expect(x.ndim == 1 and W.ndim == 2 and W.shape[1] == d and b.shape == v.shape == (len(W),)
           and background.ndim == 2 and background.shape[1] == d <= 8,
           "the shapes must be (units, d), (units,), (units,), (d,) and (k, d), with d at most 8",
           "wrong-shape")

    def f(rows):
        return np.maximum(rows @ W.T + b, 0) @ v

    total = f(x[None])[0] - f(background).mean()
    expect(abs(total) > 1e-6, "f(x) and the mean over the background must differ", "no-change")
    alone = [np.mean(f(np.where(np.arange(d) == j, x, background))) - f(background).mean()
             for j in range(d)]
    expect(not np.isclose(sum(alone), total), "here the features alone already earn all of the "
           f"change ({total:g}): they do not act together, and then nothing goes wrong", "no-joint")
    ### BEGIN HIDDEN TESTS
    def value(coalitions):
        return np.mean([f(np.where(coalitions, x, r)) for r in background], axis=0)

    true = oracle_shares(value, d)
    a, c = x @ W.T + b, background @ W.T + b
    slope = (np.maximum(a, 0) - np.maximum(c, 0)) / np.where(a == c, 1, a - c)
    rescale = ((x - background) * ((slope * v) @ W)).mean(axis=0)
    far = np.abs(true - rescale).max()
    expect(far >= abs(total) / 4, f"the true values are {true.round(3)}, the rescale rule's "
           f"{rescale.round(3)}: they differ by {far:.3f}, and a quarter of the change is "
           f"{abs(total) / 4:.3f}", "they-agree")
    ### END HIDDEN TESTS


test_witness()
print("6.10b: visible checks passed")

# %% [markdown]
# Adding up is one of four promises. A method that keeps it may break the others, and the sum cannot
# show it.
#
# ## Exercise 6.11: a steadier LIME (2 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: each neighbour is a question to the model, and questions
# cost time. What can one do with a fixed number of them?
#
# **`steady_lime`**: answer LIME's question of 6.2 for Gaussian neighbours, with at most `budget`
# rows shown to the model, and with a smaller root-mean-square error over seeds than plain LIME with
# `budget` neighbours: **at most 0.85 times** its error near the crest of a wave, where a straight
# line fits badly; and for twenty people, on a curved model of the real table, at most 0.9 times
# (the mean of the twenty ratios).
#
# - the truth is plain LIME's answer for infinitely many neighbours, with the same `scale` and
#   `width`: a smaller neighbourhood is another question, and a frozen seed repeats one error
# - returns: shape (d,), the slopes per unit of each feature; all randomness from `rng`
# - on a linear model the answer is exact
#
# This one is open: several ideas get there.
#
# <details><summary>Hint 1: where to look</summary>
# Near a crest most of the error comes from the curvature of the model: a neighbour to the right
# says "steeper", one to the left "flatter". Which neighbours cancel?
# <details><summary>Hint 2: the idea</summary>
# Draw half of the neighbours, and mirror them at x: with each u take -u. What the model does
# alike to the left and to the right then cancels in the slopes. Keep the weights. (Narrower
# neighbours without weights have the same mean. Their error is larger here: try it.)
# <details><summary>Hint 3: nearly the code</summary>
# <code>half = rng.standard_normal((budget // 2, len(x)))</code>, <code>u = np.concatenate([half,
# -half])</code>; then as in LIME <code>root = np.exp(-(u * u).sum(axis=1) / (4 * width**2))</code>,
# <code>columns = np.column_stack([np.ones(len(u)), u])</code>, and <code>b =
# np.linalg.lstsq(columns * root[:, None], predict(x + scale * u) * root, rcond=None)[0]</code>;
# return <code>b[1:] / scale</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-steady", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_wave(d, width, rng):
    """A sine wave, a point near its crest, the scale, and LIME's answer there, in units of scale.

    Infinitely many Gaussian neighbours with Gaussian weights make a Gaussian of variance
    w^2 / (1 + w^2), over which the fitted slope is the mean gradient (Stein's identity).
    """
    scale, weight = rng.uniform(0.5, 5, d), rng.normal(size=d) / d**0.5
    x, angle = scale * rng.normal(size=d), np.pi / 2 + rng.uniform(0.3, 0.6)

    def predict(rows):
        return np.sin((rows - x) / scale @ weight + angle)

    spread = width**2 / (1 + width**2)
    return predict, x, scale, np.cos(angle) * np.exp(-spread * weight @ weight / 2) * weight


def oracle_plain_error(predict, x, scale, width, budget, truth, seeds):
    """Root-mean-square error of plain LIME over seeds, in units of scale."""
    slopes = [oracle_lime(predict, x, gaussian(scale)(x, budget, np.random.default_rng(seed)),
                          scale, width) for seed in seeds]
    return np.sqrt(np.mean((scale * np.array(slopes) - truth) ** 2))


def oracle_steadier(steady_lime, predict, x, scale, width, budget, truth, seeds):
    """The student's error over plain LIME's, and what is wrong when it is no smaller."""
    asked = []

    def counted(rows):
        asked.append(len(rows))
        return predict(rows)

    got = [expect_array(steady_lime(counted, x.copy(), scale, rng=np.random.default_rng(seed),
                                    budget=budget, width=width), (len(x),), "steady_lime")
           for seed in seeds]
    expect(max(asked) <= budget and sum(asked) <= budget * len(seeds), f"you asked the model about "
           f"more than {budget} rows", "over-budget")
    errors = scale * np.array(got) - truth
    drift, spread = errors.mean(axis=0), errors.std(axis=0)
    plain = oracle_plain_error(predict, x, scale, width, budget, truth, range(500, 540))
    frozen = len(seeds) > 1 and np.ptp(errors, axis=0).max() == 0
    ratio = np.sqrt(np.mean(errors**2)) / plain
    if ratio > 0.85:
        expect(not frozen, f"every seed gives the same answer, and it is off by {ratio:.2f} times "
               "plain LIME's error: a frozen seed repeats one error", "frozen-seed")
        far = np.abs(drift) > 5 * spread / len(seeds) ** 0.5 + plain / 2
        expect(not far.any(), "your answers centre on another value than LIME's: keep scale and "
               "width as they are", "another-question")
    return ratio


def oracle_steady_on_people(steady_lime, chosen):
    """The mean ratio of errors for some held-out people, on a curved model of the real table."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import PolynomialFeatures

    poly = PolynomialFeatures(2, interaction_only=True)
    fitted = LogisticRegression(C=0.1, max_iter=500).fit(
        poly.fit_transform((train[:3000] - MEAN) / SCALE), rich[:3000])

    def predict(rows):
        return fitted.predict_proba(poly.transform((rows - MEAN) / SCALE))[:, 1]

    ratios = []
    for x in held_out[chosen]:
        many = x + SCALE * (1 / 1.25) ** 0.5 * np.random.default_rng(0).standard_normal((15_000, 8))
        truth = SCALE * oracle_lime(predict, x, np.concatenate([many, 2 * x - many]), SCALE, 1e6)
        ratios.append(oracle_steadier(steady_lime, predict, x, SCALE, 2.0, 200, truth, range(20)))
    return float(np.mean(ratios))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex6_11-steady", "solution": true}
def steady_lime(predict, x, scale, *, rng, budget, width):
    """LIME's answer for Gaussian neighbours, with a smaller error for the same budget: (d,)."""
    ### BEGIN SOLUTION
    draws = rng.standard_normal((budget // 2, len(x)))
    offsets = np.concatenate([draws, -draws])
    root = np.exp(-(offsets**2).sum(axis=1) / (4 * width**2))
    columns = np.column_stack([root, offsets * root[:, None]])
    line = np.linalg.lstsq(columns, predict(x + scale * offsets) * root, rcond=None)[0]
    return line[1:] / scale
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex6_11-steady-test", "points": 2}
@exercise("6.11")
def test_steady():
    """Exact on a line, within the budget, right on average, and nearer than plain LIME."""
    x, scale, asked = np.array([1.0, -2.0, 0.5]), np.array([1.0, 10.0, 0.1]), []

    def run(predict, seed, budget=100, width=1.0):
        def counted(rows):
            asked.append(len(rows))
            return predict(rows)

        asked.clear()
        got = steady_lime(counted, x.copy(), scale.copy(), rng=np.random.default_rng(seed),
                          budget=budget, width=width)
        return scale * expect_array(got, (3,), "steady_lime")

    slopes = run(lambda rows: 7 + rows @ np.array([3.0, -4.0, 50.0]), seed=0) / scale
    expect(np.allclose(slopes, [3, -4, 50]), "the model 7 + 3 a - 4 b + 50 c has slopes 3, -4 and "
           f"50; yours {slopes.round(3)}", "scaled-units")
    for budget in (100, 61):
        run(lambda rows: rows[:, 0] ** 2, seed=1, budget=budget)
        expect(sum(asked) <= budget, f"with a budget of {budget} you asked the model about "
               f"{sum(asked)} rows", "over-budget")
        expect(sum(asked) > budget / 2, f"with a budget of {budget} you asked the model about "
               f"{sum(asked)} rows only", "under-budget")

    def cube(rows):
        return (((rows - x) / scale) ** 3).sum(axis=1)

    expect(not np.array_equal(run(cube, 0), run(cube, 1)), "two seeds give the same answer: a "
           "frozen seed repeats one error", "frozen-seed")
    for width, truth in ((1.0, 1.5), (2.0, 2.4)):
        mean = np.mean([run(cube, seed, 400, width) for seed in range(20)])
        expect(abs(mean - truth) < 0.3, f"for the cube u^3 at u = 0 LIME's answer with width "
               f"{width:g} is {truth}; yours is {mean:.2f} on average: keep scale and width",
               "another-question")
    direction, plain_error = np.array([0.8, -0.5, 0.3]), 0.049
    away = np.array([run(lambda rows: np.sin((rows - x) / scale @ direction + 2), seed, 60)
                     for seed in range(200)]) - np.cos(2) * np.exp(-0.245) * direction
    ratio = np.mean(away**2) ** 0.5 / plain_error
    expect(ratio <= 0.85, f"near the crest of a wave, with 60 questions, your error is "
           f"{ratio:.2f} times plain LIME's (which is {plain_error}); at most 0.85 is asked for",
           "no-steadier")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(623)
    for d, width, budget in ((2, 1.0, 60), (6, 1.8, 150)):
        predict, x, scale, truth = oracle_wave(d, width, rng)
        ratio = oracle_steadier(steady_lime, predict, x, scale, width, budget, truth, range(40))
        expect(ratio <= 0.85, f"on a sine wave your error is {ratio:.2f} times plain LIME's; at "
               "most 0.85 is asked for", "no-steadier")
    ratio = oracle_steady_on_people(steady_lime, rng.choice(len(held_out), 20, replace=False))
    expect(ratio <= 0.9, f"for twenty real people your error is {ratio:.2f} times plain LIME's; "
           "at most 0.9 is asked for", "no-steadier")
    ### END HIDDEN TESTS


test_steady()
print("6.11: visible checks passed")

# %% id="steady-demo" tags=["demo"]
def steady(x, rng, n=200):
    """Your steadier answer about x from n questions."""
    return steady_lime(net_score, x, SCALE, rng=rng, budget=n, width=WIDTH)


steady_runs = repeated(steady)
for name, many in (("plain", ten_runs), ("steady", steady_runs)):
    agreement = np.mean([jaccard_of_tops(person, 3) for person in many])
    print(f"{name:6} LIME, 200 questions: spread {many.std(axis=1).mean():.4f}, "
          f"agreement on three reasons {agreement:.2f}")
ratios = steady_runs.std(axis=1).mean(axis=1) / ten_runs.std(axis=1).mean(axis=1)
print(f"spread, person by person, steady over plain: {ratios.min():.2f} to {ratios.max():.2f}; "
      f"larger for {np.sum(ratios > 1)} of 20")


def cube_alone(rows):
    """An odd model: what it does to the right is the opposite of what it does to the left."""
    return rows[:, 0] ** 3


zero, one = np.zeros(1), np.ones(1)
rngs = [np.random.default_rng(seed) for seed in range(200)]
by_plain = [lime(cube_alone, zero, gaussian(one), one, rng=r, n=60, width=1.0) for r in rngs]
by_steady = [steady_lime(cube_alone, zero, one, rng=r, budget=60, width=1.0) for r in rngs]
print(f"spread on a cube: plain {np.std(by_plain):.3f}, steady {np.std(by_steady):.3f}")

# %% [markdown]
# Steadier on average need not be steadier for everybody: look at the ratios printed above. Mirrored
# neighbours cancel what the model does alike on both sides. What it does oppositely (the **odd**
# part, such as a cube) they see with half as many independent draws, which doubles its variance.
# Where the odd part is most of the model's bend, mirroring loses.

# %% [markdown]
# ## What you found
#
# Look back over your own numbers: one score with two main reasons; a LIME whose reasons changed
# with the seed; a model that acted on the sex and was seldom said to; a map of a network that knows
# nothing, which lay on the strokes all the same, and deleted nearly as well as brightness; a tree
# that agrees with the network nearly always, and a group of people for whom it does not; the same
# tree printed without a decimal, and so another tree; a code book that turned "no account" round.
#
# **Limits.** Shapley values answer "compared with whom?", and mixing two people can make rows that
# nobody has. LIME's line is a line. The randomisation check needs weights to randomise. None of
# this proves a cause: that the score moves with a feature says nothing about what would happen in
# the world. And no explanation makes a decision right.
#
# **The paper** (section 2.3) names complexity, the trade-off between accuracy and explainability,
# and readers who differ. You met the first in 6.1 and 6.9 (exact, then sampled), the second in 6.6
# and in the race of Part C, and wrote for the third in 6.8. Of its techniques you wrote SHAP
# (6.1), LIME (6.2) and maps of a gradient (6.4), looked for the lies of surrogate trees (6.6), and
# found a place where each fails (6.3, 6.5, 6.6, 6.10).
#
# **Read on.** Shapley, *A value for n-person games*, 1953. Lundberg and Lee, *A unified approach to
# interpreting model predictions*, 2017. Ribeiro, Singh, Guestrin, *"Why should I trust you?"*,
# 2016. Slack et al., *Fooling LIME and SHAP*, 2020. Simonyan, Vedaldi, Zisserman, *Deep inside
# convolutional networks*, 2014. Smilkov et al., *SmoothGrad*, 2017. Sundararajan, Taly, Yan,
# *Axiomatic attribution for deep networks*, 2017. Adebayo et al., *Sanity checks for saliency
# maps*, 2018. Grömping, *South German credit data: correcting a widely used data set*, report
# 4/2019, Beuth University of Applied Sciences Berlin.
# Rudin, *Stop explaining black box machine learning models for high stakes decisions
# and use interpretable models instead*, 2019. Wachter, Mittelstadt, Russell, *Counterfactual
# explanations without opening the black box*, 2018. Shrikumar, Greenside, Kundaje, *Learning
# important features through propagating activation differences*, 2017.
#
# **Where next.** Lab 09 asks whether decisions treat groups alike, and Lab 13 what to publish about
# a model.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab06_interpretability")
