"""Run SQL models on Spark, each alone on the rows that DuckDB's build holds for what it reads, and compare the rows.

A model that differs does so by its own SQL, not by a model before it. Rows are compared exactly; floating-point numbers that
differ are then compared to nine significant digits.

    make build && uv sync --frozen --group spark          # Java 17 or 21 as well
    python -m bench.spark                                  # every mart
    python -m bench.spark --select intermediate/value customer_rfm

Models that need the hashing key are left out and named: Spark has no such variable here. Models in Python do not run.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType

from bench.compare import differences
from bench.measuring import PROJECT, read_arguments
from customer360.core.warehouse import Warehouse

DIGITS = 9
"""Significant digits to which floating-point numbers of two engines have to agree."""

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}

SPARK_TYPES = {
    "VARCHAR": "string",
    "JSON": "string",
    "INTEGER": "int",
    "UBIGINT": "decimal(20, 0)",
    "HUGEINT": "decimal(38, 0)",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
"""DuckDB's types that have another name in Spark, or none: a decimal that holds all their values."""

FEWER_TYPES = {name: kind for name, kind in SPARK_TYPES.items() if kind.startswith("decimal")}
"""DuckDB's types that its Parquet files hold otherwise."""


def spark_type(kind: DuckDBPyType) -> str:
    """The type of Spark that holds the values of a type of DuckDB."""
    if kind.id == "list":
        return f"array<{spark_type(kind.child)}>"
    if kind.id == "struct":
        return f"struct<{', '.join(f'{name}: {spark_type(child)}' for name, child in kind.children)}>"
    if kind.id == "map":
        (_, key), (_, value) = kind.children
        return f"map<{spark_type(key)}, {spark_type(value)}>"
    return SPARK_TYPES.get(str(kind), str(kind).lower())


def declared_type(text: str) -> str:
    """As spark_type, of a type as DuckDB writes it."""
    return spark_type(duckdb.type(text))


@contextmanager
def session(folder: Path, cores: int = 1) -> Iterator[Any]:
    """A local Spark that keeps everything it writes in a folder."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.local.dir", str(folder / "local"))
    for name, value in (SETTINGS | {"spark.sql.warehouse.dir": str(folder / "warehouse")}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    logging.getLogger("SQLQueryContextLogger").disabled = True  # each error, once more
    try:
        yield spark
    finally:
        spark.stop()


def compiled(folder: Path) -> dict[str, Any]:
    """dbt's manifest with models and functions compiled for Spark. Models in Python do not run there.

    Raises RuntimeError with what dbt said where it fails.
    """
    done = subprocess.run(
        [
            *("dbt", "--quiet", "compile", "--target", "spark", "--no-populate-cache", "--no-introspect"),
            *("--exclude", "resource_type:test", "resource_type:unit_test", "path:models/**/*.py"),
            *("--target-path", str(folder), "--log-path", str(folder)),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def error_of(spark: Any, sql: str) -> str:
    """What Spark says against a statement: its condition and the first line of the message; nothing where it takes it."""
    from pyspark.errors import PySparkException

    try:
        spark.sql(sql)
    except PySparkException as error:
        return f"{error.getCondition() or type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return ""


def create_functions(spark: Any, nodes: Mapping[str, Mapping[str, Any]], with_body: bool) -> dict[str, str]:
    """Create the project's functions; returns those whose body Spark does not take, with the error.

    These, and without `with_body` all of them, are a null of their declared type: Spark analyses a body once more in each
    call, which takes minutes for the base models of staging.
    """
    errors = {}
    for key in TopologicalSorter(
        {key: [o for o in node["depends_on"]["nodes"] if o in nodes] for key, node in nodes.items()}
    ).static_order():
        node = nodes[key]
        arguments = ", ".join(
            f"{one['name']} {declared_type(one['data_type'])}"
            + (f" default {one['default_value']}" if one.get("default_value") else "")
            for one in node["arguments"]
        )
        returned = declared_type(node["returns"]["data_type"])
        signature = (
            f"create or replace function {node['relation_name']}({arguments}) returns {returned} return"
        )
        error = error_of(spark, f"{signature} {node['compiled_code']}")
        if error:
            errors[node["name"]] = error
        if error or not with_body:
            spark.sql(f"{signature} cast(null as {returned})")
    return errors


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Columns with their types of every table and view of a build, by schema.name."""
    return dict(
        connection.execute(
            """
            select schema_name || '.' || table_name, list((column_name, data_type) order by column_index)
            from duckdb_columns() where not internal group by all
            """
        ).fetchall()
    )


def needed(graph: Mapping[str, Any], models: Iterable[str]) -> tuple[set[str], set[str]]:
    """Relations that models read, themselves or by their functions, as schema.name; and the ids of these functions."""
    relations, functions = set(), set()
    waiting = [*models]
    while waiting:
        node = graph["nodes"].get(waiting[-1]) or graph["functions"][waiting[-1]]
        waiting.pop()
        for other in node["depends_on"]["nodes"]:
            if other in graph["functions"]:
                if other not in functions:
                    functions.add(other)
                    waiting.append(other)
            elif other in graph["nodes"]:
                relations.add(f"{graph['nodes'][other]['schema']}.{graph['nodes'][other]['name']}")
    return relations, functions


