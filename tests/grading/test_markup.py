"""Text of a student's, as nbgrader's pages would render it."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune as render

from safetylab.grading.gradebook.markup import harmless, is_active, pictures
from safetylab.mathml import ATTRIBUTES as OF_FORMULAS
from safetylab.mathml import ELEMENTS, LENGTHS, with_mathml

_TAGS = """
a b i em strong u s del sub sup br hr kbd p code pre span div ul ol li blockquote img h1 h2 h3 h4
h5 h6 table thead tbody tr th td input
"""
TAGS = set(_TAGS.split())
ATTRIBUTES = {"href", "src", "alt", "title", "id", "class", "style", "type", "checked", "disabled"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "text <b onclick=alert(1)>bold</b>",
    "<iframe src='evil.html'>",
    "<iframe\nsrc='evil.html'>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "~~~<script>\nalert(1)\n~~~",
    "```\"><script>alert(1)</script>\nx\n```",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\\script\\:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](< javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](\njavascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example/page)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](https://evil.example/track.png)",
    '![x](a.png" onerror="alert(1))',
    '[x](https://a.example "\\" onclick=alert(1) ")',
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[y]\n\n[y]:\n javascript:alert(1)",
    "> [y]\n\n> [y]: <javascript:alert(1)>",
    "![x][y]\n\n[y]: https://evil.example/track.png",
    "<javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\require{html}\\href{javascript:alert(1)}{x}$$",
    "\\\\(\\href{javascript:alert(1)}{x}\\\\)",
    "\\\\[&#92;href{javascript:alert(1)}{x}\\\\]",
    "&bsol;href{javascript:alert(1)}{x}",
    "\\begin{equation}\\style{x}\\HREF{y}{z}\\end{equation}",
    "$<script>alert(1)</script>$",
    "a | b\n--|--\n<script>alert(1)</script> | [x](javascript:alert(1))",
    "- <script>alert(1)</script>\n    <script>alert(1)</script>",
    "<b/onmouseover=alert(1)>x",
    "<b >x</b ><br\t/onclick=alert(1)>",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    "![![x](https://evil.example/a.png)](b.png)",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x",
]  # fmt: skip


class Page(HTMLParser):
    """What a browser would find on a page."""

    tags, attributes = TAGS, ATTRIBUTES

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            self.found.append(tag)
        for name, value in attrs:
            if name not in self.attributes:
                self.found.append(f"{tag} {name}={value}")
            if name == "href" and not self.is_safe(value or "", ("http://", "https://", "#")):
                self.found.append(f"{name}={value}")
            if name == "src" and not self.is_picture(value or ""):
                self.found.append(f"{name}={value}")

    @staticmethod
    def is_safe(address: str, prefixes: tuple[str, ...]) -> bool:
        relative = ":" not in address and not address.strip().startswith(("//", "\\"))
        return address.startswith(prefixes) or relative

    @staticmethod
    def is_picture(address: str) -> bool:
        inside = re.fullmatch(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]*", address)
        return bool(inside or re.fullmatch(r"[\w-][\w./-]*\.(png|jpe?g|gif)", address, re.I))

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)

    def handle_comment(self, data: str) -> None:
        self.found.append(data)

    def handle_pi(self, data: str) -> None:
        self.found.append(data)

    unknown_decl = handle_pi

    def handle_data(self, data: str) -> None:
        self.text += data


class FormulaPage(Page):
    """A page on which formulas have become MathML."""

    tags, attributes = TAGS | ELEMENTS, ATTRIBUTES | OF_FORMULAS | LENGTHS.keys()


def active(text: str) -> list[str]:
    page = Page(render(harmless(text)))
    converted = FormulaPage(render(with_mathml(harmless(text))))
    page.found += converted.found
    page.text += converted.text
    macros = ("\\href", "\\require", "\\style", "\\unicode", "\\class", "\\cssid")
    return page.found + [name for name in macros if name in page.text.lower()]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_it_is_active(text: str) -> None:
    assert active(text) == []
    assert active(f"# A title\n\n1. one\n   {text}\n\n> {text}\n\n{text}") == []


def test_the_page_would_notice() -> None:
    page = Page(render("<script>x</script> <a href=javascript:x>y</a> <b onclick=x>y</b> <!--x-->"))
    assert len(page.found) == 4


PIECES = st.sampled_from(
    [*HOSTILE, "<", ">", "&", "#", "[", "]", "(", ")", "![", "](", "]:", "javascript:", "\\",
     "`", "```", "~~~", "\n", "\n\n", "    ", "$", "$$", '"', "'", "a", " ", "\t", "|", "-", "*",
     "_", "script", "href", ":", "//", "https://", "attachment:", "x.png", "!", "/", "&#106;"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_of_any_mixture_is_active(text: str) -> None:
    assert active(text) == []


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("if a < b and b > c: *yes*", "if a < b and b > c: yes"),
        ("x<sup>2</sup> and H<sub>2</sub>O", "x2 and H2O"),
        ("see [the docs](https://docs.python.org/3/)", "see the docs"),
        ("[below](#more) and [data](numbers.csv)", "below and data"),
        ("$a < b$, $\\alpha_{i}$", "$a < b$, $\\alpha_{i}$"),
        ("`x[1:]` and `f(&a)`", "x[1:] and f(&a)"),
        ("R&D, 2 &lt; 3", "R&D, 2 < 3"),
    ],
)
def test_ordinary_text_reads_as_it_did(text: str, shows: str) -> None:
    shown = Page(render(harmless(text))).text.strip()
    assert shown.replace(" ", "") == shows.replace(" ", "")


def test_ordinary_links_and_pictures_still_work() -> None:
    text = '[docs](https://docs.python.org/3/ "title") ![plot](attachment:plot.png) ![p](p.png)'
    page = render(harmless(text, {"plot.png": {"image/png": PNG}}))
    assert '<a href="https://docs.python.org/3/">docs</a>' in page
    assert f'<img src="data:image/png;base64,{PNG}" alt="plot">' in page
    assert '<img src="p.png" alt="p">' in page


def test_a_picture_is_shown_once_however_often_it_is_named() -> None:
    shown = harmless("![a](attachment:p.png)" * 1000, {"p.png": {"image/png": PNG * 100}})
    assert shown.count("<img") == 1
    assert len(shown) < 100 * len(PNG) + 10_000


@pytest.mark.parametrize("name", ["data:,x.html", "data:text/plain,/x.svg", "http:/x.js"])
def test_a_files_name_is_no_address(name: str) -> None:
    assert is_active(name)


def test_lists_tables_and_code_keep_their_shape() -> None:
    table = "| a | b |\n|---|---|\n| 1 | $x_1 a_2$ |"
    text = f"1. one\n2. *two*\n\n{table}\n\n```python\nx = 1\n\ny = 2\n```"
    page = render(harmless(text))
    for part in ("<ol><li>", "<em>two</em>", "<td>$x_1 a_2$</td>", "x = 1&#10;&#10;y = 2"):
        assert part in page


@pytest.mark.parametrize("text", ["Because it adds x to itself.", "a plain line, 3 of 4"])
def test_a_plain_line_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    "address", ["/logout", "../formgrader/x.png", "//a.example/x.png", "x.svg"]
)
def test_a_picture_from_elsewhere_is_not_fetched(address: str) -> None:
    for before in ("![b]", "!\\[b]", "`a ![b]", "!![b]", "![b\\]]"):
        text = f"{before}({address})"
        assert "<img" not in render(harmless(text)).lower()


def test_what_a_script_hides_in_is_shown_as_text() -> None:
    assert "alert(1)" in Page(render(harmless("<script>alert(1)</script>"))).text


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def test_attachments_that_are_pictures_are_kept() -> None:
    attachments = {
        "a.png": {"image/png": PNG},
        "b.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
        "c.png": {"image/png": base64.b64encode(b"<script>").decode()},
        "d.png": {"image/png": PNG + '" onerror="alert(1)'},
        'e" onload="x.png': {"image/png": PNG},
        "f.png": "text",
    }
    assert pictures(attachments) == {"a.png": {"image/png": PNG}}
    assert pictures(None) == {}


@pytest.mark.parametrize(
    "name", ["a.html", "b/C.SVG", "x.js", "y.xhtml", "z.htm", "p.PDF", "f.xml", "d.mjs", "s.svgz"]
)
def test_files_that_a_browser_would_run(name: str) -> None:
    assert is_active(name)
    assert not is_active(name + ".txt")


@pytest.mark.parametrize("name", ["a.csv", "b.png", "essay.docx", "c.py", "no type", "x.html.txt"])
def test_files_that_a_browser_would_not_run(name: str) -> None:
    assert not is_active(name)


def test_texts_without_end_are_cut() -> None:
    assert len(harmless("[" * 10**7)) < 400_000
