#!/usr/bin/env python3
"""Write the answers of docs/questions.md anew, from the published copy of the demo company."""

import sys
from pathlib import Path

import duckdb

from customer360.core.durable import write_text
from customer360.core.project import project_folder
from customer360.core.warehouse import Warehouse
from customer360.presentation.questions import answered


def main() -> int:
    """Write the page; 1 where nothing is published."""
    project = project_folder(Path(__file__).parent)
    page, published = project / "docs" / "questions.md", Warehouse(project / "warehouse" / "demo").published
    if not published.is_file():
        print("nothing is published. Run: make build", file=sys.stderr)
        return 1
    with duckdb.connect(str(published), read_only=True) as connection:
        write_text(page, answered(page.read_text(encoding="utf-8"), connection))
    return 0


if __name__ == "__main__":
    sys.exit(main())
