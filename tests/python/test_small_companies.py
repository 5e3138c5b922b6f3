"""Young and small companies: what a build says where there is too little to judge a customer by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from conftest import copy_project, offer_inputs, run_dbt, run_verb
from customer360.onboarding.systems import write_systems

NAME = "young"
DATA_SET = """
name: young
label_zh: 新公司
label_en: A young company
currency: CNY
time_zone: Asia/Shanghai
policy: default
personal_data: none
systems: [young_shop]
"""

SHOP = """
      - name: orders
        description: One row per order line.
        config:
          meta:
            grain: order line
            load: replace
            rows: order_items
            constants: {orders.channel: web_shop, orders.document_kind: sale}
        columns:
          - name: order_id
            config: {meta: {headers: [order id], maps_to: [orders.source_order_id, order_items.source_order_id]}}
          - name: customer_id
            config:
              meta:
                headers: [customer id]
                pii: name
                maps_to: [orders.source_customer_id, customers.source_customer_id]
          - {name: order_date, config: {meta: {headers: [order date], maps_to: orders.ordered_at}}}
          - name: sku
            config: {meta: {maps_to: [order_items.source_product_id, products.source_product_id]}}
          - {name: quantity, config: {meta: {maps_to: order_items.quantity}}}
          - {name: amount, config: {meta: {maps_to: order_items.amount}}}
