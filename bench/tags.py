"""Measure features and tags on simulated customers: seconds of each dbt model, and the peak memory of the whole."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.measuring import MEMORY_LIMIT, PROJECT, read_arguments, span
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.sources import STATE, load_sources, load_tables
from customer360.landing.writer import write_declared

AS_OF = "2026-10-31"
QUARTERS = ("2025-09-30", "2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30")
SEEDS = (
    *(
        "tag_catalog",
        "tag_composites",
        "tag_policy",
        "tag_waivers",
        "price_bands",
        "administrative_divisions",
    ),
    *("industries", "festivals", "festival_windows", "service_policy"),
)
SELECTION = (
    "path:models/intermediate/features",
    "path:models/intermediate/tags",
    "path:models/marts/tags",
    "stg_state__tag_history",
    "stg_state__tag_versions",
    "int_calendar__festival_days",
)

# Words of the demo company and its shares: 54% have purchased or interacted, 35% were written to. {n} customers; each
# table has the columns that features read and no others.
TABLES = """
create table policy_dates as select unnest([{dates}]) as as_of_on;
create table ids as
    select n, 'crm:' || left(md5(cast(n as varchar)), 24) as customer_id from range({n}) as r(n);
create table intermediate.int_calendar__as_of as select date '{as_of}' as as_of_on;
create table intermediate.int_value__as_of_dates as
    select as_of_on, as_of_on = date '{as_of}' as is_latest, true as is_month_end from policy_dates;
create table intermediate.int_customers__profiles as
    select customer_id, case when n % 20 = 0 then 'organisation' else 'person' end as customer_kind,
        case when n % 2 = 0 then 'female' else 'male' end as gender, null::date as birth_date,
        (1950 + n % 55)::int as birth_year, (110000 + 10000 * (n % 5))::varchar as province_code,
        '110100' as city_code, null::varchar as country, case when n % 20 = 0 then (10 + n % 60)::varchar end
        as industry_code, (n % 500)::int as employees, (n % 900) * 100000::decimal(18, 2) as annual_revenue,
        date '2010-01-01' as founded_on, ['10万以下', '10-20万', '30-50万'][1 + n % 3] as income_band,
        ['员工', '中层', '高管'][1 + n % 3] as job_level, ['决策者', '影响者', '使用者'][1 + n % 3] as decision_role,
        case when n % 4 = 0 then 'x' end as account_owner, 'x' as phone, case when n % 3 = 0 then 'x' end as email,
        case when n % 2 = 0 then 'x' end as unionid, case when n % 3 = 0 then 'M' || n end as member_no,
        1 + n % 5 as system_count
    from ids;
create table intermediate.int_customers__ids as
    select 'crm' as source_system, n::varchar as source_customer_id, n as record_key, customer_id from ids;
create table intermediate.int_identity__records as
    select n as record_key, case when n % 3 = 0 then 'M' || n end as member_no from ids;
create table marts.organisation_members as
    select a.customer_id as organisation_id, b.customer_id from ids as a join ids as b on b.n = a.n + 1
    where a.n % 20 = 0;
create table intermediate.int_customers__voices as
    select source_system, source_customer_id, customer_id from intermediate.int_customers__ids
    union all
    select source_system, source_customer_id, organisation_id
    from intermediate.int_customers__ids join marts.organisation_members using (customer_id);
create table intermediate.orders_made as
    select customer_id, (random() * 1095)::int as age_days, r.k as k, random() as u, random() as v
    from (select customer_id, ceil(-18.5 * ln(1 - random()))::int as orders from ids where n % 100 < 54) as i, range(150) as r(k)
    where r.k < orders;
