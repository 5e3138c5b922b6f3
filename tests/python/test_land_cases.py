"""What happens to each kind of file: the matrix behind the table in docs/landing.md."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360.landing.catalogue import REMARKS, SET_ASIDE
from landing_kit import (
    COLUMNS,
    HEADING,
    ROWS,
    Error,
    Place,
    compound,
    csv_bytes,
    text_table,
    xls,
    xlsx,
)

DOC = Path(__file__).parents[2] / "docs" / "landing.md"
CLEAN = [tuple(row) for row in ROWS]
SAME = "the four rows of the clean file"


@dataclass
class Case:
    """One file, and what landing makes of it.

    `lands` holds the data rows in order (None where their number is enough), `other` the rows by other kind,
    `remarks` the codes of all remarks, `reason` the code for which the file is set aside.
    """

    says: str
    file: str
    content: bytes
    lands: list[tuple[str | None, ...]] | None = None
    reason: str | None = None
    remarks: frozenset[str] = frozenset()
    total: int = 0
    note: int = 0
    more: Callable[[Place], Any] | None = None


def lands(says: str, file: str, content: bytes, *remarks: str, rows: Any = CLEAN, **more: Any) -> Case:
    return Case(says, file, content, rows, None, frozenset(remarks), **more)


def set_aside(says: str, file: str, content: bytes, reason: str) -> Case:
    return Case(says, file, content, reason=reason)


def cells(*changed: tuple[int, int, Any]) -> list[list[Any]]:
    """The clean rows with some cells replaced: (row, column, value)."""
    rows = [list(row) for row in ROWS]
    for row, column, value in changed:
        rows[row][column] = value
    return rows


def tuples(rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(cell or None for cell in row) for row in rows]


def html(*tables: list[list[Any]], end: str = "</table></body></html>", head: str = "") -> str:
    bodies = [
        "<table border=1>"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        for rows in tables
    ]
    return f"<html><head>{head}</head><body>" + "</table>".join(bodies) + end


def objects(rows: list[list[str]] = ROWS) -> list[dict[str, str]]:
    return [dict(zip(HEADING, row, strict=True)) for row in rows]


def parquet(rows: list[list[Any]] = ROWS, **types: pa.DataType) -> bytes:
    memory = io.BytesIO()
    columns = {
        name: pa.array([row[place] for row in rows], types.get(COLUMNS[place]))
        for place, name in enumerate(HEADING)
    }
    pq.write_table(pa.table(columns), memory)
    return memory.getvalue()


def zipped(**members: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


def changed(book: bytes, *replacements: str) -> bytes:
    """An xlsx with patterns replaced in the XML of its workbook, sheets, texts and styles: pattern, text, pattern, text ..."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(memory, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/") and "theme" not in name and "rels" not in name:
                for pattern, replacement in zip(replacements[::2], replacements[1::2], strict=True):
                    text = re.sub(pattern, replacement, text)
            new.writestr(name, text)
    return memory.getvalue()


def without(rows: list[list[Any]], column: int) -> list[list[Any]]:
    return [[cell for place, cell in enumerate(row) if place != column] for row in rows]


def numbers(expected: list[int]) -> Callable[[Place], None]:
    """Checks the row numbers of the data rows."""

    def check(place: Place) -> None:
        assert [n for (n,) in place.rows(["_source_row"], where="_row_kind = 'data'")] == expected

    return check


def extra(column: str, expected: list[str | None]) -> Callable[[Place], None]:
    """Checks a column that the declaration does not know."""

    def check(place: Place) -> None:
        assert [value for (value,) in place.rows([column], where="_row_kind = 'data'")] == expected

    return check


def remarked(code: str, **fields: Any) -> Callable[[Place], None]:
    """Checks where a remark points."""

    def check(place: Place) -> None:
        remark = next(remark for remark in place.remarks() if remark["code"] == code)
        assert {key: remark.get(key) for key in fields} == fields

    return check


# --- workbooks that fill their sheets themselves ---------------------------------------------------------


def fill(sheet: Any, rows: list[list[Any]], first: int = 0) -> None:
    for number, row in enumerate(rows, first):
        for place, value in enumerate(row):
            if value is not None:
                sheet.write_string(number, place, value)


def with_titles(book: Any, sheet: Any) -> None:
    sheet.write_string(0, 0, "三月订单")
    sheet.write_string(1, 0, "单位：万元")
    fill(sheet, [HEADING, *ROWS], 3)


def with_two_row_heading(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 1, 0, HEADING[0])
    sheet.merge_range(0, 1, 0, 2, "客户信息")
    sheet.write_row(1, 1, HEADING[1:3])
    for place in range(3, 6):
        sheet.merge_range(0, place, 1, place, HEADING[place])
    fill(sheet, ROWS, 2)


