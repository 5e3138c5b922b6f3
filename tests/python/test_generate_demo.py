"""The demo company: reproducible, complete, messy in the declared ways, and its truth fits its files."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import phonenumbers
import pyarrow.parquet as pq
import pytest
import yaml
from python_calamine import CalamineWorkbook

from customer360.core.sources import load_sources
from demo_company import build, faults, identifiers
from demo_company.__main__ import main
from demo_company.behaviour import NEVER, POS
from demo_company.config import Config, months_back
from demo_company.systems.dealer import customer_key

ROOT = Path(__file__).resolve().parents[2]

DEMO = yaml.safe_load((ROOT / "datasets" / "demo.yml").read_text(encoding="utf-8"))
# What people send back about the warehouse no source system writes.
SYSTEMS = set(DEMO["systems"]) - {"stewardship"}
ENTITIES = {k: e for k, e in load_sources(ROOT).items() if k[0] in SYSTEMS}
CUSTOMER_TABLES = (
    ("crm", "contacts"), ("crm", "companies"), ("erp", "accounts"), ("shop", "users"), ("pos", "members"),
    ("marketplace", "orders"), ("app", "users"), ("social", "followers"), ("service", "requesters"),
    ("marketing", "profiles"),
)  # fmt: skip
RECORD_KEY = {("marketplace", "orders"): "buyer_id"}


Row = dict[str, str | None]
Place = tuple[str, str | None, int]


def config(folder: Path, **changes: object) -> Config:
    """A small run below a folder."""
    settings = {
        "customers": 400,
        "inbox": folder / "inbox" / "demo",
        "truth": folder / "truth" / "demo",
        "project": ROOT,
    }
    return Config(**(settings | changes))


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def grids(path: Path) -> list[tuple[str | None, list[list[object]]]]:
    """Sheets of a workbook or the one grid of a text file."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        return [(n, book.get_sheet_by_name(n).to_python(skip_empty_area=False)) for n in book.sheet_names]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return [(None, list(csv.reader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ",")))]


def as_text(value: object) -> str | None:
    """A cell as text; whole numbers of workbooks without a decimal point."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


class Inbox:
    """All rows of an inbox under declared names, with the headings and the place of each row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.place: dict[tuple[str, str], list[Place]] = defaultdict(list)
        self.headings: dict[tuple[str, str], list[tuple[str, list[str]]]] = defaultdict(list)
        self.titles: set[tuple[object, ...]] = set()
        for key, entity in ENTITIES.items():
            known = {h: c.name for c in entity.columns for h in (c.name, *c.headings)}
            for path in sorted((folder / key[0] / key[1]).glob("*")):
                self._read(key, path, known)

    def _read(self, key: tuple[str, str], path: Path, known: dict[str, str]) -> None:
        file = path.relative_to(self.folder).as_posix()
        if path.suffix in (".parquet", ".jsonl"):
            if path.suffix == ".parquet":
                rows = pq.read_table(path).to_pylist()
            else:
                rows = [json.loads(line) for line in path.open(encoding="utf-8")]
            self.headings[key].append((file, list(rows[0])))
            for n, row in enumerate(rows, 1):
                self._add(key, {known.get(k, k): as_text(v) for k, v in row.items()}, (file, None, n))
            return
        for sheet, grid in grids(path):
            at = next(i for i, line in enumerate(grid) if sum(str(c) in known for c in line) >= 3)
            self.titles |= {(*key, file, sheet, n) for n, line in enumerate(grid[:at], 1) if any(line)}
            headings = [str(c) for c in grid[at]]
            self.headings[key].append((file, headings))
            for n, line in enumerate(grid[at + 1 :], at + 2):
                row = {known.get(h, h): as_text(v) for h, v in zip(headings, line, strict=False)}
                self._add(key, row, (file, sheet, n))

    def _add(self, key: tuple[str, str], row: Row, place: Place) -> None:
        self.rows[key].append(row)
        self.place[key].append(place)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """One generated demo company."""
    made = config(tmp_path_factory.mktemp("demo"))
    build.generate(made)
    return made


