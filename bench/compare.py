"""Compare two published copies, or two build files, table by table: every row, exactly.

Two builds of one input are equal to the last bit. Prints what only one file has, how many rows differ, in which columns,
and examples; exit 1 where it finds a difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.measuring import PROJECT
from customer360.release.contracts import COMMITTED

OF_BUILD = {
    "build_id": "name of a build",
    "first_build_id": "name of the build that first read a file",
    "landed_at": "time of landing",
}
"""Columns that differ between any two builds, and what they hold: left out of every table."""

SHOWN = ("marts", "pages", "publication")
"""Schemas without personal values. Of any other table of a build file no value is printed."""

EXAMPLES = 3


def differences(a: Path, b: Path, digits: int | None = None) -> Iterator[str]:
    """What differs between the tables of two DuckDB files, one text of one or more lines per table; nothing where they
    are equal.

    Rows count as often as they occur; their order counts for nothing. Floating-point numbers differ where their last bit
    does, and 0 differs from -0; with `digits` they are first rounded to so many significant digits.
    """
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        shapes = {}
        for side, file in (("a", a), ("b", b)):
            path = str(file).replace("'", "''")
            connection.execute(f"attach '{path}' as {side} (read_only)")
            shapes[side] = _shapes(connection, side)
        keys = _keys(connection)
        for table in sorted(shapes["a"].keys() | shapes["b"].keys()):
            in_a, in_b = shapes["a"].get(table), shapes["b"].get(table)
            if in_a is None or in_b is None:
                yield f"{table}: only in {'B' if in_a is None else 'A'}"
                continue
            lines = [
                *(f"column {column} only in A" for column in in_a if column not in in_b),
                *(f"column {column} only in B" for column in in_b if column not in in_a),
                *(
                    f"column {column} is {in_a[column]} in A, {in_b[column]} in B"
                    for column in in_a
                    if in_b.get(column, in_a[column]) != in_a[column]
                ),
                *_rows(
                    connection, table, {c: in_a[c] for c in in_a if c in in_b}, keys.get(table, ()), digits
                ),
            ]
            if lines:
                yield "\n    ".join([table, *lines])


def _shapes(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """Columns and types, without those of OF_BUILD, of the tables of an attached file, by schema.table."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select c.schema_name || '.' || c.table_name, c.column_name, c.data_type"
        " from duckdb_columns() as c inner join duckdb_tables() as t using (database_oid, table_oid)"
        " where c.database_name = ? order by c.table_oid, c.column_index",
        [side],
    ).fetchall():
        columns = found.setdefault(table, {})
        if column not in OF_BUILD:
            columns[column] = kind
    return found


