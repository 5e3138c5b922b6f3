"""The bench of mutants: every kind of fault is planted, in the place that is named, and the SQL stays SQL."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from bench import mutants
from bench.mutate import EQUIVALENTS
from conftest import PROJECT

PLANTED = [
    ("comparison", "select * from t where a = 1 and b", "a <> 1"),
    ("comparison", "select * from t where a is null and b", "NOT (a IS NULL)"),
    ("boundary", "select * from t where a < 1 and b", "a <= 1"),
    ("boundary", "select * from t where a between 1 and 2", "(a >= 1 AND a < 2)"),
    ("and/or", "select * from t where a and b", "(a OR b)"),
    ("arithmetic", "select a / b as x from t", "a * b"),
    ("aggregate", "select sum(a) as x from t", "MAX(a)"),
    ("aggregate", "select bool_or(a) as x from t", "BOOL_AND(CAST(a AS BOOLEAN))"),
    ("join kind", "select * from t inner join u on t.a = u.a", "LEFT JOIN u ON t.a = u.a"),
    ("join kind", "select * from t left join u on t.a = u.a", "INNER JOIN u ON t.a = u.a"),
    ("dropped condition", "select * from t where a > 1", ""),
    ("dropped condition", "select * from t where a and b", "b"),
    ("dropped condition", "select sum(a) filter (where b) as x from t", "SUM(a)"),
    ("coalesce default", "select coalesce(a, 0) as x from t", "a"),
    ("distinct", "select distinct a from t", "SELECT a FROM t"),
    ("distinct", "select count(distinct a) as x from t", "COUNT(a)"),
    ("distinct", "select a from t union all select a from u", "SELECT a FROM t UNION SELECT a FROM u"),
    ("order and nulls", "select row_number() over (order by a) as x from t", "a DESC"),
    ("order and nulls", "select max_by(b, a order by a nulls first) as x from t", "a"),
    ("partition", "select sum(a) over (partition by b, c) as x from t", "SUM(a) OVER (PARTITION BY c)"),
    (
        "frame",
        "select sum(a) over (order by b rows between 2 preceding and current row) as x from t",
        "SUM(a) OVER (ORDER BY b)",
    ),
    ("constant", "select a + 1 as x from t", "2"),
    ("constant", "select true as x from t", "FALSE"),
    ("date bound", "select date_trunc('month', d) as x from t", "quarter"),
    ("date bound", "select d + interval 7 day as x from t", "'8'"),
    ("date bound", "select * from t where d < date '2026-02-28'", "'2026-03-01'"),
    ("case branch", "select case when a then 1 else 2 end as x from t", "2"),
    ("case branch", "select case when a then 1 else 2 end as x from t", "CASE WHEN a THEN 1 END"),
]


@pytest.mark.parametrize(("kind", "sql", "after"), PLANTED)
def test_each_kind_of_fault_is_planted(kind: str, sql: str, after: str):
    tree = mutants.parse(sql)
    found = [site for site in mutants.sites(tree) if site.kind == kind]
    assert after in [site.after for site in found]
    for site in found:
        planted = mutants.plant(tree, site)
        assert planted != mutants.written(tree)
        mutants.parse(planted)


def test_an_order_that_cannot_matter_has_no_fault():
    """Rows of a table have no order, and where nulls stand is a fault only where the SQL says it."""
    for sql in ("select a from t order by a desc", "select row_number() over (order by a) as x from t"):
        kinds = [site.after for site in mutants.sites(mutants.parse(sql)) if site.kind == "order and nulls"]
        assert kinds in ([], ["a DESC"])


def test_what_is_only_counted_has_no_value_to_change():
    tree = mutants.parse("select count(case when a then 1 end) as x, sum(case when a then 1 end) as y from t")
    assert [site.after for site in mutants.sites(tree) if site.kind == "constant"] == ["2"]


def test_a_unit_test_has_the_sites_of_its_model():
    """dbt puts rows in the place of what a model reads, and a variable may have another value."""
    model = mutants.parse('select * from "customer360"."marts"."t" as t where t.a > 3 and t.b < 3')
    test = mutants.parse(
        "with __dbt__cte__t as (select 1 as a, case when 2 > 1 then 1 end as b) "
        "select * from __dbt__cte__t as t where t.a > 4 and t.b < 3"
    )
    own, among = mutants.sites(model), mutants.sites(test)
    for site in own:
        there = mutants.same_site(site, among, own)
        assert (there.kind, there.before.replace("4", "3")) == (site.kind, site.before)
        assert "__dbt__cte__t AS (" in mutants.plant(test, there)


@pytest.mark.parametrize(
    "sql",
    [
        "select a, list(b order by b desc nulls last) as bs from t group by a having count(*) > 1",
        "select log2(a + 0.3) as bits, -log2(1.0 + log2(b + 5)) as other_bits from t",
    ],
)
def test_what_is_written_without_a_fault_is_the_model(sql: str):
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select i % 3 as a, nullif(i % 4, 1) as b from range(20) as r(i)"
        )
        one, two = (
            connection.execute(f"from ({x}) order by all").fetchall()
            for x in (sql, mutants.written(mutants.parse(sql)))
        )
    assert one == two


def test_equivalent_mutants_name_a_model_and_a_reason():
    """A mutant that no data can tell from its model says why; its model is one of the project."""
    models = {path.stem for path in Path(PROJECT / "models").rglob("*.sql")}
    with EQUIVALENTS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            assert row["model"] in models, row["model"]
            assert row["before"] != row["after"]
            assert len(row["reason"].split()) > 3, row


@pytest.mark.parametrize("rows", [0, 1, 49, 100, 101])
def test_faults_of_a_whole_table_take_or_double_each_fiftieth_row(rows: int):
    """Also of a table of few rows at least one, or the fault would be none."""
    sql = f"-- rows\nwith t as (select i as a, 'x' as b from range({rows}) as r(i))\nselect * from t -- all"
    with duckdb.connect() as connection:
        found = {kind: connection.execute(mutants.gross(sql, kind)).fetchall() for kind in mutants.GROSS}
    each_fiftieth = -(-rows // 50)
    assert {kind: len(of) for kind, of in found.items()} == {
        "empty": 0,
        "lose": rows - each_fiftieth,
        "repeat": rows + each_fiftieth,
    }
    assert len(set(found["repeat"])) == rows
    assert set(found["repeat"]) - set(found["lose"]) == {
        row for row in found["repeat"] if found["repeat"].count(row) == 2
    }