@pytest.fixture(scope="module")
def inbox(run: Config) -> Inbox:
    return Inbox(run.inbox)


@pytest.fixture(scope="module")
def truth(run: Config) -> dict[str, list[dict[str, object]]]:
    return {p.stem: pq.read_table(p).to_pylist() for p in run.truth.glob("*.parquet")}


@pytest.fixture(scope="module")
def clean(inbox: Inbox, truth: dict[str, list[dict[str, object]]]) -> dict[tuple[str, str], list[Row]]:
    """Rows without planted faults: refused rows left out, spoilt values as None."""
    refused: set[tuple[object, ...]] = set()
    spoilt: dict[tuple[object, ...], str] = {}
    for e in truth["planted_errors"]:
        where = (e["system"], e["entity"], e["source_file"], e["source_sheet"], e["source_row"])
        if e["outcome"] == faults.QUARANTINE:
            refused.add(where)
        else:
            spoilt[where] = str(e["column_name"])
    result: dict[tuple[str, str], list[Row]] = {}
    for key, rows in inbox.rows.items():
        places = [(*key, *place) for place in inbox.place[key]]
        result[key] = [
            row | {spoilt[where]: None} if spoilt.get(where) in row else row
            for row, where in zip(rows, places, strict=True)
            if where not in refused
        ]
    return result


def business_key(key: tuple[str, str], row: dict[str, str | None]) -> str:
    """Key columns joined by |, as the manifest writes them."""
    return "|".join(row[c] or "" for c in ENTITIES[key].row_key)


# Reproducibility


def test_what_people_put_beside_the_systems_stays(tmp_path: Path) -> None:
    verdicts = tmp_path / "inbox" / "stewardship" / "audit_verdicts" / "2026-10.csv"
    for file in (verdicts, tmp_path / "inbox" / "crm" / "contacts" / "old.csv"):
        file.parent.mkdir(parents=True)
        file.write_text("kept")
    made = tmp_path / "made"
    (made / "crm").mkdir(parents=True)
    build._carry_over(tmp_path / "inbox", made)
    assert (made / verdicts.relative_to(tmp_path / "inbox")).read_text() == "kept"
    assert not list((made / "crm").iterdir())


def test_same_seed_gives_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    first = config(tmp_path / "a", customers=600, chunk=300)
    second = config(tmp_path / "b", customers=600, chunk=300)
    build.generate(first, workers=1)
    build.generate(second, workers=2)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert any("_0002" in name for name in digests(tmp_path / "a")), "the run has several chunks"


def test_another_seed_gives_other_people(run: Config, tmp_path: Path) -> None:
    other = config(tmp_path, seed=8)
    build.generate(other)
    names = [set(pq.read_table(c.truth / "persons.parquet")["phone"].to_pylist()) for c in (run, other)]
    assert not names[0] & names[1] - {p for p in names[0] if p.startswith("198")}
    assert digests(run.inbox).keys() != digests(other.inbox).keys() or digests(run.inbox) != digests(
        other.inbox
    )


def test_a_failed_run_leaves_yesterdays_files_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = config(tmp_path, customers=200)
    build.generate(small)
    before = digests(tmp_path)

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(build, "build_truth", broken)
    with pytest.raises(OSError, match="disk full"):
        build.generate(config(tmp_path, customers=200, seed=9))
    assert digests(tmp_path) == before


def test_what_a_killed_run_left_is_put_right_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = config(tmp_path, customers=200)
    build.generate(small)
    before = digests(tmp_path)
    # Killed in the middle of a chunk.
    half = small.truth.parent / ".demo.new" / "half.parquet"
    half.parent.mkdir()
    half.write_bytes(b"PAR1")
    build.generate(small)
    assert digests(tmp_path) == before
    # Killed between the two renames of a swap, and the next run fails as well.
    small.inbox.rename(small.inbox.parent / ".demo.old")
    monkeypatch.setattr(build, "plan_tickets", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build.generate(small)
    assert digests(tmp_path) == before


def test_the_command_line_reports_wrong_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--customers", "3"]) == 2
    assert "customers must be 200 or more" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["--noise", "deafening"])
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-10-31", 36, "2023-10-31"),
        ("2026-02-28", 12, "2025-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-05-15", 5, "2025-12-15"),
    ],
)
def test_months_back_keeps_the_end_of_a_month(day: str, months: int, expected: str) -> None:
    assert months_back(dt.date.fromisoformat(day), months).isoformat() == expected


