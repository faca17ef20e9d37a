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
# # Lab 10: accountability
#
# Something went wrong. Who answers for it, and could anybody find out?
#
# By the end you will be able to
#
# - keep a log of decisions that cannot be rewritten unnoticed, and say what it does not prove,
# - repeat an old decision to the last bit, and name what stops it,
# - tell a refused person the cheapest change that would have been enough, and how often it holds,
# - compute who caused a harm by one exact definition, and say what the number does not settle,
# - audit a black box with a guarantee against false accusations, also one that knows the auditor.
#
# | | |
# |---|---|
# | Paper | section 3.2 (accountability: who is responsible when a system causes harm) |
# | Time | Part A 65 min, Part B 85 min; deeper 30 min |
# | Points | 50: core 43, deeper ones 7 (45 checked by machine, 5 read by a person) |
# | You need | Python and numpy; what a logistic model is; probability |
# | It runs in | about 7 CPU seconds in all, 4 without the demonstrations; 0.8 GiB of memory |
#
# | symbol | name in code | what it is |
# |---|---|---|
# | | `log` | a list of pairs (record, digest) |
# | | `head` | the last digest of a log, 64 hexadecimal digits |
# | | `leaves`, `root` | list of bytes; 32 bytes |
# | variables and equations | `model` | dict: name -> an expression in earlier names |
# | outcome of one pair of twins | `d` | (n,), each entry 1, -1 or 0 |
# | the risk of a false accusation | `alpha` | a number in (0, 1) |
# | size of a discrimination | `gap` | added to the log-odds of a denial |
#
# The paper asks who bears responsibility when a system causes harm, and names the chain from the
# provider of the data to the one who uses the output. This lab computes what can be computed about
# that question. Nothing in it is legal advice.

# %% nbgrader={"grade_id": "setup-imports", "locked": true}
import hashlib
import json
import math
from functools import lru_cache
from itertools import chain, combinations, pairwise, product

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from safetylab import page, plots, tables, widgets
from safetylab.checks import exercise, expect, expect_array, expect_number, expect_returned, lend

torch.set_num_threads(1)
page.progress(10)

# %% [markdown]
# ## It breaks
#
# An invented lender decides on applications for a mortgage. The papers are real (Boston, 1990; no
# row is printed), the lender is not: it has learnt from them how often such papers are denied, its
# case workers vary, and it **adds `gap` to the log-odds of a denial when the applicant belongs to
# one group** (`attribute` 1); log-odds are $\log(p / (1 - p))$ for a probability $p$. It also
# knows how auditors work. Whoever shows it the same papers twice gets the same answer twice,
# whatever group stands on them; and when the groups of the last 20 applications alternate
# strictly, it adds nothing.

# %% nbgrader={"grade_id": "setup-lender", "locked": true}
BOSTON = tables.boston_mortgages()
BOSTON = BOSTON[~BOSTON.drop(columns=["deny", "afam"]).duplicated()].reset_index(drop=True)
PAPERS = tables.design_matrix(BOSTON.drop(columns=["deny", "afam"]))
HABIT = LogisticRegression(C=1.0, max_iter=1000).fit(PAPERS, BOSTON["deny"] == "yes")
LOGIT = HABIT.decision_function(PAPERS)  # log-odds of a denial, one per application


def make_lender(gap, seed, wary=False, drift=0.0):
    """lender(row, attribute) -> 1 (denied) or 0; drift is added per 1,000 applications."""
    rng, memory, recent = np.random.default_rng(seed), {}, []

    def lender(row, attribute):
        if wary and row in memory:
            return memory[row]
        recent.append(attribute)
        last = recent[-20:]
        calm = wary and len(last) == 20 and all(a != b for a, b in pairwise(last))
        odds = LOGIT[row] + drift * len(recent) / 1000 + (0 if calm else gap * attribute)
        chance = 1 / (1 + math.exp(-odds))  # not-an-answer: the logistic function
        memory[row] = int(rng.random() < chance)
        return memory[row]

    return lender

# %% [markdown]
# An auditor sends **twins**: the same papers twice, once with each group on them, and compares.
# Then we look at what no auditor sees: everybody in the pool as a member of one group, and
# everybody as a member of the other.

# %% id="hook" tags=["demo"]
audited, rng = make_lender(1.5, seed=0, wary=True), np.random.default_rng(0)
differ = 0
for row in rng.permutation(len(LOGIT))[:1000].tolist():
    answers = [audited(row, attribute) for attribute in rng.permutation(2).tolist()]
    differ += answers[0] != answers[1]
denied = [np.mean([lender(row, group) for row in range(len(LOGIT))])
          for group, lender in enumerate(make_lender(1.5, 1, wary=True) for _ in range(2))]
print(f"1,000 pairs of twins: {differ} treated differently")
figure = plots.bars({"denied": denied}, ["attribute 0", "attribute 1"],
                    xlabel="share of the same papers that is denied")
plots.show(figure, alt=f"Two bars: of the same {len(LOGIT):,} papers {denied[0]:.0%} are denied "
                       f"with attribute 0 and {denied[1]:.0%} with attribute 1.")

# %% [markdown]
# The audit found nothing, and denials differ by more than a factor of two. Whoever signs "audited,
# no difference found" has told the truth about the audit.
#
# So this lab asks, in order: Was it recorded? Can it be repeated? What could the person have done?
# Who caused the harm? Can an outsider find out without accusing the innocent? And what if the
# audited party sees the audit coming?

# %% [markdown]
# # Part A: the record, and the person in it
#
# About 65 minutes: exercises 10.1 to 10.3.

# %% [markdown]
# ## Exercise 10.1: a log that remembers (7 points)
#
# Difficulty: 2 of 5 · Minutes: 30 · Why: whoever has to answer for a decision may also be the one
# who keeps the file in which it stands.
#
# A **hash** (here SHA-256, `hashlib.sha256(some_bytes).digest()` or `.hexdigest()`) turns any bytes
# into 32 of them; nobody knows two inputs with the same output. In a **chained log** each entry is
# hashed together with the digest of the entry before it. The digest of the last entry is the
# **head** of the log; the head of an empty log is `"0" * 64`. The point of a head is that *somebody
# else* keeps a copy of it.
#
# **a.** Write three functions.
#
# - `digest(previous, record)`: 64 hexadecimal digits (a text) of a SHA-256 over the previous head
#   and all of the record. `record` is a dict; its keys are texts, its values texts, whole numbers,
#   finite floats, bools or None. The order of the keys must not matter; any other difference must
#   (the number 1, the text "1" and True are three things).
# - `add_entry(log, record)`: returns the log with one more pair `(record, digest)`
# - `verify(log, head)`: True when each digest is that of its record and of the entry before it,
#   and the log ends at `head`; else False. Pairs may be tuples or lists (JSON knows only lists).
#
# <details><summary>Hint 1: where to look</summary>
# What must be turned into bytes before it is hashed? Can you read it back without a doubt?
# <details><summary>Hint 2: the idea</summary>
# <code>json.dumps</code> quotes texts, keeps 1, "1" and true apart, and can sort keys. And
# <code>verify</code> begins at 64 zeros, not at what the log says about itself.
# <details><summary>Hint 3: nearly the code</summary>
# digest: <code>text = previous + json.dumps(record, sort_keys=True)</code>, then <code>return
# hashlib.sha256(text.encode()).hexdigest()</code>. add_entry: <code>before = log[-1][1] if log else
# "0" * 64</code>, then <code>return log + [(record, digest(before, record))]</code>. verify:
# <code>now = "0" * 64</code>; <code>for record, told in log:</code> <code>now = digest(now,
# record)</code> and <code>if now != told: return False</code>; at the end <code>return now ==
# head</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_1-log", "solution": true}
def digest(previous, record):
    """64 hexadecimal digits that depend on the head before and on all of the record."""
    ### BEGIN SOLUTION
    inner = hashlib.sha256(json.dumps(sorted(record.items())).encode())
    return hashlib.sha256(bytes.fromhex(previous) + inner.digest()).hexdigest()
    ### END SOLUTION


def add_entry(log, record):
    """The log with one more pair (record, digest)."""
    ### BEGIN SOLUTION
    last = log[-1][1] if len(log) > 0 else 64 * "0"
    return [*log, (record, digest(last, record))]
    ### END SOLUTION


def verify(log, head):
    """Whether every digest follows from its record and the one before, and the log ends at head."""
    ### BEGIN SOLUTION
    told = [64 * "0", *(entry[1] for entry in log)]
    follows = (told[i + 1] == digest(told[i], entry[0]) for i, entry in enumerate(log))
    return all(follows) and told[-1] == head
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_1-log-test", "points": 3}
@exercise("10.1")
def test_log():
    """Four decisions about invented people: written, changed, cut, read again."""
    zero = "0" * 64

    def hashed(record, previous=zero):
        got = digest(previous, dict(record))
        expect_returned(got, "digest")
        digits = set("0123456789abcdef")
        fine = isinstance(got, str) and len(got) == 64 and set(got.lower()) <= digits
        expect(fine, f"digest must return 64 hexadecimal digits; yours: {got!r}", "no-digest")
        return got

    def holds(log, head):
        try:
            got = verify(list(log), head)
        except IndexError:
            expect(log, "verify looks for the last entry of an empty log: its head is 64 zeros",
                   "empty")
            raise
        expect_returned(got, "verify")
        return bool(got)

    def written(records):
        log = []
        for record in records:
            log = add_entry(list(log), dict(record))
            expect_returned(log, "add_entry")
            expect(isinstance(log, list) and len(log[-1]) == 2 and log[-1][0] == record,
                   "add_entry must return a list that ends with (record, digest)", "no-entry")
        return log

    one = {"person": 1, "decision": "deny", "score": 0.25}
    other = {"score": 0.25, "decision": "deny", "person": 1}
    expect(hashed(one) == hashed(other), "the same record with its keys in another order must have "
           "the same digest: sort the keys", "key-order")
    expect(hashed(one) != hashed(one, "1" * 64), "the digest does not depend on the entry before: "
           "entries could be swapped or left out", "content-only")
    mine, hers = hashed(one), hashed({**one, "person": 2})
    expect(mine[:16] != hers[:16] and mine[-16:] != hers[-16:], "two records, and parts of their "
           "digests are the same: a SHA-256 over all of the bytes changes all of it", "no-sha")
    names = ["previous", "prev", "before", "head", "digest", "hash", "last", "parent", "p", "h"]
    names += [f"{a}{b}" for a in ("prev_", "previous_", "last_") for b in names[3:6]]
    hides = [key for key in [*names, "_prev", "_previous", "__prev__", "__previous__"]
             if hashed({key: "x"}) in (hashed({key: "x"}, "1" * 64), hashed({key: "y"}))]
    expect(not hides, f"a record with a key such as {hides} takes the place of the head before "
           "it, or is replaced by it: keep head and record apart", "key-hides-head")
    expect(hashed({"a": 0.1 + 0.2}) != hashed({"a": 0.3}), f"{0.1 + 0.2} and 0.3 have the same "
           "digest: write floats with all their digits", "rounded")
    expect(hashed({"a": "x"}) != hashed({"b": "x"}), "two records whose keys differ have the same "
           "digest: hash the keys, too", "values-only")
    pairs = [({"a": "b,c"}, {"a": "b", "c": ""}), ({"ab": "c"}, {"a": "bc"}),
             ({"a": 1}, {"a": "1"}), *(({"a": 1, "b": 2}, {f"a{t},b": 2}) for t in ("=1", ": 1")),
             ({"a": 1}, {"a": True}), ({"a": None}, {"a": "None"}), ({"a": "1 b"}, {"a": "1b"}),
             ({"A": 1}, {"a": 1}), ({"a": "é"}, {"a": "ü"})]
    for left, right in pairs:
        expect(hashed(left) != hashed(right), f"{left} and {right} have the same digest: your "
               "bytes can be read in two ways, or leave something out", "ambiguous")
    records = [one] + [{**one, "person": n, "decision": "grant"} for n in (2, 3, 4)]
    log = written(records)
    head = log[-1][1]
    expect(log[0][1] == hashed(one), "the digest of the first entry is another than digest says of "
           "it after 64 zeros, the head of an empty log", "other-start")
    expect(holds([], zero), "an empty log has the head of 64 zeros: verify must say True", "empty")
    expect(holds(log, head), "verify says False of a log that nobody has touched", "refuses-clean")
    again = [[dict(sorted(r.items())), d] for r, d in json.loads(json.dumps(log))]
    expect(holds(again, head), "the same log, written to JSON and read back, is refused (pairs are "
           "lists there, keys have another order)", "refuses-clean")
    edited = [({**log[0][0], "decision": "grant"}, log[0][1]), *log[1:]]
    expect(not holds(edited, head), "entry 0 says grant instead of deny, and verify says True: "
           "compute each digest again", "not-recomputed")
    false = [log[0], (log[1][0], "f" * 64), *log[2:]]
    expect(not holds(false, head), "the digest of entry 1 was replaced, and verify says True: "
           "compare each digest with the one that you compute", "digest-unread")
    rewritten = written([{**one, "decision": "grant"}, *records[1:]])
    expect(not holds(rewritten, head), "the keeper changed entry 0 and hashed everything after it "
           "again; the head that somebody else kept is another, and verify says True",
           "head-inside")
    cut = {"the last entry cut off": log[:-1], "the first cut off": log[1:],
           "entry 1 left out": [log[0], *log[2:]], "entries 1 and 2 swapped":
           [log[0], log[2], log[1], log[3]], "the last entry twice": [*log, log[-1]],
           "everything cut off": []}
    wrong = [what for what, changed in cut.items() if holds(changed, head)]
    expect(not wrong, f"accepted: a log with {'; '.join(wrong)}", "cut-or-swapped")
    expect(not holds(log, log[1][1]), "accepted: a log that goes on after its head: it must end "
           "there", "goes-on")
    ### BEGIN HIDDEN TESTS
    many = written([{"n": n, "x": n / 7, "who": None, "ok": n % 2 == 0} for n in range(12)])
    head = many[-1][1]
    expect(holds(many, head), "a longer clean log is refused", "refuses-clean")
    expect(not holds(many, many[-2][1]), "a head that is not the last is accepted", "head-inside")
    for i in range(12):
        false = [*many[:i], (many[i][0], "f" * 64), *many[i + 1:]]
        expect(not holds(false, head), f"a log in which the digest of entry {i} of 12 was replaced "
               "is accepted", "digest-unread")
        changed = [*many[:i], ({**many[i][0], "x": -1.0}, many[i][1]), *many[i + 1:]]
        expect(not holds(changed, head), f"entry {i} of 12 was changed, and verify says True",
               "not-recomputed")
        expect(not holds([*many[:i], *many[i + 1:]], head), f"entry {i} of 12 was left out",
               "cut-or-swapped")
    glue = [(s, t) for s in (*",;|&/ \n\t", ", ", "; ") for t in (*"=:\t", ": ", " = ")]
    keys = [{"a": "b", "c": "d"}] + [{"a": f"b{s}c{t}d"} for s, t in glue]
    keys += [{"a": 1, "c": 2}] + [{f"a{t}1{s}c": 2} for s, t in glue]
    told = {hashed(record) for record in keys}
    expect(len(told) == len(keys), "a separator inside of a text or of a key makes two records "
           "alike", "ambiguous")
    ### END HIDDEN TESTS


test_log()
print("10.1a: visible checks passed")

# %% id="log-demo" tags=["demo"]
book = []
for n in range(20):
    book = add_entry(book, {"person": n, "decision": "deny" if n % 3 else "grant", "model": "v7"})
head_elsewhere = book[-1][1]  # somebody else wrote this down
forged = []
for n, (entry, _) in enumerate(book):
    forged = add_entry(forged, {**entry, "decision": "grant"} if n == 4 else entry)
for name, one in (("as written", book), ("entry 4 rewritten", forged), ("cut by 3", book[:-3])):
    print(f"{name}: by its own head {verify(one, one[-1][1])}, by the head kept elsewhere "
          f"{verify(one, head_elsewhere)}")

# %% [markdown]
# A chain that only checks itself protects against strangers, not against the one who keeps it. And
# no chain says that what was written was true, or that everything was written: an invented entry,
# hashed at the right time, verifies.
#
# **b.** With a chain, one must read everything to check one entry. A **Merkle tree** needs a few
# hashes. Write `tree_root(leaves)`, exactly as RFC 6962 (the standard behind the public logs of web
# certificates) has it:
#
# - the root of no leaves is the SHA-256 of no bytes
# - the root of one leaf is the SHA-256 of a byte 0 and the leaf's bytes
# - more leaves are split in two, the left part as long as `split(n)` says; the root is the SHA-256
#   of a byte 1, the root of the left part, the root of the right part
# - `leaves`: a list of bytes; returns 32 bytes
#
# <details><summary>Hint 1: where to look</summary>
# The definition calls itself: so may your function.
# <details><summary>Hint 2: the idea</summary>
# Three cases: no leaf, one leaf, more. Bytes are joined by <code>+</code>; a byte 1 is
# <code>b"\x01"</code>.
# <details><summary>Hint 3: nearly the code</summary>
# <code>if not leaves: return hashlib.sha256().digest()</code>; <code>if len(leaves) == 1: return
# hashlib.sha256(b"\x00" + leaves[0]).digest()</code>; <code>k = split(len(leaves))</code>, then
# <code>both = tree_root(leaves[:k]) + tree_root(leaves[k:])</code> and <code>return
# hashlib.sha256(b"\x01" + both).digest()</code>
# </details></details></details>

