"""Landing run after run: what is new, repeated, superseded, refused, and what never changes."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360.landing import run
from customer360.landing.ledger import content_id
from landing_kit import (
    COLUMNS,
    DATA_SET,
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


def test_declared_tables_without_files_have_typed_columns(place: Place) -> None:
    place.land()
    files = sorted(str(path.relative_to(place.landing)) for path in place.landing.rglob("*.parquet"))
    assert files == [f"{folder}/schema.parquet" for folder in ("crm/contacts", "erp/orders", "erp/payments")]
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
    place.put("a.csv", FIRST)
    assert place.land() == 0
    assert numbers(place) == ["A001", "A002", "Z1"]


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
    place.put("a.csv", SECOND)
    place.put("b.csv", FIRST)
    assert place.land() == 0
    assert place.rows(["order_no", "_source_file"]) == [
        ("A003", "erp/orders/a.csv"), ("A004", "erp/orders/a.csv"),
        ("A001", "erp/orders/b.csv"), ("A002", "erp/orders/b.csv"),
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
    place = Place(tmp_path, DATA_SET.replace("{load: replace}", "{load: replace, encoding: cp1252}"))
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
    assert "No space left" in capsys.readouterr().err
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