def with_merged_cells(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, *cells((1, 1, None))])
    sheet.merge_range(1, 1, 2, 1, ROWS[0][1])


def with_errors(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, *ROWS])
    sheet.write_formula(1, 5, "=1/0", value="#DIV/0!")


def with_uncalculated(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, *ROWS])
    sheet.write_formula(2, 5, "=1+1", value="")


def with_padding(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, *cells((0, 0, None))])
    sheet.write_number(1, 0, 1, book.add_format({"num_format": "00000"}))


def with_hidden(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, *ROWS])
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})


def hidden_sheet(book: Any, sheet: Any) -> None:
    fill(sheet, [HEADING, ROWS[3]])
    sheet.hide()


def far_from_the_corner(book: Any, sheet: Any) -> None:
    for number, row in enumerate([HEADING, *ROWS], 9):
        sheet.write_row(number, 3, row)


DAYS = [dt.date(2024, 3, 1), dt.date(2024, 3, 2), dt.date(2024, 3, 2), dt.date(2024, 3, 5)]
DATED = cells(*((row, 3, day) for row, day in enumerate(DAYS)))
SERIALS_1900 = cells(*((row, 3, (day - dt.date(1899, 12, 30)).days) for row, day in enumerate(DAYS)))
SERIALS_1904 = cells(*((row, 3, (day - dt.date(1904, 1, 1)).days) for row, day in enumerate(DAYS)))
SERIALS_XLSX = xlsx([HEADING, *SERIALS_1904], date_1904=True)
OFFICE, STRICT_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006",
    "http://purl.oclc.org/ooxml/officeDocument",
)
MAIN, STRICT = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
EXTENSION = '<e:workbookPr xmlns:e="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main" chartTrackingRefBase="1"/>'
PLAIN_XLSX, PLAIN_XLS, PLAIN_PARQUET = xlsx([HEADING, *ROWS]), xls([HEADING, *ROWS]), parquet()
CSV = csv_bytes()
MARK = b"\xef\xbb\xbf"
LATIN = ["OrderNo", "Customer Name", "phone", "Order Date", "Amount", "remark"]
BLANK = [""] * 6
JSON_LINES = "\n".join(json.dumps(one, ensure_ascii=False) for one in objects())
TOTAL = ["合计", "", "", "", "1554.4", ""]
MIXED_ENDS = text_table([HEADING, ROWS[0]], end="\r\n") + text_table(ROWS[1:])