create table marts.orders as
    select 'crm:' || row_number() over () as order_id, customer_id,
        case when u < 0.02 then 'return' else 'sale' end as document_kind,
        ['store', 'dealer', 'marketplace', 'app', 'mini_program', 'web_shop', 'key_account'][1 + (v * 6.99)::int % 7]
        as channel, case when u < 0.4 then 'S' || (v * 100)::int end as store_code,
        case when u > 0.6 then 'D' || (v * 20)::int end as dealer_code,
        case when u > 0.8 then ['宴请', '接待', '礼品'][1 + (v * 3)::int % 3] end as purpose,
        case when v < 0.05 then 'C1' end as campaign_code, (440000 + (v * 50)::int * 100)::varchar as city_code,
        v < 0.2 as is_gift, true as is_sale, (1 + v * 9)::decimal(18, 3) as quantity,
        (50 + 950 * v)::decimal(18, 2) as gross_amount,
        case when u < 0.02 then -50 else 0 end::decimal(18, 2) as return_amount,
        date '{as_of}' - age_days as ordered_on,
        (date '{as_of}' - age_days)::timestamp + to_minutes((v * 1439)::int) as ordered_at
    from intermediate.orders_made;
create table marts.products as
    select 'P' || n as product_id, ['酱香', '浓香', '清香', '兼香', null][1 + n % 5] as aroma,
        ['古窖特曲', '澜江老酒', '云岭', '清泉轻酿'][1 + n % 4] as product_line, ['白酒', '茶'][1 + n % 2] as category,
        (35 + n % 20)::decimal(5, 1) as strength, n % 4 = 0 as is_gift_box, n % 9 = 0 as is_customised,
        n % 7 = 0 as is_bundle, date '2020-01-01' + (n * 40)::int as launched_on, true as is_goods
    from range(60) as r(n);
create table marts.order_items as
    select 'P' || ((hash(order_id, k) % 60)) as product_id, customer_id, order_id, ordered_on,
        (1 + k)::decimal(18, 3) as quantity, (50 + (hash(order_id, k) % 300) * 10)::decimal(18, 4) as unit_price,
        case when document_kind = 'sale' then gross_amount / 2 else 0 end::decimal(18, 2) as gross_amount
    from marts.orders, range(2) as r(k);
create table intermediate.int_orders__lines as
    select order_id, case when hash(order_id) % 10 < 2 then 5 else 0 end::decimal(18, 2) as discount_amount
    from marts.order_items;
create table input.input__orders as
    select channel, store_code, dealer_code, is_gift, campaign_code, city_code, null::decimal(18, 2) as order_discount_amount,
        ordered_at
    from marts.orders;
create table input.input__order_items as select discount_amount from intermediate.int_orders__lines;
create table input.input__products as select is_gift_box, is_customised, is_bundle, launched_on, category from marts.products;
create table intermediate.int_value__day_versions as
    select customer_id, ordered_on, ordered_on as valid_from_on, date '9999-12-31' as valid_to_on,
        count(*) as order_count, sum(gross_amount) as purchase_amount
    from marts.orders where document_kind = 'sale' group by customer_id, ordered_on;
create table intermediate.int_value__base_features as
    select customer_id, as_of_on, min(ordered_on) as first_purchase_on, max(ordered_on) as last_purchase_on,
        count(distinct ordered_on) as purchase_days, count(*) as order_count,
        sum(gross_amount) as net_amount,
        count(*) filter (ordered_on > as_of_on - 90) as frequency_3m,
        count(*) filter (ordered_on > as_of_on - 365) as frequency_12m,
        sum(gross_amount) filter (ordered_on > as_of_on - 90) as net_amount_3m,
        sum(gross_amount) filter (ordered_on > as_of_on - 365) as net_amount_12m,
        sum(gross_amount::double * 0.6) filter (ordered_on > as_of_on - 365) as margin_amount_12m,
        as_of_on - max(ordered_on) as recency_days
    from marts.orders, policy_dates where ordered_on <= as_of_on and document_kind = 'sale'
    group by customer_id, as_of_on;
create table intermediate.int_value__customer_states as
    select i.customer_id, d.as_of_on, case when n % 20 = 0 then 'organisation' else 'person' end as customer_kind,
        date '2022-01-01' + (n % 1500)::int as first_contact_on, b.customer_id is not null as has_purchased,
        ['business', 'gift', 'personal'][1 + n % 3] as customer_group,
        ['stable', 'trial', 'churned', 'churn_warning'][1 + n % 4] as lifecycle_stage,
        ['high', 'middle', 'low', 'inactive'][1 + n % 4] as value_tier, ['A', 'B', 'C'][1 + n % 3] as abc_class,
        (n % 100) / 100.0 as gift_share_24m, b.net_amount_12m / nullif(b.frequency_12m, 0) as order_value_12m,
        (n % 300)::double as cycle_days_12m
    from ids as i cross join policy_dates as d
    left join intermediate.int_value__base_features as b on b.customer_id = i.customer_id and b.as_of_on = d.as_of_on;
