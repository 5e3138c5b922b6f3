"""Companies whose files were written by somebody who had not read the mapping code (tests/companies) are brought along
docs/bring-your-data.md, and the marts hold to the cent what an independent reader of the raw files counts."""

from __future__ import annotations

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, copy_project, run_verb
from customer360.core.warehouse import Warehouse, open_data_set
from customer360.onboarding.calibrate import GROUPS, calibrate

sys.path.insert(0, str(PROJECT / "tests" / "companies"))

import bring
import reader

SAME = {"voided": "cancelled", "pending": "unpaid"}
"""Who voids an order cancels it, and what is pending is not paid: exports say either."""


def figures(database: Path, system: str) -> dict[str, object]:
    """What the marts say of a system of a company, in the terms of the reader."""
    with duckdb.connect(str(database), read_only=True) as connection:

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        connection.execute(
            f"create temp view system_orders as select * from marts.orders where source_system = '{system}'"
        )
        # a return counts on its own day and in its own system; on the sale that it undoes it is netted (net_amount)
        (total,) = rows(
            """
            select sum(gross_amount + return_amount), sum(gross_amount), -sum(return_amount),
                count_if(is_sale and document_kind = 'sale'),
                count_if(is_sale and document_kind = 'sale' and not is_known_customer)
            from system_orders
            """
        )
        names = ("revenue", "goods", "refunds", "sales", "unknown")
        return dict(zip(names, total, strict=True)) | {
            "by_month": dict(
                rows(
                    """
                    select strftime(ordered_on, '%Y-%m'), sum(gross_amount + return_amount)
                    from system_orders where is_sale group by 1
                    """
                )
            ),
            "excluded": Counter(
                dict(rows("select excluded_reason, count(*) from system_orders where not is_sale group by 1"))
            ),
            "money of excluded": rows(
                "select coalesce(sum(abs(gross_amount) + abs(return_amount) + abs(net_amount)), 0) "
                "from system_orders where not is_sale"
            )[0][0],
            "gaps": rows("select count(*) from system_orders where document_gap <> 0")[0][0],
            "errors": rows(
                "select coalesce(max(rate), 0) from marts.scorecard where measure = 'error_rate' and entity <> 'all'"
            )[0][0],
        }


def reasons(excluded: Counter[str]) -> Counter[str]:
    """Excluded documents by reason, where several words mean one."""
    found: Counter[str] = Counter()
    for reason, count in excluded.items():
        found[SAME.get(reason, reason)] += count
    return found


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == "northbean" else pytest.mark.slow) for name in bring.COMPANIES],
)
def test_a_company_nobody_wrote_code_for_is_built_to_the_cent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CUSTOMER360_HMAC_KEY", "5eed" * 16)
    project = copy_project(tmp_path / "project")
    assert "mapping is complete" in bring.bring(project, name)
    built = run_verb(project, "build", "--data", name)
    assert built.returncode == 0, (built.stdout + built.stderr)[-3000:]
    database = project / "warehouse" / name / "published" / "customer360.duckdb"
    # a company of one system has one reader; of several, each that sells has its own
    systems = bring.COMPANIES[name].systems
    readers = {system: system.replace("th_", "teahouse_") if len(systems) > 1 else name for system in systems}
    read = {system: reader.COMPANIES[key]() for system, key in readers.items() if key in reader.COMPANIES}
    for system, right in read.items():
        hold_to_the_reader(figures(database, system), right)
    with duckdb.connect(str(database), read_only=True) as connection:
        total = (
            "select sum(net_amount), sum(tax_amount) filter (is_sale), count(document_gap) from marts.orders"
        )
        net, tax, stated = connection.execute(total).fetchone()
    assert net == sum(right.revenue for right in read.values())
    if name == "northbean":
        hold_to_its_bands(project, name, database)
    if name == "lindenladen":
        # tax and gross amount stand on each line, and those of a document tie
        assert tax == read["linden_kasse"].tax and stated > 0
    if name == "teahouse":
        hold_to_its_people(Warehouse(project / "warehouse" / name).latest_build(), reader.teahouse_people())


def hold_to_its_bands(project: Path, name: str, database: Path) -> None:
    """Bands proposed from a small company's own customers leave fewer than 40% in the rest, and no group empty."""
    data_set, warehouse = open_data_set(project, name)
    proposal = calibrate(data_set, warehouse.latest_build())
    with duckdb.connect(str(database), read_only=True) as connection:
        groups = "select count(*) from marts.customer_rfm where window_months = 12"
        (customers,) = connection.execute(groups).fetchone()
    assert sum(proposal.before.values()) == sum(proposal.after.values()) == customers
    assert proposal.after["other"] / customers < 0.4 < proposal.before["other"] / customers
    assert [group for group in GROUPS if not proposal.after.get(group)] == []


def hold_to_its_people(database: Path, right: dict[str, int | Decimal]) -> None:
    """Records, answers, letters and points of teahouse, and that those are whose the files say."""
    with duckdb.connect(str(database), read_only=True) as connection:

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        records = dict(rows("select source_system, count(*) from input.input__customers group by 1"))
        # an account that was deleted is no record
        assert records["th_crm"] == right["accounts"] + right["contacts"] - 1
        assert rows("select entity, reason_code, count(*) from quality.quarantine group by 1, 2") == [
            ("accounts", "not_a_record", 1)
        ]
        assert records["th_erp"] == right["erp_customers"]
        assert records["th_loyalty"] == right["members"]
        answers = "select question, count(*), count(customer_id), count(*) filter (nps >= 9), count(*) filter (nps <= 6)"
        assert rows(f"{answers} from intermediate.int_service__ratings group by 1 order by 1") == [
            ("csat", right["csat_answers"], right["csat_answers"], 0, 0),
            ("nps", right["nps_answers"], right["nps_answers"], right["promoters"], right["detractors"]),
        ]
        letters = "select sum(record_count), count(opened_at), count(clicked_at) from intermediate.int_marketing__contacts"
        assert rows(letters) == [(right["sent"], right["opened"], right["clicked"])]
        assert rows("select sum(points) from input.input__loyalty_transactions") == [(right["points"],)]
        # who is named by the key of another system is the customer of the record there
        named = """
            select count(*), count_if(named.customer_id = records.customer_id)
            from intermediate.int_customers__ids as named
            left join intermediate.int_customers__ids as records
                on named.source_customer_id = records.source_customer_id
                and records.source_system in ('th_crm', 'th_loyalty')
            where named.source_system = 'th_marketing'
            """
        ((all_named, of_them),) = rows(named)
        assert all_named == of_them > 0


def hold_to_the_reader(found: dict[str, object], right: reader.Totals) -> None:
    """The figures of a system are those of the reader."""
    # an order that was cancelled after it was paid is a sale, and a refund of all of it
    paid_back = right.excluded.pop("cancelled, paid back", 0)
    assert found["revenue"] == right.revenue
    assert found["by_month"] == dict(right.by_month)
    assert found["goods"] == right.goods + right.paid_back
    assert found["refunds"] == right.refunds + right.paid_back
    assert found["sales"] == right.sales + paid_back
    others = ("sales_with_an_unlisted_card", "unknown_paid_back")
    assert found["unknown"] == right.unknown + sum(right.extra.get(name, 0) for name in others)
    assert reasons(found["excluded"]) == reasons(right.excluded)
    assert found["money of excluded"] == Decimal(0)
    assert found["gaps"] == right.gaps == 0
    assert found["errors"] < 0.05
