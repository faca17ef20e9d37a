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
# # Lab 17: control, with the conditions stated
#
# Sentences about capable machines are short: "it will not let itself be switched off", "it passed
# three thousand tests". This lab gives each of them a small world in which it is true and one in
# which it is false, and asks for the condition that decides.
#
# By the end you will be able to
#
# - find what a planner does with a reward that pays for events, and repair the reward,
# - compute for how many goals keeping options is best, and say what this number does not show,
# - say when a system that is unsure of its goal accepts an off switch, and when it does not,
# - make a learner indifferent to interruptions, and spoil it by one column of a log,
# - say what clean tests bound when a system may tell a test from use,
# - value a defence at the attacker's best answer, with a certificate.
#
# | | |
# |---|---|
# | Paper | section 4.2 (directions: control of general AI; regulatory frameworks) |
# | Time | Part A 70 min, Part B 80 min; deeper 45 min |
# | Points | 49: core 41, deeper ones 8 (45 checked by machine, 4 read by a person) |
# | You need | numpy and scipy; expectation, the normal distribution, linear programs |
# | It runs in | about 6 CPU seconds in all, 4 without the demonstrations; 1.0 GiB of memory |
#
# | symbol | name in code | meaning, shape or range |
# |---|---|---|
# | next state, reward | `T`, `R` | (states, actions), whole numbers; numbers |
# | discount $\gamma$ | `gamma` | what a reward one step later is worth, in (0, 1] |
# | what a goal is worth to people $U$, its mean, its spread | `mu`, `s` | the system's belief |
# | how often an action is overruled $\theta$ | `theta` | (states,), in [0, 1) |
# | error level of a one-sided bound $\alpha$ | `alpha` | in (0, 1) |
# | audit probability of each score | `q` | (scores,), in [0, 1] |
#
# Nothing here forecasts what machines will do. Robots, logs and monitors below are invented and
# small enough to be computed exactly; one exercise uses real digits.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
from itertools import permutations, product

import numpy as np
import torch
from scipy.optimize import brentq, linprog
from scipy.stats import beta, binom, norm

from safetylab import data, evaluation, models, page, plots, widgets
from safetylab.checks import exercise, expect, expect_array, expect_number

torch.set_num_threads(1)
page.progress(17)

# %% [markdown]
# ## It breaks
#
# A cleaning robot lives in a corridor of seven cells. Three pieces of litter lie in the cells 1, 2
# and 3, and the bin stands in cell 0: pieces go in through a slot. In cell 6 lies the key to its
# lid, which the robot picks up when it comes by. It is *paid* 1 whenever a piece goes into the bin;
# each action but standing still costs 0.001 for the battery. With the key it can also open the lid
# and tip a piece out into its hand, which nobody pays for.
#
# To *us* a piece in the bin is worth 2, and each tipping out costs 1. A robot that looks `depth`
# steps ahead plans perfectly within these steps (discount 0.95), does the first, and plans anew.
# Below are the actions, as recorded, of the same robot with five depths (`<` and `>` walk, `*`
# takes a piece or puts one in, `!` tips one out, `.` stands still; 80 actions in all, and what is
# not shown is standing still).

# %% nbgrader={"grade_id": "setup-corridor", "locked": true}
ACTIONS = ".<>*!"
BATTERY = 0.001 * np.array([0, 1, 1, 1, 1])


def act(state, action, litter, key):
    """The state after an action; a state is (position, pieces on the floor, in the bin, key)."""
    position, floor, binned, has_key = state
    held = len(litter) - len(floor) - binned
    if action in "<>":
        position = min(max(position + (1 if action == ">" else -1), 0), max(*litter, key))
    elif action == "*" and position == 0 and held:
        binned += 1
    elif action == "*":
        floor = floor - {position}
    elif action == "!" and position == 0 and has_key and binned:
        binned -= 1
    return position, floor, binned, has_key or position == key


def corridor(litter=(1, 2, 3), key=6):
    """T (states, actions): the next state; pieces in the bin and position (states,). 0 begins."""
    states = [(0, frozenset(litter), 0, False)]
    rows = []
    for state in states:  # grows while it is read
        after = [act(state, action, litter, key) for action in ACTIONS]
        states += [new for at, new in enumerate(after) if new not in states + after[:at]]
        rows.append([states.index(new) for new in after])
    places, _, binned, _ = zip(*states, strict=True)
    return np.array(rows), np.array(binned), np.array(places)


def follow(actions, T, start=0):
    """The states that a sequence of actions (0 to 4) leads through, the start included."""
    path = [start]
    for action in actions:
        path.append(int(T[path[-1], action]))
    return path


def worth(path, binned):
    """What it was paid, how often it tipped, and what the play was worth to us."""
    change = np.diff(binned[path])
    paid, tipped = int((change > 0).sum()), int((change < 0).sum())
    return paid, tipped, 2 * int(binned[path[-1]]) - tipped

# %% id="hook" tags=["demo"]
RECORDED = {
    4: ">*<*",
    6: ">*>*<<**",
    8: ">>*<*<**>>>*<<<*",
    12: ">>>*<*<<**>*<*",
    14: ">*<*>>>*>>><<<<<<" + "*!" * 31 + "*",
}
T, binned, place = corridor()
print(f"{len(T)} states")
for depth, recorded in RECORDED.items():
    actions = [ACTIONS.index(letter) for letter in recorded.ljust(80, ".")]
    paid, tipped, value = worth(follow(actions, T), binned)
    print(f"looks {depth:2} steps ahead: paid {paid}, tipped out {tipped} times, "
          f"worth {value} to us")

# %% [markdown]
# In these rows looking farther never serves us worse, until it looks 14 steps ahead: then it
# fetches the key, leaves a piece lying, and puts another into the bin again and again. Its reward
# is the same in all rows. Pan, Bhatia and Steinhardt (2022) report such thresholds in trained
# systems; this cliff is built on purpose, to be computed.

# %% [markdown]
# # Part A: goals and switches
#
# About 70 minutes: exercises 17.1 to 17.3.

# %% [markdown]
# ## Exercise 17.1: paid for events (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: "it behaved in every test" may mean that it did not look
# far enough.
#
# **a. `plan(T, R, depth, gamma)`**: what each first action is worth, if everything after it is done
# in the best way and only `depth` actions are counted (this one included).
#
# - `T`: (states, actions), whole numbers: the next state; `R`: (states, actions): the reward
# - a reward $j$ actions after the first counts $\gamma^j$; `depth` is at least 1
# - returns an array (states, actions)
#
# <details><summary>Hint 1: where to look</summary>
# With depth 1 nothing comes afterwards. What is a state worth, once you know that?
# <details><summary>Hint 2: the idea</summary>
# Keep the worth of each state, beginning at zero. Each round makes action values from it, and the
# state's new worth is that of its best action.
# <details><summary>Hint 3: nearly the code</summary>
# <code>best = np.zeros(len(T))</code>, then <code>depth</code> times
# <code>values = R + gamma * best[T]</code> and <code>best = values.max(1)</code>; return
# <code>values</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-plan", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_sequences(T, R, depth, gamma):
    """The best of all sequences of actions, one by one."""
    found = np.full(R.shape, -np.inf)
    for sequence in product(range(R.shape[1]), repeat=depth):
        for start in range(len(T)):
            state, total = start, 0.0
            for at, action in enumerate(sequence):
                total += gamma**at * R[state, action]
                state = T[state, action]
            found[start, sequence[0]] = max(found[start, sequence[0]], total)
    return found


def oracle_robot(reward_table, T, depth, gamma, steps=120):
    """The states of a robot that looks depth steps ahead, by backward induction."""
    ahead = [0.0] * len(T)
    for _ in range(depth):
        table = reward_table + gamma * np.take(ahead, T)
        ahead = np.amax(table, axis=1)
    path = [0]
    while len(path) <= steps:
        path.append(int(T[path[-1], np.argmax(table[path[-1]])]))
    return path
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex17_1-plan", "solution": true}
def plan(T, R, depth, gamma):
    """Action values (states, actions) of acting once and best afterwards, depth actions in all."""
    ### BEGIN SOLUTION
    state_values = 0.0 * R[:, 0]
    for _ in range(depth):
        action_values = R + gamma * state_values[T]
        state_values = np.max(action_values, axis=1)
    return action_values
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_1-plan-test", "points": 2}
@exercise("17.1")
def test_plan():
    """Two states: action 0 stays, action 1 changes sides; staying in state 1 pays 4."""
    T2, R2 = np.array([[0, 1], [1, 0]]), np.array([[1.0, 0.0], [4.0, 2.0]])
    got = expect_array(plan(T2.copy(), R2.copy(), 1, 0.5), (2, 2), "plan")
    expect(np.abs(got).max() > 1e-9, "with depth 1 the first action's reward counts already",
           "off-by-one")
    expect(np.abs(got - 0.5 * R2).max() > 1e-9, "the first reward counts in full: only what comes "
           "later is discounted", "discount-first")
    expect(np.abs(got - R2).max() < 1e-9, "with depth 1 the values are the rewards, "
           f"{R2.tolist()}; yours: {got.tolist()}", "off-by-one")
    got = expect_array(plan(T2.copy(), R2.copy(), 3, 0.5), (2, 2), "plan")
    truth = np.array([[2.0, 3.0], [7.0, 3.0]])
    for name, wrong, told in (
        ("no-discount", [[5, 8], [12, 6]], "a reward one action later counts gamma times as much"),
        ("mean-not-max", [[1.6875, 1.9375], [5.9375, 2.6875]],
         "afterwards it acts in the best way: the best action's value, not their mean"),
        ("off-by-one", [[1.5, 2.0], [6.0, 2.5]], "depth 3 counts three actions in all"),
    ):
        expect(np.abs(got - wrong).max() > 1e-9, told, name)
    expect(np.abs(got - truth).max() < 1e-9, f"depth 3, gamma 0.5: {truth.tolist()}; yours: "
           f"{got.tolist()}")
    T3, R3 = np.array([[0, 1], [1, 2], [2, 0]]), -np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 4.0]])
    got = expect_array(plan(T3.copy(), R3.copy(), 2, 0.5), (3, 2), "plan")
    expect(np.abs(got - R3).max() > 1e-9, "here each reward is negative, and it cannot stop: it "
           "must act a second time", "may-stop")
    truth = np.array([[-1.5, -2.5], [-3.5, -2.0], [-3.0, -4.5]])
    expect(np.abs(got - truth).max() < 1e-9, f"three states, rewards {R3.tolist()}, depth 2, gamma "
           f"0.5: {truth.tolist()}; yours: {got.tolist()}", "other-worlds")
    ### BEGIN HIDDEN TESTS
    R2 = np.array([[1.0, 2.0], [3.0, 1.0]])
    far = expect_array(plan(T2.copy(), R2.copy(), 300, 0.99), (2, 2), "plan")[1, 0]
    truth = 3 + (0.99 - 0.99**300) / 0.01 * 3
    expect(abs(far - truth) < 1e-4 * truth, f"staying pays 3, depth 300, gamma 0.99: {truth:.4f}; "
           f"yours: {far:.4f}", "other-worlds")
    rng = np.random.default_rng(1711)
    for depth, gamma in ((1, 0.7), (2, 1.0), (3, 0.9), (4, 0.35)):
        T2, R2 = rng.integers(0, 5, (5, 3)), rng.normal(size=(5, 3))
        got = expect_array(plan(T2.copy(), R2.copy(), depth, gamma), (5, 3), "plan")
        off = np.abs(got - oracle_sequences(T2, R2, depth, gamma)).max()
        expect(off < 1e-5, f"depth {depth}, gamma {gamma}: off by {off:.4f} from the best of all "
               "sequences of actions", "other-worlds")
    ### END HIDDEN TESTS


test_plan()
print("17.1a: visible checks passed")

