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
# # Lab 07: fast enough to be safe
#
# A decision that is right too late is wrong. This lab puts a detector into a car, a service behind
# a queue, and a controller behind a switch, and asks of each what it does *in time*.
#
# By the end you will be able to
#
# - turn milliseconds into metres, and say how many looks a car is guaranteed before it must brake,
# - say what repeated looks are worth, and why multiplying error rates is a false safety claim,
# - tell a mean from a deadline, and build a benchmark that hides every slow answer,
# - spend less on easy inputs, and make all inputs hard again,
# - keep an untrusted controller in charge most of the time with a switch that is proven.
#
# | | |
# |---|---|
# | Paper | section 2.4 (scalability; decisions in real time; speed against safety checks) |
# | Time | Part A 65 min, Part B 85 min; deeper 85 min |
# | Points | 54: core 38, deeper ones 16 (50 checked by machine, 4 read by a person) |
# | You need | numpy and a little PyTorch; gradients with respect to an input (Lab 01) |
# | It runs in | about 22 CPU seconds in all, 6 without the demonstrations; 1.1 GiB of memory |
#
# | symbol | name in code | unit or shape |
# |---|---|---|
# | distance to the sign or to the car in front | `gap` | m |
# | speed, braking (a positive number) | `speed` or `v`, `brake` | m/s, m/s² |
# | time between two frames, time that a look takes | `period`, `latency` | s |
# | which looks at which object missed it | `missed` | (objects, n), bool |
# | when requests arrive, how long each is served | `arrival`, `service` | (n,), s |
# | how sure the small network is | `confidence` | (n,), in [0, 1] |
#
# The paper asks for systems that are scalable and decide in real time, and names the conflict
# between speed and thorough safety checks. No clock is read below: time is simulated and
# operations are counted, so that your numbers do not depend on your laptop.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
from itertools import combinations, product

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from safetylab import data, models, page, plots, training, widgets
from safetylab.checks import (
    exercise,
    expect,
    expect_array,
    expect_number,
    expect_tensor,
    untouched,
)

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(7)

# %% [markdown]
# ## It breaks
#
# An invented car drives at 16 m/s towards a sign 30 m ahead; braking at 6 m/s² it needs 21.3 m to
# stop. The sign is a handwritten zero and means *stop*. The camera adds noise (standard deviation
# 0.3) to every pixel of every frame.
#
# Two detectors are on offer. **Fast** is a small network on 7 by 7 pixels that looks at 30 frames a
# second. **Slow** is the network of Lab 01; a look takes 0.3 s. Each says "zero" when its
# log-probability of a zero exceeds a threshold, and both thresholds are set on one half of the test
# digits so that one other digit in 200 is taken for a zero. The other half, which neither training
# nor thresholds have seen, is the exam.

# %% nbgrader={"grade_id": "setup-detectors", "locked": true}
def train_small(seed):
    """A network on 7 by 7 pixels, 49-32-10, after four passes over 10,000 training digits."""
    g = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.AvgPool2d(4), *models.mlp(49, 32, 10, generator=g))
    digits = data.sample(data.mnist("train"), 10_000, g)
    training.fit(net, digits, epochs=4, lr=3e-3, generator=g, progress=False)
    return net


@torch.no_grad()
def zero_score(net, x, g, sigma=0.3):
    """The log-probability of a zero for each digit of x under fresh noise; (n,)."""
    noisy = x + sigma * torch.randn(x.shape, generator=g)
    return net(noisy).log_softmax(1)[:, 0]

# %% id="hook" tags=["demo"]
slow, fast = models.pretrained("mnist_cnn"), train_small(0)
shuffled = data.sample(data.mnist("test"), 10_000, torch.Generator().manual_seed(7))
tune = data.Images(shuffled.x[:5000], shuffled.y[:5000])
exam = data.Images(shuffled.x[5000:], shuffled.y[5000:])


def look(net, n, seed):
    """Tune a threshold, then look n times at each zero and once at each other digit."""
    g = torch.Generator().manual_seed(seed)
    threshold = torch.quantile(zero_score(net, tune.x[tune.y != 0], g), 0.995)
    zeros, others = exam.x[exam.y == 0], exam.x[exam.y != 0]
    missed = torch.stack([zero_score(net, zeros, g) < threshold for _ in range(n)], 1)
    return missed.numpy(), (zero_score(net, others, g) >= threshold).float().mean().item()


missed, alarms = {}, {}
for name, net, n in (("fast", fast, 64), ("slow", slow, 6)):
    missed[name], alarms[name] = look(net, n, seed=0)
    print(f"{name}: misses {missed[name].mean():.2%} of its looks at a zero, takes "
          f"{alarms[name]:.2%} of the other digits for one")

# %% [markdown]
# Offline, the slow detector wins by far. Now the clock: the car must begin to brake when it still
# has 21.3 m, that is after 8.7 m, or 0.54 s. The first frame with the sign may come up to 0.3 s
# after the sign does (the slow detector takes a new frame when it is done with the last), and the
# look takes another 0.3 s. In this worst phase it is over after 0.6 s.

# %% id="hook-picture" tags=["demo"]
g = torch.Generator().manual_seed(3)
share = missed["fast"][:, :15].mean(1)
ranked = np.argsort(share, kind="stable")
chosen = torch.from_numpy(np.concatenate([ranked[:3], ranked[-3:]]))
signs = exam.x[exam.y == 0][chosen]
frames = (signs + 0.3 * torch.randn(signs.shape, generator=g)).clamp(0, 1)
words = [f"fast misses\n{m:.0%} of 15 looks" for m in share[chosen]]
plots.show(plots.image_grid([signs, frames], words, row_labels=["sign", "one frame"]),
           alt="Three handwritten zeros that are never missed and the three most missed, and a "
                  "noisy "
           "frame of each. Of 15 looks the fast detector misses, sign by sign: "
           f"{', '.join(f'{m:.0%}' for m in share[chosen])}.")

# %% [markdown]
# At 16 m/s no look of the better detector is *certain* to be over in time: in the worst phase it
# crashes at every sign. The worse one has 15 certain looks at each. The picture shows three signs
# that it never misses and the three that it misses most.

# %% [markdown]
# # Part A: looks and deadlines
#
# About 65 minutes: exercises 7.1 to 7.3.

# %% [markdown]
# ## Exercise 7.1: from milliseconds to metres (5 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: a latency is a distance, and only the distance hurts
# anybody.
#
# **a. `safe_speed(gap, brake, reaction)`**: the greatest speed from which a car that drives on for
# `reaction` seconds, then brakes, stops within `gap`. Braking at `brake` from speed $v$ takes
# $v^2 / (2\,\mathrm{brake})$ metres.
#
# - `gap` at least 0 in m, `brake` above 0 in m/s², `reaction` at least 0 in s
# - returns a number in m/s
#
# <details><summary>Hint 1: where to look</summary>
# Write down the whole way: the way before the brakes act, and the way under them.
# <details><summary>Hint 2: the idea</summary>
# The way equals the gap: a quadratic equation in the speed. It has one root that is not negative.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return brake * (math.sqrt(reaction ** 2 + 2 * gap / brake) - reaction)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_1-speed", "solution": true}
def safe_speed(gap, brake, reaction):
    """The greatest speed (m/s) that stops within gap (m) after reaction (s) at brake (m/s^2)."""
    ### BEGIN SOLUTION
    before = brake * reaction
    return math.sqrt(before**2 + 2 * brake * gap) - before
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_1-speed-test", "points": 2}
@exercise("7.1")
def test_safe_speed():
    """At 12 m/s and 0.75 s the car drives 9 m, then brakes for 12 m at 6 m/s^2: 21 m."""
    got = expect_number(safe_speed(21.0, 6.0, 0.75), "safe_speed")
    expect(got >= 0, f"a speed cannot be {got:.3f}: take the other root of the equation",
           "negative-root")
    expect(abs(got - 252**0.5) > 1e-3, "this car brakes at once: it drives on for 0.75 s first",
           "no-reaction")
    expect(abs(got - 9.198) > 1e-3, "braking from speed v takes v^2 / (2 brake): the half is "
           "missing", "no-half")
    expect(abs(got - 12) < 1e-6, "21 m, 6 m/s^2 and 0.75 s allow 12 m/s; yours: "
           f"{got:.6f}")
    for gap, reaction, truth in ((27.0, 0.0, 18.0), (0.0, 0.75, 0.0), (0.0, 0.0, 0.0)):
        got = expect_number(safe_speed(gap, 6.0, reaction), "safe_speed")
        expect(abs(got - truth) < 1e-6, f"gap {gap:g}, brake 6, reaction {reaction:g} allow "
               f"{truth:g} m/s; yours: {got:.6f}", "edge-case")
    got = expect_number(safe_speed(12.0, 8.0, 1.0), "safe_speed")
    expect(abs(got - 8) < 1e-6, "gap 12, brake 8, reaction 1: 8 m of driving on and 4 m of braking "
           f"allow 8 m/s; yours: {got:.6f}", "other-arguments")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(711)
    for _ in range(200):
        gap, brake, reaction = rng.uniform((0, 0.5, 0), (200, 12, 3)).tolist()
        v = expect_number(safe_speed(gap, brake, reaction), "safe_speed")
        way = v * reaction + v**2 / (2 * brake)
        expect(v >= 0 and abs(way - gap) < 1e-6, f"at your speed {v:.4f} the car needs {way:.4f} m "
               f"of {gap:.4f} (brake {brake:.4f}, reaction {reaction:.4f})", "other-arguments")
    ### END HIDDEN TESTS


test_safe_speed()
print("7.1a: visible checks passed")

# %% [markdown]
# **b. `certain_looks(gap, speed, brake, period, latency)`**: how many looks are certain to be
# *over* before braking must begin?
#
# - Braking must begin when the gap has shrunk to what braking takes, $\mathrm{speed}^2 /
#   (2\,\mathrm{brake})$. If it is too late for that already, there are 0 looks.
# - There is a frame every `period` seconds. Whatever the phase: count for the worst one, in which
#   the sign appears just after a frame. Look number $j = 1, 2, \dots$ then starts at
#   $j \cdot \mathrm{period}$ and is over `latency` seconds later.
# - Looks may overlap (`latency` may exceed `period`). One that is over exactly at the last moment
#   counts; treat what is late by a rounding error (1e-9 periods) as exactly.
# - `speed`, `brake` and `period` are above 0; returns an int
#
# <details><summary>Hint 1: where to look</summary>
# First the time that is left: which way may the car still drive before it must brake?
# <details><summary>Hint 2: the idea</summary>
# Look j is in time if <code>j * period + latency</code> is at most the time left. How many j are
# there?
# <details><summary>Hint 3: nearly the code</summary>
# <code>left = (gap - speed ** 2 / (2 * brake)) / speed</code>, then
# <code>return max(0, math.floor((left - latency) / period + 1e-9))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-looks", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_looks(gap, speed, brake, period, latency):
    """Counted frame by frame, for a hundred phases of the first one; the fewest."""
    free = gap - speed**2 / (2 * brake)
    frames = np.arange(2000) * period + latency
    phases = np.arange(1, 101) / 100 * period
    return min(int(((phase + frames) * speed <= free).sum()) for phase in phases)


def oracle_tie(gap, speed, brake, period, latency):
    """How far the case is from one in which a look is over exactly at the last moment."""
    place = ((gap - speed**2 / (2 * brake)) / speed - latency) / period
    return abs(place - round(place))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_1-looks", "solution": true}
def certain_looks(gap, speed, brake, period, latency):
    """How many looks are over before braking must begin, in the worst phase: a whole number."""
    ### BEGIN SOLUTION
    seconds = (gap - speed**2 / (2 * brake)) / speed
    return max(0, math.floor((seconds - latency) / period + 1e-9))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_1-looks-test", "points": 3}
@exercise("7.1")
def test_looks():
    """At 16 m/s and 8 m/s^2 braking takes 16 m: with a gap of 32 m, exactly 1 s is left."""
    got = expect_number(certain_looks(32.0, 16.0, 8.0, 0.25, 0.4), "certain_looks")
    expect(got != 6, "the car must begin to brake 16 m before the sign, not at it", "no-braking")
    expect(got != 4, "a look counts when it is over: it takes 0.4 s", "no-latency")
    expect(got != 3, "the first look may begin a whole period after the sign appears, not at once",
           "best-phase")
    expect(got == 2, "with 1 s left, a frame every 0.25 s and 0.4 s a look, looks are over after "
           f"0.65 and 0.9 s: 2; yours: {got:g}")
    got = expect_number(certain_looks(32.0, 16.0, 8.0, 0.25, 0.35), "certain_looks")
    expect(got == 2, "1 s, a frame every 0.25 s, 0.35 s a look: in the worst phase two looks are "
           f"over; yours: {got:g}", "mean-phase")
    got = expect_number(certain_looks(32.0, 16.0, 8.0, 0.25, 0.25), "certain_looks")
    expect(got == 3, "0.25 s a look: the third is over after exactly 1 s and counts; "
           f"yours: {got:g}", "strict")
    for gap, latency in ((10.0, 0.1), (20.0, 0.4), (16.0, 0.0)):
        got = expect_number(certain_looks(gap, 16.0, 8.0, 0.25, latency), "certain_looks")
        expect(got == 0, f"with a gap of {gap:g} m no look is over in time: 0; yours: {got:g}",
               "below-zero")
    got = expect_number(certain_looks(34.0, 16.0, 8.0, 0.25, 0.3), "certain_looks")
    expect(got == 3, "with 1.125 s left and 0.3 s a look, looks are over after 0.55, 0.8 and "
           f"1.05 s: 3; yours: {got:g}", "other-arguments")
    got = expect_number(certain_looks(16.0, 10.0, 5.0, 0.2, 0.2), "certain_looks")
    expect(got == 2, "with 0.6 s left, a frame every 0.2 s and 0.2 s a look, the second is over "
           f"exactly at the end: 2; yours: {got:g}; to Python 0.2 + 2 * 0.2 is a little more than "
           "0.6", "rounding-error")
    expect(isinstance(certain_looks(32.0, 16.0, 8.0, 0.25, 0.4), int | np.integer),
           "your number is whole, but a float: range and math.comb below want an int", "no-int")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(712)
    for _ in range(150):
        case = rng.uniform((0, 3, 2, 0.05, 0), (120, 30, 10, 0.8, 1.2)).tolist()
        if oracle_tie(*case) > 1e-6:
            got, truth = expect_number(certain_looks(*case), "certain_looks"), oracle_looks(*case)
            told = ", ".join(f"{value:.3f}" for value in case)
            expect(got == truth, f"certain_looks({told}) is {truth} in the worst phase; yours: "
                   f"{got:g}", "other-arguments")
    ### END HIDDEN TESTS