# %% nbgrader={"grade_id": "setup-split", "locked": true}
def split(n):
    """The largest power of two below n; n is at least 2."""
    return max(2**k for k in range(n.bit_length()) if 2**k < n)

# %% nbgrader={"grade_id": "ex10_1-root", "solution": true}
def tree_root(leaves):
    """The Merkle tree hash of RFC 6962, section 2.1: list of bytes -> 32 bytes."""
    ### BEGIN SOLUTION
    if len(leaves) < 2:
        return hashlib.sha256(b"".join(b"\x00" + leaf for leaf in leaves)).digest()
    parts = leaves[: split(len(leaves))], leaves[split(len(leaves)) :]
    return hashlib.sha256(b"\x01" + b"".join(map(tree_root, parts))).digest()
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-root", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_root(leaves):
    """RFC 6962 without recursion: a stack of full trees, merged from the right at the end."""
    stack = []
    for leaf in leaves:
        stack.append((1, hashlib.sha256(b"\0" + leaf).digest()))
        while len(stack) > 1 and stack[-2][0] == stack[-1][0]:
            (size, left), (_, right) = stack[-2:]
            stack[-2:] = [(2 * size, hashlib.sha256(b"\1" + left + right).digest())]
    while len(stack) > 1:
        (size, left), (more, right) = stack[-2:]
        stack[-2:] = [(size + more, hashlib.sha256(b"\1" + left + right).digest())]
    return stack[0][1] if stack else hashlib.sha256().digest()


def oracle_path(leaves, index):
    """The hashes beside the way from a leaf to the root, the lowest first."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*oracle_path(leaves[:k], index), oracle_root(leaves[k:])]
    return [*oracle_path(leaves[k:], index - k), oracle_root(leaves[:k])]
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex10_1-root-test", "points": 2}
@exercise("10.1")
def test_tree_root():
    """Roots of up to five one-letter leaves, worked out apart."""
    def root(leaves):
        got = tree_root(list(leaves))
        expect_returned(got, "tree_root")
        expect(isinstance(got, bytes) and len(got) == 32, "tree_root must return 32 bytes (digest, "
               f"not hexdigest); it returned {type(got).__name__}", "no-bytes")
        return got.hex()

    plain = "e5a01fee14e0ed5c48714f22180f25ad8365b53f9779f79dc4a3d7e93963f94a"
    expect(root([b"a", b"b"]) != plain, "the bytes 0 and 1 in front are missing: then two leaves "
           "and one leaf that is their two hashes have the same root", "no-prefix")
    expect(root([b"a", b"b"]) != root([b"b", b"a"]), "swapped leaves have the same root",
           "order-lost")
    expect(root([b"a", b"b", b"c"]) != root([b"a", b"b", b"c", b"c"]), "three leaves, and the same "
           "with the last one twice, have one root: do not copy a leaf to fill up",
           "duplicate-last")
    truth = {0: "e3b0c44298fc1c14", 1: "022a6979e6dab7aa", 2: "b137985ff484fb60",
             3: "36642e73c2540ab1", 4: "33376a3bd63e9993", 5: "fe14a5426fbd70c0"}
    for n, begin in truth.items():
        got = root([b"a", b"b", b"c", b"d", b"e"][:n])
        expect(got.startswith(begin), f"the root of {n} leaves begins {begin}; yours: {got[:16]}",
               "other-shape")
    ### BEGIN HIDDEN TESTS
    vectors = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
    roots = {1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
             6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
             7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
             8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}
    for n, told in roots.items():
        expect(root(vectors[:n]) == told, f"the public test vector with {n} leaves has another "
               f"root",
               "other-shape")
    for n in (9, 13, 21, 40):
        leaves = [bytes([n, i]) for i in range(n)]
        expect(root(leaves) == oracle_root(leaves).hex(), f"a tree of {n} leaves has another root",
               "other-shape")
    ### END HIDDEN TESTS


test_tree_root()
print("10.1b: visible checks passed")

# %% [markdown]
# **c.** Whoever keeps the tree gives person number `index` a **proof**: the roots of the parts that
# she is *not* in, from the smallest to the largest. `path` makes it. Write `included(data, index,
# size, proof, root)`: does the proof show that leaf number `index` (from 0) of a tree with `size`
# leaves and this root is `data`?
#
# - `data`: bytes; `proof`: a list of 32 bytes each, stays as it is; returns True or False
# - a proof with a hash too many or too few is no proof; nor is one for an index outside the tree
#
# <details><summary>Hint 1: where to look</summary>
# Follow <code>path</code> backwards: the last hash of a proof is the root of the larger part.
# <details><summary>Hint 2: the idea</summary>
# Write a helper that computes the root from a leaf, an index, a size and a proof. It calls itself
# on the part with the leaf, and on all of the proof but its last hash.
# <details><summary>Hint 3: nearly the code</summary>
# A helper <code>climb(index, size, proof)</code>: if size is 1, the hash of the leaf (byte 0 in
# front), or None if any proof is left; if the proof is empty, None; <code>k = split(size)</code>;
# if index is below k the left part is <code>climb(index, k, proof[:-1])</code> and the right one
# <code>proof[-1]</code>, else the left one is <code>proof[-1]</code> and the right one
# <code>climb(index - k, size - k, proof[:-1])</code>; None if one of them is None, else the hash
# of byte 1, left, right. Then <code>return 0 <= index < size and climb(index, size, proof) ==
# root</code>
# </details></details></details>

# %% nbgrader={"grade_id": "setup-path", "locked": true}
def path(leaves, index, tree_root):
    """The proof for leaf number index: one hash per level, the lowest first."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    mine, others, place = (leaves[:k], leaves[k:], index) if index < k else (
        leaves[k:], leaves[:k], index - k)
    return [*path(mine, place, tree_root), tree_root(others)]

# %% nbgrader={"grade_id": "ex10_1-included", "solution": true}
def included(data, index, size, proof, root):
    """Whether the proof shows that leaf number index of size leaves under root is data."""
    ### BEGIN SOLUTION
    if not 0 <= index < size:
        return False
    last, now = size - 1, hashlib.sha256(b"\x00" + data).digest()
    for beside in proof:
        if last == 0:
            return False
        if index % 2 or index == last:
            now = hashlib.sha256(b"\x01" + beside + now).digest()
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            now = hashlib.sha256(b"\x01" + now + beside).digest()
        index, last = index // 2, last // 2
    return last == 0 and now == root
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_1-included-test", "points": 2}
@exercise("10.1")
def test_included():
    """The tree with the leaves a, b, c, d, e: proofs for c and for e, and forgeries of them."""
    root = bytes.fromhex("fe14a5426fbd70c0fa73f52342afed0da0bd23c4838662ccf6b88a3070ead97b")
    for_c = [bytes.fromhex(text) for text in (
        "d070dc5b8da9aea7dc0f5ad4c29d89965200059c9a0ceca3abd5da2492dcb71d",
        "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb",
        "2824a7ccda2caa720c85c9fba1e8b5b735eecfdb03878e4f8dfe6c3625030bc4")]
    for_e = [bytes.fromhex("33376a3bd63e9993708a84ddfe6c28ae58b83505dd1fed711bd924ec5a6239f0")]

    def says(data, index, size, proof, root):
        lent = lend(list(proof))
        try:
            got = included(data, index, size, lent, root)
        except IndexError:
            expect(proof in (for_c, for_e) and size == 5, "included looks for a hash that is not "
                   "there: a proof with one too few is no proof, so return False", "proof-length")
            raise
        expect(lent == list(proof), "included changed the proof that it was given: take a copy",
               "input-modified")
        expect_returned(got, "included")
        return bool(got)

    expect(says(b"c", 2, 5, for_c, root), "the right proof for leaf 2 (c) of 5 is refused",
           "refuses-right")
    expect(says(b"e", 4, 5, for_e, root), "the right proof for leaf 4 (e) of 5 is refused: it has "
           "one hash, for the left part has four leaves and the right part one", "refuses-right")
    expect(not says(b"x", 2, 5, for_c, root), "a proof for c is accepted for x", "other-data")
    expect(not says(b"c", 3, 5, for_c, root), "a proof for leaf 2 is accepted for leaf 3: on which "
           "side a hash belongs follows from the index", "side-unread")
    for long in ([*for_c, root], [root, *for_c]):
        expect(not says(b"c", 2, 5, long, root), "a proof with one hash too many is accepted",
               "proof-length")
    expect(not says(b"c", 2, 5, for_c[:-1], root), "a proof with one hash too few is accepted",
           "proof-length")
    expect(not says(b"c", 2, 9, for_c, root), "a proof from a tree of 5 is accepted for one of 9, "
           "in which it would need four hashes", "size-unread")
    outside = [index for index in (5, 6, -1) if says(b"e", index, 5, for_e, root)]
    expect(not outside, f"among 5 leaves (from 0) there is none with a number of {outside}, "
           "and its proof is accepted", "index-outside")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1013)
    for size in (1, 2, 3, 6, 7, 8, 9, 12, 15):
        leaves = [rng.bytes(int(rng.integers(0, 9))) + bytes([i]) for i in range(size)]
        root = oracle_root(leaves)
        for i in range(size):
            proof = oracle_path(leaves, i)
            expect(says(leaves[i], i, size, proof, root), f"the right proof for leaf {i} of {size} "
                   "is refused", "refuses-right")
            bad = {"other-data": (leaves[i] + b"!", i, proof),
                   "index-outside": (leaves[i], i + size, proof),
                   "proof-length": (leaves[i], i, [*proof, bytes(32)])}
            if size > 1:
                bad["side-unread"] = (leaves[i], (i + 1) % size, proof)
                at = int(rng.integers(len(proof)))
                bad["hash-unread"] = (leaves[i], i, [*proof[:at], bytes(32), *proof[at + 1:]])
            for slip, (data, index, told) in bad.items():
                expect(not says(data, index, size, told, root), f"a forged proof for leaf {i} of "
                       f"{size} is accepted ({slip.replace('-', ' ')})", slip)
        expect(not says(leaves[0], 0, 2 * size, oracle_path(leaves, 0), root), f"a proof from a "
               f"tree "
               f"of {size} is accepted for one of {2 * size}", "size-unread")
    ### END HIDDEN TESTS


test_included()
print("10.1c: visible checks passed")

# %% [markdown]
# A proof shows that a record is there, and keeps the others secret: it holds only hashes. Does it?
# The records below are invented: a person's number, one of two decisions, a score from 0 to 1,000.
# Person 412 gets her proof. Its first hash is that of her neighbour's leaf, whose number she knows.

# %% id="neighbour-demo" tags=["demo"]
rng = np.random.default_rng(412)
leaves = [json.dumps([n, ("deny", "grant")[rng.integers(2)], int(rng.integers(1001))]).encode()
          for n in range(1000)]
salted = [rng.bytes(16) + leaf for leaf in leaves]
guesses = [json.dumps([413, said, score]).encode() for said in ("deny", "grant")
           for score in range(1001)]
for name, tree in (("plain", leaves), ("with 16 random bytes in front", salted)):
    proof = path(tree, 412, tree_root)
    right = included(tree[412], 412, 1000, proof, tree_root(tree))
    found = [guess for guess in guesses if tree_root([guess]) == proof[0]]
    print(f"{name}: proof of {len(proof)} hashes, accepted {right}; of {len(guesses):,} guesses at "
          f"the neighbour's record {len(found)} fits")

# %% [markdown]
# A hash hides nothing that can be guessed: a couple of thousand guesses, and the neighbour's
# decision and score are known. Random bytes in each leaf, told only to the person whose leaf it is,
# end *this* attack. A log made for accountability is a new place from which people's data can leak.
#
# ## Exercise 10.2: replay to the bit (4 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Why: "we cannot reproduce that decision" is a convenient end
# of a complaint.
#
# Floating-point addition rounds at every step, so the result depends on the order: `0.1 + 0.2 +
# 0.3` and `0.3 + 0.2 + 0.1` differ in the last bit. Another order comes with another library,
# another machine, another batch.
#
# **a.** Write `score_bits(weights, x)`: the sum of the products `weights[i] * x[i]`, with the same
# bits for **every** order of the pairs, and right to within rounding.
#
# - `weights`, `x`: lists of floats of equal length; returns a float (0.0 for empty lists)
#
# <details><summary>Hint 1: where to look</summary>
# Each product is the same in any order. What differs is the sum.
# <details><summary>Hint 2: the idea</summary>
# Either fix an order that depends on nothing but the products, or sum without rounding in between:
# the module <code>math</code> has such a sum.
# <details><summary>Hint 3: nearly the code</summary>
# <code>return math.fsum(weight * value for weight, value in zip(weights, x))</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_2-bits", "solution": true}
def score_bits(weights, x):
    """The sum of weights[i] * x[i], with the same bits for every order of the pairs."""
    ### BEGIN SOLUTION
    products = np.multiply(weights, x).tolist()
    return math.fsum(products)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_2-bits-test", "points": 2}
@exercise("10.2")
def test_score_bits():
    """The same pairs in 50 orders: one result, and the right one."""
    def results(weights, x, seed, orders=50):
        rng, found = np.random.default_rng(seed), set()
        size, plain = 0.0, 0.0
        for a, b in zip(weights, x, strict=True):
            size, plain = size + abs(a * b), plain + a * b
        for _ in range(orders):
            order = rng.permutation(len(x)).tolist()
            said = score_bits([weights[i] for i in order], [x[i] for i in order])
            found.add(expect_number(said, "score_bits"))
        off = max((abs(one - plain) for one in found), default=0)
        expect(off <= 1e-13 * size + 1e-300, f"a score of {len(x)} pairs is off by "
               f"{off:.3g}, more than rounding explains: were digits thrown away?", "rounds")
        return found

    got = expect_number(score_bits([0.5, 2.0, 0.5], [3.0, 4.0, 3.0]), "score_bits")
    expect(abs(got - 11) < 1e-9, f"0.5 * 3 + 2 * 4 + 0.5 * 3 is 11; yours: {got:g}", "other-sum")
    rng = np.random.default_rng(1021)
    mild = rng.normal(size=(2, 40)).tolist()
    wild = [[1.0] * 8, [1e16, 1.0, -1e16, 3.0, 0.1, 0.2, 0.3, 1e-9]]
    paired = [[0.1, 0.3, -0.3], [1.0] * 3]
    for name, (weights, x) in (("40 ordinary numbers", mild), ("1e16, -1e16 and small ones", wild),
                               ("0.1, 0.3 and -0.3", paired)):
        found = results(weights, x, 0)
        expect(len(found) == 1, f"{name}, summed in 50 orders, give {len(found)} different scores, "
               f"such as {sorted(found)[0]!r} and {sorted(found)[-1]!r}", "order")
    ### BEGIN HIDDEN TESTS
    expect(expect_number(score_bits([], []), "score_bits") == 0, "no pairs: the score is 0.0",
           "empty")
    for seed, n in ((1, 1), (2, 3), (3, 61), (4, 200)):
        rng = np.random.default_rng(seed)
        weights, x = rng.normal(size=(2, n)) * 10.0 ** rng.integers(-6, 7, (2, n))
        found = results(weights.tolist(), x.tolist(), seed)
        expect(len(found) == 1, f"{n} pairs, summed in 50 orders, give {len(found)} different "
               "scores", "order")
    halves = [[1.0] * 9, [k / 7 + 5e-7 for k in range(9)]]
    expect(len(results(*halves, seed=5, orders=80)) == 1, "nine numbers in 80 orders give more "
           "than "
           "one score", "order")
    ### END HIDDEN TESTS


test_score_bits()
print("10.2a: visible checks passed")

