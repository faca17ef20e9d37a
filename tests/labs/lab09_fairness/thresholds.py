"""What the thresholds of Lab 09 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab09_fairness/thresholds.py > tests/labs/lab09_fairness/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

LAB = names_of("lab09_fairness")
COMPAS = [LAB["compas"][c].to_numpy() for c in ("two_year_recid", "decile_score", "race")]


def width_off(seed, level=0.8):
    """9.1: how far the width of an interval is from what theory says, as a share."""
    return abs(LAB["oracle_width"](LAB["bootstrap_interval"], seed, level) - 1)


def wrong_tails(seed, level=0.8):
    """The mistake: leave twice as much on either side."""

    def narrow(metric, arrays, *, rng, draws, level):
        return LAB["bootstrap_interval"](
            metric, arrays, rng=rng, draws=draws, level=max(1 - 2 * (1 - level), 0.01)
        )

    return abs(LAB["oracle_width"](narrow, seed, level) - 1)


def in_sample(x, s, fit, auc, rng, folds=5):
    """The mistake: score the rows that the fit has seen."""
    return auc(fit(x, s)(x), s)


def torn(x, s, fit, auc, rng, folds=5):
    """The mistake: scores in the order of the folds, beside s in the order of the table."""
    scores = []
    for rows in np.array_split(rng.permutation(len(s)), folds):
        rest = np.setdiff1d(np.arange(len(s)), rows)
        scores.append(fit(x[rest], s[rest])(x[rows]))
    return auc(np.concatenate(scores), s)


def guessed(seed, shift, strength, folds=5):
    """9.2: AUC found in 60 columns of noise, the first of them moved by shift * s."""
    rng = np.random.default_rng(seed)
    x, s = rng.normal(size=(121, 60)), np.arange(121) % 2
    x[:, 0] += shift * s
    return strength(x, s, LAB["fit_logistic"], LAB["oracle_auc"], rng, folds=folds)


def always(y, score, group, roc):
    """The mistake: the threshold with the largest TPR - FPR in each group."""
    rule = {}
    for name in np.unique(group).tolist():
        thresholds, fpr, tpr = roc(y[group == name], score[group == name])
        rule[name] = (thresholds, np.eye(len(thresholds))[np.argmax(tpr - fpr)])
    return rule


def nobody(y, score, group, roc):
    """The mistake: equal odds by saying no to everybody."""
    return {name: (np.array([np.inf]), np.array([1.0])) for name in np.unique(group).tolist()}


def odds_gap(seed, programme):
    """9.5: the larger of the gaps in FPR and TPR on the people that the rule was made on."""
    y, score, group = LAB["oracle_scores"](seed)
    p = LAB["oracle_probability"](programme(y, score, group, LAB["oracle_roc"]), score, group)
    return max(abs(gap) for gap, _ in LAB["oracle_gaps"](p, y, group))


def odds_loss(seed, programme):
    """9.5: what the rule's accuracy lacks to the best that the hulls allow."""
    y, score, group = LAB["oracle_scores"](seed)
    p = LAB["oracle_probability"](programme(y, score, group, LAB["oracle_roc"]), score, group)
    return abs(np.mean(p * y + (1 - p) * (1 - y)) - LAB["oracle_best_accuracy"](y, score, group))


def odds_hidden(seed, programme):
    """9.5: the larger difference on the hidden half of COMPAS, in standard errors."""
    y, score, group = COMPAS
    half = np.random.default_rng(seed).permutation(len(y)) < len(y) // 2
    rule = programme(y[half], score[half], group[half], LAB["oracle_roc"])
    p = LAB["oracle_probability"](rule, score, group)
    seen, hidden = (LAB["oracle_gaps"](p[m], y[m], group[m]) for m in (half, ~half))
    pairs = zip(hidden, seen, strict=True)
    return max(abs(gap) / (error**2 + own**2) ** 0.5 for (gap, error), (_, own) in pairs)


def as_it_was(y, score, group, roc):
    """The mistake: leave the threshold of 5 for everybody."""
    return {name: (np.array([5.0]), np.array([1.0])) for name in np.unique(group).tolist()}


def slope_left(seed, fit):
    """9.6: the largest entry of the objective's gradient at what was returned."""
    x, y, s = LAB["oracle_people"](seed)
    theta = fit(x, y, s, 2.0, LAB["oracle_gap"]).clone().requires_grad_(True)
    p = torch.sigmoid(x @ theta[:-1] + theta[-1])
    loss = torch.nn.functional.binary_cross_entropy(p, y) + 2.0 * LAB["oracle_gap"](p, s)
    return torch.autograd.grad(loss, theta)[0].abs().max().item()


