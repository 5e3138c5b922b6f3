"""What the benches share: copies of the project, volumes, and the figures of a whole process."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from bench.macro_views import lay_out

PROJECT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
MEMORY_LIMIT = "memory_limit: 4500MB"
"""A setting of a profile under which millions of customers are measured."""


def read_arguments(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None, **tiny: object
) -> argparse.Namespace:
    """Parse the command line of a bench. `--tiny` gives it these sizes, at which figures mean nothing: to see that it
    runs. What is stated besides holds."""
    parser.add_argument(
        "--tiny", action="store_true", help="smallest sizes: shows that it runs and measures nothing"
    )
    words = sys.argv[1:] if arguments is None else list(arguments)
    if "--tiny" in words:
        parser.set_defaults(**tiny)
    return parser.parse_args(words)


def copy_project(folder: Path) -> Path:
    """Copy the project without anything that `make` made, to change and run it elsewhere."""
    for name in (
        "models",
        "functions",
        "macros",
        "contracts",
        "seeds",
        "tests",
        "analyses",
        "datasets",
        "policies",
        "scripts",
        "demo_company",
    ):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml", "vars.yml"):
        shutil.copy(PROJECT / name, folder / name)
    # what dbt has parsed here it need not parse there
    for parsed in PROJECT.glob("target/*/partial_parse.msgpack"):
        target = folder / parsed.relative_to(PROJECT)
        target.parent.mkdir(parents=True)
        shutil.copy(parsed, target)
    return folder


def lay_out_tables(folder: Path, stubs: Mapping[str, str], files: Iterable[Path]) -> None:
    """A throw-away dbt project with these model files, as tables, on stand-ins (name to SQL) for what they read; two
    models at a time under a memory limit of 4.5 GB."""
    lay_out(folder, stubs)
    for name, old, new in (
        ("dbt_project.yml", "+materialized: view", "+materialized: table"),
        (
            "profiles.yml",
            "threads: 1",
            f"threads: 2\n      settings: {{{MEMORY_LIMIT}, preserve_insertion_order: false}}",
        ),
    ):
        file = folder / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    for file in files:
        (folder / "models" / file.name).symlink_to(file)


# What tells one person or record of a person from another, and one order, line or event. Every other key is shared by
# all copies, and so is `unknown`.
PERSON_KEYS = (
    *("customer_id", "organisation_id", "source_customer_id", "source_organisation_id"),
    *("parent_source_organisation_id", "record_id", "record_key", "row_key", "member_no", "phone", "email"),
    *("unionid", "source_ticket_id", "source_response_id", "source_consent_id", "source_request_id"),
    *("contract_no", "renews_contract_no"),
)
EVENT_KEYS = (
    *("order_id", "order_item_id", "return_item_id", "sale_item_id", "source_line_id"),
    *("source_interaction_id", "source_delivery_id", "source_transaction_id"),
)
REFERENCES = ("source_order_id", "original_order_id", "netted_item_id", "session_id")
"""Keys of events, in tables whose rows may be something else."""


def repeat(
    built: Path, database: Path, tables: Iterable[tuple[str, str]], copies: int, people: int | None = None
) -> None:
    """Write these tables (schema and name) of a build into a new database, those of people and events so many times
    over. Each copy has orders and events of its own and shares products, campaigns and months. With fewer copies of
    people than of events the customers of some copies have the events of two or more.

    In a process of its own: the system counts what a process has held as held by those that it starts as well."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(_repeat, built, database, list(tables), copies, people or copies).result()


def _repeat(built: Path, database: Path, tables: Iterable[tuple[str, str]], copies: int, people: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built}' as customer360 (read_only)")  # as its views call it
        connection.execute(f"attach '{database}' as volume (storage_version 'v1.4.0')")  # as profiles.yml
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        for schema, table in tables:
            name = f'{schema}."{table}"'
            columns = connection.execute(f"describe customer360.{name}").fetchall()
            of_events = any(column in EVENT_KEYS for column, *_ in columns)
            number = {key: ("copy", copies) for key in (*EVENT_KEYS, *REFERENCES)}
            number |= dict.fromkeys(PERSON_KEYS, (f"(copy % {people})", people))
            own = ", ".join(
                f"case {column} when 'unknown' then 'unknown' else {column} || '~' || {number[column][0]} end as {column}"
                if kind == "VARCHAR"
                else f"{column} * {number[column][1]} + {number[column][0]} as {column}"
                for column, kind, *_ in columns
                if column in number
            )
            connection.execute(f"create schema if not exists volume.{schema}")
            connection.execute(
                f"create table volume.{name} as select * exclude (copy) replace ({own})"
                f" from customer360.{name}, range({copies if of_events else people}) as r(copy)"
                if own
                else f"create table volume.{name} as from customer360.{name}"
            )


def span(results: Iterable[Mapping[str, Any]]) -> float:
    """Seconds from the start of the first to the end of the last of dbt's run results, others at work beside them."""
    timings = [timing for result in results for timing in result["timing"]]
    begun, ended = min(t["started_at"] for t in timings), max(t["completed_at"] for t in timings)
    return (dt.datetime.fromisoformat(ended) - dt.datetime.fromisoformat(begun)).total_seconds()


@dataclass(frozen=True)
class Figures:
    """One finished process: seconds and the peak of its resident memory in MB."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Figures:
    """Run one process in the project folder, with these variables besides, and take the system's own figures of it.

    Raises RuntimeError with the last lines of its output where it fails.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(output.read().decode(errors="replace")[-2000:])
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
