"""Each claim of Lab 09's text about a number, read off the cells that show it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab09_fairness")]
NUMBER = r"([+-]?[\d,.]*\d)"
SPREAD = "# (spread #)"


@pytest.fixture(scope="module")
def said():
    return "\n".join(words(executed("lab09_fairness")[0]))


@pytest.fixture
def read(said):
    """The numbers of one printed line: what stands for # in the pattern."""

    def find(pattern: str) -> list[float]:
        found = re.search(re.escape(pattern).replace(r"\#", NUMBER).replace(r"\ ", r"\s+"), said)
        assert found, pattern
        return [float(value.replace(",", "")) for value in found.groups()]

    return find


def test_both_published_analyses_are_there(read):
    got = {}
    for name, fpr, ppv in (("Black  3,696", 44.8, 63.0), ("white  2,454", 23.5, 59.1)):
        got[name[:5]] = read(name + "  #% (#% to #%)  #% (#% to #%)")
        assert got[name[:5]][0] == pytest.approx(fpr, abs=0.05)
        assert got[name[:5]][3] == pytest.approx(ppv, abs=0.05)
    assert got["white"][2] < got["Black"][1] - 15  # FPR: "twenty points apart"
    assert got["white"][5] > got["Black"][4]  # PPV: "the two intervals overlap"
    assert read("Black  3,175  #% (")[0] == pytest.approx(44.8, abs=3)  # "large on either choice"
    assert read("white  2,103  #% (")[0] == pytest.approx(23.5, abs=3)


def test_the_predictive_values_differ_by_a_few_points(said):
    line = r"FPR \+([\d.]+) \(.*PPV \+([\d.]+) \(([+-][\d.]+) to \+[\d.]+\)"
    found = [[float(v) for v in m] for m in re.findall(line, said)]
    every, kept, _, clean = found
    assert every[1] == pytest.approx(4, abs=0.5)  # "about four points"
    assert abs(every[2]) < 0.7  # "begins near zero"
    assert kept[1] > 5  # "above five"
    assert kept[2] > 1  # "keeps clear of zero"
    assert clean[1] == pytest.approx(6, abs=0.5)  # "without the flaw it is six points"
    assert clean[2] > 1
    assert min(row[0] for row in found) > 20  # "ProPublica's gap is large"


def test_the_picture_of_the_hook_says_what_it_shows(read):
    assert read("flagged, are # dots of the Black people and # dots of the white people") == [
        45,
        23,
    ]


def test_nothing_is_known_about_small_groups(read):
    line = "  #% (#% to #%)  # / #  #% to #%"
    eight, twelve = read("Asian 32" + line), read("Native American 18" + line)
    assert eight[0] == twelve[0] == 75.0  # '"PPV 75 %" rests on 8 and on 12 people'
    assert (eight[4], twelve[4]) == (8, 12)
    assert eight[1] == pytest.approx(50, abs=0.5)  # "its interval starts at 50 %"
    assert eight[5] == 35  # "the exact one at 35 %"


def test_yours_is_what_fairlearn_says(read):
    assert read("largest difference from yours: #")[0] < 1e-8


def test_the_score_is_nearly_calibrated(said):
    apart = re.search(r"Black minus white, in points: \[(.*)\]", said)
    assert apart
    values = [float(value) for value in apart.group(1).split(",")]
    assert max(map(abs, values)) < 10  # "within ten points of each other"
    assert min(values) < 0 < max(values)  # "and cross"
    assert min(values) > -4  # "by less than four points"
    assert sum(value < 0 for value in values) == 4  # "four scores of ten"


def test_two_columns_are_better_in_each_split(read):
    mean, low, high = read(
        "#\npoints more than COMPAS on the same half (from # to #)".replace("\n", " ")
    )
    assert 0 < low <= mean <= high < 3  # "a little better", "in each of the twenty splits"


def test_the_column_left_out_is_guessed_from_the_rest(read):
    assert read("without sex: AUC #")[0] > 0.9
    assert read("without sex, relationship, marital_status: AUC #")[0] > 0.75
    line = " said to earn more: men # %, women # %; difference " + SPREAD
    every, sex, family = (read(n + line) for n in ("all columns", "without sex", "and family"))
    assert abs(every[2] - sex[2]) < 1  # "by less than a point"
    assert family[2] < 0.65 * every[2]  # "much smaller"
    assert family[0] < every[0] - 5  # "fewer men are said to earn more,"
    assert family[1] == pytest.approx(every[1], abs=1)  # "about as many women"


def test_the_flaw_moves_the_predictive_value_and_not_the_false_positives(said):
    assert "found in COMPAS: [('screened_after_2014_04_01', True)]" in said
    before, after = (
        re.search(name + r".*\n.*\nBlack +([\d.]+)% +([\d.]+)%\nwhite +([\d.]+)% +([\d.]+)%", said)
        for name in ("all rows: ", "without them: ")
    )
    assert before
    assert after
    old, new = ([float(v) for v in found.groups()] for found in (before, after))
    assert (old[0], old[2]) == (new[0], new[2])
    assert min(old[1] - new[1], old[3] - new[3]) > 8  # "by more than eight points"