# Files and declaration


def test_every_declared_table_has_a_file_and_every_heading_is_declared(inbox: Inbox) -> None:
    assert set(inbox.headings) == set(ENTITIES)
    for key, files in inbox.headings.items():
        known = {h: c for c in ENTITIES[key].columns for h in (c.name, *c.headings)}
        for file, headings in files:
            assert set(headings) <= set(known), (key, file)
            present = {known[h].name for h in headings}
            assert {c.name for c in ENTITIES[key].columns if c.required} <= present, (key, file)
            assert len(present) == len(headings), (key, file)


def test_headings_and_formats_differ_between_offices_and_dealers(run: Config, inbox: Inbox) -> None:
    assert len({tuple(h) for _, h in inbox.headings["crm", "contacts"]}) == 3
    dealer_files = inbox.headings["dealer", "sellout"]
    assert len({tuple(h) for _, h in dealer_files}) >= 3
    assert {Path(f).suffix for f, _ in dealer_files} == {".csv", ".xlsx"}
    one = next((run.inbox / "dealer" / "sellout").glob("*.csv")).read_bytes()
    assert "销售明细表" in one.decode("gb18030").splitlines()[0]
    with pytest.raises(UnicodeDecodeError):
        one.decode("utf-8")
    assert next((run.inbox / "crm" / "contacts").glob("*")).read_bytes().startswith(b"\xef\xbb\xbf")


def test_keys_are_unique_among_clean_rows(clean: dict[tuple[str, str], list[Row]]) -> None:
    for key, rows in clean.items():
        keys = Counter(business_key(key, r) for r in rows)
        assert not [k for k, n in keys.items() if n > 1], key


# Planted errors


def test_the_manifest_covers_every_kind_and_names_rows_that_are_there(
    inbox: Inbox, truth: dict[str, list[dict[str, object]]]
) -> None:
    entries = truth["planted_errors"]
    assert {e["kind"] for e in entries} == set(faults.KINDS)
    where = located(inbox)
    for e in entries:
        assert (e["outcome"], e["expected_reason"]) == faults.KINDS[e["kind"]]
        key = (e["system"], e["entity"])
        place = (*key, e["source_file"], e["source_sheet"], e["source_row"])
        if e["business_key"] in ("标题", "年度"):
            assert place in inbox.titles
        elif e["kind"] == "not_data_row":
            assert str(where[place]["dealer_code"]).startswith(str(e["business_key"]))
        else:
            assert business_key(key, where[place]) == e["business_key"]


def located(inbox: Inbox) -> dict[tuple[object, ...], Row]:
    """Rows by system, entity, file, sheet and row number."""
    return {
        (*key, *place): row
        for key, rows in inbox.rows.items()
        for row, place in zip(rows, inbox.place[key], strict=True)
    }


def test_planted_values_are_wrong_in_the_way_they_say(
    inbox: Inbox, truth: dict[str, list[dict[str, object]]]
) -> None:
    where = located(inbox)
    seen: Counter[str] = Counter()
    for e in truth["planted_errors"]:
        if e["column_name"] is None:
            continue
        row = where[e["system"], e["entity"], e["source_file"], e["source_sheet"], e["source_row"]]
        value = row[e["column_name"]]
        seen[e["kind"]] += 1
        match e["kind"]:
            case "phone_invalid":
                assert not valid_phone(value)
            case "phone_placeholder":
                assert value in faults.PLACEHOLDER_PHONES
            case "credit_code_invalid":
                assert identifiers.credit_check_digit(value[:17]) != value[17]
            case "id_number_invalid":
                assert identifiers.id_check_digit(value[:17]) != value[17]
            case "amount_negative":
                assert number(value) < 0 < float(row["quantity"])
            case "quantity_zero":
                assert float(value) == 0
            case "amount_unparseable":
                assert not re.search(r"\d", value)
            case "date_after_landing":
                assert "2099" in value
            case "missing_under_5_percent" | "missing_over_5_percent" | "key_missing":
                assert value is None
            case _:
                seen[e["kind"]] -= 1
    assert sum(n > 0 for n in seen.values()) >= 11


