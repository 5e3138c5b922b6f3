"""Which SQL models and functions Spark parses and analyses. Nothing is executed, and models in Python are not counted.

What Spark does not read yet stands in spark_left.json, with the error condition. The list may only become shorter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.spark import columns_of, compiled, create_functions, declared_type, error_of
from conftest import latest_build

pytestmark = pytest.mark.slow

LEFT = Path(__file__).with_name("spark_left.json")


@pytest.fixture(scope="module")
def graph(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest with models and functions compiled for Spark."""
    return compiled(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="module")
def tables(spark: Any) -> None:
    """Every table and view of the builds of both data sets, as a table without rows: a build has its own systems alone."""
    relations: dict[str, list[tuple[str, str]]] = {}
    for data_set in ("online_retail", "demo"):
        with duckdb.connect(str(latest_build(data_set)), read_only=True) as connection:
            relations |= columns_of(connection)
    for schema in {"functions"} | {name.partition(".")[0] for name in relations}:
        spark.sql(f"create database {schema}")

    def create(relation: tuple[str, list[tuple[str, str]]]) -> None:
        name, columns = relation
        listed = ", ".join(f"`{column}` {declared_type(kind)}" for column, kind in columns)
        spark.sql(f"create table {name} ({listed}) using parquet")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(create, relations.items()))


@pytest.fixture(scope="module")
def functions(spark: Any, graph: dict[str, Any], tables: None) -> dict[str, str]:
    """Functions whose body Spark does not take, with the error; whatever calls one is judged by its own SQL."""
    return create_functions(spark, graph["functions"], with_body=False)


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


def test_spark_reads_no_fewer_models(spark: Any, graph: dict[str, Any], functions: dict[str, str]) -> None:
    """A model of another name than those listed that is not read was read before, or is new."""
    models = {
        node["name"]: node["compiled_code"]
        for node in graph["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(models, pool.map(lambda sql: error_of(spark, sql), models.values()), strict=True))
    judge("models", models, {name: error for name, error in found.items() if error})
