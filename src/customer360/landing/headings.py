"""Headings: where they stand in a file and which declared column each one means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from customer360.core.sources import Column, Table, as_seen, heading_key
from customer360.landing.catalogue import Remark, SetAside

SEARCHED_ROWS = 30
"""Rows at the top of a file or sheet among which the heading is looked for."""

_NAMED = 20
"""Headings that a message names at most."""

Cells = Sequence[str | None]


@dataclass
class Header:
    """The heading as found: indexes of its first and last row, and its cells."""

    first: int
    last: int
    cells: list[str | None]


@dataclass
class Layout:
    """What each position of a part is called once landed."""

    names: list[str]
    cells: Cells
    header_row: int | None = None
    columns: dict[int, Column] = field(default_factory=dict)
    unnamed: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def headings(self) -> dict[str, str]:
        """Landed name → the heading as it stands in the file."""
        return {name: as_seen(cell) for name, cell in zip(self.names, self.cells, strict=True) if cell}


def matches(row: Cells, table: Table) -> set[str]:
    """Names of the declared columns whose headings stand in this row."""
    found = (table.by_heading.get(heading_key(cell)) for cell in row if cell)
    return {column.name for column in found if column}


def find_header(rows: Sequence[Cells], table: Table) -> Header | None:
    """The row with most declared headings (the first of equals), None where no row will do.

    One heading alone is a coincidence unless it is all that the table requires. Where the row above names
    columns that this row leaves blank (a heading over two rows with merged cells), both together count.
    """
    best, most = None, 0
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        found = len(matches(row, table))
        if found > most:
            best, most = Header(index, index, list(row)), found
    if best is None:
        return None
    # The cells of the best row may belong to the upper or the lower row of two.
    for upper in (best.last - 1, best.last):
        if 0 <= upper < len(rows) - 1:
            both = _merged(rows[upper], rows[upper + 1])
            found = len(matches(both, table))
            if found > most and matches(rows[upper + 1], table):
                best, most = Header(upper, upper + 1, both), found
    required = {column.name for column in table.required}
    enough = most >= min(2, len(table.columns)) or (required and required <= matches(best.cells, table))
    return best if enough else None


def _merged(upper: Cells, lower: Cells) -> list[str | None]:
    width = max(len(upper), len(lower))
    above, below = ([*row, *[None] * (width - len(row))] for row in (upper, lower))
    return [low or high for high, low in zip(above, below, strict=True)]


def layout(
    row: Cells, table: Table, header_row: int | None, sheet: str | None, first_column: int = 0
) -> Layout:
    """Landed names for a heading row; SetAside where a required column is missing."""
    taken: set[str] = set()
    result = Layout([], row, header_row)
    for position, cell in enumerate(row):
        column = table.by_heading.get(heading_key(cell)) if cell else None
        if column and column.name not in taken:
            name = column.name
            result.columns[position] = column
        elif not cell:
            name = _free(f"x_column_{first_column + position + 1}", taken)
            result.unnamed.append(position)
        else:
            name = _free(f"x_{_identifier(cell)}", taken)
            code = "duplicate_heading" if column else "extra_column"
            result.remarks.append(Remark(code, sheet, header_row, name, detail=as_seen(cell)))
        taken.add(name)
        result.names.append(name)
    for column in table.columns:
        if column.name not in taken:
            if column.required:
                known = ", ".join((column.name, *column.headings))
                others = [
                    as_seen(cell) for cell in row if cell and not table.by_heading.get(heading_key(cell))
                ]
                raise SetAside.because(
                    "missing_column",
                    sheet=sheet,
                    row=header_row,
                    column=column.name,
                    detail=known,
                    other=", ".join(others[:_NAMED]) + (" ..." if len(others) > _NAMED else "") or "–",
                )
            result.remarks.append(Remark("absent_column", sheet, header_row, column.name))
    return result


def _identifier(heading: str) -> str:
    return re.sub(r"\W+", "_", heading_key(heading)).strip("_") or "column"


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with a number behind it where it is taken."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