CASES = [
    # text: encodings
    lands("clean UTF-8 csv", "a.csv", CSV, more=numbers([2, 3, 4, 5])),
    lands("UTF-8 with a byte order mark", "a.csv", b"\xef\xbb\xbf" + CSV),
    lands("GB18030", "a.csv", csv_bytes(encoding="gb18030"), "transcoded"),
    lands("UTF-16 with a byte order mark", "a.csv", csv_bytes(encoding="utf-16"), "transcoded"),
    lands("UTF-16 without a mark", "a.csv", csv_bytes(encoding="utf-16-be"), "transcoded"),
    lands(
        "a byte order mark twice",
        "a.csv",
        MARK * 2 + csv_bytes(quoted=True),
        "inner_mark",
        more=numbers([2, 3, 4, 5]),
    ),
    lands(
        "two files with a byte order mark, joined",
        "a.csv",
        MARK
        + csv_bytes([HEADING, *ROWS[:2]], quoted=True)
        + MARK
        + csv_bytes([HEADING, *ROWS[2:]], quoted=True),
        "inner_mark",
        "repeated_heading",
        note=1,
        more=numbers([2, 3, 5, 6]),
    ),
    lands(
        "two files in UTF-16, joined",
        "a.csv",
        csv_bytes([HEADING, *ROWS[:2]], encoding="utf-16")
        + csv_bytes([HEADING, *ROWS[2:]], encoding="utf-16"),
        "inner_mark",
        "repeated_heading",
        "transcoded",
        note=1,
    ),
    set_aside(
        "two files joined, with their columns in another order",
        "a.csv",
        CSV + csv_bytes([row[::-1] for row in [HEADING, *ROWS]]),
        "other_heading",
    ),
    set_aside(
        "a Western encoding",
        "a.csv",
        csv_bytes([LATIN, *cells((0, 1, "Jos\u00e9"))])
        .decode()
        .replace("\u9001\u8d27\u4e0a\u95e8", "")
        .encode("cp1252", "ignore"),
        "encoding",
    ),
    set_aside(
        "Big5",
        "a.csv",
        csv_bytes(
            [LATIN, ["B1", "\u9322\u5c0f\u660e", "", "2024-03-01", "9", "\u9001\u8ca8\u5230\u5e9c"]],
            encoding="big5",
        ),
        "encoding",
    ),
    set_aside("UTF-8 with a damaged byte", "a.csv", CSV.replace("李".encode(), b"\xe6\x9d"), "encoding"),
    set_aside(
        "GB18030 with a damaged byte",
        "a.csv",
        csv_bytes(encoding="gb18030").replace("周".encode("gb18030"), b"\xff\xff"),
        "encoding",
    ),
    # text: delimiters, quotes, line ends
    lands("semicolons", "a.csv", csv_bytes(delimiter=";")),
    lands("tabs in a .csv", "a.csv", csv_bytes(delimiter="\t")),
    lands("vertical bars", "a.csv", csv_bytes(delimiter="|")),
    lands("a .tsv", "a.tsv", csv_bytes(delimiter="\t")),
    lands("a first line `sep=;`", "a.csv", b"sep=;\n" + csv_bytes(delimiter=";"), "title_rows", note=1),
    lands("Windows line ends", "a.csv", csv_bytes(end="\r\n")),
    lands("old Mac line ends", "a.csv", csv_bytes(end="\r"), more=numbers([2, 3, 4, 5])),
    lands("mixed line ends", "a.csv", MIXED_ENDS.encode(), more=numbers([2, 3, 4, 5])),
    lands("no line end after the last row", "a.csv", CSV[:-1], "open_end"),
    lands(
        "line breaks inside quotes (rows are numbered by their first line)",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 5, "送货\n上门"))]),
        rows=tuples(cells((0, 5, "送货\n上门"))),
        more=numbers([2, 4, 5, 6]),
    ),
    lands(
        "delimiters and quotes inside quotes",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 5, 'a,"b"'))]),
        rows=tuples(cells((0, 5, 'a,"b"'))),
    ),
    lands(
        "a lone quote inside an unquoted text",
        "a.csv",
        CSV.replace(b",x\n", b',5" pipe\n'),
        rows=tuples(cells((1, 5, '5" pipe'))),
    ),
    set_aside("a quote that is never closed", "a.csv", CSV.replace(b",x\n", b',"x\n'), "quoting"),
    set_aside("text after a closing quote", "a.csv", CSV.replace(b",x\n", b',"x" y\n'), "quoting"),
    set_aside(
        "a delimiter outside quotes (a field too many)",
        "a.csv",
        CSV.replace(b",x\n", b",x,x\n"),
        "uneven_rows",
    ),
    set_aside(
        "a line break outside quotes", "a.csv", CSV.replace("孙丽".encode(), "孙\n丽".encode()), "uneven_rows"
    ),
    set_aside("cut in the last row", "a.csv", CSV[:-8], "truncated"),
    set_aside("zeros at the end, as after a crash", "a.csv", CSV + bytes(64), "zero_bytes"),
    set_aside("no bytes at all", "a.csv", b"", "empty_file"),
    set_aside("nothing but blanks", "a.csv", b" \n\n \n", "empty_file"),
    lands(
        "empty fields too many at the end", "a.csv", CSV.replace(b"\n", b",,\n").replace(b",,\n", b"\n", 1)
    ),
    # headings
    set_aside("no heading", "a.csv", csv_bytes(ROWS), "no_header"),
    set_aside(
        "a required column missing", "a.csv", csv_bytes(without([HEADING, *ROWS], 4)), "missing_column"
    ),
    lands(
        "an optional column missing",
        "a.csv",
        csv_bytes(without([HEADING, *ROWS], 2)),
        "absent_column",
        rows=tuples(cells(*((row, 2, None) for row in range(4)))),
    ),
    lands(
        "an undeclared column",
        "a.csv",
        csv_bytes([[*HEADING, "业务 员"], *([*row, "n"] for row in ROWS)]),
        "extra_column",
        more=extra("x_业务员", ["n"] * 4),
    ),
    lands(
        "the same heading twice",
        "a.csv",
        csv_bytes([[*HEADING, "手机"], *([*row, "1"] for row in ROWS)]),
        "duplicate_heading",
        more=extra("x_手机", ["1"] * 4),
    ),
    lands(
        "a column without heading",
        "a.csv",
        csv_bytes([[*HEADING, ""], *([*row, "1"] for row in ROWS)]),
        "unnamed_column",
        more=extra("x_column_7", ["1"] * 4),
    ),
    lands(
        "headings in other case, width, with blanks and marks",
        "a.csv",
        csv_bytes(
            [["*ＯｒｄｅｒＮｏ", "customer  name ", "电话：", "ORDER DATE", "金额（必填）", "备注"], *ROWS]
        ),
    ),
    lands(
        "headings with line breaks, zero-width marks, quotes and HTML escapes inside",
        "a.csv",
        csv_bytes(
            [
                [
                    "\u200b订单号",
                    "Customer\r\nName",
                    "电\n话",
                    "\u2068下单 日期\u2069",
                    "&#37329;额",
                    '="备注"',
                ],
                *ROWS,
            ]
        ),
    ),
    lands(
        "titles above the heading",
        "a.csv",
        "三月订单\n\n".encode() + CSV,
        "title_rows",
        "blank_rows",
        note=1,
        more=numbers([4, 5, 6, 7]),
    ),
    lands("a heading and no rows", "a.csv", csv_bytes([HEADING]), "no_rows", rows=[]),
    # rows
    lands(
        "blank rows, also as bare delimiters",
        "a.csv",
        csv_bytes([HEADING, *ROWS[:2], BLANK, *ROWS[2:]]) + b"\n\n",
        "blank_rows",
        more=numbers([2, 3, 5, 6]),
    ),
    lands(
        "rows of blanks, wide ones and no-break ones too",
        "a.csv",
        csv_bytes(
            [
                HEADING,
                ROWS[0],
                [" "] * 6,
                *ROWS[1:3],
                ["\u3000", "\xa0", "\t", "\u200b", "", "\u2003 "],
                ROWS[3],
            ]
        ),
        "blank_rows",
        more=numbers([2, 4, 5, 7]),
    ),
    lands(
        "lines of blanks",
        "a.csv",
        csv_bytes([HEADING, *ROWS[:2]]) + " \n\u3000\u3000\n\xa0,\u200b\n".encode() + csv_bytes(ROWS[2:]),
        "blank_rows",
        more=numbers([2, 3, 7, 8]),
    ),
    lands("a total row", "a.csv", csv_bytes([HEADING, *ROWS, TOTAL]), "total_rows", total=1),
    lands("a total row with few fields", "a.csv", CSV + "合计,1554.4\n".encode(), "total_rows", total=1),
    lands(
        "subtotals between",
        "a.csv",
        csv_bytes([HEADING, *ROWS[:2], ["华东 小计：", "", "", "", "208.5", ""], *ROWS[2:], TOTAL]),
        "total_rows",
        total=2,
    ),
    lands(
        "a total row that counts", "a.csv", CSV + "合计,4人\nTotal,4 rows\n".encode(), "total_rows", total=2
    ),
    lands("a total row with another delimiter", "a.csv", CSV + b"Total; 4 rows\n", "total_rows", total=1),
    lands(
        "totals in other languages",
        "a.csv",
        csv_bytes(
            [
                HEADING,
                *ROWS,
                ["Gesamtsumme", "", "", "", "1.554,40", ""],
                ["", "Total général", "", "", "1 554,40 €", " "],
                ["Totale: 4", "", "", "", "", ""],
                ["Total Nord", "4", "", "", "EUR 1554.40", ""],
                ["Итого:", "4 строки", "", "", "", ""],
            ]
        ),
        "total_rows",
        total=5,
    ),
    lands(
        "a customer called Total (stays data)",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 1, "Total"))]),
        rows=tuples(cells((0, 1, "Total"))),
    ),
    lands(
        "footers",
        "a.csv",
        CSV + "制表人：王五,,审核：赵六,,,\n导出时间：2024-03-06 10:00\n(4 rows affected)\n".encode(),
        "notes",
        note=3,
    ),
    lands(
        "the heading repeated on every page",
        "a.csv",
        csv_bytes([HEADING, *ROWS[:2], HEADING, *ROWS[2:]]),
        "repeated_heading",
        note=1,
    ),
    # cells
    lands(
        "words for empty (stay as they are)",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 1, "NULL"), (1, 2, "无"))]),
        "empty_marker",
        rows=tuples(cells((0, 1, "NULL"), (1, 2, "无"))),
    ),
    lands(
        "Excel errors as text",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 5, "#REF!"))]),
        "error_value",
        rows=tuples(cells((0, 5, "#REF!"))),
        more=remarked("error_value", column="remark", rows=[2]),
    ),
    lands(
        "numbers in scientific notation",
        "a.csv",
        csv_bytes([HEADING, *cells((2, 2, "1.38E+10"))]),
        "scientific_number",
        rows=tuples(cells((2, 2, "1.38E+10"))),
        more=remarked("scientific_number", column="phone", count=1, rows=[4]),
    ),
    lands(
        "long numbers rounded by Excel",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 2, "622202123456789000"))]),
        "rounded_number",
        rows=tuples(cells((0, 2, "622202123456789000"))),
    ),
    lands(
        "date serials in text",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 3, "45352"))]),
        "date_serial_text",
        rows=tuples(cells((0, 3, "45352"))),
    ),
    lands(
        "values protected from spreadsheets",
        "a.csv",
        csv_bytes([HEADING, *([f'="{row[0]}"', f"`{row[1]}", f"'{row[2]}", *row[3:]] for row in ROWS)]),
        "protected_value",
        more=remarked("protected_value", column="order_no", count=4, rows=[2, 3, 4, 5]),
    ),
    lands(
        "values protected from spreadsheets, as they are without quotes of the csv",
        "a.csv",
        re.sub(rb"(A00\d|1\d{10})", rb'="\1"', CSV),
        "protected_value",
    ),
    lands(
        "HTML escapes in texts",
        "a.csv",
        csv_bytes(
            [
                HEADING,
                *cells(
                    (0, 1, "O&#39;Brien &amp; Co"),
                    (1, 5, "&nbsp;"),
                    (2, 5, "&amp;lt;b&amp;gt;"),
                    (3, 5, "A&B;"),
                ),
            ]
        ),
        "escaped_text",
        rows=tuples(cells((0, 1, "O'Brien & Co"), (1, 5, "\xa0"), (2, 5, "<b>"), (3, 5, "A&B;"))),
        more=remarked("escaped_text", column="customer", count=1, rows=[2]),
    ),
    lands(
        "text that looks like a formula",
        "a.csv",
        csv_bytes([HEADING, *cells((0, 5, "=1+1"), (1, 5, "@SUM(A1)"))]),
        rows=tuples(cells((0, 5, "=1+1"), (1, 5, "@SUM(A1)"))),
    ),
    # xlsx
    lands("clean xlsx", "a.xlsx", PLAIN_XLSX, more=numbers([2, 3, 4, 5])),
    lands("an xlsx called .xls", "a.xls", PLAIN_XLSX, "other_format"),
    lands("a csv called .xls", "a.xls", CSV, "other_format"),
    lands(
        "typed cells: ids and phones as numbers, true and false",
        "a.xlsx",
        xlsx([HEADING, *cells((0, 0, 17850), (1, 2, 13900139002), (2, 4, 2.55), (3, 5, True))]),
        rows=tuples(cells((0, 0, "17850"), (2, 4, "2.55"), (3, 5, "true"))),
    ),
    lands("dates", "a.xlsx", xlsx([HEADING, *DATED])),
    lands("dates counted from 1904", "a.xlsx", xlsx([HEADING, *DATED], date_1904=True)),
    lands("date serials without a date format", "a.xlsx", xlsx([HEADING, *SERIALS_1900]), "date_serial_read"),
    lands(
        "date serials from 1904 without a date format",
        "a.xlsx",
        xlsx([HEADING, *SERIALS_1904], date_1904=True),
        "date_serial_read",
    ),
    lands(
        "text that looks like a formula",
        "a.xlsx",
        xlsx([HEADING, *cells((0, 5, "=1+1"))]),
        rows=tuples(cells((0, 5, "=1+1"))),
    ),
    lands(
        "a number too long to be exact",
        "a.xlsx",
        xlsx([HEADING, *cells((0, 2, 6222021234567891234))]),
        "rounded_number",
        rows=tuples(cells((0, 2, "6222021234567891000"))),
        more=remarked("rounded_number", column="phone", rows=[2]),
    ),
    lands(
        "a date among article numbers",
        "a.xlsx",
        xlsx([HEADING, *cells((1, 0, dt.date(2024, 3, 12)))]),
        "date_among_text",
        rows=tuples(cells((1, 0, "2024-03-12"))),
        more=remarked("date_among_text", column="order_no", rows=[3]),
    ),
    lands("an .xlsm", "a.xlsm", PLAIN_XLSX),
    lands(
        "Excel's Unicode text: tabs in UTF-16",
        "a.txt",
        csv_bytes(delimiter="\t", encoding="utf-16"),
        "transcoded",
    ),
    lands(
        "several sheets",
        "a.xlsx",
        xlsx([HEADING, *ROWS[:2]], [HEADING, *ROWS[2:]]),
        more=numbers([2, 3, 2, 3]),
    ),
    lands(
        "a sheet of other content",
        "a.xlsx",
        xlsx([HEADING, *ROWS], [["说明"], ["无"]]),
        "sheet_not_read",
        more=remarked("sheet_not_read", sheet="Sheet2", count=2),
    ),
    lands("a hidden sheet", "a.xlsx", xlsx([HEADING, *ROWS[:3]], hidden_sheet), "hidden_sheet"),
    lands(
        "titles and a unit above the heading",
        "a.xlsx",
        xlsx(with_titles),
        "title_rows",
        "unit_stated",
        "blank_rows",
        note=2,
        more=numbers([5, 6, 7, 8]),
    ),
    lands(
        "a heading over two rows with merged cells",
        "a.xlsx",
        xlsx(with_two_row_heading),
        more=numbers([3, 4, 5, 6]),
    ),
    lands(
        "a table away from the corner",
        "a.xlsx",
        xlsx(far_from_the_corner),
        "blank_rows",
        more=numbers([11, 12, 13, 14]),
    ),
    lands(
        "cells merged over rows (the value stays in the first)",
        "a.xlsx",
        xlsx(with_merged_cells),
        "merged_cells",
        rows=tuples(cells((1, 1, None))),
    ),
    lands(
        "cells with an Excel error",
        "a.xlsx",
        xlsx(with_errors),
        "error_cell",
        rows=tuples(cells((0, 5, None))),
        more=remarked("error_cell", sheet="Sheet1", column="F", rows=[2]),
    ),
    lands(
        "a formula that no program has calculated",
        "a.xlsx",
        xlsx(with_uncalculated),
        "formula_without_value",
        rows=tuples(cells((1, 5, None))),
    ),
    lands(
        "a number shown with leading zeros",
        "a.xlsx",
        xlsx(with_padding),
        "padded_number",
        rows=tuples(cells((0, 0, "1"))),
    ),
    lands("hidden rows and columns", "a.xlsx", xlsx(with_hidden), "hidden_rows", "hidden_columns"),
    lands(
        "a total and a footer",
        "a.xlsx",
        xlsx([HEADING, *ROWS, ["合计", None, None, None, 1554.4], [None, "以上数据仅供内部使用"]]),
        "total_rows",
        "notes",
        total=1,
        note=1,
    ),
    lands(
        "date serials from 1904, beside an extension of Excel",
        "a.xlsx",
        changed(SERIALS_XLSX, r"</workbook>", f"<extLst><ext>{EXTENSION}</ext></extLst></workbook>"),
        "date_serial_read",
    ),
    lands(
        "date serials from 1904 and an error, in XML with prefixes",
        "a.xlsx",
        changed(
            xlsx(with_errors, date_1904=True),
            r"<(/?)([a-zA-Z]\w*)(?=[\s/>])",
            r"<\1x:\2",
            f'xmlns="{MAIN}"',
            f'xmlns:x="{MAIN}"',
        ),
        "error_cell",
        rows=tuples(cells((0, 5, None))),
    ),
    lands(
        "a strict xlsx",
        "a.xlsx",
        changed(SERIALS_XLSX, MAIN, STRICT, f"{OFFICE}/relationships", f"{STRICT_OFFICE}/relationships"),
        "date_serial_read",
    ),
    set_aside("an xlsx cut short", "a.xlsx", PLAIN_XLSX[: len(PLAIN_XLSX) // 2], "unreadable"),
    set_aside(
        "an xlsx protected by a password",
        "a.xlsx",
        compound({"EncryptionInfo": bytes(9), "EncryptedPackage": bytes(9)}),
        "password",
    ),
    set_aside("a workbook with empty sheets", "a.xlsx", xlsx([], []), "no_header"),
    set_aside(
        "one of two sheets lacks a required column",
        "a.xlsx",
        xlsx([HEADING, *ROWS], without([HEADING, *ROWS], 4)),
        "missing_column",
    ),
    set_aside("a zip called .xlsx", "a.xlsx", zipped(a=CSV), "unsupported_format"),
    # xls and what goes under its name
    lands("clean xls", "a.xls", PLAIN_XLS),
    lands("xls with dates", "a.xls", xls([HEADING, *DATED])),
    lands("xls with dates from 1904", "a.xls", xls([HEADING, *DATED], uses_1904=True)),
    lands(
        "xls with bare serials from 1904",
        "a.xls",
        xls([HEADING, *SERIALS_1904], uses_1904=True),
        "date_serial_read",
    ),
    lands(
        "xls with an error cell",
        "a.xls",
        xls([HEADING, *cells((0, 5, Error()))]),
        "error_cell",
        rows=tuples(cells((0, 5, None))),
        more=remarked("error_cell", sheet="Sheet1", column="F", rows=[2]),
    ),
    set_aside("xls cut short", "a.xls", PLAIN_XLS[:-300], "unreadable"),
    set_aside("xls protected by a password", "a.xls", xls([HEADING, *ROWS], protected=True), "password"),
    set_aside("another Office document", "a.xls", compound({"WordDocument": bytes(9)}), "unsupported_format"),
    lands("an HTML table called .xls", "a.xls", html([HEADING, *ROWS]).encode(), "other_format"),
    lands(
        "an HTML table in GB18030 called .xls",
        "a.xls",
        html([HEADING, *ROWS], head='<meta charset="gb2312">').encode("gb18030"),
        "other_format",
        "transcoded",
    ),
    lands(
        "several HTML tables",
        "a.xls",
        html([["三月"]], [HEADING, *ROWS[:2]], [HEADING, *ROWS[2:]]).encode(),
        "other_format",
        "sheet_not_read",
        more=numbers([2, 3, 2, 3]),
    ),
    lands(
        "an HTML cell over two rows",
        "a.html",
        html([HEADING, *ROWS])
        .replace("<td>钱小明", "<td rowspan=2>钱小明")
        .replace("<td>孙丽</td>", "")
        .encode(),
        "merged_cells",
        rows=tuples(cells((1, 1, None))),
    ),
    lands(
        "an HTML row with a cell too many, far down",
        "a.html",
        html([HEADING, *ROWS * 10, [*ROWS[0], "surplus"]]).encode(),
        "unnamed_column",
        rows=CLEAN * 10 + CLEAN[:1],
        more=extra("x_column_7", [None] * 40 + ["surplus"]),
    ),
    set_aside("an HTML table cut short", "a.xls", html([HEADING, *ROWS], end="").encode(), "truncated"),
    set_aside(
        "a web archive called .xls",
        "a.xls",
        b"MIME-Version: 1.0\n" + html([HEADING]).encode(),
        "unsupported_format",
    ),
    set_aside(
        "XML Spreadsheet 2003 called .xls",
        "a.xls",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "unsupported_format",
    ),
    # JSON
    lands("a JSON array", "a.json", json.dumps(objects(), indent=2).encode(), more=numbers([1, 2, 3, 4])),
    lands(
        "a JSON object that wraps the array", "a.json", json.dumps({"code": 0, "data": objects()}).encode()
    ),
    lands(
        "JSON lines",
        "a.jsonl",
        JSON_LINES.encode(),
        more=numbers([1, 2, 3, 4]),
    ),
    lands(
        "JSON lines in GB18030",
        "a.jsonl",
        JSON_LINES.encode("gb18030"),
        "transcoded",
    ),
    lands(
        "JSON numbers, nested values and nulls",
        "a.json",
        '[{"订单号": 17850, "下单日期": "2024-03-01", "金额": 2.50, "备注": {"a": [1.0, null]}, "客户": null, "电话": ""}]'.encode(),
        rows=[("17850", None, None, "2024-03-01", "2.50", '{"a":[1.0,null]}')],
    ),
    set_aside("JSON without records", "a.json", b"[]", "no_records"),
    set_aside("JSON with other keys", "a.json", b'[{"sku": 1, "name": "x"}]', "unknown_keys"),
    lands("JSON called .csv", "a.csv", json.dumps(objects()).encode(), "other_format"),
    lands("JSON lines called .txt", "a.txt", JSON_LINES.encode("utf-16"), "other_format", "transcoded"),
    set_aside("JSON called .csv, cut short", "a.csv", json.dumps(objects()).encode()[:-30], "bad_json"),
    lands("a csv called .json", "a.json", CSV, "other_format"),
    lands(
        "a title in brackets above a csv",
        "a.csv",
        b"[March]\n" + CSV,
        "title_rows",
        note=1,
        more=numbers([3, 4, 5, 6]),
    ),
    lands(
        "a single JSON object with a list inside",
        "a.json",
        json.dumps(objects()[0] | {"lines": [{"order_no": 1}]}).encode(),
        "extra_column",
        rows=CLEAN[:1],
        more=extra("x_lines", ['[{"order_no":1}]']),
    ),
    set_aside("JSON cut short", "a.json", json.dumps(objects()).encode()[:-30], "bad_json"),
    set_aside(
        "a broken line in JSON lines",
        "a.jsonl",
        b'{"order_no": 1}\n{"order_no": \n{"order_no": 3}\n',
        "bad_json",
    ),
    set_aside("a key twice in a JSON object", "a.json", b'[{"order_no": 1, "order_no": 2}]', "bad_json"),
    set_aside("JSON that is no object", "a.json", b'[["order_no"], [1]]', "bad_json"),
    set_aside("JSON without a required key", "a.json", b'[{"order_no": "1", "amount": 2}]', "missing_column"),
    # Parquet
    lands("clean Parquet", "a.parquet", PLAIN_PARQUET, more=numbers([1, 2, 3, 4])),
    lands(
        "typed Parquet",
        "a.parquet",
        parquet(
            cells(
                (0, 0, 17850.0),
                (1, 0, 2.0),
                (2, 0, 3.0),
                (3, 0, float("nan")),
                *((row, 4, row + 0.5) for row in range(4)),
                *((row, 3, dt.datetime(2024, 3, 1, 8, row)) for row in range(4)),
            ),
        ),
        rows=[
            (no, row[1], row[2], f"2024-03-01 08:0{n}:00", f"{n}.5", row[5])
            for n, (no, row) in enumerate(zip(["17850", "2", "3", None], ROWS, strict=True))
        ],
    ),
    set_aside("Parquet cut short", "a.parquet", PLAIN_PARQUET[:-20], "unreadable"),
    set_aside("a csv called .parquet", "a.parquet", CSV, "unreadable"),
    # other
    set_aside("a PDF", "a.pdf", b"%PDF-1.7", "unsupported_format"),
    set_aside("a compressed csv called .csv", "a.csv", b"\x1f\x8b\x08" + bytes(20), "unsupported_format"),
]


def outcome(case: Case) -> str:
    """The table's second and third column."""
    if case.reason:
        return f"set aside | `{case.reason}`"
    kinds = [
        f"{len(case.lands)} data",
        *(f"{n} {kind}" for kind in ("total", "note") if (n := getattr(case, kind))),
    ]
    return f"lands ({', '.join(kinds)}) | {', '.join(f'`{code}`' for code in sorted(case.remarks))}"


def tables() -> list[str]:
    """The tables of docs/landing.md: reasons, remarks, and this matrix."""
    reasons = ["| reason | what it means | what to do |", "|---|---|---|"]
    reasons += [
        f"| `{code}` | {plain(text.en)} · {plain(text.zh)} | {plain(text.remedy_en)} · {plain(text.remedy_zh)} |"
        for code, text in SET_ASIDE.items()
    ]
    remarks = ["| remark | what it means |", "|---|---|"]
    remarks += [f"| `{code}` | {plain(text.en)} · {plain(text.zh)} |" for code, text in REMARKS.items()]
    matrix = ["| file | what happens | reason or remarks |", "|---|---|---|"]
    matrix += [f"| `{Path(case.file).suffix}`: {case.says} | {outcome(case)} |" for case in CASES]
    return ["\n".join(table) for table in (reasons, remarks, matrix)]


def plain(template: str) -> str:
    return re.sub(r"\{(\w+)\}", r"*\1*", template)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.says}")