def test_a_field_is_missing_under_5_percent_in_one_source_and_over_5_in_another(
    clean: dict[tuple[str, str], list[Row]],
) -> None:
    cities = [r["city"] for r in clean["crm", "contacts"]]
    birthdays = [r["birthday"] for r in clean["pos", "members"]]
    assert 0 < cities.count(None) / len(cities) < 0.05 + 8 / len(cities), (
        "spoilt cities stand as None here too"
    )
    assert birthdays.count(None) / len(birthdays) > 0.05


def test_clean_values_never_look_like_errors(clean: dict[tuple[str, str], list[Row]], run: Config) -> None:
    checked: Counter[str] = Counter()
    for key, rows in clean.items():
        for column in ENTITIES[key].columns:
            values = [r[column.name] for r in rows if r.get(column.name)]
            if column.pii == "phone":
                values = [v for v in values if "*" not in v]
                assert all(valid_phone(v) for v in values), (key, column.name)
                assert not {v for v in values} & set(faults.PLACEHOLDER_PHONES)
            elif column.pii == "email":
                assert all(re.fullmatch(r"[a-z0-9._]+@[a-z0-9]+\.[a-z]+", v) for v in values), key
                assert not {v.split("@")[1] for v in values} & {
                    v.split("@")[1] for v in faults.PLACEHOLDER_EMAILS
                }
            elif column.name == "credit_code":
                assert all(identifiers.credit_check_digit(v[:17]) == v[17] for v in values), key
            elif column.pii == "id_number":
                assert all(identifiers.id_check_digit(v[:17]) == v[17] for v in values), key
            else:
                continue
            checked[column.pii or column.name] += len(values)
    assert set(checked) == {"phone", "email", "credit_code", "id_number"} and min(checked.values()) > 20
    ordered = [r["order_date"] for r in clean["erp", "orders"]]
    assert max(ordered) <= f"{run.end_date:%Y%m%d}" and min(ordered) >= f"{run.start_date:%Y%m%d}"


def valid_phone(value: str | None) -> bool:
    """Whether a telephone number in any notation is a valid Chinese number."""
    text = re.sub(r"[（(].*", "", unicodedata.normalize("NFKC", value or ""))
    text = re.sub(r"^00", "+", re.sub(r"[\s-]", "", text))
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "CN"))
    except phonenumbers.NumberParseException:
        return False


def number(value: str | None) -> float:
    """An amount without currency sign and thousands separators."""
    return float((value or "0").replace("¥", "").replace(",", ""))


# Truth