test_looks()
print("7.1b: visible checks passed")

# %% id="looks-demo" tags=["demo"]
CAR = {"gap": 30.0, "brake": 6.0}
CLOCKS = {"fast": {"period": 1 / 30, "latency": 1 / 30}, "slow": {"period": 0.3, "latency": 0.3}}
SPEEDS = (10, 12, 14, 15, 16, 17)
print("looks that are certain, by speed in m/s")
for name, clock in CLOCKS.items():
    counts = [certain_looks(**CAR, speed=v, **clock) for v in SPEEDS]
    print(f"{name}: " + ", ".join(f"{v}: {n}" for v, n in zip(SPEEDS, counts, strict=True)))
    one = safe_speed(CAR["gap"], CAR["brake"], clock["period"] + clock["latency"])
    print(f"  one certain look up to {one:.1f} m/s")

# %% [markdown]
# ## Exercise 7.2: many looks at one sign (7 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: "it misses one look in ten, and it looks 21 times" is
# how safety cases multiply themselves to certainty.
#
# The car crashes when *all* its looks miss. Of each sign in the exam you have n looks: row i of
# `missed` says which of them missed sign i.
#
# **a. `all_miss(missed, k)`**: an estimate of the probability that k looks at the *same* sign all
# miss, averaged over signs. Use everything you have: each choice of k of a sign's n looks counts
# equally.
#
# - `missed`: bool, (objects, n), n from 1 to 64: too many choices to list; `k`: a whole number, at
#   least 0
# - `k = 0` gives 1: without a look nothing is seen
# - for `k` above n use n (an upper bound, for more looks miss together more rarely)
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# Take one sign, of whose n looks s missed. Draw k of the n without putting any back. How likely do
# all k miss?
# <details><summary>Hint 2: the idea</summary>
# Of all <code>math.comb(n, k)</code> choices, <code>math.comb(s, k)</code> consist of misses only.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = missed.shape[1]</code>, <code>k = min(k, n)</code>, then
# <code>return sum(math.comb(int(s), k) for s in missed.sum(1)) / (math.comb(n, k) *
# len(missed))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-all-miss", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_all_miss(missed, k):
    """The definition: every choice of k looks, one by one."""
    n = missed.shape[1]
    chosen = list(combinations(range(n), min(k, n)))
    return float(np.mean([missed[:, list(c)].all(1) for c in chosen]))


def oracle_expectation(all_miss, rates, n, k):
    """The exact expectation of an estimate, over all outcomes of n looks at some signs."""
    total = 0.0
    for outcome in product((False, True), repeat=n * len(rates)):
        missed = np.array(outcome).reshape(len(rates), n)
        chance = np.where(missed, np.array(rates)[:, None], 1 - np.array(rates)[:, None]).prod()
        total += chance * expect_number(all_miss(missed, k), "all_miss")
    return total
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_2-miss", "solution": true}
def all_miss(missed, k):
    """How likely k looks at the same object all miss; missed: (objects, n) bool."""
    ### BEGIN SOLUTION
    objects, n = missed.shape
    k, misses = min(k, n), missed.sum(1)
    share = np.ones(objects)
    for drawn in range(k):
        share = share * np.clip(misses - drawn, 0, None) / (n - drawn)
    return float(share.mean())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_2-miss-test", "points": 4}
@exercise("7.2")
def test_all_miss():
    """Three signs, four looks each: always missed, missed twice, never missed."""
    missed = np.array([[1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 0, 0]], bool)
    got = expect_number(all_miss(missed.copy(), 2), "all_miss")
    expect(abs(got - 0.25) > 1e-6, "half of all looks miss, and you multiplied one half by itself: "
           "looks at the same sign are not independent", "assumes-independence")
    expect(abs(got - 5 / 12) > 1e-6, "a sign missed in 2 of 4 looks: you squared 2/4, which draws "
           "one look twice; of the 6 pairs of its looks only one misses twice",
           "counts-a-look-twice")
    expect(abs(got - 11 / 18) > 1e-6, "this is the chance that at least one look misses; the car "
           "crashes when all do", "any-not-all")
    other = expect_number(all_miss(missed[:, [0, 2, 1, 3]].copy(), 2), "all_miss")
    expect(abs(got - other) < 1e-9, "your estimate changes when the looks are put into another "
           "order: let every choice of k looks count", "depends-on-order")
    expect(abs(got - 7 / 18) < 1e-6, "the signs count 1, 1/6 and 0: together 0.388889; yours: "
           f"{got:.6f}")
    for k, truth in ((0, 1.0), (1, 0.5), (4, 1 / 3), (7, 1 / 3)):
        got = expect_number(all_miss(missed.copy(), k), "all_miss")
        expect(abs(got - truth) < 1e-6, f"k = {k} of 4 looks gives {truth:.6f}; yours: {got:.6f}",
               "edge-case")
    got = expect_number(all_miss(np.arange(64)[None] > 0, 62), "all_miss")
    expect(abs(got - 1 / 32) < 1e-6, "63 of 64 looks miss: of 2,016 choices of 62 looks 63 miss "
           f"always, that is 0.031250; yours: {got:.6f}", "many-looks")
    ### BEGIN HIDDEN TESTS
    for k in (1, 2, 3):
        mean = oracle_expectation(all_miss, (1 / 8, 5 / 8), 4, k)
        truth = ((1 / 8) ** k + (5 / 8) ** k) / 2
        expect(abs(mean - truth) < 1e-9, f"over all outcomes your estimate for k = {k} is on "
               f"average {mean:.6f}; the truth is {truth:.6f}", "biased")
    rng = np.random.default_rng(721)
    for objects, n, k in ((1, 5, 3), (6, 7, 2), (4, 9, 8), (3, 1, 1)):
        missed = rng.random((objects, n)) < rng.random((objects, 1)) ** 0.5
        got = expect_number(all_miss(missed.copy(), k), "all_miss")
        truth = oracle_all_miss(missed, k)
        expect(abs(got - truth) < 1e-9, f"{objects} signs, {n} looks, k = {k}: {truth:.6f}; "
               f"yours: {got:.6f}", "biased")
    got = expect_number(all_miss(np.arange(64)[None] < 40, 30), "all_miss")
    expect(abs(got / (math.comb(40, 30) / math.comb(64, 30)) - 1) < 1e-6,
           f"40 of 64 looks missed, k = 30: {got:.6g} is off", "biased")
    ### END HIDDEN TESTS


test_all_miss()
print("7.2a: visible checks passed")

# %% [markdown]
# **b. `best_detector(detectors, gap, speed, brake, *, looks, all_miss)`**: which detector crashes
# least often? It is given as many looks as are certain, and crashes when all of them miss.
#
# - `detectors`: a list of dicts with the keys `"period"`, `"latency"` and `"missed"`
# - `looks` and `all_miss` are functions like yours: call these, so that a mistake above costs
#   nothing here
# - returns the index of the best; of several equally good ones the first
#
# <details><summary>Hint 1: where to look</summary>
# One number per detector, then the place of the smallest.
# <details><summary>Hint 2: the idea</summary>
# Its number of looks from <code>looks</code>, then what these are worth from
# <code>all_miss</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>risks = [all_miss(d["missed"], looks(gap, speed, brake, d["period"], d["latency"])) for d in
# detectors]</code>, then <code>return risks.index(min(risks))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-detector", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_choices(best_detector):
    """Random detectors, clocks and speeds; the looks and the risk are counted one by one."""
    def count(gap, speed, brake, period, latency):
        left = (gap - speed**2 / (2 * brake)) / speed
        return sum(j * period + latency <= left for j in range(1, 60))

    rng = np.random.default_rng(722)
    for _ in range(40):
        case = {"gap": rng.uniform(20, 60), "speed": rng.uniform(8, 20), "brake": rng.uniform(4, 9)}
        offers = [{"period": rng.uniform(0.1, 0.6), "latency": rng.uniform(0.05, 0.7),
                   "missed": rng.random((5, 6)) < rng.random((5, 1))} for _ in range(4)]
        risks = [oracle_all_miss(d["missed"], count(**case, period=d["period"],
                                                    latency=d["latency"])) for d in offers]
        got = best_detector(offers, **case, looks=count, all_miss=oracle_all_miss)
        yield got, risks
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_2-best", "solution": true}
def best_detector(detectors, gap, speed, brake, *, looks, all_miss):
    """The index of the detector whose looks all miss least often."""
    ### BEGIN SOLUTION
    def risk(index):
        clock = {key: detectors[index][key] for key in ("period", "latency")}
        return all_miss(detectors[index]["missed"], looks(gap, speed, brake, **clock))

    return min(range(len(detectors)), key=risk)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_2-best-test", "points": 3}
@exercise("7.2")
def test_best_detector():
    """Three invented detectors; stand-ins for looks and all_miss that can be followed by hand."""
    def some_looks(gap, speed, brake, period, latency):
        expect((speed, brake) == (10, 5) and period >= 0.1 and latency <= 0.3, "looks takes gap, "
               "speed, brake, period, latency, in this order; yours: "
               f"{(gap, speed, brake, period, latency)}", "swapped-arguments")
        return max(0, int((gap / speed - brake * latency) / period))

    def some_risk(missed, k):  # no rule of this world: beyond three looks only misses count
        return 0.5 ** min(k, 3) + missed.mean() * k / 30 if k else 1.0

    never, often = np.zeros((2, 4), bool), np.ones((2, 4), bool)
    often[0] = False
    offers = [{"period": 0.1, "latency": 0.0, "missed": often},
              {"period": 0.6, "latency": 0.0, "missed": never},
              {"period": 0.5, "latency": 0.3, "missed": never}]
    tools = {"looks": some_looks, "all_miss": some_risk}
    got = expect_number(best_detector(offers, 30.0, 10.0, 5.0, **tools), "best_detector")
    expect(got != 0, "you took the one with the most looks; its risk, 0.625, is the largest",
           "most-looks")
    expect(got == 1, "the risks are 0.625, 0.125 and 0.125, and of equals the first is wanted: "
           f"index 1; yours: {got:g}", "last-of-equals")
    got = expect_number(best_detector(offers, 5.0, 10.0, 5.0, **tools), "best_detector")
    expect(got == 0, "with half a second left the second and the third detector have no look at "
           f"all and are sure to miss: index 0; yours: {got:g}", "fewest-misses")
    tools["all_miss"] = lambda missed, k: 1 - some_risk(missed, k)
    got = expect_number(best_detector(offers, 30.0, 10.0, 5.0, **tools), "best_detector")
    expect(got == 0, "with another all_miss another detector is best: call the functions that you "
           "are given, not your own", "own-functions")
    tools = {"all_miss": some_risk,
             "looks": lambda gap, speed, brake, period, latency: int(10 * latency)}
    got = expect_number(best_detector(offers, 30.0, 10.0, 5.0, **tools), "best_detector")
    expect(got != 0, "the first two have no look and are sure to miss, but keep their places: the "
           "third has index 2", "places-lost")
    expect(got == 2, "with another looks another detector is best: call the functions that you "
           "are given, not your own", "own-functions")
    tools["looks"] = lambda gap, speed, brake, period, latency: 0
    got = best_detector(offers, 30.0, 10.0, 5.0, **tools)
    expect(got == 0, "without any look all detectors are sure to miss, and of equals the first is "
           f"wanted: index 0; yours: {got}", "no-looks")
    ### BEGIN HIDDEN TESTS
    for got, risks in oracle_choices(best_detector):
        got = expect_number(got, "best_detector")
        expect(got in range(len(risks)) and got == risks.index(min(risks)),
               f"the risks are {', '.join(f'{r:.4f}' for r in risks)}; you chose {got:g}",
               "other-arguments")
    ### END HIDDEN TESTS


test_best_detector()
print("7.2b: visible checks passed")

# %% [markdown]
# ### Prediction 1
#
# At 15 m/s the fast detector has 21 certain looks and the slow one has one. You know from the first
# cell how many looks each misses. How many times as often as the slow one does the fast one crash?
# Write a number: 0.5 would be half as often, 2 twice as often. (`my_ratio`)

# %% nbgrader={"grade_id": "ex7_2-predict", "solution": true}
PREDICT = {
    "name": "my_ratio", "kind": "number", "low": 0, "outcome": 11, "tolerance": 3,
    "seen": r"product rule [\de.+-]+; measured ([\d.]+)",
}
### BEGIN SOLUTION
my_ratio = 0.1
### END SOLUTION

# %% id="moment" tags=["demo"]
offers = [{**CLOCKS[name], "missed": missed[name]} for name in ("fast", "slow")]
measured = {name: all_miss(missed[name], n) for name, n in (("fast", 21), ("slow", 1))}
multiplied = {"fast": missed["fast"].mean() ** 21, "slow": missed["slow"].mean()}
for name in measured:
    print(f"{name} at 15 m/s: product rule {multiplied[name]:.2g}, measured {measured[name]:.2g}")
print(f"you said {my_ratio:g} times; product rule "
      f"{multiplied['fast'] / multiplied['slow']:.2g}; measured "
      f"{measured['fast'] / measured['slow']:.2g}")
print(f"five other trainings of the fast network, other noise ({len(missed['fast'])} zeros):")
for seed in range(1, 6):
    rows = [look(net, n, seed)[0] for net, n in ((train_small(seed), 21), (slow, 1))]
    risks = [all_miss(r, n) for r, n in zip(rows, (21, 1), strict=True)]
    print(f"  all miss: fast {risks[0] * len(rows[0]):.0f}, slow {risks[1] * len(rows[0]):.0f} "
           "zeros; "
          f"product rule {rows[0].mean() ** 21:.1e}")

# %% [markdown]
# The product rule makes the fast detector safer by a factor with many zeros. Measured, it is the
# more dangerous one, in each of the six trainings. The looks share the sign: some zeros are missed
# by look after look, and the noise of the camera is the only thing that is drawn anew. (The counts
# behind this: of the zeros in the exam the fast detector misses about 9 to 16 with all 21 looks,
# the slow one 0 to 2 with its one. So by how much it is worse is not known well; that it is, is.)
#
# Knight and Leveson (1986) found the same of programs: 27 versions, written independently from one
# specification, failed on the same inputs far more often than independence would have it.

# %% id="speed-demo" tags=["demo"]
tools = {"looks": certain_looks, "all_miss": all_miss}
risk = {name: [all_miss(missed[name], certain_looks(**CAR, speed=v, **clock)) for v in SPEEDS]
        for name, clock in CLOCKS.items()}
