"""The order of rows and the number of threads decide no value: two builds of one input are equal to the last bit."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from bench.compare import differences
from conftest import PROJECT, latest_build, manifest
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.privacy.hashing_key import ENVIRONMENT_VARIABLE, key_for, session_variables

ADDING = (exp.Sum, exp.Avg)
UNSTABLE = (
    *("corr", "covar_pop", "covar_samp", "stddev", "stddev_pop", "stddev_samp", "var_pop", "var_samp", "variance"),
    *("regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "kurtosis", "skewness"),
    *("entropy", "product", "fsum", "kahan_sum", "sumkahan", "favg"),
)  # fmt: skip
"""Aggregates that DuckDB computes in floating point whatever the type of their argument."""

_CALLED = re.compile(rf"\b({'|'.join(('sum', 'avg', *UNSTABLE))})\s*\(", re.IGNORECASE)


def nodes_of(data_set: str) -> list[dict[str, Any]]:
    """Models and seeds in the manifest of the latest build of a data set."""
    return [n for n in manifest(data_set)["nodes"].values() if n["resource_type"] in ("model", "seed")]


# --- no model adds up doubles ------------------------------------------------------------------------------


def readable(select: exp.Select) -> tuple[list[str], bool]:
    """The CTEs that a select can read, as SQL, and whether one of them may read itself."""
    found: list[str] = []
    recursive, passed, node = False, set(), select
    while node is not None:
        passed.add(id(node))
        if (above := node.args.get("with_")) is not None:
            level = []
            for cte in above.expressions:
                is_own = id(cte) in passed
                if not is_own or above.recursive:
                    level.append(cte.sql("duckdb"))
                if is_own:
                    break
            found, recursive = level + found, recursive or bool(above.recursive)
        node = node.parent
    return found, recursive


def order_dependent(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[str]:
    """Aggregates of a query whose last bit depends on the order of rows: sums and means of doubles, and what is
    computed in floating point in any case. Raises where the type of an argument cannot be found."""
    if not _CALLED.search(sql):
        return  # parsing takes long
    sums: dict[tuple[int, bool], list[exp.AggFunc]] = {}
    for call in sqlglot.parse_one(sql, read="duckdb").find_all(exp.AggFunc, exp.Anonymous):
        name = (
            call.name.lower() if isinstance(call, exp.Anonymous) else call.sql("duckdb").split("(")[0].lower()
        )
        if name in UNSTABLE:
            yield call.sql("duckdb")
        elif isinstance(call, ADDING):
            of_groups = call.this.find(exp.AggFunc) is not None  # a window over aggregates
            sums.setdefault((id(call.find_ancestor(exp.Select)), of_groups), []).append(call)
    for (_, of_groups), calls in sums.items():
        select = calls[0].find_ancestor(exp.Select)
        ctes, recursive = readable(select)
        probe = select.copy()
        for part in (
            "with_",
            "order",
            "qualify",
            "distinct",
            "limit",
            "having",
            *([] if of_groups else ["group"]),
        ):
            probe.set(part, None)
        given = [
            call.this.expressions[0] if isinstance(call.this, exp.Distinct) else call.this for call in calls
        ]
        probe.set("expressions", [exp.alias_(one.copy(), f"_{number}") for number, one in enumerate(given)])
        above = f"with {'recursive ' if recursive else ''}{', '.join(ctes)} " if ctes else ""
        described = connection.execute(f"describe {above}{probe.sql('duckdb')}").fetchall()
        for call, (_, kind, *_) in zip(calls, described, strict=True):
            if kind in ("DOUBLE", "FLOAT"):
                yield call.sql("duckdb")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select sum(x) from t", ["SUM(x)"]),
        ("select sum(cast(x as decimal(38, 12))), sum(n), avg(d) from t", []),
        ("with a as (select n / 2 as half from t) select avg(half) from a", ["AVG(half)"]),
        ("select sum(sum(x)) over () from t group by n", ["SUM(SUM(x)) OVER ()", "SUM(x)"]),
        ("select sum(sum(n)) over (partition by n) as s from t group by n", []),
        ("select corr(n, d), stddev_samp(n) from t", ["CORR(n, d)", "STDDEV_SAMP(n)"]),
        (
            "with recursive a as (select x, 1 as k from t union all select b.x, k + 1 from"
            " (select k, sum(x) as x from a group by k) as b where k < 3) select k from a",
            ["SUM(x)"],
        ),
    ],
)  # fmt: skip
def test_a_sum_of_doubles_is_found(sql: str, found: list[str]) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t (x double, n bigint, d decimal(18, 2))")
        assert sorted(call.split(" OVER")[0] for call in order_dependent(connection, sql)) == sorted(
            call.split(" OVER")[0] for call in found
        )


def test_no_model_adds_up_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remedy: exact_sum, exact_mean or whole_variance (macros/portable/numbers.sql)."""
    monkeypatch.chdir(PROJECT)
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        assert [
            f"{node['name']}: {call}"
            for node in nodes_of("demo")
            if node.get("language") == "sql" and node["resource_type"] == "model"
            for call in order_dependent(connection, node["compiled_code"])
        ] == []


