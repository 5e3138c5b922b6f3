"""Publish the marts of a build: a file of their own that BI tools can read while builds go on."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

STORAGE_VERSION = "v1.4.0"
"""Storage format of the published file: what released BI clients can read."""

PUBLISHED_QUALITY = ("scorecard", "landing_summary")
"""Quality tables without row-level content; the quarantine never leaves the build file."""


def publish(database: Path, folder: Path, build_id: str) -> Path:
    """Copy the marts of `database` into folder/customer360.duckdb and folder/parquet/ by rename.

    A reader that holds the old file open keeps reading it whole; a new connection sees the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "customer360.duckdb"
    partial = folder / f".{build_id}.duckdb"
    partial.unlink(missing_ok=True)
    (folder / "parquet").mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(database)}' as build (read_only)")
        connection.execute(f"attach '{_quoted(partial)}' as copy (storage_version '{STORAGE_VERSION}')")
        connection.execute("create schema copy.marts")
        tables = connection.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_catalog = 'build' and (
                table_schema = 'marts' or (table_schema = 'quality' and list_contains(?, table_name))
            )
            order by table_name
            """,
            [list(PUBLISHED_QUALITY)],
        ).fetchall()
        for schema, table in tables:
            connection.execute(f'create table copy.marts."{table}" as from build.{schema}."{table}"')
            parquet = folder / "parquet" / f"{table}.parquet"
            hidden = parquet.with_name(f".{table}.parquet")
            connection.execute(f"copy copy.marts.\"{table}\" to '{_quoted(hidden)}' (compression zstd)")
            os.replace(hidden, parquet)
        connection.execute("checkpoint copy")
        connection.execute("detach copy")
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, target)
    return target


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
