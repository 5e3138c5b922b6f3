"""Measure identity resolution on generated companies with known truth: quality, and time and memory of its models."""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from bench.measuring import PROJECT, copy_project, read_arguments
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.sources import TRUTH, load_sources, load_tables
from customer360.core.steps import own_command
from customer360.core.warehouse import Warehouse
from customer360.identity.clustering import components
from customer360.identity.fit_identity import fit_build
from customer360.identity.weights import Weights, rows_of
from customer360.pipeline.build import offer_truth
from customer360.privacy.state import read_state

ENTITIES = (
    "crm/contacts", "crm/companies", "erp/accounts", "erp/dealers", "shop/users", "marketplace/orders", "pos/members",
    "dealer/sellout", "app/users", "social/followers", "service/requesters", "marketing/profiles",
)  # fmt: skip
NAIVE = {
    "naive union of phone, e-mail, unionid": ("phone", "email", "unionid"),
    "phone and surname": ("phone || '|' || left(name, 1)",),
}


def prepare(folder: Path, customers: int, seed: int, noise: str) -> Path:
    """A project folder beside this one with a generated company in it: only what identity resolution reads."""
    project = folder / f"{customers}-{noise}-{seed}"
    copy_project(project)
    everything = folder / "inbox"
    run(
        project, "generate", sys.executable, "-m", "demo_company", "--customers", str(customers),
        "--seed", str(seed), "--noise", noise, "--inbox", str(everything), "--truth", str(project / "truth" / "demo"),
    )  # fmt: skip
    for entity in ENTITIES:
        shutil.copytree(everything / entity, project / "inbox" / "demo" / entity)
    shutil.rmtree(everything)
    return project


