"""What stands around a value, or in place of its characters, because of the way it travelled.

A spreadsheet shows ="A001" as A001. Exports write it, or an apostrophe or a backtick in front, so that a spreadsheet
leaves long numbers and leading zeros alone; web systems write &#39; for an apostrophe. None of it belongs to the value, and
none of it is left in a workbook: a text file lands as the workbook would.

An apostrophe also begins words ('t Hooft, 's-Hertogenbosch): it goes only in front of a number, a code, a date, a formula
or a Chinese text.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.landing.values import text_bytes

_BLANK = r"[\s\x{0085}\x{00A0}\x{1680}\x{180E}\x{2000}-\x{200F}\x{2028}\x{2029}\x{202F}\x{205F}\x{2060}\x{3000}\x{FEFF}]"
_BLANKS = f"^{_BLANK}*$"
_MAY_BE_WRAPPED = f"^{_BLANK}*[='`]"
_ENTITY = r"&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ENTITY_BYTES = re.compile(_ENTITY.encode())
_ENTITY_TEXT = re.compile(_ENTITY)
_FORMULA = re.compile(r"""=\s*(?:"((?:[^"]|"")*)"|'([^']*)')""")
_BACKTICK = re.compile(r"`([^`]*)`?")
_APOSTROPHE = re.compile(
    r"'((?:[-+=@][^']*"  # what a spreadsheet would take for a formula
    r"|[^'\s]*\d[^'\s]*"  # a number, a code, a day
    r"|[-+()\d\s.,:/年月日时分秒]*\d[-+()\d\s.,:/年月日时分秒]*"  # a telephone number, a moment
    r"|[\u3040-\u30ff\u3400-\u9fff][^']*))'?"
)
# First bytes of the cells that are looked at: marks of protection and the white space of Unicode in UTF-8.
_STARTS = np.zeros(256, bool)
_STARTS[[*b"='`\t\n\v\f\r ", 0xC2, 0xE1, 0xE2, 0xE3, 0xEF]] = True


def unwrapped(text: str) -> str:
    """A text without what protects it, once or twice; the text itself where nothing does."""
    while True:
        stripped = text.strip()
        if found := _FORMULA.fullmatch(stripped):
            text = found[1].replace('""', '"') if found[2] is None else found[2]
        elif found := _BACKTICK.fullmatch(stripped) or _APOSTROPHE.fullmatch(stripped):
            text = found[1]
        else:
            return text


def unescaped(text: str) -> str:
    """A text with characters in place of HTML escapes, also where it was escaped twice; what names no character stays."""
    before = None
    while before != text:
        before, text = text, _ENTITY_TEXT.sub(_character, text)
    return text


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#"):
        return html.unescape(found[0])
    return html.entities.html5.get(f"{name};", found[0])


@dataclass
class Bare:
    """A column without wrapping: which cells were protected and which held escapes (None: none), and whether some hold
    nothing but blanks."""

    cells: pa.Array
    protected: pa.Array | None = None
    escaped: pa.Array | None = None
    has_blanks: bool = False


def without_wrapping(cells: pa.Array) -> Bare:
    """The cells as values."""
    bare = Bare(cells)
    held = text_bytes(cells)
    if b"&" in held and _ENTITY_BYTES.search(held):
        bare.cells, bare.escaped = _changed(cells, pc.match_substring_regex(cells, _ENTITY), unescaped)
    may_be = pa.array(_starts_like_one(bare.cells))
    if pc.any(may_be).as_py():
        suspects = bare.cells.filter(may_be)
        bare.has_blanks = pc.any(pc.match_substring_regex(suspects, _BLANKS)).as_py() is True
        if pc.any(pc.match_substring_regex(suspects, _MAY_BE_WRAPPED)).as_py():
            wrapped = pc.match_substring_regex(bare.cells, _MAY_BE_WRAPPED)
            bare.cells, bare.protected = _changed(bare.cells, wrapped, unwrapped)
    return bare


def blanks_as_nulls(cells: pa.Array) -> pa.Array:
    """The cells with null in place of those that hold nothing but blanks."""
    return pc.if_else(pc.match_substring_regex(cells, _BLANKS), pa.scalar(None, pa.string()), cells)


def _starts_like_one(cells: pa.Array) -> np.ndarray:
    """Whether a cell begins with a byte that a mark of protection or a blank begins with."""
    data = cells.buffers()[2]
    if not data:
        return np.zeros(len(cells), bool)
    begins = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells)]
    first = np.frombuffer(data, np.uint8)[np.minimum(begins, data.size - 1)]
    return _STARTS[first]


def _changed(
    cells: pa.Array, chosen: pa.Array, change: Callable[[str], str]
) -> tuple[pa.Array, pa.Array | None]:
    """The cells with the chosen ones changed, and which of them became another text; what becomes '' is null."""
    mask = pc.fill_null(chosen, False)
    old = cells.filter(mask).to_pylist()
    new = [change(text) for text in old]
    if old == new:
        return cells, None
    marks = np.array(mask)
    marks[marks] = [one != other for one, other in zip(old, new, strict=True)]
    texts = pa.array([text or None for text in new], pa.string())
    return pc.replace_with_mask(cells, mask, texts), pa.array(marks)