def three_steps(x, y, s, lam, gap):
    """The mistake: stop after three steps of gradient descent."""
    theta = torch.zeros(x.shape[1] + 1, dtype=x.dtype)
    for _ in range(3):
        theta.requires_grad_(True)
        p = torch.sigmoid(x @ theta[:-1] + theta[-1])
        loss = torch.nn.functional.binary_cross_entropy(p, y) + lam * gap(p, s)
        theta = (theta - torch.autograd.grad(loss, theta)[0]).detach()
    return theta


def blind(x, y, s, lam, gap):
    """The mistake: leave lambda out."""
    return LAB["fit_fair"](x, y, s, 0.0, gap)


def gap_left(seed, fit):
    """9.6: the soft gap at lam = 30 over that at lam = 0."""
    x, y, s = LAB["oracle_people"](seed)
    theta = [fit(x, y, s, lam, LAB["oracle_gap"]) for lam in (0.0, 30.0)]
    gaps = [float(LAB["oracle_gap"](torch.sigmoid(x @ t[:-1] + t[-1]), s)) for t in theta]
    return gaps[1] / gaps[0]


def level(seed, fit):
    """9.6: the mean probability when the metric asks for 0.9 at lam = 50."""
    x, y, s = LAB["oracle_people"](seed)
    theta = fit(x, y, s, 50.0, lambda p, s: (p.mean() - 0.9) ** 2)
    return float(torch.sigmoid(x @ theta[:-1] + theta[-1]).mean())


def accused(seed):
    """9.8: subgroups accused in data without any difference, at alpha = 0.001."""
    table, wrong = LAB["oracle_attributes"](seed)
    return len(LAB["audit"](wrong, table, LAB["fisher"], LAB["oracle_holm"], 30, 0.001))


def planted(seed, columns=None):
    """9.8: 1 if the planted subgroup is found."""
    table, wrong = LAB["oracle_attributes"](seed)
    here, other = LAB["oracle_planted"](table, seed)
    wrong = np.where(here, other, wrong)
    if columns:  # the mistake: one attribute at a time
        found = [LAB["audit"](wrong, table[[c]], LAB["fisher"], LAB["oracle_holm"], 30, 0.05)
                 for c in columns]  # fmt: skip
        return float(any({"sex": "w", "age": 60} in part for part in found))
    found = LAB["audit"](wrong, table, LAB["fisher"], LAB["oracle_holm"], 30, 0.05)
    return float({"sex": "w", "age": 60} in found)


PROGRAMME, FIT = LAB["equalised_odds"], LAB["fit_fair"]
ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("9.1 width", "<=", 0.2, width_off, wrong_tails, "tails twice as heavy"),
    ("9.1 width, 50 %", "<=", 0.2, partial(width_off, level=0.5), partial(wrong_tails, level=0.5),
     "tails twice as heavy"),
    ("9.2 noise", "<=", 0.75, partial(guessed, shift=0, strength=LAB["proxy_strength"]),
     partial(guessed, shift=0, strength=in_sample), "in sample"),
    ("9.2 proxy", ">=", 0.85, partial(guessed, shift=4, strength=LAB["proxy_strength"], folds=3),
     partial(guessed, shift=4, strength=torn, folds=3), "scores not put back"),
    ("9.2 proxy, 8 folds", ">=", 0.85,
     partial(guessed, shift=4, strength=LAB["proxy_strength"], folds=8),
     partial(guessed, shift=4, strength=torn, folds=8), "scores not put back"),
    ("9.5 gap", "<=", 1e-5, partial(odds_gap, programme=PROGRAMME),
     partial(odds_gap, programme=always), "best threshold for each group"),
    ("9.5 accuracy", "<=", 1e-3, partial(odds_loss, programme=PROGRAMME),
     partial(odds_loss, programme=nobody), "no to everybody"),
    ("9.5 hidden z", "<=", 3.0, partial(odds_hidden, programme=PROGRAMME),
     partial(odds_hidden, programme=as_it_was), "thresholds left alone"),
    ("9.6 slope", "<=", 1e-3, partial(slope_left, fit=FIT), partial(slope_left, fit=three_steps),
     "three steps"),
    ("9.6 gap left", "<=", 0.05, partial(gap_left, fit=FIT), partial(gap_left, fit=blind),
     "no lambda"),
    ("9.6 other metric", ">=", 0.85, partial(level, fit=FIT), partial(level, fit=blind),
     "no lambda"),
    ("9.8 accused", "<=", 0, accused, None, "none: an uncorrected audit is caught by counting"),
    ("9.8 planted", ">=", 1, planted, partial(planted, columns=["sex", "age"]), "no pairs"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
