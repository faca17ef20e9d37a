"""Show how predictions came out: a table, sentences, and one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from safetylab.course.learner.calibration import Group, Prediction, groups
from safetylab.course.paths import CourseError
from safetylab.predictions import STATED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

_KINDS = ("Choices that held", "Numbers that came near", "Intervals that held")
UNSAID = (
    "Not one of them says how sure you were. Beside a number NAME write NAME_range = (low, high), "
    f"between which you are {STATED:.0%} sure it lies; beside a choice NAME_sure = 0.7, your "
    "probability of being right. Then you see here how often you were."
)


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


def _counts(told: Sequence[Prediction]) -> Iterator[str]:
    """How many of each kind came out; a range beside a number is an interval, too."""
    for kind in ("choice", "number"):
        yield _of([bool(one.right) for one in told if one.form.kind == kind and not one.judged])
    spans = (one for one in told if one.form.kind in ("interval", "number"))
    yield _of([held for one in spans for _, held in one.claims])


def _of(came_out: Sequence[bool]) -> str:
    return f"{sum(came_out)} of {len(came_out)}" if came_out else ""


def sentences(found: Sequence[Prediction]) -> list[str]:
    """Return what the predictions of all labs together say."""
    told = [one for one in found if one.told]
    known = [one for one in told if not one.judged]
    made = [*_numbers(known), *_choices(known), *_certainty(known)]
    made += [f"{one.lab}: {one.unread} could not be read, see the comment beside it"
             for one in known if one.unread]  # fmt: skip
    if judged := [one for one in found if one.judged]:
        given = sum(one.told for one in judged)
        made.append(f"Predictions with points: {given} of {len(judged)} given. How they come out "
                    "is found when your work is graded, so nothing above counts them.")  # fmt: skip
    return made if told else []


def _numbers(known: Sequence[Prediction]) -> Iterator[str]:
    numbers = [one for one in known if one.form.kind == "number"]
    if numbers:
        near, high, low = (sum(map(bool, some)) for some in (
            [one.right for one in numbers], [one.side > 0 for one in numbers],
            [one.side < 0 for one in numbers]))  # fmt: skip
        yield (f"Numbers, over all labs: {near} of {len(numbers)} came near; too high {high}, "
               f"too low {low}.{_by_luck(numbers, 'came near')}")  # fmt: skip


def _choices(known: Sequence[Prediction]) -> Iterator[str]:
    if choices := [one for one in known if one.form.kind == "choice"]:
        held = sum(bool(one.right) for one in choices)
        yield (f"Choices, over all labs: {held} of {len(choices)} held."
               f"{_by_luck(choices, 'held')}")  # fmt: skip


def _by_luck(some: Sequence[Prediction], verb: str) -> str:
    """What answers drawn at random would have reached, where that can be said."""
    lucky = [one for one in some if one.luck is not None]
    if not lucky:
        return ""
    luck = sum(one.luck or 0.0 for one in lucky)
    if len(lucky) == len(some):
        return f" Drawn at random it would be {luck:.1f}."
    held = sum(bool(one.right) for one in lucky)
    return (f" Of the {len(lucky)} with a lowest and a highest number {held} {verb}; drawn at "
            f"random it would be {luck:.1f}.")  # fmt: skip


def _certainty(known: Sequence[Prediction]) -> list[str]:
    """How sure the learner was; how to say it, where nothing is said."""
    made = [_sentence(one) for one in groups(known)]
    unsaid = sum(not one.claims for one in known)
    if not made:
        return [UNSAID] if unsaid else []
    left = [f"  ({unsaid} without a probability or a range do not count here.)"] if unsaid else []
    return ["How sure you were, and how often you were right, over all labs:", *made, *left]


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
            "there is nothing to draw: no copy of yours says how sure you were of a prediction "
            "(NAME_sure beside a choice, NAME_range beside a number)"
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
             xlabel="stated probability, or coverage of an interval",
             xticks=[tick / 5 for tick in range(6)])  # fmt: skip
    axes.set_title("How sure you were, and how often you were right", loc="left")
    axes.legend(loc="upper left", frameon=False)
