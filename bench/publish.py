"""Measure a publication of the latest build of a data set, as it is or repeated: seconds to copy, audit and make hold,
and its size."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.measuring import PROJECT, read_arguments, repeat
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.release.contracts import PUBLISHED_QUALITY
from customer360.release.publish import write_published
from customer360.release.versions import TESTED, gate_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where nothing was built. What is published stays as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.publish", description=__doc__)
    parser.add_argument(
        "--data", default="demo", metavar="NAME", help="data set whose latest build is published"
    )
    parser.add_argument("--customers", type=int, default=0, help="repeat its people until there are so many")
    given = read_arguments(parser, arguments, customers=1)
    data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
    built = Warehouse(PROJECT / "warehouse" / data_set.name).latest_build()
    if built is None or not (built.parent / TESTED).is_file():
        print(f"bench.publish: no tested build. Run: make build DATA={data_set.name}", file=sys.stderr)
        return 1
    contract = json.loads((built.parent / TESTED).read_text(encoding="utf-8"))["contract"]
    with tempfile.TemporaryDirectory(dir=built.parents[2]) as folder:
        if given.customers:
            with duckdb.connect(str(built), read_only=True) as connection:
                (customers,) = connection.execute("select count(*) from marts.customers").fetchone()
                published = connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                    " where schema_name in ('marts', 'pages') or list_contains(?, table_name)",
                    [[*PUBLISHED_QUALITY, "publication_gate"]],
                ).fetchall()
            volume = Path(folder) / "customer360.duckdb"
            repeat(built, volume, published, -(-given.customers // customers))
            built = volume
        warehouse = Warehouse(Path(folder) / "warehouse")
        warehouse.folder.mkdir()
        started = time.perf_counter()
        first = warehouse.candidate("1")
        rows = write_published(built, first / "published", contract)
        copied = time.perf_counter()
        # compared with itself: every expectation is evaluated
        subprocess.run(gate_command(data_set, first, first, None), cwd=PROJECT, check=True)
        audited = time.perf_counter()
        version = warehouse.promote(first)
        held = time.perf_counter()
        size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
        print(
            f"{sum(rows.values()):,} rows of {len(rows)} tables, {size / 2**20:.0f} MB with Parquet"
            f" (build file {built.stat().st_size / 2**20:.0f} MB)\n"
            f"copy {copied - started:.1f} s, audit {audited - copied:.1f} s, made durable and visible {held - audited:.1f} s;"
            f" peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB,"
            f" of the audit {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20:.2f} GB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
