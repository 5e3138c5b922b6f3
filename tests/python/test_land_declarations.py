"""Declarations of sources and data sets: what is read, and what a person is told who wrote a wrong one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from customer360.core.data_sets import load_data_set
from customer360.core.declarations import DeclarationError
from customer360.core.sources import Table, heading_key, load_sources
from landing_kit import DATA_SET, SOURCES, Place


def project(root: Path, sources: str = SOURCES, data_set: str = DATA_SET) -> Path:
    return Place(root, data_set, sources).root


def test_sources_are_read_with_headings_classes_and_requirements(tmp_path: Path) -> None:
    tables = load_sources(project(tmp_path))
    assert list(tables) == [("erp", "orders"), ("erp", "payments"), ("crm", "contacts")]
    orders = tables["erp", "orders"]
    assert [column.name for column in orders.required] == ["order_no", "ordered_on", "amount"]
    assert orders.by_heading[heading_key("订单号")].name == "order_no"
    assert {column.name: column.pii for column in orders.columns if column.pii} == {
        "customer": "name", "phone": "phone", "remark": "free_text",
    }  # fmt: skip
    assert [column.name for column in orders.columns if column.holds_dates] == ["ordered_on"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Customer ID", "ＣＵＳＴＯＭＥＲ  id"),
        ("金额", "*金额"),
        ("金额", "金额（必填）"),
        ("电话", " 电话： "),
        ("a b", "A\n b"),
    ],
)
def test_headings_compare_without_what_does_not_matter(one: str, other: str) -> None:
    assert heading_key(one) == heading_key(other)


def test_headings_in_other_units_stay_apart() -> None:
    assert heading_key("金额") != heading_key("金额（万元）")


def test_the_fingerprint_changes_only_with_what_changes_the_landing(tmp_path: Path) -> None:
    def fingerprint(name: str, old: str = "", new: str = "") -> str:
        return load_sources(project(tmp_path / name, SOURCES.replace(old, new)))["erp", "orders"].fingerprint

    same = fingerprint("a")
    assert fingerprint("b", "pii: name", "pii: address") == same
    assert fingerprint("c", "[订单号, 单号, OrderNo]", "[OrderNo, 单号, 订单号]") == same
    assert fingerprint("d", "[订单号, 单号", "[订单号, 单据号, 单号") != same
    assert fingerprint("e", "[金额, Amount], required: true", "[金额, Amount]") != same
    assert fingerprint("f", "{name: ordered_on,", "{name: ordered_on, data_type: varchar,") != same


@pytest.mark.parametrize(
    ("declared", "dates"),
    [
        ("{name: updated_at}, {name: created_on}, {name: name}", ("updated_at", "created_on")),
        ("{name: last_login_at_ms}, {name: followed_at_utc}", ("last_login_at_ms", "followed_at_utc")),
        ("{name: order_date}, {name: paid_at}, {name: amount}", ("order_date", "paid_at")),
        ("{name: birth_date, config: {meta: {pii: birth_date}}}, {name: birthday}, {name: founded_on}", ()),
        ("{name: end_on}, {name: start_on}, {name: expires_on}, {name: due_date}, {name: valid_until}", ()),
        ("{name: promised_at}, {name: planned_on}, {name: delivery_date}, {name: next_visit_on}", ()),
        ("{name: updated}, {name: order_no}, {name: sale_price}, {name: reordered_at_all}", ()),
        ("{name: geaendert, config: {meta: {maps_to: customers.last_seen_at}}}", ("geaendert",)),
        ("{name: ende, config: {meta: {maps_to: [contracts.end_on, none]}}}", ()),
        ("{name: born_at, config: {meta: {pii: birth_date, maps_to: customers.created_at}}}", ()),
    ],
)
def test_only_what_has_happened_to_a_record_tells_the_age_of_a_file(
    tmp_path: Path, declared: str, dates: tuple[str, ...]
) -> None:
    sources = f"sources: [{{name: erp, tables: [{{name: orders, columns: [{declared}]}}]}}]"
    assert load_sources(project(tmp_path, sources))["erp", "orders"].dated_by == dates


def test_a_declaration_may_say_what_tells_the_age_of_a_file(tmp_path: Path) -> None:
    def orders(name: str, meta: str) -> Table:
        return load_sources(project(tmp_path / name, SOURCES.replace("key: [order_no]", meta)))[
            "erp", "orders"
        ]

    named, none, plain = orders("a", "dated_by: [remark]"), orders("b", "dated_by: []"), orders("c", "")
    assert (named.dated_by, none.dated_by, plain.dated_by) == (("remark",), (), ("ordered_on",))
    assert len({table.fingerprint for table in (named, none, plain)}) == 3


SOURCE_ERRORS = [
    ("key: [order_no]", "dated_by: [order_date]", "erp.orders.dated_by", "Did you mean order_no?"),
    ("key: [order_no]", "dated_by: ordered_on", "erp.orders.dated_by", "[] where none does"),
    ("key: [order_no]", "key: [doc]", "line 7, erp.orders.key", "List the columns"),
    ("{name: order_no,", "{name: OrderNo,", "OrderNo", "snake_case"),
    ("{name: customer,", "{name: x_customer,", "x_customer", "another name"),
    ("[订单号, 单号, OrderNo]", "订单号", "orders.order_no.headers", "headers: ["),
    ("[订单号, 单号, OrderNo]", "[1]", "orders.order_no.headers", "quoting numbers"),
    ("[金额, Amount]", "[金额, 电话]", "orders.amount", "already leads to column phone"),
    ("pii: free_text", "pii: secret", "orders.remark.pii", "id_number"),
    ("load: append", "load: always", "erp.payments.load", "load: append"),
    ("load: append", "load: append, encoding: gbkk", "erp.payments.encoding", "gb18030"),
    ("required: true", "required: 是", "orders.order_no.required", "Write true"),
    ("      - name: payments", "      - name: orders", "erp.orders", "Keep one"),
    ("columns:\n          - {name: payment_no", "columnss:\n          - {name: payment_no", "payments.columnss", "mean columns?"),
    ("sources:", "sources: [", "line", "YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "remedy"), SOURCE_ERRORS)
def test_a_wrong_source_names_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, remedy: str
) -> None:
    assert SOURCES.count(old) >= 1
    with pytest.raises(DeclarationError) as caught:
        load_sources(project(tmp_path, SOURCES.replace(old, new, 1)))
    assert "_erp__sources.yml" in str(caught.value)
    assert key in str(caught.value) and remedy in str(caught.value)


def test_a_data_set_is_read(tmp_path: Path) -> None:
    root = project(tmp_path, data_set=DATA_SET + "as_of_date: 2024-12-31\n")
    data_set = load_data_set(root, "demo", load_sources(root))
    assert (data_set.currency, data_set.personal_data, data_set.as_of_date) == (
        "CNY",
        False,
        dt.date(2024, 12, 31),
    )
    assert data_set.offers["erp", "orders"].replaces
    assert not data_set.offers["erp", "payments"].replaces


DATA_SET_ERRORS = [
    ("name: demo", "name: other", "name", "must equal the file's name"),
    ("currency: CNY", "currency: yuan", "currency", "three capitals"),
    ("currency: CNY\n", "", "currency", "missing"),
    ("Asia/Shanghai", "Asia/Atlantis", "time_zone", "IANA"),
    ("personal_data: none", "personal_data: no", "personal_data", "personal_data: yes"),
    ("policy:", "polcy:", "polcy", "Did you mean policy?"),
    ("[erp]", "[erpp]", "systems: erpp", "Did you mean erp?"),
    ("[erp]", "[shop]", "systems: shop", "models/staging/shop/_shop__sources.yml"),
    ("[erp]", "{erp: {orders: {load: append}}}", "systems.erp.orders", "models/staging/erp/_erp__sources.yml"),
    ("[erp]", "{erp: {orders: {load: replace, encoding: cp1252}}}", "systems.erp.orders", "Write systems: [erp]"),
    ("[erp]", "{erp: {receipts: {load: append}}}", "systems.erp.receipts", "Write systems: [erp]"),
    ("[erp]", "erp", "systems", "systems: [erp, shop]"),
    ("[erp]", "[]", "systems", "systems: [erp, shop]"),
    ("systems:", "as_of_date: soon\nsystems:", "as_of_date", "YYYY-MM-DD"),
    ("systems:", "notes:", "notes", "Remove it"),
    ("label_zh: 演示", "label_zh:", "label_zh", "as text"),
    ("name: demo", "name: 'demo", "line", "YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "remedy"), DATA_SET_ERRORS)
def test_a_wrong_data_set_names_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, remedy: str, capsys: Any
) -> None:
    assert DATA_SET.count(old) >= 1
    place = Place(tmp_path, DATA_SET.replace(old, new, 1))
    assert place.land() == 2
    told = capsys.readouterr().err
    assert "demo.yml" in told and key in told and remedy in told
    assert not place.landing.exists()


def test_a_data_set_of_an_earlier_version_is_read_where_it_says_what_is_declared(tmp_path: Path) -> None:
    systems = "{erp: {orders: {load: replace}, payments: {load: append}}}"
    root = project(tmp_path, data_set=DATA_SET.replace("[erp]", systems))
    assert set(load_data_set(root, "demo", load_sources(root)).offers) == {
        ("erp", "orders"),
        ("erp", "payments"),
    }


def test_a_data_set_needs_to_know_how_files_load(tmp_path: Path) -> None:
    root = project(tmp_path, SOURCES.replace("{load: append}", "{}"))
    with pytest.raises(
        DeclarationError, match=r"_erp__sources\.yml: line 15, erp\.payments: .*load: replace"
    ):
        load_data_set(root, "demo", load_sources(root))


def test_personal_data_may_be_a_bare_yes(tmp_path: Path) -> None:
    root = project(tmp_path, data_set=DATA_SET.replace("personal_data: none", "personal_data: yes"))
    assert load_data_set(root, "demo", load_sources(root)).personal_data
