"""The tables are those that their datasheets describe."""

from __future__ import annotations

import pytest

from safetylab import tables


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


def test_german_credit_has_the_published_counts():
    """Counts from the data set's own documentation: 700 good loans, 300 bad ones, 20 columns."""
    found = tables.german_credit()
    assert found["credit_risk"].value_counts().to_dict() == {1: 700, 2: 300}
    assert found.shape == (1000, 21)
    assert not found.isna().any(axis=None)
    assert found[["duration", "credit_amount", "age"]].dtypes.eq("int64").all()
    assert found["status"].isin(["A11", "A12", "A13", "A14"]).all()
