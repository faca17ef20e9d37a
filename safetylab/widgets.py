"""Controls for a live notebook, and still pictures where there is none."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from safetylab.plots import img, png, show


def is_live() -> bool:
    """Return whether a person sits before this notebook, in JupyterLab or VS Code.

    False while a notebook is graded, validated, tested or exported.
    """
    if "NBGRADER_EXECUTION" in os.environ:
        return False
    shell = get_ipython()
    in_vscode = shell is not None and "__vsc_ipynb_file__" in shell.user_ns
    return in_vscode or "JPY_SESSION_NAME" in os.environ


def slider(
    render: Callable[[float], Figure],
    values: Sequence[float],
    *,
    label: str,
    alt: Callable[[float], str],
    initial: int = 0,
) -> None:
    """Display a slider over ``values`` with the picture of the chosen one.

    Each picture is drawn when it is first asked for, and once. Without a live front end the
    first, the middle and the last picture are displayed instead (see `is_live`).

    Args:
        render: value -> figure.
        values: the positions of the slider, at least one.
        label: what the slider sets, with its unit.
        alt: value -> what one sees in its picture.
        initial: index of the value to start with.
    """
    if not is_live():
        for index in sorted({0, len(values) // 2, len(values) - 1}):
            show(render(values[index]), alt(values[index]))
        return

    @functools.cache
    def picture(index: int) -> str:
        return img(png(render(values[index])), alt(values[index]))

    control = ipywidgets.SelectionSlider(
        options=[(f"{value:g}", index) for index, value in enumerate(values)],
        index=initial,
        description=label,
        tooltip=f"{label}: move with the arrow keys",
        style={"description_width": "initial"},
        layout={"width": "min(100%, 32em)", "margin": "0 0 0 0.5em"},
    )
    view = ipywidgets.HTML(picture(initial))
    control.observe(lambda change: view.set_trait("value", picture(change["new"])), "value")
    display(ipywidgets.VBox([control, view]))  # type: ignore[no-untyped-call]


def sliders(
    render: Callable[..., Figure],
    controls: Mapping[str, Sequence[float]],
    *,
    alt: Callable[..., str],
    stills: Sequence[Sequence[float]],
) -> None:
    """Display one slider per entry of ``controls`` and the picture of the chosen values.

    Without a live front end the pictures of ``stills`` are displayed instead (see `is_live`).

    Args:
        render: one value per slider, in order -> figure.
        controls: what a slider sets, with its unit -> its positions, at least one.
        alt: the values -> what one sees in their picture.
        stills: choices of values, one per slider; the sliders start at the first.

    Raises:
        ValueError: a still has another number of values than there are sliders.
    """
    if any(len(still) != len(controls) for still in stills):
        raise ValueError(f"each still needs {len(controls)} values, one per slider")
    if not is_live():
        for still in stills:
            show(render(*still), alt(*still))
        return

    @functools.cache
    def picture(*values: float) -> str:
        return img(png(render(*values)), alt(*values))

    rows = [
        _control(label, positions, start)
        for (label, positions), start in zip(controls.items(), stills[0], strict=True)
    ]
    view = ipywidgets.HTML(picture(*(row.value for row in rows)))
    for row in rows:
        row.observe(
            lambda _: view.set_trait("value", picture(*(row.value for row in rows))), "value"
        )
    display(ipywidgets.VBox([*rows, view]))  # type: ignore[no-untyped-call]


def _control(label: str, positions: Sequence[float], start: float) -> ipywidgets.SelectionSlider:
    """One slider of several, set to the position nearest to ``start``."""
    return ipywidgets.SelectionSlider(
        options=[(f"{value:g}", value) for value in positions],
        value=min(positions, key=lambda value: abs(value - start)),
        description=label,
        tooltip=f"{label}: move with the arrow keys",
        style={"description_width": "9em"},
        layout={"width": "min(100%, 32em)", "margin": "0 0 0 0.5em"},
    )


def epsilon_slider(
    render: Callable[[float], Figure], epsilons: Sequence[float], *, alt: Callable[[float], str]
) -> None:
    """Display a `slider` over radii of a perturbation, in grey values from 0 to 1."""
    slider(render, epsilons, label="epsilon", alt=alt)


def choices(
    pairs: Sequence[tuple[str, str]], usual: Sequence[int], *, prompt: str = "Which is better?"
) -> list[int]:
    """Display pairs of texts to choose from, and return the list of choices.

    The list follows the clicks: run the next cell when you are done. Without a live front end the
    pairs are printed with the usual choices instead (see `is_live`).

    Args:
        pairs: the two texts of each question, at least one question.
        usual: what counts where nobody has chosen, 0 (left) or 1 (right) for each question.
        prompt: what is asked of each pair.

    Returns:
        One number per question, 0 or 1; a new list.

    Raises:
        ValueError: the number of usual choices does not fit, or one is neither 0 nor 1.
    """
    if len(pairs) != len(usual) or not set(usual) <= {0, 1}:
        raise ValueError(
            f"{len(pairs)} pairs and the usual choices {list(usual)}: give one 0 or 1 for each pair"
        )
    chosen = list(usual)
    if not is_live():
        print(prompt)  # noqa: T201 (what a reader of the exported notebook sees)
        for pair, choice in zip(pairs, chosen, strict=True):
            print(f"  {pair[choice]}   rather than   {pair[1 - choice]}")  # noqa: T201
        return chosen
    rows = []
    for index, pair in enumerate(pairs):
        buttons = ipywidgets.ToggleButtons(
            options=[(pair[0], 0), (pair[1], 1)],
            value=None,
            tooltips=[f"{prompt} {text}" for text in pair],
            style={"button_width": "22em"},
        )
        buttons.observe(functools.partial(_choose, chosen, index), "value")
        rows.append(buttons)
    display(ipywidgets.VBox([ipywidgets.Label(prompt), *rows]))  # type: ignore[no-untyped-call]
    return chosen


def _choose(chosen: list[int], index: int, change: dict[str, int]) -> None:
    """Keep what was clicked."""
    chosen[index] = change["new"]
