"""Landing run after run: what is new, repeated, superseded, refused, and what never changes."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import PROJECT
from customer360.core import steps
from customer360.core.data_sets import load_data_set
from customer360.core.errors import BuildStopped
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing import run
from customer360.landing.ledger import content_id
from customer360.pipeline import build
from customer360.pipeline.scorecard import print_scorecard
from landing_kit import (
    COLUMNS,
    HEADING,
    ROWS,
    SOURCES,
    Place,
    csv_bytes,
    xlsx,
)

FIRST, SECOND = csv_bytes([HEADING, *ROWS[:2]]), csv_bytes([HEADING, *ROWS[2:]])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def numbers(place: Place, **where: str) -> list[str]:
    return [number for (number,) in place.rows(["order_no"], **where)]


def stamps(place: Place) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in place.landing.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_every_row_carries_where_it_came_from(place: Place) -> None:
    path = place.put("三月/a.csv", FIRST)
    assert place.land() == 0
    marks = ["_source_file", "_source_sheet", "_source_row", "_row_kind", "_load_id"]
    load_id = content_id(path)
    assert place.rows(marks) == [("erp/orders/三月/a.csv", None, row, "data", load_id) for row in (2, 3)]
    schema = pq.read_schema(next((place.landing / "erp" / "orders").glob(f"{load_id}*.parquet")))
    assert all(schema.field(name).type == pa.string() for name in COLUMNS)
    assert schema.field("_source_row").type == pa.int64()
    assert schema.field("_landed_at").type == pa.timestamp("us")


def test_a_second_run_writes_nothing(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.put("b.csv", csv_bytes([HEADING]))
    place.put("broken.csv", b"\xff")
    assert place.land() == 1
    before = stamps(place)
    assert place.land() == 1
    assert stamps(place) == before


def moments(place: Place) -> dict[str, dt.datetime]:
    """When each file landed."""
    return dict(place.rows(["_source_file", "_landed_at"]))


def test_files_of_one_run_land_at_one_moment(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.put("b.csv", SECOND)
    place.land()
    assert len(set(moments(place).values())) == 1
    before = moments(place)
    place.put("c.csv", csv_bytes([HEADING, ["Z1", *ROWS[0][1:]]]))
    place.land()
    after = moments(place)
    assert after.pop("erp/orders/c.csv") > before["erp/orders/a.csv"]
    assert after == before
    assert not list(place.landing.glob(".arriving*"))


def test_a_run_that_was_killed_between_two_files_is_ended_at_its_own_moment(
    place: Place, monkeypatch: Any
) -> None:
    read = run._Entity._read_and_publish

    def killed(entity: Any, delivery: Any, *given: Any) -> None:
        if delivery.path.endswith(("b.csv", "c.csv", "d.csv")):
            signal.raise_signal(signal.SIGINT)
        read(entity, delivery, *given)

    for name, number in (("a.csv", "A1"), ("b.csv", "B1"), ("c.csv", "C1")):
        place.put(name, csv_bytes([HEADING, [number, *ROWS[0][1:]]]))
    with monkeypatch.context() as patch:
        patch.setattr(run._Entity, "_read_and_publish", killed)
        with pytest.raises(SystemExit, match="130"):
            place.land()
    place.put("c.csv", csv_bytes([HEADING, ["C2", *ROWS[0][1:-1], "changed since"]]))
    place.put("d.csv", csv_bytes([HEADING, ["D1", *ROWS[0][1:]]]))
    assert place.land() == 0
    found = moments(place)
    assert found["erp/orders/a.csv"] == found["erp/orders/b.csv"]
    assert found["erp/orders/c.csv"] == found["erp/orders/d.csv"] > found["erp/orders/a.csv"]
    assert not list(place.landing.glob(".arriving*"))


def test_declared_tables_without_files_have_typed_columns(place: Place) -> None:
    place.land()
    files = sorted(str(path.relative_to(place.landing)) for path in place.landing.rglob("*.parquet"))
    assert files == [
        "crm/contacts/schema.parquet",
        "erp/orders/schema.parquet",
        "erp/payments/schema.parquet",
        "loads/erp__orders.parquet",
        "loads/schema.parquet",
    ]
    assert place.rows(["name", "phone", "city", "_source_row", "_landed_at"], "crm/contacts") == []
    place.put("a.csv", FIRST)
    place.land()
    assert numbers(place) == ["A001", "A002"]


def test_same_content_under_two_names_is_one_load(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.put("b.csv", FIRST)
    assert place.land() == 0
    assert numbers(place) == ["A001", "A002"]
    assert place.file("a.csv")["status"] == "landed"
    assert place.file("b.csv")["status"] == "repeated"
    assert place.file("b.csv")["remarks"][0]["detail"] == "erp/orders/a.csv"


def test_same_content_later_under_another_name_changes_nothing(place: Place) -> None:
    place.put("b.csv", FIRST)
    place.land()
    before = place.rows(["_landed_at", "_source_file"])
    place.put("a.csv", FIRST)
    place.land()
    assert place.rows(["_landed_at", "_source_file"]) == before
    assert place.file("a.csv")["status"] == "repeated"


def test_replace_supersedes_the_older_file_of_the_same_name_only(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.put("other.csv", csv_bytes([HEADING, ["Z1", *ROWS[0][1:]]]))
    place.land()
    place.put("a.csv", SECOND)
    assert place.land() == 0
    assert numbers(place) == ["A003", "A004", "Z1"]


# --- a file that is older than what is in force ----------------------------------------------------------


def dated(day: str, *numbers: str, remark: str = "") -> bytes:
    """A csv whose newest record is of `day`; the others are of long before."""
    days = [day, *["2023-01-05"] * (len(numbers) - 1)]
    rows = [[no, *ROWS[0][1:3], on, "5", remark] for no, on in zip(numbers, days, strict=True)]
    return csv_bytes([HEADING, *rows])


OLD, NEW = dated("2024-03-02", "A1", "A2", "A3", remark="old"), dated("2024-04-06", "A1", "A2", remark="new")


def told(place: Place, name: str) -> tuple[str, str | None]:
    """Status and reason of a file of the inbox."""
    file = place.file(name)
    return file["status"], file["reason"] and file["reason"]["code"]


def in_order(place: Place) -> list[str]:
    """The files in force; of a record in several of them the last one counts."""
    rows = duckdb.sql(
        f"select source_file from '{place.landing}/loads/erp__orders.parquet' where status = 'in_force'"
        " order by cast(rank as integer)"
    ).fetchall()
    return [file for (file,) in rows]


def two_deliveries(place: Place) -> None:
    for content in (OLD, NEW):
        place.put("a.csv", content)
        assert place.land() == 0


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "0.csv", "sub/a.csv"])
def test_the_first_of_two_deliveries_again_does_not_win(place: Place, name: str, capsys: Any) -> None:
    two_deliveries(place)
    place.put(name, OLD)
    assert place.land() == 0
    assert place.rows(["order_no", "remark"]) == [("A1", "new"), ("A2", "new")]
    assert told(place, name) == ("older", "older_delivery")
    said = capsys.readouterr().out
    for message in (said, json.dumps(place.file(name)["reason"], ensure_ascii=False)):
        assert "2024-03-02" in message and "erp/orders/a.csv (2024-04-06)" in message
        assert "--take-older" in message and "未采用" in message
    before, report = stamps(place), place.report()
    assert place.land() == 0
    assert stamps(place) == before and place.report() == report


def test_the_first_again_is_older_than_whatever_came_since(place: Place) -> None:
    two_deliveries(place)
    place.put("a.csv", dated("2024-05-01", "A1"))
    place.put("b.csv", OLD)
    assert place.land() == 0
    assert place.file("b.csv")["reason"]["other"] == "erp/orders/a.csv (2024-05-01)"
    place.put("a.csv", dated("2024-06-01", "A1"))
    assert place.land() == 0
    assert place.file("b.csv")["reason"]["other"] == "erp/orders/a.csv (2024-06-01)"
    assert place.known() == [
        ("erp/orders/a.csv", "in_force", "2024-06-01", None, "erp/orders/a.csv"),
        ("erp/orders/a.csv", "superseded", "2024-03-02", "erp/orders/a.csv", "erp/orders/b.csv"),
        ("erp/orders/a.csv", "superseded", "2024-04-06", "erp/orders/a.csv", None),
        ("erp/orders/a.csv", "superseded", "2024-05-01", "erp/orders/a.csv", None),
    ]


def test_an_old_copy_beside_a_file_that_moved_on_is_older(place: Place) -> None:
    place.put("a.csv", OLD)
    place.put("a (1).csv", OLD)
    place.land()
    assert told(place, "a.csv") == ("repeated", None)
    place.put("a (1).csv", NEW)
    assert place.land() == 0
    assert place.rows(["order_no", "remark"]) == [("A1", "new"), ("A2", "new")]
    assert told(place, "a.csv") == ("older", "older_delivery")


@pytest.mark.parametrize("other", ["0.csv", "z.csv"])
def test_an_older_export_that_never_landed_does_not_replace_a_newer_one(place: Place, other: str) -> None:
    place.put("a.csv", NEW)
    place.land()
    place.put("a.csv", dated("2024-02-01", "A1"))  # cut short as well
    place.put(other, dated("2024-02-01", "A1"))  # the same under a new name
    assert place.land() == 0
    assert place.rows(["order_no", "remark"]) == [("A1", "new"), ("A2", "new")]
    assert [told(place, name) for name in ("a.csv", other)] == [("older", "older_delivery")] * 2
    before, report = stamps(place), place.report()
    assert place.land() == 0
    assert stamps(place) == before and place.report() == report


def test_an_old_content_for_one_name_stays_in_force_under_the_other(place: Place) -> None:
    place.put("a.csv", OLD)
    place.put("b.csv", NEW)
    place.land()
    place.put("b.csv", OLD)
    assert place.land() == 0
    assert told(place, "a.csv") == ("landed", None) and told(place, "b.csv") == ("older", "older_delivery")
    assert len(place.rows(["order_no"])) == 5


def test_a_content_as_new_as_the_one_in_force_supersedes_it_and_may_return(place: Place) -> None:
    for no, codes in (("A1", set()), ("A2", set()), ("A1", {"returned"})):
        place.put("a.csv", dated("2024-03-02", no))
        assert place.land() == 0
        assert numbers(place) == [no]
        assert {remark["code"] for remark in place.remarks()} == codes


@pytest.mark.parametrize("no_date", ["", "unbekannt", "32.13.2024"])
def test_where_no_date_tells_the_age_landing_time_decides_and_that_is_said(
    place: Place, no_date: str
) -> None:
    for no, codes in (("A1", set()), ("A2", {"age_unknown"}), ("A1", {"age_unknown", "returned"})):
        place.put("a.csv", csv_bytes([HEADING, [no, *ROWS[0][1:3], no_date, "5", ""]]))
        assert place.land() == 0
        assert numbers(place) == [no]
        assert {remark["code"] for remark in place.remarks()} == codes


def test_where_the_declaration_says_that_nothing_tells_the_age_landing_time_decides(place: Place) -> None:
    sources = place.root / "models" / "staging" / "erp" / "_erp__sources.yml"
    sources.write_text(SOURCES.replace("key: [order_no]", "dated_by: []"), encoding="utf-8")
    two_deliveries(place)
    place.put("a.csv", OLD)
    assert place.land() == 0
    assert numbers(place) == ["A1", "A2", "A3"]


@pytest.mark.parametrize("slip", ["2099-12-31", "9999-12-31", "2924-03-01"])
def test_a_date_to_come_makes_no_file_the_newest(place: Place, slip: str) -> None:
    wrong = [["A8", *ROWS[0][1:3], slip, "5", ""], ["A9", *ROWS[0][1:3], "2024-03-01", "5", ""]]
    place.put("a.csv", csv_bytes([HEADING, *wrong]))
    place.land()
    place.put("a.csv", NEW)
    assert place.land() == 0
    assert numbers(place) == ["A1", "A2"]
    place.put("b.csv", csv_bytes([HEADING, *wrong]))
    assert place.land() == 0
    assert told(place, "b.csv") == ("older", "older_delivery")


def test_an_older_content_does_not_grow_newer_while_it_lies_in_the_inbox(
    place: Place, monkeypatch: Any
) -> None:
    """A slip into the near future is a day of the past some day; the file stays as old as it was when it came."""
    now = dt.datetime.now(dt.UTC)
    soon = (now + dt.timedelta(days=30)).date().isoformat()
    rows = [["A8", *ROWS[0][1:3], soon, "5", ""], ["A9", *ROWS[0][1:3], "2024-03-01", "5", ""]]
    place.put("a.csv", NEW)
    place.land()
    place.put("a.csv", csv_bytes([HEADING, *rows]))
    place.land()

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return now.astimezone(tz) + dt.timedelta(days=60)

    monkeypatch.setattr(run.dt, "datetime", Later)
    for name in ("a.csv", "b.csv"):
        place.put(name, csv_bytes([HEADING, *rows]))
        assert place.land() == 0
        assert told(place, name) == ("older", "older_delivery")
    sources = place.root / "models" / "staging" / "erp" / "_erp__sources.yml"
    sources.write_text(SOURCES.replace("[备注]", "[备注, 说明]"), encoding="utf-8")  # it is read again
    assert place.land() == 0
    assert told(place, "b.csv") == ("older", "older_delivery")


def test_of_several_sheets_the_newest_record_counts(place: Place) -> None:
    def sheets(*days: str) -> bytes:
        return xlsx(*([HEADING, [f"A{n}", *ROWS[0][1:3], day, "5", ""]] for n, day in enumerate(days)))

    place.put("a.xlsx", sheets("2024-01-01", "2024-04-01"))
    place.land()
    place.put("a.xlsx", sheets("2024-03-01", "2024-03-02", "2024-02-01"))
    assert place.land() == 0
    assert told(place, "a.xlsx") == ("older", "older_delivery")
    place.put("a.xlsx", sheets("2024-04-02", "2023-01-01"))
    assert place.land() == 0
    assert place.rows(["ordered_on"]) == [("2024-04-02",), ("2023-01-01",)]


def test_totals_do_not_make_a_file_newer(place: Place) -> None:
    place.put("a.csv", NEW)
    place.land()
    place.put("a.csv", OLD + "合计,,,20240601,,\n".encode())
    assert place.land() == 0
    assert told(place, "a.csv") == ("older", "older_delivery")


def test_the_day_alone_is_compared_where_one_file_states_no_more(place: Place) -> None:
    for day, status in (
        ("2024-03-02 15:30", "landed"),
        ("2024/3/2", "landed"),
        ("2024-03-02 08:00", "landed"),
        ("2024年3月2日 7:59", "older"),
        ("2024-03-02T00:30:00Z", "landed"),
    ):
        place.put("a.csv", dated(day, "A1", remark=day))
        assert place.land() == 0
        assert place.file("a.csv")["status"] == status, day


def test_append_keeps_an_older_file_like_any_other(place: Place) -> None:
    sources = place.root / "models" / "staging" / "erp" / "_erp__sources.yml"
    dates = "          - {name: paid_on}\n  - name: crm"
    sources.write_text(SOURCES.replace("  - name: crm", dates), encoding="utf-8")
    for number, day in ((1, "2024-04-01"), (2, "2024-03-01")):
        place.put("p.csv", f"payment_no,amount,paid_on\n{number},5,{day}\n".encode(), "erp/payments")
        assert place.land() == 0
    assert sorted(place.rows(["payment_no"], "erp/payments")) == [("1",), ("2",)]
    assert {remark["code"] for remark in place.remarks("payments")} == {"same_name_again"}
    assert not (place.landing / "loads" / "erp__payments.parquet").exists()


def test_an_older_file_of_another_name_stands_behind_the_newer_one(place: Place) -> None:
    place.put("new.csv", NEW)
    place.put("north.csv", dated("2024-05-01", "N1"))
    place.land()
    place.put("old.csv", dated("2024-03-02", "A1", "A7"))
    place.put("south.csv", dated("2024-03-03", "S1"))  # other records: older than north, and no matter
    assert place.land() == 0
    assert {remark["code"]: remark["other"] for remark in place.remarks()} == {
        "older_beside": "erp/orders/new.csv (2024-04-06)"
    }
    order = [file.removeprefix("erp/orders/") for file in in_order(place)]
    assert order == ["old.csv", "south.csv", "new.csv", "north.csv"]
    content, report = place.content(), place.report()
    assert place.land() == 0
    assert place.report() == report
    old = next(file["load_id"] for file in report["files"] if file["path"].endswith("old.csv"))
    next((place.landing / "erp" / "orders").glob(f"{old}*")).unlink()  # taken back, and delivered still
    assert place.land() == 0
    assert place.content() == content


def test_a_newer_file_of_another_name_stands_before_the_older_ones(place: Place) -> None:
    place.put("b.csv", OLD)
    place.land()
    place.put("a.csv", NEW)
    assert place.land() == 0
    assert place.remarks() == []
    assert in_order(place) == ["erp/orders/b.csv", "erp/orders/a.csv"]


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
def test_a_person_takes_the_older_file_on_purpose(place: Place, name: str) -> None:
    two_deliveries(place)
    place.put(name, OLD)
    place.land()
    taken = f"erp/orders/{name}"
    assert place.land("--take-older", taken) == 0
    assert told(place, name) == ("landed", None)
    assert in_order(place)[-1] == taken
    wanted = 3 if name == "a.csv" else 5  # under another name it stands beside
    assert len(numbers(place)) == wanted
    assert [(remark["code"], remark["other"]) for remark in place.remarks()] == [
        ("older_taken", "erp/orders/a.csv (2024-04-06)")
    ]
    before, report = stamps(place), place.report()
    assert place.land() == 0 and place.land("--take-older", taken) == 0
    assert stamps(place) == before and place.report() == report
    place.put(name, dated("2024-03-03", "A4"))  # newer than what was taken
    assert place.land() == 0
    assert told(place, name) == ("landed", None)


def test_an_older_file_may_be_taken_as_it_comes(place: Place) -> None:
    place.put("a.csv", NEW)
    place.land()
    place.put("a.csv", dated("2024-02-01", "A1"))
    assert place.land("--take-older", "erp/orders/a.csv") == 0
    assert place.rows(["ordered_on"]) == [("2024-02-01",)]
    assert [remark["code"] for remark in place.remarks()] == ["older_taken"]


def test_an_older_file_beside_a_newer_one_may_be_taken(place: Place) -> None:
    place.put("new.csv", NEW)
    place.land()
    place.put("old.csv", OLD)
    place.land()
    assert in_order(place) == ["erp/orders/old.csv", "erp/orders/new.csv"]
    assert place.land("--take-older", "erp/orders/old.csv") == 0
    assert in_order(place) == ["erp/orders/new.csv", "erp/orders/old.csv"]
    assert [remark["code"] for remark in place.remarks()] == ["older_taken"]


def test_what_is_taken_and_not_older_lands_as_ever(place: Place) -> None:
    place.put("a.csv", NEW)
    assert place.land("--take-older", "erp/orders/a.csv") == 0
    assert place.remarks() == []


def test_only_a_delivered_file_of_a_replaced_entity_may_be_taken(place: Place, capsys: Any) -> None:
    place.put("a.csv", NEW)
    place.put("p.csv", b"payment_no,amount\n1,5\n", "erp/payments")
    assert place.land("--take-older", "a.csv") == 2
    assert "a.csv: no such file" in capsys.readouterr().err
    assert place.land("--take-older", "erp/payments/p.csv") == 2
    assert "load: replace" in capsys.readouterr().err
    assert not list(place.landing.rglob("*.parquet"))


def test_a_file_taken_on_purpose_is_in_force_though_the_run_was_killed(
    place: Place, monkeypatch: Any
) -> None:
    two_deliveries(place)
    place.put("a.csv", OLD)
    with monkeypatch.context() as patch:

        def killed(*given: Any) -> None:
            signal.raise_signal(signal.SIGINT)

        patch.setattr(run._Entity, "_supersede", killed)
        with pytest.raises(SystemExit, match="130"):
            place.land("--take-older", "erp/orders/a.csv")
    assert place.land() == 0
    assert told(place, "a.csv") == ("landed", None)
    assert numbers(place) == ["A1", "A2", "A3"]


def test_of_files_that_were_added_the_newer_stays_once_files_are_replaced(tmp_path: Path) -> None:
    place = Place(tmp_path, sources=SOURCES.replace("load: replace", "load: append"))
    for content in (NEW, OLD):
        place.put("a.csv", content)
        place.land()
    place.sources.write_text(SOURCES, encoding="utf-8")
    assert place.land() == 0
    assert told(place, "a.csv") == ("older", "older_delivery")
    assert place.rows(["order_no", "remark"]) == [("A1", "new"), ("A2", "new")]


def test_a_build_hands_the_files_to_take_to_landing(tmp_path: Path, monkeypatch: Any) -> None:
    ran = []
    monkeypatch.setattr(steps, "run", lambda project, step, command, *_: ran.append(command) or 2)
    data_set = replace(load_data_set(PROJECT, "demo", load_sources(PROJECT)), prepare=None)
    with pytest.raises(BuildStopped):
        build.build(data_set, Warehouse(tmp_path), take_older=["crm/contacts/a.csv", "pos/members/b.csv"])
    (command,) = ran
    assert command[1:] == [
        *("-m", "customer360", "land"),
        *("--data", "demo", "--take-older", "crm/contacts/a.csv", "--take-older", "pos/members/b.csv"),
    ]


def test_the_end_of_a_build_names_older_files_and_orders_that_do_not_count(
    tmp_path: Path, capsys: Any
) -> None:
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create schema quality;
            create table quality.scorecard as
            select 'warn' as status, 'older_delivery' as measure, 'erp' as source_system, 'orders' as entity,
                2 as numerator, 3 as denominator, 2 / 3 as rate, 0 as warn_level, 1 as error_level;
            create table quality.landing_summary as
            select 'staged' as outcome, '' as label_en, '' as label_zh, 1 as row_count;
            create table quality.older_deliveries as
            from (values ('erp/orders/old.csv', '2024-03-02', 'erp/orders/a.csv', '2024-04-06', false),
                ('erp/orders/part.csv', '2024-03-01', 'erp/orders/a.csv', '2024-04-06', true))
                as t (source_file, newest_record, newer_file, newer_record, is_in_force);
            create table quality.excluded_orders as
            select 'shop' as source_system, 'Test' as label_en, '测试单' as label_zh, 2 as document_count, 0.25 as document_share;
            create table quality.unknown_status_words as
            select 'shop' as source_system, 'status' as field, unnest(['Ann Odd', 'closed']) as source_word, 3 as document_count;
        """)
    print_scorecard(database)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines if "older_delivery" in line] == [
        ["warn", "older_delivery", "erp.orders"]
    ]
    newer = "in force 现用 erp/orders/a.csv (2024-04-06)"
    assert [line for line in lines if ".csv" in line] == [
        f"not taken 未采用: erp/orders/old.csv (2024-03-02); {newer}",
        f"beside it 并列，以后者为准: erp/orders/part.csv (2024-03-01); {newer}",
    ]
    assert "         2  shop 25.00%  Test 测试单" in lines
    (told,) = [line for line in lines if "shop.orders.status" in line]
    assert told.startswith("         6  shop.orders.status: 2 words")
    assert "Ann" not in "".join(lines)