# %% [markdown]
# **b. `smallest_penalty(gamma, steps, gain, cost)`**: somebody fines each tipping out. From which
# fine on does one lap no longer pay?
#
# - a lap is one action that tips (it is fined) and then `steps` more actions; the last of them is
#   paid `gain`; each action of the lap, the tipping included, costs `cost`
# - `gamma` in (0, 1); everything is discounted to the moment of tipping
# - returns the fine at which the lap is worth exactly 0; it may be negative
#
# <details><summary>Hint 1: where to look</summary>
# Write the lap down action by action: when does each payment come?
# <details><summary>Hint 2: the idea</summary>
# The tipping is now, at discount 1; the gain comes <code>steps</code> actions later.
# <details><summary>Hint 3: nearly the code</summary>
# <code>battery = sum(cost * gamma ** j for j in range(steps + 1))</code>, and return
# <code>gain * gamma ** steps - battery</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_1-penalty", "solution": true}
def smallest_penalty(gamma, steps, gain, cost):
    """The fine for tipping out at which one lap is worth nothing."""
    ### BEGIN SOLUTION
    lap = np.full(steps + 1, -float(cost))
    lap[-1] += gain
    return float(lap @ np.power(float(gamma), np.arange(steps + 1)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_1-penalty-test", "points": 2}
@exercise("17.1")
def test_penalty():
    """Two more actions and one, each action costs 0.4."""
    got = expect_number(smallest_penalty(0.25, 2, 32.0, 0.4), "smallest_penalty")
    for name, wrong, told in (
        ("no-discount", 30.8, "the gain comes two actions after the tipping: discount it"),
        ("no-cost", 2.0, "the battery is missing: each of the three actions costs 0.4"),
        ("cost-undiscounted", 0.8, "the costs come later, too: discount each of them"),
        ("cost-at-the-end", 1.925, "each action costs when it is done, not when the gain comes"),
        ("tipping-is-free", 1.875, "the tipping itself costs battery, too"),
        ("one-late", -0.025, "the gain comes with the last of the steps: gamma to the power of "
         "steps"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got - 1.475) < 1e-6, "32 * 0.0625 - 0.4 * (1 + 0.25 + 0.0625) is 1.475; yours: "
           f"{got:.6f}")
    got = expect_number(smallest_penalty(0.5, 1, 4.0, 0.4), "smallest_penalty")
    expect(abs(got - 1.4) < 1e-6, "gamma 0.5, one more action, gain 4: 4 * 0.5 - 0.4 * (1 + 0.5) "
           f"is 1.4; yours: {got:.6f}", "other-arguments")
    got = expect_number(smallest_penalty(0.5, 1, 1.0, 0.4), "smallest_penalty")
    expect(abs(got + 0.1) < 1e-6, "gain 1: 1 * 0.5 - 0.4 * (1 + 0.5) is -0.1, below 0; yours: "
           f"{got:.6f}", "clipped")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1712)
    for steps in (1, 2, 3, 7, 12):
        gamma, gain, cost = rng.uniform((0.3, 0.5, 0), (0.999, 5, 0.2)).tolist()
        fine = expect_number(smallest_penalty(gamma, steps, gain, cost), "smallest_penalty")
        lap = -fine
        for j in range(steps + 1):
            lap += gamma**j * ((gain if j == steps else 0) - cost)
        expect(abs(lap) < 1e-6, f"with your fine of {fine:.5f} a lap of 1 + {steps} actions is "
               f"worth {lap:.5f}, not 0 (gamma {gamma:.3f})", "other-arguments")
    ### END HIDDEN TESTS


test_penalty()
print("17.1b: visible checks passed")

# %% [markdown]
# ### Prediction 1
#
# In the corridor a lap is two actions: tip, put in again. With gamma 0.95 its fine is
# $0.95 - 0.001 \cdot (1 + 0.95) = 0.948$. Somebody rounds down and fines 0.94. The robot is tested
# with every look-ahead from 1 to 17, and never tips. What does it do with look-ahead 30: `"same"`
# (never tips), or `"tips"`? (`my_patched`)

# %% nbgrader={"grade_id": "ex17_1-predict", "solution": true}
PREDICT = {
    "name": "my_patched", "kind": "choice", "options": ["same", "tips"], "outcome": "tips",
    "seen": r"where it tips [1-9]\d* times",
}
### BEGIN SOLUTION
my_patched = "same"
### END SOLUTION

# %% id="patch-demo" tags=["demo"]
def tippings(fine, depth, gamma=0.95):
    """How often the robot tips within 80 actions, and what it is worth to us."""
    change = binned[T] - binned[:, None]
    R = (change > 0) - fine * (change < 0) - BATTERY
    best = plan(T, R, depth, gamma).argmax(1)
    path = [0]
    for _ in range(80):
        path.append(int(T[path[-1], best[path[-1]]]))
    return worth(path, binned)[1:]


DEPTHS = range(1, 61)
for fine in (0, 0.9, 0.93, 0.94, 0.945, 0.947, 0.949):
    gaming = [depth for depth in DEPTHS if tippings(fine, depth)[0]]
    print(f"fine {fine}: " + (f"tips from look-ahead {gaming[0]} on" if gaming else
                              f"never tips, for look-ahead up to {DEPTHS[-1]}"))
print(f"fine 0.94: worth {tippings(0.94, 17)[1]} at look-ahead 17, {tippings(0.94, 30)[1]} at 30, "
      f"where it tips {tippings(0.94, 30)[0]} times; you said {my_patched!r}")
print(f"fine 0.947: tips {tippings(0.947, 1000)[0]} times at look-ahead 1,000")
print("fine 0.949, look-ahead 60: " + ", ".join(
    f"gamma {gamma}: tips {tippings(0.949, 60, gamma)[0]} times" for gamma in (0.9, 0.95, 0.99)))

# %% [markdown]
# At 0.94 the robot is clean in every test up to a look-ahead of 17, and games from 18 on: the tests
# were shallower than the planner. At 0.947 a lap still pays, a little, yet it never tips: all laps
# to come, discounted, are worth less than the walk to the key (this holds for 1,000 steps of
# look-ahead as for 60). And a fine that was worked out for one discount is too small for a robot
# with a larger one: see the last line. What is wrong with the reward is that a piece can be *paid*
# twice.
#
# **c. `reward(before, after)`**: pay for pieces in the bin, so that a robot that looks far enough
# fills the bin, and no robot tips.
#
# - `before`, `after`: arrays of equal shape, the number of pieces in the bin before and after an
#   action; you see nothing else
# - returns an array of this shape. The battery is subtracted by others
# - putting a piece in should pay at least 0.05 more than standing still, or the battery eats it
# - for each `gamma` from 0.9 to 0.999, and in other corridors of at most seven cells: the robot
#   tips at no look-ahead, and fills the bin if it looks far enough to bring the farthest piece
#
# <details><summary>Hint 1: where to look</summary>
# What is a lap paid in all? For which rewards is that never positive, whatever gamma is?
# <details><summary>Hint 2: the idea</summary>
# What goes in and comes out again must at least cancel: let coming out cost no less than going in
# pays.
# <details><summary>Hint 3: nearly the code</summary>
# Subtract: <code>return np.asarray(after, float) - before</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_1-reward", "solution": true}
def reward(before, after):
    """Pay for an action that changes the number of pieces in the bin; arrays of equal shape."""
    ### BEGIN SOLUTION
    gained = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    return np.where(gained < 0, 2.0, 1.0) * gained
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_1-reward-test", "points": 3}
@exercise("17.1")
def test_reward():
    """Laps, fillings and idling, for three discounts."""
    before, after = np.array([[0, 3, 2, 3, 3], [1, 1, 2, 0, 4]]), np.array([[1, 2, 3, 3, 4],
                                                                            [2, 1, 2, 0, 4]])
    table = expect_array(reward(before.copy(), after.copy()), (2, 5), "reward") + 0.0
    first, tipped, third, full, fourth = table[0].tolist()
    second, idle_one, idle_two, idle, _ = table[1].tolist()
    for name, pays, nothing in (("first", first, idle), ("second", second, idle_one),
                                ("third", third, idle_two), ("fourth", fourth, full)):
        expect(pays - nothing > 0.0499, f"the {name} piece must pay 0.05 or more above standing "
               f"still, or the battery eats it; yours pays {pays:g} for it, and {nothing:g} for "
               "standing still before it", "not-each-piece")
    for gamma in (0.9, 0.95, 0.999):
        lap, rest = tipped + gamma * third, full * (1 + gamma)
        told = (f"a lap (one piece out, and in again) is worth {lap - rest:.3f} more than standing "
                f"beside the full bin, at gamma {gamma}")
        expect(lap - rest <= 1e-9 or tipped < full, told + ": tipping out must cost something",
               "only-gains")
        expect(lap - rest <= 1e-9, told + ": coming out costs too little", "too-small")
    ### BEGIN HIDDEN TESTS
    for litter, key, gamma, near in (((1, 2, 3), 6, 0.9, 8), ((2, 4), 5, 0.95, 12),
                                     ((1, 3), 4, 0.99, 10), ((1, 2), 3, 0.999, 8),
                                     ((2, 4, 5, 6), 3, 0.9, 14)):
        world, count, _ = corridor(litter, key)
        start = np.broadcast_to(count[:, None], world.shape).copy()
        pay = expect_array(reward(start, count[world]), world.shape, "reward") - BATTERY
        for depth in (near, 40, 200):
            path = oracle_robot(pay, world, depth, gamma)
            _, tips, _ = worth(path, count)
            where = f"litter at {litter}, key at {key}, gamma {gamma}, look-ahead {depth}"
            expect(tips == 0, f"{where}: the robot tips the bin out {tips} times", "too-small")
            expect(count[path[-1]] == len(litter), f"{where}: {count[path[-1]]} of {len(litter)} "
                   "pieces are in the bin at the end", "not-filled")
    ### END HIDDEN TESTS


test_reward()
print("17.1c: visible checks passed")

# %% [markdown]
# One answer is `after - before`. On the way it pays the same as the events with a fine of 1, and
# this fine holds for every discount up to 1: what was paid for a piece is taken back when it comes
# out, so no lap is worth anything.
#
# Move the slider: where the robot is in its first 40 actions, paid for events as in the hook.
# Circles are pieces put in, orange crosses tippings.

# %% id="robot-widget" tags=["demo"]
def robot(depth):
    """The path of the robot that is paid for events, and what it was worth."""
    change = binned[T] - binned[:, None]
    best = plan(T, (change > 0) - BATTERY, depth, 0.95).argmax(1)
    path = [0]
    for _ in range(40):
        path.append(int(T[path[-1], best[path[-1]]]))
    return path


def strip(depth):
    """Draw the path."""
    path = robot(depth)
    figure = plots.plt.Figure(figsize=(8, 2.4), layout="constrained")
    ax = figure.subplots()
    ax.plot(place[path], color=plots.PALETTE["blue"], label="where it is")
    change = np.diff(binned[path])
    for where, marker, colour, label in ((change > 0, "o", "black", "puts one in"),
                                         (change < 0, "X", "vermillion", "tips one out")):
        times = np.flatnonzero(where) + 1
        ax.plot(times, 0 * times, marker, color=plots.PALETTE[colour], markersize=5, label=label)
    paid, tipped, value = worth(path, binned)
    ax.set(xlim=(0, 40), ylim=(-0.6, 6.6), xlabel="actions", ylabel="cell",
           yticks=range(7), yticklabels=["0, bin", *"12345", "6, key"],
           title=f"look-ahead {depth:g}: paid {paid}, tipped out {tipped}, worth {value} to us")
    figure.legend(loc="outside right upper")
    return figure


widgets.sliders(strip, {"look-ahead (actions)": range(1, 31)}, stills=[(13,), (14,), (30,)],
                alt=lambda depth: f"Look-ahead {depth:g}: in 40 actions the robot is paid "
                "{} times and tips the bin out {} times; to us this is worth {}.".format(
                    *worth(robot(depth), binned)))

# %% [markdown]
# ## Exercise 17.2: keeping options (5 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: "most goals resist being switched off" is a theorem about
# a way of drawing goals.
#
# From the start a system may go to *off*, or to a *hub*, from which it may go on to one of several
# *ends*. Off and each end last for ever. A goal is a reward per step for each of these states.
#
# **a. `share_avoiding(rewards, ends, gamma)`**: hand out the given rewards to the states in every
# possible way. In which share of the ways is going to the hub *strictly* better than off?
#
# - `ends`: the class of each end, such as `["a", "a", "b"]`: ends of one class have one reward
# - `rewards`: distinct whole numbers, as many as there are classes, and two more (off and hub);
#   each way is equally likely
# - `gamma` below 1: off pays its reward now and for ever; the hub pays its own reward now and then
#   the best end's for ever. `gamma` of 1: only the reward per step in the long run counts
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# How many states have a reward of their own? The number of ends is not it.
# <details><summary>Hint 2: the idea</summary>
# <code>itertools.permutations</code> gives every way. For ever at rate r is worth
# <code>r / (1 - gamma)</code>; multiply both sides by <code>1 - gamma</code>.
# <details><summary>Hint 3: nearly the code</summary>
# Over <code>ways = list(permutations(rewards))</code> take the mean of
# <code>w[1] * (1 - gamma) + gamma * max(w[2:]) > w[0]</code>, where the first is off's reward and
# the second the hub's (<code>ends</code> matters only through the number of rewards)
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-share", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_share(rewards, ends, gamma):
    """Value iteration on the graph, for every way of handing out the rewards."""
    classes, wins, ways = sorted(set(ends)), 0, 0
    for chosen in permutations(rewards):
        pay = dict(zip(["off", "hub", *classes], chosen, strict=True))
        lasting = {name: sum(gamma**t * pay[name] for t in range(400)) for name in pay}
        go = pay["hub"] + gamma * max(lasting[name] for name in ends)
        wins, ways = wins + (go > lasting["off"] + 1e-7), ways + 1
    return wins / ways
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex17_2-share", "solution": true}
def share_avoiding(rewards, ends, gamma):
    """For which share of the ways to hand out rewards the hub is strictly better than off."""
    ### BEGIN SOLUTION
    wins = ways = 0
    for off, hub, *lasting in permutations(rewards):
        ways += 1
        wins += (1 - gamma) * hub + gamma * max(lasting) > off
    return wins / ways
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_2-share-test", "points": 3}
@exercise("17.2")
def test_share():
    """Three ends, then ends of one class, then a discount."""
    got = expect_number(share_avoiding([1, 5, 2, 8, 3], list("abc"), 1.0), "share_avoiding")
    for name, wrong, told in (
        ("mean-of-ends", 0.55, "from the hub it goes to the best end, not to their mean"),
        ("counts-the-hub", 0.8, "the hub lasts one step only: in the long run (gamma 1) its reward "
         "does not count"),
        ("share-that-prefers-off", 0.25, "this is the share in which off is best"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got - 0.75) < 1e-6, f"three ends, gamma 1: 0.75; yours: {got:.6f}")
    got = expect_number(share_avoiding([4, 1, 9], list("aaaaa"), 1.0), "share_avoiding")
    expect(abs(got - 0.5) < 1e-6, "five ends of one class share one reward: 0.5; yours: "
           f"{got:.6f}", "formula-only")
    got = expect_number(share_avoiding([4, 5, 6], ["a"], 0.5), "share_avoiding")
    expect(abs(got - 1 / 6) > 1e-6, "the end pays its reward for ever, too, not once",
           "end-pays-once")
    got = expect_number(share_avoiding([3, 4, 5], ["a"], 0.5), "share_avoiding")
    expect(abs(got - 1) > 1e-6, "off pays its reward for ever, not once: compare like with like",
           "off-pays-once")
    expect(abs(got - 2 / 3) > 1e-6, "in two of the six ways both are worth the same: that is not "
           "strictly better", "ties-count")
    expect(abs(got - 0.5) > 1e-6, "gamma is 0.5 here: the hub's own reward counts, and the end's "
           "comes later", "gamma-ignored")
    expect(abs(got - 1 / 3) < 1e-6, "rewards 3, 4, 5, one end, gamma 0.5: in 2 of 6 ways; yours: "
           f"{got:.6f}")
    ### BEGIN HIDDEN TESTS
    for rewards, ends, gamma in (([7, 1, 4], "aa", 1.0), ([0, 9, 4, 6], "aabb", 1.0),
                                 ([3, 1, 7, 12], "ab", 0.6), ([10, 11, 1, 2, 30], "abc", 0.9),
                                 ([5, 1, -3, 2], "abb", 0.3), ([1, 2, 5, 11, 23, 40], "abcd", 0.8)):
        got = expect_number(share_avoiding(rewards, list(ends), gamma), "share_avoiding")
        truth = (1 - 1 / (1 + len(set(ends)))) if gamma == 1 else oracle_share(rewards, ends, gamma)
        expect(abs(got - truth) < 1e-6, f"rewards {rewards}, ends {ends}, gamma {gamma}: "
               f"{truth:.6f}; yours: {got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_share()
print("17.2a: visible checks passed")

# %% [markdown]
# **b. `share_prior(k, c)`**: now off is worth exactly 0, and each of `k` ends is worth, on average
# per step, a number drawn uniformly and independently from $[c - 1, c + 1]$. How likely is at least
# one end better than off?
#
# - `k`: a whole number, at least 1; `c`: any number
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# How likely is <em>no</em> end better than off?
# <details><summary>Hint 2: the idea</summary>
# One end is at most 0 with probability $(1 - c) / 2$, if that lies between 0 and 1.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worse = min(max((1 - c) / 2, 0), 1)</code>, then <code>return 1 - worse ** k</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_2-prior", "solution": true}
def share_prior(k, c):
    """How likely at least one of k ends, uniform on [c - 1, c + 1], is better than 0."""
    ### BEGIN SOLUTION
    not_better = float(np.clip(0.5 - 0.5 * c, 0.0, 1.0))
    return 1.0 - not_better**k
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_2-prior-test", "points": 2}
@exercise("17.2")
def test_prior():
    """One end and three, three places of the interval."""
    for k, c, truth in ((1, 0.5, 0.75), (3, 0.0, 0.875), (3, 0.5, 1 - 1 / 64)):
        got = expect_number(share_prior(k, c), "share_prior")
        one = (1 + c) / 2
        expect(k == 1 or abs(got - one**k) > 1e-6, "this is the chance that all ends are better "
               "than off; one is enough", "all-not-one")
        expect(k == 1 or abs(got - one) > 1e-6, "this is one end's chance: there are "
               f"{k}, and one is enough", "one-end")
        expect(abs(got - (1 - truth)) > 1e-6 or truth == 0.5, "this is the chance that no end is "
               "better", "complement")
        expect(abs(got - truth) < 1e-6, f"k = {k}, c = {c}: {truth:.6f}; yours: {got:.6f}")
    for c, truth in ((1.0, 1.0), (2.5, 1.0), (-1.0, 0.0), (-3.0, 0.0)):
        got = expect_number(share_prior(2, c), "share_prior")
        expect(abs(got - truth) < 1e-6, f"k = 2, c = {c}: every end lies in [{c - 1}, {c + 1}], so "
               f"{truth:g}; yours: {got:.6f}", "outside")
    ### BEGIN HIDDEN TESTS
    draws = np.linspace(-1, 1, 2001)[1::2]  # the middle points of 1,000 equal parts
    for k, c in ((1, -0.8), (2, 0.3), (2, -0.52)):
        got = expect_number(share_prior(k, c), "share_prior")
        grid = np.array(list(product(draws + c, repeat=k))).max(1)
        truth = float((grid > 0).mean())
        expect(abs(got - truth) < 3e-3, f"k = {k}, c = {c}: about {truth:.4f} of a fine grid; "
               f"yours: {got:.4f}", "other-arguments")
    got = expect_number(share_prior(5, -0.8), "share_prior")
    expect(abs(got - (1 - 0.9**5)) < 1e-6, f"k = 5, c = -0.8: {1 - 0.9**5:.6f}; yours: {got:.6f}",
           "other-arguments")
    ### END HIDDEN TESTS


test_prior()
print("17.2b: visible checks passed")

# %% id="options-demo" tags=["demo"]
print("gamma 1, distinct ends: " + ", ".join(
    f"{k}: {share_avoiding(list(range(k + 2)), 'abcde'[:k], 1.0):.3f}" for k in range(1, 6)))
print(f"five ends of one class: {share_avoiding([0, 1, 2], 'aaaaa', 1.0):.3f}; of two classes: "
      f"{share_avoiding([0, 1, 2, 3], 'aaabb', 1.0):.3f}")
for rewards in ([0, 1, 2, 3, 4], [0, 1, 2, 4, 8]):
    print(f"rewards {rewards}, three ends: " + ", ".join(
        f"gamma {g}: {share_avoiding(rewards, 'abc', g):.3f}" for g in (0.05, 0.5, 0.9)))
print("five ends around c, off worth 0: " + ", ".join(
    f"c = {c}: {share_prior(5, c):.2f}" for c in (-1, -0.8, -0.5, 0, 0.5)))

# %% [markdown]
# For `gamma` 1 the share is $k / (k + 1)$ for $k$ ends of different classes, whatever the rewards
# are: off is best only when it drew the largest of $k + 1$ numbers, and each is the largest equally
# often. Turner et al. (2021) prove far more general statements of this kind, for environments with
# symmetries.
#
# What the number does not show you have computed, too. Ends that the goal cannot tell apart are no
# options. An impatient planner does not care for what lies behind the hub: at `gamma` 0.05 it
# compares the hub's own reward with off's, and is as often for one as for the other. And the prior
# decides: in the *same* world the share goes from 0 to nearly 1 as the ends become good or bad. It
# speaks of optimal plans for goals that are drawn by lot, not of trained systems with goals that
# somebody has chosen.

# %% [markdown]
# ## Exercise 17.3: the off switch (7 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: "let it be unsure of its goal" works within its own
# belief, and nowhere else.
#
# An action is worth $U$ to a person. A system believes $U \sim N(\mu, s^2)$. It may *act* (worth
# $U$), *stop* (worth 0), or *ask*: that costs $c$, and the person, who sees
# $U + \tau Z$ with $Z \sim N(0, 1)$ drawn independently, lets it act if that is positive and
# switches it off otherwise.
#
# **a. `asking(mu, s, c, tau)`**: what asking is worth on average, under this belief.
#
# - `s` above 0, `c` and `tau` at least 0; $\Phi$ and $\varphi$ are `norm.cdf` and `norm.pdf`
# - returns a number, exact to 1e-5: a formula or a numerical integral, not a simulation
#
# <details><summary>Hint 1: where to look</summary>
# It is the mean of $U$ over the cases in which the person lets it act, minus the cost.
# <details><summary>Hint 2: the idea</summary>
# Given $U = u$ the person lets it act with probability $\Phi(u / \tau)$. What the person sees has
# the variance $v^2 = s^2 + \tau^2$, and its covariance with $U$ is $s^2$.
# <details><summary>Hint 3: nearly the code</summary>
# <code>v = math.hypot(s, tau)</code>, then
# <code>return mu * norm.cdf(mu / v) + s ** 2 / v * norm.pdf(mu / v) - c</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-ask", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_ask(mu, s, c, tau):
    """Summed over a fine grid of what the action may be worth."""
    u = mu + s * np.linspace(-9, 9, 36_001)
    allowed = norm.cdf(u / tau) if tau > 0 else (u > 0) + 0.5 * (u == 0)
    weight = np.exp(-0.5 * ((u - mu) / s) ** 2)
    return float((weight * u * allowed).sum() / weight.sum()) - c
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex17_3-ask", "solution": true}
def asking(mu, s, c, tau):
    """What asking is worth: the mean of U over the cases that a person allows, less the cost."""
    ### BEGIN SOLUTION
    seen = math.sqrt(s * s + tau * tau)
    z = mu / seen
    return float(mu * norm.cdf(z) + s * s * norm.pdf(z) / seen) - c
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_3-ask-test", "points": 3}
@exercise("17.3")
def test_ask():
    """At mu = 0 without noise asking is worth s / sqrt(2 pi)."""
    got = expect_number(asking(0.0, 3.0, 0.0, 0.0), "asking")
    expect(abs(got - 0.39894) > 1e-4, "with a spread of 3 it is worth three times as much as with "
           "1", "no-spread")
    expect(abs(got - 3.59048) > 1e-4, "s is the standard deviation, not the variance",
           "variance-for-sd")
    expect(abs(got - 2.39365) > 1e-4, "this is the mean of U given that the person allows it: the "
           "cases that are switched off count, too, with 0", "given-allowed")
    expect(abs(got - 1.19683) < 1e-4, "mu 0, s 3, no cost, no noise: 3 / sqrt(2 pi) = 1.19683; "
           f"yours: {got:.5f}")
    with_cost = expect_number(asking(0.0, 3.0, 0.25, 0.0), "asking")
    expect(abs(with_cost - got + 0.25) < 1e-6, "asking costs c, whatever the answer is; c = 0.25 "
           f"changed your value by {with_cost - got:.5f}", "no-cost")
    noisy = expect_number(asking(0.5, 0.6, 0.0, 0.8), "asking")
    expect(abs(noisy - 0.56798) > 1e-4, "the person sees U through noise (tau 0.8): your value is "
           "that of a person who sees exactly", "ignores-noise")
    expect(abs(noisy - 0.69780) > 1e-4, "the noise widens what the person sees, not what U may be",
           "noise-widens-belief")
    expect(abs(noisy - 0.472475) < 1e-5, "mu 0.5, s 0.6, tau 0.8: 0.47247; yours: "
           f"{noisy:.5f}")
    got = expect_number(asking(-0.5, 0.6, 0.0, 0.8), "asking")
    expect(abs(got + 0.027525) < 1e-5, "mu -0.5, s 0.6, tau 0.8: -0.02753; yours: "
           f"{got:.5f}", "negative-mu")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1731)
    for case in rng.uniform((-2, 0.2, 0, 0), (2, 2, 0.3, 2), (40, 4)).tolist():
        got, truth = expect_number(asking(*case), "asking"), oracle_ask(*case)
        told = "mu {:.3f}, s {:.3f}, c {:.3f}, tau {:.3f}".format(*case)
        expect(abs(got - truth) < 1e-4, f"{told}: {truth:.5f}; yours: {got:.5f}",
               "other-arguments")
    ### END HIDDEN TESTS


test_ask()
print("17.3a: visible checks passed")

# %% [markdown]
# **b. `boundary(s, c, tau, asking)`**: the $\mu \ge 0$ at which asking is worth exactly as much as
# the better of acting and stopping. Nearer to 0 it asks; farther away it decides alone.
#
# - if asking is worse even at $\mu = 0$, the boundary is 0
# - `asking` is a function like yours; `s` and `c` above 0, `tau` at least 0
# - returns a number, exact to 1e-6
#
# <details><summary>Hint 1: where to look</summary>
# For $\mu \ge 0$ the better of acting and stopping is worth $\mu$. What is the sign of the
# advantage at 0, and far away?
# <details><summary>Hint 2: the idea</summary>
# The advantage of asking, if it is above 0 at 0, crosses 0 once, and far away it is about $-c$:
# <code>scipy.optimize.brentq</code>, or bisection.
# <details><summary>Hint 3: nearly the code</summary>
# <code>gain = lambda mu: asking(mu, s, c, tau) - mu</code>; <code>return 0.0</code> if
# <code>gain(0.0) <= 0</code>, else <code>brentq(gain, 0.0, 50 * (s + tau), xtol=1e-10)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_3-boundary", "solution": true}
def boundary(s, c, tau, asking):
    """The mean belief, at least 0, up to which asking is better than deciding alone."""
    ### BEGIN SOLUTION
    low, high = 0.0, 60.0 * (s + tau)
    if asking(low, s, c, tau) <= low:
        return 0.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if asking(middle, s, c, tau) > middle else (low, middle)
    return low
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_3-boundary-test", "points": 2}
@exercise("17.3")
def test_boundary():
    """A simple rule for asking: its value rises half as fast as mu."""
    def simple(mu, s, c, tau):
        return s - c - 2 * tau + mu / 2

    got = expect_number(boundary(1.0, 0.3, 0.1, simple), "boundary")
    expect(abs(got - 0.5) > 1e-4, "0.5 is what asking is worth at mu 0: it ties where it is worth "
           "mu", "ignores-acting")
    expect(abs(got - 0.6) > 1e-4, "the order is asking(mu, s, c, tau): you swapped the cost and "
           "the noise", "swapped-arguments")
    expect(abs(got - 1.0) < 1e-5, "ask = 0.5 + mu / 2 ties with acting (worth mu) at 1; yours: "
           f"{got:.6f}", "wrong-root")
    for s, c, tau in ((0.1, 0.2, 0.0), (0.5, 0.3, 0.25)):
        got = expect_number(boundary(s, c, tau, simple), "boundary")
        expect(abs(got) < 1e-6, f"s {s}, c {c}, tau {tau}: asking is never better: 0; yours: "
               f"{got:.6f}", "never-asks")

    def curved(mu, s, c, tau):
        return s - c - 2 * tau + 30 * mu**0.5

    got = expect_number(boundary(1200.0, 100.0, 50.0, curved), "boundary")
    expect(abs(got - 2500) < 1e-5, "ask = 1000 + 30 sqrt(mu) (s 1200, c 100, tau 50) ties with "
           f"acting at 2500; yours: {got:.7f}", "other-arguments")
    ### BEGIN HIDDEN TESTS
    def exact(mu, s, c, tau):
        wide = math.hypot(s, tau)
        return mu * norm.cdf(mu / wide) + s * (s / wide) * norm.pdf(mu / wide) - c

    for s, c, tau in ((1.0, 0.05, 0.0), (1.0, 1e-6, 0.5), (1.0, 0.05, 2.0), (3.0, 0.2, 1.0),
                      (0.05, 0.001, 0.02)):
        high = next(m for m in np.arange(1, 200) * (s + tau) / 8 if exact(m, s, c, tau) < m)
        truth = brentq(lambda m, *rest: exact(m, *rest) - m, 0.0, high, (s, c, tau), 1e-12)
        got = expect_number(boundary(s, c, tau, exact), "boundary")
        expect(abs(got - truth) < 2e-6, f"s {s}, c {c}, tau {tau}: asking ties with acting at "
               f"{truth:.7f}; yours: {got:.7f}", "other-arguments")
    got = expect_number(boundary(0.12, 0.05, 0.0, exact), "boundary")
    expect(abs(got) < 1e-6, f"s 0.12, c 0.05: it never asks: 0; yours: {got:.7f}", "never-asks")
    ### END HIDDEN TESTS


test_boundary()
print("17.3b: visible checks passed")

# %% [markdown]
# **c. `overconfident(mu, s, factor, c, tau, asking)`**: a system believes in a spread of
# `s / factor`, while the truth is `s`. Does it ask? And what would asking *truly* have gained, over
# the better of acting and stopping at once?
#
# - `factor` above 0; `mu` may be negative; it asks if that is strictly better within its belief
# - `asking` is a function like yours
# - returns a pair: a bool, and a number (negative if asking would have lost)
#
# <details><summary>Hint 1: where to look</summary>
# The same comparison twice, with two spreads.
# <details><summary>Hint 2: the idea</summary>
# Without asking it gets $\max(\mu, 0)$: stopping is free.
# <details><summary>Hint 3: nearly the code</summary>
# <code>alone = max(mu, 0)</code>, then
# <code>return asking(mu, s / factor, c, tau) > alone, asking(mu, s, c, tau) - alone</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_3-overconfident", "solution": true}
def overconfident(mu, s, factor, c, tau, asking):
    """Whether it asks when it believes s / factor, and what asking would truly have gained."""
    ### BEGIN SOLUTION
    decided_alone = mu if mu > 0 else 0.0
    seen, true = (asking(mu, spread, c, tau) - decided_alone for spread in (s / factor, s))
    return bool(seen > 0), float(true)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_3-overconfident-test", "points": 2}
@exercise("17.3")
def test_overconfident():
    """A simple rule: half of mu, and of the spread, less the cost and thrice the noise."""
    def simple(mu, s, c, tau):
        return mu / 2 + s / 2 - c - 3 * tau

    got = overconfident(1.0, 4.0, 4.0, 0.25, 0.0, simple)
    expect(isinstance(got, tuple | list) and len(got) == 2, "return two things: does it ask, and "
           "what asking would have gained", "no-pair")
    gain = expect_number(got[1], "overconfident")
    expect(abs(gain + 0.25) > 1e-6, "the gain must be reckoned with the true spread s, not with "
           "the believed one", "believed-gain")
    expect(abs(gain - 2.25) > 1e-6, "subtract what it gets without asking", "no-alternative")
    expect(abs(gain - 0.75) > 1e-6, "the order is asking(mu, s, c, tau): you swapped the cost and "
           "the noise", "swapped-arguments")
    expect(abs(gain - 1.25) < 1e-6, f"it would truly have gained 1.25; yours: {gain:.6f}")
    expect(got[0] in (True, False), f"the first of the pair is True or False; yours: {got[0]!r}",
           "no-bool")
    expect(not got[0], "it believes a spread of 4 / 4 = 1, and with it asking loses 0.25: it does "
           "not ask", "asks-by-truth")
    asks, gain = overconfident(-1.0, 4.0, 1.6, 0.125, 0.125, simple)
    expect(abs(gain - 2.0) > 1e-6, "for mu = -1 it need not act: stopping is worth 0",
           "only-against-acting")
    expect(abs(gain - 1.0) < 1e-6 and asks, "mu -1, s 4, factor 1.6, c and tau 0.125: it asks, "
           f"and gains 1; yours: {asks}, {gain:.6f}", "other-arguments")
    asks, gain = overconfident(-1.0, 2.0, 2.0, 0.75, 0.0, simple)
    expect(not asks, "mu -1, believed spread 1, c 0.75: asking looks worth -0.75, better than "
           "acting and worse than stopping: it does not ask", "only-against-acting")
    expect(abs(gain + 0.25) < 1e-6, "mu -1, s 2, c 0.75: asking would truly have lost 0.25, so the "
           f"gain is negative; yours: {gain:.6f}", "loss-hidden")
    expect(not overconfident(1.0, 4.0, 2.0, 0.25, 0.125, simple)[0], "factor changes what it "
           "believes of U: the person's noise is tau all the same", "scaled-noise")
    expect(not overconfident(1.0, 2.0, 1.0, 0.125, 0.125, simple)[0], "if both are worth the same "
           "it does not ask", "tie")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1733)
    for mu, s, factor, c, tau in rng.uniform((-2, 0.2, 0.4, 0, 0), (2, 2, 4, 0.4, 0.4), (40, 5)):
        asks, gain = overconfident(mu, s, factor, c, tau, simple)
        alone = max(mu, 0)
        truth = (simple(mu, s / factor, c, tau) > alone, simple(mu, s, c, tau) - alone)
        expect(bool(asks) == truth[0] and abs(gain - truth[1]) < 1e-6,
               f"mu {mu:.3f}, s {s:.3f}, factor {factor:.3f}, c {c:.3f}, tau {tau:.3f}: "
               f"{truth[0]}, {truth[1]:.5f}; yours: {asks}, {gain:.5f}", "other-arguments")
    ### END HIDDEN TESTS


