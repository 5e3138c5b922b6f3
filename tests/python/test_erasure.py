"""Erasure: who asked for it is in no file afterwards, stays out when delivered again, and totals stay right."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from build_kit import small_project, whole_build
from conftest import PROJECT, latest_build
from customer360.core.data_sets import load_data_set
from customer360.core.sources import Column, Table, load_sources
from customer360.core.warehouse import NoVersion, Warehouse
from customer360.landing.ledger import read_ledger
from customer360.landing.writer import DECLARED
from customer360.privacy import erasure
from customer360.privacy.hashing_key import DEMO_KEY, ENVIRONMENT_VARIABLE, key_id
from customer360.privacy.ledger import RETIRED_KEYS, ErasureStopped, Ledger, hashing_keys
from customer360.privacy.proof import Proof, scan
from customer360.privacy.state import forget_in_state
from landing_kit import Place, csv_bytes, xlsx

FOLDERS = ("warehouse", "landing", "target", "logs", "reports", "audit", "activation", "review")


def asked(inbox: Path) -> list[str]:
    """Telephone numbers and addresses that requests of the demo company name."""
    found: list[str] = []
    for path in (inbox / "service" / "erasure_requests").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for value in row.values():
                    digits = re.sub(r"\D", "", value or "")[-11:]
                    if re.fullmatch(r"1[3-9]\d{9}", digits):
                        found.append(f"+86{digits}")
                    elif "@" in (value or ""):
                        found.append(value.strip().lower())
    return found


# --- the latest build of the demo -------------------------------------------------------------------------


def test_nobody_who_asked_is_in_any_file_of_the_latest_build() -> None:
    """Build file, published copy, state, landed rows, artefacts, logs; the inbox is the sender's. (The build itself looks
    through Parquet and all else that it leaves.)"""
    version = Warehouse(PROJECT / "warehouse" / "demo").current()
    values = asked(PROJECT / "inbox" / "demo")
    assert len(values) >= 3
    folders = [
        latest_build("demo").parent,
        version / "state",
        *(PROJECT / name / "demo" for name in FOLDERS[1:]),
    ]
    assert scan(folders, values) == Proof()
    assert scan([PROJECT / "inbox" / "demo"], values).found


def test_the_ledger_holds_hashes_and_no_person() -> None:
    ledger = Ledger.of(Warehouse(PROJECT / "warehouse" / "demo"))
    assert len(ledger.requests) >= 3 and ledger.pending == []
    assert {entry["action"] for entry in ledger.requests} == {"erased"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["hash"]) for entry in ledger.suppressed)
    assert {"phone", "record", "record_id", "customer"} <= {entry["kind"] for entry in ledger.suppressed}
    assert all(entry["published"] and entry["proof"] for entry in ledger.requests)


def test_the_erased_are_no_customers_and_their_orders_are_nobodys() -> None:
    """Requests lead to nobody any more, and no landed row of them has a key."""
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        outcomes = connection.execute(
            "select outcome, count(*) from intermediate.int_erasure__requests group by 1"
        ).fetchall()
        assert connection.execute("select count(*) from intermediate.int_erasure__records").fetchone() == (0,)
    assert [outcome for outcome, _ in outcomes] == ["nobody"]


def test_every_entity_has_a_treatment() -> None:
    """What is not listed would be emptied and never removed."""
    entities = {path.stem.removeprefix("input__") for path in (PROJECT / "models" / "input").glob("*.sql")}
    with (PROJECT / "seeds" / "policy" / "erasure_entities.csv").open(encoding="utf-8") as file:
        assert {row["entity"] for row in csv.DictReader(file)} == entities


# --- landed rows ------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.put("orders.csv", csv_bytes())
    assert place.land() == 0
    return place


def rewrite(place: Place, rows: erasure.Rows) -> tuple[int, int, str]:
    (path,) = [p for p in (place.landing / "erp" / "orders").glob("*.parquet") if p.name != DECLARED]
    return erasure._rewrite(path, load_sources(place.root)["erp", "orders"], rows)


def test_a_row_is_removed_or_emptied_and_the_others_stay(place: Place) -> None:
    """An emptied row keeps its number, amount and date; its personal columns and the person's key are null."""
    assert rewrite(place, {(None, 2): (True, set()), (None, 3): (False, {"88"})}) == (
        1,
        1,
        "erp/orders/orders.csv",
    )
    assert place.rows() == [
        ("A002", None, None, "2024-03-02", None, None),
        ("A003", "李四光", "13700137003", "2024-03-02", "1300", "y"),
        ("A004", "周瑜", "13600136004", "2024-03-05", "45.9", "z"),
    ]
    (load,) = read_ledger(place.landing / "erp" / "orders").values()
    assert load.data_rows == 3 and load.is_complete
    assert place.land() == 0  # the delivery is unchanged: nothing lands again
    assert len(place.rows()) == 3