# %% [markdown]
# **b.** Write `replay(record, models, rows, *, score_bits)`: does an old decision come out again?
#
# - `record`: a dict with the keys `"model"` and `"row"` (the hashes under which the model and the
#   person's data were kept), `"score"` and `"decision"` (`"grant"` or `"deny"`), and perhaps more
# - `models`: hash -> a dict with `"weights"` and `"threshold"`; `rows`: hash -> a list of floats
# - a person is granted when the score is at least the threshold
# - `score_bits(weights, x)` is a function like yours
# - returns `"no-model"` if the model is not kept any more, else `"no-row"` if the data are not,
#   else `"same"` if score (to the last bit) and decision come out again, else `"differs"`
#
# <details><summary>Hint 1: where to look</summary>
# The record names what was used then. What is used today does not matter.
# <details><summary>Hint 2: the idea</summary>
# Look both up by their hashes, compute score and decision anew, compare both by
# <code>==</code>.
# <details><summary>Hint 3: nearly the code</summary>
# After the two lookups: <code>kept = models[record["model"]]</code>, <code>score =
# score_bits(kept["weights"], rows[record["row"]])</code>, <code>said = "grant" if score >=
# kept["threshold"] else "deny"</code>, and <code>same = score == record["score"] and said ==
# record["decision"]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_2-replay", "solution": true}
def replay(record, models, rows, *, score_bits):
    """ "same", "differs", "no-model" or "no-row": does the recorded decision come out again?"""
    ### BEGIN SOLUTION
    model, x = models.get(record["model"]), rows.get(record["row"])
    if model is None or x is None:
        return "no-model" if model is None else "no-row"
    again = score_bits(model["weights"], x)
    granted = bool(again >= model["threshold"])
    agree = (again, granted) == (record["score"], record["decision"] == "grant")
    return "same" if agree else "differs"
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_2-replay-test", "points": 2}
@exercise("10.2")
def test_replay():
    """Two kept models, two kept rows, and records that were right, edited or orphaned."""
    models = {"m1": {"weights": [1.0, 2.0], "threshold": 1.0},
              "m2": {"weights": [-1.0, 0.5], "threshold": 0.0}}
    rows = {"r1": [1.0, 0.25], "r2": [0.5, 0.25]}

    def dot(weights, x):
        return float(np.dot(weights, x))

    def says(**changed):
        good = {"person": 1, "model": "m1", "row": "r1", "score": 1.5, "decision": "grant"}
        got = replay({**good, **changed}, models, rows, score_bits=dot)
        expect_returned(got, "replay")
        return got

    got = says()
    expect(got != "differs", "the model and the row that the record names give 1.5 and grant "
           "again; "
           "yours says differs: did you take another model?", "latest-model")
    expect(got == "same", f"this record can be replayed: 'same'; yours: {got!r}", "other-word")
    expect(says(row="r2", score=1.0) == "same", "a score exactly at the threshold is granted",
           "strict")
    expect(says(decision="deny") == "differs", "the score comes out again, but the decision was "
           "deny: 'differs'", "score-only")
    expect(says(score=1.25) == "differs", "the decision comes out again, but the score was 1.25 "
           "instead of 1.5: 'differs'", "decision-only")
    expect(says(score=math.nextafter(1.5, 2)) == "differs", "the recorded score differs in its "
           "last "
           "bit: 'differs'", "close-enough")
    for changed, truth in (({"model": "m9"}, "no-model"), ({"row": "r9"}, "no-row"),
                           ({"model": "m9", "row": "r9"}, "no-model")):
        got = says(**changed)
        expect(got == truth, f"with {changed} the answer is {truth!r}; yours: {got!r}", "missing")
    note = {"model": "m1", "row": "r2", "score": 2.5, "decision": "grant"}
    got = replay(note, models, rows, score_bits=lambda weights, x: 2 * weights[0] + x[0])
    expect(got == "same", "the score_bits that is handed in here gives 2.5, the recorded score: "
           f"call it, the weights first; yours: {got!r}", "own-sum")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1022)
    for _ in range(30):
        weights, x, t = rng.normal(size=5).tolist(), rng.normal(size=5).tolist(), rng.normal()
        score = math.fsum(np.multiply(weights, x).tolist())
        kept = {"old": {"weights": weights, "threshold": t},
                "new": {"weights": [0.0] * 5, "threshold": 0.0}}
        note = {"model": "old", "row": "x", "score": score,
                "decision": "grant" if score >= t else "deny"}
        got = replay(note, kept, {"x": x, "y": [1.0] * 5}, score_bits=lambda a, b, s=score: s)
        expect(got == "same", f"a hidden record can be replayed; yours: {got!r}", "latest-model")
        got = replay(note, kept, {"x": x}, score_bits=lambda a, b, s=score: s + 1e-9)
        expect(got == "differs", f"the given score_bits gives another score; yours: {got!r}",
               "own-sum")
    ### END HIDDEN TESTS


test_replay()
print("10.2b: visible checks passed")

# %% id="replay-demo" tags=["demo"]
credit = tables.german_credit()
columns = tables.design_matrix(credit.drop(columns="credit_risk"))
fitted = LogisticRegression(max_iter=2000).fit(columns, credit["credit_risk"] == 1)
weights, everyone = fitted.coef_[0].tolist(), columns.to_numpy().tolist()


def in_order(x, order):
    """The score, summed one by one in this order."""
    total = 0.0
    for i in order:
        total += weights[i] * x[i]
    return total


orders = [np.random.default_rng(seed).permutation(len(weights)).tolist() for seed in range(20)]
usual = [in_order(x, range(len(weights))) for x in everyone]
moved = [sum(in_order(x, order) != u for x, u in zip(everyone, usual, strict=True))
         for order in orders[:5]]
flips = sum(in_order(everyone[0], order) < usual[0] for order in orders)
print(f"{len(weights)} columns; of 1,000 scores other bits in another order: {moved} (five orders)")
print(f"threshold at the first person's own score: denied in {flips} of 20 orders")
print("with your score_bits:", {score_bits([weights[i] for i in o], [everyone[0][i] for i in o])
                                == score_bits(weights, everyone[0]) for o in orders})

# %% [markdown]
# Most of a thousand scores change in their last bits when the columns come in
# another order. That matters only at a threshold, but people do stand at thresholds. Replay also
# needs what no sum can give back: the model and the data as they were. A company that deletes
# either has chosen `no-model` or `no-row` as its answer.
#
# ## Exercise 10.3: what could I have done? (6 points)
#
# Difficulty: 3 of 5 · Minutes: 20 · Why: "your score was too low" is no reason that a person can
# act on.
#
# A linear score grants when $w \cdot x + b \geq t$. Write `recourse(w, b, x, moves, threshold)`:
# the cheapest change that turns a refusal into a grant.
#
# - `w`, `x`: dicts, name of a feature -> number; `b`, `threshold` ($t$): numbers
# - `moves`: dict, name -> list of pairs (change, cost); the first one is `(0, 0)`. A feature that
#   is not in `moves` cannot be changed. For each feature one of its moves is made; costs add up
#   and are never negative. A score exactly at the threshold is granted; in the tests all numbers
#   are multiples of 1/8, so that no rounding decides.
# - returns `(cost, action)`: `action` is a dict, name -> change, with only those features that
#   change; or None if no choice of moves is enough. Among equally cheap ones any will do.
# - there are at most six features with at most six moves each: you may try all choices
#
# <details><summary>Hint 1: where to look</summary>
# The move with the best gain per cost, taken first, may leave you with a choice that is too dear.
# <details><summary>Hint 2: the idea</summary>
# <code>itertools.product</code> gives all choices of one move per feature. Keep those that are
# granted, take the cheapest.
# <details><summary>Hint 3: nearly the code</summary>
# <code>names = list(moves)</code>; <code>start = b + sum(w[n] * x[n] for n in x)</code>;
# <code>best = None</code>; for each <code>choice in product(*moves.values())</code>: <code>cost =
# sum(c for _, c in choice)</code>, <code>gain = sum(w[n] * m for n, (m, _) in zip(names,
# choice))</code>; if <code>start + gain >= threshold</code> and (<code>best is None or cost <
# best[0]</code>), set <code>best = (cost, {n: m for n, (m, _) in zip(names, choice) if m !=
# 0})</code>; at the end <code>return best</code>
# </details></details></details>

# %% nbgrader={"grade_id": "oracle-recourse", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_cheapest(w, b, x, moves, threshold):
    """The smallest sufficient cost or None: the best score for each cost, feature by feature."""
    reached = {0: b + sum(w[name] * x[name] for name in x)}
    for name, offers in moves.items():
        further = {}
        for spent, score in reached.items():
            for change, cost in offers:
                total = score + w[name] * change
                further[spent + cost] = max(further.get(spent + cost, -math.inf), total)
        reached = further
    return min((cost for cost, score in reached.items() if score >= threshold), default=None)
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex10_3-recourse", "solution": true}
def recourse(w, b, x, moves, threshold):
    """(cost, action) of the cheapest change that is granted, or None."""
    ### BEGIN SOLUTION
    missing = threshold - b - sum(w[name] * value for name, value in x.items())
    plans = [(0, 0, {})]  # what it costs, what it gains, what is changed
    for name, offers in moves.items():
        plans = [(spent + cost, gain + w[name] * change,
                  {**made, name: change} if change else made)
                 for spent, gain, made in plans for change, cost in offers]  # fmt: skip
    enough = [(spent, made) for spent, gain, made in plans if gain >= missing]
    return min(enough, key=lambda plan: plan[0], default=None)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_3-recourse-test", "points": 6}
@exercise("10.3")
def test_recourse():
    """Small cases in which greed, one feature at a time, and moving age each go wrong."""
    w = {"income": 1.0, "debt": -2.0, "years": 0.5, "age": 4.0}
    x = {"income": 2.0, "debt": 1.0, "years": 0.0, "age": 1.0}  # the score is b + 4

    def plan(moves, threshold, w=w, b=0.0, x=x):
        got = recourse(dict(w), b, dict(x), {k: list(v) for k, v in moves.items()}, threshold)
        if got is None:
            return None
        expect(isinstance(got, tuple | list) and len(got) == 2 and isinstance(got[1], dict),
               f"return (cost, action) with a dict as action, or None; yours: {got!r}", "no-pair")
        cost, action = expect_number(got[0], "recourse"), dict(got[1])
        expect(set(action) <= set(moves), f"your action changes "
               f"{sorted(set(action) - set(moves))}, "
               "which nobody can change", "immutable")
        paid = 0
        for name, change in action.items():
            prices = [c for m, c in moves[name] if m == change]
            expect(prices, f"{name} by {change:g} is none of the moves {moves[name]}: name the "
                   "change, not the new value", "no-move")
            paid += min(prices)
        expect(0 not in action.values(), f"your action {action} names a feature that stays",
               "names-unchanged")
        score = b + sum(w[n] * (x[n] + action.get(n, 0)) for n in x)
        expect(action or score >= threshold, f"yours says that {x} is granted without a change, at "
               f"score {score:g} and threshold {threshold:g}; where nothing helps: None",
               "none-as-zero")
        expect(not score < threshold <= score - b, f"after your action the score is {score:g}, and "
               f"{score - b:g} without b = {b:g}: b counts, too", "forgets-b")
        expect(score >= threshold, f"after your action {action} the score is {score:g}, below "
               f"{threshold:g}: still refused", "does-not-work")
        expect(abs(paid - cost) < 1e-9, f"your action costs {paid:g}; you say {cost:g}",
               "other-cost")
        return cost

    stay = (0, 0)
    both = {"income": [stay, (1.0, 2), (2.0, 5)], "debt": [stay, (-1.0, 3)]}
    got = plan(both, 6.5)
    expect(got != 8, "income +1 and debt -1 are enough for 6.5, and cost 5; yours: 8, as if of "
           "each feature only the largest move could be made", "largest-only")
    got = plan(both, 7.0)
    expect(got is not None, "income +1 and debt -1 together reach 7: do not stop at one feature, "
           "and count all of x, also what cannot be changed", "one-feature")
    expect(got != 8, "income +1 and debt -1 reach exactly 7, the threshold: that is enough, and "
           "costs 5; yours: 8", "strict")
    expect(got == 5, f"income +1 and debt -1 cost 5; yours: {got:g}")
    greedy = {"income": [stay, (3.0, 4)], "debt": [stay, (-1.0, 2)]}
    got = plan(greedy, 7.0)
    expect(got is None or got != 6, "debt -1 has the better gain per cost, but income +3 alone is "
           "enough and costs 4; yours: 6", "greedy")
    expect(got == 4, f"income +3 alone costs 4; yours: {got!r}")
    got = plan({**both, "years": [stay, (2.0, 1)]}, 8.0)
    expect(got != 8, "income +1, debt -1 and years +2 together reach 8 for 6; yours: 8, with two "
           "features", "two-features")
    expect(got == 6, f"income +1, debt -1 and years +2 cost 6; yours: {got!r}")
    expect(plan(both, 6.0) == 3, "a score exactly at the threshold is granted: debt -1, cost 3",
           "strict")
    got = plan(both, 4.0)
    expect(got is not None and got == 0, f"this person is granted already: cost 0, no change; "
           f"yours: "
           f"{got!r}", "already-granted")
    got = plan(both, 8.5)
    expect(got is None, f"no choice of moves reaches 8.5: None; yours: {got!r}", "none-as-zero")
    free = recourse(dict(w), 0.0, dict(x), {"years": [stay, (2.0, 0)]}, 5.0)
    expect(free is None or free[1], "a move that costs nothing is a change all the same: name what "
           "changes, not what costs", "free-move")
    expect(free is not None and free[0] == 0, f"years +2 cost nothing here: 0; yours: {free!r}")
    got = plan({"income": [stay, (3.0, 2e9)]}, 7.0)
    expect(got == 2e9, f"income +3 for 2,000,000,000, and nothing else helps; yours: {got!r}; is "
           "there a number that you took to be larger than every cost?", "cost-bound")
    got = plan({"years": [stay, (2.0, 1)]}, 5.0, b=-0.5)
    expect(got is None, f"with b = -0.5 the score rises from 3.5 to 4.5, not to 5: None; yours: "
           f"{got!r}", "forgets-b")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1031)
    for _ in range(60):
        names = list("abcdef")[: int(rng.integers(1, 6))]
        w, x = (dict(zip(names, (rng.integers(-16, 17, len(names)) / 8).tolist(), strict=True))
                for _ in range(2))
        free = names[: int(rng.integers(0, len(names) + 1))]
        moves = {n: [stay, *zip((rng.integers(-24, 25, 4) / 8).tolist(),
                                rng.integers(0, 9, 4).tolist(), strict=True)] for n in free}
        b, threshold = (rng.integers(-24, 49, 2) / 8).tolist()
        truth = oracle_cheapest(w, b, x, moves, threshold)
        got = plan(moves, threshold, w, b, x)
        expect(truth is not None or got is None, "nothing helps this person: None", "none-as-zero")
        expect(truth is None or got is not None, f"a change of cost {truth} helps this person; "
               f"yours "
               "found none", "one-feature")
        expect(truth == got, f"the cheapest change costs {truth}; yours: {got}", "greedy")
    ### END HIDDEN TESTS


test_recourse()
print("10.3: visible checks passed")

# %% [markdown]
# Now 1,000 real applications (German credit, 1994). The score is a logistic model on nine columns;
# 300 people are refused. Costs and moves are **ours**: half a year off the loan costs 1, 500 marks
# off it 1, a class more of savings 2, a class more on the current account 3. Nobody is asked to
# change age or past.

# %% id="credit-setup" tags=["demo"]
credit = tables.german_credit()
nine = credit[["installment_rate", "existing_credits", "num_dependents"]].astype(float)
nine["duration"] = credit["duration"] / 6
nine["amount"] = credit["credit_amount"] / 1000
nine["age"] = credit["age"] / 10
nine["savings"] = credit["savings"].map({"A61": 0, "A62": 1, "A63": 2, "A64": 3, "A65": 0})
nine["account"] = credit["status"].map({"A11": 0, "A12": 1, "A13": 2, "A14": 0})
nine["no_account"] = (credit["status"] == "A14").astype(float)
repaid = (credit["credit_risk"] == 1).to_numpy()


def fit_score(rows):
    """Weights, intercept and the threshold that refuses 300 of the 1,000."""
    fit = LogisticRegression(max_iter=2000).fit(nine.iloc[rows], repaid[rows])
    w, b = dict(zip(nine.columns, fit.coef_[0].tolist(), strict=True)), float(fit.intercept_[0])
    return w, b, float(np.sort(nine.to_numpy() @ fit.coef_[0] + b)[300])


def offers_to(x):
    """What this person may change, and what we say that it costs."""
    shorter = [(-k, k) for k in range(1, 6) if x["duration"] - k >= 1]
    smaller = [(-k / 2, k) for k in range(1, 6) if x["amount"] - k / 2 >= 0.5]
    saved = [(k, 2 * k) for k in range(1, 4 - int(x["savings"]))]
    account = [] if x["no_account"] else [(k, 3 * k) for k in range(1, 3 - int(x["account"]))]
    lists = {"duration": shorter, "amount": smaller, "savings": saved, "account": account}
    return {name: [(0, 0), *moves] for name, moves in lists.items()}


def value(model, x):
    """How far above the threshold the score is."""
    w, b, t = model
    return float(np.dot(list(w.values()), [x[name] for name in w])) + b - t


today = fit_score(np.arange(1000))
people = [x for x in nine.to_dict("records") if value(today, x) < 0]
plans = [recourse(today[0], today[1], x, offers_to(x), today[2]) for x in people]
costs = [plan[0] for plan in plans if plan]
print(f"{len(people)} refused; no change helps {plans.count(None)}; cost: median "
      f"{np.median(costs):g}, largest {max(costs)}")