def test_orders_without_the_planted_rows_reconcile_with_the_truth(
    clean: dict[tuple[str, str], list[Row]], truth: dict[str, list[dict[str, object]]]
) -> None:
    net: dict[tuple[str, str], float] = defaultdict(float)
    back = {r["order_no"]: r["ref_order_no"] for r in clean["erp", "orders"] if r["order_type"] == "ZRE"}
    for r in clean["erp", "order_lines"]:
        net["erp", back.get(r["order_no"]) or r["order_no"]] += number(r["amount"])
    closed = {r["order_id"] for r in clean["shop", "orders"] if r["status"] == "cancelled"}
    for r in clean["shop", "order_items"]:
        net["shop", r["order_id"]] += 0 if r["order_id"] in closed else number(r["amount_fen"]) / 100
    for r in clean["shop", "refunds"]:
        net["shop", r["order_id"]] -= number(r["refund_fen"]) / 100
    closed = {r["order_sn"] for r in clean["marketplace", "orders"] if r["status"] == "交易关闭"}
    for r in clean["marketplace", "order_items"]:
        net["marketplace", r["order_sn"]] += (
            0 if r["order_sn"] in closed else number(r["amount"]) - number(r["refund_amount"])
        )
    totals: dict[str, float] = defaultdict(float)
    for r in clean["pos", "receipt_items"]:
        totals["pos"] += number(r["amount"])
    for r in clean["dealer", "sellout"]:
        totals["dealer"] += number(r["amount"])
    expected_totals: dict[str, float] = defaultdict(float)
    for o in truth["orders"]:
        amount = float(o["amount"] - o["returned_amount"])
        expected_totals[o["system"]] += amount
        if o["system"] in ("erp", "shop", "marketplace"):
            assert net.pop((o["system"], o["order_key"])) == pytest.approx(amount, abs=0.005)
    assert not net, "no order without truth"
    for system in ("pos", "dealer"):
        assert totals[system] == pytest.approx(expected_totals[system], abs=0.5)


def test_every_source_record_is_linked_to_a_true_customer(
    clean: dict[tuple[str, str], list[Row]],
    inbox: Inbox,
    truth: dict[str, list[dict[str, object]]],
) -> None:
    links = {(r["system"], r["entity"], r["record_key"]): r["customer_id"] for r in truth["record_links"]}
    assert len(links) == len(truth["record_links"])
    customers = {p["person_id"] for p in truth["persons"]} | {
        o["organisation_id"] for o in truth["organisations"]
    }
    assert len(customers) == 400
    assert set(links.values()) <= customers
    for key in CUSTOMER_TABLES:
        column = RECORD_KEY.get(key, ENTITIES[key].row_key[0])
        records = {r[column] for r in clean[key]}
        assert records and {(*key, r) for r in records} <= set(links), key
    for row, place in zip(inbox.rows["dealer", "sellout"], inbox.place["dealer", "sellout"], strict=True):
        if row["document_no"]:
            assert (
                "dealer",
                "sellout",
                customer_key(row["dealer_code"], row["customer_name"], row["phone"]),
            ) in links, place


def test_surplus_records_inside_systems_are_near_18_percent(
    truth: dict[str, list[dict[str, object]]],
) -> None:
    records: dict[tuple[object, object], list[object]] = defaultdict(list)
    for r in truth["record_links"]:
        records[r["system"], r["entity"]].append(r["customer_id"])
    surplus = {k: 1 - len(set(v)) / len(v) for k, v in records.items()}
    everything = 1 - sum(len(set(v)) for v in records.values()) / sum(map(len, records.values()))
    assert 0.15 < everything < 0.21
    assert all(0.08 < s < 0.30 for s in surplus.values()), surplus


def test_noise_scales_duplicates_and_the_way_names_are_written() -> None:
    surplus, odd = [], []
    for noise in ("low", "mid", "high"):
        chunk = build.build_chunk(Config(customers=3000, noise=noise, project=ROOT), 0, 3000)
        records = chunk.table("crm")
        surplus.append(1 - len(np.unique(records.owner)) / len(records))
        first = records.copy == 0
        odd.append((records.name[first] != chunk.full_names[records.owner[first]]).mean())
    assert surplus[0] < surplus[1] - 0.05 < surplus[2] - 0.10
    assert odd[0] < odd[1] - 0.04 < odd[2] - 0.08


