"""The files people would send.

Which format, encoding and headings each table has, and where each row ends.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from customer360.core.sources import Table
from demo_company.context import Context, Tables
from demo_company.faults import Manifest
from demo_company.systems.crm import OFFICES


@dataclass(frozen=True)
class Layout:
    """How one table is sent."""

    kind: str  # csv, tsv, jsonl, parquet, xlsx
    encoding: str = "utf-8"


CSV, BOM, GB = Layout("csv"), Layout("csv", "utf-8-sig"), Layout("csv", "gb18030")
LAYOUTS: dict[str, Layout] = {
    "crm": BOM, "erp": GB, "shop": Layout("jsonl"), "marketplace": GB, "pos": CSV, "app": Layout("parquet"),
    "social": Layout("parquet"), "service": CSV, "marketing": CSV,
    "crm.corrections": Layout("xlsx"), "marketing.campaigns": Layout("xlsx"),
    "marketing.spend": Layout("xlsx"),
    "marketing.external_indicators": Layout("xlsx"), "erp.orders": Layout("tsv", "gb18030"),
    "erp.order_lines": Layout("tsv", "gb18030"),
}  # fmt: skip
MADE_AT = dt.datetime(2026, 11, 2, 9, 0)
"""Creation time inside workbooks: a constant, so that the same seed gives the same bytes."""

SHEET = "Sheet1"

NUMERIC = ("quantity", "unit_price", "amount", "budget", "value")
"""Columns that are number cells in workbooks where they can be read as numbers."""


def write_tables(
    ctx: Context, tables: Tables, declared: dict[tuple[str, str], Table], root: Path, manifest: Manifest
) -> dict[str, int]:
    """Write the tables of a chunk below `root`.

    Returns rows per file and completes the manifest with file and row.
    """
    counts: dict[str, int] = {}
    for (system, name), table in tables.items():
        shape = declared[system, name]
        folder = root / system / name
        folder.mkdir(parents=True, exist_ok=True)
        if system == "dealer":
            counts |= _write_dealers(ctx, table, shape, folder, manifest)
            continue
        layout = LAYOUTS.get(f"{system}.{name}", LAYOUTS[system])
        for stem, part, headings in _parts(ctx, table, shape):
            path = folder / f"{stem}.{layout.kind}"
            _check_columns(part, shape)
            first_row = _write(path, part.select(shape.names), headings, layout)
            _locate(manifest, part, path, first_row, SHEET if layout.kind == "xlsx" else None)
            counts[f"{system}/{name}/{path.name}"] = part.num_rows
    return counts


def _check_columns(table: pa.Table, declared: Table) -> None:
    """A table has exactly the declared columns."""
    made = [c for c in table.column_names if not c.startswith("_")]
    if sorted(made) != sorted(declared.names):
        raise ValueError(
            f"{declared.system}.{declared.entity}: not as declared: {sorted(set(made) ^ set(declared.names))}"
        )


def _parts(ctx: Context, table: pa.Table, declared: Table) -> Iterator[tuple[str, pa.Table, list[str]]]:
    """File name, rows and headings of each file of a table."""
    number = f"{ctx.chunk + 1:04d}"
    use_headers = [(c.headings or (c.name,))[0] for c in declared.columns]
    pieces: list[tuple[str, pa.Table, list[str]]] = []
    if "_file" in table.column_names:
        names = table["_file"].to_numpy(zero_copy_only=False)
        for stem in sorted({s for s in names if s is not None}):
            rows = np.flatnonzero(names == stem)
            pieces.append((stem, table.take(rows), use_headers))
        table = table.filter(pc.is_null(table["_file"]))
    if "_office" in table.column_names:
        # Each office has its own export with its own headings.
        for k, office in enumerate(OFFICES):
            headings = [
                c.headings[min(k, len(c.headings) - 1)] if c.headings else c.name for c in declared.columns
            ]
            pieces.append(
                (
                    f"{declared.entity}_{office}_{number}",
                    table.filter(pc.equal(table["_office"], office)),
                    headings,
                )
            )
    else:
        pieces.append((f"{declared.entity}_{number}", table, use_headers))
    yield from pieces


def _inbox_path(path: Path) -> str:
    """system/entity/file, as landing names a file."""
    return "/".join(path.parts[-3:])


def _locate(manifest: Manifest, part: pa.Table, path: Path, first_row: int, sheet: str | None = None) -> None:
    """Enter file, sheet and row of each fault.

    `first_row`: row of the first record as a spreadsheet counts them; JSON lines and Parquet count from 1.
    """
    if "_fault" not in part.column_names:
        return
    fault = part["_fault"].to_numpy(zero_copy_only=False)
    for at in np.flatnonzero(fault):
        manifest.entries[int(fault[at]) - 1].update(
            source_file=_inbox_path(path), source_sheet=sheet, source_row=first_row + int(at)
        )


def _write(path: Path, table: pa.Table, headings: list[str], layout: Layout) -> int:
    """Write one plain file; returns the row number of its first record."""
    if layout.kind == "parquet":
        pq.write_table(table, path, compression="zstd")
        return 1
    if layout.kind == "jsonl":
        _write_jsonl(path, table)
        return 1
    if layout.kind == "xlsx":
        with _workbook(path) as book:
            sheet = book.add_worksheet(SHEET)
            sheet.write_row(0, 0, headings)
            for r, row in enumerate(table.to_pylist(), 1):
                _write_cells(sheet, r, table.column_names, row)
        return 2
    delimiter = "\t" if layout.kind == "tsv" else ","
    path.write_bytes(_csv_bytes(table, headings, delimiter).decode().encode(layout.encoding))
    return 2


def _csv_bytes(table: pa.Table, headings: list[str], delimiter: str) -> bytes:
    buffer = io.BytesIO()
    buffer.write(delimiter.join(_quoted(h, delimiter) for h in headings).encode() + b"\n")
    start = buffer.tell()
    try:
        # As most programs export: bare values. Arrow refuses when a value holds the delimiter, a quote or a
        # line end.
        options = pyarrow.csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="none")
        pyarrow.csv.write_csv(table, buffer, options)
    except pa.ArrowInvalid:
        buffer.seek(start)
        buffer.truncate()
        options = pyarrow.csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="needed")
        pyarrow.csv.write_csv(table, buffer, options)
    return buffer.getvalue()


def _quoted(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in f'{delimiter}"\n') else text


def _write_jsonl(path: Path, table: pa.Table) -> None:
    """One JSON object per row, all fields present, null where there is none."""
    import duckdb

    con = duckdb.connect(config={"threads": 1})
    con.register("t", table)
    lines = con.execute("select to_json(t)::varchar || chr(10) from t").to_arrow_table().column(0)
    with path.open("wb") as file:
        for chunk in lines.chunks:
            file.write("".join(chunk.to_pylist()).encode())
    con.close()


def _workbook(path: Path) -> xlsxwriter.Workbook:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": MADE_AT})
    return book


_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _write_cells(
    sheet: xlsxwriter.worksheet.Worksheet,
    row_number: int,
    columns: list[str],
    row: dict[str, str | None],
    numbers: tuple[str, ...] = NUMERIC,
    dates: tuple[str, object] | None = None,
) -> None:
    """One row of a workbook.

    Number cells where a value is a plain number, real dates where the sheet has them.
    """
    for k, column in enumerate(columns):
        value = row[column]
        if value is None:
            continue
        if dates and column == dates[0] and re.fullmatch(r"\d{4}/\d{1,2}/\d{1,2}", value) and _is_date(value):
            sheet.write_datetime(row_number, k, dt.datetime(*map(int, value.split("/"))), dates[1])
        elif column in numbers and _PLAIN_NUMBER.fullmatch(value):
            sheet.write_number(row_number, k, float(value))
        else:
            sheet.write_string(row_number, k, value)


def _is_date(value: str) -> bool:
    try:
        return dt.datetime(*map(int, value.split("/"))).year < 2099
    except ValueError:
        return False


def dealer_style(code: str) -> tuple[bool, int]:
    """Whether a dealer sends workbooks (five per chunk), and the number that chooses headings and habits."""
    number = int(code[1:])
    return number % 100 <= 20 and number % 4 == 1, number


def _write_dealers(
    ctx: Context, table: pa.Table, declared: Table, folder: Path, manifest: Manifest
) -> dict[str, int]:
    """One file per dealer: title rows, headings of its own, rows by year, a total and a footer."""
    outlets = ctx.world.outlets
    counts: dict[str, int] = {}
    by_code = dict(zip(outlets.dealer_code, outlets.dealer_name, strict=True))
    contacts = dict(zip(outlets.dealer_code, outlets.dealer_contact, strict=True))
    resent = pc.fill_null(pc.equal(table["_file"], "resent"), False)
    for again in (False, True):
        part = table.filter(resent if again else pc.invert(resent))
        codes = part["_dealer"].to_numpy(zero_copy_only=False)
        for code in sorted(set(codes)):
            rows = part.take(np.flatnonzero(codes == code))
            workbook, style = dealer_style(code)
            headings = [
                c.headings[(style + k) % len(c.headings)] if c.headings else c.name
                for k, c in enumerate(declared.columns)
            ]
            stem = f"{code}_{by_code[code].removesuffix('有限公司')}_销售明细{' (1)' if again else ''}"
            path = folder / f"{stem}.{'xlsx' if workbook else 'csv'}"
            title = f"{by_code[code]}销售明细表"
            footer = f"制表人：{contacts[code]}　　审核："
            if workbook:
                _dealer_workbook(path, rows, declared, headings, title, footer, style, manifest)
            else:
                _dealer_csv(path, rows, declared, headings, title, footer, manifest)
            counts[f"dealer/sellout/{path.name}"] = rows.num_rows
    return counts


def _totals(rows: pa.Table) -> tuple[str, str]:
    """Sums of quantity and amount over the rows that can be read."""
    quantity = amount = 0.0
    for q, a in zip(rows["quantity"].to_pylist(), rows["amount"].to_pylist(), strict=True):
        quantity += float(q or 0)
        plain = (a or "").replace(",", "")
        amount += float(plain) if _PLAIN_NUMBER.fullmatch(plain) else 0.0
    return f"{quantity:.0f}", f"{amount:.2f}"


def _tail(rows: pa.Table, declared: Table, footer: str) -> list[dict[str, str | None]]:
    """The total row and the footer, as rows of the sheet."""
    quantity, amount = _totals(rows)
    first = declared.names[0]
    empty: dict[str, str | None] = dict.fromkeys(declared.names)
    return [empty | {first: "合计", "quantity": quantity, "amount": amount}, empty | {first: footer}]


def _note_frame(manifest: Manifest, path: Path, sheet: str | None, titles: list[str], tail: int) -> None:
    """Title rows (from row 1), total row and footer (from row `tail`) are no data: they count as planted."""
    for row, what in [*enumerate(titles, 1), (tail, "合计"), (tail + 1, "制表人")]:
        number = manifest.add("not_data_row", "dealer", "sellout", what)
        manifest.entries[number - 1].update(source_file=_inbox_path(path), source_sheet=sheet, source_row=row)


def _dealer_csv(
    path: Path,
    rows: pa.Table,
    declared: Table,
    headings: list[str],
    title: str,
    footer: str,
    manifest: Manifest,
) -> None:
    body = rows.select(declared.names)
    tail = pa.Table.from_pylist(_tail(rows, declared, footer), schema=body.schema)
    data = _csv_bytes(pa.concat_tables([body, tail]), headings, ",")
    path.write_bytes((f"{title},,,\n,,,\n".encode() + data).decode().encode("gb18030"))
    _locate(manifest, rows, path, 4)
    _note_frame(manifest, path, None, ["标题"], 4 + rows.num_rows)


def _dealer_workbook(
    path: Path,
    rows: pa.Table,
    declared: Table,
    headings: list[str],
    title: str,
    footer: str,
    style: int,
    manifest: Manifest,
) -> None:
    years = rows["_sheet"].to_numpy(zero_copy_only=False)
    numbers = (*NUMERIC, "line_no", "phone") if style % 8 == 1 else NUMERIC
    with _workbook(path) as book:
        day_format = book.add_format({"num_format": "yyyy/m/d"})
        for year in sorted(set(years)):
            sheet = book.add_worksheet(f"{year}年")
            part = rows.take(np.flatnonzero(years == year))
            sheet.write_string(0, 0, title)
            sheet.write_string(1, 0, f"年度：{year}年　单位：元")
            sheet.write_row(2, 0, headings)
            for r, row in enumerate(part.select(declared.names).to_pylist(), 3):
                _write_cells(sheet, r, declared.names, row, numbers, ("sold_on", day_format))
            for r, row in enumerate(_tail(part, declared, footer), 3 + part.num_rows):
                _write_cells(sheet, r, declared.names, row, numbers)
            _locate(manifest, part, path, 4, f"{year}年")
            _note_frame(manifest, path, f"{year}年", ["标题", "年度"], 4 + part.num_rows)
