"""How far new-data trusts what it proposes: by what a heading may mean besides, and by the values below it."""

from __future__ import annotations

import pytest
import yaml

from conftest import PROJECT, copy_project
from customer360.core.policy import BASE
from customer360.core.sources import load_sources
from customer360.landing.totals import TotalWords
from customer360.onboarding.confidence import DOUBTFUL, LIKELY, REFUTED, SURE, fits, judged, summed
from customer360.onboarding.mapping import load_contracts
from customer360.onboarding.new_data import look_into, propose, render_system, scaffold

TOTALS = TotalWords.of(PROJECT, BASE)
CONTRACTS = load_contracts(PROJECT)


@pytest.mark.parametrize(
    ("column", "kind", "yes", "no"),
    [
        (
            "ordered_at",
            "timestamp",
            "2025-12-31|2025/1/2 8:05|31.12.2025|12-31-25|20251231|20251231235959|1735660800|1735660800000|45999.25|"
            "2025年3月1日 下午3:05|Mar 1, 2026, 9:05 PM|1 Mar 2026|Wed, 31 Dec 2025 10:00|8:05|下午 3:05|2025-12",
            "paid|K-100|7.90|12|Ann Lee|2025|1.249,00",
        ),
        ("amount", "decimal(18,2)", "12|-3.50|1.249,00|(7.90)|7.90-|¥12|€ 3|1 200,50", "paid|A12|2025-12-31|8:05"),
        ("phone", "varchar", "+49 30 123456|139****8533|(415) 555-1000 x12|'13800001111|=\"13900001\"", "none|a@b.c|12"),
        ("email", "varchar", "a@b.c|t***@x.cn|Ann <a@b.c>", "none|13800001111"),
        ("name", "varchar", "Ann|王|O'Neil 3", "10045|#-"),
        ("currency", "varchar", "USD|usd|US$|€|美元|元", "12|paid up|Ann Lee"),
        ("id_number_hash", "varchar", "11010519491231002X|1101**********002X", "M1|Ann"),
    ],
)  # fmt: skip
def test_the_form_of_a_value_is_told(column, kind, yes, no):
    assert [value for value in yes.split("|") if not fits(column, kind, value)] == []
    assert [value for value in no.split("|") if fits(column, kind, value)] == []


def test_a_text_of_any_form_proves_nothing():
    assert fits("address", "varchar", "12 Elm Street") is None
    assert judged("address", "varchar", ["12 Elm Street"] * 9, []).level == LIKELY


def test_values_bear_a_heading_out_or_refute_it():
    dates = ["2025-12-31"] * 96
    assert judged("ordered_at", "timestamp", dates + ["soon"] * 4, []).level == SURE
    assert judged("ordered_at", "timestamp", dates, ["paid_at"]).level == LIKELY
    doubtful = judged("ordered_at", "timestamp", dates + ["soon"] * 40, [])
    assert doubtful.level == DOUBTFUL and "96 of 136" in str(doubtful)
    assert judged("ordered_at", "timestamp", ["soon"] * 60 + dates[:40], []).level == REFUTED
    # two values prove nothing, and none neither
    assert judged("ordered_at", "timestamp", ["soon", "later"], []).level == DOUBTFUL
    assert judged("ordered_at", "timestamp", ["", " "], []).level == LIKELY
    # of a key each row has one
    assert judged("source_order_id", "varchar", ["A1", "A2", "A3", "A4"], [], is_key=True).level == SURE
    assert judged("source_order_id", "varchar", ["A1", "A1", "A1", "A2"], [], is_key=True).level == DOUBTFUL


def proposed(folder, entity, text):
    file = folder / f"{entity}.csv"
    file.write_text(text, encoding="utf-8")
    return propose("kiosk", entity, look_into(file, TOTALS), CONTRACTS)


def meant(proposal):
    """Heading → what it is proposed to become."""
    return {c["description"]: c["meta"]["maps_to"] for c in proposal.columns}


def test_what_its_values_refute_is_left_open_and_said_in_the_file(tmp_path):
    rows = "".join(f"A{n},2025-12-{n:02},{'yes' if n % 2 else 'no'},M{n}\n" for n in range(1, 10))
    proposal = proposed(tmp_path, "orders", f"Order no,Order date,Amount,Phone\n{rows}")
    assert meant(proposal) == {
        "Order no": "orders.source_order_id",
        "Order date": "orders.ordered_at",
        "Amount": "todo",
        "Phone": "todo",
    }
    text = render_system("kiosk", "kiosk", [proposal])
    assert (
        "maps_to: todo}}  # refuted 不符: the heading says document_amount, but 0 of 9 values look like it"
        in text
    )
    assert "maps_to: orders.ordered_at}}  # sure 确定: the heading, and 9 of 9 values look like it" in text
    # a comment is no part of what is declared
    columns = yaml.safe_load(text)["sources"][0]["tables"][0]["columns"]
    assert [column["config"]["meta"]["maps_to"] for column in columns][2] == "todo"
    assert summed(proposal.confidence)[0] == "2 sure 确定, 1 refuted 不符"
    assert "amount: refuted" in summed(proposal.confidence)[1]


