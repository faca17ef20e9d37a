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
# # Lab 16: certified safety of language models
#
# A filter stands before a language model and stops what must not come in. Somebody who may add a
# few words gets past it. This lab builds a filter with a proof, pays its price, finds where the
# proof ends, and then builds a guarantee that holds whatever the model says.
#
# By the end you will be able to
#
# - compute how few added words get a mail past a linear filter,
# - write *erase-and-check* and say exactly what it guarantees,
# - choose an operating point: certified detection against false alarms on real mail,
# - find the end of the guarantee: another attack, another unit, a sample instead of all checks,
# - keep secrets from outsiders by labels on data, even if an attacker owns the model.
#
# | | |
# |---|---|
# | Paper | its reference 5: certified safety of language models against adversarial prompting |
# | Time | Part A 70 min, Part B 75 min; deeper 40 min |
# | Points | 49: core 40, deeper ones 9 (47 checked by machine, 2 read by a person) |
# | You need | numpy (16.9: torch); sets and tuples; some probability (draws without replacement) |
# | It runs in | about 13 CPU seconds in all, 3 without the demonstrations; 0.7 GiB of memory |
#
# | symbol | name in code | what it is |
# |---|---|---|
# | mail or prompt $P$ | `tokens` | a tuple of word numbers (*tokens*), any length, 0 too |
# | attacked mail $A$ | `A` | what an attacker makes of a mail |
# | most tokens that are erased | `d` | a whole number |
# | filter | `flagged` | tokens in, True (stop) or False (deliver) out |
# | score | `score` | a number; *flagged* means above a threshold |
# | erasures of a mail; how many of them are checked | `n`, `s` | whole numbers |
#
# The mails are real: 4,785 e-mails of 2002 and 2003 as word numbers, 26 % of them spam, that is
# unwanted adverts; the wanted ones are called *ham*. 1,000 words have a number, all others are
# `<other>`; `data/mail_words/DATASHEET.md` says what was taken out. What must be stopped is an
# advert. Nothing here was measured on a large language model.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import math
import zlib
from itertools import combinations, product

import numpy as np
import torch

from safetylab import mail, page, plots, widgets
from safetylab.checks import (exercise, expect, expect_number, expect_returned, expect_tensor,
                              untouched)

torch.set_num_threads(1)  # these networks are so small that one thread is the fastest
page.progress(16)

# %% [markdown]
# ## It breaks
#
# A linear filter adds up one weight for each word of a mail, and a bias. It was trained on 2,882
# mails; those below are from the test part, which training has not seen. A mail is stopped when its
# score is above 0.

# %% id="hook" tags=["demo"]
words, test = mail.vocabulary(), mail.mails("test")
linear = mail.net("linear")
scored = mail.scores(linear, test.tokens)
caught = [t for t, bad, s in zip(test.tokens, test.spam, scored, strict=True) if bad and s > 0]
print(f"stops {len(caught)} of {test.spam.sum()} spam and {(scored[~test.spam] > 0).sum()} of "
      f"{(~test.spam).sum()} ham")
DATE = words.index("date")
advert = min(caught, key=lambda tokens: tokens.count(1) / len(tokens))  # 1 is <other>
print(" ".join(words[token] for token in advert))
for times in range(6):
    score = mail.scores(linear, [advert + (DATE,) * times])[0]
    verdict = "stopped" if score > 0 else "delivered"
    print(f'  and {times} times "date": score {score:.2f}, {verdict}')

# %% id="hook-all" tags=["demo"]
WORD = "date"
needed = []
for tokens in caught:
    tries = [tokens + (words.index(WORD),) * times for times in range(30)]
    needed += np.flatnonzero(mail.scores(linear, tries) <= 0)[:1].tolist()
print(f'with "{WORD}" up to 29 times at the end {len(needed)} of {len(caught)} are delivered')
if needed:
    print(f"these need it {np.median(needed):.0f} times (median), at most {max(needed)} times")

# %% [markdown]
# Every mail that the filter stopped is delivered, by one ordinary word, said at most 11 times. Try
# other words in the cell above.
#
# A filter that reads more than single words? The next one is a small transformer (30,000 weights).
# For each test spam that it stops, an attacker who knows the network chose ten words for the end of
# the mail, by gradient; they are stored with the course.

# %% id="hook-gradient" tags=["demo"]
stopped, endings = mail.attacks()
plain = mail.net("plain0")
attacked = [tokens + ending for tokens, ending in zip(stopped, endings, strict=True)]
print(f"the transformer stops {len(stopped)} of {test.spam.sum()} spam; of these, "
      f"{(mail.scores(plain, attacked) <= 0).sum()} are delivered with ten more words")
print("for example:", " ".join(words[token] for token in endings[0]))

# %% [markdown]
# # Part A: a filter with a proof
#
# About 70 minutes: exercises 16.1 to 16.3.

# %% [markdown]
# ## Exercise 16.1: good words (4 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: before a defence one computes the best attack, and for a
# linear filter it can be computed exactly.
#
# Write `fewest_words(weights, score, repeat)`: how many words must at least be added to a mail of
# this score so that it is delivered? A mail is delivered when its score is **at most 0**; each
# added word adds its weight.
#
# - `weights`: array, (words,), to be left as it is; word 0 (padding) and word 1 (`<other>`) are no
#   words that one can write, so they may not be used
# - `score`: the score of the mail, a number; it may be delivered already
# - `repeat`: True: a word may be added many times; False: each word at most once
# - returns a whole number, or `None` if no number of words is enough
#
# <details><summary>Hint 1: where to look</summary>
# Which word does the most? And if it may be used only once, which comes next?
# <details><summary>Hint 2: the idea</summary>
# Only negative weights help. With repetition, divide the score by the most negative weight and
# round up. Without, sort and add up until it is enough.
# <details><summary>Hint 3: nearly the code</summary>
# <code>if score <= 0: return 0</code>; <code>good = sorted(w for w in weights[2:] if w < 0)</code>;
# <code>if repeat: return math.ceil(score / -good[0]) if good else None</code>; then
# <code>for n, w in enumerate(good, 1):</code> with <code>score += w</code> and <code>if score <= 0:
# return n</code>; after the loop <code>return None</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-words", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_fewest(weights, score, repeat):
    """By search: all sets of words, or all sums that n words can reach."""
    usable = [float(w) for w in weights[2:]]
    if not repeat:
        sizes = (n for n in range(len(usable) + 1) for chosen in combinations(usable, n)
                 if score + sum(chosen) <= 0)
        return next(sizes, None)
    reached = {float(score)}
    for n in range(200):
        if min(reached) <= 0:
            return n
        reached = {min(reached) + w for w in usable}
    return None
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_1-words", "solution": true}
def fewest_words(weights, score, repeat):
    """The smallest number of added words that brings the score to at most 0; None if none does."""
    ### BEGIN SOLUTION
    falling = np.sort(np.asarray(weights, float)[2:])
    falling = falling[falling < 0]
    if score <= 0:
        return 0
    if repeat:
        return math.ceil(score / abs(falling[0])) if len(falling) else None
    enough = np.flatnonzero(score + np.cumsum(falling) <= 0)
    return int(enough[0]) + 1 if len(enough) else None
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_1-words-test", "points": 4}
@exercise("16.1")
def test_words():
    """Seven words whose weights are multiples of 1/8, so that no rounding decides."""
    weights = np.array([-4.0, -3.0, 0.5, -0.5, -1.25, 0.25, -1.0])

    def fewest(score, repeat, values=weights):
        with untouched(values):
            got = fewest_words(values, score, repeat)
        return None if got is None else expect_number(got, "fewest_words")

    got = fewest(2.5, True)
    expect(got != 1, "one word is enough only if it is word 0 or word 1, and nobody writes those",
           "uses-padding")
    expect(got != 3, "twice the weight -1.25 brings 2.5 to exactly 0, and at most 0 is delivered",
           "strict")
    expect(got == 2, f"score 2.5, best weight -1.25, said twice: 2; yours: {got}")
    expect(fewest(1.0, False) != 0, "-1.25 alone brings 1 to -0.25: that is 1 word, not 0",
           "counts-from-zero")
    got = fewest(2.5, False)
    expect(got != 2, "repeat is False: the word with weight -1.25 may be added once only",
           "repeats-when-distinct")
    expect(got == 3, f"-1.25, -1 and -0.5 bring 2.5 to -0.25: 3 words; yours: {got}")
    got = fewest(2.25, False)
    expect(got != 3, "2.25 needs only -1.25 and -1: take the most negative weights first",
           "unsorted")
    expect(got == 2, f"2.25 needs -1.25 and -1: 2 words; yours: {got}")
    for case in ((-2.0, True), (0.0, True), (-2.0, False), (-2.0, True, np.array([0, 0, 0.5]))):
        got = fewest(*case)
        expect(got == 0, f"a mail of score {case[0]:g} is delivered already, whatever the weights "
               f"and repeat={case[1]}: 0; yours: {got}", "already-delivered")
    got = fewest(2.875, False)
    expect(got is None, "all negative weights together are -2.75, and 2.875 is more: None; yours: "
           f"{got}", "never-none")
    got = fewest(2.875, True)
    expect(got is not None, "with repeat, 2.875 needs -1.25 three times, though all words once are "
           "not enough: 3; yours: None", "none-too-early")
    expect(got == 3, f"with repeat, 2.875 needs -1.25 three times; yours: {got}", "rounds-down")
    got = fewest(1.0, False, np.array([0.0, 0.0, -0.5, -0.5]))
    expect(got == 2, "two different words may have the same weight, here -0.5: 2 words bring 1 to "
           f"0; yours: {got}", "equal-weights")
    got = fewest(1.0, True, np.array([-1.0, -1.0, 0.25, 0.5]))
    expect(got is None, f"no word that may be used has a negative weight: None; yours: {got}",
           "never-none")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1611)
    for _ in range(120):
        values = rng.integers(-12, 7, rng.integers(3, 10)) / 8
        score, repeat = float(rng.integers(-4, 40) / 8), bool(rng.random() < 0.5)
        got, truth = fewest(score, repeat, values), oracle_fewest(values, score, repeat)
        expect(got == truth, f"score {score:g}, repeat={repeat}, weights of words 2 and up "
               f"{values[2:].tolist()}: {truth}; yours: {got}", "other-arguments")
    ### END HIDDEN TESTS


test_words()
print("16.1: visible checks passed")

# %% id="words-demo" tags=["demo"]
weight = linear.weight.numpy().astype(float)
for repeat in (True, False):
    counts = [fewest_words(weight, mail.scores(linear, [t])[0], repeat) for t in caught]
    print(f"{'one word again and again' if repeat else 'different words'}: median "
          f"{np.median(counts):.0f}, at most {max(counts)}")
order = np.argsort(weight[2:])[:8] + 2
print("most negative:", ", ".join(f"{words[i]} {weight[i]:.2f}" for i in order))

