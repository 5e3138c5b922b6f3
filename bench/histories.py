"""Measure the value histories on simulated customers: seconds of each dbt model, and the peak memory of the whole."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.macro_views import dbt
from bench.measuring import PROJECT, lay_out_tables, read_arguments, span

AS_OF = "2026-10-31"
POLICY = ("value_policy", "value_tiers", "lifecycle_stages", "abc_classes", "rfm_policy", "rfm_classes",
          "rfm_action_groups", "clv_policy", "customer_group_labels", "backtest_horizons", "marketing_labels",
          "occasions")  # fmt: skip
MODELS = ("int_value__as_of_dates", "int_value__backtests", "int_value__base_features", "int_value__abc_cutoffs",
          "int_value__festival_habits", "int_value__interaction_depth", "int_value__customer_states",
          "int_value__recency_frequency_monetary",
          "int_value__rfm_parameters", "int_value__rfm_classes", "customer_rfm", "customer_months",
          "segment_migration")  # fmt: skip


def write_days(file: Path, customers: int) -> None:
    """Write customer days of 36 months: first contact spread over them, rates as heterogeneous as a gamma's, 3% returned.

    About 11 purchase days per customer, in two versions where something came back.
    """
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"""
            copy (
                with customers as (
                    select
                        'crm:' || md5(cast(n as varchar)) as customer_id,
                        date '{AS_OF}' - cast(1095 * random() as integer) as since_on,
                        -0.0175 * ln(1 - random()) as daily_rate
                    from range({customers}) as r(n)
                ),
                days as (
                    select distinct
                        customer_id,
                        since_on + cast((date '{AS_OF}' - since_on) * random() as integer) as ordered_on
                    from customers, range(cast(1 + least(200, daily_rate * (date '{AS_OF}' - since_on)) as bigint))
                ),
                bought as (
                    select *, cast(20 + 980 * random() as decimal(18, 2)) as amount, random() < 0.03 as is_returned
                    from days
                )
                select
                    customer_id, cast(ordered_on as date) as ordered_on, cast(ordered_on as date) as valid_from_on,
                    case when is_returned then cast(ordered_on + 10 as date) else date '9999-12-31' end as valid_to_on,
                    1 as order_count, amount as net_amount, amount as purchase_amount,
                    cast(amount as double) * 0.6 as margin_amount, cast(0 as decimal(18, 2)) as gift_amount
                from bought
                union all
                select
                    customer_id, cast(ordered_on as date), cast(ordered_on + 10 as date), date '9999-12-31',
                    0, 0, 0, 0, 0
                from bought where is_returned
                order by customer_id, ordered_on
            ) to '{file}'
            """
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.histories", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="simulated (default 1,000,000)")
    given = read_arguments(parser, arguments, customers=200)
    with tempfile.TemporaryDirectory() as name:
        file, folder = Path(name) / "days.parquet", Path(name) / "project"
        write_days(file, given.customers)
        seeds = PROJECT / "seeds" / "policy"
        stubs = {seed: f"select * from read_csv('{seeds / seed}.csv')" for seed in POLICY} | {
            "value_tiers": f"""
                select * replace (cast(interactions_from as integer) as interactions_from)
                from read_csv('{seeds / "value_tiers"}.csv')""",
            "int_value__day_versions": f"select * from '{file}'",
            "int_calendar__as_of": f"select date '{AS_OF}' as as_of_on",
            "int_orders__documents": f"select customer_id, ordered_on from '{file}'",
            "int_customers__profiles": f"""
                select customer_id, 'person' as customer_kind, min(ordered_on) as first_seen_on
                from '{file}' group by customer_id""",
            "int_calendar__festival_days": f"""
                select cast(unnest(generate_series(date '2023-11-01', date '{AS_OF}', interval 3 day)) as date) as date_on""",
            "int_customers__ids": "select '' as source_system, '' as source_customer_id, '' as customer_id where false",
            "int_channels__labels": "select '' as channel, '' as label_zh, '' as label_en where false",
            "int_channels__moves": f"""
                select
                    12 as months_apart, date '{AS_OF}' as period_end_on, true as is_complete, '' as from_channel,
                    '' as to_channel, 1 as customer_count, 0 as net_amount, 0 as earlier_net_amount
                where false""",
            "int_marketing__occasion_moves": f"""
                select '' as from_occasion, '' as to_occasion, date '{AS_OF}' as as_of_on, 1 as customer_count
                where false""",
            "input__interactions": """
                select '' as source_system, '' as source_customer_id, timestamp '2026-01-01' as occurred_at
                where false""",
        }
        files = [next((PROJECT / "models").rglob(f"{model}.sql")) for model in MODELS]
        lay_out_tables(folder, stubs, files)
        done = dbt(folder, "--quiet", "run", "--vars", "{currency: CNY}")
        if done.returncode:
            raise RuntimeError(done.stdout[-4000:] + done.stderr[-2000:])
        results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        for result in results:
            print(f"{result['unique_id'].split('.')[-1]:42} {result['execution_time']:7.2f} s")
        print(f"from the first to the last: {span(results):.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"{given.customers:,} customers, peak memory {peak:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
