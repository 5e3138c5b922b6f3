"""Times without a zone, of systems and stores whose clocks are elsewhere: a data set in New York with a shop in Shanghai and tills in
Los Angeles, Berlin and New York."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from cases_kit import NAME, deliver, make_company, stage
from conftest import copy_project
from customer360.core.declarations import DeclarationError
from customer360.core.sources import load_sources

SHOP = """
      - name: orders
        description: Orders.
        config:
          meta: {grain: order, rows: orders, load: replace, time_zone: Asia/Shanghai, constants: {orders.document_kind: sale}}
        columns:
          - {name: number, description: Number., config: {meta: {maps_to: orders.source_order_id}}}
          - {name: time, description: Time., config: {meta: {maps_to: orders.ordered_at}}}
      - name: customers
        description: Customers.
        config: {meta: {grain: customer, rows: customers, load: replace}}
        columns:
          - {name: number, description: Number., config: {meta: {maps_to: customers.source_customer_id, pii: name}}}
          - {name: since, description: Since., config: {meta: {maps_to: customers.first_seen_at}}}
"""
TILLS = """
      - name: stores
        description: Stores.
        config: {meta: {grain: store, rows: stores, load: replace}}
        columns:
          - {name: store, description: Store., config: {meta: {maps_to: stores.store_code}}}
          - {name: zone, description: Zone., config: {meta: {maps_to: stores.time_zone}}}
      - name: receipts
        description: Receipts.
        config:
          meta: {grain: line, rows: order_items, load: replace, constants: {orders.document_kind: sale, orders.channel: store}}
        columns:
          - {name: number, description: Number., config: {meta: {maps_to: [orders.source_order_id, order_items.source_order_id]}}}
          - {name: time, description: Time., config: {meta: {maps_to: orders.ordered_at}}}
          - {name: shop, description: Store., config: {meta: {maps_to: orders.store_code}}}
          - {name: sku, description: Article., config: {meta: {maps_to: order_items.source_product_id}}}
          - {name: pieces, description: Pieces., config: {meta: {maps_to: order_items.quantity}}}
          - {name: amount, description: Amount., config: {meta: {maps_to: order_items.amount}}}
