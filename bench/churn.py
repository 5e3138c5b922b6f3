"""Measure early warning on simulated customers: seconds of each dbt model, and the peak memory of the whole."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.histories import AS_OF, write_days
from bench.macro_views import dbt
from bench.measuring import PROJECT, lay_out_tables, read_arguments, span

POLICY = (
    "churn_policy", "churn_horizons", "churn_indicators", "churn_indicator_windows", "churn_alert_levels",
    "churn_left_cutoffs", "churn_stages", "clv_policy",
)  # fmt: skip
MODELS = (
    "origins", "features", "rate_grid", "leaving", "verdicts", "examples", "left_labels", "leaving_areas",
    "leaving_levels", "model_inputs", "model_coefficients", "scores", "events", "customers", "contracts", "indicators",
    "alerts",
)  # fmt: skip
LEARNING = ("origins", "rate_grid", "model_coefficients")

INPUTS = {
    "input__interactions": (
        20,
        "case when u < 0.85 then 'behaviour' when u < 0.97 then 'social' else 'offline' end as family,"
        " case when u < 0.05 then 'compare' when u < 0.97 then 'login' else 'visit' end as interaction_type,"
        " cast(u - 0.5 as varchar) as sentiment, done_at as occurred_at",
    ),
    "input__tickets": (
        0.5,
        "true as is_complaint, 4 as satisfaction, done_at as created_at, done_at as resolved_at",
    ),
    "input__surveys": (0.5, "5 * u as score, 5.0 as scale_max, done_at as answered_at"),
    "input__campaign_contacts": (4, "done_at as sent_at, case when u < 0.4 then done_at end as opened_at"),
    "input__coupons": (
        1,
        "case when u < 0.1 then done_at end as used_at, cast(done_at as date) + 30 as expires_on",
    ),
    "input__contracts": (
        0.02,
        "'c' || position as contract_no, 1 as amount, 'active' as status, cast(null as varchar) as renews_contract_no,"
        " '' as account_owner, cast(done_at as date) as signed_on, cast(done_at as date) as started_on,"
        " cast(done_at as date) + 365 as ended_on",
    ),
}
"""Rows per customer, and the columns beside the customer's, of an input: u is a random number, done_at a random time."""


def write_inputs(folder: Path, customers: int) -> None:
    """Write what customers did beside buying: <input>.parquet, over 36 months."""
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.25)")
        for name, (each, columns) in INPUTS.items():
            connection.execute(
                f"""
                copy (
                    select 'crm' as source_system, md5(cast(customer as varchar)) as source_customer_id, {columns}
                    from (
                        select position, cast(floor({customers} * random()) as bigint) as customer, random() as u,
                            timestamp '{AS_OF}' - to_minutes(cast(1576800 * random() as bigint)) as done_at
                        from range({int(each * customers)}) as r(position)
                    )
                ) to '{folder / name}.parquet'
                """
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.churn", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="simulated (default 1,000,000)")
    given = read_arguments(parser, arguments, customers=2000)
    with tempfile.TemporaryDirectory() as name:
        data, folder = Path(name), Path(name) / "project"
        write_days(data / "days.parquet", given.customers)
        write_inputs(data, given.customers)
        seeds = PROJECT / "seeds" / "policy"
        days = f"'{data / 'days.parquet'}'"
        stubs = {seed: f"select * from read_csv('{seeds / seed}.csv')" for seed in POLICY}
        stubs |= {entity: f"select * from '{data / entity}.parquet'" for entity in INPUTS}
        stubs |= {
            "int_value__day_versions": f"select * from {days}",
            "int_calendar__as_of": f"select date '{AS_OF}' as as_of_on",
            "int_orders__documents": f"select ordered_on from {days}",
            "int_calendar__festival_days": """
                select date '2025-09-10' + cast(n as integer) as date_on, 'mid_autumn' as festival,
                    date '2025-10-06' as festival_on from range(30) as r(n)
                union all
                select date '2026-08-26' + cast(n as integer), 'mid_autumn', date '2026-09-25' from range(38) as r(n)""",
            "int_customers__ids": f"""
                select distinct 'crm' as source_system, substr(customer_id, 5) as source_customer_id, customer_id
                from {days}""",
            "int_value__customer_states": f"""
                select customer_id, date '2023-11-30' as as_of_on, true as has_purchased, 'middle' as value_tier,
                    case hash(customer_id) % 10 when 0 then 'business' when 1 then 'personal' when 2 then 'personal'
                        when 3 then 'personal' when 4 then 'personal' else 'gift' end as customer_group
                from (select distinct customer_id from {days})""",
        }
        churn = PROJECT / "models" / "intermediate" / "churn"
        files = [file for model in MODELS for file in churn.glob(f"int_churn__{model}.*")]
        files.append(PROJECT / "models" / "marts" / "churn" / "customer_churn_indicators.sql")
        lay_out_tables(folder, stubs, files)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = dbt(folder, "--quiet", "run")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise RuntimeError(done.stdout[-4000:] + done.stderr[-2000:])
        results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    learning = scoring = 0.0
    wall = span(r for r in results if r["unique_id"].split(".")[-1] not in stubs)
    for result in results:
        model, seconds = result["unique_id"].split(".")[-1], result["execution_time"]
        if model.removeprefix("int_churn__") in LEARNING:
            learning += seconds
        elif model in stubs:
            continue
        else:
            scoring += seconds
        print(f"{model:42} {seconds:7.2f} s")
    print(
        f"indicators and scoring {scoring:.1f} s, learning {learning:.1f} s (sums of models, two at a time)"
    )
    print(f"from the first model to the last, learning included: {wall:.1f} s")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1e6
    print(f"dbt as a whole, its start and the inputs copied into tables: {cpu:.0f} CPU s")
    print(f"{given.customers:,} customers, peak memory {peak:.2f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