def test_an_older_file_lands_once_the_newer_one_is_taken_back(place: Place) -> None:
    two_deliveries(place)
    place.put("a.csv", OLD)
    place.land()
    for path in (place.landing / "erp" / "orders").glob("[0-9a-f]*.parquet"):
        path.unlink()
    assert place.land() == 0
    assert numbers(place) == ["A1", "A2", "A3"]


def test_append_supersedes_nothing_and_says_so(place: Place) -> None:
    place.put("p.csv", b"payment_no,amount\n1,5\n", "erp/payments")
    place.land()
    place.put("p.csv", b"payment_no,amount\n2,6\n", "erp/payments")
    place.land()
    assert sorted(place.rows(["payment_no"], "erp/payments")) == [("1",), ("2",)]
    assert [remark["code"] for remark in place.remarks("payments")] == ["same_name_again"] * 2


def test_a_broken_replacement_leaves_the_earlier_load(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.land()
    place.put("a.csv", SECOND[:-9])
    place.put("b.csv", csv_bytes([HEADING, ["B1", *ROWS[0][1:]]]))
    assert place.land() == 1
    assert numbers(place) == ["A001", "A002", "B1"]


def test_an_emptied_file_does_not_replace_one_with_rows(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.land()
    place.put("a.csv", csv_bytes([HEADING]))
    assert place.land() == 1
    assert place.file("a.csv")["reason"]["code"] == "emptied"
    assert numbers(place) == ["A001", "A002"]


def test_a_file_taken_out_of_the_inbox_stays_landed(place: Place) -> None:
    path = place.put("a.csv", FIRST)
    place.land()
    path.unlink()
    assert place.land() == 0
    assert numbers(place) == ["A001", "A002"]


def test_a_superseded_content_that_another_name_still_offers_passes_to_that_name(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.land()
    landed_at = place.rows(["_landed_at"])
    place.put("a.csv", csv_bytes([HEADING, ["A009", *ROWS[1][1:]]]))  # as new as the first
    place.put("b.csv", FIRST)
    assert place.land() == 0
    assert place.rows(["order_no", "_source_file"]) == [
        ("A009", "erp/orders/a.csv"), ("A001", "erp/orders/b.csv"), ("A002", "erp/orders/b.csv"),
    ]  # fmt: skip
    assert place.rows(["_landed_at"], where="_source_file like '%b.csv'") == landed_at
    assert {file["status"] for file in place.report()["files"]} == {"landed"}


def test_a_changed_declaration_reads_the_file_again_and_keeps_its_landing_time(place: Place) -> None:
    place.put("a.csv", csv_bytes([[*HEADING, "渠道"], [*ROWS[0], "门店"]]))
    place.land()
    (landed_at,) = place.rows(["_landed_at"])
    sources = place.root / "models" / "staging" / "erp" / "_erp__sources.yml"
    column = "          - {name: channel, config: {meta: {headers: [渠道]}}}\n      - name: payments"
    sources.write_text(SOURCES.replace("      - name: payments", column), encoding="utf-8")
    assert place.land() == 0
    assert place.rows(["channel", "_landed_at"]) == [("门店", *landed_at)]
    assert not [remark for remark in place.remarks() if remark["code"] == "extra_column"]


def test_a_load_of_an_older_declaration_without_its_file_is_remarked_on(place: Place) -> None:
    path = place.put("a.csv", FIRST)
    place.land()
    path.unlink()
    sources = place.root / "models" / "staging" / "erp" / "_erp__sources.yml"
    sources.write_text(SOURCES.replace("OrderNo]", "OrderNo, Number]"), encoding="utf-8")
    assert place.land() == 0
    assert numbers(place) == ["A001", "A002"]
    assert [remark["code"] for remark in place.remarks()] == ["older_declaration"]


def test_a_load_that_lost_a_sheet_is_completed_from_its_file_or_remarked_on(place: Place) -> None:
    path = place.put("a.xlsx", xlsx([HEADING, *ROWS[:2]], [HEADING, *ROWS[2:]]))
    place.land()
    whole = place.content()
    next((place.landing / "erp" / "orders").glob("*_02.parquet")).unlink()
    place.land()
    assert place.content() == whole
    next((place.landing / "erp" / "orders").glob("*_02.parquet")).unlink()
    path.unlink()
    place.land()
    assert [remark["code"] for remark in place.remarks()] == ["incomplete_load"]


def test_western_text_lands_where_the_data_set_states_its_encoding(tmp_path: Path) -> None:
    place = Place(tmp_path, sources=SOURCES.replace("load: replace", "load: replace, encoding: cp1252"))
    place.put("a.csv", "OrderNo,Order Date,Amount,remark\n1,2024-03-01,5,£5 Café\n".encode("cp1252"))
    place.put("b.csv", FIRST)
    assert place.land() == 0
    assert place.rows(["remark"]) == [("£5 Café",), ("送货上门",), ("x",)]


def test_files_outside_the_listed_folders_are_set_aside_and_lock_files_ignored(place: Place) -> None:
    for name, entity in (
        ("a.csv", "."),
        ("b.csv", "erp"),
        ("c.csv", "erp/nothing"),
        ("d.csv", "crm/contacts"),
    ):
        place.put(name, FIRST, entity)
    place.put("~$open.xlsx", b"x")
    place.put(".hidden.csv", b"x")
    place.put("Thumbs.db", b"x")
    assert place.land() == 1
    assert [(f["path"], f["reason"]["code"]) for f in place.report()["files"]] == [
        (path, "unknown_place") for path in ("a.csv", "crm/contacts/d.csv", "erp/b.csv", "erp/nothing/c.csv")
    ]


def test_links_and_folders_in_the_inbox_are_told(place: Place, tmp_path: Path, capsys: Any) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.csv").write_bytes(FIRST)
    orders = place.put("plain.csv", SECOND).parent
    (orders / "link.csv").symlink_to(elsewhere / "a.csv")
    (orders / "gone.csv").symlink_to(elsewhere / "b.csv")
    (orders / "2026").symlink_to(elsewhere)
    (orders / "c.xlsx").mkdir()
    os.mkfifo(orders / "pipe.csv")
    for folder in ("erp/payments", "erp/ordres", "shop/orders", "erp/orders/2025/may"):
        (place.inbox / folder).mkdir(parents=True)
    (place.inbox / "erp" / "ordres" / ".DS_Store").write_bytes(b"x")
    assert place.land() == 1
    told = capsys.readouterr().out
    found = {
        f["path"]: (f["status"], (f["reason"] or next(iter(f["remarks"]), {})).get("code"))
        for f in place.report()["files"]
    }
    assert found == {
        "erp/orders/2025/may": ("empty", "empty_folder"),
        "erp/orders/2026": ("set_aside", "linked_folder"),
        "erp/orders/c.xlsx": ("empty", "empty_folder"),
        "erp/orders/gone.csv": ("set_aside", "broken_link"),
        "erp/orders/link.csv": ("landed", "linked_file"),
        "erp/orders/pipe.csv": ("set_aside", "no_file"),
        "erp/orders/plain.csv": ("landed", None),
        "erp/ordres": ("empty", "empty_folder"),
        "shop/orders": ("empty", "empty_folder"),
    }
    assert all(f"{path}:" in told for path in found if path != "erp/orders/plain.csv")
    assert numbers(place) == ["A001", "A002", "A003", "A004"]


def test_a_folder_that_may_not_be_read_is_set_aside(place: Place, monkeypatch: Any) -> None:
    place.put("a.csv", FIRST)
    closed = place.put("closed/b.csv", SECOND).parent
    scandir = os.scandir

    def refuse(folder: Any) -> Any:
        if Path(folder) == closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert place.land() == 1
    assert place.file("closed")["reason"]["code"] == "no_access"
    assert numbers(place) == ["A001", "A002"]


def test_a_second_landing_at_the_same_time_stops(place: Place, capsys: Any) -> None:
    place.put("a.csv", FIRST)
    place.landing.mkdir(parents=True)
    with (place.landing / ".lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert place.land() == 2
    assert "4711" in capsys.readouterr().err
    assert not list(place.landing.rglob("*.parquet"))
    assert place.land() == 0


def test_a_file_that_may_not_be_read_is_set_aside(place: Place, monkeypatch: Any) -> None:
    place.put("a.csv", FIRST)
    place.put("b.csv", SECOND)

    def refuse(path: Path) -> str:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return content_id(path)

    monkeypatch.setattr(run, "content_id", refuse)
    assert place.land() == 1
    assert place.file("a.csv")["reason"]["code"] == "no_access"
    assert numbers(place) == ["A003", "A004"]


def test_a_file_that_is_still_being_written_is_set_aside(place: Place, monkeypatch: Any) -> None:
    path = place.put("a.csv", FIRST)
    read_file = run.read_file

    def grow(*given: Any) -> Any:
        with path.open("ab") as file:
            file.write(SECOND)
        return read_file(*given)

    monkeypatch.setattr(run, "read_file", grow)
    assert place.land() == 1
    assert place.file("a.csv")["reason"]["code"] == "changing"
    assert numbers(place) == []


def test_a_surprise_in_one_file_does_not_keep_the_others_from_landing(place: Place, monkeypatch: Any) -> None:
    place.put("a.csv", FIRST)
    place.put("b.csv", SECOND)
    read_file = run.read_file

    def surprise(path: Path, *given: Any) -> Any:
        if path.name == "a.csv":
            raise ZeroDivisionError(ROWS[0][1])
        return read_file(path, *given)

    monkeypatch.setattr(run, "read_file", surprise)
    assert place.land() == 1
    reason = place.file("a.csv")["reason"]
    assert (reason["code"], reason["detail"]) == ("unexpected", "ZeroDivisionError")
    assert numbers(place) == ["A003", "A004"]


def test_a_full_disk_stops_the_run_and_leaves_no_part(place: Place, monkeypatch: Any, capsys: Any) -> None:
    place.put("a.csv", FIRST)

    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(run, "publish", full)
        assert place.land() == 2
    assert "no space is left" in capsys.readouterr().err
    assert numbers(place) == []
    assert not list(place.landing.rglob("*.tmp"))
    assert place.land() == 0


def test_a_library_message_is_never_shown(place: Place, monkeypatch: Any, capsys: Any) -> None:
    place.put("a.csv", FIRST)

    def fail(*given: Any) -> None:
        raise OSError(f"cannot convert {ROWS[0][1]}")

    monkeypatch.setattr(run, "publish", fail)
    assert place.land() == 2
    told = capsys.readouterr()
    assert ROWS[0][1] not in told.out + told.err and "OSError" in told.err


def test_what_a_killed_run_left_is_gone_after_the_next(place: Place) -> None:
    place.put("a.csv", FIRST)
    place.land()
    (place.landing / "crm" / "contacts" / ".0123456789abcdef_01.parquet.tmp").write_bytes(b"part")
    (place.landing / ".scratch").mkdir()
    (place.landing / ".scratch" / "a.csv.utf8").write_bytes(b"part")
    assert place.land() == 0
    assert not list(place.landing.rglob("*.tmp")) and not (place.landing / ".scratch").exists()


def test_a_foreign_file_in_landing_stops_the_run(place: Place, capsys: Any) -> None:
    place.land()
    foreign = place.landing / "erp" / "orders" / "mine.parquet"
    pq.write_table(pa.table({"order_no": ["x"]}), foreign)
    assert place.land() == 2
    assert "mine.parquet" in capsys.readouterr().err
    foreign.write_bytes(b"PAR1")
    assert place.land() == 2


def test_usage_errors_name_the_remedy(place: Place, capsys: Any) -> None:
    place.inbox.rmdir()
    assert place.land() == 2
    assert "Make it" in capsys.readouterr().err
    assert place.land("--data", "nothing") == 2
    assert "Use one of: demo" in capsys.readouterr().err


def test_the_report_is_also_written_where_it_is_asked_for(place: Place, tmp_path: Path) -> None:
    place.put("a.csv", FIRST)
    assert place.land("--report", str(tmp_path / "sub" / "r.json")) == 0
    assert json.loads((tmp_path / "sub" / "r.json").read_text(encoding="utf-8")) == place.report()
    (load,) = next(table for table in place.report()["tables"] if table["entity"] == "orders")["loads"]
    assert load["rows"] == {"data": 2, "total": 0, "note": 0, "blank": 0}


def test_one_line_of_progress_per_file(place: Place, capsys: Any) -> None:
    for name, content in (("a.csv", FIRST), ("b.csv", FIRST), ("c.csv", b"")):
        place.put(name, content)
    place.land()
    lines = capsys.readouterr().out.splitlines()[:3]
    assert lines[0].startswith("landed     erp/orders/a.csv: 2 rows")
    assert lines[1:] == ["unchanged  erp/orders/b.csv", "set aside  erp/orders/c.csv [empty_file]"]


def test_the_load_id_is_the_hash_that_people_can_check(place: Place) -> None:
    path = place.put("a.csv", FIRST)
    place.land()
    shown = os.popen(f"sha256sum '{path}'").read()[:16]
    assert {load for (load,) in place.rows(["_load_id"])} == {shown}


def test_metadata_alone_tells_what_a_landed_file_is(place: Place) -> None:
    place.put("a.xlsx", xlsx([["标题"], HEADING, *ROWS]))
    place.land()
    (path,) = (place.landing / "erp" / "orders").glob("[0-9a-f]*.parquet")
    ((value,),) = duckdb.sql(
        f"select value from parquet_kv_metadata('{path}') where key = 'customer360'"
    ).fetchall()
    about = json.loads(value)
    assert (about["source_file"], about["sheet"], about["header_row"]) == ("erp/orders/a.xlsx", "Sheet1", 2)
    assert about["rows"] == {"data": 4, "total": 0, "note": 1, "blank": 0}
    assert (about["part"], about["parts"]) == (1, 1)
