"""The systems of Lab 18 are what `safetylab.audits` and their datasheet say."""

from __future__ import annotations

import hashlib

import pytest
import torch

from safetylab import audits, data

SOME = (0, 3, 57, 99)


@pytest.fixture(scope="module")
def people() -> audits.Pool:
    return audits.pool()


def test_the_pool_is_adults_training_part(people):
    assert people.rows.shape == (32_561, 10)
    assert people.rows.dtype == torch.float32
    assert abs(people.labels.float().mean() - 0.2408) < 1e-4
    assert people.columns[0] == "age"
    assert people.rows[0].tolist() == [39, 6, 13, 4, 0, 1, 4, 1, 2174, 40]


def test_there_are_34_groups_and_each_is_large(people):
    assert len(people.groups) == 34
    assert min(int(mask.sum()) for mask in people.groups.values()) >= 200
    sex = people.groups["sex=Female"]
    assert torch.equal(sex, people.rows[:, 7] == 0)


def test_typical_values_are_medians_and_commonest_words(people):
    assert people.typical.tolist() == [37, 3, 10, 2, 9, 0, 4, 1, 0, 40]


def test_what_a_caller_changes_is_the_callers_own():
    first, second = audits.pool(), audits.pool()
    first.rows[:] = 0
    first.groups["sex=Male"][:] = False
    assert second.rows[0, 0] == 39
    assert audits.pool().groups["sex=Male"].any()
    audits.digits().x[:] = 0
    assert audits.digits().x.max() == 1
    one = audits.system(0)
    with torch.no_grad():
        one["reader"][0].weight[:] = 0
    one["card"].clear()
    assert audits.system(0)["reader"][0].weight.any()
    assert audits.system(0)["card"]


def test_the_digits():
    x, y, audit = audits.digits()
    assert x.shape == (10_000, 196)
    assert 0 <= x.min() < x.max() <= 1
    assert len(audit.unique()) == 200
    assert set(y[audit].tolist()) == set(range(10))


@pytest.mark.parametrize("k", SOME)
def test_a_system_is_made_of_plain_things(k, people):
    one = audits.system(k)
    assert set(one) == {"card", "file", "reader", "score", "reason", "pilot", "branch", "members",
                        "others"}  # fmt: skip
    assert type(one["reader"]) is torch.nn.Sequential
    assert set(one["card"]) == {"sha256", "accuracy"}
    assert len(one["branch"].unique()) == 2000
    assert one["pilot"].shape == (500, 10)
    assert len(one["members"]) == len(one["others"]) == 500
    assert not set(one["members"].tolist()) & set(one["others"].tolist())
    rows = people.rows[:50]
    assert one["score"](rows).shape == one["reason"](rows).shape == (50,)
    assert ((one["score"](rows) > 0) & (one["score"](rows) < 1)).all()
    assert one["reason"](rows).dtype == torch.int64
    assert set(one["reason"](people.rows[:2000]).tolist()) <= set(range(10))


@pytest.mark.parametrize("k", SOME)
def test_the_file_holds_the_reader(k):
    one = audits.system(k)
    numbers = torch.frombuffer(bytearray(one["file"]), dtype=torch.float32)
    assert torch.equal(numbers, torch.nn.utils.parameters_to_vector(one["reader"].parameters()))


def test_systems_differ():
    x = audits.digits().x[:100]
    outputs = [audits.system(k)["reader"](x) for k in SOME]
    assert not any(torch.allclose(outputs[0], other) for other in outputs[1:])
    assert len({audits.system(k)["file"] for k in range(audits.COUNT)}) == audits.COUNT


def test_scores_answer_row_by_row(people):
    score, rows = audits.system(1)["score"], people.rows[100:120]
    together, alone = score(rows), torch.cat([score(rows[i : i + 1]) for i in range(20)])
    assert torch.allclose(together, alone, atol=1e-6)
    assert torch.allclose(score(rows.double()), together)
    assert torch.allclose(score(rows.numpy()), together)
    assert score(rows[:0]).shape == (0,)


@pytest.mark.parametrize("k", [-1, audits.COUNT])
def test_there_is_no_other_system(k):
    with pytest.raises(ValueError, match="they are 0 to 99"):
        audits.system(k)


@pytest.mark.parametrize("code", [2.0, -1.0, 0.5, float("nan")])
def test_a_code_without_a_word_is_refused(people, code):
    row = people.rows[:1].clone()
    row[0, 7] = code
    with pytest.raises(ValueError, match="sex is a code from 0 to 1"):
        audits.system(0)["score"](row)


def test_rows_of_another_width_are_refused(people):
    with pytest.raises(ValueError, match=r"rows have shape \(n, 10\)"):
        audits.system(0)["score"](people.rows[:3, :9])


def test_a_budget_counts_rows_and_ends(people):
    score = audits.system(0)["score"]
    asked = audits.counted(score, 25)
    assert asked.asked == 0
    assert torch.equal(asked(people.rows[:20]), score(people.rows[:20]))
    with pytest.raises(audits.BudgetSpent, match="6 more questions after 20 are too many"):
        asked(people.rows[:6])
    assert asked.asked == 20
    asked(people.rows[:5])
    assert asked.asked == 25


def test_two_budgets_are_two(people):
    score = audits.system(0)["score"]
    first, second = audits.counted(score, 5), audits.counted(score, 5)
    first(people.rows[:5])
    assert second.asked == 0


def test_the_datasheet_states_the_checksum():
    content = data.existing("audits/systems.npz.xz").read_bytes()
    sheet = data.existing("audits/DATASHEET.md").read_text(encoding="utf-8")
    assert hashlib.sha256(content).hexdigest() == audits.SYSTEMS_SHA256
    assert audits.SYSTEMS_SHA256 in sheet
    assert len(content) < 8e6


def test_each_claim_has_words():
    assert list(audits.CLAIMS) == [f"C{i}" for i in range(1, 11)]
    assert all(text.endswith(".") for text in audits.CLAIMS.values())
    assert f"at most {audits.EPSILON:g} a pixel" in audits.CLAIMS["C3"]
