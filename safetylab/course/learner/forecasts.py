"""Show how predictions came out: a table, sentences, and one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from safetylab.course.learner.calibration import Group, Prediction, groups
from safetylab.course.paths import CourseError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

_KINDS = ("Choices that held", "Numbers that came near", "Intervals that held")
SURE = "A choice without a probability counts as one that was stated with certainty."


def table(found: Sequence[Prediction]) -> Table | None:
    """Return a table of the labs with a prediction, a line for each; None if there is none."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    labs = list(dict.fromkeys(one.lab for one in found if one.told))
    if not labs:
        return None
    made = Table(title="Your predictions", title_justify="left", box=box.ASCII2)
    for name in ("Lab", "Given", *_KINDS):
        made.add_column(name, overflow="fold", no_wrap=name == "Lab")
    for lab in labs:
        own = [one for one in found if one.lab == lab]
        told = [one for one in own if one.told]
        made.add_row(*map(Text, (lab, f"{len(told)} of {len(own)}", *_counts(told))))
    return made


def _counts(told: Sequence[Prediction]) -> tuple[str, str, str]:
    held = {kind: [held for one in told if one.form.kind == kind for _, held in one.claims]
            for kind in ("choice", "interval")}  # fmt: skip
    near = [one.near for one in told if one.near is not None]
    return tuple(f"{sum(some)} of {len(some)}" if some else ""
                 for some in (held["choice"], near, held["interval"]))  # type: ignore[return-value] # fmt: skip


def sentences(found: Sequence[Prediction]) -> list[str]:
    """Return what the claims of all labs together say about the learner's certainty."""
    made = [_sentence(one) for one in groups(found)]
    return ["How sure you were, and how often you were right, over all labs:", *made, SURE] \
        if made else []  # fmt: skip


def _sentence(one: Group) -> str:
    stated = "for certain" if one.stated == 1 else f"with {one.stated:.0%} on average"
    return (
        f"  stated {stated}: {one.held} of {one.count} held "
        f"({one.share:.0%}, 95 % interval {one.low:.0%} to {one.high:.0%})"
    )


def draw(found: Sequence[Prediction], path: Path) -> None:
    """Write the picture: stated probability against the share that held, with its error.

    Raises:
        CourseError: there is nothing to draw, or the file cannot be written.
    """
    from matplotlib.figure import Figure

    some = groups(found)
    if not some:
        raise CourseError(
            "there is nothing to draw: no copy of yours holds a prediction that states how sure "
            "you were (a choice, a probability or an interval)"
        )
    figure = Figure(figsize=(6, 5.4), layout="constrained")
    _draw(figure.add_subplot(), some)
    try:
        figure.savefig(path, dpi=150, metadata={"Title": "Calibration"})
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} could not be written: {error}") from None


def _draw(axes: Axes, some: Sequence[Group]) -> None:
    axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="as often as stated")
    for one in some:
        axes.errorbar(
            one.stated, one.share, [[one.share - one.low], [one.high - one.share]],
            fmt="o", color="#0072b2", capsize=4,
        )  # fmt: skip
        left = 0.75 < one.stated < 1
        axes.annotate(
            f"{one.held} of {one.count}", (one.stated, one.share), (-8 if left else 8, 4),
            textcoords="offset points", ha="right" if left else "left",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.set(xlim=(-0.03, 1.2), ylim=(-0.03, 1.05), ylabel="share that held (95 % interval)",
             xlabel="stated probability, or coverage of an interval\n(a choice without one: 1)",
             xticks=[tick / 5 for tick in range(6)])  # fmt: skip
    axes.set_title("How sure you were, and how often you were right", loc="left")
    axes.legend(loc="upper left", frameon=False)