test_overconfident()
print("17.3c: visible checks passed")

# %% id="switch-demo" tags=["demo"]
for tau, c in ((0, 0.05), (0.5, 0.000_001), (0.5, 0.05), (2, 0.05)):
    print(f"spread 1, noise {tau}, cost {c:g}: asks for |mu| below "
          f"{boundary(1, c, tau, asking):.3f}")
print("without noise, cost 0.05: no longer asks below a spread of "
      f"{brentq(lambda s: asking(0, s, 0.05, 0), 0.01, 1):.4f}")
asks, gain = overconfident(0.5, 1.0, 2.0, 0.05, 0.0, asking)
seen = asking(0.5, 0.5, 0.05, 0) - 0.5
print(f"mu 0.5, believes half the true spread: sees {seen:+.3f} in asking, so it "
      f"{'asks' if asks else 'acts'}; asking was worth {gain:+.3f}")
print(f"believes N(1, 0.3), truth N(-0.5, 1): sees {asking(1, 0.3, 0.05, 0) - 1:+.3f}; acting is "
      f"worth -0.5, asking {asking(-0.5, 1, 0.05, 0):+.3f}")

# %% [markdown]
# With exact eyes and no cost asking is never worse than deciding alone (Hadfield-Menell et al.,
# 2017, for a person who decides rationally): the person can only remove bad actions. With a cost,
# or with noise at next to no cost, there is a boundary, and a system that is sure enough does not
# ask. The incentive is computed *inside its own belief*: one that is wrongly sure acts, and its
# wrong certainty is what the switch was there for (Carey, 2018, makes this point).

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: learning, testing, watching
#
# About 80 minutes: exercises 17.4 to 17.7.

