"""Questions to the published copy of a data set, in SQL and in terms of metrics."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from customer360.core.errors import Stopped
from customer360.core.reading import ask
from customer360.core.warehouse import Warehouse

MANIFEST = "semantic_manifest.json"


class NoAnswer(Stopped):
    """The question has no answer; the message says why."""


def show_answer(warehouse: Warehouse, sql: str, build: str | None = None) -> None:
    """Print what a query answers; it can read the published copy, or the tables of a build (its name or `latest`), and
    nothing else. Raises NoAnswer and Held."""
    try:
        with ask(_of_build(warehouse, build) if build else _published(warehouse)) as connection:
            answer = connection.sql(sql)
            if answer is not None:
                answer.show(max_width=160, max_rows=100)
    except duckdb.Error as error:
        raise NoAnswer(str(error)) from None


def ask_metrics(project: Path, warehouse: Warehouse, words: Sequence[str]) -> int:
    """Hand the words on to MetricFlow, on the published copy; its exit code. Raises NoAnswer."""
    published = _published(warehouse)
    os.chdir(project)
    # a condition in the words is SQL of people: it can read the copy and nothing else
    os.environ |= {
        "CUSTOMER360_DATABASE": str(published),
        "CUSTOMER360_ACCESS_MODE": "read_only",
        "CUSTOMER360_EXTERNAL_ACCESS": "false",
    }
    # the only place where MetricFlow looks; the same for every data set
    target = project / "target"
    shutil.copyfile(target / warehouse.folder.name / MANIFEST, target / MANIFEST)
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")

    from dbt_metricflow.cli import main as metricflow

    # MetricFlow asks a package registry for a newer version of itself; nothing here phones home
    metricflow.UpdateChecker.check = lambda *_: None
    return metricflow.cli(list(words), standalone_mode=False) or 0


def _of_build(warehouse: Warehouse, name: str) -> Path:
    kept = {file.parent.name: file for file in sorted(warehouse.builds.glob("*/customer360.duckdb"))}
    name = max(kept, default=name) if name == "latest" else name
    if name not in kept:
        raise NoAnswer(f"build {name} is not kept; there are: {', '.join(kept) or 'none'}")
    return kept[name]


def _published(warehouse: Warehouse) -> Path:
    if not warehouse.published.is_file():
        raise NoAnswer(f"nothing is published yet. Run: make build DATA={warehouse.folder.name}")
    return warehouse.published
