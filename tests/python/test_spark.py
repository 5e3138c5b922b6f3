"""Which SQL models and functions Spark parses and analyses. Nothing is executed, and models in Python are not counted.

What Spark does not read yet stands in spark_left.json, with the error condition. The list may only become shorter.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from duckdb.sqltypes import DuckDBPyType

from conftest import PROJECT, latest_build, run

pyspark = pytest.importorskip("pyspark", reason="Spark is not installed; uv sync --frozen --group spark")
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

pytestmark = pytest.mark.slow

LEFT = Path(__file__).with_name("spark_left.json")

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
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


def spark_type(kind: DuckDBPyType) -> str:
    """The type of Spark that holds the values of a type of DuckDB."""
    if kind.id == "list":
        return f"array<{spark_type(kind.child)}>"
    if kind.id == "struct":
        return f"struct<{', '.join(f'{name}: {spark_type(child)}' for name, child in kind.children)}>"
    return SPARK_TYPES.get(str(kind), str(kind).lower())


def declared_type(text: str) -> str:
    """As spark_type, of a type as DuckDB writes it."""
    return spark_type(duckdb.type(text))


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("no Java: Spark needs 17 or 21 (Debian: apt-get install openjdk-17-jre-headless)")
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[1]").config("spark.local.dir", str(folder / "local"))
    for name, value in (SETTINGS | {"spark.sql.warehouse.dir": str(folder / "warehouse")}).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    logging.getLogger("SQLQueryContextLogger").disabled = True  # each error, once more
    yield session
    session.stop()


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest with models and functions compiled for Spark. Models in Python do not run there."""
    folder = tmp_path_factory.mktemp("compiled")
    done = run(
        PROJECT,
        *("dbt", "--quiet", "compile", "--target", "spark", "--no-populate-cache", "--no-introspect"),
        *("--exclude", "resource_type:test", "resource_type:unit_test", "path:models/**/*.py"),
        *("--target-path", str(folder), "--log-path", str(folder)),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(spark: SparkSession) -> None:
    """Every table and view of the demo company's build, as a table without rows."""
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        relations = connection.execute(
            """
            select schema_name || '.' || table_name, list((column_name, data_type) order by column_index)
            from duckdb_columns() where not internal group by all
            """
        ).fetchall()
    for schema in {"functions"} | {name.partition(".")[0] for name, _ in relations}:
        spark.sql(f"create database {schema}")

    def create(relation: tuple[str, list[tuple[str, str]]]) -> None:
        name, columns = relation
        listed = ", ".join(f"`{column}` {declared_type(kind)}" for column, kind in columns)
        spark.sql(f"create table {name} ({listed}) using parquet")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(create, relations))


@pytest.fixture(scope="module")
def functions(spark: SparkSession, graph: dict[str, Any], tables: None) -> dict[str, str]:
    """Functions whose body Spark does not take, with the error. Each is created again with a null of its declared type as
    body, so that whatever calls it is judged by its own SQL: Spark analyses the body of a function once more in each
    call, which takes minutes for the base models of staging."""
    nodes, errors = graph["functions"], {}
    for key in TopologicalSorter(
        {
            key: [other for other in node["depends_on"]["nodes"] if other in nodes]
            for key, node in nodes.items()
        }
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
        if error := error_of(spark, f"{signature} {node['compiled_code']}"):
            errors[node["name"]] = error
        spark.sql(f"{signature} cast(null as {returned})")
    return errors


def error_of(spark: SparkSession, sql: str) -> str:
    """What Spark says against a statement: its condition and the first line of the message; nothing where it takes it."""
    try:
        spark.sql(sql)
    except PySparkException as error:
        return f"{error.getCondition() or type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return ""


def judge(kind: str, names: Iterable[str], errors: dict[str, str]) -> None:
    """Fails where the list of spark_left.json is not what Spark says, or where fewer are read than it says."""
    written = json.loads(LEFT.read_text(encoding="utf-8"))[kind]
    listed, count = written["left"], len(set(names)) - len(errors)
    conditions = {name: error.partition(":")[0] for name, error in errors.items()}
    news = [f"{name} is not read: {errors[name]}" for name in sorted(errors.keys() - listed.keys())]
    news += [f"{name} is read now: take it off the list" for name in sorted(listed.keys() - errors.keys())]
    news += [
        f"{name} fails otherwise now: write {condition}"
        for name, condition in sorted(conditions.items())
        if listed.get(name, condition) != condition
    ]
    assert not news, "\n".join([*news, f"Spark reads {count} {kind}: write it as at_least, if it is more"])
    assert count >= written["at_least"], f"Spark reads {count} {kind}; it read {written['at_least']}"


def test_spark_reads_no_fewer_functions(graph: dict[str, Any], functions: dict[str, str]) -> None:
    judge("functions", (node["name"] for node in graph["functions"].values()), functions)


def test_spark_reads_no_fewer_models(
    spark: SparkSession, graph: dict[str, Any], functions: dict[str, str]
) -> None:
    """A model of another name than those listed that is not read was read before, or is new."""
    models = {
        node["name"]: node["compiled_code"]
        for node in graph["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(models, pool.map(lambda sql: error_of(spark, sql), models.values()), strict=True))
    judge("models", models, {name: error for name, error in found.items() if error})