# %% [markdown]
# Look at the words. They say who wrote the ham of this collection, people on mailing lists in 2002,
# as much as what spam is.
#
# ## Exercise 16.2: erase and check (9 points)
#
# Difficulty: 3 of 5 · Minutes: 30 · Why: one line of logic turns any filter, however fragile, into
# one with a guarantee.
#
# Kumar and others (2023) check not only a mail, but also what is left of it when up to $d$ tokens
# are erased, and flag it if *any* of these is flagged. Suppose the filter flags $P$, and an
# attacker adds at most $d$ tokens. Among the erased versions of the attacked mail is $P$ itself. So
# the attacked mail is flagged: for every attack of this kind, also for those that nobody has
# thought of.
#
# Three kinds of attack, `mode` in the code:
#
# - `"suffix"`: tokens are added at the end
# - `"insertion"`: one block of tokens is put in at one place (the start and the end count as
#   places)
# - `"infusion"`: tokens are put in at any places
#
# **a. `erasures(tokens, d, mode)`**: all that must be checked: the mail itself, and whatever is
# left when an attack of 1 to `d` tokens is taken back.
#
# - `tokens`: a tuple; `d` at least 0. If there are at most `d` tokens, the empty tuple is among the
#   results
# - returns a list of tuples in any order; the same tuple may be in it several times
#
# <details><summary>Hint 1: where to look</summary>
# An attack of this kind has been added; which tokens of the attacked mail may be the attack's?
# <details><summary>Hint 2: the idea</summary>
# Suffix: the last k. Insertion: any k that stand side by side. Infusion: any k. For k from 0 to d,
# but never more than there are tokens.
# <details><summary>Hint 3: nearly the code</summary>
# With <code>n = len(tokens)</code>, for each <code>k in range(min(d, n) + 1)</code>: suffix
# <code>[tokens[:n - k]]</code>; insertion <code>[tokens[:i] + tokens[i + k:] for i in
# range(n - k + 1)]</code>; infusion <code>list(combinations(tokens, n - k))</code>. Collect them in
# one list.
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-erasures", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_erasures(tokens, d, mode):
    """By which places are erased: masks over the tokens; a set."""
    n, found = len(tokens), set()
    for mask in product((False, True), repeat=n):
        gone = [i for i in range(n) if mask[i]]
        block = not gone or gone[-1] - gone[0] + 1 == len(gone)
        fits = {"suffix": block and (not gone or gone[-1] == n - 1), "insertion": block,
                "infusion": True}[mode]
        if len(gone) <= d and fits:
            found.add(tuple(t for t, out in zip(tokens, mask, strict=True) if not out))
    return found
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_2-erasures", "solution": true}
def erasures(tokens, d, mode):
    """What is left of tokens when an attack of at most d tokens is taken back: a list of tuples."""
    ### BEGIN SOLUTION
    n, found = len(tokens), []
    for left in range(max(0, n - d), n + 1):
        if mode == "infusion":
            found += combinations(tokens, left)
            continue
        starts = [left] if mode == "suffix" else range(left + 1)
        found += [(*tokens[:i], *tokens[i + n - left :]) for i in starts]
    return found
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_2-erasures-test", "points": 5}
@exercise("16.2")
def test_erasures():
    """Four different tokens, at most two erased."""
    def found(tokens, d, mode):
        got = erasures(tokens, d, mode)
        expect_returned(got, "erasures")
        expect(isinstance(got, list | tuple | set | frozenset), "erasures must return a list of "
               f"tuples; it returned {type(got).__name__}", "no-list")
        flat = all(isinstance(one, tuple) for one in got) and not any(
            isinstance(token, list | tuple) for one in got for token in one)
        expect(flat, "erasures must return a list whose entries are tuples of tokens", "no-list")
        return {tuple(int(token) for token in one) for one in got}

    P = (3, 5, 7, 9)
    got = found(P, 2, "suffix")
    expect(P in got, "the mail itself must be checked, too: an attacker may add nothing",
           "no-clean")
    expect((7, 9) not in got, "(7, 9) is what is left when the beginning is erased; a suffix "
           "stands at the end", "from-the-front")
    expect((3, 5, 7) in got, "an attack may be shorter than d: erase 1 token, too, not only 2",
           "only-d")
    expect((3, 5) in got, "an attack may have d = 2 tokens: (3, 5) must be among the results",
           "one-short")
    expect(got == {P, (3, 5, 7), (3, 5)}, f"suffix, d = 2: {P}, (3, 5, 7) and (3, 5); yours: "
           f"{sorted(got)}")
    got = found(P, 2, "insertion")
    expect((3, 5) in got and (3, 5, 7) in got, "a block may have been put in at the very end: (3, "
           "5) and (3, 5, 7) must be among the results", "never-at-the-end")
    expect((7, 9) in got and (3, 9) in got, "a block may have been put in at the start or in the "
           "middle: (7, 9) and (3, 9) must be among the results", "suffix-for-insertion")
    expect((3, 7) not in got, "(3, 7) is left when two tokens go that do not stand side by side; "
           "an insertion is one block", "infusion-for-insertion")
    expect(len(got) == 8 and P in got, "insertion, d = 2: 1 + 4 + 3 = 8 different results; yours: "
           f"{len(got)}")
    got = found(P, 2, "infusion")
    expect((3, 7) in got, "infusion: tokens at any places; (3, 7) must be among the results",
           "block-for-infusion")
    expect(P in got, f"infusion, d = 2: {P} itself must be among the results; erase k tokens, keep "
           "all others", "keeps-k")
    again = found((3, 3, 5), 1, "infusion")
    expect(again == {(3, 3, 5), (3, 5), (3, 3)}, "infusion, d = 1, of (3, 3, 5): itself, (3, 5) "
           f"and (3, 3); erase one place, not each token 3; yours: {sorted(again)}",
           "erases-by-value")
    expect(len(got) == 11, "infusion, d = 2: 1 + 4 + 6 = 11 different results; yours: "
           f"{len(got)}")
    for mode in ("suffix", "insertion", "infusion"):
        got = found((4, 6, 8), 4, mode)
        expect(() in got, f"{mode}, d = 4, three tokens: the empty mail is what is left when all "
               "is erased", "never-empty")
        expect(found((4, 6), 0, mode) == {(4, 6)}, f"{mode}, d = 0: of (4, 6) only itself can be "
               "left", "d-zero")
        expect(found((), 2, mode) == {()}, f"{mode}: of the empty mail only itself can be left",
               "empty-mail")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1621)
    cases = [tuple(rng.integers(2, 6, n).tolist()) for n in (1, 2, 3, 4, 5, 6, 7, 8)]
    for tokens, d, mode in product(cases, (0, 1, 2, 3, 9), ("suffix", "insertion", "infusion")):
        got, truth = found(tokens, d, mode), oracle_erasures(tokens, d, mode)
        expect(got == truth, f"{mode}, d = {d}, {tokens}: missing {sorted(truth - got)[:3]}, too "
               f"many {sorted(got - truth)[:3]}", "other-arguments")
    for mode, count in (("suffix", 4), ("insertion", 58), ("infusion", 1351)):
        got = found(tuple(range(2, 22)), 3, mode)
        expect(len(got) == count, f"{mode}, d = 3, 20 different tokens: {count} different results; "
               f"yours: {len(got)}", "other-arguments")
    ### END HIDDEN TESTS


test_erasures()
print("16.2a: visible checks passed")

# %% [markdown]
# **b. `erase_and_check(flagged, tokens, d, mode, *, erasures)`**: is any of the erasures flagged?
# Each question to the filter costs time, so
#
# - ask the filter at most once about each sequence, and ask nothing more once it has flagged one
# - `flagged`: a function, tuple -> bool; `erasures`: a function like yours in a, whose list may
#   hold a tuple several times
# - returns True or False
#
# <details><summary>Hint 1: where to look</summary>
# Python has a type that holds each thing once, and a function that stops at the first True.
# <details><summary>Hint 2: the idea</summary>
# <code>set</code> and <code>any</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return any(flagged(t) for t in set(erasures(tokens, d, mode)))</code>: mind that
# <code>any([...])</code>, with brackets, asks about all of them first.
# </details></details></details>

# %% nbgrader={"grade_id": "ex16_2-check", "solution": true}
def erase_and_check(flagged, tokens, d, mode, *, erasures):
    """Whether the filter flags tokens or what is left after taking back at most d of them."""
    ### BEGIN SOLUTION
    asked = set()
    for left in erasures(tokens, d, mode):
        if left not in asked and flagged(left):
            return True
        asked.add(left)
    return False
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_2-check-test", "points": 4}
@exercise("16.2")
def test_erase_and_check():
    """A filter that flags one sequence only, and a stand-in for erasures that repeats itself."""
    asked = []

    def asks(*bad):
        def flagged(tokens):
            asked.append(tuple(tokens))
            return tuple(tokens) in bad
        return flagged

    def twice(tokens, d, mode):
        if mode == "suffix":
            return [tokens[: len(tokens) - k] for k in (*range(min(d, len(tokens)) + 1), 0)]
        return [tokens, *(tokens[:i] + tokens[i + 1 :] for i in range(len(tokens) if d else 0))]

    def checked(flagged, tokens, d, mode):
        asked.clear()
        got = erase_and_check(flagged, tokens, d, mode, erasures=twice)
        expect_returned(got, "erase_and_check")
        expect(isinstance(got, bool | np.bool_), "erase_and_check must return True or False; it "
               f"returned {type(got).__name__}", "no-bool")
        return bool(got)

    for bad in ((3, 5), (3, 5, 7), ()):
        expect(checked(asks(bad), (3, 5, 7), 3, "suffix"), f"the filter flags {bad}, which is "
               "among the erasures of (3, 5, 7): one flagged version is enough", "not-any")
    expect(not checked(asks((3, 5)), (3, 5, 7, 9), 1, "suffix"), "with d = 1, two added tokens are "
           "more than the guarantee speaks of: pass d on to erasures", "ignores-d")
    expect(checked(asks((3, 7)), (3, 5, 7), 1, "insertion"), "with mode insertion (3, 7) is "
           "checked: pass mode on to erasures", "ignores-mode")
    expect(not checked(asks((9,)), (3, 5, 7), 2, "suffix"), "nothing here is flagged: return False",
           "not-any")
    expect(len(asked) == len(set(asked)), f"your code asked {len(asked)} questions about "
           f"{len(set(asked))} different sequences: ask about each once", "asks-twice")
    checked(asks((3, 5, 7), (3, 5), (3,)), (3, 5, 7), 2, "suffix")
    expect(len(asked) == 1, "every version is flagged, so one question is enough; you asked "
           f"{len(asked)}", "goes-on-asking")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1622)
    for case in range(60):
        tokens = tuple(rng.integers(2, 5, rng.integers(0, 6)).tolist())
        d, mode = int(rng.integers(0, 4)), ("suffix", "insertion")[case % 2]
        left = set(twice(tokens, d, mode))
        bad = [one for one in sorted(left) if rng.random() < 0.25]
        got = checked(asks(*bad), tokens, d, mode)
        expect(got == bool(bad), f"{tokens}, d = {d}, {mode}: {len(bad)} of {len(left)} versions "
               f"are flagged; yours: {got}", "other-arguments")
        expect(len(asked) == len(set(asked)), "on a hidden case your code asked about one sequence "
               "twice", "asks-twice")
    ### END HIDDEN TESTS


test_erase_and_check()
print("16.2b: visible checks passed")

# %% [markdown]
# Is it true? Twenty filters that are nothing but coin flips, each flagged mail of up to three
# tokens out of a vocabulary of three words, and every attack of one or two tokens. A hole in the
# proof would let some pass.

# %% id="exhaustive" tags=["demo"]
def coin_filter(seed):
    """A filter without any sense: about half of all sequences, by a checksum, are flagged."""
    return lambda tokens: zlib.crc32(bytes([seed, *tokens])) % 2 == 0


def attacks_of(tokens, most, mode):
    """All attacked versions of tokens with 1 to most added tokens out of 2, 3 and 4."""
    for size in range(1, most + 1):
        for added in product((2, 3, 4), repeat=size):
            if mode == "suffix":
                yield tokens + added
            elif mode == "insertion":
                yield from (tokens[:i] + added + tokens[i:] for i in range(len(tokens) + 1))
            else:
                for places in combinations(range(len(tokens) + size), size):
                    rest, new = iter(tokens), iter(added)
                    yield tuple(next(new if i in places else rest)
                                for i in range(len(tokens) + size))