def test_planted_anomalies_are_in_the_orders_and_orders_stay_whole() -> None:
    context = build.build_chunk(Config(anomalies=True, project=ROOT), 0, 2000)
    plain = build.build_chunk(Config(project=ROOT), 0, 2000)
    orders, planted = context.orders, context.anomalies
    assert not plain.anomalies
    assert Counter(a.kind for a in planted) == {
        "silent_store": 3, "price_slip": 3, "refunds": 3, "repeated_documents": 3,
    }  # fmt: skip
    assert (np.diff(orders.line_order) >= 0).all() and len(np.unique(orders.number)) == len(orders)
    assert (
        np.bincount(orders.line_order, orders.amount_fen, len(orders)).astype(int) == orders.total_fen
    ).all()
    assert (orders.return_fen <= orders.amount_fen).all()
    counts = Counter[str]()
    for anomaly in planted:
        counts[anomaly.kind] += anomaly.count
        days = (orders.day >= anomaly.first_day) & (orders.day <= anomaly.last_day)
        if anomaly.kind == "silent_store":
            store = context.world.outlets.store_code.index(anomaly.segment)
            assert not (days & (orders.channel == POS) & (orders.store == store)).any()
        if anomaly.kind == "refunds":
            assert (
                len(np.unique(orders.line_order[orders.return_day == anomaly.first_day])) >= anomaly.count > 5
            )
        if anomaly.kind == "repeated_documents":
            same = np.stack([orders.customer, orders.second, orders.total_fen], axis=1)[days]
            assert len(same) - len(np.unique(same, axis=0)) == anomaly.count > 3
        if anomaly.kind == "price_slip":
            lines = days[orders.line_order] & (orders.product == context.material.index(anomaly.segment))
            assert (
                orders.unit_fen[lines]
                < 0.5
                * np.median(
                    plain.orders.unit_fen[plain.orders.product == context.material.index(anomaly.segment)]
                )
            ).sum() == anomaly.count
    assert len(orders) == len(plain.orders) - counts["silent_store"] + counts["repeated_documents"]


@pytest.mark.parametrize(
    "kind",
    [
        "couple_one_phone", "parent_child_address", "dealer_own_phone", "recycled_number",
        "namesakes_one_compound",
        "namesakes_one_birth_date", "office_phone", "company_and_branch",
    ],
)  # fmt: skip
def test_hard_negatives_are_there_and_really_look_alike(
    kind: str,
    truth: dict[str, list[dict[str, object]]],
    clean: dict[tuple[str, str], list[Row]],
) -> None:
    pairs = [r for r in truth["hard_negatives"] if r["kind"] == kind]
    assert pairs and all(r["customer_id_a"] != r["customer_id_b"] for r in pairs)
    people = {p["person_id"]: p for p in truth["persons"]}
    orgs = {o["organisation_id"]: o for o in truth["organisations"]}
    shown: dict[object, set[str]] = defaultdict(set)
    owner = {(r["system"], r["entity"], r["record_key"]): r["customer_id"] for r in truth["record_links"]}
    for key in (
        ("crm", "contacts"),
        ("shop", "users"),
        ("pos", "members"),
        ("marketing", "profiles"),
        ("service", "requesters"),
    ):
        column = next(c.name for c in ENTITIES[key].columns if c.pii == "phone")
        for row in clean[key]:
            digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", row[column] or ""))[-11:]
            shown[owner[*key, row[ENTITIES[key].row_key[0]]]].add(digits)
    for row in clean["dealer", "sellout"]:
        person = (
            owner["dealer", "sellout", customer_key(row["dealer_code"], row["customer_name"], row["phone"])]
            if row["phone"]
            else None
        )
        shown[person].add(re.sub(r"\D", "", unicodedata.normalize("NFKC", row["phone"] or ""))[-11:])
    visible = 0
    for r in pairs:
        a, b = r["customer_id_a"], r["customer_id_b"]
        if kind == "company_and_branch":
            visible += (
                orgs[b]["name"].startswith(orgs[a]["name"])
                and orgs[b]["credit_code"] != orgs[a]["credit_code"]
            )
        elif kind == "parent_child_address":
            one, two = people[a], people[b]
            visible += (
                one["address"] == two["address"]
                and one["surname"] == two["surname"]
                and one["phone"] != two["phone"]
            )
        elif kind == "namesakes_one_compound":
            one, two = people[a], people[b]
            visible += (
                one["full_name"] == two["full_name"]
                and one["address"].split("号")[0] == two["address"].split("号")[0]
            )
        elif kind == "namesakes_one_birth_date":
            visible += (people[a]["full_name"], people[a]["birth_date"]) == (
                people[b]["full_name"],
                people[b]["birth_date"],
            )
        else:
            visible += bool((shown[a] & shown[b]) - {""})
    assert visible >= (len(pairs) if kind in ("parent_child_address", "namesakes_one_birth_date") else 1)