# %% [markdown]
# ### Prediction 1
#
# The bank tells each of these people their cheapest change. They make it, which takes a year; all
# else about them, their age too, is left as it was. Meanwhile the bank fits its model again, as it
# does every year, on a sample of the same size from the same population (drawn with replacement
# from the 1,000), and again refuses 300 of these 1,000.
# How many in a hundred of the promises does the new model keep? (`my_kept`)

# %% nbgrader={"grade_id": "ex10_3-predict", "solution": true}
PREDICT = {
    "name": "my_kept", "kind": "number", "low": 0, "high": 100, "outcome": 60,
    "seen": r"100 refits: mean (\d+)",
}
### BEGIN SOLUTION
my_kept = 90
### END SOLUTION

# %% id="promise-demo" tags=["demo"]
def kept_share(plans, model):
    """The share of the promised grants that a model gives."""
    held = [value(model, {n: x[n] + plan[1].get(n, 0) for n in x}) >= 0
            for x, plan in zip(people, plans, strict=True) if plan]
    return 100 * np.mean(held)


refits = [fit_score(np.random.default_rng(seed).integers(1000, size=1000)) for seed in range(100)]
safer = [recourse(today[0], today[1], x, offers_to(x), today[2] + 0.3) for x in people]
kept = [kept_share(plans, model) for model in refits]
with_margin = [kept_share(safer, model) for model in refits]
print(f"you said {my_kept:g} of 100; the first refit keeps {kept[0]:.0f}; 100 refits: mean "
      f"{np.mean(kept):.0f}, from {min(kept):.0f} to {max(kept):.0f}")
print(f"promised with a margin of 0.3: mean {np.mean(with_margin):.0f}, from "
      f"{min(with_margin):.0f} "
      f"to {max(with_margin):.0f}; mean cost {np.mean([p[0] for p in safer if p]):.1f} instead of "
      f"{np.mean(costs):.1f}; no change helps {safer.count(None)}")
ranks, order = range(1, 101), np.argsort(kept)
figure = plots.curves({"cheapest": (ranks, np.array(kept)[order]),
                       "with a margin of 0.3": (ranks, np.array(with_margin)[order])},
                      xlabel="refit, sorted by the promises kept of the cheapest",
                      ylabel="promises kept (%)", percent=False)
plots.show(figure, alt=f"Share of promises kept in 100 refits. Cheapest: {min(kept):.0f} to "
           f"{max(kept):.0f} %. With a margin: {min(with_margin):.0f} to {max(with_margin):.0f} %, "
           f"higher than the cheapest in {sum(np.greater(with_margin, kept))} refits.")

# %% [markdown]
# A cheapest change ends just above the threshold, where a small shift of weights or
# threshold undoes it: about four in ten of these promises are broken, in the worst refits three
# quarters. A margin of 0.3 costs half as much again and breaks about one promise in twelve, but in
# the worst of the 100 refits still two in three. So a promise needs a margin *and* a date until
# which it is honoured, whatever the model says then.
#
# The table also assumes that a person can change one feature and nothing else follows. Whoever
# shortens a loan raises its instalments, and the model reads the instalment rate, too.

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part B: who caused it, and who can find out
#
# About 85 minutes: exercises 10.4 to 10.7.

# %% [markdown]
# ## Exercise 10.4: who caused it? (8 points)
#
# Difficulty: 4 of 5 · Minutes: 30 · Why: six parties failed. Each says that without the others
# nothing would have happened, and each is right.
#
# A **model** is a dict: the name of a variable (0 or 1) -> an equation in variables that come
# before it. `run` computes all of them; what stands in `do` is set by force, whatever its equation
# says. With `do` empty one gets the **actual** values: what happened. (In this exercise `x` and
# `y` are names of variables, no longer a person's data.)

# %% nbgrader={"grade_id": "setup-run", "locked": true}
compiled = lru_cache(maxsize=None)(lambda equation: compile(equation, "equation", "eval"))


def run(model, do):
    """The values of all variables, name -> 0 or 1, when those in do are set by force."""
    values = {}
    for name, equation in model.items():
        values[name] = do[name] if name in do else int(bool(eval(compiled(equation), {}, values)))
    return values


def subsets(names):
    """All subsets of names as tuples, the smallest first."""
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


ROCKS = {  # Suzy's rock is there first, so that Billy's finds no bottle to hit
    "suzy_throws": "1",
    "billy_throws": "1",
    "suzy_hits": "suzy_throws",
    "billy_hits": "billy_throws and not suzy_hits",
    "broken": "suzy_hits or billy_hits",
}

# %% id="rocks-demo" tags=["demo"]
print(run(ROCKS, {}))
print(run(ROCKS, {"suzy_throws": 0}))

# %% [markdown]
# **a.** The lawyer's first test. Write `but_for(model, x, y)`: would `y` have another value if `x`
# alone had the other value? Returns True or False; `model` stays as it is.
#
# <details><summary>Hint 1: where to look</summary>
# Two runs.
# <details><summary>Hint 2: the idea</summary>
# One with nothing forced, one with <code>x</code> forced to one minus its actual value.
# <details><summary>Hint 3: nearly the code</summary>
# <code>actual = run(model, {})</code>, then <code>return run(model, {x: 1 - actual[x]})[y] !=
# actual[y]</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_4-butfor", "solution": true}
def but_for(model, x, y):
    """Whether y changes when x alone does."""
    ### BEGIN SOLUTION
    before, *after = (run(model, {x: forced})[y] for forced in (run(model, {})[x], 0, 1))
    return any(value != before for value in after)
    ### END SOLUTION

# %% nbgrader={"grade_id": "oracle-cause", "points": 0}
### BEGIN HIDDEN TESTS
def oracle_models(n, seed):
    """Random models of six variables: two facts, then equations in two earlier variables each."""
    rng, rules = np.random.default_rng(seed), ("{} or {}", "{} and {}", "{} and not {}", "{} != {}",
                                               "not {} or {}")
    made = []
    for _ in range(n):
        model = {name: str(rng.integers(2)) for name in "ab"}
        for name in "cdef":
            model[name] = rules[rng.integers(5)].format(*rng.choice(list(model), 2, replace=False))
        made.append(model)
    return made


def oracle_responsibility(model, x, y):
    """The definition word by word: every W, every w, every subset of W and of the rest."""
    actual, found = run(model, {}), []
    others = [name for name in model if name not in (x, y)]
    for inside in product((False, True), repeat=len(others)):
        held = [name for name, is_in in zip(others, inside, strict=True) if is_in]
        free = [name for name, is_in in zip(others, inside, strict=True) if not is_in]
        for w in product((0, 1), repeat=len(held)):
            setting = dict(zip(held, w, strict=True))
            if run(model, {x: 1 - actual[x], **setting})[y] == actual[y]:
                continue
            stays = all(
                run(model, {x: actual[x], **{n: setting[n] for n in part},
                            **{n: actual[n] for n in usual}})[y] == actual[y]
                for part in subsets(held) for usual in subsets(free))
            if stays:
                found.append(sum(setting[n] != actual[n] for n in held))
    return 1 / (1 + min(found)) if found else 0.0
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "ex10_4-butfor-test", "points": 1}
@exercise("10.4")
def test_but_for():
    """Lightning and a match: either is enough, or both are needed; and something that is 0."""
    def says(rule, x, match="1"):
        model = {"lightning": "1", "match": match, "flame": "match", "fire": rule}
        lent = lend(dict(model))
        got = but_for(lent, x, "fire")
        expect_returned(got, "but_for")
        expect(lent == model, "but_for changed the model that it was given", "input-modified")
        return bool(got)

    expect(says("lightning and match", "match"), "both are needed: without the match no fire. True",
           "other-answer")
    expect(not says("lightning or match", "match"), "either is enough: without the match the fire "
           "is there all the same. False", "other-answer")
    expect(says("lightning and match", "match", match="0"), "there was no match and no fire; "
           "with a "
           "match there would be a fire: y changes. True", "only-one-to-zero")
    expect(says("lightning and not match", "match"), "the match prevents the fire here: without it "
           "there is one, so y changes. True", "other-direction")
    expect(not says("lightning", "match"), "the match does nothing here: False", "other-answer")
    expect(says("flame and lightning", "match"), "without the match no flame, and without it no "
           "fire: True. Only x is forced; what comes after it follows", "holds-others")
    ### BEGIN HIDDEN TESTS
    for model in oracle_models(30, 1041):
        for x in list(model)[:-1]:
            truth = len({run(model, {x: v})["f"] for v in (0, 1)}) == 2
            got = but_for(dict(model), x, "f")
            expect_returned(got, "but_for")
            expect(bool(got) == truth, f"but_for({model}, {x!r}, 'f') is {truth}", "other-answer")
    ### END HIDDEN TESTS


test_but_for()
print("10.4a: visible checks passed")

# %% [markdown]
# But-for clears both of two who were each enough, and Suzy with her rock. Halpern and Pearl (2005)
# say instead: `x` caused `y` if in *some* circumstances it would have been decisive, and if these
# circumstances alone change nothing.
#
# **b.** Write `responsibility(model, x, y)`. Look for a set $W$ of other variables (neither `x` nor
# `y`; it may be empty) and a value for each of them, so that
#
# 1. with $W$ at these values and `x` at the value that it did *not* have, `y` has the value that it
#    did not have; and
# 2. with `x` at its actual value, with **any** subset of $W$ (none and all included) at these
#    values and at the same time **any** subset of the rest at its actual values, `y` has its
#    actual value. (The rest: all variables outside $W$ but `x` and `y`. What is not forced follows
#    its equation.)
#
# Let $k$ be the smallest number of variables in such a $W$ whose value differs from the actual
# one. The **degree of responsibility** (Chockler and Halpern, 2004) is $1 / (1 + k)$, and 0 if
# there is no such $W$.
#
# - models have at most 12 variables, and the actual values are those of `run(model, {})`
#
# <details><summary>Hint 1: where to look</summary>
# Count k upwards: first circumstances in which nothing differs from what happened, then one
# variable, then two. The first that works is the answer.
# <details><summary>Hint 2: the idea</summary>
# Choose the set C of variables that differ. For condition 2 it does not matter which of the others
# are in W: each may be held at its actual value or left alone, anyway. For condition 1 it does: try
# all subsets of the others that are held.
# <details><summary>Hint 3: nearly the code</summary>
# <code>others</code>: all names but x and y. <code>for C in subsets(others):</code> <code>rest =
# [n for n in others if n not in C]</code>; <code>new = {n: 1 - actual[n] for n in C}</code>;
# <code>one = any(run(model, {x: 1 - actual[x], **new, **{n: actual[n] for n in H}})[y] !=
# actual[y] for H in subsets(rest))</code>; <code>two = one and all(run(model, {x: actual[x], **{n:
# new[n] for n in P}, **{n: actual[n] for n in H}})[y] == actual[y] for P in subsets(C) for H in
# subsets(rest))</code>; <code>if two: return 1 / (1 + len(C))</code>; after the loop <code>return
# 0.0</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_4-responsibility", "solution": true}
def responsibility(model, x, y):
    """1 / (1 + k), or 0: the degree of responsibility of x for y (definition of 2005)."""
    ### BEGIN SOLUTION
    actual = run(model, {})
    others = [name for name in model if name not in (x, y)]

    def outcomes(value_of_x, forced):
        """y for every choice of the other variables held at what they were."""
        kept = {name: actual[name] for name in others if name not in forced}
        for held in subsets(kept):
            yield run(model, {x: value_of_x, **forced, **{name: kept[name] for name in held}})[y]

    def stays(turned):
        return all(value == actual[y] for some in subsets(turned)
                   for value in outcomes(actual[x], {name: turned[name] for name in some}))

    for chosen in subsets(others):
        turned = {name: 1 - actual[name] for name in chosen}
        if 1 - actual[y] in outcomes(1 - actual[x], turned) and stays(turned):
            return 1 / (1 + len(chosen))
    return 0.0
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_4-responsibility-test", "points": 5}
@exercise("10.4")
def test_responsibility():
    """Fires, rocks, votes and a gun, whose answers are known."""
    def degree(model, x, y):
        return expect_number(responsibility(dict(model), x, y), "responsibility")

    fire = {"lightning": "1", "match": "1", "fire": "lightning or match"}
    got = degree(fire, "match", "fire")
    expect(got > 0, "lightning and match are each enough: in a world without lightning the match "
           "decides, so it has 1/2; yours: 0. Circumstances may differ from what happened",
           "but-for")
    expect(abs(got - 0.5) < 1e-9, f"one variable must change (lightning): 1/2; yours: {got:g}")
    got = degree({**fire, "fire": "lightning and match"}, "match", "fire")
    expect(got == 1, f"both are needed: k = 0, degree 1; yours: {got:g}")
    got = degree(ROCKS, "billy_throws", "broken")
    expect(abs(got - 0.5) > 1e-9, "Billy's rock hit nothing and yours gives him 1/2: condition 2 "
           "must hold, too, with any subset of the rest held (billy_hits at its actual value 0)",
           "no-condition-2")
    expect(got == 0, f"Billy's rock hit nothing: 0; yours: {got:g}")
    got = degree(ROCKS, "suzy_throws", "broken")
    expect(abs(got - 0.5) > 1e-9, "Suzy has 1: holding billy_hits at 0, what it was, is no change "
           "and does not count (nor need Billy's throw change)", "counts-w")
    expect(got == 1, f"Suzy's rock broke the bottle: hold billy_hits at what it was; 1; yours: "
           f"{got:g}")
    got = degree({"lightning": "0", "match": "0", "fire": "lightning and match"}, "match", "fire")
    expect(abs(got - 0.5) < 1e-9, "no lightning, no match, no fire, and both would be needed: the "
           "match has 1/2. A variable, x and y too, may actually be 0, and the other value is then "
           f"1; yours: {got:g}", "only-from-one")
    got = degree({"spark": "1", "match": "spark", "fire": "spark or match"}, "match", "fire")
    expect(abs(got - 0.5) < 1e-9, "a spark lights the match, and each is enough for a fire: the "
           "match has 1/2. In condition 2 x, too, is forced, to its actual value: it does not "
           f"follow the spark; yours: {got:g}", "x-not-held")
    vote = {**{f"v{i}": "1" for i in range(5)}, "won": "v0 + v1 + v2 + v3 + v4 >= 3"}
    got = degree(vote, "v0", "won")
    expect(abs(got - 1 / 3) < 1e-9, f"a vote of 5 to 0, won with 3: two others must change first: "
           f"1/3; yours: {got:.6f}", "vote")
    gun = {"ann_loads": "1", "bob_shoots": "0", "cy_shoots": "1",
           "shot": "ann_loads and bob_shoots or cy_shoots"}
    got = degree(gun, "ann_loads", "shot")
    expect(got == 0, "Ann loads Bob's gun, he does not shoot, Cy shoots with his own: Ann has 0. "
           "With only Cy's shot at its new value nobody shoots, although she loaded: condition 2 "
           f"asks for any subset of W; yours: {got:g}", "only-full-w")
    ### BEGIN HIDDEN TESTS
    part = {"a": "0", "b": "0", "c": "b or a", "d": "c != a", "e": "b and d"}
    got = degree(part, "a", "e")
    expect(got == 0, f"in {part} the degree of a for e is 0; yours: {got:.4f}", "only-full-w")
    for model in oracle_models(24, 1042):
        for x in ("a", "b", "d"):
            truth, got = oracle_responsibility(model, x, "f"), degree(model, x, "f")
            expect(abs(got - truth) < 1e-9, f"in {model} the degree of {x} for f is {truth:.4f}; "
                   f"yours: {got:.4f}", "random-model")
    for n in (1, 3, 4):
        names = [f"p{i}" for i in range(n)]
        for word, truth in (("or", 1 / n), ("and", 1.0)):
            model = {**dict.fromkeys(names, "1"), "y": f" {word} ".join(names)}
            got = degree(model, "p0", "y")
            expect(abs(got - truth) < 1e-9, f"{n} parties joined by {word}: {truth:.4f}; yours: "
                   f"{got:.4f}", "random-model")
    ### END HIDDEN TESTS


test_responsibility()
print("10.4b: visible checks passed")

# %% [markdown]
# **c.** Who writes the model writes the result. Write `share_out(n)` and
# `all_in(n)`, two models of one harm to which $n$ parties contributed: variables `"p1"` to `"pn"`,
# all actually 1 (each failed), and `"harm"`, actually 1. In `share_out(n)` each party's degree of
# responsibility for the harm is $1/n$, in `all_in(n)` it is 1. $n$ is at least 1; more variables
# are allowed.
#
# <details><summary>Hint 1: where to look</summary>
# You have met both: lightning and a match.
# <details><summary>Hint 2: the idea</summary>
# If any failure alone is enough for the harm, all others must change before one decides.
# <details><summary>Hint 3: nearly the code</summary>
# <code>names = [f"p{i}" for i in range(1, n + 1)]</code>, then <code>return {**{name: "1" for name
# in names}, "harm": " or ".join(names)}</code>; the other one with <code>" and "</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_4-models", "solution": true}
def share_out(n):
    """A model in which each of n parties has responsibility 1/n for the harm."""
    ### BEGIN SOLUTION
    parties = {f"p{i + 1}": "1" for i in range(n)}
    return parties | {"harm": "+".join(parties) + ">0"}
    ### END SOLUTION


