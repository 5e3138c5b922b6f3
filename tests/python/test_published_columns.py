"""A published column without information on the demo has a reason from a closed list (tests/constant_columns.csv), judged
on a first build; a listed column that carries information has no reason to be listed."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from conftest import PROJECT
from customer360.core.warehouse import Warehouse

LISTED = PROJECT / "tests" / "constant_columns.csv"
REASONS = {
    "absent_input": "no system of the demo delivers it, or only one does; other companies have it",
    "single_as_of_date": "one as-of date per publication, and the demo's is the end of a month",
    "reference": "a figure of the field or a target, repeated beside each measured one",
    "needs_second_build": "changes from one build to the next",
    "policy": "what the demo's policy decides alike for all rows",
    "low_base": "too few cases in the demo to measure it",
    "nothing_found": "tells a fault or a rare case, of which the demo has none",
    "one_row": "the table has one row on the demo",
}
ALL = "*"
PUBLISHED = ("marts", "pages", "publication")


class Line(NamedTuple):
    """One line of the list: `*` is any table, or all columns of a table with one row."""

    table: str
    column: str
    state: str
    reason: str
    note: str

    def covers(self, table: str, column: str) -> bool:
        """Whether the line is about a column."""
        return self.table in (ALL, table) and self.column in (ALL, column)


def without_information(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """`null` or `constant` for each published column that is so in every row; tables without rows count as null."""
    found: dict[tuple[str, str], str] = {}
    columns: dict[str, list[str]] = {}
    query = (
        "select schema_name, table_name, column_name from duckdb_columns() where not internal order by all"
    )
    for schema, table, column in connection.execute(query).fetchall():
        if schema in PUBLISHED:
            columns.setdefault(f"{schema}.{table}", []).append(column)
    for table, names in columns.items():
        counted = ", ".join(f'count("{name}"), count(distinct "{name}")' for name in names)
        rows, *counts = connection.execute(f"select count(*), {counted} from {table}").fetchone()
        for name, filled, values in zip(names, counts[::2], counts[1::2], strict=True):
            if filled == 0 or (filled == rows and values == 1):
                found[table, name] = "constant" if filled else "null"
    return found


def faults(found: dict[tuple[str, str], str], listed: Iterable[Line], is_first_build: bool) -> list[str]:
    """What the list does not explain, and what it explains although there is nothing to explain."""
    lines = list(listed)
    told = []
    for (table, column), state in found.items():
        if not any(line.covers(table, column) and line.state == state for line in lines):
            told.append(f"{table}.{column} is {state} and not listed")
    tables = {table for table, _ in found}
    for line in lines:
        if line.reason not in REASONS:
            told.append(f"{line.table}.{line.column}: {line.reason} is no reason of the list")
        if line.reason == "needs_second_build" and not is_first_build:
            continue
        if line.column == ALL:
            there = line.table in tables
        else:
            there = any(line.covers(*key) and line.state == state for key, state in found.items())
        if not there:
            told.append(f"{line.table}.{line.column} is listed as {line.state} and is not")
    return told


def listed_lines(file: Path = LISTED) -> list[Line]:
    """The lines of the list."""
    with file.open(encoding="utf-8", newline="") as opened:
        return [Line(**row) for row in csv.DictReader(opened)]


def test_each_column_without_information_has_a_reason() -> None:
    with duckdb.connect(
        str(Warehouse(PROJECT / "warehouse" / "demo").published), read_only=True
    ) as connection:
        (builds,) = connection.execute(
            "select count(distinct build_id) from marts.scorecard_history"
        ).fetchone()
        found = without_information(connection)
        one_row = [line.table for line in listed_lines() if line.column == ALL]
        rows = {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in one_row}
    assert faults(found, listed_lines(), builds == 1) == []
    # a table with more than one row is explained column by column
    assert set(rows.values()) <= {1}, rows


def test_a_constant_column_and_a_line_without_one_are_told() -> None:
    connection = duckdb.connect(":memory:")
    connection.execute(
        """
        create schema marts; create schema policy;
        create table policy.hidden as select 1 as x from range(3);
        create table marts.a as
        select range as varies, 7 as same, cast(null as integer) as empty, nullif(range, 0) - range as partly
        from range(3)
        """
    )
    found = without_information(connection)
    # a value that some rows have and others do not is information
    assert found == {("marts.a", "same"): "constant", ("marts.a", "empty"): "null"}
    whole = [
        Line("marts.a", "same", "constant", "policy", ""),
        Line(ALL, "empty", "null", "absent_input", ""),
    ]
    assert faults(found, whole, True) == []
    assert faults(found, whole[:1], True) == ["marts.a.empty is null and not listed"]
    varying = Line("marts.a", "varies", "constant", "needs_second_build", "")
    assert faults(found, [*whole, varying], True) == ["marts.a.varies is listed as constant and is not"]
    assert faults(found, [*whole, varying], False) == []
    unknown = whole[0]._replace(reason="because")
    assert faults(found, [unknown, whole[1]], True) == ["marts.a.same: because is no reason of the list"]
    assert faults(found, [whole[0]._replace(state="null"), whole[1]], True) == [
        "marts.a.same is constant and not listed",
        "marts.a.same is listed as null and is not",
    ]
