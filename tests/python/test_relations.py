"""Tables that are staged already are mapped where they are: no file lands, nothing is lost, and no row goes unaccounted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from staged_company import CUSTOMERS, LINES, NAME, ORDERS, SYSTEM, write_database, write_mapping

from conftest import copy_project, offer_inputs, run_dbt, run_verb
from customer360.core.declarations import DeclarationError
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.onboarding.systems import out_of_step

KEY = {"CUSTOMER360_HMAC_KEY": "0" * 64}
HEADS = f"staging.base_{SYSTEM}__orders"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy with a company whose tables lie in a database of its team, scaffolded."""
    root = copy_project(tmp_path_factory.mktemp("relations") / "project")
    write_database(root / "lake.duckdb")
    write_mapping(root, "attach")
    done = run_verb(
        root,
        "new-data",
        "--name",
        NAME,
        "--currency",
        "EUR",
        "--time-zone",
        "Europe/Berlin",
        "--systems",
        SYSTEM,
    )
    assert done.returncode == 0, done.stderr
    assert "the mapping is complete" in done.stdout
    assert out_of_step(root) == []
    return root


def test_what_names_no_relation_is_refused(project, tmp_path):
    file = project / "models" / "staging" / SYSTEM / f"_{SYSTEM}__sources.yml"
    text = file.read_text(encoding="utf-8")
    for old, new, says in (
        ("relation: source", "relation: staged.orders", "names no relation"),
        ("relation: source", "relation: source, load: replace", "is said of files"),
    ):
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DeclarationError, match=says):
            load_sources(project)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def staged(project, monkeypatch_module) -> Path:
    """The staging of the company, built; the database."""
    done = run_verb(project, "land", "--data", NAME)
    assert done.returncode == 0, done.stderr
    offer_inputs(project, NAME)
    words = [f"+path:models/staging/{SYSTEM}", "+landing_summary", "+assert_staging_loses_no_landed_row"]
    done = run_dbt(project, NAME, "build", "--select", *words, "--indirect-selection", "empty")
    assert done.returncode == 0, done.stdout[-3000:]
    return project / "customer360.duckdb"


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEY.items():
            patch.setenv(name, value)
        yield patch


@pytest.mark.slow
def test_no_type_loses_anything_and_rows_keep_their_place(staged):
    with duckdb.connect(str(staged), read_only=True) as connection:
        heads = connection.execute(
            f"select orders__source_order_id, orders__ordered_at, orders__is_gift, orders__document_amount"
            f" from {HEADS} order by 1 limit 6"
        ).fetchall()
        first = connection.execute(
            f"select customers__first_seen_at, customers__birth_date from staging.base_{SYSTEM}__customers"
            " where customers__source_customer_id = '1'"
        ).fetchone()
        lines = connection.execute(
            f"select order_items__quantity, order_items__unit_price, order_items__amount, landed_at"
            f" from staging.base_{SYSTEM}__order_lines where order_items__source_order_id = 'A00004'"
        ).fetchall()
        text = connection.execute(
            f"select ordered_at, gift, total from staging.landed_{SYSTEM}__orders order by order_id limit 1"
        ).fetchone()
        files = connection.execute(
            f"select distinct source_file, row_kind, min(source_row) over (), max(source_row) over () from {HEADS}"
        ).fetchall()
    # 23:59:59.654321 at -04:00 is 04:59:59.654321 in Berlin
    at = dt.datetime(2026, 11, 21, 4, 59, 59, 654321)
    assert heads[0] == ("A00000", at, None, Decimal("20.24"))
    assert [head[2] for head in heads] == [None, False, True, False, True, None]
    assert text == ("2026-11-21 03:59:59.654321Z", None, "20.2400")
    # 23:30 in India an hour later is 20:00 in Berlin
    assert first == (dt.datetime(2024, 1, 31, 20, 0, 0, 123456), dt.date(1960, 7, 19))
    assert (
        lines
        == [
            (Decimal("5.000"), Decimal("10.1234"), Decimal("50.60"), dt.datetime(2026, 11, 25, 6)),
        ]
        * LINES
    )
    assert files == [("staged.stg_orders", "data", 1, ORDERS)]


