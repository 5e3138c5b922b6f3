"""Rows of totals, told by the words that they begin with (seed total_words)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from customer360.core.policy import policy_table
from customer360.core.sources import comparable

SEED = "total_words"

_CHINESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_DIGITS = r"(?:\d{1,3}(?:[,.' ]\d{3})+|\d{1,3}(?:,\d{2})+,\d{3}|\d+)(?:[.,]\d+)?"
# With a sign of currency on either side, or the word for what is counted: 6人, 6 rows.
_NUMBER = (
    rf"[-+(]?(?:[¥$€£₩₹]|[a-z]{{1,3}}\$?)? ?[-+]? ?{_DIGITS} ?%?\)?(?: ?(?:[¥$€£₩₹]|[^\W\d_]{{1,12}}\.?))?"
)
_IS_NUMBER = re.compile(_NUMBER)


class TotalWords:
    """Words that name a total, as texts of a file are compared with them.

    A Chinese word may have what it sums up in front (华东区小计). In other languages the words are names as well, and with a
    label (North Total, Total Nord) only a row that cannot be a record is taken for a total.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = sorted({comparable(word) for word in words} - {""}, key=lambda word: (-len(word), word))
        self.digest = hashlib.sha256("|".join(known).encode()).hexdigest()[:8]
        """Changes whenever the words do."""
        chinese = [re.escape(word) for word in known if _CHINESE.fullmatch(word)]
        labelled = [word for word in chinese if len(word) > 1]
        others = [re.escape(word) for word in known if not _CHINESE.fullmatch(word)]
        alone, beside, other = ("|".join(some) or r"[^\s\S]" for some in (chinese, labelled, others))
        end = rf" ?(?:\([^()]*\) ?)?[:;,.=-]{{0,2}} ?(?:{_NUMBER})?[:.]?"
        self._chinese = re.compile(rf"(?:(?:{alone})|.{{0,20}}(?:{beside}))(?:[(:].*|{end})")
        self._plain = re.compile(rf"(?:{other}){end}")
        self._labelled = re.compile(rf"(?:.{{1,30}} )?(?:{other})(?: .{{1,30}}|{end})")
        word = r"(?:^|[^\pL])"
        self.may_begin = rf"(?i){alone}|{word}(?:{other})(?:[^\pL]|$)|^[\x{{FF01}}-\x{{FF5E}}]"
        """A cheap look at a cell, as RE2 reads it: every total begins with a cell that it matches."""

    @classmethod
    def of(cls, project: Path, policy: str) -> TotalWords:
        """The words of a policy. Raises DeclarationError where the seed cannot be read."""
        return cls(row["word"] for _, row in policy_table(project, policy, SEED, ("word", "language")).rows)

    def begin(self, cells: Sequence[str]) -> bool:
        """Whether these filled cells, as compared, are a total by their words: a word for it, then numbers."""
        return self.is_chinese(cells) or bool(self._plain.fullmatch(cells[0]) and _are_numbers(cells[1:]))

    def is_chinese(self, cells: Sequence[str]) -> bool:
        """The same by a Chinese word, which is nobody's name."""
        return bool(self._chinese.fullmatch(cells[0])) and _are_numbers(cells[1:])

    def begin_labelled(self, cells: Sequence[str]) -> bool:
        """The same by a word of another language with a label beside it."""
        return bool(self._labelled.fullmatch(cells[0])) and _are_numbers(cells[1:])


def _are_numbers(cells: Iterable[str]) -> bool:
    return all(_IS_NUMBER.fullmatch(cell) for cell in cells)
