"""The published copy of a build: files of their own that BI tools can read while builds go on.

write_published lays a candidate out of sight; the gate audits it; Warehouse.promote makes it the one that holds.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb

import customer360
from customer360.core import reading
from customer360.core.data_sets import AREAS
from customer360.core.expressions import Refused, checked
from customer360.release.contracts import PUBLISHED_QUALITY, Contract, Promised, digest

STORAGE_VERSION = "v1.4.0"
"""Storage format of the published file: what released BI clients can read."""

RECORD = "publication.json"
"""The record of a publication, beside its published copy."""

_CODE = ("dbt_project.yml", "profiles.yml", "models", "functions", "macros", "seeds", "policies")
_PACKAGE = Path(customer360.__file__).parent
_STATISTICS = {
    "row_count": "select null, count(*)::double, count(*) from {table}",
    "mean": "select null, avg({x}::decimal(38, 12))::double, count({x}) from {table}",
    "median": "select null, median({x})::double, count({x}) from {table}",
    "distribution": (
        "select cast({x} as varchar), count(*) / sum(count(*)) over (), sum(count(*)) over () from {table}"
        " where {x} is not null group by 1"
    ),
}
"""What the gate compares, as (category, value, base): per statistic of seed publication_gate."""


class Incomplete(Exception):
    """The copy does not hold what the build has, or not what it is to hold."""


def write_published(
    database: Path,
    folder: Path,
    contract: Contract | None = None,
    leave_out: Collection[str] = (),
    shapes: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, int]:
    """Copy the marts of `database` into a new folder: customer360.duckdb and parquet/<mart>.parquet; rows per mart.

    Schema `pages` of the copy holds what pages read beside the marts, under no contract; schema `publication` the
    promised columns, and the figures that the next publication is compared with. Where the build was made without the
    areas `leave_out`, their tables (`shapes`: column types by schema.table) are there without rows, so that what reads them
    goes on working, and `publication.areas` says so. Raises Incomplete where a row or any other promised table is missing.
    """
    (folder / "parquet").mkdir(parents=True)
    with duckdb.connect() as connection:
        reading.attach(connection, database, "build")
        connection.execute(
            f"attach {_text(folder / 'customer360.duckdb')} as copy (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(
            "create schema copy.marts; create schema copy.pages; create schema copy.publication"
        )
        tables = connection.execute(
            """
            select table_schema, table_name from information_schema.tables
            where table_catalog = 'build' and (
                table_schema in ('marts', 'pages') or (table_schema = 'quality' and list_contains(?, table_name))
            )
            order by table_name
            """,
            [list(PUBLISHED_QUALITY)],
        ).fetchall()
        left_out = sorted(set(shapes or {}) - {f"{schema}.{table}" for schema, table in tables})
        absent = sorted(
            set(contract or {})
            - {table for schema, table in tables if schema != "pages"}
            - {name.removeprefix("marts.") for name in left_out}
        )
        if absent:
            raise Incomplete(f"the build has no table {', '.join(absent)}, which the contract promises")
        rows = {}
        for schema, table in tables:
            is_page = schema == "pages"
            source, target = f'build.{schema}."{table}"', f'copy.{"pages" if is_page else "marts"}."{table}"'
            connection.execute(f"create table {target} as from {source}")
            copies = {"the copy": target}
            if not is_page:
                copies["Parquet"] = _text(folder / "parquet" / f"{table}.parquet")
                connection.execute(f"copy {target} to {copies['Parquet']} (compression zstd)")
            (built,) = connection.execute(f"select count(*) from {source}").fetchone()
            for place, copied in copies.items():
                (found,) = connection.execute(f"select count(*) from {copied}").fetchone()
                if found != built:
                    raise Incomplete(f"{table} has {built} rows in the build, {found} in {place}")
            if not is_page:
                rows[table] = built
        for name in left_out:
            columns = ", ".join(f"{_name(column)} {kind}" for column, kind in shapes[name].items())
            connection.execute(f"create table copy.{name} ({columns})")
        _describe(connection, contract or {}, leave_out)
        connection.execute("checkpoint copy")
        connection.execute("detach copy")
    return rows


def _describe(connection: duckdb.DuckDBPyConnection, contract: Contract, leave_out: Collection[str]) -> None:
    """Fill the schema `publication` of the copy."""
    connection.execute("create table copy.publication.areas (area varchar, is_built boolean)")
    for area in AREAS:
        connection.execute("insert into copy.publication.areas values (?, ?)", [area, area not in leave_out])
    connection.execute(
        "create table copy.publication.contract_columns"
        " (table_name varchar, column_name varchar, data_type varchar, version integer, deprecated_on date)"
    )
    promised = [
        [table, name, kind.removesuffix(" not null"), entry["version"], entry["deprecated_on"]]
        for table, entry in contract.items()
        for name, kind in entry["columns"].items()
    ]
    if promised:
        connection.executemany(
            "insert into copy.publication.contract_columns values (?, ?, ?, ?, ?)", promised
        )
    connection.execute(
        "create table copy.publication.profile"
        " (rule_code varchar, measured varchar, category varchar, value double, base bigint)"
    )
    for rule, table, expression, statistic in _gate_rules(connection):
        try:
            value = checked(expression or "null")
        except Refused as error:
            raise Incomplete(f"rule {rule} of the seed publication_gate {error}") from None
        query = _STATISTICS[statistic].format(table=f"copy.marts.{_name(table)}", x=f"({value})")
        connection.execute(
            f"insert into copy.publication.profile select ?, ?, * from ({query})",
            # figures of two publications compare where they were measured alike
            [rule, f"{statistic} of {expression or 'rows'} in {table}"],
        )


def _gate_rules(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    """Rule, table, expression and statistic of the policy; none where the build has no such seed."""
    if not connection.execute(
        "select 1 from information_schema.tables where table_catalog = 'build' and table_name = 'publication_gate'"
    ).fetchall():
        return []
    return connection.execute(
        "select rule_code, table_name, expression, statistic from build.policy.publication_gate order by rule_code"
    ).fetchall()


def write_state(database: Path, folder: Path, names: list[str]) -> None:
    """Write each state table of a build to folder/<name>/data.parquet, from the model of that name in any layer.

    Raises Incomplete where not exactly one model has the name, with or without an intermediate prefix.
    """
    with reading.connect(database) as connection:
        for name in names:
            found = connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where regexp_matches(table_name, ?) and table_type = 'BASE TABLE'",
                [f"^(int_[a-z]+__)?{name}$"],
            ).fetchall()
            if len(found) != 1:
                raise Incomplete(f"state table {name}: {len(found)} models of that name, wanted one")
            schema, table = found[0]
            (folder / name).mkdir(parents=True, exist_ok=True)
            connection.execute(
                f'copy {schema}."{table}" to {_text(folder / name / "data.parquet")} (compression zstd)'
            )


def code_version(project: Path) -> str:
    """What built it: the commit where there is one, and a digest of what a build is made of."""
    content = hashlib.sha256()
    for root in (*(project / name for name in _CODE), _PACKAGE):
        for path in [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file()):
            if "__pycache__" not in path.parts:
                name = path.relative_to(root.parent)
                content.update(str(name).encode() + b"\0" + path.read_bytes() + b"\0")
    # a folder above the project may be a repository of something else
    commit = (
        subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        if (project / ".git").exists()
        else ""
    )
    return f"{commit}+{content.hexdigest()[:12]}" if commit else content.hexdigest()[:12]


def write_record(candidate: Path, record: Mapping[str, Any]) -> None:
    """Keep the record of a publication in its candidate."""
    (candidate / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def record_of(
    published: Path,
    build_id: str,
    rows: Mapping[str, int],
    promised: Promised,
    code: str,
    gate: Mapping[str, Any],
    accepted_contract: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The record of one publication: which build, rows, rates, contract and who accepted its major version, code, and what
    the gate said."""
    rates: list[dict[str, Any]] = []
    with reading.connect(published / "customer360.duckdb") as connection:
        if "scorecard" in rows:
            answer = connection.execute(
                "select measure, status, rate, numerator, denominator from marts.scorecard"
                " where source_system = 'all' order by measure"
            )
            names = [name for name, *_ in answer.description]
            rates = [
                {
                    name: float(value) if hasattr(value, "as_tuple") else value
                    for name, value in zip(names, row, strict=True)
                }
                for row in answer.fetchall()
            ]
    return {
        "build_id": build_id,
        "major": promised.major,
        "contract": digest(promised.tables),
        "accepted_contract": accepted_contract,
        "code": code,
        "rows": dict(rows),
        "rates": rates,
        "gate": dict(gate),
    }


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
