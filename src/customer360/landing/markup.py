"""HTML tables, as many systems export them under the name .xls."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser
from pathlib import Path

from customer360.core.sources import Table
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.parts import Part, grid_part, no_header

_BLOCK = 1 << 18
_LARGEST_SPAN = 1000


def read_markup(path: Path, table: Table) -> tuple[list[Part], list[Remark]]:
    """The HTML tables with a heading as parts, named by their order; the others are remarked on."""
    parser = _Tables()
    with path.open(encoding="utf-8-sig", newline="") as file:
        while block := file.read(_BLOCK):
            parser.feed(block)
    parser.close()
    if parser.open_tables:
        raise SetAside.because("truncated", row=len(parser.open_tables[0].rows))
    parts: list[Part] = []
    remarks: list[Remark] = []
    for number, found in enumerate(parser.tables, 1):
        name = f"table {number}"
        width = max(map(len, found.rows), default=0)
        rows = (row + [None] * (width - len(row)) for row in found.rows)
        part = grid_part(enumerate(rows, 1), table, name, number)
        if part:
            merged = [row for row in found.merged if row > (part.layout.header_row or 0)]
            if merged:
                part.remarks.append(Remark("merged_cells", name, count=len(merged), rows=tuple(merged[:10])))
            parts.append(part)
        elif found.rows:
            remarks.append(Remark("sheet_not_read", name, count=len(found.rows)))
    if not parts:
        raise no_header(max((len(found.rows) for found in parser.tables), default=0))
    return parts, remarks


class _Table:
    """One table while it is read; a cell over several rows or columns stands in its first place only."""

    def __init__(self) -> None:
        self.rows: list[list[str | None]] = []
        self.cell: list[str] | None = None
        self.spans = (1, 1)
        self.taken: set[tuple[int, int]] = set()
        self.merged: list[int] = []

    def end_cell(self) -> None:
        if self.cell is None:
            return
        text = " ".join("".join(self.cell).replace("\xa0", " ").split()) or None
        self.cell = None
        if not self.rows:
            self.rows.append([])
        row, number = self.rows[-1], len(self.rows)
        self._pass_taken()
        first, (down, across) = len(row), self.spans
        row += [text] + [None] * (across - 1)
        if down > 1:
            self.merged.append(number)
        self.taken.update(itertools.product(range(number + 1, number + down), range(first, first + across)))

    def end_row(self) -> None:
        self.end_cell()
        if self.rows:
            self._pass_taken()

    def _pass_taken(self) -> None:
        row = self.rows[-1]
        while (len(self.rows), len(row)) in self.taken:
            row.append(None)


class _Tables(HTMLParser):
    """Collects tables; one inside a cell of another is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open_tables: list[_Table] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        if tag == "table":
            self.open_tables.append(_Table())
            self.tables.append(self.open_tables[-1])
        if not self.open_tables:
            return
        table = self.open_tables[-1]
        if tag == "tr":
            table.end_row()
            table.rows.append([])
        elif tag in ("td", "th"):
            table.end_cell()
            given = dict(attrs)
            table.spans = _span(given.get("rowspan")), _span(given.get("colspan"))
            table.cell = []
        elif tag == "br" and table.cell is not None:
            table.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        if not self.open_tables:
            return
        table = self.open_tables[-1]
        if tag in ("td", "th"):
            table.end_cell()
        elif tag == "tr":
            table.end_row()
        elif tag == "table":
            table.end_row()
            self.open_tables.pop()

    def handle_data(self, data: str) -> None:
        if self.open_tables and not self.silent and self.open_tables[-1].cell is not None:
            self.open_tables[-1].cell.append(data)


def _span(text: str | None) -> int:
    return min(int(text), _LARGEST_SPAN) if text and text.isdigit() and int(text) > 0 else 1
