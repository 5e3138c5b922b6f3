"""Each guard can fail: one deliberate break of the project per guard, and the guard is red.

The break is made in a copy of the project and built on a copy of the latest warehouse file, from the broken
node downwards.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import PROJECT, copy_project, latest_build, run_dbt


class Break(NamedTuple):
    """Replace `old` by `new` in `file`, build `select`: a node whose name begins with `red` must fail.

    `a+` in `select` is what leads from `a` to that node.
    """

    name: str
    file: str
    old: str
    new: str
    select: str
    red: str


CORE = "models/marts/core"
ORDERS = "models/intermediate/orders"
VALUE = "models/intermediate/value"
STAGING = "models/staging/online_retail"
POLICY = "policies/online_retail"

BREAKS = [
    Break(
        "a staging model loses rows silently",
        f"{STAGING}/base/base_online_retail__order_lines.sql",
        "    from landed\n",
        "    from landed\n    where landed.customer_id is not null\n",
        "base_online_retail__order_lines+",
        "gates_hold_scorecard",
    ),
    Break(
        "a rule is forgotten",
        f"{STAGING}/base/base_online_retail__order_lines.sql",
        "quantity < 0 and not is_return and unit_price = 0",
        "false",
        "base_online_retail__order_lines+",
        "assert_online_retail_golden_figures",
    ),
    Break(
        "lines of an order share a number",
        f"{STAGING}/stg_online_retail__order_items.sql",
        "partition by source_order_id\n            order by source_row",
        "partition by source_order_id, source_product_id\n            order by source_row",
        "stg_online_retail__order_items+",
        "rules_hold_stg_online_retail__order_items",
    ),
    Break(
        "orders disagree with their lines about the customer",
        f"{STAGING}/stg_online_retail__order_items.sql",
        "        country,\n        is_return,",
        "        source_line_id as country,\n        is_return,",
        "stg_online_retail__order_items assert_online_retail_orders_name_one_customer",
        "assert_online_retail_orders_name_one_customer",
    ),
    Break(
        "a return may undo a sale of the same minute before it",
        f"{ORDERS}/int_orders__exact_links.sql",
        "order by netting_at asc nulls last, direction desc, order_item_id asc",
        "order by netting_at asc nulls last, direction asc, order_item_id asc",
        "int_orders__exact_links+",
        "a_return_undoes_the_latest_earlier_sale",
    ),
    Break(
        "netting forgets that a sale is used up",
        f"{ORDERS}/int_orders__netting_links.sql",
        "least(quantity_so_far, sold_quantity) - least(quantity_so_far - returned_quantity, sold_quantity) as pieces",
        "returned_quantity as pieces",
        "int_orders__netting_links",
        "pieces_that_go_back_beyond",
    ),
    Break(
        "netting makes money",
        f"{ORDERS}/int_orders__netting_links.sql",
        "cast(netted_amount as decimal(18, 2))",
        "cast(netted_amount * 2 as decimal(18, 2))",
        "int_orders__netting_links+ --exclude test_type:unit",
        "assert_netting_moves_money_and_makes_none",
    ),
    Break(
        "net amounts leave their bounds",
        f"{CORE}/order_items.sql",
        "            - coalesce(netted_sales.netted_amount, 0)\n",
        "",
        "order_items+",
        "rules_hold_order_items",
    ),
    Break(
        "orders nobody is named on fall out of the facts",
        f"{ORDERS}/int_orders__judged.sql",
        "    left join customer_ids",
        "    inner join customer_ids",
        "int_orders__judged+",
        "int_orders__judged",
    ),
    Break(
        "days forget the returns",
        f"{CORE}/daily_sales.sql",
        "    from orders\n    group by",
        "    from orders\n    where document_kind = 'sale'\n    group by",
        "daily_sales+",
        "gates_hold_scorecard",
    ),
    Break(
        "the unknown customer is dropped",
        f"{CORE}/customers.sql",
        "    from people\n    left join",
        "    from (select * from people where is_known) as people\n    left join",
        "customers orders",
        "relationships_orders_customer_id",
    ),
    Break(
        "a mart changes a type",
        f"{CORE}/customers.sql",
        "cast(orders.first_purchase_on as date)",
        "cast(orders.first_purchase_on as varchar)",
        "customers",
        "customers",
    ),
    Break(
        "phantom sales count again",
        f"{CORE}/customers.sql",
        "sum(net_amount) as net_amount",
        "sum(gross_amount) as net_amount",
        "customers+",
        "assert_online_retail_phantom_sales_are_gone",
    ),
    Break(
        "one wrong date moves the as-of date",
        "models/intermediate/calendar/int_calendar__as_of.sql",
        "    where dated_on <= landed_on\n",
        "",
        "int_calendar__as_of",
        "one_wrong_date_cannot_move_the_as_of_date",
    ),
    Break(
        "features look into the future",
        f"{VALUE}/states/int_value__day_versions.sql",
        "        movements.known_on,\n",
        "        items.ordered_on as known_on,\n",
        "int_value__day_versions",
        "a_return_nets_its_sale_only_from_its_own_day_on",
    ),
    Break(
        "equal values get different scores",
        f"{VALUE}/rfm/int_value__rfm_classes.sql",
        "when measured.{{ measure }} > parameters",
        "when measured.{{ measure }} >= parameters",
        "int_value__rfm_classes",
        "equal_frequencies_share_one_score",
    ),
    Break(
        "the scorecard is empty",
        "macros/quality/rated.sql",
        "where specificity = 1",
        "where specificity = 0",
        # its unit test would be red before the gate is asked
        "scorecard_landing scorecard --exclude test_type:unit",
        "gates_hold_scorecard",
    ),
    Break(
        "a rate misses its threshold",
        f"{POLICY}/quality_thresholds.csv",
        "integration_rate,*,*,enforced,higher,0.74,0.70",
        "integration_rate,*,*,enforced,higher,0.95,0.90",
        "quality_thresholds scorecard",
        "gates_hold_scorecard",
    ),
    Break(
        "a threshold is in another currency",
        f"{POLICY}/rfm_policy.csv",
        "2000,quarter,true,GBP",
        "2000,quarter,true,CNY",
        "rfm_policy",
        "rules_hold_rfm_policy",
    ),
    Break(
        "a threshold's levels are the wrong way round",
        f"{POLICY}/quality_thresholds.csv",
        "lower,0.03,0.05",
        "lower,0.06,0.05",
        "quality_thresholds",
        "rules_hold_quality_thresholds",
    ),
]

QUICK = {"orders nobody is named on fall out of the facts"}


@pytest.fixture
def copy_of_project(tmp_path: Path) -> Path:
    copy_project(tmp_path)
    (tmp_path / "landing").symlink_to(PROJECT / "landing")
    shutil.copy(latest_build("online_retail"), tmp_path / "customer360.duckdb")
    return tmp_path


def test_breaks_fit_the_files_that_they_break() -> None:
    assert [b.name for b in BREAKS if b.old not in (PROJECT / b.file).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "case", [pytest.param(b, id=b.name, marks=() if b.name in QUICK else pytest.mark.slow) for b in BREAKS]
)
def test_a_broken_project_is_red(case: Break, copy_of_project: Path) -> None:
    file = copy_of_project / case.file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(case.old, case.new), encoding="utf-8")
    nodes = [f"{word},+{case.red}*" if word.endswith("+") else word for word in case.select.split()]
    outcome = run_dbt(copy_of_project, "online_retail", "build", "--select", *nodes)
    results = json.loads((copy_of_project / "target" / "online_retail" / "run_results.json").read_text())[
        "results"
    ]
    red = [r["unique_id"].split(".", 2)[2] for r in results if r["status"] in ("fail", "error")]
    assert outcome.returncode == 1, outcome.stdout[-2000:]
    assert any(part.startswith(case.red) or f".{case.red}" in part for part in red), red
