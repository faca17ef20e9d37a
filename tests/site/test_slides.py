"""A deck says what is wrong with it, shows the run, and never answers before it asks."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from site_tests import ROOT

from safetylab.course.build.source import read_lab
from safetylab.course.site.labpage import LabPage
from safetylab.course.site.runs import Run, SiteError, masked
from safetylab.course.site.show import answers, html_of, write
from safetylab.course.site.slides import _Maker, deck_labs, read_deck, without_guess

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
    "gg=="
)
PRINTED = "edges are equal: 0.100; you said …\nrates 0.5: 0.648\n"


@pytest.fixture(scope="module")
def run() -> Run:
    """Lab 14 as it is, with outputs that a test can know."""
    shown = {"image/png": PNG, "text/plain": "Lines of <20> cities."}
    hook = [new_output("display_data", data=shown)]
    words = [new_output("stream", name="stdout", text=PRINTED)]
    cells = [new_code_cell(id="hook", outputs=hook), new_code_cell(id="law-demo", outputs=words),
             new_code_cell(id="dashboard", outputs=words)]  # fmt: skip
    return Run(read_lab(ROOT, "lab14_society"), new_notebook(cells=cells))


def deck(*slides: str, notes: bool = True, count: int = 8) -> str:
    plain = [f"## Slide {at}\n\nwords" for at in range(count - 1 - len(slides))]
    told = "\n\n:::{notes}\nAsk: why?\n:::\n" if notes else ""
    return "\n---\n".join(f"{slide}{told}" for slide in ["# Lab 14: a title", *slides, *plain])


@pytest.fixture
def made(tmp_path, run):
    def make(text: str):
        path = tmp_path / "lab14.md"
        path.write_text(text)
        return read_deck(path, run)

    return make


def test_pictures_lines_and_values_come_from_the_run(made):
    told = "![](run:hook)\n\n{{ out:dashboard:2 }}\n\nIt is {{ value:dashboard:/rates .*: (.+)/ }}."
    slide = made(deck(f"## A\n\n{told}")).slides[1].body
    assert f'<img src="data:image/png;base64,{PNG}" alt="Lines of &lt;20&gt; cities.">' in slide
    assert ' tabindex="0">rates 0.5: 0.648</pre>' in slide
    assert "It is 0.648." in slide


def test_a_long_line_wraps_and_a_table_stays_whole(run):
    long = "word " * 30
    rows = [f"{name}{'':110}{number}" for name, number in (("standard", 97), ("A", 88))]
    shown = run_that_prints(run, f"{long}<\n" + "\n".join(rows))
    assert '<pre class="out wraps"' in shown("1,2")
    assert "&lt;</span>" in shown("1,2")
    assert '<pre class="out table"' in shown("2-3")
    assert "<span>" not in shown("2-3")


def run_that_prints(run: Run, text: str):
    words = [new_output("stream", name="stdout", text=text)]
    printed = Run(run.lab, new_notebook(cells=[new_code_cell(id="dashboard", outputs=words)]))
    return lambda lines: _Maker("lab14.md", printed).out("dashboard", lines)


def test_ones_own_guess_is_left_out(made):
    slide = made(deck("## A\n\n{{ out:dashboard:1 }}")).slides[1].body
    assert ">edges are equal: 0.100</pre>" in slide


@pytest.mark.parametrize(("line", "left"), [
    ("fgsm: 42.5% still right; you said … %", "fgsm: 42.5% still right"),
    ("you said … times; measured 3.1 times", "measured 3.1 times"),
    ("  after noise: 58.7% (you said … %); five more: 56% to 61%",
     "  after noise: 58.7%; five more: 56% to 61%"),
    ("3s: 9.3% to 44.0%; you said … % for the best (as grey: 34.1%)", "3s: 9.3% to 44.0%"),
    ("you said …. AUROC of the size, 0.1:", "AUROC of the size, 0.1:"),
    ("you said: … read at 0.1", None),
    ("a rate of 0.1; another of 0.2", "a rate of 0.1; another of 0.2"),
])  # fmt: skip
def test_nothing_but_the_guess_goes(line, left):
    assert without_guess(line) == left


def test_code_is_the_stub(made):
    slide = made(deck("## A\n\n{{ code:ex14_1-law }}")).slides[1].body
    words = re.sub("<.*?>", "", slide)
    assert "NotImplementedError" in words
    assert "grown_a" not in words


@pytest.mark.parametrize(("slide", "told"), [
    ("## A\n\n![](run:hock)", "no cell hock"),
    ("## A\n\n![](run:dashboard)", "has 0 pictures"),
    ("## A\n\n![](run:hook#2)", "has 1 pictures, not 2"),
    ("## A\n\n{{ out:hook }}", "printed nothing"),
    ("## A\n\n{{ out:dashboard:3 }}", "has 2 lines, not 3"),
    ("## A\n\n{{ out:dashboard:x }}", "lines are 3"),
    ("## A\n\n{{ value:dashboard:/nowhere/ }}", "nothing that fits"),
    ("## A\n\n{{ code:ex14_1-law-test }}", "no cell of code that slides may show"),
    ("## A\n\n{{ show:hook }}", "there are out, value, code"),
    ("## A\n\n{{ out:law-demo }}", "answers ex14_1-predict"),
    ("## A\n\n:::{ask} ex14_1-predict\n?\n:::\n\n{{ out:law-demo }}", "answers ex14_1-predict"),
    ("## A\n\n:::{ask} ex14_9-predict\n?\n:::", "no prediction ex14_9-predict"),
    ("## A\n\n$\\nosuch{x}$", "the formula"),
    ("no title", "does not begin with a title"),
])  # fmt: skip
def test_what_is_wrong_ends_the_build_with_a_sentence(made, slide, told):
    with pytest.raises(SiteError, match=re.escape(told)) as error:
        made(deck(slide))
    assert "lab14.md, slide 2" in str(error.value)


def test_an_outcome_comes_after_its_question(made):
    ask = "## A\n\n:::{ask} ex14_1-predict\nWhere do they end?\n:::"
    slides = made(deck(ask, "## B\n\n{{ out:law-demo:1 }}")).slides
    assert '<div class="ask">' in slides[1].body
    assert "edges are equal" in slides[2].body


def test_every_slide_has_notes_and_an_hour_has_its_length(made):
    with pytest.raises(SiteError, match="no notes"):
        made(deck(notes=False))
    with pytest.raises(SiteError, match="15 slides; an hour holds 8 to 14"):
        made(deck(count=15))


def test_a_pause_and_two_columns(made):
    text = "## A\n\nfirst\n\n. . .\n\n:::{left}\nl\n:::\n:::{right}\nr\n:::"
    slide = made(deck(text)).slides[1].body
    assert re.search(r'<div class="fragment"><div class="columns"><div><p>l</p>', slide)
    assert slide.count("<div") == slide.count("</div>")


def test_an_answer_on_a_slide_is_found(made, tmp_path):
    told = "## A\n\n`p_a, p_b, p_none = step(a + grown_a, b + grown_b, rates)`"
    path = write(made(deck(told)), tmp_path)
    assert len(answers(path)) == 1
    assert answers(write(made(deck()), tmp_path)) == []


def test_a_deck_asks_nobody_for_anything(made):
    page = html_of(made(deck()))
    assert not re.findall(r'(?:src|href)="https?:[^"]*"|url\(["\']?https?:|@import', page)


def test_every_deck_names_a_lab():
    for name in deck_labs():
        assert list((ROOT / "solutions").glob(f"{name}_*/{name}_*.py")), name


def test_a_prediction_is_printed_as_an_ellipsis():
    code = masked('print(f"half {share:.0%}; you said {my_guess!r} %")', ["my_guess"])
    assert "my_guess" not in code
    assert "{share:.0%}" in code
    assert "you said … %" in code


def test_a_page_joins_lines_that_were_printed_apart(run, tmp_path):
    printed = [new_output("stream", name="stdout", text=f"seed {seed}\n") for seed in range(3)]
    picture = new_output("display_data", data={"image/png": PNG, "text/plain": "Lines."})
    cells = [new_code_cell(id="hook", outputs=[*printed, picture, printed[0]])]
    page = LabPage(Run(run.lab, new_notebook(cells=cells)), tmp_path)
    shown = list(page.outputs(cells[0]))
    assert shown[0] == "```text\nseed 0\nseed 1\nseed 2\n```"
    assert [one.startswith("```text") for one in shown] == [True, False, True]


def test_printed_columns_are_scrolled_and_sentences_wrap(run, tmp_path):
    table = "network   clean   attacked\nplain    97.5%      0.0%\nrobust   99.0%     93.5%\n"
    for printed, kind in ((table, "none"), ("k =   1: all rows\nk =   5: most\n", "text")):
        outputs = [new_output("stream", name="stdout", text=printed)]
        cells = [new_code_cell(id="hook", outputs=outputs)]
        page = LabPage(Run(run.lab, new_notebook(cells=cells)), tmp_path)
        assert next(page.outputs(cells[0])) == f"```{kind}\n{printed}```"


def test_a_demonstration_that_shows_nothing_has_no_empty_fold(run, tmp_path):
    cells = [new_code_cell("x = 1", id="hook", outputs=[])]
    page = LabPage(Run(run.lab, new_notebook(cells=cells)), tmp_path)
    page.in_exercise = True
    assert [one.split("\n")[0] for one in page.demonstration(cells[0])] == [
        '<details class="fold code">'
    ]


def test_a_progress_bar_is_no_control(run, tmp_path):
    view = "application/vnd.jupyter.widget-view+json"
    said = {
        "bar": "  0%|          | 0/24792 [00:00<?, ? examples/s]",
        "slider": "IntSlider(value=3)",
    }
    outputs = [new_output("display_data", data={view: {}, "text/plain": one})
               for one in said.values()]  # fmt: skip
    cells = [new_code_cell(id="hook", outputs=outputs)]
    page = LabPage(Run(run.lab, new_notebook(cells=cells)), tmp_path)
    assert len(list(page.outputs(cells[0]))) == 1