create table intermediate.int_value__rfm_classes as
    select customer_id, as_of_on, 12 as window_months,
        ['important_value', 'general_value', 'general_winback'][1 + order_count % 3] as rfm_class,
        ['new', 'other'][1 + order_count % 2] as action_group, (1 + order_count % 5)::int as recency_score,
        (1 + order_count % 4)::int as frequency_score, (1 + order_count % 5)::int as monetary_score
    from intermediate.int_value__base_features;
create table marts.customer_clv as
    select customer_id, ['high_value', 'high_potential', 'other'][1 + n % 3] as clv_class,
        (n % 40000)::decimal(18, 2) as lifetime_value, (n % 100) / 100.0 as p_alive,
        (n % 12)::double as expected_orders_12m, (n % 4)::int as rising_months
    from ids where n % 100 < 54;
create table marts.customer_churn_risk as
    select customer_id, case when n % 5 < 3 then (1 + n % 3)::int end as alert_level,
        ['awareness', 'consideration', 'decision', null][1 + n % 4] as churn_stage,
        ['service', 'competition', 'unknown', null][1 + n % 4] as root_cause, n % 4 = 0 as is_lapsed,
        n % 8 = 0 as is_silent_churn, (n % 90) / 90.0 as p_no_order_90d, (n % 4000)::decimal(18, 2) as value_at_risk
    from ids where n % 100 < 54;
create table input.input__interactions as
    select 'crm' as source_system, (random() * {n} * 0.54)::bigint::varchar as source_customer_id,
        ['behaviour', 'behaviour', 'behaviour', 'social', 'offline'][1 + k % 5] as family,
        ['login', 'view_product', 'read_content', 'comment', 'visit'][1 + k % 5] as interaction_type,
        case when k % 5 = 2 then ['promotion', 'depth', 'education'][1 + k % 3] end as content_type,
        ['app', 'mini_program', 'web'][1 + k % 3] as platform, case when k % 5 = 3 then '0.4' end as sentiment,
        timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as occurred_at
    from range({n} * 20) as r(k);
