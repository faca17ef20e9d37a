"""Each claim of Lab 09's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab09_fairness")]
NUMBER = r"([+-]?[\d,.]*\d)"


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
    for name, fpr, ppv in (("Black  3,175", 42.3, 65.0), ("white  2,103", 22.0, 59.5)):
        got = read(name + "  #% (#% to #%)  #% (#% to #%)")
        assert got[0] == pytest.approx(fpr, abs=0.05)
        assert got[3] == pytest.approx(ppv, abs=0.05)
        assert got[1] < got[0] < got[2]
    black, white = (read(n + "  #% (#% to #%)  #% (#% to #%)") for n in ("3,175", "2,103"))
    assert white[2] < black[1]  # "neither is an accident of the sample"
    assert white[5] < black[4]


def test_nothing_is_known_about_small_groups(read):
    for name in ("Asian               32", "Native American     18"):
        got = read(name + "  #% (#% to #%)  #% (#% to #%)")
        assert got[3] == 75.0  # 'an audit that reports "PPV 75 %"'
        assert got[5] - got[4] > 45  # "an interval covers half of everything"


def test_yours_is_what_fairlearn_says(said):
    differences = re.findall(r"largest difference from (?:yours|fairlearn's): (\S+)", said)
    assert len(differences) == 2
    assert max(map(float, differences)) < 1e-8


def test_the_score_is_nearly_calibrated(read):
    assert read("never more than # points apart")[0] < 10


def test_two_columns_are_no_worse_than_the_score(read):
    assert read("COMPAS is right about #% of 6,172 people")[0] == pytest.approx(66.1, abs=0.05)
    score, two = read(
        "On one half of them: COMPAS #%, age and number of earlier charges, learned on the other half, #%"
    )
    assert two >= score  # "no worse than the secret score"


def test_the_column_left_out_is_guessed_from_the_rest(read):
    assert read("without sex: AUC #")[0] > 0.9
    assert read("without sex, relationship, marital_status: AUC #")[0] > 0.75
    aware = read("aware said to earn more: men #%, women #%")
    unaware = read("unaware said to earn more: men #%, women #%")
    assert unaware == pytest.approx(aware, abs=1.0)  # "just as unequally"


def test_the_flaw_moves_the_predictive_value_and_not_the_false_positives(said, read):
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
    line = "audited with the # labels, women: prediction minus truth # points"
    dirty = read(line.replace("#", "damaged", 1))[0]
    clean = read(line.replace("#", "clean", 1))[0]
    assert 0 < dirty < 3  # "if anything, a little over-predicted"
    assert clean < -6  # "wrong by more than six points"
    men = read("audited with the clean labels, men: prediction minus truth # points")[0]
    assert abs(men) < 1  # "for women only"


def test_leaving_a_group_out_harms_where_it_is_different(read):
    line = "% of the Black students kept: prediction minus truth # points for them, # for white"
    everybody, nobody = read("100" + line), read("\n0" + line)
    assert everybody[0] > 4  # "promises them more than came true"
    assert nobody[0] > everybody[0] + 2  # "the promise is further off"
    assert abs(nobody[1] - everybody[1]) < 1  # "while nothing moves for white students"


def test_costs_move_the_gaps(read):
    equal, dear = (read(f"costs (1, {k}): TPR gap # points, FPR gap # points") for k in (1, 9))
    assert 2 < equal[0] - dear[0] < 8  # "falls by a few points"
    assert dear[1] / equal[1] == pytest.approx(4, abs=0.3)  # "four times"


def test_models_are_honest_at_home_only(read):
    young = read("under 30 # # #")
    old = read("45 and over # # #")
    assert max(abs(young[0]), abs(old[2])) < 3
    assert min(young[2], old[0]) > 20


def test_the_identity_gives_nearly_the_real_rates(read):
    forced = [read(f"{name}: #% charged again. With PPV 61 % and FNR 36 % in both groups, "
                   "the FPR must be #%")[1] for name in ("Black", "white")]  # fmt: skip
    assert forced == pytest.approx([44.8, 23.5], abs=4)


def test_equalised_odds_on_the_other_half(read):
    mine, theirs = read("on the half it was made on: #; fairlearn, mean of 50 draws: #")
    assert mine == pytest.approx(theirs, abs=1e-3)
    before = read("as it was used: accuracy #% FPR #% / #%, difference # points, standard error # "
                  "TPR #% / #%, difference # points")  # fmt: skip
    after = read("equalised odds: accuracy #% FPR #% / #%, difference # points, standard error # "
                 "TPR #% / #%, difference # points, standard error #")  # fmt: skip
    assert before[0] - after[0] == pytest.approx(1, abs=0.3)  # "a point of accuracy"
    assert after[3] / before[3] == pytest.approx(0.2, abs=0.03)  # "shrunk to a fifth"
    assert abs(after[7]) < 1  # "has gone"
    assert abs(after[3]) < 3 * after[4]  # "within three standard errors"
    assert read("people whose decision is drawn: #%")[0] == pytest.approx(10, abs=1)
    assert read("Black: score at least # with #%") == [7, 100]  # "rose from 5 to 7"
    assert read("white: score at least 8 with #%, 6 with #%, 5 with #%")[2] > 90


def test_the_frontier_costs_two_points(read):
    start, end = read("\n0.0 # #"), read("\n30.0 # #")
    assert abs(end[1]) < 0.01 < 0.15 < abs(start[1])
    assert start[0] - end[0] == pytest.approx(0.02, abs=0.005)


def test_uncorrelated_is_about_straight_lines(read):
    line = "sex guessed with AUC # before, # after the removal"
    assert read("linear model: " + line)[1] < 0.55  # "a linear model can find nothing"
    assert read("trees: " + line)[1] > 0.995  # "they now know the sex of everybody"


def test_each_method_costs_a_point_or_two_and_none_levels_all(read):
    rows = {name: read(name + " #% # # #") for name in (
        "nothing", "before: reweighing", "before: correlation removed", "in: penalty, lam = 10",
        "after: equalised odds")}  # fmt: skip
    start = rows.pop("nothing")
    for row in rows.values():
        assert start[0] - row[0] < 2
        assert max(map(abs, row[1:])) > 2
    assert abs(rows["in: penalty, lam = 10"][1]) < 2 < start[1]
    assert rows["in: penalty, lam = 10"][2] < 0 < start[2]  # "can turn the gap round"


def test_the_audit_finds_intersections_and_none_by_chance(said, read):
    assert "dealt out at random: []" in said
    shown = re.findall(r"^ +([\d.]+)%  (.+)$", said, re.MULTILINE)
    assert len(shown) == 6
    assert all("Less than 25" in name for _, name in shown[3:])  # "in the three highest: age"
    assert sum(" and " in name for _, name in shown) == 6  # "the extremes are intersections"


def test_boston_by_the_rule_of_the_others(read):
    assert read("Boston: #% of the Black applicants were denied, #% of the white") == [28.3, 9.3]
    assert 15 < read("it would have been #% of the Black")[0] < 25