best = [best_detector(offers, **CAR, speed=v, **tools) for v in SPEEDS]
for v, chosen, a, b in zip(SPEEDS, best, risk["fast"], risk["slow"], strict=True):
    print(f"{v} m/s: fast {a:.4f}, slow {b:.4f}; better: {('fast', 'slow')[chosen]}")
fine = np.arange(100, 171) / 10
figure = plots.curves({name: (fine, [all_miss(missed[name], certain_looks(**CAR, speed=v, **clock))
                                     for v in fine]) for name, clock in CLOCKS.items()},
                      xlabel="speed (m/s)", ylabel="signs at which it crashes",
                      title="worst phase; above 15.7 m/s the slow one is at 100 %, off this "
                             "picture")
figure.axes[0].set_ylim(-0.002, 0.05)
plots.show(figure, alt="Share of signs at which the car crashes, by speed. " + "; ".join(
    f"{name}: " + ", ".join(f"{r:.1%} at {v} m/s" for v, r in zip(SPEEDS, values, strict=True))
    for name, values in risk.items()))

# %% [markdown]
# Up to 15 m/s the slow detector crashes less. From 16 m/s on it has no certain look: nothing can be
# promised for it (with the phase drawn at random it would still be in time at four signs of five at
# 16 m/s). So which detector is better depends on the speed. Driving slower helps each of them, but
# the fast one at 10 m/s is still worse than the slow one at 15.
#
# The same lesson from the other side: "any look that sees a zero brakes" also brakes for nothing.
# If looks were independent, 21 of them would do so about 21 times as often as one.

# %% id="for-nothing" tags=["demo"]
g = torch.Generator().manual_seed(11)
limit = torch.quantile(zero_score(fast, tune.x[tune.y != 0], g), 0.995)
calls = torch.stack([zero_score(fast, exam.x[exam.y != 0], g) >= limit for _ in range(21)], 1)
one, any_of_21 = calls.float().mean().item(), calls.any(1).float().mean().item()
print(f"fast, of the other digits: one look brakes at {one:.2%}, any of 21 looks at "
      f"{any_of_21:.2%}: {any_of_21 / one:.1f} times as many")

# %% [markdown]
# Move the sliders: the dots are looks that are over in time, the cross is where braking begins.

# %% id="road-widget" tags=["demo"]
def road(speed, period):
    """The road with the looks that are over in time, and where the car stops."""
    n = certain_looks(**CAR, speed=speed, period=period, latency=period)
    figure = plots.plt.Figure(figsize=(8, 2.2), layout="constrained")
    ax = figure.subplots()
    where = [speed * (j + 1) * period for j in range(1, n + 1)]
    start, way = CAR["gap"] - speed**2 / (2 * CAR["brake"]), speed**2 / (2 * CAR["brake"])
    ax.plot(where, [0] * n, "o", color=plots.PALETTE["blue"], label="a look is over")
    ax.plot([max(start, 0)], [0.15], "X", ms=11, color=plots.PALETTE["vermillion"],
            label="braking must begin")
    if n:
        ax.plot([max(start, 0) + way], [0.15], "s", color=plots.PALETTE["black"],
                label="it stops if it brakes at the cross")
    ax.axvline(CAR["gap"], ls="--", color="#767676", label="sign")
    ax.set(xlim=(-1, 38), yticks=[], xlabel="metres driven since the sign appeared",
           ylim=(-0.5, 0.7), title=f"{speed:g} m/s, a look every {period:.3g} s: "
           + (f"certain looks: {n}" if n else "no certain look, no promise that it stops"))
    figure.legend(loc="outside right upper")
    return figure


def road_in_words(speed, period):
    """The alt text of the picture."""
    n = certain_looks(**CAR, speed=speed, period=period, latency=period)
    return f"A road of 30 m to the sign: at {speed:g} m/s with a look every {period:.3g} s, " \
           f"looks that are over before braking must begin: {n}" + (
               f"; it begins after {CAR['gap'] - speed**2 / (2 * CAR['brake']):.1f} m." if n else
               ", so nothing promises that the car stops.")


widgets.sliders(road, {"speed (m/s)": list(range(8, 19)), "look period (s)":
                       [1 / 30, 0.1, 0.2, 0.3, 0.6]},
                alt=road_in_words, stills=[(15, 1 / 30), (15, 0.3), (16, 0.3)])

# %% [markdown]
# ## Exercise 7.3: deadlines (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: a mean response time is no deadline, and the usual way to
# measure a tail measures it away.
#
# A service answers requests one at a time, in the order in which they arrive.
#
# **a. `response_times(arrival, service)`**: for each request the time from its arrival until its
# answer, waiting included.
#
# - `arrival`: (n,), sorted, perhaps with equal times; `service`: (n,); both at least 0
# - returns an array of shape (n,)
#
# <details><summary>Hint 1: where to look</summary>
# When does the service begin with request j? It needs the request and it needs to be free.
# <details><summary>Hint 2: the idea</summary>
# Go through the requests and keep one number: when the service is free again.
# <details><summary>Hint 3: nearly the code</summary>
# <code>free = -np.inf</code>, <code>times = []</code>; in a loop
# <code>for a, s in zip(arrival, service):</code> set <code>free = max(a, free) + s</code> and
# append <code>free - a</code>; at the end <code>return np.array(times)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-response", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_response(arrival, service):
    """Another formula: the answer to k comes at the largest a_j + s_j + ... + s_k, j up to k."""
    n = len(arrival)
    ends = [max(arrival[j] + service[j : k + 1].sum() for j in range(k + 1)) for k in range(n)]
    return np.array(ends) - arrival
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_3-response", "solution": true}
def response_times(arrival, service):
    """From arrival to answer, one server, first come first served: (n,), (n,) -> (n,)."""
    ### BEGIN SOLUTION
    worked = np.cumsum(service)
    idle = np.maximum.accumulate(arrival - (worked - service))
    return worked + idle - arrival
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_3-response-test", "points": 3}
@exercise("7.3")
def test_response_times():
    """Five requests; the second and third come while the first is served, the fourth much later."""
    arrival = np.array([1.0, 2.0, 2.0, 20.0, 20.5])
    service = np.array([4.0, 1.0, 2.0, 1.0, 0.0])
    got = expect_array(response_times(arrival.copy(), service.copy()), (5,), "response_times")
    expect(not np.allclose(got, service), "nobody waits in your service: a request that finds it "
           "busy waits until it is free", "no-waiting")
    expect(not np.allclose(got, [0, 3, 4, 0, 0.5]), "this is the time of waiting: the service "
           "itself belongs to it", "waiting-only")
    expect(not np.allclose(got, [5, 6, 8, 21, 21]), "these are the moments of the answers: "
           "subtract the arrivals", "not-subtracted")
    expect(got[3] > 0.5, f"the fourth request arrives at 20 and is answered at 21, after 1 s; "
           f"yours: {got[3]:.3f}: a service cannot work ahead of an arrival", "works-ahead")
    expect(abs(got[2] - 6) < 1e-6, "the third request waits for the first and the second: it is "
           f"answered at 8, after 6 s; yours: {got[2]:.3f}", "previous-only")
    expect(np.allclose(got, [4, 4, 6, 1, 0.5]),
           f"the response times are 4, 4, 6, 1, 0.5; yours: {got.tolist()}")
    got = expect_array(response_times(np.array([0, 1]), np.array([1.5, 1.5])), (2,),
                       "response_times")
    expect(np.allclose(got, [1.5, 2]), "arrivals at 0 and 1, an array of ints, and 1.5 s each: "
           f"1.5 and 2; yours, {got.dtype}: {got.tolist()}", "cut-to-ints")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(731)
    for n in (1, 2, 7, 60, 60):
        arrival = np.sort(rng.integers(0, 3 * n, n) / 2).astype(float)
        service = rng.exponential(1.2, n) * (rng.random(n) < 0.8)
        got = expect_array(response_times(arrival.copy(), service.copy()), (n,), "response_times")
        truth = oracle_response(arrival, service)
        worst = int(np.abs(got - truth).argmax())
        expect(np.allclose(got, truth, atol=1e-6), f"of {n} requests number {worst} is answered "
               f"after {truth[worst]:.4f} s; yours: {got[worst]:.4f}", "other-arguments")
    ### END HIDDEN TESTS


test_response_times()
print("7.3a: visible checks passed")

# %% id="queue-demo" tags=["demo"]
def quantile(values, q):
    """The smallest value that at least the share q of all values does not exceed (by rank)."""
    return np.sort(values)[math.ceil(q * len(values) - 1e-9) - 1]


print("service 1 s each, random arrivals (20,000 requests, seeds 0 to 4), the service busy 90 %:")
for seed in range(5):
    rng = np.random.default_rng(seed)
    waits = response_times(np.cumsum(rng.exponential(1 / 0.9, 20_000)), np.ones(20_000))
    print(f"  mean {waits.mean():.1f} s, p99 {quantile(waits, 0.99):.0f} s, "
          f"p99.9 {quantile(waits, 0.999):.0f} s, largest {waits.max():.0f} s")
rng, burst, worst = np.random.default_rng(9), 4, 0.0
for _ in range(200):
    arrivals = np.repeat(np.cumsum(burst + rng.exponential(1, 50)), burst)
    worst = max(worst, response_times(arrivals, np.ones(len(arrivals))).max())
print(f"never more than {burst} requests within any {burst} s: largest response {worst:.1f} s")

# %% [markdown]
# The p99 ("99th percentile") is the time that 99 of 100 requests stay within. Every request takes
# one second of work, the mean response is about five, and the slowest in a thousand takes five
# times as long as that. A mean is no deadline, and neither is a p99.9 for somebody who is number
# 1,000.
#
# A deadline needs a bound on what may *arrive*. If no more than b requests come within any b
# seconds, nobody waits longer than b seconds here, whatever the pattern; the last line shows it for
# full bursts, where the bound is reached.
#
# ### Prediction 2
#
# A service takes 1 ms per request. Once in 10,000 requests it stalls for a whole second. Users come
# every 10 ms, whether or not the service is stalled. What do they see as p99, in ms? (`my_p99`)

# %% nbgrader={"grade_id": "ex7_3-predict", "solution": true}
PREDICT = {
    "name": "my_p99", "kind": "number", "low": 0, "outcome": 100, "tolerance": 30,
    "seen": r"users: p99 (\d+) ms",
}
### BEGIN SOLUTION
my_p99 = 1
### END SOLUTION

# %% id="stall-demo" tags=["demo"]
service = np.full(10_000, 0.001)
service[5000] = 1.0
users = response_times(np.arange(10_000) * 0.01, service)
print(f"you said {my_p99:g} ms")
for name, values in (("a tool that waits for each answer", service), ("users", users)):
    print(f"{name}: p99 {1000 * quantile(values, 0.99):.0f} ms, p99.9 "
          f"{1000 * quantile(values, 0.999):.0f} ms")

