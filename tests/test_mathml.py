r"""Formulas on pages without a network: LaTeX becomes MathML, and nothing but MathML."""

from __future__ import annotations

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from traitlets.config import Config

from safetylab.grading.config import use_exam_room
from safetylab.mathml import (
    LONGEST,
    BadFormula,
    formulas,
    mathml,
    with_mathml,
    without_dollars,
)

CONVERTS = [
    r"\frac{a}{b}",
    r"\sum_{i=1}^n |x_i|",
    r"\lVert x' - x \rVert_\infty \le \epsilon",
    r"\mathbb{E}_{x \sim D}[L(f(x), y)]",
    r"\operatorname{argmax}_x \hat{\theta}^\top x",
    r"f = \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
    r"\begin{aligned} a &= b \\ c &< d \end{aligned}",
    r"\{ a \mid b \} \; \bigl( c \bigr)",
]
REFUSED = [
    r"\foo{x}",
    r"{a",
    r"a}{",
    r"\frac{a}",
    r"\begin{gathered} a \\ b \end{gathered}",
    "x" * (LONGEST + 1),
    "{" * 900 + "}" * 900,
    # what a student could hide in a formula
    r"\text{<script>alert(1)</script>}",
    r"\text{<img src=x onerror=alert(1)>}",
    r"\text{</math><b>x</b><math>}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{position:fixed}{x}",
    r"\class{jp-Cell}{x}",
    r"\hspace{-40em} 100",
    r"\hspace{4000em}",
]


@pytest.mark.parametrize("latex", CONVERTS)
def test_a_formula_becomes_one_element(latex):
    for block in (False, True):
        made = BeautifulSoup(mathml(latex, block=block), "html.parser")
        [math] = made.contents
        assert math.name == "math"
        assert math["display"] == ("block" if block else "inline")
        assert "\\" not in math.text


@pytest.mark.parametrize("latex", REFUSED)
def test_what_is_no_plain_formula_is_refused_and_stays_as_it_is(latex):
    with pytest.raises(BadFormula):
        mathml(latex)
    assert with_mathml(f"a ${latex}$ b") == f"a ${latex}$ b"


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6, or $7 and $8",
        r"costs \$5$",
        "`$x$` and ``$y$`` and a<b",
        "```\n$x$\n```",
        "> ~~~\n> $x$\n> ~~~",
        "```\n$x$, and the fence is never closed",
        "<code>$x$</code>, <pre>$y$</pre> <!-- $z$ -->",
        "$ x$, $x $, $$, $x\n\ny$",
        "if a<b and c>d then a < b && c > d",
        "<b>a</b> <i and <a href='x'> & &amp; &lt;",
        r"\\ $",
    ],
)
def test_what_is_no_formula_is_left_alone(text):
    assert list(formulas(text)) == []
    assert with_mathml(text) == text


def test_formulas_are_found_in_order():
    text = "# $a$\n\n| $|b|$ | `c` |\n\n$$\nd \\$ e\n$$ <summary>Hint $f$</summary> \\$5 $g\nh$."
    assert list(formulas(text)) == ["a", "|b|", "\nd \\$ e\n", "f", "g\nh"]


def test_other_ways_to_begin_a_formula_are_found():
    text = r"\(a\) and \[b\] and \begin{align} c \end{align}, not `\(` nor $\begin{x}$"
    assert list(without_dollars(text)) == [r"\(", r"\[", r"\begin{"]


TEXT = r"""
## Exercise 1.1: $x_1$ and $x_2$

| symbol | meaning |
|---|---|
| $|x|_1$ | $a*b$, $c*d$ |

- an item $[a](b)$
$$
\begin{aligned} f_1 &= \sum_i |w_i| \\ &\le g_1 \end{aligned}
$$
Wrong: $\foo$.
"""


def page(config: Config) -> BeautifulSoup:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(TEXT)])
    html, _ = HTMLExporter(config=config).from_notebook_node(notebook)
    return BeautifulSoup(html, "html.parser").find(class_="jp-RenderedMarkdown")


def test_the_formgraders_pages_hold_mathml_that_markdown_left_alone():
    config = Config()
    use_exam_room(config)
    shown = page(config)
    assert len(shown.find_all("math")) == 7
    assert [row.find_all(["td", "th"]).__len__() for row in shown.find_all("tr")] == [2, 2]
    assert shown.find("td").text == "|x|1"
    assert not shown.find_all(["em", "a"], class_=lambda name: name != "anchor-link")
    assert shown.find_all("math", display="block")[0].find_all("mtr").__len__() == 2
    assert r"$\foo$" in shown.text
    assert shown.text.count("$") == 2


def test_the_setting_is_made_once_and_keeps_a_courses_own():
    config = Config()
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    for _ in range(2):
        use_exam_room(config)
    own, ours = config.HTMLExporter.preprocessors
    assert own.endswith("TagRemovePreprocessor")
    assert ours.endswith("MathML")
    assert config.GenerateFeedback.preprocessors.count(ours) == 1
