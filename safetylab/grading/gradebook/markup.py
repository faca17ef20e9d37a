"""Make a student's text harmless for the pages that nbgrader renders without looking.

nbgrader hands Markdown to its pages as it is, HTML, scripts and ``javascript:`` links included,
and the formgrader's pages can write into the gradebook. Here a space is put into everything that
could become active, whatever the Markdown around it: the text stays readable, and what a parser
makes of it does not matter.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any

# Tags without attributes that only change letters; all others lose their meaning.
_TAG = re.compile(r"<(?!/?(?:b|i|em|strong|u|s|sub|sup|br|kbd)\s*/?>)(?=[A-Za-z/!?])", re.I)
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|nbsp);)(?=[#A-Za-z])")
_HARMLESS = r"""(?:\s*https?://|attachment:[\w. -]+\)|(?!//)\#?[\w./-]*(?:\s+"[^"<>&\\\n]*")?\))"""
_LINK = re.compile(rf"\](?=\((?!{_HARMLESS}))")
_REFERENCE = re.compile(r"\](?=:(?!\s*https?://))")
_PICTURE = re.compile(r"!(?=\[(?![^\[\]\n]*\]\((?:attachment:[\w. -]+|(?!//)[\w./-]+)\)))")
_MATH = re.compile(r"\\(?=(?:href|url|require|unicode|class|cssId|style|data|html)\b)", re.I)
_BREAKS = (
    (_TAG, "< "),
    (_ENTITY, "& "),
    (_PICTURE, "! "),
    (_LINK, "] "),
    (_REFERENCE, "] "),
    (_MATH, r"\\ "),
)

LONGEST_TEXT = 50_000

_SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}
# Types that a browser would run, or could be made to, were a file opened from the formgrader.
_ACTIVE = re.compile(r"html|svg|xml$|xslt|script|pdf|flash")


def harmless(text: str) -> str:
    """Return Markdown that shows what ``text`` says, and of which nothing is active."""
    text = shortened(text)
    for pattern, replacement in _BREAKS:
        text = pattern.sub(replacement, text)
    return text


def shortened(text: str) -> str:
    """Return a text that a page can show: very long ones keep its renderers busy for hours."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n... ({len(text) - LONGEST_TEXT} more characters)"


def is_active(name: str) -> bool:
    """Say whether a browser would run a file of that name."""
    return bool(_ACTIVE.search(guess_type(name.lower())[0] or ""))


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
    for kind, signature in _SIGNATURES.items():
        data = bundle.get(kind)
        if isinstance(data, str):
            try:
                content = base64.b64decode("".join(data.split()), validate=True)
            except ValueError:
                continue
            if content.startswith(signature):
                return {kind: base64.b64encode(content).decode()}
    return {}