for mode in ("suffix", "insertion", "infusion"):
    tried = passed = bare = 0
    for seed in range(20):
        flagged = coin_filter(seed)
        for tokens in (t for n in range(4) for t in product((2, 3, 4), repeat=n) if flagged(t)):
            for attack in set(attacks_of(tokens, 2, mode)):
                tried += 1
                bare += not flagged(attack)
                passed += not erase_and_check(flagged, attack, 2, mode, erasures=erasures)
    print(f"{mode}: {tried} attacks, past the filter {bare}, past erase-and-check {passed}")

# %% [markdown]
# None passes, though the filters have no sense at all. Read the theorem again: *if* the filter
# flags $P$, then what an attacker makes of $P$ is flagged. It says nothing about a $P$ that the
# filter misses. And nothing about ham.
#
# ## Exercise 16.3: what it costs (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: a filter that flags everything is certified, too.
#
# Against suffixes each mail is now checked in up to $d + 1$ versions, and one flagged version is
# enough. For ham that is $d + 1$ chances of a false alarm; insertions and infusions make many more.
# The remedy is a higher threshold, and its price is spam that is no longer flagged.
#
# Write `operating_point(spam_scores, ham_scores, budget)`. *Flagged* means score **above** the
# threshold.
#
# - `spam_scores`: array, (m,), the scores of clean spam, as it was written, without any attack
# - `ham_scores`: a list of 1-D arrays, one for each ham: the scores of all its versions, the first
#   of them that of the whole mail
# - `budget`: the largest share of ham in which any version may be flagged; a share of exactly
#   `budget` is allowed
# - returns `(threshold, certified)`: a threshold that keeps the budget and makes the certified
#   detection as large as possible, and that detection: the share of spam whose clean version is
#   flagged. By the theorem it stays flagged under every attack of the chosen kind.
#
# <details><summary>Hint 1: where to look</summary>
# Which one number of a ham decides whether it is a false alarm?
# <details><summary>Hint 2: the idea</summary>
# Its largest score. Sort these from high to low: if k false alarms are allowed, then the threshold
# may come down to the one after the k-th, and no further.
# <details><summary>Hint 3: nearly the code</summary>
# <code>worst = sorted((max(scores) for scores in ham_scores), reverse=True)</code>, <code>k =
# math.floor(budget * len(worst) + 1e-9)</code>, <code>threshold = worst[k] if k < len(worst) else
# min(spam_scores) - 1</code>, and as second result <code>np.mean(spam_scores > threshold)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-point", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_point(spam, ham, budget):
    """The best certified detection, over all thresholds between and at the scores."""
    every = sorted({float(s) for scores in (spam, *ham) for s in scores})
    best = 0.0
    for threshold in (every[0] - 1, *every):
        alarms = sum(any(s > threshold for s in scores) for scores in ham)
        if alarms <= budget * len(ham) + 1e-9:
            best = max(best, float(np.mean([s > threshold for s in spam])))
    return best
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_3-point", "solution": true}
def operating_point(spam_scores, ham_scores, budget):
    """The threshold within the budget with the largest certified detection; and that detection."""
    ### BEGIN SOLUTION
    highest = np.array([np.max(versions) for versions in ham_scores])
    offers = np.append(np.unique(highest), min(highest.min(), spam_scores.min()) - 1)
    alarms = (highest > offers[:, None]).mean(1)
    threshold = offers[alarms <= budget + 1e-9].min()
    return threshold, (spam_scores > threshold).mean()
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_3-point-test", "points": 7}
@exercise("16.3")
def test_operating_point():
    """Four ham with their versions, eight spam; a quarter of the ham may be flagged."""
    spam = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    ham = [np.array(scores, float) for scores in ([0, 0, 0, 0], [1, 1, 5.5], [0.5, 3, 2, 2.5],
                                                  [2.2, 2.4])]

    def point(spam, ham, budget):
        got = operating_point(spam.copy(), [scores.copy() for scores in ham], budget)
        expect_returned(got, "operating_point")
        expect(isinstance(got, tuple | list) and len(got) == 2, "operating_point must return "
               "(threshold, certified)", "no-pair")
        expect(not isinstance(got[0], str) and not math.isnan(float(got[0])), "the threshold must "
               f"be a number; yours: {got[0]}", "no-number")
        share = expect_number(got[1], "the certified detection of operating_point")
        expect(0 <= share <= 1, "operating_point must return (threshold, certified), and certified "
               f"is a share from 0 to 1; yours: {share:g}", "no-share")
        return float(got[0]), share

    threshold, certified = point(spam, ham, 0.25)
    alarms = [any(scores > threshold) for scores in ham]
    bare = [scores[0] > threshold for scores in ham]
    told = f"at threshold {threshold:g} a version of {sum(alarms)} of 4 ham is flagged, 1 may be"
    expect(sum(alarms) <= 1 or sum(bare) > 1, told + ": count the versions as much as the whole "
           "mail", "alarms-of-the-bare-filter")
    expect(sum(alarms) <= 1, told)
    share = float(np.mean(spam > threshold))
    expect(abs(certified - np.mean(spam >= threshold)) > 1e-9 or abs(certified - share) < 1e-9,
           f"at threshold {threshold:g} a spam of exactly this score is not flagged: flagged means "
           "above", "greater-or-equal")
    expect(abs(certified - share) < 1e-6, f"above your threshold {threshold:g} are {share:g} of "
           f"the spam; you say {certified:.6f}", "other-share")
    expect(share >= 0.5, "threshold 3 has 1 false alarm and certifies 0.5 of the spam (4, 5, 6, "
           f"7); yours, {threshold:g}, certifies {share:g}", "too-high")
    for budget, truth in ((0.0, 0.25), (0.5, 0.625), (0.7, 0.625), (0.75, 0.875), (1.0, 1.0)):
        threshold, certified = point(spam, ham, budget)
        alarms = sum(any(scores > threshold) for scores in ham)
        expect(alarms <= 4 * budget, f"budget {budget:g}: above your threshold {threshold:g} a "
               f"version of {alarms} of 4 ham lies", "alarms-above-budget")
        expect(abs(certified - truth) < 1e-6, f"budget {budget:g} of 4 ham: {truth:g} of the spam "
               f"can be certified; yours: {certified:.6f}", "budget-edge")
    _, certified = point(spam - 5, ham, 1.0)
    expect(abs(certified - 1) < 1e-6, "budget 1, and some spam scores lower than every ham: all "
           f"may be flagged, so all spam can be: 1; yours: {certified:.6f}", "spam-below-ham")
    ham = [np.array(scores, float) for scores in ([3, 3], [2, 3], [3], [0])]
    threshold, certified = point(np.array([3.01, 1e6]), ham, 0.5)
    alarms = sum(any(scores > threshold) for scores in ham)
    expect(alarms <= 2, "three ham have the same largest score, 3, and 2 of 4 may be flagged; at "
           f"your threshold {threshold:g} {alarms} are", "equal-scores")
    expect(certified == 1, "threshold 3 keeps the budget, and spam of 3.01 and 1,000,000 is above "
           f"it: 1; yours, {threshold:g}, certifies {certified:g}", "too-high")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1631)
    for _ in range(100):
        n = int(rng.integers(1, 9))
        unit = float(rng.choice((0.001, 0.1, 10)))
        spam = np.round(rng.normal(10, 10, rng.integers(1, 12))) * unit
        ham = [np.round(rng.normal(0, 10, rng.integers(1, 9))) * unit for _ in range(n)]
        budget = float(min(1, (rng.integers(0, n + 1) + rng.choice((0, 0.3, 0.7))) / n))
        threshold, certified = point(spam, ham, budget)
        alarms, truth = sum(any(s > threshold) for s in ham), oracle_point(spam, ham, budget)
        expect(alarms <= budget * n + 1e-9, f"a hidden case: {alarms} of {n} ham are flagged, the "
               f"budget is {budget:.4f}", "alarms-above-budget")
        expect(abs(certified - np.mean(spam > threshold)) < 1e-6, "a hidden case: the detection "
               "that you return is not that of your threshold", "other-share")
        expect(abs(certified - truth) < 1e-6, f"a hidden case: {truth:.4f} of the spam can be "
               f"certified; yours: {certified:.4f}", "too-high")
    ### END HIDDEN TESTS


test_operating_point()
print("16.3: visible checks passed")

# %% [markdown]
# ### Prediction 1
#
# Take the transformer of the hook. On the validation mails its threshold is set so that 2 % of the
# ham are flagged, *without* erasing. Now the same threshold is used with erase-and-check, suffixes
# of up to 20 tokens. How many times as many test ham are flagged as without erasing? (`my_factor`)

# %% nbgrader={"grade_id": "ex16_3-predict", "solution": true}
PREDICT = {
    "name": "my_factor", "kind": "number", "low": 0, "outcome": 3.1, "tolerance": 1,
    "seen": r"measured ([\d.]+) times",
}
### BEGIN SOLUTION
my_factor = 3
### END SOLUTION

# %% id="price" tags=["demo"]
def versions(net, part, d):
    """For each ham of a part the scores of its versions, the whole mail first."""
    ham = [t for t, bad in zip(part.tokens, part.spam, strict=True) if not bad]
    checked = [[t, *erasures(t, d, "suffix")] for t in ham]
    scores = mail.scores(net, [one for some in checked for one in some])
    return np.split(scores, np.cumsum([len(some) for some in checked])[:-1])


def alarms(threshold, ham):
    """The share of ham with a flagged version."""
    return np.mean([any(scores > threshold) for scores in ham])


validation = mail.mails("validation")
spam_scores = {"validation": mail.scores(plain, validation.tokens)[validation.spam],
               "test": mail.scores(plain, test.tokens)[test.spam]}
bare = versions(plain, validation, 0)
threshold_bare, _ = operating_point(spam_scores["validation"], bare, 0.02)
depths = (0, 1, 2, 5, 10, 20)
by_depth = {d: versions(plain, test, d) for d in depths}
price = [alarms(threshold_bare, by_depth[d]) for d in depths]
for d, share in zip(depths, price, strict=True):
    print(f"d = {d}: {share:.1%} of the test ham are flagged")
print(f"you said {my_factor:g} times as many; measured {price[-1] / price[0]:.1f} times")
ham_linear = versions(linear, test, 20)
print(f"linear filter, threshold 0: {alarms(0, [s[:1] for s in ham_linear]):.1%} without erasing, "
      f"{alarms(0, ham_linear):.1%} with d = 20")
figure = plots.curves({"transformer": (depths, [100 * share for share in price])},
                      xlabel="d (tokens erased at most)", ylabel="test ham flagged (%)",
                      title="one threshold, set without erasing", percent=False)
figure.axes[0].set(ylim=(0, 6), xticks=depths)
plots.show(figure,
           alt="False alarms of erase-and-check on test ham, by the number of erased tokens: "
           + ", ".join(f"{share:.1%} at d = {d}" for d, share in zip(depths, price, strict=True)))

# %% [markdown]
# With a threshold that was set for whole mails, erasing multiplies the false alarms, of the
# transformer and of the linear filter. So the threshold must be set *with* erasing, and that costs
# detection. Kumar and others propose to train for it. The networks called `erased` were trained
# like the `plain` ones, but at each step half of the ham lost up to 20 words at its end. Thresholds
# are set on the validation mails (2 %, with erasing); what is printed is measured on the test
# mails.

# %% id="operating-points" tags=["demo"]
rows, operating = {}, {}
for kind, seed in product(("plain", "erased"), range(5)):
    net = mail.net(f"{kind}{seed}")
    spam = {part: mail.scores(net, mails.tokens)[mails.spam]
            for part, mails in (("validation", validation), ("test", test))}
    on_validation, on_test = versions(net, validation, 20), versions(net, test, 20)
    whole = [scores[:1] for scores in on_validation]
    naive, _ = operating_point(spam["validation"], whole, 0.02)
    threshold, _ = operating_point(spam["validation"], on_validation, 0.02)
    operating[kind, seed] = threshold
    row = ((spam["test"] > naive).mean(), alarms(naive, [s[:1] for s in on_test]),
           alarms(naive, on_test), (spam["test"] > threshold).mean(), alarms(threshold, on_test))
    rows.setdefault(kind, []).append(row)
    print(f"{kind} {seed}: set without erasing: detects {row[0]:.1%}, alarms {row[1]:.1%}, with "
          f"erasing {row[2]:.1%}; set with erasing: certified {row[3]:.1%}, alarms {row[4]:.1%}")
