"""Each generic test is green on rows that keep its rule and names the rule, and how many rows break it, on others."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml

from bench import macro_views

OTHERS = {
    "people": "select unnest(['a', 'b']) as id, unnest([10.5, 20.0]::decimal(9, 2)[]) as amount",
    "months": "select unnest([date '2026-01-01', date '2026-02-01']) as month_on",
    "nobody": "select 1 as x where false",
}
SHARE = "select {} as share, {} as part, {} as whole"


class Net(NamedTuple):
    """A test on a model: SQL that keeps the rule, SQL that breaks it, and what the test answers then."""

    test: dict[str, Any]
    good: list[str]
    bad: dict[str, list[tuple[Any, ...]]]
    """SQL → what the test answers: the broken rules and their rows, most often."""


def of_rows(rule: Any, good: list[str], bad: dict[str, int], said: str) -> Net:
    """A rule of column x, over the values of a list each."""
    tables = {f"select unnest([{values}]) as x": [(said, rows)] for values, rows in bad.items()}
    return Net({"column": rule}, [f"select unnest([{values}]) as x" for values in good], tables)


def of_table(good: list[str], bad: dict[str, list[tuple[str, int]]], **arguments: Any) -> Net:
    return Net({"rules_hold": {"arguments": arguments}}, good, bad)


def keys_of(**arguments: Any) -> dict[str, Any]:
    return {"same_keys": {"arguments": {"columns": ["id"], "to": "ref('people')"} | arguments}}


def id_rows(*ids: str) -> str:
    return f"select unnest([{', '.join(map(repr, ids))}]::varchar[]) as id"


def share_of(word: str) -> Net:
    bounded = {SHARE.format(2.0, 2, 1): 1, SHARE.format(-0.5, -1, 2): 1} if word == "share_of" else {}
    wrong = {
        SHARE.format(42, 1, 2): 1,
        SHARE.format("null", 1, 2): 1,
        SHARE.format(0, 0, 0): 1,
        SHARE.format(0.5, 1, "null::int"): 1,
    } | bounded
    good = [
        SHARE.format(0.5, 1, 2),
        SHARE.format("null::int", 0, 0),
        SHARE.format("null::int", 1, "null::int"),
    ]
    good += [SHARE.format("1 / 3.0::double", 1, 3)]
    good += [] if word == "share_of" else [SHARE.format(2.0, 2, 1)]
    return Net(
        {"column": {word: ["part", "whole"]}, "name": "share"},
        good,
        {sql: [(f"share {word} part, whole", rows)] for sql, rows in wrong.items()},
    )


def bands_of(**arguments: Any) -> dict[str, Any]:
    return {"bands_join": {"arguments": {"lower": "x", "upper": "y"} | arguments}}


BANDS = "select unnest([{}]::int[]) as x, unnest([{}]::int[]) as y"
MONTHS = "select unnest([{}]::date[]) as on_date, unnest([{}]) as id"
NETS = {
    "not_null": of_rows("not_null", ["1, 2"], {"1, null, null": 2}, "x not_null"),
    "unique_column": of_rows("unique", ["1, 2, null, null"], {"1, 1, 1, 2": 2}, "x unique"),
    "unique_where": of_rows(
        {"unique": True, "where": "x > 1"}, ["1, 1, 2"], {"1, 2, 2": 1}, "x unique where x > 1"
    ),
    "values": of_rows({"values": ["a", "b"]}, ["'a', null"], {"'a', 'c', 'A'": 2}, "x values a, b"),
    "numbers": of_rows({"values": [1, 2]}, ["1, null"], {"1, 3": 1}, "x values 1, 2"),
    "known_fields": of_rows(
        {"known": "customer_fields"}, ["'phone', null"], {"'fax', 'phone'": 1},
        "x known name, company_name, phone, email, credit_code, birth_date, gender, province_code, city_code, district,"
        " address, country, industry_code, income_band, job_title",
    ),
    "share": of_rows("share", ["0, 1, 0.5, null"], {"-0.01": 1, "1.01, 0": 1}, "x share"),
    "at_least": of_rows({"at_least": 0}, ["0, 1, null"], {"-1, 0": 1}, "x at_least 0"),
    "at_most": of_rows({"at_most": "x * 1"}, ["0, 1, null"], {}, ""),
    "at_most_number": of_rows({"at_most": 2}, ["2, null"], {"3, 2": 1}, "x at_most 2"),
    "above": of_rows({"above": 0}, ["1, null"], {"0, 1": 1}, "x above 0"),
    "below": of_rows({"below": 1}, ["0.9, null"], {"1, 0": 1}, "x below 1"),
    "condition": of_rows("x > 1", ["2"], {"1, null, 2": 2}, "x > 1"),
    "share_of": share_of("share_of"),
    "ratio_of": share_of("ratio_of"),
    "a_rule_with_a_remedy": of_rows(
        {"x > 1": True, "remedy": "Write 2"}, ["2"], {"1, null, 2": 2}, "x > 1"
    ),
    "key": of_table(
        ["select unnest([1, 1]) as a, unnest([1, 2]) as b"],
        {
            "select unnest([1, 1, 1]) as a, unnest([1, 1, 2]) as b": [("key a, b", 1)],
            "select 1 as a, null::int as b": [("key a, b", 1)],
        },
        key=["a", "b"],
    ),
    "rows": of_table(
        ["select unnest([1, 2]) as a"],
        {
            "select 2 as a": [("rows 2", 1)],
            "select unnest([1, 2, 3]) as a": [("rows 2", 1), ("rows 1 where a > 1", 1)],
        },
        rules=[{"rows": 2}, {"rows": 1, "where": "a > 1"}],
    ),
    "condition_of_rows": of_table(
        ["select 1 as a, 'x' as b"], {"select 2 as a, 'y' as b": [("a = 1 or b = 'x'", 1)]}, rules=["a = 1\nor b = 'x'"]
    ),
    "same_keys": Net(
        keys_of(),
        [id_rows("a", "b", "b")],
        {
            id_rows("a"): [("keys of people that are missing", 1)],
            id_rows("a", "b", "c", "d"): [("keys that people does not have", 2)],
        },
    ),
    "same_keys_within": Net(
        keys_of(within=True),
        [id_rows("a"), id_rows()],
        {id_rows("c"): [("keys that people does not have", 1)]},
    ),
    "same_keys_covers": Net(
        keys_of(covers=True),
        [id_rows("a", "b", "c")],
        {id_rows("a", "c"): [("keys of people that are missing", 1)]},
    ),
    "same_keys_where": Net(
        keys_of(own_where="id <> 'unknown'", to_where="amount > 15"),
        [id_rows("b", "unknown")],
        {id_rows("a", "b"): [("keys that people does not have", 1)]},
    ),
    "same_keys_of_a_product": Net(
        keys_of(
            columns=["id", "on_date"],
            to="(select * from {{ ref('people') }} cross join {{ ref('months') }})",
            to_columns=["id", "month_on"],
        ),
        [MONTHS.format("'2026-01-01', '2026-02-01', '2026-01-01', '2026-02-01'", "'a', 'a', 'b', 'b'")],
        {
            MONTHS.format("'2026-01-01', '2026-02-01', '2026-01-01'", "'a', 'a', 'b'"): [
                ("keys of the subquery that are missing", 1)
            ]
        },
    ),
    "same_totals": Net(
        {"same_totals": {"arguments": {"to": "ref('people')", "totals": {"sum(x)": "sum(amount)"}}}},
        ["select unnest([30.5]::decimal(9, 2)[]) as x"],
        {
            "select 30.49::decimal(9, 2) as x": [("sum(x) = sum(amount) of people", 1)],
            "select 1 as x where false": [("sum(x) = sum(amount) of people", 1)],
        },
    ),
    "same_totals_by": Net(
        {
            "same_totals": {
                "arguments": {
                    "to": "ref('people')",
                    "by": ["name"],
                    "to_by": ["id"],
                    "totals": {"count(*)": "count(*)", "sum(x)": "sum(amount)"},
                    "within": 0.01,
                }
            }
        },
        ["select unnest(['a', 'b']) as name, unnest([10.505, 20.0]) as x"],
        {
            "select unnest(['a', 'b']) as name, unnest([20.0, 10.5]) as x": [("sum(x) = sum(amount) of people", 2)],
            "select 'a' as name, 10.5 as x": [
                ("count(*) = count(*) of people", 1),
                ("sum(x) = sum(amount) of people", 1),
            ],
        },
    ),
    "no_gaps": Net(
        {"no_gaps": {"arguments": {"column": "on_date", "every": "month", "by": ["id"]}}},
        [MONTHS.format("'2025-12-01', '2026-01-01', '2026-03-01'", "'a', 'a', 'b'")],
        {MONTHS.format("'2025-12-01', '2026-02-01', '2026-03-01'", "'a', 'a', 'b'"): [("month missing in on_date", 1)]},
    ),
    "no_gaps_over_all": Net(
        {"no_gaps": {"arguments": {"column": "on_date", "every": "day"}}},
        [MONTHS.format("'2026-02-28', '2026-03-01'", "'a', 'b'")],
        {MONTHS.format("'2026-02-27', '2026-03-01'", "'a', 'b'"): [("day missing in on_date", 1)]},
    ),
    "bands_join": Net(
        bands_of(),
        [BANDS.format("0, 10, 20", "10, 20, null"), BANDS.format("null, 10", "10, null"), BANDS.format("5", "null")],
        {
            BANDS.format("0, 10, 20", "10, 15, null"): [(10, 15, 20, 20)],
            BANDS.format("20, 10, 0", "null, 25, 10"): [(10, 25, 20, 20)],
            BANDS.format("0, 10", "null, null"): [(0, None, 10, 10)],
            BANDS.format("0, 10", "10, 20"): [(10, 20, None, None)],
        },
    ),
    "bands_join_by": Net(
        bands_of(by=["kind"], key="kind || x"),
        ["select unnest(['a', 'a', 'b']) as kind, unnest([0, 10, 5]) as x, unnest([10, null, null]) as y"],
        {
            "select unnest(['a', 'a', 'b']) as kind, unnest([0, 10, 5]) as x, unnest([9, null, null]) as y": [
                ("a0", 9, "a10", 10)
            ]
        },
    ),
    "never_empty": Net(
        {"never_empty": {"arguments": {"unless_empty": ["ref('people')", "ref('months')"]}}},
        [id_rows("a")],
        {id_rows(): [("rows although people, months have some", 1)]},
    ),
    "empty_until_its_input_is_over": Net(
        {"never_empty": {"arguments": {"unless_empty": ["ref('people')"], "unless_where": "false"}}}, [id_rows()], {}
    ),
    "empty_like_its_input": Net(
        {"never_empty": {"arguments": {"unless_empty": ["ref('people')", "ref('nobody')"]}}}, [id_rows()], {}
    ),
}  # fmt: skip


def declaration(name: str, net: Net) -> dict[str, Any]:
    if "column" not in net.test:
        return {"name": name, "data_tests": [net.test]}
    column = {"name": net.test.get("name", "x"), "config": {"meta": {"rules": [net.test["column"]]}}}
    return {"name": name, "data_tests": ["rules_hold"], "columns": [column]}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> dict[str, str]:
    """The SQL of each net's test on a model of the net's name."""
    folder = tmp_path_factory.mktemp("nets") / "project"
    macro_views.lay_out(folder, OTHERS | dict.fromkeys(NETS, "select 1 as x"))
    declared = {"version": 2, "models": [declaration(name, net) for name, net in NETS.items()]}
    (folder / "models" / "nets.yml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    done = macro_views.dbt(folder, "compile", "--select", "path:models", "--indirect-selection", "eager")
    assert not done.returncode, done.stdout[-3000:]
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["attached_node"].rpartition(".")[2]: (folder / node["compiled_path"]).read_text(encoding="utf-8")
        for node in nodes
        if node["resource_type"] == "test" and node.get("compiled_path")
    }


@pytest.mark.parametrize("name", NETS)
def test_a_net_holds_what_is_right_and_names_what_is_not(name: str, compiled, tmp_path) -> None:
    net = NETS[name]
    cases = {sql: [] for sql in net.good} | net.bad
    assert compiled.keys() == NETS.keys() and cases
    with duckdb.connect(str(tmp_path / "macro_views.duckdb")) as connection:
        for table, sql in OTHERS.items():
            connection.execute(f"create table {table} as {sql}")
        for sql, expected in cases.items():
            connection.execute(f"create or replace table {name} as {sql}")
            assert sorted(connection.execute(compiled[name]).fetchall()) == sorted(expected), sql