def test_no_published_zero_is_negative() -> None:
    """Of a run of zeros of both signs DuckDB's files keep the first one: the order of rows would decide. Remedy:
    signed_share (macros/portable/numbers.sql)."""
    for data_set in ("demo", "online_retail"):
        with duckdb.connect(str(latest_build(data_set)), read_only=True) as connection:
            columns = connection.execute(
                "select schema_name || '.' || table_name, column_name from duckdb_columns()"
                " where data_type = 'DOUBLE' and schema_name in ('marts', 'pages', 'quality')"
            ).fetchall()
            assert len(columns) > 300
            assert [
                f"{data_set}: {table}.{column}"
                for table, column in columns
                if connection.execute(
                    f'select 1 from {table} where "{column}" = 0 and signbit("{column}") limit 1'
                ).fetchall()
            ] == []


# --- every model, out of shuffled rows ---------------------------------------------------------------------


def shuffle(database: Path) -> None:
    """Lay the rows of every table of a build, and of the files that its sources read, in another order."""
    with duckdb.connect(str(database)) as connection:
        for table, is_view in connection.execute(
            "select schema_name || '.' || table_name, false from duckdb_tables()"
            " union all select schema_name || '.' || view_name, true from duckdb_views()"
            " where not internal and contains(sql, 'read_parquet')"
        ).fetchall():
            connection.execute(f"create table main.shuffled as from {table} order by random()")
            connection.execute(f"drop {'view' if is_view else 'table'} {table}")
            connection.execute(f"create table {table} as from main.shuffled")
            connection.execute("drop table main.shuffled")


def run_python(
    connection: duckdb.DuckDBPyConnection, node: dict[str, Any], nodes: list[dict[str, Any]]
) -> pa.Table:
    """The result of a Python model: its own code, with a stand-in for dbt."""
    specification = importlib.util.spec_from_file_location(node["name"], PROJECT / node["original_file_path"])
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    schemas = {other["name"]: other["schema"] for other in nodes}

    class Config:
        def __call__(self, **_: Any) -> None:
            """What a model configures dbt alone needs."""

        def meta_get(self, key: str) -> Any:
            return node["config"]["meta"][key]

    return module.model(
        SimpleNamespace(config=Config(), ref=lambda name: connection.sql(f"from {schemas[name]}.{name}")),
        connection,
    )


@pytest.mark.slow
@pytest.mark.parametrize("data_set", ["demo", "online_retail"])
def test_shuffled_rows_and_more_threads_change_no_model(
    data_set: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table of the latest build, made again by its own query out of parents in another order."""
    monkeypatch.chdir(PROJECT)
    built = latest_build(data_set)
    database = Path(shutil.copy(built, tmp_path / built.name))  # as its views call it
    shuffle(database)
    declared = load_data_set(PROJECT, data_set, load_sources(PROJECT))
    key = key_for(data_set, "yes" if declared.personal_data else "none", os.environ.get(ENVIRONMENT_VARIABLE))
    nodes = nodes_of(data_set)
    with duckdb.connect(str(database)) as connection:
        connection.execute("set preserve_insertion_order = false; set threads = 5")
        connection.execute(f"attach '{tmp_path / 'again.duckdb'}' as again")
        for name, value in session_variables(key).items():
            connection.execute(f"set variable {name} = ?", [value])
        made = set()
        for node in nodes:
            if node["config"]["materialized"] != "table":
                continue
            connection.execute(f"create schema if not exists again.{node['schema']}")
            table = f"{node['schema']}.{node['alias']}"
            if node["language"] == "python":
                result = run_python(connection, node, nodes)
                connection.register("result", result)
                connection.execute(f"create table again.{table} as from result")
            else:
                connection.execute(f"create table again.{table} as ({node['compiled_code']}\n)")
            made.add(table)
    assert len(made) > 300
    told = differences(built, tmp_path / "again.duckdb")
    assert [text for text in told if text.split("\n")[0].split(":")[0] in made] == []
