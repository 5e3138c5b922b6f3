"""Measure the anomalies of sales against truth: demo companies of several seeds with planted ones, built to the mart.

An anomaly is found where the mart has its kind on one of its days, of systems and stores in its segment as well. What the mart
has besides is false.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.companies import build_demo, set_demo
from bench.measuring import copy_project, read_arguments

MONTHS = 36


def build(folder: Path, seed: int, customers: int) -> Path:
    """A demo company with planted anomalies, built to the mart; returns its project."""
    root = copy_project(folder / f"seed{seed}")
    set_demo(root, seed, customers)
    declared = root / "datasets" / "demo.yml"
    text = declared.read_text(encoding="utf-8")
    declared.write_text(text.replace("--noise mid", "--noise mid --anomalies"), encoding="utf-8")
    build_demo(root, "-s", "+sales_anomalies")
    return root


def judge(root: Path) -> tuple[Counter[str], Counter[str], list[tuple[object, ...]]]:
    """Planted and found by kind, and what was raised without a plant."""
    truth = root / "truth" / "demo" / "anomalies.parquet"
    with duckdb.connect(str(root / "customer360.duckdb"), read_only=True) as connection:
        connection.execute(f"""
            create temp table pairs as
            select row_number() over () as planted, truth.kind, found.since_on, found.segment
            from '{truth}' as truth
            left join marts.sales_anomalies as found
                on truth.kind = found.anomaly_kind
                and found.since_on <= truth.last_on and found.until_on >= truth.first_on
                and (truth.segment_kind = 'product' or truth.segment = found.segment)
        """)
        rows = connection.execute("select kind, max(since_on) from pairs group by planted, kind").fetchall()
        false = connection.execute("""
            select anomaly_kind, segment_label, since_on, actual_count, round(expected_count, 2), round(evidence, 1)
            from marts.sales_anomalies
            where (anomaly_kind, segment, since_on) not in
                (select (kind, segment, since_on) from pairs where since_on is not null)
            order by all
        """).fetchall()
    return Counter(kind for kind, _ in rows), Counter(kind for kind, since in rows if since), false


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, judge and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.anomalies", description=__doc__)
    parser.add_argument("--seeds", default="301,302,303", help="demo seeds, with commas between")
    parser.add_argument("--customers", type=int, default=2000, help="true customers (%(default)s)")
    given = read_arguments(parser, arguments, seeds="301", customers=200)
    planted, found, false = Counter[str](), Counter[str](), 0
    seeds = [int(seed) for seed in given.seeds.split(",")]
    for seed in seeds:
        with tempfile.TemporaryDirectory() as scratch:
            of_seed, hit, raised = judge(build(Path(scratch), seed, given.customers))
        planted, found, false = planted + of_seed, found + hit, false + len(raised)
        print(f"seed {seed}: {sum(hit.values())} of {sum(of_seed.values())} found", flush=True)
        for row in raised:
            print("  false:", *row, flush=True)
    for kind, count in sorted(planted.items()):
        print(f"{kind}: {found[kind]} of {count} found")
    print(f"false: {false} in {len(seeds) * MONTHS} months, {false / (len(seeds) * MONTHS):.2f} a month")
    return 0


if __name__ == "__main__":
    sys.exit(main())
