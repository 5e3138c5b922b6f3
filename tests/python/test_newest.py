"""A wide export of lines repeats the customer and the article with every order: they are as the newest row has them, in whatever
order rows and files come; a document is as it was first said."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from conftest import copy_project, offer_inputs, run_dbt, run_verb

NAME, SYSTEM = "wide", "wide_shop"
MAPPING = """version: 2
sources:
  - name: wide_shop
    description: A shop with one wide export.
    tables:
      - name: lines
        description: One row per line.
        config:
          meta:
            grain: line
            load: append
            rows: order_items
            constants: {orders.document_kind: sale, orders.channel: web_shop}
        columns:
          - name: nr
            description: Order.
            config: {meta: {required: true, maps_to: [order_items.source_order_id, orders.source_order_id]}}
          - {name: line, description: Line., config: {meta: {maps_to: order_items.source_line_id}}}
          - {name: day, description: Time., config: {meta: {maps_to: orders.ordered_at}}}
          - name: cid
            description: Customer.
            config: {meta: {maps_to: [orders.source_customer_id, customers.source_customer_id]}}
          - {name: name, description: Name., config: {meta: {pii: name, maps_to: customers.name}}}
          - {name: tel, description: Telephone., config: {meta: {pii: phone, maps_to: customers.phone}}}
          - {name: street, description: Street., config: {meta: {pii: address, maps_to: customers.address}}}
          - {name: paid_by, description: Means., config: {meta: {maps_to: orders.payment_method}}}
          - name: sku
            description: Article.
            config: {meta: {maps_to: [order_items.source_product_id, products.source_product_id]}}
          - {name: title, description: Title., config: {meta: {maps_to: products.product_name}}}
          - {name: pieces, description: Pieces., config: {meta: {maps_to: order_items.quantity}}}
          - {name: amount, description: Amount., config: {meta: {maps_to: order_items.amount}}}
"""
HEADING = "nr,line,day,cid,name,tel,street,paid_by,sku,title,pieces,amount"
ROWS = [
    "A1,1,2026-01-05 10:00:00,7,Ann Ash,0171 5512345,Elm 1,card,S1,Old title,1,10.00",
    "A1,2,2026-01-05 10:00:00,7,Ann Ash,0171 5512345,Elm 1,cash,S2,Cup,1,10.00",
    # married, moved; the telephone is left out, and stays
    "A2,1,2026-03-01 10:00:00,7,Ann Birch,,Oak 2,card,S1,New title,1,10.00",
    # an older order that comes with a number that cannot be one
    "A3,1,2025-12-01 10:00:00,7,Ann Ash,12,Fir 9,card,S1,Oldest title,1,10.00",
    # two names on one day: the greater one, whichever row is first
    "B1,1,2026-02-01 10:00:00,8,Bo Cole,,Elm 3,card,S3,Pot,1,10.00",
    "B2,1,2026-02-01 10:00:00,8,Bo Dale,,Elm 3,card,S3,Pot,1,10.00",
    # masked at last: the name of before stands, without a reason
    "C1,1,2026-02-01 10:00:00,9,Cy Eden,,Elm 4,card,S3,Pot,1,10.00",
    "C2,1,2026-04-01 10:00:00,9,***,,Elm 5,card,S3,Pot,1,10.00",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("newest") / "project")
    file = root / "models" / "staging" / SYSTEM / f"_{SYSTEM}__sources.yml"
    file.parent.mkdir(parents=True)
    file.write_text(MAPPING, encoding="utf-8")
    words = ["--currency", "EUR", "--time-zone", "Europe/Berlin", "--systems", SYSTEM]
    done = run_verb(root, "new-data", "--name", NAME, *words)
    assert done.returncode == 0 and "the mapping is complete" in done.stdout, done.stdout + done.stderr
    return root


def staged(root: Path, files: dict[str, list[str]]) -> tuple[list, ...]:
    """Customers, products and orders of these files, as staging has them."""
    inbox = root / "inbox" / NAME / SYSTEM / "lines"
    for old in [*inbox.glob("*"), *(root / "landing" / NAME / SYSTEM / "lines").glob("*_*.parquet")]:
        old.unlink()
    inbox.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        (inbox / name).write_text("\n".join([HEADING, *rows]) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER360_HMAC_KEY", "0" * 64)
        assert run_verb(root, "land", "--data", NAME).returncode == 0
        offer_inputs(root, NAME)
        words = [f"+path:models/staging/{SYSTEM}", "--indirect-selection", "empty"]
        done = run_dbt(root, NAME, "build", "--select", *words)
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(root / "customer360.duckdb"), read_only=True) as connection:
        return tuple(
            connection.execute(
                f"select {columns} from staging.stg_{SYSTEM}__lines_{entity} order by all"
            ).fetchall()
            for entity, columns in (
                ("customers", "source_customer_id, name, name_reason, phone, phone_reason, address"),
                ("products", "source_product_id, product_name"),
            )
        )


CUSTOMERS = [
    ("7", "ann birch", None, "+491715512345", None, "Oak 2"),
    ("8", "bo dale", None, None, "missing", "Elm 3"),
    ("9", "cy eden", None, None, "missing", "Elm 5"),
]
PRODUCTS = [("S1", "New title"), ("S2", "Cup"), ("S3", "Pot")]


@pytest.mark.slow
def test_the_newest_value_counts_whatever_comes_first(project):
    wanted = staged(project, {"a.csv": ROWS})
    assert wanted == (CUSTOMERS, PRODUCTS)
    dice = random.Random(20261130)
    for _ in range(2):
        rows = dice.sample(ROWS, len(ROWS))
        half = dice.randrange(1, len(rows))
        assert staged(project, {"b.csv": rows[half:], "a.csv": rows[:half]}) == wanted


@pytest.mark.slow
def test_a_document_is_as_it_was_first_said(project):
    sql = (project / "models" / "staging" / SYSTEM / f"stg_{SYSTEM}__lines_orders.sql").read_text(
        encoding="utf-8"
    )
    assert "first_filled('orders__payment_method', 'landing_position')" in sql and "newest" not in sql