def test_a_file_without_the_person_is_not_written_again(place: Place) -> None:
    (path,) = [p for p in (place.landing / "erp" / "orders").glob("*.parquet") if p.name != DECLARED]
    before = path.stat().st_mtime_ns
    assert rewrite(place, {(None, 99): (True, set())}) == (0, 0, "")
    assert path.stat().st_mtime_ns == before


# --- keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["", "customers__", "surveys__"])
def test_the_key_of_a_customer_is_found_in_a_model_of_a_mapping_too(of: str) -> None:
    """Its columns begin with the entity of the input layer."""
    table = Table("till", "cards", (Column("card"), Column("town")), Path("x.yml"), rows="surveys")
    with duckdb.connect() as connection:
        for schema in ("staging", "raw_till"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table raw_till.cards as select 'f' as _load_id, null::varchar as _source_sheet, 1 as _source_row,"
            " 'C1' as card, 'Rome' as town"
        )
        connection.execute(
            "create table staging.base_till__cards as select _load_id as load_id, _source_sheet as source_sheet,"
            f" _source_row as source_row, card as {of}source_customer_id from raw_till.cards"
        )
        column = erasure._customer_column(connection, table, "base_till__cards")
        assert column == f"{of}source_customer_id"
        landed = erasure._Landed(table, {"customers"}, "base_till__cards", "anonymise", customer=column)
        assert erasure._customer_keys(connection, landed) == {"card"}