def test_each_kind_of_file_lands_or_is_set_aside(case: Case, tmp_path: Path, capsys: Any) -> None:
    place = Place(tmp_path)
    place.put(case.file, case.content)
    code = place.land()
    told = capsys.readouterr().out
    found = place.file(case.file)
    kinds = Counter(kind for (kind,) in place.rows(["_row_kind"]))
    if case.reason:
        assert (code, found["status"], found["reason"]["code"]) == (1, "set_aside", case.reason)
        assert found["reason"]["remedy_zh"] and found["reason"]["remedy_en"]
        assert not kinds
        assert case.reason in told
    else:
        assert (code, found["status"]) == (0, "landed"), found["reason"]
        assert place.rows(where="_row_kind = 'data'") == case.lands
        assert (kinds["total"], kinds["note"]) == (case.total, case.note)
        assert {remark["code"] for remark in place.remarks()} == case.remarks
    if case.more:
        case.more(place)
    assert not list(place.landing.rglob("*.tmp")) and not (place.landing / ".scratch").exists()
    # Neither the screen nor the report repeats what a cell holds.
    told += (place.landing / "load_report.json").read_text(encoding="utf-8")
    assert not [cell for row in ROWS for cell in (row[1], row[2], row[0]) if cell in told]
    assert "None" not in told


