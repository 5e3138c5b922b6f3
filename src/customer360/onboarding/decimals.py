"""Whether the numbers of a column have a decimal comma, by what proves it.

1,280 proves nothing: it may be a thousand and some, or one and some in three places. 7,90 and 1.249,00 prove a comma, 7.90 and
1,249.00 a point, and so does what stands twice: of two commas in 1,280,000 none is decimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from customer360.onboarding.mapping import OPEN

COMMA, POINT, MIXED = "comma", "point", "mixed"
GROUPED, DOTTED = "grouped", "dotted"
"""One comma (or one dot) before exactly three digits in every number that has any: proof of neither."""

_SIGN = r"(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥₩₹]|[元圆円원]|kr|zł|Kč)"
_NUMBER = re.compile(
    rf"[-+(]?\s*{_SIGN}?\s*[-+]?\s*(\d[\d.,' \u00a0\u202f]*|[.,]\d+)\s*(?:{_SIGN}|%)?\s*[-)]?"
)
_BLANKS = re.compile(r"[\s']")
_IN_THREES = re.compile(r"\d{1,3}(?:([.,])\d{2,3})*?([.,])\d{3}")


def decimal_mark(values: Iterable[str]) -> str | None:
    """What the numbers among these values prove; None where none of them has a mark."""
    found = {mark for value in values if (number := _NUMBER.fullmatch(value)) and (mark := _mark(number[1]))}
    if {COMMA, POINT} <= found or MIXED in found:
        return MIXED
    return next((mark for mark in (COMMA, POINT, GROUPED, DOTTED) if mark in found), None)


def are_numbers(values: Iterable[str]) -> bool:
    """Whether every value is a number, of whatever style."""
    return all(map(_NUMBER.fullmatch, values))


def _mark(number: str) -> str | None:
    text = _BLANKS.sub("", number)
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return None
    mark, other = text[last], "." if text[last] == "," else ","
    head, tail = text[:last], text[last + 1 :]
    if other in head:
        # 1.249,00: what comes before is in thousands, so the last mark is decimal
        return None if mark in head else COMMA if mark == "," else POINT
    if mark in head:
        # 1,280,000: the other mark is decimal, if there is one
        is_grouped = _IN_THREES.fullmatch(text) is not None
        return (POINT if mark == "," else COMMA) if is_grouped else None
    if len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0":
        return GROUPED if mark == "," else DOTTED
    return COMMA if mark == "," else POINT


def decimal_formats(
    marks: Mapping[str, str | None], unmapped: Mapping[str, str | None]
) -> tuple[str | None, dict[str, str]]:
    """The decimal mark of a table (None: a point), and that of each column that differs from it.

    `marks` are the proofs of the columns that become numbers, `unmapped` those of columns whose meaning is not known: these
    prove nothing for others. Without proof nothing is proposed. Once another column proves a comma, 1,280 is open, and where
    nothing proves either, so is 1.280: three places in every number are rare.
    """
    proven = set(marks.values())
    has_comma, has_point = COMMA in proven, not {POINT, MIXED}.isdisjoint(proven)
    of_table = COMMA if has_comma and not has_point else None
    is_open = {MIXED} | ({GROUPED} if has_comma else set()) | ({DOTTED} if has_comma == has_point else set())
    own = {column: OPEN for column, mark in marks.items() if mark in is_open}
    differs = POINT if of_table else COMMA
    own |= {column: differs for column, mark in (marks | unmapped).items() if mark == differs}
    return of_table, own