def test_an_audit_inherits_the_labels(read):
    def off(column: str, how: str, who: str) -> float:
        return read(f"{column}, {how}, {who}: {SPREAD}")[0]

    damaged, clean = (
        f"damaged, audited with the {labels} labels" for labels in ("damaged", "clean")
    )
    assert 0 < off("with the column sex", damaged, "women") < 2  # "a little over-predicted"
    assert off("with the column sex", clean, "women") < -5  # "more than five points"
    assert abs(off("with the column sex", clean, "men")) < 2  # "not for men"
    assert off("without sex", damaged, "women") > 2  # "accuses it of favouring women"
    assert off("without sex", "never damaged", "women") > 1  # "it began above it"
    for column, moved in (("with the column sex", 6), ("without sex", 5)):
        before, after = (off(column, how, "women") for how in ("never damaged", clean))
        assert before - after == pytest.approx(moved, abs=0.5)


def test_leaving_a_group_out_harms_where_it_is_different(read):
    line = ": prediction minus truth, in points, " + SPREAD
    more = f"{line} for them, {SPREAD} for white ones; more than with all: {SPREAD} and {SPREAD}"
    everybody = read("100% of the Black students kept" + line)
    nobody = read("\n0% of the Black students kept" + more)
    assert everybody[0] > 4  # "promises them more than came true"
    assert nobody[4] == pytest.approx(2, abs=0.7)  # "further off by two points"
    assert abs(nobody[6]) < 0.5  # "for white students less than half a point"
    control = read("as many left out, of any group" + more)
    assert max(abs(control[4]), abs(control[6])) < 0.2  # "and nothing happens"


def test_costs_move_the_gaps(read):
    fpr, fnr = (read(name + f" {SPREAD} {SPREAD} {SPREAD}") for name in (
        "FPR, men minus women, points", "FNR, women minus men, points"))  # fmt: skip
    assert fpr[4] / fpr[0] == pytest.approx(4, abs=0.5)  # "about four times"
    assert abs(fnr[4] - fnr[0]) < 1  # "hardly changes"
    shrinks, doubles = read("FPR, men over women # # #"), read("FNR, women over men # # #")
    assert shrinks[::2] == pytest.approx([1.7, 1.3], abs=0.05)
    assert doubles[2] / doubles[0] == pytest.approx(2, abs=0.2)
    assert doubles[2] > 2  # "more than twice as often as a man"


def test_models_are_honest_at_home(read):
    young, middle, old = (read(f"{name} {SPREAD} {SPREAD} {SPREAD}") for name in (
        "under 30", "30 to 44", "45 and over"))  # fmt: skip
    assert max(abs(young[0]), abs(middle[2]), abs(old[4])) < 2  # "less than two points off"
    assert young[4] == pytest.approx(29, abs=2)  # "by nearly thirty points"
    assert old[0] > 15


def test_the_identity_and_what_it_forces(read):
    own = read("base rate, PPV and FNR: Black #%, white #%")
    same = read("PPV #% and FNR #%: Black #%, white #%")
    assert own == pytest.approx([44.8, 23.5], abs=0.1)
    assert same[2:] == pytest.approx([38.3, 23.5], abs=0.1)
    assert read("ratio Black over white: #; as it was: #") == [1.63, 1.91]
    assert read("Black 51.4% 63.0% #% 44.8%") == [28.0]
    assert read("white 39.4% 59.1% #% 23.5%") == [47.7]


def test_both_published_wishes_can_be_met(read):
    white = read("white people, as it was #% #% #%")
    both = read("with the white PPV and FPR #% #% #%")
    assert both[:2] == white[:2]
    assert both[2] == pytest.approx(68, abs=0.5)  # "68 % instead of 28 %"
    used, _ = read("Lottery: the score decides for #% of the Black people, #% are flagged")
    assert used == pytest.approx(33, abs=2)  # "ignore the score for two thirds"
    drawn = read("PPV #% (spread # points), FPR #% (spread # points), TPR #% (spread # points)")
    assert drawn[0] == pytest.approx(white[0], abs=1)
    assert drawn[2] == pytest.approx(white[1], abs=1)
    assert 100 - drawn[4] == pytest.approx(both[2], abs=1)
    ppv, fpr, tpr = read("flag the scores 3, 7 and 10 and nobody else: PPV #%, FPR #%, TPR #%")
    assert [ppv, fpr, 100 - tpr] == pytest.approx(both, abs=0.5)  # "to within half a point"


def test_each_still_of_the_board_levels_one_rate_and_leaves_another_apart(said):
    boards = re.findall(r"Rates at each group's threshold\. ([^<\"']+)", said)
    rates = [
        [[float(v) for v in re.findall(name + r" (\d+)%", text)]
         for name in ("selection rate", "TPR", "FPR", "PPV")]
        for text in dict.fromkeys(boards)
    ]  # fmt: skip
    assert len(rates) == 3
    apart = [[max(row) - min(row) for row in board] for board in rates]
    assert apart[0][0] > 30  # one threshold: selection rates
    assert apart[1][0] <= 3  # equal selection rates
    assert apart[1][3] > 30  # ... "the PPVs"
    assert apart[2][1] <= 3  # equal TPR
    assert apart[2][0] > 30


