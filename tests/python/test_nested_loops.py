"""Joins that compare every row with every row: found where they are, and in no model over more than a handful of rows."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from bench.nested_loops import HANDFUL, loops
from conftest import PROJECT, latest_build

MODELS = {
    # one condition on one side alone keeps DuckDB from hashing the keys of a left join
    "slow": "select a.id from main.a left join main.b on a.kind = 'name' and a.id = b.id",
    "fast": "select a.id from main.a left join main.b on case when a.kind = 'name' then a.id end = b.id",
    "policy": "select a.id from main.a cross join (select max(id) as most from main.b) as p where a.id <= p.most",
}


def test_a_planted_loop_is_found_and_one_row_is_a_filter(tmp_path: Path) -> None:
    database = tmp_path / "customer360.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table a as select range as id, 'name' as kind from range(2000)")
        connection.execute("create table b as select range as id from range(1000)")
    nodes = {
        name: {"resource_type": "model", "language": "sql", "name": name, "compiled_code": sql}
        for name, sql in MODELS.items()
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    found = loops(database, manifest)
    assert [(loop.model, loop.smaller, loop.larger) for loop in found if loop.smaller > HANDFUL] == [
        ("slow", 1000, 2000)
    ]
    assert {loop.model for loop in found if loop.smaller <= HANDFUL} == {"policy"}


@pytest.mark.slow
@pytest.mark.parametrize("data_set", ["demo", "online_retail"])
def test_no_model_compares_every_row_with_every_row(data_set: str) -> None:
    found = loops(latest_build(data_set), PROJECT / "target" / data_set / "manifest.json")
    assert [loop for loop in found if loop.smaller > HANDFUL] == []