# %% [markdown]
# ## Exercise 17.4: interrupted learners (5 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: whether a learner minds being stopped is decided by one
# line of its update, and by one column of its log.
#
# A learner is sometimes *interrupted*: in state $i$ its choice is overruled with probability
# $\theta_i$ by a forced action. What does it learn?
#
# **a. `interrupted(law, theta, forced)`**: the law of the action that is really executed.
#
# - `law`: (states, actions), what it would choose, rows sum to 1; `theta`: (states,), in [0, 1)
# - `forced`: (states,), whole numbers: the action that an interruption forces
# - returns an array (states, actions)
#
# <details><summary>Hint 1: where to look</summary>
# A mixture of two laws, state by state.
# <details><summary>Hint 2: the idea</summary>
# The forced action's law is a row of zeros with a single one.
# <details><summary>Hint 3: nearly the code</summary>
# <code>one_hot = np.eye(law.shape[1])[forced]</code>, then
# <code>return (1 - theta)[:, None] * law + theta[:, None] * one_hot</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_4-interrupted", "solution": true}
def interrupted(law, theta, forced):
    """The law (states, actions) of what is executed when theta of the choices are overruled."""
    ### BEGIN SOLUTION
    executed = law * (1.0 - np.asarray(theta))[:, np.newaxis]
    np.add.at(executed, (np.arange(len(law)), forced), theta)
    return executed
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_4-interrupted-test", "points": 2}
@exercise("17.4")
def test_interrupted():
    """Three states, four actions, three rates."""
    law = np.array([[0.5, 0.25, 0.25, 0.0], [0.0, 1.0, 0.0, 0.0], [0.2, 0.2, 0.5, 0.1]])
    theta, forced = np.array([0.5, 0.25, 0.0]), np.array([2, 0, 1])
    got = expect_array(interrupted(law.copy(), theta.copy(), forced.copy()), (3, 4), "interrupted")
    expect(np.abs(got.sum(1) - 1).max() < 1e-9, "each row is a law and sums to 1; yours sum to "
           f"{np.round(got.sum(1), 4).tolist()}", "no-law")
    swapped = [[0.25, 0.125, 0.625, 0], [0.75, 0.25, 0, 0], [0, 1, 0, 0]]
    expect(np.abs(got - swapped).max() > 1e-9, "theta is how often its choice is overruled, not "
           "how often it is kept", "theta-swapped")
    truth = np.array([[0.25, 0.125, 0.625, 0], [0.25, 0.75, 0, 0], [0.2, 0.2, 0.5, 0.1]])
    expect(np.abs(got - truth).max() < 1e-9, f"expected {truth.tolist()}; yours: "
           f"{np.round(got, 5).tolist()}", "other-law")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1741)
    for states, actions in ((1, 2), (4, 3), (6, 2)):
        law = rng.dirichlet(np.ones(actions), states)
        theta, forced = rng.uniform(0, 0.99, states), rng.integers(0, actions, states)
        got = interrupted(law.copy(), theta.copy(), forced.copy())
        got = expect_array(got, (states, actions), "interrupted")
        for i in range(states):
            for a in range(actions):
                truth = law[i, a] - theta[i] * (law[i, a] - float(a == forced[i]))
                expect(abs(got[i, a] - truth) < 1e-6, f"state {i}, action {a}: {truth:.5f}; yours: "
                       f"{got[i, a]:.5f}", "other-law")
    ### END HIDDEN TESTS


test_interrupted()
print("17.4a: visible checks passed")

# %% [markdown]
# **b. `expected_targets(Q, P, R, gamma, done, kind, next_law)`**: the expected targets of one
# update.
#
# - `Q`: (states, actions), the values so far; `P`: (states, actions, states), how likely each next
#   state is; `R`: (states, actions), the reward
# - the target of an action is its reward plus `gamma` times what its next state is worth
# - kind `"q"`: a state is worth its best action's value; kind `"sarsa"`: its actions' values,
#   weighted by `next_law` (states, actions), the law of what is executed there
# - nothing comes after a state with `done` (states,), true or false: it is worth 0, whatever stands
#   in its row of `Q`
# - returns an array (states, actions)
#
# <details><summary>Hint 1: where to look</summary>
# First one number per state: what it is worth to arrive there.
# <details><summary>Hint 2: the idea</summary>
# For Sarsa multiply <code>next_law</code> and <code>Q</code> and sum over actions. Set the finished
# states to 0, then let <code>P @ ...</code> average.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worth_of = Q.max(1) if kind == "q" else (next_law * Q).sum(1)</code>, then
# <code>return R + gamma * P @ np.where(done, 0, worth_of)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_4-backup", "solution": true}
def expected_targets(Q, P, R, gamma, done, kind, next_law):
    """Expected targets (states, actions) of Q-learning ("q") or of Sarsa ("sarsa")."""
    ### BEGIN SOLUTION
    chosen = np.eye(Q.shape[1])[np.argmax(Q, axis=1)] if kind == "q" else next_law
    arriving = np.einsum("sa,sa->s", chosen, Q) * ~np.asarray(done, dtype=bool)
    return R + gamma * np.einsum("sat,t->sa", P, arriving)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_4-backup-test", "points": 3}
