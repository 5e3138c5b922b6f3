"""Every planted error of the demo company is caught under its reason, and no clean row is refused.

The manifest (truth/demo/planted_errors.parquet) is written by the generator and read here only.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, copy_project, latest_build, run, run_dbt, run_verb
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.privacy.state import read_state

# kind of planted row error → reasons under which the row may stand in the quarantine
ROW_REASONS = {
    "amount_negative": {"negative_amount_not_return"},
    "amount_unparseable": {"invalid_amount"},
    "child_of_refused_row": {"order_quarantined"},
    "date_after_landing": {"order_after_landing", "time_after_landing"},
    "date_unparseable": {"invalid_order_time", "invalid_time"},
    "key_missing": {"missing_order_number", "missing_record_key"},
    "not_data_row": {"total_row", "note_row"},
    "orphan_row": {"orphan_line"},
    "quantity_zero": {"zero_quantity"},
    # the copy of a row whose order is refused is refused with it
    "repeated_load": {"repeated_row", "order_quarantined"},
}
# kind of planted field error → (column of the input layer that is null, reasons that say why)
FIELD_REASONS = {
    "birth_date_invalid": ("birth_date", {"invalid", "implausible"}),
    "credit_code_invalid": ("credit_code", {"invalid_check_digit", "invalid_length", "invalid_characters"}),
    "email_invalid": ("email", {"invalid_syntax"}),
    "email_placeholder": ("email", {"placeholder_domain"}),
    "id_number_invalid": ("id_number_hash", {"invalid_check_digit", "invalid_date", "invalid_length"}),
    # a planted 无电话 says that there is none
    "phone_invalid": (
        "phone",
        {"invalid_length", "invalid_prefix", "invalid_characters", "placeholder", "missing"},
    ),
    "phone_placeholder": ("phone", {"placeholder"}),
}


def check(database: Path, truth: Path) -> None:
    """Compare one build with one manifest."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"create temp view planted as from '{truth / 'planted_errors.parquet'}'")
        connection.execute(
            """
            create temp view seeds as
            select field, source_column, case field when 'birth_date' then 'birthday' end as other_column
            from policy.missing_value_policy
            """
        )

        caught = connection.execute(
            """
            select planted.kind, planted.system, planted.entity, quarantine.reason_code, count(*)
            from planted
            -- lines of an order whose customer is unknown stay, as their order does
            anti join (
                select items.*
                from input.input__order_items as items
                inner join marts.orders as orders
                    using (source_system, source_order_id)
                where orders.customer_id = 'unknown'
            ) as strangers
                on planted.kind = 'child_of_refused_row'
                and strangers.source_system = planted.system
                and planted.business_key in (
                    strangers.source_line_id, strangers.source_order_id || '|' || strangers.source_line_id
                )
            left join quality.quarantine as quarantine
                on quarantine.source_system = planted.system
                and quarantine.entity = planted.entity
                and quarantine.source_file = planted.source_file
                and quarantine.source_row = planted.source_row
                and quarantine.source_sheet is not distinct from planted.source_sheet
            where list_contains(?, planted.kind) and not (planted.kind = 'repeated_load' and planted.system = 'dealer')
            group by all
            """,
            [sorted(ROW_REASONS)],
        ).fetchall()
        assert {kind for kind, *_ in caught} == set(ROW_REASONS)
        wrong = [row for row in caught if row[3] not in ROW_REASONS[row[0]]]
        assert wrong == []

        twice, refused = connection.execute(
            """
            select
                (select count(*) from planted where kind = 'repeated_load' and system = 'dealer'),
                (select count(*) from quality.quarantine where reason_code = 'repeated_row' and source_system = 'dealer')
            """
        ).fetchone()
        assert twice == refused > 0

        clean = connection.execute(
            """
            select quarantine.source_system, quarantine.entity, quarantine.reason_code, count(*)
            from quality.quarantine as quarantine
            anti join planted
                on quarantine.source_system = planted.system
                and quarantine.entity = planted.entity
                and quarantine.source_file = planted.source_file
                and quarantine.source_row = planted.source_row
                and quarantine.source_sheet is not distinct from planted.source_sheet
            -- of a dealer's sheet that came twice it is no matter which copy stays: they are compared by number
            where not (quarantine.reason_code = 'repeated_row' and quarantine.source_system = 'dealer')
            group by all
            """
        ).fetchall()
        assert clean == []

        for kind, (column, reasons) in FIELD_REASONS.items():
            reason = "id_number_reason" if column == "id_number_hash" else f"{column}_reason"
            fields = connection.execute(
                f"""
                select planted.system, customers.{column} is null, customers.{reason}, count(*)
                from planted
                inner join input.input__customers as customers
                    on customers.source_system = planted.system
                    and customers.source_customer_id = planted.business_key
                where planted.kind = ? and planted.system <> 'dealer'
                group by all
                """,
                [kind],
            ).fetchall()
            assert fields, kind
            assert [row for row in fields if not row[1] or row[2] not in reasons] == [], kind

        # An empty field says why, and whether it was filled or is to be verified.
        for kind, columns, answer in (
            ("missing_interface_error", "missing_reason", {("interface_error",)}),
            ("missing_not_provided", "missing_reason", {("not_provided",)}),
            ("missing_unknown", "missing_reason", {("unknown",)}),
            ("missing_over_5_percent", "missing_reason, handling", {("not_provided", "to_verify")}),
        ):
            gaps = connection.execute(
                f"""
                select {columns}, count(*)
                from planted
                left join seeds on planted.column_name = seeds.source_column or planted.column_name = seeds.other_column
                left join intermediate.int_customers__field_gaps as gaps
                    on gaps.source_system = planted.system
                    and gaps.source_customer_id = planted.business_key
                    and gaps.field = seeds.field
                where planted.kind = ?
                group by all
                """,
                [kind],
            ).fetchall()
            assert {tuple(row[:-1]) for row in gaps} == answer, (kind, gaps)

        # A city left out is read off the district, which leaves nothing to fill.
        cities = connection.execute(
            """
            select divisions.label_zh like planted.true_value || '%', count(*)
            from planted
            inner join input.input__customers as customers
                on customers.source_system = planted.system and customers.source_customer_id = planted.business_key
            left join policy.administrative_divisions as divisions on divisions.code = customers.city_code
            where planted.kind = 'missing_under_5_percent'
            group by all
            """
        ).fetchall()
        assert [right for right, _ in cities] == [True]

        bulk = connection.execute(
            """
            select planted.system, orders.is_bulk, count(*)
            from planted
            left join marts.orders as orders
                on orders.source_system = planted.system
                and orders.source_order_id in (
                    planted.business_key, replace(regexp_replace(planted.business_key, '[|][^|]*$', ''), '|', ':')
                )
            where planted.kind = 'bulk_purchase'
            group by all
            """
        ).fetchall()
        assert bulk
        assert [row for row in bulk if row[1] is not True] == []

        # An unknown place or trade stays visible; in a municipality the province is the city.
        for kind, table, column, key in (
            ("region_unknown", "staging.base_crm__contacts", "region_status", "source_customer_id"),
            ("industry_unknown", "staging.base_crm__companies", "industry_code", "source_customer_id"),
        ):
            unmapped = connection.execute(
                f"""
                select records.{column}, count(*)
                from planted
                inner join {table} as records on records.{key} = planted.business_key
                where planted.kind = ? and planted.entity in ('contacts', 'companies')
                    and records.province_code not in ('110000', '120000', '310000', '500000')
                group by all
                """,
                [kind],
            ).fetchall()
            assert [value for value, _ in unmapped] == ["unmapped"], kind

        # An order of a customer whom no master knows is a sale all the same: it stays, under `unknown`.
        strangers = connection.execute(
            """
            select planted.system, orders.customer_id, count(*)
            from planted
            left join marts.orders as orders
                on orders.source_system = planted.system and orders.source_order_id = planted.business_key
            where planted.kind = 'customer_unknown' and planted.entity in ('orders', 'receipts')
            group by all
            """
        ).fetchall()
        assert strangers
        assert [row for row in strangers if row[1] != "unknown"] == []


