"""The state that a build reads, without erased persons."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer360.core.data_sets import DataSet
from customer360.core.durable import Damaged, publish
from customer360.core.sources import STATE, load_tables
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import write_declared
from customer360.privacy.ledger import Ledger, hashing_keys, load_suppressed, suppressed_among

STATE_COLUMNS = {"customer_id": "customer", "other_customer_id": "customer", "record_id": "record_id"}
"""Columns of state that name a person."""


def forget_in_state(data_set: DataSet, warehouse: Warehouse, folder: Path) -> None:
    """Take suppressed persons out of the state that a build reads."""
    ledger = Ledger.of(warehouse)
    if not any(entry["kind"] in ("customer", "record_id") for entry in ledger.suppressed):
        return
    keys = hashing_keys(data_set, ledger)
    with duckdb.connect() as connection:
        connection.execute("create temp table hashed (key_id varchar, kind varchar, hash varchar)")
        load_suppressed(connection, ledger)
        for path in sorted(folder.glob("*/data.parquet")):
            names = set(pq.read_schema(path).names)
            conditions, given = [], []
            for column, kind in STATE_COLUMNS.items():
                if column not in names:
                    continue
                values = f"select cast({column} as varchar) as value from '{path}'"
                held = suppressed_among(connection, keys, kind, values)
                if held:
                    conditions.append(f"list_contains(?, cast({column} as varchar))")
                    given.append(sorted(held))
            if conditions:
                temporary = path.with_name(".data.parquet")
                connection.execute(
                    f"copy (select * from '{path}' where not coalesce({' or '.join(conditions)}, false))"
                    f" to '{temporary}' (format parquet, compression zstd)",
                    given,
                )
                publish(temporary, path)


def read_state(data_set: DataSet, warehouse: Warehouse, folder: Path) -> None:
    """Lay out the state that a build reads: that of the current version without erased persons, and every table as
    declared today."""
    current = warehouse.current()
    for table in load_tables(data_set.project, STATE):
        write_declared(folder / table.entity, table)
        earlier = current / "state" / table.entity / "data.parquet" if current else None
        if earlier and earlier.is_file():
            _require_sound(earlier, data_set)
            shutil.copyfile(earlier, folder / table.entity / "data.parquet")
    forget_in_state(data_set, warehouse, folder)


def _require_sound(file: Path, data_set: DataSet) -> None:
    try:
        pq.read_table(file)
    except (pa.ArrowException, OSError):
        raise Damaged(
            file,
            f"Go back to the version before, published copy and state: make rollback DATA={data_set.name}",
        ) from None
