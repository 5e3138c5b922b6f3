#!/usr/bin/env python3
"""Ask the semantic layer of the published copy of a data set: metrics.py --data demo query --metrics revenue ..."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[1]
MANIFEST = "semantic_manifest.json"


def main() -> int:
    """Hand the words on to MetricFlow; 1 if nothing is published yet, else its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, metavar="NAME", help="data set")
    given, words = parser.parse_known_args()
    published = Warehouse(PROJECT / "warehouse" / given.data).published
    if not published.is_file():
        print(f"metrics.py: nothing is published yet. Run: make build DATA={given.data}", file=sys.stderr)
        return 1
    os.chdir(PROJECT)
    # a condition in the words is SQL of people: it can read the copy and nothing else
    os.environ |= {
        "CUSTOMER360_DATABASE": str(published),
        "CUSTOMER360_ACCESS_MODE": "read_only",
        "CUSTOMER360_EXTERNAL_ACCESS": "false",
    }
    # the only place where MetricFlow looks; the same for every data set
    shutil.copyfile(PROJECT / "target" / given.data / MANIFEST, PROJECT / "target" / MANIFEST)
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")

    from dbt_metricflow.cli import main as metricflow

    # MetricFlow asks a package registry for a newer version of itself; nothing here phones home
    metricflow.UpdateChecker.check = lambda *_: None
    return metricflow.cli(words, standalone_mode=False) or 0


if __name__ == "__main__":
    sys.exit(main())
