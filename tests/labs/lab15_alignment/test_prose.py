"""Each claim of Lab 15's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
import torch
from execute import executed, words
from source import names_of

from safetylab import language


@pytest.fixture(scope="module")
def text():
    return "\n".join(words(executed("lab15_alignment")[0]))


@pytest.fixture(scope="module")
def number(text):
    def find(pattern: str, index: int = 0) -> float:
        found = re.search(pattern, text)
        assert found, pattern
        return float(re.findall(r"-?\d+\.?\d*", text[found.end() :])[index].rstrip("."))

    return find


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab15_alignment")]


def test_the_hook_rises_in_points_and_falls_in_gold(text):
    rows = re.findall(r"best of +[\d,]+: points +(-?[\d.]+), gold +(-?[\d.]+)", text)
    points, gold = ([float(row[k]) for row in rows] for k in (0, 1))
    assert len(rows) == 5
    assert points == sorted(points)
    assert max(gold) > gold[0]  # "rises, then falls below where it began"
    assert gold[-1] < gold[0]
    assert gold[-1] < 0


def test_the_reference_is_what_the_text_says(number):
    assert number(r"parameters:") == 26  # 26,054
    assert number(r"sum of all 7,776 probabilities:") == pytest.approx(1, abs=1e-4)
    assert number(r"largest difference from the table on file:") < 10  # printed as x.xe-06
    assert number(r"largest deviation of a thousand policies: \d+e") <= -12


def test_the_points_typed_into_the_hook_are_those_of_the_fit(text):
    rows = [eval(row) for row in re.findall(r"(?<!your )points per word: (\{.*?\})", text)]
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_few_pairs_hold_three_compliments():
    praise = language.word_counts(language.all_answers())[:, language.WORDS.index("great")] >= 3
    chance = language.reference_log_probs().exp()
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        rows = torch.multinomial(chance, 8000, replacement=True, generator=generator)
        assert 25 <= praise[rows.reshape(2, 4000)].any(0).sum() <= 50  # "some three dozen"


def test_the_labels_are_noisy_and_the_proxy_is_not_far_behind(number):
    rated, proxy = number(r"rated: says what the rater said in"), number(r"proxy: says what")
    assert rated < 80
    assert rated - 6 < proxy < rated


def test_the_moment(text, number):
    rows = {
        float(beta): (float(far), float(proxy), float(gold), answer)
        for beta, far, proxy, gold, answer in re.findall(
            r"beta ([\d.]+): KL +([\d.]+), proxy +(-?[\d.]+), gold +(-?[\d.]+), "
            r"likeliest answer: (.*)",
            text,
        )
    }
    assert number(r"the reference: gold") == pytest.approx(1.49, abs=0.005)
    assert rows[0.5][1:] == (1.12, 1.73, "the fact because the fact")  # the model answer of 15.9
    assert rows[0.2][3] == "great great great great great"  # "between beta 0.5 and 0.2"
    assert rows[0.1][1:] == (2.90, -2.65, "great great great great great")
    assert [row[1] for row in rows.values()] == sorted(row[1] for row in rows.values())
    assert number(r"gold peaks at beta 0.77, KL") == pytest.approx(0.49, abs=0.01)


@pytest.fixture(scope="module")
def lab():
    return names_of("lab15_alignment")


def learned(lab, features, utility, n, seed):
    """The weights and the reward that the lab's `learned` fits, which is a demonstration's own."""
    first, second, label = lab["compare"](utility, n, torch.Generator().manual_seed(seed))
    w = lab["fit_reward"](features[first], features[second], label, 1e-3, lab["preference_loss"])
    return w, features @ w


def test_the_path_ends_beyond_ten_nats_and_gold_climbs_back(lab):
    ref, back = lab["log_ref"], 0
    for seed in range(5):
        w, proxy = learned(lab, lab["word_counts"], lab["rated"], 4000, seed)
        far = lab["tilt"](ref, proxy, 0.02)
        assert lab["kl"](far, ref) > 9.5  # seed 0, that of the text: more than 10
        end = float(lab["tilt"](ref, proxy, 0.001).exp() @ lab["gold"])
        assert (w.argmax() == language.WORDS.index("because")) == (abs(end) < 0.1)
        back += abs(end) < 0.1
        if seed == 0:
            assert lab["kl"](far, ref) > 10
            assert abs(end) < 0.1
            names = language.WORDS
            prices = w[names.index("great")], w[names.index("because")]
            assert abs(prices[0] - prices[1]) < 0.05  # "cost nearly the same"
    assert back == 3
    five = [ref[(lab["answers"] == language.WORDS.index(word)).all(1)] for word in
            ("great", "because")]  # fmt: skip
    assert 1700 < float((five[0] - five[1]).exp()) < 1950  # "some 1,800 times as often"


def test_labels_in_place_of_gold_cross_zero_near_0_7(lab):
    _, proxy = learned(lab, lab["word_counts"], lab["rated"], 4000, 0)
    g, signs = torch.Generator().manual_seed(0), {}
    for beta in (0.77, 0.65):
        pi = lab["tilt"](lab["log_ref"], proxy, beta).exp()
        a, b = torch.multinomial(pi, 1_000_000, replacement=True, generator=g).reshape(2, -1)
        label = torch.sigmoid(lab["gold"][a] - lab["gold"][b])
        signs[beta] = float(((proxy[a] - proxy[b]) * (label - 0.5)).mean())
    assert signs[0.77] > 0 > signs[0.65]


def descent_steps(gap, label, penalty=1e-3):
    """Steps of gradient descent with step 1 / (largest curvature) until no slope is above 1e-6."""
    rate = 1 / (float(torch.linalg.eigvalsh(gap.T @ gap / len(gap)).max()) / 4 + penalty)
    w = torch.zeros(gap.shape[1], dtype=torch.float64)
    for step in range(20_000):
        slope = gap.T @ (torch.sigmoid(gap @ w) - label) / len(gap) + penalty * w
        if slope.abs().max() < 1e-6:
            return step
        w = w - rate * slope
    raise AssertionError("not there after 20,000 steps")


def test_how_many_steps_gradient_descent_takes(lab):
    first, second, label = lab["compare"](lab["rated"], 4000, torch.Generator().manual_seed(0))
    few, many = (
        descent_steps(features[first] - features[second], label)
        for features in (lab["word_counts"], language.rich_features(lab["answers"]))
    )
    assert 80 < few < 150  # "about 100"
    assert 2500 < many < 3500  # "about 3,000"


def test_a_strong_penalty_is_a_guess_about_the_world(lab):
    rich, ref, utility = language.rich_features(lab["answers"]), lab["log_ref"], lab["rated"]
    best = lab["tilt"](ref, utility, lab["oracle_find_beta"](ref, utility, 2.0)).exp() @ utility
    for penalty, low, high in ((3.0, 0.55, 0.85), (0.03, 0.88, 0.95)):
        made = []
        for seed in range(100, 103):
            g = torch.Generator().manual_seed(seed)
            first, second = torch.multinomial(ref.exp(), 1200, True, generator=g).reshape(2, 600)
            label = torch.bernoulli(torch.sigmoid(utility[first] - utility[second]), generator=g)
            reward = rich @ lab["oracle_newton"](rich[first], rich[second], label, penalty)
            pi = lab["tilt"](ref, reward, lab["oracle_find_beta"](ref, reward, 1.999)).exp()
            start = ref.exp() @ utility
            made.append(float((pi @ utility - start) / (best - start)))
        assert low < min(made) <= max(made) < high


def test_the_baseline_calms_where_net_rewards_are_far_from_zero(lab, number):
    """15.6a: shift the reward by 3, and the leave-one-out baseline takes most of the noise."""
    ref = lab["log_ref"]
    _, proxy = learned(lab, lab["word_counts"], lab["rated"], 4000, 0)
    policy, noise = language.TablePolicy(ref), {}
    for name in ("with", "without"):
        g, slopes = torch.Generator().manual_seed(1), []
        for _ in range(60):
            rows = torch.multinomial(ref.exp(), 256, replacement=True, generator=g)
            log_pi = policy.joint()[rows]
            if name == "with":
                loss = lab["rloo_loss"](log_pi, ref[rows], proxy[rows] + 3, 0.5)
            else:
                loss = -((proxy[rows] + 3) * log_pi).mean()
            slopes.append(torch.autograd.grad(loss, policy.levels[0])[0].flatten())
        noise[name] = float(torch.stack(slopes).var(0).sum())
    assert noise["with"] < noise["without"] / 3
    assert number(r"net rewards under the best policy differ by up to [\d.]+e") <= -10
    assert number(r"net rewards under the reference +differ by up to") > 1


def test_covariance_is_zero_at_the_peak(text):
    rates = [float(v) for v in re.findall(r"covariance of proxy and gold +(-?[\d.]+)", text)]
    assert rates[0] > 0.1
    assert abs(rates[1]) < 0.005
    assert rates[2] < -0.1


def suspects(text):
    """Name -> for each beta (0.5, 0.2, 0.1, 0.05) the mean, the lowest and the highest gold."""
    shape = r"(-?[\d.]+) \( *(-?[\d.]+), *(-?[\d.]+)\)"
    rows = re.findall(r"^(\w[\w ,]+?) +((?:" + shape + r" *){4})$", text, re.MULTILINE)
    return {row[0]: [tuple(map(float, v)) for v in re.findall(shape, row[1])] for row in rows}


def test_rated_itself_stays_above_the_reference(number):
    assert number(r"proxy +at beta 0.1: gold") == -2.65
    assert number(r"rated itself +at beta 0.1: gold") == 2.20 > 1.49


def test_who_is_to_blame(text):
    rows = suspects(text)
    assert len(rows) == 6
    at = {name: values[2] for name, values in rows.items()}
    assert at["nothing wrong"][0] == 3.00
    assert abs(at["hurried, sees 72 features"][0] - at["rated itself"][0]) < 0.05
    assert at["the same, asked everywhere"][2] < at["hurried, counts words"][1]  # "falls further"
    assert rows["careful, counts words"][3][2] < 1.49  # "below the reference on each of the five"
    assert rows["careful, counts words"][1][1] > 2.5  # "put the fall off"
    assert rows["careful, counts words"][3][1] >= 0 > rows["hurried, counts words"][3][2]


def test_the_losses_are_told_with_their_spread(text):
    lost = {
        name: (float(low), float(high))
        for name, low, high in re.findall(r"lost at beta 0.1 by (\w+): ([\d.]+) to ([\d.]+)", text)
    }
    assert lost["hurry"] == (0.80, 0.80)
    assert (round(lost["words"][0], 1), round(lost["words"][1], 1)) == (0.6, 1.8)
    assert 2.9 < lost["extra"][0] < lost["extra"][1] < 5.1  # "3 to 5 more than the sum"


def test_best_of_n_at_its_best_beats_the_tilt_at_its_best(number):
    assert number(r"most gold gained by best-of-n:") > number(r"most gold gained by tilt +:") + 0.1
    for n in (2, 16, 1024):
        assert number(rf"n = +{n}: KL") < number(rf"n = +{n}: KL", 1)


def test_which_repair_helps(text):
    rows = {
        (seen, raters, n): [float(v) for v in values.split()]
        for seen, raters, n, values in re.findall(
            r"(words|rich) +(hurried|careful) +([\d,]+) +((?:-?[\d.]+ *){3})", text
        )
    }
    base = rows["words", "hurried", "4,000"]
    assert abs(rows["words", "hurried", "40,000"][1] - base[1]) < 0.15  # "hardly move"
    for repaired in (("rich", "hurried", "4,000"), ("words", "careful", "4,000")):
        assert rows[repaired][1] - base[1] > 1  # "each repair most of it"
    assert rows["words", "careful", "4,000"][1] > rows["rich", "hurried", "4,000"][1]
    assert min(rows["rich", "careful", "4,000"]) > 2.75
    assert rows["rich", "careful", "4,000"][2] == 2.97  # the model answer of 15.9
    assert base[2] < 1.49 < base[0]  # the shorter leash
    whole, hurry = (
        [float(v) for v in re.search(rf"{name} +((?:[\d.]+ *){{3}})$", text, re.M)[1].split()]
        for name in ("nothing wrong", "rated itself")
    )
    lost = [whole[1] - v for v in (hurry[1], rows["words", "careful", "4,000"][1], base[1])]
    assert lost == pytest.approx([0.47, 0.26, 1.75], abs=0.005)


def test_every_optimiser_reaches_the_closed_form(number):
    assert number(r"KL to the best policy: [\d.]+ before,") <= 0.005
    for name in ("RLOO", "PPO", "DPO"):
        assert number(rf"transformer by {name} *: KL to the best policy") < 0.007


def test_what_breaks_dpo(number):
    cases = {
        name: number(rf"{name} +KL to the best policy")
        for name in (
            "the reference itself",
            "all conditions hold",
            "raters half as decided",
            "no pair with praise in it",
            "a policy that cannot",
            "500 pairs, soft labels",
            "every pair, labelled once",
            "500 pairs, labelled once",
        )
    }
    assert cases.pop("all conditions hold") == 0
    assert cases.pop("500 pairs, soft labels") < 0.05  # "cost little"
    assert cases.pop("every pair, labelled once") < 0.05
    assert min(cases.values()) > 0.1
    assert max(cases, key=cases.get) == "500 pairs, labelled once"  # "the last one costs most"


def test_dpo_overfits_and_the_preferred_answers_get_rarer(number):
    start, best, stopped, overfit = (
        [number(rf"{name} *: KL to the best policy", k) for k in (0, 1, 3, 2)]
        for name in ("reference", "best", "stopped", "overfit")
    )
    assert stopped[0] < 0.7 * start[0] < start[0] < overfit[0]
    assert overfit[1] < start[1] - 0.5
    assert best[1] < start[1]  # "the best policy does it as well"
    assert overfit[1] - overfit[3] > best[1] - best[3] > start[1] - start[3]  # "the gap"
    assert 45 < overfit[2] < 55  # per cent, "half of the overfit policy"
    assert best[2] < 20
    assert number(r"answers won each of their comparisons,") < 2  # "one or two"


def test_whose_values(text, number):
    assert "Borda scores in a circle: [0.5, 0.5, 0.5]" in text
    gains = {
        name: (number(rf"{name} *(?:\(weight [\d.]+\))? +(?=-?\d)"),
               number(rf"{name} *(?:\(weight [\d.]+\))? +(?=-?\d)", 1))
        for name in ("one reward model", "mean of the rewards", "maximin", "only the brief",
                     "only the reasons")
    }  # fmt: skip
    assert gains["one reward model"][0] > 0.5
    lowest, highest = (number(r"five seeds, the reasons get", k) for k in (0, 1))
    assert lowest <= highest < -0.2  # "lose, on each of five seeds"
    assert gains["mean of the rewards"][1] > gains["mean of the rewards"][0] > 0
    assert gains["maximin"][0] == gains["maximin"][1] > 0.3
    assert gains["only the brief"][0] == max(pair[0] for pair in gains.values())
    assert gains["only the reasons"][1] == max(pair[1] for pair in gains.values())


def test_the_vote_hears_strength_until_it_is_sure(text, number):
    base = number(r"share of answers with a reason: reference")
    rows = [
        (float(low), float(high))
        for low, high in re.findall(r"a full stop [\d.]+, a reason [\d. ]+: (\d+)% to (\d+)%", text)
    ]
    plain, ten_times, quarter = rows
    assert plain[1] < base  # "lose it, on each of five seeds"
    assert ten_times[1] < base  # "lose as before"
    assert abs(sum(ten_times) - sum(plain)) / 2 < 3  # per cent
    assert quarter[0] > base + 10  # "the three of ten win"
