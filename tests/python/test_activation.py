"""Exported lists: who is in them, who is left out when it matters, and what is left of them."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from build_kit import small_project, whole_build
from conftest import PROJECT, latest_build, run_verb
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.durable import lines_of
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.presentation import activation
from customer360.presentation.activation import NoExport, export
from customer360.privacy import erasure
from customer360.privacy.erasure import Ledger
from customer360.privacy.exports import as_text, log_of, remove_expired
from customer360.privacy.hashing_key import DEMO_KEY, ENVIRONMENT_VARIABLE, key_id

_LAND = activation._land
"""The step that the company of a few customers does without."""

AS_OF, LATER = "2026-10-31", "2026-11-10"
FOREVER = "9999-12-31"


def keyed(customer: str) -> str:
    """The keyed id of a customer, by Python's own HMAC."""
    return hmac.new(DEMO_KEY.encode(), f"activation|{customer}".encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def data_set(monkeypatch: pytest.MonkeyPatch) -> DataSet:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    return load_data_set(PROJECT, "demo", load_sources(PROJECT))


# --- a company of a few customers --------------------------------------------------------------------------

LISTED = [
    "free",
    "refused",
    "withdrew",
    "silent",
    "other_purpose",
    "left",
    "asked",
    "forgotten",
    "no_mail",
    "tomorrow",
]
"""Customers whom the published list of the strategy `win` has for e-mail; by what became of them until the export."""

CONSENTS = [
    *[(customer, "marketing", "email", True, "2026-01-01", FOREVER) for customer in ("free", "left", "asked", "forgotten", "no_mail")],
    ("refused", "marketing", "email", False, "2026-01-01", FOREVER),
    ("withdrew", "marketing", "email", True, "2026-01-01", LATER),
    ("withdrew", "marketing", "email", False, LATER, FOREVER),
    ("other_purpose", "sharing", "email", True, "2026-01-01", FOREVER),
    ("tomorrow", "marketing", "email", True, "2026-11-05", FOREVER),
    ("refused", "service", "phone", False, "2026-01-01", FOREVER),
]  # fmt: skip
SUPPRESSIONS = [
    ("left", "marketing", "unsubscribed", LATER),
    ("asked", "marketing", "erasure_requested", LATER),
]
EXPECTED = {
    "consent_withdrawn": 2, "erasure_requested": 2, "no_consent": 3, "unsubscribed": 1,
}  # fmt: skip
"""Reasons of the ten: only `free` and `no_mail` may go out."""


@pytest.fixture
def place(tmp_path: Path, data_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose published list names ten customers, and whose build file knows what they have said since."""
    warehouse = Warehouse(tmp_path / "warehouse" / "demo")
    candidate = warehouse.candidate("1")
    for folder in (candidate / "published", warehouse.builds / "1"):
        folder.mkdir(parents=True)
    with duckdb.connect(str(candidate / "published" / "customer360.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"""
            create table marts.activation as
            select
                'listed' as list_status,
                unnest({LISTED!r}) as customer_id, customer_id as contact_id,
                'win' as strategy, '赢回' as strategy_zh, 'Win' as strategy_en,
                'email' as channel, '邮件' as channel_zh, 'E-mail' as channel_en, 'marketing' as consent_purpose,
                'email' as consent_channel, '原因' as reason_zh, 'Reason' as reason_en, '优惠' as offer_zh,
                'Offer' as offer_en, 'care' as owner, date '{AS_OF}' as as_of_on, date '2026-11-30' as valid_until_on;
            insert into marts.activation by name
            select * replace ('held' as customer_id, 'held' as contact_id, 'held_back' as list_status) from marts.activation limit 1;
            create table marts.strategy_assignments as select unnest(['win', 'idle']) as strategy;
            create table marts.trigger_lists as
            select
                unnest(['free', 'refused', 'no_mode', 'held']) as customer_id, customer_id as contact_id, 'low_rating' as trigger_code,
                '低评分' as trigger_zh, 'Low rating' as trigger_en,
                unnest(['listed', 'listed', 'listed', 'held_back']) as list_status,
                'service' as consent_purpose, false as needs_consent, cast(null as varchar) as consented_channels,
                unnest(['calls', 'calls', null, 'calls']) as service_mode, '回访' as action_zh, 'Call' as action_en,
                'care' as owner, date '{AS_OF}' as as_of_on, date '2026-11-05' as valid_until_on
            """
        )
    with duckdb.connect(str(warehouse.builds / "1" / "customer360.duckdb")) as connection:
        connection.execute(
            f"""
            create schema policy; create schema restricted; create schema intermediate; create schema quality;
            create table policy.consent_purposes as
            select unnest(['marketing', 'sharing', 'service']) as purpose, unnest([true, true, false]) as needs_consent;
            create table policy.service_mode_channels as
            select 'calls' as service_mode, 'phone' as channel, 'phone' as consent_channel;
            create table policy.marketing_labels as
            select 'contact_channel' as list_code, 'phone' as code, '电话' as label_zh, 'Telephone' as label_en;
            create table restricted.contact_addresses as
            select customer_id, 'email' as channel, customer_id || '@mail.test' as contact_address,
                '{key_id(DEMO_KEY.encode())}' as key_id
            from (select unnest({LISTED!r}) as customer_id) where customer_id <> 'no_mail';
            create table intermediate.int_marketing__consents (customer_id varchar, purpose varchar, channel varchar,
                is_granted boolean, valid_from_on date, valid_to_on date);
            create table intermediate.int_marketing__suppressions (customer_id varchar, purpose varchar,
                reason varchar, since_on date);
            create table quality.load_history (load_id varchar)
            """
        )
        connection.executemany(
            "insert into intermediate.int_marketing__consents values (?, ?, ?, ?, ?, ?)", CONSENTS
        )
        connection.executemany(
            "insert into intermediate.int_marketing__suppressions values (?, ?, ?, ?)", SUPPRESSIONS
        )
    warehouse.promote(candidate)
    hashed = hmac.new(DEMO_KEY.encode(), b"customer|forgotten", hashlib.sha256).hexdigest()
    entry = {"kind": "customer", "hash": hashed, "key_id": key_id(DEMO_KEY.encode()), "request": "service|1"}
    Ledger(warehouse.folder / "erasures" / "ledger.json", [], [entry]).write()
    (tmp_path / "seeds" / "policy").mkdir(parents=True)
    (tmp_path / "seeds" / "policy" / "privacy_policy.csv").write_text(
        "minimum_group_size,export_retention_days\n20,30\n"
    )
    monkeypatch.setattr(activation, "_land", lambda project, data_set: None)
    return tmp_path


def warehouse_of(place: Path) -> Warehouse:
    return Warehouse(place / "warehouse" / "demo")


def exported(place: Path, data_set: DataSet, **given: Any) -> dict[str, dict[str, Any]]:
    return {entry["strategy"]: entry for entry in export(place, data_set, warehouse_of(place), **given)}


def rows(place: Path, name: str) -> list[dict[str, str]]:
    with (place / "activation" / "demo" / "1" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_who_took_back_until_the_export_is_left_out_with_the_reason(place: Path, data_set: DataSet) -> None:
    """No word, another purpose and a word of tomorrow are none; what is taken back counts whatever its date, and so does
    the list of the erased."""
    entry = exported(place, data_set)["win"]
    assert entry["channels"]["email"] == {"rows": 2, "left_out": EXPECTED}
    assert {row["keyed_id"] for row in rows(place, "win.csv")} == {keyed("free"), keyed("no_mail")}


def test_a_consent_holds_from_its_day_on(place: Path, data_set: DataSet) -> None:
    exported(place, data_set, on=dt.date(2026, 11, 5))
    assert keyed("tomorrow") in {row["keyed_id"] for row in rows(place, "win.csv")}


def test_an_offer_that_is_over_is_not_sent(place: Path, data_set: DataSet) -> None:
    entry = exported(place, data_set, on=dt.date(2026, 12, 1))["win"]
    assert entry["rows"] == 0 and entry["channels"]["email"]["left_out"]["expired"] == 3
    with pytest.raises(NoExport, match="the lists are as of 2026-10-31"):
        exported(place, data_set, on=dt.date(2026, 10, 30))


def test_service_needs_no_consent_and_a_refusal_of_it_counts(place: Path, data_set: DataSet) -> None:
    """Of those with a low rating: one may be called, one has refused calls, one is served on no channel."""
    entry = exported(place, data_set)["low_rating"]
    assert entry["channels"] == {
        "none": {"rows": 0, "left_out": {"no_channel": 1}},
        "phone": {"rows": 1, "left_out": {"consent_withdrawn": 1}},
    }
    (row,) = rows(place, "low_rating.csv")
    assert (row["keyed_id"], row["channel_zh"], row["offer_en"]) == (keyed("free"), "电话", "Call")


def test_an_organisation_is_asked_through_its_contact_and_left_alone_where_either_wants_it(
    place: Path, data_set: DataSet
) -> None:
    """A firm and one that unsubscribed since are listed by the contact `free`, a third by one who has refused."""
    published = warehouse_of(place).published
    published.chmod(0o600)
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            "delete from marts.activation where customer_id not in ('free', 'no_mail', 'refused')"
        )
        for contact, firm in (("free", "firm"), ("no_mail", "quiet"), ("refused", "third")):
            connection.execute(
                "update marts.activation set customer_id = ?, contact_id = ? where customer_id = ?",
                [firm, "free" if contact == "no_mail" else contact, contact],
            )
    with duckdb.connect(str(warehouse_of(place).builds / "1" / "customer360.duckdb")) as connection:
        connection.execute(
            "insert into intermediate.int_marketing__suppressions values ('quiet', 'marketing', 'unsubscribed', ?)",
            [LATER],
        )
    entry = exported(place, data_set, strategy="win", with_addresses=True)["win"]
    assert entry["channels"]["email"] == {
        "rows": 1,
        "left_out": {"unsubscribed": 1, "consent_withdrawn": 1},
    }
    (row,) = rows(place, "win.addresses.csv")
    assert (row["keyed_id"], row["on_behalf_of"]) == (keyed("free"), keyed("firm"))
    assert row["contact_address"] == "free@mail.test"


def test_a_file_names_nobody_unless_addresses_are_asked_for(place: Path, data_set: DataSet) -> None:
    exported(place, data_set)
    folder = place / "activation" / "demo" / "1"
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert keyed("free").encode() in content
    assert not any(f"{customer}{end}".encode() in content for customer in LISTED for end in (",", "@"))
    entry = exported(place, data_set, strategy="win", with_addresses=True)["win"]
    (row,) = rows(place, "win.addresses.csv")
    assert (row["keyed_id"], row["contact_address"]) == (keyed("free"), "free@mail.test")
    assert entry["with_addresses"] and entry["channels"]["email"]["left_out"] == EXPECTED | {"no_address": 1}
    assert "contact_address" not in rows(place, "win.csv")[0]


def test_files_are_for_their_owner_alone_and_logged_before_they_appear(
    place: Path, data_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    entry = exported(place, data_set, strategy="win")["win"]
    file = place / entry["file"]
    for path, mode in (
        (file, 0o600),
        (file.parent, 0o700),
        (file.parents[1], 0o700),
        (file.parents[2], 0o700),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path
    (logged,) = lines_of(log_of(warehouse_of(place)))
    assert logged == json.loads(json.dumps(entry))
    assert logged["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (logged["who"], logged["rows"], logged["key_id"]) == ("ann", 2, key_id(DEMO_KEY.encode()))
    assert not any(customer in json.dumps(logged) for customer in ("free", "forgotten", "no_mail"))

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(activation, "publish", killed)
    with pytest.raises(KeyboardInterrupt):
        exported(place, data_set, strategy="idle")
    assert lines_of(log_of(warehouse_of(place)))[-1]["strategy"] == "idle"
    assert not (file.parent / "idle.csv").exists()


FORMULAS = [
    "=1+1", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"https://a.example\")", "\t=1+1", " =1+1", "\r=1", "＝1+1", "－1+1",
    "+8613812345670|cmd", "-a@b.cn' /C calc",
]  # fmt: skip
HARMLESS = ["care", "+8613812345670", "-1.5", "first.last+tag@mail.test", "a=b", "王-李", "", "2026-11-30"]


@pytest.mark.parametrize("value", FORMULAS)
def test_a_cell_of_a_source_is_no_formula_in_a_spreadsheet(value, place: Path, data_set: DataSet) -> None:
    published = warehouse_of(place).published
    published.chmod(0o600)
    with duckdb.connect(str(published)) as connection:
        for column in ("owner", "offer_en", "strategy_en", "reason_zh"):
            connection.execute(f"update marts.activation set {column} = ?", [value])
    exported(place, data_set, on=dt.date.fromisoformat(LATER), with_addresses=True)
    for row in rows(place, "win.addresses.csv"):
        for column, cell in row.items():
            assert not re.match(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]", cell) or re.fullmatch(r"\+\d+", cell), (
                column
            )
        assert row["owner"] == f"'{value}"
        assert row["contact_address"].endswith("@mail.test")


@pytest.mark.parametrize("value", HARMLESS)
def test_numbers_and_addresses_stay_as_they_are(value) -> None:
    assert as_text(value) == value


def test_parquet_holds_the_same(place: Path, data_set: DataSet) -> None:
    exported(place, data_set, strategy="win")
    exported(place, data_set, strategy="win", kind="parquet")
    table = pq.read_table(place / "activation" / "demo" / "1" / "win.parquet").to_pylist()
    assert [{name: str(value or "") for name, value in row.items()} for row in table] == rows(
        place, "win.csv"
    )


# --- what stops an export ----------------------------------------------------------------------------------


def test_what_cannot_be_looked_at_again_is_not_exported(place: Path, data_set: DataSet) -> None:
    with pytest.raises(NoExport, match=r"no list is for 'lose'\. Lists of 1: idle, low_rating, win"):
        exported(place, data_set, strategy="lose")
    (warehouse_of(place).builds / "1" / "customer360.duckdb").unlink()
    with pytest.raises(NoExport, match=r"kept no longer.*make build DATA=demo"):
        exported(place, data_set)
    assert not (place / "activation").exists()


def test_another_key_would_make_ids_that_lead_nowhere(
    place: Path, data_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = "n" * 40
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, new)
    with pytest.raises(NoExport) as error:
        exported(place, data_set)
    told = str(error.value)
    assert key_id(new.encode()) in told and key_id(DEMO_KEY.encode()) in told and new not in told


def test_a_file_of_the_inbox_that_cannot_be_landed_stops_the_export(place: Path, data_set: DataSet) -> None:
    """It may hold a refusal. (Here nothing can be landed: there is no script.)"""
    with pytest.raises(NoExport, match="not every file of the inbox could be landed"):
        _LAND(place, data_set)


def test_what_landed_since_the_build_decides(
    place: Path, data_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here `free` says no in a file that the build has not seen; the slow test below lets dbt read it."""

    @contextmanager
    def read_again(project: Path, data_set: DataSet, warehouse: Warehouse, built: Path) -> Iterator[Path]:
        fresh = project / "fresh" / "customer360.duckdb"
        fresh.parent.mkdir()
        fresh.write_bytes(built.read_bytes())
        with duckdb.connect(str(fresh)) as connection:
            connection.execute(
                "update intermediate.int_marketing__consents set is_granted = false where customer_id = 'free'"
            )
        yield fresh

    monkeypatch.setattr(activation, "_as_of_now", read_again)
    assert exported(place, data_set)["win"]["channels"]["email"] == {
        "rows": 1, "left_out": EXPECTED | {"consent_withdrawn": 3},
    }  # fmt: skip


# --- what goes again ---------------------------------------------------------------------------------------


def test_exports_go_when_they_are_old(place: Path, data_set: DataSet) -> None:
    exported(place, data_set)
    folder = place / "activation" / "demo" / "1"
    old = dt.datetime.now(dt.UTC).timestamp() - 31 * 86400
    os.utime(folder / "win.csv", (old, old))
    assert remove_expired(place, data_set, warehouse_of(place)) == ["activation/demo/1/win.csv"]
    assert {path.name for path in folder.iterdir()} == {"idle.csv", "low_rating.csv"}
    last = lines_of(log_of(warehouse_of(place)))[-1]
    assert (last["event"], last["why"], last["files"]) == (
        "removed",
        "retention",
        ["activation/demo/1/win.csv"],
    )


def test_exports_go_when_somebody_is_erased_and_the_scan_looks_where_they_lie(
    place: Path, data_set: DataSet
) -> None:
    warehouse = warehouse_of(place)
    exported(place, data_set, with_addresses=True)
    file = place / "activation" / "demo" / "1" / "win.addresses.csv"
    file.write_text(file.read_text(encoding="utf-8") + "gone@mail.test\n", encoding="utf-8")
    ledger = Ledger.of(warehouse)
    ledger.requests.append(
        {"request": "service|1", "action": "erased", "published": None, "proof": None, "files": [], "rows": 1}
    )
    ledger.write()
    erasure.finish(place, data_set, warehouse, ["gone@mail.test"])
    assert not [path for path in (place / "activation").rglob("*") if path.is_file()]
    assert Ledger.of(warehouse).requests[0]["proof"] == "scanned"
    # put back by hand it is found: without a pending request nothing is removed
    file.write_text("gone@mail.test\n", encoding="utf-8")
    with pytest.raises(erasure.ErasureStopped, match=r"activation/demo/1/win\.addresses\.csv"):
        erasure.finish(place, data_set, warehouse, ["gone@mail.test"])


# --- the latest build of the demo --------------------------------------------------------------------------


def test_the_demo_exports_what_is_listed_and_nobody_without_permission(
    tmp_path: Path, data_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the published copy that holds, into a folder of the test's own."""
    latest_build("demo")
    warehouse = Warehouse(PROJECT / "warehouse" / "demo")
    monkeypatch.setattr(activation, "_land", lambda project, data_set: None)
    monkeypatch.setattr(activation, "log_of", lambda warehouse: tmp_path / "exports.jsonl")
    (tmp_path / "seeds").symlink_to(PROJECT / "seeds")
    (tmp_path / "landing").symlink_to(PROJECT / "landing")
    entries = export(tmp_path, data_set, warehouse)
    with duckdb.connect(str(warehouse.published), read_only=True) as connection:
        listed = dict(
            connection.execute(
                "select strategy, count(*) from marts.activation where list_status = 'listed' group by 1"
            ).fetchall()
        )
        permitted = {
            (keyed(customer), purpose, channel)
            for customer, purpose, channel in connection.execute(
                "select customer_id, consent_purpose, channel from marts.contact_permissions where is_permitted"
            ).fetchall()
        }
    assert sum(listed.values()) > 20
    assert {e["strategy"]: e["rows"] for e in entries if e["strategy"] in listed} == listed
    means = {"wecom": "wechat"}
    for strategy in listed:
        file = tmp_path / "activation" / "demo" / warehouse.current().name / f"{strategy}.csv"
        with file.open(encoding="utf-8-sig", newline="") as opened:
            for row in csv.DictReader(opened):
                channel = means.get(row["channel"], row["channel"])
                assert (row["keyed_id"], "marketing", channel) in permitted


def test_addresses_are_in_no_published_table() -> None:
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        held = connection.execute("select count(*) from restricted.contact_addresses").fetchone()[0]
    with duckdb.connect(
        str(Warehouse(PROJECT / "warehouse" / "demo").published), read_only=True
    ) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    assert held > 1000
    assert not [name for (name,) in names if "restricted" in name or "contact_address" in name]


# --- refusals that arrive after a build --------------------------------------------------------------------


@pytest.mark.slow
def test_who_takes_back_after_the_build_is_left_out(tmp_path: Path) -> None:
    """Three of a published list withdraw, unsubscribe and ask to be erased; the files only lie in the inbox."""
    root = small_project(tmp_path / "project")
    whole_build(root)
    warehouse = Warehouse(root / "warehouse" / "demo")
    with duckdb.connect(str(warehouse.latest_build()), read_only=True) as connection:
        people = connection.execute(
            """
            select
                lists.contact_id as customer_id, lists.consent_channel,
                min(case when ids.source_system = 'app' then ids.source_customer_id end) as app_id,
                min(case when ids.source_system = 'marketing' then ids.source_customer_id end) as profile_id,
                min(profiles.phone) as phone
            from marts.activation as lists
            inner join intermediate.int_customers__ids as ids on lists.contact_id = ids.customer_id
            inner join intermediate.int_customers__profiles as profiles on lists.contact_id = profiles.customer_id
            where lists.list_status = 'listed'
            group by all order by 1
            """
        ).fetchall()
    inbox, taken, reasons = root / "inbox" / "demo", set(), []
    for customer, consent_channel, app_id, profile_id, phone in people:
        if customer in taken:
            continue
        if app_id and "consent_withdrawn" not in reasons:
            duckdb.sql(
                f"copy (select 'late' as consent_id, '{app_id}' as user_id, 'marketing' as purpose,"
                f" '{consent_channel}' as channel, false as granted, '2026-11-10T07:10:20Z' as changed_at_utc)"
                f" to '{inbox / 'app' / 'consents' / 'late.parquet'}'"
            )
            reasons.append("consent_withdrawn")
        elif profile_id and "unsubscribed" not in reasons:
            (inbox / "marketing" / "profiles" / "late.csv").write_text(
                "profile_id,姓名,手机,邮箱,会员号,UnionID,来源,创建时间,退订时间\n"
                f"{profile_id},,,,,,展会,2024-10-07 08:00:00,2026-11-12 08:00:00\n",
                encoding="utf-8",
            )
            reasons.append("unsubscribed")
        elif phone and phone.startswith("+86") and "erasure_requested" not in reasons:
            (inbox / "service" / "erasure_requests" / "late.csv").write_text(
                "申请编号,客户ID,姓名,手机号,邮箱,受理时间,状态\n"
                f"late,,,{phone[3:]},,2026-11-13 10:00:00,已受理\n",
                encoding="utf-8",
            )
            reasons.append("erasure_requested")
        else:
            continue
        taken.add(customer)
    assert len(reasons) >= 2, people
    done = run_verb(root, "activation", "--data", "demo")
    assert done.returncode == 0, done.stderr
    assert "files have landed since the build" in done.stdout
    for reason in reasons:
        assert reason in done.stdout, (reason, done.stdout)
    text = "".join(
        path.read_text(encoding="utf-8-sig")
        for path in (root / "activation" / "demo" / warehouse.current().name).glob("*.csv")
    )
    stayed = {customer for customer, *_ in people} - taken
    assert not any(keyed(customer) in text for customer in taken)
    assert all(keyed(customer) in text for customer in stayed)
    assert not list((warehouse.folder / "try").glob("activation"))