for kind, some in rows.items():
    middle = np.median(some, 0)
    print(f"{kind}, medians: detects {middle[0]:.1%}; alarms {middle[1]:.1%}, with erasing "
          f"{middle[2]:.1%}; certified {middle[3]:.1%} at {middle[4]:.1%}")

# %% [markdown]
# Five trainings of each kind. With a threshold that was set without erasing, erase-and-check flags
# 5 to 9 % of the ham for the plain networks, and 2 to 5 % for those trained with erased ham. Set
# with erasing, it certifies 54 to 82 % of the spam for the plain ones (median 69 %), and 85 to 88 %
# for the others (median 87 %), where the two groups do not overlap. With the threshold that was set
# without erasing, all ten detect 86 to 92 %. So the networks trained with erased ham give up at
# most 5 points of detection, and what they then catch, they catch *whatever* twenty tokens anybody
# will ever put at its end. Ten tokens at the end delivered all 204 spam of the hook.
#
# Two cautions. The budget of 2 % was kept on the validation mails; on the test mails it came out
# between 1.5 and 2.9 %: 2 % of 735 ham are 15 mails, and chance alone moves such a count by several
# (Lab 05 bounds that). And all ten networks share one split of the mails.
#
# Move the sliders: this is the choice that an operator of one filter has against suffixes.

# %% id="point-widget" tags=["demo"]
depth_scores = {0: by_depth[0], 5: by_depth[5], 10: by_depth[10], 20: by_depth[20]}


def shares(d, threshold):
    """Certified detection and false alarms of plain0 on test mails, in percent."""
    certified = (spam_scores["test"] > threshold).mean()
    return [100 * float(certified), 100 * float(alarms(threshold, depth_scores[d]))]


def point_picture(d, threshold):
    """Two bars."""
    figure = plots.bars({"share": shares(d, threshold)}, ["certified spam", "flagged ham"],
                        xlabel="share of the test mails (%)",
                        title=f"suffixes of up to {d:g} tokens, threshold {threshold:g}")
    figure.axes[0].set_xlim(0, 100)
    return figure


widgets.sliders(point_picture, {"d (tokens)": sorted(depth_scores),
                                "threshold (score)": list(range(-2, 9))},
                alt=lambda d, t: f"Certified against suffixes of up to {d:g} tokens at threshold "
                                 f"{t:g}: "
                "{:.1f} % of the spam; flagged: {:.1f} % of the ham.".format(*shares(d, t)),
                stills=[(0, 2), (10, 2), (20, 6)])

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: where it ends, and what does not
#
# About 75 minutes: exercises 16.4 to 16.7.

# %% [markdown]
# ## Exercise 16.4: where it ends (7 points)
#
# Difficulty: 3 of 5 · Minutes: 25 · Why: a certificate is true of one set of attacks; an attacker
# takes another one.
#
# **a. `outside(flags, words, d)`**: break a suffix certificate for at most `d` tokens three times.
# A filter is given as the set of all sequences that it flags; erase-and-check flags a sequence if
# it, or what is left without its last 1 to `d` tokens, is in the set. For each of the three kinds
# below find a pair `(P, A)`: $P$ is flagged by the filter, and erase-and-check lets $A$ pass.
#
# - `"insertion"`: $A$ is $P$ with one block of 1 to `d` tokens put in, and does not begin with $P$
# - `"longer"`: $A$ is $P$ with exactly `d + 1` tokens added at the end
# - `"changed"`: $A$ is as long as $P$ and differs from it in exactly one place
# - `flags`: a set of tuples; `words`: a tuple, the tokens that exist; `d` is 1 or 2. All sequences
#   of up to 6 tokens were decided by coin flips; longer ones are not flagged
# - returns a dict with these three keys; the values are pairs of tuples
#
# The next cell after the hints says the three kinds in code; you may call it.
#
# <details><summary>Hint 1: where to look</summary>
# There are few short sequences: try all of them as P, the shortest first.
# <details><summary>Hint 2: the idea</summary>
# Write a small function that says whether A passes, and one that lists all A of one kind for a P.
# Take the first pair that works.
# <details><summary>Hint 3: nearly the code</summary>
# <code>passes = lambda A: not any(A[:len(A) - k] in flags for k in range(min(d, len(A)) +
# 1))</code>; all P: <code>sorted(flags, key=len)</code>; insertion: <code>P[:i] + (w,) +
# P[i:]</code> for each place i and word w, if <code>A[:len(P)] != P</code>; longer: <code>P +
# tail</code> for each <code>tail in product(words, repeat=d + 1)</code>; changed: <code>P[:i] +
# (w,) + P[i + 1:]</code> for each w that is not <code>P[i]</code>. Keep the first (P, A) that
# passes, for each kind.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-kinds", "locked": true}
def is_kind(kind, P, A, d):
    """Whether A is made of P by an attack of this kind."""
    more = len(A) - len(P)
    if kind == "changed":
        return more == 0 and sum(a != p for a, p in zip(A, P, strict=True)) == 1
    if kind == "longer":
        return more == d + 1 and A[: len(P)] == P
    block = any(A[:i] + A[i + more :] == P for i in range(len(P) + 1))
    return 1 <= more <= d and block and A[: len(P)] != P


# %% nbgrader={"grade_id": "oracle-outside", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_coins(seed, words, most=6):
    """A set of flagged sequences: each of up to `most` tokens by a coin flip."""
    rng = np.random.default_rng(seed)
    every = [t for n in range(most + 1) for t in product(words, repeat=n)]
    return {t for t, coin in zip(every, rng.random(len(every)) < 0.5, strict=True) if coin}
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_4-outside", "solution": true}
def outside(flags, words, d):
    """Three kinds of attack that a suffix certificate does not speak of: kind -> (P, A)."""
    ### BEGIN SOLUTION
    def attacks(P, kind):
        if kind == "longer":
            return [(*P, *end) for end in product(words, repeat=d + 1)]
        skip = 1 if kind == "changed" else 0
        return [(*P[:i], w, *P[i + skip :]) for i in range(len(P)) for w in words if w != P[i]]

    found = {}
    for P in sorted(flags, key=len):
        for kind in ("insertion", "longer", "changed"):
            for A in attacks(P, kind):
                kept = range(max(0, len(A) - d), len(A) + 1)
                if kind not in found and flags.isdisjoint(A[:n] for n in kept):
                    found[kind] = (P, A)
    return found
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_4-outside-test", "points": 3}
@exercise("16.4")
def test_outside():
    """Filters that are coin flips over three words."""
    def judge(flags, words, d):
        got = outside(set(flags), words, d)
        expect_returned(got, "outside")
        expect(isinstance(got, dict), "outside must return a dict with the keys insertion, longer "
               "and changed", "no-dict")
        for kind in ("insertion", "changed", "longer"):
            expect(kind in got, f"d = {d}: your dict holds no pair for {kind}: has the search for "
                   "it found none?", "nothing-found")
            pair = got[kind]
            expect(isinstance(pair, tuple | list) and len(pair) == 2, f"{kind}: a pair (P, A) is "
                   "wanted", "no-pair")
            P, A = (tuple(int(token) for token in one) for one in pair)
            expect(set(A) <= set(words), f"{kind}: A = {A} holds a token that is not in words",
                   "no-word")
            expect(kind != "insertion" or A[: len(P)] != P, f"insertion: A = {A} begins with P = "
                   f"{P}: that is a suffix, and those are certified", "appended-at-the-end")
            passes(kind, P, A, flags, d)
            expect(is_kind(kind, P, A, d), f"{kind}: with d = {d}, A = {A} is not made of P = {P} "
                   "in this way", "other-kind")

    def passes(kind, P, A, flags, d):
        expect(P in flags, f"{kind}: the filter does not flag P = {P}, so nothing was promised "
               "about it", "prompt-not-flagged")
        expect(A not in flags, f"{kind}: the filter itself flags A = {A}", "attack-flagged")
        for k in range(1, min(d, len(A)) + 1):
            rest = A[: len(A) - k]
            expect(rest not in flags, f"{kind}: erase-and-check flags A = {A}: without its last "
                   f"{k} it is {rest}, which the filter flags", "ignores-erasures")

    coins = {t for n in range(7) for t in product((3, 5, 8), repeat=n)
             if zlib.crc32(bytes([n, *t])) % 2}
    for d in (1, 2):
        judge(coins, (3, 5, 8), d)
    ### BEGIN HIDDEN TESTS
    for seed in range(12):
        words = ((2, 3, 4), (7, 11, 12))[seed % 2]
        judge(oracle_coins(1641 + seed, words), words, 1 + seed % 2)
    ### END HIDDEN TESTS


test_outside()
print("16.4a: visible checks passed")

# %% [markdown]
# **b. The seam.** An attacker does not type tokens. He types letters, and a *tokeniser* cuts the
# text into tokens afterwards: this one takes, again and again, the longest piece that it knows.

# %% nbgrader={"grade_id": "setup-tokeniser", "locked": true}
PIECES = ("a", "b", "c", "ab", "bc", "abc", "ca")


def tokenise(text):
    """Cut a text of the letters a, b, c into the longest known pieces: a tuple of their numbers."""
    tokens = []
    while text:
        piece = max((p for p in PIECES if text.startswith(p)), key=len)
        tokens.append(PIECES.index(piece))
        text = text[len(piece) :]
    return tuple(tokens)

# %% id="seam" tags=["demo"]
for text in ("ab", "ab" + "c", "ab" + "ca"):
    print(f"{text}: " + " | ".join(PIECES[token] for token in tokenise(text)))

# %% [markdown]
# The letter c was added to the text "ab", and the *last token* changed. Whatever tokens are erased
# from `tokenise("abc")`, the token `ab` never comes back: the theorem speaks of added tokens, and
# none was added.
#
# Write `text_erase_and_check(flagged, tokenise, text, d)`, a check with a guarantee for letters: if
# the filter flags `tokenise(P)`, then it must flag every text that is $P$ and at most `d` more
# *letters* at the end.
#
# - `flagged`: a function, tuple of tokens -> bool; `tokenise`: a function, text -> tuple
# - a text that needs no flag by this rule must not be flagged; `d` may exceed the length of the
#   text
# - returns True or False
#
# <details><summary>Hint 1: where to look</summary>
# In which unit does this attacker work? Erase in that unit.
# <details><summary>Hint 2: the idea</summary>
# First erase letters, then cut what is left into tokens, each time anew.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = len(text)</code>, then <code>return any(flagged(tokenise(text[:n - k])) for k in
# range(min(d, n) + 1))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex16_4-text", "solution": true}
def text_erase_and_check(flagged, tokenise, text, d):
    """Whether the filter flags text, or what is left without its last 1 to d letters."""
    ### BEGIN SOLUTION
    beginnings = (text[:letters] for letters in range(len(text) + 1))
    return any(flagged(tokenise(one)) for one in beginnings if len(one) >= len(text) - d)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_4-text-test", "points": 4}
