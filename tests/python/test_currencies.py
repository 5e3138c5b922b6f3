"""A company whose shops sell in several currencies, from its files to the marts of orders: what is converted by which rate, what
is not, and that what comes back undoes what was sold to the cent.

Rates of the files: EUR 1.1000 on Friday 4 October 2024, 1.0950 on Monday the 7th, 1.0871 on Friday the 18th. The figures
are worked out by hand.
"""

from __future__ import annotations

import os
import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bench.companies import offer_inputs, run_dbt, run_verb
from conftest import PROJECT, copy_project
from customer360.core.declarations import DeclarationError
from customer360.core.sources import load_sources
from customer360.onboarding.currencies import are_rates
from customer360.onboarding.mapping import check_mapping, load_contracts
from customer360.onboarding.new_data import scaffold, todo_list
from customer360.privacy.hashing_key import DEMO_KEY

NAME = "fernhill"
# `webshop`: heads, lines and payments in files of their own. `bazaar`: lines that carry their head. `treasury`: rates.
FILES = PROJECT / "tests" / "cases" / "currencies"
SYSTEMS = ("webshop", "bazaar", "treasury")


def bring(project: Path, systems: tuple[str, ...]) -> None:
    """Declare and land these systems of the company, as `make new-data` proposes it."""
    for system in systems:
        shutil.copytree(FILES / system, project / "inbox" / NAME / system)
    scaffold(project, NAME, [project / "inbox" / NAME], "USD", "America/New_York")
    for system in systems:
        file = project / "models" / "staging" / system / f"_{system}__sources.yml"
        text = file.read_text(encoding="utf-8").replace("orders.channel: todo", "orders.channel: web_shop")
        file.write_text(re.sub(r"maps_to: todo", "maps_to: none", text), encoding="utf-8")
    scaffold(project, NAME, [], "USD", "America/New_York")
    assert todo_list(project, NAME) == []
    landed = run_verb(project, "land", "--data", NAME)
    assert landed.returncode == 0, landed.stderr
    offer_inputs(project, NAME)
    os.environ.setdefault("CUSTOMER360_HMAC_KEY", DEMO_KEY)


