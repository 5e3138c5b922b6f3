"""The common form in which every reader hands over what it found in a file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.headings import SEARCHED_ROWS, Layout, find_header, layout
from customer360.landing.values import cell_text, cells_to_text
from customer360.sources import Table

BATCH_ROWS = 65_536

NumberedRow = tuple[int, Sequence[Any]]


class NotClean(Exception):
    """A quick way of reading met something that only the careful way may judge."""


@dataclass
class Batch:
    """Rows of one part: their numbers in the file and their cells by position, as text."""

    numbers: pa.Array
    columns: list[pa.Array]
    above_heading: bool = False


@dataclass
class Part:
    """One table of a file: a sheet of a workbook, or the whole of another file.

    `ways` are ways of reading the same rows, quickest first; a way that raises NotClean gives over to the next.
    """

    layout: Layout
    ways: Sequence[Callable[[], Iterator[Batch]]]
    sheet: str | None = None
    number: int = 1
    remarks: list[Remark] = field(default_factory=list)


def grid_part(
    rows: Iterable[NumberedRow], table: Table, sheet: str | None = None, number: int = 1
) -> Part | None:
    """A part from rows of cells with the heading somewhere near the top; None where there is no heading.

    Reads `rows` only once, as the batches are asked for.
    """
    rows = iter(rows)
    top = list(itertools.islice(rows, SEARCHED_ROWS))
    shown = [[cell_text(cell) for cell in cells] for _, cells in top]
    index = find_header(shown, table)
    if index is None:
        return None
    width = max(map(len, shown))
    heading = shown[index] + [None] * (width - len(shown[index]))
    part = Part(layout(heading, table, top[index][0], sheet), (), sheet, number)

    def batches() -> Iterator[Batch]:
        if index:
            yield grid_batch(top[:index], width, above_heading=True)
        rest = itertools.chain(top[index + 1 :], rows)
        while chunk := list(itertools.islice(rest, BATCH_ROWS)):
            yield grid_batch(chunk, width)

    part.ways = (batches,)
    return part


def grid_batch(rows: Sequence[NumberedRow], width: int, above_heading: bool = False) -> Batch:
    """Rows of cells → one batch; shorter rows are filled up with nothing."""
    numbers, cells = zip(*rows, strict=True)
    columns = [cells_to_text(column) for column in itertools.islice(itertools.zip_longest(*cells), width)]
    nothing = pa.nulls(len(numbers), pa.string())
    columns += [nothing] * (width - len(columns))
    return Batch(pa.array(numbers, pa.int64()), columns, above_heading)


def no_header(rows: int, sheet: str | None = None) -> SetAside:
    """The reason for a file in which no heading was found."""
    return SetAside.because("no_header", sheet=sheet, count=min(rows, SEARCHED_ROWS))