def test_headings_that_yaml_takes_for_truth_values_are_names(tmp_path):
    proposal = proposed(tmp_path, "answers", "no,on,Off,Yes,Null,nps\n1,2,3,4,5,6\n")
    text = render_system("kiosk", "kiosk", [proposal])
    names = [column["name"] for column in yaml.safe_load(text)["sources"][0]["tables"][0]["columns"]]
    assert names == ["no", "on", "off", "yes", "null", "nps"]


def test_credit_memos_are_returns_of_the_orders_that_they_name(tmp_path):
    memos = proposed(
        tmp_path,
        "creditmemos",
        "Credit Memo,Order date,Order Number,Grand Total\nC1,2025-12-01,M15,15.00\nC2,2025-12-02,M16,7.00\n",
    )
    assert memos.rows == "orders" and memos.constants["orders.document_kind"] == "return"
    assert meant(memos)["Credit Memo"] == "orders.source_order_id"
    assert meant(memos)["Order Number"] == "orders.original_source_order_id"
    # what came back is stated without a sign
    assert [c["meta"].get("negate") for c in memos.columns] == [None, None, None, True]
    signed = proposed(tmp_path, "memos", "RMA,Order date,Order Number,Total\nC1,2025-12-01,M15,-15.00\n")
    assert [c["meta"].get("negate") for c in signed.columns] == [None] * 4
    # a folder's name is a hint, and no proof
    named = proposed(tmp_path, "refunds", "Order Number,Order date,Total\nM15,2025-12-01,15.00\n")
    assert named.constants["orders.document_kind"] == "todo"


def test_who_buys_is_a_customer_where_no_list_says_so(tmp_path):
    """A number of customers alone, in one system without and one with a file of customers."""
    project = copy_project(tmp_path / "project")
    orders = "Belegnr,Datum,Kundennr,Summe\n1,2025-12-01,7,10.00\n2,2025-12-02,8,12.00\n"
    for system in ("kasse", "laden"):
        folder = project / "inbox" / "kiosk" / system / "belege"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text(orders, encoding="utf-8")
    people = project / "inbox" / "kiosk" / "laden" / "kunden"
    people.mkdir()
    (people / "a.csv").write_text("Kundennr,Vorname,Nachname\n7,Ann,Lee\n8,Bo,Li\n", encoding="utf-8")
    _, says = scaffold(project, "kiosk", [project / "inbox" / "kiosk"], "EUR", "Europe/Berlin")
    assert "guesses 猜测 kasse.belege: 3 sure 确定, 1 likely 很可能" in says
    tables = load_sources(project)
    mapped = {
        system: next(c.maps_to for c in tables[system, "belege"].columns if c.name == "kundennr")
        for system in ("kasse", "laden")
    }
    assert mapped == {
        "kasse": ("orders.source_customer_id", "customers.source_customer_id"),
        "laden": ("orders.source_customer_id",),
    }


def test_parcels_are_deliveries_and_articles_with_a_day_are_not_a_list_of_articles(tmp_path):
    parcels = proposed(
        tmp_path,
        "shipments",
        "Shipment,Order Number,Carrier,Promised,Shipped,Delivered\nS1,M15,DHL,2025-12-02,2025-12-01,2025-12-02\n",
    )
    assert parcels.rows == "deliveries"
    assert list(meant(parcels).values()) == [
        f"deliveries.{column}"
        for column in [
            "source_delivery_id",
            "source_order_id",
            "carrier",
            "promised_at",
            "shipped_at",
            "delivered_at",
        ]
    ]
    # an order that says when it was shipped is an order
    order = proposed(
        tmp_path, "orders", "订单编号,下单时间,实付金额,物流公司,发货时间\n1,2025-12-01,10,顺丰,2025-12-02\n"
    )
    assert order.rows == "orders"
    sold = proposed(
        tmp_path, "sales", "Ticket,Sold at,Client,SKU,Pieces,Price,Total\n1,2025-12-01,A,K1,2,5,10\n"
    )
    assert sold.rows == "todo"
