"""The frame of the commands that make something for people out of the published copy: pages, reports, workbooks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from customer360.data_sets import DataSet, load_data_set
from customer360.durable import Damaged
from customer360.faults import fault_of
from customer360.reading import Held
from customer360.sources import DeclarationError, load_sources
from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[2]


class NotMade(Exception):
    """What was asked for cannot be made; the message says why and what to do."""


Make = Callable[[DataSet, Warehouse, argparse.Namespace], Iterator[tuple[Path, str]]]
"""Writes files of a data set; gives each with what there is to say of it, beginning right after its name."""


def run(
    program: str,
    description: str,
    make: Make,
    arguments: Sequence[str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """The command line of such a command, with `options` beside --data; 0: written, 1: not made, 2: usage or declaration
    error. Reads the published copy only."""
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog="Reads the published copy only. Exit codes: 0 written; 1 nothing is published, or what was asked for cannot"
        " be made; 2 usage or declaration error.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    for option, settings in (options or {}).items():
        parser.add_argument(option, **settings)
    given = parser.parse_args(arguments)
    try:
        data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
    except DeclarationError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    warehouse = Warehouse(PROJECT / "warehouse" / data_set.name)
    remedy = f"Run: make build DATA={data_set.name}"
    if not warehouse.published.is_file():
        print(f"{program}: nothing is published yet. {remedy}", file=sys.stderr)
        return 1
    try:
        for path, said in make(data_set, warehouse, given):
            print(f"open {path.relative_to(PROJECT)}{said}")
    except (NotMade, Held, Damaged) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    except (duckdb.CatalogException, duckdb.BinderException, FileNotFoundError) as error:
        print(
            f"{program}: the published copy is older than this command ({error}). {remedy}", file=sys.stderr
        )
        return 1
    except OSError as error:
        print(f"{program}: {fault_of(error)}", file=sys.stderr)
        return 1
    return 0


def file_of(data_set: DataSet, name: str) -> Path:
    """Where the file of a data set lies; its folder is there afterwards."""
    path = PROJECT / "reports" / data_set.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_page(data_set: DataSet, name: str, html: str) -> Path:
    """Write a page of a data set and say where it is."""
    path = file_of(data_set, name)
    path.write_text(html, encoding="utf-8")
    return path