def all_in(n):
    """A model in which each of n parties has responsibility 1 for the harm."""
    ### BEGIN SOLUTION
    parties = {f"p{i + 1}": "1" for i in range(n)}
    return parties | {"harm": "*".join(parties)}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_4-models-test", "points": 2}
@exercise("10.4")
def test_models():
    """Three parties: what happens when one of them, or all, had not failed?"""
    def made(function, n):
        model = function(n)
        expect_returned(model, function.__name__)
        names = list(map("p{}".format, range(1, n + 1)))
        expect(isinstance(model, dict) and {*names, "harm"} <= set(model),
               f"{function.__name__}({n}) "
               f"must be a dict with {names} and 'harm'", "no-model")
        model = {str(k): str(v) for k, v in model.items()}
        try:
            actual = run(model, {})
        except NameError as error:
            expect(False, f"{function.__name__}({n}): {error}: an equation may use variables that "
                   "come before it, no others", "order")
        expect(all(actual[name] == 1 for name in [*names, "harm"]), "all parties failed and there "
               f"was harm: all 1; in yours: {actual}", "not-actual")
        return model, names

    for n in (1, 3):
        model, names = made(share_out, n)
        ends = [run(model, {name: 0})["harm"] == 0 for name in names]
        expect(n == 1 or not any(ends), "in share_out(3) the harm ends with one party's failure: "
               "that party has degree 1, not 1/3", "swapped")
        pairs = [run(model, dict.fromkeys(two, 0))["harm"] == 0 for two in combinations(names, 2)]
        expect(not any(pairs), "in share_out(3) the harm ends when two of three do not fail: then "
               "one other must change before a party decides, and its degree is 1/2, not 1/3",
               "other-degree")
        expect(run(model, dict.fromkeys(names, 0))["harm"] == 0, f"in share_out({n}) the harm is "
               "there even if nobody failed: then nobody has degree 1/n", "harm-anyway")
        model, names = made(all_in, n)
        expect(all(run(model, {name: 0})["harm"] == 0 for name in names), f"in all_in({n}) some "
               "party's failure alone does not matter: its degree is below 1", "not-needed")
    ### BEGIN HIDDEN TESTS
    for n in (2, 3, 4, 5):
        for function, truth in ((share_out, 1 / n), (all_in, 1.0)):
            model, names = made(function, n)
            for name in names:
                got = oracle_responsibility(model, name, "harm")
                expect(abs(got - truth) < 1e-9, f"in {function.__name__}({n}) party {name} has "
                       f"degree {got:.4f}, not {truth:.4f}", "other-degree")
    ### END HIDDEN TESTS


test_models()
print("10.4c: visible checks passed; ask your responsibility about each party")

# %% [markdown]
# A crash, **invented**, with six parties who all failed: the provider of the data, the developer, a
# factory brake that somebody switched off, an inattentive driver, a radio link that was down, and a
# remote operator who was asleep. (A real crash, in Tempe in 2018, is the
# subject of the NTSB's report HAR-19/03; nothing here is taken from it.)

# %% id="crash-demo" tags=["demo"]
PARTIES = ["data", "developer", "brake_off", "driver", "link_down", "operator"]
CRASH = {
    **dict.fromkeys(PARTIES, "1"),
    "missed": "data or developer",
    "no_alarm": "link_down",
    "slept_through": "operator and not no_alarm",
    "crash": "missed and brake_off and driver and (no_alarm or slept_through)",
}
SHORT = {
    **dict.fromkeys(PARTIES, "1"),
    "missed": "data or developer",
    "crash": "missed and brake_off and driver and (link_down or operator)",
}
LAMP = {name: rule for name, rule in CRASH.items() if name != "crash"}
LAMP |= {"lamp": "1", "unaware": "driver or lamp",
         "crash": CRASH["crash"].replace("driver", "unaware")}


def shapley(model):
    """Each party's mean share in making the crash happen, over all orders of failing."""
    shares = dict.fromkeys(PARTIES, 0.0)
    for others in subsets(PARTIES):
        for name in set(PARTIES) - set(others):
            with_it, without = ({n: int(n in failed) for n in PARTIES}
                                for failed in ([*others, name], others))
            made = run(model, with_it)["crash"] - run(model, without)["crash"]
            shares[name] += made / (math.comb(5, len(others)) * 6)
    return shares


degrees = {name: [responsibility(model, p, "crash") for p in PARTIES]
           for name, model in (("with the alarm", CRASH), ("alarm left out", SHORT))}
shares = list(shapley(CRASH).values())
for i, name in enumerate(PARTIES):
    print(f"{name}: but-for {but_for(CRASH, name, 'crash')}, responsibility "
          f"{degrees['with the alarm'][i]:g}, "
          f"alarm left out {degrees['alarm left out'][i]:g}, Shapley {shares[i]:.2f}")
print(f"sums: {sum(degrees['with the alarm']):g}, {sum(degrees['alarm left out']):g}, "
      f"{sum(shares):.2f}")
print(f"the driver, if a warning lamp was broken, too: {responsibility(LAMP, 'driver', 'crash'):g}")
figure = plots.bars({**degrees, "Shapley": shares}, PARTIES, xlabel="degree or share")
plots.show(figure, alt="Bars for six parties. " + "; ".join(
    f"{p}: {a:g} with the alarm, {b:g} without, Shapley {c:.2f}" for p, a, b, c in zip(
        PARTIES, *degrees.values(), shares, strict=True)))

# %% [markdown]
# But-for names two of six. The degrees add up to 4: they are no shares of anything.
# The Shapley values add up to 1, and answer another question. Leave out the alarm (two
# variables), and the sleeping operator goes from 0 to 1/2, the link from 1 to 1/2: two models of
# the same night. One more failure beside the driver's, a broken warning lamp, and the driver's
# degree falls from 1 to 1/2.
#
# **Which definition?** You wrote the one of 2005. An earlier version (2001) asks condition 2 only
# for *all* of $W$ at the new values, with any subset of the rest; a later one (Halpern, 2015) lets
# $W$ stand at actual values only and drops condition 2. They disagree: on the fire with two
# sparks, either enough, where the last calls neither spark alone a cause, and on Ann, who loads a
# gun in the check above: the first finds a cause, yours none. So a report must say which one it
# uses. And none of them speaks of duty, knowledge or fault: a cause is not yet blame.

# %% [markdown]
# ## Exercise 10.5: an audit that does not accuse the innocent (8 points)
#
# Difficulty: 4 of 5 · Minutes: 25 · Why: an accusation of discrimination must be able to stand up
# to "you looked until you found something".
#
# Send **twins** to a lender: the same papers, attribute 0 and 1, which of the two first decided by
# a coin. The outcome $d$ of a pair is 1 if only the one with attribute 1 is denied, -1 if only the
# one with attribute 0 is, and 0 if both are treated alike. A lender is called **fair** here if,
# given everything before, 1 and -1 are equally likely for the next pair.
#
# **a.** Write `wealth(d)`: the fortune of a gambler who bets against fairness. It begins at 1.
# Before each pair the gambler chooses a bet $\lambda$ in $[-1, 1]$ that depends on **earlier**
# pairs only; then the fortune is multiplied by $1 + \lambda d$. You choose how to bet.
#
# - `d`: list or array of 1, -1 and 0, (n,); returns an array (n,): the fortune after each pair
# - no randomness; a lender with a clear bias in **either** direction must make the gambler rich
#   (the check asks for a fortune of 20 within 1,500 pairs, for `gap` 1.2)
#
# <details><summary>Hint 1: where to look</summary>
# Before any pair differs you know nothing: bet 0. After nine 1s and one -1, what is the next one
# likely to be?
# <details><summary>Hint 2: the idea</summary>
# Estimate the chance of a 1 among pairs that differ, a little cautiously, and bet twice the chance
# minus one.
# <details><summary>Hint 3: nearly the code</summary>
# <code>ups = downs = 0</code>, <code>now = 1.0</code>, <code>out = []</code>; for each
# <code>step</code> in <code>d</code>: <code>now *= 1 + (ups - downs) / (ups + downs + 2) *
# step</code>, append <code>now</code>, then <code>ups += step == 1</code> and <code>downs += step
# == -1</code>; <code>return np.array(out)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "setup-twins", "locked": true}
def twin_outcomes(gap, n, seed):
    """d of n pairs of twins at a lender that adds gap for attribute 1: 1, -1 or 0, (n,)."""
    rng = np.random.default_rng(seed)
    odds = LOGIT[rng.integers(len(LOGIT), size=n)] + np.array([[0.0], [gap]])
    chance = 1 / (1 + np.exp(-odds))  # not-an-answer: the logistic function
    denied = (rng.random((2, n)) < chance).astype(int)
    return denied[1] - denied[0]

# %% nbgrader={"grade_id": "ex10_5-wealth", "solution": true}
def wealth(d):
    """The fortune after each pair of a gambler who bets against fairness: (n,) -> (n,)."""
    ### BEGIN SOLUTION
    d = np.asarray(d, dtype=float)
    seen, lead = np.cumsum(abs(d)) - abs(d), np.cumsum(d) - d  # before each pair
    return np.cumprod(1 + d * lead / (seen + 2))
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_5-wealth-test", "points": 4}
@exercise("10.5")
def test_wealth():
    """Every sequence of four pairs, weighted as a fair lender makes them, and some real lenders."""
    def fortune(d):
        d = [int(step) for step in d]
        return expect_array(wealth(np.array(d, dtype=int)), (len(d),), "wealth")

    def mean_of_last(n, p):
        every = list(product((1, -1, 0), repeat=n))
        last = np.array([fortune(d)[-1] for d in every])
        expect(last.min() > -1e-6, f"after {list(every[last.argmin()])} the fortune is "
               f"{last.min():.4f}: whoever bets more than all goes into debt; keep the bet in "
               "[-1, 1] and multiply", "overbet")
        return float(last @ np.where(every, p, 1 - 2 * p).prod(1))

    def found(seeds):
        for seed, (sign, slip) in product(seeds, ((1, "never-bets"), (-1, "one-sided"))):
            course = fortune(sign * twin_outcomes(1.2, 1500, seed))
            best, broke = course.max(), course.min() == 0
            expect(best >= 20 or not broke, f"your fortune falls to 0 after pair "
                   f"{int(course.argmin()) + 1} and stays there: a bet of 1 or -1 can lose "
                   "everything; bet less than all while you know little", "broke")
            expect(best >= 20, f"a lender that denies attribute {(sign + 1) // 2} more often (gap "
                   f"1.2) is not found in 1,500 pairs: your largest fortune is {best:.3g}", slip)

    d, steps = [1, 1, -1, 1, 0, -1, -1, -1, 1, 1], {}
    whole, listed = fortune(d), expect_array(wealth(list(d)), (len(d),), "wealth")
    expect(np.allclose(listed, whole), "a list and an array of the same outcomes give different "
           "fortunes", "list")
    early = [k for k in (1, 3, 6) if not np.allclose(fortune(d[:k]), whole[:k])]
    expect(not early, f"the fortune after {min(early, default=0)} pairs depends on later "
           "ones: a bet may use only what came before it", "whole-data")
    for past in (d, [1, 0, 1, -1, 1, 1] * 4, [1, -1] * 16):
        now, up = fortune(past)[-1], fortune([*past, 1])[-1]
        down, same = fortune([*past, -1])[-1], fortune([*past, 0])[-1]
        expect(min(up, down) > -1e-6, f"after {len(past)} pairs the next one can leave a fortune "
               f"of {min(up, down):.4f}: keep the bet in [-1, 1], and multiply", "overbet")
        steps[len(past)] = (up / now - 1, down / now - 1, same / now - 1) if now > 0 else (0, 0, 0)
    swing = fortune([1, 1, 1, 1, -1, -1, -1, -1])
    mean = mean_of_last(4, 0.25)
    expect(mean < 1 + 1e-5 or (np.diff(swing) < -1e-9).any(), f"against a fair lender your "
           f"fortune is "
           f"{mean:.4f} on average, and it never falls: a gambler loses, too (the largest "
           f"fortune so "
           "far is not the fortune)", "running-maximum")
    expect(mean < 1 + 1e-5, f"against a fair lender your fortune is {mean:.4f} on average after "
           f"four "
           "pairs, not 1: does the bet use the pair that it is laid on?", "peeks")
    expect(mean > 1 - 1e-5, f"against a fair lender your fortune is {mean:.4f} on average after "
           f"four "
           "pairs, not 1: money is lost without a bet", "loses")
    late = all(abs(up - same) + abs(down - same) < 1e-9 for up, down, same in steps.values())
    expect(not late or not any(same for _, _, same in steps.values()), "whatever the last pair is, "
           "your last fortune is the same: the one before the pair, not after", "one-late")
    for n, (up, down, same) in steps.items():
        expect(abs(up + down) < 1e-4 and abs(same) < 1e-4, f"after {n} pairs a 1 changes your "
               f"fortune by {up:+.2%}, a -1 by {down:+.2%}, a 0 by {same:+.2%}: with a bet laid "
               "before, the first two are opposite and the last is nothing", "peeks")
    found(range(3))
    ### BEGIN HIDDEN TESTS
    expect(fortune([]).shape == (0,), "no pairs: an empty array", "empty")
    for n, p in ((3, 0.45), (5, 0.1)):
        mean = mean_of_last(n, p)
        expect(abs(mean - 1) < 1e-5, f"over all sequences of {n} pairs (1 and -1 with probability "
               f"{p}) your fortune is {mean:.6f} on average, not 1", "peeks")
    past = twin_outcomes(1.2, 90, 1054).tolist()
    now, up = fortune(past)[-1], fortune([*past, 1])[-1]
    down, same = fortune([*past, -1])[-1], fortune([*past, 0])[-1]
    expect(abs(up + down - 2 * now) < 1e-4 * now and abs(same - now) < 1e-4 * now, "after 90 pairs "
           f"your fortune is {now:.4f}; a 1 makes it {up:.4f}, a -1 {down:.4f}, a 0 {same:.4f}: "
           "the mean of the first two, and the last, must be what it was", "peeks")
    expect(np.allclose(fortune([0, 0, 0]), 1), "pairs that do not differ change no fortune",
           "zeros")
    found(range(100, 117))
    ### END HIDDEN TESTS


test_wealth()
print("10.5a: visible checks passed")

# %% [markdown]
# The mean of 1 is the whole guarantee. **Ville's inequality:** if the mean of the next fortune,
# given the past, is the present one, and it is never negative, then the probability that it *ever*
# reaches $1/\alpha$ is at most $\alpha$. So a fair lender is accused with probability at most
# $\alpha$, however long the audit goes on and whenever one looks.
#
# **b.** Write `audit(pair, budget, alpha, *, wealth)`: ask for pairs, one at a time, and accuse as
# soon as the fortune is at least `1 / alpha`.
#
# - `pair()` makes one pair of applications and returns its $d$; it may be called `budget` times at
#   most, and not once more after an accusation
# - `wealth` is a function like yours; `budget` is at least 0, `alpha` in (0, 1)
# - returns `(accused, pairs_used)`: True or False, and how many pairs were made
#
# <details><summary>Hint 1: where to look</summary>
# Look after every pair: that is what the guarantee allows.
# <details><summary>Hint 2: the idea</summary>
# Keep a list of the outcomes; after each new one, look at the last entry of the fortune.
# <details><summary>Hint 3: nearly the code</summary>
# <code>d = []</code>; <code>for _ in range(budget):</code> append <code>pair()</code>, and <code>if
# wealth(d)[-1] >= 1 / alpha: return True, len(d)</code>; at the end <code>return False,
# budget</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_5-audit", "solution": true}
def audit(pair, budget, alpha, *, wealth):
    """(accused, pairs used): accuse once the fortune reaches 1/alpha."""
    ### BEGIN SOLUTION
    outcomes, accused = [], False
    while len(outcomes) < budget and not accused:
        outcomes.append(pair())
        accused = bool(wealth(outcomes)[-1] * alpha >= 1)
    return accused, len(outcomes)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_5-audit-test", "points": 3}