create table input.input__tickets as
    select 'crm' as source_system, k::varchar as source_ticket_id, (random() * {n} * 0.4)::bigint::varchar
        as source_customer_id, 'complaint' as category, k % 2 = 0 as is_complaint, 'price' as complaint_type,
        'online' as channel, (1 + k % 5)::int as satisfaction, t as created_at, t + to_hours(2) as first_response_at,
        t + to_hours(50) as resolved_at
    from (select k, timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as t
          from range({n} * 3 // 5) as r(k)) as r;
create table input.input__surveys as
    select 'crm' as source_system, k::varchar as source_response_id, (random() * {n} * 0.4)::bigint::varchar
        as source_customer_id, ['nps', 'csat'][1 + k % 2] as question, (k % 11)::double as score,
        10::double as scale_max, timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as answered_at
    from range({n} // 5) as r(k);
create table input.input__campaigns as
    select 'crm' as source_system, 'C' || k as campaign_code, ['promotion', 'depth', 'education'][1 + k % 3]
        as content_type, ['email', 'sms', 'wechat', 'wecom'][1 + k % 4] as channel from range(60) as r(k);
create table input.input__campaign_contacts as
    select 'crm' as source_system, 'C' || k % 60 as campaign_code, (random() * {n} * 0.35)::bigint::varchar
        as source_customer_id, t as sent_at, case when k % 3 = 0 then t end as opened_at,
        case when k % 12 = 0 then t end as clicked_at, case when k % 40 = 0 then t end as converted_at
    from (select k, timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as t
          from range({n} * 4) as r(k)) as r;
create table input.input__coupons as
    select 'crm' as source_system, k::varchar as coupon_no, (random() * {n} * 0.27)::bigint::varchar as source_customer_id,
        t as issued_at, case when k % 9 = 0 then t end as used_at
    from (select k, timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as t from range({n}) as r(k)) as r;
create table input.input__loyalty_transactions as
    select k::varchar as source_transaction_id, 'M' || (3 * (random() * {n} / 3)::bigint) as member_no,
        ['earn', 'redeem', 'expire'][1 + k % 3] as transaction_type, (k % 90)::bigint as points,
        ['gold', 'silver'][1 + k % 2] as level, timestamp '{as_of}' - to_minutes((random() * 1576800)::int) as occurred_at
    from range({n} * 3) as r(k);
create table input.input__contracts as
    select 'crm' as source_system, (20 * k)::varchar as source_customer_id, null::varchar as renews_contract_no,
        (k % 500) * 1000::decimal(18, 2) as amount, date '2026-01-01' as signed_on, date '2026-01-01' as started_on,
        date '2026-12-31' as ended_on from range({n} // 20) as r(k);
create table intermediate.int_marketing__consents as
    select 'crm:' || left(md5(cast((random() * {n})::bigint as varchar)), 24) as customer_id,
        ['marketing', 'personalisation'][1 + k % 2] as purpose, ['sms', 'email', 'wechat'][1 + k % 3] as channel,
        case when k % 4 > 0 then 'granted' else 'refused' end as status, k % 4 > 0 as is_granted,
        date '{as_of}' - (random() * 1095)::int as valid_from_on, date '9999-12-31' as valid_to_on
    from range({n} * 2) as r(k);
"""


def simulate(database: Path, customers: int) -> None:
    """Write what features and tags read: 10 orders, 20 lines and 20 interactions per customer, of 36 months."""
    dates = ", ".join(f"date '{day}'" for day in (*QUARTERS, AS_OF))
    with duckdb.connect(str(database)) as connection:
        connection.execute("select setseed(0.5)")
        for schema in ("intermediate", "marts", "input"):
            connection.execute(f"create schema {schema}")
        for statement in TABLES.format(n=customers, as_of=AS_OF, dates=dates).split(";\n"):
            connection.execute(statement)


def is_feature_model(result: Mapping[str, Any]) -> bool:
    """Whether a run result of dbt is of the features, from the subjects to the mart."""
    model = result["unique_id"].split(".")[-1]
    return model.startswith("int_features__") or model == "customer_features"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.tags", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="simulated (default 1,000,000)")
    given = read_arguments(parser, arguments, customers=500)
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "customer360.duckdb"
        simulate(database, given.customers)
        print(
            f"simulated; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GB",
            flush=True,
        )
        for table in load_tables(PROJECT, STATE):
            write_declared(folder / "state" / table.entity, table)
        command = dbt_command(
            data_set, "build", "--exclude-resource-type", "test", "unit_test",
            "--select", *SEEDS, *SELECTION,
        )  # fmt: skip
        command[command.index("--target-path") + 1] = str(folder / "target")
        profiles = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
        profiles = profiles.replace(
            "preserve_insertion_order: false",
            f"preserve_insertion_order: false\n        {MEMORY_LIMIT}",
        )
        (folder / "profiles.yml").write_text(profiles, encoding="utf-8")
        environment = {
            **os.environ,
            **dbt_environment(PROJECT, database, "bench", folder / "state"),
            "DBT_PROFILES_DIR": str(folder),
        }
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout[-3000:], file=sys.stderr)
            return 1
        results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        with duckdb.connect(str(database), read_only=True) as connection:
            for name in ("customer_features", "customer_tags", "tag_history"):
                rows = connection.execute(f"select count(*) from marts.{name}").fetchone()[0]
                print(f"{name}: {rows:,} rows")
    for result in sorted(results, key=lambda r: r["timing"][-1]["started_at"] if r["timing"] else ""):
        kind, _, model = result["unique_id"].split(".")
        if kind == "model":
            print(f"{model:32} {result['execution_time']:7.1f} s")
    print(f"features {span(r for r in results if is_feature_model(r)):.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(f"{given.customers:,} customers; peak memory of dbt {peak:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
