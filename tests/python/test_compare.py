"""Two files of tables are compared to the last bit, and what differs is told by table, column and row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench.compare import OF_BUILD, differences, main

START = """
create schema marts; create schema pages; create schema intermediate;
create table marts.daily_sales as
    select date '2026-01-01' + range::integer as date_on, 'online' as channel, range / 10 as net_amount, [range / 3] as shares
    from range(1000);
create table pages.notes as select 'a' as kind, 1 as number from range(3);
create table marts.tag_history as select 'build 1' as build_id, 'x' as tag;
create table intermediate.people (person_id varchar primary key, phone varchar, score double);
insert into intermediate.people select 'p' || range, '+861380013800' || range, range / 7 from range(10);
"""


def compared(folder: Path, change: str, digits: int | None = None) -> dict[str, list[str]]:
    """What is told of two files, the second of which was changed: lines by table."""
    for name, sql in (("a", START), ("b", START + change)):
        (folder / f"{name}.duckdb").unlink(missing_ok=True)
        with duckdb.connect(str(folder / f"{name}.duckdb")) as connection:
            connection.execute(sql)
    found = [told.split("\n    ") for told in differences(folder / "a.duckdb", folder / "b.duckdb", digits)]
    return {first.split(":")[0]: [first, *lines] for first, *lines in found}


@pytest.mark.parametrize(
    "change",
    [
        "",
        "create or replace table marts.daily_sales as from marts.daily_sales order by random()",
        f"update marts.tag_history set {next(iter(OF_BUILD))} = 'build 2'",
        "create view marts.more as select 1 as one",
    ],
)
def test_what_is_equal_but_for_order_and_the_name_of_the_build_is_equal(change: str, tmp_path: Path) -> None:
    assert compared(tmp_path, change) == {}


def test_the_last_bit_of_a_number_is_found_with_its_row_and_column(tmp_path: Path) -> None:
    change = "update marts.daily_sales set net_amount = 0.1 + 0.2::double where date_on = '2026-01-04'"
    assert compared(tmp_path, change) == {
        "marts.daily_sales": [
            "marts.daily_sales",
            "rows that differ: 1 of 1,000 in A, 1 of 1,000 in B",
            "same key: 1; key only in A: 0, only in B: 0",
            "column net_amount: 1 rows",
            "date_on 2026-01-04: net_amount 0.3 → 0.30000000000000004",
        ]
    }
    assert compared(tmp_path, change, digits=15) == {}


@pytest.mark.parametrize(
    "change",
    [
        "create or replace table marts.daily_sales as select * replace (case when net_amount = 0 then -net_amount"
        " else net_amount end as net_amount) from marts.daily_sales",
        "update marts.daily_sales set shares = [nextafter(1, 2)] where shares = [1]",
        "update marts.daily_sales set channel = null where net_amount = 0",
    ],
)
def test_signed_zeros_lists_and_nulls_differ(change: str, tmp_path: Path) -> None:
    assert (
        compared(tmp_path, change)["marts.daily_sales"][1]
        == "rows that differ: 1 of 1,000 in A, 1 of 1,000 in B"
    )


def test_missing_and_repeated_rows_count_as_often_as_they_are_there(tmp_path: Path) -> None:
    told = compared(
        tmp_path,
        "insert into pages.notes values ('a', 1); delete from marts.daily_sales where date_on = '2026-01-02'",
    )
    assert told["marts.daily_sales"][1:3] == [
        "rows that differ: 1 of 1,000 in A, 0 of 999 in B",
        "same key: 0; key only in A: 1, only in B: 0",
    ]
    assert told["pages.notes"][1:] == [
        "rows that differ: 0 of 3 in A, 1 of 4 in B",
        "column kind: 1 values",
        "column number: 1 values",
        "kind a, number 1: only in B",
    ]


def test_tables_and_columns_of_one_side_and_other_types_are_told(tmp_path: Path) -> None:
    told = compared(
        tmp_path,
        "drop table pages.notes; alter table marts.daily_sales drop shares; alter table marts.tag_history alter tag"
        " type blob; create table marts.new as select 1 as one",
    )
    assert told["pages.notes"] == ["pages.notes: only in A"]
    assert told["marts.new"] == ["marts.new: only in B"]
    assert told["marts.daily_sales"] == ["marts.daily_sales", "column shares only in A"]
    assert told["marts.tag_history"][1] == "column tag is VARCHAR in A, BLOB in B"


def test_of_unpublished_tables_no_value_is_printed(tmp_path: Path) -> None:
    told = compared(
        tmp_path, "update intermediate.people set phone = '+8613900139000' where person_id = 'p4'"
    )
    assert told == {
        "intermediate.people": [
            "intermediate.people",
            "rows that differ: 1 of 10 in A, 1 of 10 in B",
            "same key: 1; key only in A: 0, only in B: 0",
            "column phone: 1 rows",
        ]
    }


def test_the_command_line_ends_with_1_where_anything_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compared(tmp_path, "delete from pages.notes")
    files = [str(tmp_path / name) for name in ("a.duckdb", "b.duckdb")]
    assert main(files) == 1
    assert "pages.notes" in capsys.readouterr().out
    assert main([files[0], files[0]]) == 0
    assert capsys.readouterr().out == "tables that differ: 0\n"
    with pytest.raises(SystemExit) as ended:
        main([files[0], str(tmp_path / "none.duckdb")])
    assert ended.value.code == 2
