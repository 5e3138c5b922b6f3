"""Rows that models which somebody edited leave out of staging, or add to it."""

from __future__ import annotations

import duckdb


def own_sql_lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What own SQL left out and added, per landed entity, as lines to show; empty where it did neither."""
    lines = [
        f"  {source}: {label_en} {label_zh}: {rows:,} of {landed:,} rows 行"
        for source, label_en, label_zh, rows, landed in connection.execute(
            """
            select source_system || '.' || entity, label_en, label_zh, row_count, landed_rows
            from quality.landing_summary
            where outcome in ('left_out_by_own_sql', 'added_by_own_sql') order by all
            """
        ).fetchall()
    ]
    return ["edited models 已改动的模型:", *lines] if lines else []
