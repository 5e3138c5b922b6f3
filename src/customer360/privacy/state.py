"""The state that a build reads, without erased persons."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer360.core import upgrades
from customer360.core.data_sets import DataSet
from customer360.core.durable import Damaged, publish
from customer360.core.errors import Stopped
from customer360.core.sources import STATE, Table, load_tables
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import write_declared
from customer360.privacy.ledger import Ledger, hashing_keys, load_suppressed, suppressed_among


class Undeclared(Stopped):
    """The state holds something that no declaration names; the message says what."""


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


@contextmanager
def current_state(warehouse: Warehouse) -> Iterator[Path | None]:
    """The state of the current version in today's layout: its folder, or an upgraded copy while this lasts; None before
    the first publication. Raises Damaged, and TooNew where a newer release wrote it."""
    current = warehouse.current()
    if current is None:
        yield None
        return
    state = current / "state"
    if upgrades.STATE.version_of(state) == upgrades.STATE.version:
        yield state
        return
    for file in sorted(state.glob("*/data.parquet")):
        _require_sound(file, warehouse.folder.name)
    with warehouse.workshop("older", "reading of older state") as work:
        copy = Path(shutil.copytree(state, work / "state"))
        upgrades.STATE.upgrade(copy)
        yield copy


def read_state(data_set: DataSet, warehouse: Warehouse, folder: Path) -> None:
    """Lay out the state that a build reads: that of the current version in today's layout and without erased persons,
    and every table as declared today.

    Raises Damaged where a file cannot be read, TooNew where a newer release wrote it, and Undeclared where something in
    it would be lost.
    """
    tables = {table.entity: table for table in load_tables(data_set.project, STATE)}
    with current_state(warehouse) as earlier:
        for file in sorted(earlier.glob("*/data.parquet")) if earlier else ():
            _require_sound(file, data_set.name)
            _require_declared(file, tables.get(file.parent.name))
            (folder / file.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / file.parent.name / file.name)
    upgrades.STATE.mark(folder)
    for table in tables.values():
        write_declared(folder / table.entity, table)
    forget_in_state(data_set, warehouse, folder)


def _require_declared(file: Path, table: Table | None) -> None:
    lost = sorted(set(pq.read_schema(file).names) - set(table.names if table else ()))
    if lost:
        raise Undeclared(
            f"the state table {file.parent.name} of the version that holds has the column {lost[0]}, which nothing declares:"
            " its history would be lost. Declare it in models/staging/state/_state__sources.yml, or add a step for it to"
            " src/customer360/core/upgrades.py"
        )


def _require_sound(file: Path, data_set: str) -> None:
    try:
        pq.read_table(file)
    except (pa.ArrowException, OSError):
        raise Damaged(
            file,
            f"Go back to the version before, published copy and state: make rollback DATA={data_set}",
        ) from None
