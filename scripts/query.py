#!/usr/bin/env python3
"""Ask the published copy of a data set and print the answer. The query can read that copy and nothing else."""

import argparse
import sys
from pathlib import Path

import duckdb

from customer360.reading import Held, ask
from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Print the answer; 1 if nothing is published yet or the query fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, metavar="NAME", help="data set")
    parser.add_argument("sql", help='for example "select * from marts.orders limit 3"')
    given = parser.parse_args()
    published = Warehouse(PROJECT / "warehouse" / given.data).published
    if not published.is_file():
        print(f"query.py: nothing is published yet. Run: make build DATA={given.data}", file=sys.stderr)
        return 1
    try:
        with ask(published) as connection:
            answer = connection.sql(given.sql)
            if answer is not None:
                answer.show(max_width=160, max_rows=100)
    except (Held, duckdb.Error) as error:
        print(f"query.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
