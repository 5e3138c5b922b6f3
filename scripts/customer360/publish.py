"""Publish the marts of a build: files of their own that BI tools can read while builds go on."""

from __future__ import annotations

from pathlib import Path

import duckdb

STORAGE_VERSION = "v1.4.0"
"""Storage format of the published file: what released BI clients can read."""

PUBLISHED_QUALITY = (
    "scorecard",
    "scorecard_history",
    "landing_summary",
    "input_coverage",
    "field_reasons",
    "identity_quality",
    "identity_rule_use",
    "identity_value_use",
    "tag_accuracy",
)
"""Quality tables without row-level content; the quarantine never leaves the build file."""


def write_published(database: Path, folder: Path) -> None:
    """Copy the marts of `database` into a new folder: customer360.duckdb and parquet/<mart>.parquet."""
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(database)} as build (read_only)")
        connection.execute(
            f"attach {_text(folder / 'customer360.duckdb')} as copy (storage_version '{STORAGE_VERSION}')"
        )
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
            parquet = folder / "parquet" / f"{table}.parquet"
            connection.execute(f'create table copy.marts."{table}" as from build.{schema}."{table}"')
            connection.execute(f'copy copy.marts."{table}" to {_text(parquet)} (compression zstd)')
        connection.execute("checkpoint copy")
        connection.execute("detach copy")


def write_state(database: Path, folder: Path, names: list[str]) -> None:
    """Write each state table of a build to folder/<name>/data.parquet, from the model of that name in any layer.

    Raises LookupError where not exactly one model has the name, with or without an intermediate prefix.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        for name in names:
            found = connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where regexp_matches(table_name, ?) and table_schema <> 'staging'",
                [f"^(int_[a-z]+__)?{name}$"],
            ).fetchall()
            if len(found) != 1:
                raise LookupError(f"state table {name}: {len(found)} models of that name, wanted one")
            schema, table = found[0]
            (folder / name).mkdir(parents=True, exist_ok=True)
            connection.execute(
                f'copy {schema}."{table}" to {_text(folder / name / "data.parquet")} (compression zstd)'
            )


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
