"""Landing as a whole process: wall and CPU seconds, peak memory, and the ratio to a yardstick.

Machines differ and are shared: what travels is the ratio to a yardstick measured in the same run, never the
seconds alone. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.measuring import PYTHON, Figures, measure, read_arguments
from customer360.core.steps import own_command


@dataclass(frozen=True)
class Job:
    """A command to time; `prepare` lays out its files in a folder and returns the command."""

    name: str
    prepare: Callable[[Path, int], list[str]]
    yardstick: str | None = None


def _lines_csv(folder: Path, rows: int, encoding: str = "utf-8") -> Path:
    """A CSV of `rows` invoice lines under the headings of Online Retail."""
    inbox = folder / "inbox" / "online_retail" / "order_lines"
    inbox.mkdir(parents=True)
    file = inbox / "lines.csv"
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select
                    cast(500000 + range // 20 as varchar) as "InvoiceNo",
                    cast(10000 + range % 4000 as varchar) as "StockCode",
                    '礼盒 GIFT BOX ' || (range % 4000) as "Description",
                    1 + range % 12 as "Quantity",
                    timestamp '2026-01-01' + to_minutes(range // 20) as "InvoiceDate",
                    (1 + range % 900) / 100 as "UnitPrice",
                    12000 + range % 5000 as "CustomerID",
                    'United Kingdom' as "Country"
                from range({rows})
            ) to '{file}' (header)
            """
        )
    if encoding != "utf-8":
        file.write_bytes(file.read_bytes().decode().encode(encoding))
    return file


def _land(folder: Path) -> list[str]:
    paths = ["--inbox", str(folder / "inbox"), "--landing", str(folder / "landing")]
    return own_command("land", "--data", "online_retail", *paths)


def _duckdb_copy(folder: Path, rows: int) -> list[str]:
    file = _lines_csv(folder, rows)
    sql = f"copy (from read_csv('{file}', all_varchar = true)) to '{folder}/x.parquet' (compression zstd)"
    return [PYTHON, "-c", f"import duckdb; duckdb.execute({sql!r})"]


def _land_utf8(folder: Path, rows: int) -> list[str]:
    _lines_csv(folder, rows)
    return _land(folder)


def _land_gb18030(folder: Path, rows: int) -> list[str]:
    _lines_csv(folder, rows, "gb18030")
    return _land(folder)


JOBS = (
    Job("DuckDB: CSV to Parquet", _duckdb_copy),
    Job("land: UTF-8 CSV", _land_utf8, "DuckDB: CSV to Parquet"),
    Job("land: GB18030 CSV", _land_gb18030, "DuckDB: CSV to Parquet"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every job --runs times, print medians and ratios; 0 unless a job failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.landing", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="rows of generated files (default 1,000,000)"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs per job (default 3)")
    parser.add_argument("--only", help="jobs whose name contains this text; yardsticks stay in")
    given = read_arguments(parser, arguments, rows=1000, runs=1)
    chosen = [job for job in JOBS if not given.only or given.only in job.name]
    needed = {job.yardstick for job in chosen}
    jobs = [job for job in JOBS if job in chosen or job.name in needed]
    medians: dict[str, Figures] = {}
    print(f"{'job':32} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}  ratio")
    for job in jobs:
        figures = []
        for _ in range(given.runs):
            with tempfile.TemporaryDirectory() as folder:
                figures.append(measure(job.prepare(Path(folder), given.rows)))
        median = Figures(
            *(statistics.median(getattr(f, part) for f in figures) for part in ("wall", "cpu", "peak_mb"))
        )
        medians[job.name] = median
        ratio = f"{median.wall / medians[job.yardstick].wall:.2f} × {job.yardstick}" if job.yardstick else ""
        print(
            f"{job.name:32} {median.wall:8.2f} {median.cpu:8.2f} {median.peak_mb:8.0f}  {ratio}", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
