"""Each claim of Lab 10's text about a number, read off the cells that show it."""

from __future__ import annotations

import ast
import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab10_accountability")]


@pytest.fixture(scope="module")
def notebook():
    return executed("lab10_accountability")[0]


@pytest.fixture(scope="module")
def text(notebook) -> str:
    return "\n".join(words(notebook))


@pytest.fixture(scope="module")
def prose(notebook) -> str:
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"\s+", " ", " ".join(cells))


def numbers(text: str, pattern: str) -> list[float]:
    found = re.search(pattern, text)
    assert found, pattern
    return [float(number.replace(",", "")) for number in found.groups()]


def test_the_lender_that_knows_is_seen_by_no_twin(text):
    assert "1,000 pairs of twins: 0 treated differently" in text
    same, other = numbers(text, r"(\d+)% are denied with attribute 0 and (\d+)% with attribute 1")
    assert other > 2 * same  # "more than a factor of two"


def test_logs_and_proofs(text):
    assert "as written: by its own head True, by the head kept elsewhere True" in text
    for changed in ("entry 4 rewritten", "cut by 3"):
        assert f"{changed}: by its own head True, by the head kept elsewhere False" in text
    assert (
        "plain: proof of 10 hashes, accepted True; of 2,002 guesses at the neighbour's record 1"
        in text
    )
    assert re.search(r"random bytes in front: .* accepted True; of 2,002 guesses .* record 0", text)


def test_bits_depend_on_the_order(text):
    moved = ast.literal_eval(re.search(r"in another order: (\[.*?\])", text)[1])
    assert len(moved) == 5
    assert all(550 < n < 850 for n in moved)  # "most of a thousand"
    (flips,) = numbers(text, r"denied in (\d+) of 20 orders")
    assert 0 < flips < 20
    assert "with your score_bits: {True}" in text


def test_promises_expire(text):
    assert "300 refused; no change helps 1; cost: median 3" in text
    mean, low, _ = numbers(text, r"100 refits: mean (\d+), from (\d+) to (\d+)")
    assert 55 <= mean <= 65  # "about four in ten"
    assert low < 30  # "in the worst three quarters"
    mean, low, _ = numbers(text, r"margin of 0.3: mean (\d+), from (\d+) to (\d+)")
    assert 90 <= mean <= 94  # "one in twelve"
    assert 28 <= low <= 40  # "two in three"
    dear, cheap = numbers(text, r"mean cost ([\d.]+) instead of ([\d.]+)")
    assert dear / cheap == pytest.approx(1.5, abs=0.1)  # "half as much again"


def test_the_crash(text):
    assert text.count("but-for True") == 2
    assert "sums: 4, 4, 1.00" in text
    assert "link_down: but-for False, responsibility 1, alarm left out 0.5" in text
    assert "operator: but-for False, responsibility 0, alarm left out 0.5" in text
    assert "driver: but-for True, responsibility 1," in text
    assert "if a warning lamp was broken, too: 0.5" in text


def test_looks_and_bets(text):
    shares = re.search(r"z-test at each look, .*? looks: (.*)", text)[1]
    shares = [float(x) for x in re.findall(r"[\d,]+: ([\d.]+)", shares)]
    assert shares == sorted(shares)  # "went on rising"
    assert shares[3] > 30
    (once,) = numbers(text, r"after pair 1,000: ([\d.]+)")
    assert 2 <= once <= 8  # "about as many as it promised"
    bets = re.search(r"betting, 1/alpha = 20, .*? looks: (.*)", text)[1]
    assert all(float(x) <= 8 for x in re.findall(r"[\d,]+: ([\d.]+)", bets))
    for planned, found, mean in re.findall(
        r"knows (\d+) pairs; yours found (\d+) of 40, mean (\d+)", text
    ):
        assert int(found) == 40
        assert int(mean) > int(planned)  # whoever has to learn pays in pairs
    assert "order by a coin: False; accused 100 of 100" in text
    (kept,) = numbers(text, r"order by a coin: True; accused (\d+) of 100")
    assert kept <= 12


def test_audits(text):
    found = {name: ast.literal_eval(counts) for name, counts in
             re.findall(r"([a-z ]+): accused of 20: (\{.*?\})", text)}  # fmt: skip
    knows = ("knows, gap 1.2", "knows, gap 1.5")
    assert all(found["twins"][kind] == 0 for kind in knows)
    assert all(found["one group first"][kind] == 20 for kind in knows)
    assert found["one group first"]["fair, stricter over time"] == 20
    assert all(found["yours"][kind] == 20 for kind in knows)
    assert found["yours"]["fair"] + found["yours"]["fair, stricter over time"] <= 6
    assert found["recorded groups"]["fair"] >= 16  # "nearly all"


def test_the_lender_that_counts(text):
    assert "share of group 1 in the pool: 14 %" in text  # "one in seven"
    (seen,) = numbers(text, r"gap 1.5: accused by your audit (\d+) of 20")
    assert seen <= 4  # "hardly ever"
    gap, none = numbers(text, r"group 1 denied: (\d+) %; with gap 0: (\d+) %")
    assert 1.7 < gap / none < 2.4  # "about twice as often"


def test_numbers_of_the_law(text):
    assert "{0.5: 5, 0.1: 29, 0.01: 299}" in text
    approvals, denials = numbers(text, r"ratio of approvals ([\d.]+); .*, ([\d.]+) times as often")
    assert 0.78 < approvals < 0.8  # "a hair below four fifths"
    assert denials == pytest.approx(3, abs=0.1)
    below = [int(share) for share in re.findall(r"\): '(\d+)%'", text)]
    assert len(below) == 3
    assert all(30 < share < 62 for share in below)


def test_each_statement_of_law_has_its_source_its_year_and_how_it_was_read(prose, notebook):
    assert "As of 29 November 2026." in prose
    assert "not legal advice, and none of it is graded as a fact" in prose
    cells = [cell.source for cell in notebook.cells if "## What the law asks" in cell.source]
    law = cells[0].split("## Exercise 10.7")[0]
    table = [line for line in law.splitlines() if line.startswith("| ")][1:]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in table]
    assert len(rows) == 19
    for what, where, year, read in rows:
        assert what
        assert where
        assert re.fullmatch(r"(19|20)\d\d", year)
        assert read in ("text", "text (copy)", "second hand")