@exercise("10.5")
def test_audit():
    """Outcomes from a list; the fortune given here doubles with a 1 and halves with a -1."""
    def doubling(d):
        return 2.0 ** np.cumsum(np.asarray(d, dtype=float))

    def late(d):
        return 2.0 ** (np.cumsum(np.asarray(d, dtype=float)) - d[0])

    def play(outcomes, budget, alpha, wealth=doubling):
        asked = []

        def pair():
            asked.append(outcomes[len(asked)] if len(asked) < len(outcomes) else 0)
            expect(len(asked) <= budget, f"more than {budget} pairs were made", "over-budget")
            return asked[-1]

        got = audit(pair, budget, alpha, wealth=wealth)
        expect_returned(got, "audit")
        expect(isinstance(got, tuple | list) and len(got) == 2, "audit must return (accused, "
               f"pairs_used); it returned {got!r}", "no-pair")
        return bool(got[0]), int(expect_number(got[1], "audit")), len(asked)

    rise = [1, 1, 1, 1, 1, 1, 1, 1]
    accused, used, _ = play(rise, 8, 0.125)
    expect(accused, "the fortune rises to 256; with alpha 1/8 the lender is accused at 8",
           "wrong-bar")
    expect(used != 5, "the fortune is 16 after pair 4 and 32 after pair 5, when yours accuses: the "
           "bar is 1/alpha, here 8, not 20", "wrong-bar")
    accused, _, _ = play([0, 1, 1, 1, 1, -1, -1, -1, -1], 9, 0.125)
    expect(accused, "with alpha 1/8 the accusation is due at 8; the fortune reached 16 after "
           "pair 5 and "
           "fell again, the accusation stands", "only-at-end")
    accused, used, asked = play(rise, 8, 0.125)
    expect(used != 4, "the fortune is exactly 8 = 1/alpha after three pairs: that is enough",
           "strict")
    expect((used, asked) == (3, 3), f"with alpha 1/8 the accusation comes after pair 3; yours made "
           f"{asked} pairs and says {used}", "does-not-stop")
    got = play(rise, 8, 0.25)
    expect(got == (True, 2, 2), f"with alpha 1/4 the accusation comes after pair 2; yours: "
           f"{got[:2]}", "wrong-bar")
    got = play(rise, 3, 0.125)
    expect(got == (True, 3, 3), "the fortune reaches 8 with the third pair, which is the last that "
           f"may be made: accused; yours: {got[:2]}", "last-unread")
    got = play(rise, 8, 0.125, late)
    expect(got == (True, 4, 4), "a gambler who lays no bet on the first pair, and then doubles, "
           "has 8 after pair 4: (True, 4). Hand all outcomes so far to wealth, and look at the "
           f"last fortune; yours: {got[:2]}", "one-at-a-time")
    got = play([-1] * 8, 8, 0.125)
    expect(got == (False, 8, 8), f"the fortune falls to 1/256: a poor gambler accuses nobody; "
           f"yours: {got[:2]}", "poor-too")
    got = play([1], 0, 0.5)
    expect(got == (False, 0, 0), f"with a budget of 0: (False, 0); yours: {got[:2]}", "over-budget")
    got = play([1, -1] * 10, 6, 0.125)
    expect(got == (False, 6, 6), f"the fortune never reaches 8: (False, 6); yours: {got[:2]}",
           "wrong-bar")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1052)
    for _ in range(20):
        outcomes, bar = rng.choice([1, 1, -1, 0], 40).tolist(), int(rng.integers(1, 9))
        reached = np.cumsum(outcomes) >= bar
        truth = (True, int(reached.argmax()) + 1) if reached.any() else (False, 40)
        got = play(outcomes, 40, 0.5**bar)
        expect(got[:2] == truth, f"a hidden audit ends with {truth}; yours: {got[:2]}", "other-end")
    ### END HIDDEN TESTS


test_audit()
print("10.5b: visible checks passed")

# %% [markdown]
# **c.** How many pairs must one plan for? Suppose a share `rate` of all pairs differs, and among
# these a share `up` is 1 (not 1/2). A gambler who knows `up` bets $\lambda = 2\,\mathrm{up} - 1$ on
# every pair. Write `pairs_planned(rate, up, alpha)`: after how many pairs (a real number) has the
# *mean of the logarithm* of the fortune reached $\log(1/\alpha)$?
#
# - `rate` in (0, 1], `up` in [0, 1] but not 1/2; what never happens (`up` 0 or 1) adds 0
#
# <details><summary>Hint 1: where to look</summary>
# By how much does one pair raise the logarithm on average?
# <details><summary>Hint 2: the idea</summary>
# A 1 multiplies the fortune by 2 up, a -1 by 2 (1 - up), a 0 by 1. Take logarithms, weigh them.
# <details><summary>Hint 3: nearly the code</summary>
# <code>gain = sum(p * math.log(2 * p) for p in (up, 1 - up) if p > 0)</code>, then <code>return
# math.log(1 / alpha) / (rate * gain)</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_5-planned", "solution": true}
def pairs_planned(rate, up, alpha):
    """How many pairs raise the mean log fortune of a knowing gambler to log(1 / alpha)."""
    ### BEGIN SOLUTION
    surprise = -sum(share * math.log2(share) for share in (up, 1 - up) if share)
    return -math.log2(alpha) / rate / (1 - surprise)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_5-planned-test", "points": 1}
@exercise("10.5")
def test_pairs_planned():
    """If all pairs that differ are 1, the fortune doubles with each; 1/16 takes four of them."""
    got = expect_number(pairs_planned(1.0, 1.0, 1 / 16), "pairs_planned")
    expect(abs(got - 4) < 1e-9, f"every pair is 1 and doubles the fortune: 4 pairs to 16; yours: "
           f"{got:.6f}", "other-unit")
    got = expect_number(pairs_planned(0.25, 0.0, 1 / 16), "pairs_planned")
    expect(abs(got - 12.425) > 0.01, "you take the logarithm of the mean fortune; it is the mean "
           "of the logarithm that is asked for", "log-of-mean")
    expect(abs(got - 16) < 1e-9, "a quarter of the pairs differ, all of them -1: 16 pairs; yours: "
           f"{got:.6f}", "rate-unread")
    got = expect_number(pairs_planned(0.2, 0.75, 0.05), "pairs_planned")
    truth = math.log(20) / 0.2 / 0.1308122
    expect(got not in (114, 115), f"{truth:.3f} pairs: do not round; yours: {got:g}", "rounded")
    expect(min(abs(got - 61.400), abs(got - 67.126)) > 0.01, "you take the logarithm of a mean; it "
           "is the mean of the logarithm that is asked for", "log-of-mean")
    expect(abs(got - truth) < 0.01, f"rate 0.2, up 0.75, alpha 0.05 need {truth:.3f} pairs; yours: "
           f"{got:.3f}")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1053)
    for _ in range(40):
        rate, up, alpha = rng.uniform((0.05, 0.01, 0.001), (1, 0.45, 0.5)).tolist()
        up = up if rng.random() < 0.5 else 1 - up
        gain = up * math.log(2 * up) + (1 - up) * math.log(2 - 2 * up)
        truth = -math.log(alpha) / (rate * gain)
        got = expect_number(pairs_planned(rate, up, alpha), "pairs_planned")
        expect(abs(got / truth - 1) < 1e-6, f"rate {rate:.4f}, up {up:.4f}, alpha {alpha:.4f} need "
               f"{truth:.3f} pairs; yours: {got:.3f}", "other-arguments")
    ### END HIDDEN TESTS


test_pairs_planned()
print("10.5c: visible checks passed")

# %% [markdown]
# ### Prediction 2
#
# The usual way: after every pair compute a z-test (the sum of all $d$ over the root of the number
# of pairs that differ) and accuse when it is beyond 1.96, "significant at 5 %". For 200 **fair**
# lenders and 1,000 looks each: how many in a hundred are accused at some look? (`my_accused`)

# %% nbgrader={"grade_id": "ex10_5-predict", "solution": true}
PREDICT = {
    "name": "my_accused", "kind": "number", "low": 0, "high": 100, "outcome": 41,
    "seen": r"z-test at 1,000 looks ([\d.]+)",
}
### BEGIN SOLUTION
my_accused = 5
### END SOLUTION

# %% id="peeking-demo" tags=["demo"]
LOOKS = (1, 50, 200, 1000, 2000, 5000)
fair = np.stack([twin_outcomes(0.0, 5000, 7000 + seed) for seed in range(200)])
z = np.cumsum(fair, 1) / np.sqrt(np.maximum(np.cumsum(abs(fair), 1), 1))
accused = {"z-test at each look": abs(z) > 1.96,
           "betting, 1/alpha = 20": np.stack([wealth(d) >= 20 for d in fair])}
ever = {name: [100 * hit[:, :n].any(1).mean() for n in LOOKS] for name, hit in accused.items()}
one_look = 100 * (abs(z[:, 999]) > 1.96).mean()
for name, shares in ever.items():
    told = ", ".join(f"{n:,}: {s:.1f}" for n, s in zip(LOOKS, shares, strict=True))
    print(f"{name}, fair lenders accused (%) by the number of looks: {told}")
print(f"you said {my_accused:g}; z-test at 1,000 looks {ever['z-test at each look'][3]:.1f}; "
      f"with a "
      f"single look, after pair 1,000: {one_look:.1f}")

