"""One build of a data set: fill the inbox, land, build and test a new warehouse file, publish it."""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from customer360.data_sets import DataSet, load_data_set
from customer360.publish import publish
from customer360.scorecard import print_scorecard
from customer360.sources import DeclarationError, load_sources

PROJECT = Path(__file__).resolve().parents[2]
KEPT_BUILDS = 2
"""Builds that stay for inspection; older ones go."""


class BuildStopped(Exception):
    """The build cannot go on; the message says which step, why, and what to do."""


def dbt_vars(data_set: DataSet) -> dict[str, str]:
    """What dbt needs to know of a data set: the keys of vars.yml."""
    return {
        "data_set": data_set.name,
        "policy": data_set.policy,
        "currency": data_set.currency,
        "time_zone": data_set.time_zone,
        "personal_data": "yes" if data_set.personal_data else "none",
        "as_of_date": data_set.as_of_date.isoformat() if data_set.as_of_date else "",
    }


def dbt_command(data_set: DataSet, *words: str) -> list[str]:
    """The dbt command line for one data set, run from the project folder."""
    return [
        str(Path(sys.executable).with_name("dbt")),
        *words,
        "--vars",
        json.dumps(dbt_vars(data_set)),
        "--target-path",
        f"target/{data_set.name}",
        "--log-path",
        f"logs/{data_set.name}",
    ]


@contextmanager
def build_lock(warehouse: Path) -> Iterator[None]:
    """One build per data set at a time; the system frees the lock even if the build is killed."""
    warehouse.mkdir(parents=True, exist_ok=True)
    with (warehouse / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildStopped(
                f"another build of {warehouse.name} is running. Wait for it to end and build again"
            ) from None
        yield


def _run(step: str, command: Sequence[str], environment: dict[str, str] | None = None) -> int:
    """Run one step in the project folder with its output shown; returns its exit code."""
    print(f"\n== {step}", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **(environment or {})}, check=False
    ).returncode
    print(f"-- {step}: {time.monotonic() - started:.1f} s", flush=True)
    return code


def build(data_set: DataSet, select: Sequence[str] = ()) -> Path:
    """Build and test `data_set` into a new file and publish it; returns the published file.

    Raises BuildStopped where a step fails; what was published before stays as it was.
    """
    python = sys.executable
    if data_set.prepare:
        words = data_set.prepare.split()
        if _run("fill the inbox", [python, *words]):
            raise BuildStopped("the inbox could not be filled; see above")
    if _run("land", [python, "scripts/land.py", "--data", data_set.name]):
        raise BuildStopped(
            "files were set aside. Mend or remove them; "
            f"landing/{data_set.name}/load_report.json says which and why"
        )
    warehouse = PROJECT / "warehouse" / data_set.name
    builds = warehouse / "build"
    builds.mkdir(parents=True, exist_ok=True)
    build_id = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
    # The catalogue is named after the file and views name the catalogue: the file's name never changes.
    database = builds / build_id / "customer360.duckdb"
    database.parent.mkdir()
    command = dbt_command(data_set, "build", *(("--select", *select) if select else ()))
    failed = _run("build and test", command, {"CUSTOMER360_DATABASE": str(database)})
    if database.is_file():
        print_scorecard(database)
    if failed:
        raise BuildStopped(
            f"a model or test failed; nothing was published. Look into {database.relative_to(PROJECT)}"
        )
    published = publish(database, warehouse / "published", build_id)
    for old in sorted(folder for folder in builds.iterdir() if folder.is_dir())[:-KEPT_BUILDS]:
        shutil.rmtree(old)
    return published


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0: published, 1: a step failed, 2: usage or declaration error."""
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Land, build, test and publish one data set.",
        epilog="Exit codes: 0 published; 1 a step failed; 2 usage or declaration error.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    given = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
        with build_lock(PROJECT / "warehouse" / data_set.name):
            published = build(data_set)
    except DeclarationError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    except BuildStopped as error:
        print(f"\nbuild.py: {error}", file=sys.stderr)
        return 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(
        f"\npublished {published.relative_to(PROJECT)}"
        f" after {time.monotonic() - started:.0f} s; peak memory of a step {peak:.2f} GB"
    )
    return 0
