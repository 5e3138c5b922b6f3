"""What the landing tests share: a small project, an inbox to fill, and writers for old Excel files."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from conftest import PROJECT
from customer360.cli import main

SOURCES = """
version: 2
sources:
  - name: erp
    tables:
      - name: orders
        config: {meta: {load: replace, key: [order_no]}}
        columns:
          - {name: order_no, config: {meta: {headers: [订单号, 单号, OrderNo], required: true}}}
          - {name: customer, config: {meta: {headers: [客户, Customer Name], pii: name}}}
          - {name: phone, config: {meta: {headers: [电话, 手机], pii: phone}}}
          - {name: ordered_on, config: {meta: {headers: [下单日期, Order Date], required: true}}}
          - {name: amount, config: {meta: {headers: [金额, Amount], required: true}}}
          - {name: remark, config: {meta: {headers: [备注], pii: free_text}}}
      - name: payments
        config: {meta: {load: append}}
        columns:
          - {name: payment_no, config: {meta: {required: true}}}
          - {name: amount}
  - name: crm
    tables:
      - name: contacts
        columns:
          - {name: name, config: {meta: {headers: [姓名]}}}
          - {name: phone, config: {meta: {headers: [电话]}}}
          - {name: city, config: {meta: {headers: [城市]}}}
