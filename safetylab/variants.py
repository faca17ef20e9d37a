"""Which variant of a lab is whose: a number made from an id.

The released notebook is the same for everybody, and enters an id for convenience. The grader does
not believe it: it takes the id from the gradebook, and sets the number in the tests' process.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable

_assigned: int | None = None
"""The number that the grader has set for this process; nothing in a learner's own notebook."""


def variant_of(student: str, salt: str, count: int) -> int:
    """Return the variant of ``student``, 0 to ``count`` - 1.

    It is the SHA-256 of ``f"{salt}:{student}"`` in UTF-8, read as one big-endian integer, modulo
    ``count``. Blanks around the id do not count, and accents are composed first (Unicode's NFC),
    so that one name typed on two systems is one id. Upper and lower case differ.

    Args:
        student: the id, as the gradebook has it; for a team, what the team is called.
        salt: a text of the lab and the term; it is no secret.
        count: how many variants there are.

    Raises:
        TypeError: ``student`` or ``salt`` is no text, or ``count`` no whole number.
        ValueError: ``student`` is blank or cannot be written in UTF-8, or ``count`` is below 1.
    """
    if not isinstance(student, str) or not isinstance(salt, str):
        wrong = student if not isinstance(student, str) else salt
        raise TypeError(f'the id is {wrong!r}: write it as a text in quotes, such as "ann"')
    if type(count) is not int:
        raise TypeError(f"count is {count!r}: say how many variants there are, as a whole number")
    if count < 1:
        raise ValueError(f"count is {count}: there must be at least one variant")
    digest = hashlib.sha256(f"{salt}:{normal(student)}".encode()).digest()
    return int.from_bytes(digest, "big") % count


def normal(student: str) -> str:
    """Return an id without blanks around it and with composed accents.

    Raises:
        ValueError: nothing is left of it, or it cannot be written in UTF-8.
    """
    text = unicodedata.normalize("NFC", student).strip()
    if not text:
        raise ValueError('the id is blank: write yours in the quotes, such as "ann"')
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the id {text!r} holds half a letter: type it again") from None
    return text


def mine(student: str, salt: str, count: int) -> int:
    """Return the variant that this notebook works on: the grader's if it grades, else the id's.

    Args and errors as `variant_of`; while the grader has set a number, ``student`` is not read.
    """
    return variant_of(student, salt, count) if _assigned is None else _assigned


def assign(number: int) -> int:
    """Set what `mine` returns in this process, and return it: for the grader."""
    global _assigned
    _assigned = number
    return number


def entered(read: Callable[[], str], salt: str, count: int, otherwise: int) -> int:
    """Return the variant of the id that ``read`` returns; ``otherwise`` if there is no such id.

    The grader runs it in place of `mine`, so that a notebook without an id is graded, too.
    """
    try:
        return mine(read(), salt, count)
    except Exception:  # whatever a learner made of the name
        return otherwise
