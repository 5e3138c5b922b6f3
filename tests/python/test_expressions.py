"""Expressions in policy: one value out of columns, and nothing that reads or writes anything else."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import PROJECT
from customer360.core.declarations import DeclarationError
from customer360.core.expressions import FUNCTIONS, Refused, checked, conjuncts
from customer360.release.gate import read_rules

RULES = PROJECT / "seeds" / "policy" / "publication_gate.csv"


@pytest.mark.parametrize(
    "expression",
    [
        "1); drop table marts.orders; select (1",
        "1); create table marts.x as select (1",
        "(select count(*) from marts.customers)",
        "exists (from marts.customers)",
        "channel in (select channel from marts.orders)",
        "read_text('/etc/passwd')",
        "main.read_text('/etc/passwd')",
        "system.main.read_blob('/etc/passwd')",
        "getvariable('customer360_hmac_inner')",
        "nextval('s')",
        "random()",
        "now()",
        "current_user",
        "sum(net_amount) over ()",
        "count(*)",
        "*",
        "columns('.*')",
        "list_transform([1], lambda x: x)",
        "channel -> 'a'",
        "?",
        "$1",
        "1) from marts.orders where (true",
        "1) union select (2",
        "1), (2",
        "1) order by (1",
        "1) limit (1",
        "1) qualify (true",
        "1) using sample (10%",
        "",
        "not an expression",
        "a;b",
    ],
)
def test_what_is_more_than_one_value_is_refused(expression):
    with pytest.raises(Refused):
        checked(expression)


def test_the_rules_that_are_shipped_are_allowed():
    assert read_rules(RULES)


VALUES = st.recursive(
    st.sampled_from(["a", "b", "1", "2.5", "'x -- y'", "'{b}'", "null", "date '2026-01-01'"]),
    lambda part: st.one_of(
        st.builds("coalesce({}, {})".format, part, part),
        st.builds("case when {} is not null then {} else {} end".format, part, part, part),
        st.builds("nullif({}, {})".format, part, part),
        st.builds("cast({} as varchar)".format, part),
        st.builds("({}) /* ) */".format, part),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(VALUES)
def test_what_is_checked_means_the_same(expression):
    # the braces of a text stay; a comment goes, for what follows in the query must not be part of it
    with duckdb.connect() as connection:
        table = "(values ('1', '2'), (null, 'x'), ('2026-01-01', null)) as t(a, b)"
        try:
            wanted = connection.execute(f"select ({expression}) from {table}").fetchall()
        except duckdb.Error:
            return  # types that do not go together
        written = checked(expression)
        assert "/*" not in written
        assert connection.execute(f"select ({written}) from {table}").fetchall() == wanted


def test_no_allowed_function_reads_anything_but_its_arguments():
    with duckdb.connect() as connection:
        kinds = dict(
            connection.execute(
                "select function_name, string_agg(distinct function_type, ',') from duckdb_functions() group by 1"
            ).fetchall()
        )
        volatile = {
            name
            for (name,) in connection.execute(
                "select function_name from duckdb_functions() where stability = 'VOLATILE'"
            ).fetchall()
        }
    assert not FUNCTIONS & volatile
    assert {name: kinds[name] for name in FUNCTIONS & kinds.keys() if "table" in kinds[name]} == {}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("expression", "read_text('/etc/passwd')", "row 5, expression: calls read_text"),
        ("table_name", 'orders" as x, marts."customers', "row 5, table_name"),
        ("statistic", "sum", "row 5, statistic"),
        ("max_rise", "0.1 or true", "row 5, max_rise"),
        ("minimum_base", "many", "row 5, minimum_base"),
        ("severity", "fatal", "row 5, severity"),
    ],
)
def test_a_rule_of_the_gate_that_cannot_be_used_is_named(column, value, said, tmp_path):
    file = Path(shutil.copy(RULES, tmp_path))
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows[3][column] = value
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(DeclarationError) as raised:
        read_rules(file)
    assert f"publication_gate.csv: {said}" in str(raised.value)


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("a > 0 and b > 0 and c between 0 and 1", ["a > 0", "b > 0", "c BETWEEN 0 AND 1"]),
        ("a > 0 or b > 0", ["a > 0 or b > 0"]),
        ("(a > 0 or b > 0) and (a) = (b)", ["(a > 0) OR (b > 0)", "a = b"]),
        ("case a when 1 then b > 0 and c > 0 end", ["case a when 1 then b > 0 and c > 0 end"]),
        ("a >", ["a >"]),
        ("a; drop table b", ["a; drop table b"]),
    ],
)
def test_a_condition_is_taken_apart_where_and_joins_it(condition, parts):
    assert conjuncts(condition) == parts