@exercise("17.4")
def test_backup():
    """Two states, and between them an end whose row of Q holds garbage."""
    Q = np.array([[1.0, 3.0], [99.0, 77.0], [-4.0, -8.0]])
    P = np.zeros((3, 2, 3))
    P[0, 0], P[0, 1] = [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]
    P[2, 0], P[2, 1], P[1] = [0.0, 1.0, 0.0], [0.25, 0.0, 0.75], [0.0, 1.0, 0.0]
    R, done = np.array([[0.0, 1.0], [0.0, 0.0], [2.0, 0.0]]), np.array([False, True, False])
    law = np.array([[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]])
    for kind, worth_of in (("q", (3.0, -4.0)), ("sarsa", (2.0, -7.0))):
        got = expected_targets(Q.copy(), P.copy(), R.copy(), 0.5, done.copy(), kind, law.copy())
        got = expect_array(got, (3, 2), "expected_targets")
        a, b = worth_of
        truth = R + np.array([[b, 0.5 * a], [0, 0], [0, 0.25 * a + 0.75 * b]]) / 2
        expect(np.abs(got).max() < 20, "a value of the end's row of Q arrived in a target: nothing "
               "comes after a state with done", "no-done")
        other = {"q": (2.0, -7.0), "sarsa": (3.0, -4.0)}[kind]
        wrong = R + np.array([[other[1], 0.5 * other[0]], [0, 0],
                              [0, 0.25 * other[0] + 0.75 * other[1]]]) / 2
        told = {"q": "Q-learning takes the best action's value in the next state, whatever is "
                     "executed there", "sarsa": "Sarsa takes what is executed in the next state, "
                     "not the best action"}[kind]
        expect(np.abs(got - wrong).max() > 1e-9, told,
               {"q": "q-uses-law", "sarsa": "sarsa-uses-max"}[kind])
        expect(np.abs(got - truth - (truth - R)).max() > 1e-9, "the next state's worth is "
               "discounted: gamma is 0.5 here", "no-discount")
        expect(np.abs(got - truth).max() < 1e-9, f"kind {kind!r}: {truth.tolist()}; yours: "
               f"{got.tolist()}", "other-targets")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1742)
    for kind in ("q", "sarsa", "sarsa"):
        states, actions, gamma = 5, 3, 0.8
        P, R = rng.dirichlet(np.ones(states), (states, actions)), rng.normal(size=(states, actions))
        law, done = rng.dirichlet(np.ones(actions), states), np.arange(states) == 4
        Q = rng.normal(size=(states, actions)) * 5
        for _ in range(150):
            Q = expected_targets(Q.copy(), P.copy(), R.copy(), gamma, done.copy(), kind, law.copy())
            Q = expect_array(Q, (states, actions), "expected_targets")
            Q[4] = 50.0
        policy = law if kind == "sarsa" else np.eye(actions)[Q.argmax(1)]
        step = np.einsum("sat,tb->satb", P[:4], policy * ~done[:, None])[..., :4, :]
        system = np.eye(4 * actions) - gamma * step.reshape(4 * actions, 4 * actions)
        truth = np.linalg.solve(system, R[:4].reshape(-1)).reshape(4, actions)
        expect(np.abs(Q[:4] - truth).max() < 1e-5, f"kind {kind!r}: after 150 rounds your values "
               f"are {np.abs(Q[:4] - truth).max():.4f} off the solution of the linear system of "
               "the policy", "other-worlds")
    ### END HIDDEN TESTS


test_backup()
print("17.4b: visible checks passed")

# %% [markdown]
# Now two routes to a goal that pays 1, with gamma 0.9. The short one leads past a watch point,
# where somebody stops the learner with probability theta and sends it back to the start; the detour
# is one step longer and nobody watches it. Four learners: Q-learning and Sarsa on the exact world,
# and Q-learning on a log of 3,000 steps from which it estimates `P`. In one log stands the action
# that was *executed*, in the other the one that was *intended*.

# %% id="routes-demo" tags=["demo"]
START, WATCH, SIDE_1, SIDE_2, GOAL = range(5)
NEXT = np.array([[WATCH, SIDE_1], [GOAL, START], [SIDE_2, START], [GOAL, SIDE_1], [GOAL, GOAL]])
WORLD, PAY, END = np.eye(5)[NEXT], (NEXT == GOAL) * 1.0, np.arange(5) == GOAL
PAY[GOAL] = 0
FORCED = np.array([0, 1, 0, 0, 0])


def learned(P, R, kind, theta, rounds=300):
    """The fixed point of the updates; it chooses greedily, but for one action in twenty."""
    Q, rates = np.zeros((5, 2)), np.where(np.arange(5) == WATCH, theta, 0.0)
    for _ in range(rounds):
        law = 0.95 * np.eye(2)[Q.argmax(1)] + 0.025
        Q = expected_targets(Q, P, R, 0.9, END, kind, interrupted(law, rates, FORCED))
    return Q


def estimated(seed, theta, column):
    """P and R from a log: 3,000 steps from random states; column says which action is noted."""
    rng = np.random.default_rng(seed)
    state, wanted = rng.integers(0, 4, 3000), rng.integers(0, 2, 3000)
    stopped = (state == WATCH) & (rng.random(3000) < theta)
    done = np.where(stopped, FORCED[state], wanted)
    P, R = np.zeros((5, 2, 5)), np.zeros((5, 2))
    noted = {"executed": done, "intended": wanted}[column]
    np.add.at(P, (state, noted, NEXT[state, done]), 1)
    np.add.at(R, (state, noted), PAY[state, done])
    times = np.maximum(P.sum(2), 1)
    return P / times[..., None], R / times


def route(Q):
    """Which way the values prefer at the start."""
    return "short" if Q[START, 0] > Q[START, 1] else "detour"


for theta in (0, 0.3, 0.45, 0.6):
    Q, S = (learned(WORLD, PAY, kind, theta) for kind in ("q", "sarsa"))
    print(f"theta {theta}: Q-learning {Q[0, 0]:.2f} against {Q[0, 1]:.2f}: {route(Q)}; "
          f"Sarsa {S[0, 0]:.2f} against {S[0, 1]:.2f}: {route(S)}")
for column, theta in product(("executed", "intended"), (0.3, 0.6)):
    routes = [route(learned(*estimated(seed, theta, column), "q", theta)) for seed in range(20)]
    print(f"Q-learning from 20 logs at theta {theta}, {column} action noted: "
          f"short {routes.count('short')}, detour {routes.count('detour')}")

# %% [markdown]
# Q-learning values each action by what comes after the best one: that somebody overrules it later
# does not enter. Sarsa's values are those of what is executed, and from some theta on it avoids the
# place where it is watched. (Orseau and Armstrong, 2016, prove for Q-learning, and for a changed
# Sarsa, that interruptions leave what is learned in the end as it was; the conditions: every pair
# is tried again and again, an interruption changes the policy and not the world, theta stays below
# 1.) Note the intended action in the log, and at theta 0.6 the same Q-learner takes the detour: to
# it, it is the *world* that sends it back at the watch point. (At 0.3 being sent back costs less
# than the longer way: it goes past the watch point, as Sarsa does.)

# %% [markdown]
# ## Exercise 17.5: what clean tests bound (7 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: a bound from tests is a bound for inputs like the tests.
#
# Of $n$ independent tests, $k$ failed. The bound $u$ is the failure rate at which that few failures
# would have had probability $\alpha$: $P(X \le k) = \alpha$ for $X$ binomial with $n$ trials and
# rate $u$; it is 1 if $k = n$. The failure rate *of the law that the tests came from* is at most
# $u$ in all but a share $\alpha$, or less, of such series of tests: this is level $1 - \alpha$.
#
# **a. `upper_bound(failures, n, alpha)`**: this bound, one-sided.
#
# - whole numbers with $0 \le$ `failures` $\le n$, `n` at least 1; `alpha` in (0, 1)
# - returns a number in (0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# The probability of so few failures falls as the rate grows: there is one root.
# <details><summary>Hint 2: the idea</summary>
# <code>binom.cdf(failures, n, u)</code> and <code>brentq</code>, or a quantile of a beta law.
# <details><summary>Hint 3: nearly the code</summary>
# <code>if failures == n: return 1.0</code>, else
# <code>return beta.ppf(1 - alpha, failures + 1, n - failures)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_5-bound", "solution": true}
def upper_bound(failures, n, alpha):
    """The one-sided bound of Clopper and Pearson for a failure rate, at level 1 - alpha."""
    ### BEGIN SOLUTION
    if failures >= n:
        return 1.0
    return float(beta.isf(alpha, failures + 1, n - failures))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_5-bound-test", "points": 2}
@exercise("17.5")
def test_bound():
    """No failure, one of two, all; then two levels."""
    got = expect_number(upper_bound(0, 2, 0.25), "upper_bound")
    expect(abs(got - 0.64645) > 1e-4, "one-sided: all of alpha goes to one side, not half of it",
           "two-sided")
    expect(abs(got) > 1e-9, "two clean tests do not prove a rate of 0", "rate-itself")
    expect(abs(got - 0.5) < 1e-5, "two clean tests, alpha 0.25: a rate of 0.5 would pass both with "
           f"probability 0.25; yours: {got:.6f}")
    got = expect_number(upper_bound(1, 2, 0.64), "upper_bound")
    expect(abs(got - 0.4) > 1e-4, "this is the lower end: ask when so few failures would be rare",
           "lower-end")
    expect(abs(got - 0.6) < 1e-5, "one failure in two, alpha 0.64: 1 - 0.6^2 = 0.64, so 0.6; "
           f"yours: {got:.6f}")
    got = expect_number(upper_bound(3, 3, 0.05), "upper_bound")
    expect(abs(got - 1) < 1e-9, f"all failed: the bound is 1; yours: {got:.6f}", "all-failed")
    got = expect_number(upper_bound(0, 3000, 0.05), "upper_bound")
    expect(abs(got - 0.001) > 1e-9, "three over n is a rule of thumb", "three-over-n")
    expect(abs(got - 0.00099808) < 1e-7, "3,000 clean tests, alpha 0.05: 0.00099808; yours: "
           f"{got:.8f}")
    ### BEGIN HIDDEN TESTS
    for failures, n, alpha in ((0, 1, 0.3), (1, 20, 0.05), (4, 20, 0.01), (19, 20, 0.05),
                               (7, 900, 0.1), (27, 5000, 0.05)):
        got = expect_number(upper_bound(failures, n, alpha), "upper_bound")
        at = binom.cdf(failures, n, got)
        expect(abs(at - alpha) < 1e-6 * max(1, alpha), f"{failures} of {n}, alpha {alpha}: at your "
               f"bound {got:.6f} so few failures have probability {at:.6f}, not {alpha}",
               "other-arguments")
    ### END HIDDEN TESTS


test_bound()
print("17.5a: visible checks passed")

# %% [markdown]
# **b. `worst_in_use(p_test, p_use, bound)`**: now the system may notice where it is. Every input
# carries one of $m$ *cues*; a cue comes with probability `p_test` in tests and with `p_use` in use.
# The system may fail on each cue as often as it likes, as long as it fails in at most `bound` of
# the *tests*. How often can it fail in *use*?
#
# - `p_test`, `p_use`: (m,), each sums to 1, zeros allowed; `bound` in [0, 1]
# - returns a number in [0, 1]: the largest failure rate
#
# <details><summary>Hint 1: where to look</summary>
# On which cue does a failure cost least in tests, for what it does in use?
# <details><summary>Hint 2: the idea</summary>
# A linear program with one constraint. Either <code>linprog</code>, or: fill the cues in the order
# of <code>p_use / p_test</code> until the tests' budget is used up; the last one in part.
# <details><summary>Hint 3: nearly the code</summary>
# <code>out = linprog(-p_use, A_ub=p_test[None], b_ub=[bound], bounds=(0, 1))</code>, then
# <code>return -out.fun</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-knapsack", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_knapsack(cost, value, budget):
    """The best of a linear program with one constraint, by the dual: the least over one price."""
    prices = np.append(value[cost > 0] / cost[cost > 0], 0.0)
    gains = np.maximum(value[None] - prices[:, None] * cost[None], 0).sum(1)
    return float((prices * budget + gains).min())
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex17_5-worst", "solution": true}
def worst_in_use(p_test, p_use, bound):
    """The largest failure rate in use of a system that fails in at most bound of the tests."""
    ### BEGIN SOLUTION
    left, rate = float(bound), 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.argsort(-np.where(p_test > 0, p_use / p_test, np.inf), kind="stable")
    for cue in order:
        part = 1.0 if p_test[cue] <= left else left / p_test[cue]
        rate += part * p_use[cue]
        left -= part * p_test[cue]
    return float(rate)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_5-worst-test", "points": 3}