"""
SYSTEMS = {"eastshop": SHOP, "cashdesk": TILLS}


def table(*rows: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


# a time at the shop → its time in New York; null where it cannot be read
AT_THE_SHOP = {
    "2024-07-01 10:30:00": "2024-06-30 22:30:00",  # summer time in New York
    "2024-01-15 10:30": "2024-01-14 21:30:00",
    "2024年1月15日 10:30": "2024-01-14 21:30:00",
    "2024-07-01 10:30:00 +00:00": "2024-07-01 06:30:00",  # says its zone
    "2024-07-01T10:30:00 Europe/Berlin": "2024-07-01 04:30:00",
    "1719801000": "2024-06-30 22:30:00",  # an instant
    "2024-07-01": "2024-07-01 00:00:00",  # a day
    "2024-07-01 00:00:00": "2024-07-01 00:00:00",  # a day as programs write it
    "20240701": "2024-07-01 00:00:00",
}
# store and its time → that in New York
AT_THE_TILL = [
    ("L", "2024-07-01 22:30", "2024-07-02 01:30:00"),
    ("B", "2024-07-01 10:30", "2024-07-01 04:30:00"),
    ("B", "2024-03-31 02:30", None),  # the clocks of Berlin skip it
    ("B", "2024-10-27 02:30", None),  # and show it twice
    ("N", "2024-07-01 10:30", "2024-07-01 10:30:00"),  # says no zone
    ("Z9", "2024-07-01 10:30", "2024-07-01 10:30:00"),  # no store that is known
]


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    project = make_company(tmp_path_factory.mktemp("zones"), SYSTEMS, "USD")
    file = project / "datasets" / f"{NAME}.yml"
    file.write_text(file.read_text().replace("time_zone: UTC", "time_zone: America/New_York"))
    shop = [(f"O{at}", time) for at, time in enumerate(AT_THE_SHOP)]
    tills = [(f"R{at}", time, store, "A", 1, 5) for at, (store, time, _) in enumerate(AT_THE_TILL)]
    deliver(
        project,
        {
            "eastshop/orders/orders.csv": table(("number", "time"), *shop),
            "eastshop/customers/customers.csv": table(("number", "since"), ("C1", "2024-07-01 10:30")),
            "cashdesk/stores/stores.csv": table(
                ("store", "zone"),
                ("L", "America/Los_Angeles"),
                ("B", "Europe/Berlin"),
                ("N", ""),
                ("X", "Mitteleuropa"),
                ("Y", "+08:00"),
            ),
            "cashdesk/receipts/receipts.csv": table(
                ("number", "time", "shop", "sku", "pieces", "amount"), *tills
            ),
        },
    )
    return stage(project, SYSTEMS)


@pytest.mark.slow
def test_a_time_of_a_system_elsewhere_is_that_of_the_data_set(staged):
    found = staged.execute(
        "select cast(orders__ordered_at as varchar) from staging.base_eastshop__orders order by landing_position"
    ).fetchall()
    assert dict(zip(AT_THE_SHOP, (at for (at,) in found), strict=True)) == AT_THE_SHOP


@pytest.mark.slow
def test_another_table_of_the_system_keeps_the_zone_of_the_data_set(staged):
    assert staged.execute(
        "select cast(customers__first_seen_at as varchar) from staging.base_eastshop__customers"
    ).fetchall() == [("2024-07-01 10:30:00",)]


@pytest.mark.slow
def test_a_time_of_a_store_elsewhere_is_that_of_the_data_set(staged):
    found = staged.execute(
        """
        select orders__store_code, cast(orders__ordered_at as varchar), broken_rules
        from staging.base_cashdesk__receipts order by landing_position
        """
    ).fetchall()
    assert [(store, at) for store, at, _ in found] == [(store, at) for store, _, at in AT_THE_TILL]
    assert [rules for _, at, rules in found if at is None] == [["invalid_order_time"]] * 2
    assert all(rules == [] for _, at, rules in found if at)


@pytest.mark.slow
def test_a_store_whose_zone_is_none_is_quarantined(staged):
    assert staged.execute(
        "select stores__store_code, stores__time_zone, broken_rules from staging.base_cashdesk__stores order by 1"
    ).fetchall() == [
        ("B", "Europe/Berlin", []),
        ("L", "America/Los_Angeles", []),
        ("N", None, []),
        ("X", None, ["unknown_code"]),
        ("Y", None, ["unknown_code"]),
    ]


@pytest.mark.parametrize(
    ("at", "written", "told"),
    [
        ("source", "Asia/Shanghia", r"line 4, eastshop\.time_zone: 'Asia/Shanghia' is no time zone. Did you mean Asia/Shanghai\?"),
        ("table", "GMT+8", r"line 7, eastshop\.orders\.time_zone: 'GMT\+8' is no time zone"),
        ("unmapped", "Asia/Shanghai", r"eastshop\.orders\.time_zone: is read where a mapping says.*rows: <entity>"),
        ("source", "Asia/Shanghai", None),
    ],
)  # fmt: skip
def test_a_zone_is_declared_for_a_table_or_all_of_a_system_and_checked(tmp_path, at, written, told):
    project = copy_project(tmp_path / "project")
    folder = project / "models" / "staging" / "eastshop"
    folder.mkdir()
    zone = f", time_zone: {written}"
    rows = "" if at == "unmapped" else "rows: orders, "
    (folder / "_eastshop__sources.yml").write_text(
        f"""version: 2
sources:
  - name: eastshop
    {f"config: {{meta: {{time_zone: {written}}}}}" if at == "source" else "description: Shop."}
    tables:
      - name: orders
        config: {{meta: {{{rows}grain: order, load: replace{"" if at == "source" else zone}}}}}
        description: Orders.
        columns:
          - {{name: number, description: Number., config: {{meta: {{maps_to: orders.source_order_id}}}}}}
"""
    )
    if told:
        with pytest.raises(
            DeclarationError, match=r"_eastshop__sources\.yml: " + told if told[0] == "l" else told
        ):
            load_sources(project)
    else:
        assert load_sources(project)["eastshop", "orders"].time_zone == written
