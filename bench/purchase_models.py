"""Measure the purchase models on simulated customers: fitting as a whole process, and the SQL models that score."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench.macro_views import connect, dbt, lay_out
from bench.measuring import PROJECT, PYTHON, Figures, measure, read_arguments
from customer360.statistics.purchase_models import fit_amounts, fit_purchases

MODELS = (
    "int_value__purchase_model_inputs.sql",
    "int_value__order_value_model_inputs.sql",
    "int_value__purchase_model_fits.py",
    "int_value__purchase_models.sql",
    "int_value__purchase_horizons.sql",
    "int_value__purchase_model_nodes.py",
    "int_value__expected_orders.sql",
    "int_value__probabilistic_values.sql",
    "int_value__purchase_parameters.sql",
)
SCORING = ("int_value__expected_orders", "int_value__probabilistic_values")
AS_OF = "2026-06-30"
STUBS = {
    "int_value__as_of_dates": f"select date '{AS_OF}' as as_of_on, true as is_latest, false as is_backtest",
    "int_value__backtests": f"select date '{AS_OF}' as as_of_on, 90 as horizon_days where false",
    "clv_policy": "select 5 as lifetime_years, 0.1 as annual_discount_rate, 50 as minimum_repeat_customers",
}


def simulate(
    customers: int, r: float, alpha: float, a: float, b: float, seed: int, longest_age: int = 730
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers as BG/NBD has them, seen for 1 to `longest_age` days: x, t_x and age, each of shape (customers,)."""
    random = np.random.default_rng(seed)
    age = random.integers(1, longest_age + 1, customers)
    rate, leave = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    x, last, now = np.zeros(customers, dtype=int), np.zeros(customers), np.zeros(customers)
    here = np.arange(customers)
    while len(here):
        now[here] += random.exponential(1 / rate[here])
        here = here[now[here] <= age[here]]
        x[here] += 1
        last[here] = now[here]
        here = here[random.random(len(here)) >= leave[here]]
    return x, last, age


def write_features(file: Path, customers: int, seed: int) -> None:
    """Write what int_value__base_features says of simulated customers: whole days, Gamma-Gamma amounts, 30% margin."""
    x, t_x, age = simulate(customers, 0.25, 31.0, 0.8, 2.4, seed)
    # purchase days: no more than there are days
    t_x = np.ceil(t_x).astype(int)
    x = np.minimum(x, t_x)
    random = np.random.default_rng(seed + 1)
    scale = random.gamma(3.0, 1 / 50.0, customers)
    repeat = np.round(np.where(x > 0, random.gamma(4.0 * np.maximum(x, 1), 1 / scale), 0.0), 2)
    first = np.round(random.gamma(4.0, 1 / scale), 2)
    rows = pa.table(
        {"id": np.arange(customers), "x": x, "t_x": t_x, "age": age, "repeat": repeat, "first": first}
    )
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        connection.execute(
            f"""
            copy (
                select
                    'c' || id as customer_id,
                    date '{AS_OF}' as as_of_on,
                    true as is_latest,
                    false as is_backtest,
                    cast(date '{AS_OF}' - cast(age as integer) as date) as first_purchase_on,
                    cast(date '{AS_OF}' - cast(age - t_x as integer) as date) as last_purchase_on,
                    x + 1 as purchase_days,
                    age as tenure_days,
                    cast(first as decimal(18, 2)) as first_day_amount,
                    cast(0.3 * first as decimal(18, 2)) as first_day_margin,
                    cast(first + repeat as decimal(18, 2)) as purchase_amount,
                    cast(0.3 * (first + repeat) as decimal(18, 2)) as margin_amount
                from rows
            ) to '{file}'
            """
        )


def customers_of(features: Path) -> dict[str, str]:
    """Stand-ins (name to SQL) for what the purchase models read of customers, from a file with their first day's amounts."""
    return {
        "int_value__base_features": f"select * from '{features}'",
        "int_orders__documents": f"select first_purchase_on as ordered_on from '{features}'",
        "int_value__repeat_purchases": f"""
            select
                customer_id, as_of_on, purchase_days - 1 as repeat_days,
                purchase_amount - first_day_amount as repeat_amount, margin_amount - first_day_margin as repeat_margin
            from '{features}' where purchase_days > 1""",
    }


def lay_out_models(folder: Path, stubs: Mapping[str, str]) -> None:
    """A dbt project with the purchase models themselves, as tables, on stand-ins (name to SQL) for what they read."""
    lay_out(folder, stubs)
    project = folder / "dbt_project.yml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("+materialized: view", "+materialized: table"), encoding="utf-8")
    for file in MODELS:
        (folder / "models" / file).symlink_to(next((PROJECT / "models").rglob(file)))


def build_models(folder: Path) -> None:
    """Build the project that `lay_out_models` made. Raises RuntimeError with dbt's output where that fails."""
    done = dbt(
        folder, "--quiet", "build", "--vars", "{currency: USD}", "--exclude-resource-types", "test", "unit_test",
        "--select", "path:models", "model_statuses",
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout[-4000:] + done.stderr[-2000:])


def fit_file(features: Path) -> None:
    """Group the summary rows of a file and fit both models: what the process that is measured does."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        purchases = connection.sql(
            f"""
            select purchase_days - 1 as x, last_purchase_on - first_purchase_on as t_x, tenure_days as age, count(*) as n
            from '{features}' group by all
            """
        ).fetchnumpy()
        amounts = connection.sql(
            f"""
            select purchase_days - 1 as x, cast(purchase_amount - first_day_amount as double) / x as mean, count(*) as n
            from '{features}' where purchase_days > 1 group by all
            """
        ).fetchnumpy()
    for fit in (*fit_purchases(*purchases.values()).values(), fit_amounts(*amounts.values())):
        print(fit)


def measure_fit(features: Path) -> Figures:
    """Seconds and peak memory of a process that groups and fits the rows of a file, imports and all.

    A small process starts it: Linux counts the memory of who starts a process as that process's own peak.
    """
    done = subprocess.run(
        [PYTHON, "-m", "bench.purchase_models", "--measure", str(features)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Figures(*json.loads(done.stdout))


def measure_scoring(folder: Path, features: Path) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each SQL model that scores the customers of a file, once their models are fitted.

    The models run again here, as dbt compiled them: dbt's own seconds are wall only, and say as much about the neighbours.
    """
    lay_out_models(folder, STUBS | customers_of(features))
    build_models(folder)
    taken = {}
    with connect(folder) as connection:
        for model in SCORING:
            sql = (folder / "target/compiled/customer360/models" / f"{model}.sql").read_text(encoding="utf-8")
            wall, cpu = time.perf_counter(), time.process_time()
            connection.execute(f"create or replace table {model} as {sql}")
            taken[model] = (time.perf_counter() - wall, time.process_time() - cpu)
    return taken


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.purchase_models", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="simulated (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fit", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = read_arguments(parser, arguments, customers=2000)
    if given.fit:
        fit_file(given.fit)
        return 0
    if given.measure:
        figures = measure([PYTHON, "-m", "bench.purchase_models", "--fit", str(given.measure)])
        print(json.dumps([figures.wall, figures.cpu, figures.peak_mb]))
        return 0
    with tempfile.TemporaryDirectory() as name:
        features = Path(name) / "features.parquet"
        write_features(features, given.customers, given.seed)
        rows = parquet.read_metadata(features).num_rows
        print(f"group and fit {rows:,} summary rows: {measure_fit(features)}")
        for model, (wall, cpu) in measure_scoring(Path(name) / "project", features).items():
            print(f"{model}: {wall:.2f} s wall, {cpu:.2f} s CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main())