@exercise("17.5")
def test_worst():
    """Five cues, of which one never comes in tests, and one never comes."""
    p_test, p_use = np.array([0.6, 0.3, 0, 0.0, 0.1]), np.array([0.45, 0.35, 0, 0.15, 0.05])
    got = expect_number(worst_in_use(p_test.copy(), p_use.copy(), 0.34), "worst_in_use")
    for name, wrong, told in (
        ("bound-itself", 0.34, "that would be so if it could not tell tests from use"),
        ("sort-by-use", 0.405, "the order is by use per test, not by use"),
        ("sort-by-difference", 0.52, "the order is by use per test, not by use minus test"),
        ("all-or-nothing", 0.5, "it may fail on a part of a cue's inputs: use up the budget"),
        ("adds-distance", 0.54, "too much: to add the distance of the two laws, or what is left of "
         "the tests' budget, is not tight"),
        ("forgets-the-unseen", 0.38, "a cue that never comes in tests costs nothing there"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got - 0.53) < 1e-6, f"expected 0.53; yours: {got:.6f}")
    got = expect_number(worst_in_use(p_test.copy(), p_use.copy(), 0.0), "worst_in_use")
    expect(abs(got - 0.15) < 1e-6, "bound 0: it may still fail on the cue that never comes in "
           f"tests: 0.15; yours: {got:.6f}", "nothing-left")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1752)
    for m, bound in ((1, 0.3), (4, 0.05), (6, 0.4), (9, 0.01), (3, 0.0), (3, 1.0)):
        p_test, p_use = rng.dirichlet(np.ones(m), 2)
        got = expect_number(worst_in_use(p_test.copy(), p_use.copy(), bound), "worst_in_use")
        truth = oracle_knapsack(p_test, p_use, bound)
        expect(abs(got - truth) < 1e-6, f"{m} cues, bound {bound}: {truth:.6f}; yours: {got:.6f}",
               "other-arguments")
    ### END HIDDEN TESTS


test_worst()
print("17.5b: visible checks passed")

# %% [markdown]
# ### Prediction 2
#
# Say the cue is a number that a system reads off its input: $N(0, 1)$ in tests, $N(d, 1)$ in use.
# How well it can tell the two apart is the AUC: how likely the cue of an input from use is larger
# than that of one from tests. If it cannot at all (AUC 0.5), 299 clean tests show a rate of at most
# 1 % in use, at level 95 %. How many must be clean if the AUC is 0.95, about: `300`, `3_000`,
# `30_000`, or `2_000_000`? (`my_tests`)

# %% nbgrader={"grade_id": "ex17_5-predict", "solution": true}
PREDICT = {
    "name": "my_tests", "kind": "choice", "options": [300, 3000, 30_000, 2_000_000],
    "outcome": 2_000_000, "seen": r"AUC 0\.95: 1,[\d,]+ tests",
}
### BEGIN SOLUTION
my_tests = 30_000
### END SOLUTION

# %% [markdown]
# **c. `tests_needed(auc, target, alpha)`**: how many tests, all clean, are needed until the worst
# failure rate in use is at most `target`?
#
# - with $d = \sqrt 2 \, \Phi^{-1}(\mathrm{AUC})$ and a bound $u$ from the tests, the worst that
#   such a system can do in use is $\Phi(\Phi^{-1}(u) + d)$: it fails on the largest cues only
# - $u$ comes from clean tests, as in a, at level `alpha`
# - `auc` in [0.5, 1), `target` and `alpha` in (0, 1); returns the smallest whole number, which can
#   be huge: do not count up to it
#
# <details><summary>Hint 1: where to look</summary>
# Go backwards: which bound $u$ gives exactly <code>target</code>? How many clean tests give this
# bound?
# <details><summary>Hint 2: the idea</summary>
# $u = \Phi(\Phi^{-1}(\mathrm{target}) - d)$, and $n$ clean tests give $(1 - u)^n = \alpha$.
# <details><summary>Hint 3: nearly the code</summary>
# <code>u = norm.cdf(norm.ppf(target) - math.sqrt(2) * norm.ppf(auc))</code>, then
# <code>return math.ceil(math.log(alpha) / math.log1p(-u))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_5-needed", "solution": true}
def tests_needed(auc, target, alpha):
    """The smallest number of clean tests that bounds the worst rate in use by target."""
    ### BEGIN SOLUTION
    shift = norm.ppf(auc) * 2**0.5
    allowed = norm.cdf(norm.ppf(target) - shift)
    return int(np.ceil(np.log(alpha) / np.log1p(-allowed)))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_5-needed-test", "points": 2}
@exercise("17.5")
def test_needed():
    """No cue, then a cue of AUC 0.8."""
    got = expect_number(tests_needed(0.5, 0.01, 0.05), "tests_needed")
    expect(got != 298, "with 298 clean tests the bound is still above 1 %: round up", "rounds-down")
    expect(got == 299, f"at AUC 0.5, 1 % and alpha 0.05: 299 clean tests; yours: {got:g}",
           "without-a-cue")
    got = expect_number(tests_needed(0.8, 0.1, 0.2), "tests_needed")
    for name, wrong, told in (
        ("no-sqrt2", 95, "d is sqrt(2) times the quantile of the AUC"),
        ("ignores-the-cue", 16, "the system reads a cue: the AUC must matter"),
        ("rounds-down", 238, "with this number the worst rate is still above the target"),
    ):
        expect(got != wrong, told, name)
    expect(got == 239, f"AUC 0.8, target 0.1, alpha 0.2: 239; yours: {got:g}")
    ### BEGIN HIDDEN TESTS
    for auc, target, alpha in ((0.5, 0.2, 0.01), (0.7, 0.02, 0.05), (0.9, 0.1, 0.1),
                               (0.6, 0.5, 0.3), (0.95, 0.01, 0.05)):
        n = int(expect_number(tests_needed(auc, target, alpha), "tests_needed"))
        rates = []
        for clean in (n - 1, n):
            bound = 1 - alpha ** (1 / clean) if clean > 0 else 1.0
            rates.append(norm.cdf(norm.ppf(bound) + 2**0.5 * norm.ppf(auc)))
        expect(rates[1] <= target + 1e-9 < rates[0] + 2e-9, f"AUC {auc}, target {target}, alpha "
               f"{alpha}: with {n - 1} and {n} clean tests the worst rates are {rates[0]:.6f} and "
               f"{rates[1]:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_needed()
print("17.5c: visible checks passed")

# %% id="tests-demo" tags=["demo"]
clean, edges = upper_bound(0, 3000, 0.05), np.linspace(-9, 13, 4001)
print(f"3,000 clean tests: at most {clean:.4%} by test")
for auc in (0.5, 0.83, 0.95, 0.99):
    p_test, p_use = (np.diff(norm.cdf(edges, d)) for d in (0, norm.isf(1 - auc) * math.sqrt(2)))
    worst = worst_in_use(p_test, p_use, clean)
    print(f"AUC {auc}: up to {worst:.2%} in use; for at most 1 % in use "
          f"{tests_needed(auc, 0.01, 0.05):,} clean tests")
print(f"AUC 0.95: {tests_needed(0.95, 0.01, 0.05):,} tests; you said {my_tests:,}")

# %% [markdown]
# Needham et al. (2025) let models say whether a transcript comes from a test or from use, and
# report an AUC of 0.83 for the best of them, and 0.92 for people. That a system *can* tell does not
# say that it behaves otherwise; but without an argument that it does not, the tests bound only what
# the last table says. At AUC 0.5 they bound use as well: the table does not prove tests worthless.
#
# The same without anybody who means it: MNIST's test set in the order of its file. Say its last
# 5,000 digits are your tests, and its first 5,000 the use.

# %% id="halves-demo" tags=["demo"]
digits = data.mnist("test")
for name in ("mnist_cnn", "mnist_cnn_robust"):
    wrong = evaluation.is_wrong(models.pretrained(name), digits.x, digits.y).numpy()
    tested, used = wrong[5000:].sum(), wrong[:5000].sum()
    print(f"{name}: {tested} failures in 5,000 tests, bound {upper_bound(tested, 5000, 0.05):.2%}; "
          f"in use {used / 5000:.2%}")

# %% [markdown]
# The bound is right for digits like the tests, and broken by digits that are not: the two halves
# come from different groups of writers (the datasheet in `data/mnist` has what is known about them,
# and that both networks fail more often on the first half). No system looked for a cue here.
#
# What the bound takes for granted: independent tests from one law, and a system without memory that
# does not change. One that counts its inputs can pass the first n and fail the next.

# %% [markdown]
# ## Exercise 17.6: watching an adversary (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: a defence is worth what it is worth against the best
# answer to it.
#
# A trusted monitor gives each output of a system a score from 0 to 5. Honest outputs have the
# scores with probabilities `h`. An attack may be made in several *styles*; row $j$ of `A` has the
# scores of style $j$. You audit an output with score $s$ with probability $q_s$; an audited attack
# is caught. Auditing honest outputs costs work: $\sum_s h_s q_s$ must be at most `budget`.
#
# **a. `best_audit(h, attack, budget)`**: the best `q` against *one* known style.
#
# - `h`, `attack`: (scores,), each sums to 1; `budget` in [0, 1]
# - returns `q`, (scores,), in [0, 1], within the budget, that catches as much of `attack` as
#   possible; any best one counts
#
# <details><summary>Hint 1: where to look</summary>
# You have met this linear program: who pays here, and what is gained?
# <details><summary>Hint 2: the idea</summary>
# Audit the scores in the order of <code>attack / h</code>, or call <code>linprog</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>linprog(-attack, A_ub=h[None], b_ub=[budget], bounds=(0, 1)).x</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_6-audit", "solution": true}
def best_audit(h, attack, budget):
    """The audit probabilities (scores,) that catch most of one style within the budget."""
    ### BEGIN SOLUTION
    q, spare = np.zeros(len(h)), budget
    ratio = np.divide(attack, h, out=np.full(len(h), np.inf), where=h > 0)
    for score in np.argsort(ratio)[::-1]:
        q[score] = min(1.0, spare / h[score]) if h[score] > 0 else 1.0
        spare = max(spare - q[score] * h[score], 0.0)
    return q
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_6-audit-test", "points": 2}
@exercise("17.6")
def test_audit():
    """A style for which the largest score is not the best to audit."""
    h, attack = np.array([0.45, 0.1, 0.45, 0.0]), np.array([0.1, 0.24, 0.61, 0.05])
    got = best_audit(h.copy(), attack.copy(), 0.25)
    expect(got is not None, "best_audit returned None: no return, or a linprog without a solution "
           "(print what it returned)", "no-return")
    got = expect_array(got, (4,), "best_audit")
    expect(got.min() > -1e-7 and got.max() < 1 + 1e-7, "audit probabilities lie in [0, 1]; yours: "
           f"{np.round(got, 4).tolist()}", "no-probability")
    expect(h @ got <= 0.25 + 1e-7, f"your audits cost {h @ got:.4f} of honest work, and the budget "
           "is 0.25", "over-budget")
    caught = float(attack @ got)
    for name, wrong, told in (
        ("top-scores", 0.05 + 0.61 * 5 / 9, "the highest scores first, or the commonest in the "
         "attack, is not best here: what counts is how much of the attack a score catches "
         "per honest output"),
        ("free-score", 0.24 + 0.61 / 3, "no honest output has the last score: auditing it costs "
         "nothing"),
        ("all-or-nothing", 0.29, "a score may be audited in part: use up the budget"),
    ):
        expect(abs(caught - wrong) > 1e-6, told, name)
    expect(abs(caught - 0.29 - 0.61 / 3) < 1e-6, f"{0.29 + 0.61 / 3:.6f} of the attack can be "
           f"caught; yours: {caught:.6f}")
    got = expect_array(best_audit(h.copy(), attack.copy(), 0.0), (4,), "best_audit")
    expect(abs(attack @ got - 0.05) < 1e-6, "budget 0: the last score costs nothing, and 0.05 of "
           f"the attack has it; yours: {attack @ got:.6f}", "nothing-left")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1761)
    for budget in (0.0, 0.03, 0.1, 0.4, 1.0):
        h, attack = rng.dirichlet(np.ones(6), 2)
        got = expect_array(best_audit(h.copy(), attack.copy(), budget), (6,), "best_audit")
        fair = got.min() > -1e-7 and got.max() < 1 + 1e-7 and h @ got < budget + 1e-7
        expect(fair, f"budget {budget}: {np.round(got, 4).tolist()} is not a plan within the "
               f"budget; it costs {h @ got:.4f}", "over-budget")
        best = oracle_knapsack(h, attack, budget)
        expect(attack @ got > best - 1e-6, f"budget {budget}: {best:.6f} of the attack can be "
               f"caught; yours: {attack @ got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_audit()
print("17.6a: visible checks passed")

# %% [markdown]
# **b. `protocol(h, A, budget)`**: now the attacker knows `q` and answers with the style that is
# caught least. Return a pair `(q, mix)`:
#
# - `q`, (scores,): audit probabilities within the budget; its value is the smallest entry of
#   `A @ q`
# - `mix`, (styles,): a law over the styles, as a proof: *no* audit plan within the budget catches
#   more of the mixed attack `mix @ A` than `q` catches of its worst style
#
# If the two numbers agree, `q` is the best plan, and nobody needs to trust how you found it.
#
# <details><summary>Hint 1: where to look</summary>
# A linear program in the variables $q$ and $t$: make $t$ large, with $A_j q \ge t$ for each style.
# <details><summary>Hint 2: the idea</summary>
# The mix is the price of each of these constraints: <code>-out.ineqlin.marginals</code> of the rows
# of the styles. Or solve the attacker's own program.
# <details><summary>Hint 3: nearly the code</summary>
# With the variables <code>[q, t]</code>:
# <code>left = np.vstack([np.c_[-A, np.ones(len(A))], np.append(h, 0)])</code>,
# <code>right = np.append(np.zeros(len(A)), budget)</code>,
# <code>box = [(0, 1)] * len(h) + [(None, None)]</code>,
# <code>out = linprog(np.append(0 * h, -1), left, right, bounds=box)</code>; return
# <code>out.x[:-1], -out.ineqlin.marginals[:-1]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "setup-monitor", "locked": true}
H = np.array([0.42, 0.24, 0.15, 0.10, 0.06, 0.03])
STYLES = np.array([
    [0.00, 0.02, 0.05, 0.13, 0.30, 0.50],  # naive: looks like an attack
    [0.10, 0.20, 0.45, 0.20, 0.04, 0.01],  # hides in the middle
    [0.25, 0.35, 0.18, 0.14, 0.05, 0.03],  # imitates honest outputs
])

# %% nbgrader={"grade_id": "ex17_6-protocol", "solution": true}
def protocol(h, A, budget):
    """The audit plan (scores,) best at its worst style, and the mix of styles that proves it."""
    ### BEGIN SOLUTION
    styles, scores = A.shape
    rows = np.zeros((styles + 1, scores + 1))
    rows[:styles, :scores], rows[:styles, scores], rows[styles, :scores] = -A, 1.0, h
    limits = np.zeros(styles + 1)
    limits[styles] = budget
    goal = np.zeros(scores + 1)
    goal[scores] = -1.0
    solved = linprog(goal, A_ub=rows, b_ub=limits, bounds=[(0, 1)] * scores + [(0, 1)])
    prices = np.maximum(-solved.ineqlin.marginals[:styles], 0)
    return solved.x[:scores], prices / prices.sum() if prices.sum() else np.ones(styles) / styles
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-certificate", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_certificate(h, A, budget, answer):
    """Judge a plan by its own proof: no reference solution is needed."""
    expect(isinstance(answer, tuple | list) and len(answer) == 2, "return a pair (q, mix)",
           "no-pair")
    q = expect_array(answer[0], (len(h),), "protocol's q")
    mix = expect_array(answer[1], (len(A),), "protocol's mix")
    expect(q.min() > -1e-6 and q.max() < 1 + 1e-6 and h @ q < budget + 1e-6, f"budget {budget}: "
           f"q = {np.round(q, 4).tolist()} costs {h @ q:.4f}", "over-budget")
    expect(mix.min() > -1e-6 and abs(mix.sum() - 1) < 1e-5, "mix is no law: it is "
           f"{np.round(mix, 4).tolist()}", "no-law")
    value, proof = float((A @ q).min()), oracle_knapsack(h, mix @ A, budget)
    expect(value > proof - 2e-6, f"budget {budget}: your plan catches {value:.5f} of its worst "
           f"style, and against your mix a plan could catch {proof:.5f}: either the plan is not "
           "the best, or the mix does not prove it", "no-certificate")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex17_6-protocol-test", "points": 4}
@exercise("17.6")
def test_protocol():
    """Two scores and two styles, each of which shows one score only; then three styles."""
    h, A = np.array([0.5, 0.5]), np.eye(2)
    answer = protocol(h.copy(), A.copy(), 0.3)
    expect(isinstance(answer, tuple | list) and len(answer) == 2, "return a pair (q, mix)",
           "no-pair")
    q, mix = (expect_array(part, (2,), "protocol") for part in answer)
    expect(h @ q <= 0.3 + 1e-6 or abs(q.sum() - 1) + abs(h @ mix - 0.3) > 1e-5, "return (q, mix): "
           "yours is (mix, q)", "swapped-pair")
    expect(h @ q <= 0.3 + 1e-6, f"q costs {h @ q:.4f}; the budget is 0.3", "over-budget")
    expect(min(q) > 1e-6, f"q = {q.tolist()}: the attacker sees it, and takes the style that you "
           "do not audit", "one-style-only")
    expect(abs(mix.sum() - 1) < 1e-5 and min(mix) > -1e-6, f"mix = {mix.tolist()} is no law over "
           "the styles", "no-law")
    expect(abs(min(q) - 0.3) < 1e-5, "audit both scores equally: 0.3 of either style; yours: "
           f"{np.round(q, 5).tolist()}")
    expect(abs(mix - 0.5).max() < 1e-5, f"against mix {np.round(mix, 4).tolist()} a plan catches "
           "more than 0.3: this mix proves nothing", "no-certificate")
    q, mix = (expect_array(part, (n,), "protocol")
              for part, n in zip(protocol(H.copy(), STYLES.copy(), 0.09), (6, 3), strict=True))
    expect(H @ q <= 0.09 + 1e-6, f"q costs {H @ q:.4f}; the budget is 0.09", "over-budget")
    got = float((STYLES @ q).min())
    for name, wrong, told in (
        ("weak-at-worst", 0.05, "your plan catches 5 % of the style that hides in the middle, as "
         "little as auditing the highest scores does: the attacker will take that style"),
        ("uniform", 0.09, "drawing lots ignores the scores"),
    ):
        expect(abs(got - wrong) > 1e-5, told, name)
    expect(abs(got - 0.126815) < 1e-5, f"the best plan catches 0.126815 of its worst style; yours: "
           f"{got:.6f}", "not-the-best")
    expect(abs(mix - [0.02694, 0.01958, 0.95348]).max() < 1e-3, "three styles, mix "
           f"{np.round(mix, 4).tolist()}: a plan within the budget catches more than 0.1269 of "
           "this mixed attack, so it does not prove that 0.1268 is the best", "no-certificate")
    h, A = np.array([0.9, 0.1]), np.array([[0.0, 1.0], [0.5, 0.5]])
    q, mix = (expect_array(part, (2,), "protocol") for part in protocol(h.copy(), A.copy(), 0.1))
    expect((A @ q).min() > 0.5 - 1e-5, f"h {h.tolist()}, A {A.tolist()}, budget 0.1: a plan can "
           "catch 1 of one style and 0.5 of the other; styles need not be caught equally often: "
           f"yours catches {np.round(A @ q, 5).tolist()}", "all-equal")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1762)
    oracle_certificate(H, STYLES, 0.09, protocol(H.copy(), STYLES.copy(), 0.09))
    for styles, budget in ((1, 0.1), (2, 0.05), (4, 0.2), (5, 0.5), (3, 0.9)):
        h, A = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6), styles)
        oracle_certificate(h, A, budget, protocol(h.copy(), A.copy(), budget))
    ### END HIDDEN TESTS