def test_the_frontier_costs_two_points(read):
    row = f" {SPREAD} {SPREAD} {SPREAD}"
    start, end = read("\n0.0" + row), read("\n30.0" + row)
    assert start[2] == pytest.approx(-18, abs=0.7)  # "from 18 points"
    assert abs(end[2]) < 1  # "to nearly none"
    assert abs(end[2]) < abs(end[4])  # "smaller than the one that you pushed"
    lost = read(f"that at 0, on the same set: {SPREAD} points")
    assert lost[0] == pytest.approx(-2, abs=0.5)  # "about two points of accuracy"


def test_fairlearn_lies_on_the_same_curve(read):
    mine = read("your penalty: gap and accuracy " + ", ".join(["# points and # %"] * 5))
    theirs = read("fairlearn, reduction: gap and accuracy # points and # %, # points and # %")
    for gap, right in (theirs[:2], theirs[2:]):
        pairs = list(zip(mine[::2], mine[1::2], strict=True))
        (high, above), (low, below) = next(
            (a, b) for a, b in pairwise(pairs) if a[0] >= gap >= b[0]
        )
        between = below + (above - below) * (gap - low) / (high - low)
        assert right == pytest.approx(between, abs=0.45)  # "as far as the error bars can tell"


def test_boston_by_the_rule_of_the_others(read):
    assert read("Boston: #% of the 339 Black applicants were denied, #% of the 2,041 white") == [
        28.3, 9.3]  # fmt: skip
    more, low, high = read("records: # points less (# to #)")
    assert 0 < low < more < high


def test_equalised_odds_and_the_coin(read):
    mine, theirs = read("on the half it was made on: # %; fairlearn # %")
    assert mine == pytest.approx(theirs, abs=0.1)
    line = f": accuracy {SPREAD}, FPR gap {SPREAD}, TPR gap {SPREAD}"
    before, odds, fixed = (
        read(name + line) for name in ("as it was used", "equalised odds", "without a coin")
    )
    assert before[2] > 15
    for rule in (odds, fixed):  # "leave gaps of about the same size"
        assert max(abs(rule[2]), abs(rule[4])) < 2
        assert 1.5 < min(rule[3], rule[5]) <= max(rule[3], rule[5]) < 6
    assert odds[3] + odds[5] == pytest.approx(8, abs=1)  # "varied by about four points"
    assert fixed[0] >= odds[0]  # "at no loss of accuracy"
    drawn = read("people whose decision is drawn: # %")[0]
    assert drawn == pytest.approx(17, abs=1)  # "a good sixth"


def test_uncorrelated_is_about_straight_lines(read):
    times = ("before", "after", "after, numbers alone", "after, texts rounded back")
    line = ": AUC for sex " + ", ".join(f"# {when} (from # to #)" for when in times)
    assert max(read("linear model" + line)[3:6]) < 0.55
    trees = read("trees" + line)
    assert trees[4] > 0.995 > trees[2]  # "easier for the trees"
    assert trees[7] > 0.995  # the numbers "are marked as well"
    assert trees[9] == pytest.approx(trees[0], abs=0.01)  # "they know what they knew before"


def test_each_method_costs_something_and_none_levels_all(read):
    names = ("nothing", "nothing, as in lam = 0", "before: reweighing",
             "before: correlation removed", "in: penalty, lam = 10",
             "after: equalised odds")  # fmt: skip
    rows = {name: read(name + f" {SPREAD}" * 4) for name in names}
    start, bare = rows.pop("nothing"), rows.pop("nothing, as in lam = 0")
    assert start[0] - bare[0] == pytest.approx(0.3, abs=0.1)  # "about .3 points"
    for row in rows.values():
        assert 0.3 < start[0] - row[0] < 2  # "from about half a point to less than two"
        assert max(map(abs, row[2::2])) > 5  # "none levels all three"
    odds = rows.pop("after: equalised odds")
    assert max(map(abs, odds[4::2])) < 3
    assert odds[2] > start[2] / 2  # "leaves most of the gap in the selection rate"
    for row in rows.values():
        assert row[2] < 0.65 * start[2]
        assert row[4] < -5 < start[4]  # "turn the gap in the true-positive rate round"


def test_the_audit_finds_intersections_and_hardly_any_by_chance(said, read):
    differ, asked = read("# of # subgroups differ")
    assert differ > 0.8 * asked  # "most subgroups differ"
    assert read("dealt out at random, 20 times: # audits accuse somebody")[0] <= 3
    shown = re.findall(r"^ +([\d.]+)%  (.+) \(\d+ people\)$", said, re.MULTILINE)
    assert len(shown) == 6
    assert all("Less than 25" in name for _, name in shown[3:])  # "the three highest share: age"
    assert all(" and " in name for _, name in shown)  # "the six extremes are intersections"
