"""Tables about people as pandas data frames. What care each needs stands in its datasheet."""

from __future__ import annotations

import gzip
import io
from typing import Literal

import pandas as pd

from safetylab.data import read_verified

ADULT_SHA256 = "7cbc928f063e7dcf58990246873ed4e652a4fe233e7e0ab1378b3361d1314560"
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