def _keys(connection: duckdb.DuckDBPyConnection) -> dict[str, Sequence[str]]:
    """Key columns by schema.table: of the committed contract, and primary keys of the first file."""
    promised = json.loads((PROJECT / COMMITTED).read_text(encoding="utf-8"))["tables"]
    declared = connection.execute(
        "select schema_name || '.' || table_name, constraint_column_names from duckdb_constraints()"
        " where database_name = 'a' and constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    return {f"marts.{table}": entry["key"] for table, entry in promised.items()} | dict(declared)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    kinds: Mapping[str, str],
    key: Sequence[str],
    digits: int | None,
) -> list[str]:
    """What differs in the rows of a table, given its common columns and their types."""
    schema, name = table.split(".", 1)
    relation = f"{_quoted(schema)}.{_quoted(name)}"
    values = ", ".join(
        f"{_exact(column, kind, digits)} as {_quoted(column)}" for column, kind in kinds.items()
    )
    if not values:
        return []
    # one pass over both files: what one has more often than the other
    connection.execute(
        f"""
        create or replace temp table differing as
        select * exclude (_side), sum(_side) as _surplus
        from (select {values}, 1 as _side from a.{relation} union all select {values}, -1 from b.{relation})
        group by all
        having sum(_side) <> 0
        """
    )
    more_a, more_b = connection.execute(
        "select coalesce(sum(greatest(_surplus, 0)), 0), coalesce(sum(greatest(-_surplus, 0)), 0) from differing"
    ).fetchone()
    if not more_a and not more_b:
        return []
    (of_a,), (of_b,) = (connection.execute(f"select count(*) from {s}.{relation}").fetchone() for s in "ab")
    lines = [f"rows that differ: {more_a:,} of {of_a:,} in A, {more_b:,} of {of_b:,} in B"]
    keyed = ", ".join(_quoted(column) for column in key)
    is_unique = (
        bool(key)
        and set(key) <= set(kinds)
        and connection.execute(
            f"select bool_and(n = 1) from (select sum(abs(_surplus)) as n from differing group by {keyed}, _surplus > 0)"
        ).fetchone()[0]
    )
    others = [column for column in kinds if column not in key]
    if is_unique:
        pairs = (
            "(from differing where _surplus > 0) as x inner join (from differing where _surplus < 0) as y on "
            + " and ".join(f"x.{_quoted(c)} is not distinct from y.{_quoted(c)}" for c in key)
        )
        counts = ", ".join(
            f"count(*) filter (where x.{_quoted(c)} is distinct from y.{_quoted(c)})" for c in others
        )
        paired, *counted = connection.execute(
            f"select count(*){', ' if counts else ''}{counts} from {pairs}"
        ).fetchone()
        lines.append(
            f"same key: {paired:,}; key only in A: {more_a - paired:,}, only in B: {more_b - paired:,}"
        )
    else:
        pairs, others = "", list(kinds)
        counted = [
            connection.execute(
                "select coalesce(sum(abs(n)), 0) from"
                f" (select sum(_surplus) as n from differing group by {_quoted(column)})"
            ).fetchone()[0]
            for column in others
        ]
    found = {column: count for column, count in zip(others, counted, strict=True) if count}
    lines += [
        f"column {column}: {count:,} {'rows' if pairs else 'values'}" for column, count in found.items()
    ]
    if schema in SHOWN:
        lines += _examples(
            connection, pairs if found else "", key if is_unique else list(kinds)[:EXAMPLES], found
        )
    return lines


def _examples(
    connection: duckdb.DuckDBPyConnection, pairs: str, named: Sequence[str], differing: Mapping[str, int]
) -> Iterator[str]:
    """A few rows that differ, by their key: both values where rows are paired, else which file has the row."""
    names = ", ".join(_quoted(column) for column in named)
    if pairs:
        columns = [f"x.{_quoted(c)}" for c in named]
        columns += [f"{side}.{_quoted(c)}" for c in differing for side in "xy"]
        for row in connection.execute(
            f"select {', '.join(columns)} from {pairs} order by {', '.join(columns[: len(named)])} limit {EXAMPLES}"
        ).fetchall():
            values = row[len(named) :]
            told = [
                f"{column} {values[2 * n]} → {values[2 * n + 1]}"
                for n, column in enumerate(differing)
                if values[2 * n] != values[2 * n + 1]
            ]
            yield f"{_named(named, row)}: {'; '.join(told)}"
    else:
        for *row, surplus in connection.execute(
            f"select {names}, _surplus from differing order by {names}, _surplus limit {EXAMPLES}"
        ).fetchall():
            yield f"{_named(named, row)}: only in {'A' if surplus > 0 else 'B'}"


def _named(columns: Sequence[str], row: Sequence[Any]) -> str:
    return ", ".join(f"{column} {value}" for column, value in zip(columns, row, strict=False))


def _exact(column: str, kind: str, digits: int | None) -> str:
    """The value to compare: of floating-point numbers the shortest text that reads back as the same number."""
    name = _quoted(column)
    if "DOUBLE" not in kind and "FLOAT" not in kind:
        return name
    if digits and kind in ("DOUBLE", "FLOAT"):
        return f"format('{{:.{digits - 1}e}}', {name} + 0.0)"
    return f"cast({name} as varchar)"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what differs; 1 where anything does."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("a", type=Path, metavar="A.duckdb")
    parser.add_argument("b", type=Path, metavar="B.duckdb")
    parser.add_argument(
        "--digits", type=int, metavar="N", help="round floating-point numbers to N significant digits first"
    )
    given = parser.parse_args(arguments)
    for file in (given.a, given.b):
        if not file.is_file():
            parser.error(f"there is no file {file}")
    count = 0
    for told in differences(given.a, given.b, given.digits):
        print(told)
        count += 1
    print(f"tables that differ: {count}")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