@exercise("16.4")
def test_text():
    """Filters that flag one text, seen through the tokeniser."""
    def only(*texts):
        wanted = {tokenise(text) for text in texts}
        return lambda tokens: tuple(tokens) in wanted

    def checked(flagged, text, d, cut=tokenise):
        got = text_erase_and_check(flagged, cut, text, d)
        expect_returned(got, "text_erase_and_check")
        expect(isinstance(got, bool | np.bool_), "text_erase_and_check must return True or False; "
               f"it returned {type(got).__name__}", "no-bool")
        return bool(got)

    expect(checked(only("ab"), "ab", 1), "the filter flags the text as it is; an attacker may add "
           "nothing", "no-clean")
    expect(checked(only("ab"), "abb", 1), '"ab" is flagged, and "abb" is one letter more: flag it',
           "nothing-erased")
    expect(checked(only("ab"), "abc", 1), '"ab" is flagged, and "abc" is one letter more; erasing '
           "tokens does not bring ab back, for abc is one token: erase letters, then cut into "
           "tokens",
           "erases-tokens")
    expect(checked(only("ab"), "abca", 2), '"ab" is flagged, and "abca" is two letters '
           "more: erase up to d letters, and cut what is left into tokens each time", "half")
    expect(checked(only("ab"), "abb", 2), '"ab" is flagged, and "abb" is one letter more; d is 2, '
           "and an attacker may add fewer letters than d: flag it", "only-d")
    expect(not checked(only("bb"), "abb", 1), '"abb" is not "bb" and more at the end: not flagged; '
           "erase letters at the end only", "any-place")
    expect(not checked(only("ab"), "abbb", 1), '"abbb" is two letters more than "ab", d is 1: not '
           "flagged", "too-many")
    expect(not checked(only("a"), "abcc", 2), '"abcc" is three letters more than "a", d is 2: not '
           "flagged", "erases-tokens")
    expect(not checked(only("ab"), "abbc", 1), '"abbc" is two letters more than "ab", d is 1: not '
           "flagged; erase letters only, not tokens as well", "both-units")
    expect(checked(only(""), "ca", 5), "the empty text is flagged and two letters were added: d "
           "may exceed the length", "never-empty")
    ### BEGIN HIDDEN TESTS
    def backwards(text):
        return tuple(reversed(tokenise(text)))

    for cut, seed in ((tokenise, 1), (backwards, 2)):
        for text in ("".join(t) for n in range(5) for t in product("abc", repeat=n)):
            d = 1 + zlib.crc32(text.encode()) % 3
            flagged = [zlib.crc32(bytes([seed,
                                         *cut(text[:n])])) % 4 == 0 for n in range(len(text) + 1)]
            truth = any(flagged[max(0, len(text) - d) :])
            got = checked(lambda t, s=seed: zlib.crc32(bytes([s, *t])) % 4 == 0, text, d, cut)
            expect(got == truth, f'"{text}", d = {d}, with another filter '
                   f"and tokeniser handed in: {truth}; yours: {got}",
                   "other-arguments")
    ### END HIDDEN TESTS


test_text()
print("16.4b: visible checks passed")

# %% id="seam-demo" tags=["demo"]
tried = changed = token_pass = elsewhere = letter_pass = 0
for seed in range(10):
    flagged = coin_filter(seed)
    for text in ("".join(t) for n in range(5) for t in product("abc", repeat=n)):
        if not flagged(tokenise(text)):
            continue
        for added in ("".join(t) for n in range(1, 4) for t in product("abc", repeat=n)):
            tried += 1
            tokens = tokenise(text + added)
            seam = tokens[: len(tokenise(text))] != tokenise(text)
            changed += seam
            got = erase_and_check(flagged, tokens, 3, "suffix", erasures=erasures)
            token_pass += not got
            elsewhere += not got and not seam
            letter_pass += not text_erase_and_check(flagged, tokenise, text + added, 3)
print(f"{tried} attacks of 1 to 3 letters, {changed} change tokens of the text before them")
print(f"past the erasing of tokens: {token_pass}, of these where no token changed: {elsewhere}")
print(f"past the erasing of letters: {letter_pass}")

# %% [markdown]
# ### Prediction 2
#
# Now real mails. An attacker glues a letter to the last word of a spam, so that it is no word of
# the list any more and its token becomes `<other>`. Take the test spam that a filter stops (trained
# with erased ham; its threshold set with erasing, as above). Which share of it then passes
# erase-and-check (suffix, 20 tokens)?
# And which share, if the attacker first cuts each mail after the word where the filter flags it for
# the first time? (`my_share`, `my_cut_share`, between 0 and 1)

# %% nbgrader={"grade_id": "ex16_4-predict", "solution": true}
PREDICT = [
    {
        "name": "my_share", "kind": "number", "low": 0, "high": 1, "outcome": 0.005,
        "seen": r"network 2, .* whole mails 0\.\d",
    },
    {
        "name": "my_cut_share", "kind": "number", "low": 0, "high": 1, "outcome": 0.92,
        "seen": r"network 2, .* cut mails 9\d",
    },
]
### BEGIN SOLUTION
my_share, my_cut_share = 0.1, 0.3
### END SOLUTION

# %% id="glued" tags=["demo"]
def passes_glued(net, tokens, threshold):
    """Whether tokens with an unknown last word pass erase-and-check."""
    return mail.scores(net, erasures((*tokens[:-1], 1), 20, "suffix")).max() <= threshold


def first_flagged(net, tokens, threshold, least=1):
    """The shortest beginning, of at least `least` words, that the filter flags."""
    beginnings = [tokens[:end] for end in range(min(least, len(tokens)), len(tokens) + 1)]
    return beginnings[int(np.argmax(mail.scores(net, beginnings) > threshold))]


for seed in range(5):
    net, limit = mail.net(f"erased{seed}"), operating["erased", seed]
    flagged_spam = [t for t, bad, s in zip(test.tokens, test.spam, mail.scores(net, test.tokens),
                                           strict=True) if bad and s > limit]
    short, ten = ([first_flagged(net, t, limit, least) for t in flagged_spam] for least in (1, 10))
    passing = [np.mean([passes_glued(net, t, limit) for t in some])
               for some in (flagged_spam, short, ten)]
    print(f"network {seed}, {len(flagged_spam)} stopped spam; with a glued letter pass: whole "
          f"mails {passing[0]:.1%}; cut mails {passing[1]:.0%}, median length "
          f"{np.median([len(t) for t in short]):.0f} words; if ten words stay {passing[2]:.0%}")
    as_it_is = mail.scores(net, [(*t[:-1], 1) for t in flagged_spam]) > limit
    print(f"  of the whole mails {as_it_is.mean():.1%} are flagged without any erasing, too")
print(f"you said {my_share:.0%} of the whole and {my_cut_share:.0%} of the cut mails")

# %% [markdown]
# Whole mails hardly ever pass: with one word changed, 99 to 100 % of them are still flagged without
# any erasing. No theorem says so. A *cut mail* ends where the filter first flags it, so none of its
# shorter beginnings is flagged: 88 to 95 % of these pass. But look at what is left, 2 to 5 words of
# 40 (medians): hardly an advert. If at least ten words stay, 10 to 18 % pass, and an attacker may
# choose those. In no case was the theorem wrong: what it speaks of did not happen.
#
# ## Exercise 16.5: checking a sample (5 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: infusion with d = 3 on 20 tokens is 1,351 questions. One
# would like to ask fewer.
#
# The randomised version checks the mail itself, and `s` of its $n$ erasures, drawn without
# replacement.
#
# **a. `detection_probability(flags, s)`**: the probability that the sample flags an attacked mail.
#
# - `flags`: bool array, (n + 1,): `flags[0]` for the mail itself, which is always checked, then one
#   for each of the n erasures; n may be 0
# - `s`: a whole number, at least 0; more than n means all n
# - returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# The mail passes only if everything that was checked is not flagged.
# <details><summary>Hint 2: the idea</summary>
# Of all <code>math.comb(n, s)</code> samples, how many consist of erasures only that are not
# flagged?
# <details><summary>Hint 3: nearly the code</summary>
# <code>n, m = len(flags) - 1, int(flags[1:].sum())</code>, <code>s = min(s, n)</code>; <code>return
# 1.0 if flags[0] else 1 - math.comb(n - m, s) / math.comb(n, s)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-sample", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_detection(flags, s):
    """Every sample of s erasures, one by one."""
    samples = list(combinations(flags[1:].tolist(), min(s, len(flags) - 1)))
    return float(np.mean([bool(flags[0]) or any(sample) for sample in samples]))
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_5-sample", "solution": true}
def detection_probability(flags, s):
    """How likely the mail itself or one of s erasures, drawn without replacement, is flagged."""
    ### BEGIN SOLUTION
    if flags[0]:
        return 1.0
    rest = len(flags) - 1
    clean, passing = rest - int(np.sum(flags[1:])), 1.0
    for drawn in range(min(s, rest)):
        passing *= max(clean - drawn, 0) / (rest - drawn)
    return 1 - passing
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_5-sample-test", "points": 3}
@exercise("16.5")
def test_sample():
    """Four erasures, two of them flagged, and a sample of two."""
    def likely(flags, s):
        return expect_number(detection_probability(np.array(flags, bool), s),
                             "detection_probability")

    got = likely([0, 1, 0, 1, 0], 2)
    expect(abs(got - 0.75) > 1e-6, "0.75 lets the same erasure be drawn twice; of the 6 pairs, one "
           "has no flag", "with-replacement")
    expect(abs(got - 1.0) > 1e-6, "2 draws times one half is no probability: one pair of six has "
           "no flag", "share")
    expect(abs(got - (1 - 3 / 10)) > 1e-6, "the mail itself is checked apart; draw among the 4 "
           "erasures only", "counts-the-whole")
    expect(abs(got - 1 / 6) > 1e-6, "one flag in the sample is enough; both need not be",
           "all-not-any")
    expect(abs(got - 5 / 6) < 1e-6, f"5 of the 6 pairs hold a flag: 0.833333; yours: {got:.6f}")
    got = likely([1, 0, 0, 0], 1)
    expect(got == 1, f"the mail itself is flagged, and it is always checked: 1; yours: {got:g}",
           "whole-not-checked")
    for flags, s, truth in (([0, 1, 0], 0, 0.0), ([0, 1, 0], 5, 1.0), ([0], 3, 0.0),
                            ([0, 0, 0], 2, 0.0), ([1, 0], 0, 1.0), ([1], 3, 1.0)):
        got = likely(flags, s)
        expect(abs(got - truth) < 1e-6, f"flags {flags}, s = {s}: {truth:g}; yours: {got:.6f}",
               "edge-case")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1651)
    for n, s in product((1, 3, 6, 8), (1, 2, 4)):
        flags = rng.random(n + 1) < s / 5
        got, truth = likely(flags, s), oracle_detection(flags, s)
        expect(abs(got - truth) < 1e-6, f"{n} erasures, {flags[1:].sum()} flagged, s = {s}: "
               f"{truth:.6f}; yours: {got:.6f}", "other-arguments")
    ### END HIDDEN TESTS


test_sample()
print("16.5a: visible checks passed")

# %% [markdown]
# **b. `questions_for(n, promise)`**: how large must the sample be so that *every* attack that
# erasing can take back, against *every* filter that flags $P$, is found with a probability of at
# least `promise`? Attacks are not empty. Ask yourself what the worst attacker leaves you.
#
# - `n` at least 1: the number of erasures, one of which is $P$; `promise` in [0, 1]
# - returns the smallest such `s`, a whole number (treat what is short by 1e-9 as enough)
#
# <details><summary>Hint 1: where to look</summary>
# What is known for certain about the flags of the n erasures? And about the flag of the attacked
# mail?
# <details><summary>Hint 2: the idea</summary>
# One of the erasures is P, and P is flagged. Nothing else is certain. What is the chance that P is
# in the sample?
# <details><summary>Hint 3: nearly the code</summary>
# The chance is s/n: <code>return next(s for s in range(n + 1) if s / n >= promise - 1e-9)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex16_5-promise", "solution": true}
def questions_for(n, promise):
    """The smallest sample that finds P among n erasures with at least this probability."""
    ### BEGIN SOLUTION
    return max(0, math.ceil((promise - 1e-9) * n))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_5-promise-test", "points": 2}