def test_messages_name_columns_as_the_file_calls_them(tmp_path: Path, capsys: Any) -> None:
    place = Place(tmp_path)
    heading = ["订单号", "Customer Name", "手机", "下单\n时点", "Amount", "业务员"]
    place.put("a.csv", csv_bytes([heading, *ROWS]))
    place.put("b.csv", csv_bytes([LATIN, *cells((0, 3, "45352"), (1, 5, "#REF!"))]))
    assert place.land() == 1
    told = capsys.readouterr().out
    others = "headings of the file that lead to no column: 下单 时点, 业务员."
    assert f"the required column ordered_on is missing (row of the heading: 1); {others}" in told
    assert "(now: ordered_on, 下单日期, Order Date)" in told
    assert "缺少必需列 ordered_on（表头行：1）；文件中未对应任何列的列名：下单 时点, 业务员" in told
    assert "Order Date (ordered_on): numbers like date serials" in told
    assert "remark: Excel errors as text" in told


def test_there_are_at_least_forty_bad_inputs() -> None:
    assert len([case for case in CASES if case.reason or case.remarks]) >= 40
    assert len({(case.file, case.says) for case in CASES}) == len(CASES)


def test_every_reason_and_remark_about_a_file_has_its_case() -> None:
    shown = {case.reason for case in CASES} | {code for case in CASES for code in case.remarks}
    elsewhere = {  # shown in test_land_runs.py
        "unexpected", "no_access", "changing", "unknown_place", "emptied",
        "repeated_delivery", "same_name_again", "older_declaration", "incomplete_load",
        "older_delivery", "older_beside", "older_taken", "returned", "age_unknown",
        "linked_folder", "broken_link", "no_file", "empty_folder", "linked_file",
    }  # fmt: skip
    assert {*SET_ASIDE, *REMARKS} - shown == elsewhere


@pytest.mark.parametrize("table", tables(), ids=["reasons", "remarks", "matrix"])
def test_the_documented_tables_are_these(table: str) -> None:
    text = DOC.read_text(encoding="utf-8")
    assert table in text, f"replace the tables of {DOC.name} by the output of: PYTHONPATH=. python {__file__}"


if __name__ == "__main__":
    print("\n\n".join(tables()))
