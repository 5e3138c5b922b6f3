"""Rates and reasons of errors, and rows of known customers: as check-data foretells them, and as a build measures them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from customer360.core.warehouse import Warehouse

Errors = tuple[dict[str, tuple[int, int]], dict[tuple[str, str], int]]
"""Rows with errors (of a family of data, `all.<family>`: of a known customer) and all rows by source (`system.entity`, or
`all`), and rows by source and reason."""


def foretold(said: str) -> Errors:
    """What the lines of check-data say."""
    rates, reasons, source = {}, {}, ""
    for line in said.replace(",", "").splitlines():
        if found := re.match(r"  (\S+): (\d+) of (\d+) rows (?:with errors|of a known customer) ", line):
            source = found[1]
            rates[source] = (int(found[2]), int(found[3]))
        elif found := re.match(r"    ([a-z_]+): (\d+) of (\d+) rows\. ", line):
            reasons[source, found[1]] = int(found[2])
            assert int(found[3]) == rates[source][1]
    return rates, reasons


def measured(project: Path, data_set: str) -> Errors:
    """What the scorecard and the landing summary of the latest build say, published or not."""
    database = Warehouse(project / "warehouse" / data_set).latest_build()
    with duckdb.connect(str(database), read_only=True) as connection:
        found = """
            select case when source_system = 'all' and entity = 'all' then 'all' else source_system || '.' || entity end,
                cast(numerator as integer), cast(denominator as integer)
            from quality."""
        rates = connection.execute(
            found + "scorecard_landing where measure = 'error_rate' and numerator > 0"
        ).fetchall()
        # a build that the gate of landed rows stopped has measured no more
        if connection.execute("from duckdb_tables() where table_name = 'scorecard'").fetchall():
            rates += connection.execute(
                found + "scorecard where measure = 'integration_rate' and entity <> 'all'"
            ).fetchall()
        reasons = connection.execute(
            "select source_system || '.' || entity, outcome, row_count from quality.landing_summary where counts_as_error"
        ).fetchall()
    return {source: (errors, rows) for source, errors, rows in rates}, {
        (source, reason): rows for source, reason, rows in reasons
    }
