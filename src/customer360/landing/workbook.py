"""Excel workbooks (xlsx, xlsm, xls) through calamine, sheet by sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from customer360.core.sources import Table
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.ole import xls_facts
from customer360.landing.ooxml import xlsx_facts
from customer360.landing.parts import NumberedRow, Part, grid_part, no_header

# Serial days between these are dates from 1908 to 2173; below lie years written as numbers.
_SERIALS = (3_000, 100_000)


def read_workbook(path: Path, table: Table, is_xls: bool) -> tuple[list[Part], list[Remark]]:
    """The sheets with a heading as parts, and remarks on the others."""
    facts = (xls_facts if is_xls else xlsx_facts)(path)
    to_date = _from_serial(facts.uses_1904)
    try:
        # Not by path: calamine would go by the ending of its name.
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise SetAside.because("password") from None
    except (CalamineError, OSError, ValueError):
        raise SetAside.because("unreadable") from None
    parts: list[Part] = []
    remarks: list[Remark] = []
    seen = 0
    for number, meta in enumerate(book.sheets_metadata, 1):
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(book, number - 1, meta.name)
        if sheet.start is None:
            continue
        rows: enumerate[NumberedRow] = enumerate(sheet.iter_rows(), 1)
        part = grid_part(rows, table, meta.name, number, sheet.start[1], to_date)
        seen = max(seen, sheet.total_height)
        if part is None:
            remarks.append(Remark("sheet_not_read", meta.name, count=sheet.height))
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            part.remarks.append(Remark("hidden_sheet", meta.name))
        part.remarks += facts.remarks.get(meta.name, [])
        part.remarks += _merged_cells(sheet, part)
        parts.append(part)
    if not parts:
        raise no_header(seen)
    return parts, remarks


def _sheet(book: CalamineWorkbook, index: int, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_index(index)
    except (CalamineError, OSError, ValueError):
        raise SetAside.because("unreadable", sheet=name) from None


def _merged_cells(sheet: CalamineSheet, part: Part) -> list[Remark]:
    """Cells merged over several rows below the heading: only the first row holds the value."""
    first = part.layout.header_row or 0
    rows = sorted(
        top + 1 for (top, _), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top >= first
    )
    return [Remark("merged_cells", part.sheet, count=len(rows), rows=tuple(rows[:10]))] if rows else []


def _from_serial(uses_1904: bool) -> Callable[[object], object]:
    """Turns a bare number in a date column into the date that the workbook's own calendar means by it."""
    epoch = dt.datetime(1904, 1, 1) if uses_1904 else dt.datetime(1899, 12, 30)

    def to_date(cell: object) -> object:
        if type(cell) is not float or not _SERIALS[0] <= cell < _SERIALS[1]:
            return cell
        moment = epoch + dt.timedelta(milliseconds=round(cell * 86_400_000))
        return moment.date() if cell.is_integer() else moment

    return to_date