def offer(
    spark: Any,
    connection: duckdb.DuckDBPyConnection,
    relations: Iterable[str],
    columns: Mapping[str, Sequence[tuple[str, str]]],
    folder: Path,
) -> None:
    """Make relations of a build tables of Spark, by Parquet files in a folder."""
    for relation in sorted(relations):
        file = folder / f"{relation}.parquet"
        values = ", ".join(
            f'cast("{column}" as {FEWER_TYPES[kind]}) as "{column}"' if kind in FEWER_TYPES else f'"{column}"'
            for column, kind in columns[relation]
        )
        connection.execute(f"copy (select {values} from {relation}) to '{file}' (format parquet)")
        listed = ", ".join(f"`{column}` {declared_type(kind)}" for column, kind in columns[relation])
        spark.sql(f"create table {relation} ({listed}) using parquet location '{file}'")


def chosen(graph: Mapping[str, Any], select: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Models in SQL by name whose name, or folder under models/, is selected."""
    models = {}
    for node in graph["nodes"].values():
        if node["resource_type"] != "model" or node["language"] != "sql":
            continue
        folder = node["original_file_path"].removeprefix("models/").rpartition("/")[0]
        if node["name"] in select or any(f"{folder}/".startswith(f"{one}/") for one in select):
            models[node["name"]] = node
    return models


def parity(select: Sequence[str], data: str = "demo", cores: int = 2) -> dict[str, list[str]]:
    """Run the selected models on Spark; returns lines by `identical`, `digits`, `different`, `failed` and `left out`.

    Raises LookupError where there is no build of the data set or nothing is selected.
    """
    build = Warehouse(PROJECT / "warehouse" / data).latest_build()
    if not build:
        raise LookupError(f"no build of {data}; run: make build DATA={data}")
    report: dict[str, list[str]] = {
        kind: [] for kind in ("identical", "digits", "different", "failed", "left out")
    }
    with tempfile.TemporaryDirectory() as at, session(Path(at), cores) as spark:
        folder = Path(at)
        graph = compiled(folder / "compiled")
        models = chosen(graph, select)
        if not models:
            raise LookupError(f"no model in SQL is named or lies in {', '.join(select)}")
        relations, functions = needed(graph, (node["unique_id"] for node in models.values()))
        with duckdb.connect(str(build), read_only=True) as connection:
            columns = columns_of(connection)
            for schema in {"functions"} | {name.partition(".")[0] for name in relations}:
                spark.sql(f"create database if not exists {schema}")
            (folder / "rows").mkdir()
            offer(spark, connection, relations & columns.keys(), columns, folder / "rows")
        refused = create_functions(spark, {key: graph["functions"][key] for key in functions}, with_body=True)
        ran, made = {}, folder / "made"
        for name, node in models.items():
            _, used = needed(graph, [node["unique_id"]])
            missing = refused.keys() & {graph["functions"][key]["name"] for key in used}
            if missing:
                report["left out"].append(f"{name}: {', '.join(sorted(missing))}")
                continue
            started = time.monotonic()
            try:
                spark.sql(node["compiled_code"]).write.parquet(str(made / name))
            except Exception as error:
                report["failed"].append(f"{name}: {str(error).partition(chr(10))[0][:200]}")
                continue
            ran[f"{node['schema']}.{name}"] = time.monotonic() - started
        _compare(build, made, ran, columns, folder, report)
    return report


def _compare(
    build: Path,
    made: Path,
    ran: Mapping[str, float],
    columns: Mapping[str, Sequence[tuple[str, str]]],
    folder: Path,
    report: dict[str, list[str]],
) -> None:
    """Set what Spark wrote beside the same relations of the build, in two files of equal shape."""
    files = {side: folder / f"{side}.duckdb" for side in ("duckdb", "spark")}
    for side, file in files.items():
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"attach '{build}' as build (read_only)")
            for relation in ran:
                schema, name = relation.split(".")
                connection.execute(f"create schema if not exists {schema}")
                values = ", ".join(f'cast("{c}" as {kind}) as "{c}"' for c, kind in columns[relation])
                source = (
                    f"build.{relation}" if side == "duckdb" else f"read_parquet('{made / name}/*.parquet')"
                )
                connection.execute(f"create table {relation} as select {values} from {source}")
    exactly = {told.partition("\n")[0]: told for told in differences(files["duckdb"], files["spark"])}
    roughly = {told.partition("\n")[0]: told for told in differences(files["duckdb"], files["spark"], DIGITS)}
    for relation, seconds in ran.items():
        name = relation.partition(".")[2]
        kind = "different" if relation in roughly else "digits" if relation in exactly else "identical"
        told = roughly.get(relation, relation).partition("\n")[2]
        report[kind].append(f"{name}: {seconds:.1f} s" + (f"\n{told}" if told else ""))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; 1 where rows differ or a model fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.spark", description=__doc__)
    parser.add_argument(
        "--select", nargs="+", default=["marts"], metavar="NAME", help="models, or folders of models/"
    )
    parser.add_argument("--data", default="demo", help="data set whose latest build is read")
    parser.add_argument("--cores", type=int, default=2, help="threads of Spark")
    given = read_arguments(parser, arguments, select=["customer_rfm"])
    if not shutil.which("java"):
        parser.error("no Java: Spark needs 17 or 21")
    try:
        report = parity(given.select, given.data, given.cores)
    except LookupError as error:
        parser.error(str(error))
    for kind, lines in report.items():
        if kind != "identical":
            for line in lines:
                print(f"{kind}: {line}")
    print(", ".join(f"{len(lines)} {kind}" for kind, lines in report.items()))
    return int(bool(report["different"] or report["failed"]))


if __name__ == "__main__":
    sys.exit(main())