"""

C46 = [f"2026-{month:02}-{day:02} 20:00:00" for month in range(4, 10) for day in (1, 8, 15, 22)]
"""Days on which a young shop sold: each time one bottle to somebody new."""

MARTS = (
    "customer_churn_risk",
    "churn_backtest",
    "customer_rfm",
    "customer_clv",
    "customer_features",
    "customer_tags",
    "model_diagnostics",
    "strategy_assignments",
    "trigger_lists",
    "campaign_experiments",
)


def marts_of(project: Path, orders: Sequence[str], marts: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """Marts of a shop with these orders (customer and time), in a new copy of the project."""
    copy_project(project)
    folder = project / "models" / "staging" / "young_shop"
    folder.mkdir()
    (folder / "_young_shop__sources.yml").write_text(
        f"version: 2\nsources:\n  - name: young_shop\n    description: A shop.\n    tables:\n{SHOP}",
        encoding="utf-8",
    )
    (project / "datasets" / f"{NAME}.yml").write_text(DATA_SET, encoding="utf-8")
    write_systems(project)
    inbox = project / "inbox" / NAME / "young_shop" / "orders"
    inbox.mkdir(parents=True)
    rows = [f"T{number},{order},JX-500,1,128.00" for number, order in enumerate(orders)]
    (inbox / "orders.csv").write_text(
        "\n".join(["order id,customer id,order date,sku,quantity,amount", *rows]), encoding="utf-8"
    )
    landed = run_verb(project, "land", "--data", NAME)
    assert landed.returncode == 0, landed.stderr
    offer_inputs(project, NAME)
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")
    done = run_dbt(project, NAME, "build", "--select", *(f"+{mart}" for mart in marts), *options)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return duckdb.connect(str(project / "customer360.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def young(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """Marts of a company of six months in which nobody has bought twice."""
    orders = [f"B{number},{day}" for number, day in enumerate(C46)]
    return marts_of(tmp_path_factory.mktemp("young") / "project", orders, MARTS)


@pytest.mark.slow
def test_twenty_days_of_many_repeaters_are_no_ground_for_the_days_ahead(tmp_path: Path) -> None:
    orders = [
        f"B{number},2026-04-{day:02} 20:00:00"
        for number in range(100)
        for day in range(1 + number % 3, 21, (20, 20, 10, 5, 2)[number % 5])
    ]
    built = marts_of(tmp_path / "project", orders, ("customer_churn_risk", "customer_clv"))
    assert built.execute(
        """
        select count(*), count(p_no_order_30d), count(p_no_order_180d), count(alert_level), min(unmeasured_reason)
        from marts.customer_churn_risk
        """
    ).fetchone() == (100, 0, 0, 0, "history_too_short")
    assert built.execute(
        "select count(*), count(p_no_order_30d), count(lifetime_value) from marts.customer_clv"
    ).fetchone() == (100, 0, 100)
    models = built.execute(
        "select distinct hazard is not null from intermediate.int_churn__rate_grid"
    ).fetchall()
    assert models == [(True,)]


@pytest.mark.slow
def test_one_customer_is_no_company_to_be_compared_with(tmp_path: Path) -> None:
    orders = [f"B1,2026-01-{day:02} 20:00:00" for day in range(1, 10)]
    built = marts_of(tmp_path / "project", orders, ("customer_churn_risk", "customer_rfm"))
    assert built.execute(
        "select p_no_order_90d, alert_level, risk_status, unmeasured_reason from marts.customer_churn_risk"
    ).fetchall() == [(None, None, "not_measured", "too_few_customers")]
    assert built.execute(
        "select distinct is_frequent, is_high_spending from marts.customer_rfm"
    ).fetchall() == [(False, False)]


@pytest.mark.slow
def test_c46_where_nobody_has_bought_twice_there_is_no_verdict(young) -> None:
    assert young.execute(
        """
        select
            count(*), count(p_no_order_30d), count(p_no_order_90d), count(p_no_order_180d), count(p_left),
            count(alert_level), count(value_at_risk), count(intervention), count(contact_by_on),
            min(risk_status), min(unmeasured_reason)
        from marts.customer_churn_risk
        """
    ).fetchone() == (24, 0, 0, 0, 0, 0, 0, 0, 0, "not_measured", "too_few_customers")


@pytest.mark.slow
def test_c46_nobody_is_at_risk_and_no_offer_is_made_to_win_anybody_back(young) -> None:
    # a lifetime value of 0 would be a verdict too
    assert young.execute(
        """
        select distinct clv_class, lifetime_value, leading_method, value_rank_share, value_status, unmeasured_reason
        from marts.customer_clv
        """
    ).fetchall() == [(None, None, None, None, "not_measured", "history_too_short")]
    assert young.execute(
        "select count(*) from marts.customer_rfm where action_group = 'churn_risk' or is_frequent or is_high_spending"
    ).fetchone() == (0,)
    assert young.execute("select count(*) from intermediate.int_churn__causes").fetchone() == (0,)
    assert young.execute("select distinct strategy from marts.strategy_assignments").fetchall() == [("new",)]
    assert (
        young.execute(
            """
            select distinct tag_code from marts.customer_tags
            where tag_code in (
                'no_order_soon', 'order_soon', 'alert_1', 'alert_2', 'alert_3', 'clv_at_risk', 'churn_risk_group',
                'high_value_at_risk', 'spend_falling', 'frequency_falling', 'rising_spend', 'digital_falling'
            )
            """
        ).fetchall()
        == []
    )


@pytest.mark.slow
def test_a_share_over_a_column_that_the_shop_does_not_deliver_is_unknown(young) -> None:
    known = young.execute(
        """
        select count(discounted_share_24m), count(campaign_share_24m), count(gift_delivery_share_24m),
            count(pickup_share_24m), count(gift_box_share_24m), count(new_product_share_24m),
            count(online_share_24m), count(evening_share_24m)
        from marts.customer_features
        """
    ).fetchone()
    assert known == (0, 0, 0, 0, 0, 0, 24, 24)
    assert young.execute(
        "select count(*) from marts.customer_tags where tag_code in ('full_price_buyer', 'discount_buyer')"
    ).fetchone() == (0,)


@pytest.mark.slow
def test_c46_a_model_that_was_not_fitted_scores_nobody_at_any_date(young) -> None:
    statuses = young.execute(
        "select distinct status, is_scoring from marts.model_diagnostics where model_family in ('purchases', 'churn')"
    ).fetchall()
    assert sorted(statuses) == [("too_few_customers", False), ("too_few_events", False)]
    assert young.execute(
        "select count(*) from marts.churn_backtest where subject <> 'recency' and subject_kind = 'method'"
    ).fetchone() == (0,)
