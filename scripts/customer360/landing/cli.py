"""Command line of landing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from customer360.data_sets import load_data_set
from customer360.durable import Busy, hold
from customer360.faults import fault_of
from customer360.landing.ledger import ForeignFile
from customer360.landing.report import report, summary, write_report
from customer360.landing.run import NotThere, land
from customer360.sources import DeclarationError, load_sources

PROJECT = Path(__file__).resolve().parents[3]


def main(arguments: Sequence[str] | None = None) -> int:
    """Land one data set; 0: all landed or too old, 1: something was set aside, 2: nothing was done."""
    parser = argparse.ArgumentParser(
        prog="land.py",
        description="Land the files of a data set, inbox/<name>/<system>/<entity>/*, as Parquet in landing/.",
        epilog="Exit codes: 0 all landed, or was older than what is in force; 1 something was set aside, the rest landed;"
        " 2 nothing was done.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    parser.add_argument("--inbox", type=Path, help="folder of the files (default: inbox/NAME)")
    parser.add_argument("--landing", type=Path, help="folder to land in (default: landing/NAME)")
    parser.add_argument(
        "--take-older",
        action="append",
        default=[],
        metavar="FILE",
        help="take this file (its path in the inbox) although it is older than what is in force; may be repeated",
    )
    parser.add_argument("--report", type=Path, help="where to write the report as well (JSON)")
    parser.add_argument("--project", type=Path, default=PROJECT, help="the dbt project (default: this one)")
    given = parser.parse_args(arguments)
    inbox = given.inbox or given.project / "inbox" / given.data
    landing = given.landing or given.project / "landing" / given.data
    try:
        tables = load_sources(given.project)
        data_set = load_data_set(given.project, given.data, tables)
        if not inbox.is_dir():
            return _stop(f"{inbox} is no folder. Make it and put files under <system>/<entity>/ in it")
        with hold(landing, f"landing into {landing}"):
            outcome = land(
                data_set, tables, inbox, landing, lambda line: print(line, flush=True), given.take_older
            )
            content = report(outcome)
            for path in filter(None, (landing / "load_report.json", given.report)):
                write_report(content, path)
    except (DeclarationError, Busy, ForeignFile, NotThere) as error:
        return _stop(str(error))
    except OSError as error:
        # Only what the system says of itself: a library's message might quote a row.
        if error.errno and not error.filename:
            error.filename = str(landing)
        return _stop(fault_of(error))
    print(summary(outcome))
    return 1 if outcome.set_aside else 0


def _stop(message: str) -> int:
    print(f"land.py: {message}", file=sys.stderr)
    return 2
