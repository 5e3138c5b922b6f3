#!/usr/bin/env python3
"""Check the tag catalogue of a data set's policy and write docs/tag-catalogue.md from it (docs/tags.md)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from customer360.data_sets import check_policy, load_data_set
from customer360.sources import DeclarationError, load_sources
from customer360.tags import catalogue_page, check_tags
from customer360.warehouse import Warehouse

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Command line; 0: every row can be used, 2: one cannot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    given = parser.parse_args()
    try:
        data_set = load_data_set(ROOT, given.data, load_sources(ROOT))
        check_policy(ROOT, data_set)
        current = Warehouse(ROOT / "warehouse" / data_set.name).current()
        check_tags(ROOT, data_set.policy, current / "state" if current else None)
    except DeclarationError as error:
        print(f"tags.py: {error}", file=sys.stderr)
        return 2
    if data_set.policy == "default":
        (ROOT / "docs" / "tag-catalogue.md").write_text(catalogue_page(ROOT, "default"), encoding="utf-8")
    print(f"every row of the policy {data_set.policy} can be used 标签目录可用")
    return 0


if __name__ == "__main__":
    sys.exit(main())