def run(project: Path, step: str, *command: str) -> float:
    """Run one step in a project folder; returns its seconds, or ends the program with what it printed."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=project,
        env={
            **os.environ,
            **dbt_environment(project, project / "customer360.duckdb", "bench", project / "state"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"bench.identity: {step} failed\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.monotonic() - started


def measure(project: Path, fitted: bool = False) -> dict[str, float]:
    """Land and resolve; returns every rate by `measure scope`, with seconds and GB of the identity models.

    `fitted`: resolve again with weights learnt from the company itself; their figures are called `fitted: ...`.
    """
    run(project, "land", *own_command("land", "--data", "demo"))
    data_set = load_data_set(PROJECT, "demo", load_sources(PROJECT))
    offer_truth(project / "truth" / "demo", load_tables(PROJECT, TRUTH))
    read_state(data_set, Warehouse(project / "warehouse"), project / "state")

    def dbt(step: str, *select: str) -> None:
        command = dbt_command(data_set, "build", "--select", *select)
        run(project, step, *command, "--exclude-resource-type", "test", "unit_test")

    def resolve(*select: str) -> dict[str, float]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        dbt("identity", *select)
        results = json.loads((project / "target" / "demo" / "run_results.json").read_text(encoding="utf-8"))
        took = {result["unique_id"]: result["execution_time"] for result in results["results"]}
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        dbt(
            "quality", "stg_truth__record_links", "stg_truth__hard_negatives", "+int_customers__field_gaps",
            "int_customers__ids+,+identity_quality",
        )  # fmt: skip
        with duckdb.connect(str(project / "customer360.duckdb"), read_only=True) as connection:
            rates = {
                f"{name} {scope}".removesuffix(" all"): rate
                for name, scope, rate in connection.execute(
                    "select measure, scope, rate from quality.identity_quality where rate is not null"
                ).fetchall()
            }
        return {
            "seconds": sum(took.values()),
            "GB": max(peak, before) / 1024**2,
            **rates,
        }

    dbt(
        "staging", "+input__customers", "+input__identity_decisions", "resource_type:seed", "resource_type:function",
        "source:state+1",
    )  # fmt: skip
    rates = resolve("int_identity__records+,+int_customers__ids", "int_identity__chance_comparisons")
    with duckdb.connect(str(project / "customer360.duckdb"), read_only=True) as connection:
        for name, values in NAIVE.items():
            rates |= naive(connection, project / "truth" / "demo", name, values)
        records = connection.execute("select count(*) from intermediate.int_identity__records").fetchone()[0]
    rates = {"records": records, **rates}
    if fitted:
        started = time.monotonic()
        weights = fit_build(project / "customer360.duckdb").weights
        rates["seconds to fit"] = time.monotonic() - started
        add_model(project, "demo_001", weights)
        again = resolve("identity_weights", "int_identity__weights+,+int_customers__ids")
        rates |= {f"fitted: {name}": rate for name, rate in again.items()}
    return rates


def add_model(project: Path, name: str, weights: Weights) -> None:
    """Add weights to the policy of the project."""
    with (project / "seeds" / "policy" / "identity_weights.csv").open("a", encoding="utf-8") as file:
        file.writelines(",".join(row) + "\n" for row in rows_of(name, weights))


def naive(
    connection: duckdb.DuckDBPyConnection, truth_folder: Path, name: str, values: tuple[str, ...]
) -> dict[str, float]:
    """Pair precision and recall of joining all records with an equal value, without validation, caps or vetoes."""
    edges = [
        connection.execute(
            f"select record_key, first_key from (select record_key, {value} as value"
            f" from intermediate.int_identity__records where {value} is not null) inner join (select {value} as value,"
            f" min(record_key) as first_key from intermediate.int_identity__records group by all) using (value)"
        ).fetchnumpy()
        for value in values
    ]
    truth = connection.execute(
        "select ids.record_key, dense_rank() over (order by links.customer_id) as label"
        " from intermediate.int_customers__ids as ids inner join read_parquet(?) as links"
        " on links.system = ids.source_system and links.record_key = ids.source_customer_id",
        [str(truth_folder / "record_links.parquet")],
    ).fetchnumpy()
    size = connection.execute("select count(*) from intermediate.int_identity__records").fetchone()[0]
    label = components(
        size,
        np.concatenate([edge["record_key"] for edge in edges]),
        np.concatenate([edge["first_key"] for edge in edges]),
    )[truth["record_key"]]

    def pairs(codes: np.ndarray) -> float:
        count = np.unique(codes, return_counts=True)[1]
        return float((count * (count - 1) / 2).sum())

    hits = pairs(label * (int(truth["label"].max()) + 1) + truth["label"])
    return {f"{name}: precision": hits / pairs(label), f"{name}: recall": hits / pairs(truth["label"])}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one column per company and the mean."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000, metavar="N", help="true customers (20000)")
    parser.add_argument("--seeds", default="1,2,3,4,5", help="seeds, divided by commas (1,2,3,4,5)")
    parser.add_argument("--noise", default="low,mid,high", help="noise levels, divided by commas (all three)")
    parser.add_argument(
        "--fitted", action="store_true", help="resolve again with weights learnt from each company"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the companies there")
    given = read_arguments(parser, arguments, customers=200, seeds="1", noise="mid")
    found: list[dict[str, float]] = []
    for noise in given.noise.split(","):
        for seed in given.seeds.split(","):
            with tempfile.TemporaryDirectory() as folder:
                started = time.monotonic()
                project = prepare(given.keep or Path(folder), given.customers, int(seed), noise)
                found.append(measure(project, given.fitted))
                print(
                    f"{noise} noise, seed {seed}: {time.monotonic() - started:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )
    names = sorted({name for rates in found for name in rates}, key=lambda name: (name not in found[0], name))
    print(f"{'measure':60} {'mean':>12} {'lowest':>12} {'highest':>12}")
    for name in names:
        values = [rates[name] for rates in found if name in rates]
        print(f"{name:60} {np.mean(values):12.5f} {min(values):12.5f} {max(values):12.5f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
