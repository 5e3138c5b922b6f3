"""What the rows of a part are (data, total, note) and what a careful reader would remark on in their cells.

A total or a note is landed like every row and only marked, so that a wrong judgement loses nothing. The rules
are cautious in one direction: a row is called data unless its words and its gaps both say otherwise.

- total: the first filled cell is a word such as 合计, 小计 or Total (seed total_words), perhaps with what it sums up;
  each other filled cell is a number; a required column is empty, or any declared one where the word stands in the only
  required column. Where that holds names, or nothing is required, the word may be a name: then half of the cells are
  empty, unless the word is Chinese.
- note: a row above the heading; the heading repeated; a row whose every filled cell begins like a footer
  (制表人：, 数据来源：, Page 2 ...); at the end of a part, a single filled cell that leaves a required column
  empty.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core.sources import comparable, heading_key
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.headings import Layout
from customer360.landing.parts import Batch
from customer360.landing.totals import TotalWords
from customer360.landing.values import text_bytes
from customer360.landing.wrapping import blanks_as_nulls, without_wrapping

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

_FOOTER = re.compile(
    r"(?:附?注|备注|说明|以上|制[表单]|填[表报]|审[核批]|复核|经办|打印|导出|生成|统计|报表|数据来源|来源|单位)[^:]{0,8}:.*"
    r"|(?:notes?|remarks?|source|printed|exported|generated|prepared|checked)\b[^:]{0,12}:.*"
    r"|第 ?\d+ ?页.*|共 ?\d+ ?[页条行笔].*|以上.*"
    r"|page ?\d+.*|-* ?end of (?:report|file).*|\(?\d+ rows?\b.*",
    re.S,
)
# Cheap first look at all rows with a gap; what it lets pass is judged by the patterns above.
_MAY_BE_FOOTER = (
    r"(?i)^\s*(note|remark|source|printed|exported|generated|prepared|checked|page)"
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

    def __init__(self, layout: Layout, sheet: str | None, totals: TotalWords) -> None:
        self.layout, self.sheet, self._totals = layout, sheet, totals
        self._worth_a_look = f"{_MAY_BE_FOOTER}|{totals.may_begin}"
        self.counts: Counter[str] = Counter()
        self._tallies: dict[tuple[str, str | None], _Tally] = {}
        self._required = [place for place, column in layout.columns.items() if column.required]
        self._first = min(layout.columns)
        named = [heading for c in layout.columns.values() for heading in (c.name, *c.headings)]
        self._headings = pa.array(sorted({*named, *filter(None, layout.cells)}))
        self._heading_keys = {heading_key(heading) for heading in self._headings.to_pylist()}

    def look(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, pa.Array]]:
        """The batches without blank rows, each with the kind of its rows."""
        for batch, is_last in _with_tail(self._filled(self._bare(batches))):
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
        headings = self.layout.headings
        return [
            Remark(
                code,
                self.sheet,
                column=column,
                count=tally.count,
                rows=tuple(tally.rows),
                detail=", ".join(word for word, _ in tally.words.most_common(5)),
                heading=_other_than(column, headings.get(column, "")),
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

    def _bare(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches with cells as values, without protection and escapes."""
        for batch in batches:
            for position, cells in enumerate(batch.columns):
                bare = without_wrapping(cells)
                batch.columns[position] = bare.cells
                if bare.has_blanks:
                    batch.blank.add(position)
                for code, marked in (("protected_value", bare.protected), ("escaped_text", bare.escaped)):
                    if marked is not None and not batch.above_heading:
                        self._add(code, self.layout.names[position], batch.numbers.filter(marked))
            yield batch

    def _filled(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches without the rows in which every cell is empty; these are only counted."""
        for batch in batches:
            columns = _seen(batch)
            if all(column.null_count for column in columns):
                filled = pc.is_valid(pc.coalesce(*columns))
                blank = batch.numbers.filter(pc.invert(filled))
                if len(blank):
                    self.counts["blank"] += len(blank)
                    self._add("blank_rows", None, blank)
                    batch = replace(
                        batch,
                        numbers=batch.numbers.filter(filled),
                        columns=[column.filter(filled) for column in batch.columns],
                    )
            if len(batch.numbers):
                yield batch

    def _judge(self, batch: Batch, kinds: np.ndarray, is_last: bool) -> None:
        columns = _seen(batch)
        filled = sum((np.asarray(pc.is_valid(column)).astype(np.int16) for column in columns), np.int16(0))
        first = columns[0] if not columns[0].null_count else pc.coalesce(*columns)
        gaps = filled < len(columns)
        suspects = np.zeros(len(kinds), bool)
        if gaps.any():
            places = np.flatnonzero(gaps)
            looked = pc.match_substring_regex(first.take(pa.array(places)), self._worth_a_look)
            suspects[places[np.asarray(looked)]] = True
        suspects |= np.asarray(pc.fill_null(pc.is_in(columns[self._first], self._headings), False))
        for index in np.flatnonzero(suspects):
            row = [comparable(column[index].as_py() or "") for column in columns]
            if self._is_other_heading(row):
                raise SetAside.because("other_heading", sheet=self.sheet, row=batch.numbers[index].as_py())
            kinds[index], code = self._kind(row)
            if code:
                self._add(code, None, [batch.numbers[index].as_py()])
        if is_last:
            self._judge_tail(batch.numbers, columns, kinds, filled)

    def _kind(self, row: list[str]) -> tuple[int, str | None]:
        if self._is_heading(row):
            return NOTE, "repeated_heading"
        cells = [cell for cell in row if cell]
        if _is_footer(cells):
            return NOTE, "notes"
        return (TOTAL, "total_rows") if self._is_total(row, cells) else (DATA, None)

    def _is_total(self, row: list[str], cells: list[str]) -> bool:
        holder = row.index(cells[0])
        if any(not row[place] for place in self._required if place != holder):
            return self._totals.begin(cells) or self._totals.begin_labelled(cells)
        if not self._totals.begin(cells) or any(place != holder for place in self._required):
            return False
        is_key = holder in self._required and self.layout.columns[holder].pii is None
        if is_key or self._totals.is_chinese(cells):
            return any(not row[place] for place in self.layout.columns)
        return 2 * len(cells) <= len(row)

    def _is_heading(self, row: list[str]) -> bool:
        same = sum(
            heading_key(row[place]) in map(heading_key, (column.name, *column.headings))
            for place, column in self.layout.columns.items()
        )
        return same >= 2 and 2 * same >= sum(map(bool, row))

    def _is_other_heading(self, row: list[str]) -> bool:
        """Whether a row is a heading of the same columns in other places: what follows would be read in the wrong ones."""
        named = sum(heading_key(cell) in self._heading_keys for cell in row if cell)
        return named >= 2 and 2 * named >= sum(map(bool, row)) and not self._is_heading(row)

    def _judge_tail(
        self, numbers: pa.Array, columns: Sequence[pa.Array], kinds: np.ndarray, filled: np.ndarray
    ) -> None:
        if len(columns) < 3 or not self._required:
            return
        for index in range(len(kinds) - 1, max(-1, len(kinds) - 1 - LAST_ROWS), -1):
            if kinds[index] != DATA:
                continue
            lone = filled[index] == 1 and any(not columns[p][index].is_valid for p in self._required)
            if not lone:
                return
            kinds[index] = NOTE
            self._add("notes", None, [numbers[index].as_py()])

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


def speaks_for_itself(row: Sequence[str], totals: TotalWords) -> bool:
    """Whether a row is a total or a footer by its words alone, whatever columns it stands in."""
    cells = [text for text in map(comparable, row) if text]
    return bool(cells) and (_is_footer(cells) or totals.begin(cells))


def _is_footer(cells: Sequence[str]) -> bool:
    return all(_FOOTER.fullmatch(cell) for cell in cells)


def _other_than(name: str | None, heading: str) -> str:
    return "" if name is None or heading_key(heading) == heading_key(name) else heading


def _seen(batch: Batch) -> list[pa.Array]:
    """The columns as people see them: a cell of nothing but blanks is an empty one."""
    return [
        blanks_as_nulls(cells) if position in batch.blank else cells
        for position, cells in enumerate(batch.columns)
    ]


_MARKERS = pa.array([*EMPTY_MARKERS, *ERROR_VALUES])


def _matching(numbers: pa.Array, cells: pa.Array, pattern: str) -> list[int]:
    return numbers.filter(pc.fill_null(pc.match_substring_regex(cells, pattern), False)).to_pylist()


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
        one.blank | two.blank,
    )


def _merged(one: dict[int, list[int]], two: dict[int, list[int]]) -> dict[int, list[int]]:
    return {place: one.get(place, []) + two.get(place, []) for place in one.keys() | two.keys()}
