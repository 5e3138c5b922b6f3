"""What the rows of a part are (data, total, note) and what a careful reader would remark on in their cells.

A total or a note is landed like every row and only marked, so that a wrong judgement loses nothing. The rules
are cautious in one direction: a row is called data unless its words and its gaps both say otherwise.

- total: the first filled cell is a word such as 合计, 小计 or Total, perhaps with what it sums up; each other
  filled cell is a number; a required column (without required columns: any declared column) is empty. The
  Latin words are names too, so without a required column to go by they need half of the cells empty.
- note: a row above the heading; the heading repeated; a row whose every filled cell begins like a footer
  (制表人：, 数据来源：, Page 2 ...); at the end of a part, a single filled cell that leaves a required column
  empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core.sources import heading_key
from customer360.landing.catalogue import Remark
from customer360.landing.headings import Layout
from customer360.landing.parts import Batch
from customer360.landing.values import text_bytes

KINDS = ("data", "total", "note")
DATA, TOTAL, NOTE = range(3)

EMPTY_MARKERS = (
    *("NULL", "Null", "null", "(null)", "<null>", "None", "none", "N/A", "n/a", "NaN", "nan", "NaT", "\\N"),
    *("无", "暂无", "空", "(空)", "（空）", "-", "--", "—", "——", "－", "/"),
)
"""Texts by which people and programs say that a cell is empty. They are landed as they stand."""

ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")

LAST_ROWS = 50
"""Rows at the end of a part among which a lone cell may be a note."""

_SUMS = r"(?:合计|总计|小计|累计|汇总)"
_TOTAL = re.compile(rf".{{0,20}}{_SUMS}(?:[(:].*)?")
_LATIN_TOTAL = re.compile(r"(?:grand ?|sub[ -]?)?totals?:?|sum:?")
_FOOTER = re.compile(
    r"(?:附?注|备注|说明|以上|制[表单]|填[表报]|审[核批]|复核|经办|打印|导出|生成|统计|报表|数据来源|来源|单位)[^:]{0,8}:.*"
    r"|(?:notes?|remarks?|source|printed|exported|generated|prepared|checked)\b[^:]{0,12}:.*"
    r"|第 ?\d+ ?页.*|共 ?\d+ ?[页条行笔].*|以上.*"
    r"|page ?\d+.*|-* ?end of (?:report|file).*|\(?\d+ rows?\b.*",
    re.S,
)
_NUMBER = re.compile(r"[-+(]?[¥$€£]?[-+]? ?\d[\d,]*(?:\.\d+)? ?%?\)?(?:元|万元)?")
# Cheap first look at all rows with a gap; what it lets pass is judged by the patterns above.
_WORTH_A_LOOK = (
    r"(?i)[计汇]|^\s*(grand|sub|total|sum|note|remark|source|printed|exported|generated|prepared|checked|page)"
    r"|^\W*(\d+ rows?\b|end of )|^\s*(附|注|备|说|以上|制|填|审|复核|经办|打印|导出|生成|统|报|数据|来源|单位|第|共)"
)
_UNIT = r"[万千亿]元|单位|(?i:\bin (thousands|millions)\b)"
_ROUNDED = r"^\d{15}00+$"
_SCIENTIFIC = r"^-?\d(\.\d+)?[eE]\+?\d{2,}$"
_SERIAL = r"^[2-6]\d{4}(\.\d+)?$"


@dataclass
class _Tally:
    """How often something occurs, and where first."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)


