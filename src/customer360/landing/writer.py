"""Landed Parquet: written under a temporary name, made durable, then renamed; it describes itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer360.core.durable import publish
from customer360.core.sources import Table
from customer360.landing.age import Calendar, Newest
from customer360.landing.catalogue import SetAside
from customer360.landing.parts import Batch, NotClean, Part
from customer360.landing.rows import DATA, KINDS, Inspector
from customer360.landing.totals import TotalWords

METADATA_KEY = b"customer360"
DECLARED = "schema.parquet"
"""No landed file begins with `_`: Spark does not read those."""
_MARKS = (
    ("_source_file", pa.string()),
    ("_source_sheet", pa.string()),
    ("_source_row", pa.int64()),
    ("_row_kind", pa.string()),
    ("_load_id", pa.string()),
    ("_landed_at", pa.timestamp("us")),
)


def schema(names: list[str]) -> pa.Schema:
    """Landed schema: the given columns as text, then what landing adds."""
    return pa.schema([(name, pa.string()) for name in names] + list(_MARKS))


def temporary_name(final: Path) -> Path:
    """Never matches *.parquet, so no reader takes it for landed data."""
    return final.with_name(f".{final.name}.tmp")


def write_declared(folder: Path, table: Table, name: str = DECLARED) -> None:
    """The zero-row file that gives every declared column a type even where nothing was delivered."""
    final = folder / name
    wanted = schema([column.name for column in table.columns])
    if final.is_file() and pq.read_schema(final).equals(wanted):
        return
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(wanted.empty_table(), temporary_name(final))
    publish(temporary_name(final), final)


def write_part(
    part: Part,
    table: Table,
    temporary: Path,
    load: dict[str, Any],
    calendar: Calendar,
    totals: TotalWords,
) -> dict[str, Any]:
    """Write one part; returns the metadata written with it (load, counts, newest record, remarks)."""
    for way in part.ways:
        try:
            return _write(part, way(), table, temporary, load, calendar, totals)
        except NotClean:
            continue
    raise SetAside.because("unreadable", sheet=part.sheet)


def _write(
    part: Part,
    batches: Iterator[Batch],
    table: Table,
    temporary: Path,
    load: dict[str, Any],
    calendar: Calendar,
    totals: TotalWords,
) -> dict[str, Any]:
    place = {name: position for position, name in enumerate(part.layout.names)}
    declared = [column.name for column in table.columns]
    names = declared + [name for name in part.layout.names if name not in set(declared)]
    target = schema(names)
    landed_at = pa.scalar(dt.datetime.fromisoformat(load["landed_at"]), pa.timestamp("us"))
    sheet = pa.scalar(part.sheet, pa.string())
    inspector = Inspector(part.layout, part.sheet, totals)
    newest = Newest(calendar)
    dated = [place[name] for name in table.dated_by if name in place]
    # One thread compresses a batch while the next is read and looked at.
    with (
        pq.ParquetWriter(temporary, target, compression="zstd", compression_level=3) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        written = pool.submit(lambda: None)
        for batch, kinds in inspector.look(batches):
            size = len(kinds)
            is_data = pc.equal(kinds, KINDS[DATA])
            newest.look(batch.columns[position].filter(is_data) for position in dated)
            nothing = pa.nulls(size, pa.string())
            columns = [batch.columns[place[name]] if name in place else nothing for name in names]
            marks = [
                pa.repeat(load["source_file"], size),
                pa.repeat(sheet, size),
                batch.numbers,
                kinds,
                pa.repeat(load["load_id"], size),
                pa.repeat(landed_at, size),
            ]
            written.result()
            written = pool.submit(
                writer.write_batch, pa.RecordBatch.from_arrays(columns + marks, schema=target)
            )
        written.result()
        remarks = part.remarks + part.layout.remarks + inspector.remarks()
        about = load | {
            "sheet": part.sheet,
            "part": part.number,
            "header_row": part.layout.header_row,
            "headings": part.layout.headings,
            "rows": {kind: inspector.counts[kind] for kind in (*KINDS, "blank")},
            "newest": newest.text,
            "remarks": [remark.as_dict() for remark in remarks],
        }
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(about, ensure_ascii=False).encode()})
    return about
