"""Pictures that everyone can read: alt text, fixed colours, shapes besides colours."""

from __future__ import annotations

import base64
import html
import io
import re
import textwrap
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any, TypeAlias

import matplotlib.pyplot as plt
import numpy.typing as npt
import torch
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from torch import Tensor

PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "bluish green": "#009E73",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "reddish purple": "#CC79A7",
    "wine": "#882255",
}
"""Okabe and Ito, "Color universal design", 2008, told apart by all common kinds of vision.

Wine, from Paul Tol's palettes, stands for their yellow, which hardly shows on white.
"""

COLOURS = {
    "standard": PALETTE["blue"],
    "robust": PALETTE["vermillion"],
    "masked": PALETTE["bluish green"],
    "clean": PALETTE["black"],
    "fgsm": PALETTE["orange"],
    "pgd": PALETTE["reddish purple"],
    "cw": PALETTE["sky blue"],
    "random": PALETTE["wine"],
}
"""The colour of a model or an attack, the same in every lab."""

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))
_HATCHES = ("", "//", "..", "xx")
Pictures: TypeAlias = npt.NDArray[Any]
_DPI = 100
_FONT = 11
_GREY = "#767676"


def colour(name: str) -> str:
    """Return the hex colour of a model or attack, the same one at each call.

    The first word that is in `COLOURS` decides (``"standard, under PGD"`` is a standard model);
    a name without such a word gets some colour of `PALETTE`, the same one whatever follows a comma
    (``"gold, best-of-n"`` has the colour of ``"gold"``).
    """
    known = [COLOURS[word] for word in re.findall(r"\w+", name.lower()) if word in COLOURS]
    others = list(PALETTE.values())
    return known[0] if known else others[zlib.crc32(name.partition(",")[0].encode()) % len(others)]