def test_planted_errors_are_caught_and_clean_rows_are_kept():
    check(latest_build("demo"), PROJECT / "truth" / "demo")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_errors_are_caught_whatever_the_seed(seed: int, tmp_path: Path):
    def succeed(outcome: subprocess.CompletedProcess[str]) -> None:
        assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-2000:]

    copy_project(tmp_path)
    truth = tmp_path / "truth" / "demo"
    size = ["--customers", "600", "--seed", str(seed)]
    places = ["--inbox", "inbox/demo", "--truth", str(truth)]
    succeed(run(tmp_path, sys.executable, "-m", "demo_company", *size, *places))
    succeed(run_verb(tmp_path, "land", "--data", "demo"))
    read_state(
        load_data_set(tmp_path, "demo", load_sources(tmp_path)),
        Warehouse(tmp_path / "warehouse" / "demo"),
        tmp_path / "warehouse/demo/state",
    )
    selected = "+quarantine +orders +int_customers__field_gaps"
    left_out = ["--exclude-resource-type", "test", "unit_test"]
    succeed(run_dbt(tmp_path, "demo", "build", "--select", *selected.split(), *left_out))
    assert json.loads((truth / "run.json").read_text(encoding="utf-8"))
    check(tmp_path / "customer360.duckdb", truth)
