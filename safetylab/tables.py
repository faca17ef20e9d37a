"""Tables about people as pandas data frames. What care each needs stands in its datasheet."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from safetylab.checks import expect, expect_returned
from safetylab.data import read_verified

ADULT_SHA256 = "7cbc928f063e7dcf58990246873ed4e652a4fe233e7e0ab1378b3361d1314560"
BOSTON_SHA256 = "9fd18ee94004791fd9e9ee52b9a10f0d5adc44e7e27ddd06149930a47e276b71"
COMPAS_SHA256 = "b98a0b64b40ae129ca5344555e44695ba4afbab47531bafb6241f23fd36f7223"
FICO_CDF_SHA256 = "9d1125bb9109d95eb703a66762ed92c3b4fe5250d94737529cc1d44e13fe3a43"
FICO_PERFORMANCE_SHA256 = "ef531cf02b48da1bcc6186df7721e2ecc0e566f10bd7ea5ea7c597c54c2f4726"
FICO_TOTALS_SHA256 = "60ba4af53f9e61dedad3a5c4246390e666760e7552c98b08084dd3abf6b73f13"
OPEN_BANDIT_SHA256 = "ed7ba0f60c66ea9551a1789cbcbd9bd09e06b0cabf43a9d617f09361a7c9a299"
LAW_SCHOOL_SHA256 = "37f86c84391bff0e97579b0f14178187ef703c78118817ee74aecf8e436a2ac5"
GERMAN_CREDIT_SHA256 = "b206cbb6135b2297476a372ac5857ccf028869a759cb8fe56a47c2aa2bfc0810"


def adult(split: Literal["train", "test"] = "test") -> pd.DataFrame:
    """Return the 32,561 training or 16,281 test rows of Adult, in the original order.

    Returns:
        A frame with a fresh index from 0. Whole numbers: age, fnlwgt, education_num,
        capital_gain, capital_loss (US dollars), hours_per_week. Text: workclass, education,
        marital_status, occupation, relationship, race, sex, native_country (missing values are
        NaN) and income (``"<=50K"`` or ``">50K"``, US dollars a year).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`; ValueError for an
            unknown split.

    Source: Becker and Kohavi, "Adult", UCI Machine Learning Repository, 1996,
    doi 10.24432/C5XW20; see ``data/adult/DATASHEET.md``.
    """
    if split not in ("train", "test"):
        raise ValueError(f'unknown split {split!r}: choose "train" or "test"')
    rows = _read("adult/adult.csv.gz", ADULT_SHA256)
    return rows[rows["split"] == split].drop(columns="split").reset_index(drop=True)


def compas() -> pd.DataFrame:
    """Return the 7,214 de-identified rows of ProPublica's two-year file, in a shuffled order.

    These are real people: no lab prints a row, links the table to another, or names anyone.

    Returns:
        A frame with an index from 0. Text: sex, age_cat, race, c_charge_degree ("F" felony, "M"
        misdemeanour), score_text ("Low", "Medium", "High"). Whole numbers: age (years),
        juv_fel_count, juv_misd_count, juv_other_count, priors_count, decile_score (1 to 10),
        two_year_recid (1: charged anew within two years, which is not an offence). Bool:
        propublica_sample (the 6,172 rows of the published analysis) and
        screened_after_2014_04_01.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: Larson, Mattu, Kirchner, Angwin, "How we analyzed the COMPAS recidivism algorithm",
    ProPublica, 2016; see ``data/compas/DATASHEET.md``.
    """
    return _read("compas/compas_two_years_deidentified.csv.gz", COMPAS_SHA256)


def law_school() -> pd.DataFrame:
    """Return 21,791 law students of the United States, who began in 1991.

    Returns:
        A frame with an index from 0: LSAT (test score, 11 to 48), UGPA (undergraduate grade
        average, 0 to 4.2), ZFYA (first-year average, standardised), race (text), sex (1 or 2),
        pass_first_year (0 or 1).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: Wightman, "LSAC National Longitudinal Bar Passage Study", 1998; see
    ``data/law_school/DATASHEET.md``.
    """
    return _read("law_school/law_school.csv.gz", LAW_SCHOOL_SHA256)


def boston_mortgages() -> pd.DataFrame:
    """Return 2,380 applications for a mortgage in Boston in 1990, and whether they were denied.

    Returns:
        A frame with an index from 0. "yes" or "no": deny, phist, selfemp, insurance, condomin,
        afam, single, hschool. Numbers: pirat, hirat (payments and housing expense over income),
        lvrat (loan over value), chist (1 to 6), mhist (1 to 4), unemp (percent).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: Munnell, Tootell, Browne, McEneaney, "Mortgage lending in Boston: interpreting HMDA
    data", American Economic Review 86(1), 1996; see ``data/hmda_boston/DATASHEET.md``.
    """
    return _read("hmda_boston/hmda_boston.csv.gz", BOSTON_SHA256)


def fico() -> pd.DataFrame:
    """Return the credit scores of four groups of people in 2003: 198 scores a group.

    Returns:
        A frame with an index from 0: group ("white", "Black", "Hispanic", "Asian"), score (0 to
        100, percentiles of all), share (of the group's people at this score; sums to 1 in each
        group), repaid (share of these people who fell nowhere 90 days behind, in [0, 1]), people
        (size of the group in the sample).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: Federal Reserve, "Report to the Congress on credit scoring", 2007, in the form that
    Hardt, Price, Srebro used (NeurIPS 2016); see ``data/fico_scores/DATASHEET.md``.
    """
    totals, reached, failed = (
        pd.read_csv(io.BytesIO(read_verified(f"fico_scores/{name}.csv", checksum)))
        for name, checksum in (
            ("totals", FICO_TOTALS_SHA256),
            ("transrisk_cdf_by_race_ssa", FICO_CDF_SHA256),
            ("transrisk_performance_by_race_ssa", FICO_PERFORMANCE_SHA256),
        )
    )
    names = {"Non- Hispanic white": "white"}
    parts = [
        pd.DataFrame(
            {
                "group": names.get(column, column),
                "score": reached["Score"],
                "share": reached[column].diff().fillna(reached[column].iloc[0]) / 100,
                "repaid": 1 - failed[column] / 100,
                "people": int(totals[column].iloc[0]),
            }
        )
        for column in totals.columns.drop("Kind")
    ]
    return pd.concat(parts, ignore_index=True)


def design_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` as float64 columns that a linear model can read, rows in the same order.

    Numbers are standardised (a constant column becomes 0). Each value of a text column becomes a
    column of 0 and 1, named ``column=value``; a missing value has 0 in all of them.
    """
    numbers = table.select_dtypes(["number", "bool"]).astype("float64")
    spread = numbers.std(ddof=0).replace(0.0, 1.0)
    words = table.select_dtypes(exclude=["number", "bool"])
    parts = [(numbers - numbers.mean()) / spread]
    if len(words.columns):
        parts.append(pd.get_dummies(words, prefix_sep="=", dtype="float64"))
    return pd.concat(parts, axis=1)


def expect_table(
    value: object, index: Sequence[object], columns: Sequence[object], name: str
) -> pd.DataFrame:
    """Return ``value`` if it is a data frame with this index and columns; else `CheckFailed`."""
    expect_returned(value, name)
    expect(
        isinstance(value, pd.DataFrame),
        f"{name} must return a pandas DataFrame; it returned {type(value).__name__}",
        "no-table",
    )
    assert isinstance(value, pd.DataFrame)
    for what, found, wanted in (
        ("rows", list(value.index), list(index)),
        ("columns", list(value.columns), list(columns)),
    ):
        expect(
            found == wanted,
            f"{name} must return a table with the {what} {wanted}; yours has {found}",
            "wrong-shape",
        )
    return value


def _read(name: str, sha256: str) -> pd.DataFrame:
    """Return the table in the compressed CSV file ``name`` of the data folder."""
    return pd.read_csv(io.BytesIO(gzip.decompress(read_verified(name, sha256))))


def german_credit() -> pd.DataFrame:
    """Return the 1,000 rows of the German credit data, in the original order.

    Returns:
        A frame with a fresh index from 0. Whole numbers: duration (months), credit_amount
        (Deutsche Mark), installment_rate (1 to 4), residence_since, age (years),
        existing_credits, num_dependents, credit_risk (1 good, 2 bad). Codes such as ``"A11"``:
        all other columns; the datasheet says what they stand for.

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: Hofmann, "Statlog (German Credit Data)", UCI Machine Learning Repository, 1994,
    doi 10.24432/C5NC77; see ``data/german_credit/DATASHEET.md``.
    """
    return _read("german_credit/german_credit.csv.gz", GERMAN_CREDIT_SHA256)


def open_bandit() -> pd.DataFrame:
    """Return how often a fashion shop showed each item, and how often it was clicked.

    Returns:
        A frame with an index from 0, one row for each policy, item, position and chance: policy
        (``"random"``, uniform, or ``"bts"``, Bernoulli Thompson sampling), item (0 to 79), position
        (1 to 3), chance (that this policy shows this item at this position, in (0, 1]), shown and
        clicks (whole numbers; 10,000 showings for each policy).

    Raises:
        FileNotFoundError, ValueError: as `safetylab.data.read_verified`.

    Source: the small sample of the Open Bandit Dataset in the package obp 0.4.1, counted by
    ``solutions/make_bandit_counts.py``; Saito et al., "Open Bandit Dataset and Pipeline", 2020,
    arXiv 2008.07146; see ``data/open_bandit/DATASHEET.md``.
    """
    return _read("open_bandit/counts.csv.gz", OPEN_BANDIT_SHA256)