@exercise("16.5")
def test_promise():
    """Twenty erasures."""
    got = expect_number(questions_for(20, 0.9), "questions_for")
    expect(got != 1, "one question is enough only if many erasures are flagged; certain is one: P",
           "hopes-for-many")
    expect(got <= 20, f"there are 20 erasures; yours: {got:g}; draws are without replacement: P is "
           "among s of n with probability s/n", "with-replacement")
    expect(got != 20, "20 questions find P for certain; 0.9 needs fewer", "all-of-them")
    expect(got == 18, f"P is among 18 of 20 with probability 0.9: 18; yours: {got:g}")
    for n, promise, truth in ((20, 0.91, 19), (20, 1.0, 20), (20, 0.0, 0), (1, 0.5, 1),
                              (10, 0.1 + 0.2, 3), (100, 0.55, 55)):
        got = expect_number(questions_for(n, promise), "questions_for")
        expect(got == truth, f"n = {n}, promise {promise:g}: {truth} (what is short by 1e-9 is "
               f"enough); yours: {got:g}", "rounds-wrongly")
    ### BEGIN HIDDEN TESTS
    for n, tenth in product((1, 4, 7, 10, 50, 1350), range(11)):
        got = expect_number(questions_for(n, tenth / 10), "questions_for")
        truth = -(-tenth * n // 10)
        expect(got == truth, f"n = {n}, promise {tenth / 10:g}: {truth}; yours: {got:g}",
               "rounds-wrongly")
    ### END HIDDEN TESTS


test_promise()
print("16.5b: visible checks passed")

# %% [markdown]
# ### Prediction 3
#
# The 204 mails of the hook, with the ten words that a gradient chose. The filter itself lets all of
# them pass. Erasing (suffix, d = 20) gives 20 erasures each. With a sample of only 2 of the 20,
# which share of these mails is flagged, on average? (`my_detection`, between 0 and 1)

# %% nbgrader={"grade_id": "ex16_5-predict", "solution": true}
PREDICT = {
    "name": "my_detection", "kind": "number", "low": 0, "high": 1, "outcome": 0.95,
    "seen": "sample of 2: flags 9[45]",
}
### BEGIN SOLUTION
my_detection = 0.6
### END SOLUTION

# %% id="sample-demo" tags=["demo"]
checked = [[t, *(left for left in erasures(t, 20, "suffix") if left != t)] for t in attacked
           if len(t) >= 20]
sizes = np.cumsum([len(some) for some in checked])[:-1]
flat = mail.scores(plain, [one for some in checked for one in some]) > 0
flags_of = np.split(flat, sizes)
counts = [int(flags[1:].sum()) for flags in flags_of]
print(f"{len(checked)} mails; erasures flagged of 20: fewest {min(counts)}, median "
      f"{np.median(counts):.0f}; all checked: {sum(any(f) for f in flags_of)} found")
for s in (1, 2, 5):
    found = np.mean([detection_probability(flags, s) for flags in flags_of])
    print(f"sample of {s}: flags {found:.1%}, certain is {s / 20:.0%}")
print(f"you said {my_detection:.0%}; a promise of 90 % needs {questions_for(20, 0.9)} of 20")

# %% [markdown]
# This gradient attack did not try to hide from erasing, and most erasures of its mails are flagged:
# a sample of two finds nearly all. What is *proven* for it is 10 %, since an attacker may leave you
# $P$ alone. A promise of 90 % needs 18 of the 20 checks. Kumar and others offer their sampled
# versions as empirical defences, too.
#
# ## Exercise 16.6: whatever the model says (6 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: if no filter is perfect, build the rest so that it need
# not be.
#
# An assistant reads mail for its owner. It holds three things, here one bit each: the request of
# its **user** (trusted), a **mail** (from anybody: untrusted) and the **diary** (secret). It runs a
# *program*, a list of steps on four registers: these three and `"scratch"`, which is 0 at the
# start.
#
# - `("ask", a, b)`: the model reads registers a and b; its answer goes into scratch
# - `("send", to, body)`: sends the bit in register body; to the **owner** if register to holds 1,
#   to an **outsider** if it holds 0
# - `("skipif", a)`: if register a holds 1, the next step is skipped
#
# The model may say anything: an attacker may have written it. So each register carries *labels*, a
# set that may hold `"mail"` and `"diary"`: whatever may have influenced it. And what decides which
# steps run has influenced all that comes after. A send is **dropped** (nothing is sent, the program
# goes on) unless both hold:
#
# 1. `"mail"` has influenced neither the recipient, nor whether this step runs
# 2. the recipient is the owner, or `"diary"` has influenced neither recipient, nor body, nor
#   whether this step runs
#
# Write `guarded_run(program, world, model)` so that for *every* model and *every* program
#
# - what outsiders get is the same in two worlds that differ in the diary only
# - to whom something is sent, one send after the other, is the same in two worlds that differ in
#   the mail only
# - nothing is dropped without need: a program that never reads the diary, and uses the mail in
#   bodies only, sends what it would send without any labels; and the owner may get the diary, also
#   after a `skipif` on it. Beyond this, a label too many is no fault
#
# Arguments: `program`, a list of such tuples; `world`, a dict with the bits `"user"`, `"mail"`,
# `"diary"`; `model`, a table: `model[x][y]` is the answer to bits x and y. Returns the list of what
# was sent: `(recipient, body)`, two bits, in order.
#
# <details><summary>Hint 1: where to look</summary>
# Keep values, labels of the registers, and one more set: what has influenced which steps run. Which
# steps add to which set?
# <details><summary>Hint 2: the idea</summary>
# An answer carries the labels of both questions. A <code>skipif</code> adds the labels of its
# register to the set for control, whether it skips or not, and there they stay: that something was
# <em>not</em> done tells, too.
# <details><summary>Hint 3: nearly the code</summary>
# Keep <code>labels = {"user": set(), "mail": {"mail"}, "diary": {"diary"}, "scratch": set()}</code>
# and <code>control = set()</code>. Ask: <code>labels["scratch"] = labels[a] | labels[b]</code>.
# Skipif: <code>control |= labels[a]</code>, always, and <code>skip</code> becomes whether the bit
# is 1. Send: let <code>to_labels = labels[to] | control</code> and <code>all_labels = to_labels |
# labels[body]</code>; send if <code>"mail" not in to_labels and (value[to] == 1 or "diary" not in
# all_labels)</code>. A skipped step does nothing but set <code>skip</code> back to False.
# </details></details></details>

# %% nbgrader={"grade_id": "setup-worlds", "locked": true}
INPUTS = ("user", "mail", "diary")
REGISTERS = (*INPUTS, "scratch")
WORLDS = [dict(zip(INPUTS, bits, strict=True)) for bits in product((0, 1), repeat=3)]
MODELS = [((a, b), (c, e)) for a, b, c, e in product((0, 1), repeat=4)]
STEPS = [("skipif", a) for a in REGISTERS] + [
    (kind, a, b) for kind in ("ask", "send") for a in REGISTERS for b in REGISTERS
]


def leaks(monitor, program, model):
    """Which of the two promises a program breaks, over all worlds: two bools (diary, mail)."""
    seen, told = {}, {}
    diary = mail_ = False
    for world in WORLDS:
        sent = [tuple(one) for one in monitor(program, dict(world), model)]
        outsiders = [body for to, body in sent if to == 0]
        diary |= seen.setdefault((world["user"], world["mail"]), outsiders) != outsiders
        names = [to for to, _ in sent]
        mail_ |= told.setdefault((world["user"], world["diary"]), names) != names
    return diary, mail_

# %% nbgrader={"grade_id": "oracle-run", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_unguarded(program, world, model):
    """What a program sends without any labels."""
    bits, sent, i = {**world, "scratch": 0}, [], 0
    while i < len(program):
        name, *where = program[i]
        values = [bits[register] for register in where]
        i += 1 + (name == "skipif" and values[0] == 1)
        if name == "ask":
            bits["scratch"] = model[values[0]][values[1]]
        elif name == "send":
            sent.append(tuple(values))
    return sent


def oracle_harmless(program):
    """Whether it never reads the diary and uses the mail in bodies only (scratch counts as "
      "mail)."""
    if any("diary" in step[1:] for step in program):
        return False
    return all(step[1] == "user" for step in program if step[0] != "ask")


def oracle_undropped():
    """Programs and worlds where nothing is dropped: harmless ones, and with an owner as user."""
    body = [("ask", "user", "mail"), ("ask", "mail", "scratch"), ("skipif", "user"),
            ("send", "user", "mail"), ("send", "user", "scratch")]
    owner = [("ask", "user", "diary"), ("ask", "scratch", "user"), ("skipif", "diary"),
             ("send", "user", "diary"), ("send", "user", "scratch")]
    for case, program in enumerate(product(body, repeat=3)):
        yield program, WORLDS[(3 * case) % 8]
    for case, program in enumerate(product(owner, repeat=3)):
        yield program, WORLDS[4 + case % 4]


def oracle_programs(seed, count):
    """Random programs of 2 to 5 steps."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, count)
    return [[STEPS[i] for i in rng.integers(0, len(STEPS), size)] for size in sizes]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_6-run", "solution": true}
def guarded_run(program, world, model):
    """What a program sends under labels: a list of (recipient, body)."""
    ### BEGIN SOLUTION
    bits = {**world, "scratch": 0}
    marks = {name: {name} - {"user", "scratch"} for name in bits}
    control, sent, skipped = set(), [], False
    for name, first, *second in program:
        if skipped:
            skipped = False
        elif name == "skipif":
            control = control | marks[first]
            skipped = bits[first] == 1
        elif name == "ask":
            bits["scratch"] = model[bits[first]][bits[second[0]]]
            marks["scratch"] = marks[first] | marks[second[0]] | control
        else:
            who, what = marks[first] | control, marks[second[0]]
            secret = bits[first] == 0 and "diary" in who | what
            if "mail" not in who and not secret:
                sent.append((bits[first], bits[second[0]]))
    return sent
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_6-run-test", "points": 6}
@exercise("16.6")
def test_run():
    """Small programs, each of which leaks through one hole or needs one permission."""
    echo, mixed = ((0, 0), (1, 1)), ((0, 1), (1, 0))  # the first bit; are they different?

    def guarded(program, world, model):
        got = guarded_run(list(program), dict(world), model)
        expect_returned(got, "guarded_run")
        expect(isinstance(got, list | tuple) and all(isinstance(one, tuple | list) and len(one) == 2
               for one in got), "guarded_run must return a list of pairs (recipient, body)",
               "no-list")
        expect(all(bit in (0, 1) for one in got for bit in one), "recipient and body are the bits "
               f"0 or 1; yours: {list(got)}", "no-bits")
        return [(int(to), int(body)) for to, body in got]

    def sends(program, user, truth, why, name, bits=(1, 1), model=echo):
        got = guarded(program, {"user": user, "mail": bits[0], "diary": bits[1]}, model)
        expect(got == truth, f"{program} with user {user}, mail {bits[0]}, diary {bits[1]} sends "
               f"{truth}: {why}; yours: {got}", name)

    def secure(program, why, name, model=echo):
        diary, letter = leaks(guarded, program, model)
        expect(not diary, f"{program}: what outsiders get depends on the diary: {why}", name)
        expect(not letter, f"{program}: to whom is sent depends on the mail: {why}", name)

    sends([("send", "user", "user")], 0, [(0, 0)], "nothing secret is in it", "block-all")
    sends([("send", "user", "mail")], 0, [(0, 1)], "a mail may be in a body", "block-any-label")
    sends([("send", "user", "diary")], 1, [(1, 1)], "the owner may get the diary",
          "block-any-label")
    sends([("ask", "user", "mail"), ("ask", "mail", "user"), ("send", "user", "user")], 1,
          [(1, 1)], "an ask gives new labels to scratch, not to user: is that a new set?",
          "ask-labels-others")
    sends([("ask", "user", "mail"), ("send", "user", "scratch")], 1, [(1, 0)], "the model says 0, "
          "as the bits are equal", "other-semantics", model=mixed)
    sends([("skipif", "user"), ("send", "user", "user"), ("send", "user", "mail")], 1, [(1, 1)],
          "only the next step is skipped", "other-semantics")
    sends([("skipif", "user"), ("skipif", "user"), ("send", "user", "mail")], 1, [(1, 1)],
          "a skipif that is skipped does not skip", "other-semantics")
    secure([("send", "user", "diary")], "look at the labels of the body, too", "recipient-only")
    secure([("send", "mail", "user")], "look at the labels of the recipient, too", "body-only")
    secure([("send", "diary", "user")], "that an outsider gets anything at all says that the diary "
           "holds 0", "no-recipient-secret")
    secure([("ask", "diary", "user"), ("send", "user", "scratch")], "the answer carries the labels "
           "of the first question", "ask-forgets")
    secure([("ask", "user", "diary"), ("send", "user", "scratch")], "the answer carries the labels "
           "of both questions", "first-label-only", model=((0, 1), (0, 1)))
    sends([("send", "mail", "user"), ("send", "user", "user")], 1, [(1, 1)], "the first send is "
          "dropped, and the program goes on", "stops-at-a-drop")
    sends([("send", "diary", "user")], 0, [(1, 0)], "the recipient is the owner, who may know what "
          "the diary holds", "owner-refused")
    sends([("skipif", "diary"), ("ask", "user", "user"), ("send", "user", "diary")], 1, [(1, 1)],
          "the owner may get the diary, also after a skipif on it", "owner-refused")
    sends([("ask", "user", "mail"), ("send", "user", "scratch")], 0, [(0, 1)], "the model was "
          "asked with 0 (user) and 1 (mail), and model[0][1] is 1", "other-semantics",
          model=((0, 1), (0, 0)))
    sends([("ask", "user", "user"), ("ask", "scratch", "user"), ("send", "user", "scratch")], 1,
          [(1, 1)], "the second ask reads the answer of the first", "other-semantics")
    secure([("ask", "user", "diary"), ("ask", "user", "scratch"), ("send", "user", "scratch")],
           "the second answer carries what the first carried", "forgets-scratch",
           model=((0, 1), (0, 1)))
    secure([("skipif", "diary"), ("send", "user", "user")], "whether this step runs was decided by "
           "the diary", "explicit-only")
    secure([("skipif", "diary"), ("ask", "user", "user"), ("send", "user", "user")], "a skipif "
           "tells whether or not it skips: its labels count in both cases", "untaken-branch")
    secure([("skipif", "diary"), ("ask", "user", "user"), ("send", "user", "scratch")],
           "that scratch was not written tells: the labels of a skipif stay",
           "label-ends-with-branch", model=((1, 1), (1, 1)))
    secure([("skipif", "diary"), ("skipif", "user"), ("send", "user", "user")], "the labels of the "
           "first skipif stay when a second one comes", "second-skipif-replaces")
    sends([("ask", "user", "user"), ("send", "scratch", "user")], 1, [(1, 1)], "the model was not "
          "asked about the mail, so its answer carries no label", "model-as-mail")
    secure([("skipif", "mail"), ("send", "user", "user")], "whether this step runs was decided by "
           "the mail", "mail-control")
    ### BEGIN HIDDEN TESTS
    for case, program in enumerate([*([step] for step in STEPS), *oracle_programs(1661, 60)]):
        secure(program, "a hidden program", "hidden-leak", MODELS[(5 * case + 3) % 16])
    for ask in product(REGISTERS, repeat=2):
        for send in (("scratch", "user"), ("user", "scratch")):
            program = [("ask", *ask), ("send", *send)]
            secure(program, "whatever the model was asked with marks its answer", "hidden-leak",
                   mixed)
    for case, (program, world) in enumerate(oracle_undropped()):
        expect(oracle_harmless(program) or world["user"] == 1, "nothing of this is dropped")
        model = MODELS[(7 * case) % 16]
        got, truth = guarded(program, world, model), oracle_unguarded(program, world, model)
        expect(got == truth, f"{list(program)} with {world}: nothing needs to be dropped, so "
               f"{truth} is sent; yours: {got}", "block-any-label")
        got = guarded([("send", "mail", "user"), *program], world, model)
        expect(got == truth, f"{list(program)} after a send that is dropped sends {truth}; yours: "
               f"{got}", "stops-at-a-drop")
    ### END HIDDEN TESTS


test_run()
print("16.6: visible checks passed")

# %% [markdown]
# The checks saw some programs. Now all of one and two steps, and of three steps those that leave
# the mail alone and end in a send, with all models and all worlds.

# %% id="all-programs" tags=["demo"]
every = [[a] for a in STEPS] + [[a, b] for a in STEPS for b in STEPS]
no_mail = [step for step in STEPS if "mail" not in step]
every += [[a, b, c] for a, b, c in product(no_mail, repeat=3) if c[0] == "send"]
broken = [program for program in every if any(any(leaks(guarded_run, program, m)) for m in MODELS)]
print(f"{len(every)} programs, {len(MODELS)} models, {len(WORLDS)} worlds: programs that leak: "
      f"{len(broken)}")

# %% [markdown]
# Not one leaks, and no model was trusted for it. The price is that some programs do nothing: who
# wants a mail to decide to whom an answer goes cannot have it. Debenedetti and others (2025) build
# such a layer around real assistants. How to keep account, while a program runs, of what was *not*
# done: Austin and Flanagan (2009), by another rule.
#
# ## Exercise 16.7: "it is certified" (2 points)
#
# Difficulty: 2 of 5 · Minutes: 10 · Why: the word will be on the brochure.
#
# A vendor writes: "Our assistant is certified against jailbreaks." (A *jailbreak* is an input that
# makes an assistant do what it must not.) Which two questions do you ask first? Give with each a
# number of your own from this lab that shows why you ask.
#
# <details><summary>Hint 1: where to look</summary>
# What comes before the comma in "if the filter flags P, then ..."? And which attacks come after?
# <details><summary>Hint 2: the idea</summary>
# Against which attacks, counted in what? And what does the filter do with what nobody attacked?
# <details><summary>Hint 3: nearly the words</summary>
# "Which attacks: how many tokens or letters, and where? Here ... passed with one letter. And how
# much does the filter miss, at how many false alarms? Here ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex16_7-why", "solution": true, "points": 2}
# ### BEGIN SOLUTION
# Which attacks: how many tokens or letters, and where? My certificate spoke of up to 20 tokens at
# the end; in five networks 88 to 95 % of the cut mails passed with one glued letter. And what is
# the promise relative to? It holds for what the filter flags without an attack: 87 % of the spam
# (median), at about 2 % of the ham. The other 13 % were never promised.
#
# Rubric:
#
# - 1 point: asks for the set of attacks with its unit (tokens or letters, where, how many), with a
#   number
# - 1 point: asks what the promise is relative to: what the filter misses without any attack, or its
#   false alarms, with a number
#
# Sample A (2/2): "Which attacks? With tokens erased, most cut mails passed by one glued letter. And
# how good is the filter itself: mine certified 87 % of the spam at 2 % false alarms, so 13 % were
# never promised."
#
# Sample B (0/2): "It is certified, so it is safe. I would ask what it costs."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 40 minutes: exercises 16.8 and 16.9.

# %% [markdown]
# ## Exercise 16.8: a theorem whose assumption the attacker chooses (5 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: a proof from an assumption
# is worth what the assumption is worth.
#
# Another defence (after Robey and others, 2023): make $N$ copies of a mail, replace tokens at $M$
# random places of each, and let the majority of the copies decide. Its theorem *assumes* that an
# attack fails as soon as at least $k$ of its $m$ added tokens are replaced.
#
# Write `promised(L, m, k, M, N)`: the probability that more than half of the copies stop the
# attack, under this assumption.
#
# - a mail of `L` tokens, the last `m` of which are the attack; in each copy `M` different places
#   out of L, all choices equally likely, are replaced; copies are independent; `N` is odd
# - `0 <= m <= L`, `0 <= M <= L`, `k` at least 0; returns a number in [0, 1]
#
# <details><summary>Hint 1: where to look</summary>
# Two steps: how likely does one copy stop the attack? Then, how likely do most of the copies?
# <details><summary>Hint 2: the idea</summary>
# In one copy: count the choices of M places of which j lie in the attack, for each j from k on.
# Then a binomial sum over more than half of N.
# <details><summary>Hint 3: nearly the code</summary>
# <code>p = sum(math.comb(m, j) * math.comb(L - m, M - j) for j in range(k, min(m, M) + 1)) /
# math.comb(L, M)</code>, then <code>return sum(math.comb(N, i) * p ** i * (1 - p) ** (N - i) for i
# in range(N // 2 + 1, N + 1))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-promised", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_promised(L, m, k, M, N):
    """Every choice of places of a copy, and every outcome of N copies."""
    stops = [sum(i >= L - m for i in places) >= k for places in combinations(range(L), M)]
    p = float(np.mean(stops))
    return sum(math.prod(p if one else 1 - p for one in outcome)
               for outcome in product((False, True), repeat=N) if 2 * sum(outcome) > N)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex16_8-promised", "solution": true}
def promised(L, m, k, M, N):
    """How likely most of N copies replace at least k of m attack tokens, M of L places each."""
    ### BEGIN SOLUTION
    fails = sum(math.comb(m, j) * math.comb(L - m, M - j) for j in range(min(k, M + 1)))
    stop = 1 - fails / math.comb(L, M)
    votes = np.array([1.0])
    for _ in range(N):
        votes = np.convolve(votes, [1 - stop, stop])
    return float(votes[N // 2 + 1 :].sum())
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_8-promised-test", "points": 5}
@exercise("16.8")
def test_promised():
    """Six tokens, two of them the attack; one copy, then three."""
    def value(*case):
        return expect_number(promised(*case), "promised")

    got = value(6, 2, 1, 2, 1)
    expect(abs(got - 5 / 9) > 1e-6, "0.5556 draws the places with replacement: M different places "
           "are wanted", "with-replacement")
    expect(abs(got - 8 / 15) > 1e-6, "at least k = 1 tokens must be replaced, not exactly 1",
           "exactly-k")
    expect(abs(got - 1 / 15) > 1e-6, "at least k = 1, not more than k", "more-than-k")
    expect(abs(got - 9 / 15) < 1e-6, "of 15 pairs of places 9 hit the attack: 0.6; yours: "
           f"{got:.6f}")
    got = value(6, 2, 1, 2, 3)
    expect(abs(got - 0.936) > 1e-6, "0.936 is the chance that any copy stops it; more than half "
           "must", "any-not-majority")
    expect(abs(got - 0.432) > 1e-6, "0.432 is exactly two of three; three of three count, too",
           "exactly-half")
    expect(abs(got - 0.648) < 1e-6, "at least two of three copies at 0.6 each: 0.648; yours: "
           f"{got:.6f}")
    for case, truth in (((6, 0, 1, 2, 3), 0.0), ((6, 2, 0, 2, 3), 1.0), ((6, 3, 4, 2, 3), 0.0),
                        ((5, 2, 1, 5, 1), 1.0), ((5, 2, 1, 0, 3), 0.0), ((4, 4, 2, 2, 1), 1.0)):
        got = value(*case)
        expect(abs(got - truth) < 1e-6, f"promised{case}: {truth:g}; yours: {got:.6f}", "edge-case")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1681)
    for _ in range(40):
        n = int(rng.integers(1, 9))
        m, k, M = rng.integers(0, (n + 1, 4, n + 1)).tolist()
        case = (n, m, k, M, int(rng.choice((1, 3, 5))))
        got, truth = value(*case), oracle_promised(*case)
        expect(abs(got - truth) < 1e-6, f"promised{case}: {truth:.6f}; yours: {got:.6f}",
               "other-arguments")
    ### END HIDDEN TESTS


test_promised()
print("16.8: visible checks passed")

# %% [markdown]
# ### Prediction 4
#
# The linear filter of the hook votes over 11 copies with a fifth of the places replaced by random
# words. The attacker adds the fewest good words that get a mail past the bare filter: without one
# of them it would be stopped, as the assumption with $k = 1$ has it. Then he adds 1, 2, 5 more than
# he needs. Does the promise (still with $k = 1$) rise or fall, and does the share of mails that the
# vote stops? (`my_promise`, `my_truth`: "rise" or "fall")

# %% nbgrader={"grade_id": "ex16_8-predict", "solution": true}
PREDICT = [
    {
        "name": "my_promise", "kind": "choice", "options": ["rise", "fall"], "outcome": "rise",
        "seen": r"5 words more than needed: promise 0\.9",
    },
    {
        "name": "my_truth", "kind": "choice", "options": ["rise", "fall"], "outcome": "fall",
        "seen": r"5 words more than needed: .* stopped 0\.000",
    },
]
### BEGIN SOLUTION
my_promise, my_truth = "fall", "fall"
### END SOLUTION

# %% id="voting" tags=["demo"]
def stopped_by_vote(tokens, g, kept=0, copies=11, share=0.2):
    """Whether most copies are flagged, a share of the places replaced, but none of the first."""
    n = len(tokens)
    ids = torch.tensor(tokens).repeat(copies, 1)
    for row in ids:
        places = torch.randperm(n, generator=g)[: int(share * n)]
        places = places[places >= kept]
        row[places] = torch.randint(2, 1000, (len(places),), generator=g)
    return bool((linear(ids) > 0).sum() * 2 > copies)


chosen = caught[::5]
for extra in (0, 1, 2, 5):
    g = torch.Generator().manual_seed(extra)
    claims, truths, spared = [], [], []
    for tokens in chosen:
        m = fewest_words(weight, mail.scores(linear, [tokens])[0], True) + extra
        full = tokens + (int(np.argmin(weight[2:])) + 2,) * m
        claims.append(promised(len(full), m, 1, int(0.2 * len(full)), 11))
        truths.append(np.mean([stopped_by_vote(full, g) for _ in range(10)]))
        spared.append(np.mean([stopped_by_vote(full, g, len(tokens)) for _ in range(10)]))
    print(f"{extra} words more than needed: promise {np.mean(claims):.3f}, stopped "
          f"{np.mean(truths):.3f}, stopped if the advert is spared {np.mean(spared):.3f} "
          f"({len(chosen)} mails, 10 votes each)")
print(f"you said: the promise will {my_promise}, what is stopped will {my_truth}")

# %% [markdown]
# A longer attack raises the promise, from 0.58 to nearly 1, and the vote stops next to nothing all
# along. The theorem is right; its assumption was that one replaced token undoes the attack. The
# last number is a control, in which only added words are replaced, never those of the advert: with
# no word to spare it stops a good part of what is promised (0.42 of 0.58), so there most is lost
# because the copies replace words of the advert, too. With two to spare it stops 1 %: whether the
# assumption holds is for the attacker to decide. The filter here is a toy, and this says nothing
# about how often the assumption holds for a large model.
#
# ## Exercise 16.9: words by gradient (4 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Deeper: nothing depends on it · Why: the attacks on large
# models that started all this (Zou and others, 2023) choose their words in this way.
#
# Each word is a row of a matrix, its *vector*; a network turns the vectors of a mail into a score.
# Words cannot be changed a little, vectors can: the gradient at a place says how the score changes
# when the vector there moves, to first order by the scalar product of gradient and move. Swapping a
# word moves its vector to that of another word.
#
# Write `best_swaps(embedding, gradient, k)`: for each place the `k` words that lower the score
# most, to first order, if the word at that place is swapped for them.
#
# - `embedding`: tensor, (words, width), the vectors, to be left as they are
# - `gradient`: tensor, (places, width), of the score with respect to the vector at each place
# - words 0 and 1 (padding, `<other>`) may not be chosen; there are at least `k` others
# - returns a tensor of word numbers, (places, k), in any order at each place
#
# <details><summary>Hint 1: where to look</summary>
# The move is the new vector minus the old one. Which part of the scalar product depends on the new
# word?
# <details><summary>Hint 2: the idea</summary>
# One matrix product gives a number for each place and word; the smallest are wanted.
# <details><summary>Hint 3: nearly the code</summary>
# <code>change = gradient @ embedding.T</code>, <code>change[:, :2] = math.inf</code>, then
# <code>return change.topk(k, largest=False).indices</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex16_9-swaps", "solution": true}
def best_swaps(embedding, gradient, k):
    """For each place the k words that lower the score most to first order: (places, k)."""
    ### BEGIN SOLUTION
    falls = torch.einsum("pw,vw->pv", gradient, embedding[2:])
    return 2 + falls.argsort(dim=1)[:, :k]
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex16_9-swaps-test", "points": 4}
@exercise("16.9")
def test_swaps():
    """Six words, two places whose gradients point in different directions."""
    vectors = torch.tensor([[9.0, 9.0], [-9.0, -9.0], [1.0, 0.0], [-1.0, 0.5], [0.2, -2.0], [-3.0,
                                                                                             4.0]])
    gradient = torch.tensor([[1.0, 0.0], [-1.0, -1.0]])

    def chosen(embedding, gradient, k):
        with untouched(embedding):
            got = best_swaps(embedding, gradient.clone(), k)
        got = expect_tensor(got, (len(gradient), k), "best_swaps")
        return [sorted(int(word) for word in row) for row in got]

    got = chosen(vectors, gradient, 2)
    expect(not {0, 1} & {word for row in got for word in row}, "words 0 and 1 may not be chosen",
           "uses-padding")
    expect(got[0] != [2, 4], "at place 0 words 2 and 4 raise the score most; it shall fall",
           "wrong-sign")
    expect(got[0] != got[1], "the two places have different gradients: choose for each place",
           "same-for-all-places")
    expect(got == [[3, 5], [2, 5]], "the scalar products are 1, -1, 0.2, -3 at place 0 and -1, "
           f"0.5, 1.8, -1 at place 1: words 3 and 5, and words 2 and 5; yours: {got}")
    got = chosen(vectors, gradient[:1], 1)
    expect(got != [[3]], "the change is the scalar product itself: do not divide by a length",
           "normalised")
    expect(got == [[5]], f"with k = 1 at place 0 word 5 is best; yours: {got}", "other-k")
    got = chosen(vectors, gradient, 3)
    expect(got == [[3, 4, 5], [2, 3, 5]], "with k = 3 words 3, 4, 5 and words 2, 3, 5, though some "
           f"of them raise the score: 0 and 1 may never be chosen; yours: {got}", "bars-by-zero")
    ### BEGIN HIDDEN TESTS
    g = torch.Generator().manual_seed(1691)
    for size, width, places, k in ((5, 1, 1, 1), (12, 3, 4, 2), (50, 8, 6, 9), (9, 4, 3, 7)):
        embedding = torch.randn(size, width, generator=g, dtype=torch.float64)
        gradient = torch.randn(places, width, generator=g, dtype=torch.float64)
        got = chosen(embedding, gradient, k)
        for row, slope in zip(got, gradient.tolist(), strict=True):
            falls = {word: sum(a * b for a, b in zip(slope, embedding[word].tolist(), strict=True))
                     for word in range(2, size)}
            truth = sorted(sorted(falls, key=falls.get)[:k])
            expect(row == truth, f"{size} words, k = {k}: at one place {truth}; yours: {row}",
                   "other-arguments")
    ### END HIDDEN TESTS


test_swaps()
print("16.9: visible checks passed")

# %% [markdown]
# Now the attack, with your function: ten words at the end; in each of ten rounds fifteen swaps of
# one word are tried, and the best is kept. The control tries fifteen swaps for words drawn at
# random.

# %% id="gradient-attack" tags=["demo"]
def swap_attack(net, tokens, by_gradient, g):
    """The round, from 1 to 10, in which ten words at the end deliver a mail; else 11."""
    head, tail = torch.tensor(tokens), torch.randint(2, 1000, (10,), generator=g)
    for turn in range(1, 11):
        offers = torch.randint(2, 1000, (10, 16), generator=g)
        if by_gradient:
            vectors = net.embedding[torch.cat([head, tail])][None].requires_grad_(True)
            score = net.from_vectors(vectors, torch.ones(1, vectors.shape[1], dtype=torch.bool))
            (slope,) = torch.autograd.grad(score.sum(), vectors)
            offers = best_swaps(net.embedding, slope[0, -10:], 16)
        places = torch.randint(0, 10, (15,), generator=g)
        trials = tail.repeat(16, 1)
        trials[range(1, 16), places] = offers[places, torch.randint(0, 16, (15,), generator=g)]
        scores = net(torch.cat([head.repeat(16, 1), trials], 1))
        tail = trials[scores.argmin()]
        if scores.min() <= 0:
            return turn
    return 11


turns = {"by gradient": [], "at random": []}
for seed in range(5):
    net = mail.net(f"plain{seed}")
    targets = [t for t, bad, s in zip(test.tokens, test.spam, mail.scores(net, test.tokens),
                                      strict=True) if bad and s > 0][:20]
    for kind, needed_turns in turns.items():
        g = torch.Generator().manual_seed(seed)
        needed_turns += [swap_attack(net, t, kind == "by gradient", g) for t in targets]
for kind, needed_turns in turns.items():
    by_network = [int((np.array(needed_turns[i : i + 20]) <= 3).sum()) for i in range(0, 100, 20)]
    print(f"{kind}: of 100 mails delivered after 3 rounds {sum(by_network)} (by network "
          f"{by_network}), after 10 rounds {sum(n <= 10 for n in needed_turns)}")

# %% [markdown]
# After three rounds the gradient has delivered 79 mails of 100 and the random control 51, and it is
# ahead in each of the five networks. After ten rounds it has delivered 99, but the control 87:
# filters as small as these fall to an attacker without any gradient, too. (A gradient round asks
# for one gradient more.)
#
# ## What you found
#
# A few words delivered every advert that two filters had stopped. Erasing and checking makes a
# filter keep its word against all attacks of one kind, at a price in false alarms that training can
# lower. The proof ends where the kind ends: at a block in the middle, at the token after the last
# one that is erased, at a letter that changes a token. A sample of the checks shows much and proves
# little. And labels on data need no judgement about any text at all.
#
# **Limits.** Filters of 30,000 weights, mails of 40 words of 2002, one split into training,
# validation and test. The theorems hold for any filter; the prices are those of these. The labels
# say nothing about what the owner is told (the mail may write lies into a body), nor about what
# outsiders learn from time or from dropped sends.
#
# **The paper** refers to Kumar and others (its reference 5) for certified safety of language
# models.
#
# **Read on.** Kumar, Agarwal, Srinivas, Li, Feizi, Lakkaraju, *Certifying LLM safety against
# adversarial prompting*, arXiv 2309.02705, 2023. Zou and others, *Universal and transferable
# adversarial attacks on aligned language models*, arXiv 2307.15043, 2023. Robey and others,
# *SmoothLLM*, arXiv 2310.03684, 2023 (it has an adaptive attack of its own). Lowd, Meek, *Good word
# attacks on statistical spam filters*, CEAS 2005. Debenedetti and others, *Defeating prompt
# injections by design*, arXiv 2503.18813, 2025. Austin, Flanagan, *Efficient purely-dynamic
# information flow analysis*, PLAS 2009.
#
# **Where next.** Lab 17: what a system does over a long time.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab16_language_models")
