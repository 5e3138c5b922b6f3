"""One build of a data set: fill the inbox, land, build and test a new warehouse file, publish it."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer360 import contracts, erasure
from customer360.contracts import Contract
from customer360.data_sets import DataSet, check_policy, load_data_set
from customer360.durable import Busy, Damaged, read_json
from customer360.durable import publish as give_name
from customer360.faults import fault, fault_in_dbt, fault_of
from customer360.gate import REPORT, STOPPED, read_rules
from customer360.hashing_key import ENVIRONMENT_VARIABLE, KeyRefused, key_for
from customer360.landing.ledger import content_id, landed_ids
from customer360.landing.writer import write_declared
from customer360.mapping import load_contracts, out_of_step, require_complete
from customer360.policy import lay_out, policy_file, policy_folder
from customer360.private import close, published_group, seal
from customer360.publish import (
    PUBLISHED_QUALITY,
    RECORD,
    Incomplete,
    code_version,
    record_of,
    write_published,
    write_record,
    write_state,
)
from customer360.reading import require_free
from customer360.scorecard import print_scorecard
from customer360.sources import STATE, TRUTH, DeclarationError, Table, load_sources, load_tables
from customer360.tags import check_tags
from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[2]
# an option of dbt as a variable: whoever has set it has said what to leave out
LEFT_OUT = "DBT_EXCLUDE_RESOURCE_TYPES"
RESULTS = "run_results.json"
TESTED = "tested.json"
"""In a build folder: the build passed its tests; which version's state it read, and the contract of its models."""


class BuildStopped(Exception):
    """The build cannot go on; the message says which step, why, and what to do."""


def dbt_vars(data_set: DataSet) -> dict[str, str]:
    """What dbt needs to know of a data set: the keys of vars.yml."""
    return {
        "data_set": data_set.name,
        "policy_folder": policy_folder(data_set.file.parents[1], data_set.policy, data_set.name),
        "currency": data_set.currency,
        "time_zone": data_set.time_zone,
        "personal_data": "yes" if data_set.personal_data else "none",
        "as_of_date": data_set.as_of_date.isoformat() if data_set.as_of_date else "",
        "not_personal": ",".join(data_set.not_personal),
    }


def require_key(data_set: DataSet) -> None:
    """KeyRefused where dbt would stop for want of a key to hash with."""
    key_for(data_set.name, dbt_vars(data_set)["personal_data"], os.environ.get(ENVIRONMENT_VARIABLE))