# %% [markdown]
# The tool sends its next request when it has the last answer, so it meets the stall once. Users do
# not coordinate with the service: some hundred of them came during that second and waited behind
# it. Gil Tene calls this *coordinated omission*. The remedy is to measure from the time at which a
# request was *meant* to be sent, which is what `response_times` does to the tool's own log.
#
# **b. The misuse. `lying_benchmark(n, period)`**: hand in service times (in seconds) of a service
# that such a tool praises and that users hate.
#
# - returns an array of shape (n,), finite and at least 0
# - the tool, which sees the service times themselves, reports a p99.9 of at most 1 ms
# - users who come every `period` seconds (request i at time `i * period`) have a p99 of at least
#   500 ms
# - quantiles are by rank: p99 is the value number `ceil(0.99 n)` in ascending order
# - `n` is at least 2,000 and `period` at most 0.1
#
# <details><summary>Hint 1: where to look</summary>
# One request in a thousand may be as slow as you like without moving the p99.9.
# <details><summary>Hint 2: the idea</summary>
# One stall, long enough that more than one user in a hundred still waits half a second. How many
# users come while the stall lasts?
# <details><summary>Hint 3: nearly the code</summary>
# <code>service = np.zeros(n)</code>, <code>service[0] = 0.5 + (0.01 * n + 2) * period</code>,
# <code>return service</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_3-lie", "solution": true}
def lying_benchmark(n, period):
    """Service times (n,) in s: p99.9 at most 1 ms for the tool, p99 at least 500 ms for users."""
    ### BEGIN SOLUTION
    service = np.full(n, min(0.001, period / 2))
    service[n // 10] = 0.5 + 2 * (n // 100 + 2) * period
    return service
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-lie", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_lie(service, n, period):
    """The tool's p99.9 and the users' p99, in seconds."""
    rank = {q: math.ceil(q * n / 1000) - 1 for q in (990, 999)}
    free, times = 0.0, []
    for i, s in enumerate(service.tolist()):
        free = max(i * period, free) + s
        times.append(free - i * period)
    return sorted(service.tolist())[rank[999]], sorted(times)[rank[990]]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_3-lie-test", "points": 3}
@exercise("7.3")
def test_lying_benchmark():
    """The witness speaks for itself: 10,000 requests, one every 10 ms; then other numbers."""
    for n, period in ((10_000, 0.01), (3_333, 0.1), (25_000, 0.004)):
        told, most = f"n = {n:,}, period {period:g}: ", n - math.ceil(0.999 * n - 1e-9)
        service = expect_array(lying_benchmark(n, period), (n,), "lying_benchmark")
        expect((service >= 0).all(), told + "a service time below zero", "below-zero")
        slow = int((service > 0.001).sum())
        expect(slow <= most, f"{told}{slow} requests take more than 1 ms: with more than {most} "
               "the tool notices", "too-many")
        waiting, behind, late = 0, 0.0, n - math.ceil(0.99 * n - 1e-9)
        for s in service.tolist():
            waiting += behind + s >= 0.5
            behind = max(0.0, behind + s - period)
        expect(waiting > late, f"{told}{waiting} users wait half a second or more; for a p99 of "
               f"500 ms it must be more than {late}", "too-short")
    ### BEGIN HIDDEN TESTS
    for n, period in ((10_000, 0.01), (2_000, 0.1), (25_000, 0.004), (3_333, 0.03)):
        service = expect_array(lying_benchmark(n, period), (n,), "lying_benchmark")
        tool, users = oracle_lie(service, n, period)
        expect((service >= 0).all() and tool <= 0.001, f"n = {n}, one request every {period:g} s: "
               f"the tool reports a p99.9 of {1000 * tool:.2f} ms", "too-many")
        expect(users >= 0.5, f"n = {n}, one request every {period:g} s: users have a p99 of "
               f"{1000 * users:.1f} ms, not of 500", "ignores-period")
    ### END HIDDEN TESTS


test_lying_benchmark()
print("7.3b: visible checks passed")

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: spending less, and a proof
#
# About 85 minutes: exercises 7.4 to 7.6.

# %% [markdown]
# ## Exercise 7.4: early exit, and who pays for it (8 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: most inputs are easy. A system that spends less on them is
# faster on average, and its cost now depends on what it is shown.
#
# A *cascade*: the small network answers where it is confident (its largest probability is at least
# a threshold), all other inputs go on to the big one.
#
# **a. `exit_threshold(confidence, right_small, right_big, loss)`**: the threshold with which the
# most inputs exit early, while the accuracy of the cascade *on all rows* is at most `loss` below
# the big network's.
#
# - `confidence`: (n,), may hold equal values; a row exits when `confidence >= threshold`
# - `right_small`, `right_big`: bool, (n,): is that network right on the row?
# - `loss`: at least 0
# - returns a number; `math.inf` if no threshold with an exit is allowed
#
# <details><summary>Hint 1: where to look</summary>
# Rows where both are right, or both wrong, cost nothing. And a row where the small network alone is
# right gives something back: the accuracy does not simply fall with the threshold.
# <details><summary>Hint 2: the idea</summary>
# Try every value that occurs in <code>confidence</code>, from the smallest; the first that is
# allowed lets the most rows exit.
# <details><summary>Hint 3: nearly the code</summary>
# <code>for t in np.unique(confidence):</code> compute
# <code>mixed = np.where(confidence >= t, right_small, right_big)</code> and
# <code>if right_big.mean() - mixed.mean() <= loss + 1e-12: return float(t)</code>; after the loop
# <code>return math.inf</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-exit", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_most_exits(confidence, right_small, right_big, loss):
    """The most exits that are allowed, in whole numbers."""
    best = 0
    for t in set(confidence.tolist()):
        out = [i for i, c in enumerate(confidence.tolist()) if c >= t]
        lost = sum(int(right_big[i]) - int(right_small[i]) for i in out)
        if lost <= loss * len(confidence) + 1e-9:
            best = max(best, len(out))
    return best
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_4-exit", "solution": true}
def exit_threshold(confidence, right_small, right_big, loss):
    """The threshold with the most exits whose cost in accuracy is at most loss; inf if none."""
    ### BEGIN SOLUTION
    order = np.argsort(-confidence, kind="stable")
    lost = np.cumsum(right_big[order].astype(int) - right_small[order].astype(int))
    ranked = confidence[order]
    whole = np.append(ranked[:-1] != ranked[1:], True)  # equal rows exit together
    allowed = np.flatnonzero(whole & (lost <= loss * len(lost) + 1e-9))
    return float(ranked[allowed[-1]]) if len(allowed) else math.inf
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_4-exit-test", "points": 4}
@exercise("7.4")
def test_exit_threshold():
    """Eight rows, of which one may be lost; the loss goes up and down as the threshold falls."""
    confidence = np.array([0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    big = np.array([0, 1, 1, 1, 0, 1, 0, 1], bool)
    small = np.array([1, 0, 0, 0, 1, 0, 1, 0], bool)

    def cascade(threshold, c, s, b):
        return int((c >= threshold).sum()), float(b.mean() - np.where(c >= threshold, s, b).mean())

    got = exit_threshold(confidence.copy(), small.copy(), big.copy(), 0.125)
    expect(got is not None, "your function returned None: is there a return?", "none")
    expect(got < math.inf, "you let nothing exit; 7 of 8 rows can. If one threshold costs too "
           "much, "
           "another may not: try them all", "stops-at-first")
    got = expect_number(got, "exit_threshold")
    exits, lost = cascade(got, confidence, small, big)
    expect(lost <= 0.125, f"with your threshold {got:g} the cascade is {lost:.3f} below the big "
           "network, more than 0.125", "too-much-lost")
    expect(exits != 1, "you let one row exit; 7 of 8 can: a row where the small network alone is "
           "right is won, and a loss of exactly 0.125 of all 8 rows is allowed", "ignores-gains")
    expect(exits != 3, "you stopped at the first threshold that costs too much; further down rows "
           "win back what was lost", "stops-at-first")
    expect(exits == 7, f"7 of 8 rows can exit (threshold 0.4); with your threshold {got:g}: "
           f"{exits}", "too-few-exits")
    tied, s, b = np.array([0.9, 0.9, 0.5, 0.5]), np.array([0, 1, 1, 0], bool), np.ones(4, bool)
    got = expect_number(exit_threshold(tied.copy(), s, b, 0.25), "exit_threshold")
    expect(cascade(got, tied, s, b) == (2, 0.25), "rows with the same confidence exit together: "
           f"of (0.9, 0.9, 0.5, 0.5) two may exit, with your threshold {got:g} "
           f"{cascade(got, tied, s, b)[0]} do", "splits-ties")
    close, s, b = np.array([0.9004, 0.9001]), np.array([1, 0], bool), np.ones(2, bool)
    got = exit_threshold(close.copy(), s, b, 0.0)
    expect(cascade(got, close, s, b) == (1, 0.0), "of (0.9004, 0.9001) the first costs nothing, "
           f"the second does: one may exit; your threshold: {got}", "grid-of-thresholds")
    gain = exit_threshold(np.array([0.5]), np.array([True]), np.array([False]), 0.0)
    expect(gain <= 0.5, "one row, and only the small network is right: the accuracy rises, and the "
           f"row may exit; your threshold: {gain}", "gain-as-loss")
    hopeless = exit_threshold(np.array([0.5]), np.array([False]), np.array([True]), 0.0)
    expect(hopeless == math.inf, "one row, and it would be lost: nothing may "
           f"exit, return math.inf; yours: {hopeless}", "no-inf")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(741)
    for n, loss in ((64, 1 / 16), (128, 0.0), (32, 1 / 8), (256, 1 / 64), (1, 0.5), (128, 1 / 128)):
        for _ in range(6):
            c = rng.integers(1, n + 1, n) / (n + 1)
            s, b = rng.random(n) < 0.5 + c / 2, rng.random(n) < 0.9
            got = exit_threshold(c.copy(), s.copy(), b.copy(), loss)
            expect(got is not None, "your function returned None: is there a return?", "none")
            exits, lost = int((c >= got).sum()), int(b.sum()) - int(np.where(c >= got, s, b).sum())
            expect(lost <= loss * n, f"with your threshold {got:g} {lost} of {n} rows are lost; "
                   f"loss {loss:g} allows {loss * n:g}", "too-much-lost")
            most = oracle_most_exits(c, s, b, loss)
            expect(exits == most, f"{most} of {n} rows can exit for a loss of {loss:g}; with your "
                   f"threshold {got:g}: {exits}", "too-few-exits")
    ### END HIDDEN TESTS


test_exit_threshold()
print("7.4a: visible checks passed")

# %% id="exit-demo" tags=["demo"]
@torch.no_grad()
def answers(net, images):
    """Confidence and rightness of a network on images: (n,), (n,)."""
    top, label = net(images.x).softmax(1).max(1)
    return top.numpy(), (label == images.y).numpy()


def cascade_on(images, net, threshold):
    """The share of images that goes on to the big network, and the cascade's accuracy."""
    confidence, small = answers(net, images)
    goes_on = confidence < threshold
    return goes_on.mean(), np.where(goes_on, answers(slow, images)[1], small).mean()


thresholds = []
for seed in range(5):
    net = fast if seed == 0 else train_small(seed)
    (confidence, small), big = answers(net, tune), answers(slow, tune)[1]
    thresholds.append(exit_threshold(confidence, small, big, 0.01))
    share, right = cascade_on(exam, net, thresholds[-1])
    alone = [answers(network, exam)[1].mean() for network in (net, slow)]
    print(f"training {seed}: threshold {thresholds[-1]:.3f}; exam: small {alone[0]:.1%}, "
          f"big {alone[1]:.1%}, cascade {right:.1%}; {share:.0%} go on")
threshold = thresholds[0]

# %% [markdown]
# The cascade loses a point, as ordered, on the half where the threshold was chosen, and 1.0 to 1.4
# points on the exam. The small network costs 0.3 % of the big one's operations. So the
# share that goes on *is* the cost.
#
# **b. `slow_down(model, x, epsilon, steps)`**: change each pixel by at most `epsilon`, within
# [0, 1], so that the small network is as unsure as you can make it. Nobody tells you labels.
#
# - `model`: x -> logits (n, classes); `x`: (n, ...), in [0, 1]
# - take `steps` projected steps of the signed gradient, for example of the entropy of the softmax,
#   from `x` itself, each of size $2.5\,\epsilon / \mathrm{steps}$
# - returns a tensor like `x`, without a graph; model and `x` stay as they were
#
# <details><summary>Hint 1: where to look</summary>
# It is PGD from Lab 01 with another loss: what should go up?
# <details><summary>Hint 2: the idea</summary>
# The entropy of <code>p = softmax(logits)</code> is the sum of <code>-p * log p</code>; it is
# largest when all classes are equally likely. Go up, then put the point back into the ball and the
# box.
# <details><summary>Hint 3: nearly the code</summary>
# <code>z = x.clone()</code>; in a loop over <code>range(steps)</code>:
# <code>z.requires_grad_(True)</code>, <code>log_p = model(z).log_softmax(1)</code>,
# <code>g, = torch.autograd.grad(-(log_p.exp() * log_p).sum(), z)</code>,
# <code>z = z.detach() + 2.5 * epsilon / steps * g.sign()</code>,
# <code>z = z.clamp(x - epsilon, x + epsilon).clamp(0, 1)</code>; at the end
# <code>return z</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_4-slow", "solution": true}
def slow_down(model, x, epsilon, steps):
    """Images in the ball and the box on which the model is unsure; like x."""
    ### BEGIN SOLUTION
    moved = x.detach().clone()
    for _ in range(steps):
        here = moved.requires_grad_(True)
        doubt = torch.distributions.Categorical(logits=model(here)).entropy().sum()
        (gradient,) = torch.autograd.grad(doubt, here)
        moved = here.detach() + 2.5 * epsilon / steps * gradient.sign()
        moved = (x + (moved - x).clamp(-epsilon, epsilon)).clamp(0, 1)
    return moved.detach()
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-slow", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_victim(seed):
    """A small network, 1,000 digits, and the threshold at which half of them exit."""
    net = train_small(seed)
    digits = data.sample(data.mnist("test"), 1000, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return net, digits.x, net(digits.x).softmax(1).amax(1).median()
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_4-slow-test", "points": 4}
@exercise("7.4")
def test_slow_down():
    """One pixel, two classes, equally likely at 0.3: the attack should go there, and stay."""
    calls = []

    def scores(x, middle=0.3):
        calls.append(x.detach().clone())
        return torch.cat([4 * (x - middle), 0 * x], 1)

    x = torch.tensor([[0.9], [0.02], [0.4], [0.28]])
    with untouched(x):
        got = expect_tensor(slow_down(scores, x, 0.25, 20), (4, 1), "slow_down")
    expect(((got - x).abs() <= 0.25 + 1e-5).all(), "a pixel moved by "
           f"{(got - x).abs().max():.3f}, outside the ball of radius 0.25: project after each step",
           "no-projection")
    expect(((got[:2] - 0.3).abs() < (x[:2] - 0.3).abs()).all(), "from 0.9 and 0.02 your pixels do "
           "not both move towards 0.3, where this model is least sure: follow its gradient, "
           "upwards",
           "wrong-sign")
    expect(len(calls) > 10, f"20 steps were asked for, and the model was asked {len(calls)} "
           "time(s)", "one-step")
    expect(torch.isin(calls[0].to(x), x).all(), "start from x itself, not from a point near it",
           "other-start")
    path = [x, *(z for z in calls if z.shape == x.shape and not torch.equal(z.to(x), x))]
    off = max((z - x).abs().max() for z in path)
    expect(off <= 0.25 + 1e-5, f"on its way a pixel was {off:.3f} from its start, outside the ball "
           "of radius 0.25: project after each step", "no-projection")
    wide = max(((path[k] - path[k - 1]).abs().max() for k in range(1, len(path))), default=0)
    expect(wide <= 0.0313, f"a pixel moved by {wide:.3f} in one step; 20 steps of "
           "2.5 * 0.25 / 20 = 0.031 each were asked for", "step-size")
    expect(((got[2:] - 0.3).abs() < 0.1).all(), "pixels at 0.4 and 0.28 end at "
           f"{got[2].item():.3f} and {got[3].item():.3f}: the model is least sure at 0.3, and you "
           "walk past it, to the other class", "evasion")
    expect(torch.allclose(got[:2], torch.tensor([[0.65], [0.27]]), atol=1e-3), "0.9 and 0.02 can "
           f"move to 0.65 and 0.27; yours: {got[0].item():.3f} and {got[1].item():.3f}",
           "weak-attack")
    low, flat = torch.tensor([[0.05]]), nn.Linear(1, 2).eval()  # flat: small gradients
    flat.load_state_dict({"weight": torch.tensor([[0.04], [0]]), "bias": torch.tensor([0.02, 0])})
    with untouched(flat):
        got = expect_tensor(slow_down(flat, low, 0.1, 5), (1, 1), "slow_down")
    expect(0 <= got.item() <= 1, f"a pixel ends at {got.item():.3f}, outside [0, 1]", "no-clamp")
    expect(got.item() < 1e-3, f"a pixel at 0.05 can go to 0; yours ends at {got.item():.3f}: only "
           "the sign of the gradient counts, not its size", "unsigned-gradient")
    ### BEGIN HIDDEN TESTS
    for seed, epsilon, steps in ((11, 0.1, 20), (12, 0.15, 10)):
        net, x, threshold = oracle_victim(seed)
        with untouched(net, x):
            got = expect_tensor(slow_down(net, x, epsilon, steps), tuple(x.shape), "slow_down")
        expect(((got - x).abs() <= epsilon + 1e-5).all() and got.min() >= 0 and got.max() <= 1,
               "on digits your point leaves the ball or the box", "no-projection")
        with torch.no_grad():
            on = (net(got).softmax(1).amax(1) < threshold).float().mean().item()
        expect(on >= 0.93, f"{on:.1%} of 1,000 digits go on to the big network (epsilon "
               f"{epsilon:g}, {steps} steps); 93 % can be reached with the entropy",
               "weak-attack")
    ### END HIDDEN TESTS


test_slow_down()
print("7.4b: visible checks passed")

# %% [markdown]
# ### Prediction 3
#
# The operator watches the cascade's accuracy and raises an alarm when it falls by two points. Under
# your attack with epsilon 0.1, by how many points does it fall? (`my_fall`)

# %% nbgrader={"grade_id": "ex7_4-predict", "solution": true}
PREDICT = {
    "name": "my_fall", "kind": "number", "low": -100, "high": 100, "outcome": -1.0, "tolerance": 2,
    "seen": r"\nit falls by (-?[\d.]+) points;",
}
### BEGIN SOLUTION
my_fall = 5
### END SOLUTION

# %% id="slow-demo" tags=["demo"]
shown = data.Images(exam.x[:1000], exam.y[:1000])
attacked = data.Images(slow_down(fast, shown.x, 0.1, 20), shown.y)
before, after = (cascade_on(images, fast, threshold) for images in (shown, attacked))
print(f"you said it falls by {my_fall:g} points")
print(f"clean: {before[0]:.0%} go on, cascade {before[1]:.1%} right")
print(f"attacked: {after[0]:.0%} go on, cascade {after[1]:.1%} right")
confidence, small = answers(fast, attacked)
print(f"it falls by {100 * (before[1] - after[1]):.1f} points; the small network alone: "
      f"{answers(fast, shown)[1].mean():.1%} right, attacked {small.mean():.1%}")
for name, images in (("clean", shown), ("attacked", attacked)):
    (confidence, small), big = answers(fast, images), answers(slow, images)[1]
    first = np.flatnonzero(confidence < threshold)[:500]  # half of the images may go on
    capped = small.copy()
    capped[first] = big[first]
    print(f"{name}, at most half may go on: cascade {capped.mean():.1%} right")
few = torch.cat([shown.x[:6], attacked.x[:6]])
with torch.no_grad():
    sure = fast(few).softmax(1).amax(1)
plots.show(plots.image_grid([few[:6], few[6:]], [f"{c:.0%} sure" for c in sure],
                            row_labels=["clean", "attacked"]),
           alt="Six digits, clean and attacked. The small network's confidence, clean: "
           + ", ".join(f"{c:.0%}" for c in sure[:6]) + "; attacked: "
           + ", ".join(f"{c:.0%}" for c in sure[6:]) + ".")

# %% [markdown]
# The accuracy even rises by a point, since nearly every image is now read by the better network.
# What went up is the cost: the number that nobody watched. A system planned for its average load
# misses its deadlines.
#
# A cap keeps the deadline, and then the accuracy falls, for the same attack has made the small
# network bad: the attacker's choice has moved, it has not gone. Hong et al. (2021) did this to
# networks with exits inside and slowed them to nearly what they cost without exits.
#
# ## Exercise 7.5: a switch that is proven (8 points)
#
# Difficulty: 4 of 5 · Minutes: 40 · Why: the clever controller may be late or wrong. It may still
# drive, if something simple that is proven decides when it must not (Sha 2001).
#
# You follow a car. Time goes in steps of `STEP` = 0.2 s. All of this is known:
#
# - Your command is an acceleration in [-6, 2] m/s². It acts **one step later**: in this step acts
#   the one that was *pending*.
# - A disturbance in [-1, 1] (slope, wind, wear) is added in every step.
# - The leader's acceleration is in [-8, 2]. Nobody rolls backwards: a car that stops stays.
# - The acceleration is constant within a step; `advance` gives way and speed exactly.
# - It is a crash when the gap falls below 0, also within a step.
#
# At each step the untrusted controller *wants* a command. A switch sees gap, your speed `v`, the
# leader's `v_lead`, the pending command and the wanted one, and says whether the wanted one may
# become the next pending one. If not, the next pending one is full braking, -6.

# %% nbgrader={"grade_id": "setup-car", "locked": true}
STEP, BRAKE, PUSH, LEAD_BRAKE = 0.2, 6.0, 1.0, 8.0


def advance(v, a):
    """Way and speed after one step with acceleration a, no rolling backwards; numbers or arrays."""
    v, a = np.asarray(v, float), np.asarray(a, float)
    stops = v + a * STEP < 0
    way = np.where(stops, v**2 / (2 * np.maximum(-a, 1e-9)), v * STEP + a * STEP**2 / 2)
    return way, np.where(stops, 0.0, v + a * STEP)


def play(switch, gap, v, v_lead, wanted, disturbance, lead):
    """Drive; the rows of wanted, disturbance and lead, (steps, runs), are one step each.

    Returns the smallest gap of each run at the steps' ends, (runs,), and the share of steps in
    which the controller had its way.
    """
    gap, v, v_lead = (np.broadcast_to(np.asarray(value, float), wanted[0].shape)
                      for value in (gap, v, v_lead))
    pending, least, active = np.zeros(wanted[0].shape), gap, 0.0
    for want, push, leader in zip(wanted, disturbance, lead, strict=True):
        ok = np.asarray(switch(gap, v, v_lead, pending, want), bool)
        ours, v = advance(v, pending + push)
        theirs, v_lead = advance(v_lead, leader)
        gap, pending = gap + theirs - ours, np.where(ok, want, -BRAKE)
        least, active = np.minimum(least, gap), active + ok.mean() / len(wanted)
    return least, active

# %% [markdown]
# Four colleagues propose a switch. Each has an argument.

# %% nbgrader={"grade_id": "setup-switches", "locked": true}
def checks_now(gap, v, v_lead, pending, wanted):
    """It would be enough to brake now, so the controller may go on."""
    return v**2 / (2 * (BRAKE - PUSH)) <= gap + v_lead**2 / (2 * LEAD_BRAKE)


def ignores_delay(gap, v, v_lead, pending, wanted):
    """The wanted command acts for a step, at its worst; then we brake."""
    way, v = advance(v, wanted + PUSH)
    return way + v**2 / (2 * (BRAKE - PUSH)) <= gap + v_lead**2 / (2 * LEAD_BRAKE)


def ignores_disturbance(gap, v, v_lead, pending, wanted):
    """Pending, then wanted, then brakes, as the commands say."""
    room = gap + v_lead**2 / (2 * LEAD_BRAKE)
    for command in (pending, wanted):
        way, v = advance(v, command)
        room = room - way
    return v**2 / (2 * BRAKE) <= room


def leader_like_us(gap, v, v_lead, pending, wanted):
    """Pending, then wanted, at their worst; the leader brakes no harder than we do."""
    worst = gap + v_lead**2 / (2 * BRAKE)
    for command in (pending + PUSH, wanted + PUSH):
        way, v = advance(v, command)
        worst = worst - way
    return worst >= v**2 / (2 * (BRAKE - PUSH))

# %% [markdown]
# **a. `break_switch(switch)`**: one scenario in which it lets you crash. The scenario must be fair:
# it starts with nothing pending (command 0), and from the start braking at once is safe, whatever
# the leader and the disturbance do.
#
# - `switch`: one of the four, a function as above
# - returns a dict with the numbers `"gap"`, `"v"`, `"v_lead"` (all at least 0) and the arrays
#   `"wanted"` in [-6, 2], `"disturbance"` in [-1, 1], `"lead"` in [-8, 2], all of shape (steps,)
#   with at most 600 steps
# - a crash is a gap below -0.001 m at the end of a step, by `play`
# - you may call `play` and the switch, and search; one scenario for all four is allowed
#
# <details><summary>Hint 1: where to look</summary>
# A long gap at the start is fair. Let the controller want full speed and the wind help it; the
# switch holds it back when it believes that it must.
# <details><summary>Hint 2: the idea</summary>
# The leader drives on for a while, then brakes as hard as it can, and stays. When it begins may
# matter: try some steps.
# <details><summary>Hint 3: nearly the code</summary>
# A hundred scenarios at once, one per column: <code>lead = np.where(np.arange(200)[:, None] <
# np.arange(100), 0.0, -8.0)</code>, <code>most = np.full(lead.shape, 2.0)</code>, <code>push =
# np.ones(lead.shape)</code>, <code>least, _ = play(switch, 60.0, 10.0, 10.0, most, push,
# lead)</code>; return the dict of the column <code>least.argmin()</code>.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-switch", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_worst_way(v, first, second):
    """How far we come with two commands and then full braking, the wind always against us."""
    total, commands = 0.0, [first, second] + [-6.0] * 400
    for command in commands:
        a, stops = command + 1.0, v + (command + 1.0) * 0.2 < 0
        total += v * v / (-2 * a) if stops else v * 0.2 + a * 0.02
        v = 0.0 if stops else v + a * 0.2
        if v == 0 and command == -6.0:
            return total
    return total


def oracle_may(gap, v, v_lead, pending, wanted):
    """The exact answer, step by step, for numbers or arrays."""
    rows = np.broadcast_arrays(gap, v, v_lead, pending, wanted)
    return np.array([g + vl * vl / 16 >= oracle_worst_way(s, p, w)
                     for g, s, vl, p, w in zip(*(r.ravel().tolist() for r in rows), strict=True)])


def oracle_runs(seed, runs=60, steps=400):
    """Random starts that are fair, controllers that are random or reckless, rough leaders."""
    rng = np.random.default_rng(seed)
    v, v_lead = rng.uniform(0, 20, (2, runs))
    need = np.array([oracle_worst_way(s, 0.0, -6.0) for s in v]) - v_lead**2 / 16
    gap = np.maximum(need, 0) + rng.exponential(10, runs)
    wanted = rng.uniform(-6, 2, (steps, runs))
    wanted[:, ::2] = 2.0
    lead = np.repeat(rng.uniform(-8, 2, (steps // 10 + 1, runs)), 10, 0)[:steps]
    lead[rng.random(lead.shape) < 0.02] = -8.0
    return gap, v, v_lead, wanted, rng.choice((-1.0, 0.0, 1.0, 1.0), (steps, runs)), lead


def oracle_fair(scenario, n):
    """What is wrong with a scenario, or nothing."""
    gap, v, v_lead = (float(scenario[key]) for key in ("gap", "v", "v_lead"))
    if min(gap, v, v_lead) < 0 or gap + v_lead**2 / 16 < oracle_worst_way(v, 0.0, -6.0):
        return "from your start even braking at once may not be enough"
    limits = {"wanted": (-6, 2), "disturbance": (-1, 1), "lead": (-8, 2)}
    for key, (low, high) in limits.items():
        row = np.asarray(scenario[key], float)
        if row.shape != (n,) or row.min() < low or row.max() > high:
            return f"{key} must hold {n} numbers in [{low}, {high}]"
    return ""
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_5-break", "solution": true}
def break_switch(switch):
    """A fair scenario in which this switch lets the car crash: a dict of numbers and arrays."""
    ### BEGIN SOLUTION
    lead = np.where(np.arange(200)[:, None] < np.arange(60), 0.0, -8.0)
    wanted, push = np.full(lead.shape, 2.0), np.ones(lead.shape)
    least, _ = play(switch, 60.0, 12.0, 12.0, wanted, push, lead)
    run = int(least.argmin())
    return {"gap": 60.0, "v": 12.0, "v_lead": 12.0, "wanted": wanted[:, run],
            "disturbance": push[:, run], "lead": lead[:, run]}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_5-break-test", "points": 3}
@exercise("7.5")
def test_break_switch():
    """The scenario of each switch is played: it must be fair, and it must end in a crash."""
    for switch in (checks_now, ignores_delay, ignores_disturbance, leader_like_us):
        scenario = break_switch(switch)
        expect(isinstance(scenario, dict) and {"gap", "v", "v_lead", "wanted", "disturbance",
                                               "lead"} <= set(scenario),
               "break_switch must return a dict with gap, v, v_lead, wanted, disturbance and lead; "
               f"yours is {type(scenario).__name__}", "no-scenario")
        rows = {key: np.asarray(scenario[key], float) for key in ("wanted", "disturbance", "lead")}
        n = rows["wanted"].size
        limits = {"wanted": (-6, 2), "disturbance": (-1, 1), "lead": (-8, 2)}
        for key, (low, high) in limits.items():
            expect(rows[key].shape == (n,) and 1 <= n <= 600, f"{key} must have shape (steps,), at "
                   f"most 600 steps; yours: {rows[key].shape}", "wrong-shape")
            expect(rows[key].min() >= low and rows[key].max() <= high,
                   f"{key} must stay in [{low}, {high}]", "outside-limits")
        gap, v, v_lead = (expect_number(scenario[key], key) for key in ("gap", "v", "v_lead"))
        # the way of "pending 0 at worst, then full braking at worst", in closed form
        fast = v + 0.2
        way = (v + fast) / 2 * 0.2 + fast**2 / 10
        expect(min(gap, v, v_lead) >= 0 and gap + v_lead**2 / 16 >= way,
               f"not fair: from gap {gap:g}, v {v:g}, v_lead {v_lead:g} even braking at once may "
               "not be enough", "unfair-start")
        least, _ = play(switch, gap, v, v_lead, *(row[:, None] for row in rows.values()))
        expect(least[0] < -0.001, f"{switch.__name__} survives your scenario: the smallest gap is "
               f"{least[0]:.3f} m", "survives")
    ### BEGIN HIDDEN TESTS
    for switch in (checks_now, ignores_delay, ignores_disturbance, leader_like_us):
        scenario = break_switch(switch)
        wrong = oracle_fair(scenario, np.asarray(scenario["wanted"]).size)
        expect(not wrong, f"the scenario for {switch.__name__} is not fair: {wrong}",
               "unfair-start")
    ### END HIDDEN TESTS


test_break_switch()
print("7.5a: visible checks passed")

# %% [markdown]
# **b. `may_act(gap, v, v_lead, pending, wanted)`**: a switch that nothing within the stated limits
# can break, and that does not simply say no.
#
# - numbers, or arrays of one shape; returns a bool, or a bool array of that shape
#
# *Why one formula can be enough.* Suppose the worst happens: pending, wanted and then full braking
# act on us, each with a push of +1, and the leader brakes at 8 from now on. (i) Under this worst
# case the leader's speed minus ours falls until the leader stands, because we brake at 5 at best
# and it at 8; after that the gap can only shrink. So the gap first may grow, then shrinks: it is
# smallest at the start or at the end, when both stand, and only the end needs checking. (ii) Any
# other push and any other leader leave us, at every moment, no further ahead and the leader no
# further back than in the worst case. (iii) If the test holds for (pending, wanted) now, then in
# the next step it holds for (wanted, brake): the switch can always say brake. Point (i) would
# fail if the leader's limit, 8, were below our 5: then the gap could be smallest on the way, and a
# formula about the end would be no proof.
#
# <details><summary>Hint 1: where to look</summary>
# Where does the leader stand at last, if it brakes at 8? And we?
# <details><summary>Hint 2: the idea</summary>
# Our way is that of three pieces: a step with pending, a step with wanted, and braking to a stop.
# In each the wind pushes with +1. Each of the four above forgets something.
# <details><summary>Hint 3: nearly the code</summary>
# <code>d1, u = advance(v, pending + PUSH)</code>,
# <code>d2, u = advance(u, wanted + PUSH)</code>, then <code>return d1 + d2 + u ** 2 / (2 * (BRAKE -
# PUSH)) <= gap + v_lead ** 2 / (2 * LEAD_BRAKE)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_5-may", "solution": true}
def may_act(gap, v, v_lead, pending, wanted):
    """Whether the wanted command can become pending without any risk; bool, elementwise."""
    ### BEGIN SOLUTION
    ours = 0.0
    for command in (pending, wanted):
        way, v = advance(v, command + PUSH)
        ours = ours + way
    ours = ours + v * v / 2 / (BRAKE - PUSH)
    theirs = gap + v_lead * v_lead / 2 / LEAD_BRAKE
    return theirs >= ours
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_5-may-test", "points": 5}
@exercise("7.5")
def test_may_act():
    """States in which one piece of the worst case decides, drives, and room to act."""
    cases = [
        ((5.2, 8.0, 0.0, -6.0, -6.0), "the two steps take 1.5 and 1.3 m, the stop after them "
         "another 3.6 m", "forgets-way"),
        ((21.0, 15.0, 0.0, -6.0, -6.0), "the push of +1 acts all the way, against the brakes too: "
         "they take 5 m/s^2 off, not 6", "ignores-disturbance"),
        ((11.0, 10.0, 0.0, 2.0, -6.0), "the pending command, +2, acts for a whole step before "
         "yours can", "ignores-pending"),
        ((9.0, 8.0, 0.0, 0.0, 2.0), "the wanted command acts for a whole step before the brakes "
         "can", "ignores-wanted"),
        ((20.0, 20.0, 20.0, 0.0, 0.0), "the leader may brake at 8, harder than we can",
         "leader-too-gentle"),
        ((16.0, 10.0, 0.0, 2.0, 2.0), "in the worst case it takes 17.9 m to stop, of 16",
         "not-the-worst-case"),
        ((12.93, 10.0, 0.0, 2.0, -6.0), "the push of +1 acts in the steps of pending and wanted, "
         "too: it takes 13.3 m to stop", "ignores-disturbance"),
        ((13.1, 10.0, 0.0, 2.0, -6.0), "pending acts first, then wanted: in this order it takes "
         "13.3 m to stop", "swapped-commands"),
    ]
    for state, why, name in cases:
        told = "gap {:g}, v {:g}, v_lead {:g}, pending {:g}, wanted {:g}".format(*state)
        got = may_act(*state)
        expect(got is not None, "your function returned None: is there a return?", "none")
        expect(not bool(np.asarray(got).all()), f"{told}: your switch says yes; {why}", name)
    states = [*np.array([case[0] for case in cases]).T]
    with untouched(*states):
        got = np.asarray(may_act(*states))
    expect(got.shape == (8,), f"for arrays of shape (8,) return shape (8,); yours: {got.shape}",
           "wrong-shape")
    for state, why in (((10.6, 10.0, 0.0, -6.0, -6.0), "both commands brake already: even with the "
                        "wind it takes 10 m"),
                       ((25.0, 20.0, 20.0, 0.0, 0.0), "the leader's own way, 25 m, counts for "
                        "you")):
        told = "gap {:g}, v {:g}, v_lead {:g}, pending {:g}, wanted {:g}".format(*state)
        expect(bool(np.asarray(may_act(*state)).all()), f"{told}: your switch says no; {why}",
               "too-shy")
    lead = np.repeat(np.array([[0.0] * 50 + [-8.0] * 100, [2.0] * 30 + [-8.0] * 120]).T, 2, 1)
    least, _ = play(may_act, 60.0, 15.0, 15.0, np.full((150, 4), 2.0),
                    np.tile([1.0, 0.0, 1.0, -1.0], (150, 1)), lead)
    expect(least.min() > -1e-6, f"a drive with your switch ends {-least.min():.2f} m inside the "
           "leader", "crash")
    free = may_act(np.array([200.0]), np.array([10.0]), np.array([10.0]), np.array([0.0]),
                   np.array([2.0]))
    expect(free is not None, "your function returned None: is there a return?", "none")
    expect(bool(np.asarray(free).all()), "with 200 m to the leader the controller may do what it "
           "wants; your switch says no", "too-shy")
    ### BEGIN HIDDEN TESTS
    for seed in range(3):
        least, _ = play(may_act, *oracle_runs(seed))
        expect(least.min() > -1e-6, f"{(least < -1e-6).sum()} of 60 drives end in a crash, the "
               f"worst {-least.min():.2f} m inside the leader", "crash")
    rng = np.random.default_rng(755)
    states = rng.uniform((0, 0, 0, -6, -6), (60, 25, 25, 2, 2), (2500, 5)).T
    got, truth = np.asarray(may_act(*states), bool), oracle_may(*states)
    bad = np.flatnonzero(got & ~oracle_may(states[0] + 1e-6, *states[1:]))
    told = "; ".join(f"{value:.3f}" for value in states[:, bad[0]]) if len(bad) else ""
    expect(not len(bad), f"in {len(bad)} of 2,500 states your switch says yes and the worst case "
           f"is a crash, for example (gap; v; v_lead; pending; wanted) = ({told})", "unsafe-state")
    share = got[truth].mean()
    expect(share >= 0.6, f"of {truth.sum()} random states in which yes is safe your switch says "
           f"yes in {share:.0%}", "too-shy")
    ### END HIDDEN TESTS


test_may_act()
print("7.5b: visible checks passed")

# %% id="switch-demo" tags=["demo"]
def hard_drives(seed, runs=100, steps=600):
    """Reckless controllers behind a leader that brakes hard now and then."""
    rng = np.random.default_rng(seed)
    lead = np.repeat(rng.uniform(-2, 2.5, (steps // 10, runs)).clip(-8, 2), 10, 0)
    for start in (150, 350, 550):
        lead[start : start + 50] = -8.0
    wanted = np.where(rng.random((steps, runs)) < 0.5, 2.0, rng.uniform(-6, 2, (steps, runs)))
    return 60.0, 10.0, 12.0, wanted, np.full((steps, runs), 1.0), lead


switches = {"may_act": may_act, "checks now": checks_now, "ignores delay": ignores_delay,
            "ignores disturbance": ignores_disturbance, "leader like us": leader_like_us}
for name, switch in switches.items():
    played = [play(switch, *hard_drives(seed)) for seed in range(5)]
    crashed = [(least < -0.001).mean() for least, _ in played]
    print(f"{name}: crash in {min(crashed):.0%} to {max(crashed):.0%} of 100 drives (5 seeds)")
    if not max(crashed):  # after a crash a share of steps would mean nothing
        print(f"  the controller had its way in {np.mean([a for _, a in played]):.0%} of all steps")

# %% [markdown]
# Yours never crashed in these 500 drives; but that is not why you may trust it. The drives could
# only have refuted it. The proof covers all drives, as far as its assumptions reach: a disturbance
# of at most 1, a delay of one step, a leader that brakes at 8 at most, and gap and speeds that are
# measured without error. Outside of these it says nothing.
#
# ## Exercise 7.6: your safety case (4 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: this is how such sentences arrive.
#
# A supplier writes: "(1) Each look misses 1 object in 100, and we look ten times, so we miss one in
# $10^{20}$. (2) The mean latency is 12 ms. (3) An early exit keeps it fast. (4) A monitor watches
# the accuracy. (5) A proven switch stands behind the planner."
#
# Which of the first four would you not sign, and what would you ask to be measured instead? And
# what does the fifth rest on?
#
# <details><summary>Hint 1: where to look</summary>
# Each of the sentences met its counterexample above.
# <details><summary>Hint 2: the idea</summary>
# Ask of each number: over what was it taken, and who chooses the inputs?
# <details><summary>Hint 3: nearly the words</summary>
# "(1) assumes that looks at one object are independent; I would ask for the share of objects that
# ten looks all miss. (2) A mean is ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex7_6-case", "solution": true, "points": 4}
# ### BEGIN SOLUTION
# (1) multiplies looks at the same object, which fail together: ask for the measured share of
# objects that all ten looks miss. (2) is no deadline: ask for the p99.9 from the planned sending
# times, or for a bound given how many requests may arrive. (3) and (4): what it costs depends on
# the input, an attacker can make every input expensive, and accuracy does not show it; ask for the
# worst case, or a cap and the accuracy under the cap. (5) rests on a bound for the disturbance,
# the delay, the leader's braking and exact measurements; outside of them it says nothing.
#
# Rubric:
#
# - 1 point: looks at one object are not independent; asks for all-miss on the same objects
# - 1 point: a mean is no deadline; asks for a tail from planned times, or a bound from arrivals
# - 1 point: the cost of an exit depends on the input and can be attacked, accuracy does not show
#   it; asks for the worst case or a cap, and says what the cap costs
# - 1 point: names one assumption of the switch's proof, and what follows outside it
#
# Sample A (4/4): "(1) No: the same sign is missed ten times. Show me how many signs were missed by
# all ten looks. (2) Show p99.9 against the time the frame was due. (3)+(4) I can make it slow while
# its accuracy stays; cap it and show the accuracy then. (5) only if the leader brakes at most at 8;
# with ice or a wrong radar it proves nothing."
#
# Sample B (1/4): "(1) is fine if it was measured. (2) I would ask for the maximum instead of the
# mean, measured from when each frame was due. (3) is fine. (4) is good practice. (5) a proof is a
# proof."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 85 minutes: exercises 7.7 to 7.11.

# %% [markdown]
# ## Exercise 7.7: what a look costs (5 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Deeper: nothing depends on it · Why: seconds belong to a
# machine, operations to the network.
#
# **a. `macs(model, x)`**: the multiply-adds that the `nn.Conv2d` and `nn.Linear` layers of `model`
# do for **one** example of the batch `x`. One multiply-add per weight and per place at which the
# weight is used; biases and other layers count nothing.
#
# - `x`: (n, ...), n at least 1; a Linear layer may be given (n, T, d): it is used T times
# - the model is in eval mode and keeps no hook of yours; returns a whole number
#
# <details><summary>Hint 1: where to look</summary>
# The number of weights is not enough: a convolution uses each weight at every place of its output.
# <details><summary>Hint 2: the idea</summary>
# A forward hook sees each layer's output. Places per example: the output's numbers, divided by the
# batch size and by the output channels (or features). Times the layer's number of weights.
# <details><summary>Hint 3: nearly the code</summary>
# <code>counts = []</code>; a hook <code>lambda layer, given, out:
# counts.append(layer.weight.numel() * out.numel() // layer.weight.shape[0] // len(x))</code> on
# each such layer of <code>model.modules()</code>; keep the handles, run <code>model(x)</code>
# without gradients, call <code>handle.remove()</code> on each, <code>return sum(counts)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-macs", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_macs(model, x):
    """PyTorch's own counter of floating-point operations, two per multiply-add."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    return counter.get_total_flops() / 2 / len(x)


def oracle_networks():
    """Stride, padding, groups, bias or none, sequences, batches."""
    yield models.cnn(), torch.rand(3, 1, 28, 28)
    yield nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), nn.ReLU(),
                        nn.Conv2d(6, 5, (2, 3), bias=False)), torch.rand(2, 4, 9, 11)
    twice = nn.Linear(6, 6)
    yield nn.Sequential(twice, nn.Tanh(), twice, nn.Linear(6, 2)), torch.rand(2, 7, 6)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_7-macs", "solution": true}
def macs(model, x):
    """Multiply-adds of the Conv2d and Linear layers for one example of x: a whole number."""
    ### BEGIN SOLUTION
    total = 0

    def count(layer, _, out):
        nonlocal total
        kernel = layer.kernel_size if isinstance(layer, nn.Conv2d) else (1,)
        inside = layer.in_channels // layer.groups if len(kernel) == 2 else layer.in_features
        total += out[0].numel() * inside * math.prod(kernel)

    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    handles = [layer.register_forward_hook(count) for layer in layers]
    try:
        with torch.no_grad():
            model(x)
    finally:
        for handle in handles:
            handle.remove()
    return total
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_7-macs-test", "points": 3}
@exercise("7.7")
def test_macs():
    """A convolution with 2 output channels on 6 by 6 pixels, then a linear layer."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32, 5)).eval()
    with untouched(model):
        got = expect_number(macs(model, torch.zeros(4, 1, 6, 6)), "macs")
    expect(got != 18 + 160, "these are the weights: the convolution uses each of its 18 at 16 "
           "places", "counts-weights")
    expect(got != 2 * 448, "a multiplication and an addition are one multiply-add", "counts-flops")
    expect(got != 4 * 448, "count one example of the batch, not all four", "counts-batch")
    expect(got != 18 * 36 + 160, "the output has 4 by 4 places, the input 6 by 6: count where the "
           "weights are used", "input-size")
    expect(got == 448, f"18 weights at 16 places and 160 at one are 448; yours: {got:g}")
    again = nn.Linear(2, 2)
    nested = nn.Sequential(nn.Sequential(nn.Linear(3, 2), nn.ReLU()), again, again)
    got = expect_number(macs(nested, torch.zeros(1, 3)), "macs")
    expect(got != 10, "a layer that is used twice counts twice", "used-once")
    expect(got == 14, f"layers inside of layers count, too: 14; yours: {got:g}", "children-only")
    grouped = nn.Conv2d(4, 4, (1, 2), groups=2)
    got = expect_number(macs(grouped, torch.zeros(1, 4, 3, 4)), "macs")
    expect(got != 72, "this kernel is 1 by 2: a kernel need not be square", "square-kernel")
    expect(got == 144, "with two groups each output channel sees 2 of 4 inputs: 16 weights at 9 "
           f"places are 144; yours: {got:g}", "ignores-groups")
    got = expect_number(macs(nn.Linear(3, 2), torch.zeros(2, 5, 3)), "macs")
    expect(got == 30, f"a Linear layer on 5 positions is used five times: 30; yours: {got:g}",
           "linear-once")
    ### BEGIN HIDDEN TESTS
    for model, x in oracle_networks():
        got, truth = expect_number(macs(model, x), "macs"), oracle_macs(model, x)
        expect(got == truth, f"a hidden network needs {truth:g} multiply-adds; yours: {got:g}",
               "other-networks")
    ### END HIDDEN TESTS


test_macs()
print("7.7a: visible checks passed")

# %% [markdown]
# **b. `accumulated_gradient(model, parts)`**: the batch does not fit into memory, so it comes in
# pieces. The gradient of the mean cross-entropy over *all* examples, from one piece at a time.
#
# - `parts`: a list of (x, y), of **unequal** sizes
# - returns a list of tensors, one per parameter, in the order of `model.parameters()`
# - the model's `.grad` stay as they were; this works for models whose examples do not see each
#   other (no batch norm)
#
# Trainers have got this wrong: the Hugging Face `transformers` library normalised each piece by
# itself until late in 2024 (pull request 34191).
#
# <details><summary>Hint 1: where to look</summary>
# A mean of means is not the mean when the pieces differ in size.
# <details><summary>Hint 2: the idea</summary>
# Add up the gradients of the <em>sums</em> of the loss; divide by the number of examples at the
# end.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = sum(len(y) for _, y in parts)</code>; for each part
# <code>torch.autograd.grad(F.cross_entropy(model(x), y, reduction="sum") / n,
# list(model.parameters()))</code>; return the sums of these, parameter by parameter, with
# <code>[sum(pieces) for pieces in zip(*all_grads)]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_7-accumulate", "solution": true}
def accumulated_gradient(model, parts):
    """The gradient of the mean loss over all parts, one part in memory at a time."""
    ### BEGIN SOLUTION
    parameters = list(model.parameters())
    total = [torch.zeros_like(p) for p in parameters]
    for x, y in parts:
        loss = F.cross_entropy(model(x), y)
        gradients = torch.autograd.grad(loss, parameters)  # not-an-answer: of one piece only
        total = [t + len(y) * g for t, g in zip(total, gradients, strict=True)]
    return [t / sum(len(y) for _, y in parts) for t in total]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_7-accumulate-test", "points": 2}
@exercise("7.7")
def test_accumulated_gradient():
    """Pieces of 1, 6 and 2 examples; whole means the gradient of all nine at once."""
    g, net = torch.Generator().manual_seed(0), models.mlp(5, 4, 3, dtype=torch.float64)
    model = nn.Sequential(nn.AdaptiveAvgPool1d(5), net)  # takes rows of any length
    parts = [(torch.randn(n, 9 - n, generator=g, dtype=torch.float64), torch.arange(n) % 3)
             for n in (1, 6, 2)]  # each of another length: one tensor cannot hold them all
    means = [torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters()))
             for x, y in parts]
    whole = [(one + 6 * six + 2 * two) / 9 for one, six, two in zip(*means, strict=True)]
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    with untouched(model, *(x for x, _ in parts)):
        got = accumulated_gradient(model, parts)
    expect(isinstance(got, list | tuple), "return a list of tensors, one per parameter; yours: "
           f"{type(got).__name__}", "no-list")
    expect(len(got) == 4, f"this model has 4 parameters; your list has {len(got)}", "no-list")
    bias = expect_tensor(got[-1], (3,), "the last gradient")
    added = sum(mean[-1] for mean in means)
    expect(not torch.allclose(bias, added), "you added up the gradients of three means: the "
           "result is as if there were three batches", "sum")
    expect(not torch.allclose(bias, added / 3), "a mean of means lets the single example of "
           "the first piece count as much as the six of the second", "mean-of-means")
    expect(not torch.allclose(bias, 9 * whole[-1]), "this is the gradient of the sum of the loss, "
           "not of its mean", "no-mean")
    for mine, truth in zip(got, whole, strict=True):
        mine = expect_tensor(mine, tuple(truth.shape), "a gradient")
        expect(torch.allclose(mine, truth, atol=1e-9), "a gradient is "
               f"{(mine - truth).abs().max():.2g} away from that of the whole batch", "not-whole")
    ### BEGIN HIDDEN TESTS
    for sizes in ((4,), (1, 1, 8), (3, 2, 2, 9)):
        n, g = sum(sizes), torch.Generator().manual_seed(len(sizes))
        model = models.mlp(4, 6, 5, generator=g, dtype=torch.float64)
        x = torch.randn(n, 4, generator=g, dtype=torch.float64)
        y = torch.randint(0, 5, (n,), generator=g)
        whole = torch.autograd.grad(F.cross_entropy(model(x), y), list(model.parameters()))
        parts = list(zip(x.split(sizes), y.split(sizes), strict=True))
        for mine, truth in zip(accumulated_gradient(model, parts), whole, strict=True):
            mine = expect_tensor(mine, tuple(truth.shape), "a gradient")
            expect(torch.allclose(mine, truth, atol=1e-9), f"pieces of {sizes}: a gradient is "
                   f"{(mine - truth).abs().max():.2g} away from that of the whole batch",
                   "mean-of-means")
    ### END HIDDEN TESTS


test_accumulated_gradient()
print("7.7b: visible checks passed")

# %% id="cost-demo" tags=["demo"]
small_cost, big_cost = macs(fast, exam.x[:1]), macs(slow, exam.x[:1])
print(f"small network {small_cost:,} multiply-adds, big one {big_cost:,}: "
      f"{small_cost / big_cost:.2%}")

# %% [markdown]
# ## Exercise 7.8: the largest batch (2 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Deeper: nothing depends on it · Why: batches make a service
# faster and each answer later.
#
# Write `largest_batch(period, fixed, per_item, deadline)`. One request arrives every `period`. A
# batch of n starts when its last request is there, and takes `fixed + n * per_item`. It must be
# over before the next batch is full (service at most `n * period`), and its **oldest** request
# must be answered within `deadline`.
#
# - all numbers above 0; returns the largest such n, or 0 if there is none
#
# <details><summary>Hint 1: where to look</summary>
# How long does the first request of a batch wait for the last?
# <details><summary>Hint 2: the idea</summary>
# Two conditions on n; the first rules out small n, the second large ones. Try them all.
# <details><summary>Hint 3: nearly the code</summary>
# <code>best, n = 0, 1</code>; <code>while (n - 1) * period + fixed + n * per_item <=
# deadline:</code> if <code>fixed + n * per_item <= n * period</code> set <code>best = n</code>;
# then <code>n += 1</code>; at the end <code>return best</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_8-batch", "solution": true}
def largest_batch(period, fixed, per_item, deadline):
    """The largest batch that keeps up and whose oldest request is in time; 0 if none."""
    ### BEGIN SOLUTION
    n = math.floor((deadline + period - fixed) / (period + per_item) + 1e-9)
    return n if n >= 1 and fixed + n * per_item <= n * period + 1e-9 else 0
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_8-batch-test", "points": 2}
@exercise("7.8")
def test_largest_batch():
    """A request every 2 s; a batch takes 8 s and half a second per request."""
    got = expect_number(largest_batch(2.0, 8.0, 0.5, 40.0), "largest_batch")
    expect(got != 64, "the oldest request waits until the batch is full", "ignores-filling")
    expect(got != 12, "the oldest request waits for n - 1 others, not for n", "full-period")
    expect(got != 6, "this is the smallest batch that keeps up; the largest is wanted", "smallest")
    expect(got == 13, f"24 s of filling and 14.5 s of service fit into 40: 13; yours: {got:g}")
    got = expect_number(largest_batch(2.0, 8.0, 0.5, 20.0), "largest_batch")
    expect(got == 0, f"within 20 s a batch of 5 would be answered, but it does not keep up: 0; "
           f"yours: {got:g}", "cannot-keep-up")
    for case in ((2.0, 8.0, 0.5, 3.0), (1.0, 2.0, 2.0, 40.0)):
        got = expect_number(largest_batch(*case), "largest_batch")
        expect(got == 0, f"period, fixed, per_item, deadline {case}: no batch is in time and keeps "
               f"up: 0; yours: {got:g}", "none-fits")
    got = expect_number(largest_batch(2.0, 3.0, 0.5, 7.0), "largest_batch")
    expect(got == 2, "a batch of 2 takes 4 s, exactly as long as the next takes to fill: it keeps "
           f"up; yours: {got:g}", "strict")
    got = expect_number(largest_batch(2.0, 8.0, 0.5, 39.5 - 1), "largest_batch")
    expect(got == 13, f"answered exactly at the deadline (38.5 s) is in time: 13; yours: {got:g}",
           "strict")
    got = expect_number(largest_batch(0.25, 1.0, 0.125, 1000.0), "largest_batch")
    expect(got == 2664, "a request every 0.25 s, 1 s and 0.125 s per request: 1,000 s allow "
           f"2,664; yours: {got:g}", "too-few-tried")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(781)
    ties = [(2.0, 3.0, 0.5, 7.0), (1.0, 3.0, 0.25, 100.0), (4.0, 4.0, 2.0, 10.0),
            (0.5, 1.0, 0.125, 100.0)]
    cases = (rng.integers(1, (9, 40, 9, 200), (200, 4)) / 4).tolist()
    for period, fixed, per_item, deadline in (*ties, *cases):
        truth = max((n for n in range(1, 300) if fixed + n * per_item <= n * period
                     and (n - 1) * period + fixed + n * per_item <= deadline), default=0)
        got = expect_number(largest_batch(period, fixed, per_item, deadline), "largest_batch")
        expect(got == truth, f"largest_batch({period:g}, {fixed:g}, {per_item:g}, {deadline:g}) is "
               f"{truth}; yours: {got:g}", "other-arguments")
    ### END HIDDEN TESTS


test_largest_batch()
print("7.8: visible checks passed")

# %% [markdown]
# ## Exercise 7.9: which checks fit? (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: the paper's "speed against
# thorough checks", made exact.
#
# Write `best_checks(cost, detect, budget)`: the set of checks that finds a fault most often.
# Check i costs `cost[i]` milliseconds (a whole number, at least 1) and finds a fault with
# probability `detect[i]`, independently of the others (Exercise 7.2 says what to think of that).
# The whole must cost at most `budget`.
#
# - `cost`, `detect`: lists of equal length, at most 12; `budget`: a whole number
# - returns a list of different indices (which list, if several are best, does not matter)
#
# <details><summary>Hint 1: where to look</summary>
# Taking the best ratio first is not always best. Twelve checks have 4,096 subsets.
# <details><summary>Hint 2: the idea</summary>
# A fault is missed when all chosen checks miss it: the product of <code>1 - p</code>. The smaller,
# the better.
# <details><summary>Hint 3: nearly the code</summary>
# <code>sets = [s for r in range(len(cost) + 1) for s in combinations(range(len(cost)), r) if
# sum(cost[i] for i in s) <= budget]</code>, then <code>return list(min(sets, key=lambda s:
# math.prod(1 - detect[i] for i in s)))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_9-checks", "solution": true}
def best_checks(cost, detect, budget):
    """Indices of the checks within budget that find a fault most often."""
    ### BEGIN SOLUTION
    best = {0: (1.0, ())}  # what is spent -> the smallest chance to miss, and how
    for i, (price, p) in enumerate(zip(cost, detect, strict=True)):
        for spent, (miss, chosen) in list(best.items()):
            offer = (miss * (1 - p), (*chosen, i))
            if spent + price <= budget and offer[0] < best.get(spent + price, (2.0,))[0]:
                best[spent + price] = offer
    return list(min(best.values())[1])
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-checks", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_miss(cost, detect, budget):
    """The smallest chance to miss, over all subsets by their bits."""
    n, found = len(cost), 1.0
    for bits in range(2**n):
        inside = [i for i in range(n) if bits >> i & 1]
        if sum(cost[i] for i in inside) <= budget:
            found = min(found, math.prod(1 - detect[i] for i in inside))
    return found
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex7_9-checks-test", "points": 3}
@exercise("7.9")
def test_best_checks():
    """Three checks of 6, 5 and 5 ms in 10 ms: the two cheaper ones together are best."""
    def chosen(cost, detect, budget):
        got = best_checks(list(cost), list(detect), budget)
        expect(isinstance(got, list | tuple), "best_checks must return a list; it returned "
               f"{type(got).__name__}", "no-list")
        expect(all(i in range(len(cost)) for i in got), f"{list(got)} are not indices of "
               f"{len(cost)} checks", "no-indices")
        expect(len(set(got)) == len(got), f"{list(got)}: the same check twice finds nothing new",
               "same-check-twice")
        price = sum(cost[int(i)] for i in got)
        expect(price <= budget, f"your checks cost {price} ms; the budget is {budget}",
               "over-budget")
        return sorted(int(i) for i in got)

    got = chosen((2, 3), (0.5, 0.5), 5)
    expect(got == [0, 1], f"both checks cost exactly the budget: take both; yours: {got}",
           "leaves-one-out")
    got = chosen((6, 5, 5), (0.65, 0.5, 0.5), 10)
    expect(got != [0], "the best check alone leaves 4 ms unused and finds 65 %; two others find "
           "75 %", "greedy")
    expect(got == [1, 2], f"checks 1 and 2 find 75 %; yours: {got}")
    got = chosen((4, 4, 8), (0.6, 0.6, 0.9), 8)
    expect(got == [2], f"two checks of 60 % find 84 %, not 120 %; the one of 90 % is better; "
           f"yours: {got}", "sum-of-p")
    got = chosen((5, 3, 9, 2), (0.8, 0.8, 0.9, 0.5), 15)
    expect(got == [1, 2, 3], "checks 1, 2 and 3 cost 14 of 15 ms and find 99 %; taking the best, "
           "the "
           f"cheapest or the best per ms first ends at 98 %; yours: {got}", "greedy")
    expect(chosen((3,), (0.9,), 2) == [], "nothing fits: return an empty list", "over-budget")
    got = chosen((2, 3), (0.9, 1.0), 4)
    expect(got == [1], f"a check that finds every fault is best; yours: {got}", "certain-check")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(791)
    for n in (1, 5, 7, 8, 8, 8):
        for _ in range(5):
            cost, detect = rng.integers(1, 12, n).tolist(), rng.uniform(0.05, 0.95, n).tolist()
            budget = int(rng.integers(1, 25))
            got = chosen(cost, detect, budget)
            miss, truth = math.prod(1 - detect[i] for i in got), oracle_miss(cost, detect, budget)
            expect(miss <= truth + 1e-9, f"{n} checks, budget {budget}: yours find {1 - miss:.4f}, "
                   f"the best {1 - truth:.4f}", "greedy")
    ### END HIDDEN TESTS


test_best_checks()
print("7.9: visible checks passed")

# %% [markdown]
# ## Exercise 7.10: quantise with a certificate (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: smaller numbers are
# faster. Does the decision stay the same? A bound says when it certainly does.
#
# The weights of a linear layer are rounded to multiples of `step`. Write `rounding_bound(step, x)`:
# for each input, the smallest number that no output can change by more than, whatever the weights.
#
# - `step` above 0; `x`: array, (n, d); returns an array of shape (n,)
#
# <details><summary>Hint 1: where to look</summary>
# By how much can rounding change one weight? And which signs of the changes are the worst for x?
# <details><summary>Hint 2: the idea</summary>
# Each weight moves by at most half a step, in the worst case in the direction of its input's sign.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return step / 2 * np.abs(x).sum(1)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_10-bound", "solution": true}
def rounding_bound(step, x):
    """The largest change of an output of a linear layer under rounding to step: (n, d) -> (n,)."""
    ### BEGIN SOLUTION
    return 0.5 * step * np.linalg.norm(x, 1, axis=1)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_10-bound-test", "points": 3}
@exercise("7.10")
def test_rounding_bound():
    """Weights just below half a step are all rounded down to 0."""
    x = np.array([[3.0, -4.0], [1.0, 1.0], [0.0, 0.0]])
    got = expect_array(rounding_bound(0.5, x.copy()), (3,), "rounding_bound")
    expect(got[0] > 0.26, f"signs do not help: with weights 0.2499 and -0.2499, both rounded to 0, "
           f"the output for (3, -4) changes by 1.7493; your bound: {got[0]:.4f}", "signed-sum")
    expect(not np.allclose(got, [1, 0.25, 0]), "the largest input alone does not bound the "
           "sum of both", "max-not-sum")
    expect(abs(got[0] - 1.25) > 1e-6, "with the length of x (5) the bound is 1.25; with weights "
           "0.2499 and -0.2499 the output changes by 1.7493", "two-norm")
    expect(abs(got[0] - 3.5) > 1e-6, "rounding moves a weight by half a step at most, not by a "
           "whole one", "full-step")
    expect(np.allclose(got, [1.75, 0.5, 0.0]), f"the bounds are 1.75, 0.5 and 0; yours: "
           f"{got.tolist()}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(7101)
    for n, d, step in ((1, 1, 2.0), (5, 30, 0.1), (3, 400, 1 / 128)):
        x = rng.normal(size=(n, d))
        got = expect_array(rounding_bound(step, x.copy()), (n,), "rounding_bound")
        worst = np.sign(x) * step * 0.4999  # rounded to 0, all in the direction of x
        reached = (worst * x).sum(1)
        expect((reached <= got + 1e-9).all(), f"weights of a hidden case change the output by "
               f"{(reached - got).max():.4f} more than your bound", "two-norm")
        expect((reached >= 0.99 * got).all(), "your bound is larger than what rounding can do, by "
               f"a factor of {(got / reached).max():.2f}", "full-step")
    ### END HIDDEN TESTS


test_rounding_bound()
print("7.10: visible checks passed")

# %% id="quantise-demo" tags=["demo"]
linear = models.linear(generator=torch.Generator().manual_seed(0))
digits = data.sample(data.mnist("train"), 10_000, torch.Generator().manual_seed(1))
training.fit(linear, digits, epochs=4, generator=torch.Generator().manual_seed(2), progress=False)
weights = linear[1].weight.detach().numpy().astype(float)
bias = linear[1].bias.detach().numpy().astype(float)
x = exam.x.flatten(1).numpy().astype(float)
exact = x @ weights.T + bias
ordered = np.sort(exact, 1)
lead_of_first = ordered[:, -1] - ordered[:, -2]
for bits in (8, 6, 4, 3):
    step = 2 * np.abs(weights).max() / 2**bits
    rounded = x @ (np.round(weights / step) * step).T + bias
    bound = rounding_bound(step, x)
    certain = lead_of_first > 2 * bound
    same = exact.argmax(1) == rounded.argmax(1)
    print(f"{bits} bits: certainly unchanged {certain.mean():.1%}, unchanged {same.mean():.2%}; "
          f"largest change / bound {(np.abs(exact - rounded).max(1) / bound).max():.0%}; "
          f"broken promises {(certain & ~same).sum()}")

# %% [markdown]
# No promise was broken. The certificate speaks for 96 % of the digits at 8 bits and for 9 % at 3,
# where 98 % are in truth unchanged: on these weights the roundings do not conspire, and changes
# reach less than a third of the bound. A bound half as large would have passed this test, too: to
# see that a bound is right one needs the worst weights, not the usual ones.

# %% [markdown]
# ## Exercise 7.11: decode with a cache (3 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: language models are fast
# enough only since nobody computes the past again.
#
# A decoder gives out one token after the other, and each needs the attention to all before it.
# Below is the whole pass over a sequence; to get token $t + 1$ one could run it again over $t + 1$
# rows. What it computes for the first $t$ rows is the same as before: later rows never change
# earlier ones.

# %% nbgrader={"grade_id": "setup-decoder", "locked": true}
def draw_layers(depth, d, seed):
    """Layers of (query, key, value, output) matrices, each (d, d)."""
    rng = np.random.default_rng(seed)
    return [tuple(rng.normal(size=(4, d, d)) / d**0.5) for _ in range(depth)]


def whole_pass(layers, X):
    """All rows of X (n, d) through all layers; row i attends to the rows 0 to i. Returns (n, d)."""
    n, d = X.shape
    future = np.triu(np.full((n, n), -np.inf), 1)
    for to_query, to_key, to_value, to_output in layers:
        seen = (X @ to_query) @ (X @ to_key).T / d**0.5 + future
        share = np.exp(seen - seen.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        X = X + share @ (X @ to_value) @ to_output
    return X

# %% [markdown]
# **a. `cached_step(layers, x, cache)`**: one new row through all layers.
#
# - `x`: (d,), the new row; `cache`: a list with one pair (keys, values) for each layer, two arrays
#   (t, d) of the rows so far, t may be 0
# - returns a pair: the output row (d,), equal to the last row of the whole pass, and the new cache,
#   in which each array has one more row; `x` and the old arrays stay as they are
#
# <details><summary>Hint 1: where to look</summary>
# What of the earlier rows does the new row need, in each layer?
# <details><summary>Hint 2: the idea</summary>
# Only their keys and values. Compute the new row's, append them to the layer's own pair, and attend
# to all t + 1, itself included. The result is the next layer's new row.
# <details><summary>Hint 3: nearly the code</summary>
# For each layer <code>(q, k, v, o), (K, V)</code>: <code>K, V = np.vstack([K, x @ k]),
# np.vstack([V, x @ v])</code>; <code>s = K @ (x @ q) / len(x) ** 0.5</code>; <code>w = np.exp(s -
# s.max())</code>;
# <code>x = x + (w / w.sum()) @ V @ o</code>; append <code>(K, V)</code> to the new cache
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_11-step", "solution": true}
def cached_step(layers, x, cache):
    """The output (d,) of a new row x, and the cache with its keys and values."""
    ### BEGIN SOLUTION
    longer = []
    for (query, key, value, output), (keys, values) in zip(layers, cache, strict=True):
        keys = np.concatenate([keys, [key.T @ x]])
        values = np.concatenate([values, [value.T @ x]])
        longer.append((keys, values))
        asked = torch.from_numpy(keys @ (query.T @ x) * len(x) ** -0.5)
        x = x + output.T @ (values.T @ asked.softmax(0).numpy())
    return x, longer
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_11-step-test", "points": 2}
@exercise("7.11")
def test_cached_step():
    """A sequence of four rows through two layers, row by row."""
    def decoded(layers, X):
        cache, rows = [(X[:0].copy(), X[:0].copy()) for _ in layers], []
        for t, x in enumerate(X):
            with untouched(x):
                got = cached_step(layers, x, [(k.copy(), v.copy()) for k, v in cache])
            expect(isinstance(got, tuple | list) and len(got) == 2, "return a pair (output, cache)",
                   "no-pair")
            rows.append(expect_array(got[0], x.shape, "cached_step's output"))
            expect(len(got[1]) == len(layers), "the cache has a pair for each of the "
                   f"{len(layers)} "
                   f"layers; yours has {len(got[1])}", "cache-shared-by-layers")
            cache = [tuple(expect_array(part, (t + 1, len(x)), "an array of the cache")
                           for part in pair) for pair in got[1]]
        return np.array(rows), cache

    layers, X = draw_layers(2, 3, 0), np.random.default_rng(1).normal(size=(4, 3))
    rows, cache = decoded(layers, X)
    truth = whole_pass(layers, X)
    first = np.abs(cache[0][0] - X @ layers[0][1]).max()
    expect(first < 1e-9, "the first layer's keys are the rows times its key matrix", "other-keys")
    second = np.abs(cache[1][0] - X @ layers[1][1]).max()
    expect(second > 1e-9, "the second layer's keys come from what the first layer makes of the "
           "rows, "
           "not from the rows", "cache-of-inputs")
    expect(np.abs(rows[0] - X[0]).max() > 1e-9, "your first row stays as it is: each row attends "
           "to itself, too", "forgets-itself")
    expect(np.abs(rows[0] - truth[0]).max() < 1e-9, "all shares of the first row are its own; it "
           f"becomes {np.round(truth[0], 5).tolist()}; yours: {np.round(rows[0], 5).tolist()}",
           "other-first-row")
    expect(np.abs(rows - truth).max() < 1e-9, f"row {int(np.abs(rows - truth).max(1).argmax())} "
           "is off "
           f"by {np.abs(rows - truth).max():.4f} from the whole pass", "other-attention")
    ### BEGIN HIDDEN TESTS
    for depth, d, n, seed in ((1, 2, 6, 3), (3, 4, 9, 4), (4, 8, 5, 5)):
        layers = draw_layers(depth, d, seed)
        X = np.random.default_rng(seed).normal(size=(n, d)) * 3
        off = np.abs(decoded(layers, X)[0] - whole_pass(layers, X)).max()
        expect(off < 1e-6, f"{depth} layers, {n} rows of {d}: off by {off:.5f} from the whole pass",
               "other-attention")
    ### END HIDDEN TESTS


test_cached_step()
print("7.11a: visible checks passed")

# %% [markdown]
# **b. `decoding_macs(n, d, cached)`**: the multiply-adds of *one* layer to decode a sequence of `n`
# rows, row after row: with `cached` false, the whole pass over 1, 2, ..., n rows (each computes all
# its rows and all pairs of rows, masked or not); with `cached` true, one step for each row.
#
# - count the products of matrices and vectors only; returns a whole number
#
# <details><summary>Hint 1: where to look</summary>
# A product of (a, b) and (b, c) takes abc multiply-adds. Which products are there?
# <details><summary>Hint 2: the idea</summary>
# Four products with a (d, d) matrix, and two over pairs of rows: queries with keys, shares with
# values.
# <details><summary>Hint 3: nearly the code</summary>
# For t rows: <code>4 * t * d * d + 2 * t * t * d</code> in a whole pass, <code>4 * d * d + 2 * t *
# d</code> in a step that brings the cache to t rows; <code>sum(... for t in range(1, n + 1))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex7_11-macs", "solution": true}
def decoding_macs(n, d, cached):
    """Multiply-adds of one layer to decode n rows of d numbers, with or without a cache."""
    ### BEGIN SOLUTION
    rows, squares = n * (n + 1) // 2, n * (n + 1) * (2 * n + 1) // 6
    if cached:
        return 4 * n * d**2 + 2 * d * rows
    return 4 * d**2 * rows + 2 * d * squares
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex7_11-macs-test", "points": 1}
@exercise("7.11")
def test_decoding_macs():
    """Four rows of five numbers."""
    got = expect_number(decoding_macs(4, 5, True), "decoding_macs")
    expect(got != 440, "only the keys, values, queries and outputs of the new row are computed; "
           "but it attends to all rows so far", "cached-as-whole")
    expect(got == 500, "four steps: 4 * 25 each for the matrices, and 2 * 5 * (1 + 2 + 3 + 4): "
           f"500; yours: {got:g}", "other-step")
    got = expect_number(decoding_macs(4, 5, False), "decoding_macs")
    expect(got != 560, "without a cache each new row costs a whole pass over all rows so far, not "
           "only the last one", "one-pass-only")
    expect(got == 1300, f"passes over 1, 2, 3 and 4 rows: 1300; yours: {got:g}", "other-pass")
    ### BEGIN HIDDEN TESTS
    for n, d in ((1, 1), (5, 3), (40, 16)):
        whole = sum(4 * t * d * d + 2 * t * t * d for t in range(1, n + 1))
        steps = sum(4 * d * d + 2 * t * d for t in range(1, n + 1))
        for cached, truth in ((False, whole), (True, steps)):
            got = expect_number(decoding_macs(n, d, cached), "decoding_macs")
            expect(got == truth, f"n = {n}, d = {d}, cached {cached}: {truth:,}; yours: {got:,g}",
                   "other-sizes")
    ### END HIDDEN TESTS


test_decoding_macs()
print("7.11b: visible checks passed")

# %% id="cache-demo" tags=["demo"]
for n in (16, 128, 1024):
    print(f"{n} rows of 64: {decoding_macs(n, 64, False):,} multiply-adds without a cache, "
          f"{decoding_macs(n, 64, True):,} with one: "
          f"{decoding_macs(n, 64, False) / decoding_macs(n, 64, True):.1f} times as many")

# %% [markdown]
# The saving grows with the length, and the answer is the same to rounding. It costs memory: two
# arrays (t, d) for each layer and each sequence that is being decoded.
#
# ## What you found
#
# A latency is a distance. Many looks at one sign are worth far less than their product. A mean is
# no deadline, and a tool that waits for its answers cannot see a stall. An early exit moves the
# cost into the hands of whoever chooses the input. And a simple test with a proof can stand behind
# something that nobody has proven.
#
# **Limits.** The signs are digits, and from frame to frame only the noise changes; real frames also
# move, grow and blur, which makes looks differ more. The car follows one leader on a straight road
# and measures without error. The proof is as good as its constants.
#
# **The paper** (section 2.4) names scalability and real-time decisions as challenges of technical
# safety, and the conflict between speed and thorough checks. You have put numbers to it.
#
# **Read on.** Sha, *Using simplicity to control complexity*, IEEE Software, 2001. Mehmood et al.,
# *The black-box Simplex architecture*, 2021. Shalev-Shwartz, Shammah, Shashua, *On a formal model
# of safe and scalable self-driving cars*, 2017. Li, Wang, Ramanan, *Towards streaming perception*,
# ECCV 2020. Knight, Leveson, *An experimental evaluation of the assumption of independence in
# multiversion programming*, IEEE TSE, 1986. Hong, Kaya, Modoranu, Dumitras, *A panda? No, it's a
# sloth*, ICLR 2021.
#
# **Where next.** Lab 08: a system that was right about another world.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab07_real_time")
