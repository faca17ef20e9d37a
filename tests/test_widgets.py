import re

import ipywidgets
import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from safetylab import plots, widgets


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch):
    for name in ("NBGRADER_EXECUTION", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def displayed(monkeypatch):
    things = []
    monkeypatch.setattr(widgets, "display", things.append)
    monkeypatch.setattr(plots, "display", lambda bundle, raw: things.append(bundle))
    return things


@pytest.fixture
def calls():
    return []


@pytest.fixture
def render(calls):
    def draw(value):
        calls.append(value)
        fig = Figure(figsize=(1, 1))
        fig.text(0.5, 0.5, f"{value:g}")
        return fig

    return draw


class Shell:
    user_ns = {"__vsc_ipynb_file__": "lab.ipynb"}  # noqa: RUF012


def test_who_is_there(monkeypatch):
    assert not widgets.is_live()
    monkeypatch.setattr(widgets, "get_ipython", Shell)
    assert widgets.is_live()
    monkeypatch.setattr(widgets, "get_ipython", lambda: None)
    monkeypatch.setenv("JPY_SESSION_NAME", "lab01.ipynb")
    assert widgets.is_live()
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert not widgets.is_live()


@pytest.mark.parametrize(
    ("values", "kept"),
    [([0.1], [0.1]), ([0, 1], [0, 1]), ([0, 1, 2], [0, 1, 2]), (range(7), [0, 3, 6])],
)
def test_nobody_there_gets_still_pictures(displayed, render, calls, values, kept, monkeypatch):
    monkeypatch.delattr(ipywidgets, "SelectionSlider")
    widgets.slider(render, values, label="k", alt="the number {:g}".format)
    assert calls == kept
    assert [bundle["text/plain"] for bundle in displayed] == [f"the number {k:g}" for k in kept]
    assert all("<img alt=" in bundle["text/html"] for bundle in displayed)


@pytest.fixture
def live(monkeypatch, displayed, render):
    monkeypatch.setenv("JPY_SESSION_NAME", "lab01.ipynb")

    def start(**options):
        widgets.slider(render, [0.0, 0.1, 0.25], label="k", alt="number {:g}".format, **options)
        [box] = displayed
        return box.children

    return start


def alt_of(view) -> str:
    return re.fullmatch(
        r'<img alt="([^"]*)" style="[^"]*" src="data:image/png;base64,[^"]+">', view.value
    )[1]


def test_the_picture_follows_the_slider(live):
    control, view = live()
    seen = []
    for index in (0, 1, 2, 0):
        control.index = index
        seen.append(view.value)
        assert alt_of(view) == f"number {[0, 0.1, 0.25][index]:g}"
    assert seen[0] == seen[3]
    assert len(set(seen)) == 3


def test_each_picture_is_drawn_once_and_only_when_asked_for(live, calls):
    control, _ = live(initial=1)
    assert calls == [0.1]
    for index in (2, 1, 2):
        control.index = index
    assert calls == [0.1, 0.25]


def test_the_slider_says_what_it_is(live):
    control, _ = live(initial=2)
    assert isinstance(control, ipywidgets.SelectionSlider)
    assert control.description == "k"
    assert "k" in control.tooltip
    assert control.label == "0.25"
    assert [label for label, _ in control.options] == ["0", "0.1", "0.25"]
    assert not control.disabled


def test_epsilon_slider_is_a_slider(displayed, render, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "lab01.ipynb")
    widgets.epsilon_slider(render, [0.1, 0.2], alt=str)
    assert displayed[0].children[0].description == "epsilon"


def test_a_picture_without_words_is_refused(live, displayed, render, monkeypatch):
    with pytest.raises(ValueError, match="alt text"):
        widgets.slider(render, [1], label="k", alt=lambda value: "")
    monkeypatch.delenv("JPY_SESSION_NAME")
    with pytest.raises(ValueError, match="alt text"):
        widgets.slider(render, [1], label="k", alt=lambda value: "")


PAIRS = [("a cat", "a dog"), ("tea", "coffee"), ("now", "later")]


def test_nobody_there_chooses_as_usual(displayed, capsys):
    usual = [0, 1, 1]
    chosen = widgets.choices(PAIRS, usual, prompt="Which?")
    assert chosen == usual
    assert chosen is not usual
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Which?"
    assert [line.split("rather than")[0].strip() for line in lines[1:]] == [
        "a cat", "coffee", "later"]  # fmt: skip
    assert displayed == []


def test_the_list_follows_the_clicks(displayed, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "lab15.ipynb")
    chosen = widgets.choices(PAIRS, [0, 1, 1])
    [box] = displayed
    _, *rows = box.children
    assert [[text for text, _ in row.options] for row in rows] == [list(pair) for pair in PAIRS]
    assert [row.value for row in rows] == [None, None, None]
    rows[0].value, rows[2].value = 1, 0
    assert chosen == [1, 1, 0]
    rows[0].value = 0
    assert chosen == [0, 1, 0]


@pytest.mark.parametrize("usual", [[0, 1], [0, 1, 2]])
def test_choices_that_do_not_fit_are_refused(usual):
    with pytest.raises(ValueError, match="give one 0 or 1 for each pair"):
        widgets.choices(PAIRS, usual)


@pytest.mark.slow
def test_in_a_real_kernel():
    """Graded: three pictures, no widget, nothing on stderr. Live: one widget."""
    setup = """
import os, torch
from safetylab import data, models, plots, training, widgets
def draw(value):
    return plots.curves({"pgd": ([0, 1], [1, value])}, xlabel="x", ylabel="y")
def run():
    widgets.epsilon_slider(draw, [0.1, 0.2, 0.3, 0.4], alt="it falls to {:g}".format)
    images = data.Images(torch.rand(8, 1, 28, 28), torch.arange(8))
    training.fit(models.cnn(), images, epochs=1, generator=torch.Generator())
"""
    graded = "os.environ['NBGRADER_EXECUTION'] = 'autograde'; run()"
    live = "del os.environ['NBGRADER_EXECUTION']; os.environ['JPY_SESSION_NAME'] = 'a'; run()"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (setup, graded, live)]
    )
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    quiet, busy = (cell.outputs for cell in notebook.cells[1:])
    assert [set(output.data) for output in quiet] == [{"text/html", "image/png", "text/plain"}] * 3
    mimes = {mime for output in busy for mime in output.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in mimes
    assert "image/png" not in mimes


@pytest.fixture
def draw_two(calls):
    def draw(left, right):
        calls.append((left, right))
        return Figure(figsize=(1, 1))

    return draw


def two(draw, stills):
    controls = {"left": [0.0, 0.5, 1.0], "right": [2, 4]}
    widgets.sliders(draw, controls, alt="left {:g}, right {:g}".format, stills=stills)


def test_sliders_move_one_picture(displayed, draw_two, calls, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "lab01.ipynb")
    two(draw_two, [(0.5, 4), (1, 2)])
    [box] = displayed
    left, right, view = box.children
    assert (left.description, left.value, right.value) == ("left", 0.5, 4)
    assert alt_of(view) == "left 0.5, right 4"
    left.value = 1.0
    right.value = 2
    left.value = 0.5
    right.value = 4
    assert alt_of(view) == "left 0.5, right 4"
    assert calls == [(0.5, 4), (1.0, 4), (1.0, 2), (0.5, 2)]


def test_sliders_without_a_person_show_the_stills(displayed, draw_two, calls):
    two(draw_two, [(0.5, 4), (1, 2)])
    assert calls == [(0.5, 4), (1, 2)]
    assert [bundle["text/plain"] for bundle in displayed] == [
        "left 0.5, right 4",
        "left 1, right 2",
    ]


def test_sliders_need_a_value_each(draw_two):
    with pytest.raises(ValueError, match="each still needs 2 values"):
        two(draw_two, [(0.5,)])
