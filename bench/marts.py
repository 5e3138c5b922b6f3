"""Measure the business marts at volume: seconds of each dbt model, seconds from first to last, and peak memory.

Everything that the marts read is taken out of the latest build of a data set and repeated, each copy with orders and
events of its own, while products, campaigns, dealers and months stay what they are. Customers are repeated less often
where they have more orders than was asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.measuring import MEMORY_LIMIT, PROJECT, measure, read_arguments, repeat, span
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse

AREAS = ("marketing", "channels", "journey", "products", "service", "insight", "management", "pages")
SHARED = ("int_orders__as_of", "int_orders__as_of_lines")
"""Models that only the areas read: measured with them."""


def belongs(node: Mapping[str, Any], areas: Iterable[str]) -> bool:
    """Whether a node of the manifest is a model of one of these areas, above the inputs, or one that they share."""
    layer, area, *_ = [*node["path"].split("/"), ""]
    return node["resource_type"] == "model" and (
        node["name"] in SHARED
        or (layer in ("intermediate", "marts") and area in areas)
        or layer == "pages" in areas
    )


def parents(nodes: Mapping[str, Mapping[str, Any]], areas: Sequence[str]) -> list[tuple[str, str]]:
    """Schema and name of what the models of the areas read and do not make themselves."""
    read = {
        parent
        for node in nodes.values()
        if belongs(node, areas)
        for parent in node["depends_on"]["nodes"]
        if parent in nodes and not belongs(nodes[parent], areas)
    }
    return [(nodes[parent]["schema"], nodes[parent]["alias"]) for parent in sorted(read)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where nothing was built or a model fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.marts", description=__doc__)
    parser.add_argument(
        "--data", default="demo", metavar="NAME", help="data set whose latest build is repeated"
    )
    parser.add_argument(
        "--orders", type=int, default=10_000_000, help="at least so many (default 10,000,000)"
    )
    parser.add_argument(
        "--customers", type=int, default=1_000_000, help="at least so many (default 1,000,000)"
    )
    parser.add_argument("--areas", nargs="+", default=AREAS, choices=AREAS, help="folders of models")
    given = read_arguments(parser, arguments, orders=1, customers=1)
    data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
    built = Warehouse(PROJECT / "warehouse" / data_set.name).latest_build()
    manifest = PROJECT / "target" / data_set.name / "manifest.json"
    if built is None or not manifest.is_file():
        print(f"bench.marts: nothing was built. Run: make build DATA={data_set.name}", file=sys.stderr)
        return 1
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    with duckdb.connect(str(built), read_only=True) as connection:
        orders, customers = connection.execute(
            "select count(*), (select count(*) from marts.customers) from marts.orders"
        ).fetchone()
    copies, people = -(-given.orders // orders), -(-given.customers // customers)
    if people > copies:
        parser.error(f"more than {copies * customers:,} customers need more orders: raise --orders")
    with tempfile.TemporaryDirectory(dir=built.parents[2]) as name:
        folder = Path(name)
        database = folder / "customer360.duckdb"
        started = time.monotonic()
        repeat(built, database, parents(nodes, given.areas), copies, people)
        print(
            f"{people * customers:,} customers, {copies * orders:,} orders: {people:,} and {copies:,} copies"
            f" in {time.monotonic() - started:.0f} s",
            flush=True,
        )
        folders = {"pages"} if "pages" in given.areas else set()
        folders |= {
            f"{layer}/{area}"
            for layer in ("intermediate", "marts")
            for area in given.areas
            if area != "pages"
        }
        words = [*(f"path:models/{folder}" for folder in sorted(folders)), *SHARED]
        command = dbt_command(data_set, "run", "--select", *words)
        command[command.index("--target-path") + 1] = str(folder / "target")
        profiles = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
        (folder / "profiles.yml").write_text(
            profiles.replace(
                "preserve_insertion_order: false",
                f"preserve_insertion_order: false\n        {MEMORY_LIMIT}",
            ),
            encoding="utf-8",
        )
        try:
            figures = measure(
                command, {"CUSTOMER360_DATABASE": str(database), "DBT_PROFILES_DIR": str(folder)}
            )
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        written = (folder / "target" / "run_results.json").read_text(encoding="utf-8")
    results = json.loads(written)["results"]
    models = [result for result in results if result["unique_id"].startswith("model.")]
    for result in sorted(models, key=lambda result: -result["execution_time"]):
        path = Path(nodes[result["unique_id"]]["path"])
        print(f"{path.parts[0]:14}{path.parts[1]:12}{path.stem:42}{result['execution_time']:8.2f} s")
    print(
        f"{len(models)} models, two at a time: {span(models):.0f} s from the first to the last,"
        f" {figures.cpu:.0f} CPU s with dbt's start; peak memory {figures.peak_mb / 1024:.2f} GB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