def png(fig: Figure) -> bytes:
    """Return ``fig`` as a PNG file and close it."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=_DPI, facecolor="white", metadata={"Software": None})
    plt.close(fig)
    return buffer.getvalue()


def img(picture: bytes, alt: str) -> str:
    """Return an HTML ``<img>`` that carries a PNG and its text alternative.

    Raises:
        ValueError: ``alt`` is empty.
    """
    if not alt.strip():
        raise ValueError("the picture needs an alt text: say in a sentence what one sees in it")
    code = base64.b64encode(picture).decode("ascii")
    style = "max-width:100%;height:auto"
    return f'<img alt="{html.escape(alt)}" style="{style}" src="data:image/png;base64,{code}">'


def show(fig: Figure, alt: str) -> None:
    """Display ``fig`` with a text alternative, and close it.

    Args:
        fig: any matplotlib figure.
        alt: what one sees, for a reader who does not see it.

    Raises:
        ValueError: ``alt`` is empty.
    """
    picture = png(fig)
    # JupyterLab 4.6 drops the alt text of image/png, so the HTML beside it carries the text.
    bundle = {
        "text/html": img(picture, alt),
        "image/png": base64.b64encode(picture).decode("ascii"),
        "text/plain": alt,
    }
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def image_grid(
    images: Tensor | Sequence[Tensor],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    row_labels: Sequence[str] | None = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
    signed: bool = False,
    unit: str = "change",
    grey_rows: int = 0,
) -> Figure:
    """Return a figure with one small picture per image.

    Args:
        images: (n, 1, height, width) or (n, height, width), laid out in rows of ``columns``; or a
            sequence of such tensors, each of which is a row.
        titles: one per image in reading order, or one per column.
        columns: pictures per row, for a single tensor.
        row_labels: one per row, written to its left.
        vmin: the value shown black.
        vmax: the value shown white.
        signed: show changes instead of images: purple below 0, white at 0, orange above, with a
            colour bar, on a scale as wide as the largest change.
        unit: what the colour bar of a signed picture shows.
        grey_rows: how many of the first rows of a signed picture are plain images from 0 to 1,
            shown in grey.

    Raises:
        ValueError: the number of titles or row labels does not fit.
    """
    rows = _rows(images, columns)
    _check_words(rows, titles, row_labels)
    if signed:
        vmax = max(float(abs(row).max()) for row in rows[grey_rows:]) or 1.0
        vmin = -vmax
    fig = Figure(figsize=_grid_size(rows, titles, row_labels, signed), layout="constrained")
    axes = fig.subplots(len(rows), max(map(len, rows)), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    used = [ax for row, line in zip(rows, axes, strict=True) for ax in line[: len(row)]]
    cmap = "PuOr_r" if signed else "gray"
    for ax, image in zip(used, [image for row in rows for image in row], strict=True):
        drawn = ax.imshow(image, cmap=cmap, vmin=vmin, vmax=vmax)
    for ax, image in zip(used, [image for row in rows[:grey_rows] for image in row], strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=1)
    per_image = titles is not None and len(titles) == len(used)
    _write(
        used if per_image else axes[0], titles or (), [line[0] for line in axes], row_labels or ()
    )
    if signed:
        fig.colorbar(drawn, ax=axes, label=unit, fraction=0.05)
        # with a colour bar the layout forgets a part of the words at the left
        fig.set_layout_engine("constrained", rect=(0.03, 0, 0.97, 1))
    return fig


def _write(
    tops: Sequence[Axes], titles: Sequence[str], sides: Sequence[Axes], labels: Sequence[str]
) -> None:
    for ax, words in zip(tops, titles, strict=False):
        ax.set_title(words, fontsize=_FONT)
    for ax, words in zip(sides, labels, strict=False):
        ax.text(-0.1, 0.5, words, transform=ax.transAxes, ha="right", va="center", fontsize=_FONT)


def _rows(images: Tensor | Sequence[Tensor], columns: int) -> list[Pictures]:
    """Return one array (pictures, height, width) per row."""
    parts = torch.split(images, columns) if isinstance(images, Tensor) else images
    return [part.detach().reshape(-1, *part.shape[-2:]).numpy() for part in parts]


def _check_words(
    rows: Sequence[Pictures], titles: Sequence[str] | None, row_labels: Sequence[str] | None
) -> None:
    count, width = sum(map(len, rows)), max(map(len, rows))
    if titles is not None and len(titles) not in (count, width):
        raise ValueError(f"{len(titles)} titles for {count} images in {width} columns")
    if row_labels is not None and len(row_labels) != len(rows):
        raise ValueError(f"{len(row_labels)} row labels for {len(rows)} rows")


def _grid_size(
    rows: Sequence[Pictures],
    titles: Sequence[str] | None,
    row_labels: Sequence[str] | None,
    signed: bool,
) -> tuple[float, float]:
    """Return width and height in inches that leave room for the words."""
    lines = [line for title in titles or () for line in title.split("\n")]
    cell = max([1.25, *(0.09 * len(line) for line in lines)])
    margin = 0.1 * max(map(len, row_labels or [""])) + (1.3 if signed else 0.0)
    above = 0.2 * max((title.count("\n") + 1 for title in titles or ()), default=0)
    titled = len(rows) if titles and len(titles) == sum(map(len, rows)) else 1
    return cell * max(map(len, rows)) + margin, 1.25 * len(rows) + above * titled


def curves(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    percent: bool = True,
    colours: Mapping[str, str] | None = None,
) -> Figure:
    """Return a figure with one line per entry, told apart by colour, marker and dashes.

    Args:
        series: name -> (x values, y values); a name in `COLOURS` has its colour everywhere, and
            two names that are not there have two colours while `PALETTE` lasts.
        xlabel: what the horizontal axis shows, with its unit.
        ylabel: what the vertical axis shows, with its unit.
        title: one line above the picture.
        percent: the y values are fractions in [0, 1]: show them in percent, from 0 to 100.
        colours: name -> hex colour, for names that have one of their own.
    """
    fig = Figure(figsize=(8, 4.2), layout="constrained")
    ax = fig.subplots()
    for (name, (x, y)), drawn, marker, dashes in zip(
        series.items(), _distinct(series), cycle(_MARKERS), cycle(_DASHES), strict=False
    ):
        spacing = max(1, len(x) // 12)
        shade = (colours or {}).get(name) or drawn
        ax.plot(x, y, color=shade, ls=dashes, marker=marker, markevery=spacing, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if percent:
        ax.yaxis.set_major_formatter(PercentFormatter(xmax=1))
        ax.set_ylim(-0.03, 1.03)
    ax.grid(alpha=0.3)
    _renew_legend(fig)
    return fig


def robustness(
    measured: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    largest_class: float,
    alarms: Mapping[str, Sequence[str]] | None = None,
    title: str = "",
) -> Figure:
    """Return a figure of accuracy under attack against the radius, with what raised an alarm.

    One line per model or attack; a name that ends in ``"worst case"`` is drawn thick. A dotted line
    stands where always saying one class would.

    Args:
        measured: name -> (radii, accuracies), as `safetylab.evaluation.robustness_curve` returns
            it; from `attack_sanity`, the pair of ``epsilons`` and ``curve`` of each model.
        largest_class: the share of the commonest label, in [0, 1].
        alarms: name -> its alarms, written below the name; a name that is left out has none.
        title: one line above the picture.
    """
    marks = {name: _with_alarms(name, (alarms or {}).get(name, ())) for name in measured}
    radii = [radius for x, _ in measured.values() for radius in x]
    guess = f"always one class ({largest_class:.1%})"
    lines = {marks[name]: line for name, line in measured.items()}
    lines[guess] = ([min(radii), max(radii)], [largest_class] * 2)
    shades = dict(zip(marks.values(), _distinct(measured), strict=True)) | {guess: _GREY}
    fig = curves(lines, xlabel="epsilon (largest change of a pixel; black to white is 1)",
                 ylabel="accuracy under attack", title=title, colours=shades)  # fmt: skip
    for name, line in zip(measured, fig.axes[0].lines, strict=False):
        if name.endswith("worst case"):
            line.set(linewidth=4.0, linestyle="-", zorder=1.9)  # below the thin ones
    fig.axes[0].lines[-1].set(marker="", linestyle=":")
    _renew_legend(fig)
    return fig


def robustness_in_words(
    measured: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    largest_class: float,
    alarms: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return the alt text of `robustness`: every number in it, and every alarm."""
    parts = []
    for name, (radii, shares) in measured.items():
        steps = [f"{share:.1%} at {radius:g}" for radius, share in zip(radii, shares, strict=True)]
        rung = ", ".join((alarms or {}).get(name, ()))
        parts.append(f"{name}: {', '.join(steps)}{f' (alarms: {rung})' if rung else ''}")
    lines = "; ".join(parts)
    return f"Accuracy under attack by epsilon. {lines}. Always one class: {largest_class:.1%}."


