"""How far a proposed meaning of a column can be trusted: what its heading may mean besides, and whether its values look like it.

The forms are wide: they tell a date from a word, and not a good date from a bad one, which staging does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from customer360.onboarding.decimals import are_numbers

SURE, LIKELY, DOUBTFUL, REFUTED = "sure", "likely", "doubtful", "refuted"
LABELS = {SURE: "sure 确定", LIKELY: "likely 很可能", DOUBTFUL: "doubtful 存疑", REFUTED: "refuted 不符"}

_FIT = 0.95
"""Share of values from which a form is borne out; what is no value (N/A, 无) stands in every column."""
_REFUTED = 0.5
_FEW = 3
"""Of fewer values none proves anything."""

_DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}(\s?[-/.月]\s?\d{1,2})?.*"  # 2025-12-31, 2025年12月31日 8:00
    r"|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{2,4}\b.*"  # 31.12.2025
    r"|(19|20)\d{6}(\d{6})?|\d{10}|\d{13}|\d{5}(\.\d+)?"  # 20251231, seconds, days of a spreadsheet
    r"|([a-z]{3,9}[., ]+)?(\d{1,2}[-. ]+[a-z]{3,9}|[a-z]{3,9}[. ]+\d{1,2})[-., ]+\d{2,4}\b.*"  # Wed, 31 Dec 2025
    r"|(上午|下午|凌晨|晚上)?\s?\d{1,2}[:：]\d{2}.*",  # a time of its own
    re.IGNORECASE | re.DOTALL,
)
_PHONE = re.compile(r"[\s'=\"]*[+(（]?[\d*][\d*xX#()（）+./\-\s]{4,}(ext\.?\s*\d+)?[\s\"]*", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]*@[^@\s]+|.*<[^@\s]+@[^@\s]+>|mailto:\S+")
_CURRENCY = re.compile(r"[A-Za-z]{3}|[A-Z]{0,2}[$€£¥₩₹]|(美|欧|日|港)?[元圆円币]|人民币")
_LETTERS = re.compile(r"[^\W\d_]")
_IDENTITY = re.compile(r"[\d*]{6,17}[\dXx*]")

_BY_COLUMN = {
    "phone": _PHONE,
    "email": _EMAIL,
    "currency": _CURRENCY,
    "name": _LETTERS,
    "company_name": _LETTERS,
    "product_name": _LETTERS,
    "category": _LETTERS,
    "id_number_hash": _IDENTITY,
    "birth_date": _DATE,
}
_BY_TYPE = {"timestamp": _DATE, "date": _DATE}
_NUMBERS = ("decimal", "integer", "bigint", "double")


@dataclass(frozen=True)
class Confidence:
    """A level and why, as it stands behind the proposal."""

    level: str
    why: str

    def __str__(self) -> str:
        return f"{LABELS[self.level]}: {self.why}"


def fits(column: str, kind: str, value: str) -> bool | None:
    """Whether a value may be one of this column of the contract, which has this type; None where any text may."""
    if kind.startswith(_NUMBERS):
        return are_numbers([value.strip().strip("()（）")])
    form = _BY_COLUMN.get(column) or _BY_TYPE.get(kind)
    if form is None:
        return None
    text = value.strip()
    return (form.search(text) if form is _LETTERS else form.fullmatch(text)) is not None


def judged(
    column: str, kind: str, values: Iterable[str], others: Sequence[str], is_key: bool = False
) -> Confidence:
    """How far to trust that values are of this column. `others`: what the heading may mean besides, of what the table
    offers; `is_key`: each row has one of its own."""
    seen = [value for value in values if value and value.strip()]
    also = f"; the heading may mean {', '.join(others)} as well" if others else ""
    if not seen:
        return Confidence(LIKELY, f"the heading alone, for nothing stands in it{also}")
    answers = [fits(column, kind, value) for value in seen]
    if is_key:
        repeated = len(seen) - len(set(seen))
        answers = [True] * (len(seen) - repeated) + [False] * repeated
    if answers[0] is None:
        return Confidence(LIKELY, f"the heading; values of any form may be it{also}")
    fitting = sum(map(bool, answers))
    share = fitting / len(seen)
    counted = f"{fitting} of {len(seen)} values {'differ' if is_key else 'look like it'}"
    if share < _REFUTED and len(seen) >= _FEW:
        return Confidence(REFUTED, f"the heading says {column}, but {counted}")
    if share < _FIT:
        return Confidence(DOUBTFUL, counted + also)
    if others:
        return Confidence(LIKELY, counted + also)
    return Confidence(SURE, f"the heading, and {counted}")


def summed(found: Mapping[str, Confidence]) -> list[str]:
    """Lines to show of the proposals of a table, by the name of the column: how many of each level, and those to read."""
    if not found:
        return []
    levels = [one.level for one in found.values()]
    counts = ", ".join(f"{levels.count(level)} {label}" for level, label in LABELS.items() if level in levels)
    told = (DOUBTFUL, REFUTED)
    return [counts, *(f"  {name}: {one}" for name, one in found.items() if one.level in told)]