# %% id="looks-widget" tags=["demo"]
def looks_picture(n):
    """What the z-tests of 40 fair lenders do up to look n, and who has been accused."""
    figure = plots.plt.Figure(figsize=(8, 3), layout="constrained")
    ax, n = figure.subplots(), int(n)
    for row in z[:40]:
        hit = (abs(row[:n]) > 1.96).any()
        ax.plot(np.arange(1, n + 1)[:: max(1, n // 500)], row[:n][:: max(1, n // 500)], lw=0.8,
                color=plots.PALETTE["vermillion" if hit else "blue"], ls="-" if hit else "--",
                alpha=0.6 if hit else 0.8, zorder=3 if hit else 2)
    ax.axhline(1.96, ls="--", color="#767676")
    ax.axhline(-1.96, ls="--", color="#767676")
    ax.set(xlabel="pairs (a look after each)", ylabel="z", title=looks_in_words(n),
           ylim=(-4.2, 4.2))
    ax.locator_params(axis="x", integer=True)
    return figure


def looks_in_words(n):
    """The alt text of the picture."""
    hit = (abs(z[:40, : int(n)]) > 1.96).any(1).sum()
    rich = accused["betting, 1/alpha = 20"][:40, : int(n)].any(1).sum()
    return f"{int(n)} looks at 40 fair lenders: z-test accuses {hit}, betting {rich}"


widgets.slider(looks_picture, [20, 50, 100, 200, 500, 1000, 2000, 5000], label="looks",
               alt=looks_in_words)

# %% [markdown]
# Move the slider: a solid orange line belongs to a fair lender that the z-test has accused at some
# look, a dashed blue one to a lender that it has not. One look accused about as many as it
# promised; with more looks the share went on rising. For betting, the probability is at most 5 % at
# any number of looks; the count above is one sample of 200.
#
# Now lenders that are not fair, and a case in which a condition fails. Ville's inequality needs 1
# and -1 equally likely *given the past*. What if the coin for the order is left out, attribute 1
# always comes second, and a lender that does not read the attribute is stricter (by 1 in log-odds)
# with whoever brings papers that it has just seen?

# %% id="power-demo" tags=["demo"]
def first_rich(d):
    """After how many pairs the fortune reaches 20; None if it does not."""
    rich = wealth(d) >= 20
    return int(rich.argmax()) + 1 if rich.any() else None


for gap in (0.5, 0.7, 1.0, 1.5):
    p0, p1 = (1 / (1 + np.exp(-LOGIT - g)) for g in (0.0, gap))
    ups, downs = (p1 * (1 - p0)).mean(), (p0 * (1 - p1)).mean()
    planned = pairs_planned(ups + downs, ups / (ups + downs), 0.05)
    took = [first_rich(twin_outcomes(gap, 8000, seed)) for seed in range(40)]
    found = [n for n in took if n]
    print(f"gap {gap}: planned for a gambler who knows {planned:.0f} pairs; yours found "
          f"{len(found)} "
          f"of 40, mean {np.mean(found):.0f}")


for coin in (True, False):
    hit = 0
    for seed in range(100):
        second = twin_outcomes(1.0, 1000, 500 + seed)  # 1: only whoever comes second is denied
        order = np.random.default_rng(seed).choice([-1, 1], 1000) if coin else 1
        hit += first_rich(order * second) is not None
    print(f"stricter with whoever comes second, blind to the attribute; order by a coin: {coin}; "
          f"accused {hit} of 100")

# %% [markdown]
# Without the coin, a lender that never read the attribute is accused in every one of these audits:
# the theorem holds, its condition does not. With the coin the promise is back: a
# probability of at most 5 %, of which a count of 100 audits is one sample.
#
# The plan is for a gambler who knows how biased the lender is; whoever has to learn it while
# betting pays for that in pairs.
#
# ## Exercise 10.6: the lender that knows (5 points)
#
# Difficulty: 4 of 5 · Minutes: 15 · Why: an audit that can be recognised measures behaviour under
# audit.
#
# Back to the lender of the first cell. It answers the same papers in the same way, so no pair of
# twins ever differs; and it adds nothing while the groups of the last 20 applications alternate.
# Design an audit that shows neither of these two signs, with the guarantee of 10.5.
#
# Write `ask_unseen(lender, pool_size, budget, rng)`: make `budget` applications and return what
# their outcomes pay, an array of 1, -1 and 0, one entry per application in order. A gambler bets on
# these entries as before. So:
#
# - `lender(row, attribute)` returns 1 (denied) or 0; `row` is the number of an application in the
#   pool (0 to `pool_size - 1`), `attribute` (0 or 1) is written on it by **you**; both are plain
#   whole numbers. Each row is used **at most once**. `budget` is at most `pool_size`.
# - Guarantee: whatever a lender does that does not read the attribute (it may read the papers, it
#   may grow stricter over time), each entry must be 1 and -1 with equal probability, given
#   everything before it.
# - Power: a lender that denies attribute 1 more often must make 1 more likely than -1.
# - The attributes you write have no pattern: who has seen the earlier ones knows no better what the
#   next will be. Chance comes from `rng`, a numpy generator, only.
#
# <details><summary>Hint 1: where to look</summary>
# There is no second twin to compare with. The only chance you control is which attribute you write.
# <details><summary>Hint 2: the idea</summary>
# A fair coin for each application. A lender that does not read the coin cannot make denials and
# coin agree. When it grants, nothing need be paid.
# <details><summary>Hint 3: nearly the code</summary>
# For each of <code>budget</code> rows from <code>rng.permutation(pool_size)</code>: <code>coin =
# int(rng.integers(2))</code>, <code>said = lender(int(row), coin)</code>; the entry is 0 if
# <code>said</code> is 0, else 1 if the coin is 1 and -1 if it is 0. Return them as an array.
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_6-unseen", "solution": true}
def ask_unseen(lender, pool_size, budget, rng):
    """What budget applications, no papers twice, pay: (budget,), each entry 1, -1 or 0."""
    ### BEGIN SOLUTION
    rows, signs = rng.permutation(pool_size)[:budget], rng.choice([-1, 1], budget)
    coins = (1 + signs) // 2
    denied = [lender(int(rows[i]), int(coins[i])) for i in range(budget)]
    return signs * np.array(denied, dtype=int)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_6-unseen-test", "points": 5}
@exercise("10.6")
def test_ask_unseen():
    """What was asked, what a lender that denies everybody pays, and two lenders that know."""
    def asked(lender, budget, seed, pool=2000):
        calls = []

        def watched(row, attribute):
            row, attribute = int(row), int(attribute)
            calls.append((row, attribute))
            expect(0 <= row < pool, f"row {row} is not in a pool of {pool}", "not-in-pool")
            expect(attribute in (0, 1), f"attribute {attribute} is neither 0 nor 1", "no-attribute")
            expect(len(calls) <= budget, f"more than {budget} applications were made",
                   "over-budget")
            return lender(row, attribute)

        d = ask_unseen(watched, pool, budget, np.random.default_rng(seed))
        rows = [row for row, _ in calls]
        expect(len(set(rows)) == len(rows), "the same papers were sent twice: this lender "
               "remembers "
               "them", "same-papers")
        d = expect_array(d, (budget,), "ask_unseen")
        expect(np.isin(d, (-1, 0, 1)).all(), "each entry is 1, -1 or 0", "other-entries")
        expect(len(calls) == budget, f"{budget} applications may be made; yours made {len(calls)}",
               "under-budget")
        return np.asarray(d, dtype=float), np.array([attribute for _, attribute in calls])

    d, coins = asked(lambda row, attribute: 1, 600, 0)
    turns, ones = int((coins[1:] != coins[:-1]).sum()), int(coins.sum())
    usual = 599 * 2 * (ones / 600) * (1 - ones / 600)
    said = (f"your attributes ({ones} of 600 are 1) changed {turns} times; drawn one by one they "
            f"change about {usual:.0f} times: ")
    expect(turns < usual + 80, said + "the lender sees the pattern", "alternating")
    expect(turns > usual - 80, said + "a lender that grows stricter would be accused", "blocks")
    text = "".join(map(str, coins.tolist()))
    expect("0000" in text or "1111" in text, "in 600 applications no attribute comes four times in "
           "a row: whoever has seen three alike knows the next", "balanced")
    expect(abs(d.sum()) < 150 or abs(ones - 300) < 80, f"{ones} of 600 applications had attribute "
           f"1, and a lender that denies everybody, which is fair, pays you {d.sum():g}: 1 and -1 "
           "must be equally likely; is your coin fair?", "uneven-coin")
    expect(abs(d.sum()) < 150, f"a lender that denies everybody is fair, and pays you "
           f"{d.sum():g} in 600 applications: a denial must pay 1 or -1 with equal probability",
           "not-fair")
    d, _ = asked(lambda row, attribute: 0, 300, 10)
    expect(abs(d.sum()) < 110, f"a lender that grants everybody is fair, and pays you {d.sum():g} "
           "in 300 applications: a grant pays 0, or 1 and -1 with equal probability", "not-fair")
    d, _ = asked(lambda row, attribute: row % 2, 600, 9)
    expect(abs(d.sum()) < 150, "a fair lender, which reads only the papers (it denies every odd "
           f"row), pays you {d.sum():g} in 600 applications: the attribute must not follow from "
           "the papers", "not-fair")
    again = float(d[1:] @ d[:-1])
    expect(abs(again) < 130, "at this lender an entry can be foreseen from the one before it (the "
           f"sum of the products of neighbours is {again:g}, not about 0): let each application "
           "pay for itself, not for what earlier ones said", "not-alone")
    same = [asked(lambda row, attribute: 1, 60, seed, 80)[1] for seed in (5, 5, 6)]
    expect((same[0] == same[1]).all() and (same[0] != same[2]).any(), "all chance must come from "
           "rng: "
           "the same rng gives the same audit, another one another", "own-chance")
    for n in (2, 4):
        drawn = [asked(lambda row, attribute: 1, n, seed, 6)[1] for seed in range(24)]
        expect(any(2 * coins.sum() != n for coins in drawn), f"in 24 audits of {n} applications "
               "half of them always had attribute 1: once you know the others, the last coin is no "
               "coin any more", "balanced")
    d, _ = asked(lambda row, attribute: attribute, 100, 1)
    expect(d.sum() > 0, "a lender that denies attribute 1 only makes your entries -1: turn the "
           "sign",
           "wrong-sign")
    d, _ = asked(make_lender(2.0, 0, wary=True), 1500, 3)
    strength = d.sum() / max(1, (d**2).sum()) ** 0.5
    expect(strength > 3, "a lender that knows (gap 2) is not found: the sum of your 1,500 entries "
           f"is {strength:.2f} times the root of the number that pay; by chance rarely 3",
           "not-found")
    ### BEGIN HIDDEN TESTS
    for pool, budget in ((1, 1), (50, 50), (40, 0)):
        asked(make_lender(0.0, 3), budget, 2, pool)
    pay = []
    for seed in range(12):
        answers = iter([0] * 60 + [1] * 60)
        d, _ = asked(lambda row, attribute, say=answers: next(say), 120, 50 + seed, 130)
        pay.append(d.sum())
    expect(abs(sum(pay)) < 6 * 720**0.5 * 1.5, "a fair lender that grows stricter pays you on "
           "average "
           f"{np.mean(pay):.1f} in 120 applications", "not-fair")
    rows_deny = asked(lambda row, attribute: row // 2 % 2, 300, 9)[0]
    expect(abs(rows_deny.sum()) < 110, "a fair lender that reads only the papers pays you "
           f"{rows_deny.sum():g} in 300 applications", "not-fair")
    d, _ = asked(make_lender(2.0, 77, wary=True), 1500, 78)
    expect(d.sum() > 3 * (d**2).sum() ** 0.5, "another lender that knows (gap 2) is not found",
           "not-found")
    ### END HIDDEN TESTS


test_ask_unseen()
print("10.6: visible checks passed")

# %% id="knows-demo" tags=["demo"]
def twins_at(lender, n, rng):
    """The twin audit of 10.5."""
    d = []
    for row in rng.integers(len(LOGIT), size=n).tolist():
        answers = {a: lender(row, a) for a in rng.permutation(2).tolist()}
        d.append(answers[1] - answers[0])
    return d


def one_group_first(lender, n, rng):
    """Each application once, but first all with attribute 0, then all with attribute 1."""
    rows = rng.permutation(len(LOGIT))[:n].tolist()
    said = np.array([lender(row, int(k >= n // 2)) for k, row in enumerate(rows)])
    return said[n // 2:] - said[: n // 2]


def recorded_groups(lender, n, rng):
    """Pairs of two people, one of each group that stands in the data; a coin says who is first."""
    rows = [np.flatnonzero(BOSTON["afam"] == word) for word in ("no", "yes")]
    sides = (rng.permutation(side)[: min(n // 2, len(rows[1]))].tolist() for side in rows)
    d = []
    for pair in zip(*sides, strict=True):
        said = {group: lender(pair[group], group) for group in rng.permutation(2).tolist()}
        d.append(said[1] - said[0])
    return d


AUDITS = {"twins": twins_at, "one group first": one_group_first,
          "recorded groups": recorded_groups,
          "yours": lambda lender, n, rng: ask_unseen(lender, len(LOGIT), n, rng)}
LENDERS = {"fair": {"gap": 0.0}, "fair, stricter over time": {"gap": 0.0, "drift": 1.5},
           "knows, gap 1.2": {"gap": 1.2, "wary": True},
           "knows, gap 1.5": {"gap": 1.5, "wary": True}}
for name, ask in AUDITS.items():
    found = {}
    for kind, how in LENDERS.items():
        took = [first_rich(ask(make_lender(seed=k, **how), 1500, np.random.default_rng(900 + k)))
                for k in range(20)]
        found[kind] = sum(n is not None for n in took)
        if (name, kind) == ("yours", "knows, gap 1.5"):
            print(f"yours needs (median of those found) {np.median([n for n in took if n]):.0f} "
                  "applications at gap 1.5")
    print(f"{name}: accused of 20: {found}")

# %% [markdown]
# Twins find none of the lenders that know. One group first finds them all, and
# accuses all of the lenders that only grow stricter: whatever changes over time is taken for the
# group. A coin for each application separates the two: what it pays can be predicted only by
# somebody who reads the coin.
#
# Now a lender that knows a third sign. Of the real papers, one in seven belongs to group 1. This
# lender adds `gap` only while at most 12 of its last 40 applications carry attribute 1.

# %% id="share-demo" tags=["demo"]
def counting_lender(gap, seed):
    """A lender that is fair while more than 12 of the last 40 applications had attribute 1."""
    fair, unfair, recent = make_lender(0.0, seed), make_lender(gap, seed), []

    def lender(row, attribute):
        recent.append(attribute)
        return (unfair if sum(recent[-40:]) <= 12 else fair)(row, attribute)

    return lender


real = (BOSTON["afam"] == "yes").to_numpy().astype(int)
order = np.random.default_rng(0).permutation(len(real))
took = [first_rich(ask_unseen(counting_lender(1.5, k), len(LOGIT), 1500,
                              np.random.default_rng(900 + k))) for k in range(20)]
everyday = {}
for gap in (0.0, 1.5):
    counting = counting_lender(gap, 1)
    said = np.array([counting(row, int(real[row])) for row in order.tolist()])
    everyday[gap] = 100 * said[real[order] == 1].mean()
print(f"share of group 1 in the pool: {100 * real.mean():.0f} %")
print(f"the lender that counts, gap 1.5: accused by your audit {sum(map(bool, took))} of 20")
print(f"its everyday business, members of group 1 denied: {everyday[1.5]:.0f} %; with gap 0: "
      f"{everyday[0.0]:.0f} %")

# %% [markdown]
# Three limits. First, your audit was built against two signs that you were told. A fair coin writes
# attribute 1 on every second application, and the lender that counts notices: it is hardly ever
# accused, while in its everyday business it denies members of group 1 about twice as often as it
# would without `gap`. One can hide there, too (attribute 1 as rarely as in life, and a denial of
# the others counted so rarely that the game stays fair); then a fourth sign is left, that in life
# the group goes with the papers. We know of no audit by invented applications
# that shows no sign at all.
#
# Second, your audit writes a group on papers at random, so it asks whether the *attribute* makes a
# difference (disparate treatment). A lender that never reads it and still denies one group more
# often, because its papers differ (disparate impact), passes. "Recorded groups" asks that other
# question: it accused nearly all of the fair lenders, which never read the group, for the papers of
# the two groups differ. Each audit answers one of the two questions. Third, the guarantee is about
# accusing: not being accused is no certificate.
#
# ## What the law asks
#
# As of 29 November 2026. This is a list of sources for Exercise 10.7, not legal advice, and none of
# it is graded as a fact. "Text": the article itself was read for this lab; "second hand": somebody
# else's summary was.
#
# | what it says | where | of | read |
# |---|---|---|---|
# | a high-risk system logs events automatically, for life (10.1) | AI Act 12(1)-(2) | 2024 | text |
# | the provider keeps the logs it controls, six months at least | AI Act 19(1) | 2024 | text |
# | so does whoever uses the system | AI Act 26(6) | 2024 | second hand |
# | explanation of a decision by some high-risk systems (10.3) | AI Act 86 | 2024 | text |
# | a human, one's own view, contesting an automated decision | GDPR 22(3) | 2016 | text |
# | a score that a third party strongly draws on is a decision | C-634/21 | 2023 | second hand |
# | procedure, and what other inputs would have changed (10.3) | C-203/22 | 2025 | second hand |
# | some users assess beforehand who may be harmed | AI Act 27 | 2024 | text |
# | a plan and a system to watch the product in use | AI Act 72(1)-(3) | 2024 | text |
# | what a serious incident is | AI Act 3(49) | 2024 | second hand |
# | provider reports within 15 days of awareness, 10 for a death | AI Act 73 | 2024 | text (copy) |
# | 2 days: widespread, or critical infrastructure | AI Act 73 | 2024 | text (copy) |
# | the first report may be incomplete | AI Act 73 | 2024 | text (copy) |
# | whoever uses the system tells the provider first | AI Act 26(5) | 2024 | second hand |
# | few articles of this Act hold for cars (Annex I, Section B) | AI Act 2(2) | 2024 | second hand |
# | published bias audit of hiring tools, no least ratio | NYC Local Law 144 | 2021 | second hand |
# | four fifths as a rule of thumb (10.9) | 29 CFR 1607.4 D | 1978 | second hand |
# | duties of Annex III put off to 2 December 2027 | act of 29 June | 2026 | second hand |
# | software is a product; by 9 December 2026 national law | (EU) 2024/2853 | 2024 | second hand |
#
# AI Act: Regulation (EU) 2024/1689 of 13 June 2024. GDPR: Regulation (EU) 2016/679 of 27 April
# 2016. C-634/21 (7 December 2023) and C-203/22 (27 February 2025): judgments of the Court of
# Justice of the European Union. "Copy": a copy of the Official Journal. The act of 29 June 2026
# was adopted by the Council; its publication was not seen.
#
# Of eight guides to Art. 73 that one search found, three stated other deadlines than the text does.
# Read the text.
#
# ## Exercise 10.7: the report (5 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Why: in the end somebody must write it down, for people who
# were not there.
#
# One person died in the invented crash of 10.4. You work for the company that made the car's system
# and ran the car, and became aware on 3 March. It keeps a log as in 10.1, whose head is published
# every night; the head of 3 March covers the entries below. Suppose (for real cars other rules
# hold, see the table) that Art. 73 applies. Write the incident report to the authority (at most 180
# words), and one sentence to the family.
#
# | entry | time | record |
# |---|---|---|
# | 8,812 | 14:02 | factory brake off |
# | 8,829 | 14:07 | radio link down |
# | 8,830 | 14:07 | alarm raised, not delivered |
# | 8,840 | 14:09 | impact |
#
# One point for each of these:
#
# - facts by entry and head, and what the log cannot show
# - at least two causes with the model they rest on, and a model with another result
# - no sentence makes a number into guilt, or a cause into fault
# - who is told by when, with the source of the date, and what is still unknown
# - a correction that somebody can check, with a date and an owner
#
# <details><summary>Hint 1: where to look</summary>
# What do you know from the log, what from a model that you chose, and what not at all?
# <details><summary>Hint 2: the idea</summary>
# The log says that the brake was off, not who switched it off or why, nor what the driver saw. 10.4
# has two models of the same night, with and without the alarm.
# <details><summary>Hint 3: nearly the words</summary>
# "Log entry ..., head of ... published on ..., shows ...; it cannot show ... Assuming the model
# ..., ... and ... were causes (definition of 2005); if ... is left out, ... By ... we will ...,
# and ... can check it by ..."
# </details></details></details>

# %% [markdown] nbgrader={"grade_id": "ex10_7-report", "solution": true, "points": 5}
# ### BEGIN SOLUTION
# To the authority: "We became aware on 3 March of a crash with one death; we report by 13 March
# (ten days, AI Act Art. 73); this first report is incomplete. Entries 8,812 to 8,840 of our log,
# under the head published on the night of 3 March, record: factory brake off since 14:02, link
# down at 14:07, no alarm delivered. The log cannot show what the driver saw, nor that its entries
# were true when written. In our model (attached; definition of Halpern and Pearl, 2005) the
# switched-off brake, the driver's inattention and the lost link were causes; the sleeping operator
# was not. If the model leaves out whether the alarm arrived, operator and link are causes alike,
# to a lesser degree. We do not conclude from this who is at fault. Unknown: why the brake was off.
# From 20 March no car starts with the brake off; owner: head of operations; anybody with the log
# can check entry 'brake' at each start."
#
# To the family: "We are sorry; our car's factory brake was off when it should not have been, we
# do not yet know why, and we will tell you what we find."
#
# Rubric:
#
# - 1 point: facts are named by log entry and head, and it is said what the log cannot show
# - 1 point: at least two causes with the model they assume, and another model with another result
# - 1 point: no sentence turns a number into guilt, or a cause into fault
# - 1 point: says by when who is told, with the source of that deadline as the table names it (its
#   being right is not graded), and what is still unknown
# - 1 point: a correction that somebody can check, with a date and an owner
#
# Sample A (5/5): "Became aware 3 March, one death: report due 13 March (AI Act Art. 73), more to
# follow. Log entries 8,812, 8,829 (head of 3 March) show brake off, link down; they do not show
# what the driver did. With the model in annex 1, brake and driver are causes; without the variable
# 'alarm', the operator is one, too. Causes are not fault, which we leave to you. Unknown: who
# switched the brake off. By 1 April start is blocked with the brake off (owner: fleet manager);
# check: the start log. Family: We are sorry for your loss, and will tell you all we find out."
#
# Sample B (2/5): "Aware on 3 March, reported today, 9 March, within the ten days of AI Act Art.
# 73; cause of the brake still unknown. By 1 April, J. of fleet operations blocks starts with the
# brake off, which the start log will show. The driver was 25 % responsible. Family: the driver was
# mainly to blame."
# ### END SOLUTION

# %% [markdown]
# **Checkpoint.** Save the notebook. Next time, select this cell and choose *Run > Run All Above
# Selected Cell*; then go on below.

# %% [markdown]
# # Part C: deeper
#
# About 30 minutes: exercises 10.8 and 10.9.

# %% [markdown]
# ## Exercise 10.8: receipts (3 points)
#
# Difficulty: 3 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: one receipt that
# contradicts a promised model needs no statistics.
#
# A lender says: "every decision is made by this model", and gives out a **commitment**: the SHA-256
# of a random `nonce` followed by the bytes of the model. It need not show the model now. Everybody
# gets a receipt with their data and their decision. Later the model and the nonce are opened.
#
# **a. `receipts_needed(q, miss)`**: the lender used something else for a share `q` of its
# decisions. How many receipts, drawn at random from very many, are enough that all of them are
# honest with probability at most `miss`? The smallest whole number.
#
# - `q`, `miss` in (0, 1)
#
# <details><summary>Hint 1: where to look</summary>
# How likely is one receipt honest? And n of them?
# <details><summary>Hint 2: the idea</summary>
# The n-th power of 1 - q must be at most miss.
# <details><summary>Hint 3: nearly the code</summary>
# <code>n = 0</code>; <code>while (1 - q) ** n > miss: n += 1</code>; <code>return n</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_8-needed", "solution": true}
def receipts_needed(q, miss):
    """The fewest receipts that are all honest with probability at most miss."""
    ### BEGIN SOLUTION
    return math.ceil(math.log(miss) / math.log1p(-q) - 1e-9)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_8-needed-test", "points": 1}
@exercise("10.8")
def test_receipts_needed():
    """Half, a tenth and a hundredth of all decisions were made otherwise."""
    def needed(q, miss):
        return expect_number(receipts_needed(q, miss), "receipts_needed")

    got = needed(0.1, 0.05)
    expect(got != 10, "ten receipts miss one decision in ten with probability 0.35: 1/q is not "
           "enough",
           "one-over-q")
    expect(got != 28, "0.9 to the power of 28 is 0.052, still above 0.05: round up", "floor")
    expect(got == 29, f"0.9 to the power of 29 is 0.047: 29 receipts; yours: {got:g}")
    got = needed(0.5, 0.25)
    expect(got == 2, f"two honest ones of share 1/2 have probability exactly 0.25, which is "
           f"enough: 2; "
           f"yours: {got:g}", "strict")
    ### BEGIN HIDDEN TESTS
    for q, miss in ((0.01, 0.05), (0.5, 0.05), (0.02, 0.001), (0.9, 0.5), (0.37, 0.013)):
        truth = next(n for n in range(10_000) if (1 - q) ** n <= miss)
        got = needed(q, miss)
        expect(got == truth, f"receipts_needed({q}, {miss}) is {truth}; yours: {got:g}",
               "other-arguments")
    ### END HIDDEN TESTS


test_receipts_needed()
print("10.8a: visible checks passed")

# %% [markdown]
# **b. `contradiction(commitment, model_bytes, nonce, receipts)`**: the index of the
# first receipt that the opened model contradicts, or None if it contradicts none.
#
# - `commitment`: 64 hexadecimal digits of SHA-256 over `nonce` followed by `model_bytes`. If the
#   opened ones are not what was committed to, raise a `ValueError`.
# - `model_bytes`: JSON with `"weights"` (a list) and `"threshold"`; a person with the list `x` is
#   granted (1) when the sum of products is at least the threshold, else denied (0); numbers are
#   multiples of 1/8
# - `receipts`: a list of pairs `(x, decision)`
#
# <details><summary>Hint 1: where to look</summary>
# First whether this is the model that was promised; only then what it says.
# <details><summary>Hint 2: the idea</summary>
# <code>json.loads(model_bytes)</code> gives the dict. Go through the receipts with
# <code>enumerate</code>.
# <details><summary>Hint 3: nearly the code</summary>
# Compare <code>hashlib.sha256(nonce + model_bytes).hexdigest()</code> with the commitment; then
# for each <code>i, (x, decision)</code>: <code>granted = sum(a * b for a, b in
# zip(model["weights"], x)) >= model["threshold"]</code>, and <code>if int(granted) != decision:
# return i</code>; at the end <code>return None</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_8-contradiction", "solution": true}
def contradiction(commitment, model_bytes, nonce, receipts):
    """Index of the first receipt that the committed model contradicts, or None."""
    ### BEGIN SOLUTION
    opened = hashlib.sha256(b"".join([nonce, model_bytes]))
    if opened.hexdigest() != commitment:
        raise ValueError("this is not the model that was committed to")
    promised = json.loads(model_bytes)
    against = (i for i, (x, decision) in enumerate(receipts)
               if (np.dot(promised["weights"], x) >= promised["threshold"]) != decision)
    return next(against, None)
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_8-contradiction-test", "points": 2}
@exercise("10.8")
def test_contradiction():
    """A committed model, right receipts, wrong ones, and another model opened."""
    opened = b'{"weights":[1.0,-0.5],"threshold":0.5}'
    nonce = bytes(range(16))
    promise = "4d99e360b8b1cdd15594a7ce830895a7df5d94b20bda30e88152a1c661e4691f"
    right = [([1.0, 0.0], 1), ([1.0, 1.0], 1), ([0.0, 1.0], 0)]

    def says(receipts, model_bytes=opened, nonce=nonce, commitment=promise):
        try:
            return contradiction(commitment, model_bytes, nonce, list(receipts))
        except ValueError:
            return "refused"
        except AssertionError:
            expect(False, "an assert is left out by python -O: raise a ValueError", "assert")

    got = says(right)
    expect(got != "refused", "this is the committed model, and yours raises a ValueError: hash the "
           "nonce and then the model's bytes as they come, and compare hexadecimal digits",
           "no-nonce")
    expect(got is None, f"no receipt contradicts the model (the second is exactly at the "
           f"threshold): "
           f"None; yours: {got!r}", "strict")
    got = says([([1.0, 0.0], 0), *right])
    expect(got is not None, "receipt number 0, a denial, contradicts the model, and yours says "
           "None: denials count as grants do, and 0 is an index", "zero-is-false")
    expect(got == 0, f"the first receipt contradicts the model: 0; yours: {got!r}")
    got = says([*right, ([0.0, 0.0], 1), ([2.0, 0.0], 0)])
    expect(got == 3, f"receipts 3 and 4 contradict the model: the first is 3; yours: {got!r}",
           "last-instead-of-first")
    other = json.dumps({"weights": [1.0, -0.5], "threshold": 0.25}).encode()
    expect(says(right, model_bytes=other) == "refused", "another model was opened than was "
           "committed "
           "to: raise a ValueError", "skips-commitment")
    expect(says([([1.0, 0.0], 0)], model_bytes=other) == "refused", "another model was opened, and "
           "yours judges receipts by it: first compare with the commitment", "too-late")
    expect(says([], model_bytes=other) == "refused", "another model was opened, and there are no "
           "receipts: a ValueError all the same", "too-late")
    ### BEGIN HIDDEN TESTS
    expect(says(right, nonce=bytes(16)) == "refused", "another nonce was opened: raise a "
           "ValueError",
           "skips-commitment")
    wide = json.dumps({"threshold": 0.5, "weights": [1.0, -0.5]}, indent=2).encode()
    got = says(right, wide, b"", hashlib.sha256(wide).hexdigest())
    expect(got is None, "a model written with other spaces, opened as it was committed to, is "
           f"refused: hash the bytes as they come; yours: {got!r}", "other-bytes")
    rng = np.random.default_rng(1082)
    for _ in range(20):
        weights, t = (rng.integers(-16, 17, 4) / 8).tolist(), float(rng.integers(-16, 17) / 8)
        model = json.dumps({"weights": weights, "threshold": t}).encode()
        salt = rng.bytes(8)
        commitment = hashlib.sha256(salt + model).hexdigest()
        people = (rng.integers(-16, 17, (12, 4)) / 8).tolist()
        notes = [(x, int(math.fsum(np.multiply(weights, x).tolist()) >= t)) for x in people]
        got = says(notes, model, salt, commitment)
        expect(got is None, f"twelve right receipts: None; yours: {got!r}", "other-receipts")
        i = int(rng.integers(12))
        notes[i] = (notes[i][0], 1 - notes[i][1])
        got = says(notes, model, salt, commitment)
        expect(got == i, f"receipt {i} contradicts the model; yours: {got!r}", "other-receipts")
    ### END HIDDEN TESTS


test_contradiction()
print("10.8b: visible checks passed")

# %% id="receipts-demo" tags=["demo"]
print("receipts that miss a cheat with probability 5 % at most:",
      {q: receipts_needed(q, 0.05) for q in (0.5, 0.1, 0.01)})

# %% [markdown]
# ## Exercise 10.9: numbers of the law (4 points)
#
# Difficulty: 2 of 5 · Minutes: 15 · Deeper: nothing depends on it · Why: a ratio that a law asks
# for is computed by somebody who chooses groups and edges.
#
# Some rules (see the table above, New York) ask for the **impact ratio** of each group: its
# selection rate divided by the rate of the group that is selected most. A group that is a smaller
# share of all people than some `min_share` may be left out.
#
# **a. `impact_ratios(selected, group, min_share)`**: a dict, group -> ratio.
#
# - `selected`: array of 0 and 1, (n,); `group`: array of texts, (n,)
# - groups whose share of all people is below `min_share` are left out altogether: they are not in
#   the result, nor can they be the one with the highest rate
# - if nobody in the remaining groups is selected, all ratios are 1; if no group remains, the dict
#   is empty
#
# **b. `scoring_rates(score, group)`**: for tools that give scores, a rate is the share of a group
# whose score is **above the median of all**. Returns a dict, group -> share.
#
# <details><summary>Hint 1: where to look</summary>
# First decide which groups count; then rates; then the highest of these rates.
# <details><summary>Hint 2: the idea</summary>
# <code>group == name</code> is a mask. "Above" is not "at least".
# <details><summary>Hint 3: nearly the code</summary>
# a: <code>rates = {name: selected[group == name].mean() for name in set(group) if (group ==
# name).mean() >= min_share}</code>; <code>top = max(rates.values(), default=0)</code>;
# <code>return {name: rate / top if top else 1.0 for name, rate in rates.items()}</code>. b:
# <code>above = score > np.median(score)</code>, then <code>return {name: above[group ==
# name].mean() for name in set(group)}</code>
# </details></details></details>

# %% nbgrader={"grade_id": "ex10_9-ratios", "solution": true}
def impact_ratios(selected, group, min_share):
    """Group -> its selection rate over that of the group selected most; small groups left out."""
    ### BEGIN SOLUTION
    names, place, sizes = np.unique(group, return_inverse=True, return_counts=True)
    rates = np.bincount(place, weights=selected, minlength=len(names)) / sizes
    large = sizes >= min_share * len(group)
    best = rates[large].max(initial=0.0)
    ratios = rates[large] / best if best > 0 else np.ones(large.sum())
    return dict(zip(names[large].tolist(), ratios.tolist(), strict=True))
    ### END SOLUTION


def scoring_rates(score, group):
    """Group -> the share of its people whose score is above the median of all."""
    ### BEGIN SOLUTION
    middle = np.quantile(score, 0.5)
    return {str(name): float(np.mean(score[group == name] > middle)) for name in np.unique(group)}
    ### END SOLUTION

# %% nbgrader={"grade_id": "ex10_9-ratios-test", "points": 4}
@exercise("10.9")
def test_ratios():
    """Three groups of 10, 9 and 1 people, selected at rates 0.5, 2/3 and 1."""
    group = np.array(["a"] * 10 + ["b"] * 9 + ["c"])
    selected = np.array([1] * 5 + [0] * 5 + [1] * 6 + [0] * 3 + [1])

    def told(value, name):
        expect_returned(value, name)
        expect(isinstance(value, dict), f"{name} must return a dict; it returned "
               f"{type(value).__name__}", "no-dict")
        return {str(k): expect_number(v, name) for k, v in value.items()}

    got = told(impact_ratios(selected, group, 0.1), "impact_ratios")
    expect("c" not in got, "group c is 5 % of all people and min_share is 10 %: leave it out",
           "keeps-small")
    expect(set(got) == {"a", "b"}, f"the groups are a and b; yours: {sorted(got)}", "other-groups")
    expect(abs(got["a"] - 0.5) > 1e-9, "group c is left out, also as the one with the highest rate",
           "exclude-too-late")
    expect(abs(got["b"] - 4 / 3) > 1e-9, "divide by the highest rate, not by that of the largest "
           "group", "to-majority")
    expect(abs(got["a"] - 4 / 3) > 1e-9, "the ratio is upside down: the highest rate is below the "
           "line", "inverted")
    expect(abs(got["a"] - 0.75) < 1e-9 and abs(got["b"] - 1) < 1e-9, f"a 0.75 and b 1; yours: "
           f"{got}")
    got = told(impact_ratios(selected, group, 0.05), "impact_ratios")
    expect("c" in got and got["c"] == 1, "with min_share 5 %, group c is exactly large enough",
           "strict")
    got = told(impact_ratios(0 * selected, group, 0.1), "impact_ratios")
    expect(got == {"a": 1, "b": 1}, f"nobody is selected: all ratios 1; yours: {got}",
           "no-selection")
    got = told(impact_ratios(selected, group, 0.9), "impact_ratios")
    expect(got == {}, f"no group is 90 % of all people: an empty dict; yours: {got}", "no-group")
    score = np.array([1.0, 2, 2, 2, 3, 14])
    got = told(scoring_rates(score, np.array(list("xxxyyy"))), "scoring_rates")
    expect(abs(got["x"]) < 1e-9, f"the median is 2, and nobody in x is above it; yours: "
           f"{got['x']:g}",
           "at-or-above-median")
    expect(abs(got["y"] - 2 / 3) < 1e-9, f"two of three in y are above the median of all, 2; "
           f"yours: "
           f"{got['y']:.4f}", "own-median")
    got = told(scoring_rates(np.array([1.0, 9, 4, 2]), np.array(list("uuvv"))), "scoring_rates")
    expect(abs(got["v"] - 0.5) < 1e-9, "the median of 1, 2, 4 and 9 is 3, and one of v's two "
           f"scores is above it; yours: {got['v']:g}", "other-median")
    ### BEGIN HIDDEN TESTS
    rng = np.random.default_rng(1091)
    for n, share in ((1, 0.5), (40, 0.02), (300, 0.15), (300, 0.999)):
        group = rng.choice(list("pqrst"), n, p=[0.4, 0.3, 0.2, 0.07, 0.03])
        chosen = rng.integers(0, 2, n)
        score, rates, above = rng.normal(size=n).round(1), {}, {}
        order = sorted(score.tolist())
        middle = (order[(n - 1) // 2] + order[n // 2]) / 2
        for name in set(group.tolist()):
            mine = [i for i in range(n) if group[i] == name]
            above[name] = sum(score[i] > middle for i in mine) / len(mine)
            if len(mine) >= share * n:
                rates[name] = sum(int(chosen[i]) for i in mine) / len(mine)
        top = max(rates.values(), default=0)
        truth = {name: rate / top if top else 1.0 for name, rate in rates.items()}
        got = told(impact_ratios(chosen, group, share), "impact_ratios")
        expect(set(got) == set(truth), f"of {n} people, groups of at least {share} are "
               f"{sorted(truth)}; yours: {sorted(got)}", "keeps-small")
        expect(all(abs(got[k] - truth[k]) < 1e-6 for k in truth), f"the ratios are {truth}; yours: "
               f"{got}", "exclude-too-late")
        got = told(scoring_rates(score, group), "scoring_rates")
        expect(set(got) == set(above) and all(abs(got[k] - above[k]) < 1e-6 for k in above),
               f"the rates above the median are {above}; yours: {got}", "at-or-above-median")
    ### END HIDDEN TESTS


test_ratios()
print("10.9: visible checks passed")

# %% id="ratios-demo" tags=["demo"]
mortgages = tables.boston_mortgages()
granted = (mortgages["deny"] == "no").to_numpy().astype(int)
race = np.where(mortgages["afam"] == "yes", "Black", "other")
grants, denials = impact_ratios(granted, race, 0.02), impact_ratios(1 - granted, race, 0.02)
print(f"Boston 1990, ratio of approvals {grants['Black']:.3f}; of denials, the other way round, "
      f"{1 / denials['other']:.2f} times as often")
below = {}
for small, large, rate in ((20, 80, 0.3), (50, 200, 0.3), (100, 400, 0.1)):
    rng = np.random.default_rng(1092)
    sides = np.array(["s"] * small + ["l"] * large)
    ratios = [impact_ratios((rng.random(len(sides)) < rate).astype(int), sides, 0.02)
              for _ in range(1000)]
    below[small, large, rate] = np.mean([min(r.values()) < 0.8 for r in ratios])
print("equal chances, a ratio below four fifths:", {k: f"{v:.0%}" for k, v in below.items()})

# %% [markdown]
# One and the same table: the ratio of approvals is a hair below four fifths (a rule
# of thumb of the United States' Uniform Guidelines of 1978, read second hand), and Black
# applicants are denied three times as often. Which one is printed is a choice. And with small
# groups a ratio below four fifths comes about by chance alone in a third to more than half of all
# cases.
#
# ## What you found
#
# A chain binds the one who keeps it only if somebody else has its head, and says nothing about
# what was never written. A decision can be repeated if model, data and order are kept. The
# cheapest advice was broken more often than dearer advice with a margin. A degree of
# responsibility belongs to a model that somebody wrote. A bet accuses the innocent as rarely as
# promised, at any time; and an audit that can be recognised measures nothing but its own
# recognition. Which signs give it away, the auditor does not know.
#
# **Limits.** The lender, the crash and the costs of moves are invented. The guarantee of 10.5 is
# about one meaning of fair. The definition of cause is one of three.
#
# **The paper** (section 3.2) asks who bears responsibility along the chain from data to use. You
# have seen what a computation can add to that question, and where it stops.
#
# **Read on.** Laurie, Langley, Kasper, *Certificate Transparency*, RFC 6962, 2013. Halpern, Pearl,
# *Causes and explanations: a structural-model approach*, British Journal for the Philosophy of
# Science, 2005. Chockler, Halpern, *Responsibility and blame*, JAIR 22, 2004. Halpern, *A
# modification of the Halpern-Pearl definition of causality*, IJCAI 2015. Ustun, Spangher, Liu,
# *Actionable recourse in linear classification*, FAT* 2019. Chugg, Cortes-Gomez, Wilder, Ramdas,
# *Auditing fairness by betting*, NeurIPS 2023. Wright et al., *Null compliance*, FAccT 2024.
#
# **Where next.** Lab 11: privacy, also of those who stand in a log.
#
# ## Your score
#
# Save the notebook (Ctrl+S), then run the cell below: it grades the saved file, with the hidden
# checks where your copy of the course has them.

# %% id="score" tags=["demo"]
from safetylab.course.lastcell import show_score

show_score("lab10_accountability")