test_protocol()
print("17.6b: visible checks passed")

# %% id="audit-demo" tags=["demo"]
names = ("naive", "middle", "imitates")
plans = {"best against naive": best_audit(H, STYLES[0], 0.09),
         "best against middle": best_audit(H, STYLES[1], 0.09),
         "lots for all": np.full(6, 0.09), "protocol": protocol(H, STYLES, 0.09)[0]}
for name, q in plans.items():
    caught = STYLES @ q
    print(f"{name}: " + ", ".join(f"{s} {c:.1%}" for s, c in zip(names, caught, strict=True))
          + f"; at the attacker's best answer {caught.min():.1%}")
for name in ("best against naive", "protocol"):
    print(f"{name} audits scores 0 to 5 with " + " ".join(f"{x + 0.0:.2f}" for x in plans[name]))
print("budget: caught at the best answer; " + ", ".join(
    f"{b}: {(STYLES @ protocol(H, STYLES, b)[0]).min():.3f}" for b in (0.02, 0.05, 0.09, 0.2, 0.5)))
floors = {floor: floor + (1 - floor) * protocol(H, STYLES, (0.09 - floor) / (1 - floor))[0]
          for floor in (0.0, 0.03, 0.06, 0.09)}
print("lots first: caught of known styles / of any style at all; " + ", ".join(
    f"{floor}: {(STYLES @ q).min():.3f} / {q.min():.3f}" for floor, q in floors.items()))
q = plans["protocol"]
missed = 1 - (STYLES @ q).min()
print(f"ten tries: on average {10 * missed:.1f} get through; if the first catch ends it, "
      f"{sum(missed**k for k in range(1, 11)):.1f}")

# %% [markdown]
# The plan that catches 80 % of the naive style (it audits the two highest scores) catches 5 % at
# the attacker's best answer, less than lots do. The best plan catches more than either, and far
# less than a test with one style promises. Its value is proven, for *these* styles: it never looks
# at the scores 0, 2 and 4, so a style that nobody listed may hide there, and so may every attack if
# the monitor plays along with the system and scores it 0. Auditing some outputs by lot sets a floor
# under that, at the price in the line "lots first". (Greenblatt et al., 2024, compare such
# protocols by attacks that a red team optimises, with models as system and monitor; ours is a toy
# with the same question.) Assumed throughout: honest scores do not change, and an audit never errs.

# %% [markdown]
# ## Exercise 17.7: a memo (4 points)
#
# Difficulty: 3 of 5 · Minutes: 10 · Why: such memos decide.
#
# "3,000 tests without a failure, so it fails in 0.1 % of cases. The monitor catches 80 % of attacks
# in our test. Together 0.02 % get through. Deploy." Answer in about six sentences, with numbers of
# your own: what does each factor bound, and what is it worth when somebody chooses? What does the
# product take for granted, and what is left without that? Which one change would help most, and
# what would it leave open?
#
# <details><summary>Hint 1: where to look</summary>
# Each factor was measured under a law, or on a style. And when may one multiply?
# <details><summary>Hint 2: the idea</summary>
# Exercises 17.5 and 17.6 give a number for each factor when somebody chooses.
# <details><summary>Hint 3: nearly the words</summary>
# "0.1 % is an upper bound for inputs like the tests; if the system tells tests from use with AUC
# ..., it may fail in ... . 80 % holds for one style; at the best answer ... . The product ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex17_7-memo", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# 0.1 % is a bound at level 95 % for the law of the tests. If the system can tell tests from use as
# well as an AUC of 0.83, the same tests allow 4.1 % in use. 80 % was measured on a style that does
# not know the plan; at the best answer the same plan catches 5 %. A product needs independence, and
# whoever chooses the inputs chooses both at once: without it nothing better than the smaller of the
# two rates is shown, 4.1 %. What would help most: tests drawn from use itself, audits partly by
# lot, and an end at the first catch; the memory of the system is still left open.
#
# Rubric:
#
# - 1 point: 0.1 % is an upper bound for the tests' law; says what must hold in use, with a figure
#   for some AUC
# - 1 point: 80 % belongs to one style; gives the value at the attacker's best answer
# - 1 point: the product needs independence, or somebody chooses both; gives a figure without it
# - 1 point: one measurement or change that would help most, and what it leaves open
#
# Sample A (4/4): "0.1 % bounds failures on inputs like the tests; at AUC 0.95 these tests allow 22
# % in use. The audit of the highest scores catches 5 % of the style that hides in the middle.
# Multiplying assumes that the inputs that fail are caught like others; an attacker picks those that
# are not, so I would write: at most 22 %. I would audit some outputs by lot and stop at the first
# catch; a system that waits until it is trusted is not covered."
#
# Sample B (1/4): "Tests are never enough, AI may deceive us. 0.1 % is only an upper bound for test
# inputs, and in use, with AUC 0.83, it may be 4 %. I would not deploy."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 45 minutes: exercises 17.8 to 17.10.

# %% [markdown]
# ## Exercise 17.8: deleted episodes (2 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Deeper: nothing depends on it · Why: "leave out the episodes in
# which we interfered" sounds harmless.
#
# A learner takes the mean of the rewards of its episodes; those in which somebody interrupted it
# were deleted. Episode $i$ was of a kind that is interrupted with probability `theta[i]`.
#
# **`repaired_mean(rewards, theta)`**: the mean that it would have seen without deletion.
#
# - `rewards`, `theta`: (n,), the episodes that are left; `theta` in [0, 1)
# - give an episode that had a chance of $1 - \theta_i$ to be left the weight $1 / (1 - \theta_i)$,
#   and let the weights sum to 1
#
# <details><summary>Hint 1: where to look</summary>
# An episode that was left with probability one tenth stands for ten.
# <details><summary>Hint 2: the idea</summary>
# A weighted mean.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return np.average(rewards, weights=1 / (1 - theta))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_8-repaired", "solution": true}
def repaired_mean(rewards, theta):
    """The mean reward without deletion, from the episodes that were left; (n,) each."""
    ### BEGIN SOLUTION
    stands_for = 1.0 / (1.0 - np.asarray(theta, dtype=float))
    return float(stands_for @ rewards / stands_for.sum())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_8-repaired-test", "points": 2}
