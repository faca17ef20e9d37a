"""The tables are those that their datasheets describe."""

from __future__ import annotations

import pandas as pd
import pytest

from safetylab import tables
from safetylab.checks import CheckFailed


@pytest.mark.parametrize(("split", "rows", "rich"), [("train", 32561, 7841), ("test", 16281, 3846)])
def test_adult_has_the_published_counts(split, rows, rich):
    """Counts from the data set's own documentation (adult.names)."""
    found = tables.adult(split)
    assert len(found) == rows
    assert (found["income"] == ">50K").sum() == rich
    assert list(found.index) == list(range(rows))
    assert "split" not in found
    assert found[["age", "capital_gain", "hours_per_week"]].dtypes.eq("int64").all()


def test_the_first_row_is_the_published_one():
    first = tables.adult("train").iloc[0]
    assert (first["age"], first["workclass"], first["capital_gain"]) == (39, "State-gov", 2174)


def test_missing_values_are_missing_and_nothing_else_is():
    missing = sum(tables.adult(split).isna().sum() for split in ("train", "test"))
    assert missing[missing > 0].to_dict() == {
        "workclass": 2799, "occupation": 2809, "native_country": 857,
    }  # fmt: skip


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="unknown split"):
        tables.adult("validation")


def test_compas_has_the_rates_that_were_published():
    """ProPublica 2016: false positives 44.85 against 23.45 % on all rows; 6,172 in its sample."""
    people = tables.compas()
    assert len(people) == 7214
    assert people["propublica_sample"].sum() == 6172
    flagged = people["score_text"] != "Low"
    clear = people["two_year_recid"] == 0
    for race, published in (("African-American", 0.4485), ("Caucasian", 0.2345)):
        rate = flagged[clear & (people["race"] == race)].mean()
        assert rate == pytest.approx(published, abs=5e-5)
    late = people.loc[people["screened_after_2014_04_01"], "two_year_recid"]
    assert (len(late), late.min()) == (998, 1)


def test_compas_holds_nothing_that_names_or_dates_a_person():
    names = set(tables.compas().columns)
    assert not {n for n in names if "name" in n or "dob" in n or "date" in n or n.startswith("id")}


def test_boston_mortgages_have_the_published_denial_rates():
    """Stock and Watson: 28.3 % of Black and 9.3 % of white applicants were denied."""
    rows = tables.boston_mortgages()
    denied = (rows["deny"] == "yes").groupby(rows["afam"]).mean()
    assert len(rows) == 2380
    assert denied["yes"] == pytest.approx(0.283, abs=5e-4)
    assert denied["no"] == pytest.approx(0.093, abs=5e-4)


def test_law_school_is_complete():
    rows = tables.law_school()
    assert len(rows) == 21791
    assert not rows.isna().any().any()
    assert rows["ZFYA"].std() == pytest.approx(0.93, abs=0.01)


def test_fico_shares_add_up_and_the_best_scores_repay():
    rows = tables.fico()
    assert rows.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1, 1, 1])
    assert rows["share"].min() >= 0
    assert rows["repaid"].between(0, 1).all()
    repaid = (rows["share"] * rows["repaid"]).groupby(rows["group"]).sum()
    assert repaid["white"] == pytest.approx(0.76, abs=0.01)  # Hardt et al. 2016, figure 7
    assert repaid["Black"] == pytest.approx(0.34, abs=0.01)


def test_design_matrix_keeps_rows_and_turns_words_into_columns():
    made = tables.design_matrix(
        pd.DataFrame({"a": [1, 3], "same": [2, 2], "b": ["x", None]}, index=[7, 9])
    )
    assert made.to_dict("list") == {"a": [-1.0, 1.0], "same": [0.0, 0.0], "b=x": [1.0, 0.0]}
    assert list(made.index) == [7, 9]
    assert tables.design_matrix(made[["a"]]).columns.tolist() == ["a"]


def test_expect_table_returns_its_value():
    table = pd.DataFrame({"n": [1, 2]}, index=["a", "b"])
    assert tables.expect_table(table, ["a", "b"], ["n"], "f") is table


@pytest.mark.parametrize(
    ("value", "misconception"),
    [
        ({"n": [1, 2]}, "no-table"),
        (pd.DataFrame({"n": [1, 2]}), "wrong-shape"),
        (pd.DataFrame({"m": [1, 2]}, index=["a", "b"]), "wrong-shape"),
    ],
)
def test_expect_table_refuses(value, misconception):
    with pytest.raises(CheckFailed, match=rf"\bf\b.*\[{misconception}\]"):
        tables.expect_table(value, ["a", "b"], ["n"], "f")


def test_german_credit_has_the_published_counts():
    """Counts from the data set's own documentation: 700 good loans, 300 bad ones, 20 columns."""
    found = tables.german_credit()
    assert found["credit_risk"].value_counts().to_dict() == {1: 700, 2: 300}
    assert found.shape == (1000, 21)
    assert not found.isna().any(axis=None)
    assert found[["duration", "credit_amount", "age"]].dtypes.eq("int64").all()
    assert found["status"].isin(["A11", "A12", "A13", "A14"]).all()


def test_open_bandit_has_the_counts_of_both_logs():
    """10,000 showings each, 38 and 42 clicks; the random policy shows 80 items evenly by design."""
    found = tables.open_bandit()
    totals = found.groupby("policy")[["shown", "clicks"]].sum()
    assert totals.loc["random"].tolist() == [10_000, 38]
    assert totals.loc["bts"].tolist() == [10_000, 42]
    assert found.loc[found["policy"] == "random", "chance"].eq(1 / 80).all()
    assert found["chance"].between(0, 1, inclusive="right").all()
    assert (found["clicks"] <= found["shown"]).all()
    assert found.columns.tolist() == ["policy", "item", "position", "chance", "shown", "clicks"]
