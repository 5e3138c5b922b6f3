#!/usr/bin/env python3
"""Write dbt's documentation of a built data set as one page; see --help."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from customer360.build import PROJECT, dbt_command, dbt_environment
from customer360.data_sets import load_data_set
from customer360.sources import DeclarationError, load_sources
from customer360.warehouse import Warehouse


def main() -> int:
    """0: page written, 1: no build yet or dbt failed, 2: unknown data set."""
    parser = argparse.ArgumentParser(description=__doc__.split(";")[0])
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    given = parser.parse_args()
    try:
        data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
    except DeclarationError as error:
        print(f"docs.py: {error}", file=sys.stderr)
        return 2
    warehouse = Warehouse(PROJECT / "warehouse" / data_set.name)
    built = warehouse.latest_build()
    if built is None:
        print(f"docs.py: nothing is built yet. Run: make build DATA={data_set.name}", file=sys.stderr)
        return 1
    code = subprocess.run(
        dbt_command(data_set, "docs", "generate", "--static", "--no-compile"),
        cwd=PROJECT,
        env=os.environ
        | dbt_environment(warehouse.work_in(built.parent), built.parent.name, built.parent / "state"),
        check=False,
    ).returncode
    if code == 0:
        print(f"open {Path('target') / data_set.name / 'static_index.html'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
