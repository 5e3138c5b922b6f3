"""What the dashboard shows without filters: per block a query of the published copy, its columns, and a chart of them.

Kinds of columns: `label` (two columns, _zh and _en), `name` (as the company's files have it), `word:<prefix>` (a key of the
dictionary), `member:<dimension>` (a code with labels in the marts), `people` (counts of customers, held to the floor), `count`,
`money`, `share`, `ratio`, `figure`, `days`, `hours`, `date`, `month`. A block names the inputs that it cannot do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """`bars` (horizontal), `columns`, `stack` or `lines` of columns of the block over column `x`; with `by`, of one column
    per value of another. `wanted` keeps the rows in which columns have these values."""

    kind: str
    x: str
    y: tuple[str, ...]
    by: str | None = None
    dashed: tuple[str, ...] = ()
    most: int | None = None


@dataclass(frozen=True)
class Block:
    """`base`: a count of customers under which a row is not shown; `matrix`: columns, rows and counts of a table of moves.

    `line`: the rows are parts of a whole, one whole per value of this column ("" where there is one); the smallest part that
    is shown goes with a hidden one that would follow from the whole. `cube`: the column whose codes the cube counts too, and
    what it calls them; a row is shown if the cube shows it.
    """

    name: str
    sql: str
    columns: Mapping[str, str]
    chart: Chart | None = None
    needs: tuple[str, ...] = ()
    base: str | None = None
    matrix: tuple[str, str, str] | None = None
    rows: int = 0
    wide: bool = False
    line: str | None = None
    cube: tuple[str, str] | None = None


LAST_COMPLETE = "(select max(month_start_on) from marts.kpi_monthly where is_complete)"


def moves(scheme: str) -> str:
    """The query of the latest moves between the segments of a scheme, over 12 months."""
    of_scheme = f"from marts.segment_migration where scheme = '{scheme}' and months_apart = 12"
    return f"""
        select from_segment, to_segment, customer_count {of_scheme}
            and period_end_on = (select max(period_end_on) {of_scheme})
    """


BLOCKS: dict[str, tuple[Block, ...]] = {
    "overview": (
        Block(
            "alerts",
            f"""
            from marts.kpi_alerts
            where month_start_on >= {LAST_COMPLETE} - interval 2 month and not is_quiet
                and (alert_state <> 'standing' or month_start_on = {LAST_COMPLETE})
            order by month_start_on desc, alert_state = 'standing', reason, size desc nulls last, kpi limit 24
            """,
            {
                "month_start_on": "month",
                "alert_state": "label",
                "standing_since_on": "month",
                "kpi": "label",
                "reason": "label",
                "value": "unit",
                "reference_value": "unit",
                "relative_change": "share",
                "top_contributors": "label",
            },
            wide=True,
        ),
        Block(
            "pilot",
            "from marts.pilot_evaluation",
            {
                "pilot": "label",
                "reading": "word:reading",
                "pilot_after_rate": "share",
                "expected_rate": "share",
                "difference_from": "share",
                "difference_to": "share",
                "target_uplift": "share",
            },
            base="pilot_after_reached",
            needs=("campaigns", "campaign_contacts"),
            wide=True,
        ),
    ),
    "structure": (
        Block(
            "region_maturity",
            """
            select *, area as region, area_zh as region_zh, area_en as region_en from marts.area_maturity
            where area_kind = 'region' and is_placed order by clv_per_active desc nulls last
            """,
            {
                "region": "label",
                "quadrant": "label",
                "active_customers": "people",
                "clv_per_active": "money",
                "efficiency": "share",
                "efficiency_basis": "label",
                "advice": "label",
            },
            base="active_customers",
            needs=("campaigns", "campaign_contacts"),
            wide=True,
            cube=("region", "region"),
        ),
        Block(
            "region_priority",
            "from marts.region_priority where priority is not null order by priority, revenue_12m desc",
            {
                "region": "label",
                "priority": "label",
                "active_customers": "people",
                "revenue_12m": "money",
                "growth": "share",
                "repurchase_rate": "share",
            },
            base="active_customers",
            cube=("region", "region"),
        ),
        Block(
            "clusters",
            "from pages.cluster_profiles order by net_amount_12m desc",
            {
                "cluster": "label",
                "customer_count": "people",
                "customer_share": "share",
                "revenue_share": "share",
                "order_value_12m": "money",
                "mean_certainty": "share",
            },
            base="customer_count",
            line="",
        ),
    ),
    "value": (
        Block(
            "tier_migration",
            moves("value_tier"),
            {"from_segment": "member:value_tier", "to_segment": "member:value_tier"},
            matrix=("from_segment", "to_segment", "customer_count"),
        ),
        Block(
            "rfm_migration",
            moves("rfm_class"),
            {"from_segment": "member:rfm_class", "to_segment": "member:rfm_class"},
            matrix=("from_segment", "to_segment", "customer_count"),
            wide=True,
        ),
        Block(
            "clv_methods",
            """
            select value_tier, count(*) as customer_count, avg(formula_value) as formula_value,
                avg(dynamic_value) as dynamic_value, avg(probabilistic_value) as probabilistic_value,
                avg(lifetime_value) as lifetime_value
            from marts.customer_clv group by value_tier order by lifetime_value desc nulls last
            """,
            {
                "value_tier": "member:value_tier",
                "customer_count": "people",
                "formula_value": "money",
                "dynamic_value": "money",
                "probabilistic_value": "money",
            },
            chart=Chart("bars", "value_tier", ("formula_value", "dynamic_value", "probabilistic_value")),
            base="customer_count",
            cube=("value_tier", "value_tier"),
        ),
        Block(
            "clv_backtest",
            """
            select horizon_days, method, customer_count, predicted_total, actual_total, bias, mae, correlation,
                top_decile_capture
            from marts.clv_backtest where measure = 'net_amount' and population = 'all' order by horizon_days desc, mae
            """,
            {
                "method": "word:method",
                "horizon_days": "count",
                "predicted_total": "money",
                "actual_total": "money",
                "bias": "share",
                "mae": "money",
                "correlation": "ratio",
                "top_decile_capture": "share",
            },
            base="customer_count",
        ),
        Block(
            "benchmarks",
            """
            from pages.value_benchmarks where figure is not null and reference is not null
            order by metric, segment_kind, segment
            """,
            {
                "metric": "label",
                "segment": "word_or_member",
                "figure": "unit",
                "reference": "unit",
            },
        ),
        Block(
            "unit_economics",
            "from marts.unit_economics order by quarter_start_on",
            {
                "quarter_start_on": "month",
                "new_customer_count": "people",
                "acquisition_cost": "money",
                "margin_to_date_per_customer": "money",
                "future_value_per_customer": "money",
                "value_to_cost": "ratio",
            },
            chart=Chart(
                "lines",
                "quarter_start_on",
                ("acquisition_cost", "margin_to_date_per_customer", "future_value_per_customer"),
            ),
            base="new_customer_count",
            needs=("spend",),
        ),
        Block(
            "upgrade_paths",
            "from pages.upgrade_paths where path_count > 0",
            {
                "upgrade_path": "label",
                "customer_group": "member:customer_group",
                "path_count": "people",
                "path_upgrade_rate": "share",
                "other_upgrade_rate": "share",
                "lift": "share",
                "lift_status": "label",
                "reference_lift": "share",
            },
            base="path_count",
            needs=("interactions",),
        ),
    ),
    "churn": (
        Block(
            "actions",
            """
            select any_value(intervention_zh) as intervention_zh, any_value(intervention_en) as intervention_en, intervention,
                min(alert_level) as alert_level, count(*) as customer_count, sum(value_at_risk) as value_at_risk,
                avg(p_no_order_90d) as p_no_order_90d, min(contact_from_on) as contact_from_on,
                max(contact_by_on) as contact_by_on
            from marts.customer_churn_risk where intervention is not null group by intervention order by alert_level
            """,
            {
                "alert_level": "count",
                "intervention": "label",
                "customer_count": "people",
                "value_at_risk": "money",
                "p_no_order_90d": "share",
                "contact_from_on": "date",
                "contact_by_on": "date",
            },
            base="customer_count",
            wide=True,
            cube=("alert_level", "alert_level"),
        ),
        Block(
            "signals",
            """
            select indicator, any_value(indicator_zh) as indicator_zh, any_value(indicator_en) as indicator_en,
                count(*) filter (is_eligible) as eligible_count, count(*) filter (is_fired) as fired_count,
                count(*) filter (is_fired) / nullif(count(*) filter (is_eligible), 0) as fired_share
            from marts.customer_churn_indicators group by indicator
            having eligible_count > 0 order by fired_share desc, indicator
            """,
            {
                "indicator": "label",
                "eligible_count": "people",
                "fired_count": "people",
                "fired_share": "share",
            },
            chart=Chart("bars", "indicator", ("fired_share",)),
            base="eligible_count",
        ),
        Block(
            "warning_methods",
            """
            from marts.churn_backtest where subject_kind = 'method' and horizon_days = 90
                and as_of_on = (select max(as_of_on) from marts.churn_backtest where horizon_days = 90)
            order by population, area_under_curve desc nulls last
            """,
            {
                "subject": "word:method",
                "population": "word:population",
                "customer_count": "people",
                "lost_share": "share",
                "area_under_curve": "ratio",
                "average_precision": "ratio",
                "brier_score": "ratio",
                "calibration_error": "ratio",
                "lift_10": "ratio",
            },
            base="customer_count",
            wide=True,
        ),
        Block(
            "warning_levels",
            """
            select * exclude (subject), subject_kind || '.' || subject as subject from marts.churn_backtest
            where subject_kind in ('alert_level', 'rule_level') and horizon_days = 90
                and as_of_on = (select max(as_of_on) from marts.churn_backtest where horizon_days = 90)
            order by subject_kind, marts.churn_backtest.subject
            """,
            {
                "subject": "word:subject",
                "alert_count": "people",
                "precision_share": "share",
                "recall_share": "share",
                "true_to_false": "ratio",
            },
            chart=Chart("bars", "subject", ("precision_share", "recall_share")),
            base="alert_count",
            wide=True,
        ),
        Block(
            "causes_by_year",
            "from pages.churn_causes_by_year order by last_year, share desc",
            {
                "last_year": "year",
                "root_cause": "label",
                "customer_count": "people",
                "share": "share",
                "change": "share",
                "reference_share": "share",
                "silent_share": "share",
            },
            chart=Chart("columns", "last_year", ("share",), by="root_cause"),
            base="customer_count",
            line="last_year",
        ),
        Block(
            "interventions",
            "from marts.intervention_results order by alert_level nulls last, treatment",
            {
                "intervention": "member:intervention",
                "treatment": "word:treatment",
                "treated_count": "people",
                "save_rate": "share",
                "comparable_save_rate": "share",
                "difference": "share",
                "reference_save_rate": "share",
            },
            base="treated_count",
            needs=("interactions",),
        ),
        Block(
            "winback",
            """
            select programme_state, last_step, count(*) as customer_count from marts.winback_programme
            group by all order by programme_state, last_step nulls first
            """,
            {"programme_state": "word:programme_state", "last_step": "count", "customer_count": "people"},
            line="",
        ),
        Block(
            "renewals",
            "from pages.contract_renewal_rates where renewal_rate_12m is not null order by month_start_on",
            {
                "month_start_on": "month",
                "contract_count": "count",
                "renewed_count": "count",
                "renewal_rate_12m": "share",
                "reference_rate": "share",
            },
            chart=Chart(
                "lines", "month_start_on", ("renewal_rate_12m", "reference_rate"), dashed=("reference_rate",)
            ),
            needs=("contracts",),
        ),
    ),
    "tags": (
        Block(
            "tag_lift",
            """
            select *, tag_code as tag, label_zh as tag_zh, label_en as tag_en from marts.tag_effectiveness
            where as_of_on = (select max(as_of_on) from marts.tag_effectiveness where lift is not null) and lift is not null
            order by abs(ln(nullif(lift, 0))) desc nulls last, tag_code limit 40
            """,
            {
                "tag": "label",
                "family": "word:family",
                "holder_count": "people",
                "coverage": "share",
                "stability_index": "ratio",
                "holder_rate": "share",
                "other_rate": "share",
                "lift": "ratio",
                "lift_low": "ratio",
                "lift_high": "ratio",
            },
            base="holder_followed",
            wide=True,
        ),
        Block(
            "tag_families",
            """
            select family, count(*) as tag_count, count(*) filter (is_in_force) as in_force_count,
                count(*) filter (is_sound) as sound_count, sum(holder_count) as held_count
            from marts.tag_registry group by family order by tag_count desc, family
            """,
            {
                "family": "word:family",
                "tag_count": "count",
                "in_force_count": "count",
                "sound_count": "count",
                "held_count": "count",
            },
            chart=Chart("bars", "family", ("tag_count",)),
        ),
    ),
    "marketing": (
        Block(
            "campaign_trend",
            """
            select month_start_on, sum(cost) as cost, sum(revenue) as revenue, sum(margin_amount) as margin_amount,
                sum(reached_count) as reached_count, sum(converted_count) as converted_count,
                sum(revenue) / nullif(sum(cost), 0) as return_ratio
            from marts.campaign_months group by month_start_on order by month_start_on
            """,
            {
                "month_start_on": "month",
                "cost": "money",
                "revenue": "money",
                "margin_amount": "money",
                "reached_count": "people",
                "converted_count": "people",
                "return_ratio": "ratio",
            },
            chart=Chart("columns", "month_start_on", ("cost", "revenue")),
            needs=("campaigns", "campaign_contacts"),
        ),
        Block(
            "campaign_summary",
            "from pages.campaign_summary where dimension <> 'scene' order by dimension = 'all' desc, dimension, cost desc",
            {
                "dimension": "word:dimension",
                "member": "label",
                "campaign_count": "count",
                "reached_count": "people",
                "conversion_rate_reached": "share",
                "cost": "money",
                "incremental_roi": "share",
                "incremental_roi_from": "share",
                "incremental_roi_to": "share",
                "increment_status": "label",
                "uplift": "share",
                "uplift_from": "share",
                "uplift_to": "share",
                "attributed_roi": "share",
            },
            needs=("campaigns", "campaign_contacts"),
            base="reached_count",
            wide=True,
        ),
        Block(
            "campaigns",
            "from marts.campaign_results where reached_count > 0 order by started_on desc, campaign_code limit 20",
            {
                "campaign_name": "name",
                "channel": "label",
                "content_type": "label",
                "started_on": "date",
                "reached_count": "people",
                "converted_count": "people",
                "cost": "money",
                "incremental_return_ratio": "ratio",
                "revenue": "money",
                "return_ratio": "ratio",
                "return_basis": "label",
                "suggestion": "label",
            },
            needs=("campaigns", "campaign_contacts"),
            base="reached_count",
            wide=True,
        ),
        Block(
            "promotion_repurchase",
            """
            select
                segment as value_tier, max(base_count) as base_count,
                max(case when metric = 'repurchase_inside_promotions' then figure end) as inside_promotions,
                max(case when metric = 'repurchase_outside_promotions' then figure end) as outside_promotions
            from pages.value_benchmarks
            where metric in ('repurchase_inside_promotions', 'repurchase_outside_promotions')
            group by segment order by base_count desc
            """,
            {
                "value_tier": "member:value_tier",
                "base_count": "people",
                "inside_promotions": "share",
                "outside_promotions": "share",
            },
            chart=Chart("bars", "value_tier", ("outside_promotions", "inside_promotions")),
            base="base_count",
            needs=("campaigns", "campaign_contacts"),
        ),
        Block(
            "spend_by_tier",
            """
            from marts.spend_by_tier
            where quarter_start_on = (select max(quarter_start_on) from marts.spend_by_tier where is_complete)
                and (spend is not null or revenue > 0) order by revenue desc
            """,
            {
                "value_tier": "label",
                "spend": "money",
                "revenue": "money",
                "spend_share": "share",
                "revenue_share": "share",
                "margin_share": "share",
                "reference_spend_share": "share",
            },
            chart=Chart("bars", "value_tier", ("spend_share", "revenue_share")),
            needs=("spend",),
        ),
        Block(
            "spend_efficiency",
            """
            from marts.spend_efficiency
            where quarter_start_on = (select max(quarter_start_on) from marts.spend_efficiency where is_complete)
                and channel <> 'all' and purpose <> 'all' order by cost desc
            """,
            {
                "channel": "label",
                "purpose": "label",
                "cost": "money",
                "incremental_return_ratio": "ratio",
                "revenue": "money",
                "return_ratio": "ratio",
                "return_basis": "label",
                "return_ratio_floor": "ratio",
                "is_to_reallocate": "flag",
            },
            needs=("spend",),
        ),
        Block(
            "coverage",
            "from marts.campaign_coverage where consent_count > 0 order by as_of_on",
            {
                "as_of_on": "month",
                "consent_count": "people",
                "covered_count": "people",
                "coverage": "share",
                "reference_coverage": "share",
            },
            chart=Chart(
                "lines", "as_of_on", ("coverage", "reference_coverage"), dashed=("reference_coverage",)
            ),
            needs=("consents", "campaigns"),
        ),
        Block(
            "strategies",
            """
            select strategy, any_value(strategy_zh) as strategy_zh, any_value(strategy_en) as strategy_en,
                any_value(action_zh) as action_zh, any_value(action_en) as action_en, count(*) as customer_count,
                count(*) filter (
                    customer_id in (select customer_id from marts.activation where list_status = 'listed')
                ) as listed_count
            from marts.strategy_assignments group by strategy order by customer_count desc
            """,
            {"strategy": "label", "action": "label", "customer_count": "people", "listed_count": "people"},
            wide=True,
            line="",
        ),
        Block(
            "holdbacks",
            """
            select held_back_reason, any_value(held_back_reason_zh) as held_back_reason_zh,
                any_value(held_back_reason_en) as held_back_reason_en, count(distinct customer_id) as customer_count
            from marts.activation where list_status = 'held_back' group by held_back_reason order by customer_count desc
            """,
            {"held_back_reason": "label", "customer_count": "people"},
        ),
        Block(
            "triggers",
            """
            select trigger_code, any_value(trigger_zh) as trigger_zh, any_value(trigger_en) as trigger_en,
                any_value(action_zh) as action_zh, any_value(action_en) as action_en,
                count(distinct customer_id) as customer_count,
                count(distinct customer_id) filter (held_back_reason is null) as listed_count
            from marts.trigger_lists group by trigger_code order by customer_count desc
            """,
            {"trigger": "label", "action": "label", "customer_count": "people", "listed_count": "people"},
            wide=True,
        ),
        Block(
            "channel_revenue",
            "from marts.channel_performance where net_amount is not null order by month_start_on, channel",
            {
                "month_start_on": "month",
                "channel": "label",
                "order_count": "count",
                "net_amount": "money",
                "revenue_share": "share",
            },
            chart=Chart("stack", "month_start_on", ("net_amount",), by="channel"),
            rows=60,
            wide=True,
        ),
        Block(
            "channels",
            f"""
            select channel, any_value(channel_zh) as channel_zh, any_value(channel_en) as channel_en,
                sum(order_count) as order_count, sum(new_customer_count) as new_customer_count, sum(net_amount) as net_amount,
                sum(purchase_amount) / nullif(sum(order_count), 0) as order_value,
                sum(net_amount) / sum(sum(net_amount)) over () as revenue_share,
                sum(acquisition_spend) / nullif(sum(new_customer_count), 0) as acquisition_cost,
                sum(converted_count) / nullif(sum(visitor_count), 0) as conversion_rate
            from marts.channel_performance
            where month_start_on > {LAST_COMPLETE} - interval 12 month and month_start_on <= {LAST_COMPLETE}
            group by channel order by net_amount desc nulls last
            """,
            {
                "channel": "label",
                "order_count": "count",
                "new_customer_count": "people",
                "net_amount": "money",
                "revenue_share": "share",
                "order_value": "money",
                "acquisition_cost": "money",
                "conversion_rate": "share",
            },
            wide=True,
        ),
        Block(
            "channel_moves",
            moves("main_channel"),
            {"from_segment": "member:channel", "to_segment": "member:channel"},
            matrix=("from_segment", "to_segment", "customer_count"),
            wide=True,
        ),
        Block(
            "festivals",
            """
            select *, festival_zh || ' ' || festival_year as name_zh, festival_en || ' ' || festival_year as name_en,
                festival || ' ' || festival_year as name
            from marts.festival_results where is_over order by festival_on desc
            """,
            {
                "name": "label",
                "net_amount": "money",
                "festival_share": "share",
                "reference_festival_share": "share",
                "festival_uplift": "share",
                "reference_uplift": "share",
            },
            chart=Chart("bars", "name", ("festival_uplift", "reference_uplift")),
        ),
        Block(
            "occasions",
            f"""
            select occasion, any_value(occasion_zh) as occasion_zh, any_value(occasion_en) as occasion_en,
                customer_group, sum(order_count) as order_count, sum(revenue) as revenue,
                sum(revenue) / sum(sum(revenue)) over () as revenue_share
            from marts.occasion_sales
            where month_start_on > {LAST_COMPLETE} - interval 12 month and month_start_on <= {LAST_COMPLETE}
                and customer_group <> 'all' and occasion <> 'all'
            group by occasion, customer_group order by revenue desc
            """,
            {
                "occasion": "label",
                "customer_group": "member:customer_group",
                "order_count": "count",
                "revenue": "money",
                "revenue_share": "share",
            },
        ),
        Block(
            "journey",
            """
            from marts.journey_funnel where cohort_kind = 'all' and dimension in ('all', 'customer_group')
                and member <> 'unknown' order by dimension, member, step_rank
            """,
            {
                "member": "label",
                "journey_step": "label",
                "entered_count": "people",
                "mature_conversion_rate": "share",
                "median_days": "figure",
                "median_touches": "figure",
            },
            chart=Chart("columns", "journey_step", ("mature_conversion_rate",), by="member"),
            base="entered_count",
            needs=("interactions",),
        ),
    ),
    "products": (
        Block(
            "lines",
            f"""
            select product_line, sum(net_amount_12m) as net_amount_12m, sum(margin_amount_12m) as margin_amount_12m,
                sum(margin_amount_12m) / nullif(sum(net_amount_12m), 0) as margin_rate,
                any_value(line_share_12m) as line_share_12m, bool_or(is_core_line) as is_core_line,
                bool_or(is_weak_line) as is_weak_line
            from marts.product_contribution where month_start_on = {LAST_COMPLETE} and is_goods
            group by product_line having sum(net_amount_12m) > 0 order by net_amount_12m desc
            """,
            {
                "product_line": "name",
                "net_amount_12m": "money",
                "line_share_12m": "share",
                "margin_rate": "share",
                "is_core_line": "flag",
                "is_weak_line": "flag",
            },
            chart=Chart("bars", "product_line", ("net_amount_12m",), most=20),
        ),
        *(
            Block(
                name,
                f"""
                select side, customer_group, member, any_value(member_zh) as member_zh, any_value(member_en) as member_en,
                    sum(net_amount) as net_amount,
                    sum(net_amount) / nullif(sum(sum(net_amount)) over (partition by side, customer_group), 0) as revenue_share
                from marts.product_preferences
                where month_start_on > {LAST_COMPLETE} - interval 12 month and month_start_on <= {LAST_COMPLETE}
                    and side = '{side}' and customer_group <> 'unknown'
                group by side, customer_group, member having sum(net_amount) > 0 order by customer_group, net_amount desc
                """,
                {
                    "customer_group": "member:customer_group",
                    "member": "label",
                    "net_amount": "money",
                    "revenue_share": "share",
                },
                chart=Chart("share_stack", "customer_group", ("revenue_share",), by="member"),
            )
            for name, side in (("preferences", "price_band"), ("aromas", "aroma"))
        ),
        Block(
            "affinity",
            """
            from marts.product_affinity where kind = 'article' and lift_low > 1
            order by lift_low desc, bought, also_bought limit 15
            """,
            {
                "bought_name": "name",
                "also_bought_name": "name",
                "pair_count": "count",
                "confidence": "share",
                "lift": "ratio",
                "lift_low": "ratio",
            },
            wide=True,
        ),
        Block(
            "bundles",
            """
            select month_start_on, bundle, any_value(bundle_zh) as bundle_zh, any_value(bundle_en) as bundle_en,
                sum(category_order_count) as category_order_count, sum(attached_order_count) as attached_order_count,
                sum(attached_order_count) / nullif(sum(category_order_count), 0) as attach_rate,
                any_value(reference_rate) as reference_rate
            from marts.product_bundles group by month_start_on, bundle order by month_start_on, bundle
            """,
            {
                "month_start_on": "month",
                "bundle": "label",
                "category_order_count": "count",
                "attached_order_count": "count",
                "attach_rate": "share",
                "reference_rate": "share",
            },
            chart=Chart("lines", "month_start_on", ("attach_rate",), by="bundle"),
            rows=26,
        ),
        Block(
            "suggestions",
            """
            from marts.next_product_backtest where list_length = 5
                and as_of_on = (select max(as_of_on) from marts.next_product_backtest where list_length = 5)
            order by aim, hit_rate desc nulls last
            """,
            {
                "aim": "word:aim",
                "method": "word:suggestion",
                "customer_count": "people",
                "hit_rate": "share",
                "reference_hit_rate": "share",
            },
            base="customer_count",
        ),
        Block(
            "customised",
            f"""
            select customer_group, any_value(customer_group_zh) as customer_group_zh,
                any_value(customer_group_en) as customer_group_en, sum(order_count) as order_count,
                sum(customised_net_amount) as customised_net_amount,
                sum(customised_net_amount) / nullif(sum(net_amount), 0) as customised_share,
                sum(customised_margin_amount) / nullif(sum(customised_net_amount), 0) as customised_margin_rate,
                any_value(reference_margin_ratio) as reference_margin_ratio
            from marts.customised_goods
            where month_start_on > {LAST_COMPLETE} - interval 12 month and month_start_on <= {LAST_COMPLETE}
            group by customer_group having sum(customised_net_amount) > 0 order by customised_net_amount desc
            """,
            {
                "customer_group": "label",
                "order_count": "count",
                "customised_net_amount": "money",
                "customised_share": "share",
                "customised_margin_rate": "share",
            },
        ),
        Block(
            "price_bands_online",
            f"""
            select price_band, any_value(price_band_zh) as price_band_zh, any_value(price_band_en) as price_band_en,
                sum(net_amount) as net_amount, sum(net_amount) filter (is_online) / nullif(sum(net_amount), 0) as online_share
            from marts.price_band_channels
            where month_start_on > {LAST_COMPLETE} - interval 12 month and month_start_on <= {LAST_COMPLETE}
            group by price_band, band_rank having sum(net_amount) > 0 order by band_rank
            """,
            {"price_band": "label", "net_amount": "money", "online_share": "share"},
            chart=Chart("bars", "price_band", ("online_share",)),
        ),
        Block(
            "cohorts",
            """
            select date_trunc('{period}', cohort_month_on) as cohort_on, months_since, sum(customer_count) as customer_count,
                sum(retained_count) as retained_count
            from marts.cohort_retention where not is_run_in and months_since between 1 and 12
            group by cohort_on, months_since order by cohort_on, months_since
            """,
            {},
            base="customer_count",
            wide=True,
        ),
        Block(
            "drivers",
            "from marts.purchase_drivers where effect is not null and is_clear order by segment, effect desc",
            {
                "segment": "word:segment",
                "term": "label",
                "effect": "share",
                "effect_low": "share",
                "effect_high": "share",
            },
            base="customer_count",
            rows=24,
        ),
    ),
    "service": (
        Block(
            "scores",
            """
            select *, case when measure = 'nps' then score else 100 * score end as score_100,
                case when measure = 'nps' then reference_score else 100 * reference_score end as reference_100
            from marts.satisfaction_scores where dimension = 'all' and period_kind = 'quarter' and measure in ('nps', 'csat')
            order by period_start_on, measure
            """,
            {
                "period_start_on": "month",
                "measure": "label",
                "answer_count": "people",
                "score_100": "figure",
                "reference_100": "figure",
            },
            chart=Chart("lines", "period_start_on", ("score_100",), by="measure"),
            base="answer_count",
            needs=("surveys",),
        ),
        Block(
            "touch_points",
            """
            select *, case when measure = 'nps' then score else 100 * score end as score_100
            from marts.satisfaction_scores where period_kind = '12_months'
                and dimension in ('touch_point', 'value_tier', 'customer_group') order by dimension, measure, score desc
            """,
            {
                "dimension": "word:dimension",
                "member": "label",
                "measure": "label",
                "answer_count": "people",
                "score_100": "figure",
                "mean_rating": "ratio",
            },
            base="answer_count",
            needs=("surveys",),
        ),
        Block(
            "complaints",
            """
            from marts.complaint_rates where is_latest and dimension in ('value_tier', 'customer_group', 'province')
            order by dimension, complaints_per_1000 desc nulls last
            """,
            {
                "dimension": "word:dimension",
                "member": "label",
                "active_count": "people",
                "complaint_count": "count",
                "complaints_per_1000": "figure",
                "ratio_to_best": "ratio",
            },
            base="active_count",
            needs=("tickets",),
        ),
        Block(
            "times",
            "from marts.service_performance where dimension = 'all' order by month_start_on",
            {
                "month_start_on": "month",
                "ticket_count": "count",
                "complaint_count": "count",
                "response_hours": "hours",
                "complaint_resolution_days": "days",
                "reference_resolution_days": "days",
                "target_resolution_days": "days",
                "complaint_resolution_rate": "share",
                "handling_satisfaction": "share",
            },
            chart=Chart(
                "lines",
                "month_start_on",
                ("complaint_resolution_days", "target_resolution_days"),
                dashed=("target_resolution_days",),
            ),
            needs=("tickets",),
            wide=True,
        ),
        Block(
            "levels",
            f"from marts.service_levels where month_start_on = {LAST_COMPLETE} order by service_level",
            {
                "service_level": "label",
                "base_count": "count",
                "figure": "level",
                "target": "level",
                "is_met": "flag",
            },
            needs=("tickets",),
        ),
        Block(
            "self_service",
            f"from marts.self_service_rates where month_start_on = {LAST_COMPLETE} and status = 'measured' order by measure",
            {"measure": "label", "base": "count", "rate": "share", "reference_rate": "share"},
            needs=("tickets",),
        ),
        Block(
            "pain_points",
            "from marts.pain_points order by amount_to_sales desc nulls last, kind, code",
            {
                "pain_point": "label",
                "kind": "label",
                "quadrant": "label",
                "customer_count": "people",
                "amount_to_sales": "share",
                "severity": "share",
                "event_count": "count",
                "event_change": "share",
                "owner": "label",
            },
            base="customer_count",
            wide=True,
        ),
        Block(
            "drivers_of_complaints",
            "from pages.complaint_drivers where order_count > 0 order by ratio desc nulls last",
            {
                "circumstance": "label",
                "order_count": "count",
                "complaint_rate": "share",
                "other_complaint_rate": "share",
                "ratio": "ratio",
                "ratio_from": "ratio",
                "ratio_to": "ratio",
            },
            needs=("tickets",),
        ),
        Block(
            "followups",
            """
            select follow_up_status, any_value(follow_up_status_zh) as follow_up_status_zh,
                any_value(follow_up_status_en) as follow_up_status_en, count(*) as rating_count
            from marts.followups_due group by follow_up_status order by rating_count desc
            """,
            {"follow_up_status": "label", "rating_count": "people"},
            needs=("surveys", "tickets"),
            line="",
        ),
        Block(
            "deliveries",
            """
            select month_start_on, sum(judged_count) as judged_count,
                sum(on_time_count) / nullif(sum(judged_count), 0) as on_time_rate,
                sum(on_time_count) filter (is_festival) / nullif(sum(judged_count) filter (is_festival), 0)
                    as festival_on_time_rate,
                sum(delivered_hours) / nullif(sum(delivered_timed_count), 0) as mean_delivered_hours
            from marts.delivery_performance group by month_start_on having sum(judged_count) > 0 order by month_start_on
            """,
            {
                "month_start_on": "month",
                "judged_count": "count",
                "on_time_rate": "share",
                "festival_on_time_rate": "share",
                "mean_delivered_hours": "hours",
            },
            chart=Chart("lines", "month_start_on", ("on_time_rate", "festival_on_time_rate")),
            needs=("deliveries",),
        ),
        Block(
            "loyalty",
            f"""
            from marts.loyalty_monthly where month_start_on = {LAST_COMPLETE} order by points_earned desc
            """,
            {
                "level": "label",
                "member_count": "people",
                "active_member_count": "people",
                "points_earned": "count",
                "points_redeemed": "count",
                "points_expired": "count",
            },
            base="member_count",
            needs=("loyalty_transactions",),
            line="",
        ),
    ),
    "quality": (
        Block(
            "scorecard",
            """
            select scores.*, history.rates from marts.scorecard as scores left join (
                select measure, entity, list(rate order by build_id) as rates from marts.scorecard_history
                where source_system = 'all' group by all
            ) as history on scores.measure = history.measure and scores.entity = history.entity
            where source_system = 'all' order by scores.measure, scores.entity
            """,
            {
                "measure": "word:measure",
                "entity": "entity",
                "rate": "share",
                "numerator": "count",
                "denominator": "count",
                "error_level": "share",
                "rates": "trend",
                "status": "status",
            },
            wide=True,
        ),
        Block(
            "quarantine",
            """
            select label_zh as reason_zh, label_en as reason_en, reason_code as reason, remedy_zh, remedy_en,
                sum(row_count) as row_count, bool_or(counts_as_error) as counts_as_error
            from pages.quarantine_examples group by all order by row_count desc, reason_code
            """,
            {"reason": "label", "row_count": "count", "counts_as_error": "flag", "remedy": "label"},
            wide=True,
        ),
        Block(
            "inputs",
            """
            select entity, label_zh as input_zh, label_en as input_en, entity as input, status, system_count, row_count
            from marts.input_coverage order by status = 'present' desc, row_count desc
            """,
            {"input": "label", "status": "word:input", "system_count": "count", "row_count": "count"},
        ),
        Block(
            "audit",
            "",
            {"rule": "label", "status": "status", "detail": "name"},
            wide=True,
        ),
    ),
}