def test_canaries_stand_in_every_system_and_belong_to_nobody_else(
    inbox: Inbox, truth: dict[str, list[dict[str, object]]], run: Config
) -> None:
    canaries = truth["canaries"]
    assert {c["system"] for c in canaries} == set(SYSTEMS)
    assert {c["pii"] for c in canaries} == {"name", "phone", "email", "id_number", "social_id", "address"}
    for c in canaries:
        rows = inbox.rows[c["system"], c["entity"]]
        assert sum(c["value"] in (r[c["column_name"]] or "") for r in rows) == c["occurrences"]
    # A byte scan of plain files finds them as they are.
    shop = b"".join(p.read_bytes() for p in sorted((run.inbox / "shop").rglob("*.jsonl")))
    assert any(c["value"].encode() in shop for c in canaries if c["system"] == "shop" and c["pii"] == "phone")
    owners = {c["value"]: c["customer_id"] for c in canaries}
    for p in truth["persons"]:
        for column in ("full_name", "phone", "email", "id_number", "unionid"):
            if p[column] in owners:
                assert owners[p[column]] == p["person_id"]


# Behaviour: the causes that the truth names really work


@pytest.fixture(scope="module")
def chunk() -> object:
    """A larger chunk in memory, without files."""
    return build.build_chunk(Config(customers=8000, project=ROOT), 0, 8000)


def test_badly_handled_complaints_raise_the_risk_of_leaving(chunk: object) -> None:
    c, drop = chunk.behaviour.complaints, chunk.behaviour.drop_day
    usable = c["day"] < chunk.config.days - 60
    soon = drop[c["customer"]] - c["day"] < 60
    bad, good = soon[usable & c["badly"]].mean(), soon[usable & ~c["badly"]].mean()
    assert bad > 1.5 * good


def test_engagement_falls_before_leaving_unless_the_customer_goes_silently(chunk: object) -> None:
    events, users, b = chunk.engagement.events, chunk.table("app"), chunk.behaviour
    owner = users.owner[events["user"]]
    left = b.drop_day[owner] - events["day"]
    leaves = b.drop_day[owner] != NEVER

    def ratio(silent: bool) -> float:
        chosen = leaves & (b.traits.silent[owner] == silent)
        return float(
            (chosen & (left > 0) & (left <= 45)).sum() / (chosen & (left > 180) & (left <= 225)).sum()
        )

    assert ratio(False) < 0.75 * ratio(True)


def test_gift_buying_gathers_before_the_festivals(chunk: object) -> None:
    from demo_company.seasons import festival_days
    from demo_company.world import GIFT

    o = chunk.orders
    gift = chunk.world.group[o.customer] == GIFT
    share = festival_days(chunk.config)[o.day[gift]].mean()
    assert 0.75 < share < 0.92


def test_campaign_orders_are_added_by_the_true_uplift(chunk: object) -> None:
    c = chunk.behaviour.contacts
    sent = c["variant"] < 2
    assert c["extra"][~sent].sum() == 0
    expected = c["extra_probability"][sent].sum()
    assert abs(c["extra"][sent].sum() - expected) < 4 * np.sqrt(expected)
    assert c["extra"].sum() > 100


def test_revenue_shares_of_the_groups_are_near_the_reference(chunk: object) -> None:
    o = chunk.orders
    net = np.where(o.cancelled | o.bulk, 0, o.total_fen - chunk.return_fen)
    shares = np.bincount(np.minimum(chunk.world.group[o.customer], 2), net, 3) / net.sum()
    assert shares == pytest.approx([0.58, 0.23, 0.19], abs=0.06)