"""
DATA_SET = """
name: demo
label_zh: 演示
label_en: Demo
currency: CNY
time_zone: Asia/Shanghai
policy: default
personal_data: none
systems: [erp]
"""
HEADING = ["订单号", "客户", "电话", "下单日期", "金额", "备注"]
COLUMNS = ["order_no", "customer", "phone", "ordered_on", "amount", "remark"]
# Invented persons; landing must never print them.
ROWS = [
    ["A001", "钱小明", "13800138001", "2024-03-01", "120.50", "送货上门"],
    ["A002", "孙丽", "13900139002", "2024-03-02", "88", "x"],
    ["A003", "李四光", "13700137003", "2024-03-02", "1300", "y"],
    ["A004", "周瑜", "13600136004", "2024-03-05", "45.9", "z"],
]


class Place:
    """A project of its own in a temporary folder."""

    def __init__(self, root: Path, data_set: str = DATA_SET, sources: str = SOURCES) -> None:
        self.root, self.inbox, self.landing = root, root / "inbox" / "demo", root / "landing" / "demo"
        staging = root / "models" / "staging" / "erp"
        staging.mkdir(parents=True)
        self.sources = staging / "_erp__sources.yml"
        self.sources.write_text(sources, encoding="utf-8")
        for folder in ("functions", "macros", "seeds"):
            (root / folder).symlink_to(PROJECT / folder)
        (root / "datasets").mkdir()
        (root / "datasets" / "demo.yml").write_text(data_set, encoding="utf-8")
        self.inbox.mkdir(parents=True)

    def put(self, name: str, content: bytes, entity: str = "erp/orders") -> Path:
        """A file in the inbox."""
        path = self.inbox / entity / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def land(self, *more: str) -> int:
        """Run the command; its exit code."""
        return main(["--project", str(self.root), "land", "--data", "demo", *more])

    def report(self) -> dict[str, Any]:
        """load_report.json as it stands."""
        return json.loads((self.landing / "load_report.json").read_text(encoding="utf-8"))

    def file(self, name: str) -> dict[str, Any]:
        """What the report says of one inbox file."""
        return next(file for file in self.report()["files"] if file["path"].endswith(name))

    def remarks(self, entity: str = "orders") -> list[dict[str, Any]]:
        """Remarks of all loads of one entity."""
        table = next(t for t in self.report()["tables"] if t["entity"] == entity)
        return [remark for load in table["loads"] for remark in load["remarks"]]

    def rows(self, columns: Sequence[str] = COLUMNS, entity: str = "erp/orders", where: str = "true") -> list:
        """Landed rows in the order of file, sheet and row."""
        return (
            duckdb.sql(f"""
                select {", ".join(columns)}
                from read_parquet('{self.landing}/{entity}/*.parquet', union_by_name = true)
                where {where} order by _source_file, _source_sheet, _source_row
            """)
        ).fetchall()

    def columns(self, entity: str = "erp/orders") -> list[str]:
        """Columns of one entity over all its landed files."""
        return duckdb.sql(
            f"from read_parquet('{self.landing}/{entity}/*.parquet', union_by_name = true)"
        ).columns

    def content(self) -> list[Any]:
        """Everything landed, and what is known of each content, by file name, without the time of landing and what the
        inbox offers."""
        found = []
        for pattern, landed_at, order in (
            ("*/*/*.parquet", "_landed_at", "_source_row"),
            ("loads/*.parquet", "landed_at, offered_as", "all"),
        ):
            for path in sorted(self.landing.glob(pattern)):
                table = duckdb.sql(f"select * exclude ({landed_at}) from '{path}' order by {order}")
                found.append((str(path.relative_to(self.landing)), table.columns, table.fetchall()))
        return found

    def known(self, entity: str = "erp__orders") -> list[tuple[Any, ...]]:
        """What landing knows of the contents of an entity: file, status, newest record, what is newer, offered as."""
        return duckdb.sql(f"""
            select one.source_file, one.status, one.newest, other.source_file, one.offered_as
            from '{self.landing}/loads/{entity}.parquet' as one
            left join '{self.landing}/loads/{entity}.parquet' as other on one.newer = other.load_id
            order by one.status, one.newest, one.source_file
        """).fetchall()


def text_table(
    rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\n", quoted: bool = False
) -> str:
    """Delimited text, quoted where needed or everywhere."""

    def cell(value: str) -> str:
        needed = quoted or set(value) & {delimiter, '"', "\n", "\r"}
        return '"' + value.replace('"', '""') + '"' if needed else value

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def csv_bytes(rows: Sequence[Sequence[str]] = (HEADING, *ROWS), encoding: str = "utf-8", **how: Any) -> bytes:
    """A delimited file."""
    return text_table(rows, **how).encode(encoding)


def xlsx(*sheets: Sequence[Sequence[Any]] | Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook; a sheet is rows of values, or a function that fills it itself."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, **options})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, rows in enumerate(sheets, 1):
        sheet = book.add_worksheet(f"Sheet{number}")
        if callable(rows):
            rows(book, sheet)
            continue
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write(r, c, value)
    book.close()
    return memory.getvalue()


class Error(str):
    """An error cell of an xls."""


def xls(*sheets: Sequence[Sequence[Any]], uses_1904: bool = False, protected: bool = False) -> bytes:
    """A BIFF8 workbook with the records that readers need ([MS-XLS])."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 6))

    def style(number_format: int) -> bytes:
        return record(0xE0, struct.pack("<HHH", 0, number_format, 0) + bytes(14))

    def cell(r: int, c: int, value: Any) -> bytes:
        match value:
            case None:
                return b""
            case Error():
                return record(0x205, struct.pack("<HHHBB", r, c, 0, 0x2A, 1))
            case str():
                text = value.encode("utf-16-le")
                return record(0x204, struct.pack("<HHHHB", r, c, 0, len(text) // 2, 1) + text)
            case dt.date():
                days = (value - (dt.date(1904, 1, 1) if uses_1904 else dt.date(1899, 12, 30))).days
                return record(0x203, struct.pack("<HHHd", r, c, 1, days))
            case _:
                return record(0x203, struct.pack("<HHHd", r, c, 0, value))

    bodies = [
        begin(0x10)
        + record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0))
        + b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
        + record(0xA)
        for rows in sheets
    ]
    names = [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    top = begin(0x5) + (record(0x2F, bytes(6)) if protected else b"") + record(0x42, b"\xb0\x04")
    top += record(0x22, struct.pack("<H", uses_1904)) + style(0) + style(14)
    size = len(top) + sum(12 + len(name) for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        top += record(0x85, struct.pack("<IHBB", size, 0, len(name), 0) + name.encode())
        size += len(body)
    return compound({"Workbook": top + record(0xA) + b"".join(bodies)})


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]); streams are padded past the size that would need the mini stream."""
    sector, end = 512, 0xFFFFFFFE
    padded = {
        name: data.ljust(max(4096, -(-len(data) // sector) * sector), b"\0") for name, data in streams.items()
    }
    sectors = {name: len(data) // sector for name, data in padded.items()}
    directory_sectors = -(-(len(streams) + 1) // 4)
    fat_sectors = 1
    while (fat_sectors + directory_sectors + sum(sectors.values())) > fat_sectors * 128:
        fat_sectors += 1
    fat = [0xFFFFFFFD] * fat_sectors + [*range(fat_sectors + 1, fat_sectors + directory_sectors), end]
    starts = {}
    for name, count in sectors.items():
        starts[name] = len(fat)
        fat += [*range(len(fat) + 1, len(fat) + count), end]
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII36sIQ", text, len(text), kind, 1, 0xFFFFFFFF, right, child, bytes(36), start, size
        )

    entries = entry("Root Entry", 5, 0xFFFFFFFF, 1, end, 0)
    for number, (name, data) in enumerate(padded.items(), 1):
        right = number + 1 if number < len(padded) else 0xFFFFFFFF
        entries += entry(name, 2, right, 0xFFFFFFFF, starts[name], len(data))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, fat_sectors, fat_sectors, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *range(fat_sectors), *[0xFFFFFFFF] * (109 - fat_sectors))
    table = struct.pack(f"<{len(fat)}I", *fat)
    return header + table + entries.ljust(directory_sectors * sector, b"\0") + b"".join(padded.values())
