"""List the joins of a build that compare every row of one side with every row of the other.

Runs the SQL of each model again on the latest build, changes nothing, and prints for every such join the rows of both
sides. Over a handful of rows (a policy, bands, dates) that is as good as a filter; over more it grows with the square of
the company, where one condition written otherwise would be a hash join.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from customer360.core import reading
from customer360.core.warehouse import Warehouse
from customer360.privacy.hashing_key import session_variables

PROJECT = Path(__file__).resolve().parents[1]
LOOPS = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN")
HANDFUL = 64
"""Rows of the smaller side up to which a nested loop is as good as a filter."""


class Loop(NamedTuple):
    """A nested loop in the plan of a model: rows of its smaller and its larger side, and what it compares."""

    smaller: int
    larger: int
    model: str
    condition: str


def loops(database: Path, manifest: Path) -> list[Loop]:
    """Every nested loop of the SQL models of a build, the largest first."""
    found = []
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    with reading.connect(database) as connection:
        connection.execute("set file_search_path = ?", [str(PROJECT)])
        for name, value in session_variables(b"nobody sees what is hashed here").items():
            connection.execute(f"set variable {name} = ?", [value])
        for node in nodes:
            sql = node.get("compiled_code")
            if node["resource_type"] != "model" or node["language"] != "sql" or not sql:
                continue
            plan = _explained(connection, "", sql)
            # most have no loop: only the others are run
            if any(loop in plan for loop in LOOPS):
                run = json.loads(_explained(connection, "analyze, ", sql))
                found += [Loop(*rows, node["name"], condition) for *rows, condition in _loops_in(run)]
    return sorted(found, key=lambda loop: (-loop.smaller * loop.larger, loop))


def _explained(connection: duckdb.DuckDBPyConnection, how: str, sql: str) -> str:
    return connection.execute(f"explain ({how}format json) {sql}").fetchone()[1]


def _loops_in(step: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
    below = step.get("children", [])
    if step.get("operator_type") in LOOPS:
        rows = sorted(child["operator_cardinality"] for child in below)
        about = step["extra_info"]
        yield rows[0], rows[-1], str(about.get("Conditions") or about.get("Condition"))
    for child in below:
        yield from _loops_in(child)


def main() -> int:
    """Print the loops; 1 where the smaller side of one is more than a handful, 2 where nothing is built."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.nested_loops", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set")
    parser.add_argument("--all", action="store_true", help="list those over a handful of rows as well")
    given = parser.parse_args()
    built = Warehouse(PROJECT / "warehouse" / given.data).latest_build()
    if built is None:
        print(f"bench.nested_loops: nothing is built yet. Run: make build DATA={given.data}", file=sys.stderr)
        return 2
    found = loops(built, PROJECT / "target" / given.data / "manifest.json")
    large = [loop for loop in found if loop.smaller > HANDFUL]
    for loop in found if given.all else large:
        print(f"{loop.smaller:>9,} × {loop.larger:>11,}  {loop.model}  {loop.condition[:100]}")
    print(
        f"{len(large)} joins compare more than {HANDFUL} rows with every row; {len(found) - len(large)} a handful"
    )
    return int(bool(large))


if __name__ == "__main__":
    sys.exit(main())