class Inspector:
    """Looks at the batches of one part in order; afterwards knows its counts and remarks."""

    def __init__(self, layout: Layout, sheet: str | None) -> None:
        self.layout, self.sheet = layout, sheet
        self.counts: Counter[str] = Counter()
        self._tallies: dict[tuple[str, str | None], _Tally] = {}
        self._required = [place for place, column in layout.columns.items() if column.required]
        self._first = min(layout.columns)
        column = layout.columns[self._first]
        self._headings = pa.array(sorted({column.name, *column.headings, layout.cells[self._first]}))

    def look(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, pa.Array]]:
        """The batches without blank rows, each with the kind of its rows."""
        for batch, is_last in _with_tail(self._filled(batches)):
            kinds = np.full(len(batch.numbers), DATA, np.int8)
            if batch.above_heading:
                kinds[:] = NOTE
                self._add("title_rows", None, batch.numbers)
                text = pc.binary_join_element_wise(*batch.columns, " ", null_handling="skip")
                self._add("unit_stated", None, _matching(batch.numbers, text, _UNIT))
            else:
                self._judge(batch, kinds, is_last)
                self._cells(batch)
            for kind, count in enumerate(np.bincount(kinds)):
                self.counts[KINDS[kind]] += int(count)
            yield batch, pa.array(KINDS).take(pa.array(kinds))

    def remarks(self) -> list[Remark]:
        """What was found, with counts and first places."""
        if not self.counts["data"]:
            return [Remark("no_rows", self.sheet), *self._tallied()]
        return self._tallied()

    def _tallied(self) -> list[Remark]:
        return [
            Remark(
                code,
                self.sheet,
                column=column,
                count=tally.count,
                rows=tuple(tally.rows),
                detail=", ".join(word for word, _ in tally.words.most_common(5)),
            )
            for (code, column), tally in self._tallies.items()
        ]

    def _add(
        self, code: str, column: str | None, numbers: pa.Array | Sequence[int], words: Iterable[str] = ()
    ) -> None:
        if len(numbers):
            tally = self._tallies.setdefault((code, column), _Tally())
            first = numbers[: 10 - len(tally.rows)]
            tally.count += len(numbers)
            tally.rows += first.to_pylist() if isinstance(first, pa.Array) else list(first)
            tally.words.update(words)

    def _filled(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches without the rows in which every cell is empty; these are only counted."""
        for batch in batches:
            if all(column.null_count for column in batch.columns):
                filled = pc.is_valid(pc.coalesce(*batch.columns))
                blank = batch.numbers.filter(pc.invert(filled))
                if len(blank):
                    self.counts["blank"] += len(blank)
                    self._add("blank_rows", None, blank)
                    batch = Batch(
                        batch.numbers.filter(filled),
                        [column.filter(filled) for column in batch.columns],
                        batch.above_heading,
                        batch.rounded,
                        batch.dated,
                        batch.strange,
                    )
            if len(batch.numbers):
                yield batch

    def _judge(self, batch: Batch, kinds: np.ndarray, is_last: bool) -> None:
        columns = batch.columns
        filled = sum((np.asarray(pc.is_valid(column)).astype(np.int16) for column in columns), np.int16(0))
        first = columns[0] if not columns[0].null_count else pc.coalesce(*columns)
        gaps = filled < len(columns)
        suspects = np.zeros(len(kinds), bool)
        if gaps.any():
            places = np.flatnonzero(gaps)
            looked = pc.match_substring_regex(first.take(pa.array(places)), _WORTH_A_LOOK)
            suspects[places[np.asarray(looked)]] = True
        suspects |= np.asarray(pc.fill_null(pc.is_in(columns[self._first], self._headings), False))
        for index in np.flatnonzero(suspects):
            row = [_plain(column[index].as_py()) for column in columns]
            kinds[index], code = self._kind(row)
            if code:
                self._add(code, None, [batch.numbers[index].as_py()])
        if is_last:
            self._judge_tail(batch, kinds, filled)

    def _kind(self, row: list[str]) -> tuple[int, str | None]:
        if self._is_heading(row):
            return NOTE, "repeated_heading"
        cells = [cell for cell in row if cell]
        if _is_footer(cells):
            return NOTE, "notes"
        if not _is_sum(cells):
            return DATA, None
        holder = row.index(cells[0])
        others = [place for place in self._required if place != holder]
        if others:
            is_total = any(not row[place] for place in others)
        elif _TOTAL.fullmatch(cells[0]):
            is_total = any(not row[place] for place in self.layout.columns)
        else:
            is_total = 2 * len(cells) <= len(row)
        return (TOTAL, "total_rows") if is_total else (DATA, None)

    def _is_heading(self, row: list[str]) -> bool:
        same = sum(
            heading_key(row[place]) in map(heading_key, (column.name, *column.headings))
            for place, column in self.layout.columns.items()
        )
        return same >= 2 and 2 * same >= sum(map(bool, row))

    def _judge_tail(self, batch: Batch, kinds: np.ndarray, filled: np.ndarray) -> None:
        if len(batch.columns) < 3 or not self._required:
            return
        for index in range(len(kinds) - 1, max(-1, len(kinds) - 1 - LAST_ROWS), -1):
            if kinds[index] != DATA:
                continue
            lone = filled[index] == 1 and any(not batch.columns[p][index].is_valid for p in self._required)
            if not lone:
                return
            kinds[index] = NOTE
            self._add("notes", None, [batch.numbers[index].as_py()])

    def _cells(self, batch: Batch) -> None:
        for position, (name, cells) in enumerate(zip(self.layout.names, batch.columns, strict=True)):
            if cells.null_count == len(cells):
                continue
            if position in self.layout.unnamed:
                self._add("unnamed_column", name, batch.numbers.filter(pc.is_valid(cells)))
            marked = pc.is_in(cells, _MARKERS)
            if pc.any(marked).as_py():
                for value in pc.value_counts(cells.filter(marked)).to_pylist():
                    code = "error_value" if value["values"] in ERROR_VALUES else "empty_marker"
                    self._add(
                        code, name, batch.numbers.filter(pc.equal(cells, value["values"])), [value["values"]]
                    )
            rounded = set(batch.rounded.get(position, ()))
            if pc.max(pc.binary_length(cells)).as_py() >= 17:
                rounded.update(_matching(batch.numbers, cells, _ROUNDED))
            self._add("rounded_number", name, sorted(rounded))
            held = text_bytes(cells)
            if b"E+" in held or b"e+" in held:
                self._add("scientific_number", name, _matching(batch.numbers, cells, _SCIENTIFIC))
            self._add("date_among_text", name, batch.strange.get(position, ()))
            column = self.layout.columns.get(position)
            if column and column.holds_dates:
                self._add("date_serial_read", name, batch.dated.get(position, ()))
                self._add("date_serial_text", name, _matching(batch.numbers, cells, _SERIAL))


def speaks_for_itself(row: Sequence[str]) -> bool:
    """Whether a row is a total or a footer by its words alone, whatever columns it stands in."""
    cells = [plain for plain in map(_plain, row) if plain]
    return bool(cells) and (_is_footer(cells) or _is_sum(cells))


def _is_footer(cells: Sequence[str]) -> bool:
    return all(_FOOTER.fullmatch(cell) for cell in cells)


def _is_sum(cells: Sequence[str]) -> bool:
    named = _TOTAL.fullmatch(cells[0]) or _LATIN_TOTAL.fullmatch(cells[0])
    return bool(named) and all(_NUMBER.fullmatch(cell) for cell in cells[1:])


_MARKERS = pa.array([*EMPTY_MARKERS, *ERROR_VALUES])


def _matching(numbers: pa.Array, cells: pa.Array, pattern: str) -> list[int]:
    return numbers.filter(pc.fill_null(pc.match_substring_regex(cells, pattern), False)).to_pylist()


def _plain(cell: str | None) -> str:
    """Compared form of a cell: NFKC, lower case, no white space next to Chinese characters."""
    text = " ".join(unicodedata.normalize("NFKC", cell or "").split()).casefold()
    return re.sub(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])", "", text)


def _with_tail(batches: Iterable[Batch]) -> Iterator[tuple[Batch, bool]]:
    """Batches with a mark on the last, which is joined to the one before if it is short of LAST_ROWS."""
    held: Batch | None = None
    for batch in batches:
        if held is not None:
            if len(batch.numbers) < LAST_ROWS and not held.above_heading:
                batch = _joined(held, batch)
            else:
                yield held, False
        held = batch
    if held is not None:
        yield held, True


def _joined(one: Batch, two: Batch) -> Batch:
    return Batch(
        pa.concat_arrays([one.numbers, two.numbers]),
        [pa.concat_arrays(pair) for pair in zip(one.columns, two.columns, strict=True)],
        False,
        _merged(one.rounded, two.rounded),
        _merged(one.dated, two.dated),
        _merged(one.strange, two.strange),
    )


def _merged(one: dict[int, list[int]], two: dict[int, list[int]]) -> dict[int, list[int]]:
    return {place: one.get(place, []) + two.get(place, []) for place in one.keys() | two.keys()}