@pytest.mark.slow
def test_every_row_is_staged_or_quarantined_with_its_reason(staged):
    with duckdb.connect(str(staged), read_only=True) as connection:
        summary = connection.execute(
            f"select entity, outcome, row_count, landed_rows from quality.landing_summary where source_system = '{SYSTEM}'"
            " order by all"
        ).fetchall()
        lost = connection.execute(
            "select source_file, reason_codes, json_extract_string(original_row, '$.order_id') from quality.quarantine"
            f" where source_system = '{SYSTEM}'"
        ).fetchall()
    lines = ORDERS * LINES
    assert summary == [
        ("customers", "staged", CUSTOMERS, CUSTOMERS),
        ("order_lines", "orphan_line", 1, lines + 1),
        ("order_lines", "staged", lines, lines + 1),
        ("orders", "staged", ORDERS, ORDERS),
    ]
    assert lost == [("staged.stg_order_lines", "orphan_line", "A99999")]


NUMBERS = {
    "1e-05::double": "0.00001",
    "1.5e20::double": "150000000000000000000",
    "0.1::double": "0.1",
    "17850::double": "17850",
    "'nan'::double": None,
    "12345678901234.5678::decimal(18, 4)": "12345678901234.5678",
    "''": None,
    "true": "true",
    "timestamptz '2026-01-01 00:00:00+05:30'": "2025-12-31 18:30:00Z",
    "timestamp '2026-01-01 00:00:00.5'": "2026-01-01 00:00:00.5",
    "9007199254740993::bigint": "9007199254740993",
}


@pytest.mark.slow
def test_each_type_has_its_exact_text(staged, project):
    given = ", ".join(f"{value} as c{place}" for place, value in enumerate(NUMBERS))
    names = ", ".join(f"('c{place}', 'c{place}')" for place in range(len(NUMBERS)))
    analysis = project / "analyses" / "texts.sql"
    analysis.write_text(
        "{{ read_relation(api.Relation.create(identifier='texts', schema='main'), 'a', 'b', ["
        + names
        + "]) }}"
    )
    with duckdb.connect(str(staged)) as connection:
        connection.execute(f"create or replace table main.texts as select {given}")
    done = run_dbt(project, NAME, "compile", "--select", "texts")
    assert done.returncode == 0, done.stdout[-2000:]
    sql = next((project / "target" / NAME / "compiled").rglob("analyses/texts.sql")).read_text()
    with duckdb.connect(str(staged)) as connection:
        row = connection.execute(sql).fetchone()
    assert list(row[: len(NUMBERS)]) == list(NUMBERS.values())
    analysis.unlink()


@pytest.mark.slow
def test_marts_follow_from_tables_that_never_landed(project, monkeypatch_module):
    """`check-data` and `build` as they are for files; takes minutes."""
    declared = project / "datasets" / f"{NAME}.yml"
    text = declared.read_text(encoding="utf-8")
    if "leave_out" not in text:
        declared.write_text(text + "leave_out: [marketing, service, management]\n", encoding="utf-8")
    said = run_verb(project, "check-data", "--name", NAME)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "can be built" in said.stdout and f"orders: {SYSTEM} {ORDERS:,}" in said.stdout
    assert "orphan_line: 1 of" in said.stdout
    done = run_verb(project, "build", "--data", NAME)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    published = Warehouse(project / "warehouse" / NAME).published
    with duckdb.connect(str(published), read_only=True) as connection:
        sold = connection.execute("select count(*), sum(gross_amount) from marts.orders").fetchone()
        customers = connection.execute(
            "select count(*) from marts.customers where record_count > 0"
        ).fetchone()
    total = sum(LINES * (n % 9 + 1) * Decimal("10.12") for n in range(ORDERS))
    assert (sold, customers) == ((ORDERS, total), (CUSTOMERS,))
