"""Make a student's text harmless for the pages that nbgrader renders without looking.

nbgrader hands Markdown to its pages as it is, HTML, scripts and ``javascript:`` links included,
and the formgrader's pages can write into the gradebook. Here the text is parsed (markdown-it-py),
and of the parser's tree what is on a list is written down as HTML, with a list of attributes of its
own: one line in a ``<div>``, in which no parser of Markdown looks for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from mimetypes import guess_type
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from safetylab.grading.paper.outcome import PICTURES, picture

_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table",
           "thead", "tbody", "tr", "th", "td", "em", "strong", "s"}  # fmt: skip
_SIGNS = {"link_close": "</a>", "hr": "<hr>", "hardbreak": "<br>", "softbreak": "\n"}
_PRE = "<pre><code>{}</code></pre>"
_CODE = {"code_inline": "<code>{}</code>", "fence": _PRE, "code_block": _PRE}
# Tags without attributes that only change letters; all others are shown as text.
_TAG = re.compile(r"</?(?:b|i|em|strong|u|s|sub|sup|kbd)>|<br ?/?>", re.I)
_LINK = re.compile(r"https?://[^\s\"<>]+|#[\w.-]+|[\w-][\w.-]*(?:/[\w-][\w.-]*)*(?:#[\w.-]+)?")
_PICTURE = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*\.(?:png|jpe?g|gif)", re.I)
_MATH = re.compile(r"\$\$[^$]+\$\$|\$[^$\n]+\$|\\\\\(.+?\\\\\)|\\\\\[.+?\\\\\]", re.DOTALL)
_MACRO = re.compile(
    r"\\(?=(?:href|url|require|unicode|class|cssId|style|data|html|def|let|newcommand)\b)", re.I
)
_LETTERS = re.compile(r"\w[\w ,;'\"?()=%/.-]*\w[.?!]?")

LONGEST_TEXT = 50_000

# Types that a browser would run, or could be made to, were a file opened from the formgrader.
_ACTIVE = re.compile(r"html|svg|xml$|xslt|script|pdf|flash")


def harmless(text: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return Markdown that shows what ``text`` says, and of which nothing is active.

    Args:
        text: a student's Markdown.
        attachments: the cell's pictures, as `pictures` returns them.
    """
    text = shortened(text)
    if _LETTERS.fullmatch(text):
        return text
    shown = "".join(_html(_parser().parse(text), dict(attachments or {})))
    return f"<div>{_MACRO.sub(_CUT, shown)}</div>".replace("\n", "&#10;")


def as_text(text: str) -> str:
    """Return a text as it was typed, which takes no time, however much of it there is."""
    shown = _MACRO.sub(_CUT, escape(shortened(text)))
    return f"<div><pre>{shown}</pre></div>".replace("\n", "&#10;")


_CUT = "\\\\ "


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "math", _math)
    return parser


def _math(state: StateInline, silent: bool) -> bool:
    """A rule for formulas, whose letters are none of Markdown's."""
    if state.src[state.pos] not in "$\\":
        return False
    found = _MATH.match(state.src, state.pos)
    if found and not silent:
        state.push("math", "", 0).content = found[0]
    if found:
        state.pos = found.end()
    return found is not None


def _html(tokens: Sequence[Token], attachments: dict[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield what is on the list as tags, everything else as text."""
    for token in tokens:
        if token.type == "inline":
            yield from _html(token.children or (), attachments)
        else:
            yield _SIGNS.get(token.type) or _shown(token, attachments)


def _shown(token: Token, attachments: dict[str, Mapping[str, str]]) -> str:
    if token.type == "image":
        return _image(str(token.attrGet("src") or ""), token.content, attachments)
    if token.type == "link_open":
        return _link(str(token.attrGet("href") or ""))
    if token.nesting and token.tag in _BLOCKS:
        return f"<{'/' * (token.nesting < 0)}{token.tag}>"
    if token.type == "html_inline" and _TAG.fullmatch(token.content):
        return token.content
    return _CODE.get(token.type, "{}").format(escape(token.content))


def _link(address: str) -> str:
    """A link to elsewhere on the web, in the page, or to a file beside it; else one to nowhere."""
    return f'<a href="{escape(address)}">' if _LINK.fullmatch(address) else "<a>"


def _image(address: str, alt: str, attachments: dict[str, Mapping[str, str]]) -> str:
    """A picture that came with the text, the first time that it is named; or its description."""
    attached = attachments.pop(address.removeprefix("attachment:").replace("%20", " "), {})
    for kind, data in attached.items() if address.startswith("attachment:") else ():
        return f'<img src="data:{kind};base64,{data}" alt="{escape(alt)}">'
    if _PICTURE.fullmatch(address):
        return f'<img src="{escape(address)}" alt="{escape(alt)}">'
    return escape(f"[{alt or 'a picture'}]")


def shortened(text: str) -> str:
    """Return a text that a page can show: very long ones keep its renderers busy for hours."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n... ({len(text) - LONGEST_TEXT} more characters)"


def is_active(name: str) -> bool:
    """Say whether a browser would run a file of that name."""
    return bool(_ACTIVE.search(guess_type(f"./{name.lower()}")[0] or ""))  # no address: `data:,x`


def pictures(attachments: object) -> dict[str, dict[str, str]]:
    """Return those of a cell's attachments that are pictures made of pixels."""
    if not isinstance(attachments, Mapping):
        return {}
    kept = {}
    for name, bundle in attachments.items():
        found = _picture(bundle) if isinstance(bundle, Mapping) else {}
        if found and re.fullmatch(r"[\w. -]+", str(name)):
            kept[str(name)] = found
    return kept


def _picture(bundle: Mapping[Any, Any]) -> dict[str, str]:
    texts = {kind: data for kind in PICTURES if isinstance(data := bundle.get(kind), str)}
    made = ({kind: content} for kind, data in texts.items() if (content := picture(kind, data)))
    return next(made, {})
