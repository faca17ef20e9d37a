"""Numbers of variants from ids."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from safetylab import variants


@pytest.fixture(autouse=True)
def _nobody_grades() -> Iterator[None]:
    yield
    variants._assigned = None


def test_a_variant_is_the_hash_of_salt_and_id() -> None:
    digest = hashlib.sha256(b"2030a:ann").hexdigest()
    assert variants.variant_of("ann", "2030a", 100) == int(digest, 16) % 100
    assert variants.variant_of("ann", salt="2030a", count=100) == 69
    assert variants.variant_of("ann", "2030b", 100) != 69


def test_an_id_is_the_same_however_it_is_typed() -> None:
    zoe = unicodedata.normalize("NFD", "Zoë")
    assert zoe != "Zoë"
    assert len({variants.variant_of(name, "s", 10_000) for name in ("Zoë", zoe, " Zoë\n")}) == 1
    assert variants.variant_of("ann", "s", 10_000) != variants.variant_of("Ann", "s", 10_000)
    assert 0 <= variants.variant_of("\N{GRINNING FACE}", "s", 7) < 7


def test_variants_are_shared_out_evenly() -> None:
    counts = Counter(variants.variant_of(f"student{n}", "2030a", 10) for n in range(2000))
    assert set(counts) == set(range(10))
    assert max(counts.values()) < 260, "200 each; 4.5 standard deviations above are 260"


@pytest.mark.parametrize(
    ("student", "salt", "count", "error", "says"),
    [
        ("", "s", 5, ValueError, "the id is blank"),
        (" \t", "s", 5, ValueError, "the id is blank"),
        (..., "s", 5, TypeError, "the id is Ellipsis: write it as a text in quotes"),
        (17, "s", 5, TypeError, "the id is 17"),
        (None, "s", 5, TypeError, "the id is None"),
        ("\ud83d", "s", 5, ValueError, "half a letter"),
        ("ann", 3, 5, TypeError, "the id is 3"),
        ("ann", "s", 0, ValueError, "count is 0"),
        ("ann", "s", "5", TypeError, "count is '5'"),
        ("ann", "s", True, TypeError, "count is True"),
    ],
)
def test_what_is_no_id_is_told(
    student: Any, salt: Any, count: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        variants.variant_of(student, salt, count)
    with pytest.raises(error, match=says):
        variants.mine(student, salt, count)


def test_the_graders_number_comes_before_any_id() -> None:
    assert variants.mine("ann", salt="2030a", count=100) == 69
    assert variants.assign(17) == 17
    assert variants.mine("ann", salt="2030a", count=100) == 17
    assert variants.mine("", salt="2030a", count=100) == 17
    assert variants.variant_of("ann", "2030a", 100) == 69, "that of an id stays what it is"


def test_a_notebook_without_an_id_gets_the_other_number() -> None:
    def nobody() -> str:
        raise NameError("my_id")

    assert variants.entered(nobody, "2030a", 100, otherwise=3) == 3
    assert variants.entered(lambda: "", "2030a", 100, otherwise=3) == 3
    assert variants.entered(lambda: "ann", "2030a", 100, otherwise=3) == 69
