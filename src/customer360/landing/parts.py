"""The common form in which every reader hands over what it found in a file."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from customer360.core.sources import Table
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.headings import SEARCHED_ROWS, Layout, find_header, layout
from customer360.landing.values import LARGEST_EXACT, cell_text, cells_to_text

BATCH_ROWS = 65_536

_DATES = {dt.date, dt.datetime}

NumberedRow = tuple[int, Sequence[Any]]
ToDate = Callable[[object], object]


class NotClean(Exception):
    """A quick way of reading met something that only the careful way may judge."""


@dataclass
class Batch:
    """Rows of one part: their numbers in the file and their cells by position, as text.

    By position, the numbers of rows whose typed cell is remarkable: `rounded`, a number too long to be exact;
    `dated`, a bare number that was read as a date; `strange`, a date among texts. `blank` are the positions at which some
    cells hold nothing but blanks.
    """

    numbers: pa.Array
    columns: list[pa.Array]
    above_heading: bool = False
    rounded: dict[int, list[int]] = field(default_factory=dict)
    dated: dict[int, list[int]] = field(default_factory=dict)
    strange: dict[int, list[int]] = field(default_factory=dict)
    blank: set[int] = field(default_factory=set)


@dataclass
class Part:
    """One table of a file: a sheet of a workbook, or the whole of another file.

    `ways` are ways of reading the same rows, quickest first; a way that raises NotClean gives over to the
    next.
    """

    layout: Layout
    ways: Sequence[Callable[[], Iterator[Batch]]]
    sheet: str | None = None
    number: int = 1
    remarks: list[Remark] = field(default_factory=list)


def grid_part(
    rows: Iterable[NumberedRow],
    table: Table,
    sheet: str | None = None,
    number: int = 1,
    first_column: int = 0,
    to_date: ToDate | None = None,
) -> Part | None:
    """A part from rows of cells with the heading somewhere near the top; None where there is no heading.

    `rows` is read once, as the batches are asked for. `to_date` turns a bare number in a date column into
    the date it means.
    """
    rows = iter(rows)
    top = list(itertools.islice(rows, SEARCHED_ROWS))
    shown = [[cell_text(cell) for cell in cells] for _, cells in top]
    header = find_header(shown, table)
    if header is None:
        return None
    width = max(map(len, shown))
    cells = header.cells + [None] * (width - len(header.cells))
    part = Part(layout(cells, table, top[header.last][0], sheet, first_column), (), sheet, number)
    dates = {place for place, column in part.layout.columns.items() if column.holds_dates}
    convert = {place: to_date for place in dates} if to_date else {}

    def batches() -> Iterator[Batch]:
        if header.first:
            yield grid_batch(top[: header.first], width, above_heading=True)
        rest = itertools.chain(top[header.last + 1 :], rows)
        while chunk := list(itertools.islice(rest, BATCH_ROWS)):
            yield grid_batch(chunk, width, convert)

    part.ways = (batches,)
    return part


def grid_batch(
    rows: Sequence[NumberedRow],
    width: int,
    convert: dict[int, ToDate] | None = None,
    above_heading: bool = False,
) -> Batch:
    """Rows of cells → one batch; shorter rows are filled up with nothing."""
    numbers, cells = zip(*rows, strict=True)
    batch = Batch(pa.array(numbers, pa.int64()), [], above_heading)
    for position, column in enumerate(itertools.islice(itertools.zip_longest(*cells), width)):
        kinds = set(map(type, column))
        if float in kinds:
            batch.rounded[position] = [
                n for n, v in zip(numbers, column, strict=True) if type(v) is float and abs(v) > LARGEST_EXACT
            ]
            if convert and position in convert:
                dates = [convert[position](value) for value in column]
                batch.dated[position] = [
                    n for n, old, new in zip(numbers, column, dates, strict=True) if old is not new
                ]
                column = dates
        if kinds & _DATES and str in kinds and not (convert and position in convert):
            batch.strange[position] = _lone_dates(numbers, column)
        batch.columns.append(cells_to_text(column))
    nothing = pa.nulls(len(numbers), pa.string())
    batch.columns += [nothing] * (width - len(batch.columns))
    return batch


def _lone_dates(numbers: Sequence[int], column: Sequence[Any]) -> list[int]:
    """Rows with a date among texts, as Excel makes one of an article number such as 3-12."""
    dates = [n for n, value in zip(numbers, column, strict=True) if type(value) in _DATES]
    texts = sum(type(value) is str and value != "" for value in column)
    return dates if len(dates) < texts else []


def no_header(rows: int, sheet: str | None = None) -> SetAside:
    """The reason for a file in which no heading was found."""
    return SetAside.because("no_header", sheet=sheet, count=min(rows, SEARCHED_ROWS))