def dbt_command(data_set: DataSet, *words: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """The dbt command line for one data set, run from the project folder. Lays out its policy.

    All tests of selected models run unless the words say otherwise. What differs between runs is passed by
    dbt_environment, because dbt parses the whole project again when a variable changes.
    """
    lay_out(data_set.file.parents[1], data_set.policy, data_set.name)
    is_partial = "--select" in words and "--indirect-selection" not in words
    whole = ["--indirect-selection", "eager"] if is_partial else []
    return [
        str(Path(sys.executable).with_name("dbt")),
        *words,
        *whole,
        "--vars",
        json.dumps(dbt_vars(data_set) | dict(variables or {})),
        "--target-path",
        f"target/{data_set.name}",
        "--log-path",
        f"logs/{data_set.name}",
    ]


def dbt_environment(
    database: Path, build_id: str, state: Path, project: Path | None = None
) -> dict[str, str]:
    """What dbt is told of one run in the project folder: the database file, the name of the build, and the state that
    it reads."""
    return {
        "CUSTOMER360_DATABASE": os.path.relpath(database, project or PROJECT),
        "CUSTOMER360_BUILD_ID": build_id,
        "CUSTOMER360_STATE": os.path.relpath(state, project or PROJECT),
    }


def _run(step: str, command: Sequence[str], environment: dict[str, str] | None = None) -> int:
    """Run one step in the project folder with its output shown; returns its exit code."""
    print(f"\n== {step}", flush=True)
    started = time.monotonic()
    # The step inherits the lock: should this process alone be killed, the warehouse stays held until the
    # step has ended.
    code = subprocess.run(
        command, cwd=PROJECT, env={**os.environ, **(environment or {})}, check=False, close_fds=False
    ).returncode
    print(f"-- {step}: {time.monotonic() - started:.1f} s", flush=True)
    return code


def build(
    data_set: DataSet,
    warehouse: Warehouse,
    unit_tests: bool = False,
    accept: str | None = None,
    take_older: Sequence[str] = (),
) -> None:
    """Build and test `data_set` into a new file and publish it. Call it under the lock.

    Unit tests look at the models and not at the data: they run where asked for, as `make test` does. `accept` is
    the reason for which the gate lets shifted figures through. `take_older` are files that landing takes although they
    are older than what is in force.
    Raises BuildStopped where a step fails, and Held where another program has opened the published copy for writing; what
    was published before stays as it was.
    """
    try:
        require_key(data_set)
    except KeyRefused as error:
        raise BuildStopped(str(error)) from None
    require_free(warehouse.published)
    warehouse.tidy()
    catch_up(warehouse)
    if data_set.prepare:
        fill_inbox(data_set)
    taken = [word for file in take_older for word in ("--take-older", file)]
    landed = _run("land", [sys.executable, "scripts/land.py", "--data", data_set.name, *taken])
    if landed == 1:
        raise BuildStopped(
            "files were set aside. Mend or remove them; "
            f"landing/{data_set.name}/load_report.json says which and why"
        )
    if landed:
        raise BuildStopped("landing did not end; see above")
    try:
        erased = erasure.sweep(
            PROJECT,
            data_set,
            warehouse,
            lambda state: read_state(data_set, warehouse, state, load_tables(PROJECT, STATE)),
            lambda step, words, folder: run_dbt(step, data_set, warehouse, words, folder),
        )
    except erasure.ErasureStopped as error:
        raise BuildStopped(str(error)) from None
    folder = warehouse.new_build()
    database = folder / "customer360.duckdb"
    state_tables = load_tables(PROJECT, STATE)
    offer_truth(PROJECT / "truth" / data_set.name, load_tables(PROJECT, TRUTH))
    read_state(data_set, warehouse, folder / "state", state_tables)
    left_out = {} if unit_tests else {LEFT_OUT: os.environ.get(LEFT_OUT, "unit_test")}
    failed = _run_dbt("build and test", data_set, warehouse, ["build"], folder, folder.name, left_out)
    print_scorecard(database)
    if failed:
        raise BuildStopped(
            f"a model or test failed; nothing was published. Look into {database.relative_to(PROJECT)}"
        )
    current = warehouse.current()
    contract = declared_contract(PROJECT / "target" / data_set.name / "manifest.json")
    tested = {
        "state_of": current.name if current else None,
        "contract": contract,
        "code": code_version(PROJECT),
    }
    (folder / f".{TESTED}").write_text(json.dumps(tested), encoding="utf-8")
    give_name(folder / f".{TESTED}", folder / TESTED)
    publish(data_set, warehouse, folder, accept, erased)


def publish(
    data_set: DataSet,
    warehouse: Warehouse,
    folder: Path,
    accept: str | None = None,
    erased: Sequence[str] = (),
) -> None:
    """Publish a tested build: write a candidate, audit it, make it hold. Call it under the lock.

    `erased` are the values of persons that were taken out before the build: no file may hold one afterwards.
    Raises BuildStopped where the contract is broken or the gate stops it; everything stays as it was.
    """
    current = warehouse.current()
    tested = read_json(folder / TESTED, f"Build again: make build DATA={data_set.name}")
    contract: Contract = tested["contract"]
    check_contract(contract, current)
    database = folder / "customer360.duckdb"
    state_tables = load_tables(PROJECT, STATE)
    candidate = warehouse.candidate(folder.name)
    try:
        rows = write_published(database, candidate / "published", contract)
        for table in state_tables:
            write_declared(candidate / "state" / table.entity, table)
        write_state(database, candidate / "state", [table.entity for table in state_tables])
        contracts.write(contract, candidate / "contract.json")
    except Incomplete as error:
        raise BuildStopped(f"the published copy would not be whole: {error}. Nothing was published") from None
    except (OSError, duckdb.IOException):
        shutil.rmtree(candidate, ignore_errors=True)  # it may be what filled the disk
        raise
    audited = _run("audit the candidate", gate_command(data_set, candidate, current, accept))
    if audited:
        if (candidate / REPORT).is_file():
            shutil.copy(candidate / REPORT, folder / REPORT)
        shutil.rmtree(candidate)
        if audited != STOPPED:
            raise BuildStopped("the candidate could not be audited; see above. Nothing was published")
        raise BuildStopped(
            "the gate stopped the publication; what was published before stays. Where the shift is legitimate: "
            f'make publish DATA={data_set.name} ACCEPT="why it is"'
        )
    report = json.loads((candidate / REPORT).read_text(encoding="utf-8"))
    record = record_of(candidate / "published", folder.name, rows, contract, tested["code"], report)
    write_record(candidate, record)
    seal(candidate / "published", published_group(PROJECT, data_set.policy), warehouse.folder.parent)
    warehouse.promote(candidate)
    warehouse.note("published", {"at": _now(), **record})
    warehouse.tidy()
    try:
        erasure.finish(PROJECT, data_set, warehouse, erased)
    except erasure.ErasureStopped as error:
        raise BuildStopped(str(error)) from None


def run_dbt(step: str, data_set: DataSet, warehouse: Warehouse, words: Sequence[str], folder: Path) -> int:
    """Run dbt without tests on a database of its own, in `folder` of the warehouse; its exit code."""
    return _run_dbt(step, data_set, warehouse, words, folder, erasure.ERASING, {LEFT_OUT: "test unit_test"})


def _run_dbt(
    step: str,
    data_set: DataSet,
    warehouse: Warehouse,
    words: Sequence[str],
    folder: Path,
    build_id: str,
    environment: Mapping[str, str],
) -> int:
    """Run dbt on the database of a folder; its exit code. Raises BuildStopped where the machine is at fault and no model
    or test."""
    target = PROJECT / "target" / data_set.name
    (target / RESULTS).unlink(missing_ok=True)
    told = dbt_environment(warehouse.work_in(folder), build_id, folder / "state")
    failed = _run(step, dbt_command(data_set, *words), {**told, **environment})
    if failed and (found := fault_in_dbt(target, folder)):
        raise BuildStopped(f"{found}. Nothing was published")
    return failed


def check_contract(contract: Contract, current: Path | None) -> None:
    """BuildStopped where a reader of the version that holds would miss something in the next one."""
    if current is None:
        return
    found = contracts.breaks(contracts.read(current / "contract.json"), contract, dt.date.today())
    if found:
        raise BuildStopped(
            "the contract with readers of the published copy is broken; nothing was published.\n  "
            + "\n  ".join(map(str, found))
        )


def gate_command(data_set: DataSet, candidate: Path, current: Path | None, accept: str | None) -> list[str]:
    """The command that audits a candidate: a process of its own, for what it imports is large."""
    words = [sys.executable, "scripts/gate.py", "--candidate", str(candidate)]
    words += ["--rules", str(policy_file(PROJECT, data_set.policy, "publication_gate"))]
    words += ["--baseline", str(current)] if current else []
    return words + (["--accept", accept] if accept else [])


def declared_contract(manifest: Path) -> Contract:
    """The contract of the models that were built; an empty one where dbt left no manifest."""
    if not manifest.is_file():
        return {}
    return contracts.contract_of(json.loads(manifest.read_text(encoding="utf-8")), PUBLISHED_QUALITY)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def catch_up(warehouse: Warehouse) -> None:
    """Note the publication that a kill kept from being noted."""
    current = warehouse.current()
    record = current / RECORD if current else None
    if record and record.is_file():
        told = read_json(record, "Go back to the version before: make rollback")
        warehouse.note("published", {"at": _now(), **told})


def check_before(data_set: DataSet) -> None:
    """DeclarationError where a build of the data set would end in nothing but a late and obscure failure."""
    check_policy(PROJECT, data_set)
    read_rules(policy_file(PROJECT, data_set.policy, "publication_gate"))
    published_group(PROJECT, data_set.policy)
    current = Warehouse(PROJECT / "warehouse" / data_set.name).current()
    check_tags(PROJECT, data_set.policy, current / "state" if current else None)
    tables = load_sources(PROJECT)
    require_complete([tables[key] for key in data_set.offers], load_contracts(PROJECT))
    missing = out_of_step(PROJECT, tables.values())
    if missing:
        raise DeclarationError(
            PROJECT / missing[0],
            "mapping",
            "the models do not follow the mappings any more",
            f"Run: make new-data NAME={data_set.name}",
        )


def fill_inbox(data_set: DataSet) -> None:
    """Run the data set's own command. Where landing holds what the inbox offers no longer, landing starts over:
    deltas of another run of a generator would be added to those of this one.

    Looks at what has landed and not at what the command did, so that a kill between the two changes nothing.
    Raises BuildStopped where the command fails.
    """
    if _run("fill the inbox", [sys.executable, *data_set.prepare.split()]):
        raise BuildStopped("the inbox could not be filled; see above")
    landing = PROJECT / "landing" / data_set.name
    inbox = PROJECT / "inbox" / data_set.name
    offered = {content_id(path) for path in inbox.rglob("*") if path.is_file()}
    if landed_ids(landing) - offered:
        print("the files of the inbox were replaced: landing starts over")
        shutil.rmtree(landing)


def read_state(data_set: DataSet, warehouse: Warehouse, folder: Path, tables: list[Table]) -> None:
    """Lay out the state that a build reads: that of the current version without erased persons, and every table as
    declared today."""
    current = warehouse.current()
    for table in tables:
        write_declared(folder / table.entity, table)
        earlier = current / "state" / table.entity / "data.parquet" if current else None
        if earlier and earlier.is_file():
            _require_sound(earlier, data_set)
            shutil.copyfile(earlier, folder / table.entity / "data.parquet")
    erasure.forget_in_state(data_set, warehouse, folder)


def _require_sound(file: Path, data_set: DataSet) -> None:
    try:
        pq.read_table(file)
    except (pa.ArrowException, OSError):
        raise Damaged(
            file,
            f"Go back to the version before, published copy and state: make rollback DATA={data_set.name}",
        ) from None


def offer_truth(folder: Path, tables: list[Table]) -> None:
    """Lay a zero-row file beside each table of labelled data, so that a data set without labels builds."""
    for table in tables:
        write_declared(folder, table, f"{table.entity}_declared.parquet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0: published, 1: a step failed, 2: usage or declaration error."""
    parser = argparse.ArgumentParser(
        prog="build.py",
        description="Land, build, test and publish one data set.",
        epilog="Exit codes: 0 published; 1 a step failed; 2 usage or declaration error.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    parser.add_argument("--unit-tests", action="store_true", help="run the unit tests of the models as well")
    parser.add_argument("--accept", metavar="REASON", help="publish shifted figures for this reason")
    parser.add_argument(
        "--take-older",
        action="append",
        default=[],
        metavar="FILE",
        help="land this file of the inbox although it is older than what is in force; may be repeated",
    )
    given = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
        check_before(data_set)
        warehouse = Warehouse(PROJECT / "warehouse" / data_set.name)
        with warehouse.lock():
            close(PROJECT, data_set.name, warehouse, published_group(PROJECT, data_set.policy))
            build(data_set, warehouse, given.unit_tests, given.accept, given.take_older)
    except DeclarationError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    except (BuildStopped, Busy, Damaged) as error:
        print(f"\nbuild.py: {error}", file=sys.stderr)
        return 1
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        found = fault_of(error) if isinstance(error, OSError) else fault(str(error)) or error
        print(f"\nbuild.py: {found}. What was published before stays", file=sys.stderr)
        return 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(
        f"\npublished {warehouse.published.relative_to(PROJECT)}"
        f" after {time.monotonic() - started:.0f} s; peak memory of a step {peak:.2f} GB"
    )
    return 0
