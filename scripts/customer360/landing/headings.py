"""Headings: where they stand in a file and which declared column each one means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from customer360.landing.catalogue import Remark, SetAside
from customer360.sources import Column, Table, heading_key

SEARCHED_ROWS = 30
"""Rows at the top of a file or sheet among which the heading is looked for."""


@dataclass
class Layout:
    """What each position of a part is called once landed."""

    names: list[str]
    declared: list[bool]
    header_row: int | None = None
    unnamed: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def matches(row: Sequence[str | None], table: Table) -> set[str]:
    """Names of the declared columns whose headings stand in this row."""
    found = (table.by_heading.get(heading_key(cell)) for cell in row if cell)
    return {column.name for column in found if column}


def find_header(rows: Sequence[Sequence[str | None]], table: Table) -> int | None:
    """Index of the row with most declared headings (the first of equals), None where no row will do.

    One heading alone is a coincidence unless it is all that the table requires.
    """
    best, most = None, 0
    for index, row in enumerate(rows[:SEARCHED_ROWS]):
        found = matches(row, table)
        if len(found) > most:
            best, most = index, len(found)
    if best is None:
        return None
    required = {column.name for column in table.required}
    enough = most >= min(2, len(table.columns)) or (required and required <= matches(rows[best], table))
    return best if enough else None


def layout(row: Sequence[str | None], table: Table, header_row: int | None, sheet: str | None) -> Layout:
    """Landed names for a heading row; SetAside where a required column is missing."""
    taken: dict[str, str] = {}
    result = Layout([], [], header_row)
    for position, cell in enumerate(row):
        column = table.by_heading.get(heading_key(cell)) if cell else None
        if column and column.name not in taken:
            name = column.name
        else:
            name = _free(f"x_{_identifier(cell)}" if cell else f"x_column_{position + 1}", taken)
            if not cell:
                result.unnamed.append(position)
            elif column:
                result.remarks.append(
                    Remark("duplicate_heading", sheet, header_row, column.name, detail=cell)
                )
            else:
                result.remarks.append(Remark("extra_column", sheet, header_row, name, detail=cell))
        taken[name] = cell or ""
        result.names.append(name)
        result.declared.append(name in {c.name for c in table.columns})
    for column in table.columns:
        if column.name not in taken:
            if column.required:
                raise _missing(column, header_row, sheet)
            result.remarks.append(Remark("absent_column", sheet, header_row, column.name))
    return result


def _missing(column: Column, header_row: int | None, sheet: str | None) -> SetAside:
    known = ", ".join((column.name, *column.headings))
    return SetAside.because("missing_column", sheet=sheet, row=header_row, column=column.name, detail=known)


def _identifier(heading: str) -> str:
    return re.sub(r"\W+", "_", heading_key(heading)).strip("_") or "column"


def _free(name: str, taken: dict[str, str]) -> str:
    """`name`, or with a number behind it where it is taken (SQL names do not tell cases apart)."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