def _with_alarms(name: str, alarms: Sequence[str]) -> str:
    """Return a name with its alarms below it, in lines that a legend has room for."""
    told = f"rings: {', '.join(alarms)}" if alarms else ""
    return "\n".join([name, *textwrap.wrap(told, 24, break_on_hyphens=False)])


def _renew_legend(fig: Figure) -> None:
    """Draw the legend, in place of an older one, so that it shows its lines as they are now."""
    for legend in list(fig.legends):
        legend.remove()
    fig.legend(loc="outside right upper", handlelength=4, fontsize=_FONT)


def bars(
    series: Mapping[str, Sequence[float]],
    labels: Sequence[str],
    *,
    xlabel: str,
    title: str = "",
) -> Figure:
    """Return a figure with horizontal bars: one group per label, one bar of it per entry.

    Args:
        series: name -> one number per label, of either sign; names are told apart by colour and
            hatching, and a name in `COLOURS` has its colour everywhere.
        labels: what each group stands for, from top to bottom.
        xlabel: what the length of a bar shows, with its unit.
        title: one line above the picture.

    Raises:
        ValueError: an entry has not one number per label.
    """
    wrong = [name for name, lengths in series.items() if len(lengths) != len(labels)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} has {len(series[wrong[0]])} bars for {len(labels)} labels")
    thickness = 0.8 / len(series)
    height = 1.2 + 0.16 * len(labels) * (1 + len(series))
    fig = Figure(figsize=(8, height), layout="constrained")
    ax = fig.subplots()
    shades = _distinct(series)
    for index, ((name, lengths), hatch) in enumerate(
        zip(series.items(), cycle(_HATCHES), strict=False)
    ):
        at = [place - 0.4 + thickness * (index + 0.5) for place in range(len(labels))]
        ax.barh(
            at, lengths, thickness, color=shades[index], hatch=hatch, edgecolor="white", label=name
        )
    ax.set_yticks(range(len(labels)), labels, fontsize=_FONT)
    ax.invert_yaxis()
    ax.axvline(0, color="black", lw=0.8)
    ax.set(xlabel=xlabel, title=title)
    ax.grid(axis="x", alpha=0.3)
    if len(series) > 1:
        fig.legend(loc="outside right upper", handlelength=2, fontsize=_FONT)
    return fig


def _distinct(names: Iterable[str]) -> list[str]:
    """Return a colour for each name: its own, or a free one if another name took that before."""
    chosen: list[str] = []
    for name in names:
        own = colour(name)
        known = not set(re.findall(r"\w+", name.lower())).isdisjoint(COLOURS)
        free = [other for other in PALETTE.values() if other not in chosen]
        chosen.append(free[0] if own in chosen and free and not known else own)
    return chosen
