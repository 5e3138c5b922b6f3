"""Excel workbooks (xlsx, xlsm, xls) through calamine, sheet by sheet."""

from __future__ import annotations

from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.parts import Part, grid_part, no_header
from customer360.sources import Table


def read_workbook(path: Path, table: Table) -> tuple[list[Part], list[Remark]]:
    """The sheets with a heading as parts, and remarks on the others."""
    try:
        book = CalamineWorkbook.from_path(path)
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
        try:
            sheet = book.get_sheet_by_index(number - 1)
        except (CalamineError, OSError, ValueError):
            raise SetAside.because("unreadable", sheet=meta.name) from None
        if sheet.start is None:
            continue
        seen += sheet.height
        part = grid_part(enumerate(sheet.iter_rows(), 1), table, meta.name, number)
        if part is None:
            remarks.append(Remark("sheet_not_read", meta.name, count=sheet.height))
            continue
        if meta.visible != SheetVisibleEnum.Visible:
            part.remarks.append(Remark("hidden_sheet", meta.name))
        parts.append(part)
    if not parts:
        raise no_header(seen)
    return parts, remarks
