"""Landed Parquet: written under a temporary name, made durable, then renamed; it describes itself."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.parts import Batch, NotClean, Part
from customer360.sources import Table

METADATA_KEY = b"customer360"
DECLARED = "_declared.parquet"
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


def publish(temporary: Path, final: Path) -> None:
    """Give a fully written temporary file its name, durably."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, final)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def temporary_name(final: Path) -> Path:
    """Never matches *.parquet, so no reader takes it for landed data."""
    return final.with_name(f".{final.name}.tmp")


def write_declared(folder: Path, table: Table) -> None:
    """The zero-row file that gives every declared column a type even where nothing was delivered."""
    final = folder / DECLARED
    wanted = schema([column.name for column in table.columns])
    if final.is_file() and pq.read_schema(final).equals(wanted):
        return
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(wanted.empty_table(), temporary_name(final))
    publish(temporary_name(final), final)


def write_part(part: Part, table: Table, temporary: Path, load: dict[str, Any]) -> dict[str, Any]:
    """Write one part; returns the metadata written with it (load, counts, remarks)."""
    for way in part.ways:
        try:
            return _write(part, way(), table, temporary, load)
        except NotClean:
            continue
    raise SetAside.because("unreadable", sheet=part.sheet)


def _write(part: Part, batches: Any, table: Table, temporary: Path, load: dict[str, Any]) -> dict[str, Any]:
    offered = dict(zip(part.layout.names, range(len(part.layout.names)), strict=True))
    declared = [column.name for column in table.columns]
    names = declared + [name for name in offered if name not in set(declared)]
    target = schema(names)
    counts: Counter[str] = Counter()
    unnamed: Counter[int] = Counter()
    with pq.ParquetWriter(temporary, target, compression="zstd", compression_level=3) as writer:
        for batch in batches:
            batch = _without_blank(batch, counts)
            size = len(batch.numbers)
            if not size:
                continue
            kind = "note" if batch.above_heading else "data"
            counts[kind] += size
            for position in part.layout.unnamed:
                unnamed[position] += size - batch.columns[position].null_count
            nothing = pa.nulls(size, pa.string())
            columns = [batch.columns[offered[name]] if name in offered else nothing for name in names]
            marks = [
                pa.repeat(load["source_file"], size),
                pa.repeat(pa.scalar(part.sheet, pa.string()), size),
                batch.numbers,
                pa.repeat(kind, size),
                pa.repeat(load["load_id"], size),
                pa.repeat(pa.scalar(dt.datetime.fromisoformat(load["landed_at"]), pa.timestamp("us")), size),
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns + marks, schema=target))
        remarks = part.layout.remarks + part.remarks
        for code, key in (("title_rows", "note"), ("blank_rows", "blank")):
            if counts[key]:
                remarks.append(Remark(code, part.sheet, count=counts[key]))
        for position, filled in unnamed.items():
            if filled:
                remarks.append(
                    Remark("unnamed_column", part.sheet, column=part.layout.names[position], count=filled)
                )
        about = load | {
            "sheet": part.sheet,
            "part": part.number,
            "header_row": part.layout.header_row,
            "rows": {kind: counts[kind] for kind in ("data", "total", "note", "blank")},
            "remarks": [remark.as_dict() for remark in remarks],
        }
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(about, ensure_ascii=False).encode()})
    return about


def _without_blank(batch: Batch, counts: Counter[str]) -> Batch:
    """The batch without rows in which every cell is empty."""
    if all(column.null_count for column in batch.columns):
        filled = pc.is_valid(pc.coalesce(*batch.columns))
        blank = len(filled) - pc.sum(filled).as_py()
        if blank:
            counts["blank"] += blank
            return Batch(
                batch.numbers.filter(filled), [c.filter(filled) for c in batch.columns], batch.above_heading
            )
    return batch