@exercise("17.8")
def test_repaired():
    """Four good and four bad episodes; three of the good ones were deleted."""
    rewards, theta = np.array([1.0, 0.0, 0.0, 0.0, 0.0]), np.array([0.75, 0.0, 0.0, 0.0, 0.0])
    got = expect_number(repaired_mean(rewards.copy(), theta.copy()), "repaired_mean")
    for name, wrong, told in (
        ("plain-mean", 0.2, "this is the mean of what was left"),
        ("upside-down", 1 / 17, "an episode that is often deleted must count more, not less"),
        ("no-normalisation", 0.8, "divide by the sum of the weights, not by the number of "
               "episodes"),
    ):
        expect(abs(got - wrong) > 1e-6, told, name)
    expect(abs(got - 0.5) < 1e-6, f"the truth is 0.5; yours: {got:.6f}")
    ### BEGIN HIDDEN TESTS
    for left in ((3, 8, 5), (10, 1, 2)):  # episodes left of three kinds, of 40, 32 and 10
        theta = 1 - np.array(left) / np.array([40, 32, 10])
        pays, kept = np.array([1.5, -2.0, 7.0]), np.repeat(np.arange(3), left)
        truth = float(pays @ [40, 32, 10] / 82)
        got = expect_number(repaired_mean(pays[kept], theta[kept]), "repaired_mean")
        expect(abs(got - truth) < 1e-6, f"{left} left of 40, 32, 10 episodes: {truth:.5f}; yours: "
               f"{got:.5f}", "other-arguments")
    ### END HIDDEN TESTS


test_repaired()
print("17.8: visible checks passed")

# %% id="deleted-demo" tags=["demo"]
for watched in ("good", "bad"):
    theta = {"good": (0.9, 0.0), "bad": (0.0, 0.9)}[watched]
    rng = np.random.default_rng(0)
    good = rng.random(20_000) < 0.5
    rate = np.where(good, theta[0], theta[1])
    kept = rng.random(20_000) >= rate
    print(f"truth 0.5, the {watched} branch is watched (0.9): mean of what is left "
          f"{good[kept].mean():.3f}, repaired {repaired_mean(good[kept] * 1.0, rate[kept]):.3f}")

# %% [markdown]
# Deleting makes a watched good branch look bad and a watched bad branch look good. If both are
# watched equally the mean is right on average, from fewer episodes.

# %% [markdown]
# ## Exercise 17.9: a weaker judge (3 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: can somebody who sees one
# fact judge a claim that rests on eight?
#
# A claim is a tree of depth $d$ over $2^d$ facts: the root is an *or* of two claims, each of these
# an *and* of two, each of those an *or*, and so on. Two debaters know everything. One wants the
# verdict "true", the other "false". At an *or* the first chooses the branch, at an *and* the
# second. At the end the judge reads the one fact that they came to, and that is the verdict.
#
# **`debate(readings)`**: the verdict if both play as well as possible, and know how the judge would
# read each fact.
#
# - `readings`: a list of bools, $2^d$ of them from left to right, $d$ at least 0; returns a bool
#
# <details><summary>Hint 1: where to look</summary>
# With one fact the verdict is how it is read. Halve the list.
# <details><summary>Hint 2: the idea</summary>
# Work from the facts up: neighbours are joined by <em>or</em> or <em>and</em>, alternating,
# so that the last joining is an <em>or</em>.
# <details><summary>Hint 3: nearly the code</summary>
# A helper <code>play(facts, either)</code>: if one fact is left, return it; else the two halves,
# played with <code>not either</code>, joined by <code>any</code> if <code>either</code>, by
# <code>all</code> otherwise. Start with <code>True</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_9-debate", "solution": true}
def debate(readings):
    """The verdict (bool) of a debate of two perfect players before a judge who reads one fact."""
    ### BEGIN SOLUTION
    level = [bool(fact) for fact in readings]
    depth = len(level).bit_length() - 1
    for remaining in range(depth - 1, -1, -1):
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [left or right if remaining % 2 == 0 else left and right for left, right in pairs]
    return level[0]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_9-debate-test", "points": 3}
@exercise("17.9")
def test_debate():
    """One fact, two, four."""
    def verdict(*facts):
        got = debate([bool(fact) for fact in facts])
        expect(got is not None, "debate returned None: is there a return?", "no-return")
        return bool(got)

    expect(verdict(1) and not verdict(0), "with one fact the verdict is how it is read", "one-fact")
    expect(verdict(1, 0) or not verdict(1, 1), "at the root the side that argues \"true\" chooses",
           "swapped-sides")
    expect(verdict(0, 1) and not verdict(0, 0), "an or of two facts is true if one is")
    expect(not verdict(1, 0, 0, 1), "(1 and 0) or (0 and 1): below the root the other side "
           "chooses, and finds the 0 on either side", "max-everywhere")
    expect(verdict(0, 0, 1, 1), "(0 and 0) or (1 and 1) is true", "min-everywhere")
    expect(verdict(1, 1, 0, 0), "(1 and 1) or (0 and 0) is true", "majority")
    expect(verdict(1, 0, 0, 1, 0, 0, 0, 0), "with eight facts the last joining is an or, the one "
           "before it an and, and neighbouring facts are joined by or", "levels")
    ### BEGIN HIDDEN TESTS
    for number in range(256):
        f = [bool(number >> at & 1) for at in range(8)]
        truth = ((f[0] or f[1]) and (f[2] or f[3])) or ((f[4] or f[5]) and (f[6] or f[7]))
        expect(verdict(*f) == truth, f"facts {[int(x) for x in f]}: {truth}", "other-facts")
    rng = np.random.default_rng(179)
    for _ in range(100):
        f = (rng.random(16) < 0.6).tolist()
        quarters = [(f[a] and f[a + 1]) or (f[a + 2] and f[a + 3]) for a in (0, 4, 8, 12)]
        truth = (quarters[0] and quarters[1]) or (quarters[2] and quarters[3])
        expect(verdict(*f) == truth, f"facts {[int(x) for x in f]}: {truth}", "other-facts")
    ### END HIDDEN TESTS


test_debate()
print("17.9: visible checks passed")

# %% id="debate-demo" tags=["demo"]
facts = [list(map(bool, row)) for row in product((0, 1), repeat=8)]
truth = np.array([debate(row) for row in facts])
table = np.array(facts)
for read in (0, 1, 2, 3, 4, 6, 8):
    keys = table[:, :read] @ (1 << np.arange(read))
    wrong = sum(min(truth[keys == key].sum(), (~truth[keys == key]).sum()) for key in set(keys))
    print(f"a judge alone who reads the first {read} of 8 facts: wrong in {wrong / 256:.3f}")
misread = [[debate([bit != (at == one) for at, bit in enumerate(row)]) for row in facts]
           for one in range(8)]
print("if the judge always misreads fact 0, or 1, ...: wrong in " + ", ".join(
    f"{np.mean(row != truth):.3f}" for row in misread))

# %% [markdown]
# The truth here *is* what the tree of facts says, so with a judge who reads each fact rightly the
# debate is right for every assignment, by its construction: one fact is read, and the players'
# choices stand for the rest. A judge alone who reads the first four facts is no better than one who
# reads none and always says "true" (207 of the 256 assignments are). But debate does not mend the
# judge's eyes: if one fact is always misread, the debate is wrong whenever that fact decides, just
# as a judge who reads all eight with the same eyes. (Irving, Christiano, Amodei, 2018, propose
# debate, and show what a judge with little time could decide if both sides play optimally. That
# they do is assumed here, too.)

# %% [markdown]
# ## Exercise 17.10: adding up doubts (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: twenty claims at 95 % are
# not 95 %.
#
# A case holds if all its claims hold, and a claim holds if all its pieces of evidence do. Each
# piece holds with a known probability; how they depend on each other nobody knows.
#
# **`confidence(claims, probabilities)`**: the smallest and the largest probability that the case
# can have.
#
# - `claims`: a list of lists of names of evidence; a piece may stand in several claims
# - `probabilities`: a dict from name to probability; returns a pair (low, high)
# - for $n$ different pieces the sharp bounds are $\max(0, \sum_i p_i - n + 1)$ and $\min_i p_i$
#   (Fréchet)
#
# <details><summary>Hint 1: where to look</summary>
# The case holds if every piece holds: which pieces are there?
# <details><summary>Hint 2: the idea</summary>
# A piece that stands in two claims is one piece. Make a set of them first.
# <details><summary>Hint 3: nearly the code</summary>
# <code>p = [probabilities[e] for e in set().union(*claims)]</code>, then
# <code>return max(0.0, sum(p) - len(p) + 1), min(p)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex17_10-confidence", "solution": true}
def confidence(claims, probabilities):
    """The sharp bounds (low, high) for the probability that every claim of a case holds."""
    ### BEGIN SOLUTION
    pieces = {name for claim in claims for name in claim}
    doubts = [1.0 - probabilities[name] for name in pieces]
    return max(1.0 - math.fsum(doubts), 0.0), 1.0 - max(doubts)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex17_10-confidence-test", "points": 3}
@exercise("17.10")
def test_confidence():
    """Three pieces, one of them in two claims."""
    p = {"tests": 0.9, "audit": 0.8, "review": 0.95, "unused": 0.1}
    got = confidence([["tests", "audit"], ["audit", "review"]], dict(p))
    expect(isinstance(got, tuple | list) and len(got) == 2, "return a pair (low, high)", "no-pair")
    low, high = (expect_number(value, "confidence") for value in got)
    expect(abs(low - 0.684) > 1e-6, "a product assumes that the pieces are independent", "product")
    expect(abs(low - 0.45) > 1e-6, "the audit stands in both claims and is one piece of evidence: "
           "you counted its doubt twice", "double-count")
    expect(abs(low - 0.8) > 1e-6, "the weakest piece bounds the case from above, not from below",
           "min-only")
    expect(abs(low - 0.65) < 1e-6, f"the smallest probability is 0.65; yours: {low:.6f}")
    expect(abs(high - 0.8) < 1e-6, f"the largest is that of the weakest piece, 0.8; yours: "
           f"{high:.6f}", "wrong-high")
    low, high = confidence([[f"claim {i}"] for i in range(20)],
                           {f"claim {i}": 0.9 for i in range(20)})
    expect(abs(low - 0.9) > 1e-6, "twenty different pieces stay twenty, though all are at 0.9",
           "merges-equal")
    expect(abs(low) < 1e-6 and abs(high - 0.9) < 1e-6, "twenty pieces at 0.9: between 0 and 0.9; "
           f"yours: {low:.4f}, {high:.4f}", "below-zero")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1710)
    for n in (1, 2, 3, 4):
        p = {f"e{i}": float(rng.uniform(0.5, 1)) for i in range(n)}
        claims = [[f"e{i}" for i in range(n)], *([f"e{int(rng.integers(n))}"] for _ in range(3))]
        atoms = np.array(list(product((0, 1), repeat=n)))
        every = np.vstack([atoms.T, np.ones(len(atoms))])
        known = [*(p[f"e{i}"] for i in range(n)), 1.0]
        ends = [linprog(sign * atoms.all(1), A_eq=every, b_eq=known).fun * sign for sign in (1, -1)]
        low, high = (expect_number(value, "confidence") for value in confidence(claims, dict(p)))
        expect(abs(low - ends[0]) < 1e-6 and abs(high - ends[1]) < 1e-6, f"{n} pieces: the linear "
               f"program over all ways to depend gives {ends[0]:.5f} to {ends[1]:.5f}; yours: "
               f"{low:.5f} to {high:.5f}", "other-arguments")
    ### END HIDDEN TESTS


test_confidence()
print("17.10: visible checks passed")

# %% id="doubts-demo" tags=["demo"]
for n in (1, 2, 5, 10, 20):
    names = [f"piece {i}" for i in range(n)]
    low, high = confidence([names], dict.fromkeys(names, 0.95))
    print(f"{n:2} pieces at 0.95: between {low:.2f} and {high:.2f}; if independent {0.95**n:.2f}")

# %% [markdown]
# Both ends can happen: the low one if no two doubts come true together, the high one if they all
# come true together. The product stands between them and is no bound: it answers another question,
# what holds *if* the pieces are independent, which is one more claim of the case.

# %% [markdown]
# ## What you found
#
# A wrong reward showed only in a planner that was good enough, and a patch that was tested with
# planners that look 17 steps ahead held for these. How many goals resist a switch depends on how
# goals are drawn. An uncertain system asks within its own belief. One column of a log can decide
# what a learner makes of being stopped. Clean tests bound what is like the tests. And a monitor is
# worth what it is worth when its plan is known.
#
# **Limits.** Each world was small enough to be exact, and each result is about that world under its
# conditions: optimal planning, tabular learning, known laws. None says what a large system will do.
#
# **The paper** (section 4.2) names research on the control of general AI among its directions, and
# regulatory frameworks beside it: both need sentences of the kind you took apart.
#
# **Read on.** Pan, Bhatia, Steinhardt, *The effects of reward misspecification*, ICLR 2022. Turner,
# Smith, Shah, Critch, Tadepalli, *Optimal policies tend to seek power*, NeurIPS 2021.
# Hadfield-Menell, Dragan, Abbeel, Russell, *The off-switch game*, IJCAI 2017. Carey,
# *Incorrigibility in the CIRL framework*, AIES 2018. Orseau, Armstrong, *Safely interruptible
# agents*, UAI 2016. Needham et al., *Large language models often know when they are being
# evaluated*, 2025. Greenblatt, Shlegeris, Sachan, Roger, *AI control: improving safety despite
# intentional subversion*, ICML 2024. Irving, Christiano, Amodei, *AI safety via debate*, 2018.
#
# **Where next.** Lab 18: a system of your own, ten claims about it, and a case to argue.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab17_long_term")