def test_a_list_of_an_earlier_key_needs_that_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without it an erased person could come back unnoticed: the build stops and says which key."""
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    ledger = Ledger(tmp_path / "ledger.json", [], [{"key_id": key_id(DEMO_KEY.encode())}])
    new = "n" * 40
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, new)
    monkeypatch.delenv(RETIRED_KEYS, raising=False)
    with pytest.raises(ErasureStopped, match=RETIRED_KEYS) as error:
        hashing_keys(data_set, ledger)
    assert DEMO_KEY not in str(error.value)
    monkeypatch.setenv(RETIRED_KEYS, "x" * 40)
    with pytest.raises(ErasureStopped):
        hashing_keys(data_set, ledger)
    monkeypatch.setattr(os, "environ", {ENVIRONMENT_VARIABLE: new, RETIRED_KEYS: f"{'x' * 40} {'r' * 40}"})
    ledger.suppressed[0]["key_id"] = key_id(b"r" * 40)
    keys = hashing_keys(data_set, ledger)
    assert next(iter(keys)) == key_id(new.encode()) and key_id(b"r" * 40) in keys


def listed(kind: str, value: str) -> dict[str, str]:
    """An entry of the ledger, by Python's own HMAC."""
    import hashlib
    import hmac

    hashed = hmac.new(DEMO_KEY.encode(), f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()
    return {"kind": kind, "hash": hashed, "key_id": key_id(DEMO_KEY.encode()), "request": "service|1"}


def test_state_forgets_who_is_on_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    warehouse = Warehouse(tmp_path / "warehouse")
    Ledger(
        warehouse.folder / "erasures" / "ledger.json",
        [],
        [listed("customer", "c1"), listed("record_id", "crm:a")],
    ).write()
    tables = {
        "identity_map": {"record_id": ["crm:a", "crm:b", "crm:c"], "customer_id": ["c9", "c1", "c2"]},
        "customer_id_history": {"customer_id": ["c2", "c3"], "other_customer_id": ["c1", None]},
        "load_history": {"load_id": ["c1", "x"]},
    }
    for name, columns in tables.items():
        (tmp_path / "state" / name).mkdir(parents=True)
        pq.write_table(pa.table(columns), tmp_path / "state" / name / "data.parquet")
    forget_in_state(load_data_set(PROJECT, "demo", load_sources(PROJECT)), warehouse, tmp_path / "state")
    kept = {name: pq.read_table(tmp_path / "state" / name / "data.parquet").to_pylist() for name in tables}
    assert kept["identity_map"] == [{"record_id": "crm:c", "customer_id": "c2"}]
    assert kept["customer_id_history"] == [{"customer_id": "c3", "other_customer_id": None}]
    assert len(kept["load_history"]) == 2


# --- after a publication ----------------------------------------------------------------------------------


def warehouse_with_a_pending_request(root: Path) -> Warehouse:
    warehouse = Warehouse(root / "warehouse" / "demo")
    for name in ("1", "2", "3"):
        candidate = warehouse.candidate(name)
        (candidate / "published").mkdir()
        warehouse.promote(candidate)
        (warehouse.builds / name).mkdir(parents=True)
    request = {
        "request": "service|1",
        "action": "erased",
        "published": None,
        "proof": None,
        "files": [],
        "rows": 1,
    }
    Ledger(warehouse.folder / "erasures" / "ledger.json", [request]).write()
    return warehouse


def test_older_versions_and_builds_go_with_the_person(tmp_path: Path) -> None:
    """Nobody can roll back to a version that still has him."""
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    erasure.finish(tmp_path, data_set, warehouse, ["+8613800138001"])
    assert [path.name for path in warehouse.versions.iterdir()] == ["3"]
    assert [path.name for path in warehouse.builds.iterdir()] == ["3"]
    assert Ledger.of(warehouse).requests[0]["proof"] == "scanned"
    with pytest.raises(NoVersion):
        warehouse.rollback()


@pytest.mark.parametrize("written", ["13800138001", "+86 138-0013-8001", "86-138 0013 8001"])
def test_a_file_that_still_has_the_person_is_named_and_the_value_is_not(written: str, tmp_path: Path) -> None:
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    (tmp_path / "logs" / "demo").mkdir(parents=True)
    (tmp_path / "logs" / "demo" / "dbt.log").write_text(f"phone {written}")
    with duckdb.connect(str(warehouse.current() / "published" / "customer360.duckdb")) as connection:
        # so many rows are compressed: a search of bytes alone would not find it
        connection.execute("create table orders as select ? as remark from range(5000)", [f"call {written}"])
    with pytest.raises(ErasureStopped) as error:
        erasure.finish(tmp_path, data_set, warehouse, ["+8613800138001"])
    told = str(error.value)
    assert "logs/demo/dbt.log" in told and '"orders".remark' in told
    assert "0013" not in told
    assert Ledger.of(warehouse).pending


@pytest.mark.parametrize("values", [[], ["+8613800138001"]])
def test_what_was_made_of_earlier_copies_goes_with_the_person(
    values: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where an earlier build took him out of the landed rows and failed: his values are known to nobody then. A
    workbook of the audit that does not name him keeps the work of its reviewers."""
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    gone, other = f"crm:{'a' * 24}", f"crm:{'b' * 24}"
    ledger = Ledger.of(warehouse)
    ledger.suppressed = [listed("record_id", gone), listed("customer", gone)]
    ledger.write()
    made = {
        "reports/demo/customer360.xlsx": xlsx([["id"], [gone]]),
        "reports/demo/kept/report-2026-10.html": b"<p>figures</p>",
        "review/demo/identity_review.html": f"<td>{gone}</td>".encode(),
        "review/other/identity_review.html": b"of another data set",
        "seeds/policy/privacy_policy.csv": b"export_retention_days\n30\n",
        "audit/demo/2026-09.xlsx": xlsx([["record_id", "verdict"], [other, "x"], [gone, "y"]]),
        "audit/demo/copy of 2026-09.csv": f"record_id,verdict\n{gone},y\n".encode(),
        "audit/demo/damaged.xlsx": xlsx([["record_id"], [other]])[:-30],
        "audit/demo/old.xls": b"\xd0\xcf\x11\xe0" + bytes(500),
        "audit/demo/2026-10.xlsx": xlsx([["record_id", "verdict"], [other, "x"]]),
        "reports/other/report.html": b"of another data set",
    }
    for name, content in made.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    erasure.finish(tmp_path, data_set, warehouse, values)
    left = {
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if str(path.relative_to(tmp_path)) in made
    }
    assert left == {
        "audit/demo/2026-10.xlsx",
        "reports/other/report.html",
        "review/other/identity_review.html",
        "seeds/policy/privacy_policy.csv",
    }
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "removed" in line]
    assert all(name in told for name in set(made) - left) and gone not in told
    assert not Ledger.of(warehouse).pending
    # nobody is erased now: what is made afterwards stays
    (tmp_path / "reports/demo/report.html").write_text("new")
    erasure.finish(tmp_path, data_set, warehouse, values)
    assert (tmp_path / "reports/demo/report.html").is_file()


@pytest.mark.parametrize("name", ["logs/demo/customers.xlsx", "warehouse/dev/of dbt by hand.xlsx"])
def test_a_workbook_that_still_lists_the_person_is_named(name: str, tmp_path: Path) -> None:
    """Somebody put it aside in a folder that the project owns."""
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(xlsx([["id"], [f"crm:{'a' * 24}"]]))
    with pytest.raises(ErasureStopped, match=re.escape(name)):
        erasure.finish(tmp_path, data_set, warehouse, [f"crm:{'a' * 24}"])


def test_what_could_not_be_searched_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value that anything may equal by chance, and a file that cannot be read."""
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    damaged = warehouse.current() / "published" / "orders.parquet"
    damaged.write_bytes(b"PAR1 cut short")
    with pytest.raises(ErasureStopped, match=r"(?s)cannot be read.*published/orders\.parquet"):
        erasure.finish(tmp_path, data_set, warehouse, ["1234567", "+8613800138001"])
    assert Ledger.of(warehouse).pending
    damaged.unlink()
    erasure.finish(tmp_path, data_set, warehouse, ["1234567", "+8613800138001"])
    assert Ledger.of(warehouse).requests[0]["proof"] == "scanned; 1 too short to be searched for"
    assert (
        "1 values of erased persons are in no file of this data set; 1 too short" in capsys.readouterr().out
    )


def test_only_too_short_values_are_no_scan(tmp_path: Path) -> None:
    warehouse = warehouse_with_a_pending_request(tmp_path)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    erasure.finish(tmp_path, data_set, warehouse, ["1234567"])
    assert Ledger.of(warehouse).requests[0]["proof"] == (
        "built from landed rows without the person; 1 too short to be searched for"
    )


def test_ids_of_the_person_are_looked_for_and_ids_that_others_keep_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A customer keeps his id when the record that it was named after turns out to be somebody else's."""
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    records = "record_id, customer_id, source_system, source_customer_id"
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create schema intermediate; create schema input;
            create table hashed (key_id varchar, kind varchar, hash varchar);
            create table intermediate.int_erasure__requests as
            select 'desk' as source_system, '1' as source_request_id, 'erase' as outcome, 2 as customer_count,
                date '2026-11-01' as received_on, null::varchar as phone, null::varchar as email;
            create table intermediate.int_customers__ids as
            from (values
                ('crm:a', 'crm:a', 'crm', 'a'), ('app:b', 'crm:a', 'app', 'b'), ('pos:c', 'pos:c', 'pos', 'c'),
                ('shop:d', 'pos:c', 'shop', 'd')
            ) as ids({records});
            create table input.input__customers as
            select source_system, source_customer_id, null::varchar as phone, null::varchar as email,
                null::varchar as unionid, null::varchar as member_no, null::varchar as id_number_hash
            from intermediate.int_customers__ids;
            create table intermediate.int_erasure__records as
            select {records}, 'desk|1' as request_key, * exclude (source_system, source_customer_id)
            from intermediate.int_customers__ids inner join input.input__customers
            using (source_system, source_customer_id) where record_id in ('crm:a', 'app:b', 'pos:c')
            """
        )
        taken = erasure.Taken()
        erasure._enter_requests(
            connection,
            Ledger(tmp_path / "ledger.json"),
            {key_id(DEMO_KEY.encode()): DEMO_KEY.encode()},
            taken,
        )
    assert taken.values == {"crm:a", "app:b"}


def test_a_data_set_that_nobody_asked_anything_of_is_not_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    data_set = load_data_set(tmp_path, "demo", load_sources(tmp_path))
    place.put("orders.csv", csv_bytes())
    assert place.land() == 0
    monkeypatch.setattr(erasure, "run_dbt", pytest.fail)
    monkeypatch.setattr(erasure, "read_state", pytest.fail)
    assert erasure.sweep(tmp_path, data_set, Warehouse(tmp_path / "w")) == []


# --- from the request to the proof ------------------------------------------------------------------------


def read(database: Path, sql: str, *given: object) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql, list(given)).fetchall()


def request(root: Path, number: str, phone: str, status: str) -> None:
    path = root / "inbox" / "demo" / "service" / "erasure_requests" / f"{number}.csv"
    path.write_text(
        f"request_id,requester_id,requester_name,phone,email,received_at,status\n{number},,,{phone},,2026-09-01 10:00:00,{status}\n",
        encoding="utf-8",
    )


SALES = "select sum(booked_amount), sum(document_count) from marts.daily_sales"


@pytest.mark.slow
def test_a_person_is_erased_stays_out_and_leaves_the_totals_as_they_were(tmp_path: Path) -> None:
    root = small_project(tmp_path / "project")
    whole_build(root)
    declared = root / "datasets" / "demo.yml"
    declared.write_text(
        re.sub(r"(?m)^prepare:.*\n", "", declared.read_text(encoding="utf-8")), encoding="utf-8"
    )
    warehouse = Warehouse(root / "warehouse" / "demo")
    first = warehouse.current().name
    build = warehouse.latest_build()
    sales = read(build, SALES)
    # somebody of several systems who has bought, and somebody else whose request nobody has verified
    people = read(
        build,
        """
        select profiles.customer_id, profiles.phone from intermediate.int_customers__profiles as profiles
        inner join marts.customers using (customer_id)
        where profiles.customer_kind = 'person' and profiles.phone like '+861%' and customers.purchase_count > 2
            and profiles.system_count > 2
            and profiles.phone in (
                select phone from input.input__customers inner join intermediate.int_customers__ids
                using (source_system, source_customer_id) group by phone having count(distinct customer_id) = 1
            )
        order by profiles.system_count desc, 1 limit 2
        """,
    )
    (erased, phone), (other, other_phone) = people
    made = [root / "reports" / "demo" / "customer360.xlsx", root / "audit" / "demo" / "2026-10.xlsx"]
    for file in made:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(xlsx([["record_id"], [erased]]))
    assert set(scan([root / "reports", root / "audit"], [erased]).found) == {str(file) for file in made}
    request(root, "E1", phone[3:], "已核实")
    request(root, "E2", other_phone[3:], "已受理")
    told = whole_build(root)
    assert "values of erased persons are in no file of this data set" in told
    assert not any(file.exists() for file in made)
    assert "service|E2 waiting" in told
    build = warehouse.latest_build()
    folders = [root / name / "demo" for name in FOLDERS]
    assert scan(folders, [phone, erased]) == Proof()
    assert scan(folders, [other_phone]).found and scan(folders, [other]).found
    assert not (warehouse.versions / first).exists()
    assert read(build, SALES) == sales
    customers = {key for (key,) in read(build, "select customer_id from marts.customers")}
    assert erased not in customers and other in customers
    assert read(build, "select count(*) from marts.customer_id_history where customer_id = ?", erased) == [
        (0,)
    ]

    # delivered again, under another key and with an order
    users = root / "inbox" / "demo" / "shop" / "users" / "again.jsonl"
    earlier = (users.parent / "users_0001.jsonl").read_text(encoding="utf-8").splitlines()[0]
    again = dict.fromkeys(json.loads(earlier)) | {
        "user_id": "U-again", "mobile": phone[3:], "registered_at": json.loads(earlier)["registered_at"],
    }  # fmt: skip
    users.write_text(json.dumps(again) + "\n", encoding="utf-8")
    told = whole_build(root)
    assert "1 landed rows removed" in told
    assert scan(folders, [phone]) == Proof()
    assert read(
        warehouse.latest_build(),
        "select count(*) from input.input__customers where source_customer_id = 'U-again'",
    ) == [(0,)]
    assert read(warehouse.latest_build(), SALES) == sales