def build(project: Path, *models: str) -> duckdb.DuckDBPyConnection:
    done = run_dbt(project, NAME, "build", "-s", *models, "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[-4000:]
    return duckdb.connect(str(project / "customer360.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    project = copy_project(tmp_path_factory.mktemp("currencies") / "project")
    bring(project, SYSTEMS)
    models = ("+orders", "+excluded_orders", "+measures_documents", "int_orders__payments")
    return build(project, *models)


def document(company, number: str, columns: str):
    row = company.execute(
        f"select {columns} from marts.orders where source_order_id = ?", [number]
    ).fetchone()
    return tuple(str(value) if isinstance(value, Decimal) else value for value in row) if row else None


AMOUNTS = "gross_amount, net_amount, document_amount, original_document_amount, currency, exchange_rate"


@pytest.mark.slow
def test_all_amounts_of_a_document_are_converted_by_the_rate_of_its_day_and_it_still_ties(company):
    # lines 11.36 + 11.36 + 11.37, less discount 2.20; total: 34.09 and 3.30 beside the lines
    assert document(company, "E1", AMOUNTS) == ("31.89", "31.89", "37.39", "34.00", "EUR", "1.1000000000")
    assert document(company, "E1", "freight_amount, order_discount_amount, document_gap") == (
        "5.50",
        "2.20",
        "0.00",
    )
    assert document(company, "E1", "cast(exchange_rate_on as varchar)") == ("2024-10-04",)
    assert company.execute(
        "select original_amount from marts.order_items where order_id = 'webshop:E1' order by order_item_id"
    ).fetchall() == [(Decimal("10.33"),), (Decimal("10.33"),), (Decimal("10.34"),)]


@pytest.mark.slow
def test_the_rate_of_friday_holds_on_sunday_and_none_after_more_days_than_policy_says(company):
    assert document(company, "E2", "net_amount, cast(exchange_rate_on as varchar)") == ("21.99", "2024-10-04")
    columns = "is_sale, excluded_reason, net_amount, document_amount, original_document_amount, currency, exchange_rate"
    assert document(company, "E3", columns) == (
        False, "exchange_rate_missing", "0.00", None, "40.00", "EUR", None,
    )  # fmt: skip


@pytest.mark.slow
def test_what_is_in_the_currency_of_the_data_set_stays_as_it_is(company):
    for number in ("U1", "U2"):
        assert document(company, number, AMOUNTS) == ("50.00", "50.00", "50.00", "50.00", "USD", None)
    assert document(company, "M3", "net_amount, currency") == ("5.00", "USD")


@pytest.mark.slow
def test_parts_of_a_sale_that_come_back_undo_it_to_the_cent(company):
    # 20.74 is 22.71; 10.37 alone would be 11.36 twice
    assert document(company, "E5", "gross_amount, net_amount, is_purchase") == ("22.71", "0.00", False)
    assert document(company, "R5a", "return_amount, net_amount, exchange_rate") == (
        "-11.36",
        "0.00",
        "1.0950000000",
    )
    assert document(company, "R5b", "return_amount, net_amount") == ("-11.35", "0.00")


@pytest.mark.slow
def test_a_refund_of_all_of_a_sale_undoes_it_to_the_cent(company):
    # 16.83 + 17.11; 31.00 alone would be 33.95
    assert document(company, "E6", "gross_amount, net_amount, is_purchase") == ("33.94", "0.00", False)
    assert document(company, "E6/refund", "return_amount, net_amount, original_document_amount, currency") == (
        "-33.94", "0.00", "-31.00", "EUR",
    )  # fmt: skip
    assert document(company, "E10", "gross_amount, net_amount, is_purchase") == ("33.94", "0.00", False)
    assert document(company, "R10a", "return_amount") == ("-21.90",)
    assert document(company, "R10b", "return_amount, net_amount") == ("-12.04", "0.00")


@pytest.mark.slow
def test_a_return_that_names_no_sale_is_converted_by_the_rate_of_its_own_day(company):
    assert document(company, "R7", "return_amount, cast(exchange_rate_on as varchar)") == (
        "-10.87",
        "2024-10-18",
    )


@pytest.mark.slow
def test_a_currency_without_rates_is_no_revenue_nor_is_its_return(company):
    assert document(company, "E8", "excluded_reason, net_amount, line_count") == (
        "exchange_rate_missing",
        "0.00",
        0,
    )
    assert document(company, "R8", "excluded_reason, net_amount") == ("order_excluded", "0.00")


@pytest.mark.slow
def test_a_document_of_several_currencies_does_not_count(company):
    assert document(company, "E9", "excluded_reason, net_amount, currency") == (
        "mixed_currency",
        "0.00",
        None,
    )
    assert document(company, "M1", "is_sale") is None
    assert company.execute(
        "select distinct broken_rules from staging.base_bazaar__export where orders__source_order_id = 'M1'"
    ).fetchall() == [(["ambiguous_document"],)]


@pytest.mark.slow
def test_currencies_are_read_by_sign_word_and_code_and_an_unknown_word_is_a_reason(company):
    assert document(company, "M2", "gross_amount, original_document_amount, currency") == (
        "13.75",
        None,
        "EUR",
    )
    assert company.execute(
        "select orders__currency, broken_rules from staging.base_webshop__orders where orders__source_order_id = 'X1'"
    ).fetchall() == [(None, ["unknown_code"])]


@pytest.mark.slow
def test_payments_are_converted_as_their_document_is(company):
    assert company.execute(
        "select source_payment_id, amount from intermediate.int_orders__payments order by 1"
    ).fetchall() == [("P1", Decimal("21.99")), ("P2", Decimal("40.00")), ("P3", Decimal("33.94"))]
    assert document(company, "E2", "gap_cause") == ("none",)
    assert document(company, "E1", "gap_cause") == ("payment_gap",)


@pytest.mark.slow
def test_what_is_not_converted_is_counted(company):
    assert company.execute(
        "select excluded_reason, document_count from quality.excluded_orders order by all"
    ).fetchall() == [("exchange_rate_missing", 2), ("mixed_currency", 1), ("order_excluded", 1)]
    assert company.execute(
        "select source_system, numerator, denominator from quality.measures_documents"
        " where measure = 'not_converted' order by all"
    ).fetchall() == [("bazaar", 0, 1), ("webshop", 4, 14)]


@pytest.mark.slow
def test_without_rates_another_currency_is_quarantined_as_before(tmp_path):
    project = copy_project(tmp_path / "project")
    bring(project, ("bazaar",))
    staged = build(project, "+stg_bazaar__export")
    assert staged.execute(
        "select orders__source_order_id, broken_rules from staging.base_bazaar__export order by all"
    ).fetchall() == [
        ("M1", ["foreign_currency"]),
        ("M1", ["foreign_currency"]),
        ("M2", ["foreign_currency"]),
        ("M3", []),
    ]


def test_a_file_of_rates_is_told_by_what_stands_in_it():
    guessed = {"日期": ["ordered_at", "rate_date"], "币种": ["currency"], "汇率": ["rate"]}
    sound = {"日期": ["2024-10-04", "2024-10-07"], "币种": ["EUR", "EUR"], "汇率": ["1.1", "1.095"]}
    assert are_rates(sound, guessed)
    for damaged in (
        {"日期": ["2024-10-04", "2024-10-04"]},
        {"日期": ["2024-10-04", "soon"]},
        {"币种": ["EUR", "Wein"]},
        {"汇率": ["1.1", "-1"]},
        {"汇率": ["1.1", "0"]},
        {"汇率": ["1.1", "high"]},
        {"汇率": ["1.1"]},
    ):
        assert not are_rates(sound | damaged, guessed)
    assert not are_rates(sound | {"x": ["1"]}, guessed | {"x": ["rate"]})
    assert not are_rates(sound, {"日期": ["rate_date"], "币种": ["currency"]})


def test_a_constant_that_is_no_currency_is_named(tmp_path):
    project = copy_project(tmp_path / "project")
    folder = project / "models" / "staging" / "abroad"
    folder.mkdir()
    (folder / "_abroad__sources.yml").write_text(
        """version: 2
sources:
  - name: abroad
    description: A shop abroad.
    tables:
      - name: orders
        description: Orders.
        config: {meta: {grain: order, rows: orders, constants: {orders.currency: euro, orders.document_kind: sale}, load: replace}}
        columns:
          - {name: number, description: Number., config: {meta: {maps_to: orders.source_order_id}}}
          - {name: day, description: Day., config: {meta: {maps_to: orders.ordered_at}}}
""",
        encoding="utf-8",
    )
    table = load_sources(project)["abroad", "orders"]
    with pytest.raises(DeclarationError, match=r"_abroad__sources\.yml.*'euro' is no currency.*EUR"):
        check_mapping(table, load_contracts(project))
