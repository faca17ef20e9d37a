"""Wrong answers that people really write, each with the id it must be told, and odd right ones."""

from columns import Edit, Right, Wrong

ANSWERS = [
    Wrong("ex0_1-recall", "precision", Edit("/ truth.sum()", "/ said.sum()"), seen="visible"),
    Wrong(
        "ex0_1-recall",
        "accuracy",
        Edit("(said & truth).sum() / truth.sum()", "(said == truth).float().mean()"),
        seen="visible",
    ),
    Wrong("ex0_1-recall", "no-share", Edit(" / truth.sum()", ""), seen="visible"),
    Wrong(
        "ex0_1-recall", "no-nan", Edit("truth.sum())", "truth.sum().clamp_min(1))"), seen="visible"
    ),
    Wrong("ex0_1-recall", "no-float", Edit("float(", "("), seen="visible"),
    Wrong(
        "ex0_1-recall",
        "wrong-share",
        """
def recall(said, truth):
    return float((said[:50] & truth[:50]).sum() / truth[:50].sum())
""",
        seen="hidden",
    ),
    Wrong(
        "ex0_1-recall",
        "wrong-share",
        Edit(
            "float((said & truth).sum() / truth.sum())",
            "round(float((said & truth).sum() / truth.sum()), 2)",
        ),
        seen="visible",
    ),
    Wrong("ex0_1-recall", "wrong-share", Edit("/ truth.sum()", "/ 7"), seen="visible"),
    Wrong("ex0_1-recall", "no-return", Edit("return float", "float"), seen="visible"),
    Wrong(
        "ex0_1-recall",
        "wrong-share",
        """
def recall(said, truth):
    return float((said & truth).sum() / 10) if truth.any() else float("nan")
""",
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "of-all",
        Edit("(said & truth).sum() / truth.sum()", "(said & truth).float().mean()"),
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "wrong-share",
        Edit(
            "(said & truth).sum() / truth.sum()",
            "2 * (said & truth).sum() / (said.sum() + truth.sum())",
        ),
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "wrong-share",
        Edit("(said & truth).sum()", "(~said & truth).sum()"),
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "nothing-found",
        """
def recall(said, truth):
    if not said.any():
        return float("nan")
    return float((said & truth).sum() / truth.sum())
""",
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "nothing-found",
        """
def recall(said, truth):
    found = said & truth
    return float(found.sum() / truth.sum()) if found.any() else float("nan")
""",
        seen="visible",
    ),
    Wrong(
        "ex0_1-recall",
        "no-nan",
        """
def recall(said, truth):
    found = int((said & truth).sum())
    return found / int(truth.sum()) if found else 0.0
""",
        seen="visible",
    ),
    Wrong("ex0_1-recall", "no-number", Edit("float(", "str("), seen="visible"),
    Right(
        "ex0_1-recall",
        "hint-3",
        """
def recall(said, truth):
    share = (said & truth).sum() / truth.sum()
    return float(share)
""",
    ),
    Right(
        "ex0_1-recall",
        "mean-of-the-true",
        """
def recall(said, truth):
    return said[truth].double().mean().item()
""",
    ),
    Right(
        "ex0_1-recall",
        "numpy",
        """
def recall(said, truth):
    import numpy as np

    said, truth = np.asarray(said), np.asarray(truth)
    if truth.sum() == 0:
        return np.nan
    return np.logical_and(said, truth).sum() / truth.sum()
""",
    ),
    Right(
        "ex0_1-recall",
        "into-its-own-argument",
        """
def recall(said, truth):
    said &= truth
    return 1 - (truth & ~said).sum().item() / n if (n := truth.sum().item()) else float("nan")
""",
    ),
    Right(
        "ex0_1-recall",
        "by-loop",
        """
def recall(said, truth):
    found = [bool(s) for s, t in zip(said, truth, strict=True) if t]
    return sum(found) / len(found) if found else float("nan")
""",
    ),
]
